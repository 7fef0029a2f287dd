"""The pricing page as tables with coordinates, from each of its forms. Knows no prices.

In the HTML page the rows stand in the props of islands; what is drawn beside them is a copy of some of them, and
the only place of the long-context columns. The `.md` twin has the same rows as JSX, as far as it was not cut. The
edition of December 2025 is known as Markdown made by a converter, which flattened cells that span rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.parse.blocks import Heading, Table, Text, clean, html_blocks, markdown_blocks, visible
from scraper.parse.grid import spread
from scraper.prices.lexicon import COUNTED
from scraper.prices.normalize import label_key
from scraper.sources.openai_script import Script, astro_props
from scraper.sources.openai_tables import Cell, Page, Where, component_tables, texts_of
from scraper.sources.openai_terms import Terms

_CAPTION = re.compile(r"Prices per .+")
_ASIDE = re.compile(r"\{/\*.*?\*/\}|<!--.*?-->|^import\b.*?;$", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"</[\w.]+\s*>|<([A-Za-z][\w.]*)")
_MOST_SPANNED = 200

# ---------------------------------------------------------------------------------------------- HTML


def html_page(article: Tag, terms: Terms) -> Page:
    """The page itself, from its article. Raises `LayoutChanged` when a component is not the known one."""
    page, where = Page("html"), Where()
    for tag in article.find_all(True):
        classes = tag.get("class") or ()
        if "anchor-heading-wrapper" in classes:
            heading = tag.find(re.compile(r"h[1-6]\Z"))
            where.enter(clean(visible(tag)), str(heading.get("id") or "") if heading else "", page)
        elif tag.has_attr("data-content-switcher-pane"):
            where.turn(str(tag.get("data-value")), page)
        elif {"pricing-section-meta", "pricing-switcher-meta"} & set(classes) and _is_caption(tag):
            where.caption = clean(visible(tag))
        elif tag.name == "astro-island":
            _island(tag, page, where, terms)
    for pane in article.find_all(hidden=True):
        del pane["hidden"]
    # the words of a heading stand beside it
    titles, title = {place.anchor: place.title for place in page.places}, ""
    for block in html_blocks(article):
        if isinstance(block, Heading):
            title = titles.get(block.anchor) or block.text or title
        page.texts += [(title, text) for text in _words(block)]
    return page


def _is_caption(tag: Tag) -> bool:
    return _CAPTION.fullmatch(clean(visible(tag))) is not None


def _words(block: Heading | Text | Table) -> list[Text]:
    if isinstance(block, Table):
        return [Text(" | ".join(row)) for row in (block.header, *block.rows)]
    return [block] if isinstance(block, Text) else [Text(block.text)]


def _island(tag: Tag, page: Page, where: Where, terms: Terms) -> None:
    name, props = str(tag.get("component-export")), astro_props(str(tag.get("props") or "{}"))
    if name not in terms.components:
        if {"rows", "groups"} & set(props) or COUNTED.search(str(tag.get("props"))):
            words = f"the unknown component {name!r} holds rows or amounts"
            page.unread.append((where.place, words, str(tag.get("props"))))
        return
    component_tables(name, props, page, where, terms)
    for table in tag.find_all("table"):
        headings, rows = _drawn(table)
        tab = str(props.get("tier", ""))
        page.tables.append(where.table(headings, rows, tab=tab, shown=True))
        table.extract()


def _drawn(table: Tag) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """A drawn table as a full grid: a cell that spans several has its words in each of them."""
    lines = [line for line in table.find_all("tr") if line.find(["td", "th"])]
    if table.find("table"):
        raise LayoutChanged(f"a table is drawn inside a table, near {clean(table.get_text())[:60]!r}")
    grid = spread(
        [
            [
                (clean(visible(cell)), _span(cell, "rowspan"), _span(cell, "colspan"))
                for cell in line.find_all(["td", "th"])
            ]
            for line in lines
        ]
    )
    height = len(list(takewhile(lambda line: not line.find("td"), lines)))
    widest = max((len(row) for row in grid), default=0)
    columns = [[row[at] for row in grid[:height] if at < len(row)] for at in range(widest)]
    headings = tuple(" / ".join(dict.fromkeys(word for word in column if word)) for column in columns)
    return headings, [[Cell(text or "") for text in row] for row in grid[height:]]


def _span(cell: Tag, name: str) -> int:
    words = str(cell.get(name) or "1")
    if not words.isdecimal() or not 1 <= int(words[:9]) <= _MOST_SPANNED:
        raise LayoutChanged(f"a drawn table: expected a {name} of 1 to {_MOST_SPANNED}, saw {words[:20]!r}")
    return int(words)


# ----------------------------------------------------------------------------------------- .md twin


def mdx_page(body: str, terms: Terms) -> Page:
    """The twin: JSX source. Raises `LayoutChanged` where it breaks off within a tag."""
    return _Mdx(_ASIDE.sub("", body), terms).page()


class _Mdx:
    """Reads the twin tag by tag; the words between two tags belong to the one before."""

    def __init__(self, text: str, terms: Terms) -> None:
        self.text, self.terms = text, terms
        self.result, self.where = Page("mdx"), Where()
        self.titled = False
        self.run: list[str] = []

    def page(self) -> Page:
        at = 0
        while match := _TAG.search(self.text, at):
            self._between(self.text[at : match.start()])
            at = match.end()
            if match[1]:
                script = Script(self.text, at)
                self._tag(match[1], script.attributes())
                at = script.at
        self._between(self.text[at:])
        self._settle()
        return self.result

    def _tag(self, name: str, attributes: Mapping[str, Any]) -> None:
        if name in self.terms.components:
            self._settle()
            component_tables(name, attributes, self.result, self.where, self.terms)
        elif name[0].isupper():
            self.result.unread.append((self.where.place, f"unknown component {name!r}", ""))
        elif "data-content-switcher-pane" in attributes:
            self._settle()
            self.where.turn(str(attributes.get("data-value")), self.result)
        elif "pricing-section-heading" in str(attributes.get("className")):
            self._settle()
            self.titled = True
        elif name != "style" and "set:html" in attributes:
            self.result.texts += [(self.where.place.title, text) for text in texts_of(attributes["set:html"])]

    def _between(self, words: str) -> None:
        before, cut, after = words.rpartition("/>")
        if cut:
            self.result.cut.append((self.where.place, "".join([*self.run, before])))
            self.run = []
        text = clean(after)
        if self.titled and text:
            self.titled = False
            self.where.enter(text, "", self.result)
        elif _CAPTION.fullmatch(text):
            self.where.caption = text
        else:
            self.run.append(after)

    def _settle(self) -> None:
        """What was gathered and did not turn out to be a cut table is prose."""
        text = clean("".join(self.run))
        self.result.texts += [(self.where.place.title, Text(text))] if text else []
        self.run = []


# ------------------------------------------------------------------------- the converter's Markdown


def converted_page(body: str, terms: Terms) -> Page:
    """The December 2025 edition. Raises `LayoutChanged` on a broken table."""
    page, where = Page("converted"), Where()
    path: list[str] = []
    for block in markdown_blocks("\n".join(_unspanned(body.split("\n"), terms))):
        if isinstance(block, Heading):
            path = [*path[: max(0, block.level - 3)], block.text]
            caption = where.caption if block.level > 3 else ""
            where.enter(" / ".join(path), "", page)
            where.caption = caption
        elif isinstance(block, Table):
            page.tables.append(where.table(block.header, ((Cell(text) for text in row) for row in block.rows)))
            where.tabbed(bool(where.place.tab))
        elif label_key(block.text) in terms.tabs:
            where.turn(block.text, page)
        elif _CAPTION.fullmatch(block.text):
            where.caption = block.text
        elif terms.switcher.fullmatch(block.text):
            where.tabbed(True)
        else:
            page.texts.append((where.place.title, block))
    return page


def _unspanned(lines: Sequence[str], terms: Terms) -> Iterator[str]:
    """Tables with full rows: a second header starts a second table, a spanned model cell is repeated."""
    first, parted = "", False
    for line in lines:
        cells = line.strip().removeprefix("|").removesuffix("|").split("|")
        if not line.startswith("|"):
            parted = False
            yield line
        elif not line.strip("| \t"):
            parted = True
            yield ""
        elif label_key(cells[0]) in terms.qualities:
            yield f"|{first}{line}"
        else:
            first = cells[0]
            yield line
            if parted:
                yield "| --- " * len(cells) + "|"
                parted = False
