"""Sentences beside the tables: token formulas and restated prices, or an error where money is left over."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ratecards.model import plain
from scraper.errors import UnknownTerm
from scraper.prices.footnotes import Footnote, footnote, footnotes, formulas, sentences


def said(sentence: str) -> list[str]:
    """Each formula in one line: meter, modality, resolution, tokens, amount, unit."""
    return [
        " ".join(
            w
            for w in (
                f.meter,
                f.modality,
                f.resolution,
                f"{f.tokens} tokens" if f.tokens else "",
                f"${plain(f.amount)}" if f.amount else "",
                f"/ {f.unit}",
            )
            if w
        )
        for f in formulas(sentence)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* A note.", Footnote("*", "A note.")),
        ("[**] A note.", Footnote("**", "A note.")),
        ("***A note.", Footnote("***", "A note.")),
        ("Prose with a * inside.", Footnote("", "Prose with a * inside.")),
        ("", Footnote("", "")),
    ],
)
def test_footnote(text, expected):
    """Marks with and without brackets and blanks, as the two dialects print them."""
    assert expected == footnote(text)


@pytest.mark.parametrize("mark", ["**", "[**]"])
def test_footnotes_run_together(mark):
    """Two in one paragraph are two; a mark behind other words, or before small ones, begins none."""
    text = f"* Set at $1 per image. {mark} Output is priced at $2 per song."

    assert [Footnote("*", "Set at $1 per image."), Footnote("**", "Output is priced at $2 per song.")] == footnotes(
        text
    )
    assert 1 == len(footnotes("* Search** or Maps* are metered. See *below."))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("One.Two", ["One.", "Two."]),
        (
            "Priced at $60 per 1,000,000 tokens. Images (1K) consume 1120 tokens and are equivalent to $0.067 per image.",
            2,
        ),
        ("Version 2.5 Flash is shut down June 1, 2026. Migrate.", 1),
        ("", []),
    ],
)
def test_sentences(text, expected):
    """A full stop behind a word ends a sentence, one inside a number does not."""
    found = sentences(text)

    assert expected == (found if isinstance(expected, list) else len(found))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Image output is priced at $60 per 1,000,000 tokens.", ["output image $60 / 1000000 tokens"]),
        (
            "Output images at 0.5K (512px) consume 747 tokens and are equivalent to $0.045 per image.",
            ["output image 0.5K 747 tokens $0.045 / 1 image"],
        ),
        (
            "Output images from 1024x1024px (1K) and up to 2048x2048px (2K) consume 1120 tokens and are equivalent to $0.134 per image.",
            ["output image 1K 1120 tokens $0.134 / 1 image", "output image 2K 1120 tokens $0.134 / 1 image"],
        ),
        (
            "Output images up to 1024x1024px consume 1290 tokens and are equivalent to $0.039 per image.",
            ["output image 1290 tokens $0.039 / 1 image"],
        ),
        ("Image input is set at 560 tokens or $0.0011 per image.", ["input image 560 tokens $0.0011 / 1 image"]),
        ("Audio tokens correspond to 25 tokens per second of audio.", ["audio 25 tokens / 1 second"]),
        ("Based on an average of 175 text tokens per minute.", ["175 tokens / 1 minute"]),
        (
            "Video output consumes 5,792 tokens per second of 720p video, which is approximately $0.10 per second.",
            ["output video 720p 5792 tokens $0.1 / 1 second"],
        ),
        ("A customer-submitted request may result in one or more queries.", []),
        ("Output images consume 1120 tokens.", []),
        ("Supports a context of 1,000,000 tokens.", []),
        # variants
        (
            "Each second of 720p video costs 5,792 tokens ($0.10 per second).",
            ["video 720p 5792 tokens $0.1 / 1 second"],
        ),
        ("Image output is priced at $60 per 1M image tokens.", ["output image $60 / 1000000 tokens"]),
        (
            "Image output is priced at $60 per 1M output tokens; images at 1K consume 1120 tokens and are equivalent to $0.067 per output image.",
            ["output image 1K $60 / 1000000 tokens", "output image 1K 1120 tokens $0.067 / 1 image"],
        ),
        (
            "Video consumes 5,792 tokens per second, or 347,520 tokens per minute, about $0.10 per second.",
            ["video 5792 tokens $0.1 / 1 second", "video 347520 tokens / 1 minute"],
        ),
        (
            "Audio takes 25 tokens per second and 1,500 tokens per minute.",
            ["audio 25 tokens / 1 second", "audio 1500 tokens / 1 minute"],
        ),
        ("Speech is about $0.005 per minute.", ["$0.005 / 1 minute"]),
        (
            "Images of 1K consume 1120 tokens; calls of 8K tokens are allowed, ≈ $0.067 per image.",
            ["image 1K 1120 tokens $0.067 / 1 image"],
        ),
        ("Images take 1120 tokens per image at 1K and 2000 tokens per image at 4K.", []),
        # a count among other words is none
        ("A minimum charge of 1,024 tokens per request applies.", []),
        ("At least 1,024 tokens per image are billed.", []),
        ("Video is rounded up to 258 tokens per second.", []),
        ("Billed at 1,024 tokens per request.", []),
        ("From 2027, audio takes 50 tokens per second.", []),
    ],
)
def test_formulas(sentence, expected):
    """Tokens per unit, money per unit, or both; each resolution has its own note."""
    assert expected == said(sentence)
    assert {sentence} >= {f.quote for f in formulas(sentence)}


@pytest.mark.parametrize(
    "sentence",
    [
        "A setup fee of $5 per 1,000 requests applies.",
        "Prices rise to $1.50 on January 1, 2027.",
        "Image output is priced at $60.",
        "Image output is priced at $60 per cup.",
        "Image output is priced at €60 per 1,000,000 tokens.",
        "Image output is priced at $6,0 per image.",
        "An additional $0.10 per second is equivalent to a surcharge.",
        "Beyond 200,000 tokens, approximately $5 per 1,000 requests.",
        "Prompts of 200,000 tokens cost $5 per 1,000,000 tokens.",
        "It costs $5 per request.",
        "Images take 1120 tokens or 2000 tokens, equivalent to $0.134 per image.",
        "Images take 1120 tokens per image at 1K and 2000 tokens per image at 4K, equivalent to $0.134 per image.",
    ],
)
def test_money_that_is_no_formula_is_refused(sentence):
    """A price that no table shows must not pass as a note."""
    with pytest.raises(UnknownTerm) as error:
        formulas(sentence)

    assert sentence in str(error.value)


def test_a_formula_keeps_its_amount_as_decimal():
    """Money is Decimal with its currency; a count alone has none."""
    money, count = (
        formulas("Image output is priced at $0.30 per image.")[0],
        formulas("It takes 25 tokens per second.")[0],
    )

    assert (Decimal("0.30"), "USD") == (money.amount, money.currency)
    assert (None, "") == (count.amount, count.currency)
