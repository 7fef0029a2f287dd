"""A dataset's shelf on a day: every source as of it, or as of a day of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from ratecards import wording
from ratecards.catalog.offers import Offer
from ratecards.catalog.shelf import Shelf
from ratecards.catalog.stock import Packed
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from ratecards.storage import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.catalog.staleness import Age
    from ratecards.costs.plan import CostPlan

_MOST_OTHERS = 366


class DatedShelf(Shelf):
    """The shelf of a dataset on a day, by what was known on another; it knows what was renamed and what is gone."""

    def __init__(
        self, dataset: Dataset, on: date | None, days: Mapping[str, date], today: date, known: date | None = None
    ) -> None:
        self._dataset, self._on, self._known = dataset, on, known
        self._again = dict(days), today
        self.plans: dict[object, CostPlan] = {}
        self._others: dict[date, DatedShelf] = {}
        own = {dataset.source(name): day for name, day in days.items()}
        if on is not None and on < dataset.first:
            raise CostError(f"nothing was observed before {dataset.first}; asked for {on}")
        self._stack({source: self._stock(source, own) for source in dataset.pack.sources}, on or today, own)
        if known is not None and not self._stocks:
            raise CostError(f"nothing of {on or today} was known on {known}")

    @property
    def on(self) -> date | None:
        """The day that was asked for; none for the newest cards."""
        return self._on

    def at(self, day: date) -> DatedShelf:
        """The same of another day; kept for the next who asks. Raises `CostError` before the first observation."""
        if day not in self._others:
            if len(self._others) >= _MOST_OTHERS:
                self._others.clear()
            self._others[day] = DatedShelf(self._dataset, day, *self._again, self._known)
        return self._others[day]

    def _stock(self, source: str, days: Mapping[str, date]) -> Packed:
        first = self._dataset.pack.sources[source].first or str(date.max)
        if source in days and str(days[source]) < first:
            raise CostError(f"nothing of {source} was observed before {first}; asked for {days[source]}")
        return self._dataset.stock(source, days.get(source, self._on), self._known)

    def age(self, source: str) -> Age:
        """How old what a source says is, on the shelf's day or on its own."""
        return self._dataset.age(source, self._days.get(source, self.day), self._known)

    def tell(self, sources: Iterable[str]) -> list[Age]:
        """The ages of the sources that an answer is from; the dataset takes note of them. Raises `StaleError`."""
        ages = [self.age(source) for source in sorted(set(sources))]
        self._dataset.tell(ages)
        return ages

    def _seen(self, source: str) -> date | None:
        return self.age(source).verified

    def absence(self, model: str, sources: Sequence[str]) -> str:
        """Why those sources have no card of a model; of one that is gone, its last prices."""
        lores = {s: self._dataset.pack.sources[s].lore for s in sources if s in self._dataset.pack.sources}
        source = next((s for s in lores if names.ids(lores[s], model)), None)
        if source is None:
            return names.unknown(self._dataset.lore, model)
        on = self._days.get(source, self._on)
        words, known_as = names.absence(lores[source], model, on), names.ids(lores[source], model)
        days = [day for day in names.departures(lores[source], known_as) if on is None or day <= on]
        if not days:
            return words
        day = max(days) - timedelta(days=1)
        last = self._dataset.stock(source, day, self._known)
        cards = [last.card(name) for name in sorted(known_as) if name in last]
        prices = [p for card in cards for p in _prices(Offer(card, day))]
        return f"{words}; last prices ({source}, until {day}): {', '.join(prices) or 'none'}"


def _prices(offer: Offer) -> list[str]:
    rates = [r for r in offer.rates("standard", "paid") if r.price is not None and r.basis == "list"]
    return [
        f"{wording.thing(r, conditions=wording.conditions(r))} {wording.value(r)} / {wording.unit(r.unit)}"
        for r in rates
    ]


def as_day(value: date | str | None) -> date | None:
    """A day from a date, an instant or an ISO string. Raises `CostError`."""
    if value is None:
        return None
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise CostError(f"expected a date like 2026-03-24, saw {value!r}") from error
