"""The pack: the dataset in one file made for reading, of which only what is asked for is read.

UTF-8, one JSON value a line. The first line is the head, `{"pack": 1, "body": bytes, "kept": bytes,
"past": [bytes, ...], "sources": {name: {...}}}`: of each source the first and last day observed, the instant of its
last record, how many changes its history has, how many cards were listed since the last edition that lists all, and
the lengths of its four lines. These follow in the order of the head:

1. the index: where the card of each model stands, the ids that each alias has stood for, and all renames;
2. the lore: the first day of each id, and the days it went;
3. the editions in the order recorded: day observed, instant recorded, place;
4. former lists of editions, each with the instant from which on more was known of the past.

All else is the body, to which lines are only ever added. A place is `[first byte, bytes]`, counted from the body's
beginning. Its lines are a rate (the columns from the service tier on, then the evidence), a card (what it says, and
the runs of lines that hold its rates) or an edition: whether it lists every card, and the place of each that it lists,
null for one that is gone. What did not change is not written again: an edition shares its cards with the one before,
and a card its rates.

The body begins in `past/0001.jsonl` and so on, files that are full and never change; `past` are their sizes. What
stands in the pack itself is its end, which begins with a copy of all cards (`kept` bytes). So what is new is written
at the same cost however long the past is, and only a day of the past is looked for in another file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import accumulate
from operator import itemgetter

from ratecards.errors import DatasetError
from ratecards.model import Rate, RateCard
from ratecards.storage import packrow
from ratecards.storage.names import Lore, Renamed, relatives
from ratecards.storage.packrow import DAMAGE, Index, Place, Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap
    from typing import Any

FILE = "pack.jsonl"
VERSION = 1


def part(number: int) -> str:
    """The name of a full file of the body, beside the pack: `past/0001.jsonl` is the first."""
    return f"past/{number:04}.jsonl"


class Lines:
    """A file's lines by their place. Damage that is met is a `DatasetError` naming file and line."""

    def __init__(self, data: bytes | mmap, where: str) -> None:
        self.data, self.where = data, where

    def raw(self, at: int, size: int, what: str) -> bytes:
        """Whole lines of the file."""
        found = self.data[at : at + size] if at >= 0 else b""
        if len(found) != size or not found.endswith(b"\n") or (at and self.data[at - 1] != ord("\n")):
            raise self.damaged(at, what)
        return found

    def value(self, at: int, size: int, what: str, read: Callable[[Any], Any] = lambda value: value) -> Any:
        """What is read from the value of a line."""
        line = self.raw(at, size, what)
        try:
            return read(packrow.value(line))
        except DAMAGE as error:
            raise self.damaged(at, what, error) from error

    def whole(self, size: int) -> None:
        """The file must have so many bytes."""
        if len(self.data) != size:
            line = self.data[: max(len(self.data) - 1, 0)].count(b"\n") + 1
            said = f"expected {size} bytes, as the pack says, saw {len(self.data)}"
            raise DatasetError(f"{self.where}:{line}: {said}; the file is damaged")

    def damaged(self, at: int, what: str, error: Exception | None = None) -> DatasetError:
        """That a line there is not what it should be."""
        at = max(at, 0)
        line = self.data[:at].count(b"\n") + 1
        seen = f"{bytes(self.data[at : at + 60])!r}" if error is None else f"{error}"
        return DatasetError(f"{self.where}:{line}: expected {what}, saw {seen}; the file is damaged")


class Pack:
    """A pack at hand: its bytes, or a map of its file; `opened` opens a full file of its body by name."""

    def __init__(self, data: bytes | mmap, where: str, opened: Callable[[str], Lines] | None = None) -> None:
        self.front = Lines(data, where)
        self.sources: dict[str, Source] = {}
        self._opened, self._parts = opened, dict[int, Lines]()
        end = data.find(b"\n") + 1
        self._begin = int(self.front.value(0, end, "the head of a pack", lambda head: self._head(head, end)))

    def _head(self, head: Any, at: int) -> int:
        """Take in the head; returns where the body goes on in this file."""
        if head["pack"] != VERSION:
            raise ValueError(f"version {head['pack']!r}, not {VERSION}")
        for name, own in head["sources"].items():
            self.sources[name] = Source(self, name, own, at)
            at += sum(own["lines"])
        self.past, self.kept = list(map(int, head["past"])), int(head["kept"])
        self._starts = list(accumulate(self.past, initial=0))
        self.front.whole(at + head["body"])
        return at

    @property
    def tail(self) -> bytes:
        """What stands of the body in this file."""
        return bytes(self.front.data[self._begin :])

    def _stand(self, at: int) -> tuple[Lines, int]:
        """The file that a place of the body is in, and where there."""
        number = max(bisect_right(self._starts, at), 1)
        if number > len(self.past):
            return self.front, self._begin + at - self._starts[-1]
        if number not in self._parts:
            if self._opened is None:
                raise DatasetError(f"{self.front.where}: {part(number)} is not at hand")
            self._parts[number] = self._opened(part(number))
            self._parts[number].whole(self.past[number - 1])
        return self._parts[number], at - self._starts[number - 1]

    def value(self, place: Place, what: str, read: Callable[[Any], Any] = lambda value: value) -> Any:
        """What is read from the value of a line of the body."""
        lines, at = self._stand(place[0])
        return lines.value(at, place[1], what, read)

    def card(self, owner: tuple[str, str], model: str, place: Place) -> RateCard:
        """The card of a model of `owner` (provider, source) that stands at a place of the body."""
        what = f"the card of {model} at {'/'.join(owner)}"
        row, runs = self.value(place, what, lambda row: (row, _runs(row, model)))
        rates = self._rates(runs, (*owner, model))
        try:
            return packrow.card(row, owner, rates)
        except DAMAGE as error:
            lines, at = self._stand(place[0])
            raise lines.damaged(at, what, error) from error

    def _rates(self, runs: Sequence[Place], owner: tuple[str, str, str]) -> list[Rate]:
        """The rates of runs of lines, read at once; where that fails line by line, until the one that is damaged."""
        what = f"rates of {owner[2]}"
        found = [(lines, at, size) for first, size in runs for lines, at in [self._stand(first)]]
        raw = [lines.raw(at, size, what) for lines, at, size in found]
        try:
            return packrow.rates(b"".join(raw), owner)
        except DAMAGE as error:
            if [run.count(b"\n") for run in raw] == [1]:
                raise found[0][0].damaged(found[0][1], what, error) from error
        single = [place for (first, _), run in zip(runs, raw, strict=True) for place in _single(first, run)]
        return [rate for place in single for rate in self._rates([place], owner)]


def _single(at: int, run: bytes) -> Iterator[tuple[int, int]]:
    """The lines of a run, as beginnings and lengths."""
    for line in run.splitlines(keepends=True):
        yield at, len(line)
        at += len(line)


def _runs(row: Sequence[Any], model: str) -> list[Place]:
    """Where the rates of a card stand, run by run."""
    if row[0] != model:
        raise ValueError(f"the card of {row[0]!r}")
    return list(zip(row[-1][::2], row[-1][1::2], strict=True))


class Source:
    """What a pack holds of one source; each of its lines is read when it is first asked for."""

    def __init__(self, pack: Pack, name: str, own: Mapping[str, Any], at: int) -> None:
        self._pack, self.name = pack, name
        provider, _, source = name.partition("/")
        self.owner = (provider, source)
        # empty where nothing has been observed yet
        self.first, self.last, self.recorded = str(own["first"]), str(own["last"]), str(own["recorded"])
        self.changes, self.pending = int(own["changes"]), int(own["pending"])
        starts = [at + sum(own["lines"][:n]) for n in range(4)]
        self.lines = dict(
            zip(("index", "lore", "editions", "former editions"), zip(starts, own["lines"], strict=True), strict=True)
        )

    def _front(self, line: str, read: Callable[[Any], Any]) -> Any:
        return self._pack.front.value(*self.lines[line], f"the {line} of {self.name}", read)

    @cached_property
    def _index(self) -> Index:
        found: Index = self._front("index", packrow.index)
        return found

    @property
    def models(self) -> Places:
        """Where the newest card of each model stands."""
        return self._index[0]

    @property
    def renamed(self) -> Sequence[Renamed]:
        """All renames, by day."""
        return self._index[2]

    @cached_property
    def lore(self) -> Lore:
        """All names there have been."""
        first, gone = self._front("lore", packrow.lore)
        return Lore(first, gone, self._index[1], self.renamed)

    def bearers(self, alias: str) -> set[str]:
        """The ids whose cards may say that alias, on whatever day."""
        return relatives(set(self._index[1].get(alias, ())), self.renamed)

    def at(self, on: date | None = None, known: date | None = None) -> Places:
        """Where the cards stand that were observed up to a day, by what had been recorded up to another."""
        day, then = on.isoformat() if on else "9", known.isoformat() if known else "9"
        if self.last <= day and self.recorded[:10] <= then:
            return self.models
        return standing(self._editions(day, then), self._edition)

    def newest(self, on: date, known: date | None = None) -> date | None:
        """The newest day up to a day on which anything was observed, by what had been recorded up to another."""
        day, then = on.isoformat(), known.isoformat() if known else "9"
        if self.last and self.last <= day and self.recorded[:10] <= then:
            return date.fromisoformat(self.last)
        editions = self._editions(day, then) if self.first and self.first <= day else ()
        return date.fromisoformat(editions[-1][0]) if editions else None

    def _editions(self, day: str, then: str) -> Sequence[Any]:
        """The editions observed and recorded by those days, by what was known then; both only ever rise."""
        former = self._front("former editions", list) if then < self.recorded[:10] else ()
        earlier = [editions for recorded, editions in former if recorded[:10] > then]
        editions: Sequence[Any] = earlier[0] if earlier else self._front("editions", list)
        seen = bisect_right(editions, day, key=itemgetter(0))
        return editions[: min(seen, bisect_right(editions, then, key=lambda edition: edition[1][:10]))]

    def _edition(self, place: Place) -> Any:
        return self._pack.value(place, f"an edition of {self.name}")

    def plain(self, line: str) -> Any:
        """One of the four lines as plain data."""
        return self._front(line, lambda value: value)

    def text(self, line: str) -> str:
        """One of the four lines as it stands."""
        return self._pack.front.raw(*self.lines[line], f"the {line} of {self.name}").decode().rstrip("\n")

    def card(self, model: str, place: Place) -> RateCard:
        """The card of a model that stands there."""
        return self._pack.card(self.owner, model, place)


def standing(editions: Sequence[Any], value: Callable[[Place], Any]) -> dict[str, Place]:
    """Where the cards stand after those editions: back to the last that lists every one."""
    found: dict[str, Place | None] = {}
    for _, _, *place in reversed(editions):
        full, listed = value(place)
        found = {**listed, **found}
        if full:
            break
    return {model: place for model, place in found.items() if place is not None}
