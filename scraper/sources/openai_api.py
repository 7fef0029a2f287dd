"""OpenAI's API pricing page: HTML whose rows stand in the props of its islands, and earlier and other forms of it.

https://developers.openai.com/api/docs/pricing: a table per kind of model, a tab per service tier. A model stands in
several tables, so its section here is whatever the page says of it, wherever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ratecards.model import Evidence, Rate
from scraper.errors import LayoutChanged
from scraper.model import Amounts, Draft, Problem, Reading, Section, too_little_read
from scraper.parse.blocks import Text, only, soup, without
from scraper.prices.conditions import conditional
from scraper.prices.footnotes import sentences
from scraper.prices.lexicon import COUNTED
from scraper.prices.normalize import label_key
from scraper.prices.rateset import settled
from scraper.sources.openai_pages import converted_page, html_page, mdx_page
from scraper.sources.openai_rows import CAPTION, PROVIDER, SOURCE, RowReading, bounds, frame, read_row
from scraper.sources.openai_tables import Page, lost_numbers
from scraper.sources.openai_terms import FreeSentence, Terms, load_terms
from scraper.sources.page_proofs import refuse_other_pages, title_of, validate_html
from scraper.sources.table_reader import TableSource
from scraper.sources.timelimit import look

PARSER = "3"
# The page as plain Markdown, since autumn 2026: its own vocabulary, read by the table reader.
MARKDOWN = TableSource(Path(__file__).with_name("openai_markdown.yaml"))
_PLAIN = re.compile(r"\s*# Pricing\n(?=.*?^### (?:\w+ )+data$)", re.DOTALL | re.MULTILINE)
# Its Markdown twin is cut short and not fetched; older editions were kept in it.
KEPT = ("md",)
# The page of 2025 as Markdown that others made of it, with its title or without.
_CONVERTED = re.compile(r"\s*(?:# Pricing\n.*?)?^### Text tokens$", re.DOTALL | re.MULTILINE)
# Where it stood until 2026, as copies of it say.
FORMER_URLS = ("https://platform.openai.com/docs/pricing",)
_HTML = re.compile(r"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_PROPS = re.compile(r'[^>]*?\bcomponent-export="([^"]*)"[^>]*?\bprops="([^"]*)"')


def urls() -> Mapping[str, str]:
    """The HTML page; its twin loses tables."""
    return load_terms().urls


def vocabulary_of(body: str) -> str:
    """The file that has the words of this form of the page."""
    return "openai_markdown" if _PLAIN.match(body) else "openai_api"


def renames() -> Mapping[str, str]:
    """Confirmed renames: none so far."""
    return {}


def fingerprint(body: str) -> str:
    """What prices stand in: the islands' props and the article's words, without the ids each deployment changes."""
    start, end = body.find("<article"), body.rfind("</article>")
    if not _HTML.match(body) or not 0 <= start < end:
        return body
    article = without(body[start:end], "script", "style")
    props = [f"{name} {text}" for name, text in _islands(article)]
    return "\n".join([*props, re.sub(r"<[^<>]*>", " ", article)])


def _islands(article: str) -> list[tuple[str, str]]:
    """Component and props of each island, looked for no further than the next one."""
    found = [_PROPS.match(tag) for tag in article.split("<astro-island")[1:]]
    return [(match[1], match[2]) for match in found if match]


def read(body: str) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    if _PLAIN.match(body):
        return MARKDOWN.read(body)
    terms = load_terms()
    page = _page(body, terms)
    least = terms.tables_min[page.form]
    tables = [table for table in page.tables if not table.shown]
    if len(tables) < least:
        raise LayoutChanged(f"expected at least {least} tables, saw {len(tables)}")
    book = _Book(terms)
    frames = [frame(table, terms) for table in page.tables]
    long = bounds(frames, terms)
    for known in frames:
        for row in known.table.rows:
            look(known.table.place.title)
            book.add(read_row(known, row, long, terms), known.table.place.title)
    book.lost(page)
    for title, text in page.texts:
        book.prose(title, text)
    reading = book.reading("html" if page.form == "html" else "md")
    reading.tables = len(tables)
    missing = _printed(body) - page.dollars
    if missing > 0:
        reading.suspicions.append(f"{missing} amounts stand in the page's bytes and in none of its texts")
    return reading


# ---------------------------------------------------------------------------------- the page's proofs


def _page(body: str, terms: Terms) -> Page:
    """The page in whichever of its forms. Raises `LayoutChanged` naming what arrived instead."""
    refuse_other_pages(body, terms.not_the_page, own="PricingTable")
    if _HTML.match(body):
        tree = soup(body)
        validate_html(body, tree, terms.language, [terms.canonical])
        page = html_page(only(tree, "article", "the article"), terms)
        _validate_end(page, body, "</html>", terms)
        return page
    if "<TextTokenPricingTables" in body:
        page, ending = mdx_page(body, terms), "/>"
    elif _CONVERTED.match(body):
        page, ending = converted_page(body, terms), "|"
    else:
        raise LayoutChanged(f"expected the pricing page, saw {title_of(body)}")
    _validate_end(page, body, ending, terms)
    return page


def _validate_end(page: Page, body: str, ending: str, terms: Terms) -> None:
    """The last heading must be one that ends the page: its article may be cut while the frame around it is whole."""
    last = page.places[-1].title if page.places else "no heading"
    if label_key(last) not in terms.last_titles or not body.rstrip().endswith(ending):
        expected = f"{' or '.join(terms.last_titles)} and {ending!r} at the end"
        raise LayoutChanged(f"truncated page: expected {expected}, saw {last!r} and {body[-40:]!r}")


def _printed(body: str) -> int:
    """The amounts with a dollar sign in the part of the bytes that prices stand in."""
    start, end = body.find("<article"), body.rfind("</article>")
    html = _HTML.match(body) is not None
    return len(COUNTED.findall(without(body[start:end], "script", "style") if html else body))


# ------------------------------------------------------------------------------------------- sections


@dataclass(slots=True)
class _Entry:
    """What the page says of one model."""

    section: Section
    names: list[str] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    rates: list[Rate] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


class _Book:
    """Gathers rows into a section per model, in the page's order."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.entries: dict[str, _Entry] = {}
        self.others: list[Section] = []
        self.amounts = Amounts()
        self.suspicions: list[str] = []
        self.said: dict[str, list[str]] = {}  # by heading: sentences about prices that nothing reads

    def _entry(self, model: str, title: str, anchor: str) -> _Entry:
        key = model or f"? {title}"
        if key not in self.entries:
            models = (model,) if model else ()
            self.entries[key] = _Entry(Section(model or title, anchor, models, counted=model != "tools"))
        return self.entries[key]

    def add(self, row: RowReading, title: str) -> None:
        """Count a row in that stands under this heading, with its rates or its problem."""
        entry = self._entry(row.model, row.name, row.anchor)
        entry.names.append(row.name)
        entry.titles.add(label_key(title))
        entry.rates += row.rates
        entry.section.amounts.add(row.amounts)
        entry.section.problems += [row.problem] if row.problem else []
        entry.section.gaps += row.gaps

    def lost(self, page: Page) -> None:
        """A section with a problem for each heading whose table is missing or is none we know.

        Whose rows those were is not known, so that no rate is gone because of it. Where a third of the tables is
        missing it is not the page.
        """
        missing = page.lost(self.terms.bare)
        parts = [(place, "a table has lost its beginning and its columns", words) for place, words in page.cut]
        parts += [(place, "there is no table", "") for place in missing]
        for place, message, words in (*parts, *page.unread):
            if not place.title:
                self.suspicions.append(f"above the first heading: {message}")
                continue
            section = self._under(place.title)
            section.amounts.cells += lost_numbers(words)
            if (place, words) in page.cut:
                section.amounts.ignored[self.terms.cut] += lost_numbers(words)
            where = " / ".join((place.title, place.tab or "-")) if place in missing else place.title
            section.problems.append(Problem("layout", where, message))
        if too_little_read(len({place for place, *_ in parts}), len(page.places)):
            self.suspicions.append("a third of the tables is missing: the rates read of a model may not be all")

    def _under(self, title: str) -> Section:
        """The section of what stands under a heading and belongs to no model that is known."""
        for section in self.others:
            if section.title == title:
                return section
        rule = self.terms.sections.get(label_key(title))
        self.others.append(Section(title, rule.anchor if rule else ""))
        return self.others[-1]

    def _blame(self, title: str, problem: Problem) -> None:
        """Lay a problem at the door of all models with rows under a heading; of the page, above the first heading."""
        touched = [entry.section for entry in self.entries.values() if label_key(title) in entry.titles]
        for section in touched or ([self._under(title)] if title else []):
            section.problems.append(problem)
        if not title:
            self.suspicions.append(str(problem))

    def prose(self, title: str, text: Text) -> None:
        """Take in a paragraph under a heading: metadata, a model that is free, or nothing; money in it has no place."""
        count = len(COUNTED.findall(text.text))
        self.amounts.notes += count
        if count:
            message = f"money outside any table: {text.text[:200]}"
            self._blame(title, Problem("unclaimed", title or "the page's head", message, text.text))
        for name, pattern in self.terms.facts:
            if match := pattern.search(text.text):
                for code in text.codes:
                    if entry := self.entries.get(code):
                        entry.facts[name] = match["value"]
        for free in self.terms.free:
            if free.match.search(text.text):
                self._free(free, text)
        self.said.setdefault(title, []).extend(s for s in sentences(text.text) if conditional(s) and not self._read(s))

    def _read(self, sentence: str) -> bool:
        """Whether the sentence is the caption of a table, metadata, or known to select no price."""
        known = (CAPTION, *self.terms.asides)
        if any(pattern.fullmatch(sentence) for pattern in known):
            return True
        return any(p.search(sentence) for p in (*(p for _, p in self.terms.facts), *(f.match for f in self.terms.free)))

    def _free(self, free: FreeSentence, text: Text) -> None:
        rate = Rate(
            provider=PROVIDER,
            source=SOURCE,
            model=free.model,
            plan=self.terms.plan,
            meter=free.meter,
            unit=free.unit,
            availability="free",
            price=Decimal(0),
            currency=self.terms.currency,
            evidence=Evidence(text.text, "text"),
        )
        entry = self._entry(free.model, free.model, "")
        entry.names.append(free.model)
        entry.rates.append(rate)

    def reading(self, representation: str) -> Reading:
        """The page as read: drafts for the models that were understood."""
        sections = [*(entry.section for entry in self.entries.values()), *self.others, *self._told()]
        reading = Reading(f"{PROVIDER}/{SOURCE}", representation, sections, self.amounts)
        reading.suspicions += self.suspicions
        for entry in self.entries.values():
            word = entry.section.title.partition(" ")[0]
            if not entry.section.models and word in self.entries:
                # "gpt-5 (some new condition)": whatever it says, it says it of a model that stands elsewhere, too
                self.entries[word].section.problems += entry.section.problems
        for model, entry in self.entries.items():
            self._draft(model, entry)
        for section in sections:
            reading.amounts.add(section.amounts)
        return reading

    def _told(self) -> Iterator[Section]:
        """A section without models for what is said under each heading, about the models that stand there."""
        for title, words in self.said.items():
            if words:
                under = (m for e in self.entries.values() if label_key(title) in e.titles for m in e.section.models)
                said = dict.fromkeys(words)
                yield Section(f"words under {title}", "", counted=False, words=[*said], concerns=tuple(under))

    def _draft(self, model: str, entry: _Entry) -> None:
        section = entry.section
        if too_little_read(len(section.gaps), len(section.gaps) + len(entry.rates)):
            section.problems += [gap.problem for gap in section.gaps]
            section.gaps.clear()
        rates, conflicts = settled(entry.rates)
        section.problems += conflicts
        if not rates or section.problems:
            return
        printed = [name for name in entry.names if name != model] if model != "tools" else ["Tools"]
        section.cards = [
            Draft(
                model=model,
                name=(printed or [model])[0],
                anchor=section.anchor,
                facts=tuple(sorted(entry.facts.items())),
                rates=tuple(rates),
            )
        ]
