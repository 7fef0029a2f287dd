"""`v1/status.json`: how the last look at each source ended, so that whoever reads the data can judge its age.

It is made from the state files and written whenever one of them is. It is not data: it is no news, and versions and
the data package know nothing of it. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from ratecards.escaping import plain_text
from scraper.publish.v1 import document
from scraper.sources import SOURCES, expires
from scraper.state import State, instant

PATH = "ratecards/v1/status.json"
DAMAGED = State(outcome="DAMAGED", message="the state file cannot be read; restore it from git")


def text(states: Mapping[str, State], counts: Mapping[str, int]) -> str:
    """The file's text, from the state of each source and the number of its published rates."""
    return document({"version": 1, "sources": {name: _entry(name, states[name], counts) for name in sorted(states)}})


def _entry(name: str, state: State, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "outcome": state.outcome,
        "verified": state.verified,
        "failing_since": state.failing_since,
        "message": plain_text(state.message),
        "stale_after_days": next((s.stale_days for s in SOURCES if s.name == name), None),
        "expires": expires(name, date.fromisoformat(state.verified) if state.verified else None),
        "models": len(state.models),
        "rates": counts.get(name, 0),
        "amounts": dict(sorted(state.amounts.items())),
        "unread": state.unread,
        "holds": [_hold(key, hold) for key, hold in sorted(state.holds.items())],
        "last_updated": state.last_updated,
    }


def _hold(key: str, hold: Mapping[str, Any]) -> dict[str, str]:
    since = datetime.fromisoformat(hold["since"]).astimezone(UTC)
    return {"id": key, "since": instant(since), "what": plain_text(hold.get("what", ""))}


def counts(rates_csv: bytes) -> Counter[str]:
    """By source, how many rows the published rate table has. No field of a row holds a line break."""
    rows = rates_csv.decode().splitlines()[1:]
    return Counter("/".join(row.split(",", 2)[:2]) for row in rows)
