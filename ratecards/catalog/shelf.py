"""The cards of all sources, each as of its own day, and which of them answers for a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from ratecards.catalog.offers import Offer
from ratecards.catalog.sellers import DOCUMENTATION, RESELLERS, SEPARATE, is_manual, is_reseller, is_witness, name_of
from ratecards.catalog.stock import Loose, Stock
from ratecards.choices import POLICIES
from ratecards.errors import CostError
from ratecards.model import RateCard
from ratecards.records import NamedTuple
from ratecards.storage import names


class Choice(NamedTuple):
    """The card that answers for a model, the other words of the same seller, and whose word counts."""

    offer: Offer
    witnesses: tuple[Offer, ...] = ()
    policy: str = "documented"


class Shelf:
    """Cards by source and model, and the days that decide between dated rates: one for all, or a source's own."""

    def __init__(self, cards: Iterable[RateCard], day: date, days: Mapping[str, date] | None = None) -> None:
        found = groupby(sorted(cards, key=name_of), key=name_of)
        self._stack({source: Loose(own) for source, own in found}, day, days or {})

    def _stack(self, stocks: Mapping[str, Stock], day: date, days: Mapping[str, date]) -> None:
        self.day, self._days = day, days
        self._stocks = {source: stock for source, stock in sorted(stocks.items()) if stock.models}
        self._offers: dict[tuple[str, str], Offer] = {}
        self._looked: dict[str, date | None] = {}

    def __iter__(self) -> Iterator[Offer]:
        return self.offers()

    def offers(self, provider: str = "", source: str = "", model: str = "") -> Iterator[Offer]:
        """Every offer, or those of a provider, a source or a model; the cards of no other are read."""
        for full, stock in self._stocks.items():
            own = full.split("/")
            if provider in ("", own[0]) and source in ("", own[1]):
                yield from (self._offer(full, m) for m in ([model] if model else stock.models) if m in stock)

    def _offer(self, source: str, model: str) -> Offer:
        """The offer of a model that the source has; made once."""
        if (source, model) not in self._offers:
            card = self._stocks[source].card(model)
            if source not in self._looked:
                self._looked[source] = self._seen(source)
            self._offers[source, model] = Offer(card, self._days.get(source, self.day), self._looked[source])
        return self._offers[source, model]

    def _seen(self, source: str) -> date | None:
        """The last day on which a source was read; of cards alone, that of the newest."""
        stock = self._stocks[source]
        return max(stock.card(model).observed for model in stock.models)

    def sellers(self) -> Iterator[Offer]:
        """One offer per seller and model, and what is only kept by hand: a whole model, or a price in another unit."""
        seen: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for offer in sorted(self, key=lambda o: is_manual(o.card)):
            sold = {(rate.meter, rate.unit.partition(" ")[2]) for rate in offer.card.rates}
            known = seen.setdefault((offer.card.provider, offer.card.model), set())
            if not is_witness(offer.card) and (not known or (is_manual(offer.card) and sold - known)):
                known |= sold
                yield offer

    def offer(self, source: str, name: str) -> Offer | None:
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
        model = names.model_id(name)
        if policy is not None and (source or policy not in POLICIES):
            words = "a policy chooses among sources: leave out the source" if source else f"no policy {policy!r}"
            raise CostError(f"{words}; policies: {', '.join(POLICIES)}")
        found = [offer for s in self._stocks if (offer := self.offer(s, model))]
        if source:
            return Choice(self._at(self.source(source), model, found))
        documented = [o for o in found if o.source in DOCUMENTATION and not is_reseller(o.card)]
        documented = documented or [d for o in found if (d := self._documented(o.card))]
        if not documented:
            raise CostError(self._nowhere(model, found))
        offer = documented[0]
        if any(o.card.provider != offer.card.provider for o in documented):
            raise CostError(f"{model} is sold by {', '.join(o.source for o in documented)}; name one as source")
        return Choice(offer, tuple(self._witnesses(offer.card)), policy or "documented")

    def _at(self, source: str, model: str, found: Sequence[Offer]) -> Offer:
        """Of those found, the one of a source. Raises `CostError` saying who else has the model."""
        for offer in found:
            if offer.source == source:
                return offer
        held = f"{model} is not held by {source}, but by {', '.join(offer.source for offer in found)}"
        raise CostError(held if found else self.absence(model, [source]))

    def _documented(self, card: RateCard) -> Offer | None:
        """The documentation's card of what another publication of the same seller calls so."""
        pages = [s for s in DOCUMENTATION if s.startswith(f"{card.provider}/") and not is_reseller(card)]
        return next((offer for s in pages if (offer := self.offer(s, card.model))), None)

    def _nowhere(self, model: str, found: Sequence[Offer]) -> str:
        """Why no documentation page answers for a model, and who else has it."""
        words = self.absence(model, [s for s in DOCUMENTATION if s.partition("/")[0] not in RESELLERS])
        if not found:
            return words
        known = "" if words.startswith("unknown") else f"{words}; "
        return f"{known}{model} is held by {', '.join(o.source for o in found)} alone: name it as source"

    def _witnesses(self, card: RateCard) -> Iterator[Offer]:
        for source in self._stocks:
            if source != name_of(card) and source.startswith(f"{card.provider}/") and source not in SEPARATE:
                called = (self.offer(source, name) for name in (card.model, *card.aliases))
                if offer := next(filter(None, called), None):
                    yield offer

    def absence(self, model: str, sources: Sequence[str]) -> str:  # noqa: ARG002 - cards alone have no history
        """Why those sources have no card of a model, in one line."""
        return names.unknown_among({name for o in self for name in (o.card.model, *o.card.aliases)}, model)
