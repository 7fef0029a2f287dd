"""The price cells of the Agent Platform page, line by line. Whole line or error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from scraper.errors import UnknownTerm
from scraper.prices.lexicon import AMOUNT, money
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Scanner
from scraper.sources.vertex_terms import CellLabel, Terms

_LABEL = re.compile(r"([^:$]+):")
_UNIT_PAREN = re.compile(r"\(\s*/\s*([^()$]+?)\s*\)")
_UNIT = re.compile(r"(?:/|per\b)\s*([^()*$]+?)\s*(?=\(|\*|\Z)")
_CONTEXT = re.compile(r"\(([^()$]+)\)")
_MARKS = re.compile(r"\*+")
_UNLABELLED = CellLabel()


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a price cell. An empty unit is the row's or the column's, an empty label says nothing."""

    quote: str
    availability: str
    price: Decimal | None = None
    unit: str = ""
    label: CellLabel = _UNLABELLED
    context: str = ""
    marks: str = ""


def read_price(line: str, terms: Terms) -> Price:
    """Read one line of a price cell. Raises `UnknownTerm` unless every word of it is understood."""
    scan = Scanner(line, terms.phrases)
    bare = scan.text.strip(" *.")
    for name in ("not_available", "not_published", "refers"):
        if getattr(terms.phrases, name).fullmatch(bare):
            return Price(line, name)
    label = _UNLABELLED
    if match := scan.take(_LABEL):
        found = terms.cell_labels.get(label_key(match[1]))
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
    found = terms.contexts.get(label_key(words))
    if found is None:
        raise UnknownTerm(f"unknown words behind a price: {words!r}")
    return found
