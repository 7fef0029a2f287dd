"""Which reported card answers, where no official card has the model; who says it, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property

from ratecards.catalog.authority import RESELLERS, name_of
from ratecards.catalog.freshness import Age
from ratecards.model import RateCard
from ratecards.model.grade import REPORTED
from ratecards.storage import model_names, reported
from ratecards.storage.database import Database

_MOST_NAMED = 8


class Reports:
    """What is only reported, beside the database of a dataset. Without a `root` nothing is."""

    def __init__(self, root: str, base: Database) -> None:
        self._root, self._base = root, base

    @cached_property
    def known(self) -> Sequence[RateCard]:
        """All reported cards of all days. Raises `DatasetError`."""
        return reported.cards(self._root) if self._root else ()

    def cards(self, on: date) -> list[RateCard]:
        """For each model that no official source has had up to a day the report that answers on it."""
        return self._answering(self.known, on)

    def find(self, name: str, on: date, source: str = "") -> list[RateCard]:
        """Of these those that a name means, as an id or an alias; of one reporter, if `source` names it."""
        model, reporter = model_names.model_id(name), source.removeprefix(REPORTED)
        known = [card for card in self.known if model in (card.model, *card.aliases)]
        return self._answering([c for c in known if reporter in ("", c.source.removeprefix(REPORTED))], on)

    def _answering(self, known: Iterable[RateCard], on: date) -> list[RateCard]:
        found = reported.answering(known, on)
        return [card for card in found if not self.is_official((card.model, *card.aliases), on)]

    def is_official(self, called: Iterable[str], on: date) -> bool:
        """Whether a source that is no reseller has had a model, by any of its names, up to a day."""
        called = tuple(called)
        for source in self._base.sources.values():
            if source.owner[0] not in RESELLERS:
                ids = {known for name in called for known in model_names.ids(source.names, name)}
                if any(source.names.first[model] <= on for model in ids if model in source.names.first):
                    return True
        return False

    def age(self, source: str, on: date) -> Age:
        """How old the newest report of a reporter is on a day. No report ever goes stale."""
        days = [card.observed for card in self.known if card.source == source and card.observed <= on]
        return Age(source, max(days), (on - max(days)).days) if days else Age(source, None, None)


def is_reported(source: str) -> bool:
    """Whether a source (`reported/<name>`) is somebody who says what a page says."""
    return source.startswith(REPORTED)


def said(found: Iterable[RateCard]) -> list[str]:
    """For people, one line on the reported cards: who reports each, since when and of which page; none without any.

    Of many it names the reporters and the first day of all.
    """
    only = [card for card in found if card.grade == "reported"]
    words = [f"{card.model} by {name_of(card)} since {card.observed} (of {reported.page_of(card)})" for card in only]
    if len(only) > _MOST_NAMED:
        reporters = ", ".join(sorted(set(map(name_of, only))))
        words = [f"{len(only)} models, marked, by {reporters} since {min(card.observed for card in only)} or later"]
    return [f"REPORTED, not official: {'; '.join(words)}"] if words else []
