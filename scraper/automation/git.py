"""The few git commands that publishing takes. No shell, no prompt, and what git refuses is an error with its words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ratecards.escaping import plain_text
from scraper.errors import ScrapeError
from scraper.fetch.client import redact

# Hooks and signing of whoever owns the clone are theirs; a pull or a merge never happens here.
_SETTINGS = ("core.hooksPath=/dev/null", "commit.gpgSign=false", "core.autocrlf=false", "advice.detachedHead=false")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "GIT_OPTIONAL_LOCKS": "0"}
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
_PATIENCE = 300  # seconds for one command: a push of a few MB over a slow line


class GitError(ScrapeError):
    """A git command failed; the message has the command and what git said."""


@dataclass(frozen=True, slots=True)
class Who:
    """The name that commits carry."""

    name: str = "ratecards"
    email: str = "ratecards@users.noreply.github.com"

    @property
    def environ(self) -> dict[str, str]:
        """The same for author and committer, so that no setting of the machine is needed."""
        roles = ("AUTHOR", "COMMITTER")
        return {f"GIT_{r}_NAME": self.name for r in roles} | {f"GIT_{r}_EMAIL": self.email for r in roles}


@dataclass(frozen=True, slots=True)
class Git:
    """A working tree and the commands run in it."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def __call__(self, *words: str, stdin: str = "", who: Who | None = None) -> str:
        """Run `git WORDS…` and return what it printed, stripped. Raises `GitError`."""
        clean = {n: v for n, v in self.environ.items() if n not in _INHERITED}
        settings = [w for s in _SETTINGS for w in ("-c", s)]
        try:
            done = subprocess.run(
                ["git", *settings, *words],
                cwd=self.root,
                env={**clean, **_QUIET, **(who.environ if who else {})},
                input=stdin,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GitError(f"git {words[0]}: expected an answer, saw {type(error).__name__}") from error
        if done.returncode:
            raise GitError(f"git {words[0]} in {self.root}: {_said(done.stderr or done.stdout)}")
        return done.stdout.strip()

    def tip(self, remote: str, branch: str) -> str:
        """The commit a remote branch stands at, fetched; empty where there is no such branch. Raises `GitError`."""
        ref = f"refs/heads/{branch}"
        if not self("ls-remote", "--refs", remote, ref):
            return ""
        self("fetch", "--quiet", "--force", "--tags", remote, ref)
        return self("rev-parse", "--verify", "FETCH_HEAD^{commit}")

    @contextmanager
    def worktree(self, commit: str) -> Iterator[Git]:
        """A checkout of `commit` in a folder of its own, gone afterwards; the clone's own files are not touched."""
        self("worktree", "prune")
        with TemporaryDirectory(prefix="ratecards-") as folder:
            tree = Path(folder) / "tree"
            self("worktree", "add", "--quiet", "--detach", str(tree), commit)
            try:
                yield Git(tree, self.environ)
            finally:
                self("worktree", "remove", "--force", str(tree))


def _said(text: str) -> str:
    """What git said, in one line that is safe to print: a remote's own words may be in it."""
    return redact(plain_text(" / ".join(text.split("\n"))).strip())[:600] or "no word"
