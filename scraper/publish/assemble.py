"""What results ask to be written: cards, history, what waits, state and, when data changed, all of `v1`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from ratecards.model import RateCard
from ratecards.storage import bounded, history
from ratecards.storage.codec import dumps
from scraper.errors import DatasetError
from scraper.model import SourceResult, State
from scraper.publish import bands, baseline, discrepancies, held, reported, state_file
from scraper.publish import v1_files as v1
from scraper.publish.dataset import DEPRECATIONS, FACTS, LIMITS, Dataset
from scraper.publish.package import finalize_package
from scraper.publish.record import newest, record
from scraper.publish.transaction import Publication
from scraper.storage import card_files, lifecycle
from scraper.storage.limits import json_data

_CHANGES = 2000
# What may move with every attempt: a state is written when anything else did, and otherwise once a day.
_RESTLESS = ("failing_since", "observed", "tables", "hashes", "validators", "recent")


def publication(dataset: Dataset, results: Sequence[SourceResult], now: datetime) -> Publication:
    """What the results ask to be written: cards, history, state and, when data changed, all of `v1`."""
    result = dataset.publication()
    states: dict[str, State] = {}
    current: dict[str, Mapping[str, RateCard]] = {}
    new_changes: dict[str, Sequence[history.Change]] = {}
    before: dict[str, State] = {}
    news = False
    for one in results:
        if one.outcome == "DAMAGED":
            continue
        name = one.source.name
        before[name], states[name] = dataset.state(name), one.state
        _cards(result, dataset, one)
        _held(result, dataset, one)
        for path, text in one.files.items():
            result.write(path, text)
        record(result, dataset, name, one.changes)
        new_changes[name] = one.changes
        if one.cards is not None:
            current[name] = one.cards
        # how complete a reading was is published, too
        was = before[name]
        news |= (was.unread, was.amounts) != (one.state.unread, one.state.amounts)
        # a lagging source has some days before it counts as a discrepancy
        news |= was.verified != one.state.verified
        if _worth_writing(was, one.state):
            result.write(dataset.state_path(name), state_file.text(one.state))
    if news or result.writes.keys() - {dataset.state_path(n) for n in states}:
        today = max(now, *(v.at for v in results)).date()
        assemble_v1(result, dataset, current, states, discrepancies.News(before, new_changes), today)
    written = {name: state for name, state in states.items() if dataset.state_path(name) in result.writes}
    finalize_package(result, dataset, written, [change for found in new_changes.values() for change in found])
    for one in results:
        # the cards of others are not vouched for, and what stood unproven is no better for a change
        name = one.source.name
        if one.cards is not None and (one.proven or baseline.holds(dataset, name)):
            baseline.renew(result, dataset, name)
    return result


def _cards(result: Publication, dataset: Dataset, one: SourceResult) -> None:
    if one.cards is None:
        return
    touched = {c.model for c in one.changes} | {c.previous_id for c in one.changes}
    for model in sorted(touched - {""}):
        path = dataset.card_path(one.source.name, model)
        if model in one.cards:
            result.write(path, card_files.encode(one.cards[model]))
        else:
            result.delete(path)


def _held(result: Publication, dataset: Dataset, one: SourceResult) -> None:
    """What waits is kept aside; an attempt that learned nothing leaves it as it is."""
    if one.reading is None or one.cards is None:
        return
    path, text = held.path_of(one.source.name), held.text(dataset, one)
    if text:
        result.write(path, text)
    else:
        result.delete(path)


def _worth_writing(before: State, after: State) -> bool:
    """State is committed when an outcome, a hold or the data moved, and otherwise once a day."""
    return any(getattr(before, f.name) != getattr(after, f.name) for f in fields(State) if f.name not in _RESTLESS)


def assemble_v1(
    result: Publication,
    dataset: Dataset,
    current: dict[str, Mapping[str, RateCard]],
    states: dict[str, State],
    news: discrepancies.News | None,
    today: date,
) -> None:
    """Rebuild the published files from all cards; sources that were not read this time stand as they are.

    Without `news` everything is made anew, what nothing of the publication can have moved, too.
    """
    names = sorted({*dataset.names(), *current})
    for name in names:
        if name not in current:
            current[name] = baseline.any_cards(dataset, name)
        if name not in states:
            states[name] = state_of(dataset, name)
    recent = newest(dataset, names, news.changes if news else {}, _CHANGES)
    cards = [card for name in names for card in current[name].values()]
    from scraper.publish.v1_tables import tables

    limits, deprecations = _facts(result, dataset, LIMITS), _facts(result, dataset, DEPRECATIONS)
    cards = lifecycle.attached(cards, (one for card in deprecations for one in lifecycle.entries(card)))
    texts = {**v1.files(cards, recent, states, today), **tables(cards, today, limits)}
    texts["bands.csv"] = bands.text(dataset, current, news.changes) if news else bands.anew(dataset, names)
    texts["limits.json"] = dumps(json_data(limits))
    texts["lifecycle.json"] = v1.document(lifecycle.data(deprecations))
    ledgers, entries, coverage = discrepancies.keep(dataset, current, states, news)
    texts["discrepancies.json"] = discrepancies.published(entries, coverage)
    result.notes.append(discrepancies.summary(dataset, entries))
    for path, text in ledgers.items():
        result.write(path, text)
    for path, text in texts.items():
        result.write(f"ratecards/v1/{path}", text)
    reported.publish(result, dataset, news.changes if news else {})
    for path in dataset.obsolete():
        result.delete(path)
    kept = dataset.root / "ratecards" / "v1" / "tables"
    for page in kept.glob("*.*"):
        if f"tables/{page.name}" not in texts:
            result.delete(f"ratecards/v1/tables/{page.name}")


def _facts(result: Publication, dataset: Dataset, name: str) -> list[Any]:
    """The card of a page of facts: the one about to be written, or the one that stands; none before the first."""
    kept = FACTS[name]
    text = result.writes.get(kept.path)
    card = kept.form.decode(text.decode(), kept.path) if text else dataset.facts(name)
    return [card] if card else []


def state_of(dataset: Dataset, name: str) -> State:
    """The state of a source that is not written this time; where it is damaged, what of it is published.

    Raises `DatasetError` where neither can be read.
    """
    try:
        return dataset.state(name)
    except DatasetError as error:
        v1 = dataset.root / "ratecards" / "v1"
        try:
            found = json.loads(bounded.content(v1 / "rates.json"))["sources"][name]
            observed = max(card.observed for card in baseline.any_cards(dataset, name).values())
            known = {n: found[n] for n in ("amounts", "unread", "last_updated", "capture", "parser")}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise error from None
        return State(**known, verified=observed.isoformat())
