"""Our cards as the file that genai-prices loads: a list of providers, each with its models and their prices.

The prices of the standard tier are the model's own; other tiers are variants for a request's context. A step that a
page dates is a price from its day on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ratecards.catalog.authority import name_of
from ratecards.formats.export import NO_SOURCE, SEARCH, Bands, Slot, Slots, json_models, plain_bands, priced, slots
from ratecards.model import RateCard
from ratecards.storage import model_names

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
    return list(dict.fromkeys(n for n in (card.model, *map(model_names.model_id, card.aliases)) if n))


def _model(found: Slots, written: WrittenFile, called: Sequence[str], counts: Counter[str]) -> dict[str, object]:
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


def _comments(found: Slots, written: WrittenFile, counts: Counter[str]) -> str:
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


# --------------------------------------------------------------------------------------- which field says which price


# A kind of token with a field needs fields for all that it is a kind of (audio read from the cache is cached, is audio,
# is input), and where two kinds have fields, what is both needs one: the most specific field has every token's price.
NO_MODEL = "models without a price by the token for what goes in and comes out"
NO_TIER = "service tiers without a price by the token for what goes in and comes out"
NO_CACHE = "cached reads where a modality has no such price"
NO_FIELD = "modalities that share a field with another price"
_MORE = ("audio", "image", "video")
_NAMES = {"input": "input{}_mtok", "output": "output{}_mtok", "cache_read": "cache{}_read_mtok"}
Things = Mapping[tuple[str, str], Bands]
Prices = dict[str, Bands]


class WrittenFile(NamedTuple):
    """What the file says of a card: fields by tier and day, the standard tier first, and why a slot is not written."""

    prices: dict[str, list[Prices]]
    why: dict[Slot, str]


class _Plan(NamedTuple):
    """By meter the modality of its general field, and those that have fields of their own."""

    general: dict[str, str]
    sent: tuple[str, ...]
    made: tuple[str, ...]
    cached: bool


def write(found: Slots) -> WrittenFile:
    """The prices of each tier and day, as far as the format can say them."""
    plan = _plan(found)
    if not _sold(found, "standard", plan):
        return WrittenFile({}, dict.fromkeys(found.prices, NO_MODEL))
    prices = {"standard": _by_day(found, "standard", plan)}
    for tier in dict.fromkeys(slot.tier for slot in found.prices if slot.tier != "standard"):
        own = _by_day(found, tier, plan)
        if _sold(found, tier, plan) and all(_valid({**a, **b}) for a, b in zip(prices["standard"], own, strict=True)):
            prices[tier] = own
    why = {slot: reason for slot in found.prices if (reason := _why_not(found, slot, prices, plan))}
    return WrittenFile(prices, why)


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


# ------------------------------------------------------------------------------------- where an answer says its usage


# Documents are billed as images, as genai-prices has no kind of token for them.
_MODALITIES = {"TEXT": "text", "AUDIO": "audio", "IMAGE": "image", "DOCUMENT": "image", "VIDEO": "video"}
_TOTALS = (
    ("promptTokenCount", "input_tokens"),
    ("toolUsePromptTokenCount", "input_tokens"),
    ("cachedContentTokenCount", "cache_read_tokens"),
    ("candidatesTokenCount", "output_tokens"),
    ("thoughtsTokenCount", "output_tokens"),
    ("thoughtsTokenCount", "output_reasoning_tokens"),
)
_DETAILS = (
    ("promptTokensDetails", "input_{}_tokens"),
    ("toolUsePromptTokensDetails", "input_{}_tokens"),
    ("cacheTokensDetails", "cache_{}_read_tokens"),
    ("candidatesTokensDetails", "output_{}_tokens"),
)


def extractor() -> dict[str, object]:
    """The extractor as plain data."""
    mappings = [_mapping(field, dest) for field, dest in _TOTALS]
    for field, dest in _DETAILS:
        for word, modality in _MODALITIES.items():
            match = {"type": "array-match", "field": "modality", "match": {"equals": word}}
            mappings.append(_mapping([field, match, "tokenCount"], dest.format(modality)))
    return {"api_flavor": "default", "root": "usageMetadata", "model_path": "modelVersion", "mappings": mappings}


def _mapping(path: object, dest: str) -> dict[str, object]:
    return {"path": path, "dest": dest, "required": False}
