"""AI Studio's public documentation of prices: the words of the Gemini API's price page, in Markdoc.

https://aistudio.google.com/docs/pricing.md: the same bytes whatever language is asked for. It is the publication of
`google/gemini-api` in another form, so neither confirms the prices of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scraper.errors import LayoutChanged
from scraper.model import Problem, Reading
from scraper.parse.blocks import Block, Text
from scraper.parse.markdoc import UNKNOWN, markdoc_blocks, uncommented
from scraper.prices.lexicon import counted
from scraper.sources import gemini_api, gemini_candidates, gemini_terms, vocabulary
from scraper.sources.page_proofs import refuse_other_pages

PARSER = "1"


@dataclass(frozen=True, slots=True)
class Terms:
    """The frame's words, and those of the prices: the Gemini API's with this source's proofs."""

    urls: Mapping[str, str]
    not_the_page: Mapping[str, Sequence[str]]
    tags: Sequence[str]
    prices: gemini_terms.Terms


@vocabulary.of(Path(__file__).with_name("ai_studio_docs.yaml"))
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    proofs = data["proofs"]
    prices = replace(
        gemini_terms.load_terms(),
        source=data["source"],
        urls=data["urls"],
        without_ids=data["without_ids"],
        tables_min=proofs["tables_min"],
        last_sections=proofs["last_sections"],
    )
    return Terms(data["urls"], proofs["not_the_page"], data["tags"], prices)


def urls() -> Mapping[str, str]:
    """The Markdoc page."""
    return load_terms().urls


def renames() -> Mapping[str, str]:
    """Those of the Gemini API."""
    return load_terms().prices.renames


fingerprint = vocabulary.whole
# its unknown words are those of the Gemini API's vocabulary
WORDS_OF = "gemini-api"
candidates, choices, patched = gemini_candidates.candidates, gemini_candidates.choices, gemini_candidates.patched


def read(body: str, terms: Terms | None = None) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    terms = terms or load_terms()
    refuse_other_pages(body, terms.not_the_page)
    if "{% table" not in body:
        raise LayoutChanged(f"expected a Markdoc page with tables, saw {' '.join(body[:60].split())!r}")
    blocks = markdoc_blocks(body, terms.tags)
    reading = gemini_api.read_blocks(blocks, terms.prices, "md")
    for part, section in zip(gemini_api.parts(blocks, terms.prices), reading.sections, strict=True):
        for tag in _unknown(part.blocks):
            section.problems.append(Problem("layout", section.anchor or section.title, f"unknown tag {tag}", tag))
    reading.suspect_unseen(counted(uncommented(body)))
    return reading


def _unknown(blocks: Sequence[Block]) -> list[str]:
    """The tags that were not understood, once each: in a cell they are its own problem."""
    texts = [block.text for block in blocks if isinstance(block, Text)]
    return list(dict.fromkeys(tag for text in texts for tag in UNKNOWN.findall(text)))
