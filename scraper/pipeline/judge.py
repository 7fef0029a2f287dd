"""One edition of one source against its baseline: exactly one outcome, and what may be published of it.

Pure: everything it needs is in its arguments, the clock included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ratecards.model import RateCard
from ratecards.storage import codec, history
from ratecards.storage.history import Change, Stamp
from scraper.checks import guard, plausible
from scraper.checks.agree import torn_apart
from scraper.checks.continuity import doubt, name_of, sentences_of, standing_on, unpriced
from scraper.diff.editions import changes, rename_proposals
from scraper.errors import LayoutChanged
from scraper.fetch.capture import Edition
from scraper.fetch.client import Page
from scraper.fetch.saved import text
from scraper.pipeline.holding import Corrections, Desk, SecondOpinion, hold, no_opinion, pins, unread_models
from scraper.reading import Capture, Reading, cards
from scraper.sources import Source
from scraper.sources.timelimit import limited
from scraper.state import State, instant
from scraper.verdict import GOOD, Verdict, standing

# Zones and editors explain a day or two; a page that is dated further ahead is not read.
_AHEAD = timedelta(days=2)


def judge(
    source: Source,
    edition: Edition,
    state: State,
    baseline: Callable[[], Mapping[str, RateCard]],
    now: datetime,
    *,
    hold: bool = True,
    second: SecondOpinion = no_opinion,
) -> Verdict:
    """The verdict on one edition. `baseline` is called only when the page has to be read.

    `second` gives, for the cards as read, whether another official source says what a change says.
    """
    verdict = Verdict(source, "UNCHANGED", edition.at, state=replace(state))
    if edition.skipped:
        verdict.outcome, verdict.messages = "SKIPPED", [edition.skipped]
        return verdict
    verdict.messages = [f"{kind}: {error}" for kind, error in edition.not_read.items()]
    if edition.not_read or not (edition.pages or edition.not_modified):
        verdict.messages += [f"{kind}: {error}" for kind, error in edition.failed.items()]
        return _failed(verdict, "NOT_READ" if edition.not_read else "NOT_FETCHED", now)
    for kind, failure in edition.failed.items():
        verdict.messages.append(f"{kind} was not fetched ({failure}); the other representation was read alone")
    bodies, hashes = {}, {}
    fetched = list(source.module.urls())  # the first one has the better evidence
    for kind in sorted(edition.pages, key=lambda k: fetched.index(k) if k in fetched else len(fetched)):
        try:
            bodies[kind] = text(edition.pages[kind])
        except LayoutChanged as error:
            verdict.messages.append(f"{kind}: {error}")
            return _failed(verdict, "NOT_READ", now)
        hashes[kind] = _sha(source.module.fingerprint(bodies[kind]))
    if _nothing_new(source, state, hashes):
        _verified(verdict, edition, hashes, now)
        return _stepped(verdict, baseline, now) if state.stepped < _day(edition.at) else verdict
    if not bodies:
        verdict.messages.append("not modified, but what was read before is not known well enough")
        return _failed(verdict, "NOT_FETCHED", now)
    return _read(verdict, edition, bodies, hashes, baseline, now, second if hold else None)


def _nothing_new(source: Source, state: State, hashes: Mapping[str, str]) -> bool:
    known = all(state.hashes.get(kind) == digest for kind, digest in hashes.items())
    good = state.outcome == "READ" and not state.holds
    return known and good and state.parser == source.module.PARSER


def _read(
    verdict: Verdict,
    edition: Edition,
    bodies: Mapping[str, str],
    hashes: Mapping[str, str],
    baseline: Callable[[], Mapping[str, RateCard]],
    now: datetime,
    second: SecondOpinion | None,
) -> Verdict:
    """`second` is None where nothing is held."""
    source, state = verdict.source, verdict.state
    readings = _readings(verdict, bodies)
    if len(readings) < len(bodies):
        return _failed(verdict, "NOT_READ", now)
    first = next(iter(readings))
    reading = verdict.reading = readings[first]
    old = baseline()
    _problems(verdict, readings, old)
    if not reading.sections:
        verdict.messages.append(f"no model was found on it, {len(old)} are published")
    if not reading.sections or standing(reading) == "NOT_READ":
        return _failed(verdict, "NOT_READ", now)
    torn = torn_apart(readings)
    verdict.disagreed = bool(torn)
    if doubts := [*_doubts(readings, reading, state, edition.at), *torn]:
        verdict.messages += doubts
        return _failed(verdict, "SUSPECT", now)
    page = edition.pages[first]
    capture = Capture(page.url, page.sha256, _date(edition.at), reading.last_updated, source.module.PARSER)
    same = hashes[first] == state.hashes.get(first) or f"sha256:{capture.sha256}" == state.capture
    places = first == next(iter(source.module.urls()))
    new = cards(reading, capture, source.provider, source.source)
    if wrong := _unpublishable(new.values()):
        verdict.messages += wrong
        return _failed(verdict, "NOT_READ", now)
    new, kept = standing_on(unpriced(new, old, reading), old, reading.gaps, source.module.renames())
    implausible = plausible.findings(plausible.fresh(new, old, _date(edition.at)))
    verdict.messages += plausible.new_factors(new.values(), old.values(), _date(edition.at)) if second else []
    desk = Desk(old, new, capture, implausible, second, _partial(first, edition, reading, state), kept)
    _compare(verdict, desk, now, places=places, same=same)
    whole = len(readings) == len(source.module.urls())
    state.said = sentences_of(readings.values(), state.said, whole=whole)
    _verified(verdict, edition, hashes, now)
    return _stepped(verdict, lambda: verdict.cards or {}, now)


def _partial(kind: str, edition: Edition, reading: Reading, state: State) -> str:
    """Why what the page no longer says may only be missing from what was read; empty where it is whole."""
    if edition.failed:
        return f"only {kind} was read"
    if guard.too_few_tables(reading.tables, state.tables):
        return f"{reading.tables} tables were read, {state.tables} on the last edition"
    return ""


def _readings(verdict: Verdict, bodies: Mapping[str, str]) -> dict[str, Reading]:
    """Each body as read; one that was not is missing, and the verdict says why."""
    readings: dict[str, Reading] = {}
    with limited():
        for kind, body in bodies.items():
            try:
                readings[kind] = verdict.source.module.read(body)
            except LayoutChanged as error:
                verdict.messages.append(f"{kind}: {error}")
            except Exception as error:  # noqa: BLE001 - a fault in one reader must not take the other sources with it
                verdict.messages.append(f"{kind}: the reader failed, fix it: {type(error).__name__}: {error}")
    return readings


def _problems(verdict: Verdict, readings: Mapping[str, Reading], old: Mapping[str, RateCard]) -> None:
    """All places that were not understood, of the first reading and in words: its reader's and what `old` tells."""
    known = old, verdict.state.said, verdict.source.module.renames(), _date(verdict.at)
    verdict.messages += dict.fromkeys(line for reading in readings.values() for line in doubt(reading, *known))
    _share_problems(list(readings.values()))
    verdict.messages += [str(p) for p in next(iter(readings.values())).problems]


def _unpublishable(new: Iterable[RateCard]) -> list[str]:
    """What no file may hold: an id that is none, a row that contradicts itself. One source's slip stops no other."""
    wrong = []
    for card in new:
        try:
            codec.check(card, f"{card.source}/{card.model}")
        except codec.CodecError as error:
            wrong.append(f"what was read cannot be published: {error}")
    return wrong


def _compare(verdict: Verdict, desk: Desk, now: datetime, *, places: bool, same: bool) -> None:
    reading, source, state = verdict.reading, verdict.source, verdict.state
    assert reading is not None  # noqa: S101
    old, new, capture = desk.old, desk.new, desk.capture
    kept = unread_models(reading.unread, old, new, source.module.renames())
    publish = found = changes(old, new, source.module.renames(), kept=kept, places=places)
    verdict.proposals = rename_proposals(found, old)
    right = Corrections(reading, state, known=same and bool(old))
    if desk.second:
        publish, state.holds = hold(verdict, desk, found, kept | desk.kept.keys(), right)
    stamp = Stamp(
        observed=capture.observed,
        recorded=instant(now),
        capture=f"sha256:{capture.sha256}",
        parser=capture.parser,
        last_updated=capture.last_updated,
    )
    verdict.changes = [
        replace(c, stamp=replace(stamp, correction=right.corrects(c), withdraws=verdict.withdrawn.get(id(c))))
        for c in publish
    ]
    verdict.changes += [replace(c, stamp=stamp) for c in pins(publish, verdict.held, desk)]
    current = dict(old)
    for change in verdict.changes:
        history.apply(current, change)
    verdict.cards = current
    verdict.outcome = "NEW" if not old else "CHANGED" if verdict.changes else "UNCHANGED"
    if reading.incomplete:
        verdict.outcome = "PARTLY_READ"
    _remember(state, reading, capture)


def _remember(state: State, reading: Reading, capture: Capture) -> None:
    amounts = reading.accounted
    state.unread = sorted(name_of(s) for s in reading.incomplete)
    state.capture, state.tables = f"sha256:{capture.sha256}", reading.tables
    state.amounts = {
        "seen": amounts.seen,
        "cells": amounts.cells,
        "notes": amounts.notes,
        "read": amounts.read,
        "ignored": sum(amounts.ignored.values()),
    }
    if reading.last_updated:
        state.last_updated = reading.last_updated.isoformat()


def _share_problems(readings: Sequence[Reading]) -> None:
    """What one representation could not read, a section or a row, is unread in the other, too."""
    problems = {s.models or s.anchor: s.problems for r in readings for s in r.unread}
    gaps = [gap for r in readings for s in r.sections for gap in s.gaps]
    for reading in readings:
        for section in reading.sections:
            if not section.problems:
                section.problems = list(problems.get(section.models or section.anchor, ()))
            own = section.models or tuple(draft.model for draft in section.cards)
            for gap in gaps:
                if {*gap.models} & {*own} and not any(gap.same(known) for known in section.gaps):
                    section.gaps.append(gap)
                    section.amounts.read -= gap.amounts
                    reading.amounts.read -= gap.amounts


def _doubts(readings: Mapping[str, Reading], reading: Reading, state: State, at: datetime) -> list[str]:
    doubts = [f"{kind}: {words}" for kind, r in readings.items() for words in r.suspicions]
    latest = _date(at) + _AHEAD
    for kind, read in readings.items():
        if read.last_updated and read.last_updated > latest:
            doubts.append(f"{kind}: a page of the future: last updated {read.last_updated}, looked at on {_date(at)}")
    # a day that lies ahead was never one: it must not make every true edition an older one
    before = state.last_updated if state.last_updated <= latest.isoformat() else ""
    if before and reading.last_updated and reading.last_updated.isoformat() < before:
        doubts.append(f"an older edition: last updated {reading.last_updated}, read before: {before}")
    if instant(at) < state.observed:
        doubts.append(f"looked at {instant(at)}, but the last edition read is of {state.observed}: is the clock right?")
    return doubts


def _stepped(verdict: Verdict, baseline: Callable[[], Mapping[str, RateCard]], now: datetime) -> Verdict:
    """Dated prices whose day has come since the last look: the step happens without any edit of the page."""
    since, today = verdict.state.stepped, _day(verdict.at)
    verdict.state.stepped = max(since, today)
    if not since or since >= today:
        return verdict
    current = dict(baseline())
    verdict.steps = history.steps(current.values(), date.fromisoformat(since), date.fromisoformat(today))
    for step in verdict.steps:
        card = current[step.after.model]
        stamp = Stamp(
            observed=_date(verdict.at),
            recorded=instant(now),
            capture=card.capture,
            parser=card.parser,
            last_updated=card.last_updated,
        )
        owner: dict[str, Any] = {"provider": card.provider, "source": card.source, "model": card.model}
        verdict.changes.append(Change(kind="stepped", old=step.before, new=step.after, stamp=stamp, **owner))
    if verdict.steps and verdict.outcome == "UNCHANGED":
        verdict.outcome = "CHANGED"
    verdict.cards = verdict.cards or (current if verdict.steps else None)
    return verdict


def _verified(verdict: Verdict, edition: Edition, hashes: Mapping[str, str], now: datetime) -> None:
    """Remember a look that was read. Only one without gaps vouches for the source and may be asked about by ETag."""
    state, since = verdict.state, verdict.state.failing_since
    good = verdict.outcome in GOOD
    state.outcome = "READ" if good else verdict.outcome
    state.message = "; ".join(verdict.messages)[:2000]
    state.failing_since = "" if good else since or instant(now)
    state.parser = verdict.source.module.PARSER
    state.observed = max(state.observed, instant(edition.at))
    state.stepped = state.stepped or _day(edition.at)
    state.hashes = {**state.hashes, **hashes}
    if verdict.cards is not None:
        state.models = sorted(verdict.cards)
    if good:
        state.verified = max(state.verified, _day(edition.at))
        fresh = {kind: _validators(page) for kind, page in edition.pages.items()}
        state.validators = {**state.validators, **fresh}


def _validators(page: Page) -> dict[str, str]:
    return {n: v for n in ("etag", "last-modified") if (v := page.headers.get(n, ""))}


def _failed(verdict: Verdict, outcome: str, now: datetime) -> Verdict:
    """Nothing was learned: all that is remembered is that, and since when."""
    verdict.outcome = outcome
    state = verdict.state
    state.outcome, state.message = outcome, "; ".join(verdict.messages)[:2000]
    state.failing_since = state.failing_since or instant(now)
    return verdict


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _date(at: datetime) -> date:
    return at.date()
