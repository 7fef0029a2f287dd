"""What was used, as counts of things that have a price: tokens by modality, images by size, seconds, searches.

Plain counts become one `Usage`; what an API's answer says becomes plain counts first (`costs.usage`). Tokens of no said
modality are text where they go in; where they come out the model decides, so it must be said if prices differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ratecards.catalog.choices import LIFETIMES, MODALITIES, NUMBER, READINGS
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Kind = tuple[str, tuple[str, ...], tuple[str, ...], str, str]

MOST = 10**15


class Count(NamedTuple):
    """So many of one thing. `modalities` are those it may be of: they must all cost the same; none means unsaid.

    `used` is how many of it the period has already seen, `context` another condition of the price of this one alone.
    """

    meter: str
    nouns: tuple[str, ...]
    amount: Decimal
    modalities: tuple[str, ...] = ()
    resolution: str = ""
    used: int = 0
    context: str = ""


class Usage(NamedTuple):
    """What one request used. `prompt` is the size of its prompt in tokens, those written to a cache included."""

    counts: tuple[Count, ...]
    prompt: int = 0
    quality: str = ""
    context: str = ""
    reading: str = "listed"
    notes: tuple[str, ...] = ()


class Shape(NamedTuple):
    """Which counts a usage has, and the words that it says of all of them; numbers and the prompt's size apart."""

    kinds: tuple[Kind, ...] = ()
    quality: str = ""
    context: str = ""
    reading: str = "listed"


class Rule(NamedTuple):
    """What a plain count is a count of; `measured` ones may have decimals, `by` says what they may be given by."""

    meter: str
    nouns: tuple[str, ...]
    modalities: tuple[str, ...] = ()
    measured: bool = False
    by: str = ""


# what is counted in tokens, in the order in which `read` gives them
TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thoughts_tokens")
PLAIN_RULES = {
    "images": Rule("output", ("image", "request"), ("image",), by="resolution"),
    "seconds": Rule("output", ("second",), measured=True, by="resolution"),
    "songs": Rule("output", ("song", "request"), ("audio",)),
    "characters": Rule("input", ("character",), ("text",)),
    "output_characters": Rule("output", ("character",), ("text",)),
    "input_images": Rule("input", ("image",), ("image",)),
    "input_seconds": Rule("input", ("second",), measured=True, by="modality"),
    "input_minutes": Rule("input", ("minute",), measured=True, by="modality"),
    "output_minutes": Rule("output", ("minute",), measured=True, by="modality"),
    "cache_token_hours": Rule("cache_storage", ("token-hour",), measured=True),
    "grounded_prompts": Rule("search_grounding", ("prompt",)),
    "search_queries": Rule("search_grounding", ("query",)),
    "search_requests": Rule("search_grounding", ("request",)),
    "maps_prompts": Rule("maps_grounding", ("prompt",)),
    "maps_queries": Rule("maps_grounding", ("query",)),
    "maps_requests": Rule("maps_grounding", ("request",)),
}
_USED = {"search_grounding": "search_used", "maps_grounding": "maps_used"}
COUNTS = (*TOKENS, *PLAIN_RULES)
FIELDS = (*COUNTS, *_USED.values(), *Usage._fields[2:5])
PLAIN = frozenset(FIELDS)
_TOKENS, _COUNTS, _TOKEN = frozenset(TOKENS), frozenset(COUNTS), ("token",)
_new = tuple.__new__


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """The usage that plain counts say, whose names are all among `FIELDS`. Raises `CostError`."""
    said = {name: value for name, value in usage.items() if value is not None}
    inputs = _by_modality("input_tokens", said, "text")
    counts = _input(inputs, _by_modality("cached_tokens", said))
    written = _written(said)
    counts += written
    counts += _tokens("output", _by_modality("output_tokens", said))
    counts += _tokens("output", _by_modality("thoughts_tokens", said, "text"))
    if _COUNTS.isdisjoint(said):
        raise CostError(f"the usage counts nothing; it may hold {', '.join(COUNTS)}")
    words = ("", "", "listed")
    if not _TOKENS.issuperset(said):
        counts += [count for count in _others(said) if count.amount]
        words = said.get("quality") or "", said.get("context") or "", said.get("reading") or "listed"
        if not all(isinstance(word, str) for word in words) or words[2] not in READINGS:
            raise CostError(f"quality and context are words, reading is one of {', '.join(READINGS)}; saw {words}")
    prompt = sum(inputs.values()) + sum(int(count.amount) for count in written)
    return Usage(tuple(counts), prompt, *words)


def shape_of(usage: Usage) -> Shape:
    """The shape of a usage."""
    kinds = tuple([(c.meter, c.nouns, c.modalities, c.resolution, c.context) for c in usage.counts])
    return _new(Shape, (kinds, usage.quality, usage.context, usage.reading))


def _others(said: Mapping[str, Any]) -> Iterator[Count]:
    """What is counted in anything but tokens."""
    for name, rule in PLAIN_RULES.items():
        value = said.get(name)
        kinds = value if isinstance(value, Mapping) and rule.by else {"": value}
        used = whole(field, said[field]) if (field := _USED.get(rule.meter, "")) in said else 0
        for kind, number in kinds.items() if value is not None else ():
            amount = measured(name, number) if rule.measured else Decimal(whole(name, number))
            if rule.by == "modality" and kind:
                _known_modality(name, kind)
                yield Count(rule.meter, rule.nouns, amount, (kind,), "", used)
            else:
                yield Count(rule.meter, rule.nouns, amount, rule.modalities, str(kind), used)


def _input(tokens: Mapping[str, int], cached: Mapping[str, int]) -> list[Count]:
    """The prompt, its cached share apart: that is billed as read from the cache and not as input."""
    if not cached:
        return _tokens("input", tokens)
    sent, read_ = sum(tokens.values()), sum(cached.values())
    if read_ > sent:
        raise CostError(f"cached_tokens are a part of input_tokens: {read_} of {sent}")
    if cached.get("") and len(tokens) > 1:
        # nobody says what was cached, so all of it must cost the same
        any_of = tuple(dict.fromkeys(m for name in tokens for m in STANDS_FOR[name]))
        both = (("input", sent - read_), ("cache_read", read_))
        return [Count(meter, ("token",), Decimal(amount), any_of) for meter, amount in both if amount]
    named: dict[str, int] = {}
    for name, n in cached.items():
        own = name or next(iter(tokens), "text")
        named[own] = named.get(own, 0) + n
    if over := [name for name, n in named.items() if n > tokens.get(name, 0)]:
        raise CostError(f"more {over[0]} tokens were cached ({named[over[0]]}) than sent ({tokens.get(over[0], 0)})")
    rest = {name: n - named.get(name, 0) for name, n in tokens.items()}
    return _tokens("input", rest) + _tokens("cache_read", named)


def _written(said: Mapping[str, Any]) -> list[Count]:
    """What was written to a cache, by modality, or by how long it is kept."""
    value = said.get("cache_write_tokens")
    if not isinstance(value, Mapping) or value.keys().isdisjoint(LIFETIMES):
        return _tokens("cache_write", _by_modality("cache_write_tokens", said, "text"))
    if unknown := [kind for kind in value if kind not in LIFETIMES and kind]:
        raise CostError(f"cache_write_tokens: expected {', '.join(LIFETIMES)}; saw {unknown[0]!r}")
    amounts = {kind: whole("cache_write_tokens", number) for kind, number in value.items()}
    return [
        Count("cache_write", _TOKEN, Decimal(amount), ("text",), "", 0, kind)
        for kind, amount in amounts.items()
        if amount
    ]


def _tokens(meter: str, by_modality: Mapping[str, int]) -> list[Count]:
    return [
        _new(Count, (meter, _TOKEN, Decimal(amount), STANDS_FOR[name], "", 0, ""))
        for name, amount in by_modality.items()
        if amount
    ]


# The modalities of the rate table that tokens of a name may be: pages of a document are images or text.
STANDS_FOR = {"": (), "document": ("image", "text"), **{m: (m,) for m in MODALITIES}}
# Plain numbers of tokens, by any of the names in `TOKENS`: the sent ones without the cached, the cached, ...
_METERS = (("input", "text"), ("cache_read", "text"), ("cache_write", "text"), ("output", ""), ("output", "text"))
PLAIN_TOKENS = Shape(tuple((meter, ("token",), STANDS_FOR[modality], "", "") for meter, modality in _METERS))
_NOTHING: dict[str, int] = {}


def _by_modality(name: str, said: Mapping[str, Any], unsaid: str = "") -> dict[str, int]:
    value = said.get(name)
    if value is None:
        return _NOTHING
    counts: dict[str, int] = {}
    for modality, number in (value if isinstance(value, Mapping) else {"": value}).items():
        if modality and modality not in STANDS_FOR:
            _known_modality(name, modality)
        if type(number) is not int or not 0 <= number <= MOST:
            whole(name, number)
        key = modality or unsaid
        if number:
            counts[key] = counts.get(key, 0) + number
    return counts


def _known_modality(name: str, modality: object) -> None:
    if modality not in MODALITIES and modality != "document":
        raise CostError(f"{name}: {modality!r} is not one of {', '.join(MODALITIES)}, document")


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
