"""The command line; the text of `--help` is the reference. Read at every start, so it imports no command."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scraper import ROOT

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

_COMMANDS = "The workshop's commands: `python -m scraper refresh | read | doctor | backfill | check | site | sources`."
# Before there is nothing to read, and behind it dates end.
_YEARS = 1970, 9000


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO date or instant") from error
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date of the years {_YEARS[0]} to {_YEARS[1]}")
    return at


def _share(text: str) -> Decimal:
    from scraper.report import events

    try:
        return events.share(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, saw {text!r}") from error


def _kinds(text: str) -> tuple[str, ...]:
    from scraper.report import events

    try:
        return events.kinds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, saw {text!r}") from error


@cache
def parser() -> argparse.ArgumentParser:
    """All commands, made once; each sets `command` and the `module` that has a function of that name."""
    top = argparse.ArgumentParser(prog="python -m scraper", description=_COMMANDS)
    top.set_defaults(module="scraper.cli.run")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _refresh(commands.add_parser("refresh", help="fetch, read, check, compare, publish"))
    _page_commands(commands)
    _person_commands(commands)
    commands.add_parser("readme", help="renew the tables of docs/cost.md and docs/sources.md")
    _release_commands(commands)

    check = commands.add_parser("check", help="prove that history, cards, evidence and counts fit together")
    _dataset(check, "today")
    site = commands.add_parser("site", help="make the static site: prices, a page per model, feeds, a calendar")
    site.add_argument("--base-url", default="", metavar="URL", help="where it will stand; for absolute links in feeds")
    npm = commands.add_parser("npm", help="make the npm package: the site's calculator as a module, with these prices")
    for made in (site, npm):
        made.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty folder, or an earlier one")
        made.add_argument(
            "--from", dest="root", type=Path, default=ROOT, metavar="DIR", help="the dataset (default: here)"
        )
        made.add_argument("--now", type=_instant, metavar="ISO", help="the day that decides between dated prices")
    sources = commands.add_parser("sources", help="the sources there are")
    sources.add_argument("source", nargs="*", help="only these")
    sources.add_argument("--json", action="store_true")
    words = "markdown: what each is asked with, and its scores"
    sources.add_argument("--format", choices=("list", "markdown"), default="list", help=words)
    _dataset(sources)
    _automation_commands(commands)
    return top


def _dataset(command: argparse.ArgumentParser, now: str = "") -> None:
    """The option for the dataset; and where it is said what `now` is for, the one for that."""
    command.add_argument("--to", type=Path, default=ROOT, metavar="DIR", help="the dataset's root (default: here)")
    if now:
        command.add_argument("--now", type=_instant, metavar="ISO", help=now)


def _refresh(refresh: argparse.ArgumentParser) -> None:
    refresh.add_argument("source", nargs="*", help="provider/source; all that are configured if none is named")
    pages = refresh.add_mutually_exclusive_group()
    pages.add_argument("--replay", type=Path, metavar="DIR", help="take kept pages instead of the network")
    pages.add_argument("--keep", type=Path, metavar="DIR", help="save what was fetched, for --replay")
    refresh.add_argument("--strict", action="store_true", help="infer nothing: what is in no vocabulary stays unread")
    refresh.add_argument("--at-once", action="store_true", help="the kept pages are the looks of one run")
    refresh.add_argument("--report", type=Path, metavar="FILE", help="write what the run did, for `report`")
    _dataset(refresh, "the clock, for tests and replays")
    saved = "AI Studio's saved response (.json, .har)"
    refresh.add_argument("--from", dest="saved", type=Path, metavar="FILE", help=saved)
    browser = "the DevTools address of your own, signed-in Chrome"
    refresh.add_argument("--browser", default="", metavar="URL", help=browser)
    state = "a browser's storage state, signed in (keep it secret)"
    refresh.add_argument("--state", type=Path, metavar="FILE", help=state)
    live = "write the browser's live state there, mode 0600"
    refresh.add_argument("--save-state", type=Path, metavar="FILE", help=live)
    refresh.add_argument("--dry-run", action="store_true", help="judge, but write nothing")


def _page_commands(commands: Commands) -> None:
    """What is done with a saved page."""
    read = commands.add_parser("read", help="read one saved page and print its rates")
    read.add_argument("source")
    read.add_argument("file", type=Path)
    read.add_argument("--format", choices=("table", "csv", "json"), default="table")
    read.add_argument("--all", action="store_true", help="also the rates that would be held back, marked")

    doctor = commands.add_parser("doctor", help="why a page was not read, and what would settle it")
    doctor.add_argument("source")
    doctor.add_argument("file", type=Path, nargs="?", help="a saved page; fetched if none is given")
    doctor.add_argument("--keep", metavar="CASE", help="save the page as a new case under tests/sources")

    doctor.add_argument("--to", type=Path, default=ROOT, metavar="DIR", help="the dataset that words are proven by")
    learn = commands.add_parser("learn", help="write what the numbers of a page prove of its unknown words, and a case")
    learn.add_argument("source")
    learn.add_argument("file", type=Path, nargs="?", help="a saved page; fetched if none is given")
    learn.add_argument("--case", default="", metavar="NAME", help="what the case is called (default: learned-DAY)")
    learn.add_argument("--vocabulary", type=Path, metavar="FILE", help="the file to write to (default: the source's)")
    learn.add_argument("--to", type=Path, default=ROOT, metavar="DIR", help="the dataset that words are proven by")

    canary = commands.add_parser("canary", help="whether the kept cases still look like the live page")
    canary.add_argument("source")
    canary.add_argument("file", type=Path, nargs="?", help="a saved page; fetched if none is given")

    new = commands.add_parser("new", help="begin a source whose page is tables: a vocabulary to fill, and a case")
    new.add_argument("source", metavar="PROVIDER/SOURCE")
    new.add_argument("url")
    new.set_defaults(module="scraper.cli.newsource")

    backfill = commands.add_parser("backfill", help="build history from saved pages, in date order")
    backfill.add_argument("source")
    backfill.add_argument("file", type=Path, nargs="+")
    backfill.add_argument("--date", type=_instant, help="the pages' day, if their names do not say it")
    _dataset(backfill, "the instant to record")
    for command in (read, doctor, learn, canary, backfill):
        command.set_defaults(module="scraper.cli.pages")


def _person_commands(commands: Commands) -> None:
    """What a person adds to what pages say."""
    manual = commands.add_parser("manual", help="take in the cards that a person keeps under manual/")
    manual.add_argument("--from", dest="folder", type=Path, default=ROOT / "manual", metavar="DIR")
    _dataset(manual, "the instant to record")
    only = commands.add_parser("reported", help="take in of another project's price file what no page has")
    only.add_argument("project", nargs="?", choices=("litellm", "genai-prices"))
    only.add_argument("file", type=Path, nargs="?")
    only.add_argument("--date", type=_instant, help="the day of the file")
    only.add_argument("--as-of", metavar="WORDS", help="which file it is: `LiteLLM 1.110.2`")
    only.add_argument("--record", action="store_true", help="how right each reporter was, once a page had the model")
    _dataset(only)
    confirm = commands.add_parser("confirm", help="publish what is held; without an id, list it")
    confirm.add_argument("id", nargs="?", default="")
    confirm.add_argument("--because", default="", metavar="WORDS")
    _dataset(confirm, "the day to record")
    decisions = {"accept": "a difference that is as it should be", "explain": "who publishes which, and why"}
    for name, words in decisions.items():
        decide = commands.add_parser(name, help=f"decide on a discrepancy: {words}")
        decide.add_argument("id")
        decide.add_argument("--because", required=True, metavar="WORDS")
        _dataset(decide, "the day to record")
        decide.set_defaults(module="scraper.cli.decisions")
    for command in (manual, only, confirm):
        command.set_defaults(module="scraper.cli.decisions")


def _release_commands(commands: Commands) -> None:
    """What follows from the data, and goes out with it."""
    rebuild = commands.add_parser("rebuild", help="make all derived files anew from cards, histories and states")
    _dataset(rebuild, "the day that decides between dated rates")
    version = commands.add_parser("version", help="the data's version, and whether a release is due")
    _dataset(version)
    words = "write it into pyproject.toml, data package and changelog"
    version.add_argument("--write", action="store_true", help=words)
    release = commands.add_parser("release", help="build the assets of a release")
    release.add_argument("--to", type=Path, required=True, metavar="DIR", help="where the assets go")
    words = "an asset not to build; may be repeated"
    release.add_argument("--without", action="append", default=[], choices=("parquet", "sbom", "wheel"), help=words)
    words = "the reader's wheel, built twice and compared byte for byte"
    wheel = commands.add_parser("wheel", help=words)
    wheel.add_argument("--to", type=Path, required=True, metavar="DIR", help="where the wheel goes")
    wheel.add_argument("--released", type=Path, metavar="FILE", help="a wheel that must be the same, too")
    for command in (release, wheel):
        words = "the dataset's root (default: here)"
        command.add_argument("--from", dest="dataset", type=Path, default=ROOT, metavar="DIR", help=words)
    for command in (version, release):
        command.add_argument("--tags", type=Path, metavar="FILE", help="tags, one a line (default: git's)")
        words = "the newest release's datapackage.json (default: git's)"
        command.add_argument("--released", type=Path, metavar="FILE", help=words)
    validate = commands.add_parser("validate", help="prove the data package with frictionless")
    _dataset(validate)
    for command in (rebuild, version, release, wheel, validate):
        command.set_defaults(module="scraper.cli.run")


def _automation_commands(commands: Commands) -> None:
    """What the workflows call."""
    fetch = commands.add_parser("fetch", help="look, and only save what came (or did not), for refresh --replay")
    fetch.add_argument("source", nargs="*", help="provider/source; all if none is named")
    fetch.add_argument("--keep", type=Path, required=True, metavar="DIR", help="the folder to save to")
    _dataset(fetch, "the clock, for tests")

    alert = commands.add_parser("alert", help="tell of a run: issues, the webhook, the addresses in RATECARDS_ALERTS")
    alert.add_argument("report", type=Path, metavar="REPORT")
    alert.add_argument("--published", action="store_true", help="the run's changes are published: tell of them, too")
    words = "to the addresses only what is about this model, or this pattern as gemini-2.5-*; may be repeated"
    alert.add_argument("--model", action="append", default=[], metavar="MODEL", help=words)
    words = "to the addresses of prices that moved only those by more than this"
    alert.add_argument("--over", type=_share, metavar="PERCENT", help=words)
    words = "to the addresses only these kinds of events"
    alert.add_argument("--kind", type=_kinds, action="append", default=[], metavar="KIND,KIND", help=words)
    alert.add_argument("--dry-run", action="store_true", help="print what would be done")

    release = commands.add_parser("publish-release", help="make or complete the release of a version on GitHub")
    release.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR", help="the files to attach")
    release.add_argument("--version", required=True)
    release.add_argument("--commit", required=True, help="the commit to tag")
    release.add_argument("--notes", type=Path, metavar="FILE", help="the release's text, in Markdown")

    report = commands.add_parser("report", help="the texts of a run, from what refresh --report wrote")
    _report(report)
    publish = commands.add_parser("publish-git", help="apply what was fetched, commit and push; main is never forced")
    _publish(publish)
    heartbeat = commands.add_parser("heartbeat", help="complain when the published status is too old")
    _heartbeat(heartbeat)
    for command in (fetch, alert, release, report, publish, heartbeat):
        command.set_defaults(module="scraper.cli.automation")
    publish.set_defaults(command="publish_git")
    release.set_defaults(command="publish_release")


def _report(report: argparse.ArgumentParser) -> None:
    report.add_argument("report", type=Path, metavar="REPORT")
    report.add_argument(
        "--format", choices=("summary", "full", "pull", "issue", "webhook", "commit", "changelog"), default="summary"
    )
    report.add_argument("--source", default="", metavar="NAME", help="for pull and issue: of which source")


def _publish(publish: argparse.ArgumentParser) -> None:
    publish.add_argument("source", nargs="*", help="the sources a look is expected of; those that there are if none")
    given = publish.add_mutually_exclusive_group(required=True)
    given.add_argument("--replay", type=Path, metavar="DIR", help="what was fetched")
    given.add_argument("--prepared", type=Path, metavar="DIR", help="what --prepare kept, in a job without a token")
    words = "apply, and keep there what would be published, for --prepared"
    publish.add_argument("--prepare", type=Path, metavar="DIR", help=words)
    publish.add_argument("--repo", type=Path, default=ROOT, metavar="DIR", help="the clone to publish from")
    publish.add_argument("--remote", default="origin")
    publish.add_argument("--branch", default="main")
    publish.add_argument("--pull-requests", action="store_true", help="changes as a pull request per source")
    publish.add_argument("--version", action="store_true", help="write the data's version where it belongs, too")
    publish.add_argument("--dry-run", action="store_true", help="apply and report, but commit and push nothing")
    publish.add_argument("--report", type=Path, required=True, metavar="FILE", help="write what the run did")
    publish.add_argument("--output", type=Path, metavar="FILE", help="append commit, changed and data for later jobs")


def _heartbeat(heartbeat: argparse.ArgumentParser) -> None:
    published = heartbeat.add_mutually_exclusive_group()
    published.add_argument("--url", default="", help="where status.json is published")
    status = ROOT / "ratecards" / "v1" / "status.json"
    published.add_argument("--file", type=Path, default=status, help="or the file itself (default: here)")
    heartbeat.add_argument("--max-age-hours", type=int, default=48, metavar="N")
    heartbeat.add_argument("--alert", action="store_true", help="open or close the issue about it")
    heartbeat.add_argument("--keep-alive", action="append", default=[], metavar="WORKFLOW", help="keep its schedule on")
    heartbeat.add_argument("--now", type=_instant, metavar="ISO", help="the clock, for tests")
