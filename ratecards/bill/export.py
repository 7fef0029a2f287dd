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
from ratecards.costing.days import instant, seller_day
from ratecards.costing.usage_forms import at
from ratecards.errors import CostError
from ratecards.model import CURRENCY
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    Row = Mapping[Any, Any]
    # by what is read, the column and what it says
    Said = dict[str, tuple[str, Any]]

# More digits than products of what `_NUMBER` lets in have: nothing is rounded.
EXACT = Context(prec=200)
# Costs are floating point numbers there: what rounding to a millionth may make of a row.
MICRO = Decimal("0.000001")
WAY_OUT = (
    "export the table of BigQuery as it is, as JSON lines or Parquet; as CSV it needs service.id, sku.description, "
    "usage_start_time, cost, currency, usage.amount and usage.unit"
)
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_TIER_START = re.compile(r"Price Tier Start Amount: ([0-9.]+)")
# What is read of a row, and the columns that may say it: of usage cost, then of FOCUS. The first that does so counts.
_COLUMNS = {
    "kind": ("cost_type", "x_CostType", "ChargeCategory"),
    "service_id": ("service.id", "x_ServiceId"),
    "service": ("service.description", "ServiceName"),
    "sku": ("sku.id", "SkuId"),
    "description": ("sku.description", "ChargeDescription"),
    "time": ("usage_start_time", "ChargePeriodStart"),
    "cost": ("cost", "ContractedCost"),
    "net": ("BilledCost",),
    "credits": ("credits", "x_Credits"),
    "currency": ("currency", "BillingCurrency"),
    "conversion": ("currency_conversion_rate", "x_CurrencyConversionRate"),
    "quantity": ("usage.amount_in_pricing_units", "usage.amount", "ConsumedQuantity"),
    "unit": ("usage.pricing_unit", "usage.unit", "ConsumedUnit"),
    "list_cost": ("cost_at_list", "ListCost"),
    "tier_start": ("price.tier_start_amount", "SkuPriceId"),
    "corrects": ("adjustment_info.id", "ChargeClass"),
}
# The same as names of columns, by any of which a table is told.
_NAMES = frozenset(form for places in _COLUMNS.values() for name in places for form in (name, name.replace(".", "_")))
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
    for number, record, wrong in log.read(Part(path), _NAMES):
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
    said = {name: _said(row, places) for name, places in _COLUMNS.items()}
    currency = str(said["currency"][1])
    if not CURRENCY.fullmatch(currency):
        raise _expected(said, "currency", "a currency like USD")
    kind = _KINDS.get(str(said["kind"][1] or "usage").lower(), "")
    if not kind:
        raise _expected(said, "kind", f"one of {', '.join(_KINDS)}")
    cost, given = _cost(said)
    conversion = _number(said, "conversion")
    if conversion is not None and conversion <= 0:
        raise _expected(said, "conversion", "what one dollar is")
    if said["tier_start"][0] == "SkuPriceId":
        found = _TIER_START.search(str(said["tier_start"][1]))
        said["tier_start"] = "SkuPriceId", found[1] if found else None
    return Charge(
        kind="adjustment" if kind == "usage" and said["corrects"][1] else kind,
        **{name: str(said[name][1] or "") for name in ("service_id", "service", "sku", "description", "unit")},
        day=_day(*said["time"]),
        cost=cost,
        currency=currency,
        conversion=conversion,
        quantity=_number(said, "quantity"),
        list_cost=_number(said, "list_cost"),
        tier_start=_number(said, "tier_start"),
        credits=given,
    )


def _said(row: Row, places: Sequence[str]) -> tuple[str, Any]:
    """The first of these columns that says something, and what: by its name, underscores for dots, or in a record."""
    for place in places:
        for found in (row.get(place), row.get(place.replace(".", "_")), at(row, tuple(place.split(".")))):
            if found not in (None, ""):
                return place, found
    return " or ".join(places), None


def _expected(said: Said, name: str, expected: str) -> CostError:
    column, seen = said[name]
    return CostError(f"column {column}: expected {expected}, saw {'nothing' if seen is None else repr(seen)[:60]}")


def _number(said: Said, name: str) -> Decimal | None:
    value = said[name][1]
    if value is None:
        return None
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value)):
        raise _expected(said, name, "a number like 1234.5")
    return Decimal(str(value))


def _cost(said: Said) -> tuple[Decimal, tuple[tuple[str, Decimal], ...]]:
    """The cost before credits, and the credits; FOCUS may say either by the cost after them. Raises `CostError`."""
    cost, net, given = _number(said, "cost"), _number(said, "net"), _credits(said)
    whole = sum((amount for _, amount in given or ()), Decimal(0))
    if cost is None and net is not None and given is not None:
        return EXACT.subtract(net, whole), given
    if cost is None:
        raise CostError(f"{_expected(said, 'cost', 'an amount of money')}; {WAY_OUT}")
    if net is not None and given is None:
        rest = EXACT.subtract(net, cost)
        return cost, (("credits", rest),) if rest else ()
    if net is not None and abs(net - cost - whole) > MICRO:
        raise _expected(said, "net", f"ContractedCost with x_Credits ({cost} and {whole})")
    return cost, given or ()


def _credits(said: Said) -> tuple[tuple[str, Decimal], ...] | None:
    """Credits: a list of them, as JSON too, or their sum; None where nothing is said of them. Raises `CostError`."""
    value = said["credits"][1]
    if value is None:
        return None
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise _expected(said, "credits", "a JSON list of credits") from error
    found = []
    for one in value if isinstance(value, (list, tuple)) else [{"amount": value}]:
        lower = {str(name).lower(): word for name, word in one.items()} if isinstance(one, Mapping) else {}
        amount = lower.get("amount")
        if isinstance(amount, bool) or not _NUMBER.fullmatch(str(amount)):
            raise _expected(said, "credits", "credits with an amount each")
        found.append((str(lower.get("type") or lower.get("name") or "credits"), Decimal(str(amount))))
    return tuple(found)


def _day(column: str, value: Any) -> date | None:
    """The seller's day of an instant, which BigQuery may write as `2026-08-01 07:00:00 UTC`."""
    if isinstance(value, str):
        value = re.sub(r" UTC\Z", "+00:00", value.strip())
    found: datetime | date | None = instant(f"column {column}", value)
    return found and seller_day("google", found)
