"""What was used, as counts of things that have a price: tokens by modality, images by size, seconds, searches.

Plain counts, or the `usageMetadata` of Google's API (`ratecards.metadata`), become one `Usage`. A token without a
modality is text where it goes in; where it comes out the model decides, so it must be said if prices differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

MODALITIES = ("text", "image", "video", "audio")
READINGS = ("listed", "metered")
_MOST = 10**15


class CostError(ValueError):
    """What was asked has no one answer in the rate cards; the message says what is missing and what there is."""


class Count(NamedTuple):
    """So many of one thing. `modalities` are those it may be of: they must all cost the same; none means unsaid.

    `used` is how many of it the period has already seen.
    """

    meter: str
    nouns: tuple[str, ...]
    amount: Decimal
    modalities: tuple[str, ...] = ()
    resolution: str = ""
    used: int = 0


class Usage(NamedTuple):
    """What one or many requests used. `prompt` is the size of one request's prompt, in tokens."""

    counts: tuple[Count, ...]
    prompt: int = 0
    quality: str = ""
    context: str = ""
    reading: str = "listed"
    notes: tuple[str, ...] = ()


_IMAGE = ("image", "request")
# Plain counts by name: meter, the nouns of a fitting unit, modality.
_SIZED = {"images": ("output", _IMAGE, ("image",)), "seconds": ("output", ("second",), ())}
_WHOLE: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "input_images": ("input", ("image",), ("image",)),
    "songs": ("output", ("song", "request"), ("audio",)),
    "characters": ("input", ("character",), ("text",)),
    "output_characters": ("output", ("character",), ("text",)),
    "grounded_prompts": ("search_grounding", ("prompt",), ()),
    "search_queries": ("search_grounding", ("query",), ()),
    "search_requests": ("search_grounding", ("request",), ()),
    "maps_prompts": ("maps_grounding", ("prompt",), ()),
    "maps_queries": ("maps_grounding", ("query",), ()),
    "maps_requests": ("maps_grounding", ("request",), ()),
}
_MEASURED: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "input_seconds": ("input", ("second",), ()),
    "input_minutes": ("input", ("minute",), ()),
    "cache_token_hours": ("cache_storage", ("token-hour",), ()),
}
_TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thoughts_tokens")
_USED = {"search_used": "search_grounding", "maps_used": "maps_grounding"}
_WORDS = ("quality", "context", "reading")
FIELDS = (*_TOKENS, *_SIZED, *_WHOLE, *_MEASURED, *_USED, *_WORDS)


def read(usage: object) -> Usage:
    """The usage that a mapping says, plain or as Google's API gives it. Raises `CostError`."""
    if isinstance(usage, Usage):
        return usage
    notes: tuple[str, ...] = ()
    if not isinstance(usage, Mapping) or not set(usage) <= set(FIELDS):
        from ratecards import metadata

        usage, notes = metadata.plain(usage)
    words = {name: usage[name] for name in _WORDS if usage.get(name)}
    if not all(isinstance(w, str) for w in words.values()) or words.get("reading", "listed") not in READINGS:
        raise CostError(f"quality and context are words, reading is one of {', '.join(READINGS)}; saw {words}")
    used = {_USED[n]: whole(n, usage[n]) for n in _USED if n in usage}
    inputs = by_modality("input_tokens", usage.get("input_tokens", 0), "text")
    counts = [
        *_input(inputs, by_modality("cached_tokens", usage.get("cached_tokens", 0))),
        *_tokens("cache_write", by_modality("cache_write_tokens", usage.get("cache_write_tokens", 0), "text")),
        *_tokens("output", by_modality("output_tokens", usage.get("output_tokens", 0))),
        *_tokens("output", {"text": whole("thoughts_tokens", usage.get("thoughts_tokens", 0))}),
        *(Count(*rule, _amount(name, n), size) for name, *rule, size, n in _sized(usage)),
    ]
    for name, (meter, nouns, modalities) in (_WHOLE | _MEASURED).items():
        if name in usage:
            amount = Decimal(whole(name, usage[name])) if name in _WHOLE else measured(name, usage[name])
            counts.append(Count(meter, nouns, amount, modalities, used=used.get(meter, 0)))
    return Usage(tuple(c for c in counts if c.amount), sum(inputs.values()), **words, notes=notes)
