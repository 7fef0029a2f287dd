"""The exported file inside genai-prices itself: it loads it, its rules hold, and its costs are ours to the last digit.

RATECARDS_PEERS_PYTHON is the Python of an environment that has the package; without it the tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from ratecards import load
from ratecards.catalog.catalog import Catalog
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.formats import genai_prices_writer as genai_prices
from ratecards.model import RateCard
from tests.support.kit import card, rate
from tests.support.usages import read

ON = date(2026, 11, 1)
SOURCES = {"google/gemini-api": "google", "google/vertex-ai": "google-vertex"}
CONTEXTS: dict[str, dict[str, str]] = {
    "standard": {},
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
}
# Ours and theirs: the kinds of tokens a call may have, and the size of its prompt.
USAGES: tuple[tuple[dict[str, Any], dict[str, int]], ...] = (
    ({"input_tokens": 1000, "output_tokens": {"text": 300}}, {"input_tokens": 1000, "output_tokens": 300}),
    (
        {"input_tokens": 200_001, "cached_tokens": 150_000, "output_tokens": {"text": 7}},
        {"input_tokens": 200_001, "cache_read_tokens": 150_000, "output_tokens": 7},
    ),
    (
        {"input_tokens": {"text": 10, "audio": 900}, "cached_tokens": {"audio": 800}, "output_tokens": {"text": 3}},
        {
            "input_tokens": 910,
            "input_audio_tokens": 900,
            "cache_read_tokens": 800,
            "cache_audio_read_tokens": 800,
            "output_tokens": 3,
        },
    ),
    (
        {"input_tokens": {"text": 10, "image": 258, "video": 5}},
        {"input_tokens": 273, "input_image_tokens": 258, "input_video_tokens": 5},
    ),
    (
        {"input_tokens": 9, "output_tokens": {"image": 1290}},
        {"input_tokens": 9, "output_tokens": 1290, "output_image_tokens": 1290},
    ),
    (
        {"input_tokens": 9, "output_tokens": {"audio": 250}},
        {"input_tokens": 9, "output_tokens": 250, "output_audio_tokens": 250},
    ),
)
SCRIPT = """
import json, sys
from datetime import datetime
from genai_prices import UpdatePrices, Usage, calc_price, data_snapshot, extract_usage
from genai_prices.units import _get_registry
from genai_prices.validation import validate_extractor_destinations, validate_model_price

def keys(model):
    prices = model.prices if isinstance(model.prices, list) else [None]
    for entry in prices:
        standard = entry.prices if entry else model.prices
        yield set(vars(standard))
        for variant in model.price_variants or ():
            yield set(vars(standard)) | set(vars(variant.prices))

url, cases = json.load(sys.stdin)
with UpdatePrices(url=url) as update:
    assert update.wait(timeout=30)
    registry = _get_registry()
    for provider in data_snapshot.get_snapshot().providers:
        for extractor in provider.extractors:
            validate_extractor_destinations({m.dest for m in extractor.mappings}, registry._reported_usage_keys)
        for model in provider.models:
            for names in keys(model):
                validate_model_price(names, registry)
    for case in cases:
        when = {"genai_request_timestamp": datetime.fromisoformat(case["at"]), "price_context": case["context"]}
        if "response" in case:
            found = extract_usage(case["response"], provider_id=case["provider"]).calc_price(**when)
        else:
            found = calc_price(Usage(**case["usage"]), case["model"], provider_id=case["provider"], **when)
        print(found.total_price)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """A server on this machine."""
    with HTTPServer(host="127.0.0.1") as running:
        yield running


def theirs(server: HTTPServer, cards: list[RateCard], cases: list[dict[str, Any]]) -> list[Decimal]:
    """What the package says that the cases cost, its prices updated from our file."""
    python = os.environ.get("RATECARDS_PEERS_PYTHON")
    if not python:
        pytest.skip("RATECARDS_PEERS_PYTHON names no Python that has genai-prices")
    server.expect_request("/data.json").respond_with_data(genai_prices.export(cards, ON)[0]["data.json"])
    asked = json.dumps([server.url_for("/data.json"), cases])
    ran = subprocess.run(
        [python, "-W", "error", "-c", SCRIPT], input=asked, capture_output=True, text=True, timeout=60, check=False
    )
    server.clear()
    assert "" == ran.stderr
    return [Decimal(line) for line in ran.stdout.split()]


def case(source: str, model: str, tier: str, at: date = ON, **values: Any) -> dict[str, Any]:
    """A call as the script takes it."""
    return {
        "provider": SOURCES[source],
        "model": model,
        "context": CONTEXTS[tier],
        "at": f"{at}T12:00:00+00:00",
        **values,
    }


def ours(cards: list[RateCard], source: str, model: str, tier: str, usage: object, at: date = ON) -> Decimal | None:
    """What a call costs by our own reckoning; `None` where our cards do not say."""
    try:
        return price(Catalog(cards, at).choose(model, source), read(usage), tier).total
    except CostError:
        return None


def test_costs_of_the_package_s_cards(server):
    """Each model of both sources, each tier, text, cached, audio, pictures, long prompts: some 400 calls."""
    cards = [c for c in load().cards() if f"{c.provider}/{c.source}" in SOURCES]
    data = json.loads(genai_prices.export(cards, ON)[0]["data.json"])
    written = {(p["id"], m["id"]): m for p in data for m in p["models"]}
    expected, cases = [], []
    for (provider, model), entry in written.items():
        source = next(s for s, p in SOURCES.items() if p == provider)
        contexts = [{}, *(v["when"] for v in entry.get("price_variants", ()))]
        for tier in (t for t, context in CONTEXTS.items() if context in contexts):
            for mine, usage in USAGES:
                total = ours(cards, source, model, tier, mine)
                if total is not None:
                    expected.append(total)
                    cases.append(case(source, model, tier, usage=usage))
    actual = theirs(server, cards, cases)
    assert len(expected) > 300
    assert [] == [(c, e, a) for c, e, a in zip(cases, expected, actual, strict=True) if e != a]


def test_dated_steps(server):
    """On the last day of a price and on the first of the next, standard and batch."""
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    rates = [
        rate(p, meter=meter, service_tier=tier, **dates)
        for tier, low, high in (("standard", "0.75", "1.5"), ("batch", "0.375", "0.75"))
        for p, dates in ((low, {"effective_until": last}), (high, {"effective_from": first}))
        for meter in ("input", "output")
    ]
    cards = [card(*rates)]
    days = [(tier, day) for tier in ("standard", "batch") for day in (ON, last, first)]
    usage = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
    expected = [ours(cards, "google/gemini-api", "flash", tier, usage, at=day) for tier, day in days]
    assert [Decimal(n) for n in ("1.5", "1.5", "3", "0.75", "0.75", "1.5")] == expected
    cases = [case("google/gemini-api", "flash", tier, at=day, usage=usage) for tier, day in days]
    assert expected == theirs(server, cards, cases)


def test_searches(server):
    """Searches after the allowance."""
    search = rate("14", meter="search_grounding", unit="1000 queries", used_over=5000, period="month")
    cards = [card(rate("1"), rate("2", meter="output"), search)]
    usage = {"search_queries": 30, "search_used": 5000}
    expected = ours(cards, "google/gemini-api", "flash", "standard", usage)
    assert [expected] == theirs(
        server, cards, [case("google/gemini-api", "flash", "standard", usage={"web_searches": 30})]
    )


def test_responses(server):
    """The file's own extractor reads what Google's API sends, thoughts and tool prompts included."""
    names = ("text", "image", "video", "audio")
    rates = [rate("0.3", modality=m) for m in names[:3]] + [rate("1", modality="audio")]
    rates += [rate("0.03", modality=m, meter="cache_read") for m in names[:3]]
    rates += [rate("0.1", modality="audio", meter="cache_read"), rate("2.5", meter="output")]
    cards = [card(*rates)]
    response = {
        "modelVersion": "flash",
        "usageMetadata": {
            "promptTokenCount": 1100,
            "cachedContentTokenCount": 400,
            "candidatesTokenCount": 50,
            "thoughtsTokenCount": 70,
            "toolUsePromptTokenCount": 20,
            "totalTokenCount": 1240,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 100},
                {"modality": "AUDIO", "tokenCount": 1000},
            ],
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 400}],
            "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 50}],
            "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
        },
    }
    expected = ours(cards, "google/gemini-api", "flash", "standard", response)
    assert Decimal("0.000976") == expected
    assert [expected] == theirs(server, cards, [case("google/gemini-api", "flash", "standard", response=response)])
