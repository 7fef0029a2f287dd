"""What proves that unknown words mean what a candidate says: the numbers alone. Pure; rates and cards in, words out.

A proof is asked for the rates of one row of a table, all that the candidate reads in it. Each gives the figures that
prove it, in words, and nothing where it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ratecards.model import Formula, Rate, RateCard, plain
from ratecards.wording import exact_name
from scraper.checks.reasons import Reason
from scraper.diff import consistency

Cards = Mapping[str, RateCard]
# By rate, the name of another official publication that says the same; None where none does.
Says = Callable[[Rate], str | None]
# How a reading begins that is not exact.
INFERRED = "inferred: "
STRONG = ("continuity", "arithmetic", "corroboration")
# So many other service tiers whose factors hold prove words that stand in no other place.
TIERS = 3
# So many other sections that prove words strongly prove them of a new row, whatever its factors.
SECTIONS = 2
_WORDS = re.compile(r"[^\W_]+")
_TOKENS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Proof:
    """Which proof it is, and its figures in words; `tiers` counts the other service tiers of a `relation`."""

    name: str
    figures: str
    tiers: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the page: its published cards, by present id, the factors that hold on them.

    `twins` are the rates of its other representations, of sections that were read exactly; `says`
    asks other publications.
    """

    cards: Cards = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)
    twins: Sequence[Rate] = ()
    says: Says = lambda _: None


def waiting(cards: Iterable[RateCard]) -> list[Reason]:
    """The reason for each new price whose words were inferred: it waits for one more look."""
    found = [rate for card in cards for rate in card.rates if rate.reading.startswith(INFERRED)]
    return [
        Reason(f"{rate.reading}, to be seen once more", new=(rate,))
        for rate in found
        if rate.reading != f"{INFERRED}continuity"
    ]


def row_of(rate: Rate) -> str:
    """The place of a rate without its column."""
    return rate.evidence.locator.rpartition(" / ")[0]


def continuity(row: Sequence[Rate], known: Known, nouns: Mapping[str, str] | None = None) -> Proof | None:
    """The row gives exactly what was published of it: every rate, and no other of the rows that they stood in.

    A word that stands for another one (`nouns`, "calls" for "requests") is proven where all else of its cell stands as
    it was: a unit that was not there before is none of these, whatever the number.
    """
    for model in {rate.model for rate in row}:
        card, own = known.cards.get(model), {rate for rate in row if rate.model == model}
        stood = {rate: rate for rate in card.rates} if card else {}
        if any(rate not in stood for rate in own):
            return None
        rows = {row_of(stood[rate]) for rate in own}
        if {rate for rate in stood.values() if row_of(rate) in rows} != own:
            return None
        if not all(_worded(rate, stood[rate], nouns or {}) for rate in own):
            return None
    return Proof("continuity", f"as published: {_listed(row)}") if row else None


def _worded(rate: Rate, before: Rate, nouns: Mapping[str, str]) -> bool:
    """Whether a cell is, in the words that its words stand for, the one of before; true where none stands for one."""
    words = _WORDS.findall(rate.evidence.quote.lower())
    if not any(word in nouns for word in words):
        return True
    meant = _WORDS.findall(" ".join(nouns.get(word, word) for word in words).lower())
    stood = _WORDS.findall(before.evidence.quote.lower())  # of a cell, or of the part of it that an amount has
    return f" {' '.join(stood)} " in f" {' '.join(meant)} "


def less(row: Sequence[Rate], section: Sequence[Rate], known: Known) -> bool:
    """Whether rates of the row's meters that were published of its models and tiers are gone from the whole section."""
    kinds = {(rate.model, rate.service_tier, rate.plan, rate.meter) for rate in row}
    keys = {(rate.model, rate.row_key) for rate in section}
    cards = [known.cards[model] for model in {rate.model for rate in row} if model in known.cards]
    stood = [rate for card in cards for rate in card.rates if (rate.model, rate.row_key) not in keys]
    return any((rate.model, rate.service_tier, rate.plan, rate.meter) in kinds for rate in stood)


def arithmetic(
    row: Sequence[Rate], skipped: Collection[str], section: Sequence[Rate], formulas: Sequence[Formula]
) -> Proof | None:
    """Each amount beside unknown words is, by a count of tokens in a note, the figure that another amount gives."""
    priced = [rate for rate in row if rate.price]
    doubted = [rate for rate in priced if any(words in rate.evidence.quote.lower() for words in skipped)]
    found = {}
    for rate in priced:
        for base, note in _bases(rate, section, formulas):
            expected = base.price * (note.tokens or 0) * _times(rate, note) / _TOKENS  # type: ignore[operator]
            if not consistency.within(expected, rate):
                return None
            words = f"{note.tokens} tokens at {_price(base)} are {_price(rate)} per {rate.unit}"
            found[rate], found[base] = words, words
    if not doubted or any(rate not in found for rate in doubted):
        return None
    return Proof("arithmetic", "; ".join(dict.fromkeys(found[rate] for rate in doubted)))


def _bases(rate: Rate, section: Sequence[Rate], formulas: Sequence[Formula]) -> list[tuple[Rate, Formula]]:
    """The price of tokens that a price per image, second or song restates, with the note that says how many."""
    if rate.unit == "1000000 tokens" or rate.meter not in ("input", "output"):
        return []
    notes = [
        note
        for note in formulas
        if note.tokens
        and (note.meter, note.modality) in ((rate.meter, rate.modality), ("", rate.modality))
        and note.resolution in ("", rate.resolution)
        and _noun(note.unit) == _noun(rate.unit)
    ]
    alike = ("model", "service_tier", "plan", "meter", "modality", "effective_from", "effective_until")
    bases = [
        other
        for other in section
        if other.unit == "1000000 tokens" and other.price and all(getattr(other, n) == getattr(rate, n) for n in alike)
    ]
    return [(bases[0], notes[0])] if len(bases) == 1 and len({n.tokens for n in notes}) == 1 else []


def _noun(unit: str) -> str:
    return unit.partition(" ")[2].rstrip("s")


def _times(rate: Rate, note: Formula) -> Decimal:
    """How many of the note's units the price is for: ten of `10 seconds` where the note speaks of one."""
    return Decimal(rate.unit.partition(" ")[0]) / Decimal(note.unit.partition(" ")[0])


def corroboration(row: Sequence[Rate], known: Known) -> Proof | None:
    """Another representation, read exactly, has the same rates of the row; or another publication all its prices."""
    twins = set(known.twins)
    if row and all(rate in twins for rate in row):
        return Proof("corroboration", f"the other representation says the same: {_listed(row)}")
    names = {known.says(rate) for rate in row if rate.price}
    if not names or None in names:
        return None
    return Proof("corroboration", f"{', '.join(sorted(filter(None, names)))} says the same: {_listed(row)}")


def relation(
    row: Sequence[Rate], new: Collection[Rate], model: Sequence[Rate], known: Known, sections: int = 0
) -> Proof | None:
    """What is new of a model keeps the factors that hold on the published cards: some hold, and none is broken.

    `new` are all rates of the model that unknown words gave, those of the row among them. Where enough other
    `sections` prove strongly what their words mean, the model's own factors say nothing more of these.
    """
    published = known.cards.get(row[0].model)
    if {rate.join_key for rate in row} & ({rate.join_key for rate in published.rates} if published else set()):
        return None
    if sections >= SECTIONS:
        return Proof("relation", f"{sections} other sections prove the same words")
    found, tiers = dict[str, None](), set[str]()
    for rule, rate, base in _related(model):
        if rule not in known.factors or not (rate in new or base in new):
            continue
        if not consistency.within(base.price * Decimal(known.factors[rule]), rate):  # type: ignore[operator]
            return None
        found[f"{_price(rate)} is {known.factors[rule]} of {_price(base)} ({rule})"] = None
        if rate in row or base in row:
            tiers |= {rate.service_tier, base.service_tier}
    if not found:
        return None
    mine = {rate.service_tier for rate in row}
    return Proof("relation", "; ".join([*found][:4]), len(tiers - mine))


def _related(model: Sequence[Rate]) -> Iterator[tuple[str, Rate, Rate]]:
    """The rates of a model that usually follow another one, of each day on which some begin."""
    for day in dict.fromkeys(rate.effective_from or date.min for rate in model):
        yield from consistency.related([rate for rate in model if rate.holds_on(day)])


def _listed(row: Iterable[Rate]) -> str:
    found = [f"{exact_name(rate)} {_price(rate)}" for rate in row]
    return ", ".join(dict.fromkeys(found[:6])) + (f" and {len(found) - 6} more" if len(found) > 6 else "")


def _price(rate: Rate) -> str:
    return rate.availability.replace("_", " ") if rate.price is None else f"{plain(rate.price)} {rate.currency}"
