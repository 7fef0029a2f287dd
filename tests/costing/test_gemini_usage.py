"""The token counts of Google's APIs as plain counts: every token gets a name, or the message says which has none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.costing import gemini_usage
from ratecards.costing.gemini_usage import counts_tokens, folded, is_live, spelled, tokens
from ratecards.errors import CostError

DETAILS = [{"modality": "TEXT", "tokenCount": 600}, {"modality": "AUDIO", "tokenCount": 400}]
NUMBERS = st.integers(0, 10**6)


def metadata(**fields: Any) -> dict[str, Any]:
    """A usage of 1,000 tokens in and 300 out."""
    return {"promptTokenCount": 1000, "candidatesTokenCount": 300, "promptTokensDetails": DETAILS, **fields}


def test_all_counts_by_modality():
    """Prompt, cache, answer, thoughts and tool use; the tools' tokens are a part of the input."""
    found = tokens(
        metadata(
            cachedContentTokenCount=500,
            cacheTokensDetails=[{"modality": "TEXT", "tokenCount": 500}],
            candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 300}],
            thoughtsTokenCount=40,
            toolUsePromptTokenCount=30,
            toolUsePromptTokensDetails=[{"modality": "TEXT", "tokenCount": 30}],
            totalTokenCount=1370,
            trafficType="ON_DEMAND",
            serviceTier="flex",
        )
    )
    assert {
        "input_tokens": {"text": 630, "audio": 400},
        "cached_tokens": {"text": 500},
        "output_tokens": {"image": 300},
        "thoughts_tokens": 40,
    } == found.counts
    assert ((), ("ON_DEMAND", "flex")) == (found.notes, found.tiers)


def test_the_interactions_api():
    """The same parts by other names, in either spelling; and how often its tools were used."""
    usage = {
        "total_tokens": 139,
        "total_input_tokens": 6,
        "input_tokens_by_modality": [{"modality": "text", "tokens": 6}],
        "total_cached_tokens": 0,
        "total_output_tokens": 20,
        "output_tokens_by_modality": [{"modality": "audio", "tokens": 20}],
        "total_tool_use_tokens": 10,
        "tool_use_tokens_by_modality": [{"modality": "text", "tokens": 10}],
        "total_thought_tokens": 103,
        "grounding_tool_count": [{"type": "google_search", "count": 2}, {"type": "google_maps"}],
    }
    camel = {"totalInputTokens": 6, "inputTokensByModality": [{"modality": "text", "tokens": 6}], "totalTokens": 6}
    found = tokens(usage)
    assert ({"text": 16}, {"audio": 20}, 103) == (
        found.counts["input_tokens"],
        found.counts["output_tokens"],
        found.counts["thoughts_tokens"],
    )
    assert {"google_search": 2, "google_maps": 0} == found.tools
    assert {"text": 6} == tokens(camel).counts["input_tokens"]


def test_embeddings_count_their_prompt_alone():
    """Their details have a name of their own, and there is no total."""
    details = [{"modality": "IMAGE", "tokenCount": 516}]
    assert {"image": 516} == tokens({"promptTokenCount": 516, "promptTokenDetails": details}).counts["input_tokens"]


@pytest.mark.parametrize(
    ("modality", "expected"),
    [
        ("TEXT", "text"),
        ("Modality.AUDIO", "audio"),
        ("MediaModality.DOCUMENT", "document"),
        ("image", "image"),
        ("MODALITY_UNSPECIFIED", "text"),
        ("Modality.MODALITY_UNSPECIFIED", "text"),
        ("", "text"),
        (None, "text"),
        (0, "text"),
        (3, "video"),
        (5, "document"),
    ],
)
def test_modalities_as_they_are_written(modality: object, expected: str):
    """By name, by an SDK's name, by the number of a protocol buffer; unspecified is text, and so is none."""
    details = [{"modality": modality, "token_count": 5}]
    assert {expected: 5} == tokens({"promptTokenCount": 5, "promptTokensDetails": details}).counts["input_tokens"]


def test_a_detail_without_a_modality_is_text():
    """The API leaves out what is the default, a count of zero too; nothing must be said of it."""
    found = tokens({"prompt_token_count": 9, "prompt_tokens_details": [{"tokenCount": 9}, {"modality": "VIDEO"}]})
    assert ({"text": 9, "video": 0}, ()) == (found.counts["input_tokens"], found.notes)


def test_what_details_leave_over_is_text():
    """They name what is not text; a note says so."""
    details = [{"modality": "IMAGE", "tokenCount": 290}, {"modality": "MODALITY_UNSPECIFIED", "tokenCount": 4}]
    found = tokens(metadata(candidatesTokensDetails=details))
    assert {"image": 290, "text": 10} == found.counts["output_tokens"]
    assert ("6 output tokens of no named modality are taken as text",) == found.notes


def test_a_prompt_without_details_is_noted():
    """What stands for text by default must be seen to."""
    found = tokens({"promptTokenCount": 9, "thoughtsTokenCount": None, "billing": "as agreed"})
    assert ({"": 9}, ("the prompt tokens name no modality",)) == (found.counts["input_tokens"], found.notes)


@given(prompt=NUMBERS, output=NUMBERS, thoughts=NUMBERS, tool=NUMBERS, total=NUMBERS)
def test_a_total_is_the_sum_of_its_parts(prompt: int, output: int, thoughts: int, tool: int, total: int):
    """Of a Live usage it may leave out thoughts, tool use or both: they count all the same, and a note says so."""
    parts = {"promptTokenCount": prompt, "thoughtsTokenCount": thoughts, "toolUsePromptTokenCount": tool}
    whole = prompt + output + thoughts + tool
    for left_out in {0, thoughts, tool, thoughts + tool, whole - total}:
        live = {**parts, "responseTokenCount": output, "totalTokenCount": whole - left_out}
        plain = {**parts, "candidatesTokenCount": output, "totalTokenCount": whole - left_out}
        if left_out in (0, thoughts, tool, thoughts + tool):
            found = tokens(live)
            counted = sum(found.counts["input_tokens"].values()) + sum(found.counts["output_tokens"].values())
            assert whole == counted + found.counts["thoughts_tokens"]
            assert bool(left_out) == any("leaves out" in note for note in found.notes)
        else:
            with pytest.raises(CostError, match="does not add up"):
                tokens(live)
        if left_out:
            with pytest.raises(CostError, match="does not add up"):
                tokens(plain)
        else:
            assert tokens(plain).counts["thoughts_tokens"] == thoughts


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        (metadata(totalTokenCount=1500), "does not add up: its parts are 1300 tokens, totalTokenCount is 1500"),
        (metadata(promptTokenCount=900), "details of the prompt tokens add up to 1000, the count says 900"),
        (metadata(promptTokenCount=-1), "promptTokenCount: expected a whole number"),
        (metadata(promptTokenCount="1000"), "promptTokenCount: expected a whole number"),
        (metadata(promptTokensDetails=[3]), "promptTokensDetails: expected a list of modality and tokenCount, saw 3"),
        (metadata(promptTokensDetails=[{"modality": [1]}]), "expected a modality such as TEXT, saw [1]"),
        (metadata(promptTokensDetails=[{"modality": 6}]), "expected a modality such as TEXT, saw 6"),
        (metadata(promptTokensDetails={"modality": "TEXT", "tokenCount": -1}), "promptTokensDetails text: expected"),
        (metadata(groundingToolCount=[3]), "groundingToolCount: expected a list of type and count, saw [3]"),
        (metadata(soundTokenCount=3), "unknown count 'soundTokenCount' in the usage; nearest:"),
        (metadata(soundTokenCount=" 3 "), "unknown count 'soundTokenCount' in the usage; nearest:"),
    ],
)
def test_what_does_not_add_up_is_refused(usage: dict[str, Any], message: str):
    """A part without a name would cost nothing, unseen."""
    with pytest.raises(CostError) as caught:
        tokens(usage)
    assert message in str(caught.value)


def test_names_without_their_spelling():
    """camelCase and snake_case are one; what counts tokens, and what only the Live API does."""
    assert "prompttokencount" == folded("promptTokenCount") == folded("prompt_token_count")
    assert counts_tokens(spelled({"cacheTokensDetails": []}))
    assert not counts_tokens(spelled({"serviceTier": "flex", "text": 1}))
    assert is_live(spelled({"response_token_count": 1}))
    assert not is_live(spelled({"candidatesTokenCount": 1}))


TEXT = {"promptTokenCount": 5, "cachedContentTokenCount": 3, "candidatesTokenCount": 2, "thoughtsTokenCount": 1}


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, (5, 3, 2, 1, "")),
        ({"totalTokenCount": 8, "trafficType": "ON_DEMAND"}, (5, 3, 2, 1, "ON_DEMAND")),
        ({"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 5}]}, (5, 3, 2, 1, "")),
        ({"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 4}]}, None),
        ({"promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 5}]}, None),
        ({"promptTokensDetails": []}, None),
        ({"totalTokenCount": 9}, None),
        ({"promptTokenCount": 5.0}, None),
        ({"toolUsePromptTokenCount": 5}, None),
        ({"trafficType": "ON_DEMAND", "serviceTier": "flex"}, None),
    ],
    ids=str,
)
def test_a_usage_of_text_alone(more: dict[str, Any], found: object):
    """What adds up is read at once, and anything else as before."""
    usage = {**TEXT, **more}
    assert found == gemini_usage.text_tokens(usage)
    if found:
        counts = gemini_usage.tokens(usage).counts
        assert [5, 3, 2] == [sum(counts[name].values()) for name in ("input_tokens", "cached_tokens", "output_tokens")]
    assert None is gemini_usage.text_tokens([usage])
