"""The comparison that a page shows before anybody has chosen: today's flagships, for one stated workload."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from ratecards.catalog.catalog import Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.counts import usage_of
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.wording import with_currency

# What the form says at first. The script computes with the same numbers.
WORKLOAD = {"input_tokens": 1000, "cached_tokens": 0, "output_tokens": 500}
PER_DAY, DAYS = 1000, 30
MOST = 4
_CENT = Decimal("0.01")


class Compared(NamedTuple):
    """What one request, and all of them, cost by one offer; where that has no price, why, and both are empty."""

    offer: PricedModel
    each: str
    together: str
    wrong: str = ""


def compared(offers: Iterable[PricedModel]) -> list[Compared]:
    """The offers at the workload, the cheapest first, what has no price last."""
    found = []
    for offer in list(offers)[:MOST]:
        try:
            cost = price(Choice(offer), usage_of(WORKLOAD))
        except CostError as error:
            found.append((Decimal("Infinity"), Compared(offer, "", "", str(error))))
            continue
        month = (cost.total * PER_DAY * DAYS).quantize(_CENT)
        words = with_currency(cost.total, cost.currency), with_currency(month, cost.currency)
        found.append((cost.total, Compared(offer, *words)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]
