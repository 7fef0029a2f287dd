"""Small datasets for the reader's tests: a few rates, cards and changes, written as the workshop writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.model import Evidence, Rate, RateCard
from ratecards.storage import history
from ratecards.storage.history import Change, Stamp

OWNER = {"provider": "google", "source": "gemini-api"}
TOKENS = "1000000 tokens"


def rate(model: str = "flash", meter: str = "input", price: str | None = "0.5", **values: Any) -> Rate:
    """A rate of `model`; without a price it is not available."""
    evidence = Evidence(values.pop("quote", f"${price}"), values.pop("locator", f"{model} / {meter}"))
    amount = {"price": Decimal(price), "currency": "USD"} if price else {"availability": "not_available"}
    return Rate(**{**OWNER, "model": model, "meter": meter, "unit": TOKENS, **amount, **values}, evidence=evidence)


def card(model: str = "flash", *rates: Rate, **values: Any) -> RateCard:
    """A card of `model` with those rates, before it is stamped."""
    facts = {"name": model.title(), "url": "https://example.test/pricing", "observed": date(2026, 1, 1)}
    return RateCard(**{**OWNER, "model": model, "capture": "", "parser": "1", **facts, **values}, rates=rates)


def stamp(day: str, *, correction: bool = False) -> Stamp:
    """The edition of a day, recorded at noon."""
    return Stamp(
        observed=date.fromisoformat(day),
        recorded=f"{day}T12:00:00Z",
        capture="sha256:0",
        parser="1",
        last_updated=date.fromisoformat(day),
        correction=correction,
    )


def change(day: str, kind: str, model: str = "flash", *, correction: bool = False, **values: Any) -> Change:
    """One change as observed on a day."""
    return Change(**{**OWNER, **values}, kind=kind, model=model, stamp=stamp(day, correction=correction))


def added(day: str, *cards: RateCard) -> list[Change]:
    """The changes that add those cards."""
    return [change(day, "model_added", c.model, card=c, provider=c.provider, source=c.source) for c in cards]


def write(root: Path, *changes: Change, provider: str = "google", source: str = "gemini-api") -> Path:
    """A data directory with that history in it; returns the directory."""
    file = root / "history" / provider / f"{source}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(_lines(changes)), encoding="utf-8")
    return root


def _lines(changes: Iterable[Change]) -> list[str]:
    return [history.line(c) for c in changes]
