"""What cannot be read: the message says what was brought, what of it is not known, and what to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ratecards.costs.usage import answers
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
