"""Usage that people asked about in public, in the form in which they held it, and what it cost by the page of a day.

The figures were worked out by hand from that page's prices. An address says where the question was asked.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import ratecards
from ratecards.__main__ import main
from ratecards.errors import CostError

DAY = "2026-04-27"
FLASH, PRO, LIVE = "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3.1-flash-live-preview"
AUDIO = "gemini-2.5-flash-native-audio-preview-12-2025"


def usage(sent: int, out: int | None = None, /, *, live: bool = False, **more: Any) -> dict[str, Any]:
    """A usage as the API sends it."""
    counted = {"promptTokenCount": sent, "responseTokenCount" if live else "candidatesTokenCount": out, **more}
    return {"usageMetadata": {name: value for name, value in counted.items() if value is not None}}


def of(**modalities: int) -> list[dict[str, Any]]:
    """Details by modality."""
    return [{"modality": name.upper(), "tokenCount": number} for name, number in modalities.items()]


def turn(sent: int, out: int) -> dict[str, Any]:
    """A turn of a Live session, spoken."""
    return usage(
        sent,
        out,
        live=True,
        totalTokenCount=sent + out,
        promptTokensDetails=of(text=sent),
        responseTokensDetails=of(audio=out),
    )


CACHE = {"createTime": "2026-04-20T10:00:00Z", "expireTime": "2026-04-20T14:00:00Z"}
PICTURE = {"bytesBase64Encoded": "...", "mimeType": "image/png"}
CASES: dict[str, tuple[str | None, Any, str]] = {
    # https://github.com/Wei-Shaw/sub2api/issues/554
    "thoughts": (PRO, usage(55021, 923, thoughtsTokenCount=785, totalTokenCount=56729), "0.08585625"),
    # https://github.com/QuantumNous/new-api/issues/2935
    "tool use": (
        "gemini-3-flash-preview",
        {
            **usage(
                151,
                1089,
                toolUsePromptTokenCount=18329,
                thoughtsTokenCount=1120,
                totalTokenCount=20689,
                promptTokensDetails=of(text=151),
                toolUsePromptTokensDetails=of(text=18329),
            ),
            "modelVersion": "gemini-3-flash-preview",
        },
        "0.015867",
    ),
    # https://github.com/BerriAI/litellm/pull/38457
    "live, spoken": (
        AUDIO,
        usage(
            377,
            47,
            live=True,
            thoughtsTokenCount=38,
            totalTokenCount=462,
            promptTokensDetails=of(text=377),
            responseTokensDetails=of(audio=47),
        ),
        "0.0008285",
    ),
    # https://github.com/pipecat-ai/pipecat/pull/5052
    "details that are short": (
        LIVE,
        usage(
            1108,
            214,
            live=True,
            totalTokenCount=1322,
            promptTokensDetails=of(text=395, audio=511),
            responseTokensDetails=of(audio=214),
        ),
        "0.00454875",
    ),
    # https://github.com/BerriAI/litellm/pull/19775
    "a cache that nobody asked for": (
        FLASH,
        usage(10000, 500, cachedContentTokenCount=8000, totalTokenCount=10500, promptTokensDetails=of(text=10000)),
        "0.00209",
    ),
    # https://github.com/BerriAI/litellm/pull/33297
    "interactions": (
        "gemini-3-flash-preview",
        {
            "usage": {
                "total_tokens": 109,
                "total_input_tokens": 6,
                "input_tokens_by_modality": [{"modality": "text", "tokens": 6}],
                "total_cached_tokens": 0,
                "total_output_tokens": 0,
                "total_tool_use_tokens": 0,
                "total_thought_tokens": 103,
            }
        },
        "0.000312",
    ),
    # https://github.com/BerriAI/litellm/pull/22948
    "priority at the Agent Platform": (
        PRO,
        {**usage(26000, 900, totalTokenCount=26900, trafficType="ON_DEMAND_PRIORITY"), "modelVersion": PRO},
        "0.0747",
    ),
    # https://github.com/vercel/ai/pull/15488
    "flex": (FLASH, {**usage(120000, 4000, serviceTier="flex"), "modelVersion": FLASH}, "0.023"),
    # https://github.com/vectorize-io/hindsight/pull/2089
    "three calls": (PRO, [usage(1_000_000, 1000), usage(2000, 100), usage(10, 5)], "2.5185625"),
    # https://github.com/pydantic/pydantic-ai/pull/7269
    "three turns": (LIVE, [turn(143, 19), turn(181, 24), turn(224, 24)], "0.001215"),
    # https://github.com/docker/docker-agent/pull/2848
    "chunks, the last of them without a usage": (
        FLASH,
        [usage(11, 227, totalTokenCount=238), {"candidates": [{"finishReason": "STOP"}]}],
        "0.0005708",
    ),
    # https://github.com/langchain-ai/langchainjs/issues/11197
    "the model that answered": (None, {**usage(100000, 2000), "modelVersion": PRO}, "0.145"),
    # https://github.com/googleapis/js-genai/issues/508
    "a cache that is kept": (
        FLASH,
        {"name": "cachedContents/a", "model": f"models/{FLASH}", **CACHE, "usageMetadata": {"totalTokenCount": 696219}},
        "2.784876",
    ),
    # https://github.com/diillson/chatcli/pull/1451
    "a cache at the Agent Platform": (
        FLASH,
        {
            "name": "projects/1/locations/us-central1/cachedContents/2",
            "model": f"projects/1/locations/us-central1/publishers/google/models/{FLASH}",
            **CACHE,
            "usageMetadata": {"totalTokenCount": 43130, "textCount": 153, "imageCount": 167, "audioDurationSeconds": 5},
        },
        "0.17252",
    ),
    # https://github.com/BerriAI/litellm/issues/24339
    "countTokens": (FLASH, {"totalTokens": 31, "promptTokensDetails": of(text=31)}, "0.0000093"),
    # https://github.com/maximhq/bifrost/pull/7295
    "an embedding": (
        "gemini-embedding-2",
        {"embedding": {"values": [0.1]}, **usage(516, promptTokenDetails=of(image=516))},
        "0.0002322",
    ),
    # https://github.com/BerriAI/litellm/pull/38412
    "speech": (
        "gemini-2.5-flash-preview-tts",
        usage(14, 85, totalTokenCount=99, promptTokensDetails=of(text=14), candidatesTokensDetails=of(audio=85)),
        "0.000857",
    ),
    "speech without details": ("gemini-2.5-flash-preview-tts", usage(14, 85, totalTokenCount=99), "0.000857"),
    # https://github.com/promptfoo/promptfoo/pull/9760
    "cached tokens of mixed modality": (
        FLASH,
        {
            **usage(
                18150, 200, cachedContentTokenCount=12000, promptTokensDetails=of(video=15780, audio=1500, text=870)
            ),
            "cached_tokens": {"video": 12000},
        },
        "0.003755",
    ),
    # https://github.com/BerriAI/litellm/pull/18768
    "documents": (
        FLASH,
        usage(
            3000,
            200,
            totalTokenCount=3200,
            promptTokensDetails=of(document=2580, text=420),
            cachedContentTokenCount=2048,
            cacheTokensDetails=of(document=2000, text=48),
        ),
        "0.00084704",
    ),
    # https://github.com/theopenco/llmgateway/pull/3315
    "a Live total without its thoughts": (
        AUDIO,
        usage(
            373,
            61,
            live=True,
            thoughtsTokenCount=38,
            totalTokenCount=434,
            promptTokensDetails=of(text=373),
            responseTokensDetails=of(audio=61),
        ),
        "0.0009945",
    ),
    # https://github.com/promptfoo/promptfoo/pull/9760
    "an unspecified modality": (
        FLASH,
        usage(
            5000,
            10,
            totalTokenCount=5010,
            promptTokensDetails=of(text=5000),
            cachedContentTokenCount=4000,
            cacheTokensDetails=of(modality_unspecified=4000),
        ),
        "0.000445",
    ),
    "no modality": (
        FLASH,
        usage(5000, 10, totalTokenCount=5010, promptTokensDetails=[{"tokenCount": 5000}]),
        "0.001525",
    ),
    # https://github.com/langwatch/tasks/issues/797
    "a picture by its tokens": (
        None,
        {
            **usage(
                1304,
                1290,
                totalTokenCount=2594,
                promptTokensDetails=of(text=14, image=1290),
                candidatesTokensDetails=of(image=1290),
            ),
            "modelVersion": "gemini-2.5-flash-image",
        },
        "0.0393912",
    ),
    # https://github.com/janeapp/riffer/pull/309
    "a blocked prompt": (
        FLASH,
        {"promptFeedback": {"blockReason": "SAFETY"}, **usage(55, totalTokenCount=55)},
        "0.0000165",
    ),
    # https://github.com/BerriAI/litellm/issues/10221
    "predictions": ("imagen-4.0-generate-001", {"predictions": [PICTURE, PICTURE]}, "0.08"),
    # https://github.com/mozilla-ai/any-llm/issues/1290
    "as the SDK dumps it": (
        FLASH,
        {
            "cached_content_token_count": None,
            "candidates_token_count": 198,
            "prompt_token_count": 20,
            "prompt_tokens_details": [{"modality": "TEXT", "token_count": 20}],
            "thoughts_token_count": 405,
            "total_token_count": 623,
            "traffic_type": None,
        },
        "0.0015135",
    ),
    # https://github.com/router-for-me/CLIProxyAPI/issues/5733
    "thoughts outside of a completion": (
        FLASH,
        {
            "usage": {
                "completion_tokens": 0,
                "total_tokens": 81,
                "prompt_tokens": 21,
                "completion_tokens_details": {"reasoning_tokens": 60},
            }
        },
        "0.0001563",
    ),
    # https://github.com/MartialBE/one-hub/issues/795
    "thoughts in the total alone": (
        FLASH,
        {"usage": {"prompt_tokens": 9, "completion_tokens": 664, "total_tokens": 1994, "prompt_tokens_details": {}}},
        "0.0049652",
    ),
    # https://github.com/danny-avila/LibreChat/issues/12855
    "LangChain's sums": (
        FLASH,
        {
            "input_tokens": 11125,
            "output_tokens": 429,
            "total_tokens": 11554,
            "input_token_details": {"text": 11125, "cache_read": 7441},
            "output_token_details": {"text": 20, "reasoning": 409},
        },
        "0.00240093",
    ),
    # https://github.com/bespokelabsai/curator/pull/403
    "the output of a batch, one row an error": (
        None,
        [
            {"key": "req-1", "response": {**usage(120, 30, totalTokenCount=150), "modelVersion": FLASH}},
            {"key": "req-2", "response": {**usage(110, 40, totalTokenCount=150), "modelVersion": FLASH}},
            {"key": "req-3", "error": {"code": 8, "message": "RESOURCE_EXHAUSTED"}},
        ],
        "0.000122",
    ),
    # https://github.com/BerriAI/litellm/pull/16126
    "a row of a batch at the Agent Platform": (
        None,
        {
            "status": "",
            "request": {"contents": []},
            "response": {
                **usage(900, 50, totalTokenCount=950, trafficType="ON_DEMAND"),
                "modelVersion": f"{FLASH}@default",
            },
        },
        "0.0001975",
    ),
    # https://github.com/junhoyeo/tokscale/issues/492
    "a session of Gemini CLI": (
        None,
        {
            "id": "m1",
            "type": "gemini",
            "model": "gemini-3.1-pro-preview",
            "tokens": {"input": 14918, "output": 60, "cached": 0, "thoughts": 863, "tool": 0, "total": 15841},
        },
        "0.040912",
    ),
    # https://github.com/thoughtbot/opentelemetry-instrumentation-ruby_llm/pull/38
    "a span": (
        None,
        {
            "name": f"generate_content {FLASH}",
            "attributes": {
                "gen_ai.operation.name": "generate_content",
                "gen_ai.response.model": FLASH,
                "gen_ai.usage.input_tokens": 11935,
                "gen_ai.usage.output_tokens": 420,
                "gen_ai.usage.cache_read.input_tokens": 5758,
            },
        },
        "0.00307584",
    ),
    # https://github.com/BerriAI/litellm/issues/31142
    "a picture of OpenAI's": (
        "gpt-image-1.5",
        {
            "created": 1767170804,
            "data": [{"b64_json": "..."}],
            "usage": {
                "total_tokens": 1079,
                "input_tokens": 23,
                "input_tokens_details": {"image_tokens": 0, "text_tokens": 23},
                "output_tokens": 1056,
            },
        },
        "0.033907",
    ),
    # https://github.com/BerriAI/litellm/issues/13810
    "a chat completion, flex": (
        None,
        {
            "object": "chat.completion",
            "model": "gpt-5-nano",
            "service_tier": "flex",
            "usage": {
                "prompt_tokens": 2006,
                "completion_tokens": 300,
                "total_tokens": 2306,
                "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 256, "audio_tokens": 0},
            },
        },
        "0.00006695",
    ),
    # https://github.com/Routstr/routstr-core/issues/213
    "a response of OpenAI's": (
        "gpt-5-mini",
        {
            "usage": {
                "input_tokens": 75,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 1186,
                "output_tokens_details": {"reasoning_tokens": 1024},
                "total_tokens": 1261,
            }
        },
        "0.00239075",
    ),
    # https://github.com/pydantic/genai-prices/issues/334
    "the Vercel AI SDK": (
        FLASH,
        {
            "inputTokens": 4740,
            "inputTokenDetails": {"noCacheTokens": 740, "cacheReadTokens": 4000, "cacheWriteTokens": 0},
            "outputTokens": 255,
            "outputTokenDetails": {"textTokens": 55, "reasoningTokens": 200},
            "totalTokens": 4995,
            "reasoningTokens": 200,
            "cachedInputTokens": 4000,
        },
        "0.0009795",
    ),
    # https://github.com/livekit/agents-js/issues/510
    "ten minutes of voice each way": (LIVE, {"input_minutes": {"audio": 10}, "output_minutes": {"audio": 10}}, "0.23"),
}


@pytest.mark.parametrize(("model", "held", "right"), CASES.values(), ids=CASES)
def test_what_it_cost(model: str | None, held: Any, right: str):
    """To the last digit."""
    assert Decimal(right) == ratecards.cost(model, held, DAY).total


@pytest.mark.parametrize("name", CASES)
def test_the_command_says_the_same(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """From a file."""
    model, held, right = CASES[name]
    file = tmp_path / "usage.json"
    file.write_text(json.dumps(held), encoding="utf-8")
    assert 0 == main(["cost", *([model] if model else []), "--usage", str(file), "--on", DAY, "--format", "json"])
    assert Decimal(right) == Decimal(json.loads(capsys.readouterr().out)["total"])


def test_a_picture_metered():
    """The page's $30 for a million of its tokens. https://github.com/langwatch/tasks/issues/797"""
    _, held, _ = CASES["a picture by its tokens"]
    assert Decimal("0.0390912") == ratecards.cost(None, {**held, "reading": "metered"}, DAY).total


@pytest.mark.parametrize(
    ("answer", "note", "counts", "right"),
    [
        # https://github.com/BerriAI/litellm/pull/36397
        (
            {"webSearchQueries": ["bitcoin", "ethereum", "bitcoin", ""]},
            "2 search queries (1 grounded prompt)",
            {"search_queries": 2, "search_used": 5000},
            "0.028951",
        ),
        # https://github.com/BerriAI/litellm/pull/38418
        (
            {"groundingChunks": [{"maps": {"uri": "https://maps.example/1"}}]},
            "Google Maps: not in these counts: 1 grounded prompt",
            {"maps_queries": 1, "maps_used": 5000},
            "0.014951",
        ),
    ],
)
def test_what_was_looked_up(answer: dict[str, Any], note: str, counts: dict[str, int], right: str):
    """It is said until it is counted, and then no more."""
    held = {"candidates": [{"groundingMetadata": answer}], **usage(42, 310), "modelVersion": "gemini-3-flash-preview"}
    found = ratecards.cost(None, held, DAY)
    assert Decimal("0.000951") == found.total
    assert any(note in words for words in found.notes)
    counted = ratecards.cost(None, {**held, **counts}, DAY)
    assert Decimal(right) == counted.total
    assert not any(note in words for words in counted.notes)


@pytest.mark.parametrize(
    ("model", "held", "words"),
    [
        # https://github.com/langchain-ai/langchainjs/issues/11197
        (FLASH, CASES["the model that answered"][1], f"the answer is of {PRO}, and {FLASH} is asked for"),
        # https://github.com/BerriAI/litellm/issues/31142
        ("gemini-3-pro-image-preview", usage(326, 1120), "say which: 12.00 (text), 120.00 (image)"),
        # https://github.com/vm0-ai/vm0/issues/9282
        (
            None,
            {
                "name": "models/veo-3.1-generate-preview/operations/a",
                "done": True,
                "response": {"generateVideoResponse": {"generatedSamples": [{"video": {}}]}},
            },
            "add their seconds in all: --seconds 720p=8",
        ),
        # https://github.com/langchain-ai/langchain-google/issues/920
        (
            FLASH,
            {
                "is_blocked": False,
                "usage_metadata": {
                    "prompt_token_count": 1,
                    "candidates_token_count": 66,
                    "total_token_count": 523,
                    "prompt_tokens_details": [{"modality": 1, "token_count": 1}],
                },
            },
            "the usage does not add up: its parts are 67 tokens, totalTokenCount is 523",
        ),
    ],
)
def test_what_cannot_be_told(model: str | None, held: Any, words: str):
    """The reason, and what would tell."""
    with pytest.raises(CostError) as caught:
        ratecards.cost(model, held, DAY)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "prefix",
    [
        "gemini/",
        "google/",
        "vertex_ai/",
        "models/",
        "publishers/google/models/",
        "google-gla:",
        "google_genai:",
        "openai/",
    ],
)
def test_ids_as_people_write_them(prefix: str):
    """https://github.com/mnfst/llm-gateway/pull/1369, https://github.com/Floe-Labs/floe-guard/issues/43."""
    assert Decimal("0.00125") == ratecards.cost(prefix + PRO, {"input_tokens": 1000}, DAY).total
    assert ratecards.cost(f"{prefix}gpt-5", {"input_tokens": 1000}, DAY).total
