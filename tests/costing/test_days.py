"""When a call was made, and which day that is where its price stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.costing.days import instant, pacific, seller_day
from ratecards.errors import CostError

NOON = datetime(2026, 10, 6, 10, tzinfo=UTC)


@given(st.datetimes(datetime(2007, 1, 1), datetime(2060, 1, 1)))
def test_the_pacific_day(time: datetime):
    """As the time zone database has it."""
    aware = time.replace(tzinfo=UTC)
    assert aware.astimezone(ZoneInfo("America/Los_Angeles")).date() == pacific(aware)


@pytest.mark.parametrize(
    "value",
    [
        "2026-10-06T10:00:00Z",
        "2026-10-06T10:00:00",
        "2026-10-06 12:00:00+02:00",
        1791280800,
        1791280800.0,
        "1791280800",
        1791280800000,
        1791280800000000,
        "1791280800000000000",
        NOON,
        NOON.astimezone(timezone(timedelta(hours=5, minutes=30))),
        NOON.replace(tzinfo=None),
    ],
    ids=str,
)
def test_an_instant_in_any_of_its_forms(value: object):
    """Text, numbers of seconds or parts of them, or an object."""
    assert NOON == instant("time", value)


def test_a_day_is_the_sellers():
    """It is not turned into another."""
    for value in ("2026-10-06", date(2026, 10, 6)):
        found = instant("time", value)
        assert found is not None
        assert date(2026, 10, 6) == seller_day("google", found) == seller_day("openai", found)
    assert None is instant("time", None)
    assert None is instant("time", "")


@pytest.mark.parametrize("value", ["soon", "2026-13-01", -5, 0, 10**30, True, [], float("nan"), "9" * 400])
def test_what_is_no_instant(value: object):
    """It would decide between prices, so it is refused."""
    with pytest.raises(CostError, match="time: expected an instant like 2026-03-24T09:00:00Z, saw "):
        instant("time", value)
