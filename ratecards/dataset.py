"""Where the dataset stands, what it holds, and which card a name means.

A dataset is read from its histories: `history/<provider>/<source>.jsonl`, folded. The standard library is enough.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ratecards import history, names, segments
from ratecards.history import Change
from ratecards.model import RateCard

VARIABLE = "RATECARDS_DATASET"
PACKAGE = Path(__file__).parent
_EXPECTED = "history/<provider>/<source>.jsonl, or ratecards/ with that in it"


class DatasetError(ValueError):
    """The dataset, or what was asked of it, is not there; the message names path, expected and seen."""


def locate(argument: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The data directory: `argument`, else the environment's, else the package's own."""
    named = argument or environ.get(VARIABLE)
    root = Path(named).expanduser() if named else PACKAGE
    for path in (root, root / "ratecards"):
        if next(path.glob("history/*/*.jsonl"), None):
            return path
    origin = "" if argument else f" (from {VARIABLE})" if named else " (the package's own directory)"
    raise DatasetError(f"{root}{origin} is not a dataset: expected {_EXPECTED}, saw {_seen(root)}")


def _seen(path: Path) -> str:
    if not path.is_dir():
        return "a file" if path.exists() else "no such directory"
    names = sorted(p.name + "/" * p.is_dir() for p in path.iterdir())
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (", ".join(names[:5]) or "an empty directory") + more


class Dataset:
    """The histories of one data directory. Each is read when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: dict[str, list[Change]] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source as `provider/source`, sorted."""
        return tuple(segments.sources(self.path / "history"))

    def source(self, name: str) -> str:
        """The one source called `name`, with or without its provider. Raises `DatasetError`."""
        found = [s for s in self.sources if name in (s, s.partition("/")[2])]
        if len(found) == 1:
            return found[0]
        seen = f"several: {', '.join(found)}" if found else f"only {', '.join(self.sources)}"
        raise DatasetError(f"{self.path}: expected one source {name!r}, saw {seen}")

    def changes(self, source: str) -> list[Change]:
        """All changes of a source, by day observed. Raises `DatasetError` naming file and line."""
        full = self.source(source)
        if full not in self._read:
            provider, _, name = full.partition("/")
            file = self.path / "history" / provider / f"{name}.jsonl"
            try:
                self._read[full] = history.ordered(segments.read(file))
            except UnicodeDecodeError as error:
                raise DatasetError(f"{file}: expected UTF-8, saw {error}") from error
            except history.HistoryError as error:
                raise DatasetError(str(error)) from error
        return self._read[full]

    def cards(self, on: date | None = None) -> list[RateCard]:
        """The cards of every source as observed up to `on`, by provider, source and model."""
        if on is not None and on < self.first:
            raise DatasetError(f"{self.path}: nothing was observed before {self.first}; asked for {on}")
        return [card for source in self.sources for card in self._fold(source, on)]

    def _fold(self, source: str, on: date | None) -> list[RateCard]:
        changes = self.changes(source)
        try:
            folded = history.fold(changes, until=on)
        except history.HistoryError as error:
            raise DatasetError(f"{self.path}: history of {source}: {error}") from error
        return [folded[model] for model in sorted(folded)]

    @property
    def first(self) -> date:
        """The day of the first observation. Raises `DatasetError` where there is none."""
        days = [names.day_of(c) for source in self.sources for c in self.changes(source)[:1]]
        if not days:
            raise DatasetError(f"{self.path}: expected at least one observation, saw empty histories")
        return min(days)

    def find(self, name: str, on: date | None = None) -> list[RateCard]:
        """The cards that `name` means on a day: as an id, else an alias, else an id since renamed.

        Each source answers for itself. Raises `DatasetError` with what is known of the name, or what is near it.
        """
        model = names.model_id(name)
        found: list[RateCard] = []
        cards = self.cards(on)
        for source in self.sources:
            own = [c for c in cards if source == f"{c.provider}/{c.source}"]
            now = names.renames(self.changes(source), until=on or date.max).get(model)
            found += (
                [c for c in own if c.model == model]
                or [c for c in own if model in c.aliases]
                or [c for c in own if c.model == now]
            )
        if not found:
            raise DatasetError(names.absence(self._all(), model, on))
        return found

    def ids(self, name: str) -> set[str]:
        """Every model id that `name` has stood for in any source. Raises `DatasetError` on an unknown name."""
        model = names.model_id(name)
        found = names.ids(self._all(), model)
        if not found:
            raise DatasetError(names.unknown(self._all(), model))
        return found

    def _all(self) -> list[Change]:
        return [change for source in self.sources for change in self.changes(source)]
