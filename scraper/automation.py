"""The commands that the workflows call: all that decides is here and below, the workflows only call it."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scraper.errors import DatasetError

if TYPE_CHECKING:
    from scraper.alerts import Action
    from scraper.github import GitHub

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

GONE = 410
FORMATS = ("summary", "full", "pull", "issue", "webhook", "commit", "changelog")


def register(commands: Commands, root: Path) -> None:
    """Add these commands to the command line."""
    fetch = commands.add_parser("fetch", help="look, and only save what came (or did not), for refresh --replay")
    fetch.add_argument("source", nargs="*", help="provider/source; all if none is named")
    fetch.add_argument("--keep", type=Path, required=True, metavar="DIR", help="the folder to save to")
    fetch.add_argument("--to", type=Path, default=root, metavar="DIR", help="the dataset's root (default: here)")
    fetch.set_defaults(run=run_fetch)

    _report(commands.add_parser("report", help="the texts of a run, from what refresh --report wrote"))
    _publish(
        commands.add_parser("publish-git", help="apply what was fetched, commit and push; nothing is forced"), root
    )

    alert = commands.add_parser("alert", help="open, remind of and close issues after a run; call the webhook")
    alert.add_argument("report", type=Path, metavar="REPORT")
    alert.add_argument("--published", action="store_true", help="the run's changes are published: tell the webhook")
    alert.add_argument("--dry-run", action="store_true", help="print what would be done")
    alert.set_defaults(run=run_alert)

    _heartbeat(commands.add_parser("heartbeat", help="complain when the published status is too old"), root)
    release = commands.add_parser("publish-release", help="make or complete the release of a version on GitHub")
    release.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR", help="the files to attach")
    release.add_argument("--version", required=True)
    release.add_argument("--commit", required=True, help="the commit to tag")
    release.add_argument("--notes", type=Path, metavar="FILE", help="the release's text, in Markdown")
    release.set_defaults(run=run_release)


def _report(report: argparse.ArgumentParser) -> None:
    report.add_argument("report", type=Path, metavar="REPORT")
    report.add_argument("--format", choices=FORMATS, default="summary")
    report.add_argument("--source", default="", metavar="NAME", help="for pull and issue: of which source")
    report.set_defaults(run=run_report)


def _publish(publish: argparse.ArgumentParser, root: Path) -> None:
    publish.add_argument("source", nargs="*", help="the sources a look is expected of; those that there are if none")
    publish.add_argument("--replay", type=Path, required=True, metavar="DIR", help="what was fetched")
    publish.add_argument("--repo", type=Path, default=root, metavar="DIR", help="the clone to publish from")
    publish.add_argument("--remote", default="origin")
    publish.add_argument("--branch", default="main")
    publish.add_argument("--pull-requests", action="store_true", help="changes as a pull request per source")
    publish.add_argument("--dry-run", action="store_true", help="apply and report, but commit and push nothing")
    publish.add_argument("--report", type=Path, required=True, metavar="FILE", help="write what the run did")
    publish.add_argument("--output", type=Path, metavar="FILE", help="append commit, changed and data for later jobs")
    publish.set_defaults(run=run_publish)


def _heartbeat(heartbeat: argparse.ArgumentParser, root: Path) -> None:
    published = heartbeat.add_mutually_exclusive_group()
    published.add_argument("--url", default="", help="where status.json is published")
    status = root / "ratecards" / "v1" / "status.json"
    published.add_argument("--file", type=Path, default=status, help="or the file itself (default: here)")
    heartbeat.add_argument("--max-age-hours", type=int, default=48, metavar="N")
    heartbeat.add_argument("--alert", action="store_true", help="open or close the issue about it")
    heartbeat.add_argument("--keep-alive", action="append", default=[], metavar="WORKFLOW", help="keep its schedule on")
    heartbeat.add_argument("--now", type=datetime.fromisoformat, metavar="ISO", help=argparse.SUPPRESS)
    heartbeat.set_defaults(run=run_heartbeat)


def run_fetch(options: argparse.Namespace) -> int:
    """Save a look at each source. What did not come is saved as well: to tell it is the publisher's part."""
    from scraper.commands import named_sources
    from scraper.dataset import Dataset
    from scraper.looks import taken

    for name, words in taken(named_sources(options.source), Dataset(options.to), options.keep):
        print(f"{name}: {words}")
    return 0


def run_report(options: argparse.Namespace) -> int:
    """One of the texts of a run."""
    from scraper import alerts, facts, texts

    run = facts.load(options.report)
    one = [s for s in run["sources"] if s["name"] == options.source]
    if options.format in ("pull", "issue") and not one:
        names = ", ".join(s["name"] for s in run["sources"]) or "none"
        raise DatasetError(f"--source: expected a source of the report ({names}), saw {options.source!r}")
    text = {
        "summary": lambda: texts.summary(run),
        "full": lambda: texts.summary(run, limit=sys.maxsize),
        "pull": lambda: texts.pull(run, options.source),
        "issue": lambda: alerts.broken_text(one[0]),
        "webhook": lambda: json.dumps(texts.webhook(run, link_to_run(os.environ)), ensure_ascii=False, indent=1) + "\n",
        "commit": lambda: texts.commit_message(run),
        "changelog": lambda: texts.changelog(run),
    }[options.format]()
    sys.stdout.write(text)
    return 0


def link_to_run(environ: Mapping[str, str]) -> str:
    """The address of the workflow run, or of the repository; nothing outside of Actions."""
    server, repo, run = (environ.get(f"GITHUB_{n}", "") for n in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if not (server and repo):
        return ""
    return f"{server}/{repo}" + (f"/actions/runs/{run}" if run else "")


def run_publish(options: argparse.Namespace) -> int:
    """Publish what was fetched. Verdicts on sources are told, and are no failure of the run."""
    from scraper import facts, gitpublish, pulls
    from scraper.git import Git
    from scraper.github import from_environment
    from scraper.looks import completed

    names = completed(options.replay, options.source)
    git, target = Git(options.repo.resolve()), gitpublish.Target(options.remote, options.branch)
    apply = gitpublish.replaying(options.replay)
    if options.dry_run:
        done = gitpublish.rehearsed(git, target, apply, names)
    elif options.pull_requests:
        done, proposals = pulls.propose(git, target, apply, names, from_environment())
        for line in pulls.told(proposals):
            print(line)
    else:
        done = gitpublish.publish(git, target, apply, names)
    facts.save(options.report, done.facts)
    _output(options.output, {"commit": done.commit, "changed": done.changed, "data": done.data})
    print(f"published {done.commit[:12]}, {len(done.paths)} files" if done.changed else "nothing to publish")
    return 0


def _output(path: Path | None, values: Mapping[str, object]) -> None:
    """Outputs of a step, in the form that takes any value: none can end it early."""
    if path is None:
        return
    with path.open("a", encoding="utf-8") as file:
        for name, value in values.items():
            end = f"end-{secrets.token_hex(16)}"
            file.write(f"{name}<<{end}\n{json.dumps(value) if isinstance(value, bool) else value}\n{end}\n")


def run_alert(options: argparse.Namespace) -> int:
    """What the owner is to hear of a run."""
    from scraper import alerts, facts, texts

    run = facts.load(options.report)
    if not run["at"]:
        print("nothing was looked at, nothing to tell")
        return 0
    if options.published and any(s["changes"] for s in run["sources"]):
        _hooked(texts.webhook(run, link_to_run(os.environ)))
    forge = None if options.dry_run else _forge()
    return _told(forge, alerts.of_run(run, _known(forge)))


def _forge() -> GitHub | None:
    from scraper.github import from_environment

    return from_environment()


def _known(forge: GitHub | None) -> list[Any]:
    """Our issues; none without GitHub, or where a repository has its issues disabled, as forks do."""
    from scraper import issues
    from scraper.github import GitHubError

    try:
        return issues.known(forge) if forge else []
    except GitHubError as error:
        if error.status == GONE:
            return []
        raise


def _told(forge: GitHub | None, todo: Sequence[Action]) -> int:
    """Do what was decided, and tell the webhook of it; without GitHub, say what would be done."""
    from scraper import issues, texts
    from scraper.github import GitHubError

    if forge is None:
        for action in todo:
            print(f"would {action.do} {action.key}: {action.title}")
        return 0
    for action in todo:
        text = action.title or f"{action.key}: {action.comment}"
        _hooked(texts.payload(text, link_to_run(os.environ), event=action.do, key=action.key, title=action.title))
    try:
        for line in issues.carry_out(forge, todo):
            print(line)
    except GitHubError as error:
        if error.status == GONE:
            raise DatasetError(f"{error}: enable issues under Settings, General, to hear of broken pages") from error
        raise
    return 0


def _hooked(payload: Mapping[str, object]) -> None:
    from scraper.hook import send

    if send(payload):
        print("told the webhook")


def run_heartbeat(options: argparse.Namespace) -> int:
    """Exit 1 when what is published was not looked at for too long."""
    from scraper import alerts, heartbeat

    now = options.now or datetime.now(UTC)
    newest = heartbeat.newest(heartbeat.published(options.url, options.file, now))
    complaint = heartbeat.complaint(newest, now, options.max_age_hours)
    print(complaint or f"looked at on {newest}")
    forge = _forge() if options.alert or options.keep_alive else None
    if options.alert:
        _told(forge, alerts.of_heartbeat(complaint, _day(newest), now, _known(forge)))
    for workflow in options.keep_alive:
        print(heartbeat.kept_alive(forge, workflow) if forge else f"{workflow}: no token, nothing done")
    return 1 if complaint else 0


def _day(newest: date | None) -> str:
    return newest.isoformat() if newest else ""


def run_release(options: argparse.Namespace) -> int:
    """Make the release, or finish it, or find it standing."""
    from scraper.releases import release

    forge = _forge()
    if forge is None:
        raise DatasetError("expected GITHUB_TOKEN and GITHUB_REPOSITORY in the environment, saw none")
    notes = options.notes.read_text(encoding="utf-8") if options.notes else ""
    print(release(forge, options.version, options.commit, options.folder, notes))
    return 0
