"""When a call was made, and which day that is where its price stands.

A page that says a day means the seller's: Google's is the Pacific one, by which its daily quotas begin anew
(https://ai.google.dev/gemini-api/docs/rate-limits); of others no page says another than UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from ratecards.errors import CostError

# The sellers whose day is the Pacific one.
PACIFIC = ("google",)
# A number of seconds since 1970 has fewer digits than one of milliseconds, and so on.
_UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))


def instant(name: str, value: object) -> datetime | date | None:
    """An instant in UTC, which one without an offset is; a day as a day; None for nothing. Raises `CostError`.

    Numbers count seconds since 1970, or milli-, micro- or nanoseconds, which their size tells.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and len(value) == 10 and not value.isdecimal():
            return date.fromisoformat(value)
        if isinstance(value, str) and not value.isdecimal():
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return value
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            number = float(value)
            unit = next(unit for most, unit in _UNITS if 0 < number < most)
            return datetime.fromtimestamp(number / unit, UTC)
    except (ValueError, OverflowError, StopIteration, OSError):
        pass
    raise CostError(f"{name}: expected an instant like 2026-03-24T09:00:00Z, saw {value!r}")


def seller_day(provider: str, time: datetime | date) -> date:
    """The day of an instant where a provider's prices stand; a day is the seller's already."""
    if not isinstance(time, datetime):
        return time
    return pacific(time) if provider in PACIFIC else time.date()


def pacific(time: datetime) -> date:
    """The Pacific day of an instant in UTC, by the rule for daylight saving of the US since 2007."""
    start, end = _summer(time.year)
    return (time - timedelta(hours=7 if start <= time < end else 8)).date()


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[datetime, datetime]:
    """From the second Sunday of March, 2:00 standard time, to the first of November, 2:00 daylight saving time."""
    march, november = datetime(year, 3, 8, 10, tzinfo=UTC), datetime(year, 11, 1, 9, tzinfo=UTC)
    return tuple(day + timedelta(days=6 - day.weekday()) for day in (march, november))  # type: ignore[return-value]
