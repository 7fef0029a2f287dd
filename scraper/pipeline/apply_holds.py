"""Apply holds: split a source's changes into published and held, detect reparses, keep what is unread. Pure.

A reparse is a change that only reads better a page that was read before: a correction in the history, and no news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from ratecards.costing import effective
from ratecards.costing.effective import price_key
from ratecards.model import Evidence, Rate, RateCard
from ratecards.storage.history import Change, Stamp
from scraper.checks import proofs, recent
from scraper.checks.holds import Circumstances, HoldResult, hold_changes, hold_id, pinned
from scraper.checks.reasons import MOVING, Reason
from scraper.checks.recent import FLAP_WINDOW, key_of
from scraper.checks.representations import name_of
from scraper.model import Held, Hold, Provenance, Reading, RecentMoves, Released, Section, State, instant
from scraper.pipeline.corroboration import Corroborated

Cards = Mapping[str, RateCard]
IsReparse = Callable[[Change], bool]


@dataclass(frozen=True, slots=True)
class PublishedAndRead:
    """The cards as published and as read, the changes between them, and what is known of these.

    `unread` are the models that keep their cards, `pinned` by model the rates that could not be read and stand as they
    were published. `doubts` say what is hard to believe of the new cards, `partial` why a part of the page may be
    missing.
    """

    old: Cards
    new: Cards
    changes: Sequence[Change]
    provenance: Provenance
    is_reparse: IsReparse
    unread: set[str]
    pinned: Mapping[str, Sequence[Rate]] = field(default_factory=dict)
    doubts: Sequence[Reason] = ()
    partial: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What of the changes is published, stamped and with what stays pinned beside it; what waits; what to remember."""

    publish: Sequence[Change]
    held: Sequence[Held]
    released: Sequence[Released]
    holds: Mapping[str, Hold]
    recent: RecentMoves
    unstable: str
    messages: Sequence[str] = ()


def reparses(reading: Reading, state: State, *, known: bool) -> IsReparse:
    """Whether a change is only a better reading; `known` tells that the page was read before, as `state` has it.

    The cards of a section that was unread then, and a rate that was held then, come from an older page: what changes
    about them is news.
    """
    waited = {m: m in h.corrections for key, h in state.holds.items() for m in h.members or (key,)}
    new = {d.model for s in reading.sections if name_of(s) in state.unread for d in s.cards}

    def is_reparse(change: Change) -> bool:
        return waited.get(hold_id(change), known and change.model not in new)

    return is_reparse


def apply_holds(
    compared: PublishedAndRead, state: State, at: datetime, recorded: datetime, corroborated: Corroborated | None
) -> Applied:
    """The changes seen at an instant, published or held. Nothing is held where `corroborated` is None."""
    if corroborated is None:
        split = HoldResult(publish=list(compared.changes))
        publish = [*_stamped(split, compared, recorded, {}), *_pins(split, compared, recorded)]
        return Applied(publish, [], [], state.holds, state.recent, state.unstable)
    split = _split(compared, state, at, corroborated)
    remembered, back = _moves(compared, split, state.recent, at)
    withdrawn = {id(c): recent.last_moved(state.recent, key_of(c)) for c in split.returned}
    publish = [*_stamped(split, compared, recorded, withdrawn), *_pins(split, compared, recorded)]
    unstable = state.unstable
    if back or not unstable or at - datetime.fromisoformat(unstable) > FLAP_WINDOW:
        unstable = instant(at) if back else ""
    told = f"unstable source: {back} rates are back at what they were a few days ago"
    return Applied(
        publish,
        split.held,
        split.released,
        {**_with_models(split, compared.is_reparse), **_unseen(state.holds, split, compared)},
        remembered,
        unstable,
        [told] if back and not state.unstable else (),
    )


def _split(compared: PublishedAndRead, state: State, at: datetime, corroborated: Corroborated) -> HoldResult:
    def corroborated_by(change: Change) -> str | None:
        card = compared.new.get(change.model)
        return corroborated(change, card) if card else None

    capture = f"sha256:{compared.provenance.sha256}"
    inferred = proofs.waiting(compared.new.values())
    seen = Circumstances(at, capture, compared.doubts, compared.partial, state.recent, corroborated_by, inferred)
    return hold_changes(compared.changes, compared.old, compared.new, state.holds, seen)


def _with_models(split: HoldResult, is_reparse: IsReparse) -> dict[str, Hold]:
    """The holds with the models that they are about, and which of their changes are corrections."""
    holds = dict(split.holds)
    for item in split.held:
        hold = holds[item.id]
        fixes = {*hold.corrections, *((hold_id(item.change),) if is_reparse(item.change) else ())}
        models = {*hold.models, item.change.model}
        holds[item.id] = replace(hold, models=tuple(sorted(models)), corrections=tuple(sorted(fixes)))
    return holds


def _unseen(before: Mapping[str, Hold], split: HoldResult, compared: PublishedAndRead) -> dict[str, Hold]:
    """The holds of what could not be read this time, which was not seen to be as before."""
    unread = compared.unread | compared.pinned.keys()
    return {key: hold for key, hold in before.items() if key not in split.holds and unread & {*hold.models}}


def _moves(compared: PublishedAndRead, split: HoldResult, known: RecentMoves, at: datetime) -> tuple[RecentMoves, int]:
    """What moved lately, this time included, and how many rates went back to what they were."""
    by_key = effective.lanes(compared.old.values())
    sold = {key for key, rates in by_key.items() if any(r.price is not None for r in rates)}
    moved = [c for c in split.publish if c.kind in MOVING and not compared.is_reparse(c) and key_of(c) in sold]
    back = [c for c in moved if c in split.returned]
    first = {price_key(r) for c in split.publish for r in _added(c)} - sold if compared.old else ()
    sure = [r.change for r in split.released]
    return recent.after(known, moved, at, verified=sure, back=back, appeared=first), len(back)


def _added(change: Change) -> Sequence[Rate]:
    if change.kind == "model_added" and change.card:
        return change.card.rates
    return [change.new] if change.new and change.kind in MOVING else []


def _stamp(compared: PublishedAndRead, recorded: datetime) -> Stamp:
    seen = compared.provenance
    return Stamp(
        observed=seen.observed,
        recorded=instant(recorded),
        capture=f"sha256:{seen.sha256}",
        parser=seen.parser,
        last_updated=seen.last_updated,
    )


def _stamped(
    split: HoldResult, compared: PublishedAndRead, recorded: datetime, withdrawn: Mapping[int, date]
) -> list[Change]:
    """The changes with when and where they were seen; `withdrawn` has, by `id`, since when another price was said."""
    stamp = _stamp(compared, recorded)
    return [
        replace(c, stamp=replace(stamp, correction=compared.is_reparse(c), withdraws=withdrawn.get(id(c))))
        for c in split.publish
    ]


def _pins(split: HoldResult, compared: PublishedAndRead, recorded: datetime) -> list[Change]:
    """Where a card moves on while some of its rates do not, those rates keep the evidence they were read from."""
    touched = {c.model for c in split.publish}
    old = {**compared.old, **{c.model: compared.old[c.previous_id] for c in split.publish if c.previous_id}}
    waiting = pinned(split.held, old)
    pins = []
    for model in sorted({*waiting, *compared.pinned} & touched & compared.new.keys()):
        card = old[model]
        rates = [*waiting.get(model, ()), *compared.pinned.get(model, ())]
        kept = tuple(replace(r, evidence=_dated(r.evidence, card)) for r in rates)
        owner: dict[str, Any] = {"provider": card.provider, "source": card.source, "model": model}
        pins += [Change(kind="kept", kept=kept, stamp=_stamp(compared, recorded), **owner)] if kept else []
    return pins


def _dated(evidence: Evidence, card: RateCard) -> Evidence:
    """The evidence with the edition it is of: the card's, unless it was kept from an older one already."""
    return evidence if evidence.capture else replace(evidence, capture=card.capture, observed=card.observed)


def unread_models(unread: Sequence[Section], old: Cards, new: Cards, renames: Mapping[str, str]) -> set[str]:
    """The models that keep their cards: those of unread sections, and those that may stand there without being known.

    A section that was not understood may have swallowed the next one with its heading, so no model is concluded gone
    beside it. If it hides its ids, its rows may also be a model's that stands elsewhere, too.
    """
    models = {m for s in unread for m in s.models} | ({"tools"} if any(not s.counted for s in unread) else set())
    if unread:
        models |= set(old) - set(new)
    if any(s.counted and not s.models for s in unread):
        models |= {m for m, card in old.items() if m in new and _lost(card, new[m])}
    return models | {a for a, b in renames.items() if b in models}


def _lost(old: RateCard, new: RateCard) -> bool:
    """Whether a card has fewer things priced than before: what is missing may stand in a section that hides its ids."""
    return bool({r.join_key for r in old.rates} - {r.join_key for r in new.rates})
