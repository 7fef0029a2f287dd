"""What is hard to believe of a page's figures."""

from __future__ import annotations

from decimal import InvalidOperation

import pytest

from ratecards.model import RateCard
from scraper import plausible
from scraper.plausible import doubtful_page, doubts, fresh, rules, rules_from
from tests.kit import DAY, card, cards, formula, rate


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
    [
        rate("0.001"),
        rate("2500"),
        rate("0"),
        rate(None),
        rate("5000", currency="JPY"),
        rate("5000", unit="1 hour", meter="tuning"),
    ],
    ids=["least", "most", "free", "no price", "another currency", "a unit without a range"],
)
def test_what_has_no_range_is_not_doubted(found):
    """Bounds are inclusive and in US dollars."""
    assert [] == raised(card(found))


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


def test_what_was_published_once_is_not_doubted_again():
    """The same figures; others of the same rate are."""
    old = cards(pair("output", "0.5"))

    assert [] == fresh(old, old, DAY)
    assert ["flash"] == [d.model for d in fresh(cards(pair("output", "0.6")), old, DAY)]


def sold(model: str, price: str, batch: str) -> RateCard:
    """A model at a price and at another in batch."""
    return card(rate(price), rate(batch, service_tier="batch"), model=model)


HALVES = cards(*(sold(f"m-{n}", f"{n}", f"{n / 2}") for n in range(1, 9)))


def test_fault_51_a_factor_that_a_rate_kept_and_breaks():
    """Learned from the edition before: batch is half, until one batch price is not."""
    [doubt] = fresh({**HALVES, "m-4": sold("m-4", "4", "3")}, HALVES, DAY)

    assert ("batch input", "m-4") == (doubt.rule, doubt.model)
    assert "m-4 batch input 3 per 1000000 tokens, by $4 it would be 2" in doubt.words


def test_a_new_model_may_have_factors_of_its_own():
    """So may a rate that was odd before, and a rate that is new."""
    odd = {**HALVES, "m-4": sold("m-4", "4", "3")}

    assert [] == fresh({**HALVES, "m-9": sold("m-9", "9", "9")}, HALVES, DAY)
    assert [] == fresh({**odd, "m-4": sold("m-4", "4", "3.5")}, odd, DAY)
    assert [] == fresh(HALVES, {}, DAY)


def test_a_note_of_tokens_against_a_price_per_image():
    """The page's own arithmetic, where it held."""

    def drawn(price: str) -> RateCard:
        tokens = rate("30", meter="output", modality="image")
        image = rate(price, meter="output", modality="image", unit="1 image", quote=f"${price}")
        return card(tokens, image, formulas=(formula(meter="output", modality="image"),))

    [doubt] = fresh(cards(drawn("0.052")), cards(drawn("0.0387")), DAY)

    assert "tokens x rate" == doubt.rule


def test_fault_51_a_factor_that_all_change_is_no_doubt_of_each():
    """The new factor is the rule then: that is one change of factor, which the guard holds as a mass."""
    fifths = cards(*(sold(f"m-{n}", f"{n}", f"{n * 0.6:.1f}") for n in range(1, 9)))

    assert [] == fresh(fifths, HALVES, DAY)


@pytest.mark.parametrize(("count", "doubtful"), [(0, False), (2, False), (3, True), (12, True)])
def test_a_page_with_many_doubts_is_doubtful_as_a_whole(count, doubtful):
    """Three models; the first ten are told, and what to do if it is so."""
    lines = doubtful_page(fresh(cards(*(card(rate("5000"), model=f"m-{n}") for n in range(count))), {}, DAY))

    assert doubtful == bool(lines)
    assert lines[-1:] == (["if it is so, add them to `known` in plausible.yaml"] if doubtful else [])
    assert ("and 2 more" in lines) == (count == 12)


def test_rules_are_data():
    """Amounts are strings; anything else is refused."""
    data = {"ranges": [], "relations": [], "learned": [], "most_models": 1, "known": []}

    assert 1 == rules_from(data).most_models
    with pytest.raises(KeyError):
        rules_from({**data, "relations": [{"name": "x"}]})
    with pytest.raises(InvalidOperation):
        rules_from({**data, "ranges": [{"meters": ["input"], "unit": "1 image", "least": "a", "most": "1"}]})


def test_every_range_is_of_a_meter_and_a_unit_there_are():
    """A slip in the data would guard nothing."""
    from ratecards.model import METERS, UNIT

    for meter, unit in plausible.rules().ranges:
        assert meter in METERS
        assert UNIT.match(unit)
    for found in plausible.rules().ranges.values():
        assert 0 < found.least < found.most
