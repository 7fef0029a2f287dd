"""`ratecards cost`: a breakdown to read, a line per rate or call and the total, and the same for programs."""

from __future__ import annotations

from decimal import Decimal

from ratecards.costing.breakdown import Breakdown, Line
from ratecards.model import plain
from ratecards.model.lifecycle import otherwise, said
from ratecards.tables import Column, Row, Table, printed
from ratecards.wording import unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.costing.exchange import Converted

_LINES = (
    Column("what", "what"),
    Column("quantity", "quantity", "count"),
    Column("rate", "rate", "listed"),
    Column("unit", "per"),
    Column("amount", "amount", "exact"),
    Column("currency"),
)
_CALLS = (
    Column("call", "call", "count"),
    Column("model", "model"),
    Column("tier", "tier"),
    Column("on", "as of", "day"),
    Column("amount", "amount", "exact"),
    Column("currency"),
)


def bill(found: Breakdown, converted: Converted | None = None) -> Table:
    """A breakdown as a table, the total in its last row; of several calls with a row for each.

    The total `converted` into another currency stands below it, with the rate and the day of that rate.
    """
    rows = [_call(number, call) for number, call in enumerate(found.calls, 1)] or [_line(line) for line in found.lines]
    head = "model" if found.calls else "what"
    totals = [Row({head: "total", "amount": found.total, "currency": found.currency})]
    if converted:
        own, other = found.currency, converted.currency
        words = f"total in {other}, 1 {own} = {plain(converted.rate)} {other} on {converted.day}"
        words += f" ({converted.age_days} day{'s' * (converted.age_days != 1)} before)" if converted.age_days else ""
        totals.append(Row({head: words, "amount": converted.amount, "currency": converted.currency}))
    calls = found.calls or (found,)
    # the end of each model that its page announces
    ends = dict.fromkeys(ends for call in calls if (ends := said(call.model, call.shutdown, call.on)))
    many = f"{len(found.calls)} calls, " if found.calls else ""
    where = f"{found.tier} tier, {found.plan} plan, by {found.source} as of {found.on}"
    title = f"{many}{found.model}, {where}: {plain(found.total)} {found.currency}".strip()
    notes = tuple(f"Note: {note}." for note in found.notes)
    return Table(title, _CALLS if found.calls else _LINES, (*rows, *totals), notes, tuple(ends))


def converted_data(converted: Converted) -> dict[str, object]:
    """The total in another currency as plain data, with the rate and the day of that rate."""
    age = {"age_days": converted.age_days}
    return {"converted": {name: _plain(value) for name, value in converted._asdict().items()} | age}


def _call(number: int, call: Breakdown) -> Row:
    cells = {"model": call.model, "tier": call.tier, "on": str(call.on), "currency": call.currency}
    return Row({"call": number, "amount": call.total, **cells}, call.lines)


def _line(line: Line) -> Row:
    words = {"what": line.what, "rate": printed(line), "unit": unit(line.unit), "currency": line.currency}
    return Row({"quantity": line.quantity, "amount": line.amount, **words}, (line,))


def bill_data(found: Breakdown, *, explain: bool = False) -> dict[str, object]:
    """A breakdown as plain data; explained, each line with the words, place and day of its rate.

    Of several calls `lines` are their sums by rate, and `calls` has the same of each. Where the page announces the
    model's end, that stands first.
    """
    apart = ("lines", "notes", "calls", "shutdown")
    evidence = () if explain else ("quote", "source", "model", "observed", "locator", "how")
    ends = found.shutdown and {"shutdown": str(found.shutdown.day), "successor": found.shutdown.successor}
    if ends and found.shutdown and (against := otherwise(found.shutdown)):
        ends["otherwise"] = against.removeprefix("; ")
    each = [bill_data(call, explain=explain) for call in found.calls]
    return {
        **(ends or {}),
        **{name: _plain(value) for name, value in found._asdict().items() if name not in apart},
        "lines": [{n: _plain(v) for n, v in line._asdict().items() if n not in evidence} for line in found.lines],
        "notes": list(found.notes),
        **({"calls": each} if each else {}),
    }


def _plain(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
