"""Changes as rows for programs and as lines for people: one line for what belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from ratecards import paid, phrases
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
# A few rates are worth a line each, more are worth a count.
_FEW = 3
_COLUMNS = (Column("what", "wrap", 30), Column("change", "wrap", 30))
# What is recorded and no price: told only where everything is asked for.
_QUIET = {"reworded": "reworded", "relabelled": "relabelled", "kept": "kept"}


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
        for change in (dataset.changes(source) if everything else first_told(dataset.changes(source)))
        if (everything or (change.kind in ANNOUNCED and (corrections or not _corrects(change))))
        and (ids is None or change.model in ids)
        and (since or date.min) <= day_of(change) <= (until or date.max)
    ]
    return sorted(found, key=day_of)


def _corrects(change: Change) -> bool:
    return bool(change.stamp and change.stamp.correction)


def first_told(all_changes: Sequence[Change]) -> list[Change]:
    """The changes without those that an earlier edition, taken in later, had said already.

    A history is only appended to: when an edition is found that lies between two others, what it says first was
    recorded before as said by the later one.
    """
    first: dict[object, Change] = {}
    for change in all_changes:
        known = first.get(_said(change))
        if known is None or _stamp(change) < _stamp(known):
            first[_said(change)] = change
    return [c for c in all_changes if not _told_before(c, first[_said(c)])]


def _told_before(change: Change, first: Change) -> bool:
    day, recorded = _stamp(change)
    return _stamp(first)[0] < day and recorded < _stamp(first)[1]


def _stamp(change: Change) -> tuple[date, str]:
    return day_of(change), change.stamp.recorded if change.stamp else ""


def _said(change: Change) -> object:
    sides = tuple((*r.row_key, r.price, r.availability) if r else () for r in (change.old, change.new))
    return change.kind, change.model, change.previous_id, sides


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
    """What a buyer pays differently by each edition (or under a `title`), model by model."""
    groups = []
    for (day, provider, source), edition in groupby(changes, key=lambda c: (day_of(c), c.provider, c.source)):
        by_model: dict[str, list[Change]] = {}
        for change in edition:
            by_model.setdefault(change.model, []).append(change)
        own_groups = [_model_group(model, own, day) for model, own in by_model.items()]
        if told := [g for g in own_groups if g]:
            groups += [Group(f"{title or day}  {provider} {source}"), *told]
    return table(_COLUMNS, groups, heads=False)


def _model_group(model: str, changes: Sequence[Change], day: date) -> Group | None:
    """What happened to one model in one edition: in its title what can be said of the model, a row for each price.

    None where nobody pays differently and no word changed.
    """
    told = paid.told(changes, day)
    words = [_titled(line) for line in told if not line.what]
    rows = [[line.what + _note(line.correction), line.change] for line in told if line.what]
    notes: list[str] = []
    for kind in dict.fromkeys(c.kind for c in changes if c.kind in _QUIET):
        own = [c for c in changes if c.kind == kind]
        if kind != "relabelled" and len(own) > _FEW:
            words.append(f"{phrases.count(len(own), 'rate')} {_QUIET[kind]}{_tiers(own)}")
        elif kind != "relabelled":
            notes += [f"{_subject(cell)}: {_QUIET[kind]}" for cell in cells(own)]
    words += [_card_words(c) + _note(_corrects(c)) for c in changes if c.kind == "card_changed"]
    if not (words or rows or notes):
        return None
    return Group(f"{model}: {'; '.join(words)}" if words else model, rows, notes, level=1)


def _titled(line: paid.Told) -> str:
    return line.change + _note(line.correction)


def _note(correction: bool) -> str:
    return " [correction]" if correction else ""


def _tiers(changes: Iterable[Change]) -> str:
    rates = [rate for c in changes for rate in (c.new or c.old,) if rate]
    tiers = [tier for tier in SERVICE_TIERS if any(r.service_tier == tier for r in rates)]
    return f" ({', '.join(tiers)})" if tiers else ""


def _subject(cell: Sequence[Change]) -> str:
    rates = [rate for c in cell if (rate := c.new or c.old)]
    return phrases.subject(rates[0], phrases.modalities(rates)) if rates else ""


def _card_words(change: Change) -> str:
    fields = dict.fromkeys(name.partition(".")[0] for name, _, _ in change.fields)
    return f"card changed: {', '.join(fields) or 'place on the page'}"


def cells(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes that differ in nothing but the modality, together."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        sides = tuple(r and replace(r, modality="") for r in (change.old, change.new))
        found.setdefault(sides, []).append(change)
    return list(found.values())
