"""The database of the real histories, and what is said of one that is damaged."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import ratecards
from ratecards.dataset import Dataset
from ratecards.storage import database, history
from ratecards.storage.database import Database


@pytest.mark.slow
def test_the_repository_s_own_database_is_what_its_histories_say():
    """On every day on which anything was observed, by what was known on every day on which anything was recorded."""
    data = Dataset(Path(ratecards.__file__).parent)
    for name in data.sources:
        log = data.changes(name)
        days = {c.stamp.observed for c in log if c.stamp}
        known = {date.fromisoformat(c.stamp.recorded[:10]) for c in log if c.stamp}
        for then in [None, *sorted(known | {day - timedelta(1) for day in known})]:
            source = Database(database.build({name: database.known_by(log, then)}), name).sources[name]
            for on in [None, *sorted(days | {day - timedelta(1) for day in days})]:
                cards = history.replay(log, until=on, known=f"{then}Z" if then else "")
                found = source.on(on).cards()
                assert cards == {card.model: card for card in found}
                assert [r.evidence for _, c in sorted(cards.items()) for r in c.rates] == [
                    r.evidence for c in found for r in c.rates
                ]
