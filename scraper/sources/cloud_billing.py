"""Google's Cloud Billing Catalog, service AEFD-7695-64FA "Gemini API": what is billed, SKU by SKU.

https://cloudbilling.googleapis.com/v1/services/AEFD-7695-64FA/skus, all pages of it. A SKU names its model in free text
only. A description is mapped when it has exactly one reading; every other SKU is listed as unmapped, and never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from ratecards.bill.sku import Meaning, UnmappedError, Vocabulary, meaning, noun_of
from ratecards.bill.sku import vocabulary as vocabulary_of
from ratecards.model import Evidence, Rate, plain, validate_rate
from scraper.errors import LayoutChanged, UnknownTerm
from scraper.model import Amounts, Draft, Problem, Reading, Section
from scraper.prices.rateset import merged
from scraper.sources import vocabulary

PROVIDER, SOURCE = "google", "cloud-billing"
PARSER = "1"
VOCABULARY = Path(__file__).with_name("cloud_billing.yaml")

_SKU_ID = re.compile(r"[0-9A-F]{4}(?:-[0-9A-F]{4}){2}\Z")
_PASSING = re.compile(r'("(?:effectiveTime|nextPageToken)"\s*:\s*)"[^"]*"')
_UNITS = re.compile(r"[0-9]{1,6}\Z")
_PLURALS = {"query": "queries"}


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained.

    `said` has those that descriptions are read by, here and on a bill.
    """

    urls: Mapping[str, str]
    plan: str
    currencies: Sequence[str]
    regions: Sequence[str]
    usage_types: Sequence[str]
    periods: Mapping[str, str]
    renames: Mapping[str, str]
    said: Vocabulary


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read once."""
    del data["name"]
    said = vocabulary_of({name: data.pop(name) for name in Vocabulary._fields if name in data})
    return Terms(**data, said=said)


urls, renames = vocabulary.offered(load_terms)


def fingerprint(body: str) -> str:
    """The list without what every query changes: `effectiveTime` is its day, and page tokens are its own."""
    return _PASSING.sub(r'\1""', body)


def read(body: str) -> Reading:
    """Read all pages of the list. Raises `LayoutChanged` when they are not it, not all of it, or none is known."""
    terms = load_terms()
    reading = Reading(f"{PROVIDER}/{SOURCE}", "json", [], Amounts())
    unmapped = Section("SKUs without a reading", "unmapped", counted=False)
    sections: dict[str, Section] = {}
    rates: dict[str, list[Rate]] = {}
    skus = [_sku(raw, terms) for raw in _skus(body)]
    for sku in skus:
        try:
            _read_sku(sku, sections, rates, terms)
        except UnmappedError as error:
            reason, detail = error.args
            unmapped.amounts.cells += len(sku.tiers)
            unmapped.amounts.ignored[f"unmapped: {reason}"] += len(sku.tiers)
            reading.notes.append(f"unmapped {sku.id} {sku.description!r}: {reason}{detail and f' ({detail})'}")
    if not rates:
        raise LayoutChanged(f"expected SKUs of known models with prices, saw {len(skus)} SKUs and none of them")
    for model in sorted(sections):
        _close(sections[model], rates.get(model, []))
    reading.sections = [*(sections[model] for model in sorted(sections)), unmapped]
    for section in reading.sections:
        reading.amounts.add(section.amounts)
    count = len(reading.notes)
    reading.notes.insert(0, f"{len(skus)} SKUs: {len(skus) - count} mapped, {count} unmapped")
    return reading


def _close(section: Section, found: Sequence[Rate]) -> None:
    """A model's rates as its card. Two SKUs with one key and two prices hold it back: both are billed to somebody."""
    rates, conflicts = merged(found)
    for first, second in conflicts:
        pair = " and ".join(f"{r.price} ({r.evidence.locator}, {r.evidence.quote!r})" for r in (first, second))
        message = f"two SKUs for one key: {pair}"
        section.problems.append(Problem("two-skus", second.evidence.locator, message, second.evidence.quote))
    section.cards = [Draft(model=section.anchor, name=section.title, anchor="", rates=tuple(rates))]


# ------------------------------------------------------------------------------------------ the frame


@dataclass(frozen=True, slots=True)
class _Sku:
    """One SKU with what every SKU must have; its pricing is looked at once its model is known."""

    id: str
    name: str
    description: str
    elsewhere: str
    pricing: Any

    @property
    def locator(self) -> str:
        return f"{self.id} / {self.name}"

    @property
    def tiers(self) -> list[Any]:
        """The tiered rates, as far as there are any: each prints one amount."""
        found: Any = self.pricing
        for step in (0, "pricingExpression", "tieredRates"):
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return []
        return found if isinstance(found, list) else []


def _skus(body: str) -> list[Any]:
    """All SKUs, from one page, a list of pages that follow each other, or the bare list."""
    data = _json(body)
    if isinstance(data, list) and data and all(isinstance(d, dict) and "skuId" in d for d in data):
        return data
    pages = data if isinstance(data, list) else [data]
    for at, page in enumerate(pages):
        if not isinstance(page, dict) or not isinstance(page.get("skus"), list):
            raise LayoutChanged(f"page {at + 1}: expected a page of skus, saw {_seen(page)}")
        token, last = page.get("nextPageToken", ""), at == len(pages) - 1
        if bool(token) == last:
            expected, seen = ("no next page", "a nextPageToken") if last else ("a nextPageToken", "none")
            raise LayoutChanged(f"page {at + 1} of {len(pages)}: expected {expected}, saw {seen}: a page is missing")
    found = [sku for page in pages for sku in page["skus"]]
    if not found:
        raise LayoutChanged("expected SKUs, saw an empty list")
    return found


def _json(body: str) -> Any:
    text = body.removeprefix("\ufeff").strip()
    if not text:
        raise LayoutChanged("empty body: expected a list of SKUs, saw no text")
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise LayoutChanged(f"expected JSON, saw {text[:60]!r} ({error})") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key that stands twice among {', '.join(found)}")
    return found


def _seen(page: Any) -> str:
    error = page.get("error") if isinstance(page, dict) else None
    if isinstance(error, dict):
        return f"an error answer: {error.get('code')} {error.get('status', '')}".rstrip()
    return json.dumps(page)[:60]


def _sku(raw: Any, terms: Terms) -> _Sku:
    if not isinstance(raw, dict):
        raise LayoutChanged(f"expected a SKU, saw {json.dumps(raw)[:60]}")
    sku, name, description = (raw.get(field) for field in ("skuId", "name", "description"))
    if not (isinstance(sku, str) and _SKU_ID.match(sku) and isinstance(description, str)):
        raise LayoutChanged(f"expected a SKU with id and description, saw {json.dumps(raw)[:80]}")
    if name != f"{terms.said.service}/skus/{sku}":
        raise LayoutChanged(f"{sku}: expected a SKU of {terms.said.service}, saw {name!r}")
    elsewhere = []
    if raw.get("serviceRegions") != list(terms.regions):
        elsewhere.append(f"regions {json.dumps(raw.get('serviceRegions'))[:60]}")
    category = raw.get("category")
    usage = category.get("usageType") if isinstance(category, dict) else None
    if usage not in terms.usage_types:
        elsewhere.append(f"usage type {usage!r}")
    return _Sku(sku, name, description, ", ".join(elsewhere), raw.get("pricingInfo"))


# ------------------------------------------------------------------------------------------ the prices


def _read_sku(sku: _Sku, sections: dict[str, Section], rates: dict[str, list[Rate]], terms: Terms) -> None:
    """Add a SKU's rates, or what is wrong with them, to its model's section. Raises `UnmappedError`."""
    said = meaning(sku.description, terms.said)
    if said.allowance:
        raise UnmappedError("a part of an allowance", said.allowance)
    if sku.elsewhere:
        raise UnmappedError("not the worldwide on-demand price", sku.elsewhere)
    section = sections.get(said.model, Section(said.model, said.model, (said.model,)))
    try:
        found = _rates(sku, said, terms)
    except UnknownTerm as error:
        section.problems.append(Problem("pricing", sku.locator, str(error), sku.description))
    else:
        rates.setdefault(said.model, []).extend(found)
        section.amounts.read += len(sku.tiers)
    section.amounts.cells += len(sku.tiers)
    sections[said.model] = section


def _rates(sku: _Sku, said: Meaning, terms: Terms) -> list[Rate]:
    """The SKU's rates, one per tier. Raises `UnknownTerm` on pricing that is absent or not as known."""
    expression = _expression(sku)
    quantity = _quantity(expression)
    unit = _unit(said, expression.get("usageUnit"), quantity, terms)
    tiers = [_tier(tier, quantity, terms) for tier in sku.tiers]
    starts = [start for start, _, _ in tiers]
    if not tiers or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
        raise UnknownTerm(f"expected tiers that rise from 0, saw starts {starts}")
    period = _period(sku, terms) if len(tiers) > 1 else ""
    found = [
        Rate(
            provider=PROVIDER,
            source=SOURCE,
            model=said.model,
            service_tier=said.service_tier,
            plan=terms.plan,
            meter=said.meter,
            modality=said.modality,
            unit=unit,
            resolution=said.resolution,
            used_over=start or None,
            used_up_to=end,
            period=period,
            context=said.context,
            availability="priced" if price else "free",
            price=price,
            currency=currency,
            evidence=Evidence(sku.description, sku.locator),
        )
        for (start, price, currency), end in zip(tiers, [*starts[1:], None], strict=True)
    ]
    if wrong := [words for rate in found for words in validate_rate(rate)]:
        raise UnknownTerm("; ".join(wrong))
    return found


def _expression(sku: _Sku) -> Mapping[str, Any]:
    infos = sku.pricing
    if not isinstance(infos, list) or len(infos) != 1 or not isinstance(infos[0], dict):
        seen = f"{len(infos)} entries" if isinstance(infos, list) else json.dumps(infos)[:60]
        raise UnknownTerm(f"expected one pricing of the SKU, saw {seen}")
    expression = infos[0].get("pricingExpression")
    if not isinstance(expression, dict):
        raise UnknownTerm(f"expected a pricing expression, saw {json.dumps(expression)[:60]}")
    return expression


def _unit(said: Meaning, usage_unit: object, quantity: int, terms: Terms) -> str:
    """The unit of the display quantity. The noun is the description's, the usage unit's, or the family's own."""
    if not isinstance(usage_unit, str) or usage_unit not in terms.said.usage_units:
        raise UnknownTerm(f"unknown usage unit {usage_unit!r}")
    noun = noun_of(said, usage_unit, terms.said, quantity)
    return f"{quantity} {noun if quantity == 1 else _PLURALS.get(noun, f'{noun}s')}"


def _quantity(expression: Mapping[str, Any]) -> int:
    quantity = expression.get("displayQuantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 < quantity <= 10**9:
        raise UnknownTerm(f"expected a display quantity, saw {quantity!r}")
    return quantity


def _tier(tier: Any, quantity: int, terms: Terms) -> tuple[int, Decimal, str]:
    """Where a tier starts, and its exact price for the display quantity: nanos are of one usage unit."""
    start = tier.get("startUsageAmount") if isinstance(tier, dict) else None
    price = tier.get("unitPrice") if isinstance(tier, dict) else None
    if not isinstance(price, dict) or not isinstance(start, int | float) or isinstance(start, bool) or start % 1:
        raise UnknownTerm(f"expected a tier with its start and unit price, saw {json.dumps(tier)[:80]}")
    currency, units, nanos = (price.get(name) for name in ("currencyCode", "units", "nanos"))
    if currency not in terms.currencies:
        raise UnknownTerm(f"unknown currency {currency!r}, expected {' or '.join(terms.currencies)}")
    if not (isinstance(units, str) and _UNITS.match(units) and isinstance(nanos, int)):
        raise UnknownTerm(f"expected units and nanos, saw {json.dumps(price)[:80]}")
    if isinstance(nanos, bool) or not 0 <= nanos < 10**9:
        raise UnknownTerm(f"expected nanos from 0 to 999999999, saw {nanos!r}")
    exact = Decimal(f"{(int(units) * 10**9 + nanos) * quantity}e-9")
    return int(start), Decimal(plain(exact)), str(currency)


def _period(sku: _Sku, terms: Terms) -> str:
    """The period over which usage is added up. A tier without one has no meaning."""
    info = sku.pricing[0].get("aggregationInfo")
    interval = info.get("aggregationInterval") if isinstance(info, dict) else None
    if not isinstance(interval, str) or interval not in terms.periods:
        raise UnknownTerm(f"expected tiers to say per day or month, saw {interval!r}")
    return terms.periods[interval]
