"""What must hold before anything is published, and what waits until it has been seen again.

Two cards are compared by what calls pay (`effective`), not by keys: a price that moves by more than three times waits,
whatever label, bound, date, unit or allowance it moves under. What waits together (a price and the key it left, prices
that changed places, the unit of a whole column) is one hold with one id; the rest of the page is published. A hold ends
when the same reading has come back often and long enough, when another publication says the same, or when a person
confirms it. Where a whole column changed its unit only the last two count.

A price that goes back within a week to what stood before is published at once, the first time: no wrong edition may
keep a right one out. Pure: cards, changes and what is remembered in, what may be published out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ratecards.costs import effective
from ratecards.costs.effective import Lane, Move, lane_of
from ratecards.model import UNDATED, Rate, RateCard, plain
from ratecards.storage.history import Change
from scraper.checks.recent import Recent
from scraper.diff.editions import changed_places, rename_proposals
from scraper.reading import MOST_UNREAD

PRICE_FACTOR = 3
REMOVED_MODELS = 2
REMOVED_SHARE = Decimal("0.1")
# So many rates gone, or so many models repriced, that it may be the page and not the prices.
REMOVED_RATES = 5
REPRICED_MODELS, REPRICED_SHARE = 5, Decimal("0.33")
# So many cells of one table that move alike, that it is their unit that moved.
COLUMN = 3
LOOKS, WAIT = 3, timedelta(hours=24)
# The kinds of change that may move what a call pays.
MOVING = ("repriced", "unit_changed", "availability_changed", "redated", "relabelled", "rate_added", "rate_removed")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why changes wait: the rates of the old and the new card that it is about, and models that came or went.

    What one finding names waits together. `person`: readings alone do not release it.
    """

    reason: str
    old: tuple[Rate, ...] = ()
    new: tuple[Rate, ...] = ()
    models: tuple[tuple[str, str], ...] = ()  # (kind of change, model)
    person: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A change that waits: the id of its hold, the rule that stopped it, and since when.

    `person`: only a person or another publication ends it.
    """

    id: str
    reason: str
    change: Change
    since: str
    looks: int
    person: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A change that waited and is published now, and what settled it."""

    id: str
    change: Change
    because: str


@dataclass(slots=True)
class Sifted:
    """What may be published, what is held, what was released from its hold, and the holds and moves to remember."""

    publish: list[Change] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    released: list[Released] = field(default_factory=list)
    returned: list[Change] = field(default_factory=list)
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)


Second = Callable[[Change], str]
Cards = Mapping[str, RateCard]


def nobody(change: Change) -> str:  # noqa: ARG001 - stands in where there is no second source
    """No other official source says the same."""
    return ""


@dataclass(frozen=True, slots=True)
class Look:
    """An edition beside the published cards: when it was seen, its digest, and what is known besides.

    One edition looked at twice is one look (`capture`). `doubts` are what rules over single cards found. `partial` says
    why a part of the page may not have been read, if so.
    """

    at: datetime
    capture: str = ""
    doubts: Sequence[Finding] = ()
    partial: str = ""
    recent: Recent = field(default_factory=Recent)
    second: Second = nobody


def split(
    changes: Sequence[Change], old: Cards, new: Cards, holds: Mapping[str, Mapping[str, Any]], look: Look
) -> Sifted:
    """Which changes are held. A hold whose changes did not come back as they were is forgotten."""
    compared = Compared(changes, old, new, look)
    result = Sifted()
    for members in compared.together():
        _decide(members, compared, holds, look, result)
    return result


def _decide(
    members: Sequence[int],
    compared: Compared,
    holds: Mapping[str, Mapping[str, Any]],
    look: Look,
    result: Sifted,
) -> None:
    """Publish or hold the changes that go together."""
    changes = [compared.changes[i] for i in members]
    key = hold_of(changes)
    entry = dict(holds.get(key) or {})
    reasons = {i: compared.reasons[i] for i in members if i in compared.reasons}
    reason = next(iter(reasons.values()), entry.get("reason", ""))
    if compared.returns(members):
        result.publish += changes
        result.returned += changes
        return
    if not reason:
        result.publish += changes
        return
    _count(entry, look.at, look.capture)
    person = any(i in compared.persons for i in members)
    entry |= {"reason": reason, "what": _what(changes, reason), "members": sorted(map(hold_id, changes))}
    if because := _settled(entry, look.at, _witness(changes, look.second), person=person):
        result.publish += changes
        result.released += [Released(key, change, because) for change in changes]
        return
    result.holds[key] = entry
    since, looks = entry["since"], entry["looks"]
    result.held += [Held(key, reasons.get(i, reason), compared.changes[i], since, looks, person) for i in members]


def _what(changes: Sequence[Change], reason: str) -> str:
    if len(changes) == 1:
        return f"{changes[0].kind} {changes[0].model}: {reason}"
    models = sorted({c.model for c in changes})
    more = f" and {len(models) - 3} more" if len(models) > 3 else ""
    return f"{len(changes)} changes of {', '.join(models[:3])}{more}: {reason}"


def _witness(changes: Sequence[Change], second: Second) -> str:
    """The other publication that says what one of the changes says: where they go together, it proves them all."""
    return next(filter(None, map(second, changes)), "")


def _count(entry: dict[str, Any], at: datetime, capture: str) -> None:
    """Count a look that is later than the last one counted."""
    seen = [at.isoformat(), capture]
    last = entry.get("last", ["", ""])
    if "since" not in entry:
        entry |= {"since": seen[0], "looks": 1, "last": seen}
    elif not last[0] or datetime.fromisoformat(last[0]) < at:
        entry |= {"looks": entry["looks"] + 1, "last": seen}


def _settled(entry: Mapping[str, Any], at: datetime, source: str, *, person: bool) -> str:
    """What releases a hold now; nothing while it waits."""
    if entry.get("confirmed"):
        return "confirmed by a person"
    if source:
        return f"{source} says the same"
    if not person and entry["looks"] >= LOOKS and at - datetime.fromisoformat(entry["since"]) >= WAIT:
        return f"seen {entry['looks']} times since {entry['since']}"
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


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def _identity(rate: Rate) -> list[object]:
    return [rate.row_key, None if rate.price is None else plain(rate.price), rate.currency, rate.availability]


# ------------------------------------------------------------------------------------ two cards side by side


class Compared:
    """The changes of an edition with what calls pay before and after them, why some wait, and which go together."""

    def __init__(self, changes: Sequence[Change], old: Cards, new: Cards, look: Look) -> None:
        self.changes, self.look, self.today = changes, look, look.at.date()
        renamed = {c.previous_id: c.model for c in changes if c.kind == "model_renamed"}
        self.old, self.new = old, new
        self.before = effective.lanes(_renamed(card, renamed) for card in old.values())
        self.after = effective.lanes(new.values())
        self._of_old = {c.old.row_key: i for i, c in enumerate(changes) if c.old is not None}
        self._of_new = {c.new.row_key: i for i, c in enumerate(changes) if c.new is not None}
        for i, c in enumerate(changes):
            self._of_new |= {r.row_key: i for r in (c.card.rates if c.kind == "model_added" and c.card else ())}
            self._of_old |= {r.row_key: i for r in (old[c.model].rates if c.kind == "model_removed" else ())}
        self._of_model = {(c.kind, c.model): i for i, c in enumerate(changes) if c.kind.startswith("model_")}
        self.touched = sorted({lane_of(r) for c in changes if c.kind in MOVING for r in (c.old, c.new) if r})
        self.moves = self._moves()
        self.reasons: dict[int, str] = {}
        self.persons: set[int] = set()
        self._parent = list(range(len(changes)))
        self._join_lanes()
        for finding in self._findings():
            self._hold(finding)

    def _moves(self) -> list[Move]:
        gone = {c.model for c in self.changes if c.kind == "model_removed"}
        fresh = {c.model for c in self.changes if c.kind == "model_added"}
        touched = {*self.touched, *(lane for lane in (*self.before, *self.after) if lane[0] in gone | fresh)}
        before = {lane: self.before.get(lane, []) for lane in touched}
        return effective.moves(before, {lane: self.after.get(lane, []) for lane in touched}, self.today)

    # ---- what goes together

    def _join_lanes(self) -> None:
        """Whatever prices one call before and after goes together: half of it would be a card that no page had."""
        for lane in self.touched:
            for pair in effective.pairs(self.before.get(lane, ()), self.after.get(lane, ()), self.today):
                self._join([*self._indices(pair.old, self._of_old), *self._indices(pair.new, self._of_new)])

    @staticmethod
    def _indices(rate: Rate | None, index: Mapping[tuple[object, ...], int]) -> list[int]:
        return [index[rate.row_key]] if rate is not None and rate.row_key in index else []

    def _root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def _join(self, indices: Sequence[int]) -> None:
        for i in indices[1:]:
            self._parent[self._root(i)] = self._root(indices[0])

    def together(self) -> list[list[int]]:
        """The changes by number, those that go together in one list; in their own order."""
        found: dict[int, list[int]] = defaultdict(list)
        for i in range(len(self.changes)):
            found[self._root(i)].append(i)
        return sorted(found.values())

    def _hold(self, finding: Finding) -> None:
        named = [i for rate in finding.old for i in self._indices(rate, self._of_old)]
        named += [i for rate in finding.new for i in self._indices(rate, self._of_new)]
        named += [self._of_model[key] for key in finding.models if key in self._of_model]
        named = list(dict.fromkeys(named))
        self._join(named)
        for i in named:
            self.reasons.setdefault(i, finding.reason)
        # what was priced for the first time a few days ago may itself be what was wrong: no person is needed to mend it
        known = any(lane_of(rate) not in self.look.recent.appeared for rate in finding.old)
        self.persons |= {*named} if finding.person and known else set()

    # ---- why something waits

    def _findings(self) -> Iterable[Finding]:
        yield from _column_units(self.moves)
        yield from _moved(self.moves)
        yield from _under_another_noun_or_name(self.moves)
        yield from (Finding(*found) for found in changed_places(self.moves, self.before, self.after, self.today))
        yield from self._walked()
        yield from self._wavering()
        yield from self._steps_in_the_past()
        yield from self._removals()
        yield from self._many_at_once()
        yield from self._partly_seen()
        waiting = {c.new for i, c in enumerate(self.changes) if i in self.reasons and c.new}
        # of two figures that do not go together, one that waits anyway leaves nothing to doubt in the other
        yield from (doubt for doubt in self.look.doubts if waiting.isdisjoint(doubt.new))

    def _walked(self) -> Iterable[Finding]:
        """A move in steps, measured against what stood a week ago."""
        for lane in self.touched:
            stood = self.look.recent.unverified(lane, self.before.get(lane, []))
            for move in effective.moves({lane: stood}, {lane: self.after.get(lane, [])}, self.today):
                now = effective.at(self.before.get(lane, ()), move.point)
                if move.new and _far(move.factor) and not effective.same_price(now, move.new):
                    words = f"moved x{move.factor:.2f} within seven days, more than {PRICE_FACTOR} times"
                    yield Finding(words, (now,) if now else (), (move.new,))

    def _wavering(self) -> Iterable[Finding]:
        """From the second time that a price goes back and forth, its moves wait."""
        for lane in self.touched:
            if since := self.look.recent.went_back(lane):
                moved = [m for m in self.moves if m.lane == lane]
                old, new = _sides(moved)
                yield Finding(f"the source wavers: it went back to an earlier price on {since[:10]}", old, new)

    def returns(self, members: Sequence[int]) -> bool:
        """Whether changes only take prices back to what stood within the last days, and that for the first time."""
        rates = [r for i in members for r in (self.changes[i].old, self.changes[i].new) if r]
        moved = {lane_of(r) for r in rates} & {m.lane for m in self.moves}
        if not moved or any(self.changes[i].kind not in MOVING for i in members):
            return False
        recent = self.look.recent
        return not any(recent.went_back(lane) for lane in moved) and all(
            recent.stood(lane, self.before.get(lane, []), self.after.get(lane, []), self.today) for lane in moved
        )

    def _steps_in_the_past(self) -> Iterable[Finding]:
        """Of what was published before, a step whose day is past stood in the last edition, too."""
        for change in self.changes:
            rate = change.new
            if rate is None or change.kind == "reworded" or not (start := rate.effective_from) or start > self.today:
                continue
            known = self.before.get(lane_of(rate), [])
            days = {d for r in known for d in (r.effective_from, _next(r.effective_until)) if d}
            if any(r.price is not None for r in known) and start not in days:
                words = f"from {start}, a day that is past and that the last edition did not announce"
                yield Finding(words, (change.old,) if change.old else (), (rate,))

    def _removals(self) -> Iterable[Finding]:
        """Models, tiers, half of a card: what is gone at once may be the page that is cut."""
        removed = [c.model for c in self.changes if c.kind == "model_removed"]
        if len(removed) >= REMOVED_MODELS or len(removed) >= REMOVED_SHARE * len(self.old):
            words = f"{len(removed)} of {len(self.old)} models gone at once"
            yield from (Finding(words, models=(("model_removed", model),)) for model in removed)
        for gone, fresh in rename_proposals(self.changes, self.old):
            words = f"looks renamed to {fresh}; record it in the vocabulary or wait"
            yield Finding(words, models=(("model_removed", gone),))
        gone_lanes = {lane for lane in self.touched if _sold(self.before.get(lane)) and not self.after.get(lane)}
        sold = {lane for lane, rates in self.before.items() if _sold(rates)}
        for lane in sorted(gone_lanes & self._announced()):
            words = "announced without a day, and no price of today is printed beside it"
            yield Finding(words, tuple(self.before[lane]))
        for model in sorted({lane[0] for lane in gone_lanes}):
            yield from self._card_cut(model, gone_lanes, sold)
        rates = sum(len(rates) for rates in self.before.values())
        lost = [r for lane in gone_lanes for r in self.before[lane]]
        if len(lost) >= REMOVED_RATES and len(lost) >= REMOVED_SHARE * rates:
            yield Finding(f"{len(lost)} of {rates} rates gone at once", tuple(lost))

    def _announced(self) -> set[Lane]:
        """The lanes whose price is announced without a day."""
        facts = [(card.model, name) for card in self.new.values() for name, _ in card.facts]
        said = {(model, name.removeprefix(UNDATED)) for model, name in facts if name.startswith(UNDATED)}
        return {lane for lane in self.before if (lane[0], f"{lane[1]} {lane[3]}") in said}

    def _card_cut(self, model: str, gone: set[Lane], sold: set[Lane]) -> Iterable[Finding]:
        mine = {lane for lane in sold if lane[0] == model}
        lost = gone & mine
        rates = {lane: tuple(self.before[lane]) for lane in lost}
        for tier in sorted({lane[1] for lane in lost}):
            of_tier = {lane for lane in mine if lane[1] == tier}
            if of_tier <= lost:
                old = tuple(r for lane in sorted(of_tier) for r in rates[lane])
                yield Finding(f"all of {model}'s {tier} prices gone at once", old)
        if 2 * len(lost) >= len(mine):
            old = tuple(r for lane in sorted(lost) for r in rates[lane])
            yield Finding(f"{len(lost)} of {len(mine)} things that {model} was sold for gone at once", old)

    def _many_at_once(self) -> Iterable[Finding]:
        for kind, word in (("repriced", "repriced"), ("availability_changed", "of another availability")):
            mine = [c for c in self.changes if c.kind == kind]
            models = {c.model for c in mine}
            if len(models) >= REPRICED_MODELS and len(models) >= REPRICED_SHARE * len(self.old):
                words = f"{len(models)} of {len(self.old)} models {word} at once"
                yield from (Finding(words, (c.old,) if c.old else (), (c.new,) if c.new else ()) for c in mine)

    def _partly_seen(self) -> Iterable[Finding]:
        """What the page no longer says may stand in a part that was not seen."""
        if not self.look.partial:
            return
        words = f"{self.look.partial}, and a part of the page may be missing"
        for change in self.changes:
            if change.kind == "model_removed":
                yield Finding(words, models=((change.kind, change.model),))
            elif change.old and (
                change.kind == "availability_changed"
                or (change.kind == "rate_removed" and not self.after.get(lane_of(change.old)))
            ):
                yield Finding(words, (change.old,), (change.new,) if change.new else ())


def _renamed(card: RateCard, renamed: Mapping[str, str]) -> RateCard:
    model = renamed.get(card.model)
    if model is None:
        return card
    return replace(card, model=model, rates=tuple(replace(r, model=model) for r in card.rates))


def _sold(rates: Sequence[Rate] | None) -> bool:
    return any(r.price is not None for r in rates or ())


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day and day < date.max else None


def _sides(moves: Iterable[Move]) -> tuple[tuple[Rate, ...], tuple[Rate, ...]]:
    listed = list(moves)
    old = dict.fromkeys(m.old for m in listed if m.old)
    return tuple(old), tuple(dict.fromkeys(m.new for m in listed if m.new))


def _far(factor: Decimal | None) -> bool:
    return factor is not None and not Decimal(1) / PRICE_FACTOR <= factor <= PRICE_FACTOR


def _moved(moves: Iterable[Move]) -> Iterable[Finding]:
    """A call that pays more than three times, a third, nothing, or in another currency."""
    for move in moves:
        if move.old and move.new and (words := _why(move.old, move.new, move.factor)):
            yield Finding(words, (move.old,), (move.new,))


def _why(old: Rate, new: Rate, factor: Decimal | None) -> str:
    if old.currency != new.currency:
        return f"from {old.currency} to {new.currency}, which are never compared as numbers"
    if bool(old.price) != bool(new.price):
        return f"a price {'from' if new.price else 'to'} zero"
    return f"moved x{factor:.2f}, more than {PRICE_FACTOR} times" if _far(factor) else ""


def _under_another_noun_or_name(moves: Iterable[Move]) -> Iterable[Finding]:
    """A price that vanished, beside one that appeared in the same lane on the same day: a move under another key."""
    by_lane: dict[tuple[Lane, date], tuple[list[Move], list[Move]]] = defaultdict(lambda: ([], []))
    for move in moves:
        if move.old is None or move.new is None:
            by_lane[move.lane, move.point.day][move.old is None].append(move)
    for gone, fresh in by_lane.values():
        for move in fresh:
            assert move.new  # noqa: S101 - it appeared
            same = [m.old for m in gone if m.old and m.point.noun == move.point.noun]
            if same:
                nearest = min(same, key=lambda old: _distance(old, move.new))
                if words := _why(nearest, move.new, _factor(nearest, move.new)):
                    yield Finding(f"{words}, under another label", (nearest,), (move.new,))
            elif gone and move.new.price:
                units = f"per {gone[0].point.noun} before, per {move.point.noun} now"
                yield Finding(f"the noun of the unit changed: {units}", _sides(gone)[0], (move.new,))


def _factor(old: Rate, new: Rate) -> Decimal | None:
    return effective.per_one(new) / effective.per_one(old) if old.price and new.price else None


def _distance(old: Rate, new: Rate | None) -> Decimal:
    """How many times the one is of the other, the larger over the smaller; far where one of them is free."""
    factor = _factor(old, new) if new else None
    return max(factor, 1 / factor) if factor else Decimal("Infinity" if new and (old.price or new.price) else 1)


def _column_units(moves: Iterable[Move]) -> Iterable[Finding]:
    """Cells of one table that move by the same power of ten, or change their noun together."""
    tables: dict[tuple[str, str], list[tuple[Rate, Rate]]] = defaultdict(list)
    listed = list(moves)
    for move in listed:
        if move.old and move.new and (power := _power_of_ten(move.factor)):
            tables[_table(move.new), f"x1e{power}"].append((move.old, move.new))
    fresh = {(m.lane, m.point.day): m for m in listed if m.old is None and m.new and m.new.price}
    for move in listed:
        other = fresh.get((move.lane, move.point.day))
        if move.new is None and move.old and other and other.new and other.point.noun != move.point.noun:
            words = f"per {move.point.noun} before, per {other.point.noun} now"
            tables[_table(other.new), words].append((move.old, other.new))
    for (table, words), found in tables.items():
        if len({(new.evidence.locator, new.evidence.quote) for _, new in found}) >= COLUMN:
            reason = f"the unit of this column changed ({table}): {words} in {len(found)} rates"
            yield Finding(reason, tuple(o for o, _ in found), tuple(n for _, n in found), person=True)


def _table(rate: Rate) -> str:
    """The table a rate stands in: section and tab, the first two parts of its place."""
    return " / ".join(rate.evidence.locator.split(" / ")[:2])


def _power_of_ten(factor: Decimal | None) -> int:
    """The power of ten, other than none, that a factor is; 0 where it is no such power."""
    if factor is None:
        return 0
    power = factor.adjusted()
    return power if factor == Decimal(1).scaleb(power) else 0


# ----------------------------------------------------------------------------------------- the page as a whole


def too_few_tables(tables: int, before: int) -> bool:
    """Whether so many tables are gone since the last edition that this is not the whole page."""
    return tables < (1 - MOST_UNREAD) * before


def pinned(held: Iterable[Held], baseline: Cards) -> dict[str, list[Rate]]:
    """By model, the baseline rates that held changes keep in place."""
    kept: dict[str, list[Rate]] = {}
    for item in held:
        if item.change.old is not None and item.change.model in baseline:
            kept.setdefault(item.change.model, []).append(item.change.old)
    return kept
