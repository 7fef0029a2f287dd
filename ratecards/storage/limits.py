"""Limits of use: what a usage tier takes to reach and to spend, and how much may wait in the batch queue.

They are not rates and stand in a file of their own, `v1/limits.json`, which is read here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.errors import DatasetError
from ratecards.storage import bounded


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


JSON_VERSION = 1
PARTS = {"usage_tiers": UsageTier, "batch_limits": BatchLimit, "figures": Figure, "spend_limits": SpendLimit}
# What files of before do not have, and what is left out where a page has none.
LATELY = ("spend_limits",)
_JSON_AMOUNTS = ("value", "spent", "caps", "amount")


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
    head = {name: value for name, value in entry.items() if name not in PARTS}
    if "observed" in head:
        head["observed"] = date.fromisoformat(head["observed"])
    known = {name: made for name, made in PARTS.items() if name in entry or name not in LATELY}
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
