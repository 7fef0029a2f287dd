"""Cost plans: the same breakdown as a calculation that keeps nothing, to the last digit, whatever was asked before."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ratecards
from ratecards import api
from ratecards.catalog.catalog import Catalog, Choice
from ratecards.catalog.priced_model import measure
from ratecards.costing import terms
from ratecards.costing.counts import MOST, PLAIN_TOKENS, TOKENS, shape_of
from ratecards.costing.plan import CostPlan, price
from ratecards.costing.select import RateQuery, select_rate
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from tests.support.histories import added, card, rate, write
from tests.support.usages import read

DAY = date(2026, 10, 6)
DATASET = Dataset(Path(ratecards.__file__).parent)
OWN = DATASET.catalog(DAY, DAY)
MODELS = ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-3.1-flash-image-preview", "veo-3.1-generate-preview", "gpt-5.4")
TEXT_MODELS = sorted({o.card.model for o in OWN if o.source in ("google/gemini-api", "openai/openai-api")} - {"tools"})
edges = sorted({b + n for o in OWN for r in o.card.rates for b in (r.prompt_over, r.prompt_up_to) if b for n in (0, 1)})
numbers = st.one_of(st.integers(0, 3), st.sampled_from((*edges, 10**6, MOST)), st.integers(0, 400_000))
calls = st.builds(
    lambda sent, cached, *others: dict(zip(TOKENS, (sent, min(cached, sent), *others), strict=True)),
    *(numbers, numbers, st.sampled_from((0, 0, 0, 5)), numbers, numbers),
)
plain = st.dictionaries(st.sampled_from(TOKENS), numbers, max_size=5)
split = st.dictionaries(st.sampled_from(("text", "audio", "image", "")), numbers, max_size=2)
others = st.fixed_dictionaries(
    {},
    optional={
        "input_tokens": st.one_of(numbers, split),
        "output_tokens": st.one_of(numbers, split, st.builds(lambda n: {"image": n * 1290}, st.integers(0, 3))),
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


def asked(choice: Choice, usage: Any, kept: dict[Any, CostPlan], tier: str = "standard") -> Any:
    """What a usage costs by the plans that are kept, each asked for all usages of its shape."""
    counts = read(usage)
    shape = shape_of(counts)
    return kept.setdefault(shape, CostPlan(choice, tier, "paid", shape)).cost(counts)


@settings(max_examples=80)
@given(
    st.sampled_from(MODELS),
    st.sampled_from(("standard", "batch")),
    st.sampled_from((None, "billed", "conservative")),
    st.lists(st.one_of(plain, others, google), min_size=1, max_size=6),
)
def test_a_plan_costs_what_a_fresh_one_does(model: str, tier: str, policy: str | None, usages: list[dict]) -> None:
    """Usages of all kinds, in any order and again, and a plan of its own for each."""
    choice, kept = OWN.choose(model, None, policy), {}
    for usage in [*usages, *usages]:
        fresh = told(lambda usage=usage: price(choice, read(usage), tier))
        assert fresh == told(lambda usage=usage: asked(choice, usage, kept, tier))


def straight(model: str, usage: dict[str, int], tier: str) -> Fraction:
    """The cost of plain numbers of tokens as one would reckon it by hand: a look at the rates for each of them."""
    offer = OWN.choose(model).offer
    sent, cached, written, out, thought = (usage.get(name, 0) for name in TOKENS)
    parts = (sent - cached, ("text",)), (cached, ("text",)), (written, ("text",)), (out, ()), (thought, ("text",))
    total = Fraction(0)
    for meter, (number, modalities) in zip(
        ("input", "cache_read", "cache_write", "output", "output"), parts, strict=True
    ):
        if number:
            [own] = select_rate(offer, RateQuery(meter, ("token",), modalities, prompt=sent), tier, "paid")
            assert (own.used_over, own.used_up_to) == (None, None)
            total += number * Fraction(own.price) / measure(own.unit)[0]
    return total


@settings(max_examples=80)
@given(
    st.sampled_from(TEXT_MODELS),
    st.sampled_from(("standard", "standard", "batch", "priority")),
    st.permutations(TOKENS),
    st.integers(1, 5),
    st.lists(
        st.one_of(calls, calls, calls, st.fixed_dictionaries(dict.fromkeys(TOKENS, numbers))), min_size=1, max_size=5
    ),
)
def test_plain_numbers_of_tokens_cost_what_they_cost_by_hand(
    model: str, tier: str, order: list[str], count: int, rows: list[dict[str, int]]
) -> None:
    """Through the public functions, whatever the order of the names; the total alone is the total; errors are errors."""
    if any(f.meter == "output" for f in OWN.choose(model).offer.card.formulas):
        return  # images by the piece: `test_a_plan_costs_what_a_fresh_one_does`
    for row in [*rows, *rows]:
        usage = {name: row[name] for name in order[:count]}
        terms = {"tier": tier, "dataset": DATASET}
        try:
            found = ratecards.cost(model, usage, DAY, **terms)
        except CostError as error:
            with pytest.raises(CostError) as also:
                ratecards.total(model, usage, DAY, **terms)
            assert str(error) == str(also.value)
            with pytest.raises(CostError):
                price(OWN.choose(model), read(usage), tier)
        else:
            assert price(OWN.choose(model), read(usage), tier) == found
            assert repr(price(OWN.choose(model), read(usage), tier).lines) == repr(found.lines)
            assert (
                straight(model, usage, tier)
                == Fraction(found.total)
                == sum(map(Fraction, (x.amount for x in found.lines)))
            )
            assert found.total == ratecards.total(model, usage, DAY, **terms)


@pytest.fixture
def choice() -> Choice:
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
    return Catalog([card("flash", *rates)], DAY).choose("flash")


def of_tokens(choice: Choice, *names: str) -> CostPlan:
    """The plan of plain numbers of tokens by these names."""
    return CostPlan(choice, "standard", "paid", PLAIN_TOKENS, names)


def test_other_numbers_select_no_rate(choice: Choice, monkeypatch: pytest.MonkeyPatch):
    """Of the same counts, within the same bounds; the bound itself is still below."""
    plan, usage = of_tokens(choice, "input_tokens", "output_tokens"), read({"input_tokens": 10, "images": 0})
    general = CostPlan(choice, "standard", "paid", shape_of(usage))
    assert Decimal("0.000025") == plan.cost_of_tokens((10, 5, 0)).total == plan.total_of_tokens((10, 5, 0))
    assert Decimal("0.00001") == general.cost(usage).total
    monkeypatch.setattr(terms, "select_rate", lambda *_: pytest.fail("asked for a rate"))
    assert Decimal("0.000065") == plan.cost_of_tokens((50, 5, 0)).total == plan.total_of_tokens((50, 5, 0))
    assert Decimal("0.200015") == plan.cost_of_tokens((200_000, 5, 0)).total == plan.total_of_tokens((200_000, 5, 0))
    assert Decimal("0.00005") == general.cost(read({"input_tokens": 50})).total


def test_a_longer_prompt_is_in_another_row(choice: Choice):
    """Each band of the prompt's size has its own rates."""
    plan = of_tokens(choice, "input_tokens")
    for sent, price_of_one in ((200_000, 1), (200_001, 2), (200_000, 1)):
        assert Decimal(sent * price_of_one) / 10**6 == plan.cost_of_tokens((sent, 0)).total
        assert Decimal(sent * price_of_one) / 10**6 == plan.total_of_tokens((sent, 0))


@pytest.mark.parametrize(
    "values",
    [(0, 0, 0), (-1, 5, 0), (True, 5, 0), (10.0, 5, 0), (10, None, 0), (MOST + 1, 5, 0), ("1", 5, 0)],
    ids=str,
)
def test_what_must_be_looked_at(choice: Choice, values: tuple):
    """Nothing at all, and what is no count; of nothing the total is nothing."""
    plan = of_tokens(choice, "input_tokens", "output_tokens")
    assert None is plan.cost_of_tokens(values)
    assert (None if any(values) else 0) == plan.total_of_tokens(values)


def test_more_cached_than_sent_is_not_answered(choice: Choice):
    """Though all of them are there; `cost` refuses it."""
    plan = of_tokens(choice, *TOKENS)
    assert None is plan.cost_of_tokens((5, 6, 0, 0, 0, 0))
    assert None is plan.total_of_tokens((5, 6, 0, 0, 0, 0))


def test_what_has_no_price_and_is_not_used(choice: Choice):
    """A count of zero needs none."""
    plan = of_tokens(choice, "input_tokens", "cached_tokens")
    assert Decimal("0.00001") == plan.cost_of_tokens((10, 0, 0)).total == plan.total_of_tokens((10, 0, 0))
    assert ["input"] == [line.what.split()[0] for line in plan.cost_of_tokens((10, 0, 0)).lines]
    assert None is plan.cost_of_tokens((10, 5, 0))
    assert None is plan.total_of_tokens((10, 5, 0))
    with pytest.raises(CostError, match="no price for cache read"):
        price(choice, read({"input_tokens": 10, "cached_tokens": 5}))


def test_currencies_do_not_mix():
    """Nor by a plan of plain numbers, which leaves them to be looked at."""
    rates = rate(price="1"), rate(meter="output", price="3", currency="CNY")
    choice = Catalog([card("flash", *rates)], DAY).choose("flash")
    plan = of_tokens(choice, "input_tokens", "output_tokens")
    assert None is plan.cost_of_tokens((1, 0, 0))
    assert None is plan.cost_of_tokens((1, 1, 0))
    assert None is plan.total_of_tokens((1, 1, 0))
    with pytest.raises(CostError, match="amounts in USD and CNY do not add up"):
        price(choice, read({"input_tokens": 1, "output_tokens": 1}))


def test_a_price_that_is_no_whole_number_of_parts():
    """The total is then that of the lines, which are added up."""
    choice = Catalog([card("flash", rate(price="0.0000000000001"))], DAY).choose("flash")
    plan = of_tokens(choice, "input_tokens")
    assert None is plan.cost_of_tokens((1, 0))
    assert Decimal("1E-19") == price(choice, read({"input_tokens": 1})).total
    assert None is plan.total_of_tokens((1, 0))


def test_the_callers_decimal_context_is_as_it_was(choice: Choice):
    """And does not round, even where a rate is missing."""
    plan = of_tokens(choice, "input_tokens", "cached_tokens")
    with localcontext() as context:
        context.prec = 3
        assert Decimal("123.456788") == plan.cost_of_tokens((61_728_394, 0, 0)).total
        assert getcontext() is context
        assert None is plan.cost_of_tokens((123_456, 1, 0))
        assert getcontext() is context
        assert (3, "123456789") == (context.prec, str(plan.cost_of_tokens((123_456_789, 0, 0)).lines[0].quantity))


def test_a_breakdown_is_a_value(choice: Choice):
    """It can be copied, pickled, compared and not changed, as its lines."""
    found = of_tokens(choice, "input_tokens").cost_of_tokens((10, 0))
    assert (
        found == pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == price(choice, read({"input_tokens": 10}))
    )
    assert hash(found) == hash(copy.copy(found)) == hash(price(choice, read({"input_tokens": 10})))
    assert repr(found) == repr(price(choice, read({"input_tokens": 10})))
    assert found.lines is found.lines is found[7] is list(found)[7] is copy.copy(found).lines
    assert isinstance(found.lines, tuple)
    assert (*found,) == found == tuple(found)
    assert (found != tuple(found)) is False
    assert found.lines in found
    assert (7, 1) == (found.index(found.lines), found.count("USD"))
    assert (found[:7], found._replace(notes=("x",)).lines) == (tuple(found)[:7], found.lines)
    assert found != found._replace(total=Decimal(9))
    assert {"lines": found.lines} == {n: v for n, v in found._asdict().items() if n == "lines"}
    assert found.__add__((1,)) == (*found, 1)
    for thing in (found, found.lines[0]):
        with pytest.raises(AttributeError):
            thing.total = thing.amount = 0


def test_the_share_of_a_period_is_worked_out_anew(choice: Choice):
    """What is free depends on how much was used before."""
    kept: dict[Any, CostPlan] = {}
    usage = {"input_tokens": 1000, "grounded_prompts": 1000}
    costs = [asked(choice, {**usage, "search_used": used}, kept).total for used in (0, 1000, 2000, 0)]
    assert [Decimal("0.001"), Decimal("17.501"), Decimal("35.001"), Decimal("0.001")] == costs
    assert 1 == len(kept)


def test_images_by_their_tokens_are_worked_out_anew():
    """Whether they are whole ones depends on the number: a plan that was asked for others gives the same."""
    choice = OWN.choose("gemini-2.5-flash-image")
    for many in ((1000, 1290, 1000, 2580), (1290, 1000)):
        kept: dict[Any, CostPlan] = {}
        for number in many:
            usage = {"output_tokens": {"image": number}}
            assert price(choice, read(usage)) == asked(choice, usage, kept)
        assert 1 == len(kept)


def test_tokens_that_a_period_shares_out():
    """Their price depends on the number: plain numbers are not answered from a row."""
    first = rate(price="0", used_up_to=1500, period="day", availability="free")
    rates = [first, rate(price="1", used_over=1500, period="day")]
    choice = Catalog([card("flash", *rates)], DAY).choose("flash")
    plan, kept = of_tokens(choice, "input_tokens"), {}
    assert None is plan.cost_of_tokens((1600, 0))
    assert None is plan.total_of_tokens((1600, 0))
    costs = [asked(choice, {"input_tokens": n}, kept).total for n in (1600, 1700)]
    assert [Decimal("0.0001"), Decimal("0.0002")] == costs


def test_threads_share_a_plan(choice: Choice):
    """Each gets its own answer, whoever finds a rate first."""
    for _ in range(20):
        plan = of_tokens(choice, "output_tokens", "input_tokens")

        def both(n: int, plan: CostPlan = plan) -> tuple[Decimal, Decimal]:
            return plan.cost_of_tokens((1, n, 0)).total, plan.total_of_tokens((1, n, 0))

        sent = [*range(1, 40), *range(200_000, 200_040)]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(both, sent))
        assert [((n * (2 if n > 200_000 else 1) + Decimal(3)) / 10**6,) * 2 for n in sent] == found


def test_another_dataset_has_plans_of_its_own(tmp_path: Path):
    """One that is loaded again after it changed counts at once."""

    def total(price: str) -> Iterator[Decimal]:
        own = ratecards.load(write(tmp_path / price, *added("2026-01-01", card("flash", rate(price=price)))))
        for _ in range(2):
            yield ratecards.total("flash", {"input_tokens": 10**6}, dataset=own)
            yield ratecards.cost("flash", {"input_tokens": 10**6}, dataset=own).total

    assert [[Decimal(1)] * 4, [Decimal(2)] * 4] == [[*total("1")], [*total("2")]]


def test_what_is_no_key(tmp_path: Path):
    """It is refused in words, as it would be without plans."""
    own = ratecards.load(write(tmp_path, *added("2026-01-01", card("flash", rate()))))
    for ask in (ratecards.cost, ratecards.total):
        with pytest.raises(CostError, match="expected a date like"):
            ask("flash", {"input_tokens": 1}, ["2026-01-01"], dataset=own)
        with pytest.raises(CostError, match=r"expected the name of a model, saw \['flash'\]"):
            ask(["flash"], {"input_tokens": 1}, dataset=own)
        with pytest.raises(TypeError):
            ask("flash", {"input_tokens": 1}, dataset=["."])
    assert api._catalog_of(own, None).plans == {}
