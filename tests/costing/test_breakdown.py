"""What a usage costs: exact amounts, the share of a period, two readings of a picture, and whose price counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.catalog.catalog import Catalog, Choice
from ratecards.catalog.priced_model import PricedModel
from ratecards.costing.breakdown import Breakdown
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.model import Formula, RateCard
from tests.support.guide import FLASH_IMAGE, MARCH, flash_image, shelf
from tests.support.histories import TOKENS, card, rate
from tests.support.usages import read

FLASH = card(
    "flash",
    rate(price="0.3", modality="text"),
    rate(price="1", modality="audio"),
    rate(meter="output", price="2.5"),
    rate(meter="cache_read", price="0.03", modality="text"),
    rate(meter="cache_read", price="0.1", modality="audio"),
    rate(meter="search_grounding", price="0", availability="free", unit="1000 prompts", used_up_to=1500, period="day"),
    rate(meter="search_grounding", price="35", unit="1000 prompts", used_over=1500, period="day"),
    rate(price="0", availability="free", plan="free"),
    rate(
        meter="search_grounding",
        price="0",
        availability="free",
        unit="1000 prompts",
        used_up_to=500,
        period="day",
        plan="free",
    ),
)


def cost(usage: dict[str, Any], *cards: RateCard, tier: str = "standard", plan: str = "paid", **how: Any) -> Breakdown:
    """The cost of a usage by the first card, the others being its witnesses."""
    first, *others = (PricedModel(c, MARCH) for c in cards or (FLASH,))
    return price(Choice(first, tuple(others), **how), read(usage), tier, plan)


def test_every_count_is_a_line():
    """The cached share is billed as read from the cache, by modality; the lines add up to the total."""
    usage = {"input_tokens": {"text": 1000, "audio": 500}, "cached_tokens": {"text": 600, "audio": 500}}
    found = cost({**usage, "output_tokens": 300})
    assert [
        ("input text", Decimal(400), Decimal("0.00012")),
        ("cache read text", Decimal(600), Decimal("0.000018")),
        ("cache read audio", Decimal(500), Decimal("0.00005")),
        ("output", Decimal(300), Decimal("0.00075")),
    ] == [(line.what, line.quantity, line.amount) for line in found.lines]
    assert Decimal("0.000938") == found.total
    assert ("flash", "google/gemini-api", "standard", "paid", MARCH, "USD") == (*found[:5], found.currency)


def test_a_line_has_its_evidence():
    """The words, the source, the place, and since when the price was seen to hold: the rate's own day if it has one."""
    line = cost({"input_tokens": 1}).lines[0]
    assert ("$0.3", "google/gemini-api", "flash / input", date(2026, 1, 1)) == (
        line.quote,
        line.source,
        line.locator,
        line.observed,
    )


def test_amounts_are_exact_whatever_the_context():
    """A caller's decimal context does not round them."""
    with localcontext() as context:
        context.prec = 3
        found = cost({"input_tokens": 123_456_789_012_345})
    assert Decimal("37037036.7037035") == found.total


def test_the_cached_share_of_nobody_knows_what():
    """Of several modalities at several prices the answer is which, not a guess."""
    with pytest.raises(CostError, match="several prices; say which"):
        cost({"input_tokens": {"text": 10, "audio": 10}, "cached_tokens": 5})


PIECES = card(
    "nano",
    rate("nano", price="0.3", modality="text"),
    *(
        rate("nano", "output", price, unit="1 image", modality="image", service_tier=tier)
        for tier, price in (("standard", "0.039"), ("batch", "0.0195"), ("priority", "0.0702"))
    ),
    formulas=(
        Formula(
            quote="$30 per 1M tokens.",
            meter="output",
            modality="image",
            unit=TOKENS,
            amount=Decimal(30),
            currency="USD",
        ),
        Formula(
            quote="1290 tokens, equivalent to $0.039.",
            meter="output",
            modality="image",
            unit="1 image",
            tokens=1290,
            amount=Decimal("0.039"),
            currency="USD",
        ),
    ),
)
SHARES = {"standard": 1, "batch": Decimal("0.5"), "priority": Decimal("1.8")}


@given(st.integers(1, 10**6), st.sampled_from(list(SHARES)), st.sampled_from(["listed", "metered"]))
def test_images_by_their_tokens(tokens: int, tier: str, reading: str):
    """Whole images at the price of one, anything else at the page's rate of a token, in proportion to the tier; it is said."""
    found = cost({"output_tokens": {"image": tokens}, "reading": reading}, PIECES, tier=tier)
    images, rest = divmod(tokens, 1290)
    pieces = reading == "listed" and not rest
    expected = images * Decimal("0.039") if pieces else tokens * Decimal(30) / 1_000_000
    assert expected * SHARES[tier] == found.total
    assert ("1 image" if pieces else TOKENS) == found.lines[0].unit
    words = "are images" if pieces else "are metered" if not rest else "are no whole number of images, and metered"
    assert (
        f"{tokens:,} output tokens {words}; 1,290 tokens an image: 1290 tokens, equivalent to $0.039",
    ) == found.notes


@pytest.mark.parametrize("tier", SHARES)
def test_images_metered_where_only_a_formula_has_the_rate(tier: str):
    """As many tokens as the page says, at what it says of a token; the quote is that sentence."""
    found = cost({"images": 2, "reading": "metered"}, PIECES, tier=tier)
    assert Decimal("0.0774") * SHARES[tier] == found.total
    assert ("$30 per 1M tokens.", Decimal(2580)) == (found.lines[0].quote, found.lines[0].quantity)


def test_tokens_of_nobody_knows_what_where_images_are_sold_by_the_piece():
    """Text and images cost different things; which they are must be said."""
    with pytest.raises(CostError, match="say how many of the 1,290 output tokens are of images, as image=N"):
        cost({"output_tokens": 1290}, PIECES)
    with pytest.raises(CostError, match=r"output \(text\) is not priced per token, but per 1 image"):
        cost({"output_tokens": {"image": 1290, "text": 31}}, PIECES)


def sized(*tokens: tuple[str, int, str], **values: Any) -> RateCard:
    """A card that sells images of several sizes by the piece: resolution, tokens, price."""
    rates = [
        rate("nano", "output", price, unit="1 image", modality="image", resolution=size) for size, _, price in tokens
    ]
    said = [
        Formula(quote=size, meter="output", modality="image", resolution=size, unit="1 image", tokens=n, **values)
        for size, n, _ in tokens
    ]
    return card("nano", *rates, formulas=tuple(said))


def test_images_of_several_sizes_by_their_tokens():
    """Of one size as far as the number tells; where it does not, and no token has a price, it must be said."""
    model = sized(("1K", 1120, "0.067"), ("2K", 1120, "0.067"), ("4K", 2000, "0.12"))
    totals = [cost({"output_tokens": {"image": n}}, model).total for n in (1120, 2240, 2000)]
    assert [Decimal("0.067"), Decimal("0.134"), Decimal("0.12")] == totals
    for tokens in (1000, 28000):
        with pytest.raises(CostError, match=r"output \(image\) is not priced per token"):
            cost({"output_tokens": {"image": tokens}}, model)


def test_tokens_of_several_prices():
    """Where sizes are not in proportion to their tokens, no token has one price."""
    model = sized(("1K", 1000, "0.05"), ("2K", 2000, "0.08"), amount=Decimal("0.1"), currency="USD")
    said = Formula(quote="$9", meter="output", modality="image", unit=TOKENS, amount=Decimal(9), currency="USD")
    model = replace(model, formulas=(*model.formulas, said))
    with pytest.raises(CostError, match="nano at google/gemini-api: 1,500 tokens of images are of several prices"):
        cost({"output_tokens": {"image": 1500}}, model)


def test_images_sold_by_the_token_are_no_pieces():
    """Nor is anything where the page does not say how many tokens an image has."""
    token = rate("nano", "output", "60", modality="image")
    assert (
        Decimal("0.0774")
        == cost({"output_tokens": {"image": 1290}}, replace(PIECES, rates=(*PIECES.rates, token))).total
    )
    with pytest.raises(CostError, match=r"output \(image\) is not priced per token"):
        cost({"output_tokens": {"image": 1290}}, replace(PIECES, formulas=()))


def test_minutes_where_the_page_prints_one():
    """As an equivalent of its price by the token, each modality at its own; else it is said what is sold."""
    minutes = [
        rate("live", meter, price, unit="1 minute", modality=modality, basis="equivalent")
        for meter, modality, price in (
            ("input", "audio", "0.005"),
            ("input", "video", "0.002"),
            ("output", "audio", "0.018"),
        )
    ]
    live = card("live", rate("live", price="3", modality="audio"), *minutes)
    assert Decimal("0.23") == cost({"input_minutes": {"audio": 10}, "output_minutes": 10}, live).total
    with pytest.raises(CostError, match=r"say which: 0.005 \(audio equivalent\), 0.002 \(video equivalent\)"):
        cost({"input_minutes": 10}, live)
    with pytest.raises(CostError, match="input is not priced per minute, but per 1M tokens"):
        cost({"input_minutes": 10})


def test_a_period_is_shared_out():
    """1,000 grounded prompts after 1,000 of the day: 500 are free, 500 are not."""
    found = cost({"grounded_prompts": 1000, "search_used": 1000})
    assert [("0", Decimal(500)), ("35", Decimal(500))] == [(str(line.rate), line.quantity) for line in found.lines]
    assert Decimal("17.5") == found.total


def test_all_of_it_beyond_the_allowance():
    """What the period has used is gone."""
    assert [Decimal(1000)] == [x.quantity for x in cost({"grounded_prompts": 1000, "search_used": 1500}).lines]


def test_beyond_the_free_plan_there_is_no_price():
    """Nothing is sold after 500 a day on the free plan, and what is not sold does not cost zero."""
    assert Decimal(0) == cost({"grounded_prompts": 500}, plan="free").total
    with pytest.raises(
        CostError, match="no one price for search grounding number 0 to 501 of the period; priced: up to 500/day"
    ):
        cost({"grounded_prompts": 501}, plan="free")


def test_nothing_used_costs_nothing_where_something_is_sold():
    """No lines and no currency; but a tier that is not sold is an error all the same."""
    found = cost({"input_tokens": 0})
    assert (Decimal(0), "", ()) == (found.total, found.currency, found.lines)
    with pytest.raises(CostError, match="the batch tier is not offered"):
        cost({"input_tokens": 0}, tier="batch")


def test_two_currencies_do_not_add_up():
    """No rate of exchange is in the cards."""
    mixed = card("flash", rate(), rate(meter="output", currency="EUR"))
    with pytest.raises(CostError, match="flash: amounts in USD and EUR do not add up"):
        cost({"input_tokens": 1, "output_tokens": 1}, mixed)


def test_a_picture_as_listed():
    """By resolution, in the page's own figure, which is an equivalent of its tokens."""
    found = cost({"images": {"1K": 2, "2K": 1}}, flash_image(), tier="batch")
    assert [("output image (batch, 1K, equivalent)", "0.068"), ("output image (batch, 2K, equivalent)", "0.05")] == [
        (line.what, str(line.amount)) for line in found.lines
    ]


def test_a_picture_as_metered():
    """1,120 tokens at $60 a million: the line says where the number of tokens is from."""
    found = cost({"images": {"1K": 1}, "reading": "metered"}, flash_image())
    assert Decimal("0.0672") == found.total
    assert "1,120 tokens an image: Output images at 1K consume 1120 tokens." == found.lines[0].how


def test_tokens_of_a_picture_that_no_page_names():
    """Without the note there is no metered reading."""
    with pytest.raises(CostError, match="the page does not say how many tokens an image of 1K has"):
        cost({"images": {"1K": 1}, "reading": "metered"}, flash_image(formulas=()))
    with pytest.raises(CostError, match="how many tokens an image has"):
        cost({"images": 1, "reading": "metered"}, flash_image())


def test_an_image_model_wants_to_know_what_came_out():
    """Text and image tokens differ twentyfold: a count of nobody knows which has no price."""
    with pytest.raises(CostError, match=r"say which: 3.00 \(text\), 60.00 \(image\)"):
        cost({"output_tokens": 1290}, flash_image())


# ------------------------------------------------------------------------------------------- policies

STUDIO: dict[str, Any] = {"source": "ai-studio"}
BILLED: dict[str, Any] = {"source": "cloud-billing"}
MARCH_PAIR = {"input_tokens": 1_000_000, "output_tokens": {"text": 1_000_000}}


def early() -> RateCard:
    """The documentation in early March 2026: half of what AI Studio said."""
    return card(
        FLASH_IMAGE,
        rate(FLASH_IMAGE, price="0.25", modality="text"),
        rate(FLASH_IMAGE, "output", "1.5", modality="text"),
        rate(FLASH_IMAGE, "output", "60", modality="image"),
    )


def studio(price: str = "0.5") -> RateCard:
    """AI Studio's rows."""
    rows = [
        rate(FLASH_IMAGE, price=price, modality="text", **STUDIO),
        rate(FLASH_IMAGE, "output", "3", modality="text", **STUDIO),
    ]
    return card(FLASH_IMAGE, *rows, **STUDIO)


def test_the_conservative_policy_takes_the_higher():
    """0.25 against 0.50 and 1.50 against 3.00: a budget takes 0.50 and 3.00, and says from whom."""
    assert Decimal("1.75") == cost(MARCH_PAIR, early(), studio()).total
    found = cost(MARCH_PAIR, early(), studio(), policy="conservative")
    assert Decimal("3.5") == found.total
    assert {"google/ai-studio"} == {line.source for line in found.lines}


def test_on_equal_prices_the_documentation_stands():
    """A witness that agrees changes nothing, and one that says nothing of it is passed over."""
    found = cost({"input_tokens": 1}, early(), studio("0.25"), card(FLASH_IMAGE, **BILLED), policy="conservative")
    assert ["google/gemini-api"] == [line.source for line in found.lines]


def test_what_is_billed_comes_first():
    """The billing catalogue where it has the rate, else the documentation; never the picker."""
    billed = card(FLASH_IMAGE, rate(FLASH_IMAGE, price="0.4", modality="text", **BILLED), **BILLED)
    found = cost(MARCH_PAIR, early(), studio(), billed, policy="billed")
    assert [("0.4", "google/cloud-billing"), ("1.5", "google/gemini-api")] == [
        (str(line.rate), line.source) for line in found.lines
    ]


def test_a_listed_picture_is_what_its_tokens_cost():
    """While the sources agree on a token the listed figure stands; where they differ the tokens are metered."""
    picture = {"images": {"1K": 1}}
    agree, dearer = (
        card(FLASH_IMAGE, rate(FLASH_IMAGE, "output", p, modality="image", **BILLED), **BILLED) for p in ("60", "70")
    )
    assert Decimal("0.067") == cost(picture, flash_image(), agree, policy="conservative").total
    assert Decimal("0.0784") == cost(picture, flash_image(), dearer, policy="conservative").total
    assert Decimal("0.0784") == cost(picture, flash_image(), dearer, policy="billed").total


def test_a_picture_that_has_no_token_price():
    """Sold by the piece, as Batch of the Pro model: the listed prices are compared."""
    batch = {"tier": "batch", "policy": "conservative"}
    piece = card("pro", rate("pro", "output", "0.067", unit="1 image", modality="image", service_tier="batch"))
    noted = card("pro", *piece.rates, formulas=flash_image().formulas)
    assert Decimal("0.067") == cost({"images": {"": 1}}, noted, **batch).total
    tokens = card("pro", *noted.rates, formulas=(flash_image().formulas[0].__class__(**_formula()),))
    assert Decimal("0.067") == cost({"images": {"": 1}}, tokens, **batch).total


def _formula() -> dict[str, Any]:
    return {"quote": "q", "meter": "output", "modality": "image", "unit": "1 image", "tokens": 1120}


def test_short_and_long_of_the_catalogue_meet_the_pages_bound():
    """The documentation says where a long prompt begins."""
    page = card("pro", rate("pro", price="1", prompt_up_to=200_000), rate("pro", price="2", prompt_over=200_000))
    rows = [rate("pro", price=p, context=c, **BILLED) for p, c in (("1.5", "short"), ("2.5", "long"))]
    sku = card("pro", *rows, **BILLED)
    found = [cost({"input_tokens": n}, page, sku, policy="billed").lines[0].rate for n in (200_000, 200_001)]
    assert ["1.5", "2.5"] == [str(r) for r in found]


def test_the_whole_shelf_prices_a_picture():
    """From the guide's cards, by name."""
    found = price(shelf().choose(FLASH_IMAGE), read({"images": {"4K": 1}}))
    assert Decimal("0.151") == found.total
    assert isinstance(shelf(), Catalog)
