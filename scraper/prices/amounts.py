"""One amount of a price cell with everything said of it, before and behind it.

An amount may carry a unit, modalities, resolutions, a prompt bound, dates, footnote marks and restatements in other
units, in the orders seen on the pages. Nothing here says what a word means for a row; that is `normalise`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import inf
from typing import Any, TypeVar

from scraper.errors import UnknownTerm
from scraper.prices.lexicon import (
    AMOUNT,
    FROM,
    LED_MODALITIES,
    LED_RESOLUTIONS,
    MODALITIES,
    MONEY_NEXT,
    PER,
    PROMPT,
    PROMPT_IN_BRACKETS,
    RESOLUTIONS,
    SIGN,
    TIME,
    UNIT,
    UNTIL,
    first_day,
    last_day,
    modalities,
    money,
    resolutions,
    scaled,
    unit_parts,
)
from scraper.prices.scanner import Scanner

_T = TypeVar("_T")
_STORED = r"(?:(?:context )?cached? )?storage(?: (?:prices?|pricing|costs?|fees?|charges?))?"
_STORAGE = re.compile(
    rf"\(\s*(?:for\s+)?{_STORED}\s*\)|(?:for|of)\s+{_STORED}\b|{_STORED}(?=\s*(?:[.,;(]|\Z|{SIGN}|{TIME}\b))",
    re.IGNORECASE,
)
_LED_STORAGE = re.compile(rf"{_STORED}\s?:{MONEY_NEXT}", re.IGNORECASE)
_OUTPUT = re.compile(r"output\b", re.IGNORECASE)
_CACHING = re.compile(r"\(\s*(?:input|context) caching(?: price| cost)?\s*\)", re.IGNORECASE)
_SOON = re.compile(r"\(\s*coming soon\s*(\**)\s*\)", re.IGNORECASE)
_ABOUT = r"(?:approximately\b|approx\.|about\b|~|≈)"
_EQUIVALENT = re.compile(rf"(?P<said>equivalent to\b)(?:\s*{_ABOUT})?|{_ABOUT}", re.IGNORECASE)
_RESTATED = re.compile(rf"(?:,?\s*or\b|(?P<bracket>\()\s*(?:or\b)?)\s*(?:equivalent to\b)?\s*{_ABOUT}?", re.IGNORECASE)
MARKS = re.compile(r"\[?(\*+)\]?")
_OPEN, _CLOSE, _COLON, _COMMA = (re.compile(mark) for mark in (r"\(", r"\)", ":", ","))


@dataclass(frozen=True, slots=True)
class Amount:
    """One price in a cell. `unit` None means the header's; empty tuples mean the row's own.

    `meter` is the one that its own words name, which must be the row's. `restates` are the modalities of the price that
    "equivalent to" restates; "or" has them as its own. `soon` are the footnote marks behind "coming soon", None where
    the cell does not say that.
    """

    price: Decimal
    quote: str
    unit: str | None = None
    modalities: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    storage: bool = False
    meter: str = ""
    equivalent: bool = False
    restates: tuple[str, ...] = ()
    marks: str = ""
    soon: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None

    @property
    def dated(self) -> bool:
        """Whether the cell says from when or until when."""
        return bool(self.effective_from or self.effective_until)


def take_amount(scan: Scanner, *, first: bool, restating: str | None) -> list[Amount]:
    """One amount with its qualifiers, then the restatements joined to it by "or" or in parentheses.

    An amount in the unit in which "equivalent to" has begun to restate is restated as well. Raises `UnknownTerm`.
    """
    start = scan.at
    fields = _lead(scan, first=first)
    price = scan.take(AMOUNT)
    if not price:
        raise scan.fail("an amount")
    others = _qualified(scan, fields)
    quote = scan.quote(start)
    if restating and fields.get("unit") == restating:
        fields["equivalent"] = True
    if "equivalent" in fields and "unit" not in fields:
        raise scan.fail("the unit of a restated price")
    shared = {name: value for name, value in fields.items() if name not in ("unit", "marks", "equivalent")}
    return [
        Amount(money(price.group()), quote, **fields),
        *(Amount(quote=quote, equivalent=True, **{**shared, **other}) for other in others),
    ]


def _lead(scan: Scanner, *, first: bool) -> dict[str, Any]:
    """What may stand before an amount, as the fields it sets."""
    fields: dict[str, Any] = {}
    while True:
        before = scan.at
        if match := scan.take(_EQUIVALENT):
            if first and not match["said"]:
                scan.at = before
                raise scan.fail("a price before its approximation")
            _set(scan, before, fields, {"equivalent": True})
        elif match := scan.take(_SOON):
            _set(scan, before, fields, {"soon": match[1]})
        elif scan.take(_LED_STORAGE):
            _set(scan, before, fields, {"storage": True})
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
        elif qualifier := _qualifier(scan, dated=bool({"effective_from", "effective_until"} & fields.keys())):
            _set(scan, before, fields, qualifier)
            if fields.get("prompt_over", 0) >= fields.get("prompt_up_to", inf):
                scan.at = before
                raise scan.fail("a bound that leaves some prompts")
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
    unit = _unit(scan) if price and scan.take(PER) else None
    marks = scan.take(MARKS) if unit else None
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
    unit, sizes = _meaning(scan, before, unit_parts, match)
    found: dict[str, Any] = {"unit": unit}
    if sizes:
        found["resolutions"] = sizes
    if match["of"]:
        found["modalities"] = (match["of"].lower(),)
    if scan.take(_OUTPUT):
        found["meter"] = "output"
    return _stored(scan, found)


def _stored(scan: Scanner, found: dict[str, Any]) -> dict[str, Any]:
    """What is said "per hour per 1M tokens" as "per 1M tokens per hour"."""
    before = scan.at
    tokens = scan.take(UNIT) if found == {"unit": "1 hour"} and scan.take(PER) else None
    if tokens and tokens["token"] and not (tokens["hourly"] or tokens["aside"]):
        return {"unit": _meaning(scan, before, unit_parts, tokens)[0].replace(" tokens", " token-hours")}
    scan.at = before
    return found


def _qualifier(scan: Scanner, *, dated: bool) -> dict[str, Any]:
    """The next qualifier as the fields it sets; empty when the amount ends here."""
    if scan.take(PER):
        if unit := _unit(scan):
            return unit
        raise scan.fail("a unit")
    if match := scan.take(MODALITIES):
        said = {"meter": match["meter"].lower()} if match["meter"] else {}
        return {"modalities": modalities(match["list"] or match["bare"]), **said}
    if match := scan.take(RESOLUTIONS):
        return {"resolutions": resolutions(match[1])}
    if match := scan.take(PROMPT) or scan.take(PROMPT_IN_BRACKETS):
        return {"prompt_over" if match["over"] else "prompt_up_to": scaled(match["n"], match["scale"])}
    if scan.take(_STORAGE):
        return {"storage": True}
    if scan.take(_CACHING):
        return {"meter": "cache_read"}
    if match := scan.take(MARKS):
        return {"marks": match[1]}
    before = scan.at
    if not dated:
        scan.take(_COMMA)
    dates = _dates(scan)
    if not dates:
        scan.at = before
    if dates and scan.take(_COLON):  # "Starting January 1, 2027: $1.50" is said of what follows
        scan.at = before
        return {}
    return dates


def _dates(scan: Scanner) -> dict[str, Any]:
    before = scan.at
    opened = scan.take(_OPEN)
    found: dict[str, Any] = {}
    if match := scan.take(UNTIL):
        found = {"effective_until": _meaning(scan, before, last_day, match)}
    elif match := scan.take(FROM):
        found = {"effective_from": _meaning(scan, before, first_day, match)}
    if not found or (opened and not scan.take(_CLOSE)):
        scan.at = before
        return {}
    return found


def _meaning(scan: Scanner, before: int, read: Callable[[re.Match[str]], _T], match: re.Match[str]) -> _T:
    """What the matched words mean; where they have no meaning, the error shows the cell."""
    try:
        return read(match)
    except UnknownTerm as error:
        scan.at = before
        raise scan.fail(f"words with a meaning ({error})") from error
