"""What a page must show before it is read: that it is the page, in its language, and all of it.

Each check raises `LayoutChanged` with what was expected and what was seen. A source whose page is tables lists its
proofs in its vocabulary and asks `prove`; the others ask the single checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bs4.element import Tag

from scraper.errors import LayoutChanged
from scraper.parse.blocks import Block, Table, html_blocks, markdown_blocks, only, soup
from scraper.prices.normalize import label_key

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_HTML = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)
_END = re.compile(r"</body>\s*</html>\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """The proofs of a vocabulary; an empty one is not asked for.

    HTML is read where `canonical` is named, and Markdown where it is not or where no HTML arrives.
    `headings` are words that a title must hold, each one; one of `first_headings` comes first on the page, and one of
    `last_headings` last, in HTML of `last_in_html` where that is said; all four are folded. `not_the_page` gives by
    name the marks of pages that it is not. `models_min` is how many models it prices at least. `element` selects the
    element that holds the page in HTML.
    """

    language: str = "en"
    canonical: str = ""
    element: str = "article"
    first_headings: Sequence[str] = ()
    headings: Sequence[str] = ()
    last_headings: Sequence[str] = ()
    last_in_html: Sequence[str] = ()
    tables_min: int = 1
    models_min: int = 1
    not_the_page: Mapping[str, Sequence[str]] = field(default_factory=dict)


def prove(body: str, proofs: Proofs, of_html: Callable[[Tag], list[Block]] = html_blocks) -> tuple[str, list[Block]]:
    """`html` or `md`, and the blocks of the page; those of HTML are what `of_html` makes of the element that holds it.

    Raises `LayoutChanged` when it is not the page.
    """
    refuse_other_pages(body, proofs.not_the_page)
    if is_html(body) and proofs.canonical:
        tree = soup(body)
        validate_html(body, tree, proofs.language, [proofs.canonical])
        kind, blocks = "html", of_html(only(tree, proofs.element, "the page's text"))
    elif re.match(r"\s*<", body):
        raise LayoutChanged(f"expected Markdown, saw markup: {' '.join(body[:60].split())!r}")
    else:
        kind, blocks = "md", markdown_blocks(body)
    return kind, blocks


def is_html(body: str) -> bool:
    """Whether it is HTML, by its first characters: addresses of Markdown have served the page itself."""
    return _HTML.search(body[:4000]) is not None


def title_of(body: str) -> str:
    """`title '…'` of an HTML page, for messages; what else begins it, where there is none."""
    title = _TITLE.search(body[:20000])
    return f"title {' '.join(title[1].split())!r}" if title else f"no title, {' '.join(body[:60].split())!r}"


def refuse_other_pages(body: str, marks: Mapping[str, Sequence[str]], own: str = "") -> None:
    """Raise `LayoutChanged` naming what arrived instead of the page; never where its `own` mark stands."""
    if not body.strip():
        raise LayoutChanged("empty page: expected the pricing page, saw no text")
    for what, found in marks.items():
        if any(mark in body for mark in found) and not (own and own in body):
            raise LayoutChanged(f"{what}: expected the pricing page, saw {what} ({title_of(body)})")


def refuse_other_than_twin(body: str, page: str) -> None:
    """Raise `LayoutChanged` where nothing, or HTML, stands in the place of a page's Markdown; `page` is its name."""
    if not body.strip():
        raise LayoutChanged(f"empty page: expected the {page} page, saw no text")
    if is_html(body):
        raise LayoutChanged("representation changed: expected the Markdown twin, saw HTML")


def validate_html(body: str, tree: Tag, language: str, canonical: Sequence[str]) -> None:
    """Prove language, canonical address (one of those named) and end of an HTML page."""
    html = tree.find("html")
    lang = str(html.get("lang") if html else "")
    if lang.lower().split("-")[0] != language:
        raise LayoutChanged(f"localised page: expected <html lang={language!r}>, saw {lang!r} ({title_of(body)})")
    seen = [str(link.get("href")).removesuffix("?hl=en") for link in tree.find_all("link", rel="canonical")]
    if len(seen) != 1 or seen[0] not in canonical:
        words = f"expected canonical {canonical[0]}, saw {seen} ({title_of(body)})"
        raise LayoutChanged(f"soft 404 or another page: {words}")
    if not _END.search(body):
        raise LayoutChanged(f"truncated page: expected </html> at the end, saw {body[-40:]!r}")


def validate_titles(found: Sequence[str], proofs: Proofs) -> None:
    """Prove the titles that frame a page: an article may be cut while the frame around it is whole."""
    titles = [label_key(title) for title in found] or ["no heading"]
    if proofs.first_headings and titles[0] not in proofs.first_headings:
        raise LayoutChanged(f"another page: expected {_either(proofs.first_headings)} first, saw {titles[0]!r}")
    if missing := [words for words in proofs.headings if not any(words in title for title in titles)]:
        raise LayoutChanged(f"another or a rebuilt page: expected the headings {missing}, saw {titles[:8]}")
    if proofs.last_headings and titles[-1] not in proofs.last_headings:
        expected = _either(proofs.last_headings)
        raise LayoutChanged(f"truncated page: expected the last section to be {expected}, saw {titles[-1]!r}")


def validate_tables(blocks: Sequence[Block], least: int) -> None:
    """Prove that there are so many tables."""
    tables = sum(isinstance(block, Table) for block in blocks)
    if tables < least:
        raise LayoutChanged(f"expected at least {least} tables, saw {tables}")


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)
