"""What a look adds to the history, in a file a year; and the newest changes of all, read from the files' ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from ratecards.storage import bounded, codec, history
from ratecards.storage.history import Change, number_of, stamp_of
from scraper.publish.dataset import Dataset, whole_history
from scraper.publish.transaction import Publication


def record(result: Publication, dataset: Dataset, name: str, fresh: Sequence[Change]) -> None:
    """Have changes stand at the end of a source's history: in the file of the year in which they are recorded.

    Where the clock went back they stand in the last file, for the files are read in order. Raises `DatasetError`.
    """
    if fresh:
        last = max((number_of(Path(path)) for path in dataset.history_paths(name)), default=0)
        year = max(last, *(int(stamp_of(change).recorded[:4]) for change in fresh))
        result.append(dataset.history_path(name, year), "".join(map(history.line, fresh)))


def newest(dataset: Dataset, names: Sequence[str], fresh: Mapping[str, Sequence[Change]], count: int) -> list[Change]:
    """The newest `count` changes of several sources by day observed, on a day by source and in the order recorded.

    `fresh` are those that are about to be recorded. No more of a history is read than can be among the newest.
    Raises `DatasetError`.
    """
    with whole_history():
        tails = [_Tail(dataset, name, fresh.get(name, ())) for name in sorted(names)]
        while True:
            days = sorted((line[0] for tail in tails for line in tail.lines), reverse=True)
            enough = days[count - 1] if len(days) >= count else date.min
            behind = [tail for tail in tails if tail.files and tail.since >= enough]
            if not behind:
                break
            for tail in behind:
                tail.further()
        lines = sorted((line for tail in tails for line in tail.lines), key=lambda line: line[0])
        return [read if isinstance(read, Change) else _change(*read) for _, read in lines[-count:]]


_Line = tuple[Path, int, str]


class _Tail:
    """The end of one history: each line with its day, read no further than asked."""

    def __init__(self, dataset: Dataset, name: str, fresh: Sequence[Change]) -> None:
        self.files = [dataset.root / path for path in dataset.history_paths(name)]
        self.lines: list[tuple[date, Change | _Line]] = [(stamp_of(change).observed, change) for change in fresh]
        # what stands in the files that are still to be read was recorded by this day, and seen no later
        self.since = date.max

    def further(self) -> None:
        """One file more."""
        path = self.files.pop()
        own = [(place, words) for place, words in history.lines(bounded.text(path)) if not _is_checkpoint(words)]
        days = [_days(path, place, words) for place, words in own]
        self.lines = [*((days[n][0], (path, *line)) for n, line in enumerate(own)), *self.lines]
        self.since = days[0][1] if days else self.since


def _is_checkpoint(words: str) -> bool:
    return words.startswith('{"kind": "checkpoint"')


def _days(path: Path, place: int, words: str) -> tuple[date, date]:
    """The days on which a change was observed and recorded, without reading the rest of what it says."""
    with history.readable(f"{path}:{place}"):
        data = history.plain_data(words)
        return codec.day("observed", data["observed"], ""), codec.day("recorded", data["recorded"][:10], "")


def _change(path: Path, place: int, words: str) -> Change:
    return history.record(words, path.parent.name, history.source_of(path), f"{path}:{place}", place)
