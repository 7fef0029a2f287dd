"""Copies that somebody saved: packed as they came over the line, or made over by a web archive."""

from __future__ import annotations

import importlib
import re
import zlib
from datetime import datetime
from typing import Any

from scraper.errors import DatasetError, LayoutChanged
from scraper.fetch.client import Gunzip, Limits, Page, decode

_MOST = Limits().max_bytes
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Bytes that a text seldom has: controls, but for blanks and line ends.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HEAD = 200
_BROTLI = ("brotli", "brotlicffi")
_AGAIN = "save it unpacked, as curl --compressed and browsers do"

_LINK = re.compile(r"<link\b[^<>]{0,4000}>", re.IGNORECASE)
# The address of a copy: an archive's, an instant, and the address that was copied.
_COPY = re.compile(r"(https?://[^\s\"'<>]+?)/([0-9]{8,14})(?:[a-z]{2}_)?/(https?://[^\s\"'<>]+)")
_MADE_OVER = re.compile(
    r"<!-- BEGIN WAYBACK TOOLBAR INSERT|\bid=[\"']?wm-ipp\b|^[ \t]*FILE ARCHIVED ON\b", re.MULTILINE
)
_ARCHIVED = re.compile(r"\bFILE ARCHIVED ON ([0-9:]{8} [A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4})")
_WAYBACK = "https://web.archive.org/web"


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
    """Brotli has no mark: what is no text and unpacks as it to the end was it."""
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
    """What unpacks brotli under a bound; None where no package does."""
    for name in _BROTLI:
        try:
            found = importlib.import_module(name).Decompressor()
            found.process(b"", output_buffer_limit=1)
        except (ImportError, TypeError):
            continue
        return found
    return None


def text(page: Page) -> str:
    """The text of a page, from wherever it came. Raises `LayoutChanged`, also on an archive's made-over copy."""
    found = decode(page)
    if words := _made_over(found, page.url):
        raise LayoutChanged(f"{page.final_url}: {words}")
    return found


def _made_over(body: str, url: str) -> str:
    """What is wrong with an archive's copy, and where the page as it was served can be had; empty for a page."""
    links = (found[0] for found in _LINK.finditer(body) if "canonical" in found[0].lower())
    copy = _COPY.search(next(links, ""))
    if not copy and not _MADE_OVER.search(body):
        return ""
    archive, instant, address = copy.groups() if copy else (_WAYBACK, _instant(body), url or "ADDRESS")
    return (
        "expected the page as it was served, saw a web archive's copy of it, with a toolbar or other addresses; "
        f"its raw copy, where the archive has one, can be read: {archive}/{instant}id_/{address}"
    )


def _instant(body: str) -> str:
    """When the copy was made, by its last comment; a word in its place where that does not say."""
    said = _ARCHIVED.search(body)
    try:
        return datetime.strptime(said[1] if said else "", "%H:%M:%S %b %d, %Y").strftime("%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return "YYYYMMDDhhmmss"
