"""The Agent Platform page of 2026-05-08."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ratecards.model import validate_rate
from scraper.model import Reading
from scraper.sources import vertex_ai
from tests.sources.vertex_ai.test_vertex_ai import rates
from tests.support.captures import captured, needed

pytestmark = needed


# Read off the page by eye: model, tier, meter, modality, unit, conditions, price.
SPOT = [
    ("gemini-3.1-pro-preview", "standard", "input", "video", "1000000 tokens", {"prompt_over": 200000}, "4"),
    ("gemini-3.1-pro-preview", "standard", "cache_read", "audio", "1000000 tokens", {"prompt_up_to": 200000}, "0.2"),
    ("gemini-3.1-pro-preview", "priority", "output", "text", "1000000 tokens", {"prompt_over": 200000}, "32.4"),
    ("gemini-3.1-pro-preview", "batch", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "60"),
    ("gemini-3.1-pro-preview", "flex", "cache_read", "text", "1000000 tokens", {"prompt_up_to": 200000}, None),
    ("gemini-3.1-flash-image-preview", "standard", "input", "image", "1000000 tokens", {"prompt_up_to": 200000}, "0.5"),
    ("gemini-3.1-flash-image-preview", "standard", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "60"),
    ("gemini-3.1-flash-image-preview", "flex", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "30"),
    ("gemini-3.1-flash-image-preview", "priority", "input", "text", "1000000 tokens", {"prompt_over": 200000}, None),
    ("gemini-3.1-flash-lite-preview", "standard", "input", "audio", "1000000 tokens", {"prompt_up_to": 200000, "context": "global"}, "0.5"),
    ("gemini-3.1-flash-lite-preview", "flex", "cache_read", "text", "1000000 tokens", {"prompt_over": 200000, "context": "non-global"}, "0.01375"),
    ("gemini-3.1-flash-lite-preview", "standard", "cache_storage", "text", "1000000 token-hours", {"prompt_over": 200000}, "1"),
    ("gemini-3-pro-image-preview", "batch", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "60"),
    ("gemini-3-flash-preview", "priority", "output", "text", "1000000 tokens", {"prompt_over": 200000}, "5.4"),
    ("gemini-3-flash-preview", "standard", "search_grounding", "", "1000 queries", {"used_over": 5000, "period": "month", "context": "web grounding for enterprise"}, "14"),
    ("gemini-3-flash-preview", "standard", "tool", "", "1000 prompts", {"context": "grounding with your data"}, "2.5"),
    ("gemini-2.5-pro", "standard", "cache_read", "text", "1000000 tokens", {"prompt_up_to": 200000}, "0.13"),
    ("gemini-2.5-pro", "priority", "cache_read", "text", "1000000 tokens", {"prompt_up_to": 200000}, "0.23"),
    ("gemini-2.5-pro", "batch", "input", "text", "1000000 tokens", {"prompt_up_to": 200000}, "0.625"),
    ("gemini-2.5-pro", "standard", "search_grounding", "", "1000 prompts", {"used_up_to": 10000, "period": "day"}, "0"),
    ("gemini-2.5-pro", "standard", "tuning", "", "1000000 tokens", {"context": "supervised fine-tuning"}, "25"),
    ("gemini-2.5-pro", "standard", "cache_storage", "video", "1000000 token-hours", {"prompt_up_to": 200000}, "4.5"),
    ("gemini-2.5-computer-use-preview-10-2025", "standard", "output", "text", "1000000 tokens", {"prompt_over": 200000}, "15"),
    ("gemini-2.5-flash", "standard", "input", "audio", "1000000 tokens", {"prompt_over": 200000}, "1"),
    ("gemini-2.5-flash", "standard", "tuning", "", "1000000 tokens", {"context": "preference tuning"}, "5"),
    ("gemini-2.5-flash-image", "flex", "output", "image", "1000000 tokens", {"prompt_up_to": 200000}, "15"),
    ("gemini-2.5-flash-native-audio-preview-12-2025", "standard", "input", "video", "1000000 tokens", {"prompt_up_to": 200000}, "3"),
    ("gemini-2.5-flash-native-audio-preview-12-2025", "flex", "input", "text", "1000000 tokens", {"prompt_up_to": 200000}, None),
    ("gemini-2.5-flash-lite", "priority", "input", "audio", "1000000 tokens", {"prompt_up_to": 200000}, "0.54"),
    ("gemini-2.0-flash", "batch", "input", "audio", "1000000 tokens", {}, "0.5"),
    ("gemini-2.0-flash", "standard", "input", "video", "1 second", {}, "0.0000387"),
    ("gemini-2.0-flash", "standard", "cache_storage", "text", "1000000 character-hours", {}, "0.25"),
    ("gemini-2.0-flash", "standard", "maps_grounding", "", "1000 prompts", {"used_over": 1500, "period": "day"}, "25"),
    ("gemini-2.0-flash-lite", "batch", "input", "audio", "1 second", {}, "0.000000938"),
    ("gemini-2.0-flash-lite", "standard", "cache_read", "audio", "1000000 tokens", {}, "0.01875"),
    ("gemini-2.0-flash-preview-image-generation", "standard", "output", "image", "1 image", {}, "0.04"),
    ("gemini-1.5-pro", "standard", "input", "image", "1 image", {"prompt_over": 128000}, "0.0006575"),
    ("gemini-1.5-flash", "standard", "output", "text", "1000 characters", {"prompt_up_to": 128000}, "0.000075"),
    ("gemini-1.5-flash", "standard", "tuning", "", "1000000 tokens", {}, "8"),
    ("gemma-4-26b", "standard", "cache_read", "", "1000000 tokens", {}, "0.015"),
    ("gemma-3-27b-it", "standard", "tuning", "", "1000000 tokens", {"context": "supervised fine-tuning"}, "6.83"),
    ("imagen-4.0-ultra-generate-001", "standard", "output", "image", "1 image", {}, "0.06"),
    ("imagen-1", "standard", "output", "image", "1 image", {"context": "upscaling"}, "0.003"),
    ("veo-3.1-generate-preview", "standard", "output", "video", "1 second", {"resolution": "4k", "context": "without audio"}, "0.4"),
    ("veo-3.1-fast-generate-preview", "standard", "output", "video", "1 second", {"resolution": "1080p", "context": "with audio"}, "0.12"),
    ("veo-3.1-lite-generate-preview", "standard", "output", "video", "1 second", {"resolution": "720p", "context": "without audio"}, "0.03"),
    ("veo-2.0-generate-001", "standard", "output", "video", "1 second", {"resolution": "720p"}, "0.5"),
    ("lyria-3-pro-preview", "standard", "output", "audio", "1 song", {}, "0.08"),
    ("gemini-embedding-001", "batch", "input", "", "1000 tokens", {}, "0.00012"),
    ("gemini-embedding-2", "standard", "input", "audio", "1 second", {}, "0.00016"),
    ("multimodalembedding", "standard", "input", "video", "1 second", {"quality": "standard"}, "0.001"),
    ("translation-llm-002", "standard", "tuning", "", "1000000 characters", {"context": "supervised fine-tuning"}, "6.25"),
]  # fmt: skip


ABSENT = {
    "prompt_over": None,
    "prompt_up_to": None,
    "used_over": None,
    "used_up_to": None,
    "period": "",
    "context": "",
    "resolution": "",
    "quality": "",
}


@pytest.fixture(scope="module")
def capture() -> Reading:
    return vertex_ai.read(captured("google/vertex-ai", "2026-05-08.html"))


def test_capture_counts(capture):
    """The real page of 2026-05-08 is read whole: no problem, no suspicion, every amount accounted for."""
    found = capture.rates()

    assert [] == capture.problems
    assert [] == capture.suspicions
    assert (931, 914, 17) == (capture.amounts.seen, capture.amounts.cells, capture.amounts.notes)
    assert (426, 505, 0) == (capture.amounts.read, sum(capture.amounts.ignored.values()), capture.amounts.unclaimed)
    assert {
        "models of partners, not Google's": 449,
        "Model Optimizer figures are example ranges": 25,
        "commitments (GSU) are not priced per use": 16,
        "open models of other makers": 13,
        "how bills are rounded": 2,
    } == capture.amounts.ignored
    assert (48, 53, 1223) == (capture.tables, len(capture.drafts()), len(found))
    assert (912, 34, 276, 1) == tuple(
        sum(r.availability == name for r in found) for name in ("priced", "free", "not_available", "refers")
    )
    assert [] == [wrong for rate in found for wrong in validate_rate(rate)]


@pytest.mark.parametrize(("model", "tier", "meter", "modality", "unit", "conditions", "price"), SPOT)
def test_capture_spot(capture, model, tier, meter, modality, unit, conditions, price):
    """Rates that a person has read off the page."""
    key = {"model": model, "service_tier": tier, "meter": meter, "modality": modality, "unit": unit}

    found = rates(capture, **key, **{**ABSENT, **conditions})

    assert [None if price is None else Decimal(price)] == [r.price for r in found]
