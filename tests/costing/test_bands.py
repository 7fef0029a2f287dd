"""The price table that joins says what `ratecards.cost` says, and names what depends on more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ratecards.costing.bands import (
    COLUMNS,
    KEY,
    LARGEST,
    PRICES,
    Band,
    Price,
    Span,
    continued,
    of_card,
    of_dataset,
    rows,
    types,
)
from ratecards.costing.counts import PLAIN_RULES
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from ratecards.model import RateCard
from scraper import ROOT
from scraper.publish.bands import spans_of
from tests.support.kit import DAY, card, formula, rate

STANDARD = ("standard", "paid")


def one(*rates: Any, day: date = DAY, **values: Any) -> tuple[Band, ...]:
    """The bands of a card's standard tier."""
    return of_card(card(*rates, **values), day)[STANDARD]


def said(band: Band) -> dict[str, str]:
    """The prices of a band by column."""
    return {name: str(price) for name, price in zip(PRICES, band.prices, strict=True) if price is not None}


def usage(price: Price, number: int) -> dict[str, Any]:
    """So many of what a column is the price of, as plain counts; what is cached was sent, too."""
    by = {price.modality: number}
    if price.noun == "token":
        names = {"input": "input_tokens", "output": "output_tokens", "cache_write": "cache_write_tokens"}
        if price.meter == "cache_read":
            return {"input_tokens": by, "cached_tokens": by}
        if price.lifetime:
            return {"cache_write_tokens": {price.lifetime: number}}
        return {names[price.meter]: by}
    name, rule = next(
        (name, rule)
        for name, rule in PLAIN_RULES.items()
        if (rule.meter, rule.nouns) == (price.meter, price.nouns)
        and (rule.by == "modality" or "".join(rule.modalities) == price.modality)
    )
    return {name: by if rule.by == "modality" else number}


# --------------------------------------------------------------------------------------------- one engine


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """The repository's own."""
    return Dataset(ROOT / "ratecards", grade="official")


def test_every_price_is_what_a_call_costs(dataset):
    """Of every official source, name, tier, plan, band and span: each column, times a number, or the refusal of it."""
    seen = dict.fromkeys(("priced", "none", "depends"), 0)
    for row in of_dataset(dataset.database):
        then = dataset.as_of(row["since"])
        prompt = int(row["prompt_over"] or -1) + 1
        words = {"tier": row["service_tier"], "plan": row["plan"], "source": f"{row['provider']}/{row['source']}"}
        for name, price in PRICES.items():
            counts = usage(price, prompt or 1)
            if prompt and {"input_tokens", "cache_write_tokens"}.isdisjoint(counts):
                continue  # a prompt of that size would cost, too
            if name in row["depends"].split():
                seen["depends"] += 1
                assert not row[name]
            elif row[name]:
                seen["priced"] += 1
                found = then.cost(row["model"], counts, **words)
                assert (Decimal(row[name]) * (prompt or 1), row["currency"]) == (found.total, found.currency), (
                    row,
                    name,
                )
            else:
                seen["none"] += 1
                with pytest.raises(CostError):
                    then.cost(row["model"], counts, **words)
    assert min(seen.values()) > 400


def test_a_name_means_the_card_of_the_day(dataset):
    """An alias and a former id have the bands of the card, from the day on which they mean it."""
    found = {(r["model"], r["card"], r["since"]) for r in of_dataset(dataset.database) if r["model"] != r["card"]}

    assert ("gemini-3-pro-image-preview", "gemini-3-pro-image", "2026-08-27") in found
    assert {"claude-sonnet-4-5"} <= {model for model, *_ in found}


# --------------------------------------------------------------------------------------------- one card


def test_bands_of_the_prompt():
    """One row where both halves cost the same; of three, each begins where another ends; an open end is not sold."""
    both = one(rate("1", prompt_up_to=9), rate("1", prompt_over=9))
    three = one(rate("1", prompt_up_to=9), rate("2", prompt_over=9, prompt_up_to=20), rate("3", meter="output"))
    closed = one(rate("1", prompt_up_to=9), rate("2", prompt_over=9, prompt_up_to=20))
    late = one(rate("2", prompt_over=9))

    assert [(None, None)] == [band[:2] for band in both]
    assert [(None, 9), (9, 20), (20, None)] == [band[:2] for band in three]
    assert {"output_per_token", "output_text_per_token", "output_image_per_token"} <= said(three[2]).keys()
    assert "input_text_per_token" not in said(three[2])
    assert [(None, 9), (9, 20)] == [band[:2] for band in closed]
    assert [(None, 9, set()), (9, None, {"0.0000020000000000"})] == [
        (*band[:2], {*said(band).values()}) for band in late
    ]


def test_what_is_not_one_price():
    """Sizes, a period's allowance, images by their tokens, another currency, a fraction without an end: named."""
    several = one(rate("1", meter="output", modality="image", unit="1 image", resolution="1K"),
                  rate("2", meter="output", modality="image", unit="1 image", resolution="2K"))  # fmt: skip
    query = {"meter": "search_grounding", "unit": "1000 queries", "period": "day"}
    allowance = one(rate("0", used_up_to=10, **query), rate("14", used_over=10, **query))
    pieces = one(rate("1"), rate("0.03", meter="output", modality="image", unit="1 image"),
                 rate("2", meter="output", modality="text"), formulas=(formula(meter="output", modality="image"),))  # fmt: skip
    money = one(rate("1"), rate("2", meter="output", currency="EUR"))
    thirds = one(rate("0.04", meter="output", unit="30 seconds"))
    huge = one(rate(str(LARGEST), meter="output", unit="1 song", modality="audio"))

    assert [("output_image_per_image",)] == [band.depends for band in several]
    assert [("search_grounding_per_query",)] == [band.depends for band in allowance]
    assert {"output_per_token", "output_image_per_token"} <= {*pieces[0].depends}
    assert {"0.0300000000000000"} == {said(pieces[0])["output_image_per_image"]}
    assert "USD" == money[0].currency
    assert "output_per_token" in money[0].depends
    assert ("output_per_second",) == thirds[0].depends
    assert ("output_audio_per_song",) == huge[0].depends
    assert {} == said(several[0]) | said(thirds[0]) | said(huge[0])


def test_an_image_by_its_tokens():
    """Where a page sells tokens and says how many an image has, it has the price of so many."""
    token = rate("30", meter="output", modality="image")
    (band,) = one(token, formulas=(formula(meter="output", modality="image"),))
    assert "0.0387000000000000" == said(band)["output_image_per_image"]


def test_how_long_it_is_kept():
    """What is written to a cache has a column for each lifetime that a page tells apart; unsaid it depends."""
    written = {"meter": "cache_write", "modality": "text"}
    (band,) = one(rate("1.25", context="5 minutes", **written), rate("2", context="1 hour", **written))
    assert ("0.0000012500000000", "0.0000020000000000") == tuple(
        said(band)[f"cache_write_{kept}_per_token"] for kept in ("5_minutes", "1_hour")
    )
    assert ("cache_write_text_per_token",) == band.depends


def test_what_is_not_sold():
    """A tier without a price has no bands, nor has one that sells only what no count is of."""
    assert {} == of_card(card(rate(None)), DAY)
    assert {} == of_card(card(rate("4", meter="tuning", unit="1 hour")), DAY)


# --------------------------------------------------------------------------------------------- many days


def test_dated_rates_part_the_days():
    """A span ends on the day after the last one of a price, and begins on the first one of the next."""
    step = date(2027, 1, 1)
    dated = card(rate("1", effective_until=step - timedelta(1)), rate("2", effective_from=step))
    spans = continued({}, DAY, {"flash": dated})["flash", *STANDARD]

    assert [(DAY, step, "0.0000010000000000"), (step, None, "0.0000020000000000")] == [
        (span.since, span.until, said(span.bands[0])["input_text_per_token"]) for span in spans
    ]


def test_spans_go_on():
    """What says the same goes on; what says another ends; what is gone ends; what comes back begins again."""
    first, dearer = card(rate("1")), card(rate("2"))
    days = [DAY + timedelta(n) for n in range(5)]
    spans: dict[Any, list[Span]] = {}
    for day, called in zip(
        days, ({"a": first}, {"a": replace(first, name="other")}, {"a": dearer}, {}, {"a": first}), strict=True
    ):
        spans = continued(spans, day, called)

    assert [(days[0], days[2]), (days[2], days[3]), (days[4], None)] == [span[:2] for span in spans["a", *STANDARD]]
    assert {} == continued({("a", *STANDARD): [Span(days[1], None, "a", ())]}, days[1], {})


def test_rows_are_the_spans_again():
    """A row has every column, and what is read back is what was written."""
    cards: dict[str, RateCard] = {
        "flash": card(rate("1", prompt_up_to=9), rate("2", prompt_over=9), rate("0.5", service_tier="batch")),
        "alias": card(rate("1")),
    }
    spans = continued({}, DAY, cards)
    found = rows("google/gemini-api", spans)

    assert spans == spans_of(found)
    assert {COLUMNS} == {tuple(row) for row in found}
    assert [("alias", "standard"), ("flash", "standard"), ("flash", "standard"), ("flash", "batch")] == [
        (row["model"], row["service_tier"]) for row in found
    ]
    assert {("google", "gemini-api", "documentation")} == {tuple(row[name] for name in KEY[:3]) for row in found}


def test_the_types():
    """Every price is a decimal that is exact times any count; what is counted in parts has three places fewer."""
    kinds = types()
    assert {"DECIMAL(22, 16)", "DECIMAL(19, 13)"} == {kinds[name] for name in PRICES}
    assert "DECIMAL(19, 13)" == kinds["output_per_second"]
    assert {"BIGINT", "DATE"} == {kind for name, kind in kinds.items() if name not in PRICES}
