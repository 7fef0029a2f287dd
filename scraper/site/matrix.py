"""A rate card as a person reads it: a line per thing that is priced, a column per service tier and plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ratecards import phrases
from ratecards.model import METERS, SERVICE_TIERS, Rate, canonical_order
from ratecards.offers import Offer
from scraper.site.figures import money

NOT_AVAILABLE = "not available"


class Price(NamedTuple):
    """One price of a cell: its words, the dates it is printed with, and whether it is an amount."""

    words: str
    dates: str = ""
    since: date | None = None
    until: date | None = None
    priced: bool = True


class Line(NamedTuple):
    """What is priced, under which conditions, per what, and the prices by column."""

    what: str
    conditions: str
    unit: str
    cells: tuple[tuple[Price, ...], ...]


class Matrix(NamedTuple):
    """The columns, as tier and plan, and the lines."""

    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


class Words(NamedTuple):
    """One printed cell: what it prices, at what, in which words, and where they stand."""

    what: str
    price: str
    quote: str
    locator: str
    observed: date | None


class _Thing(NamedTuple):
    """What makes a line, but for the modality."""

    meter: str
    conditions: str
    unit: str


_Cells = dict[tuple[str, str], list[Rate]]


def matrix(offer: Offer) -> Matrix:
    """The rates of an offer; things that differ in nothing but the modality are one line."""
    rates = sorted(offer.card.rates, key=canonical_order)
    columns = tuple(_columns(rates))
    rows: dict[tuple[_Thing, str], _Cells] = {}
    for rate in sorted(rates, key=lambda rate: METERS.index(rate.meter)):
        rows.setdefault((_thing(rate), rate.modality), {}).setdefault((rate.service_tier, rate.plan), []).append(rate)
    lines: dict[tuple[_Thing, tuple[tuple[Price, ...], ...]], list[str]] = {}
    for (thing, modality), cells in rows.items():
        shown = tuple(tuple(_price(rate) for rate in cells.get(column, ())) for column in columns)
        if any(price.words != NOT_AVAILABLE for cell in shown for price in cell):
            lines.setdefault((thing, shown), []).append(modality)
    return Matrix(columns, tuple(_line(thing, shown, split) for (thing, shown), split in lines.items()))


def _columns(rates: Iterable[Rate]) -> list[tuple[str, str]]:
    """The tiers and plans in which anything is offered; the paid ones first."""
    found = {(rate.service_tier, rate.plan) for rate in rates if rate.availability != "not_available"}
    return sorted(found, key=lambda column: (column[1] != "paid", SERVICE_TIERS.index(column[0])))


def _thing(rate: Rate) -> _Thing:
    undated = replace(rate, effective_from=None, effective_until=None)
    return _Thing(rate.meter.replace("_", " "), phrases.conditions(undated), phrases.unit(rate.unit))


def _line(thing: _Thing, shown: tuple[tuple[Price, ...], ...], modalities: Sequence[str]) -> Line:
    what = " ".join(filter(None, (thing.meter, ", ".join(filter(None, modalities)))))
    return Line(what, thing.conditions, thing.unit, shown)


def _price(rate: Rate) -> Price:
    dates = phrases.dates(rate)
    if rate.price is None or rate.availability == "free":
        words = rate.availability.replace("_", " ")
        return Price(words, dates, rate.effective_from, rate.effective_until, rate.price is not None)
    return Price(money(rate.price, rate.currency), dates, rate.effective_from, rate.effective_until)


def words(offer: Offer) -> list[Words]:
    """The printed cells of an offer in the table's order, each with the words it was read from."""
    found = []
    for cell in phrases.cells(sorted(offer.card.rates, key=canonical_order)):
        rate = cell[0]
        priced = rate.price is not None and rate.availability != "free"
        per = f" per {phrases.unit(rate.unit)}" if priced and rate.unit else ""
        what = phrases.subject(replace(rate, meter=rate.meter.replace("_", " ")), phrases.modalities(cell))
        said = rate.evidence
        found.append(Words(what, f"{_price(rate).words}{per}", said.quote, said.locator, said.observed))
    return found
