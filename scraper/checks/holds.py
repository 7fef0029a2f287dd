"""What waits before it is published, for how long, and what goes together. Pure.

What waits together (a price and the key it left, prices that changed places, the unit of a whole column) is one hold
with one id; the rest of the page is published. A hold ends when the same reading has come back often and long enough,
when another publication says the same, or when a person confirms it. Where a whole column changed its unit only the
last two count. A price that goes back within a week to what stood before is published at once, the first time: no wrong
edition may keep a right one out. `reasons` has why something waits.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ratecards.costing import effective
from ratecards.costing.effective import price_key
from ratecards.model import Rate, RateCard, plain
from ratecards.storage.history import Change
from scraper.checks import reasons, recent
from scraper.checks.proofs import INFERRED
from scraper.checks.reasons import MOVING, Reason, SideBySide
from scraper.model import Held, Hold, PriceKey, RecentMoves, Released

LOOKS, WAIT = 3, timedelta(hours=24)
# What waits only because words of it were inferred is published when it is seen again.
LOOKS_INFERRED = 2

Cards = Mapping[str, RateCard]
# The name of another publication that says what a change says, if there is one.
CorroboratedBy = Callable[[Change], str | None]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the new cards besides: when they were seen and in which capture, and who says the same.

    One capture seen twice counts once. `doubts` are what rules over single cards found, `inferred` the
    new prices whose words were inferred. `partial` says why a part of
    the page may not have been read, if so.
    """

    at: datetime
    capture: str = ""
    doubts: Sequence[Reason] = ()
    partial: str = ""
    recent: RecentMoves = field(default_factory=RecentMoves)
    corroborated_by: CorroboratedBy = lambda _: None
    inferred: Sequence[Reason] = ()


@dataclass(frozen=True, slots=True)
class HoldResult:
    """What may be published, what is held, what was released from its hold, and the holds to remember, by id.

    `returned` are those published that only take prices back to what stood within the last days.
    """

    publish: list[Change] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    released: list[Released] = field(default_factory=list)
    returned: list[Change] = field(default_factory=list)
    holds: dict[str, Hold] = field(default_factory=dict)


def hold_changes(
    changes: Sequence[Change], old: Cards, new: Cards, holds: Mapping[str, Hold], seen: Circumstances
) -> HoldResult:
    """Which of the changes from `old` to `new` cards are held. A hold whose changes came otherwise is forgotten."""
    result = HoldResult()
    sides = SideBySide.of(changes, old, new, seen.at.date(), seen.recent, seen.partial)
    groups = _Groups(sides)
    for finding in reasons.findings(sides):
        groups.hold(finding)
    # of two figures that do not go together, one that waits anyway leaves nothing to doubt in the other
    waiting = {changes[i].new for i in groups.reasons}
    for doubt in seen.doubts:
        if waiting.isdisjoint(doubt.new):
            groups.hold(doubt)
    for one in seen.inferred:
        groups.infer(one)
    moved = {m.lane for m in sides.moves}
    for members in groups.together():
        own = [changes[i] for i in members]
        told = {i: groups.reasons[i] for i in members if i in groups.reasons}
        key = hold_of(own)
        before = holds.get(key)
        # what waits goes on waiting, though what stopped it is seen no more
        reason = next(iter(told.values()), before.reason if before else "")
        returned = _returns(own, moved, sides)
        if returned or not reason:
            result.publish.extend(own)
            result.returned.extend(own if returned else ())
            continue
        inferred = any(i in groups.inferred for i in members)
        alone = inferred and reason.startswith(INFERRED) and not any(i in groups.doubted for i in members)
        # what is inferred ends no other doubt: it is read exactly, said by another publication or confirmed
        person = any(i in groups.persons for i in members) or (inferred and not alone)
        hold = _seen_again(before, own, reason, seen, counts=alone or not inferred)
        if because := _settled(hold, seen, own, person=person, alone=alone):
            result.publish.extend(own)
            result.released.extend(Released(key, change, because) for change in own)
            continue
        result.holds[key] = hold
        result.held.extend(Held(key, told.get(i, reason), changes[i], hold.since, hold.looks, person) for i in members)
    return result


def _returns(changes: Sequence[Change], moved: set[PriceKey], sides: SideBySide) -> bool:
    """Whether changes only take prices back to what stood within the last days, and that for the first time."""
    keys = {price_key(r) for c in changes for r in (c.old, c.new) if r} & moved
    if not keys or any(c.kind not in MOVING or recent.went_back(sides.recent, key) for c in changes for key in keys):
        return False
    before, after = sides.before, sides.after
    return all(recent.stood(sides.recent, k, before.get(k, []), after.get(k, []), sides.today) for k in keys)


def _seen_again(
    hold: Hold | None, changes: Sequence[Change], reason: str, seen: Circumstances, *, counts: bool = True
) -> Hold:
    """The hold with this observation counted, if it `counts` and is later than the last one that did."""
    last = seen.at.isoformat(), seen.capture
    if hold is None:
        hold = Hold(last[0], last=last)
    elif counts and (not hold.last[0] or datetime.fromisoformat(hold.last[0]) < seen.at):
        hold = replace(hold, looks=hold.looks + 1, last=last)
    members = tuple(sorted(map(hold_id, changes)))
    return replace(hold, reason=reason, what=_what(changes, reason), members=members)


def _what(changes: Sequence[Change], reason: str) -> str:
    if len(changes) == 1:
        return f"{changes[0].kind} {changes[0].model}: {reason}"
    models = sorted({c.model for c in changes})
    more = f" and {len(models) - 3} more" if len(models) > 3 else ""
    return f"{len(changes)} changes of {', '.join(models[:3])}{more}: {reason}"


def _settled(hold: Hold, seen: Circumstances, changes: Sequence[Change], *, person: bool, alone: bool = False) -> str:
    """What releases a hold now; empty while it waits. Of changes that go together one corroborated proves all."""
    if hold.confirmed:
        return "confirmed by a person"
    if source := next(filter(None, map(seen.corroborated_by, changes)), None):
        return f"{source} says the same"
    if alone and hold.looks >= LOOKS_INFERRED:
        return f"seen {hold.looks} times since {hold.since}"
    if not person and hold.looks >= LOOKS and seen.at - datetime.fromisoformat(hold.since) >= WAIT:
        return f"seen {hold.looks} times since {hold.since}"
    return ""


def hold_id(change: Change) -> str:
    """The same for the same change, whichever page says it: kind, model, keys and values."""
    parts: list[object] = [change.provider, change.source, change.kind, change.model]
    for rate in (change.old, change.new):
        parts += _identity(rate) if rate else [None]
    if change.card:
        parts += sorted(repr(_identity(rate)) for rate in change.card.rates)
    return _digest(parts)


def hold_of(changes: Sequence[Change]) -> str:
    """The id of the hold of changes that wait together: a single one's own."""
    ids = sorted(map(hold_id, changes))
    return ids[0] if len(ids) == 1 else _digest(list(ids))


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def _identity(rate: Rate) -> list[object]:
    return [rate.row_key, None if rate.price is None else plain(rate.price), rate.currency, rate.availability]


class _Groups:
    """Changes by number: which go together, and why some wait."""

    def __init__(self, sides: SideBySide) -> None:
        changes = sides.changes
        self.reasons: dict[int, str] = {}
        self.persons: set[int] = set()
        self.inferred: set[int] = set()
        self.doubted: set[int] = set()
        self._appeared = sides.recent.appeared
        self._old = {c.old.row_key: i for i, c in enumerate(changes) if c.old is not None}
        self._new = {c.new.row_key: i for i, c in enumerate(changes) if c.new is not None}
        for i, c in enumerate(changes):
            self._new |= {r.row_key: i for r in (c.card.rates if c.kind == "model_added" and c.card else ())}
            self._old |= {r.row_key: i for r in (sides.old[c.model].rates if c.kind == "model_removed" else ())}
        self._model = {(c.kind, c.model): i for i, c in enumerate(changes) if c.kind.startswith("model_")}
        self._parent = list(range(len(changes)))
        # whatever prices one call before and after goes together: half of it would be a card that no page had
        for key in sides.touched:
            for pair in effective.pairs(sides.before.get(key, ()), sides.after.get(key, ()), sides.today):
                self._join(self._numbers([pair.old], [pair.new]))

    def _numbers(self, old: Iterable[Rate | None], new: Iterable[Rate | None]) -> list[int]:
        sides = [*((r, self._old) for r in old), *((r, self._new) for r in new)]
        return [index[rate.row_key] for rate, index in sides if rate is not None and rate.row_key in index]

    def _root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def _join(self, numbers: Sequence[int]) -> None:
        for i in numbers[1:]:
            self._parent[self._root(i)] = self._root(numbers[0])

    def hold(self, finding: Reason) -> None:
        """Have what a finding names wait, together."""
        named = self._numbers(finding.old, finding.new)
        named = list(dict.fromkeys([*named, *(self._model[key] for key in finding.models if key in self._model)]))
        self._join(named)
        self.doubted |= {*named}
        for i in named:
            self.reasons.setdefault(i, finding.reason)
        # what was priced for the first time a few days ago may itself be what was wrong: no person is needed to mend it
        if finding.person and any(price_key(rate) not in self._appeared for rate in finding.old):
            self.persons |= {*named}

    def infer(self, found: Reason) -> None:
        """Have new prices wait whose words were inferred, each with what it goes together with."""
        named = self._numbers((), found.new)
        self.inferred |= {*named}
        for i in named:
            self.reasons.setdefault(i, found.reason)

    def together(self) -> list[list[int]]:
        """The changes by number, those that go together in one list; in their own order."""
        found: dict[int, list[int]] = defaultdict(list)
        for i in range(len(self._parent)):
            found[self._root(i)].append(i)
        return sorted(found.values())


def pinned(held: Iterable[Held], baseline: Cards) -> dict[str, list[Rate]]:
    """By model, the baseline rates that held changes keep in place."""
    kept: dict[str, list[Rate]] = defaultdict(list)
    for item in held:
        if item.change.old is not None and item.change.model in baseline:
            kept[item.change.model].append(item.change.old)
    return kept
