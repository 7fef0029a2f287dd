"""The command line of what the workflows call; read at every start, so it imports nothing of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

Instant = Callable[[str], datetime]
FORMATS = ("summary", "full", "pull", "issue", "webhook", "commit", "changelog")


def register(commands: Commands, root: Path, instant: Instant) -> None:
    """Add these commands to the command line; `instant` reads a time."""
    fetch = commands.add_parser("fetch", help="look, and only save what came (or did not), for refresh --replay")
    fetch.add_argument("source", nargs="*", help="provider/source; all if none is named")
    fetch.add_argument("--keep", type=Path, required=True, metavar="DIR", help="the folder to save to")
    fetch.add_argument("--to", type=Path, default=root, metavar="DIR", help="the dataset's root (default: here)")
    fetch.add_argument("--now", type=instant, metavar="ISO", help="the clock, for tests")

    alert = commands.add_parser("alert", help="open, remind of and close issues after a run; call the webhook")
    alert.add_argument("report", type=Path, metavar="REPORT")
    alert.add_argument("--published", action="store_true", help="the run's changes are published: tell the webhook")
    alert.add_argument("--dry-run", action="store_true", help="print what would be done")

    release = commands.add_parser("publish-release", help="make or complete the release of a version on GitHub")
    release.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR", help="the files to attach")
    release.add_argument("--version", required=True)
    release.add_argument("--commit", required=True, help="the commit to tag")
    release.add_argument("--notes", type=Path, metavar="FILE", help="the release's text, in Markdown")

    report = commands.add_parser("report", help="the texts of a run, from what refresh --report wrote")
    _report(report)
    publish = commands.add_parser("publish-git", help="apply what was fetched, commit and push; main is never forced")
    _publish(publish, root)
    heartbeat = commands.add_parser("heartbeat", help="complain when the published status is too old")
    _heartbeat(heartbeat, root, instant)
    for command in (fetch, alert, release, report, publish, heartbeat):
        command.set_defaults(module="scraper.cli.automation")
    publish.set_defaults(command="publish_git")
    release.set_defaults(command="publish_release")


def _report(report: argparse.ArgumentParser) -> None:
    report.add_argument("report", type=Path, metavar="REPORT")
    report.add_argument("--format", choices=FORMATS, default="summary")
    report.add_argument("--source", default="", metavar="NAME", help="for pull and issue: of which source")


def _publish(publish: argparse.ArgumentParser, root: Path) -> None:
    publish.add_argument("source", nargs="*", help="the sources a look is expected of; those that there are if none")
    given = publish.add_mutually_exclusive_group(required=True)
    given.add_argument("--replay", type=Path, metavar="DIR", help="what was fetched")
    given.add_argument("--prepared", type=Path, metavar="DIR", help="what --prepare kept, in a job without a token")
    words = "apply, and keep there what would be published, for --prepared"
    publish.add_argument("--prepare", type=Path, metavar="DIR", help=words)
    publish.add_argument("--repo", type=Path, default=root, metavar="DIR", help="the clone to publish from")
    publish.add_argument("--remote", default="origin")
    publish.add_argument("--branch", default="main")
    publish.add_argument("--pull-requests", action="store_true", help="changes as a pull request per source")
    publish.add_argument("--version", action="store_true", help="write the data's version where it belongs, too")
    publish.add_argument("--dry-run", action="store_true", help="apply and report, but commit and push nothing")
    publish.add_argument("--report", type=Path, required=True, metavar="FILE", help="write what the run did")
    publish.add_argument("--output", type=Path, metavar="FILE", help="append commit, changed and data for later jobs")


def _heartbeat(heartbeat: argparse.ArgumentParser, root: Path, instant: Instant) -> None:
    published = heartbeat.add_mutually_exclusive_group()
    published.add_argument("--url", default="", help="where status.json is published")
    status = root / "ratecards" / "v1" / "status.json"
    published.add_argument("--file", type=Path, default=status, help="or the file itself (default: here)")
    heartbeat.add_argument("--max-age-hours", type=int, default=48, metavar="N")
    heartbeat.add_argument("--alert", action="store_true", help="open or close the issue about it")
    heartbeat.add_argument("--keep-alive", action="append", default=[], metavar="WORKFLOW", help="keep its schedule on")
    heartbeat.add_argument("--now", type=instant, metavar="ISO", help="the clock, for tests")
