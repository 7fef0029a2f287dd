"""What holds for every cell and every page: what is written can be read back, and nothing fails but by its own error."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scraper.errors import LayoutChanged, UnknownTerm
from scraper.parse.blocks import html_blocks, markdown_blocks, soup
from scraper.prices.footnotes import footnote, formulas, sentences
from scraper.prices.grammar import read_cell
from scraper.prices.toolcells import read_tool
from scraper.sources.gemini_terms import load_terms
from tests import accept
from tests.prices.test_grammar import REFUSED, SEEN, VARIANTS
from tests.support.deadline import deadline
from tests.support.gemini_page import KINDS, body, edition, read, same

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

TERMS = load_terms()
PHRASES = TERMS.phrases
MODALITIES = ("text", "image", "video", "audio")
Fields = dict[str, Any]


# ----------------------------------------------------------------------------- cells in the page's shapes


@st.composite
def money(draw: Callable) -> tuple[str, Decimal]:
    """An amount as the page prints it, and what it is."""
    value = draw(st.decimals("0.000001", "99999", places=draw(st.integers(0, 6))).filter(bool))
    text = f"{value:,f}" if draw(st.booleans()) else f"{value:f}"
    return "$" + (text.removeprefix("0") if text.startswith("0.") and draw(st.booleans()) else text), value


@st.composite
def modalities(draw: Callable) -> tuple[str, Fields]:
    """`(text / image)` in one of the page's manners."""
    names = draw(st.lists(st.sampled_from(MODALITIES), min_size=1, max_size=4, unique=True))
    words = [draw(st.sampled_from([n, n + "s"] if n in ("image", "video") else [n])) for n in names]
    separator = draw(st.sampled_from([" / ", "/", ", ", " and ", ", and "]))
    return f" ({separator.join(words)})", {"modalities": tuple(names)}


@st.composite
def sizes(draw: Callable) -> tuple[str, Fields]:
    """`(720p and 1080p)`."""
    names = tuple(draw(st.lists(st.sampled_from(["720p", "1080p", "4k"]), min_size=1, max_size=3, unique=True)))
    return f" ({draw(st.sampled_from([' and ', ', ', ' / '])).join(names)})", {"resolutions": names}


@st.composite
def prompts(draw: Callable) -> tuple[str, Fields]:
    """`, prompts <= 200k tokens`."""
    thousands = draw(st.integers(1, 2000))
    sign, name = draw(st.sampled_from([("<=", "prompt_up_to"), (">", "prompt_over"), ("≤", "prompt_up_to")]))
    number = draw(st.sampled_from([f"{thousands}k", f"{thousands}K", f"{thousands * 1000:,}", f"{thousands * 1000}"]))
    return f", prompts {sign} {number}{draw(st.sampled_from([' tokens', ' token', '']))}", {name: thousands * 1000}


UNITS = [
    (" / 1,000,000 tokens", {"unit": "1000000 tokens"}),
    (" per 1M tokens", {"unit": "1000000 tokens"}),
    (" per image", {"unit": "1 image"}),
    (" per 1K/2K image", {"unit": "1 image", "resolutions": ("1K", "2K")}),
    (" per 0.5K image", {"unit": "1 image", "resolutions": ("0.5K",)}),
    (" per song", {"unit": "1 song"}),
    (" / 1,000 search queries", {"unit": "1000 queries"}),
    (" / 1,000,000 tokens per hour (storage price)", {"unit": "1000000 token-hours", "storage": True}),
    ("/min", {"unit": "1 minute"}),
    (" per 10 seconds of audio", {"unit": "10 seconds", "modalities": ("audio",)}),
]


@st.composite
def promises(draw: Callable) -> tuple[str, Fields]:
    """`through December 31, 2026.` or `starting January 1, 2027.`."""
    day = draw(st.dates(date(2025, 1, 1), date(2029, 12, 31)))
    words = f"{day:%B} {day.day}, {day.year}"
    return draw(
        st.sampled_from(
            [
                (f" through {words}.", {"effective_until": day}),
                (f" starting {words}.", {"effective_from": day}),
                (f" before {words}.", {"effective_until": day - timedelta(days=1)}),
            ]
        )
    )


@st.composite
def amounts(draw: Callable, dated: bool) -> tuple[str, Fields]:
    """One amount with qualifiers in any order that a cell may have."""
    text, value = draw(money())
    unit, of = draw(st.sampled_from([("", {}), *UNITS]))
    behind = [
        draw(kind)
        for kind in draw(st.lists(st.sampled_from([modalities(), sizes(), prompts()]), max_size=3, unique=True))
    ]
    fields: Fields = {"price": value, **of}
    text += unit
    for words, more in behind:
        if not set(more) & set(fields):
            text, fields = text + words, {**fields, **more}
    if draw(st.booleans()):
        text, fields = text + "*", {**fields, "marks": "*"}
    if dated:
        words, more = draw(promises())
        text, fields = text + words, {**fields, **more}
    return text, fields


@st.composite
def cells(draw: Callable) -> tuple[str, list[Fields]]:
    """A cell of one to four amounts, all of them with dates or none."""
    dated = draw(st.booleans())
    pieces = draw(st.lists(amounts(dated=dated), min_size=1, max_size=4))
    joined = draw(st.sampled_from([" ", ", ", "; ", " and "]))
    return joined.join(text for text, _ in pieces), [fields for _, fields in pieces]


@given(cells())
def test_what_is_rendered_is_read_back(cell):
    """Every amount with everything said of it, nothing more and nothing less."""
    text, expected = cell
    found = read_cell(text, PHRASES)

    assert "priced" == found.availability
    assert expected == [
        {name: getattr(a, name) for name in fields} for a, fields in zip(found.amounts, expected, strict=True)
    ]
    assert [set(fields) for fields in expected] == [
        {name for name in a.__dataclass_fields__ if name != "quote" and getattr(a, name) not in (None, (), "", False)}
        for a in found.amounts
    ]
    assert all(a.quote in text for a in found.amounts)


@given(st.lists(money(), min_size=2, max_size=5), st.sampled_from(["1K image", "second", "frame", "minute"]))
def test_restatements_are_read_back(prices, unit):
    """ "Equivalent to" is said once for all that follow in its unit."""
    (first, value), *rest = prices
    text = f"{first} (images) Equivalent to " + ", ".join(f"{price} per {unit}*" for price, _ in rest)
    found = read_cell(text, PHRASES).amounts

    assert [(value, False), *((price, True) for _, price in rest)] == [(a.price, a.equivalent) for a in found]


@given(st.integers(1, 10**6), money(), st.sampled_from(["RPD", "prompts per month", "free search requests per month"]))
def test_allowances_are_read_back(count, price, noun):
    """The allowance is no price and the price no allowance."""
    text = f"{count:,} {noun}{'' if 'free' in noun else ' (free)'}, then {price[0]} / 1,000 search queries"
    found = read_cell(text, PHRASES)

    assert [(count, "day" if noun == "RPD" else "month")] == [(a.count, a.period) for a in found.allowances]
    assert [(price[1], "1000 queries")] == [(a.price, a.unit) for a in found.amounts]


# ------------------------------------------------------------------------------------- anything at all

PIECES = sorted(
    {word for cases in [*SEEN.values(), VARIANTS] for text, _ in cases for word in text.split()}
    | {w for t in REFUSED for w in t.split()}
)
NEAR_CELLS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
ANYTHING = st.one_of(
    st.text(), NEAR_CELLS, st.text(alphabet="$ .,()/*0123456789<>~\\[]^|`#-kKperpdtoxn\n\u200b＄１\x00")
)


@given(ANYTHING)
@settings(max_examples=300)
def test_only_its_own_error(text):
    """Cells, tool cells and notes say `UnknownTerm` or nothing."""
    for reader in (
        lambda: read_cell(text, PHRASES),
        lambda: read_tool(text, PHRASES, TERMS.tool_ignored),
        lambda: [formulas(s) for s in sentences(footnote(text).text)],
    ):
        try:
            reader()
        except UnknownTerm as error:
            assert str(error)


@given(NEAR_CELLS)
@settings(max_examples=300)
def test_what_is_read_is_in_the_cell(text):
    """As many amounts as the cell prints, each with its digits."""
    try:
        found = read_cell(text, PHRASES)
    except UnknownTerm:
        return
    assert text.count("$") + text.count("＄") == len(found.amounts)
    assert all(found.amounts or a.count for a in found.allowances)


def seconds(text: str) -> float:
    """Processor time that the readers take over a text, all of them together."""
    start = process_time()
    for reader in (
        lambda: read_cell(text, PHRASES),
        lambda: read_tool(text, PHRASES, TERMS.tool_ignored),
        lambda: formulas(text),
    ):
        with suppress(UnknownTerm):
            reader()
    return process_time() - start


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join), st.sampled_from(["", " ", ", ", "(", "/"])
)
@example("$0.0012/min** =<", "")
def test_time_is_linear(piece, joined):
    """From fifty characters on, each length within a deadline: what backtracks doubles with every word, and never ends.

    Four times the text takes about four times as long; the square of it would take sixteen times, of seconds.
    """
    taken = {}
    for size in (50, 75, 100, 150, 250, 500, 1_000, 4_000, 16_000):
        text = joined.join([piece] * (size // (len(piece) + len(joined)) + 1))[:size]
        with deadline(10, text[:90]):
            taken[size] = seconds(text)

    assert taken[16_000] < 10 * taken[4_000] + 0.2


TAGS = [
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "<th>",
    "</table>",
    "<h2 id=a>",
    "</h2>",
    "<p>",
    "<b>",
    "</b>",
    "<s>",
    "</s>",
    "<sup>",
    "<br>",
    "<code>",
    "<!--",
    "-->",
    "<script>",
    "<td colspan=3>",
    "<div hidden>",
    "$5",
    "&#36;",
    "x",
]
LINES = [
    "| a | b |",
    "|---|---|",
    "| a |",
    "| a | b",
    "## H",
    "- item",
    "* star",
    "> [!NOTE]",
    "",
    "*`a-1`*",
    "[a](b)",
    "$5 ^\\*^",
    "**b**",
    "|",
    "<br />",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(LINES)).map("\n".join)))
@settings(max_examples=200)
def test_markdown_gives_blocks_or_a_changed_layout(text):
    """Never another error."""
    try:
        markdown_blocks(text)
    except LayoutChanged as error:
        assert str(error)


@given(st.one_of(st.text(), st.lists(st.sampled_from(TAGS)).map("".join)))
@settings(max_examples=200)
def test_html_gives_blocks_or_a_changed_layout(text):
    """Never another error."""
    try:
        html_blocks(soup(text))
    except LayoutChanged as error:
        assert str(error)


# --------------------------------------------------------------------------------------------- whole pages

CELLS = [text for cases in [*SEEN.values(), VARIANTS] for text, _ in cases if text.strip() and "|" not in text]
LABELS = [
    "Input price",
    "Output price",
    "Context caching price",
    "Grounding with Google Search",
    "Image generation pricing",
]


@given(
    st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(CELLS), st.sampled_from(CELLS)), min_size=1, max_size=5)
)
@settings(max_examples=40, deadline=None)
def test_both_representations_say_the_same(rows):
    """Whatever stands in the cells, and what does not claim every amount is a problem of its section or its row."""
    found = same(edition(gemini_a={"name": "A", "rows": [list(row) for row in rows]}))

    assert all(s.problems or s.amounts.unclaimed == sum(g.amounts for g in s.gaps) for s in found.sections)


@given(
    st.sampled_from(KINDS),
    st.integers(0, 10**6),
    st.integers(0, 60),
    st.sampled_from(["", "$", "1", "|", "<", " ", "$9.99 ", "\n"]),
)
@settings(max_examples=60, deadline=None)
def test_a_damaged_page(kind, at, length, put):
    """Cut out, or set in: it is refused, or every amount of a section is accounted for, or stands in a gap."""
    whole = body(edition(), kind)
    start = at % len(whole)
    try:
        found = read(whole[:start] + put + whole[start + length :])
    except LayoutChanged:
        return
    assert all(s.problems or s.amounts.unclaimed == sum(g.amounts for g in s.gaps) for s in found.sections)


def test_reading_leaves_its_vocabulary_alone():
    """Two readings of one page are equal."""
    page = accept.bodies("era-2026-10")["html"]

    assert copy.deepcopy(read(page).rates()) == read(page).rates()
