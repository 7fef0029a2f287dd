"""What a price file by the token can say of a card: prices by service tier, meter and modality, in bands of the prompt.

Each priced rate of a card goes one way: into a slot, or into the count of what the format cannot say, under a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.priced_model import measure
from ratecards.costing.select import selecting
from ratecards.model import Rate, RateCard, plain
from ratecards.storage.codec import dumps

SEARCH = "search_grounding"
# By meter: what a file's price is for, so many of a noun.
_PER = {"input": (1_000_000, "token"), "output": (1_000_000, "token"), "cache_read": (1_000_000, "token")}
_PER[SEARCH] = (1000, "query")
_METERS = {
    "cache_storage": "storage of cached tokens",
    "cache_write": "writes to the cache",
    "maps_grounding": "grounding with Google Maps",
    "tuning": "tuning",
    "tool": "tools",
}
NO_SOURCE = "sources that the format has no provider for"
CONFLICT = "several prices for one thing, or bounds with a gap"


class Slot(NamedTuple):
    """A place for a price."""

    tier: str
    meter: str
    modality: str


class Band(NamedTuple):
    """A price in dollars per million tokens (searches: per thousand), of prompts of more tokens than `over`."""

    over: int
    price: Decimal


Bands = tuple[Band, ...]


class Slots(NamedTuple):
    """A card's prices by slot, for each of the days; no bands on a day before the first price."""

    card: RateCard
    days: tuple[date, ...]
    prices: Mapping[Slot, tuple[Bands, ...]]
    rates: Mapping[Slot, tuple[Rate, ...]]
    unsaid: Counter[str]

    def of(self, tier: str, day: int) -> dict[tuple[str, str], Bands]:
        """The bands of a service tier on a day, by meter and modality."""
        found = {(s.meter, s.modality): bands[day] for s, bands in self.prices.items() if s.tier == tier}
        return {thing: bands for thing, bands in found.items() if bands}

    def unwritten(self, why: Mapping[Slot, str]) -> Counter[str]:
        """All that is not said once some slots are not written."""
        counts = Counter(self.unsaid)
        for slot, reason in why.items():
            counts[reason] += len(self.rates[slot])
        return counts


def priced(card: RateCard) -> list[Rate]:
    """The rates of a card that have a price."""
    return [rate for rate in card.rates if rate.price is not None]


def slots(card: RateCard, on: date, *, steps: bool) -> Slots:
    """The card's prices from a day on; with `steps` also those that begin later."""
    unsaid: Counter[str] = Counter()
    found: dict[Slot, list[Rate]] = {}
    for rate in priced(card):
        if why := _why_not(rate, on, steps=steps):
            unsaid[why] += 1
        else:
            found.setdefault(Slot(rate.service_tier, rate.meter, rate.modality), []).append(rate)
    days = tuple(sorted({on, *_days((r for rates in found.values() for r in rates), on)}))
    prices = {}
    for slot, rates in list(found.items()):
        bands = _by_day(rates, days)
        if bands is None:
            unsaid[CONFLICT] += len(found.pop(slot))
        else:
            prices[slot] = bands
    return Slots(card, days, prices, {slot: tuple(rates) for slot, rates in found.items()}, unsaid)


def _days(rates: Iterable[Rate], on: date) -> Iterable[date]:
    """The days after `on` on which a price begins or ends."""
    for rate in rates:
        if rate.effective_from and rate.effective_from > on:
            yield rate.effective_from
        if rate.effective_until and rate.effective_until < date.max:
            yield rate.effective_until + timedelta(days=1)


def _by_day(rates: list[Rate], days: tuple[date, ...]) -> tuple[Bands, ...] | None:
    """The bands on each day; a price that ends without another is the last known. `None` for a conflict."""
    found: list[Bands] = []
    for day in days:
        holding = [rate for rate in rates if rate.holds_on(day)]
        bands = _bands(holding)
        if holding and not bands:
            return None
        found.append(bands or (found[-1] if found else ()))
    return tuple(found)


def _bands(rates: list[Rate]) -> Bands:
    """One price for each size of prompt, the smallest first; none where they overlap, or leave a gap."""
    by_bounds = {(rate.prompt_over or 0, rate.prompt_up_to): _price(rate) for rate in rates}
    if any(_price(r) != by_bounds[r.prompt_over or 0, r.prompt_up_to] for r in rates):
        return ()
    ordered = sorted(by_bounds.items(), key=lambda item: item[0][0])
    starts = [over for (over, _), _ in ordered]
    ends = [0, *(up_to for (_, up_to), _ in ordered)]
    return tuple(Band(over, price) for (over, _), price in ordered) if starts == ends[:-1] else ()


def _price(rate: Rate) -> Decimal:
    quantity, _ = measure(rate.unit)
    return (rate.price or Decimal(0)) * (_PER[rate.meter][0] // quantity)


def plain_bands(bands: Bands) -> Bands:
    """The same prices without bands that change nothing."""
    return tuple(b for n, b in enumerate(bands) if n == 0 or b.price != bands[n - 1].price)


# ------------------------------------------------------------------------------------ what goes into no slot


def _why_not(rate: Rate, on: date, *, steps: bool) -> str:
    why = next((words for says, words in _REASONS if says(rate)), "") or dated(rate, on, steps=steps)
    return why or ("" if rate.meter in _METERS or _fits(rate) else _unit(rate))


def dated(rate: Rate, on: date, *, steps: bool) -> str:
    """Why the dates of a rate keep it out of a file as of a day; with `steps` those that begin later are in."""
    if rate.effective_until and rate.effective_until < on:
        return "prices that no longer hold"
    return "price steps dated for later" if not steps and rate.effective_from and rate.effective_from > on else ""


def _fits(rate: Rate) -> bool:
    per, noun = _PER[rate.meter]
    quantity, own = measure(rate.unit)
    return own == noun and per % quantity == 0


def _unit(rate: Rate) -> str:
    noun = measure(rate.unit)[1] or "nothing named"
    if rate.meter == SEARCH:
        return f"grounding with Google Search by {noun}"
    return f"prices by {noun}, by resolution" if rate.resolution else f"prices by {noun}"


Reason = tuple[Callable[[Rate], bool], str]


def by_meter(words: Mapping[str, str]) -> list[Reason]:
    """A reason for each meter that no field is of."""
    return [(lambda rate, name=name: rate.meter == name, said) for name, said in words.items()]  # type: ignore[misc]


NOT_SOLD_SO: tuple[Reason, ...] = (
    (lambda rate: rate.currency != "USD", "other currencies"),
    (lambda rate: rate.plan == "free", "the free plan"),
    (lambda rate: rate.basis == "equivalent", "prices restated in another unit"),
)
ALLOWANCES: Reason = (lambda rate: rate.used_up_to is not None, "allowances of a period")
_REASONS: tuple[Reason, ...] = (
    *NOT_SOLD_SO,
    *by_meter(_METERS),
    ALLOWANCES,
    (lambda rate: rate.used_over is not None and rate.meter != SEARCH, "prices by what a period has used"),
    (lambda rate: bool(selecting(rate)), "conditions in words"),
    (lambda rate: bool(rate.quality), "qualities"),
    (lambda rate: bool(rate.resolution) and measure(rate.unit)[1] == "token", "resolutions"),
)

# ------------------------------------------------------------------------------------------------------------ as text


def json_value(value: object) -> str:
    """JSON on one line; a `Decimal` is a number with its own digits."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{dumps(str(name))}: {json_value(v)}" for name, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(json_value, value)) + "]"
    return dumps(value)


def json_models(head: Mapping[str, object], models: Mapping[str, object] | list[object]) -> str:
    """An object with its models last, one a line, so that a reviewer reads the diff."""
    start = json_value(head)[:-1] + (", " if head else "") + '"models": '
    if isinstance(models, list):
        return start + "[" + ",".join(f"\n{json_value(m)}" for m in models) + "\n]}"
    return start + "{" + ",".join(f"\n{dumps(name)}: {json_value(m)}" for name, m in models.items()) + "\n}}"
