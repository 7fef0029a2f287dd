"""Google's `usageMetadata` as plain counts: every token gets a name, or the message says which has none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ratecards.metadata import parsed, plain
from ratecards.usage import CostError

DETAILS = [{"modality": "TEXT", "tokenCount": 600}, {"modality": "AUDIO", "tokenCount": 400}]


def metadata(**fields: Any) -> dict[str, Any]:
    """A usage of 1,000 tokens in and 300 out."""
    return {"promptTokenCount": 1000, "candidatesTokenCount": 300, "promptTokensDetails": DETAILS, **fields}


def test_all_counts_by_modality():
    """Prompt, cache, answer, thoughts and tool use; the tools' tokens are a part of the input."""
    usage, notes = plain(
        metadata(
            cachedContentTokenCount=500,
            cacheTokensDetails=[{"modality": "TEXT", "tokenCount": 500}],
            candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 300}],
            thoughtsTokenCount=40,
            toolUsePromptTokenCount=30,
            toolUsePromptTokensDetails=[{"modality": "TEXT", "tokenCount": 30}],
            totalTokenCount=1370,
            trafficType="ON_DEMAND",
        )
    )
    assert {
        "input_tokens": {"text": 630, "audio": 400},
        "cached_tokens": {"text": 500},
        "output_tokens": {"image": 300},
        "thoughts_tokens": 40,
    } == usage
    assert () == notes


def test_names_as_the_sdks_print_them():
    """snake_case, absent values as null, modalities as `Modality.TEXT`, and zero left out of a detail."""
    details = [{"modality": "Modality.TEXT", "token_count": 5}, {"modality": "VIDEO"}]
    usage, _ = plain({"prompt_token_count": 5, "prompt_tokens_details": details, "thoughts_token_count": None})
    assert {"text": 5, "video": 0} == usage["input_tokens"]


def test_a_response_holds_the_usage():
    """The whole response of generateContent, with an answer that was not grounded."""
    usage, notes = plain({"candidates": [{"content": {}}], "usageMetadata": metadata(), "modelVersion": "x"})
    assert 300 == usage["output_tokens"][""]
    assert () == notes


def test_the_last_of_streamed_chunks_counts_for_all():
    """Each chunk repeats the usage so far; chunks without one are passed over."""
    chunks = [{"usageMetadata": metadata(candidatesTokenCount=1)}, {"usage_metadata": metadata()}, {"candidates": []}]
    assert {"": 300} == plain(chunks)[0]["output_tokens"]


def test_searches_of_a_grounded_answer_are_not_lost():
    """They cost money and stand outside the usage: a note says how many."""
    candidates = [{"groundingMetadata": {"webSearchQueries": ["a", "b"]}}, {"groundingMetadata": {}}, "?"]
    _, notes = plain({"candidates": candidates, "usageMetadata": metadata()})
    assert ("the answer was grounded: 2 search queries (1 grounded prompt) are not in these counts",) == notes


def test_what_details_leave_over_is_text():
    """They name what is not text; a note says so. So is an unspecified modality left unsaid."""
    details = [{"modality": "IMAGE", "tokenCount": 290}, {"modality": "MODALITY_UNSPECIFIED", "tokenCount": 4}]
    usage, notes = plain(metadata(candidatesTokensDetails=details))
    assert {"image": 290, "": 4, "text": 6} == usage["output_tokens"]
    assert ("6 output tokens of no named modality are taken as text",) == notes


def test_a_prompt_without_details_is_noted():
    """What stands for text by default must be seen to."""
    usage, notes = plain({"promptTokenCount": 9})
    assert {"": 9} == usage["input_tokens"]
    assert ("the prompt tokens name no modality",) == notes


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (metadata(totalTokenCount=1500), "does not add up: its parts are 1300 tokens, totalTokenCount is 1500"),
        (metadata(promptTokenCount=900), "details of the prompt tokens add up to 1000, the count says 900"),
        (metadata(promptTokenCount=-1), "promptTokenCount: expected a whole number"),
        (metadata(promptTokensDetails=[3]), "promptTokensDetails: expected a list of modality and tokenCount, saw 3"),
        (metadata(promptTokensDetails={"modality": 3}), "expected a list of modality and tokenCount"),
        (metadata(soundTokenCount=3), "unknown count 'soundTokenCount' in the usage; nearest:"),
        ({"inptu_tokens": 3}, "unknown count 'inptu_tokens' in the usage; nearest: input_tokens"),
        ({"zzz": 3}, "unknown count 'zzz' in the usage"),
        ({}, "expected usageMetadata"),
        ([], "expected usageMetadata"),
        (["chunk"], "expected usageMetadata"),
        ([{"candidates": []}], "expected usageMetadata"),
        ("text", "expected usageMetadata"),
    ],
)
def test_what_is_no_usage_is_refused(data: object, message: str):
    """A part without a name would cost nothing, unseen."""
    with pytest.raises(CostError) as caught:
        plain(data)
    assert message in str(caught.value)


def test_json_text():
    """A saved usage, plain or the API's; decimals stay decimals."""
    assert ({"seconds": Decimal("1.5")}, ()) == parsed('{"seconds": 1.5}', "usage.json")
    assert {"": 9} == parsed('{"promptTokenCount": 9}', "usage.json")[0]["input_tokens"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "usage.json: not JSON: "),
        ('{"seconds": NaN}', "usage.json: not JSON: NaN is no number"),
        ("[" * 100_000, "usage.json: not JSON: "),
        ("{}", "usage.json: expected usageMetadata"),
    ],
)
def test_text_that_is_no_usage_is_refused(text: str, message: str):
    """The message names the file."""
    with pytest.raises(CostError) as caught:
        parsed(text, "usage.json")
    assert str(caught.value).startswith(message)
