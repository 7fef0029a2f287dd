"""An HTML table as a grid: spans resolved as a browser does, cells by line. Knows nothing of prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.parse.blocks import clean, visible

Item = TypeVar("Item")
_LINE = "\ue000"


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell as printed, by line; two cells are the same only when they are one."""

    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined by blanks."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` by column, a spanned cell in each column and row it covers; `own` are those that start here."""

    cells: tuple[Cell | None, ...]
    own: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """Its own cells, as messages quote them."""
        return " | ".join(cell.text for cell in self.own)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the cells of its one header row (none when there is not just one), and its rows.

    In a `flat` table no cell covers several rows.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    heads: tuple[str, ...]
    flat: bool

    def texts(self) -> Iterator[str]:
        """Every cell's text once, header cells first."""
        yield from self.heads
        yield from (cell.text for row in self.rows for cell in row.own)


def grid(table: Tag) -> Grid:
    """Resolve a table's spans; row groups are apart, as in a browser. Raises `LayoutChanged` on a nested table."""
    if table.find("table"):
        raise LayoutChanged(f"a table stands inside a table, near {clean(table.get_text())[:60]!r}")
    first = table.find("tr")
    bare = first and first.find("th", recursive=False) and not first.find("td", recursive=False)
    heads = table.select("thead > tr") or ([first] if first and bare else [])
    texts = tuple(cell.text for row in heads for _, cell in _cells(row))
    header = texts if len(heads) == 1 else ()
    rows: list[Row] = []
    for group in table.find_all(["tbody", "tfoot"], recursive=False):
        own = [row for row in group.find_all("tr", recursive=False) if not any(row is head for head in heads)]
        rows += _group(own, len(header))
    return Grid(header, tuple(rows), texts, not table.find(rowspan=True))


def _group(rows: Sequence[Tag], width: int) -> list[Row]:
    own = [_cells(row) for row in rows]
    # a span ends with its row group and at the header's last column
    full = spread(
        [[(cell, _span(t, "rowspan") or len(rows), _span(t, "colspan")) for t, cell in r] for r in own], width
    )
    padded = ((*cells, *[None] * (width - len(cells))) for cells in full)
    return [Row(cells, tuple(cell for _, cell in row)) for cells, row in zip(padded, own, strict=True)]


def spread(rows: Sequence[Sequence[tuple[Item, int, int]]], width: int = 10**6) -> list[tuple[Item | None, ...]]:
    """The rows of a table with each item in all the places that it covers, None in those that none does.

    An item comes with the numbers of rows and columns that it spans; its span ends with the last row, and before column
    `width` unless it begins there.
    """
    taken: dict[tuple[int, int], Item] = {}
    for at, row in enumerate(rows):
        column = 0
        for item, down, across in row:
            while (at, column) in taken:
                column += 1
            right = column + max(1, min(across, width - column))
            for place in product(range(at, min(at + down, len(rows))), range(column, right)):
                taken.setdefault(place, item)
            column = right
    widths = [max((c + 1 for r, c in taken if r == at), default=0) for at in range(len(rows))]
    return [tuple(taken.get((at, column)) for column in range(wide)) for at, wide in enumerate(widths)]


def _cells(row: Tag) -> list[tuple[Tag, Cell]]:
    return [(tag, _cell(tag)) for tag in row.find_all(["td", "th"], recursive=False)]


def _cell(tag: Tag) -> Cell:
    for broken in tag.find_all(["br", "li", "p"]):
        broken.insert_before(_LINE)
    lines = (clean(line) for line in visible(tag).split(_LINE))
    return Cell(tuple(line for line in lines if line))


def _span(tag: Tag, name: str) -> int:
    text = str(tag.get(name, "1"))
    # no table has more columns or rows than five digits can say
    return int(text[:5]) if text.isdecimal() else 1
