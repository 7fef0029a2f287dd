"""Price files as people have reported them, in our own words: what each has right, by cards made for the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ratecards.__main__ import main
from ratecards.model import RateCard
from tests.support.histories import added, card, rate, write

TODAY = date(2026, 11, 22)
VERTEX = {"provider": "google", "source": "vertex-ai"}
OPENAI = {"provider": "openai", "source": "openai-api"}
UP_TO, OVER = {"prompt_up_to": 200_000}, {"prompt_over": 200_000}
GPT = {"prompt_up_to": 272_000, "modality": "text", **OPENAI}
Run = Callable[..., dict[str, Any]]


def flash(**owner: str) -> RateCard:
    """Gemini 2.5 Flash: 0.30, 2.50, cached 0.03; audio 1.00."""
    name = "gemini-2.5-flash"
    split = [rate(name, price="0.3", modality=m, **owner) for m in ("text", "image", "video")]
    rates = [*split, rate(name, price="1", modality="audio", **owner), rate(name, "output", "2.5", **owner)]
    rates += [rate(name, "cache_read", "0.03", modality=m, **owner) for m in ("text", "image", "video")]
    return card(name, *rates, rate(name, "cache_read", "0.1", modality="audio", **owner), **owner)


def pro(**owner: str) -> RateCard:
    """Gemini 2.5 Pro: 1.25 and 10.00, 2.50 and 15.00 beyond 200,000 tokens."""
    prices = {"input": ("1.25", "2.5"), "output": ("10", "15")}
    bounds = (UP_TO, OVER)
    rates = [
        rate("gemini-2.5-pro", m, p, **b, **owner)
        for m, own in prices.items()
        for p, b in zip(own, bounds, strict=True)
    ]
    return card("gemini-2.5-pro", *rates, **owner)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Audit data as JSON, or what stands at a path; gives the counts, the entries and what was found by key and field."""
    monkeypatch.setenv("COLUMNS", "900")
    root = tmp_path / "data"
    lite = card(
        "gemini-2.5-flash-lite",
        rate("gemini-2.5-flash-lite", price="0.1"),
        rate("gemini-2.5-flash-lite", "output", "0.4"),
    )
    kinds = {"text": "0.2", "image": "0.45", "audio": "6.5", "video": "12"}
    embedding = card("gemini-embedding-2", *(rate("gemini-embedding-2", price=p, modality=m) for m, p in kinds.items()))
    write(root, *added("2026-01-01", flash(), pro(), lite, embedding))
    write(root, *added("2026-01-01", flash(**VERTEX), pro(**VERTEX)), **VERTEX)
    prices = [
        ("input", "5", "standard"),
        ("output", "30", "standard"),
        ("input", "12.5", "priority"),
        ("output", "75", "priority"),
    ]
    gpt = card("gpt-5.5", *(rate("gpt-5.5", m, p, service_tier=tier, **GPT) for m, p, tier in prices), **OPENAI)
    write(root, *added("2026-01-01", gpt), **OPENAI)

    def command(data: object, *argv: str, status: int = 0) -> dict[str, Any]:
        file = data if isinstance(data, Path) else tmp_path / "map.json"
        if not isinstance(data, Path):
            file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        assert status == main(["audit", str(file), "--dataset", str(root), *argv, "--format", "json"], today=TODAY)
        out, err = capsys.readouterr()
        if status == 2:
            return {"refused": err.replace(str(tmp_path), "~")}
        found = json.loads(out)
        says = {f"{f['claim']['key']} {f['claim']['field']}": f["verdict"] for f in found["findings"]}
        return {**found["counts"], "entries": found["entries"], "says": says}

    return command


def prices(sent: float, made: float, **more: Any) -> dict[str, Any]:
    """An entry of a LiteLLM map."""
    return {"input_cost_per_token": sent, "output_cost_per_token": made, **more}


def test_fault_100_a_map_without_a_provider(run: Run):
    """Maps of `input_cost_per_token` alone: an id that one page has is that page's; the wrong output of Pro is found."""
    found = run(
        {"gemini-2.5-flash": prices(3e-7, 2.5e-6, max_tokens=8192), "gemini/gemini-2.5-pro": prices(1.25e-6, 5e-6)},
        status=1,
    )

    assert (3, 1) == (found["right"], found["wrong"])
    assert "wrong" == found["says"]["gemini/gemini-2.5-pro output_cost_per_token"]
    assert {"all": 2, "judged": 2, "not_judged": {}} == found["entries"]


def test_fault_100_one_entry_right_and_six_prices_skipped(run: Run):
    """https://github.com/BerriAI/litellm/issues/34393 and variants: no provider, another word, another case."""
    found = run(
        {
            "gemini/gemini-2.5-flash": prices(3e-7, 2.5e-6, litellm_provider="gemini", mode="chat"),
            "gemini/gemini-2.5-pro": prices(1.25e-5, 1e-4),
            "vertex_ai/gemini-2.5-pro": prices(1.25e-5, 1e-4, litellm_provider="google"),
            "gemini-2.5-flash-lite": prices(1e-6, 4e-6, litellm_provider="Gemini"),
        },
        status=1,
    )

    assert (2, 6) == (found["right"], found["wrong"] + found["wrong unit"])
    assert {"all": 4, "judged": 4, "not_judged": {}} == found["entries"]


def test_fault_100_openai_is_judged(run: Run):
    """https://github.com/BerriAI/litellm/pull/28447: 10.00 where the page says 12.50, beside a right entry or alone."""
    own = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token_priority": 1e-5}
    beside = {"gpt-5.5": {**prices(5e-6, 3e-5), **own, "output_cost_per_token_priority": 6e-5}}
    both = run({**beside, "gemini/gemini-2.5-flash": prices(3e-7, 2.5e-6, litellm_provider="gemini")}, status=1)
    alone = run({"gpt-5.5": own}, status=1)

    assert (4, 2) == (both["right"], both["wrong"])
    assert {"gpt-5.5 input_cost_per_token_priority": "wrong"} == alone["says"]


def test_fault_100_the_first_line_counts_the_rest(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Exit 0 means nothing wrong among what could be judged."""
    data = {
        "sample_spec": {"input_cost_per_token": 0},
        "gemini/gemini-2.5-flash": prices(3e-7, 2.5e-6, litellm_provider="gemini"),
        "gemini/gemini-9": prices(1e-6, 1e-6),
        "claude-4": prices(3e-6, 1e-5, litellm_provider="anthropic"),
        "gemini/gemini-2.5-pro": {"litellm_provider": "gemini", "mode": "chat"},
        "gemini/gemini-2.5-flash-lite": {"ocr_cost_per_page": 1},
        "nobody-knows": prices(1e-6, 1e-6),
    }
    found = run(data)
    assert 0 == main(["audit", str(tmp_path / "map.json"), "--dataset", str(tmp_path / "data")], today=TODAY)
    first = capsys.readouterr().out.splitlines()[0]

    reasons = {
        "of an unknown model": 2,
        "no model": 1,
        "of a seller that is not held": 1,
        "without a price": 1,
        "unread": 1,
    }
    assert {"all": 7, "judged": 1, "not_judged": reasons} == found["entries"]
    assert first.endswith(
        "Entries: 7, of which 1 judged; the rest: 2 of an unknown model, 1 no model, 1 of a seller that is not held, 1 without a price, 1 unread."
    )
    for word in ("unknown", "unread", "unknown,unread,stale"):
        run(data, "--fail-on", word, status=1)
    run(data, "--fail-on", "stale")
    assert "expected unknown, unread, stale, saw 'all'" in run(data, "--fail-on", "unread,all", status=2)["refused"]


def test_sizes_in_an_id_are_counted(run: Run):
    """OpenAI's images by size and quality, as LiteLLM names them."""
    found = run({"low/1024-x-1024/gpt-image-1": {"litellm_provider": "openai", "input_cost_per_image": 0.011}})

    assert {"all": 1, "judged": 0, "not_judged": {"unread": 1}} == found["entries"]


def test_an_uplift_is_unread_and_the_cache_wrong(run: Run):
    """https://github.com/BerriAI/litellm/pull/37543: a factor on a region is no price; 0.075 is not 0.03."""
    more = {"regional_endpoint_uplift_multiplier": 1.1, "cache_read_input_token_cost": 7.5e-8}
    found = run(
        {"vertex_ai/gemini-2.5-flash": prices(3e-7, 2.5e-6, litellm_provider="vertex_ai-language-models", **more)},
        status=1,
    )

    assert (2, 1, 1) == (found["right"], found["wrong"], found["unread"])
    assert "wrong" == found["says"]["vertex_ai/gemini-2.5-flash cache_read_input_token_cost"]


def test_modalities_of_models_dev(run: Run, tmp_path: Path):
    """https://github.com/anomalyco/models.dev/pull/1752, /pull/1499: input_image and input_video; a wrong cache."""
    folder = tmp_path / "providers" / "google" / "models"
    folder.mkdir(parents=True)
    kinds = "input = 0.20\noutput = 0\ninput_image = 0.45\ninput_audio = 6.50\ninput_video = 12.00\n"
    (folder / "gemini-embedding-2.toml").write_text(f'name = "Gemini Embedding 2"\n[cost]\n{kinds}')
    cost = "input = 0.30\noutput = 2.50\ncache_read = 0.075\ninput_audio = 1.00\n"
    (folder / "gemini-2.5-flash.toml").write_text(f'name = "Gemini 2.5 Flash"\n[cost]\n{cost}')
    found = run(tmp_path / "providers", status=1)

    assert (7, 1, 0) == (found["right"], found["wrong"], found["unread"])
    assert {
        "gemini-2.5-flash cost.cache_read": "wrong",
        "gemini-embedding-2 cost.input_video": "right",
    }.items() <= found["says"].items()


def test_genai_prices_yaml(run: Run, tmp_path: Path):
    """https://github.com/pydantic/genai-prices (google.yml): both prices of Flash are wrong, all four of Pro right."""
    file = tmp_path / "google.yml"
    file.write_text(
        "name: Google\nid: google\nmodels:\n"
        "  - id: gemini-2.5-flash\n    prices:\n      input_mtok: 0.15\n      output_mtok: 0.6\n"
        "  - id: gemini-2.5-pro\n    prices:\n"
        "      input_mtok:\n        base: 1.25\n        tiers:\n          - start: 200000\n            price: 2.5\n"
        "      output_mtok:\n        base: 10\n        tiers:\n          - start: 200000\n            price: 15\n"
    )
    found = run(file, status=1)

    assert (4, 2) == (found["right"], found["wrong"])
    assert ["wrong", "wrong"] == [v for key, v in found["says"].items() if key.startswith("gemini-2.5-flash ")]


def test_a_copy_of_a_map_of_another_year(run: Run):
    """https://github.com/AgentOps-AI/tokencost: thousands of others' entries, prices that have moved since; `--source`."""
    others = {
        f"{p}/model-{n}": prices(1e-6, 1e-6, litellm_provider=p)
        for p in ("azure", "bedrock", "groq")
        for n in range(300)
    }
    own = {
        "gemini/gemini-2.5-flash": prices(1.5e-7, 6e-7, litellm_provider="gemini"),
        "gemini/gemini-2.5-pro": prices(
            1.25e-6, 1e-5, litellm_provider="gemini", input_cost_per_token_above_200k_tokens=2.5e-6, mode="chat"
        ),
        "vertex_ai/gemini-2.5-pro": prices(1e-6, 1e-5, litellm_provider="vertex_ai-language-models"),
    }
    found = run({"sample_spec": prices(0, 0), **others, **own}, "--source", "gemini-api", status=1)

    assert (3, 2) == (found["right"], found["wrong"])
    assert {"all": 904, "judged": 2} == {n: found["entries"][n] for n in ("all", "judged")}
    assert {
        "of a seller that is not held": 900,
        "no model": 1,
        "of a source that was not asked for": 1,
    } == found["entries"]["not_judged"]


def test_a_key_that_stands_twice(run: Run):
    """https://github.com/AditthyaSS/iloveAgents/pull/892: refused with its line, for one of the two would be lost."""
    entry = '"gemini/gemini-2.5-flash": {"litellm_provider": "gemini", "input_cost_per_token": 3e-7}'
    said = run(f"{{\n{entry},\n{entry}\n}}", status=2)["refused"]

    assert "ratecards: ~/map.json:3:1: the key 'gemini/gemini-2.5-flash' stands twice in one object\n" == said


def test_a_latest_that_no_page_names(run: Run):
    """https://github.com/lobehub/lobehub/pull/18647: an unknown model, counted, and an error where that is wanted."""
    data = {
        "gemini/gemini-flash-newest": prices(1.5e-6, 7.5e-6, litellm_provider="gemini"),
        "gemini/gemini-2.5-flash": prices(3e-7, 2.5e-6, litellm_provider="gemini"),
    }
    found = run(data)

    assert (2, 2) == (found["right"], found["unknown model"])
    assert {"all": 2, "judged": 1, "not_judged": {"of an unknown model": 1}} == found["entries"]
    run(data, "--fail-on", "unknown", status=1)
