"""What something costs, line by line: each line so much of one thing at one rate, with the words it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Context, Decimal

from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.lifecycle import Shutdown

# More digits than any quantity times any price has: nothing is rounded here.
EXACT = Context(prec=60)


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


class Breakdown(NamedTuple):
    """What a usage costs: the lines add up to the total. `on` is the day that dated rates were judged by.

    Of several calls the lines are summed by rate, `calls` has a breakdown of each, and the head names all that differ;
    `on` is the last of their days. `shutdown` is the end of the model where its page announces one, past or to come;
    of several calls each has its own.
    """

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
