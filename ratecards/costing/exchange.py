"""Reference rates of a day, from a file: what an amount is in another currency, and by which rate of which day.

The file is a CSV as the European Central Bank gives it (`eurofxref.csv`, `eurofxref-hist.csv`), or one's own of that
form: under `Date,USD,JPY` a line for each day, `2026-11-27,1.0832,163.20`, with so much of each currency for one euro.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from ratecards.errors import CostError
from ratecards.records import NamedTuple
from ratecards.storage import bounded

# The days of a quarter of a century in 40 currencies have 2 MB.
_MOST = 20_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A converted amount is no price of a page: twelve digits are more than any reference rate has.
_DIGITS = Context(prec=12, rounding=ROUND_HALF_EVEN)
BASE = "EUR"


class Converted(NamedTuple):
    """An amount in another currency: `rate` is how much of that is one of its own by the reference rates of `day`.

    `age_days` are the days from there to the day asked for.
    """

    amount: Decimal
    currency: str
    rate: Decimal
    day: date
    age_days: int


def convert(amount: Decimal, own: str, to: str, day: date, file: str) -> Converted:
    """An amount of the currency `own` in another, by the newest rates of the file up to a day.

    Raises `CostError` where the file cannot be read, has no such day, or does not have both currencies on it.
    """
    found, rates = _rates(file, day)
    for code in (own, to):
        if code not in rates:
            raise CostError(f"{file}: expected a rate of {code} on {found}, saw {', '.join(sorted(rates))}")
    one = _DIGITS.divide(rates[to], rates[own])
    converted = _DIGITS.divide(_DIGITS.multiply(amount, rates[to]), rates[own])
    return Converted(converted, to, one, found, (day - found).days)


def _rates(file: str, day: date) -> tuple[date, dict[str, Decimal]]:
    """The newest day up to a day, and its rates."""
    codes, days = _table(file)
    found = max((own for own in days if own <= day), default=None)
    if found is None:
        raise CostError(f"{file}: expected rates of {day} or before, saw {min(days, default='none')} as the first")
    number, cells = days[found]
    pairs = [(code, cell) for code, cell in zip(codes, cells, strict=False) if code and cell not in ("", "N/A")]
    try:
        rates = {code: Decimal(cell) for code, cell in pairs}
    except InvalidOperation:
        rates = {}
    if len(rates) != len(pairs) or any(not rate.is_finite() or rate <= 0 for rate in rates.values()):
        raise CostError(f"{file}:{number}: expected one rate above 0 of each currency, saw {','.join(cells)[:60]!r}")
    return found, {BASE: Decimal(1), **rates}


def _table(file: str) -> tuple[list[str], dict[date, tuple[int, list[str]]]]:
    """The currencies of the columns; by day the number of its line, and its cells."""
    try:
        lines = bounded.content(file, _MOST).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CostError(f"{file}: {error}") from error
    first, *codes = (code.strip() for code in (lines or [""])[0].split(","))
    if first != "Date" or any(len(code) != 3 or not code.isupper() for code in codes if code):
        raise CostError(f"{file}:1: expected a header as Date,USD,JPY, saw {''.join(lines[:1])[:60]!r}")
    days: dict[date, tuple[int, list[str]]] = {}
    for number, line in enumerate(lines[1:], 2):
        text, *cells = (cell.strip() for cell in line.split(","))
        own = _day(text)
        if (own is None or own in days or len(cells) > len(codes)) and line.strip():
            raise CostError(f"{file}:{number}: expected a day that stands once, and its rates, saw {line[:60]!r}")
        if own:
            days[own] = number, cells
    return codes, days


def _day(text: str) -> date | None:
    """A day as `2026-11-30`, or as `30 November 2026`."""
    words = text.split()
    try:
        if len(words) == 3:
            return date(int(words[2]), _MONTHS.index(words[1][:3]) + 1, int(words[0]))
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
