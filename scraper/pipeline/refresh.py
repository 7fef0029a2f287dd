"""The main job: captures -> results -> publication -> commit -> report, once for all sources together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from scraper.errors import DatasetError
from scraper.fetch.all_sources import Captures, Progress
from scraper.fetch.capture import Capture
from scraper.model import SourceResult
from scraper.pipeline.corroboration import Corroborated, corroboration
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.pipeline.facts_page import evaluate_facts
from scraper.pipeline.reported import evaluate_map
from scraper.publish.assemble import publication
from scraper.publish.baseline import current_cards
from scraper.publish.dataset import FACTS, Dataset
from scraper.report.run_report import Recorder
from scraper.sources import Source

Again = Callable[[Sequence[Source]], Captures]


class Refreshed(NamedTuple):
    """A result per source, the files written, and what else a person is to be told."""

    results: list[SourceResult]
    paths: list[str]
    notes: list[str]


def refresh_once(
    dataset: Dataset,
    sources: Sequence[Source],
    captures: Captures,
    now: datetime,
    recorder: Recorder,
    progress: Progress,
    again: Again | None = None,
    *,
    strict: bool = False,
) -> Refreshed:
    """Evaluate what came of each source, publish what may be, and report it. Raises `DatasetError`."""
    results = evaluate_all(dataset, sources, captures, now, progress, again, strict=strict)
    result = publication(dataset, results, now)
    paths = result.commit()
    recorder.add(results, now, paths)
    return Refreshed(results, paths, result.notes)


def evaluate_all(
    dataset: Dataset,
    sources: Sequence[Source],
    captures: Captures,
    now: datetime,
    progress: Progress,
    again: Again | None = None,
    *,
    strict: bool = False,
) -> list[SourceResult]:
    """One result per source. Where representations disagree, all of them are fetched `again`, once.

    `strict` infers nothing.
    """
    results = []
    for source in sources:
        progress(source, "reading")
        results.append(_result(dataset, source, captures[source.name], now, strict=strict))
    disagreed = [source for source, result in zip(sources, results, strict=True) if result.disagreed]
    second = again(disagreed) if again and disagreed else {}
    return [
        _settled(dataset, source, result, captures[source.name], second[source.name], now, strict=strict)
        if source.name in second
        else result
        for source, result in zip(sources, results, strict=True)
    ]


def _result(
    dataset: Dataset, source: Source, capture: Capture | DatasetError, now: datetime, *, strict: bool
) -> SourceResult:
    if isinstance(capture, DatasetError):
        return SourceResult(source, "DAMAGED", now, [str(capture)])
    return evaluate_one(dataset, source, capture, now, strict=strict)


def _settled(
    dataset: Dataset,
    source: Source,
    first: SourceResult,
    before: Capture | DatasetError,
    after: Capture | DatasetError,
    now: datetime,
    *,
    strict: bool,
) -> SourceResult:
    """The result of the second attempt, if it brought as much as the first; one page alone settles nothing."""
    if isinstance(after, Capture) and better(before, after) is not after:
        lost = {**after.failed, **after.not_read}
        told = [f"fetched once more, {kind}: {error}" for kind, error in lost.items()]
        return replace(first, messages=[*first.messages, *told])
    result = _result(dataset, source, after, now, strict=strict)
    return replace(result, messages=["the representations disagreed; both were fetched once more", *result.messages])


def better(first: Capture | DatasetError, second: Capture | DatasetError | None) -> Capture | DatasetError:
    """The second attempt, if it brought as much as the first; one page alone settles no disagreement."""
    if isinstance(first, Capture) and isinstance(second, Capture) and second.pages.keys() == first.pages.keys():
        return second
    return first


def evaluate_one(
    dataset: Dataset, source: Source, capture: Capture, now: datetime, *, hold: bool = True, strict: bool = False
) -> SourceResult:
    """The result of an attempt at one source; a damaged baseline is a result, too."""
    try:
        if source.reported:
            return evaluate_map(dataset, source, capture, now)
        if source.name in FACTS:
            return evaluate_facts(dataset, source, capture, now)
        state = dataset.state(source.name)
        previous = Previous(state, lambda: current_cards(dataset, source.name, state))
        asked: Corroborated | None = corroboration(dataset, source, capture.at.date()) if hold else None
        return replace(evaluate(source, capture, previous, asked, now, strict=strict), proven=True)
    except DatasetError as error:
        words = str(error) if "git" in str(error) else f"{error}; restore it from git"
        return SourceResult(source, "DAMAGED", capture.at, [words])
