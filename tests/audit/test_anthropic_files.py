"""Anthropic's prices in each form of file: one law for all of them, and what is not Anthropic's own.

The prices are facts of the page of 2026-04-16; ids are as each project writes them.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import ratecards
from ratecards import formats
from ratecards.audit.audit import ERRORS, Account, PastCards, audit, findings
from ratecards.audit.claims import OTHER
from ratecards.formats.price_file import load
from ratecards.model import plain

DAY = date(2026, 4, 17)
TOKEN = 1_000_000


def litellm(key: str = "claude-haiku-4-5", provider: str = "anthropic", **more: float) -> dict[str, Any]:
    """An entry of LiteLLM's map with the prices of Haiku 4.5."""
    prices = {"input_cost_per_token": 1e-6, "output_cost_per_token": 5e-6, "cache_read_input_token_cost": 1e-7}
    write = "cache_creation_input_token_cost"
    batch = {"input_cost_per_token_batches": 5e-7, "output_cost_per_token_batches": 2.5e-6}
    kept = {write: 1.25e-6, f"{write}_above_1hr": 2e-6}
    return {key: {"litellm_provider": provider, **prices, **batch, **kept, **more}}


def genai(**more: Any) -> list[dict[str, Any]]:
    """The provider of genai-prices with Haiku 3, which it calls by no day."""
    prices = {"input_mtok": 0.25, "output_mtok": 1.25, "cache_read_mtok": 0.03, "cache_write_mtok": 0.3}
    return [
        {
            "id": "anthropic",
            "models": [{"id": "claude-3-haiku", "prices": {**prices, "cache_write_1h_mtok": 0.5, **more}}],
        }
    ]


def modelsdev(provider: str = "anthropic", **more: float) -> dict[str, Any]:
    """models.dev's Opus 4.6 with its fast mode."""
    cost = {"input": 5, "output": 25, "cache_read": 0.5, "cache_write": 6.25, **more}
    fast = {"cost": {"input": 30, "output": 150}, "provider": {"body": {"speed": "fast"}}}
    model = {"cost": cost, "experimental": {"modes": {"fast": fast}}}
    return {provider: {"id": provider, "models": {"claude-opus-4-6": model}}}


def openrouter(model: str = "anthropic/claude-sonnet-4.5", **more: str) -> dict[str, Any]:
    """OpenRouter's words for Sonnet 4.5, whose id has a point there."""
    prices = {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"}
    kept = {"input_cache_write": "0.00000375", "input_cache_write_1h": "0.000006"}
    return {"data": [{"id": model, "pricing": {**prices, **kept, "request": "0", **more}}]}


def langfuse(**more: float) -> list[dict[str, Any]]:
    """Langfuse's default prices of Opus 4.1."""
    prices = {"input": 15e-6, "output": 75e-6, "input_cache_read": 1.5e-6, "input_cache_creation_5m": 18.75e-6}
    prices |= {"input_cache_creation_1h": 30e-6, **more}
    return [{"modelName": "claude-opus-4-1-20250805", "matchPattern": "x", "prices": prices}]


def row(model: str, vendor: str = "anthropic", **more: float) -> dict[str, Any]:
    """A row of llm-prices."""
    return {"id": model, "vendor": vendor, "name": model, "input": 3, "output": 15, "input_cached": None, **more}


def dify(model: str, sent: str, out: str) -> str:
    """A model of dify's."""
    return f"model: {model}\nmodel_type: llm\npricing:\n  input: '{sent}'\n  output: '{out}'\n  unit: '0.000001'\n  currency: USD\n"


PORTKEY = {
    "claude-3-7-sonnet-20250219": {
        "pricing_config": {
            "pay_as_you_go": {
                "request_token": {"price": 0.0003},
                "response_token": {"price": 0.0015},
                "cache_write_input_token": {"price": 0.000375},
                "cache_read_input_token": {"price": 0.00003},
                "additional_units": {"cache_write_1h": {"price": 0.0006}},
            }
        }
    }
}
NEW_API = {
    "model_ratio": {"claude-3-5-haiku-20241022": 0.4},
    "completion_ratio": {"claude-3-5-haiku-20241022": 4},
    "cache_ratio": {"claude-3-5-haiku-20241022": 0.1},
    "create_cache_ratio": {"claude-3-5-haiku-20241022": 1.25},
}
SHEET = (
    "Vendor,Model,Input ($/1M),5m cache writes ($/1M),1h cache writes ($/1M)\nAnthropic,Claude Opus 4.5,5,6.25,10.00\n"
)
PROXY = """
model_list:
  - model_name: sonnet
    litellm_params: {model: anthropic/claude-sonnet-4-6, input_cost_per_token: 0.000003}
    model_info: {output_cost_per_token: 0.000015}
  - model_name: own
    litellm_params: {model: anthropic/claude-sonnet-4-6, api_base: "http://10.0.0.1/v1", input_cost_per_token: 1}
"""
OPENCODE = {"provider": {"anthropic": {"options": {"baseURL": "https://api.anthropic.com/v1"}, "models": {}}}}
OPENCODE["provider"]["anthropic"]["models"] = {"claude-haiku-4-5": {"cost": {"input": 1, "output": 5}}}
HELICONE = {"provider": "ANTHROPIC", "model": "claude-3-opus-20240229", "operator": "equals"}
HELICONE |= {"input_cost_per_1m": 15, "output_cost_per_1m": 75, "prompt_cache_write_per_1m": 18.75}
LIBRECHAT = (
    "endpoints:\n  anthropic:\n    tokenConfig:\n      claude-sonnet-4: {prompt: 3, completion: 15, context: 200000}\n"
)

# By form: the file, how many prices are right, and what is wrong: field and our price.
CASES: dict[str, tuple[str, Any, int, list[tuple[str, str]]]] = {
    "litellm": ("map.json", litellm(output_cost_per_token=25e-6), 6, [("output_cost_per_token", "5")]),
    "litellm, hours": (
        "map.json",
        litellm(cache_creation_input_token_cost=2e-6),
        6,
        [("cache_creation_input_token_cost", "1.25")],
    ),
    "litellm-proxy": ("config.yaml", PROXY, 2, []),
    "genai-prices": ("data.json", genai(cache_write_1h_mtok=0.3), 4, [("prices.cache_write_1h_mtok", "0.5")]),
    "models.dev": ("api.json", modelsdev(cache_read=0.05), 5, [("cost.cache_read", "0.5")]),
    "opencode": ("opencode.json", OPENCODE, 2, []),
    "openrouter": ("models.json", openrouter(completion="0.00001"), 4, [("pricing.completion", "15")]),
    "langfuse": ("prices.json", langfuse(input_cache_read=15e-6), 4, [("prices.input_cache_read", "1.5")]),
    "llm-prices": (
        "current.json",
        {"prices": [row("claude-sonnet-4"), row("claude-3.7-sonnet", output=1.5)]},
        3,
        [("output", "15")],
    ),
    "dify": (
        "models/anthropic/models/llm/haiku.yaml",
        dify("claude-3-5-haiku-20241022", "0.80", "5.00"),
        1,
        [("pricing.output", "4")],
    ),
    "portkey": ("anthropic.json", PORTKEY, 5, []),
    "portkey, in its folder": ("pricing/anthropic.json", PORTKEY, 5, []),
    "new-api": ("ratio.json", NEW_API, 3, [("completion_ratio", "4")]),
    "sheet": ("prices.csv", SHEET, 3, []),
    "helicone": ("costs.json", {"data": [HELICONE]}, 3, []),
    "librechat": ("librechat.yaml", LIBRECHAT, 2, []),
    "truefoundry": (
        "providers/anthropic/x.yaml",
        "model: claude-opus-4-20250514\nmode: chat\ncosts:\n  - {input_cost_per_token: 0.000015, output_cost_per_token: 0.00015}\n",
        1,
        [("output_cost_per_token", "75")],
    ),
}


@pytest.fixture(scope="module")
def cards() -> PastCards:
    """The cards that the project publishes, of the day after the page."""
    return PastCards(ratecards.load(), DAY, DAY)


def judged(folder: Path, name: str, content: Any, cards: PastCards) -> tuple[str, list[Account]]:
    """The form of a file, and what was found of it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    file = load(path)
    return file.format, audit(formats.read(file.format, file.data, DAY), cards)


@pytest.mark.parametrize("name", CASES)
def test_anthropics_prices_are_judged_in_every_form(name: str, tmp_path: Path, cards: PastCards) -> None:
    """Per token or per million, under the id that the form has, cache writes by how long they are kept."""
    file, content, right, wrong = CASES[name]
    form, accounts = judged(tmp_path, file, content, cards)
    found = findings(accounts)

    assert name.partition(",")[0] == form
    assert {"anthropic/anthropic-api"} == {
        f"{f.claim.provider}/{f.claim.source}" for f in found if hasattr(f.claim, "provider")
    }
    assert wrong == [
        (f.claim.field, plain(f.ours.price)) for f in found if f.verdict in ERRORS and f.ours and f.ours.price
    ]
    assert (right, right + len(wrong)) == (sum(f.verdict == "right" for f in found), len(found))


COPIES = {
    "litellm, Bedrock": ("map.json", litellm("anthropic.claude-haiku-4-5-20251001-v1:0", "bedrock_converse")),
    "litellm, a region of Bedrock": ("map.json", litellm("us.anthropic.claude-haiku-4-5-20251001-v1:0", "bedrock")),
    "litellm, Vertex": ("map.json", litellm("vertex_ai/claude-haiku-4-5", "vertex_ai-anthropic_models")),
    "litellm, Azure": ("map.json", litellm("azure_ai/claude-haiku-4-5", "azure_ai")),
    "genai-prices, Bedrock": ("data.json", [{**genai()[0], "id": "aws"}]),
    "genai-prices, Vertex": ("data.json", [{**genai()[0], "id": "google"}]),
    "models.dev, Vertex": ("api.json", modelsdev("google-vertex-anthropic")),
    "models.dev, Bedrock": ("api.json", modelsdev("amazon-bedrock")),
    "dify, Bedrock": ("models/bedrock/models/llm/haiku.yaml", dify("claude-haiku-4-5", "1", "99")),
    "sheet, Vertex": ("prices.csv", SHEET.replace("Anthropic,", "Vertex AI,")),
    "openrouter, a copy": ("models.json", openrouter("amazon/anthropic.claude-haiku-4-5")),
    "llm-prices, Bedrock": ("current.json", {"prices": [row("claude-sonnet-4", "bedrock")]}),
    "new-api, an id of Bedrock": ("ratio.json", {"model_ratio": {"anthropic.claude-3-haiku-20240307-v1:0": 9}}),
    "portkey, the file of another platform": ("pricing/claude-platform-aws.json", PORTKEY),
    "portkey, the file of Bedrock": (
        "pricing/bedrock.json",
        {**PORTKEY, "gpt-5": PORTKEY["claude-3-7-sonnet-20250219"]},
    ),
    "portkey, an id of Vertex": ("vertex.json", {"claude-opus-4@20250514": PORTKEY["claude-3-7-sonnet-20250219"]}),
}


@pytest.mark.parametrize("name", COPIES)
def test_another_sellers_copy_of_a_model_is_never_judged_by_anthropics_page(
    name: str, tmp_path: Path, cards: PastCards
) -> None:
    """It is accounted for as what it is."""
    form, accounts = judged(tmp_path, *COPIES[name], cards)

    assert name.partition(",")[0] == form
    assert [(OTHER, ())] * len(accounts) == [(account.why, account.findings) for account in accounts]


def test_a_verdict_by_a_page_that_nobody_has_looked_at_says_since_when(cards: PastCards, tmp_path: Path) -> None:
    """What differs from an old card is not wrong; a model that came later is unknown as of the last look."""
    late = PastCards(ratecards.load(), date(2026, 11, 30), date(2026, 11, 30))
    assert "2026-04-16" == str(late.age("anthropic/anthropic-api").verified), (
        "the page was read again: take a day after"
    )
    entries = litellm(output_cost_per_token=1) | litellm("claude-opus-9")
    found = findings(audit(formats.read("litellm", entries, late.day), late))

    assert "stale" == next(f.verdict for f in found if f.claim.field == "output_cost_per_token")
    assert {"not at anthropic-api, last looked at 2026-04-16"} == {
        f.words for f in found if f.claim.key == "claude-opus-9"
    }
    (fresh, *_) = findings(audit(formats.read("litellm", litellm("claude-opus-9"), DAY), cards))
    assert "not at anthropic-api" == fresh.words
