"""The database as a wheel brings it: what holds now in little room, and the past as one archive.

A packed file has the tables `source`, `edition`, `alias`, `rename` and `meta` of `ratecards.storage.database`. Two more
have the rest:

- `now`: a row a source, the models, cards and rates that hold now, as JSON;
- `past`: one row, JSON (xz), a list a source: its rates and cards that hold no longer, its models and their departures,
  and the changes of its history, in which a rate is a number. It is opened when anything of that is first asked for.

Rows stand as columns: each value once, and a letter a row that says which. The same database gives the same bytes.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from itertools import accumulate, chain, groupby
from operator import sub

from ratecards.storage.database import PACKED
from ratecards.storage.rows import CARD, CARD_COLUMNS, EMPTY, RATE, RATE_COLUMNS, card_from, rate_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Owner = tuple[str, ...]
    Row = tuple[Any, ...]

_SCHEMA = f"""
PRAGMA user_version = {PACKED};
CREATE TABLE now (provider TEXT NOT NULL, source TEXT NOT NULL,
  models TEXT NOT NULL, cards TEXT NOT NULL, rates TEXT NOT NULL, PRIMARY KEY (provider, source)) WITHOUT ROWID;
CREATE TABLE past (content BLOB NOT NULL);
"""
_PACKED = "DROP VIEW rates;" + "".join(f"DROP TABLE {n};" for n in ("card", "rate", "history", "model", "departure"))
_OF = "WHERE provider = ? AND source = ?"
_CARDS = f"SELECT {CARD_COLUMNS}, since, until FROM card {_OF} ORDER BY until NOTNULL, model, since"
_RATES = f"SELECT {RATE_COLUMNS}, since, until, place FROM rate {_OF} ORDER BY until NOTNULL, model, place, since"
# of a model, and of its departures
_MODELS = f"SELECT model, first FROM model {_OF} ORDER BY model"
_DEPARTURES = f"SELECT model, day FROM departure {_OF} ORDER BY rowid"
# where in a row the model, the price, the quote and the locator stand
_WIDTH, _NAME = len(RATE), CARD.index("name")
_MODEL, _PRICE, _QUOTE, _LOCATOR = (RATE.index(name) for name in ("model", "price", "quote", "locator"))
# in quotes and locators they stand for the price in cents, the price, the model, its name
_MARKS = "\x01\x02\x03\x04"
# what a locator is put together with
_WITHIN = " / "
# the first letter of a column, and the fields of a change that have rates, whose numbers are no letters
_FIRST, _NUMBERED = ord("#"), ("old", "new", "kept", "card.rates")


# ---------------------------------------------------------------------------------------------- packing


def pack(base: sqlite3.Connection) -> None:
    """Pack a database that has its histories, in place. Raises `ValueError` where a text has a control character."""
    base.executescript(_SCHEMA)
    past = []
    for owner in base.execute("SELECT provider, source FROM source ORDER BY provider, source").fetchall():
        cards, held = (base.execute(asked, owner).fetchall() for asked in (_CARDS, _RATES))
        here, standing = ([row for row in rows if row[at] is None] for rows, at in ((cards, -1), (held, -2)))
        rows = [row[:_WIDTH] for row in held]
        kinds: dict[Row, int] = {}
        models = [row[_MODEL] for row in here]
        now = _folded(rows[: len(standing)], models, kinds, _names(here))
        known = len(kinds)
        texts = models, _table(row[_MODEL + 1 : -1] for row in here), [_shared([*kinds]), now]
        base.execute("INSERT INTO now VALUES (?, ?, ?, ?, ?)", (*owner, *map(_dumped, texts)))
        last = _last([*cards[len(here) :], *here])
        changes, others = _numbered([_short(change, last) for change in _changes(base, owner)], rows, owner)
        ids = [list(column) for column in zip(*base.execute(_MODELS, owner), strict=True)] or [[], []]
        gone = [_folded(of, ids[0], kinds, _names(cards)) for of in (rows[len(standing) :], others)]
        spans, ended = _table(row[_WIDTH:] for row in held), _table(row[_MODEL:] for row in cards[len(here) :])
        left = _table(base.execute(_DEPARTURES, owner))
        past.append([_shared([*kinds][known:]), ids, *gone, spans, ended, left, columns(_steps_of(changes))])
    base.execute("INSERT INTO past VALUES (?)", (packed(past),))
    base.executescript(_PACKED)


def _names(cards: Iterable[Sequence[Any]]) -> dict[str, str]:
    """By model the name on its last card; of rows that begin with `CARD_COLUMNS`, those that hold now first."""
    last = sorted(cards, key=lambda row: (row[-1] is None, row[-2]))
    return {row[_MODEL]: row[_NAME] for row in last}


def _last(cards: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """By model what its last card says beside its rates, as a change has it; of rows that begin with `CARD_COLUMNS`."""
    from ratecards.storage.history import card_data

    read = ((row[_MODEL], card_from(row[: len(CARD)], (), lambda *_: ())) for row in cards)
    return {model: {f"card.{n}": v for n, v in card_data(card).items() if n != "rates"} for model, card in read}


def _changes(base: sqlite3.Connection, owner: Owner) -> list[dict[str, Any]]:
    """The changes of a source, as data; the fields of a card are the change's own, so that each is a column."""
    import bz2

    told = base.execute(f"SELECT lines FROM history {_OF}", owner).fetchall()
    read = [json.loads(line) for (lines,) in told for line in bz2.decompress(lines).splitlines()]
    return [{**{f"card.{n}": value for n, value in change.pop("card", {}).items()}, **change} for change in read]


def _short(change: dict[str, Any], last: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A change in which 0 stands for what the last card of its model says, too."""
    own = last.get(change["model"], {})
    return {n: 0 if n in own and _dumped(own[n]) == _dumped(value) else value for n, value in change.items()}


def _numbered(
    changes: Sequence[dict[str, Any]], rows: Sequence[Row], owner: Owner
) -> tuple[list[dict[str, Any]], list[Row]]:
    """Changes in which a rate is its number among the rows, or beyond them among others; and those others.

    A change that has a rate says no model: the rate is one of that model.
    """
    numbers = {_key(row[_MODEL], data): n for n, (row, data) in enumerate(zip(rows, _data(rows), strict=True))}
    others: dict[Owner, Row] = {}
    for change in changes:
        for rate in _rates(change):
            row = (*owner, change["model"], *(rate.get(name, EMPTY[name]) for name in RATE[_MODEL + 1 :]))
            if (key := _key(change["model"], rate)) not in numbers:
                others[key] = row
    ordered = sorted(others, key=lambda key: key[0])
    numbers |= {key: len(rows) + n for n, key in enumerate(ordered)}

    def numbered(change: dict[str, Any]) -> dict[str, Any]:
        model = change["model"]
        new = _each(change, lambda _, rate: numbers[_key(model, rate)])
        return {name: value for name, value in new.items() if name != "model" or not _rates(new)}

    return [*map(numbered, changes)], [others[key] for key in ordered]


def _rates(change: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    _each(change, lambda _, rate: found.append(rate))
    return found


def _steps_of(changes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each number of a rate as the step from the last one in a field of that name."""
    last: dict[str, int] = {}

    def step(name: str, number: Any) -> Any:
        before, last[name] = last.get(name, 0), number
        return number - before

    return [_each(change, step) for change in changes]


def _each(change: dict[str, Any], other: Callable[[str, Any], Any]) -> dict[str, Any]:
    """A change in which each rate is what `other` gives for it, and for the field that it stands in."""
    new = {name: other(name, value) if name in ("old", "new") else value for name, value in change.items()}
    return new | {name: [other(name, rate) for rate in new[name]] for name in ("kept", "card.rates") if name in new}


def _key(model: str, rate: object) -> Owner:
    return model, _dumped(rate, sort_keys=True)


def _data(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rates as a history writes them, of their rows."""
    from ratecards.storage.codec import rate_data

    return [rate_data(rate_from(row)) for row in rows]


def _dumped(data: object, *, sort_keys: bool = False) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)


def packed(data: object) -> bytes:
    """JSON as an archive."""
    import lzma

    # text has no words of a fixed width, to which `pb` would align it
    way = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0}
    return lzma.compress(_dumped(data).encode(), check=lzma.CHECK_CRC32, filters=[way])


# ---------------------------------------------------------------------------------------------- reading


class Packed:
    """What a packed file has beside its tables; `ask` gives the rows of a statement. Each thing is read once."""

    def __init__(self, ask: Callable[[str, Sequence[object]], list[Any]]) -> None:
        self._ask = ask
        # by source
        self._models: dict[Owner, list[str]] = {}
        self._cards: dict[Owner, dict[str, Row]] = {}
        self._now: dict[Owner, tuple[list[Row], list[Any]]] = {}
        self._then: dict[Owner, dict[str, list[Row]]] = {}

    def models(self, owner: Owner) -> list[str]:
        """The models that have a card now, in order."""
        if owner not in self._models:
            ((text,),) = self._ask(f"SELECT models FROM now {_OF}", owner)
            self._models[owner] = json.loads(text)
        return self._models[owner]

    def cards(self, owner: Owner, day: str = "") -> dict[str, Row]:
        """By model the rows that begin with `CARD_COLUMNS` that hold now, or held on a day, in order."""
        if owner not in self._cards:
            ((text,),) = self._ask(f"SELECT cards FROM now {_OF}", owner)
            rows = zip(self.models(owner), _rows(json.loads(text)), strict=True)
            self._cards[owner] = {model: (*owner, model, *row, None) for model, row in rows}
        now = self._cards[owner]
        if not day:
            return now
        held = sorted([*now.values(), *self._ended(owner)], key=lambda row: row[_MODEL])
        return {row[_MODEL]: row for row in held if row[-2] <= day and (row[-1] is None or row[-1] > day)}

    def _ended(self, owner: Owner) -> list[Row]:
        return [(*owner, *row) for row in _rows(self._past[owner][5])]

    def rates(self, owner: Owner, model: str | None = None, day: str = "") -> Iterator[Row]:
        """The rows of `RATE_COLUMNS` that hold now, or held on a day; of a model or of a source, in order."""
        if not day:
            kinds, now = self._read(owner)
            return _unfolded(now, self.models(owner), kinds, owner, _names(self.cards(owner).values()), model)
        held = self._held(owner)
        rows = chain.from_iterable(held.get(of, ()) for of in ((model,) if model else sorted(held)))
        return (row for row, since, until in rows if since <= day and (until is None or until > day))

    def ids(self, owner: Owner) -> Iterator[Row]:
        """Each model that a source has had, and the first day of its id."""
        return zip(*self._past[owner][1], strict=True)

    def departures(self, owner: Owner) -> list[Row]:
        """Each model that went, and the day, in the order recorded."""
        return _rows(self._past[owner][6])

    def _read(self, owner: Owner) -> tuple[list[Row], list[Any]]:
        if owner not in self._now:
            ((text,),) = self._ask(f"SELECT rates FROM now {_OF}", owner)
            kinds, now = json.loads(text)
            self._now[owner] = _kinds(kinds), now
        return self._now[owner]

    @cached_property
    def _past(self) -> dict[Owner, list[Any]]:
        import lzma

        ((content,),) = self._ask("SELECT content FROM past", ())
        owners = self._ask("SELECT provider, source FROM source ORDER BY provider, source", ())
        try:
            return dict(zip(owners, json.loads(lzma.decompress(content)), strict=True))
        except lzma.LZMAError as error:
            raise ValueError(f"a past that cannot be unpacked: {error}") from error

    def _rates(self, owner: Owner) -> tuple[list[Row], list[Row]]:
        """All rates that a source has had; and others that only changes have. Both in the order of their numbers."""
        known, now = self._read(owner)
        more, (ids, _), gone, others = self._past[owner][:4]
        kinds = [*known, *_kinds(more)]
        here = self.cards(owner).values()
        names = _names([*here, *self._ended(owner)])
        held = [
            *_unfolded(now, self.models(owner), kinds, owner, _names(here)),
            *_unfolded(gone, ids, kinds, owner, names),
        ]
        return held, list(_unfolded(others, ids, kinds, owner, names))

    def _held(self, owner: Owner) -> dict[str, list[Row]]:
        """By model all rates that a source has had, each with the days that it held, in order."""
        if owner not in self._then:
            found: dict[str, list[Row]] = {}
            spans = _rows(self._past[owner][4])
            for row, (since, until, _) in sorted(zip(self._rates(owner)[0], spans, strict=True), key=_place):
                found.setdefault(row[_MODEL], []).append((row, since, until))
            self._then[owner] = found
        return self._then[owner]

    def lines(self, owner: Owner) -> str:
        """The lines of the history of a source."""
        held, others = self._rates(owner)
        rows = [*held, *others]
        rates, last, model = _data(rows), dict[str, int](), ""
        last_card = _last([*self._ended(owner), *self.cards(owner).values()])

        def rate(name: str, step: int) -> dict[str, Any]:
            nonlocal model
            last[name] = number = last.get(name, 0) + step
            model = rows[number][_MODEL]
            return rates[number]

        told = []
        for change in records(self._past[owner][-1]):
            new = _each(change, rate)
            of = last_card.get(new.setdefault("model", model), {})
            told.append({name: of[name] if value == 0 and name in of else value for name, value in new.items()})
        return "".join(_dumped(_carded(change)) + "\n" for change in told)


def _carded(change: dict[str, Any]) -> dict[str, Any]:
    card = {name.removeprefix("card."): change.pop(name) for name in list(change) if name.startswith("card.")}
    return change | {"card": card} if card else change


def _place(held: tuple[Row, Row]) -> Any:
    return held[1][-1]


# ---------------------------------------------------------------------------------------------- columns and kinds


def _folded(
    rows: Sequence[Row], models: Sequence[str], kinds: dict[Row, int], names: Mapping[str, str]
) -> list[list[Any]]:
    """Rows of `RATE` in order of model, as columns: how many rates each model has; of each rate its kind and price.

    A kind is a row without owner, model and price, in whose quote and locator marks stand for these and for the name.
    It is written as the step from the one before it in `kinds`, to which those are added that are not there.
    """
    numbers = []
    for row in rows:
        words = _words(row[_MODEL], names, row[_PRICE])
        texts = _marked(row[_QUOTE], words[:2]), _marked(row[_LOCATOR], words[2:])
        kind = (*row[_MODEL + 1 : _PRICE], *row[_PRICE + 1 : _QUOTE], *row[_LOCATOR + 1 :], *texts)
        numbers.append(kinds.setdefault(kind, len(kinds)))
    counts = {model: len(list(run)) for model, run in groupby(row[_MODEL] for row in rows)}
    return [[counts.get(model, 0) for model in models], _steps(numbers), [row[_PRICE] for row in rows]]


def _unfolded(
    folded: Sequence[Any],
    models: Sequence[str],
    kinds: Sequence[Row],
    owner: Owner,
    names: Mapping[str, str],
    only: str | None = None,
) -> Iterator[Row]:
    """The rows again, or only those of a model."""
    counts, steps, prices = folded
    numbers = list(accumulate(steps))
    if not len(prices) == len(numbers) == sum(counts):
        raise ValueError(f"expected {sum(counts)} rates, saw {len(numbers)} kinds and {len(prices)} prices")
    for model, count, end in zip(models, counts, accumulate(counts), strict=True):
        if only in (None, model):
            for place in range(end - count, end):
                *said, quote, locator = kinds[numbers[place]]
                words = _words(model, names, prices[place])
                said.insert(_PRICE - _MODEL - 1, prices[place])
                said[_QUOTE - _MODEL - 1 : _QUOTE - _MODEL - 1] = _said(quote, words), _said(locator, words)
                yield (*owner, model, *said)


def _shared(kinds: Sequence[Row]) -> list[Any]:
    """Kinds as columns, in which each part of a locator is one."""
    parts = [kind[-1].split(_WITHIN) for kind in kinds]
    most = max(map(len, parts), default=0)
    return _table((*kind[:-1], *of, *[None] * (most - len(of))) for kind, of in zip(kinds, parts, strict=True))


def _kinds(shared: Sequence[Any]) -> list[Row]:
    """What `_shared` was made of."""
    said = _WIDTH - _MODEL - 3  # a kind has no owner, model, price and locator
    return [(*row[:said], _WITHIN.join(part for part in row[said:] if part is not None)) for row in _rows(shared)]


def _words(model: str, names: Mapping[str, str], price: str | None) -> Sequence[tuple[str, str]]:
    """Each mark with what it stands for, where that is said: the price in cents and as it is, the model, its name."""
    whole, _, cents = (price or "").partition(".")
    return tuple(
        zip(_MARKS, (f"{whole}.{cents:0<2}" if price else "", price or "", model, names.get(model, "")), strict=True)
    )


def _marked(text: str, words: Iterable[tuple[str, str]]) -> str:
    if any(mark in text for mark in _MARKS):
        raise ValueError(f"expected text without control characters, saw {text!r}")
    for mark, word in words:
        # not within another number
        text = re.sub(rf"(?<![0-9.,]){re.escape(word)}(?![0-9])", mark, text, count=1) if word else text
    return text


def _said(text: str, words: Iterable[tuple[str, str]]) -> str:
    for mark, word in words:
        if mark in text:
            text = text.replace(mark, word)
    return text


def _steps(numbers: Sequence[int]) -> list[int]:
    return list(map(sub, numbers, (0, *numbers)))


def _table(rows: Iterable[Sequence[Any]]) -> list[Any]:
    """Rows as columns: how many rows there are, then each column."""
    listed = list(rows)
    return [len(listed), *map(_column, zip(*listed, strict=True))]


def _rows(table: Sequence[Any]) -> list[Row]:
    """What `_table` was made of."""
    count, *found = table
    return list(zip(*(_values(column, count) for column in found), strict=True))


def _column(values: Iterable[Any]) -> list[Any]:
    """Each value once, and a letter for each row that says which; no letters where there is one value."""
    places: dict[str, int] = {}
    letters = "".join(chr(_FIRST + places.setdefault(_dumped(value), len(places))) for value in values)
    once = [json.loads(text) for text in places]
    return [once, letters] if len(once) > 1 else [once]


def _values(column: Sequence[Any], count: int) -> list[Any]:
    """What `_column` was made of, as many as there are rows."""
    once, *letters = column
    of = {chr(number): value for number, value in enumerate(once, _FIRST)}
    return [of[letter] for letter in letters[0]] if letters else once * count


def columns(records: Sequence[dict[str, Any]]) -> list[Any]:
    """Records as columns: how many there are, then each name, which records have it (`1`), and their values."""
    names = dict.fromkeys(name for record in records for name in record)
    having = ((name, "".join("01"[name in record] for record in records)) for name in names)
    found = ((name, has, [record[name] for record in records if name in record]) for name, has in having)
    return [len(records), *([n, has, values if n in _NUMBERED else _column(values)] for n, has, values in found)]


def records(data: Sequence[Any]) -> list[dict[str, Any]]:
    """What `columns` was made of."""
    found: list[dict[str, Any]] = [{} for _ in range(data[0])]
    for name, has, of in data[1:]:
        having = [record for record, one in zip(found, has, strict=True) if one == "1"]
        for record, value in zip(having, of if name in _NUMBERED else _values(of, len(having)), strict=True):
            record[name] = value
    return found
