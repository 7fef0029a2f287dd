"""A breakdown to read: a line per rate and the total, and the same for programs."""

from __future__ import annotations

from decimal import Decimal

from ratecards.costs.breakdown import Breakdown, Line
from ratecards.lifecycle import said
from ratecards.model import plain
from ratecards.tables.table import Row, Table, printed
from ratecards.tables.terminal import Column
from ratecards.wording import unit

_COLUMNS = (
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


def bill(found: Breakdown) -> Table:
    """A breakdown as a table, the total in its last row; of several calls with a row for each."""
    fields, rows = _several(found) if found.calls else _single(found)
    return Table(_title(found), fields, rows, _notes(found), _ends(found))


def _ends(found: Breakdown) -> tuple[str, ...]:
    """The end of each model that its page announces."""
    calls = found.calls or (found,)
    return tuple(dict.fromkeys(ends for call in calls if (ends := said(call.model, call.shutdown, call.on))))


def _several(found: Breakdown) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    rows = [
        Row(
            {
                "call": number,
                "model": call.model,
                "tier": call.tier,
                "on": str(call.on),
                "amount": call.total,
                "currency": call.currency,
            },
            call.lines,
        )
        for number, call in enumerate(found.calls, 1)
    ]
    return _CALLS, (*rows, Row({"model": "total", "amount": found.total, "currency": found.currency}))


def _single(found: Breakdown) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    rows = [
        Row(
            {
                "what": line.what,
                "quantity": line.quantity,
                "rate": printed(line),
                "unit": unit(line.unit),
                "amount": line.amount,
                "currency": line.currency,
            },
            (line,),
        )
        for line in found.lines
    ]
    rows.append(Row({"what": "total", "amount": found.total, "currency": found.currency}))
    return _COLUMNS, tuple(rows)


def _title(found: Breakdown) -> str:
    many = f"{len(found.calls)} calls, " if found.calls else ""
    where = f"{found.tier} tier, {found.plan} plan, by {found.source} as of {found.on}"
    return f"{many}{found.model}, {where}: {_money(found)}"


def _notes(found: Breakdown) -> tuple[str, ...]:
    return tuple(f"Note: {note}." for note in found.notes)


def _money(found: Breakdown) -> str:
    return f"{plain(found.total)} {found.currency}".strip()


def bill_data(found: Breakdown, *, explain: bool = False) -> dict[str, object]:
    """A breakdown as plain data; explained, each line with the words, place and day of its rate.

    Of several calls `lines` are their sums by rate, and `calls` has the same of each. Where the page announces the
    model's end, that stands first.
    """
    apart = ("lines", "notes", "calls", "shutdown")
    ends = found.shutdown and {"shutdown": str(found.shutdown.day), "successor": found.shutdown.successor}
    head = {name: _plain(value) for name, value in found._asdict().items() if name not in apart}
    data: dict[str, object] = {
        **(ends or {}),
        **head,
        "lines": [_line(line, explain=explain) for line in found.lines],
        "notes": list(found.notes),
    }
    each = [bill_data(call, explain=explain) for call in found.calls]
    return {**data, "calls": each} if each else data


def _line(line: Line, *, explain: bool) -> dict[str, str]:
    evidence = () if explain else ("quote", "source", "model", "observed", "locator", "how")
    return {name: _plain(value) for name, value in line._asdict().items() if name not in evidence}


def _plain(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
