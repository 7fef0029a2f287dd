"""What must hold before anything is published, and what waits until it has been seen again.

A doubt about the page as a whole makes the source SUSPECT. A single implausible change is held: the rest of the page
is published, the held key keeps its value until the same reading has come back often and long enough, or a person
confirms it. What is held waits even if the rule that stopped it no longer would: a rename is only seen once, on the
look that brings the new id.

A removal is held when two models or a tenth of them are gone at once. In a small set a tenth is one model: there a
single removal waits, too, and the only model of a source most of all. It costs a day with one card too many; more
than half of such removals turned out to be a bad page, and the line that reports the hold is there at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ratecards.history import Change
from ratecards.model import Rate, RateCard, plain
from scraper.compare import rename_proposals

MOST_UNREAD = Fraction(1, 3)
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
    for change, new_reason in zip(changes, _reasons(changes, baseline), strict=True):
        key = hold_id(change)
        entry = dict(holds.get(key) or {"since": now.isoformat(), "looks": 0})
        reason = new_reason or entry.get("reason", "")
        if not reason:
            publish.append(change)
            continue
        entry["looks"] += 1
        entry["reason"] = reason
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
        parts += _identity(rate) if rate else [None]
    if change.card:
        parts += sorted(repr(_identity(rate)) for rate in change.card.rates)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def _identity(rate: Rate) -> list[object]:
    return [rate.row_key, None if rate.price is None else plain(rate.price), rate.currency, rate.availability]


def _reasons(changes: Sequence[Change], baseline: Mapping[str, RateCard]) -> list[str]:
    """Why each change is held; empty where it is not."""
    removed = sum(c.kind == "model_removed" for c in changes)
    many = removed >= REMOVED_MODELS or removed >= REMOVED_SHARE * len(baseline)
    reasons: dict[tuple[str, str], str] = {}
    for change in changes:
        if change.kind == "model_removed" and many:
            reasons[change.kind, change.model] = f"{removed} of {len(baseline)} models gone at once"
    for gone, fresh in rename_proposals(changes, baseline):
        reasons["model_removed", gone] = f"looks renamed to {fresh}; record it in the vocabulary or wait"
        reasons["model_added", fresh] = f"looks renamed from {gone}; record it in the vocabulary or wait"
    return [reasons.get((c.kind, c.model)) or _price_reason(c) for c in changes]


def _price_reason(change: Change) -> str:
    old, new = change.old, change.new
    if old is None or new is None or old.price is None or new.price is None:
        return ""
    if old.currency != new.currency:
        return f"from {old.currency} to {new.currency}, which are never compared as numbers"
    if bool(old.price) != bool(new.price):
        return f"a price {'from' if new.price else 'to'} zero"
    ratio = change.ratio
    if ratio and not Decimal(1) / PRICE_FACTOR <= ratio <= PRICE_FACTOR:
        return f"moved x{ratio:.2f}, more than {PRICE_FACTOR} times"
    return ""


def too_little_read(unread: int, sections: int) -> bool:
    """Whether so many sections were not understood that the page as a whole was not."""
    return unread > MOST_UNREAD * sections


def too_few_tables(tables: int, before: int) -> bool:
    """Whether so many tables are gone since the last edition that this is not the whole page."""
    return tables < (1 - MOST_UNREAD) * before


def pinned(held: Iterable[Held], baseline: Mapping[str, RateCard]) -> dict[str, list[Rate]]:
    """By model, the baseline rates that held changes keep in place."""
    kept: dict[str, list[Rate]] = {}
    for item in held:
        if item.change.old is not None and item.change.model in baseline:
            kept.setdefault(item.change.model, []).append(item.change.old)
    return kept
