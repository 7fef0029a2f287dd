"""The story of one source: one attempt to fetch it against what was published, and exactly one result. Pure.

Everything it needs is in its arguments, the clock included, and none of them is changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from ratecards.model import COPIED, Rate, RateCard
from ratecards.storage import codec, history
from ratecards.storage.history import Change, Stamp, Step
from scraper.checks import plausibility, proofs
from scraper.checks import representations as checks
from scraper.checks.reasons import too_few_tables
from scraper.diff import consistency
from scraper.diff.editions import changes, rename_proposals
from scraper.errors import LayoutChanged
from scraper.fetch.capture import Capture, text
from scraper.fetch.copies import COPY
from scraper.model import (
    GOOD,
    Draft,
    Inferred,
    Provenance,
    Reading,
    SourceResult,
    State,
    cards,
    cards_of,
    instant,
    page_status,
)
from scraper.pipeline import second_pass
from scraper.pipeline.apply_holds import Applied, PublishedAndRead, apply_holds, reparses, unread_models
from scraper.pipeline.corroboration import Corroborated
from scraper.sources import Source
from scraper.sources.timelimit import limited

# Zones and editors explain a day or two; a page that is dated further ahead is not read.
_AHEAD = timedelta(days=2)

Cards = Mapping[str, RateCard]
Readings = Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Previous:
    """What stands of a source: its state, and its published cards by model, which are loaded when a page is read."""

    state: State
    cards: Callable[[], Cards]


def evaluate(
    source: Source,
    capture: Capture,
    previous: Previous,
    corroborated: Corroborated | None,
    now: datetime,
    *,
    strict: bool = False,
) -> SourceResult:
    """The result of an attempt at a source. Where `corroborated` is None nothing is held, and nothing is inferred.

    `strict` leaves the second pass out.
    """
    start, state = SourceResult(source, "UNCHANGED", capture.at, state=previous.state), previous.state
    if capture.skipped:
        return replace(start, outcome="SKIPPED", messages=[capture.skipped])
    if capture.not_read or not (capture.pages or capture.not_modified):
        return _failed(start, "NOT_READ" if capture.not_read else "NOT_FETCHED", _lost(capture), now)
    start = _told(start, [*_alone(capture), *_moved(capture)])
    bodies, undecoded = _decoded(source, capture)
    if undecoded:
        return _failed(start, "NOT_READ", undecoded, now)
    hashes = {kind: _sha(source.module.fingerprint(body)) for kind, body in bodies.items()}
    if _nothing_new(source, state, hashes):
        return _with_steps(_verified(start, capture, hashes, now), previous.cards, now)
    if not bodies:
        return _failed(start, "NOT_FETCHED", ["not modified, but what was read before is not known well enough"], now)
    readings, unreadable, doubtful = _read_all(source, bodies)
    second = corroborated if not strict else None
    if unreadable and not (second and len(doubtful) == len(unreadable)):
        return _failed(start, "NOT_READ", unreadable, now)
    old = previous.cards()
    inferred: Sequence[Inferred] = ()
    if second:
        every = {kind: {**readings, **doubtful}[kind] for kind in bodies}
        seen, inferred = _inferred(source, every, old, second, capture.at.date())
        readings = dict(seen)
        if any(page_status(readings[kind]) == "NOT_READ" for kind in doubtful):
            return _failed(start, "NOT_READ", unreadable, now)
    readings, problems = _checked(readings, source, state, old, capture.at.date())
    read = replace(_told(start, problems), reading=next(iter(readings.values())), inferred=inferred)
    if failure := _page_failure(readings, state, old, capture.at):
        return _failed(replace(read, disagreed=failure.disagreed), failure.outcome, failure.messages, now)
    provenance = _provenance(source, capture, readings)
    new = cards(readings[next(iter(readings))], provenance, source.provider, source.source)
    if wrong := list(_unpublishable(new.values())):
        return _failed(read, "NOT_READ", wrong, now)
    compared = _compared(source, capture, readings, hashes, state, old, new, provenance)
    if corroborated:
        read = _told(read, plausibility.new_factors(compared.new.values(), old.values(), provenance.observed))
    applied = apply_holds(compared, state, capture.at, now, corroborated)
    done = _published(source, readings, _told(read, applied.messages), compared, applied)
    return _with_steps(_verified(done, capture, hashes, now), lambda: done.cards or {}, now)


# -------------------------------------------------------------------------------------------- from capture to reading


def _told(result: SourceResult, messages: Iterable[str]) -> SourceResult:
    return replace(result, messages=[*result.messages, *messages])


def _lost(capture: Capture) -> Iterator[str]:
    yield from (f"{kind}: {error}" for kind, error in (*capture.not_read.items(), *capture.failed.items()))


def _alone(capture: Capture) -> Iterator[str]:
    """That representations did not come while others did."""
    for kind, failure in capture.failed.items():
        yield f"{kind} was not fetched ({failure}); the other representation was read alone"


def _moved(capture: Capture) -> Iterator[str]:
    """That the page stands at another address of its source now; a copy was made of any of its addresses."""
    for kind, page in capture.pages.items():
        if page.moved and kind != COPY:
            yield f"{kind} moved: {page.url} leads to {page.final_url}; if that stays, it belongs into the vocabulary"


def _decoded(source: Source, capture: Capture) -> tuple[dict[str, str], list[str]]:
    """The text of each representation, the one with the better evidence first; and what is none, in words."""
    bodies: dict[str, str] = {}
    fetched = list(source.module.urls())
    for kind in sorted(capture.pages, key=lambda k: fetched.index(k) if k in fetched else len(fetched)):
        try:
            bodies[kind] = text(capture.pages[kind])
        except LayoutChanged as error:
            return {}, [f"{kind}: {error}"]
    return bodies, []


def _nothing_new(source: Source, state: State, hashes: Mapping[str, str]) -> bool:
    known = all(state.hashes.get(kind) == digest for kind, digest in hashes.items())
    good = state.outcome == "READ" and not (state.holds or state.inferred)
    return known and good and state.parser == source.module.PARSER


def _read_all(source: Source, bodies: Mapping[str, str]) -> tuple[dict[str, Reading], list[str], dict[str, Reading]]:
    """Each body as read; why those that were not could not be, and those of them against which only words speak."""
    readings: dict[str, Reading] = {}
    doubtful: dict[str, Reading] = {}
    wrong = []
    for kind, body in bodies.items():
        try:
            with limited():
                readings[kind] = source.read(body, copy=kind == COPY)
        except LayoutChanged as error:
            wrong.append(f"{kind}: {error}")
            doubtful |= {kind: error.reading} if error.reading else {}
        except Exception as error:  # noqa: BLE001 - a fault in one reader must not take the other sources with it
            wrong.append(f"{kind}: the reader failed, fix it: {type(error).__name__}: {error}")
    return readings, wrong, doubtful


def _inferred(
    source: Source, readings: Readings, old: Cards, corroborated: Corroborated, day: date
) -> tuple[Readings, Sequence[Inferred]]:
    """The readings with what the second pass could prove of their unknown words, and these words."""
    if not any(reading.incomplete for reading in readings.values()):
        return readings, ()
    provider, name = source.provider, source.source

    def says(rate: Rate) -> str | None:
        said = Draft(model=rate.model, name=rate.model, anchor="", rates=(rate,))
        alone = cards_of([said], Provenance("", "", day, None, source.module.PARSER), provider, name)[rate.model]
        owner: dict[str, Any] = {"provider": provider, "source": name, "model": rate.model}
        return corroborated(Change(kind="rate_added", new=rate, **owner), alone)

    published = second_pass.published(old, source.module.renames())
    factors = consistency.findings(published.values(), day, {})[1]
    found: dict[str, Reading] = {}
    words: dict[str, Inferred] = {}
    for kind, reading in readings.items():
        twins = [rate for other, twin in readings.items() if other != kind for rate in twin.rates()]
        found[kind], own = second_pass.infer(source.module, reading, proofs.Known(published, factors, twins, says))
        words |= {one.words: one for one in own if one.words not in words}
    return found, list(words.values())


def _checked(
    readings: Readings, source: Source, state: State, old: Cards, day: date
) -> tuple[dict[str, Reading], list[str]]:
    """The readings with all that speaks against their sections, and every place that was not understood, in words."""
    known = old, state.said, source.module.renames(), day
    pairs = {kind: checks.compared_with_published(reading, *known) for kind, reading in readings.items()}
    shared = checks.share_problems({kind: reading for kind, (reading, _) in pairs.items()})
    lines = dict.fromkeys(line for _, own in pairs.values() for line in own)
    return shared, [*lines, *map(str, next(iter(shared.values())).problems)]


class _Failure(NamedTuple):
    outcome: str
    messages: Sequence[str]
    disagreed: bool = False


def _page_failure(readings: Readings, state: State, old: Cards, at: datetime) -> _Failure | None:
    """Why a page as a whole is not believed: too little of it was read, it is of another day, or it disagrees."""
    reading = next(iter(readings.values()))
    if not reading.sections:
        return _Failure("NOT_READ", [f"no model was found on it, {len(old)} are published"])
    if page_status(reading) == "NOT_READ":
        return _Failure("NOT_READ", [])
    conflicts = checks.representation_conflicts(readings)
    doubts = [*_doubts(readings, reading, state, at), *conflicts]
    return _Failure("SUSPECT", doubts, bool(conflicts)) if doubts else None


def _doubts(readings: Readings, reading: Reading, state: State, at: datetime) -> Iterator[str]:
    yield from (f"{kind}: {words}" for kind, r in readings.items() for words in r.suspicions)
    latest = at.date() + _AHEAD
    for kind, read in readings.items():
        if read.last_updated and read.last_updated > latest:
            yield f"{kind}: a page of the future: last updated {read.last_updated}, looked at on {at.date()}"
    # a day that lies ahead was never one: it must not make every true edition an older one
    before = state.last_updated if state.last_updated <= latest.isoformat() else ""
    if before and reading.last_updated and reading.last_updated.isoformat() < before:
        yield f"an older edition: last updated {reading.last_updated}, read before: {before}"
    if instant(at) < state.observed:
        yield f"looked at {instant(at)}, but the last edition read is of {state.observed}: is the clock right?"


def _unpublishable(new: Iterable[RateCard]) -> Iterator[str]:
    """What no file may hold: an id that is none, a row that contradicts itself. One source's slip stops no other."""
    for card in new:
        try:
            codec.check(card, f"{card.source}/{card.model}")
        except codec.CodecError as error:
            yield f"what was read cannot be published: {error}"


# -------------------------------------------------------------------------------------------- from reading to result


def _provenance(source: Source, capture: Capture, readings: Readings) -> Provenance:
    kind, reading = next(iter(readings.items()))
    page = capture.pages[kind]
    parser = f"{COPIED}{source.module.PARSER}" if page.copy else source.module.PARSER
    return Provenance(page.url, page.sha256, capture.at.date(), reading.last_updated, parser)


def _compared(
    source: Source,
    capture: Capture,
    readings: Readings,
    hashes: Mapping[str, str],
    state: State,
    old: Cards,
    new: Cards,
    provenance: Provenance,
) -> PublishedAndRead:
    """The new cards, what of them stands as it was, and the changes, beside the published cards."""
    kind, reading = next(iter(readings.items()))
    renames = source.module.renames()
    new, pinned = checks.pin_unread(checks.no_longer_priced(new, old, reading), old, reading.gaps, renames)
    unread = unread_models(reading.unread, old, new, renames)
    same = hashes[kind] == state.hashes.get(kind) or f"sha256:{provenance.sha256}" == state.capture
    return PublishedAndRead(
        old,
        new,
        # places are those of the representation with the better evidence
        changes(old, new, renames, kept=unread, places=kind == next(iter(source.module.urls()))),
        provenance,
        reparses(reading, state, known=same and bool(old)),
        unread,
        pinned,
        plausibility.findings(plausibility.new_doubts(new, old, provenance.observed)),
        _partial(capture, kind, reading, state),
    )


def _partial(capture: Capture, kind: str, reading: Reading, state: State) -> str:
    """Why what the page no longer says may only be missing from what was read; empty where it is whole."""
    if capture.failed:
        return f"only {kind} was read"
    if too_few_tables(reading.tables, state.tables):
        return f"{reading.tables} tables were read, {state.tables} on the last edition"
    return ""


def _published(
    source: Source, readings: Readings, read: SourceResult, compared: PublishedAndRead, applied: Applied
) -> SourceResult:
    """The result with the cards after what is published of the changes, and the state that remembers them."""
    reading, state, current = next(iter(readings.values())), read.state, dict(compared.old)
    for change in applied.publish:
        history.apply(current, change)
    outcome = "NEW" if not compared.old else "CHANGED" if applied.publish else "UNCHANGED"
    amounts = reading.accounted
    counts = {n: getattr(amounts, n) for n in ("seen", "cells", "notes", "read")}
    after = replace(
        state,
        unread=sorted(map(checks.name_of, reading.incomplete)),
        capture=f"sha256:{compared.provenance.sha256}",
        tables=reading.tables,
        amounts={**counts, "ignored": sum(amounts.ignored.values())},
        last_updated=reading.last_updated.isoformat() if reading.last_updated else state.last_updated,
        models=sorted(current),
        holds=applied.holds,
        recent=applied.recent,
        unstable=applied.unstable,
        inferred=[one.words for one in read.inferred],
        said=checks.sentences_of(readings.values(), state.said, whole=len(readings) == len(source.module.urls())),
    )
    return replace(
        read,
        outcome="PARTLY_READ" if reading.incomplete else outcome,
        changes=applied.publish,
        held=applied.held,
        released=applied.released,
        proposals=rename_proposals(compared.changes, compared.old),
        cards=current,
        state=after,
    )


def _verified(result: SourceResult, capture: Capture, hashes: Mapping[str, str], now: datetime) -> SourceResult:
    """The result of an attempt that was read, remembered. Only one without gaps vouches for the source by its ETags."""
    state, good, day = result.state, result.outcome in GOOD, capture.at.date().isoformat()
    tags = {
        kind: {n: v for n in ("etag", "last-modified") if (v := page.headers.get(n, ""))}
        for kind, page in capture.pages.items()
    }
    after = replace(
        state,
        outcome="READ" if good else result.outcome,
        message=_message(result),
        failing_since="" if good else state.failing_since or instant(now),
        parser=result.source.module.PARSER,
        observed=max(state.observed, instant(capture.at)),
        stepped=state.stepped or day,
        hashes={**state.hashes, **hashes},
        verified=max(state.verified, day) if good else state.verified,
        validators={**state.validators, **tags} if good else state.validators,
    )
    return replace(result, state=after)


def _failed(result: SourceResult, outcome: str, messages: Iterable[str], now: datetime) -> SourceResult:
    """Nothing was learned: all that is remembered is that, and since when."""
    told = _told(replace(result, outcome=outcome), messages)
    since = told.state.failing_since or instant(now)
    return replace(told, state=replace(told.state, outcome=outcome, message=_message(told), failing_since=since))


def _message(result: SourceResult) -> str:
    return "; ".join(result.messages)[:2000]


def _with_steps(result: SourceResult, current: Callable[[], Cards], now: datetime) -> SourceResult:
    """The result with dated prices whose day has come since the last attempt: it takes no edit of the page.

    `current` gives the cards as they stand.
    """
    since, today = result.state.stepped, result.at.date().isoformat()
    result = replace(result, state=replace(result.state, stepped=max(since, today)))
    if since >= today:
        return result
    after = dict(current())
    steps = history.steps(after.values(), date.fromisoformat(since), result.at.date())
    if not steps:
        return result
    return replace(
        result,
        outcome="CHANGED" if result.outcome == "UNCHANGED" else result.outcome,
        changes=[*result.changes, *(_taken(step, after[step.after.model], result.at, now) for step in steps)],
        steps=steps,
        cards=after,
    )


def _taken(step: Step, card: RateCard, at: datetime, now: datetime) -> Change:
    """The change that a step is on its day, with the evidence that the card has for it."""
    own = {name: getattr(card, name) for name in ("capture", "parser", "last_updated")}
    stamp = Stamp(observed=at.date(), recorded=instant(now), **own)
    owner: dict[str, Any] = {"provider": card.provider, "source": card.source, "model": card.model}
    return Change(kind="stepped", old=step.before, new=step.after, stamp=stamp, **owner)


def _sha(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
