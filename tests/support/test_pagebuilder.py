"""The builder of test pages: both representations say the same, and the demo's pages are what it builds."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from scraper import ROOT
from tests.support import pagebuilder

DEMO = ROOT / "examples" / "demo"
REPLAY = DEMO / "replay" / "google" / "gemini-api"
DEMO_FACTS = sorted((DEMO / "facts").glob("*.yaml"))
CASE_FACTS = sorted((ROOT / "tests" / "sources" / "gemini_api" / "cases").glob("*/facts.yaml"))
FACTS = [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in [*DEMO_FACTS, *CASE_FACTS]]
MINIMAL = {
    "fetched": "2026-11-01T06:17:00Z",
    "updated": "2026-10-30",
    "dialect": "2026",
    "intro": "Prices.",
    "models": {
        "a-1": {
            "name": "A 1",
            "about": "See [the guide](/docs/a) or {b ask}.",
            "tabs": {"Standard": [["Input price{*}", "500 RPD", ["$1, prompts <= 200k", "$2, prompts > 200k"]]]},
            "footnotes": ["{*} A note."],
        },
        "b-2": {"name": "B 2", "tabs": {"Standard": [["Output price", "$0.1*", "{em Same}"]]}},
    },
}


@cache
def load(path: Path) -> dict:
    return pagebuilder.load(path)


def minimal(**changes) -> dict:
    return {**copy.deepcopy(MINIMAL), **changes}


def html(edition: dict) -> str:
    return pagebuilder.html_page(edition).decode()


def twin(edition: dict) -> str:
    return pagebuilder.twin_page(edition).decode()


def one_line(text: str) -> str:
    return " ".join(text.split())


def html_tables(page: str) -> list[tuple[str, str, list[list[str]]]]:
    """Section, tab and cell texts of every table, `<br>` as a blank and a spanned cell as an empty one."""
    soup = BeautifulSoup(page, "lxml")
    for br in soup.find_all("br"):
        br.replace_with(" ")
    out = []
    for table in soup.select("table.pricing-table"):
        tab = table.find_previous_sibling("h3")
        rows = [[one_line(cell.get_text()) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        out.append(
            (
                table.find_previous("h2").get_text(),
                tab.get_text() if tab else "",
                [[*row, ""][:3] for row in rows],
            )
        )
    return out


def plain(markdown: str) -> str:
    """Markdown without its markup."""
    markdown = re.sub(r"\^((?:\\\*)+)\^", r"\1", markdown)
    markdown = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])+)\]\([^)]*\)", r"\1", markdown)
    markdown = re.sub(r"(?<!\\)\*", "", markdown)
    return one_line(re.sub(r"\\(.)", r"\1", markdown))


def twin_tables(page: str) -> list[tuple[str, str, list[list[str]]]]:
    section = tab = ""
    out: list[tuple[str, str, list[list[str]]]] = []
    for before, line in zip(["", *page.split("\n")], page.split("\n"), strict=False):
        if line.startswith("## "):
            section, tab = plain(line[3:]), ""
        elif line.startswith("### "):
            tab = plain(line[4:])
        elif re.match(r"\|[-|]+\|\Z", line):
            out.append((section, tab, [[plain(cell) for cell in before.strip("|").split("|")]]))
        elif line.startswith("| ") and before.startswith("|") and out:
            out[-1][2].append([plain(cell) for cell in line.strip("|").split("|")])
    return out


@pytest.mark.parametrize("path", FACTS)
def test_same_facts_same_bytes(path):
    """Building twice gives the same files and leaves the facts as they were."""
    edition = copy.deepcopy(load(path))

    assert pagebuilder.build(edition) == pagebuilder.build(edition)
    assert load(path) == edition


@pytest.mark.parametrize("path", FACTS)
def test_both_representations_hold_the_same_tables(path):
    """Section, tab, header, labels and cells agree; the 2025 dialect drops blanks, so there none are compared."""
    edition = load(path)
    expected, seen = html_tables(html(edition)), twin_tables(twin(edition))
    if edition["dialect"] == "2025":
        expected, seen = (json.dumps(tables).replace(" ", "") for tables in (expected, seen))

    assert expected == seen


@pytest.mark.parametrize("path", FACTS)
def test_every_fact_reaches_the_page(path):
    """As many tables as tabs, with all their rows, and every model id in a code element."""
    edition = load(path)
    tables = [rows for m in edition["models"].values() for rows in m.get("tabs", {"": m.get("rows")}).values()]
    ids = [each for anchor, m in edition["models"].items() for each in m.get("ids", [anchor])]
    extra = [edition[kind]["rows"] for kind in ("tools", "agents") if kind in edition]
    built = html_tables(html(edition))

    assert [len(rows) + 2 for rows in tables] + [len(rows) + 1 for rows in extra] == [len(rows) for *_, rows in built]
    assert ids == [code.get_text() for code in BeautifulSoup(html(edition), "lxml").select(".heading-group em code")]


@pytest.mark.parametrize("path", DEMO_FACTS, ids=lambda path: path.stem)
def test_demo_replay_is_a_fresh_build(path):
    """The committed pages are byte for byte what their facts give, headers included."""
    built = pagebuilder.build(load(path))

    assert built == {name: (REPLAY / name).read_bytes() for name in built}


def test_demo_replay_holds_nothing_else():
    """Every file in the replay folder belongs to an edition."""
    built = {name for path in DEMO_FACTS for name in pagebuilder.build(load(path))}

    assert built == {path.name for path in REPLAY.iterdir()}


@pytest.mark.parametrize("path", DEMO_FACTS, ids=lambda path: path.stem)
def test_demo_pages_are_of_a_believable_size(path):
    """Enough tables to pass for the page, small enough to commit."""
    page = pagebuilder.html_page(load(path))

    assert len(html_tables(page.decode())) >= 36
    assert 14 <= len(load(path)["models"]) <= 18
    assert len(page) <= 120_000


def leaves(value, place: tuple = ()) -> dict:
    """A cell is one leaf, whatever its parts; a list of rows is keyed by label."""
    if isinstance(value, dict):
        return {k: v for key, each in value.items() for k, v in leaves(each, (*place, key)).items()}
    if isinstance(value, list) and value and isinstance(value[0], list):
        return {(*place, row[0], column): cell for row in value for column, cell in enumerate(row[1:])}
    return {place: value}


def test_demo_editions_differ_in_six_places():
    """One price, one dated step, one wording, one footnote, one model in and one out."""
    first, second = (load(path)["models"] for path in DEMO_FACTS)
    common = [anchor for anchor in first if anchor in second]
    old, new = (leaves({anchor: models[anchor] for anchor in common}) for models in (first, second))
    frame = ({k: v for k, v in load(p).items() if k not in ("models", "fetched", "updated")} for p in DEMO_FACTS)

    assert {"gemini-2.5-flash-image"} == first.keys() - second.keys()
    assert {"gemini-nano-banana-2.1"} == second.keys() - first.keys()
    assert next(frame) == next(frame)
    output = "Output price (including thinking tokens)"
    assert {
        ("gemini-3.1-flash-live-preview", "rows", output, 1): (
            ["$4.50 (text)", "$12.00 or $0.018/min (audio)"],
            ["$3.60 (text)", "$12.00 or $0.018/min (audio)"],
        ),
        ("gemini-robotics-er", "tabs", "Standard", output, 1): (
            "$5.00",
            ["$5.00 through December 31, 2026.", "$6.00 starting January 1, 2027."],
        ),
        ("gemini-3.1-flash-image", "tabs", "Standard", "Input price", 1): (
            "$0.50 (text/image)",
            "$0.50 (text / image)",
        ),
        ("gemini-3.1-flash-tts-preview", "footnotes"): (
            None,
            ["{*} Audio tokens correspond to 25 tokens per second of audio."],
        ),
    } == {place: (old.get(place), new.get(place)) for place in old | new if old.get(place) != new.get(place)}


def test_html_markup_of_early_2026():
    """Raw comparison signs, numbered tab ids, div for the tabs, footnote marks, the date behind the article."""
    page = html(minimal())

    assert "<td>$1, prompts <= 200k<br>$2, prompts > 200k</td>" in page
    assert '<h3 id="standard" data-text="Standard" tabindex="-1">Standard</h3>' in page
    assert '<h3 id="standard_1" data-text="Standard" tabindex="-1">Standard</h3>' in page
    assert '<em><code translate="no" dir="ltr">a-1</code></em>' in page
    assert '<div class="ds-selector-tabs" data-ds-scope="code-sample">' in page
    assert "<p><sup>*</sup> A note.</p>" in page
    assert page.index("</article>") < page.index("<p>Last updated 2026-10-30 UTC.</p>")


def test_html_markup_of_late_2026():
    """Ids as links, another tag for the tabs, attributes sorted, signs escaped, headings as links."""
    edition = minimal(markup={"ids": "linked", "tabs": "devsite-selector", "attributes": "translated"})
    edition["models"]["b-2"]["heading_link"] = "/docs/b"
    page = html(edition)

    assert "<td>$1, prompts &lt;= 200k<br />$2, prompts > 200k</td>" in page
    assert '<code dir="ltr" translate="no">a-1</code>' in page
    assert '<a href="https://ai.google.dev/gemini-api/docs/models/a-1?hl=en"><code' in page
    assert '<div><devsite-selector data-ds-scope="code-sample">' in page
    assert (
        '<h2 data-text="B 2" id="b-2" tabindex="-1"><a href="https://ai.google.dev/docs/b?hl=en">B 2</a></h2>' in page
    )


def test_twin_of_2026():
    """Compact tables, escaped signs and stars, blanks around links, quoted callouts, no date."""
    page = twin(minimal(notice="News."))

    assert page.startswith("> [!IMPORTANT]\n> News.\n\nPrices.\n\n### Free\n")
    assert "|   | Free Tier | Paid Tier, per 1M tokens in USD |\n|---|---|---|\n" in page
    assert "| Input price^\\*^ | 500 RPD | $1, prompts \\<= 200k $2, prompts \\> 200k |" in page
    assert "| Output price | $0.1\\* | *Same* |" in page
    assert "*`a-1`*\n\n\n[Try it" in page
    assert "See [the guide](https://ai.google.dev/docs/a) or **ask**." in page
    assert "\n^\\*^ A note.\n" in page
    assert "Last updated" not in page


def test_twin_of_2025():
    """Links, bold words and footnotes glued to their neighbours, padded columns, one-pipe callouts."""
    page = twin(minimal(dialect="2025", notice="News."))

    assert page.startswith("<br />\n\n<br />\n\n| News.\n\nPrices.  \n\n### Free\n")
    assert "See[the guide](https://ai.google.dev/docs/a)or**ask**.  \n\n### Standard\n" in page
    assert "\n^\\*^A note.  \n" in page
    assert "| Output price                 | $0.1\\*                                        | *Same*" in page
    assert len({len(line) for line in page.split("## B 2")[1].split("\n") if line.startswith("|")}) == 1


def test_linked_ids_and_headings_in_the_twin():
    """Ids may lead to another model's page."""
    edition = minimal(markup={"ids": "linked"})
    edition["models"]["a-1"] |= {"links": {"a-1": "a"}, "heading_link": "/docs/a"}

    assert (
        "## [A 1](https://ai.google.dev/docs/a)\n\n*[`a-1`](https://ai.google.dev/gemini-api/docs/models/a)*\n"
        in twin(edition)
    )


def test_command_writes_pages_and_headers(tmp_path):
    """Four files named after the time of fetching, the colons taken out."""
    pagebuilder.main([str(CASE_FACTS[0]), str(tmp_path / "out")])
    stem = load(CASE_FACTS[0])["fetched"].replace(":", "-")
    headers = json.loads((tmp_path / "out" / f"{stem}.md.txt.headers.json").read_text())

    assert {stem + end for end in (".html", ".html.headers.json", ".md.txt", ".md.txt.headers.json")} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert list(headers) == ["url", "status", "content-type", "etag", "last-modified", "fetched_at"]
    assert headers["url"] == "https://ai.google.dev/gemini-api/docs/pricing.md.txt?hl=en"
