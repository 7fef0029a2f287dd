"""What something costs, line by line: each line so much of one thing at one rate, with the words it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Context, Decimal

from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.model.lifecycle import Shutdown

# More digits than any quantity times any price has: nothing is rounded here.
EXACT = Context(prec=60)
_new, _multiply, _divide, _decimal = tuple.__new__, EXACT.multiply, EXACT.divide, Decimal


class Line(NamedTuple):
    """So much of one thing at one rate, and the words the rate was read from; `how` says where a quantity is from."""

    what: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    currency: str
    quote: str
    source: str
    model: str
    observed: date
    locator: str
    how: str = ""


class _Fields(NamedTuple):
    """The fields of a breakdown."""

    model: str
    source: str
    tier: str
    plan: str
    on: date
    total: Decimal
    currency: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    calls: tuple[Breakdown, ...] = ()
    shutdown: Shutdown | None = None


class Breakdown(_Fields):
    """What a usage costs: the lines add up to the total. `on` is the day that dated rates were judged by.

    Of several calls the lines are summed by rate, `calls` has a breakdown of each, and the head names all that differ;
    `on` is the last of their days. `shutdown` is the end of the model where its page announces one, past or to come;
    of several calls each has its own.

    A tuple of its fields. Where a plan multiplied nothing but numbers of tokens the lines are made when they are first
    looked at, and then kept: until then their item is a list of the factors and the numbers.
    """

    __slots__ = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines, which add up to the total."""
        found: Any = _item(self, _LINES)
        if found.__class__ is list:
            if len(found) == 2:
                found.append(_made(*found))
            found = found[2]  # of two threads that made them at once, the first one's
        lines: tuple[Line, ...] = found
        return lines

    @property
    def grade(self) -> str:
        """How far the sources of the lines are trusted: the grade of the one that is trusted least."""
        from ratecards.model.grade import least

        return least([line.source for line in self.lines] or self.source.split(", "))

    def __iter__(self) -> Iterator[Any]:
        return (*_item(self, slice(_LINES)), self.lines, *_item(self, slice(_LINES + 1, None))).__iter__()

    def __repr__(self) -> str:
        fields = zip(self._fields, self, strict=True)
        return f"Breakdown({', '.join(f'{name}={value!r}' for name, value in fields)})"


_LINES = _Fields._fields.index("lines")
_item: Callable[..., Any] = tuple.__getitem__


# what is not 0 has a factor, so that this is no part of any line
NO_PART: tuple[Any, ...] = (None,) * len(Line._fields[:-1])


def _made(parts: Iterable[tuple[Any, ...]], numbers: Iterable[int]) -> tuple[Line, ...]:
    """The lines of numbers that are not 0; a part is what, unit, rate and per, and the rest of a line."""
    lines = []
    for (what, unit, rate, per, currency, quote, source, model, day, locator, how), number in zip(parts, numbers):  # noqa: B905 - each has five
        if number:
            quantity = _decimal(number)
            amount = _divide(_multiply(quantity, rate), per)
            fields = what, quantity, unit, rate, amount, currency, quote, source, model, day, locator, how
            lines.append(_new(Line, fields))
    return (*lines,)


def _of_tuple(name: str) -> Callable[..., Any]:
    """A method of a tuple, of the fields with their lines."""
    method = getattr(tuple, name)
    return lambda *words: method(*[tuple(word) if isinstance(word, Breakdown) else word for word in words])


for _name in ("eq", "ne", "lt", "le", "gt", "ge", "hash", "getitem", "contains", "add", "mul", "rmul"):
    setattr(Breakdown, f"__{_name}__", _of_tuple(f"__{_name}__"))
for _name in ("count", "index"):
    setattr(Breakdown, _name, _of_tuple(_name))


def together(calls: Sequence[Breakdown]) -> Breakdown:
    """Several breakdowns as one: the lines summed by rate, each call beside them. Raises `CostError`."""
    currencies = _differing(call.currency for call in calls if call.lines)
    if "," in currencies:
        raise CostError(f"amounts in {currencies} do not add up")
    lines: dict[tuple[object, ...], Line] = {}
    total = Decimal(0)
    for call in calls:
        total = EXACT.add(total, call.total)
        for line in call.lines:
            key = line.what, line.unit, line.rate, line.source, line.model, line.quote
            known = lines.get(key, line._replace(quantity=Decimal(0), amount=Decimal(0)))
            quantity, amount = EXACT.add(known.quantity, line.quantity), EXACT.add(known.amount, line.amount)
            lines[key] = known._replace(quantity=quantity, amount=amount)
    return Breakdown(
        model=_differing(call.model for call in calls),
        source=_differing(call.source for call in calls),
        tier=_differing(call.tier for call in calls),
        plan=calls[0].plan,
        on=max(call.on for call in calls),
        total=total,
        currency=currencies,
        lines=tuple(lines.values()),
        notes=_noted(calls),
        calls=tuple(calls),
    )


def _differing(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _noted(calls: Sequence[Breakdown]) -> tuple[str, ...]:
    """The notes of all calls, each with the calls that it is of where it is not of all."""
    found: dict[str, list[int]] = {}
    for number, call in enumerate(calls, 1):
        for note in call.notes:
            found.setdefault(note, []).append(number)
    return tuple(note if len(of) == len(calls) else f"{_listed(of)}: {note}" for note, of in found.items())


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"call{'s' * (len(numbers) > 1)} {shown}{more}"
