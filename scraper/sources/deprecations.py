"""Google's deprecations page, Markdown twin: release day, shutdown day and successor of models. They are no rates.

https://ai.google.dev/gemini-api/docs/deprecations.md.txt. Any section may have tables of models, a row each.
`read_facts` gives them as the card of `scraper.storage.lifecycle`; `read` gives the same look as a `Reading` without
rate cards, in which each day is counted as an amount. A row that is not understood is a problem and left out; anything
else that is not understood leaves out its section.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ratecards.model import MODEL_ID
from ratecards.model.lifecycle import Lifecycle
from ratecards.model.notices import days
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Amounts, Problem, Reading, Section
from scraper.parse.blocks import Block, Heading, Table, Text, markdown_blocks
from scraper.prices.normalize import label_key
from scraper.sources import vocabulary
from scraper.sources.page_proofs import Proofs, refuse_other_than_twin, validate_titles
from scraper.storage.lifecycle import LifecycleCard

PROVIDER, SOURCE = "google", "deprecations"
PARSER = "1"
VOCABULARY = Path(__file__).with_name("deprecations.yaml")

_MONTHS = list(month_name)
_WHOLE_DAY = re.compile(r"[A-Za-z]+\.? [0-9]{1,2}, 20[0-9]{2}\Z")
_MONTH = re.compile(r"([A-Z][a-z]+) (20[0-9]{2})\Z")
_EARLIEST = re.compile(r"earliest:? ", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+")
# A sentence with one of these may say of the days what they are.
_OF_DAYS = re.compile(
    r"\b(?:dates?|days?|earliest|latest|exact(?:ly)?|binding|tentative\w*|estimated|postpon\w+|delay\w*|extend\w*)\b",
    re.IGNORECASE,
)
_OR = re.compile(r"\s*(?:,|/|\bor\b|\band\b)\s*")


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    name: str
    offer: str
    urls: Mapping[str, str]
    opens: str
    last_headings: Sequence[str]
    columns: Mapping[str, str]
    none_announced: Sequence[str]
    no_release: Sequence[str]
    no_successor: Sequence[str]
    elsewhere: Sequence[str]
    groups: Sequence[str]
    unbinding: Sequence[str]
    asides: Sequence[str]
    renames: Mapping[str, str]


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read once."""
    return Terms(**data)


urls, renames = vocabulary.offered(load_terms)
fingerprint = vocabulary.whole


def read(body: str) -> Reading:
    """The page as a reading of sections without cards. Raises `LayoutChanged` when it is not the page."""
    reader = _read(body)
    total = Amounts()
    for part in reader.parts:
        total.add(part.amounts)
    return Reading(f"{PROVIDER}/{SOURCE}", "md.txt", reader.parts, total, tables=reader.tables)


def is_known(section: Section) -> bool:
    """Whether what is not understood of a section touches the days of all others: so do the words above the first."""
    return not section.anchor


def read_facts(body: str) -> tuple[LifecycleCard, list[Problem], Amounts]:
    """The models, every place that was not understood, and the count of days. Raises `LayoutChanged`.

    The card says nothing yet of its capture.
    """
    terms, found = load_terms(), read(body)
    card = LifecycleCard(
        provider=PROVIDER,
        source=SOURCE,
        name=terms.name,
        url=terms.urls["md.txt"],
        parser=PARSER,
        models=_read(body).models(),
    )
    return card, found.problems, found.amounts


def _read(body: str) -> _Reader:
    terms = load_terms()
    refuse_other_than_twin(body, "deprecations")
    blocks = markdown_blocks(body)
    if not any(isinstance(b, Text) and terms.opens in label_key(b.text) for b in blocks):
        raise LayoutChanged(f"expected the words {terms.opens!r}, saw {body.strip()[:80]!r}")
    titles = [block.text for block in blocks if isinstance(block, Heading)]
    if isinstance(blocks[-1], Heading) or (isinstance(blocks[-1], Table) and not blocks[-1].rows):
        raise LayoutChanged(f"truncated page: expected a table under {(titles or [''])[-1]!r}, saw the end")
    validate_titles(titles, Proofs(last_headings=terms.last_headings))
    reader = _Reader(terms)
    for block in blocks:
        reader.block(block)
    if not any(part.counted for part in reader.parts):
        raise LayoutChanged("expected tables of models and their days, saw none")
    return reader


@dataclass(slots=True)
class _Reader:
    """Reads the page block by block; every day is claimed where it stands, or is a problem."""

    terms: Terms
    parts: list[Section] = field(default_factory=lambda: [Section("the page's head", "", counted=False)])
    rows: dict[str, Lifecycle] = field(default_factory=dict)
    tables: int = 0
    binding: bool = True
    above: tuple[str, ...] = ()

    def models(self) -> tuple[Lifecycle, ...]:
        """The rows that were understood, in the page's order; where no day binds, each is the first possible one."""
        lost = {part.title for part in self.parts if any(problem.kind != "cell" for problem in part.problems)}
        found = (row for row in self.rows.values() if row.locator.rpartition(" / ")[0] not in lost)
        if self.binding:
            return tuple(found)
        return tuple(replace(row, shutdown=None, earliest=row.shutdown or row.earliest) for row in found)

    def problem(self, kind: str, place: str, message: object, term: str = "") -> None:
        """Note a place that was not understood."""
        where = " / ".join(words for words in (self.parts[-1].title, place) if words)
        self.parts[-1].problems.append(Problem(kind, where, str(message), term))

    def block(self, block: Block) -> None:
        """Read the next block."""
        if isinstance(block, Heading):
            if block.level > 1:
                self.above = (*self.above[: block.level - 2], block.text)
                title = " / ".join(self.above)
                self.parts.append(Section(title, label_key(title), counted=False))
        elif isinstance(block, Text):
            for sentence in _SENTENCE_ENDS.split(block.text):
                self._sentence(sentence)
        else:
            self._table(block)

    def _sentence(self, sentence: str) -> None:
        """What says of days what they are must be known; a definition or a link says nothing of them."""
        if _begins(sentence, self.terms.unbinding):
            self.binding = False
        elif (_OF_DAYS.search(sentence) or days(sentence)) and not _begins(sentence, self.terms.asides):
            self.problem("condition", "text", f"a sentence about days of unknown meaning: {sentence}", sentence)

    def _table(self, table: Table) -> None:
        columns = [self.terms.columns.get(label_key(header), "") for header in table.header]
        part = self.parts[-1]
        part.counted = True
        if sorted(columns) != ["model", "release", "shutdown", "successor"]:
            unknown = [header for header, column in zip(table.header, columns, strict=True) if not column]
            headers = " | ".join(table.header)
            self.problem("header", "", f"unknown table with the headers {headers}", next(iter(unknown), ""))
            return
        self.tables += 1
        for row in table.rows:
            cells = dict(zip(columns, row, strict=True))
            if label_key(" ".join(filter(None, row))) in self.terms.groups:
                continue
            part.amounts.cells += 2
            try:
                self._row(cells, " | ".join(filter(None, row)))
                part.amounts.read += 2
            except UnknownTerm as error:
                self.problem("cell", cells["model"], error, " | ".join(row))

    def _row(self, cells: Mapping[str, str], quote: str) -> None:
        model = cells["model"]
        if not MODEL_ID.match(model):
            raise UnknownTerm(f"expected a model id, saw {model!r}")
        shutdown, earliest = self._end(cells["shutdown"])
        row = Lifecycle(
            offer=self.terms.offer,
            model=model,
            release=self._release(cells["release"]),
            shutdown=shutdown,
            earliest=earliest,
            successor=self._successor(cells["successor"]),
            quote=quote,
            locator=f"{self.parts[-1].title} / {model}",
        )
        known = self.rows.setdefault(model, row)
        if replace(known, quote=quote, locator=row.locator) != row:
            del self.rows[model]
            raise UnknownTerm(f"{model} stands twice with two words of it: {known.quote!r} and {quote!r}")

    def _release(self, text: str) -> date | None:
        """The day of the release; none where the page names none, or no more than a month."""
        month = _MONTH.match(text)
        if label_key(text) in self.terms.no_release or (month and month[1] in _MONTHS[1:]):
            return None
        return _day(text, "release")

    def _end(self, text: str) -> tuple[date | None, date | None]:
        """The day that binds, or the first on which the model may end; neither where none is announced."""
        if label_key(text) in self.terms.none_announced:
            return None, None
        if match := _EARLIEST.match(text):
            rest = text[match.end() :]
            month = _MONTH.match(rest)
            return None, _first_of(month, text) if month else _day(rest, "shutdown")
        return _day(text, "shutdown"), None

    def _successor(self, text: str) -> str:
        if label_key(text) in self.terms.no_successor:
            return ""
        ids = [words for words in _OR.split(text) if label_key(words) not in self.terms.elsewhere]
        if not ids or not all(map(MODEL_ID.match, ids)):
            raise UnknownTerm(f"expected the ids of successors, saw {text!r}")
        return " or ".join(ids)


def _begins(sentence: str, known: Sequence[str]) -> bool:
    """Whether a sentence begins with known words; "Note:" before it, and blanks before a full stop, say nothing."""
    return any(_bare(sentence).startswith(_bare(words)) for words in known)


def _bare(words: str) -> str:
    return re.sub(r"\s+(?=[.,;])|^(?:note|important|warning): ", "", label_key(words))


def _day(text: str, what: str) -> date:
    """The one day that a cell is; a month alone is none. Raises `UnknownTerm`."""
    found = days(text) if _WHOLE_DAY.match(text) else []
    if not found:
        raise UnknownTerm(f"expected a {what} day, saw {text!r}")
    return found[0]


def _first_of(month: re.Match[str], text: str) -> date:
    if month[1] not in _MONTHS:
        raise UnknownTerm(f"expected a month, saw {text!r}")
    return date(int(month[2]), _MONTHS.index(month[1]), 1)
