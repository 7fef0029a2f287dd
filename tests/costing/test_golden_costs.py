"""The committed history, as it stood on two days of spring 2026: figures that were checked against the page by eye."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import ratecards
from ratecards.errors import CostError
from tests.support.guide import FLASH_IMAGE, LISTED

DATA = Path(ratecards.__file__).parent
DAYS = ("2026-03-24", "2026-04-27")
GEMINI = "gemini-api"


def total(model: str, usage: dict[str, Any], on: str, **how: Any) -> str:
    """The total, as printed."""
    return str(ratecards.cost(model, usage, on, source=GEMINI, dataset=DATA, **how).total)


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("tier", ["standard", "batch"])
def test_the_image_model_of_the_guide(on: str, tier: str):
    """T1's listed prices are those of both editions."""
    actual = [total(FLASH_IMAGE, {"images": {size: 1000}}, on, tier=tier) for size in LISTED[tier]]
    assert [Decimal(price) * 1000 for price in LISTED[tier].values()] == [Decimal(found) for found in actual]


@pytest.mark.parametrize(
    ("model", "usage", "how", "expected"),
    [
        ("gemini-2.5-flash", {"input_tokens": 1_000_000, "output_tokens": 100_000}, {}, "0.55"),
        ("gemini-2.5-flash", {"input_tokens": 1_000_000, "cached_tokens": 1_000_000}, {}, "0.03"),
        ("gemini-2.5-flash", {"input_tokens": {"audio": 1_000_000}}, {}, "1"),
        ("gemini-2.5-flash", {"input_tokens": 1_000_000, "output_tokens": 100_000}, {"tier": "batch"}, "0.275"),
        ("gemini-2.5-flash", {"input_tokens": 1_000_000}, {"plan": "free"}, "0"),
        ("gemini-2.5-pro", {"input_tokens": 200_000, "output_tokens": 1_000}, {}, "0.26"),
        ("gemini-2.5-pro", {"input_tokens": 200_001, "output_tokens": 0}, {}, "0.5000025"),
        ("gemini-2.5-flash", {"grounded_prompts": 2500}, {}, "35"),
        ("imagen-4.0-ultra-generate-001", {"images": 5}, {}, "0.3"),
        ("veo-3.1-generate-preview", {"seconds": {"4k": 8}}, {}, "4.8"),
        ("gemini-3-pro-image-preview", {"images": {"4K": 1}}, {"tier": "batch"}, "0.12"),
    ],
)
@pytest.mark.parametrize("on", DAYS)
def test_prices_that_stood_on_both_days(model: str, usage: dict[str, Any], how: dict[str, Any], expected: str, on: str):
    """Text, cache, audio, batch, the free plan, long prompts, grounding, images and video."""
    assert Decimal(expected) == Decimal(total(model, usage, on, **how))


def test_what_came_in_april():
    """Flex and Priority were new in April; in March the message says what there was."""
    usage = {"input_tokens": 1_000_000}
    assert ["0.15", "0.54"] == [total("gemini-2.5-flash", usage, DAYS[1], tier=t) for t in ("flex", "priority")]
    with pytest.raises(CostError, match="the flex tier is not offered on the paid plan; offered: standard, "):
        total("gemini-2.5-flash", usage, DAYS[0], tier="flex")


def test_what_had_gone_in_march():
    """Gemini 3 Pro Preview, with its last price."""
    with pytest.raises(
        CostError, match=r"gemini-3-pro-preview is gone since 2026-03-24.*input \(prompt <= 200k\) 2.00"
    ):
        total("gemini-3-pro-preview", {"input_tokens": 1}, DAYS[0])
    assert "0.002" == total("gemini-3-pro-preview", {"input_tokens": 1000}, "2026-03-23")


def test_a_response_of_the_api():
    """An image of 1K with its prompt and thoughts, as the API counts them."""
    usage = {
        "promptTokenCount": 20,
        "candidatesTokenCount": 1120,
        "thoughtsTokenCount": 100,
        "totalTokenCount": 1240,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }
    found = ratecards.cost(FLASH_IMAGE, {"usageMetadata": usage}, DAYS[1], source=GEMINI, dataset=DATA)
    assert Decimal("0.06751") == found.total
    assert ["$0.50 (text/image)", "$60.00 (images)", "$3 (text and thinking)"] == [line.quote for line in found.lines]
