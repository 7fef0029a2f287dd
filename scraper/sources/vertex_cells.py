"""The cells of the Agent Platform page: price lines, and the prose of grounding cells. Whole cell or error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scraper.errors import UnknownTerm
from scraper.grammar import Scanner
from scraper.normalise import fold
from scraper.sources.vertex_terms import CellLabel, Terms
from scraper.words import AMOUNT, DATE, NUMBER, day, money, whole_number

_LABEL = re.compile(r"([^:$]+):")
_UNIT_PAREN = re.compile(r"\(\s*/\s*([^()$]+?)\s*\)")
_UNIT = re.compile(r"(?:/|per\b)\s*([^()*$]+?)\s*(?=\(|\*|\Z)")
_CONTEXT = re.compile(r"\(([^()$]+)\)")
_MARKS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a price cell. An empty unit is the row's or the column's, an empty label says nothing."""

    quote: str
    availability: str
    price: Decimal | None = None
    unit: str = ""
    label: CellLabel = CellLabel()
    context: str = ""
    marks: str = ""


def read_price(line: str, terms: Terms) -> Price:
    """Read one line of a price cell. Raises `UnknownTerm` unless every word of it is understood."""
    scan = Scanner(line, terms.phrases)
    bare = scan.text.strip(" *.")
    for name in ("not_available", "not_published", "refers"):
        if getattr(terms.phrases, name).fullmatch(bare):
            return Price(line, name)
    label = CellLabel()
    if match := scan.take(_LABEL):
        found = terms.cell_labels.get(fold(match[1]))
        if not found:
            raise UnknownTerm(f"unknown words before the colon in {line!r}")
        label = found
    if scan.take(terms.phrases.free):
        return _whole(scan, Price(line, "free", Decimal(0), label=label))
    amount = scan.take(AMOUNT)
    if not amount:
        raise scan.fail("an amount, or words that say that there is none")
    unit = scan.take(_UNIT_PAREN) or scan.take(_UNIT)
    context = scan.take(_CONTEXT)
    marks = scan.take(_MARKS)
    price = Price(
        line,
        "priced",
        money(amount.group()),
        terms.unit(unit[1]) if unit else "",
        label,
        _context(context[1], terms) if context else "",
        marks.group() if marks else "",
    )
    return _whole(scan, price)


def _whole(scan: Scanner, price: Price) -> Price:
    if scan.text[scan.at :].strip(" ."):
        raise scan.fail("the end of the price")
    return price


def _context(words: str, terms: Terms) -> str:
    found = terms.contexts.get(fold(words))
    if found is None:
        raise UnknownTerm(f"unknown words behind a price: {words!r}")
    return found


# ----------------------------------------------------------------------------------------- grounding

_SENTENCE = re.compile(r"\.\s+(?=[A-Z])")
_PER_DAY = rf"(?P<count>{NUMBER}) (?:grounded |search )?(?:prompts|requests|queries) per (?P<period>day|month)"
_INCLUDED = re.compile(
    rf"(?:(?P<who>.+?) )?[Ii]ncludes? (?:a combined |up to )?{_PER_DAY} at no (?:additional )?(?:charge|cost)"
    r"(?:, aggregated across all [A-Za-z0-9. ]+ models)?"
)
_LISTED = re.compile(rf"(?P<who>[^:$]+): (?:combined )?{_PER_DAY}")
_BILLED = re.compile(
    rf"(?:[A-Za-z ]+ exceeding (?:those limits|(?P<over>{NUMBER}) per day) are billed at )?(?P<amount>{AMOUNT.pattern})"
    r" per (?P<unit>[a-z0-9, ]+?)(?: \(up to 1 million requests per day\))?"
    rf"(?: starting {DATE.pattern})?"
)
_STARTS = re.compile(rf"Billing will start {DATE.pattern}")
_AND = re.compile(r",\s*|\s+and\s+")


@dataclass(frozen=True, slots=True)
class Included:
    """So much per period at no charge; `who` are the models the cell names, none for all of the section."""

    who: tuple[str, ...]
    count: int
    period: str
    quote: str


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a grounding cell says: one price per unit, from a day on, beyond what is included."""

    price: Decimal
    unit: str
    quote: str
    starts: date | None
    included: tuple[Included, ...]


def read_grounding(lines: Sequence[str], terms: Terms) -> Grounding:
    """Read a grounding cell sentence by sentence. Raises `UnknownTerm` on a sentence it does not know."""
    included: list[Included] = []
    billed: list[re.Match[str]] = []
    starts: list[re.Match[str]] = []
    for words in (s.strip(" .") for line in lines for s in _SENTENCE.split(line)):
        if match := _INCLUDED.fullmatch(words) or _LISTED.fullmatch(words):
            who = tuple(_AND.split(match["who"])) if match["who"] else ()
            included.append(Included(who, whole_number(match["count"]), match["period"].lower(), words))
        elif match := _BILLED.fullmatch(words):
            billed.append(match)
        elif match := _STARTS.fullmatch(words):
            starts.append(match)
        elif words and not terms.grounding_prose.fullmatch(words):
            raise UnknownTerm(f"unknown sentence in a grounding cell: {words!r}")
    if len(billed) != 1:
        raise UnknownTerm(f"expected one price in the cell, saw {len(billed)}: {' '.join(lines)[:120]!r}")
    price = billed[0]
    if price["over"] and {whole_number(price["over"])} != {i.count for i in included}:
        raise UnknownTerm(f"the price and the allowance before it differ: {price.group()!r}")
    if price["year"]:
        starts.append(price)
    days = {day(match) for match in starts}
    if len(days) > 1:
        raise UnknownTerm(f"several starts in one cell: {sorted(map(str, days))}")
    quote = " … ".join(dict.fromkeys(m.group() for m in (price, *starts)))
    return Grounding(
        money(price["amount"]), terms.unit(price["unit"]), quote, days.pop() if days else None, tuple(included)
    )
