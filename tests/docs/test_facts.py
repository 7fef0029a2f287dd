"""What documents say of the project is so: links lead somewhere, sources, outcomes, variables and figures are the real ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ratecards import __main__ as reader
from scraper.model import EXIT
from scraper.sources import SOURCES
from tests.docs.documents import CURRENT, DOCUMENTS, PAGES, ROOT, headings, links, read, spans

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


# What is there only while something waits, or is made by a command that a page shows.
MADE = {"ratecards/held/", "site/index.html"}
TOPS = ("scraper", "ratecards", "tests", "docs", "manual", "examples", "state")


def test_every_path_exists():
    """A file or folder that a document names is where it says; a pattern has one."""
    named = {span for path in CURRENT for span in spans(path) if re.fullmatch(rf"(?:{'|'.join(TOPS)})/[\w/.*-]*", span)}
    assert [] == [name for name in sorted(named - MADE) if not (ROOT / name).exists() and not list(ROOT.glob(name))]


def test_every_module_exists():
    """The page on how it is built calls modules by their package and name, without the rest of the path."""
    named = [span for span in spans(ROOT / "docs" / "architecture.md") if re.fullmatch(r"[a-z]+/[a-z_]+", span)]
    assert [] == [name for name in named if not any((ROOT / top / f"{name}.py").exists() for top in TOPS[:2])]


def test_the_layers_are_those_that_are_proved():
    """The page names each layer of `pyproject.toml`, from the top down."""
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    blocks = re.findall(r"^```\n(.*?)^```$", read(ROOT / "docs" / "architecture.md"), re.MULTILINE | re.DOTALL)
    contracts = {c["containers"][0]: c["layers"] for c in project["tool"]["importlinter"]["contracts"] if "layers" in c}
    for package, block in zip(("scraper", "ratecards"), blocks, strict=True):
        shown = re.findall(r"^([a-z]+)\b", block, re.MULTILINE)
        alone = [layer for layer in contracts[package] if layer.isalpha()]
        assert alone == [name for name in shown if name in alone]


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
