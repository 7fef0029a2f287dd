"""What changed and when: an append-only log per source, and the cards it folds to.

Each line is one `Change` with two dates: when the page was observed to say so, and when that was recorded.
Replaying the lines of a source gives its cards, as of any day observed and as known at any instant.

The log of a source stands in files `<provider>/<source>.<year>.jsonl`, by the year in which a change was recorded.
Before there were years, a file that was full was followed by one with a number: `<source>.jsonl`, `<source>.0002.jsonl`
and so on. Such a file begins with a checkpoint, a line that holds the digest of the file before it and is no change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.model import COPIED, META, MODEL_ID, UNDATED, Rate, RateCard, canonical_order
from ratecards.storage import bounded, codec

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
    """Which edition a change was read from: day observed, instant recorded (ISO, UTC), capture, parser.

    `withdraws` is the day from which on the page had said otherwise, on a change that takes a price back to what stood
    before.
    """

    observed: date
    recorded: str
    capture: str
    parser: str
    last_updated: date | None = None
    correction: bool = False
    withdraws: date | None = None

    @property
    def copied(self) -> bool:
        """Whether the edition was read from a copy of the page, which somebody else made."""
        return self.parser.startswith(COPIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two editions of one source.

    `old` and `new` are the rates before and after; `card` carries a new card (`model_added`) or new metadata
    (`card_changed`); `fields` names the metadata that differ as (name, before, after); `number` is the change's line
    in its history, 0 until it is written.
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
    number: int = field(default=0, compare=False)

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


_HEAD = (*META, "anchor", "url")
_FIELDS = {
    *("kind", "model", "observed", "recorded", "effective", "capture", "parser", "last_updated", "correction"),
    *("withdraws", "previous_id", "old", "new", "fields", "card", "kept"),
}


# where a card was read
EDITION = ("observed", "capture", "parser", "last_updated")


class HistoryError(ValueError):
    """A history line that cannot be read or applied; the message names file and line."""


def apply(cards: dict[str, RateCard], change: Change) -> None:
    """Apply one change to the cards of its source, in place. Raises `HistoryError` when it does not fit."""
    if change.kind == "stepped":
        return
    if change.kind in ("model_added", "model_renamed") and change.model in cards:
        raise HistoryError(f"{change.kind}: {change.model} has a card already")
    if change.kind == "model_added" and change.card:
        cards[change.model] = change.card
        return
    name = change.previous_id or change.model
    if name not in cards:
        raise HistoryError(f"{change.kind} of {name}, which has no card")
    changed = _changed(cards[name], change)
    del cards[name]
    if change.kind != "model_removed":
        cards[change.model] = changed


def _changed(card: RateCard, change: Change) -> RateCard:
    if change.stamp and change.stamp.observed >= card.observed:
        s = change.stamp
        card = replace(card, observed=s.observed, capture=s.capture, parser=s.parser, last_updated=s.last_updated)
    if change.card:
        meta = {name: getattr(change.card, name) for name in _HEAD}
        card = replace(card, **meta)
    rates = {r.row_key: r for r in card.rates}
    if change.kind == "model_renamed":
        rates = {r.row_key: r for r in (replace(r, model=change.model) for r in card.rates)}
        card = replace(card, model=change.model)
    own = tuple(rates.values())
    was = rates.pop(change.old.row_key, None) if change.old else None
    if change.old is not None and was != change.old:
        # a price that is not the one before is one, too: a file that is lost must not go unseen
        raise HistoryError(f"{change.kind} of a rate {change.model} does not have: {change.old.evidence.locator}")
    if change.new is not None and change.new.row_key in rates:
        raise HistoryError(f"{change.kind}: a rate {change.model} has already: {change.new.evidence.locator}")
    if was and change.new and not change.kept:
        return replace(card, rates=_replaced(own, was, change.new))
    for rate in (*((change.new,) if change.new else ()), *change.kept):
        rates[rate.row_key] = rate
    return replace(card, rates=tuple(sorted(rates.values(), key=canonical_order)))


def _replaced(rates: Sequence[Rate], old: Rate, new: Rate) -> tuple[Rate, ...]:
    """Rates in order, one of them replaced: where that keeps its place, which is mostly so, none is sorted."""
    place = next(place for place, rate in enumerate(rates) if rate is old)
    now = (*rates[:place], new, *rates[place + 1 :])
    around = [canonical_order(rate) for rate in now[max(place - 1, 0) : place + 2]]
    return now if around == sorted(around) else tuple(sorted(now, key=canonical_order))


def replay(changes: Iterable[Change], *, until: date | None = None, known: str = "") -> dict[str, RateCard]:
    """The cards after the changes observed up to `until` and recorded up to the instant `known` (as in `recorded`).

    A change applies to the cards of its day as they were known when it was recorded. Where that was late (an edition
    between others, or a correction, which carries the day of the edition that it corrects), it holds on later days,
    too, until one that no longer says what it changes, or that was itself recorded to say something of it: what a later
    edition said stands, also where it said what a day before it was then read to say.
    A history is only appended to, so that nothing after a change recorded later than `known` was known by then.
    """
    folding = Replay()
    for change in sorted(changes, key=lambda c: (c.number == 0, c.number)):
        stamp = stamp_of(change)
        if known and stamp.recorded > known:
            break
        if until is None or stamp.observed <= until:
            folding.add(change)
    return folding.cards


class Replay:
    """Cards to which changes are added in the order recorded; `cards` is what `replay` gives for those added so far."""

    def __init__(self) -> None:
        self._days: dict[date, dict[str, RateCard]] = {}
        # what the pages of each day were recorded to say, by model
        self._said: dict[date, dict[str, list[Change]]] = {}
        self._last = date.min

    @property
    def cards(self) -> dict[str, RateCard]:
        """The cards of the last day."""
        return dict(self._days[self._last]) if self._days else {}

    @property
    def days(self) -> dict[date, Mapping[str, RateCard]]:
        """The cards of each day observed, in order; a card that nothing changed in between is the same object."""
        return dict(sorted(self._days.items()))

    def add(self, change: Change) -> None:
        """One more change. Raises `HistoryError` when it does not fit."""
        observed = stamp_of(change).observed
        cards = self._as_of(observed)
        before = cards.get(change.previous_id or change.model)
        apply(cards, change)
        later = sorted(day for day in self._days if day > observed) if observed < self._last else ()
        for day in later:
            if self._speaks(day, change) or not _fits(self._days[day], change, before):
                break
            apply(self._days[day], change)
        if change.kind != "stepped":
            said = self._said.setdefault(observed, {})
            for model in _models(change):
                said.setdefault(model, []).append(change)

    def _speaks(self, day: date, change: Change) -> bool:
        """Whether the pages of a day were recorded to say something of what a change changes, whatever it was."""
        said = self._said.get(day, {})
        subjects = _subjects(change)
        return any(
            not subjects or not (own := _subjects(known)) or subjects & own
            for model in _models(change)
            for known in said.get(model, ())
        )

    def _as_of(self, day: date) -> dict[str, RateCard]:
        """The cards of a day; a day that is new begins as the last one before it."""
        if day not in self._days:
            late = day < self._last
            earlier = max((d for d in self._days if d < day), default=None) if late else self._last
            self._days[day] = dict(self._days[earlier]) if earlier in self._days else {}
            self._last = max(self._last, day)
        return self._days[day]


def _models(change: Change) -> set[str]:
    return {change.model, change.previous_id} - {""}


def _subjects(change: Change) -> set[object]:
    """The rates of its model that a change speaks of, its words, its id; empty where it is of the whole card."""
    if change.kind in ("model_added", "model_removed"):
        return set()
    rates = {rate.row_key for rate in (change.old, change.new, *change.kept) if rate}
    return rates | ({"words"} if change.card else set()) | ({"id"} if change.previous_id else set())


def _fits(cards: Mapping[str, RateCard], change: Change, before: RateCard | None) -> bool:
    """Whether the cards of a later day still say what the change changes; `before` is the card of its own day."""
    card = cards.get(change.previous_id or change.model)
    if change.kind in ("model_added", "model_renamed"):
        return change.model not in cards and (card is not None) == bool(change.previous_id)
    if card is None or change.kind in ("model_removed", "kept"):
        return card == before and change.kind != "kept"
    rates = {r.row_key: r for r in card.rates}
    if change.old:
        said = rates.pop(change.old.row_key, None)
        if said is None or (said, said.evidence) != (change.old, change.old.evidence):
            return False
    return change.new is None or change.new.row_key not in rates


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Changes by day observed; within a day in the order recorded."""
    return sorted(changes, key=lambda c: c.stamp.observed if c.stamp else date.max)


def stamp_of(change: Change) -> Stamp:
    """The change's stamp. Raises `HistoryError` where it has none."""
    if change.stamp is None:
        raise HistoryError(f"{change.kind} of {change.model} without a stamp")
    return change.stamp


def line(change: Change) -> str:
    """The change as one JSON line, with a final newline."""
    stamp = stamp_of(change)
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
        "withdraws": stamp.withdraws.isoformat() if stamp.withdraws else None,
        "previous_id": change.previous_id or None,
        "old": codec.rate_data(change.old) if change.old else None,
        "new": codec.rate_data(change.new) if change.new else None,
        "fields": [list(f) for f in change.fields] or None,
        "card": card_data(change.card) if change.card else None,
        "kept": [codec.rate_data(r) for r in change.kept] or None,
    }
    return codec.dumps({k: v for k, v in data.items() if v is not None}) + "\n"


def card_data(card: RateCard) -> dict[str, Any]:
    """What a card says, but for its model and edition, as plain data for JSON."""
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


# ------------------------------------------------------------------------------------------- its files

_NUMBERED = re.compile(r"(.+)\.([0-9]{4,})\Z")
_FIRST_YEAR = 1000


def source_of(path: Path) -> str:
    """The source whose history a file is part of: `gemini-api` for `gemini-api.jsonl` and `gemini-api.2026.jsonl`."""
    later = _NUMBERED.match(path.stem)
    return later[1] if later else path.stem


def number_of(path: Path) -> int:
    """The number or year in the name of a history file; 1 without."""
    later = _NUMBERED.match(path.stem)
    return int(later[2]) if later else 1


def sources(folder: Path) -> list[str]:
    """The sources that have a history below a folder, as `provider/source`, sorted."""
    return sorted({f"{path.parent.name}/{source_of(path)}" for path in folder.glob("*/*.jsonl")})


def files(folder: Path, name: str) -> list[Path]:
    """The files of the history of `name` (`provider/source`), in order; none before it begins.

    Raises `HistoryError` where one is missing between others.
    """
    provider, _, source = name.partition("/")
    found = sorted((path for path in (folder / provider).glob("*.jsonl") if source_of(path) == source), key=number_of)
    for number, path in enumerate((path for path in found if number_of(path) < _FIRST_YEAR), 1):
        if number_of(path) != number:
            missing = path.with_name(f"{source}.jsonl" if number == 1 else f"{source}.{number:04}.jsonl")
            raise HistoryError(f"{missing}: missing, but {path.name} follows it")
    return found


def read(folder: Path, name: str) -> list[Change]:
    """The whole history of `name` in the order recorded.

    Raises `HistoryError` on anything unreadable, and where a checkpoint does not speak of the file before it.
    """
    provider, _, source = name.partition("/")
    found: list[Change] = []
    digest = ""
    for path in files(folder, name):
        try:
            text = bounded.text(path)
        except UnicodeDecodeError as error:
            raise HistoryError(f"{path}: expected UTF-8, saw {error}") from error
        except OSError as error:
            raise HistoryError(f"{path}: {error}") from error
        own = list(lines(text))
        if 1 < number_of(path) < _FIRST_YEAR:
            _check(path, own.pop(0)[1] if own else "", digest)
        before = len(found)
        found += [
            record(words, provider, source, f"{path}:{place}", before + number)
            for number, (place, words) in enumerate(own, 1)
        ]
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return found


def _check(path: Path, checkpoint: str, digest: str) -> None:
    """The file before is the one that a checkpoint was written after. Raises `HistoryError`."""
    with readable(f"{path}:1"):
        data = plain_data(checkpoint)
        if data["kind"] != "checkpoint":
            raise ValueError("expected a checkpoint")
        said = data["previous"]
    if said != digest:
        raise HistoryError(f"{path}:1: the file before it has the digest {digest or 'of none'}, not {said}")


def parse(text: str, provider: str, source: str, where: str) -> Iterator[Change]:
    """The changes of a history file. Raises `HistoryError` naming the line on anything unreadable."""
    for number, words in lines(text):
        yield record(words, provider, source, f"{where}:{number}", number)


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a history file that are not empty, with their numbers."""
    return ((number, words) for number, words in enumerate(text.split("\n"), 1) if words)


def record(words: str, provider: str, source: str, place: str, number: int) -> Change:
    """The change that a line says. Raises `HistoryError` naming the place."""
    with readable(place):
        return replace(_change(plain_data(words), provider, source, place), number=number)


@contextmanager
def readable(place: str) -> Iterator[None]:
    """What does not read as a line of a history is a `HistoryError` that names its place."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HistoryError(f"{place}: not a change of this version: {error}") from error


def plain_data(words: str) -> Any:
    """A line as plain data: no bare fractions, no field twice. Raises `ValueError`."""
    return json.loads(words, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once)


def _no_float(text: str) -> Any:
    raise ValueError(f"a bare number {text}; amounts are quoted strings")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a field stands twice among {', '.join(found)}")
    return found


def _change(data: Mapping[str, Any], provider: str, source: str, place: str) -> Change:
    if unknown := set(data) - _FIELDS:
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    previous, model = _text(data, "previous_id", ""), _text(data, "model")
    if data["kind"] not in KINDS or not all(MODEL_ID.match(name) for name in (model, previous or model)):
        raise ValueError(f"{data['kind']!r} of {model!r} is not a kind of change of a model")
    owner: dict[str, Any] = {"provider": provider, "source": source, "model": model}
    before = {**owner, "model": previous or model}
    stamp = _stamp_from(data, place)
    change = Change(
        kind=data["kind"],
        **owner,
        old=codec.rate_from(data["old"], before, place) if "old" in data else None,
        new=codec.rate_from(data["new"], owner, place) if "new" in data else None,
        card=card_from(data["card"], owner, _edition(stamp), place) if "card" in data else None,
        fields=tuple((str(a), str(b), str(c)) for a, b, c in data.get("fields", ())),
        previous_id=previous,
        kept=tuple(codec.rate_from(r, owner, place) for r in data.get("kept", ())),
        stamp=stamp,
    )
    if data.get("effective") != (change.effective.isoformat() if change.effective else None):
        raise ValueError(f"effective {data.get('effective')}, but the rate says {change.effective}")
    return change


def _stamp_from(data: Mapping[str, Any], place: str) -> Stamp:
    if data.get("correction", True) is not True:
        raise ValueError(f"correction {data['correction']!r}")
    return Stamp(
        observed=codec.day("observed", data["observed"], place),
        recorded=_text(data, "recorded"),
        capture=_text(data, "capture"),
        parser=_text(data, "parser"),
        last_updated=codec.day("last_updated", data["last_updated"], place) if "last_updated" in data else None,
        correction="correction" in data,
        withdraws=codec.day("withdraws", data["withdraws"], place) if "withdraws" in data else None,
    )


def _text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = data[name] if default is None else data.get(name, default)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, saw {value!r}")
    return value


def _edition(stamp: Stamp) -> dict[str, Any]:
    return {n: getattr(stamp, n) for n in EDITION}


def card_from(data: Mapping[str, Any], owner: Mapping[str, Any], edition: Mapping[str, Any], place: str) -> RateCard:
    """A card from its plain data; `owner` says whose it is, `edition` where it was read. Raises `CodecError`."""
    rest = dict(data)
    rates = tuple(codec.rate_from(r, owner, place) for r in rest.pop("rates", ()))
    card = RateCard(**owner, **edition, **codec.metadata_from(rest, place), rates=rates, **rest)
    codec.check(card, place)
    return card


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


def undated(cards: Iterable[RateCard]) -> list[tuple[RateCard, str, str]]:
    """The prices that pages announce without a day: the card, what they are of, and the words; in order of models."""
    owners = sorted(cards, key=lambda card: (card.provider, card.source, card.model))
    return [
        (card, name.removeprefix(UNDATED), words)
        for card in owners
        for name, words in card.facts
        if name.startswith(UNDATED)
    ]


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
