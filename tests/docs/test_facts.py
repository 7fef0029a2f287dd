"""What documents say of the project is so: links lead somewhere, sources, outcomes, variables and figures are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ratecards import __main__ as reader
from scraper.model import EXIT
from scraper.sources import SOURCES
from tests.docs.documents import CURRENT, DOCUMENTS, PAGES, ROOT, headings, links, read

SOURCES_PAGE, RUNNING = read(ROOT / "docs" / "sources.md"), read(ROOT / "docs" / "running.md")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_link_leads_somewhere(path: Path):
    """The file exists, and has a heading of that anchor."""
    for link in links(path):
        if link.startswith(("https://", "http://")):
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.exists(), link
        assert not anchor or anchor in headings(file), link


def test_every_document_is_found_from_the_readme():
    """Nobody has to look into the folder."""
    assert [] == [p.name for p in PAGES if f"docs/{p.name}" not in links(ROOT / "README.md")]


def test_the_readme_is_one_screen():
    """What does not fit has a place in docs/."""
    assert 70 >= len(read(ROOT / "README.md").splitlines())


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)
def test_every_source_is_described(source):
    """Under its name, with each address; and its limit stands in the table."""
    part = SOURCES_PAGE.partition(f"### {source.name}\n")[2].partition("\n### ")[0]
    assert [] == [url for url in source.module.urls().values() if f"<{url}>" not in part.replace("\n", " ")]
    assert re.search(rf"^\| \[{source.name}\].*\| {source.stale_days} days \|", SOURCES_PAGE, re.MULTILINE)


def test_every_source_kept_by_hand_is_described():
    """Each folder of `manual/` that is no fetched source."""
    names = {"/".join(path.parts[-2:]) for path in (ROOT / "manual").glob("*/*/")}
    assert [] == [name for name in names if f"`{name}`" not in SOURCES_PAGE]


def test_every_outcome_has_its_status():
    """As the runs end."""
    rows = re.findall(r"^\| ((?:`[A-Z_]+` ?)+)\| (\d) \|", RUNNING, re.MULTILINE)
    assert EXIT == {name: int(status) for names, status in rows for name in re.findall(r"[A-Z_]+", names)}


def test_every_variable_is_described():
    """What workflows and code read from the environment stands in a document."""
    files = [
        *(ROOT / ".github/workflows").glob("*.yml"),
        *(ROOT / "scraper").rglob("*.py"),
        *(ROOT / "ratecards").rglob("*.py"),
    ]
    used = {name for path in files for name in re.findall(r"RATECARDS_[A-Z_]+", read(path))}
    text = "\n".join(map(read, CURRENT))
    assert [] == sorted(name for name in used if name not in text)


def test_the_counts_of_an_export_are_the_real_ones(tmp_path, capsys):
    """Of how many rates each format says how many."""
    text = read(ROOT / "docs" / "export.md")
    total = re.search(r"of (\d+) priced rates", text)
    for name, said in re.findall(r"^\| `([\w.-]+)` \|.* (\d+) \|$", text, re.MULTILINE):
        assert 0 == reader.main(["export", name, "--on", "2026-10-07", "--to", str(tmp_path / name)])
        assert f"{name}: {said} of {total[1]} rates" in capsys.readouterr().err


def test_the_figure_of_the_drill_is_said_once():
    """The README and the page behind it name the same."""
    figures = [
        re.search(r"([\d,]+) mutants of (\d+) kinds", read(ROOT / name)).groups()
        for name in ("README.md", "docs/reliability.md")
    ]
    assert figures[0] == figures[1]
