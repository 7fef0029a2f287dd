"""One edition of one source against its baseline: exactly one outcome, and what may be published of it.

Pure: everything it needs is in its arguments, the clock included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from ratecards import history
from ratecards.history import Change, Stamp, Step
from ratecards.model import Rate, RateCard
from scraper import guard
from scraper.compare import changes, rename_proposals
from scraper.dataset import State
from scraper.editions import Edition
from scraper.errors import LayoutChanged
from scraper.fetch import Page, decode
from scraper.reading import Capture, Reading, Section, cards
from scraper.sources import Source

GOOD = ("NEW", "UNCHANGED", "CHANGED")
EXIT = {
    "NEW": 0,
    "UNCHANGED": 0,
    "CHANGED": 0,
    "SKIPPED": 0,
    "NOT_FETCHED": 3,
    "PARTLY_READ": 4,
    "NOT_READ": 4,
    "SUSPECT": 5,
    "DAMAGED": 1,
}


@dataclass(slots=True)
class Verdict:
    """What became of one look: the outcome, what to publish, and what to tell."""

    source: Source
    outcome: str
    at: datetime
    messages: list[str] = field(default_factory=list)
    reading: Reading | None = None
    changes: list[Change] = field(default_factory=list)
    held: list[guard.Held] = field(default_factory=list)
    proposals: list[tuple[str, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    cards: dict[str, RateCard] | None = None
    state: State = field(default_factory=State)

    @property
    def exit(self) -> int:
        """The exit status this outcome asks for."""
        return EXIT[self.outcome]


def judge(
    source: Source,
    edition: Edition,
    state: State,
    baseline: Callable[[], Mapping[str, RateCard]],
    now: datetime,
    *,
    hold: bool = True,
) -> Verdict:
    """The verdict on one edition. `baseline` is called only when the page has to be read."""
    verdict = Verdict(source, "UNCHANGED", edition.at, state=replace(state))
    if not edition.pages and not edition.not_modified:
        failures = {**edition.failed, **edition.not_read}
        verdict.messages = [f"{kind}: {error}" for kind, error in failures.items()] or ["nothing was fetched"]
        return _failed(verdict, "NOT_READ" if edition.not_read else "NOT_FETCHED", now)
    for kind, missing in edition.not_read.items():
        verdict.messages.append(f"{kind}: {missing}")
    if edition.not_read:
        return _failed(verdict, "NOT_READ", now)
    for kind, error in edition.failed.items():
        verdict.messages.append(f"{kind} was not fetched ({error}); the other representation was read alone")
    bodies, hashes = {}, {}
    try:
        for kind, page in edition.pages.items():
            bodies[kind] = decode(page)
            hashes[kind] = _sha(source.module.fingerprint(bodies[kind]))
    except LayoutChanged as error:
        verdict.messages.append(f"{kind}: {error}")
        return _failed(verdict, "NOT_READ", now)
    if _nothing_new(source, state, hashes):
        _verified(verdict, edition, hashes, now)
        return _stepped(verdict, baseline, now) if state.stepped < _day(edition.at) else verdict
    return _read(verdict, edition, bodies, hashes, baseline, now, hold=hold)


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
    *,
    hold: bool,
) -> Verdict:
    source, state = verdict.source, verdict.state
    readings: dict[str, Reading] = {}
    for kind, body in bodies.items():
        try:
            readings[kind] = source.module.read(body)
        except LayoutChanged as error:
            verdict.messages.append(f"{kind}: {error}")
    if len(readings) < len(bodies):
        return _failed(verdict, "NOT_READ", now)
    first = next(iter(readings))
    reading = verdict.reading = readings[first]
    _share_problems(list(readings.values()))
    verdict.messages += [str(p) for p in reading.problems]
    counted = [s for s in reading.sections if s.counted]
    if guard.too_little_read(sum(bool(s.problems) for s in counted), len(counted)):
        return _failed(verdict, "NOT_READ", now)
    doubts = _doubts(list(readings.items()), reading, state)
    if doubts:
        verdict.messages += doubts
        return _failed(verdict, "SUSPECT", now)
    page = edition.pages[first]
    capture = Capture(page.url, page.sha256, _date(edition.at), reading.last_updated, source.module.PARSER)
    new = cards(reading, capture, source.provider, source.source)
    _compare(verdict, baseline(), new, capture, now, hold=hold, places=first == next(iter(source.module.urls())))
    _verified(verdict, edition, hashes, now)
    return _stepped(verdict, lambda: verdict.cards or {}, now)


def _compare(
    verdict: Verdict,
    old: Mapping[str, RateCard],
    new: Mapping[str, RateCard],
    capture: Capture,
    now: datetime,
    *,
    hold: bool,
    places: bool,
) -> None:
    assert verdict.reading is not None  # noqa: S101
    source, state, unread = verdict.source, verdict.state, verdict.reading.unread
    kept = _unread_models(unread, old, new)
    found = changes(old, new, source.module.renames(), kept=kept, places=places)
    verdict.proposals = rename_proposals(found, old)
    publish = found
    if hold and old:
        publish, verdict.held, state.holds = guard.split(found, old, state.holds, now)
    correction = bool(old) and f"sha256:{capture.sha256}" == state.capture
    stamp = Stamp(
        observed=capture.observed,
        recorded=_instant(now),
        capture=f"sha256:{capture.sha256}",
        parser=capture.parser,
        last_updated=capture.last_updated,
        correction=correction,
    )
    verdict.changes = [stamped(c, stamp) for c in [*publish, *_kept(publish, verdict.held, old, new)]]
    current = dict(old)
    for change in verdict.changes:
        history.apply(current, change)
    verdict.cards = current
    verdict.outcome = "NEW" if not old else "CHANGED" if verdict.changes else "UNCHANGED"
    if unread:
        verdict.outcome = "PARTLY_READ"
    state.unread = sorted(s.anchor or s.title for s in unread)
    state.capture, state.tables = f"sha256:{capture.sha256}", verdict.reading.tables
    amounts = verdict.reading.amounts
    state.amounts = {
        "seen": amounts.seen,
        "cells": amounts.cells,
        "notes": amounts.notes,
        "read": amounts.read,
        "ignored": sum(amounts.ignored.values()),
    }
    if verdict.reading.last_updated:
        state.last_updated = verdict.reading.last_updated.isoformat()


def _kept(
    publish: Sequence[Change],
    held: Sequence[guard.Held],
    old: Mapping[str, RateCard],
    new: Mapping[str, RateCard],
) -> list[Change]:
    """Where a card moves on while some of its rates are held, those rates keep the evidence they were read from."""
    touched = {c.model for c in publish}
    pins = []
    for model, rates in guard.pinned(held, old).items():
        if model in touched and model in new:
            card = old[model]
            evidence = [replace(r.evidence, capture=card.capture, observed=card.observed) for r in rates]
            kept = tuple(replace(r, evidence=e) for r, e in zip(rates, evidence, strict=True))
            owner: dict[str, Any] = {"provider": card.provider, "source": card.source, "model": model}
            pins.append(Change(kind="kept", kept=kept, **owner))
    return pins


def stamped(change: Change, stamp: Stamp) -> Change:
    """The change with its edition; a new card carries the same."""
    return replace(change, stamp=stamp)


def _unread_models(unread: Sequence[Section], old: Mapping[str, RateCard], new: Mapping[str, RateCard]) -> set[str]:
    """The models that keep their cards: those of unread sections, and every missing one if a section hides its ids."""
    models = {m for s in unread for m in s.models} | ({"tools"} if any(not s.counted for s in unread) else set())
    if any(s.counted and not s.models for s in unread):
        models |= set(old) - set(new)
    return models


def _share_problems(readings: Sequence[Reading]) -> None:
    """A section that one representation could not read is unread in the other, too."""
    unread = {s.models or s.anchor: s.problems for r in readings for s in r.unread}
    for reading in readings:
        for section in reading.sections:
            if not section.problems:
                section.problems = list(unread.get(section.models or section.anchor, ()))


def _doubts(readings: Sequence[tuple[str, Reading]], reading: Reading, state: State) -> list[str]:
    doubts = [f"{kind}: {words}" for kind, r in readings for words in r.suspicions]
    conflicts = [p for p in reading.problems if p.kind == "conflict"]
    doubts += [f"one key with two prices: {p}" for p in conflicts]
    if state.last_updated and reading.last_updated and reading.last_updated.isoformat() < state.last_updated:
        doubts.append(f"an older edition: last updated {reading.last_updated}, read before: {state.last_updated}")
    for (kind, one), (other_kind, other) in pairwise(readings):
        doubts += disagreements(one.rates(), other.rates(), kind, other_kind)
    return doubts


def disagreements(one: Sequence[Rate], other: Sequence[Rate], left: str, right: str) -> list[str]:
    """The rows on which two representations of one edition differ, in words."""
    rows = [{r.row_key: r for r in rates} for rates in (one, other)]
    words = []
    for key in sorted({*rows[0], *rows[1]}, key=repr):
        a, b = rows[0].get(key), rows[1].get(key)
        if a != b:
            place = (a or b).evidence.locator  # type: ignore[union-attr]
            words.append(f"{left} and {right} disagree at {place}: {_said(a)} against {_said(b)}")
    return words


def _said(rate: Rate | None) -> str:
    return repr(rate.evidence.quote) if rate else "no such row"


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
            recorded=_instant(now),
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
    state = verdict.state
    state.outcome = "READ" if verdict.outcome in GOOD else verdict.outcome
    state.message, state.failing_since = "; ".join(verdict.messages)[:2000], ""
    state.parser = verdict.source.module.PARSER
    state.verified = max(state.verified, _day(edition.at))
    state.observed = max(state.observed, _instant(edition.at))
    state.stepped = state.stepped or _day(edition.at)
    state.hashes = {**state.hashes, **hashes}
    if verdict.cards is not None:
        state.models = sorted(verdict.cards)
    for kind, page in edition.pages.items():
        state.validators = {**state.validators, kind: _validators(page)}
    if verdict.outcome == "PARTLY_READ":
        state.failing_since = state.failing_since or _instant(now)


def _validators(page: Page) -> dict[str, str]:
    return {n: v for n in ("etag", "last-modified") if (v := page.headers.get(n, ""))}


def _failed(verdict: Verdict, outcome: str, now: datetime) -> Verdict:
    """Nothing was learned: all that is remembered is that, and since when."""
    verdict.outcome = outcome
    state = verdict.state
    state.outcome, state.message = outcome, "; ".join(verdict.messages)[:2000]
    state.failing_since = state.failing_since or _instant(now)
    return verdict


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _instant(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _date(at: datetime) -> date:
    return at.date()
