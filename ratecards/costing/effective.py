"""What a call pays by a card: the price in force at sample points, under whatever key the page prints it.

A **lane** is a model, a service tier, a plan and a meter. A **point** of a lane is one call: its modality, resolution,
quality and context, the size of its prompt, whether a free allowance is used up, and the day. Prices are per one of a
noun: "$2 per 1M tokens" and "$0.002 per 1K tokens" are one price, seconds, minutes and hours are seconds, and prompts,
queries, requests and calls are one noun. So two cards can be compared by what a call costs, though every key moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from ratecards.catalog.priced_model import measure
from ratecards.model import Rate, RateCard

PriceKey = tuple[str, str, str, str]

_NOUNS = {"prompt": "request", "query": "request", "call": "request"}
SECONDS = {"second": 1, "minute": 60, "hour": 3600}


class Names(NamedTuple):
    """What a rate names of a call, and leaves open where it is empty."""

    modality: str
    resolution: str
    quality: str
    context: str


_NAMED = Names._fields


class Point(NamedTuple):
    """One call of a lane. `beyond`: its free allowance is used up. The price is per one of `noun` in `currency`."""

    noun: str
    modality: str
    resolution: str
    quality: str
    context: str
    prompt: int
    beyond: bool
    day: date


class Move(NamedTuple):
    """A call that pays another price by the new card: the rates that say so, None where a card has none for it."""

    lane: PriceKey
    point: Point
    old: Rate | None
    new: Rate | None

    @property
    def factor(self) -> Decimal | None:
        """New price over old one, per one of the noun; None where either is missing or zero."""
        if self.old is None or self.new is None or not self.old.price or not self.new.price:
            return None
        return per_one(self.new) / per_one(self.old)


def price_key(rate: Rate) -> PriceKey:
    """The lane that a rate prices."""
    return rate.model, rate.service_tier, rate.plan, rate.meter


def noun_of(unit: str) -> str:
    """What is counted: `token` of `1000000 tokens`, `second` of `1 minute`, `request` of `1000 queries`."""
    noun = measure(unit)[1]
    return "second" if noun in SECONDS else _NOUNS.get(noun, noun)


def per_one(rate: Rate) -> Decimal:
    """The price of one of the unit's noun; of a second where it is a time. The rate must have a price."""
    return per_one_of(rate.price or Decimal(0), rate.unit)


def per_one_of(price: Decimal, unit: str) -> Decimal:
    """A price per unit as one per one of its noun."""
    return price / singles(unit)


def singles(unit: str) -> int:
    """How many of its noun a unit is: 1000 of `1000 queries`, 60 of `1 minute`, which are seconds."""
    quantity, noun = measure(unit)
    return quantity * SECONDS.get(noun, 1)


def lanes(cards: Iterable[RateCard]) -> dict[PriceKey, list[Rate]]:
    """The rates of cards by lane, those without a price included."""
    found: dict[PriceKey, list[Rate]] = defaultdict(list)
    for card in cards:
        for rate in card.rates:
            found[price_key(rate)].append(rate)
    return found


def at(rates: Iterable[Rate], point: Point) -> Rate | None:
    """The rate that a call pays: of those that take it, a list price before an equivalent, then what names most of it.

    None where nothing is priced for it.
    """
    taking = [rate for rate in rates if rate.price is not None and takes(rate, point)]
    return min(taking, key=_preference, default=None)


def takes(rate: Rate, point: Point) -> bool:
    """Whether a rate is for the call; what it leaves open it takes."""
    named = ((getattr(rate, name), getattr(point, name)) for name in _NAMED)
    return (
        noun_of(rate.unit) == point.noun
        and all(said in ("", asked) for said, asked in named)
        and rate.takes_prompt(point.prompt)
        and (rate.used_up_to is None if point.beyond else not rate.used_over)
        and rate.holds_on(point.day)
    )


def _preference(rate: Rate) -> tuple[object, ...]:
    named = sum(bool(getattr(rate, name)) for name in _NAMED)
    return rate.basis != "list", -named, rate.row_key.__repr__()


def points(old: Sequence[Rate], new: Sequence[Rate], today: date) -> list[Point]:
    """The calls that may tell two sets of rates of one lane apart: around each bound, today and on each later day."""
    both = [rate for rate in (*old, *new) if rate.price is not None]
    days = sorted({today, *(day for rate in both for day in _days(rate) if day > today)})
    found: list[Point] = []
    for noun in sorted({noun_of(rate.unit) for rate in both}):
        own = [rate for rate in both if noun_of(rate.unit) == noun]
        bounds = {b for r in own for b in (r.prompt_over, r.prompt_up_to) if b is not None}
        prompts = sorted({1, *bounds, *(b + 1 for b in bounds)})
        beyond = sorted({False, *(r.used_over is not None or r.used_up_to is not None for r in own)})
        values = [sorted({getattr(r, name) for r in own}) for name in _NAMED]
        full = [Names(*names) for names in product(*([v for v in said if v] or [""] for said in values))]
        calls = [Point(noun, *names, *call) for names in full for call in product(prompts, beyond, days)]
        if any("" in said and len(said) > 1 for said in values):
            shaded = sorted(_shaded(own, (old, new), calls) - {*full})
            calls += [Point(noun, *names, *call) for names in shaded for call in product(prompts, beyond, days)]
        found += calls
    return found


def _shaded(own: Iterable[Rate], sides: Iterable[Sequence[Rate]], calls: Sequence[Point]) -> set[Names]:
    """What those rates name that no fully named call pays: a general price beside those of what it is not for."""
    paid = {id(at(rates, call)) for rates in sides for call in calls}
    return {Names(*(getattr(rate, name) for name in _NAMED)) for rate in own if id(rate) not in paid}


def _days(rate: Rate) -> list[date]:
    after = rate.effective_until
    ends = [after + timedelta(days=1)] if after and after < date.max else []
    return [*ends, *([rate.effective_from] if rate.effective_from else [])]


class PriceChange(NamedTuple):
    """What one call pays by either card."""

    point: Point
    old: Rate | None
    new: Rate | None


def pairs(old: Sequence[Rate], new: Sequence[Rate], today: date) -> list[PriceChange]:
    """The two rates of each call of a lane that either card prices."""
    found = [PriceChange(point, at(old, point), at(new, point)) for point in points(old, new, today)]
    return [pair for pair in found if pair.old or pair.new]


def same_price(old: Rate | None, new: Rate | None) -> bool:
    """Whether a call pays the same by both."""
    if old is None or new is None:
        return old is new
    return old.currency == new.currency and per_one(old) == per_one(new)


def moves(old: Mapping[PriceKey, Sequence[Rate]], new: Mapping[PriceKey, Sequence[Rate]], today: date) -> list[Move]:
    """Every call that pays another price by the new cards, the first day of each pair of rates only."""
    found: dict[tuple[object, ...], Move] = {}
    for lane in sorted({*old, *new}):
        for pair in pairs(old.get(lane, ()), new.get(lane, ()), today):
            if not same_price(pair.old, pair.new):
                call = pair.point._replace(day=date.min, prompt=0)
                found.setdefault((lane, call, pair.old, pair.new), Move(lane, *pair))
    return list(found.values())
