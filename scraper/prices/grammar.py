"""The price-cell language: a whole cell or an error, never a guess.

A cell is a run of amounts, each with what is said of it (`amounts`), or words that say that there is none. Anything
left over is an `UnknownTerm` that shows the place. What the words mean for a row is `normalise`'s business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scraper.prices.amounts import MARKS, Amount, take_amount
from scraper.prices.lexicon import MONEY_NEXT, NUMBER, UNSOLD, counted, whole_number
from scraper.prices.scanner import Phrases, Scanner

_ALLOWANCE = re.compile(
    rf"(?:(?:the )?first |up to )?(?P<n>{NUMBER})\s*(?:free )?"
    r"(?:RPD\b|(?:search |grounding |grounded )?(?:prompts|requests|queries)\s*(?:free\s+)?(?:per|a|/)\s*"
    r"(?P<period>day|month)\b(?:\s*\(RPD\))?)(?:\s*(?:\bare )?\b(?:free(?: of charge)?|(?:at )?no charge)\b)?",
    re.IGNORECASE,
)
_FREE_PAREN = re.compile(r"\(\s*+(?:free(?: of charge)?(?:\s*+[,;]\s*+|\s*+(?=\))))?([^()]*)\)", re.IGNORECASE)
_STOP = re.compile(r"[\s,;.]+")
# words that join stand between two things: "1,500 RPD (free), then" and "then $35" are cells cut short
_JOIN = re.compile(rf"/(?=\s?\$)|(?:and|then)\b(?:{MONEY_NEXT}|(?=\s*\(coming soon))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many units free per period before the price applies."""

    count: int
    period: str
    quote: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says: an availability, and the amounts and allowances when it is priced or free.

    A free cell has an amount where it says so by one, "$0.00".
    """

    availability: str
    amounts: tuple[Amount, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    unsold: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Found:
    free: bool
    amounts: list[Amount] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    unsold: list[tuple[str, str]] = field(default_factory=list)
    # the unit in which "equivalent to" has begun to restate
    restating: str | None = None


def read_cell(text: str, phrases: Phrases) -> Cell:
    """Read one cell of a price table. Raises `UnknownTerm` unless every word of it is understood."""
    scan = Scanner(text, phrases)
    priced = counted(scan.text) > 0
    if not priced and (simple := _simple(scan.text, phrases)):
        return Cell(simple)
    borrowed = priced and scan.take(phrases.refers) is not None
    found = _Found(free=scan.take(phrases.free) is not None)
    while not scan.done:
        _piece(scan, found)
    said = bool(found.amounts) if found.unsold else bool(found.amounts or found.allowances or found.free)
    if not said or (found.free and found.amounts and not found.allowances):
        raise scan.fail("a price, or words that say that there is none")
    amounts = _dated(found.amounts, scan)
    if len(amounts) == 1 or found.allowances or borrowed:
        amounts = [replace(a, quote=scan.source) for a in amounts]
    allowances = tuple(replace(a, quote=scan.source) for a in found.allowances)
    nothing = not found.unsold and amounts == [Amount(Decimal(0), scan.source)]  # "$0.00", and nothing more
    said_free = not amounts or (nothing and not allowances)
    return Cell("free" if said_free else "priced", tuple(amounts), allowances, tuple(found.unsold))


def _simple(text: str, phrases: Phrases) -> str | None:
    bare = text.rstrip(" *").strip(" .")
    for name in ("not_available", "supported", "not_published", "refers"):
        if getattr(phrases, name).fullmatch(bare):
            return name
    return None


def _piece(scan: Scanner, found: _Found) -> None:
    if scan.take(_STOP) or scan.take(scan.phrases.ignored):
        return
    if (found.amounts or found.allowances) and scan.take(_JOIN):
        return
    if (found.free or found.allowances) and not found.amounts and scan.take(MARKS):
        return
    start = scan.at
    if size := scan.take(UNSOLD):
        found.unsold.append((size[1], scan.quote(start)))
    elif not found.amounts and (allowance := _allowance(scan)):
        found.allowances.append(allowance)
    else:
        _amount(scan, found)


def _allowance(scan: Scanner) -> Allowance | None:
    start = scan.at
    match = scan.take(_ALLOWANCE)
    if not match:
        return None
    before = scan.at
    if (paren := scan.take(_FREE_PAREN)) and paren[1] and not scan.phrases.ignored.fullmatch(paren[1].strip()):
        scan.at = before
        raise scan.fail("words known not to select a price")
    return Allowance(whole_number(match["n"]), (match["period"] or "day").lower(), scan.quote(start))


def _amount(scan: Scanner, found: _Found) -> None:
    main, *others = take_amount(scan, first=not found.amounts, restating=found.restating)
    if main.equivalent and found.amounts:
        main = replace(main, restates=found.amounts[-1].modalities or found.amounts[-1].restates)
    found.restating = main.unit if main.equivalent else None
    found.amounts += [main, *others]


def _dated(amounts: list[Amount], scan: Scanner) -> list[Amount]:
    """A price and what restates it hold for the same days; half-dated cells are refused.

    A storage price without a date beside dated ones is not half-dated: it is a price of its own.
    """
    out = list(amounts)
    for at in range(len(out) - 1, 0, -1):  # "$9, equivalent to $0.5 per image through …" dates the price as well
        if out[at].equivalent and out[at].dated and not out[at - 1].equivalent and not out[at - 1].dated:
            out[at - 1] = _with_dates(out[at - 1], out[at], scan)
    for at in range(1, len(out)):
        if out[at].equivalent and not out[at].dated:
            out[at] = _with_dates(out[at], out[at - 1], scan)
    usage, storage = ({a.dated for a in out if a.storage is kept} for kept in (False, True))
    if len(usage) > 1 or len(storage) > 1 or (usage == {False} and storage == {True}):
        raise scan.fail("a date on each price, since one has a date")
    if any(a.effective_from and a.effective_until and a.effective_from > a.effective_until for a in out):
        raise scan.fail("a first day before the last one")
    return out


def _with_dates(amount: Amount, other: Amount, scan: Scanner) -> Amount:
    if not other.dated:
        return amount
    # the date stands outside the amount's own words
    return replace(
        amount, effective_from=other.effective_from, effective_until=other.effective_until, quote=scan.source
    )


__all__ = ["Allowance", "Amount", "Cell", "Phrases", "Scanner", "read_cell"]
