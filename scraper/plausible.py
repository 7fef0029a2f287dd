"""Figures that are hard to believe: outside what such a thing costs, or against another figure of the same page.

The bounds are data (`plausible.yaml`); the factors between service tiers are learned from the edition before. Pure:
cards and a day in, doubts out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ratecards import strictyaml
from ratecards.model import Rate, RateCard, plain
from scraper import arithmetic

RULES = Path(__file__).with_name("plausible.yaml")
Cards = Mapping[str, RateCard]


class Range(NamedTuple):
    """What one unit of a meter may cost, in USD."""

    meter: str
    unit: str
    least: Decimal
    most: Decimal


class Relation(NamedTuple):
    """One meter's price is below another's, or equal to it where it is `or_equal` above."""

    name: str
    of: str
    than: str
    modalities: tuple[str, ...]
    or_equal: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The bounds, as read from `plausible.yaml`."""

    ranges: Mapping[tuple[str, str], Range]
    relations: tuple[Relation, ...]
    learned: tuple[str, ...]
    most_models: int
    known: frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule, the rates it doubts, and both numbers in words. Equal for the same figures, whatever their evidence."""

    rule: str
    rates: tuple[Rate, ...]
    words: str

    @property
    def model(self) -> str:
        """The model whose figures are doubted."""
        return self.rates[0].model

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


@cache
def rules() -> Rules:
    """The rules that stand beside this module."""
    return rules_from(strictyaml.load(RULES.read_text(encoding="utf-8"), RULES.name))


def rules_from(data: Mapping[str, Any]) -> Rules:
    """Rules from plain data; amounts are strings. Raises `KeyError` or `decimal.InvalidOperation` on anything else."""
    ranges = [
        Range(meter, row["unit"], Decimal(row["least"]), Decimal(row["most"]))
        for row in data["ranges"]
        for meter in row["meters"]
    ]
    relations = tuple(
        Relation(r["name"], r["of"], r["than"], tuple(r["modalities"]), bool(r.get("or_equal")))
        for r in data["relations"]
    )
    by_unit = {(r.meter, r.unit): r for r in ranges}
    known = frozenset((k["rule"], k["source"], k["model"]) for k in data["known"])
    return Rules(by_unit, relations, tuple(data["learned"]), int(data["most_models"]), known)


def fresh(new: Cards, old: Cards, on: date, by: Rules | None = None) -> list[Doubt]:
    """The doubts about new cards that the old ones did not raise: what was published once is not doubted again."""
    used = by or rules()
    before = set(doubts(old.values(), used))
    found = [d for d in doubts(new.values(), used) if d not in before]
    return found + list(_broken(new.values(), old.values(), on, used))


def doubts(cards: Iterable[RateCard], by: Rules) -> Iterator[Doubt]:
    """Every figure out of range or out of relation."""
    for card in cards:
        priced = [rate for rate in card.rates if rate.price and rate.currency == "USD"]
        found = [*filter(None, (_out_of_range(rate, by) for rate in priced)), *_out_of_relation(priced, by)]
        yield from (d for d in found if (d.rule, card.source, card.model) not in by.known)


def _out_of_range(rate: Rate, by: Rules) -> Doubt | None:
    found = by.ranges.get((rate.meter, rate.unit))
    if found is None or rate.price is None or found.least <= rate.price <= found.most:
        return None
    between = f"{plain(found.least)} to {plain(found.most)}"
    return Doubt("price in range", (rate,), f"{_said(rate)}, expected {between}")


def _out_of_relation(rates: Iterable[Rate], by: Rules) -> Iterator[Doubt]:
    index = {_alike(rate, rate.meter): rate for rate in rates if rate.basis == "list"}
    for relation in by.relations:
        for rate in index.values():
            other = index.get(_alike(rate, relation.than))
            if rate.meter != relation.of or rate.modality not in relation.modalities or other is None:
                continue
            if not _holds(rate, other, relation):
                yield Doubt(relation.name, (rate, other), f"{_said(rate)} against {_said(other)}")


def _holds(rate: Rate, other: Rate, relation: Relation) -> bool:
    assert rate.price is not None  # noqa: S101 - the index holds prices alone
    assert other.price is not None  # noqa: S101
    if relation.or_equal:
        return rate.price >= other.price
    return rate.price < other.price


def _alike(rate: Rate, meter: str) -> tuple[object, ...]:
    names = ("service_tier", "plan", "modality", "unit", "resolution", "quality", "prompt_over", "prompt_up_to")
    more = ("used_over", "used_up_to", "period", "context", "effective_from", "effective_until")
    return meter, *(getattr(rate, name) for name in (*names, *more))


def _broken(new: Iterable[RateCard], old: Iterable[RateCard], on: date, by: Rules) -> Iterator[Doubt]:
    """Factors that a rate kept in the old edition and breaks now; what is new may have factors of its own."""
    before = list(old)
    was, factors = arithmetic.findings(before, on, {})
    broken = {(f.rule, f.rate.row_key) for f in was}
    kept = {rate.row_key for card in before for rate in card.rates if rate.price}
    for finding in arithmetic.findings(new, on, factors)[0]:
        rule, key = finding.rule, finding.rate.row_key
        if rule.startswith(by.learned) and key in kept and (rule, key) not in broken:
            words = f"{_said(finding.rate)}, by {finding.against} it would be {plain(finding.expected)}"
            yield Doubt(finding.rule, (finding.rate,), words)


def _said(rate: Rate) -> str:
    price = "" if rate.price is None else plain(rate.price)
    modality = f" {rate.modality}" if rate.modality else ""
    return f"{rate.model} {rate.service_tier} {rate.meter.replace('_', ' ')}{modality} {price} per {rate.unit}"


def doubtful_page(found: Iterable[Doubt], by: Rules | None = None) -> list[str]:
    """Why the page as a whole is not believed, a line per doubt; empty where single figures may be held instead."""
    listed = list(found)
    if len({d.model for d in listed}) < (by or rules()).most_models:
        return []
    more = [f"and {len(listed) - 10} more"] if len(listed) > 10 else []
    return [*(str(d) for d in listed[:10]), *more, f"if it is so, add them to `known` in {RULES.name}"]
