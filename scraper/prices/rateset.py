"""What the rates of one model must be together: one price for a key, bounds that meet, days that follow one another.

An open end is no contradiction: beyond it the thing is not sold, or comes some day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from ratecards.model import ROW_KEY, Rate
from scraper.model import Problem
from scraper.prices.lexicon import DATE

_DAYS = ("effective_from", "effective_until")
# The fields of a bound, and what of a row's key may differ where two bounds meet.
_BOUNDS = (
    ("prompt_over", "prompt_up_to", ("unit", *_DAYS)),
    ("used_over", "used_up_to", ("period", *_DAYS)),
)
# A bound on a prompt of fewer tokens has lost its "k".
_LEAST_BOUND = 1_000


def merged(rates: Sequence[Rate]) -> tuple[list[Rate], list[tuple[Rate, Rate]]]:
    """Rates with repeats of one price taken as one, and the pairs that give one key two prices on one day."""
    kept: dict[tuple[object, ...], Rate] = {}
    conflicts = []
    for rate in rates:
        first = kept.setdefault(rate.row_key, rate)
        if first != rate:
            conflicts.append((first, rate))
    return list(kept.values()), conflicts + _overlaps(kept.values())


def _overlaps(rates: Iterable[Rate]) -> list[tuple[Rate, Rate]]:
    """Neighbours in time of one key whose days overlap."""
    by_key: dict[tuple[object, ...], list[Rate]] = {}
    for rate in rates:
        by_key.setdefault(rate.row_key[:-2], []).append(rate)
    return [
        (before, after)
        for same in by_key.values()
        for before, after in pairwise(sorted(same, key=lambda r: r.effective_from or date.min))
        if (before.effective_until or date.max) >= (after.effective_from or date.min)
    ]


def settled(rates: Sequence[Rate]) -> tuple[list[Rate], list[Problem]]:
    """Rates with repeats of one price taken as one, and a problem for each pair that contradicts itself."""
    kept, conflicts = merged(rates)
    found = [(one, other, "two prices for one key") for one, other in conflicts]
    found += [(r, r, f"a bound of {n} tokens, fewer than {_LEAST_BOUND}") for r in kept if (n := _small(r))]
    for over, up_to, free in _BOUNDS:
        if any(_bounded(rate, over, up_to) for rate in kept):
            found += [pair for group in _by(kept, {over, up_to, *free}) for pair in _unmet(group, over, up_to)]
    if any(rate.effective_until for rate in kept):
        found += [pair for group in _by(kept, {*_DAYS}) for pair in _apart(group)]
    return kept, [_problem(*pair) for pair in dict.fromkeys(found)]


def half_split(rates: Sequence[Rate]) -> list[Problem]:
    """A problem for each price of one modality beside a price of all, where a page splits a price as a whole or not."""
    groups: dict[tuple[object, ...], list[Rate]] = {}
    for rate in rates:
        if rate.price:
            groups.setdefault(tuple(getattr(rate, name) for name in ROW_KEY if name != "modality"), []).append(rate)
    pairs = ((rate, whole) for same in groups.values() for whole in same if not whole.modality for rate in same)
    return [_problem(rate, whole, "a price of some beside one of all") for rate, whole in pairs if rate.modality]


def lapsed(rates: Sequence[Rate], day: date) -> list[Problem]:
    """A problem for each dated price that leaves none on that day: all are over, or the cell itself names a later one.

    A price whose day stands in a note alone ("coming soon") is announced, and leaves nothing out.
    """
    dated = {rate.join_key for rate in rates if rate.effective_from or rate.effective_until}
    found = []
    for group in _by((rate for rate in rates if rate.join_key in dated), {"unit", *_DAYS}):
        if any(rate.holds_on(day) for rate in group):
            continue
        over = all(rate.effective_until and rate.effective_until < day for rate in group)
        if over or any(DATE.search(rate.evidence.quote) for rate in group):
            found.append(_problem(group[0], group[-1], f"no price on {day}"))
    return found


def _problem(one: Rate, other: Rate, words: str) -> Problem:
    quotes = dict.fromkeys((one.evidence.quote, other.evidence.quote))
    return Problem("conflict", other.evidence.locator, f"{words}: {' and '.join(map(repr, quotes))}")


def _by(rates: Iterable[Rate], free: set[str]) -> list[list[Rate]]:
    """The rates by their row key without these fields, in order of days."""
    groups: dict[tuple[object, ...], list[Rate]] = {}
    for rate in rates:
        groups.setdefault(tuple(getattr(rate, name) for name in ROW_KEY if name not in free), []).append(rate)
    return [sorted(group, key=lambda r: r.effective_from or date.min) for group in groups.values()]


def _bounded(rate: Rate, over: str, up_to: str) -> bool:
    return getattr(rate, over) is not None or getattr(rate, up_to) is not None


def _small(rate: Rate) -> int | None:
    bounds = [n for n in (rate.prompt_over, rate.prompt_up_to) if n is not None and n < _LEAST_BOUND]
    return bounds[0] if bounds else None


def _unmet(group: Sequence[Rate], over: str, up_to: str) -> Iterator[tuple[Rate, Rate, str]]:
    """Neighbours whose bounds do not meet, on each day that something begins."""
    if len(group) < 2 or not any(_bounded(rate, over, up_to) for rate in group):
        return

    def low(rate: Rate) -> int:
        return getattr(rate, over) or 0

    for day in dict.fromkeys(rate.effective_from or date.min for rate in group):
        held = sorted((r for r in group if r.holds_on(day)), key=low)
        for one, other in pairwise(held):
            end = getattr(one, up_to)
            if end is None or end > low(other) or getattr(other, over) is None:
                yield one, other, "bounds that overlap"
            elif end < low(other):
                yield one, other, "bounds with a gap between them"


def _apart(group: Sequence[Rate]) -> Iterator[tuple[Rate, Rate, str]]:
    """Neighbours in time with days between them."""
    for before, after in pairwise(group):
        end, start = before.effective_until, after.effective_from
        if end and start and end + timedelta(days=1) < start:
            yield before, after, "steps with days between them that have no price"
