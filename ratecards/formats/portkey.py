"""Portkey's price files (`pricing/google.json`): cents per token, a model's prompts in two entries by their size."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    maker_of,
    mapping,
    model_of,
    named_seller,
)

# A cent per token is 10,000 dollars per million tokens, a cent per search 10 dollars per thousand.
_TOKEN, _THOUSAND, _ONE = 4, 1, -2
_SIZE = re.compile(r"(?P<id>.+)-(?P<side>lte|gt)-(?P<k>[0-9]{1,5})k\Z", re.ASCII)
_TOKENS = {
    "request_token": FieldMeaning("input", shift=_TOKEN),
    "response_token": FieldMeaning("output", shift=_TOKEN),
    "cache_read_input_token": FieldMeaning("cache_read", shift=_TOKEN),
    "cache_write_input_token": FieldMeaning("cache_write", shift=_TOKEN),
}
_NO_PRICE = "how many are made where a request does not say, not a price"
_UNITS: dict[str, FieldMeaning | str] = {
    "cache_write_1h": WRITE_1H._replace(shift=_TOKEN),
    "search": FieldMeaning("search_grounding", "1000 queries", shift=_THOUSAND),
    "web_search": FieldMeaning("search_grounding", "1000 queries", shift=_THOUSAND),
    "image_token": FieldMeaning("output", modality="image", shift=_TOKEN),
    "output_video_token": FieldMeaning("output", modality="video", shift=_TOKEN),
    "input_image": FieldMeaning("input", "1 image", "image", shift=_ONE),
    "image_1k": FieldMeaning("output", "1 image", "image", "1K", shift=_ONE),
    "video_seconds": FieldMeaning("output", "1 second", "video", shift=_ONE),
    "video_duration_seconds_1280_720": FieldMeaning("output", "1 second", "video", "720p", shift=_ONE),
    "video_duration_seconds_1920_1080": FieldMeaning("output", "1 second", "video", "1080p", shift=_ONE),
    "video_duration_seconds_3840_2160": FieldMeaning("output", "1 second", "video", "4k", shift=_ONE),
    "default_duration_seconds": _NO_PRICE,
    "default_sample_count": _NO_PRICE,
}
_UNKNOWN = "no such field is known"
_TIERS = {"pay_as_you_go": "standard", "batch_config": "batch"}


def entries(data: Mapping[str, Any]) -> list[PriceEntry]:
    """Every model: what is stated of it, or why that is none of ours. A `provider` that is a word is whose all are."""
    provider = data.get("provider")
    if not isinstance(provider, str):
        return [_entry(key, mapping(value), maker_of(key)) for key, value in data.items()]
    models = [(key, value) for key, value in data.items() if key != "provider"]
    return [_entry(key, mapping(value), named_seller(provider, key)) for key, value in models]


def _entry(key: str, value: Mapping[str, Any], seller: str | None) -> PriceEntry:
    if seller is None:
        return PriceEntry(key, why=OTHER)
    found, where = Statements(), _where(key, seller)
    config = mapping(value.get("pricing_config"))
    currency = config.get("currency", "USD")
    for part, prices in config.items():
        if part in _TIERS:
            why = "" if currency == "USD" else f"in {currency}, not in US dollars"
            why = why or ("for models that the file does not name" if key == "default" else "")
            _part(found, where._replace(service_tier=_TIERS[part]), (part, prices), why)
        elif part not in ("currency", "calculate"):
            _all(found, key, (part, prices), _UNKNOWN)
    return entry(key, seller, found.found)


def _where(key: str, seller: str) -> EntryHead:
    """The model of an entry, and the prompts it is for."""
    sized = _SIZE.match(key)
    if sized is None:
        return EntryHead(key, model_of(key), seller)
    size = int(sized["k"]) * 1000
    over, up_to = (size, None) if sized["side"] == "gt" else (None, size)
    return EntryHead(key, model_of(sized["id"]), seller, over=over, up_to=up_to)


def _part(found: Statements, where: EntryHead, part: tuple[str, object], why: str) -> None:
    """The prices of one way to pay; `why` none of them can be said."""
    name, prices = part
    for field, value in mapping(prices).items():
        path = f"{name}.{field}"
        if why or field not in (*_TOKENS, "additional_units", "image"):
            _all(found, where.key, (path, value), why or _UNKNOWN)
        elif field in _TOKENS:
            units = mapping(mapping(prices).get("additional_units"))
            _price(found, where, (path, value), lifetime(_TOKENS[field], map(_UNITS.get, units)))
        elif field == "additional_units":
            for unit, inner in mapping(value).items():
                _price(found, where, (f"{path}.{unit}", inner), _UNITS.get(unit, _UNKNOWN))
        else:
            _pictures(found, where, (path, value))


def _pictures(found: Statements, where: EntryHead, part: tuple[str, object]) -> None:
    """Prices of an image by quality and size."""
    path, qualities = part
    for quality, sizes in mapping(qualities).items():
        for size, value in mapping(sizes).items():
            words = ["" if word == "default" else word for word in (size, quality)]
            meaning = FieldMeaning("output", "1 image", "image", words[0], words[1], shift=_ONE)
            _price(found, where, (f"{path}.{quality}.{size}", value), meaning)


def _price(found: Statements, where: EntryHead, part: tuple[str, object], meaning: FieldMeaning | str) -> None:
    """A price stands in a mapping of its own, alone."""
    path, value = part
    if set(mapping(value)) == {"price"}:
        found.add(where, path, mapping(value)["price"], meaning)
    else:
        _all(found, where.key, part, "expected a price, as in {price: 0.5}")


def _all(found: Statements, key: str, part: tuple[str, object], why: str) -> None:
    for path, value in leaves(*part):
        found.skip(key, path.removesuffix(".price"), value, why)
