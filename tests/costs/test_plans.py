"""A cost asked again: the same breakdown as the slow way, to the last digit, whatever was asked before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ratecards
from ratecards.catalog.shelf import Shelf
from ratecards.costs import plans
from ratecards.costs.breakdown import price
from ratecards.costs.moment import shelf
from ratecards.costs.plans import Again, Plan
from ratecards.costs.usage import TOKENS, read
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from tests.support.histories import card, rate

DAY = date(2026, 5, 1)
OWN = shelf(Dataset(Path(ratecards.__file__).parent), None, DAY)
MODELS = ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-3.1-flash-image-preview", "veo-3.1-generate-preview", "gpt-5.4")
numbers = st.one_of(st.integers(0, 3), st.sampled_from((199_999, 200_000, 200_001, 272_000, 272_001, 10**6, 10**15)))
plain = st.dictionaries(st.sampled_from(TOKENS), numbers, max_size=5)
split = st.dictionaries(st.sampled_from(("text", "audio", "image", "")), numbers, max_size=2)
others = st.fixed_dictionaries(
    {},
    optional={
        "input_tokens": st.one_of(numbers, split),
        "output_tokens": st.one_of(numbers, split),
        "images": st.dictionaries(st.sampled_from(("1K", "2K", "4K")), numbers, max_size=2),
        "seconds": st.dictionaries(st.sampled_from(("720p", "4k", "")), st.sampled_from(("1.50", 2)), max_size=2),
        "grounded_prompts": numbers,
        "search_used": st.sampled_from((0, 1400, 5000)),
        "reading": st.sampled_from(("listed", "metered")),
    },
)
google = st.builds(
    lambda sent, cached, out: {
        "promptTokenCount": sent + cached,
        "cachedContentTokenCount": cached,
        "candidatesTokenCount": out,
        "totalTokenCount": sent + cached + out,
    },
    *[st.integers(0, 300_000)] * 3,
)


def told(ask: Any) -> str:
    """A breakdown in all its digits, or the words of a refusal."""
    try:
        return repr(ask())
    except CostError as error:
        return f"refused: {error}"


@settings(max_examples=150)
@given(
    st.sampled_from(MODELS),
    st.sampled_from(("standard", "batch")),
    st.sampled_from((None, "billed", "conservative")),
    st.lists(st.one_of(plain, others, google), min_size=1, max_size=6),
)
def test_asked_again_it_costs_the_same(model: str, tier: str, policy: str | None, usages: list[dict]) -> None:
    """One plan asked for usages of all kinds, in any order and again, and the slow way for each."""
    choice = OWN.choose(model, None, policy)
    plan = Plan(choice, tier, "paid")
    for usage in [*usages, *usages]:
        assert told(lambda usage=usage: price(choice, read(usage), tier)) == told(lambda usage=usage: plan.cost(usage))


@settings(max_examples=150)
@given(
    st.sampled_from(MODELS), st.permutations(TOKENS), st.integers(1, 5), st.lists(st.tuples(*[numbers] * 5), max_size=6)
)
def test_plain_numbers_of_tokens_cost_the_same(model: str, order: list[str], count: int, rows: list[tuple]) -> None:
    """Through `again`, which answers or says that it does not know."""
    choice = OWN.choose(model)
    plan = Plan(choice, "standard", "paid")
    known: Again | None = None
    for row in [*rows, *rows]:
        usage = dict(list(zip(order, row, strict=True))[:count])
        quick = known.cost((*usage.values(), 0)) if known else None
        slow = told(lambda usage=usage: price(choice, read(usage)))
        if quick is not None:
            assert slow == repr(quick)
        elif not slow.startswith("refused"):
            known = plan.again(usage, read(usage), price(choice, read(usage)))


@pytest.fixture
def plan() -> Plan:
    """Input and output by the token, dearer from 200,000 on; a search that is free at first."""
    free = rate(
        meter="search_grounding", price="0", unit="1000 prompts", used_up_to=1500, period="day", availability="free"
    )
    rates = [
        rate(price="1", prompt_up_to=200_000),
        rate(price="2", prompt_over=200_000),
        rate(meter="output", price="3"),
        free,
        rate(meter="search_grounding", price="35", unit="1000 prompts", used_over=1500, period="day"),
    ]
    return Plan(Shelf([card("flash", *rates)], DAY).choose("flash"), "standard", "paid")


def asked(plan: Plan, usage: dict) -> Again:
    """A usage that was priced once."""
    again = plan.again(usage, read(usage), plan.cost(usage))
    assert again
    return again


def test_a_second_cost_picks_no_rate(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    """Other numbers of the same tokens, within the same bounds."""
    again = asked(plan, {"input_tokens": 10, "output_tokens": 5})
    monkeypatch.setattr(plans, "price", lambda *_: pytest.fail("asked for a rate"))
    assert Decimal("0.000065") == again.cost((50, 5, 0)).total
    assert Decimal("0.200015") == plan.cost({"input_tokens": 200_000, "output_tokens": 5}).total


def test_the_last_one_is_remembered(plan: Plan):
    """As a whole: the very breakdown."""
    again = asked(plan, {"input_tokens": 10, "output_tokens": 5})
    first = again.cost((50, 5, 0))
    assert first is not None
    assert first is again.cost((50, 5, 0))


@pytest.mark.parametrize(
    "values",
    [(200_001, 5, 0), (0, 5, 0), (10, 0, 0), (-1, 5, 0), (True, 5, 0), (10.0, 5, 0), (10, None, 0), (10**15 + 1, 5, 0)],
    ids=str,
)
def test_what_must_be_looked_at(plan: Plan, values: tuple):
    """Another bound, none of one kind, and what is no count."""
    assert None is asked(plan, {"input_tokens": 10, "output_tokens": 5}).cost(values)


def test_more_cached_than_sent_is_not_answered(plan: Plan):
    """Though all of them are there; the slow way refuses it."""
    again = Again((), range(5))
    again.learn((5, 0, 0, 0, 0), plans.Form(plan.cost({"input_tokens": 5})))
    assert None is again.cost((5, 6, 0, 0, 0))


@pytest.mark.parametrize(
    "usage", [{"input_tokens": {"text": 5}}, {"input_tokens": 5, "quality": "hd"}, {"images": 1}, {}]
)
def test_what_says_more_than_numbers(plan: Plan, usage: dict):
    """It is not answered from its numbers alone."""
    priced = plan.cost({"input_tokens": 5})
    assert None is plan.again(usage, read({"input_tokens": 5}), priced)


def test_the_share_of_a_period_is_worked_out_anew(plan: Plan):
    """What is free depends on how much was used before."""
    usage = {"input_tokens": 1000, "grounded_prompts": 1000}
    costs = [plan.cost({**usage, "search_used": used}).total for used in (0, 1000, 2000, 0)]
    assert [Decimal("0.001"), Decimal("17.501"), Decimal("35.001"), Decimal("0.001")] == costs


def test_images_by_their_tokens_are_worked_out_anew():
    """Whether they are whole ones depends on the number: a plan that was asked for others gives the same."""
    choice = OWN.choose("gemini-2.5-flash-image")
    for numbers in ((1000, 1290, 1000, 2580), (1290, 1000)):
        plan = Plan(choice, "standard", "paid")
        for number in numbers:
            usage = {"output_tokens": {"image": number}}
            assert price(choice, read(usage)) == plan.cost(usage)


def test_forms_are_bounded(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    """When there are too many, all are forgotten and made again."""
    monkeypatch.setattr(plans, "_MOST_FORMS", 2)
    usages: list[dict] = [{"input_tokens": 5}, {"output_tokens": 5}, {"input_tokens": 200_001}, {"input_tokens": 5}]
    assert [plan.cost(usage).total for usage in usages] == [plan.cost(usage).total for usage in usages]
    assert len(plan._forms) <= 2


def test_tokens_that_a_period_shares_out():
    """Their price depends on the number, so nothing is kept; the kind of usage is known all the same."""
    first = rate(price="0", used_up_to=1500, period="day", availability="free")
    rates = [first, rate(price="1", used_over=1500, period="day")]
    plan = Plan(Shelf([card("flash", *rates)], DAY).choose("flash"), "standard", "paid")
    usage = {"input_tokens": 1600}
    assert None is asked(plan, usage).cost((1600, 0))
    assert [Decimal("0.0001"), Decimal("0.0002")] == [plan.cost({"input_tokens": n}).total for n in (1600, 1700)]
