"""Our cards as models.dev has them: one TOML file a model with its prices, and `api.json` with the same.

Only the prices are ours to say. What a model can do stays in models.dev's own file of the model, which each file names
as its base; `api.json` has no such facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ratecards.catalog.authority import name_of
from ratecards.formats.export import NO_SOURCE, Bands, Slot, Slots, json_models, json_value, plain_bands, priced, slots
from ratecards.model import RateCard, plain

_PROVIDERS: dict[str, dict[str, object]] = {
    "google/gemini-api": {
        "id": "google",
        "name": "Google",
        "env": ["GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY"],
        "npm": "@ai-sdk/google",
        "doc": "https://ai.google.dev/gemini-api/docs/pricing",
    },
    "google/vertex-ai": {
        "id": "google-vertex",
        "name": "Vertex",
        "env": ["GOOGLE_VERTEX_PROJECT", "GOOGLE_VERTEX_LOCATION", "GOOGLE_APPLICATION_CREDENTIALS"],
        "npm": "@ai-sdk/google-vertex",
        "doc": "https://cloud.google.com/vertex-ai/generative-ai/pricing",
    },
}
_FIELDS = {
    ("input", ""): "input",
    ("output", ""): "output",
    ("cache_read", ""): "cache_read",
    ("input", "audio"): "input_audio",
    ("output", "audio"): "output_audio",
}
# Which modality a field without one is of: the format gives a model that makes images the price of these.
_FIRST = {"input": ("text",), "cache_read": ("text",), "output": ("image", "text")}
_OLD_TIER = 200_000
NO_MODEL = "models without a price by the token for both what goes in and what comes out"
NO_FIELD = "modalities without a field"
Prices = dict[str, Bands]
Cost = dict[str, Decimal]


def export(cards: Iterable[RateCard], on: date) -> tuple[dict[str, str], dict[str, int]]:
    """The files by path, and how many priced rates of the cards they do not say, by reason."""
    unsaid: Counter[str] = Counter()
    models: dict[str, dict[str, object]] = {}
    files: dict[str, str] = {}
    for card in sorted(cards, key=lambda card: (name_of(card), card.model)):
        if (source := name_of(card)) not in _PROVIDERS:
            unsaid[NO_SOURCE] += len(priced(card))
            continue
        found = slots(card, on, steps=False)
        prices = _prices(found)
        unsaid += found.unwritten(_why(found, prices))
        if prices:
            base, tiers = _costs(prices)
            folder = f"providers/{_PROVIDERS[source]['id']}"
            files[f"{folder}/provider.toml"] = _provider(_PROVIDERS[source])
            files[f"{folder}/models/{card.model}.toml"] = _toml(card.model, base, tiers)
            models.setdefault(source, {})[card.model] = _entry(card, base, tiers)
    api = [f"{json_value(_PROVIDERS[s]['id'])}: {json_models(_PROVIDERS[s], own)}" for s, own in models.items()]
    return {"api.json": "{" + ",\n".join(api) + "}\n", **dict(sorted(files.items()))}, dict(sorted(unsaid.items()))


# --------------------------------------------------------------------------------- which field says which price


def _prices(found: Slots) -> Prices:
    """The fields of a model; none where it lacks what the format wants of every model."""
    things = found.of("standard", 0)
    prices: Prices = {}
    for (meter, modality), name in _FIELDS.items():
        bands = things.get((meter, modality), ()) if modality else _general(things, meter)
        if bands and (modality == "" or bands is not _general(things, meter)):
            prices[name] = bands
    return prices if {"input", "output"} <= set(prices) else {}


def _general(things: Mapping[tuple[str, str], Bands], meter: str) -> Bands:
    """The price of a field that names no modality: the first that has one, the unsplit row, else the only one."""
    own = {modality: bands for (m, modality), bands in things.items() if m == meter}
    known = [own[modality] for modality in (*_FIRST[meter], "") if modality in own]
    return known[0] if known else next(iter(own.values())) if len(own) == 1 else ()


def _why(found: Slots, prices: Prices) -> dict[Slot, str]:
    """Why the files do not say the price of a slot, for those of which they do not."""
    why = {}
    for slot, (bands, *_) in found.prices.items():
        said = prices.get(_FIELDS.get((slot.meter, slot.modality), "")) or prices.get(slot.meter, ())
        if slot.meter not in _FIRST:
            why[slot] = "grounding with Google Search"
        elif slot.tier != "standard":
            why[slot] = f"the {slot.tier} tier"
        elif not prices:
            why[slot] = NO_MODEL
        elif plain_bands(said) != plain_bands(bands):
            why[slot] = NO_FIELD
    return why


# ------------------------------------------------------------------------------------------------ as texts


def _costs(prices: Prices) -> tuple[Cost, dict[int, Cost]]:
    """The prices of a short prompt, and all of them again above each size at which one changes."""
    sizes = sorted({band.over for bands in prices.values() for band in plain_bands(bands)})
    costs = {
        size: {name: [b.price for b in bands if b.over <= size][-1] for name, bands in prices.items()} for size in sizes
    }
    return costs.pop(0), costs


def _provider(provider: Mapping[str, object]) -> str:
    return "".join(f"{name} = {json_value(value)}\n" for name, value in provider.items() if name != "id")


def _toml(model: str, base: Cost, tiers: Mapping[int, Cost]) -> str:
    lines = [f'base_model = "google/{model}"', "", "[cost]", *_lines(base)]
    for size, cost in tiers.items():
        lines += ["", "[[cost.tiers]]", f"tier = {{ size = {size:_} }}", *_lines(cost)]
    return "\n".join(lines) + "\n"


def _lines(cost: Cost) -> list[str]:
    return [f"{name} = {plain(price)}" for name, price in cost.items()]


def _entry(card: RateCard, base: Cost, tiers: Mapping[int, Cost]) -> dict[str, object]:
    cost: dict[str, object] = {**base}
    if tiers:
        cost["tiers"] = [{**own, "tier": {"type": "context", "size": size}} for size, own in tiers.items()]
    if _OLD_TIER in tiers:
        cost["context_over_200k"] = tiers[_OLD_TIER]
    return {"id": card.model, "name": card.name, "cost": cost}
