"""Changes in words: one entry per edition and model, with a title, its lines and a lasting id."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ratecards import names, news, phrases
from ratecards.dataset import Dataset
from ratecards.history import ANNOUNCED, Change
from ratecards.model import Rate, plain

# An edition that brings more new models than this is one entry.
_MANY = 5
# What a reader wants to hear first.
_ORDER = (
    *("repriced", "stepped", "unit_changed", "availability_changed", "redated"),
    *("model_renamed", "model_removed", "model_added", "rate_removed", "rate_added"),
)
# A few rates are worth a line each, more are worth a count.
_FEW = 3
_COUNTED = {"rate_added": "added", "rate_removed": "removed"}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ratecards")


class Entry(NamedTuple):
    """What one edition says anew of one model (no model: of many), or one day's dated steps of a model.

    `day` is the edition's, or the day of the steps; `recorded` the instant it became known, ISO and UTC.
    """

    id: str
    provider: str
    source: str
    model: str
    day: date
    title: str
    lines: tuple[str, ...]
    recorded: str


def lasting_id(*facts: object) -> str:
    """A `urn:uuid:` that the same facts always have."""
    return uuid.uuid5(_NAMESPACE, "\n".join(map(str, facts))).urn


def changes(dataset: Dataset) -> list[Entry]:
    """An entry per edition and model, the newest edition first; what is only wording makes none."""
    found = [entry for source in dataset.sources for entry in _of_source(dataset.changes(source))]
    return sorted(found, key=lambda e: (-e.day.toordinal(), e.provider, e.source, e.model))


def _of_source(all_changes: Sequence[Change]) -> list[Entry]:
    editions: dict[date, list[Change]] = defaultdict(list)
    for change in all_changes:
        if change.kind in ANNOUNCED and not _says_nothing(change):
            editions[names.day_of(change)].append(change)
    return [entry for own in editions.values() for entry in _edition(own)]


def _says_nothing(change: Change) -> bool:
    """Whether a rate came or went that never was a price."""
    rate = change.new or change.old
    return change.kind in _COUNTED and rate is not None and rate.availability == "not_available"


def _edition(own: Sequence[Change]) -> list[Entry]:
    added = [change for change in own if change.kind == "model_added"]
    entries = [_models_added(added)] if len(added) > _MANY else []
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in own:
        if change.kind != "model_added" or not entries:
            groups[change.model].append(change)
    return [*entries, *(_model_entry(group) for group in groups.values())]


def _models_added(added: Sequence[Change]) -> Entry:
    first, day = added[0], names.day_of(added[0])
    source = f"{first.provider}/{first.source}"
    lines = tuple(f"{change.model}: {_added(change)}" for change in added)
    facts = "models", source, day
    title = f"{source}: {phrases.count(len(added), 'model')} added"
    return Entry(lasting_id(*facts), first.provider, first.source, "", day, title, lines, _recorded(added))


def _model_entry(group: Sequence[Change]) -> Entry:
    change, day = group[0], names.day_of(group[0])
    lines = tuple(line for kind in _ORDER for line in _lines([c for c in group if c.kind == kind]))
    title = title_of(change.model, lines)
    facts = "change", change.provider, change.source, day, change.model
    head = lasting_id(*facts), change.provider, change.source, change.model, day
    return Entry(*head, title, lines, _recorded(group))


def title_of(model: str, lines: Sequence[str]) -> str:
    """The model and its first line, and how many more there are."""
    rest = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{model} {lines[0]}{rest}"


def _recorded(group: Iterable[Change]) -> str:
    return max(change.stamp.recorded for change in group if change.stamp)


def _lines(own: Sequence[Change]) -> list[str]:
    """The changes of one kind in words, those that differ in nothing but the modality together."""
    if not own or not (own[0].new or own[0].old):
        return [_words(change) for change in own]
    kind, cells = own[0].kind, news.cells(own)
    if kind in _COUNTED and len(cells) > _FEW:
        by_tier = Counter(rate.service_tier for change in own if (rate := change.new or change.old))
        return [f"{tier}: {phrases.count(number, 'rate')} {_COUNTED[kind]}" for tier, number in by_tier.items()]
    return [_cell(cell) for cell in cells]


def _words(change: Change) -> str:
    """What happened to a model as a whole."""
    if change.kind == "model_added":
        return _added(change)
    if change.kind == "model_renamed":
        return f"renamed from {change.previous_id}"
    return "no longer on the page"


def _added(change: Change) -> str:
    return f"new, with {phrases.count(len(change.card.rates) if change.card else 0, 'rate')}"


def _cell(cell: Sequence[Change]) -> str:
    """`output (standard): 2.5 -> 3 USD per 1M tokens, x1.20`."""
    change = cell[0]
    rates = [rate for c in cell if (rate := c.new or c.old)]
    dated = change.kind == "redated"
    rate = replace(rates[0], effective_from=None, effective_until=None) if dated else rates[0]
    note = " (correction)" if change.stamp and change.stamp.correction else ""
    subject = phrases.subject(replace(rate, meter=rate.meter.replace("_", " ")), phrases.modalities(rates))
    return f"{subject}: {_move(change)}{note}"


def _move(change: Change) -> str:
    old, new = change.old, change.new
    if old is None or new is None:
        return f"{'new, ' if new else 'removed, was '}{says(new or old)}"
    if change.kind == "redated":
        before, after = (phrases.dates(rate) or "no dates" for rate in (old, new))
        return f"{says(new)}, {before} -> {after}"
    return step(old, new)


def step(old: Rate | None, new: Rate) -> str:
    """`2.5 -> 3 USD per 1M tokens, x1.20`; both sides in full where unit or currency differ."""
    if old is None:
        return says(new)
    ratio = Change(kind="stepped", provider="", source="", model="", old=old, new=new).ratio
    if ratio is None:
        return f"{says(old)} -> {says(new)}"
    return f"{plain(old.price or ratio)} -> {says(new)}, {phrases.times(ratio)}"


def says(rate: Rate | None) -> str:
    """`3 USD per 1M tokens`, or what the page says instead of a price."""
    if rate is None or rate.price is None or rate.availability == "free":
        return phrases.value(rate)
    per = f" per {phrases.unit(rate.unit).removeprefix('1 ')}" if rate.unit else ""
    return f"{plain(rate.price)} {rate.currency}{per}"
