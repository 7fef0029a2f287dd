"""What each command does, once its words are parsed. Only here is anything printed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ratecards.model import Rate
from scraper import report
from scraper.dataset import Dataset
from scraper.editions import Edition, load, replay
from scraper.errors import DatasetError, LayoutChanged
from scraper.fetch import Page, decode
from scraper.judge import Verdict
from scraper.publish import locked
from scraper.reading import Reading
from scraper.refresh import Progress, fetch_all, judge_one, publication
from scraper.sources import SOURCES, Source, find


def _now(given: datetime | None) -> datetime:
    return given or datetime.now(UTC)


def refresh(options: argparse.Namespace) -> int:
    """Look, judge, publish. Kept editions are replayed one after the other, each at its own time."""
    sources = [find(name) for name in options.source] or list(SOURCES)
    dataset = Dataset(options.to)
    looks: Mapping[str, Edition | DatasetError]
    with locked(options.to):
        if not options.replay:
            now = _now(options.now)
            with _progress(sources) as progress:
                looks = fetch_all(sources, dataset, lambda: options.now or datetime.now(UTC), options.keep, progress)
            return _publish(dataset, looks, sources, now, dry=options.dry_run)
        worst = 0
        for at, looks in _replayed(options.replay, sources, dataset):
            named = [s for s in sources if s.name in looks]
            worst = max(worst, _publish(dataset, looks, named, options.now or at, dry=options.dry_run))
        return worst


def _replayed(
    folder: Path, sources: Sequence[Source], dataset: Dataset
) -> Iterator[tuple[datetime, dict[str, Edition]]]:
    """The kept editions by time; those older than the last good look were read then."""
    kept = [(e.at, s.name, e) for s in sources for e in replay(folder, s)]
    if not kept:
        raise DatasetError(f"{folder}: expected <provider>/<source>/<ISO time>.<ext> of a source, saw none")
    newest = {s.name: _observed(dataset, s) for s in sources}
    editions = [(at, name, e) for at, name, e in kept if f"{at:%Y-%m-%dT%H:%M:%SZ}" >= newest[name]]
    for at in sorted({at for at, *_ in editions}):
        yield at, {name: edition for when, name, edition in editions if when == at}


def _observed(dataset: Dataset, source: Source) -> str:
    try:
        return dataset.state(source.name).observed
    except DatasetError:
        return ""  # judged again, where damage is a verdict


def _publish(
    dataset: Dataset,
    looks: Mapping[str, Edition | DatasetError],
    sources: Sequence[Source],
    now: datetime,
    *,
    dry: bool,
) -> int:
    verdicts = []
    for source in sources:
        seen = looks[source.name]
        if isinstance(seen, DatasetError):
            verdicts.append(Verdict(source, "DAMAGED", now, [str(seen)]))
        else:
            verdicts.append(judge_one(dataset, source, seen, now))
    result = publication(dataset, verdicts, now)
    paths = result.paths if dry else result.commit()
    _say(verdicts, now, paths, dry=dry)
    return max((v.exit for v in verdicts), default=0)


def _say(verdicts: Sequence[Verdict], now: datetime, paths: Sequence[str], *, dry: bool) -> None:
    header = ("source", "outcome", "models", "rates", "amounts read", "changes")
    _table(header, report.summary_rows(verdicts), f"{now:%Y-%m-%d %H:%M} UTC")
    for verdict in verdicts:
        for line in _story(verdict, now):
            print(line)
    done = "would write" if dry else "wrote"
    print(f"{done} {len(paths)} files" if paths else "nothing to write")


def _story(verdict: Verdict, now: datetime) -> Iterator[str]:
    name = verdict.source.name
    if verdict.reading:
        yield f"{name}: {verdict.reading.amounts}"
    for message in verdict.messages:
        yield f"{name}: {report.plain_text(message)}"
    if verdict.outcome != "NEW":
        for line in report.lines(verdict.changes):
            yield f"  {line}"
    if quiet := report.quiet_count(verdict.changes):
        yield f"  {quiet} changes of wording or notes recorded"
    for held in verdict.held:
        words = report.plain_text(report.describe(held.change))
        yield f"  held {held.id}: {words}; {held.reason}; seen {held.looks} times since {held.since}"
    for old, new in verdict.proposals:
        yield f"  looks renamed: {old} -> {new}; if so, add it to renames in the vocabulary"
    if verdict.cards and verdict.changes:
        from ratecards.history import steps

        for line in report.step_lines(steps(verdict.cards.values(), now.date()), now.date()):
            yield f"  announced {line}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def _progress(sources: Sequence[Source]) -> Iterator[Progress]:
    """A bar on a terminal, a line per source elsewhere."""
    if not sys.stderr.isatty():
        yield lambda source, step: print(f"{source.name}: {step}", file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fetching", total=len(sources))
        yield lambda source, step: bar.update(task, advance=1, description=f"{step} {source.name}")


def read(options: argparse.Namespace) -> int:
    """Print what would be published of one page; problems go to stderr, the exit status is the verdict."""
    source = find(options.source)
    try:
        reading = source.module.read(_body(options.file, source))
    except LayoutChanged as error:
        print(f"NOT_READ {options.file}: {report.plain_text(str(error))}", file=sys.stderr)
        return 4
    for problem in reading.problems:
        print(f"{report.plain_text(problem.place)}: {problem.message}", file=sys.stderr)
    outcome, code = _standing(reading)
    whole = outcome in ("READ", "PARTLY_READ")
    rates = reading.rates() if whole else []
    held = [*reading.rates(held_back=True), *(() if whole else reading.rates())] if options.all else []
    _print_rates(rates, held, options.format, outcome)
    for words in reading.suspicions:
        print(f"SUSPECT: {words}", file=sys.stderr)
    print(
        f"{outcome}: {len(rates)} rates of {len({r.model for r in rates})} models; {reading.amounts}",
        file=sys.stderr,
    )
    return code


def _standing(reading: Reading) -> tuple[str, int]:
    from scraper.guard import too_little_read

    counted = [s for s in reading.sections if s.counted]
    if too_little_read(sum(bool(s.problems) for s in counted), len(counted)):
        return "NOT_READ", 4
    if reading.suspicions or any(p.kind == "conflict" for p in reading.problems):
        return "SUSPECT", 5
    return ("PARTLY_READ", 4) if reading.unread else ("READ", 0)


def _body(path: Path, source: Source) -> str:
    return decode(load_any(path, source))


def load_any(path: Path, source: Source) -> Page:
    """A saved page whatever its name; a file without a date in its name counts as fetched now."""
    try:
        return load(path, source)
    except DatasetError:
        if not path.is_file():
            raise
        return Page("", "", 200, {}, path.read_bytes(), datetime.now(UTC))


def _print_rates(published: Sequence[Rate], back: Sequence[Rate], style: str, outcome: str) -> None:
    from scraper import v1

    if style == "csv":
        text = v1.rates_csv(published)
        if back:
            first, *lines = text.splitlines()
            marked = [f"{first},held", *(f"{line}," for line in lines)]
            marked += [f"{line},{outcome}" for line in v1.rates_csv(back).splitlines()[1:]]
            text = "\n".join(marked) + "\n"
        sys.stdout.write(text)
    elif style == "json":
        sys.stdout.write(v1.rate_json([*published, *back]))
    else:
        for rate in published:
            print(report.plain_text(f"{rate.model:36} {report.what(rate)}: {report.value(rate)}"))
        for rate in back:
            print(report.plain_text(f"HELD {rate.model:31} {report.what(rate)}: {report.value(rate)}"))


def doctor(options: argparse.Namespace) -> int:
    """Every place that is not understood, the nearest known terms, and the lines that would settle it."""
    from scraper.doctor import examine, keep_case

    source = find(options.source)
    if options.file:
        page = load_any(options.file, source)
        bodies = {options.file.name: _body(options.file, source)}
    else:
        from scraper.editions import getter, look

        edition = look(source, getter(source, lambda: datetime.now(UTC)), lambda: datetime.now(UTC), {})
        for kind, error in {**edition.failed, **edition.not_read}.items():
            print(f"{kind}: {error}", file=sys.stderr)
        if not edition.pages:
            return 4 if edition.not_read else 3
        page = next(iter(edition.pages.values()))
        bodies = {kind: decode(p) for kind, p in edition.pages.items()}
    code = 0
    for name, body in bodies.items():
        lines, found = examine(source, name, body)
        print("\n".join(report.plain_text(line) for line in lines))
        code = max(code, found)
        if options.keep:
            print(f"kept as {keep_case(source, options.keep, name, body, page)}")
    return code


def backfill(options: argparse.Namespace) -> int:
    """History from saved pages, in date order, without holds; a second reading of an edition gives corrections."""
    from scraper.backfill import backfill as run

    source = find(options.source)
    pages = [load(path, source) for path in options.file]
    if options.date:
        from dataclasses import replace

        pages = [replace(page, fetched_at=options.date) for page in pages]
    with locked(options.to):
        worst = 0
        for verdict, paths, at in run(Dataset(options.to), source, pages, options.file, _now(options.now)):
            _say([verdict], at, paths, dry=False)
            worst = max(worst, verdict.exit)
    return worst


def check(options: argparse.Namespace) -> int:
    """Everything a dataset promises of itself; findings one a line, exit 1 on any."""
    from scraper.check import findings

    found = findings(Dataset(options.to), _now(options.now).date())
    for line in found:
        print(report.plain_text(line))
    print(f"{len(found)} findings" if found else "history, cards, evidence and counts fit together")
    return 1 if found else 0


def sources(options: argparse.Namespace) -> int:
    """The sources, their addresses and whether they are configured here."""
    rows = [
        {"name": s.name, "provider": s.provider, "source": s.source, "urls": dict(s.module.urls())} for s in SOURCES
    ]
    if options.json:
        print(json.dumps(rows))
        return 0
    for source in SOURCES:
        print(source.name, *source.module.urls().values(), sep="\n  ")
    return 0
