"""Pages of the billing catalogue, built from the facts of a case."""

from __future__ import annotations

from ratecards.storage import strict_yaml
from scraper import ROOT

CASES = ROOT / "tests" / "sources" / "cloud_billing" / "cases"


PLAIN = "Generate content input token count gemini 3.7 flash text"
SERVICE = "services/AEFD-7695-64FA"


def sku(facts: dict, number: int = 0) -> dict:
    """The catalogue's record of a SKU's facts."""
    name = facts.get("id") or f"A000-0000-{number:04X}"
    tiers = facts.get("tiers") or [[0, facts.get("units", "0"), facts.get("nanos", 0)]]
    unit = facts.get("usage_unit", "count")
    expression = {
        "usageUnit": unit,
        "displayQuantity": facts.get("quantity", 1_000_000),
        "tieredRates": [
            {
                "startUsageAmount": start,
                "unitPrice": {"currencyCode": facts.get("currency", "USD"), "units": units, "nanos": nanos},
            }
            for start, units, nanos in tiers
        ],
        "usageUnitDescription": unit,
        "baseUnit": unit,
        "baseUnitDescription": unit,
        "baseUnitConversionFactor": 1,
    }
    info = {
        "summary": "",
        "pricingExpression": expression,
        "currencyConversionRate": 1,
        "effectiveTime": "2026-11-01T07:00:00Z",
    }
    if "interval" in facts:
        info["aggregationInfo"] = {
            "aggregationLevel": "ACCOUNT",
            "aggregationInterval": facts["interval"],
            "aggregationCount": 1,
        }
    return {
        "name": f"{SERVICE}/skus/{name}",
        "skuId": name,
        "description": facts["description"],
        "category": {
            "serviceDisplayName": "Gemini API",
            "resourceGroup": "Gemini",
            "usageType": facts.get("usage_type", "OnDemand"),
        },
        "serviceRegions": facts.get("regions", ["global"]),
        "pricingInfo": [] if facts.get("pricing") == "none" else [info],
        "serviceProviderName": "Google",
    }


def load(case: str, name: str = "facts.yaml") -> list | dict:
    path = CASES / case / name
    return strict_yaml.load(path.read_text(encoding="utf-8"), f"{case}/{name}") if path.exists() else []


def skus(case: str) -> list[dict]:
    return [sku(facts, number) for number, facts in enumerate(load(case)["skus"])]


def page(found: list[dict], token: str = "") -> dict:
    return {"skus": found, "nextPageToken": token}
