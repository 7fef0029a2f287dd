"""The dated steps as a calendar (RFC 5545): an all-day event each. The same steps give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from scraper.site.entries import Entry
from scraper.site.text import seen

_LINE = 75
_SPECIAL = re.compile(r"([\\;,])")


def calendar(entries: Sequence[Entry]) -> bytes:
    """A calendar of the entries; each `day` is the day of its event, `recorded` its stamp."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ratecards//ratecards//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", "X-WR-CALNAME:AI model prices: dated steps"]
    lines += [line for entry in entries for line in _event(entry)]
    return "".join(folded(line) for line in (*lines, "END:VCALENDAR")).encode()


def _event(entry: Entry) -> list[str]:
    stamp = re.sub(r"[-:]", "", entry.recorded)
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.id.removeprefix('urn:uuid:')}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped([entry.title])}",
        f"DESCRIPTION:{escaped([*entry.lines, f'{entry.provider}/{entry.source}'])}",
        f"CATEGORIES:{escaped([entry.provider])}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def escaped(lines: Iterable[str]) -> str:
    """Lines as the value of a property."""
    return "\\n".join(_SPECIAL.sub(r"\\\1", seen(line)) for line in lines)


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
