"""What must hold before anything is published, and what waits until it has been seen again.

A doubt about the page as a whole makes the source SUSPECT. A single implausible change is held: the rest of the page
is published, the held key keeps its value until the same reading has come back often and long enough, or a person
confirms it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ratecards.history import Change
from ratecards.model import RateCard
from scraper.compare import rename_proposals

MOST_UNREAD = Decimal(1) / 3
PRICE_FACTOR = 3
REMOVED_MODELS = 2
REMOVED_SHARE = Decimal("0.1")
LOOKS, WAIT = 3, timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Held:
    """A change that waits: its id, the rule that stopped it, and since when."""

    id: str
    reason: str
    change: Change
    since: str
    looks: int


def split(
    changes: Sequence[Change],
    baseline: Mapping[str, RateCard],
    holds: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> tuple[list[Change], list[Held], dict[str, dict[str, Any]]]:
    """Changes to publish, changes held, and the holds to remember.

    A held change is released after `LOOKS` equal readings over `WAIT`, or once its entry is confirmed. A hold whose
    change did not come back is forgotten.
    """
    publish: list[Change] = []
    held: list[Held] = []
    remembered: dict[str, dict[str, Any]] = {}
    reasons = _reasons(changes, baseline)
    for change, reason in zip(changes, reasons, strict=True):
        if not reason:
            publish.append(change)
            continue
        key = hold_id(change)
        entry = dict(holds.get(key) or {"since": now.isoformat(), "looks": 0})
        entry["looks"] += 1
        entry["what"] = f"{change.kind} {change.model}: {reason}"
        waited = now - datetime.fromisoformat(entry["since"])
        if entry.get("confirmed") or (entry["looks"] >= LOOKS and waited >= WAIT):
            publish.append(change)
            continue
        remembered[key] = entry
        held.append(Held(key, reason, change, entry["since"], entry["looks"]))
    return publish, held, remembered


def hold_id(change: Change) -> str:
    """The same for the same change, whichever page says it: kind, model, keys and values."""
    parts: list[object] = [change.provider, change.source, change.kind, change.model]
    for rate in (change.old, change.new):
        parts += [rate.row_key, rate.price, rate.availability] if rate else [None]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def _reasons(changes: Sequence[Change], baseline: Mapping[str, RateCard]) -> list[str]:
    removed = [c.model for c in changes if c.kind == "model_removed"]
    many = len(removed) >= REMOVED_MODELS or len(removed) >= REMOVED_SHARE * len(baseline)
    mass = many and len(removed) > 0 and len(baseline) > 1
    renamed = dict(rename_proposals(changes, baseline))
    return [
        f"looks renamed to {renamed[c.model]}; record it in the vocabulary or wait"
        if c.kind == "model_removed" and c.model in renamed
        else f"{len(removed)} of {len(baseline)} models gone at once"
        if c.kind == "model_removed" and mass
        else _price_reason(c)
        for c in changes
    ]


def _price_reason(change: Change) -> str:
    old, new = change.old, change.new
    if old is None or new is None or old.price is None or new.price is None:
        return ""
    if bool(old.price) != bool(new.price):
        return f"a price {'from' if new.price else 'to'} zero"
    ratio = change.ratio
    if ratio and not Decimal(1) / PRICE_FACTOR <= ratio <= PRICE_FACTOR:
        return f"moved x{ratio:.2f}, more than {PRICE_FACTOR} times"
    return ""


def too_little_read(unread: int, sections: int) -> bool:
    """Whether so many sections were not understood that the page as a whole was not."""
    return unread > MOST_UNREAD * sections


def pinned(held: Iterable[Held], baseline: Mapping[str, RateCard]) -> dict[str, list[Any]]:
    """By model, the baseline rates that held changes keep in place."""
    kept: dict[str, list[Any]] = {}
    for item in held:
        if item.change.old is not None and item.change.model in baseline:
            kept.setdefault(item.change.model, []).append(item.change.old)
    return kept
