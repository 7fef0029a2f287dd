"""The Gemini API's pricing page of two models and a tool, in both representations, and what is read of it."""

from __future__ import annotations

import copy

from ratecards.model import row
from scraper.model import Reading
from scraper.sources import gemini_api
from tests.support import pagebuilder
from tests.support.workshop import SMALL

KINDS = ("html", "md")


RATES = "1000000 tokens"


ROWS = [["Input price", "Free of charge", "$1.00"], ["Output price", "Free of charge", "$2.00"]]


TOOLS = {
    "about": "Tools have prices of their own.",
    "rows": [["File search", "Free of charge", "Charged for embeddings at $0.15 / 1M tokens."]],
    "footnotes": ["[*] Prices can change."],
}


def edition(**models: dict | None) -> dict:
    """A page of two models and a tool; `gemini_a=...` is another first one, None leaves one out."""
    names: dict[str, dict | None] = {
        "gemini-a": {"name": "Gemini A", "tabs": {"Standard": ROWS, "Batch": ROWS}},
        "gemini-b": {"name": "Gemini B", "rows": ROWS},
    } | {key.replace("_", "-"): value for key, value in models.items()}
    chosen = {name: copy.deepcopy(model) for name, model in names.items() if model is not None}
    head = {"fetched": "2026-11-01T06:17:00Z", "updated": "2026-10-30", "dialect": "2026", "intro": "What it costs."}
    return {**head, "models": chosen, "tools": copy.deepcopy(TOOLS)}


def one(rows: list, **more: object) -> dict:
    """A page whose first model has these rows."""
    return edition(gemini_a={"name": "Gemini A", "rows": rows, **more})


def body(page: dict, kind: str) -> str:
    """One representation of an edition."""
    return (pagebuilder.html_page if kind == "html" else pagebuilder.twin_page)(page).decode()


def read(page: dict | str, kind: str = "html") -> Reading:
    """An edition, or a body, as read; pages of a few tables pass."""
    return gemini_api.read(page if isinstance(page, str) else body(page, kind), SMALL)


def rates(found: Reading, model: str = "gemini-a") -> list[str]:
    """The paid rates of a model, a line each."""
    skip = ("provider", "source", "model", "plan", "currency", "locator", "quote", "availability", "reading")
    out = []
    for rate in found.rates():
        if rate.model == model and rate.plan == "paid":
            words = {k: v for k, v in row(rate).items() if v and k not in skip and v not in ("list", RATES, "standard")}
            out.append(" ".join([*words.values(), "" if rate.availability == "priced" else rate.availability]).strip())
    return out


def same(page: dict) -> Reading:
    """The HTML reading, after both representations gave the same rates and problems."""
    html, twin = (read(page, kind) for kind in KINDS)
    assert [row(r) | {"locator": ""} for r in html.rates()] == [row(r) | {"locator": ""} for r in twin.rates()]
    assert [(p.kind, p.message, p.term) for p in html.problems] == [(p.kind, p.message, p.term) for p in twin.problems]
    assert (html.amounts, html.tables) == (twin.amounts, twin.tables)
    return html
