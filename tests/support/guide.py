"""The cards of a price guide of March 2026: its figures as facts, in the pages' words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ratecards.catalog.catalog import Catalog
from ratecards.model import Formula, Rate, RateCard
from tests.support.histories import card, rate

MARCH = date(2026, 3, 24)
FLASH_IMAGE = "gemini-3.1-flash-image-preview"
SIZES = {"0.5K": 747, "1K": 1120, "2K": 1680, "4K": 2520}
LISTED = {
    "standard": {"0.5K": "0.045", "1K": "0.067", "2K": "0.101", "4K": "0.151"},
    "batch": {"0.5K": "0.022", "1K": "0.034", "2K": "0.050", "4K": "0.076"},
}
OPENAI = {"provider": "openai", "source": "openai-api"}
LAOZHANG = {"provider": "laozhang", "source": "laozhang"}


def picture(model: str, price: str, **values: Any) -> Rate:
    """The price of one image that comes out."""
    words = {"modality": "image", "unit": "1 image", "quote": f"${price} per image", **values}
    return rate(model, "output", str(Decimal(price).normalize()), **words)


def formula(resolution: str, tokens: int) -> Formula:
    """The note that says how many tokens an image has."""
    quote = f"Output images at {resolution} consume {tokens} tokens."
    return Formula(quote=quote, meter="output", modality="image", resolution=resolution, unit="1 image", tokens=tokens)


def flash_image(**values: Any) -> RateCard:
    """Gemini 3.1 Flash Image: $60 per 1M image tokens, and what the page lists per image."""
    rates = []
    for tier, share in (("standard", 1), ("batch", 2)):
        own: dict[str, Any] = {"service_tier": tier}
        rates += [
            rate(FLASH_IMAGE, "input", str(Decimal("0.5") / share), modality="text", **own),
            rate(FLASH_IMAGE, "output", str(Decimal(3) / share), modality="text", **own),
            rate(FLASH_IMAGE, "output", str(60 // share), modality="image", quote=f"${60 // share}.00 (images)", **own),
            *(
                picture(FLASH_IMAGE, price, resolution=size, basis="equivalent", **own)
                for size, price in LISTED[tier].items()
            ),
        ]
    formulas = tuple(formula(size, tokens) for size, tokens in SIZES.items())
    return card(FLASH_IMAGE, *rates, **{"formulas": formulas, "observed": MARCH, **values})


def imagen() -> list[RateCard]:
    """Imagen 4, three models at one price each."""
    prices = {"fast-": "0.02", "": "0.04", "ultra-": "0.06"}
    models = {f"imagen-4.0-{name}generate-001": price for name, price in prices.items()}
    return [card(model, picture(model, price, quote=f"${price}"), observed=MARCH) for model, price in models.items()]


def openai() -> list[RateCard]:
    """What OpenAI's page printed per image in December 2025, as far as the guide quotes it."""
    prices = {
        "gpt-image-1": {"low": "0.011", "medium": "0.042", "high": "0.167"},
        "gpt-image-1-mini": {"high": "0.036"},
        "dall-e-3": {"standard": "0.04", "hd": "0.08"},
    }
    return [
        card(
            model,
            *(picture(model, p, quality=q, resolution="1024x1024", quote=f"${p}", **OPENAI) for q, p in by.items()),
            observed=date(2025, 12, 19),
            **OPENAI,
        )
        for model, by in prices.items()
    ]


def reseller(price: str = "0.03") -> RateCard:
    """The same Flash Image through laozhang.ai, kept by hand; one price for all sizes, per request."""
    model = FLASH_IMAGE.removesuffix("-preview")
    sold = picture(model, price, unit="1 request", quote=f"\\${price}", **LAOZHANG)
    facts = (("manual", "from the guide"),)
    return card(model, sold, aliases=(FLASH_IMAGE,), facts=facts, observed=date(2026, 3, 2), **LAOZHANG)


def shelf(*more: RateCard, day: date = MARCH) -> Catalog:
    """Everything that the guide holds, and more."""
    return Catalog([flash_image(), *imagen(), *openai(), reseller(), *more], day)
