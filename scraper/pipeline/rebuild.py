"""Every derived file made anew from cards, histories and states: nothing is fetched, nothing is judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ratecards.model import RateCard
from scraper.publish import baseline
from scraper.publish.assemble import assemble_v1
from scraper.publish.dataset import Dataset
from scraper.publish.package import finalize_package
from scraper.publish.transaction import Publication


def rebuilt(dataset: Dataset, today: date) -> Publication:
    """All of `v1`, the ledger and the proofs. Raises `DatasetError` unless every history folds to its cards.

    The same dataset on the same day gives the same bytes; `today` decides between dated rates, and nothing else.
    """
    result = dataset.publication()
    states = {name: dataset.state(name) for name in dataset.names()}
    current: dict[str, Mapping[str, RateCard]] = {
        name: baseline.folded(dataset, name, state) for name, state in states.items()
    }
    assemble_v1(result, dataset, current, states, None, today)
    finalize_package(result, dataset, {}, [], full_rebuild=True)
    for name in states:
        baseline.renew(result, dataset, name)
    return result
