"""The reseller laozhang.ai: image models per call, in a table with the models across.

https://docs.laozhang.ai/en/api-capabilities/nano-banana-image.md, the Markdown twin: the rendered page takes pairs
of dollar signs for formulas. One price for all sizes of a model, one image a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ratecards.model import MODEL_ID, Evidence, Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Amounts, Draft, Problem, Reading, Section
from scraper.parse.blocks import Block, Heading, Table, Text, markdown_blocks
from scraper.prices.grammar import read_cell
from scraper.prices.normalise import Observation, Place, RowRule, fold, row_rates
from scraper.prices.notes import sentences
from scraper.prices.words import AMOUNT, COUNTED, DATE, day, money
from scraper.sources.laozhang_terms import Terms, load_terms

PROVIDER, SOURCE = "laozhang", "laozhang"
PARSER = "1"


def urls() -> Mapping[str, str]:
    """The Markdown twin."""
    return load_terms().urls


def renames() -> Mapping[str, str]:
    """Confirmed renames: none so far."""
    return {}


def fingerprint(body: str) -> str:
    """The whole twin: it has nothing that changes by itself."""
    return body


def read(body: str) -> Reading:
    """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
    terms = load_terms()
    blocks = _blocks(body, terms)
    tables = [(title, table) for title, table in _tables(blocks) if _money(table)]
    columns = [column for title, table in tables for column in _columns(title, table, terms)]
    if len(columns) < terms.columns_min:
        raise LayoutChanged(f"expected {terms.columns_min} models with prices, saw {len(columns)}")
    reading = Reading(f"{PROVIDER}/{SOURCE}", "md", [c.section(terms) for c in columns], Amounts(), len(tables))
    for section in reading.sections:
        reading.amounts.add(section.amounts)
    _one_column_each(reading.sections)
    _prose(blocks, reading, terms)
    missing = len(COUNTED.findall(body)) - reading.amounts.seen
    if missing > 0:
        reading.suspicions.append(f"{missing} amounts stand in the page's bytes and in none of its texts")
    return reading


def _blocks(body: str, terms: Terms) -> list[Block]:
    for what, marks in terms.not_the_page.items():
        if any(mark in body for mark in marks):
            raise LayoutChanged(f"{what}: expected the Markdown twin, saw {what}")
    if re.match(r"\s*<", body):
        raise LayoutChanged(f"expected the Markdown twin, saw markup: {' '.join(body[:60].split())!r}")
    blocks = markdown_blocks(body)
    titles = [fold(block.text) for block in blocks if isinstance(block, Heading)]
    if not titles or titles[0] != terms.first_heading or not any(terms.title in title for title in titles):
        raise LayoutChanged(f"expected {terms.first_heading!r} and {terms.title!r} as headings, saw {titles[:4]}")
    return blocks


def _tables(blocks: Sequence[Block]) -> Iterator[tuple[str, Table]]:
    title = ""
    for block in blocks:
        if isinstance(block, Heading):
            title = block.text
        elif isinstance(block, Table):
            yield title, block


def _money(table: Table) -> bool:
    return any(COUNTED.search(cell) for row in (table.header, *table.rows) for cell in row)


@dataclass(frozen=True, slots=True)
class _Column:
    """What the table says of one model: (label, cell) by role, and the labels nobody knows."""

    title: str
    name: str
    said: Mapping[str, tuple[str, str]]
    unknown: Sequence[str]
    amounts: int

    def section(self, terms: Terms) -> Section:
        section = Section(self.name, "", amounts=Amounts(cells=self.amounts))
        for label in self.unknown:
            section.problems.append(Problem("label", f"{self.title} / {self.name}", f"unknown row {label!r}", label))
        if missing := [role for role in ("id", "price", "sizes") if role not in self.said]:
            words = f"no row that is known to hold its {' and '.join(missing)}"
            section.problems.append(Problem("layout", f"{self.title} / {self.name}", words))
            return section
        model = self.said["id"][1]
        section.models = (model,) if MODEL_ID.match(model) else ()
        try:
            rates = self.rates(model, terms)
        except UnknownTerm as error:
            section.problems.append(Problem("cell", f"{self.title} / {self.name}", str(error), self.said["price"][1]))
            return section
        section.amounts.read = self.amounts
        if not section.problems:
            aliases = tuple(terms.aliases[model]) if model in terms.aliases else ()
            section.cards = [Draft(model=model, name=self.name, anchor="", aliases=aliases, rates=tuple(rates))]
        return section

    def rates(self, model: str, terms: Terms) -> list[Rate]:
        """The price, once per size that it buys."""
        if not MODEL_ID.match(model):
            raise UnknownTerm(f"{model!r} is not a model id")
        label, text = self.said["price"]
        counted = re.compile(rf"\b(?:{'|'.join(terms.nouns)})\b", re.IGNORECASE)
        cell = read_cell(counted.sub(lambda m: terms.nouns[m[0].lower()], text), terms.phrases)
        if len(cell.amounts) > 1 or self.amounts > len(cell.amounts):
            raise UnknownTerm(f"several amounts for one model: {text!r}")
        locator = f"{self.title} / {self.name} / {label}"
        seen = Observation(text, cell, terms.plan, self.name, terms.unit, locator)
        place = Place(PROVIDER, SOURCE, (model,), "standard", terms.currency)
        return [
            replace(rate, resolution=resolution, evidence=Evidence(text, locator))
            for rate in row_rates([seen], RowRule("output", "image"), place)
            for resolution in terms.resolutions(self.said["sizes"][1])
        ]


def _columns(title: str, table: Table, terms: Terms) -> Iterator[_Column]:
    roles = {row[0]: terms.rows[fold(row[0])] for row in table.rows if fold(row[0]) in terms.rows}
    unknown = [row[0] for row in table.rows if row[0] not in roles]
    if len(set(roles.values())) < len(roles):
        unknown.append(" and ".join(roles))
    for at, name in enumerate(table.header[1:], 1):
        said = {roles[row[0]]: (row[0], row[at]) for row in table.rows if row[0] in roles}
        amounts = sum(len(COUNTED.findall(cell)) for cell in (name, *(row[at] for row in table.rows)))
        yield _Column(title, name, said, unknown, amounts)


def _one_column_each(sections: Sequence[Section]) -> None:
    seen: dict[str, Section] = {}
    for section in sections:
        for model in section.models:
            if model in seen:
                words = f"{model} is sold in two columns, {seen[model].title!r} and {section.title!r}"
                for one in (seen[model], section):
                    one.problems.append(Problem("layout", one.title, words))
            seen[model] = section


def _prose(blocks: Sequence[Block], reading: Reading, terms: Terms) -> None:
    """Money in prose repeats a price of the table, or is named as somebody else's; the page's own date is kept."""
    sold = {rate.price for rate in (*reading.rates(), *reading.rates(held_back=True))}
    texts = [block.text for block in blocks if isinstance(block, Text | Heading)]
    days: set[date] = set()
    for sentence in (sentence for text in texts for sentence in sentences(text)):
        count = len(COUNTED.findall(sentence))
        reading.amounts.notes += count
        found = [money(match.group()) for match in AMOUNT.finditer(sentence)]
        if count and len(found) == count and sold.issuperset(found):
            reading.amounts.read += count
        elif count and (reason := terms.ignored(sentence)):
            reading.amounts.ignored[reason] += count
        elif count:
            reading.suspicions.append(f"money outside any table: {sentence}")
        dates = [DATE.search(sentence, dated.end()) for dated in terms.dated.finditer(sentence)]
        days |= {day(match) for match in dates if match}
    if len(days) > 1:
        reading.suspicions.append(f"the page dates its prices {', '.join(map(str, sorted(days)))}")
    reading.last_updated = max(days, default=None)
