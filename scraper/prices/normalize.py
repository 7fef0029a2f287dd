"""Observations to rates: what a cell means in its row. Knows prices, knows no HTML.

An `Observation` is one cell, verbatim, with its coordinates. A `RowRule` says what the row's label means. Together
they give the rates of the flat table, by the readings that the table's contract decides once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ratecards.model import Evidence, Rate, validate_rate
from scraper.errors import UnknownTerm
from scraper.prices.grammar import Allowance, Amount, Cell
from scraper.prices.lexicon import plain, size_of
from scraper.prices.units import (
    Observation,
    Place,
    RowRule,
    hourly,
    noun_modality,
    unit_of_amount,
    validate_cell,
    validate_meter,
    validate_storage,
)

__all__ = ["Observation", "Place", "RowRule", "label_key", "row_rates", "validate_row"]


def row_rates(cells: Sequence[Observation], rule: RowRule, place: Place) -> list[Rate]:
    """The rates of one row, free and paid columns together. Raises `UnknownTerm` on what has no reading."""
    found = [rate for seen in cells for model in place.models for rate in _cell_rates(seen, cells, rule, place, model)]
    for rate in found:
        validate_row(rate)
    return found


def validate_row(rate: Rate) -> None:
    """Refuse a rate that the rate table has no row for: "$1 per 10 songs" has no unit there."""
    if wrong := validate_rate(rate):
        raise UnknownTerm(f"{'; '.join(wrong)}: {rate.evidence.quote}")


def _cell_rates(seen: Observation, row: Sequence[Observation], rule: RowRule, place: Place, model: str) -> list[Rate]:
    base = _Base(seen, rule, place, model)
    validate_cell(seen, rule, place)
    if seen.cell.availability == "priced":
        rates = [r for a in seen.cell.amounts for r in _amount_rates(a, seen, rule, place, base)]
        # a price that is announced without a day is none of any day: no rate, though the allowance before it holds
        sold = [r for a, r in rates if not place.announced(a)]
        every = [r for _, r in rates]
        return [*sold, *_allowance_rates(seen.cell, every, base), *_unsold_rates(seen.cell, every, base)]
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


def _amount_rates(
    amount: Amount, seen: Observation, rule: RowRule, place: Place, base: _Base
) -> list[tuple[Amount, Rate]]:
    unit = unit_of_amount(amount, seen, rule, place)
    validate_meter(amount, rule)
    storage = amount.storage or hourly(unit)
    if storage:
        validate_storage(amount, unit, rule)
    elif rule.meter == "cache_storage":
        raise UnknownTerm(f"a storage row without tokens per hour: {amount.quote}")
    fan = ("",) if storage else _modalities(amount, unit, rule)
    return [
        (
            amount,
            base.rate(
                amount.quote,
                meter="cache_storage" if storage else rule.meter,
                modality=modality,
                unit=unit,
                resolution=size_of(resolution, modality),
                prompt_over=amount.prompt_over,
                prompt_up_to=amount.prompt_up_to,
                basis="equivalent" if amount.equivalent else "list",
                availability="priced" if amount.price else "free",
                price=amount.price,
                currency=place.currency,
                effective_from=place.start(amount),
                effective_until=amount.effective_until,
                **_after(seen.cell.allowances),
            ),
        )
        for modality in fan
        for resolution in amount.resolutions or ("",)
    ]


def _modalities(amount: Amount, unit: str, rule: RowRule) -> tuple[str, ...]:
    """The amount's own modalities, else the noun's of its unit, else those of the price it restates or of the row."""
    noun = noun_modality(unit)
    if noun and amount.modalities and noun != amount.modalities:
        raise UnknownTerm(f"a price per {unit} that is one of {' and '.join(amount.modalities)}: {amount.quote}")
    return amount.modalities or noun or amount.restates or rule.modalities or (rule.modality,)


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
        if other is not seen and other.cell.availability == "priced":
            return unit_of_amount(other.cell.amounts[0], other, rule, place)
    return seen.column_unit if rule.unit is None else rule.unit


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """A label or header as it is compared: lower case, blanks folded, footnote stars taken off."""
    return re.sub(r"\s*\[?\*+\]?\Z", "", plain(" ".join(text.split()))).strip().lower()
