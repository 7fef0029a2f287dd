"""Cards of facts: what a page says that is no rate, one card a page, in a file strict both ways.

A `Form` tells a kind of card: the lists of its entries, and what must hold between its fields, so that
`decode(encode(card)) == card`. The fields say how a value stands in the file: amounts and days as quoted strings, whole
numbers plain. `limits` and `lifecycle` have one each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.storage import strict_yaml
from ratecards.storage.codec import AMOUNT, CodecError
from scraper.storage.card_files import flow, word

SCHEMA = 1
HEAD = ("provider", "source", "name", "url", "observed", "capture", "parser")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
Pairs = list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of card: `what` it is, its class, which has the fields of `HEAD`, and its lists in the file's order.

    `lists` gives the class of the entries of each. A list of `lately` is left out where it is empty: files of before
    know none. `spread` has, by field of an entry that holds several amounts, the fields that these stand as, by how
    many there are. `check` raises `CodecError`.
    """

    what: str
    card: type[Any]
    lists: Mapping[str, type[Any]]
    check: Callable[[Any, str], None]
    lately: Sequence[str] = ()
    spread: Mapping[str, Sequence[Sequence[str]]] | None = None

    def encode(self, card: Any) -> str:
        """The file's text: the same bytes for the same facts. Entries keep the page's order."""
        head: Pairs = [("schema", SCHEMA), *((n, v) for n in HEAD if (v := getattr(card, n)))]
        lines = [f"{name}: {word(value)}" for name, value in head]
        for name in self.lists:
            entries = [f"- {flow(self._pairs(entry))}" for entry in getattr(card, name)]
            lines += [f"{name}:", *entries] if entries else [] if name in self.lately else [f"{name}: []"]
        return "\n".join(lines) + "\n"

    def _pairs(self, entry: Any) -> Pairs:
        pairs: Pairs = []
        for field in fields(entry):
            value = getattr(entry, field.name)
            if isinstance(value, tuple):
                pairs += zip(self._spread(field.name)[len(value)], value, strict=True)
            elif value is not False and value not in ("", None):
                pairs.append((field.name, value))
        return pairs

    def _spread(self, name: str) -> Sequence[Sequence[str]]:
        return (self.spread or {})[name]

    def decode(self, text: str, where: str) -> Any:
        """The card a file says. Raises `CodecError` naming `where` on anything this version does not write."""
        try:
            data = strict_yaml.load(text, where)
        except strict_yaml.StrictYamlError as error:
            raise CodecError(str(error)) from error
        if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
            raise CodecError(f"{where}: expected {self.what} of schema {SCHEMA}")
        try:
            lists = {name: data.pop(name) for name in self.lists if name in data or name not in self.lately}
            made = {name: tuple(self._entry(name, entry, where) for entry in lists[name]) for name in lists}
            card = self.card(**_typed(self.card, data, where), **made)
        except (TypeError, KeyError, AttributeError) as error:
            raise CodecError(f"{where}: not {self.what} of schema {SCHEMA}: {error}") from error
        self.check(card, where)
        return card

    def _entry(self, name: str, entry: Mapping[str, Any], where: str) -> Any:
        values = dict(entry)
        several = {}
        for field, forms in (self.spread or {}).items():
            known = dict.fromkeys(part for form in forms for part in form)
            found = [part for part in known if part in values]
            if found and found not in [list(form) for form in forms]:
                ways = "one amount or the two ends of a range"
                raise CodecError(f"{where}: a {field.removesuffix('s')} is {ways}, saw {', '.join(found)}")
            if found:
                several[field] = tuple(_amount(part, values.pop(part), where) for part in found)
        return self.lists[name](**_typed(self.lists[name], values, where), **several)


def _typed(made: type[Any], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The values by field: amounts and days from quoted strings, whole numbers plain, and words."""
    kinds = {field.name: str(field.type).removesuffix(" | None") for field in fields(made)}
    return {name: _READ.get(kinds.get(name, ""), _words)(name, value, where) for name, value in values.items()}


def _whole(name: str, value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise CodecError(f"{where}: {name} must be a whole number, saw {value!r}")
    return value


def _words(name: str, value: object, where: str) -> str:
    if not isinstance(value, str):
        raise CodecError(f"{where}: {name} must be a quoted string, saw {value!r}")
    return value


def _amount(name: str, value: object, where: str) -> Decimal:
    text = _words(name, value, where)
    if not AMOUNT.match(text):
        raise CodecError(f"{where}: {text!r} is not an amount in plain notation")
    return Decimal(text)


def _date(name: str, value: object, where: str) -> date:
    text = _words(name, value, where)
    try:
        return date.fromisoformat(text if _DAY.match(text) else "")
    except ValueError as error:
        raise CodecError(f"{where}: {name} must be an ISO date, saw {text!r}") from error


_READ: Mapping[str, Callable[[str, object, str], object]] = {"int": _whole, "Decimal": _amount, "date": _date}
