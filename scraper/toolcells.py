"""Cells of the tools table: prose with allowances and, here and there, a price for a family of models."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from scraper.grammar import Phrases, Scanner
from scraper.words import AMOUNT, NUMBER, UNIT, money, unit_parts, whole_number

_FAMILY = re.compile(r"(Gemini [0-9][A-Za-z0-9.\- ]*? models):", re.IGNORECASE)
_ALLOWANCE = re.compile(
    rf"(?P<n>{NUMBER})\s*(?:RPD(?: free\b|(?= \(free))"
    r"|free (?:search |grounding )?(?:requests|prompts|queries) per (?P<p1>day|month)"
    r"|(?:search |grounded )?(?:prompts|requests|queries) per (?P<p2>day|month)(?= \(free))",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"\((?:free,? ?)?(?:limit )?(?:shared (?:for|across|with) (?P<who>[A-Za-z0-9.\- ]+))?\)", re.IGNORECASE
)
_FOR = re.compile(r"for (?P<who>[A-Z][A-Za-z\-]+)\b")
_THEN = re.compile(r"then\b", re.IGNORECASE)
_CHARGED = re.compile(r"charged for [a-z ]+ at(?= \$)", re.IGNORECASE)
_PER = re.compile(r"(?:/|per\b)\s*")
_BLANK = re.compile(r"[,.;]+")


@dataclass(frozen=True, slots=True)
class ToolPrice:
    """A price in a tools cell: for whom, beyond which allowance (per day or month), per which unit."""

    price: Decimal
    unit: str
    family: str
    used_over: int | None
    period: str


def read_tool(text: str, phrases: Phrases, ignored: re.Pattern[str]) -> list[ToolPrice]:
    """The prices of a cell that holds money. Raises `UnknownTerm` unless every word is understood."""
    scan = Scanner(text, phrases)
    prices: list[ToolPrice] = []
    family = ""
    pending: list[tuple[int, str, str]] = []
    while scan.at < len(scan.text.rstrip()):
        if match := scan.take(_FAMILY):
            if pending:
                raise scan.fail("the price behind the allowance")
            family = match[1].lower()
        elif match := scan.take(_ALLOWANCE):
            count, period = whole_number(match["n"]), (match["p1"] or match["p2"] or "day").lower()
            who = scan.take(_SHARED) or scan.take(_FOR)
            shared = (who["who"] or "").lower() if who else ""
            pending.append((count, period, shared))
        elif scan.take(_THEN) or scan.take(_CHARGED) or scan.take(_BLANK) or scan.take(ignored):
            continue
        else:
            price, unit = _price(scan)
            allowances: list[tuple[int | None, str, str]] = [*pending] or [(None, "", "")]
            prices += [ToolPrice(price, unit, family or who, n, p) for n, p, who in allowances]
            pending = []
    if pending:
        raise scan.fail("the price behind the allowance")
    return prices


def _price(scan: Scanner) -> tuple[Decimal, str]:
    amount = scan.take(AMOUNT)
    per = scan.take(_PER) if amount else None
    unit = scan.take(UNIT) if per else None
    if not amount or not unit:
        raise scan.fail("an allowance, or an amount with its unit")
    return money(amount.group()), unit_parts(unit)[0]
