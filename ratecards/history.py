"""What changed and when: an append-only log per source, and the cards it folds to.

Each line is one `Change` with two dates: when the page was observed to say so, and when that was recorded.
Folding the lines of a source in order of observation gives its cards, as of any day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards import codec
from ratecards.model import META, Rate, RateCard, canonical_order

KINDS = (
    "model_added",
    "model_removed",
    "model_renamed",
    "rate_added",
    "rate_removed",
    "repriced",
    "redated",
    "unit_changed",
    "availability_changed",
    "relabelled",
    "reworded",
    "card_changed",
    "kept",
    "stepped",
)
# What a reader of price news wants to hear about; the rest is recorded only.
ANNOUNCED = frozenset(KINDS) - {"reworded", "card_changed", "kept", "relabelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which edition a change was read from: day observed, instant recorded (ISO, UTC), capture, parser."""

    observed: date
    recorded: str
    capture: str
    parser: str
    last_updated: date | None = None
    correction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two editions of one source.

    `old` and `new` are the rates before and after; `card` carries a new card (`model_added`) or new metadata
    (`card_changed`); `fields` names the metadata that differ as (name, before, after).
    """

    kind: str
    provider: str
    source: str
    model: str
    old: Rate | None = None
    new: Rate | None = None
    card: RateCard | None = None
    fields: tuple[tuple[str, str, str], ...] = ()
    previous_id: str = ""
    kept: tuple[Rate, ...] = ()
    stamp: Stamp | None = None

    @property
    def ratio(self) -> Decimal | None:
        """New price over old price, where both are prices of one unit in one currency and the old is not zero."""
        if self.old is None or self.new is None or not self.old.price or self.new.price is None:
            return None
        same = (self.old.unit, self.old.currency) == (self.new.unit, self.new.currency)
        return self.new.price / self.old.price if same else None

    @property
    def effective(self) -> date | None:
        """The day the page itself gives for the change, if it gives one."""
        return self.new.effective_from if self.new else None


class HistoryError(ValueError):
    """A history line that cannot be read or applied; the message names file and line."""


def apply(cards: dict[str, RateCard], change: Change) -> None:
    """Apply one change to the cards of its source, in place. Raises `HistoryError` when it does not fit."""
    if change.kind == "model_added" and change.card:
        cards[change.model] = change.card
        return
    if change.kind == "stepped":
        return
    name = change.previous_id or change.model
    if name not in cards:
        raise HistoryError(f"{change.kind} of {name}, which has no card")
    if change.kind == "model_removed":
        del cards[name]
        return
    cards[change.model] = _changed(cards.pop(name), change)


def _changed(card: RateCard, change: Change) -> RateCard:
    if change.stamp:
        s = change.stamp
        card = replace(card, observed=s.observed, capture=s.capture, parser=s.parser, last_updated=s.last_updated)
    if change.card:
        meta = {name: getattr(change.card, name) for name in (*META, "anchor", "url")}
        card = replace(card, **meta)
    rates = {r.row_key: r for r in card.rates}
    if change.kind == "model_renamed":
        rates = {r.row_key: r for r in (replace(r, model=change.model) for r in card.rates)}
        card = replace(card, model=change.model)
    if change.old is not None and rates.pop(change.old.row_key, None) is None:
        raise HistoryError(f"{change.kind} of a rate {change.model} does not have: {change.old.evidence.locator}")
    for rate in (*((change.new,) if change.new else ()), *change.kept):
        rates[rate.row_key] = rate
    return replace(card, rates=tuple(sorted(rates.values(), key=canonical_order)))


def fold(changes: Iterable[Change], *, until: date | None = None, known: str = "") -> dict[str, RateCard]:
    """The cards after the changes observed up to `until` and recorded up to the instant `known` (ISO).

    Corrections carry the day of the edition they correct, so that they take their place among its changes.
    """
    cards: dict[str, RateCard] = {}
    for change in ordered(changes):
        if change.stamp is None:
            raise HistoryError(f"{change.kind} of {change.model} without a stamp")
        if until is not None and change.stamp.observed > until:
            break
        if not known or change.stamp.recorded <= known:
            apply(cards, change)
    return cards


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Changes by day observed; within a day in the order recorded."""
    return sorted(changes, key=lambda c: c.stamp.observed if c.stamp else date.max)


def line(change: Change) -> str:
    """The change as one JSON line, with a final newline."""
    if change.stamp is None:
        raise HistoryError(f"{change.kind} of {change.model} without a stamp")
    stamp = change.stamp
    data: dict[str, Any] = {
        "kind": change.kind,
        "model": change.model,
        "observed": stamp.observed.isoformat(),
        "recorded": stamp.recorded,
        "effective": change.effective.isoformat() if change.effective else None,
        "capture": stamp.capture,
        "parser": stamp.parser,
        "last_updated": stamp.last_updated.isoformat() if stamp.last_updated else None,
        "correction": stamp.correction or None,
        "previous_id": change.previous_id or None,
        "old": codec.rate_data(change.old) if change.old else None,
        "new": codec.rate_data(change.new) if change.new else None,
        "fields": [list(f) for f in change.fields] or None,
        "card": _card_data(change.card) if change.card else None,
        "kept": [codec.rate_data(r) for r in change.kept] or None,
    }
    return json.dumps({k: v for k, v in data.items() if v is not None}, ensure_ascii=False) + "\n"


def _card_data(card: RateCard) -> dict[str, Any]:
    data: dict[str, Any] = {"name": card.name, "url": card.url}
    if card.anchor:
        data["anchor"] = card.anchor
    for name in ("aliases", "notices"):
        if value := getattr(card, name):
            data[name] = list(value)
    for name in ("used_to_improve", "facts"):
        if value := getattr(card, name):
            data[name] = dict(value)
    if card.formulas:
        data["formulas"] = [codec.formula_data(f) for f in card.formulas]
    if card.rates:
        data["rates"] = [codec.rate_data(r) for r in card.rates]
    return data


def parse(text: str, provider: str, source: str, where: str) -> Iterator[Change]:
    """The changes of a history file. Raises `HistoryError` naming the line on anything unreadable."""
    for number, words in enumerate(text.split("\n"), 1):
        if not words:
            continue
        place = f"{where}:{number}"
        try:
            yield _change(json.loads(words, parse_float=_no_float), provider, source, place)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HistoryError(f"{place}: not a change of this version: {error}") from error


def _no_float(text: str) -> Any:
    raise ValueError(f"a bare number {text}; amounts are quoted strings")


def _change(data: Mapping[str, Any], provider: str, source: str, place: str) -> Change:
    owner: dict[str, Any] = {"provider": provider, "source": source, "model": data["model"]}
    before = {**owner, "model": data.get("previous_id") or data["model"]}
    if data["kind"] not in KINDS:
        raise ValueError(f"kind {data['kind']!r}")
    last = data.get("last_updated")
    stamp = Stamp(
        observed=date.fromisoformat(data["observed"]),
        recorded=data["recorded"],
        capture=data["capture"],
        parser=data["parser"],
        last_updated=date.fromisoformat(last) if last else None,
        correction=data.get("correction", False),
    )
    return Change(
        kind=data["kind"],
        **owner,
        old=codec.rate_from(data["old"], before, place) if "old" in data else None,
        new=codec.rate_from(data["new"], owner, place) if "new" in data else None,
        card=_card(data["card"], owner, stamp, place) if "card" in data else None,
        fields=tuple((str(a), str(b), str(c)) for a, b, c in data.get("fields", ())),
        previous_id=data.get("previous_id", ""),
        kept=tuple(codec.rate_from(r, owner, place) for r in data.get("kept", ())),
        stamp=stamp,
    )


def _card(data: Mapping[str, Any], owner: Mapping[str, Any], stamp: Stamp, place: str) -> RateCard:
    rates = [codec.rate_from(r, owner, place) for r in data.get("rates", ())]
    pairs: dict[str, Any] = {n: tuple(data.get(n, {}).items()) for n in ("used_to_improve", "facts")}
    return RateCard(
        **owner,
        name=data["name"],
        url=data["url"],
        anchor=data.get("anchor", ""),
        aliases=tuple(data.get("aliases", ())),
        notices=tuple(data.get("notices", ())),
        formulas=tuple(codec.formula_from(f, place) for f in data.get("formulas", ())),
        observed=stamp.observed,
        capture=stamp.capture,
        parser=stamp.parser,
        last_updated=stamp.last_updated,
        rates=tuple(rates),
        **pairs,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A price that the page itself dates for later (or earlier): from `day`, `after` instead of `before`."""

    day: date
    before: Rate | None
    after: Rate


def steps(cards: Iterable[RateCard], since: date, until: date | None = None) -> list[Step]:
    """The dated steps after `since` (and up to `until`), soonest first."""
    found = []
    for card in cards:
        for rate in card.rates:
            day = rate.effective_from
            if day and day > since and (until is None or day <= until):
                found.append(Step(day, _before(card, rate), rate))
    return sorted(found, key=lambda s: (s.day, canonical_order(s.after)))


def _before(card: RateCard, rate: Rate) -> Rate | None:
    """The rate of the same join key that holds until the day before."""
    earlier = [
        r
        for r in card.rates
        if r.join_key == rate.join_key
        and r.effective_until
        and rate.effective_from
        and r.effective_until < rate.effective_from
    ]
    return max(earlier, key=lambda r: r.effective_until or date.min, default=None)
