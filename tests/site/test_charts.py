"""Charts as geometry: where a price stands, what is ahead, and that nothing is drawn outside."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.site import charts
from scraper.site.charts import bar_chart, ceiling, px, step_chart

FIRST = date(2026, 1, 1)
LAST = date(2026, 1, 11)


def show(amount: Decimal) -> str:
    return f"${amount:f}"


def at(day: int) -> date:
    return FIRST + timedelta(days=day)


@pytest.mark.parametrize(
    ("value", "top"),
    [("0.3", "0.5"), ("1", "1"), ("1.01", "2"), ("2.1", "2.5"), ("60", "100"), ("0", "1"), ("0.00001", "0.00001")],
)
def test_an_axis_ends_at_a_round_number(value, top):
    """1, 2, 2.5, 5 times a power of ten, at or above; an axis of nothing ends at 1."""
    assert Decimal(top) == ceiling(Decimal(value))


def test_a_price_that_moves_is_a_step():
    """Across until the day it moves, then up; the first price and the new one are written."""
    chart = step_chart([(FIRST, Decimal(1)), (at(5), Decimal(2))], LAST, show)

    assert "M52 85V85H189M189 85V26H326" == chart.solid
    assert "" == chart.ahead
    assert ["$1", "$2"] == [mark.text for mark in chart.labels]
    assert ("$1 from 2026-01-01", "$2 from 2026-01-06") == chart.story
    assert [False, False] == [dot.ahead for dot in chart.dots]
    assert ["2026-01-01"] == [mark.text for mark in chart.starts]
    assert ["$0", "$2", "2026-01-11"] == [mark.text for mark in chart.ends]


def test_what_is_dated_later_is_ahead():
    """The line is solid until the last look; from there to the step and after it, it is announced."""
    chart = step_chart([(FIRST, Decimal(1)), (at(20), Decimal(2))], at(10), show)
    edge = f"H{charts.WIDTH - charts.RIGHT}"

    assert chart.solid.startswith("M52 85V85H")
    assert chart.ahead.endswith(edge)
    assert 2 == chart.ahead.count("M")
    assert [False, True] == [dot.ahead for dot in chart.dots]
    assert ("$1 from 2026-01-01", "$2 announced for 2026-01-21") == chart.story


def test_no_price_is_a_gap():
    """A model that is not sold for a while has no line there, and the next price begins anew."""
    chart = step_chart([(FIRST, Decimal(1)), (at(2), None), (at(4), Decimal(1))], LAST, show)

    assert 2 == chart.solid.count("M")
    assert 2 == len(chart.dots)
    assert ["$1"] == [mark.text for mark in chart.labels]


def test_a_single_day_is_no_division_by_zero():
    """A price read once, today."""
    chart = step_chart([(FIRST, Decimal(1))], FIRST, show)

    assert "M52 26V26H52" == chart.solid


def test_a_late_label_is_set_to_the_left():
    """It would be cut at the edge."""
    chart = step_chart([(FIRST, Decimal(1)), (LAST, Decimal(2))], LAST, show)

    assert ["start", "end"] == [mark.anchor for mark in chart.labels]


PRICES = st.one_of(st.none(), st.decimals(min_value=0, max_value=10**6, places=4))


@given(
    days=st.lists(st.integers(0, 3000), min_size=1, max_size=12, unique=True),
    prices=st.lists(PRICES, min_size=12, max_size=12),
    until=st.integers(0, 3000),
)
def test_nothing_is_drawn_outside(days, prices, until):
    """Whatever the history, every coordinate is inside the plot."""
    points = list(zip(map(at, sorted(days)), prices, strict=False))
    points[0] = points[0][0], points[0][1] or Decimal(1)
    chart = step_chart(points, max(at(until), points[0][0]), show)
    drawn = re.findall(r"([MHV])([0-9.]+)(?: ([0-9.]+))?", chart.solid + chart.ahead)
    across = [Decimal(a) for letter, a, _ in drawn if letter in "MH"]
    up = [Decimal(b or a) for letter, a, b in drawn if letter in "MV"]

    assert all(charts.LEFT <= x <= charts.WIDTH - charts.RIGHT for x in across)
    assert all(charts.TOP <= y <= charts.HEIGHT - charts.BOTTOM for y in up)
    assert len(chart.dots) == sum(price is not None for _, price in points)


def test_bars_have_one_scale_and_their_values():
    """Twice the price is twice the height; a price that is not there is no bar, but keeps its room."""
    chart = bar_chart([("1K", [Decimal("0.5"), None]), ("2K", [Decimal(1), Decimal("0.25")])], Decimal(1), show)
    heights = [Decimal(bar.height) for bar in chart.bars]

    assert [Decimal(70), Decimal(140), Decimal(35)] == heights
    assert ["$0.5", "$1", "$0.25"] == [bar.label.text for bar in chart.bars]
    assert [0, 0, 1] == [bar.kind for bar in chart.bars]
    assert ["1K", "2K"] == [mark.text for mark in chart.groups]
    assert all(Decimal(bar.x) + bar.width <= chart.width for bar in chart.bars)


def test_a_free_image_still_has_a_bar():
    """Zero is a price; it must not look like none."""
    assert "1" == bar_chart([("1K", [Decimal(0)])], Decimal(1), show).bars[0].height


def test_coordinates_are_short():
    """A tenth of a unit is enough."""
    assert ["0", "12.3", "5"] == [px(Decimal(0)), px(Decimal("12.345")), px(5)]
