"""Cards and rates as plain data of JSON, strict both ways: what histories, `v1` and card files are written in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.model import (
    MODEL_ID,
    UNIT,
    Evidence,
    Formula,
    Rate,
    RateCard,
    plain,
    validate_rate,
)

AMOUNT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
# What a reviewer would not see, or would see in the wrong order: control, format, bidirectional, tag characters.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_HALF = re.compile("[\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
GROUP = ("service_tier", "plan", "meter")
EVIDENCE = ("quote", "locator", "capture", "observed", "reading", "how")
LINE = (
    "modality",
    "resolution",
    "quality",
    "prompt_over",
    "prompt_up_to",
    "used_over",
    "used_up_to",
    "period",
    "context",
    "basis",
    "availability",
    "price",
    "currency",
    "unit",
    "effective_from",
    "effective_until",
)
_INTS = ("prompt_over", "prompt_up_to", "used_over", "used_up_to")
DATES = ("effective_from", "effective_until", "observed", "last_updated")


class CodecError(ValueError):
    """A card or record is not what this version writes; the message names the file and the field."""


def dumps(data: object) -> str:
    """JSON on one line in which every character can be seen: invisible ones are escaped."""
    return INVISIBLE.sub(lambda m: json.dumps(m[0])[1:-1], json.dumps(data, ensure_ascii=False))


def formula_pairs(formula: Formula) -> list[tuple[str, object]]:
    """The fields of a formula note that say something, in order."""
    return [(f.name, v) for f in fields(Formula) if (v := getattr(formula, f.name)) not in ("", None)]


def metadata_from(data: dict[str, Any], where: str) -> dict[str, Any]:
    """What a card says beside its rates, taken out of its plain mapping. Raises `CodecError`."""
    found: dict[str, Any] = {}
    for name in ("aliases", "notices", "formulas"):
        found[name] = data.pop(name, [])
        if not isinstance(found[name], list):
            raise CodecError(f"{where}: {name} must be a list, saw {found[name]!r}")
    for name in ("used_to_improve", "facts"):
        found[name] = data.pop(name, {})
        if not isinstance(found[name], dict):
            raise CodecError(f"{where}: {name} must be a mapping, saw {found[name]!r}")
        found[name] = found[name].items()
    found["formulas"] = [formula_from(f, where) for f in found["formulas"]]
    return {name: tuple(values) for name, values in found.items()}


def check(card: RateCard, where: str) -> None:
    """Raises `CodecError` naming `where` if the card is not one that may be published and would be read back."""
    for name, value in _strings(card):
        if not isinstance(value, str):
            raise CodecError(f"{where}: {name} must be a string, saw {value!r}")
        if _HALF.search(value):
            raise CodecError(f"{where}: {name} holds half a character: {value!a}")
    if not (MODEL_ID.match(card.model) and card.capture and card.parser):
        raise CodecError(f"{where}: expected a model id, capture and parser, saw {card.model!r}")
    if not all(f.quote and UNIT.match(f.unit) for f in card.formulas):
        raise CodecError(f"{where}: a formula note needs a quote, and a unit of a quantity and a noun")
    if any(len(dict(pairs)) < len(pairs) for pairs in (card.used_to_improve, card.facts)):
        raise CodecError(f"{where}: a fact stands twice")
    _check_rates(card, where)


def _strings(card: RateCard) -> Iterator[tuple[str, object]]:
    for name in ("provider", "source", "model", "name", "url", "anchor", "capture", "parser"):
        yield name, getattr(card, name)
    for name in ("aliases", "notices"):
        yield from ((name, value) for value in getattr(card, name))
    for name in ("used_to_improve", "facts"):
        yield from ((name, value) for pair in getattr(card, name) for value in pair)
    yield from (("quote", formula.quote) for formula in card.formulas)
    for rate in card.rates:
        proof = rate.evidence
        yield from (("quote", proof.quote), ("locator", proof.locator), ("context", rate.context))
        yield from (("reading", proof.reading), ("how", proof.how))


def _check_rates(card: RateCard, where: str) -> None:
    owner = (card.provider, card.source, card.model)
    seen: set[tuple[object, ...]] = set()
    for rate in card.rates:
        if wrong := validate_rate(rate):
            raise CodecError(f"{where}: {rate.evidence.locator}: {'; '.join(wrong)}")
        if (rate.provider, rate.source, rate.model) != owner:
            raise CodecError(f"{where}: {rate.evidence.locator}: a rate of {rate.provider}/{rate.source} {rate.model}")
        if rate.row_key in seen:
            raise CodecError(f"{where}: {rate.evidence.locator}: two rates with one key")
        seen.add(rate.row_key)


def rate_from(line: Mapping[str, Any], card: Mapping[str, Any], where: str) -> Rate:
    """A rate from its plain mapping; `card` supplies provider, source and model. Raises `CodecError`."""
    values: dict[str, Any] = {n: card[n] for n in ("provider", "source", "model")}
    evidence: dict[str, Any] = {}
    for name, value in line.items():
        if name not in (*GROUP, *LINE, *EVIDENCE):
            raise CodecError(f"{where}: unknown field {name} of a rate")
        target = evidence if name in EVIDENCE else values
        target[name] = _field(name, value, where)
    values.setdefault("unit", "")
    rate = Rate(**values, evidence=Evidence(**evidence))
    if wrong := validate_rate(rate):
        raise CodecError(f"{where}: {rate.evidence.locator}: {'; '.join(wrong)}")
    return rate


def formula_from(line: Mapping[str, Any], where: str) -> Formula:
    """A formula note from its plain mapping. Raises `CodecError`."""
    values: dict[str, Any] = {n: _field("price" if n == "amount" else n, v, where) for n, v in line.items()}
    return Formula(**values)


def _field(name: str, value: object, where: str) -> object:
    if name in DATES:
        return day(name, value, where)
    if name in (*_INTS, "tokens"):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise CodecError(f"{where}: {name} must be a whole number, saw {value!r}")
        return value
    if not isinstance(value, str):
        raise CodecError(f"{where}: {name} must be a quoted string, saw {value!r}")
    if name == "price":
        if not AMOUNT.match(value):
            raise CodecError(f"{where}: {value!r} is not an amount in plain notation")
        return Decimal(value)
    return value


def day(name: str, value: object, where: str) -> date:
    """An ISO date in its long form. Raises `CodecError`."""
    try:
        return date.fromisoformat(value if isinstance(value, str) and _DAY.match(value) else "")
    except ValueError as error:
        raise CodecError(f"{where}: {name} must be an ISO date, saw {value!r}") from error


def rate_data(rate: Rate) -> dict[str, object]:
    """The rate as plain data for JSON, without what its card says and without empty fields."""
    data: dict[str, object] = {}
    for name in (*GROUP, *LINE):
        value = getattr(rate, name)
        if value not in ("", None):
            data[name] = _json(value)
    data.setdefault("unit", "")
    # an empty cell has an empty quote, and says so
    data |= {"quote": rate.evidence.quote, "locator": rate.evidence.locator}
    return data | {n: _json(v) for n in EVIDENCE[2:] if (v := getattr(rate.evidence, n))}


def formula_data(formula: Formula) -> dict[str, object]:
    """The formula note as plain data for JSON."""
    return {n: _json(v) for n, v in formula_pairs(formula)}


def _json(value: object) -> object:
    return value if isinstance(value, int) else plain(value) if isinstance(value, Decimal) else str(value)
