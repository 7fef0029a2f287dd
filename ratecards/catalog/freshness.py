"""How old an answer is: when each source was last looked at, as seen from a day, and whether that is too long ago.

A source that is looked at every few hours says today's prices; one that nobody has looked at for longer than its limit
may say so no longer. The looks stand in `v1/status.json`; without one, the newest edition is the last look known of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property

from ratecards.catalog.choices import STALE
from ratecards.errors import DatasetError, ReportedWarning, StaleError, StaleWarning
from ratecards.model.grade import REPORTED
from ratecards.records import NamedTuple
from ratecards.storage import bounded
from ratecards.storage.database import Database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Column = str | int | bool | None

FILE = "v1/status.json"
VARIABLE = "RATECARDS_STALE"
COLUMNS = ("verified", "age_days", "stale")
_OUT = "refresh the dataset, install a newer one, or allow it: stale='allow', --stale allow"


class Look(NamedTuple):
    """The day of a source's last good look, and after how many days it is too long ago; None is never."""

    verified: date | None
    limit: int | None


class Age(NamedTuple):
    """How old what a source says is on a day: when it was last seen to say so, the days since, and its limit in days.

    A day before the last look is history: what came after it is known, so that it is never stale.
    """

    source: str
    verified: date | None
    days: int | None
    limit: int | None = None
    stale: bool = False

    @property
    def expires(self) -> date | None:
        """The last day on which what was seen is not too old; None without a limit."""
        return self.verified + timedelta(self.limit) if self.verified and self.limit is not None else None

    @property
    def key(self) -> tuple[int, str]:
        """Sort key, the oldest last; never looked at is older than anything."""
        return (10**9 if self.days is None else self.days), self.source

    @property
    def words(self) -> str:
        """The age for people: `google/gemini-api 2026-04-27 (217 days old, STALE: its limit is 3)`."""
        if self.verified is None:
            return f"{self.source} never"
        late = f", STALE: its limit is {self.limit}" if self.stale else ""
        return f"{self.source} {self.verified} ({self.days} day{'s' * (self.days != 1)} old{late})"


class Freshness:
    """How old what a dataset in a directory says is, and who was told of it.

    `when_stale` says what to do where a source that is answered from is stale: `allow`, `warn` once, or `error`.
    `reports` is where to look for what is only reported; nowhere with the grade `official`.
    """

    def __init__(self, directory: str, when_stale: str = "allow", grade: str = "reported") -> None:
        self._directory, self._when_stale = directory, when_stale
        self.reports = directory if grade == "reported" else ""
        self._told: set[str] = set()
        # by source, the age of what was answered
        self.answered: dict[str, Age] = {}

    @cached_property
    def looks(self) -> dict[str, Look]:
        """By source, its last good look. Raises `DatasetError`."""
        return looks(self._directory)

    def age(self, base: Database, source: str, on: date) -> Age:
        """How old what a source (`provider/source`) of a database says of a day is."""
        held = base.sources.get(source)
        return age(source, self.looks.get(source), held.newest(on) if held else None, on)

    def tell(self, ages: Iterable[Age]) -> None:
        """Take note of the ages of what is answered. Warns of what is stale, or raises `StaleError`.

        Of what is only reported it warns once per reporter (`ReportedWarning`).
        """
        found = {age.source: age for age in ages}
        for source in sorted(source for source in found.keys() - self._told if source.startswith(REPORTED)):
            import warnings

            self._told.add(source)
            words = (
                f"only reported, by {source}: no page of the provider was read for it; grade='official' leaves it out"
            )
            warnings.warn(words, ReportedWarning, _outside())
        tell(found.values(), self._when_stale, self._told)
        self.answered |= found


def looks(directory: str) -> dict[str, Look]:
    """By source, its last good look; none of a dataset without a status. Raises `DatasetError`."""
    path = os.path.join(directory, *FILE.split("/"))
    if not os.path.exists(path):
        return {}
    try:
        sources = json.loads(bounded.content(path))["sources"]
        return {name: _look(status) for name, status in sources.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{path}: expected the status of each source, saw {type(error).__name__}") from error


def _look(status: Mapping[str, Any]) -> Look:
    limit, verified = status["stale_after_days"], status["verified"]
    if limit is not None and (type(limit) is not int or limit < 0):
        raise TypeError(limit)
    return Look(date.fromisoformat(verified) if verified else None, limit)


def age(source: str, look: Look | None, edition: date | None, on: date) -> Age:
    """The age of a source on a day, from its last look and its newest edition up to that day."""
    limit = look.limit if look else None
    seen = look.verified if look else None
    known = [day for day in (seen, edition) if day and day <= on]
    if not known:
        return Age(source, None, None, limit)
    days = (on - max(known)).days
    return Age(source, max(known), days, limit, stale=limit is not None and days > limit and not (seen and seen > on))


def columns(ages: Iterable[Age]) -> dict[str, Column]:
    """For programs, how old what several sources say together is: as old as the oldest, stale where any is."""
    found = sorted(ages, key=lambda age: age.key)
    if not found:
        return {"verified": "", "age_days": None, "stale": False}
    oldest = found[-1]
    return {"verified": str(oldest.verified or ""), "age_days": oldest.days, "stale": any(age.stale for age in found)}


def line(ages: Iterable[Age]) -> str:
    """One line for people on those that are stale; empty where none is."""
    words = ", ".join(f"{age.source} since {age.verified}" for age in sorted(ages) if age.stale)
    return f"STALE, not read for longer than its limit: {words}" if words else ""


def note(ages: Iterable[Age]) -> str:
    """A note on how old an answer is."""
    return f"Last looked at: {', '.join(age.words for age in sorted(ages))}."


def policy(said: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """What to do about a stale source: as said, else as the environment says, else `warn`. Raises `DatasetError`."""
    found = said or environ.get(VARIABLE) or "warn"
    if found not in STALE:
        where = "stale" if said else VARIABLE
        raise DatasetError(f"{where}: expected one of {', '.join(STALE)}, saw {found!r}")
    return found


def tell(ages: Iterable[Age], wanted: str, told: set[str]) -> None:
    """Warn of each stale source that was not `told` of, or raise `StaleError`, as is wanted."""
    late = [age for age in ages if age.stale]
    if late and wanted == "error":
        raise StaleError(f"{line(late)}; {_OUT}")
    fresh = [age for age in late if age.source not in told] if wanted == "warn" else []
    for age in fresh:
        import warnings

        told.add(age.source)
        warnings.warn(f"{line([age])} ({age.days} days, limit {age.limit}); {_OUT}", StaleWarning, _outside())


def _outside() -> int:
    """How many frames above `tell` the caller of this package stands."""
    import sys

    level, frame = 1, sys._getframe(1)  # noqa: SLF001 - `inspect` would take longer to import than all of this
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "ratecards":
        level, frame = level + 1, frame.f_back
    return level
