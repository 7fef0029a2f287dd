"""Cards as files: one canonical order, byte-stable, strict both ways.

A card file is YAML that people review: a head with where it was read, then the rates, one cell of the page
per group and one rate per line. Amounts are quoted strings. `decode(encode(card)) == card`, evidence included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from ratecards.model import (
    Evidence,
    Formula,
    Rate,
    RateCard,
    canonical_order,
    plain,
    problems,
)

SCHEMA = 1
AMOUNT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_PLAIN = re.compile(r"[a-z_][a-z0-9_\-]*\Z")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_GROUP = ("service_tier", "plan", "meter")
_LINE = (
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
_DEFAULTS = {"availability": "priced", "basis": "list"}
_INTS = ("prompt_over", "prompt_up_to", "used_over", "used_up_to")
_DATES = ("effective_from", "effective_until", "observed", "last_updated")


class CodecError(ValueError):
    """A card or record is not what this version writes; the message names the file and the field."""


def word(value: object) -> str:
    """A scalar as it stands in a file: plain where that is safe, else double-quoted."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    text = plain(value) if isinstance(value, Decimal) else str(value)
    if _PLAIN.match(text) and text not in _RESERVED:
        return text
    # JSON strings are YAML double-quoted scalars, once line and control characters are escaped
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda m: f"\\u{ord(m.group()):04x}", quoted)


def flow(pairs: Iterable[tuple[str, object]]) -> str:
    """A mapping on one line."""
    return "{" + ", ".join(f"{name}: {word(value)}" for name, value in pairs) + "}"


def _rate_pairs(rate: Rate) -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = [
        (name, value)
        for name in _LINE
        if (value := getattr(rate, name)) not in ("", None) and _DEFAULTS.get(name) != value
    ]
    if rate.unit == "":
        pairs.append(("unit", ""))
    pairs.append(("quote", rate.evidence.quote))
    pairs += [(n, v) for n in ("capture", "observed") if (v := getattr(rate.evidence, n))]
    return pairs


def encode(card: RateCard) -> str:
    """The card's file text; the same bytes for the same facts, in whatever order they came."""
    head: list[tuple[str, object]] = [
        ("schema", SCHEMA),
        *((n, getattr(card, n)) for n in ("provider", "source", "model", "name", "url")),
        *((n, v) for n in ("anchor", "observed", "capture", "last_updated", "parser") if (v := getattr(card, n))),
    ]
    lines = [f"{name}: {word(value)}" for name, value in head]
    if card.aliases:
        lines += ["aliases:", *(f"- {word(alias)}" for alias in card.aliases)]
    if card.used_to_improve:
        lines += ["used_to_improve: " + flow(card.used_to_improve)]
    if card.facts:
        lines += ["facts:", *(f"  {word(n)}: {word(v)}" for n, v in card.facts)]
    if card.notices:
        lines += ["notices:", *(f"- {word(notice)}" for notice in card.notices)]
    if card.formulas:
        lines += ["formulas:", *(f"- {flow(_formula_pairs(f))}" for f in card.formulas)]
    lines += ["rates:" if card.rates else "rates: []"]
    rates = sorted(card.rates, key=canonical_order)
    for (tier, plan, meter, locator), group in groupby(
        rates, key=lambda r: (*(getattr(r, n) for n in _GROUP), r.evidence.locator)
    ):
        lines += [
            "- " + f"service_tier: {tier}",
            f"  plan: {plan}",
            f"  meter: {meter}",
            f"  locator: {word(locator)}",
            "  rates:",
            *(f"  - {flow(_rate_pairs(rate))}" for rate in group),
        ]
    return "\n".join(lines) + "\n"


def _formula_pairs(formula: Formula) -> list[tuple[str, object]]:
    return [(f.name, v) for f in fields(Formula) if (v := getattr(formula, f.name)) not in ("", None)]


def decode(text: str, where: str) -> RateCard:
    """The card a file says. Raises `CodecError` naming `where` on anything this version does not write."""
    from ratecards import strictyaml

    try:
        data = strictyaml.load(text, where)
    except strictyaml.StrictYamlError as error:
        raise CodecError(str(error)) from error
    if not isinstance(data, dict):
        raise CodecError(f"{where}: expected a mapping, saw {type(data).__name__}")
    if data.pop("schema", None) != SCHEMA:
        raise CodecError(f"{where}: expected schema {SCHEMA}")
    return card_from(data, where)


def card_from(data: dict[str, Any], where: str) -> RateCard:
    """A card from its plain mapping (as in the file, without `schema`)."""
    data = dict(data)
    try:
        rates = [
            rate_from({**{n: group[n] for n in (*_GROUP, "locator")}, **line}, data, where)
            for group in data.pop("rates")
            for line in _lines(group, where)
        ]
        pairs: dict[str, Any] = {n: tuple((data.pop(n, None) or {}).items()) for n in ("used_to_improve", "facts")}
        card = RateCard(
            rates=tuple(sorted(rates, key=canonical_order)),
            formulas=tuple(formula_from(f, where) for f in data.pop("formulas", [])),
            aliases=tuple(data.pop("aliases", [])),
            notices=tuple(data.pop("notices", [])),
            **pairs,
            **_dated(data, where),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise CodecError(f"{where}: not a card of schema {SCHEMA}: {error}") from error
    _check(card, where)
    return card


def _dated(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {n: _date(n, v, where) if n in _DATES else v for n, v in data.items()}


def _lines(group: dict[str, Any], where: str) -> list[dict[str, Any]]:
    if unknown := set(group) - {*_GROUP, "locator", "rates"}:
        raise CodecError(f"{where}: unknown field {', '.join(sorted(unknown))} in a group of rates")
    return list(group["rates"])


def _check(card: RateCard, where: str) -> None:
    for name in ("provider", "source", "model", "name", "url", "capture", "parser"):
        if not isinstance(getattr(card, name), str):
            raise CodecError(f"{where}: {name} must be a string, saw {getattr(card, name)!r}")
    seen: set[tuple[object, ...]] = set()
    for rate in card.rates:
        if wrong := problems(rate):
            raise CodecError(f"{where}: {rate.evidence.locator}: {'; '.join(wrong)}")
        if rate.row_key in seen:
            raise CodecError(f"{where}: {rate.evidence.locator}: two rates with one key")
        seen.add(rate.row_key)


def rate_from(line: Mapping[str, Any], card: Mapping[str, Any], where: str) -> Rate:
    """A rate from its plain mapping; `card` supplies provider, source and model. Raises `CodecError`."""
    values: dict[str, Any] = {n: card[n] for n in ("provider", "source", "model")}
    evidence: dict[str, Any] = {}
    for name, value in line.items():
        target = evidence if name in ("quote", "locator", "capture", "observed") else values
        target[name] = _field(name, value, where)
    values.setdefault("unit", "")
    return Rate(**values, evidence=Evidence(**evidence))


def formula_from(line: Mapping[str, Any], where: str) -> Formula:
    """A formula note from its plain mapping."""
    values: dict[str, Any] = {n: _field("price" if n == "amount" else n, v, where) for n, v in line.items()}
    return Formula(**values)


def _field(name: str, value: object, where: str) -> object:
    if name in _DATES:
        return _date(name, value, where)
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


def _date(name: str, value: object, where: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise CodecError(f"{where}: {name} must be an ISO date, saw {value!r}") from error


def rate_data(rate: Rate) -> dict[str, object]:
    """The rate as plain data for JSON, without what its card says and without empty fields."""
    data: dict[str, object] = {}
    for name in (*_GROUP, *_LINE):
        value = getattr(rate, name)
        if value not in ("", None):
            data[name] = _json(value)
    data.setdefault("unit", "")
    for name in ("quote", "locator", "capture", "observed"):
        if value := getattr(rate.evidence, name):
            data[name] = _json(value)
    return data


def formula_data(formula: Formula) -> dict[str, object]:
    """The formula note as plain data for JSON."""
    return {n: _json(v) for n, v in _formula_pairs(formula)}


def _json(value: object) -> object:
    return value if isinstance(value, int) else plain(value) if isinstance(value, Decimal) else str(value)
