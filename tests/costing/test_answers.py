"""What an answer of Google's APIs says: its counts, and of itself its model, service tier, day and id."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecards.costing.days import seller_day
from ratecards.costing.usage import Answer, answers
from ratecards.errors import CostError

USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 5, "totalTokenCount": 17}
PICTURE = {"bytesBase64Encoded": "...", "mimeType": "image/png"}


def one(data: object, **beside: object) -> Answer:
    """The one call that something is."""
    (found,) = answers(data, beside)
    return found


def test_an_answer_says_what_it_is():
    """In either spelling: the usage, the model that answered, the tier it was served in, and the day."""
    answer = {"candidates": [{}], "usageMetadata": {**USAGE, "serviceTier": "flex"}, "modelVersion": "gemini-2.5-flash"}
    snake = {"usage_metadata": {"prompt_token_count": 12}, "model_version": "x", "create_time": "2026-04-20T10:00:00Z"}
    found = one(answer)
    assert ({"": 12}, {"": 5}, 0) == tuple(found.counts[f"{name}_tokens"] for name in ("input", "output", "thoughts"))
    assert ("gemini-2.5-flash", "flex", None) == (found.model, found.tier, found.time)
    assert ("x", "", date(2026, 4, 20)) == (one(snake).model, one(snake).tier, one(snake).time.date())


def test_plain_counts_are_an_answer():
    """They say nothing of themselves."""
    assert Answer({"input_tokens": 3, "quality": "low"}) == one({"input_tokens": 3, "quality": "low"})


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        ({"serviceTier": "priority"}, "priority"),
        ({"serviceTier": "SERVICE_TIER_PRIORITY"}, "priority"),
        ({"service_tier": "ServiceTier.FLEX"}, "flex"),
        ({"serviceTier": "unspecified", "trafficType": "TRAFFIC_TYPE_UNSPECIFIED"}, ""),
        ({"trafficType": "ON_DEMAND"}, "standard"),
        ({"trafficType": "ON_DEMAND_PRIORITY"}, "priority"),
        ({"trafficType": "ON_DEMAND_FLEX"}, "flex"),
        ({"trafficType": "PROVISIONED_THROUGHPUT"}, "PROVISIONED_THROUGHPUT"),
        ({"trafficType": "ON_DEMAND_OFFPEAK"}, "ON_DEMAND_OFFPEAK"),
        ({"traffic_type": 4}, "flex"),
        ({"traffic_type": 9}, "9"),
        ({"service_tier": 2}, "2"),
        ({"serviceTier": "flex", "trafficType": "ON_DEMAND"}, "flex and standard"),
        ({"serviceTier": None}, ""),
    ],
    ids=str,
)
def test_the_tier_that_was_served(said: dict[str, Any], tier: str):
    """https://cloud.google.com/vertex-ai (TrafficType), https://ai.google.dev/gemini-api/docs/priority-inference."""
    assert tier == one({"usageMetadata": {**USAGE, **said}}).tier


def test_the_tier_beside_the_usage():
    """In the answer, and in the header that tells of a request that was served in another tier than it asked for."""
    headers = {"sdkHttpResponse": {"headers": {"x-gemini-service-tier": "standard"}}}
    assert "standard" == one({"usageMetadata": USAGE, **headers}).tier
    assert "" == one({"usageMetadata": USAGE, "sdkHttpResponse": {"headers": None}}).tier
    assert "" == one({"usageMetadata": USAGE, "sdkHttpResponse": None}).tier
    assert "flex" == one({"usageMetadata": USAGE, "service_tier": "flex"}).tier


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-04-20T23:30:00.123456789Z", date(2026, 4, 20)),
        ("2026-04-20T23:30:00-07:00", date(2026, 4, 21)),
        (datetime(2026, 4, 20, 1, tzinfo=UTC), date(2026, 4, 20)),
        ("2026-04-20T10:00:00", date(2026, 4, 20)),
        ("", None),
    ],
    ids=str,
)
def test_the_day_of_the_request(instant: object, day: date | None):
    """UTC, whatever the offset; one without an offset is UTC."""
    time = one({"usageMetadata": USAGE, "createTime": instant}).time
    assert day == (time and seller_day("openai", time))


def test_a_day_that_is_none():
    """It would decide between prices, so it is refused."""
    with pytest.raises(CostError, match="createTime: expected an instant like 2026-03-24T09:00:00Z, saw 'soon'"):
        one({"usageMetadata": USAGE, "createTime": "soon"})


def test_the_interactions_api():
    """An interaction, and the event of a stream that holds one."""
    usage = {"total_input_tokens": 6, "total_thought_tokens": 103, "total_tokens": 109}
    found = {
        "id": "i1",
        "model": "gemini-3-flash",
        "status": "completed",
        "created": "2026-04-20T10:00:00Z",
        "usage": usage,
    }
    for data in (found, {"event_type": "interaction.complete", "interaction": found}, [found]):
        answer = one(data)
        assert ({"": 6}, 103) == (answer.counts["input_tokens"], answer.counts["thoughts_tokens"])
        assert ("gemini-3-flash", date(2026, 4, 20)) == (answer.model, answer.time.date())
    assert None is one({**found, "created": 1776679200}).time


def test_a_count_of_tokens():
    """Of a prompt alone, by modality, with its cached share."""
    found = one({"totalTokens": 31, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 31}]})
    assert {"text": 31} == found.counts["input_tokens"]
    assert ("countTokens counts a prompt alone: no answer to it is in these counts",) == found.notes
    cached = {"totalTokens": 31, "totalBillableCharacters": 99, "cachedContentTokenCount": 20}
    assert ({"": 31}, {"": 20}) == tuple(one(cached).counts[f"{name}_tokens"] for name in ("input", "cached"))


def test_embeddings():
    """With a usage of their own, or with the tokens of each text."""
    counted = {"promptTokenCount": 516, "promptTokenDetails": [{"modality": "IMAGE", "tokenCount": 516}]}
    assert {"image": 516} == one({"embedding": {"values": [0.1]}, "usageMetadata": counted}).counts["input_tokens"]
    texts = [{"embeddings": {"statistics": {"token_count": count}, "values": []}} for count in (6, 7.0, Decimal("8.0"))]
    assert {"input_tokens": 21} == one({"predictions": texts}).counts
    with pytest.raises(CostError, match="token_count: expected a whole number from 0 to 10\\^15, saw None"):
        one({"predictions": [{"embeddings": {"statistics": {"truncated": False}}}]})


CACHE = {
    "name": "cachedContents/abc",
    "model": "models/gemini-2.5-flash",
    "createTime": "2026-04-20T10:00:00Z",
    "expireTime": "2026-04-20T14:00:00Z",
    "usageMetadata": {"totalTokenCount": 696219},
}


def test_a_cache_that_is_kept():
    """Its storage, from its lifetime; on the Agent Platform what it holds is counted in other measures too."""
    found = one(CACHE)
    assert ({"cache_token_hours": Decimal(2784876)}, date(2026, 4, 20)) == (found.counts, found.time.date())
    assert "billed with the calls" in found.notes[0]
    other = {"totalTokenCount": 43130, "textCount": 153, "imageCount": 167, "audioDurationSeconds": 5}
    path = "projects/1/locations/us-central1/publishers/google/models/gemini-2.5-flash"
    own = {**CACHE, "model": path, "expireTime": "2026-04-20T10:10:00Z", "usageMetadata": other}
    assert (Decimal("7188.333333"), path) == (one(own).counts["cache_token_hours"], one(own).model)


@pytest.mark.parametrize("field", ["createTime", "expireTime"])
def test_a_cache_of_unknown_life(field: str):
    """What it lacks is named, and may be given beside it."""
    cache = {**CACHE, field: None}
    with pytest.raises(CostError, match="the cache holds 696219 tokens; createTime and expireTime are needed"):
        one(cache)
    assert {"cache_token_hours": 5} == one(cache, cache_token_hours=5).counts
    with pytest.raises(CostError, match="totalTokenCount: expected a whole number"):
        one({**CACHE, "usageMetadata": {"textCount": 3}})


def test_pictures():
    """As many as came back; filtered ones are none. https://github.com/BerriAI/litellm/issues/10221"""
    filtered = {"raiFilteredReason": "..."}
    assert {"images": 2} == one({"predictions": [PICTURE, PICTURE, filtered]}).counts
    assert {"images": 1} == one({"predictions": [{"gcsUri": "gs://x"}, {"safetyAttributes": {}}]}).counts
    assert {"images": 0} == one({"predictions": [filtered]}).counts
    assert {"images": 1} == one({"generated_images": [{"image": {"image_bytes": "..."}}, {"image": None}]}).counts
    for strange in ([], ["x"], [{"content": "of another model"}]):
        with pytest.raises(CostError, match="saw an object with 'predictions'"):
            one({"predictions": strange})


def test_pictures_by_size():
    """The answer does not say of what size they are; who knows may say so beside it."""
    assert {"images": {"2K": 2}} == one({"predictions": [PICTURE, PICTURE]}, images={"2K": 2}).counts


VEO = {"name": "models/veo-3.1-generate-preview/operations/abc", "done": True}
SAMPLES = {"generateVideoResponse": {"generatedSamples": [{"video": {"uri": "https://example.test/v.mp4"}}]}}


@pytest.mark.parametrize(
    "response",
    [SAMPLES, {"@type": "x", "videos": [{"gcsUri": "gs://x"}]}, {"generated_videos": [{"video": {}}]}],
    ids=["gemini", "vertex", "sdk"],
)
def test_videos(response: dict[str, Any]):
    """Their seconds are not in it: what must be added is named, and with it the model is known."""
    operation = {**VEO, "response": response}
    with pytest.raises(CostError, match=r"names 1 video of models/veo-3\.1-generate-preview, and not how long"):
        one(operation)
    found = one(operation, seconds={"720p": 8})
    assert ({"seconds": {"720p": 8}}, "models/veo-3.1-generate-preview") == (found.counts, found.model)
    assert {"seconds": 8} == one({**operation, "seconds": 8}).counts


def test_an_operation_that_is_not_done():
    """It has nothing to count yet; one that failed says so."""
    with pytest.raises(CostError, match="operations/abc is not done: it names no videos yet"):
        one({"name": VEO["name"]})
    with pytest.raises(CostError, match="saw an error and no answer"):
        one({**VEO, "error": {"code": 3}})


def test_counts_beside_an_answer():
    """They add to it; in Python they may stand in the answer itself. None of them is dropped."""
    answer = {"usageMetadata": USAGE, "search_queries": 2}
    assert 2 == one(answer).counts["search_queries"] == one({**USAGE, "search_queries": 2}).counts["search_queries"]
    assert {"": 12} == one({**USAGE, "cached_tokens": 3}).counts["input_tokens"]
    assert (3, "low") == (one(answer, songs=3).counts["songs"], one(answer, quality="low").counts["quality"])
    assert {"": 5} == one(answer, cached_tokens={"": 5}).counts["cached_tokens"]


def test_counts_beside_an_answer_may_split_it():
    """What was cached, where the answer does not say of what; but not another number, nor another split."""
    mixed = {
        "promptTokenCount": 18,
        "promptTokensDetails": [{"modality": "VIDEO", "tokenCount": 15}, {"modality": "TEXT", "tokenCount": 3}],
        "cachedContentTokenCount": 12,
    }
    assert {"video": 12} == one(mixed, cached_tokens={"video": 12}).counts["cached_tokens"]
    assert {"video": 10, "text": 2} == one(mixed, cached_tokens={"video": 10, "text": 2}).counts["cached_tokens"]
    for name, value in (("cached_tokens", {"video": 11}), ("cached_tokens", 11), ("input_tokens", {"text": 18})):
        with pytest.raises(
            CostError, match=f"{name} stands in the usage and beside it .*may split a count, not change"
        ):
            one(mixed, **{name: value})
    assert {"video": 15, "text": 3} == one(mixed, input_tokens={"text": 3, "video": 15}).counts["input_tokens"]


class Modality(str, Enum):  # noqa: UP042 - as theirs is, whose words are not its values
    """As Google's SDK has it."""

    TEXT = "TEXT"


class Dumped:
    """An object of google-genai: a pydantic model."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def model_dump(self) -> dict[str, Any]:
        """Its fields, with enumerations as they are and what is not there as None."""
        return self.data


class Message:
    """An object of the Agent Platform's SDK: a protocol buffer, whose class turns it into data."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @classmethod
    def to_dict(cls, message: Message) -> dict[str, Any]:
        """Its fields, with enumerations as numbers."""
        return message.data


def test_objects_of_the_sdks():
    """A response, its usage, a list of them: what they give as data is read. https://github.com/mozilla-ai/any-llm/issues/1290"""
    details = [{"modality": Modality.TEXT, "token_count": 20}]
    usage = {
        "prompt_token_count": 20,
        "prompt_tokens_details": details,
        "traffic_type": None,
        "thoughts_token_count": 405,
    }
    response = {
        "usage_metadata": usage,
        "model_version": "m",
        "create_time": datetime(2026, 4, 20, tzinfo=UTC),
        "parsed": None,
    }
    for data in (Dumped(usage), Dumped(response), [Dumped(response)]):
        assert ({"text": 20}, 405) == (one(data).counts["input_tokens"], one(data).counts["thoughts_tokens"])
    assert ("m", date(2026, 4, 20)) == (one(Dumped(response)).model, one(Dumped(response)).time.date())
    numbers = {
        "prompt_token_count": 20,
        "prompt_tokens_details": [{"modality": 2, "token_count": 20}],
        "traffic_type": 3,
    }
    found = one(Message({"usage_metadata": numbers}))
    assert ({"image": 20}, "priority") == (found.counts["input_tokens"], found.tier)


NAMES = [
    *("promptTokenCount", "candidatesTokenCount", "responseTokenCount", "thoughtsTokenCount", "totalTokenCount"),
    *("promptTokensDetails", "cacheTokensDetails", "cachedContentTokenCount", "groundingToolCount", "modality"),
    *(
        "tokenCount",
        "tokens",
        "type",
        "count",
        "usageMetadata",
        "usage",
        "candidates",
        "finishReason",
        "index",
        "error",
    ),
    *("groundingMetadata", "webSearchQueries", "groundingChunks", "maps", "serverContent", "modelVersion", "model"),
    *("createTime", "expireTime", "created", "name", "response", "predictions", "embeddings", "statistics", "done"),
    *("token_count", "bytesBase64Encoded", "videos", "generateVideoResponse", "serviceTier", "trafficType", "headers"),
    *("sdkHttpResponse", "x-gemini-service-tier", "responseId", "id", "interaction", "promptFeedback", "blockReason"),
    *("totalTokens", "total_input_tokens", "images", "seconds", "input_tokens", "cached_tokens", "quality", "reading"),
]
WORDS = ["TEXT", "gemini-2.5-flash", "flex", "ON_DEMAND", "2026-04-20T10:00:00Z", "cachedContents/a", "STOP", "", "1K"]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 50), st.floats(), st.sampled_from(WORDS), st.binary(max_size=1)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)),
    max_leaves=25,
)


@settings(max_examples=150)
@given(ANYTHING, st.sampled_from([None, True, False]))
def test_whatever_comes_is_read_or_refused(data: object, each: bool | None):
    """With one error, which is ours, and says something; what is read is read the same again."""
    try:
        found = answers(data, each=each)
    except CostError as error:
        assert str(error)
    else:
        assert found == answers(data, each=each)


def test_what_several_chunks_say():
    """The last usage counts, and the last word of each thing that they say of their answer."""
    chunks = [
        {"modelVersion": "m", "responseId": "r", "usageMetadata": {"promptTokenCount": 3}},
        {"responseId": "r", "modelVersion": None, "usageMetadata": {**USAGE, "promptTokenCount": 12}},
    ]
    assert ("m", {"": 12}) == (one(chunks).model, one(chunks).counts["input_tokens"])


def test_counts_beside_several_calls():
    """Nobody can tell whose they are; words hold for all."""
    calls = [{"input_tokens": 1}, {"input_tokens": 2}]
    with pytest.raises(CostError, match="songs is given beside 2 calls: say it in the call that it belongs to"):
        answers(calls, {"songs": 1})
    assert ["low", "low"] == [call.counts["quality"] for call in answers(calls, {"quality": "low"})]
