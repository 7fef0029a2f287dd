"""What a model's headline prices have been, and what they will be: the points of its step charts."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import dropwhile
from typing import NamedTuple

from ratecards import wording
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.image_sizes import USUAL, canonical
from ratecards.dataset import Dataset
from ratecards.model import Rate, RateCard
from ratecards.storage import history, model_names
from ratecards.storage.history import Change
from ratecards.wording import with_currency
from scraper.site.charts import StepChart, step_chart
from scraper.site.figures import KINDS, candidates
from scraper.site.models import moments

_TIER = "standard"
_NAMES = {"input": "Input", "output": "Output", "cache_read": "Cached input", "piece": ""}


class PricePoint(NamedTuple):
    """A price from a day on; none where nothing is priced. `read` tells a day the page was read from a dated step."""

    day: date
    price: Decimal | None
    read: bool


class Series(NamedTuple):
    """One headline price over time. What comes after `until` the page has dated, and nobody has read it since."""

    label: str
    unit: str
    currency: str
    points: tuple[PricePoint, ...]
    until: date


class Past:
    """What a source has said of its models; `until` is the day of the last good look at it."""

    def __init__(self, dataset: Dataset, source: str, until: date | None = None) -> None:
        changes = dataset.changes(source)
        self.until = max((day for day in (until, *map(model_names.day_of, changes)) if day), default=date.min)
        self._changes: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            self._changes[change.model].append(change)
        self._former: dict[str, list[str]] = defaultdict(list)
        for old, new in model_names.renames(model_names.renamed(changes)).items():
            self._former[new].append(old)

    def cards(self, model: str) -> dict[date, RateCard | None]:
        """The card of a model, under its name of then, after each day on which it changed; none while it is gone."""
        called = [model, *self._former[model]]
        own = [change for name in called for change in self._changes[name]]
        found = {}
        for day in sorted({model_names.day_of(change) for change in own}):
            cards = history.replay(own, until=day)
            found[day] = next((cards[name] for name in called if name in cards), None)
        return found


def series(past: Past, model: str) -> list[Series]:
    """The headline prices of a model by kind; nothing where it was read once and no step is dated."""
    cards = past.cards(model)
    read = sorted(cards)
    steps = {day for card in filter(None, cards.values()) for day in moments([card], read[0])}
    days = [(day, day in cards, cards[read[bisect_right(read, day) - 1]]) for day in sorted({*read, *steps})]
    return [found for kind in KINDS for found in _of_kind(days, kind, past.until)]


def step_charts(past: Past, model: str) -> list[tuple[Series, StepChart]]:
    """The headline prices of a model that have moved, or will, drawn."""
    moved = (found for found in series(past, model) if len({point.price for point in found.points}) > 1)
    return [(found, _drawn(found)) for found in moved]


def _drawn(found: Series) -> StepChart:
    points = [(point.day, point.price) for point in found.points]
    return step_chart(points, found.until, lambda amount: with_currency(amount, found.currency))


def _of_kind(days: Iterable[tuple[date, bool, RateCard | None]], kind: str, until: date) -> Iterator[Series]:
    rates = [(day, read, _rate(card, kind, day)) for day, read, card in days]
    newest = next((rate for _, _, rate in reversed(rates) if rate), None)
    if newest is None:
        return
    known = dropwhile(lambda found: found[2] is None, rates)
    alike = ((day, read, rate if rate and _measure(rate) == _measure(newest) else None) for day, read, rate in known)
    points = _moved(PricePoint(day, rate.price if rate else None, read) for day, read, rate in alike)
    if len(points) > 1 or until > points[0].day:
        words = filter(None, (_NAMES[kind] or newest.modality.title() or "Each", _condition(newest, kind)))
        yield Series(", ".join(words), wording.unit(newest.unit), newest.currency, points, until)


def _moved(points: Iterable[PricePoint]) -> tuple[PricePoint, ...]:
    """The points without days on which nobody looked and nothing moved."""
    kept: list[PricePoint] = []
    for point in points:
        if point.read or point.price != kept[-1].price:
            kept.append(point)
    return tuple(kept)


def _rate(card: RateCard | None, kind: str, day: date) -> Rate | None:
    """The rate that stands for a kind: the plainest, of pictures the usual size."""
    found = candidates(PricedModel(card, day), _TIER, kind, day) if card else []
    usual = [rate for rate in found if canonical(rate.resolution) == USUAL]
    return next(iter(usual or found), None)


def _measure(rate: Rate) -> tuple[str, str, str]:
    """What prices on one line have in common."""
    return rate.unit, rate.currency, rate.modality


def _condition(rate: Rate, kind: str) -> str:
    """Which of several prices is drawn."""
    words = (rate.resolution, rate.quality) if kind == "piece" else (rate.modality,)
    return " ".join(filter(None, words))
