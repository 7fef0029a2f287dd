"""A rate card as a person reads it: a line per thing that is priced, a column per service tier and plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ratecards import wording
from ratecards.catalog.priced_model import PricedModel
from ratecards.model import METERS, SERVICE_TIERS, Rate, canonical_order
from ratecards.wording import with_currency

NOT_AVAILABLE = "not available"


class MatrixPrice(NamedTuple):
    """One price of a cell: its words, the dates it is printed with, and whether it is an amount.

    `reading` says what proves words of it that were not known; empty where all were.
    """

    words: str
    dates: str = ""
    since: date | None = None
    until: date | None = None
    priced: bool = True
    reading: str = ""


class MatrixLine(NamedTuple):
    """What is priced, under which conditions, per what, and the prices by column."""

    what: str
    conditions: str
    unit: str
    cells: tuple[tuple[MatrixPrice, ...], ...]


class Matrix(NamedTuple):
    """The columns, as tier and plan, and the lines."""

    columns: tuple[tuple[str, str], ...]
    lines: tuple[MatrixLine, ...]


class Words(NamedTuple):
    """Words that prices were read from: of which tiers and plans, and where they stand within the group's place."""

    tiers: str
    quote: str
    place: str
    observed: date | None
    inferred: str = ""


class Quotes(NamedTuple):
    """The cells of one thing; `place` is what their places share, with an ellipsis where each has its own."""

    what: str
    conditions: str
    place: str
    rows: tuple[Words, ...]


class _Thing(NamedTuple):
    """What makes a line, but for the modality."""

    meter: str
    conditions: str
    unit: str


_Cells = dict[tuple[str, str], list[Rate]]


def matrix(offer: PricedModel) -> Matrix:
    """The rates of an offer; things that differ in nothing but the modality are one line."""
    rates = sorted(offer.card.rates, key=canonical_order)
    columns = tuple(_columns(rates))
    rows: dict[tuple[_Thing, str], _Cells] = {}
    for rate in sorted(rates, key=lambda rate: METERS.index(rate.meter)):
        rows.setdefault((_thing(rate), rate.modality), {}).setdefault((rate.service_tier, rate.plan), []).append(rate)
    lines: dict[tuple[_Thing, tuple[tuple[MatrixPrice, ...], ...]], list[str]] = {}
    for (thing, modality), cells in _shared(rows).items():
        shown = tuple(tuple(_price(rate) for rate in cells.get(column, ())) for column in columns)
        if any(price.words != NOT_AVAILABLE for cell in shown for price in cell):
            lines.setdefault((thing, shown), []).append(modality)
    return Matrix(columns, tuple(_line(thing, shown, split) for (thing, shown), split in lines.items()))


def _shared(rows: Mapping[tuple[_Thing, str], _Cells]) -> dict[tuple[_Thing, str], _Cells]:
    """What one column does not split stands for every modality that another lists, where both never meet in one."""
    shared = dict(rows)
    for (thing, modality), cells in rows.items():
        split = [key for key in rows if key[0] == thing and key[1]]
        if not modality and split and not any(rows[key].keys() & cells.keys() for key in split):
            shared |= {key: rows[key] | cells for key in split}
            del shared[thing, modality]
    return shared


def _columns(rates: Iterable[Rate]) -> list[tuple[str, str]]:
    """The tiers and plans in which anything is offered; the paid ones first."""
    found = {(rate.service_tier, rate.plan) for rate in rates if rate.availability != "not_available"}
    return sorted(found, key=lambda column: (column[1] != "paid", SERVICE_TIERS.index(column[0])))


def _thing(rate: Rate) -> _Thing:
    undated = replace(rate, effective_from=None, effective_until=None)
    return _Thing(rate.meter.replace("_", " "), wording.conditions(undated), wording.unit(rate.unit))


def _line(thing: _Thing, shown: tuple[tuple[MatrixPrice, ...], ...], modalities: Sequence[str]) -> MatrixLine:
    what = " ".join(filter(None, (thing.meter, ", ".join(filter(None, modalities)))))
    return MatrixLine(what, thing.conditions, thing.unit, shown)


def _price(rate: Rate) -> MatrixPrice:
    words, priced = rate.availability.replace("_", " "), rate.price is not None
    if rate.price is not None and rate.availability != "free":
        words = with_currency(rate.price, rate.currency)
    dates = wording.dates(rate)
    return MatrixPrice(words, dates, rate.effective_from, rate.effective_until, priced, rate.evidence.reading)


def words(offer: PricedModel) -> list[Quotes]:
    """By what is priced, the words that the rates of an offer were read from; what is not sold has none."""
    found: dict[tuple[str, str, int], list[Sequence[Rate]]] = {}
    for cell in wording.cells(sorted(offer.card.rates, key=canonical_order)):
        rate = cell[0]
        if rate.availability != "not_available":
            thing = " ".join(filter(None, (rate.meter.replace("_", " "), wording.modalities(cell))))
            found.setdefault((thing, wording.conditions(rate), METERS.index(rate.meter)), []).append(cell)
    return [_quotes(*key[:2], found[key]) for key in sorted(found, key=lambda key: key[2])]


def _quotes(what: str, conditions: str, cells: Sequence[Sequence[Rate]]) -> Quotes:
    """The words of one thing; tiers that say the same in the same place are one row."""
    places = [cell[0].evidence.locator.split(" / ") for cell in cells]
    alike = [len(set(steps)) == 1 for steps in zip(*places, strict=False)]
    if len(set(map(len, places))) > 1:
        alike = [False] * max(map(len, places))
    rows: dict[tuple[str, str, date | None, str], list[str]] = {}
    for cell, steps in zip(cells, places, strict=True):
        own = " / ".join(step for step, same in zip(steps, alike, strict=False) if not same)
        # a place that is only the tier's own name says nothing more
        own, said = "" if own.casefold() in _tier(cell[0]) else own, cell[0].evidence
        inferred = "" if cell[0].reading == "exact" else cell[0].reading
        rows.setdefault((said.quote, own, said.observed, inferred), []).append(_tier(cell[0]))
    shared = [step if same else "…" for step, same in zip(places[0], alike, strict=False)]
    place = " / ".join(shared) if any(alike) else ""
    return Quotes(what, conditions, place, tuple(Words("; ".join(tiers), *said) for said, tiers in rows.items()))


def _tier(rate: Rate) -> str:
    return f"{rate.service_tier}{', free plan' if rate.plan == 'free' else ''}"
