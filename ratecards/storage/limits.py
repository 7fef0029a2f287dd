"""Limits of use: what a usage tier takes to reach and to spend, and how much may wait in the batch queue.

They are not rates and stand in files of their own, strict both ways: `cards/google/rate-limits/limits.yaml` for people
(`decode(encode(card)) == card`), and `v1/limits.json` for programs, which know no YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.errors import DatasetError
from ratecards.model import CURRENCY, plain
from ratecards.storage import bounded
from ratecards.storage.codec import AMOUNT, CodecError, flow, word

LIMITS_SCHEMA = 1
_HEAD = ("provider", "source", "name", "url", "observed", "capture", "parser")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTier:
    """An account level: the words that say who has it, and what it may spend.

    `spent` and `days` are the figures of the condition. `caps` are the amounts of the cap: none where it has none or
    the page says none, one, or the two ends of a range; `cap` is what the page prints.
    """

    name: str
    qualification: str
    spent: Decimal | None = None
    days: int | None = None
    caps: tuple[Decimal, ...] = ()
    cap: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimit:
    """How many tokens of one model a usage tier may have enqueued. `model` is a display name: the page prints no id."""

    model: str
    usage_tier: str
    tokens: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A limit that holds for every model and tier: `100 requests`, `2 GB`, `0.3 x` the standard rate limit."""

    name: str
    value: Decimal
    unit: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsCard:
    """All that the limits page says, as read from one capture; head fields as in `RateCard`."""

    provider: str
    source: str
    name: str
    url: str
    observed: date | None = None
    capture: str = ""
    parser: str
    usage_tiers: tuple[UsageTier, ...] = ()
    batch_limits: tuple[BatchLimit, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def priority_factor(self) -> Decimal | None:
        """Priority's share of the standard rate limit; None where the page does not say."""
        return next((f.value for f in self.figures if f.name == "priority factor"), None)


def encode(card: LimitsCard) -> str:
    """The file's text: the same bytes for the same facts. Tiers and figures keep the page's order."""
    head = [("schema", LIMITS_SCHEMA), *((n, v) for n in _HEAD if (v := getattr(card, n)))]
    lines = [f"{name}: {word(value)}" for name, value in head]
    lines += _listed("usage_tiers", [_tier_pairs(tier) for tier in card.usage_tiers])
    lines += _listed("figures", [_pairs(figure) for figure in card.figures])
    lines += _listed("batch_limits", [_pairs(limit) for limit in card.batch_limits])
    return "\n".join(lines) + "\n"


def _listed(name: str, entries: list[list[tuple[str, object]]]) -> list[str]:
    return [f"{name}:", *(f"- {flow(entry)}" for entry in entries)] if entries else [f"{name}: []"]


def _names(entry: UsageTier | BatchLimit | Figure) -> list[str]:
    return [f.name for f in fields(entry)]


def _pairs(entry: BatchLimit | Figure) -> list[tuple[str, object]]:
    return [(name, getattr(entry, name)) for name in _names(entry)]


def _tier_pairs(tier: UsageTier) -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for name in _names(tier):
        value = getattr(tier, name)
        if name == "caps":
            pairs += zip(("cap_from", "cap_up_to") if len(value) > 1 else ("cap_amount",), value, strict=False)
        elif value not in ("", None):
            pairs.append((name, value))
    return pairs


def decode(text: str, where: str) -> LimitsCard:
    """The card a file says. Raises `CodecError` naming `where` on anything this version does not write."""
    from ratecards.storage import strict_yaml

    try:
        data = strict_yaml.load(text, where)
    except strict_yaml.StrictYamlError as error:
        raise CodecError(str(error)) from error
    if not isinstance(data, dict) or data.pop("schema", None) != LIMITS_SCHEMA:
        raise CodecError(f"{where}: expected limits of schema {LIMITS_SCHEMA}")
    try:
        card = LimitsCard(
            usage_tiers=tuple(_tier(entry, where) for entry in data.pop("usage_tiers")),
            figures=tuple(Figure(**_typed(entry, where)) for entry in data.pop("figures")),
            batch_limits=tuple(BatchLimit(**_typed(entry, where)) for entry in data.pop("batch_limits")),
            **_typed(data, where),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise CodecError(f"{where}: not limits of schema {LIMITS_SCHEMA}: {error}") from error
    _check(card, where)
    return card


def _tier(entry: Mapping[str, Any], where: str) -> UsageTier:
    values = _typed(entry, where)
    ends = [n for n in ("cap_amount", "cap_from", "cap_up_to") if n in values]
    if ends not in ([], ["cap_amount"], ["cap_from", "cap_up_to"]):
        raise CodecError(f"{where}: a cap is one amount or the two ends of a range, saw {', '.join(ends)}")
    return UsageTier(caps=tuple(values.pop(n) for n in ends), **values)


def _typed(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The values by field: amounts from quoted strings, whole numbers plain, days, and words."""
    return {name: _value(name, value, where) for name, value in entry.items()}


def _value(name: str, value: object, where: str) -> object:
    if name in ("tokens", "days"):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise CodecError(f"{where}: {name} must be a whole number, saw {value!r}")
        return value
    if not isinstance(value, str):
        raise CodecError(f"{where}: {name} must be a quoted string, saw {value!r}")
    if name in ("value", "spent", "cap_amount", "cap_from", "cap_up_to"):
        if not AMOUNT.match(value):
            raise CodecError(f"{where}: {value!r} is not an amount in plain notation")
        return Decimal(value)
    if name == "observed":
        return _date(value, where)
    return value


def _date(value: str, where: str) -> date:
    try:
        return date.fromisoformat(value if _DAY.match(value) else "")
    except ValueError as error:
        raise CodecError(f"{where}: observed must be an ISO date, saw {value!r}") from error


def _check(card: LimitsCard, where: str) -> None:
    """What must hold between the fields of a card. Raises `CodecError`."""
    names = [tier.name for tier in card.usage_tiers]
    keys = [(limit.usage_tier, limit.model) for limit in card.batch_limits]
    for what, found in (("usage tier", names), ("batch limit", keys), ("figure", [f.name for f in card.figures])):
        if len(set(found)) != len(found):
            raise CodecError(f"{where}: one {what} stands twice")
    for tier in card.usage_tiers:
        money = [*tier.caps, *(() if tier.spent is None else (tier.spent,))]
        if bool(money) != bool(tier.currency) or not (not tier.currency or CURRENCY.match(tier.currency)):
            raise CodecError(f"{where}: {tier.name}: amounts {money} in currency {tier.currency!r}")
        if len(tier.caps) > 1 and tier.caps[0] > tier.caps[1]:
            raise CodecError(f"{where}: {tier.name}: a cap from {tier.caps[0]} to {tier.caps[1]}")
    if unknown := sorted({tier for tier, _ in keys} - set(names)):
        raise CodecError(f"{where}: batch limits of unknown usage tiers {', '.join(unknown)}")


# ------------------------------------------------------------------------- v1/limits.json, for who has no YAML

JSON_VERSION = 1
_PARTS = {"usage_tiers": UsageTier, "batch_limits": BatchLimit, "figures": Figure}
_JSON_AMOUNTS = ("value", "spent", "caps")


def json_data(cards: Iterable[LimitsCard]) -> dict[str, Any]:
    """What the file holds: a version and the cards, each a mapping of its fields; amounts are strings."""
    return {"version": JSON_VERSION, "limits": [_json(card) for card in cards]}


def _json(entry: LimitsCard | UsageTier | BatchLimit | Figure) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, tuple):
            found[field.name] = [_json(v) if field.name in _PARTS else plain(v) for v in value]
        elif value is not None:
            found[field.name] = (
                plain(value) if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value
            )
    return found


def read_json(path: Path) -> list[LimitsCard]:
    """The cards of a file; none where there is no such file. Raises `DatasetError` naming it."""
    if not path.exists():
        return []
    try:
        content = json.loads(bounded.content(path))
        cards = [_card_of(entry) for entry in content["limits"] if content["version"] == JSON_VERSION]
        if len(cards) == len(content["limits"]):
            return cards
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise DatasetError(f"{path}: not limits of version {JSON_VERSION}: {error}") from error
    raise DatasetError(f"{path}: expected limits of version {JSON_VERSION}, saw version {content['version']!r}")


def _card_of(entry: Mapping[str, Any]) -> LimitsCard:
    head = {name: value for name, value in entry.items() if name not in _PARTS}
    if "observed" in head:
        head["observed"] = date.fromisoformat(head["observed"])
    parts: dict[str, Any] = {name: tuple(made(**_amounts(e)) for e in entry[name]) for name, made in _PARTS.items()}
    return LimitsCard(**head, **parts)


def _amounts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _amount(value) if name in _JSON_AMOUNTS else value for name, value in entry.items()}


def _amount(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_amount(v) for v in value)
    if not isinstance(value, str):
        raise TypeError(f"amounts are quoted strings, saw {value!r}")
    return Decimal(value)
