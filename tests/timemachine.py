"""Every edition of the pricing page as it would have been read on its day: by the vocabulary of the editions before it.

    RATECARDS_CAPTURES=FOLDER python -m tests.timemachine

The vocabulary is rolled back to what the first edition needed; what the second pass proves of each edition is learned,
and so is each line of `doctor` that a person would have pasted. Lexicon and grammar are today's. Counted are priced
rates: what the strict reader alone reads, what it reads with the second pass, after `learn`, and after doctor's lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ratecards.model import Rate, RateCard
from scraper.checks.proofs import Known
from scraper.cli import doctor
from scraper.diff import consistency
from scraper.errors import LayoutChanged
from scraper.model import Provenance, Reading, cards, page_status
from scraper.pipeline import second_pass
from scraper.sources import gemini_api, gemini_terms, vocabulary
from tests.support import vocabularies

EDITIONS = (
    *("2025-12-21.md.txt", "2026-01-08.md.txt", "2026-03-24.html", "2026-04-16.md.txt", "2026-04-27.html"),
    *("2026-08-27.md.txt", "2026-10-04.md.txt"),
)


@dataclass
class Day:
    """An edition: how many priced rates it has, how many each reading gave of them, and what was wrong."""

    name: str
    priced: int
    read: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    learned: list[str] = field(default_factory=list)
    pasted: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    def count(self, how: str, reading: Reading | None, truth: Reading) -> None:
        """Count what a reading publishes, and what of it the page does not say."""
        right = {_said(rate) for rate in truth.rates()}
        found = reading.rates() if reading and page_status(reading) != "NOT_READ" else []
        self.read[how] = sum(_said(rate) in right for rate in found if rate.price)
        self.wrong[how] = [f"{r.evidence.locator}: {r.evidence.quote}" for r in found if _said(r) not in right]


def _said(rate: Rate) -> tuple[object, ...]:
    return rate.row_key, rate.price, rate.currency, rate.availability


@cache
def page(folder: str, name: str, source: str = "google/gemini-api") -> str:
    """The text of an edition."""
    return (Path(folder) / source / name).read_text(encoding="utf-8")


def known(reading: Reading, name: str, renames: Mapping[str, str] | None = None) -> Known:
    """What is published after an edition."""
    day = date.fromisoformat(name[:10])
    found = cards(reading, Provenance("https://x", "0" * 64, day, None, "0"), *reading.source.split("/"))
    renamed = gemini_api.renames() if renames is None else renames
    published: Mapping[str, RateCard] = second_pass.published(found, renamed)
    return Known(published, consistency.findings(published.values(), day, {})[1])


def rolled_back(data: Mapping[str, Any], body: str) -> dict[str, Any]:
    """The least vocabulary by which an edition reads as it does by the whole one."""
    whole = _reading(data, body)
    found = dict(data)
    for path in reversed(vocabularies.terms(data)):
        less = vocabularies.without(found, path)
        if _same(_reading(less, body), whole):
            found = less
    return found


def _reading(data: Mapping[str, Any], body: str) -> Reading | None:
    try:
        with vocabularies.speaking(data) as terms:
            return gemini_api.read(body, terms)
    except LayoutChanged as error:
        return error.reading  # type: ignore[no-any-return]
    except KeyError:  # rows that point to one that is gone
        return None


def _same(one: Reading | None, other: Reading | None) -> bool:
    if one is None or other is None:
        return False
    return (one.sections, str(one.amounts), one.suspicions) == (other.sections, str(other.amounts), other.suspicions)


def days(folder: str, editions: Sequence[str] = EDITIONS) -> list[Day]:
    """Each edition after the first, read by what was learned before it."""
    today = vocabulary.data_of(gemini_terms.load_terms)
    truths = {name: gemini_api.read(page(folder, name)) for name in editions}
    spoken = rolled_back(today, page(folder, editions[0]))
    found = []
    for before, name in pairwise(editions):
        truth, stood = truths[name], known(truths[before], before)
        day = Day(name, sum(bool(rate.price) for rate in truth.rates()))
        strict = _reading(spoken, page(folder, name))
        day.count("strict", strict, truth)
        with vocabularies.speaking(spoken):
            reading, inferred = second_pass.infer(gemini_api, strict, stood) if strict else (None, [])
        day.count("second pass", reading, truth)
        for one in inferred:
            spoken = _with(spoken, "\n".join(one.lines))
            day.learned += one.lines
        day.count("learned", _reading(spoken, page(folder, name)), truth)
        spoken, pasted = _pasted(spoken, page(folder, name), truth)
        day.pasted += pasted
        day.count("doctor", _reading(spoken, page(folder, name)), truth)
        spoken, by_hand = _by_hand(spoken, today, page(folder, name), truth)
        day.by_hand += by_hand
        found.append(day)
    return found


def _with(data: Mapping[str, Any], lines: str) -> dict[str, Any]:
    """A vocabulary with further lines at its end; those that it has already add nothing."""
    return vocabulary.merged([data, vocabulary.sections(lines, "lines")])


def _pasted(data: Mapping[str, Any], body: str, truth: Reading) -> tuple[dict[str, Any], list[str]]:
    """The vocabulary with those of doctor's lines that a person takes: what they publish the page says."""
    right = {_said(rate) for rate in truth.rates()}
    taken: list[str] = []
    found = dict(data)
    for _ in range(3):
        reading = _reading(found, body)
        if reading is None or not reading.incomplete:
            break
        with vocabularies.speaking(found):
            offered = [
                [vocabulary.lines(choice.patch) for choice in gemini_api.choices(problems, section)]
                for section in reading.incomplete
                for problems in doctor._places(section)
            ]
        before = len(taken)
        for lines in (lines for choices in offered for lines in choices):
            try:
                more = _with(found, "\n".join(lines))
            except vocabulary.VocabularyError:
                continue  # what was taken already says otherwise
            now = _reading(more, body)
            every = [*now.rates(), *now.rates(held_back=True)] if now else []
            fewer = now is not None and len(now.problems) < len(reading.problems)
            if now is not None and fewer and all(_said(rate) in right for rate in every):
                found, reading = more, now
                taken += lines
        if len(taken) == before:
            break
    return found, taken


def _by_hand(
    data: Mapping[str, Any], today: Mapping[str, Any], body: str, truth: Reading
) -> tuple[dict[str, Any], list[str]]:
    """The vocabulary with what only a person could have written, from today's."""
    if _complete(_reading(data, body), truth):
        return dict(data), []
    found, taken = vocabulary.merged([data, {}]), []
    for key, value in today.items():
        if found.get(key) == value:
            continue
        tried = (
            {**found, key: value} if not isinstance(value, dict) else {**found, key: {**value, **found.get(key, {})}}
        )
        if isinstance(value, dict) and key in ("phrases", "tools", "headers"):
            tried = {**found, key: value}
        found = tried
        taken.append(str(key))
        if _complete(_reading(found, body), truth):
            break
    return found, taken


def _complete(reading: Reading | None, truth: Reading) -> bool:
    return reading is not None and {*map(_said, reading.rates())} == {*map(_said, truth.rates())}


def table(found: Sequence[Day]) -> list[str]:
    """The days as lines of a table."""
    ways = ("strict", "second pass", "learned", "doctor")
    lines = [f"{'edition':20} {'priced':>6} " + " ".join(f"{way:>19}" for way in ways) + "  wrong"]
    for day in found:
        shares = " ".join(f"{day.read[way]:6} {100 * day.read[way] / day.priced:10.1f} %" for way in ways)
        lines.append(f"{day.name:20} {day.priced:6} {shares}  {sum(map(len, day.wrong.values()))}")
        lines += [f"    learned   {line}" for line in day.learned]
        lines += [f"    pasted    {line}" for line in day.pasted]
        lines += [f"    by hand   {line}" for line in day.by_hand]
        lines += [f"    WRONG {way}: {words}" for way in ways for words in day.wrong[way][:5]]
    return lines


def main() -> int:
    """Print the table; 1 where anything was wrong."""
    folder = os.environ.get("RATECARDS_CAPTURES")
    if not folder:
        print("RATECARDS_CAPTURES names no folder of captured pages")
        return 2
    found = days(folder)
    print("\n".join(table(found)))
    return int(any(words for day in found for words in day.wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
