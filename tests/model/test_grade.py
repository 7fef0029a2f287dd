"""Grades of trust: one table, and what follows from it for cards and costs."""

from __future__ import annotations

import re

import pytest

from ratecards.catalog import authority
from ratecards.model import grade
from scraper import ROOT
from scraper.publish.dataset import FACTS
from scraper.release.readme import authorities, with_authorities
from scraper.sources import SOURCES
from tests.support.histories import card


def test_every_source_has_a_grade():
    """Those that are fetched and those that are kept by hand; pages of facts have no price to trust."""
    kept = {f"{path.parent.parent.name}/{path.parent.name}" for path in (ROOT / "manual").glob("*/*/*.yaml")}
    fetched = {source.name for source in SOURCES} - set(FACTS)
    assert [] == [name for name in sorted(kept | fetched) if not grade.grade(name)]


def test_the_table_of_the_code_is_what_the_vocabularies_say():
    """`python -m scraper readme` writes it."""
    text = (ROOT / "ratecards" / "model" / "grade.py").read_text(encoding="utf-8")
    assert text == with_authorities(text)
    assert authorities() == grade.AUTHORITY
    assert text == with_authorities(text.replace('"google/vertex-ai": "separate"', '"google/vertex-ai": "billed"'))


def test_the_table_of_the_documents_is_the_one_of_the_code():
    """Each source stands in docs/sources.md with its authority and its grade."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z ]+) \| ([a-z ]+) \| (.*?) \|", text, re.MULTILINE)
    said = {name: row[:2] for *row, names in rows for name in re.findall(r"`([a-z-]+/[a-z-]+)`", names)}
    assert {name: [word, grade.GRADES[word]] for name, word in grade.AUTHORITY.items()} == said


def test_who_is_what():
    """What the reader asks of a source follows from the table."""
    assert (
        ("google/gemini-api", "openai/openai-api", "anthropic/anthropic-api", "laozhang/laozhang"),
        ("laozhang",),
        ("google/cloud-billing",),
        ("google/vertex-ai",),
    ) == (authority.DOCUMENTATION, authority.RESELLERS, authority.BILLED, authority.SEPARATE)


@pytest.mark.parametrize(
    ("provider", "source", "name", "said"),
    [
        ("google", "gemini-api", "google/gemini-api", "official"),
        ("google", "cloud-billing", "google/cloud-billing", "billed"),
        ("google", "enterprise", "google/enterprise", "by hand"),
        ("laozhang", "laozhang", "laozhang/laozhang", "reseller"),
        ("google", "reported/somebody", "reported/somebody", "reported"),
        ("nobody", "nothing", "nobody/nothing", ""),
    ],
)
def test_grades(provider: str, source: str, name: str, said: str):
    """A card's grade is that of its source; one that no table has has none."""
    found = card(provider=provider, source=source)
    assert (name, said) == (authority.name_of(found), found.grade)


def test_together_the_least():
    """What several sources say together is trusted as the least of them."""
    assert "billed" == grade.least(["google/cloud-billing"])
    assert "official" == grade.least(["google/cloud-billing", "google/gemini-api"])
    assert "reported" == grade.least(["google/gemini-api", "reported/x"])
    assert "" == grade.least(["google/gemini-api", "nobody/nothing"]) == grade.least([])
