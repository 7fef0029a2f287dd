"""Prices per token in the fields that LiteLLM's calculator reads: by meter, modality, service tier and prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.priced_model import measure
from ratecards.model import Rate

_SUFFIX = {"standard": "", "batch": "_batches", "flex": "_flex", "priority": "_priority"}
_ALL = tuple(_SUFFIX)
BASE = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
}
# By meter and modality: the field, and the service tiers for which the calculator reads one of its own.
_SPLIT: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("input", "audio"): ("input_cost_per_audio_token", _ALL),
    ("input", "image"): ("input_cost_per_image_token", ("standard", "batch")),
    ("input", "video"): ("input_cost_per_video_token", ("standard", "batch")),
    ("output", "audio"): ("output_cost_per_audio_token", ("standard",)),
    ("output", "image"): ("output_cost_per_image_token", ("standard", "batch", "priority")),
    ("output", "video"): ("output_cost_per_video_token", ("standard",)),
    ("cache_read", "audio"): ("cache_read_input_audio_token_cost", _ALL),
    ("cache_read", "image"): ("cache_read_input_image_token_cost", ("standard",)),
}
# The service tiers for which it reads a field of longer prompts; of other lengths than the usual one, fewer.
_ABOVE = {
    "input_cost_per_token": _ALL,
    "output_cost_per_token": _ALL,
    "cache_read_input_token_cost": ("standard", "batch", "priority"),
    "cache_creation_input_token_cost": ("standard", "batch"),
    "input_cost_per_audio_token": _ALL,
}
_USUAL = 200_000


class _Place(NamedTuple):
    tier: str
    meter: str
    modality: str
    over: int


def token_fields(rates: Iterable[Rate]) -> tuple[dict[str, Decimal], Counter[str]]:
    """The fields of a model's prices of tokens, and how many of its rates are not said, by reason."""
    fields: dict[str, Decimal] = {}
    unsaid: Counter[str] = Counter()
    things: dict[tuple[str, str, str], list[Rate]] = {}
    for rate in rates:
        if rate.resolution or rate.meter not in BASE:
            unsaid["resolutions" if rate.resolution else f"{rate.meter} by token"] += 1
        else:
            things.setdefault((rate.service_tier, rate.meter, rate.modality), []).append(rate)
    prices: dict[_Place, Decimal] = {}
    counts: Counter[_Place] = Counter()
    endless = {thing for thing, found in things.items() if any(rate.prompt_up_to is None for rate in found)}
    for thing, found in things.items():
        if _without_gap(found):
            prices |= {_Place(*thing, rate.prompt_over or 0): per_one(rate) for rate in found}
            counts.update(_Place(*thing, rate.prompt_over or 0) for rate in found)
        else:
            unsaid["several prices for one thing, or bounds with a gap"] += len(found)
    for meter in BASE:
        own = _bands({place: price for place, price in prices.items() if place.meter == meter}, endless)
        base = _base([modality for _, of, modality in things if of == meter])
        for place, price in own.items():
            name, fallback = _field(place, base, own)
            if name:
                fields[name] = price
            elif fallback != price:
                thing_of = f"{place.modality} {meter.replace('_', ' ')}".lstrip()
                unsaid[f"{thing_of} on the {place.tier} tier"] += counts[place] or 1
    return fields, unsaid


def _without_gap(rates: Iterable[Rate]) -> bool:
    """Whether the rates of one thing have one price for a prompt of any size, up to the largest that is sold."""
    bands = {(rate.prompt_over or 0, rate.prompt_up_to, per_one(rate)) for rate in rates}
    starts = sorted(over for over, *_ in bands)
    ends = sorted(up_to for _, up_to, _ in bands if up_to is not None)
    return [0, *ends[: len(starts) - 1]] == starts


def _bands(own: Mapping[_Place, Decimal], endless: AbstractSet[tuple[str, str, str]]) -> dict[_Place, Decimal]:
    """The prices with bands of longer prompts where these change a price on any tier, and there on every tier.

    A tier that has no band where the standard one has takes the standard price there; `endless` are the things that
    are sold for a prompt of any size.
    """
    banded = {place.modality for place, price in own.items() if price != own[place._replace(over=0)]}
    found = {place: price for place, price in own.items() if not place.over or place.modality in banded}
    for place in [place for place in found if place.over and place.tier == "standard"]:
        for tier in _ALL[1:]:
            shorter = [p for p in own if p[:3] == (tier, *place[1:3]) and p.over <= place.over]
            if shorter and (tier, *place[1:3]) in endless:
                found.setdefault(place._replace(tier=tier), own[max(shorter, key=lambda p: p.over)])
    return found


def _base(found: Sequence[str]) -> str:
    """The modality whose price is the ordinary one: text, else the undivided, else the first there is."""
    return next((m for m in ("text", "", *found) if m in found), "")


def _field(place: _Place, base: str, own: Mapping[_Place, Decimal]) -> tuple[str, Decimal | None]:
    """The field for a price; without one, the price that the calculator takes instead."""
    name, tiers = (BASE[place.meter], _ALL) if place.modality == base else _own_field(place, base, own)
    if place.over:
        known = _ABOVE.get(name, ()) if place.over == _USUAL else ("standard", "batch") if name in _ABOVE else ()
        tiers = tuple(tier for tier in tiers if tier in known)
    if name and place.tier in tiers:
        above = f"_above_{_threshold(place.over)}_tokens" if place.over else ""
        return name + above + _SUFFIX[place.tier], None
    if not name or (place.tier == "batch" and place.meter == "output"):
        return "", _banded(own, place._replace(modality=base))
    if place.over and name not in _ABOVE:
        return "", own[place._replace(over=0)]
    return "", own.get(place._replace(tier="standard")) or own.get(place._replace(over=0))


def _own_field(place: _Place, base: str, own: Mapping[_Place, Decimal]) -> tuple[str, tuple[str, ...]]:
    """The field of a modality where it has a price of its own on any tier, and the tiers that have one."""
    of_it = [(p, price) for p, price in own.items() if p.modality == place.modality]
    if all(price == _banded(own, p._replace(modality=base)) for p, price in of_it):
        return "", ()
    return _SPLIT.get((place.meter, place.modality), ("", ()))


def _banded(own: Mapping[_Place, Decimal], place: _Place) -> Decimal | None:
    """The price for a prompt of a size, where there is one for it or for all."""
    return own.get(place, own.get(place._replace(over=0)))


def _threshold(tokens: int) -> str:
    return f"{tokens // 1000}k" if tokens % 1000 == 0 else str(tokens)


def per_one(rate: Rate) -> Decimal:
    """The price of a single unit."""
    return (rate.price or Decimal(0)) / measure(rate.unit)[0]
