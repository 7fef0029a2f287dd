"""What unknown words of the pricing page may mean: lines that claim every word, and none for words that move a price."""

from __future__ import annotations

import pytest

from scraper.model import Problem, Section
from scraper.sources import candidates as shared
from scraper.sources import gemini_candidates, vocabulary
from scraper.sources.gemini_candidates import candidates, choices
from scraper.sources.gemini_terms import load_terms

MODEL = Section("Gemini 2", "gemini-2", ("gemini-2",))
TOOLS = Section("Pricing for tools", "pricing-for-tools", counted=False)


def found(kind: str, *terms: str, section: Section = MODEL, by=candidates) -> list[dict]:
    """The lines of the candidates of problems of one kind."""
    return [dict(c.patch) for c in by([Problem(kind, "gemini-2 / -", "", term) for term in terms], section)]


def column(plan: str, unit: str = "1000000 tokens") -> dict:
    return {"plan": plan, "unit": unit}


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Zorble Tier, per 1M tokens in USD", [column("free"), column("paid")]),
        ("Paid Tier, per 1M tokens in zorble", [column("paid")]),
        ("Paid Tier, zorble 1M tokens in USD", [column("paid")]),
        ("Paid Tier, per zorble tokens in USD", [column("paid"), column("paid", "1000 tokens")]),
        ("Zorble", [column("free", ""), column("paid", "")]),
        ("Paid Tier, annual, per 1M tokens", []),
        ("Paid Tier, per 2 seconds from EUR", []),
        ("a zorble quux blah blub gloss, per 1M tokens", []),
    ],
)
def test_headers(header, meant):
    """A word that nobody knows may be each word of a header in its place; one that could move the price is none."""
    said = [patch["columns"][header.lower()] for patch in found("header", header)]

    assert meant == [entry for entry in said if entry in meant] if meant else said == []


def test_a_unit_by_a_word_that_nobody_knows():
    """Each noun that counts may be meant: the numbers tell which."""
    units = {patch["columns"]["paid, per 1m zorble"]["unit"] for patch in found("header", "Paid, per 1M zorble")}

    assert {"1000000 tokens", "1000000 requests", "1000000 characters"} <= units


def test_headers_of_one_table_are_taken_together():
    """One candidate has an entry for each."""
    patches = found("header", "Free zorble", "Paid zorble, per second")

    assert {"columns": {"free zorble": column("free", ""), "paid zorble, per second": column("paid", "1 second")}} in (
        patches
    )


@pytest.mark.parametrize(
    ("label", "rules"),
    [
        ("Prompt cost", [{"meter": "input"}]),
        ("Cost of stored cache", [{"meter": "cache_storage", "unit": "1000000 token-hours"}]),
        ("Search grounding cost", [{"meter": "search_grounding", "unit": ""}]),
        ("Audio prompt cost", [{"meter": "input", "modality": "audio"}]),
        ("Text and image prompt cost", [{"meter": "input", "modalities": ["text", "image"]}]),
        ("Prompt cost above 200k", []),
        ("Zorble", []),
    ],
)
def test_labels(label, rules):
    """A row is the meter of its nouns, with its modalities."""
    patches = found("label", label)

    assert rules == [patch["rows"][label.lower()] for patch in patches if "rows" in patch]


def test_labels_of_variants():
    """Of a variant's row the rest of the label says what it sells; a row that it does not name is for a person."""
    patches = found("label", "Imagen 5 Fast picture image cost")

    assert all({"variant_rows"} == {*patch} for patch in patches)
    assert len(patches) < len(found("label", "Imagen 5 Fast picture image cost", by=choices))


@pytest.mark.parametrize(
    ("tab", "tiers"),
    [("Batch zorble", ["batch"]), ("Zorble", ["standard", "batch", "flex", "priority"]), ("Ultrafast", []), ("x2", [])],
)
def test_tabs(tab, tiers):
    """The tier that it names, else each that there is."""
    assert tiers == [patch["tabs"][tab.lower()] for patch in found("tab", tab)]


@pytest.mark.parametrize(
    ("cell", "patch"),
    [
        ("$2.00 zorble December 31, 2026. $4.00 starting January 1, 2027.", {"nouns": {"zorble": "through"}}),
        ("$14 / 1,000 zorble", {"nouns": {"zorble": "requests"}}),
        ("$2.00 (gloss applies)", {"cell_asides": ["(gloss applies)"]}),
        ("$2 (<= 200k) $4 (> 200k)", {"nouns": {"(<= 200k)": "(prompts <= 200k)", "(> 200k)": "(prompts > 200k)"}}),
        ("Not zorble", {"cells": {"not zorble": "not_available"}}),
        ("Gratis zorble", {"cells": {"gratis zorble": "free"}}),
    ],
)
def test_cells(cell, patch):
    """A word stands for one of the lexicon, or is skipped; a cell without an amount says an availability."""
    assert patch in found("cell", cell)


@pytest.mark.parametrize(
    "cell", ["$2.00 off", "$2.00 zorble 5 times", "$2.00 (a) (b) (c) (gloss) (blub)", "$2.00 (zorble $3)", "$2.00", "3"]
)
def test_cells_without_candidates(cell):
    """Words that could change the price, amounts in brackets, and cells in which nothing is unknown."""
    assert [] == found("cell", cell)


def test_a_cell_of_the_tools():
    """It is read as tools are."""
    cell = "5,000 free search requests per month, zorble $14 per 1,000 requests."

    assert {"nouns": {"zorble": "then"}} in found("cell", cell, section=TOOLS)


def test_cells_of_one_row_cannot_say_two_things():
    """One word means the same in both."""
    cell = Problem("cell", "gemini-2 / -", "", "$14 / 1,000 zorble | $14 / 1,000 zorble")
    nouns = [c.patch["nouns"] for c in candidates([cell], MODEL) if "nouns" in c.patch]

    assert {"zorble": "requests"} in nouns
    assert all(len(each) == 1 for each in nouns)


def test_what_a_person_may_choose():
    """Every meaning that lines can give, those with a claim first; none of a problem without its words."""
    every = found("label", "Zorble", by=choices)

    assert {"metadata_rows": ["zorble"]} in every
    assert {"rows": {"zorble": {"meter": "input"}}} in every
    assert {"tabs": {"x2": "batch"}} in found("tab", "x2", by=choices)
    assert found("header", "Annual", by=choices)
    assert {"cell_asides": ["off"]} in found("cell", "$2.00 off", by=choices)
    assert {"asides": ["a\\ sentence"]} in found("condition", "a sentence", by=choices)
    assert [] == found("label", "", by=choices)
    assert [] == found("conflict", "x", by=choices)
    assert [] == found("label", "")
    assert [] == found("header", "")


def test_a_word_that_the_vocabulary_has_means_nothing_else(tmp_path, monkeypatch):
    """A cell that is not understood with its meaning is for a person, and stops nothing."""
    path, build = load_terms.__wrapped__.args
    taught = tmp_path / path.name
    taught.write_text(path.read_text(encoding="utf-8") + "nouns:\n  grommets: requests\n", encoding="utf-8")
    monkeypatch.setattr(gemini_candidates, "load_terms", vocabulary.of(taught)(build))

    assert {"nouns": {"sprockets": "image"}} in found("cell", "$2.00 (sprockets)")
    assert [] == found("cell", "$2.00 (grommets)")


def test_words_of_two_meanings():
    """Choices that say different things of one word are not taken together."""
    one, other = (shared.Candidate({"nouns": {"zorble": noun}}, noun) for noun in ("image", "token"))

    assert [] == list(shared.together([[one], [other]]))
    assert [] == list(shared.together([]))


def test_a_section_that_is_no_model():
    """Without an id it is a family without ids, or has no prices of a model; money in it may be no rate."""
    section = Section("Zorble", "zorble")
    unnamed = Problem("layout", "zorble", "no model id under the heading 'Zorble'", "Zorble")
    other = Problem("layout", "zorble", "'X' is not a model id", "X")
    sections = [{"sections": {"zorble": kind}} for kind in ("notes", "agents")]

    assert [{"without_ids": ["zorble"]}, *sections] == [dict(c.patch) for c in choices([unnamed], section)]
    assert [] == choices([other], section)
    assert [["model", "A\\ fee\\ of\\ \\$3"], ["tools", "A\\ fee\\ of\\ \\$3"]] == [
        [patch["ignore"][0][name] for name in ("section", "match")]
        for of in (section, TOOLS)
        for patch in found("unclaimed", "A fee of  $3", section=of, by=choices)
    ]


def test_words_that_only_a_person_may_skip():
    """Where they stand beside an amount; of a cell that they do not make readable there are none."""
    assert [] == [patch for patch in found("cell", "$2.00 (a $3) off", by=choices) if "cell_asides" in patch]
