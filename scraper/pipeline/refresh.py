"""The main job: captures -> results -> publication, once for all sources together; the caller commits and reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.capture import Capture, Clock, getter, keep, look
from scraper.fetch.catalogue import DOORS, Keys
from scraper.fetch.client import Validators, redact
from scraper.model import SourceResult, State
from scraper.pipeline.corroboration import Corroborated, corroboration
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.pipeline.limits_page import evaluate_limits
from scraper.publish.baseline import current_cards
from scraper.publish.dataset import LIMITS_SOURCE, Dataset
from scraper.sources import Source

Progress = Callable[[Source, str], None]
# By source, what an attempt brought, or why nothing can be known of it.
Captures = Mapping[str, Capture | DatasetError]


def fetch_all(
    sources: Sequence[Source],
    dataset: Dataset,
    now: datetime,
    clock: Clock,
    kept: Path | None,
    progress: Progress,
    *,
    again: bool = False,
    keys: Keys | None = None,
) -> Captures:
    """Fetch all sources at once, as of `now`; one's failure is its own. `again`: in full, whatever is known."""

    def one(source: Source) -> Capture | DatasetError:
        progress(source, "fetching again" if again else "fetching")
        try:
            known = {} if again else validators(source, dataset.state(source.name), now)
            door = DOORS.get(source.name)
            capture = door(source, now, keys or Keys()) if door else look(source, getter(source, clock), now, known)
            if kept:
                keep(kept, source, capture)
        except DatasetError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a fault of one attempt must not take the other sources with it
            words = redact(f"the look broke down, fix it: {type(error).__name__}: {error}")
            return Capture(now, failed=dict.fromkeys(source.module.urls(), FetchFailed(words)))
        return capture

    with ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        return dict(zip((s.name for s in sources), pool.map(one, sources), strict=True))


def validators(source: Source, state: State, now: datetime) -> dict[str, Validators]:
    """Conditional requests, once a day unconditional; never after a parser change or a bad attempt."""
    fresh = state.verified == now.date().isoformat() and state.parser == source.module.PARSER
    good = state.outcome == "READ" and not state.holds
    if not (fresh and good):
        return {}
    return {
        kind: Validators(known.get("etag", ""), known.get("last-modified", ""))
        for kind, known in state.validators.items()
        if known and kind in state.hashes
    }


def evaluate_all(
    dataset: Dataset,
    sources: Sequence[Source],
    captures: Captures,
    now: datetime,
    progress: Progress,
    again: Callable[[Sequence[Source]], Captures] | None = None,
) -> list[SourceResult]:
    """One result per source. Where representations disagree, all of them are fetched `again`, once."""
    results = []
    for source in sources:
        progress(source, "reading")
        results.append(_result(dataset, source, captures[source.name], now))
    disagreed = [source for source, result in zip(sources, results, strict=True) if result.disagreed]
    second = again(disagreed) if again and disagreed else {}
    return [
        _settled(dataset, source, result, captures[source.name], second[source.name], now)
        if source.name in second
        else result
        for source, result in zip(sources, results, strict=True)
    ]


def _result(dataset: Dataset, source: Source, capture: Capture | DatasetError, now: datetime) -> SourceResult:
    if isinstance(capture, DatasetError):
        return SourceResult(source, "DAMAGED", now, [str(capture)])
    return evaluate_one(dataset, source, capture, now)


def _settled(
    dataset: Dataset,
    source: Source,
    first: SourceResult,
    before: Capture | DatasetError,
    after: Capture | DatasetError,
    now: datetime,
) -> SourceResult:
    """The result of the second attempt, if it brought as much as the first; one page alone settles nothing."""
    if isinstance(after, Capture) and better(before, after) is not after:
        lost = {**after.failed, **after.not_read}
        told = [f"fetched once more, {kind}: {error}" for kind, error in lost.items()]
        return replace(first, messages=[*first.messages, *told])
    result = _result(dataset, source, after, now)
    return replace(result, messages=["the representations disagreed; both were fetched once more", *result.messages])


def better(first: Capture | DatasetError, second: Capture | DatasetError | None) -> Capture | DatasetError:
    """The second attempt, if it brought as much as the first; one page alone settles no disagreement."""
    if isinstance(first, Capture) and isinstance(second, Capture) and second.pages.keys() == first.pages.keys():
        return second
    return first


def evaluate_one(
    dataset: Dataset, source: Source, capture: Capture, now: datetime, *, hold: bool = True
) -> SourceResult:
    """The result of an attempt at one source; a damaged baseline is a result, too."""
    try:
        if source.name == LIMITS_SOURCE:
            return evaluate_limits(dataset, source, capture, now)
        state = dataset.state(source.name)
        previous = Previous(state, lambda: current_cards(dataset, source.name, state))
        asked: Corroborated | None = corroboration(dataset, source, capture.at.date()) if hold else None
        return evaluate(source, capture, previous, asked, now)
    except DatasetError as error:
        words = str(error) if "git" in str(error) else f"{error}; restore it from git"
        return SourceResult(source, "DAMAGED", capture.at, [words])
