"""Laws of our LiteLLM map: every priced rate is said or counted, and what is said comes back as a claim that is right."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.audit.match import match_claim
from ratecards.formats.litellm_reader import entries
from ratecards.formats.litellm_writer import export
from ratecards.model import Rate, RateCard
from ratecards.storage import bounded_json
from tests.property import strategies
from tests.support.kit import card, claimed, rate

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

ON = date(2026, 11, 1)
TIERS = ("standard", "batch", "flex", "priority")
PRICES = ("0.1", "0.25", "3", "12.5")
FLAT, TWO = ((None, None),), ((None, 200_000), (200_000, None))
BOUNDS = (FLAT, FLAT, TWO, TWO, ((None, 200_000),), ((None, 128_000), (200_000, None)), ((None, 1500), (1500, None)))
SPLITS = {
    "input": (("",), ("text",), ("text", "audio"), ("text", "image", "video", "audio"), ("", "image")),
    "output": (("",), ("text", "audio"), ("text", "image"), ("audio",), ("image",), ()),
    "cache_read": ((), ("",), ("text", "audio"), ("text", "image", "video", "audio"), ("audio",)),
    "cache_write": ((), ("",)),
}
# Things that are no tokens: meter, modality, unit, resolution.
THINGS = (
    ("output", "image", "1 image", ""),
    ("output", "image", "1 image", "4K"),
    ("output", "video", "1 second", "720p"),
    ("output", "video", "1 second", "4k"),
    ("input", "audio", "1 minute", ""),
    ("input", "image", "1 image", ""),
    ("input", "text", "1000 characters", ""),
    ("output", "audio", "1 song", ""),
    ("search_grounding", "", "1000 prompts", ""),
    ("search_grounding", "", "1000 queries", ""),
    ("maps_grounding", "", "1000 prompts", ""),
    ("cache_storage", "", "1000000 token-hours", ""),
)


@st.composite
def priced(draw: st.DrawFn) -> RateCard:
    """A card as pages have them: tiers with the same splits, prices of few values."""
    rates: list[Rate] = []
    tiers = draw(st.lists(st.sampled_from(TIERS), min_size=1, unique=True))
    for meter, options in SPLITS.items():
        split = draw(st.sampled_from(options))
        for tier, modality in product(tiers, split):
            for over, up_to in draw(st.sampled_from(BOUNDS)):
                values = {"service_tier": tier, "meter": meter, "modality": modality}
                price = draw(st.sampled_from(PRICES))
                rates.append(rate(price, **values, prompt_over=over, prompt_up_to=up_to))
    alone = {r.meter for r in rates} - {r.meter for r in rates if r.modality in ("", "text")}
    # no page sells one modality by the token and another by the piece
    things = [thing for thing in THINGS if thing[0] not in alone]
    for meter, modality, unit, size in draw(st.lists(st.sampled_from(things), max_size=4, unique=True)):
        tier = draw(st.sampled_from(tiers))
        values = {"service_tier": tier, "meter": meter, "modality": modality, "unit": unit, "resolution": size}
        rates.append(rate(draw(st.sampled_from(PRICES)), **values))
    return card(*rates)


@given(priced())
def test_what_is_said_comes_back_as_a_claim_that_is_right(held: RateCard) -> None:
    """Each price of the map, judged by the card that it was made of; a rate that is not said is counted, and only once."""
    files, unsaid = export([held], ON)
    found, unread = claimed(entries(bounded_json.loads(files["litellm.json"], "map")))

    assert [] == unread
    assert [] == [(claim, verdict) for claim in found if (verdict := match_claim(claim, held, ON)).verdict != "right"]
    assert 0 <= sum(unsaid.values()) <= len(held.rates)
    assert (sum(unsaid.values()) == len(held.rates)) == (not found)


@given(priced())
def test_a_model_is_free_in_nothing_for_want_of_a_field(held: RateCard) -> None:
    """An entry has a price of tokens in and out wherever the card has."""
    entries = json.loads(export([held], ON)[0]["litellm.json"])

    for entry in entries.values():
        for meter, field in (("input", "input_cost_per_token"), ("output", "output_cost_per_token")):
            tokens = [r for r in held.rates if r.meter == meter and r.unit.endswith("tokens")]
            if any(r.service_tier == "standard" for r in tokens):
                assert field in entry


@given(strategies.cards())
def test_any_card_is_exported_the_same_each_time_and_whole(held: RateCard) -> None:
    """Whatever its words are; each rate with a price is in a field or counted."""
    files, unsaid = export([held], ON)

    assert (files, unsaid) == export([held], ON)
    assert sum(unsaid.values()) <= sum(r.price is not None for r in held.rates)
    found, unread = claimed(entries(bounded_json.loads(files["litellm.json"], "map")))
    assert [] == unread
    assert all(claim.price >= Decimal(0) for claim in found)
