"""What a card sells on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from ratecards.catalog.authority import name_of
from ratecards.model import SERVICE_TIERS, Rate, RateCard


class PricedModel:
    """A card as of a day, which decides between dated rates.

    `guide` is the card that says how many tokens its images have: its own, or the one that a person keeps of a page
    which says it in its stead.
    """

    __slots__ = ("_rates", "card", "day", "guide", "seen")

    def __init__(self, card: RateCard, day: date, seen: date | None = None, guide: RateCard | None = None) -> None:
        self.card, self.day, self.guide = card, day, guide or card
        # the last day up to then on which its page was read
        self.seen = seen or card.observed
        self._rates: dict[tuple[str, str], list[Rate]] = {}
        for rate in card.rates:
            self._rates.setdefault((rate.service_tier, rate.plan), []).append(rate)

    @property
    def source(self) -> str:
        """`provider/source`."""
        return name_of(self.card)

    def rates(self, tier: str, plan: str) -> list[Rate]:
        """The rates of a service tier and plan."""
        return self._rates.get((tier, plan), [])

    def sold(self) -> list[tuple[str, str]]:
        """The service tiers and plans in which anything has a price."""
        found = [key for key, rates in self._rates.items() if any(r.price is not None for r in rates)]
        return sorted(found, key=lambda key: (SERVICE_TIERS.index(key[0]), key[1] != "paid"))


def price_of_one(rate: Rate) -> Decimal:
    """The price of one of the unit's noun; nothing where there is none."""
    return (rate.price or Decimal(0)) / measure(rate.unit)[0]


@cache
def measure(unit: str) -> tuple[int, str]:
    """A unit as quantity and singular noun: `1000 queries` is (1000, query)."""
    quantity, _, noun = unit.partition(" ")
    return int(quantity or 1), {"queries": "query"}.get(noun, noun.removesuffix("s"))
