"""History from kept pages: each edition against the cards as they stood on its day.

Running it again over the same pages with a better parser records what differs as corrections, at their own days.
A correction holds on until a later edition said something else; an edition that was not known yet does not: where
the next known one would come out different for it, that one is recorded once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ratecards.model import RateCard
from ratecards.storage import history
from ratecards.storage.history import Change
from scraper.diff.editions import changes
from scraper.fetch.capture import Edition, editions
from scraper.fetch.client import Page
from scraper.pipeline import limitspage
from scraper.pipeline.judge import judge
from scraper.pipeline.refresh import baseline, publication
from scraper.publish.dataset import Dataset
from scraper.sources import Source
from scraper.state import State, instant
from scraper.verdict import Verdict


def backfill(
    dataset: Dataset, source: Source, pages: Sequence[Page], paths: Sequence[Path], now: datetime
) -> Iterator[tuple[Verdict, list[str], datetime]]:
    """Read each edition in order of date and publish what it adds.

    Yields the verdict, the files written and the edition's time. Raises `DatasetError` before anything is written.
    """
    found = editions(zip(pages, paths, strict=True), source)
    baseline(dataset, source.name, dataset.state(source.name))
    for edition in found:
        if source.name == limitspage.NAME:
            limits = limitspage.judge_limits(dataset, source, edition, now)
            yield limits, publication(dataset, [limits], now).commit(), edition.at
            continue
        verdict = _one(dataset, source, edition, now)
        verdict.proven = True  # by the baseline above and every publication since
        written = publication(dataset, [verdict], now).commit() if verdict.cards is not None else []
        yield verdict, written, edition.at


def _one(dataset: Dataset, source: Source, edition: Edition, now: datetime) -> Verdict:
    log, state, day = dataset.changes(source.name), dataset.state(source.name), edition.at.date()
    before = history.fold(log, until=day)
    known = {state.capture} | {c.stamp.capture for c in log if c.stamp}
    kinds = [*source.module.urls(), *edition.pages]
    first = next(edition.pages[kind] for kind in kinds if kind in edition.pages)
    capture = f"sha256:{first.sha256}"
    own = State(capture=capture if capture in known else "", stepped=day.isoformat())
    verdict = judge(source, edition, own, lambda: before, now, hold=False)
    if verdict.cards is not None:
        if not own.capture:
            verdict.changes += afterwards(log, verdict.changes, day, now)
        _settle(verdict, state, history.fold([*log, *verdict.changes]))
    return verdict


def afterwards(log: Sequence[Change], fresh: Sequence[Change], day: date, now: datetime) -> list[Change]:
    """What the next edition in the log says otherwise, now that one stands before it."""
    later = [c.stamp for c in history.ordered(log) if c.stamp and c.stamp.observed > day]
    if not later:
        return []
    stamp = replace(later[0], recorded=instant(now), correction=False)
    said = history.fold(log, until=stamp.observed)
    folded = history.fold([*log, *fresh], until=stamp.observed)
    return [replace(c, stamp=stamp) for c in changes(folded, said)]


def _settle(verdict: Verdict, state: State, current: dict[str, RateCard]) -> None:
    """The cards and state after the new changes have taken their place among those already recorded."""
    verdict.cards = current
    if state.observed > verdict.state.observed:
        # an older edition than the newest known: the newest look stays what it was
        verdict.state = replace(state, models=sorted(current))
    else:
        verdict.state.models = sorted(current)
        verdict.state.holds, verdict.state.recent, verdict.state.unstable = state.holds, state.recent, state.unstable
