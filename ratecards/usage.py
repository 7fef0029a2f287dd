"""What was used, as counts of things that have a price: tokens by modality, images by size, seconds, searches.

Plain counts, or the `usageMetadata` of Google's API (`ratecards.metadata`), become one `Usage`. Tokens of no said
modality are text where they go in; where they come out the model decides, so it must be said if prices differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ratecards.choices import MODALITIES, NUMBER, READINGS
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 10**15


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
    """What one request used. `prompt` is the size of its prompt, in tokens."""

    counts: tuple[Count, ...]
    prompt: int = 0
    quality: str = ""
    context: str = ""
    reading: str = "listed"
    notes: tuple[str, ...] = ()


class _Rule(NamedTuple):
    """What a plain count is a count of; `measured` ones may have decimals."""

    meter: str
    nouns: tuple[str, ...]
    modalities: tuple[str, ...] = ()
    measured: bool = False


# what is counted in tokens, in the order in which `read` gives them
TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thoughts_tokens")
_RULES = {
    "images": _Rule("output", ("image", "request"), ("image",)),
    "seconds": _Rule("output", ("second",), measured=True),
    "songs": _Rule("output", ("song", "request"), ("audio",)),
    "characters": _Rule("input", ("character",), ("text",)),
    "output_characters": _Rule("output", ("character",), ("text",)),
    "input_images": _Rule("input", ("image",), ("image",)),
    "input_seconds": _Rule("input", ("second",), measured=True),
    "input_minutes": _Rule("input", ("minute",), measured=True),
    "cache_token_hours": _Rule("cache_storage", ("token-hour",), measured=True),
    "grounded_prompts": _Rule("search_grounding", ("prompt",)),
    "search_queries": _Rule("search_grounding", ("query",)),
    "search_requests": _Rule("search_grounding", ("request",)),
    "maps_prompts": _Rule("maps_grounding", ("prompt",)),
    "maps_queries": _Rule("maps_grounding", ("query",)),
    "maps_requests": _Rule("maps_grounding", ("request",)),
}
SIZED = ("images", "seconds")
_USED = {"search_grounding": "search_used", "maps_grounding": "maps_used"}
COUNTS = (*TOKENS, *_RULES)
FIELDS = (*COUNTS, *_USED.values(), *Usage._fields[2:5])


def read(usage: object) -> Usage:
    """The usage that a mapping says, plain or as Google's API gives it. Raises `CostError`."""
    if isinstance(usage, Usage):
        return usage
    notes: tuple[str, ...] = ()
    if not isinstance(usage, Mapping) or not usage or not set(usage) <= set(FIELDS):
        from ratecards import metadata

        usage, notes = metadata.plain(usage)
    said = {name: value for name, value in usage.items() if value is not None}
    inputs = _by_modality("input_tokens", said, "text")
    counts = [
        *_input(inputs, _by_modality("cached_tokens", said)),
        *_tokens("cache_write", _by_modality("cache_write_tokens", said, "text")),
        *_tokens("output", _by_modality("output_tokens", said)),
        *_tokens("output", _by_modality("thoughts_tokens", said, "text")),
        *_others(said),
    ]
    if not set(said) & set(COUNTS):
        raise CostError(f"the usage counts nothing; it may hold {', '.join(COUNTS)}")
    words = {name: said[name] for name in ("quality", "context", "reading") if said.get(name)}
    if not all(isinstance(w, str) for w in words.values()) or words.get("reading", "listed") not in READINGS:
        raise CostError(f"quality and context are words, reading is one of {', '.join(READINGS)}; saw {words}")
    return Usage(tuple(c for c in counts if c.amount), sum(inputs.values()), **words, notes=notes)


def _others(said: Mapping[str, Any]) -> Iterator[Count]:
    """What is counted in anything but tokens."""
    for name, rule in _RULES.items():
        value = said.get(name)
        sizes = value if name in SIZED and isinstance(value, Mapping) else {"": value} if value is not None else {}
        used = whole(field, said[field]) if (field := _USED.get(rule.meter, "")) in said else 0
        for size, number in sizes.items():
            amount = measured(name, number) if rule.measured else Decimal(whole(name, number))
            yield Count(rule.meter, rule.nouns, amount, rule.modalities, str(size), used)


def _input(tokens: Mapping[str, int], cached: Mapping[str, int]) -> Iterator[Count]:
    """The prompt, its cached share apart: that is billed as read from the cache and not as input."""
    if sum(cached.values()) > sum(tokens.values()):
        raise CostError(f"cached_tokens are a part of input_tokens: {sum(cached.values())} of {sum(tokens.values())}")
    if cached.get("") and len(tokens) > 1:
        # nobody says what was cached, so all of it must cost the same
        any_of = tuple(dict.fromkeys(m for name in tokens for m in _stands_for(name)))
        both = sum(tokens.values()), sum(cached.values())
        for meter, amount in zip(("input", "cache_read"), (both[0] - both[1], both[1]), strict=True):
            yield Count(meter, ("token",), Decimal(amount), any_of)
        return
    named = {next(iter(tokens), "text") if name == "" else name: n for name, n in cached.items()}
    if over := [name for name, n in named.items() if n > tokens.get(name, 0)]:
        raise CostError(f"more {over[0]} tokens were cached ({named[over[0]]}) than sent ({tokens.get(over[0], 0)})")
    yield from _tokens("input", {name: n - named.get(name, 0) for name, n in tokens.items()})
    yield from _tokens("cache_read", named)


def _tokens(meter: str, by_modality: Mapping[str, int]) -> Iterator[Count]:
    for name, amount in by_modality.items():
        yield Count(meter, ("token",), Decimal(amount), _stands_for(name))


def _stands_for(name: str) -> tuple[str, ...]:
    """The modalities of the rate table that tokens of a name may be: pages of a document are images or text."""
    return () if name == "" else ("image", "text") if name == "document" else (name,)


def _by_modality(name: str, said: Mapping[str, Any], unsaid: str = "") -> dict[str, int]:
    value = said.get(name, 0)
    found = value if isinstance(value, Mapping) else {"": value}
    if unknown := [m for m in found if m not in ("", "document", *MODALITIES)]:
        raise CostError(f"{name}: {unknown[0]!r} is not one of {', '.join(MODALITIES)}, document")
    counts: dict[str, int] = {}
    for modality, number in found.items():
        key = modality or unsaid
        counts[key] = counts.get(key, 0) + whole(name, number)
    return {modality: number for modality, number in counts.items() if number}


def whole(name: str, value: object) -> int:
    """A count that has no halves. Raises `CostError`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise CostError(f"{name}: expected a whole number from 0 to 10^15, saw {value!r}")
    return value


def measured(name: str, value: object) -> Decimal:
    """A measured quantity, decimals allowed; a float counts as what it prints. Raises `CostError`."""
    written = NUMBER.fullmatch(value) if isinstance(value, str) else isinstance(value, (int, float, Decimal))
    number = Decimal(str(value)) if written and not isinstance(value, bool) else Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= MOST:
        raise CostError(f"{name}: expected a number from 0 to 10^15, saw {value!r}")
    return number
