"""Rate cards as a LiteLLM cost map: prices per token, image or second in the fields that its calculator reads.

A field that a model does not have falls back there: of a modality to the price of text, of a service tier to the
standard one. A rate is written where a field says it, left to a fallback that says the same, or counted as unsaid.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.offers import measure
from ratecards.costs.select import selecting
from ratecards.formats.litellm_tokens import BASE, per_one, token_fields
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
_REASONS: tuple[tuple[Callable[[Rate], bool], str], ...] = (
    (lambda rate: rate.provider != "google" or rate.source not in _SELLERS, "other sellers"),
    (lambda rate: rate.currency != "USD", "other currencies"),
    (lambda rate: rate.plan == "free", "the free plan"),
    (lambda rate: rate.basis == "equivalent", "prices restated in another unit"),
    *((lambda rate, name=name: rate.meter == name, words) for name, words in _METERS.items()),
    (lambda rate: rate.used_up_to is not None, "allowances of a period"),
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
    fields, unsaid = token_fields(left["tokens"])
    said.fields.update(fields)
    said.unsaid.update(unsaid)
    _things(left["things"], said)
    _grounding(left["grounding"], said)
    if "output_cost_per_image" in said.fields:
        _metered(card, said)
    # what has no field there is free
    if any(rate.meter in ("input", "output") and BASE[rate.meter] not in said.fields for rate in left["tokens"]):
        said.unsaid["models with a price of tokens that no field says"] += open_ - said.unsaid.total()
        said.fields.clear()
    return said


def _why_not(rate: Rate, on: date) -> str:
    if why := next((words for says, words in _REASONS if says(rate)), ""):
        return why
    if rate.effective_until and rate.effective_until < on:
        return "prices that no longer hold"
    if rate.effective_from and rate.effective_from > on:
        return "price steps dated for later"
    # a video has sound unless somebody asks for none
    return "" if selecting(rate) in ("", "with audio") else "conditions in words"


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
            said.fields[name] = per_one(rate)
            said.fields.setdefault(whole, per_one(rate))  # without a resolution, the smallest


def _grounding(rates: Iterable[Rate], said: _Said) -> None:
    """Searches beyond what is free, by prompt or by query: the same for all service tiers."""
    for rate in sorted(rates, key=lambda rate: rate.service_tier != "standard"):
        noun = measure(rate.unit)[1]
        name, unit = _GROUNDING[rate.meter], f"per_{noun}"
        fits = noun in ("prompt", "query") and said.words.get("web_search_billing_unit", unit) == unit
        ours = per_one(rate) if rate.service_tier == "standard" else None
        if fits and said.fields.get(name, ours) == per_one(rate) and not rate.context:
            said.fields[name] = per_one(rate)
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
