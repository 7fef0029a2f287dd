"""A dataset as of a day, by what was known then or on another day: its cards, rates, costs and steps to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from time import time

from ratecards.catalog.authority import name_of
from ratecards.catalog.catalog import DatedCatalog
from ratecards.costing.breakdown import Breakdown
from ratecards.costing.calls import Asked, cost, usage_cost
from ratecards.costing.counts import Usage
from ratecards.errors import CostError
from ratecards.model import COLUMNS, ENUMS, Rate, RateCard, cell, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.storage.history import Step


class Snapshot:
    """A dataset as of the day `on`; with `known_on`, as it was known then: without what was recorded later.

    A price that was read late, or read better later, belongs to the day it was seen on; on a day before that was
    recorded nobody knew.
    """

    def __init__(self, catalog: DatedCatalog, on: date, known_on: date | None) -> None:
        self._catalog, self.on, self.known_on = catalog, on, known_on

    def cards(self) -> list[RateCard]:
        """The cards of every source, by provider, source and model."""
        cards = [offer.card for offer in self._catalog]
        self._catalog.tell(map(name_of, cards))
        return cards

    def card(self, model: str, source: str | None = None) -> RateCard:
        """The card that answers for a model: of the source asked for, else the documentation's. Raises `CostError`."""
        offer = self._catalog.choose(model, source).offer
        self._catalog.tell([offer.source])
        return offer.card

    def find(self, **columns: object) -> list[Rate]:
        """The rates whose columns have these values, as `ratecards.find` finds them."""
        return find(self._catalog, columns)

    def cost(
        self,
        model: str | None = None,
        usage: object = None,
        *,
        tier: str | None = None,
        plan: str = "paid",
        source: str | None = None,
        policy: str | None = None,
        as_if: bool = False,
        each: bool | None = None,
    ) -> Breakdown:
        """What a usage costs by these cards, as `ratecards.cost` tells it. Raises `CostError`."""
        asked = Asked(model, tier, plan, source, policy, as_if)
        if isinstance(usage, Usage):
            return usage_cost(self._catalog, model, tier, asked, usage)
        from ratecards.costing.usage import answers

        return cost(self._catalog, answers(usage, each=each), asked)

    def upcoming(self) -> list[Step]:
        """The price steps that the pages of that day date for later, soonest first."""
        from ratecards.storage.history import steps

        return steps(self.cards(), self.on)


def today(now: float | None = None) -> date:
    """The day it is, or was at a moment, UTC."""
    return datetime.fromtimestamp(time() if now is None else now, UTC).date()


def find(own: DatedCatalog, columns: Mapping[str, object]) -> list[Rate]:
    """The rates whose columns have these values. Raises `CostError` on a column or a word that there is not."""
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise CostError(f"no column {unknown[0]!r}; columns: {', '.join(COLUMNS)}")
    wanted = {n: "" if v is None else plain(v) if isinstance(v, Decimal) else str(v) for n, v in columns.items()}
    for name, known in ENUMS.items():
        if wanted.get(name) and wanted[name] not in known:
            raise CostError(_none_such(name, wanted[name], known))
    owner = {name: wanted.pop(name) for name in ("provider", "source", "model") if name in wanted}
    offers = [(offer, [r for r in offer.card.rates if _says(r, wanted.items())]) for offer in own.offers(**owner)]
    own.tell(offer.source for offer, rates in offers if rates)
    return [rate for _, rates in offers for rate in rates]


def _none_such(name: str, value: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(value, known, 1)
    words = f"; nearest: {near[0]}" if near else ""
    return f"no {name.replace('_', ' ')} {value!r}{words}; known: {', '.join(filter(None, known))}"


def _says(rate: Rate, wanted: Iterable[tuple[str, str]]) -> bool:
    return all(cell(rate, name) == value for name, value in wanted)
