"""What moved within the last days, to know a price that flaps, and one that walks away in steps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from ratecards.costing.effective import moves, price_key
from ratecards.model import Evidence, Rate
from ratecards.storage.history import Change
from scraper.model import PriceKey, RecentMove, RecentMoves

# For so long a move is remembered, and a price that goes back is a price that flaps.
FLAP_WINDOW = timedelta(days=7)
_NO_EVIDENCE = Evidence("", "")


def key_of(change: Change | RecentMove) -> PriceKey:
    """The price key of what moves, which has a side."""
    rate = change.new or change.old
    assert rate is not None  # noqa: S101 - what moves has a side
    return price_key(rate)


def _moves_of(recent: RecentMoves, key: PriceKey) -> list[RecentMove]:
    return [m for m in recent.moved if key_of(m) == key]


def _undone(recent: RecentMoves, key: PriceKey, rates: Sequence[Rate]) -> Iterator[tuple[RecentMove, list[Rate]]]:
    """The rates of a key as they stood before each move, newest move first."""
    stood = {r.row_key: r for r in rates}
    for move in reversed(_moves_of(recent, key)):
        if move.new is not None:
            stood.pop(move.new.row_key, None)
        if move.old is not None:
            stood[move.old.row_key] = move.old
        yield move, list(stood.values())


def unverified(recent: RecentMoves, key: PriceKey, rates: Sequence[Rate]) -> list[Rate]:
    """The rates of a key as they stood a week ago, or after its last verified move: what a move is measured against."""
    found = list(rates)
    for move, stood in _undone(recent, key, rates):
        if move.verified:
            break
        found = stood
    return found


def stood(recent: RecentMoves, key: PriceKey, rates: Sequence[Rate], new: Sequence[Rate], today: date) -> bool:
    """Whether calls paid within the last week what they would pay by `new`."""
    return any(not moves({key: before}, {key: new}, today) for _, before in _undone(recent, key, rates))


def went_back(recent: RecentMoves, key: PriceKey) -> str:
    """The instant at which a price went back to an earlier one, if it did within the last week; else empty."""
    return max((m.at for m in _moves_of(recent, key) if m.back), default="")


def last_moved(recent: RecentMoves, key: PriceKey) -> date:
    """The day of a key's newest move."""
    return datetime.fromisoformat(max(m.at for m in _moves_of(recent, key))).date()


def after(
    recent: RecentMoves,
    published: Iterable[Change],
    at: datetime,
    *,
    verified: Iterable[Change] = (),
    back: Iterable[Change] = (),
    appeared: Iterable[PriceKey] = (),
) -> RecentMoves:
    """The moves with what is published now, and without what is older than a week."""
    sure, returned = {id(c) for c in verified}, {id(c) for c in back}

    def lately(on: str) -> bool:
        return at - datetime.fromisoformat(on) <= FLAP_WINDOW

    moved = [m for m in recent.moved if lately(m.at)]
    moved += [
        RecentMove(at.isoformat(), _bare(c.old), _bare(c.new), id(c) in sure, id(c) in returned)
        for c in published
        if c.old or c.new
    ]
    known = {key: on for key, on in recent.appeared.items() if lately(on)}
    return RecentMoves(tuple(moved), {**dict.fromkeys(sorted(appeared), at.isoformat()), **known})


def _bare(rate: Rate | None) -> Rate | None:
    return rate and replace(rate, evidence=_NO_EVIDENCE)
