"""The packed dataset (`ratecards.pack`) kept in step with the histories: what is new is added to it.

Where that cannot be (a change of a day before the last, a clock that went back, a pack that is missing, of another
version, damaged or behind), it is made anew from the histories. Both give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ratecards import errors, packing, segments
from ratecards.history import Change, HistoryError
from ratecards.pack import FILE, Pack
from scraper.dataset import Dataset, whole_history
from scraper.publish import Publication

PATH = f"ratecards/{FILE}"
Changes = Mapping[str, Sequence[Change]]


def keep(result: Publication, dataset: Dataset, fresh: Changes) -> None:
    """Have the pack hold what is about to be recorded. Raises `DatasetError` where a history is damaged."""
    file = dataset.root / PATH
    stands = file.read_bytes() if file.is_file() else None
    if stands is None or any(fresh.values()):
        names = sorted({*dataset.names(), *(name for name, changes in fresh.items() if changes)})
        counts = {name: _count(dataset, name) for name in names}
        result.write(PATH, renewed(stands, fresh, counts, lambda: _whole(dataset, names, fresh)))


def renewed(stands: bytes | None, fresh: Changes, counts: Mapping[str, int], whole: Callable[[], Changes]) -> bytes:
    """The pack after `fresh`: the one that stands with that added, if it holds the `counts` of changes before.

    Otherwise it is made from the `whole` histories, `fresh` included, which are read only then. Raises `HistoryError`.
    """
    return (stands and _extended(stands, fresh, counts)) or packing.build(whole())


def _extended(stands: bytes, fresh: Changes, counts: Mapping[str, int]) -> bytes | None:
    try:
        pack = Pack(stands, PATH)
        held = {name: source.changes for name, source in pack.sources.items()}
        if any(held.get(name, 0) != count for name, count in counts.items()):
            return None
        return packing.extend(pack, fresh)
    except (errors.DatasetError, HistoryError):
        return None


def _count(dataset: Dataset, name: str) -> int:
    """How many changes a history has: the last file says how many came before it."""
    with whole_history():
        last = next(segments.backwards(dataset.root / dataset.history_path(name)), None)
        return last.before + len(last.lines()) if last else 0


def _whole(dataset: Dataset, names: Sequence[str], fresh: Changes) -> dict[str, list[Change]]:
    return {name: [*dataset.changes(name), *fresh.get(name, ())] for name in names}


def remake(dataset: Dataset) -> list[str]:
    """Make the pack anew and publish it; returns what was written. Raises `DatasetError`."""
    result = Publication(dataset.root)
    with whole_history():
        result.write(PATH, packing.build(_whole(dataset, dataset.names(), {})))
    return result.commit()


def finding(dataset: Dataset) -> str:
    """What is wrong with the pack, empty if it holds what the histories say. Raises `DatasetError`, `HistoryError`."""
    file = dataset.root / PATH
    if not file.is_file():
        return ""
    if file.read_bytes() == packing.build(_whole(dataset, dataset.names(), {})):
        return ""
    return f"{file}: does not hold what the histories say; python -m scraper pack makes it anew"
