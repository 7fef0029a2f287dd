"""The only writer. A publication is the old set of files or the new one, never a mixture.

Everything is staged and synced first; then a journal is renamed into place, which is the decision; then the staged
files are moved over the old ones. A run that dies before the journal leaves the old set, one that dies after it
leaves work that the next run finishes before anything else.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.errors import DatasetError

STAGING = ".staging"
JOURNAL = "journal.json"


class Publication:
    """Writes, appends and deletions below one root, collected first and carried out at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.writes: dict[str, bytes] = {}
        self.appends: dict[str, bytes] = {}
        self.deletes: set[str] = set()

    def write(self, path: str, text: str) -> None:
        """The file at `path` (relative, `/`-separated) shall hold `text`; nothing happens when it does."""
        data = text.encode()
        target = self._inside(path)
        if not target.is_file() or target.read_bytes() != data:
            self.writes[path] = data

    def append(self, path: str, text: str) -> None:
        """`text` shall stand at the end of the file at `path`."""
        self._inside(path)
        if text:
            self.appends[path] = self.appends.get(path, b"") + text.encode()

    def delete(self, path: str) -> None:
        """There shall be no file at `path`."""
        if self._inside(path).exists():
            self.deletes.add(path)

    def _inside(self, path: str) -> Path:
        target = self.root / path
        if not target.resolve().is_relative_to(self.root.resolve()):
            raise DatasetError(f"refused to write outside the dataset: {path!r}")
        return target

    @property
    def paths(self) -> list[str]:
        """What `commit` would touch, sorted."""
        return sorted({*self.writes, *self.appends, *self.deletes})

    def commit(self) -> list[str]:
        """Carry it out. Returns the paths touched; raises `DatasetError` when the place cannot be written."""
        if not self.paths:
            return []
        try:
            self._stage()
            recover(self.root)
        except OSError as error:
            raise DatasetError(f"{self.root}: expected a writable dataset, saw {error}") from error
        return self.paths

    def _stage(self) -> None:
        staging = self.root / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        steps: list[dict[str, object]] = []
        for number, (path, data) in enumerate(sorted(self.writes.items())):
            _put(staging / f"{number}", data)
            steps.append({"do": "write", "path": path, "from": f"{number}", "sha256": _sha(data)})
        for number, (path, data) in enumerate(sorted(self.appends.items())):
            target = self.root / path
            _put(staging / f"a{number}", data)
            size = target.stat().st_size if target.exists() else 0
            steps.append({"do": "append", "path": path, "from": f"a{number}", "size": size})
        steps += [{"do": "delete", "path": path} for path in sorted(self.deletes)]
        _put(staging / "journal.new", json.dumps(steps).encode())
        (staging / "journal.new").replace(staging / JOURNAL)
        _sync_directory(staging)


def recover(root: Path) -> bool:
    """Finish a publication that was decided, or clear away one that was not. Tells whether it finished one."""
    staging = root / STAGING
    journal = staging / JOURNAL
    if not journal.is_file():
        shutil.rmtree(staging, ignore_errors=True)
        return False
    for step in json.loads(journal.read_bytes()):
        target = root / step["path"]
        if step["do"] == "delete":
            target.unlink(missing_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if step["do"] == "write":
            _move(staging / step["from"], target, step["sha256"])
        else:
            _extend(target, (staging / step["from"]).read_bytes(), step["size"])
        _sync_directory(target.parent)
    journal.unlink()
    shutil.rmtree(staging, ignore_errors=True)
    return True


def _move(source: Path, target: Path, sha256: str) -> None:
    if source.exists():
        source.replace(target)
    elif not target.is_file() or _sha(target.read_bytes()) != sha256:
        raise DatasetError(f"{target}: an interrupted publication lost this file; restore it from git")


def _extend(target: Path, data: bytes, size: int) -> None:
    """Append at a known offset, so that doing it twice is doing it once."""
    with target.open("r+b" if target.exists() else "w+b") as file:
        file.truncate(size)
        file.seek(size)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _put(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One writer at a time: the second refuses rather than waits. Raises `DatasetError`."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = (root / ".lock").open("w")
    except OSError as error:
        raise DatasetError(f"{root}: expected a writable dataset, saw {error}") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DatasetError(f"{root}: another refresh is writing here") from error
        recover(root)
        yield
