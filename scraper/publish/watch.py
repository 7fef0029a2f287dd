"""Whether another hand moved a dataset's files while a run read them: a `git pull`, an editor, a copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from scraper.errors import DatasetError

_PLACES = ("ratecards", "state")

Stand = tuple[int, int, int]


class Watch:
    """Every file of a dataset as it stood when the watch began or was renewed: its inode, size and time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stood = self._stands()

    def renew(self) -> None:
        """From now on what stands is as it should be."""
        self._stood = self._stands()

    def check(self) -> None:
        """Raises `DatasetError` naming what moved since, or when git is at work in the dataset this moment."""
        stands = self._stands()
        if moved := sorted(p for p in {*stands, *self._stood} if stands.get(p) != self._stood.get(p)):
            more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
            seen = f"saw {', '.join(moved[:3])}{more} change"
            raise DatasetError(
                f"{self.root}: expected no other hand in the dataset while it is read, {seen}; run again"
            )
        if (self.root / ".git" / "index.lock").exists():
            raise DatasetError(f"{self.root}: git is at work here (.git/index.lock); run again when it is done")

    def _stands(self) -> dict[str, Stand]:
        found = {}
        for path in (path for place in _PLACES for path in _files(self.root / place)):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # gone between being listed and being looked at: told by being missing
            found[path.relative_to(self.root).as_posix()] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return found


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder but code, which the interpreter itself writes beside."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (Path(place, name) for name in names if not name.endswith(".py"))
