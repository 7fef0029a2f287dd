"""Rows of billing exports, in each form that BigQuery and people write them in; figures of public bills."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

SERVICE = {"id": "AEFD-7695-64FA", "description": "Gemini API"}
PAID, FREE = "Generate content search query gemini 3 paid one", "Generate content search query gemini 3 free"
OUTPUT = "Generate content output token count gemini 3 flash text"
SKUS = (
    PAID,
    FREE,
    OUTPUT,
    "Generate content output token count gemini 2.5 flash short input text",
    "Generate content cached input token count gemini 2.5 pro long input",
    "Generate_content image output token count for Gemini 2.5 Flash Native Image Generation",
    "Gemini 2.5 Flash Grounding with Google Search grounded prompts",
    "Gemini 2.5 Pro text Input",
    "Generate content input token count gemini 9 text",
    "",
)


def row(description: str = OUTPUT, cost: Any = "10.298376", amount: Any = "3432792", **fields: Any) -> dict[str, Any]:
    """A row of the detailed export, records in records."""
    day = fields.pop("day", "2026-08-20")
    return {
        "billing_account_id": "0",
        "service": SERVICE,
        "sku": {"id": "0000-0000-0000", "description": description},
        "usage_start_time": f"{day} 08:00:00 UTC",
        "usage_end_time": f"{day} 09:00:00 UTC",
        "cost": cost,
        "currency": "USD",
        "currency_conversion_rate": "1.0",
        "usage": {"amount": amount, "unit": "count", "amount_in_pricing_units": amount, "pricing_unit": "count"},
        "credits": [],
        "cost_type": "regular",
        **fields,
    }


def flat(record: dict[str, Any], dot: str = ".") -> dict[str, str]:
    """The row as CSV has it: records as columns, lists as JSON."""
    cells: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            cells |= {f"{name}{dot}{inner}": str(said) for inner, said in value.items() if said is not None}
        else:
            cells[name] = json.dumps(value) if isinstance(value, list) else str(value)
    return cells


def focus(record: dict[str, Any]) -> dict[str, Any]:
    """The same row in Google's FOCUS export."""
    given = [{"Name": c["name"], "Amount": c["amount"], "Type": c.get("type")} for c in record["credits"]]
    price = record.get("price") or {}
    start = price.get("tier_start_amount")
    return {
        "BilledCost": str(Decimal(str(record["cost"])) + sum(Decimal(str(c["amount"])) for c in record["credits"])),
        "ContractedCost": record["cost"],
        "ListCost": record.get("cost_at_list"),
        "BillingCurrency": record["currency"],
        "ChargeCategory": {"tax": "Tax", "regular": "Usage"}.get(record["cost_type"], "Adjustment"),
        "ChargeDescription": record["sku"]["description"],
        "ChargePeriodStart": record["usage_start_time"],
        "ConsumedQuantity": record["usage"]["amount_in_pricing_units"],
        "ConsumedUnit": record["usage"]["pricing_unit"],
        "ServiceName": record["service"]["description"],
        "SkuId": record["sku"]["id"],
        "SkuPriceId": None if start is None else f"Billing Account ID:0, SKU ID: 0, Price Tier Start Amount: {start}",
        "x_CostType": record["cost_type"],
        "x_Credits": given,
        "x_CurrencyConversionRate": record["currency_conversion_rate"],
        "x_ServiceId": record["service"].get("id"),
    }


def as_csv(records: list[dict[str, Any]], dot: str = ".") -> str:
    """Rows as CSV."""
    rows = [flat({k: v for k, v in record.items() if v is not None}, dot) for record in records]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for cells in rows for name in cells)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_lines(records: list[dict[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


@st.composite
def charges(draw: Any) -> dict[str, Any]:
    """A row: of a SKU or of another service, in dollars or not, negative, taxed, credited, in a tier, or broken."""
    amount = draw(st.integers(-1000, 100_000))
    cents = draw(st.sampled_from(["0", "1.5", "-2.25", "0.014", str(Decimal(amount) * 14 / 1000)]))
    found = row(
        draw(st.sampled_from(SKUS)), cents, str(amount), day=draw(st.sampled_from(["2026-07-31", "2026-08-20"]))
    )
    found["cost_type"] = draw(st.sampled_from(["regular"] * 6 + ["tax", "adjustment", "rounding_error"]))
    if draw(st.booleans()):
        found["credits"] = [
            {"name": "free", "amount": "-0.5", "type": draw(st.sampled_from(["PROMOTION", "FREE_TIER"]))}
        ]
    found["currency"], found["currency_conversion_rate"] = draw(
        st.sampled_from([("USD", "1"), ("USD", "1.0"), ("EUR", "0.9"), ("JPY", "150.25"), ("EUR", None)])
    )
    if draw(st.booleans()):
        found["cost_at_list"] = draw(st.sampled_from(["1.5", str(Decimal(amount) * 14 / 1000)]))
    if draw(st.booleans()):
        found["price"] = {"tier_start_amount": draw(st.sampled_from(["0", "5000", "7"]))}
    if draw(st.integers(0, 5)) == 0:
        found["service"] = {"id": "9662-B51E-5089", "description": "Cloud Run"}
    if draw(st.integers(0, 9)) == 0:
        found["cost"] = draw(st.sampled_from(["x", "", "1,000"]))
    return found
