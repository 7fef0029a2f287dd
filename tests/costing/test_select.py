"""The one rate for a count: which row fits closest, and what a message says when none or several do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ratecards.catalog.priced_model import PricedModel, measure
from ratecards.costing.select import RateQuery, select_rate, selecting
from ratecards.errors import CostError
from ratecards.model import Rate
from tests.support.histories import card, rate

DAY = date(2026, 3, 24)
TOKEN = ("token",)


def offer(*rates: Rate, **values: Any) -> PricedModel:
    """The offer of one card on the day."""
    return PricedModel(card("flash", *rates, **values), DAY)


def picked(*rates: Rate, tier: str = "standard", plan: str = "paid", **want: Any) -> list[Rate]:
    """What is picked of those rates for input tokens, or what is said."""
    wanted = RateQuery(**{"meter": "input", "nouns": TOKEN, **want})
    return select_rate(offer(*rates), wanted, tier, plan)


TEXT, AUDIO = rate(modality="text", price="0.3"), rate(modality="audio", price="1")
SHORT, LONG = rate(price="1", prompt_up_to=200_000), rate(price="2", prompt_over=200_000)


def test_a_unit_is_a_quantity_and_a_noun():
    """Nouns are compared in the singular."""
    assert [(1000, "query"), (1, "image"), (1_000_000, "token-hour"), (1, "")] == [
        measure(unit) for unit in ("1000 queries", "1 image", "1000000 token-hours", "")
    ]


def test_what_is_sold():
    """Tiers in their order, paid before free; a tier in which nothing has a price is not sold."""
    rates = [
        rate(plan="free", availability="free", price="0"),
        rate(service_tier="flex"),
        rate(),
        rate(service_tier="batch", price=None),
    ]
    assert [("standard", "paid"), ("standard", "free"), ("flex", "paid")] == offer(*rates).sold()


def test_the_very_modality_comes_first():
    """A row of that modality is taken before an undivided one, which stands for every other."""
    plain = rate(price="0.5")
    assert [AUDIO] == picked(plain, AUDIO, modalities=("audio",))
    assert [plain] == picked(plain, AUDIO, modalities=("video",))


def test_alternatives_must_cost_the_same():
    """Pages of a document are images or text: one price is an answer, two are none."""
    same = rate(modality="image", price="0.3")
    assert [TEXT] == picked(TEXT, same, AUDIO, modalities=("image", "text"))
    with pytest.raises(CostError, match=r"input \(audio or text\) has several prices; say which: 0.30 \(text\), 1.00"):
        picked(TEXT, AUDIO, modalities=("audio", "text"))


def test_an_unsaid_modality_must_cost_the_same():
    """What comes out is the model's to say, so nothing is assumed."""
    with pytest.raises(CostError, match=r"input has several prices; say which: 0.30 \(text\), 1.00 \(audio\)"):
        picked(TEXT, AUDIO)


def test_the_prompt_decides_between_its_bounds():
    """The bounds are those of the row: over 200k, up to and with 200k."""
    assert [SHORT] == picked(SHORT, LONG, prompt=200_000)
    assert [LONG] == picked(SHORT, LONG, prompt=200_001)


def test_short_and_long_are_bounds_by_word():
    """Sources that name no bound say short and long; the documentation's bound decides."""
    short, long = rate(price="1", context="short"), rate(price="2", context="long")
    assert [short] == picked(short, long, prompt=200_000, long_over=200_000)
    assert [long] == picked(short, long, prompt=200_001, long_over=200_000)
    with pytest.raises(CostError, match="several prices"):
        picked(short, long)


def test_dates_decide_on_the_day():
    """A row that ended or has not begun is not there; if no other is, the message says when."""
    now = rate(effective_until=DAY)
    later = rate(price="2", effective_from=date(2026, 3, 25))
    assert [now] == picked(now, later)
    with pytest.raises(CostError, match="no price of input holds on 2026-03-24; from 2026-03-25"):
        picked(later)


def test_a_row_without_conditions_comes_before_one_with():
    """A context, a resolution or a quality selects a price only for who asks for it."""
    plain, global_ = rate(price="1"), rate(price="2", context="non-global")
    assert [plain] == picked(plain, global_)
    assert [global_] == picked(plain, global_, context="non-global")
    sized = rate(price="2", resolution="1K", quality="low")
    assert [plain] == picked(plain, sized)
    assert [sized] == picked(plain, sized, resolution="1k", quality="LOW")


@pytest.mark.parametrize("context", ["finetuning", "data sharing", "data sharing, finetuning"])
def test_a_tuned_model_is_another(context: str):
    """What a tuned model costs, or who shares data, is never the model's own price; who asks for it gets that alone."""
    plain, apart = rate(price="1"), rate(price="2", context=context)
    assert [plain] == picked(plain, apart)
    assert [apart] == picked(plain, apart, context=context)
    with pytest.raises(CostError, match=f"input is sold only in a context that must be asked for: '{context}'"):
        picked(apart, rate(price="3", meter="output"))
    with pytest.raises(CostError, match="only in a context"):
        picked(apart, context="finetuning, data sharing")


def test_words_that_select_nothing():
    """Global and thinking stand for the plain row."""
    assert ["", "with audio"] == [selecting(rate(context=c)) for c in ("global, thinking", "long, with audio")]


def test_a_list_price_comes_before_an_equivalent():
    """An equivalent is taken only where it was allowed, and there is no other."""
    listed = rate(price="0.05", unit="1 image")
    equivalent = rate(price="0.067", unit="1 image", basis="equivalent")
    want: dict[str, Any] = {"nouns": ("image",), "bases": ("list", "equivalent")}
    assert [listed] == picked(equivalent, listed, **want)
    assert [equivalent] == picked(equivalent, **want)
    with pytest.raises(CostError, match="not sold per image; the page prints an equivalent only: 0"):
        picked(rate(price="0.07", unit="1 image", basis="equivalent"), nouns=("image",))


def test_a_request_is_a_picture_only_where_the_row_says_so():
    """Somebody who sells by the request may sell anything by it."""
    picture = rate(price="0.03", unit="1 request", modality="image")
    anything = rate(price="0.01", unit="1 request")
    want: dict[str, Any] = {"nouns": ("image", "request"), "modalities": ("image",)}
    assert [picture] == picked(anything, picture, **want)
    assert [anything] == picked(anything, nouns=("request",))


def test_a_picker_of_one_price_shows_that_of_text():
    """AI Studio's undivided row is of text; the page's stands for every modality."""
    studio = offer(rate(source="ai-studio"), source="ai-studio")
    assert 1 == len(select_rate(studio, RateQuery("input", TOKEN, ("text",)), "standard", "paid"))
    with pytest.raises(CostError, match=r"flash at google/ai-studio .*no price for input \(audio\); priced: text"):
        select_rate(studio, RateQuery("input", TOKEN, ("audio",)), "standard", "paid")


def test_rates_of_a_period_come_together():
    """A free allowance and the price after it share out the usage."""
    free = rate(price="0", availability="free", used_up_to=1500, period="day")
    after = rate(price="35", used_over=1500, period="day")
    assert [free, after] == picked(after, free)


@pytest.mark.parametrize(
    ("rates", "want", "message"),
    [
        ([TEXT], {"tier": "flex"}, "flash at google/gemini-api: the flex tier is not offered on the paid plan"),
        ([TEXT], {"tier": "flex"}, "offered: standard"),
        ([TEXT], {"plan": "free"}, "offered: standard (paid plan)"),
        ([rate(price=None)], {}, "offered: nothing"),
        (
            [TEXT],
            {"meter": "cache_read"},
            "flash at google/gemini-api (standard tier, paid plan): no price for cache read; priced: input",
        ),
        (
            [rate(meter="output"), rate(price=None, quote="Not available")],
            {},
            "input has no price: not available ('Not available')",
        ),
        ([TEXT], {"nouns": ("image",)}, "input is not priced per image, but per 1M tokens"),
        ([SHORT], {"prompt": 300_000}, "no price of input for a prompt of 300,000 tokens; priced: prompt <= 200k"),
        ([TEXT], {"modalities": ("audio",)}, "no price for input (audio); priced: text"),
        ([rate(resolution="1K"), rate(resolution="2K")], {"resolution": "8K"}, "8K is not sold; sold: 1K, 2K"),
        ([rate()], {"resolution": "8K"}, "sold without a resolution, so 8K cannot be told apart; leave it out"),
        ([rate(quality="low")], {"quality": "high"}, "no quality 'high'; sold: low"),
        ([rate()], {"quality": "high"}, "no quality 'high'; sold: one quality, without a name"),
        ([rate(context="with audio")], {"context": "x"}, "no price 'x'; priced: with audio"),
        ([rate()], {"context": "x"}, "no price 'x'; priced: without such a condition"),
        ([rate(price="1"), rate(price="2", context="x", resolution="1K")], {"resolution": "1K", "context": ""}, ""),
    ],
)
def test_what_is_missing_is_named_with_what_there_is(rates: list[Rate], want: dict[str, Any], message: str):
    """Never zero: the message says what was asked for and what the card offers instead."""
    if not message:
        assert [rates[1]] == picked(*rates, **want)
        return
    with pytest.raises(CostError) as caught:
        picked(*rates, **want)
    assert message in str(caught.value)
