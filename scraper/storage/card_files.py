"""Cards as files: one canonical order, byte-stable, strict both ways.

A card file is YAML that people review: a head with where it was read, then the rates, one cell of the page
per group and one rate per line. Amounts are quoted strings. `decode(encode(card)) == card`, evidence included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from ratecards.model import Rate, RateCard, canonical_order, plain
from ratecards.storage import strict_yaml
from ratecards.storage.codec import (
    DATES,
    EVIDENCE,
    GROUP,
    INVISIBLE,
    LINE,
    CodecError,
    check,
    day,
    formula_pairs,
    metadata_from,
    rate_from,
)

SCHEMA = 1
_PLAIN = re.compile(r"[a-z_][a-z0-9_\-]*\Z")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_DEFAULTS = {"availability": "priced", "basis": "list"}


def word(value: object) -> str:
    """A scalar as it stands in a file: plain where that is safe, else double-quoted."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    text = plain(value) if isinstance(value, Decimal) else str(value)
    if _PLAIN.match(text) and text not in _RESERVED:
        return text
    # JSON strings are YAML double-quoted scalars, but for how they escape what is beyond 16 bits
    quoted = json.dumps(text, ensure_ascii=False)
    return INVISIBLE.sub(lambda m: f"\\u{ord(m[0]):04x}" if m[0] <= "\uffff" else f"\\U{ord(m[0]):08x}", quoted)


def flow(pairs: Iterable[tuple[str, object]]) -> str:
    """A mapping on one line."""
    return "{" + ", ".join(f"{word(name)}: {word(value)}" for name, value in pairs) + "}"


def _rate_pairs(rate: Rate) -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = [
        (name, value)
        for name in LINE
        if (value := getattr(rate, name)) not in ("", None) and _DEFAULTS.get(name) != value
    ]
    if rate.unit == "":
        pairs.append(("unit", ""))
    pairs.append(("quote", rate.evidence.quote))
    pairs += [(n, v) for n in EVIDENCE[2:] if (v := getattr(rate.evidence, n))]
    return pairs


def encode(card: RateCard) -> str:
    """The card's file text; the same bytes for the same facts, in whatever order they came. Raises `CodecError`."""
    check(card, f"{card.provider}/{card.source}/{card.model}")
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
        lines += ["formulas:", *(f"- {flow(formula_pairs(f))}" for f in card.formulas)]
    lines += ["rates:" if card.rates else "rates: []"]
    rates = sorted(card.rates, key=canonical_order)
    for (tier, plan, meter, locator), group in groupby(
        rates, key=lambda r: (*(getattr(r, n) for n in GROUP), r.evidence.locator)
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


def decode(text: str, where: str) -> RateCard:
    """The card a file says. Raises `CodecError` naming `where` on anything this version does not write."""
    try:
        data = strict_yaml.load(text, where)
    except strict_yaml.StrictYamlError as error:
        raise CodecError(str(error)) from error
    if not isinstance(data, dict):
        raise CodecError(f"{where}: expected a mapping, saw {type(data).__name__}")
    schema = data.pop("schema", None)
    if schema is True or schema != SCHEMA:
        raise CodecError(f"{where}: expected schema {SCHEMA}, saw {schema!r}")
    return card_from(data, where)


def card_from(data: dict[str, Any], where: str) -> RateCard:
    """A card from its plain mapping (as in the file, without `schema`)."""
    data = dict(data)
    try:
        rates = [
            rate_from({**{n: group[n] for n in (*GROUP, "locator")}, **line}, data, where)
            for group in data.pop("rates")
            for line in _lines(group, where)
        ]
        metadata = metadata_from(data, where)
        card = RateCard(rates=tuple(sorted(rates, key=canonical_order)), **metadata, **_dated(data, where))
    except (TypeError, KeyError, AttributeError) as error:
        raise CodecError(f"{where}: not a card of schema {SCHEMA}: {error}") from error
    check(card, where)
    return card


def _dated(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {n: day(n, v, where) if n in DATES else v for n, v in data.items()}


def _lines(group: dict[str, Any], where: str) -> list[dict[str, Any]]:
    own = {*GROUP, "locator"}
    if unknown := set(group) - own - {"rates"}:
        raise CodecError(f"{where}: unknown field {', '.join(map(str, unknown))} in a group of rates")
    for line in group["rates"]:
        if double := own & set(line):
            raise CodecError(f"{where}: {', '.join(sorted(double))} of a rate that its group gives")
    return list(group["rates"])
