"""Exports of Google Cloud billing, read as charges: standard and detailed usage cost, and their FOCUS form.

https://docs.cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage (and standard-usage,
focus-export). As BigQuery writes them: records inside records, or columns named `sku.description` or `sku_description`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal

from ratecards.bill import log
from ratecards.bill.log import Listed, Part, Stream
from ratecards.costs.days import instant, pacific
from ratecards.costs.usage_forms import at
from ratecards.errors import CostError
from ratecards.model import CURRENCY
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    Row = Mapping[Any, Any]

# More digits than products of what `_NUMBER` lets in have: nothing is rounded.
EXACT = Context(prec=200)
# Costs are floating point numbers there: what rounding to a millionth may make of a row.
MICRO = Decimal("0.000001")
WAY_OUT = "export the table as it is (JSON lines or Parquet), or as CSV with these columns"
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_TIER_START = re.compile(r"Price Tier Start Amount: ([0-9.]+)")
# What is read of a row, by form: the columns that may say it, the first one that does so counts.
_USAGE = {
    "kind": ("cost_type",),
    "service_id": ("service.id",),
    "service": ("service.description",),
    "sku": ("sku.id",),
    "description": ("sku.description",),
    "time": ("usage_start_time",),
    "cost": ("cost",),
    "currency": ("currency",),
    "conversion": ("currency_conversion_rate",),
    "quantity": ("usage.amount_in_pricing_units", "usage.amount"),
    "unit": ("usage.pricing_unit", "usage.unit"),
    "list_cost": ("cost_at_list",),
    "tier_start": ("price.tier_start_amount",),
    "credits": ("credits",),
    "corrects": ("adjustment_info.id",),
}
_FOCUS = {
    "kind": ("x_CostType", "ChargeCategory"),
    "service_id": ("x_ServiceId",),
    "service": ("ServiceName",),
    "sku": ("SkuId",),
    "description": ("ChargeDescription",),
    "time": ("ChargePeriodStart",),
    "cost": ("ContractedCost",),
    "currency": ("BillingCurrency",),
    "conversion": ("x_CurrencyConversionRate",),
    "quantity": ("ConsumedQuantity",),
    "unit": ("ConsumedUnit",),
    "list_cost": ("ListCost",),
    "tier_start": ("SkuPriceId",),
    "credits": ("x_Credits",),
    "corrects": ("ChargeClass",),
    "net": ("BilledCost",),
}
_KINDS = {
    **{name: name for name in ("tax", "adjustment", "rounding_error", "credit", "purchase")},
    **dict.fromkeys(("regular", "usage"), "usage"),
}


class Charge(NamedTuple):
    """A row: `cost` is before `credits`, which are of (what, amount); both are in `currency`.

    `conversion` is what one dollar was in it, `tier_start` where the tier of the price begins. What a row does not say
    is None or empty; `day` is the seller's.
    """

    kind: str
    service_id: str
    service: str
    sku: str
    description: str
    day: date | None
    cost: Decimal
    currency: str
    conversion: Decimal | None
    quantity: Decimal | None
    unit: str
    list_cost: Decimal | None
    tier_start: Decimal | None
    credits: tuple[tuple[str, Decimal], ...]


def rows(path: str) -> Iterator[tuple[int, Charge | None, str]]:
    """The charges of a file, each with its number there; an error for a row that cannot be read.

    Raises `CostError` on a file that is none, or `OSError`.
    """
    for number, record, wrong in log.read(Part(path)):
        several = isinstance(record, (Listed, Stream))
        for place, one in enumerate(record or (), 1) if several else ((number, record),):
            if wrong:
                yield place, None, wrong
                continue
            try:
                yield place, charge(one), ""
            except CostError as error:
                yield place, None, str(error)


def charge(row: object) -> Charge:
    """A row as a charge. Raises `CostError` naming the column."""
    if not isinstance(row, Mapping):
        raise CostError(f"expected a row of a billing export, saw {json.dumps(row, default=str)[:60]}")
    columns = _FOCUS if any(name in row for name in ("ContractedCost", "BilledCost", "ChargeDescription")) else _USAGE
    said = {name: _said(row, places) for name, places in columns.items()}
    kind = _kind(said, columns)
    currency = str(said["currency"] or "")
    if not CURRENCY.fullmatch(currency):
        raise CostError(_expected(columns, "currency", "a currency like USD", said["currency"]))
    cost, given = _cost(said, columns)
    conversion = _number(said, columns, "conversion")
    if conversion is not None and conversion <= 0:
        raise CostError(_expected(columns, "conversion", "what one dollar is", said["conversion"]))
    tier = said["tier_start"]
    if columns is _FOCUS:
        found = _TIER_START.search(str(tier or ""))
        said["tier_start"] = found[1] if found else None
    return Charge(
        kind=kind,
        **{name: str(said[name] or "") for name in ("service_id", "service", "sku", "description", "unit")},
        day=_day(said["time"], columns["time"][0]),
        cost=cost,
        currency=currency,
        conversion=conversion,
        quantity=_number(said, columns, "quantity"),
        list_cost=_number(said, columns, "list_cost"),
        tier_start=_number(said, columns, "tier_start"),
        credits=given,
    )


def _said(row: Row, places: Sequence[str]) -> Any:
    """What the first of these columns says: as it is named, with its dots as underscores, or record in record."""
    for place in places:
        for found in (row.get(place), row.get(place.replace(".", "_")), at(row, tuple(place.split(".")))):
            if found not in (None, ""):
                return found
    return None


def _expected(columns: Mapping[str, Sequence[str]], name: str, expected: str, seen: object) -> str:
    return f"column {columns[name][0]}: expected {expected}, saw {'nothing' if seen is None else repr(seen)[:60]}"


def _kind(said: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> str:
    word = str(said["kind"] or "regular").lower()
    if word not in _KINDS:
        raise CostError(_expected(columns, "kind", f"one of {', '.join(_KINDS)}", said["kind"]))
    return "adjustment" if said["corrects"] and _KINDS[word] == "usage" else _KINDS[word]


def _number(said: Mapping[str, Any], columns: Mapping[str, Sequence[str]], name: str) -> Decimal | None:
    value = said[name]
    if value is None:
        return None
    if not isinstance(value, bool) and _NUMBER.fullmatch(str(value)):
        return Decimal(str(value))
    raise CostError(_expected(columns, name, "a number like 1234.5", value))


def _cost(
    said: dict[str, Any], columns: Mapping[str, Sequence[str]]
) -> tuple[Decimal, tuple[tuple[str, Decimal], ...]]:
    """The cost before credits, and the credits. Raises `CostError`."""
    cost, given = _number(said, columns, "cost"), _credits(said["credits"], columns["credits"][0])
    net = _number(said, columns, "net") if "net" in columns else None
    whole = sum((amount for _, amount in given or ()), Decimal(0))
    if cost is None and net is not None and given is not None:
        cost = EXACT.subtract(net, whole)
    if cost is None:
        raise CostError(_expected(columns, "cost", "an amount of money", None) + f"; {WAY_OUT}")
    if net is not None and given is None:
        rest = EXACT.subtract(net, cost)
        given = (("credits", rest),) if rest else ()
    if net is not None and abs(net - cost - (whole if given else 0)) > MICRO and said["credits"] is not None:
        raise CostError(
            f"column {columns['net'][0]}: expected ContractedCost with x_Credits ({cost} and {whole}), saw {net}"
        )
    return cost, given or ()


def _credits(value: object, column: str) -> tuple[tuple[str, Decimal], ...] | None:
    """Credits: a list of them, as JSON too, or their sum; None where nothing is said of them. Raises `CostError`."""
    if value is None:
        return None
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise CostError(f"column {column}: expected a JSON list of credits, saw {str(value)[:60]!r}") from error
    if not isinstance(value, (list, tuple)):
        value = [{"name": "credits", "amount": value}]
    found = []
    for one in value:
        lower = {str(name).lower(): said for name, said in one.items()} if isinstance(one, Mapping) else {}
        amount = lower.get("amount")
        if isinstance(amount, bool) or not _NUMBER.fullmatch(str(amount)):
            raise CostError(f"column {column}: expected credits with an amount each, saw {str(one)[:60]!r}")
        found.append((str(lower.get("type") or lower.get("name") or "credits"), Decimal(str(amount))))
    return tuple(found)


def _day(value: Any, column: str) -> date | None:
    """The seller's day of an instant, which BigQuery may write as `2026-08-01 07:00:00 UTC`."""
    if isinstance(value, str):
        value = re.sub(r" UTC\Z", "+00:00", value.strip())
    found: datetime | date | None = instant(column, value)
    return pacific(found) if hasattr(found, "hour") else found  # type: ignore[arg-type]
