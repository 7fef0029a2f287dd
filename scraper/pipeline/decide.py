"""What a person decides: on a discrepancy, on what is held, and which cards are kept by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ratecards.storage import history
from ratecards.storage.history import Stamp
from scraper.diff.discrepancies import decided
from scraper.diff.editions import changes
from scraper.errors import DatasetError
from scraper.model import SourceResult, instant
from scraper.pipeline import manual
from scraper.pipeline.backfill import afterwards
from scraper.pipeline.manual import ManualEdition
from scraper.publish import discrepancies, reported, state_file
from scraper.publish.assemble import publication
from scraper.publish.dataset import Dataset
from scraper.publish.package import finalize_package
from scraper.publish.transaction import Publication
from scraper.sources import Source
from scraper.storage import discrepancies as book


def decide(dataset: Dataset, key: str, state: str, because: str, today: date) -> Publication:
    """A person's decision on a discrepancy, in its ledger file and in `v1`. Raises `KeyError` when there is none."""
    result = dataset.publication()
    every = []
    found = False
    for stem in discrepancies.stems(dataset):
        entries, factors = discrepancies.known(dataset, stem)
        if any(e.id == key and e.state != "closed" for e in entries):
            found = True
            entries = [replace(e, last_seen=today) if e.id == key else e for e in decided(entries, key, state, because)]
            result.write(discrepancies.path_of(stem), book.encode(entries, factors))
        every += entries
    if not found:
        raise KeyError(f"no open discrepancy {key!r}")
    result.write("ratecards/v1/discrepancies.json", discrepancies.published(every, discrepancies.coverage_of(dataset)))
    finalize_package(result, dataset, {}, [])
    return result


def confirm(
    dataset: Dataset, sources: Iterable[str], key: str, because: str, today: date
) -> tuple[str, str, Publication]:
    """A person says that a held change is right: the next attempt that reads it again publishes it.

    Returns the source, what is held in words, and what is to be written. Raises `KeyError` when there is none such.
    """
    damaged: list[DatasetError] = []
    for name in sources:
        try:
            state = dataset.state(name)
        except DatasetError as error:
            damaged.append(error)
            continue
        # the id of one of several that wait together is an id of their hold
        key = next((hold_id for hold_id, hold in state.holds.items() if key in hold.members), key)
        if key in state.holds:
            hold = replace(state.holds[key], confirmed={"on": today.isoformat(), "because": because})
            after = replace(state, holds={**state.holds, key: hold})
            result = dataset.publication()
            result.write(dataset.state_path(name), state_file.text(after))
            finalize_package(result, dataset, {name: after}, [])
            return name, hold.what, result
    if damaged:
        raise damaged[0]
    raise KeyError(f"nothing is held as {key!r}")


def publish_manual(dataset: Dataset, folder: Path, now: datetime) -> Iterator[tuple[str, date, int, list[str]]]:
    """Publish the editions that are not recorded yet, in order of day.

    Yields source, day, number of changes and files written. Raises `DatasetError` on a file that is not such a card.
    """
    editions = manual.load(folder)
    yield from _publish_reported(dataset, [edition for edition in editions if edition.reported])
    for edition in editions:
        if edition.reported:
            continue
        log = dataset.changes(edition.name)
        capture = f"sha256:{edition.provenance.sha256}"
        if any(c.stamp and c.stamp.capture == capture for c in log):
            continue
        before = history.replay(log, until=edition.observed)
        stamp = Stamp(
            observed=edition.observed, recorded=instant(now), capture=capture, parser=edition.provenance.parser
        )
        found = [replace(c, stamp=stamp) for c in changes(before, edition.cards)]
        found += afterwards(log, found, edition.observed, now)
        current = history.replay([*log, *found])
        state = replace(dataset.state(edition.name), models=sorted(current))
        day = edition.observed.isoformat()
        if day >= state.verified:
            state = replace(state, outcome="READ", verified=day, stepped=day, capture=capture)
        source = Source(edition.provider, edition.source)
        result = SourceResult(source, "CHANGED", now, changes=found, cards=current, state=state)
        yield edition.name, edition.observed, len(found), publication(dataset, [result], now).commit()


def _publish_reported(
    dataset: Dataset, editions: Iterable[ManualEdition]
) -> Iterator[tuple[str, date, int, list[str]]]:
    """Publish what is only reported: a card file each, and `v1/reported.json`; no history, no state, no rate table."""
    for edition in editions:
        result = dataset.publication()
        for card in edition.reported:
            reported.write(result, card)
        if result.writes:
            reported.publish(result, dataset)
            yield edition.name, edition.observed, len(edition.reported), result.commit()
