"""Google's Gemini API pricing page, as HTML, as its Markdown twin, and as readers' copies of the HTML.

https://ai.google.dev/gemini-api/docs/pricing: one second-level heading per model, a table per service tier,
a free and a paid column. Text is CC BY 4.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from html import unescape

from scraper.errors import LayoutChanged
from scraper.model import Amounts, Problem, Reading, Section
from scraper.parse.blocks import Block, Heading, Table, html_blocks, markdown_blocks, only, soup, without
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.sources.gemini_candidates import candidates, choices, patched
from scraper.sources.gemini_rows import TableReader
from scraper.sources.gemini_section import Notes, Part
from scraper.sources.gemini_terms import Terms, load_terms
from scraper.sources.page_proofs import is_html, refuse_other_pages, title_of, validate_html
from scraper.sources.timelimit import look

__all__ = [
    "PARSER",
    "candidates",
    "choices",
    "fingerprint",
    "patched",
    "read",
    "read_copy",
    "renames",
    "representation",
    "urls",
]

PARSER = "2"
# A line of links to the tabs of a section; where they may not fit the screen, "More" stands behind them.
_TAB = re.compile(r"\[([^\[\]]+)\]\([^()\s]*#[^()\s]*\)")
_TABS = re.compile(r"(?:\[[^\[\]]+\]\([^()\s]*#[^()\s]*\)\s*)+(?:More)?\s*\Z")
_UPDATED = re.compile(r"Last updated ([0-9]{4}-[0-9]{2}-[0-9]{2}) UTC")


def urls() -> Mapping[str, str]:
    """The HTML page and its Markdown twin."""
    return load_terms().urls


def renames() -> Mapping[str, str]:
    """Confirmed renames, from the vocabulary."""
    return load_terms().renames


def representation(body: str) -> str:
    """`html` or `md`, by content: the address without `.txt` has served the HTML page."""
    return "html" if is_html(body) else "md"


def fingerprint(body: str) -> str:
    """The part of the page that its prices stand in; nonces and script keys outside it change with every fetch."""
    if representation(body) == "md":
        return body
    start, end = body.find("<article"), body.rfind("</article>")
    updated = _UPDATED.search(body)
    return f"{body[start:end]}{updated.group() if updated else ''}" if 0 <= start < end else body


def read(body: str, terms: Terms | None = None) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    terms = terms or load_terms()
    kind = representation(body)
    refuse_foreign_pages(body, terms)
    blocks, updated = _html(body, terms) if kind == "html" else (markdown_blocks(body), None)
    return _accounted(partial(read_blocks, blocks, terms, kind), body, updated)


def read_copy(body: str, terms: Terms | None = None) -> Reading:
    """Read what a reader made of the HTML page, with its date and its lines of tabs; a copy without either is a twin.

    Raises `LayoutChanged` when it is not the page.
    """
    terms = terms or load_terms()
    if not (_UPDATED.search(body) or any(map(_TABS.match, body.split("\n")))):
        return read(body, terms)
    refuse_foreign_pages(body, terms)
    updated = _updated(body)
    titles = [m.end() for m in re.finditer(r"^# .*$", body, re.MULTILINE)]
    end = body.rfind(f"\nLast updated {updated} UTC")
    if not titles or end < titles[-1]:
        raise LayoutChanged("expected a title and, at the end of the page, a line 'Last updated', saw others")
    page = _with_tabs(body[titles[-1] : end], terms)
    return _accounted(partial(read_blocks, markdown_blocks(page), terms, "copy"), page, updated)


def _accounted(read_page: Callable[[], Reading], body: str, updated: date | None) -> Reading:
    """The reading with the page's date, and a suspicion where amounts of the page stand in none of its texts."""
    try:
        reading = read_page()
    except LayoutChanged as error:
        if error.reading:
            error.reading.last_updated = updated
        raise
    reading.last_updated = updated
    reading.suspect_unseen(counted(unescape(without(fingerprint(body), "script", "style", "!--"))))
    return reading


def read_blocks(blocks: Sequence[Block], terms: Terms, kind: str) -> Reading:
    """The reading of the page's blocks, whatever they were written in. Raises `LayoutChanged` where it is not whole."""
    _validate_end(blocks, terms)
    renamed = _validate_tables(blocks, terms)
    reading = _sections(blocks, terms, kind)
    _settle(reading)
    reading.again = partial(_again, blocks, kind)
    if renamed:
        raise LayoutChanged(renamed, reading=reading)
    return reading


def _again(blocks: Sequence[Block], kind: str, terms: Terms, only: Collection[int] | None) -> dict[int, Section]:
    """The sections of these numbers as other terms read them; all of them, and settled, where none are named."""
    reading = _sections(blocks, terms, kind, only)
    if only is None:
        _settle(reading)
    return dict(zip(range(len(reading.sections)) if only is None else sorted(only), reading.sections, strict=True))


# ---------------------------------------------------------------------------------- the page's proofs


def refuse_foreign_pages(body: str, terms: Terms) -> None:
    """Raise `LayoutChanged` naming what arrived instead of the page, or whose copy of it."""
    refuse_other_pages(body, terms.not_the_page, own="pricing-table")
    for mark in terms.foreign:
        if mark in body:
            words = f"expected Google's English page, saw {mark!r} ({title_of(body)})"
            raise LayoutChanged(f"translated or copied page: {words}")


def _html(body: str, terms: Terms) -> tuple[list[Block], date | None]:
    # half of the page is navigation: only what proves it and what holds prices is made a tree of
    tree = soup(_between(body, "<html", "</head>"))
    validate_html(body, tree, terms.language, [terms.canonical])
    day = _updated(body)
    # by class and not by selector: matching every element of the page against one takes as long as reading it
    tree = soup(_between(body, "<article", "</article>"))
    article = only(tree.find_all("div", class_="devsite-article-body"), "div.devsite-article-body", "the article")
    return html_blocks(article), day


def _between(body: str, begin: str, end: str) -> str:
    """From the first `begin` to the last `end`, both included; all of it where one of them is missing."""
    start, stop = body.find(begin), body.rfind(end)
    return body[start : stop + len(end)] if 0 <= start < stop else body


def _updated(body: str) -> date:
    """The page's own date. Raises `LayoutChanged` unless it has exactly one."""
    updated = {m[1] for m in _UPDATED.finditer(body)}
    if len(updated) != 1:
        raise LayoutChanged(f"expected one 'Last updated' date, saw {sorted(updated) or 'none'}")
    try:
        return date.fromisoformat(updated.pop())
    except ValueError as error:
        raise LayoutChanged(f"expected a 'Last updated' date, saw {error}") from error


def _with_tabs(page: str, terms: Terms) -> str:
    """A reader's Markdown with the names of tabs above their tables, as the twin has them.

    A reader puts the names of a section's tabs into one line, a link each, and the tables below it in that order.
    Raises `LayoutChanged` where there are more tables, or fewer, than names.
    """
    source, lines = [*page.split("\n"), "## "], list[str]()
    section, tabs, tabbed = "the page's head", list[str](), False
    for at, line in enumerate(source):
        names = [label_key(name) for name in _TAB.findall(line)] if _TABS.match(line) else []
        table = line.startswith("|") and not source[at - 1].startswith("|")
        if names and (terms.tabs.keys() & {*names} or next(filter(None, source[at + 1 :]), "").startswith("|")):
            if unknown := [name for name in names if name not in terms.tabs]:
                raise LayoutChanged(f"{section}: expected the tabs {', '.join(terms.tabs)}, saw {', '.join(unknown)}")
        else:
            names = []
        if (tabs and (names or line.startswith("## "))) or (table and tabbed and not tabs):
            raise LayoutChanged(f"{section}: expected a table for each tab, saw {'fewer' if tabs else 'more'} tables")
        if line.startswith("## "):
            section, tabbed = line[3:], False
        if names:
            tabs, tabbed = names, True
            continue
        lines += [f"### {tabs.pop(0)}", ""] if table and tabs else []
        lines.append(line)
    return "\n".join(lines[:-1])


def _validate_end(blocks: Sequence[Block], terms: Terms) -> None:
    """The twin has no other end, and an article may be cut while the frame around it is whole."""
    titles = [label_key(b.text) for b in blocks if isinstance(b, Heading) and b.level == 2]
    last = titles[-1] if titles else "no heading"
    if last not in terms.last_sections:
        expected = " or ".join(terms.last_sections)
        raise LayoutChanged(f"truncated page: expected the last section to be {expected}, saw {last!r}")
    tables = [at for at, b in enumerate(blocks) if isinstance(b, Table)]
    headings = [at for at, b in enumerate(blocks) if isinstance(b, Heading)]
    if terms.sections.get(last) == "tools" and not (tables and headings[-1] < tables[-1] < len(blocks) - 1):
        raise LayoutChanged("truncated page: expected notes behind the table of tools, saw the page end before")


def _validate_tables(blocks: Sequence[Block], terms: Terms) -> str:
    """What the page lacks of its headers; empty where it has them. Raises `LayoutChanged` where tables are missing."""
    tables = [b for b in blocks if isinstance(b, Table)]
    headers = {label_key(cell) for table in tables for cell in table.header}
    said = {terms.header(header) for header in headers}
    if len(tables) < terms.tables_min:
        raise LayoutChanged(f"expected at least {terms.tables_min} tables, saw {len(tables)}")
    missing = [h for h in terms.headers if terms.header(h) not in said]
    words = f"header renamed or localised page: expected {missing}, saw {sorted(headers)[:6]}"
    return words if missing else ""


# ------------------------------------------------------------------------------------------- sections


def _sections(blocks: Sequence[Block], terms: Terms, kind: str, only: Collection[int] | None = None) -> Reading:
    reading = Reading(terms.source, kind, [], Amounts())
    found = parts(blocks, terms)
    notes = Notes(found, terms)
    for number, part in enumerate(found):
        if only is not None and number not in only:
            continue
        look(part.title)
        section = _section(part, notes, terms)
        if only is None and terms.tab(part.title) and reading.sections:
            before = reading.sections[-1]
            words = f"behind it the tab {part.title!r} stands as a section of its own"
            before.problems.append(Problem("layout", before.anchor or before.title, words, part.title))
        reading.sections.append(section)
        reading.amounts.add(section.amounts)
    reading.tables = sum(isinstance(b, Table) for b in blocks)
    return reading


def parts(blocks: Sequence[Block], terms: Terms) -> list[Part]:
    """The page's head and its sections, before they are read."""
    found = [Part("the page's head", "", "head")]
    for block in blocks:
        # a first-level heading that a saver set above the twin is the title of its head
        if isinstance(block, Heading) and (block.level == 2 or (block.level == 1 and len(found) > 1)):
            anchor = block.anchor or slug(block.text)
            found.append(Part(block.text, anchor, terms.sections.get(label_key(block.text), "model")))
        else:
            found[-1].blocks.append(block)
    return found


def slug(title: str) -> str:
    """The anchor Google gives a heading: lower case, words joined by hyphens."""
    words = re.sub(r"\([^()]*\)", " ", title.lower())
    return re.sub(r"[^a-z0-9.]+", "-", words).strip("-")


def _section(part: Part, notes: Notes, terms: Terms) -> Section:
    section = Section(part.title, part.anchor, counted=part.kind == "model")
    reader = TableReader(part, section, terms, notes)
    if part.kind == "model":
        section.models = reader.ids()
    reader.texts()
    reader.tables()
    section.named = part.named()
    if part.kind in ("model", "tools"):
        problems = list(section.problems)
        section.cards = reader.drafts()
        if problems:
            # what could be read of an unread section is shown as held; that it conflicts may be for what was not
            section.problems = problems
        elif part.kind == "model" and not section.gaps and not reader.rates and not reader.announced:
            section.problems.append(Problem("layout", part.anchor, "a model without any price: is its table lost?"))
    return section


def _settle(reading: Reading) -> None:
    """Page-wide checks: money outside sections, one model in two sections, one key with two prices."""
    models: dict[str, Section] = {}
    for section in reading.sections:
        if not section.counted and section.title == "the page's head" and section.problems:
            reading.suspicions += [f"money outside any section: {p}" for p in section.problems]
        for model in section.models:
            if model in models:
                message = f"{model} is priced in two sections, {models[model].title!r} and {section.title!r}"
                section.problems.append(Problem("layout", section.anchor, message))
                models[model].problems.append(Problem("layout", models[model].anchor, message))
            models[model] = section
