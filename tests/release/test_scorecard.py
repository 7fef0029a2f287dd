"""The tables of docs/sources.md: what each source is sent, and how good it is."""

from __future__ import annotations

import pytest

from scraper import ROOT
from scraper.errors import DatasetError
from scraper.publish.dataset import Dataset
from scraper.release.readme import with_scorecard
from scraper.release.scorecard import tables
from scraper.sources import SOURCES, find
from tests.support.cases import cases as every_case
from tests.support.workshop import GEMINI, Workshop, facts, model


def rows(text: str) -> dict[str, list[list[str]]]:
    """By source, the cells of its rows."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            found.setdefault(name.strip("`"), []).append(cells)
    return found


@pytest.fixture(scope="module")
def scores() -> str:
    """The tables of the repository's own dataset."""
    return tables(Dataset(ROOT))


def test_the_tables_are_not_stale(scores):
    """`python -m scraper readme` would change nothing."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")

    assert text == with_scorecard(text, scores)


def test_a_missing_marker_is_named():
    """The page is refused, not rewritten."""
    with pytest.raises(DatasetError, match="expected the markers <!-- table: scorecard"):
        with_scorecard("no markers", "")


def test_every_source_stands_in_both(scores):
    """In their order."""
    assert {source.name: 2 for source in SOURCES} == {name: len(found) for name, found in rows(scores).items()}


def cases(source: str) -> str:
    """How many cases a source has."""
    return str(sum(case.source == source for case in every_case()))


def test_what_is_counted(workshop: Workshop):
    """Of a small dataset: amounts, editions with something new, first and last; nothing of a source that was never read."""
    workshop.refresh(facts("2026-11-01T06:00:00Z"))
    workshop.refresh(facts("2026-11-02T06:00:00Z"))
    workshop.refresh(facts("2026-11-03T06:00:00Z", gemini_1=model("Gemini 1", "$1.20")))
    found = rows(tables(Dataset(workshop.root), [find(GEMINI), find("google/vertex-ai")]))

    amounts = Dataset(workshop.root).state(GEMINI).amounts
    expected = ["html, md.txt", f"{amounts['seen']} and 0, of {amounts['seen']}", "-", cases("gemini_api"), "2"]
    assert [*expected, "2026-11-01", "2026-11-03", "3 days"] == found[GEMINI][1]
    assert ["html", "-", "-", cases("vertex_ai"), "0", "-", "-", "3 days"] == found["google/vertex-ai"][1]


def test_a_second_opinion_is_of_another_publication(scores):
    """Both sides count the same; the same document at another address is none."""
    found = {name: cells[1][2] for name, cells in rows(scores).items()}

    assert "ai-studio-docs" not in found["google/gemini-api"]
    count = found["google/vertex-ai"].removeprefix("`google/gemini-api` ")
    assert f"`google/vertex-ai` {count}" in found["google/gemini-api"]
    assert "-" == found["laozhang/laozhang"]


def test_the_command(run, workshop: Workshop):
    """For any dataset, and the sources that are named."""
    ran = run("sources", "laozhang", "--format", "markdown", "--to", workshop.root)

    assert (0, ["laozhang/laozhang"]) == (ran.code, list(rows(ran.out)))
    assert "- `Accept-Language: en`" in ran.out
