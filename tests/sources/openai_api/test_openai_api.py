"""OpenAI's pricing page: own cases in each of its forms, pages to refuse, and the captures when there are any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Rate, row, validate_rate
from scraper.errors import LayoutChanged
from scraper.model import Provenance, Reading, cards
from scraper.sources import openai_api as source
from scraper.sources.openai_islands import astro_props
from scraper.storage import card_files
from tests.support.openai_page import (
    facts,
    html_page,
)

SHOWN = [
    *("model", "service_tier", "meter", "modality", "unit", "resolution", "quality"),
    *("prompt_over", "prompt_up_to", "context", "basis", "availability", "price", "quote"),
]
NO_TABLE = "{} / {}: unknown header 'there is no table'"
CONTAINERS = "containers are sold by session and size of memory: the table has no row for them"
STORAGE = "storage is sold by gigabyte and day: the table has no row for it"


# ------------------------------------------------------------------------------------------ helpers


def line(rate: Rate) -> str:
    """A rate in one line."""
    cells = row(rate)
    return " | ".join(cells[name] for name in SHOWN)


def section_of(told: dict, title: str) -> dict:
    return next(s for s in told["sections"] if s["title"] == title)


def by_model(reading: Reading) -> dict[str, object]:
    return {model: section for section in reading.sections for model in section.models}


def price(reading: Reading, model: str, meter: str, **named: object) -> Decimal | None:
    """The price of the one rate that is so named; `standard` and unbounded unless said."""
    named = {"service_tier": "standard", "basis": "list", **named}
    found = [
        r
        for r in reading.rates()
        if (r.model, r.meter) == (model, meter) and all(getattr(r, n) == v for n, v in named.items())
    ]
    assert 1 == len(found), [line(r) for r in found]
    return found[0].price


def sound(reading: Reading) -> None:
    """What holds of every reading: the ledger balances, rates are valid and unique, cards survive the codec."""
    assert 0 == reading.amounts.unclaimed
    assert [] == [doubt for doubt in reading.suspicions if "of the tables is missing" not in doubt]
    assert [] == [p for rate in reading.rates() for p in validate_rate(rate)]
    keys = [rate.row_key for rate in reading.rates()]
    assert len(set(keys)) == len(keys)
    capture = Provenance(
        "https://developers.openai.com/api/docs/pricing", "0" * 64, date(2026, 4, 27), None, source.PARSER
    )
    for card in cards(reading, capture, "openai", "openai-api").values():
        assert card == card_files.decode(card_files.encode(card), card.model)


def changed(case: str, change: Callable[[dict], object], build: Callable[[dict], str] = html_page) -> Reading:
    """The reading of a case's page after a change of its facts."""
    told = facts(case)
    change(told)
    return source.read(build(told))


def refused(body: str) -> str:
    with pytest.raises(LayoutChanged) as caught:
        source.read(body)
    return str(caught.value)


# ----------------------------------------------------------------------------------------- own cases


def test_one_model_is_one_section() -> None:
    """What the page says of a model in several tables is one card, and metadata names its models."""
    reading = source.read(html_page(facts("era-2026-04")))
    drafts = {d.model: d for d in reading.drafts()}

    assert {"input", "output", "cache_read", "tuning"} == {r.meter for r in drafts["davinci-002"].rates}
    assert (("regional processing uplift", "10%"),) == drafts["gpt-5.5"].facts
    assert () == drafts["gpt-5.4-mini"].facts
    assert ("Whisper", "transcription-and-speech") == (drafts["whisper-1"].name, drafts["whisper-1"].anchor)
    assert ("Tools", False) == (drafts["tools"].name, by_model(reading)["tools"].counted)
    assert {CONTAINERS: 4, STORAGE: 4} == dict(reading.amounts.ignored)
    assert 29 == reading.tables


def test_an_article_cut_inside_its_frame() -> None:
    """The page must end with the heading that ends it, and no heading may be without its table."""
    page = html_page(facts("era-2026-04"))
    end = page.index("</article>")

    for title, seen in (("specialized-models", "'tools'"), ("fine-tuning", "'specialized models'")):
        cut = page.index(f'id="{title}"') - 40
        assert f"truncated page: expected the last section to be finetuning, saw {seen}" in refused(
            page[:cut] + page[end:]
        )
    cut = page.index("<astro-island", page.index('id="fine-tuning"'))
    assert [NO_TABLE.format("fine-tuning", "-")] == [str(p) for p in source.read(page[:cut] + page[end:]).problems]


# ------------------------------------------------------------------------------ what does not fit


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (" \n", "empty page"),
        ("<html><head></head><body><script>window._cf_chl_opt={}</script></body></html>", "challenge page"),
        ("<html><head><title>Log in - OpenAI</title></head></html>", "saw sign-in page (title 'Log in - OpenAI')"),
        ("# Pricing\n\n| x |\n\nAll models\n\n", "saw copy of the page with its tables collapsed"),
        ("# Models\n\ntext", "another page: expected pricing or flagship models first, saw 'models'"),
        ('{"error": "not found"}', "another page: expected pricing or flagship models first, saw 'no heading'"),
    ],
)
def test_other_pages_are_refused(body: str, words: str) -> None:
    """What is not the page is said to be what it is."""
    assert words in refused(body)


def test_frames_that_do_not_prove_themselves_are_refused() -> None:
    """Language, canonical address, both ends, one article and enough tables."""
    told = facts("era-2026-04")
    page = html_page(told)

    assert "localised page: expected <html lang='en'>, saw 'ja'" in refused(html_page(told, lang="ja"))
    assert "localised page" in refused("<!doctype html>\n")
    assert "expected Markdown, saw markup" in refused("<TextTokenPricingTables rows={[]} />")
    assert "soft 404" in refused(html_page(told, canonical="https://developers.openai.com/api/docs"))
    assert "truncated page" in refused(page[:-20])
    assert "one element 'article', saw 0" in refused(page.replace("article", "section"))
    told["sections"] = [told["sections"][0], section_of(told, "Tools"), told["sections"][-1]]
    told["sections"][0]["tabs"] = {"standard": told["sections"][0]["tabs"]["standard"]}
    assert "expected at least 10 tables, saw 8" in refused(html_page(told))


def broken_title(told: dict) -> None:
    section_of(told, "Video generation models")["title"] = "Moving pictures"


def broken_column(told: dict) -> None:
    section_of(told, "Video generation models")["headings"][4] = "Price per frame"


def broken_caption(told: dict) -> None:
    section_of(told, "Video generation models")["caption"] = "Prices per fortnight."


def broken_tab(told: dict) -> None:
    tabs = section_of(told, "Video generation models")["tabs"]
    tabs["turbo"] = tabs.pop("batch")


def broken_size(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"] = [["huge", "1x1", "1x1", "$0.05"]]


def money_in_label(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0][1] = "$3"


def short_row(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0].pop()


def odd_cell(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0][3] = "$0.05 once"


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (broken_title, "section", "unknown section 'Moving pictures'"),
        (broken_column, "header", "unknown header 'Price per frame'"),
        (broken_caption, "label", "unknown unit in 'Prices per fortnight.'"),
        (broken_tab, "tab", "unknown tab 'turbo'"),
        (broken_size, "label", "unknown size 'huge'"),
        (money_in_label, "label", "money in the column 'Portrait', which holds no prices: $3"),
        (short_row, "label", "4 cells under 5 headers"),
    ],
)
def test_what_is_not_understood_stays_with_its_model(change: Callable, kind: str, words: str) -> None:
    """An unknown term leaves the model it stands beside unread, and publishes the others."""

    def everything(told: dict) -> None:
        section_of(told, "Video generation models")["tabs"]["batch"].pop("drawn")
        change(told)

    reading = changed("era-2026-04", everything)

    unread = {m: s for m, s in by_model(reading).items() if s.problems}
    assert "sora-2" in unread
    assert {"sora-2", "sora-2-pro"} >= set(unread)
    assert {kind} == {p.kind for s in unread.values() for p in s.problems}
    assert all(words in str(p) for s in unread.values() for p in s.problems)
    assert "sora-2" not in {d.model for d in reading.drafts()}
    assert Decimal(5) == price(reading, "gpt-5.5", "input", prompt_up_to=272000)


def test_unknown_name_hides_whose_row_it_is() -> None:
    """A name that is no id and not in the vocabulary is a section without models: nothing may be taken for gone."""

    def change(told: dict) -> None:
        section_of(told, "Transcription models")["groups"]["Loud Whisperer"] = [
            ["Transcription", "-", "-", "$1 / minute"]
        ]

    reading = changed("era-2026-04", change)

    assert [("Loud Whisperer", (), True)] == [(s.title, s.models, s.counted) for s in reading.unread]
    assert "unknown model 'Loud Whisperer'" in str(reading.problems[0])
    assert 1 == reading.amounts.unclaimed


@pytest.mark.parametrize(
    ("group", "rows", "words"),
    [
        ("gpt-4o-transcribe-2", [["Chanting", "=1", "-", "-"]], "unknown row label 'Chanting'"),
    ],
)
def test_unknown_words_of_a_row(group: str, rows: list, words: str) -> None:
    """Words that say what a price is for are in the vocabulary, or an error."""
    reading = changed(
        "era-2026-04", lambda told: section_of(told, "Transcription models")["groups"].update({group: rows})
    )

    assert [True] == [words in str(p) for p in reading.problems]


def test_unknown_tool() -> None:
    """A tool that the vocabulary does not name keeps all tools back."""

    def change(told: dict) -> None:
        section_of(told, "Tools")["groups"]["Web search"].append(["Deep search", "$50.00 / 1k calls"])

    reading = changed("era-2026-04", change)

    assert {"unknown row label 'Deep search'"} == {p.message for p in reading.problems}
    assert [("Tools", False)] == [(s.title, s.counted) for s in reading.unread if s.models]


def test_one_key_with_two_prices_is_a_conflict() -> None:
    """What is drawn must be what the props say; a model printed twice must cost the same."""

    def drawn_otherwise(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["standard"]["rows"].append(
            ["gpt-5.4-mini", "=0.8", "=0.075", "=4.5"]
        )

    reading = changed("era-2026-04", drawn_otherwise)

    assert ["layout", "conflict"] == [p.kind for p in reading.problems]
    assert [("gpt-5.4-mini",)] == [s.models for s in reading.unread]
    assert "a second row of gpt-5.4-mini" in reading.problems[0].message
    assert "two prices for one key" in reading.problems[1].message


def test_what_is_not_drawn_is_not_gone() -> None:
    """A label that bounds the prompt says that longer ones have a price: where no row of it is drawn, that one is unread.

    The prices of shorter prompts are read; what stood published of longer ones may stay.
    """

    def change(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["batch"]["long"].pop("gpt-5.5")

    reading = changed("era-2026-04", change)

    (gap,) = reading.gaps
    assert (("gpt-5.5",), "batch", 272000) == (gap.models, gap.service_tier, gap.prompt_over)
    assert Decimal("2.5") == price(reading, "gpt-5.5", "input", service_tier="batch", prompt_up_to=272000)
    kept = price(
        source.read(html_page(facts("era-2026-04"))), "gpt-5.5", "input", service_tier="batch", prompt_over=272000
    )
    assert Decimal(5) == kept
    hidden = [r for r in source.read(html_page(facts("era-2026-04"))).rates() if gap.hides(r)]
    assert {("batch", 272000)} == {(r.service_tier, r.prompt_over) for r in hidden}
    assert {"input", "output", "cache_read"} == {r.meter for r in hidden}


def test_bound_from_above_in_a_label() -> None:
    """A label for the long context bounds its prices from below."""

    def change(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["flex"]["rows"].append(
            ["gpt-5.5 (>272K context length)", "=5", "=0.5", "=22.5"]
        )

    assert Decimal(5) == price(
        changed("era-2026-04", change), "gpt-5.5", "input", service_tier="flex", prompt_over=272000, prompt_up_to=None
    )


def test_unknown_condition_of_a_known_model() -> None:
    """A label that begins with a known id and goes on in an unknown way keeps that model back, too."""

    def change(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["flex"]["rows"][0][0] = "gpt-5.4-mini (on Sundays)"

    reading = changed("era-2026-04", change)

    assert {("gpt-5.4-mini",), ()} == {s.models for s in reading.unread}
    assert {"unknown model 'gpt-5.4-mini (on Sundays)'"} == {p.message for p in reading.problems}


def test_row_of_unknown_length() -> None:
    """Token rows are known by their number of values; six are nobody's."""

    def change(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["flex"]["rows"].append(["gpt-9", "=1", "=2", "=3", "=4", "=5"])

    reading = changed("era-2026-04", change)

    assert [f"unknown header 'value {n} of 6'" for n in range(2, 7)] == [p.message for p in reading.problems]
    assert [("gpt-9",)] == [s.models for s in reading.unread]


@pytest.mark.parametrize("number", ["1e-7", "-5", "true"])
def test_numbers_that_are_no_price(number: str) -> None:
    """An exponent, a negative amount or a truth value is not a price."""
    body = html_page(facts("era-2026-04")).replace("[0, 0.02]", f"[0, {number}]")

    reading = source.read(body)

    assert [("text-embedding-3-small",)] == [s.models for s in reading.incomplete]


def test_floats_are_read_from_their_text() -> None:
    """0.1 is a tenth, and trailing zeros are the page's own."""
    body = html_page(facts("era-2026-04")).replace("[0, 0.02]", "[0, 0.10000000000000000001]")

    assert Decimal("0.10000000000000000001") == price(source.read(body), "text-embedding-3-small", "input")


# --------------------------------------------------------------------- doubts about the whole page


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("are billed at the chosen", "cost $3, billed at the chosen", "money outside any table: Tokens used"),
        (
            "<p>Tools</p></div></div>",
            "<p>Tools</p></div></div><table><tr><td>x</td><td>$9</td></tr></table>",
            "2 cells under 0 headers: which is which?",
        ),
        ("<div>Tokens used", '<div hidden style="display:none">$7</div><div>Tokens used', "1 amounts stand in"),
        ('component-export="default"', 'component-export="PriceBoard"', ""),
        ('default" props="{', 'PriceBoard" props="{&quot;rows&quot;:[1,[]],', "unknown component 'PriceBoard'"),
        (
            'default" props="{',
            'PriceBoard" props="{&quot;x&quot;:[0,&quot;$4&quot;],',
            "unknown component 'PriceBoard'",
        ),
    ],
)
def test_money_without_a_place_is_a_doubt(old: str, new: str, words: str) -> None:
    """Amounts outside tables or in unknown components put what stands under the heading in doubt; hidden ones the page."""
    body = html_page(facts("era-2026-04"))
    assert old in body

    reading = source.read(body.replace(old, new, 1))

    doubts = [*map(str, reading.problems), *reading.suspicions]
    assert [words][: bool(words)] == [words for doubt in doubts if words in doubt][:1]
    assert bool(reading.suspicions) == words.startswith("1 amounts")


def test_fault_90_an_unknown_component_takes_out_what_stands_under_its_heading() -> None:
    """The models under other headings are read; one that is priced here, too, loses nothing (its section hides whose)."""
    body = html_page(facts("era-2026-04"))
    strange = '<astro-island component-export="Board" props="{&quot;rows&quot;:[1,[]]}"></astro-island></article>'
    reading = source.read(body.replace("</article>", strange))

    assert ([], 1) == (reading.suspicions, len(reading.unread))
    assert ("Board", ()) == (reading.unread[0].title, reading.unread[0].models)
    assert len(source.read(body).rates()) == len(reading.rates())


def test_fault_90_one_cell_takes_out_its_rate() -> None:
    """The other tiers and the other columns of its model are read."""

    def everything(told: dict) -> None:
        section_of(told, "Video generation models")["tabs"]["batch"].pop("drawn")
        odd_cell(told)

    reading = changed("era-2026-04", everything)

    assert ([], [("sora-2", "batch", "output")]) == (
        [p for s in reading.unread for p in s.problems],
        [(g.models[0], g.service_tier, g.meters[0]) for g in reading.gaps],
    )
    assert {"standard"} == {r.service_tier for d in reading.drafts() if d.model == "sora-2" for r in d.rates}
    assert reading.amounts.unclaimed == 1


def test_fault_90_too_many_cells_are_a_model() -> None:
    """Where more than a third of what a model has is not understood, none of it is."""
    body = html_page(facts("era-2026-04")).replace("$0.10", "$0.10 a day").replace("$0.05", "$0.05 a day")
    reading = source.read(body)

    assert [] == [g for s in reading.unread for g in s.gaps]
    assert {"cell"} == {p.kind for s in reading.unread for p in s.problems}
    assert reading.unread


def test_money_above_the_first_heading() -> None:
    """It may be of anything: the page is suspect."""
    body = html_page(facts("era-2026-04"))
    at = body.index(">", body.index("<article")) + 1

    assert ["money outside any table: From $5."] == source.read(f"{body[:at]}<p>From $5.</p>{body[at:]}").suspicions


def test_props_that_hold_numbers() -> None:
    """A prop that only says how to draw is nothing; an unknown one with numbers in it may be prices."""

    def change(told: dict, given: object) -> None:
        section_of(told, "Tools")["props"] = {"note": given}

    harmless = changed("era-2026-04", lambda told: change(told, ["words", {"x": "y"}, None]))
    strange = changed("era-2026-04", lambda told: change(told, [{"x": [1]}]))

    assert [] == harmless.suspicions
    assert [] == strange.suspicions
    message = "the unknown prop 'note' of GroupedPricingTable holds numbers"
    assert {("Tools", f'unknown header "{message}"')} == {
        (s.title, p.message) for s in strange.unread for p in s.problems
    }


def test_tab_and_tier_disagree() -> None:
    """Under the tab of one tier, a table of another."""
    body = html_page(facts("era-2026-04")).replace("[0, &quot;flex&quot;]", "[0, &quot;batch&quot;]")

    found = source.read(body)

    assert [] == found.suspicions
    assert {"unknown header \"the service tier 'batch' under the tab 'flex'\""} == {p.message for p in found.problems}


def test_missing_tables_are_problems() -> None:
    """A tab or a heading whose table is gone is said to be gone."""
    told = facts("era-2026-04")
    body = html_page(told)
    start = body.index("<astro-island", body.index('id="video"'))
    start = body.index("<astro-island", start + 5)
    body = body[:start] + body[body.index("</astro-island>", start) :]

    reading = source.read(body)

    assert [NO_TABLE.format("video", "standard")] == [
        str(p) for s in reading.unread for p in s.problems if not s.models and s.counted and "table" in p.message
    ]


def test_lost_table_under_an_unknown_heading() -> None:
    """A heading that is not in the vocabulary and has no table is a problem, too."""

    def change(told: dict) -> None:
        told["sections"].insert(1, {"title": "Robots", "id": "robots", "level": 2})

    reading = changed("era-2026-04", change)

    assert [((), "robots / -: unknown section 'Robots'")] == [(s.models, str(s.problems[0])) for s in reading.unread]


def test_table_without_rows_is_missing() -> None:
    """An island that came empty has not sold out: its rows are lost."""

    def change(told: dict) -> None:
        section_of(told, "Image generation models")["tabs"]["batch"] = {"groups": {}}

    reading = changed("era-2026-04", change)

    assert [NO_TABLE.format("image-generation", "batch")] == [str(p) for p in reading.problems]
    assert [] == reading.suspicions


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<td>$0.10</td>", "<td><table></table>$0.10</td>", "a table is drawn inside a table"),
        ('<td rowSpan="3">', '<td rowSpan="900">', "expected a rowspan of 1 to 200, saw '900'"),
        ("<th colSpan=3>", "<th colSpan=x>", "expected a colspan of 1 to 200, saw 'x'"),
        (
            "&quot;groups&quot;: [1, [[0, {&quot;model",
            "&quot;groups&quot;: [1, [[0, {&quot;name",
            "expected a model and its rows",
        ),
        ("&quot;rows&quot;: [1, [[1", "&quot;rowz&quot;: [1, [[1", "rows of a table: expected a list, saw 'None'"),
        ("{&quot;tier&quot;", "[&quot;tier&quot;", "expected JSON"),
        ("[0, &quot;standard&quot;]", "[7, &quot;standard&quot;]", "expected [0, value] or [1, list]"),
        ("[0, &quot;standard&quot;]", "&quot;standard&quot;", "expected [0, value] or [1, list]"),
        ("[0, &quot;standard&quot;]", "NaN", "NaN is not a price"),
    ],
)
def test_a_broken_component_takes_out_itself_alone(old: str, new: str, words: str) -> None:
    """One that is not given what it was given before is a section of models nobody knows; the others are read."""
    body = html_page(facts("era-2026-04"))
    assert old in body

    whole, reading = source.read(body), source.read(body.replace(old, new, 1))

    assert ([], [()]) == (reading.suspicions, [s.models for s in reading.unread if not s.models])
    assert {True} == {words in p.message for s in reading.unread for p in s.problems if "there is no" not in p.message}
    assert set(reading.rates()) < set(whole.rates())
    assert len(whole.rates()) * 2 < len(reading.rates()) * 3
    assert reading.amounts.unclaimed


def test_heading_without_an_element() -> None:
    """A title without its heading has its words for an anchor."""
    body = html_page(facts("era-2026-04")).replace('<h3 id="video"></h3>', "")

    assert {"video-generation-models"} == {d.anchor for d in source.read(body).drafts() if d.model == "sora-2"}


@pytest.mark.parametrize(
    "text", ["[]", '{"a":[0,[1]]}', '{"a":[]}', "[" * 2000, '{"a":' + "[1,[" * 30 + "]]" * 30 + "}"]
)
def test_broken_props_are_refused(text: str) -> None:
    """Props that are not wrapped as Astro does it, or too deep."""
    with pytest.raises(LayoutChanged, match="props of an island"):
        astro_props(text)


def test_lone_surrogates_do_not_travel() -> None:
    """Half a character in a label becomes a visible mark and no error when it is written."""
    body = html_page(facts("era-2026-04")).replace("gpt-5.4-mini", "gpt-5.4-mini\\ud83d")

    assert "unknown model 'gpt-5.4-mini�'" in str(source.read(body).problems[0])


# -------------------------------------------------------------------------------------- fingerprint


def test_fingerprint_is_of_what_prices_stand_in() -> None:
    """Ids of a deployment do not count; a price in the props or in the drawn table does."""
    page = html_page(facts("era-2026-04"))
    known = source.fingerprint(page)

    assert known == source.fingerprint(page.replace('uid="Zr"', 'uid="Q"').replace("var a = 1", "var a = 2"))
    assert known == source.fingerprint(page.replace("/_astro/pricing.js", "/_astro/pricing.2.js"))
    assert known != source.fingerprint(page.replace("[0, 0.02]", "[0, 0.03]"))
    assert known != source.fingerprint(page.replace("$10.00", "$11.00"))
    assert "# twin" == source.fingerprint("# twin")
    assert "<html>nothing" == source.fingerprint("<html>nothing")


def test_addresses_and_renames() -> None:
    """The page is fetched as HTML only: its twin loses tables."""
    assert {"html": "https://developers.openai.com/api/docs/pricing"} == source.urls()
    assert {} == source.renames()
