"""Plain counts as a usage: what each is a count of, how the cached share is parted, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ratecards.costing.counts import Count, Usage
from ratecards.errors import CostError
from tests.support.usages import read

TOKEN = ("token",)


def counts(**usage: Any) -> list[Count]:
    """The counts of a plain usage."""
    return list(read(usage).counts)


def tokens(meter: str, amount: int, *modalities: str) -> Count:
    """A count of tokens."""
    return Count(meter, TOKEN, Decimal(amount), modalities)


def test_prompt_tokens_are_text_and_output_tokens_are_what_the_model_makes():
    """An unsaid modality is text on the way in; on the way out it stays unsaid."""
    expected = [tokens("input", 1000, "text"), tokens("output", 300)]
    assert expected == counts(input_tokens=1000, output_tokens=300)


def test_the_cached_share_is_not_billed_as_input():
    """Cached tokens are a part of the prompt; the prompt's size stays whole."""
    usage = read({"input_tokens": 1000, "cached_tokens": 600, "output_tokens": 0})
    assert (tokens("input", 400, "text"), tokens("cache_read", 600, "text")) == usage.counts
    assert 1000 == usage.prompt


def test_modalities_are_counted_apart():
    """Each modality of the prompt is a count, and so is its cached share."""
    actual = counts(input_tokens={"text": 10, "audio": 5, "": 2}, cached_tokens={"audio": 5}, thoughts_tokens=7)
    assert [
        tokens("input", 12, "text"),
        tokens("cache_read", 5, "audio"),
        tokens("output", 7, "text"),
    ] == actual


def test_cached_tokens_of_no_said_modality_may_be_any_of_the_prompts():
    """Nobody says what was cached, so both parts may be any of the modalities sent."""
    actual = counts(input_tokens={"text": 10, "image": 5}, cached_tokens=6)
    assert [tokens("input", 9, "text", "image"), tokens("cache_read", 6, "text", "image")] == actual


def test_pages_of_a_document_are_images_or_text():
    """The rate table has no documents."""
    assert [tokens("input", 9, "image", "text")] == counts(input_tokens={"document": 9})


def test_everything_else_by_name():
    """Images and seconds by size, the rest as single numbers; searches with what the period has used."""
    actual = counts(
        images={"1K": 2, "4K": 1},
        seconds={"720p": "1.5"},
        songs=1,
        cache_write_tokens=4,
        cache_token_hours=0.5,
        search_queries=20,
        search_used=10,
        maps_prompts=None,
    )
    assert [
        tokens("cache_write", 4, "text"),
        Count("output", ("image", "request"), Decimal(2), ("image",), "1K"),
        Count("output", ("image", "request"), Decimal(1), ("image",), "4K"),
        Count("output", ("second",), Decimal("1.5"), (), "720p"),
        Count("output", ("song", "request"), Decimal(1), ("audio",)),
        Count("cache_storage", ("token-hour",), Decimal("0.5")),
        Count("search_grounding", ("query",), Decimal(20), (), "", 10),
    ] == actual


def test_minutes_and_seconds_by_modality():
    """What goes in and what comes out may be said of a modality, or be of whatever the page prices."""
    actual = counts(input_minutes={"audio": 10}, output_minutes="1.5", input_seconds={"video": 2, "": 1})
    assert [
        Count("input", ("second",), Decimal(2), ("video",)),
        Count("input", ("second",), Decimal(1)),
        Count("input", ("minute",), Decimal(10), ("audio",)),
        Count("output", ("minute",), Decimal("1.5")),
    ] == actual


def test_words_are_kept():
    """Quality, context and reading select a price; they count nothing."""
    usage = read({"images": 1, "quality": "low", "context": "global", "reading": "metered"})
    assert ("low", "global", "metered") == (usage.quality, usage.context, usage.reading)


def test_a_usage_is_taken_as_it_is():
    """What was read once is not read again."""
    usage = Usage((tokens("input", 1, "text"),))
    assert usage is read(usage)


def test_nothing_used_is_no_error():
    """A count of zero counts nothing and needs no price."""
    assert () == read({"input_tokens": 0}).counts


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        ({"input_tokens": -1}, "input_tokens: expected a whole number from 0 to 10^15, saw -1"),
        ({"input_tokens": 1.0}, "input_tokens: expected a whole number from 0 to 10^15, saw 1.0"),
        ({"input_tokens": True}, "input_tokens: expected a whole number from 0 to 10^15, saw True"),
        ({"images": 10**16}, f"images: expected a whole number from 0 to 10^15, saw {10**16}"),
        ({"seconds": "long"}, "seconds: expected a number from 0 to 10^15, saw 'long'"),
        ({"seconds": -1}, "seconds: expected a number from 0 to 10^15, saw -1"),
        ({"seconds": True}, "seconds: expected a number from 0 to 10^15, saw True"),
        ({"seconds": [1]}, "seconds: expected a number from 0 to 10^15, saw [1]"),
        ({"seconds": float("nan")}, "seconds: expected a number from 0 to 10^15, saw nan"),
        (
            {"input_tokens": None, "output_tokens": 0.0},
            "output_tokens: expected a whole number from 0 to 10^15, saw 0.0",
        ),
        ({"input_tokens": False}, "input_tokens: expected a whole number from 0 to 10^15, saw False"),
        ({"input_minutes": {"smell": 1}}, "input_minutes: 'smell' is not one of text, image, video, audio, document"),
        ({"images": {"1K": -1}}, "images: expected a whole number"),
        ([{"input_tokens": 1}, {"input_tokens": 2}], "expected the usage of one call, saw those of 2"),
        ({}, "the usage counts nothing; it may hold input_tokens"),
        ({"input_tokens": {"smell": 1}}, "input_tokens: 'smell' is not one of text, image, video, audio, document"),
        (
            {"input_tokens": 1, "cached_tokens": 2},
            "cached_tokens are a part of input_tokens: 2 of 1",
        ),
        (
            {"input_tokens": {"text": 3, "audio": 1}, "cached_tokens": {"audio": 2}},
            "more audio tokens were cached (2) than sent (1)",
        ),
        ({"images": 1, "reading": "loud"}, "reading is one of listed, metered"),
        ({"images": 1, "quality": 3}, "quality and context are words"),
        ({"quality": "low"}, "the usage counts nothing"),
    ],
)
def test_what_cannot_be_counted_is_refused(usage: dict[str, Any], message: str):
    """The message names the count and what was expected of it."""
    with pytest.raises(CostError) as caught:
        read(usage)
    assert message in str(caught.value)
