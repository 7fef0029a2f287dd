"""Where the database of a dataset is found: in the dataset, in a cache, or made of the histories.

A wheel brings `ratecards.sqlite`. A checkout has none: the first who reads it makes one, in `RATECARDS_CACHE`, else in
the user's cache directory, and says so on stderr. What is found is used only if it was made of the histories that stand
in the dataset by this version; what is damaged, stale or cannot be kept is made anew, in memory if need be.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Mapping

from ratecards.errors import DatasetError
from ratecards.storage import bounded, database
from ratecards.storage.database import Connection, Database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.storage.history import Change

    Histories = Callable[[], Mapping[str, Iterable[Change]]]

FILE = "ratecards.sqlite"
VARIABLE = "RATECARDS_CACHE"
# So many bytes of histories are read about as quickly as what was made of them is found.
SMALL = 200_000
# An installer writes all files of a wheel at about the same time.
_AT_ONCE = 10_000_000_000
_CODE = ("database.py", "rows.py", "history.py", "codec.py", "../model/__init__.py")


def opened(root: str, histories: Histories) -> Database:
    """The database of the dataset in `root`; `histories` reads the changes by source where one must be made.

    Raises `DatasetError` where there is neither a database nor a history that can be read.
    """
    files, stands = _files(root), os.path.join(root, FILE)
    if os.path.exists(stands):
        found = connected(stands)
        if found and (not files or _made_of(found, stands, root, files)):
            return Database(found, root, stands)
        if not files:
            raise DatasetError(f"{stands}: {unread(stands)}")
    if sum(size for _, size, _ in files) <= SMALL:
        return Database(_built(root, "", histories), root)
    from hashlib import sha256

    place = sha256(os.path.abspath(root).encode(errors="surrogateescape")).hexdigest()[:16]
    seen = _Seen(os.path.join(folder(), f"{place}.seen"), root, files)
    if (path := seen.kept()) and (base := connected(path)):
        return Database(base, root, path)
    proved = _kept(root, place, _digest(root, files), histories)
    seen.keep(proved.file)
    return proved


def made(root: str, histories: Histories) -> sqlite3.Connection:
    """The database of the dataset in `root`, made of its histories and with their lines. Raises `DatasetError`.

    Written to a file (`VACUUM INTO`), the same histories and the same SQLite give the same bytes.
    """
    base = _built(root, _digest(root, _files(root)), histories)
    for name, log in histories().items():
        database.add_lines(base, name, log)
    return base


def _built(root: str, digest: str, histories: Histories) -> sqlite3.Connection:
    from ratecards.storage.history import HistoryError

    files = " ".join(f"{name}:{size}" for name, size, _ in _files(root))
    try:
        return database.build(histories(), {"histories": digest, "files": files})
    except HistoryError as error:
        raise DatasetError(f"{root}: {error}") from error


# ------------------------------------------------------------------------------------------- is it the right one


def has_history(root: str) -> bool:
    """Whether a directory holds the history of any source."""
    return bool(_files(root))


def _files(root: str) -> list[tuple[str, int, int]]:
    """The files of the histories: `provider/name`, bytes, and when it was last written; sorted."""
    folder, found = os.path.join(root, "history"), []
    for provider in os.scandir(folder) if os.path.isdir(folder) else ():
        for file in os.scandir(provider) if provider.is_dir() else ():
            if file.name.endswith(".jsonl"):
                stat = file.stat()
                found.append((f"{provider.name}/{file.name}", stat.st_size, stat.st_mtime_ns))
    return sorted(found)


def _digest(root: str, files: Iterable[tuple[str, int, int]]) -> str:
    """One hash of all histories, and of the code that reads them. Raises `DatasetError`."""
    from hashlib import sha256

    found = sha256()
    for name, path in (
        *_code_files(),
        *((name, os.path.join(root, "history", *name.split("/"))) for name, _, _ in files),
    ):
        try:
            data = bounded.content(path)
        except OSError as error:
            raise DatasetError(f"{path}: {error}") from error
        found.update(f"{name} {len(data)}\n".encode())
        found.update(data)
    return found.hexdigest()


def _code_files() -> list[tuple[str, str]]:
    """The code that a database is made by, by name and path, where it stands in files."""
    here = os.path.dirname(__file__)
    return [(name, path) for name in _CODE if os.path.isfile(path := os.path.join(here, name))]


def connected(path: str) -> sqlite3.Connection | None:
    """A file that is a database of a version that this code reads, opened to read; else None."""
    name = os.path.abspath(path).replace("\\", "/").replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    base = None
    try:
        # nobody writes to it: a new one is moved into its place
        uri = f"file:{'/' * (name[0] != '/')}{name}?mode=ro&immutable=1"
        base = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=Connection)
        # one that is packed had the version of one that is not until it had its own
        (packed,) = base.execute("SELECT count(*) FROM sqlite_master WHERE name = 'past'").fetchone()
        if base.execute("PRAGMA user_version").fetchone()[0] == (database.PACKED if packed else database.VERSION):
            base.execute("SELECT count(*) FROM meta").fetchone()
            return base
    except sqlite3.Error:
        pass
    if base:
        base.close()
    return None


def unread(path: str) -> str:
    """Why `connected` refuses a file; empty where it does not."""
    if base := connected(path):
        base.close()
        return ""
    try:
        head = bounded.content(path)[:64]
    except OSError as error:
        return str(error)
    number, versions = int.from_bytes(head[60:]), (database.VERSION, database.PACKED)
    seen = f"{number}, of an older form or damaged" if number in versions else f"{number}: another ratecards reads it"
    seen = seen if head.startswith(b"SQLite format 3\0") else "none"
    return f"expected a database of version {' or '.join(map(str, versions))}, saw {seen}"


def _made_of(base: sqlite3.Connection, path: str, root: str, files: list[tuple[str, int, int]]) -> bool:
    """Whether it was made of these files: at a glance where none is newer than it, else by what is in them."""
    said = dict(base.execute("SELECT name, value FROM meta WHERE name IN ('files', 'histories')").fetchall())
    if said.get("files") != " ".join(f"{name}:{size}" for name, size, _ in files):
        return False
    made = os.stat(path).st_mtime_ns
    return all(written <= made + _AT_ONCE for _, _, written in files) or said.get("histories") == _digest(root, files)


# ------------------------------------------------------------------------------------------- the cache


def folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Where databases are kept: the environment's `RATECARDS_CACHE`, else the user's cache directory."""
    if named := environ.get(VARIABLE):
        return os.path.expanduser(named)
    if platform == "win32":
        place = environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
    elif platform == "darwin":
        place = os.path.expanduser("~/Library/Caches")
    else:
        place = environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(place, "ratecards")


class _Seen:
    """What the files looked like, by size and time, when a kept database was last proved to be made of them.

    As with git's index, files that were written shortly before prove nothing: they could be written once more within
    the same tick of the clock.
    """

    def __init__(self, path: str, root: str, files: Iterable[tuple[str, int, int]]) -> None:
        code = [(name, os.stat(path)) for name, path in _code_files()]
        looks = [*files, *((name, stat.st_size, stat.st_mtime_ns) for name, stat in code)]
        self._path, self._last = path, max(written for *_, written in looks)
        self._look = "".join(f"{name} {size} {written}\n" for name, size, written in (*looks, (root, 0, 0)))

    def kept(self) -> str:
        """The kept database, where neither it nor what it was made of looks otherwise now; else empty."""
        try:
            with open(self._path, encoding="utf-8", errors="surrogateescape") as file:
                head, _, look = file.read().partition("\n")
            name, size, written = head.split()
            path = os.path.join(os.path.dirname(self._path), os.path.basename(name))
            stat = os.stat(path)
        except (OSError, ValueError):
            return ""
        return path if (look, size, written) == (self._look, str(stat.st_size), str(stat.st_mtime_ns)) else ""

    def keep(self, path: str) -> None:
        """Remember that the database at that path is made of them."""
        from contextlib import suppress

        if self._last + _AT_ONCE < time.time_ns():
            with suppress(OSError):  # it is looked at whole again
                stat, making = os.stat(path), f"{self._path}-{os.getpid()}"
                with open(making, "w", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(f"{os.path.basename(path)} {stat.st_size} {stat.st_mtime_ns}\n{self._look}")
                os.replace(making, self._path)


def _kept(root: str, place: str, digest: str, histories: Histories) -> Database:
    """The database with that digest from the cache; made first where it is not there, or not as it was kept."""
    cache, name = folder(), f"{place}-{digest[:32]}"
    if (path := _intact(cache, name)) and (base := connected(path)):
        return Database(base, root, path)
    start = time.monotonic()
    base = _built(root, digest, histories)
    took = f"{root}: made a database of the histories in {time.monotonic() - start:.1f} s"
    try:
        path = _keep(base, cache, place, name)
    except (OSError, sqlite3.Error) as error:
        print(f"{took}; it is not kept for the next time: {error}", file=sys.stderr)
    else:
        print(f"{took}, kept in {path}", file=sys.stderr)
        return Database(base, root, path)
    return Database(base, root)


def _intact(cache: str, name: str) -> str:
    """The kept file of that name whose content is what its name says; empty if there is none."""
    try:
        for file in os.listdir(cache):
            path = os.path.join(cache, file)
            if file.startswith(f"{name}-") and file == f"{name}-{_sum(path)}.sqlite":
                return path
    except OSError:
        pass
    return ""


def _sum(path: str) -> str:
    from hashlib import file_digest

    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()[:32]


def _keep(base: sqlite3.Connection, cache: str, place: str, name: str) -> str:
    """Put it into the cache under a name that tells its content, and clear away what the dataset had there before."""
    import tempfile
    from contextlib import suppress

    os.makedirs(cache, mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="making-", ignore_cleanup_errors=True) as making:
        made = os.path.join(making, "made")
        base.execute("VACUUM INTO ?", (made,))
        path = os.path.join(cache, f"{name}-{_sum(made)}.sqlite")
        os.replace(made, path)
    for file in os.listdir(cache):
        if file.startswith(f"{place}-") and file != os.path.basename(path):
            with suppress(OSError):  # another reader has it open, or has cleared it away
                os.unlink(os.path.join(cache, file))
    return path
