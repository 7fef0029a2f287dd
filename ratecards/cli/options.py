"""The command line of `ratecards`: its commands, and the options of each."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from ratecards.catalog.choices import (
    BILL_BY,
    DIALECTS,
    FAILING,
    LIFETIMES,
    MODALITIES,
    NUMBER,
    POLICIES,
    READINGS,
    STALE,
    TRUST,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_FORMATS = ("table", "csv", "json")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TABLE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\Z")
Make = Callable[[str, str], argparse.ArgumentParser]
# By option: the plain counts of `ratecards.costing.usage` that a command takes, with their help.
_SPLIT = {
    "input_tokens": "tokens of the prompt, the cached ones included",
    "cached_tokens": "of these, read from the cache",
    "cache_write_tokens": "tokens written to the cache",
    "output_tokens": "tokens of the answer",
    "thoughts_tokens": "thinking tokens, where they are not in the output",
    "images": "images made, by resolution: 1K=3",
    "seconds": "seconds of video made, by resolution: 720p=8",
    "input_seconds": "seconds of what is sent, where they are priced by the second",
    "input_minutes": "minutes of what is sent, where the page prints a minute: audio=10",
    "output_minutes": "minutes of what comes out, where the page prints a minute: audio=10",
}
_SINGLE = {
    "songs": "songs made",
    "characters": "characters read",
    "output_characters": "characters that come out",
    "input_images": "images sent, where they are priced by the piece",
    "grounded_prompts": "prompts grounded with Google Search",
    "search_queries": "search queries, where these are what is billed",
    "search_requests": "requests with a search, where these are what is billed",
    "search_used": "of any of these, already used in the period",
    "maps_prompts": "prompts grounded with Google Maps",
    "maps_queries": "queries to Google Maps, where these are what is billed",
    "maps_used": "of either, already used in the period",
    "cache_token_hours": "tokens kept in the cache, times hours",
}
TIERS = "standard, batch, flex or priority"
_MEASURED = ("seconds", "input_seconds", "input_minutes", "output_minutes", "cache_token_hours")
_REQUEST = ("input_tokens", "output_tokens", "seconds", "songs", "characters")


class UsageError(ValueError):
    """The command line does not say what a command needs."""


class _Checking(argparse.HelpFormatter):
    """What each option is checked with when it is added: that needs no look at the terminal, which takes longer."""

    def __init__(self, prog: str, **given: Any) -> None:
        super().__init__(prog, width=80, **given)


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given, formatter_class=_Checking)

    def format_help(self) -> str:
        """The help, as wide as the terminal."""
        self.formatter_class = argparse.HelpFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        raise UsageError(f"{message} (see {self.prog} --help)")


class _Versions(argparse.Action):
    """Ends with the versions, which take a look at the data."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> NoReturn:
        from ratecards.cli import install_commands

        print(install_commands.versions(), end="")
        parser.exit()


class _Unasked(Parser):
    """The parser of a command that was not asked for: it takes options, and makes nothing of them."""

    def __init__(self) -> None:  # to make the options of every command takes longer than a cost
        pass

    def add_argument(self, *_: Any, **__: Any) -> Any:
        """No option."""

    def add_mutually_exclusive_group(self, **_: Any) -> Any:
        """No group."""
        return self

    def set_defaults(self, **_: Any) -> None:
        """No default."""


class _Commands:
    """The commands of a parser; of those beside `only`, where it is one of them, just the names."""

    def __init__(self, parser: Parser, only: str) -> None:
        self._added = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
        self._only, self.found = only, False

    def add_parser(self, name: str, words: str) -> Parser:
        """The parser of a command."""
        if self._only not in ("", name):
            return _Unasked()
        self.found = True
        return self._added.add_parser(name, help=words, description=f"{words.capitalize()}.")


def parser(only: str = "") -> Parser:
    """The whole command line, or that of one command alone; a usage error raises `UsageError`."""
    top = Parser(prog="ratecards", description="What AI models cost: rate cards with evidence and history.")
    top.add_argument("--version", action=_Versions, nargs=0, help="the versions of the package and of its data")
    commands = _Commands(top, only)

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
    changes.add_argument("--by", type=_number, metavar="PERCENT", help="only prices that moved by at least so much")
    diff = _command(commands, "diff", "the net difference between two days")
    diff.add_argument("since", type=_day, metavar="DATE")
    diff.add_argument("until", type=_day, metavar="DATE")
    upcoming = _command(commands, "upcoming", "list price steps and shutdowns that a page dates for later")
    discrepancies = _command(commands, "discrepancies", "list where official sources disagree")
    discrepancies.add_argument("model", nargs="?", help="only this model")
    discrepancies.add_argument("--open", action="store_true", help="only those that nobody has accepted or explained")
    discrepancies.add_argument("--all", action="store_true", help="also explained and closed ones")
    export = _bare(commands, "export", "write the cards as a price file of another project")
    export.add_argument("project", choices=("litellm", "models.dev", "genai-prices"), help="whose format")
    export.add_argument("--to", metavar="DIR", help="write into this directory (default: one file goes to stdout)")
    words = "the cards of this source; may be repeated (default: google/gemini-api)"
    export.add_argument("--source", action="append", metavar="SOURCE", help=words)
    _add_sql(commands)
    audit = _command(
        commands, "audit", "check somebody's prices against the cards", ("table", "json", "sarif", "markdown", "github")
    )
    words = "a price file or a folder of them, of any form in docs/audit.md; - for standard input"
    audit.add_argument("file", nargs="+", help=words)
    audit.add_argument("--source", help="only what is claimed of this source, as in `gemini-api`")
    words = "what else ends with 1: unknown models, unread prices, prices unlike a stale card"
    audit.add_argument("--fail-on", type=_failing, default=(), metavar="unknown,unread,stale", help=words)
    audit.add_argument("--all", action="store_true", help="every price, also what is right or cannot be judged")
    bill = _command(commands, "bill", "what the calls of a log cost", (*_FORMATS, "markdown", "focus", "parquet"))
    _add_bill(bill)
    _add_reconcile(_command(commands, "reconcile", "an invoice against the cards, and against a log"))
    for command in (models, show, upcoming, discrepancies, export, audit):
        when = "as they stood on this day" if command is discrepancies else "as of this day (default: today)"
        command.add_argument("--on", type=_day, metavar="DATE", help=when)
    words = "serve on 127.0.0.1 alone, at this port, by streamable HTTP (default: stdio)"
    mcp = _bare(commands, "mcp", "answer as tools of a Model Context Protocol server")
    mcp.add_argument("--http", type=_port, metavar="PORT", help=words)
    for command in (show, upcoming, discrepancies, audit, mcp):
        _grade(command)
    _add_costs(lambda name, words: _command(commands, name, words, (*_FORMATS, "markdown")))
    _add_own(commands)
    return top if commands.found else parser()


def _add_sql(commands: _Commands) -> None:
    """Add the query of a warehouse."""
    sql = _bare(commands, "sql", "write the query that prices a table of usage, and the one of what has no price")
    sql.add_argument("--dialect", choices=DIALECTS, required=True, help="whose SQL")
    sql.add_argument(
        "--usage", metavar="TABLE", type=_table, default="usage", help="the table of calls (default: usage)"
    )
    words = "the table of prices, from bands.parquet (default: bands)"
    sql.add_argument("--bands", metavar="TABLE", type=_table, default="bands", help=words)
    words = "its columns, with commas (default: model,day,tier and the five counts of tokens)"
    sql.add_argument("--columns", metavar="NAMES", type=_names, help=words)
    words = "price all calls by this source (default: by the documentation of whoever sells the model)"
    sql.add_argument("--source", help=words)


def _add_own(commands: _Commands) -> None:
    """Add the commands about the package itself."""
    update = commands.add_parser("update", "fetch the newest released data")
    where = "the address of the releases (default: $RATECARDS_RELEASES, else the package's own)"
    update.add_argument("--from", metavar="URL", dest="releases", default="", help=where)
    update.add_argument(
        "--remove", action="store_true", help="remove what was fetched: the package's own data are read"
    )
    completion = commands.add_parser("completion", "write a script that completes commands and options in a shell")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    completion.set_defaults(whole=parser)


def _command(commands: _Commands, name: str, words: str, formats: tuple[str, ...] = _FORMATS) -> Parser:
    parser = _bare(commands, name, words)
    parser.add_argument("--format", choices=formats, default="table", help="default: table")
    return parser


def _bare(commands: _Commands, name: str, words: str) -> Parser:
    """A command whose output has one form."""
    parser = commands.add_parser(name, words)
    where = "a dataset or a root with one (default: $RATECARDS_DATASET, else the package's own)"
    parser.add_argument("--dataset", metavar="DIR", help=where)
    old = "where a source was not read for longer than its limit (default: $RATECARDS_STALE, else warn)"
    parser.add_argument("--stale", choices=STALE, help=old)
    parser.add_argument("--today", type=_day, help=argparse.SUPPRESS)
    return parser


def _add_costs(make: Make) -> None:
    """Add the commands that compute costs; `make` gives the parser of a new one."""
    cost = make("cost", "what calls cost")
    cost.add_argument("model", nargs="?", help="a model id or an alias (default: the one that the answer names)")
    cost.add_argument(
        "--usage", metavar="FILE", help="an API's answer, or a list of them, as JSON; - for standard input"
    )
    which = cost.add_mutually_exclusive_group()
    which.add_argument("--each", action="store_true", default=None, help="each element of the list is a call")
    which.add_argument("--stream", action="store_false", dest="each", help="the elements are the chunks of one answer")
    cost.add_argument("--as-if", action="store_true", help="price it at this model and tier, whatever the answer names")
    _counts(cost, (*_SPLIT, *_SINGLE))
    cost.add_argument("--plan", default="paid", help="free or paid (default: paid)")
    cost.add_argument("--tier", metavar="TIER", help=f"{TIERS} (default: the answer's, else standard)")
    words = "the total in this currency, too, by the reference rates of --exchange: EUR"
    cost.add_argument("--currency", metavar="CODE", help=words)
    words = "reference rates as the European Central Bank's eurofxref.csv (default: $RATECARDS_EXCHANGE)"
    cost.add_argument("--exchange", metavar="FILE", help=words)
    _words(cost, "source", "policy", "quality", "context", "reading")
    images = make("images", "the cost per image, by resolution")
    images.add_argument("models", nargs="*", metavar="MODEL", help="a model id or an alias (default: all)")
    _volume(images)
    _words(images, "source")
    budget = make("budget", "a month's cost by volume and resolution")
    _model(budget)
    budget.add_argument("--per-day", type=_list, metavar="N,N,...", help="default: 100,500,1000,5000,10000")
    _days(budget)
    budget.add_argument("--cached-share", type=_share, default=Decimal(0), metavar="SHARE", help="of the input: 0 to 1")
    _counts(budget, _REQUEST)
    _words(budget, "tier", "source", "policy", "resolution", "quality", "reading")
    compare = make("compare", "one image or one text request elsewhere")
    compare.add_argument("what", choices=("images", "text"), help="what is compared")
    compare.add_argument("--to", metavar="MODEL", help="show the ratio to this model")
    _volume(compare)
    _counts(compare, _REQUEST[:2])
    _words(compare, "tier", "resolution", "region")
    savings = make("savings", "where money can be saved")
    _model(savings)
    _volume(savings)
    share = "the share of the input that repeats: 0 to 1"
    savings.add_argument("--repeated-share", type=_share, default=Decimal(0), metavar="SHARE", help=share)
    _counts(savings, _REQUEST)
    _words(savings, "tier", "source", "resolution", "quality")
    limits = make("limits", "the free plan, usage tiers and queue limits")
    limits.add_argument("models", nargs="*", metavar="MODEL", help="a model id or an alias (default: all)")
    for parser in (cost, images, budget, compare, savings, limits):
        words = "as of this day; SOURCE=DATE for one source (default: the newest cards)"
        parser.add_argument("--on", type=_on, action="append", default=[], metavar="DATE", help=words)
        _grade(parser)
        if parser is not limits:
            parser.add_argument("--explain", action="store_true", help="each rate used, with its words and its day")


def _add_bill(bill: argparse.ArgumentParser) -> None:
    bill.add_argument("logs", nargs="+", metavar="LOG", help="files, folders, patterns; - for standard input")
    words = f"sums by these: {', '.join(BILL_BY)}, or fields of the rows (default: model,tier)"
    bill.add_argument("--by", type=_names, default=("model", "tier"), metavar="KEY,KEY,...", help=words)
    bill.add_argument("--on", type=_day, metavar="DATE", help="price all as of this day (default: each on its own)")
    bill.add_argument("--known-on", type=_day, metavar="DATE", help="by what was known on this day: an old bill again")
    bill.add_argument("--model", help="the model of rows that name none")
    bill.add_argument("--tier", metavar="TIER", help="the tier of rows that name none (default: standard)")
    bill.add_argument("--plan", default="paid", help="free or paid (default: paid)")
    words = "how long what is written to a cache is kept, where a row does not say"
    bill.add_argument("--cache-lifetime", choices=LIFETIMES, default="", help=words)
    bill.add_argument("--each", action="store_true", default=None, help="each row or element is a call of its own")
    bill.add_argument("--jobs", type=_whole, default=0, metavar="N", help="processes (default: one a processor)")
    bill.add_argument("--to", metavar="FILE", help="write into this file (default: stdout)")
    bill.add_argument("--explain", metavar="FILE:LINE", help="one row, with each rate that its cost is made of")
    _words(bill, "source", "policy")
    _grade(bill)


def _add_reconcile(reconcile: argparse.ArgumentParser) -> None:
    words = "Google Cloud's export of usage cost, or its FOCUS form: a file, folder or pattern; - for standard input"
    reconcile.add_argument("billing", metavar="BILLING", help=words)
    reconcile.add_argument("logs", nargs="*", metavar="LOG", help="what `ratecards bill` reads (default: none)")
    words = "end with 1 where more of it is not explained, as in 1%%"
    reconcile.add_argument("--fail-over", type=_percent, metavar="SHARE", help=words)


def _grade(parser: argparse.ArgumentParser) -> None:
    words = "official: leave out what is only reported (default: reported)"
    parser.add_argument("--grade", choices=TRUST, default="reported", help=words)


def _model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="a model id or an alias")


def _volume(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--per-day", type=_whole, default=1000, metavar="N", help="default: 1000")
    _days(parser)


def _days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=_whole, default=30, metavar="N", help="days of a month (default: 30)")


def _counts(parser: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for name in names:
        many = name in _SPLIT
        of = "N" if not many else "[SIZE=]N" if name in ("images", "seconds") else f"[{'|'.join(MODALITIES)}=]N"
        number = _number if name in _MEASURED else _whole
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=_pair(number) if many else number,
            action="append" if many else "store",
            metavar=of if name in _REQUEST[:1] or not many else of.replace(f"{'|'.join(MODALITIES)}", "KIND"),
            help=_SPLIT.get(name) or _SINGLE[name],
        )


_WORDS = {
    "tier": ("TIER", f"{TIERS} (default: standard)"),
    "source": ("SOURCE", "by this source (default: the provider's documentation)"),
    "policy": ("POLICY", f"whose price: {', '.join(POLICIES)}"),
    "quality": ("QUALITY", "of images, where the price depends on it"),
    "context": ("WORDS", "another condition of a price, in the table's words"),
    "reading": ("READING", f"of images: {' or '.join(READINGS)} (default: {READINGS[0]})"),
    "resolution": ("SIZE", "only this resolution"),
    "region": ("REGION", "of text: where requests run (global, regional, or as in us-central1), the platform's too"),
}


def _words(parser: argparse.ArgumentParser, *names: str) -> None:
    for name in names:
        metavar, words = _WORDS[name]
        default = {"tier": "standard", "reading": READINGS[0]}.get(name)
        choices = {"reading": READINGS, "policy": POLICIES}.get(name)
        parser.add_argument(f"--{name}", metavar=metavar, default=default, choices=choices, help=words)


# ------------------------------------------------------------------------------------- words to values


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, saw {text!r}")
    return int(text)


def _port(text: str) -> int:
    port = _whole(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, saw {text!r}")
    return port


def _number(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"expected a number from 0, saw {text!r}")
    return Decimal(text)


def _share(text: str) -> Decimal:
    share = _number(text)
    if share > 1:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, saw {text!r}")
    return share


def _percent(text: str) -> Decimal:
    return _number(text.removesuffix("%")) / 100 if text.endswith("%") else _share(text)


def _list(text: str) -> list[int]:
    return [_whole(part) for part in text.split(",")]


def _pair(number: Callable[[str], object]) -> Callable[[str], tuple[str, object]]:
    def pair(text: str) -> tuple[str, object]:
        of, _, amount = text.rpartition("=")
        return of, number(amount)

    return pair


def _on(text: str) -> tuple[str, date]:
    source, _, day = text.rpartition("=")
    try:
        if len(day) == 10:
            return source, date.fromisoformat(day)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-03-24, or laozhang=2026-03-24")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _failing(text: str) -> tuple[str, ...]:
    found = tuple(text.split(","))
    if wrong := [word for word in found if word not in FAILING]:
        raise argparse.ArgumentTypeError(f"expected {', '.join(FAILING)}, saw {wrong[0]!r}")
    return found


def _table(text: str) -> str:
    if not _TABLE.match(text):
        raise argparse.ArgumentTypeError(f"expected the name of a table, as in `project.usage`, saw {text!r}")
    return text


def _day(text: str) -> date:
    try:
        if _DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-03-24")
