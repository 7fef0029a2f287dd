"""What a call pays by a card: units, bounds, days, and prices in the shade of more specific ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ratecards.costing import effective
from ratecards.costing.effective import at, lanes, moves, noun_of, pairs, per_one, points, price_key, same_price
from tests.support.kit import card, rate

DAY, NEW_YEAR = date(2026, 11, 1), date(2027, 1, 1)


def paid(old, new, day=DAY):
    """The prices of each call by either set of rates, without those that pay the same."""
    found = {
        (p.old and p.old.price, p.new and p.new.price) for p in pairs(old, new, day) if not same_price(p.old, p.new)
    }
    return sorted(found, key=str)


@pytest.mark.parametrize(
    ("unit", "noun", "price"),
    [
        ("1000000 tokens", "token", "0.000003"),
        ("1000 queries", "request", "0.003"),
        ("1 call", "request", "3"),
        ("1000 prompts", "request", "0.003"),
        ("1 minute", "second", "0.05"),
        ("1 hour", "second", "0.0008333333333333333333333333333"),
        ("1 image", "image", "3"),
        ("1000000 token-hours", "token-hour", "0.000003"),
    ],
)
def test_a_price_is_per_one_of_its_noun(unit, noun, price):
    """Times are seconds, and all that is asked once is a request."""
    assert (noun, Decimal(price)) == (noun_of(unit), per_one(rate("3", unit=unit)))


def test_one_price_in_two_units_is_one_price():
    """And another in another currency, or where one is missing."""
    assert same_price(rate("2"), rate("0.002", unit="1000 tokens"))
    assert not same_price(rate("2"), rate("2", currency="EUR"))
    assert not same_price(rate("2"), None)
    assert same_price(None, None)


def test_a_call_pays_what_names_most_of_it_and_a_list_price_first():
    """What a rate leaves open it takes; what has no price is paid by nobody."""
    every, audio, figure = rate("1"), rate("3", modality="audio"), rate("9", modality="audio", basis="equivalent")
    (call, *_) = points([audio], [], DAY)

    assert audio == at([every, figure, audio], call)
    assert every == at([every, rate("3", modality="text")], call)
    assert None is at([rate(None, modality="audio")], call)


def test_bounds_of_prompts_are_sampled_on_both_sides():
    """A price from 128,000 tokens on that was one from 200,000 on."""
    old = [rate("1", prompt_up_to=200_000), rate("2", prompt_over=200_000)]
    new = [rate("1", prompt_up_to=128_000), rate("2", prompt_over=128_000)]

    assert [(Decimal(1), Decimal(2))] == paid(old, new)
    assert [] == paid(old, [*old])


def test_each_day_on_which_a_price_begins_is_sampled():
    """The last day is one of the price; the day after it is another."""
    halved = [rate("1", effective_until=date(2026, 12, 31)), rate("2", effective_from=NEW_YEAR)]

    assert [(Decimal(2), Decimal(1))] == paid([rate("2")], halved)
    assert [] == paid([rate("2")], halved, NEW_YEAR)
    assert {DAY, NEW_YEAR} == {p.day for p in points([rate("2")], halved, DAY)}
    assert {DAY} == {p.day for p in points([rate("2", effective_until=date.max)], [], DAY)}


def test_an_allowance_and_what_is_beyond_it_are_two_calls():
    """A free one within, a paid one beyond."""
    free = rate("0", availability="free", used_up_to=100, period="day")

    assert [(Decimal(0), Decimal(14))] == paid([free, rate("14", used_over=100, period="day")], [rate("14")])


def test_a_price_in_the_shade_of_a_more_specific_one_is_sampled():
    """Output moved, and a row for images stands beside it in the same unit."""
    image = rate("30", modality="image")

    assert [(Decimal(2), Decimal(3))] == paid([rate("2"), image], [rate("3"), image])
    assert [(Decimal(2), None)] == paid([rate("2"), image], [image])
    assert [] == paid([rate("2"), image], [rate("2"), image])


def test_a_split_into_modalities_at_one_price_moves_nobody():
    """No call is asked for by no modality where every price names one now."""
    assert [] == paid([rate("2")], [rate("2", modality="text"), rate("2", modality="audio")])
    assert [(Decimal(2), Decimal(5))] == paid([rate("2")], [rate("2", modality="text"), rate("5", modality="audio")])


def test_moves_are_of_lanes_and_have_a_factor():
    """One for each pair of rates; none where a side is missing or free."""
    before = lanes([card(rate("2", prompt_up_to=10), rate("4", prompt_over=10), rate("1", meter="output"))])
    after = lanes([card(rate("3", prompt_up_to=10), rate("4", prompt_over=10), rate(None, meter="output"))])
    (gone, dearer) = sorted(moves(before, after, DAY), key=lambda m: m.lane[3], reverse=True)

    assert ("flash", "standard", "paid", "output") == gone.lane == price_key(rate(meter="output"))
    assert (None, None) == (gone.new, gone.factor)
    assert Decimal("1.5") == dearer.factor
    free = effective.Move(dearer.lane, dearer.point, rate("0", availability="free"), rate("1"))
    assert None is free.factor
