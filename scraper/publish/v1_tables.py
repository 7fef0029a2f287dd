"""The tables that people read and programs pin: T1 and T3 to T6 of the newest cards, in three forms each.

Pure: cards and a day in, texts out. No age stands in them: the day a price was observed does. Every word that a page
printed is escaped on its way into Markdown or CSV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from ratecards.catalog.authority import is_reseller
from ratecards.catalog.catalog import Catalog, Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.image_sizes import USUAL, Size, canonical, sizes
from ratecards.errors import CostError
from ratecards.escaping import markdown
from ratecards.model import RateCard
from ratecards.questions import limits as limits_of
from ratecards.questions.alternatives import Workload, compare_images
from ratecards.questions.budget import Work, budget, matrix
from ratecards.questions.image_cost import images
from ratecards.questions.savings import savings
from ratecards.storage.codec import dumps
from ratecards.storage.limits import LimitsCard
from ratecards.tables import Table, csv_text

CURRENCY = "USD"


def tables(cards: Iterable[RateCard], day: date, limits: Sequence[LimitsCard] = ()) -> dict[str, str]:
    """Path below `ratecards/v1/` to text. `day` decides between dated rates, and nothing else.

    A model whose price depends on more than a table says is left out of that table; so are other currencies of one
    that compares.
    """
    sellers = list(Catalog(cards, day).sellers())
    makers = [offer for offer in sellers if sizes(offer, "standard") and not is_reseller(offer.card)]
    budgets = _each(makers, lambda offer: budget(Choice(offer), Work({}, images=True)))
    comparable = [offer for offer in sellers if {rate.currency for rate in offer.card.rates} <= {"", CURRENCY}]
    saved = _each(
        (offer for offer in makers if _usual(offer)),
        # the best quality is the last
        lambda offer: savings(Choice(offer), Work({}, images=True, size=_usual(offer)[-1]), sellers),
    )
    models = limits_of.models(sellers)
    return {
        **_files("cost-per-image", [images(makers)]),
        **_files("monthly-budget", budgets, [matrix(made, "images") for made in budgets]),
        **_files("elsewhere", [compare_images(comparable, Workload())]),
        **_files("savings", saved),
        **_files("limits", [limits_of.records(models, limits)], limits_of.overview(models, limits)),
    }


def _usual(offer: PricedModel) -> list[Size]:
    """The sizes of about a megapixel."""
    return [size for size in sizes(offer, "standard") if canonical(size.resolution) in (USUAL, "")]


def _each(offers: Iterable[PricedModel], make: Callable[[PricedModel], Table]) -> list[Table]:
    """The table of every offer; those that cannot be costed are left out."""
    found = []
    for offer in offers:
        try:
            found.append(make(offer))
        except CostError:
            continue
    return found


def _files(name: str, rows: Sequence[Table], people: Sequence[Table] = ()) -> dict[str, str]:
    """One table as Markdown for people, as CSV and JSON for programs."""
    pages = [made.markdown(escape=markdown) for made in people or rows]
    records = [record for made in rows for record in made.records()]
    return {
        f"tables/{name}.md": "\n".join(pages),
        f"tables/{name}.csv": csv_text([key for made in rows[:1] for key in made.keys], records),
        f"tables/{name}.json": "[\n" + ",\n".join(map(dumps, records)) + "\n]\n",
    }
