"""What a look at a source comes to: exactly one outcome, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ratecards.model import RateCard
from ratecards.storage.history import Change, Step
from scraper.checks import guard
from scraper.reading import Reading, too_little_read
from scraper.sources import Source
from scraper.state import State

GOOD = ("NEW", "UNCHANGED", "CHANGED")
EXIT = {
    "NEW": 0,
    "UNCHANGED": 0,
    "CHANGED": 0,
    "SKIPPED": 0,
    "NOT_FETCHED": 3,
    "PARTLY_READ": 4,
    "NOT_READ": 4,
    "SUSPECT": 5,
    "DAMAGED": 1,
}


@dataclass(slots=True)
class Verdict:
    """What became of one look: the outcome, what to publish, and what to tell.

    `disagreed` tells that representations gave different rates: the one doubt that another look may settle.
    `withdrawn` gives, by `id` of a change that goes back to an earlier price, the day from which on another was said.
    `proven` tells that the cards it was compared with were found to be what the history gives.
    """

    source: Source
    outcome: str
    at: datetime
    messages: list[str] = field(default_factory=list)
    reading: Reading | None = None
    changes: list[Change] = field(default_factory=list)
    held: list[guard.Held] = field(default_factory=list)
    released: list[guard.Released] = field(default_factory=list)
    withdrawn: dict[int, date] = field(default_factory=dict)
    proposals: list[tuple[str, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    cards: dict[str, RateCard] | None = None
    state: State = field(default_factory=State)
    disagreed: bool = False
    proven: bool = False
    files: dict[str, str] = field(default_factory=dict)

    @property
    def exit(self) -> int:
        """The exit status this outcome asks for."""
        return EXIT[self.outcome]


def standing(reading: Reading) -> str:
    """What a page is worth by itself, before it is compared with anything: READ or one of the failing outcomes."""
    counted = [s for s in reading.sections if s.counted]
    if too_little_read(sum(bool(s.problems) for s in counted), len(counted)):
        return "NOT_READ"
    if reading.suspicions:
        return "SUSPECT"
    return "PARTLY_READ" if reading.incomplete else "READ"
