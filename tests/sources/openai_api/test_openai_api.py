"""OpenAI's pricing page: own cases in each of its forms, pages to refuse, and the captures when there are any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Rate, row, validate_rate
from ratecards.storage import codec
from scraper.errors import LayoutChanged
from scraper.model import Provenance, Reading, cards
from scraper.sources import openai_api as source
from scraper.sources.openai_script import Number, Script, astro_props
from scraper.sources.openai_terms import load_terms
from tests.support.openai_page import (
    CASES,
    facts,
    html_page,
    mdx_page,
)

SHOWN = [
    *("model", "service_tier", "meter", "modality", "unit", "resolution", "quality"),
    *("prompt_over", "prompt_up_to", "context", "basis", "availability", "price", "quote"),
]
TUNED = "inference on one's own fine-tuned model: the table has no id for it"
SHARED = "a price for those who share data: the table has no column for it"
CONTAINERS = "containers are sold by session and size of memory: the table has no row for them"
STORAGE = "storage is sold by gigabyte and day: the table has no row for it"
CUT = "the twin lost the beginning of this table and with it the columns: the page has it"


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
    for card in cards(reading, capture, source.PROVIDER, source.SOURCE).values():
        assert card == codec.decode(codec.encode(card), card.model)


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


def test_what_the_converted_page_sells_beside() -> None:
    """The December 2025 edition: what the table has no rows for is ignored with its reason."""
    reading = source.read((CASES / "era-2025-12" / "page.md").read_text(encoding="utf-8"))

    sound(reading)
    assert {TUNED: 6, SHARED: 4, CONTAINERS: 2, STORAGE: 2} == dict(reading.amounts.ignored)


@pytest.mark.parametrize("case", ["era-2026-04", "era-2026-08"])
def test_twin_says_what_the_page_says(case: str) -> None:
    """An uncut twin gives the same rates, but for the long context, which is only drawn."""
    page, twin = source.read(html_page(facts(case))), source.read(mdx_page(facts(case)))

    sound(twin)
    assert ("html", "md") == (page.representation, twin.representation)
    # without a drawn long column, a label that says no bound is all there is
    unsaid = {"gpt-5.6-sol"} if case == "era-2026-08" else set()
    assert [r for r in twin.rates() if r.model not in unsaid] == [
        r for r in page.rates() if r.prompt_over is None and r.model not in unsaid
    ]


def test_cut_twin_says_what_it_lost() -> None:
    """Tables without a beginning or missing altogether are problems of sections whose models are not known."""
    reading = source.read((CASES / "cut-twin" / "page.md").read_text(encoding="utf-8"))

    sound(reading)
    lost = {s.title: [p.message for p in s.problems] for s in reading.unread}
    cut, missing = "a table has lost its beginning and its columns", "there is no table"
    assert {"Tools": [cut, missing], "Specialized models": [cut, missing, missing], "Finetuning": [missing]} == lost
    assert [((), True)] * 3 == [(s.models, s.counted) for s in reading.unread]
    assert ["a third of the tables is missing: the rates read of a model may not be all"] == reading.suspicions
    assert {CUT: 5} == dict(reading.amounts.ignored)
    assert {"gpt-5.4", "gpt-5-pro"} == {d.model for d in reading.drafts()}
    assert Decimal("0.13") == price(reading, "gpt-5.4", "cache_read", service_tier="flex", prompt_up_to=272000)


def test_one_model_is_one_section() -> None:
    """What the page says of a model in several tables is one card, and metadata names its models."""
    reading = source.read(html_page(facts("era-2026-04")))
    drafts = {d.model: d for d in reading.drafts()}

    assert {"input", "output", "cache_read", "tuning"} == {r.meter for r in drafts["davinci-002"].rates}
    assert (("regional processing uplift", "10%"),) == drafts["gpt-5.5"].facts
    assert () == drafts["gpt-5.4-mini"].facts
    assert ("Whisper", "transcription-and-speech") == (drafts["whisper-1"].name, drafts["whisper-1"].anchor)
    assert ("Tools", False) == (drafts["tools"].name, by_model(reading)["tools"].counted)
    assert {TUNED: 14, SHARED: 8, CONTAINERS: 4, STORAGE: 4} == dict(reading.amounts.ignored)
    assert 15 == reading.tables


def test_an_article_cut_inside_its_frame() -> None:
    """The page must end with the heading that ends it, and no heading may be without its table."""
    page = html_page(facts("era-2026-04"))
    end = page.index("</article>")

    for title, seen in (("specialized-models", "'Tools'"), ("fine-tuning", "'Specialized models'")):
        cut = page.index(f'id="{title}"') - 40
        assert (
            f"truncated page: expected finetuning or fine-tuning or legacy models and '</html>' at the end, saw {seen}"
            in refused(page[:cut] + page[end:])
        )
    cut = page.index("<astro-island", page.index('id="fine-tuning"'))
    assert ["Finetuning / -: there is no table"] == [str(p) for p in source.read(page[:cut] + page[end:]).problems]


# ------------------------------------------------------------------------------ what does not fit


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (" \n", "empty page"),
        ("<html><head></head><body><script>window._cf_chl_opt={}</script></body></html>", "challenge page"),
        ("<html><head><title>Log in - OpenAI</title></head></html>", "saw sign-in page (title 'Log in - OpenAI')"),
        ("# Models\n\ntext", "expected the pricing page, saw no title, '# Models text'"),
        ('{"error": "not found"}', "expected the pricing page, saw no title"),
    ],
)
def test_other_pages_are_refused(body: str, words: str) -> None:
    """What is not the page is said to be what it is."""
    assert words in refused(body)


def test_frames_that_do_not_prove_themselves_are_refused() -> None:
    """Language, canonical address, both ends, one article and enough tables."""
    told = facts("era-2026-04")
    page, twin = html_page(told), mdx_page(told)

    assert "localised page: expected <html lang='en'>, saw 'ja'" in refused(html_page(told, lang="ja"))
    assert "localised page" in refused("<!doctype html>\n")
    assert "soft 404" in refused(html_page(told, canonical="https://developers.openai.com/api/docs"))
    assert "truncated page" in refused(page[:-20])
    assert "one element 'article', saw 0" in refused(page.replace("article", "section"))
    assert "truncated page: expected finetuning" in refused(twin[: twin.index("Finetuning")])
    assert "truncated page: expected finetuning" in refused(twin + "<p>")
    assert "the page is cut here" in refused(twin[: twin.index('"gpt-5-pro"') + 14])
    assert "saw 'no heading'" in refused("<TextTokenPricingTables rows={[]} />")
    told["sections"] = told["sections"][:1] + told["sections"][-1:]
    assert "expected at least 10 tables, saw 6" in refused(html_page(told))


def broken_title(told: dict) -> None:
    section_of(told, "Video generation models")["title"] = "Moving pictures"


def broken_column(told: dict) -> None:
    section_of(told, "Video generation models")["headings"][4] = "Price per frame"


def test_a_column_in_other_words() -> None:
    """What it counts is one that the page has; a unit of its own counts, another currency does not."""
    terms = load_terms()
    rules = [terms.column(words) for words in ("Input price (USD)", "Output per 1K tokens", "Output in EUR", "Storage")]

    assert [("input", None), ("output", "1000 tokens"), None, None] == [
        rule and (rule.meter, rule.unit) for rule in rules
    ]


def broken_caption(told: dict) -> None:
    section_of(told, "Video generation models")["caption"] = "Prices per fortnight."


def broken_tab(told: dict) -> None:
    tabs = section_of(told, "Video generation models")["tabs"]
    tabs["turbo"] = tabs.pop("batch")


def broken_size(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"] = [["huge", "1x1", "1x1", "$0.05"]]


def broken_dimensions(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0][1] = "tall"


def money_in_label(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0][1] = "$3"


def short_row(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0].pop()


def odd_cell(told: dict) -> None:
    section_of(told, "Video generation models")["tabs"]["batch"]["groups"]["sora-2"][0][3] = "$0.05 once"


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (broken_title, "label", "unknown heading 'Moving pictures'"),
        (broken_column, "header", "unknown column 'Price per frame'"),
        (broken_caption, "header", "unknown unit in 'Prices per fortnight.'"),
        (broken_tab, "tab", "unknown tab 'turbo'"),
        (broken_size, "cell", "unknown size 'huge'"),
        (broken_dimensions, "cell", "unknown dimensions 'tall'"),
        (money_in_label, "cell", "money in the column of the dimensions: '$3'"),
        (short_row, "cell", "4 values under 5 headings"),
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
        section_of(told, "Transcription models")["groups"]["Whisper Turbo"] = [
            ["Transcription", "-", "-", "$1 / minute"]
        ]

    reading = changed("era-2026-04", change)

    assert [("Whisper Turbo", (), True)] == [(s.title, s.models, s.counted) for s in reading.unread]
    assert "unknown model name 'Whisper Turbo'" in str(reading.problems[0])
    assert 1 == reading.amounts.unclaimed


@pytest.mark.parametrize(
    ("group", "rows", "words"),
    [
        ("gpt-5-sound", [["Transcription", "=1", "-", "$1 / minute"]], "of what it hears or of what it says"),
        ("gpt-4o-transcribe-2", [["Chanting", "=1", "-", "-"]], "unknown use 'Chanting'"),
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

    assert {"unknown tool 'Web search / Deep search'"} == {p.message for p in reading.problems}
    assert [("tools", False)] == [(s.title, s.counted) for s in reading.unread if s.models]


def test_one_key_with_two_prices_is_a_conflict() -> None:
    """What is drawn must be what the props say; a model printed twice must cost the same."""

    def drawn_otherwise(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["standard"]["rows"].append(
            ["gpt-5.4-mini", "=0.8", "=0.075", "=4.5"]
        )

    reading = changed("era-2026-04", drawn_otherwise)

    assert ["conflict"] * len(reading.problems) == [p.kind for p in reading.problems]
    assert [("gpt-5.4-mini",)] == [s.models for s in reading.unread]
    assert "two prices for one key" in reading.problems[0].message


def test_two_bounds_on_one_model() -> None:
    """A label that says another bound than the one before is not guessed about."""

    def change(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["priority"] = {
            "rows": [["gpt-5.5 (<128K context length)", "=12.5", "=1.25", "=75"]]
        }

    reading = changed("era-2026-04", change)

    assert ["gpt-5.5 has two bounds on its prompt, 272000 and 128000"] == [p.message for p in reading.problems]


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
    assert {"unknown model name 'gpt-5.4-mini (on Sundays)'"} == {p.message for p in reading.problems}


def test_row_of_unknown_length() -> None:
    """Token rows are known by their number of values; six are nobody's."""

    def change(told: dict) -> None:
        section_of(told, "Flagship models")["tabs"]["flex"]["rows"].append(["gpt-9", "=1", "=2", "=3", "=4", "=5"])

    reading = changed("era-2026-04", change)

    assert ["6 values under 0 headings: which column is which?"] == [p.message for p in reading.problems]
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
            "<p>Tools</p>",
            "<p>Tools</p><table><tr><td>x</td><td>$9</td></tr></table>",
            "money outside any table: x | $9",
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
    assert ("Finetuning", ()) == (reading.unread[0].title, reading.unread[0].models)
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

    assert ["the page's head: money outside any table: From $5"] == source.read(
        f"{body[:at]}<p>From $5</p>{body[at:]}"
    ).suspicions


def test_props_that_hold_numbers() -> None:
    """A prop that only says how to draw is nothing; an unknown one with numbers in it may be prices."""

    def change(told: dict, given: object) -> None:
        section_of(told, "Tools")["props"] = {"note": given}

    harmless = changed("era-2026-04", lambda told: change(told, ["words", {"x": "y"}, None]))
    strange = changed("era-2026-04", lambda told: change(told, [{"x": [1]}]))

    assert [] == harmless.suspicions
    assert [] == strange.suspicions
    message = "the unknown prop 'note' of GroupedPricingTable holds numbers"
    assert {("tools", message)} == {(s.title, p.message) for s in strange.unread for p in s.problems}


def test_tab_and_tier_disagree() -> None:
    """Under the tab of one tier, a table of another."""
    body = html_page(facts("era-2026-04")).replace("[0, &quot;flex&quot;]", "[0, &quot;batch&quot;]")

    found = source.read(body)

    assert [] == found.suspicions
    assert {"under the tab 'flex' stands the service tier 'batch'"} == {p.message for p in found.problems}


def test_tier_without_a_tab() -> None:
    """Where no tab is shown, the component's own tier holds."""
    body = mdx_page(facts("era-2026-04")).replace("data-content-switcher-pane", "data-pane", 4)

    assert Decimal("12.5") == price(source.read(body), "gpt-5.5", "input", service_tier="priority")


def test_twin_with_strange_parts() -> None:
    """An unknown component in the twin is a doubt; helpers for labels are drawn as in the page."""
    told = facts("era-2026-04")
    body = mdx_page(told).replace("# Pricing\n", "# Pricing\n<Board a={undefined} b c='d' />\n")
    body = body.replace('pricingHtml("davinci-002<br /><small>Legacy</small>")', 'withLegacy("davinci-002")')
    body = body.replace(
        'pricingHtml("o4-mini-2025-04-16<br /><small>with data sharing</small>")',
        'withDataSharing("o4-mini-2025-04-16")',
    )

    reading = source.read(body)

    assert ["above the first heading: unknown component 'Board'"] == reading.suspicions
    assert reading.rates() == source.read(mdx_page(told)).rates()


def test_missing_tables_are_problems() -> None:
    """A tab or a heading whose table is gone is said to be gone."""
    told = facts("era-2026-04")
    body = html_page(told)
    start = body.index("<astro-island", body.index('id="video"'))
    start = body.index("<astro-island", start + 5)
    body = body[:start] + body[body.index("</astro-island>", start) :]

    reading = source.read(body)

    assert ["Video generation models / standard: there is no table"] == [
        str(p) for s in reading.unread for p in s.problems if not s.models and s.counted and "table" in p.message
    ]


def test_table_without_rows_is_missing() -> None:
    """An island that came empty has not sold out: its rows are lost."""

    def change(told: dict) -> None:
        section_of(told, "Image generation models")["tabs"]["batch"] = {"groups": {}}

    reading = changed("era-2026-04", change)

    assert ["Image generation models / batch: there is no table"] == [str(p) for p in reading.problems]
    assert [] == reading.suspicions


def test_lost_table_under_an_unknown_heading() -> None:
    """A heading that is not in the vocabulary and has no table is a problem, too."""

    def change(told: dict) -> None:
        told["sections"].insert(1, {"title": "Robots", "id": "robots", "level": 2})

    reading = changed("era-2026-04", change)

    assert [("Robots", "", "Robots / -: there is no table")] == [
        (s.title, s.anchor, str(s.problems[0])) for s in reading.unread
    ]


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
def test_broken_components_are_refused(old: str, new: str, words: str) -> None:
    """A component that is not given what it was given before is another layout."""
    body = html_page(facts("era-2026-04"))
    assert old in body

    assert words in refused(body.replace(old, new, 1))


def test_heading_without_an_element() -> None:
    """A title without its heading takes the vocabulary's anchor; one outside of every title has none."""
    body = html_page(facts("era-2026-04")).replace('<h3 id="video"></h3>', "")

    assert {"video"} == {d.anchor for d in source.read(body).drafts() if d.model == "sora-2"}


# -------------------------------------------------------------------------------- converted edition


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\nFlex\n", "\n", "unknown tab 'no tab'"),
        ("\nStandard\n\n| Model | Training", "\n| Model | Training", "unknown tab 'no tab'"),
        ("BatchStandard\n\nBatch\n\n| Model | Training", "BatchStandard\n\n| Model | Training", "unknown tab 'no tab'"),
        ("| Medium | $0.042", "| Middling | $0.042", ""),
    ],
)
def test_converted_tables_need_their_tabs(old: str, new: str, words: str) -> None:
    """Where a section has tabs, a table without one is of no known tier; a spanned row is known by its quality."""
    body = (CASES / "era-2025-12" / "page.md").read_text(encoding="utf-8")
    assert old in body
    broken = body.replace(old, new, 1)

    if not words:
        assert "a row of 4 cells under 5 headers" in refused(broken)
        return
    assert {words} == {p.message for p in source.read(broken).problems}


def test_unknown_modality_and_quality() -> None:
    """A modality or a quality that nobody has heard of is an error."""

    def change(told: dict) -> None:
        section_of(told, "Realtime and audio generation models")["groups"]["gpt-4o-mini-tts"][0][0] = "Smell"

    body = (CASES / "era-2025-12" / "page.md").read_text(encoding="utf-8")

    assert "unknown modality 'Smell'" in str(changed("era-2026-04", change).problems[0])
    reading = source.read(body.replace("| DALL·E 2 | Standard |", "| DALL·E 2 | Superb |"))
    assert "unknown quality 'Superb'" in str(reading.problems[0])


def test_allowance_of_a_priced_tool() -> None:
    """A free allowance beside a price that is read must not get lost."""
    body = (CASES / "era-2025-12" / "page.md").read_text(encoding="utf-8")
    body = body.replace(
        "| Storage for ChatKit File / Image Uploads | 1 GB | $0.10 / GB-day |",
        "| File search tool call | 9 | $1 / 1k calls |",
    )

    assert ["unknown allowance '9'"] == [p.message for p in source.read(body).problems if p.kind == "cell"]


# ------------------------------------------------------------------------------------------ scripts


def test_scripts_keep_numbers_as_printed() -> None:
    """JSX attributes and Astro's props give the same plain values, numbers by their text."""
    text = (
        """ a="x" b={[1, -.5, 2.50, 1e-7, 'it\\'s', `t`, null, true, {k: 1, "q": [],},]} c={f("\\u00e9\\n", 2)} d />"""
    )
    script = Script(text)

    assert {
        "a": "x",
        "b": ["1", "-.5", "2.50", "1e-7", "it's", "t", None, True, {"k": "1", "q": []}],
        "c": {"__f": ["é\n", "2"]},
        "d": True,
    } == script.attributes()
    assert len(text) == script.at
    assert {"x": ["0.50"], "y": {"z": None}, "n": None} == astro_props(
        '{"x":[1,[[0,0.50]]],"y":[0,{"z":[0,null]}],"n":[0]}'
    )
    assert isinstance(astro_props('{"x":[0,1]}')["x"], Number)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a={b}>", "expected a value that stands in the page, saw 'b'"),
        ("a={`${b}`}>", "expected a string without computed parts"),
        ("a={[1 2]}>", "expected ']'"),
        ("a={{b 1}}>", "expected ':'"),
        ("a={{b: 1 c: 2}}>", "expected '}'"),
        ("a={1", "expected '}', saw 'the end: the page is cut here'"),
        ("a=1>", "expected a string"),
        ("a={" + "[" * 40 + "]" * 40 + "}>", "expected a shallower value"),
        ("\n9>", "line 2 of the twin: expected an attribute or the end of the tag"),
    ],
)
def test_broken_scripts_are_refused(text: str, words: str) -> None:
    """What cannot be read is refused with its line and what stands there."""
    with pytest.raises(LayoutChanged) as caught:
        Script(text).attributes()

    assert words in str(caught.value)


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

    assert "unknown model name 'gpt-5.4-mini�'" in str(source.read(body).problems[0])


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
