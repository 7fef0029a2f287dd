"""What the reader shows: the list of models, one rate card, the dated steps to come. Rows for programs, text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from ratecards import history, names, phrases
from ratecards.dataset import Dataset
from ratecards.fit import paragraph
from ratecards.history import Step
from ratecards.model import PLANS, SERVICE_TIERS, Rate, RateCard, plain
from ratecards.render import Column, Group, table

Row = dict[str, object]

MODELS = ("provider", "source", "model", "name", "tiers", "free_plan", "rates", "observed", "last_changed")
UPCOMING = (
    "day",
    "in_days",
    "provider",
    "source",
    "model",
    "service_tier",
    "plan",
    "meter",
    "modality",
    "conditions",
    "unit",
    "currency",
    "old_price",
    "new_price",
    "ratio",
    "quote",
)
_NOT_OFFERED = ("not_available", "not_published")


def models(dataset: Dataset, on: date | None) -> list[Row]:
    """One row per card: what it offers, when it was read and when it last made news."""
    rows: list[Row] = []
    for card in dataset.cards(on):
        offered = [r for r in card.rates if r.availability not in _NOT_OFFERED]
        rows.append(
            {
                "provider": card.provider,
                "source": card.source,
                "model": card.model,
                "name": card.name,
                "tiers": tuple(t for t in SERVICE_TIERS if any(r.service_tier == t for r in offered)),
                "free_plan": any(r.plan == "free" for r in offered),
                "rates": len(card.rates),
                "observed": str(card.observed),
                "last_changed": str(_last_news(dataset, card, on)),
            }
        )
    return rows


def _last_news(dataset: Dataset, card: RateCard, on: date | None) -> date:
    changes = dataset.changes(f"{card.provider}/{card.source}")
    ids = names.ids(changes, card.model)
    days = [names.day_of(c) for c in changes if c.model in ids and c.kind in history.ANNOUNCED]
    return max(day for day in days if day <= (on or day))


def models_text(rows: Sequence[Row]) -> str:
    """The list of models, by source."""
    columns = (
        Column("model"),
        Column("name", "cut", 16, optional=True),
        Column("tiers"),
        Column("free"),
        Column("rates", "number"),
        Column("observed", optional=True),
        Column("last changed"),
    )
    groups = [
        Group(f"{provider} {source}: {len(cards)} models", [_model_cells(row) for row in cards])
        for (provider, source), found in groupby(rows, key=lambda r: (r["provider"], r["source"]))
        for cards in [list(found)]
    ]
    legend = f"tiers: {', '.join(f'{t[0].upper()} {t}' for t in SERVICE_TIERS)}; free: has a free plan"
    return table(columns, groups) + "\n".join(paragraph(legend)) + "\n"


def _model_cells(row: Row) -> list[str]:
    tiers = row["tiers"]
    letters = "".join(t[0].upper() if isinstance(tiers, tuple) and t in tiers else "-" for t in SERVICE_TIERS)
    free = "yes" if row["free_plan"] else "no"
    return [
        str(row["model"]),
        str(row["name"]),
        letters,
        free,
        str(row["rates"]),
        str(row["observed"]),
        str(row["last_changed"]),
    ]


def card_text(card: RateCard, asked: str, day: date, *, everything: bool = False) -> str:
    """A rate card to read: its head, then its rates by service tier and plan, as they stand on `day`."""
    columns = (
        Column("meter"),
        Column("modality", "wrap", 11),
        Column("conditions", "wrap", 18),
        Column("price", "number"),
        Column("unit", "wrap", 9),
        Column("quote", "cut", 24, optional=True),
    )
    groups = [
        _rates_group(tier, plan, rates, day, everything=everything)
        for tier in SERVICE_TIERS
        for plan in reversed(PLANS)
        if (rates := [r for r in card.rates if (r.service_tier, r.plan) == (tier, plan)])
    ]
    lines = [line for text in _head(card, asked) for line in paragraph(text)]
    return "\n".join(lines) + "\n\n" + (table(columns, groups) if groups else "No rates.\n")


def _head(card: RateCard, asked: str) -> list[str]:
    known_as = names.model_id(asked)
    updated = f"; page last updated {card.last_updated}" if card.last_updated else ""
    improve = ", ".join(f"{plan} plan {answer}" for plan, answer in card.used_to_improve)
    return [
        f"{card.name}: {card.model}",
        f"Source: {card.provider} {card.source}, {card.url}" + (f"#{card.anchor}" if card.anchor else ""),
        f"As observed {card.observed}, when this card last changed{updated}",
        f"{known_as} is another name of {card.model}" if known_as != card.model else "",
        f"Also called: {', '.join(card.aliases)}" if card.aliases else "",
        *(f"Notice: {notice}" for notice in card.notices),
        *(f"Fact: {name}: {fact}" for name, fact in card.facts),
        *(f"Note: {quote}" for quote in dict.fromkeys(f.quote for f in card.formulas)),
        f"Used to improve the provider's products: {improve}" if improve else "",
    ]


def _rates_group(tier: str, plan: str, rates: Sequence[Rate], day: date, *, everything: bool) -> Group:
    shown = [r for r in rates if everything or r.availability != "not_available"]
    missing = dict.fromkeys(_missing(rates, day)) if len(shown) < len(rates) else ()
    notes = [f"not available: {', '.join(missing)}"] if missing else []
    rows = [_rate_cells(cell, day) for cell in phrases.cells(shown)]
    return Group(f"{tier}, {plan} plan", rows, notes)


def _missing(rates: Iterable[Rate], day: date) -> list[str]:
    """The meters that are not available, with their conditions where only some of a meter are missing."""
    rates = list(rates)
    offered = {r.meter for r in rates if r.availability != "not_available"}
    return [
        r.meter if r.meter not in offered else f"{r.meter} ({phrases.conditions(r, day)})"
        for r in rates
        if r.availability == "not_available"
    ]


def _rate_cells(rates: list[Rate], day: date) -> list[str]:
    rate = rates[0]
    words = phrases.modalities(rates), phrases.conditions(rate, day), phrases.value(rate)
    return [rate.meter, *words, phrases.unit(rate.unit), rate.evidence.quote]


def upcoming(steps: Iterable[Step], day: date) -> list[Row]:
    """One row per dated step; the days until it are counted from `day`."""
    return [_step_row(step, (step.day - day).days) for step in steps]


def _step_row(step: Step, days: int) -> Row:
    new = step.after
    change = step_change(step)
    price = {"old_price": step.before and step.before.price, "new_price": new.price}
    return {
        "day": str(step.day),
        "in_days": days,
        **{name: getattr(new, name) for name in UPCOMING[2:9]},
        "conditions": phrases.conditions(new),
        "unit": new.unit,
        "currency": new.currency,
        **{name: "" if amount is None else plain(amount) for name, amount in price.items()},
        "ratio": change,
        "quote": new.evidence.quote,
    }
