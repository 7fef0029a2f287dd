"""Google's Agent Platform (formerly Vertex AI) pricing page for generative AI.

https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing: a table per family of models, a row per
kind of token, a column per prompt size. Models have names and no ids; the page has no date. Text is CC BY 4.0.

The page is read with html5lib: its tables miss end tags, and the other tree builders nest or drop cells where a
browser does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from html import unescape

from bs4 import BeautifulSoup
from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.model import Amounts, Problem, Reading, Section
from scraper.parse.blocks import Heading, Table, Text, clean, html_blocks, only, without
from scraper.parse.grid import Grid, grid
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.sources.page_proofs import refuse_other_pages, validate_html
from scraper.sources.vertex_candidates import candidates, choices, patched
from scraper.sources.vertex_page import Page, Part
from scraper.sources.vertex_part import PartReader
from scraper.sources.vertex_terms import PROVIDER, SOURCE, Terms, load_terms

__all__ = ["PARSER", "candidates", "choices", "fingerprint", "patched", "read", "renames", "urls"]

PARSER = "4"
_TAB_LEVEL, _GRID_LEVEL = 5, 6
Blocks = Sequence[Heading | Text | Grid]


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


def read(body: str, terms: Terms | None = None) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    terms = terms or load_terms()
    tree = BeautifulSoup(body, "html5lib")
    blocks = page_blocks(tree, validate_page(body, tree, terms))
    validate_blocks(blocks, terms)
    page = _page(blocks, terms, {})
    found = page.finish()
    reading = Reading(f"{PROVIDER}/{SOURCE}", "html", [*found.values()], Amounts(), suspicions=page.suspicions)
    reading.again = partial(_again, blocks, page, found)
    for section in reading.sections:
        reading.amounts.add(section.amounts)
    reading.tables = sum(isinstance(block, Grid) for block in blocks)
    reading.suspect_unseen(counted(unescape(without(fingerprint(body), "script", "style", "template", "!--"))))
    return reading


def _page(blocks: Blocks, terms: Terms, owners: Mapping[str, str], only: Collection[int] | None = None) -> Page:
    """The page read part by part, or only those of these numbers. `owners` is whose section counts a row's amounts."""
    page = Page(terms, {**owners})
    parts = [(number, part) for number, part in enumerate(_parts(blocks, terms)) if only is None or number in only]
    for reader in [PartReader(part, page, number) for number, part in parts]:
        reader.read()
    return page


def _again(
    blocks: Blocks,
    first: Page,
    known: Mapping[tuple[str, object], Section],
    terms: Terms,
    only: Collection[int] | None,
) -> dict[int, Section]:
    """The sections of these numbers as other terms read them, all where none are named.

    `known` are those of the `first` reading. Each is found again by its model, name or place; one that is not found
    says nothing any more.
    """
    wanted = {number: key for number, key in enumerate(known) if only is None or number in only}
    page = _page(blocks, terms, first.owners, _parts_of(wanted.values(), first) if only is not None else None)
    sections = page.finish()
    for name in page.cards.keys() - first.cards.keys():
        # words that make another model of a row: what they take from this one, no section here would say
        for card in page.cards.values():
            if card.parts & page.cards[name].parts:
                card.section.problems.append(Problem("conflict", card.anchor, f"the words name another model, {name}"))
    empty = {key: Section(old.title, old.anchor, old.models, counted=old.counted) for key, old in known.items()}
    return {number: sections.get(key) or empty[key] for number, key in wanted.items()}


def _parts_of(wanted: Collection[tuple[str, object]], first: Page) -> set[int] | None:
    """The numbers of the parts in which cards are priced, and of those that speak of every card; None for all."""
    if not all(kind == "model" for kind, _ in wanted):
        return None
    own = {number for _, name in wanted for number in first.cards[str(name)].parts}
    return own | (first.parts.keys() - {number for card in first.cards.values() for number in card.parts})


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


def validate_blocks(blocks: Blocks, terms: Terms) -> None:
    """Raise `LayoutChanged` unless the headings that frame the page and enough tables are there."""
    seen = iter([label_key(block.text) for block in blocks if isinstance(block, Heading)])
    if missing := [heading for heading in terms.proofs["headings"] if heading not in seen]:
        raise LayoutChanged(f"truncated or rebuilt page: expected the heading {missing[0]!r}, which is not there")
    tables = sum(isinstance(block, Grid) for block in blocks)
    if tables < terms.proofs["tables_min"]:
        raise LayoutChanged(f"expected at least {terms.proofs['tables_min']} tables, saw {tables}")


# ------------------------------------------------------------------------------------ blocks and parts


def page_blocks(tree: BeautifulSoup, root: Tag) -> list[Heading | Text | Grid]:
    """The blocks below `root` in document order; a tab is a heading of level 5, its end an empty one.

    Changes the tree: tables and tabs are replaced by markers, so that the common reader of texts sees their places.
    """
    for section in root.find_all("section"):
        for heading in section.find_all("h3", recursive=False):
            heading.name = f"h{_TAB_LEVEL}"
            section.insert_after(tree.new_tag(f"h{_TAB_LEVEL}"))
    _panels(tree, root)
    grids: dict[str, Grid] = {}
    for number, table in enumerate(root.find_all("table")):
        anchor = f"table {number}"
        grids[anchor] = grid(table)
        table.replace_with(tree.new_tag(f"h{_GRID_LEVEL}", id=anchor))
    return [
        grids[block.anchor] if isinstance(block, Heading) and block.anchor in grids else block
        for block in html_blocks(root)
        if not isinstance(block, Table)
    ]


def _panels(tree: BeautifulSoup, root: Tag) -> None:
    """A tab stands before its panel, or is its first heading. One that has lost the other is a tab nobody knows."""
    for panel in root.find_all(role="tabpanel"):
        name = panel.get("aria-labelledby")
        tab = root.find(role="tab", id=name) if name else panel.find("h3", recursive=False)
        heading = tab.extract() if tab else tree.new_tag("h", string="a panel without its tab")
        heading.name = f"h{_TAB_LEVEL}"
        panel.insert(0, heading)
        panel.insert_after(tree.new_tag(f"h{_TAB_LEVEL}"))
        heading.attrs.pop("role", None)
    for tab in root.find_all(role="tab"):
        tab.name, tab.string = f"h{_TAB_LEVEL}", f"{clean(tab.get_text())} without its panel"


def _parts(blocks: Blocks, terms: Terms) -> list[Part]:
    """The page by headings. A heading that is ignored takes those below it along."""
    parts = [Part("the page's head", "", "")]
    reasons: dict[int, str] = {}
    tab = ""
    for block in blocks:
        if isinstance(block, Heading) and block.level == _TAB_LEVEL:
            tab = block.text
        elif isinstance(block, Heading):
            reasons = {level: why for level, why in reasons.items() if level < block.level}
            reasons[block.level] = terms.ignored_headings.get(label_key(block.text), "")
            parts.append(Part(block.text, block.anchor, next(filter(None, reasons.values()), "")))
            tab = ""
        else:
            parts[-1].items.append((tab, block))
    return parts
