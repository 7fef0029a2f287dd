"""The cards of all sources, each as of a day, and which of them answers for a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from ratecards import wording
from ratecards.catalog.authority import (
    BY_HAND,
    DOCUMENTATION,
    RESELLERS,
    SEPARATE,
    is_manual,
    is_reseller,
    is_witness,
    name_of,
)
from ratecards.catalog.choices import POLICIES
from ratecards.catalog.freshness import Age, Freshness
from ratecards.catalog.priced_model import PricedModel
from ratecards.catalog.reported import Reports, is_reported, said
from ratecards.errors import CostError
from ratecards.model import RateCard
from ratecards.records import NamedTuple
from ratecards.storage import model_names
from ratecards.storage.database import Database, SourceCards

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_OTHERS = 366


class Choice(NamedTuple):
    """The card that answers for a model, the other words of the same seller, and whose word counts."""

    offer: PricedModel
    witnesses: tuple[PricedModel, ...] = ()
    policy: str = "documented"


class _CardsAtHand:
    """The cards of a source, without a database: what was called otherwise before is not known."""

    def __init__(self, cards: Iterable[RateCard]) -> None:
        self._by_model = {card.model: card for card in cards}
        self.models = sorted(self._by_model)

    def __contains__(self, model: str) -> bool:
        return model in self._by_model

    def card(self, model: str) -> RateCard:
        return self._by_model[model]

    def cards(self) -> list[RateCard]:
        return [self._by_model[model] for model in self.models]

    def bearing(self, alias: str) -> list[str]:
        return [model for model in self.models if alias in self._by_model[model].aliases]

    def renamed(self, name: str) -> str:
        return name


class Catalog:
    """Cards by source and model, and the days that decide between dated rates: one for all, or a source's own."""

    def __init__(self, cards: Iterable[RateCard], day: date, days: Mapping[str, date] | None = None) -> None:
        found = groupby(sorted(cards, key=name_of), key=name_of)
        self._stack({source: _CardsAtHand(own) for source, own in found}, day, days or {})

    def _stack(self, stocks: Mapping[str, _CardsAtHand | SourceCards], day: date, days: Mapping[str, date]) -> None:
        self.day, self._days = day, days
        self._stocks = dict(sorted(stocks.items()))
        self._offers: dict[tuple[str, str], PricedModel] = {}
        self._looked: dict[str, date | None] = {}

    def __iter__(self) -> Iterator[PricedModel]:
        return self.offers()

    def offers(self, provider: str = "", source: str = "", model: str = "") -> Iterator[PricedModel]:
        """Every offer, or those of a provider, a source or a model; the cards of no other are read."""
        for full, stock in self._stocks.items():
            own = full.split("/")
            if provider in ("", own[0]) and source in ("", own[1]):
                if model:
                    yield from [self._offer(full, model)] if model in stock else []
                else:
                    yield from (self._priced(full, card) for card in stock.cards())

    def _offer(self, source: str, model: str) -> PricedModel:
        """The offer of a model that the source has; made once."""
        found = self._offers.get((source, model))
        return found or self._priced(source, self._stocks[source].card(model))

    def _priced(self, source: str, card: RateCard) -> PricedModel:
        if (source, card.model) not in self._offers:
            if source not in self._looked:
                self._looked[source] = self._seen(source)
            day, guide = self._days.get(source, self.day), self._guide(source, card)
            self._offers[source, card.model] = PricedModel(card, day, self._looked[source], guide)
        return self._offers[source, card.model]

    def _guide(self, source: str, card: RateCard) -> RateCard | None:
        """The card kept by hand of a model whose tokens the documentation prices and does not count; else None."""
        names = BY_HAND if source in DOCUMENTATION and not card.formulas else ()
        own = (self._stocks.get(name) for name in names if name.startswith(f"{card.provider}/"))
        cards = (stock.card(card.model) for stock in own if stock and card.model in stock)
        return next((found for found in cards if found.formulas), None)

    def _seen(self, source: str) -> date | None:
        """The last day on which a source was read; of cards alone, that of the newest."""
        return max(card.observed for card in self._stocks[source].cards())

    def sellers(self) -> Iterator[PricedModel]:
        """One offer per seller and model, and what is only kept by hand: a whole model, or a price in another unit."""
        seen: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for offer in sorted(self, key=lambda o: is_manual(o.card)):
            sold = {(rate.meter, rate.unit.partition(" ")[2]) for rate in offer.card.rates}
            known = seen.setdefault((offer.card.provider, offer.card.model), set())
            if not is_witness(offer.card) and (not known or (is_manual(offer.card) and sold - known)):
                known |= sold
                yield offer

    def offer(self, source: str, name: str) -> PricedModel | None:
        """The offer of one source under an id or alias. Raises `CostError` where an alias means several."""
        stock = self._stocks.get(source)
        if stock is None or name in stock:
            return self._offer(source, name) if stock else None
        found = stock.bearing(name)
        if len(found) > 1:
            raise CostError(f"{name} means several models of {source}: {', '.join(found)}; name one")
        model = found[0] if found else stock.renamed(name)
        return self._offer(source, model) if model in stock else None

    def source(self, name: str) -> str:
        """The source of that name, with or without its provider. Raises `CostError`."""
        found = [s for s in self._stocks if name in (s, s.partition("/")[2])]
        if len(found) != 1:
            raise CostError(f"expected one source {name!r}, saw {', '.join(found or self._stocks)}")
        return found[0]

    def choose(self, name: str, source: str | None = None, policy: str | None = None) -> Choice:
        """Whose card answers for a name: the source asked for, else the documentation. Raises `CostError`."""
        model = model_names.model_id(name)
        if policy is not None and (source or policy not in POLICIES):
            words = "a policy chooses among sources: leave out the source" if source else f"no policy {policy!r}"
            raise CostError(f"{words}; policies: {', '.join(POLICIES)}")
        if source and is_reported(source):
            return Choice(self._at_reporter(source, model))
        found = [offer for s in self._stocks if (offer := self.offer(s, model))]
        if source:
            return Choice(self._at(self.source(source), model, found))
        documented = [o for o in found if o.source in DOCUMENTATION and not is_reseller(o.card)]
        documented = documented or [d for o in found if (d := self._documented(o.card))]
        if not documented and (only := self._reported(model)):
            return Choice(only[0])
        if not documented:
            raise CostError(self._nowhere(model, found))
        offer = documented[0]
        if any(o.card.provider != offer.card.provider for o in documented):
            raise CostError(f"{model} is sold by {', '.join(o.source for o in documented)}; name one as source")
        return Choice(offer, tuple(self._witnesses(offer.card)), policy or "documented")

    def _reported(self, model: str, source: str = "") -> list[PricedModel]:  # noqa: ARG002 - cards alone have none
        """What is only reported of a model, by one reporter or the one that answers."""
        return []

    def _at_reporter(self, source: str, model: str) -> PricedModel:
        """What one reporter says of a model. Raises `CostError`."""
        found = self._reported(model, source)
        if not found:
            raise CostError(f"{model} is not reported by {source}, or an official card has it")
        return found[0]

    def _at(self, source: str, model: str, found: Sequence[PricedModel]) -> PricedModel:
        """Of those found, the one of a source. Raises `CostError` saying who else has the model."""
        for offer in found:
            if offer.source == source:
                return offer
        held = f"{model} is not held by {source}, but by {', '.join(offer.source for offer in found)}"
        raise CostError(held if found else self.absence(model, [source]))

    def _documented(self, card: RateCard) -> PricedModel | None:
        """The documentation's card of what another publication of the same seller calls so."""
        pages = [s for s in DOCUMENTATION if s.startswith(f"{card.provider}/") and not is_reseller(card)]
        return next((offer for s in pages if (offer := self.offer(s, card.model))), None)

    def _nowhere(self, model: str, found: Sequence[PricedModel]) -> str:
        """Why no documentation page answers for a model, and who else has it."""
        words = self.absence(model, [s for s in DOCUMENTATION if s.partition("/")[0] not in RESELLERS])
        if not found:
            return words
        known = "" if words.startswith("unknown") else f"{words}; "
        return f"{known}{model} is held by {', '.join(o.source for o in found)} alone: name it as source"

    def _witnesses(self, card: RateCard) -> Iterator[PricedModel]:
        for source in self._stocks:
            if source != name_of(card) and source.startswith(f"{card.provider}/") and source not in SEPARATE:
                called = (self.offer(source, name) for name in (card.model, *card.aliases))
                if offer := next(filter(None, called), None):
                    yield offer

    def absence(self, model: str, sources: Sequence[str]) -> str:  # noqa: ARG002 - cards alone have no history
        """Why those sources have no card of a model, in one line."""
        return model_names.unknown_among({name for o in self for name in (o.card.model, *o.card.aliases)}, model)


class DatedCatalog(Catalog):
    """The cards of a database on a day, or the newest; it knows what was renamed and what is gone.

    With `known` (a day, and the database as it stood then) the cards are those that were known on that day. Raises
    `CostError` where nothing was observed, or known.
    """

    def __init__(
        self,
        base: Database,
        on: date | None,
        days: Mapping[str, date],
        today: date,
        freshness: Freshness,
        known: tuple[date, Database] | None = None,
    ) -> None:
        self.on = on
        self.plans: dict[object, Any] = {}  # what costs keep here to answer the next of their kind
        self._base, self._known, self._then = base, known, known[1] if known else base
        self._again = dict(days), today, freshness, known
        self._freshness = freshness
        # what was known on another day was recorded then: of what is reported only the day that it is of is known
        self._reports = Reports(freshness.reports if known is None else "", base)
        self._only: dict[int, PricedModel] = {}
        self._others: dict[date, DatedCatalog] = {}
        self._sellers: dict[str, str] = {}
        own = {base.source(name): day for name, day in days.items()}
        if on is not None and on < base.first:
            raise CostError(f"nothing was observed before {base.first}; asked for {on}")
        stocks = {source: self._stock(source, own) for source in base.sources}
        self._stack({source: stock for source, stock in stocks.items() if stock}, on or today, own)
        if known is not None and not self._stocks:
            raise CostError(f"nothing of {on or today} was known on {known[0]}")

    def at(self, day: date) -> DatedCatalog:
        """The same of another day; kept for the next who asks. Raises `CostError` before the first observation."""
        if day not in self._others:
            if len(self._others) >= _MOST_OTHERS:
                self._others.clear()
            self._others[day] = DatedCatalog(self._base, day, *self._again)
        return self._others[day]

    def seller(self, name: str) -> str:
        """Whose documentation has ever had a model of that name; empty where none has."""
        if name not in self._sellers:
            model = model_names.model_id(name)
            pages = (source for source in DOCUMENTATION if source in self._base.sources)
            found = (s for s in pages if model_names.ids(self._base.sources[s].names, model))
            self._sellers[name] = next(found, "").partition("/")[0]
        return self._sellers[name]

    def _stock(self, source: str, days: Mapping[str, date]) -> SourceCards:
        first = self._base.sources[source].first or str(date.max)
        if source in days and str(days[source]) < first:
            raise CostError(f"nothing of {source} was observed before {first}; asked for {days[source]}")
        return self._then.sources[source].on(days.get(source, self.on))

    def reported(self) -> list[PricedModel]:
        """What is only reported on the day: of each model that no official card has the report that answers."""
        return self._told(self._reports.cards(self.day))

    def _reported(self, model: str, source: str = "") -> list[PricedModel]:
        return self._told(self._reports.find(model, self.day, source))

    def _told(self, cards: Iterable[RateCard]) -> list[PricedModel]:
        """The cards as of the day, each made once."""
        return [self._only.setdefault(id(card), PricedModel(card, self.day)) for card in cards]

    def who_says(self, sources: Iterable[tuple[str, str]]) -> list[str]:
        """For people, a line on each of these sources and models that is only reported."""
        pairs = sorted({(source, model) for source, model in sources if is_reported(source)})
        return said(card for source, model in pairs for card in self._reports.find(model, self.day, source))

    def age(self, source: str) -> Age:
        """How old what a source says is, on the catalog's day or on its own."""
        if is_reported(source):
            return self._reports.age(source, self.day)
        return self._freshness.age(self._then, source, self._days.get(source, self.day))

    def tell(self, sources: Iterable[str]) -> list[Age]:
        """The ages of the sources that an answer is from; the dataset takes note of them. Raises `StaleError`."""
        ages = [self.age(source) for source in sorted(set(sources))]
        self._freshness.tell(ages)
        return ages

    def _seen(self, source: str) -> date | None:
        return self.age(source).verified

    def absence(self, model: str, sources: Sequence[str]) -> str:
        """Why those sources have no card of a model; of one that is gone, its last prices."""
        named = {s: self._base.sources[s].names for s in sources if s in self._base.sources}
        source = next((s for s in named if model_names.ids(named[s], model)), None)
        if source is None:
            return model_names.unknown(self._base.names, model)
        on = self._days.get(source, self.on)
        words, known_as = model_names.absence(named[source], model, on), model_names.ids(named[source], model)
        days = [day for day in model_names.departures(named[source], known_as) if on is None or day <= on]
        if not days:
            return words
        day = max(days) - timedelta(days=1)
        last = self._then.sources[source].on(day)
        cards = [last.card(name) for name in sorted(known_as) if name in last]
        prices = [p for card in cards for p in _prices(PricedModel(card, day))]
        return f"{words}; last prices ({source}, until {day}): {', '.join(prices) or 'none'}"


def _prices(offer: PricedModel) -> list[str]:
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
