"""`ratecards changes` and `diff`: changes as rows for programs, and as lines of what a buyer pays differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from ratecards import wording
from ratecards.dataset import Dataset
from ratecards.model import SERVICE_TIERS, RateCard
from ratecards.model import row as rate_row
from ratecards.questions import price_news
from ratecards.questions.price_news import MOVING, told
from ratecards.storage.history import ANNOUNCED, Change
from ratecards.storage.model_names import day_of
from ratecards.tables import Cell, Column, Group, Table, records_table, table

_HEAD = ("kind", "provider", "source", "model", "previous_id")
_SAME = (
    *("service_tier", "plan", "meter", "modality", "quality", "prompt_over", "prompt_up_to"),
    *("used_over", "used_up_to", "period", "basis"),
)
_VALUES = (
    *("unit", "resolution", "context", "availability", "price", "currency"),
    *("effective_from", "effective_until", "quote"),
)
_SIDES = ("old", "new")
_KEYS = (
    *(*_HEAD, *_SAME, *(f"{side}_{name}" for name in _VALUES for side in _SIDES)),
    *("ratio", "effective", "observed", "recorded", "correction", "rates", "fields", "copied"),
)
# A few rates are worth a line each, more are worth a count.
_FEW = 3
_COLUMNS = (Column("", "what", least=30), Column("", "change", least=30))
# News of something that had a price.
_MOVES = ("moved", "announced", "withdrawn")
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
        for log in [dataset.changes(source, tell=False)]
        for change in (log if everything else first_told(log))
        if (everything or (change.kind in kinds and (corrections or not _corrects(change))))
        and (ids is None or change.model in ids)
        and (since or date.min) <= day_of(change) <= (until or date.max)
    ]
    return sorted(found, key=day_of)


def moved(dataset: Dataset, found: Iterable[Change], percent: Decimal) -> list[Change]:
    """The changes by which somebody pays at least so many percent more or less than before for the same thing.

    A price from or to nothing, or in another unit, has no such share and is more than any.
    """
    kept: list[Change] = []
    for (day, *_), own in groupby(found, key=lambda c: (day_of(c), c.provider, c.source)):
        edition = list(own)
        current = cards(dataset, edition, day)
        for model in dict.fromkeys(change.model for change in edition):
            some = [change for change in edition if change.model == model]
            listed = price_news.each(some, day, current[model].rates if model in current else ())
            far = [news for news in listed if news.kind in _MOVES and _by(news.factor) >= percent]
            rates = {rate.row_key for n in far for rate in (n.before, n.after, *(r for _, r in n.then)) if rate}
            kept += [change for change in some if rates & price_news.keys(change)]
    return kept


def _by(factor: Decimal | None) -> Decimal:
    return Decimal("Infinity") if factor is None else abs(factor - 1) * 100


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
    if change.kind in ("model_added", "model_renamed"):
        return change.model  # that it is on the page: under whose name before, is a matter of the edition before
    sides = tuple((*r.row_key, r.price, r.currency, r.availability) if r else () for r in (change.old, change.new))
    return change.kind, change.model, change.previous_id, sides


def rows(found: Iterable[Change]) -> Table:
    """A row per change with all its columns; empty where the change says nothing."""
    return records_table(_KEYS, map(_row, found))


def _row(change: Change) -> dict[str, Cell]:
    sides = {"old": change.old, "new": change.new}
    own = {side: rate_row(rate) if rate else {} for side, rate in sides.items()}
    stamp = change.stamp
    return {
        **{name: getattr(change, name) for name in _HEAD},
        **{name: (own["new"] or own["old"]).get(name, "") for name in _SAME},
        **{f"{side}_{name}": own[side].get(name, "") for name in _VALUES for side in sides},
        "ratio": wording.exact_ratio(change.ratio),
        "effective": str(change.effective or ""),
        "observed": str(stamp.observed) if stamp else "",
        "recorded": stamp.recorded if stamp else "",
        "correction": _corrects(change),
        "copied": bool(stamp and stamp.copied),
        "rates": len(change.card.rates) if change.card and change.kind == "model_added" else "",
        "fields": "; ".join(f"{name}: {old!r} -> {new!r}" for name, old, new in change.fields),
    }


def changes_text(
    dataset: Dataset, found: Iterable[Change], since: date | None = None, until: date | None = None
) -> str:
    """What a buyer pays differently by each edition, model by model.

    With both days the changes are a net difference, without stamps: what is paid on `until` beside `since`.
    """
    groups = []
    for (day, provider, source), own in groupby(found, key=lambda c: (until or day_of(c), c.provider, c.source)):
        title = f"{since} to {day}" if since else f"{day}"
        edition = list(own)
        copied = not since and any(change.stamp and change.stamp.copied for change in edition)
        told_of = f"{title}  {provider} {source}{', read from a copy of the page' if copied else ''}"
        groups += _edition(told_of, edition, day, dataset)
    return table(_COLUMNS, groups, heads=False)


def cards(dataset: Dataset, found: Iterable[Change], day: date) -> dict[str, RateCard]:
    """The cards of a day of the models whose rates are changed by the changes of one source."""
    moving = {c.model: f"{c.provider}/{c.source}" for c in found if c.kind in MOVING}
    stocks = {source: dataset.database.sources[source].on(day) for source in moving.values()}
    return {model: stocks[source].card(model) for model, source in moving.items() if model in stocks[source]}


def _edition(title: str, own: Sequence[Change], day: date, dataset: Dataset) -> list[Group]:
    current = cards(dataset, own, day)
    by_model: dict[str, list[Change]] = {}
    for change in own:
        by_model.setdefault(change.model, []).append(change)
    groups = [group for model, some in by_model.items() for group in _model_group(model, some, day, current)]
    return [Group(title), *groups] if groups else []


def _model_group(model: str, own: Sequence[Change], day: date, current: Mapping[str, RateCard]) -> Iterator[Group]:
    """What happened to one model in one edition: in its title what can be said of the model, a row for each price.

    Nothing where nobody pays differently and no word changed.
    """
    lines = told(own, day, current)
    words = [line.change + _note(line.correction) for line in lines if not line.what]
    prices = [[line.what + _note(line.correction), line.change] for line in lines if line.what]
    notes: list[str] = []
    for kind in _QUIET:
        quiet = [c for c in own if c.kind == kind]
        if len(quiet) > _FEW:
            words.append(f"{wording.count(len(quiet), 'rate')} {kind}{_tiers(quiet)}")
            continue
        for cell in _cells(quiet):
            subject = _subject(cell)
            (notes if subject else words).append(f"{subject}: {kind}" if subject else kind)
    words += [_card_words(c) + _note(_corrects(c)) for c in own if c.kind == "card_changed"]
    if words or prices or notes:
        yield Group(f"{model}: {'; '.join(words)}" if words else model, prices, notes, level=1)


def _note(correction: bool) -> str:
    return " [correction]" if correction else ""


def _tiers(found: Iterable[Change]) -> str:
    rates = [rate for c in found for rate in (c.new or c.old,) if rate]
    tiers = [tier for tier in SERVICE_TIERS if any(r.service_tier == tier for r in rates)]
    return f" ({', '.join(tiers)})" if tiers else ""


def _subject(cell: Sequence[Change]) -> str:
    rates = [rate for c in cell if (rate := c.new or c.old)]
    return wording.subject(rates[0], wording.modalities(rates)) if rates else ""


def _card_words(change: Change) -> str:
    fields = dict.fromkeys(name.partition(".")[0] for name, _, _ in change.fields)
    return f"card changed: {', '.join(fields) or 'place on the page'}"


def _cells(found: Iterable[Change]) -> list[list[Change]]:
    """Changes that differ in nothing but the modality, together."""
    cells: dict[object, list[Change]] = {}
    for change in found:
        sides = tuple(r and replace(r, modality="") for r in (change.old, change.new))
        cells.setdefault(sides, []).append(change)
    return list(cells.values())
