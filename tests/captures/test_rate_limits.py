"""The rate-limits page on two days."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from scraper.sources import rate_limits
from scraper.storage.limits import FORM
from tests.support.captures import captured, needed

pytestmark = needed


@pytest.mark.parametrize(("day", "models", "seen"), [("2025-12-21", 10, 35), ("2026-04-16", 17, 61)])
def test_captures(day, models, seen):
    """Every amount and every table of the real pages is claimed."""
    text = captured("google/rate-limits", f"{day}.md.txt")
    found, problems, amounts = rate_limits.read_facts(text)

    assert [] == problems
    assert (seen, seen, 0) == (amounts.seen, amounts.read, amounts.unclaimed)
    assert {"Tier 1": models, "Tier 2": models, "Tier 3": models} == dict(
        Counter(limit.usage_tier for limit in found.batch_limits)
    )
    assert ["Free", "Tier 1", "Tier 2", "Tier 3"] == [tier.name for tier in found.usage_tiers]
    assert found == FORM.decode(FORM.encode(found), "limits.yaml")


def test_captured_figures():
    """Conditions, caps and figures of the newest capture, as a person read them."""
    text = captured("google/rate-limits", "2026-04-16.md.txt")
    found = rate_limits.read_facts(text)[0]

    assert [(None, None, ()), (None, None, (250,)), (100, 3, (2000,)), (1000, 30, (20000, 100000))] == [
        (tier.spent, tier.days, tier.caps) for tier in found.usage_tiers
    ]
    assert {
        "priority factor": Decimal("0.3"),
        "concurrent batch requests": 100,
        "input file size": 2,
        "file storage": 20,
    } == {figure.name: figure.value for figure in found.figures}
    assert {"Gemini 2.5 Pro TTS": 25_000, "Gemini 3 Pro Image Preview 🍌": 2_000_000} == {
        limit.model: limit.tokens
        for limit in found.batch_limits
        if limit.usage_tier == "Tier 1" and limit.model in ("Gemini 2.5 Pro TTS", "Gemini 3 Pro Image Preview 🍌")
    }
