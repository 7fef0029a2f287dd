"""A source against its own arithmetic: token notes against printed equivalents, tiers against their usual factors.

The factors are data, learned from the page: what most models do is the rule, who differs is a finding, and a rule that
changes is one finding, not seventeen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ratecards.model import Rate, RateCard, plain
from scraper.prices.lexicon import AMOUNT

_MOST = Decimal("0.6")
_FEWEST = 5
_TIERS = ("batch", "flex", "priority")
_METERS = ("input", "output", "cache_read", "cache_storage")


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Two figures of one source that do not fit: which rule, the rate, what it says and what the rule gives.

    `period` is that of the other figure where both count an allowance and not money; `base` the rate that the rule
    starts from, where it is one.
    """

    rule: str
    rate: Rate
    printed: Decimal
    expected: Decimal
    against: str
    period: str = ""
    base: Rate | None = None


def findings(
    cards: Iterable[RateCard], on: date, known: Mapping[str, str]
) -> tuple[list[Inconsistency], dict[str, str]]:
    """All findings of a source's cards on a day, and the factors as learned (to be kept for the next look)."""
    held = [(card, [r for r in card.rates if r.holds_on(on) and r.price]) for card in cards]
    found = [f for card, rates in held for f in _equivalents(card, rates) + _notes(card, rates)]
    ratios = _ratios([rates for _, rates in held])
    learned = dict(known)
    for rule, rows in sorted(ratios.items()):
        usual = _usual([ratio for ratio, *_ in rows]) or known.get(rule)
        if usual is None:
            continue
        learned[rule] = usual
        for _, rate, base in rows:
            if not within(base.price * Decimal(usual), rate):  # type: ignore[operator]
                expected = base.price * Decimal(usual)  # type: ignore[operator]
                found.append(
                    Inconsistency(rule, rate, rate.price or Decimal(0), expected, base.evidence.quote, base=base)
                )
    found += [f for _, rates in held for f in _allowances(rates)]
    return found, learned


def step(rate: Rate) -> Decimal:
    """One unit of the last decimal the page prints of this rate."""
    for match in AMOUNT.finditer(rate.evidence.quote):
        number = match[1].replace(",", "")
        if Decimal(number) == rate.price:
            return Decimal(1).scaleb(-len(number.partition(".")[2]))
    return Decimal(1).scaleb(min(0, int((rate.price or Decimal(1)).as_tuple().exponent)))


def within(expected: Decimal, rate: Rate) -> bool:
    """Whether a figure is the expected one within the rounding it is printed with."""
    return rate.price is not None and abs(expected - rate.price) <= step(rate) / 2


def _equivalents(card: RateCard, rates: list[Rate]) -> list[Inconsistency]:
    """Tokens per image times the token price, against each printed price per image of the same tier."""
    found = []
    for note in (f for f in card.formulas if f.tokens and f.unit.startswith("1 ")):
        for rate in rates:
            same = all(getattr(rate, n) == getattr(note, n) for n in ("meter", "modality", "resolution", "quality"))
            base = _token_price(rate, rates, card) if same and rate.unit == note.unit else None
            if base is None or note.tokens is None:
                continue
            expected = base * note.tokens / 1_000_000
            if not within(expected, rate):
                against = f"{note.tokens} tokens x {plain(base)} per 1M"
                found.append(Inconsistency("tokens x rate", rate, rate.price or Decimal(0), expected, against))
    return found


def _token_price(rate: Rate, rates: list[Rate], card: RateCard) -> Decimal | None:
    """The price of 1M tokens that an image price restates: the tier's own, or the note's times the tier's share."""
    same = [
        r.price
        for r in rates
        if r.unit == "1000000 tokens"
        and (r.meter, r.modality, r.service_tier, r.plan) == (rate.meter, rate.modality, rate.service_tier, rate.plan)
    ]
    if same:
        return same[0]
    stated = [f.amount for f in card.formulas if f.unit == "1000000 tokens" and f.modality == rate.modality]
    if len(stated) != 1 or stated[0] is None or rate.meter != "output":
        return None
    share = {"standard": Decimal(1), "batch": Decimal("0.5"), "flex": Decimal("0.5"), "priority": Decimal("1.8")}
    return stated[0] * share[rate.service_tier]


def _notes(card: RateCard, rates: list[Rate]) -> list[Inconsistency]:
    """A note that states one token price under tables that have another in some tier."""
    found = []
    for note in (f for f in card.formulas if f.unit == "1000000 tokens" and f.amount is not None):
        for rate in rates:
            same = (rate.meter, rate.modality, rate.unit) == (note.meter, note.modality, note.unit)
            if same and rate.price != note.amount and rate.price and note.amount:
                found.append(
                    Inconsistency("note states another tier's price", rate, rate.price, note.amount, note.quote)
                )
    return found


Row = tuple[Decimal, Rate, Rate]


def _ratios(models: Iterable[list[Rate]]) -> dict[str, list[Row]]:
    """By rule, each rate over the one it usually follows."""
    rows: dict[str, list[Row]] = {}
    for rates in models:
        index = {_follows(r, r.service_tier, r.meter): r for r in rates if r.basis == "list"}
        for rate in rates:
            for rule, base in _bases(rate, index):
                if base is not None and base.price and rate.price and base.unit == rate.unit:
                    rows.setdefault(rule, []).append((rate.price / base.price, rate, base))
    return rows


def related(rates: Sequence[Rate]) -> Iterator[tuple[str, Rate, Rate]]:
    """The rates of a model that usually follow another one: the rule, the rate, and the one that it follows."""
    for rule, rows in _ratios([[rate for rate in rates if rate.price]]).items():
        yield from ((rule, rate, base) for _, rate, base in rows)


def _bases(rate: Rate, index: Mapping[tuple[object, ...], Rate]) -> list[tuple[str, Rate | None]]:
    if rate.basis != "list":
        return []
    pairs = []
    if rate.service_tier in _TIERS and rate.meter in _METERS:
        pairs.append((f"{rate.service_tier} {rate.meter}", index.get(_follows(rate, "standard", rate.meter))))
    if rate.service_tier == "standard" and rate.meter == "cache_read":
        pairs.append(("cache share", index.get(_follows(rate, "standard", "input"))))
    return pairs


def _follows(rate: Rate, tier: str, meter: str) -> tuple[object, ...]:
    names = ("plan", "modality", "resolution", "quality", "prompt_over", "prompt_up_to", "used_over", "context")
    return tier, meter, *(getattr(rate, n) for n in names)


def _usual(ratios: list[Decimal]) -> str | None:
    """The ratio that most have, when enough have it; rounded prices count with the ratio they are near."""
    counts = Counter(plain(round(r, 2)) for r in ratios)
    value, count = counts.most_common(1)[0]
    return value if count >= _FEWEST and count >= _MOST * len(ratios) else None


def _allowances(rates: list[Rate]) -> list[Inconsistency]:
    """One free allowance counted by the month in one tab and by the day in another."""
    found = []
    standard = {r.meter: r for r in rates if r.used_over is not None and r.service_tier == "standard"}
    for rate in rates:
        base = standard.get(rate.meter)
        if base and rate.used_over == base.used_over and rate.period != base.period:
            amounts = Decimal(rate.used_over or 0), Decimal(base.used_over or 0)
            found.append(
                Inconsistency("allowance per another period", rate, *amounts, base.evidence.quote, base.period)
            )
    return found
