"""Where the dataset stands, what it holds, and which card a name means.

A dataset is read from its pack (`ratecards.storage.pack`). One without, as older versions wrote it, is read from its
histories, of which a pack is made in memory. The standard library is enough.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from ratecards.catalog import staleness
from ratecards.catalog.stock import Packed
from ratecards.errors import DatasetError
from ratecards.model import RateCard
from ratecards.storage import bounded, names
from ratecards.storage.bounded import JOURNAL, STAGING
from ratecards.storage.pack import FILE, Lines, Pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap
    from pathlib import Path

    from ratecards.catalog.staleness import Age
    from ratecards.costs.moment import Moment
    from ratecards.storage.history import Change

__all__ = ["VARIABLE", "Dataset", "DatasetError", "directory", "locate"]

VARIABLE = "RATECARDS_DATASET"
PACKAGE = os.path.dirname(__file__)
_EXPECTED = "history/<provider>/<source>.jsonl, or ratecards/ with that in it"


def locate(argument: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The data directory: `argument`, else the environment's, else the package's own."""
    from pathlib import Path

    return Path(directory(argument, environ))


def directory(argument: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """The data directory, as `locate` gives it, by its name."""
    named = argument or environ.get(VARIABLE)
    root = os.path.expanduser(named) if named else os.fspath(PACKAGE)
    for path in (root, os.path.join(root, "ratecards")):
        if os.path.isfile(os.path.join(path, FILE)) or _histories(path):
            return _settled(path)
    origin = "" if argument else f" (from {VARIABLE})" if named else " (the package's own directory)"
    raise DatasetError(f"{root}{origin} is not a dataset: expected {_EXPECTED}, saw {_seen(root)}")


def _settled(path: str) -> str:
    """The data directory, or a copy of it where a publication was interrupted in its root."""
    root = os.path.dirname(os.path.abspath(path))
    if not os.path.exists(os.path.join(root, STAGING, JOURNAL)):
        return path
    from pathlib import Path

    from ratecards.storage.unfinished import settled

    found = settled(Path(root))
    return path if found == Path(root) else str(found / os.path.basename(path))


def unsettled(argument: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """A line for people where a publication was interrupted in the dataset that `directory` finds; else empty."""
    named = argument or environ.get(VARIABLE)
    root = os.path.abspath(os.path.expanduser(named) if named else os.fspath(PACKAGE))
    for place in (root, os.path.dirname(root)):
        if os.path.exists(os.path.join(place, STAGING, JOURNAL)):
            from pathlib import Path

            from ratecards.storage.unfinished import line

            return line(Path(place))
    return ""


def _histories(path: str) -> bool:
    from pathlib import Path

    return next(Path(path).glob("history/*/*.jsonl"), None) is not None


def _seen(path: str) -> str:
    if not os.path.isdir(path):
        return "a file" if os.path.exists(path) else "no such directory"
    names = sorted(entry.name + "/" * entry.is_dir() for entry in os.scandir(path))
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (", ".join(names[:5]) or "an empty directory") + more


class Dataset:
    """The data of one directory. What is asked for is read when it is first asked for, and as it stood then.

    `when_stale` says what to do where a source that is answered from is stale: `allow`, `warn` once, or `error`.
    """

    def __init__(self, path: str | os.PathLike[str], when_stale: str = "allow") -> None:
        self._root, self.when_stale = os.fspath(path), when_stale
        self._read: dict[str, list[Change]] = {}
        self._told: set[str] = set()
        # by source, the age of what was answered
        self.answered: dict[str, Age] = {}

    @property
    def path(self) -> Path:
        """The data directory."""
        from pathlib import Path

        return Path(self._root)

    @cached_property
    def pack(self) -> Pack:
        """What is read: the pack, or the same made of the histories. Raises `DatasetError` where it is damaged."""
        return self._stands or self._made()

    @cached_property
    def _stands(self) -> Pack | None:
        if not os.path.exists(os.path.join(self._root, FILE)):
            return None
        lines = self._lines(FILE)
        return Pack(lines.data, lines.where, self._lines)

    def _lines(self, name: str) -> Lines:
        """A file of the data directory, mapped."""
        file = os.path.join(self._root, name)
        try:
            handle = bounded.opened(file, sys.maxsize)  # it is mapped, not read
            try:
                return Lines(_mapped(handle), file)
            finally:
                os.close(handle)
        except OSError as error:
            raise DatasetError(f"{file}: expected a part of the pack, saw {error}") from error

    def _made(self) -> Pack:
        from ratecards.storage import packing
        from ratecards.storage.history import HistoryError

        try:
            data = packing.build({source: self.changes(source) for source in self.sources})
        except HistoryError as error:
            raise DatasetError(f"{self._root}: {error}") from error
        return Pack(data, f"{self._root} (packed)")

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source as `provider/source`, sorted."""
        if self._stands:
            return tuple(self._stands.sources)
        from ratecards.storage import segments

        return tuple(segments.sources(self.path / "history"))

    def source(self, name: str) -> str:
        """The one source called `name`, with or without its provider. Raises `DatasetError`."""
        found = [s for s in self.sources if name in (s, s.partition("/")[2])]
        if len(found) == 1:
            return found[0]
        seen = f"several: {', '.join(found)}" if found else f"only {', '.join(self.sources)}"
        raise DatasetError(f"{self._root}: expected one source {name!r}, saw {seen}")

    def changes(self, source: str) -> list[Change]:
        """All changes of a source, by day observed, from its history. Raises `DatasetError` naming file and line."""
        full = self.source(source)
        if full not in self._read:
            from ratecards.storage import history, segments

            file = self.path / "history" / f"{full}.jsonl"
            try:
                self._read[full] = history.ordered(segments.read(file))
            except UnicodeDecodeError as error:
                raise DatasetError(f"{file}: expected UTF-8, saw {error}") from error
            except history.HistoryError as error:
                raise DatasetError(str(error)) from error
        return self._read[full]

    def stock(self, source: str, on: date | None = None, known: date | None = None) -> Packed:
        """What a source had on a day, by what was known on another."""
        return Packed(self.pack.sources[source], on, known)

    def cards(self, on: date | None = None) -> list[RateCard]:
        """The cards of every source as observed up to `on`, by provider, source and model."""
        return [stock.card(model) for stock in self._stocks(on) for model in stock.models]

    def _stocks(self, on: date | None) -> list[Packed]:
        if on is not None and on < self.first:
            raise DatasetError(f"{self._root}: nothing was observed before {self.first}; asked for {on}")
        return [self.stock(source, on) for source in self.pack.sources]

    def as_of(self, on: date | str, known_on: date | str | None = None) -> Moment:
        """The dataset as of a day, and as it was known on another. Raises `CostError` where nothing was."""
        from ratecards.costs.moment import moment

        return moment(self, on, known_on)

    def stale(self, today: date | None = None) -> dict[str, date]:
        """By source, the day of its last good look, where that is further back than its limit; of today or of a day.

        A source that a person keeps has no limit. Nothing is known of a dataset without a status.
        """
        from datetime import UTC, datetime

        day = today or datetime.now(UTC).date()
        ages = [staleness.age(source, look, None, day) for source, look in self._looks.items()]
        return {age.source: age.verified for age in ages if age.stale and age.verified}

    @cached_property
    def _looks(self) -> dict[str, staleness.Look]:
        return staleness.looks(self._root)

    def age(self, source: str, on: date, known: date | None = None) -> Age:
        """How old what a source (`provider/source`) says of a day is."""
        held = self.pack.sources.get(source)
        return staleness.age(source, self._looks.get(source), held.newest(on, known) if held else None, on)

    def tell(self, ages: Iterable[Age]) -> None:
        """Take note of the ages of what is answered. Warns of what is stale, or raises, as `when_stale` says."""
        found = {age.source: age for age in ages}
        staleness.tell(found.values(), self.when_stale, self._told)
        self.answered |= found

    @property
    def first(self) -> date:
        """The day of the first observation. Raises `DatasetError` where there is none."""
        days = [source.first for source in self.pack.sources.values() if source.first]
        if not days:
            raise DatasetError(f"{self._root}: expected at least one observation, saw empty histories")
        return date.fromisoformat(min(days))

    def find(self, name: str, on: date | None = None) -> list[RateCard]:
        """The cards that `name` means on a day: as an id, else an alias, else an id since renamed.

        Each source answers for itself. Raises `DatasetError` with what is known of the name, or what is near it.
        """
        model = _named(name)
        found = [stock.card(own) for stock in self._stocks(on) for own in stock.called(model)]
        if not found:
            raise DatasetError(names.absence(self.lore, model, on))
        return found

    def ids(self, name: str) -> set[str]:
        """Every model id that `name` has stood for in any source. Raises `DatasetError` on an unknown name."""
        model = _named(name)
        found = names.ids(self.lore, model)
        if not found:
            raise DatasetError(names.unknown(self.lore, model))
        return found

    def holders(self, name: str | None = None) -> list[str]:
        """The sources that have had a model of that name, or without one all."""
        model = names.model_id(name or "")
        return [full for full, source in self.pack.sources.items() if not name or names.ids(source.lore, model)]

    @cached_property
    def lore(self) -> names.Lore:
        """All names there have been, of all sources."""
        return names.merged(source.lore for source in self.pack.sources.values())


def _named(name: object) -> str:
    if not isinstance(name, str):
        raise DatasetError(f"expected the name of a model, saw {name!r}")
    return names.model_id(name)


def _mapped(handle: int) -> bytes | mmap:
    """A file without reading it; an empty one cannot be mapped."""
    import mmap

    return mmap.mmap(handle, 0, access=mmap.ACCESS_READ) if os.fstat(handle).st_size else b""
