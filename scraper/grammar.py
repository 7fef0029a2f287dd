"""The price-cell language: a whole cell or an error, never a guess.

A cell is a run of amounts. Each may carry a unit, modalities, resolutions, a prompt bound, dates, footnote marks and
restatements in other units, in the orders seen on the pages; anything left over is an `UnknownTerm` that shows
the place. What the words mean for a row (which meter, which defaults) is `normalise`'s business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from scraper.errors import UnknownTerm
from scraper.scanner import Phrases, Scanner
from scraper.words import (
    AMOUNT,
    FROM,
    LED_MODALITIES,
    LED_RESOLUTIONS,
    MODALITIES,
    NUMBER,
    PROMPT,
    PROMPT_IN_BRACKETS,
    RESOLUTIONS,
    UNIT,
    UNSOLD,
    UNTIL,
    counted,
    first_day,
    last_day,
    modalities,
    money,
    resolutions,
    scaled,
    unit_parts,
    whole_number,
)

_STORAGE = re.compile(r"\(\s*(?:cache )?storage(?: price| cost| fee)?\s*\)", re.IGNORECASE)
_SOON = re.compile(r"\(\s*coming soon\s*(\**)\s*\)", re.IGNORECASE)
_ABOUT = r"(?:approximately\b|approx\.|about\b|~|≈)"
_EQUIVALENT = re.compile(rf"(?P<said>equivalent to\b)(?:\s*{_ABOUT})?|{_ABOUT}", re.IGNORECASE)
_RESTATED = re.compile(rf"(?:,?\s*or\b|(?P<bracket>\()\s*(?:or\b)?)\s*(?:equivalent to\b)?\s*{_ABOUT}?", re.IGNORECASE)
_ALLOWANCE = re.compile(
    rf"(?:(?:the )?first |up to )?(?P<n>{NUMBER})\s*(?:free )?"
    r"(?:RPD\b|(?:search |grounding |grounded )?(?:prompts|requests|queries)\s*(?:per|a|/)\s*(?P<period>day|month)\b"
    r"(?:\s*\(RPD\))?)(?:\s*\bfree(?: of charge)?\b)?",
    re.IGNORECASE,
)
_FREE_PAREN = re.compile(r"\(\s*(?:free(?: of charge)?(?:\s*,\s*|\s*(?=\))))?([^()]*)\)", re.IGNORECASE)
_MARKS = re.compile(r"\[?(\*+)\]?")
# words that join amounts must have an amount behind them: "1,500 RPD (free), then" is a cell cut short
_JOIN = re.compile(r"[\s,;.]+|/(?=\s?\$)|(?:and|then)\b(?=\s*(?:\$|\(coming soon))", re.IGNORECASE)
_OPEN, _CLOSE, _PER, _COLON = re.compile(r"\("), re.compile(r"\)"), re.compile(r"(?:/(?!\s?\$)|per\b)\s*"), re.compile(r":")


@dataclass(frozen=True, slots=True)
class Amount:
    """One price in a cell. `unit` None means the header's; empty tuples mean the row's own."""

    price: Decimal
    quote: str
    unit: str | None = None
    modalities: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    storage: bool = False
    equivalent: bool = False
    marks: str = ""
    soon: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None

    @property
    def dated(self) -> bool:
        """Whether the cell says from when or until when."""
        return bool(self.effective_from or self.effective_until)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many units free per period before the price applies."""

    count: int
    period: str
    quote: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says: an availability, and the amounts and allowances when it is priced or free."""

    availability: str
    amounts: tuple[Amount, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    unsold: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Found:
    amounts: list[Amount] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    unsold: list[tuple[str, str]] = field(default_factory=list)
    # the unit in which "equivalent to" has begun to restate: what follows in it is restated as well
    restating: str | None = None


def read_cell(text: str, phrases: Phrases) -> Cell:
    """Read one cell of a price table. Raises `UnknownTerm` unless every word of it is understood."""
    scan = Scanner(text, phrases)
    priced = counted(scan.text) > 0
    if not priced and (simple := _simple(scan.text, phrases)):
        return Cell(simple)
    free = scan.take(phrases.free) is not None
    if priced:
        scan.take(phrases.refers)
    found = _Found()
    while not scan.done:
        _piece(scan, found)
    said = bool(found.amounts) if found.unsold else bool(found.amounts or found.allowances or free)
    if not said or (free and found.amounts and not found.allowances):
        raise scan.fail("a price, or words that say that there is none")
    amounts = _dated(found.amounts, scan)
    if len(amounts) == 1 or found.allowances:
        amounts = [replace(a, quote=scan.source) for a in amounts]
    allowances = tuple(replace(a, quote=scan.source) for a in found.allowances)
    return Cell("priced" if amounts else "free", tuple(amounts), allowances, tuple(found.unsold))


def _simple(text: str, phrases: Phrases) -> str | None:
    bare = text.rstrip(" *").strip(" .")
    for name in ("not_available", "supported", "not_published", "refers"):
        if getattr(phrases, name).fullmatch(bare):
            return name
    return None


def _piece(scan: Scanner, found: _Found) -> None:
    if scan.take(_JOIN) or scan.take(scan.phrases.ignored):
        return
    start = scan.at
    if size := scan.take(UNSOLD):
        found.unsold.append((size[1], scan.quote(start)))
    elif not found.amounts and (allowance := _allowance(scan)):
        found.allowances.append(allowance)
    else:
        _amounts(scan, found)


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


def _amounts(scan: Scanner, found: _Found) -> None:
    """One amount with its qualifiers, and the restatements joined to it by "or" or in parentheses."""
    start = scan.at
    fields = _lead(scan, found)
    price = scan.take(AMOUNT)
    if not price:
        raise scan.fail("an amount")
    restated = _qualified(scan, fields)
    quote = scan.quote(start)
    if "equivalent" in fields:
        found.restating = fields.get("unit")
    elif found.restating and fields.get("unit") == found.restating:
        fields["equivalent"] = True
    else:
        found.restating = None
    if "equivalent" in fields and "unit" not in fields:
        raise scan.fail("the unit of a restated price")
    found.amounts.append(Amount(money(price.group()), quote, **fields))
    shared = {name: value for name, value in fields.items() if name not in ("unit", "marks", "equivalent")}
    found.amounts += [Amount(quote=quote, equivalent=True, **{**shared, **other}) for other in restated]


def _lead(scan: Scanner, found: _Found) -> dict[str, Any]:
    """What may stand before an amount, as the fields it sets."""
    fields: dict[str, Any] = {}
    while True:
        before = scan.at
        if match := scan.take(_EQUIVALENT):
            if not match["said"] and not found.amounts:
                raise scan.fail("a price before its approximation")
            _set(scan, before, fields, {"equivalent": True})
        elif match := scan.take(_SOON):
            _set(scan, before, fields, {"soon": match[1]})
        elif match := scan.take(LED_MODALITIES):
            _set(scan, before, fields, {"modalities": modalities(match[1])})
        elif match := scan.take(LED_RESOLUTIONS):
            _set(scan, before, fields, {"resolutions": resolutions(match[1])})
        elif dates := _dates(scan):
            scan.take(_COLON)
            _set(scan, before, fields, dates)
        else:
            return fields


def _qualified(scan: Scanner, fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the qualifiers behind an amount into `fields`; gives the fields of its restatements."""
    restated: list[dict[str, Any]] = []
    while True:
        before = scan.at
        if other := _restatement(scan):
            restated.append(other)
        elif qualifier := _qualifier(scan):
            _set(scan, before, fields, qualifier)
        else:
            return restated


def _set(scan: Scanner, before: int, fields: dict[str, Any], new: dict[str, Any]) -> None:
    for name, value in new.items():
        if name in fields:
            scan.at = before
            raise scan.fail(f"no second {name.replace('_', ' ')}")
        fields[name] = value


def _restatement(scan: Scanner) -> dict[str, Any] | None:
    """`or $0.005/min` and `($0.00012 per image)`: the same price in another unit."""
    before = scan.at
    opened = scan.take(_RESTATED)
    price = scan.take(AMOUNT) if opened else None
    unit = _unit(scan) if price and scan.take(_PER) else None
    marks = scan.take(_MARKS) if unit else None
    if not opened or not price or not unit or (opened["bracket"] and not scan.take(_CLOSE)):
        scan.at = before
        return None
    return {"price": money(price.group()), "marks": marks[1] if marks else "", **unit}


def _unit(scan: Scanner) -> dict[str, Any] | None:
    before = scan.at
    match = scan.take(UNIT)
    if not match or (match["aside"] and match["aside"].strip().lower() != "generated"):
        scan.at = before
        return None
    unit, sizes = unit_parts(match)
    found: dict[str, Any] = {"unit": unit}
    if sizes:
        found["resolutions"] = sizes
    if match["of"]:
        found["modalities"] = (match["of"].lower(),)
    return found


def _qualifier(scan: Scanner) -> dict[str, Any]:
    """The next qualifier as the fields it sets; empty when the amount ends here."""
    if scan.take(_PER):
        if unit := _unit(scan):
            return unit
        raise scan.fail("a unit")
    if match := scan.take(MODALITIES):
        return {"modalities": modalities(match[1])}
    if match := scan.take(RESOLUTIONS):
        return {"resolutions": resolutions(match[1])}
    if match := scan.take(PROMPT) or scan.take(PROMPT_IN_BRACKETS):
        return {"prompt_over" if match["over"] else "prompt_up_to": scaled(match["n"], match["scale"])}
    if scan.take(_STORAGE):
        return {"storage": True}
    if match := scan.take(_MARKS):
        return {"marks": match[1]}
    before = scan.at
    dates = _dates(scan)
    if dates and scan.take(_COLON):  # "Starting January 1, 2027: $1.50" is said of what follows
        scan.at = before
        return {}
    return dates


def _dates(scan: Scanner) -> dict[str, Any]:
    before = scan.at
    opened = scan.take(_OPEN)
    found: dict[str, Any] = {}
    if match := scan.take(UNTIL):
        found = {"effective_until": last_day(match)}
    elif match := scan.take(FROM):
        found = {"effective_from": first_day(match)}
    if not found or (opened and not scan.take(_CLOSE)):
        scan.at = before
        return {}
    return found


def _dated(amounts: list[Amount], scan: Scanner) -> list[Amount]:
    """A price and what restates it hold for the same days; half-dated cells are refused.

    A storage price without a date beside dated ones is not half-dated: it is a price of its own.
    """
    out = list(amounts)
    for at in range(len(out) - 1, 0, -1):  # "$9, equivalent to $0.5 per image through …" dates the price as well
        if out[at].equivalent and out[at].dated and not out[at - 1].equivalent and not out[at - 1].dated:
            out[at - 1] = _with_dates(out[at - 1], out[at])
    for at in range(1, len(out)):
        if out[at].equivalent and not out[at].dated:
            out[at] = _with_dates(out[at], out[at - 1])
    usage, storage = ({a.dated for a in out if a.storage is kept} for kept in (False, True))
    if len(usage) > 1 or len(storage) > 1 or (usage == {False} and storage == {True}):
        raise scan.fail("a date on each price, since one has a date")
    if any(a.effective_from and a.effective_until and a.effective_from > a.effective_until for a in out):
        raise scan.fail("a price that begins before it ends")
    return out


def _with_dates(amount: Amount, other: Amount) -> Amount:
    return replace(amount, effective_from=other.effective_from, effective_until=other.effective_until)


__all__ = ["Allowance", "Amount", "Cell", "Phrases", "Scanner", "UnknownTerm", "read_cell"]
