"""Two sources on one day: the same thing, whatever ids, splits, bounds and units each of them uses. Pure.

Rates are joined by the key of the table, after the readings that make two publications comparable: aliases, an unsplit
row standing for modalities the other side lists, the words short and long for prompt bounds, thinking for the plain
row. A key that only one source has is coverage, not a disagreement. A pair that disagrees becomes an entry.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ratecards.catalog.priced_model import measure
from ratecards.model import Rate, RateCard, plain
from ratecards.storage import strict_yaml
from ratecards.wording import exact_conditions
from scraper.storage.discrepancies import Discrepancy, Side

RULES = Path(__file__).with_name("rules.yaml")
Cards = Mapping[str, RateCard]


@dataclass(frozen=True, slots=True)
class PairRule:
    """Two sources to compare; `explained` is the lasting reason for their differences, if there is one."""

    left: str
    right: str
    explained: str = ""

    @property
    def name(self) -> str:
        """The name of its file of discrepancies, without ending."""
        return f"{self.left}--{self.right}".replace("/", ".")


@cache
def rules() -> dict[str, Any]:
    """Which sources are held against each other, and what is known of their differences: `rules.yaml`."""
    data: dict[str, Any] = strict_yaml.load(RULES.read_text(encoding="utf-8"), RULES.name)
    data["pairs"] = [PairRule(**p) for p in data["pairs"]]
    return data


_PLAIN_CONTEXTS = ("thinking", "non-thinking", "global")
_KEY = ("model", "service_tier", "plan", "meter", "quality", "used_over", "used_up_to", "period")


@dataclass(frozen=True, slots=True)
class RatePair:
    """One thing as two sources price it; `modality` is the one compared."""

    left: Rate
    right: Rate
    modality: str

    @property
    def agrees(self) -> bool:
        """Whether both say the same: availability, and price once units are brought together."""
        a, b = self.left, self.right
        if a.price is None or b.price is None:
            return (a.price is None) == (b.price is None)
        return (a.currency or b.currency) == (b.currency or a.currency) and unit_price(a) == unit_price(b)


@dataclass(slots=True)
class JoinedSources:
    """Two sources joined: pairs, and what only one side covers."""

    pairs: list[RatePair] = field(default_factory=list)
    only_left: list[Rate] = field(default_factory=list)
    only_right: list[Rate] = field(default_factory=list)


def unit_price(rate: Rate) -> tuple[Decimal, str]:
    """Price per single unit and the unit's noun, for comparing by cross-multiplying."""
    assert rate.price is not None  # noqa: S101
    quantity, noun = measure(rate.unit)
    return rate.price / quantity, noun


def compare(
    left: Iterable[RateCard], right: Iterable[RateCard], on: date, aliases: Mapping[str, str] | None = None
) -> JoinedSources:
    """Join the rates that hold on a day. `aliases` maps an id of either side to the id compared by."""
    both = list(left), list(right)
    models = [{c.model for c in cards} for cards in both]
    # an alias is followed where the other side has no card of that very name
    names = {alias: c.model for cards in both for c in cards for alias in c.aliases} | dict(aliases or {})
    sides = []
    for cards, others in zip(both, reversed(models), strict=True):
        own = {alias: model for alias, model in names.items() if alias not in others}
        sides.append([_plainly(r, own) for c in cards for r in c.rates if r.holds_on(on)])
    groups: dict[tuple[object, ...], tuple[list[Rate], list[Rate]]] = defaultdict(lambda: ([], []))
    for side, rates in enumerate(sides):
        for rate in rates:
            groups[tuple(getattr(rate, n) for n in _KEY)][side].append(rate)
    result = JoinedSources()
    for a, b in groups.values():
        _group(a, b, result)
    return result


def _plainly(rate: Rate, names: Mapping[str, str]) -> Rate:
    """The rate under the id compared by, without context words that the other side has no word for."""
    words = [w for w in rate.context.split(", ") if w not in _PLAIN_CONTEXTS]
    return replace(rate, model=names.get(rate.model, rate.model), context=", ".join(w for w in words if w))


@dataclass(frozen=True, slots=True)
class _Splits:
    """What a side tells apart within one meter: its modalities, and whether it bounds the prompt."""

    modalities: frozenset[str]
    bounded: bool


def _splits(rates: Iterable[Rate]) -> _Splits:
    held = list(rates)
    return _Splits(frozenset(r.modality for r in held) - {""}, any(_bounds(r) != (None, None) for r in held))


def _bounds(rate: Rate) -> tuple[int | None, int | None]:
    return rate.prompt_over, rate.prompt_up_to


def _group(left: list[Rate], right: list[Rate], result: JoinedSources) -> None:
    sides = _splits(left), _splits(right)
    pairs, left, right = _join(left, right, sides, exact=True)
    more, left, right = _join(left, right, sides, exact=False)
    result.pairs += pairs + more
    result.only_left += left
    result.only_right += right


def _join(
    left: list[Rate], right: list[Rate], sides: tuple[_Splits, _Splits], *, exact: bool
) -> tuple[list[RatePair], list[Rate], list[Rate]]:
    """Each left rate beside the right ones it meets; the second time without unit, resolution, basis and context."""
    pairs: list[RatePair] = []
    met_left: set[int] = set()
    met_right: set[int] = set()
    for a in left:
        met = [b for b in right if _meets(a, b, sides, exact=exact)]
        if not met:
            continue
        # several sizes or bases stand for one undivided price: the one that says the same, else the first
        chosen = met if exact else [min(met, key=lambda b: not RatePair(a, b, "").agrees)]
        met_left.add(id(a))
        met_right.update(id(b) for b in met)
        pairs += [RatePair(a, b, a.modality or b.modality) for b in chosen]
    return (
        pairs,
        [a for a in left if id(a) not in met_left],
        [b for b in right if id(b) not in met_right],
    )


def _meets(a: Rate, b: Rate, sides: tuple[_Splits, _Splits], *, exact: bool) -> bool:
    if not (_modalities_meet(a, b, sides) and _prompts_meet(a, b, sides)):
        return False
    if not exact:
        return True
    same = (a.resolution, a.basis, _context(a)) == (b.resolution, b.basis, _context(b))
    return same and (not a.unit or not b.unit or measure(a.unit)[1] == measure(b.unit)[1])


def _context(rate: Rate) -> str:
    return ", ".join(w for w in rate.context.split(", ") if w not in ("short", "long"))


def _modalities_meet(a: Rate, b: Rate, sides: tuple[_Splits, _Splits]) -> bool:
    """An unsplit row stands for what its own side does not split: for a picker that is text alone."""
    if a.modality == b.modality:
        return True
    unsplit, split, own = (a, b, sides[0]) if not a.modality else (b, a, sides[1])
    if unsplit.modality or split.modality in own.modalities:
        return False
    return split.modality == "text" if unsplit.source == "ai-studio" else True


def _prompts_meet(a: Rate, b: Rate, sides: tuple[_Splits, _Splits]) -> bool:
    """Equal bounds; short and long for a page's bounds; and everything for a side that does not bound at all."""
    words = _word(a), _word(b)
    if words[0] == words[1]:
        unbounded = (
            (_bounds(a) == (None, None), not sides[0].bounded),
            (_bounds(b) == (None, None), not sides[1].bounded),
        )
        return _bounds(a) == _bounds(b) or any(open_ and never for open_, never in unbounded)
    if all(words):
        return False
    word, page, own = (words[0], b, sides[1]) if words[0] else (words[1], a, sides[0])
    return not own.bounded or (page.prompt_up_to is not None if word == "short" else page.prompt_over is not None)


def _word(rate: Rate) -> str:
    return next((w for w in ("short", "long") if w in rate.context.split(", ")), "")


Now = Callable[[Discrepancy], tuple[Side, Side] | None]


def between(rule: PairRule, left: Cards, right: Cards, on: date) -> tuple[list[Discrepancy], JoinedSources]:
    """The disagreements of two sources as new entries, and the whole comparison with its coverage."""
    comparison = compare(left.values(), right.values(), on)
    differing = [pair for pair in comparison.pairs if not pair.agrees]
    return by_id((_entry(rule, pair, left, right, on), pair.modality) for pair in differing), comparison


def by_id(found: Iterable[tuple[Discrepancy, str]]) -> list[Discrepancy]:
    """One entry for each id, with the modalities of all that were found under it."""
    entries: dict[str, Discrepancy] = {}
    for entry, modality in found:
        known = entries.setdefault(entry.id, entry)
        entries[entry.id] = replace(known, modalities=tuple(sorted({*known.modalities, modality} - {""})))
    return list(entries.values())


def _entry(rule: PairRule, pair: RatePair, left: Cards, right: Cards, on: date) -> Discrepancy:
    sides = side_of(rule.left, pair.left, left), side_of(rule.right, pair.right, right)
    return new_entry("between", _kind(pair), pair.left, sides, on)


def _kind(pair: RatePair) -> str:
    a, b = pair.left, pair.right
    if (a.price is None) != (b.price is None):
        return "availability"
    return "price" if measure(a.unit)[1] == measure(b.unit)[1] else "unit"


def side_of(source: str, rate: Rate, cards: Cards) -> Side:
    """What a source says by a rate of its cards, with its evidence."""
    card = cards.get(rate.model) or next(c for c in cards.values() if rate.model in c.aliases or _holds(c, rate))
    return Side(
        source=source,
        price=rate.price,
        currency=rate.currency,
        unit=rate.unit,
        availability=rate.availability,
        quote=rate.evidence.quote,
        locator=rate.evidence.locator,
        observed=rate.evidence.observed or card.observed,
    )


def _holds(card: RateCard, rate: Rate) -> bool:
    return any(r.evidence is rate.evidence for r in card.rates)


def new_entry(kind: str, rule: str, rate: Rate, sides: tuple[Side, Side], on: date) -> Discrepancy:
    """A new entry, waiting: its id is a digest of what it is about and what both sides say."""
    more = exact_conditions(replace(rate, modality=""))
    values = [(s.source, s.words, s.availability) for s in sides]
    key = (kind, rule, rate.model, rate.service_tier, rate.plan, rate.meter, more, values)
    left, right = sides
    return Discrepancy(
        id=hashlib.sha256(repr(key).encode()).hexdigest()[:10],
        kind=kind,
        rule=rule,
        model=rate.model,
        service_tier=rate.service_tier,
        plan=rate.plan,
        meter=rate.meter,
        modalities=(rate.modality,) if rate.modality else (),
        conditions=more,
        left=left,
        right=right,
        first_seen=on,
        last_seen=on,
        state="waiting",
        recommended=_recommended(sides),
        # a rule of arithmetic is nobody's price: only two sources make one to be careful about
        conservative=_conservative(sides) if kind == "between" else "",
    )


def _recommended(sides: Sequence[Side]) -> str:
    order = rules()["authority"]
    priced = sorted((s for s in sides if s.price is not None), key=lambda s: order.index(s.source))
    return f"{priced[0].words} ({priced[0].source})" if priced else ""


def _conservative(sides: Sequence[Side]) -> str:
    """The higher price; nothing where units differ and "higher" has no meaning."""
    priced = [s for s in sides if s.price is not None]
    if not priced or len({s.unit for s in priced}) > 1:
        return ""
    return plain(max(s.price for s in priced if s.price is not None))


def sides_now(rule: PairRule, comparison: JoinedSources, left: Cards, right: Cards) -> Now:
    """Looks up an entry's key in a comparison: the two sides as they stand now, agreeing or not."""

    def look(entry: Discrepancy) -> tuple[Side, Side] | None:
        for pair in comparison.pairs:
            a = pair.left
            key = (a.model, a.service_tier, a.plan, a.meter, exact_conditions(replace(a, modality="")))
            same = key == (entry.model, entry.service_tier, entry.plan, entry.meter, entry.conditions)
            if same and (not entry.modalities or pair.modality in entry.modalities):
                return side_of(rule.left, a, left), side_of(rule.right, pair.right, right)
        return None

    return look
