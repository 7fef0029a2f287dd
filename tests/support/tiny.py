"""A source for tests: a page is a JSON object, in two representations, and says how it is to be read.

    {"models": {"m-1": {"input": "1", "output": [["1", "", "2026-12-31"], ["2", "2027-01-01", ""]]}},
     "unread": {"m-2": "why"}, "updated": "2026-11-01", "tables": 6, "suspicions": [], "broken": "why", "nonce": ""}

A price is a decimal, or a list of [decimal, from, until].
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from ratecards.model import Evidence, Rate
from scraper.errors import LayoutChanged
from scraper.model import Amounts, Draft, Problem, Reading, Section

PARSER = "1"


def urls() -> dict[str, str]:
    return {"json": "https://acme.example/prices.json", "txt": "https://acme.example/prices.txt"}


def renames() -> dict[str, str]:
    return {}


def fingerprint(body: str) -> str:
    return json.dumps({**json.loads(body), "nonce": ""}, sort_keys=True)


def read(body: str) -> Reading:
    page = json.loads(body)
    if "broken" in page:
        raise LayoutChanged(page["broken"])
    sections = [_section(model, prices) for model, prices in page.get("models", {}).items()]
    for model, why in page.get("unread", {}).items():
        ids = (model,) if model else ()
        sections.append(Section(model or "Nameless", model, ids, problems=[Problem("label", model, why, "term")]))
    for section in sections:
        section.problems += (
            [Problem("conflict", section.title, "two prices")] if page.get("torn") == section.title else []
        )
    sections += [
        Section("notes", "notes", problems=[Problem("unclaimed", "notes", w)], counted=False)
        for w in page.get("notes", [])
    ]
    seen = page.get("amounts", sum(len(d.rates) for s in sections for d in s.cards))
    reading = Reading("acme/tiny", "json", sections, Amounts(cells=seen, read=seen), page.get("tables", len(sections)))
    reading.last_updated = date.fromisoformat(page["updated"]) if "updated" in page else None
    reading.suspicions = list(page.get("suspicions", ()))
    return reading


def _section(model: str, prices: dict) -> Section:
    rates = [r for meter, price in prices.items() if meter != "name" for r in _rates(model, meter, price)]
    draft = Draft(model=model, name=prices.get("name", model.upper()), anchor=model, rates=tuple(rates))
    return Section(model, model, (model,), [draft])


def _rates(model: str, meter: str, price: str | list) -> list[Rate]:
    rows = [[price, "", ""]] if isinstance(price, str) else price
    return [
        Rate(
            provider="acme",
            source="tiny",
            model=model,
            meter=meter,
            unit="1000000 tokens",
            price=Decimal(amount),
            currency="USD",
            effective_from=date.fromisoformat(start) if start else None,
            effective_until=date.fromisoformat(end) if end else None,
            evidence=Evidence(f"${amount}", f"{model} / {meter}"),
        )
        for amount, start, end in rows
    ]


def page(models: dict | None = None, **more) -> bytes:
    """The body of a page."""
    return json.dumps({"models": models or {}, **more}).encode()
