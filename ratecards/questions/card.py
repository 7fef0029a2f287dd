"""`ratecards show`: the rates of a card as rows, and the card as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ratecards import wording
from ratecards.catalog.freshness import Age, note
from ratecards.catalog.reported import said as who_says
from ratecards.escaping import visible
from ratecards.model import COLUMNS, PLANS, SERVICE_TIERS, Rate, RateCard, row
from ratecards.model.lifecycle import lines, said
from ratecards.storage import model_names
from ratecards.tables import Column, Group, Table, paragraphs, records_table, table

_COLUMNS = (
    Column("", "meter", "id"),
    Column("", "modality", least=11),
    Column("", "conditions", least=24),
    Column("", "price", "listed"),
    Column("", "unit", "id"),
    Column("", "quote", "cut", optional=True, least=20),
)


def rates(cards: Iterable[RateCard]) -> Table:
    """A row per rate of the cards, with the day it was read on."""
    keys = (*COLUMNS, "observed")
    rows = ({**row(r), "observed": str(r.evidence.observed or card.observed)} for card in cards for r in card.rates)
    return records_table(keys, rows)


def card_text(card: RateCard, asked: str, age: Age, day: date, *, everything: bool = False) -> str:
    """A rate card to read: its head, then its rates by service tier and plan, as they stand on `day`."""
    groups = [
        _rates_group(tier, plan, rates, day, everything=everything)
        for tier in SERVICE_TIERS
        for plan in reversed(PLANS)
        if (rates := [r for r in card.rates if (r.service_tier, r.plan) == (tier, plan)])
    ]
    # an address is copied, so it is not broken
    address = visible(card.url + (f"#{card.anchor}" if card.anchor else ""))
    body = table(_COLUMNS, groups) if groups else "No such rates.\n"
    return f"{paragraphs(head(card, asked, age, day))}{address}\n\n{body}"


def head(card: RateCard, asked: str, age: Age, day: date) -> list[str]:
    """What is to be said of a card before its rates, a line each, some of them empty."""
    known_as = model_names.model_id(asked)
    others = [alias for alias in card.aliases if alias != known_as]
    updated = f"; page last updated {card.last_updated}" if card.last_updated else ""
    updated += "; read from a copy of the page, which somebody else made" if card.copied else ""
    improve = ", ".join(f"{plan} plan {answer}" for plan, answer in card.used_to_improve)
    currencies = " and ".join(sorted({r.currency for r in card.rates} - {""}))
    return [
        *who_says([card]),
        said(card.model, card.shutdown, day),
        f"{card.name}: {card.model}",
        f"{known_as} is another name of {card.model}." if known_as != card.model else "",
        f"Also called {', '.join(others)}" if others else "",
        f"Source: {card.provider} {card.source}, as observed {card.observed} (last change){updated}"
        + (f"; prices in {currencies}" if currencies else ""),
        note([age]),
        *(f"Notice: {notice}" for notice in card.notices),
        *(f"Lifecycle: {line}" for line in lines(card)),
        *(f"Fact: {name}: {fact}" for name, fact in card.facts),
        *(f"Note: {quote}" for quote in dict.fromkeys(f.quote for f in card.formulas)),
        f"Used to improve the provider's products: {improve}" if improve else "",
    ]


def _rates_group(tier: str, plan: str, rates: Sequence[Rate], day: date, *, everything: bool) -> Group:
    shown = [r for r in rates if everything or r.availability != "not_available"]
    missing = dict.fromkeys(_missing(rates, day)) if len(shown) < len(rates) else ()
    notes = [f"not available: {', '.join(missing)}"] if missing else []
    rows = [_rate_cells(cell, day) for cell in wording.cells(shown)]
    return Group(f"{tier}, {plan} plan", rows, notes)


def _missing(rates: Iterable[Rate], day: date) -> list[str]:
    """The meters that are not available, in detail where only some of a meter are missing."""
    rates = list(rates)
    offered = {r.meter for r in rates if r.availability != "not_available"}
    return [
        wording.thing(r, conditions=wording.conditions(r, day)) if r.meter in offered else r.meter
        for r in rates
        if r.availability == "not_available"
    ]


def _rate_cells(rates: list[Rate], day: date) -> list[str]:
    rate = rates[0]
    words = wording.modalities(rates), wording.conditions(rate, day), wording.value(rate)
    return [rate.meter, *words, wording.unit(rate.unit), rate.evidence.quote]
