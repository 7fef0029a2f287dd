"""The price-cell language: a whole cell or an error, never a guess.

A cell is a run of amounts. Each may carry a unit, modalities, resolutions, a prompt bound, dates, footnote marks and
restatements in other units, in the orders seen on the pages; anything left over is an `UnknownTerm` that shows
the place. What the words mean for a row (which meter, which defaults) is `normalise`'s business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from scraper.errors import UnknownTerm
from scraper.words import (
    AMOUNT,
    COUNTED,
    FROM,
    MODALITIES,
    NUMBER,
    PROMPT,
    RESOLUTION,
    RESOLUTIONS,
    UNIT,
    UNSOLD,
    UNTIL,
    day,
    modalities,
    money,
    unit_parts,
    whole_number,
)

_STORAGE = re.compile(r"\(\s*storage price\s*\)", re.IGNORECASE)
_SOON = re.compile(r"\(\s*coming soon\s*(\**)\s*\)", re.IGNORECASE)
_EQUIVALENT = re.compile(r"equivalent to\b", re.IGNORECASE)
_PERIOD = re.compile(r"(?:per|a|/)\s*(day|month)\b", re.IGNORECASE)
_ALLOWANCE = re.compile(
    rf"(?P<n>{NUMBER})\s*(?:RPD\b(?P<free1>\s+free\b)?|(?P<free2>free\s+)?(?:search\s+|grounding\s+|grounded\s+)?(?:prompts|requests|queries)\s+"
    r"per\s+(?P<period>day|month)\b)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\*+")
_JOIN = re.compile(r"[\s,;.]+|and\b|then\b", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words a source's vocabulary adds to the language, as regular expressions on whole phrases."""

    not_available: re.Pattern[str]
    free: re.Pattern[str]
    supported: re.Pattern[str]
    not_published: re.Pattern[str]
    refers: re.Pattern[str]
    ignored: re.Pattern[str]


class Scanner:
    """A position in one cell. Every method takes what it names or leaves the position alone."""

    def __init__(self, text: str, phrases: Phrases) -> None:
        self.text = unicodedata.normalize("NFKC", text)
        # full-width characters are matched as plain ones, and quoted as they were printed
        self.source = text if len(text) == len(self.text) else self.text
        self.at = 0
        self.phrases = phrases

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match here, after blanks, and move behind it."""
        start = self.at
        while self.text[start : start + 1] == " ":
            start += 1
        match = pattern.match(self.text, start)
        if match and match.end() > start:
            self.at = match.end()
            return match
        return None

    def quote(self, start: int) -> str:
        """The printed words from `start` to here."""
        return self.source[start : self.at].strip(" ,;")

    def fail(self, expected: str) -> UnknownTerm:
        """The error that shows the cell with a mark under the first word not understood."""
        at = self.at + len(self.text[self.at :]) - len(self.text[self.at :].lstrip())
        return UnknownTerm(f"expected {expected}\n    {self.text}\n    {' ' * at}~~~^ here")


def read_cell(text: str, phrases: Phrases) -> Cell:
    """Read one cell of a price table. Raises `UnknownTerm` unless every word of it is understood."""
    scan = Scanner(text, phrases)
    bare = scan.text.rstrip(" *")
    if not COUNTED.search(bare) and (simple := _simple(bare, phrases)):
        return Cell(simple)
    amounts: list[Amount] = []
    allowances: list[Allowance] = []
    unsold: list[tuple[str, str]] = []
    free = scan.take(phrases.free) is not None
    if not free and COUNTED.search(bare):
        scan.take(phrases.refers)
    sticky: str | None = None
    while scan.at < len(scan.text):
        start = scan.at
        if _separator(scan):
            continue
        if (resolution := scan.take(UNSOLD)) is not None:
            unsold.append((_video(resolution[1]), scan.quote(start)))
        elif not amounts and (allowance := _allowance(scan, start)) is not None:
            allowances.append(allowance)
        else:
            amounts += _amounts(scan, start, sticky)
            sticky = amounts[-1].unit if amounts[-1].equivalent else None
    if free == bool(amounts) and not (allowances and not amounts):
        raise scan.fail("a price, or words that say that there is none")
    whole = scan.source.strip()
    single = [replace(a, quote=whole) for a in amounts] if len(amounts) == 1 or allowances else amounts
    return Cell(
        "priced" if amounts else "free",
        tuple(_dated(single, scan)),
        tuple(replace(a, quote=whole) for a in allowances),
        tuple(unsold),
    )


def _simple(bare: str, phrases: Phrases) -> str | None:
    text = bare.strip(" .")
    for name in ("not_available", "supported", "not_published", "refers"):
        if getattr(phrases, name).fullmatch(text):
            return name
    return None


def _separator(scan: Scanner) -> bool:
    return scan.take(_JOIN) is not None or scan.take(scan.phrases.ignored) is not None


def _video(size: str) -> str:
    return size.lower()


def _allowance(scan: Scanner, start: int) -> Allowance | None:
    scan.take(re.compile(r"up to\b", re.IGNORECASE))
    match = scan.take(_ALLOWANCE)
    if not match:
        scan.at = start
        return None
    _free_words(scan)
    return Allowance(whole_number(match["n"]), (match["period"] or "day").lower(), scan.quote(start))


_FREE_PAREN = re.compile(r"\(\s*(?:free(?:\s*,\s*|\s*(?=\))))?([^()]*)\)", re.IGNORECASE)


def _free_words(scan: Scanner) -> None:
    start = scan.at
    if (paren := scan.take(_FREE_PAREN)) and paren[1] and not scan.phrases.ignored.fullmatch(paren[1].strip()):
        scan.at = start
        raise scan.fail("words known not to select a price")


def _amounts(scan: Scanner, start: int, sticky: str | None) -> list[Amount]:
    """One amount with its qualifiers, and the restatements joined to it by "or" or in parentheses."""
    equivalent = scan.take(_EQUIVALENT) is not None
    soon = scan.take(_SOON)
    lead = _dates(scan)
    price = scan.take(AMOUNT)
    if not price:
        raise scan.fail("an amount")
    main = Amount(money(price.group()), "", soon=soon[1] if soon else None, equivalent=equivalent, **lead)
    main, others = _qualified(scan, main)
    if sticky and main.unit and main.unit == sticky:
        main = replace(main, equivalent=True)
    quote = scan.quote(start)
    others = [replace(o, modalities=o.modalities or main.modalities, quote=quote) for o in others]
    dates: dict[str, Any] = {"effective_from": main.effective_from, "effective_until": main.effective_until}
    return [replace(main, quote=quote), *(replace(o, **dates) for o in others)]


def _qualified(scan: Scanner, main: Amount) -> tuple[Amount, list[Amount]]:
    others: list[Amount] = []
    while True:
        before = scan.at
        if other := _restatement(scan):
            others.append(other)
            continue
        for name, value in _qualifier(scan).items():
            if getattr(main, name) not in (None, (), "", False):
                scan.at = before
                raise scan.fail(f"no second {name.replace('_', ' ')}")
            main = replace(main, **{name: value})
        if scan.at == before:
            return main, others


_OR = re.compile(r"or\b")
_OPEN, _CLOSE, _PER = re.compile(r"\("), re.compile(r"\)"), re.compile(r"(?:/|per\b)\s*")


def _restatement(scan: Scanner) -> Amount | None:
    """`or $0.005/min` and `($0.00012 per image)`: the same price in another unit."""
    before = scan.at
    paren = None
    if not scan.take(_OR):
        paren = scan.take(_OPEN)
        if not paren:
            return None
    price = scan.take(AMOUNT)
    unit = scan.take(_PER) and scan.take(UNIT) if price else None
    if not price or not unit or (paren and not scan.take(_CLOSE)):
        scan.at = before
        return None
    name, sizes = unit_parts(unit)
    marks = scan.take(_MARKS)
    of = (unit["of"].lower(),) if unit["of"] else ()
    return Amount(money(price.group()), "", name, of, sizes, equivalent=True, marks=marks.group() if marks else "")


def _qualifier(scan: Scanner) -> dict[str, Any]:
    """The next qualifier as the fields it sets; empty when the amount ends here."""
    start = scan.at
    if scan.take(_PER):
        if match := scan.take(UNIT):
            unit, sizes = unit_parts(match)
            of = {"modalities": (match["of"].lower(),)} if match["of"] else {}
            return {"unit": unit, **({"resolutions": sizes} if sizes else {}), **of}
        raise scan.fail("a unit")
    if match := scan.take(MODALITIES):
        return {"modalities": modalities(match[1])}
    if match := scan.take(RESOLUTIONS):
        return {"resolutions": tuple(_video(s) for s in re.findall(RESOLUTION, match[1], re.IGNORECASE))}
    if match := scan.take(PROMPT):
        bound = whole_number(match["n"]) * {"k": 1_000, "m": 1_000_000}.get((match["k"] or "").lower(), 1)
        return {"prompt_over" if match["cmp"].lower() in (">", "over") else "prompt_up_to": bound}
    if scan.take(_STORAGE):
        return {"storage": True}
    if match := scan.take(_MARKS):
        return {"marks": match.group()}
    if dates := _dates(scan):
        return dates
    scan.at = start
    return {}


def _dates(scan: Scanner) -> dict[str, Any]:
    if match := scan.take(UNTIL):
        return {"effective_until": day(match)}
    if match := scan.take(FROM):
        return {"effective_from": day(match)}
    return {}


def _dated(amounts: Sequence[Amount], scan: Scanner) -> list[Amount]:
    """A date behind ", equivalent to …" belongs to the price it restates as well; half-dated cells are refused."""
    out = list(amounts)
    for at in range(len(out) - 1, 0, -1):
        after, before = out[at], out[at - 1]
        if after.equivalent and not before.equivalent and not (before.effective_from or before.effective_until):
            out[at - 1] = replace(before, effective_from=after.effective_from, effective_until=after.effective_until)
    listed = [a for a in out if not a.equivalent]
    dated = [a for a in listed if a.effective_from or a.effective_until]
    if dated and len(dated) != len(listed):
        raise scan.fail("a date on each price, since one has a date")
    return out
