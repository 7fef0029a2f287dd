"""Models that their maker's documentation no longer lists: the last card, since when, and what is next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from ratecards.catalog.authority import DOCUMENTATION, is_reseller
from ratecards.catalog.catalog import DatedCatalog
from ratecards.catalog.priced_model import PricedModel
from ratecards.dataset import Dataset
from scraper.site.figures import ShownAmount, figures
from scraper.site.matrix import Matrix, matrix
from scraper.site.models import ModelPage
from scraper.site.series import Past


class Retired(NamedTuple):
    """A model that is gone: the day of the reading that first missed it, and its last card as of the day before.

    `successor` is what a page named in its place, empty where none did.
    """

    offer: PricedModel
    gone: date
    successor: str
    figures: Mapping[str, ShownAmount]
    matrix: Matrix


def retired(dataset: Dataset, past: Mapping[str, Past], shelf: DatedCatalog) -> list[Retired]:
    """Those that are gone from their documentation up to the day of a catalog, the newest first."""
    found = [one for source in DOCUMENTATION if source in past for one in _of(dataset, source, past[source], shelf)]
    return sorted(found, key=lambda one: (-one.gone.toordinal(), one.offer.source, one.offer.card.model))


def _of(dataset: Dataset, source: str, past: Past, shelf: DatedCatalog) -> Iterable[Retired]:
    for model, days in dataset.database.sources[source].names.gone.items():
        gone = max((day for day in days if day <= shelf.day), default=None)
        cards = [card for day, card in past.cards(model).items() if card and gone and day < gone]
        if gone is None or not cards or is_reseller(cards[-1]) or shelf.offer(source, model):
            continue
        offer = PricedModel(cards[-1], gone - timedelta(days=1))
        page = ModelPage(offer.card.provider, offer.card.model, (offer,))
        shown = {kind: spans[0].figure for kind, spans in figures(page, offer.day).items() if spans}
        ends = offer.card.shutdown
        yield Retired(offer, gone, ends.successor if ends else "", shown, matrix(offer))
