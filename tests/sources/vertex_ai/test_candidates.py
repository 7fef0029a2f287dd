"""Unknown words of the Agent Platform's page: what they may mean, and what of that the numbers prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scraper.checks.proofs import Known
from scraper.model import Problem, Provenance, Reading, Section
from scraper.model import cards as found_cards
from scraper.pipeline import second_pass
from scraper.sources import vertex_ai, vertex_candidates, vocabulary
from scraper.sources.vertex_ai import candidates, choices, patched
from scraper.sources.vertex_terms import VOCABULARY, Column, load_terms
from scraper.sources.vocabulary import read as read_vocabulary
from tests.support.cases import Case

CASES = Path(__file__).parent / "cases"
MODEL = Section("Gemini 3 Pro", "gemini-3-pro", ("gemini-3-pro",))
TOKENS = "1000000 tokens"


def found(kind: str, *terms: str, what: str = "", place: str = "gemini-3 / -", by=candidates) -> list[dict]:
    """The lines of the candidates of problems of one kind."""
    message = f"unknown {what} 'x'" if what else "x"
    return [dict(c.patch) for c in by([Problem(kind, place, message, term) for term in terms], MODEL)]


# ------------------------------------------------------------------------------------------------ candidates


def test_a_word_that_the_vocabulary_has_means_nothing_else(tmp_path, monkeypatch):
    """A cell that is not understood with its meaning is for a person, and stops nothing."""
    path, build = load_terms.__wrapped__.args
    taught = tmp_path / path.name
    taught.write_text(path.read_text(encoding="utf-8") + "nouns:\n  grommet: tokens\n", encoding="utf-8")
    monkeypatch.setattr(vertex_candidates, "load_terms", vocabulary.of(taught)(build))

    assert {"nouns": {"sprocket": "image"}} in found("cell", "$2 / sprocket")
    assert [] == found("cell", "$2 / grommet")
    assert [] == [patch for patch in found("cell", "$2 (grommet)") if "nouns" in patch]


@pytest.mark.parametrize(
    ("headers", "patch"),
    [
        (("Zorble (/1M tokens) <= 200K input tokens",), {"nouns": {"zorble": "price"}}),
        (("Price (/1M zorble)", "Price (/1M zorble) > 200K input tokens"), {"nouns": {"zorble": "tokens"}}),
        (("Price, gloss (/1M tokens)",), {"columns": {"price, gloss (/1m tokens)": {"unit": TOKENS}}}),
        (
            ("Price (/1M tokens) <= 200K cached input tokens gloss with Priority",),
            {
                "columns": {
                    "price (/1m tokens) <= 200k cached input tokens gloss with priority": {
                        "unit": TOKENS,
                        "prompt_up_to": 200_000,
                        "cached": True,
                        "tiers": ["priority"],
                    }
                }
            },
        ),
        (("Price (/1M tokens) with Batch mode",), {"header_tiers": {"batch mode": ["batch"]}}),
        (("Price per 1,000 prompt tokens",), {"units": {"1,000 prompt tokens": "1000 tokens"}}),
        (("Price (/1M toks) <= 200K input tokens",), {"units": {"1m toks": TOKENS}}),
        (("Storage (hour of gloss)",), {"storage_headers": {"storage (hour of gloss)": ""}}),
        (("Kind",), {"headers": {"kind": "type"}}),
        (("Resolution",), {"headers": {"resolution": "resolution"}}),
        (("Model name",), {"headers": {"model name": "model"}}),
        (("Kind", "Zorble"), {"headers": {"kind": "type", "zorble": "model"}}),
    ],
)
def test_headers(headers, patch):
    """A word for another, a column by the words that are known, a tier, a unit, or what a column without prices holds."""
    assert patch in found("header", *headers)


@pytest.mark.parametrize(
    "header",
    [
        "Price, monthly (/1M tokens)",
        "Price from (/1M tokens)",
        "Price (/1M tokens) excl. VAT",
        "Price (/1M tokens) -20 %",
        "Price (/1M tokens) with Luck",
        "Price (/1M nibbles) x2",
        "Minimum commitment",
        "Storage per month (hour)",
        "",
    ],
)
def test_headers_that_could_change_a_price(header):
    """They have no candidate: nothing is skipped that could select, move or bound a price."""
    assert [] == found("header", header)


def test_a_column_that_nobody_reads_is_for_a_person():
    """What stands in it could select its prices."""
    (zorble,) = {"zorble": "ignored"}.items()
    line = {"headers": dict([zorble])}

    assert line not in found("header", "Zorble")
    assert line in found("header", "Zorble", by=choices)
    assert {"columns": {"zorble": {}}} in found("header", "Zorble", by=choices)
    assert not any("ignored" in patch.get("headers", {}).values() for patch in found("header", "Gloss description"))
    assert not any(means == "input" for patch in found("header", "Zorble") for means in patch.get("nouns", {}).values())


def test_a_line_for_a_column():
    """It says of the prices below what the words of a header would."""
    line = {"columns": {"zorble": {"unit": "1 image", "tiers": ["batch"]}}}

    assert Column(header="Zorble *", unit="1 image", tiers=("batch",)) == patched(line).column("Zorble *")


def test_many_headers_are_taken_by_their_own_words():
    """Of each the first that it may be; every way to take them together would be too many."""
    words = ("zorble", "quux", "blub", "gloss", "flurb")
    five = [f"{word} kind" for word in words]
    patches = found("header", *five)

    assert {"headers": dict.fromkeys(five, "model")} in patches
    assert len(patches) < 64
    assert not any("nouns" in patch for patch in found("header", " ".join(words)))


@pytest.mark.parametrize(
    ("tab", "tiers"),
    [
        ("Flex & Batch", [["flex", "batch"]]),
        ("Batch zorble", [["batch"]]),
        ("Zorble", [["standard"], ["priority"], ["flex", "batch"]]),
        ("Ultrafast", []),
        ("Standard, -20 %", []),
    ],
)
def test_tabs(tab, tiers):
    """The tiers that it names, where the page has them, else those of each tab."""
    assert tiers == [patch["tabs"][tab.lower()] for patch in found("tab", tab)]


@pytest.mark.parametrize(
    ("what", "label", "patch"),
    [
        ("type", "Inbound (text, image)", {"nouns": {"inbound": "input"}}),
        ("type", "Audio prompts", {"types": {"audio prompts": {"meter": "input", "modalities": ["audio"]}}}),
        ("type", "Prompt text ($/M char)", {"types": {"prompt text ($/m char)": {"meter": "input", "modalities": ["text"], "unit": "1000000 characters"}}}),
        ("type", "1M prompt gloss tokens", {"types": {"1m prompt gloss tokens": {"meter": "input", "unit": TOKENS}}}),
        ("type", "Gloss tuning", {"types": {"gloss tuning": {"meter": "tuning", "context": "gloss tuning", "count": "token"}}}),
        ("feature", "Image creation", {"nouns": {"creation": "generation"}}),
        ("feature", "Generated audio", {"features": {"generated audio": {"meter": "output", "modalities": ["audio"]}}}),
        ("feature", "Gloss", {"features": {"gloss": {}}}),
        ("region", "Gloss global", {"regions": {"gloss global": {"context": "global"}}}),
        ("request type", "Batch gloss", {"cell_labels": {"batch gloss": {"tier": "batch"}}}),
        ("row label", "Grounding by Google Maps", {"grounding": {"grounding by google maps": [{"meter": "maps_grounding"}]}}),
    ],
)  # fmt: skip
def test_labels(what, label, patch):
    """A known label with another word, the meter of its nouns, or what known labels say that share its words."""
    assert patch in found("label", label, what=what)


@pytest.mark.parametrize(
    ("what", "label"),
    [
        ("type", "Zorble"),
        ("type", "Prompt above 200k"),
        ("type", "Prompt ($/zorble)"),
        ("feature", "Image generation (first 100)"),
        ("region", "Mars"),
        ("row label", "Zorble"),
        ("", "Zorble"),
        ("type", ""),
    ],
)
def test_labels_without_candidates(what, label):
    """Labels that name nothing, or more than a known one says."""
    assert [] == found("label", label, what=what)


@pytest.mark.parametrize(
    ("cell", "patch"),
    [
        ("$0.40/second (gloss applies)", {"cell_asides": ["(gloss applies)"]}),
        ("$0.40 / zorble", {"nouns": {"zorble": "second"}}),
        ("$0.25 (Worldwide)", {"nouns": {"worldwide": "global"}}),
        ("$0.25 (Lunar)", {"contexts": {"lunar": "lunar"}}),
        ("$0.25 (/M tokens/hr)", {"units": {"m tokens/hr": "1000000 token-hours"}}),
        ("Online traffic: $0.25", {"nouns": {"traffic": "requests"}}),
        ("Flex requests: $0.25", {"cell_labels": {"flex requests": {"tier": "flex"}}}),
        ("Prompts: $0.25", {"cell_labels": {"prompts": {"meter": "input"}}}),
        ("Nil", {"cells": {"nil": "not_available"}}),
        ("$1 | $0.40/second (gloss)", {"cell_asides": ["(gloss)"]}),
    ],
)
def test_cells(cell, patch):
    """Lines of price cells."""
    assert patch in found("cell", cell)


@pytest.mark.parametrize(
    "cell",
    [
        *("from $2", "up to $2", "$2 per month", "$2 -20 %", "$2 (previously)", "$2 off-peak gloss", "NZ$2", "$2"),
        *("Unavailable in the EU", "Not free", "No charge yet", "$2/second, minimum 8 seconds", "$2 (EU)"),
    ],
)
def test_cells_that_could_say_another_price(cell):
    """They have no candidate."""
    assert [] == [patch for patch in found("cell", cell) if "contexts" not in patch]


BILLED = "Search queries exceeding those limits are billed at $14 per 1,000 search queries."
SEARCH = "gemini-3 / - / Grounding with Google Search"


@pytest.mark.parametrize(
    ("lines", "patch"),
    [
        (BILLED.replace("search queries.", "gloss queries."), {"nouns": {"gloss": "grounding"}}),
        (BILLED.replace("billed", "zorbled"), {"nouns": {"zorbled": "billed"}}),
        (BILLED.replace("1,000 search queries", "1,000 input queries"), {"units": {"1,000 input queries": "1000 queries"}}),
    ],
)  # fmt: skip
def test_sentences_of_grounding(lines, patch):
    """A word of the one sentence that is not understood, or its unit."""
    assert patch in found("cell", lines, place=SEARCH)


def test_sentences_of_grounding_without_candidates():
    """A cell that is understood, one without a price, and a sentence that no word makes known."""
    for lines in (BILLED, "Nothing of it.", f"{BILLED} | All of this is magic.", "Includes nothing"):
        assert [] == found("cell", lines, place=SEARCH)
    magic = f"{BILLED} | All of this is magic."
    assert [{"grounding_prose": [r"All\ of\ this\ is\ magic"]}] == found("cell", magic, place=SEARCH, by=choices)
    assert [] == found("cell", f"{BILLED} | Magic for $3.", place=SEARCH, by=choices)
    assert [] == found("cell", BILLED, place=SEARCH, by=choices)


def test_what_a_person_may_choose():
    """Every meaning that lines can give; none of a problem without its words, or of another kind."""
    assert {"types": {"zorble": {"meter": "output"}}} in found("label", "Zorble", what="type", by=choices)
    rows = found("label", "Zorble", what="row label", by=choices)
    assert {"ignored_rows": [{"match": "zorble( \\|.*)?", "reason": "WHY IT GIVES NO RATE"}]} in rows
    assert {"tabs": {"ultrafast": ["priority"]}} in found("tab", "Ultrafast", by=choices)
    assert {"cell_asides": ["off"]} in found("cell", "$2.00 off", by=choices)
    assert [] == found("cell", "$2.00", by=choices)
    assert {"cells": {"not free": "free"}} in found("cell", "N/A | Not free", by=choices)
    assert [] == found("label", "Zorble", by=choices)
    assert [] == found("model", "Zorble", by=choices)
    assert [] == found("model", "Zorble")
    assert [] == found("label", "", by=choices)


# ------------------------------------------------------------------------------------------------ whole pages


def page(case: str, *changes: tuple[str, str]) -> str:
    """A case's page, each change made wherever it can be."""
    body = Case(CASES / case).bodies["html"]
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    return body


def inferred(case: str, *changes: tuple[str, str]) -> tuple[Reading, Reading, list]:
    """A case as it was read and published, as it is read when changed, and the words that are inferred."""
    before = vertex_ai.read(page(case))
    cards = found_cards(before, Provenance("https://x", "0" * 64, date(2026, 11, 1), None, "0"), "google", "vertex-ai")
    reading = vertex_ai.read(page(case, *changes))
    return before, *second_pass.infer(vertex_ai, reading, Known(cards))


def said(reading: Reading, **values: object) -> set[tuple]:
    """What is published of a reading."""
    rates = [r for r in reading.rates() if all(getattr(r, name) == value for name, value in values.items())]
    return {(r.row_key, r.price, r.currency, r.availability) for r in rates}


BENIGN = {
    "a header": ("gemini-3", ("Price (/1M tokens)", "Zorble (/1M tokens)")),
    "a header with a word more": ("gemini-3", ("Price (/1M tokens)", "Price, gloss (/1M tokens)")),
    "a label of grounding beside models": (
        "gemini-2.5",
        (">Grounding with Google Search<", ">Grounding by Google Search<"),
    ),
    "a label of grounding in the column of models": (
        "older",
        (">Grounding with Google Maps<", ">Grounding by Google Maps<"),
    ),
    "a header of labels": ("gemini-3", (">Type<", ">Kind<")),
    "a header of models": ("media", (">Model<", ">Model name<")),
    "a header of features": ("media", (">Feature<", ">Capability<")),
    "a tab": ("gemini-3", (">Standard<", ">Regular<")),
    "a label": ("gemini-3", ("Input (text", "Inbound (text")),
    "a label by its nouns": ("gemini-3", ("Text output (", "Generated text (")),
    "a feature": ("media", (">Video generation<", ">Video making<")),
    "a word behind a price": ("gemini-3", ("(Global)", "(Worldwide)")),
    "an aside": ("media", ("$0.40/second", "$0.40/second (gloss applies)")),
    "a unit": ("media", ("/second", "/zorble")),
    "an availability": ("gemini-3", (">N/A<", ">Nil<")),
    "a label of grounding": ("gemini-3", (">Grounding with your data<", ">Grounding by your data<")),
}


@pytest.mark.parametrize(("case", "change"), BENIGN.values(), ids=BENIGN)
def test_words_that_changed_alone(case, change):
    """With the same page as published it is read as before, marked, and exact with the lines that were learned."""
    before, reading, words = inferred(case, change)

    assert ([], [], said(before)) == (reading.problems, reading.suspicions, said(reading))
    assert {"inferred: continuity"} <= {r.reading for r in reading.rates()} <= {"exact", "inferred: continuity"}
    assert str(before.accounted) == str(reading.accounted)
    lines = "\n".join(line for one in words for line in one.lines)
    build = load_terms.__wrapped__.args[1]
    learned = read_vocabulary(VOCABULARY.read_text(encoding="utf-8") + "\n" + lines + "\n", VOCABULARY.name, build)
    again = vertex_ai.read(page(case, change), learned)
    assert ([], said(before), {"exact"}) == (again.problems, said(again), {r.reading for r in again.rates()})


CHANGED = {
    "a header": ("gemini-3", ("Price (/1M tokens)", "Zorble (/1M tokens)"), (">$2<", ">$2.10<"), {"meter": "input"}),
    "a label": ("gemini-3", ("Input (text", "Inbound (text"), (">$2<", ">$2.10<"), {"meter": "input"}),
    "a tab": ("gemini-3", (">Priority<", ">Hurried<"), ("$3.6<", "$3.7<"), {"service_tier": "priority"}),
    "an aside": ("media", ("$0.40/second", "$0.41/second (gloss)"), ("$0.20", "$0.20"), {"context": "with audio"}),
}


@pytest.mark.parametrize(("case", "word", "price", "gone"), CHANGED.values(), ids=CHANGED)
def test_a_price_that_changed_under_unknown_words(case, word, price, gone):
    """Nothing proves it: it is not published, and what is, is as it was."""
    before, reading, _ = inferred(case, word, price)

    assert said(reading) < said(before)
    assert said(reading, **gone) < said(before, **gone)
    assert reading.incomplete


HARMFUL = {
    "per month": ("media", ("$0.40/second", "$0.40/second per month")),
    "from": ("media", ("$0.40/second", "from $0.40/second")),
    "up to": ("media", ("$0.40/second", "up to $0.40/second")),
    "less": ("media", ("$0.40/second", "$0.40/second -20 %")),
    "another currency": ("media", ("$0.40/second", "NZ$0.40/second")),
    "a header": ("gemini-3", ("Price (/1M tokens)", "Monthly price (/1M tokens)")),
    "a label": ("gemini-3", ("Input (text", "Input from (text")),
    "another meter": ("gemini-3", ("Input (text", "Cached input (text")),
    "a tab": ("gemini-3", (">Standard<", ">Standard, -20 %<")),
    "not free": ("gemini-3", (">N/A<", ">Not free<")),
    "two columns of one": ("media", ("<th>Output<", "<th>Feature<")),
}


@pytest.mark.parametrize(("case", "change"), HARMFUL.values(), ids=HARMFUL)
def test_words_that_could_change_a_price(case, change):
    """Nothing is inferred, whatever the numbers say; and nothing else than before is published."""
    before, reading, words = inferred(case, change)

    assert [] == words
    assert reading.incomplete
    assert said(reading) < said(before)


# ------------------------------------------------------------------------------------------------ read again


def test_sections_keep_their_numbers():
    """Whichever are asked for, by the same words they are the same; by other words they are of the same models."""
    reading = vertex_ai.read(page("gemini-3"))
    assert reading.again
    terms = patched({"nouns": {"zorble": "price"}})

    assert reading.sections == list(reading.again(terms, None).values())
    for number, section in enumerate(reading.sections):
        assert {number: section} == reading.again(terms, [number])


def test_a_name_that_is_known_now_says_nothing_by_itself():
    """Its section is still there, and empty: its rates are those of a model that had no section."""
    reading = vertex_ai.read(page("unknown-model"))
    (number,) = [at for at, section in enumerate(reading.sections) if section.problems and not section.models]
    name = reading.sections[number].title
    again = reading.again(patched({"models": {"gemini-9-unknown": {"names": [name]}}}), [number])

    assert ([], []) == (again[number].problems, again[number].cards)


def test_words_that_make_another_model_of_a_row():
    """They are a contradiction: what they take from one model no section would say of the other."""
    reading = vertex_ai.read(page("media", (">Upscaling<", ">Upsizing<")))
    again = reading.again(patched({"nouns": {"upsizing": "upscaling"}}), None)

    words = [str(problem) for section in again.values() for problem in section.problems]
    assert any("the words name another model, imagen-4.0-upscale-preview" in each for each in words)


def test_what_cannot_be_read_shows_what_could():
    """A draft of a section with problems is held back, with what of it is understood."""
    reading = vertex_ai.read(page("gemini-3", (">Priority<", ">Hurried<")))
    (section,) = reading.unread

    assert ("gemini-3.1-pro-preview", "gemini-3.1-pro-preview-customtools") == section.models
    assert {"standard"} == {rate.service_tier for rate in reading.rates(held_back=True)}
    assert section.models[0] not in {rate.model for rate in reading.rates()}
    assert replace(section, problems=[]).cards


def test_a_table_that_is_not_understood_keeps_what_its_rows_name():
    """Models that a name and a feature are together, and those in the words of grounding: they are not gone."""
    reading = vertex_ai.read(page("older", (">Feature<", ">Zorble<")))

    named = {model for section in reading.unread for model in section.models}
    assert {rate.model for rate in vertex_ai.read(page("older")).rates()} == named | {r.model for r in reading.rates()}
