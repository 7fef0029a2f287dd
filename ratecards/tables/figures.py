"""A table of figures: its columns, its rows with the rates they were computed from, and how a figure is shown.

A figure is rounded here, for showing, and nowhere else: programs get every digit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from ratecards.costs.breakdown import Line
from ratecards.model import plain

Cell = str | int | Decimal | bool | None
NUMBERS = ("listed", "count", "exact", "money", "percent", "ratio")
OWN = (*NUMBERS, "day")  # cells that hold nothing but figures
_THREE = Context(prec=3, rounding=ROUND_HALF_UP)


class Field(NamedTuple):
    """A column: its key for programs, its head for people (none: for programs alone), and what its cells are.

    `listed` is an amount in the page's own decimals, `exact` one with all its digits, `money` one that is rounded to
    be shown, `percent` has one decimal, `ratio` two; an `id` or `day` is broken last. An `optional` column gives way
    first on a narrow terminal.
    """

    key: str
    head: str = ""
    kind: str = "text"
    optional: bool = False


class Row(NamedTuple):
    """Cells by key, and the lines they were computed from; rows of one `group` stand under it as a title."""

    cells: Mapping[str, Cell]
    lines: tuple[Line, ...] = ()
    group: str = ""


class Sheet(NamedTuple):
    """A table with what must be said below it, and `first`, above it."""

    title: str
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    first: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[Field, ...]:
        """The columns for people."""
        return tuple(field for field in self.fields if field.head)


def shown(kind: str, value: Cell) -> str:
    """A cell for people."""
    if value is None or value == "":
        return "-" if kind in NUMBERS else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    if kind == "count":
        return f"{int(value):,}" if value == int(value) else plain(value)
    if kind == "percent":
        return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)} %"
    if kind == "ratio":
        return f"x{value.quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    return money(value) if kind == "money" else plain(value)


def money(value: Decimal) -> str:
    """An amount of money to read: whole, or to the cent, or the first three digits of less than one."""
    if value == value.to_integral_value():
        return f"{int(value):,}"
    if abs(value) < 1:
        return plain(_THREE.plus(value))
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def data(kind: str, value: Cell) -> Cell:
    """A cell for programs: amounts are strings with all their digits; what has no end gets four decimals."""
    if not isinstance(value, Decimal):
        return value
    return plain(value.quantize(Decimal("0.0001"), ROUND_HALF_UP) if kind in ("percent", "ratio") else value)


def printed(line: Line, least: int = 0) -> str:
    """A rate in the page's own decimals, as `0.050`, or in at least so many."""
    own = plain(line.rate)
    for number in re.findall(r"[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+", line.quote):
        if Decimal(number.replace(",", "")) == line.rate:
            own = number.replace(",", "")
            break
    places = len(own.partition(".")[2])
    return own if places >= least else f"{Decimal(own):.{least}f}"


def used(rows: Sequence[Row]) -> list[Line]:
    """The rates behind some rows, each once."""
    found: dict[object, Line] = {}
    for line in (line for row in rows for line in row.lines):
        found.setdefault((line.what, line.rate, line.unit, line.source, line.model, line.quote), line)
    return list(found.values())
