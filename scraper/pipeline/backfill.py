"""History from kept pages: each capture against the cards as they stood on its day.

Running it again over the same pages with a better parser records what differs as corrections, at their own days.
A correction holds on until a later edition said something else; an edition that was not known yet does not: where
the next known one would come out different for it, that one is recorded once more.

A copy that somebody made of the page fills a day before the newest on which the page itself was read, or begins where
it never was; what is read from it says so. It vouches for nothing: the state stays as the page itself has left it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ratecards.model import COPIED
from ratecards.storage import history
from ratecards.storage.history import Change
from scraper.diff.editions import changes
from scraper.fetch.capture import Capture, captures
from scraper.fetch.client import Page
from scraper.fetch.copies import COPY
from scraper.model import SourceResult, State, instant
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.pipeline.facts_page import evaluate_facts
from scraper.pipeline.reported import evaluate_map
from scraper.publish.assemble import publication
from scraper.publish.baseline import current_cards
from scraper.publish.dataset import FACTS, Dataset
from scraper.sources import Source


def backfill(
    dataset: Dataset, source: Source, pages: Sequence[Page], paths: Sequence[Path], now: datetime
) -> Iterator[tuple[SourceResult, list[str], datetime]]:
    """Read each capture in order of date and publish what it adds.

    Yields the result, the files written and the capture's time. Raises `DatasetError` before anything is written.
    """
    found = captures(zip(pages, paths, strict=True), source)
    evaluated = evaluate_map if source.reported else evaluate_facts if source.name in FACTS else _one
    if evaluated is _one:
        # proves what stands; from here on every publication does
        current_cards(dataset, source.name, dataset.state(source.name))
    own = {capture.at.date() for capture in found if COPY not in capture.pages}
    for capture in found:
        if COPY in capture.pages and (refused := _refused(dataset, source, capture, own)):
            yield refused, [], capture.at
            continue
        result = evaluated(dataset, source, capture, now)
        if COPY in capture.pages:
            result = replace(result, state=_as_before(dataset.state(source.name), result.state, source))
        nothing = result.cards is None and not result.files
        yield result, [] if nothing else publication(dataset, [result], now).commit(), capture.at


def _refused(dataset: Dataset, source: Source, capture: Capture, own: set[date]) -> SourceResult | None:
    """Why a copy is not taken, as a result; None where it is. `own` are days of which the page itself is given, too."""
    state, day = dataset.state(source.name), capture.at.date()
    skipped = SourceResult(source, "SKIPPED", capture.at, state=state)
    if source.name in FACTS:
        known = dataset.facts(source.name)
        if known and not known.parser.startswith(COPIED):
            return replace(skipped, messages=[f"a copy: what the page itself says is known, of {known.observed}"])
        return None
    stamps = [c.stamp for c in dataset.changes(source.name) if c.stamp]
    if capture.pages[COPY].sha256 in {stamp.capture.removeprefix("sha256:") for stamp in stamps}:
        return None  # taken before, also where nobody marked it: a better parser may correct it
    days = {stamp.observed for stamp in stamps if not stamp.copied} | own
    if state.verified_on and not state.copied:
        days.add(state.verified_on)
    if day in days:
        return replace(skipped, messages=[f"a copy: what the page itself said on {day} is known"])
    if days and day > max(days):
        words = f"a copy, newer than the page as it was last read itself, on {max(days)}: it would be what is published"
        return replace(skipped, outcome="SUSPECT", messages=[words])
    return None


def _as_before(known: State, read: State, source: Source) -> State:
    """The state after a copy: as the page itself has left it, or one that says that nothing but copies was read."""
    if known.parser and not known.copied:
        return replace(known, models=read.models)
    return replace(read, parser=f"{COPIED}{source.module.PARSER}", hashes={}, validators={})


def _one(dataset: Dataset, source: Source, capture: Capture, now: datetime) -> SourceResult:
    """The result of a capture against its own day, with cards and state as they are after all that is known."""
    log, state, day = dataset.changes(source.name), dataset.state(source.name), capture.at.date()
    before = history.replay(log, until=day)
    known = {state.capture} | {c.stamp.capture for c in log if c.stamp}
    kinds = [*source.module.urls(), *capture.pages]
    first = next(capture.pages[kind] for kind in kinds if kind in capture.pages)
    digest = f"sha256:{first.sha256}"
    then = State(capture=digest if digest in known else "", stepped=day.isoformat())
    result = evaluate(source, capture, Previous(then, lambda: before), None, now)
    if result.cards is None:
        return result
    older = state.observed > result.state.observed
    # an edition between others tells what it says otherwise, and not by which words
    read = [c for c in result.changes if not (older and c.kind == "reworded")]
    more = [] if then.capture else afterwards(log, read, day, now)
    found = [*read, *more]
    current = history.replay([*log, *found])
    after = replace(result.state, holds=state.holds, recent=state.recent, unstable=state.unstable)
    if older:
        after = state  # an older edition than the newest known: the newest attempt stays what it was
    return replace(result, changes=found, cards=current, state=replace(after, models=sorted(current)), proven=True)


def afterwards(log: Sequence[Change], fresh: Sequence[Change], day: date, now: datetime) -> list[Change]:
    """What the next edition in the log says otherwise, now that one stands before it."""
    later = [c.stamp for c in history.ordered(log) if c.stamp and c.stamp.observed > day]
    if not later:
        return []
    stamp = replace(later[0], recorded=instant(now), correction=False)
    said = history.replay(log, until=stamp.observed)
    folded = history.replay([*log, *fresh], until=stamp.observed)
    return [replace(c, stamp=stamp) for c in changes(folded, said)]
