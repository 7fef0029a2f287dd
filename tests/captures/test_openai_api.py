"""OpenAI's pricing page on two days."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache

import pytest

from scraper.errors import LayoutChanged
from scraper.model import Reading
from scraper.sources import openai_api as source
from tests.sources.openai_api.test_openai_api import CONTAINERS, STORAGE, price, sound
from tests.support.captures import captured, needed

pytestmark = needed


@cache
def capture(name: str) -> Reading:
    return source.read(captured("openai/openai-api", name))


def test_capture_counts() -> None:
    """Every amount of the editions is read, or ignored for a reason."""
    seen = {}
    for name in ("2026-04-27.html", "2026-08-21.html"):
        reading = capture(name)
        sound(reading)
        amounts = reading.amounts
        seen[name] = (reading.tables, len(reading.drafts()), len(reading.rates()), amounts.seen, amounts.read)
        seen[name] += (dict(amounts.ignored), len(reading.unread))

    assert {
        "2026-04-27.html": (32, 96, 710, 749, 737, {CONTAINERS: 8, STORAGE: 4}, 0),
        "2026-08-21.html": (40, 80, 690, 727, 715, {CONTAINERS: 8, STORAGE: 4}, 0),
    } == seen


def test_capture_of_august_has_every_price_of_text_and_images() -> None:
    """Counted apart: 386 prices of the flagship and the image tables, long prompts of the newest models included."""
    rates = [r for r in capture("2026-08-21.html").rates() if r.availability == "priced"]
    places = Counter(r.evidence.locator.partition(" / ")[0] for r in rates)

    assert (332, 54) == (places["text-tokens"], places["image-generation"])
    assert 48 == sum(r.prompt_over is not None for r in rates)
    # what is not drawn of older models
    unseen = {(gap.models[0], gap.service_tier) for gap in capture("2026-08-21.html").gaps}
    assert 14 == len(unseen)
    assert {"gpt-5.5", "gpt-5.5-pro", "gpt-5.4", "gpt-5.4-pro"} == {model for model, _ in unseen}


def test_capture_challenge_page_is_refused() -> None:
    """The page that a plain client was once given with status 200."""
    with pytest.raises(LayoutChanged, match="challenge page"):
        capture("2026-05-08.bot-challenge.html")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2025-10-15.reader.md", "a row of 4 cells under 5 headers"),
        ("2025-12-19.converted.md", "a row of 4 cells under 5 headers"),
        ("2026-03-24.md", "truncated page: expected the last section to be cloud platforms, saw 'finetuning'"),
        ("2026-04-16.md", "truncated page: expected the last section to be cloud platforms, saw 'finetuning'"),
        ("2026-05-08.reader.md", "copy of the page with its tables collapsed"),
    ],
)
def test_captures_that_lack_tables_or_rows_are_refused(name: str, words: str) -> None:
    """Copies of 2025 merged cells; the Markdown twin of the spring lost most tables; a reader copied what is drawn at first."""
    with pytest.raises(LayoutChanged, match=words):
        capture(name)


LONG, SHORT = {"prompt_over": 272000}, {"prompt_up_to": 272000}


SPOTS = [
    ("gpt-5.5", "input", SHORT, "5"),
    ("gpt-5.5", "output", LONG, "45"),
    ("gpt-5.5", "cache_read", {**LONG, "service_tier": "batch"}, "0.5"),
    ("gpt-5.5", "output", {**SHORT, "service_tier": "priority"}, "75"),
    ("gpt-5.5", "output", {**LONG, "service_tier": "priority"}, None),
    ("gpt-5.5-pro", "cache_read", SHORT, None),
    ("gpt-5.4", "cache_read", {**SHORT, "service_tier": "flex"}, "0.13"),
    ("gpt-5.4-mini", "cache_read", {"service_tier": "batch"}, "0.0375"),
    ("gpt-5-nano", "cache_read", {"service_tier": "flex"}, "0.0025"),
    ("gpt-4.1", "cache_read", {"service_tier": "batch"}, None),
    ("gpt-4o-2024-05-13", "output", {"service_tier": "priority"}, "26.25"),
    ("o4-mini", "cache_read", {"service_tier": "flex"}, "0.138"),
    ("o1-pro", "output", {}, "600"),
    ("gpt-3.5-turbo-instruct", "input", {}, "1.5"),
    ("gpt-realtime-1.5", "input", {"modality": "audio"}, "32"),
    ("gpt-realtime-mini", "cache_read", {"modality": "image"}, "0.08"),
    ("gpt-realtime", "output", {"modality": "image"}, None),
    ("gpt-4o-mini-tts", "output", {"modality": "audio"}, "12"),
    ("tts-1-hd", "input", {"unit": "1000000 characters"}, "30"),
    ("gpt-image-2", "output", {"modality": "image", "service_tier": "batch"}, "15"),
    ("gpt-image-1-mini", "cache_read", {"modality": "image", "service_tier": "batch"}, "0.13"),
    ("gpt-image-1.5", "output", {"modality": "text"}, "10"),
    ("sora-2-pro", "output", {"resolution": "1080p"}, "0.7"),
    ("sora-2-pro", "output", {"resolution": "1024p", "service_tier": "batch"}, "0.25"),
    ("gpt-4o-mini-transcribe", "input", {"modality": "audio", "basis": "equivalent"}, "0.003"),
    ("whisper-1", "input", {"modality": "audio"}, "0.006"),
    ("gpt-5.3-codex", "output", {"service_tier": "priority"}, "28"),
    ("gpt-4o-mini-search-preview", "output", {}, "0.6"),
    ("o3-deep-research", "input", {"service_tier": "batch"}, "5"),
    ("text-embedding-3-large", "input", {}, "0.13"),
    ("omni-moderation-latest", "input", {}, "0"),
    ("o4-mini-2025-04-16", "tuning", {"unit": "1 hour", "context": ""}, "100"),
    ("o4-mini-2025-04-16", "input", {"context": "data sharing, finetuning"}, "2"),
    ("gpt-4.1-nano-2025-04-14", "tuning", {"service_tier": "batch"}, "1.5"),
    ("tools", "tool", {"context": "web search preview (non-reasoning models)"}, "25"),
    ("tools", "tool", {"context": "file search"}, "2.5"),
]


@pytest.mark.parametrize(("model", "meter", "named", "expected"), SPOTS)
def test_capture_spot_rates(model: str, meter: str, named: dict, expected: str | None) -> None:
    """Prices of 27 April 2026, read off the page by eye."""
    assert (None if expected is None else Decimal(expected)) == price(capture("2026-04-27.html"), model, meter, **named)
