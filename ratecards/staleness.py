"""Which sources were not read for longer than they may be: what they say may no longer be so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ratecards import bounded
from ratecards.errors import DatasetError

FILE = "v1/status.json"


def stale(directory: str, today: date) -> dict[str, date]:
    """By source, the day of its last good look, where that is further back than its limit.

    A source that a person keeps has no limit. Nothing is known of a dataset without a status. Raises `DatasetError`.
    """
    path = Path(directory, FILE)
    if not path.exists():
        return {}
    try:
        sources = json.loads(bounded.content(path))["sources"]
        late = {name: _late(status, today) for name, status in sources.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{path}: expected the status of each source, saw {type(error).__name__}") from error
    return {name: day for name, day in late.items() if day}


def _late(status: Mapping[str, Any], today: date) -> date | None:
    limit, verified = status["stale_after_days"], status["verified"]
    day = date.fromisoformat(verified) if verified else None
    return day if day and limit is not None and (today - day).days > limit else None


def line(late: Mapping[str, date]) -> str:
    """One line for people; empty where nothing is late."""
    words = ", ".join(f"{name} since {day}" for name, day in sorted(late.items()))
    return f"STALE, not read for longer than its limit: {words}" if words else ""
