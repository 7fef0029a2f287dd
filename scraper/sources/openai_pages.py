"""The pricing page as tables with coordinates, from each of its forms. Knows no prices.

In the HTML page the rows stand in the props of islands; what is drawn beside them is a copy of some of them, and
the only place of the long-context columns. The `.md` twin has the same rows as JSX, as far as it was not cut. The
edition of December 2025 is known as Markdown made by a converter, which flattened cells that span rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import Any

from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.normalise import fold
from scraper.parse import Heading, Text, clean, html_blocks, markdown_blocks, only, soup, visible
from scraper.parse import Table as MarkdownTable
from scraper.sources.openai_script import Number, Script, astro_props
from scraper.sources.openai_terms import Terms
from scraper.words import COUNTED

CAPTION = re.compile(r"Prices per .+")
_ASIDE = re.compile(r"\{/\*.*?\*/\}|<!--.*?-->|^import\b.*?;$", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"</[\w.]+\s*>|<([A-Za-z][\w.]*)")
_LOST_NUMBER = re.compile(r"(?<=[\[,])\s*[0-9]+(?:\.[0-9]+)?(?=\s*[,\]])")
_READ_PROPS = ("rows", "groups", "headings", "tier")
_NO_TAB = "no tab"
_MOST_SPANNED = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words. `literal` ones stand unquoted in the props: a number, `null`, or `""`."""

    text: str
    literal: bool = False

    @property
    def number(self) -> bool:
        """Whether the cell is a bare number, which in a column of prices is an amount."""
        return self.literal and self.text not in ("null", '""')

    @property
    def amounts(self) -> int:
        """How many amounts the cell prints."""
        return 1 if self.number else len(COUNTED.findall(self.text))


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the page: the heading, its anchor ("" where the form has none), and the tab."""

    title: str
    anchor: str = ""
    tab: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One price table. `shown` marks the copy that is drawn beside an island's rows."""

    place: Place
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: bool = False


@dataclass(slots=True)
class Page:
    """What the page holds: tables, the places where one is expected, prose, and what was left of cut tables."""

    form: str
    tables: list[Table] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    cut: list[tuple[Place, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def dollars(self) -> int:
        """How many amounts with a dollar sign were met, wherever they stand."""
        cells = [cell for table in self.tables for row in table.rows for cell in row]
        texts = [*(c.text for c in cells), *(t.text for t in self.texts), *(words for _, words in self.cut)]
        return sum(len(COUNTED.findall(text)) for text in texts)

    def lost(self, bare: Sequence[str]) -> list[Place]:
        """The places without a table, but for headings that have none of their own (`bare`)."""
        filled = {(t.place.title, t.place.tab) for t in self.tables}
        tabbed = {p.title for p in self.places if p.tab}
        return [
            place
            for place in dict.fromkeys(self.places)
            if (place.title, place.tab) not in filled
            and (place.tab or place.title not in tabbed)
            and fold(place.title) not in bare
        ]


def lost_numbers(words: str) -> int:
    """How many amounts stand in what is left of a cut table."""
    return len(COUNTED.findall(words)) + len(_LOST_NUMBER.findall(words))


@dataclass(slots=True)
class Where:
    """The heading, tab and caption that hold where the reader stands."""

    place: Place = field(default_factory=lambda: Place(""))
    caption: str = ""

    def enter(self, title: str, anchor: str, page: Page) -> None:
        self.place, self.caption = Place(title, anchor), ""
        page.places.append(self.place)

    def turn(self, tab: str, page: Page) -> None:
        self.place = Place(self.place.title, self.place.anchor, tab)
        page.places.append(self.place)

    def tabbed(self, needed: bool) -> None:
        """Whether the next table must have a tab of its own before it."""
        self.place = Place(self.place.title, self.place.anchor, _NO_TAB if needed else "")

    def table(
        self, headings: tuple[str, ...], rows: Iterable[Iterable[Cell]], *, tab: str = "", shown: bool = False
    ) -> Table:
        place = Place(self.place.title, self.place.anchor, self.place.tab or tab)
        return Table(place, self.caption, headings, tuple(tuple(row) for row in rows), shown)


# ---------------------------------------------------------------------------------------- components


def component_tables(name: str, props: Mapping[str, Any], page: Page, where: Where, terms: Terms) -> None:
    """Add the tables and texts of one component to the page."""
    place = where.place
    for prop, value in props.items():
        if prop not in _READ_PROPS and prop not in terms.props:
            page.texts += _texts(value)
            if _holds_numbers(value):
                page.strange.append(f"{place.title}: the unknown prop {prop!r} of {name} holds numbers")
    tier = str(props.get("tier", place.tab))
    if place.tab and terms.tabs.get(fold(tier)) != terms.tabs.get(fold(place.tab)):
        page.strange.append(f"{place.title}: under the tab {place.tab!r} stands the service tier {tier!r}")
    values = _grouped_rows(props) if "groups" in props else _list(props.get("rows"), "rows")
    rows = [[cell_of(value) for value in _list(row, "a row")] for row in values]
    if "headings" in props:
        headings = tuple(cell_of(heading).text for heading in _list(props["headings"], "headings"))
        page.tables.append(where.table(headings, rows, tab=tier))
        return
    # the columns of token tables are known by their number: only some rows have cache writes
    for length, run in groupby(rows, key=len):
        page.tables.append(where.table(terms.text_columns.get(length, ()), run, tab=tier))


def _grouped_rows(props: Mapping[str, Any]) -> list[list[Any]]:
    groups = _list(props["groups"], "groups")
    if not all(isinstance(group, Mapping) and set(group) == {"model", "rows"} for group in groups):
        raise LayoutChanged(f"groups of a table: expected a model and its rows, saw {str(groups)[:80]}")
    return [[group["model"], *_list(row, "a row")] for group in groups for row in _list(group["rows"], "rows")]


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise LayoutChanged(f"{what} of a table: expected a list, saw {str(value)[:60]!r}")
    return value


def cell_of(value: object) -> Cell:
    """The cell a value draws; what no component has drawn so far stays visibly strange."""
    if isinstance(value, Number) or value is None:
        return Cell("null" if value is None else str(value), literal=True)
    if isinstance(value, str):
        return Cell(_printable(value)) if value.strip() else Cell('""', literal=True)
    match value:
        case {"__pricingHtml": str(html)}:
            return Cell(_printable(visible(soup(html))))
        case {"__pricingTooltipHeading": {"label": str(label)}}:
            return Cell(_printable(label))
        case {"__withLegacy": str(name)}:
            return Cell(_printable(f"{name} Legacy"))
        case {"__withDataSharing": str(name)}:
            return Cell(_printable(f"{name} with data sharing"))
    return Cell(f"?{_printable(str(value))[:60]}")


def _printable(text: str) -> str:
    return clean(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _holds_numbers(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(isinstance(v, Number) or _holds_numbers(v) for v in value.values())
    return isinstance(value, list) and any(isinstance(v, Number) or _holds_numbers(v) for v in value)


def _texts(value: object) -> list[Text]:
    """The words in a prop that is no table, each with its code spans."""
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    if not isinstance(value, str) or isinstance(value, Number):
        return []
    tree = soup(value)
    codes = tuple(clean(code.get_text()) for code in tree.find_all("code"))
    return [Text(_printable(visible(tree)), codes)]


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
    page.texts += [text for block in html_blocks(article) for text in _words(block)]
    return page


def _is_caption(tag: Tag) -> bool:
    return CAPTION.fullmatch(clean(visible(tag))) is not None


def _words(block: Heading | Text | MarkdownTable) -> list[Text]:
    if isinstance(block, MarkdownTable):
        return [Text(" | ".join(row)) for row in (block.header, *block.rows)]
    return [block] if isinstance(block, Text) else [Text(block.text)]


def _island(tag: Tag, page: Page, where: Where, terms: Terms) -> None:
    name, props = str(tag.get("component-export")), astro_props(str(tag.get("props") or "{}"))
    if name not in terms.components:
        if {"rows", "groups"} & set(props) or COUNTED.search(str(tag.get("props"))):
            page.strange.append(f"{where.place.title}: the unknown component {name!r} holds rows or amounts")
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
    grid = _grid(lines)
    height = len(list(takewhile(lambda line: not line.find("td"), lines)))
    widest = max((len(row) for row in grid), default=0)
    columns = [[row[at] for row in grid[:height] if at < len(row)] for at in range(widest)]
    headings = tuple(" / ".join(dict.fromkeys(word for word in column if word)) for column in columns)
    return headings, [[Cell(text) for text in row] for row in grid[height:]]


def _grid(lines: Sequence[Tag]) -> list[list[str]]:
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for line in lines:
        row: list[str] = []
        cells = iter(line.find_all(["td", "th"]))
        while True:
            if len(row) in hanging:
                left, text = hanging.pop(len(row))
                if left > 1:
                    hanging[len(row)] = (left - 1, text)
                row.append(text)
                continue
            cell = next(cells, None)
            if cell is None:
                break
            text, down, across = clean(visible(cell)), _span(cell, "rowspan"), _span(cell, "colspan")
            for _ in range(across):
                if down > 1:
                    hanging[len(row)] = (down - 1, text)
                row.append(text)
        grid.append(row)
    return grid


def _span(cell: Tag, name: str) -> int:
    words = str(cell.get(name) or "1")
    if not words.isdecimal() or not 1 <= int(words) <= _MOST_SPANNED:
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
            self.result.strange.append(f"{self.where.place.title}: unknown component {name!r}")
        elif "data-content-switcher-pane" in attributes:
            self._settle()
            self.where.turn(str(attributes.get("data-value")), self.result)
        elif "pricing-section-heading" in str(attributes.get("className")):
            self._settle()
            self.titled = True
        elif name != "style" and "set:html" in attributes:
            self.result.texts += _texts(attributes["set:html"])

    def _between(self, words: str) -> None:
        before, cut, after = words.rpartition("/>")
        if cut:
            self.result.cut.append((self.where.place, "".join([*self.run, before])))
            self.run = []
        text = clean(after)
        if self.titled and text:
            self.titled = False
            self.where.enter(text, "", self.result)
        elif CAPTION.fullmatch(text):
            self.where.caption = text
        else:
            self.run.append(after)

    def _settle(self) -> None:
        """What was gathered and did not turn out to be a cut table is prose."""
        text = clean("".join(self.run))
        self.result.texts += [Text(text)] if text else []
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
        elif isinstance(block, MarkdownTable):
            page.tables.append(where.table(block.header, ((Cell(text) for text in row) for row in block.rows)))
            where.tabbed(bool(where.place.tab))
        elif fold(block.text) in terms.tabs:
            where.turn(block.text, page)
        elif CAPTION.fullmatch(block.text):
            where.caption = block.text
        elif terms.switcher.fullmatch(block.text):
            where.tabbed(True)
        else:
            page.texts.append(block)
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
        elif fold(cells[0]) in terms.qualities:
            yield f"|{first}{line}"
        else:
            first = cells[0]
            yield line
            if parted:
                yield "| --- " * len(cells) + "|"
                parted = False
