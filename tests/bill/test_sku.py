"""Descriptions of SKUs, as the catalogue and bills have them."""

from __future__ import annotations

import pytest

from ratecards.bill import sku
from ratecards.bill.sku import Meaning, UnmappedError, meaning, meaning_in_bill, noun_of
from scraper.release.readme import skus
from scraper.sources import cloud_billing

TERMS = sku.known()


def test_the_words_that_come_with_the_package_are_those_of_the_catalogue():
    """`python -m scraper readme` writes them."""
    assert skus() == sku.FILE.read_text(encoding="utf-8")
    assert cloud_billing.load_terms().said == TERMS


def test_models_of_the_vocabulary_are_read_by_their_own_phrase():
    """Each model phrase is found whole, and is not taken for a shorter one, nor for a family."""
    said = {
        phrase: meaning_in_bill(f"input text token count for {' '.join(phrase)}", TERMS).model
        for phrase in TERMS.models
    }

    assert TERMS.models == said


def test_words_of():
    """Glued and underscored words come apart; version numbers and sizes stay whole."""
    said = "batch generate content er 1.6 short 4k 8b 720p imagen 4"
    assert said == " ".join(sku.words_of("BatchGenerateContent_ER1.6-short (4K), 8B 720p Imagen4/"))


@pytest.mark.parametrize(
    ("text", "model", "meter", "modality", "context", "allowance"),
    [
        ("output token count gemini 2.5 flash short input text", "gemini-2.5-flash", "output", "text", "short", ""),
        ("input token count gemini 2.5 flash input audio", "gemini-2.5-flash", "input", "audio", "", ""),
        ("cached input token count gemini 2.5 pro long input", "gemini-2.5-pro", "cache_read", "", "long", ""),
        ("Gemini 2.5 Pro text short input", "gemini-2.5-pro", "input", "text", "short", ""),
        (
            "image output token count for Gemini 2.5 Flash Native Image Generation",
            "gemini-2.5-flash-image",
            "output",
            "image",
            "",
            "",
        ),
        ("search query gemini 3 paid one", "gemini-3", "search_grounding", "", "", "paid"),
        ("search query gemini 3 free", "gemini-3", "search_grounding", "", "", "free"),
        ("search query gemini 2.5 paid", "gemini-2.5", "search_grounding", "", "", "paid"),
    ],
)
def test_what_bills_say(text: str, model: str, meter: str, modality: str, context: str, allowance: str):
    """Descriptions of public bills; a length that names the input is not what is counted."""
    noun = "query" if meter == "search_grounding" else "token"
    found = meaning_in_bill(f"Generate content {text}", TERMS)
    said = noun if "count" in text or "query" in text else ""
    assert Meaning(model, meter, modality, "standard", context, "", said, allowance) == found
    assert noun == noun_of(found, "count", TERMS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Generate content search query gemini 3 paid one", "no known model"),
        ("Generate content input token count gemini 3 text", "no known model"),
        ("Generate content output token count gemini 2.5 flash cached", "says two things (cache_read and output)"),
        ("Gemini 2.5 Flash text", "names no meter"),
        ("", "no known model"),
    ],
)
def test_what_is_no_reading(text: str, expected: str):
    """A family has no tokens, and the catalogue's reading has no families."""
    with pytest.raises(UnmappedError) as error:
        meaning(text, TERMS)
    assert expected == str(error.value)
    if "search" not in text:
        with pytest.raises(UnmappedError) as error:
            meaning_in_bill(text, TERMS)
        assert expected == str(error.value)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("Gemini 2.5 Flash text input token count", "s", "names no one unit (token and s)"),
        ("Lyria 3 Clip Preview Generation (output)", "count", "names no one unit (output per count)"),
    ],
)
def test_what_is_counted_must_be_one_thing(text: str, unit: str, expected: str):
    """A unit that is not the noun's, and none at all."""
    with pytest.raises(UnmappedError) as error:
        noun_of(meaning(text, TERMS), unit, TERMS)
    assert expected == str(error.value)
