"""Calendar versions of the data: the day of its newest observation, and a number from a day's second release on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scraper.errors import ScrapeError

_TEXT = re.compile(r"v?([1-9][0-9]{3})\.([1-9]|1[0-2])\.([1-9]|[12][0-9]|3[01])(?:\.([1-9][0-9]*))?\Z")


class VersionError(ScrapeError):
    """A version that cannot be read or decided; the message says what is missing."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """`2026.4.27`, or `2026.4.27.1` for the second release of that day's data."""

    year: int
    month: int
    day: int
    release: int = 0

    @classmethod
    def of(cls, day: date) -> Version:
        """The first version of a day."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> Version:
        """From a version or a tag, with or without a leading `v`. Raises `VersionError`."""
        match = _TEXT.match(text)
        if not match:
            raise VersionError(f"expected a calendar version like 2026.4.27 or 2026.4.27.1, saw {text!r}")
        return cls(*(int(number or 0) for number in match.groups()))

    def next(self) -> Version:
        """The next release of the same day."""
        return replace(self, release=self.release + 1)

    def __str__(self) -> str:
        text = f"{self.year}.{self.month}.{self.day}"
        return f"{text}.{self.release}" if self.release else text


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that is a version, under the name it has."""

    name: str
    version: Version


def tags(names: Iterable[str]) -> list[Tag]:
    """Those of the tags that are versions, oldest first."""
    found = [Tag(name, Version.parse(name)) for name in map(str.strip, names) if _TEXT.match(name)]
    return sorted(found, key=lambda tag: tag.version)


@dataclass(frozen=True, slots=True)
class Decision:
    """The version that the data has or is to be released under, whether that release is due, and why."""

    version: Version
    due: bool
    reason: str


def decide(day: date, digest: str, newest: Version | None, released: str, floors: Sequence[Version] = ()) -> Decision:
    """The version of data whose newest observation is of `day`.

    `newest` is the newest release, `released` the digest of its data. A release is due when the data differ. The
    version is the day's, or the next number of the newest release where that is not older; and never lower than
    `floors`, the versions that were already written somewhere.
    """
    if newest is None:
        return Decision(max([Version.of(day), *floors]), due=True, reason="no release yet")
    if released == digest:
        return Decision(newest, due=False, reason=f"the data are those of {newest}")
    following = Version.of(day) if Version.of(day) > newest else newest.next()
    return Decision(max([following, *floors]), due=True, reason=f"the data changed since {newest}")
