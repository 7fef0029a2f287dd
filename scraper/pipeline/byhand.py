"""The manual editions taken into the dataset: a person's cards go through the same comparison and history as pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ratecards.storage import history
from ratecards.storage.history import Stamp
from scraper.diff.editions import changes
from scraper.pipeline import manual
from scraper.pipeline.backfill import afterwards
from scraper.pipeline.refresh import publication
from scraper.publish.dataset import Dataset
from scraper.sources import Source
from scraper.state import instant
from scraper.verdict import Verdict


def take_in(dataset: Dataset, folder: Path, now: datetime) -> Iterator[tuple[str, date, int, list[str]]]:
    """Publish the editions that are not recorded yet, in order of day.

    Yields source, day, number of changes and files written. Raises `DatasetError` on a file that is not such a card.
    """
    for edition in sorted(manual.load(folder), key=lambda e: (e.name, e.observed)):
        log = dataset.changes(edition.name)
        capture = f"sha256:{edition.capture.sha256}"
        if any(c.stamp and c.stamp.capture == capture for c in log):
            continue
        before = history.fold(log, until=edition.observed)
        stamp = Stamp(
            observed=edition.observed,
            recorded=instant(now),
            capture=capture,
            parser=edition.capture.parser,
        )
        found = [replace(c, stamp=stamp) for c in changes(before, edition.cards)]
        found += afterwards(log, found, edition.observed, now)
        current = history.fold([*log, *found])
        state = replace(dataset.state(edition.name), models=sorted(current))
        day = edition.observed.isoformat()
        if day >= state.verified:
            state = replace(state, outcome="READ", verified=day, stepped=day, capture=capture)
        provider, source = edition.name.split("/")
        verdict = Verdict(Source(provider, source), "CHANGED", now, changes=found, cards=current, state=state)
        yield edition.name, edition.observed, len(found), publication(dataset, [verdict], now).commit()
