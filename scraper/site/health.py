"""How each source stands: the published status, or where there is none yet, the same from the state files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ratecards.catalog.authority import name_of
from ratecards.model import RateCard, grade
from scraper.errors import DatasetError
from scraper.publish import v1_files
from scraper.publish.dataset import Dataset
from scraper.sources import SOURCES


class Health(NamedTuple):
    """One source: its outcome, the day of the last good look, and how complete that was. Days are ISO, or empty.

    Of the amounts `seen` on its pages, `read` became rates and `ignored` have a reason.
    """

    source: str
    outcome: str
    verified: str
    stale_after_days: int
    models: int
    rates: int
    read: int
    ignored: int
    seen: int
    unread: tuple[str, ...] = ()
    holds: int = 0
    failing_since: str = ""
    message: str = ""
    last_updated: str = ""

    @property
    def verified_on(self) -> date | None:
        """The day of the last good look."""
        return date.fromisoformat(self.verified) if self.verified else None

    @property
    def grade(self) -> str:
        """How far the source is trusted; empty of pages that hold no prices."""
        return grade.grade(self.source)

    @property
    def expires(self) -> str:
        """The last day on which what was seen is not stale, ISO; empty where it never is."""
        seen = self.verified_on
        return str(seen + timedelta(self.stale_after_days)) if seen and self.stale_after_days else ""


def health(root: Path, cards: Iterable[RateCard]) -> list[Health]:
    """Every source that is looked at or holds cards, by name. Raises `DatasetError` naming the file that is damaged."""
    path = root / v1_files.STATUS
    try:
        data = json.loads(path.read_text(encoding="utf-8")) if path.exists() else _unpublished(root, list(cards))
        if data["version"] != 1:
            raise DatasetError(f"{path}: expected version 1, saw {data['version']!r}")
        return [_health(name, entry) for name, entry in sorted(data["sources"].items())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: not a status of version 1: {type(error).__name__} {error}") from error


def _unpublished(root: Path, cards: Sequence[RateCard]) -> Any:
    """The status as it would be published, models and rates as the cards have them."""
    dataset, models = Dataset(root), Counter(map(name_of, cards))
    rates = Counter(name_of(card) for card in cards for _ in card.rates)
    names = {*(source.name for source in SOURCES), *models}
    data = json.loads(v1_files.status({name: dataset.state(name) for name in names}, rates))
    for name, entry in data["sources"].items():
        entry["models"] = models[name]
    return data


def _health(name: str, entry: Mapping[str, Any]) -> Health:
    date.fromisoformat(entry["verified"] or "0001-01-01")
    return Health(
        source=name,
        outcome=entry["outcome"],
        verified=entry["verified"],
        stale_after_days=int(entry["stale_after_days"] or 0),
        models=int(entry["models"]),
        rates=int(entry["rates"]),
        read=int(entry["amounts"].get("read", 0)),
        ignored=int(entry["amounts"].get("ignored", 0)),
        seen=int(entry["amounts"].get("seen", 0)),
        unread=tuple(map(str, entry["unread"])),
        holds=len(entry["holds"]),
        failing_since=entry["failing_since"],
        message=entry["message"],
        last_updated=entry["last_updated"],
    )
