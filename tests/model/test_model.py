"""The nouns: keys, order, what may be published, and the row as text."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import COLUMNS, JOIN_KEY, RATE_FIELDS, ROW_KEY, Rate, canonical_order, plain, row, validate_rate
from tests.support.kit import rate

CONTRACT = [
    "provider",
    "source",
    "model",
    "service_tier",
    "plan",
    "meter",
    "modality",
    "unit",
    "resolution",
    "quality",
    "prompt_over",
    "prompt_up_to",
    "used_over",
    "used_up_to",
    "period",
    "context",
    "basis",
    "availability",
    "price",
    "currency",
    "effective_from",
    "effective_until",
    "quote",
    "locator",
    "reading",
]


def test_columns_are_those_of_the_contract():
    """The table's columns, in the order of the contract."""
    assert CONTRACT == list(COLUMNS)


def test_a_rate_has_the_columns_as_fields():
    """Every column but those of evidence is a field of `Rate`, in the same order."""
    assert tuple(CONTRACT[:-3]) == RATE_FIELDS
    assert [*CONTRACT[:-3], "evidence"] == [f.name for f in fields(Rate)]


def test_the_row_key_is_everything_up_to_basis_and_the_dates():
    """Two rows that differ in nothing else are one row."""
    assert (*CONTRACT[:17], "effective_from", "effective_until") == ROW_KEY


def test_the_join_key_leaves_values_out():
    """Unit and dates are values of a comparison, and so is who says it."""
    assert {"provider", "source", "unit", "effective_from", "effective_until"} == set(ROW_KEY) - set(JOIN_KEY)


def test_keys_are_the_fields_they_name():
    """A changed unit is another row of the same join."""
    one, other = rate(unit="1 image"), rate(unit="1 second")

    assert ("google", "gemini-api", "flash", "standard", "paid", "input", "", "1 image") == one.row_key[:8]
    assert one.row_key != other.row_key
    assert one.join_key == other.join_key


def test_evidence_is_no_part_of_equality():
    """Other words and another place are the same rate."""
    assert rate() == rate(quote="0.5 USD", locator="elsewhere")
    assert rate() != rate("0.6")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, True),
        ("2026-11-01", None, True),
        ("2026-11-02", None, False),
        (None, "2026-11-01", True),
        (None, "2026-10-31", False),
        ("2026-11-01", "2026-11-01", True),
    ],
)
def test_dates_are_inclusive(start, end, expected):
    """A rate holds on the first and on the last day that it names."""
    dated = rate(effective_from=start and date.fromisoformat(start), effective_until=end and date.fromisoformat(end))

    assert expected is dated.holds_on(date(2026, 11, 1))


ORDERED = [
    rate(model="a"),
    rate(service_tier="standard"),
    rate(prompt_up_to=128_000),
    rate(prompt_up_to=200_000),
    rate(prompt_over=200_000),
    rate(modality="image", resolution="0.5K"),
    rate(modality="image", resolution="720p"),
    rate(modality="image", resolution="1K"),
    rate(modality="image", resolution="1080p"),
    rate(modality="image", resolution="4K"),
    rate(modality="image", resolution="4k"),
    rate(basis="equivalent"),
    rate(context="global"),
    rate(meter="output", period="day"),
    rate(meter="output", used_up_to=100, period="day"),
    rate(meter="output", used_up_to=1500, period="day"),
    rate(meter="output", used_over=1500, period="day"),
    rate(meter="cache_read", effective_until=date(2026, 12, 31)),
    rate(meter="cache_read", effective_until=date(2027, 6, 30)),
    rate(meter="cache_read"),
    rate(meter="cache_read", effective_from=date(2027, 1, 1), effective_until=date(2027, 6, 30)),
    rate(meter="cache_read", effective_from=date(2027, 1, 1)),
    rate(meter="cache_read", effective_from=date(2027, 7, 1)),
    rate(plan="free"),
    rate(service_tier="batch"),
    rate(service_tier="priority", plan="paid"),
    rate(model="zoo"),
]


def test_rates_are_ordered_by_meaning():
    """Tiers, plans and meters in their own order, resolutions by size, bounds by number, dates by day."""
    shuffled = random.Random(7).sample(ORDERED, len(ORDERED))

    assert ORDERED == sorted(shuffled, key=canonical_order)


@pytest.mark.parametrize("resolution", ["", "odd", "4"])
def test_any_resolution_has_a_place(resolution):
    """A resolution without a number, or without a unit, sorts below those with a `K`."""
    assert [resolution, "1K"] == [
        r.resolution for r in sorted([rate(resolution="1K"), rate(resolution=resolution)], key=canonical_order)
    ]


@pytest.mark.parametrize(
    "sound",
    [
        rate(),
        rate("0", availability="free"),
        rate("0", availability="free", unit=""),
        rate(None),
        rate(None, unit=""),
        rate(None, availability="refers"),
        rate(prompt_over=0, prompt_up_to=1),
        rate(effective_from=date(2026, 1, 1), effective_until=date(2026, 1, 1)),
        rate(effective_from=date(2026, 1, 1)),
        rate(effective_until=date(2026, 1, 1)),
        rate(unit="1 character"),
        rate(unit="1 query"),
        rate(unit="1 prompt"),
        rate(unit="1000000 character-hours"),
    ],
)
def test_sound_rates_have_no_problems(sound):
    """What the contract allows may be published."""
    assert [] == validate_rate(sound)


BROKEN = {
    "tier": (
        rate(service_tier="turbo"),
        "service_tier 'turbo' is not one of 'standard', 'batch', 'flex', 'priority', 'ultrafast', 'fast'",
    ),
    "plan": (rate(plan="pro"), "plan 'pro' is not one of 'free', 'paid'"),
    "period": (rate(period="year"), "period 'year' is not one of '', 'day', 'month'"),
    "id": (rate(model="Flash"), "model 'Flash' is not an id"),
    "path": (rate(model="../flash"), "model '../flash' is not an id"),
    "long id": (rate(model="a" * 65), f"model '{'a' * 65}' is not an id"),
    "id line": (rate(model="flash\n"), "model 'flash\\n' is not an id"),
    "unit": (rate(unit="1M tokens"), "unit '1M tokens' is not a quantity and a noun"),
    "plural": (rate(unit="1 images"), "unit '1 images' is not a quantity and a noun"),
    "no unit": (rate(unit=""), "unit '' is not a quantity and a noun"),
    "no price": (rate(price=None, availability="priced"), "priced with price None"),
    "price": (rate(availability="refers"), "refers with price 0.5"),
    "free": (rate(availability="free"), "free at 0.5"),
    "negative": (rate("-1"), "price -1 is not a non-negative decimal"),
    "minus zero": (rate("-0"), "price -0 is not a non-negative decimal"),
    "nan": (rate("NaN"), "price NaN is not a non-negative decimal"),
    "infinite": (rate("Infinity"), "price Infinity is not a non-negative decimal"),
    "no currency": (rate(currency=""), "currency '' is not an ISO 4217 code"),
    "sign": (rate(currency="$"), "currency '$' is not an ISO 4217 code"),
    "currency": (rate(None, currency="USD"), "currency USD without a price"),
    "prompt": (rate(prompt_over=200, prompt_up_to=128), "prompt over 200 and up to 128"),
    "empty bounds": (rate(used_over=5, used_up_to=5), "used over 5 and up to 5"),
    "negative bound": (rate(used_over=-1), "used over -1 and up to None"),
    "negative end": (rate(prompt_up_to=-1), "prompt over None and up to -1"),
    "dates": (
        rate(effective_from=date(2027, 1, 1), effective_until=date(2026, 1, 1)),
        "effective from 2027-01-01 until 2026-01-01",
    ),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_rates_say_what_is_wrong(broken, expected):
    """Each rule of the contract has words of its own, and no rule fires for another."""
    assert [expected] == validate_rate(broken)


def test_all_problems_are_told_at_once():
    """A rate with several faults lists every one."""
    assert 3 == len(validate_rate(rate("-1", service_tier="turbo", currency="")))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("2", "2"),
        ("2.00", "2"),
        ("0.50", "0.5"),
        ("0.0375", "0.0375"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("0.000", "0"),
        ("0", "0"),
    ],
)
def test_amounts_in_plain_notation(amount, expected):
    """No exponent, no trailing zeros, and no zero lost from a whole number."""
    assert expected == plain(Decimal(amount))


def test_a_row_is_text_by_column():
    """Amounts plain, dates ISO, nothing where the page says nothing, evidence last."""
    full = rate("0.30", prompt_up_to=200_000, effective_until=date(2026, 12, 31), quote="$0.30 | x", locator="here")
    expected = {
        **dict.fromkeys(CONTRACT, ""),
        "provider": "google",
        "source": "gemini-api",
        "model": "flash",
        "service_tier": "standard",
        "plan": "paid",
        "meter": "input",
        "unit": "1000000 tokens",
        "prompt_up_to": "200000",
        "basis": "list",
        "availability": "priced",
        "price": "0.3",
        "currency": "USD",
        "effective_until": "2026-12-31",
        "quote": "$0.30 | x",
        "locator": "here",
        "reading": "exact",
    }

    assert expected == row(full)
    assert CONTRACT == list(row(full))


def test_fault_35_the_three_numbers_that_must_not_be_confused():
    """Free is 0, not available is empty."""
    assert ("0", "free") == (row(rate("0", availability="free"))["price"], "free")
    assert ("", "not_available") == tuple(row(rate(None))[n] for n in ("price", "availability"))
