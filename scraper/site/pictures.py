"""What an image costs: bars by resolution, and the same picture elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ratecards import wording
from ratecards.catalog.authority import is_reseller
from ratecards.catalog.catalog import Catalog, Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.image_sizes import sizes
from ratecards.errors import CostError
from ratecards.questions.alternatives import Workload, compare_images
from ratecards.questions.image_cost import TIERS, images, per_image
from ratecards.tables import money
from scraper.site.charts import BarChart, bar_chart, ceiling

Groups = list[tuple[str, list[Decimal | None]]]
# The length of a bar of the table, in units of its view box.
_LENGTH = 200
# Where sizes are not told apart there is nothing to draw.
_FEWEST = 2


def values(shelf: Catalog) -> dict[str, object]:
    """What the page on images shows."""
    sellers = list(shelf.sellers())
    makers = [offer for offer in sellers if not is_reseller(offer.card) and sizes(offer)]
    drawn = [(offer, groups) for offer in makers if len(groups := _groups(offer)) >= _FEWEST]
    top = _top(groups for _, groups in drawn)
    return {
        "drawn": [(offer.card, currency_of(offer), bar_chart(groups, top, wording.money)) for offer, groups in drawn],
        "table": images(makers) if makers else None,
        "elsewhere": _elsewhere(sellers),
        "money": money,
    }


def bars_of(offer: PricedModel) -> BarChart | None:
    """The bars of one model, on a scale of their own; None where sizes are not told apart."""
    groups = _groups(offer)
    return bar_chart(groups, _top([groups]), wording.money) if len(groups) >= _FEWEST else None


def currency_of(offer: PricedModel) -> str:
    """The currency of an offer's prices; empty where it has none."""
    return next((rate.currency for rate in offer.card.rates if rate.currency), "")


def _groups(offer: PricedModel) -> Groups:
    """The listed price of an image by size and tier; qualities are too many to draw."""
    found = [size for size in sizes(offer) if not size.quality and size.resolution]
    lines = [(size.words, [per_image(Choice(offer), size, tier) for tier in TIERS]) for size in found]
    return [(name, [line.rate if line else None for line in own]) for name, own in lines]


def _top(several: Iterable[Groups]) -> Decimal:
    prices = (price for groups in several for _, own in groups for price in own if price)
    return ceiling(max(prices, default=Decimal(1)))


def _elsewhere(sellers: Iterable[PricedModel]) -> dict[str, object]:
    """One image of every seller, with the length of its bar; where currencies differ, why there is no table."""
    try:
        made = compare_images(sellers, Workload())
    except CostError as error:
        return {"error": str(error)}
    costs = [Decimal(str(row.cells["per_image"])) for row in made.rows]
    top = max(costs, default=Decimal(1)) or Decimal(1)
    lengths = [f"{cost / top * _LENGTH:.1f}" for cost in costs]
    return {"error": "", "table": made, "lengths": lengths}
