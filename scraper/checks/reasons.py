"""Why a change waits before it is published: the rules, each from two sets of cards side by side. Pure.

Cards are compared by what calls pay (`effective`), not by keys: a price that moves by more than three times waits,
whatever label, bound, date, unit or allowance it moves under.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ratecards.costing import effective
from ratecards.costing.effective import Move, price_key
from ratecards.model import UNDATED, Rate, RateCard
from ratecards.storage.history import Change
from scraper.checks import recent
from scraper.diff.editions import changed_places, rename_proposals
from scraper.model import MOST_UNREAD, PriceKey, RecentMoves

PRICE_FACTOR = 3
REMOVED_MODELS = 2
REMOVED_SHARE = Decimal("0.1")
# So many rates gone, or so many models repriced, that it may be the page and not the prices.
REMOVED_RATES = 5
REPRICED_MODELS, REPRICED_SHARE = 5, Decimal("0.33")
# So many cells of one table that move alike, that it is their unit that moved.
COLUMN = 3
# The kinds of change that may move what a call pays.
MOVING = ("repriced", "unit_changed", "availability_changed", "redated", "relabelled", "rate_added", "rate_removed")


Cards = Mapping[str, RateCard]
Rates = Mapping[PriceKey, Sequence[Rate]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why changes wait: the rates of the old and the new card that it is about, and models that came or went.

    What one finding names waits together. `person`: readings alone do not release it.
    """

    reason: str
    old: tuple[Rate, ...] = ()
    new: tuple[Rate, ...] = ()
    models: tuple[tuple[str, str], ...] = ()  # (kind of change, model)
    person: bool = False


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The changes of an edition, and the cards before and after them by price key, renamed models under their new name.

    `touched` are the keys of the changes, `moves` the calls that pay another price. `partial` says why a part of the
    page may not have been read, if so.
    """

    changes: Sequence[Change]
    old: Cards
    new: Cards
    today: date
    recent: RecentMoves
    partial: str
    before: Rates
    after: Rates
    touched: Sequence[PriceKey]
    moves: Sequence[Move]

    @classmethod
    def of(
        cls, changes: Sequence[Change], old: Cards, new: Cards, today: date, moved: RecentMoves, partial: str
    ) -> SideBySide:
        """The changes from `old` to `new` cards, seen on a day."""
        renamed = {c.previous_id: c.model for c in changes if c.kind == "model_renamed"}
        before = effective.lanes(_renamed(card, renamed) for card in old.values())
        after = effective.lanes(new.values())
        touched = sorted({price_key(r) for c in changes if c.kind in MOVING for r in (c.old, c.new) if r})
        whole = {c.model for c in changes if c.kind in ("model_removed", "model_added")}
        keys = {*touched, *(key for key in (*before, *after) if key[0] in whole)}
        now = {key: after.get(key, []) for key in keys}
        moves = effective.moves({key: before.get(key, []) for key in keys}, now, today)
        return cls(changes, old, new, today, moved, partial, before, after, touched, moves)


def _renamed(card: RateCard, renamed: Mapping[str, str]) -> RateCard:
    model = renamed.get(card.model)
    if model is None:
        return card
    return replace(card, model=model, rates=tuple(replace(r, model=model) for r in card.rates))


def findings(sides: SideBySide) -> Iterator[Reason]:
    """All reasons to wait, in order: of several that name one change the first is told."""
    yield from _column_units(sides.moves)
    yield from _moved(sides.moves)
    yield from _under_another_noun_or_name(sides.moves)
    yield from (Reason(*found) for found in changed_places(sides.moves, sides.before, sides.after, sides.today))
    yield from _walked(sides)
    yield from _flapping(sides)
    yield from _steps_in_the_past(sides)
    yield from _removals(sides)
    yield from _many_at_once(sides)
    yield from _partly_seen(sides)


def _walked(sides: SideBySide) -> Iterator[Reason]:
    """A move in steps, measured against what stood a week ago."""
    for key in sides.touched:
        stood = recent.unverified(sides.recent, key, sides.before.get(key, []))
        for move in effective.moves({key: stood}, {key: sides.after.get(key, [])}, sides.today):
            now = effective.at(sides.before.get(key, ()), move.point)
            if move.new and _far(move.factor) and not effective.same_price(now, move.new):
                words = f"moved x{move.factor:.2f} within seven days, more than {PRICE_FACTOR} times"
                yield Reason(words, (now,) if now else (), (move.new,))


def _flapping(sides: SideBySide) -> Iterator[Reason]:
    """From the second time that a price goes back and forth, its moves wait."""
    for key in sides.touched:
        if since := recent.went_back(sides.recent, key):
            old, new = _sides(m for m in sides.moves if m.lane == key)
            yield Reason(f"the source wavers: it went back to an earlier price on {since[:10]}", old, new)


def _steps_in_the_past(sides: SideBySide) -> Iterator[Reason]:
    """Of what was published before, a step whose day is past stood in the last edition, too."""
    for change in sides.changes:
        rate = change.new
        if rate is None or change.kind == "reworded" or not (start := rate.effective_from) or start > sides.today:
            continue
        known = sides.before.get(price_key(rate), [])
        days = {d for r in known for d in (r.effective_from, _next(r.effective_until)) if d}
        if any(r.price is not None for r in known) and start not in days:
            words = f"from {start}, a day that is past and that the last edition did not announce"
            yield Reason(words, (change.old,) if change.old else (), (rate,))


def _removals(sides: SideBySide) -> Iterator[Reason]:
    """Models, tiers, half of a card: what is gone at once may be the page that is cut."""
    removed = [c.model for c in sides.changes if c.kind == "model_removed"]
    if len(removed) >= REMOVED_MODELS or len(removed) >= REMOVED_SHARE * len(sides.old):
        words = f"{len(removed)} of {len(sides.old)} models gone at once"
        yield from (Reason(words, models=(("model_removed", model),)) for model in removed)
    for gone, fresh in rename_proposals(sides.changes, sides.old):
        words = f"looks renamed to {fresh}; record it in the vocabulary or wait"
        yield Reason(words, models=(("model_removed", gone),))
    gone_keys = {key for key in sides.touched if _sold(sides.before.get(key)) and not sides.after.get(key)}
    sold = {key for key, rates in sides.before.items() if _sold(rates)}
    for key in sorted(gone_keys & _announced(sides)):
        words = "announced without a day, and no price of today is printed beside it"
        yield Reason(words, tuple(sides.before[key]))
    for model in sorted({key[0] for key in gone_keys}):
        yield from _card_cut(sides, model, gone_keys, sold)
    rates = sum(len(rates) for rates in sides.before.values())
    lost = [r for key in gone_keys for r in sides.before[key]]
    if len(lost) >= REMOVED_RATES and len(lost) >= REMOVED_SHARE * rates:
        yield Reason(f"{len(lost)} of {rates} rates gone at once", tuple(lost))


def _announced(sides: SideBySide) -> set[PriceKey]:
    """The keys whose price is announced without a day."""
    facts = [(card.model, name) for card in sides.new.values() for name, _ in card.facts]
    said = {(model, name.removeprefix(UNDATED)) for model, name in facts if name.startswith(UNDATED)}
    return {key for key in sides.before if (key[0], f"{key[1]} {key[3]}") in said}


def _card_cut(sides: SideBySide, model: str, gone: set[PriceKey], sold: set[PriceKey]) -> Iterator[Reason]:
    mine = {key for key in sold if key[0] == model}
    lost = gone & mine
    rates = {key: tuple(sides.before[key]) for key in lost}
    for tier in sorted({key[1] for key in lost}):
        of_tier = {key for key in mine if key[1] == tier}
        if of_tier <= lost:
            old = tuple(r for key in sorted(of_tier) for r in rates[key])
            yield Reason(f"all of {model}'s {tier} prices gone at once", old)
    if 2 * len(lost) >= len(mine):
        old = tuple(r for key in sorted(lost) for r in rates[key])
        yield Reason(f"{len(lost)} of {len(mine)} things that {model} was sold for gone at once", old)


def _many_at_once(sides: SideBySide) -> Iterator[Reason]:
    for kind, word in (("repriced", "repriced"), ("availability_changed", "of another availability")):
        mine = [c for c in sides.changes if c.kind == kind]
        models = {c.model for c in mine}
        if len(models) >= REPRICED_MODELS and len(models) >= REPRICED_SHARE * len(sides.old):
            words = f"{len(models)} of {len(sides.old)} models {word} at once"
            yield from (Reason(words, (c.old,) if c.old else (), (c.new,) if c.new else ()) for c in mine)


def _partly_seen(sides: SideBySide) -> Iterator[Reason]:
    """What the page no longer says may stand in a part that was not seen."""
    if not sides.partial:
        return
    words = f"{sides.partial}, and a part of the page may be missing"
    for change in sides.changes:
        if change.kind == "model_removed":
            yield Reason(words, models=((change.kind, change.model),))
        elif change.old and (
            change.kind == "availability_changed"
            or (change.kind == "rate_removed" and not sides.after.get(price_key(change.old)))
        ):
            yield Reason(words, (change.old,), (change.new,) if change.new else ())


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


def _moved(moves: Iterable[Move]) -> Iterator[Reason]:
    """A call that pays more than three times, a third, nothing, or in another currency."""
    for move in moves:
        if move.old and move.new and (words := _why(move.old, move.new, move.factor)):
            yield Reason(words, (move.old,), (move.new,))


def _why(old: Rate, new: Rate, factor: Decimal | None) -> str:
    if old.currency != new.currency:
        return f"from {old.currency} to {new.currency}, which are never compared as numbers"
    if bool(old.price) != bool(new.price):
        return f"a price {'from' if new.price else 'to'} zero"
    return f"moved x{factor:.2f}, more than {PRICE_FACTOR} times" if _far(factor) else ""


def _under_another_noun_or_name(moves: Iterable[Move]) -> Iterator[Reason]:
    """A price that vanished, beside one that appeared of one price key on the same day: a move under another label."""
    by_key: dict[tuple[PriceKey, date], tuple[list[Move], list[Move]]] = defaultdict(lambda: ([], []))
    for move in moves:
        if move.old is None or move.new is None:
            by_key[move.lane, move.point.day][move.old is None].append(move)
    for gone, fresh in by_key.values():
        for move in fresh:
            now = move.new
            assert now  # noqa: S101 - it appeared
            same = [m.old for m in gone if m.old and m.point.noun == move.point.noun]
            if same:
                nearest = min(same, key=lambda old: _distance(old, now))
                if words := _why(nearest, now, _factor(nearest, now)):
                    yield Reason(f"{words}, under another label", (nearest,), (now,))
            elif gone and now.price:
                units = f"per {gone[0].point.noun} before, per {move.point.noun} now"
                yield Reason(f"the noun of the unit changed: {units}", _sides(gone)[0], (now,))


def _factor(old: Rate, new: Rate) -> Decimal | None:
    return effective.per_one(new) / effective.per_one(old) if old.price and new.price else None


def _distance(old: Rate, new: Rate) -> Decimal:
    """How many times the one is of the other, the larger over the smaller; far where one of them is free."""
    if factor := _factor(old, new):
        return max(factor, 1 / factor)
    return Decimal("Infinity" if old.price or new.price else 1)


def _column_units(moves: Iterable[Move]) -> Iterator[Reason]:
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
            yield Reason(reason, tuple(o for o, _ in found), tuple(n for _, n in found), person=True)


def _table(rate: Rate) -> str:
    """The table a rate stands in: section and tab, the first two parts of its place."""
    return " / ".join(rate.evidence.locator.split(" / ")[:2])


def _power_of_ten(factor: Decimal | None) -> int:
    """The power of ten, other than none, that a factor is; 0 where it is no such power."""
    if factor is None:
        return 0
    power = factor.adjusted()
    return power if factor == Decimal(1).scaleb(power) else 0


def too_few_tables(tables: int, before: int) -> bool:
    """Whether so many tables are gone since the last edition that this is not the whole page."""
    return tables < (1 - MOST_UNREAD) * before
