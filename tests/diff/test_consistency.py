"""Rounding, and the corners of a source's own arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from scraper.diff.consistency import findings, step, within
from scraper.diff.cross_source import PairRule, between
from scraper.storage import discrepancies as book
from tests.support.kit import DAY, card, cards, rate


@pytest.mark.parametrize(
    ("price", "quote", "expected"),
    [
        ("0.045", "$0.045 per image", "0.001"),
        ("0.5", "$0.50", "0.01"),
        ("0.5", "$1.25 (audio), $0.50 (text)", "0.01"),
        ("1200", "$1,200", "1"),
        ("0.0195", "half of standard", "0.0001"),
        ("1200", "as above", "1"),
    ],
    ids=["printed", "zeros", "second", "thousands", "unsaid", "whole"],
)
def test_a_step_is_the_last_decimal_printed(price, quote, expected):
    """The amount of the quote that is the price says how finely it is printed; else the price itself does."""
    assert Decimal(expected) == step(rate(price, quote=quote))


@pytest.mark.parametrize(
    ("figure", "expected"), [("0.0445", True), ("0.04449", False), ("0.0455", True), ("0.04551", False)]
)
def test_within_rounding_is_half_a_step(figure, expected):
    """Up to half of the last decimal, both ways."""
    assert expected is within(Decimal(figure), rate("0.045", quote="$0.045"))


def test_what_has_no_price_is_within_nothing():
    """No figure is that of a row that is not available."""
    assert not within(Decimal(0), rate(None))


def test_what_is_not_a_list_price_follows_no_factor():
    """An equivalent restates a price: it neither teaches a factor nor breaks one."""
    odd = rate("0.9", service_tier="batch", basis="equivalent")
    edition = [card(rate("1"), replace(odd, model=f"m{n}"), model=f"m{n}") for n in range(6)]

    assert ([], {}) == findings(edition, DAY, {})


def test_no_ratio_without_a_price():
    """There is nothing to divide."""
    left = cards(card(rate("0.25", modality="text")))
    right = cards(card(rate(None, source="ai-studio"), source="ai-studio"))
    (entry,) = between(PairRule("google/gemini-api", "google/ai-studio"), left, right, date(2026, 3, 3))[0]
    assert "ratio" not in book.data(entry)


def test_the_cache_share_is_a_factor():
    """A cached token costs a tenth of an input token, for most: who differs is the finding."""
    cached = {f"m{n}": "0.1" for n in range(5)} | {"m5": "0.2"}
    edition = [card(rate("1"), rate(price, meter="cache_read"), model=m) for m, price in cached.items()]
    found, factors = findings(edition, DAY, {})

    assert {"cache share": "0.1"} == factors
    assert [("m5", Decimal("0.2"), Decimal("0.1"))] == [(f.rate.model, f.printed, f.expected) for f in found]
