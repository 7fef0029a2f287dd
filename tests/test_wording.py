"""A rate in words, short for people and in full for reports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ratecards import model, wording
from ratecards.model import row
from ratecards.wording import exact_conditions, exact_name, exact_price
from tests.support.histories import rate
from tests.support.kit import rate as full_rate

LATER = date(2027, 1, 1)
OLD = rate(price="0.25", quote="$0.25 (text)")
FREE = rate("flash", "input", "0", plan="free", availability="free", quote="Free of charge")


class TestShort:
    """For people."""

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({}, ""),
            ({"prompt_up_to": 200_000}, "prompt <= 200k"),
            ({"prompt_over": 200_000}, "prompt > 200k"),
            ({"prompt_over": 128_500, "prompt_up_to": 1_000_000}, "128,500 < prompt <= 1M"),
            ({"prompt_over": 0}, "prompt > 0"),
            ({"used_over": 1500, "period": "day"}, "over 1,500/day"),
            ({"used_up_to": 5000, "period": "month"}, "up to 5,000/month"),
            ({"used_over": 10, "used_up_to": 20}, "10 to 20"),
            (
                {"resolution": "1K", "quality": "high", "context": "global", "basis": "equivalent"},
                "1K, high, global, equivalent",
            ),
            ({"effective_from": date(2026, 1, 5), "effective_until": LATER}, "from 2026-01-05 until 2027-01-01"),
        ],
    )
    def test_conditions_are_compact(self, values: dict[str, object], words: str) -> None:
        """Bounds, allowances, labels and dates as a person says them."""
        assert words == wording.conditions(rate(**values))

    def test_a_held_rate_says_when_it_was_read(self) -> None:
        """A rate older than its card carries its own day."""
        evidence = model.Evidence("$1", "x", observed=date(2026, 3, 1))
        held = model.Rate(**{n: getattr(rate(), n) for n in model.RATE_FIELDS}, evidence=evidence)

        assert "as read 2026-03-01" == wording.conditions(held)

    @pytest.mark.parametrize(
        ("amount", "words"), [("2", "2.00"), ("0.5", "0.50"), ("0.0375", "0.0375"), ("1350", "1,350.00"), ("0", "0.00")]
    )
    def test_money_has_two_decimals_or_more(self, amount: str, words: str) -> None:
        """As much as the price says, and never less than cents."""
        assert words == wording.money(Decimal(amount))

    def test_the_place_of_a_price(self) -> None:
        """An amount, its currency where it is not the dollar, or the reason for none."""
        contact = rate(price=None, availability="not_published")
        values = [rate(), rate(currency="EUR"), FREE, contact, None]
        assert ["0.50", "0.50 EUR", "free", "not published", "-"] == [wording.value(r) for r in values]

    @pytest.mark.parametrize(
        ("unit", "words"),
        [("1000000 tokens", "1M tokens"), ("1000 prompts", "1,000 prompts"), ("1 image", "1 image"), ("", "")],
    )
    def test_units_are_short(self, unit: str, words: str) -> None:
        """Quantities as the pages print them."""
        assert words == wording.unit(unit)

    @pytest.mark.parametrize(("ratio", "words"), [("2", "x2.00"), ("0.1", "x0.10"), ("0.0125", "x0.0125")])
    def test_small_ratios_keep_their_digits(self, ratio: str, words: str) -> None:
        """Two decimals, four where two would say nothing."""
        assert words == wording.times(Decimal(ratio))

    def test_a_free_plan_is_named(self) -> None:
        """Paid goes without saying."""
        assert ("input (standard)", "input (standard, free plan)") == (wording.subject(OLD), wording.subject(FREE))

    def test_a_price_with_its_currency(self) -> None:
        """A dollar has its sign."""
        assert ["$0.30", "0.30 EUR"] == [wording.with_currency(Decimal("0.3"), c) for c in ("USD", "EUR")]

    def test_a_price_with_its_unit(self) -> None:
        """One of a thing needs no number; without a unit there is none."""
        found = [rate(price="3"), rate(price="3", unit="1 image"), FREE, None]
        assert ["3.00 USD per 1M tokens", "3.00 USD per image", "free", "-"] == [wording.price(r) for r in found]
        assert "" == wording.per("")


# ---------------------------------------------------------------------------------------------- in full


CONDITIONS = {
    "nothing": (full_rate(), ""),
    "all": (
        full_rate(
            modality="image",
            quality="hd",
            resolution="1K",
            context="global",
            prompt_over=0,
            prompt_up_to=200_000,
            used_over=0,
            used_up_to=1500,
            period="day",
            basis="equivalent",
        ),
        "image, hd, 1K, global, prompt <= 200000, prompt > 0, up to 1500 a day, over 0 a day, equivalent",
    ),
}


@pytest.mark.parametrize(("selected", "expected"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(selected, expected):
    """What selects a rate beside its meter; a bound of zero is one."""
    assert expected == exact_conditions(selected)


def test_a_rate_s_name():
    """Tier, free plan, meter, conditions."""
    assert "standard input" == exact_name(full_rate())
    assert "batch (free plan) output text" == exact_name(
        full_rate(service_tier="batch", plan="free", meter="output", modality="text")
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (full_rate("0.50"), "0.5 USD per 1M tokens"),
        (full_rate("0", availability="free"), "0 USD per 1M tokens"),
        (full_rate("0", availability="free", unit=""), "0 USD"),
        (full_rate(None), "not available"),
        (full_rate(None, availability="refers"), "refers"),
        (full_rate("1", effective_from=date(2027, 1, 1)), "1 USD per 1M tokens from 2027-01-01"),
        (full_rate("1", effective_until=date(2026, 12, 31)), "1 USD per 1M tokens until 2026-12-31"),
    ],
)
def test_what_a_rate_says(said, expected):
    """Price, unit and dates, or what the page says instead."""
    assert expected == exact_price(row(said))
