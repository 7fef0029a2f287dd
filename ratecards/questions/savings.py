"""`ratecards savings`: each option with its money and percent, what it costs in return, and the best of all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.breakdown import EXACT, Breakdown
from ratecards.model import plain
from ratecards.questions import savings_options
from ratecards.questions.budget import Work
from ratecards.questions.savings_options import Option
from ratecards.tables import Cell, Column, Row, Table, printed

_COLUMNS = (
    *map(Column, ("model", "source")),
    Column("lever", "lever"),
    Column("change", "change"),
    Column("per_request", "each", "listed"),
    *map(Column, ("per_day", "days")),
    Column("per_month", "a month", "money"),
    Column("saves", "saves", "money"),
    Column("percent", "off", "percent"),
    Column("in_return", "in return"),
    *map(Column, ("currency", "observed")),
)
_KINDS = ("batch", "flex", "size", "caching", "reseller", "model")
_UNPUBLISHED = "Volume discounts for enterprises exist and are not published: none is counted."


class Volume(NamedTuple):
    """How often the work is done, and the share of its input that repeats; ages are seen from `day`."""

    per_day: int = 1000
    days: int = 30
    share: Decimal = Decimal(0)
    day: date | None = None

    def month(self, cost: Breakdown) -> Decimal:
        """What a month of it costs."""
        return EXACT.multiply(cost.total, Decimal(self.per_day * self.days))


def savings(
    choice: Choice, work: Work, sellers: Iterable[PricedModel], volume: Volume | None = None, tier: str = "standard"
) -> Table:
    """The savings for some work, a row for each option. Raises `CostError` where the work itself has no price."""
    volume, sellers = volume or Volume(), list(sellers)
    now, base = Option(choice, work, tier), work.each(choice, tier)
    found = [
        *savings_options.tiers(now),
        *savings_options.smaller(now),
        *savings_options.cached(now, volume.share),
        *savings_options.resellers(now, sellers, volume.day),
        *savings_options.models(now, sellers),
    ]
    single = _cheaper(found, base)
    together = _cheaper(savings_options.combined(now, volume.share, sellers, volume.day), base)
    best = sorted(together, key=lambda pair: (pair[1].total, len(pair[0].changes)))[:1]
    rows = [_row(volume, base, base, "now", ", ".join(filter(None, (work.size.words, tier))), "")]
    rows += [_lever(volume, base, option.kind, option, cost) for option, cost in single]
    rows += [_dated(volume, base, day, after) for day, after in savings_options.steps(now)]
    rows += [_lever(volume, base, "best together", option, cost) for option, cost in best]
    kinds = {option.kind for option, _ in single}
    missing = [kind for kind in _KINDS if kind not in kinds]
    nothing = f"Not offered for this, or not cheaper: {', '.join(missing)}."
    title = f"Savings on {base.model} in {base.currency}; a month is {volume.days} days of {volume.per_day:,}"
    notes = [nothing, *_unpublished(sellers, choice.offer)] if missing else _unpublished(sellers, choice.offer)
    return Table(title, _COLUMNS, tuple(rows), tuple(notes))


def _unpublished(sellers: Iterable[PricedModel], own: PricedModel) -> list[str]:
    """What the seller says that it sells cheaper and prints no price of, in its own words."""
    cards = [offer.card for offer in sellers if offer.card.provider == own.card.provider]
    said = [f"{c.name}: {r.evidence.quote!r}" for c in cards for r in c.rates if r.availability == "not_published"]
    return [_UNPUBLISHED, *dict.fromkeys(said)]


def _cheaper(options: Iterable[Option], base: Breakdown) -> list[tuple[Option, Breakdown]]:
    """The options that can be bought and cost less than what is done now, with their cost."""
    costs = ((option, cost) for option in options if (cost := option.cost()))
    return [(option, cost) for option, cost in costs if cost.total < base.total and cost.currency == base.currency]


def _lever(volume: Volume, base: Breakdown, kind: str, option: Option, cost: Breakdown) -> Row:
    return _row(volume, base, cost, kind, ", ".join(option.changes), "; ".join(dict.fromkeys(option.gives)))


def _dated(volume: Volume, base: Breakdown, day: date, after: Breakdown) -> Row:
    """A step that a page dates for later: what waiting for it saves, or what acting before it does."""
    if after.total < base.total:
        return _row(volume, base, after, "wait", f"from {day}", "the work waits until then")
    row = _row(volume, after, base, "act before", f"until the day before {day}", "the price rises then")
    return row._replace(lines=(*base.lines, *after.lines))


def _row(volume: Volume, base: Breakdown, cost: Breakdown, lever: str, change: str, in_return: str) -> Row:
    saved = volume.month(base) - volume.month(cost)
    money: dict[str, Cell] = {"saves": None, "percent": None}
    if saved:
        money = {"saves": saved, "percent": EXACT.divide(saved * 100, volume.month(base))}
    return Row(
        {
            "model": cost.model,
            "source": cost.source,
            "lever": lever,
            "change": change,
            "per_request": _each(cost),
            "per_day": volume.per_day,
            "days": volume.days,
            "per_month": volume.month(cost),
            **money,
            "in_return": in_return,
            "currency": cost.currency,
            "observed": str(max((line.observed for line in cost.lines), default="")),
        },
        cost.lines,
    )


def _each(cost: Breakdown) -> str:
    """One request as the page prints its price, where that is one rate for one; else the sum."""
    lines = cost.lines
    return printed(lines[0]) if len(lines) == 1 and lines[0].amount == lines[0].rate else plain(cost.total)
