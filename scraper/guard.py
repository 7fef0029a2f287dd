"""What must hold before anything is published, and what waits until it has been seen again.

A doubt about the page as a whole makes the source SUSPECT. A single implausible change is held: the rest of the page
is published, the held key keeps its value until the same reading has come back often and long enough, a second
official source says the same, or a person confirms it. What is held waits even if the rule that stopped it no longer
would: a rename is only seen once, on the look that brings the new id.

A removal is held when two models or a tenth of them are gone at once. In a small set a tenth is one model: there a
single removal waits, too, and the only model of a source most of all. It costs a day with one card too many; more
than half of such removals turned out to be a bad page, and the line that reports the hold is there at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
# So many rates gone, or so many models repriced, that it may be the page and not the prices.
REMOVED_RATES = 5
REPRICED_MODELS, REPRICED_SHARE = 5, Decimal("0.33")
LOOKS, WAIT = 3, timedelta(hours=24)
# A price that is back where it was within this time says that the source wavers.
UNSTABLE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Held:
    """A change that waits: its id, the rule that stopped it, and since when."""

    id: str
    reason: str
    change: Change
    since: str
    looks: int


@dataclass(frozen=True, slots=True)
class Released:
    """A change that waited and is published now, and what settled it."""

    id: str
    change: Change
    because: str


@dataclass(slots=True)
class Sifted:
    """What may be published, what is held, what was released from its hold, and the holds to remember."""

    publish: list[Change] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    released: list[Released] = field(default_factory=list)
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)


Second = Callable[[Change], str]
# Rates that do not go together, and why.
Doubt = tuple[Sequence[Rate], str]


def nobody(change: Change) -> str:  # noqa: ARG001 - stands in where there is no second source
    """No other official source says the same."""
    return ""


def split(
    changes: Sequence[Change],
    baseline: Mapping[str, RateCard],
    holds: Mapping[str, Mapping[str, Any]],
    at: datetime,
    *,
    capture: str = "",
    doubts: Iterable[Doubt] = (),
    wavering: Mapping[str, str] | None = None,
    second: Second = nobody,
) -> Sifted:
    """Which changes are held. A hold whose change did not come back is forgotten.

    A held change is released after `LOOKS` equal readings over `WAIT`, once `second` names another official source
    that says the same, or once its entry is confirmed. `at` is when the page was seen and `capture` its digest: one
    edition looked at twice is one look. `doubts` are new rates that are hard to believe, alone or beside each other;
    `wavering` are lanes (`lane`) that are back where they were; each with the reason.
    """
    result = Sifted()
    reasons = _reasons(changes, baseline, doubts, wavering or {})
    for change, new_reason in zip(changes, reasons, strict=True):
        key = hold_id(change)
        entry = dict(holds.get(key) or {})
        reason = new_reason or entry.get("reason", "")
        if not reason:
            result.publish.append(change)
            continue
        _look(entry, at, capture)
        entry |= {"reason": reason, "what": f"{change.kind} {change.model}: {reason}"}
        if because := _settled(entry, at, second(change)):
            result.publish.append(change)
            result.released.append(Released(key, change, because))
            continue
        result.holds[key] = entry
        result.held.append(Held(key, reason, change, entry["since"], entry["looks"]))
    return result


def _look(entry: dict[str, Any], at: datetime, capture: str) -> None:
    """Count a look that is later than the last one counted."""
    seen = [at.isoformat(), capture]
    last = entry.get("last", ["", ""])
    if "since" not in entry:
        entry |= {"since": seen[0], "looks": 1, "last": seen}
    elif not last[0] or datetime.fromisoformat(last[0]) < at:
        entry |= {"looks": entry["looks"] + 1, "last": seen}


def _settled(entry: Mapping[str, Any], at: datetime, source: str) -> str:
    """What releases a hold now; nothing while it waits."""
    if entry.get("confirmed"):
        return "confirmed by a person"
    if source:
        return f"{source} says the same"
    if entry["looks"] >= LOOKS and at - datetime.fromisoformat(entry["since"]) >= WAIT:
        return f"seen {entry['looks']} times since {entry['since']}"
    return ""


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


def _reasons(
    changes: Sequence[Change],
    baseline: Mapping[str, RateCard],
    doubts: Iterable[Doubt],
    wavering: Mapping[str, str],
) -> list[str]:
    """Why each change is held; empty where it is not."""
    whole = _mass_reasons(changes, baseline)
    for gone, fresh in rename_proposals(changes, baseline):
        whole["model_removed", gone] = f"looks renamed to {fresh}; record it in the vocabulary or wait"
        whole["model_added", fresh] = f"looks renamed from {gone}; record it in the vocabulary or wait"
    first = [
        whole.get((c.kind, c.model))
        or _price_reason(c)
        or (wavering.get(lane(c), "") if c.kind in PRICED else "")
        or whole.get((c.kind, ""), "")
        for c in changes
    ]
    # of two figures that do not go together, one that waits anyway leaves nothing to doubt in the other
    waiting = {c.new for c, reason in zip(changes, first, strict=True) if reason and c.new}
    doubted = {rate: words for rates, words in doubts if waiting.isdisjoint(rates) for rate in rates}
    return [reason or _doubt(c, doubted) for c, reason in zip(changes, first, strict=True)]


# The kinds of change that move a price.
PRICED = ("repriced", "unit_changed", "availability_changed", "redated")


def _mass_reasons(changes: Sequence[Change], baseline: Mapping[str, RateCard]) -> dict[tuple[str, str], str]:
    """Reasons by kind and model; an empty model stands for all of a kind."""
    reasons: dict[tuple[str, str], str] = {}
    removed = [c.model for c in changes if c.kind == "model_removed"]
    if len(removed) >= REMOVED_MODELS or len(removed) >= REMOVED_SHARE * len(baseline):
        words = f"{len(removed)} of {len(baseline)} models gone at once"
        reasons |= {("model_removed", model): words for model in removed}
    rates = sum(len(card.rates) for card in baseline.values())
    gone = sum(c.kind == "rate_removed" for c in changes)
    if gone >= REMOVED_RATES and gone >= REMOVED_SHARE * rates:
        reasons["rate_removed", ""] = f"{gone} of {rates} rates gone at once"
    for kind, word in (("repriced", "repriced"), ("availability_changed", "of another availability")):
        models = {c.model for c in changes if c.kind == kind}
        if len(models) >= REPRICED_MODELS and len(models) >= REPRICED_SHARE * len(baseline):
            reasons[kind, ""] = f"{len(models)} of {len(baseline)} models {word} at once"
    return reasons


def _doubt(change: Change, doubted: Mapping[Rate, str]) -> str:
    rates = [change.new] if change.new else [*change.card.rates] if change.card else []
    return next((doubted[rate] for rate in rates if rate in doubted), "")


def lane(change: Change) -> str:
    """What a change moves, whatever it moves it to: the same for a price that goes up and comes back."""
    rate = change.new or change.old
    parts = [change.provider, change.source, change.model, rate.join_key if rate else None]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def said(rate: Rate | None) -> str:
    """A rate's value in a few letters, to know it again."""
    return hashlib.sha256(repr(_identity(rate)).encode()).hexdigest()[:10] if rate else ""


def wavering(changes: Iterable[Change], recent: Mapping[str, Mapping[str, str]], at: datetime) -> dict[str, str]:
    """By `lane`, the changes that go back to what the source said until a few days ago."""
    found = {}
    for change in changes:
        was = recent.get(lane(change), {}).get(said(change.new), "")
        if lately(was, at):
            found[lane(change)] = f"the source wavers: it said the same until {was}"
    return found


def lately(instant: str, at: datetime) -> bool:
    """Whether an ISO instant, if there is one, is recent enough to tell that a source wavers."""
    return bool(instant) and at - datetime.fromisoformat(instant) <= UNSTABLE


def remember(
    published: Iterable[Change], recent: Mapping[str, Mapping[str, str]], at: datetime
) -> dict[str, dict[str, str]]:
    """What was said until now, by `lane`, for as long as it tells whether a source wavers."""
    kept: dict[str, dict[str, str]] = {}
    for key, values in recent.items():
        if still := {value: on for value, on in values.items() if lately(on, at)}:
            kept[key] = still
    for change in published:
        if change.kind in PRICED and change.old:
            kept.setdefault(lane(change), {})[said(change.old)] = at.isoformat()
    return kept


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
