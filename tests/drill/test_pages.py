"""The pages of the drill: small, together complete, and read as they were accepted."""

from __future__ import annotations

import csv
import re
from dataclasses import MISSING, fields
from unittest import mock

import pytest
from bs4 import BeautifulSoup

from scraper.parse.grid import grid
from scraper.prices import amounts, grammar, toolcells
from scraper.prices.amounts import Amount
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Scanner
from scraper.sources import gemini_terms, vertex_ai, vertex_rows, vertex_terms
from tests.drill import said
from tests.drill.gemini_sites import slots
from tests.drill.subjects import PAGES, Subject, all_subjects, gemini_subjects, small_gemini
from tests.sources.vertex_ai import test_vertex_ai
from tests.support.cases import FOLDER

SUBJECTS = all_subjects()
GEMINI = gemini_subjects()
LARGEST = 15 * 1024


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
def test_a_page_says_what_was_accepted(subject: Subject):
    """In all its representations, and in each of them alone."""
    assert subject.says.facts == subject.told(subject.published).facts
    for kind in subject.bodies if len(subject.bodies) > 1 else ():
        alone = Subject(subject.name, subject.source, {kind: subject.bodies[kind]}, subject.says)
        assert subject.says.facts == alone.told(alone.published).facts


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
def test_a_page_is_small(subject: Subject):
    """At most 15 KB, so that thousands of them can be read."""
    assert [] == [kind for kind, body in subject.bodies.items() if len(body.encode()) > LARGEST]


@pytest.mark.parametrize("subject", GEMINI, ids=lambda s: s.name)
def test_every_amount_has_its_rates(subject: Subject):
    """The rules find the rows of an amount by its place and number: no two of a cell may be alike."""
    found = slots(subject.facts)
    told = {(r["locator"], r["price"]) for r in subject.says.rates if r["availability"] == "priced"}

    assert [] == [slot for slot in found if not any(map(slot.here, subject.says.rates))]
    assert told == {(slot.site.locator, said.number(slot.text.replace(",", ""))) for slot in found}


def test_the_tables_are_those_that_the_sources_own_tests_accepted():
    """A file of the drill is not one more opinion on what a page says."""
    parts = {
        **{f"vertex_ai/cases/{case}": [f"vertex-{case}"] for case in test_vertex_ai.READABLE},
        "openai_api/cases/era-2026-08": ["openai-era-2026-08-0"],
        "openai_api/cases/era-2026-04": ["openai-era-2026-04-0", "openai-era-2026-04-5"],
    }
    for case, names in parts.items():
        with (FOLDER / case / "expected.csv").open(encoding="utf-8") as file:
            expected = list(csv.DictReader(file))
        columns = [name for name in expected[0] if name != "quote"]
        mine = [row for name in names for row in said.load(PAGES / f"{name}.csv").rates]
        assert _rows(expected, columns) == _rows(mine, columns)


def _rows(rows: list, names: list[str]) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in names) for row in rows}


# ------------------------------------------------------------------------------------- every price shape


def _patterns() -> dict[str, re.Pattern[str]]:
    modules = (grammar, amounts, toolcells)
    return {
        f"{m.__name__}.{name}": found
        for m in modules
        for name, found in vars(m).items()
        if isinstance(found, re.Pattern)
    }


def test_the_pages_have_every_price_shape():
    """Each pattern of the price-cell language, and each named part of it, is matched by some cell of these pages."""
    taken: dict[re.Pattern[str], set[str]] = {}
    take = Scanner.take

    def noted(self: Scanner, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = take(self, pattern)
        if match:
            taken.setdefault(pattern, set()).update(name for name, value in match.groupdict().items() if value)
        return match

    with mock.patch.object(Scanner, "take", noted):
        for subject in GEMINI:
            small_gemini(subject.bodies["html"])

    patterns = _patterns()
    assert [] == [name for name, pattern in patterns.items() if pattern not in taken]
    assert {} == {name: lost for name, p in patterns.items() if (lost := set(p.groupindex) - taken[p])}


def test_the_pages_have_every_shape_of_the_agent_platform():
    """Each pattern of its cells and headers, each region, each day of a name and each reason is met by some page."""
    taken: set[re.Pattern[str]] = set()
    take = Scanner.take

    def noted(self: Scanner, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if match := take(self, pattern):
            taken.add(pattern)
        return match

    bodies = [subject.bodies["html"] for subject in SUBJECTS if subject.source.source == "vertex-ai"]
    with mock.patch.object(Scanner, "take", noted):
        for body in bodies:
            vertex_ai.read(body)
    terms = vertex_terms.load_terms()
    grids = [grid(table) for body in bodies for table in BeautifulSoup(body, "html5lib").find_all("table")]
    heads = [label_key(head) for found in grids for head in found.heads]
    rows = [[cell.text for cell in row.own] for found in grids for row in found.rows]
    cells = [cell for row in rows for cell in row]
    headers = [m for head in heads if (m := vertex_terms._PRICE_HEADER.fullmatch(vertex_terms._USD.sub("", head)))]
    steps = [match for cell in cells if (match := vertex_rows._STEPS.fullmatch(cell))]
    days = [vertex_terms.dated(row[0]) for row in rows if row]

    elsewhere = {"_RESOLUTION", "_SENTENCE", "_INCLUDED", "_LISTED", "_BILLED", "_STARTS", "DATE", "_AND", "_STEPS"}
    elsewhere |= {"_ASIDE", "_WORD"}  # of words that a vocabulary says to skip
    patterns = {name for name, found in vars(vertex_rows).items() if isinstance(found, re.Pattern)} - elsewhere
    assert [] == [name for name in patterns if getattr(vertex_rows, name) not in taken]
    assert [] == [n for n in vertex_terms._PRICE_HEADER.groupindex if not any(match[n] for match in headers)]
    assert [] == [n for n in steps[0].re.groupindex if not any(match[n] for match in steps)]
    assert {True, False} == {bool(match["free"]) for match in steps}
    assert any(day.since for day in days)
    assert any(day.until for day in days)
    known = {label_key(cell) for cell in cells}
    assert {*terms.regions} <= known
    assert {unit for unit in terms.units if unit.endswith("count")} <= {
        words.partition("/ ")[2] for words in (*known, *(match[0] for match in headers))
    }
    lines = [label_key(" | ".join(row)) for row in rows]
    unmet = [why for pattern, why in terms.ignored_rows if not any(map(pattern.fullmatch, lines))]
    unmet += [why for pattern, why in terms.ignored_tables if not any(map(pattern.fullmatch, heads))]
    assert [] == unmet


def test_the_pages_have_every_part_of_an_amount():
    """Each field that an amount may carry is carried by some, and each availability is some cell's."""
    seen: list[grammar.Cell] = []
    read = gemini_terms.read_cell

    def noted(*words: object) -> grammar.Cell:
        seen.append(read(*words))
        return seen[-1]

    with mock.patch.object(gemini_terms, "read_cell", noted):
        for subject in GEMINI:
            small_gemini(subject.bodies["html"])

    found = [amount for cell in seen for amount in cell.amounts]
    optional = {f.name: f.default for f in fields(Amount) if f.default is not MISSING}
    assert [] == [name for name, default in optional.items() if all(getattr(a, name) == default for a in found)]
    assert {"priced", "free", "supported", "not_available", "not_published", "refers"} == {c.availability for c in seen}
    assert {"day", "month"} == {a.period for cell in seen for a in cell.allowances}
    assert any(cell.unsold for cell in seen)
