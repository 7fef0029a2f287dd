"""What a model's headline prices have been, and what they will be: the points of its step charts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import dropwhile
from typing import NamedTuple

from ratecards import history, names, phrases
from ratecards.dataset import Dataset
from ratecards.model import Rate, RateCard
from ratecards.offers import Offer
from ratecards.pictures import USUAL, canonical
from scraper.charts import Step, steps
from scraper.site.figures import KINDS, candidates, money
from scraper.site.models import moments

_TIER = "standard"
_NAMES = {"input": "Input", "output": "Output", "cache_read": "Cached input", "piece": ""}


class Point(NamedTuple):
    """A price from a day on; none where nothing is priced. `read` tells a day the page was read from a dated step."""

    day: date
    price: Decimal | None
    read: bool


class Series(NamedTuple):
    """One headline price over time. What comes after `until` the page has dated, and nobody has read it since."""

    label: str
    unit: str
    currency: str
    points: tuple[Point, ...]
    until: date


class Past:
    """The cards of a source on each day it was read; `until` is the day of the last good look."""

    def __init__(self, dataset: Dataset, source: str, until: date | None = None) -> None:
        changes = dataset.changes(source)
        self.days = sorted({names.day_of(change) for change in changes})
        self.until = max(filter(None, (until, *self.days[-1:])), default=date.min)
        self._cards = [history.fold(changes, until=day) for day in self.days]
        self._renames = names.renames(changes)

    def card(self, model: str, day: date) -> RateCard | None:
        """The card of a model, under its name of then, as last read on a day."""
        number = bisect_right(self.days, day) - 1
        cards: Mapping[str, RateCard] = self._cards[number] if number >= 0 else {}
        former = (old for old, new in self._renames.items() if new == model)
        return next((cards[name] for name in (model, *former) if name in cards), None)


def series(past: Past, model: str) -> list[Series]:
    """The headline prices of a model by kind; nothing where there is only one reading and no step."""
    days = dict.fromkeys(past.days, True)
    for card in filter(None, (past.card(model, day) for day in past.days)):
        days = dict.fromkeys(moments([card], past.days[0]), False) | days
    if len(days) < 2:
        return []
    return [found for kind in KINDS for found in _of_kind(past, model, kind, sorted(days.items()))]


def charts(past: Past, model: str) -> list[tuple[Series, Step]]:
    """The headline prices of a model, drawn."""
    return [(found, _drawn(found)) for found in series(past, model)]


def _drawn(found: Series) -> Step:
    points = [(point.day, point.price) for point in found.points]
    return steps(points, found.until, lambda amount: money(amount, found.currency))


def _of_kind(past: Past, model: str, kind: str, days: Sequence[tuple[date, bool]]) -> Iterator[Series]:
    rates = [(day, read, _rate(past.card(model, day), kind, day)) for day, read in days]
    newest = next((rate for _, _, rate in reversed(rates) if rate), None)
    if newest is None:
        return
    known = dropwhile(lambda found: found[2] is None, rates)
    alike = ((day, read, rate if rate and _measure(rate) == _measure(newest) else None) for day, read, rate in known)
    points = _moved(Point(day, rate.price if rate else None, read) for day, read, rate in alike)
    if len(points) > 1:
        words = filter(None, (_NAMES[kind] or newest.modality.title() or "Each", _condition(newest, kind)))
        yield Series(", ".join(words), phrases.unit(newest.unit), newest.currency, points, past.until)


def _moved(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points without days on which nobody looked and nothing moved."""
    kept: list[Point] = []
    for point in points:
        if point.read or point.price != kept[-1].price:
            kept.append(point)
    return tuple(kept)


def _rate(card: RateCard | None, kind: str, day: date) -> Rate | None:
    """The rate that stands for a kind: the plainest, of pictures the usual size."""
    found = candidates(Offer(card, day), _TIER, kind, day) if card else []
    usual = [rate for rate in found if canonical(rate.resolution) == USUAL]
    return next(iter(usual or found), None)


def _measure(rate: Rate) -> tuple[str, str, str]:
    """What prices on one line have in common."""
    return rate.unit, rate.currency, rate.modality


def _condition(rate: Rate, kind: str) -> str:
    """Which of several prices is drawn."""
    words = (rate.resolution, rate.quality) if kind == "piece" else (rate.modality,)
    return " ".join(filter(None, words))
