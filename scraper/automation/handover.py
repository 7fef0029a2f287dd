"""What a job without a token read, handed over to the one that may push: patches to the data, and the facts of the run.

The job that publishes parses no page and runs nothing that did. It takes a patch only onto the very data that it was
made for, and only to files of the data: no code, no link, nothing that is run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scraper.automation.branch import PARTS, Apply, Target, committed, newest
from scraper.automation.git import Git
from scraper.errors import DatasetError
from scraper.report import facts as report_file
from scraper.report.facts import Facts

_DATA = re.compile(
    r"ratecards/(?:cards|discrepancies|held|history|past|v1)/[\w.\-/]+\.(?:yaml|json|jsonl|csv|md)"
    r"|ratecards/pack\.jsonl|state/[\w.\-/]+\.json|CHANGELOG\.md|pyproject\.toml"
)
_VERSION = re.compile(r'[-+]version = "[0-9.]+"')


def prepare(git: Git, target: Target, apply: Apply, names: Sequence[str], folder: Path, *, apart: bool) -> Facts:
    """Apply what was fetched and keep what comes of it in `folder`; `apart`: of each source that changed, too.

    Returns the facts of the whole run. Raises `GitError`, `DatasetError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with git.worktree(newest(git, target)) as tree:
        facts = _kept(tree, apply, names, folder)
        tree("reset", "--quiet", "--hard")
        if not apart:
            return facts
        pending = [s["name"] for s in facts["sources"] if s["changes"] or s["files"]]
        if rest := [s["name"] for s in facts["sources"] if s["name"] not in pending]:
            committed(tree, "HEAD", _kept(tree, apply, rest, folder), target.who)
        for name in pending:
            _kept(tree, apply, [name], folder)
            tree("reset", "--quiet", "--hard")
    return facts


def _kept(tree: Git, apply: Apply, names: Sequence[str], folder: Path) -> Facts:
    """Apply to a checkout, and keep the difference beside the data that it is a difference to."""
    stem, base = _stem(names), _data(tree)
    facts = apply(tree.root, names)
    parts = [part for part in PARTS if (tree.root / part).exists() or tree("ls-files", "--", part)]
    tree("add", "--all", "--", *parts)
    patch = folder.resolve() / f"{stem}.patch"
    tree("diff", "--cached", "--binary", "--full-index", "--no-renames", f"--output={patch}", "HEAD")
    entry = {"names": list(names), "base": base, "facts": facts}
    (folder / f"{stem}.json").write_text(json.dumps(entry, ensure_ascii=False) + "\n", encoding="utf-8")
    return facts


def _stem(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _data(tree: Git) -> str:
    """What a checkout's data is known by, whatever else its commit holds."""
    return hashlib.sha256(tree("ls-tree", "HEAD", "--", *PARTS).encode()).hexdigest()


def prepared(folder: Path) -> Apply:
    """Applies what `prepare` kept. Raises `DatasetError` where it is for other data, or touches anything else."""

    def apply(root: Path, names: Sequence[str]) -> Facts:
        tree, stem = Git(root), _stem(names)
        entry = _entry(folder / f"{stem}.json")
        if entry["base"] != _data(tree):
            raise DatasetError("the data moved since the pages were read; the next run reads them anew")
        patch = folder.resolve() / f"{stem}.patch"
        if patch.stat().st_size:
            tree("apply", "--index", "--whitespace=nowarn", str(patch))
            _only_data(tree)
        facts: Facts = entry["facts"]
        return facts

    return apply


def names(folder: Path) -> list[str]:
    """The sources of the run that was handed over. Raises `DatasetError` where there is none."""
    found: list[list[str]] = [_entry(path)["names"] for path in sorted(folder.glob("*.json"))]
    if not found:
        raise DatasetError(f"{folder}: expected what was prepared, saw nothing")
    return max(found, key=len)


def _entry(path: Path) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if entry["facts"]["version"] == report_file.VERSION and all(isinstance(name, str) for name in entry["names"]):
            return entry
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path}: expected what was prepared, saw {type(error).__name__}") from error
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
