"""Headers, labels and tabs: what their words say in whatever order, and which of them have no place."""

from __future__ import annotations

import pytest

from scraper.errors import UnknownTerm
from scraper.prices.labels import Label, Listed, Tabs, take_apart, why_unknown

M = "1000000 tokens"
PAID = Label(plan="paid", unit=M, currency="USD")
INPUT = Label(meter="input")
SEEN = Label(meter="input", modalities=("text", "image", "video"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Free Tier", Label(plan="free")),
        ("Free plan pricing", Label(plan="free")),
        ("Paid Tier, per 1M tokens in USD", PAID),
        ("Paid tier (USD per 1M tokens)", PAID),
        ("Paid, per million tokens (USD)", PAID),
        ("Paid usage · USD/1M tokens", PAID),
        ("Paid tier: $ / 1,000,000 tokens", PAID),
        ("PRICE PER ONE MILLION TOKENS IN U.S. DOLLARS (pay-as-you-go)", PAID),
        ("Paid Tier, per Image", Label(plan="paid", unit="1 image")),
        ("Input price", INPUT),
        ("Price of input tokens*", INPUT),
        ("Prompt tokens (input)", INPUT),
        ("Input (text / image / video)", SEEN),
        ("Text, images and video input", SEEN),
        ("Input: text, image & video", SEEN),
        ("Output (thinking included)", Label(meter="output")),
        ("Output tokens, incl. reasoning", Label(meter="output")),
        ("Text and thinking output", Label(meter="output", modalities=("text",))),
        ("Input (cached)", Label(meter="cache_read")),
        ("Context caching price", Label(meter="cache_read")),
        ("Cache hit", Label(meter="cache_read")),
        ("Context caching (storage)", Label(meter="cache_storage")),
        ("Cache writes, 5 min", Label(meter="cache_write", lifetime="5 minutes")),
        ("1h cache write", Label(meter="cache_write", lifetime="1 hour")),
        ("Grounding (Google Search)", Label(meter="search_grounding")),
        ("Google Maps grounding", Label(meter="maps_grounding")),
        ("Fine-tuning price", Label(meter="tuning")),
        ("Price per 1M tokens, <= 200K input tokens", Label(unit=M, prompt_up_to=200_000)),
        ("Input (over 200 thousand tokens)", Label(meter="input", prompt_over=200_000)),
        ("", Label()),
    ],
)
def test_what_words_say(text, said):
    """In any order and punctuation."""
    assert said == take_apart(text)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Paid tier, per 1M tokens in EUR", "'in', 'eur'"),
        ("Paid tier, A$ per 1M tokens", "'a$'"),
        ("Paid tier, in Canadian dollars", "'in', 'canadian'"),
        ("Paid tier, per token", "'per'"),
        ("Paid tier, per 1M output tokens", "'per', '1m'"),
        ("Paid and free tier", "'free'"),
        ("Paid, per 1M tokens, per image", "'image'"),
        ("Input and output price", "'output'"),
        ("Non-input price", "'non-input'"),
        ("Uncached input price", "'uncached'"),
        ("Output price (excluding thinking tokens)", "'excluding', 'thinking'"),
        ("Output price (thinking)", "'thinking'"),
        ("Text input price (audio)", "'audio'"),
        ("Input price from", "'from'"),
        ("Input (< 200k tokens)", "'<', '200k tokens'"),
        ("Input (up to 128k tokens, up to 200k tokens)", "'up to 200k tokens'"),
        ("Input, 50% off", "'50%', 'off'"),
        ("Cache writes & hits", "'hits'"),
    ],
)
def test_words_that_have_no_place(text, lost):
    """They are told, and nothing is said without them."""
    with pytest.raises(UnknownTerm) as error:
        take_apart(text)

    assert f"not understood: {lost}" == str(error.value)


def test_the_words_of_a_vocabulary():
    """The longest first, with blanks or hyphens in them, before those that any page has."""
    assert Label(meter="input", own=("long context",)) == take_apart("Long-context input", ["long", "long context"])
    assert Label(own=("paid level",)) == take_apart("Paid level", ["paid level"])


def test_what_a_message_says_of_an_unknown_label():
    """The words that have no place, where others have one."""
    assert " (not understood: 'smell')" == why_unknown("Smell input price")
    assert ["", ""] == [why_unknown(text) for text in ("Zebra price", "Input price")]


def test_a_label_that_says_only_some_things():
    """Of what it does not speak it says nothing."""
    assert [True, True, False] == [
        PAID.only(*names) for names in (("plan", "unit", "currency"), PAID.__slots__, ("plan",))
    ]


def test_listed_labels():
    """Found as they stand, in another order and with another noun for the price; not where the order tells two apart."""
    listed = Listed({"image generation pricing": 1, "batch cost": 2, "price batch": 3, "in of out": 4})

    found = [
        listed.find(label) for label in ("price of image generation", "batch cost", "batch fee", "out in", "image")
    ]
    assert [1, 2, None, 4, None] == found


@pytest.mark.parametrize(
    ("text", "tab"),
    [
        ("batch", "batch"),
        ("batch api", "batch"),
        ("flex/batch pricing", "flex/batch"),
        ("fast mode", "fast mode"),
        ("fast (mode)", "fast"),
        ("batch and standard api", ""),
        ("non-batch", ""),
        ("batch (eu)", ""),
        ("pricing", ""),
    ],
)
def test_tabs(text, tab):
    """A tier with a noun that says nothing more."""
    tabs = Tabs({name: name for name in ("batch", "flex/batch", "fast", "fast mode")})

    assert tab == tabs.get(text, "")
    assert (4, "batch") == (len(tabs), next(iter(tabs)))
