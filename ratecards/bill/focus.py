"""A bill as FOCUS 1.3 (FinOps Open Cost and Usage Specification), Cost and Usage: a charge per day, price and group.

https://focus.finops.org/focus-specification/v1-3/. What a price list cannot know is null (invoices, accounts,
contracts); billed, contracted and effective cost are the list cost, as nothing else is known. Columns of our own begin
with `x_`, as the specification wants it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from ratecards.bill.count import Counted
from ratecards.bill.report import allowances, fields_of
from ratecards.bill.tally import Key
from ratecards.catalog.priced_model import measure
from ratecards.costing.breakdown import EXACT, Line
from ratecards.escaping import csv_field
from ratecards.model import plain

COLUMNS = (
    *("AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags"),
    *("AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType"),
    *("BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "CapacityReservationId"),
    *("CapacityReservationStatus", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency"),
    *("ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId"),
    *("CommitmentDiscountName", "CommitmentDiscountQuantity", "CommitmentDiscountStatus", "CommitmentDiscountType"),
    *("CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit", "ContractApplied", "ContractedCost"),
    *("ContractedUnitPrice", "EffectiveCost", "HostProviderName", "InvoiceId", "InvoiceIssuerName", "ListCost"),
    *("ListUnitPrice", "PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice"),
    *("PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit"),
    *("ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType"),
    *("ServiceCategory", "ServiceName", "ServiceProviderName", "ServiceSubcategory", "SkuId", "SkuMeter"),
    *("SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags"),
)
_NUMBER = re.compile(r"-?[0-9.]+")
OWN = ("x_Model", "x_ServiceTier", "x_PriceSource", "x_PriceObserved", "x_Quote")
_NAMES = {"google": "Google", "openai": "OpenAI", "anthropic": "Anthropic", "laozhang": "laozhang.ai"}
_SERVICES = {
    "google/gemini-api": "Gemini API",
    "google/vertex-ai": "Agent Platform",
    "openai/openai-api": "OpenAI API",
    "anthropic/anthropic-api": "Claude API",
}


def text(found: Counted, by: Sequence[str]) -> str:
    """The charges, and a credit for each allowance, as CSV; numbers, which may be negative, as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, *OWN))
    for row in (*_charges(found, fields_of(by)), *_credits(found)):
        cells = (row.get(name, "") for name in (*COLUMNS, *OWN))
        writer.writerow([cell if _NUMBER.fullmatch(cell) else csv_field(cell) for cell in cells])
    return out.getvalue()


def _charges(found: Counted, fields: Sequence[str]) -> Iterator[dict[str, str]]:
    for key, total in sorted(found.tally.sums.items()):
        for line in total.lines.values():
            yield _charge(key, line, dict(zip(fields, key.fields, strict=True)))


def _charge(key: Key, line: Line, tags: dict[str, str]) -> dict[str, str]:
    per, noun = measure(line.unit)
    amount, rate = plain(line.amount), plain(line.rate)
    pricing = plain(EXACT.divide(line.quantity, Decimal(per)))
    sku = f"{key.source}/{line.model}/{line.what}"
    return {
        **_seller(key.source),
        **_period(key.day, str(key.day)),
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), amount),
        **dict.fromkeys(("ContractedUnitPrice", "ListUnitPrice"), rate),
        **dict.fromkeys(("BillingCurrency", "PricingCurrency"), line.currency),
        **dict.fromkeys(("PricingCurrencyContractedUnitPrice", "PricingCurrencyListUnitPrice"), rate),
        "PricingCurrencyEffectiveCost": amount,
        "ChargeCategory": "Usage",
        "ChargeDescription": f"{line.model}: {line.what}",
        "ConsumedQuantity": plain(line.quantity),
        "ConsumedUnit": f"{noun.capitalize()}s",
        "PricingCategory": "Standard",
        "PricingQuantity": pricing,
        "PricingUnit": f"{per} {noun.capitalize()}s" if per > 1 else noun.capitalize(),
        "ResourceId": line.model,
        "ResourceName": line.model,
        "ResourceType": "Model",
        "SkuId": sku,
        "SkuMeter": line.what,
        "SkuPriceId": f"{sku}/{rate}",
        "SkuPriceDetails": json.dumps({"x_ServiceTier": key.tier}),
        "Tags": json.dumps(tags),
        "x_Model": line.model,
        "x_ServiceTier": key.tier,
        "x_PriceSource": line.source,
        "x_PriceObserved": str(line.observed),
        "x_Quote": line.quote,
    }


def _credits(found: Counted) -> Iterator[dict[str, str]]:
    for given in allowances(found):
        one = given.allowance
        first = date.fromisoformat(one.period if len(one.period) == 10 else f"{one.period}-01")
        amount = plain(-given.amount)
        yield {
            **_seller(one.source),
            **_period(first, one.period),
            **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), amount),
            **dict.fromkeys(("BillingCurrency", "PricingCurrency"), one.currency),
            "PricingCurrencyEffectiveCost": amount,
            "ChargeCategory": "Credit",
            "ChargeDescription": f"allowance: {one.meter.replace('_', ' ')} ({one.pool})",
            "Tags": "{}",
            "x_PriceSource": one.source,
            "x_Quote": one.quote,
        }


def _period(day: date, words: str) -> dict[str, str]:
    """The charge's day or month and the billing month, as instants with the end left out."""
    month = day.replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    end = day + timedelta(days=1) if len(words) == 10 else after
    return {
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargePeriodEnd": f"{end}T00:00:00Z",
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{after}T00:00:00Z",
    }


def _seller(source: str) -> dict[str, str]:
    provider = source.partition("/")[0]
    name = _NAMES.get(provider, provider)
    who = ("HostProviderName", "InvoiceIssuerName", "ProviderName", "PublisherName", "ServiceProviderName")
    return {
        **dict.fromkeys(COLUMNS, ""),
        **dict.fromkeys(who, name),
        "BillingAccountId": provider,
        "BillingAccountType": "Provider",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "ServiceName": _SERVICES.get(source, source),
    }
