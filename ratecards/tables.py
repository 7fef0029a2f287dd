"""A table: its columns, its rows with the rates they were computed from, and what must be said above and below it.

It has four forms: lines of a terminal and Markdown for people, CSV and JSON for programs. Explained, each also says
which rates its figures were computed from, in which words and since when. A figure is rounded here, for people, and
nowhere else: programs get every digit.

In a terminal every text is made visible, measured in cells, then cut or wrapped: nothing a page printed reaches one but
through `table` or `paragraph`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import groupby, zip_longest

from ratecards import wording
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.costing.breakdown import Line
from ratecards.escaping import csv_field, markdown_cell, plain_text, visible
from ratecards.model import plain
from ratecards.model.grade import least
from ratecards.records import NamedTuple

NUMBERS = ("listed", "count", "exact", "money", "percent", "ratio")
_GAP = "  "
_LAST_RESORT = 8
_BREAK = re.compile(r"(?<=\s)|(?<=[a-z]-)")
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.([0-9]+))?\Z")
Cell = str | int | Decimal | bool | tuple[str, ...] | None
_FIGURES = (*NUMBERS, "day")  # cells of these kinds hold nothing that a page printed
_THREE = Context(prec=3, rounding=ROUND_HALF_UP)
_RATE = ("what", "rate", "unit", "currency", "source", "model", "observed", "quote", "how")


# ------------------------------------------------------------------------------------------------- lines of a terminal


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


# ------------------------------------------------------------------------------------------------------ the four forms


class Row(NamedTuple):
    """Cells by key, and the lines they were computed from; rows of one `group` stand under it as a title."""

    cells: Mapping[str, Cell]
    lines: tuple[Line, ...] = ()
    group: str = ""


class Table(NamedTuple):
    """Rows under a title, with notes below, and `first`, above it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    first: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[Column, ...]:
        """The columns for people."""
        return tuple(column for column in self.columns if column.head)

    @property
    def keys(self) -> list[str]:
        """The keys of the columns for programs."""
        return [column.key for column in self.columns if not column.for_people]

    def shown(self, row: Row) -> list[str]:
        """The cells of a row for people."""
        return [shown(column.kind, row.cells.get(column.key)) for column in self.heads]

    def form(self, name: str, *, explain: bool = False) -> str:
        """The table in the form of that name: table, csv, json or markdown."""
        made: dict[str, Callable[..., str]] = {"csv": self.csv, "json": self.json, "markdown": self.markdown}
        return made.get(name, self.text)(explain=explain)

    def text(self, *, explain: bool = False, width: int | None = None) -> str:
        """The table for a terminal; without a title, its notes follow its rows at once."""
        groups = [
            Group(title, [self.shown(row) for row in rows])
            for title, rows in groupby(self.rows, key=lambda row: row.group)
        ]
        parts = [paragraph(words, width=width) for words in (*self.first, self.title)]
        parts += [table(self.heads, groups, width=width).splitlines()]
        parts += [[line for note in self.notes for line in paragraph(note, width=width)]]
        parts += [_explained(self.rows, width)] if explain else []
        between = "\n" if self.title else ""
        return between.join("".join(line + "\n" for line in part) for part in parts if part)

    def markdown(self, *, explain: bool = False, escape: Callable[[str], str] = markdown_cell) -> str:
        """The table as Markdown: a heading per group, a table below it."""
        lines = [line for words in self.first for line in (f"**{escape(words)}**", "")]
        lines += [f"# {escape(self.title)}", ""]
        heads = [(c.head, c.kind in NUMBERS) for c in self.heads]
        for title, rows in groupby(self.rows, key=lambda row: row.group):
            lines += [f"## {escape(title)}", ""] if title else []
            lines += [*pipes(heads, [self._marked_down(row, escape) for row in rows]), ""]
        lines += [line for note in self.notes for line in (escape(note), "")]
        if explain:
            rates = [[escape(words) for words in _rate(line).values()] for line in used(self.rows)]
            lines += pipes([(name, name == "rate") for name in _RATE], rates)
        return "\n".join(lines).rstrip() + "\n"

    def _marked_down(self, row: Row, escape: Callable[[str], str]) -> list[str]:
        pairs = zip(self.heads, self.shown(row), strict=True)
        return [cell if column.kind in _FIGURES else escape(cell) for column, cell in pairs]

    def csv(self, *, explain: bool = False) -> str:
        """The table as CSV; explained, the rates of a row stand in its last field."""
        keys, rows = self.keys, self.records()
        for row, record in zip(self.rows, rows, strict=True) if explain else ():
            record["rates"] = "; ".join(" | ".join(filter(None, _rate(line).values())) for line in used([row]))
        return csv_text([*keys, "rates"] if explain else keys, rows)

    def json(self, *, explain: bool = False) -> str:
        """The rows as a JSON list."""
        return json_text(self.records(explain=explain))

    def records(self, *, explain: bool = False) -> list[dict[str, object]]:
        """The rows for programs; explained, with the rates of each."""
        found: list[dict[str, object]] = []
        for row in self.rows:
            record: dict[str, object] = {
                c.key: data(c.kind, row.cells.get(c.key)) for c in self.columns if not c.for_people
            }
            found.append({**record, "rates": [_rate(line) for line in used([row])]} if explain else record)
        return found

    def aged(self, tell: Callable[[Iterable[str]], list[Age]]) -> Table:
        """The table with the age of each row; `tell` gives the ages of the sources that an answer is from."""
        own = [{*_source(row), *(line.source for line in row.lines)} for row in self.rows]
        ages = {age.source: age for age in tell(source for sources in own for source in sources)}
        rows = [
            row._replace(cells={**row.cells, **freshness.columns(ages[source] for source in sources)})
            for row, sources in zip(self.rows, own, strict=True)
        ]
        notes = (*self.notes, *([freshness.note(ages.values())] if ages else []))
        return self._replace(columns=(*self.columns, *map(Column, freshness.COLUMNS)), rows=tuple(rows), notes=notes)

    def graded(self) -> Table:
        """The table with the grade of trust of each row's sources, for programs, as its last column."""
        sources = [{*_source(row), *(line.source for line in row.lines)} for row in self.rows]
        rows = [
            row._replace(cells={**row.cells, "grade": least(sorted(own))})
            for row, own in zip(self.rows, sources, strict=True)
        ]
        return self._replace(columns=(*self.columns, Column("grade")), rows=tuple(rows))


def _source(row: Row) -> list[str]:
    """The source that a row names, as `google/gemini-api`, or the two that it holds beside each other."""
    named = [str(row.cells[name]) for name in ("source", "left", "right") if row.cells.get(name)]
    return [source if "/" in source else f"{row.cells.get('provider')}/{source}" for source in named]


def records_table(keys: Iterable[str], rows: Iterable[Mapping[str, Cell]]) -> Table:
    """A table for programs alone."""
    return Table("", tuple(map(Column, keys)), tuple(map(Row, rows)))


def csv_text(keys: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """The rows as CSV under one header line, every field safe in a terminal and in a spreadsheet."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([csv_field(row[key]) for key in keys] for row in rows)
    return out.getvalue()


def json_text(value: object) -> str:
    """Plain data as JSON in ASCII: nothing is lost, and nothing that a terminal would act on is left."""
    return json.dumps(value, indent=2).replace("\x7f", "\\u007f") + "\n"


def pipes(heads: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> list[str]:
    """Cells that are escaped already as a Markdown table; a head that is marked is aligned right."""
    heads = list(heads)
    lines = [[head for head, _ in heads], ["---:" if right else "---" for _, right in heads], *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def shown(kind: str, value: Cell) -> str:
    """A cell for people."""
    if value is None or value == "":
        return "-" if kind in NUMBERS else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return " ".join(value)
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


def _rate(line: Line) -> dict[str, str]:
    words = {name: str(getattr(line, name)) for name in _RATE}
    return {**words, "rate": printed(line)}


def _explained(rows: Sequence[Row], width: int | None) -> list[str]:
    """The rates behind some rows, by model, source and day of reading, and below them how quantities were found."""
    columns = [
        Column("", "rates used", least=20),
        Column("", "price", "listed"),
        Column("", "per", least=9),
        Column("", "quote", least=20),
    ]
    lines = sorted(used(rows), key=lambda line: (line.source, line.model))
    groups = [
        Group(title, [[line.what, printed(line), wording.unit(line.unit), line.quote] for line in found])
        for title, found in groupby(lines, key=lambda line: f"{line.model}: {line.source}, observed {line.observed}")
    ]
    hows = dict.fromkeys(line.how for row in rows for line in row.lines if line.how)
    return table(columns, [*groups, Group("", (), list(hows))], width=width).splitlines()
