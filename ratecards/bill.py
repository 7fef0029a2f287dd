"""A breakdown to read: a line per rate and the total, and the same for programs."""

from __future__ import annotations

from decimal import Decimal

from ratecards.breakdown import Breakdown, Line
from ratecards.figures import Field, Row, Sheet, printed
from ratecards.lifecycle import said
from ratecards.model import plain
from ratecards.phrases import unit

_FIELDS = (
    Field("what", "what"),
    Field("quantity", "quantity", "count"),
    Field("rate", "rate", "listed"),
    Field("unit", "per"),
    Field("amount", "amount", "exact"),
    Field("currency"),
)


def bill(found: Breakdown) -> Sheet:
    """A breakdown as a sheet, the total in its last row."""
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
    title = f"{found.model}, {found.tier} tier, {found.plan} plan, by {found.source} as of {found.on}: {_money(found)}"
    ends = said(found.model, found.shutdown, found.on)
    notes = tuple(f"Note: {note}." for note in found.notes)
    return Sheet(title, _FIELDS, tuple(rows), notes, (ends,) if ends else ())


def _money(found: Breakdown) -> str:
    return f"{plain(found.total)} {found.currency}".strip()


def bill_data(found: Breakdown, *, explain: bool = False) -> dict[str, object]:
    """A breakdown as plain data; explained, each line with the words, place and day of its rate.

    Where the page announces the model's end, that stands first.
    """
    listed = ("lines", "notes", "shutdown")
    ends = found.shutdown and {"shutdown": str(found.shutdown.day), "successor": found.shutdown.successor}
    head = {name: _plain(value) for name, value in found._asdict().items() if name not in listed}
    return {
        **(ends or {}),
        **head,
        "lines": [_line(line, explain=explain) for line in found.lines],
        "notes": list(found.notes),
    }


def _line(line: Line, *, explain: bool) -> dict[str, str]:
    evidence = () if explain else ("quote", "source", "model", "observed", "locator", "how")
    return {name: _plain(value) for name, value in line._asdict().items() if name not in evidence}


def _plain(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
