"""What price files of other projects state, as claims in our words: units, tiers, bounds, and what cannot be read."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratecards.audit.claims import Claim, Unread, amount, is_google, model_of, shown
from ratecards.formats import genai_prices_reader as genai_prices
from ratecards.formats import modelsdev_reader as modelsdev
from ratecards.formats import own_table, portkey, price_file
from ratecards.formats.price_file import recognise
from scraper.publish.v1_files import rates_csv
from tests.support.kit import claimed, rate

TOKENS = "1000000 tokens"
DAY = date(2026, 11, 25)
Read = tuple[list[Claim], list[Unread]]


def words(read: Read) -> list[str]:
    """The claims in a line each: model, tier, meter, modality, bounds, price and unit."""
    return [
        " ".join(
            filter(
                None,
                (
                    c.model,
                    c.service_tier,
                    c.meter,
                    c.modality,
                    c.resolution,
                    c.quality,
                    c.context,
                    f">{c.prompt_over}" if c.prompt_over is not None else "",
                    f"<={c.prompt_up_to}" if c.prompt_up_to is not None else "",
                    f"{c.price:f}",
                    "per",
                    c.unit,
                ),
            )
        )
        for c in read[0]
    ]


def whys(read: Read) -> list[str]:
    """What was not read, in a line each."""
    return [f"{u.key} {u.field} {u.stated}: {u.why}" for u in read[1]]


# ---------------------------------------------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("value", "price"),
    [
        (0, "0"),
        (10, "10"),
        (Decimal("0.10"), "0.10"),
        (Decimal("1E-7"), "1E-7"),
        (Decimal("-0.0"), "0.0"),
        ("0.8", "0.8"),
        ("007", "7"),
        (True, None),
        (None, None),
        (-1, None),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        (Decimal(-1), None),
        (Decimal("1E+31"), None),
        (Decimal("1E-31"), None),
        (Decimal("0." + "1" * 29), None),
        ("$1", None),
        ("1e3", None),
        ("", None),
        ("٣", None),
        (0.5, None),
        ([1], None),
        ({"price": 1}, None),
    ],
)
def test_amounts(value, price):
    """Digits alone are an amount; what could be rounded, or is no number, is none."""
    assert (None if price is None else Decimal(price)) == amount(value)


@pytest.mark.parametrize(
    "name", ["gemini-2.5-pro", "google/gemini-3-pro", "models/gemini-pro", "veo-3", "gemma-4", "x-1"]
)
def test_googles_models(name):
    """A family nobody knows is Google's until somebody says another publisher."""
    assert is_google(name)


@pytest.mark.parametrize(
    "name", ["claude-sonnet-4@default", "meta/llama-4", "openai/gpt-oss-20b-maas", "Mistral-small", "deepseek-v3"]
)
def test_models_of_others(name):
    """Google's platform sells models that are not Google's."""
    assert not is_google(name)


def test_ids():
    """As the table spells them, without the publisher; a long value is shown by its beginning."""
    assert "gemini-2.5-pro" == model_of("Google/Gemini-2.5-Pro")
    assert ("1", 60) == (shown(1), len(shown("x" * 100)))


# ---------------------------------------------------------------------------------------------------- Portkey


def config(**prices: Any) -> dict[str, Any]:
    """An entry of a Portkey file, by what is paid as one goes."""
    return {"pricing_config": {"pay_as_you_go": prices}}


def test_portkey_cents():
    """Cents per token: 0.000125 is $1.25 per million; a search of 3.5 cents is $35 per thousand."""
    entry = config(
        request_token={"price": Decimal("0.000125")},
        response_token={"price": Decimal("0.001")},
        cache_read_input_token={"price": Decimal("0.0000125")},
        cache_write_input_token={"price": 0},
        additional_units={
            "web_search": {"price": Decimal("3.5")},
            "search": {"price": Decimal("1.4")},
            "image_token": {"price": Decimal("0.003")},
            "output_video_token": {"price": Decimal("0.00175")},
            "input_image": {"price": Decimal("0.11")},
            "image_1k": {"price": Decimal("3.9")},
            "video_seconds": {"price": 40},
            "video_duration_seconds_3840_2160": {"price": 60},
        },
        image={"default": {"default": {"price": 4}}, "hd": {"1024x1024": {"price": 6}}},
    )
    entry["pricing_config"]["batch_config"] = {"request_token": {"price": Decimal("0.0000625")}}
    assert [
        "gemini-2.5-pro standard input <=128000 1.25 per 1000000 tokens",
        "gemini-2.5-pro standard output <=128000 10 per 1000000 tokens",
        "gemini-2.5-pro standard cache_read <=128000 0.125 per 1000000 tokens",
        "gemini-2.5-pro standard cache_write <=128000 0 per 1000000 tokens",
        "gemini-2.5-pro standard search_grounding <=128000 35 per 1000 queries",
        "gemini-2.5-pro standard search_grounding <=128000 14 per 1000 queries",
        "gemini-2.5-pro standard output image <=128000 30 per 1000000 tokens",
        "gemini-2.5-pro standard output video <=128000 17.5 per 1000000 tokens",
        "gemini-2.5-pro standard input image <=128000 0.0011 per 1 image",
        "gemini-2.5-pro standard output image 1K <=128000 0.039 per 1 image",
        "gemini-2.5-pro standard output video <=128000 0.40 per 1 second",
        "gemini-2.5-pro standard output video 4k <=128000 0.60 per 1 second",
        "gemini-2.5-pro standard output image <=128000 0.04 per 1 image",
        "gemini-2.5-pro standard output image 1024x1024 hd <=128000 0.06 per 1 image",
        "gemini-2.5-pro batch input <=128000 0.625 per 1000000 tokens",
    ] == [_short(line) for line in words(claimed(portkey.entries({"gemini-2.5-pro-lte-128k": entry})))]


def _short(line: str) -> str:
    """The line with its price in plain notation."""
    parts = line.split()
    at = parts.index("per") - 1
    number = Decimal(parts[at])
    parts[at] = f"{number:f}" if number.as_tuple().exponent >= -2 else f"{number.normalize():f}"
    return " ".join(parts)


def test_portkey_keys():
    """An entry is for short or long prompts by its name; the key stays as it is written."""
    read = claimed(portkey.entries({"Gemini-3-Pro-gt-200k": config(request_token={"price": 1}), "veo-3": config()}))
    assert [("Gemini-3-Pro-gt-200k", "gemini-3-pro", 200_000, None, "gemini-api")] == [
        (c.key, c.model, c.prompt_over, c.prompt_up_to, c.source) for c in read[0]
    ]
    assert ["pay_as_you_go.request_token"] == [c.field for c in read[0]]


def test_portkey_unread():
    """What is no price of a model, or in a shape nobody knows, is named with its place."""
    data = {
        "default": config(request_token={"price": 0}),
        "gemini-a": config(
            request_token={"price": "much"},
            response_token={"price": 1, "unit": "x"},
            thinking_token={"price": 2},
            additional_units={"default_sample_count": {"price": 1}, "songs": {"price": 3}},
        ),
        "gemini-b": {"pricing_config": {"currency": "EUR", "pay_as_you_go": {"request_token": {"price": 5}}}},
        "gemini-c": {"pricing_config": {"calculate": {"x": 1}, "committed": {"request_token": {"price": 7}}}},
        "llama-d": config(request_token={"price": 9}),
        "anthropic.claude-d": config(request_token={"price": 9}),
    }
    read = claimed(portkey.entries(data))
    assert [] == read[0]
    assert [
        "default pay_as_you_go.request_token 0: for models that the file does not name",
        "gemini-a pay_as_you_go.request_token much: expected an amount from 0, in digits",
        "gemini-a pay_as_you_go.response_token 1: expected a price, as in {price: 0.5}",
        "gemini-a pay_as_you_go.response_token.unit x: expected a price, as in {price: 0.5}",
        "gemini-a pay_as_you_go.thinking_token 2: no such field is known",
        "gemini-a pay_as_you_go.additional_units.default_sample_count 1: "
        "how many are made where a request does not say, not a price",
        "gemini-a pay_as_you_go.additional_units.songs 3: no such field is known",
        "gemini-b pay_as_you_go.request_token 5: in EUR, not in US dollars",
        "gemini-c committed.request_token 7: no such field is known",
    ] == whys(read)


def test_portkey_cache_writes():
    """Beside a unit of what is kept for an hour the price of writes is that of 5 minutes."""
    both = config(
        cache_write_input_token={"price": Decimal("0.000125")},
        additional_units={"cache_write_1h": {"price": Decimal("0.0002")}},
    )
    alone = config(cache_write_input_token={"price": Decimal("0.000125")})
    found, unread = claimed(portkey.entries({"claude-a": both, "claude-b": alone}))
    assert [] == unread
    assert [
        ("claude-a", "5 minutes", Decimal("1.25")),
        ("claude-a", "1 hour", Decimal(2)),
        ("claude-b", "", Decimal("1.25")),
    ] == [(c.model, c.context, c.price) for c in found]


def test_portkey_nothing():
    """No price is stated by null."""
    assert ([], []) == claimed(portkey.entries({"gemini-a": config(request_token={"price": None})}))


# ------------------------------------------------------------------------------------------------- models.dev

COST = {
    "input": Decimal("1.25"),
    "output": 10,
    "cache_read": Decimal("0.125"),
    "input_audio": 3,
    "tiers": [{"input": Decimal("2.5"), "output": 15, "tier": {"type": "context", "size": 200_000}}],
    "context_over_200k": {"input": Decimal("2.5"), "output": 15},
}


def api(cost: object, provider: str = "google", model: str = "gemini-2.5-pro", **more: Any) -> dict[str, Any]:
    """An api.json with one model."""
    return {provider: {"id": provider, "models": {model: {"id": model, "cost": cost, **more}}}}


def test_modelsdev_tiers():
    """A price that a tier restates is one for shorter prompts; one that none restates is for all."""
    assert [
        "gemini-2.5-pro standard input <=200000 1.25 per 1000000 tokens",
        "gemini-2.5-pro standard output <=200000 10 per 1000000 tokens",
        "gemini-2.5-pro standard cache_read 0.125 per 1000000 tokens",
        "gemini-2.5-pro standard input audio 3 per 1000000 tokens",
        "gemini-2.5-pro standard input >200000 2.5 per 1000000 tokens",
        "gemini-2.5-pro standard output >200000 15 per 1000000 tokens",
        "gemini-2.5-pro standard input >200000 2.5 per 1000000 tokens",
        "gemini-2.5-pro standard output >200000 15 per 1000000 tokens",
    ] == words(claimed(modelsdev.entries(api(COST))))


def test_modelsdev_repeats_its_one_tier():
    """The older field says what the list says, wherever that begins; without a list it begins at 200,000 tokens."""
    tier = {"input": 10, "tier": {"type": "context", "size": 272_000}}
    old = {"input": 5, "context_over_200k": {"input": 10}}
    listed, bare = (
        claimed(modelsdev.entries(api(cost, "openai", "gpt-5.5")))[0] for cost in ({**old, "tiers": [tier]}, old)
    )

    assert [(None, 272_000), (272_000, None), (272_000, None)] == [(c.prompt_over, c.prompt_up_to) for c in listed]
    assert [(None, 200_000), (200_000, None)] == [(c.prompt_over, c.prompt_up_to) for c in bare]
    assert {"openai-api"} == {c.source for c in (*listed, *bare)}


def test_modelsdev_toml():
    """The TOML folder says the same as the API, by path; a tier without a type is one of the prompt."""
    tiers = [{"input": Decimal("2.5"), "output": 15, "tier": {"size": 200_000}}]
    cost = {**{n: v for n, v in COST.items() if n != "context_over_200k"}, "tiers": tiers}
    file = Path("checkout/providers/google/models/gemini-2.5-pro.toml")
    read = claimed(
        modelsdev.entries(price_file._toml_model(file, {"base_model": "google/gemini-2.5-pro", "cost": cost}))
    )
    assert words(claimed(modelsdev.entries(api(COST))))[:6] == words(read)
    assert {"gemini-2.5-pro"} == {c.key for c in read[0]}


def test_modelsdev_sources():
    """Two providers are Google; others sell its models on, and it sells others' models."""
    read = claimed(
        modelsdev.entries(
            {
                **api({"input": 1}, "google-vertex"),
                **api({"input": 2}, "openrouter", "google/gemini-2.5-pro"),
                **api({"input": 3}, "google", "claude-opus"),
            }
        )
    )
    assert [("vertex-ai", Decimal(1))] == [(c.source, c.price) for c in read[0]]
    assert [] == read[1]


def test_modelsdev_pictures():
    """A model that makes pictures, by its id or by what it says of itself: the price is that of a picture's tokens."""
    says = {"modalities": {"input": ["text"], "output": ["text", "image"]}}
    data = {
        "google": {
            "id": "google",
            "models": {
                "gemini-3-pro-image-preview": {"cost": {"output": 120}},
                "nano": {"cost": {"output": 60}, **says},
                "imagery": {"cost": {"output": 3}, "modalities": {"output": "image"}},
            },
        }
    }
    assert [
        "gemini-3-pro-image-preview standard output image 120 per 1000000 tokens",
        "nano standard output image 60 per 1000000 tokens",
        "imagery standard output 3 per 1000000 tokens",
    ] == words(claimed(modelsdev.entries(data)))


def test_modelsdev_several_tiers():
    """Each tier ends where the next begins, whatever their order."""
    tiers = [{"input": 3, "tier": {"size": 200}}, {"input": 2, "tier": {"size": 100}}]
    assert [
        "m standard input <=100 1 per 1000000 tokens",
        "m standard input >100 <=200 2 per 1000000 tokens",
        "m standard input >200 3 per 1000000 tokens",
    ] == words(claimed(modelsdev.entries(api({"input": 1, "tiers": tiers}, model="m"))))


def test_modelsdev_unread():
    """A field, a tier or a mode that nobody knows is named."""
    cost = {
        "input": "free",
        "reasoning": 4,
        "per_image": 2,
        "output": {"a": 1},
        "tiers": [{"input": 3, "tier": {"type": "time", "size": 5}}, {"input": 5, "tier": {"size": True}}],
        "context_over_200k": 6,
    }
    modes = {
        "fast": {"cost": {"input": 8}, "provider": {}},
        "odd": {"cost": 9, "provider": {"body": {"speed": "fast"}}},
    }
    read = claimed(modelsdev.entries(api(cost, experimental={"modes": modes})))
    assert ["gemini-2.5-pro standard output thinking 4 per 1000000 tokens"] == words(read)
    assert [
        "gemini-2.5-pro cost.input free: expected an amount from 0, in digits",
        "gemini-2.5-pro cost.per_image 2: no such field is known",
        "gemini-2.5-pro cost.output {'a': 1}: no such field is known",
        "gemini-2.5-pro cost.tiers[0].input 3: expected a tier by the size of the prompt, in tokens",
        "gemini-2.5-pro cost.tiers[1].input 5: expected a tier by the size of the prompt, in tokens",
        "gemini-2.5-pro cost.context_over_200k 6: expected prices by name",
        "gemini-2.5-pro experimental.modes.fast.cost.input 8: "
        "an experimental mode, whose service tier it does not name",
        "gemini-2.5-pro experimental.modes.odd.cost 9: an experimental mode, whose service tier it does not name",
    ] == whys(read)


@pytest.mark.parametrize(
    ("body", "tier"),
    [
        ({"speed": "fast"}, "fast"),
        ({"service_tier": "priority"}, "priority"),
        ({"service_tier": "golden"}, ""),
        ({"service_tier": "priority", "speed": "fast"}, ""),
        ({"reasoning": {"mode": "pro"}}, ""),
    ],
)
def test_modelsdev_modes(body: dict[str, Any], tier: str) -> None:
    """A mode is of the service tier that its request names."""
    mode = {"cost": {"input": 8, "odd": 1}, "provider": {"body": body}}
    found, unread = claimed(modelsdev.entries(api({}, experimental={"modes": {"quick": mode, "free": {}}})))

    assert ([(tier, 8)] if tier else []) == [(c.service_tier, c.price) for c in found]
    assert (1 if tier else 2) == len(unread)


# ----------------------------------------------------------------------------------------------- genai-prices


def provider(*models: dict[str, Any], **head: Any) -> dict[str, Any]:
    """The provider Google with those models."""
    return {"id": "google", "models": list(models), **head}


def entry(prices: object, **more: Any) -> dict[str, Any]:
    """A model and its prices."""
    return {"id": "gemini-2.5-pro", "prices": prices, **more}


def test_genai_fields():
    """Dollars per million tokens by modality, per thousand searches, per hour and per million characters."""
    prices = {
        "input_mtok": {"base": Decimal("1.25"), "tiers": [{"start": 200_000, "price": Decimal("2.5")}]},
        "cache_audio_read_mtok": "0.1",
        "output_image_mtok": 30,
        "cache_write_mtok": 2,
        "web_searches_kcount": 35,
        "input_audio_hours": 1,
        "input_mchars": 5,
        "input_video_mtok": None,
    }
    assert [
        "gemini-2.5-pro standard input <=200000 1.25 per 1000000 tokens",
        "gemini-2.5-pro standard input >200000 2.5 per 1000000 tokens",
        "gemini-2.5-pro standard cache_read audio 0.1 per 1000000 tokens",
        "gemini-2.5-pro standard output image 30 per 1000000 tokens",
        "gemini-2.5-pro standard cache_write 2 per 1000000 tokens",
        "gemini-2.5-pro standard search_grounding 35 per 1000 queries",
        "gemini-2.5-pro standard input audio 1 per 1 hour",
        "gemini-2.5-pro standard input text 5 per 1000000 characters",
    ] == words(claimed(genai_prices.entries([provider(entry(prices))])))


def test_genai_dates():
    """The last price whose condition holds on the day; without a day, the one without a condition."""
    data = [
        provider(
            entry(
                [
                    {"prices": {"input_mtok": 1}},
                    {"constraint": {"start_date": "2026-03-01"}, "prices": {"input_mtok": 2}},
                    {"constraint": {"start_date": date(2027, 1, 1)}, "prices": {"input_mtok": 3}},
                    {"constraint": {"start_time": "00:30:00Z"}, "prices": {"input_mtok": 4}},
                ]
            )
        )
    ]
    by_day = {
        day: [c.price for c in claimed(genai_prices.entries(data, day))[0]]
        for day in (None, date(2026, 2, 1), date(2026, 3, 1), DAY, date(2027, 1, 1))
    }
    assert [[1], [1], [2], [2], [3]] == list(by_day.values())
    assert [
        "gemini-2.5-pro prices[0].input_mtok 1: a later entry of the list holds",
        "gemini-2.5-pro prices[2].input_mtok 3: holds from 2027-01-01 on",
        "gemini-2.5-pro prices[3].input_mtok 4: a condition of the time of day",
    ] == whys(claimed(genai_prices.entries(data, DAY)))


def test_genai_no_condition_holds():
    """Where none does, the package takes the first."""
    data = [provider(entry([{"constraint": {"start_date": "2030-01-01"}, "prices": {"input_mtok": 1}}]))]
    assert [Decimal(1)] == [c.price for c in claimed(genai_prices.entries(data, DAY))[0]]


def test_genai_variants():
    """A context is a service tier of ours where it is one; of several that hold the first counts, price by price."""
    variants = [
        {"when": {"processing": "batch"}, "constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 3}},
        {"when": {"processing": "batch"}, "prices": {"input_mtok": 2}},
        {"when": {"processing": "batch"}, "prices": {"input_mtok": 9, "output_mtok": {"base": 4, "tiers": []}}},
        {"when": {"service_tier": "priority"}, "prices": {"input_mtok": 5}},
        {"when": {"search_type": "fast"}, "prices": {"input_mtok": {"base": 6}}},
        {"when": {"service_tier": "flex", "x": "y"}, "prices": {"input_mtok": 7}},
    ]
    read = claimed(genai_prices.entries([provider(entry({}, price_variants=variants))], DAY))
    assert [
        "gemini-2.5-pro batch input 2 per 1000000 tokens",
        "gemini-2.5-pro batch output 4 per 1000000 tokens",
        "gemini-2.5-pro priority input 5 per 1000000 tokens",
    ] == words(read)
    assert [
        "gemini-2.5-pro price_variants[0].input_mtok 3: holds from 2027-01-01 on",
        "gemini-2.5-pro price_variants[2].input_mtok 9: an earlier variant holds",
        "gemini-2.5-pro price_variants[4].input_mtok.base 6: for requests with {'search_type': 'fast'}",
        "gemini-2.5-pro price_variants[5].input_mtok 7: for requests with {'service_tier': 'flex', 'x': 'y'}",
    ] == whys(read)


def test_genai_sources():
    """By the id of the provider; resellers and others' models are passed over."""
    data = [
        provider(entry({"input_mtok": 1})),
        provider(entry({"input_mtok": 2}), id="google-vertex"),
        provider(entry({"input_mtok": 3}), id="openrouter"),
        provider({"id": "claude-4", "prices": {"input_mtok": 4}}),
    ]
    assert [("gemini-api", 1), ("vertex-ai", 2)] == [
        (c.source, c.price) for c in claimed(genai_prices.entries(data))[0]
    ]


def test_genai_cache_writes():
    """Beside a price of what is kept for an hour the other is that of 5 minutes, in variants, too; alone it may be either."""
    both = {"cache_write_mtok": {"base": 3.75, "tiers": [{"start": 200_000, "price": 7}]}, "cache_write_1h_mtok": 6}
    data = provider(
        {"id": "claude-a", "prices": both},
        {"id": "claude-b", "prices": {"cache_write_mtok": 1}},
        {
            "id": "claude-c",
            "prices": {},
            "price_variants": [
                {"when": {"processing": "batch"}, "prices": {"cache_write_mtok": 2, **dict([*both.items()][1:])}}
            ],
        },
        id="anthropic",
    )
    found, unread = claimed(genai_prices.entries([data]))

    assert [] == [u for u in unread if "3.75" not in u.stated]
    assert [
        ("claude-a", "5 minutes", 200_000, "standard"),
        ("claude-a", "1 hour", None, "standard"),
        ("claude-b", "", None, "standard"),
        ("claude-c", "5 minutes", None, "batch"),
        ("claude-c", "1 hour", None, "batch"),
    ] == [(c.model, c.context, c.prompt_over, c.service_tier) for c in found]
    assert {"anthropic-api"} == {c.source for c in found}


def test_genai_unread():
    """A price by what the table does not count, and tiers that do not rise from whole numbers."""
    prices = {
        "cache_write_1d_mtok": 1,
        "input_mtok": {"base": 2, "tiers": [{"start": Decimal("0.5"), "price": 3}]},
        "output_mtok": {"base": "x", "tiers": [{"start": 10, "price": 4}]},
        "input_audio_mtok": [5],
    }
    read = claimed(genai_prices.entries([provider(entry(prices))]))
    assert ["gemini-2.5-pro standard output >10 4 per 1000000 tokens"] == words(read)
    shape = "expected a price, or base and tiers from whole numbers up"
    assert [
        "gemini-2.5-pro prices.cache_write_1d_mtok 1: no column of the table says what is counted",
        f"gemini-2.5-pro prices.input_mtok.base 2: {shape}",
        f"gemini-2.5-pro prices.input_mtok.tiers[0].price 3: {shape}",
        "gemini-2.5-pro prices.output_mtok.base x: expected an amount from 0, in digits",
        f"gemini-2.5-pro prices.input_audio_mtok[0] 5: {shape}",
    ] == whys(read)


# -------------------------------------------------------------------------------------------------- our table

ROW = {"provider": "google", "source": "gemini-api", "model": "flash", "meter": "input", "unit": TOKENS, "price": "0.5"}


def test_own_csv():
    """Our own CSV comes back as claims, formula signs with their apostrophe taken away."""
    rates = [
        rate("0.5", context="-x", prompt_over=200_000, service_tier="batch", modality="audio"),
        rate("0.00001", meter="output", unit="1 image", resolution="4K", quality="hd"),
        rate(None),
    ]
    rows = list(csv.DictReader(io.StringIO(rates_csv(rates))))
    assert "'-x" == rows[0]["context"]
    assert [
        "flash batch input audio -x >200000 0.5 per 1000000 tokens",
        "flash standard output 4K hd 0.00001 per 1 image",
    ] == words(claimed(own_table.entries(rows)))


def test_own_json():
    """The rows of rates.json have only the fields that are not empty."""
    read = claimed(own_table.entries([{**ROW, "prompt_up_to": 5}, {**ROW, "provider": "openai"}]))

    assert ["flash standard input <=5 0.5 per 1000000 tokens", "flash standard input 0.5 per 1000000 tokens"] == words(
        read
    )
    assert ["google", "openai"] == [claim.provider for claim in read[0]]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"meter": "cache"}, "meter: expected one of"),
        ({"currency": "EUR"}, "currency: expected one of USD, saw 'EUR'"),
        ({"unit": "1 token-ish"}, "unit: expected a quantity and a noun"),
        ({"prompt_over": "many"}, "expected whole numbers as bounds of a prompt"),
        ({"used_up_to": "1500"}, "an allowance of a period"),
        ({"price": "-1"}, "expected an amount from 0, in digits"),
        ({"effective_from": "soon"}, "expected ISO dates, saw 'soon' and ''"),
        ({"effective_until": "2026-11-24"}, "holds until 2026-11-24 only"),
        ({"effective_from": "2027-01-01", "effective_until": "2027-02-01"}, "holds from 2027-01-01 until 2027-02-01"),
    ],
)
def test_own_rows_unread(values, why):
    """A row that says what no claim can, or was edited into what the table does not say."""
    claims, unread = claimed(own_table.entries([{**ROW, **values}], DAY))
    assert ([], 1) == (claims, len(unread))
    assert unread[0].why.startswith(why)


def test_own_dates():
    """A dated row is a claim on its days, and none where nobody says the day."""
    dated = [{**ROW, "effective_from": "2026-11-25", "effective_until": "2026-11-25"}]
    assert [1, 0] == [len(claimed(own_table.entries(dated, DAY))[0]), len(claimed(own_table.entries(dated))[0])]


# ------------------------------------------------------------------------------------------------ recognition

SAMPLES = {
    "portkey": {"gemini": config(request_token={"price": 1})},
    "models.dev": api(COST),
    "genai-prices": provider(entry({})),
    "ratecards": [ROW],
}
NEITHER = [None, [], {}, "x", [1], {"a": 1}, {"rates": []}, {"a.toml": {"x": 1}}, {"models": []}, [{"models": [1]}]]


@pytest.mark.parametrize("name", SAMPLES)
def test_recognised_by_content(name: str):
    """Each format by its own shape, and none by another's; a list is told by what is in it."""
    assert name == recognise(SAMPLES[name])
    assert {""} == {recognise(data) for data in NEITHER}
    assert ["genai-prices", "ratecards"] == [
        recognise([provider(entry({}))]),
        recognise({"version": 1, "rates": [ROW]}),
    ]
