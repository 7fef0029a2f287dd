"""Google's Agent Platform (formerly Vertex AI) pricing page for generative AI.

https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing: a table per family of models, a row per
kind of token, a column per prompt size. Models have names and no ids; the page has no date. Text is CC BY 4.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape

from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.model import Amounts, Draft, Problem, Reading, too_little_read
from scraper.parse.blocks import Heading, Text, clean, only, without
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.prices.rateset import settled
from scraper.sources.page_proofs import refuse_other_pages, validate_html
from scraper.sources.vertex_grid import TAB_LEVEL, Grid, page_blocks, tree_of
from scraper.sources.vertex_page import Card, Page, Part
from scraper.sources.vertex_part import PartReader
from scraper.sources.vertex_terms import Terms, load_terms

PROVIDER, SOURCE = "google", "vertex-ai"
PARSER = "2"


def urls() -> Mapping[str, str]:
    """The HTML page; it has no twin."""
    return load_terms().urls


def renames() -> Mapping[str, str]:
    """Confirmed renames, from the vocabulary."""
    return load_terms().renames


def fingerprint(body: str) -> str:
    """The article with the prices; what stands around it changes with every fetch."""
    start = re.search(rf'<article\b[^>]*\bid="?{load_terms().proofs["article"]}\b', body)
    end = body.find("</article>", start.end()) if start else -1
    return body[start.start() : end] if start and end > 0 else body


def read(body: str) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    terms = load_terms()
    tree = tree_of(body)
    blocks = page_blocks(tree, validate_page(body, tree, terms))
    validate_blocks(blocks, terms)
    page = Page(PROVIDER, SOURCE, terms)
    readers = [PartReader(part, page) for part in _parts(blocks, terms)]
    for reader in readers:
        reader.read()
    reading = Reading(f"{PROVIDER}/{SOURCE}", "html", [], Amounts(), suspicions=page.suspicions)
    for card in page.cards.values():
        _finish(card, page)
    page.count()
    reading.sections += [*(card.section for card in page.cards.values()), *page.unknown.values(), *page.parts]
    for section in page.parts:
        reading.amounts.add(section.amounts)
    reading.tables = sum(isinstance(block, Grid) for block in blocks)
    printed = unescape(without(fingerprint(body), "script", "style", "template", "!--"))
    missing = counted(printed) - reading.amounts.seen
    if missing > 0:
        reading.suspicions.append(f"{missing} amounts stand in the page's bytes and in none of its texts")
    return reading


# ---------------------------------------------------------------------------------- the page's proofs


def validate_page(body: str, tree: Tag, terms: Terms) -> Tag:
    """The article. Raises `LayoutChanged` naming what arrived instead of the page."""
    proofs = terms.proofs
    refuse_other_pages(body, proofs["not_the_page"], own=f'id="{proofs["article"]}"')
    title = clean(tree.title.get_text()) if tree.title else ""
    if label_key(title) not in proofs["titles"]:
        raise LayoutChanged(f"another page: expected the title {proofs['titles'][0]!r}, saw {title!r}")
    validate_html(body, tree, proofs["language"], proofs["canonical"])
    return only(tree, f"article#{proofs['article']}", "the article")


def validate_blocks(blocks: Sequence[Heading | Text | Grid], terms: Terms) -> None:
    """Raise `LayoutChanged` unless the headings that frame the page and enough tables are there."""
    seen = iter([label_key(block.text) for block in blocks if isinstance(block, Heading)])
    if missing := [heading for heading in terms.proofs["headings"] if heading not in seen]:
        raise LayoutChanged(f"truncated or rebuilt page: expected the heading {missing[0]!r}, which is not there")
    tables = sum(isinstance(block, Grid) for block in blocks)
    if tables < terms.proofs["tables_min"]:
        raise LayoutChanged(f"expected at least {terms.proofs['tables_min']} tables, saw {tables}")


# ------------------------------------------------------------------------------------ parts and cards


def _parts(blocks: Sequence[Heading | Text | Grid], terms: Terms) -> list[Part]:
    """The page by headings. A heading that is ignored takes those below it along."""
    parts = [Part("the page's head", "", "")]
    reasons: dict[int, str] = {}
    tab = ""
    for block in blocks:
        if isinstance(block, Heading) and block.level == TAB_LEVEL:
            tab = block.text
        elif isinstance(block, Heading):
            reasons = {level: why for level, why in reasons.items() if level < block.level}
            reasons[block.level] = terms.ignored_headings.get(label_key(block.text), "")
            parts.append(Part(block.text, block.anchor, next(filter(None, reasons.values()), "")))
            tab = ""
        else:
            parts[-1].items.append((tab, block))
    return parts


def _finish(card: Card, page: Page) -> None:
    """The draft cards of a model, unless something in it was not understood; two prices for a key are a problem."""
    section = card.section
    if too_little_read(len(section.gaps), len(section.gaps) + len(card.rates)):
        section.problems += dict.fromkeys(gap.problem for gap in section.gaps)
        section.gaps.clear()
    if not card.rates and not section.problems:
        section.problems.append(Problem("layout", card.anchor, f"{section.title} is named here and priced nowhere"))
    if section.problems:
        return
    rates, conflicts = settled(card.rates)
    section.problems += conflicts
    section.cards = [
        Draft(
            model=model_id,
            name=section.title,
            anchor=card.anchor,
            facts=tuple(sorted({**page.facts, **card.facts}.items())),
            formulas=tuple(dict.fromkeys(card.formulas)),
            aliases=card.model.aliases if model_id == card.model.ids[0] else (),
            rates=tuple(rate for rate in rates if rate.model == model_id),
        )
        for model_id in card.model.ids
    ]
