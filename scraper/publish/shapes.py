"""The blocks that the JSON Schemas of `v1` are built from: words, days, money, and the fields of a rate.

Everything that the model knows is taken from it: its enumerations, its patterns, its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ratecards import model
from ratecards.model import COLUMNS, ROW_KEY

Schema = dict[str, Any]


def matching(pattern: str | re.Pattern[str]) -> Schema:
    """A string that is the pattern from end to end, whatever anchors Python's own has."""
    source = pattern if isinstance(pattern, str) else pattern.pattern
    return {"type": "string", "pattern": f"^(?:{source.removesuffix(chr(92) + 'Z')})$"}


def one_of(values: Iterable[str]) -> Schema:
    """One of these words; the empty one stands for a field that is left out."""
    return {"type": "string", "enum": [value for value in values if value]}


def maybe(schema: Schema) -> Schema:
    """The same, or an empty string."""
    return {"anyOf": [{"const": ""}, schema]}


def record(properties: Mapping[str, Schema], required: Iterable[str] | None = None, **more: object) -> Schema:
    """An object with these properties and no others; all of them are required unless it is said which."""
    names = list(properties if required is None else required)
    return {"type": "object", "properties": dict(properties), "required": names, "additionalProperties": False, **more}


def listed(items: Schema) -> Schema:
    """A list of such things."""
    return {"type": "array", "items": items}


def by_name(name: Schema, values: Schema) -> Schema:
    """An object whose keys are names of that shape."""
    return {"type": "object", "propertyNames": name, "additionalProperties": values}


WORDS: Schema = {"type": "string", "minLength": 1}
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
YES: Schema = {"const": True}
DAY = matching(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
INSTANT = matching(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
# plain notation, no sign, no exponent, no trailing zeros: one amount has one spelling
MONEY = matching(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
WHOLE = matching(r"0|[1-9][0-9]*")
CAPTURE = matching(r"sha256:[0-9a-f]{64}")
SOURCE = matching(r"[a-z0-9][a-z0-9\-]*/[a-z0-9][a-z0-9\-]*")
_NAME = matching(r"[a-z0-9][a-z0-9\-]*")

FIELDS: dict[str, Schema] = {
    "provider": _NAME,
    "source": _NAME,
    "model": matching(model.ID_FORM),
    "service_tier": one_of(model.SERVICE_TIERS),
    "plan": one_of(model.PLANS),
    "meter": one_of(model.METERS),
    "modality": one_of(model.MODALITIES),
    "unit": matching(model.UNIT),
    "resolution": WORDS,
    "quality": WORDS,
    "prompt_over": WHOLE,
    "prompt_up_to": WHOLE,
    "used_over": WHOLE,
    "used_up_to": WHOLE,
    "period": one_of(model.PERIODS),
    "context": WORDS,
    "basis": one_of(model.BASES),
    "availability": one_of(model.AVAILABILITIES),
    "price": MONEY,
    "currency": matching(model.CURRENCY),
    "effective_from": DAY,
    "effective_until": DAY,
    "quote": WORDS,
    "locator": WORDS,
}
ALWAYS = ("provider", "source", "model", "service_tier", "plan", "meter", "basis", "availability")
VALUES = ("unit", "availability", "price", "currency", "effective_from", "effective_until", "quote", "locator")
KEYS = tuple(name for name in ROW_KEY if name not in VALUES)

_PRICED = {"properties": {"availability": one_of(("priced", "free"))}, "required": ["availability"]}
_FREE = {"properties": {"availability": {"const": "free"}}, "required": ["availability"]}
_NO_PRICE = {"not": {"anyOf": [{"required": ["price"]}, {"required": ["currency"]}]}}
# a price exactly where there is one, with its currency; free is 0
PRICED: Schema = {
    "allOf": [
        {"if": _PRICED, "then": {"required": ["price", "currency"]}, "else": _NO_PRICE},
        {"if": _FREE, "then": {"properties": {"price": {"const": "0"}}}},
    ]
}


def rate() -> Schema:
    """A row of the rate table; a field that the page says nothing for is left out."""
    return record({name: FIELDS[name] for name in COLUMNS}, ALWAYS, **PRICED)


def values() -> Schema:
    """What a rate says, and of its key what differs from the rate beside it."""
    return record({name: FIELDS[name] for name in COLUMNS}, ["availability"], **PRICED)
