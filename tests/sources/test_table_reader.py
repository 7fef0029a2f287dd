"""Sources that are a vocabulary alone: their cases, what is not understood, and Anthropic's page as it was captured."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ratecards.model import plain
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Reading
from scraper.sources import ai_studio_docs, find
from scraper.sources.page_proofs import Proofs, prove, title_of
from scraper.sources.table_reader import TableSource
from scraper.sources.vocabulary import Term, VocabularyError, combined, read, table_terms
from tests.support.captures import captured, needed
from tests.support.cases import FOLDER

ANTHROPIC = find("anthropic/anthropic-api")
PAGE = (FOLDER / "anthropic_api" / "cases" / "era-2026-04" / "page.md").read_text(encoding="utf-8")
MARCH = (FOLDER / "anthropic_api" / "cases" / "era-2026-03" / "page.md").read_text(encoding="utf-8")
OPUS = "claude-opus-4-6"


def changed(*pairs: tuple[str, str], page: str = PAGE) -> Reading:
    """The reading of the page after some of its words were replaced, each once."""
    for old, new in pairs:
        assert old in page, old
        page = page.replace(old, new, 1)
    return ANTHROPIC.module.read(page)


def said(reading: Reading) -> set[tuple[str, str]]:
    return {(p.kind, p.message) for p in reading.problems}


def price(reading: Reading, model: str, meter: str, **values: Any) -> list[str]:
    """The prices of a model that have these values, in the table's order."""
    found = [r for r in reading.rates() if (r.model, r.meter) == (model, meter)]
    return [plain(r.price) for r in found if r.price and all(getattr(r, k) == v for k, v in values.items())]


# ------------------------------------------------------------------------------------------ Anthropic's page


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Claude Haiku 9", "claude-haiku-9"),
        ("Claude Opus 5.9 (deprecated)", "claude-opus-5-9"),
        ("Claude Ballad 12.1", "claude-ballad-12-1"),
        ("Claude Haiku 4.3", ""),
        ("Claude Haiku 9 Preview", ""),
        ("Claude Haiku 9 and others", ""),
    ],
)
def test_a_new_model_has_the_id_of_its_name(name: str, model: str) -> None:
    """Where nothing but family and version stands in it; any other name is nobody's."""
    reading = changed(("| Claude Haiku 3 |", f"| {name} |"))

    assert price(reading, model, "input", service_tier="standard") == (["0.25"] if model else [])
    assert bool(model) != bool(reading.problems)


def test_cards_tell_multipliers_states_and_aliases() -> None:
    """What is no price of its own stands on the cards in the page's words."""
    drafts = {draft.model: draft for draft in changed().drafts()}
    sonnet = drafts["claude-3-7-sonnet-20250219"]

    assert ("Claude Sonnet 3.7", ("Claude Sonnet 3.7 (deprecated)",)) == (sonnet.name, sonnet.notices)
    assert ("claude-3-7-sonnet-latest",) == sonnet.aliases
    assert ("model-pricing", ()) == (drafts[OPUS].anchor, drafts[OPUS].notices)
    facts = dict(sonnet.facts)
    assert "1.25x base input price" == facts["5-minute cache write"]
    only_in_the_us = "US-only inference, Claude 4.6 and later"
    assert "1.1x multiplier on all token pricing categories" == facts[only_in_the_us]
    assert ["1-hour cache write", "5-minute cache write", only_in_the_us, "batch", "cache read"] == list(facts)


def test_a_table_of_long_prompts_bounds_the_other_prices() -> None:
    """Where long prompts have a price, what stands without a bound is for the shorter ones."""
    reading = changed(page=MARCH)

    assert (["3"], ["6"]) == (
        price(reading, "claude-sonnet-4-5-20250929", "input", service_tier="standard", prompt_up_to=200_000),
        price(reading, "claude-sonnet-4-5-20250929", "input", prompt_over=200_000),
    )
    assert ["0.3"] == price(reading, "claude-sonnet-4-5-20250929", "cache_read", prompt_up_to=200_000)
    assert ["5"] == price(reading, OPUS, "input", service_tier="standard", prompt_up_to=None)


SECTION = "unknown section 'Express mode pricing'"


@pytest.mark.parametrize(
    ("pair", "problem", "unread"),
    [
        (("| Base Input Tokens |", "| Base |"), ("header", "unknown header 'Base'"), 12),
        (("### Fast mode pricing", "### Express mode pricing"), ("section", SECTION), 2),
        (("| Claude Haiku 3 |", "| Claude Haiku 2 |"), ("model", "unknown model 'Claude Haiku 2'"), 1),
        (
            ("| Claude Haiku 3 |", "| Claude Haiku 3 (beta) |"),
            ("model", "unknown model 'Claude Haiku 3 (beta)'"),
            2,
        ),
        (
            ("Currently supported on Opus 4.6:", "Supported on Opus 4.6:"),
            ("model", "a row of which nothing says whose prices it gives"),
            2,
        ),
        (
            ("| Claude Haiku 3 |", "| Claude Haiku 3 ($1) |"),
            ("model", "unknown model 'Claude Haiku 3 ($1)'"),
            2,
        ),
        (
            ("Elsewhere nothing is added.", "Elsewhere it is $7."),
            ("unclaimed", "money outside any table: Elsewhere it is $7."),
            0,
        ),
        (
            ("It is not to be had in batches.", "It costs $7 more."),
            ("unclaimed", "money outside any table: It costs $7 more."),
            1,
        ),
    ],
)
def test_what_is_not_understood_keeps_what_it_may_touch(
    pair: tuple[str, str], problem: tuple[str, str], unread: int
) -> None:
    """An unknown word is a problem of the models that it may be said of, and of no other."""
    reading = changed(pair)

    assert unread == len(reading.unread)
    assert {problem} == said(reading) or [problem[1]] == reading.suspicions
    assert len(reading.drafts()) >= 12 - unread


def test_a_cell_that_is_not_understood_is_a_gap() -> None:
    """Its row, column and table are known: the rest of the card stands."""
    reading = changed(("$6.25 / MTok", "about $6.25 / MTok"))

    (gap,) = reading.gaps
    assert ((OPUS,), "standard", ("cache_write",), 1) == (gap.models, gap.service_tier, gap.meters, gap.amounts)
    assert gap.problem.place == "model-pricing / - / Claude Opus 4.6 / 5m Cache Writes"
    assert ([], ["25"]) == (
        price(reading, OPUS, "cache_write", context="5 minutes"),
        price(reading, OPUS, "output", service_tier="standard"),
    )
    assert (85, 109) == (reading.accounted.read, reading.accounted.seen)


def test_a_card_of_gaps_is_not_read() -> None:
    """Where a third of a model's cells are not understood, none of it is."""
    row = "| $5 / MTok | $6.25 / MTok | $10 / MTok | $0.50 / MTok | $25 / MTok |"
    reading = changed((row, row.replace("| $", "| maybe $")))

    assert [(OPUS,)] == [section.models for section in reading.unread]


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("$18.75 / MTok", "$18.75 or more"), "expected"),
        (("$18.75 / MTok", "$18.75 / MTok, 19 EUR"), "expected"),
        (("| $18.75 / MTok |", "| $18.75 / minute |"), ""),
    ],
)
def test_a_cell_is_read_whole(pair: tuple[str, str], words: str) -> None:
    """Every word of it is understood, or it is a gap; a unit of its own counts."""
    reading = changed(pair)

    assert bool(words) == bool(reading.gaps)
    assert all(words in gap.problem.message for gap in reading.gaps)
    assert [] == price(reading, "claude-opus-4-1-20250805", "cache_write", context="5 minutes", unit="1000000 tokens")


def test_a_row_with_another_number_of_cells() -> None:
    """HTML tables may have one."""
    page = '<html lang="en"><link rel="canonical" href="https://x.test/"><body><article><h2>Prices</h2><table><tr>'
    page += "<th>Model</th><th>Input</th></tr><tr><td>a-1</td><td>$1</td></tr><tr><td>a-2</td></tr></table></article>"
    reading = source(HTML).read(page + "</body></html>")

    assert {("label", "1 cells under 2 headers: which is which?")} == said(reading)
    assert [("a-1", Decimal(1))] == [(r.model, r.price) for r in reading.rates()]
    assert ("html", "<article><h2>Prices</h2>") == (reading.representation, source(HTML).fingerprint(page)[:24])


def test_amounts_of_the_bytes_that_no_text_shows() -> None:
    """They make the page suspect."""
    assert ["1 amounts stand in the page's bytes and in none of its texts"] == (
        changed(("(/docs/en/build-with-claude/fast-mode)", "(/docs/en/fast?p=$5)")).suspicions
    )


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", "empty page"),
        ("<html>window._cf_chl_opt</html>", "challenge page: expected the pricing page"),
        ("<p>Not a page</p>", "expected Markdown, saw markup"),
        (PAGE.replace("# Pricing", "# Costs", 1), "another page: expected pricing or model pricing first, saw 'costs'"),
        (PAGE.replace("### Batch processing", "### Later"), "expected the headings ['batch processing'], saw"),
        (PAGE[: PAGE.index("## Billing")], "expected the last section to be frequently asked questions, saw 'worked"),
        (re.sub(r"(?m)^\|.*\n", "", PAGE), "expected at least 3 tables, saw 0"),
        (PAGE.replace("$", ""), "expected 5 models with prices, saw"),
    ],
)
def test_other_pages_are_refused(page: str, words: str) -> None:
    """What is not the page, or not all of it, is said to be what it is."""
    with pytest.raises(LayoutChanged) as caught:
        ANTHROPIC.module.read(re.sub(r"(?m)^\| Claude .*\n", "", page) if words.startswith("expected 5") else page)
    assert words in str(caught.value)


# ----------------------------------------------------------------------------------- a vocabulary of the tests

HTML = """
name: A test
source: acme/tables
authority: documentation
parser: "1"
urls: {html: https://x.test/}
proofs: {canonical: https://x.test/}
defaults: {currency: USD, plan: paid, service_tier: standard, unit: 1000000 tokens}
sections: {prices: {}}
tabs: {batch: {service_tier: batch}}
headers: {model: {is: model}, input: {meter: input}}
"""
# Rows by meter and plans across, under a heading that names the model.
ROWS = """
name: A test
source: acme/rows
authority: documentation
parser: "1"
urls: {md: https://x.test/p.md}
renames: {old-1: new-1}
defaults: {currency: USD, plan: paid, service_tier: standard, unit: 1000000 tokens}
sections:
  "*": {models: "^id: (?P<models>.+)$"}
  thinking: {models: "^id: (?P<models>.+)$", context: thinking}
tabs: {batch: {service_tier: batch}}
headers:
  "": {is: label}
  size: {is: sizes}
  price: {}
  global: {context: global}
  output: {meter: output}
  small: {resolution: 1K}
  notes: {ignore: "a remark"}
labels:
  input: {meter: input}
  audio in: {meter: input, modality: audio}
  a lot: {meter: input, prompt_over: 200000}
  storage: {meter: cache_storage, unit: 1000000 token-hours}
  what: {}
sizes: {1k: 1K, 2k: 2K}
"""


def source(text: str) -> Any:
    """The source of a vocabulary."""
    found = TableSource(Path("unread.yaml"))
    found.load_terms = lambda: read(text, "v.yaml", table_terms)  # type: ignore[method-assign]
    return found


def rows(*lines: str, head: str = "", title: str = "Some", tab: str = "", text: str = ROWS) -> Reading:
    """The reading of a table under a heading."""
    head = head or "| | Price |"
    table = "\n".join([head, "|" + "---|" * (head.count("|") - 1), *lines])
    return source(text).read(f"# {title}\n\nid: m-1, m-2\n\n{tab}\n\n{table}\n")


def test_labels_tabs_and_contexts() -> None:
    """A label gives the meter, a tab the tier; a unit of the row counts before the column's; contexts add up."""
    found = rows("| Input | $1 |", "| Storage | $2 |", head="| | Global |", title="Thinking", tab="Batch")

    assert [] == found.problems
    assert {
        ("m-1", "batch", "input", "global, thinking", "1000000 tokens"),
        ("m-2", "batch", "input", "global, thinking", "1000000 tokens"),
        ("m-1", "batch", "cache_storage", "global, thinking", "1000000 token-hours"),
        ("m-2", "batch", "cache_storage", "global, thinking", "1000000 token-hours"),
    } == {(r.model, r.service_tier, r.meter, r.context, r.unit) for r in found.rates()}
    assert {"old-1": "new-1"} == source(ROWS).renames()


def test_a_price_of_which_nothing_says_the_unit() -> None:
    """Where neither cell, row, column nor the source's defaults have one, none is taken: the cell is a gap."""
    text = ROWS.replace(", unit: 1000000 tokens}", "}", 1)
    others = ["| Audio in | $2 per 1M tokens |", "| A lot | $3 per 1M tokens |", "| Storage | $4 per 1M token-hours |"]
    found = rows("| Input | $1 |", *others, text=text)

    assert {("cache_storage", "4")} == {(rate.meter, str(rate.price)) for rate in found.rates()}
    assert {"a price of which nothing says the unit: $1"} == {gap.problem.message for gap in found.sections[0].gaps}


def test_words_of_a_cell_that_say_an_availability() -> None:
    """The vocabulary has them for its own page; others stay unread."""
    known = "cells: {unsold: not_available}\n"
    lines = ["| Input | Unsold |", "| A lot | $2 |", "| Audio in | $3 |", "| Storage | Unsolved |"]
    found = rows(*lines, text=ROWS + known)

    assert {"Unsold"} == {rate.evidence.quote for rate in found.rates() if rate.availability == "not_available"}
    assert ["Unsolved"] == [gap.problem.term for gap in found.sections[0].gaps]


def test_labels_and_headers_of_other_words() -> None:
    """What no line lists is composed: a meter that some column has, a bound, a unit, modalities, the currency."""
    table = ["| Text input price | $1 |", "| Audio output (USD per 1K tokens, over 200k tokens) | $2 |"]
    found = rows(*table, head="| | Price |")
    assert [("input", "text", "1000000 tokens", None), ("output", "audio", "1000 tokens", 200_000)] == [
        (r.meter, r.modality, r.unit, r.prompt_over) for r in found.rates() if r.model == "m-1"
    ]
    assert [("m-1", "output", "image")] == [
        (r.model, r.meter, r.modality) for r in rows("| Image | $1 |", head="| | Output price (USD) |").rates()
    ][:1]


@pytest.mark.parametrize(
    "head", ["| | Tuning price |", "| | Output price in EUR |", "| | Output, 5 min |", "| | Paid output |"]
)
def test_headers_that_say_what_no_column_has(head: str) -> None:
    """Another meter, another currency, a lifetime of what is not cached, a plan."""
    found = rows("| What | $1 |", head=head)

    assert {"header"} == {kind for kind, _ in said(found)}


def test_words_that_contradict_each_other() -> None:
    """A word of the vocabulary says another bound than the header itself."""
    text = ROWS.replace("labels:", "words: {long: {prompt_over: 200000}}\nlabels:")
    good, bad = (
        rows("| What | $1 |", head=head, text=text) for head in ("| | Long output |", "| | Long output > 1k |")
    )

    assert ([200_000], {"header"}) == ([r.prompt_over for r in good.rates()][:1], {kind for kind, _ in said(bad)})


def test_a_table_needs_a_tab_of_its_own() -> None:
    """Where its section has tabs: behind an unknown one, before the first, or under one twice, it is not read."""
    table = "| | Price |\n|--|--|\n| Input | $1 |\n"
    page = f"# Some\n\nid: m-1\n\n{{}}{table}\nBatch API\n\n{table}\n{{}}\n\n{table}"
    for first, last, words in (
        ("", "Turbo", "a table without a tab of its own"),
        ("", "Batch", "a second table under the tab 'Batch'"),
    ):
        messages = {message for _, message in said(source(ROWS).read(page.format(first, last)))}
        assert any(words in message for message in messages)
        assert any("behind 'none'" in message for message in messages)


@pytest.mark.parametrize(
    ("caption", "unit"),
    [
        ("Prices in USD per 1K tokens.", "1000 tokens"),
        ("All prices per million tokens (USD) unless noted", "1000000 tokens"),
        ("Prices per 1M tokens, in EUR.", ""),
        ("Prices per zebra.", ""),
        ("Prices per 1M tokens of the free tier.", ""),
    ],
)
def test_lines_above_a_table(caption: str, unit: str) -> None:
    """They say its unit, or nothing below them is read."""
    found = rows("| Input | $1 |", tab=caption)

    assert ([unit] if unit else []) == [r.unit for r in found.rates() if r.model == "m-1"]


def test_a_phrase_that_no_reader_asks_for() -> None:
    """It would do nothing."""
    with pytest.raises(VocabularyError, match="unknown key 'gratis'"):
        source(ROWS + "phrases: {gratis: nothing}\n").load_terms()


def test_a_tab_may_be_a_heading_and_a_remark_is_ignored() -> None:
    """Ignored amounts are counted with their reason."""
    page = "# Some\n\nid: m-1\n\n## Batch\n\n| | Price | Notes |\n|--|--|--|\n| Input | $1 | was $2 |\n"
    found = source(ROWS).read(page)

    assert [("batch", Decimal(1))] == [(r.service_tier, r.price) for r in found.rates()]
    assert ({"a remark": 1}, 1, 2) == (dict(found.amounts.ignored), found.amounts.read, found.amounts.seen)


@pytest.mark.parametrize(
    ("line", "head", "problem"),
    [
        ("| Zebra | $1 |", "", ("label", "unknown row label 'Zebra'")),
        (
            "| Input | $1 |",
            "| | Output |",
            ("conflict", "the header 'Output' says meter output, the label 'Input' says input"),
        ),
        ("| What | $1 |", "", ("cell", "nothing says what is counted: $1")),
        ("| Input | 3K | $1 |", "| | Size | Price |", ("label", "unknown size '3k' in '3K'")),
        (
            "| Input | $2 | $1 |",
            "| | Size | Price |",
            ("label", "money in the column 'Size', which holds no prices: $2"),
        ),
        (
            "| A lot | $1, prompts > 128k |",
            "",
            ("cell", "the cell says prompt_over 128000, the words around it 200000: $1, prompts > 128k"),
        ),
        ("| Input | $1 |", "| | $5 |", ("header", "unknown header '$5'")),
    ],
)
def test_words_that_do_not_fit(line: str, head: str, problem: tuple[str, str]) -> None:
    """Each is a problem of its place, and no price comes of it."""
    found = rows(line, head=head)

    assert ({problem}, []) == (said(found), found.rates())


def test_a_caption_is_for_the_tables_behind_it() -> None:
    """Before them it gives their unit; behind them it is a sentence about prices that nothing reads."""
    table = "| | Price |\n|--|--|\n| Input | $1 |\n"
    before = source(ROWS).read(f"# Some\n\nid: m-1\n\nPrices per 1K tokens.\n\n{table}")
    behind = source(ROWS).read(f"# Some\n\nid: m-1\n\n{table}\nPrices per 1K tokens.\n")

    assert (["1000 tokens"], ["1000000 tokens"]) == ([r.unit for r in before.rates()], [r.unit for r in behind.rates()])
    words = [[words for section in found.sections for words in section.words] for found in (before, behind)]
    assert [[], ["Prices per 1K tokens."]] == words


def test_an_amount_in_words_that_are_ignored_is_not_read() -> None:
    """Every amount of a cell is one of its prices."""
    found = rows("| Input | $1 (was $2) |", text=ROWS + 'phrases: {ignored: "\\\\(was [^)]*\\\\)"}\n')

    assert ({("cell", "2 amounts, of which 1 were read: $1 (was $2)")}, []) == (said(found), found.rates())


def test_sizes_fan_out() -> None:
    """A price for several sizes is one for each."""
    found = rows("| Input | 1K, 2K | $1 per image |", head="| | Size | Price |")

    assert ["1K", "1K", "2K", "2K"] == sorted(r.resolution for r in found.rates())


def test_a_table_without_a_heading_that_is_known() -> None:
    """Nobody knows whose prices it gives: the sections that it names, or the page."""
    page = "# Some\n\nPrices:\n\n| | Price |\n|--|--|\n| Input | $1 |\n"
    found = source(ROWS).read(page)

    assert {("model", "a row of which nothing says whose prices it gives")} == said(found)
    assert [()] == [section.models for section in found.sections]


def test_attributes_are_combined() -> None:
    """Contexts add up, the last unit counts, all else must agree."""
    terms = [("a", Term(context="thinking", unit="1 image")), ("b", Term(context="global", unit="1 second"))]
    assert {"context": "global, thinking", "unit": "1 second"} == combined(terms)
    assert {"meter": "input"} == combined([("a", Term(meter="input")), ("b", Term(meter="input"))])
    with pytest.raises(UnknownTerm, match="a says plan paid, b says free"):
        combined([("a", Term(plan="paid")), ("b", Term(plan="free"))])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{meter: input}}", "{metre: input}}", "v.yaml:11: unknown key 'metre'"),
        ("proofs: {", "proofs: {lang: en, ", "v.yaml:7: unknown key 'lang'"),
        ("defaults:", "default:", "expected a key 'defaults', saw none"),
        ("tabs:", "tab:", "v.yaml:10: unknown key 'tab'"),
        ("{prices: {}}", "{prices: {models: '('}}", "not a pattern"),
    ],
)
def test_a_wrong_vocabulary_names_file_and_line(old: str, new: str, words: str) -> None:
    """Whatever no reader asks for is an error."""
    with pytest.raises(VocabularyError) as caught:
        read(HTML.replace(old, new), "v.yaml", table_terms)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<html lang="it"><body></body></html>', "localised page: expected <html lang='en'>, saw 'it'"),
        (
            '<html lang="en"><title>No</title><body></body></html>',
            "expected canonical https://x.test/, saw [] (title 'No'",
        ),
        ('<html lang="en"><link rel="canonical" href="https://x.test/"><body>', "expected </html> at the end"),
        (
            '<html lang="en"><link rel="canonical" href="https://x.test/"><body></body></html>',
            "the page's text: expected one element 'article', saw 0",
        ),
    ],
)
def test_html_proves_itself(body: str, words: str) -> None:
    """Language, canonical address and end."""
    with pytest.raises(LayoutChanged) as caught:
        prove(body, Proofs(canonical="https://x.test/"))
    assert words in str(caught.value)
    assert "no title, 'x'" == title_of("x")


# --------------------------------------------------------------------------------------- OpenAI's page since 2026-10

OPENAI = find("openai/openai-api")
PLAIN = (FOLDER / "openai_api" / "cases" / "era-2026-10" / "page.md").read_text(encoding="utf-8")


def openai(*pairs: tuple[str, str]) -> Reading:
    """The reading of the page after some of its words were replaced, each once."""
    page = PLAIN
    for old, new in pairs:
        assert old in page, old
        page = page.replace(old, new, 1)
    return OPENAI.module.read(page)


def test_long_prompts_have_columns() -> None:
    """Where one of them has a price the others are for shorter prompts; where none has, there is no bound."""
    found = openai()

    assert (["10"], ["20"]) == (
        price(found, "gpt-6-astra", "input", service_tier="standard", prompt_up_to=272_000),
        price(found, "gpt-6-astra", "input", service_tier="standard", prompt_over=272_000),
    )
    assert ["0.75"] == price(found, "gpt-5.4-mini", "input", service_tier="standard", prompt_up_to=None)
    assert ["90"] == price(found, "gpt-5.5-pro", "output", service_tier="batch", prompt_up_to=272_000)
    assert {"standard", "batch", "flex", "priority", "ultrafast"} == {
        r.service_tier for r in found.rates() if r.model == "gpt-6-astra"
    }


def test_estimates_days_and_tools() -> None:
    """A minute restates tokens beside them; a sentence dates a model's prices; tools are told apart by their details."""
    found = openai()
    minutes = {r.model: (r.basis, r.modality, r.meter) for r in found.rates() if r.unit == "1 minute"}

    assert ("equivalent", "audio", "input") == minutes["gpt-4o-transcribe"]
    assert ("list", "audio", "input") == minutes["whisper-1"]
    assert ("list", "audio", "output") == minutes["gpt-live-1"]
    assert {date(2026, 10, 5)} == {r.effective_from for r in found.rates() if r.model == "gpt-rosalind-research"}
    tools = [(r.context, plain(r.price)) for r in found.rates() if r.model == "tools" and r.price]
    assert ("file search", "2.5") in tools
    assert ("web search preview (non-reasoning models)", "25") in tools
    assert [False] == [section.counted for section in found.sections if section.models == ("tools",)]
    facts = {draft.model: dict(draft.facts) for draft in found.drafts()}
    words = "charged a 10% uplift for models released on or after March 5, 2026"
    assert {"regional processing uplift": words} == facts["gpt-6-astra"]


@pytest.mark.parametrize(
    ("pair", "words", "unread"),
    [
        (("Prices per 1M tokens.", "Prices per fortnight."), "unknown unit in 'Prices per fortnight.'", "gpt-6-astra"),
        (
            ("| gpt-5.5 (<272K context length) |", "| gpt-5.5 (on Sundays) |"),
            "unknown model 'gpt-5.5 (on Sundays)'",
            "gpt-5.5",
        ),
        (("| Web search (all models) |", "| Deep search |"), "unknown row label 'Deep search'", "tools"),
        (("begins on October 5, 2026", "begins on October 5 or 6, 2026"), "", ""),
        (("\nUltrafast\n", "\nTurbo\n"), "a table without a tab of its own, behind 'Fast'", "gpt-6-astra"),
        (("| gpt-6-astra | $10.00", "| gpt-6-astra (<128K context length) | $10.00"), "bounds", "gpt-6-astra"),
    ],
)
def test_words_of_openai_that_nobody_knows(pair: tuple[str, str], words: str, unread: str) -> None:
    """What they may be said of is not read."""
    found = openai(pair)

    assert any(words in problem.message for problem in found.problems) == bool(words)
    assert {unread} - {""} <= {model for section in found.unread for model in section.models}
    assert words or {None} == {r.effective_from for r in found.rates()}


def test_the_doctor_names_the_file_that_has_the_words(run: Any, tmp_path: Path) -> None:
    """AI Studio's documentation has that of the Gemini API."""
    docs = (FOLDER / "ai_studio_docs" / "cases" / "era-2026-10" / "page.md").read_text(encoding="utf-8")
    pages = {
        "openai/openai-api": (PLAIN.replace("| Tool call |", "| Tool use |"), "openai_api", "labels:"),
        "google/ai-studio-docs": (docs.replace("* Output price\n", "* Output toll\n"), "gemini_api", "rows:"),
    }
    terms = ai_studio_docs.load_terms()
    small = replace(terms, prices=replace(terms.prices, tables_min=1))
    with mock.patch.object(ai_studio_docs, "load_terms", lambda: small):
        for name, (body, file, line) in pages.items():
            path = tmp_path / "page.md"
            path.write_text(body, encoding="utf-8")
            said = run("doctor", name, path).out
            assert f"  to settle it, in scraper/sources/{file}.yaml:\n    {line}\n" in said


@needed
def test_openais_edition_of_2026_10_04() -> None:
    """All of its 767 amounts; each price stands in the row and column that it names, and none of a price column is lost."""
    page = captured(OPENAI.name, "2026-10-04.md")
    found = OPENAI.module.read(page)

    assert ([], [], 0) == (found.problems, found.suspicions, found.amounts.unclaimed)
    assert (767, 761, 969, 85) == (found.amounts.seen, found.amounts.read, len(found.rates()), len(found.drafts()))
    cells = _cells_by_hand(page)
    placed = {(r.evidence.locator, r.evidence.quote) for r in found.rates()}
    for tab, label, head, cell in cells:
        # what Cyber prints of a model that Flagship has as well is one rate
        assert (
            "$" not in cell
            or head == "Pricing"
            or any(
                quote == cell and place.endswith(f" / {head}") and (f" / {tab} / " in place or tab == "-")
                for place, quote in placed
                if label in place
            )
        ), (tab, label, head, cell)
    by_cell = {(tab, head, cell) for tab, _, head, cell in cells}
    for place, quote in placed:
        if place.split(" / ")[0] not in ("tools", "finetuning"):
            assert any(
                place.endswith(f" / {head}") and f" / {tab} / " in place for tab, head, cell in by_cell if cell == quote
            )


def _cells_by_hand(page: str) -> set[tuple[str, str, str, str]]:
    """Tab, first column, header and cell of every table outside fine-tuning, cut at the bars and nothing else."""
    found, tab, heads = set(), "-", []
    for line in page[: page.index("\nFinetuning\n")].split("\n"):
        words = line.strip()
        if words in ("Standard", "Batch", "Flex", "Fast", "Ultrafast"):
            tab = words
        elif (
            words.endswith(("models", "sessions", "Tools"))
            and "|" not in words
            and "#" not in words
            and len(words) < 50
        ):
            tab = "-"
        elif words.startswith("|"):
            row = [cell.strip() for cell in words.strip("|").split("|")]
            if row[0] in ("Model", "Category", "Tool"):
                heads = row
            elif not row[0].startswith("---"):
                at = heads.index("Model") if "Model" in heads else 0
                found |= {(tab, row[at], head, cell) for head, cell in zip(heads, row, strict=True)}
    return found


# ------------------------------------------------------------------------------------------------ captures


_COLUMNS = {
    "Base Input Tokens": ("input", ""),
    "5m Cache Writes": ("cache_write", "5 minutes"),
    "1h Cache Writes": ("cache_write", "1 hour"),
    "Cache Hits & Refreshes": ("cache_read", ""),
    "Output Tokens": ("output", ""),
}


def counted_by_hand(page: str, ids: dict[str, str]) -> set[tuple[str, ...]]:
    """The rows of the price tables, cut at their bars and nothing else: an opinion of its own on what the page says."""
    found: set[tuple[str, ...]] = set()
    for part, tier in (("## Model pricing", "standard"), ("### Batch processing", "batch")):
        lines = [x for x in page[page.index(part) :].partition("\n\n#")[0].split("\n") if x.startswith("|")]
        heads = [cell.strip() for cell in lines[0].strip("|").split("|")]
        for line in lines[2:]:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            model = ids[re.sub(r" \(.*", "", cells[0])]
            for head, cell in zip(heads[1:], cells[1:], strict=True):
                meter, context = _COLUMNS.get(head, (head.removeprefix("Batch "), ""))
                found.add((model, tier, meter, context, plain(Decimal(cell[1:].partition(" ")[0]))))
    return found


@needed
def test_the_edition_of_2026_04_16() -> None:
    """86 priced rows of 12 models, each as it stands on the page; the other 23 of 109 amounts have their reasons."""
    page = captured(ANTHROPIC.name, "2026-04-16.md")
    lines = captured(ANTHROPIC.name, "model-ids.tsv").splitlines()
    ids = {line["printed"]: line["api_id"] for line in csv.DictReader(lines, delimiter="\t")}
    reading = ANTHROPIC.module.read(page)
    found = {(r.model, r.service_tier, r.meter, r.context, plain(r.price)) for r in reading.rates() if r.price}

    assert ([], [], 0) == (reading.problems, reading.suspicions, reading.amounts.unclaimed)
    assert (109, 86, 23) == (reading.amounts.seen, reading.amounts.read, sum(reading.amounts.ignored.values()))
    expected = counted_by_hand(page, ids)
    fast = {(OPUS, "fast", "input", "", "30"), (OPUS, "fast", "output", "", "150")}
    assert (84, expected | fast) == (len(expected), found)
    assert {(r.unit, r.currency, r.plan, r.basis) for r in reading.rates()} == {
        ("1000000 tokens", "USD", "paid", "list")
    }
    assert (86, 12) == (len(reading.rates()), len(reading.drafts()))


@needed
def test_the_edition_of_2026_03_24() -> None:
    """The one with long prompts: four amounts for two models, two of which the model table has as well."""
    reading = ANTHROPIC.module.read(captured(ANTHROPIC.name, "2026-03-24.md"))

    assert ([], [], 0) == (reading.problems, reading.suspicions, reading.amounts.unclaimed)
    assert (98, 90, 90) == (reading.amounts.seen, reading.amounts.read, len(reading.rates()))
    assert ["6", "6"] == price(reading, "claude-sonnet-4-20250514", "input", prompt_over=200_000) * 2


@needed
def test_the_excerpt_of_2026_10_04() -> None:
    """Not a page, for its end is cut off; what there is of it is read whole, with models nobody had seen in April."""
    terms = ANTHROPIC.module.load_terms()  # type: ignore[attr-defined]
    proofs = replace(terms.proofs, last_headings=())
    reading = ANTHROPIC.module.read(captured(ANTHROPIC.name, "2026-10-04.excerpt.md"), replace(terms, proofs=proofs))  # type: ignore[call-arg]

    assert ([], [], 0) == (reading.problems, reading.suspicions, reading.amounts.unclaimed)
    assert (146, 139, 19) == (reading.amounts.seen, len(reading.rates()), len(reading.drafts()))
    assert ["0.25"] == price(reading, "claude-fable-5-1", "cache_read")
    with pytest.raises(LayoutChanged, match="expected the last section to be frequently asked questions"):
        ANTHROPIC.module.read(captured(ANTHROPIC.name, "2026-10-04.excerpt.md"))
