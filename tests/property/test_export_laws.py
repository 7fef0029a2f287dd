"""Laws of the exports: every priced rate is said or counted, and what is said comes back as a claim with its price."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.audit.claims import Claim
from ratecards.formats import genai_prices_reader as genai_prices
from ratecards.formats import genai_prices_writer as genai_writer
from ratecards.formats import modelsdev_reader as modelsdev
from ratecards.formats import modelsdev_writer
from ratecards.formats.export import SEARCH, Slots, slots
from ratecards.formats.genai_prices_writer import write
from ratecards.formats.modelsdev_writer import _prices, _why
from ratecards.formats.price_file import _toml_model
from ratecards.model import Rate, RateCard, canonical_order
from tests.property import strategies
from tests.support.kit import card, claimed, rate

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

ON = date(2026, 11, 1)
LATER = date(2027, 1, 1)
PRICES = ("0.1", "0.25", "3")
# Dates of the rates of one thing: all the time, until a step, from a later day on, until a day. Most have no dates.
ALWAYS, STEP = ((None, None),), ((None, LATER - timedelta(days=1)), (LATER, None))
DATES = (ALWAYS, ALWAYS, ALWAYS, STEP, STEP, ((LATER, None),), ((ON, LATER),))
FLAT, TWO = ((None, None),), ((None, 200_000), (200_000, None))
BOUNDS = (FLAT, FLAT, TWO, TWO, ((None, 200_000),), ((None, 128_000), (200_000, None)))
# Which modalities a page splits the prices of a meter into.
SPLITS = {
    "input": (("",), ("text",), ("text", "audio"), ("text", "image", "video", "audio"), ("", "image")),
    "output": (("",), ("text", "audio"), ("text", "image"), ("audio",), ("image", "audio"), ()),
    "cache_read": ((), ("",), ("text", "audio"), ("text", "image", "video", "audio"), ("audio",)),
    SEARCH: ((), ("",)),
    "cache_storage": ((), ("",)),
}


def things(draw: st.DrawFn, tier: str, meter: str, modality: str) -> list[Rate]:
    """The rates of one thing, by prompt and by date."""
    unit = "1000 queries" if meter == SEARCH else "1000000 tokens"
    values = {"service_tier": tier, "meter": meter, "modality": modality, "unit": unit}
    dates = draw(st.sampled_from(DATES))
    return [
        rate(
            draw(st.sampled_from(PRICES)),
            **values,
            prompt_over=over,
            prompt_up_to=up_to,
            effective_from=start,
            effective_until=end,
        )
        for over, up_to in draw(st.sampled_from(BOUNDS))
        for start, end in dates
    ]


@st.composite
def token_cards(draw: st.DrawFn, model: str = "flash") -> RateCard:
    """A card as token models have: tiers with much the same rows, one or two missing, and rates no token file can say."""
    tiers = ("standard", *draw(st.sampled_from(((), ("batch",), ("flex",), ("batch", "flex")))))
    splits = {meter: draw(st.sampled_from(known)) for meter, known in SPLITS.items()}
    keys = [(tier, meter, m) for tier in tiers for meter, modalities in splits.items() for m in modalities]
    missing = draw(st.lists(st.sampled_from(keys), max_size=1))
    found = [things(draw, *key) for key in keys if key not in missing]
    more = draw(st.lists(strategies.rates(model), max_size=1))
    rates = {r.row_key: r for r in chain(*found, more)}
    aliases = draw(st.sampled_from(((), ("f", "pro"))))
    return card(*sorted(rates.values(), key=canonical_order), model=model, aliases=aliases)


editions = st.one_of(
    st.lists(strategies.cards(), max_size=2, unique_by=lambda c: c.model),
    st.tuples(token_cards(), token_cards("pro")).map(list),
    token_cards().map(lambda c: [c]),
)


def priced(cards: Iterable[RateCard]) -> int:
    """How many rates have a price."""
    return sum(r.price is not None for c in cards for r in c.rates)


def said(found: Slots, why: Iterable[object]) -> list[Rate]:
    """The rates in slots that are written."""
    return [r for slot, rates in found.rates.items() if slot not in why for r in rates]


def price_of(claims: Iterable[Claim], wanted: Rate, prompt: int) -> set[Decimal]:
    """What a file says of a rate's thing: the price of the most specific field, standard prices where a tier has none."""
    fields: dict[str, set[Decimal]] = {}
    for tier in dict.fromkeys(("standard", wanted.service_tier)):
        own: dict[str, set[Decimal]] = {}
        for c in claims:
            if (c.model, c.meter, c.service_tier) == (wanted.model, wanted.meter, tier) and _fits(c, prompt):
                own.setdefault(c.modality, set()).add(c.price)
        fields |= own
    return fields.get(wanted.modality) or fields.get("", set())


def _fits(claim: Claim, prompt: int) -> bool:
    return (claim.prompt_over or 0) < prompt and (claim.prompt_up_to is None or prompt <= claim.prompt_up_to)


def prompts(rate: Rate) -> list[int]:
    """The shortest and the longest prompt of a rate."""
    return [(rate.prompt_over or 0) + 1, rate.prompt_up_to or 10_000_000]


def comes_back(claims: list[Claim], rates: list[Rate]) -> list[Rate]:
    """The rates that the claims do not say."""
    return [r for r in rates if any({r.price} != price_of(claims, r, p) for p in prompts(r))]


@given(editions)
def test_genai_prices(cards: list[RateCard]) -> None:
    """On each day on which a rate holds."""
    files, unsaid = genai_writer.export(cards, ON)
    data = json.loads(files["data.json"], parse_float=Decimal)
    own = [(found, write(found)) for c in cards for found in [slots(c, ON, steps=True)]]
    rates = [r for found, written in own for r in said(found, written.why)]
    assert priced(cards) == len(rates) + sum(unsaid.values())
    for day in (ON, LATER - timedelta(days=1), LATER, LATER + timedelta(days=1)):
        claims, _ = claimed(genai_prices.entries(data, day))
        assert [] == comes_back(claims, [r for r in rates if r.holds_on(day)])


@given(editions)
def test_modelsdev(cards: list[RateCard]) -> None:
    """From api.json and from the TOML files alike."""
    files, unsaid = modelsdev_writer.export(cards, ON)
    own = [(found, _why(found, _prices(found))) for c in cards for found in [slots(c, ON, steps=False)]]
    rates = [r for found, why in own for r in said(found, why)]
    assert priced(cards) == len(rates) + sum(unsaid.values())
    tree: dict[str, Any] = {}
    for path, text in files.items():
        if "/models/" in path:
            [(provider, own)] = _toml_model(Path(path), tomllib.loads(text, parse_float=Decimal)).items()
            tree.setdefault(provider, {"models": {}})["models"] |= own["models"]
    for data in (json.loads(files["api.json"], parse_float=Decimal), tree):
        claims, unread = claimed(modelsdev.entries(data))
        assert ([], []) == (unread, comes_back(claims, rates))


@given(editions)
def test_no_price_is_invented(cards: list[RateCard]) -> None:
    """Every claim of an exported file has the price of a rate of that model, tier and meter."""
    known = {
        (r.model, r.service_tier, r.meter, r.price)
        for c in cards
        for r in c.rates
        if r.plan == "paid" and r.price is not None
    }
    genai = claimed(
        genai_prices.entries(json.loads(genai_writer.export(cards, ON)[0]["data.json"], parse_float=Decimal), LATER)
    )
    api = claimed(modelsdev.entries(json.loads(modelsdev_writer.export(cards, ON)[0]["api.json"], parse_float=Decimal)))
    claims = [*genai[0], *api[0]]
    assert [] == [c for c in claims if (c.model, c.service_tier, c.meter, c.price) not in known]


@given(editions, st.randoms(use_true_random=False))
def test_same_bytes(cards: list[RateCard], chance) -> None:
    """In whatever order cards and rates come."""
    mixed = [replace(c, rates=tuple(chance.sample(c.rates, len(c.rates)))) for c in chance.sample(cards, len(cards))]
    for module in (genai_writer, modelsdev_writer):
        assert module.export(cards, ON) == module.export(mixed, ON)
