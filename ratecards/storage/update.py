"""The newest released data: found in the cache, and fetched into it.

A wheel brings the data of its own release. `update` asks for a newer release, takes the data of its wheel, which its
published hash must prove, and keeps them in the cache as `data-2026.11.2`, beside what is made of checkouts. `newest`
says where to read: there, as long as they are as they were kept and newer than the package's own, which stay.

It goes to the address of the releases and to nobody else, by https, and uses no proxy, cookie or credential of the
environment; what comes is bounded in bytes and in time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping

from ratecards.errors import DatasetError
from ratecards.records import NamedTuple
from ratecards.storage import bounded
from ratecards.storage.database_cache import FILE, connected, folder, unread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPResponse
    from typing import TypeVar

    T = TypeVar("T")

RELEASES, AUTO = "RATECARDS_RELEASES", "RATECARDS_AUTO_UPDATE"
SUMS = "SHA256SUMS"
# Where what is kept says what it is: its hash, bytes, and when it was written.
KEPT = "kept.txt"
# A wheel has 0.4 MB, and 1.2 unpacked.
_MOST_SUMS, _MOST_WHEEL, _MOST_DATA = 100_000, 20_000_000, 200_000_000
_SECONDS, _AUTO_SECONDS, _READ_SECONDS = 60.0, 10.0, 10.0
_HOPS = 5
# GitHub keeps the files of releases at hosts of this domain.
_ELSEWHERE = {"github.com": ".githubusercontent.com"}
_DATA = "data-"
Version = tuple[int, ...]


class Updated(NamedTuple):
    """The version of the data that are read from now on, the one before, and the folder that they stand in."""

    version: str
    previous: str
    path: str


# ------------------------------------------------------------------------------------------- what is there


def newest(packaged: str, environ: Mapping[str, str] = os.environ) -> str:
    """The folder to read: the newest intact data of the cache, or the package's own where none are newer.

    With `RATECARDS_AUTO_UPDATE` a newer release is asked for first where that was so many hours ago; with `never` the
    package's own are read whatever the cache has. Raises `DatasetError` on another value.
    """
    wanted = environ.get(AUTO, "")
    if wanted == "never":
        return packaged
    if wanted and _due(_hours(wanted), folder(environ)):
        try:
            update(packaged, seconds=_AUTO_SECONDS, environ=environ)
        except (DatasetError, OSError) as error:
            print(f"ratecards: {error}", file=sys.stderr)
    return _found(packaged, folder(environ))


def _found(packaged: str, cache: str) -> str:
    kept = _kept(cache)
    own = _parsed(version_of(packaged)) if kept else ()
    for version, path in kept:
        if version <= own:
            break
        if wrong := damage(path):
            print(f"ratecards: {path} is not as it was kept ({wrong}) and is not read", file=sys.stderr)
        else:
            return path
    return packaged


def _kept(cache: str) -> list[tuple[Version, str]]:
    """The data in the cache, by version, the newest first."""
    try:
        names = [name for name in os.listdir(cache) if name.startswith(_DATA)]
    except OSError:
        return []
    found = ((_parsed(name.removeprefix(_DATA)), os.path.join(cache, name)) for name in names)
    return sorted((pair for pair in found if pair[0]), reverse=True)


def _parsed(text: str) -> Version:
    """A version as numbers; none where it is no calendar version."""
    parts = text.split(".")
    plain = len(parts) in (3, 4) and all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts)
    return tuple(map(int, parts)) if plain else ()


def version_of(root: str) -> str:
    """The version of the data in a folder: as its data package says, else its database; empty where neither does."""
    package = os.path.join(root, "v1", "datapackage.json")
    if os.path.exists(package):
        import json

        try:
            return str(json.loads(bounded.content(package))["version"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DatasetError(f"{package}: expected a version, saw {type(error).__name__}") from error
    base = connected(os.path.join(root, FILE))
    if not base:
        return ""
    found = base.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    base.close()
    return str(found[0]) if found else ""


def damage(path: str) -> str:
    """What of kept data is not as it was kept, or as this package reads it; empty where all is.

    What looks as it did is not read for that.
    """
    try:
        lines = bounded.content(os.path.join(path, KEPT)).decode().splitlines()
        if not lines:
            return f"{KEPT} is empty"
        for line in lines:
            digest, size, written, name = line.split(" ")
            stat = os.stat(os.path.join(path, *name.split("/")))
            same = (str(stat.st_size), str(stat.st_mtime_ns)) == (size, written)
            if not same and digest != _sha256(bounded.content(os.path.join(path, *name.split("/")))):
                return f"{name} has other bytes"
    except (OSError, ValueError) as error:
        return str(error)
    return unread(os.path.join(path, FILE))


def _sha256(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


def _hours(wanted: str) -> float:
    try:
        hours = float(wanted)
        if 0 <= hours < 1e6:
            return hours
    except ValueError:
        pass
    raise DatasetError(f"{AUTO}: expected a number of hours, or never, saw {wanted!r}")


def _due(hours: float, cache: str) -> bool:
    """Whether nobody has asked for so long; from now on somebody has."""
    asked = os.path.join(cache, "asked")
    try:
        if 0 <= time.time() - os.stat(asked).st_mtime < hours * 3600:
            return False
    except OSError:
        pass  # nobody ever has
    try:
        os.makedirs(cache, mode=0o700, exist_ok=True)
        with open(asked, "w", encoding="ascii"):
            pass
    except OSError as error:
        print(f"ratecards: no update: the cache cannot be written: {error}", file=sys.stderr)
        return False
    return True


# ------------------------------------------------------------------------------------------- what is fetched


def update(
    packaged: str, releases: str = "", *, seconds: float = _SECONDS, environ: Mapping[str, str] = os.environ
) -> Updated:
    """Fetch the data of the newest release where they are newer than those that are read.

    `releases` is the address of the releases, else that of `RATECARDS_RELEASES`, else the one that the package names.
    Raises `DatasetError`, which says how old the data are that stay: where nobody answers in time, where what comes is
    cut, too much, not as its hash says, of an older version, or of a form that this package cannot read.
    """
    if not os.path.exists(os.path.join(packaged, FILE)):
        raise DatasetError(
            f"{packaged}: a checkout has data of its own; git pull, or python -m scraper refresh, renews them"
        )
    cache = folder(environ)
    before = _found(packaged, cache)
    version = version_of(before)
    base = (releases or environ.get(RELEASES) or published()).rstrip("/")
    if not base:
        raise DatasetError(f"no newer data: expected the address of releases in {RELEASES} or --from; {age(version)}")
    try:
        found = _within(seconds, lambda end: _fetched(base, version, end))
        path = _install(*found, cache) if found else before
    except (DatasetError, OSError) as error:
        raise DatasetError(f"no newer data: {error}; {age(version)}") from error
    return Updated(found[0] if found else version, version, path)


def published() -> str:
    """The address of the releases that the installed package names; empty where it names none."""
    from importlib import metadata

    try:
        urls = metadata.metadata("ratecards").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    return next((url.partition(", ")[2] for url in urls if url.startswith("Releases, ")), "")


def age(version: str) -> str:
    """How old the data of a version are, in words: its days are those of the newest observation in them."""
    from datetime import UTC, date, datetime

    try:
        day = date(*_parsed(version)[:3])
    except (TypeError, ValueError):
        return "the data that are there stay, and say no version"
    days = (datetime.now(UTC).date() - day).days
    return f"the data stay those of {version}, {days} day{'s' * (days != 1)} old"


def _fetched(base: str, version: str, end: float) -> tuple[str, bytes] | None:
    """Version and wheel of the newest release; None where it is the one that is there."""
    import re

    address = f"{base}/latest/download/{SUMS}"
    sums = get(address, _MOST_SUMS, end).decode("utf-8", "replace")
    wheels = re.findall(r"^([0-9a-f]{64})  (ratecards-([0-9.]+)-py3-none-any\.whl)$", sums, re.MULTILINE)
    if len(wheels) != 1 or not _parsed(wheels[0][2]):
        raise DatasetError(f"{address}: expected the hash of one wheel, saw {len(wheels)}")
    digest, name, newer = wheels[0]
    if _parsed(newer) < _parsed(version):
        raise DatasetError(f"{address}: expected {version} or newer, saw {newer}")
    if newer == version:
        return None
    address = f"{base}/download/v{newer}/{name}"
    wheel = get(address, _MOST_WHEEL, end)
    if (seen := _sha256(wheel)) != digest:
        raise DatasetError(f"{address}: expected sha256 {digest}, saw {seen}")
    return newer, wheel


def _within(seconds: float, work: Callable[[float], T]) -> T:
    """What `work` gives, given when it must have ended. Raises `DatasetError` where it has not.

    A name that is looked up, or a header that comes byte by byte, is bounded by nothing else.
    """
    from threading import Thread

    done: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(work(time.monotonic() + seconds))
        except Exception as error:  # noqa: BLE001 - raised below, in the thread that waits
            failed.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise DatasetError(f"expected an answer within {seconds:g} seconds, saw none")
    return done[0]


def get(url: str, most: int, end: float) -> bytes:
    """What stands at an address, of at most so many bytes, come before `end`. Raises `DatasetError`."""
    from http.client import HTTPException
    from urllib.parse import urljoin

    host = ""
    for _ in range(_HOPS + 1):
        host = host or _host(url, "")
        _host(url, host)
        try:
            location, data = _answer(url, most, end)
        except HTTPException as error:
            raise DatasetError(f"{url}: expected a whole answer, saw {type(error).__name__}") from error
        except OSError as error:
            raise DatasetError(f"{url}: {error}") from error
        if not location:
            return data
        url = urljoin(url, location)
    raise DatasetError(f"{url}: expected at most {_HOPS} redirects, saw more")


def _host(url: str, first: str) -> str:
    """The host of an address. Raises `DatasetError` unless it is https, and at the first host or one of its own."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise DatasetError(f"{url}: expected an address: {error}") from error
    here = host == "127.0.0.1" and parts.scheme == "http"
    if not host or parts.username is not None or not (parts.scheme == "https" or here) or not url.isascii():
        raise DatasetError(f"{url}: expected an https address")
    elsewhere = _ELSEWHERE.get(first)
    if first and host != first and not (elsewhere and host.endswith(elsewhere)):
        raise DatasetError(f"{url}: expected an address at {first}")
    return host


def _answer(url: str, most: int, end: float) -> tuple[str, bytes]:
    """Where an address leads to, or what stands there."""
    import ssl
    from contextlib import closing
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    connection: HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.keylog_filename = None  # type: ignore[assignment]  # whatever the environment says
        connection = HTTPSConnection(parts.netloc, timeout=_READ_SECONDS, context=context)
    else:
        connection = HTTPConnection(parts.netloc, timeout=_READ_SECONDS)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path or "/", headers={"User-Agent": "ratecards-update"})
        with closing(connection.getresponse()) as answer:
            if answer.status in (301, 302, 303, 307, 308):
                return answer.getheader("Location") or "/", b""
            if answer.status != 200:
                raise DatasetError(f"{url}: expected 200, saw {answer.status}")
            return "", _body(url, answer, most, end)
    finally:
        connection.close()


def _body(url: str, answer: HTTPResponse, most: int, end: float) -> bytes:
    data = b""
    while part := answer.read1(65536):
        data += part
        if len(data) > most:
            raise DatasetError(f"{url}: expected at most {most:,} bytes, saw more")
        if time.monotonic() > end:
            raise DatasetError(f"{url}: expected all of it in time, saw {len(data):,} bytes")
    if answer.length:
        raise DatasetError(f"{url}: expected {len(data) + answer.length:,} bytes, saw {len(data):,}")
    return data


# ------------------------------------------------------------------------------------------- what is kept


def _install(version: str, wheel: bytes, cache: str) -> str:
    """Keep the data of a wheel as those of a version; the folder appears whole. Raises `DatasetError` or `OSError`."""
    import tempfile

    os.makedirs(cache, mode=0o700, exist_ok=True)
    place = os.path.join(cache, f"{_DATA}{version}")
    with tempfile.TemporaryDirectory(dir=cache, prefix="making-", ignore_cleanup_errors=True) as making:
        made = os.path.join(making, "made")
        os.makedirs(os.path.join(made, "v1"))
        lines = []
        for name, data in _data(wheel):
            path = os.path.join(made, *name.split("/"))
            with open(path, "xb") as file:
                file.write(data)
            stat = os.stat(path)
            lines.append(f"{_sha256(data)} {stat.st_size} {stat.st_mtime_ns} {name}\n")
        with open(os.path.join(made, KEPT), "w", encoding="ascii", newline="\n") as file:
            file.writelines(lines)
        _prove(made, version)
        try:
            os.rename(made, place)
        except OSError:  # somebody was quicker, or what is there is damaged
            if damage(place):
                os.rename(place, os.path.join(making, "damaged"))
                os.rename(made, place)
    _clear(cache, place)
    return place


def _data(wheel: bytes) -> Iterable[tuple[str, bytes]]:
    """The files of data in a wheel, by their names in a dataset. Raises `DatasetError`."""
    import re
    import zipfile
    import zlib
    from io import BytesIO

    room = _MOST_DATA
    try:
        with zipfile.ZipFile(BytesIO(wheel)) as opened:
            for entry in opened.infolist():
                own = re.fullmatch(rf"ratecards/({re.escape(FILE)}|v1/[a-z_]+\.json)", entry.filename)
                if own:
                    with opened.open(entry) as file:
                        data = file.read(room + 1)
                    room -= len(data)
                    if room < 0:
                        raise DatasetError(f"expected data of at most {_MOST_DATA:,} bytes, saw more")
                    yield own[1], data
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise DatasetError(f"expected a wheel, saw {error}") from error


def _prove(root: str, version: str) -> None:
    """Read all of the data once. Raises `DatasetError` where they are of another version, or cannot be read here."""
    try:
        wrong = _unread(root, version)
    except DatasetError as error:
        wrong = str(error)
    if wrong:
        raise DatasetError(f"{version} cannot be read by this ratecards, a newer one may: {wrong}")


def _unread(root: str, version: str) -> str:
    """What in all the data is not as this package reads it. Raises `DatasetError`, too."""
    from contextlib import closing

    from ratecards.storage import database

    path = os.path.join(root, FILE)
    if not os.path.exists(path):
        return f"expected {FILE} in the wheel, saw none"
    if not (base := connected(path)):
        return unread(path)
    with closing(base):
        found = database.Database(base, root, path)
        for name, source in found.sources.items():
            source.on().cards()
            found.changes(name)
    said = version_of(root)
    return "" if found.sources and said == version else f"expected the data of {version}, saw those of {said or 'none'}"


def _clear(cache: str, place: str) -> None:
    """Clear away older data, but for the newest before: somebody may have them open."""
    import shutil

    others = [path for _, path in _kept(cache) if path != place]
    for path in others[1:]:
        shutil.rmtree(path, ignore_errors=True)


def remove(environ: Mapping[str, str] = os.environ) -> int:
    """Remove all data of the cache that were fetched, and say how many versions that were."""
    import shutil

    found = _kept(folder(environ))
    for _, path in found:
        shutil.rmtree(path)
    return len(found)
