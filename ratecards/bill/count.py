"""A log counted, on as many processes as there are processors: what its calls cost, in constant memory."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from ratecards.bill import log
from ratecards.bill.log import Listed, Part, Stream
from ratecards.bill.tally import Counting, Tally
from ratecards.costing.calls import Asked
from ratecards.costing.usage import answers, has_form
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.catalog import DatedCatalog

    Progress = Callable[[int, int], None]
# A process takes longer to begin than this takes to count.
_SMALL = 8_000_000


class Wanted(NamedTuple):
    """How a log is to be counted: on which cards, what rows say where they do not, and by which of their fields."""

    dataset: str
    today: date
    on: date | None = None
    known_on: date | None = None
    grade: str = "reported"
    asked: Asked = Asked()
    by: tuple[str, ...] = ()
    each: bool | None = None
    lifetime: str = ""


class Counted(NamedTuple):
    """What a log came to; `lines` has by file and part how many records came before, so that places can be said."""

    tally: Tally
    paths: tuple[str, ...]
    before: tuple[tuple[int, ...], ...]
    records: int

    def place(self, place: tuple[int, int, int]) -> str:
        """A place as `log.jsonl:17`."""
        file, part, number = place
        path = "standard input" if self.paths[file] == "-" else self.paths[file]
        return f"{path}:{self.before[file][part] + number}"


def catalog_of(dataset: Dataset, wanted: Wanted) -> DatedCatalog:
    """The cards that a log is priced by. Raises `CostError`."""
    return dataset.catalog(wanted.on, wanted.today, known_on=wanted.known_on)


def counting_of(catalog: DatedCatalog, wanted: Wanted) -> Counting:
    """What counts rows as is wanted."""
    return Counting(catalog, wanted.asked, wanted.by, each=bool(wanted.each), lifetime=wanted.lifetime)


def counted(
    dataset: Dataset, wanted: Wanted, paths: Sequence[str], jobs: int = 0, progress: Progress | None = None
) -> Counted:
    """What the calls of a log cost. Raises `CostError` or `OSError` on a file that cannot be read."""
    tasks = [(file, number, part) for file, path in enumerate(paths) for number, part in enumerate(log.parts(path))]
    size = sum(map(_size, paths))
    jobs = min(jobs or _processors(), len(tasks)) if jobs or size > _SMALL else 1
    catalog = catalog_of(dataset, wanted)
    total, lines, done = Tally(), {}, 0
    for (file, number, part), (tally, count) in _results(tasks, wanted, catalog, jobs):
        total.merge(tally)
        lines[file, number] = count
        done += max(part.end - part.start, 0) or _size(part.path)
        if progress:
            progress(done, size)
    rest = counting_of(catalog, wanted)
    rest.tally = total
    before = [[0] for _ in paths]
    for file, number, _ in tasks:
        before[file].append(before[file][-1] + lines[file, number])
    return Counted(rest.done(), tuple(paths), tuple(map(tuple, before)), sum(lines.values()))


_Task = tuple[int, int, Part]


def _results(
    tasks: Sequence[_Task], wanted: Wanted, catalog: DatedCatalog, jobs: int
) -> Iterator[tuple[_Task, tuple[Tally, int]]]:
    """Each task with what it came to, by this process or by several."""
    if jobs <= 1 or any(part.path == "-" for _, _, part in tasks):
        for task in tasks:
            yield task, count(task, wanted, catalog)
        return
    from multiprocessing import get_context

    with get_context("spawn").Pool(jobs, _begin, (wanted,)) as pool:
        yield from zip(tasks, pool.imap(_count, tasks), strict=True)


def _size(path: str) -> int:
    return Path(path).stat().st_size if path != "-" else 0


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# what a process of a pool counts with
_own: dict[str, Any] = {}


def _begin(wanted: Wanted) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us ends us
    dataset = Dataset(wanted.dataset, "allow", wanted.grade)
    _own.update(wanted=wanted, catalog=catalog_of(dataset, wanted))


def _count(task: _Task) -> tuple[Tally, int]:
    return count(task, _own["wanted"], _own["catalog"])


def count(task: _Task, wanted: Wanted, catalog: DatedCatalog) -> tuple[Tally, int]:
    """What a file or a part of one comes to, without what is held for the others; and its number of lines."""
    file, number, part = task
    counting = counting_of(catalog, wanted)
    kept: dict[str, Any] = {}
    line = 0
    add = counting.add
    for line, record, wrong in log.read(part):
        if wrong:
            counting.tally.refuse(wrong, (file, number, line))
        elif isinstance(record, (Stream, Listed)):
            each = False if isinstance(record, Stream) else wanted.each
            line = _listed(counting, record, (file, number), each)  # noqa: PLW2901 - elements have numbers, too
        else:
            add(record, (file, number, line), kept)
    counting.finish((file, number, line), kept)
    return counting.so_far(), line


def _listed(counting: Counting, data: list[object], where: tuple[int, int], each: bool | None) -> int:
    """Count a list: of records that have a form, of calls, or of the chunks of one; how many elements it has."""
    size = len(data)
    if any(map(has_form, data)):
        kept: dict[str, Any] = {}
        for number, record in enumerate(data, 1):
            counting.add(record, (*where, number), kept)
        counting.finish((*where, size), kept)
        return size
    left = list(enumerate(data, 1))
    while left:
        try:
            found = answers([record for _, record in left], each=each)
        except CostError as error:
            at = re.match(r"element (\d+): ", str(error))
            number = left.pop(int(at[1]) - 1)[0] if at else left[0][0]
            counting.tally.refuse(str(error)[at.end() :] if at else str(error), (*where, number))
            if not at:
                return size
            continue
        for place, answer in enumerate(found):
            number, record = left[place] if len(found) == len(left) else (1, {})
            counting.call(answer, counting.fields(record), (*where, number))
        return size
    return size
