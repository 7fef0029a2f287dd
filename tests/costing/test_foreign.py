"""What cannot be read: the message says what was brought, what of it is not known, and what to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import ratecards
from ratecards.costing.usage import answers
from ratecards.errors import CostError

CHAT = {"prompt_tokens": 21, "completion_tokens": 0, "completion_tokens_details": {"reasoning_tokens": 60}}
RESPONSES = {
    "input_tokens": 75,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 1186,
    "total_tokens": 1261,
}
LANGCHAIN = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13, "input_token_details": {"cache_read": 7}}
VERCEL = {"inputTokens": 4740, "outputTokens": 255, "totalTokens": 4995, "cachedInputTokens": 4000}
ANSWER = {"candidates": [], "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {"prompt_tokens": 9, "sound_tokens": 3},
            "unknown count 'sound_tokens' in the usage of an OpenAI chat completion",
        ),
        ({**CHAT, "total_tokens": 20}, "the usage does not add up: its parts are 21 tokens, its total is 20"),
        ({**RESPONSES, "total_tokens": 1260}, "does not add up: its parts are 1261 tokens, its total is 1260"),
        (
            {**LANGCHAIN, "input_token_details": {"cache": 7}},
            "unknown count 'input_token_details/cache' in a message of",
        ),
        ({**VERCEL, "totalTokens": 4996}, "does not add up: its parts are 4995 tokens, its total is 4996"),
        ({**VERCEL, "inputTokenDetails": {"cacheReadTokens": 1}}, "both are the cached of input"),
        ({**CHAT, "prompt_tokens": 1.5}, "prompt_tokens: expected a whole number from 0 to 10^15, saw 1.5"),
        ([{**CHAT, "prompt_tokens": -1}], "element 1: prompt_tokens: expected a whole number from 0 to 10^15, saw -1"),
        ({**CHAT, "prompt_tokens": "many"}, "prompt_tokens: expected a whole number from 0 to 10^15, saw 'many'"),
        ({**CHAT, "completion_tokens": True}, "completion_tokens: expected a whole number from 0 to 10^15, saw True"),
        ({**CHAT, "prompt_tokens": "9" * 5000}, "prompt_tokens: expected a whole number from 0 to 10^15, saw '999"),
        ({"prompt_tokens": 21, "prompt_tokens_details": {"audio_tokens": 22}}, "by modality are 22, and 21 in all"),
        ({**CHAT, "prompt_tokens_details": {"cache_write_tokens": 22}}, "more cache writes than input tokens"),
        (
            {
                "input_tokens": 1,
                "output_tokens": 1,
                "cache_creation_input_tokens": 5,
                "cache_creation": {"ephemeral_5m_input_tokens": 6},
            },
            "6 tokens of cache writes by lifetime, and 5 in all",
        ),
        ({"key": "a", "response": {"text": "x"}}, "saw an object with 'text'"),
        ({"usage": CHAT, "steps": []}, "saw no call: the list of them is empty"),
        ({"model": "m", "input_tokens": 9, "sound_tokens": 3}, "unknown count 'sound_tokens' beside the plain counts"),
        ({"key": "req-3", "error": {"code": 8}}, "saw an error and no answer: nothing was counted"),
        ({"contents": [], "generationConfig": {}}, "saw a request and no answer"),
        (
            {"usageMetadata": {"input_tokens": 9}},
            "'input_tokens' is a plain count: it stands beside a usage, and not in one",
        ),
        ({"inptu_tokens": 3}, "unknown count 'inptu_tokens' in the usage; nearest: input_tokens"),
        ({"zzz": 3}, "unknown count 'zzz' in the usage"),
        ({"promptTokenCount": 3, "soundTokenCount": 3}, "unknown count 'soundTokenCount' in the usage; nearest:"),
        (
            {"a": {}, "b": 1, "c": "x", "d": [], "e": 1},
            "expected usageMetadata, an answer that holds it, or plain counts; saw an object with 'a', 'b', 'c', 'd'",
        ),
        ({"usage": {"a": "b"}}, "saw an object with 'usage'"),
        ({}, "plain counts; saw an empty dict"),
        ([], "plain counts; saw an empty list"),
        ("text", "plain counts; saw 'text'"),
        (None, "plain counts; saw None"),
        (Decimal(1), "plain counts; saw a Decimal"),
        ([["chunk"]], "element 1: expected usageMetadata, an answer that holds it, or plain counts; saw a list"),
        ({"embedding": {"values": [0.1]}}, "saw an object with 'embedding'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_usage_of_ours_is_named(data: Any, words: str):
    """No count of another form is taken for one of ours, and no hint names what cannot help."""
    with pytest.raises(CostError) as caught:
        answers(data)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        ({"cache_write_tokens": {"5 minutes": 1, "a year": 2}}, "expected 5 minutes, 1 hour; saw 'a year'"),
        (
            {**CHAT, "completion_tokens": 60, "prompt_tokens_details": {"cached_tokens": 22}},
            "a part of input_tokens: 22 of",
        ),
        ({"model": "gpt-5", "input_tokens": "{", "output_tokens": "5"}, "input_tokens: expected a whole number"),
    ],
    ids=str,
)
def test_counts_that_cannot_be_are_refused(usage: Any, words: str):
    """Where they are priced."""
    with pytest.raises(CostError) as caught:
        ratecards.cost("gpt-5", usage, "2026-08-01")
    assert words in str(caught.value)


def test_counts_beside_an_answer_of_another_form():
    """They add to it, and cannot change it; beside several they are of none."""
    chat = {"model": "gpt-5", "usage": {"prompt_tokens": 21, "completion_tokens": 60}}
    (one,) = answers(chat, {"search_queries": 2})
    assert 2 == one.counts["search_queries"]
    with pytest.raises(CostError, match="input_tokens stands in the usage and beside it"):
        answers(chat, {"input_tokens": 22})
    with pytest.raises(CostError, match="search_queries is given beside 2 calls"):
        answers([chat, chat], {"search_queries": 2})
