"""Two editions of one source, joined once on what identifies a rate; the rest are words for the differences.

The join key leaves out unit and dates, which are values. What it leaves over on both sides is paired once more
without resolution and context, where price and unit are the same, so that a split or a re-labelling is not taken
for a removal; a rate without a price may have another unit, which it borrowed. Bounds are never paired loosely: a
threshold that moves takes two rates away and adds two. Evidence is compared last: other words for the same rate are
`reworded`, never a price change. Nothing changes where only an order does, of rates or of notes.

And prices that changed places: what a swap of labels, tabs, columns, id lines or whole tables does to two cards. An
exchange counts only where both sides stood before and both moved: a new model at a price that is known elsewhere is a
new model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ratecards.costing import effective
from ratecards.costing.effective import Move, PriceKey, at, per_one, same_price
from ratecards.model import JOIN_KEY, Rate, RateCard, canonical_order, plain
from ratecards.storage.history import Change

_LOOSE = tuple(n for n in JOIN_KEY if n not in ("resolution", "context"))


def changes(
    old: Mapping[str, RateCard],
    new: Mapping[str, RateCard],
    renames: Mapping[str, str] | None = None,
    *,
    kept: Iterable[str] = (),
    places: bool = True,
) -> list[Change]:
    """What must happen to the `old` cards (by model) to give the `new` ones.

    `renames` are confirmed renames, old id to new id. `kept` names models that were not read and therefore
    neither change nor disappear, nor are they renamed. `places` says whether locators are compared, too.
    """
    found: list[Change] = []
    held = set(kept)
    before = dict(old)
    for previous, model in _moved(set(old) - held, set(new) - held, renames or {}).items():
        card = before.pop(previous)
        found.append(_change("model_renamed", new[model], previous_id=previous))
        before[model] = replace(card, model=model, rates=tuple(replace(r, model=model) for r in card.rates))
    for model in sorted({*before, *new} - held):
        if model not in new:
            found.append(_change("model_removed", before[model]))
        elif model not in before:
            rates = tuple(sorted(new[model].rates, key=canonical_order))
            found.append(_change("model_added", new[model], card=replace(new[model], rates=rates)))
        else:
            found += _card_changes(before[model], new[model], places=places)
    return found


def _moved(old: set[str], new: set[str], renames: Mapping[str, str]) -> dict[str, str]:
    """Old id to new id, chains of renames followed; where several became one, the first by name did."""
    moved: dict[str, str] = {}
    for previous in sorted(old - new):
        model = previous
        for _ in renames:
            model = model if model in new else renames.get(model, model)
        if model in new - old - set(moved.values()):
            moved[previous] = model
    return moved


def _change(kind: str, of: RateCard, **values: object) -> Change:
    return Change(kind=kind, provider=of.provider, source=of.source, model=of.model, **values)  # type: ignore[arg-type]


def _card_changes(old: RateCard, new: RateCard, *, places: bool) -> list[Change]:
    found: list[Change] = []
    if _meta(old) != _meta(new):
        found.append(_change("card_changed", new, card=replace(new, rates=()), fields=field_changes(old, new)))
    for before, after in _pairs(old.rates, new.rates):
        kind = _kind(before, after, places=places)
        if kind:
            found.append(_change(kind, new, old=before, new=after))
    return found


def field_changes(old: RateCard, new: RateCard) -> tuple[tuple[str, str, str], ...]:
    """The metadata that differ, as (path, before, after), sorted; what one side lacks is empty there."""
    before, after = _flat(_meta(old)), _flat(_meta(new))
    paths = sorted({*before, *after})
    return tuple((p, before.get(p, ""), after.get(p, "")) for p in paths if before.get(p) != after.get(p))


def _flat(meta: Mapping[str, str | Mapping[str, str]]) -> dict[str, str]:
    """Leaves by their path: `name`, `facts.knowledge cutoff`."""
    found: dict[str, str] = {}
    for name, value in meta.items():
        found |= {name: value} if isinstance(value, str) else {f"{name}.{key}": leaf for key, leaf in value.items()}
    return found


def _meta(card: RateCard) -> dict[str, str | Mapping[str, str]]:
    """What a card says beside its rates, keyed by identity, so that an order is nothing; all leaves are strings."""
    notes: dict[str, list[str]] = {}
    for f in card.formulas:
        tokens, amount = "" if f.tokens is None else str(f.tokens), "" if f.amount is None else plain(f.amount)
        said = " ".join(filter(None, (f.meter, f.modality, tokens, amount, f.currency)))
        notes.setdefault(f"{f.quote} [{' '.join((f.resolution, *filter(None, [f.quality]), f.unit))}]", []).append(said)
    return {
        "name": card.name,
        "aliases": dict.fromkeys(card.aliases, "alias"),
        "used_to_improve": dict(card.used_to_improve),
        "facts": dict(card.facts),
        "notices": dict.fromkeys(card.notices, "printed"),
        "formulas": {note: "; ".join(sorted(said)) for note, said in notes.items()},
    }


def _kind(old: Rate | None, new: Rate | None, *, places: bool) -> str:
    """The name of a difference; the first that applies, empty for none."""
    if old is None or new is None:
        return "rate_added" if old is None else "rate_removed"
    tests = (
        ("unit_changed", old.unit != new.unit and None not in (old.price, new.price)),
        ("availability_changed", old.availability != new.availability),
        ("repriced", (old.price, old.currency) != (new.price, new.currency)),
        ("redated", (old.effective_from, old.effective_until) != (new.effective_from, new.effective_until)),
        ("relabelled", (old.resolution, old.context) != (new.resolution, new.context)),
        # a cell without a price borrows its unit from its neighbour: no news when that changes
        ("relabelled", old.unit != new.unit),
        ("reworded", old.evidence.quote != new.evidence.quote),
        ("reworded", old.reading != new.reading),
        ("reworded", places and old.evidence.locator != new.evidence.locator),
        # a rate that was held and is read again as it was has the card's own edition for evidence
        ("reworded", old.evidence.capture != new.evidence.capture),
    )
    return next((kind for kind, differs in tests if differs), "")


Pair = tuple[Rate | None, Rate | None]


def _pairs(old: Iterable[Rate], new: Iterable[Rate]) -> list[Pair]:
    """Each rate beside its counterpart, or beside None; sorted by the table's order."""
    pairs, left, right = _join(old, new, lambda r: r.row_key)
    more, left, right = _join(left, right, lambda r: (r.join_key, r.price))
    pairs += more
    more, left, right = _join(left, right, lambda r: r.join_key)
    pairs += more
    more, left, right = _join(left, right, _loose_key)
    pairs += more
    rest: list[Pair] = [*((r, None) for r in left), *((None, r) for r in right)]
    return sorted([*pairs, *rest], key=lambda p: canonical_order(p[1] or p[0]))  # type: ignore[arg-type]


def _loose_key(rate: Rate) -> object:
    unit = "" if rate.price is None else rate.unit
    return tuple(getattr(rate, n) for n in _LOOSE), rate.price, unit, rate.availability


def _join(
    old: Iterable[Rate], new: Iterable[Rate], key: Callable[[Rate], object]
) -> tuple[list[Pair], list[Rate], list[Rate]]:
    """Pair by key, in order of dates where a key stands several times; what is left on each side."""
    groups: dict[object, tuple[list[Rate], list[Rate]]] = defaultdict(lambda: ([], []))
    for side, rates in enumerate((old, new)):
        for rate in sorted(rates, key=_by_date):
            groups[key(rate)][side].append(rate)
    pairs: list[Pair] = []
    left: list[Rate] = []
    right: list[Rate] = []
    for before, after in groups.values():
        both = min(len(before), len(after))
        pairs += zip(before[:both], after[:both], strict=True)
        left += before[both:]
        right += after[both:]
    return pairs, left, right


def _by_date(rate: Rate) -> tuple[date, tuple[object, ...]]:
    return rate.effective_from or date.min, canonical_order(rate)


def rename_proposals(found: Iterable[Change], old: Mapping[str, RateCard]) -> list[tuple[str, str]]:
    """(removed id, added id) where the same rates stand under a new id: to be confirmed by a person."""
    added = [c.card for c in found if c.kind == "model_added" and c.card]
    removed = [old[c.model] for c in found if c.kind == "model_removed"]
    return [(r.model, a.model) for r in removed for a in added if _sold(r) and _prices(r) == _prices(a)]


def _sold(card: RateCard) -> bool:
    return any(r.price for r in card.rates)


def _prices(card: RateCard) -> set[tuple[object, ...]]:
    return {(*replace(r, model="-", provider="-", source="-").row_key, r.price, r.availability) for r in card.rates}


# A value that a price may change places with: that the page says a thing is not sold there.
_UNSOLD = ("", "", Decimal(-1))
Rates = Mapping[PriceKey, Sequence[Rate]]


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


def _value(rate: Rate | None, lane: PriceKey, rates: Rates, *, unsold: bool) -> tuple[str, str, Decimal] | None:
    """A price that can be told from another; None where nothing stood in the place."""
    if rate is not None:
        return effective.noun_of(rate.unit), rate.currency, per_one(rate)
    return _UNSOLD if unsold and rates.get(lane) else None


def _circle(edges: Sequence[tuple[Move, Hashable, Hashable]]) -> list[Move]:
    """The moves that are part of a cycle."""
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
