"""Tables and paragraphs as lines of a terminal: every text made visible, measured in cells, then cut or wrapped.

Nothing a page printed reaches a terminal but through `table` or `paragraph`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from ratecards.escaping import plain_text, visible
from ratecards.records import NamedTuple

NUMBERS = ("listed", "count", "exact", "money", "percent", "ratio")
_GAP = "  "
_LAST_RESORT = 8
_BREAK = re.compile(r"(?<=\s)|(?<=[a-z]-)")
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.([0-9]+))?\Z")


class Column(NamedTuple):
    """A column: its key for programs, its head for people, and what its cells are.

    Without a head it is for programs alone; `for_people` it is for people alone.

    Of the kinds of numbers, `listed` is an amount in the page's own decimals, `exact` one with all its digits, `money`
    one that is rounded to be shown, `percent` has one decimal, `ratio` two; numbers are aligned at the decimal point
    and never touched. On a narrow terminal an `optional` column gives way first, then `text` is wrapped and a `cut`
    text is cut, down to `least` cells; an `id` or `day` is broken last.
    """

    key: str
    head: str = ""
    kind: str = "text"
    optional: bool = False
    least: int = 10
    for_people: bool = False


class Group(NamedTuple):
    """Rows of cells under a title, with lines after them that are no rows; `level` says how deep the title stands."""

    title: str
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
    level: int = 0


def terminal_width() -> int:
    """The columns of the terminal; 120 where there is none."""
    import shutil

    return shutil.get_terminal_size(fallback=(120, 24)).columns


def paragraph(text: str, indent: str = "", *, width: int | None = None) -> list[str]:
    """A text as lines that fit the terminal; what does not fit on the first hangs below it."""
    if not text:
        return []
    hang = indent + "  "
    lines = wrap(visible(text), (width or terminal_width()) - len(hang))
    return [(hang if i else indent) + plain_text(line) for i, line in enumerate(lines)]


def paragraphs(texts: Iterable[str]) -> str:
    """Texts one below the other, each with its line end; an empty one is left out."""
    return "".join(f"{line}\n" for text in texts for line in paragraph(text))


def breadth(text: str) -> int:
    """How many terminal cells a visible text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    return text if breadth(text) <= width else _head(text, width - 1).rstrip() + "…"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken at blanks and inside ids."""
    width = max(width, 1)
    lines = [""]
    for piece in _BREAK.split(text):
        rest = piece
        if lines[-1] and breadth(lines[-1] + rest.rstrip()) > width:
            lines.append("")
        while breadth(rest.rstrip()) > width:
            lines[-1] = _head(rest, width)
            rest = rest[len(lines[-1]) :]
            lines.append("")
        lines[-1] += rest
    return [line.rstrip() for line in lines]


def _head(text: str, width: int) -> str:
    """The longest beginning that fits, at least one character."""
    end = 1
    while end < len(text) and breadth(text[: end + 1]) <= width:
        end += 1
    return text[:end]


class _Strip:
    """One column of cells on its way to a width."""

    __slots__ = ("cells", "column", "width")

    def __init__(self, column: Column, cells: list[str], width: int) -> None:
        self.column, self.cells, self.width = column, cells, width

    def floor(self, *, last: bool) -> int:
        """The least width that may be asked of it, or in the last resort."""
        kind = self.column.kind
        if kind in NUMBERS or (kind in ("id", "day") and not last):
            return self.width
        return min(self.width, _LAST_RESORT if last else self.column.least)

    def lines(self, row: int) -> list[str]:
        """The cell in that row as lines of the strip's width."""
        text = self.cells[row]
        if self.column.kind in NUMBERS:
            return [" " * (self.width - breadth(text)) + text]
        lines = [cut(text, self.width)] if self.column.kind == "cut" else wrap(text, self.width)
        return [line + " " * (self.width - breadth(line)) for line in lines]


def table(columns: Sequence[Column], groups: Sequence[Group], *, heads: bool = True, width: int | None = None) -> str:
    """The groups as one table no wider than `width` (else the terminal). Columns without a word are left out."""
    room = width or terminal_width()
    indent = _GAP * max((g.level + 1 for g in groups if g.title), default=0)
    body = [[visible(cell) for cell in row] for group in groups for row in group.rows]
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
    if column.kind in NUMBERS:
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

    def over(width: Callable[[_Strip], int]) -> bool:
        return sum(width(strip) + len(_GAP) for strip in kept) - len(_GAP) > room

    while over(lambda strip: strip.floor(last=False)) and (least := [s for s in kept if s.column.optional]):
        kept.remove(least[-1])
    for last in (False, True):
        floors = {id(s): s.floor(last=last) for s in kept}
        while over(lambda strip: strip.width) and (loose := [s for s in kept if s.width > floors[id(s)]]):
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
