"""Our own table as somebody else's file: rows of `rates.csv` or `rates.json`, perhaps older ones, perhaps edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.audit.claims import Claim, PriceEntry, Unread, amount, dated, entry, shown
from ratecards.model import COLUMNS, METERS, MODALITIES, PLANS, SERVICE_TIERS, UNIT

# A spreadsheet takes what starts so for a formula; the published table puts an apostrophe before it.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NEEDED = {"provider", "source", "model", "meter"}
_LISTED = {
    "service_tier": SERVICE_TIERS,
    "plan": PLANS,
    "meter": METERS,
    "modality": MODALITIES,
    "currency": ("USD",),
}
_BOUNDS = ("prompt_over", "prompt_up_to")
_SAME = ("source", "meter", "unit", "modality", "service_tier", "plan", "resolution", "quality", "context")
_DEFAULTS = {**dict.fromkeys(COLUMNS, ""), "service_tier": "standard", "plan": "paid", "currency": "USD"}


def entries(rows: Iterable[object], on: date | None = None) -> list[PriceEntry]:
    """Every row: what it states as of a day. Whose it is stands in it."""
    return [_entry(row, on) for row in rows if isinstance(row, Mapping)]


def _entry(row: Mapping[str, Any], on: date | None) -> PriceEntry:
    values = {**_DEFAULTS, **{name: _text(value) for name, value in row.items()}}
    key = "/".join(filter(None, (values[name] for name in ("provider", "source", "model"))))
    seller = f"{values['provider']}/{values['source']}" if values["provider"] else ""
    return entry(key, seller, _stated(key, values, row, on))


def _stated(key: str, values: Mapping[str, str], row: Mapping[str, Any], on: date | None) -> Iterator[Claim | Unread]:
    """The one price of a row, where it has one."""
    if not values["price"]:
        return
    price, why = amount(row["price"]), _why_not(values, on)
    if why or price is None:
        yield Unread(key, "price", shown(values["price"]), why or "expected an amount from 0, in digits")
    else:
        yield _claim(key, values, price)


def _text(value: object) -> str:
    """A field as the table has it: a string, the apostrophe before a formula sign taken away."""
    words = "" if value is None else str(value)
    bare = words.removeprefix("'")
    return bare if bare.lstrip().startswith(_FORMULA) else words


def _why_not(row: Mapping[str, str], on: date | None) -> str:
    """Why a row is no claim; empty where it is one."""
    for name, known in _LISTED.items():
        if row[name] not in known:
            return f"{name}: expected one of {', '.join(known)}, saw {shown(row[name])!r}"
    if not UNIT.match(row["unit"]):
        return f"unit: expected a quantity and a noun, saw {shown(row['unit'])!r}"
    if any(not _whole(row[name]) for name in _BOUNDS):
        return "expected whole numbers as bounds of a prompt"
    if row["used_up_to"]:
        return "an allowance of a period, not the price of a call"
    return dated(row["effective_from"], row["effective_until"], on)


def _whole(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdecimal() and len(text) <= 12)


def _claim(key: str, row: Mapping[str, str], price: Decimal) -> Claim:
    over, up_to = (int(row[name]) if row[name] else None for name in _BOUNDS)
    return Claim(
        key=key,
        field="price",
        stated=shown(row["price"]),
        model=row["model"],
        price=price,
        prompt_over=over,
        prompt_up_to=up_to,
        **{name: row[name] for name in _SAME},
    )
