"""`ratecards reconcile`: what was billed against what is listed, and against what was logged."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable
from datetime import date

from ratecards.bill import export, log
from ratecards.bill import reconcile_report as report
from ratecards.bill.count import Wanted, counted
from ratecards.bill.reconcile import Logged, Reconciling, with_log
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.cli import console
from ratecards.errors import CostError
from ratecards.tables import json_text


def run(args: Namespace) -> str:
    """The comparison as text; `args.status` becomes 1 where it fails. Raises `CostError` or `OSError`."""
    if args.billing == "-" and "-" in args.logs:
        raise CostError("-: standard input has the export or the log, not both: name a file for one of them")
    paths, others = log.files([args.billing])
    if others:
        console.say(f"ratecards: {len(others)} files are no exports by their names, and are not read: {others[0]}, ...")
    found = Reconciling(args.opened.catalog(None, args.today))
    for file, path in enumerate(paths):
        for number, charge, wrong in export.rows(path):
            if charge is None:
                found.refuse(wrong, (file, number))
            else:
                found.add(charge, (file, number))
    found.done()
    rows = report.counts(found)
    if rows["seen"] == rows["unread"]:
        nothing = "expected rows, saw none", 0, [(0, 1)]
        words, _, places = min(found.unread.values(), key=lambda one: one[2], default=nothing)
        where = report.placed(paths)(places[0]) if paths else args.billing
        raise CostError(f"{where}: no row of a billing export: {words}; {export.WAY_OUT}")
    logged, notes = _logged(args, found)
    args.status = int(bool(rows["unread"]) or _over(args, found, logged))
    made = report.table(found).aged(_ages(args, found))
    if args.format == "json":
        return json_text({**report.data(found, paths, logged), **freshness.columns(args.opened.answered.values())})
    notes = [*report.said(found, paths), *notes, *([_failed(args)] if args.fail_over is not None else [])]
    if args.format == "csv":
        for words in notes:
            console.say(f"ratecards: {words}")
        return made.csv()
    return made._replace(notes=(*notes, *made.notes)).form(args.format)


def _logged(args: Namespace, found: Reconciling) -> tuple[list[Logged] | None, list[str]]:
    if not args.logs:
        return None, []
    wanted = Wanted(os.fspath(args.opened.path), args.today)
    log_files, _ = log.files(args.logs)
    counting = counted(args.opened, wanted, log_files)
    logged, others = with_log(found, counting)
    refused = sum(one.rows for one in counting.tally.refused.values())
    return logged, list(report.logged_said(logged, others, refused))


def _over(args: Namespace, found: Reconciling, logged: list[Logged] | None) -> bool:
    """Whether more than the share that may be is not explained, in any currency, or not in the log."""
    if args.fail_over is None:
        return False
    shares = [money.share for money in report.balances(found).values()]
    shares += [report.log_share(logged)] if logged is not None else []
    return any(part is None or part > args.fail_over for part in shares)


def _failed(args: Namespace) -> str:
    return f"Not explained may be {report.percent(args.fail_over)}: {'failed' if args.status else 'passed'}."


def _ages(args: Namespace, found: Reconciling) -> Callable[[Iterable[str]], list[Age]]:
    """How old on the last day of the export what each source says is; the dataset takes note of it."""
    last: date = found.days[1] if found.days else args.today
    return args.opened.catalog(None, args.today).at(last).tell  # type: ignore[no-any-return]
