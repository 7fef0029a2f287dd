"""Our cards as the file that genai-prices loads: a list of providers, each with its models and their prices.

The prices of the standard tier are the model's own; other tiers are variants for a request's context. A step that a
page dates is a price from its day on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from ratecards.catalog.authority import name_of
from ratecards.formats.genai_fields import Prices, Written, write
from ratecards.formats.google_usage import extractor
from ratecards.formats.tokens import Bands, Slots, plain_bands, priced, slots
from ratecards.formats.writing import json_models
from ratecards.model import RateCard
from ratecards.storage import names

FILE = "data.json"
_PROVIDERS: dict[str, dict[str, object]] = {
    "google/gemini-api": {
        "id": "google",
        "name": "Google",
        "pricing_urls": ["https://ai.google.dev/gemini-api/docs/pricing"],
        "api_pattern": r"https://generativelanguage\.googleapis\.com",
        "model_match": {"contains": "gemini"},
        "provider_match": {"or": [{"equals": "google"}, {"equals": "google-gla"}, {"contains": "gemini"}]},
    },
    "google/vertex-ai": {
        "id": "google-vertex",
        "name": "Google Vertex AI",
        "pricing_urls": ["https://cloud.google.com/vertex-ai/generative-ai/pricing"],
        "api_pattern": r"https://(.*-)?aiplatform\.googleapis\.com",
        "provider_match": {"contains": "vertex"},
    },
}
_CONTEXTS = {
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
}
NO_SOURCE = "sources that the format has no provider for"


def export(cards: Iterable[RateCard], on: date) -> tuple[dict[str, str], dict[str, int]]:
    """The file by its name, and how many priced rates of the cards it does not say, by reason."""
    unsaid: Counter[str] = Counter()
    models: dict[str, list[object]] = {}
    ordered = sorted(cards, key=lambda card: (name_of(card), card.model))
    known = Counter(name for card in ordered for name in {(name_of(card), n) for n in _names(card)})
    for card in ordered:
        if name_of(card) not in _PROVIDERS:
            unsaid[NO_SOURCE] += len(priced(card))
            continue
        found = slots(card, on, steps=True)
        written = write(found)
        counts = found.unwritten(written.why)
        unsaid += counts
        if written.prices:
            called = [n for n in _names(card) if n == card.model or known[name_of(card), n] == 1]
            models.setdefault(name_of(card), []).append(_model(found, written, called, counts))
    texts = [json_models({**_PROVIDERS[s], "extractors": [extractor()]}, listed) for s, listed in models.items()]
    return {FILE: "[" + ",\n".join(texts) + "]\n"}, dict(sorted(unsaid.items()))


def _names(card: RateCard) -> list[str]:
    """The model's id and aliases, as a reference to it is compared."""
    return list(dict.fromkeys(n for n in (card.model, *map(names.model_id, card.aliases)) if n))


def _model(found: Slots, written: Written, called: Sequence[str], counts: Counter[str]) -> dict[str, object]:
    clauses = [{"equals": name} for name in called]
    model: dict[str, object] = {"id": found.card.model, "name": found.card.name}
    model["match"] = clauses[0] if len(clauses) == 1 else {"or": clauses}
    model["price_comments"] = _comments(found, written, counts)
    steps = _steps(found.days, written.prices["standard"])
    model["prices"] = steps[0]["prices"] if len(steps) == 1 else steps
    variants = [
        {"when": context, **step}
        for tier, context in _CONTEXTS.items()
        if tier in written.prices
        # the first that holds counts
        for step in reversed(_steps(found.days, written.prices[tier]))
    ]
    return {**model, "price_variants": variants} if variants else model


def _comments(found: Slots, written: Written, counts: Counter[str]) -> str:
    card = found.card
    ends = {
        rate.effective_until
        for slot, rates in found.rates.items()
        if slot not in written.why
        for rate in rates
        if rate.effective_until
    }
    parts = [f"{card.url}, observed {card.observed}."]
    parts += [f"Prices end on {', '.join(map(str, sorted(ends)))}."] if ends else []
    listed = ", ".join(f"{reason} ({count})" for reason, count in sorted(counts.items()) if count)
    parts += [f"Not said here, in rates: {listed}."] if listed else []
    return " ".join(parts)


def _steps(days: Sequence[date], by_day: Sequence[Prices]) -> list[dict[str, object]]:
    """The prices of the first day, and those of each later day on which they change, with that day."""
    found: list[dict[str, object]] = []
    for number, (day, prices) in enumerate(zip(days, by_day, strict=True)):
        fields = {name: _value(bands) for name, bands in prices.items()}
        if number == 0:
            found.append({"prices": fields})
        elif prices != by_day[number - 1]:
            found.append({"constraint": {"start_date": day.isoformat()}, "prices": fields})
    return found


def _value(bands: Bands) -> object:
    """One price, or one by the size of the prompt."""
    first, *more = plain_bands(bands)
    return {"base": first.price, "tiers": [{"start": b.over, "price": b.price} for b in more]} if more else first.price
