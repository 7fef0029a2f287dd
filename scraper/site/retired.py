"""Models that their maker's documentation no longer lists: the last card, since when, and what is next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from ratecards.catalog.authority import DOCUMENTATION, is_reseller, name_of
from ratecards.catalog.catalog import DatedCatalog
from ratecards.catalog.priced_model import PricedModel
from ratecards.dataset import Dataset
from ratecards.model import RateCard, lifecycle
from scraper.site.figures import ShownAmount, figures
from scraper.site.matrix import Matrix, matrix
from scraper.site.models import ModelPage, link, page_link
from scraper.site.series import Past


class Successor(NamedTuple):
    """What an official source names in a model's place: its words, or since when it calls the model so (no quote).

    `url` is the page that says so; empty where there is none that is safe to follow.
    """

    model: str
    said_by: str
    quote: str
    since: date
    url: str


class Retired(NamedTuple):
    """A model that is gone: the day of the reading that first missed it, and its last card as of the day before.

    `successor` is what is named in its place; None where no official source names anything.
    """

    offer: PricedModel
    gone: date
    successor: Successor | None
    figures: Mapping[str, ShownAmount]
    matrix: Matrix


def retired(dataset: Dataset, past: Mapping[str, Past], shelf: DatedCatalog, pages: Mapping[str, str]) -> list[Retired]:
    """Those that are gone from their documentation up to the day of a catalog, the newest first.

    `pages` are the addresses of the pages of facts, by source.
    """
    found = [
        one for source in DOCUMENTATION if source in past for one in _of(dataset, source, past[source], shelf, pages)
    ]
    return sorted(found, key=lambda one: (-one.gone.toordinal(), one.offer.source, one.offer.card.model))


def _of(dataset: Dataset, source: str, past: Past, shelf: DatedCatalog, pages: Mapping[str, str]) -> Iterable[Retired]:
    for model, days in dataset.database.sources[source].names.gone.items():
        gone = max((day for day in days if day <= shelf.day), default=None)
        cards = [card for day, card in past.cards(model).items() if card and gone and day < gone]
        if gone is None or not cards or is_reseller(cards[-1]) or shelf.offer(source, model):
            continue
        offer = PricedModel(cards[-1], gone - timedelta(days=1))
        page = ModelPage(offer.card.provider, offer.card.model, (offer,))
        shown = {kind: spans[0].figure for kind, spans in figures(page, offer.day).items() if spans}
        named = next(_successors(dataset, offer.card, shelf, pages), None)
        yield Retired(offer, gone, named, shown, matrix(offer))


def _successors(dataset: Dataset, card: RateCard, shelf: DatedCatalog, pages: Mapping[str, str]) -> Iterator[Successor]:
    """What is named in a model's place: by its own last card, by pages of facts, by its maker's other sources."""
    source, names = name_of(card), (card.model, *card.aliases)
    yield from _by_notice(card, names)
    for one in lifecycle.of_model(dataset.database.lifecycle.get(source, {}), names, on=shelf.day):
        if one.successor and one.observed:
            yield Successor(one.successor, one.said_by, one.quote, one.observed, link(pages.get(one.said_by, "")))
    for offer in shelf:
        if (offer.card.provider, offer.card.model, offer.card.grade) == (card.provider, card.model, "official"):
            yield from _by_notice(offer.card, names)
    for other, found in dataset.database.sources.items():
        for new in found.names.renamed if other.startswith(f"{card.provider}/") else ():
            if new.former in names and new.day <= shelf.day:
                yield Successor(new.model, other, "", new.day, "")


def _by_notice(card: RateCard, names: tuple[str, ...]) -> Iterator[Successor]:
    ends = lifecycle.shutdown(card.notices, names)
    if ends and ends.successor:
        yield Successor(ends.successor, name_of(card), ends.quote, card.observed, page_link(card))
