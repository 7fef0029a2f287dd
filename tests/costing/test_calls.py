"""What calls cost: each at the model, in the tier and on the day that it names, and what contradicts the caller."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ratecards
from ratecards.costing.breakdown import Breakdown, together
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from tests.support.histories import added, card, change, rate, write
from tests.support.usages import read

VERTEX = {"provider": "google", "source": "vertex-ai"}
MILLION = {
    "promptTokenCount": 1_000_000,
    "totalTokenCount": 1_000_000,
    "promptTokensDetails": [{"tokenCount": 1_000_000}],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two models in three tiers; the first was cheaper before, and has another name since, and an alias elsewhere."""
    prices = {"standard": "1", "flex": "1", "batch": "1.5", "priority": "4"}
    flash = card("flash", *(rate(price=price, service_tier=tier) for tier, price in prices.items()))
    pro = card("pro", rate("pro", price="10"), rate("pro", price="5", service_tier="flex"), rate("pro", "output", "30"))
    root = tmp_path_factory.mktemp("calls")
    renamed = change("2026-03-01", "model_renamed", "flash-2", previous_id="flash")
    old, new = rate("flash-2", price="1"), rate("flash-2", price="2")
    repriced = change("2026-03-01", "repriced", "flash-2", old=old, new=new)
    write(root, *added("2026-01-01", flash, pro), renamed, repriced)
    elsewhere = card("flash-2", rate("flash-2", price="2", **VERTEX), aliases=("flash-2-001",), **VERTEX)
    write(root, *added("2026-03-01", elsewhere), provider="google", source="vertex-ai")
    return ratecards.load(root)


def answer(model: str = "", tier: str = "", day: str = "", **more: Any) -> dict[str, Any]:
    """An answer to a prompt of a million tokens."""
    said = {"modelVersion": model, "createTime": f"{day}T10:00:00Z" if day else None}
    usage = {**MILLION, **({"serviceTier": tier} if tier else {}), **more.pop("usage", {})}
    ended = [{"finishReason": "STOP"}]
    return {"candidates": ended, "usageMetadata": usage, **{n: v for n, v in said.items() if v}, **more}


def total(dataset: Dataset, usage: object, model: str | None = None, on: str | None = "2026-04-01", **how: Any) -> str:
    """What it costs, in the dataset's words."""
    return f"{ratecards.cost(model, usage, on, dataset=dataset, **how).total:f}"


@pytest.mark.parametrize(
    ("served", "asked", "price"),
    [("", None, "2"), ("standard", None, "2"), ("flex", None, "1"), ("priority", None, "4"), ("flex", "flex", "1")],
)
def test_fault_99_the_tier_of_the_answer_counts(root: Dataset, served: str, asked: str | None, price: str):
    """Where the caller says none, or the same."""
    assert price == total(root, answer("flash-2", served), tier=asked)
    assert price == total(root, answer("", served), "flash-2", tier=asked)


def test_fault_99_an_answer_does_not_know_that_it_is_of_a_batch(root: Dataset):
    """Pay as you go is what it says of both; so the caller may."""
    for said in ({"trafficType": "ON_DEMAND"}, {"serviceTier": "standard"}, {}):
        assert "1.5" == total(root, answer("flash-2", usage=said), tier="batch")


@pytest.mark.parametrize(
    ("served", "asked", "words", "as_if"),
    [
        ("flex", "standard", "the answer was served in the flex tier, and standard is asked for", "2"),
        ("standard", "flex", "the answer was served in the standard tier, and flex is asked for", "1"),
        ("flex", "batch", "the answer was served in the flex tier, and batch is asked for", "1.5"),
        ("PROVISIONED_THROUGHPUT", None, "provisioned throughput, which is not billed by the token", "2"),
        ("PROVISIONED_THROUGHPUT", "flex", "provisioned throughput, which is not billed by the token", "1"),
        ("ON_DEMAND_OFFPEAK", None, "served as ON_DEMAND_OFFPEAK, of which no price is held", "2"),
    ],
)
def test_fault_99_another_tier_than_the_caller_s(root: Dataset, served: str, asked: str | None, words: str, as_if: str):
    """An error that names both and the way out; as if, it is priced at the caller's, and said so."""
    usage = answer("flash-2", usage={"trafficType" if served.isupper() else "serviceTier": served})
    with pytest.raises(CostError) as caught:
        total(root, usage, tier=asked)
    assert words in str(caught.value)
    assert f"in the {asked or 'standard'} tier: --as-if (as_if=True)" in str(caught.value)
    found = ratecards.cost(None, usage, "2026-04-01", tier=asked, as_if=True, dataset=root)
    note = f"as if in the {asked or 'standard'} tier: the answer was served as {served}"
    assert (Decimal(as_if), (note,)) == (found.total, found.notes)


@pytest.mark.parametrize("asked", ["flash-2", "flash", "FLASH-2", "models/flash", "gemini/flash-2", "flash-2-001"])
@pytest.mark.parametrize("answered", ["flash-2", "flash-2-001", "publishers/google/models/flash-2@default", "flash"])
def test_fault_99_names_of_one_card_agree(root: Dataset, asked: str, answered: str):
    """Versions, aliases, former ids, and prefixes."""
    found = ratecards.cost(asked, answer(answered), "2026-04-01", dataset=root)
    assert (Decimal(2), ()) == (found.total, found.notes)


@pytest.mark.parametrize("answered", ["pro", "gemini-9", "flash-2-002"])
def test_fault_99_another_model_than_the_caller_s(root: Dataset, answered: str):
    """An error that names both and the way out; as if, it is priced at the caller's, in the tier that was served."""
    with pytest.raises(CostError) as caught:
        total(root, answer(answered, "flex"), "flash-2")
    words = (
        f"the answer is of {answered}, and flash-2 is asked for; to price it as that all the same: --as-if (as_if=True)"
    )
    assert words == str(caught.value)
    found = ratecards.cost("flash-2", answer(answered, "flex"), "2026-04-01", as_if=True, dataset=root)
    assert (Decimal(1), "flex", (f"as if by flash-2: the answer is of {answered}",)) == (
        found.total,
        found.tier,
        found.notes,
    )


def test_fault_99_a_name_that_nobody_explains(root: Dataset):
    """Such as an alias of the API: the answer names the model, and may do so alone."""
    with pytest.raises(CostError) as caught:
        total(root, answer("flash-2"), "flash-newest")
    assert str(caught.value).startswith("unknown model 'flash-newest'")
    assert str(caught.value).endswith("; the answer is of flash-2: leave the model out to price that")
    with pytest.raises(CostError, match=r"unknown model 'flash-newest'; nearest: [a-z0-9, -]+$"):
        total(root, answer("flash-newest"), "flash-newest")


def test_what_agrees_is_no_as_if(root: Dataset):
    """Nothing is said where nothing differs."""
    assert () == ratecards.cost("flash-2", answer("flash-2"), "2026-04-01", as_if=True, dataset=root).notes


def test_the_day_of_the_answer_counts(root: Dataset):
    """Where the caller says none; a day that the caller says counts, and a note tells of the other."""
    usage = answer("flash", day="2026-02-01")
    assert ("1", date(2026, 2, 1)) == (total(root, usage, on=None), ratecards.cost(None, usage, dataset=root).on)
    found = ratecards.cost(None, usage, "2026-04-01", dataset=root)
    assert (Decimal(2), ("the answer is of 2026-02-01, and priced as of 2026-04-01",)) == (found.total, found.notes)
    assert () == ratecards.cost(None, answer("flash", day="2026-04-01"), "2026-04-01", dataset=root).notes
    then = ratecards.as_of("2026-04-01", dataset=root).cost(usage=usage)
    assert (found.total, found.notes) == (then.total, then.notes)


def test_a_usage_that_was_read_before(root: Dataset):
    """It is priced as it is, now and then."""
    usage = read({"input_tokens": 1_000_000})
    assert Decimal(2) == ratecards.cost("flash-2", usage, "2026-04-01", dataset=root).total
    assert Decimal(2) == ratecards.as_of("2026-04-01", dataset=root).cost("flash-2", usage).total


def test_the_day_of_an_answer_before_all_observations(root: Dataset):
    """Another day may be said."""
    usage = answer("flash", day="2025-06-01")
    words = "the answer is of 2025-06-01: nothing was observed before 2026-01-01; asked for 2025-06-01; say another day"
    with pytest.raises(CostError, match=words):
        total(root, usage, on=None)
    assert "2" == total(root, usage)


def test_days_are_kept_within_bounds(root: Dataset, monkeypatch: pytest.MonkeyPatch):
    """When there are too many, all are forgotten and made again."""
    monkeypatch.setattr("ratecards.catalog.catalog._MOST_OTHERS", 2)
    calls = [answer("flash", day=f"2026-02-{day:02}") for day in (1, 2, 3, 1)]
    assert "4" == total(root, calls, on=None)


def test_a_model_that_nobody_names(root: Dataset):
    """Neither the caller nor the answer; and what is no name."""
    for usage in (answer(), {"input_tokens": 3}, [answer(), answer()]):
        with pytest.raises(CostError, match="no model is named; say one, or give an answer that does"):
            total(root, usage)
    with pytest.raises(CostError, match="expected the name of a model, saw 5"):
        ratecards.cost(5, {"input_tokens": 3}, dataset=root)  # type: ignore[arg-type]
    with pytest.raises(CostError, match="expected usageMetadata"):
        ratecards.cost("flash", dataset=root)


def test_fault_98_calls_are_listed_and_summed(root: Dataset):
    """Each at its own model, tier and day; the lines together by rate, and the notes with the calls they are of."""
    searched = [{"finishReason": "STOP", "groundingMetadata": {"webSearchQueries": ["a"]}}]
    calls = [
        answer("flash-2", "flex"),
        answer("pro", day="2026-03-15", candidates=searched),
        answer("flash-2", "flex"),
        answer("flash", day="2026-02-01"),
    ]
    found = ratecards.cost(None, calls, dataset=root)
    assert [Decimal(1), Decimal(10), Decimal(1), Decimal(1)] == [call.total for call in found.calls]
    assert (Decimal(13), "USD", "flash-2, pro, flash", "flex, standard") == (
        found.total,
        found.currency,
        found.model,
        found.tier,
    )
    assert max(call.on for call in found.calls) == found.on
    assert [("flash-2", Decimal(2_000_000), Decimal(2)), ("pro", Decimal(1_000_000), Decimal(10))] == [
        (line.model, line.quantity, line.amount) for line in found.lines[:2]
    ]
    assert found.total == sum(line.amount for line in found.lines)
    assert (1, "call 2: the answer was grounded with Google Search") == (
        len(found.notes),
        found.notes[0].partition(": not")[0],
    )


def test_fault_98_an_error_names_its_call(root: Dataset):
    """Nothing is summed without it."""
    with pytest.raises(CostError, match="call 2 of 2: unknown model 'gemini-9'"):
        total(root, [answer("pro"), answer("gemini-9")])


def test_a_note_of_many_calls():
    """Of all of them it stands alone; of some with their numbers, of many with how many more."""
    one = Breakdown("m", "s", "standard", "paid", date(2026, 1, 1), Decimal(0), "", (), ("all",))
    some = one._replace(notes=("all", "some"))
    assert ("all", "calls 1, 2, 3, 4, 5 and 2 more: some") == together([some] * 7 + [one]).notes
    assert ("all", "call 2: some") == together([one, some]).notes


def test_currencies_of_calls_do_not_mix(tmp_path: Path):
    """No rate of exchange is in the cards."""
    cards = [card(name, rate(name, currency=currency)) for name, currency in (("a", "USD"), ("b", "EUR"))]
    root = write(tmp_path, *added("2026-01-01", *cards))
    with pytest.raises(CostError, match="amounts in USD, EUR do not add up"):
        ratecards.cost(None, [answer("a"), answer("b")], dataset=root)


@settings(deadline=None)  # the first of them reads the history
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=2, max_size=6))
def test_fault_98_a_list_costs_what_its_calls_cost(root: Dataset, calls: list[tuple[int, int]]):
    """To the last digit, and in whatever order they stand."""
    usages = [{"input_tokens": sent, "output_tokens": out} for sent, out in calls]
    alone = sum(ratecards.cost("pro", usage, "2026-04-01", dataset=root).total for usage in usages)
    for order in (usages, usages[::-1]):
        found = ratecards.cost("pro", order, "2026-04-01", dataset=root)
        assert alone == found.total == sum(line.amount for line in found.lines)
        assert ratecards.as_of("2026-04-01", dataset=root).cost("pro", order) == found


def test_chunks_that_the_caller_names(root: Dataset):
    """Calls, or one answer, where the list does not say."""
    usages = [{"usageMetadata": {"promptTokenCount": n, "totalTokenCount": n}} for n in (1_000_000, 2_000_000)]
    assert ["6", "4"] == [total(root, usages, "flash-2", each=each) for each in (True, False)]
    with pytest.raises(CostError, match="--each"):
        total(root, usages, "flash-2")
