"""Whether the published data is still looked after: read from the outside, by a schedule of its own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from scraper.automation.github import GitHub
from scraper.errors import FetchFailed, readable
from scraper.fetch.client import fetch


def published(url: str, file: Path, now: datetime) -> str:
    """The text of the published status. Raises `FetchFailed`, `LayoutChanged` or `DatasetError`."""
    if url:
        import httpx

        page = fetch(url, hosts={httpx.URL(url).host}, now=lambda: now)
        if page is None:
            raise FetchFailed(f"{url}: expected a page, saw 304 without having asked for it")
        return page.body.decode("utf-8", "replace")
    with readable(file, "the published status"):
        return file.read_text(encoding="utf-8")


def newest_day(text: str) -> date | None:
    """The newest day on which any source was read in full; None where none ever was. Raises `DatasetError`."""
    with readable("the published status", "its sources"):
        sources: dict[str, Any] = json.loads(text)["sources"]
        return max((date.fromisoformat(s["verified"]) for s in sources.values() if s["verified"]), default=None)


def complaint_of(newest: date | None, now: datetime, hours: int) -> str:
    """What to complain of; empty where the status is young enough. A day counts from its begin, UTC."""
    if newest is None:
        return "No source was ever read."
    age = now - datetime(newest.year, newest.month, newest.day, tzinfo=UTC)
    if age <= timedelta(hours=hours):
        return ""
    return f"No source was read since {newest}: {age // timedelta(hours=1)} hours, expected at most {hours}."


def kept_alive(forge: GitHub, workflow: str) -> str:
    """Enable a workflow, which starts its sixty days anew. One that a person switched off stays off."""
    path = f"/actions/workflows/{workflow}"
    state = forge.get(path)["state"]
    if state not in ("active", "disabled_inactivity"):
        return f"{workflow} is {state}, and left so"
    forge.ask("PUT", f"{path}/enable")
    return f"{workflow} was {state}; enabled"
