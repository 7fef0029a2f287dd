"""The pack: the dataset in one file made for reading, of which only what is asked for is read.

UTF-8, one JSON value a line. The first line is the head: `{"pack": 1, "body": bytes, "sources": {name: {...}}}`; of
each source the first and last day observed, the instant of its last record, how many changes its history has, how many
cards were listed since the last edition that lists all, and the lengths of its four lines. These follow in the order
of the head:

1. the index: where the card of each model stands, the ids that each alias has stood for, and all renames;
2. the lore: the first day of each id, and the days it went;
3. the editions in the order recorded: day observed, instant recorded, place;
4. former lists of editions, each with the instant from which on more was known of the past.

All else is the body, to which lines are only ever added. A place is `[first byte, bytes]`, counted from the body's
beginning. Its lines are a rate (the columns from the service tier on, then the evidence), a card (what it says, and
the runs of lines that hold its rates) or an edition: whether it lists every card, and the place of each that it lists,
null for one that is gone. What did not change is not written again: an edition shares its cards with the one before,
and a card its rates.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter

from ratecards import packrow
from ratecards.errors import DatasetError
from ratecards.model import Rate, RateCard
from ratecards.names import Lore, Renamed, relatives
from ratecards.packrow import DAMAGE, Index, Place, Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap
    from typing import Any

FILE = "pack.jsonl"
VERSION = 1


class Pack:
    """A pack at hand: its bytes, or a map of its file. Damage that is met is a `DatasetError` naming its line."""

    def __init__(self, data: bytes | mmap, where: str) -> None:
        self._data, self.where = data, where
        self.sources: dict[str, Source] = {}
        end = data.find(b"\n") + 1
        self.body = int(self.value(0, end, "the head of a pack", lambda head: self._place(head, end)))
        if len(data) != self.size:
            said = f"expected {self.size} bytes, as line 1 says, saw {len(data)}"
            raise DatasetError(f"{where}:{self._line(len(data) - 1)}: {said}; the file is damaged")

    def _place(self, head: Any, at: int) -> int:
        """Take in the head; returns where the body begins."""
        if head["pack"] != VERSION:
            raise ValueError(f"version {head['pack']!r}, not {VERSION}")
        for name, own in head["sources"].items():
            self.sources[name] = Source(self, name, own, at)
            at += sum(own["lines"])
        self.size: int = at + head["body"]
        return at

    def raw(self, at: int, size: int, what: str) -> bytes:
        """Whole lines of the file. Raises `DatasetError` where none such stand."""
        found = self._data[at : at + size] if at >= 0 else b""
        if len(found) != size or not found.endswith(b"\n") or (at and self._data[at - 1] != ord("\n")):
            raise self._damaged(at, what)
        return found

    def value(self, at: int, size: int, what: str, read: Callable[[Any], Any] = lambda value: value) -> Any:
        """What is read from the value of a line."""
        line = self.raw(at, size, what)
        try:
            return read(packrow.value(line))
        except DAMAGE as error:
            raise self._damaged(at, what, error) from error

    def card(self, owner: tuple[str, str], model: str, place: Place) -> RateCard:
        """The card of a model of `owner` (provider, source) that stands at a place of the body."""
        what = f"the card of {model} at {'/'.join(owner)}"
        at, size = self.body + place[0], place[1]
        row, runs = self.value(at, size, what, lambda row: (row, _runs(row, model, self.body)))
        rates = self._rates(runs, (*owner, model))
        try:
            return packrow.card(row, owner, rates)
        except DAMAGE as error:
            raise self._damaged(at, what, error) from error

    def _rates(self, runs: Sequence[tuple[int, int]], owner: tuple[str, str, str]) -> list[Rate]:
        """The rates of runs of lines, read at once; where that fails line by line, until the one that is damaged."""
        what = f"rates of {owner[2]}"
        lines = [self.raw(at, size, what) for at, size in runs]
        try:
            return packrow.rates(b"".join(lines), owner)
        except DAMAGE as error:
            if [run.count(b"\n") for run in lines] == [1]:
                raise self._damaged(runs[0][0], what, error) from error
        single = [place for (at, _), run in zip(runs, lines, strict=True) for place in _single(at, run)]
        return [rate for place in single for rate in self._rates([place], owner)]

    @property
    def tail(self) -> bytes:
        """The whole body."""
        return bytes(self._data[self.body :])

    def _line(self, at: int) -> int:
        return self._data[: max(at, 0)].count(b"\n") + 1

    def _damaged(self, at: int, what: str, error: Exception | None = None) -> DatasetError:
        seen = f"{bytes(self._data[max(at, 0) : max(at, 0) + 60])!r}" if error is None else f"{error}"
        return DatasetError(f"{self.where}:{self._line(at)}: expected {what}, saw {seen}; the file is damaged")


def _single(at: int, run: bytes) -> Iterator[tuple[int, int]]:
    """The lines of a run, as beginnings and lengths."""
    for line in run.splitlines(keepends=True):
        yield at, len(line)
        at += len(line)


def _runs(row: Sequence[Any], model: str, body: int) -> list[tuple[int, int]]:
    """Where the rates of a card stand in the file, as beginnings and lengths."""
    if row[0] != model:
        raise ValueError(f"the card of {row[0]!r}")
    return [(body + at, size) for at, size in zip(row[-1][::2], row[-1][1::2], strict=True)]


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
        return self._pack.value(*self.lines[line], f"the {line} of {self.name}", read)

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

    def _editions(self, day: str, then: str) -> Sequence[Any]:
        """The editions observed and recorded by those days, by what was known then; both only ever rise."""
        former = self._front("former editions", list) if then < self.recorded[:10] else ()
        earlier = [editions for recorded, editions in former if recorded[:10] > then]
        editions: Sequence[Any] = earlier[0] if earlier else self._front("editions", list)
        seen = bisect_right(editions, day, key=itemgetter(0))
        return editions[: min(seen, bisect_right(editions, then, key=lambda edition: edition[1][:10]))]

    def _edition(self, place: Place) -> Any:
        return self._pack.value(self._pack.body + place[0], place[1], f"an edition of {self.name}")

    def plain(self, line: str) -> Any:
        """One of the four lines as plain data."""
        return self._front(line, lambda value: value)

    def text(self, line: str) -> str:
        """One of the four lines as it stands."""
        return self._pack.raw(*self.lines[line], f"the {line} of {self.name}").decode().rstrip("\n")

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
