"""Price maps of other projects as reports: what no official card has, for the sellers that are held."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper.publish import reported
from scraper.publish.dataset import Dataset
from tests.support.histories import added, card, rate, write
from tests.support.workshop import Ran

MAP = {
    "gemini/argon": {
        "litellm_provider": "gemini",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 1e-05,
        "output_cost_per_reasoning_token": 1e-05,
        "input_cost_per_token_batches": 1e-06,
    },
    "gemini/thinker": {
        "litellm_provider": "gemini",
        "output_cost_per_token": 1e-05,
        "output_cost_per_reasoning_token": 2e-05,
    },
    "vertex_ai/argon": {"litellm_provider": "vertex_ai", "input_cost_per_token": 3e-06},
    "gemini/flash": {"litellm_provider": "gemini", "input_cost_per_token": 9e-06},
    "gemini/flash-001": {"litellm_provider": "gemini", "input_cost_per_token": 9e-06},
    "gemini/experiment": {"litellm_provider": "gemini", "input_cost_per_token": 0.0},
    "gemini/twice": {"litellm_provider": "gemini", "input_cost_per_token": 1e-06},
    "twice": {"litellm_provider": "gemini", "input_cost_per_token": 2e-06},
    "gemini/what:is_this": {"litellm_provider": "gemini", "input_cost_per_token": 2e-06},
    "bedrock/other": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-06},
}


@pytest.fixture
def take(run, tmp_path: Path) -> Callable[..., Ran]:
    """Take the map into a dataset whose documentation has flash."""
    (tmp_path / "map.json").write_text(json.dumps(MAP), encoding="utf-8")
    write(tmp_path / "data" / "ratecards", *added("2026-01-01", card("flash", rate(), aliases=("flash-001",))))
    more = ("--date", "2026-11-30", "--as-of", "LiteLLM 1.0", "--to", tmp_path / "data")
    return lambda name="litellm", file="map.json": run("reported", name, tmp_path / file, *more)


def test_what_nobody_else_has(take: Callable[..., Ran], tmp_path: Path):
    """A card for each page; no price of 0, none that stands twice, none of what is official or of another seller."""
    assert "reported/litellm 2026-11-30: 3 cards, wrote 5 files" in take().out
    found = {(reported.page_of(c), c.model): c for c in reported.cards(Dataset(tmp_path / "data"))}
    assert {("google/gemini-api", "argon"), ("google/gemini-api", "thinker"), ("google/vertex-ai", "argon")} == set(
        found
    )
    argon = found["google/gemini-api", "argon"]
    assert ("google", "reported/litellm", "reported") == (argon.provider, argon.source, argon.grade)
    assert {"as of": "LiteLLM 1.0", "licence": "MIT, Copyright (c) 2023 Berri AI"}.items() <= dict(argon.facts).items()
    assert [("standard", "input", "2"), ("standard", "output", "10"), ("batch", "input", "1")] == [
        (r.service_tier, r.meter, f"{r.price:.0f}") for r in argon.rates
    ]
    assert argon.rates[0].evidence.quote.startswith("input_cost_per_token: ")
    assert ["", "thinking"] == [r.context for r in found["google/gemini-api", "thinker"].rates]


def test_another_projects_file(take: Callable[..., Ran], tmp_path: Path):
    """It is named what was expected; a file that is none is, too."""
    done = take("genai-prices")
    assert done.code
    assert "expected a price file of genai-prices, saw one of litellm" in done.out + done.err
    done = take(file="nothing.json")
    assert done.code
    assert "nothing.json" in done.out + done.err
