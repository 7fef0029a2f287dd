"""The pages of one fetch attempt, and how they are saved and taken again: by a job, by hand, or by a web archive.

Saved pages may be packed as they came over the line, or made over by an archive; either is told.
"""

from __future__ import annotations

import importlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ratecards.storage import bounded
from scraper.errors import DatasetError, FetchFailed, LayoutChanged, readable
from scraper.fetch.client import Gunzip, Limits, Page, decode
from scraper.fetch.copies import COPY, Copy, address_of, named_copy, named_part, readers_copy
from scraper.sources import Source

_STAMP = "%Y-%m-%dT%H-%M-%SZ"
# a day, an instant, or an instant as web archives write it
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}-[0-9]{2}-[0-9]{2}Z)?|[0-9]{14})\.(.+)\Z")
_FORMS = {10: "%Y-%m-%d", 14: "%Y%m%d%H%M%S", 20: _STAMP}
_LOOK, _BESIDE = ".look.json", ".headers.json"
# A page has at most 20 MB; what a browser saves around it is larger.
_MOST_SAVED = 50_000_000
_NAMED = "a name that begins with the page's day or instant: 2026-11-15, 2026-11-15T06-17-00Z or 20261115061700"
_HEADERS = ("content-type", "etag", "last-modified", "date", "content-language")

_MOST = Limits().max_bytes
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Bytes that a text seldom has: controls, but for blanks and line ends.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HEAD = 200
_READERS_HEAD = 4000
_BROTLI = ("brotli", "brotlicffi")
_AGAIN = "save it unpacked, as curl --compressed and browsers do"

_LINK = re.compile(r"<link\b[^<>]{0,4000}>", re.IGNORECASE)
# The address of a copy: an archive's, an instant, and the address that was copied.
_COPY = re.compile(r"(https?://[^\s\"'<>]+?)/([0-9]{8,14})(?:[a-z]{2}_)?/(https?://[^\s\"'<>]+)")
# What stands in a made-over copy, found at once where it does not; and where it stands in one.
_MARKS = ("WAYBACK TOOLBAR INSERT", "wm-ipp", "FILE ARCHIVED ON")
_MADE_OVER = re.compile(
    r"<!-- BEGIN WAYBACK TOOLBAR INSERT|\bid=[\"']?wm-ipp\b|^[ \t]*FILE ARCHIVED ON\b", re.MULTILINE
)
_ARCHIVED = re.compile(r"\bFILE ARCHIVED ON ([0-9:]{8} [A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4})")
_WAYBACK = "https://web.archive.org/web"


@dataclass(slots=True)
class Capture:
    """The pages of one fetch attempt, by representation: those that came, were not modified, or failed and why.

    `moved` are pages that came from the address of another source in the end, of representations that failed by that.
    `skipped` says how to enable a source that is not configured here.
    """

    at: datetime
    pages: dict[str, Page] = field(default_factory=dict)
    not_modified: set[str] = field(default_factory=set)
    failed: dict[str, FetchFailed] = field(default_factory=dict)
    not_read: dict[str, LayoutChanged] = field(default_factory=dict)
    moved: dict[str, Page] = field(default_factory=dict)
    skipped: str = ""

    @contextmanager
    def noting(self, kind: str) -> Iterator[None]:
        """Within it, `FetchFailed` and `LayoutChanged` are recorded for the representation instead of raised."""
        try:
            yield
        except FetchFailed as error:
            self.failed[kind] = error
        except LayoutChanged as error:
            self.not_read[kind] = error


def replay(folder: Path, source: Source) -> list[Capture]:
    """The saved captures of a source in order of time: `<provider>/<source>/<ISO time>.<ext>`, headers beside each.

    What did not come stands in `<ISO time>.look.json`; a page that is merely missing counts as not fetched.
    """
    names = sorted((folder / source.name).glob("*"))
    if linked := [path for path in (folder / source.name, *names) if path.is_symlink()]:
        raise DatasetError(f"{linked[0]}: expected a kept page, saw a link to another place")
    paths = [p for p in names if _NAME.match(p.name) and not p.name.endswith((_BESIDE, _LOOK))]
    pages = {c.at: c for c in captures([(load(path, source), path) for path in paths], source)}
    for path in (p for p in names if _NAME.match(p.name) and p.name.endswith(_LOOK)):
        at = _time(path, {})
        _lost(pages.setdefault(at, Capture(at)), path)
    found = [pages[at] for at in sorted(pages)]
    for capture in found:
        told = capture.pages.keys() | capture.failed.keys() | capture.not_read.keys()
        for kind in source.module.urls().keys() - told if not capture.skipped else ():
            capture.failed[kind] = FetchFailed("not among the kept pages")
    return found


def _lost(capture: Capture, path: Path) -> None:
    """Add to a capture what a saved `.look.json` says did not come."""
    with readable(path, "what a look did not bring"):
        kept = json.loads(bounded.content(path))
        capture.failed.update({kind: FetchFailed(str(words)) for kind, words in kept["failed"].items()})
        capture.not_read.update({kind: LayoutChanged(str(words)) for kind, words in kept["not_read"].items()})
        capture.skipped = str(kept["skipped"])


def captures(kept: Iterable[tuple[Page, Path]], source: Source) -> list[Capture]:
    """Saved pages as captures in order of time: the pages of one instant belong together, copies apart from them."""
    found: dict[tuple[datetime, bool], Capture] = {}
    for page, path in kept:
        kind = COPY if page.copy else kind_of(path, source)
        capture = found.setdefault((page.fetched_at, page.copy), Capture(page.fetched_at))
        if kind in capture.pages:
            raise DatasetError(f"{path}: a second {kind} page of {page.fetched_at:%Y-%m-%d %H:%M} UTC")
        capture.pages[kind] = page
    return [found[at] for at in sorted(found)]


def kind_of(path: Path, source: Source) -> str:
    """The representation of a saved page, by the ending of its name; `.md` will do for `.md.txt`."""
    # some kept captures are of a representation that is no longer fetched
    kinds: list[str] = [*source.module.urls(), *getattr(source.module, "KEPT", ())]
    ending = path.name.rpartition(".")[2]
    for kind in kinds:
        if path.name.endswith(f".{kind}") or kind.startswith(f"{ending}."):
            return kind
    raise DatasetError(f"{path}: expected a name that ends in one of {', '.join(kinds)}")


def load(path: Path, source: Source) -> Page:
    """One saved page. Its time comes from its name, or from the file beside it, which has its headers."""
    page, kept = unpacked(_body(path), str(path)), _beside(path)
    url = str(kept.get("url") or _url_of(path, source))
    final = str(kept.get("final_url") or url or path.name)
    headers = {name: str(kept[name]) for name in _HEADERS if name in kept}
    return Page(url, final, kept.get("status", 200), headers, page, _time(path, kept))


def load_any(path: Path, source: Source, now: datetime) -> Page:
    """A saved page whatever its name, or a copy of one; one without a date in its name counts as fetched `now`."""
    try:
        page = load(path, source)
    except DatasetError:
        page = Page(_url_of(path, source), path.name, 200, {}, unpacked(_body(path), str(path)), now)
    return _told_apart(page, path)


def load_for_history(path: Path, source: Source, at: datetime | None = None) -> Page:
    """A saved page or a copy of one, of the instant `at` or of its name.

    Raises `DatasetError`, also on parts of pages and on copies of other ones.
    """
    if named_part(path.name):
        raise DatasetError(
            f"{path}: expected a whole page, saw by its name parts of one: history is made of whole pages"
        )
    page = _told_apart(load(path, source), path) if at is None else replace(load_any(path, source, at), fetched_at=at)
    if not page.copy:
        return page
    addresses = list(source.module.urls().values())
    try:
        copy = _readers(page)
        return replace(page, url=address_of(copy, addresses, page.fetched_at) if copy else page.url or addresses[0])
    except LayoutChanged as error:
        raise DatasetError(f"{path}: {error}") from error


def _told_apart(page: Page, path: Path) -> Page:
    """A saved page, marked where it is a copy by its name or by its first lines."""
    return replace(page, copy=named_copy(path.name) or _readers(page) is not None)


def _readers(page: Page) -> Copy | None:
    """The head of a reader's copy, from the first lines of its bytes: whether they are a page at all is asked later."""
    return readers_copy(page.body[:_READERS_HEAD].decode("utf-8-sig", "replace"))


def _body(path: Path) -> bytes:
    """The content of a kept page. Raises `DatasetError` where it is no file, or larger than any page."""
    if not path.exists():
        raise DatasetError(f"{path}: no such file")
    try:
        return bounded.content(path, _MOST_SAVED)
    except OSError as error:
        raise DatasetError(f"{path}: {error}") from error


def _beside(path: Path) -> dict[str, Any]:
    """What the file beside a kept page says of its answer; nothing where there is none. Raises `DatasetError`."""
    beside = path.with_name(f"{path.name}{_BESIDE}")
    if not beside.exists():
        return {}
    with readable(beside, "the headers of a page"):
        kept = json.loads(bounded.content(beside))
        if isinstance(kept, dict) and type(kept.get("status", 200)) is int:
            return kept
    raise DatasetError(f"{beside}: expected the headers of a page and its status, saw others")


def _url_of(path: Path, source: Source) -> str:
    """The address that a kept page was fetched from, by its name; none for a page of any name: it is not published."""
    try:
        urls = source.module.urls()
        return urls.get(kind_of(path, source)) or next(iter(urls.values()))
    except DatasetError:
        return ""


def _time(path: Path, kept: Mapping[str, Any]) -> datetime:
    """The instant in the name; a name with only a day gives way to what the headers say. Raises `DatasetError`."""
    match = _NAME.match(path.name)
    name = match[1] if match else ""
    fetched = str(kept.get("fetched_at", ""))
    try:
        if fetched and len(name) <= len("2026-11-15"):
            at = datetime.fromisoformat(fetched)
        else:
            at = datetime.strptime(name, _FORMS[len(name)]).replace(tzinfo=UTC)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, KeyError, OverflowError):
        seen = f"fetched_at {fetched[:40]!r} beside it" if fetched else repr(path.name)
        raise DatasetError(f"{path}: expected {_NAMED}; saw {seen}") from None


def save(folder: Path, source: Source, capture: Capture) -> list[Path]:
    """Save a capture in the layout that `replay` reads; returns the files of its pages and of what did not come.

    What failed, is not the page or was skipped is kept as words. Cookies and keys are not among the headers kept.
    """
    files: dict[str, bytes] = {}
    for kind, page in capture.pages.items():
        moved = {"final_url": page.final_url} if page.moved else {}
        kept = {"status": page.status, **page.headers, "fetched_at": page.fetched_at.isoformat()}
        beside = {"url": page.url, **moved, **kept}
        files |= {f".{kind}": page.body, f".{kind}{_BESIDE}": f"{json.dumps(beside, indent=1)}\n".encode()}
    if capture.failed or capture.not_read or capture.skipped:
        failed, not_read = (
            {kind: str(error) for kind, error in errors.items()} for errors in (capture.failed, capture.not_read)
        )
        lost = {"failed": failed, "not_read": not_read, "skipped": capture.skipped}
        files[_LOOK] = f"{json.dumps(lost, indent=1, ensure_ascii=False)}\n".encode()
    place, stamp = folder / source.name, capture.at.strftime(_STAMP)
    try:
        if files:
            place.mkdir(parents=True, exist_ok=True)
        for ending, data in files.items():
            (place / f"{stamp}{ending}").write_bytes(data)
    except OSError as error:
        raise DatasetError(f"{folder}: expected a folder to keep pages in, saw {error}") from error
    return [place / f"{stamp}{ending}" for ending in files if not ending.endswith(_BESIDE)]


def unpacked(body: bytes, where: str) -> bytes:
    """A saved body as text's bytes: gzip and, where a package reads it, brotli are taken off.

    Raises `DatasetError` on what is packed otherwise, cut short, or too large once it is unpacked.
    """
    if body.startswith(_GZIP):
        return _gunzipped(body, where)
    if body.startswith(_ZSTD):
        raise DatasetError(f"{where}: expected a page, saw one that is packed with zstd; {_AGAIN}")
    return body if body.startswith(_UTF16) or _begins_as_text(body[:_HEAD]) else _unbrotlied(body, where)


def _begins_as_text(head: bytes) -> bool:
    """Whether bytes are UTF-8, or at least of some charset: without controls."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        cut = len(head) == _HEAD and error.start > _HEAD - 4
        return cut or not _CONTROL.search(head)
    return True


def _gunzipped(body: bytes, where: str) -> bytes:
    unpack = Gunzip()
    try:
        found = unpack.inflate(body, _MOST + 1)
    except zlib.error as error:
        raise DatasetError(f"{where}: expected a page packed with gzip, saw a damaged one; {_AGAIN}") from error
    if len(found) > _MOST:
        raise DatasetError(f"{where}: expected at most {_MOST:,} bytes, unpacked, saw more")
    if not unpack.member.eof:
        raise DatasetError(f"{where}: expected a whole page packed with gzip, saw its end missing")
    return found


def _unbrotlied(body: bytes, where: str) -> bytes:
    """A body that is no text, unpacked as brotli, which has no magic number. Raises `DatasetError`."""
    reader = _brotli()
    if reader is None:
        words = "bytes that are no text: perhaps packed with brotli, which `pip install brotli` (1.2 or newer) reads"
        raise DatasetError(f"{where}: expected a page, saw {words}; or {_AGAIN}")
    try:
        found: bytes = reader.process(body, output_buffer_limit=_MOST)
        more = not reader.is_finished()
    except Exception as error:
        raise DatasetError(f"{where}: expected a page, saw bytes that are no text; {_AGAIN}") from error
    if more:
        raise DatasetError(f"{where}: expected a whole page of at most {_MOST:,} bytes packed with brotli; {_AGAIN}")
    return found


def _brotli() -> Any:
    """A decompressor that takes a bound; None where no installed package has one."""
    for name in _BROTLI:
        try:
            found = importlib.import_module(name).Decompressor()
            found.process(b"", output_buffer_limit=1)
        except (ImportError, TypeError):
            continue
        return found
    return None


def text(page: Page) -> str:
    """The text of a page, from wherever it came; of a copy, what it says of the page.

    Raises `LayoutChanged`, also on an archive's made-over copy, and on a copy that stands where a page is expected.
    """
    found = decode(page)
    if copy := readers_copy(found):
        if page.copy:
            return copy.content
        raise LayoutChanged(
            f"{page.final_url}: a copy of the page, made by a reader: expected the page itself, saw 'URL Source:'"
        )
    if words := _made_over(found, page.url):
        raise LayoutChanged(f"{page.final_url}: {words}")
    return found


def _made_over(body: str, url: str) -> str:
    """What is wrong with an archive's copy, and where the page as it was served can be had; empty for a page."""
    links = (found[0] for found in _LINK.finditer(body) if "canonical" in found[0].lower())
    copy = _COPY.search(next(links, ""))
    if not copy and not (any(mark in body for mark in _MARKS) and _MADE_OVER.search(body)):
        return ""
    archive, instant, address = copy.groups() if copy else (_WAYBACK, _instant(body), url or "ADDRESS")
    return (
        "expected the page as it was served, saw a web archive's copy of it, with a toolbar or other addresses; "
        f"its raw copy, where the archive has one, can be read: {archive}/{instant}id_/{address}"
    )


def _instant(body: str) -> str:
    """When an archive made the copy, as in its addresses; `YYYYMMDDhhmmss` where its comment does not say."""
    said = _ARCHIVED.search(body)
    try:
        return datetime.strptime(said[1] if said else "", "%H:%M:%S %b %d, %Y").strftime("%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return "YYYYMMDDhhmmss"
