"""The Agent Platform page: own pages with its traps, the words of its cells and notes, and the capture when there is one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.model import Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Reading
from scraper.prices.lexicon import counted
from scraper.sources import vertex_ai
from scraper.sources.vertex_page import image_formulas, token_formulas
from scraper.sources.vertex_rows import Price, read_grounding, read_price
from scraper.sources.vertex_terms import Dated, Rule, dated, load_terms
from tests.support.cases import Case

CASES = Path(__file__).parent / "cases"
READABLE = (
    *("gemini-2.5", "gemini-3", "media", "older"),
    *("era-2026-10-counts", "era-2026-10-dated", "era-2026-10-names"),
)
TERMS = load_terms()
FAMILY = ("Gemini 3.1 Pro Preview", "Gemini 3.1 Flash Image Preview", "Gemini 3.1 Flash-Lite")


def page(case: str) -> str:
    return Case(CASES / case).bodies["html"]


def read(case: str, *changes: tuple[str, str]) -> Reading:
    """Read a case, each change made once."""
    body = page(case)
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new, 1)
    return vertex_ai.read(body)


def told(reading: Reading) -> list[tuple[str, str, str]]:
    """Every problem as (section, kind, message)."""
    return [(s.title, p.kind, p.message) for s in reading.sections for p in s.problems]


def rates(reading: Reading, **values: object) -> list[Rate]:
    return [r for r in reading.rates() if all(getattr(r, name) == value for name, value in values.items())]


# ------------------------------------------------------------------------------------- pages that can be read


@pytest.mark.parametrize("case", READABLE)
def test_every_amount_is_accounted_for(case):
    """What a page prints is read or ignored with a reason, and an independent count of its bytes agrees."""
    reading = read(case)

    assert [] == reading.problems
    assert [] == reading.suspicions
    assert 0 == reading.amounts.unclaimed
    assert reading.amounts.seen == counted(vertex_ai.fingerprint(page(case)))


def test_partners_and_commitments_are_counted_and_ignored():
    """Other makers' models, commitments and example ranges are ignored by name, each under its reason."""
    ignored = read("older").amounts.ignored

    assert {
        "models of partners, not Google's": 58,
        "commitments (GSU) are not priced per use": 4,
        "Model Optimizer figures are example ranges": 2,
        "how bills are rounded": 1,
    } == ignored


def test_open_models_in_google_tables_are_ignored():
    """A row of another maker's open model in a table of Google's is ignored, not unknown."""
    assert 1 == read("gemini-2.5").amounts.ignored["open models of other makers"]
    assert 1 == read("media").amounts.ignored["open models of other makers"]


def test_stray_row_and_orphan_cell():
    """A stray row tag and a model cell outside any row do not lend rows to the model before."""
    reading = read("gemini-2.5")

    images = {r.price for r in rates(reading, model="gemini-2.5-flash-image", service_tier="flex", meter="input")}
    live = rates(reading, model="gemini-live-2.5-flash-native-audio", service_tier="flex", modality="audio")
    assert {Decimal("0.15"), None} == images
    assert {Decimal(12)} == {r.price for r in live}


def test_note_dates_the_amounts_that_point_to_it():
    """The non-global prices begin on the day their footnote names; the sentence is kept as a fact."""
    reading = read("gemini-3")

    assert {date(2026, 7, 1)} == {r.effective_from for r in rates(reading, context="non-global")}
    assert {None} == {r.effective_from for r in rates(reading, context="global")}
    facts = dict(next(d.facts for d in reading.drafts() if d.model == "gemini-3.1-flash-lite-preview"))
    assert facts["non-global endpoints"].startswith("For non-global endpoints, pricing will go into effect")
    assert facts["long context"].startswith("If a query input context is longer than 200K tokens")


def test_footnote_amounts_are_formulas():
    """Per-image amounts that stand only in a footnote are formula notes of the model it names, by resolution."""
    draft = next(d for d in read("gemini-3").drafts() if d.model == "gemini-3.1-flash-image-preview")

    assert [
        ("input", "", 1120, None),
        ("output", "0.5K", 747, Decimal("0.045")),
        ("output", "1K", 1120, Decimal("0.067")),
        ("output", "2K", 1120, Decimal("0.067")),
        ("output", "4K", 2520, Decimal("0.15")),
    ] == [(f.meter, f.resolution, f.tokens, f.amount) for f in draft.formulas]


def test_marked_note_is_for_the_rows_that_point_to_it():
    """A token count under `***` belongs to the model whose output row carries the mark, and to no other."""
    formulas = {d.model: [(f.meter, f.tokens) for f in d.formulas] for d in read("gemini-2.5").drafts() if d.formulas}

    assert {"gemini-2.5-flash-image": [("output", 1290)]} == formulas


def test_plain_note_is_for_the_whole_section():
    """Token counts in prose, and what a tab says of itself, are kept on every model of the section."""
    drafts = {d.model: d for d in read("older").drafts()}

    assert [(1290, "1 image"), (25, "1 second")] == [
        (f.tokens, f.unit) for f in drafts["gemini-2.0-flash-lite"].formulas
    ]
    assert "Actual billing will only be based on tokens" in dict(drafts["gemini-2.0-flash"].facts)["reference only"]
    assert "batch discount" in dict(drafts["gemini-1.5-flash"].facts)


def test_page_wide_note_is_on_every_card():
    """The note that lets prices differ from the Gemini API's stands on every card."""
    drafts = read("notes").drafts()

    words = "Prices on Agent Platform may differ from those of the Gemini Developer API."
    assert {("differs from gemini api", words)} == {fact for d in drafts for fact in d.facts}
    assert {"gemini-2.5-pro", "imagen-4.0-generate-001"} == {d.model for d in drafts}


def test_two_notes_of_one_kind_are_both_kept():
    """A second note of a kind is added to the first, a repeated one is not."""
    first = "* If a query input context is longer than 200K tokens, all tokens (input and output) are charged at long context rates."
    other = "<p>* In query 2, all tokens are charged at long context rates.</p>"
    again = "<p>* If a query input context is longer than 200K tokens, all tokens (input and output) are charged at long context rates.</p>"

    reading = read("gemini-3", ("</small></p>\n", f"</small></p>\n{other}{again}"))

    fact = dict(reading.drafts()[0].facts)["long context"]
    assert f"{first[2:]} In query 2, all tokens are charged at long context rates." == fact


def test_names_ids_and_aliases():
    """Cards carry the ids that a caller passes here, this page's names, and as aliases the Gemini API's ids."""
    drafts = {d.model: d for r in (read("gemini-3"), read("media")) for d in r.drafts()}

    assert ("veo-3.1-generate-preview",) == drafts["veo-3.1-generate-001"].aliases
    assert "Gemini 3.1 Pro Preview" == drafts["gemini-3.1-pro-preview-customtools"].name
    assert () == drafts["text-multilingual-embedding-002"].aliases
    assert "gemini-models-3" == drafts["gemini-3.1-pro-preview"].anchor


def test_a_feature_makes_a_model_of_a_name():
    """Imagen 4 has a model of its own that enlarges images, Imagen 1 has none; what is tried on names itself."""
    found = {(r.model, r.context) for r in rates(read("era-2026-10-counts"), meter="output", modality="image")}

    assert {model for model, context in found if context} == {"imagen-4.0-upscale-preview", "imagen-1"}
    assert ("virtual-try-on-001", "") in found
    assert ("imagen-3.0-capability-001", "") in found


def test_a_feature_names_its_model_alone():
    """Where its product's cell is empty, it does not go on with the model above."""
    whole = read("media")

    assert whole.rates() == read("media", ("<td>Imagen</td><td>Visual", "<td></td><td>Visual")).rates()


def test_sections_have_names_of_their_own():
    """Each model is a section under its id, so that one unread model does not stand for its family."""
    counted_sections = [s.anchor for s in read("gemini-3").sections if s.counted]

    assert [
        "gemini-3.1-pro-preview",
        "gemini-3.1-flash-image-preview",
        "gemini-3.1-flash-lite-preview",
        "imagen-4.0-generate-001",
    ] == counted_sections


def test_locator_names_section_tab_row_and_column():
    """The evidence says where a price stands."""
    rate = rates(read("gemini-3"), service_tier="priority", model="gemini-3.1-pro-preview", price=Decimal("32.4"))[0]

    assert (
        "gemini-models-3 / Priority / Gemini 3.1 Pro Preview Text output (response and reasoning)"
        " / Price (/1M tokens) > 200K input tokens with Priority"
    ) == rate.evidence.locator


# ------------------------------------------------------------------------------- pages that must be refused

REFUSED = [
    ("media", (("Agent Platform Pricing &nbsp;", "Pricing overview &nbsp;"),), "another page: expected the title"),
    ("media", (("<title>Agent Platform Pricing &nbsp;|&nbsp; Google Cloud</title>", ""),), "saw ''"),
    ("media", (('lang="en"', 'lang="ja"'),), "localised page"),
    ("media", (('<link rel="canonical" href="', '<link rel="canonical" href="https://x.example/?'),), "soft 404"),
    ("media", (('<link rel="canonical"', '<link rel="other"'),), "soft 404"),
    ("media", (('id="cloud-site"', 'id="cloud-other"'),), "the article: expected one element"),
    ("media", (("Model Tuning</h2>", "Tuning</h2>"),), "expected the heading 'model tuning'"),
    ("media", (("Request a custom quote", "Talk to us"),), "expected the heading 'request a custom quote'"),
    ("media", (("<table>", "<div>"), ("</table>", "</div>")), "expected at least 38 tables, saw 37"),
    ("media", (("<td>Songs</td>", "<td><table><tr><td>$1</td></tr></table></td>"),), "a table stands inside a table"),
]


@pytest.mark.parametrize(("case", "changes", "message"), REFUSED)
def test_refused(case, changes, message):
    """What is not the page is refused, and the verdict says what was expected and what was seen."""
    with pytest.raises(LayoutChanged) as error:
        read(case, *changes)

    assert message in str(error.value)


def test_empty_page_is_refused():
    """Blank bytes are not a page without prices."""
    with pytest.raises(LayoutChanged, match="empty page"):
        vertex_ai.read(" \n")


def test_page_marks_do_not_matter_inside_the_page():
    """A sign-in link on the real page does not make it a sign-in page."""
    assert [] == read("media", ("<h1", '<a href="https://accounts.google.com/signin">Sign in</a><h1')).problems


# ------------------------------------------------------------------------------ places that are not understood


def test_unknown_model():
    """A model that is not in the vocabulary is a section of its own with a problem; the others are published."""
    reading = read("unknown-model")

    assert [("Gemini 9 Ultra", "model", "unknown model 'Gemini 9 Ultra'")] == told(reading)
    assert "gemini-3.1-pro-preview" in {d.model for d in reading.drafts()}
    assert 4 == reading.amounts.unclaimed
    assert [()] == [s.models for s in reading.unread]


def test_header_renamed():
    """An unknown header stops every model of its table, all of it, and no other table."""
    reading = read("header-renamed")

    message = "unknown header 'Cost of long prompts'"
    assert [("Gemini 3.1 Pro Preview", "header", message), ("Gemini 3.1 Flash-Lite", "header", message)] == told(
        reading
    )
    assert {"gemini-2.5-pro", "imagen-4.0-generate-001"} == {d.model for d in reading.drafts()}


def test_unknown_headers_are_told_together():
    """All unknown headers of a table are told at once; an unknown unit or tier in one is unknown, too."""
    header = "<th>Price (/1M tokens) <= 200K input tokens</th>"

    reading = read("header-renamed", (header, "<th>Price (/1M nibbles) <= 200K input tokens</th>"))
    assert ["unknown unit '1m nibbles'", "unknown header 'Cost of long prompts'"] == [
        words for _, _, words in told(reading)[:2]
    ]
    reading = read("header-renamed", (header, "<th>Price (/1M tokens) <= 200K input tokens with Luck</th>"))
    assert (
        "unknown header 'Price (/1M tokens) <= 200K input tokens with Luck' (not understood: 'with', 'luck')"
        == told(reading)[0][2]
    )


def test_headers_and_labels_in_other_words():
    """A price header is a unit, a bound and a tier in any order; a label is what is counted with its modalities."""
    terms = load_terms()
    columns = [
        terms.column(words)
        for words in (
            "Price per 1M tokens <= 200K input tokens",
            "Cost (USD per million tokens), over 200,000 cached input tokens with Flex/Batch",
        )
    ]
    assert [
        ("1000000 tokens", None, 200_000, False, ()),
        ("1000000 tokens", 200_000, None, True, ("flex", "batch")),
    ] == [(c.unit, c.prompt_over, c.prompt_up_to, c.cached, c.tiers) for c in columns]
    for words in ("Cost per 1M tokens in EUR", "Cost of output per 1M tokens", "Paid price (USD per 1M tokens)"):
        with pytest.raises(UnknownTerm):
            terms.column(words)
    labels = ["Audio input price", "Output (text; image)", "Tuning of others", "Input price (free tier)"]
    assert [("input", ("audio",)), ("output", ("text", "image")), None, None] == [
        (rule := terms.type(words)) and (rule.meter, rule.modalities) for words in labels
    ]


def test_tab_unknown():
    """An unknown tab, and a tab that its headers contradict, stop the models of their tables."""
    assert [
        ("Gemini 3.1 Pro Preview", "tab", "unknown tab 'Turbo'"),
        (
            "Gemini 3 Flash Preview",
            "tab",
            "the header 'Price (/1M tokens) <= 200K input tokens' stands under the tab 'Priority'",
        ),
    ] == told(read("tab-unknown"))


def test_rows_that_are_not_understood():
    """A row stops its own model only: unknown type, unknown words, a gap, a cached price of an output."""
    reading = read("rows")

    assert [
        ("Gemini 3.1 Pro Preview", "label", "unknown type 'Dream output'"),
        ("Gemini 3.1 Flash-Lite", "cell", "unknown words behind a price: 'Lunar'"),
        ("Gemini 3 Pro Preview", "cell", "an empty cell before 'Price (/1M tokens) <= 200K cached input tokens'"),
        (
            "Gemini 3 Flash Preview",
            "cell",
            "'$0.3' under 'Price (/1M tokens) <= 200K cached input tokens' in a row of output",
        ),
    ] == told(reading)
    assert {"gemini-3-pro-image-preview", "imagen-4.0-generate-001"} == {d.model for d in reading.drafts()}


def test_displaced_rows_stop_the_table():
    """A span that is too short moves rows under another heading: every model of the table is doubtful."""
    reading = read("displaced")

    message = "a row without its model: 'Text output (response and reasoning) | $12 | $18 | N/A | N/A'"
    titles = ["Gemini 3.1 Pro Preview", "Gemini 3.1 Flash-Lite", "Gemini 3"]
    assert [(title, "layout", message) for title in titles] == told(reading)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('rowspan="3">Gemini 3.1 Pro', 'rowspan="5">Gemini 3.1 Pro', "7 cells under 6 headers"),
        ("<td>Input (text, image, video, audio)</td>", "<td>Gemini 3.1 Pro</td>", "a model stands where a type should"),
        ("<td>$4</td>", "<td>$4</td><td>$5</td>", "7 cells under 6 headers"),
        ('<td rowspan="4">Gemini 3.1 Flash Image Preview</td>', "", "a row without its model"),
        (
            "<td>Grounding with your data</td><td>",
            "<td>Grounding with your data</td><td>$1</td><td>",
            "3 cells under 2",
        ),
    ],
)
def test_doubtful_tables(old, new, message):
    """A table whose cells may have moved is not read at all; names may be lost, so the whole section waits."""
    reading = read("gemini-3", (old, new))

    assert {*FAMILY, "Gemini 3"} == {title for title, *_ in told(reading)}
    assert {"layout"} == {kind for _, kind, _ in told(reading)}
    assert any(message in words for *_, words in told(reading))
    assert [True] == [s.counted for s in reading.unread if not s.models]


@pytest.mark.parametrize(
    ("old", "new"),
    [("<th>Model</th>", "<th>Description</th>"), ("<th>Model</th>", "<th>Model</th></tr><tr><th>Model</th>")],
)
def test_tables_without_a_model_column(old, new):
    """A table needs one row of headers, and the model's column first; without it the names in its cells wait."""
    found = told(read("gemini-3", (old, new)))

    assert set(FAMILY) == {title for title, *_ in found}
    assert all(
        "expected one header row with a model and a price" in words and kind == "header" for _, kind, words in found
    )


@pytest.mark.parametrize(
    ("case", "old"),
    [
        ("gemini-2.5", "<td>Gemini 2.5 Flash</td>"),
        ("older", "<td>Gemma 4 26B</td>"),
        ("older", '<td rowspan="3">Gemini 1.5 Flash</td>'),
        ("older", "<td>Grounding with your data</td>"),
        ("older", "<td>Grounding with Google Search</td><td>Text"),
        ("media", '<td rowspan="2">Veo 2</td>'),
    ],
)
def test_lost_names(case, old):
    """Labels, prices and prose that moved into the model column are not taken for the name of a new model."""
    found = told(read(case, (old, old[old.rindex("<td>Text") :] if old.endswith("Text") else "")))

    assert found
    assert {"layout"} == {kind for _, kind, _ in found}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<td>$0.15</td><td>$0.075</td>", "<td>$0.15</td>"),
        ("<td>$0.000075 / 1k characters</td><td>$0.00015 / 1k characters</td>", "<td>$0.000075 / 1k characters</td>"),
    ],
)
def test_rows_that_end_early(old, new):
    """Only tuning rows, and rows of models known for it, may end before the last price column."""
    found = told(read("older", (old, new)))

    assert 1 == len(found)
    assert "an empty price cell beside" in found[0][2]


def test_model_without_prices():
    """A model that only a note names is not published without its prices."""
    body = page("gemini-3").replace("Gemini 3.1 Flash Image Preview", "Gemini 3 Flash Preview")

    found = told(vertex_ai.read(body))

    message = "Gemini 3.1 Flash Image Preview is named here and priced nowhere"
    assert [("Gemini 3.1 Flash Image Preview", "layout", message)] == found


def test_table_without_rows():
    """A table that says nothing is not a table of nothing."""
    body = page("media")
    start = body.index("<tr><td>Lyria 3 Pro")

    reading = vertex_ai.read(body[:start] + body[body.index("</tbody>", start) :])

    assert [("Lyria", "layout", "a table without rows")] == told(reading)
    assert [True] == [s.counted for s in reading.unread]


@pytest.mark.parametrize(
    ("case", "old", "new", "message"),
    [
        ("media", "<td>Upscaling</td>", "<td>Downscaling</td>", "unknown feature 'Downscaling'"),
        ("media", "<td>Global</td>", "<td>Mars</td>", "unknown region 'Mars'"),
        ("media", "<td>720p, 1080p</td>", "<td>720p, big</td>", "unknown resolution '720p, big'"),
        ("media", "Input image ($/image)", "Input (text, smell)", "unknown type 'Input (text, smell)'"),
        ("media", "<td>$0.00012</td>", "<td></td>", "an empty price cell beside"),
        ("media", "Online requests: $", "Night requests: $", "unknown words before the colon in 'Night requests: $0.00015'"),
        ("media", "<td>Images</td><td>$0.00012", "<td>Images, $5 off</td><td>$0.00012", "2 amounts are printed and 1 read"),
        ("media", "$0.06 per image", "$0.06", "'$0.06' is a price of output per nothing"),
        ("media", "$0.06 per image", "$0.06 per lens", "unknown unit 'lens'"),
        ("gemini-2.5", "$4.5 (/M Tok/hr)", "$4.5", "'$4.5' is a price of cache_storage per 1000000 tokens"),
        ("older", "Input: $0.15 / million", "$0.15 / million", "nothing says what '$0.15 / million tokens' is the price of"),
        ("older", "$0.00002 / second<br>", "", "2 prices beside 3 types"),
        ("older", "<td>NA</td><td>NA</td>", "<td>$1</td><td>NA</td>", "'$1' under 'Storage (M tok-hour)' in a row of output"),
    ],
)  # fmt: skip
def test_rows_in_other_tables(case, old, new, message):
    """Every shape of table tells what it does not understand, as a problem of one model or of one of its rows."""
    found = read(case, (old, new)).problems

    assert 1 == len(found)
    assert message in found[0].message


def test_a_sentence_with_a_unit_that_is_none():
    """It is a sentence about prices that nothing reads, and no fault of the reader."""
    sentence = "Images are charged as 258 tokens per input text token of the price."
    reading = read("notes", ("<p>", f"<p>{sentence}</p><p>"))

    assert sentence in [words for section in reading.sections for words in section.words]


def test_fault_90_one_cell_takes_out_its_row():
    """The other rows and tables of its models are read."""
    whole, found = read("media"), read("media", ("Online requests: $", "Night requests: $"))
    (gap,) = {(g.models, g.service_tier, g.meters) for g in found.gaps}

    assert [] == found.unread
    assert [r for r in whole.rates() if not any(g.hides(r) for g in found.gaps)] == found.rates()
    assert gap[0][0] in {r.model for r in found.rates()}


def test_conflict():
    """One key with two prices is a problem of kind conflict; the card is held back, not published."""
    reading = read("conflict")

    conflicts = [p for s in reading.unread for p in s.problems]
    assert {"conflict"} == {p.kind for p in conflicts}
    assert {"two prices for one key: '$2' and '$2.5'"} == {p.message for p in conflicts}
    held = {d.model for d in reading.drafts(held_back=True)}
    assert {"gemini-3.1-pro-preview", "gemini-3.1-pro-preview-customtools"} == held


def test_notes_that_are_not_understood():
    """Money in a text, and a date nobody expects, stop the models of the section; the money may be others' as well."""
    money = "money in a text that gives no rates: The model costs $7 on Sundays."
    assert [
        ("Gemini 3.1 Pro Preview", "unclaimed", "a dated note that is not understood: From May 1, 2027 on all is new."),
        ("Gemini 3.1 Pro Preview", "unclaimed", money),
        ("Gemini 3", "unclaimed", money),
    ] == told(read("notes"))


def test_a_table_that_breaks_off():
    """What falls out of it is text with money: whose rows those were is not known, so no model is taken for gone."""
    found = read("media", ("The number of output characters per month</td>", "The number of output</table>"))

    assert any(s.counted and not s.models for s in found.unread)
    assert [] == rates(found, model="translation-llm-002")


def test_an_ignored_section_that_swallows_the_next_one():
    """Without its heading a family would stand under one that is ignored by name, and be gone."""
    found = read("older", ('<h3 id="gemini-models">Other Gemini models</h3>', ""))

    reason = "Model Optimizer figures are example ranges"
    words = f"the section is ignored ({reason}), but it prices Gemini 1.5 Flash"
    assert [("layout", words)] == [(kind, message) for title, kind, message in told(found) if "ignored" in message]
    assert "gemini-1.5-flash" in {m for s in found.unread for m in s.models}


def test_two_kinds_of_one_grounding():
    """Without the heading between two families, one's price would be the other's as well."""
    found = read("older", ('<h3 id="gemini_20_models">Gemini 2.0 Models</h3>', ""))
    message = "'Grounding with Google Search' stands twice in this section, with other prices: which models is it for?"

    assert ("Gemini 2.0 Flash", "cell", message) in told(found)
    assert {"gemini-2.0-flash", "gemini-1.5-flash"} <= {m for s in found.unread for m in s.models}


def test_money_outside_any_section_is_a_suspicion():
    """Money where no model is priced cannot be laid at any card's door."""
    reading = read("media", ("Prices are listed in US Dollars (USD).", "Everything costs $3."))

    assert [
        "money outside any section: cost / text: money in a text that gives no rates: Everything costs $3."
    ] == reading.suspicions


def test_hidden_amounts_are_a_suspicion():
    """A table nobody sees is not read, and its amounts are missed."""
    reading = read("media", ('<h3 id="lyria">Lyria</h3>\n<table>', '<h3 id="lyria">Lyria</h3>\n<table hidden>'))
    assert [] == reading.suspicions  # the table itself is read for what it says

    reading = read("media", ("<h1", "<p hidden>$1 and $2</p><h1"))
    assert ["2 amounts stand in the page's bytes and in none of its texts"] == reading.suspicions


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Gemini 3.1 Flash Image charges", "Gemini 8 Image charges", "unknown model 'Gemini 8 Image' in a note"),
        ("1120 tokens ($0.067)", "some tokens ($0.067)", "unknown words in a note on image sizes"),
    ],
)
def test_image_notes_that_are_not_understood(old, new, message):
    """A note on image sizes is read whole, for a model that is known, or not at all."""
    found = told(read("gemini-3", (old, new)))

    assert set(FAMILY) == {title for title, *_ in found}
    assert all(message in words for *_, words in found)


@pytest.mark.parametrize(
    ("old", "new", "kind", "message"),
    [
        ("<td>Grounding with your data</td>", "<td>Grounding with hope</td>", "label", "unknown row label 'Grounding with hope'"),
        ("$2.50 per 1,000 prompts.", "$2.50 per 1,000 prompts. Moon phases apply.", "cell", "unknown sentence"),
        ("$2.50 per 1,000 prompts.", "Please contact your Google Cloud Account team to request this waiver.", "cell", "saw 0"),
        ("<td>Grounding with your data</td>", "<td>Grounding with your data, first $9 off</td>", "label", "unknown row label"),
    ],
)  # fmt: skip
def test_grounding_rows_that_are_not_understood(old, new, kind, message):
    """A grounding row belongs to the family of its section: when it is not understood, all of them wait."""
    found = told(read("gemini-3", (old, new)))

    assert set(FAMILY) == {title for title, *_ in found}
    assert all(message in words and kind == seen for _, seen, words in found)


def test_grounding_between_other_cells():
    """Between a grounding label and its price nothing may stand but the word Text."""
    cells = "<td>Grounding with Google Search</td><td>Text</td>"

    found = told(read("older", (cells, cells.replace("Text", "Smell"))))

    assert [("Gemini 1.5 Flash", "cell")] == [(title, kind) for title, kind, _ in found]
    assert "expected a label, a price and the models it is for" in found[0][2]


def test_grounding_without_models():
    """Grounding in a section without models has nobody it is for."""
    label = "<td>Lyria 2</td><td>Music generation</td>"
    body = page("media").replace("Lyria 3 Pro<", "Lyria X<").replace("Lyria 3<", "Lyria Y<")

    found = told(vertex_ai.read(body.replace(label, "<td>Grounding with Google Maps</td><td>Text</td>")))

    assert ["model", "model", "cell"] == [kind for _, kind, _ in found]


def test_type_in_two_lines():
    """A label broken in two is the label."""
    label = "<td>Text output (response and reasoning)</td>"

    assert [] == read("gemini-3", (label, "<td>Text output<br>(response and reasoning)</td>")).problems


def test_grounding_names_an_unknown_model():
    """A name in a grounding cell is in the vocabulary or unknown."""
    found = told(read("gemini-2.5", ("<strong>Gemini 2.0 Flash</strong>", "<strong>Gemini 7 Flash</strong>")))

    assert {"unknown model 'Gemini 7 Flash' in a grounding cell"} == {words for *_, words in found}


# --------------------------------------------------------------------------------------------- words and cells


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$0.25 (Global)", Price("$0.25 (Global)", "priced", Decimal("0.25"), context="global")),
        ("$0.275 (Non-global)*", Price("$0.275 (Non-global)*", "priced", Decimal("0.275"), context="non-global", marks="*")),
        ("$4.5 (/M Tok/hr)", Price("$4.5 (/M Tok/hr)", "priced", Decimal("4.5"), "1000000 token-hours")),
        ("$0.0015/image", Price("$0.0015/image", "priced", Decimal("0.0015"), "1 image")),
        ("$1,250.00", Price("$1,250.00", "priced", Decimal(1250))),
        ("Batch requests: No charge", Price("Batch requests: No charge", "free", Decimal(0), label=Rule(tier="batch"))),
        ("Cache Hit: $1", Price("Cache Hit: $1", "priced", Decimal(1), label=Rule(meter="cache_read"))),
        ("N/A", Price("N/A", "not_available")),
        ("NA", Price("NA", "not_available")),
        ("-", Price("-", "not_available")),
        ("Contact sales", Price("Contact sales", "not_published")),
        ("$ per node hour (custom training pricing)", Price("$ per node hour (custom training pricing)", "refers")),
    ],
)  # fmt: skip
def test_price_lines(line, expected):
    """One line of a price cell, word for word."""
    assert expected == read_price(line, TERMS)


@pytest.mark.parametrize(
    "line",
    ["", "free?", "€5", "$5 or so", "$5 (Global) more", "0,30 $", "$1.2.3", "~~$5~~ $4", "$5 per image (4K) (Global)", "No charge today"],
)  # fmt: skip
def test_price_lines_that_are_not_understood(line):
    """Whatever is left over in a line is an error, never a guess."""
    with pytest.raises(UnknownTerm):
        read_price(line, TERMS)


def test_fail_marks_the_place():
    """The error shows the line with a mark under the first word that was not understood."""
    with pytest.raises(UnknownTerm, match=r"expected the end of the price\n    \$5 \(Global\) more\n {16}~~~\^ here"):
        read_price("$5 (Global) more", TERMS)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["$1 per 1,000 requests.", "$2 per 1,000 requests."], "expected one price in the cell, saw 2"),
        (["It costs money."], "unknown sentence in a grounding cell: 'It costs money'"),
        (
            ["Includes 5 search queries per day at no charge. Grounded prompts exceeding 6 per day are billed at $1 per 1,000 requests."],
            "the price and the allowance before it differ",
        ),
        (["$1 per 1,000 requests starting May 5, 2025.", "Billing will start May 6, 2025."], "several starts in one cell"),
        (["$1 per 1,000 wishes."], "unknown unit '1,000 wishes'"),
        (["$1 per 1,000 requests starting February 30, 2025."], "no such day"),
    ],
)  # fmt: skip
def test_grounding_cells_that_are_not_understood(lines, message):
    """A grounding cell says one price and when it begins, or nothing is read from it."""
    with pytest.raises(UnknownTerm) as error:
        read_grounding(lines, TERMS)

    assert message in str(error.value)


def test_grounding_cell():
    """A broken line goes on in lower case; the same start said twice is one."""
    found = read_grounding(
        [
            "Gemini 2.0 Flash and Gemini 2.5 Pro include up to 1,500 grounded requests per day at no cost. Grounded requests",
            "exceeding 1,500 per day are billed at $35 per 1,000 requests starting May 5, 2025.",
            "Billing will start May 5, 2025.",
        ],
        TERMS,
    )

    assert (Decimal(35), "1000 requests", date(2025, 5, 5)) == (found.price, found.unit, found.starts)
    assert [(("Gemini 2.0 Flash", "Gemini 2.5 Pro"), 1500, "day")] == [
        (i.who, i.count, i.period) for i in found.included
    ]
    assert found.quote.endswith("starting May 5, 2025 … Billing will start May 5, 2025")


def test_token_formulas():
    """Sentences with money, and sentences that count nothing, give no token formula."""
    assert [] == token_formulas("It consumes $3.", "")
    assert [] == token_formulas("4 characters result in approximately 1 text token.", "")
    assert None is image_formulas("Gemini charges nothing.")


def test_prompt_thresholds_are_data():
    """Another threshold is another bound, not an unknown header."""
    column = TERMS.column("Price (/1M tokens) > 1,000K cached input tokens with Flex/Batch")

    assert (1_000_000, None, True, ("flex", "batch")) == (
        column.prompt_over,
        column.prompt_up_to,
        column.cached,
        column.tiers,
    )


def test_labels():
    """Types are looked up folded, with their lists of modalities."""
    assert Rule(meter="input", modalities=("text", "image")) == TERMS.type("Input (text, image)*")
    assert None is TERMS.type("Audio Input (text)")
    assert None is TERMS.type("Input (smell)")


def test_vocabulary_is_consistent():
    """Every id is the table's kind of id and belongs to one model; what was renamed is an alias of what it is now."""
    models = {id(m): m for m in TERMS.models.values()}.values()
    ids = [i for m in models for i in (*m.ids, *m.aliases)]

    assert len(ids) == len(set(ids))
    assert all(TERMS.of_id(m.ids[0]) is m for m in models)
    assert all(old in TERMS.of_id(new).aliases for old, new in vertex_ai.renames().items())
    assert all(TERMS.named(name) for names in TERMS.short_names.values() for name in names.values() if name)


def test_words_of_context():
    """They are a closed list: another one is another key of the published table."""
    grounding = [rule for rules in TERMS.grounding.values() for rule in rules]
    rules = [*TERMS.types.values(), *TERMS.features.values(), *TERMS.regions.values(), *grounding]

    assert {
        *("", "global", "non-global", "with audio", "without audio", "upscaling"),
        *("supervised fine-tuning", "preference tuning", "reinforcement fine-tuning"),
        *("grounding with your data", "web grounding for enterprise"),
    } == {*TERMS.contexts.values(), *(rule.context for rule in rules)}


def test_urls_and_renames():
    """The source offers what the runner asks of a source; the Gemini API's ids were the cards' once."""
    assert {"html"} == set(vertex_ai.urls())
    assert "veo-3.1-generate-001" == vertex_ai.renames()["veo-3.1-generate-preview"]


def test_fingerprint_is_the_article():
    """What changes around the prices does not change the fingerprint; a page without the article is its own."""
    body = page("media")

    assert vertex_ai.fingerprint(body) == vertex_ai.fingerprint(body.replace("$300 in free credits", "$200"))
    assert vertex_ai.fingerprint(body).startswith('<article id="cloud-site">')
    assert "no article" == vertex_ai.fingerprint("no article")


# ---------------------------------------------------------------------------------- the page since October 2026

DATED, NAMES, COUNTS = "era-2026-10-dated", "era-2026-10-names", "era-2026-10-counts"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Gemini 3.8 Flash* through December 31, 2026", Dated("Gemini 3.8 Flash", None, date(2026, 12, 31))),
        ("Gemini 3.7 Flash * through December 31, 2026", Dated("Gemini 3.7 Flash", None, date(2026, 12, 31))),
        ("Gemini 3.8 Flash Starting January 1, 2027", Dated("Gemini 3.8 Flash", date(2027, 1, 1))),
        ("Gemini 3.7 Flash starting January 1, 2027", Dated("Gemini 3.7 Flash", date(2027, 1, 1))),
        ("X (Preview)* Through December 31, 2026", Dated("X (Preview)", None, date(2026, 12, 31))),
        ("X from May 1, 2026 until May 31, 2026", Dated("X", date(2026, 5, 1), date(2026, 5, 31))),
        ("Gemini 2.5 Flash", Dated("Gemini 2.5 Flash")),
    ],
)
def test_days_behind_a_name(words, found):
    """Stars and blanks before the day mean nothing."""
    assert found == dated(words)


def test_a_day_that_does_not_exist():
    """It makes the name unknown."""
    assert [] == TERMS.all_named("Gemini 3.8 Flash through February 30, 2026")


@pytest.mark.parametrize(
    ("header", "unit", "meter", "cached"),
    [
        ("Token Price <= 200K tokens", "1000000 tokens", "", False),
        ("Price > 200K cached input tokens", "", "", True),
        ("Price ( USD)", "", "", False),
        ("Price / 1,000 count (USD)", "1000 count", "", False),
        ("Token Price /1M (USD)", "1000000 tokens", "", False),
        ("Price (/M chached input tokens)", "1000000 tokens", "", True),
        ("Price (/1M tokens (USD)", "1000000 tokens", "", False),
        ("Price Tok/hr<= 200K input tokens", "1000000 token-hours", "cache_storage", False),
    ],
)
def test_price_headers(header, unit, meter, cached):
    """Headers of prices name their unit, and a currency that is the page's own."""
    column = TERMS.column(header)

    assert ("price", unit, meter, cached) == (column.role, column.unit, column.meter, column.cached)


@pytest.mark.parametrize("header", ["Price (EUR)", "Price /1M", "Price GB/hr > 200K input tokens", "Model Price"])
def test_price_headers_that_are_not_understood(header):
    """Another currency, a number of nothing, an hour of something else."""
    with pytest.raises(UnknownTerm):
        TERMS.column(header)


@pytest.mark.parametrize(
    ("case", "changes", "message"),
    [
        (DATED, (("<td>Non-global *</td>", "<td>Lunar *</td>"),), "unknown region 'Lunar *'"),
        (DATED, (("<td>Global</td><td>$1.50", "<td></td><td>$1.50"),), "a row without its region"),
        (DATED, (("<td>$66</td>", "<td>$66 (Global)</td>"),), "'$66 (Global)' stands beside the region 'non-global'"),
        (DATED, (("<td>Global</td><td>$1.50", "<td>Global (Flex)</td><td>$1.50"),), "is a price of flex, and of standard"),
        (COUNTS, (("<td>Batch requests</td>", "<td>Night requests</td>"),), "unknown request type 'Night requests'"),
        (COUNTS, (("<td>Batch requests</td>", "<td>Input</td>"),), "unknown request type 'Input'"),
        (COUNTS, (("$0.06 / 1 count", "$0.06 / 1,000 count"),), "is a price of output per nothing"),
        (COUNTS, (("<td>$0.00015</td>", "<td>Batch requests: $0.00015</td>"),), "is a price of batch and standard, and of"),
        ("older", (("<th>Price</th>", "<th>Price Tok/hr</th>"),), "in a row of output"),
    ],
)  # fmt: skip
def test_rows_since_october_that_are_not_understood(case, changes, message):
    """Of a region, a request or a count that nobody knows, or two that contradict each other, nothing is read."""
    assert any(message in problem.message for problem in read(case, *changes).problems)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("$0.00 (Free) 5,000 count and above $14.00", "$0.00 (Free) 5,000 count and above $15.00", "stands beside"),
        ("0 count to 5,000 count $0.00", "0 count to 4,000 count $0.00", "stands beside"),
        ("0 count to 5,000 count $0.00 (Free) 5,000 count and above $14.00", "$14.00", "'$14.00' stands beside"),
        (
            "0 count to 5,000 count $0.00 (Free) 5,000 count and above",
            "0 count to 50 count $0.00 (Free) 50 count and above",
            "at no charge",
        ),
        ("<td>$2.50</td>", "<td>0 count to 5 count $0.00 (Free) 5 count and above $2.50</td>", "nothing says in which period"),
    ],
)  # fmt: skip
def test_prices_beside_the_words_of_grounding(old, new, message):
    """They must say what the words say; else only that kind of grounding is not read."""
    found = read(NAMES, (old, new))

    assert [] == found.unread
    assert {("standard",)} == {(gap.service_tier,) for gap in found.gaps}
    assert all(message in gap.problem.message for gap in found.gaps)


def test_a_row_that_is_ignored_without_words():
    """A row that prints no money, or money beside nothing, is ignored as it stands and not otherwise."""
    label = "unknown row label"
    for old, new in (
        ("<td>Computer Use Tool</td>", "<td>Tool</td>"),
        ("<td></td><td></td><td>$2.50", "<td></td><td></td><td>$3"),
    ):
        assert any(label in words for *_, words in told(read(NAMES, (old, new))))


def test_agents_have_no_rates():
    """Their tables are left out with a reason, where the section is left out, too."""
    reason = "agents are priced through the models and tools they use"
    found = read(NAMES)
    assert 4 == found.amounts.ignored[reason]

    found = read(NAMES, ("AlphaEvolve</h3>", "Agent Platform Model Optimizer pricing (experimental)</h3>"))
    assert 4 <= found.amounts.ignored["Model Optimizer figures are example ranges"]


def test_a_note_that_repeats_the_tables():
    """What the tables print beside their days is ignored, under a mark as well; other money in the note is not."""
    start = "<p>Gemini 3.8 Flash, Gemini 3.7"
    assert [] == read(NAMES, (start, "<p>* Gemini 3.8 Flash, Gemini 3.7")).problems
    assert [] != read(NAMES, ("will apply.", "will apply, and $9.")).problems


def test_a_marked_note_that_dates_and_says_no_more():
    """It dates what points to it; no sentence of it is a doubt."""
    found = read(
        NAMES, ("<p>Gemini 3.8 Flash", "<p>* Pricing will go into effect on July 1, 2026.</p><p>Gemini 3.8 Flash")
    )

    assert [] == [words for section in found.sections for words in section.words]


def test_a_region_that_points_to_a_note():
    """Its prices begin on the note's day; those of a region without the mark do not, and a name's own day is later."""
    note = "<p>* For non-global endpoints, pricing will go into effect for all models on July 1, 2026.</p>"
    found = read(DATED, ('<h3 id="imagen">', f'{note}<h3 id="imagen">'))

    marked = rates(found, context="non-global", model="gemini-3.5-flash")
    assert {date(2026, 7, 1)} == {rate.effective_from for rate in marked}
    plain = rates(found, context="non-global", model="gemini-3.8-flash")
    assert {None, date(2027, 1, 1)} == {rate.effective_from for rate in plain}


def test_a_flat_table_that_has_lost_a_name():
    """Its rows would be another model's: the same labels come twice."""
    found = read(DATED, ("<td>Gemini 3.5 Flash</td>", "<td></td>"))

    assert any("a row that has lost its name" in message for *_, message in told(found))


def test_a_step_that_may_stand_under_an_unknown_name():
    """A model whose other step is not there waits for it, where a name of its table is unknown."""
    found = read(DATED, ("Gemini 3.8 Flash Starting January 1, 2027", "Gemini 3.8 Flash some day"))

    words = "'Gemini 3.8 Flash some day' may be its other step"
    assert ("Gemini 3.8 Flash", "model", words) in told(found)
    assert "Gemini 3.5 Flash" not in {title for title, *_ in told(found)}


def test_an_output_that_has_lost_its_modality():
    """Beside one that is divided it is not the output of everything."""
    found = read(NAMES, ("Video Output **", "Output **"))

    message = "an output of gemini-omni-flash-preview that has lost its modality"
    assert message in {words for *_, words in told(found)}


def test_a_tab_and_its_panel():
    """Where one has lost the other, the tab is unknown; a panel may begin with its own heading."""
    lost = told(read(DATED, ('aria-labelledby="tab-2"', 'aria-labelledby="tab-9"')))
    assert {"unknown tab 'a panel without its tab'"} <= {words for *_, words in lost}
    alone = told(read(DATED, ('<div role="tabpanel" aria-labelledby="tab-3">', "<div>")))
    assert {"unknown tab 'Flex/Batch without its panel'"} <= {words for *_, words in alone}
    own = read("gemini-3", ("<section>", '<div role="tabpanel">'), ("</section>", "</div>"))
    assert read("gemini-3").rates() == own.rates()


# ------------------------------------------------------------------------------------------------ the capture
