"""A rate card as a person reads it: a line per thing that is priced, a column per service tier and plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest
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
    """What is priced, under which conditions, per what; by column the prices, and the page's words where they say more.

    `said` are the words that are the same in all its cells, `place` is where the line stands on the page, but for what
    the card or its columns share.
    """

    what: str
    conditions: str
    unit: str
    cells: tuple[tuple[MatrixPrice, ...], ...]
    quotes: tuple[tuple[str, ...], ...]
    said: tuple[str, ...]
    place: str


class Matrix(NamedTuple):
    """The columns, as tier, plan and what their places share; the lines; and the place that all prices share.

    In places the model itself and the section that the card's link leads to are left out.
    """

    columns: tuple[tuple[str, str, str], ...]
    lines: tuple[MatrixLine, ...]
    place: str


class _Thing(NamedTuple):
    """What makes a line, but for the modality; the bounds of its prompt stand among the conditions, too."""

    meter: str
    conditions: str
    unit: str
    prompt: tuple[int | None, int | None]


_Column = tuple[str, str]
_Cells = dict[_Column, list[Rate]]
_Shown = tuple[tuple[MatrixPrice, ...], ...]


def matrix(offer: PricedModel) -> Matrix:
    """The rates of an offer; things that differ in nothing but modality, or the length of a prompt, are one line."""
    rates = sorted(offer.card.rates, key=canonical_order)
    columns = tuple(_columns(rates))
    rows: dict[tuple[_Thing, str], _Cells] = {}
    for rate in sorted(rates, key=lambda rate: METERS.index(rate.meter)):
        rows.setdefault((_thing(rate), rate.modality), {}).setdefault((rate.service_tier, rate.plan), []).append(rate)
    lines: dict[tuple[_Thing, _Shown], dict[str, _Cells]] = {}
    for (thing, modality), cells in _shared(rows).items():
        shown = tuple(tuple(_price(rate) for rate in cells.get(column, ())) for column in columns)
        if any(price.words != NOT_AVAILABLE for cell in shown for price in cell):
            lines.setdefault((thing, shown), {})[modality] = cells
    places = _Places(offer, columns)
    return Matrix(
        tuple((*column, places.column(column)) for column in columns),
        tuple(_line(thing, shown, split, columns, places) for thing, shown, split in _any_prompt(lines)),
        places.of_all(),
    )


def _any_prompt(
    lines: Mapping[tuple[_Thing, _Shown], dict[str, _Cells]],
) -> Iterator[tuple[_Thing, _Shown, dict[str, _Cells]]]:
    """Lines that say the same for prompts of every length, together; all others as they are."""
    groups: dict[tuple[object, ...], list[tuple[_Thing, _Shown, dict[str, _Cells]]]] = {}
    for (thing, shown), split in lines.items():
        rest = thing._replace(conditions=_for_any_prompt(thing), prompt=(None, None)) if any(thing.prompt) else thing
        groups.setdefault((rest, any(thing.prompt), shown, tuple(split)), []).append((thing, shown, split))
    for group in groups.values():
        first, shown, _ = group[0]
        bounds = [thing.prompt for thing, *_ in group]
        if len(group) == 1 or {up_to for _, up_to in bounds} != {over for over, _ in bounds}:
            yield from group
            continue
        both: dict[str, _Cells] = {}
        for _, _, split in group:
            for modality, cells in split.items():
                for column, rates in cells.items():
                    both.setdefault(modality, {}).setdefault(column, []).extend(rates)
        yield first._replace(conditions=_for_any_prompt(first)), shown, both


def _for_any_prompt(thing: _Thing) -> str:
    return thing.conditions.replace(wording.prompt(*thing.prompt), "prompt of any length", 1)


def _shared(rows: Mapping[tuple[_Thing, str], _Cells]) -> dict[tuple[_Thing, str], _Cells]:
    """What one column does not split stands for every modality that another lists, where both never meet in one."""
    shared = dict(rows)
    for (thing, modality), cells in rows.items():
        split = [key for key in rows if key[0] == thing and key[1]]
        if not modality and split and not any(rows[key].keys() & cells.keys() for key in split):
            shared |= {key: rows[key] | cells for key in split}
            del shared[thing, modality]
    return shared


def _columns(rates: Iterable[Rate]) -> list[_Column]:
    """The tiers and plans in which anything is offered; the paid ones first."""
    found = {(rate.service_tier, rate.plan) for rate in rates if rate.availability != "not_available"}
    return sorted(found, key=lambda column: (column[1] != "paid", SERVICE_TIERS.index(column[0])))


def _thing(rate: Rate) -> _Thing:
    undated = replace(rate, effective_from=None, effective_until=None)
    prompt = rate.prompt_over, rate.prompt_up_to
    return _Thing(rate.meter.replace("_", " "), wording.conditions(undated), wording.unit(rate.unit), prompt)


class _Places:
    """The steps of the places on the page of all rates, of a column, of a line; nothing for each that differs."""

    def __init__(self, offer: PricedModel, columns: Iterable[_Column]) -> None:
        sold = [rate for rate in offer.card.rates if _is_sold(rate)]
        # the link to the page leads to the section, and a tab may be none
        self.known = {"", "-", offer.card.anchor, offer.card.model}
        self.all = _common(sold)
        self.by_column = {c: _common(r for r in sold if (r.service_tier, r.plan) == c) for c in columns}

    def own(self, steps: Iterable[str], known: Iterable[str] = (), tier: str = "") -> str:
        """The steps that are not known, all over the card or at their position, and more than a tier."""
        rows = zip_longest(steps, self.all, known, fillvalue="")
        found = (step for step, *others in rows if step not in self.known and step not in others)
        return " / ".join(step for step in found if step.casefold() != tier)

    def of_all(self) -> str:
        """What all places share."""
        return " / ".join(step for step in self.all if step not in self.known)

    def column(self, column: _Column) -> str:
        """What the places of a column share."""
        return self.own(self.by_column[column], tier=column[0])

    def line(self, shared: Sequence[str], filled: Iterable[_Column]) -> str:
        """What the places of a line share, and not each of its columns anyway."""
        return self.own(shared, _alike(self.by_column[column] for column in filled))


def _line(
    thing: _Thing,
    shown: _Shown,
    split: Mapping[str, _Cells],
    columns: Sequence[_Column],
    places: _Places,
) -> MatrixLine:
    what = " ".join(filter(None, (thing.meter, ", ".join(filter(None, split)))))
    sold = {c: [r for cells in split.values() for r in cells.get(c, ()) if _is_sold(r)] for c in columns}
    place = places.line(_common(r for rates in sold.values() for r in rates), [c for c, own in sold.items() if own])
    quotes = tuple(_quotes(cell, own) for cell, own in zip(shown, sold.values(), strict=True))
    if len(alike := {said for said, own in zip(quotes, sold.values(), strict=True) if own}) == 1:
        return MatrixLine(what, thing.conditions, thing.unit, shown, ((),) * len(columns), alike.pop(), place)
    return MatrixLine(what, thing.conditions, thing.unit, shown, quotes, (), place)


def _is_sold(rate: Rate) -> bool:
    """Words that say that a thing is not available explain no price."""
    return rate.availability != "not_available"


def _common(rates: Iterable[Rate]) -> list[str]:
    """The steps of the places of some rates, with nothing for each that differs."""
    return _alike(rate.evidence.locator.split(" / ") for rate in rates)


def _alike(places: Iterable[Sequence[str]]) -> list[str]:
    return [steps[0] if len(set(steps)) == 1 else "" for steps in zip_longest(*places, fillvalue="")]


def _quotes(cell: Iterable[MatrixPrice], rates: Iterable[Rate]) -> tuple[str, ...]:
    """The words of a cell, each once; none that only repeat an amount of it."""
    amounts = {_bare(price.words) for price in cell}
    said = dict.fromkeys(rate.evidence.quote.strip() for rate in rates)
    return tuple(words for words in said if _bare(words) not in amounts)


def _bare(words: str) -> str:
    """An amount without the zeros at its end."""
    return words.rstrip("0").removesuffix(".") if "." in words else words


def _price(rate: Rate) -> MatrixPrice:
    words, priced = rate.availability.replace("_", " "), rate.price is not None
    if rate.price is not None and rate.availability != "free":
        words = with_currency(rate.price, rate.currency)
    dates = wording.dates(rate)
    return MatrixPrice(words, dates, rate.effective_from, rate.effective_until, priced, rate.evidence.reading)
