"""A run's data into a git branch: the push is what publishes, and nothing before it leaves a trace.

The run is applied to a checkout of the remote's newest commit, in a folder that is thrown away. Where somebody else
pushed meanwhile, what was fetched is applied once more, to what stands there now; `main` is never forced. A run that
is killed at any moment before the push has published nothing, and one killed after it has published everything.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper.errors import DatasetError
from scraper.git import Git, GitError, Who
from scraper.report import facts as report_file
from scraper.report.facts import Facts
from scraper.report.messages import commit_message

# What belongs to the data; whatever else a run leaves behind is not committed.
PARTS = ("ratecards", "state", "pyproject.toml", "CHANGELOG.md")
# Moves with every look and is no news: a commit of these alone is of state, not of data.
_STATE = ("state/", "ratecards/v1/status.json")
_PACKAGE = "ratecards/v1/datapackage.json"
# Refusals that are verdicts on sources, not failures of the run.
_VERDICTS = (0, 3, 4, 5)
ATTEMPTS = 5
# What reads pages needs none of these.
_SECRET = ("GITHUB_TOKEN", "GH_TOKEN", "RATECARDS_WEBHOOK")

# Applies what was fetched of some sources (of all, if none is named) to the dataset in a folder.
Apply = Callable[[Path, Sequence[str]], Facts]
Wait = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish, and under which name."""

    remote: str = "origin"
    branch: str = "main"
    who: Who = field(default_factory=Who)


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it: the facts of the run, the commit that holds them (the base where nothing changed), the paths.

    `data` tells that what programs read changed, and not only what is known about the last look.
    """

    facts: Facts
    base: str
    commit: str
    paths: tuple[str, ...] = ()
    data: bool = False

    @property
    def changed(self) -> bool:
        """Whether there is a new commit."""
        return self.commit != self.base


def pause(attempt: int) -> None:
    """Wait longer each time, and never as long as the other publisher."""
    time.sleep(min(2**attempt, 30) + random.uniform(0, 2))  # noqa: S311 - not a secret


def publish(git: Git, target: Target, apply: Apply, names: Sequence[str] = (), *, wait: Wait = pause) -> Published:
    """Apply what was fetched of these sources to the branch, commit, push. Raises `GitError`, `DatasetError`."""
    for attempt in range(ATTEMPTS):
        base = newest(git, target)
        with git.worktree(base) as tree:
            done = committed(tree, base, apply(tree.root, names), target.who)
            if not done.changed or pushed(tree, target, base, f"{done.commit}:refs/heads/{target.branch}", wait):
                return done
        wait(attempt)
    raise GitError(f"{target.branch}: others pushed {ATTEMPTS} times meanwhile; the next run tries again")


def rehearsed(git: Git, target: Target, apply: Apply, names: Sequence[str] = ()) -> Published:
    """What a run would do to what is published now; nothing is committed. Raises `GitError`, `DatasetError`."""
    base = newest(git, target)
    with git.worktree(base) as tree:
        return Published(apply(tree.root, names), base, base)


def newest(git: Git, target: Target) -> str:
    """The commit that is published. Raises `GitError` where the branch is missing."""
    tip = git.tip(target.remote, target.branch)
    if not tip:
        raise GitError(f"{target.remote}: expected a branch {target.branch}, saw none")
    return tip


def committed(tree: Git, base: str, facts: Facts, who: Who) -> Published:
    """A commit of what a run changed in a checkout; none where nothing changed."""
    parts = [part for part in PARTS if (tree.root / part).exists() or tree("ls-files", "--", part)]
    if parts:
        tree("add", "--all", "--", *parts)
    paths = tuple(filter(None, tree("diff", "--cached", "--name-only", "--no-renames", "-z").split("\0")))
    if not paths:
        return Published(facts, base, base)
    data = _data_changed(tree, base, paths)
    words = commit_message(facts, data=data)
    tree("commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--file=-", stdin=words, who=who)
    return Published(facts, base, tree("rev-parse", "HEAD"), paths, data)


def _data_changed(tree: Git, base: str, paths: Sequence[str]) -> bool:
    """By the digest that versions go by, which knows what is news; by the paths where there is none to compare."""
    if not any(path.startswith("ratecards/") for path in paths):
        return False
    before = tree("show", f"{base}:{_PACKAGE}") if tree("ls-tree", base, "--", _PACKAGE) else ""
    package = tree.root / _PACKAGE
    digests = [_digest(text) for text in (before, package.read_text("utf-8") if package.exists() else "")]
    return digests[0] != digests[1] if all(digests) else any(not path.startswith(_STATE) for path in paths)


def _digest(package: str) -> str:
    """The digest in a data package's text; empty where there is none."""
    try:
        return str(json.loads(package)["digest"]) if package else ""
    except (ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{_PACKAGE}: expected its digest, saw {type(error).__name__}") from error


def pushed(tree: Git, target: Target, base: str, refspec: str, wait: Wait, *force: str) -> bool:
    """Push; whether it arrived, or else somebody was quicker. Raises `GitError` when it is refused for good.

    Only the remote can tell: an answer that is lost on the way leaves a push that arrived.
    """
    commit, _, ref = refspec.partition(":refs/heads/")
    for attempt in range(3):
        try:
            tree("push", "--quiet", *force, target.remote, refspec)
        except GitError as error:
            now = tree.tip(target.remote, ref)
            if now not in (base, commit):
                return False
            if now == base and attempt == 2:
                raise GitError(f"{ref}: not pushed: {error}") from error
            if now == commit:
                return True
            wait(attempt)
        else:
            return True
    raise AssertionError("the last attempt returns or raises")


def replaying(folder: Path, *, versioned: bool = False) -> Apply:
    """Applies the kept pages in `folder` with the code of the checkout, in a process of its own: it may be newer.

    `versioned`: where data changed, their version is written into the project and its changelog.
    """

    def apply(tree: Path, names: Sequence[str]) -> Facts:
        with TemporaryDirectory(prefix="ratecards-") as temporary:
            report = Path(temporary) / "report.json"
            replay = ("--replay", str(folder.resolve()), "--at-once", "--report", str(report))
            _command(tree, _VERDICTS, "refresh", *names, *replay, report=report)
            facts = report_file.load(report)
        if versioned and any(not path.startswith(_STATE) for path in facts["files"]):
            _command(tree, (0,), "version", "--write")
        _command(tree, (0,), "check")
        return facts

    return apply


def _command(tree: Path, fine: Sequence[int], name: str, *words: str, report: Path | None = None) -> None:
    """Run one of the workshop's commands over a checkout; what it prints goes where our own words go."""
    command = [sys.executable, "-B", "-m", "scraper", name, *words, "--to", str(tree)]
    sys.stdout.flush()
    environ = {n: v for n, v in os.environ.items() if n not in _SECRET}
    code = subprocess.run(command, cwd=tree, env=environ, check=False).returncode
    # a damaged source is a verdict like others, as long as the run came to its end and told so
    damaged = code == 1 and report is not None and report.exists() and json.loads(report.read_text())["exit"] == 1
    if code not in fine and not damaged:
        raise DatasetError(f"`{name}` ended with {code}, nothing was published; its own words stand above")
