"""A discrepancy as a person reads it: what it is about, what each side says and since when, and how it stands."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from ratecards import wording
from ratecards.model import SERVICE_TIERS
from scraper.storage.discrepancies import Discrepancy, Side

STATES = ("open", "accepted", "explained")
# There the ledger holds how much is free, not what it costs: the quotes say it.
_OF_ALLOWANCES = "allowance"


class Said(NamedTuple):
    """One side: its words, who says so, since when, and the quote."""

    words: str
    who: str
    since: date
    quote: str


# What a rule finds, for a person; a rule that is not here says it in its own words.
_FINDS = {
    "price": "the prices differ",
    "unit": "the units differ",
    "availability": "they differ on whether it is sold",
    "tokens x rate": "the tokens times their price are another amount",
    "cache share": "not the usual share of the price of input",
    "note states another tier's price": "a note states the price of another tier",
}


def finding(rule: str) -> str:
    """What a rule finds, in words; a tier before a meter is a rule of their usual ratio to the standard tier."""
    tier = rule.partition(" ")[0]
    return f"not what {tier} usually costs beside standard" if tier in SERVICE_TIERS else _FINDS.get(rule, rule)


class DiscrepancyView(NamedTuple):
    """One discrepancy; `standing` is what is found and what to reckon with, `because` a person's reason if any."""

    model: str
    what: str
    state: str
    sides: tuple[Said, Said]
    standing: tuple[str, ...]
    sources: frozenset[str]
    because: str


def discrepancy(entry: Discrepancy) -> DiscrepancyView:
    """A ledger's entry, in words."""
    plan = "free plan" if entry.plan == "free" else ""
    thing = " ".join(filter(None, (entry.meter.replace("_", " "), ", ".join(entry.modalities))))
    allowance = entry.rule.startswith(_OF_ALLOWANCES)
    conservative = f"for a budget: {entry.conservative}" if entry.conservative and not allowance else ""
    other = entry.right.source if entry.kind == "between" else "by the rule"
    return DiscrepancyView(
        model=entry.model,
        what=", ".join(filter(None, (thing, entry.service_tier, plan, entry.conditions))),
        state=entry.state,
        sides=(
            _said(entry.left, entry.left.source, allowance=allowance),
            _said(entry.right, other, allowance=allowance),
        ),
        standing=tuple(filter(None, (finding(entry.rule), conservative))),
        sources=frozenset({entry.left.source, entry.right.source}),
        because=entry.because,
    )


def _said(side: Side, who: str, *, allowance: bool) -> Said:
    if allowance:
        return Said("", who, side.observed, side.quote)
    if side.price is None:
        return Said(side.availability.replace("_", " "), who, side.observed, side.quote)
    price = wording.with_currency(side.price, side.currency) + wording.per(side.unit)
    return Said(price, who, side.observed, side.quote)
