"""Whether another official source says what a change says: the one thing that settles a doubt at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache

from ratecards.model import RateCard
from ratecards.storage.history import Change
from scraper.diff.cross_source import compare, rules
from scraper.errors import DatasetError
from scraper.publish.dataset import Dataset
from scraper.sources import SOURCES, Source

Cards = Mapping[str, RateCard]
# For a change and the new card that it is of: the name of another source that says the same, if one does.
Corroborated = Callable[[Change, RateCard], str | None]


def corroboration(dataset: Dataset, source: Source, today: date) -> Corroborated:
    """Asks the sources that the rules hold against this one, as published; their cards are read when first asked."""
    others = cache(lambda: list(_others(dataset, source, today)))

    def corroborated_by(change: Change, card: RateCard) -> str | None:
        return next((name for name, cards in others() if says_the_same(cards, change, card, today)), None)

    return corroborated_by


def says_the_same(cards: Cards, change: Change, card: RateCard, on: date) -> bool:
    """Whether other cards have the new price of a change of a card, for all that they tell apart of it."""
    rate = change.new
    if rate is None or rate.price is None:
        return False
    pairs = [p for p in compare([card], cards.values(), on).pairs if p.left.evidence is rate.evidence]
    mine = [p for p in pairs if p.left.price == rate.price and p.left.meter == rate.meter]
    return bool(mine) and all(p.agrees for p in mine)


def _others(dataset: Dataset, source: Source, today: date) -> Iterator[tuple[str, Cards]]:
    """The other side of each rule, if it was read within its own limit; a damaged one says nothing, nor do copies."""
    by_name = {s.name: s for s in SOURCES}
    for rule in rules()["pairs"]:
        if source.name not in (rule.left, rule.right):
            continue
        other = rule.right if source.name == rule.left else rule.left
        try:
            if source.same_publication(by_name[other]):
                continue
            state = dataset.state(other)
            verified = None if state.copied else state.verified_on
            if verified and (today - verified).days <= by_name[other].stale_days:
                yield other, dataset.cards(other)
        except DatasetError:
            continue  # its own result says so
