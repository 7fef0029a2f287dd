"""The provider files of genai-prices: dollars per million tokens by kind of token, in tiers, by date and by context.

A file of one provider, or the list of all that its package loads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ratecards.audit.claims import (
    OTHER,
    WRITE_1H,
    EntryHead,
    FieldMeaning,
    PriceEntry,
    Statements,
    entry,
    leaves,
    lifetime,
    mapping,
    model_of,
    seller_of,
)
from ratecards.model import MODALITIES

_FIELDS: dict[str, FieldMeaning] = {
    **{f"input{m and '_'}{m}_mtok": FieldMeaning("input", modality=m) for m in MODALITIES},
    **{f"output{m and '_'}{m}_mtok": FieldMeaning("output", modality=m) for m in MODALITIES},
    **{f"cache{m and '_'}{m}_read_mtok": FieldMeaning("cache_read", modality=m) for m in MODALITIES},
    **{f"cache{m and '_'}{m}_write_mtok": FieldMeaning("cache_write", modality=m) for m in MODALITIES},
    "cache_write_1h_mtok": WRITE_1H,
    "input_mchars": FieldMeaning("input", "1000000 characters", "text"),
    "input_audio_hours": FieldMeaning("input", "1 hour", "audio"),
    "output_audio_hours": FieldMeaning("output", "1 hour", "audio"),
    "web_searches_kcount": FieldMeaning("search_grounding", "1000 queries"),
}
_CONTEXTS = {
    ("processing", "batch"): "batch",
    ("service_tier", "default"): "standard",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
}


def entries(data: Iterable[object], on: date | None = None) -> list[PriceEntry]:
    """Every model of every provider: what is stated of it as of a day, or why that is none of ours."""
    providers = [(p, p.get("models")) for p in map(mapping, data)]
    named = [(str(p.get("id", p.get("provider"))), models) for p, models in providers if isinstance(models, list)]
    return [_entry(name, mapping(model), on) for name, models in named for model in models]


def _entry(provider: str, model: Mapping[str, Any], on: date | None) -> PriceEntry:
    key = str(model.get("id"))
    seller = seller_of(provider, key)
    if seller is None:
        return PriceEntry(key, why=OTHER)
    found = Statements()
    _model(found, EntryHead(key, model_of(key), seller), model, on)
    return entry(key, seller, found.found)


def _model(found: Statements, where: EntryHead, model: Mapping[str, Any], on: date | None) -> None:
    prices = model.get("prices")
    listed = prices if isinstance(prices, list) else [{"prices": prices}]
    # the last whose condition holds; where none does, the first
    active = [n for n, one in enumerate(listed) if not _inactive(mapping(one), on)] or [0]
    for number, one in enumerate(map(mapping, listed)):
        path = f"prices[{number}]" if isinstance(prices, list) else "prices"
        why = "" if number == active[-1] else _inactive(one, on) or "a later entry of the list holds"
        _prices(found, where, (path, one.get("prices")), why)
    _variants(found, where, model.get("price_variants"), on)


def _inactive(entry: Mapping[str, Any], on: date | None) -> str:
    """Why the condition of an entry does not hold on a day; empty where it does."""
    condition = entry.get("constraint")
    if condition is None:
        return ""
    start = mapping(condition).get("start_date")
    try:
        first = start if isinstance(start, date) else date.fromisoformat(str(start))
    except ValueError:
        return "a condition of the time of day"
    return f"holds from {first} on" if on is None or on < first else ""


def _variants(found: Statements, where: EntryHead, variants: object, on: date | None) -> None:
    """Of several variants for a context the first that holds counts, price by price."""
    seen: set[tuple[str, str]] = set()
    for number, variant in enumerate(map(mapping, variants if isinstance(variants, list) else ())):
        when = mapping(variant.get("when"))
        tier = _CONTEXTS.get(next(iter(when.items()))) if len(when) == 1 else None
        why = _inactive(variant, on) if tier else f"for requests with {dict(when)}"
        prices = mapping(variant.get("prices"))
        for field, value in prices.items():
            again = why or ("an earlier variant holds" if (str(tier), field) in seen else "")
            head = where._replace(service_tier=tier or "")
            _price(found, head, (f"price_variants[{number}].{field}", value), again or _meaning(field, prices))
            if not again:
                seen.add((str(tier), field))


def _prices(found: Statements, where: EntryHead, part: tuple[str, object], why: str) -> None:
    path, prices = part
    for field, value in mapping(prices).items():
        _price(found, where, (f"{path}.{field}", value), why or _meaning(field, mapping(prices)))


def _meaning(field: str, beside: Iterable[str]) -> FieldMeaning | str:
    """What a field means, by those that stand beside it, or why it cannot be read."""
    known = _FIELDS.get(field)
    return lifetime(known, map(_FIELDS.get, beside)) if known else "no column of the table says what is counted"


def _price(found: Statements, where: EntryHead, part: tuple[str, object], meaning: FieldMeaning | str) -> None:
    """One price, or one by the size of the prompt; what it means, or why it is no claim."""
    path, value = part
    why = meaning if isinstance(meaning, str) else ""
    if not isinstance(value, (Mapping, list)):
        found.add(where, path, value, meaning)
        return
    bands = list(_bands(mapping(value)))
    if why or not bands:
        # where a tier starts is no price
        for inner, stated in (leaf for leaf in leaves(path, value) if not leaf[0].endswith(".start")):
            found.skip(where.key, inner, stated, why or "expected a price, or base and tiers from whole numbers up")
    for inner, stated, over, up_to in bands if not why else ():
        found.add(where._replace(over=over, up_to=up_to), f"{path}.{inner}", stated, meaning)


def _bands(value: Mapping[str, Any]) -> Iterator[tuple[str, object, int | None, int | None]]:
    """Path, price and bounds of each band; none where the starts are not whole numbers that rise."""
    tiers = value.get("tiers")
    listed = list(map(mapping, tiers)) if isinstance(tiers, list) else []
    starts = [tier.get("start") for tier in listed]
    if "base" not in value or not all(isinstance(s, int) and not isinstance(s, bool) and s >= 0 for s in starts):
        return
    ordered = sorted(zip(starts, range(len(listed)), strict=True), key=lambda pair: pair[0] or 0)
    ends = [*(start for start, _ in ordered), None]
    yield "base", value.get("base"), None, ends[0]
    for (start, number), end in zip(ordered, ends[1:], strict=True):
        yield f"tiers[{number}]", listed[number].get("price"), start, end
