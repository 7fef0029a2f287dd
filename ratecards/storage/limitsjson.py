"""Limits cards as `v1/limits.json`, for the reader, which knows no YAML: strict both ways."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.errors import DatasetError
from ratecards.model import plain
from ratecards.storage import bounded
from ratecards.storage.limits import BatchLimit, Figure, LimitsCard, SpendLimit, UsageTier

VERSION = 1
_PARTS = {"usage_tiers": UsageTier, "batch_limits": BatchLimit, "figures": Figure, "spend_limits": SpendLimit}
# What files of before do not have, and what is left out where a page has none.
_LATELY = ("spend_limits",)
_AMOUNTS = ("value", "spent", "caps", "amount")


def data(cards: Iterable[LimitsCard]) -> dict[str, Any]:
    """What the file holds: a version and the cards, each a mapping of its fields; amounts are strings."""
    return {"version": VERSION, "limits": [_plain(card) for card in cards]}


def _plain(entry: LimitsCard | UsageTier | BatchLimit | Figure | SpendLimit) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, tuple) and (value or field.name not in _LATELY):
            found[field.name] = [_plain(v) if field.name in _PARTS else plain(v) for v in value]
        elif value not in (None, ()):
            found[field.name] = (
                plain(value) if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value
            )
    return found


def read(path: Path) -> list[LimitsCard]:
    """The cards of a file; none where there is no such file. Raises `DatasetError` naming it."""
    if not path.exists():
        return []
    try:
        content = json.loads(bounded.content(path))
        cards = [_card(entry) for entry in content["limits"] if content["version"] == VERSION]
        if len(cards) == len(content["limits"]):
            return cards
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise DatasetError(f"{path}: not limits of version {VERSION}: {error}") from error
    raise DatasetError(f"{path}: expected limits of version {VERSION}, saw version {content['version']!r}")


def _card(entry: Mapping[str, Any]) -> LimitsCard:
    head = {name: value for name, value in entry.items() if name not in _PARTS}
    if "observed" in head:
        head["observed"] = date.fromisoformat(head["observed"])
    known = {name: made for name, made in _PARTS.items() if name in entry or name not in _LATELY}
    parts: dict[str, Any] = {name: tuple(made(**_typed(e)) for e in entry[name]) for name, made in known.items()}
    return LimitsCard(**head, **parts)


def _typed(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _amount(value) if name in _AMOUNTS else value for name, value in entry.items()}


def _amount(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_amount(v) for v in value)
    if not isinstance(value, str):
        raise TypeError(f"amounts are quoted strings, saw {value!r}")
    return Decimal(value)
