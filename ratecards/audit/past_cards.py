"""The cards of a dataset by every name they go by, and what each said before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ratecards.catalog.authority import DOCUMENTATION, RESELLERS, name_of
from ratecards.catalog.freshness import Age
from ratecards.dataset import Dataset
from ratecards.model import RateCard
from ratecards.storage import history, model_names
from ratecards.storage.database import SourceHistory
from ratecards.storage.history import Change

# An id that ends in the day of its model, as Anthropic's do, whose page and other files name the model without it.
_DATED = re.compile(r"(.+)-20[0-9]{6}\Z", re.ASCII)


class CardVersion(NamedTuple):
    """A day from which a card, or a dated rate on it, is another; no card where the model was gone."""

    day: date
    card: RateCard | None


class PastCards:
    """The cards of all sources on a day, and their editions until then. Histories are read when one is asked for.

    A source is named in full: `google/gemini-api`.
    """

    def __init__(self, dataset: Dataset, on: date | None, today: date) -> None:
        self._dataset, self._on, self.day = dataset, on, on or today
        self._named: dict[tuple[str, str], RateCard] = {}
        self._editions: dict[tuple[str, str], list[CardVersion]] = {}
        self._renames: dict[str, dict[str, str]] = {}
        self._known: dict[str, set[str]] = {}
        cards = dataset.cards(on, tell=False)
        for card in cards:  # an id goes before an alias
            self._named |= {(name_of(card), alias): card for alias in card.aliases}
        self._named |= {(name_of(card), card.model): card for card in cards}
        self._undated: dict[tuple[str, str], list[RateCard]] = {}
        for card in cards:
            if dated := _DATED.match(card.model):
                self._undated.setdefault((name_of(card), dated[1]), []).append(card)
        self.sources = sorted(set(map(name_of, cards)))
        self.providers = sorted({source.partition("/")[0] for source in self.sources})

    def age(self, source: str) -> Age:
        """How old what a source says of the day is."""
        return self._dataset.age(source, self.day)

    def who_reports(self, provider: str, model: str) -> str:
        """Who reports a model of a provider that no official card has had up to the day; empty where nobody does.

        Of one that a file names no provider of any is meant.
        """
        found = [card for card in self._dataset.reports.find(model, self.day) if provider in ("", card.provider)]
        return ", ".join(f"by {name_of(card)} since {card.observed}" for card in found)

    def tell(self, sources: Iterable[str]) -> list[Age]:
        """The ages of the sources that were judged by; the dataset takes note of them."""
        ages = [self.age(source) for source in sorted(set(sources))]
        self._dataset.tell(ages)
        return ages

    def maker(self, model: str) -> str:
        """The one documentation page that has or had a model; empty where none has, or several."""
        pages = [source for source in DOCUMENTATION if source in self.sources and not source.startswith(RESELLERS)]
        found = [s for s in pages if self.card(s, model)] or [s for s in pages if self.last_day(s, model)]
        return found[0] if len(found) == 1 else ""

    def card(self, source: str, model: str) -> RateCard | None:
        """The card that a name means at a source: as an id, else an alias, else an id since renamed.

        `claude-3-haiku` is the one model there whose id has a day behind that; of several it is none.
        """
        undated = self._undated.get((source, model), [])
        if found := self._named.get((source, model)) or (undated[0] if len(undated) == 1 else None):
            return found
        if source not in self.sources:
            return None
        if source not in self._renames:
            self._renames[source] = model_names.renames(self._source(source).renamed, until=self._on or date.max)
        return self._named.get((source, self._renames[source].get(model, model)))

    def elsewhere(self, provider: str, model: str) -> list[str]:
        """The sources of a provider that have a card of a name, without its name."""
        own = [source for source in self.sources if (source, model) in self._named]
        return [source.removeprefix(f"{provider}/") for source in own if source.startswith(f"{provider}/")]

    def last_day(self, source: str, model: str) -> date | None:
        """The last day of a model that a source has had and has no longer; None where it never had it."""
        if source not in self._known:
            changes = self._changes(source) if source in self.sources else []
            self._known[source] = {name for c in changes for name in (c.model, c.previous_id)}
        if model not in self._known[source]:
            return None
        held = [edition.day for edition in self.editions(source, model) if edition.card is None]
        return max(held, default=None)

    def editions(self, source: str, model: str) -> Sequence[CardVersion]:
        """Every day up to the dataset's on which a model's card was another, oldest first, under all its names."""
        if (source, model) not in self._editions:
            self._editions[source, model] = self._read(source, model)
        return self._editions[source, model]

    def _read(self, source: str, model: str) -> list[CardVersion]:
        known_as = model_names.ids(self._source(source).names, model)
        changes = [c for c in self._changes(source) if c.model in known_as and model_names.day_of(c) <= self.day]
        days = {model_names.day_of(change) for change in changes}
        days |= {d for c in changes for d in _starts(c) if min(days) <= d <= self.day}
        found = []
        for day in sorted(days):
            cards = history.replay(changes, until=day)
            found.append(CardVersion(day, next(iter(cards.values()), None)))
        return found

    def _source(self, source: str) -> SourceHistory:
        return self._dataset.database.sources[source]

    def _changes(self, source: str) -> list[Change]:
        return self._dataset.changes(source, tell=False)


def _starts(change: Change) -> list[date]:
    """The days from which dated rates of a change hold."""
    rates = [rate for rate in (change.new, *(change.card.rates if change.card else ())) if rate]
    return [rate.effective_from for rate in rates if rate.effective_from]
