"""Two lists: the models, and the dated steps to come. Rows for programs, text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import NamedTuple

from ratecards import phrases
from ratecards.catalog import staleness
from ratecards.catalog.sellers import name_of
from ratecards.dataset import Dataset
from ratecards.lifecycle import Shutdown
from ratecards.model import COLUMNS, SERVICE_TIERS, RateCard, plain
from ratecards.model import row as rate_row
from ratecards.storage import history, names
from ratecards.storage.history import Change, Step
from ratecards.tables.fit import paragraph, safe
from ratecards.tables.render import Column, Group, table

Row = dict[str, object]
Ages = Mapping[str, staleness.Age]

MODELS = (
    *("provider", "source", "model", "name", "tiers", "free_plan", "rates", "observed", "last_changed"),
    *("shutdown", "successor", *staleness.COLUMNS),
)
UPCOMING = (*COLUMNS, "old_price", "ratio", "in_days", "kind", "on", "successor", *staleness.COLUMNS)
# The letter of each service tier; the last ones only have a place where some model is sold in them.
_LETTERS = {"standard": "S", "batch": "B", "flex": "F", "priority": "P", "ultrafast": "U", "fast": "A"}
_RARE = ("ultrafast", "fast")
_NOT_OFFERED = ("not_available", "not_published")


def models(dataset: Dataset, on: date | None, ages: Ages) -> list[Row]:
    """One row per card: what it offers, when it was read and when it last made news, its announced end and its age."""
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
                "shutdown": str(card.shutdown.day) if card.shutdown else "",
                "successor": card.shutdown.successor if card.shutdown else "",
                **staleness.columns([ages[name_of(card)]]),
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


def models_text(rows: Sequence[Row], ages: Ages) -> str:
    """The list of models, by source."""
    columns = (
        Column("model"),
        Column("name", "cut", 16, optional=True),
        Column("tiers"),
        Column("free"),
        Column("rates", "number"),
        Column("observed", optional=True),
        Column("changed"),
        Column("shutdown"),
    )
    sold = {tier for row in rows if isinstance(row["tiers"], tuple) for tier in row["tiers"]}
    tiers = [tier for tier in _LETTERS if tier in sold or tier not in _RARE]
    groups = [
        Group(f"{provider} {source}: {phrases.count(len(cards), 'model')}", [_model_cells(row, tiers) for row in cards])
        for (provider, source), found in groupby(rows, key=lambda r: (r["provider"], r["source"]))
        for cards in [list(found)]
    ]
    legend = f"tiers: {', '.join(f'{_LETTERS[t]} {t}' for t in tiers)}; free: has a free plan; shutdown: announced"
    lines = [*paragraph(legend), *paragraph(staleness.note(ages.values()))]
    return table(columns, groups) + "\n".join(lines) + "\n"


def _model_cells(row: Row, tiers: Sequence[str]) -> list[str]:
    offered = row["tiers"]
    letters = "".join(_LETTERS[t] if isinstance(offered, tuple) and t in offered else "-" for t in tiers)
    free = "yes" if row["free_plan"] else "no"
    return [
        str(row["model"]),
        str(row["name"]),
        letters,
        free,
        str(row["rates"]),
        str(row["observed"]),
        str(row["last_changed"]),
        str(row["shutdown"]),
    ]


class Coming(NamedTuple):
    """What is announced for after a day: steps of prices and ends of models; and how old what each source says is.

    `undated` are the prices that are announced without a day.
    """

    day: date
    steps: Sequence[Step]
    ends: Sequence[tuple[Shutdown, RateCard]]
    ages: Ages
    undated: Sequence[tuple[RateCard, str, str]] = ()


def upcoming(coming: Coming) -> list[Row]:
    """A row per dated step (`kind` is step): the rate that will hold, what it replaces, the days until then from `day`.

    A row per announced shutdown, with its notice as the quote; and one of kind `stale` per source that was not looked
    at for longer than its limit: what it has announced since is not known.
    """
    blank = dict.fromkeys(UPCOMING, "")
    rows = [{**blank, **_step_row(step, coming.day), "kind": "step"} for step in coming.steps]
    for ends, card in coming.ends:
        said = {"on": str(ends.day), "successor": ends.successor, "quote": ends.quote}
        rows.append({**blank, **_owner(name_of(card)), "model": card.model, **said, "kind": "shutdown"})
        rows[-1]["in_days"] = (ends.day - coming.day).days
    rows.sort(key=lambda row: str(row["on"]))
    rows += [{**blank, **_owner(age.source), "kind": "stale"} for age in _late(coming)]
    return [{**row, **staleness.columns([coming.ages[f"{row['provider']}/{row['source']}"]])} for row in rows]


def _owner(source: str) -> Row:
    provider, _, name = source.partition("/")
    return {"provider": provider, "source": name}


def _late(coming: Coming) -> list[staleness.Age]:
    return sorted(age for age in coming.ages.values() if age.stale)


def _step_row(step: Step, day: date) -> Row:
    return {
        **rate_row(step.after),
        "old_price": "" if step.before is None or step.before.price is None else plain(step.before.price),
        "ratio": phrases.exact(_as_change(step).ratio),
        "in_days": (step.day - day).days,
        "on": str(step.day),
    }


def upcoming_text(coming: Coming) -> str:
    """What is announced, soonest first, one line each; and since when nobody has looked, where that is too long ago."""
    late = ", ".join(f"{age.source} since {age.verified}" for age in _late(coming))
    unknown = "\n".join(paragraph(f"What was announced since then is not known; nobody has looked at {late}.")) + "\n"
    age = unknown if late else "\n".join(paragraph(staleness.note(coming.ages.values()))) + "\n"
    texts = [f"announced without a day: {c.model} {what}: {safe(words)}" for c, what, words in coming.undated]
    undated = "".join(f"{line}\n" for text in texts for line in paragraph(text))
    if coming.steps or coming.ends:
        return _coming_table(coming) + undated + age
    return undated + (age if late or undated else f"Nothing is announced for after {coming.day}.\n{age}")


def _coming_table(coming: Coming) -> str:
    columns = (
        Column("day"),
        Column("source", optional=True),
        Column("what", "wrap", 30),
        Column("change", "wrap", 12),
        Column("ratio", "number"),
        Column("unit", optional=True),
        Column("when"),
    )
    rows = [_step_cells(step, coming.day) for step in coming.steps]
    rows += [_end_cells(ends, card, coming.day) for ends, card in coming.ends]
    if len({row[1] for row in rows}) == 1:
        rows = [[row[0], "", *row[2:]] for row in rows]
    return table(columns, [Group("", sorted(rows, key=lambda row: row[0]))], heads=False)


def _end_cells(ends: Shutdown, card: RateCard, day: date) -> list[str]:
    when = f"in {phrases.count((ends.day - day).days, 'day')}"
    what = f"shut down; in its place {ends.successor}" if ends.successor else "shut down"
    return [str(ends.day), f"{card.provider} {card.source}", card.model, what, "", "", when]


def _step_cells(step: Step, day: date) -> list[str]:
    rate = step.after
    undated = replace(rate, effective_from=None)
    days = (step.day - day).days
    return [
        str(step.day),
        f"{rate.provider} {rate.source}",
        f"{rate.model} {phrases.subject(undated)}",
        f"{phrases.value(step.before)} -> {phrases.value(rate)}",
        phrases.times(_as_change(step).ratio),
        phrases.unit(rate.unit),
        f"in {phrases.count(days, 'day')}",
    ]


def _as_change(step: Step) -> Change:
    new = step.after
    return Change(kind="stepped", provider=new.provider, source=new.source, model=new.model, old=step.before, new=new)
