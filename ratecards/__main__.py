"""The reader's command line: `ratecards`, or `python -m ratecards`.

Exit status: 0 fine; 1 where an audit finds errors, rows of a bill are refused, or more of a billing export than may be
is not explained; 2 for usage or bad input, with one line on stderr; 6 where a source that is answered from was not read
for longer than its limit, and `--stale error` was said.
"""

from __future__ import annotations

import argparse
import io
import sys
import warnings
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib import import_module

from ratecards.cli import console, options

# The module of each command; the others compute costs.
_MODULES = {
    **dict.fromkeys(("models", "show", "changes", "diff", "upcoming", "discrepancies", "sql"), "commands"),
    "export": "export_command",
    "audit": "audit_command",
    "bill": "bill_command",
    "reconcile": "reconcile_command",
    "mcp": "mcp_command",
}

_ALONE = ("update", "completion")


def main(argv: Sequence[str] | None = None, *, today: date | None = None) -> int:
    """Run one command; `today` stands in for the clock. Returns the exit status."""
    return console.run(lambda: _main(argv, today), "ratecards", 2)


def _main(argv: Sequence[str] | None, today: date | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a character that the terminal lacks must not stop it
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        words = sys.argv[1:] if argv is None else argv
        args = options.parser(*words[:1]).parse_args(words)
    except options.UsageError as error:
        return _refuse(error)
    if args.command in _ALONE:
        return _alone(args)
    args.today = args.today or today or datetime.now(UTC).date()
    from ratecards.catalog import freshness
    from ratecards.dataset import Dataset, directory
    from ratecards.errors import CostError, DatasetError, ReportedWarning, StaleError
    from ratecards.storage.bounded_json import FormatError

    try:
        wanted = freshness.policy(args.stale)
        # what is stale is said in one line, below
        wants = "error" if wanted == "error" else "allow"
        args.opened = Dataset(directory(args.dataset), wants, getattr(args, "grade", "reported"))
        # after the parser, so that --help is quick, and only what the command needs
        command = import_module(f"ratecards.cli.{_MODULES.get(args.command, 'cost_commands')}")
        with warnings.catch_warnings():  # who reports what is only reported stands in the first line
            warnings.simplefilter("ignore", ReportedWarning)
            text: str = command.run(args)
    except StaleError as error:
        return _refuse(error, 6)
    except (DatasetError, CostError, FormatError, OSError) as error:
        return _refuse(error, late=_late(args) if "unknown model" in str(error) and wanted == "warn" else "")
    late = freshness.line(args.opened.answered.values()) if wanted == "warn" else ""
    for words in filter(None, (_unsettled(args), late)):
        console.say(f"ratecards: {words}")
    sys.stdout.write(text)
    return int(getattr(args, "status", 0))


def _alone(args: argparse.Namespace) -> int:
    """Run a command that answers from no dataset."""
    from ratecards.cli import install_commands
    from ratecards.errors import DatasetError

    try:
        sys.stdout.write(install_commands.run(args))
    except (DatasetError, OSError) as error:
        return _refuse(error)
    return 0


def _unsettled(args: argparse.Namespace) -> str:
    """That the answer is of a publication which was interrupted."""
    from ratecards.dataset import unsettled

    return unsettled(args.dataset)


def _late(args: argparse.Namespace) -> str:
    """Which documentation was not read for so long that a new model may be missing."""
    from ratecards.catalog import freshness
    from ratecards.catalog.authority import DOCUMENTATION

    return freshness.line(args.opened.age(s, args.today) for s in args.opened.sources if s in DOCUMENTATION)


def _refuse(error: Exception, status: int = 2, late: str = "") -> int:
    from ratecards.escaping import visible

    for words in filter(None, (str(error), late)):
        console.say(f"ratecards: {visible(words)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
