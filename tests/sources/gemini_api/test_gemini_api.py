"""Google's pricing page in both representations: own cases, variants, what must be refused, and the captures."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Rate, row
from scraper.errors import LayoutChanged
from scraper.fetch.copies import readers_copy
from scraper.model import Provenance, Reading, cards
from scraper.sources import gemini_api
from scraper.sources.gemini_terms import load_terms
from tests import accept
from tests.support.gemini_page import KINDS, ROWS, TOOLS, body, edition, one, rates, read, same
from tests.support.pagebuilder import PAGE
from tests.support.workshop import SMALL

# ------------------------------------------------------------------------------------------- own cases


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", accept.cases())
def test_cases_say_more_than_rates(case, kind):
    """Tables, amounts, and what the cards say beside their rates, are what was accepted."""
    assert accept.expected(case) == accept.summary(accept.reading(case, kind))


@pytest.mark.parametrize("case", accept.cases())
def test_both_representations_give_the_same_rows(case):
    """Column by column; the twin prints no anchors, so its locators have the heading's words instead."""
    html, twin = (accept.reading(case, kind).rates() for kind in KINDS)

    assert [row(r) | {"locator": r.evidence.locator.split(" / ")[1:]} for r in html] == [
        row(r) | {"locator": r.evidence.locator.split(" / ")[1:]} for r in twin
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_too_few_tables_are_another_page(kind):
    """The page has many; one of a few is at best a part of it."""
    with pytest.raises(LayoutChanged, match="expected at least 35 tables, saw 4"):
        gemini_api.read(body(edition(), kind))


# ------------------------------------------------------------------------- what the page has been or will be


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Input price", ["input 1"]),
        ("  input PRICE{*}", ["input 1"]),
        ("Input price (text, image, video)", ["input text 1", "input image 1", "input video 1"]),
        ("Input price (text / audio)", ["input text 1", "input audio 1"]),
        ("Text input price", ["input text 1"]),
        ("Image and video input price", ["input image 1", "input video 1"]),
        ("Text, image, and video input price", ["input text 1", "input image 1", "input video 1"]),
        ("Output price (including thinking tokens)", ["output 1"]),
        ("Output price (includes thinking tokens)", ["output 1"]),
        ("Output price (text and thinking)", ["output text 1"]),
        ("Audio output price", ["output audio 1"]),
        ("Text output price (including thinking tokens)", ["output text 1"]),
        ("Cached input price", ["cache_read 1"]),
        ("Context caching price (text, image)", ["cache_read text 1", "cache_read image 1"]),
        ("Tuning price", ["tuning 1"]),
        ("Video with audio price (default)", ["output video with audio 1"]),
        ("Price of input tokens", ["input 1"]),
        ("Input (text)", ["input text 1"]),
        ("Output (thinking included)", ["output 1"]),
        ("Context caching", ["cache_read 1"]),
        ("Input price per 1K tokens", ["input 1000 tokens 1"]),
        ("Fine-tuning price", ["tuning 1"]),
    ],
)
def test_labels(label, expected):
    """Labels seen, and their natural variants."""
    assert expected == rates(same(one([[label, "Not available", "$1.00"]])))


@pytest.mark.parametrize(
    "label",
    [
        "Live API",
        "Text-to-speech(gemini-2.5-flash-preview-tts)",
        "Input price (beta)",
        "Input price (Gemini 3.8 Live)",
        "Output price (excluding thinking tokens)",
        "Cached output price",
        "Smell input price",
        "Text input price (audio)",
        "Veo 4 price",
        "Input price (free tier)",
        "Input price (> 200k tokens)",
        "Cache write price",
        "Price",
    ],
)
def test_fault_25_unknown_labels(label):
    """They are collected, and only their section is unread."""
    found = same(one([*ROWS, [label, "Not available", "$1.00"], ["Other label", "-", "-"]]))

    assert ["label", "label"] == [p.kind for p in found.problems]
    assert [label, "Other label"] == [p.term for p in found.problems]
    assert str(found.problems[0]).startswith(f"gemini-a / -: unknown row label {label!r}")
    assert (["gemini-a"], []) == ([s.anchor for s in found.unread], rates(found))
    assert ["input 1", "output 2"] == rates(found, "gemini-b")


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        ("per 1M tokens in USD", "input 1"),
        ("per Image in USD", "input image 1 image 1"),
        ("per second in USD", "input 1 second 1"),
        ("per minute in USD", "input 1 minute 1"),
        ("per request in USD", "input 1 request 1"),
        ("per 1M characters in USD", "input 1000000 characters 1"),
        ("USD/1M tokens", "input 1"),
    ],
)
def test_headers(paid, expected):
    """The header's unit is the unit of a bare amount."""
    assert expected == rates(same(one(ROWS, paid=paid)))[0]


@pytest.mark.parametrize(
    "paid",
    [
        "per cup in USD",
        "per 1M tokens in EUR",
        "per 1M tokens in A$",
        "per 1M output tokens in USD",
        "per 1K image in USD",
    ],
)
def test_fault_23_unknown_headers(paid):
    """A table under an unknown header is not read."""
    found = same(one(ROWS, paid=paid))

    assert [("header", f"Paid Tier, {paid}")] == [(p.kind, p.term) for p in found.problems]
    assert [] == rates(found)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Free Tier</th>", "Free Tier</th><th>Trial Tier</th>", "header"),
        ('<th scope="col">Free Tier</th>', "", "header"),
        ('<th scope="col">Free Tier</th>', '<th scope="col">Paid Tier</th>', "header"),
    ],
)
def test_fault_24_columns_by_header(old, new, kind):
    """Columns are found by their header, never by position: inserted, missing or doubled ones are refused."""
    page = body(edition(), "html")
    found = read(page.replace(old, new, 1))

    assert {kind} == {p.kind for p in found.problems}
    assert ([], ["input 1", "output 2"]) == (rates(found), rates(found, "gemini-b"))


def test_fault_24_a_column_inserted_in_both_header_and_rows():
    """A third plan shifts nothing: its table is not read."""
    page = body(edition(), "html").replace(
        '<th scope="col">Free Tier</th>', '<th scope="col">Trial Tier</th><th scope="col">Free Tier</th>'
    )
    found = read(re.sub(r"(<td>(?:Input|Output) price</td>)", r"\1<td>$9.99</td>", page))

    assert {"unknown header 'Trial Tier'"} == {p.message for p in found.problems if p.kind == "header"}
    assert [] == found.rates()


def test_a_header_without_the_unit_of_its_prices():
    """No unit is taken for granted: the table is not read, and the problem names its headers."""
    found = same(one(ROWS, paid="in USD"))

    assert ["gemini-a / -: a paid column without its unit: ['', 'Free Tier', 'Paid Tier, in USD']"] == [
        str(p) for p in found.problems
    ]
    assert ([], ["input 1", "output 2"]) == (rates(found), rates(found, "gemini-b"))


@pytest.mark.parametrize(("label", "read"), [("Output price", True), ("Input price", False)])
def test_a_price_that_names_its_meter_stands_in_its_own_row(label, read):
    """ "Per image output" is no price of an input, whatever the row says."""
    found = same(one([[label, "Not available", "$0.04 per image output"]]))

    assert (["output image 1 image 0.04"] if read else []) == rates(found)
    assert read == (not found.unread and not found.incomplete)


def test_fault_24_columns_reordered():
    """Paid before free is read by its headers."""
    free, paid = '<th scope="col">Free Tier</th>', '<th scope="col">Paid Tier, per 1M tokens in USD</th>'
    page = body(edition(), "html")
    page = re.sub(rf"{free}\s*{paid}", paid + free, page)
    page = re.sub(r"<td>(Free of charge)</td>\s*<td>([^<]*)</td>", r"<td>\2</td><td>\1</td>", page)

    assert ["input 1", "output 2", "batch input 1", "batch output 2"] == rates(read(page))


def test_fault_23_headers_in_another_case():
    """Case and blanks do not make another header."""
    page = (
        body(edition(), "html")
        .replace("Paid Tier, per 1M tokens in USD", "PAID tier,  per 1M tokens in USD")
        .replace("Free Tier", "Free tier")
    )

    assert ["input 1", "output 2", "batch input 1", "batch output 2"] == rates(read(page))


@pytest.mark.parametrize(
    "ids",
    [
        "<em><code>m-1</code> and <code>m-2</code></em>",
        '<em><a href="/x"><code>m-1</code></a>, <a href="/y"><code>m-2</code></a></em>',
        "<em><code>m-1</code>, and <code>m-2</code></em>",
        "<p><code>m-1</code><br><code>m-2</code></p>",
        "<code>m-1</code> / <code>m-2</code>",
    ],
)
def test_id_lines(ids):
    """One section may price several ids; each has its own rows."""
    page = re.sub(r'<em><code translate="no" dir="ltr">gemini-a</code></em>', ids, body(edition(), "html"))
    found = read(page)

    assert [("m-1", "m-2"), ("gemini-b",)] == [s.models for s in found.sections if s.models]
    assert rates(found, "m-1") == rates(found, "m-2") == ["input 1", "output 2", "batch input 1", "batch output 2"]


def test_a_heading_of_another_kind():
    """A section that the vocabulary does not know is looked at by a person, also when it has no table."""
    found = read(body(edition(), "md").replace("## Gemini B", "## Questions\n\nWhat does it cost?\n\n## Gemini B"))

    assert [("layout", "questions", "Questions")] == [(p.kind, p.place, p.term) for p in found.problems]


def test_ids_in_text_are_not_the_sections():
    """Code in a sentence names no model of the section; behind the table it may be the next one's, heading lost."""
    page = edition(gemini_a={"name": "Gemini A", "ids": [], "about": "Use it.", "rows": ROWS})
    page = body(page, "html").replace("<p>Use it.</p>", "<p>Use <code>m-1</code> for this.</p>")
    found = read(page.replace("</table>", "</table><p><code>m-2</code></p>", 1))

    behind = ("layout", "model ids stand behind a table: is there a heading missing?")
    missing = ("layout", "no model id under the heading 'Gemini A'")
    assert [behind, missing] == [(p.kind, p.message) for p in found.problems]


def test_an_article_cut_inside_its_frame():
    """Its last section must be one that ends the page, with what stands behind the table of tools."""
    page = body(edition(), "html")
    start, end = page.index('id="gemini-b"'), page.index("</article>")
    tools = page.index("</tr>", page.index('id="pricing-for-tools"'))

    for cut, seen in ((start - 4, "'gemini a'"), (end - 900, "'gemini b'"), (tools, "the page end before")):
        with pytest.raises(LayoutChanged, match=f"truncated page: .*{seen}"):
            read(page[:cut] + page[end:])


@pytest.mark.parametrize("level", ["h1", "h2"])
def test_a_tab_that_became_a_section(level):
    """The table under it is the model's before it, whose rates are not all."""
    page = re.sub(r"<h3([^>]*>Batch)</h3>", rf"<{level}\1</{level}>", body(edition(), "html"))
    found = read(page)

    assert ["gemini-a: behind it the tab 'Batch' stands as a section of its own"] == [
        str(p) for p in found.problems if p.term == "Batch" and p.place == "gemini-a"
    ]
    assert ["gemini-b", "tools"] == [d.model for d in found.drafts()]


@pytest.mark.parametrize("name", ["Models/X", "=cmd", "a b", "x" * 70])
def test_fault_48_strange_ids(name):
    """What is not an id is not published as one, and whose section it is stays open."""
    found = same(edition(gemini_a={"name": "Gemini A", "ids": ["gemini-a", name], "rows": ROWS}))

    assert [("layout", f"{name!r} is not a model id")] == [(p.kind, p.message) for p in found.problems]
    assert [()] == [s.models for s in found.unread]


def test_a_family_without_ids():
    """Gemma's model is its heading's anchor, also where the heading is a link."""
    page = edition(gemma_4={"name": "Gemma 4", "heading_link": "https://ai.google.dev/gemma", "ids": [], "rows": ROWS})

    assert ["input 1", "output 2"] == rates(same(page), "gemma-4")


def test_a_section_without_id():
    """Any other heading without an id is a problem of its section."""
    found = same(edition(gemini_a={"name": "Gemini A", "ids": [], "rows": ROWS}))

    assert [("layout", "Gemini A")] == [(p.kind, p.term) for p in found.problems]
    assert ["gemini-b", "tools"] == [d.model for d in found.drafts()]


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("Gemini 3.1 Flash Image (Nano Banana 2) 🍌", "gemini-3.1-flash-image"),
        ("Gemini 3.1 Flash-Lite Preview", "gemini-3.1-flash-lite-preview"),
        ("Gemma 3n", "gemma-3n"),
    ],
)
def test_slug(name, anchor):
    """The anchor Google gives such a heading."""
    assert anchor == gemini_api.slug(name)


def test_reading_08_tools():
    """Only priced rows, with the allowance they begin beyond; the model is `tools`, the context the family or tool."""
    rows = [
        [
            "[Google Search](/x#pricing)",
            "500 RPD",
            [
                "Gemini 2.5 models:",
                "1,500 RPD free (limit shared for Flash and Flash-Lite).",
                "Then $35 / 1,000 grounded prompts",
            ],
        ],
        [
            "Google Maps",
            "500 RPD",
            [
                "1,500 RPD free (limit shared for Flash and Flash-Lite)",
                "10,000 RPD free for Pro.",
                "Then $25 / 1,000 grounded prompts",
            ],
        ],
        ["Code execution", "Free of charge", "Free of charge"],
        ["Computer use", "Not available", "See [Gemini 2.5 Computer Use Preview](#x) pricing table."],
        ["File search{*}", "Free of charge", "Charged for embeddings at $0.15 / 1M tokens."],
    ]
    found = same({**edition(), "tools": {**TOOLS, "rows": rows}})

    assert [
        "search_grounding 1000 prompts 1500 day gemini 2.5 models 35",
        "maps_grounding 1000 prompts 1500 day flash and flash-lite 25",
        "maps_grounding 1000 prompts 10000 day pro 25",
        "tool file search 0.15",
    ] == rates(found, "tools")
    assert 0 == found.amounts.unclaimed


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Charged for embeddings at $0.15", "cell"),
        ("$0.15 / 1M tokens on Mondays", "cell"),
        ("Charged for embeddings at €0.15 / 1M tokens.", "cell"),
        ("1.50 EUR", "cell"),
    ],
)
def test_money_in_a_tools_cell_that_nobody_claims(cell, kind):
    """It is a problem of the tools, and of nothing else."""
    found = same({**edition(), "tools": {**TOOLS, "rows": [["File search", "Free of charge", cell]]}})

    assert [kind] == [p.kind for p in found.problems]
    assert (1, ["gemini-a", "gemini-b"]) == (found.amounts.unclaimed, [d.model for d in found.drafts()])


def test_a_tool_that_costs_nothing_by_an_amount():
    """ "$0.00" says that it is free, and is accounted for."""
    found = same({**edition(), "tools": {**TOOLS, "rows": [["File search", "$0.00", "$1 / 1M tokens"]]}})

    assert ([], 0) == (found.problems, found.amounts.unclaimed)


def test_two_tabs_of_one_tier():
    """Which one has its prices would be a guess."""
    tabs = {"Batch": ROWS, "Batch API": ROWS}
    found = same({**edition(), "models": {**edition()["models"], "gemini-a": {"name": "Gemini A", "tabs": tabs}}})

    assert "two tables under the tab 'Batch API'" in [p.message for p in found.problems]


def test_a_header_in_the_middle_of_the_tools():
    """It is no sentence about prices, although it has a unit and the word for it."""
    page = body(edition(), "html")
    head = re.search(r"<tr>\s*<th></th>.*?</tr>", page[page.index('id="pricing-for-tools"') :], re.DOTALL).group()
    at = page.index("</tr>", page.index("File search")) + 5

    found = read(page[:at] + head + page[at:])
    assert ["the page's head"] == [section.title for section in found.sections if section.words]


def test_money_in_the_label_of_a_tool():
    """Nothing reads a label's amounts."""
    found = same({**edition(), "tools": {**TOOLS, "rows": [["File search ($5)", "-", "$1 / 1M tokens"]]}})

    assert [("unclaimed", "2 amounts, of which 1 were read")] == [
        (p.kind, p.message.split(":")[0]) for p in found.problems
    ]


def test_reading_08_agents_give_no_rows():
    """Whatever their table says; an amount in it is counted as ignored, with the reason."""
    rows = [
        [
            "Gemini Deep Research Agent",
            "All model inference is charged at standard Gemini list rates.",
            "Tool usage fees apply.",
        ],
        ["Managed agents in Gemini API", "Charged at list rates.", "$0.05 per session hour"],
        ["Antigravity Agent", "Charged at list rates, about $2 per task.", ""],
    ]
    found = same({**edition(), "agents": {"about": "About $1 a task.", "rows": rows}})

    assert [] == found.problems
    assert {"agents are priced through the models and tools they use": 3} == found.amounts.ignored
    assert 0 == found.amounts.unclaimed
    assert str(found.amounts).endswith("ignored with reason: 3")


def test_reading_09_variants():
    """A row that names a variant goes to the id that carries the word; the plain one to the id without any."""
    page = edition(
        gemini_a=None,
        veo={
            "name": "Veo 3.1",
            "ids": ["veo-3.1-generate-preview", "veo-3.1-fast-generate-preview", "veo-3.1-lite-generate-preview"],
            "paid": "per second in USD",
            "rows": [
                ["Veo 3.1 Standard video with audio price (default)", "-", ["$0.40 (720p and 1080p)", "$0.60 (4k)"]],
                ["Veo 3.1 Fast video with audio price (default)", "-", "$0.10 (720p)"],
                ["Veo 3.1 Lite video without audio price", "-", ["$0.05 (720p)", "(4k output not supported)"]],
            ],
        },
        imagen={
            "name": "Imagen 5",
            "ids": ["imagen-5-generate", "imagen-5-ultra-generate"],
            "paid": "per Image in USD",
            "rows": [["Imagen 5 image price", "-", "$0.04"], ["Imagen 5 Ultra image price", "-", "$0.06"]],
        },
        lyria={
            "name": "Lyria 3.5",
            "ids": ["lyria-3.5-clip", "lyria-3.5-pro-preview"],
            "paid": "per request in USD",
            "rows": [
                ["Lyria 3.5 Clip (30s)", "-", "$0.04 per song"],
                ["Lyria 3.5 Pro Preview (Full Song)", "-", "$0.08"],
            ],
        },
    )
    found = same(page)

    assert [
        "output video 1 second 720p with audio 0.4",
        "output video 1 second 1080p with audio 0.4",
        "output video 1 second 4k with audio 0.6",
    ] == rates(found, "veo-3.1-generate-preview")
    assert ["output video 1 second 720p with audio 0.1"] == rates(found, "veo-3.1-fast-generate-preview")
    assert [
        "output video 1 second 720p without audio 0.05",
        "output video 1 second 4k without audio not_available",
    ] == rates(found, "veo-3.1-lite-generate-preview")
    assert ["output image 1 image 0.04"] == rates(found, "imagen-5-generate")
    assert ["output image 1 image 0.06"] == rates(found, "imagen-5-ultra-generate")
    assert ["output audio 1 song 0.04"] == rates(found, "lyria-3.5-clip")
    assert ["output audio 1 request 0.08"] == rates(found, "lyria-3.5-pro-preview")


@pytest.mark.parametrize(
    ("ids", "rows", "words"),
    [
        (["veo-4-generate"], ["Veo 4 Turbo video price"], "but 0 carry 'turbo'"),
        (["veo-4-fast-a", "veo-4-fast-b"], ["Veo 4 Fast video price"], "but 2 carry 'fast'"),
        (["veo-4-a", "veo-4-b", "veo-4-fast"], ["Veo 4 video price", "Veo 4 Fast video price"], "but 2 carry ''"),
        (
            ["veo-4-generate", "veo-4-fast"],
            ["Veo 4 Fast video price", "Video price"],
            "names none of veo-4-generate, veo-4-fast",
        ),
    ],
)
def test_reading_09_variants_that_name_no_one_id(ids, rows, words):
    """None or several ids carry the word, or a row names no variant beside rows that do."""
    found = same(
        edition(veo={"name": "Veo 4", "ids": ids, "paid": "per second in USD", "rows": [[r, "-", "$1"] for r in rows]})
    )

    assert ["cell"] == [p.kind for p in found.problems]
    assert words in found.problems[0].message


VERSIONS = [("4", "5"), ("4", "4.5"), ("4.0", "3"), ("3.1", "3"), ("3.1", "3.2"), ("3", "2.0")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("own", "other"), VERSIONS)
@pytest.mark.parametrize(
    ("family", "label"),
    [("imagen", "Imagen {} Fast image price"), ("veo", "Veo {} Fast video price"), ("lyria", "Lyria {} Fast")],
)
def test_fault_82_the_version_in_a_label_is_the_ids(family, label, own, other, kind):
    """3 is 3.0; another version is another model's row, and nobody's price here."""
    name, ids = f"{family.title()} {own}", [f"{family}-{own}-generate", f"{family}-{own}-fast-generate"]

    def page(version: str) -> dict:
        rows = [
            [label.format(own).replace(" Fast", ""), "-", "$1 per song"],
            [label.format(version), "-", "$2 per song"],
        ]
        rows = [[row[0], row[1], row[2].removesuffix(" per song") if family != "lyria" else row[2]] for row in rows]
        return edition(new={"name": name, "ids": ids, "paid": "per second in USD", "rows": rows})

    assert [] == read(page(own.removesuffix(".0")), kind).problems
    found = read(page(other), kind)
    assert [f"the row {label.format(other)!r} is of another version than {ids[1]}"] == [
        p.message for p in found.problems
    ]
    assert [] == rates(found, ids[0]) + rates(found, ids[1])


@pytest.mark.parametrize(
    ("name", "ids", "agree"),
    [
        ("Gemini 3 Flash", ["gemini-3.0-flash"], True),
        ("Gemini Flash", ["gemini-3.5-flash"], True),
        ("Gemini Embedding", ["gemini-embedding-001"], True),
        ("Gemini 2.5 Flash Preview", ["gemini-2.5-flash-preview-09-2025"], True),
        ("Gemini 3.1 Flash Image (Nano Banana 2)", ["gemini-3.1-flash-image"], True),
        ("Gemini 3.8 Live and Gemini 3.1 Live", ["gemini-3.8-live", "gemini-3.1-live"], True),
        ("Gemini 3 Flash", ["gemini-3.1-flash"], False),
        ("Gemini 2.5 Flash", ["gemini-2.5-flash", "gemini-2.6-flash"], False),
        ("Gemini 3.8 Live and Gemini 3.1 Live", ["gemini-3.8-live"], False),
        ("Imagen 4", ["imagen-3.0-generate-002"], False),
    ],
)
def test_fault_82_the_version_in_a_heading_is_the_ids(name, ids, agree):
    """A heading without a version agrees with every id; one with another leaves its section unread."""
    found = same(edition(new={"name": name, "ids": ids, "rows": ROWS}))

    assert agree == (found.problems == [])
    assert bool(rates(found, ids[0])) == agree
    assert {"conflict"} >= {p.kind for p in found.problems}


def test_reading_09_a_single_id_takes_rows_without_variant():
    """ "Video price" beside "Veo 2 video price" in a section of one id."""
    page = edition(
        veo={
            "name": "Veo 2",
            "ids": ["veo-2"],
            "paid": "per second in USD",
            "rows": [["Veo 2 video price", "-", "$1"], ["Video without audio price", "-", "$2"]],
        }
    )

    assert ["output video 1 second 1", "output video 1 second without audio 2"] == rates(same(page), "veo-2")


def test_reading_14_the_same_rate_twice():
    """With one price it is one rate."""
    assert ["input 1", "output 2"] == rates(same(one([*ROWS, ROWS[0]])))


@pytest.mark.parametrize(
    "second",
    [
        ["Input price", "Free of charge", "$3.00"],
        ["Input price", "Not available", "$1.00"],
        ["Input price", "Free of charge", "Not available"],
    ],
)
def test_fault_42_reading_14_two_prices_for_one_key(second):
    """With two it is an error, also where the second is none."""
    found = same(one([*ROWS, second]))

    assert {"conflict"} == {p.kind for p in found.problems}
    assert "two prices for one key: " in found.problems[0].message
    assert [] == rates(found)


@pytest.mark.parametrize(
    "cell",
    [
        "$1 and $2",
        "$1 (text) $2 (text / image)",
        "$0.75 through December 31, 2026. $1.50 starting December 1, 2026.",
    ],
)
def test_reading_14_two_prices_in_one_cell(cell):
    """Two prices on one day for one thing, whether or not both have dates."""
    assert ["conflict"] == [p.kind for p in same(one([["Input price", "-", cell]])).problems]


def test_reading_14_dated_rows_may_follow_each_other():
    """Until one day and from the next is no conflict."""
    rows = [
        ["Input price", "-", "$1 through May 31, 2026. $2 from June 1, 2026 until July 1, 2026. $3 from July 2, 2026"]
    ]

    assert ["input 1 2026-05-31", "input 2 2026-06-01 2026-07-01", "input 3 2026-07-02"] == rates(same(one(rows)))


SOON = [
    [
        "Grounding with Google Search",
        "-",
        "5,000 prompts per month (free), then (Coming soon{**}) $14 / 1,000 search queries",
    ]
]
STARTS = "{**} Gemini 3 billing for Grounding with Google Search will start January 5, 2026."


def test_reading_14_billing_starts():
    """The day is in the section's footnote."""
    found = same(one(SOON, footnotes=["{*} You are billed. It starts now, on May 1, 2020.", STARTS]))

    assert [
        "search_grounding 1000 queries 5000 month 0 free",
        "search_grounding 1000 queries 5000 month 14 2026-01-05",
    ] == rates(found)


def test_reading_14_billing_starts_by_another_sections_note():
    """Where the section prints no such footnote, the next section's holds; where it prints another, none does."""
    there = edition(gemini_a={"name": "A", "rows": SOON}, gemini_b={"name": "B", "rows": ROWS, "footnotes": [STARTS]})
    here = edition(
        gemini_a={"name": "A", "rows": SOON, "footnotes": ["{**} Another note."]},
        gemini_b={"name": "B", "rows": ROWS, "footnotes": [STARTS]},
    )

    assert "search_grounding 1000 queries 5000 month 14 2026-01-05" == rates(same(there))[-1]
    assert ["search_grounding 1000 queries 5000 month 0 free"] == rates(same(here))[:1]
    assert not any("14" in rate for rate in rates(same(here)))


@pytest.mark.parametrize(
    "note",
    [
        "{**} Another note.",
        "{**} Billing will start next month.",
        "{**} Before January 5 nothing is billed; billing starts on February 7, 2027.",
        "{**} Billing will start January 5, 2027 or February 7, 2027.",
        "{**} Billing will not start January 5, 2027.",
        "{**} Billing is expected to start January 5, 2027.",
        "{**} Billing starts January 5, 2027. Prices as of 2026-11-01.",
    ],
)
def test_fault_79_announced_without_a_day(note):
    """No rate, no price of today, and listed: a day counts only where the note says exactly one."""
    found = same(one(SOON, footnotes=[note]))

    assert ["search_grounding 1000 queries 5000 month 0 free"] == rates(found)
    assert [] == found.problems
    assert found.amounts.seen == found.amounts.read
    facts = {"announced: standard search_grounding": SOON[0][2].replace("{**}", "**")}
    assert facts in [dict(draft.facts) for draft in found.drafts()]


def test_fault_79_the_price_of_today_stands_beside_an_announced_one():
    """What is coming is no second price of today."""
    found = same(one([["Input price", "-", "$2.50 (coming soon) $2.60"]]))

    assert ["input 2.5"] == rates(found)
    assert [] == found.problems


def test_reading_14_billing_starts_on_no_day():
    """A day that is not in the calendar is a problem of the row that points to it."""
    found = same(one(SOON, footnotes=[STARTS.replace("January 5", "January 55")]))

    assert ["cell"] == [p.kind for p in found.problems]
    assert "no such day" in found.problems[0].message


IMAGE_CELL = [["Input price", "-", "$1.00 (text), $0.0006 (image){*}"]]
IMAGE_NOTE = "{*} Image input is set at 560 tokens or $0.0011 per image."


def test_reading_07_the_sections_note():
    """And the next section's where this one prints none; a note of it that cannot be read is its own problem."""
    own = same(one(IMAGE_CELL, footnotes=[IMAGE_NOTE]))
    next_one = same(
        edition(
            gemini_a={"name": "A", "rows": IMAGE_CELL},
            gemini_b={"name": "B", "rows": ROWS, "footnotes": [IMAGE_NOTE, "{*} A fee of $5."]},
        )
    )

    assert ["input text 1", "input image 1 image 0.0006"] == rates(own) == rates(next_one)
    assert ["gemini-b"] == [s.anchor for s in next_one.unread]


@pytest.mark.parametrize("footnotes", [[], ["{*} Another note."]])
def test_reading_07_no_note_to_prove_the_unit(footnotes):
    """0.0006 must not become a price per million tokens."""
    found = same(one(IMAGE_CELL, footnotes=footnotes))

    assert ["cell"] == [p.kind for p in found.problems]


@pytest.mark.parametrize("cells", [["Not Supported", ""], ["", "Not available{*}"], ["Not Supported"]])
def test_reading_18_a_spanned_cell(cells):
    """An empty cell beside "Not supported" has the same value."""
    found = same(one([["Grounding with Google Search", *cells]]))

    assert {"not_available"} == {r.availability for r in found.rates() if r.model == "gemini-a"}
    assert {"free", "paid"} == {r.plan for r in found.rates() if r.model == "gemini-a"}


@pytest.mark.parametrize("cells", [["Free of charge", ""], ["", "$5"], ["", ""]])
def test_reading_18_an_empty_cell_beside_anything_else(cells):
    """What it means would be a guess."""
    assert ["cell"] == [p.kind for p in same(one([["Input price", *cells]])).problems]


def test_metadata():
    """Whether content is used to improve products is no price; where tabs differ, the card says so."""
    tabs = body(edition(), "html")
    found = read(
        tabs.replace('<td><a href="/gemini-api/terms">No</a></td>', "<td>Yes</td>", 2).replace(
            "<td>Yes</td>", "<td>No</td>", 1
        )
    )
    draft = next(d for d in found.drafts() if d.model == "gemini-a")

    assert (("free", "yes"), ("paid", "no"), ("paid batch", "yes")) == draft.used_to_improve


def test_money_in_a_metadata_row():
    """It would be lost."""
    found = same(one(ROWS, improve=["[Yes](/terms)", "$5"]))

    assert [("cell", "money in a row that is not a price")] == [(p.kind, p.message) for p in found.problems]


def test_notices_and_formulas():
    """A card keeps what the section says beside its tables; a footnote is no notice."""
    warning = "Gemini A is deprecated and will be shut down June 1, 2027."
    found = same(one(ROWS, warning=warning, footnotes=[IMAGE_NOTE, IMAGE_NOTE, "{**} An old tool was shut down."]))
    draft = next(d for d in found.drafts() if d.model == "gemini-a")

    assert (f"Warning: {warning}",) == draft.notices
    assert [("1 image", 560, Decimal("0.0011"))] == [(f.unit, f.tokens, f.amount) for f in draft.formulas]


def test_renames_are_aliases():
    """A confirmed rename stands on the card of the new id."""
    terms = replace(SMALL, renames={"gemini-old": "gemini-a"})
    found = gemini_api.read(body(edition(), "html"), terms)

    assert {"gemini-a": ("gemini-old",), "gemini-b": (), "tools": ()} == {d.model: d.aliases for d in found.drafts()}


def test_cards():
    """The reading's drafts become cards of one capture."""
    capture = Provenance("https://example.test", "ab12", date(2026, 11, 1), date(2026, 10, 30), gemini_api.PARSER)
    found = cards(read(edition()), capture, "google", "gemini-api")

    assert ["gemini-a", "gemini-b", "tools"] == sorted(found)
    assert ("Gemini A", "gemini-a", "sha256:ab12") == (
        found["gemini-a"].name,
        found["gemini-a"].anchor,
        found["gemini-a"].capture,
    )


# ------------------------------------------------------------------------------------- what must be refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("about", "A setup fee of $5 per 1,000 requests applies."),
        ("about", "Now at €5."),
        ("footnotes", "{*} Each call costs $5."),
        ("footnotes", "{*} An additional $0.10 per second is charged."),
        ("warning", "Prices rise to $9.99."),
    ],
)
def test_fault_25_money_in_prose_that_nobody_claims(where, text, kind):
    """It keeps its section from being published, and only that."""
    found = read(one(ROWS, **{where: text if where == "warning" else [text]}), kind)

    assert ["unclaimed"] == [p.kind for p in found.problems]
    assert (1, ["gemini-a"]) == (found.amounts.unclaimed, [s.anchor for s in found.unread])


@pytest.mark.parametrize("kind", KINDS)
def test_money_outside_any_section(kind):
    """Above the models it is a doubt about the page as a whole."""
    found = read({**edition(), "intro": "Everything from $5."}, kind)

    assert ["unclaimed"] == [p.kind for p in found.problems]
    assert [
        "money outside any section: the page's head / text: an amount of unknown shape in: Everything from $5."
    ] == found.suspicions


def test_money_in_a_list_of_notes():
    """The notes at the end of the page give no rates."""
    found = same({**edition(), "notes": ["Calls cost $5 each."]})

    assert [("unclaimed", "notes / text")] == [(p.kind, p.place) for p in found.problems]


def test_money_in_a_table_that_gives_no_rates():
    """A table above the first model, or under the notes."""
    page = body(edition(), "html").replace('<div class="models-section">', "<table><tr><td>Extra<td>$5</table><div>", 1)
    found = read(page)

    assert [("unclaimed", "the page's head / Extra")] == [(p.kind, p.place) for p in found.problems]
    assert 1 == len(found.suspicions)


@pytest.mark.parametrize(
    ("mark", "where"),
    [
        ("<span hidden>$5</span>", "hidden"),
        ('<p style="display:none">$5</p>', "hidden by style"),
        ("<noscript>$5</noscript>", "without scripts"),
        ('<p title="$5">x</p>', "in an attribute"),
    ],
)
def test_money_that_nobody_sees(mark, where):
    """It stands in the page's bytes and in none of its texts."""
    found = read(body(edition(), "html").replace("</h2>", f"</h2>{mark}", 1))

    assert ["1 amounts stand in the page's bytes and in none of its texts"] == found.suspicions


HIDDEN = [
    "<dialog>{}</dialog>",
    "<template>{}</template>",
    '<script type="text/html">{}</script>',
    '<span style="visibility:collapse">{}</span>',
    '<span style="display:\tnone">{}</span>',
    '<span style="display/**/: none !important">{}</span>',
    '<span style="color:red;DISPLAY : none;">{}</span>',
    '<span style="d\\69 splay:none">{}</span>',
    '<span style="content-visibility:hidden">{}</span>',
    "<iframe>{}</iframe>",
    "<video>{}</video>",
    "<audio>{}</audio>",
    "<canvas>{}</canvas>",
    "<datalist>{}</datalist>",
    "<noframes>{}</noframes>",
]


@pytest.mark.parametrize("amount", ["$5", "&#36;5", "&dollar;5", "&#x24;5"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_fault_86_what_a_browser_does_not_show(hidden, amount):
    """It is not read as a price, and that it is there is a doubt about the page, however it is written."""
    found = read(body(edition(), "html").replace("<td>$1.00</td>", f"<td>$1.00{hidden.format(amount)}</td>", 1))

    assert ["1 amounts stand in the page's bytes and in none of its texts"] == found.suspicions
    assert ["input 1", "output 2"] == rates(found)[:2]


@pytest.mark.parametrize("amount", ["&#36;2.60", "&dollar;2.60", "&#x24;2.60", '<dialog open="">$2.60</dialog>'])
def test_fault_86_what_a_browser_shows(amount):
    """An entity is the sign it stands for, and an open dialog is text."""
    found = read(body(edition(), "html").replace("<td>$1.00</td>", f"<td>{amount}</td>", 1))

    assert ([], [], "input 2.6") == (found.suspicions, found.problems, rates(found)[0])


@pytest.mark.parametrize("mark", ["<!-- {} -->", "<script>{}</script>", "<template>{}</template>", "<style>{}</style>"])
def test_fault_86_comments_of_the_twin(mark):
    """What stands in a comment is not on the page: a section there is no section."""
    page = body(edition(), "md")
    start = page.index("## Gemini B")
    end = page.index("\n## ", start + 4)
    section = page[start:end]

    assert [] == rates(read(page.replace(section, mark.format(section))), "gemini-b")
    assert ["input 1", "output 2"] == rates(read(page), "gemini-b")


TURNED = ["$\u202e2.7", "\u202e7.2$", "$2\u202e.7", "$\u202d2.7\u202c", "\u2067$2.7\u2069", "$\u202b2.7\u202c"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("amount", TURNED)
def test_fault_86_an_amount_that_is_turned_around(amount, kind):
    """What it shows is another number than what it is: nobody reads it."""
    found = read(one([["Input price", "-", amount], ROWS[1], *ROWS[1:], ["Tuning price", "-", "$3.00"]]), kind)

    assert ["cell"] == [p.kind for p in found.problems]
    assert ["output 2", "tuning 3"] == rates(found)


@pytest.mark.parametrize(
    "turned",
    ['<bdo dir="rtl">7.2</bdo>', '<span style="unicode-bidi: bidi-override; direction: rtl">7.2</span>'],
)
def test_fault_86_an_element_that_turns_its_amount_around(turned):
    """The element is as good as the mark."""
    found = read(body(edition(), "html").replace("<td>$1.00</td>", f"<td>${turned}</td>", 1))

    assert ["gemini-a / Standard / Input price"] == [p.place for p in found.problems]
    assert "input 7.2" not in rates(found)


@pytest.mark.parametrize("mark", ["\u200e", "\u2066", "\u202a", "\u202c", "\u200b"])
def test_fault_86_marks_that_turn_nothing(mark):
    """Text from left to right is what it is anyway; no other text loses its marks."""
    found = read(one([["Input price", "-", f"$2{mark}.7".replace("\u200e", "")], ["Output price\u202e", "-", "$3"]]))

    assert (["input 2.7", "output 3"], []) == (rates(found), found.problems)


@pytest.mark.parametrize(
    "mark", ["<!-- $5 -->", "<script>let a = '$5'</script>", "<style>.a::after { content: '$5' }</style>"]
)
def test_money_that_is_not_on_the_page(mark):
    """Comments, scripts and styles are no part of it."""
    assert [] == read(body(edition(), "html").replace("</h2>", f"</h2>{mark}", 1)).suspicions


@pytest.mark.parametrize("paid", ["$0.30¹", "$1,25", "€1", "$5 per cup", "$1 (smell)", "Mostly free", "~~$1~~ $2"])
@pytest.mark.parametrize("kind", KINDS)
def test_fault_26_unknown_cells(paid, kind):
    """One bad cell keeps its row from being published; the problem says where and shows the cell."""
    found = read(one([ROWS[0], ["Output price", "Free of charge", paid]]), kind)

    assert [("cell", "gemini-a / - / Output price")] == [(p.kind, p.place) for p in found.problems]
    assert paid in found.problems[0].message
    assert (["input 1"], []) == (rates(found), found.unread)
    assert ["input 1", "output 2"] == rates(found, "gemini-b")


def test_a_struck_out_price():
    """No page has had one; what it means is not known."""
    found = read(body(edition(), "html").replace("<td>$1.00</td>", "<td><s>$2.00</s> $1.00</td>", 1))

    assert ["cell"] == [p.kind for p in found.problems]


def test_a_raised_number_is_no_decimal():
    """$1.00 with a footnote 1 is not 1.001."""
    found = read(body(edition(), "html").replace("<td>$1.00</td>", "<td>$1.00<sup>1</sup></td>", 1))

    assert ["cell"] == [p.kind for p in found.problems]


def test_ragged_rows():
    """A row with another count of cells than its header is not read."""
    found = read(body(edition(), "html").replace("<td>$1.00</td>", "", 1))

    assert [("layout", "2 cells under 3 headers")] == [(p.kind, p.message) for p in found.problems]


def test_an_empty_row():
    """Nor is one without cells."""
    found = read(body(edition(), "html").replace("<tbody>", "<tbody><tr></tr>", 1))

    assert [("layout", "gemini-a / Standard / ")] == [(p.kind, p.place) for p in found.problems]


def test_fault_27_unknown_tabs():
    """A service tier that the vocabulary does not know."""
    found = same(edition(gemini_a={"name": "A", "tabs": {"Standard": ROWS, "Turbo": ROWS}}))

    assert [("tab", "Turbo")] == [(p.kind, p.term) for p in found.problems]
    assert [] == rates(found)


@pytest.mark.parametrize(
    ("remove", "words"),
    [
        (r"<h3 id=\"standard\".*?</h3>|<h3 id=\"batch\".*?</h3>", "several tables without a tab"),
        (r"<h3 id=\"batch\".*?</h3>", "several tables without a tab"),
    ],
)
def test_fault_27_tables_without_tabs(remove, words):
    """Two tables look alike: without their tabs they are not told apart."""
    found = read(re.sub(remove, "", body(edition(), "html")))

    assert {"tab"} == {p.kind for p in found.problems}
    assert words in found.problems[0].message
    assert [] == rates(found)


def test_fault_27_a_tab_twice():
    """Two tables under one name are not told apart either."""
    found = read(re.sub(r"(<h3 id=\"batch\".*?)Batch</h3>", r"\1Standard</h3>", body(edition(), "html")))

    assert [("tab", "Standard")] == [(p.kind, p.term) for p in found.problems]


def test_a_model_in_two_sections():
    """Both are unread."""
    found = same(edition(gemini_b={"name": "Gemini B", "ids": ["gemini-b", "gemini-a"], "rows": ROWS}))

    assert ["gemini-a", "gemini-b"] == [s.anchor for s in found.unread]
    assert "gemini-a is priced in two sections, 'Gemini A' and 'Gemini B'" in found.problems[0].message
    assert ["gemini-a", "gemini-b", "gemini-a"] == [d.model for d in found.drafts(held_back=True)]
    assert ["tools"] == [d.model for d in found.drafts()]
    assert {"gemini-a", "gemini-b"} == {r.model for r in found.rates(held_back=True)}


def test_a_section_twice():
    """A page that prints one section twice."""
    page = body(edition(), "md")
    section = page[page.index("## Gemini B") : page.index("## Pricing for tools")]
    found = read(page.replace(section, section * 2))

    assert ["Gemini B", "Gemini B"] == [s.title for s in found.unread]


OTHER_PAGES = {
    "nothing": ("", "empty page"),
    "blanks": (" \n\n\t ", "empty page"),
    "sign-in": (
        "<html lang=en><title>Sign in - Google Accounts</title></html>",
        r"sign-in page.*\(title 'Sign in - Google Accounts'\)",
    ),
    "sign-in link": ('<html><a href="https://accounts.google.com/v3/signin">Continue</a></html>', "sign-in page"),
    "consent": ("<!doctype html><html><title>Before you continue to Google</title>", "consent page"),
    "challenge": ("<html><script>window._cf_chl_opt={}</script></html>", "challenge page"),
    "captcha": (
        "<html><body>Our systems have detected unusual traffic from your computer network.</html>",
        "challenge page",
    ),
    "another language": (
        '<html lang="ja"><title>料金</title></html>',
        "localised page: expected <html lang='en'>, saw 'ja'",
    ),
    "no language": ("<html></html>", "localised page.*saw 'None'"),
    "half a page": ("<!doctype html>", "localised page"),
    "words": ("Not found", "truncated page: expected the last section .* saw 'no heading'"),
    "JSON": ('{"error": 404}', "truncated page"),
    "machine translation": ("AI 翻訳には誤りが含まれる場合があります", "translated or copied page"),
}


@pytest.mark.parametrize(("text", "words"), OTHER_PAGES.values(), ids=OTHER_PAGES)
def test_fault_07_other_pages(text, words):
    """What arrived instead of the page is named."""
    with pytest.raises(LayoutChanged, match=words):
        gemini_api.read(text)


CHANGED = {
    "Japanese": ('lang="en"', 'lang="ja"', "localised page"),
    "soft 404": (
        'rel="canonical" href="https://ai.google.dev/gemini-api/docs/pricing"',
        'rel="canonical" href="https://ai.google.dev/gemini-api/docs"',
        "soft 404 or another page: expected canonical",
    ),
    "no canonical": ('<link rel="canonical"', "<link", "soft 404 or another page"),
    "no end": ("</html>", "", "truncated page: expected </html> at the end"),
    "no date": ("Last updated", "Updated", "expected one 'Last updated' date, saw none"),
    "no article": ("devsite-article-body", "article", "the article: expected one element"),
    "header renamed": (
        "Paid Tier, per 1M tokens in USD",
        "Paid Tier, per 1M words in USD",
        r"header renamed or localised page: expected \['Paid Tier, per 1M tokens in USD'\]",
    ),
    "header translated": ("Free Tier", "無料枠", "header renamed or localised page"),
    "a banner": (
        "<article",
        "<devsite-switch-to-english-button></devsite-switch-to-english-button><article",
        "translated or copied page",
    ),
    "a nested table": ("<td>$1.00</td>", "<td><table><tr><td>$1.00</table></td>", "inside a table"),
}


@pytest.mark.parametrize(("old", "new", "words"), CHANGED.values(), ids=CHANGED)
def test_fault_08_a_page_that_fails_its_proofs(old, new, words):
    """Each proof on its own."""
    page = body(edition(), "html")
    assert old in page
    with pytest.raises(LayoutChanged, match=words):
        read(page.replace(old, new))


def test_two_dates():
    """Which is the page's would be a guess."""
    page = body(edition(), "html")
    with pytest.raises(LayoutChanged, match=r"expected one 'Last updated' date, saw .*2026-01-01.*2026-10-30"):
        read(page.replace("</article>", "<p>Last updated 2026-01-01 UTC.</article>"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('docs/pricing"', 'docs/pricing?hl=en"'),
        ('lang="en"', 'lang="en-US"'),
        ("<!doctype html>", "<!DOCTYPE HTML>"),
        ("What it costs.", "Speech is automatically translated; a machine translated text."),
        ("What it costs.", 'Unusual? <a href="https://accounts.google.com/signin">Sign in</a>'),
    ],
)
def test_a_page_that_passes_its_proofs(old, new):
    """Small things that do not make it another page."""
    page = body(edition(), "html")
    assert old in page

    assert ["input 1", "output 2", "batch input 1", "batch output 2"] == rates(read(page.replace(old, new)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_byte_order_mark(kind):
    """Some servers send one."""
    assert read(edition(), kind).rates() == read("\ufeff" + body(edition(), kind)).rates()


@pytest.mark.parametrize(
    ("head", "problems_seen"),
    [
        ("# Gemini Developer API 가격\n\n", 0),
        ("# Gemini Developer API pricing\n\n> source: https://ai.google.dev\n\n", 0),
        ("---\ntitle: Pricing\n---\n\n", 0),
    ],
)
def test_what_a_saver_sets_above_the_twin(head, problems_seen):
    """A title is the head's, not a model's."""
    found = read(head + body(edition(), "md"))

    assert problems_seen == len(found.problems)
    assert ["input 1", "output 2", "batch input 1", "batch output 2"] == rates(found)


def test_a_title_among_the_models():
    """Below the first model it is a section, and has no id."""
    page = body(edition(), "md").replace("## Gemini B", "# Gemini B")

    assert [] == read(page).problems
    assert ["layout"] == [p.kind for p in read(page.replace("*`gemini-b`*", "")).problems]


CUTS = [
    pytest.param(case, percent, id=f"{case} {percent} %") for case in accept.cases() for percent in range(5, 100, 5)
]


@pytest.mark.parametrize(("case", "percent"), CUTS)
def test_fault_14_a_truncated_twin(case, percent):
    """Cut at every 5 %: refused, or read with exactly the full rates."""
    whole = accept.bodies(case)["md"]
    try:
        found = read(whole[: len(whole) * percent // 100])
    except LayoutChanged:
        return

    assert accept.reading(case, "md").rates() == found.rates()


@pytest.mark.parametrize("case", ["era-2025-12", "era-2026-04"])
def test_a_twin_truncated_near_its_end(case):
    """Cut anywhere behind the last model: the tools are there in full, or the page is refused."""
    whole, full = accept.bodies(case)["md"], accept.reading(case, "md").rates()
    start = whole.index("## Pricing for tools")
    tail = "## Gemma" + whole[:start].split("## Gemma")[-1]
    small = f"## Gemini A\n\n*`a`*\n\n| | Free Tier | Paid Tier, per 1M tokens in USD |\n|---|---|---|\n| Input price | - | $1 |\n\n{tail}"
    tools = [r for r in full if r.model in ("tools", "gemma-3", "gemma-4")]
    seen = 0
    for end in range(start, len(whole), 13):
        try:
            found = read(small + whole[start:end])
        except LayoutChanged:
            continue
        seen += 1
        assert tools == [r for r in found.rates() if r.model != "a"]
    assert seen > 10


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_fault_14_a_truncated_page(percent):
    """Cut HTML has no end and is refused."""
    whole = accept.bodies("era-2026-04")["html"]
    with pytest.raises(LayoutChanged):
        read(whole[: len(whole) * percent // 100])


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ("## Pricing for tools\n\nTools have prices.", "expected notes behind the table of tools"),
        (
            "## Pricing for tools\n\n| | Free Tier | Paid Tier, per 1M tokens in USD |\n|--",
            "expected notes behind the table of tools",
        ),
        (
            "## Pricing for tools\n\n| | Free Tier | Paid Tier, per 1M tokens in USD |\n|--|--|--|\n| a | - | - |",
            "expected notes behind the table of tools",
        ),
        ("## Pricing for too", "expected the last section to be"),
        ("", "expected the last section to be .* saw 'gemini b'"),
    ],
)
def test_a_twin_that_ends_before_its_tools(last, words):
    """The table of tools is the last that holds rates: something must follow it."""
    page = body(edition(), "md")
    with pytest.raises(LayoutChanged, match=words):
        read(page[: page.index("## Pricing for tools")] + last)


# --------------------------------------------------------------------------------------------- readers' copies

COPY = readers_copy(accept.bodies("era-2026-04")["copy"]).content
TABS = re.compile(r"^\[Standard\].*More$", re.MULTILINE)


def read_copy(content: str) -> Reading:
    return gemini_api.read_copy(content, SMALL)


def test_a_copy_has_the_page_s_own_date_and_kind():
    """The HTML's date, and that it is a copy."""
    found = read_copy(COPY)
    assert ("copy", accept.reading("era-2026-04", "html").last_updated) == (found.representation, found.last_updated)


def test_tables_get_their_tabs_in_order():
    """The line of tabs is all that tells them apart: another order gives the prices to other tiers."""
    line = TABS.search(COPY)[0]
    names = re.findall(r"\[[^\]]+\]\([^)]+\)", line)
    turned = COPY.replace(line, "".join(reversed(names)))
    tiers = [label.lower() for label in re.findall(r"\[([^\]]+)\]", line)]
    other = dict(zip(tiers, reversed(tiers), strict=True))
    one = {(r.model, other[r.service_tier], r.meter, r.price) for r in read_copy(COPY).rates() if line_of(r)}
    assert len(tiers) > 1
    assert one == {(r.model, r.service_tier, r.meter, r.price) for r in read_copy(turned).rates() if line_of(r)}


def line_of(rate: Rate) -> bool:
    """Whether it is a rate of a section with tabs, which all have the same ones on this page, and priced in them."""
    tabbed = COPY[: TABS.search(COPY).start()].rpartition("\n## ")[2]
    return f"`{rate.model}`" in tabbed and rate.plan == "paid" and rate.price is not None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (TABS, lambda m: m[0].replace("[Standard]", "[Ultra]"), "expected the tabs standard, .*, saw ultra"),
        (TABS, lambda m: m[0].replace("More", f"[Ultra]({PAGE}#ultra)"), "expected the tabs standard, .*, saw ultra"),
        (
            TABS,
            lambda m: m[0].replace("More", f"[Standard]({PAGE}#x)"),
            "expected a table for each tab, saw fewer tables",
        ),
        (TABS, lambda m: f"[Standard]({PAGE}#standard)More", "expected a table for each tab, saw more tables"),
        (TABS, lambda m: f"{m[0]}\n\n{m[0]}", "expected a table for each tab, saw fewer tables"),
        (re.compile(r"\n\| .*(?:\n\|.*)+"), "", "expected a table for each tab, saw fewer tables"),
        (re.compile(r"Last updated.*"), "Last updated 2026-04-31 UTC.", "expected a 'Last updated' date"),
        (re.compile(r"\nLast updated.*"), "\nLast updated 2026-04-30 UTC.", "expected one 'Last updated' date"),
        (re.compile(r"^# .*$", re.MULTILINE), "Title", "expected a title and, at the end of the page"),
        (re.compile(r"\nLast updated"), " Last updated", "expected a title and, at the end of the page"),
    ],
)
def test_a_copy_that_is_not_whole(old, new, words):
    """More tables than tabs or fewer, a tab of another name, no title, no end: nothing of it is read."""
    changed = old.sub(new, COPY)
    assert changed != COPY
    with pytest.raises(LayoutChanged, match=words):
        read_copy(changed)


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_a_truncated_copy(percent):
    """A copy that is cut has no date at its end, and is no twin."""
    with pytest.raises(LayoutChanged):
        read_copy(COPY[: len(COPY) * percent // 100])


def test_a_mirror_s_copy_is_the_twin():
    """One without the line "Last updated" is Markdown of the page's own."""
    assert accept.reading("era-2026-04", "md").rates() == read_copy(accept.bodies("era-2026-04")["md"]).rates()


# --------------------------------------------------------------------------------------------- the vocabulary


def test_fault_18_representation_by_content():
    """The address without `.txt` has served the HTML page."""
    assert ("html", "md", "md") == tuple(
        map(gemini_api.representation, (body(edition(), "html"), body(edition(), "md"), "<br />\n\n## A"))
    )


def test_fingerprint():
    """Prices and the date are in it, nonces and scripts outside the article are not."""
    page = body(edition(), "html")

    assert gemini_api.fingerprint(page) == gemini_api.fingerprint(
        page.replace("<head>", '<head><script nonce="x"></script>')
    )
    assert gemini_api.fingerprint(page) != gemini_api.fingerprint(page.replace("$1.00", "$1.01"))
    assert gemini_api.fingerprint(page) != gemini_api.fingerprint(page.replace("2026-10-30", "2026-10-31"))
    assert "no article" == gemini_api.fingerprint("no article")
    assert "<html>no article</html>" == gemini_api.fingerprint("<html>no article</html>")
    assert "<html><article>x</html>" == gemini_api.fingerprint("<html><article>x</html>")
    assert "<article>x" == gemini_api.fingerprint("<html><article>x</article></html>")


def test_addresses_and_renames():
    """Both representations are asked for in English."""
    assert {"html", "md.txt"} == set(gemini_api.urls())
    assert all(url.endswith("?hl=en") for url in gemini_api.urls().values())
    assert load_terms().renames == gemini_api.renames()


def test_reading_of_a_page_keeps_its_frame():
    """Tables, date, representation."""
    html, twin = (read(edition(), kind) for kind in KINDS)

    assert ("google/gemini-api", "html", 4, date(2026, 10, 30)) == (
        html.source,
        html.representation,
        html.tables,
        html.last_updated,
    )
    assert ("md", None) == (twin.representation, twin.last_updated)
