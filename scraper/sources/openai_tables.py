"""OpenAI's price tables as the page's components are given them: cells, coordinates, and what else is in the props."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from scraper.errors import LayoutChanged
from scraper.parse.blocks import Text, clean, soup, visible
from scraper.prices.lexicon import COUNTED
from scraper.prices.normalize import label_key
from scraper.sources.openai_script import Number
from scraper.sources.openai_terms import Terms

_LOST_NUMBER = re.compile(r"(?<=[\[,])\s*[0-9]+(?:\.[0-9]+)?(?=\s*[,\]])")
_READ_PROPS = ("rows", "groups", "headings", "tier")
_NO_TAB = "no tab"


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
    """One price table. `shown` marks the copy that is drawn beside an island's rows, `strange` why it is not read."""

    place: Place
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: bool = False
    strange: str = ""


@dataclass(slots=True)
class Page:
    """What the page holds: tables, the places where one is expected, prose with the heading it stands under.

    `cut` is what was left of cut tables, `unread` components that nothing here knows: place, reason, and their source.
    """

    form: str
    tables: list[Table] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    texts: list[tuple[str, Text]] = field(default_factory=list)
    cut: list[tuple[Place, str]] = field(default_factory=list)
    unread: list[tuple[Place, str, str]] = field(default_factory=list)

    @property
    def dollars(self) -> int:
        """How many amounts with a dollar sign were met, wherever they stand."""
        cells = [cell for table in self.tables for row in table.rows for cell in row]
        texts = [*(c.text for c in cells), *(t.text for _, t in self.texts), *(words for _, words in self.cut)]
        texts += [words for _, _, words in self.unread]
        return sum(len(COUNTED.findall(text)) for text in texts)

    def lost(self, bare: Sequence[str]) -> list[Place]:
        """The places without a row, but for headings that have no table of their own (`bare`)."""
        filled = {(t.place.title, t.place.tab) for t in self.tables if t.rows}
        tabbed = {p.title for p in self.places if p.tab}
        return [
            place
            for place in dict.fromkeys(self.places)
            if (place.title, place.tab) not in filled
            and (place.tab or place.title not in tabbed)
            and label_key(place.title) not in bare
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
        """Under the next heading."""
        self.place, self.caption = Place(title, anchor), ""
        page.places.append(self.place)

    def turn(self, tab: str, page: Page) -> None:
        """To the next tab."""
        self.place = Place(self.place.title, self.place.anchor, tab)
        page.places.append(self.place)

    def tabbed(self, needed: bool) -> None:
        """Whether the next table must have a tab of its own before it."""
        self.place = Place(self.place.title, self.place.anchor, _NO_TAB if needed else "")

    def table(
        self,
        headings: tuple[str, ...],
        rows: Iterable[Iterable[Cell]],
        *,
        tab: str = "",
        shown: bool = False,
        strange: str = "",
    ) -> Table:
        """A table that stands here; `tab` only counts where the page shows none."""
        place = Place(self.place.title, self.place.anchor, self.place.tab or tab)
        return Table(place, self.caption, headings, tuple(tuple(row) for row in rows), shown, strange)


# ---------------------------------------------------------------------------------------- components


def component_tables(name: str, props: Mapping[str, Any], page: Page, where: Where, terms: Terms) -> None:
    """Add the tables and texts of one component to the page."""
    place, strange = where.place, ""
    for prop, value in props.items():
        if prop not in _READ_PROPS and prop not in terms.props:
            page.texts += [(place.title, text) for text in texts_of(value)]
            if _holds_numbers(value):
                strange = f"the unknown prop {prop!r} of {name} holds numbers"
    tier = str(props.get("tier", place.tab))
    if place.tab and terms.tabs.get(label_key(tier)) != terms.tabs.get(label_key(place.tab)):
        strange = f"under the tab {place.tab!r} stands the service tier {tier!r}"
    values = _grouped_rows(props) if "groups" in props else _list(props.get("rows"), "rows")
    rows = [[cell_of(value) for value in _list(row, "a row")] for row in values]
    if "headings" in props:
        headings = tuple(cell_of(heading).text for heading in _list(props["headings"], "headings"))
        page.tables.append(where.table(headings, rows, tab=tier, strange=strange))
        return
    # the columns of token tables are known by their number: only some rows have cache writes
    for length, run in groupby(rows, key=len):
        page.tables.append(where.table(terms.text_columns.get(length, ()), run, tab=tier, strange=strange))


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


def texts_of(value: object) -> list[Text]:
    """The words in a prop that is no table, each with its code spans."""
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in texts_of(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    if not isinstance(value, str) or isinstance(value, Number):
        return []
    tree = soup(value)
    codes = tuple(clean(code.get_text()) for code in tree.find_all("code"))
    return [Text(_printable(visible(tree)), codes)]
