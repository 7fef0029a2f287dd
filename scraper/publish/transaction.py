"""The only writer. A publication is the old set of files or the new one, never a mixture.

Everything is staged and synced first; then a journal is renamed into place, which is the decision; then the staged
files are moved over the old ones. A run that dies before the journal leaves the old set, one that dies after it
leaves work that the next run finishes before anything else. What is appended is staged as the whole new file, so that
nothing after the decision needs room on the disk, and doing it twice is doing it once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ratecards.errors import DatasetError as ReaderError
from ratecards.storage import bounded
from ratecards.storage.bounded import JOURNAL, STAGING
from ratecards.storage.unfinished import line, settled
from scraper.errors import DatasetError


class ConcurrentEditGuard:
    """Notices that another hand (a `git pull`, an editor, a copy) moved a dataset's files while a run read them.

    It remembers the inode, size and time of every file below `ratecards/` and `state/`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.renew()

    def renew(self) -> None:
        """Take what stands now for what is expected."""
        self._expected = self._files()

    def check(self) -> None:
        """Raises `DatasetError` naming what moved since, or when git is at work in the dataset this moment."""
        if moved := sorted({path for path, _ in self._files().items() ^ self._expected.items()}):
            more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
            words = "expected no other hand in the dataset while it is read"
            raise DatasetError(f"{self.root}: {words}, saw {', '.join(moved[:3])}{more} change; run again")
        if (self.root / ".git" / "index.lock").exists():
            raise DatasetError(f"{self.root}: git is at work here (.git/index.lock); run again when it is done")

    def _files(self) -> dict[str, tuple[int, int, int]]:
        """Every file but code, which the interpreter itself writes beside."""
        found = {}
        for place, folders, names in (step for top in ("ratecards", "state") for step in os.walk(self.root / top)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for path in (Path(place, name) for name in names if not name.endswith(".py")):
                with suppress(FileNotFoundError):  # gone since it was listed: told by being missing
                    seen = path.stat()
                    found[path.relative_to(self.root).as_posix()] = (seen.st_ino, seen.st_size, seen.st_mtime_ns)
        return found


class Publication:
    """Writes, appends and deletions below one root, collected first and carried out at once; the last word holds.

    `guard` began before what is written was compared with what stands; where that has moved nothing is carried out.
    """

    def __init__(self, root: Path, guard: ConcurrentEditGuard | None = None) -> None:
        self.root = root
        self._guard = guard
        self.writes: dict[str, bytes] = {}
        self.deletes: set[str] = set()
        self.notes: list[str] = []

    def write(self, path: str, text: str | bytes) -> None:
        """Have the file at `path` (relative, `/`-separated) hold `text`; nothing is written where it does already."""
        target = _inside(self.root, path)
        data = text.encode() if isinstance(text, str) else text
        self._forget(path)
        with _expected(self.root, "a readable dataset"):
            if not target.is_file() or bounded.content(target) != data:
                self.writes[path] = data

    def append(self, path: str, text: str) -> None:
        """Add `text` to the end of the file at `path`, beginning on a line of its own."""
        _inside(self.root, path)
        if text:
            before = self.after(path)
            self._forget(path)
            self.writes[path] = before + (b"\n" if before and not before.endswith(b"\n") else b"") + text.encode()

    def delete(self, path: str) -> None:
        """Remove the file at `path`, if there is one."""
        target = _inside(self.root, path)
        self._forget(path)
        if target.exists():
            self.deletes.add(path)

    def after(self, path: str) -> bytes:
        """What the file at `path` will hold; nothing where there is none. Raises `DatasetError`."""
        if path in self.writes or path in self.deletes:
            return self.writes.get(path, b"")
        with _expected(self.root, "a readable dataset"):
            return bounded.content(self.root / path) if (self.root / path).exists() else b""

    def _forget(self, path: str) -> None:
        self.writes.pop(path, None)
        self.deletes.discard(path)

    @property
    def paths(self) -> list[str]:
        """What `commit` would touch, sorted."""
        return sorted({*self.writes, *self.deletes})

    def commit(self) -> list[str]:
        """Carry it out, once. Returns the paths touched; raises `DatasetError` when the place cannot be written."""
        paths = self.paths
        if not paths:
            return []
        if (self.root / STAGING / JOURNAL).exists():
            # what is to be written was compared with files that are only half moved
            raise DatasetError(f"{self.root}: an interrupted publication stands here; the next run finishes it")
        try:
            with _expected(self.root, "a writable dataset"):
                self._stage()
        except DatasetError:
            if not (self.root / STAGING / JOURNAL).exists():
                shutil.rmtree(self.root / STAGING, ignore_errors=True)  # a full disk needs the room
            raise
        recover(self.root)
        if self._guard:
            self._guard.renew()
        self.writes, self.deletes = {}, set()
        return paths

    def _stage(self) -> None:
        staging = self.root / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        _directory(staging)
        steps: list[dict[str, str]] = []
        for number, (path, data) in enumerate(sorted(self.writes.items())):
            _put(staging / f"{number}", data)
            (staging / f"{number}").chmod(_mode(self.root / path))
            steps.append({"do": "write", "path": path, "from": f"{number}", "sha256": _sha(data)})
        steps += [{"do": "delete", "path": path} for path in sorted(self.deletes)]
        _put(staging / "journal.new", json.dumps(steps).encode())
        _sync_directory(staging)
        if self._guard:
            self._guard.check()
        (staging / "journal.new").replace(staging / JOURNAL)
        _sync_directory(staging)


def recover(root: Path) -> bool:
    """Finish a publication whose journal stands, or clear away one without. Returns whether it finished one.

    Raises `DatasetError` when that cannot be done now (no rights, a file lost); nothing is forgotten then.
    """
    staging = root / STAGING
    journal = staging / JOURNAL
    try:
        if not journal.is_file():
            shutil.rmtree(staging, ignore_errors=True)
            return False
        for step in json.loads(bounded.content(journal)):
            _carry_out(root, staging, step)
        journal.unlink()
        _sync_directory(staging)
    except OSError as error:
        raise DatasetError(f"{root}: an interrupted publication could not be finished: {error}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DatasetError(f"{journal}: not a journal; restore the dataset from git and remove {staging}") from error
    shutil.rmtree(staging, ignore_errors=True)
    return True


def whole(root: Path) -> Path:
    """Where a dataset can be read as one state: itself, or a copy in which an interrupted publication is finished.

    That is said on stderr. Raises `DatasetError` where it cannot be finished.
    """
    if words := line(root.resolve()):
        print(words, file=sys.stderr)
    try:
        found = settled(root.resolve())
        return root if found == root.resolve() else found
    except ReaderError as error:
        raise DatasetError(str(error)) from error


def _carry_out(root: Path, staging: Path, step: dict[str, str]) -> None:
    target = _inside(root, step["path"])
    if step["do"] == "delete":
        target.unlink(missing_ok=True)
    else:
        _directory(target.parent, root)
        _move(staging / Path(step["from"]).name, target, step["sha256"])
    if target.parent.is_dir():
        _sync_directory(target.parent)


def _inside(root: Path, path: str) -> Path:
    """The file that `path` means. Raises `DatasetError` on a path that leads out, or where no file can stand."""
    target = root / path
    with _expected(root, "a readable dataset"):
        base, place = root.resolve(), target.resolve()
        below = place.parts[len(base.parts) :] if place.is_relative_to(base) else ()
        if not below or below[0] == STAGING:
            raise DatasetError(f"refused to write outside the dataset: {path!r}")
        if place.is_dir() or not next(p for p in place.parents if p.exists()).is_dir():
            raise DatasetError(f"{target}: expected a file in a folder, saw it the other way round")
    return target


def _move(source: Path, target: Path, sha256: str) -> None:
    if source.exists():
        source.replace(target)
    elif not target.is_file() or _sha(target.read_bytes()) != sha256:
        raise DatasetError(f"{target}: an interrupted publication lost this file; restore it from git")


def _put(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _mode(target: Path) -> int:
    """The mode of a file: as it was, or of a new one the default and read rights for whom the folder has them."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    folder = next(p for p in target.parents if p.is_dir())
    return _plain_mode() | folder.stat().st_mode & 0o444


def _plain_mode() -> int:
    """The mode that the process gives to new files."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _directory(path: Path, root: Path | None = None) -> None:
    """Make a directory and those above it, synced, below `root` as open as the one above."""
    if not path.is_dir():
        _directory(path.parent, root)
        path.mkdir(exist_ok=True)
        if root in path.parents:
            path.chmod(stat.S_IMODE(path.stat().st_mode) | path.parent.stat().st_mode & 0o555)
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def _expected(root: Path, what: str) -> Iterator[None]:
    """Within it, an `OSError` is a `DatasetError` that names the place and what was expected."""
    try:
        yield
    except OSError as error:
        raise DatasetError(f"{root}: expected {what}, saw {error}") from error


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One writer at a time: the second refuses rather than waits. Raises `DatasetError`."""
    with _expected(root, "a writable dataset"):
        root.mkdir(parents=True, exist_ok=True)
        # neither emptied nor waited for: what stands there may be anything
        handle = os.open(root / ".lock", os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "r+b", buffering=0):
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise DatasetError(f"{root}: expected the lock to be a file, saw that .lock is none")
        with _expected(root, "a place that can be locked"):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DatasetError(f"{root}: another refresh is writing here") from error
        recover(root)
        yield
