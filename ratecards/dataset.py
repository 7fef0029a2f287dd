"""A dataset: where it stands, and all that is asked of it.

It is read from its database (`ratecards.storage.database_cache`), and its changes from its histories. The standard
library is enough.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from ratecards.catalog import freshness
from ratecards.catalog.catalog import DatedCatalog, as_day
from ratecards.catalog.choices import TRUST
from ratecards.catalog.freshness import Freshness
from ratecards.catalog.reported import Reports, is_reported
from ratecards.costing.snapshot import Snapshot, today
from ratecards.errors import CostError, DatasetError
from ratecards.model import RateCard
from ratecards.storage import database_cache, model_names
from ratecards.storage.bounded import JOURNAL, STAGING
from ratecards.storage.database import Database
from ratecards.storage.database_cache import FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection

    from ratecards.catalog.freshness import Age
    from ratecards.storage.history import Change

__all__ = ["VARIABLE", "Dataset", "DatasetError", "directory", "locate"]

VARIABLE = "RATECARDS_DATASET"
PACKAGE = os.path.dirname(__file__)
_EXPECTED = "history/<provider>/<source>.<year>.jsonl, or ratecards/ with that in it"


def locate(argument: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The data directory: `argument`, else the environment's, else the package's own."""
    from pathlib import Path

    return Path(directory(argument, environ))


def directory(argument: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """The data directory, as `locate` gives it, by its name."""
    named = argument or environ.get(VARIABLE)
    root = os.path.expanduser(named) if named else _own(environ)
    for path in (root, os.path.join(root, "ratecards")):
        if os.path.isfile(os.path.join(path, FILE)) or database_cache.has_history(path):
            return _settled(path)
    origin = "" if argument else f" (from {VARIABLE})" if named else " (the package's own directory)"
    raise DatasetError(f"{root}{origin} is not a dataset: expected {_EXPECTED}, saw {_seen(root)}")


def _own(environ: Mapping[str, str]) -> str:
    """The package's own directory; of a wheel, the newer data in its place that an update brought."""
    if not os.path.exists(os.path.join(PACKAGE, FILE)):
        return PACKAGE
    from ratecards.storage import update

    return update.newest(PACKAGE, environ)


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


def _seen(path: str) -> str:
    if not os.path.isdir(path):
        return "a file" if os.path.exists(path) else "no such directory"
    names = sorted(entry.name + "/" * entry.is_dir() for entry in os.scandir(path))
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (", ".join(names[:5]) or "an empty directory") + more


class Dataset:
    """The data of one directory. What is asked for is read when it is first asked for, and as it stood then.

    `when_stale` says what to do where a source that is answered from is stale: `allow`, `warn` once, or `error`.
    With the `grade` `official` nothing is answered from what third parties report. Raises `DatasetError` on another.
    """

    def __init__(self, path: str | os.PathLike[str], when_stale: str = "allow", grade: str = "reported") -> None:
        if grade not in TRUST:
            raise DatasetError(f"grade: expected one of {', '.join(TRUST)}, saw {grade!r}")
        self._root = os.fspath(path)
        self._freshness = Freshness(self._root, when_stale, grade)
        self._read: dict[str, list[Change]] = {}
        self._known: dict[date, Database] = {}

    @property
    def path(self) -> Path:
        """The data directory."""
        from pathlib import Path

        return Path(self._root)

    @cached_property
    def database(self) -> Database:
        """What is read: of the directory, of a cache, or made of the histories. Raises `DatasetError`."""
        return database_cache.opened(self._root, self._histories)

    def made(self) -> Connection:
        """The database, made of the histories and with their lines, in memory. Raises `DatasetError`.

        Written to a file, the same histories and the same SQLite give the same bytes.
        """
        logs = self._histories() or {source: self.changes(source, tell=False) for source in self.sources}
        return database_cache.made(self._root, lambda: logs)

    def write_database(self, target: str | os.PathLike[str]) -> None:
        """Write the database to a file that is not there yet. Raises `DatasetError`."""
        base = self.made()
        if self.version:
            base.execute("INSERT INTO meta VALUES ('version', ?)", (self.version,))
        base.execute("VACUUM INTO ?", (os.fspath(target),))
        base.close()

    @cached_property
    def version(self) -> str:
        """The version of the data, as they are or will be released: `2026.10.7`; empty where nothing says one."""
        from ratecards.storage import update

        return update.version_of(self._root)

    def known(self, day: date) -> Database:
        """What was recorded up to a day, as a database. Raises `DatasetError`."""
        if self.database.recorded[:10] <= day.isoformat():
            return self.database
        if day not in self._known:
            from ratecards.storage import database

            logs = {source: database.known_by(self.changes(source, tell=False), day) for source in self.sources}
            self._known[day] = Database(database.build(logs), self._root, known=day)
        return self._known[day]

    @cached_property
    def reports(self) -> Reports:
        """What is only reported, beside the database; nothing with the grade `official`."""
        return Reports(self._freshness.reports, self.database)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source as `provider/source`, sorted."""
        return tuple(self.database.sources)

    def source(self, name: str) -> str:
        """The one source called `name`, with or without its provider. Raises `DatasetError`."""
        return self.database.source(name)

    def changes(self, source: str, *, tell: bool = True) -> list[Change]:
        """All changes of a source, by day observed, from its history. Raises `DatasetError` naming file and line.

        As of `cards` and `find`, its age is told (`tell`) unless the caller does it.
        """
        full = self.source(source)
        if tell:
            self.tell([self.age(full, today())])
        if not self._history(full):  # a wheel brings the histories in its database
            from ratecards.storage import history

            self._read[full] = history.ordered(self.database.changes(full))
        return self._read[full]

    def _histories(self) -> dict[str, list[Change]]:
        from ratecards.storage import history

        return {source: self._history(source) for source in history.sources(self.path / "history")}

    def _history(self, source: str) -> list[Change]:
        if source not in self._read:
            from ratecards.storage import history

            try:
                self._read[source] = history.ordered(history.read(self.path / "history", source))
            except history.HistoryError as error:
                raise DatasetError(str(error)) from error
        return self._read[source]

    def cards(self, on: date | None = None, *, tell: bool = True) -> list[RateCard]:
        """The cards of every source as observed up to `on`, by provider, source and model."""
        self._check(on)
        found = [card for source in self.database.sources.values() for card in source.on(on).cards()]
        return self._told(found, on) if tell else found

    def _told(self, cards: list[RateCard], on: date | None) -> list[RateCard]:
        """The same, after the ages of their sources were told."""
        day = on or today()
        self.tell(self.age(source, day) for source in sorted({f"{card.provider}/{card.source}" for card in cards}))
        return cards

    def _check(self, on: date | None) -> None:
        if on is not None and on < self.first:
            raise DatasetError(f"{self._root}: nothing was observed before {self.first}; asked for {on}")

    def catalog(
        self, on: date | None, today: date, days: Mapping[str, date] | None = None, known_on: date | None = None
    ) -> DatedCatalog:
        """The cards as of a day, else the newest, priced on that day or `today`; with `days` some on their own.

        With `known_on` they are those that were known then. Raises `CostError` before the first observation.
        """
        then = (known_on, self.known(known_on)) if known_on else None
        return DatedCatalog(self.database, on, days or {}, today, self._freshness, then)

    def as_of(self, on: date | str, known_on: date | str | None = None) -> Snapshot:
        """The dataset as of a day, and as it was known on another. Raises `CostError` where nothing was."""
        day, known = as_day(on), as_day(known_on)
        if day is None:
            raise CostError("expected a date like 2026-03-24, saw None")
        then = (known, self.known(known)) if known else None
        return Snapshot(DatedCatalog(self.database, day, {}, day, self._freshness, then), day, known)

    def bands(self) -> list[dict[str, str]]:
        """The rows of the price table that joins, by column: what `v1/bands.csv` says. Raises `DatasetError`."""
        from ratecards.costing import bands

        return bands.of_dataset(self.database)

    def stale(self, today: date | None = None) -> dict[str, date]:
        """By source, the day of its last good look, where that is further back than its limit; of today or of a day.

        A source that a person keeps has no limit. Nothing is known of a dataset without a status.
        """
        from datetime import UTC, datetime

        day = today or datetime.now(UTC).date()
        ages = [freshness.age(source, look, None, day) for source, look in self._freshness.looks.items()]
        return {age.source: age.verified for age in ages if age.stale and age.verified}

    def age(self, source: str, on: date) -> Age:
        """How old what a source (`provider/source`) says of a day is."""
        if is_reported(source):
            return self.reports.age(source, on)
        return self._freshness.age(self.database, source, on)

    def tell(self, ages: Iterable[Age]) -> None:
        """Take note of the ages of what is answered. Warns of what is stale, or raises, as `when_stale` says."""
        self._freshness.tell(ages)

    @property
    def answered(self) -> Mapping[str, Age]:
        """By source, the age of what was answered."""
        return self._freshness.answered

    @property
    def first(self) -> date:
        """The day of the first observation. Raises `DatasetError` where there is none."""
        return self.database.first

    def find(self, name: str, on: date | None = None, *, tell: bool = True) -> list[RateCard]:
        """The cards that `name` means on a day: as an id, else an alias, else an id since renamed.

        Each source answers for itself. Raises `DatasetError` with what is known of the name, or what is near it.
        """
        model = _named(name)
        self._check(on)
        sources = [source.on(on) for source in self.database.sources.values()]
        found = [cards.card(own) for cards in sources for own in cards.called(model)]
        if not found:
            raise DatasetError(model_names.absence(self.database.names, model, on))
        return self._told(found, on) if tell else found

    def ids(self, name: str) -> set[str]:
        """Every model id that `name` has stood for in any source. Raises `DatasetError` on an unknown name."""
        model = _named(name)
        found = model_names.ids(self.database.names, model)
        if not found:
            raise DatasetError(model_names.unknown(self.database.names, model))
        return found

    def holders(self, name: str | None = None) -> list[str]:
        """The sources that have had a model of that name, or without one all."""
        model = model_names.model_id(name or "")
        return [
            full for full, source in self.database.sources.items() if not name or model_names.ids(source.names, model)
        ]


def _named(name: object) -> str:
    if not isinstance(name, str):
        raise DatasetError(f"expected the name of a model, saw {name!r}")
    return model_names.model_id(name)
