"""The database as a wheel brings it: what takes the most room is packed, and read part by part.

A packed file has the tables of `ratecards.storage.database` but for `rate` and the view; instead it has

- `part`: the rates of some models of a source, from the model `first` to the next part, column by column as JSON;
- `history`: the changes of a source, column by column as JSON (xz), in which a rate that the source ever had is its
  number among them.

The same database gives the same bytes.
"""

from __future__ import annotations

import json
from itertools import chain

from ratecards.storage.rows import RATE, RATE_COLUMNS, rate_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

# So many models are read at once: more take less room, and longer to the first answer.
TOGETHER = 8
_SCHEMA = """
CREATE TABLE part (
  provider TEXT NOT NULL, source TEXT NOT NULL, first TEXT NOT NULL, rates TEXT NOT NULL,
  PRIMARY KEY (provider, source, first)) WITHOUT ROWID;
DROP VIEW rates;
"""
_OF = "WHERE provider = ? AND source = ?"
# the columns that are one for a source
_OWNER = 2
# all of them, `since` and `until`
_WIDTH = len(RATE) + 2


def pack(base: sqlite3.Connection) -> None:
    """Pack a database that has its histories, in place."""
    import bz2

    base.executescript(_SCHEMA)
    for owner in base.execute("SELECT provider, source FROM source ORDER BY provider, source").fetchall():
        asked = f"SELECT {RATE_COLUMNS}, since, until FROM rate {_OF} ORDER BY model, place, since"
        rows = base.execute(asked, owner).fetchall()
        models = sorted({row[_OWNER] for row in rows})
        for start in range(0, len(models), TOGETHER):
            few = models[start : start + TOGETHER]
            part = zip(*(row[_OWNER:] for row in rows if row[_OWNER] in few), strict=True)
            base.execute("INSERT INTO part VALUES (?, ?, ?, ?)", (*owner, few[0], _dumped(list(part))))
        for (lines,) in base.execute(f"SELECT lines FROM history {_OF}", owner).fetchall():
            told = _numbered([json.loads(line) for line in bz2.decompress(lines).splitlines()], _data(rows))
            base.execute(f"UPDATE history SET lines = ? {_OF}", (_packed(columns(told)), *owner))
    base.execute("DROP TABLE rate")


def _dumped(data: object, *, sort_keys: bool = False) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)


def _packed(data: object) -> bytes:
    import lzma

    return lzma.compress(_dumped(data).encode(), preset=9 | lzma.PRESET_EXTREME)


def _unpacked(content: bytes) -> Any:
    import lzma

    try:
        return json.loads(lzma.decompress(content))
    except lzma.LZMAError as error:
        raise ValueError(f"a history that cannot be unpacked: {error}") from error


def _data(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rates as a history writes them, of their rows."""
    from ratecards.storage.codec import rate_data

    return [rate_data(rate_from(row[:-2])) for row in rows]


def _numbered(changes: Iterable[dict[str, Any]], rates: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes in which a rate is its number among `rates` where it is one of them."""
    numbers = {_dumped(rate, sort_keys=True): number for number, rate in enumerate(rates)}
    return [_each(change, lambda rate: numbers.get(_dumped(rate, sort_keys=True), rate)) for change in changes]


def _each(change: dict[str, Any], other: Callable[[Any], Any]) -> dict[str, Any]:
    """A change in which each rate is what `other` gives for it."""
    new = {name: other(value) if name in ("old", "new") else value for name, value in change.items()}
    if "kept" in new:
        new["kept"] = [other(rate) for rate in new["kept"]]
    if "rates" in new.get("card", ()):
        new["card"] = {**new["card"], "rates": [other(rate) for rate in new["card"]["rates"]]}
    return new


def columns(records: Sequence[dict[str, Any]]) -> list[Any]:
    """Records as columns: how many there are, then each name, which records have it (`1`), and their values."""
    names = dict.fromkeys(name for record in records for name in record)
    having = ((name, "".join("01"[name in record] for record in records)) for name in names)
    return [len(records), *([n, has, [r[n] for r in records if n in r]] for n, has in having)]


def records(data: Sequence[Any]) -> list[dict[str, Any]]:
    """What `columns` was made of."""
    found: list[dict[str, Any]] = [{} for _ in range(data[0])]
    for name, has, values in data[1:]:
        of = [record for record, one in zip(found, has, strict=True) if one == "1"]
        for record, value in zip(of, values, strict=True):
            record[name] = value
    return found


class Parts:
    """The rates of a packed file; `ask` gives the rows of a statement. A part is read once."""

    def __init__(self, ask: Callable[[str, Sequence[object]], list[Any]]) -> None:
        self._ask = ask
        self._read: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        self._firsts: dict[tuple[str, ...], list[str]] = {}
        for *owner, first in ask("SELECT provider, source, first FROM part ORDER BY first", ()):
            self._firsts.setdefault(tuple(owner), []).append(first)

    def rates(self, owner: tuple[str, ...], model: str | None = None) -> Iterator[tuple[Any, ...]]:
        """All rows of a model, or of a source, in order, as `RATE_COLUMNS`, `since` and `until`."""
        firsts = self._firsts.get(owner, [])
        if model is None:
            yield from chain.from_iterable(self._part(owner, first) for first in firsts)
        elif before := [first for first in firsts if first <= model]:
            yield from (row for row in self._part(owner, before[-1]) if row[_OWNER] == model)

    def _part(self, owner: tuple[str, ...], first: str) -> list[tuple[Any, ...]]:
        key = (*owner, first)
        if key not in self._read:
            ((text,),) = self._ask(f"SELECT rates FROM part {_OF} AND first = ?", key)
            rows = [(*owner, *row) for row in zip(*json.loads(text), strict=True)]
            if not rows or len(rows[0]) != _WIDTH:
                raise ValueError(f"part {first}: expected rates of {_WIDTH} columns, saw {text[:40]!r}")
            self._read[key] = rows
        return self._read[key]

    def lines(self, owner: tuple[str, ...], packed: bytes) -> str:
        """The lines of the history of a source."""
        rates = _data(self.rates(owner))
        told = (_each(change, lambda r: rates[r] if type(r) is int else r) for change in records(_unpacked(packed)))
        return "".join(_dumped(change) + "\n" for change in told)
