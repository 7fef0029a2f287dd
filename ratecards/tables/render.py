"""Rows to text: CSV and JSON for programs, tables that fit a terminal for people.

Everything a page printed passes `safe` or is escaped on its way out: a control or bidirectional character of a
scraped string never reaches a terminal, and a CSV field never starts a formula (CWE-1236).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ratecards.tables.fit import breadth, cut, paragraph, safe, terminal, wrap

_GAP = "  "
_LAST_RESORT = 8
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.([0-9]+))?\Z")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """The rows as CSV under one header line, every field safe in a terminal and in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_field(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def _field(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    words = safe(text)
    return "'" + words if text.startswith(_FORMULA) or words.lstrip().startswith(_FORMULA) else words


def json_text(rows: Iterable[Mapping[str, object]]) -> str:
    """The rows as a JSON list in ASCII: nothing is lost, and nothing that a terminal would act on is left."""
    return json_value(list(rows))


def json_value(data: object) -> str:
    """Plain data as JSON in ASCII, in the same way."""
    return json.dumps(data, indent=2).replace("\x7f", "\\u007f") + "\n"


@dataclass(frozen=True, slots=True)
class Column:
    """How a column behaves where the terminal is narrow.

    `fit` is `number` (right-aligned at the decimal point, never touched), `keep` (touched last), `wrap` or `cut`;
    these give way down to `least` cells. An `optional` column is left out before any other gives way.
    """

    head: str
    fit: str = "keep"
    least: int = _LAST_RESORT
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a title, with lines after them that are no rows; `level` says how deep the title stands."""

    title: str
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
    level: int = 0


@dataclass(slots=True, eq=False)
class _Strip:
    """One column of cells on its way to a width."""

    column: Column
    cells: list[str]
    width: int

    def floor(self, *, last: bool) -> int:
        """The least width that may be asked of it, or in the last resort."""
        if self.column.fit == "number" or (self.column.fit == "keep" and not last):
            return self.width
        return min(self.width, _LAST_RESORT if last else self.column.least)

    def lines(self, row: int) -> list[str]:
        """The cell in that row as lines of the strip's width."""
        text = self.cells[row]
        if self.column.fit == "number":
            return [" " * (self.width - breadth(text)) + text]
        lines = [cut(text, self.width)] if self.column.fit == "cut" else wrap(text, self.width)
        return [line + " " * (self.width - breadth(line)) for line in lines]


def table(columns: Sequence[Column], groups: Sequence[Group], *, heads: bool = True, width: int | None = None) -> str:
    """The groups as one table no wider than `width` (else the terminal). Columns without a word are left out."""
    room = width or terminal()
    indent = _GAP * max((g.level + 1 for g in groups if g.title), default=0)
    body = [[safe(cell) for cell in row] for group in groups for row in group.rows]
    strips = [
        _strip(column, [row[i] for row in body], heads=heads)
        for i, column in enumerate(columns)
        if any(row[i] for row in body)
    ]
    fitted = _fitted(strips, room - len(indent))
    rows = [_row(fitted, i, indent) for i in range(len(body) + heads)] if body else []
    lines = rows.pop(0) if heads and body else []
    for group in groups:
        lines += paragraph(group.title, _GAP * group.level, width=room)
        lines += [line for _ in group.rows for line in rows.pop(0)]
        lines += [line for note in group.notes for line in paragraph(note, indent, width=room)]
    if lost := [s.column.head for s in strips if s not in fitted]:
        lines += paragraph(f"(not shown in {room} columns: {', '.join(lost)})", width=room)
    return "".join(line.rstrip() + "\n" for line in lines)


def _strip(column: Column, cells: list[str], *, heads: bool) -> _Strip:
    if column.fit == "number":
        places = max((len(m[1] or "") for c in cells if (m := _NUMBER.match(c))), default=0)
        cells = [_pointed(c, places) for c in cells]
    cells = [column.head, *cells] if heads else cells
    return _Strip(column, cells, max(map(breadth, cells)))


def _pointed(cell: str, places: int) -> str:
    """A number with room for the decimals that others have."""
    number = _NUMBER.match(cell)
    if not number or not places:
        return cell
    return cell + " " * (places - len(number[1]) if number[1] else places + 1)


def _fitted(strips: Sequence[_Strip], room: int) -> list[_Strip]:
    """The strips that stay, their widths made to fit: optional ones go first, then the widest give way."""
    kept = list(strips)
    gap = len(_GAP)
    while sum(s.floor(last=False) + gap for s in kept) - gap > room:
        optional = [s for s in kept if s.column.optional]
        if not optional:
            break
        kept.remove(optional[-1])
    for last in (False, True):
        floors = {id(s): s.floor(last=last) for s in kept}
        while sum(s.width + gap for s in kept) - gap > room:
            loose = [s for s in kept if s.width > floors[id(s)]]
            if not loose:
                break
            max(loose, key=lambda s: s.width).width -= 1
    return kept


def _row(strips: Sequence[_Strip], row: int, indent: str) -> list[str]:
    """One row as terminal lines."""
    cells = [s.lines(row) for s in strips]
    blanks = [" " * s.width for s in strips]
    return [
        indent + _GAP.join(part or blank for part, blank in zip(parts, blanks, strict=True))
        for parts in zip_longest(*cells)
    ]
