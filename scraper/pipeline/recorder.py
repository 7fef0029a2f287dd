"""Gathers what a run did over its dataset, for the report file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ratecards.model import RateCard
from ratecards.storage import history
from ratecards.storage.ledger import Entry
from scraper.errors import DatasetError
from scraper.model import SourceResult
from scraper.publish import discrepancies
from scraper.publish.baseline import recorded
from scraper.publish.dataset import Dataset


class Recorder:
    """The report of a command: each publication is added, and the file is written anew. Without a path, nothing is."""

    def __init__(self, dataset: Dataset, path: Path | None) -> None:
        self.dataset, self.path = dataset, path
        self.ledger = self._entries() if path else {}
        if path:
            from scraper.report import facts

            self.facts = facts.EMPTY
            facts.save(path, self.facts)

    def add(self, verdicts: Sequence[SourceResult], now: datetime, paths: Sequence[str]) -> None:
        """One publication, after it was carried out."""
        if not self.path:
            return
        from scraper.report import facts

        before, self.ledger = self.ledger, self._entries()
        upcoming = history.steps(self._cards(), now.date())
        one = facts.run(verdicts, now, paths, upcoming, (before, self.ledger))
        self.facts = facts.added(self.facts, one)
        facts.save(self.path, self.facts)

    def _entries(self) -> dict[str, Entry]:
        return {
            e.id: e for stem in discrepancies.stems(self.dataset) for e in discrepancies.known(self.dataset, stem)[0]
        }

    def _cards(self) -> list[RateCard]:
        return [card for name in self.dataset.names() for card in self._of(name).values()]

    def _of(self, name: str) -> dict[str, RateCard]:
        """The cards of a source; its history has them where a card is damaged."""
        try:
            return self.dataset.cards(name)
        except DatasetError:
            return recorded(self.dataset, name)
