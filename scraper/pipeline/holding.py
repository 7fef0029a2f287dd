"""The cards as published beside the cards as read: what waits, what corrects, what could not be seen to be gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ratecards.costs import effective
from ratecards.model import Evidence, Rate, RateCard
from ratecards.storage.history import Change
from scraper.checks import guard
from scraper.checks.continuity import name_of
from scraper.checks.recent import WINDOW, Recent, recent_from
from scraper.reading import Capture, Reading, Section
from scraper.state import State, instant
from scraper.verdict import Verdict

# For the cards as read: whom to ask about a change to them.
SecondOpinion = Callable[[Mapping[str, RateCard]], guard.Second]


def no_opinion(new: Mapping[str, RateCard]) -> guard.Second:  # noqa: ARG001 - there is nobody to ask about any card
    """There is no other official source."""
    return guard.nobody


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies side by side: the cards as published and as read, what is hard to believe of these, and whom to ask.

    `partial` says why a part of the page may be missing. `second` is None where nothing is held. `kept` are rates by
    model that could not be read and stand as published.
    """

    old: Mapping[str, RateCard]
    new: Mapping[str, RateCard]
    capture: Capture
    implausible: Sequence[guard.Finding]
    second: SecondOpinion | None
    partial: str = ""
    kept: Mapping[str, Sequence[Rate]] = field(default_factory=dict)


class Corrections:
    """Which changes are only a better reading of a page that was read before.

    The cards of a section that was unread then, and a rate that was held then, come from an older page: what
    changes about them is news. `state` is the one before this look.
    """

    def __init__(self, reading: Reading, state: State, *, known: bool) -> None:
        unread = [s for s in reading.sections if name_of(s) in state.unread]
        self.known = known
        self.waited = {
            member: member in hold.get("corrections", [])
            for key, hold in state.holds.items()
            for member in hold.get("members", [key])
        }
        self.fresh = {d.model for s in unread for d in s.cards}

    def corrects(self, change: Change) -> bool:
        """Whether the change is a correction."""
        waited = self.waited.get(guard.hold_id(change))
        return waited if waited is not None else self.known and change.model not in self.fresh


def hold(
    verdict: Verdict, desk: Desk, found: Sequence[Change], kept: set[str], right: Corrections
) -> tuple[list[Change], dict[str, dict[str, Any]]]:
    """What may be published, and the holds to remember."""
    state, at = verdict.state, verdict.at
    before = state.holds
    source = verdict.source
    recent = recent_from(state.recent, source.provider, source.source, f"state of {source.name}")
    ask = desk.second(desk.new) if desk.second else guard.nobody
    look = guard.Look(at, f"sha256:{desk.capture.sha256}", desk.implausible, desk.partial, recent, ask)
    sifted = guard.split(found, desk.old, desk.new, before, look)
    verdict.held, verdict.released = sifted.held, sifted.released
    verdict.withdrawn = {id(c): recent.since(effective.lane_of(_rate(c))) for c in sifted.returned}
    for item in verdict.held:
        entry = sifted.holds[item.id]
        entry["models"] = sorted({*entry.get("models", ()), item.change.model})
        if right.corrects(item.change):
            entry["corrections"] = sorted({*entry.get("corrections", ()), guard.hold_id(item.change)})
    _remember_moves(verdict, desk, sifted, recent, right)
    # what could not be read this time was not seen to be as before
    waiting = {key: hold for key, hold in before.items() if key not in sifted.holds and kept & _models(hold)}
    return sifted.publish, {**sifted.holds, **waiting}


def _models(hold: Mapping[str, Any]) -> set[str]:
    return {*hold.get("models", ()), *([hold["model"]] if hold.get("model") else [])}


def _remember_moves(verdict: Verdict, desk: Desk, sifted: guard.Sifted, recent: Recent, right: Corrections) -> None:
    """What moved stays known for a week, so that a price that goes back is known again, and one that walks away."""
    state, at = verdict.state, verdict.at
    sold = {
        lane for lane, rates in effective.lanes(desk.old.values()).items() if any(r.price is not None for r in rates)
    }
    moved = [
        c
        for c in sifted.publish
        if c.kind in guard.MOVING and not right.corrects(c) and effective.lane_of(_rate(c)) in sold
    ]
    back = [c for c in moved if c in sifted.returned]
    fresh = {effective.lane_of(r) for c in sifted.publish for r in _added(c)} - sold if desk.old else ()
    sure = [r.change for r in sifted.released]
    state.recent = recent.after(moved, at, verified=sure, back=back, appeared=fresh).data()
    if back and not state.unstable:
        verdict.messages.append(f"unstable source: {len(back)} rates are back at what they were a few days ago")
    stable = not state.unstable or at - datetime.fromisoformat(state.unstable) > WINDOW
    if back or stable:
        state.unstable = instant(at) if back else ""


def _added(change: Change) -> Sequence[Rate]:
    if change.kind == "model_added" and change.card:
        return change.card.rates
    return [change.new] if change.new and change.kind in guard.MOVING else []


def _rate(change: Change) -> Rate:
    rate = change.new or change.old
    assert rate is not None  # noqa: S101 - what moves has a side
    return rate


def pins(publish: Sequence[Change], held: Sequence[guard.Held], desk: Desk) -> list[Change]:
    """Where a card moves on while some of its rates do not, those rates keep the evidence they were read from."""
    touched = {c.model for c in publish}
    old = {**desk.old, **{c.model: desk.old[c.previous_id] for c in publish if c.previous_id}}
    waiting = guard.pinned(held, old)
    pins = []
    for model in sorted({*waiting, *desk.kept} & touched & desk.new.keys()):
        rates = [*waiting.get(model, ()), *desk.kept.get(model, ())]
        card = old[model]
        kept = tuple(replace(r, evidence=_dated(r.evidence, card)) for r in rates)
        owner: dict[str, Any] = {"provider": card.provider, "source": card.source, "model": model}
        pins += [Change(kind="kept", kept=kept, **owner)] if kept else []
    return pins


def _dated(evidence: Evidence, card: RateCard) -> Evidence:
    """The evidence with the edition it is of: the card's, unless it was kept from an older one already."""
    return evidence if evidence.capture else replace(evidence, capture=card.capture, observed=card.observed)


def unread_models(
    unread: Sequence[Section],
    old: Mapping[str, RateCard],
    new: Mapping[str, RateCard],
    renames: Mapping[str, str],
) -> set[str]:
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
