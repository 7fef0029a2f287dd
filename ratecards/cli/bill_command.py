"""`ratecards bill`: what the calls of a log cost, as a table, for programs, or as FOCUS."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from ratecards.bill import focus, log, report
from ratecards.bill.count import Counted, Wanted, catalog_of, counted, counting_of
from ratecards.bill.log import Listed, Part, Stream
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.cli import console
from ratecards.costing.breakdown import together
from ratecards.costing.calls import Asked
from ratecards.costing.usage import Answer, answers, records
from ratecards.errors import CostError
from ratecards.questions.bill import bill
from ratecards.tables import Table, json_text


def run(args: Namespace) -> str:
    """The bill as text; with `--to` it stands in that file, and a line says so. Raises `CostError` or `OSError`."""
    by = tuple(dict.fromkeys(args.by))
    asked = Asked(args.model, args.tier, args.plan, args.source, args.policy)
    own = os.fspath(args.opened.path)
    wanted = Wanted(
        own, args.today, args.on, args.known_on, args.grade, asked, report.fields_of(by), args.each, args.cache_lifetime
    )
    if args.explain:
        return _explained(args, wanted)
    paths, others = log.files(args.logs)
    if others:
        names = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
        console.say(f"ratecards: {len(others)} files are no logs by their names, and are not read: {names}")
    found = counted(args.opened, wanted, paths, args.jobs, _progress() if sys.stderr.isatty() else None)
    args.status = int(bool(found.tally.refused))
    made = report.table(found, by).aged(_ages(args, wanted, found))
    if args.format == "parquet":
        return _parquet(args, made)
    text = _text(args, made, by, found)
    if not args.to:
        return text
    _written(Path(args.to), text)
    return f"{args.to}: written\n"


def _text(args: Namespace, made: Table, by: tuple[str, ...], found: Counted) -> str:
    if args.format == "json":
        ages = freshness.columns(args.opened.answered.values())
        return json_text({**report.data(found, by), **ages})
    if args.format in ("csv", "focus"):
        for words in report.said(found):
            console.say(f"ratecards: {words}")
        return focus.text(found, by) if args.format == "focus" else made.csv()
    return report.with_total(made, by, found).form(args.format)


def _ages(args: Namespace, wanted: Wanted, found: Counted) -> Callable[[Iterable[str]], list[Age]]:
    """How old on the last day of its calls what each source says is; the dataset takes note of it."""
    last: dict[str, date] = {}
    for key, total in found.tally.sums.items():
        for source in (key.source, *(line.source for line in total.lines.values())):
            last[source] = max(key.day, last.get(source, key.day))
    catalog = catalog_of(args.opened, wanted)
    ages = {s: age for s, day in last.items() for age in (catalog if wanted.on else catalog.at(day)).tell([s])}
    return lambda sources: [ages[source] for source in sorted(set(sources))]


def _progress() -> Callable[[int, int], None]:
    def told(done: int, size: int) -> None:
        end = "\n" if done >= size else ""
        sys.stderr.write(f"\rratecards: {done / 1e6:,.0f} of {size / 1e6:,.0f} MB{end}")
        sys.stderr.flush()

    return told


def _written(path: Path, text: str) -> None:
    """Write a file that is whole or not there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _parquet(args: Namespace, made: Table) -> str:
    """The groups as a Parquet file. Raises `CostError` without a file or DuckDB."""
    if not args.to:
        raise CostError("--format parquet: say the file to write (--to FILE)")
    try:
        import duckdb
    except ImportError as error:
        raise CostError("Parquet is written with DuckDB: pip install 'ratecards[parquet]'") from error
    types = {
        "amount": "DECIMAL(38, 18)",
        "stale": "BOOLEAN",
        **dict.fromkeys(("calls", "tokens", "age_days"), "BIGINT"),
    }
    columns = {key: types.get(key, "VARCHAR") for key in made.keys}
    path = Path(args.to)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".ratecards.") as folder, duckdb.connect() as base:
        quoted = ", ".join(f'"{key.replace(chr(34), chr(34) * 2)}" {kind}' for key, kind in columns.items())
        base.execute(f"CREATE TABLE bill ({quoted})")
        rows = [[record[key] for key in columns] for record in made.records()]
        if rows:
            base.executemany(f"INSERT INTO bill VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
        written = Path(folder, "bill.parquet")
        base.execute(f"COPY bill TO '{written}' (FORMAT parquet)")
        written.replace(path)
    for words in made.notes:
        console.say(f"ratecards: {words}")
    return f"{args.to}: written\n"


def _explained(args: Namespace, wanted: Wanted) -> str:
    """One row, named as `log.jsonl:17`, with each rate that its cost is made of. Raises `CostError`."""
    path, _, number = args.explain.rpartition(":")
    if not path or not number.isdecimal():
        raise CostError(f"--explain: expected a row as `log.jsonl:17`, saw {args.explain!r}")
    catalog = catalog_of(args.opened, wanted)
    found = _answers(path, int(number), wanted)
    counting = counting_of(catalog, wanted)
    priced = [counting.price(answer) for answer in found]
    made = bill(priced[0] if len(priced) == 1 else together(priced)).aged(catalog.tell)
    return made.form("table" if args.format == "focus" else args.format, explain=True)


def _answers(path: str, wanted_number: int, wanted: Wanted) -> list[Answer]:
    """The calls of a row. Raises `CostError`."""
    kept: dict[str, object] = {}
    for line, record, wrong in log.read(Part(path)):
        if isinstance(record, (Stream, Listed)):
            each = False if isinstance(record, Stream) else wanted.each
            return answers(list(record) if isinstance(record, Stream) else record[wanted_number - 1], each=each)
        if line != wanted_number:
            if isinstance(record, dict):
                _keep(record, kept)
            continue
        if wrong:
            raise CostError(f"{path}:{line}: {wrong}")
        found = list(records(record, kept))
        calls_of = [one for one in found if isinstance(one, Answer)]
        if not calls_of:
            raise CostError(f"{path}:{line}: holds no call: {', '.join(map(str, found))}")
        return calls_of
    raise CostError(f"{path}: has no row {wanted_number}")


def _keep(record: object, kept: dict[str, object]) -> None:
    """What a row says for those after it."""
    try:
        list(records(record, kept))
    except CostError:
        return
