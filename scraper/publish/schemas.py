"""The JSON Schemas of the published files (draft 2020-12), strict: what is not described is not published.

They are made from the same enumerations, patterns and columns as the files, and published beside them as
`v1/schemas/<name>.schema.json`. A schema describes the files of its own version: fields may be added in a later one.
First come the blocks (words, days, money, the fields of a rate), then the files that are built of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ratecards import model
from ratecards.model import AVAILABILITIES, COLUMNS, META, METERS, MODALITIES, PLANS, ROW_KEY, SERVICE_TIERS
from ratecards.storage.history import KINDS
from scraper.model import AMOUNT_COUNTS, OUTCOMES
from scraper.storage.discrepancies import STATES

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


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


def record(
    properties: Mapping[str, Schema],
    required: Iterable[str] | None = None,
    *,
    optional: Iterable[str] = (),
    **more: object,
) -> Schema:
    """An object with these properties and no others: those `required`, or else all but the `optional` must be there."""
    names = [name for name in properties if name not in optional] if required is None else list(required)
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
    "reading": matching(rf"{model.EXACT}|inferred: (?:{'|'.join(model.PROOFS)})"),
}
ALWAYS = ("provider", "source", "model", "service_tier", "plan", "meter", "basis", "availability")
VALUES = (
    *("unit", "availability", "price", "currency", "effective_from", "effective_until", "quote", "locator"),
    "reading",
)
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


def _fields(*names: str) -> dict[str, Schema]:
    return {name: FIELDS[name] for name in names}


def rate() -> Schema:
    """A row of the rate table; a field that the page says nothing for is left out."""
    return record(_fields(*COLUMNS), ALWAYS, **PRICED)


def values() -> Schema:
    """What a rate says, and of its key what differs from the rate beside it."""
    return record(_fields(*COLUMNS), ["availability"], **PRICED)


AMOUNTS = record(dict.fromkeys(AMOUNT_COUNTS, COUNT), ())
_PAIR = matching(r"[a-z0-9\-]+\.[a-z0-9\-]+--[a-z0-9\-]+\.[a-z0-9\-]+")


@cache
def files() -> Mapping[str, str]:
    """Path below `ratecards/v1/` to text; made once, for every publication writes the same."""
    return {path_of(name): json.dumps(schema, indent=1) + "\n" for name, schema in documents().items()}


def path_of(name: str) -> str:
    """Where the schema of `<name>.json` stands, below `ratecards/v1/`."""
    return f"schemas/{name}.schema.json"


def documents() -> dict[str, Schema]:
    """By file stem, the schema of each JSON file of `v1`."""
    found = {
        "rates": ("The rate table as JSON, and how completely each source was read.", _rates()),
        "changes": ("The newest changes, by day observed.", {"changes": listed(_change())}),
        "upcoming": (
            "Price steps and shutdowns that a page dates for later.",
            {"upcoming": listed(_step()), "undated": listed(_undated()), "shutdowns": listed(_end())},
        ),
        "discrepancies": ("Where official sources disagree.", _discrepancies()),
        "limits": ("Usage tiers, batch queues and other limits of use.", {"limits": listed(_limits())}),
        "lifecycle": ("When models came and when they end, by pages about it.", {"lifecycle": listed(_lifecycle())}),
        "reported": ("What third parties say that pages say. Not official.", _reported()),
        "status": ("How the last look at each source ended. Not data.", {"sources": by_name(SOURCE, _status())}),
    }
    return {name: _document(name, words, parts) for name, (words, parts) in found.items()}


def _document(name: str, description: str, parts: dict[str, Schema]) -> Schema:
    head = {"$schema": DIALECT, "$id": f"urn:ratecards:v1:{name}", "title": f"{name}.json", "description": description}
    # nothing stands there until a page holds what was reported of it
    whole = {**head, **record({"version": {"const": 1}, **parts}, optional=("record",))}
    return {**whole, "$defs": _DEFINED[name]()} if name in _DEFINED else whole


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _rates() -> dict[str, Schema]:
    source = {
        "url": matching("https://[!-~]+"),
        "observed": DAY,
        "expires": maybe(DAY),
        "models": COUNT,
        "rates": COUNT,
        "amounts": AMOUNTS,
        "unread": listed(WORDS),
        "last_updated": maybe(DAY),
        "capture": maybe(CAPTURE),
        "parser": TEXT,
    }
    sources = by_name(SOURCE, record(source))
    return {"attribution": WORDS, "sources": sources, "rates": listed(rate())}


def _change() -> Schema:
    fields = {
        "kind": one_of(KINDS),
        **_fields(*KEYS),
        "observed": DAY,
        "recorded": INSTANT,
        "effective": DAY,
        "correction": YES,
        "copied": YES,
        "withdraws": DAY,
        "announced": {"type": "boolean"},
        "previous_id": FIELDS["model"],
        "old": _ref("values"),
        "new": _ref("values"),
        "ratio": MONEY,
        "fields": listed({"type": "array", "prefixItems": [_field(), TEXT, TEXT], "minItems": 3, "items": False}),
        "rates": COUNT,
        "capture": CAPTURE,
        "paid": _paid(),
    }
    always = ("kind", "provider", "source", "model", "observed", "recorded", "announced", "capture")
    return record(fields, always)


def _paid() -> Schema:
    price = {"anyOf": [MONEY, one_of(AVAILABILITIES)]}
    then = listed(record({"from": DAY, "price": price}))
    said = {"before": price, "after": price, "from": DAY, "then": then, "withdrawn": YES}
    return record(said, ("before", "after", "from"))


def _field() -> Schema:
    """The name of what differs on a card: one of its metadata, or a part of one (`facts.a`)."""
    return matching(rf"(?:{'|'.join(META)})(?:\.[\s\S]*)?")


def _step() -> Schema:
    always = ("on", "provider", "source", "model", "service_tier", "plan", "meter", "basis", "before", "after")
    before = {"anyOf": [{"type": "null"}, _ref("values")]}
    return record({"on": DAY, **_fields(*KEYS), "before": before, "after": _ref("values")}, always)


def _undated() -> Schema:
    return record({**_fields("provider", "source", "model"), "what": WORDS, "quote": WORDS})


def _end() -> Schema:
    owner = _fields("provider", "source", "model")
    other = listed(record({"said_by": SOURCE, "on": DAY, "quote": WORDS}, optional=("on",)))
    fields = {
        "on": DAY,
        **owner,
        "successor": WORDS,
        "quote": WORDS,
        "observed": DAY,
        "said_by": SOURCE,
        "others": other,
    }
    return record(fields, optional=("successor", "said_by", "others"))


def _lifecycle() -> Schema:
    days = dict.fromkeys(("release", "shutdown", "earliest"), DAY)
    proof = {"quote": WORDS, "locator": WORDS, "observed": DAY, "recorded": INSTANT}
    owner = {**_fields("provider", "source"), "offer": SOURCE, "model": FIELDS["model"]}
    said = {"successor": WORDS, **proof, "gone": DAY, "copied": YES}
    return record({**owner, **days, **said}, optional=(*days, "successor", "gone", "copied"))


def _discrepancies() -> dict[str, Schema]:
    counts = record(dict.fromkeys(("agree", "differ", "only_left", "only_right"), COUNT))
    return {"coverage": by_name(_PAIR, counts), "discrepancies": listed(_entry())}


def _entry() -> Schema:
    fields = {
        "id": matching("[0-9a-f]{10}"),
        "kind": one_of(("between", "within")),
        "rule": WORDS,
        "model": FIELDS["model"],
        "service_tier": one_of(SERVICE_TIERS),
        "plan": one_of(PLANS),
        "meter": one_of(METERS),
        "modalities": listed(one_of(MODALITIES)),
        "conditions": WORDS,
        "left": _ref("side"),
        "right": _ref("side"),
        "first_seen": DAY,
        "last_seen": DAY,
        "state": one_of(state for state in STATES if state != "waiting"),
        "because": WORDS,
        "closed_on": DAY,
        "moved": WORDS,
        "recommended": WORDS,
        "conservative": WORDS,
        "ratio": MONEY,
    }
    return record(
        fields, optional=("conditions", "because", "closed_on", "moved", "recommended", "conservative", "ratio")
    )


def _side() -> Schema:
    """What one source says; left out is what it does not say."""
    said = _fields("price", "currency", "availability", "quote", "locator")
    # of a source's own arithmetic one side may be "1000 queries per another period"
    fields = {"source": SOURCE, **said, "unit": WORDS, "observed": DAY}
    return record(fields, ("source", "availability", "observed"))


def _limits() -> Schema:
    tier = {
        "name": WORDS,
        "qualification": WORDS,
        "spent": MONEY,
        "days": COUNT,
        "caps": listed(MONEY),
        "cap": TEXT,
        "currency": maybe(FIELDS["currency"]),
    }
    limit = record({"model": WORDS, "usage_tier": WORDS, "tokens": COUNT, "quote": WORDS})
    figure = record({"name": WORDS, "value": MONEY, "unit": TEXT, "quote": WORDS})
    head = {**_fields("provider", "source"), "name": WORDS, "url": WORDS}
    edition = {"observed": DAY, "capture": CAPTURE, "parser": WORDS}
    tiers = listed(record(tier, optional=("spent", "days")))
    spend = record(
        {"usage_tier": WORDS, "amount": MONEY, "currency": FIELDS["currency"], "minutes": COUNT, "quote": WORDS}
    )
    lists = {
        "usage_tiers": tiers,
        "batch_limits": listed(limit),
        "figures": listed(figure),
        "spend_limits": listed(spend),
    }
    return record({**head, **edition, **lists}, optional=("spend_limits",))


def _reported() -> dict[str, Schema]:
    rate = _fields(*(name for name in COLUMNS if name not in ("provider", "source", "model")))
    always = ("service_tier", "plan", "meter", "basis", "availability", "quote")
    card = {
        **_fields("provider", "model"),
        "source": matching(r"reported/[a-z0-9][a-z0-9\-]*"),
        "grade": {"const": "reported"},
        "of": SOURCE,
        "observed": DAY,
        "capture": CAPTURE,
        "parser": WORDS,
        "name": WORDS,
        "url": matching("https://[!-~]+"),
        "aliases": listed(FIELDS["model"]),
        "notices": listed(WORDS),
        "facts": by_name(WORDS, WORDS),
        "rates": listed(record(rate, always, **PRICED)),
    }
    difference = {**_fields("service_tier", "meter"), "modality": TEXT, "said": WORDS, "was": WORDS}
    entry = {
        "reporter": card["source"],
        **_fields("provider", "model"),
        "of": SOURCE,
        **dict.fromkeys(("reported", "official"), DAY),
        **dict.fromkeys(("days_ahead", "right", "wrong"), COUNT),
        "differences": listed(record(difference)),
    }
    cards = listed(record(card, optional=("aliases", "notices")))
    return {"attribution": WORDS, "cards": cards, "record": listed(record(entry))}


def _status() -> Schema:
    hold = record({"id": WORDS, "since": INSTANT, "what": TEXT})
    fields = {
        "outcome": one_of(OUTCOMES),
        "verified": maybe(DAY),
        "failing_since": maybe(INSTANT),
        "message": TEXT,
        "authority": TEXT,
        "publication": TEXT,
        "expires": maybe(DAY),
        "stale_after_days": {"type": ["integer", "null"], "minimum": 1},
        "models": COUNT,
        "rates": COUNT,
        "amounts": AMOUNTS,
        "unread": listed(WORDS),
        "holds": listed(hold),
        "last_updated": maybe(DAY),
    }
    return record(fields, optional=("authority", "publication"))


_DEFINED = {
    "changes": lambda: {"values": values()},
    "upcoming": lambda: {"values": values()},
    "discrepancies": lambda: {"side": _side()},
}
