"""What is hard to believe of a page's figures."""

from __future__ import annotations

from decimal import InvalidOperation

import pytest

from ratecards.model import RateCard
from scraper.checks.plausibility import doubts, findings, new_doubts, new_factors, rules, rules_from
from tests.support.kit import DAY, card, cards, rate


def raised(*several: RateCard) -> list[str]:
    """The doubts about cards, in words."""
    return [str(d) for d in doubts(several, rules())]


RANGES = {
    "an image read per million tokens": (rate("0.0006"), "0.0006 per 1000000 tokens, expected 0.001 to 2500"),
    "tokens read per image": (rate("30", meter="output", unit="1 image"), "30 per 1 image, expected 0.001 to 2"),
    "a month's storage": (
        rate("720", meter="cache_storage", unit="1000000 token-hours"),
        "720 per 1000000 token-hours, expected 0.05 to 50",
    ),
    "in another quantity": (rate("0.0026", unit="1 token"), "0.0026 per 1 token, expected 0.000000001 to 0.0025"),
    "one prompt": (
        rate("0.035", meter="search_grounding", unit="1000 prompts"),
        "0.035 per 1000 prompts, expected 0.5 to 200",
    ),
}


@pytest.mark.parametrize(("found", "words"), RANGES.values(), ids=RANGES)
def test_a_figure_under_another_unit(found, words):
    """Both numbers and the rule's name; the bounds are wider than anything printed so far."""
    [said] = raised(card(found))

    assert said.startswith("price in range: flash standard ")
    assert said.endswith(words)


@pytest.mark.parametrize(
    "found",
    [rate("0.001"), rate("2500"), rate("2.5", unit="1000 tokens"), rate("0"), rate(None), rate("5000", currency="JPY")],
    ids=["least", "most", "most of another quantity", "free", "no price", "another currency"],
)
def test_what_is_in_range_is_not_doubted(found):
    """Bounds are inclusive, for any quantity of the noun, and in US dollars."""
    assert [] == raised(card(found))


def test_fault_72_a_unit_without_a_range():
    """A meter in a noun that nobody has said anything of waits; so does a price in the free plan."""
    [unknown] = raised(card(rate("5", unit="1 song")))
    [free] = raised(card(rate("5", plan="free")))

    assert unknown.startswith(
        "unit without a range: flash standard input 5 per 1 song; what such a thing costs stands in"
    )
    assert "free plan: flash standard input 5 per 1000000 tokens in the free plan" == free


def test_every_price_there_is_has_a_range():
    """What the package publishes is no surprise."""
    from ratecards import load

    dataset = load(stale="allow") if "stale" in load.__code__.co_varnames else load()
    assert [] == [d for c in dataset.cards() for d in raised(c) if not d.startswith(("cached", "output not"))]


def pair(meter: str, price: str, of: str = "1", **more) -> RateCard:
    """A card with an input price and another."""
    return card(rate(of, **more), rate(price, meter=meter, **more))


RELATIONS = {
    "cached dearer": (pair("cache_read", "1.5"), "cached below input"),
    "cached the same": (pair("cache_read", "1"), "cached below input"),
    "cached cheaper": (pair("cache_read", "0.99"), ""),
    "output cheaper": (pair("output", "0.99"), "output not below input"),
    "output the same": (pair("output", "1"), ""),
    "image output cheaper": (pair("output", "0.9", modality="image"), ""),
    "another unit": (card(rate("1"), rate("0.01", meter="output", unit="1 image")), ""),
    "another tier": (card(rate("1"), rate("0.9", meter="output", service_tier="batch")), ""),
    "another bound": (card(rate("1", prompt_up_to=200_000), rate("0.9", meter="output", prompt_over=200_000)), ""),
    "an equivalent": (card(rate("1"), rate("0.9", meter="output", basis="equivalent")), ""),
    "output alone": (card(rate("1", meter="output")), ""),
}


@pytest.mark.parametrize(("found", "rule"), RELATIONS.values(), ids=RELATIONS)
def test_fault_51_relations(found, rule):
    """List prices of one model, tier, modality, prompt and unit."""
    assert [rule] * bool(rule) == [d.rule for d in doubts([found], rules())]


def test_what_a_page_is_known_to_print_is_not_doubted():
    """One source and model alone; the same elsewhere is."""
    odd = [rate("2", unit="1 second", meter=m, source="vertex-ai") for m in ("input", "cache_read")]
    known = card(*odd, source="vertex-ai", model="gemini-2.0-flash-lite")
    other = card(*odd, source="vertex-ai", model="gemini-2.0-flash")

    assert [] == [d for d in doubts([known], rules()) if d.rule == "cached below input"]
    assert 1 == len([d for d in doubts([other], rules()) if d.rule == "cached below input"])


def test_fault_69_what_stands_is_not_doubted_again():
    """Nor is a figure that moved beside one that stands: a relation counts where both sides are new or moved."""
    old = cards(pair("output", "0.5"))
    moved = cards(pair("output", "0.6", of="1.1"))

    assert [] == new_doubts(old, old, DAY)
    assert [] == new_doubts(cards(pair("output", "0.6")), old, DAY)
    assert ["output not below input"] == [d.rule for d in new_doubts(moved, old, DAY)]
    assert ["output not below input"] == [
        d.rule for d in new_doubts({**old, "pro": pair("output", "0.5", model="pro")}, {}, DAY)
    ][:1]


def sold(model: str, price: str, batch: str) -> RateCard:
    """A model at a price and at another in batch."""
    return card(rate(price), rate(batch, service_tier="batch"), model=model)


HALVES = cards(*(sold(f"m-{n}", f"{n}", f"{n / 2}") for n in range(1, 9)))


def test_fault_51_a_factor_that_two_prices_kept_and_break():
    """Learned from the edition before: batch is half, until both prices move and it is not."""
    [doubt] = new_doubts({**HALVES, "m-4": sold("m-4", "5.0", "3.0")}, HALVES, DAY)

    assert ("batch input", "m-4") == (doubt.rule, doubt.rates[0].model)
    assert "m-4 batch input 3 per 1000000 tokens, by $5.0 it would be 2.5" in doubt.words


def test_fault_69_a_factor_doubts_nothing_that_stands():
    """One side that moved, a new model with factors of its own, a rate that was odd before."""
    odd = {**HALVES, "m-4": sold("m-4", "4", "3")}

    assert [] == new_doubts({**HALVES, "m-4": sold("m-4", "4", "3")}, HALVES, DAY)
    assert [] == new_doubts({**HALVES, "m-9": sold("m-9", "9", "9")}, HALVES, DAY)
    assert [] == new_doubts({**odd, "m-4": sold("m-4", "5", "3.5")}, odd, DAY)
    assert [] == new_doubts(HALVES, {}, DAY)


def test_fault_69_another_majority_is_a_line():
    """The new factor is the rule then, whoever keeps the old one; the run says so once."""
    fifths = cards(*(sold(f"m-{n}", f"{n}", f"{n * 0.6:.1f}") for n in range(1, 9)))

    assert [] == new_doubts(fifths, HALVES, DAY)
    assert ["batch input: most models have the factor 0.6 now, 0.5 before"] == new_factors(
        fifths.values(), HALVES.values(), DAY
    )
    assert [] == new_factors(HALVES.values(), HALVES.values(), DAY)


@pytest.mark.parametrize(("count", "found"), [(0, 0), (2, 2), (3, 1), (12, 1)])
def test_many_doubts_wait_together(count, found):
    """From three models on they are one: it may be the page."""
    waiting = findings(new_doubts(cards(*(card(rate("5000"), model=f"m-{n}") for n in range(count))), {}, DAY))

    assert found == len(waiting)
    assert count == sum(len(f.new) for f in waiting)
    assert (count > 2) == any(f.reason.startswith(f"{count} models with figures that are hard") for f in waiting)
    assert (count > 3) == any(f.reason.endswith(f"; and {count - 3} more") for f in waiting)


def test_rules_are_data():
    """Amounts are strings; anything else is refused."""
    data = {"ranges": [], "relations": [], "learned": [], "most_models": 1, "known": []}

    assert 1 == rules_from(data).most_models
    with pytest.raises(KeyError):
        rules_from({**data, "relations": [{"name": "x"}]})
    with pytest.raises(InvalidOperation):
        rules_from({**data, "ranges": [{"meters": ["input"], "unit": "1 image", "least": "a", "most": "1"}]})


def test_every_range_is_of_a_meter_there_is():
    """A slip in the data would guard nothing."""
    from ratecards.model import METERS

    for (meter, noun), found in rules().ranges.items():
        assert meter in METERS
        assert noun == found.noun
        assert 0 < found.least < found.most
