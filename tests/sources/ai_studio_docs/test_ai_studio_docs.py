"""AI Studio's documentation in Markdoc: the Gemini API's words in another frame, and what the frame may not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scraper.errors import LayoutChanged
from scraper.model import Reading
from scraper.parse.blocks import Heading, Table, Text
from scraper.parse.markdoc import markdoc_blocks
from scraper.sources import ai_studio_docs as source
from scraper.sources import find, gemini_api
from tests import accept
from tests.support import pagebuilder
from tests.support.cases import FOLDER, table
from tests.support.markdocbuilder import markdoc_page

CASE = FOLDER / "ai_studio_docs" / "cases" / "era-2026-10"
PAGE = (CASE / "page.md").read_text(encoding="utf-8")
TERMS = source.load_terms()
SMALL = replace(TERMS, prices=replace(TERMS.prices, tables_min=1))


def changed(*pairs: tuple[str, str]) -> Reading:
    """The reading of the page after some of its words were replaced, each once."""
    page = PAGE
    for old, new in pairs:
        assert old in page, old
        page = page.replace(old, new, 1)
    return source.read(page, SMALL)


def test_every_amount_that_is_shown() -> None:
    """Is one of the rates; comments are not shown."""
    reading = changed()

    assert ([], ["1 amounts stand in the page's bytes and in none of its texts"]) == (
        reading.problems,
        changed(("A query may", "A [query](/x?p=$5) may")).suspicions,
    )
    assert [] == reading.suspicions
    assert (18, 5, date(2026, 12, 31)) == (
        reading.amounts.read,
        reading.tables,
        max(r.effective_until for r in reading.rates() if r.effective_until),
    )


@pytest.mark.parametrize("case", accept.cases())
def test_the_same_facts_read_the_same_in_markdoc(case: str) -> None:
    """A page of the Gemini API, written in Markdoc, gives the rates and cards of its HTML."""
    facts = pagebuilder.load(accept.CASES / case / "facts.yaml")
    reading = source.read(markdoc_page(facts), SMALL)

    assert ([], []) == (reading.problems, reading.suspicions)
    html = accept.reading(case, "html")
    assert (table(html), accept.summary(html)["cards"]) == (table(reading), accept.summary(reading)["cards"])


def test_it_is_the_gemini_apis_publication() -> None:
    """In another form: neither confirms the other."""
    assert find("google/ai-studio-docs").same_publication(find("google/gemini-api"))
    assert {"md": "https://aistudio.google.com/docs/pricing.md"} == source.urls()
    assert (gemini_api.renames(), "x") == (source.renames(), source.fingerprint("x"))


@pytest.mark.parametrize(
    ("pair", "words", "unread"),
    [
        (("{% tabs %}", "{% panel %}"), "unknown tag {% panel %}", "gemini-3.8-flash"),
        (("Preview models", "{% icon /%} Preview models"), "unknown tag {% icon /%}", "gemini-3.1-pro-preview"),
        (('title="Batch"', 'title="Later"'), "unknown tab 'Later'", "gemini-3.8-flash"),
        (('{% tab title="Batch" %}\n', ""), "several tables without a tab", "gemini-3.8-flash"),
        (("* Output price\n", "* Output fee\n"), "unknown row label 'Output fee'", "gemini-3.8-flash"),
        (
            ("*\n* Free Tier\n* Paid Tier, per 1M tokens in USD\n---\n", ""),
            "unknown header 'Input price'",
            "gemini-3.8-flash",
        ),
        (("{% table %}\n*", "{% table %}\n---\n*"), "expected a free and a paid column, saw []", "gemini-3.8-flash"),
        (("* Not available\n* $1.875", "* $1.875"), "2 cells under 3 headers", "gemini-3.8-flash"),
        ((' {% id="gemini-3.8-flash" %}', ""), "", "gemini-3.8-flash"),
        (('{% id="gemini-3.8-flash" %}', '{% id="Gemini 3.8" %}'), "'Gemini 3.8' is not a model id", "Gemini 3.8"),
    ],
)
def test_what_is_not_understood(pair: tuple[str, str], words: str, unread: str) -> None:
    """It keeps its section from being published, and says what it is; a lost id is the heading's words."""
    reading = changed(pair)

    assert ([unread] if words else []) == list(dict.fromkeys(section.anchor for section in reading.unread))
    assert any(words in problem.message for problem in reading.problems) == bool(words)


def test_a_cell_with_an_unknown_annotation_is_a_gap() -> None:
    """The tag stands in the cell, which is not understood for it."""
    assert [("gemini-3.8-flash",)] == [
        gap.models for gap in changed(("* $0.375 through", "* $0.375 {% .old %} through")).gaps
    ]


@pytest.mark.parametrize("amount", ["CHF 35", "35 CHF", "€35", "35 EUR", "kr 35", "A$35"])
def test_tools_in_another_currency(amount: str) -> None:
    """It is an amount like any other, and refused where it stands."""
    reading = changed(("$35 / 1,000", f"{amount} / 1,000"))

    assert (18, 17) == (reading.amounts.seen, reading.amounts.read)
    (problem,) = reading.problems
    assert problem.place == "pricing-for-tools / - / Google Search"
    assert problem.message.startswith("expected an allowance, or an amount in dollars with its unit\n")
    assert f"then {amount} / 1,000 grounded prompts" in problem.message


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", "empty page"),
        ("<title>Sign in", "sign-in page"),
        ("# Pricing\n", "expected a Markdoc page with tables, saw '# Pricing'"),
        (PAGE[: PAGE.index("* Output price\n")], "truncated page: a table does not end"),
        (PAGE[: PAGE.index("## Pricing for tools")], "expected the last section to be"),
        (PAGE.replace("{% table %}\n*", "{% table %}\n| a |\n*"), "a line of a table stands outside any cell: '| a |'"),
    ],
)
def test_other_pages_are_refused(page: str, words: str) -> None:
    """What is not the page, or not all of it."""
    with pytest.raises(LayoutChanged) as caught:
        source.read(page, SMALL)
    assert words in str(caught.value)


def test_blocks() -> None:
    """Headings with their ids, texts between tags as Markdown, tables with their header."""
    page = '# A {% id="a" %}\nx *y*\n{% z /%}\n{% frame %}\n## B\n{% table %}\n* C {% colspan=2 %}\n---\n* [d](/e)\n  f\n* -\n'
    assert [
        Heading(1, "A", "a"),
        Text("x y"),
        Text("{% z /%}"),
        Heading(2, "B"),
        Table(("C", ""), (("d f", "-"),)),
        Text("end"),
    ] == markdoc_blocks(f"{page}{{% /table %}}\nend", ["frame"])
