"""Limits of use: what a usage tier takes to reach and to spend, and how much may wait in the batch queue.

They are not rates and stand in files of their own: `cards/google/rate-limits/limits.yaml` (`FORM`) for
people, and `v1/limits.json` for programs, which know no YAML.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.errors import DatasetError
from ratecards.model import CURRENCY, plain
from ratecards.storage import bounded
from ratecards.storage.codec import CodecError
from ratecards.storage.facts import Form


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
class SpendLimit:
    """What a usage tier may spend within any so many minutes."""

    usage_tier: str
    amount: Decimal
    currency: str
    minutes: int
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
    spend_limits: tuple[SpendLimit, ...] = ()


def _check(card: LimitsCard, where: str) -> None:
    """What must hold between the fields of a card. Raises `CodecError`."""
    names = [tier.name for tier in card.usage_tiers]
    keys = [(limit.usage_tier, limit.model) for limit in card.batch_limits]
    spending = [limit.usage_tier for limit in card.spend_limits]
    figures = [figure.name for figure in card.figures]
    once = (("usage tier", names), ("batch limit", keys), ("figure", figures), ("spend limit", spending))
    for what, found in once:
        if len(set(found)) != len(found):
            raise CodecError(f"{where}: one {what} stands twice")
    for tier in card.usage_tiers:
        money = [*tier.caps, *(() if tier.spent is None else (tier.spent,))]
        if bool(money) != bool(tier.currency) or not (not tier.currency or CURRENCY.match(tier.currency)):
            raise CodecError(f"{where}: {tier.name}: amounts {money} in currency {tier.currency!r}")
        if len(tier.caps) > 1 and tier.caps[0] > tier.caps[1]:
            raise CodecError(f"{where}: {tier.name}: a cap from {tier.caps[0]} to {tier.caps[1]}")
    for what, tiers in (("batch", {tier for tier, _ in keys}), ("spend", set(spending))):
        if unknown := sorted(tiers - set(names)):
            raise CodecError(f"{where}: {what} limits of unknown usage tiers {', '.join(unknown)}")


FORM = Form(
    "limits",
    LimitsCard,
    {"usage_tiers": UsageTier, "figures": Figure, "batch_limits": BatchLimit, "spend_limits": SpendLimit},
    _check,
    lately=("spend_limits",),
    spread={"caps": ((), ("cap_amount",), ("cap_from", "cap_up_to"))},
)


# ------------------------------------------------------------------------- v1/limits.json, for who has no YAML

JSON_VERSION = 1
_PARTS = {"usage_tiers": UsageTier, "batch_limits": BatchLimit, "figures": Figure, "spend_limits": SpendLimit}
# What files of before do not have, and what is left out where a page has none.
_LATELY = ("spend_limits",)
_JSON_AMOUNTS = ("value", "spent", "caps", "amount")


def json_data(cards: Iterable[LimitsCard]) -> dict[str, Any]:
    """What the file holds: a version and the cards, each a mapping of its fields; amounts are strings."""
    return {"version": JSON_VERSION, "limits": [_json(card) for card in cards]}


def _json(entry: LimitsCard | UsageTier | BatchLimit | Figure | SpendLimit) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, tuple) and (value or field.name not in _LATELY):
            found[field.name] = [_json(v) if field.name in _PARTS else plain(v) for v in value]
        elif value not in (None, ()):
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
    known = {name: made for name, made in _PARTS.items() if name in entry or name not in _LATELY}
    parts: dict[str, Any] = {name: tuple(made(**_amounts(e)) for e in entry[name]) for name, made in known.items()}
    return LimitsCard(**head, **parts)


def _amounts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _amount(value) if name in _JSON_AMOUNTS else value for name, value in entry.items()}


def _amount(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_amount(v) for v in value)
    if not isinstance(value, str):
        raise TypeError(f"amounts are quoted strings, saw {value!r}")
    return Decimal(value)
