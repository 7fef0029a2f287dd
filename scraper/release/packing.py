"""The database as a wheel brings it, written; `ratecards.storage.packed` has its form, and reads it."""

from __future__ import annotations

import bz2
import json
import lzma
import re
import sqlite3
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from operator import sub
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ratecards.dataset import Dataset
from ratecards.storage.database import PACKED
from ratecards.storage.packed import (
    FIRST,
    LOCATOR,
    MARKS,
    MODEL,
    NUMBERED,
    OF,
    PRICE,
    QUOTE,
    WIDTH,
    WITHIN,
    dumped,
    last_cards,
    names_of,
    rate_data_of,
    with_rates,
    words_of,
)
from ratecards.storage.rows import CARD_COLUMNS, EMPTY, RATE, RATE_COLUMNS

Owner = tuple[str, ...]
Row = tuple[Any, ...]

_SCHEMA = f"""
PRAGMA user_version = {PACKED};
CREATE TABLE now (provider TEXT NOT NULL, source TEXT NOT NULL,
  models TEXT NOT NULL, cards TEXT NOT NULL, rates TEXT NOT NULL, PRIMARY KEY (provider, source)) WITHOUT ROWID;
CREATE TABLE past (content BLOB NOT NULL);
"""
_PACKED = "DROP VIEW rates;" + "".join(f"DROP TABLE {n};" for n in ("card", "rate", "history", "model", "departure"))
_CARDS = f"SELECT {CARD_COLUMNS}, since, until FROM card {OF} ORDER BY until NOTNULL, model, since"
_RATES = f"SELECT {RATE_COLUMNS}, since, until, place FROM rate {OF} ORDER BY until NOTNULL, model, place, since"
# of a model, and of its departures
_MODELS = f"SELECT model, first FROM model {OF} ORDER BY model"
_DEPARTURES = f"SELECT model, day FROM departure {OF} ORDER BY rowid"


def write(data: Path, target: Path) -> None:
    """Write the database of the dataset in `data`, packed, to a file that is not there yet. Raises `DatasetError`."""
    with TemporaryDirectory() as folder:
        Dataset(data).write_database(plain := Path(folder, "plain.sqlite"))
        with closing(sqlite3.connect(plain, isolation_level=None)) as base:
            ledger = data / "v1" / "discrepancies.json"
            pack(base, json.loads(ledger.read_text(encoding="utf-8"))["discrepancies"] if ledger.exists() else None)
            base.execute("VACUUM INTO ?", (str(target),))


def pack(base: sqlite3.Connection, entries: Iterable[Mapping[str, Any]] | None) -> None:
    """Pack a database that has its histories, in place, with the entries of `v1/discrepancies.json` where it is there.

    Raises `ValueError` where a text has a control character.
    """
    base.executescript(_SCHEMA)
    past = []
    for owner in base.execute("SELECT provider, source FROM source ORDER BY provider, source").fetchall():
        cards, held = (base.execute(asked, owner).fetchall() for asked in (_CARDS, _RATES))
        here, standing = ([row for row in rows if row[at] is None] for rows, at in ((cards, -1), (held, -2)))
        rows = [row[:WIDTH] for row in held]
        kinds: dict[Row, int] = {}
        models = [row[MODEL] for row in here]
        now = _folded(rows[: len(standing)], models, kinds, names_of(here))
        known = len(kinds)
        texts = models, _table(row[MODEL + 1 : -1] for row in here), [_shared([*kinds]), now]
        base.execute("INSERT INTO now VALUES (?, ?, ?, ?, ?)", (*owner, *map(dumped, texts)))
        last = last_cards([*cards[len(here) :], *here])
        changes, others = _numbered([_short(change, last) for change in _changes(base, owner)], rows, owner)
        ids = [list(column) for column in zip(*base.execute(_MODELS, owner), strict=True)] or [[], []]
        gone = [_folded(of, ids[0], kinds, names_of(cards)) for of in (rows[len(standing) :], others)]
        spans, ended = _table(row[WIDTH:] for row in held), _table(row[MODEL:] for row in cards[len(here) :])
        left = _table(base.execute(_DEPARTURES, owner))
        past.append([_shared([*kinds][known:]), ids, *gone, spans, ended, left, columns(_steps_of(changes))])
    ledger = None if entries is None else columns([flat(entry, "left", "right") for entry in entries])
    base.execute("INSERT INTO past VALUES (?)", (packed([past, ledger]),))
    base.executescript(_PACKED)


def _changes(base: sqlite3.Connection, owner: Owner) -> list[dict[str, Any]]:
    """The changes of a source, as data; the fields of a card are the change's own."""
    told = base.execute(f"SELECT lines FROM history {OF}", owner).fetchall()
    read = [json.loads(line) for (lines,) in told for line in bz2.decompress(lines).splitlines()]
    return [flat(change, "card") for change in read]


def _short(change: dict[str, Any], last: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A change in which 0 stands for what the last card of its model says, too."""
    own = last.get(change["model"], {})
    return {n: 0 if n in own and dumped(own[n]) == dumped(value) else value for n, value in change.items()}


def _numbered(
    changes: Sequence[dict[str, Any]], rows: Sequence[Row], owner: Owner
) -> tuple[list[dict[str, Any]], list[Row]]:
    """Changes in which a rate is its number among the rows, or beyond them among others; and those others.

    A change that has a rate says no model: the rate is one of that model.
    """
    numbers = {_key(row[MODEL], data): n for n, (row, data) in enumerate(zip(rows, rate_data_of(rows), strict=True))}
    others: dict[Owner, Row] = {}
    for change in changes:
        for rate in _rates(change):
            row = (*owner, change["model"], *(rate.get(name, EMPTY[name]) for name in RATE[MODEL + 1 :]))
            if (key := _key(change["model"], rate)) not in numbers:
                others[key] = row
    ordered = sorted(others, key=lambda key: key[0])
    numbers |= {key: len(rows) + n for n, key in enumerate(ordered)}

    def numbered(change: dict[str, Any]) -> dict[str, Any]:
        model = change["model"]
        new = with_rates(change, lambda _, rate: numbers[_key(model, rate)])
        return {name: value for name, value in new.items() if name != "model" or not _rates(new)}

    return [*map(numbered, changes)], [others[key] for key in ordered]


def _rates(change: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    with_rates(change, lambda _, rate: found.append(rate))
    return found


def _steps_of(changes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each number of a rate as the step from the last one in a field of that name."""
    last: dict[str, int] = {}

    def step(name: str, number: Any) -> Any:
        before, last[name] = last.get(name, 0), number
        return number - before

    return [with_rates(change, step) for change in changes]


def _folded(
    rows: Sequence[Row], models: Sequence[str], kinds: dict[Row, int], names: Mapping[str, str]
) -> list[list[Any]]:
    """Rows of `RATE` in order of model, as columns: how many rates each model has; of each rate its kind and price.

    A kind is a row without owner, model and price, in whose quote and locator marks stand for these and for the name.
    It is written as the step from the one before it in `kinds`, to which those are added that are not there.
    """
    numbers = []
    for row in rows:
        words = words_of(row[MODEL], names, row[PRICE])
        texts = _marked(row[QUOTE], words[:2]), _marked(row[LOCATOR], words[2:])
        kind = (*row[MODEL + 1 : PRICE], *row[PRICE + 1 : QUOTE], *row[LOCATOR + 1 :], *texts)
        numbers.append(kinds.setdefault(kind, len(kinds)))
    counts = {model: len(list(run)) for model, run in groupby(row[MODEL] for row in rows)}
    return [[counts.get(model, 0) for model in models], _steps(numbers), [row[PRICE] for row in rows]]


def _shared(kinds: Sequence[Row]) -> list[Any]:
    """Kinds as columns, in which each part of a locator is one."""
    parts = [kind[-1].split(WITHIN) for kind in kinds]
    most = max(map(len, parts), default=0)
    return _table((*kind[:-1], *of, *[None] * (most - len(of))) for kind, of in zip(kinds, parts, strict=True))


def _marked(text: str, words: Iterable[tuple[str, str]]) -> str:
    if any(mark in text for mark in MARKS):
        raise ValueError(f"expected text without control characters, saw {text!r}")
    for mark, word in words:
        # not within another number
        text = re.sub(rf"(?<![0-9.,]){re.escape(word)}(?![0-9])", mark, text, count=1) if word else text
    return text


def _steps(numbers: Sequence[int]) -> list[int]:
    return list(map(sub, numbers, (0, *numbers)))


def _key(model: str, rate: object) -> Owner:
    return model, dumped(rate, sort_keys=True)


def _table(rows: Iterable[Sequence[Any]]) -> list[Any]:
    """Rows as columns: how many rows there are, then each column."""
    listed = list(rows)
    return [len(listed), *map(_column, zip(*listed, strict=True))]


def _column(values: Iterable[Any]) -> list[Any]:
    """Each value once, and a letter for each row that says which; no letters where there is one value."""
    places: dict[str, int] = {}
    letters = "".join(chr(FIRST + places.setdefault(dumped(value), len(places))) for value in values)
    once = [json.loads(text) for text in places]
    return [once, letters] if len(once) > 1 else [once]


def flat(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A record in which the fields of those within it that are named are its own, so that each is a column."""
    own = {name: value for name, value in record.items() if name not in names}
    return own | {f"{outer}.{name}": value for outer in names for name, value in record.get(outer, {}).items()}


def columns(records: Sequence[dict[str, Any]]) -> list[Any]:
    """Records as columns: how many there are, then each name, which records have it (`1`), and their values."""
    names = dict.fromkeys(name for record in records for name in record)
    having = ((name, "".join("01"[name in record] for record in records)) for name in names)
    found = ((name, has, [record[name] for record in records if name in record]) for name, has in having)
    return [len(records), *([n, has, values if n in NUMBERED else _column(values)] for n, has, values in found)]


def packed(data: object) -> bytes:
    """JSON as an archive."""
    # text has no words of a fixed width, to which `pb` would align it
    way = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0}
    return lzma.compress(dumped(data).encode(), check=lzma.CHECK_CRC32, filters=[way])


if __name__ == "__main__":  # for hatch_build.py
    write(*map(Path, sys.argv[1:]))
