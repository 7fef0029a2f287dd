"""Grounding cells of the Agent Platform page: prose with what is included and one price beyond it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ratecards.model import Evidence, Rate
from scraper.errors import UnknownTerm
from scraper.prices.lexicon import AMOUNT, DATE, NUMBER, day, money, whole_number
from scraper.sources.vertex_rows import Frame
from scraper.sources.vertex_terms import Model, Rule, Terms

_SENTENCE = re.compile(r"\.\s+(?=[A-Z])")
_PER_DAY = rf"(?P<count>{NUMBER}) (?:grounded |search )?(?:prompts|requests|queries) per (?P<period>day|month)"
_INCLUDED = re.compile(
    rf"(?:(?P<who>.+?) )?[Ii]ncludes? (?:a combined |up to )?{_PER_DAY} at no (?:additional )?(?:charge|cost)"
    r"(?:, aggregated across all [A-Za-z0-9. ]+ models)?"
)
_LISTED = re.compile(rf"(?P<who>[^:$]+): (?:combined )?{_PER_DAY}")
_BILLED = re.compile(
    rf"(?:[A-Za-z ]+ exceeding (?:those limits|(?P<over>{NUMBER}) per day) are billed at )?(?P<amount>{AMOUNT.pattern})"
    r" per (?P<unit>[a-z0-9, ]+?)(?: \(up to 1 million requests per day\))?"
    rf"(?: starting {DATE.pattern})?"
)
_STARTS = re.compile(rf"Billing will start {DATE.pattern}")
_AND = re.compile(r",\s*|\s+and\s+")


@dataclass(frozen=True, slots=True)
class Included:
    """So much per period at no charge; `who` are the models the cell names, none for all of the section."""

    who: tuple[str, ...]
    count: int
    period: str
    quote: str


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a grounding cell says: one price per unit, from a day on, beyond what is included."""

    price: Decimal
    unit: str
    quote: str
    starts: date | None
    included: tuple[Included, ...]

    @property
    def terms(self) -> object:
        """What it says, whatever the words."""
        return self.price, self.unit, self.starts, [(i.who, i.count, i.period) for i in self.included]


def read_grounding(lines: Sequence[str], terms: Terms) -> Grounding:
    """Read a grounding cell sentence by sentence. Raises `UnknownTerm` on a sentence it does not know."""
    included: list[Included] = []
    billed: list[re.Match[str]] = []
    starts: list[re.Match[str]] = []
    # a line that begins in lower case goes on where the one before it broke off
    text = re.sub(r"\n(?=[a-z])", " ", "\n".join(lines))
    for words in (s.strip(" .") for line in text.split("\n") for s in _SENTENCE.split(line)):
        if match := _INCLUDED.fullmatch(words) or _LISTED.fullmatch(words):
            who = tuple(_AND.split(match["who"])) if match["who"] else ()
            included.append(Included(who, whole_number(match["count"]), match["period"].lower(), words))
        elif match := _BILLED.fullmatch(words):
            billed.append(match)
        elif match := _STARTS.fullmatch(words):
            starts.append(match)
        elif words and not terms.grounding_prose.fullmatch(words):
            raise UnknownTerm(f"unknown sentence in a grounding cell: {words!r}")
    if len(billed) != 1:
        raise UnknownTerm(f"expected one price in the cell, saw {len(billed)}: {' '.join(lines)[:120]!r}")
    price = billed[0]
    if price["over"] and {whole_number(price["over"])} != {i.count for i in included}:
        raise UnknownTerm(f"the price and the allowance before it differ: {price.group()!r}")
    if price["year"] or price["year2"]:
        starts.append(price)
    days = {day(match) for match in starts}
    if len(days) > 1:
        raise UnknownTerm(f"several starts in one cell: {sorted(map(str, days))}")
    quote = " … ".join(dict.fromkeys(m.group() for m in (price, *starts)))
    return Grounding(
        money(price["amount"]), terms.unit(price["unit"]), quote, days.pop() if days else None, tuple(included)
    )


def grounding_rates(
    found: Grounding,
    rules: Sequence[Rule],
    frame: Frame,
    label: str,
    family: Sequence[Model],
    resolve: Callable[[str], list[Model]],
) -> list[Rate]:
    """A grounding cell's rates: free up to what is included, the price beyond, for the models it is for."""
    targets: list[tuple[Sequence[Model], Included | None]] = [
        ([m for name in included.who for m in resolve(name)] if included.who else family, included)
        for included in found.included
    ] or [(family, None)]
    return [
        rate
        for models, included in targets
        for model in models
        for model_id in model.ids
        for rule in rules
        for rate in _grounded(found, included, rule, frame, label, model_id)
    ]


def _grounded(
    found: Grounding, included: Included | None, rule: Rule, frame: Frame, label: str, model_id: str
) -> list[Rate]:
    price = Rate(
        provider=frame.provider,
        source=frame.source,
        model=model_id,
        meter=rule.meter,
        unit=found.unit,
        context=rule.context,
        price=found.price,
        currency=frame.terms.currency,
        effective_from=found.starts,
        evidence=Evidence(found.quote, f"{frame.place} / {label}"),
    )
    if not included:
        return [price]
    free = replace(
        price,
        availability="free",
        price=Decimal(0),
        used_up_to=included.count,
        period=included.period,
        effective_from=None,
        evidence=replace(price.evidence, quote=included.quote),
    )
    return [free, replace(price, used_over=included.count, period=included.period)]
