"""Calls as logs have them, of many forms, to be billed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

COUNT = st.integers(0, 300_000)
# Clocks of five zones; a step of prices stands at a midnight among these hours.
TIMES = st.builds(
    "2026-{:02}-{:02}T{:02}:{:02}:{:02}{}{}".format,
    st.sampled_from([3, 8]),
    st.sampled_from([1, 2]),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", ".5", ".123456"]),
    st.sampled_from(["Z", "+00:00", "-07:00", "+05:30", "+14:00", ""]),
)


@st.composite
def gemini(draw: Any) -> dict[str, Any]:
    """An answer of generateContent."""
    sent, out, thoughts = draw(COUNT), draw(COUNT), draw(st.sampled_from([0, 0, 7, 900]))
    cached = draw(st.sampled_from([0, sent // 2, sent]))
    usage: dict[str, Any] = {"promptTokenCount": sent, "candidatesTokenCount": out}
    usage["totalTokenCount"] = sent + out + thoughts
    if cached:
        usage["cachedContentTokenCount"] = cached
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    if draw(st.booleans()):
        half = sent // 2
        split = [{"modality": "TEXT", "tokenCount": sent - half}, {"modality": "AUDIO", "tokenCount": half}]
        usage["promptTokensDetails"] = draw(st.sampled_from([split, [{"modality": "TEXT", "tokenCount": sent}]]))
        if cached:
            usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": cached}]
    if draw(st.booleans()):
        usage["trafficType"] = draw(st.sampled_from(["ON_DEMAND", "ON_DEMAND_FLEX", "PROVISIONED_THROUGHPUT"]))
    answer = {
        "candidates": [{"content": {"parts": [{"text": "..."}]}, "finishReason": "STOP"}],
        "usageMetadata": usage,
        "modelVersion": draw(
            st.sampled_from(["gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-flash-preview", "nobody"])
        ),
        "createTime": draw(TIMES),
    }
    if draw(st.booleans()):
        answer["responseId"] = draw(st.sampled_from("abc"))
    return draw(st.sampled_from([answer, {"customer": "c", "response": answer}, {**answer, "customer": "d"}]))


@st.composite
def chat(draw: Any) -> dict[str, Any]:
    """A chat completion of OpenAI's."""
    sent, out = draw(COUNT), draw(COUNT)
    usage = {"prompt_tokens": sent, "completion_tokens": out, "total_tokens": sent + out}
    usage["prompt_tokens_details"] = {"cached_tokens": draw(st.sampled_from([0, sent // 3]))}
    tier = draw(st.sampled_from(["default", "flex", "scale"]))
    return {
        "model": "gpt-5-mini",
        "created": draw(st.sampled_from([1774500000, 1774569600, 1785628800])),
        "service_tier": tier,
        "usage": usage,
    }


@st.composite
def message(draw: Any) -> dict[str, Any]:
    """A message of Anthropic's API, in a log of one's own."""
    usage = {
        "input_tokens": draw(COUNT),
        "cache_read_input_tokens": draw(COUNT),
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
        "output_tokens": draw(COUNT),
    }
    return {"ts": draw(TIMES), "response": {"type": "message", "model": "claude-sonnet-4-5-20250929", "usage": usage}}


PLAIN = st.fixed_dictionaries(
    {
        "time": TIMES,
        "model": st.sampled_from(["gemini-2.5-pro", "gemini-2.5-flash-image", "imagen-4.0-generate-001"]),
        "customer": st.sampled_from(["a", "b"]),
    },
    optional={
        "input_tokens": COUNT,
        "output_tokens": st.sampled_from([{"image": 1290}, {"text": 5}, 12]),
        "images": st.integers(0, 3),
        "tier": st.sampled_from(["batch", "standard"]),
    },
)
CALLS = st.one_of(gemini(), chat(), message(), PLAIN)
