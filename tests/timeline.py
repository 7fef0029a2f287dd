"""Every edition of the captures in order of date, each as the next look: what each guard held or doubted, rate by rate.

    RATECARDS_CAPTURES=FOLDER python -m tests.timeline [SOURCE]

What is held waits for a person here as anywhere; the next edition is compared with the whole of this one, as if all of it
had been released. On real editions a guard may stop nothing that was true, save what a person would want to see twice.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

from ratecards.costing import effective
from ratecards.model import RateCard
from ratecards.storage.history import Change
from scraper.checks import plausibility
from scraper.checks.holds import Circumstances, HoldResult, hold_changes
from scraper.diff.editions import changes
from scraper.model import Provenance, cards
from scraper.report.console import describe
from scraper.sources import SOURCES, Source, find

# By source, the editions that are pages, first hand, in order.
EDITIONS = {
    "google/gemini-api": (
        *("2025-11-21.md.txt", "2025-12-21.md.txt", "2026-01-08.md.txt", "2026-03-24.html", "2026-04-16.md.txt"),
        *("2026-04-27.html", "2026-08-27.md.txt", "2026-10-04.md.txt"),
    ),
    "openai/openai-api": ("2026-03-24.md", "2026-04-16.md", "2026-04-27.html"),
}


@dataclass(frozen=True)
class Step:
    """From one edition to the next: the changes, those that are held, and the lines that the run prints."""

    name: str
    changes: list[Change]
    sifted: HoldResult
    lines: list[str]
    reached: tuple[int, int]

    def reasons(self) -> Counter[str]:
        """How many changes each hold stops, by its words."""
        return Counter(f"{held.id} {held.reason}" for held in self.sifted.held)


@cache
def edition(folder: str, source: str, name: str) -> dict[str, RateCard]:
    """The cards of one saved page."""
    found = find(source)
    reading = found.module.read((Path(folder) / source / name).read_bytes().decode())
    return cards(reading, Provenance("https://x", name, _at(name).date(), None, "0"), found.provider, found.source)


def _at(name: str) -> datetime:
    return datetime.fromisoformat(name[:10]).replace(hour=12, tzinfo=UTC)


def steps(folder: str, source: Source) -> Iterator[Step]:
    """The steps of one source's editions."""
    for before, name in pairwise(EDITIONS[source.name]):
        old, new = (edition(folder, source.name, one) for one in (before, name))
        yield _step(name, old, new, source, _at(name))


def _step(name: str, old: dict[str, RateCard], new: dict[str, RateCard], source: Source, at: datetime) -> Step:
    found = changes(old, new, source.module.renames(), places=False)
    doubts = plausibility.findings(plausibility.new_doubts(new, old, at.date()))
    sifted = hold_changes(found, old, new, {}, Circumstances(at, name, doubts))
    lines = plausibility.new_factors(new.values(), old.values(), at.date())
    priced = [r for card in new.values() for r in card.rates if r.price is not None]
    lanes = effective.lanes(new.values())
    reached = {
        id(rate)
        for rates in lanes.values()
        for point in effective.points((), rates, at.date())
        if (rate := effective.at(rates, point))
    }
    return Step(name, found, sifted, lines, (sum(id(r) in reached for r in priced), len(priced)))


def report(folder: str, source: Source) -> Iterator[str]:
    """The steps in words."""
    for step in steps(folder, source):
        announced = sum(c.kind not in ("reworded", "card_changed", "relabelled") for c in step.changes)
        yield f"== {source.name} {step.name}: {announced} changes, {len(step.sifted.held)} held"
        yield f"   calls of the basket reach {step.reached[0]} of {step.reached[1]} priced rates"
        yield from (f"   {line}" for line in step.lines)
        for held in step.sifted.held:
            yield f"   held {held.id} {describe(held.change)}: {held.reason}"


def main(arguments: list[str]) -> int:
    """Print it."""
    folder = os.environ.get("RATECARDS_CAPTURES")
    if not folder:
        print("RATECARDS_CAPTURES names no folder of captured pages")
        return 2
    for source in SOURCES:
        if source.name in EDITIONS and arguments in ([], [source.name]):
            for line in report(folder, source):
                print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
