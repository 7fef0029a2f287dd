"""Copies of a page: what a reader service or a mirror made of it, in Markdown. They are for history alone.

A copy tells what a page said on its day and proves nothing of what the page says now: `backfill` alone takes one, and
no day of which the page itself is known. A reader's copy begins with lines of its own, which name the page; of a
mirror's only the name of its file tells: `2025-12-20.converted.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scraper.errors import LayoutChanged

# The representation of a copy, whatever the page itself is.
COPY = "copy"
_HEAD = re.compile(
    r"\s*Title:[ \t]*(?P<title>.*)\n+URL Source:[ \t]*(?P<url>\S+)[ \t]*\n+"
    r"(?:Published Time:[ \t]*(?P<published>.*)\n+)?Markdown Content:[ \t]*\n"
)
_COPY_NAME = re.compile(r"\.(?:reader|converted)\.")
_PART_NAME = re.compile(r"\.(?:excerpt|quotes|recorded[\w-]*|shape|sample)\.")
# Emphasis by underscores, which the twins do not use: around a word or a piece of code, never within one.
_UNDERSCORES = re.compile(r"(?<![\w`/])_(?=[^\s_])([^_\n]+)(?<=[^\s_])_(?![\w`/])")
# An item of a list has three blanks behind its star; a star with one is a footnote's mark.
_MARK = re.compile(r"^\*(?= \S)", re.MULTILINE)
# zones and editors explain hours, not days
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Copy:
    """A reader's copy: what its first lines say of the page, and the page as Markdown.

    `published` is when the page was published, where that is said.
    """

    title: str
    url: str
    published: datetime | None
    content: str


def readers_copy(body: str) -> Copy | None:
    """The copy that a text is, by its first lines; None for any other text."""
    head = _HEAD.match(body)
    if head is None:
        return None
    content = _UNDERSCORES.sub(r"*\1*", _MARK.sub(r"\*", body[head.end() :]))
    return Copy(head["title"].strip(), head["url"], said_instant(head["published"] or ""), content)


def said_instant(text: str) -> datetime | None:
    """The instant of a header as servers write it; None where it is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def named_copy(name: str) -> bool:
    """Whether a file's name says that it is a copy."""
    return _COPY_NAME.search(name) is not None


def named_part(name: str) -> bool:
    """Whether a file's name says that it holds no page but parts of one."""
    return _PART_NAME.search(name) is not None


def address_of(copy: Copy, addresses: Iterable[str], at: datetime) -> str:
    """The one of a source's addresses that it is a copy of, as of an instant. Raises `LayoutChanged`."""
    known = {_bare(url): url for url in addresses}
    if _bare(copy.url) not in known:
        raise LayoutChanged(f"expected a copy of {' or '.join(known)}, saw one of {copy.url}")
    if copy.published and copy.published > at + _AHEAD:
        published = f"{copy.published:%Y-%m-%d}"
        raise LayoutChanged(f"expected a copy of {at:%Y-%m-%d}, saw one of a page that was published on {published}")
    return known[_bare(copy.url)]


def _bare(url: str) -> str:
    return url.partition("#")[0].removesuffix("?hl=en").rstrip("/")
