"""The workshop's commands: `python -m scraper refresh | read | doctor | backfill | check | sources`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from scraper.errors import ScrapeError

ROOT = Path(__file__).resolve().parent.parent


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO date or instant") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def parser() -> argparse.ArgumentParser:
    """The command line; the text of `--help` is the reference."""
    top = argparse.ArgumentParser(prog="python -m scraper", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    refresh = commands.add_parser("refresh", help="fetch, read, check, compare, publish")
    refresh.add_argument("source", nargs="*", help="provider/source; all that are configured if none is named")
    pages = refresh.add_mutually_exclusive_group()
    pages.add_argument("--replay", type=Path, metavar="DIR", help="take kept pages instead of the network")
    pages.add_argument("--keep", type=Path, metavar="DIR", help="save what was fetched, for --replay")
    refresh.add_argument("--to", type=Path, default=ROOT, metavar="DIR", help="the dataset's root (default: here)")
    refresh.add_argument("--now", type=_instant, metavar="ISO", help="the clock, for tests and replays")
    refresh.add_argument(
        "--from", dest="saved", type=Path, metavar="FILE", help="AI Studio's saved response: .json, .har"
    )
    refresh.add_argument("--browser", default="", metavar="URL", help="the DevTools address of your signed-in Chrome")
    refresh.add_argument("--state", type=Path, metavar="FILE", help="a signed-in browser's storage state; secret")
    refresh.add_argument("--save-state", type=Path, metavar="FILE", help="write the browser's state there, mode 0600")
    refresh.add_argument("--dry-run", action="store_true", help="judge, but write nothing")

    read = commands.add_parser("read", help="read one saved page and print its rates")
    read.add_argument("source")
    read.add_argument("file", type=Path)
    read.add_argument("--format", choices=("table", "csv", "json"), default="table")
    read.add_argument("--all", action="store_true", help="also the rates that would be held back, marked")

    doctor = commands.add_parser("doctor", help="why a page was not read, and what would settle it")
    doctor.add_argument("source")
    doctor.add_argument("file", type=Path, nargs="?", help="a saved page; fetched if none is given")
    doctor.add_argument("--keep", metavar="CASE", help="save the page as a new case under tests/pages")

    backfill = commands.add_parser("backfill", help="build history from saved pages, in date order")
    backfill.add_argument("source")
    backfill.add_argument("file", type=Path, nargs="+")
    backfill.add_argument("--date", type=_instant, help="the pages' day, if their names do not say it")
    backfill.add_argument("--to", type=Path, default=ROOT, metavar="DIR")
    backfill.add_argument("--now", type=_instant, metavar="ISO", help="the instant to record")

    manual = commands.add_parser("manual", help="take in the cards that a person keeps under manual/")
    manual.add_argument("--from", dest="folder", type=Path, default=ROOT / "manual", metavar="DIR")
    manual.add_argument("--to", type=Path, default=ROOT, metavar="DIR")
    manual.add_argument("--now", type=_instant, metavar="ISO", help="the instant to record")

    for name, words in (("accept", "a difference that is as it should be"), ("explain", "who says which, and why")):
        decide = commands.add_parser(name, help=f"decide on a discrepancy: {words}")
        decide.add_argument("id")
        decide.add_argument("--because", required=True, metavar="WORDS")
        decide.add_argument("--to", type=Path, default=ROOT, metavar="DIR")
        decide.add_argument("--now", type=_instant, metavar="ISO")

    check = commands.add_parser("check", help="prove that history, cards, evidence and counts fit together")
    check.add_argument("--to", type=Path, default=ROOT, metavar="DIR")
    check.add_argument("--now", type=_instant, metavar="ISO")

    sources = commands.add_parser("sources", help="the sources there are")
    sources.add_argument("--json", action="store_true")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is the verdict's."""
    options = parser().parse_args(argv)
    from scraper import commands

    run: Callable[[argparse.Namespace], int] = getattr(commands, options.command)
    try:
        code = run(options)
        sys.stdout.flush()
    except ScrapeError as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    except commands.UsageError as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # who reads us has seen enough; the interpreter flushes once more at its end and must not complain, either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
