"""One claim against one card: which rate it speaks of, and whether that says the same."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ratecards.audit.claims import Claim
from ratecards.audit.match import match_claim
from ratecards.model import RateCard
from tests.support.kit import TOKENS, card, formula, rate

DAY = date(2026, 11, 1)
SECOND, IMAGE = "1 second", "1 image"


def claim(price: str = "0.5", meter: str = "input", unit: str = TOKENS, **values: Any) -> Claim:
    """A claim of a price of flash."""
    head = {"key": "gemini/flash", "field": "x", "stated": price, "model": "flash", "source": "gemini-api"}
    return Claim(**head, meter=meter, unit=unit, price=Decimal(price), **values)


def verdict(said: Claim, held: RateCard, day: date = DAY) -> tuple[str, str, str]:
    """Verdict, the price of the rate that decided, and the words."""
    found = match_claim(said, held, day)
    ours = "" if found.ours is None else found.ours.availability if found.ours.price is None else str(found.ours.price)
    return found.verdict, ours, found.words


SPLIT = card(
    rate("0.3", modality="text"),
    rate("0.3", modality="image"),
    rate("1", modality="audio"),
    rate("2.5", meter="output"),
    rate("0.15", modality="text", service_tier="batch"),
    rate("0", plan="free", availability="free"),
)
LONG = card(rate("1.25", prompt_up_to=200_000), rate("2.5", prompt_over=200_000))
VIDEO = card(
    *(
        rate(p, meter="output", modality="video", unit=SECOND, resolution=size, context="with audio")
        for p, size in (("0.1", "720p"), ("0.12", "1080p"), ("0.3", "4k"))
    )
)


def test_a_tuned_model_is_another() -> None:
    """A claim is not judged by what a tuned model costs, even where nothing else is priced."""
    tuned = rate("3", context="finetuning")

    assert ("right", "0.5", "") == verdict(claim(), card(tuned, rate("0.5")))
    assert ("wrong", "0.5", "") == verdict(claim("3"), card(tuned, rate("0.5")))
    assert "not held" == verdict(claim("3"), card(tuned, rate("25", meter="tuning")))[0]
    assert ("right", "3", "") == verdict(claim("3", context="finetuning"), card(tuned, rate("0.5")))
    assert ("wrong", "3", "") == verdict(claim("0.5", context="finetuning"), card(tuned, rate("0.5")))
    bare = "no input on the standard tier under 'finetuning'"
    assert ("not held", "", bare) == verdict(claim("0.5", context="finetuning"), card(rate("0.5")))
    shared = rate("2", context="data sharing, finetuning")
    assert ("wrong", "3", "") == verdict(claim("2", context="finetuning"), card(tuned, shared))


def test_a_claim_without_a_modality_is_of_text() -> None:
    """Or of what is not split; a rate that is not split stands for every modality."""
    assert ("right", "0.3", "") == verdict(claim("0.3"), SPLIT)
    assert ("right", "0.3", "") == verdict(claim("0.30"), SPLIT)
    assert ("right", "1", "") == verdict(claim("1", modality="audio"), SPLIT)
    assert ("right", "2.5", "") == verdict(claim("2.5", "output"), SPLIT)
    assert ("right", "2.5", "") == verdict(claim("2.5", "output", modality="audio"), SPLIT)
    assert ("wrong", "0.3", "theirs is our price of input audio (standard)") == verdict(claim("1"), SPLIT)
    assert ("wrong", "0.3", "") == verdict(claim("0.4"), SPLIT)


def test_the_one_number_of_what_makes_no_text_is_of_what_it_makes() -> None:
    """A page that prints a dash for text and a price for images; what a claim names is meant."""
    pictures = card(rate(None, meter="output", modality="text"), rate("40", meter="output", modality="image"))

    assert ("right", "40", "") == verdict(claim("40", "output"), pictures)
    assert ("wrong", "40", "") == verdict(claim("41", "output"), pictures)
    assert "wrong" == verdict(claim("40", "output", modality="text"), pictures)[0]
    assert "wrong" == verdict(claim("40", "output"), card(rate(None, meter="output", modality="text")))[0]


def test_a_model_of_one_other_modality_is_meant_by_whoever_splits_nothing() -> None:
    """Speech has no price of text."""
    speech = card(rate("10", meter="output", modality="audio"))

    assert ("right", "10", "") == verdict(claim("10", "output"), speech)
    assert ("wrong", "10", "") == verdict(claim("2.5", "output"), speech)
    words = "no output text under these conditions; held: output audio (standard)"
    assert ("not held", "", words) == verdict(claim("2.5", "output", modality="text"), speech)


def test_tiers_and_plans_are_told_apart() -> None:
    """A tier that the card does not have is not held."""
    assert ("right", "0.15", "") == verdict(claim("0.15", service_tier="batch"), SPLIT)
    assert ("right", "0", "") == verdict(claim("0", plan="free"), SPLIT)
    assert ("not held", "", "no input on the flex tier") == verdict(claim("0.15", service_tier="flex"), SPLIT)
    assert ("not held", "", "no cache read on the standard tier") == verdict(claim("0.1", "cache_read"), SPLIT)


def test_a_claim_without_bounds_is_of_the_shortest_prompt() -> None:
    """One above a bound is of the prompts just above it; a rate without bounds is of any."""
    assert ("right", "1.25", "") == verdict(claim("1.25"), LONG)
    assert ("right", "2.5", "") == verdict(claim("2.5", prompt_over=200_000), LONG)
    assert ("wrong", "2.5", "") == verdict(claim("3", prompt_over=200_000), LONG)
    assert ("right", "1.25", "") == verdict(claim("1.25", prompt_over=128_000), LONG)
    assert ("right", "0.3", "") == verdict(claim("0.3", prompt_over=200_000), SPLIT)
    assert ("wrong", "0.3", "") == verdict(claim("0.7", prompt_over=200_000), SPLIT)


def test_a_long_prompts_price_is_not_judged_by_one_that_only_its_neighbours_divide() -> None:
    """The page has a price for long prompts, and of this meter it does not say which; its own price is right."""
    held = card(
        rate("3", prompt_up_to=200_000),
        rate("6", prompt_over=200_000),
        rate("0.3", meter="cache_read"),
        rate("1", service_tier="batch"),
    )
    said = "of this the page prints no price for long prompts, as it does of others"

    assert ("not held", "0.3", said) == verdict(claim("0.6", "cache_read", prompt_over=200_000), held)
    assert ("right", "0.3", "") == verdict(claim("0.3", "cache_read", prompt_over=200_000), held)
    assert ("wrong", "0.3", "") == verdict(claim("0.6", "cache_read"), held)
    assert ("wrong", "1", "") == verdict(claim("9", service_tier="batch", prompt_over=200_000), held)
    assert ("wrong", "3", "") == verdict(claim("9", prompt_over=128_000), held), "divided, elsewhere"
    searches = card(*held.rates, rate("14", meter="search_grounding", unit="1000 queries"))
    said = claim("35", "search_grounding", "1000 queries", prompt_over=200_000)
    assert ("wrong", "14", "") == verdict(said, searches), "not by the token"


def test_a_price_that_the_page_rounds_is_right_by_the_pages_own_factor() -> None:
    """Where it states one that gives it exactly, and prints that rounded; else it is another amount."""
    rates = (rate("0.25"), rate("0.03", meter="cache_read", quote="$0.03"), rate("1.25", meter="output", quote="$1.25"))
    held = card(*rates, facts=(("cache read", "0.1x base input price"), ("batch", "50% discount")))
    words = "by the factor that the page states; what it prints is that rounded"

    assert ("right", "0.03", words) == verdict(claim("0.025", "cache_read"), held)
    assert "wrong" == verdict(claim("0.026", "cache_read"), held)[0], "not by the factor"
    assert "wrong" == verdict(claim("0.025", "cache_read"), card(*rates))[0], "no factor is stated"
    other = card(rate("10"), rate("0.25", meter="cache_read", quote="$0.25"), facts=held.facts)
    assert "wrong" == verdict(claim("1", "cache_read"), other)[0], "a model that the factor is not of"


def test_cache_writes_are_judged_by_how_long_they_are_kept() -> None:
    """What a claim does not say may be either, which is told; one that says it is judged by that alone, or not held."""
    split = card(
        rate("3.75", meter="cache_write", context="5 minutes"), rate("6", meter="cache_write", context="1 hour")
    )
    assert ("right", "6", "at 1 hour alone") == verdict(claim("6", "cache_write"), split)
    assert ("right", "6", "") == verdict(claim("6", "cache_write", context="1 hour"), split)
    assert ("right", "3.75", "") == verdict(claim("3.75", "cache_write", context="5 minutes"), split)
    assert ("wrong", "3.75", "") == verdict(claim("6", "cache_write", context="5 minutes"), split)
    assert ("wrong", "6", "ours: 6.00 (1 hour), 3.75 (5 minutes)") == verdict(claim("5", "cache_write"), split)
    whole = card(rate("3.75", meter="cache_write"))
    assert "not held" == verdict(claim("6", "cache_write", context="1 hour"), whole)[0]
    assert ("right", "3.75", "") == verdict(claim("3.75", "cache_write"), whole)


def test_a_claim_without_a_resolution_may_be_of_any() -> None:
    """Which it is, is said; what the claim names must be that."""
    assert ("right", "0.1", "at 720p alone") == verdict(claim("0.1", "output", SECOND), VIDEO)
    assert ("right", "0.3", "at 4k alone") == verdict(claim("0.3", "output", SECOND), VIDEO)
    assert ("right", "0.12", "") == verdict(claim("0.12", "output", SECOND, resolution="1080P"), VIDEO)
    words = "ours: 0.10 (720p, with audio), 0.12 (1080p, with audio), 0.30 (4k, with audio)"
    assert ("wrong", "0.1", words) == verdict(claim("0.15", "output", SECOND), VIDEO)
    one = card(rate("0.4", meter="output", modality="video", unit=SECOND))
    assert ("right", "0.4", "") == verdict(claim("0.4", "output", SECOND, resolution="1080p"), one)


def test_qualities_and_contexts_are_told_apart() -> None:
    """Without one, the row without one."""
    held = card(
        rate("1", meter="output", unit=IMAGE, quality="low"),
        rate("2", meter="output", unit=IMAGE, quality="high"),
        rate("3", context="global"),
        rate("4", context="non-global"),
    )
    assert ("right", "2", "at high alone") == verdict(claim("2", "output", IMAGE), held)
    assert ("right", "2", "") == verdict(claim("2", "output", IMAGE, quality="high"), held)
    assert ("right", "3", "") == verdict(claim("3"), held)
    assert ("right", "4", "") == verdict(claim("4", context="non-global"), held)
    assert ("wrong", "3", "") == verdict(claim("9"), held)
    plain = card(rate("3", context="with audio"), rate("4", context="without audio"))
    assert ("right", "4", "at without audio alone") == verdict(claim("4"), plain)


def test_thinking_is_output_where_the_page_does_not_tell_them_apart() -> None:
    """Where it does, thinking is its own row."""
    held = card(rate("2", meter="output", context="non-thinking"), rate("6", meter="output", context="thinking"))

    assert ("right", "2.5", "") == verdict(claim("2.5", "output", modality="text", context="thinking"), SPLIT)
    assert ("right", "6", "") == verdict(claim("6", "output", modality="text", context="thinking"), held)


def test_dated_rates_are_judged_on_the_day() -> None:
    """Until a day, and from the next on."""
    step = date(2027, 1, 1)
    held = card(rate("0.75", effective_until=step - timedelta(days=1)), rate("1.5", effective_from=step))

    assert ("right", "0.75", "") == verdict(claim("0.75"), held)
    assert ("wrong", "0.75", "") == verdict(claim("1.5"), held)
    assert ("right", "1.5", "") == verdict(claim("1.5"), held, step)


def test_what_is_free_of_a_period_is_not_the_price() -> None:
    """Unless it is all there is."""
    search = {"meter": "search_grounding", "unit": "1000 prompts", "period": "day"}
    free = rate("0", **search, used_up_to=1500, availability="free")
    held = card(free, rate("35", **search, used_over=1500))

    assert ("right", "35", "") == verdict(claim("35", "search_grounding", "1000 prompts"), held)
    assert ("wrong", "35", "") == verdict(claim("0", "search_grounding", "1000 prompts"), held)
    assert ("right", "0", "") == verdict(claim("0", "search_grounding", "1000 prompts"), card(free))


def test_a_price_of_what_is_not_sold_is_wrong() -> None:
    """Nothing for nothing is right where the free plan has it."""
    gone = card(rate(None))
    words = "the page does not sell it"

    assert ("wrong", "not_available", words) == verdict(claim("0.5"), gone)
    assert ("not held", "not_available", words) == verdict(claim("0"), gone)
    assert ("wrong", "not_available", words) == verdict(claim("0.5"), card(rate(None, unit="")))
    assert ("wrong", "not_available", words) == verdict(
        claim("0.5", modality="image"), card(rate(None), rate(meter="tool"))
    )
    assert ("right", "0", "") == verdict(claim("0"), card(rate(None), rate("0", plan="free", availability="free")))
    assert ("not held", "not_available", words) == verdict(claim("0", plan="free"), card(rate(None, plan="free")))


def test_what_the_page_does_not_print_is_not_held() -> None:
    """Its words are told."""
    held = card(rate(None, availability="not_published", quote="Contact sales"))

    assert ("not held", "not_published", "the page prints no amount: 'Contact sales'") == verdict(claim("1"), held)


def test_an_amount_in_another_unit_of_the_same_noun_is_the_same() -> None:
    """Per thousand or per million, per minute or per second."""
    held = card(
        rate("0.005", modality="audio", unit="1 minute", basis="equivalent"),
        rate("35", meter="search_grounding", unit="1000 prompts"),
    )

    assert ("right", "0.005", "") == verdict(claim("8.33333333333e-05", unit=SECOND, modality="audio"), held)
    assert ("right", "0.005", "") == verdict(claim("0.3", unit="1 hour", modality="audio"), held)
    assert ("right", "35", "") == verdict(claim("0.35", "search_grounding", "10 prompts"), held)


def test_a_search_is_a_query_a_request_or_a_call() -> None:
    """One price under three names; a prompt may search more than once."""
    held = card(rate("14", meter="search_grounding", unit="1000 requests"))

    assert ("right", "14", "") == verdict(claim("0.014", "search_grounding", "1 query"), held)
    assert ("right", "14", "") == verdict(claim("14", "search_grounding", "1000 calls"), held)
    assert "wrong unit" == verdict(claim("0.014", "search_grounding", "1 prompt"), held)[0]


def test_the_noise_of_a_float_is_no_difference() -> None:
    """A price that is off by more is."""
    assert ("right", "0.3", "") == verdict(claim("0.30000000000000004"), SPLIT)
    assert ("wrong", "0.3", "") == verdict(claim("0.36"), SPLIT)


def test_an_equivalent_is_accepted_where_the_claim_is_in_its_unit() -> None:
    """With the digits that the page left out, too; of a list price these are told, and no excuse."""
    held = card(
        rate("60", meter="output", modality="image"),
        rate("0.067", meter="output", modality="image", unit=IMAGE, resolution="1K", basis="equivalent"),
        rate("0.151", meter="output", modality="image", unit=IMAGE, resolution="4K", basis="equivalent"),
        rate("0.13", meter="cache_read"),
    )

    assert ("right", "0.067", "at 1K alone") == verdict(claim("0.067", "output", IMAGE, modality="image"), held)
    assert ("right", "0.067", "rounds to ours at 1K alone") == verdict(
        claim("0.0672", "output", IMAGE, modality="image"), held
    )
    assert ("wrong", "0.067", "ours: 0.067 (1K, equivalent), 0.151 (4K, equivalent)") == verdict(
        claim("0.068", "output", IMAGE, modality="image"), held
    )
    assert ("wrong", "0.13", "theirs rounds to what the page prints") == verdict(claim("0.125", "cache_read"), held)
    assert ("wrong", "0.13", "") == verdict(claim("0.12", "cache_read"), held)
    # 0.5 has one digit: what is near it by that measure may be far off
    assert ("wrong", "0.5", "theirs rounds to what the page prints") == verdict(
        claim("0.45"), card(rate("0.5", basis="equivalent"))
    )
    assert ("wrong", "0.3", "") == verdict(claim("0.31"), card(rate("0.3", quote="$0.30 (text)")))
    assert ("wrong", "3", "") == verdict(claim("2.9"), card(rate("3", quote="$3 (text and thinking)")))


def test_what_a_page_states_beside_its_table_counts_on_the_standard_tier() -> None:
    """As an equivalent."""
    held = card(
        rate("0.039", meter="output", modality="image", unit=IMAGE),
        rate("0.02", meter="output", modality="image", unit=IMAGE, service_tier="batch"),
        formulas=(
            formula(meter="output", modality="image"),
            formula(meter="output", modality="image", unit=TOKENS, tokens=None, amount=Decimal(30), currency="USD"),
        ),
    )
    tokens = claim("30", "output", modality="image")

    assert ("right", "30", "") == verdict(tokens, held)
    assert ("wrong", "30", "") == verdict(tokens._replace(price=Decimal(31)), held)
    assert ("not held", "0.02", "output image is held per 1 image alone") == verdict(
        tokens._replace(service_tier="batch"), held
    )


UNITS = {
    "another noun": (
        claim("0.00079", unit=SECOND, modality="video"),
        "0.00079 is our price per 1 frame, not per 1 second",
    ),
    "another modality": (
        claim("0.04", "output", IMAGE, modality="image"),
        "0.04 is our price per 1 song, not per 1 image",
    ),
    "a million": (claim("500000"), "a million times ours"),
    "a thousand": (claim("500"), "a thousand times ours"),
    "cents": (claim("50"), "a hundred times ours: cents as dollars"),
    "dollars": (claim("0.005"), "a hundredth of ours: dollars as cents"),
    "a thousandth": (claim("0.0005"), "a thousandth of ours"),
    "a millionth": (claim("0.0000005"), "a millionth of ours"),
    "a minute": (claim("60", "tuning", SECOND), "60 times ours: a minute for a second"),
    "an hour": (claim("3600", "tuning", SECOND), "3,600 times ours: an hour for a second"),
    "a second": (claim("1", "tuning", "1 minute"), "a 60th of ours: a second for a minute"),
    "a second of an hour": (claim("1", "tuning", "1 hour"), "a 3,600th of ours: a second for an hour"),
    "a token": (claim("40000", "output"), "0.04 is our price per 1 song, not per 1M tokens"),
}
MEASURED = card(
    rate("0.5"),
    rate("0.00079", modality="video", unit="1 frame", basis="equivalent"),
    rate("0.04", meter="output", modality="audio", unit="1 song"),
    rate("1", meter="tuning", unit=SECOND),
)


@pytest.mark.parametrize("name", UNITS)
def test_a_number_of_ours_in_another_unit_is_a_wrong_unit(name: str) -> None:
    """Or one that is off by what units differ by."""
    said, words = UNITS[name]
    found = match_claim(said, MEASURED, DAY)

    assert ("wrong unit", words) == (found.verdict, found.words)


def test_a_number_of_another_modality_in_another_unit_is_a_coincidence() -> None:
    """Where we have a price of our own to go by."""
    held = card(rate("0.3", modality="text"), rate("0.002", modality="video", unit="1 minute", basis="equivalent"))

    assert ("wrong", "0.3", "") == verdict(claim("0.002", modality="text"), held)
    assert ("wrong", "0", "") == verdict(claim("0.5"), card(rate("0", availability="free")))


def test_what_is_held_instead_is_told_and_cut() -> None:
    """The first three."""
    held = card(*(rate("1", meter="output", modality=m) for m in ("text", "image", "video", "audio")))
    many = card(*(rate("1", prompt_over=n, prompt_up_to=n + 1) for n in range(1, 6)))

    words = (
        "no input under these conditions; held: input (standard, 1 < prompt <= 2), input (standard, 2 < prompt <= 3), "
    )
    assert ("not held", "", words + "input (standard, 3 < prompt <= 4) and 2 more") == verdict(claim("1"), many)
    assert ("not held", "1", "output audio is held per 1M tokens alone") == verdict(
        claim("1.5", "output", IMAGE, modality="audio"), held
    )
