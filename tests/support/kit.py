"""Small rates, cards and changes: one call each, with what a test is about as its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.audit.claims import Claim, PriceEntry, Unread
from ratecards.model import Evidence, Formula, Rate, RateCard, canonical_order
from ratecards.storage.history import Change, Stamp

OWNER: dict[str, Any] = {"provider": "google", "source": "gemini-api"}
DAY = date(2026, 11, 1)
TOKENS = "1000000 tokens"


def rate(price: str | None = "0.5", **values: Any) -> Rate:
    """An input price of `flash` per million tokens; without a price, "Not available"."""
    evidence = Evidence(
        values.pop("quote", f"${price}" if price else "Not available"),
        values.pop("locator", "flash / Standard / Input price"),
        values.pop("capture", ""),
        values.pop("observed", None),
    )
    money: dict[str, Any] = {"price": Decimal(price), "currency": "USD"} if price else {"availability": "not_available"}
    return Rate(**{**OWNER, "model": "flash", "meter": "input", "unit": TOKENS, **money, **values}, evidence=evidence)


def card(*rates: Rate, **values: Any) -> RateCard:
    """A card with those rates, whose model becomes the card's."""
    model = values.get("model", "flash")
    head: dict[str, Any] = {
        "model": model,
        "name": model.title(),
        "url": "https://example.test/pricing",
        "observed": DAY,
        "capture": "sha256:0",
        "parser": "1",
    }
    own = sorted((replace(r, model=model) for r in rates), key=canonical_order)
    return RateCard(**{**OWNER, **head, **values}, rates=tuple(own))


def cards(*several: RateCard) -> dict[str, RateCard]:
    """Cards by model, as an edition has them."""
    return {c.model: c for c in several}


def formula(**values: Any) -> Formula:
    """A formula note: so many tokens an image."""
    return Formula(**{"quote": "An image takes 1290 tokens.", "unit": "1 image", "tokens": 1290, **values})


def stamp(day: date = DAY, **values: Any) -> Stamp:
    """The edition of a day, recorded at noon."""
    head: dict[str, Any] = {"recorded": f"{day}T12:00:00Z", "capture": f"sha256:{day:%d}", "parser": "1"}
    return Stamp(**{"observed": day, **head, **values})


def change(kind: str, *, day: date = DAY, model: str = "flash", **values: Any) -> Change:
    """One change of a model, stamped with its day."""
    return Change(**{**OWNER, "kind": kind, "model": model, "stamp": stamp(day), **values})


def stamped(changes: Iterable[Change], with_stamp: Stamp) -> list[Change]:
    """Changes as an edition records them."""
    return [replace(c, stamp=with_stamp) for c in changes]


def facts(edition: Mapping[str, RateCard]) -> dict[str, object]:
    """All that an edition says, words and places included, but for where and when it was read."""
    return {
        model: (
            c.name,
            set(c.aliases),
            dict(c.used_to_improve),
            set(c.notices),
            set(c.formulas),
            dict(c.facts),
            {(r, r.evidence.quote, r.evidence.locator) for r in c.rates},
        )
        for model, c in edition.items()
    }


def kinds(changes: Iterable[Change]) -> list[str]:
    """The kinds of changes, sorted."""
    return sorted(c.kind for c in changes)


def claimed(entries: Iterable[PriceEntry]) -> tuple[list[Claim], list[Unread]]:
    """All that the entries of a price file claim, and all that is unread, in the order of the file."""
    listed = list(entries)
    return [claim for own in listed for claim in own.claims], [item for own in listed for item in own.unread]
