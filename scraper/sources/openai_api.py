"""OpenAI's API pricing page: HTML whose rows stand in the props of its islands, and plain Markdown.

https://developers.openai.com/api/docs/pricing: a table per kind of model, a tab per service tier. A model stands in
several tables, so its section here is whatever the page says of it, wherever.
"""

from __future__ import annotations

import re
from pathlib import Path

from bs4.element import Tag

from scraper.model import Reading
from scraper.parse.blocks import Block, without
from scraper.sources.openai_islands import bare_numbers, islands, opened
from scraper.sources.page_proofs import is_html
from scraper.sources.table_reader import TableSource
from scraper.sources.vocabulary import TableTerms

# Its Markdown is not fetched; editions of it were kept.
KEPT = ("md",)


class _Page(TableSource):
    """The page, whose HTML has to be opened."""

    def of_html(self, element: Tag, terms: TableTerms) -> list[Block]:
        return opened(element, terms.tabs)

    def printed(self, body: str) -> int:
        numbers = bare_numbers(TableSource.fingerprint(self, body)) if is_html(body) else 0
        return super().printed(body) + numbers

    def fingerprint(self, body: str) -> str:
        """What prices stand in: the islands' props and the article's words, without the ids each deployment changes."""
        article = without(super().fingerprint(body), "script", "style")
        if not is_html(body) or article == body:
            return body
        props = [f"{name} {text}" for name, text in islands(article)]
        return "\n".join([*props, re.sub(r"<[^<>]*>", " ", article)])


PAGE = _Page(Path(__file__).with_name("openai_api.yaml"))
PARSER = PAGE.PARSER
urls, renames, fingerprint, load_terms = PAGE.urls, PAGE.renames, PAGE.fingerprint, PAGE.load_terms
candidates, choices, patched = PAGE.candidates, PAGE.choices, PAGE.patched


def read(body: str) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    return PAGE.read(body, load_terms())
