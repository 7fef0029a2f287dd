"""The database as a wheel brings it: what holds now in little room, and the past as one archive.

A packed file has the tables `source`, `edition`, `alias`, `rename` and `meta` of `ratecards.storage.database`. Two more
have the rest:

- `now`: a row a source, the models, cards and rates that hold now, as JSON;
- `past`: one row, JSON (xz), a list a source: its rates and cards that hold no longer, its models and their departures,
  and the changes of its history, in which a rate is a number; and the entries of `v1/discrepancies.json`. It is opened
  when anything of that is first asked for.

Rows stand as columns: each value once, and a letter a row that says which. The same database gives the same bytes.
"""

from __future__ import annotations

import json
from functools import cached_property
from itertools import accumulate, chain

from ratecards.storage.rows import CARD, RATE, card_from, rate_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Owner = tuple[str, ...]
    Row = tuple[Any, ...]

OF = "WHERE provider = ? AND source = ?"
# where in a row the model, the price, the quote and the locator stand
WIDTH, _NAME = len(RATE), CARD.index("name")
MODEL, PRICE, QUOTE, LOCATOR = (RATE.index(name) for name in ("model", "price", "quote", "locator"))
# in quotes and locators they stand for the price in cents, the price, the model, its name
MARKS = "\x01\x02\x03\x04"
# what a locator is put together with
WITHIN = " / "
# the first letter of a column, and the fields of a change that have rates, whose numbers are no letters
FIRST, NUMBERED = ord("#"), ("old", "new", "kept", "card.rates")


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
            ((text,),) = self._ask(f"SELECT models FROM now {OF}", owner)
            self._models[owner] = json.loads(text)
        return self._models[owner]

    def cards(self, owner: Owner, day: str = "") -> dict[str, Row]:
        """By model the rows that begin with `CARD_COLUMNS` that hold now, or held on a day, in order."""
        if owner not in self._cards:
            ((text,),) = self._ask(f"SELECT cards FROM now {OF}", owner)
            rows = zip(self.models(owner), _rows(json.loads(text)), strict=True)
            self._cards[owner] = {model: (*owner, model, *row, None) for model, row in rows}
        now = self._cards[owner]
        if not day:
            return now
        held = sorted([*now.values(), *self._ended(owner)], key=lambda row: row[MODEL])
        return {row[MODEL]: row for row in held if row[-2] <= day and (row[-1] is None or row[-1] > day)}

    def _ended(self, owner: Owner) -> list[Row]:
        return [(*owner, *row) for row in _rows(self._past[owner][5])]

    def rates(self, owner: Owner, model: str | None = None, day: str = "") -> Iterator[Row]:
        """The rows of `RATE_COLUMNS` that hold now, or held on a day; of a model or of a source, in order."""
        if not day:
            kinds, now = self._read(owner)
            return _unfolded(now, self.models(owner), kinds, owner, names_of(self.cards(owner).values()), model)
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
            ((text,),) = self._ask(f"SELECT rates FROM now {OF}", owner)
            kinds, now = json.loads(text)
            self._now[owner] = _kinds(kinds), now
        return self._now[owner]

    @cached_property
    def _archive(self) -> list[Any]:
        import lzma

        ((content,),) = self._ask("SELECT content FROM past", ())
        try:
            sources, entries = json.loads(lzma.decompress(content))
        except lzma.LZMAError as error:
            raise ValueError(f"a past that cannot be unpacked: {error}") from error
        owners = self._ask("SELECT provider, source FROM source ORDER BY provider, source", ())
        return [dict(zip(owners, sources, strict=True)), entries]

    @property
    def _past(self) -> dict[Owner, list[Any]]:
        found: dict[Owner, list[Any]] = self._archive[0]
        return found

    def discrepancies(self) -> dict[str, Any]:
        """The entries of `v1/discrepancies.json` in its form; nothing where it was not there."""
        entries = self._archive[1]
        return {"version": 1, "discrepancies": [*map(nested, records(entries))]} if entries else {}

    def _rates(self, owner: Owner) -> tuple[list[Row], list[Row]]:
        """All rates that a source has had; and others that only changes have. Both in the order of their numbers."""
        known, now = self._read(owner)
        more, (ids, _), gone, others = self._past[owner][:4]
        kinds = [*known, *_kinds(more)]
        here = self.cards(owner).values()
        names = names_of([*here, *self._ended(owner)])
        held = [
            *_unfolded(now, self.models(owner), kinds, owner, names_of(here)),
            *_unfolded(gone, ids, kinds, owner, names),
        ]
        return held, list(_unfolded(others, ids, kinds, owner, names))

    def _held(self, owner: Owner) -> dict[str, list[Row]]:
        """By model all rates that a source has had, each with the days that it held, in order."""
        if owner not in self._then:
            found: dict[str, list[Row]] = {}
            spans = _rows(self._past[owner][4])
            for row, (since, until, _) in sorted(zip(self._rates(owner)[0], spans, strict=True), key=_place):
                found.setdefault(row[MODEL], []).append((row, since, until))
            self._then[owner] = found
        return self._then[owner]

    def lines(self, owner: Owner) -> str:
        """The lines of the history of a source."""
        held, others = self._rates(owner)
        rows = [*held, *others]
        rates, last, model = rate_data_of(rows), dict[str, int](), ""
        last_card = last_cards([*self._ended(owner), *self.cards(owner).values()])

        def rate(name: str, step: int) -> dict[str, Any]:
            nonlocal model
            last[name] = number = last.get(name, 0) + step
            model = rows[number][MODEL]
            return rates[number]

        told = []
        for change in records(self._past[owner][-1]):
            new = with_rates(change, rate)
            of = last_card.get(new.setdefault("model", model), {})
            told.append({name: of[name] if value == 0 and name in of else value for name, value in new.items()})
        return "".join(dumped(nested(change)) + "\n" for change in told)


def _place(held: tuple[Row, Row]) -> Any:
    return held[1][-1]


# -------------------------------------------------------------------------------------- what rows and changes say


def names_of(cards: Iterable[Sequence[Any]]) -> dict[str, str]:
    """By model the name on its last card; of rows that begin with `CARD_COLUMNS`, those that hold now first."""
    last = sorted(cards, key=lambda row: (row[-1] is None, row[-2]))
    return {row[MODEL]: row[_NAME] for row in last}


def last_cards(cards: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """By model what its last card says beside its rates, as a change has it; of rows that begin with `CARD_COLUMNS`."""
    from ratecards.storage.history import card_data

    read = ((row[MODEL], card_from(row[: len(CARD)], (), lambda *_: ())) for row in cards)
    return {model: {f"card.{n}": v for n, v in card_data(card).items() if n != "rates"} for model, card in read}


def with_rates(change: dict[str, Any], other: Callable[[str, Any], Any]) -> dict[str, Any]:
    """A change in which each rate is what `other` gives for it, and for the field that it stands in."""
    new = {name: other(name, value) if name in ("old", "new") else value for name, value in change.items()}
    return new | {name: [other(name, rate) for rate in new[name]] for name in ("kept", "card.rates") if name in new}


def rate_data_of(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rates as a history writes them, of their rows."""
    from ratecards.storage.codec import rate_data

    return [rate_data(rate_from(row)) for row in rows]


def dumped(data: object, *, sort_keys: bool = False) -> str:
    """JSON without blanks."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)


# ---------------------------------------------------------------------------------------------- columns and kinds


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
                words = words_of(model, names, prices[place])
                said.insert(PRICE - MODEL - 1, prices[place])
                said[QUOTE - MODEL - 1 : QUOTE - MODEL - 1] = _said(quote, words), _said(locator, words)
                yield (*owner, model, *said)


def _kinds(shared: Sequence[Any]) -> list[Row]:
    """What `_shared` was made of."""
    said = WIDTH - MODEL - 3  # a kind has no owner, model, price and locator
    return [(*row[:said], WITHIN.join(part for part in row[said:] if part is not None)) for row in _rows(shared)]


def words_of(model: str, names: Mapping[str, str], price: str | None) -> Sequence[tuple[str, str]]:
    """Each mark with what it stands for, where that is said: the price in cents and as it is, the model, its name."""
    whole, _, cents = (price or "").partition(".")
    return tuple(
        zip(MARKS, (f"{whole}.{cents:0<2}" if price else "", price or "", model, names.get(model, "")), strict=True)
    )


def _said(text: str, words: Iterable[tuple[str, str]]) -> str:
    for mark, word in words:
        if mark in text:
            text = text.replace(mark, word)
    return text


def _rows(table: Sequence[Any]) -> list[Row]:
    """What `_table` was made of."""
    count, *found = table
    return list(zip(*(_values(column, count) for column in found), strict=True))


def _values(column: Sequence[Any], count: int) -> list[Any]:
    """What `_column` was made of, as many as there are rows."""
    once, *letters = column
    of = {chr(number): value for number, value in enumerate(once, FIRST)}
    return [of[letter] for letter in letters[0]] if letters else once * count


def nested(record: dict[str, Any]) -> dict[str, Any]:
    """A record in which the fields `a.b` are those of one within it, `a`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        outer, _, inner = name.rpartition(".")
        (found.setdefault(outer, {}) if outer else found)[inner] = value
    return found


def records(data: Sequence[Any]) -> list[dict[str, Any]]:
    """What `columns` was made of."""
    found: list[dict[str, Any]] = [{} for _ in range(data[0])]
    for name, has, of in data[1:]:
        having = [record for record, one in zip(found, has, strict=True) if one == "1"]
        for record, value in zip(having, of if name in NUMBERED else _values(of, len(having)), strict=True):
            record[name] = value
    return found
