"""The forms that a table describes, and sheets: whose prices, of what, per what, for which prompts; and what is unread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ratecards.audit.claims import OTHER, PriceEntry, elsewhere, maker_of, named_seller, seller_by_id
from ratecards.formats import forms, sheet
from ratecards.formats import litellm_reader as litellm
from ratecards.formats.price_file import recognise, shaped

DAY = date(2026, 11, 25)


def said(entries: Iterable[PriceEntry]) -> list[str]:
    """The claims of entries in a line each, then what is unread, then the entries that state nothing."""
    listed = list(entries)
    claims = [
        " ".join(
            filter(
                None,
                (
                    c.source,
                    c.model,
                    c.service_tier.replace("standard", ""),
                    c.meter,
                    c.modality,
                    c.context,
                    c.prompt_over and f">{c.prompt_over}",
                    c.prompt_up_to and f"<={c.prompt_up_to}",
                    f"{c.price.normalize():f}",
                    c.unit.replace("1000000 tokens", ""),
                ),
            )
        )
        for e in listed
        for c in e.claims
    ]
    unread = [f"{u.key} {u.field} {u.stated}: {u.why}" for e in listed for u in e.unread]
    return [*claims, *unread, *(f"{e.key}: {e.why}" for e in listed if e.why)]


def read(data: Any) -> list[str]:
    """What data of a form states."""
    name = recognise(data)
    return said(forms.entries(name, shaped(name, data), DAY))


PRICES = {
    "prompt": Decimal("0.000001"),
    "input_cache_read": "0.0000001",
    "input_cache_write_1h": "1",
    "internal_reasoning": "0",
    "web_search": "0.014",
    "image": "0.5",
    "image_output": None,
    "request": "0.01",
    "discount": "0.2",
    "speech": {"second": 3},
}
OVERRIDES = [
    {"min_prompt_tokens": 200_000, "prompt": "0.000002"},
    {"min_prompt_tokens": 500_000, "prompt": "0.000003"},
    {"utc_start": "16:30", "utc_end": "00:30", "prompt": "0.0000005"},
    {"min_prompt_tokens": "many", "prompt": "0.0000006"},
]


def test_openrouter() -> None:
    """What costs nothing of its own is no price of zero; what a field is of must be known."""
    data = {"data": [{"id": "google/a", "pricing": {**PRICES, "overrides": OVERRIDES}}, {"pricing": {"prompt": "-1"}}]}
    data["data"] += [{"id": "openai/gpt-x", "pricing": {"prompt": "-1"}}, {"id": "meta-llama/llama-c", "pricing": {}}]
    hours, condition = "hours of the day have no column", "holds under a condition that no column says"
    assert [
        "a input <=200000 1",
        "a cache_read 0.1",
        "a cache_write 1 hour 1000000",
        "a search_grounding 14 1000 queries",
        "a input >200000 <=500000 2",
        "a input >500000 3",
        "google/a pricing.image 0.5: per image or per token of one, which the file does not say",
        "google/a pricing.request 0.01: a price of a call, whatever it makes, has no column",
        "google/a pricing.discount 0.2: a discount on all prices is no price",
        "google/a pricing.speech.second 3: no such field is known",
        f"google/a pricing.overrides[2].prompt 0.0000005: {hours}",
        f"google/a pricing.overrides[3].prompt 0.0000006: {condition}",
        "openai/gpt-x pricing.prompt -1: expected an amount from 0, in digits",
        "data[1]: no model",
        f"meta-llama/llama-c: {OTHER}",
    ] == read(data)


def test_cache_writes_by_how_long_they_are_kept() -> None:
    """Beside a price for an hour the other is that of 5 minutes; alone it may be either. Ids have no points at Anthropic."""
    write, hour = {"input_cache_write": "0.00000375"}, {"input_cache_write_1h": "0.000006"}
    rows = [
        {"id": "anthropic/claude-haiku-4.5", "pricing": {"prompt": "1", **write, **hour}},
        {"id": "anthropic/claude-3.5-haiku", "pricing": {"prompt": "1", **write}},
    ]
    prices = {
        "input_cache_creation": Decimal("0.000001"),
        "input_cache_creation_5m": Decimal("0.000002"),
        "input_cache_creation_1h": Decimal("0.000003"),
    }
    assert [
        "anthropic-api claude-haiku-4-5 input 1000000",
        "anthropic-api claude-haiku-4-5 cache_write 5 minutes 3.75",
        "anthropic-api claude-haiku-4-5 cache_write 1 hour 6",
        "anthropic-api claude-3-5-haiku input 1000000",
        "anthropic-api claude-3-5-haiku cache_write 3.75",
    ] == read({"data": rows})
    assert [
        "anthropic-api claude-y cache_write 5 minutes 1",
        "anthropic-api claude-y cache_write 5 minutes 2",
        "anthropic-api claude-y cache_write 1 hour 3",
    ] == read([{"modelName": "claude-y", "matchPattern": "x", "prices": prices}])


def test_llm_prices() -> None:
    """A vendor's file has a history: what holds on the day counts; names say the size of a prompt."""
    history = [
        {"input": 9, "output": 9, "input_cached": None, "from_date": None, "to_date": "2026-01-01"},
        {"input": 2, "output": 3, "input_cached": None, "from_date": "2026-01-01", "to_date": None},
        {"input": 1, "from_date": "soon"},
    ]
    models = [
        {"id": "a-1-200k", "name": "A >200k", "price_history": history},
        {"id": "b", "name": "B ≤ 128K", "price_history": history[1:2]},
        {"id": "c-image", "name": "C", "price_history": [{"output": 30}]},
        {"id": "d", "name": "D"},
    ]
    assert [
        "gemini-api a-1 input >200000 2",
        "gemini-api a-1 output >200000 3",
        "gemini-api b input <=128000 2",
        "gemini-api b output <=128000 3",
        "gemini-api c-image output image 30",
        "a-1-200k input 9: holds until 2026-01-01 only",
        "a-1-200k output 9: holds until 2026-01-01 only",
        "a-1-200k input 1: expected ISO dates, saw 'soon' and ''",
    ] == read({"vendor": "google", "models": models})


def test_langfuse() -> None:
    """A tier for long prompts, one for what no column says, and the prices of before there were tiers."""
    size = {"usageDetailPattern": "input", "operator": "gt", "value": 272_000}
    tiers = [
        {
            "conditions": [],
            "prices": {"input": Decimal("0.000005"), "input_cached_tokens": Decimal("5E-7"), "total": 1},
        },
        {"conditions": [size], "prices": {"input": Decimal("0.00001"), "thoughtsTokenCount": 1}},
        {"conditions": [size, size], "prices": {"output": 1}},
    ]
    data = [
        {"modelName": "gpt-5.6-sol", "matchPattern": "x", "pricingTiers": tiers},
        {
            "modelName": "gemini-x",
            "matchPattern": "x",
            "prices": {"output": Decimal("0.00001"), "groundingQueries": 14},
        },
        {"modelName": "mistral-y", "matchPattern": "x", "prices": {"output": 1}},
        "words",
    ]
    assert [
        "openai-api gpt-5.6-sol input <=272000 5",
        "openai-api gpt-5.6-sol cache_read 0.5",
        "openai-api gpt-5.6-sol input >272000 10",
        "openai-api gpt-5.6-sol output text thinking >272000 1000000",
        "gemini-x output 10",
        "gemini-x search_grounding 14000 1000 queries",
        "gpt-5.6-sol pricingTiers[0].prices.total 1: one price for all tokens is no column",
        "gpt-5.6-sol pricingTiers[2].prices.output 1: holds under a condition that no column says",
        f"mistral-y: {OTHER}",
        "[3]: no model",
    ] == read(data)


@pytest.mark.parametrize(
    ("pricing", "lines"),
    [
        ({"input": "0.3", "unit": "0.001"}, ["openai-api gpt-x input 300"]),
        ({"input": "0.3", "unit": "0.000001", "currency": "USD"}, ["openai-api gpt-x input 0.3"]),
        (
            {"input": "0.3", "unit": "0.000001", "currency": "RMB"},
            ["gpt-x pricing.input 0.3: in RMB, not in US dollars"],
        ),
        (
            {"input": "0.3", "unit": "0.00002"},
            ["gpt-x pricing.input 0.3: expected a unit that is a power of ten, as 0.000001, saw 0.00002"],
        ),
        ({"input": "0.3"}, ["gpt-x pricing.input 0.3: expected a unit that is a power of ten, as 0.000001, saw None"]),
    ],
)
def test_dify(pricing: dict[str, str], lines: list[str]) -> None:
    """An amount is of so many tokens as the unit is a part of one, in the currency that stands there."""
    assert lines == read({"model": "gpt-x", "model_type": "llm", "pricing": pricing})


def test_new_api() -> None:
    """A ratio is so many times $2 per million; the others are so many times that, and nothing without it."""
    ratios = {
        "model_ratio": {"gemini-a": Decimal("0.15"), "gpt-b": 1, "gpt-c": "much"},
        "completion_ratio": {"gemini-a": Decimal("8.33"), "gpt-b": Decimal("1.25"), "gpt-d": 4},
        "audio_ratio": {"gemini-a": Decimal("3.333")},
        "audio_completion_ratio": {"gemini-a": 2},
        "model_price": {"imagen-4": Decimal("0.04")},
    }
    assert [
        "gemini-a input 0.3",
        "gemini-a output 2.5",
        "gemini-a input audio 1",
        "gemini-a output audio 2",
        "openai-api gpt-b input 2",
        "openai-api gpt-b output 2.5",
        "gpt-c model_ratio much: expected an amount from 0, in digits",
        "gpt-d completion_ratio 4: the file has no model_ratio of the model, which it multiplies",
        "imagen-4 model_price 0.04: a price of a call, whatever it makes, has no column",
    ] == read({"success": True, "data": ratios})


def test_new_api_as_its_list_of_prices() -> None:
    """Where both are there, one counts: by the token or by the call."""
    rows = [
        {"model_name": "gpt-a", "quota_type": 0, "model_ratio": 2, "completion_ratio": 4, "model_price": 0},
        {
            "model_name": "gpt-b",
            "quota_type": 1,
            "model_ratio": 0,
            "completion_ratio": 0,
            "model_price": Decimal("0.1"),
        },
    ]
    assert [
        "openai-api gpt-a input 4",
        "openai-api gpt-a output 16",
        "gpt-b model_price 0.1: a price of a call, whatever it makes, has no column",
    ] == read({"data": rows})


def test_helicone() -> None:
    """Pictures by the piece, and dates."""
    rows = [
        {
            "provider": "GOOGLE",
            "model": "a",
            "input_cost_per_1m": 1,
            "per_image": 2,
            "per_call": 3,
            "operator": "includes",
        },
        {"provider": "google", "model": "b", "input_cost_per_1m": 1, "date_range": {"start": "2027-01-01T00:00:00Z"}},
        {"provider": "AWS", "model": "c", "input_cost_per_1m": 1},
    ]
    assert [
        "gemini-api a input 1",
        "gemini-api a output image 2 1 image",
        "a per_call 3: a price of a call, whatever it makes, has no column",
        "b input_cost_per_1m 1: holds from 2027-01-01 only",
        f"c: {OTHER}",
    ] == read({"data": rows})


def test_librechat() -> None:
    """Of an endpoint of its own kind, too."""
    config = {"gpt-a": {"prompt": 1, "completion": 2, "context": 9, "read": Decimal("0.1"), "voice": 5}}
    assert [
        "openai-api gpt-a input 1",
        "openai-api gpt-a output 2",
        "openai-api gpt-a cache_read 0.1",
        "gpt-a voice 5: no such field is known",
    ] == read({"endpoints": {"openAI": {"tokenConfig": config}, "custom": []}})


def test_a_proxy_of_litellm() -> None:
    """Its parameters go first; a server of one's own is not the maker; an entry without a model says so."""
    rows = [
        {
            "model_name": "a",
            "litellm_params": {"model": "gemini/a", "input_cost_per_token": Decimal("1E-6")},
            "model_info": {"input_cost_per_token": 1, "output_cost_per_token": Decimal("2E-6")},
        },
        {"litellm_params": {"model": "b", "custom_llm_provider": "vertex_ai", "output_cost_per_token": 1}},
        {"litellm_params": {"model": "gpt-c", "api_base": "https://api.openai.com/v1", "input_cost_per_token": 1}},
        {"litellm_params": {"model": "openai/d", "base_url": "http://localhost", "input_cost_per_token": 1}},
        {"model_name": "e", "litellm_params": {}},
        {"litellm_params": {"model": "azure/gpt-f", "input_cost_per_token": 1}},
    ]
    assert [
        "gemini-api a input 1",
        "gemini-api a output 2",
        "vertex-ai b output 1000000",
        "gpt-c input 1000000",
        f"d: {OTHER}",
        "e: no model",
        f"azure/gpt-f: {OTHER}",
    ] == said(litellm.entries(shaped("litellm-proxy", {"model_list": rows})))


def test_truefoundry() -> None:
    """A price of one region has no column; steps are told by LiteLLM's names, others stay unread."""
    steps = {"input": [{"from": 200_000, "cost_per_token": 2}], "output": {"from": 1, "to": 2}, "audio": [5]}
    costs = [
        {"region": "*", "input_cost_per_token": 1, "tiered_pricing": steps},
        {"region": "us-east1", "input_cost_per_token": 3},
    ]
    data = {"provider": "google-vertex", "model": "a", "costs": costs}
    assert [
        "vertex-ai a input <=200000 1000000",
        "vertex-ai a input >200000 2000000",
        "a tiered_pricing.output {'from': 1, 'to': 2}: expected an amount, saw {'from': 1, 'to': 2}",
        "a tiered_pricing.audio [5]: expected an amount, saw [5]",
        "a input_cost_per_token (us-east1) 3: a price of one region alone",
    ] == said(litellm.entries(shaped("truefoundry", data)))
    assert "truefoundry" == recognise({"model": "a", "costs": costs[0]})
    assert ["openai-api gpt-a input 3000000"] == said(
        litellm.entries(
            shaped("truefoundry", {"provider": "openai", "model": "gpt-a", "costs": {"input_cost_per_token": 3}})
        )
    )


def test_opencode_with_a_server_of_ones_own_is_nobodys_prices() -> None:
    """Whatever the provider is called."""
    models = {"gpt-a": {"cost": {"input": 1}}}
    data = {
        "provider": {"openai": {"models": models}, "google": {"options": {"baseURL": "http://x"}, "models": models}}
    }

    assert "opencode" == recognise(data)
    assert ["openai", "google at http://x"] == list(shaped("opencode", data))


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://generativelanguage.googleapis.com/v1beta", False),
        ("https://us-central1-aiplatform.googleapis.com", False),
        ("api.openai.com", False),
        ("https://api.anthropic.com/v1", False),
        ("https://notanthropic.com/v1", True),
        ("http://localhost:4000/v1", True),
        ("https://googleapis.com.example.org/", True),
        ("os.environ/BASE", True),
        ("", True),
    ],
)
def test_addresses(url: str, other: bool) -> None:
    """By the host alone."""
    assert other is elsewhere(url)


def test_sellers_in_anybodys_words() -> None:
    """Of a model of somebody else's at Google's platform nothing is held."""
    assert ["google/gemini-api", "google/vertex-ai", "google/vertex-ai", "openai/openai-api", None, None] == [
        named_seller(words, name)
        for words, name in (
            ("Google AI Studio", "x"),
            (" vertex_ai", "x"),
            ("Google Vertex", "x"),
            ("OpenAI", "gpt"),
            ("Azure", "gpt"),
            ("Vertex", "claude-x"),
        )
    ]
    assert ["anthropic/anthropic-api"] * 2 == [named_seller(words, "claude-x") for words in ("Anthropic", "claude")]
    assert ["openai/openai-api", "", None] == [seller_by_id(name) for name in ("openai/gpt-5", "x", "llama-x")]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("claude-opus-4-5", True),
        ("anthropic/claude-opus-4.5", True),
        ("anthropic:claude-opus-4-5", True),
        ("Claude-Opus-4.5", True),
        ("anthropic.claude-opus-4-5-20251101-v1:0", False),
        ("us.anthropic.claude-opus-4-5-20251101-v1:0", False),
        ("claude-opus-4-5@20251101", False),
        ("vertex_ai/claude-opus-4-5", False),
        ("google/claude-opus-4-5", False),
        ("openrouter/anthropic/claude-opus-4.5", False),
        ("bedrock/anthropic.claude-v2", False),
    ],
)
def test_a_copy_that_another_platform_sells_is_not_anthropics(name: str, own: bool) -> None:
    """Bedrock's ids, the Agent Platform's and a gateway's are of sellers that are not held, with and without a provider."""
    seller = "anthropic/anthropic-api" if own else None
    assert seller == seller_by_id(name) == maker_of(name)
    (alone,) = litellm.entries({name: {"input_cost_per_token": 1}})
    assert [] == [c for c in alone.claims if c.source != "anthropic-api" and not own]
    assert ("" if own else OTHER) == alone.why
    for provider in ("bedrock", "vertex_ai-anthropic_models", "azure_ai", "openrouter"):
        (entry,) = litellm.entries({name: {"litellm_provider": provider, "input_cost_per_token": 1}})
        assert (OTHER, ()) == (entry.why, entry.claims)


# ------------------------------------------------------------------------------------------------------------ sheets


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Input ($/1M)", "gemini-api m input 5"),
        ("input_cost_per_1m", "gemini-api m input 5"),
        ("Output price per million tokens", "gemini-api m output 5"),
        ("prompt USD / 1K", "gemini-api m input 5000"),
        ("Completion, $ per token", "gemini-api m output 5000000"),
        ("Cached input / MTok", "gemini-api m cache_read 5"),
        ("cache write 1M", "gemini-api m cache_write 5"),
        ("5m cache writes ($/MTok)", "gemini-api m cache_write 5 minutes 5"),
        ("Cache write, 5 minutes, per 1M", "gemini-api m cache_write 5 minutes 5"),
        ("1h Cache Writes / MTok", "gemini-api m cache_write 1 hour 5"),
        ("cache_write_1hr per 1M tokens", "gemini-api m cache_write 1 hour 5"),
        ("Cache write 1 hour ($/1M)", "gemini-api m cache_write 1 hour 5"),
        ("Audio input $/1M", "gemini-api m input audio 5"),
        ("Batch output $/1,000,000", "gemini-api m batch output 5"),
        ("Reasoning ($/M)", "gemini-api m output thinking 5"),
        ("Output, $ per image", "gemini-api m output image 5 1 image"),
        ("Video output / second", "gemini-api m output video 5 1 second"),
        ("Input (€/1M)", "m Input (€/1M) 5: its header names EUR, not US dollars"),
        ("Input RMB/1M", "m Input RMB/1M 5: its header names CNY, not US dollars"),
        ("Cache storage $/1M/h", "m Cache storage $/1M/h 5: how long a cache is kept is not read"),
        ("Price ($/1M)", "m Price ($/1M) 5: its header does not say of what"),
        ("Price per image", "m Price per image 5: its header does not say of what"),
        ("Output", "m Output 5: its header names no unit, as in ($/1M tokens)"),
        ("Max output tokens", "m: without a price"),
        ("Input modalities", "m: without a price"),
        ("Notes", "m: without a price"),
    ],
)
def test_a_header_says_what_its_column_is(head: str, line: str) -> None:
    """Of what, per how many, in which money; else it is unread, or no price."""
    assert [line] == said(sheet.entries([{"Vendor": "google", "Model": "m", head: "$5"}]))


def test_rows_of_a_sheet() -> None:
    """Without a seller it is the maker's; nothing stated is no price, and a name may have blanks."""
    head = "Output (per 1M)"
    rows = [
        {"name": "**GPT-5 Mini**", head: " 2.00 "},
        {"name": "`gemini-x-image`", head: "$30"},
        {"name": "x", head: "n/a"},
        {"name": "y", head: "2 / 3"},
        {"name": "Claude 4.5 Z", head: "9"},
        {"name": "claude-z@20250514", head: "9"},
        {"name": "", head: "9"},
    ]
    assert [
        "openai-api gpt-5-mini output 2",
        "gemini-x-image output image 30",
        "anthropic-api claude-4-5-z output 9",
        "y Output (per 1M) 2 / 3: expected an amount from 0, in digits",
        "x: without a price",
        f"claude-z@20250514: {OTHER}",
        ": no model",
    ] == said(sheet.entries(rows))
    assert [] == sheet.entries([])
