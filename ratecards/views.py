"""Two lists: the models, and the dated steps to come. Rows for programs, text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from ratecards import history, names, phrases
from ratecards.dataset import Dataset
from ratecards.fit import paragraph, safe
from ratecards.history import Change, Step
from ratecards.model import COLUMNS, SERVICE_TIERS, RateCard, plain
from ratecards.model import row as rate_row
from ratecards.render import Column, Group, table

Row = dict[str, object]

MODELS = ("provider", "source", "model", "name", "tiers", "free_plan", "rates", "observed", "last_changed")
UPCOMING = (*COLUMNS, "old_price", "ratio", "in_days")
_NOT_OFFERED = ("not_available", "not_published")


def models(dataset: Dataset, on: date | None) -> list[Row]:
    """One row per card: what it offers, when it was read and when it last made news."""
    rows: list[Row] = []
    news = _last_news(dataset, on)
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
                "last_changed": str(news[card.provider, card.source, card.model]),
            }
        )
    return rows


def _last_news(dataset: Dataset, on: date | None) -> dict[tuple[str, str, str], date]:
    """The day of the last news by provider, source and model; a rename is news of the new id."""
    return {
        (change.provider, change.source, change.model): names.day_of(change)
        for source in dataset.sources
        for change in dataset.changes(source)
        if change.kind in history.ANNOUNCED and names.day_of(change) <= (on or date.max)
    }


def models_text(rows: Sequence[Row]) -> str:
    """The list of models, by source."""
    columns = (
        Column("model"),
        Column("name", "cut", 16, optional=True),
        Column("tiers"),
        Column("free"),
        Column("rates", "number"),
        Column("observed", optional=True),
        Column("changed"),
    )
    groups = [
        Group(f"{provider} {source}: {phrases.count(len(cards), 'model')}", [_model_cells(row) for row in cards])
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


def upcoming(steps: Iterable[Step], day: date) -> list[Row]:
    """One row per dated step: the rate that will hold, what it replaces, and the days until then from `day`."""
    return [
        {
            **rate_row(step.after),
            "old_price": "" if step.before is None or step.before.price is None else plain(step.before.price),
            "ratio": phrases.exact(_as_change(step).ratio),
            "in_days": (step.day - day).days,
        }
        for step in steps
    ]


def upcoming_text(steps: Sequence[Step], day: date, undated: Sequence[tuple[RateCard, str, str]] = ()) -> str:
    """The dated steps, soonest first, one line each; below them what is announced without a day."""
    dated = _steps_text(steps, day) if steps else f"Nothing is announced for after {day}.\n"
    lines = [f"announced without a day: {card.model} {what}: {safe(words)}" for card, what, words in undated]
    return dated + "".join(f"{line}\n" for text in lines for line in paragraph(text))


def _steps_text(steps: Sequence[Step], day: date) -> str:
    columns = (
        Column("day"),
        Column("source", optional=True),
        Column("what", "wrap", 30),
        Column("change"),
        Column("ratio", "number"),
        Column("unit", optional=True),
        Column("when"),
    )
    sources = {(s.after.provider, s.after.source) for s in steps}
    rows = [_step_cells(step, day, several=len(sources) > 1) for step in steps]
    return table(columns, [Group("", rows)], heads=False)


def _step_cells(step: Step, day: date, *, several: bool) -> list[str]:
    rate = step.after
    undated = replace(rate, effective_from=None)
    days = (step.day - day).days
    return [
        str(step.day),
        f"{rate.provider} {rate.source}" if several else "",
        f"{rate.model} {phrases.subject(undated)}",
        f"{phrases.value(step.before)} -> {phrases.value(rate)}",
        phrases.times(_as_change(step).ratio),
        phrases.unit(rate.unit),
        f"in {phrases.count(days, 'day')}",
    ]


def _as_change(step: Step) -> Change:
    new = step.after
    return Change(kind="stepped", provider=new.provider, source=new.source, model=new.model, old=step.before, new=new)
