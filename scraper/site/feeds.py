"""What changed and what is coming, as Atom (RFC 4287), as a JSON feed, and as a calendar (RFC 5545).

The same entries give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple
from xml.etree import ElementTree as ET

from ratecards.escaping import visible
from scraper.site.entries import FeedEntry, lasting_id
from scraper.site.models import page_of

NEWEST = 40
FOLDER = "feeds"
_ATOM = "http://www.w3.org/2005/Atom"
# The time of a feed that never had an entry.
_NEVER = "1970-01-01T00:00:00Z"
_LINE = 75
_SPECIAL = re.compile(r"([\\;,])")


class Feed(NamedTuple):
    """A feed: the name of its files, its title, the page that shows the same, its entries, and the pages there are."""

    name: str
    title: str
    page: str
    entries: Sequence[FeedEntry]
    pages: Collection[str] = ()


def files(feed: Feed, base: str = "") -> dict[str, bytes]:
    """The feed's two files, with its first entries. `base` is the site's address; without one links are relative."""
    cut = feed._replace(entries=feed.entries[:NEWEST])
    stem = f"{FOLDER}/{feed.name}"
    return {f"{stem}.atom": atom(cut, base), f"{stem}.json": json_feed(cut, base)}


def _address(path: str, base: str) -> str:
    """Where a file of the site is, seen from the feed's own folder."""
    return f"{base.rstrip('/')}/{path}" if base else f"../{path}"


def _page(entry: FeedEntry, feed: Feed) -> str:
    """The page of its model; one that is gone, or a whole edition, stands on the feed's own."""
    page = page_of(entry.provider, entry.model) if entry.model else ""
    return page if page in feed.pages else feed.page


def _text(entry: FeedEntry) -> str:
    return "\n".join(map(visible, (*entry.lines, f"{entry.provider}/{entry.source}, {entry.day}")))


def atom(feed: Feed, base: str = "") -> bytes:
    """The feed as Atom."""
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", lasting_id("feed", feed.name))
    _add(root, "title", feed.title)
    _add(root, "updated", max((entry.recorded for entry in feed.entries), default=_NEVER))
    ET.SubElement(_add(root, "author", ""), "name").text = "ratecards"
    ET.SubElement(root, "link", {"rel": "self", "href": _address(f"{FOLDER}/{feed.name}.atom", base)})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": _address(feed.page, base)})
    for entry in feed.entries:
        item = ET.SubElement(root, "entry")
        _add(item, "id", entry.id)
        _add(item, "title", visible(entry.title))
        _add(item, "updated", entry.recorded)
        ET.SubElement(item, "link", {"rel": "alternate", "href": _address(_page(entry, feed), base)})
        ET.SubElement(item, "category", {"term": f"{entry.provider}/{entry.source}"})
        _add(item, "content", _text(entry)).set("type", "text")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text or None
    return child


def json_feed(feed: Feed, base: str = "") -> bytes:
    """The feed as JSON Feed 1.1."""
    items = [
        {
            "id": entry.id,
            "url": _address(_page(entry, feed), base),
            "title": visible(entry.title),
            "content_text": _text(entry),
            "date_modified": entry.recorded,
            "tags": [f"{entry.provider}/{entry.source}"],
        }
        for entry in feed.entries
    ]
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": _address(feed.page, base),
        "feed_url": _address(f"{FOLDER}/{feed.name}.json", base),
        "authors": [{"name": "ratecards"}],
        "items": items,
    }
    return (json.dumps(head, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


# --------------------------------------------------------------------------------------------------- a calendar


def calendar(entries: Iterable[FeedEntry]) -> bytes:
    """An all-day event for each entry: on its `day`, stamped with the instant it was `recorded`.

    What was withdrawn is the event that it was, cancelled: a calendar that has it takes it out.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ratecards//ratecards//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", "X-WR-CALNAME:AI model prices: dated steps"]
    lines += [line for entry in entries for line in _event(entry)]
    return "".join(folded(line) for line in (*lines, "END:VCALENDAR")).encode()


def _event(entry: FeedEntry) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.id.removeprefix('urn:uuid:')}",
        f"DTSTAMP:{re.sub(r'[-:]', '', entry.recorded)}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped([entry.title])}",
        f"DESCRIPTION:{escaped([*entry.lines, f'{entry.provider}/{entry.source}'])}",
        f"CATEGORIES:{escaped([entry.provider])}",
        "TRANSP:TRANSPARENT",
        *(["SEQUENCE:1", "STATUS:CANCELLED"] if entry.withdrawn else []),
        "END:VEVENT",
    ]


def escaped(lines: Iterable[str]) -> str:
    """Lines as the value of a property."""
    return "\\n".join(_SPECIAL.sub(r"\\\1", visible(line)) for line in lines)


def folded(line: str) -> str:
    """A content line with its CRLF, folded so that no line is longer than 75 octets; no character is cut in two."""
    return "\r\n ".join(_pieces(line)) + "\r\n"


def _pieces(line: str) -> Iterator[str]:
    piece, size, room = "", 0, _LINE
    for character in line:
        width = len(character.encode())
        if size + width > room:
            yield piece
            # a folded line begins with a space
            piece, size, room = "", 0, _LINE - 1
        piece, size = piece + character, size + width
    yield piece
