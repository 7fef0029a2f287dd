"""What a model has been called: ids, aliases and renames over a history, and the nearest to a name nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ratecards.history import Change


def model_id(name: str) -> str:
    """A model id as the table spells it, from what a person or an API path writes."""
    return name.strip().lower().removeprefix("models/")


def day_of(change: Change) -> date:
    """The day a change was observed; `history.parse` stamps every change that it reads."""
    return change.stamp.observed if change.stamp else date.max


def renames(changes: Iterable[Change], since: date = date.min, until: date = date.max) -> dict[str, str]:
    """Former id to present id, for renames observed after `since` and up to `until`."""
    now: dict[str, str] = {}
    for change in changes:
        if change.kind == "model_renamed" and since < day_of(change) <= until:
            former = [f for f, model in now.items() if model == change.previous_id]
            now.update(dict.fromkeys([*former, change.previous_id], change.model))
    return now


def ids(changes: Sequence[Change], model: str) -> set[str]:
    """Every model id that a name has stood for, renames followed both ways; empty for an unknown name."""
    found = {c.model for c in changes if model in _names(c)}
    renamed = [{c.model, c.previous_id} for c in changes if c.kind == "model_renamed"]
    while more := {name for pair in renamed if pair & found for name in pair} - found:
        found |= more
    return found


def _names(change: Change) -> set[str]:
    return {change.model, *(change.card.aliases if change.card else ())}


def absence(changes: Sequence[Change], model: str, on: date | None) -> str:
    """Why no card goes by that name on that day, in one line."""
    stood_for = ids(changes, model)
    if not stood_for:
        return unknown(changes, model)
    days = [(day_of(c), c.kind) for c in changes if c.model in stood_for]
    first = min(days)[0]
    if on and on < first:
        return f"{model} was first observed on {first}; nothing is known of it on {on}"
    gone = max((day for day, kind in days if kind == "model_removed" and day <= (on or day)), default=None)
    if gone:
        return f"{model} is gone since {gone}; its last card: --on {gone - timedelta(days=1)}"
    return f"{model} names no card any more; it stood for {', '.join(sorted(stood_for))}"


def unknown(changes: Iterable[Change], model: str) -> str:
    """That a name is unknown, with the nearest that are not."""
    names = sorted({name for change in changes for name in _names(change)})
    within = [n for n in names if model and model in n]
    close = [n for n in difflib.get_close_matches(model, names) if n not in within]
    near = ", ".join([*within, *close][:3])
    return f"unknown model {model!r}; " + (f"nearest: {near}" if near else "`ratecards models` lists them all")
