"""Which field of genai-prices says which price of a card, so that the most specific field has every token's price.

Its rules: a kind of token with a field needs fields for all that it is a kind of (audio read from the cache is cached,
is audio, is input), and where two kinds have fields, what is both needs one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ratecards.formats.tokens import SEARCH, Bands, Slot, Slots, plain_bands, priced

NO_MODEL = "models without a price by the token for what goes in and comes out"
NO_TIER = "service tiers without a price by the token for what goes in and comes out"
NO_CACHE = "cached reads where a modality has no such price"
NO_FIELD = "modalities that share a field with another price"
_MORE = ("audio", "image", "video")
_NAMES = {"input": "input{}_mtok", "output": "output{}_mtok", "cache_read": "cache{}_read_mtok"}
Things = Mapping[tuple[str, str], Bands]
Prices = dict[str, Bands]


class Written(NamedTuple):
    """What the file says of a card: fields by tier and day, the standard tier first, and why a slot is not written."""

    prices: dict[str, list[Prices]]
    why: dict[Slot, str]


class _Plan(NamedTuple):
    """By meter the modality of its general field, and those that have fields of their own."""

    general: dict[str, str]
    sent: tuple[str, ...]
    made: tuple[str, ...]
    cached: bool


def write(found: Slots) -> Written:
    """The prices of each tier and day, as far as the format can say them."""
    plan = _plan(found)
    if not _sold(found, "standard", plan):
        return Written({}, dict.fromkeys(found.prices, NO_MODEL))
    prices = {"standard": _by_day(found, "standard", plan)}
    for tier in dict.fromkeys(slot.tier for slot in found.prices if slot.tier != "standard"):
        own = _by_day(found, tier, plan)
        if _sold(found, tier, plan) and all(_valid({**a, **b}) for a, b in zip(prices["standard"], own, strict=True)):
            prices[tier] = own
    why = {slot: reason for slot in found.prices if (reason := _why_not(found, slot, prices, plan))}
    return Written(prices, why)


def _look(things: Things, meter: str, modality: str) -> Bands:
    """The price of a modality; a row that does not split stands for every one."""
    return things.get((meter, modality)) or things.get((meter, ""), ())


def _each(found: Slots) -> Iterator[Things]:
    for tier in dict.fromkeys(slot.tier for slot in found.prices):
        yield from (found.of(tier, day) for day in range(len(found.days)))


def _plan(found: Slots) -> _Plan:
    general = {meter: modality for meter in _NAMES if (modality := _general(found, meter))}
    made = _differing(found, general, ("output",))
    sent = _differing(found, general, ("input", "cache_read"))
    cached = general.get("cache_read") == general.get("input") and all(
        bool(_look(things, "cache_read", m))
        for things in _each(found)
        for m in sent
        if _look(things, "input", m) and _look(things, "cache_read", general["cache_read"])
    )
    return _Plan(general, sent if cached else _differing(found, general, ("input",)), made, cached)


def _general(found: Slots, meter: str) -> str:
    """Text where it has a price, else the one modality that has; empty where there is none, or more."""
    sold = [slot.modality for slot in found.prices if (slot.tier, slot.meter) == ("standard", meter)]
    if {"", "text"} & set(sold):
        return "text"
    return sold[0] if len(sold) == 1 else ""


def _differing(found: Slots, general: Mapping[str, str], meters: tuple[str, ...]) -> tuple[str, ...]:
    """The modalities that cost something else than the general field says, in any tier, on any day."""
    return tuple(
        m
        for m in _MORE
        if any(
            plain_bands(own) != plain_bands(_look(things, meter, general[meter]))
            for things in _each(found)
            for meter in meters
            if m != general.get(meter, m) and (own := _look(things, meter, m))
        )
    )


def _sold(found: Slots, tier: str, plan: _Plan) -> bool:
    """Whether what goes in, and what comes out where anything does, has a price: what has none would be free."""
    things = found.of(tier, 0)
    needed = ["input"] + ["output"] * any(r.meter == "output" and r.plan == "paid" for r in priced(found.card))
    return all(meter in plan.general and _look(things, meter, plan.general[meter]) for meter in needed)


def _by_day(found: Slots, tier: str, plan: _Plan) -> list[Prices]:
    return [_fields(found.of(tier, day), plan) for day in range(len(found.days))]


def _fields(things: Things, plan: _Plan) -> Prices:
    fields: Prices = {}
    meters = {"input": plan.sent, "cache_read": plan.sent, "output": plan.made}
    for meter, split in meters.items():
        if meter in plan.general and (meter != "cache_read" or plan.cached):
            fields[field(meter)] = _look(things, meter, plan.general[meter])
            fields |= {field(meter, m): _look(things, meter, m) for m in split}
    fields[field(SEARCH)] = _look(things, SEARCH, "")
    return {name: bands for name, bands in fields.items() if bands}


def field(meter: str, modality: str = "") -> str:
    """The field of a price."""
    return "web_searches_kcount" if meter == SEARCH else _NAMES[meter].format(f"_{modality}" if modality else "")


def _valid(fields: Prices) -> bool:
    """Whether the fields cover each other as the format wants it."""
    return all(
        (field("cache_read", m) in fields) == {field("input", m), field("cache_read")}.issubset(fields) for m in _MORE
    )


def _why_not(found: Slots, slot: Slot, prices: Mapping[str, list[Prices]], plan: _Plan) -> str:
    """Why the file does not say the price of a slot; empty where it does, on every day."""
    if slot.tier not in prices:
        return NO_TIER
    if slot.meter == "cache_read" and not plan.cached:
        return NO_CACHE
    for standard, own, bands in zip(prices["standard"], prices[slot.tier], found.prices[slot], strict=True):
        fields = {**standard, **own}
        said = fields.get(field(slot.meter, slot.modality)) or fields.get(field(slot.meter), ())
        if bands and plain_bands(said) != plain_bands(bands):
            return NO_FIELD
    return ""
