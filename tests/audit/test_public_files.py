"""Price files that people keep in public, in the forms in which they keep them, and what is wrong in them.

The prices are facts of those files and of the pages of a day; an address says where a file of that form is kept.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import ratecards
from ratecards import formats
from ratecards.__main__ import main
from ratecards.audit.audit import ERRORS, PastCards, audit, findings
from ratecards.formats.price_file import FormatError, load
from ratecards.model import plain

DAY = date(2026, 10, 7)
FLASH, PRO, LITE = "gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"


def dify(model: str, sent: str, out: str, **more: str) -> str:
    """A model of dify's as YAML; its amounts are quoted there."""
    prices = {"input": sent, "output": out, "unit": "0.000001", "currency": "USD", **more}
    lines = "".join(f"  {name}: '{value}'\n" for name, value in prices.items())
    return f"model: {model}\nmodel_type: llm\npricing:\n{lines}"


def tier(prices: dict[str, float], over: int = 0) -> dict[str, Any]:
    """A tier of Langfuse's."""
    condition = {"usageDetailPattern": "(input|prompt|cached)", "operator": "gt", "value": over}
    return {"conditions": [condition] if over else [], "prices": prices}


PROXY = f"""
model_list:
  - model_name: flash
    litellm_params: {{model: gemini/{FLASH}, api_key: os.environ/GEMINI_API_KEY}}
    model_info: {{input_cost_per_token: 0.00000015, output_cost_per_token: 0.0000006}}
  - model_name: pro
    litellm_params: {{model: gemini/{PRO}, input_cost_per_token: 0.00000125, output_cost_per_token: 0.00001}}
  - model_name: own
    litellm_params: {{model: openai/gpt-5, api_base: "http://10.0.0.1:8000/v1", input_cost_per_token: 0.00000001}}
"""
OPENROUTER = {
    "data": [
        {
            "id": f"google/{FLASH}",
            "pricing": {"prompt": "0.0000003", "completion": "0.0000025", "request": "0", "audio": "0.000001"},
        },
        {
            "id": f"google/{PRO}",
            "pricing": {
                "prompt": "0.00000125",
                "completion": "0.000005",
                "overrides": [{"min_prompt_tokens": 200_000, "prompt": "0.0000025", "completion": "0.000015"}],
            },
        },
        {"id": "anthropic/claude-x", "pricing": {"prompt": "0.000003"}},
    ]
}
LANGFUSE = [
    {"modelName": FLASH, "matchPattern": "x", "pricingTiers": [tier({"input": 3e-7, "output": 0.0000025})]},
    {
        "modelName": PRO,
        "matchPattern": "x",
        "pricingTiers": [
            tier({"input": 0.00000125, "output": 0.00001}),
            tier({"input": 0.0000025, "output": 0.00001}, over=200_000),
        ],
    },
]
LLM_PRICES = {
    "prices": [
        {"id": PRO, "vendor": "google", "name": "Pro <=200k", "input": 1.25, "output": 10, "input_cached": 0.125},
        {"id": f"{PRO}-200k", "vendor": "google", "name": "Pro >200k", "input": 2.5, "output": 15},
        {"id": FLASH, "vendor": "google", "name": "Flash", "input": 0.15, "output": 0.6, "input_cached": None},
    ]
}
SHEET = f"""Provider,Model,Input ($/1M),Output ($/1M),Cached input ($/1M),Notes
Google,{PRO},1.25,10.00,0.31,<=200k
Google,{FLASH},0.30,2.50,0.075,
Google,{LITE},0.10,0.40,0.01,
OpenAI,gpt-5,1.25,10,0.125,
"""
LIBRECHAT = f"""
endpoints:
  custom:
    - name: google
      tokenConfig:
        {PRO}: {{prompt: 1.25, completion: 10, context: 1048576}}
        {FLASH}: {{prompt: 0.15, completion: 0.6, context: 1048576}}
"""
OPENCODE = {"provider": {"google": {"models": {PRO: {"cost": {"input": 1.25, "output": 10, "cache_read": 0.31}}}}}}
TRUEFOUNDRY = f"""
costs:
    - cache_read_input_token_cost: 1.25e-7
      input_cost_per_token: 0.00000125
      input_cost_per_token_batches: 6.25e-7
      output_cost_per_token: 0.00002
      region: "*"
      tiered_pricing:
          input:
              - {{cost_per_token: 0.0000025, from: 200000}}
mode: chat
model: {PRO}
"""
NEW_API = {
    "model_ratio": {FLASH: 0.15, LITE: 0.05, PRO: 1.25, "gpt-5.4": 1.25},
    "completion_ratio": {FLASH: 8.33, PRO: 4},
    "cache_ratio": {FLASH: 0.1},
}
HELICONE = {
    "data": [
        {
            "provider": "GOOGLE",
            "model": FLASH,
            "operator": "equals",
            "input_cost_per_1m": 0.3,
            "output_cost_per_1m": 2.5,
        },
        {"provider": "GOOGLE", "model": LITE, "operator": "equals", "input_cost_per_1m": 0.1, "output_cost_per_1m": 4},
        {"provider": "AZURE", "model": "gpt-5", "operator": "equals", "input_cost_per_1m": 99, "output_cost_per_1m": 9},
    ]
}
MODELSDEV_EMBEDDING = "[cost]\ninput = 0.20\noutput = 0\ninput_image = 0.45\ninput_audio = 6.50\ninput_video = 12.00\n"
MODELSDEV_FLASH = "[cost]\ninput = 0.30\noutput = 2.50\ncache_read = 0.075\ninput_audio = 1.00\n"
MARKDOWN = f"""| Model ID | Input (USD / 1M tokens) | Output (USD / 1M tokens) | Notes |
| --- | ---: | ---: | --- |
| `gemini-3-flash-preview` | $0.50 | $3.00 | |
| `{PRO}` | $1.25 | $12.00 | up to 200k |
"""

# By form: the files, how many prices are right, and what is wrong: entry, field and our price.
CASES: dict[str, tuple[dict[str, Any], int, list[tuple[str, str, str]]]] = {
    # https://github.com/langgenius/dify-official-plugins
    "dify": ({"flash.yaml": dify(FLASH, "0.30", "2.50")}, 2, []),
    "dify, a folder": (
        {
            "models/gemini/models/llm/flash.yaml": dify(FLASH, "0.30", "0.60"),
            "models/gemini/models/llm/_position.yaml": "- gemini-2.5-flash\n",
            "models/azure_openai/models/llm/gpt.yaml": dify("gpt-5", "9", "9"),
        },
        1,
        [(FLASH, "pricing.output", "2.5")],
    ),
    # of a model that makes pictures the one price of what comes out is theirs
    "dify, pictures": ({"image.yaml": dify("gemini-3-pro-image-preview", "2.0", "120.0")}, 2, []),
    # https://github.com/QuantumNous/new-api: a ratio of 1 is $2 per million; 8.33 is written for 25/3
    "new-api": ({"ratio.json": NEW_API}, 6, [(PRO, "model_ratio", "1.25")]),
    # https://github.com/BerriAI/litellm/issues/10221: one has a server of its own
    "litellm-proxy": (
        {"config.yaml": PROXY},
        2,
        [(f"gemini/{FLASH}", "input_cost_per_token", "0.3"), (f"gemini/{FLASH}", "output_cost_per_token", "2.5")],
    ),
    # https://github.com/theopenco/llmgateway/pull/1636
    "openrouter": ({"models.json": OPENROUTER}, 6, [(f"google/{PRO}", "pricing.completion", "10")]),
    "sheet": (
        {"prices.csv": SHEET},
        10,
        [(PRO, "Cached input ($/1M)", "0.125"), (FLASH, "Cached input ($/1M)", "0.03")],
    ),
    "sheet, tabs": (
        {"prices.tsv": "Model\tOutput per million\nGemini 2.5 Flash\t0.60\n"},
        0,
        [("Gemini 2.5 Flash", "Output per million", "2.5")],
    ),
    "sheet, words with colons": ({"prices.csv": f"Model;Price: output ($/1M)\r\n{FLASH};2.50\r\n\r\n"}, 1, []),
    "sheet, Markdown": ({"prices.md": MARKDOWN}, 3, [(PRO, "Output (USD / 1M tokens)", "10")]),
    # https://github.com/simonw/llm-prices
    "llm-prices": ({"current.json": LLM_PRICES}, 5, [(FLASH, "input", "0.3"), (FLASH, "output", "2.5")]),
    # https://github.com/langfuse/langfuse, issue 13820
    "langfuse": ({"prices.json": LANGFUSE}, 5, [(PRO, "pricingTiers[1].prices.output", "15")]),
    "librechat": ({"librechat.yaml": LIBRECHAT}, 2, [(FLASH, "prompt", "0.3"), (FLASH, "completion", "2.5")]),
    # https://github.com/anomalyco/opencode/issues/592
    "opencode": ({"opencode.json": OPENCODE}, 2, [(PRO, "cost.cache_read", "0.125")]),
    # https://github.com/truefoundry/models
    "truefoundry": (
        {"providers/google-gemini/pro.yaml": TRUEFOUNDRY, "providers/azure-openai/x.yaml": TRUEFOUNDRY},
        4,
        [(PRO, "output_cost_per_token", "10")],
    ),
    "helicone": ({"llm-costs.json": HELICONE}, 3, [(LITE, "output_cost_per_1m", "0.4")]),
    # https://github.com/anomalyco/models.dev/pull/1752
    "models.dev": (
        {
            "providers/google/models/gemini-embedding-2.toml": MODELSDEV_EMBEDDING,
            f"providers/google/models/{FLASH}.toml": MODELSDEV_FLASH,
        },
        7,
        [(FLASH, "cost.cache_read", "0.03")],
    ),
    # what is tuned is judged by its own prices, where the page has them, and never by those of the model itself
    "litellm, tuned": (
        {
            "map.json": {
                "ft:gpt-4.1-2025-04-14": {
                    "litellm_provider": "openai",
                    "input_cost_per_token": 3e-06,
                    "output_cost_per_token": 8e-06,
                    "cache_read_input_token_cost_batches": 5e-07,
                },
                "ft:gpt-4o-mini-2024-07-18:my-org:name:id1": {"input_cost_per_token": 3e-07},
                "ft:gpt-3.5-turbo-0125": {"litellm_provider": "openai", "input_cost_per_token": 5e-07},
                "azure/ft:gpt-4.1-2025-04-14": {"litellm_provider": "azure", "input_cost_per_token": 9},
            }
        },
        3,
        [("ft:gpt-4.1-2025-04-14", "output_cost_per_token", "12")],
    ),
    "genai-prices, tuned": (
        {
            "openai.json": {
                "id": "openai",
                "models": [
                    {"id": "ft:gpt-3.5-turbo", "prices": {"input_mtok": 3, "output_mtok": 1.5}},
                    {"id": "ft:gpt-4o", "prices": {"input_mtok": 99}},
                ],
            }
        },
        1,
        [("ft:gpt-3.5-turbo", "prices.output_mtok", "6")],
    ),
    "llm-prices, tuned": (
        {"current.json": {"prices": [{"id": "ft:o4-mini-2025-04-16", "vendor": "openai", "input": 4, "output": 16}]}},
        2,
        [],
    ),
    "portkey, tuned": (
        {
            "openai.json": {
                "ft:gpt-4o-2024-08-06": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.00025}}}}
            }
        },
        0,
        [("ft:gpt-4o-2024-08-06", "pay_as_you_go.request_token", "3.75")],
    ),
    # a table of ours with some of its columns, in another order
    "ratecards": (
        {"rates.csv": f"model;meter;price;unit\n{PRO};input;1.5;1000000 tokens\n"},
        0,
        [(PRO, "price", "1.25")],
    ),
}


def written(folder: Path, files: dict[str, Any]) -> Path:
    """The one file, or the folder of several."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path if len(files) == 1 else folder


@pytest.fixture(scope="module")
def cards() -> PastCards:
    """The cards that the project publishes, of the day."""
    return PastCards(ratecards.load(), DAY, DAY)


@pytest.mark.parametrize("name", CASES)
def test_a_public_file_is_judged_price_by_price(name: str, tmp_path: Path, cards: PastCards) -> None:
    """What is right is counted, what is wrong has its place and our price, and every entry is accounted for."""
    files, right, wrong = CASES[name]

    file = load(written(tmp_path, files))
    accounts = audit(formats.read(file.format, file.data, DAY), cards)

    assert name.partition(",")[0] == file.format
    found = findings(accounts)
    assert wrong == [(f.claim.key, f.claim.field, plain(f.ours.price)) for f in found if f.verdict in ERRORS and f.ours]
    assert right == sum(f.verdict == "right" for f in found)
    assert all(account.findings or account.why for account in accounts)


def test_a_public_file_fails_a_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a command, at the line of the price."""
    status = main(["audit", str(written(tmp_path, {"config.yaml": PROXY})), "--on", str(DAY), "--format", "sarif"])

    assert 1 == status
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [5, 5] == [r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in results]


def test_ids_as_people_write_them(cards: PastCards) -> None:
    """With what gateways put before them; whoever is meant by `-latest` is not said by a page."""
    # https://github.com/mnfst/llm-gateway/pull/1369, https://github.com/BerriAI/litellm/pull/38423
    ids = (f"gemini/{FLASH}", f"google/{FLASH}", f"models/{FLASH}", f"publishers/google/models/{FLASH}", FLASH)
    price = {"input_cost_per_token": 3e-7}
    accounts = audit(formats.read("litellm", dict.fromkeys((*ids, "gemini/gemini-flash-latest"), price), DAY), cards)

    *known, latest = findings(accounts)
    assert [FLASH] * 5 == [f.ours.model for f in known if f.ours and f.verdict in ("right", "stale")]
    said = "not at gemini-api; no page that is held says what it points to"
    assert ("unknown model", said) == (latest.verdict, latest.words)
    sheet = [
        {"Model": f"google-gla:{FLASH}", "Input ($/1M)": "0.30"},
        {"Model": "openai/gpt-5", "Input ($/1M)": "1.25"},
    ]
    assert ["right", "right"] == [f.verdict for f in findings(audit(formats.read("sheet", sheet, DAY), cards))]


NO_PRICES = {
    # https://github.com/soumyadepp/benchmark-json-toon-vsc
    "PRICES = {\n  'gemini-2.0-flash': {'input_token': 0.000000015},\n}\n": "saw the source of a program; save its prices as one",
    "const prices = {a: 1}": "saw the source of a program",
    '{"gemini-2.5-flash": 0.15, "gemini-2.5-pro": 1.25}': 'write ratios of new-api as {"model_ratio": ...}',
    "| Model | Input | Output |\n| --- | --- | --- |\n| gemini-3-flash-preview | $0.50 | $3.00 |\n": "header names a unit",
    "model,meter,unit\nx,input,1 token\n": "expected rows of our rate table, saw none with: price",
    "meter;price;unit;model\ninput;1,25;1000000 tokens;x\n": "expected amounts with a point, as 1.25, saw '1,25', a decimal comma",
    "Model;Input ($/1M)\nx;$0,30\n": "expected amounts with a point, as 1.25, saw '$0,30', a decimal comma",
    "Hello, world": "saw no rows",
    '{"data": [{"id": "google/x", "context_length": 1}]}': "for openrouter its entries lack pricing",
    '{"prices": [{"id": "x", "input": 1}]}': "for llm-prices its entries lack output",
    "model: x\nmodel_type: llm\n": "for dify its entries lack pricing",
}


@pytest.mark.parametrize("text", NO_PRICES)
def test_a_file_that_is_nearly_one_says_what_it_lacks(text: str, tmp_path: Path) -> None:
    """And how to write it."""
    with pytest.raises(FormatError) as found:
        load(written(tmp_path, {"f": text}))
    assert NO_PRICES[text] in str(found.value)
