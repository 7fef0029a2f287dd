"""A dataset's shelf on a day: every source folded up to it, or up to a day of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from ratecards import history, names, phrases
from ratecards.dataset import Dataset, DatasetError
from ratecards.model import RateCard
from ratecards.offers import Offer
from ratecards.shelf import Shelf
from ratecards.usage import CostError


class DatedShelf(Shelf):
    """The shelf of a dataset on a day; with the history at hand it knows what was renamed and what is gone."""

    def __init__(self, dataset: Dataset, on: date | None, days: Mapping[str, date], today: date) -> None:
        self._dataset = dataset
        self._on = on
        self._days = {dataset.source(name): day for name, day in days.items()}
        if on is not None and on < dataset.first:
            raise CostError(f"nothing was observed before {dataset.first}; asked for {on}")
        cards = [card for source in dataset.sources for card in self._cards(source)]
        super().__init__(cards, on or today, self._days)

    def _until(self, source: str) -> date | None:
        return self._days.get(source, self._on)

    def _cards(self, source: str) -> list[RateCard]:
        changes, until = self._dataset.changes(source), self._until(source)
        first = min(map(names.day_of, changes), default=date.max)
        if source in self._days and self._days[source] < first:
            raise CostError(f"nothing of {source} was observed before {first}; asked for {self._days[source]}")
        try:
            return list(history.fold(changes, until=until).values())
        except history.HistoryError as error:
            raise DatasetError(f"{self._dataset.path}: history of {source}: {error}") from error

    def renamed(self, source: str, name: str) -> str:
        """The present id of a former one."""
        changes = self._dataset.changes(source)
        return names.renames(changes, until=self._until(source) or date.max).get(name, name)

    def absence(self, model: str, sources: Sequence[str]) -> str:
        """Why those sources have no card of a model; of one that is gone, its last prices."""
        own = [s for s in sources if s in self._dataset.sources]
        source = next((s for s in own if names.ids(self._dataset.changes(s), model)), None)
        if source is None:
            everything = [c for s in self._dataset.sources for c in self._dataset.changes(s)]
            return names.unknown(everything, model)
        changes, on = self._dataset.changes(source), self._until(source)
        words = names.absence(changes, model, on)
        known_as = names.ids(changes, model)
        gone = [names.day_of(c) for c in changes if c.kind == "model_removed" and c.model in known_as]
        if not (days := [day for day in gone if on is None or day <= on]):
            return words
        day = max(days) - timedelta(days=1)
        last = history.fold(changes, until=day)
        prices = [p for name in sorted(known_as & set(last)) for p in _prices(Offer(last[name], day))]
        return f"{words}; last prices ({source}, until {day}): {', '.join(prices) or 'none'}"


def _prices(offer: Offer) -> list[str]:
    rates = [r for r in offer.rates("standard", "paid") if r.price is not None and r.basis == "list"]
    return [
        f"{phrases.thing(r, conditions=phrases.conditions(r))} {phrases.value(r)} / {phrases.unit(r.unit)}"
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
