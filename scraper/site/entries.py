"""Changes in words: one entry per edition and model, with a title, its lines and a lasting id."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ratecards import wording
from ratecards.dataset import Dataset
from ratecards.model import RateCard
from ratecards.questions import changes as news
from ratecards.questions.news_lines import Told, told
from ratecards.storage import names
from ratecards.storage.history import ANNOUNCED, Change

# An edition that brings more new models than this is one entry.
_MANY = 5
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
    found = [entry for source in dataset.sources for entry in _of_source(dataset, source)]
    return sorted(found, key=lambda e: (-e.day.toordinal(), e.provider, e.source, e.model))


def _of_source(dataset: Dataset, source: str) -> list[Entry]:
    editions: dict[date, list[Change]] = defaultdict(list)
    for change in news.first_told(dataset.changes(source)):
        if change.kind in ANNOUNCED or change.kind == "relabelled":
            editions[names.day_of(change)].append(change)
    return [entry for day, own in editions.items() for entry in _edition(own, news.cards(dataset, own, day))]


def _edition(own: Sequence[Change], cards: Mapping[str, RateCard]) -> list[Entry]:
    added = [change for change in own if change.kind == "model_added"]
    entries = [_models_added(added)] if len(added) > _MANY else []
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in own:
        if change.kind != "model_added" or not entries:
            groups[change.model].append(change)
    own_entries = (_model_entry(group, cards) for group in groups.values())
    return [*entries, *(entry for entry in own_entries if entry)]


def _models_added(added: Sequence[Change]) -> Entry:
    first, day = added[0], names.day_of(added[0])
    source = f"{first.provider}/{first.source}"
    lines = tuple(line.text for line in told(added, day))
    facts = "models", source, day
    title = f"{source}: {wording.count(len(added), 'model')} added"
    return Entry(lasting_id(*facts), first.provider, first.source, "", day, title, lines, _recorded(added))


def _model_entry(group: Sequence[Change], cards: Mapping[str, RateCard]) -> Entry | None:
    """What a buyer pays differently; none where only keys and words moved."""
    change, day = group[0], names.day_of(group[0])
    lines = tuple(_line(line) for line in told(group, day, cards) if line.kind != "same")
    if not lines:
        return None
    title = title_of(change.model, lines)
    facts = "change", change.provider, change.source, day, change.model
    head = lasting_id(*facts), change.provider, change.source, change.model, day
    return Entry(*head, title, lines, _recorded(group))


def _line(line: Told) -> str:
    words = f"{line.what.replace('_', ' ')}: {line.change}" if line.what else line.change
    return words + (" (correction)" if line.correction else "")


def title_of(model: str, lines: Sequence[str]) -> str:
    """The model and its first line, and how many more there are."""
    rest = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{model} {lines[0]}{rest}"


def _recorded(group: Iterable[Change]) -> str:
    return max(change.stamp.recorded for change in group if change.stamp)
