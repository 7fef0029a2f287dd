"""Our cards as files of genai-prices and models.dev: which field says what, and what is counted as not said."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ratecards import load
from ratecards.formats import export as shared
from ratecards.formats import genai_prices_reader, modelsdev_reader, modelsdev_writer
from ratecards.formats import genai_prices_writer as genai_writer
from ratecards.formats.export import json_models, json_value
from ratecards.model import Rate, RateCard
from tests.support.kit import card, claimed, rate

ON = date(2026, 11, 1)
LONG, SHORT = {"prompt_over": 200_000}, {"prompt_up_to": 200_000}


def text(price: str, out: str, **values: Any) -> list[Rate]:
    """A price for what goes in and one for what comes out."""
    return [rate(price, **values), rate(out, meter="output", **values)]


def models(cards: Iterable[RateCard], provider: int = 0) -> dict[str, dict[str, Any]]:
    """The models of a provider in the file of genai-prices, by id; numbers as they are written."""
    files, _ = genai_writer.export(cards, ON)
    data = json.loads(files["data.json"], parse_float=str, parse_int=str)
    return {m["id"]: m for m in data[provider]["models"]}


def unsaid(cards: Iterable[RateCard], writer: Any = genai_writer) -> dict[str, int]:
    """What a format does not say of cards."""
    return writer.export(cards, ON)[1]


# ----------------------------------------------------------------------------------------------- genai-prices


def test_genai_modalities():
    """One field says all modalities that cost the same; one that differs has its own, cached too."""
    found = models(
        [
            card(
                *(rate("0.3", modality=m) for m in ("text", "image", "video")),
                *(rate("0.03", modality=m, meter="cache_read") for m in ("text", "image", "video")),
                rate("1", modality="audio"),
                rate("0.1", modality="audio", meter="cache_read"),
                rate("2.5", meter="output"),
            )
        ]
    )
    assert {
        "input_mtok": "0.3",
        "input_audio_mtok": "1",
        "cache_read_mtok": "0.03",
        "cache_audio_read_mtok": "0.1",
        "output_mtok": "2.5",
    } == found["flash"]["prices"]


def test_genai_cached_modality():
    """Audio that is only cheaper in the cache still needs a field of its own on the way in."""
    found = models(
        [card(*text("1", "2"), rate("0.1", meter="cache_read"), rate("0.2", meter="cache_read", modality="audio"))]
    )
    assert ("1", "0.2") == tuple(found["flash"]["prices"][f] for f in ("input_audio_mtok", "cache_audio_read_mtok"))


def test_genai_prompt_tiers():
    """Prices by the size of the prompt; two bands with one price are one price."""
    rates = [
        *text("1.25", "10", **SHORT),
        rate("2.5", **LONG),
        rate("10", meter="output", **LONG),
    ]
    prices = models([card(*rates)])["flash"]["prices"]
    assert {"base": "1.25", "tiers": [{"start": "200000", "price": "2.5"}]} == prices["input_mtok"]
    assert "10" == prices["output_mtok"]


def test_genai_service_tiers():
    """Batch is a way of processing, flex and priority are service tiers of a request."""
    tiers = {"batch": "0.5", "flex": "0.6", "priority": "1.8"}
    rates = [*text("1", "2"), *(r for t, p in tiers.items() for r in text(p, p, service_tier=t))]
    variants = models([card(*rates)])["flash"]["price_variants"]
    assert [
        ({"processing": "batch"}, {"input_mtok": "0.5", "output_mtok": "0.5"}),
        ({"service_tier": "flex"}, {"input_mtok": "0.6", "output_mtok": "0.6"}),
        ({"service_tier": "priority"}, {"input_mtok": "1.8", "output_mtok": "1.8"}),
    ] == [(v["when"], v["prices"]) for v in variants]


def test_genai_steps():
    """A step that the page dates begins on its day, for every tier; the newest stands where it is looked for first."""
    rates = [
        r
        for tier, now, then in (("standard", "0.75", "1.5"), ("batch", "0.4", "0.8"))
        for r in (
            *text(now, now, service_tier=tier, effective_until=date(2026, 12, 31)),
            *text(then, then, service_tier=tier, effective_from=date(2027, 1, 1)),
        )
    ]
    model = models([card(*rates)])["flash"]
    start = {"start_date": "2027-01-01"}
    assert [None, start] == [p.get("constraint") for p in model["prices"]]
    assert ["0.75", "1.5"] == [p["prices"]["input_mtok"] for p in model["prices"]]
    assert [(start, "0.8"), (None, "0.4")] == [
        (v.get("constraint"), v["prices"]["input_mtok"]) for v in model["price_variants"]
    ]
    assert "Prices end on 2026-12-31." in model["price_comments"]
    assert {} == unsaid([card(*rates)])


def test_genai_an_end_without_a_successor():
    """Nothing is known of a later price, so the last one stays, and the comment says when it ends."""
    ends = [*text("1", "2"), rate("0.1", meter="cache_read", effective_until=date(2026, 12, 31))]
    model = models([card(*ends)])["flash"]
    assert "0.1" == model["prices"]["cache_read_mtok"]
    assert "Prices end on 2026-12-31." in model["price_comments"]


def test_genai_a_price_from_a_later_day():
    """It is not there before; of one that no longer holds, nothing is said."""
    later = rate("0.1", meter="cache_read", effective_from=date(2027, 1, 1))
    past = rate("9", meter="cache_read", effective_until=date(2026, 1, 1))
    made = [card(*text("1", "2"), later, past)]
    assert [False, True] == ["cache_read_mtok" in p["prices"] for p in models(made)["flash"]["prices"]]
    assert {"prices that no longer hold": 1} == unsaid(made)


def test_genai_searches():
    """Per thousand, after the allowance; a price per grounded prompt is not one per search."""
    search = {"meter": "search_grounding", "period": "month"}
    allowed = rate("0", unit="1000 queries", used_up_to=5000, availability="free", **search)
    queries = rate("14", unit="1000 queries", used_over=5000, **search)
    prompts = rate("35", unit="1000 prompts", used_over=1500, service_tier="batch", **search)
    made = [card(*text("1", "2"), *text("1", "1", service_tier="batch"), allowed, queries, prompts)]
    assert "14" == models(made)["flash"]["prices"]["web_searches_kcount"]
    assert {"allowances of a period": 1, "grounding with Google Search by prompt": 1} == unsaid(made)


def test_genai_one_modality_out():
    """What only speaks has the price of speech as its general one."""
    prices = models([card(rate("0.5", modality="text"), rate("10", meter="output", modality="audio"))])["flash"][
        "prices"
    ]
    assert {"input_mtok": "0.5", "output_mtok": "10"} == prices


def test_genai_nothing_comes_out():
    """An embedding has a price for what goes in, and that is all it has."""
    assert {"input_mtok": "0.15"} == models([card(rate("0.15"))])["flash"]["prices"]


@pytest.mark.parametrize(
    ("rates", "reason"),
    [
        ([rate("0.3"), rate("0.039", meter="output", unit="1 image")], genai_writer.NO_MODEL),
        ([rate("0.3", meter="output")], genai_writer.NO_MODEL),
        (
            [rate("1"), *(rate(p, meter="output", modality=m) for p, m in (("1", "audio"), ("2", "image")))],
            genai_writer.NO_MODEL,
        ),
        ([*text("1", "2"), rate("0.5", service_tier="batch")], genai_writer.NO_TIER),
        (
            [
                *text("1", "2"),
                rate("0.1", meter="cache_read", modality="text"),
                rate("3", modality="audio"),
            ],
            genai_writer.NO_CACHE,
        ),
        ([*text("1", "2"), rate("3", modality="text")], genai_writer.NO_FIELD),
        ([rate("1"), rate("2", context="global")], shared.CONFLICT),
        ([rate("1", **SHORT), rate("2", prompt_over=300_000)], shared.CONFLICT),
    ],
)
def test_genai_what_cannot_be_said(rates, reason):
    """Never free for missing, never one price for two."""
    assert reason in unsaid([card(*rates)])


def test_genai_tier_that_does_not_fit():
    """Audio of one tier alone, beside a cache whose audio has no price anywhere: the package would refuse the two."""
    rates = [
        rate("1", modality="text"),
        rate("2", meter="output"),
        rate("0.1", meter="cache_read", modality="text"),
        *text("0.5", "1", service_tier="batch"),
        rate("0.7", modality="audio", service_tier="batch"),
    ]
    assert {genai_writer.NO_TIER: 3} == unsaid([card(*rates)])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"currency": "EUR"}, "other currencies"),
        ({"plan": "free"}, "the free plan"),
        ({"basis": "equivalent", "unit": "1 image"}, "prices restated in another unit"),
        ({"meter": "cache_storage", "unit": "1000000 token-hours"}, "storage of cached tokens"),
        ({"meter": "cache_write"}, "writes to the cache"),
        ({"meter": "maps_grounding", "unit": "1000 prompts"}, "grounding with Google Maps"),
        ({"meter": "tuning"}, "tuning"),
        ({"meter": "tool"}, "tools"),
        ({"used_over": 5}, "prices by what a period has used"),
        ({"context": "non-global"}, "conditions in words"),
        ({"quality": "hd"}, "qualities"),
        ({"resolution": "1K"}, "resolutions"),
        ({"resolution": "1K", "unit": "1 image"}, "prices by image, by resolution"),
        ({"unit": "1000 characters"}, "prices by character"),
        ({"unit": "3 tokens"}, "prices by token"),
        ({"meter": "search_grounding", "unit": "1000 requests"}, "grounding with Google Search by request"),
        ({"source": "cloud-billing"}, genai_writer.NO_SOURCE),
        ({"provider": "openai", "source": "openai-api"}, genai_writer.NO_SOURCE),
    ],
)
@pytest.mark.parametrize("writer", [genai_writer, modelsdev_writer])
def test_what_no_token_file_says(writer, values, reason):
    """Counted under the first reason that holds."""
    owner = {n: v for n, v in values.items() if n in ("provider", "source")}
    assert {reason: 1} == unsaid([card(rate("0.5", **values), **owner)], writer)


def test_no_unit():
    """Free, and the page names no unit."""
    assert {"prices by nothing named": 1} == unsaid([card(rate("0", unit="", availability="free"))])


def test_genai_units():
    """Per thousand tokens is a thousandth of per million."""
    made = [card(rate("0.0005", unit="1000 tokens"), rate("1", meter="output"))]
    assert Decimal("0.5") == Decimal(models(made)["flash"]["prices"]["input_mtok"])


def test_genai_names():
    """A model is found by its id and by each alias that means it alone."""
    made = [
        card(*text("1", "2"), aliases=("flash-latest", "both", "models/F")),
        card(*text("3", "4"), model="pro", aliases=("both", "flash")),
    ]
    found = models(made)
    assert {"or": [{"equals": "flash"}, {"equals": "flash-latest"}, {"equals": "f"}]} == found["flash"]["match"]
    assert {"equals": "pro"} == found["pro"]["match"]


def test_genai_providers():
    """The two sources are two providers; nothing to say is an empty list."""
    made = [card(*text("1", "2")), card(*text("3", "4"), source="vertex-ai")]
    data = json.loads(genai_writer.export(made, ON)[0]["data.json"])
    assert ["google", "google-vertex"] == [p["id"] for p in data]
    assert ["1", "3"] == [models(made, n)["flash"]["prices"]["input_mtok"] for n in (0, 1)]
    assert [] == json.loads(genai_writer.export([], ON)[0]["data.json"])


def test_genai_comment():
    """Where the prices were read, and how many of the model's rates are not in the file."""
    model = models([card(*text("1", "2"), rate("0", plan="free", availability="free"))])["flash"]
    assert (
        "https://example.test/pricing, observed 2026-11-01. Not said here, in rates: the free plan (1)."
        == (model["price_comments"])
    )


# ------------------------------------------------------------------------------------------------- models.dev


def test_modelsdev_files():
    """A TOML file with the prices on models.dev's own facts, in a fixed order, and the same in api.json."""
    rates = [
        *text("1.25", "10", **SHORT),
        *text("2.5", "15", **LONG),
        rate("0.125", meter="cache_read"),
        rate("3", modality="audio", **SHORT),
        rate("4", modality="audio", **LONG),
    ]
    files, counts = modelsdev_writer.export([card(*rates, name='Fla"sh')], ON)
    assert (
        'base_model = "google/flash"\n\n[cost]\ninput = 1.25\noutput = 10\ncache_read = 0.125\ninput_audio = 3\n\n'
        "[[cost.tiers]]\ntier = { size = 200_000 }\n"
        "input = 2.5\noutput = 15\ncache_read = 0.125\ninput_audio = 4\n"
    ) == files["providers/google/models/flash.toml"]
    toml = tomllib.loads(files["providers/google/models/flash.toml"])
    model = json.loads(files["api.json"])["google"]["models"]["flash"]
    assert ("flash", 'Fla"sh') == (model["id"], model["name"])
    assert model["cost"].pop("context_over_200k") == {n: v for n, v in toml["cost"]["tiers"][0].items() if n != "tier"}
    assert [{"type": "context", "size": 200_000}] == [tier.pop("tier") for tier in model["cost"]["tiers"]]
    toml["cost"]["tiers"][0].pop("tier")
    assert toml["cost"] == model["cost"]
    assert {"name", "env", "npm", "doc"} == set(tomllib.loads(files["providers/google/provider.toml"]))
    assert {} == counts


def test_modelsdev_pictures():
    """What makes pictures has their price for what comes out; that of text is counted as not said."""
    rates = [rate("0.5"), *(rate(p, meter="output", modality=m) for p, m in (("3", "text"), ("60", "image")))]
    files, counts = modelsdev_writer.export([card(*rates)], ON)
    assert 60 == tomllib.loads(files["providers/google/models/flash.toml"])["cost"]["output"]
    assert {modelsdev_writer.NO_FIELD: 1} == counts


def test_modelsdev_speech():
    """Speech beside text has a field of its own; alone it is what comes out."""
    both = [rate("1"), *(rate(p, meter="output", modality=m) for p, m in (("2", "text"), ("12", "audio")))]
    alone = [rate("1"), rate("10", meter="output", modality="audio")]
    files, counts = modelsdev_writer.export([card(*both), card(*alone, model="tts")], ON)
    costs = {m: tomllib.loads(files[f"providers/google/models/{m}.toml"])["cost"] for m in ("flash", "tts")}
    assert {"flash": {"input": 1, "output": 2, "output_audio": 12}, "tts": {"input": 1, "output": 10}} == costs
    assert {} == counts


def test_modelsdev_not_said():
    """Other tiers, steps, searches, and models that lack a price the format wants of every model."""
    rates = [
        *text("1", "2"),
        rate("0.5", service_tier="batch"),
        rate("3", effective_from=date(2027, 1, 1)),
        rate("14", meter="search_grounding", unit="1000 queries"),
    ]
    assert {
        "grounding with Google Search": 1,
        modelsdev_writer.NO_MODEL: 1,
        "price steps dated for later": 1,
        "the batch tier": 1,
    } == unsaid([card(*rates), card(rate("0.15"), model="embedding")], modelsdev_writer)


def test_modelsdev_several_tiers():
    """Each tier states all prices for prompts of its size."""
    rates = [
        rate("1", prompt_up_to=100),
        rate("2", prompt_over=100, prompt_up_to=200),
        rate("3", prompt_over=200),
        rate("5", meter="output"),
    ]
    files, _ = modelsdev_writer.export([card(*rates)], ON)
    cost = tomllib.loads(files["providers/google/models/flash.toml"])["cost"]
    assert [(100, 2, 5), (200, 3, 5)] == [(t["tier"]["size"], t["input"], t["output"]) for t in cost["tiers"]]
    assert "context_over_200k" not in json.loads(files["api.json"])["google"]["models"]["flash"]["cost"]


# ------------------------------------------------------------------------------------------- the package's data


@pytest.mark.parametrize(
    ("reader", "writer"), [(genai_prices_reader, genai_writer), (modelsdev_reader, modelsdev_writer)]
)
def test_own_cards(reader, writer):
    """Of the package's cards, what the file states is what its own reader claims, with our prices."""
    cards = [c for c in load().cards() if c.provider == "google"]
    files, counts = writer.export(cards, ON)
    data = json.loads(files.get("data.json") or files["api.json"], parse_float=Decimal)
    claims, unread = claimed(reader.entries(data))
    total = sum(r.price is not None for c in cards for r in c.rates)
    known = {
        (c.source, c.model, r.service_tier, r.meter, r.price * (1000 if r.unit == "1000 tokens" else 1))
        for c in cards
        for r in c.rates
        if r.price is not None
    }
    # a step of a later day is no claim of this one
    assert {"holds from 2027-01-01 on"} >= {u.why for u in unread}
    assert 0 < total - sum(counts.values()) < total
    assert [] == [c for c in claims if (c.source, c.model, c.service_tier, c.meter, c.price) not in known]
    assert len({c.model for c in claims}) > 15


# ------------------------------------------------------------------------------------------------------ texts


def test_json_numbers():
    """Amounts keep their digits, names their letters; what cannot be seen is escaped."""
    value = {"a": [Decimal("0.10"), 1, True, None], "é\u202e": "x"}
    assert '{"a": [0.1, 1, true, null], "é\\u202e": "x"}' == json_value(value)
    assert value["a"] == json.loads(json_value(value), parse_float=Decimal)["a"]


def test_json_one_model_a_line():
    """In a list or by name, after the head."""
    assert '{"id": "g", "models": [\n1,\n2\n]}' == json_models({"id": "g"}, [1, 2])
    assert '{"models": {\n"m": 1\n}}' == json_models({}, {"m": 1})
