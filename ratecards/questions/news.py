"""Changes as rows for programs and as lines for people: one line for what belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from ratecards import phrases
from ratecards.dataset import Dataset
from ratecards.model import SERVICE_TIERS, RateCard
from ratecards.model import row as rate_row
from ratecards.questions import paid
from ratecards.storage.history import ANNOUNCED, Change
from ratecards.storage.names import day_of
from ratecards.tables.render import Column, Group, table

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
_QUIET = ("reworded", "kept")


def changes(
    dataset: Dataset,
    since: date | None = None,
    until: date | None = None,
    model: str | None = None,
    *,
    everything: bool = False,
    corrections: bool = False,
    labels: bool = False,
) -> list[Change]:
    """What changed from one day to another, both included, of one model by any name; everything, or news alone.

    A correction is no change of what a page says: news has them only where they are asked for, and so `labels`, the
    rates under another key, without which nobody can say what is paid differently.
    """
    kinds = ANNOUNCED | ({"relabelled"} if labels else set())
    ids = dataset.ids(model) if model else None
    found = [
        change
        for source in dataset.sources
        for change in (dataset.changes(source) if everything else first_told(dataset.changes(source)))
        if (everything or (change.kind in kinds and (corrections or not _corrects(change))))
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
    before: dict[object, tuple[date, str]] = {}
    again: set[int] = set()
    for change in sorted(all_changes, key=_stamp):
        day, recorded = _stamp(change)
        if (known := before.get(_said(change))) and known[0] < day and recorded < known[1]:
            again.add(id(change))
        before[_said(change)] = day, recorded
    return [change for change in all_changes if id(change) not in again]


def _stamp(change: Change) -> tuple[date, str]:
    return day_of(change), change.stamp.recorded if change.stamp else ""


def _said(change: Change) -> object:
    sides = tuple((*r.row_key, r.price, r.currency, r.availability) if r else () for r in (change.old, change.new))
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


def news_text(dataset: Dataset, changes: Iterable[Change]) -> str:
    """What a buyer pays differently by each edition, model by model."""
    groups = []
    for (day, provider, source), edition in groupby(changes, key=lambda c: (day_of(c), c.provider, c.source)):
        own = list(edition)
        groups += _edition(f"{day}  {provider} {source}", own, day, cards(dataset, own, day))
    return table(_COLUMNS, groups, heads=False)


def difference_text(dataset: Dataset, changes: Iterable[Change], since: date, until: date) -> str:
    """What a buyer pays differently on one day than on an earlier one, source by source; the changes have no stamps."""
    groups = []
    for (provider, source), all_own in groupby(changes, key=lambda c: (c.provider, c.source)):
        own = list(all_own)
        groups += _edition(f"{since} to {until}  {provider} {source}", own, until, cards(dataset, own, until))
    return table(_COLUMNS, groups, heads=False)


def cards(dataset: Dataset, changes: Iterable[Change], day: date) -> dict[str, RateCard]:
    """The cards of a day of the models whose rates are changed by the changes of one source."""
    moving = {c.model: f"{c.provider}/{c.source}" for c in changes if c.kind in paid.MOVING}
    stocks = {source: dataset.database.sources[source].on(day) for source in moving.values()}
    return {model: stocks[source].card(model) for model, source in moving.items() if model in stocks[source]}


def _edition(title: str, changes: Iterable[Change], day: date, standing: Mapping[str, RateCard]) -> list[Group]:
    by_model: dict[str, list[Change]] = {}
    for change in changes:
        by_model.setdefault(change.model, []).append(change)
    own = [_model_group(model, changes, day, standing) for model, changes in by_model.items()]
    told = [group for group in own if group]
    return [Group(title), *told] if told else []


def _model_group(model: str, changes: Sequence[Change], day: date, standing: Mapping[str, RateCard]) -> Group | None:
    """What happened to one model in one edition: in its title what can be said of the model, a row for each price.

    None where nobody pays differently and no word changed.
    """
    told = paid.told(changes, day, standing)
    words = [line.change + _note(line.correction) for line in told if not line.what]
    rows = [[line.what + _note(line.correction), line.change] for line in told if line.what]
    notes: list[str] = []
    for kind in _QUIET:
        own = [c for c in changes if c.kind == kind]
        if len(own) > _FEW:
            words.append(f"{phrases.count(len(own), 'rate')} {kind}{_tiers(own)}")
            continue
        for cell in cells(own):
            subject = _subject(cell)
            (notes if subject else words).append(f"{subject}: {kind}" if subject else kind)
    words += [_card_words(c) + _note(_corrects(c)) for c in changes if c.kind == "card_changed"]
    if not (words or rows or notes):
        return None
    return Group(f"{model}: {'; '.join(words)}" if words else model, rows, notes, level=1)


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
