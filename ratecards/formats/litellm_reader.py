"""LiteLLM's cost map: what it claims the models of held sellers cost.

A map from `<provider>/<model>` to prices per single token, image, second or query; a price is told apart by its field's
name: `input_cost_per_audio_token_above_200k_tokens_priority`. What no column of ours can say is handed back as unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ratecards.audit.claims import (
    NO_MODEL,
    OTHER,
    WRITE_1H,
    Claim,
    EntryHead,
    FieldMeaning,
    PriceEntry,
    Statements,
    Unread,
    claim,
    elsewhere,
    entry,
    is_anthropic,
    is_google,
    lifetime,
    mapping,
    shown,
)
from ratecards.catalog.choices import NUMBER
from ratecards.storage import model_names

_API, _PLATFORM = "google/gemini-api", "google/vertex-ai"
_OPENAI, _ANTHROPIC = "openai/openai-api", "anthropic/anthropic-api"
# Whose price list an id names before its first slashes, or `litellm_provider` in letters of any case.
_PREFIXES = {
    "gemini/": _API,
    "google/": _API,
    "vertex_ai/": _PLATFORM,
    "vertex_ai_beta/": _PLATFORM,
    "publishers/google/models/": _PLATFORM,
    "openai/": _OPENAI,
    "anthropic/": _ANTHROPIC,
    "models/": "",
}
_PROVIDERS = {
    **dict.fromkeys(("gemini", "google", "google_ai_studio", "google ai studio"), _API),
    **dict.fromkeys(("openai", "text-completion-openai"), _OPENAI),
    **dict.fromkeys(("anthropic", "anthropic_text"), _ANTHROPIC),
}
_TRUEFOUNDRY = {"google-gemini": "gemini", "google-vertex": "vertex_ai"}
_STEPS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
}
_SIZES = re.compile(r"(?:[a-z]+/)?[0-9]+-x-[0-9]+/|(?:low|medium|high|standard|hd|auto)/", re.IGNORECASE)
# Before an id of Anthropic's: that it answers fast, and in one country.
_MODES = re.compile(r"(?:(?P<fast>fast/)?(?P<place>us/)?(?=claude))?", re.IGNORECASE)
FIELDS = {
    "input_cost_per_token": FieldMeaning("input", shift=6),
    "input_cost_per_audio_token": FieldMeaning("input", modality="audio", shift=6),
    "input_cost_per_image_token": FieldMeaning("input", modality="image", shift=6),
    "input_cost_per_video_token": FieldMeaning("input", modality="video", shift=6),
    "input_cost_per_image": FieldMeaning("input", "1 image", modality="image"),
    "input_cost_per_audio_per_second": FieldMeaning("input", "1 second", modality="audio"),
    "input_cost_per_video_per_second": FieldMeaning("input", "1 second", modality="video"),
    "input_cost_per_second": FieldMeaning("input", "1 second", modality="audio"),
    "input_cost_per_character": FieldMeaning("input", "1000 characters", shift=3),
    "output_cost_per_token": FieldMeaning("output", shift=6),
    "output_cost_per_reasoning_token": FieldMeaning("output", modality="text", context="thinking", shift=6),
    "output_cost_per_audio_token": FieldMeaning("output", modality="audio", shift=6),
    "output_cost_per_image_token": FieldMeaning("output", modality="image", shift=6),
    "output_cost_per_video_token": FieldMeaning("output", modality="video", shift=6),
    "output_cost_per_image": FieldMeaning("output", "1 image", modality="image"),
    "output_cost_per_second": FieldMeaning("output", "1 second"),
    "output_cost_per_audio_per_second": FieldMeaning("output", "1 second", modality="audio"),
    "output_cost_per_video_per_second": FieldMeaning("output", "1 second", modality="video"),
    "output_cost_per_character": FieldMeaning("output", "1000 characters", shift=3),
    "cache_read_input_token_cost": FieldMeaning("cache_read", shift=6),
    "cache_read_input_audio_token_cost": FieldMeaning("cache_read", modality="audio", shift=6),
    "cache_read_input_token_cost_per_audio_token": FieldMeaning("cache_read", modality="audio", shift=6),
    "cache_read_input_image_token_cost": FieldMeaning("cache_read", modality="image", shift=6),
    "cache_creation_input_token_cost": FieldMeaning("cache_write", shift=6),
    "cache_creation_input_token_cost_above_1hr": WRITE_1H._replace(shift=6),
    "search_context_cost_per_query": FieldMeaning("search_grounding", shift=3),
    "google_maps_grounding_cost_per_query": FieldMeaning("maps_grounding", shift=3),
}
TIERS = {"": "standard", "_batches": "batch", "_flex": "flex", "_priority": "priority"}
_RESOLUTIONS = {"480p", "720p", "768p", "1080p", "2k", "4k"}
_PICTURES = {"512": "0.5K", "1024": "1K", "1K": "1K", "2K": "2K", "4K": "4K"}
_NAME = re.compile(
    r"(?P<base>.+?)(?P<tier1>_batches|_flex|_priority)?(?:_above_(?P<over>[0-9]{1,9})(?P<k>k?)_tokens)?"
    r"(?P<tier2>_batches|_flex|_priority)?\Z"
)
_SIZED = re.compile(r"(?P<base>output_cost_per_(?:second|image))_(?P<size>[0-9]+[pkK]?)\Z")
_WHY = {
    "uplift_multiplier": "a factor on all prices of a region is no price",
    "provider_specific_entry": "a factor on all prices of a region or a tier is no price",
    "_interval": "how often video is sampled has no column",
    "per_page": "a page is no unit of the table",
    "per_pixel": "a pixel is no unit of the table",
    "per_query": "a query to a search engine or a ranking is no meter of the table",
    "per_session": "a session of a tool is no meter of the table",
    "tiered_pricing": "a table of price steps is not read",
    "off_peak": "hours of the day have no column",
    " (": "a price of one region alone",
}


def entries(data: Mapping[str, Any] | Iterable[tuple[str, object]]) -> list[PriceEntry]:
    """Every entry of a map, or of pairs in its fields: what it claims, or why that is none of ours."""
    return [_read(str(key), value) for key, value in (data.items() if isinstance(data, Mapping) else data)]


def deployments(data: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The models of a proxy's `config.yaml` with their prices: `litellm_params` go before `model_info` there.

    One that has a base URL of its own is that server's, whatever its id says.
    """
    for row in data["model_list"]:
        params, info = mapping(mapping(row).get("litellm_params")), mapping(mapping(row).get("model_info"))
        key, url = str(params.get("model") or ""), params.get("api_base") or params.get("base_url")
        prices = {
            **info,
            **params,
            "litellm_provider": params.get("custom_llm_provider") or info.get("litellm_provider"),
        }
        if url and elsewhere(url):
            prices["litellm_provider"] = str(url)
            key = key.rpartition("/")[2]
        yield key or str(mapping(row).get("model_name")), prices if key else None


def regions(data: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, object]]:
    """The prices of TrueFoundry's models in each region, which have LiteLLM's fields; steps by LiteLLM's names."""
    for row in data:
        provider = _TRUEFOUNDRY.get(str(row.get("provider")), row.get("provider"))
        for cost in row["costs"] if isinstance(row["costs"], list) else [row["costs"]]:
            prices = {**mapping(cost), "litellm_provider": provider}
            region = prices.pop("region", "*")
            yield str(row.get("model")), _regional(_steps(prices), region)


def _regional(prices: Mapping[str, Any], region: object) -> Mapping[str, Any]:
    """Prices as they are, or as nothing that is read where they are those of a region."""
    return (
        prices if region == "*" else {n if n == "litellm_provider" else f"{n} ({region})": v for n, v in prices.items()}
    )


def _steps(prices: dict[str, Any]) -> dict[str, Any]:
    """Prices with their steps as `input_cost_per_token_above_200000_tokens`; a step of another shape stays as it is."""
    steps = mapping(prices.pop("tiered_pricing", None))
    for name, listed in steps.items():
        for step in map(mapping, listed if isinstance(listed, list) else [listed]):
            field = _STEPS.get(name)
            if field and set(step) == {"from", "cost_per_token"}:
                prices[f"{field}_above_{step['from']}_tokens"] = step["cost_per_token"]
            else:
                prices[f"tiered_pricing.{name}"] = step or listed
    return prices


def _read(key: str, value: object) -> PriceEntry:
    if not isinstance(value, Mapping) or key == "sample_spec":
        return PriceEntry(key, why=NO_MODEL)
    fields = {str(name): inner for name, inner in value.items()}  # YAML has numbers for names
    seller = seller_of(key, fields)
    return PriceEntry(key, why=OTHER) if seller is None else entry(key, seller, _stated(key, fields))


def seller_of(key: str, value: Mapping[str, Any]) -> str | None:
    """Whose price list an entry speaks of: as its id says, else its provider; empty where neither does, None: others.

    `vertex_ai-anthropic_models` are other makers' models on Google's platform.
    """
    said = value.get("litellm_provider")
    provider = said.strip().lower() if isinstance(said, str) else ""
    prefix = _prefix(key)
    model = _MODES.sub("", key[len(prefix) :], count=1)
    platform = provider.startswith("vertex_ai")
    listed = _PREFIXES.get(prefix.lower()) or (_PLATFORM if platform else _PROVIDERS.get(provider))
    others = platform and provider.endswith("_models") and listed == _PLATFORM
    if others or ("/" in model and not _SIZES.match(model)):
        return None
    if listed is None:
        resold = "claude" in key.lower() and not is_anthropic(key)
        return None if provider or resold or "/" in key.removeprefix(prefix) else ""
    if listed == _ANTHROPIC and not (is_anthropic(model) and _PROVIDERS.get(provider or "anthropic") == _ANTHROPIC):
        return None
    return None if listed.startswith("google/") and not is_google(model) else listed


def _prefix(key: str) -> str:
    """What stands before a model id and names whose it is, as it is written."""
    return key[: max((len(p) for p in _PREFIXES if key.lower().startswith(p)), default=0)]


def model_of(key: str) -> str:
    """The model id that a key means: `gemini/gemini-2.5-pro` is `gemini-2.5-pro`."""
    return model_names.model_id(_MODES.sub("", key[len(_prefix(key)) :], count=1))


def _stated(key: str, entry: Mapping[str, Any]) -> list[Claim | Unread]:
    found, where = Statements(), EntryHead(key, model_of(key), "")
    mode = _MODES.match(key[len(_prefix(key)) :])
    for field, value in entry.items():
        if value is None or not _is_price(field):
            continue
        if isinstance(value, Mapping) and len({str(v) for v in value.values()}) == 1:
            value = next(iter(value.values()))  # noqa: PLW2901 - a price by size of the search context, in name only
        price = amount(value)
        why = "a size or a quality as a part of the id is not read" if _SIZES.match(key) else ""
        why = why or ("a price of one country alone" if mode and mode["place"] else "")
        why = why or (f"expected an amount, saw {shown(value)}" if price is None else "")
        meant = why or _meaning(entry, field)
        if isinstance(meant, str) or price is None:
            found.skip(key, field, value, str(meant))
        else:
            said, bounds = meant
            head = where._replace(**bounds)
            if mode and mode["fast"] and head.service_tier == "standard":
                head = head._replace(service_tier="fast")
            found.found.append(claim(head, field, (value, price), said))
    return found.found


def _is_price(field: str) -> bool:
    return any(word in field for word in ("cost", "price", "pricing", "uplift", "provider_specific"))


def amount(value: object) -> Decimal | None:
    """The amount that a value states, a string of one included; None where it states none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() and not number.is_signed() and abs(number.adjusted()) <= 30 else None


def _meaning(entry: Mapping[str, Any], field: str) -> tuple[FieldMeaning, dict[str, Any]] | str:
    """What a field means, with its service tier and the bounds of its prompts, or why it cannot be read."""
    name = _NAME.match(field)
    if name is None or (name["tier1"] and name["tier2"]):
        return "no such field is known"
    base, size = name["base"], ""
    if base not in FIELDS and (sized := _SIZED.match(base)):
        base = sized["base"]
        size = sized["size"] if sized["size"].lower() in _RESOLUTIONS else _PICTURES.get(sized["size"], "")
        size = _PICTURES.get(sized["size"], "") if base.endswith("image") else size
    if base not in FIELDS or (not size and base != name["base"]):
        return next((why for part, why in _WHY.items() if part in field), "no such field is known")
    known = FIELDS[base]
    unit = _grounding(entry) if known.meter.endswith("_grounding") else known.unit
    tier = name["tier1"] or name["tier2"] or ""
    over, up_to = _bounds(entry, base, tier, name)
    said = lifetime(known, map(FIELDS.get, entry))._replace(unit=unit, modality=_modality(entry, base), resolution=size)
    return said, {"service_tier": TIERS[tier], "over": over, "up_to": up_to}


def _grounding(entry: Mapping[str, Any]) -> str:
    return "1000 queries" if entry.get("web_search_billing_unit") == "per_query" else "1000 prompts"


def _bounds(entry: Mapping[str, Any], base: str, tier: str, name: re.Match[str]) -> tuple[int | None, int | None]:
    """The bounds on a prompt that a field states, or leaves to it by having one for what is above."""
    if name["over"]:
        return int(name["over"]) * (1000 if name["k"] else 1), None
    above = re.compile(rf"{base}_above_([0-9]{{1,9}})(k?)_tokens{tier}\Z")
    limits = [int(m[1]) * (1000 if m[2] else 1) for other in entry if (m := above.match(other))]
    return None, min(limits, default=None)


def _modality(entry: Mapping[str, Any], base: str) -> str:
    """The modality of a field: its own, else all that the entry has no own field for, which is text if it has one."""
    known = FIELDS[base]
    if known.modality or known.unit == "1 second":
        return known.modality or ("video" if entry.get("mode") == "video_generation" else "")
    others = [f for name, f in FIELDS.items() if name in entry and f.meter == known.meter and f.modality]
    return "text" if any(f.modality != "text" for f in others) else ""
