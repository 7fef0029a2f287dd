"""A whole dataset on disk, from cards: histories, cards, states, and everything that follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ratecards.model import RateCard
from ratecards.storage import history
from ratecards.storage.history import Change, Stamp
from scraper.model import State
from scraper.pipeline.rebuild import rebuilt
from scraper.publish import state_file
from scraper.publish.dataset import Dataset
from scraper.storage import card_files
from tests.support.kit import DAY, card, rate

CAPTURE = f"sha256:{'0123456789abcdef' * 4}"
RECORDED = "2026-11-01T12:00:00Z"
PRO: dict[str, Any] = {"model": "gemini-2.5-pro", "capture": CAPTURE, "name": "Gemini 2.5 Pro"}
HOSTILE = '=HYPERLINK("http://example.test/?a=1";"$0.125") é'


def pro() -> list[RateCard]:
    """Two sources that price one model, with all that an example must not take for the price it asks for."""
    page = card(
        rate("1.25", prompt_up_to=200_000),
        rate("2.5", prompt_over=200_000),
        rate("10", meter="output"),
        rate("0.625", service_tier="batch"),
        rate("0", plan="free", availability="free", quote="Free of charge"),
        rate("0.125", meter="cache_read", quote=HOSTILE),
        rate(None, meter="maps_grounding", unit=""),
        rate("0.3", meter="tuning", effective_until=date(2026, 12, 31)),
        rate("0.6", meter="tuning", effective_from=date(2027, 1, 1)),
        **PRO,
        last_updated=date(2026, 10, 30),
    )
    other = {"provider": "google", "source": "vertex-ai"}
    return [page, card(rate("7", **other), **PRO, **other)]


def added(cards: Iterable[RateCard], day: date = DAY, recorded: str = RECORDED) -> list[Change]:
    """The changes that bring these cards."""
    return [
        Change(
            kind="model_added",
            provider=c.provider,
            source=c.source,
            model=c.model,
            card=c,
            stamp=Stamp(observed=day, recorded=recorded, capture=c.capture, parser="1", last_updated=c.last_updated),
        )
        for c in cards
    ]


def changed(kind: str, model: str, day: date, recorded: str, **values: Any) -> Change:
    """A later change of the pricing page."""
    stamp = Stamp(
        observed=day, recorded=recorded, capture=CAPTURE, parser="1", correction=values.pop("correction", False)
    )
    return Change(kind=kind, provider="google", source="gemini-api", model=model, stamp=stamp, **values)


def dataset(root: Path, changes: Iterable[Change] | None = None, today: date = DAY) -> Dataset:
    """The dataset that these changes fold to, with all derived files; again with more changes it goes on."""
    found = Dataset(root)
    by_source: dict[str, list[Change]] = defaultdict(list)
    for change in added(pro()) if changes is None else changes:
        by_source[f"{change.provider}/{change.source}"].append(change)
    for name, own in by_source.items():
        _put(root, found.history_path(name), "".join(map(history.line, own)))
        cards = history.replay(found.changes(name))
        for model, one in cards.items():
            _put(root, found.card_path(name, model), card_files.encode(one))
        _put(root, found.state_path(name), state_file.text(state(sorted(cards))))
    rebuilt(found, today).commit()
    return found


def state(models: list[str], **values: Any) -> State:
    """The state after a good look on the day of the kit."""
    good = State(
        parser="1",
        outcome="READ",
        verified=DAY.isoformat(),
        observed="2026-11-01T06:17:00Z",
        last_updated="2026-10-30",
        capture=CAPTURE,
        stepped=DAY.isoformat(),
        models=models,
        amounts={"cells": 9, "ignored": 0, "notes": 0, "read": 9, "seen": 9},
    )
    return replace(good, **values)


def _put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
