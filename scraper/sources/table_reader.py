"""Pages of tables, read by a vocabulary alone: what a section, a tab, a column header and a row label say of a rate.

Each of the four is looked up and gives attributes; together they are what a cell's amounts are prices of. A conflict
between them and words that are in no vocabulary are problems with their place. Every amount of the page is counted, and
is read, ignored for a reason, or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

from bs4.element import Tag

from ratecards.model import Evidence, Rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Amounts, Draft, Gap, Problem, Reading, Section, too_little_read
from scraper.parse.blocks import NO_TABLE, Block, Heading, Tab, Table, Text, html_blocks, without
from scraper.prices.conditions import conditional
from scraper.prices.footnotes import only_day, sentences
from scraper.prices.labels import take_apart, why_unknown
from scraper.prices.lexicon import AMOUNT, DATE, PROMPT_IN_BRACKETS, counted, day, money, plain, scaled
from scraper.prices.normalize import Observation, Place, RowRule, label_key, row_rates
from scraper.prices.rateset import settled
from scraper.sources import table_candidates, vocabulary
from scraper.sources.candidates import Candidate
from scraper.sources.page_proofs import is_html, prove, validate_tables, validate_titles
from scraper.sources.timelimit import look
from scraper.sources.vocabulary import Patch, TableTerms, Term, combined, table_terms

_OF_TOKENS = ("input", "output", "cache_read", "cache_write")
# In a row's name a bound on the prompt; in a line of its own the unit of the tables that follow.
_CONTEXT = re.compile(r"\(\s?(?:<|(?P<over>>))\s?(?P<n>[0-9]+)(?P<scale>[km])? context length\)", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?P<said>(?:all )?(?:prices?|pricing|rates?|costs?)\b[^.]*\bper\b[^.]*?)(?: unless noted)?\.?\Z", re.IGNORECASE
)
_SEVERAL = re.compile(r"\s+/\s+|,\s+(?:and\s+)?|\s+(?:and|or)\s+")
_ID = re.compile(r"[\w-]+(?:\.[\w-]+)*")
# What a cell may say as well as the words around it; they must say the same.
_SAID_TWICE = ("resolution", "quality", "prompt_over", "prompt_up_to")
_NOTHING = Term(role="note")

_Column = tuple[str, Term]  # a header as printed, and what it means
_RowKey = tuple[int, int]  # a table of the page, and a row of it


class TableSource:
    """A source that is a vocabulary and nothing else: what `scraper.sources.SourceModule` asks for."""

    def __init__(self, path: Path) -> None:
        self.load_terms = vocabulary.of(path)(table_terms)

    @property
    def PARSER(self) -> str:  # noqa: N802 - as in a module
        """The version of its reading, from the vocabulary."""
        return self.load_terms().parser

    def urls(self) -> Mapping[str, str]:
        """By representation, the address it is fetched from."""
        return self.load_terms().urls

    def renames(self) -> Mapping[str, str]:
        """Confirmed renames."""
        return self.load_terms().renames

    def fingerprint(self, body: str) -> str:
        """Markdown as a whole; of HTML the article, for what stands around it changes by itself."""
        start, end = body.find("<article"), body.rfind("</article>")
        return body[start:end] if is_html(body) and 0 <= start < end else body

    def of_html(self, element: Tag, terms: TableTerms) -> list[Block]:  # noqa: ARG002 - for pages that need their words
        """The blocks of the element that holds the page in HTML."""
        return html_blocks(element)

    def printed(self, body: str) -> int:
        """How many amounts stand in the bytes of the page."""
        return counted(unescape(without(TableSource.fingerprint(self, body), "script", "style", "!--")))

    def read(self, body: str, terms: TableTerms | None = None) -> Reading:
        """Read one saved page. Raises `LayoutChanged` when it is not the page; unknown terms are in the reading."""
        terms = terms or self.load_terms()
        proofs = terms.proofs
        kind, blocks = prove(body, proofs, lambda element: self.of_html(element, terms))
        parts = list(_parts(blocks, terms))
        if kind == "html" and proofs.last_in_html:
            proofs = replace(proofs, last_headings=proofs.last_in_html)
        validate_titles([part.title for part in parts[1:]], proofs)
        validate_tables(blocks, proofs.tables_min)
        book = _Book(terms)
        _read(parts, book)
        reading = book.reading(kind)
        reading.again = partial(_again, blocks, book.numbers(reading.sections))
        reading.suspect_unseen(self.printed(body))
        return reading

    def patched(self, patch: Patch) -> TableTerms:
        """The vocabulary with further lines."""
        return vocabulary.patched(self.load_terms, patch)

    def candidates(self, problems: Sequence[Problem], section: Section) -> list[Candidate]:  # noqa: ARG002 - as asked for
        """What the words of problems at one place, all of one kind, may mean."""
        return table_candidates.candidates(problems, self.load_terms(), self.patched)

    def choices(self, problems: Sequence[Problem], section: Section) -> list[Candidate]:  # noqa: ARG002 - as asked for
        """What a person may choose of: the candidates, else every meaning that lines of the vocabulary can give."""
        return table_candidates.choices(problems, self.load_terms(), self.patched)


def _read(parts: Sequence[_Part], book: _Book) -> None:
    for part in filter(lambda part: part.blocks, parts):
        look(part.title)
        _PartReader(part, book).tables()
    for part in parts:
        book.prose(part)


def _again(
    blocks: Sequence[Block], numbers: _Numbers, terms: TableTerms, only: Collection[int] | None
) -> dict[int, Section]:
    """The sections of these numbers as other terms read their rows; all of them where none are named.

    A row stands in the section that it stood in, or in that of the model that it turns out to be of. Of a section that
    has no row any more nothing is left.
    """
    book = _Book(terms, None if only is None else {row for row, own in numbers.rows.items() if own & {*only}})
    _read(list(_parts(blocks, terms)), book)
    wanted = range(numbers.count) if only is None else sorted(only)
    found = numbers.of(book, wanted)
    return {number: found.get(number, Section("", "", counted=False)) for number in wanted}


# ------------------------------------------------------------------------------------------------ sections


@dataclass(slots=True)
class _Part:
    """What stands under one heading; `term` is what the heading means, None where it is not in the vocabulary."""

    title: str
    term: Term | None
    id: str = ""
    blocks: list[Block] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The heading's id, else its words joined by hyphens, as pages make anchors of them."""
        return self.id or re.sub(r"[^a-z0-9.]+", "-", self.title.lower()).strip("-")

    @property
    def says(self) -> Term:
        """What its heading means."""
        return self.term or _NOTHING

    def texts(self) -> list[str]:
        """Its heading and paragraphs."""
        return [self.title, *(block.text for block in self.blocks if not isinstance(block, Table))]


def _parts(blocks: Sequence[Block], terms: TableTerms) -> Iterator[_Part]:
    any_other = terms.sections.get("*")
    part = _Part("", any_other)
    for block in blocks:
        if _begins(block, terms):
            yield part
            title: str = block.text  # type: ignore[union-attr]
            part = _Part(title, terms.sections.get(label_key(title), any_other), getattr(block, "anchor", ""))
        elif not isinstance(block, Heading) or terms.tab(block.text):
            part.blocks.append(block)
    yield part


def _begins(block: Block, terms: TableTerms) -> bool:
    """Whether a section begins: with a heading that is none of a tab or a table, or a line that is its title alone."""
    if isinstance(block, Heading):
        return not terms.tab(block.text) and not terms.untitled.fullmatch(block.text)
    return isinstance(block, Text) and label_key(block.text) in terms.sections


# -------------------------------------------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: the models whose prices it gives, its name as printed, and what it says of every cell."""

    models: tuple[str, ...]
    name: str
    says: Term = field(default_factory=Term)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class _Whole:
    """A row that is understood but for its prices."""

    cells: Sequence[str]
    columns: Sequence[_Column]
    around: Sequence[tuple[str, Term]]
    place: str
    entries: Sequence[_Entry]

    def restated(self, at: int) -> bool:
        """Whether other columns have prices, which this one then only restates."""
        prices = [n for n, (_, term) in enumerate(self.columns) if not term.role and n != at]
        return any(counted(self.cells[n]) for n in prices)


def _beside(header: Term, around: Sequence[tuple[str, Term]]) -> list[tuple[str, Term]]:
    """What stands around a cell and holds for it: of a section, only where it speaks of the column's meter.

    Where its column begins at the bound that the row names, the row's ends there; an estimate of another thing than the
    rest of its row has a modality of its own.
    """
    found = []
    for name, term in ((n, t) for n, t in around if not t.only or (header.meter or "") in t.only):
        bound = None if header.prompt_over and header.prompt_over == term.prompt_up_to else term.prompt_up_to
        modality = None if header.estimate and header.modality else term.modality
        found.append((name, replace(term, prompt_up_to=bound, modality=modality)))
    return found


class _PartReader:
    """Reads the tables under one heading into the book."""

    def __init__(self, part: _Part, book: _Book) -> None:
        terms = book.terms
        self.part, self.book, self.terms = part, book, terms
        self.tab, self.line, self.caption, self.looked = "", "", "", False
        self.tabs: list[Term | None] = []
        self.twice = False
        # where a section has tabs that are bare lines, each of its tables has one of its own: nothing else tells
        # the table behind an unknown line from another one of the tab before it
        texts = [block for block in part.blocks if not isinstance(block, Table)]
        marked = any(isinstance(block, Tab) for block in texts)
        self.lines = not marked and any(terms.tab(block.text) for block in texts)
        self.turned = not self.lines

    def tables(self) -> None:
        """Read every table; a tab holds until the next one."""
        for block in self.part.blocks:
            if isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Tab) or self.terms.tab(block.text):
                tab = self.terms.tab(block.text)
                self.tab, self.turned, self.twice = block.text, True, self.lines and tab in self.tabs
                self.tabs.append(tab)
            elif _CAPTION.match(block.text):
                self.caption = block.text
            elif not block.text.endswith((".", ":")):
                self.line = block.text  # a title or a tab, were it known

    def _place(self, *words: str) -> str:
        return " / ".join((self.part.anchor, self.tab or "-", *words))

    def _table(self, table: Table) -> None:
        lines = (table.header, *table.rows)
        amounts = sum(counted(cell) for line in lines for cell in line)
        self.book.noted(" | ".join(line) for line in lines)
        if reason := self.part.says.ignore:
            self.book.amounts.cells += amounts
            self.book.amounts.ignored[reason] += amounts
        elif amounts or table == NO_TABLE or label_key(self.part.title) in self.terms.sections:
            self.book.tables += 1
            self.book.captions.add(self.caption)
            self.book.printed |= {money(m.group()) for line in lines for c in line for m in AMOUNT.finditer(plain(c))}
            self._rows(_across(table) if self.part.says.transposed else table, id(table))
            self.line = ""

    def _rows(self, table: Table, whole: int) -> None:
        columns = [(header, self.terms.header(header) or _NOTHING) for header in table.header]
        self.rows = set[object]()
        wrong = self._wrong(table.header, [term.role or "price" for _, term in columns])
        self.book.amounts.cells += sum(map(counted, table.header))
        for number, cells in enumerate(table.rows):
            self.book.row = whole, number
            if self.book.asked(self.book.row):
                look(self.part.title)
                self._row(cells, columns, wrong)
        self.turned = not self.lines

    def _wrong(self, headers: Sequence[str], roles: Sequence[str]) -> list[Problem]:
        """Why no row of a table can be read; nothing where all its words are known."""
        if self.part.term is None:
            return [Problem("section", self._place(), f"unknown section {self.part.title!r}", self.part.title)]
        if self.tab and self.terms.tab(self.tab) is None:
            return [Problem("tab", self._place(), f"unknown tab {self.tab!r}", self.tab)]
        if self.twice:
            words = f"a second table under the tab {self.tab!r}: which one has its prices?"
            return [Problem("layout", self._place(), words)]
        if not self.turned:
            words = f"a table without a tab of its own, behind {self.tab or 'none'!r}: which service tier is it of?"
            return [Problem("tab", self._place(*filter(None, [self.line])), words, self.line)]
        unknown = dict.fromkeys(header for header in headers if self.terms.header(header) is None)
        if not unknown and (missing := [role for role in self.part.term.needs if roles.count(role) != 1]):
            return [Problem("layout", self._place(), f"expected one column of {missing[0]}, saw {list(headers)}")]
        why = {header: f"unknown header {header!r}{why_unknown(header, self.terms.words)}" for header in unknown}
        return [Problem("header", self._place(), said, header) for header, said in why.items()]

    def _row(self, cells: Sequence[str], columns: Sequence[_Column], wrong: list[Problem]) -> None:
        roles = dict(zip((term.role for _, term in columns), cells, strict=False))
        label, amounts = roles.get("name") or roles.get("model") or roles.get("label"), sum(map(counted, cells))
        try:
            row = self._named(roles)
        except UnknownTerm as error:
            label = label or " | ".join(cells)
            problems = wrong or [Problem("model", self._place(label), str(error), roles.get("model", ""))]
            # what stands around the tables is looked through once, for its first row of nobody's
            about = [*cells, *self._each(roles.get("model", ""))]
            about += [] if "model" in roles or self.looked else self.part.texts()
            self.looked = True
            self.book.unknown(label, amounts, problems, about, self.part.anchor)
            return
        place = self._place(label or row.name)
        entries = [self.book.entry(model, row, self.part.anchor) for model in row.models]
        first = entries[0].section.amounts
        first.cells += amounts
        around: list[tuple[str, Term]] = []
        try:
            around = self._around(cells, columns, row)
        except UnknownTerm as error:
            wrong = wrong or [Problem("label", place, str(error), roles.get("label", ""))]
        said = tuple(text for text, (_, term) in zip(cells, columns, strict=False) if term.role)
        if not wrong and said and said in self.rows:
            wrong = [Problem("layout", place, f"a second row of {label or row.name}: which one has its prices?")]
        self.rows.add(said)
        if wrong:
            for entry in entries:
                entry.section.problems += wrong
        elif reason := next((term.ignore for _, term in (*around[1:], ("", row.says)) if term.ignore), ""):
            first.ignored[reason] += amounts
        else:
            whole = _Whole(cells, columns, around, place, entries)
            for at, (_, term) in enumerate(columns):
                if not term.role:
                    self._cell(at, whole)

    def _named(self, roles: Mapping[str, str]) -> _Row:
        """Whose prices a row gives: of the model in its column, else of those that a sentence above it names."""
        if self.part.says.model:
            return _Row((self.part.says.model,), self.part.title)
        if "model" in roles:
            row = self._models(roles["model"])
            return replace(row, name=roles["name"]) if "name" in roles else row
        for text in self.part.texts() if self.part.says.models else ():
            if match := self.part.says.models.search(text):  # type: ignore[union-attr]
                return self._models(match["models"])
        raise UnknownTerm("a row of which nothing says whose prices it gives")

    def _models(self, text: str) -> _Row:
        """The models of a cell. Raises `UnknownTerm` on a name that is not in the vocabulary."""
        bound = PROMPT_IN_BRACKETS.search(plain(text)) or _CONTEXT.search(plain(text))
        bare = text if bound is None else text[: bound.start()] + text[bound.end() :]
        name = self.terms.name_asides.sub("", bare).strip()
        models = self.terms.ids(name) or tuple(i for one in self._each(name) for i in self.terms.ids(one) or ("",))
        if "" in models:
            raise UnknownTerm(f"unknown model {text!r}" if self.terms.models else f"{text!r} is not a model id")
        tokens = scaled(bound["n"], bound["scale"]) if bound else None
        said = next((term for match, term in self.terms.name_words if match.search(bare)), None)
        notice = bare.strip() if name != bare.strip() and said is None else ""
        over = bool(bound and bound["over"])
        says = replace(said or Term(), prompt_over=tokens if over else None, prompt_up_to=None if over else tokens)
        return _Row(models, name, says, notice)

    def _each(self, names: str) -> Iterator[str]:
        """The names of several models; of "Claude Sonnet 4.5 / 4" the second with the words that it has in common."""
        before: list[str] = []
        for name in _SEVERAL.split(names):
            whole = (" ".join((*before[:n], name)) for n in range(len(before)))
            found = next((one for one in whole if self.terms.ids(one)), name)
            before = found.split()
            yield found

    def _around(self, cells: Sequence[str], columns: Sequence[_Column], row: _Row) -> list[tuple[str, Term]]:
        """What stands around every cell of a row, each with its name for messages. Raises `UnknownTerm`."""
        found = [(f"the section {self.part.title!r}", self.part.says), (f"the row {row.name!r}", row.says)]
        if self.caption and not self._unit:
            raise UnknownTerm(f"unknown unit in {self.caption!r}")
        if self.tab:
            found.append((f"the tab {self.tab!r}", self.terms.tab(self.tab) or _NOTHING))
        if len(cells) != len(columns):
            raise UnknownTerm(f"{len(cells)} cells under {len(columns)} headers: which is which?")
        for text, (header, term) in zip(cells, columns, strict=True):
            if term.role and counted(text):
                raise UnknownTerm(f"money in the column {header!r}, which holds no prices: {text}")
            if term.role == "label":
                meaning = self.terms.label(text)
                if meaning is None:
                    raise UnknownTerm(f"unknown row label {text!r}{why_unknown(text, self.terms.words)}")
                found.append((f"the label {text!r}", meaning))
            elif term.role == "sizes":
                found.append((f"the sizes {text!r}", Term(resolution="/".join(self._sizes(text)))))
        return found

    @property
    def _unit(self) -> str:
        """The unit of the caption above the table; without one that of the page."""
        if not (caption := _CAPTION.match(self.caption)):
            return self.terms.defaults.unit or ""
        try:
            said = take_apart(caption["said"])
        except UnknownTerm:
            return ""
        return said.unit if said.only("unit", "currency") and said.currency in ("", self.terms.currency) else ""

    def _sizes(self, cell: str) -> Iterator[str]:
        for word in dict.fromkeys(re.split(r"\s*[,/、]\s*", label_key(cell))):
            if word not in self.terms.sizes:
                raise UnknownTerm(f"unknown size {word!r} in {cell!r}")
            yield self.terms.sizes[word]

    def _cell(self, at: int, row: _Whole) -> None:
        """The rates of one cell, which may begin with a label; one that is not understood is a gap of its models."""
        text, (header, term) = row.cells[at], row.columns[at]
        first, amounts, locator = row.entries[0].section.amounts, counted(text), f"{row.place} / {header}"
        if reason := term.ignore:
            first.ignored[reason] += amounts
            return
        models, bag = tuple(entry.model for entry in row.entries), {}
        try:
            label, led, price = self.terms.led(text)
            within = [(f"the label {label!r}", led)] if led else []
            said = combined([(f"the header {header!r}", term), *within, *_beside(term, row.around)])
            bag = {**self.terms.defaults.says, "unit": self._unit, **said}
            rates = list(self._rates(text, price, bag, header, locator, models))
        except UnknownTerm as error:
            problem = Problem("cell" if bag else "conflict", locator, str(error), text)
            meters = (bag["meter"],) if "meter" in bag else _OF_TOKENS
            context = bag.get("context", "") if bag else None
            over = bag.get("prompt_over")
            gap = Gap(problem, models, bag.get("service_tier", ""), meters, (), context, over, amounts)
            for entry in row.entries:
                entry.section.gaps.append(gap)
            return
        first.read += amounts
        if term.estimate:
            basis = "equivalent" if row.restated(at) else "list"
            rates = [replace(rate, basis=basis) for rate in rates if rate.price is not None]
        for entry in row.entries:
            entry.rates += [rate for rate in rates if rate.model == entry.model]

    def _rates(
        self, text: str, price: str, bag: Mapping[str, Any], header: str, locator: str, models: tuple[str, ...]
    ) -> Iterator[Rate]:
        cell = self.terms.cell(price)
        if len(cell.amounts) != counted(text):  # an allowance in money, or words that hold some
            raise UnknownTerm(f"{counted(text)} amounts, of which {len(cell.amounts)} were read: {text}")
        if "meter" not in bag:
            raise UnknownTerm(f"nothing says what is counted: {text}")
        rule = RowRule(bag["meter"], bag.get("modality", ""), tuple(bag.get("modalities", ())), bag.get("context", ""))
        provider, source = self.terms.source.split("/")
        place = Place(provider, source, models, bag["service_tier"], self.terms.currency)
        for rate in row_rates([Observation(text, cell, bag["plan"], header, bag["unit"], locator)], rule, place):
            for size in bag.get("resolution", "").split("/"):
                yield _finished(replace(rate, evidence=Evidence(text, locator)), {**bag, "resolution": size})


def _finished(rate: Rate, bag: Mapping[str, Any]) -> Rate:
    """The rate with what the words around its cell say. Raises `UnknownTerm` where the cell says another thing."""
    said = {name: bag[name] for name in _SAID_TWICE if bag.get(name)}
    for name, value in said.items():
        if (own := getattr(rate, name)) and own != value:
            raise UnknownTerm(f"the cell says {name} {own}, the words around it {value}: {rate.evidence.quote}")
    return replace(rate, **said)


def _across(table: Table) -> Table:
    """A table with the models across as one with a model in each row."""
    header, *rows = zip(table.header, *table.rows, strict=True)
    return Table(header, tuple(rows))


# ---------------------------------------------------------------------------------------------------- book


@dataclass(slots=True)
class _Entry:
    """What the page says of one model, wherever it says it."""

    model: str
    name: str
    section: Section
    rates: list[Rate] = field(default_factory=list)
    notices: dict[str, None] = field(default_factory=dict)


class _Book:
    """Gathers what tables and sentences say into a section per model, in the page's order."""

    def __init__(self, terms: TableTerms, only: Collection[_RowKey] | None = None) -> None:
        self.terms, self.only = terms, only
        self.row: _RowKey = (0, 0)  # the one that is read
        self.rows: dict[_RowKey, list[Section]] = {}  # by row the sections that it stands in
        self.entries: dict[str, _Entry] = {}
        self.others: list[Section] = []
        self.amounts = Amounts()
        self.tables = 0
        self.suspicions: list[str] = []
        self.facts: dict[str, str] = {}
        self.own_facts: dict[str, dict[str, str]] = {}
        self.constant = {term.model for term in terms.sections.values() if term.model}
        # rows whose words may speak of a model, and what is wrong with them
        self.doubtful: list[tuple[_RowKey, str, Sequence[Problem]]] = []
        self.starts: dict[str, date] = {}
        self.printed: set[Decimal] = set()  # the amounts in tables of prices
        self.captions: set[str] = set()  # those above a table of prices
        self.days: set[date] = set()
        self.under: dict[str, dict[str, None]] = {}  # by heading: the models with rows there

    def asked(self, row: _RowKey) -> bool:
        """Whether the row is to be read."""
        return self.only is None or row in self.only

    def entry(self, model: str, row: _Row, anchor: str) -> _Entry:
        """The model's entry, which the row stands in; its name and anchor are those of its first row."""
        found = self.entries.setdefault(model, _Entry(model, row.name, Section(row.name, anchor, (model,))))
        found.section.counted = model not in self.constant
        self.under.setdefault(anchor, {})[model] = None
        found.notices |= {row.notice: None} if row.notice else {}
        self.rows.setdefault(self.row, []).append(found.section)
        return found

    def unknown(self, label: str, amounts: int, problems: Sequence[Problem], about: Iterable[str], anchor: str) -> None:
        """A row of which it is not known whose prices it gives: a problem of every model that words around it name."""
        words = label_key(" ".join(about))
        for name, models in self.terms.models.items():
            for model in models if _names(words, name) else ():
                self.entry(model, _Row((model,), name), anchor)
        self.doubtful.append((self.row, words, problems))
        section = Section(label, "", amounts=Amounts(cells=amounts), problems=list(problems))
        # so many rows of nobody's as a table has are one thing that is not known
        section.counted = self.row[0] not in {row[0] for row, _, _ in self.doubtful[:-1]}
        self.others.append(section)
        # before the models that its words name: the row is in its own section first
        self.rows.setdefault(self.row, []).insert(0, self.others[-1])

    def _settle_doubts(self) -> None:
        """Lay a row that is nobody's at the door of the models that its words name, by name or id."""
        names: dict[str, tuple[str, ...]] = {label_key(e.name): (e.model,) for e in self.entries.values()}
        names |= {name: ids for name, ids in self.terms.models.items() if self.entries.keys() & {*ids}}
        for row, words, problems in self.doubtful:
            found = [model for name, ids in names.items() if _names(words, name) for model in ids]
            if self.terms.ids_printed:
                found += [word for word in _ID.findall(words) if word in self.entries]
            for model in dict.fromkeys(found):
                self.entries[model].section.problems += problems
                self.rows[row].append(self.entries[model].section)

    def noted(self, texts: Iterable[str]) -> bool:
        """Note what sentences and rows say that is card metadata, of models named or of all; gives whether any does."""
        found = [(name, m) for text in texts for name, match in self.terms.facts if (m := match.search(text))]
        for name, said in found:
            named = _ID.findall(said.groupdict().get("models") or "")
            for facts in [self.own_facts.setdefault(model, {}) for model in named] or [self.facts]:
                facts[name] = said["value"]
        return bool(found)

    def prose(self, part: _Part) -> None:
        """Money in a sentence repeats an amount of a table or has a reason; other words of prices are kept."""
        words: list[str] = []
        for sentence in (sentence for text in part.texts() for sentence in sentences(text)):
            count = counted(sentence)
            self.amounts.notes += count
            self._date(sentence)
            if reason := part.says.ignore or (self.terms.reason(sentence) if count else ""):
                self.amounts.ignored[reason] += count
                continue
            if count:
                self._money(sentence, count, part.anchor)
            known = self.noted([sentence]) or sentence in self.captions or self.terms.harmless(sentence)
            if conditional(sentence) and not known:
                words.append(sentence)
        if words:
            models = tuple(self.under.get(part.anchor, ()))
            said = Section(
                f"words under {part.title}", "", counted=False, words=[*dict.fromkeys(words)], concerns=models
            )
            self.others.append(said)

    def _date(self, sentence: str) -> None:
        dates = (DATE.search(sentence, said.end()) for said in self.terms.dated.finditer(sentence))
        self.days |= {day(match) for match in dates if match}
        for started in self.terms.starts.finditer(sentence):
            if first := only_day(sentence):
                self.starts |= dict.fromkeys(self.terms.ids(started["model"]), first)

    def _money(self, sentence: str, count: int, anchor: str) -> None:
        found = [money(match.group()) for match in AMOUNT.finditer(plain(sentence))]
        if len(found) == count and self.printed.issuperset(found):
            self.amounts.read += count
            return
        problem = Problem("unclaimed", anchor, f"money outside any table: {sentence}", sentence)
        for model in self.under.get(anchor, ()):
            self.entries[model].section.problems.append(problem)
        if anchor not in self.under:
            self.suspicions.append(problem.message)

    def reading(self, representation: str) -> Reading:
        """The page as read: drafts for the models that were understood. Raises `LayoutChanged` on too few models."""
        models = len(self.entries) + len(self.doubtful)
        if models < self.terms.proofs.models_min:
            raise LayoutChanged(f"expected {self.terms.proofs.models_min} models with prices, saw {models}")
        sections = self.sections()
        reading = Reading(self.terms.source, representation, sections, self.amounts, self.tables)
        reading.suspicions += self.suspicions
        for section in sections:
            reading.amounts.add(section.amounts)
        if len(self.days) > 1:
            reading.suspicions.append(f"the page dates its prices {', '.join(map(str, sorted(self.days)))}")
        reading.last_updated = max(self.days, default=None)
        return reading

    def sections(self) -> list[Section]:
        """A section of each model, and those that are of none, with their drafts."""
        self._settle_doubts()
        for entry in self.entries.values():
            self._draft(entry)
        return [*(entry.section for entry in self.entries.values()), *self.others]

    def numbers(self, sections: Sequence[Section]) -> _Numbers:
        """By which their sections are found again when other terms read them."""
        number = {id(section): n for n, section in enumerate(sections)}
        rows = {row: {number[id(section)] for section in own} for row, own in self.rows.items()}
        first = {row: number[id(own[0])] for row, own in self.rows.items()}
        models = {model: number[id(entry.section)] for model, entry in self.entries.items()}
        words = {section.title: number[id(section)] for section in self.others if section.words}
        return _Numbers(len(sections), rows, first, models, words)

    def _draft(self, entry: _Entry) -> None:
        section = entry.section
        if too_little_read(len(section.gaps), len(section.gaps) + len(entry.rates)):
            section.problems += [gap.problem for gap in section.gaps]
            section.gaps.clear()
        start = self.starts.get(entry.model)
        dated = [replace(r, effective_from=r.effective_from or start) for r in entry.rates]
        rates, conflicts = settled(_bounded(dated))
        section.problems += conflicts
        if rates:
            draft = Draft(model=entry.model, name=entry.name, anchor=section.anchor, rates=tuple(rates))
            said = {**self.facts, **self.own_facts.get(entry.model, {})}
            notices, facts = tuple(entry.notices), tuple(sorted(said.items()))
            aliases = tuple(self.terms.aliases.get(entry.model, ()))
            section.cards = [replace(draft, notices=notices, facts=facts, aliases=aliases)]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a reading's sections: by row those that it stands in, and the first; by model; by title."""

    count: int
    rows: Mapping[_RowKey, set[int]]
    first: Mapping[_RowKey, int]
    models: Mapping[str, int]
    words: Mapping[str, int]

    def of(self, book: _Book, wanted: Collection[int]) -> dict[int, Section]:
        """The sections of another reading of the same page by these numbers.

        A model that had none, or none of those wanted, has that of its first row; two of one number are told as one.
        """
        sections = book.sections()
        entries = [(entry.section, self.models.get(model, -1)) for model, entry in book.entries.items()]
        own = {id(section): number for section, number in entries if number in wanted}
        for row, stood in book.rows.items():
            for section in stood:
                own.setdefault(id(section), self.first.get(row, -1))
        found: dict[int, Section] = {}
        for section in sections:
            number = own.get(id(section), self.words.get(section.title, -1))
            if (other := found.setdefault(number, section)) is not section:
                other.problems += section.problems
                other.gaps += section.gaps
        return found


def _names(words: str, name: str) -> bool:
    """Whether a name stands in the words, and not as the beginning or end of a longer one."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", words) is not None


def _bounded(rates: Sequence[Rate]) -> list[Rate]:
    """The rates of a model; where a table prices its long prompts, its other prices of tokens are for shorter ones.

    Where it has a place for long prompts and no price for any, the place says nothing.
    """
    long = min((rate.prompt_over for rate in rates if rate.prompt_over and rate.price is not None), default=None)
    kept = [rate for rate in rates if long or not rate.prompt_over or rate.price is not None]
    open_ended = [r.meter in _OF_TOKENS and (r.prompt_over, r.prompt_up_to) == (None, None) for r in kept]
    return [replace(r, prompt_up_to=long) if long and free else r for r, free in zip(kept, open_ended, strict=True)]
