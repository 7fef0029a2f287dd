"""What a look adds to the history, in files of bounded size; and the newest changes of all, read from their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from ratecards.storage import history, segments
from ratecards.storage.history import Change, stamp_of
from ratecards.storage.segments import Checkpoint, Segment
from scraper.publish.dataset import Dataset, whole_history
from scraper.publish.transaction import Publication

# So many bytes of changes fill a file. One that is full is never touched again.
FULL = 500_000


def record(result: Publication, dataset: Dataset, name: str, fresh: Sequence[Change]) -> None:
    """Have changes stand at the end of a source's history, in a new file if the last one is full.

    A late change (of a day before the last file's checkpoint) makes the checkpoint unfit to begin with. So the next
    changes that are not late begin a new file, too. Raises `DatasetError`.
    """
    if not fresh:
        return
    first = dataset.root / dataset.history_path(name)
    path, head = first, ""
    with whole_history():
        last = next(segments.backwards(first), None)
        if last is not None:
            path = last.path
            if _is_full(last) or _starts_anew(last, fresh):
                path, head = segments.numbered(first, last.number + 1), _checkpoint(first, last).line()
    lines = "".join(history.line(change) for change in fresh)
    result.append(path.relative_to(dataset.root).as_posix(), head + lines)


def _is_full(last: Segment) -> bool:
    own = last.text if last.number == 1 else last.text.partition("\n")[2]
    return len(own) > FULL


def _starts_anew(last: Segment, fresh: Sequence[Change]) -> bool:
    days = [last.observed(*line) for line in last.lines()] if last.number > 1 else []
    late = any(day < last.since for day in days)
    return late and all(stamp_of(change).observed >= max(days) for change in fresh)


def _checkpoint(first: Path, last: Segment) -> Checkpoint:
    """What the next file begins with."""
    days = [last.observed(*line) for line in last.lines()]
    count, newest = last.before + len(days), max([last.since, *days])
    return Checkpoint(last.number + 1, count, newest, last.digest, segments.as_of(first))


def newest(dataset: Dataset, names: Sequence[str], fresh: Mapping[str, Sequence[Change]], count: int) -> list[Change]:
    """The newest `count` changes of several sources by day observed, on a day by source and in the order recorded.

    `fresh` are those that are about to be recorded. No more of a history is read than can be among the newest.
    Raises `DatasetError`.
    """
    with whole_history():
        tails = [_Tail(dataset.root / dataset.history_path(name), fresh.get(name, ())) for name in sorted(names)]
        while True:
            days = sorted((line[0] for tail in tails for line in tail.lines), reverse=True)
            enough = days[count - 1] if len(days) >= count else date.min
            behind = [tail for tail in tails if tail.rest and tail.since >= enough]
            if not behind:
                break
            for tail in behind:
                tail.further()
        lines = sorted((line for tail in tails for line in tail.lines), key=lambda line: line[0])
        return [read if isinstance(read, Change) else read[0].change(*read[1]) for _, read in lines[-count:]]


class _Tail:
    """The end of one history: each line with its day, read no further than asked."""

    def __init__(self, first: Path, fresh: Sequence[Change]) -> None:
        self._files = segments.backwards(first)
        self.lines: list[tuple[date, Change | tuple[Segment, tuple[int, str]]]] = [
            (stamp_of(change).observed, change) for change in fresh
        ]
        self.since = date.max
        self.rest = True
        self.further()

    def further(self) -> None:
        """One file more. What came before it is of `since` or earlier days, and of nothing if there is no `rest`."""
        segment = next(self._files, None)
        if segment is None:
            self.rest = False
            return
        own = [(segment.observed(*line), (segment, line)) for line in segment.lines()]
        self.lines = [*own, *self.lines]
        self.since, self.rest = segment.since, segment.number > 1
