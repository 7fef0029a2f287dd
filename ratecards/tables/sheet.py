"""A sheet of figures in four forms: a terminal's table, Markdown, CSV and JSON.

Explained, each form also says which rates the figures were computed from, in which words and since when.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from ratecards import phrases
from ratecards.catalog.freshness import COLUMNS, Age, columns, note
from ratecards.costs.breakdown import Line
from ratecards.tables.figures import NUMBERS, OWN, Field, Row, Sheet, data, printed, shown, used
from ratecards.tables.fit import paragraph, safe
from ratecards.tables.render import Column, Group, csv_text, json_text, table

_MARKUP = re.compile(r"([\\`*_\[\]#|~$])")
_HARMLESS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "://": "&#58;//", "www.": "www&#46;"}
_RATE = ("what", "rate", "unit", "currency", "source", "model", "observed", "quote", "how")


def _rate(line: Line) -> dict[str, str]:
    words = {name: str(getattr(line, name)) for name in _RATE}
    return {**words, "rate": printed(line)}


def text(sheet: Sheet, *, explain: bool = False, width: int | None = None) -> str:
    """The sheet for a terminal."""
    groups = [
        Group(title, [[shown(f.kind, row.cells.get(f.key)) for f in sheet.heads] for row in rows])
        for title, rows in groupby(sheet.rows, key=lambda row: row.group)
    ]
    parts = [paragraph(words, width=width) for words in (*sheet.first, sheet.title)]
    parts += [table(_columns(sheet.heads), groups, width=width).splitlines()]
    parts += [[line for note in sheet.notes for line in paragraph(note, width=width)]]
    parts += [_explained(sheet, width)] if explain else []
    return "\n".join("".join(line + "\n" for line in part) for part in parts if part)


def _columns(fields: Sequence[Field]) -> list[Column]:
    fits = {**dict.fromkeys(NUMBERS, "number"), "id": "keep", "day": "keep", "text": "wrap"}
    return [Column(f.head, fits[f.kind], 10, f.optional) for f in fields]


def _explained(sheet: Sheet, width: int | None) -> list[str]:
    columns = [Column("rates used", "wrap", 20), Column("price", "number"), Column("per", "wrap", 9)]
    columns += [Column("quote", "wrap", 20)]
    lines = sorted(used(sheet.rows), key=lambda line: (line.source, line.model))
    groups = [
        Group(title, [[line.what, printed(line), phrases.unit(line.unit), line.quote] for line in found])
        for title, found in groupby(lines, key=lambda line: f"{line.model}: {line.source}, observed {line.observed}")
    ]
    hows = dict.fromkeys(line.how for row in sheet.rows for line in row.lines if line.how)
    return table(columns, [*groups, Group("", (), list(hows))], width=width).splitlines()


def aged(sheet: Sheet, tell: Callable[[Iterable[str]], list[Age]]) -> Sheet:
    """The sheet with the age of each row; `tell` gives the ages of the sources that an answer is from."""
    sources = [
        {*filter(None, [str(row.cells.get("source") or "")]), *(r.source for r in row.lines)} for row in sheet.rows
    ]
    ages = {age.source: age for age in tell(source for own in sources for source in own)}
    rows = [
        row._replace(cells={**row.cells, **columns(ages[source] for source in own)})
        for row, own in zip(sheet.rows, sources, strict=True)
    ]
    fields = (*sheet.fields, *map(Field, COLUMNS))
    return sheet._replace(
        fields=fields, rows=tuple(rows), notes=(*sheet.notes, *([note(ages.values())] if ages else []))
    )


def csv(sheet: Sheet, *, explain: bool = False) -> str:
    """The sheet as CSV; explained, the rates of a row stand in its last field."""
    rows = records(sheet)
    if not explain:
        return csv_text([f.key for f in sheet.fields], rows)
    for row, record in zip(sheet.rows, rows, strict=True):
        record["rates"] = "; ".join(" | ".join(filter(None, _rate(line).values())) for line in used([row]))
    return csv_text([*(f.key for f in sheet.fields), "rates"], rows)


def records(sheet: Sheet, *, explain: bool = False) -> list[dict[str, object]]:
    """The rows for programs; explained, with the rates of each."""
    found: list[dict[str, object]] = []
    for row in sheet.rows:
        record: dict[str, object] = {f.key: data(f.kind, row.cells.get(f.key)) for f in sheet.fields}
        found.append({**record, "rates": [_rate(line) for line in used([row])]} if explain else record)
    return found


def json(sheet: Sheet, *, explain: bool = False) -> str:
    """The rows as a JSON list."""
    return json_text(records(sheet, explain=explain))


def escaped(words: str) -> str:
    """Words inside Markdown: no markup, no HTML, no mention, no link, one line."""
    words = _MARKUP.sub(r"\\\1", safe(words))
    for sign, harmless in _HARMLESS.items():
        words = words.replace(sign, harmless)
    return words


def markdown(sheet: Sheet, *, explain: bool = False, escape: Callable[[str], str] = escaped) -> str:
    """The sheet as Markdown: a heading per group, a table below it."""
    lines = [line for words in sheet.first for line in (f"**{escape(words)}**", "")]
    lines += [f"# {escape(sheet.title)}", ""]
    for title, rows in groupby(sheet.rows, key=lambda row: row.group):
        lines += [f"## {escape(title)}", ""] if title else []
        cells = [[_cell(f, row, escape) for f in sheet.heads] for row in rows]
        lines += [*_pipes([(f.head, f.kind in NUMBERS) for f in sheet.heads], cells), ""]
    lines += [line for note in sheet.notes for line in (escape(note), "")]
    if explain:
        rates = [[escape(words) for words in _rate(line).values()] for line in used(sheet.rows)]
        lines += _pipes([(name, name == "rate") for name in _RATE], rates)
    return "\n".join(lines).rstrip() + "\n"


def _cell(field: Field, row: Row, escape: Callable[[str], str]) -> str:
    words = shown(field.kind, row.cells.get(field.key))
    return words if field.kind in OWN else escape(words)


def _pipes(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under heads, those marked aligned right."""
    lines = [[head for head, _ in heads], ["---:" if right else "---" for _, right in heads], *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def form(sheet: Sheet, name: str, *, explain: bool = False) -> str:
    """The sheet in the form of that name: table, csv, json or markdown."""
    made: dict[str, Callable[..., str]] = {"table": text, "csv": csv, "json": json, "markdown": markdown}
    return made[name](sheet, explain=explain)
