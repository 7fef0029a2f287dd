"""Limits of use as files: `cards/google/rate-limits/limits.yaml` (`FORM`) for people, `v1/limits.json` for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.model import CURRENCY, plain
from ratecards.storage.codec import CodecError
from ratecards.storage.limits import (
    JSON_VERSION,
    LATELY,
    PARTS,
    BatchLimit,
    Figure,
    LimitsCard,
    SpendLimit,
    UsageTier,
)
from scraper.storage.facts import Form


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


def json_data(cards: Iterable[LimitsCard]) -> dict[str, Any]:
    """What the file holds: a version and the cards, each a mapping of its fields; amounts are strings."""
    return {"version": JSON_VERSION, "limits": [_json(card) for card in cards]}


def _json(entry: LimitsCard | UsageTier | BatchLimit | Figure | SpendLimit) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, tuple) and (value or field.name not in LATELY):
            found[field.name] = [_json(v) if field.name in PARTS else plain(v) for v in value]
        elif value not in (None, ()):
            found[field.name] = (
                plain(value) if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value
            )
    return found
