"""Cells of the tools table: prose with allowances and, here and there, a price for a family of models."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from scraper.prices.lexicon import AMOUNT, MONEY_NEXT, NUMBER, PER, SIGN, UNIT, money, unit_parts, whole_number
from scraper.prices.scanner import Phrases, Scanner

_FAMILY = re.compile(r"(?:for |all )?(Gemini [0-9][A-Za-z0-9.\- ]*):", re.IGNORECASE)
_ALLOWANCE = re.compile(
    rf"(?:up to |the first |first )?(?P<n>{NUMBER})\s*(?:RPD(?: free\b|(?= \(free))"
    r"|free (?:search |grounding |grounded )?(?:requests|prompts|queries) per (?P<p1>day|month)"
    r"|(?:search |grounding |grounded )?(?:prompts|requests|queries) per (?P<p2>day|month)(?: free\b|(?= \(free)))",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"\((?:free,? ?)?(?:limit )?(?:shared (?:for|across|with|between) (?P<who>[A-Za-z0-9.\- ]+))?\)", re.IGNORECASE
)
_FOR = re.compile(r"for (?P<who>[A-Z][A-Za-z\-]+)\b")
_THEN = re.compile(rf"then\b(?=[ :]*(?:{SIGN}))", re.IGNORECASE)
_CHARGED = re.compile(rf"charged for [a-z ]+ at{MONEY_NEXT}", re.IGNORECASE)
_BLANK = re.compile(r"[,.;:]+")


@dataclass(frozen=True, slots=True)
class ToolPrice:
    """A price in a tools cell: for whom, beyond which allowance (per day or month), per which unit.

    `at` is where its amount stands in the cell; one amount behind two allowances is two prices.
    """

    price: Decimal
    unit: str
    family: str
    used_over: int | None
    period: str
    at: int


@dataclass(frozen=True, slots=True)
class _Allowance:
    count: int | None = None
    period: str = ""
    who: str = ""


def read_tool(text: str, phrases: Phrases, ignored: re.Pattern[str]) -> list[ToolPrice]:
    """The prices of a cell that holds money. Raises `UnknownTerm` unless every word is understood."""
    scan = Scanner(text, phrases)
    prices: list[ToolPrice] = []
    family, named = "", True
    pending: list[_Allowance] = []
    while not scan.done:
        if match := scan.take(_FAMILY):
            if pending:
                raise scan.fail("the price behind the allowance")
            family, named = match[1].lower(), True
        elif allowance := _allowance(scan):
            pending.append(allowance)
        elif scan.take(_CHARGED):
            named = True
        elif not (scan.take(_THEN) or scan.take(_BLANK) or scan.take(ignored)):
            if not (named or pending):
                raise scan.fail("words that say for whom the second price is")
            at, (price, unit) = scan.at, _price(scan)
            prices += [ToolPrice(price, unit, _for(family, a, pending), a.count, a.period, at) for a in pending or _ANY]
            pending, named = [], False
    if pending:
        raise scan.fail("the price behind the allowance")
    return prices


_ANY = [_Allowance()]


def _for(family: str, allowance: _Allowance, beside: list[_Allowance]) -> str:
    """Whom a price is for: the family, and whom its allowance names where the family has several allowances."""
    words = {family, allowance.who} if len(beside) > 1 or not family else {family}
    return ", ".join(sorted(words - {""}))


def _allowance(scan: Scanner) -> _Allowance | None:
    match = scan.take(_ALLOWANCE)
    if not match:
        return None
    who = scan.take(_SHARED) or scan.take(_FOR)
    period = (match["p1"] or match["p2"] or "day").lower()
    return _Allowance(whole_number(match["n"]), period, (who["who"] or "").lower() if who else "")


def _price(scan: Scanner) -> tuple[Decimal, str]:
    amount = scan.take(AMOUNT)
    per = scan.take(PER) if amount else None
    unit = scan.take(UNIT) if per else None
    if not amount or not unit or unit["aside"] or unit["of"]:
        raise scan.fail("an allowance, or an amount in dollars with its unit")
    name, sizes = unit_parts(unit)
    if sizes:
        raise scan.fail("a unit without a resolution")
    return money(amount.group()), name
