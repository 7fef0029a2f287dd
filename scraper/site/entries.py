"""What changed and what is coming, in words: an entry per edition or day and model, with a lasting id."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import NamedTuple

from ratecards import wording
from ratecards.catalog.authority import name_of
from ratecards.dataset import Dataset
from ratecards.model import Rate, RateCard
from ratecards.model.lifecycle import Lifecycle, Shutdown, endings, may_end, otherwise
from ratecards.questions import changes as news
from ratecards.questions import price_news
from ratecards.storage import history, model_names
from ratecards.storage.history import Change, Stamp, Step

# An edition that brings more new models than this is one entry.
_MANY = 5
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ratecards")


class FeedEntry(NamedTuple):
    """What one edition says anew of one model (no model: of many), or one day's dated steps of a model.

    `day` is the edition's, or the day of the steps; `recorded` the instant it became known, ISO and UTC. `withdrawn`
    steps are announced no more.
    """

    id: str
    provider: str
    source: str
    model: str
    day: date
    title: str
    lines: tuple[str, ...]
    recorded: str
    withdrawn: bool = False


def lasting_id(*facts: object) -> str:
    """A `urn:uuid:` that the same facts always have."""
    return uuid.uuid5(_NAMESPACE, "\n".join(map(str, facts))).urn


def _entry(kind: str, of: Change | Rate | RateCard, day: date, lines: Sequence[str], recorded: str) -> FeedEntry:
    """An entry of one model: its title is the model and its first line, and how many more there are."""
    rest = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
    lasting = lasting_id(kind, of.provider, of.source, day, of.model)
    title = f"{of.model} {lines[0]}{rest}"
    return FeedEntry(lasting, of.provider, of.source, of.model, day, title, tuple(lines), recorded)


# ------------------------------------------------------------------------------------------------- what changed


def changes(dataset: Dataset) -> list[FeedEntry]:
    """An entry per edition and model, the newest edition first; what is only wording makes none."""
    told = news.changes(dataset, corrections=True, labels=True)
    editions = groupby(told, key=lambda c: (model_names.day_of(c), c.provider, c.source))
    found = [entry for (day, *_), own in editions for entry in _edition(dataset, day, list(own))]
    return sorted(found, key=lambda e: (-e.day.toordinal(), e.provider, e.source, e.model))


def _edition(dataset: Dataset, day: date, own: Sequence[Change]) -> Iterator[FeedEntry]:
    cards = news.cards(dataset, own, day)
    added = [change for change in own if change.kind == "model_added"]
    many = len(added) > _MANY
    if many:
        provider, source = added[0].provider, added[0].source
        lines = tuple(line.text for line in price_news.told(added, day))
        lasting = lasting_id("models", f"{provider}/{source}", day)
        title = f"{provider}/{source}: {wording.count(len(added), 'model')} added"
        yield FeedEntry(lasting, provider, source, "", day, title, lines, _recorded(added))
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in own:
        if change.kind != "model_added" or not many:
            groups[change.model].append(change)
    for group in groups.values():
        # nothing where only keys and words moved
        if said := [_line(told) for told in price_news.told(group, day, cards) if told.kind != "same"]:
            yield _entry("change", group[0], day, said, _recorded(group))


def _line(told: price_news.Told) -> str:
    words = f"{told.what.replace('_', ' ')}: {told.change}" if told.what else told.change
    return words + (" (correction)" if told.correction else "")


def _recorded(group: Iterable[Change]) -> str:
    return max(change.stamp.recorded for change in group if change.stamp)


# ------------------------------------------------------------------------------------------------ what is coming


def coming(cards: Iterable[RateCard], dataset: Dataset) -> list[FeedEntry]:
    """An entry per day and model of what a page dated ahead, the soonest first; what is past is among them.

    What it dated ahead and took back before its day is told under the id that it was announced by.
    """
    cards = list(cards)
    groups: dict[tuple[str, str, date], list[Step]] = defaultdict(list)
    for step in history.steps(cards, date.min):
        groups[f"{step.after.provider}/{step.after.source}", step.after.model, step.day].append(step)
    known = {source: _announced(dataset.changes(source)) for source in dataset.sources}
    entries = []
    for (source, _, day), group in groups.items():
        told = [known[source].get(_dated(step.after)) for step in group]
        ahead = [(at[1], step) for at, step in zip(told, group, strict=True) if at and at[0] < day]
        if ahead:
            lines = _step_lines(step for _, step in ahead)
            entries.append(_entry("step", ahead[0][1].after, day, lines, min(recorded for recorded, _ in ahead)))
    entries += [entry for source in dataset.sources for entry in _withdrawn(dataset.changes(source))]
    entries += [_end(ends, card, dataset) for ends, card in endings(cards)]
    entries += [_may_end(first, one, card) for first, one, card in may_end(cards)]
    return sorted(entries, key=lambda e: (e.day, e.provider, e.source, e.model))


def _end(ends: Shutdown, card: RateCard, dataset: Dataset) -> FeedEntry:
    """The end of a model; it was recorded when a card of it, or a page of facts, first announced that day."""
    all_changes = dataset.changes(name_of(card))
    now = model_names.renames(model_names.renamed(all_changes))
    said = [c for c in all_changes if c.card and c.card.shutdown and c.card.shutdown.day == ends.day]
    recorded = [c.stamp.recorded for c in said if c.stamp and now.get(c.model, c.model) == card.model]
    recorded += [one.recorded for one in card.lifecycle if one.shutdown == ends.day]
    words = f"shut down; in its place {ends.successor}" if ends.successor else "shut down"
    quote = f"{ends.quote} ({ends.said_by})" if ends.said_by else ends.quote
    against = [otherwise(ends).removeprefix("; ")] if ends.others else []
    found = _entry("shutdown", card, ends.day, (words, quote, *against), min(recorded))
    return found._replace(title=f"{card.model} {words}")


def _may_end(first: date, one: Lifecycle, card: RateCard) -> FeedEntry:
    """The first day on which a model may end; no day that binds is known."""
    words = "may be shut down from this day on" + (f"; in its place {one.successor}" if one.successor else "")
    found = _entry("may_end", card, first, (words, f"{one.quote} ({one.said_by})"), one.recorded)
    return found._replace(title=f"{card.model} {words}")


def _dated(rate: Rate) -> tuple[object, ...]:
    return *rate.join_key, rate.effective_from


def _announced(all_changes: Sequence[Change]) -> dict[tuple[object, ...], tuple[date, str]]:
    """By dated rate, under its model's present name, the day a page first said so and the instant that was recorded."""
    found: dict[tuple[object, ...], tuple[date, str]] = {}
    now = model_names.renames(model_names.renamed(all_changes))
    for change in all_changes:
        first = change.card.rates if change.card and change.kind == "model_added" else ()
        for rate in (*first, *((change.new,) if change.new else ())):
            if rate.effective_from and change.stamp:
                present = replace(rate, model=now.get(rate.model, rate.model))
                found.setdefault(_dated(present), (change.stamp.observed, change.stamp.recorded))
    return found


def _withdrawn(all_changes: Sequence[Change]) -> list[FeedEntry]:
    """An entry per day and model of which nothing that a page had dated for it was left before it came."""
    now = model_names.renames(model_names.renamed(all_changes))
    dated: dict[tuple[str, date], dict[object, Rate]] = defaultdict(dict)
    found: dict[tuple[str, date], tuple[list[Rate], Stamp]] = {}
    for observed, edition in groupby(history.ordered(all_changes), key=model_names.day_of):
        before = {key: [*rates.values()] for key, rates in dated.items() if rates and key[1] > observed}
        for change in edition:
            _move(dated, change, now.get(change.model, change.model))
            stamp = history.stamp_of(change)
        found |= {key: (rates, stamp) for key, rates in before.items() if not dated[key]}
        for key in [key for key in found if dated[key]]:
            del found[key]
    return [_taken_back(day, *gone) for (_, day), gone in found.items()]


def _move(dated: dict[tuple[str, date], dict[object, Rate]], change: Change, model: str) -> None:
    """Keep the dated prices, by present id and day, in step with a change."""
    if change.kind == "model_removed":
        dated.update({key: {} for key in dated if key[0] == model})
    if change.old and change.old.effective_from:
        dated[model, change.old.effective_from].pop(change.old.row_key[3:], None)
    first = change.card.rates if change.card and change.kind == "model_added" else ()
    for rate in (*first, *((change.new,) if change.new else ())):
        if rate.effective_from:
            dated[model, rate.effective_from][rate.row_key[3:]] = replace(rate, model=model)


def _taken_back(day: date, rates: Sequence[Rate], stamp: Stamp) -> FeedEntry:
    """What was announced for a day, under the id that the announcement has."""
    merged = price_news.merged(price_news.News(None, rate, day) for rate in rates)
    since = f"withdrawn: no longer announced since {stamp.observed}"
    lines = [f"{_subject(one)}: was to be {wording.price(one.rate)}" for one in merged]
    return _entry("step", rates[0], day, (since, *lines), stamp.recorded)._replace(withdrawn=True)


def _step_lines(group: Iterable[Step]) -> list[str]:
    """The steps in words, those that differ in nothing but the modality together."""
    merged = price_news.merged(price_news.News(found.before, found.after, found.day) for found in group)
    return [f"{_subject(one)}: {price_news.step_words(one)}" for one in merged]


def _subject(one: price_news.News) -> str:
    return price_news.subject(one).replace("_", " ")
