"""The small words of prices, each with its one meaning or its error."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from scraper.errors import UnknownTerm
from scraper.prices import lexicon


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1.50", "1.50"),
        ("$0.0375", "0.0375"),
        ("$.75", "0.75"),
        ("$ 3", "3"),
        ("$1,250.00", "1250.00"),
        ("1,000,000", "1000000"),
        ("0.5", "0.5"),
    ],
)
def test_fault_33_money(text, expected):
    """Decimals with a point; a comma groups three digits and nothing else."""
    assert Decimal(expected) == lexicon.money(text)


@pytest.mark.parametrize(
    "text",
    ["", "$", "$1,25", "$1.2.3", "$1,2500", "1.", "$5M", "5%", "$1e3", "٣", "-1", "$12,34,567", "$0,125", "$00,125"],
)
def test_fault_33_money_refuses(text):
    """Anything else is not an amount."""
    with pytest.raises(UnknownTerm, match="not an amount"):
        lexicon.money(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5, $ .5 and $1,000.00", 3),
        ("€1 or £2 or ¥3 or ₩4 or ₹5", 5),
        ("1.50 USD, 2 eur", 2),
        ("0,30 $", 1),
        ("3 $ and $4", 2),
        ("$1 $2", 2),
        ("25 cents, 30¢", 2),
        ("＄５", 1),
        ("CHF 35, 35 CHF and CHF35", 3),
        ("kr 5, 5 kr, 5 zł and Fr. 5", 4),
        ("₽5 and 5 ₽", 2),
        ("AUD 5 / CAD 6", 2),
        ("USD $5", 1),
        ("per 1M tokens in USD", 0),
        ("in CHF, 35 chf, 5 KRWs and all 3 models", 0),
        ("$, a dollar and 5", 0),
        ("", 0),
    ],
)
def test_counted(text, expected):
    """Whatever looks like money is counted, readable or not, so that none goes missing unnoticed."""
    assert expected == lexicon.counted(text)


@pytest.mark.parametrize(
    ("number", "scale", "expected"), [("1,500", None, 1500), ("200", "k", 200_000), ("1", "M", 1_000_000)]
)
def test_scaled(number, scale, expected):
    """Numbers with a scale behind them."""
    assert expected == lexicon.scaled(number, scale)


def test_a_number_of_many_digits():
    """It counts nothing, and Python itself refuses the longest of them with an error of its own."""
    with pytest.raises(UnknownTerm, match="a number of 5000 digits: '111"):
        lexicon.whole_number("1" * 5000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1M tokens", "1000000 tokens"),
        ("1,000,000 tokens", "1000000 tokens"),
        ("1 million tokens", "1000000 tokens"),
        ("million tokens", "1000000 tokens"),
        ("1K requests", "1000 requests"),
        ("1,000 grounded prompts", "1000 prompts"),
        ("1,000 search queries", "1000 queries"),
        ("thousand characters", "1000 characters"),
        ("1,000,000 tokens per hour", "1000000 token-hours"),
        ("1M tokens/hr", "1000000 token-hours"),
        ("image per hour", "1 image-hour"),
        ("Image", "1 image"),
        ("images", None),
        ("requests", None),
        ("token", None),
        ("0 tokens", None),
        ("second", "1 second"),
        ("10 seconds of audio", "10 seconds"),
        ("min", "1 minute"),
        ("hr", "1 hour"),
        ("song", "1 song"),
        ("search query", "1 query"),
        (" video ", "1 video"),
        ("", None),
        ("cup", None),
        ("1M output tokens", None),
        ("1K image", None),
        ("tokens or so", None),
    ],
)
def test_unit_of(text, expected):
    """The canonical unit of a header's words; None for words that are no unit or say more than one."""
    assert expected == lexicon.unit_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1K image", ("1 image", ("1K",))),
        ("0.5K image", ("1 image", ("0.5K",))),
        ("1k/2K image", ("1 image", ("1K", "2K"))),
        ("1K and 2K image", ("1 image", ("1K", "2K"))),
        ("1K, 2K or 4K image", ("1 image", ("1K", "2K", "4K"))),
        ("0.5K (512px) image", ("1 image", ("0.5K",))),
        ("1K (1024 px)/2K image", ("1 image", ("1K", "2K"))),
        ("second of 720p video", ("1 second", ("720p",))),
        ("1K image per hour", ("1 image-hour", ("1K",))),
        ("1K requests", ("1000 requests", ())),
    ],
)
def test_unit_parts(text, expected):
    """ "1K image" is a resolution, "1K requests" a quantity."""
    match = lexicon.UNIT.fullmatch(text)

    assert expected == lexicon.unit_parts(match)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 tokens", "a price per nothing"),
        ("2K/4K tokens", "not one image"),
        ("5 1K images", "not one image"),
        ("1K images", "not one image"),
        ("requests", "without its quantity"),
        ("search queries", "without its quantity"),
        ("token", "without its quantity"),
        ("character per hour", "without its quantity"),
        ("10 songs", "the rate table does not have"),
        ("1,000 images per hour", "the rate table does not have"),
        ("2 videos", "the rate table does not have"),
    ],
)
def test_unit_parts_refuses(text, reason):
    """A price per nothing, sizes of what has none, and "1K images", which may be a thousand or of one size."""
    with pytest.raises(UnknownTerm, match=reason):
        lexicon.unit_parts(lexicon.UNIT.fullmatch(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text / image / video", ("text", "image", "video")),
        ("text/image", ("text", "image")),
        ("Text, Image, and Audio", ("text", "image", "audio")),
        ("text & images + videos or audio", ("text", "image", "video", "audio")),
        ("text and thinking", ("text",)),
        ("text and thinking tokens", ("text",)),
        ("audio", ("audio",)),
    ],
)
def test_modalities(text, expected):
    """Every separator seen; thinking is text, and each modality stands once."""
    assert expected == lexicon.modalities(text)


@pytest.mark.parametrize("text", ["", "smell", "text / ", "text, document", "image [video]", "default"])
def test_modalities_refuses(text):
    """Another word is not a modality."""
    with pytest.raises(UnknownTerm, match="not a modality"):
        lexicon.modalities(text)


@pytest.mark.parametrize(
    ("resolution", "modality", "expected"),
    [("4k", "image", "4K"), ("4K", "video", "4k"), ("0.5k", "image", "0.5K"), ("720P", "video", "720p"), ("", "", "")],
)
def test_size_of(resolution, modality, expected):
    """A capital K for images, small letters for video."""
    assert expected == lexicon.size_of(resolution, modality)


def test_resolutions():
    """In order and as printed."""
    assert ("720p", "1080p", "4K") == lexicon.resolutions("720p and 1080p, 4K")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("December 31, 2026", date(2026, 12, 31)),
        ("Jan 5, 2026", date(2026, 1, 5)),
        ("Sept. 1st 2026", date(2026, 9, 1)),
        ("May 2nd, 2026", date(2026, 5, 2)),
        ("3rd June 2026", date(2026, 6, 3)),
        ("29 February 2028", date(2028, 2, 29)),
        ("Jul 4, 2026", date(2026, 7, 4)),
    ],
)
def test_day(text, expected):
    """Months by name, in both orders."""
    assert expected == lexicon.day(lexicon.DATE.fullmatch(text))


@pytest.mark.parametrize("text", ["February 30, 2026", "29 February 2026", "June 31, 2026", "May 0, 2026"])
def test_day_refuses(text):
    """A day that is not in the calendar."""
    with pytest.raises(UnknownTerm, match="no such day"):
        lexicon.day(lexicon.DATE.fullmatch(text))


@pytest.mark.parametrize(
    "text", ["12/31/2026", "December 2026", "Smarch 1, 2026", "December 31, 1026", "december 31, 2026"]
)
def test_other_dates_are_not_read(text):
    """Numbers alone do not tell the month from the day."""
    assert lexicon.DATE.fullmatch(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("through December 31, 2026", date(2026, 12, 31)),
        ("Until 31 December 2026", date(2026, 12, 31)),
        ("valid through December 31, 2026", date(2026, 12, 31)),
        ("before January 1, 2027", date(2026, 12, 31)),
    ],
)
def test_last_day(text, expected):
    """Both dates of a rate are inclusive: "before" ends the day before."""
    assert expected == lexicon.last_day(lexicon.UNTIL.fullmatch(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("starting January 1, 2027", date(2027, 1, 1)),
        ("Effective on January 1, 2027", date(2027, 1, 1)),
        ("on or after January 1, 2027", date(2027, 1, 1)),
        ("as of January 1, 2027", date(2027, 1, 1)),
        ("after December 31, 2026", date(2027, 1, 1)),
    ],
)
def test_first_day(text, expected):
    """ "After" a day begins on the next."""
    assert expected == lexicon.first_day(lexicon.FROM.fullmatch(text))


def test_plain_keeps_the_length():
    """Full-width characters are matched as plain ones at the same place; a raised number is not a digit."""
    text = "＄１．５０，ＲＰＤ¹ ½ 無料"

    assert "$1.50,RPD¹ ½ 無料" == lexicon.plain(text)
    assert len(text) == len(lexicon.plain(text))


@pytest.mark.parametrize(
    "pattern", [lexicon.AMOUNT, lexicon.UNIT, lexicon.PROMPT, lexicon.MODALITIES, lexicon.RESOLUTIONS, lexicon.UNSOLD]
)
def test_patterns_match_nothing_in_nothing(pattern: re.Pattern[str]):
    """No word of the language is empty."""
    assert pattern.match("") is None
