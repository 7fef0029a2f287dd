"""A source in ten minutes, as CONTRIBUTING says: begun by a command, filled by what the doctor says, kept by a case."""

from __future__ import annotations

import csv
import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.cli import newsource
from scraper.sources.vocabulary import read, table_terms
from tests.support.workshop import Ran

PAGE = """# Prices

## Text models

| Model | Input | Output | Knowledge |
|---|---|---|---|
| acme-1 | $1 | $2 | 2026 |
| Acme Two | $3 | $4.50 | 2026 |

## Batch

| Model | What | Cost |
|---|---|---|
| acme-1 | Input | $0.5 |

## Training

| GPU | Price |
|---|---|
| Big | $99 |
"""
# What a person writes for what the doctor proposes, by the words of the line.
FILLED = {
    '"text models": {ignore: "WHY IT GIVES NO RATE"}': '"text models": {}',
    '"batch": {ignore: "WHY IT GIVES NO RATE"}': '"batch": {service_tier: batch}',
    '"training": {ignore: "WHY IT GIVES NO RATE"}': '"training": {ignore: "a machine by the hour"}',
    '"knowledge": {is: "label"}': '"knowledge": {is: note}',
    '"input": {meter: METER}': '"input": {meter: input}',
    '"acme two": "acme-two"': '"acme two": acme-2',
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code of this checkout, to be written to."""
    for name in ("scraper", "ratecards", "tests"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "cards", "history", "v1", "cassettes"),
        )
    return tmp_path


def run(copy: Path, *words: object) -> str:
    """What a command in the copy prints."""
    told = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode in (0, 4), told
    return told.stdout


def pasted(said: str) -> str:
    """The lines that the doctor proposes, of several choices the first, as a person fills them in."""
    lines = said.splitlines()
    found: dict[tuple[str, str], None] = {}
    for number, line in enumerate(lines):
        if line.startswith("  to settle it, in"):
            block = itertools.takewhile(lambda text: text.startswith("    "), lines[number + 1 :])
            key, *entries = (text.removeprefix("    ").partition("  #")[0] for text in block)
            found |= {(key, FILLED.get(entry.strip(), entry.strip())): None for entry in entries if entry[0] == " "}
    return "".join(f"{key}\n  {entry}\n" for key, entry in found)


def test_a_source_in_ten_minutes(copy: Path) -> None:
    """Begin it, paste what the doctor says until there is nothing to settle, accept the case, read the rates."""
    said = run(copy, "scraper", "new", "acme/prices", "https://acme.test/prices.md")
    assert "1. python -m scraper doctor acme/prices --keep first" in said
    page = copy / "saved.md"
    page.write_text(PAGE, encoding="utf-8")
    vocabulary = copy / "scraper" / "sources" / "prices.yaml"

    for _ in range(9):
        said = run(copy, "scraper", "doctor", "acme/prices", page, "--keep", "first")
        print(said)
        if "nothing to settle" in said:
            break
        with vocabulary.open("a", encoding="utf-8") as file:
            file.write(pasted(said))
    assert "nothing to settle: every amount is read or accounted for" in said, said

    assert "prices/first: expected.csv, 6 lines" in run(copy, "tests.accept", "prices/first")
    case = copy / "tests" / "sources" / "prices" / "cases" / "first"
    assert {"page.md", "page.json", "expected.csv"} == {path.name for path in case.iterdir()}
    with (case / "expected.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [
        ["acme-1", "standard", "paid", "input", "priced", "1"],
        ["acme-1", "standard", "paid", "output", "priced", "2"],
        ["acme-1", "batch", "paid", "input", "priced", "0.5"],
        ["acme-2", "standard", "paid", "input", "priced", "3"],
        ["acme-2", "standard", "paid", "output", "priced", "4.5"],
    ] == [[row[name] for name in ("model", "service_tier", "plan", "meter", "availability", "price")] for row in rows]
    assert "acme/prices\n  https://acme.test/prices.md" in run(copy, "scraper", "sources")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree that has nothing but the registry."""
    sources = tmp_path / "scraper" / "sources"
    sources.mkdir(parents=True)
    shutil.copy(ROOT / "scraper" / "sources" / "__init__.py", sources)
    monkeypatch.setattr(newsource, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("url", "kind"), [("https://a.test/p.md.txt", "md.txt"), ("https://a.test/p", "html")])
def test_the_skeleton_is_a_vocabulary(run, tree: Path, url: str, kind: str) -> None:
    """By the end of its address; HTML must prove its own, and a name is taken once."""
    ran: Ran = run("new", "acme/some-prices", url)
    path = tree / "scraper" / "sources" / "some_prices.yaml"
    terms = read(path.read_text(encoding="utf-8"), path.name, table_terms)

    assert (0, {kind: url}, "acme/some-prices") == (ran.code, terms.urls, terms.source)
    assert (url if kind == "html" else "") == terms.proofs.canonical
    registry = path.with_name("__init__.py").read_text(encoding="utf-8")
    assert registry.count('\n    Source("acme", "some-prices"),\n)\n') == 1
    assert (tree / "tests" / "sources" / "some_prices" / "cases" / "first").is_dir()
    again: Ran = run("new", "acme/some-prices", url)
    assert (1, True) == (again.code, "there is a source acme/some-prices" in again.err)


@pytest.mark.parametrize("words", [("acme", "https://a.test/"), ("a/B", "https://a.test/"), ("a/b", "http://a.test/")])
def test_names_and_addresses_that_are_none(run, tree: Path, words: tuple[str, str]) -> None:
    """Nothing is written."""
    ran: Ran = run("new", *words)

    assert (1, True) == (ran.code, "expected PROVIDER/SOURCE in small letters" in ran.err)
    assert ["__init__.py"] == [path.name for path in (tree / "scraper" / "sources").iterdir()]


def test_a_registry_that_nobody_knows(run, tree: Path) -> None:
    """Where its end is not found, no line is put into it."""
    registry = tree / "scraper" / "sources" / "__init__.py"
    registry.write_text(re.sub("SOURCES = ", "FOUND = ()  # ", "x\n"), encoding="utf-8")
    ran: Ran = run("new", "a/b", "https://a.test/")

    assert (1, True) == (ran.code, "the list of sources is gone" in ran.err)
