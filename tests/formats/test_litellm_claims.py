"""LiteLLM's map as claims: each field of a Google model is one, or is unread for a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ratecards.audit.claims import Claim, Unread
from ratecards.formats.litellm_reader import entries
from tests.support.kit import claimed

TOKENS = "1000000 tokens"


def one(key: str = "gemini/flash", provider: str = "gemini", **entry: Any) -> list[Claim]:
    """The claims of a map with one entry."""
    found, unread = claimed(entries({key: {"litellm_provider": provider, **entry}}))
    assert [] == unread
    return found


SAID = {
    "input_cost_per_token": ("input", TOKENS, "0.3", {}),
    "output_cost_per_token": ("output", TOKENS, "0.3", {}),
    "output_cost_per_reasoning_token": ("output", TOKENS, "0.3", {"modality": "text", "context": "thinking"}),
    "input_cost_per_audio_token": ("input", TOKENS, "0.3", {"modality": "audio"}),
    "input_cost_per_token_batches": ("input", TOKENS, "0.3", {"service_tier": "batch"}),
    "output_cost_per_token_flex": ("output", TOKENS, "0.3", {"service_tier": "flex"}),
    "cache_read_input_token_cost_priority": ("cache_read", TOKENS, "0.3", {"service_tier": "priority"}),
    "cache_read_input_audio_token_cost": ("cache_read", TOKENS, "0.3", {"modality": "audio"}),
    "cache_read_input_token_cost_per_audio_token": ("cache_read", TOKENS, "0.3", {"modality": "audio"}),
    "cache_creation_input_token_cost": ("cache_write", TOKENS, "0.3", {}),
    "cache_creation_input_token_cost_above_1hr": ("cache_write", TOKENS, "0.3", {"context": "1 hour"}),
    "cache_creation_input_token_cost_above_1hr_batches": (
        "cache_write",
        TOKENS,
        "0.3",
        {"context": "1 hour", "service_tier": "batch"},
    ),
    "cache_creation_input_token_cost_above_1hr_above_200k_tokens": (
        "cache_write",
        TOKENS,
        "0.3",
        {"context": "1 hour", "prompt_over": 200_000},
    ),
    "input_cost_per_token_above_200k_tokens": ("input", TOKENS, "0.3", {"prompt_over": 200_000}),
    "input_cost_per_token_above_128000_tokens": ("input", TOKENS, "0.3", {"prompt_over": 128_000}),
    "input_cost_per_token_above_200k_tokens_priority": (
        "input",
        TOKENS,
        "0.3",
        {"prompt_over": 200_000, "service_tier": "priority"},
    ),
    "input_cost_per_token_priority_above_200k_tokens": (
        "input",
        TOKENS,
        "0.3",
        {"prompt_over": 200_000, "service_tier": "priority"},
    ),
    "input_cost_per_image": ("input", "1 image", "3e-7", {"modality": "image"}),
    "output_cost_per_image": ("output", "1 image", "3e-7", {"modality": "image"}),
    "output_cost_per_image_2K": ("output", "1 image", "3e-7", {"modality": "image", "resolution": "2K"}),
    "output_cost_per_image_512": ("output", "1 image", "3e-7", {"modality": "image", "resolution": "0.5K"}),
    "output_cost_per_second_1080p": ("output", "1 second", "3e-7", {"resolution": "1080p"}),
    "input_cost_per_video_per_second": ("input", "1 second", "3e-7", {"modality": "video"}),
    "input_cost_per_character": ("input", "1000 characters", "3e-4", {}),
    "search_context_cost_per_query": ("search_grounding", "1000 prompts", "3e-4", {}),
    "google_maps_grounding_cost_per_query": ("maps_grounding", "1000 prompts", "3e-4", {}),
}


@pytest.mark.parametrize("field", SAID)
def test_a_field_is_a_claim_in_our_columns(field: str) -> None:
    """Per million tokens what stands there per token."""
    meter, unit, price, more = SAID[field]
    head = {"key": "gemini/flash", "field": field, "stated": "3e-07", "model": "flash", "source": "gemini-api"}
    expected = Claim(**head, meter=meter, unit=unit, price=Decimal(price), **more)

    assert [expected] == one(**{field: "3e-07"})


UNREAD = {
    "cache_creation_input_token_cost_above_1day": "no such field is known",
    "provider_specific_entry": "a factor on all prices of a region or a tier is no price",
    "regional_endpoint_uplift_multiplier": "a factor on all prices of a region is no price",
    "input_cost_per_video_per_second_above_15s_interval": "how often video is sampled has no column",
    "ocr_cost_per_page": "a page is no unit of the table",
    "output_cost_per_pixel": "a pixel is no unit of the table",
    "input_cost_per_query": "a query to a search engine or a ranking is no meter of the table",
    "code_interpreter_cost_per_session": "a session of a tool is no meter of the table",
    "off_peak_cost": "hours of the day have no column",
    "output_cost_per_second_900p": "no such field is known",
    "output_cost_per_image_3K": "no such field is known",
    "input_cost_per_token_flex_above_200k_tokens_flex": "no such field is known",
    "input_cost_per_token_above_1000000000k_tokens": "no such field is known",
    "price_of_everything": "no such field is known",
}


@pytest.mark.parametrize("field", UNREAD)
def test_a_field_that_no_column_can_say_is_unread(field: str) -> None:
    """It is not dropped."""
    found = claimed(entries({"gemini/flash": {"litellm_provider": "gemini", field: 1}}))

    assert ([], [Unread("gemini/flash", field, "1", UNREAD[field])]) == found


@pytest.mark.parametrize("value", ["much", True, -1, [1], float("nan"), float("inf"), "1e40", {"a": 1, "b": 2}])
def test_what_is_no_amount_is_unread(value: object) -> None:
    """A word, a truth, less than nothing, a list, and prices that differ by the size of the search context."""
    field = "search_context_cost_per_query"
    found, unread = claimed(entries({"gemini/flash": {"litellm_provider": "gemini", field: value}}))

    assert [] == found
    assert [Unread("gemini/flash", field, str(value), f"expected an amount, saw {value}")] == unread


def test_a_price_that_is_none_states_nothing() -> None:
    """Neither does what is no price."""
    assert [] == one(input_cost_per_token=None, max_tokens=8192, mode="chat")


def test_a_long_value_is_cut() -> None:
    """The report is for people."""
    _, unread = claimed(entries({"gemini/flash": {"litellm_provider": "gemini", "input_cost_per_token": "x" * 999}}))

    assert "x" * 59 + "…" == unread[0].stated


def test_floats_ints_and_strings_are_the_digits_they_print() -> None:
    """A program may have read the file its own way; a free price is a price."""
    for value in (7.5e-08, "7.5e-08", Decimal("0.000000075")):
        assert Decimal("0.075") == one(input_cost_per_token=value)[0].price
    assert 0 == one(input_cost_per_token=0)[0].price


def test_prices_of_searches_that_are_equal_for_each_size_are_one() -> None:
    """By query where the entry says so."""
    sizes = {f"search_context_size_{size}": Decimal("0.014") for size in ("low", "medium", "high")}
    (claim,) = one(search_context_cost_per_query=sizes, web_search_billing_unit="per_query")

    assert ("1000 queries", Decimal(14)) == (claim.unit, claim.price)


def test_a_price_beside_one_for_longer_prompts_ends_there() -> None:
    """On the same tier."""
    found = one(
        input_cost_per_token=1,
        input_cost_per_token_above_200k_tokens=2,
        input_cost_per_token_priority=3,
        output_cost_per_token=4,
    )

    assert [200_000, None, None, None] == [claim.prompt_up_to for claim in found]


def test_a_price_of_cache_writes_beside_one_for_an_hour_is_that_of_five_minutes() -> None:
    """On each tier, by what the entry has at all; alone it is of whatever there is."""
    write = "cache_creation_input_token_cost"
    both = one(**{write: 1, f"{write}_batches": 2, f"{write}_above_1hr": 3, "cache_read_input_token_cost": 4})

    assert ["5 minutes", "5 minutes", "1 hour", ""] == [claim.context for claim in both]
    assert [""] == [claim.context for claim in one(**{write: 1})]


def test_modes_before_an_id_of_anthropics() -> None:
    """A fast one is of a service tier of its own; one country's prices are no column."""
    both = {"input_cost_per_token": 1, "input_cost_per_token_batches": 2}
    assert ["fast", "batch"] == [c.service_tier for c in one("fast/claude-a", "anthropic", **both)]
    for key in ("us/claude-a", "fast/us/claude-a"):
        found, unread = claimed(entries({key: {"litellm_provider": "anthropic", **both}}))
        assert ([], ["a price of one country alone"] * 2) == (found, [item.why for item in unread])


def test_a_price_beside_one_of_another_modality_is_that_of_text() -> None:
    """Without one it is that of whatever there is."""
    both = one(output_cost_per_token=1, output_cost_per_image_token=2, input_cost_per_token=3)
    seconds = one(output_cost_per_second=1, mode="video_generation")

    assert ["text", "image", ""] == [claim.modality for claim in both]
    assert ["video"] == [claim.modality for claim in seconds]


KEYS = {
    ("gemini/gemini-2.5-pro", "gemini"): ("gemini-2.5-pro", "gemini-api"),
    ("gemini-2.5-flash-native-audio-latest", "gemini"): ("gemini-2.5-flash-native-audio-latest", "gemini-api"),
    ("vertex_ai/Gemini-2.5-pro", "vertex_ai-language-models"): ("gemini-2.5-pro", "vertex-ai"),
    ("gemini-2.5-pro", "vertex_ai"): ("gemini-2.5-pro", "vertex-ai"),
    ("gemini/gemini-2.5-pro", None): ("gemini-2.5-pro", "gemini-api"),
    ("Gemini/gemini-2.5-pro", "google"): ("gemini-2.5-pro", "gemini-api"),
    ("vertex_ai/gemini-2.5-pro", "google"): ("gemini-2.5-pro", "vertex-ai"),
    ("gemini-2.5-pro", "Gemini "): ("gemini-2.5-pro", "gemini-api"),
    ("gemini-2.5-pro", "google"): ("gemini-2.5-pro", "gemini-api"),
    ("gemini/gemini-2.5-pro", "azure"): ("gemini-2.5-pro", "gemini-api"),
    ("publishers/google/models/gemini-2.5-pro", None): ("gemini-2.5-pro", "vertex-ai"),
    ("gemini-2.5-pro", None): ("gemini-2.5-pro", ""),
    ("models/gemini-2.5-pro", None): ("gemini-2.5-pro", ""),
    ("gemini/flash", 5): ("flash", "gemini-api"),
    ("gpt-5", "openai"): ("gpt-5", "openai-api"),
    ("openai/gpt-5", None): ("gpt-5", "openai-api"),
    ("azure/gpt-5", "azure"): None,
    ("azure/gpt-5", None): None,
    ("gpt-5", "azure"): None,
    ("claude-opus-4-5", "anthropic"): ("claude-opus-4-5", "anthropic-api"),
    ("anthropic/claude-opus-4-5", "anthropic"): ("claude-opus-4-5", "anthropic-api"),
    ("anthropic/claude-opus-4-5", None): ("claude-opus-4-5", "anthropic-api"),
    ("claude-opus-4-5", None): ("claude-opus-4-5", ""),
    ("fast/claude-opus-4-6", "anthropic"): ("claude-opus-4-6", "anthropic-api"),
    ("anthropic/fast/claude-opus-4-6", None): ("claude-opus-4-6", "anthropic-api"),
    ("fast/claude-opus-4-6", "bedrock"): None,
    ("fast/claude-opus-4-6", None): None,
    ("fast/gemini-2.5-pro", "gemini"): None,
    ("claude-opus-4-5@20251101", None): None,
    ("claude-opus-4-5@20251101", "anthropic"): None,
    ("anthropic/claude-opus-4-5", "openrouter"): None,
    ("anthropic.claude-opus-4-5-20251101-v1:0", None): None,
    ("us.anthropic.claude-opus-4-5-20251101-v1:0", "bedrock_converse"): None,
    ("vertex_ai/claude-opus-4-5", "vertex_ai-anthropic_models"): None,
    ("vertex_ai/claude-opus-4-5", None): None,
    ("vertex_ai/meta/llama-3", "vertex_ai"): None,
    ("openrouter/google/gemini-2.5-pro", "openrouter"): None,
    ("sample_spec", "gemini"): None,
}


def test_an_entry_is_of_the_seller_that_its_id_or_its_provider_names() -> None:
    """The id first, whatever else is missing; neither: it is open. What is others', or no entry, is none."""
    for (key, provider), expected in KEYS.items():
        said = {} if provider is None else {"litellm_provider": provider}
        found, _ = claimed(entries({key: {**said, "input_cost_per_token": 1}, "rules": [1]}))
        assert [expected] == [(c.model, c.source) for c in found] or (expected is None and found == [])
