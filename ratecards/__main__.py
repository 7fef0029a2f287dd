"""The reader's command line: `ratecards`, or `python -m ratecards`.

Exit status: 0 fine; 1 where an audit finds errors; 2 for usage or bad input, with one line on stderr; 6 where a source
that is answered from was not read for longer than its limit, and `--stale error` was said.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NoReturn

from ratecards.choices import FAILING, STALE
from ratecards.cli import console, costargs

_FORMATS = ("table", "csv", "json")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class UsageError(ValueError):
    """The command line does not say what a command needs."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def main(argv: Sequence[str] | None = None, *, today: date | None = None) -> int:
    """Run one command; `today` stands in for the clock. Returns the exit status."""
    return console.run(lambda: _main(argv, today), "ratecards", 2)


def _main(argv: Sequence[str] | None, today: date | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a character that the terminal lacks must not stop it
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        args = _parser().parse_args(argv)
    except UsageError as error:
        return _refuse(error)
    args.today = args.today or today or datetime.now(UTC).date()
    # after the parser, so that --help is quick
    from ratecards.catalog import staleness
    from ratecards.cli.commands import COMMANDS
    from ratecards.dataset import Dataset, directory
    from ratecards.errors import CostError, DatasetError, StaleError
    from ratecards.storage.safejson import FormatError

    try:
        wanted = staleness.policy(args.stale)
        # what is stale is said in one line, below
        args.opened = Dataset(directory(args.dataset), "error" if wanted == "error" else "allow")
        text = COMMANDS[args.command](args)
    except StaleError as error:
        return _refuse(error, 6)
    except (DatasetError, CostError, FormatError, OSError) as error:
        return _refuse(error, late=_late(args) if "unknown model" in str(error) and wanted == "warn" else "")
    late = staleness.line(args.opened.answered.values()) if wanted == "warn" else ""
    for words in filter(None, (_unsettled(args), late)):
        console.say(f"ratecards: {words}")
    sys.stdout.write(text)
    return int(getattr(args, "status", 0))


def _unsettled(args: argparse.Namespace) -> str:
    """That the answer is of a publication which was interrupted."""
    from ratecards.dataset import unsettled

    return unsettled(args.dataset)


def _late(args: argparse.Namespace) -> str:
    """Which documentation was not read for so long that a new model may be missing."""
    from ratecards.catalog import staleness
    from ratecards.catalog.sellers import DOCUMENTATION

    return staleness.line(args.opened.age(s, args.today) for s in args.opened.sources if s in DOCUMENTATION)


def _refuse(error: Exception, status: int = 2, late: str = "") -> int:
    from ratecards.escaping import visible

    for words in filter(None, (str(error), late)):
        console.say(f"ratecards: {visible(words)}")
    return status


def _parser() -> _Parser:
    parser = _Parser(prog="ratecards", description="What AI models cost: rate cards with evidence and history.")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)

    models = _command(commands, "models", "list the models")
    show = _command(commands, "show", "show a model's rate card")
    show.add_argument("model", help="a model id or an alias")
    show.add_argument("--tier", help="only this service tier: standard, batch, flex or priority")
    show.add_argument("--plan", help="only this plan: free or paid")
    show.add_argument("--source", help="only this source, as in `gemini-api` or `google/gemini-api`")
    show.add_argument(
        "--all", action="store_true", help="in the table, a line for each rate that is not available, too"
    )
    changes = _command(commands, "changes", "list what changed, by edition")
    changes.add_argument("--since", type=_day, metavar="DATE", help="observed on this day or later")
    changes.add_argument("--until", type=_day, metavar="DATE", help="observed on this day or earlier")
    changes.add_argument("--model", help="only this model, under all its names")
    changes.add_argument("--all", action="store_true", help="also changes that are no news: words, labels")
    diff = _command(commands, "diff", "the net difference between two days")
    diff.add_argument("since", type=_day, metavar="DATE")
    diff.add_argument("until", type=_day, metavar="DATE")
    upcoming = _command(commands, "upcoming", "list price steps and shutdowns that a page dates for later")
    disputes = _command(commands, "discrepancies", "list where official sources disagree")
    disputes.add_argument("model", nargs="?", help="only this model")
    disputes.add_argument("--open", action="store_true", help="only those that nobody has accepted or explained")
    disputes.add_argument("--all", action="store_true", help="also explained and closed ones")
    export = _bare(commands, "export", "write the cards as a price file of another project")
    export.add_argument("project", choices=("litellm", "models.dev", "genai-prices"), help="whose format")
    export.add_argument("--to", metavar="DIR", help="write into this directory (default: one file goes to stdout)")
    words = "the cards of this source; may be repeated (default: google/gemini-api)"
    export.add_argument("--source", action="append", metavar="SOURCE", help=words)
    audit = _command(
        commands, "audit", "check somebody's prices against the cards", ("table", "json", "sarif", "markdown")
    )
    audit.add_argument("file", help="a LiteLLM map, models.dev, genai-prices, Portkey or our CSV; - for standard input")
    audit.add_argument("--source", help="only what is claimed of this source, as in `gemini-api`")
    words = "what else ends with 1: unknown models, unread prices, prices unlike a stale card"
    audit.add_argument("--fail-on", type=_failing, default=(), metavar="unknown,unread,stale", help=words)
    audit.add_argument("--all", action="store_true", help="every price, also what is right or cannot be judged")
    for command in (models, show, upcoming, export, audit):
        command.add_argument("--on", type=_day, metavar="DATE", help="as of this day (default: today)")
    costargs.add(lambda name, words: _command(commands, name, words, (*_FORMATS, "markdown")))
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, words: str, formats: tuple[str, ...] = _FORMATS
) -> _Parser:
    parser = _bare(commands, name, words)
    parser.add_argument("--format", choices=formats, default="table", help="default: table")
    return parser


def _bare(commands: argparse._SubParsersAction[_Parser], name: str, words: str) -> _Parser:
    """A command whose output has one form."""
    parser = commands.add_parser(name, help=words, description=f"{words.capitalize()}.")
    where = "a dataset or a root with one (default: $RATECARDS_DATASET, else the package's own)"
    parser.add_argument("--dataset", metavar="DIR", help=where)
    old = "where a source was not read for longer than its limit (default: $RATECARDS_STALE, else warn)"
    parser.add_argument("--stale", choices=STALE, help=old)
    parser.add_argument("--today", type=_day, help=argparse.SUPPRESS)
    return parser


def _failing(text: str) -> tuple[str, ...]:
    found = tuple(text.split(","))
    if wrong := [word for word in found if word not in FAILING]:
        raise argparse.ArgumentTypeError(f"expected {', '.join(FAILING)}, saw {wrong[0]!r}")
    return found


def _day(text: str) -> date:
    try:
        if _DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-03-24")


if __name__ == "__main__":
    sys.exit(main())
