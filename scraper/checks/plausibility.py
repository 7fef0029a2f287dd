"""Figures that are hard to believe: outside what such a thing costs, or against another figure of the same page.

The bounds are data (`plausibility.yaml`); the factors between service tiers are learned from the edition before. Pure:
cards and a day in, doubts out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ratecards.costing.effective import noun_of, per_one, per_one_of
from ratecards.model import Rate, RateCard, plain
from ratecards.storage import strict_yaml
from scraper.checks.reasons import Reason
from scraper.diff import consistency

RULES = Path(__file__).with_name("plausibility.yaml")
Cards = Mapping[str, RateCard]


class Range(NamedTuple):
    """What one of a noun may cost in a meter, in USD."""

    meter: str
    noun: str
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
    """The bounds, as read from `plausibility.yaml`."""

    ranges: Mapping[tuple[str, str], Range]
    relations: tuple[Relation, ...]
    learned: tuple[str, ...]
    most_models: int
    known: frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule, the rates it doubts, and both numbers in words."""

    rule: str
    rates: tuple[Rate, ...]
    words: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


@cache
def rules() -> Rules:
    """The rules that stand beside this module."""
    return rules_from(strict_yaml.load(RULES.read_text(encoding="utf-8"), RULES.name))


def rules_from(data: Mapping[str, Any]) -> Rules:
    """Rules from plain data; amounts are strings. Raises `KeyError` or `decimal.InvalidOperation` on anything else."""
    ranges = [_range(meter, row) for row in data["ranges"] for meter in row["meters"]]
    relations = tuple(
        Relation(r["name"], r["of"], r["than"], tuple(r["modalities"]), bool(r.get("or_equal")))
        for r in data["relations"]
    )
    known = frozenset((k["rule"], k["source"], k["model"]) for k in data["known"])
    by_noun = {(r.meter, r.noun): r for r in ranges}
    return Rules(by_noun, relations, tuple(data["learned"]), int(data["most_models"]), known)


def _range(meter: str, row: Mapping[str, Any]) -> Range:
    """A range as written, per any quantity of its unit, for one of the unit's noun."""
    count = per_one_of(Decimal(1), row["unit"])
    return Range(meter, noun_of(row["unit"]), Decimal(row["least"]) * count, Decimal(row["most"]) * count)


def new_doubts(new: Cards, old: Cards, on: date) -> list[Doubt]:
    """The doubts about figures that are new or moved: what stands as it was published is never doubted again.

    Of two figures that do not fit, both must be new or moved: who came beside one that stands does not put it in doubt.
    """
    used = rules()
    stood = {_figure(rate) for card in old.values() for rate in card.rates}
    found = [d for d in doubts(new.values(), used) if all(_figure(rate) not in stood for rate in d.rates)]
    return found + list(_broken(new.values(), old.values(), stood, on, used))


def _figure(rate: Rate) -> tuple[object, ...]:
    return rate.row_key, rate.price, rate.currency


def doubts(cards: Iterable[RateCard], by: Rules) -> Iterator[Doubt]:
    """Every figure out of range, in a unit that no range is known for, in a free plan, or out of relation."""
    for card in cards:
        priced = [rate for rate in card.rates if rate.price and rate.currency == "USD"]
        found = [*filter(None, (_out_of_range(rate, by) for rate in priced)), *_out_of_relation(priced, by)]
        found += [Doubt("free plan", (r,), f"{_said(r)} in the free plan") for r in priced if r.plan == "free"]
        yield from (d for d in found if (d.rule, card.source, card.model) not in by.known)


def _out_of_range(rate: Rate, by: Rules) -> Doubt | None:
    found = by.ranges.get((rate.meter, noun_of(rate.unit)))
    if found is None:
        return Doubt("unit without a range", (rate,), f"{_said(rate)}; what such a thing costs stands in {RULES.name}")
    if rate.price is None or found.least <= per_one(rate) <= found.most:
        return None
    quantity = per_one_of(Decimal(1), rate.unit)
    least, most = (plain((bound / quantity).normalize()) for bound in (found.least, found.most))
    return Doubt("price in range", (rate,), f"{_said(rate)}, expected {least} to {most}")


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


def _broken(
    new: Iterable[RateCard], old: Iterable[RateCard], stood: Container[object], on: date, by: Rules
) -> Iterator[Doubt]:
    """Factors that two rates kept in the old edition and break now that both have moved."""
    before = list(old)
    was, factors = consistency.findings(before, on, {})
    broken = {(f.rule, f.rate.row_key) for f in was}
    kept = {rate.row_key for card in before for rate in card.rates if rate.price}
    for finding in consistency.findings(new, on, factors)[0]:
        rule, rate, base = finding.rule, finding.rate, finding.base
        if not rule.startswith(by.learned) or rate.row_key not in kept or (rule, rate.row_key) in broken:
            continue
        if base is not None and _figure(rate) not in stood and _figure(base) not in stood:
            words = f"{_said(rate)}, by {finding.against} it would be {plain(finding.expected)}"
            yield Doubt(finding.rule, (rate,), words)


def new_factors(new: Iterable[RateCard], old: Iterable[RateCard], on: date) -> list[str]:
    """The factors between prices that most models keep now and did not before, a line each."""
    learned = rules().learned
    was, now = (consistency.findings(cards, on, {})[1] for cards in (old, new))
    changed = [rule for rule in sorted(now) if rule.startswith(learned) and rule in was and was[rule] != now[rule]]
    return [f"{rule}: most models have the factor {now[rule]} now, {was[rule]} before" for rule in changed]


def _said(rate: Rate) -> str:
    price = "" if rate.price is None else plain(rate.price)
    modality = f" {rate.modality}" if rate.modality else ""
    return f"{rate.model} {rate.service_tier} {rate.meter.replace('_', ' ')}{modality} {price} per {rate.unit}"


def findings(found: Iterable[Doubt], by: Rules | None = None) -> list[Reason]:
    """The doubts as reasons to wait; those of several models are one, for then it may be the page."""
    listed = list(found)
    models = {rate.model for doubt in listed for rate in doubt.rates}
    if len(models) < (by or rules()).most_models:
        return [Reason(str(doubt), new=doubt.rates) for doubt in listed]
    words = "; ".join(map(str, listed[:3])) + (f"; and {len(listed) - 3} more" if len(listed) > 3 else "")
    rates = tuple(dict.fromkeys(rate for doubt in listed for rate in doubt.rates))
    return [Reason(f"{len(models)} models with figures that are hard to believe: {words}", new=rates)]
