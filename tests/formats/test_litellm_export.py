"""Cards as a LiteLLM map: each priced rate in a field, carried by a fallback that says the same, or counted."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ratecards.formats.litellm_writer import export
from ratecards.model import RateCard
from tests.support.kit import card, formula, rate

ON = date(2026, 11, 1)
LATER = date(2027, 1, 1)


def said(*rates: Any, **values: Any) -> tuple[dict[str, Any], dict[str, int]]:
    """The one entry of a card with those rates, without what is no price, and what is not said."""
    files, unsaid = export([card(*rates, **values)], ON)
    entries = json.loads(files["litellm.json"])
    assert len(entries) < 2
    entry = next(iter(entries.values()), {})
    return {name: value for name, value in entry.items() if name not in ("litellm_provider", "mode", "source")}, unsaid


def test_prices_are_written_per_token_with_our_digits() -> None:
    """Sorted, with the address they were read at; the same bytes each time."""
    files, unsaid = export([card(rate("0.3"), rate("2.5", meter="output"))], ON)

    assert {} == unsaid
    assert """{
    "gemini/flash": {
        "input_cost_per_token": 3e-07,
        "litellm_provider": "gemini",
        "mode": "chat",
        "output_cost_per_token": 2.5e-06,
        "source": "https://example.test/pricing"
    }
}
""" == files["litellm.json"]


def test_an_alias_is_an_entry_and_the_platform_is_a_provider_of_its_own() -> None:
    """By what the model does."""
    cards = [
        card(rate(), aliases=("flash-latest",)),
        card(rate(source="vertex-ai"), rate(source="vertex-ai", meter="output"), source="vertex-ai"),
    ]
    entries = json.loads(export(cards, ON)[0]["litellm.json"])

    assert {
        "gemini/flash": ("gemini", "embedding"),
        "gemini/flash-latest": ("gemini", "embedding"),
        "vertex_ai/flash": ("vertex_ai-language-models", "chat"),
    } == {name: (entry["litellm_provider"], entry["mode"]) for name, entry in entries.items()}


def test_what_a_model_does_is_told_by_what_it_makes() -> None:
    """Pictures, video, speech."""
    kinds = {}
    for modality, unit in (("image", "1 image"), ("video", "1 second"), ("audio", "1000000 tokens")):
        made = card(rate(), rate(meter="output", modality=modality, unit=unit))
        kinds[modality] = json.loads(export([made], ON)[0]["litellm.json"])["gemini/flash"]["mode"]

    assert {"image": "image_generation", "video": "video_generation", "audio": "audio_speech"} == kinds


def test_tiers_modalities_and_longer_prompts_have_fields() -> None:
    """A modality that costs what text costs needs none."""
    rates = [
        rate("1", modality="text"),
        rate("1", modality="image"),
        rate("3", modality="audio"),
        rate("0.5", modality="text", service_tier="batch"),
        rate("0.5", modality="image", service_tier="batch"),
        rate("1.5", modality="audio", service_tier="batch"),
        rate("4", meter="output", prompt_up_to=200_000),
        rate("8", meter="output", prompt_over=200_000),
        rate("2", meter="output", service_tier="flex"),
        rate("0.1", meter="cache_read"),
        rate("2", meter="cache_write"),
    ]

    assert (
        {
            "input_cost_per_token": 1e-6,
            "input_cost_per_audio_token": 3e-6,
            "input_cost_per_token_batches": 5e-7,
            "input_cost_per_audio_token_batches": 1.5e-6,
            "output_cost_per_token": 4e-6,
            "output_cost_per_token_above_200k_tokens": 8e-6,
            "output_cost_per_token_flex": 2e-6,
            # else a long prompt on flex would cost what it costs on standard
            "output_cost_per_token_above_200k_tokens_flex": 2e-6,
            "cache_read_input_token_cost": 1e-7,
            "cache_creation_input_token_cost": 2e-6,
        },
        {},
    ) == said(*rates)


def test_a_price_that_falls_back_to_another_is_counted() -> None:
    """Images on flex, audio in a batch, the cache of long prompts on flex; what falls back to the same price is said."""
    rates = [
        rate("1"),
        rate("4", meter="output", modality="text"),
        rate("60", meter="output", modality="image"),
        rate("9", meter="output", modality="audio"),
        rate("2", meter="output", modality="text", service_tier="flex"),
        rate("30", meter="output", modality="image", service_tier="flex"),
        rate("9", meter="output", modality="audio", service_tier="flex"),
        rate("3", meter="output", modality="text", service_tier="batch"),
        rate("3", meter="output", modality="audio", service_tier="batch"),
        rate("31", meter="output", modality="image", service_tier="batch"),
        rate("0.1", meter="cache_read", prompt_up_to=200_000),
        rate("0.2", meter="cache_read", prompt_over=200_000),
        rate("0.1", meter="cache_read", prompt_up_to=200_000, service_tier="flex"),
        rate("0.15", meter="cache_read", prompt_over=200_000, service_tier="flex"),
    ]
    entry, unsaid = said(*rates)

    assert {"image output on the flex tier": 1, "cache read on the flex tier": 1} == unsaid
    assert 3.1e-5 == entry["output_cost_per_image_token_batches"]
    assert "output_cost_per_image_token_flex" not in entry
    assert "cache_read_input_token_cost_above_200k_tokens_flex" not in entry


def test_a_modality_has_no_field_for_longer_prompts_but_audio() -> None:
    """The price of a short prompt is taken there."""
    rates = [
        rate("1", modality="text"),
        *(rate("2", modality=m, prompt_up_to=200_000) for m in ("image", "audio")),
        *(rate("3", modality=m, prompt_over=200_000) for m in ("image", "audio")),
    ]
    entry, unsaid = said(*rates)

    assert {"image input on the standard tier": 1} == unsaid
    assert {
        "input_cost_per_token": 1e-6,
        "input_cost_per_image_token": 2e-6,
        "input_cost_per_audio_token": 2e-6,
        "input_cost_per_audio_token_above_200k_tokens": 3e-6,
    } == entry


def test_another_threshold_has_fields_for_fewer_tiers() -> None:
    """Those that the calculator looks for."""
    bounds = ({"prompt_up_to": 1500}, {"prompt_over": 1500})
    rates = [
        rate(str(n + 2 * long), service_tier=tier, **bounds[long])
        for n, tier in enumerate(("standard", "batch", "flex"), 1)
        for long in (0, 1)
    ]
    entry, unsaid = said(*rates)

    assert {"input on the flex tier": 1} == unsaid
    assert {"input_cost_per_token_above_1500_tokens", "input_cost_per_token_above_1500_tokens_batches"} < set(entry)


def test_a_modality_alone_is_what_its_tokens_cost() -> None:
    """Speech has no other."""
    assert {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-5} == said(
        rate("1", modality="text"), rate("20", meter="output", modality="audio")
    )[0]


def test_several_prices_gaps_and_sizes_are_not_said() -> None:
    """Then nor is the model, which would be free there."""
    reason = "several prices for one thing, or bounds with a gap"
    whole = "models with a price of tokens that no field says"
    several = (rate("1"), rate("2", context="global"))
    gap = (rate("1", prompt_up_to=128_000), rate("2", prompt_over=200_000))
    late = (rate("2", prompt_over=200_000),)
    short = (rate("1", prompt_up_to=200_000),)

    assert ({}, {reason: 2, whole: 1}) == said(*several, rate("4", meter="output"))
    assert ({}, {reason: 2}) == said(*gap)
    assert ({}, {reason: 1}) == said(*late)
    assert ({"input_cost_per_token": 1e-6}, {}) == said(*short)
    assert ({}, {"resolutions": 1}) == said(rate(resolution="1K"))


def test_pictures_seconds_and_characters_have_fields_on_the_standard_tier() -> None:
    """Seconds of video by resolution, too, the smallest for whoever does not say."""
    rates = [
        rate("0.04", meter="output", modality="image", unit="1 image"),
        rate("0.02", meter="output", modality="image", unit="1 image", service_tier="batch"),
        rate("0.2", meter="output", modality="image", unit="1 image", resolution="4K"),
        rate("0.1", meter="output", modality="video", unit="1 second", resolution="720p", context="with audio"),
        rate("0.3", meter="output", modality="video", unit="1 second", resolution="4k", context="with audio"),
        rate("0.5", meter="output", modality="video", unit="1 second", resolution="8k", context="with audio"),
        rate("0.1", modality="audio", unit="1 minute"),
        rate("0.001", modality="image", unit="1 image"),
        rate("0.002", modality="text", unit="1000 characters"),
        rate("0.003", unit="1000 characters"),
        rate("0.04", meter="output", modality="audio", unit="1 song"),
    ]

    assert (
        {
            "output_cost_per_image": 0.04,
            "output_cost_per_second": 0.1,
            "output_cost_per_second_720p": 0.1,
            "output_cost_per_second_4k": 0.3,
            "input_cost_per_image": 0.001,
            "input_cost_per_character": 3e-6,
        },
        {
            "prices by character": 1,
            "prices by image on the batch tier": 1,
            "prices by image, by resolution": 1,
            "prices by minute": 1,
            "prices by second, by resolution": 1,
            "prices by song": 1,
        },
    ) == said(*rates)


def test_the_tokens_of_a_picture_cost_what_the_page_states_beside_its_table() -> None:
    """A response counts tokens; without their price they would be free."""
    notes = (
        formula(meter="output", modality="image", amount=None),
        formula(meter="output", modality="image", unit="1000000 tokens", amount=rate("30").price, tokens=None),
    )
    picture = rate("0.039", meter="output", modality="image", unit="1 image")

    assert {"output_cost_per_image": 0.039, "output_cost_per_image_token": 3e-5} == said(picture, formulas=notes)[0]
    assert {"output_cost_per_image": 0.039} == said(picture, formulas=notes[:1])[0]
    per_image = (formula(meter="output", modality="image", amount=rate("0.039").price),)
    assert {"output_cost_per_image": 0.039} == said(picture, formulas=per_image)[0]


def test_searches_cost_the_same_on_every_tier_and_by_one_unit() -> None:
    """Beyond what is free."""
    search = {"meter": "search_grounding", "unit": "1000 prompts", "used_over": 1500, "period": "day"}
    rates = [
        rate("0", **{**search, "used_over": None, "used_up_to": 1500}, availability="free"),
        rate("35", **search),
        rate("35", **search, service_tier="batch"),
        rate("30", **search, service_tier="flex"),
        rate("25", **{**search, "meter": "maps_grounding", "unit": "1000 queries"}),
        rate("5", **{**search, "meter": "maps_grounding", "unit": "1000 requests"}),
    ]
    entry, unsaid = said(*rates)

    assert {
        "search_context_cost_per_query": {f"search_context_size_{s}": 0.035 for s in ("low", "medium", "high")},
        "web_search_billing_unit": "per_prompt",
    } == entry
    assert {
        "allowances of a period": 1,
        "maps grounding at other prices or by query": 1,
        "maps grounding at other prices or by request": 1,
        "search grounding at other prices or by prompt": 1,
    } == unsaid


def test_what_the_format_cannot_say_is_counted_by_reason() -> None:
    """A model without a price that it can say is no entry; a rate without a price is none."""
    rates = [
        rate("1", currency="EUR"),
        rate("0", plan="free", availability="free"),
        rate("0.001", basis="equivalent", unit="1 image"),
        rate("1", meter="cache_storage", unit="1000000 token-hours"),
        rate("1", meter="tuning"),
        rate("1", meter="tool", context="file search"),
        rate("1", quality="hd", unit="1 image"),
        rate("1", context="non-global"),
        rate("2", effective_from=LATER),
        rate("3", effective_until=date(2026, 1, 1)),
        rate(None, meter="output"),
    ]

    assert (
        {},
        {
            "conditions in words": 1,
            "other currencies": 1,
            "price steps dated for later": 1,
            "prices restated in another unit": 1,
            "prices that no longer hold": 1,
            "qualities": 1,
            "storage of cached tokens": 1,
            "the free plan": 1,
            "tools": 1,
            "tuning": 1,
        },
    ) == said(*rates)


def test_other_sellers_and_what_is_no_model_are_counted() -> None:
    """The map is of Google's models."""
    other = RateCard(
        **{n: getattr(card(), n) for n in ("model", "name", "url", "observed", "capture", "parser")},
        provider="openai",
        source="openai-api",
        rates=(rate(provider="openai", source="openai-api"),),
    )
    tools = card(rate(meter="search_grounding", unit="1000 prompts"), model="tools")

    files, unsaid = export([other, tools], ON)

    assert ({}, {"other sellers": 1, "prices of no one model": 1}) == (json.loads(files["litellm.json"]), unsaid)
