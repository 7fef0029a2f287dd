"""`ratecards models`: what each model offers, when it was read, when it last made news, its announced end."""

from __future__ import annotations

from collections import Counter
from datetime import date

from ratecards import wording
from ratecards.catalog.authority import name_of
from ratecards.dataset import Dataset
from ratecards.model import SERVICE_TIERS, RateCard, lifecycle
from ratecards.storage import history, model_names
from ratecards.tables import Cell, Column, Row, Table

_COLUMNS = (
    *map(Column, ("provider", "source")),
    Column("model", "model", "id"),
    Column("name", "name", "cut", optional=True, least=16),
    Column("tiers"),
    Column("letters", "tiers", for_people=True),
    Column("free_plan", "free"),
    Column("rates", "rates", "count"),
    Column("observed", "observed", "day", optional=True),
    Column("last_changed", "changed", "day"),
    Column("shutdown", "shutdown", "day"),
    Column("successor"),
    *map(Column, ("released", "may_end")),
)
# The letter of each service tier; the last ones only have a place where some model is sold in them.
_LETTERS = {"standard": "S", "batch": "B", "flex": "F", "priority": "P", "ultrafast": "U", "fast": "A"}
_RARE = ("ultrafast", "fast")

_NOT_OFFERED = ("not_available", "not_published")


def models(dataset: Dataset, on: date | None) -> Table:
    """A row per card of a day (default: the newest), by source."""
    news, cards = _last_news(dataset, on), dataset.cards(on, tell=False)
    offered = [{r.service_tier for r in card.rates if r.availability not in _NOT_OFFERED} for card in cards]
    tiers = [tier for tier in _LETTERS if tier not in _RARE or any(tier in sold for sold in offered)]
    held, rows = Counter(map(name_of, cards)), []
    for card, sold in zip(cards, offered, strict=True):
        cells: dict[str, Cell] = {
            "provider": card.provider,
            "source": card.source,
            "model": card.model,
            "name": card.name,
            "tiers": tuple(tier for tier in SERVICE_TIERS if tier in sold),
            "letters": "".join(_LETTERS[tier] if tier in sold else "-" for tier in tiers),
            "free_plan": any(r.plan == "free" and r.availability not in _NOT_OFFERED for r in card.rates),
            "rates": len(card.rates),
            "observed": str(card.observed),
            "last_changed": str(news[card.provider, card.source, card.model]),
            "shutdown": str(card.shutdown.day) if card.shutdown else "",
            "successor": card.shutdown.successor if card.shutdown else _said(card, "successor"),
            "released": _said(card, "release"),
            "may_end": "" if card.shutdown else _said(card, "earliest"),
        }
        group = f"{card.provider} {card.source}: {wording.count(held[name_of(card)], 'model')}"
        rows.append(Row(cells, group=group))
    letters = ", ".join(f"{_LETTERS[tier]} {tier}" for tier in tiers)
    legend = f"tiers: {letters}; free: has a free plan; shutdown: announced"
    first = ", ".join(f"{card.model} {on}" for on, _, card in lifecycle.may_end(cards))
    notes = [f"may be shut down from then on: {first}"] if first else []
    notes += [f"{c.model}{lifecycle.otherwise(c.shutdown)}" for c in cards if c.shutdown and c.shutdown.others]
    return Table("", _COLUMNS, tuple(rows), (legend, *notes))


def _said(card: RateCard, name: str) -> str:
    """What the first page of facts says that says something of it."""
    return next((str(value) for one in card.lifecycle if (value := getattr(one, name))), "")


def _last_news(dataset: Dataset, on: date | None) -> dict[tuple[str, str, str], date]:
    """The day of the last news by provider, source and model; a rename is news of the new id."""
    return {
        (change.provider, change.source, change.model): model_names.day_of(change)
        for source in dataset.sources
        for change in dataset.changes(source, tell=False)
        if change.kind in history.ANNOUNCED and model_names.day_of(change) <= (on or date.max)
    }
