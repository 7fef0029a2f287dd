"""Makes a pack (`ratecards.storage.pack`): from histories, or from the pack that stands and what was recorded since.

Both ways give the same bytes. The second costs what is new: what stands in the open file is copied, and read only
where a card is that changes; a file that is full is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from ratecards.model import Evidence, Formula, Rate, RateCard, plain
from ratecards.storage import history, packrow
from ratecards.storage.history import Change, Folding, HistoryError, stamp_of
from ratecards.storage.pack import FILE, VERSION, Pack, standing
from ratecards.storage.packbody import Body
from ratecards.storage.packfront import Own, line_of
from ratecards.storage.packrow import Place

_rate = attrgetter(*(f.name for f in fields(Rate) if f.name not in ("provider", "source", "model", "evidence")))
_evidence = attrgetter(*(f.name for f in fields(Evidence)))
_formula = attrgetter(*(f.name for f in fields(Formula)))
_MOST_LINES = 100_000


def build(histories: Mapping[str, Iterable[Change]]) -> bytes:
    """The pack of all sources by their histories, in one file however long that is.

    Raises `HistoryError` naming the source where one does not fold.
    """
    return _folded(histories, Body(limited=False))[FILE]


def files(histories: Mapping[str, Iterable[Change]]) -> dict[str, bytes]:
    """The same in files of bounded size, by name. Raises `HistoryError`."""
    return _folded(histories, Body())


def _folded(histories: Mapping[str, Iterable[Change]], body: Body) -> dict[str, bytes]:
    packing = Packing({name: Own() for name in histories}, body)
    batches = [(recorded, name, batch) for name in histories for recorded, batch in _batches(histories[name])]
    folded = {name: Folding() for name in histories}
    for recorded, name, batch in sorted(batches, key=lambda b: b[:2]):
        try:
            packing.fold(name, batch, recorded, folded[name])
        except HistoryError as error:
            raise HistoryError(f"history of {name}: {error}") from error
    return packing.files()


def extend(pack: Pack, fresh: Mapping[str, Sequence[Change]]) -> dict[str, bytes] | None:
    """The files that differ with what was recorded since; None where the pack must be made anew: of what is past.

    Raises `HistoryError` where a change does not fit, and one of `packrow.DAMAGE` where a line that is read does not.
    """
    batches = [(*next(_batches(changes)), name) for name, changes in sorted(fresh.items()) if changes]
    newest = max(((s.recorded, name) for name, s in pack.sources.items()), default=("", ""))
    for recorded, batch, name in batches:
        observed = {stamp_of(c).observed.isoformat() for c in fresh[name]}
        late = name in pack.sources and min(observed) < pack.sources[name].last
        if late or len(observed) > 1 or len(batch) < len(fresh[name]) or (recorded, name) <= newest:
            return None
    own = {name: Own.standing(source) for name, source in pack.sources.items()}
    packing = Packing(own, Body(pack.past, pack.tail, pack.kept))
    for recorded, batch, name in sorted(batches, key=lambda b: (b[0], b[2])):
        packing.add(name, batch, recorded)
    return packing.files()


def _batches(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """The changes of each edition in the order recorded, with the instant they were known from.

    A history is only ever appended to: a line was not known before those above it, whatever its clock says.
    """
    known = ""
    ordered = sorted(changes, key=lambda c: (c.number == 0, c.number))
    for (_, recorded), batch in groupby(ordered, key=lambda c: (stamp_of(c).observed, stamp_of(c).recorded)):
        known = max(known, recorded)
        yield known, list(batch)


class Packing:
    """A pack in the making: its body, and what its front will say of each source."""

    def __init__(self, own: dict[str, Own], body: Body) -> None:
        self._own, self._body = own, body
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

    def add(self, name: str, batch: Sequence[Change], recorded: str) -> None:
        """Add an edition that is not older than the last to a source."""
        own = self._own.setdefault(name, Own())
        models = sorted({m for c in batch for m in (c.model, c.previous_id)} & own.models.keys())
        cards = {model: self._read(name, model, own.models[model]) for model in models}
        for change in batch:
            history.apply(cards, change)
            own.note(change, recorded)
        self._batch(name, batch, recorded, cards)

    def _read(self, name: str, model: str, place: Place) -> RateCard:
        provider, _, source = name.partition("/")
        row = packrow.value(self._body.at(place))
        lines = b"".join(line for line, _ in self._rates(row[-1]))
        return packrow.card(row, (provider, source), packrow.rates(lines, (provider, source, model)))

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
        at, size = self._body.put(line_of([int(full), own.models if full else listed]))
        own.editions.append(line_of([day.isoformat(), recorded, at, size]).decode().rstrip())
        if self._body.full:
            self._turn()

    def _turn(self) -> None:
        """Begin a new file, with the cards of all sources in it: the newest are never looked for in an older one."""
        self._body.close()
        for _, own in sorted(self._own.items()):
            own.models = {model: self._again_in(place) for model, place in own.models.items()}
            own.pending = len(own.models)
        self._body.kept = self._body.size

    def _again_in(self, place: Place) -> Place:
        """A card and its rates once more, in the open file."""
        row = json.loads(self._body.at(place))
        row[-1] = _runs((self._body.put(line) for line, _ in self._rates(row[-1])))
        return self._body.put(line_of(row))

    def _again(self, name: str, first: date, recorded: str, folding: Folding) -> None:
        """List all editions from a day on once more, as they are known now; the old list becomes a former one."""
        own = self._own[name]
        editions = json.loads(f"[{','.join(own.editions)}]")
        if not own.former or json.loads(own.former[-1])[0] != recorded:
            own.former.append(line_of([recorded, editions]).decode().rstrip())
        kept = [edition for edition in editions if edition[0] < first.isoformat()]
        own.editions = [line_of(edition).decode().rstrip() for edition in kept]
        own.models = standing(kept, lambda place: json.loads(self._body.at(place)))
        own.pending = len(own.models)
        before: Mapping[str, RateCard] = {}
        for day, cards in folding.days.items():
            if day >= first:
                differ = {m: cards.get(m) for m in {*before, *cards} if cards.get(m) is not before.get(m)}
                self.edition(name, day, recorded, differ)
            before = cards

    def _card(self, card: RateCard, stands: Place | None) -> Place:
        """Where a card stands: there already, or added, with those of its rates that the one before did not have."""
        old = self._body.at(stands) if stands else b""
        known = {line: [at, len(line)] for line, at in self._rates(json.loads(old)[-1])} if stands else {}
        lines = map(self._line, card.rates)
        line = line_of(_card_row(card, _runs(known.get(line) or self._body.put(line) for line in lines)))
        return stands if stands and line == old else self._body.put(line)

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
            for line in self._body.at((at, size)).splitlines(keepends=True):
                yield line, start
                start += len(line)

    def files(self) -> dict[str, bytes]:
        """The files that were begun or added to, by name."""
        lines = {name: own.lines() for name, own in sorted(self._own.items())}
        sources = {
            name: {n: getattr(self._own[name], n) for n in ("first", "last", "recorded", "changes", "pending")}
            | {"lines": list(map(len, own))}
            for name, own in lines.items()
        }
        body = {"body": self._body.size, "kept": self._body.kept, "past": self._body.past}
        head = line_of({"pack": VERSION, **body, "sources": sources})
        return self._body.files(b"".join([head, *(line for own in lines.values() for line in own)]))


def _runs(places: Iterable[Place]) -> list[int]:
    """Places as runs of lines: those that stand one behind the other are one."""
    runs: list[int] = []
    for at, size in places:
        if runs and runs[-2] + runs[-1] == at:
            runs[-1] += size
        else:
            runs += [at, size]
    return runs


def _plain(value: object) -> object:
    return plain(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


def _rate_line(rate: Rate) -> bytes:
    return line_of([_plain(value) for value in (*_rate(rate), *_evidence(rate.evidence))])


def _card_row(card: RateCard, runs: Sequence[int]) -> list[object]:
    return [
        *(card.model, _plain(card.observed), card.capture, card.parser, _plain(card.last_updated)),
        *(card.name, card.url, card.anchor, card.aliases, card.used_to_improve, card.notices),
        [[_plain(value) for value in _formula(formula)] for formula in card.formulas],
        *(card.facts, runs),
    ]
