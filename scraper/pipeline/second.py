"""Whether another official source says what a change says: the one thing that settles a doubt at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ratecards.model import RateCard
from ratecards.storage.history import Change
from scraper.checks.guard import Second
from scraper.diff.cross_source import compare, rules
from scraper.errors import DatasetError
from scraper.pipeline.holding import SecondOpinion
from scraper.publish.dataset import Dataset
from scraper.sources import SOURCES, Source

Cards = Mapping[str, RateCard]


def opinion(dataset: Dataset, source: Source, today: date) -> SecondOpinion:
    """Asks the sources that the ledger holds against this one, as published; their cards are read when first asked."""
    known: list[tuple[str, Cards]] = []
    asked = False

    def others() -> list[tuple[str, Cards]]:
        nonlocal asked
        if not asked:
            known.extend(_witnesses(dataset, source, today))
            asked = True
        return known

    def of(new: Cards) -> Second:
        return lambda change: next((name for name, cards in others() if says(cards, new, change, today)), "")

    return of


def says(cards: Cards, new: Cards, change: Change, on: date) -> bool:
    """Whether other cards have the new price of a change, for all that they tell apart of it."""
    rate, card = change.new, new.get(change.model)
    if rate is None or rate.price is None or card is None:
        return False
    pairs = [p for p in compare([card], cards.values(), on).pairs if p.left.evidence is rate.evidence]
    mine = [p for p in pairs if p.left.price == rate.price and p.left.meter == rate.meter]
    return bool(mine) and all(p.agrees for p in mine)


def _witnesses(dataset: Dataset, source: Source, today: date) -> Iterator[tuple[str, Cards]]:
    """The other side of each pair in the ledger, if it was read within its own limit; a damaged one says nothing."""
    by_name = {s.name: s for s in SOURCES}
    for rule in rules()["pairs"]:
        if source.name not in (rule.left, rule.right):
            continue
        other = rule.right if source.name == rule.left else rule.left
        if source.same_publication(by_name[other]):
            continue
        try:
            verified = dataset.state(other).verified_on
            if verified and (today - verified).days <= by_name[other].stale_days:
                yield other, dataset.cards(other)
        except DatasetError:
            continue  # its own verdict says so
