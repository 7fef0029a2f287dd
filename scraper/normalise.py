"""Observations to rates: what a cell means in its row. Knows prices, knows no HTML.

An `Observation` is one cell, verbatim, with its coordinates. A `RowRule` says what the row's label means. Together
they give the rates of the flat table, by the readings that the table's contract decides once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ratecards.model import Evidence, Formula, Rate
from scraper.errors import UnknownTerm
from scraper.grammar import Allowance, Amount, Cell
from scraper.words import plain, size_of

_NOUN_MODALITY = {"image": "image", "images": "image", "frame": "video", "song": "audio", "video": "video"}
# How far a printed price may be from tokens x rate and still be the figure the note restates.
_SAME_FIGURE = Decimal(3)
# How far apart two prices of one unit may be within one cell, and how far below text another modality.
_ONE_UNIT, _BELOW_TEXT = 100, 10


@dataclass(frozen=True, slots=True)
class RowRule:
    """What a row label means: the meter, the modality it names, those it lists, and its own context and unit."""

    meter: str
    modality: str = ""
    modalities: tuple[str, ...] = ()
    context: str = ""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One cell of the page: its words and coordinates, and the column's own unit and plan."""

    text: str
    cell: Cell
    plan: str
    column: str
    column_unit: str
    locator: str


@dataclass(frozen=True, slots=True)
class Place:
    """What the rates of a row share: who says it, of which models, in which tier, under which footnotes."""

    provider: str
    source: str
    models: tuple[str, ...]
    service_tier: str
    currency: str
    formulas: Mapping[str, Sequence[Formula]] = field(default_factory=dict)
    starts: Mapping[str, date] = field(default_factory=dict)


def row_rates(cells: Sequence[Observation], rule: RowRule, place: Place) -> list[Rate]:
    """The rates of one row, free and paid columns together. Raises `UnknownTerm` on what has no reading."""
    return [rate for seen in cells for model in place.models for rate in _cell_rates(seen, cells, rule, place, model)]


def _cell_rates(seen: Observation, row: Sequence[Observation], rule: RowRule, place: Place, model: str) -> list[Rate]:
    base = _Base(seen, rule, place, model)
    _prove_cell(seen, rule, place)
    rates = [r for a in seen.cell.amounts for r in _amount_rates(a, seen, rule, place, base)]
    if seen.cell.amounts:
        rates += _allowance_rates(seen.cell, rates, base)
        return rates + _unsold_rates(seen.cell, rates, base)
    unit = _borrowed_unit(seen, row, rule, place)
    free = seen.cell.availability == "free"
    fixed = {
        "unit": unit,
        "availability": seen.cell.availability,
        "price": Decimal(0) if free else None,
        "currency": place.currency if free else "",
        **_bounds(seen.cell.allowances),
    }
    fan = rule.modalities or (rule.modality,)
    return [base.rate(seen.text, modality=modality, **fixed) for modality in fan]


@dataclass(frozen=True, slots=True)
class _Base:
    seen: Observation
    rule: RowRule
    place: Place
    model: str

    def rate(self, quote: str, **values: object) -> Rate:
        meter = values.pop("meter", self.rule.meter)
        return Rate(
            provider=self.place.provider,
            source=self.place.source,
            model=self.model,
            service_tier=self.place.service_tier,
            plan=self.seen.plan,
            meter=meter,  # type: ignore[arg-type]
            context=self.rule.context,
            evidence=Evidence(quote, self.seen.locator),
            **values,  # type: ignore[arg-type]
        )


def _amount_rates(amount: Amount, seen: Observation, rule: RowRule, place: Place, base: _Base) -> list[Rate]:
    unit = _unit(amount, seen, rule, place)
    storage = amount.storage or _hourly(unit)
    if storage:
        _prove_storage(amount, unit, rule)
    elif rule.meter == "cache_storage":
        raise UnknownTerm(f"a storage row without tokens per hour: {amount.quote}")
    fan = ("",) if storage else _modalities(amount, unit, rule)
    return [
        base.rate(
            amount.quote,
            meter="cache_storage" if storage else rule.meter,
            modality=modality,
            unit=unit,
            resolution=size_of(resolution, modality),
            prompt_over=amount.prompt_over,
            prompt_up_to=amount.prompt_up_to,
            basis="equivalent" if amount.equivalent else "list",
            price=amount.price,
            currency=place.currency,
            effective_from=amount.effective_from or _start(amount, place),
            effective_until=amount.effective_until,
            **_after(seen.cell.allowances),
        )
        for modality in fan
        for resolution in amount.resolutions or ("",)
    ]


def _unit(amount: Amount, seen: Observation, rule: RowRule, place: Place) -> str:
    """The amount's own unit, else its footnote's, else its row's, else its column's."""
    unit = amount.unit or _footnote_unit(amount, rule, place)
    if unit:
        return unit
    if rule.unit == "":
        raise UnknownTerm(f"a price without its unit in a row that has none of its own: {amount.quote}")
    return rule.unit or seen.column_unit


def _hourly(unit: str) -> bool:
    return unit.endswith("token-hours")


def _prove_storage(amount: Amount, unit: str, rule: RowRule) -> None:
    if rule.meter not in ("cache_read", "cache_storage"):
        raise UnknownTerm(f"a storage price in a row of {rule.meter}: {amount.quote}")
    if not _hourly(unit):
        raise UnknownTerm(f"a storage price without its unit: {amount.quote}")
    if amount.modalities or amount.prompt_over or amount.prompt_up_to:
        raise UnknownTerm(f"a storage price that depends on the prompt: {amount.quote}")


def _modalities(amount: Amount, unit: str, rule: RowRule) -> tuple[str, ...]:
    """The amount's own modalities, else the noun's of its unit, else the row's."""
    noun = _noun_modality(unit)
    if noun and amount.modalities and noun != amount.modalities:
        raise UnknownTerm(f"a price per {unit} that is one of {' and '.join(amount.modalities)}: {amount.quote}")
    return amount.modalities or noun or rule.modalities or (rule.modality,)


def _noun_modality(unit: str) -> tuple[str, ...]:
    noun = unit.split(" ")[1]
    return (_NOUN_MODALITY[noun],) if noun in _NOUN_MODALITY else ()


def _start(amount: Amount, place: Place) -> date | None:
    """The day a "coming soon" price begins, from the footnote it points to."""
    return place.starts.get(amount.soon) if amount.soon else None


def _prove_cell(seen: Observation, rule: RowRule, place: Place) -> None:
    """Refuse a cell whose amounts cannot all be what their words make them.

    "$1.00 (text), $0.0006 (image)" without the footnote that makes the second one a price per image must not become
    a price per million tokens; beside "$3.00 (audio)" a bare "$0.50" may be the price of anything else or of all; and
    what restates a price is in another unit than the price.
    """
    groups: dict[tuple[str, bool], list[Amount]] = {}
    for amount in seen.cell.amounts:
        groups.setdefault((_unit(amount, seen, rule, place), amount.equivalent), []).append(amount)
    listed = {unit: amounts for (unit, equivalent), amounts in groups.items() if not equivalent and not _hourly(unit)}
    if len(listed) > 1 and any(
        not a.modalities and not _noun_modality(u) for u, found in listed.items() for a in found
    ):
        raise UnknownTerm(f"prices per {' and '.join(listed)}, one of which does not say of what it is: {seen.text}")
    for (unit, equivalent), amounts in groups.items():
        if not equivalent and not _alike([a for a in amounts if a.price]):
            raise UnknownTerm(f"prices per {unit} so far apart that one of them has another unit: {seen.text}")
        if equivalent and (unit, False) in groups:
            raise UnknownTerm(f"a price per {unit} that restates another one per {unit}: {seen.text}")
        if not _told_apart(amounts):
            raise UnknownTerm(f"some prices per {unit} say of what they are, and some do not: {seen.text}")


def _told_apart(amounts: Sequence[Amount]) -> bool:
    """Whether all prices of one unit name modalities or none, and of one modality all name sizes and bounds or none."""
    by_modality: dict[tuple[str, ...], list[Amount]] = {}
    for amount in amounts:
        by_modality.setdefault(amount.modalities, []).append(amount)
    return not ((() in by_modality and len(by_modality) > 1) or any(map(_half_said, by_modality.values())))


def _half_said(amounts: Sequence[Amount]) -> bool:
    sized = {bool(a.resolutions) for a in amounts}
    bounded = {a.prompt_over is not None or a.prompt_up_to is not None for a in amounts}
    return len(sized) > 1 or len(bounded) > 1


def _alike(amounts: Sequence[Amount]) -> bool:
    """Whether the amounts may be prices of one unit: within a hundredfold, and no token far cheaper than text."""
    prices = [a.price for a in amounts] or [Decimal(1)]
    text = [a.price for a in amounts if "text" in a.modalities]
    other = [a.price for a in amounts if a.modalities and "text" not in a.modalities]
    cheap = bool(text and other) and max(text) > _BELOW_TEXT * min(other)
    return max(prices) <= _ONE_UNIT * min(prices) and not cheap


def _footnote_unit(amount: Amount, rule: RowRule, place: Place) -> str | None:
    """The unit an amount without one takes from the footnote it points to, proved by the note's arithmetic.

    "$0.0006 (image)*" beside "560 tokens or $0.0011 per image" is a price per image: 0.0006 is near 0.0011, and
    560 tokens at 0.0006 per million are not. "$17.50 (video)*" beside "5,792 tokens per second … $0.10 per second" is
    the token price that gives 0.10. What fits neither way, or both, is refused.
    """
    notes = [f for f in place.formulas.get(amount.marks, ()) if f.amount is not None and f.tokens is not None]
    notes = [f for f in notes if f.modality in amount.modalities or f.modality == rule.modality]
    if amount.unit or not notes:
        return None
    readings = {_reading(amount.price, note) for note in notes}
    if len(readings) != 1 or "" in readings:
        raise UnknownTerm(f"the footnote of {amount.quote} fits it neither as a unit price nor as a token price")
    reading = readings.pop()
    return None if reading == "tokens" else reading


def _reading(price: Decimal, note: Formula) -> str:
    """Which reading of the price comes near the note's figure, or lies on its side beyond it.

    The two readings are a millionth of the token count apart, so a note may be wrong by far (Google once printed
    $0.067 for $0.0011) and still leave no doubt.
    """
    figure, tokens = note.amount or Decimal(0), note.tokens or 0
    by_unit = figure * _SAME_FIGURE > price
    by_tokens = figure < price * tokens / 1_000_000 * _SAME_FIGURE
    if by_unit == by_tokens:
        return ""
    return note.unit if by_unit else "tokens"


def _after(allowances: Sequence[Allowance]) -> dict[str, object]:
    """A price behind an allowance applies beyond it."""
    if len(allowances) > 1:
        raise UnknownTerm(f"several allowances before one price: {allowances[-1].quote}")
    return {"used_over": allowances[0].count, "period": allowances[0].period} if allowances else {}


def _bounds(allowances: Sequence[Allowance]) -> dict[str, object]:
    if len(allowances) > 1:
        raise UnknownTerm(f"several allowances in one cell: {allowances[-1].quote}")
    return {"used_up_to": allowances[0].count, "period": allowances[0].period} if allowances else {}


def _allowance_rates(cell: Cell, priced: Sequence[Rate], base: _Base) -> list[Rate]:
    """The free part of "1,500 RPD (free), then $35 / 1,000": 0 up to the allowance, in the price's unit."""
    units = {(r.unit, r.effective_from, r.effective_until) for r in priced}
    if not cell.allowances:
        return []
    if len({u for u, *_ in units}) != 1:
        raise UnknownTerm(f"an allowance before prices in several units: {cell.allowances[0].quote}")
    return [
        base.rate(
            cell.allowances[0].quote,
            unit=priced[0].unit,
            modality=base.rule.modality,
            availability="free",
            price=Decimal(0),
            currency=base.place.currency,
            **_bounds(cell.allowances),
        )
    ]


def _unsold_rates(cell: Cell, priced: Sequence[Rate], base: _Base) -> list[Rate]:
    return [
        base.rate(
            quote,
            unit=priced[0].unit,
            modality=base.rule.modality,
            resolution=size_of(resolution, base.rule.modality),
            availability="not_available",
        )
        for resolution, quote in cell.unsold
    ]


def _borrowed_unit(seen: Observation, row: Sequence[Observation], rule: RowRule, place: Place) -> str:
    """The unit of a cell that prints none: that of the row's other column, else the row's, else the header's."""
    for other in row:
        if other is not seen and other.cell.amounts:
            return _unit(other.cell.amounts[0], other, rule, place)
    return seen.column_unit if rule.unit is None else rule.unit


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A label or header as it is compared: lower case, blanks folded, footnote stars taken off."""
    return re.sub(r"\s*\[?\*+\]?\Z", "", plain(" ".join(text.split()))).strip().lower()
