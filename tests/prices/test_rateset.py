"""What a set of rates must be: one price a key, bounds that meet, days that follow one another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.prices.rateset import half_split, lapsed, settled
from tests.support.gemini_page import KINDS, one, rates, read
from tests.support.kit import rate

LAST = 10**7
cuts = st.lists(st.integers(1_000, LAST), min_size=1, max_size=5, unique=True).map(sorted)
AXES = [("prompt_over", "prompt_up_to"), ("used_over", "used_up_to")]
DAY = date(2026, 11, 1)


def stairs(bounds: list[int], axis: tuple[str, str], *, last: int | None = None) -> list:
    """A price for each span between bounds, the first from nothing and the last without an end or up to `last`."""
    over, up_to = axis
    spans = zip([None, *bounds], [*bounds, last], strict=True)
    return [rate(str(n), **{over: a, up_to: b}) for n, (a, b) in enumerate(spans, 1)]


@given(cuts, st.sampled_from(AXES), st.booleans())
def test_fault_77_bounds_that_meet(bounds, axis, ended):
    """However many there are; an open end says that it is not sold there."""
    whole = stairs(bounds, axis, last=LAST + 1 if ended else None)

    assert (whole, []) == settled(whole)
    assert [] == settled(whole[1:])[1]


@given(cuts, st.sampled_from(AXES), st.data())
def test_fault_77_bounds_that_do_not_meet(bounds, axis, data):
    """One bound that moved leaves a gap or an overlap, one that is lost covers all: both cells are named."""
    whole = stairs(bounds, axis)
    at = data.draw(st.integers(1, len(bounds)))
    moved = data.draw(st.integers(1_000, LAST).filter(lambda n: n != bounds[at - 1]) | st.none())
    price = str(whole[at].price)
    whole[at] = rate(price, **{axis[0]: moved, axis[1]: getattr(whole[at], axis[1])})

    problems = settled(whole)[1]

    assert {"conflict"} == {p.kind for p in problems}
    assert any(f"'${price}'" in p.message and " and " in p.message for p in problems)


def test_fault_77_an_unbounded_row_beside_bounded_ones():
    """Which of them holds for a prompt of 100,000 tokens?"""
    found = settled([rate("9"), *stairs([200_000], AXES[0])])[1]

    assert "bounds that overlap: '$9' and '$1'" in [p.message for p in found]


@pytest.mark.parametrize("bound", [200, 128, 999])
def test_fault_77_a_lost_k(bound):
    """No price begins at a prompt of some hundred tokens."""
    (first, second) = settled(stairs([bound], AXES[0]))[1]

    assert f"a bound of {bound} tokens, fewer than 1000: '$1'" == first.message
    assert "'$2'" in second.message


def test_bounds_of_other_things_need_not_meet():
    """Another modality, another tier, or another day has bounds of its own."""
    apart = [
        rate("1", prompt_up_to=200_000, effective_until=date(2026, 12, 31)),
        rate("2", prompt_over=200_000, effective_until=date(2026, 12, 31)),
        rate("3", prompt_up_to=128_000, effective_from=date(2027, 1, 1)),
        rate("4", prompt_over=128_000, effective_from=date(2027, 1, 1)),
        rate("5", prompt_over=100_000, modality="audio"),
        rate("6", service_tier="batch"),
    ]

    assert (apart, []) == settled(apart)


BOUNDS = {
    "$1.25, prompts <= 200k tokens $2.50, prompts > 128k tokens": "bounds that overlap",
    "$1.25, prompts <= 128k tokens $2.50, prompts > 200k tokens": "bounds with a gap between them",
    "$1.25, prompts <= 200 tokens $2.50, prompts > 200 tokens": "a bound of 200 tokens",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("cell", "words"), BOUNDS.items())
def test_fault_77_on_the_page(cell, words, kind):
    """The section is unread and the cell is shown."""
    found = read(one([["Input price", "Not available", cell]]), kind)

    assert found.problems[0].message.startswith(words)
    assert "$1.25, prompts <=" in found.problems[0].message
    assert [] == rates(found)


# ---------------------------------------------------------------------------------------------- days


def steps(*days: tuple[str, str]) -> list:
    """A price for each span of days, ISO or empty."""
    named = [{"effective_from": a, "effective_until": b} for a, b in days]
    dated = [{name: date.fromisoformat(day) for name, day in span.items() if day} for span in named]
    return [rate(str(n), quote=f"${n}", **span) for n, span in enumerate(dated, 1)]


def test_a_price_of_some_beside_one_of_all():
    """Where a page splits a price as a whole or not at all, both together contradict each other."""
    found = [rate("1"), rate("2", modality="audio"), rate("0", modality="text")]

    assert [] == half_split(found[1:])
    assert ["a price of some beside one of all"] == [p.message.partition(":")[0] for p in half_split(found)]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=4), st.integers(-30, 30))
def test_fault_78_steps_follow_one_another(lengths, gap):
    """On the next day: any other gap is a problem, and so is an overlap."""
    found, start = [], DAY
    for n, days in enumerate(lengths):
        found.append(rate(str(n + 1), effective_from=start, effective_until=start + timedelta(days)))
        start += timedelta(days + 1)
    late = rate("99", effective_from=start + timedelta(gap))

    assert [] == settled([*found, rate("99", effective_from=start)])[1]
    assert bool(gap) == bool(settled([*found, late])[1])


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([("", "2026-10-31")], "no price on 2026-11-01: '$1'"),
        ([("2026-01-01", "2026-05-31"), ("2026-06-01", "2026-10-31")], "no price on 2026-11-01"),
        ([("", "2026-11-01")], ""),
        ([("", "2026-10-31"), ("2026-11-01", "")], ""),
        ([("2026-11-02", "")], ""),
    ],
)
def test_fault_78_a_price_of_today(days, words):
    """All steps are over: the page says no price of today. One that a note announces leaves nothing out."""
    assert [words] * bool(words) == [p.message[: len(words)] for p in lapsed(steps(*days), DAY)]


def test_fault_78_a_step_may_change_its_unit():
    """The price of today is in another one."""
    now = rate("1", unit="1 second", quote="$1 through May 1, 2027", effective_until=date(2027, 5, 1))
    later = rate("50", unit="1 minute", quote="$50 starting May 2, 2027", effective_from=date(2027, 5, 2))

    assert [] == lapsed([now, later], DAY)


def test_fault_78_a_cell_that_says_only_a_later_price():
    """Its own words name the day, and none that holds until then."""
    later = rate("2", quote="$2 starting January 1, 2027", effective_from=date(2027, 1, 1))

    assert ["no price on 2026-11-01: '$2 starting January 1, 2027'"] == [p.message for p in lapsed([later], DAY)]
    assert [] == lapsed([later], date(2027, 1, 1))
