"""A history in files of bounded size, so that the present is read from the last one and a full one never changes.

`<source>.jsonl` is the first file, then come `<source>.0002.jsonl` and so on. Each but the first begins with a
checkpoint: how many changes came before it, the last day that they were observed, the digest of the file before it
and the cards as they stood. All lines but the checkpoints, in order, are the history; what it folds to does not
depend on where the files are cut.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ratecards.model import RateCard
from ratecards.storage import bounded, codec, history
from ratecards.storage.history import EDITION, Change, HistoryError

CHECKPOINT = "checkpoint"
_LATER = re.compile(r"(.+)\.([0-9]{4,})\Z")
_HEAD = {"kind", "file", "changes", "observed", "previous", "cards"}


def source_of(path: Path) -> str:
    """The source whose history a file is part of: `gemini-api` for `gemini-api.jsonl` and `gemini-api.0002.jsonl`."""
    later = _LATER.match(path.stem)
    return later[1] if later else path.stem


def sources(folder: Path) -> list[str]:
    """The sources that have a history below a folder, as `provider/source`, sorted."""
    return sorted({f"{path.parent.name}/{source_of(path)}" for path in folder.glob("*/*.jsonl")})


def numbered(first: Path, number: int) -> Path:
    """The file with that number of the history that begins in `first`."""
    return first if number == 1 else first.with_name(f"{first.stem}.{number:04}{first.suffix}")


def files(first: Path) -> list[Path]:
    """The files of the history that begins in `first`, in order; none before it begins.

    Raises `HistoryError` where one is missing between others.
    """
    found = {1: first} if first.exists() else {}
    for path in first.parent.iterdir() if first.parent.is_dir() else ():
        later = _LATER.match(path.stem)
        if path.suffix == first.suffix and later and later[1] == first.stem:
            found[int(later[2])] = path
    for number in range(1, len(found) + 1):
        if number not in found:
            raise HistoryError(f"{numbered(first, number)}: missing, but {found[max(found)].name} follows it")
    return [found[number] for number in sorted(found)]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What stood before a file: its number, the changes and the last day observed before it, digest and cards."""

    file: int
    changes: int
    observed: date
    previous: str
    cards: dict[str, RateCard]

    def line(self) -> str:
        """The file's first line, with a final newline."""
        cards = [{"model": c.model} | _edition(c) | history.card_data(c) for _, c in sorted(self.cards.items())]
        head = {"kind": CHECKPOINT, "file": self.file, "changes": self.changes, "observed": self.observed.isoformat()}
        return codec.dumps({**head, "previous": self.previous, "cards": cards}) + "\n"


def _edition(card: RateCard) -> dict[str, str]:
    return {n: str(v) for n in EDITION if (v := getattr(card, n)) is not None}


class Segment:
    """One file of a history, read when it is first asked for. Its methods raise `HistoryError` naming file and line."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number
        self._owner = {"provider": path.parent.name, "source": source_of(path)}

    @cached_property
    def text(self) -> str:
        """All of it, with plain line ends."""
        try:
            return bounded.text(self.path)
        except OSError as error:
            raise HistoryError(f"{self.path}: {error}") from error

    @property
    def digest(self) -> str:
        """What the next file's checkpoint says of this one, whatever line ends a checkout gave it."""
        return f"sha256:{hashlib.sha256(self.text.encode()).hexdigest()}"

    @cached_property
    def _head(self) -> dict[str, Any]:
        """The checkpoint as plain data, but for its day; empty for the first file."""
        if self.number == 1:
            return {}
        with history.readable(f"{self.path}:1"):
            data: dict[str, Any] = history.plain_data(self.text.partition("\n")[0])
            if set(data) != _HEAD or data["kind"] != CHECKPOINT or data["file"] != self.number:
                raise ValueError(f"expected the checkpoint of file {self.number}")
            for name, kind in (("changes", int), ("previous", str), ("cards", list)):
                if type(data[name]) is not kind:
                    raise TypeError(f"{name} must be of type {kind.__name__}, saw {data[name]!r:.40}")
            return data

    @property
    def before(self) -> int:
        """How many changes came before it."""
        return int(self._head.get("changes", 0))

    @cached_property
    def since(self) -> date:
        """The last day observed before it; `date.min` for the first file."""
        if not self._head:
            return date.min
        with history.readable(f"{self.path}:1"):
            return codec.day("observed", self._head["observed"], CHECKPOINT)

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """What it begins with, its cards included; none for the first file."""
        if self.number == 1:
            return None
        with history.readable(f"{self.path}:1"):
            found = [self._card(dict(data)) for data in self._head["cards"]]
        cards = {card.model: card for card in found}
        return Checkpoint(self.number, self.before, self.since, self._head["previous"], cards)

    def _card(self, data: dict[str, Any]) -> RateCard:
        place = f"{self.path}:1"
        edition: dict[str, Any] = {n: data.pop(n) for n in EDITION if n in data}
        edition |= {n: codec.day(n, edition[n], place) for n in ("observed", "last_updated") if n in edition}
        return history.card_from(data, {**self._owner, "model": data.pop("model")}, edition, place)

    def lines(self) -> list[tuple[int, str]]:
        """The lines that are changes, with their numbers in the file."""
        return [(number, words) for number, words in history.lines(self.text) if number > 1 or self.number == 1]

    def change(self, number: int, words: str) -> Change:
        """The change that one of the lines says, numbered on from the files before."""
        before = self.before - 1 if self.number > 1 else 0
        return history.record(
            words, self._owner["provider"], self._owner["source"], f"{self.path}:{number}", before + number
        )

    def changes(self) -> list[Change]:
        """All its changes."""
        return [self.change(number, words) for number, words in self.lines()]

    def observed(self, number: int, words: str) -> date:
        """The day of one of the lines, without reading the rest of what it says."""
        place = f"{self.path}:{number}"
        with history.readable(place):
            return codec.day("observed", history.plain_data(words)["observed"], place)


def backwards(first: Path) -> Iterator[Segment]:
    """The files of the history that begins in `first`, the last one first. Raises `HistoryError`."""
    found = files(first)
    return (Segment(found[number - 1], number) for number in range(len(found), 0, -1))


def read(first: Path) -> list[Change]:
    """The whole history in the order recorded.

    Raises `HistoryError` on anything unreadable, and where a checkpoint does not speak of the files before it.
    """
    found: list[Change] = []
    last, digest = date.min, ""
    for segment in reversed(list(backwards(first))):
        if segment.checkpoint:
            _check(segment, segment.checkpoint, (len(found), last, digest))
        found += segment.changes()
        last, digest = max([last, *(history.stamp_of(c).observed for c in found[segment.before :])]), segment.digest
    return found


def _check(segment: Segment, said: Checkpoint, seen: tuple[int, date, str]) -> None:
    for what, expected, actual in zip(
        ("changes", "last day observed", "digest"), seen, (said.changes, said.observed, said.previous), strict=True
    ):
        if expected != actual:
            words = f"the checkpoint's {what} of the files before is {actual}, but they have {expected}"
            raise HistoryError(f"{segment.path}:1: {words}")


def as_of(first: Path, until: date = date.max) -> dict[str, RateCard]:
    """What the whole history folds to as observed up to `until`, read from the nearest checkpoint before it.

    Where a change after a checkpoint is of a day before it, an earlier checkpoint is taken. Raises `HistoryError`.
    """
    later: list[Change] = []
    for segment in backwards(first):
        later = [*segment.changes(), *later]
        if segment.since <= until and all(history.stamp_of(c).observed >= segment.since for c in later):
            start = segment.checkpoint
            return history.fold(later, until=until, start=(start.observed, start.cards) if start else None)
    return {}


def proven(first: Path) -> Iterator[tuple[Path, Mapping[str, RateCard], Mapping[str, RateCard]]]:
    """Each later file with its checkpoint's cards, and those that the changes before give. Raises `HistoryError`."""
    folding = history.Folding()
    for segment in reversed(list(backwards(first))):
        if segment.checkpoint:
            yield segment.path, segment.checkpoint.cards, folding.cards
        for change in segment.changes():
            folding.add(change)
