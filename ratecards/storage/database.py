"""The dataset as a SQLite database: what every source said on every day, made of the histories, read card by card.

Tables (days are ISO dates; a row holds on the days `since <= day < until`, until now where `until` is NULL):

- `source`: each source, the first and last day it was observed, and the instant of its last record;
- `edition`: the days on which a source was observed;
- `card`: what a source says of a model, but for its rates; lists and pairs are JSON;
- `rate`: the columns of the rate table, an amount as its exact decimal and beside it as the nearest double; what the
  page does not say is NULL. `place` is the order in which a card lists its rates;
- `model`, `alias`, `departure`, `rename`: what models have been called, whatever holds today;
- `history`: the lines of the histories (bzip2), in a file that is shipped without them;
- `meta`: the digest of the histories that it was made of, and their files;
- `rates`: a view, the rates that hold now.

The same histories and the same SQLite give the same bytes. What was known on an earlier day is asked of a database made
of what was recorded until then (`known`). A wheel brings it packed (`ratecards.storage.packed`).
"""

from __future__ import annotations

import json
import os
import sqlite3
from _thread import allocate_lock
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from ratecards.errors import DatasetError
from ratecards.model import Rate, RateCard, lifecycle
from ratecards.storage import bounded, model_names
from ratecards.storage.model_names import ModelNames, Renamed
from ratecards.storage.rows import (
    CARD,
    CARD_COLUMNS,
    DAMAGE,
    RATE,
    RATE_COLUMNS,
    card_from,
    card_row,
    day_from,
    rate_from,
    rate_row,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.model.lifecycle import Lifecycle
    from ratecards.storage.history import Change
    from ratecards.storage.packed import Packed

    Day = tuple[date, Mapping[str, RateCard]]

# "rate"; what `user_version` is in a file with the tables below, and in one that is packed
APPLICATION, VERSION, PACKED = 0x72617465, 3, 4
_SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
  provider TEXT NOT NULL, source TEXT NOT NULL, first TEXT, last TEXT, recorded TEXT,
  PRIMARY KEY (provider, source)) WITHOUT ROWID;
CREATE TABLE edition (
  provider TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL,
  PRIMARY KEY (provider, source, day)) WITHOUT ROWID;
CREATE TABLE card (
  provider TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, since TEXT NOT NULL, until TEXT,
  name TEXT, url TEXT, anchor TEXT, aliases TEXT, used_to_improve TEXT, notices TEXT, formulas TEXT, facts TEXT,
  observed TEXT, capture TEXT, last_updated TEXT, parser TEXT,
  PRIMARY KEY (provider, source, model, since)) WITHOUT ROWID;
CREATE TABLE rate (
  provider TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, place INTEGER NOT NULL,
  since TEXT NOT NULL, until TEXT,
  service_tier TEXT, plan TEXT, meter TEXT, modality TEXT, unit TEXT, resolution TEXT, quality TEXT,
  prompt_over INTEGER, prompt_up_to INTEGER, used_over INTEGER, used_up_to INTEGER, period TEXT, context TEXT,
  basis TEXT, availability TEXT, price TEXT, price_number REAL, currency TEXT,
  effective_from TEXT, effective_until TEXT, quote TEXT, locator TEXT, capture TEXT, observed TEXT,
  reading TEXT, how TEXT,
  PRIMARY KEY (provider, source, model, place, since)) WITHOUT ROWID;
CREATE TABLE model (
  provider TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, first TEXT NOT NULL,
  PRIMARY KEY (provider, source, model)) WITHOUT ROWID;
CREATE TABLE alias (
  provider TEXT NOT NULL, source TEXT NOT NULL, alias TEXT NOT NULL, model TEXT NOT NULL,
  PRIMARY KEY (provider, source, alias, model)) WITHOUT ROWID;
CREATE TABLE departure (provider TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL, model TEXT NOT NULL);
CREATE TABLE rename (
  provider TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL, recorded TEXT NOT NULL,
  former TEXT NOT NULL, model TEXT NOT NULL);
CREATE TABLE history (provider TEXT NOT NULL, source TEXT NOT NULL, lines BLOB NOT NULL);
CREATE VIEW rates AS SELECT
  row_number() OVER (ORDER BY provider, source, model, place) AS row,
  provider, source, model, service_tier, plan, meter, modality, unit, resolution, quality,
  prompt_over, prompt_up_to, used_over, used_up_to, period, context, basis, availability, price, price_number, currency,
  effective_from, effective_until, quote, locator, ifnull(reading, 'exact') AS reading
  FROM rate WHERE until IS NULL;
"""
# ---------------------------------------------------------------------------------------------- making it


def build(histories: Mapping[str, Iterable[Change]], meta: Mapping[str, str] | None = None) -> sqlite3.Connection:
    """A database in memory of the histories by source (`provider/source`), each in the order recorded.

    Raises `HistoryError` naming the source where one cannot be replayed.
    """
    base = created()
    for name in sorted(histories, key=lambda name: name.split("/")):
        fill(base, name, *_replayed(name, histories[name]))
    return finished(base, meta or {})


def known_by(changes: Iterable[Change], day: date | None) -> list[Change]:
    """The changes that were recorded up to a day, in that order; all of them without one.

    A history is only appended to: what stands below a change that was recorded later was not known before it.
    """
    ordered = sorted(changes, key=lambda change: (change.number == 0, change.number))
    late = (place for place, c in enumerate(ordered) if day and c.stamp and c.stamp.recorded[:10] > day.isoformat())
    return ordered[: next(late, len(ordered))]


class Connection(sqlite3.Connection):
    """One that is closed with its last reader; from Python 3.13 on another one warns that nobody did."""

    def __del__(self) -> None:
        try:  # noqa: SIM105 - `contextlib` is not imported for a cost
            self.close()
        except sqlite3.ProgrammingError:
            pass  # it was never opened


def created() -> sqlite3.Connection:
    """A database in memory with its tables, still empty."""
    base = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, factory=Connection)
    base.executescript(_SCHEMA)
    base.execute("BEGIN")
    return base


def add_lines(base: sqlite3.Connection, name: str, log: Iterable[Change]) -> None:
    """Add the lines of a source's history."""
    import bz2

    from ratecards.storage import history

    text = "".join(map(history.line, known_by(log, None)))
    base.execute("INSERT INTO history VALUES (?, ?, ?)", (*name.split("/"), bz2.compress(text.encode())))


def finished(base: sqlite3.Connection, meta: Mapping[str, str]) -> sqlite3.Connection:
    """The same with what is said of it."""
    base.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
    base.execute("COMMIT")
    return base


def _replayed(name: str, changes: Iterable[Change]) -> tuple[list[Change], Iterable[Day]]:
    from ratecards.storage.history import HistoryError, Replay

    log, folding = sorted(changes, key=lambda change: (change.number == 0, change.number)), Replay()
    try:
        for change in log:
            folding.add(change)
    except HistoryError as error:
        raise HistoryError(f"history of {name}: {error}") from error
    return log, folding.days.items()


def fill(base: sqlite3.Connection, name: str, log: Sequence[Change], days: Iterable[Day]) -> None:
    """Add a source: the changes of its history, and the cards of each day on which any were observed, in order."""
    owner = tuple(name.split("/"))
    stamps = [change.stamp for change in log if change.stamp]
    cards, rates, seen = _spans(days)
    observed = sorted({stamp.observed.isoformat() for stamp in stamps} | seen)
    recorded = max((stamp.recorded for stamp in stamps), default=observed[-1] if observed else None)
    ends = (observed[0], observed[-1]) if observed else (None, None)
    base.execute("INSERT INTO source VALUES (?, ?, ?, ?, ?)", (*owner, *ends, recorded))
    base.executemany("INSERT INTO edition VALUES (?, ?, ?)", ((*owner, day) for day in observed))
    _fill_names(base, owner, log)
    _insert(base, "card", (*CARD, "since", "until"), cards)
    _insert(base, "rate", ("place", *RATE, "price_number", "since", "until"), rates)


def _insert(base: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    slots = ", ".join("?" * len(columns))
    base.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({slots})", rows)


def _fill_names(base: sqlite3.Connection, owner: tuple[str, ...], log: Sequence[Change]) -> None:
    """What models were called, of all changes: those, too, that later ones took back."""
    first: dict[str, str] = {}
    known = ""
    for change in log:
        day, recorded = (str(change.stamp.observed), change.stamp.recorded) if change.stamp else ("", "")
        known = max(known, recorded)  # a line was not known before those above it, whatever its clock says
        first[change.model] = min(first.get(change.model, day), day)
        aliases = ((*owner, alias, change.model) for alias in (change.card.aliases if change.card else ()))
        base.executemany("INSERT OR IGNORE INTO alias VALUES (?, ?, ?, ?)", aliases)
        if change.kind == "model_removed":
            base.execute("INSERT INTO departure VALUES (?, ?, ?, ?)", (*owner, day, change.model))
        if change.kind == "model_renamed":
            row = (*owner, day, known, change.previous_id, change.model)
            base.execute("INSERT INTO rename VALUES (?, ?, ?, ?, ?, ?)", row)
    base.executemany("INSERT INTO model VALUES (?, ?, ?, ?)", ((*owner, *pair) for pair in sorted(first.items())))


def _spans(days: Iterable[Day]) -> tuple[list[Any], list[Any], set[str]]:
    """The rows of cards and rates with the days that each held; and all the days."""
    seen: set[str] = set()
    cards: list[list[Any]] = []
    rates: list[tuple[Rate, list[Any]]] = []
    standing: dict[str, tuple[RateCard, list[Any], dict[Any, list[Any]]]] = {}
    for day, now in days:
        text = day.isoformat()
        seen.add(text)
        for model in [model for model in standing if model not in now]:
            _, row, held = standing.pop(model)
            for ending in (row, *held.values()):
                ending[-1] = text
        for model, card in now.items():
            before, row, held = standing.get(model, (None, [], {}))
            if before is card:
                continue
            said = card_row(card)
            if row[:-2] != said:
                if row:
                    row[-1] = text
                row = [*said, text, None]
                cards.append(row)
            own: dict[Any, list[Any]] = {}
            for rate in card.rates:
                key = rate, rate.evidence
                if key in held:
                    own[key] = held.pop(key)
                else:
                    own[key] = [*rate_row(rate), text, None]
                    rates.append((rate, own[key]))
            for ending in held.values():
                ending[-1] = text
            standing[model] = card, row, own
    return sorted(cards, key=lambda row: (row[2], row[-2])), _placed(rates), seen


def _placed(rates: Iterable[tuple[Rate, list[Any]]]) -> list[list[Any]]:
    """The rows of rates, each with its place among all that its card has ever listed."""
    from ratecards.model import canonical_order

    rows: list[list[Any]] = []
    last, place = None, 0
    for order, row in sorted(((canonical_order(rate), row) for rate, row in rates), key=lambda r: (r[0], r[1][-2])):
        place = 1 if last is None or last[:3] != order[:3] else place + (order != last)
        rows.append([place, *row])
        last = order
    return rows


# ---------------------------------------------------------------------------------------------- reading it

_NOW = "until IS NULL"
_THEN = "since <= ? AND (until IS NULL OR until > ?)"
_LINES = "SELECT lines FROM history WHERE provider = ? AND source = ?"
_OF = "provider = ? AND source = ?"
_MODELS = f"SELECT model, first FROM model WHERE {_OF}"
_DEPARTURES = f"SELECT model, day FROM departure WHERE {_OF} ORDER BY rowid"


class Database:
    """A database at hand, of the dataset in `root`; `file` is where it stands, `known` the day up to which it knows.

    Damage is met as a `DatasetError`.
    """

    def __init__(self, base: sqlite3.Connection, root: str, file: str = "in memory", known: date | None = None) -> None:
        self._base, self.root, self.file, self.known = base, root, file, known
        self._lock = allocate_lock()
        self.packed = self._packed() if self.ask("PRAGMA user_version") == [(PACKED,)] else None
        rows = self.ask("SELECT provider, source, first, last, recorded FROM source ORDER BY provider, source")
        self.sources = {f"{row[0]}/{row[1]}": SourceHistory(self, *row) for row in rows}

    def ask(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that a statement gives. Raises `DatasetError`."""
        try:
            with self._lock:
                return self._base.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self.damaged(str(error)) from error

    def _packed(self) -> Packed:
        from ratecards.storage.packed import Packed

        return Packed(self.ask)

    def _lines(self, owner: tuple[str, ...]) -> list[str]:
        """What the histories of a source say."""
        if self.packed:
            return [self.packed.lines(owner)]
        import bz2

        return [bz2.decompress(lines).decode() for (lines,) in self.ask(_LINES, owner)]

    def damaged(self, words: str) -> DatasetError:
        """That something is not as it was written."""
        return DatasetError(f"{self.root}: the database ({self.file}) is damaged: {words}")

    def source(self, name: str) -> str:
        """The one source called `name`, with or without its provider. Raises `DatasetError`."""
        found = [s for s in self.sources if name in (s, s.partition("/")[2])]
        if len(found) == 1:
            return found[0]
        seen = f"several: {', '.join(found)}" if found else f"only {', '.join(self.sources)}"
        raise DatasetError(f"{self.root}: expected one source {name!r}, saw {seen}")

    def changes(self, source: str) -> list[Change]:
        """The history of a source, in the order recorded; empty where the file has none. Raises `DatasetError`."""
        from ratecards.storage import history

        owner = source.partition("/")[::2]
        try:
            return [change for text in self._lines(owner) for change in history.parse(text, *owner, source)]
        except (OSError, EOFError, *DAMAGE) as error:
            raise self.damaged(f"{error}") from error

    @property
    def first(self) -> date:
        """The day of the first observation. Raises `DatasetError` where there is none."""
        days = [source.first for source in self.sources.values() if source.first]
        if not days:
            raise DatasetError(f"{self.root}: expected at least one observation, saw empty histories")
        return day_from(min(days))

    @cached_property
    def recorded(self) -> str:
        """The instant at which the last of it was recorded; empty where nothing was."""
        facts = (one.recorded for of in self.lifecycle.values() for several in of.values() for one in several)
        return max((*(source.recorded for source in self.sources.values()), *facts), default="")

    @cached_property
    def lifecycle(self) -> lifecycle.Facts:
        """What pages of facts say of the days of models; nothing where the dataset has no `v1/lifecycle.json`."""
        path = f"{self.root}/v1/lifecycle.json"
        if not os.path.exists(path):
            return {}
        try:
            return lifecycle.read(json.loads(bounded.content(path)))
        except (OSError, *DAMAGE) as error:
            raise DatasetError(f"{path}: not lifecycles of version 1: {error}") from error

    @cached_property
    def names(self) -> ModelNames:
        """All names there have been, of all sources."""
        return model_names.merged(source.names for source in self.sources.values())


class SourceHistory:
    """One source; each thing is read when it is first asked for."""

    def __init__(
        self, base: Database, provider: str, source: str, first: str | None, last: str | None, recorded: str | None
    ) -> None:
        self.base, self.owner, self.name = base, (provider, source), f"{provider}/{source}"
        # empty where nothing has been observed yet
        self.first, self.last, self.recorded = first or "", last or "", recorded or ""

    def ask(self, statement: str, *values: object) -> list[Any]:
        """The rows that a statement gives that begins with the two names of the source."""
        return self.base.ask(statement, (*self.owner, *values))

    @cached_property
    def names(self) -> ModelNames:
        """All names there have been."""
        gone: dict[str, list[date]] = {}
        ids: dict[str, list[str]] = {}
        started, departed = self._named()
        for model, day in departed:
            gone.setdefault(model, []).append(day_from(day))
        for alias, model in self.ask(f"SELECT alias, model FROM alias WHERE {_OF}"):
            ids.setdefault(alias, []).append(model)
        return ModelNames({model: day_from(day) for model, day in started}, gone, ids, self.renamed)

    def _named(self) -> tuple[Iterable[Sequence[Any]], ...]:
        """Each model with its first day; each that went, with the day."""
        if self.base.packed:
            try:
                return self.base.packed.ids(self.owner), self.base.packed.departures(self.owner)
            except DAMAGE as error:
                raise self.base.damaged(f"names of {self.name}: {error}") from error
        return tuple(map(self.ask, (_MODELS, _DEPARTURES)))

    @cached_property
    def renamed(self) -> Sequence[Renamed]:
        """All renames, by day."""
        rows = self.ask(f"SELECT day, recorded, former, model FROM rename WHERE {_OF} ORDER BY day, rowid")
        return [Renamed(day_from(day), *rest) for day, *rest in rows]

    def on(self, day: date | None = None) -> SourceCards:
        """The cards as observed up to a day, or the newest."""
        return SourceCards(self, day)

    def editions_after(self, day: date) -> list[date]:
        """The days after a day on which anything was observed, in order."""
        found = self.ask(f"SELECT day FROM edition WHERE {_OF} AND day > ? ORDER BY day", day.isoformat())
        return [day_from(text) for (text,) in found]

    def newest(self, on: date) -> date | None:
        """The newest day up to a day on which anything was observed."""
        day = on.isoformat()
        if self.last and self.last <= day:
            return day_from(self.last)
        found = self.ask(f"SELECT max(day) FROM edition WHERE {_OF} AND day <= ?", day)[0][0]
        return day_from(found) if found else None


class SourceCards:
    """The cards of a source on a day, each read when it is asked for."""

    def __init__(self, source: SourceHistory, on: date | None) -> None:
        self._source, self._on = source, on
        day = on.isoformat() if on else ""
        self._empty = not source.last or bool(on and day < source.first)
        now = on is None or source.last <= day
        self._at = _NOW if now else _THEN
        self._days = () if now else (day, day)
        self._packed = None if self._empty else source.base.packed

    def _ask(self, columns: str, table: str, more: str = "", *values: str) -> list[Any]:
        if self._empty:
            return []
        where = f"{_OF} {'AND model = ?' * len(values)} AND {self._at}"
        return self._source.ask(f"SELECT {columns} FROM {table} WHERE {where} {more}", *values, *self._days)

    def _rows(self, *model: str) -> Iterable[Sequence[Any]]:
        if not self._packed:
            return self._ask(CARD_COLUMNS, "card", "ORDER BY model", *model)
        held = self._packed.cards(self._source.owner, *self._days[:1])
        return [held[name][: len(CARD)] for name in model or held]

    def __bool__(self) -> bool:
        return bool(self.models if self._packed else self._ask("1", "card", "LIMIT 1"))

    def __contains__(self, model: str) -> bool:
        return model in self.models if self._packed else bool(self._ask("1", "card", "LIMIT 1", model))

    @cached_property
    def models(self) -> list[str]:
        """The models, sorted."""
        if not self._packed:
            return [model for (model,) in self._ask("model", "card", "ORDER BY model")]
        try:
            owner = self._source.owner
            return list(self._packed.cards(owner, *self._days[:1])) if self._days else self._packed.models(owner)
        except DAMAGE as error:
            raise self._source.base.damaged(f"models of {self._source.name}: {error}") from error

    def card(self, model: str) -> RateCard:
        """The card of one of the models. Raises `DatasetError` where what is written of it is damaged."""
        return self._cards(model)[0]

    def cards(self) -> list[RateCard]:
        """All cards, by model."""
        return self._cards()

    def _cards(self, *model: str) -> list[RateCard]:
        rates: dict[str, list[Rate]] = {}
        try:
            for row in self._rates(*model):
                rates.setdefault(row[2], []).append(rate_from(row))
            cards = self._rows(*model)
            return [card_from(row, rates.get(row[2], ()), self._days_of) for row in cards]
        except DAMAGE as error:
            raise self._source.base.damaged(f"{' '.join((*model, 'at', self._source.name))}: {error}") from error

    def _rates(self, *model: str) -> Iterable[Sequence[Any]]:
        if self._packed:
            return self._packed.rates(self._source.owner, *(model or (None,)), *self._days[:1])
        return self._ask(RATE_COLUMNS, "rate", "ORDER BY provider, source, model, place", *model)

    def _days_of(self, model: str, aliases: Iterable[str]) -> tuple[Lifecycle, ...]:
        """What is known of the days of a model."""
        base = self._source.base
        return lifecycle.of_model(base.lifecycle.get(self._source.name, {}), (model, *aliases), self._on, base.known)

    def bearing(self, alias: str) -> list[str]:
        """The models whose cards say an alias."""
        rows = self._source.ask(f"SELECT model FROM alias WHERE {_OF} AND alias = ?", alias)
        ids = model_names.relatives({model for (model,) in rows}, self._source.renamed) if rows else ()
        return [model for model in sorted(ids) if model in self and alias in self.card(model).aliases]

    def renamed(self, name: str) -> str:
        """The present id of a former one."""
        return model_names.renames(self._source.renamed, until=self._on or date.max).get(name, name)

    def called(self, name: str) -> list[str]:
        """The models that a name means: as an id, else an alias, else an id since renamed."""
        if name in self:
            return [name]
        return self.bearing(name) or [model for model in [self.renamed(name)] if model in self]
