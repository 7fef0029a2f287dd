"""In which unit an amount is, and the proofs that a cell's amounts can be what their words make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ratecards.model import Formula
from scraper.errors import UnknownTerm
from scraper.prices.amounts import Amount
from scraper.prices.grammar import Cell

_NOUN_MODALITY = {"image": "image", "images": "image", "frame": "video", "song": "audio", "video": "video"}
# How far a printed price may be from tokens x rate and still be the figure the note restates.
_SAME_FIGURE = Decimal(3)
# How far apart two prices of one unit may be within one cell, and how far below text another modality.
_ONE_UNIT, _BELOW_TEXT = 100, 10


@dataclass(frozen=True, slots=True)
class RowRule:
    """What a row label means: the meter, the modality it names, those it lists, and its own context and unit."""

    meter: str
    modality: str = ""
    modalities: tuple[str, ...] = ()
    context: str = ""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One cell of the page: its words and coordinates, and the column's own unit and plan."""

    text: str
    cell: Cell
    plan: str
    column: str
    column_unit: str
    locator: str


@dataclass(frozen=True, slots=True)
class Place:
    """What the rates of a row share: who says it, of which models, in which tier, under which footnotes."""

    provider: str
    source: str
    models: tuple[str, ...]
    service_tier: str
    currency: str
    formulas: Mapping[str, Sequence[Formula]] = field(default_factory=dict)
    starts: Mapping[str, date] = field(default_factory=dict)

    def announced(self, amount: Amount) -> bool:
        """Whether the cell announces the price ("coming soon") and neither it nor its footnote says from which day."""
        return amount.soon is not None and self.start(amount) is None

    def start(self, amount: Amount) -> date | None:
        """The first day of a price: its own, else that of the footnote which its "coming soon" points to."""
        return amount.effective_from or (self.starts.get(amount.soon) if amount.soon else None)


def unit_of_amount(amount: Amount, seen: Observation, rule: RowRule, place: Place) -> str:
    """The amount's own unit, else its footnote's, else its row's, else its column's."""
    unit = amount.unit or _footnote_unit(amount, rule, place)
    if unit:
        return unit
    if rule.unit == "":
        raise UnknownTerm(f"a price without its unit in a row that has none of its own: {amount.quote}")
    if not (rule.unit or seen.column_unit):
        raise UnknownTerm(f"a price of which nothing says the unit: {amount.quote}")
    return rule.unit or seen.column_unit


def hourly(unit: str) -> bool:
    """Whether it is a unit of storage."""
    return unit.endswith("token-hours")


def validate_storage(amount: Amount, unit: str, rule: RowRule) -> None:
    """Refuse a storage price that is none: in another row, per other things, for some prompts, or "about" something."""
    if rule.meter not in ("cache_read", "cache_storage"):
        raise UnknownTerm(f"a storage price in a row of {rule.meter}: {amount.quote}")
    if not hourly(unit):
        raise UnknownTerm(f"a storage price without its unit: {amount.quote}")
    if amount.modalities or amount.prompt_over or amount.prompt_up_to:
        raise UnknownTerm(f"a storage price that depends on the prompt: {amount.quote}")
    if amount.equivalent:
        raise UnknownTerm(f"a storage price that is said to be another price in other words: {amount.quote}")


def validate_meter(amount: Amount, rule: RowRule) -> None:
    """Refuse "(input caching)" or "per image output" where another thing is priced: in its own row it selects nothing.

    What is cached is an input.
    """
    said = {"input": ("input", "cache_read")}.get(amount.meter, (amount.meter,))
    if amount.meter and (rule.meter not in said or amount.storage):
        raise UnknownTerm(f"a price of {amount.meter} in a row of {rule.meter}: {amount.quote}")


def noun_modality(unit: str) -> tuple[str, ...]:
    """The modality of what is counted: an image's of `1 image`, none of `1 second`."""
    noun = unit.split(" ")[1]
    return (_NOUN_MODALITY[noun],) if noun in _NOUN_MODALITY else ()


def validate_cell(seen: Observation, rule: RowRule, place: Place) -> None:
    """Refuse a cell whose amounts cannot all be what their words make them.

    "$1.00 (text), $0.0006 (image)" without the footnote that makes the second one a price per image must not become
    a price per million tokens; beside "$3.00 (audio)" a bare "$0.50" may be the price of anything else or of all; and
    what restates a price is in another unit than the price.
    """
    groups: dict[tuple[str, bool], list[Amount]] = {}
    for amount in seen.cell.amounts:
        groups.setdefault((unit_of_amount(amount, seen, rule, place), amount.equivalent), []).append(amount)
    listed = {unit: amounts for (unit, equivalent), amounts in groups.items() if not equivalent and not hourly(unit)}
    if len(listed) > 1 and any(not a.modalities and not noun_modality(u) for u, found in listed.items() for a in found):
        raise UnknownTerm(f"prices per {' and '.join(listed)}, one of which does not say of what it is: {seen.text}")
    for (unit, equivalent), amounts in groups.items():
        if not equivalent and not _alike([a for a in amounts if a.price]):
            raise UnknownTerm(f"prices per {unit} so far apart that one of them has another unit: {seen.text}")
        if equivalent and (unit, False) in groups:
            raise UnknownTerm(f"a price per {unit} that restates another one per {unit}: {seen.text}")
        if not _told_apart(amounts):
            raise UnknownTerm(f"some prices per {unit} say of what they are, and some do not: {seen.text}")


def _told_apart(amounts: Sequence[Amount]) -> bool:
    """Whether all prices of one unit name modalities or none, and of one modality all name sizes and bounds or none."""
    by_modality: dict[tuple[str, ...], list[Amount]] = {}
    for amount in amounts:
        by_modality.setdefault(amount.modalities, []).append(amount)
    return not ((() in by_modality and len(by_modality) > 1) or any(map(_half_said, by_modality.values())))


def _half_said(amounts: Sequence[Amount]) -> bool:
    sized = {bool(a.resolutions) for a in amounts}
    bounded = {a.prompt_over is not None or a.prompt_up_to is not None for a in amounts}
    return len(sized) > 1 or len(bounded) > 1


def _alike(amounts: Sequence[Amount]) -> bool:
    """Whether the amounts may be prices of one unit: within a hundredfold, and no token far cheaper than text."""
    prices = [a.price for a in amounts] or [Decimal(1)]
    text = [a.price for a in amounts if "text" in a.modalities]
    other = [a.price for a in amounts if a.modalities and "text" not in a.modalities]
    cheap = bool(text and other) and max(text) > _BELOW_TEXT * min(other)
    return max(prices) <= _ONE_UNIT * min(prices) and not cheap


def _footnote_unit(amount: Amount, rule: RowRule, place: Place) -> str | None:
    """The unit an amount without one takes from the footnote it points to, proved by the note's arithmetic.

    "$0.0006 (image)*" beside "560 tokens or $0.0011 per image" is a price per image: 0.0006 is near 0.0011, and
    560 tokens at 0.0006 per million are not. "$17.50 (video)*" beside "5,792 tokens per second … $0.10 per second" is
    the token price that gives 0.10. What fits neither way, or both, is refused.
    """
    notes = [f for f in place.formulas.get(amount.marks, ()) if f.amount is not None and f.tokens is not None]
    notes = [f for f in notes if f.modality in amount.modalities or f.modality == rule.modality]
    if amount.unit or not notes:
        return None
    readings = {_reading(amount.price, note) for note in notes}
    if len(readings) != 1 or "" in readings:
        raise UnknownTerm(f"the footnote of {amount.quote} fits it neither as a unit price nor as a token price")
    reading = readings.pop()
    return None if reading == "tokens" else reading


def _reading(price: Decimal, note: Formula) -> str:
    """Which reading of the price comes near the note's figure, or lies on its side beyond it.

    The two readings are a millionth of the token count apart, so a note may be wrong by far (Google once printed
    $0.067 for $0.0011) and still leave no doubt.
    """
    figure, tokens = note.amount or Decimal(0), note.tokens or 0
    by_unit = figure * _SAME_FIGURE > price
    by_tokens = figure < price * tokens / 1_000_000 * _SAME_FIGURE
    if by_unit == by_tokens:
        return ""
    return note.unit if by_unit else "tokens"
