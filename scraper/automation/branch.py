"""A run's data into a git branch: the push is what publishes, and nothing before it leaves a trace.

The run is applied to a checkout of the remote's newest commit, in a folder that is thrown away. Where somebody else
pushed meanwhile, what was fetched is applied once more, to what stands there now; `main` is never forced. A run that
is killed at any moment before the push has published nothing, and one killed after it has published everything.

Pages may be read in a job without a token, and pushed by another that parses no page and runs nothing that did: what
was read is handed over as patches to the data and the facts of the run (`prepare`, `prepared`). A patch is taken only
onto the very data that it was made for, and only to files of the data: no code, no link, nothing that is run.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scraper.automation.git import Git, GitError, Who
from scraper.errors import DatasetError, readable
from scraper.report import run_report
from scraper.report.messages import commit_message
from scraper.report.run_report import RunReport

# What belongs to the data; whatever else a run leaves behind is not committed.
PARTS = ("ratecards", "state", "pyproject.toml", "CHANGELOG.md")
# Moves with every look and is no news: a commit of these alone is of state, not of data.
_STATE = ("state/", "ratecards/v1/status.json")
_PACKAGE = "ratecards/v1/datapackage.json"
# Refusals that are verdicts on sources, not failures of the run.
_VERDICTS = (0, 3, 4, 5)
ATTEMPTS = 5
# What reads pages needs none of these.
_SECRETS = ("GITHUB_TOKEN", "GH_TOKEN", "RATECARDS_WEBHOOK")
_DATA = re.compile(
    r"ratecards/(?:cards|discrepancies|held|history|past|reported|v1)/[\w.\-/]+\.(?:yaml|json|jsonl|csv|md)"
    r"|ratecards/pack\.jsonl|state/[\w.\-/]+\.json|CHANGELOG\.md|pyproject\.toml"
)
_VERSION = re.compile(r'[-+]version = "[0-9.]+"')

# Applies what was fetched of some sources (of all, if none is named) to the dataset in a folder.
Apply = Callable[[Path, Sequence[str]], RunReport]
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

    facts: RunReport
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


def committed(tree: Git, base: str, facts: RunReport, who: Who) -> Published:
    """A commit of what a run changed in a checkout; none where nothing changed."""
    _stage(tree)
    paths = tuple(filter(None, tree("diff", "--cached", "--name-only", "--no-renames", "-z").split("\0")))
    if not paths:
        return Published(facts, base, base)
    data = _data_changed(tree, base, paths)
    words = commit_message(facts, data=data)
    tree("commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--file=-", stdin=words, who=who)
    return Published(facts, base, tree("rev-parse", "HEAD"), paths, data)


def _stage(tree: Git) -> None:
    """Stage what belongs to the data, of all that a run left behind."""
    if parts := [part for part in PARTS if (tree.root / part).exists() or tree("ls-files", "--", part)]:
        tree("add", "--all", "--", *parts)


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
    with readable(_PACKAGE, "its digest"):
        return str(json.loads(package)["digest"]) if package else ""


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

    def apply(tree: Path, names: Sequence[str]) -> RunReport:
        with TemporaryDirectory(prefix="ratecards-") as temporary:
            report = Path(temporary) / "report.json"
            replay = ("--replay", str(folder.resolve()), "--at-once", "--report", str(report))
            _command(tree, _VERDICTS, "refresh", *names, *replay, report=report)
            facts = run_report.load(report)
        if versioned and any(not path.startswith(_STATE) for path in facts.files):
            _command(tree, (0,), "version", "--write")
        _command(tree, (0,), "check")
        return facts

    return apply


def _command(tree: Path, fine: Sequence[int], name: str, *words: str, report: Path | None = None) -> None:
    """Run one of the workshop's commands over a checkout; what it prints goes where our own words go."""
    command = [sys.executable, "-B", "-m", "scraper", name, *words, "--to", str(tree)]
    sys.stdout.flush()
    environ = {n: v for n, v in os.environ.items() if n not in _SECRETS}
    code = subprocess.run(command, cwd=tree, env=environ, check=False).returncode
    # a damaged source is a verdict like others, as long as the run came to its end and told so
    damaged = code == 1 and report is not None and report.exists() and json.loads(report.read_text())["exit"] == 1
    if code not in fine and not damaged:
        raise DatasetError(f"`{name}` ended with {code}, nothing was published; its own words stand above")


def prepare(git: Git, target: Target, apply: Apply, names: Sequence[str], folder: Path, *, apart: bool) -> RunReport:
    """Apply what was fetched and keep what comes of it in `folder`; `apart`: of each source that changed, too.

    Returns the facts of the whole run. Raises `GitError`, `DatasetError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with git.worktree(newest(git, target)) as tree:
        facts = _kept(tree, apply, names, folder)
        tree("reset", "--quiet", "--hard")
        if not apart:
            return facts
        pending = [s.name for s in facts.sources if s.changes or s.files]
        if rest := [s.name for s in facts.sources if s.name not in pending]:
            committed(tree, "HEAD", _kept(tree, apply, rest, folder), target.who)
        for name in pending:
            _kept(tree, apply, [name], folder)
            tree("reset", "--quiet", "--hard")
    return facts


def _kept(tree: Git, apply: Apply, names: Sequence[str], folder: Path) -> RunReport:
    """Apply to a checkout, and keep the difference beside the data that it is a difference to."""
    stem, base = _stem(names), _data(tree)
    facts = apply(tree.root, names)
    _stage(tree)
    patch = folder.resolve() / f"{stem}.patch"
    tree("diff", "--cached", "--binary", "--full-index", "--no-renames", f"--output={patch}", "HEAD")
    entry = {"names": list(names), "base": base, "facts": facts.data()}
    (folder / f"{stem}.json").write_text(json.dumps(entry, ensure_ascii=False) + "\n", encoding="utf-8")
    return facts


def _stem(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _data(tree: Git) -> str:
    """What a checkout's data is known by, whatever else its commit holds."""
    return hashlib.sha256(tree("ls-tree", "HEAD", "--", *PARTS).encode()).hexdigest()


def prepared(folder: Path) -> Apply:
    """Applies what `prepare` kept. Raises `DatasetError` where it is for other data, or touches anything else."""

    def apply(root: Path, names: Sequence[str]) -> RunReport:
        tree, stem = Git(root), _stem(names)
        entry = _entry(folder / f"{stem}.json")
        if entry["base"] != _data(tree):
            raise DatasetError("the data moved since the pages were read; the next run reads them anew")
        patch = folder.resolve() / f"{stem}.patch"
        if patch.stat().st_size:
            tree("apply", "--index", "--whitespace=nowarn", str(patch))
            _only_data(tree)
        facts: RunReport = entry["facts"]
        return facts

    return apply


def prepared_sources(folder: Path) -> list[str]:
    """The sources of the run that was handed over. Raises `DatasetError` where there is none."""
    found: list[list[str]] = [_entry(path)["names"] for path in sorted(folder.glob("*.json"))]
    if not found:
        raise DatasetError(f"{folder}: expected what was prepared, saw nothing")
    return max(found, key=len)


def _entry(path: Path) -> dict[str, Any]:
    with readable(path, "what was prepared"):
        entry: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if entry["facts"]["version"] == run_report.VERSION and all(isinstance(name, str) for name in entry["names"]):
            return {**entry, "facts": run_report.from_data(entry["facts"])}
    raise DatasetError(f"{path}: expected what was prepared by this version, saw another")


def _only_data(tree: Git) -> None:
    """Raises `DatasetError` unless all that is staged is data, in plain files, and a version."""
    staged = filter(None, tree("diff", "--cached", "--raw", "--no-renames", "-z", "HEAD").split("\0"))
    for head, path in zip(staged, staged, strict=True):
        if not _DATA.fullmatch(path) or head.split()[1] not in ("100644", "000000") or ".." in path:
            raise DatasetError(f"what was prepared is refused: it touches {path!r}, which is no data")
    changed = tree("diff", "--cached", "--unified=0", "HEAD", "--", "pyproject.toml").splitlines()
    lines = [line for line in changed if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    if strange := [line for line in lines if not _VERSION.fullmatch(line)]:
        raise DatasetError(f"what was prepared is refused: pyproject.toml: {strange[0][:80]!r} is no version")
