"""What moved within the last days, to know a price that goes back and one that walks away in steps.

Kept in a source's state file for a week: an entry per published move, the rate before and after, and one per lane that
was priced for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from ratecards.costs.effective import Lane, lane_of, moves
from ratecards.model import Evidence, Rate
from ratecards.storage import codec
from ratecards.storage.history import Change

WINDOW = timedelta(days=7)
_NO_EVIDENCE = Evidence("", "")


@dataclass(frozen=True, slots=True)
class Moved:
    """A published move: when it was seen, the rates before and after (None where there was none).

    `verified`: it waited until it was seen often enough, said by another publication or confirmed, so that later moves
    are measured from it. `back`: it went back to what stood before.
    """

    at: str
    old: Rate | None
    new: Rate | None
    verified: bool = False
    back: bool = False

    @property
    def lane(self) -> Lane:
        """The lane that moved."""
        rate = self.new or self.old
        assert rate is not None  # noqa: S101 - a move has a side
        return lane_of(rate)


@dataclass(frozen=True, slots=True)
class Recent:
    """The moves of the last week, oldest first, and by lane the instant at which it was priced for the first time."""

    moved: tuple[Moved, ...] = ()
    appeared: Mapping[Lane, str] = field(default_factory=dict)

    def _of(self, lane: Lane) -> list[Moved]:
        return [m for m in self.moved if m.lane == lane]

    def _undone(self, lane: Lane, rates: Sequence[Rate]) -> Iterator[tuple[Moved, list[Rate]]]:
        """The lane as it stood before each move, newest move first."""
        stood = {r.row_key: r for r in rates}
        for move in reversed(self._of(lane)):
            if move.new is not None:
                stood.pop(move.new.row_key, None)
            if move.old is not None:
                stood[move.old.row_key] = move.old
            yield move, list(stood.values())

    def unverified(self, lane: Lane, rates: Sequence[Rate]) -> list[Rate]:
        """The lane as it stood a week ago, or after its last verified move: what a move is measured against."""
        found = list(rates)
        for move, stood in self._undone(lane, rates):
            if move.verified:
                break
            found = stood
        return found

    def stood(self, lane: Lane, rates: Sequence[Rate], new: Sequence[Rate], today: date) -> bool:
        """Whether calls paid within the last week what they would pay by `new`."""
        return any(not moves({lane: before}, {lane: new}, today) for _, before in self._undone(lane, rates))

    def went_back(self, lane: Lane) -> str:
        """The instant at which the lane went back to an earlier price, if it did within the last week."""
        return max((m.at for m in self._of(lane) if m.back), default="")

    def since(self, lane: Lane) -> date:
        """The day of the lane's newest move."""
        return datetime.fromisoformat(max(m.at for m in self._of(lane))).date()

    def after(
        self,
        published: Iterable[Change],
        at: datetime,
        *,
        verified: Iterable[Change] = (),
        back: Iterable[Change] = (),
        appeared: Iterable[Lane] = (),
    ) -> Recent:
        """With what is published now, and without what is older than a week."""
        sure, returned = {id(c) for c in verified}, {id(c) for c in back}
        kept = [m for m in self.moved if at - datetime.fromisoformat(m.at) <= WINDOW]
        fresh = {lane: on for lane, on in self.appeared.items() if at - datetime.fromisoformat(on) <= WINDOW}
        kept += [
            Moved(at.isoformat(), _bare(c.old), _bare(c.new), id(c) in sure, id(c) in returned)
            for c in published
            if c.old or c.new
        ]
        return Recent(tuple(kept), {**dict.fromkeys(sorted(appeared), at.isoformat()), **fresh})

    def data(self) -> list[dict[str, Any]]:
        """As plain data for a state file."""
        return [*map(_data, self.moved), *({"at": on, "appeared": list(lane)} for lane, on in self.appeared.items())]


def _bare(rate: Rate | None) -> Rate | None:
    return rate and replace(rate, evidence=_NO_EVIDENCE)


def _data(move: Moved) -> dict[str, Any]:
    rate = move.new or move.old
    out: dict[str, Any] = {"at": move.at, "model": rate.model if rate else ""}
    for name in ("old", "new"):
        side = getattr(move, name)
        if side is not None:
            out[name] = {k: v for k, v in codec.rate_data(side).items() if k not in ("quote", "locator")}
    return out | {name: True for name in ("verified", "back") if getattr(move, name)}


def recent_from(data: Iterable[Mapping[str, Any]], provider: str, source: str, where: str) -> Recent:
    """From the plain data of a state file. Raises `CodecError`, `KeyError` or `TypeError` on anything else."""
    entries = list(data)
    moved = tuple(_move(entry, provider, source, where) for entry in entries if "appeared" not in entry)
    return Recent(moved, {_lane(e["appeared"]): str(e["at"]) for e in entries if "appeared" in e})


def _lane(words: Sequence[str]) -> Lane:
    model, tier, plan, meter = words
    return model, tier, plan, meter


def _move(entry: Mapping[str, Any], provider: str, source: str, where: str) -> Moved:
    owner = {"provider": provider, "source": source, "model": entry["model"]}
    sides = {
        name: codec.rate_from({**entry[name], "quote": "", "locator": ""}, owner, where) if name in entry else None
        for name in ("old", "new")
    }
    if not any(sides.values()):
        raise TypeError(f"{where}: a move without a rate")
    return Moved(str(entry["at"]), sides["old"], sides["new"], bool(entry.get("verified")), bool(entry.get("back")))
