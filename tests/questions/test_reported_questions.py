"""Questions that people have asked in public, with what is right, by cards made for the test: one command each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratecards.__main__ import main
from ratecards.catalog.priced_model import PricedModel
from ratecards.errors import CostError
from ratecards.questions.alternatives import in_region, region_word
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
VERTEX = {"provider": "google", "source": "vertex-ai"}
LAOZHANG = {"provider": "laozhang", "source": "laozhang"}
LITE = "gemini-3.1-flash-lite-preview"
TEXT = ("--input-tokens", "1000000", "--output-tokens", "0", "--per-day", "1")
Run = Callable[..., str]


def by_region(meter: str, everywhere: str, regional: str, **values: Any) -> list[Any]:
    """A price for requests that may run anywhere, and one for those that may not."""
    pairs = (("global", everywhere), ("non-global", regional))
    return [rate(LITE, meter, price, context=context, **values, **VERTEX) for context, price in pairs]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a dataset with two Pros, a Flash Lite that is sold by region, and a reseller of it."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RATECARDS_DATASET", str(tmp_path))
    free = {"plan": "free", "availability": "free"}
    pro = card("gemini-2.5-pro", rate("gemini-2.5-pro", price="1.25"), rate("gemini-2.5-pro", price="0", **free))
    shut = {"plan": "free", "price": None, "quote": "Not available"}
    newer = card("gemini-3.1-pro", rate("gemini-3.1-pro", price="2"), rate("gemini-3.1-pro", **shut))
    old, new = rate(LITE, price="0.2"), rate(LITE, price="0.25")
    lite = card(LITE, old, rate(LITE, "output", "1.5"))
    write(tmp_path, *added("2025-12-21", pro, newer, lite), change("2026-03-24", "repriced", LITE, old=old, new=new))
    write(
        tmp_path,
        *added(
            "2026-05-08",
            card(LITE, *by_region("input", "0.25", "0.275"), *by_region("output", "1.5", "1.65"), **VERTEX),
        ),
        **VERTEX,
    )
    cheap = card(LITE, rate(LITE, price="0.1", **LAOZHANG), rate(LITE, "output", "0.6", **LAOZHANG), **LAOZHANG)
    write(tmp_path, *added("2026-05-08", cheap), **LAOZHANG)

    def command(*argv: str, status: int = 0) -> str:
        assert status == main(argv, today=TODAY)
        out, err = capsys.readouterr()
        return err if status else out

    return command


def test_is_it_free(run: Run):
    """https://github.com/robhunter/agentdeals/issues/1348: 2.5 Pro has a free plan, 3.1 Pro has none."""
    assert ("0", True) == (
        (found := json.loads(run("cost", "gemini-2.5-pro", *TEXT[:2], "--plan", "free", "--format", "json")))["total"],
        "age_days" in found,
    )
    assert "the standard tier is not offered on the free plan" in run(
        "cost", "gemini-3.1-pro", *TEXT[:2], "--plan", "free", status=2
    )
    kinds = {
        m: json.loads(run("limits", m, "--format", "json"))[0]["value"] for m in ("gemini-2.5-pro", "gemini-3.1-pro")
    }
    assert {"gemini-2.5-pro": "yes", "gemini-3.1-pro": "no"} == kinds


def test_what_was_it_on_a_day(run: Run):
    """https://github.com/BerriAI/litellm/issues/31829: a price of the past, its history, and nothing before the first look."""
    totals = {
        day: json.loads(run("cost", LITE, *TEXT[:2], "--on", day, "--format", "json"))["total"]
        for day in ("2025-12-21", "2026-03-23", "2026-03-24")
    }
    assert {"2025-12-21": "0.2", "2026-03-23": "0.2", "2026-03-24": "0.25"} == totals
    rows = json.loads(run("changes", "--model", LITE, "--format", "json"))
    assert [("0.2", "0.25", "2026-03-24")] == [
        (row["old_price"], row["new_price"], row["observed"]) for row in rows if row["kind"] == "repriced"
    ]
    assert "nothing was observed before 2025-12-21; asked for 2025-12-20" in run(
        "cost", LITE, *TEXT[:2], "--on", "2025-12-20", status=2
    )


def sold(run: Run, *argv: str) -> dict[tuple[str, str], str]:
    """By source and region, what a request for Flash Lite costs."""
    rows = json.loads(run("compare", "text", *TEXT, *argv, "--format", "json"))
    return {(row["source"], row.get("region", "")): row["per_request"] for row in rows if row["model"] == LITE}


@pytest.mark.parametrize("word", ["regional", "us-central1", "EU", "non-global", "europe-west4"])
def test_global_against_regional(run: Run, word: str):
    """https://github.com/BerriAI/litellm/pull/37543: 0.275 against 0.25 on the platform; the page's word is found."""
    own = {("google/gemini-api", ""): "0.25", ("laozhang/laozhang", ""): "0.1"}

    assert {**own, ("google/vertex-ai", "non-global"): "0.275"} == sold(run, "--region", word)
    assert {**own, ("google/vertex-ai", "global"): "0.25"} == sold(run, "--region", "global")
    assert own == sold(run)


def test_the_table_of_a_region_tells_the_sources_apart(run: Run):
    """And says what its word means."""
    text = run("compare", "text", *TEXT, "--region", "us")

    assert "google/vertex-ai" in text
    assert "Region: non-global, where a page tells regions apart; empty where one price holds in all." in text
    assert "Region:" not in run("compare", "text", *TEXT)


def test_reseller_against_maker_for_text(run: Run):
    """https://github.com/BerriAI/litellm/issues/34393: beside the maker and marked; one that prices no text is named."""
    rows = json.loads(run("compare", "text", *TEXT, "--to", LITE, "--format", "json"))
    assert {"laozhang": ("reseller, 198 days old", "0.4"), "google": ("", "1")} == {
        row["provider"]: (row["mark"], row["ratio"]) for row in rows if row["model"] == LITE
    }
    assert "Resellers without" not in run("compare", "text", *TEXT)
    assert "Resellers without a price of such a request: laozhang/laozhang." in run(
        "compare", "text", *TEXT, "--tier", "batch"
    )


@pytest.mark.parametrize("word", ["glbal", "non global", "mars-1", "1"])
def test_a_region_that_is_none(run: Run, word: str):
    """Nothing is guessed."""
    said = f"ratecards: expected global, regional, or a region as in us-central1 or eu, saw {word!r}\n"

    assert said == run("compare", "text", *TEXT, "--region", word, status=2)
    with pytest.raises(CostError):
        region_word(word)
    assert "compare images: no page tells regions apart" in run("compare", "images", "--region", "us", status=2)


def test_what_is_sold_in_a_region():
    """Of each thing the price there, else the one that holds everywhere; never the other's."""
    rates = [*by_region("input", "0.25", "0.275"), rate(LITE, "output", "1.5", **VERTEX)]
    offer = PricedModel(card(LITE, *rates, **VERTEX), TODAY)
    plain = rate(LITE, "input", "0.3", **VERTEX)
    beside = PricedModel(card(LITE, *rates, plain, **VERTEX), TODAY)

    for word, price in (("global", "0.25"), ("non-global", "0.275")):
        for own in (offer, beside):
            found, said = in_region(own, word)
            assert word == said
            assert [Decimal(price), Decimal("1.5")] == [r.price for r in found.card.rates]
            assert own.seen == found.seen
    alone = PricedModel(card(LITE, plain, **VERTEX), TODAY)
    assert ("", [plain]) == (in_region(alone, "global")[1], [*in_region(alone, "global")[0].card.rates])
