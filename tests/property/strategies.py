"""Rates, cards and editions as hypothesis draws them.

`rates`, `cards` draw from all that the table allows, hostile words included. `editions` draw from few values, so that
two of them often meet in a key, a price or a word.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import strategies as st

from ratecards.model import (
    AVAILABILITIES,
    BASES,
    METERS,
    MODALITIES,
    MODEL_ID,
    PERIODS,
    PLANS,
    SERVICE_TIERS,
    Evidence,
    Formula,
    Rate,
    RateCard,
    canonical_order,
)

OWNER: dict[str, Any] = {"provider": "google", "source": "gemini-api"}
START = date(2026, 1, 1)
UNITS = ("1000000 tokens", "1000000 token-hours", "1 image", "1 second", "1000 prompts", "1000 characters")
HOSTILE = (
    "",
    " ",
    "no",
    "null",
    "1.10",
    "1e-7",
    "a: b",
    "- x",
    "#",
    "'",
    '"',
    "\\",
    "\\u0041",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\x85",
    "\u2028",
    "\ufeff",
    "\u202e$1",
    "{[}]",
    '}, {"a": 1}',
    "]\n[",
    "|",
    "=HYPERLINK(",
    "\U000e0041",
    "é",
    "𝟙",
)

words = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.just("$0.50")
)
names = st.text("abcdefgh.-é: ", min_size=1, max_size=8)
models = st.from_regex(r"[a-z0-9][a-z0-9.\-]{0,8}", fullmatch=True).filter(MODEL_ID.match)
days = st.integers(0, 700).map(lambda n: START + timedelta(days=n))
prices = st.builds(lambda n, places: Decimal(n).scaleb(-places), st.integers(0, 10**7), st.integers(0, 9))


def _bounds() -> st.SearchStrategy[tuple[int | None, int | None]]:
    numbers = st.one_of(st.none(), st.integers(0, 2_000_000))
    return st.tuples(numbers, numbers).filter(lambda b: None in b or b[0] < b[1])


@st.composite
def rates(draw: st.DrawFn, model: str = "flash") -> Rate:
    """Any rate that may be published."""
    availability = draw(st.sampled_from(AVAILABILITIES))
    priced = availability in ("priced", "free")
    price = Decimal(0) if availability == "free" else draw(prices) if priced else None
    prompt, used = draw(_bounds()), draw(_bounds())
    start, end = sorted((draw(days), draw(days)))
    return Rate(
        **OWNER,
        model=model,
        service_tier=draw(st.sampled_from(SERVICE_TIERS)),
        plan=draw(st.sampled_from(PLANS)),
        meter=draw(st.sampled_from(METERS)),
        modality=draw(st.sampled_from(MODALITIES)),
        unit=draw(st.sampled_from(UNITS if price else ("", *UNITS))),
        resolution=draw(st.sampled_from(("", "0.5K", "1K", "4K", "720p", "4k"))),
        quality=draw(st.sampled_from(("", "low", "hd"))),
        prompt_over=prompt[0],
        prompt_up_to=prompt[1],
        used_over=used[0],
        used_up_to=used[1],
        period=draw(st.sampled_from(PERIODS)),
        context=draw(words),
        basis=draw(st.sampled_from(BASES)),
        availability=availability,
        price=price,
        currency=draw(st.sampled_from(("USD", "EUR"))) if price is not None else "",
        effective_from=draw(st.sampled_from((None, start))),
        effective_until=draw(st.sampled_from((None, end))),
        evidence=draw(evidence),
    )


evidence = st.builds(
    Evidence, words, words, st.sampled_from(("", "sha256:1")), st.one_of(st.none(), st.just(date(2026, 3, 1)))
)
formulas = st.builds(
    Formula,
    quote=words.filter(bool),
    meter=st.sampled_from(("", "input", "output")),
    modality=st.sampled_from(("", "image")),
    resolution=st.sampled_from(("", "1K")),
    unit=st.sampled_from(UNITS),
    tokens=st.one_of(st.none(), st.integers(0, 10**6)),
    amount=st.one_of(st.none(), prices),
    currency=st.sampled_from(("", "USD")),
    quality=st.sampled_from(("", "low")),
)


@st.composite
def cards(draw: st.DrawFn) -> RateCard:
    """Any card that may be published, its rates in no order."""
    model = draw(models)
    return RateCard(
        **OWNER,
        model=model,
        name=draw(words),
        url=draw(words),
        anchor=draw(words),
        aliases=tuple(draw(st.lists(words, max_size=2))),
        used_to_improve=tuple(draw(st.dictionaries(names, words, max_size=2)).items()),
        notices=tuple(draw(st.lists(words, max_size=2))),
        formulas=tuple(draw(st.lists(formulas, max_size=2))),
        facts=tuple(draw(st.dictionaries(names, words, max_size=2)).items()),
        observed=draw(days),
        capture="sha256:ab",
        last_updated=draw(st.one_of(st.none(), days)),
        parser=draw(st.sampled_from(("1", "manual-1"))),
        rates=tuple(draw(st.lists(rates(model), max_size=5, unique_by=lambda r: r.row_key))),
    )


_FORMULAS = (
    Formula(quote="A.", unit="1 image", tokens=1290),
    Formula(quote="A.", unit="1 image", tokens=0),
    Formula(quote="A.", unit="1 image", amount=Decimal("0.039"), currency="USD", meter="output"),
    Formula(quote="A.", unit="1 image", tokens=272, resolution="1K", quality="low"),
)


_MONEY: tuple[dict[str, Any], ...] = (
    {"availability": "not_available", "unit": ""},
    {"availability": "not_available", "unit": UNITS[0]},
    {"price": Decimal(0), "currency": "USD", "unit": UNITS[0]},
    {"price": Decimal("0.30"), "currency": "USD", "unit": UNITS[0]},
    {"price": Decimal("0.3"), "currency": "USD", "unit": UNITS[0]},
    {"price": Decimal("0.3"), "currency": "EUR", "unit": UNITS[0]},
    {"price": Decimal(2), "currency": "USD", "unit": UNITS[0]},
    {"price": Decimal(2), "currency": "USD", "unit": UNITS[1]},
)
_FEW_RATES = [
    Rate(
        **OWNER,
        **money,
        model="a",
        meter="input",
        resolution=resolution,
        prompt_over=bound,
        context=context,
        effective_from=start,
        effective_until=end,
        evidence=Evidence(quote, place),
    )
    for money, resolution, bound, context, start, end, quote, place in product(
        _MONEY,
        ("", "1K", "4K"),
        (None, 128_000, 200_000),
        ("", "global"),
        (None, START),
        (None, date(2026, 12, 31)),
        ("$0.30", "-"),
        ("here", "there"),
    )
]
_FEW_HEADS = [
    RateCard(
        **OWNER,
        model="a",
        name=name,
        url="https://example.test/pricing",
        aliases=aliases,
        used_to_improve=tuple(used.items()),
        notices=notices,
        formulas=notes,
        facts=tuple(said.items()),
        observed=START,
        capture="sha256:0",
        parser="1",
    )
    for name, aliases, used, notices, notes, said in product(
        ("Flash", "Pro"),
        ((), ("x",), ("x", "y")),
        ({}, {"free": "Yes"}, {"free": "No"}),
        ((), ("__note__",), ("__note__", "not present")),
        ((), _FORMULAS[:2], _FORMULAS[1:]),
        ({}, {"a": "1"}, {"a": "1", "b": "2"}),
    )
]
# by number: a failing example then prints what it drew and not all that it could have drawn
_few_heads = st.integers(0, len(_FEW_HEADS) - 1).map(_FEW_HEADS.__getitem__)
_few_rates = st.integers(0, len(_FEW_RATES) - 1).map(_FEW_RATES.__getitem__)
_few = st.lists(_few_rates, max_size=5, unique_by=lambda r: r.row_key)


def _few_card(model: str, head: RateCard, found: list[Rate]) -> RateCard:
    own = sorted((replace(r, model=model) for r in found), key=canonical_order)
    return replace(head, model=model, rates=tuple(own))


def editions() -> st.SearchStrategy[dict[str, RateCard]]:
    """A whole edition: some of three models."""
    own = {m: st.builds(_few_card, st.just(m), _few_heads, _few) for m in "abc"}
    return st.fixed_dictionaries({}, optional=own)


def read_on(edition: dict[str, RateCard], day: date) -> dict[str, RateCard]:
    """The edition as captured on a day."""
    return {m: replace(c, observed=day, capture=f"sha256:{day}") for m, c in edition.items()}
