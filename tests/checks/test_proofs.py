"""Proofs of what unknown words mean: each holds for the figures that it says, and for no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Evidence, Formula, Rate, RateCard
from scraper.checks import proofs
from scraper.checks.proofs import Known, arithmetic, continuity, corroboration, relation, waiting

TOKENS = "1000000 tokens"


def rate(price: str | None, meter: str = "input", place: str = "m / Standard / Input price / Paid", **more) -> Rate:
    """A rate of the model m."""
    words = {
        "provider": "google",
        "source": "gemini-api",
        "model": "m",
        "unit": TOKENS,
        "currency": "USD" if price else "",
    }
    words |= {
        "availability": "priced" if price else "not_available",
        "price": None if price is None else Decimal(price),
    }
    quote = more.pop("quote", f"${price}")
    return Rate(**{**words, "meter": meter, **more}, evidence=Evidence(quote, place))


def card(*rates: Rate) -> RateCard:
    return RateCard(
        provider="google",
        source="gemini-api",
        model="m",
        name="M",
        url="https://x",
        observed=date(2026, 11, 1),
        capture="sha256:0",
        parser="1",
        rates=rates,
    )


def known(*rates: Rate, **more) -> Known:
    return Known({"m": card(*rates)}, **more)


NEW = "m / Standard / Prompt cost / Paid"


def test_continuity_is_the_whole_row():
    """Every rate of it, with bounds, units and days; a row of another name is no other row."""
    low, high = rate("1", prompt_up_to=200000), rate("2", prompt_over=200000)
    row = [replace(r, evidence=Evidence("$", NEW)) for r in (low, high)]

    found = continuity(row, known(low, high))
    assert found is not None
    assert ("continuity", True) == (found.name, found.figures.startswith("as published: "))
    assert continuity(row[:1], known(low, high)) is None
    assert continuity(row, known(low)) is None
    assert continuity([], known(low)) is None


@pytest.mark.parametrize(
    "other",
    [
        rate("1.1"),
        rate("1", unit="1 image"),
        rate("1", prompt_over=200000),
        rate("1", modality="audio"),
        rate("1", effective_from=date(2027, 1, 1)),
        rate("1", meter="output"),
        rate("1", model="n"),
    ],
)
def test_continuity_of_another_figure(other):
    """An amount, a unit, a bound, a modality, a day, a meter, a model that is another proves nothing."""
    assert continuity([replace(other, evidence=Evidence("$", NEW))], known(rate("1"))) is None


IMAGE = {"meter": "output", "modality": "image", "place": "m / Standard / Output price / Paid"}
NOTE = Formula(quote="1,120 tokens", meter="", modality="image", resolution="", unit="1 image", tokens=1120)


def test_arithmetic():
    """1,120 tokens at $30 per million are $0.0336."""
    base = rate("30", **IMAGE, quote="$30.00 (images)")
    each = rate("0.0336", **IMAGE, unit="1 image", basis="equivalent", quote="$0.0336 per gloss image")
    found = arithmetic([base, each], ["gloss"], [base, each], [NOTE])

    assert found is not None
    assert "1120 tokens at 30 USD are 0.0336 USD per 1 image" == found.figures
    wrong = replace(each, price=Decimal("0.0436"), evidence=Evidence("$0.0436 per gloss image", "x"))
    assert arithmetic([base, wrong], ["gloss"], [base, wrong], [NOTE]) is None
    assert arithmetic([base, each], ["(images)", "gloss"], [base, each], []) is None
    assert arithmetic([base, each], ["other words"], [base, each], [NOTE]) is None


def test_arithmetic_of_ten_seconds():
    """25 tokens a second for ten seconds at $9 per million."""
    note = Formula(quote="25 tokens per second", modality="audio", unit="1 second", tokens=25)
    base = rate("9", meter="output", modality="audio", quote="$9.00")
    ten = rate(
        "0.00225", meter="output", modality="audio", unit="10 seconds", basis="equivalent", quote="$0.00225 gloss"
    )
    found = arithmetic([base, ten], ["gloss"], [base, ten], [note])

    assert found is not None
    assert "25 tokens at 9 USD are 0.00225 USD per 10 seconds" == found.figures


def test_corroboration():
    """The twin has the same rates; or another publication each price."""
    one, free = rate("1"), rate(None, plan="free")

    assert corroboration([one, free], Known(twins=[one, free])) is not None
    assert corroboration([one], Known(twins=[rate("2")])) is None
    found = corroboration([one, free], Known(says=lambda _: "google/cloud-billing"))
    assert found is not None
    assert found.figures.startswith("google/cloud-billing says the same")
    assert corroboration([free], Known(says=lambda _: "google/cloud-billing")) is None


def test_relation():
    """Only of what is new, only where a factor holds, and none is broken."""
    standard, batch = rate("2"), rate("1", service_tier="batch")
    factors = {"batch input": "0.5"}
    found = relation([batch], {batch}, [standard, batch], Known(factors=factors))

    assert found is not None
    assert ("relation", 1, "1 USD is 0.5 of 2 USD (batch input)") == (found.name, found.tiers, found.figures)
    far = rate("1.5", service_tier="batch")
    assert relation([far], {far}, [standard, far], Known(factors=factors)) is None
    assert relation([batch], {batch}, [standard, batch], Known()) is None
    assert (
        relation([batch], {batch}, [standard, batch], known(rate("9", service_tier="batch"), factors=factors)) is None
    )


def test_what_waits():
    """What is inferred and was not published before; the words are the reason."""
    marked = [
        replace(rate("1"), evidence=Evidence("$1", NEW, reading=f"{proofs.INFERRED}{name}"))
        for name in ("continuity", "relation")
    ]

    assert ["inferred: relation, to be seen once more"] == [
        reason.reason for reason in waiting([card(*marked), card()])
    ]


def test_words_that_other_sections_prove():
    """They are proven of what is new, whatever its factors; of what was published never."""
    one, far = rate("2"), rate("1.5", service_tier="batch")
    factors = {"batch input": "0.5"}
    found = relation([far], {far}, [one, far], Known(factors=factors), sections=2)

    assert found is not None
    assert ("relation", "2 other sections prove the same words") == (found.name, found.figures)
    assert relation([far], {far}, [one, far], Known(factors=factors), sections=1) is None
    assert relation([far], {far}, [one, far], known(rate("9", service_tier="batch")), sections=2) is None


def test_factors_are_those_of_one_day():
    """A price of this year is no base for one of the next."""
    ends, starts = {"effective_until": date(2026, 12, 31)}, {"effective_from": date(2027, 1, 1)}
    model = [rate("2", **ends), rate("4", **starts)]
    model += [rate("1", service_tier="batch", **ends), rate("2", service_tier="batch", **starts)]
    found = relation(model[2:], {*model[2:]}, model, Known(factors={"batch input": "0.5"}))

    assert found is not None
    assert "1 USD is 0.5 of 2 USD (batch input); 2 USD is 0.5 of 4 USD (batch input)" == found.figures


@pytest.mark.parametrize(
    ("before", "quote", "holds"),
    [
        ("$14 / 1,000 search queries", "$14 / 1,000 search calls", True),
        ("$14 / 1,000 search queries", "5,000 free, then $14 / 1,000 search calls", True),
        ("$14 / 1,000 search queries", "$14 per 1,000 calls", False),
        ("$14 / 1,000 search requests", "$14 / 1,000 search calls", False),
        ("$14 / 1,000 search queries", "$14 per 1,000", True),
    ],
)
def test_a_word_for_what_is_asked(before, quote, holds):
    """All else of its cell stands as it was: these nouns are exchanged while the number stays."""
    old = rate("14", unit="1000 queries", quote=before)
    new = replace(old, evidence=Evidence(quote, NEW))

    assert holds == (continuity([new], known(old), {"calls": "queries"}) is not None)
