"""Prices that changed places: what a swap of labels, tabs, columns, id lines or whole tables does to two cards.

An exchange counts only where both sides stood before and both moved: a new model at a price that is known elsewhere
is a new model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ratecards.costs import effective
from ratecards.costs.effective import Lane, Move, at, per_one, same_price
from ratecards.model import Rate

# A value that a price may change places with: that the page says a thing is not sold there.
_UNSOLD = ("", "", Decimal(-1))
Rates = Mapping[Lane, Sequence[Rate]]


# In words, the rates of the old and of the new card, and the model that left.
Exchange = tuple[str, tuple[Rate, ...], tuple[Rate, ...], tuple[tuple[str, str], ...]]


def changed_places(moves: Sequence[Move], before: Rates, after: Rates, today: date) -> Iterator[Exchange]:
    """Moves that go round in a circle, with two of the places named; models that took the prices of one that left."""
    for places in (_of_a_table, _of_tiers, _of_plans, _of_models):
        groups: dict[Hashable, list[tuple[Move, Hashable, Hashable]]] = defaultdict(list)
        unsold = places in (_of_tiers, _of_plans)
        for move in moves:
            ends = _value(move.old, move.lane, before, unsold=unsold), _value(move.new, move.lane, after, unsold=unsold)
            if None not in ends:
                groups[places(move)].append((move, *ends))
        for group in groups.values():
            if circle := _circle(group):
                names = list(dict.fromkeys(_named(m) for m in circle))
                old = tuple(dict.fromkeys(m.old for m in circle if m.old))
                new = tuple(dict.fromkeys(m.new for m in circle if m.new))
                yield f"changed places: {' and '.join(names[:2])}", old, new, ()
    for model, gone, old, new in _taken_over(moves, before, after, today):
        yield f"{model} has the prices of {gone}, which is gone", old, new, (("model_removed", gone),)


def _of_a_table(move: Move) -> Hashable:
    return move.lane[:3], move.point.day


def _of_tiers(move: Move) -> Hashable:
    model, _, plan, meter = move.lane
    return model, plan, meter, move.point


def _of_plans(move: Move) -> Hashable:
    model, tier, _, meter = move.lane
    return model, tier, meter, move.point


def _of_models(move: Move) -> Hashable:
    return move.lane[1:], move.point


def _value(rate: Rate | None, lane: Lane, rates: Rates, *, unsold: bool) -> tuple[str, str, Decimal] | None:
    """A price that can be told from another; None where nothing stood in the place."""
    if rate is not None:
        return effective.noun_of(rate.unit), rate.currency, per_one(rate)
    return _UNSOLD if unsold and rates.get(lane) else None


def _circle(edges: Sequence[tuple[Move, Hashable, Hashable]]) -> list[Move]:
    """The moves by which one gets back to where one started."""
    to: dict[Hashable, set[Hashable]] = defaultdict(set)
    for _, start, end in edges:
        to[start].add(end)
    return [move for move, start, end in edges if start != end and start in _reached(end, to)]


def _reached(start: Hashable, to: Mapping[Hashable, Iterable[Hashable]]) -> set[Hashable]:
    seen: set[Hashable] = set()
    ahead = [start]
    while ahead:
        value = ahead.pop()
        if value not in seen:
            seen.add(value)
            ahead += to.get(value, ())
    return seen


def _named(move: Move) -> str:
    model, tier, plan, meter = move.lane
    words = [model, tier, "" if plan == "paid" else f"({plan} plan)", meter.replace("_", " "), move.point.modality]
    return " ".join(filter(None, words))


def _taken_over(
    moves: Sequence[Move], before: Rates, after: Rates, today: date
) -> Iterator[tuple[str, str, tuple[Rate, ...], tuple[Rate, ...]]]:
    """Models of which every price that moved is now what another cost that left the page: their tables stand there."""
    left = {lane[0] for lane in before} - {lane[0] for lane in after}
    moved: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        if move.old and move.new and move.point.day == today:
            moved[move.lane[0]].append(move)
    for model, own in moved.items():
        new = tuple(dict.fromkeys(m.new for m in own if m.new))
        for gone in sorted(left):
            lanes = {(gone, *m.lane[1:]) for m in own}
            took = all(same_price(at(before.get((gone, *m.lane[1:]), ()), m.point), m.new) for m in own)
            if took and len(lanes) > 1:
                yield model, gone, tuple(dict.fromkeys(m.old for m in own if m.old)), new
