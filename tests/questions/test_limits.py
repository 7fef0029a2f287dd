"""T6: what is free, how much of it, usage tiers and batch queues; and the file that the reader has them from."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratecards.catalog.catalog import Catalog
from ratecards.catalog.priced_model import PricedModel
from ratecards.errors import DatasetError
from ratecards.questions.limits import called, models, overview, records
from ratecards.storage.limits import BatchLimit, Figure, LimitsCard, SpendLimit, UsageTier, read_json
from tests.support.guide import FLASH_IMAGE, MARCH, OPENAI, flash_image, reseller
from tests.support.histories import card, rate


def allowance(up_to: int, period: str, **values: Any):
    """What is free of a grounding, up to a count."""
    words = {"price": "0", "availability": "free", "unit": "1000 prompts", "used_up_to": up_to, "period": period}
    return rate(meter="search_grounding", **{**words, **values})


FLASH = card(
    "flash",
    rate(),
    rate(plan="free", availability="free", price="0", quote="Free of charge"),
    allowance(500, "day", plan="free", quote="500 RPD"),
    allowance(1500, "day", quote="1,500 RPD (free), then $35"),
    rate(meter="search_grounding", price="35", unit="1000 prompts", used_over=1500, period="day"),
    name="Flash \U0001f34c",
)
TIER_1 = UsageTier(name="Tier 1", qualification="A billing account", caps=(Decimal(250),), cap="$250", currency="USD")
LIMITS = LimitsCard(
    provider="google",
    source="rate-limits",
    name="Gemini API rate limits",
    url="https://example.test/limits",
    observed=date(2026, 4, 16),
    parser="1",
    usage_tiers=(UsageTier(name="Free", qualification="Anybody"), TIER_1),
    batch_limits=(
        BatchLimit(model="Flash", usage_tier="Tier 1", tokens=1_000_000, quote="1,000,000"),
        BatchLimit(model="Other", usage_tier="Tier 1", tokens=25_000, quote="25,000"),
    ),
    figures=(Figure(name="priority factor", value=Decimal("0.3"), unit="x", quote="0.3x"),),
)


def limits_json(*cards: LimitsCard) -> str:
    """`v1/limits.json` of cards."""

    def said(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in pairs if value is not None}

    return json.dumps({"version": 1, "limits": [asdict(card, dict_factory=said) for card in cards]}, default=str)


def offers(*cards: Any) -> list[PricedModel]:
    """The offers of cards: by default the one with a free plan, and the image model, which has none."""
    return [PricedModel(c, MARCH) for c in cards or (FLASH, flash_image())]


def test_t6_for_people():
    """The free plan by name or `no`, what grounding is free and costs then, the queue; the usage tiers below."""
    first, second = overview(offers(), [LIMITS])
    assert [
        ("flash", "input, search grounding", "1,500/day, then 35.00 / 1,000 prompts; free plan 500/day", "Tier 1 1M"),
        (FLASH_IMAGE, "no", "", ""),
    ] == [tuple(row.cells[key] for key in ("model", "free", "search_grounding", "queue")) for row in first.rows]
    assert [("Free", ""), ("Tier 1", "$250")] == [(row.cells["tier"], row.cells["cap"]) for row in second.rows]
    assert (
        "priority factor: 0.3 x",
        "Batch queue of Other, which no card is called: Tier 1 25k",
        "Requests and tokens per minute are not printed on google/rate-limits's page any more; AI Studio shows your "
        "own: https://aistudio.google.com/rate-limit",
        "As observed 2026-04-16 (google/rate-limits).",
    ) == second.notes


SPENDING = replace(
    LIMITS,
    spend_limits=(SpendLimit(usage_tier="Tier 1", amount=Decimal(1100), currency="USD", minutes=10, quote="$1,100"),),
)


def test_what_may_be_spent_in_some_minutes():
    """A column of the usage tiers where the page says it, and a row for programs; the file brings it back."""
    _, tiers = overview(offers(), [SPENDING])
    assert ["", "1,100 USD in 10 minutes"] == [row.cells["spend"] for row in tiers.rows]
    (found,) = (r for r in records(offers(), [SPENDING]).records() if r["kind"] == "spend_limit")
    assert {
        "kind": "spend_limit",
        "name": "Tier 1",
        "meter": "spending",
        "value": "1100",
        "period": "10 minutes",
        "currency": "USD",
        "quote": "$1,100",
        "source": "google/rate-limits",
        "observed": "2026-04-16",
    } == {name: value for name, value in found.items() if value not in ("", None)}


def test_of_one_model_alone():
    """What is said of other models is left out."""
    _, second = overview(offers(FLASH), [LIMITS], alone=True)
    assert not any("Other" in note for note in second.notes)
    assert ["Flash"] == [
        r["quote"] for r in records(offers(FLASH), [LIMITS], alone=True).records() if r["kind"] == "batch_queue"
    ]


def test_without_the_limits_page():
    """A note says that they are not held."""
    _, second = overview(offers(), [])
    assert ("Usage tiers and batch queues are not in this dataset (no v1/limits.json).",) == second.notes


def test_t6_for_programs():
    """One figure a row, with its words, source and day."""
    found = [{k: v for k, v in r.items() if v not in ("", None)} for r in records(offers(), [LIMITS]).records()]
    origin = {"source": "google/gemini-api", "observed": "2026-01-01"}
    page = {"source": "google/rate-limits", "observed": "2026-04-16"}
    free = {"kind": "free_allowance", "model": "flash", "meter": "search_grounding", "unit": "prompts", "period": "day"}
    then = {"then_price": "35", "then_unit": "1000 prompts", "currency": "USD"}
    image = {"source": "google/gemini-api", "observed": "2026-03-24", "model": FLASH_IMAGE}
    cap = {"kind": "usage_tier", "name": "Tier 1", "meter": "cap", "value": "250", "currency": "USD", "quote": "$250"}
    queue = {"kind": "batch_queue", "name": "Tier 1", "unit": "tokens", **page}
    meters = "input search_grounding"
    assert [
        {"kind": "free_plan", "model": "flash", "plan": "free", "meter": meters, "value": "yes", **origin},
        {**free, "plan": "free", "value": 500, "quote": "500 RPD", **origin},
        {**free, "plan": "paid", "value": 1500, "quote": "1,500 RPD (free), then $35", **then, **origin},
        {"kind": "free_plan", "plan": "free", "value": "no", **image},
        {"kind": "usage_tier", "name": "Free", "meter": "qualification", "quote": "Anybody", **page},
        {
            "kind": "usage_tier",
            "name": "Tier 1",
            "meter": "qualification",
            "quote": "A billing account",
            "currency": "USD",
            **page,
        },
        {**cap, **page},
        {"kind": "figure", "name": "priority factor", "value": "0.3", "unit": "x", "quote": "0.3x", **page},
        {**queue, "model": "flash", "value": 1_000_000, "quote": "Flash"},
        {**queue, "value": 25_000, "quote": "Other"},
    ] == found


def test_models_by_display_name():
    """Pictures, case and blanks aside; a name may be that of two ids, or of none."""
    two = offers(FLASH, card("flash-tools", name="flash"))
    assert ["flash", "flash-tools"] == called(" FLASH \U0001f34c", two)
    assert [] == called("Flash Pro", two)


def test_what_has_limits():
    """What its maker prices by what goes in or out: no tools, no resellers, nothing without a price."""
    tools = card("tools", rate("tools", "tool"))
    none = card("none", rate("none", price=None), **OPENAI)
    assert ["flash"] == [o.card.model for o in models(Catalog([FLASH, tools, none, reseller()], MARCH).sellers())]


def test_the_file_and_back(tmp_path: Path):
    """What is written is read; amounts are strings; without a file there are no limits."""
    file = tmp_path / "limits.json"
    assert [] == read_json(file)
    undated = LimitsCard(provider="a", source="b", name="c", url="d", parser="1")
    file.write_text(limits_json(LIMITS, undated, SPENDING), encoding="utf-8")
    assert [LIMITS, undated, SPENDING] == read_json(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not limits of version 1"),
        ("[]", "not limits of version 1"),
        ('{"version": 2, "limits": [{}]}', "expected limits of version 1, saw version 2"),
        ('{"version": 1, "limits": [{}]}', "not limits of version 1: 'usage_tiers'"),
        (
            '{"version": 1, "limits": [{"usage_tiers": [], "batch_limits": [], "figures": [{"value": 0.3}]}]}',
            "amounts are quoted strings, saw 0.3",
        ),
        (
            '{"version": 1, "limits": [{"usage_tiers": [], "batch_limits": [], "figures": [{"value": "x"}]}]}',
            "not limits of version 1",
        ),
    ],
)
def test_a_file_that_is_something_else(tmp_path: Path, text: str, message: str):
    """The message names the file."""
    file = tmp_path / "limits.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        read_json(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)
