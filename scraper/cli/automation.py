"""The commands that the workflows call: all that decides is below, and the workflows only call it."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ratecards.cli import console
from ratecards.wording import count
from scraper.errors import DatasetError, FetchFailed

if TYPE_CHECKING:
    from scraper.automation.github import GitHub
    from scraper.report.alerts import Action
    from scraper.report.events import Address, Event, Filter


def fetch(options: argparse.Namespace) -> int:
    """Fetch each source and save what came, and what did not, for `publish-git --replay`."""
    from scraper.cli.run import named_sources
    from scraper.pipeline.fetch_only import fetch_and_save
    from scraper.publish.dataset import Dataset

    for name, words in fetch_and_save(named_sources(options.source), Dataset(options.to), options.keep, options.now):
        print(f"{name}: {words}")
    return 0


def report(options: argparse.Namespace) -> int:
    """Print one of the texts of a run."""
    from scraper.report import alerts, messages, run_report

    run = run_report.load(options.report)
    one = [s for s in run.sources if s.name == options.source]
    if options.format in ("pull", "issue") and not one:
        names = ", ".join(s.name for s in run.sources) or "none"
        raise DatasetError(f"--source: expected a source of the report ({names}), saw {options.source!r}")
    text = {
        "summary": lambda: messages.summary(run),
        "full": lambda: messages.summary(run, limit=sys.maxsize),
        "pull": lambda: messages.pull(run, options.source),
        "issue": lambda: alerts.broken_text(one[0]),
        "webhook": lambda: (
            json.dumps(messages.webhook(run, link_to_run(os.environ)), ensure_ascii=False, indent=1) + "\n"
        ),
        "commit": lambda: messages.commit_message(run),
        "changelog": lambda: messages.changelog(run),
    }[options.format]()
    sys.stdout.write(text)
    return 0


def link_to_run(environ: Mapping[str, str]) -> str:
    """The address of the workflow run, or of the repository; nothing outside of Actions."""
    server, repo, run = (environ.get(f"GITHUB_{n}", "") for n in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if not (server and repo):
        return ""
    return f"{server}/{repo}" + (f"/actions/runs/{run}" if run else "")


def publish_git(options: argparse.Namespace) -> int:
    """Publish what was fetched. Exit 1 only where a pull request failed: verdicts on sources are no failure."""
    from scraper.automation import branch, pull_requests
    from scraper.automation.git import Git
    from scraper.automation.github import from_environment
    from scraper.pipeline.fetch_only import fill_missing
    from scraper.report import run_report

    git, target = Git(options.repo.resolve()), branch.Target(options.remote, options.branch)
    if options.prepared:
        names, apply = branch.prepared_sources(options.prepared), branch.prepared(options.prepared)
    else:
        names = fill_missing(options.replay, options.source, datetime.now(UTC))
        apply = branch.replaying(options.replay, versioned=options.version)
    code = 0
    if options.prepare:
        found = branch.prepare(git, target, apply, names, options.prepare, apart=options.pull_requests)
        run_report.save(options.report, found)
        print(f"prepared {len(found.files)} files")
        return 0
    if options.dry_run:
        done = branch.rehearsed(git, target, apply, names)
    elif options.pull_requests:
        done, proposals = pull_requests.propose(git, target, apply, names, from_environment())
        for line in pull_requests.lines(proposals):
            print(line)
        code = 1 if any(p.problem for p in proposals) else 0
    else:
        done = branch.publish(git, target, apply, names)
    run_report.save(options.report, done.facts)
    _output(options.output, {"commit": done.commit, "changed": done.changed, "data": done.data})
    print(f"published {done.commit[:12]}, {len(done.paths)} files" if done.changed else "nothing to publish")
    return code


def _output(path: Path | None, values: Mapping[str, object]) -> None:
    """Append a step's outputs, each with a random delimiter, so that no value can end itself early."""
    if path is None:
        return
    with path.open("a", encoding="utf-8") as file:
        for name, value in values.items():
            end = f"end-{secrets.token_hex(16)}"
            file.write(f"{name}<<{end}\n{json.dumps(value) if isinstance(value, bool) else value}\n{end}\n")


def alert(options: argparse.Namespace) -> int:
    """Tell people of a run: issues on GitHub, the webhook, the addresses. Exit 3 where one of the latter failed."""
    from scraper.automation import issues
    from scraper.automation.github import from_environment
    from scraper.report import alerts, events, messages, run_report

    wanted = events.Filter(tuple(options.model), options.over, tuple(kind for some in options.kind for kind in some))
    run = run_report.load(options.report)
    if not run.at:
        print("nothing was looked at, nothing to tell")
        return 0
    published = replace(run, sources=[s for s in run.sources if not s.proposed])
    telling = _Telling(wanted, dry=options.dry_run)
    if options.published and any(s.changes for s in published.sources):
        telling.webhook(messages.webhook(published, link_to_run(os.environ)))
    if options.published:
        telling.people(events.of_run(published))
    forge = None if options.dry_run else from_environment()
    return _told(forge, alerts.of_run(run, issues.known(forge)), telling)


class _Telling:
    """Tells the webhook and the addresses; one that fails is told of on stderr, and keeps no other from hearing.

    `status` is the exit status: 3 where one failed.
    """

    def __init__(self, wanted: Filter, *, dry: bool = False) -> None:
        from scraper.automation.notify import addressed

        self._wanted, self._dry = wanted, dry
        self._addresses: list[Address] = []
        self.status = 0
        try:
            self._addresses = addressed()
        except DatasetError as error:
            self._fails(str(error))

    def _fails(self, words: str) -> None:
        console.say(f"alert: {words}")
        self.status = 3

    def webhook(self, payload: Mapping[str, object]) -> None:
        """POST a JSON value to the webhook, if there is one."""
        from scraper.automation.issues import tell_webhook

        try:
            if not self._dry and tell_webhook(payload):
                print("told the webhook")
        except FetchFailed as error:
            self._fails(str(error))

    def people(self, told: Sequence[Event]) -> None:
        """Send what is wanted to each address, as one message."""
        from scraper.automation.notify import tell

        if self._dry:
            passing = [event for event in told if self._wanted.passes(event)]
            for address in self._addresses:
                own = sum(map(address.wanted.passes, passing))
                print(f"would send {count(own, 'alert')} to address {address.number}")
            return
        done, problems = tell(self._addresses, told, link_to_run(os.environ), self._wanted)
        for words in problems:
            self._fails(words)
        if done:
            print(f"alerts sent: {done}")


def _told(forge: GitHub | None, todo: Sequence[Action], telling: _Telling) -> int:
    """Do what was decided, and tell of it; without GitHub, say what would be done. Exit 3 where telling failed."""
    from scraper.automation import issues
    from scraper.report import events, messages

    if forge is None:
        for action in todo:
            print(f"would {action.do} {action.key}: {action.title}")
        return telling.status
    telling.people(events.of_actions(todo))
    for action in todo:
        text = action.title or f"{action.key}: {action.comment}"
        telling.webhook(
            messages.payload(text, link_to_run(os.environ), event=action.do, key=action.key, title=action.title)
        )
    for line in issues.carry_out(forge, todo):
        print(line)
    return telling.status


def heartbeat(options: argparse.Namespace) -> int:
    """Exit 1 when what is published was not looked at for too long."""
    from scraper.automation import issues
    from scraper.automation.github import from_environment
    from scraper.automation.heartbeat import complaint_of, kept_alive, newest_day, published
    from scraper.report import alerts, events

    now = options.now or datetime.now(UTC)
    newest = newest_day(published(options.url, options.file, now))
    complaint = complaint_of(newest, now, options.max_age_hours)
    print(complaint or f"looked at on {newest}")
    code = 0
    forge = from_environment() if options.alert or options.keep_alive else None
    if options.alert:
        day = newest.isoformat() if newest else ""
        telling = _Telling(events.Filter())
        code = _told(forge, alerts.of_heartbeat(complaint, day, now, issues.known(forge)), telling)
    for workflow in options.keep_alive:
        print(kept_alive(forge, workflow) if forge else f"{workflow}: no token, nothing done")
    return 1 if complaint else code


def publish_release(options: argparse.Namespace) -> int:
    """Make the release on GitHub, or complete it; nothing where it is whole."""
    from scraper.automation.github import from_environment
    from scraper.automation.upload import release

    forge = from_environment()
    if forge is None:
        raise DatasetError("expected GITHUB_TOKEN and GITHUB_REPOSITORY in the environment, saw none")
    notes = options.notes.read_text(encoding="utf-8") if options.notes else ""
    print(release(forge, options.version, options.commit, options.folder, notes))
    return 0
