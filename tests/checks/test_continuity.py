"""What the published edition tells of the next: ids still printed, new words about prices, rows that were not read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.checks.representations import compared_with_published, sentences_of
from scraper.prices.conditions import conditional, digest
from scraper.sources import gemini_api, gemini_terms, openai_api
from scraper.storage import card_files
from tests.sources.vertex_ai.test_vertex_ai import read as read_vertex
from tests.support import pagebuilder
from tests.support.gemini_page import TOOLS
from tests.support.openai_page import facts as openai_facts
from tests.support.openai_page import html_page
from tests.support.workshop import facts, model, pages

DAY = date(2026, 11, 1)
NEXT, LATER = "2026-11-02T06:00:00Z", "2026-11-03T07:00:00Z"


def at(when: str, **models: dict | None) -> dict:
    return facts(when, **models)


def prices(workshop, name: str) -> dict[str, str]:
    """What a published card's paid rates cost, by meter."""
    card = card_files.decode(workshop.card(name).read_text(), name)
    return {r.meter: f"{r.price:.2f}" for r in card.rates if r.plan == "paid" and r.price is not None}


# ----------------------------------------------------------------------------------- conditions in words

WORDS = [
    "All prices in this section are per 1,000 tokens.",
    "All amounts are in Canadian dollars.",
    "Prices double for prompts longer than 200k tokens.",
    "These prices take effect on January 1, 2027.",
    "Audio input is billed at 150% of the text price.",
    "A minimum charge of 1,024 tokens per request applies.",
    "Weekend usage costs half.",
    "Rates are quoted in EUR.",
    "Above that you are charged 2x.",
    "The price is per image and not per million tokens.",
]
HARMLESS = [
    "Our most cost-efficient model, with a context of 1 million tokens.",
    "Preview models may change before becoming stable and have more restrictive rate limits.",
    "Deprecated and will be shut down on October 2, 2026.",
    "You will be charged for each individual search query performed.",
    "Text input and output is priced the same as Gemini 3 Pro.",
    "This typically results in up to 88% fewer input tokens for long-form video.",
    "Prices may differ from the prices listed here.",
]
AMOUNTS = [
    "per 1,000 tokens",
    "per image",
    "in euros",
    "by 20%",
    "twice",
    "three times",
    "2x",
    "from May 1, 2027",
    "half",
]
NOUNS = ["price", "Prices", "priced", "pricing", "rate", "billed", "charged", "charge", "cost", "costs", "fee"]


@given(st.sampled_from(AMOUNTS), st.sampled_from(NOUNS), st.lists(st.sampled_from(["this", "is", "now", "the"])))
def test_fault_80_an_amount_word_and_a_noun_of_price(amount, noun, between):
    """In whatever order and however far apart; neither alone is a condition."""
    for words in ((amount, *between, noun), (noun, *between, amount)):
        assert conditional(" ".join(words))
    assert not conditional(" ".join([amount, *between]))
    assert not conditional(" ".join([noun, *between]))


@pytest.mark.parametrize("sentence", HARMLESS)
def test_what_pages_have_always_said(sentence):
    """Words of price without an amount word, or amounts of other things."""
    assert not conditional(sentence)


def test_a_sentence_is_known_by_its_words():
    """Marks, blanks and case are nothing, a number is."""
    assert digest("Billed at  150% of the text-price.") == digest(
        "billed at 150 % of the text price".replace(" %", "%")
    )
    assert digest("Billed at 150%.") != digest("Billed at 50%.")


def places(sentence: str) -> dict[str, dict]:
    """By place, a model that says the sentence there."""
    plain = model("Gemini 2", "$2.00", "$2.50")
    return {
        "prose": {**plain, "about": sentence},
        "callout": {**plain, "note": sentence},
        "footnote": {**model("Gemini 2", "$2.00{*}", "$2.50"), "footnotes": [f"[*] {sentence}"]},
        "footnote of nothing": {**plain, "footnotes": [f"[**] {sentence}"]},
        "metadata": {**plain, "improve": [sentence, "No"]},
    }


@pytest.mark.parametrize("sentence", WORDS)
def test_fault_80_what_changes_a_price_without_an_amount_of_money(sentence):
    """Units, currencies, factors, days and bounds, in words."""
    assert conditional(sentence)


@pytest.mark.parametrize(("sentence", "place"), list(zip(WORDS, places(""), strict=False)))
def test_fault_80_new_words_about_prices_are_a_doubt(workshop, sentence, place):
    """Wherever they stand. Their section keeps its card and the others are published; once they are gone, so is the doubt."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    said = {**places(sentence)[place]}
    said["tabs"] = {"Standard": [["Input price", "Free of charge", "$2.20"], *said["tabs"]["Standard"][1:]]}
    ran = workshop.refresh(at(NEXT, gemini_2=said, gemini_1=model("Gemini 1", "$1.10", "$1.50")))

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert "gemini-2: new words about prices that nothing reads" in ran.out
    assert ("2.00", "1.10") == (prices(workshop, "gemini-2")["input"], prices(workshop, "gemini-1")["input"])
    assert () == card_files.decode(workshop.card("gemini-2").read_text(), "").formulas
    assert "PARTLY_READ" == workshop.refresh(at("2026-11-02T12:00:00Z", gemini_2=said)).outcome
    ran = workshop.refresh(at(LATER, gemini_2=model("Gemini 2", "$2.20", "$2.50")))
    assert ("CHANGED", "2.20") == (ran.outcome, prices(workshop, "gemini-2")["input"])


@pytest.mark.parametrize("where", ["<caption>{}</caption>", "</table><h4>{}</h4><table>"])
def test_fault_80_captions_and_headings(workshop, where):
    """A table's caption is a sentence like others."""
    workshop.refresh(at("2026-11-01T06:17:00Z"), twin=None)
    body = pages(at(NEXT))["html"].decode()
    start = body.index("<table", body.index('id="gemini-2"'))
    end = body.index(">", start) + 1
    changed = body[:end] + where.format(WORDS[0]) + body[end:]
    ran = workshop.refresh(at(NEXT), html=changed.encode(), twin=None)

    assert "PARTLY_READ" == ran.outcome
    assert ["gemini-2"] == workshop.state["unread"]


def test_fault_80_words_that_were_there_before(workshop):
    """What the first edition says alarms nobody, nor does it later; what it says otherwise does."""
    about = {**model("Gemini 2"), "about": WORDS[4]}
    assert "NEW" == workshop.refresh(at("2026-11-01T06:17:00Z", gemini_2=about)).outcome
    moved = {**about, "about": ["Another text.", WORDS[4].replace(" is ", "  is ")]}
    assert 0 == workshop.refresh(at(NEXT, gemini_2=moved)).code
    ran = workshop.refresh(at("2026-11-02T12:00:00Z", gemini_2={**about, "about": WORDS[4].replace("150", "15")}))
    assert "new words about prices that nothing reads" in ran.out


def test_fault_80_words_in_the_head_of_the_page(workshop):
    """They concern the sections that they name, and else are a line of the report."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    ran = workshop.refresh({**at(NEXT), "intro": "Prices of Gemini 3 double on January 1, 2027."})
    assert (4, ["gemini-3"]) == (ran.code, workshop.state["unread"])

    ran = workshop.refresh({**at(LATER), "intro": "Batch API (40% cost reduction)."})
    assert (0, []) == (ran.code, workshop.state["unread"])
    assert "the page's head: new words about prices" in ran.out


def test_fault_80_words_that_the_vocabulary_knows(workshop, monkeypatch):
    """A sentence that selects no price is listed as a whole."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    said = {**model("Gemini 2"), "about": WORDS[2]}
    assert 4 == workshop.refresh(at(NEXT, gemini_2=said)).code
    known = replace(gemini_api.load_terms(), asides=[gemini_terms._re(r"Prices double for prompts longer than .*")])
    monkeypatch.setattr(gemini_api, "load_terms", lambda: known)
    monkeypatch.setattr(gemini_api, "read", lambda body: READ(body, known))
    assert 0 == workshop.refresh(at(LATER, gemini_2=said)).code


READ = gemini_api.read


OPENAI = "Built-in tools are charged double from May 1, 2027."


def test_fault_80_words_under_a_heading_concern_the_models_there():
    """Where a section holds many models, all of them wait; captions, metadata and what is listed do not count."""
    told = openai_facts("era-2026-04")
    body = html_page(told)
    plain, old = openai_api.read(body), {}
    assert [] == [words for section in plain.sections for words in section.words]
    found = openai_api.read(body.replace("Tokens used", f"{OPENAI} Tokens used", 1))
    said = sentences_of([plain], {}, whole=True)

    assert (plain, []) == compared_with_published(plain, old, said, {}, DAY)
    found, lines = compared_with_published(found, old, said, {}, DAY)
    assert [] == lines
    assert {("Tools", "condition")} == {(s.title, p.kind) for s in found.unread for p in s.problems}


@pytest.mark.parametrize(
    ("note", "kinds"),
    [
        ("Prices double for prompts longer than 200k tokens.", {"condition"}),
        ("Prices are listed in US Dollars (USD).", set()),
        ("*** Pricing will go into effect on May 1, 2027.", set()),
    ],
)
def test_fault_80_notes_of_the_agent_platform(note, kinds):
    """A note under a table concerns the models of its part, unless it is read or listed."""
    plain = read_vertex("gemini-2.5")
    found = read_vertex("gemini-2.5", ("</table>", f"</table><p>{note}</p>"))
    found, _ = compared_with_published(found, {}, sentences_of([plain], {}, whole=True), {}, DAY)

    assert kinds == {p.kind for p in found.problems}
    assert bool(kinds) == bool(found.unread)


# ------------------------------------------------------------------------------------------- identity

TWO = '<code translate="no" dir="ltr">gemini-2</code>, <code translate="no" dir="ltr">gemini-2-custom</code>'
MORE = [
    "</em></p><p><em><code>gemini-2-custom</code></em></p>",
    "</em><ul><li><code>gemini-2-custom</code></li></ul>",
    "</em><div><code>gemini-2-custom</code></div>",
    "</em><p>gemini-2-custom</p>",
    "</em><h4>gemini-2-custom</h4>",
    "</em><dl><dt><code>gemini-2-custom</code></dt></dl>",
    "</em><blockquote>and gemini-2-custom</blockquote>",
    "</em><details><summary><code>gemini-2-custom</code></summary></details>",
]


@pytest.mark.parametrize("more", MORE)
def test_fault_81_ids_in_other_elements(workshop, more):
    """All ids before the table count, in whatever they stand."""
    both = model("Gemini 2", ids=["gemini-2", "gemini-2-custom"])
    workshop.refresh(at("2026-11-01T06:17:00Z", gemini_2=both))
    page = pages(at(NEXT, gemini_2=both))["html"].decode()
    assert TWO in page
    page = page.replace(TWO, f'<code translate="no" dir="ltr">gemini-2</code>{more}')
    ran = workshop.refresh(at(NEXT), html=page.encode(), twin=None)

    assert (0, "no longer on the page" in ran.out) == (ran.code, False)
    assert prices(workshop, "gemini-2") == prices(workshop, "gemini-2-custom")


@pytest.mark.parametrize(
    "where",
    [
        {"about": "Use it as gemini-2-custom, too."},
        {"note": "Also called [gemini-2-custom](/gemini-api/docs/models)."},
        {"footnotes": ["[*] For gemini-2-custom."]},
        {"improve": ["gemini-2-custom: Yes", "No"]},
    ],
)
def test_fault_81_a_known_id_that_is_still_printed_is_not_gone(workshop, where):
    """It keeps its card, and the section that prints it is looked at by a person."""
    both = model("Gemini 2", ids=["gemini-2", "gemini-2-custom"])
    workshop.refresh(at("2026-11-01T06:17:00Z", gemini_2=both))
    ran = workshop.refresh(at(NEXT, gemini_2={**model("Gemini 2"), **where}))

    assert (4, ["gemini-2"]) == (ran.code, workshop.state["unread"])
    assert workshop.card("gemini-2-custom").exists()
    assert "gemini-2-custom, which has a card, is printed here and is no section's id" in ran.out


def test_fault_81_an_id_of_another_model_that_begins_alike(workshop):
    """gemini-2 is not printed where gemini-2-custom is; a model that went is gone."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    ran = workshop.refresh(at(NEXT, gemini_2=None, gemini_3={**model("Gemini 3"), "about": "Not gemini-2-custom."}))

    assert (0, False) == (ran.code, workshop.card("gemini-2").exists() and "held" not in ran.out)


def test_an_id_that_was_renamed_may_be_printed(workshop, monkeypatch):
    """It goes on under its new name, and is an alias there."""
    workshop.refresh(at("2026-11-01T06:17:00Z", gemini_2_preview=model("Gemini 2 Preview", "$2.00"), gemini_2=None))
    monkeypatch.setattr(gemini_api, "renames", lambda: {"gemini-2-preview": "gemini-2"})
    ran = workshop.refresh(at(NEXT, gemini_2={**model("Gemini 2", "$2.00"), "about": "Was gemini-2-preview."}))

    assert (0, False) == (ran.code, workshop.card("gemini-2-preview").exists())


def test_fault_83_two_sections_of_one_model(workshop):
    """Neither of them wins: both keep what was published."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    ran = workshop.refresh(at(NEXT, gemini_2=model("Gemini 2", "$2.20"), gemini_3=model("Gemini 2", ids=["gemini-2"])))

    assert (4, "2.00") == (ran.code, prices(workshop, "gemini-2")["input"])
    assert "gemini-2 is priced in two sections" in ran.out


@pytest.mark.parametrize("name", ["tools", "agents", "notes"])
def test_fault_83_a_model_called_like_a_reserved_section(workshop, name):
    """It takes over no other section's card and loses none of its own."""
    first = {**at("2026-11-01T06:17:00Z"), "tools": TOOLS}
    workshop.refresh(first)
    before = workshop.data
    ran = workshop.refresh({**at(NEXT, gemini_2=model("Gemini 2", ids=[name])), "tools": TOOLS})

    assert 4 == ran.code
    assert f"{name!r} is what a section without a model is called" in ran.out
    cards = [path for path in before if "/cards/" in path]
    assert [before[path] for path in cards] == [workshop.data[path] for path in cards]


# --------------------------------------------------------------------------------- the part in doubt


def odd(price: str = "$2.00 a day", **more: str) -> dict:
    """A model with one cell that is not understood."""
    return model("Gemini 2", price, more.pop("out", "$2.60"), **more)


def test_fault_90_one_cell_keeps_its_row(workshop):
    """Its price and evidence stand as they were read, what stands beside it moves on, and nothing is removed."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    ran = workshop.refresh(at(NEXT, gemini_2=odd(), gemini_1=model("Gemini 1", "$1.10", "$1.50")))

    assert (4, "PARTLY_READ", ["gemini-2"]) == (ran.code, ran.outcome, workshop.state["unread"])
    assert {"input": "2.00", "output": "2.60"} == prices(workshop, "gemini-2")
    assert "1.10" == prices(workshop, "gemini-1")["input"]
    assert ["kept", "repriced", "repriced"] == sorted(c["kind"] for c in workshop.history[6:])
    card = card_files.decode(workshop.card("gemini-2").read_text(), "")
    seen = {(r.meter, r.plan): f"{r.evidence.observed or card.observed}" for r in card.rates}
    assert {"2026-11-01", "2026-11-02"} == set(seen.values())
    assert ("2026-11-01", "2026-11-02") == (seen["input", "paid"], seen["output", "paid"])
    amounts = workshop.state["amounts"]
    assert (12, 11) == (amounts["seen"], amounts["read"])
    assert 0 == workshop.check().code


def test_fault_90_what_is_read_again_is_news(workshop):
    """Afterwards all evidence is of the new edition."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    workshop.refresh(at(NEXT, gemini_2=odd()))
    ran = workshop.refresh(at(LATER, gemini_2=model("Gemini 2", "$2.20", "$2.60")))

    assert ("CHANGED", {"input": "2.20", "output": "2.60"}) == (ran.outcome, prices(workshop, "gemini-2"))
    card = card_files.decode(workshop.card("gemini-2").read_text(), "")
    assert {None} == {r.evidence.observed for r in card.rates}
    assert not any(c.get("correction") for c in workshop.history[6:])


def test_fault_90_a_gap_in_one_representation_is_one_in_both(workshop):
    """The other's reading of the row is not compared, and not published."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    found = at(NEXT, gemini_2=model("Gemini 2", "$2.20", "$2.60"))
    twin = pagebuilder.twin_page(at(NEXT, gemini_2=odd("$2.20 a day")))
    ran = workshop.refresh(found, twin=twin)

    assert ("PARTLY_READ", {"input": "2.00", "output": "2.60"}) == (ran.outcome, prices(workshop, "gemini-2"))
    assert (12, 11) == (workshop.state["amounts"]["seen"], workshop.state["amounts"]["read"])


def test_fault_90_a_label_that_moves_with_its_cell(workshop):
    """What the row was called before is not removed: all of that meter stands."""
    rows = [["Input price", "Free of charge", "$2.00"], ["Output price", "Free of charge", "$2.60"]]
    workshop.refresh(at("2026-11-01T06:17:00Z", gemini_2={"name": "Gemini 2", "tabs": {"Standard": rows}}))
    split = [["Text input price", "Free of charge", "$2 a day"], ["Audio input price", "-", "$4.00"], rows[1]]
    ran = workshop.refresh(at(NEXT, gemini_2={"name": "Gemini 2", "tabs": {"Standard": [*split, *more_rows()]}}))

    assert ("PARTLY_READ", "2.00") == (ran.outcome, prices(workshop, "gemini-2")["input"])
    assert not [c for c in workshop.history[6:] if c["kind"] == "rate_removed"]


def more_rows() -> list:
    """Other rows, so that one of them is not a third."""
    return [["Context caching price", "-", "$1.00"], ["Tuning price", "-", "$3.00"]]


def test_fault_90_too_many_cells_are_a_section(workshop):
    """Where more than a third of the rows is not understood, the tables are not."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    before = workshop.card("gemini-2").read_bytes()
    ran = workshop.refresh(at(NEXT, gemini_2=odd(out="$3 a night")))

    assert ("PARTLY_READ", before) == (ran.outcome, workshop.card("gemini-2").read_bytes())


def test_fault_90_a_new_model_with_a_gap(workshop):
    """What is read of it is published; nothing is made up for the rest."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    ran = workshop.refresh(at(NEXT, gemini_7={**odd(), "name": "Gemini 7"}))

    assert ("PARTLY_READ", {"output": "2.60"}) == (ran.outcome, prices(workshop, "gemini-7"))


def test_fault_70_a_lost_heading_takes_two_sections(workshop):
    """The one that swallowed it and the one that is gone keep their cards; the others are published."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    body = pages(at(NEXT, gemini_1=model("Gemini 1", "$1.10", "$1.50")))["html"].decode()
    start = body.rindex("<h2", 0, body.index('id="gemini-3"'))
    end = body.index("</h2>", start) + 5
    ran = workshop.refresh(at(NEXT), html=(body[:start] + body[end:]).encode(), twin=None)

    assert (4, "1.10") == (ran.code, prices(workshop, "gemini-1")["input"])
    assert ("2.00", "3.00") == tuple(prices(workshop, f"gemini-{n}")["input"] for n in (2, 3))


def test_fault_70_ids_of_two_models_in_one_line(workshop):
    """Both sections keep their cards."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    mixed = model("Gemini 2", "$2.20", ids=["gemini-2", "gemini-3"])
    ran = workshop.refresh(at(NEXT, gemini_2=mixed, gemini_1=model("Gemini 1", "$1.10", "$1.50")))

    assert (4, "1.10") == (ran.code, prices(workshop, "gemini-1")["input"])
    assert ("2.00", "3.00") == tuple(prices(workshop, f"gemini-{n}")["input"] for n in (2, 3))


# ------------------------------------------------------------------------------------------- what is lost


@pytest.mark.parametrize("other", ["html", "twin"])
def test_fault_84_a_section_that_lost_its_table(workshop, other):
    """Heading and id stand, and no price: it did not load, and the card stays."""
    workshop.refresh(at("2026-11-01T06:17:00Z"))
    before = workshop.card("gemini-2").read_bytes()
    bare = at(NEXT, gemini_2={"name": "Gemini 2", "rows": [], "about": "Loading prices."})
    ran = workshop.refresh(bare, **{other: None})

    assert (4, before) == (ran.code, workshop.card("gemini-2").read_bytes())
    assert "a model without any price: is its table lost?" in ran.out


@pytest.mark.parametrize(("cell", "availability"), [("Free of charge", "free"), ("Not available", "not_available")])
def test_a_tool_that_was_priced_is_free_or_not_sold(workshop, cell, availability):
    """A move to nothing and no removal; a tool that never had a price still gives no rate."""
    rows = [
        ["File search", "Free of charge", "Charged for embeddings at $0.15 / 1M tokens."],
        ["URL context", cell, cell],
    ]
    workshop.refresh({**at("2026-11-01T06:17:00Z"), "tools": {**TOOLS, "rows": rows}})
    before = prices(workshop, "tools")
    rows[0] = ["File search", "Free of charge", cell]
    workshop.refresh({**at(NEXT), "tools": {**TOOLS, "rows": rows}})

    held = workshop.root / "ratecards/held/google/gemini-api.json"
    waiting = [item["new"]["availability"] for item in json.loads(held.read_text())["held"]] if held.exists() else []
    moved = [c["new"]["availability"] for c in workshop.history[7:] if c["kind"] == "availability_changed"]
    assert {"tool": "0.15"} == before
    assert [availability] == waiting + moved
    assert "rate_removed" not in {c["kind"] for c in workshop.history[7:]}
