"""OpenAI's HTML page with its tables open: each island gives the table that it draws when all of its rows are shown.

The rows stand in the props of the islands, in Astro's wrapping; what is drawn beside them is a copy of some of them,
and the only place of the columns for long prompts. An island that is not as it was known becomes a table with a header
that nobody knows, so that it alone is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from itertools import groupby, takewhile
from typing import Any

from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.parse.blocks import NO_TABLE, Block, Tab, Text, clean, html_blocks, soup, visible
from scraper.parse.grid import spread
from scraper.prices.lexicon import COUNTED
from scraper.prices.normalize import label_key

_COMPONENTS = ("TextTokenPricingTables", "GroupedPricingTable", "PricingTable")
# Props that say how a table is drawn; those with rows are read below.
_DRAWING = frozenset(
    (
        *("hiddenModels", "collapsedRowsByGroup", "collapsedRowCount", "collapsedLatestRowCount"),
        *("groupColumnWidth", "rowFirstColumnWidth", "minWidth", "cellVerticalAlign"),
        *("headingGroups", "headingLabels", "dividerColumnIndexes"),
    )
)
_ROWS = ("rows", "groups", "headings", "tier")
# Tables of text tokens print no headings in their props: their columns, by the number of values in a row.
_TOKENS = {
    4: ("Model", "Input", "Cached input", "Output"),
    5: ("Model", "Input", "Cached input", "Cache writes", "Output"),
}
_BOUND = re.compile(r" \(<")
_TITLE, _PANE = "anchor-heading-wrapper", "data-content-switcher-pane"
_ISLAND = re.compile(r'[^>]*?\bcomponent-export="([^"]*)"[^>]*?\bprops="([^"]*)"')
_NUMBER = re.compile(r"\[\s*0\s*,\s*([0-9]+(?:\.[0-9]+)?)\s*\]")
_MARK = "\ue001"  # before the name of a tab, until the page is blocks
_MAX_DEPTH, _MOST_SPANNED = 24, 200

_Table = tuple[Sequence[str], Sequence[Sequence[str]]]  # headers, and cells by row


def opened(article: Tag, tabs: Mapping[str, object]) -> list[Block]:
    """The blocks of the page's article: titles, tabs that stand in `tabs`, captions, words and every table whole."""
    place: Tag | None = None  # the title or tab whose table is still to come
    for tag in article.find_all(True):
        pane = tag.has_attr(_PANE)
        if _TITLE in (tag.get("class") or ()):
            _missing(place)
            place = _title(tag)
        elif pane:
            _missing(place if place and place.has_attr(_PANE) else None)
            place = _pane(tag)
        elif tag.name == "astro-island" and (tables := _island(tag, tabs)) is not None:
            place = None if any(rows for _, rows in tables) else place
            tag.insert_before(*(_drawn(*table) for table in tables))
            tag.extract()
    _missing(place)
    return [Tab(b.text[1:]) if isinstance(b, Text) and b.text.startswith(_MARK) else b for b in html_blocks(article)]


def islands(article: str) -> list[tuple[str, str]]:
    """Component and props of each island in the article's bytes, looked for no further than the next one."""
    found = [_ISLAND.match(tag) for tag in article.split("<astro-island")[1:]]
    return [(match[1], match[2]) for match in found if match]


def bare_numbers(article: str) -> int:
    """How many prices stand in the props without a dollar sign, of the islands that can be read."""
    count = 0
    for name, given in islands(article):
        try:
            tables = list(_tables(name, astro_props(unescape(given)))) if name in _COMPONENTS else []
        except LayoutChanged:
            continue
        count += sum(isinstance(cell, Number) for _, rows in tables for row in rows for cell in row)
    return count


# ---------------------------------------------------------------------------------------------- titles and tabs


def _title(wrapper: Tag) -> Tag:
    """Make a title of the words that stand beside an empty heading."""
    heading = wrapper.find(re.compile(r"h[1-6]\Z"))
    text, anchor = clean(visible(wrapper)), str(heading.get("id") or "") if heading else ""
    wrapper.replace_with(title := soup(f'<h2 id="{escape(anchor)}">{escape(text)}</h2>').h2)  # type: ignore[arg-type]
    return title  # type: ignore[return-value]


def _pane(pane: Tag) -> Tag:
    """Show a pane, with the name of its tab as a line of its own."""
    del pane["hidden"]
    for words in pane.find_all("div", class_="hidden"):
        words.extract()
    pane.insert(0, soup(f"<p>{_MARK}{escape(_tab_of(pane))}</p>").p)  # type: ignore[arg-type]
    return pane


def _tab_of(pane: Tag) -> str:
    return str(pane.get("data-value"))


def _missing(place: Tag | None) -> None:
    """Where a title or tab has no table, one that says so."""
    if place:
        table = _drawn(NO_TABLE.header, NO_TABLE.rows)
        place.append(table) if place.has_attr(_PANE) else place.insert_after(table)


def _drawn(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Tag:
    lines = [("th", headers), *(("td", row) for row in rows)]
    cells = ("".join(f"<{name}>{escape(cell)}</{name}>" for cell in line) for name, line in lines)
    return soup(f"<table>{''.join(f'<tr>{line}</tr>' for line in cells)}</table>").table  # type: ignore[return-value]


# ------------------------------------------------------------------------------------------------------ islands


def _island(tag: Tag, tabs: Mapping[str, object]) -> list[_Table] | None:
    """The tables of an island; None of one that draws something else."""
    name, given = str(tag.get("component-export")), str(tag.get("props") or "{}")
    drawn = tag.find_all("table")
    try:
        props = astro_props(given)
        if name not in _COMPONENTS:
            if {"rows", "groups"} & set(props) or COUNTED.search(given):
                return [_unread(f"the unknown component {name!r} holds rows or amounts", name, given, drawn)]
            return None
        found: list[_Table] = [
            (heads, [[_shown(cell) for cell in row] for row in rows]) for heads, rows in _tables(name, props)
        ]
        if name == _COMPONENTS[0]:
            found += _long_prompts(found, [_flat(table) for table in drawn])
        else:
            found += [_flat(table) for table in drawn]
    except LayoutChanged as error:
        return [_unread(str(error), name, given, drawn)]
    if strange := _strange(name, props, tag.find_parent(attrs={_PANE: True}), tabs):
        found = [((*heads, strange), [(*row, "") for row in rows]) for heads, rows in found]
    tag.insert_before(*(soup(f"<div>{words}</div>").div for words in _words(props)))  # type: ignore[arg-type]
    return found


def _unread(why: str, name: str, given: str, drawn: Sequence[Tag]) -> _Table:
    """What is left of an island that cannot be read: why, its name, and the amounts in it."""
    text = " ".join([given, *(visible(table) for table in drawn)])
    numbers = [f"${number}" for number in _NUMBER.findall(text)]
    return (why,), [(" ".join([name, *("$1" for _ in COUNTED.findall(text)), *numbers]),)]


def _strange(name: str, props: Mapping[str, Any], pane: Tag | None, tabs: Mapping[str, object]) -> str:
    """Why the prices of an island may be others than its place says; empty where nothing tells."""
    for prop, value in props.items():
        if prop not in _ROWS and prop not in _DRAWING and _holds_numbers(value):
            return f"the unknown prop {prop!r} of {name} holds numbers"
    tab, tier = _tab_of(pane) if pane else "standard", props.get("tier")
    if tier is not None and label_key(tab) in tabs and tabs.get(label_key(str(tier))) != tabs[label_key(tab)]:
        return f"the service tier {tier!r} under the tab {tab!r}"
    return ""


def _tables(name: str, props: Mapping[str, Any]) -> Iterator[tuple[Sequence[str], list[list[Any]]]]:
    """Headers and rows of the values that a component is given. Raises `LayoutChanged` where it is given others."""
    if "groups" in props:
        groups = _list(props["groups"], "groups")
        if not all(isinstance(group, Mapping) and set(group) == {"model", "rows"} for group in groups):
            raise LayoutChanged(f"groups of a table: expected a model and its rows, saw {str(groups)[:80]}")
        rows = [[g["model"], *_list(row, "a row")] for g in groups for row in _list(g["rows"], "rows")]
    else:
        rows = [_list(row, "a row") for row in _list(props.get("rows"), "rows")]
    if "headings" in props:
        yield tuple(_shown(heading) for heading in _list(props["headings"], "headings")), rows
        return
    if name != _COMPONENTS[0]:
        raise LayoutChanged(f"headings of {name}: expected a list, saw none")
    for length, run in groupby(rows, key=len):
        # only some rows have cache writes
        yield _TOKENS.get(length, ("Model", *(f"value {n} of {length}" for n in range(2, length + 1)))), list(run)


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise LayoutChanged(f"{what} of a table: expected a list, saw {str(value)[:60]!r}")
    return value


def _shown(value: object) -> str:
    """The cell a value draws; what no component has drawn so far stays visibly strange."""
    match value:
        case Number():
            whole, _, part = value.partition(".")
            return f"${whole}.{part.ljust(2, '0')}" if whole.isdecimal() else f"${value}"
        case None:
            return "-"
        case str():
            return _printable(value) or "-"
        case {"__pricingHtml": str(html)}:
            return _printable(visible(soup(html)))
        case {"__pricingTooltipHeading": {"label": str(label)}}:
            return _printable(label)
    return f"?{_printable(str(value))[:60]}"


def _printable(text: str) -> str:
    return clean(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _holds_numbers(value: object) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(isinstance(v, Number) or _holds_numbers(v) for v in inner)


def _words(value: object, prop: str = "") -> Iterator[str]:
    """The HTML of words in props that are no table, such as footnotes."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if prop or (name not in _ROWS and name not in _DRAWING):
                yield from _words(inner, prop or name)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner, prop)
    elif isinstance(value, str) and not isinstance(value, Number):
        yield value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# ---------------------------------------------------------------------------------------------- what is drawn


def _long_prompts(found: Sequence[_Table], drawn: Sequence[_Table]) -> list[_Table]:
    """The drawn tables of text tokens, their models called as in the props; and what these say is not all of a price.

    A label that bounds the prompt says that longer ones have a price of their own: where no drawn row has it, its cell
    is one that nobody can read.
    """
    labels = [row[0] for _, rows in found for row in rows if row]
    full = {_BOUND.split(label)[0]: label for label in labels}
    named = [(heads, [[full.get(row[0], row[0]), *row[1:]] for row in rows if row]) for heads, rows in drawn]
    there = {row[0] for heads, rows in named for row in rows if any(h.casefold().startswith("long") for h in heads)}
    unseen = [(label, "not drawn") for label in labels if _BOUND.search(label) and label not in there]
    return [*named, *([(("Model", "Long context"), unseen)] if unseen else [])]


def _flat(table: Tag) -> _Table:
    """A drawn table as a full grid: a cell that spans several has its words in each, two lines of heads are one."""
    if table.find("table"):
        raise LayoutChanged(f"a table is drawn inside a table, near {clean(table.get_text())[:60]!r}")
    lines = [line for line in table.find_all("tr") if line.find(["td", "th"])]
    grid = spread([[_place(cell) for cell in line.find_all(["td", "th"])] for line in lines])
    height = len(list(takewhile(lambda line: not line.find("td"), lines)))
    widest = max((len(row) for row in grid), default=0)
    columns = [[row[at] for row in grid[:height] if at < len(row)] for at in range(widest)]
    return tuple(" ".join(dict.fromkeys(filter(None, column))) for column in columns), [
        [text or "" for text in row] for row in grid[height:]
    ]


def _place(cell: Tag) -> tuple[str, int, int]:
    """What a cell says, and over how many rows and columns."""
    return clean(visible(cell)), _span(cell, "rowspan"), _span(cell, "colspan")


def _span(cell: Tag, name: str) -> int:
    words = str(cell.get(name) or "1")
    if not words.isdecimal() or not 1 <= int(words[:9]) <= _MOST_SPANNED:
        raise LayoutChanged(f"a drawn table: expected a {name} of 1 to {_MOST_SPANNED}, saw {words[:20]!r}")
    return int(words)


# ------------------------------------------------------------------------------------------------------- props


class Number(str):
    """A number as it was printed, so that no price ever passes through a float."""

    __slots__ = ()


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a price")


def astro_props(text: str) -> dict[str, Any]:
    """The attributes of an `<astro-island>`, unwrapped. Raises `LayoutChanged` on another wrapping."""
    try:
        data = json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise LayoutChanged(f"props of an island: expected JSON, saw {text[:60]!r} ({error})") from error
    if not isinstance(data, dict):
        raise LayoutChanged(f"props of an island: expected an object, saw {text[:60]!r}")
    return {name: _unwrapped(value, 0) for name, value in data.items()}


def _unwrapped(value: object, depth: int) -> Any:
    """Astro writes `[0, value]` for a value or object and `[1, [...]]` for a list."""
    if depth > _MAX_DEPTH or not isinstance(value, list) or not value or len(value) > 2:
        raise LayoutChanged(f"props of an island: expected [0, value] or [1, list], saw {str(value)[:60]!r}")
    kind, inner = value[0], value[1] if len(value) == 2 else None
    if kind == Number("1") and isinstance(inner, list):
        return [_unwrapped(item, depth + 1) for item in inner]
    if kind == Number("0") and isinstance(inner, Mapping):
        return {name: _unwrapped(item, depth + 1) for name, item in inner.items()}
    if kind == Number("0") and not isinstance(inner, list):
        return inner
    raise LayoutChanged(f"props of an island: expected [0, value] or [1, list], saw {str(value)[:60]!r}")
