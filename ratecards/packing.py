"""Makes a pack (`ratecards.pack`): from histories, or from the pack that stands and what was recorded since.

Both ways give the same bytes. The second costs what is new: the body that stands is copied, and read only where a
card is that changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from ratecards import history
from ratecards.codec import INVISIBLE
from ratecards.history import Change, Folding, HistoryError, stamp_of
from ratecards.model import Evidence, Formula, Rate, RateCard, plain
from ratecards.pack import VERSION, Pack, Source, standing
from ratecards.packrow import Place

_rate = attrgetter(*(f.name for f in fields(Rate) if f.name not in ("provider", "source", "model", "evidence")))
_evidence = attrgetter(*(f.name for f in fields(Evidence)))
_formula = attrgetter(*(f.name for f in fields(Formula)))
_MOST_LINES = 100_000


def build(histories: Mapping[str, Iterable[Change]]) -> bytes:
    """The pack of all sources by their histories. Raises `HistoryError` naming the source where one does not fold."""
    packing = Packing({name: Own() for name in histories})
    batches = [(recorded, name, batch) for name in histories for recorded, batch in _batches(histories[name])]
    folded = {name: Folding() for name in histories}
    for recorded, name, batch in sorted(batches, key=lambda b: b[:2]):
        try:
            packing.fold(name, batch, recorded, folded[name])
        except HistoryError as error:
            raise HistoryError(f"history of {name}: {error}") from error
    return packing.data()


def extend(pack: Pack, fresh: Mapping[str, Sequence[Change]]) -> bytes | None:
    """The pack with what was recorded since; None where it must be built anew, because something speaks of the past.

    Raises `HistoryError` where a change does not fit, `DatasetError` where the pack is damaged.
    """
    batches = [(*next(_batches(changes)), name) for name, changes in sorted(fresh.items()) if changes]
    newest = max(((s.recorded, name) for name, s in pack.sources.items()), default=("", ""))
    for recorded, batch, name in batches:
        observed = {stamp_of(c).observed.isoformat() for c in fresh[name]}
        late = name in pack.sources and min(observed) < pack.sources[name].last
        if late or len(observed) > 1 or len(batch) < len(fresh[name]) or (recorded, name) <= newest:
            return None
    packing = Packing({name: _own(source) for name, source in pack.sources.items()}, pack)
    for recorded, batch, name in sorted(batches, key=lambda b: (b[0], b[2])):
        packing.add(name, batch, recorded, pack.sources.get(name))
    return packing.data()


def _batches(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """The changes of each edition in the order recorded, with the instant they were known from.

    A history is only ever appended to: a line was not known before those above it, whatever its clock says.
    """
    known = ""
    ordered = sorted(changes, key=lambda c: (c.number == 0, c.number))
    for (_, recorded), batch in groupby(ordered, key=lambda c: (stamp_of(c).observed, stamp_of(c).recorded)):
        known = max(known, recorded)
        yield known, list(batch)


@dataclass(slots=True)
class Own:
    """What is known of one source, as the head and its four lines say it."""

    first: str = ""
    last: str = ""
    recorded: str = ""
    changes: int = 0
    pending: int = 0
    models: dict[str, Place] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    renames: list[list[str]] = field(default_factory=list)
    born: dict[str, str] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)
    # the two lists as their entries' text: those that stand are not read
    editions: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)

    def lines(self) -> list[bytes]:
        """The four lines."""
        index = {"models": self.models, "names": self.names, "renames": self.renames}
        lore = {"first": self.born, "gone": self.gone}
        lists = (f"[{','.join(entries)}]\n" for entries in (self.editions, self.former))
        return [*(_line(d) for d in (index, lore)), *(text.encode() for text in lists)]

    def note(self, change: Change, recorded: str) -> None:
        """Take in what a change says of names and days."""
        day = stamp_of(change).observed.isoformat()
        self.see(day, recorded)
        self.born[change.model] = min(self.born.get(change.model, day), day)
        for alias in change.card.aliases if change.card else ():
            if change.model not in (known := self.names.setdefault(alias, [])):
                known.append(change.model)
        if change.kind == "model_removed":
            self.gone.setdefault(change.model, []).append(day)
        if change.kind == "model_renamed":
            self.renames.append([day, recorded, change.previous_id, change.model])
        self.changes += 1

    def see(self, day: str, recorded: str) -> None:
        """Take in that something was observed on a day, and recorded."""
        self.first, self.last = min(self.first or day, day), max(self.last, day)
        self.recorded = recorded


def _own(source: Source) -> Own:
    """What a pack that stands knows of a source."""
    index, lore = source.plain("index"), source.plain("lore")
    lists = [[text] if (text := source.text(line)[1:-1]) else [] for line in ("editions", "former editions")]
    return Own(
        *(source.first, source.last, source.recorded, source.changes, source.pending),
        *(index["models"], index["names"], index["renames"], lore["first"], lore["gone"], *lists),
    )


class Packing:
    """A pack in the making: what stands of its body, what is added, and what the front will say."""

    def __init__(self, own: dict[str, Own], pack: Pack | None = None) -> None:
        self._own = own
        self._old = pack.tail if pack else b""
        self._new = bytearray()
        self._lines: dict[int, tuple[Rate, bytes]] = {}

    def fold(self, name: str, batch: Sequence[Change], recorded: str, folding: Folding) -> None:
        """Add an edition to the source whose cards so far are in `folding`; it may be of a day before the last."""
        own = self._own[name]
        late = stamp_of(batch[0]).observed < folding.day
        for change in batch:
            folding.add(change)
            own.note(change, recorded)
        if late:
            self._again(name, stamp_of(batch[0]).observed, recorded, folding)
        else:
            self._batch(name, batch, recorded, folding.cards)

    def add(self, name: str, batch: Sequence[Change], recorded: str, source: Source | None) -> None:
        """Add an edition that is not older than the last to a source as it stands in a pack."""
        own = self._own.setdefault(name, Own())
        models = sorted({m for c in batch for m in (c.model, c.previous_id)} & own.models.keys())
        cards = {model: source.card(model, own.models[model]) for model in models} if source else {}
        for change in batch:
            history.apply(cards, change)
            own.note(change, recorded)
        self._batch(name, batch, recorded, cards)

    def _batch(self, name: str, batch: Sequence[Change], recorded: str, cards: Mapping[str, RateCard]) -> None:
        former = {c.model: c.previous_id for c in batch if c.previous_id}
        models = {m for c in batch for m in (c.model, c.previous_id) if m}
        self.edition(name, stamp_of(batch[0]).observed, recorded, {m: cards.get(m) for m in models}, former)

    def edition(
        self,
        name: str,
        day: date,
        recorded: str,
        cards: Mapping[str, RateCard | None],
        former: Mapping[str, str] | None = None,
    ) -> None:
        """Add the cards that an edition of a source brings or changes, None for one that it takes away.

        It may not be older than the last. `former` gives the id that a model had before, of which it shares the rates.
        """
        own = self._own[name]
        own.see(day.isoformat(), recorded)
        listed: dict[str, Place | None] = {}
        for model, card in sorted(cards.items()):
            stands = own.models.get(model)
            place = self._card(card, stands or own.models.get((former or {}).get(model, ""))) if card else None
            if place != stands:
                listed[model] = place
        if not listed:
            return
        own.models = {m: place for m, place in sorted({**own.models, **listed}.items()) if place is not None}
        own.pending += len(listed)
        full = not own.editions or own.pending >= len(own.models)
        own.pending = 0 if full else own.pending
        at, size = self._put(_line([int(full), own.models if full else listed]))
        own.editions.append(_line([day.isoformat(), recorded, at, size]).decode().rstrip())

    def _again(self, name: str, first: date, recorded: str, folding: Folding) -> None:
        """List all editions from a day on once more, as they are known now; the old list becomes a former one."""
        own = self._own[name]
        editions = json.loads(f"[{','.join(own.editions)}]")
        if not own.former or json.loads(own.former[-1])[0] != recorded:
            own.former.append(_line([recorded, editions]).decode().rstrip())
        kept = [edition for edition in editions if edition[0] < first.isoformat()]
        own.editions = [_line(edition).decode().rstrip() for edition in kept]
        own.models = standing(kept, lambda place: json.loads(self._at(place)))
        own.pending = len(own.models)
        before: Mapping[str, RateCard] = {}
        for day, cards in folding.days.items():
            if day >= first:
                differ = {m: cards.get(m) for m in {*before, *cards} if cards.get(m) is not before.get(m)}
                self.edition(name, day, recorded, differ)
            before = cards

    def _card(self, card: RateCard, stands: Place | None) -> Place:
        """Where a card stands: there already, or added, with those of its rates that the one before did not have."""
        old = self._at(stands) if stands else b""
        known = dict(self._rates(json.loads(old)[-1])) if stands else {}
        runs: list[int] = []
        for rate in card.rates:
            line = self._line(rate)
            at, size = (known[line], len(line)) if line in known else self._put(line)
            if runs and runs[-2] + runs[-1] == at:
                runs[-1] += size
            else:
                runs += [at, size]
        line = _line(_card_row(card, runs))
        return stands if stands and line == old else self._put(line)

    def _line(self, rate: Rate) -> bytes:
        """The line of a rate; most stand on one card after the other."""
        found = self._lines.get(id(rate))
        if found is None or found[0] is not rate:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()
            found = self._lines[id(rate)] = rate, _rate_line(rate)
        return found[1]

    def _rates(self, runs: Sequence[int]) -> Iterator[tuple[bytes, int]]:
        for at, size in zip(runs[::2], runs[1::2], strict=True):
            start = at
            for line in self._at((at, size)).splitlines(keepends=True):
                yield line, start
                start += len(line)

    def _put(self, line: bytes) -> Place:
        at = len(self._old) + len(self._new)
        self._new += line
        return [at, len(line)]

    def _at(self, place: Place) -> bytes:
        at, size = place[0] - len(self._old), place[1]
        return bytes(self._new[at : at + size] if at >= 0 else self._old[place[0] : place[0] + size])

    def data(self) -> bytes:
        """The whole file."""
        lines = {name: own.lines() for name, own in sorted(self._own.items())}
        sources = {
            name: {n: getattr(self._own[name], n) for n in ("first", "last", "recorded", "changes", "pending")}
            | {"lines": list(map(len, own))}
            for name, own in lines.items()
        }
        head = _line({"pack": VERSION, "body": len(self._old) + len(self._new), "sources": sources})
        return b"".join([head, *(line for own in lines.values() for line in own), self._old, self._new])


def _line(data: object) -> bytes:
    """One line of JSON in which every character can be seen."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return (INVISIBLE.sub(lambda m: json.dumps(m[0])[1:-1], text) + "\n").encode()


def _plain(value: object) -> object:
    return plain(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


def _rate_line(rate: Rate) -> bytes:
    return _line([_plain(value) for value in (*_rate(rate), *_evidence(rate.evidence))])


def _card_row(card: RateCard, runs: Sequence[int]) -> list[object]:
    return [
        *(card.model, _plain(card.observed), card.capture, card.parser, _plain(card.last_updated)),
        *(card.name, card.url, card.anchor, card.aliases, card.used_to_improve, card.notices),
        [[_plain(value) for value in _formula(formula)] for formula in card.formulas],
        *(card.facts, runs),
    ]
