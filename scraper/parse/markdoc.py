"""A Markdoc page as headings, texts and tables: Markdown whose frame is tags between `{%` and `%}`.

    ## Gemini 3.8 Flash {% id="gemini-3.8-flash" %}
    {% tab title="Standard" %}
    {% table %}
    * Input price
    * Free of charge
    * $0.75 through December 31, 2026.
      $1.50 starting January 1, 2027.
    ---
    * Output price
    ...
    {% /table %}
    {% /tab %}

A tab is a heading one level below its section's, as on the HTML page. A row of a table is a list, a cell an item of it
with its continuation lines; `---` stands between rows, and a table that begins with it has no header. What stands
between tags is Markdown, and read as such. A tag that is not known stays as a text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from scraper.errors import LayoutChanged
from scraper.parse.blocks import Block, Heading, Table, Text, markdown_blocks, without

UNKNOWN = re.compile(r"\{%.*?%\}", re.DOTALL)
_LINE = re.compile(r"\s*\{%\s*(?P<end>/?)\s*(?P<name>[A-Za-z][\w-]*)\b(?P<rest>[^{}]*?)(?P<alone>/?)\s*%\}\s*\Z")
_HEADING = re.compile(
    r"(?P<marks>#{1,6})\s+(?P<text>.*?)\s*(?:\{%\s*(?:id=\"(?P<id>[^\"]*)\"|#(?P<short>[\w.-]+))\s*%\})?\s*\Z"
)
_TITLE = re.compile(r"\btitle=\"([^\"]*)\"")
_RULE = re.compile(r"\s*-{3,}\s*\Z")
_CELL = re.compile(r"\s{0,3}[*-](?:\s+(?P<text>.*))?\Z")
_SPAN = re.compile(r"\{%\s*colspan=([2-9])\s*%\}")
_COMMENT = re.compile(r"\{%\s*comment\s*%\}.*?\{%\s*/comment\s*%\}", re.DOTALL)
_TAB = 3


def markdoc_blocks(body: str, shown: Collection[str] = ()) -> list[Block]:
    """The blocks of a Markdoc page, each heading with its id as anchor. Raises `LayoutChanged` on a broken table.

    `shown` are tags beside `table`, `tab` and `tabs` of which is known that they only frame what stands in them.
    """
    lines = iter(uncommented(body).split("\n"))
    blocks: list[Block] = []
    run: list[str] = []
    for line in lines:
        tag, heading = _LINE.match(line), _HEADING.match(line)
        if not tag and not heading:
            run.append(line)
            continue
        blocks += markdown_blocks("\n".join(run))
        run = []
        if heading:
            (named,) = markdown_blocks(f"# {heading['text']}")
            blocks.append(Heading(len(heading["marks"]), named.text, heading["id"] or heading["short"] or ""))  # type: ignore[union-attr]
        elif tag and tag["name"] == "table" and not tag["end"]:
            blocks.append(_table(lines))
        elif tag and tag["name"] == "tab" and not tag["end"] and (title := _TITLE.search(tag["rest"])):
            blocks.append(Heading(_TAB, title[1]))
        elif tag and tag["name"] not in ("table", "tab", "tabs", *shown):
            blocks.append(Text(line.strip()))
    return blocks + markdown_blocks("\n".join(run))


def uncommented(body: str) -> str:
    """The bytes of a page without its comments, which are not shown."""
    return _COMMENT.sub("", without(body, "!--"))


def _table(lines: Iterator[str]) -> Table:
    """The table whose opening tag stands in the line before. Raises `LayoutChanged` where it never ends."""
    rows: list[list[str]] = [[]]
    for line in lines:
        tag, cell = _LINE.match(line), _CELL.match(line)
        if tag and tag["name"] == "table" and tag["end"]:
            cells = [tuple(text for cell in row for text in _cell(cell)) for row in rows]
            return Table(cells[0], tuple(row for row in cells[1:] if row))
        if _RULE.match(line):
            rows.append([])
        elif cell:
            rows[-1].append(cell["text"] or "")
        elif line.strip() and not rows[-1]:
            raise LayoutChanged(f"a line of a table stands outside any cell: {line.strip()[:80]!r}")
        elif line.strip():
            rows[-1][-1] += f" {line.strip()}"
    raise LayoutChanged("truncated page: a table does not end")


def _cell(text: str) -> list[str]:
    """A cell as its text, and empty ones for the columns that it spans."""
    span = _SPAN.search(text)
    read = markdown_blocks(f"x {_SPAN.sub('', text)}")
    words = " ".join(block.text for block in read if isinstance(block, Text))
    return [words[1:].strip(), *[""] * (int(span[1]) - 1 if span else 0)]
