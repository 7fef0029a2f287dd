"""The ledger of discrepancies: where official sources disagree, with each other and with their own arithmetic.

An entry is one model, meter, tier and plan with one pair of values; the modalities it concerns stand inside. Files are
one per pair of sources, machine-written except for the words a person gave for accepting or explaining.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.model import plain
from ratecards.storage import strict_yaml
from ratecards.storage.codec import CodecError
from scraper.storage.card_files import SCHEMA, flow, word

STATES = ("waiting", "open", "explained", "accepted", "closed")
_DATES = ("first_seen", "last_seen", "closed_on", "observed")
_SIDE = ("price", "currency", "unit", "availability", "quote", "locator", "observed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one source (or one place of a source) says, with its evidence; `observed` is since when.

    An allowance is free without a price; its `unit` says how much of it: `5000 a day`.
    """

    source: str
    price: Decimal | None = None
    currency: str = ""
    unit: str = ""
    availability: str = "priced"
    quote: str
    locator: str
    observed: date

    @property
    def words(self) -> str:
        """The price and its unit, or what stands instead of one."""
        if self.price is None:
            allowed = f" {self.unit}" if self.availability == "free" and self.unit else ""
            return self.availability.replace("_", " ") + allowed
        return f"{plain(self.price)} {self.currency} per {self.unit}".replace("  ", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One discrepancy. `state` is one of `STATES`; `because` holds a person's or the vocabulary's reason.

    `recommended` is the billed price where known, else the documentation's; `conservative` the higher of the two.
    `moved` names the side that moved when the entry closed.
    """

    id: str
    kind: str
    rule: str
    model: str
    service_tier: str
    plan: str
    meter: str
    modalities: tuple[str, ...] = ()
    conditions: str = ""
    left: Side
    right: Side
    first_seen: date
    last_seen: date
    state: str
    because: str = ""
    closed_on: date | None = None
    moved: str = ""
    recommended: str = ""
    conservative: str = ""

    @property
    def ratio(self) -> Decimal | None:
        """Right price over left price, where both are prices of one unit."""
        if not self.left.price or self.right.price is None or self.left.unit != self.right.unit:
            return None
        return self.right.price / self.left.price


def order(entry: Discrepancy) -> tuple[object, ...]:
    """Where an entry stands in its file: those that stand before those that are closed, then by what they are about."""
    return entry.state == "closed", entry.model, entry.service_tier, entry.meter, entry.id


def encode(entries: Iterable[Discrepancy], factors: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """A ledger file's text; entries in order of model and id."""
    lines = [f"schema: {SCHEMA}"]
    if factors:
        lines += [
            "factors:",
            *(f"  {word(n)}: {flow(f.items())}" for n, f in sorted(factors.items())),
        ]
    ordered = sorted(entries, key=order)
    lines.append("entries:" if ordered else "entries: []")
    for entry in ordered:
        lines += _entry_lines(entry)
    return "\n".join(lines) + "\n"


def _entry_lines(entry: Discrepancy) -> list[str]:
    lines = []
    for field in fields(Discrepancy):
        value = getattr(entry, field.name)
        if field.name in ("left", "right"):
            lines.append(f"  {field.name}: {flow(_side_pairs(value))}")
        elif field.name == "modalities" and value:
            lines.append(f"  modalities: [{', '.join(word(m) for m in value)}]")
        elif value not in ("", None, ()):
            lines.append(f"  {field.name}: {word(value)}")
    lines[0] = "- " + lines[0][2:]
    return lines


def _side_pairs(side: Side) -> list[tuple[str, object]]:
    return [("source", side.source), *((n, v) for n in _SIDE if (v := getattr(side, n)) not in ("", None))]


def decode(text: str, where: str) -> tuple[list[Discrepancy], dict[str, dict[str, str]]]:
    """The entries and factors of a ledger file. Raises `CodecError` on anything this version does not write."""
    try:
        data = strict_yaml.load(text, where)
        if data.pop("schema") != SCHEMA:
            raise CodecError(f"{where}: expected schema {SCHEMA}")
        factors = data.pop("factors", {})
        entries = [_entry(e, where) for e in data.pop("entries")]
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise CodecError(f"{where}: not a ledger of this version: {error}") from error
    if data:
        raise CodecError(f"{where}: unknown {', '.join(data)}")
    return entries, factors


def _entry(data: dict[str, Any], where: str) -> Discrepancy:
    values = {n: _value(n, v, where) for n, v in data.items() if n not in ("left", "right", "modalities")}
    sides: dict[str, Any] = {n: Side(**{k: _value(k, v, where) for k, v in data[n].items()}) for n in ("left", "right")}
    if values["state"] not in STATES:
        raise CodecError(f"{where}: state {values['state']!r} is not one of {', '.join(STATES)}")
    return Discrepancy(**values, **sides, modalities=tuple(data.get("modalities", ())))


def _value(name: str, value: object, where: str) -> Any:
    if name in _DATES:
        return date.fromisoformat(str(value))
    if not isinstance(value, str):
        raise CodecError(f"{where}: {name} must be a quoted string, saw {value!r}")
    return Decimal(value) if name == "price" else value


def data(entry: Discrepancy) -> dict[str, Any]:
    """An entry as published in `v1/discrepancies.json`."""
    out: dict[str, Any] = {}
    for field in fields(Discrepancy):
        value = getattr(entry, field.name)
        if field.name in ("left", "right"):
            out[field.name] = {n: _json(v) for n, v in _side_pairs(value)}
        elif field.name == "modalities":
            out["modalities"] = list(value)
        elif value not in ("", None):
            out[field.name] = _json(value)
    if entry.ratio is not None:
        out["ratio"] = plain(round(entry.ratio, 4))
    return out


def _json(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
