"""The packed dataset (`ratecards.storage.pack`) kept in step with the histories: what is new is added to it.

Where that cannot be (a change of a day before the last, a clock that went back, a pack that is missing, of another
version, damaged or behind), it is made anew from the histories. Both give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from ratecards.storage import bounded, packing, segments
from ratecards.storage.history import Change
from ratecards.storage.pack import FILE, Pack, part
from ratecards.storage.packrow import DAMAGE
from scraper.publish.dataset import Dataset, whole_history
from scraper.publish.transaction import Publication

PATH = f"ratecards/{FILE}"
Changes = Mapping[str, Sequence[Change]]
Files = dict[str, bytes]


def keep(result: Publication, dataset: Dataset, fresh: Changes) -> None:
    """Have the pack hold what is about to be recorded. Raises `DatasetError` where a history is damaged."""
    file = dataset.root / PATH
    stands = bounded.content(file) if file.is_file() else None
    if stands is None or any(fresh.values()):
        names = sorted({*dataset.names(), *(name for name, changes in fresh.items() if changes)})
        counts = {name: _count(dataset, name) for name in names}
        _write(result, dataset, added(stands, fresh, counts), lambda: _whole(dataset, names, fresh))


def _write(result: Publication, dataset: Dataset, more: Files | None, whole: Callable[[], Changes]) -> None:
    """Write what was added, or else everything, and nothing besides."""
    with whole_history():
        files = packing.files(whole()) if more is None else more
    for name, data in files.items():
        result.write(f"ratecards/{name}", data)
    for name in _parts(dataset) if more is None else ():
        if name not in files:
            result.delete(f"ratecards/{name}")


def added(stands: bytes | None, fresh: Changes, counts: Mapping[str, int]) -> Files | None:
    """The files that differ when `fresh` is added to the pack that stands, if it holds the `counts` of changes before.

    None where it must be made anew.
    """
    try:
        pack = Pack(stands or b"", PATH)
        held = {name: source.changes for name, source in pack.sources.items()}
        if any(held.get(name, 0) != count for name, count in counts.items()):
            return None
        return packing.extend(pack, fresh)
    except DAMAGE:  # what does not fit is no better
        return None


def _parts(dataset: Dataset) -> list[str]:
    folder = PurePosixPath(part(1)).parent
    return sorted(str(folder / path.name) for path in (dataset.root / "ratecards" / folder).glob("*.jsonl"))


def _count(dataset: Dataset, name: str) -> int:
    """How many changes a history has: the last file says how many came before it."""
    with whole_history():
        last = next(segments.backwards(dataset.root / dataset.history_path(name)), None)
        return last.before + len(last.lines()) if last else 0


def _whole(dataset: Dataset, names: Sequence[str], fresh: Changes) -> dict[str, list[Change]]:
    return {name: [*dataset.changes(name), *fresh.get(name, ())] for name in names}


def remake(result: Publication, dataset: Dataset) -> None:
    """Have the pack be what the histories give, whatever stands. Raises `DatasetError`."""
    _write(result, dataset, None, lambda: _whole(dataset, dataset.names(), {}))


def finding(dataset: Dataset) -> str:
    """What is wrong with the pack, empty if it holds what the histories say. Raises `DatasetError`, `HistoryError`."""
    data = dataset.root / "ratecards"
    if not (data / FILE).is_file():
        return ""
    stands = {name: bounded.content(data / name) for name in (FILE, *_parts(dataset))}
    if stands == packing.files(_whole(dataset, dataset.names(), {})):
        return ""
    return f"{data / FILE}: does not hold what the histories say; python -m scraper rebuild makes it anew"
