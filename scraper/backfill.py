"""History from kept pages: each edition against the cards as they stood on its day.

Running it again over the same pages with a better parser records what differs as corrections, at their own days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ratecards import history
from ratecards.history import Change
from scraper.dataset import Dataset, State
from scraper.editions import Edition
from scraper.errors import DatasetError
from scraper.fetch import Page
from scraper.judge import Verdict, judge
from scraper.refresh import publication
from scraper.sources import Source


def backfill(
    dataset: Dataset, source: Source, pages: Sequence[Page], paths: Sequence[Path], now: datetime
) -> Iterator[tuple[Verdict, list[str], datetime]]:
    """Read each edition in order of date and publish what it adds.

    Yields the verdict, the files written and the edition's time.
    """
    for edition in _editions(pages, paths):
        log = dataset.changes(source.name)
        day = edition.at.date()
        before = history.fold(log, until=day)
        known = {c.stamp.capture for c in log if c.stamp}
        capture = f"sha256:{next(iter(edition.pages.values())).sha256}"
        state = State(capture=capture if capture in known else "", stepped=edition.at.date().isoformat())
        verdict = judge(source, edition, state, lambda cards=before: cards, now, hold=False)  # type: ignore[misc]
        if verdict.cards is not None:
            _settle(dataset, source, verdict, log)
        written = publication(dataset, [verdict], now).commit() if verdict.cards is not None else []
        yield verdict, written, edition.at


def _editions(pages: Sequence[Page], paths: Sequence[Path]) -> list[Edition]:
    found: dict[datetime, Edition] = {}
    for page, path in zip(pages, paths, strict=True):
        kind = "md.txt" if path.name.endswith((".md", ".md.txt")) else path.name.rpartition(".")[2]
        edition = found.setdefault(page.fetched_at, Edition(page.fetched_at))
        if kind in edition.pages:
            raise DatasetError(f"{path}: a second {kind} page of {page.fetched_at:%Y-%m-%d}")
        edition.pages[kind] = page
    for edition in found.values():
        # HTML first: its anchors and date line are the better evidence
        edition.pages = dict(sorted(edition.pages.items()))
    return [found[at] for at in sorted(found)]


def _settle(dataset: Dataset, source: Source, verdict: Verdict, log: Sequence[Change]) -> None:
    """The cards and state after the new changes have taken their place among those already recorded."""
    current = history.fold([*log, *verdict.changes])
    verdict.cards = current
    state = dataset.state(source.name)
    if state.verified and state.verified > verdict.state.verified:
        # an older edition than the newest known: the newest look stays what it was
        verdict.state = replace(state, models=sorted(current))
    else:
        verdict.state.models = sorted(current)
        verdict.state.holds = state.holds
