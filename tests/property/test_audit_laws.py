"""The law of an audit: judged and not judged, by reason, are all entries of the file, whatever stands in it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.audit.audit import JUDGED, PastCards, audit, findings, unjudged
from ratecards.dataset import Dataset
from ratecards.formats import read as entries_of
from ratecards.formats.price_file import shaped
from tests.support.histories import added, card, rate, write

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

TODAY = date(2026, 11, 22)
OPENAI = {"provider": "openai", "source": "openai-api"}
ANTHROPIC = {"provider": "anthropic", "source": "anthropic-api"}
MODELS = st.sampled_from(
    (
        "gemini-2.5-flash",
        "gemini-9",
        "gpt-5",
        "gpt-9",
        "o3",
        "claude-4",
        "claude-opus-4.5",
        "anthropic.claude-4-v1:0",
        "ft:gpt-5:mine::1",
        "meta/llama-4",
        "flash",
        "",
        "1024-x-1024/dall-e-3",
    )
)
PREFIXES = st.sampled_from(
    ("", "", "gemini/", "Gemini/", "vertex_ai/", "google/", "openai/", "anthropic/", "azure/", "models/", "x/y/")
)
SELLERS = st.sampled_from(
    (None, "gemini", "Gemini ", "google", "openai", "anthropic", "vertex_ai-language-models", "azure", 5, "")
)
PRICES = st.sampled_from((3e-7, 9e-7, 0, "much", None, -1, True, [], {"a": 1}, "0.0000003"))


def entry(fields: tuple[str, ...], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these fields with whatever may stand there."""
    return st.fixed_dictionaries({}, optional={**dict.fromkeys(fields, PRICES), **more})


WRITE = "cache_creation_input_token_cost"
LITELLM = (
    *("input_cost_per_token", "output_cost_per_token_priority", WRITE, f"{WRITE}_above_1hr"),
    *("input_cost_per_parsec", "mode"),
)
DEV = st.fixed_dictionaries({}, optional={"cost": entry(("input", "output", "input_image", "tiers", "odd"))})
GENAI = st.fixed_dictionaries({"id": MODELS, "prices": entry(("input_mtok", "output_mtok", "odd"))})
PORTKEY = st.fixed_dictionaries({}, optional={"request_token": entry(("price",)), "odd": PRICES})
ROW = st.fixed_dictionaries(
    {
        "provider": st.sampled_from(("google", "openai", "acme")),
        "source": st.sampled_from(("gemini-api", "openai-api", "page")),
        "model": MODELS,
        "meter": st.sampled_from(("input", "output", "odd")),
        "unit": st.sampled_from(("1000000 tokens", "parsec")),
        "price": st.sampled_from(("0.3", "0.9", "", "much")),
    }
)
PRICED = entry(("prompt", "input", "completion", "odd"), overrides=st.lists(entry(("min_prompt_tokens", "prompt"))))
NAMED = st.builds(str.__add__, PREFIXES, MODELS)
DEPLOYMENT = st.fixed_dictionaries(
    {"litellm_params": entry(LITELLM, model=NAMED, api_base=st.sampled_from((None, "http://x", 5)))},
    optional={"model_info": entry(LITELLM)},
)
TIER = entry(
    ("prices", "odd"), prices=entry(("input", "total", "odd")), conditions=st.lists(entry(("operator", "value")))
)
CELLS = st.fixed_dictionaries(
    {"Model": NAMED, "Vendor": st.sampled_from(("", "Google", "openai", "Acme"))}
    | dict.fromkeys(
        ("Input ($/1M)", "Output", "EUR/1M output", "Notes"), st.sampled_from(("", "0.3", "$9", "much", "-"))
    )
)
FILES: dict[str, st.SearchStrategy[Any]] = {
    "litellm": st.dictionaries(
        st.builds(str.__add__, PREFIXES, MODELS), entry(LITELLM, litellm_provider=SELLERS) | st.just([1]), max_size=8
    ),
    "models.dev": st.dictionaries(
        st.sampled_from(("google", "google-vertex", "openai", "anthropic", "azure")),
        st.fixed_dictionaries({"models": st.dictionaries(MODELS, DEV, max_size=4)}),
    ),
    "genai-prices": st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from(("google", "openai", "anthropic")), "models": st.lists(GENAI, max_size=4)}
        ),
        max_size=3,
    ),
    "portkey": st.dictionaries(
        MODELS, st.fixed_dictionaries({"pricing_config": st.fixed_dictionaries({"pay_as_you_go": PORTKEY})}), max_size=6
    ),
    "ratecards": st.lists(ROW, max_size=8),
    "sheet": st.lists(CELLS, max_size=6),
    "litellm-proxy": st.lists(DEPLOYMENT | st.just(1), max_size=6).map(lambda rows: {"model_list": rows}),
    "truefoundry": st.lists(
        st.fixed_dictionaries({"model": NAMED, "costs": entry(LITELLM, region=SELLERS)}), max_size=4
    ),
    "openrouter": st.lists(entry(("odd",), id=NAMED, pricing=PRICED) | PRICES, max_size=6).map(
        lambda rows: {"data": rows}
    ),
    "helicone": st.lists(
        entry(("input_cost_per_1m", "per_image", "date_range"), model=NAMED, provider=SELLERS), max_size=6
    ).map(lambda rows: {"data": rows}),
    "langfuse": st.lists(entry(("prices",), modelName=NAMED, pricingTiers=st.lists(TIER | PRICES)), max_size=5),
    "llm-prices": st.lists(
        entry(("input", "output", "to_date"), id=NAMED, vendor=SELLERS, name=MODELS), max_size=6
    ).map(lambda rows: {"prices": rows}),
    "librechat": st.dictionaries(NAMED, PRICED | PRICES, max_size=6).map(
        lambda models: {"endpoints": {"custom": [{"tokenConfig": models}]}}
    ),
    "dify": st.lists(
        entry(("provider",), model=NAMED, pricing=entry(("input", "unit", "currency"))) | PRICES, max_size=6
    ),
    "new-api": st.lists(
        entry(("model_ratio", "completion_ratio", "model_price", "quota_type"), model_name=NAMED), max_size=6
    ).map(lambda rows: {"data": rows}),
}
ENTRIES = {
    "litellm": len,
    "models.dev": lambda data: sum(len(provider["models"]) for provider in data.values()),
    "genai-prices": lambda data: sum(len(provider["models"]) for provider in data),
    "librechat": lambda data: len(data["endpoints"]["custom"][0]["tokenConfig"]),
    "litellm-proxy": lambda data: len(data["model_list"]),
    "llm-prices": lambda data: len(data["prices"]),
    **dict.fromkeys(("openrouter", "helicone", "new-api"), lambda data: len(data["data"])),
    **dict.fromkeys(("portkey", "ratecards", "sheet", "truefoundry", "langfuse", "dify"), len),
}


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> PastCards:
    """A model of Google's, two of OpenAI's and one of Anthropic's."""
    root: Path = tmp_path_factory.mktemp("audit")
    flash = card("gemini-2.5-flash", rate("gemini-2.5-flash", price="0.3"))
    write(root, *added("2026-01-01", flash))
    others = [card(model, rate(model, price="0.3", **OPENAI), **OPENAI) for model in ("gpt-5", "o3")]
    write(root, *added("2026-01-01", *others), **OPENAI)
    opus = card("claude-opus-4-5", rate("claude-opus-4-5", price="0.3", **ANTHROPIC), **ANTHROPIC)
    write(root, *added("2026-01-01", opus), **ANTHROPIC)
    return PastCards(Dataset(root), None, TODAY)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_fault_100_every_entry_is_accounted_for(cards: PastCards, name: str, data: st.DataObject) -> None:
    """Once; its prices are findings, and one that was judged is not among those that were not."""
    file = data.draw(FILES[name])
    accounts = audit(entries_of(name, shaped(name, file), TODAY), cards)
    rest = unjudged(accounts)
    judged = [account for account in accounts if any(f.verdict in JUDGED for f in account.findings)]

    assert ENTRIES[name](file) == len(accounts) == len(judged) + sum(rest.values())
    assert all(reason for reason in rest)
    assert Counter(account.why for account in accounts if account not in judged) == rest
    assert len(findings(accounts)) == sum(len(account.findings) for account in accounts)
    assert all(account.findings or account.entry.why for account in accounts)


@given(
    prefix=st.sampled_from(("gemini/", "openai/")),
    seller=SELLERS,
    price=st.sampled_from((3e-7, 9e-7)),
    more=st.booleans(),
)
def test_fault_100_an_id_that_names_its_seller_is_judged(
    cards: PastCards, prefix: str, seller: object, price: float, *, more: bool
) -> None:
    """Whatever else is missing, or says another."""
    model = "gemini-2.5-flash" if prefix == "gemini/" else "gpt-5"
    said = {"litellm_provider": seller} if more else {}
    (account,) = audit(entries_of("litellm", {prefix + model: {"input_cost_per_token": price, **said}}, TODAY), cards)

    assert ["right" if price == 3e-7 else "wrong"] == [finding.verdict for finding in account.findings]
