"""Repositories on disk for tests: a bare one, clones of it, and a person who commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scraper.automation.git import Git, Who

ME = Who("A person", "person@example.test")


def bare_repository(root: Path) -> Path:
    """A bare repository whose main holds a file of somebody's."""
    bare = root / "bare.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(bare)], check=True)
    first = clone(bare, root / "first")
    (first.root / ".gitignore").write_text(".staging/\n.lock\n")
    save(first, "Begin")
    return bare


def clone(bare: Path, to: Path) -> Git:
    """A clone of it, as a runner has one."""
    subprocess.run(["git", "clone", "--quiet", str(bare), str(to)], check=True, stderr=subprocess.DEVNULL)
    return Git(to)


def save(git: Git, words: str, *, branch: str = "main") -> None:
    """Commit all as a person does, and push."""
    git("add", "--all")
    git("commit", "--quiet", "--message", words, who=ME)
    git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")


def log(bare: Path, branch: str = "main") -> list[str]:
    """The subjects on a branch, newest first."""
    return Git(bare)("log", "--format=%s", branch).splitlines()


def shown(bare: Path, path: str, branch: str = "main") -> str:
    """A file as it is published."""
    return Git(bare)("show", f"{branch}:{path}")


def no_settings(monkeypatch, root: Path) -> None:
    """No setting of this machine's git has a say."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(root / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
