"""Words beside an amount that may be skipped, and those that never are."""

from __future__ import annotations

import pytest

from scraper.prices.skippable import skippable

NEVER = (
    *(
        "from",
        "up to",
        "at least",
        "minimum",
        "off",
        "discount",
        "saves",
        "was",
        "previously",
        "before",
        "instead",
        "per",
        "each",
    ),
    *(
        "every",
        "x",
        "approx.",
        "starting",
        "until",
        "except",
        "excluding",
        "not",
        "no",
        "free",
        "annual",
        "commitment",
        "credits",
    ),
    *(
        "VAT",
        "20%",
        "$5",
        "2",
        "a day",
        "nightly",
        "tokens",
        "image",
        "seconds",
        "million",
        "USD",
        "audio",
        "batch",
        "priority",
    ),
    *(
        "input",
        "cached",
        "storage",
        "January",
        "over 200k",
        "<= 200k",
        "/ month",
        "and",
        "",
        "(",
        "long context",
        "half",
    ),
    *(
        "texts",
        "videos",
        "thinking",
        "minutes",
        "hours",
        "frames",
        "songs",
        "requests",
        "prompts",
        "queries",
        "characters",
    ),
    *(
        "thousand",
        "resolution",
        "monthly",
        "weeks",
        "users",
        "sessions",
        "pages",
        "gigabytes",
        "euros",
        "December",
        "flex",
    ),
)


@pytest.mark.parametrize("words", NEVER)
def test_words_that_could_change_the_price(words):
    """Alone, in brackets, and among words that could not."""
    assert not skippable(words)
    assert not skippable(f"({words})")
    assert not skippable(f"gloss {words} applies") or words in ("and", "", "(")


@pytest.mark.parametrize("words", ["gloss", "(gloss applies)", "web and app", "for google apps", "“gloss”"])
def test_words_that_select_nothing(words):
    """Letters alone, in brackets or quotes."""
    assert skippable(words)
