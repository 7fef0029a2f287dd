"""Changes as rows for programs and as lines for people: one line for what belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from ratecards import phrases
from ratecards.dataset import Dataset
from ratecards.history import ANNOUNCED, Change
from ratecards.model import SERVICE_TIERS
from ratecards.model import row as rate_row
from ratecards.names import day_of
from ratecards.render import Column, Group, table

_SAME = (
    "service_tier",
    "plan",
    "meter",
    "modality",
    "quality",
    "prompt_over",
    "prompt_up_to",
    "used_over",
    "used_up_to",
    "period",
    "basis",
)
_VALUES = (
    "unit",
    "resolution",
    "context",
    "availability",
    "price",
    "currency",
    "effective_from",
    "effective_until",
    "quote",
)
COLUMNS = (
    *("kind", "provider", "source", "model", "previous_id"),
    *_SAME,
    *(f"{side}_{name}" for name in _VALUES for side in ("old", "new")),
    *("ratio", "effective", "observed", "recorded", "correction", "rates", "fields"),
)
_COLUMNS = (
    Column("what", "wrap", 30),
    Column("change", "wrap", 16),
    Column("ratio", "number"),
    Column("unit", optional=True),
)
_PRICES = ("repriced", "stepped", "rate_added", "rate_removed")
# A few rates are worth a line each, more are worth a count.
_FEW = 3
_WORDS = {
    "rate_added": "added",
    "rate_removed": "removed",
    "reworded": "reworded",
    "relabelled": "relabelled",
    "kept": "kept",
}


def changes(
    dataset: Dataset,
    since: date | None = None,
    until: date | None = None,
    model: str | None = None,
    *,
    everything: bool = False,
    corrections: bool = False,
) -> list[Change]:
    """What changed from one day to another, both included, of one model by any name; everything, or news alone.

    A correction is no change of what a page says: news has them only where they are asked for.
    """
    ids = dataset.ids(model) if model else None
    found = [
        change
        for source in dataset.sources
        for change in dataset.changes(source)
        if (everything or (change.kind in ANNOUNCED and (corrections or not _corrects(change))))
        and (ids is None or change.model in ids)
        and (since or date.min) <= day_of(change) <= (until or date.max)
    ]
    return sorted(found, key=day_of)


def _corrects(change: Change) -> bool:
    return bool(change.stamp and change.stamp.correction)


def change_row(change: Change) -> dict[str, object]:
    """One change with all its columns; empty where the change says nothing."""
    sides = {"old": change.old, "new": change.new}
    rows = {side: rate_row(rate) if rate else {} for side, rate in sides.items()}
    stamp = change.stamp
    return {
        **{name: getattr(change, name) for name in COLUMNS[:5]},
        **{name: (rows["new"] or rows["old"]).get(name, "") for name in _SAME},
        **{f"{side}_{name}": rows[side].get(name, "") for name in _VALUES for side in sides},
        "ratio": phrases.exact(change.ratio),
        "effective": str(change.effective or ""),
        "observed": str(stamp.observed) if stamp else "",
        "recorded": stamp.recorded if stamp else "",
        "correction": _corrects(change),
        "rates": len(change.card.rates) if change.card and change.kind == "model_added" else "",
        "fields": "; ".join(f"{name}: {old!r} -> {new!r}" for name, old, new in change.fields),
    }


def news_text(changes: Iterable[Change], title: str = "") -> str:
    """The changes by edition (or under a `title`) and model."""
    groups = []
    for (day, provider, source), edition in groupby(changes, key=lambda c: (day_of(c), c.provider, c.source)):
        groups.append(Group(f"{title or day}  {provider} {source}"))
        by_model: dict[str, list[Change]] = {}
        for change in edition:
            by_model.setdefault(change.model, []).append(change)
        groups += [_model_group(model, own) for model, own in by_model.items()]
    return table(_COLUMNS, groups, heads=False)


def _model_group(model: str, changes: Sequence[Change]) -> Group:
    """What happened to one model in one edition: in its title what can be counted, a row for each price."""
    words: list[str] = []
    rows: list[list[str]] = []
    notes: list[str] = []
    for kind in dict.fromkeys(c.kind for c in changes):
        own = [c for c in changes if c.kind == kind]
        if kind in _WORDS and len(own) > _FEW:
            words.append(f"{len(own)} rates {_WORDS[kind]}{_tiers(own)}")
        elif own[0].new or own[0].old:
            lines = [_line(cell) for cell in cells(own)]
            rows += lines if kind in _PRICES else []
            notes += [] if kind in _PRICES else [f"{what}: {change}" for what, change, _, _ in lines]
        else:
            words += [_model_words(change) + _note(change) for change in own]
    return Group(f"{model}: {'; '.join(words)}" if words else model, rows, notes, level=1)


def _tiers(changes: Iterable[Change]) -> str:
    rates = [rate for c in changes for rate in (c.new or c.old, *(c.card.rates if c.card else ())) if rate]
    tiers = [tier for tier in SERVICE_TIERS if any(r.service_tier == tier for r in rates)]
    return f" ({', '.join(tiers)})" if tiers else ""


def cells(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes that differ in nothing but the modality, together."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        sides = tuple(r and replace(r, modality="") for r in (change.old, change.new))
        found.setdefault(sides, []).append(change)
    return list(found.values())


def _line(cell: Sequence[Change]) -> list[str]:
    """What, change, ratio and unit of one line."""
    change = cell[0]
    rates = [rate for c in cell if (rate := c.new or c.old)]
    rate = rates[0]
    if change.kind == "redated":
        rate = replace(rate, effective_from=None, effective_until=None)
    what = phrases.subject(rate, phrases.modalities(rates)) + _note(change)
    return [what, _change_words(change), phrases.times(change.ratio), phrases.unit(rate.unit)]


def _note(change: Change) -> str:
    return " [correction]" if _corrects(change) else ""


def _model_words(change: Change) -> str:
    if change.kind == "model_added" and change.card:
        return f"added with {phrases.count(len(change.card.rates), 'rate')}{_tiers([change])}"
    if change.kind == "model_renamed":
        return f"renamed from {change.previous_id}"
    if change.kind == "card_changed":
        fields = dict.fromkeys(name.partition(".")[0] for name, _, _ in change.fields)
        return f"card changed: {', '.join(fields) or 'place on the page'}"
    return change.kind.removeprefix("model_")


def _change_words(change: Change) -> str:
    old, new = change.old, change.new
    if old is None or new is None:
        return f"new: {phrases.value(new)}" if new else f"removed: {phrases.value(old)}"
    if change.kind == "redated":
        before, after = (phrases.dates(rate) or "no dates" for rate in (old, new))
        return f"{phrases.value(new)}, {before} -> {after}"
    if change.kind == "unit_changed":
        before, after = (f"{phrases.value(r)} per {phrases.unit(r.unit)}" for r in (old, new))
        return f"{before} -> {after}"
    if change.kind == "relabelled":
        return f"formerly {phrases.conditions(old) or 'no conditions'}"
    if change.kind == "reworded":
        return "reworded"
    return f"{phrases.value(old)} -> {phrases.value(new)}"
