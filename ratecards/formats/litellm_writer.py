"""Rate cards as a LiteLLM cost map: prices per token, image or second in the fields that its calculator reads.

A field that a model does not have falls back there: of a modality to the price of text, of a service tier to the
standard one. A rate is written where a field says it, left to a fallback that says the same, or counted as unsaid.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.priced_model import measure, price_of_one
from ratecards.costing.select import selecting
from ratecards.formats.export import ALLOWANCES, NOT_SOLD_SO, Reason, by_meter, dated
from ratecards.model import Rate, RateCard

FILE = "litellm.json"
_SELLERS = {"gemini-api": ("gemini/", "gemini"), "vertex-ai": ("vertex_ai/", "vertex_ai-{kind}-models")}
# By meter, noun and modality: standard prices of things that are no tokens.
_THINGS = {
    ("input", "image", "image"): "input_cost_per_image",
    ("input", "second", "audio"): "input_cost_per_audio_per_second",
    ("input", "second", "video"): "input_cost_per_video_per_second",
    ("input", "character", ""): "input_cost_per_character",
    ("input", "character", "text"): "input_cost_per_character",
    ("output", "image", "image"): "output_cost_per_image",
    ("output", "second", "video"): "output_cost_per_second",
    ("output", "character", ""): "output_cost_per_character",
    ("output", "character", "text"): "output_cost_per_character",
}
_SEARCH = "search_context_cost_per_query"
_GROUNDING = {"search_grounding": _SEARCH, "maps_grounding": "google_maps_grounding_cost_per_query"}
_RESOLUTIONS = ("480p", "720p", "1080p", "4k")
_METERS = {"cache_storage": "storage of cached tokens", "tuning": "tuning", "tool": "tools"}
_REASONS: tuple[Reason, ...] = (
    (lambda rate: rate.provider != "google" or rate.source not in _SELLERS, "other sellers"),
    *NOT_SOLD_SO,
    *by_meter(_METERS),
    ALLOWANCES,
    (lambda rate: rate.model == "tools", "prices of no one model"),
    (lambda rate: bool(rate.quality), "qualities"),
)
Entry = dict[str, object]


class _Said(NamedTuple):
    """What a card becomes: fields with their prices, and how many rates no field says, by reason."""

    fields: dict[str, Decimal]
    words: dict[str, str]
    unsaid: Counter[str]


def export(cards: Iterable[RateCard], on: date) -> tuple[dict[str, str], dict[str, int]]:
    """The map as a file, and how many priced rates it cannot say, by reason. Dated rates are those of the day."""
    entries: dict[str, Entry] = {}
    unsaid: Counter[str] = Counter()
    for card in cards:
        said = _said(card, on)
        unsaid += said.unsaid
        if said.fields:
            prefix, provider = _SELLERS[card.source]
            kind = _kind(card)
            entry: Entry = {name: _value(name, price) for name, price in said.fields.items()} | said.words
            entry |= {"litellm_provider": provider.format(kind=_KINDS[kind]), "mode": kind, "source": card.url}
            entries |= {prefix + name: entry for name in (card.model, *card.aliases)}
    text = json.dumps(entries, indent=4, sort_keys=True) + "\n"
    return {FILE: text}, dict(sorted(unsaid.items()))


def _value(name: str, price: Decimal) -> object:
    """A price as the format has it: a float, which prints as the same digits; of searches one by size of context."""
    if name == _SEARCH:
        return {f"search_context_size_{size}": float(price) for size in ("low", "medium", "high")}
    return float(price)


def _said(card: RateCard, on: date) -> _Said:
    said = _Said({}, {}, Counter())
    left: dict[str, list[Rate]] = {"tokens": [], "things": [], "grounding": []}
    for rate in card.rates:
        if rate.price is None:
            continue
        if why := _why_not(rate, on):
            said.unsaid[why] += 1
        elif rate.meter.endswith("_grounding"):
            left["grounding"].append(rate)
        else:
            left["tokens" if measure(rate.unit)[1] == "token" else "things"].append(rate)
    open_ = said.unsaid.total() + sum(map(len, left.values()))
    fields, unsaid = _token_fields(left["tokens"])
    said.fields.update(fields)
    said.unsaid.update(unsaid)
    _things(left["things"], said)
    _grounding(left["grounding"], said)
    if "output_cost_per_image" in said.fields:
        _metered(card, said)
    # what has no field there is free
    if any(rate.meter in ("input", "output") and _BASE[rate.meter] not in said.fields for rate in left["tokens"]):
        said.unsaid["models with a price of tokens that no field says"] += open_ - said.unsaid.total()
        said.fields.clear()
    return said


def _why_not(rate: Rate, on: date) -> str:
    why = next((words for says, words in _REASONS if says(rate)), "") or dated(rate, on, steps=False)
    # a video has sound unless somebody asks for none
    return why or ("" if selecting(rate) in ("", "with audio") else "conditions in words")


# -------------------------------------------------------------------------------------- what is no token


def _things(rates: Iterable[Rate], said: _Said) -> None:
    """Pictures, seconds and characters: one price each, of seconds of video also one by resolution."""
    for rate in rates:
        noun = measure(rate.unit)[1]
        whole = name = _THINGS.get((rate.meter, noun, rate.modality), "")
        if rate.resolution:
            known = name == "output_cost_per_second" and rate.resolution in _RESOLUTIONS
            name = f"{name}_{rate.resolution}" if known else ""
        if not name or rate.service_tier != "standard" or rate.prompt_over or said.fields.get(name) is not None:
            tier = "" if rate.service_tier == "standard" else f" on the {rate.service_tier} tier"
            size = ", by resolution" if rate.resolution else ""
            said.unsaid[f"prices by {noun}{size}{tier}"] += 1
        else:
            said.fields[name] = price_of_one(rate)
            said.fields.setdefault(whole, price_of_one(rate))  # without a resolution, the smallest


def _grounding(rates: Iterable[Rate], said: _Said) -> None:
    """Searches beyond what is free, by prompt or by query: the same for all service tiers."""
    for rate in sorted(rates, key=lambda rate: rate.service_tier != "standard"):
        noun = measure(rate.unit)[1]
        name, unit = _GROUNDING[rate.meter], f"per_{noun}"
        fits = noun in ("prompt", "query") and said.words.get("web_search_billing_unit", unit) == unit
        ours = price_of_one(rate) if rate.service_tier == "standard" else None
        if fits and said.fields.get(name, ours) == price_of_one(rate) and not rate.context:
            said.fields[name] = price_of_one(rate)
            said.words["web_search_billing_unit"] = unit
        else:
            said.unsaid[f"{rate.meter.replace('_', ' ')} at other prices or by {noun}"] += 1


def _metered(card: RateCard, said: _Said) -> None:
    """The price of a picture's tokens where the page states it beside its table: responses count tokens."""
    for formula in card.formulas:
        if (formula.meter, formula.modality) == ("output", "image") and formula.amount is not None:
            quantity, noun = measure(formula.unit)
            if noun == "token":
                said.fields.setdefault("output_cost_per_image_token", formula.amount / quantity)


_KINDS = {
    "image_generation": "image",
    "video_generation": "video",
    "audio_speech": "language",
    "embedding": "embedding",
    "chat": "language",
}


def _kind(card: RateCard) -> str:
    """What a model does, in LiteLLM's words."""
    made = {rate.modality or "text" for rate in card.rates if rate.meter == "output" and rate.price is not None}
    if not made:
        return "embedding"
    if "image" in made or "video" in made:
        return "image_generation" if "image" in made else "video_generation"
    return "audio_speech" if made == {"audio"} else "chat"


# ------------------------------------------------------------------------------------------------ prices by the token


_SUFFIX = {"standard": "", "batch": "_batches", "flex": "_flex", "priority": "_priority"}
_ALL = tuple(_SUFFIX)
_BASE = {
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


def _token_fields(rates: Iterable[Rate]) -> tuple[dict[str, Decimal], Counter[str]]:
    """The fields of a model's prices of tokens, and how many of its rates are not said, by reason."""
    fields: dict[str, Decimal] = {}
    unsaid: Counter[str] = Counter()
    things: dict[tuple[str, str, str], list[Rate]] = {}
    for rate in rates:
        if rate.resolution or rate.meter not in _BASE:
            unsaid["resolutions" if rate.resolution else f"{rate.meter} by token"] += 1
        else:
            things.setdefault((rate.service_tier, rate.meter, rate.modality), []).append(rate)
    prices: dict[_Place, Decimal] = {}
    counts: Counter[_Place] = Counter()
    endless = {thing for thing, found in things.items() if any(rate.prompt_up_to is None for rate in found)}
    for thing, found in things.items():
        if _without_gap(found):
            prices |= {_Place(*thing, rate.prompt_over or 0): price_of_one(rate) for rate in found}
            counts.update(_Place(*thing, rate.prompt_over or 0) for rate in found)
        else:
            unsaid["several prices for one thing, or bounds with a gap"] += len(found)
    for meter in _BASE:
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
    bands = {(rate.prompt_over or 0, rate.prompt_up_to, price_of_one(rate)) for rate in rates}
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
    name, tiers = (_BASE[place.meter], _ALL) if place.modality == base else _own_field(place, base, own)
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
