"""`ratecards upcoming`: the price steps and the ends of models that a page dates for after a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from ratecards import wording
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.model import COLUMNS, RateCard, lifecycle, plain
from ratecards.model import row as rate_row
from ratecards.storage import history
from ratecards.storage.history import Change, Step
from ratecards.tables import Cell, Column, Group, Table, paragraphs, records_table, table

_KEYS = (*COLUMNS, "old_price", "ratio", "in_days", "kind", "on", "successor", "said_by", "otherwise")
_PEOPLE = (
    Column("", "day", "day"),
    Column("", "source", "id", optional=True),
    Column("", "what", least=30),
    Column("", "change", least=12),
    Column("", "ratio", "ratio"),
    Column("", "unit", "id", optional=True),
    Column("", "when", "id"),
)


def upcoming(cards: Iterable[RateCard], day: date, ages: Iterable[Age]) -> Table:
    """A row per dated step (`kind` is step): the rate that will hold, what it replaces, the days until then from `day`.

    A row per announced shutdown, with its notice as the quote, and who says otherwise; one of kind `may_end` per model
    of which only the first day is said on which it may be shut down; and one of kind `stale` per source that was not
    looked at for longer than its limit: what it has announced since is not known.
    """
    cards = list(cards)
    rows: list[dict[str, Cell]] = [_step_row(step, day) for step in history.steps(cards, day)]
    for ends, card in lifecycle.endings(cards, day):
        said = {"on": str(ends.day), "successor": ends.successor, "quote": ends.quote, "kind": "shutdown"}
        more = {"said_by": ends.said_by, "otherwise": lifecycle.otherwise(ends).removeprefix("; ")}
        rows.append({**_owner(card), **said, **more, "in_days": (ends.day - day).days})
    for first, one, card in lifecycle.may_end(cards, day):
        said = {"on": str(first), "successor": one.successor, "quote": one.quote, "kind": "may_end"}
        rows.append({**_owner(card), **said, "said_by": one.said_by, "in_days": (first - day).days})
    rows.sort(key=lambda row: str(row["on"]))
    rows += [
        {**dict(zip(("provider", "source"), age.source.split("/", 1), strict=True)), "kind": "stale"}
        for age in sorted(ages)
        if age.stale
    ]
    return records_table(_KEYS, ({**dict.fromkeys(_KEYS, ""), **row} for row in rows))


def _owner(card: RateCard) -> dict[str, Cell]:
    return {"provider": card.provider, "source": card.source, "model": card.model}


def stepping(cards: Iterable[RateCard], day: date) -> list[RateCard]:
    """The cards that date a price for after a day."""
    return [card for card in cards if history.steps([card], day)]


def _step_row(step: Step, day: date) -> dict[str, Cell]:
    return {
        **rate_row(step.after),
        "old_price": "" if step.before is None or step.before.price is None else plain(step.before.price),
        "ratio": wording.exact_ratio(_as_change(step).ratio),
        "in_days": (step.day - day).days,
        "kind": "step",
        "on": str(step.day),
    }


def upcoming_text(cards: Iterable[RateCard], day: date, ages: Mapping[str, Age]) -> str:
    """What is announced, soonest first, one line each; and since when nobody has looked, where that is too long ago."""
    cards = list(cards)
    rows = [_step_cells(step, day) for step in history.steps(cards, day)]
    for ends, card in lifecycle.endings(cards, day):
        rows.append(_end_cells(card, ends.day, day, "shut down", ends.successor))
    for first, one, card in lifecycle.may_end(cards, day):
        rows.append(_end_cells(card, first, day, "may be shut down from then on", one.successor))
    if len({row[1] for row in rows}) == 1:
        rows = [[row[0], "", *row[2:]] for row in rows]
    late = ", ".join(f"{age.source} since {age.verified}" for age in sorted(ages.values()) if age.stale)
    notes = [f"{c.model}{lifecycle.otherwise(ends)}" for ends, c in lifecycle.endings(cards, day) if ends.others]
    notes += [f"announced without a day: {c.model} {what}: {said}" for c, what, said in history.undated(cards)]
    if not rows and not notes and not late:
        notes.append(f"Nothing is announced for after {day}.")
    unknown = f"What was announced since then is not known; nobody has looked at {late}."
    notes.append(unknown if late else freshness.note(ages.values()))
    return table(_PEOPLE, [Group("", sorted(rows, key=lambda row: row[0]))], heads=False) + paragraphs(notes)


def _end_cells(card: RateCard, on: date, day: date, what: str, successor: str) -> list[str]:
    what = f"{what}; in its place {successor}" if successor else what
    when = f"in {wording.count((on - day).days, 'day')}"
    return [str(on), f"{card.provider} {card.source}", card.model, what, "", "", when]


def _step_cells(step: Step, day: date) -> list[str]:
    rate = step.after
    undated = replace(rate, effective_from=None)
    return [
        str(step.day),
        f"{rate.provider} {rate.source}",
        f"{rate.model} {wording.subject(undated)}",
        f"{wording.value(step.before)} -> {wording.value(rate)}",
        wording.times(_as_change(step).ratio),
        wording.unit(rate.unit),
        f"in {wording.count((step.day - day).days, 'day')}",
    ]


def _as_change(step: Step) -> Change:
    new = step.after
    return Change(kind="stepped", provider=new.provider, source=new.source, model=new.model, old=step.before, new=new)
