"""The reseller's transposed table: its own case, and what does not fit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.model import canonical_order
from scraper import ROOT
from scraper.errors import LayoutChanged
from scraper.model import Provenance, Reading, cards
from scraper.sources import find
from scraper.storage import card_files

source = find("laozhang/laozhang").module
PAGE = (Path(__file__).parent / "cases/era-2026-10/page.md").read_text(encoding="utf-8")
FLASH = "gemini-3.1-flash-image"


def changed(*pairs: tuple[str, str]) -> Reading:
    """The reading of the page after some words of it were replaced."""
    body = PAGE
    for old, new in pairs:
        assert old in body
        body = body.replace(old, new, 1)
    return source.read(body)


def prices(reading: Reading) -> list[tuple[str, str, str]]:
    return [(r.model, r.resolution, str(r.price)) for r in reading.rates()]


def said(reading: Reading) -> set[str]:
    return {p.message for p in reading.problems}


def test_what_the_page_says_beside_its_rates() -> None:
    """Amounts and date are accounted for."""
    reading = source.read(PAGE)

    assert ([], []) == (reading.problems, reading.suspicions)
    assert (5, 2, 6, 0) == (
        reading.amounts.cells,
        reading.amounts.notes,
        reading.amounts.read,
        reading.amounts.unclaimed,
    )
    assert {"Google's own price, named to compare": 1} == dict(reading.amounts.ignored)
    assert (date(2026, 10, 7), 1) == (reading.last_updated, reading.tables)


def test_cards_keep_name_alias_and_place() -> None:
    """A card carries the name in the header, the ids of the preview, and where its price stands."""
    reading = source.read(PAGE)
    capture = Provenance(
        "https://docs.laozhang.ai/x.md", "0" * 64, date(2026, 10, 8), reading.last_updated, source.PARSER
    )
    found = cards(reading, capture, "laozhang", "laozhang")

    assert ("Nano Banana 2", ("gemini-3.1-flash-image-preview",)) == (found[FLASH].name, found[FLASH].aliases)
    assert () == found["gemini-nano-banana-2.1"].aliases
    evidence = found[FLASH].rates[0].evidence
    assert ("$0.055", "models-and-prices / - / Nano Banana 2 / Price per call") == (evidence.quote, evidence.locator)
    assert all(card == card_files.decode(card_files.encode(card), card.model) for card in found.values())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("| Price per call |", "| Prix |", {"unknown header 'Prix'"}),
        ("| Model ID |", "| 模型 |", {"unknown header '模型'"}),
        (
            "| Output size |",
            "| Price |",
            {"expected one column of price, saw ['', 'Model ID', 'Price per call', 'Price']"},
        ),
        ("| Output size |", "| Speed | 1 s | 1 s | 1 s | 1 s | 1 s |\n| Output size |", {"unknown header 'Speed'"}),
    ],
)
def test_unknown_rows_leave_every_model_unread(old: str, new: str, words: set[str]) -> None:
    """A row label that is not in the vocabulary is an error for all the models above it."""
    reading = changed((old, new))

    assert words == said(reading)
    assert 5 == len(reading.unread)
    assert [] == reading.drafts()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("512px, 1K", "256px, 1K", "unknown size '256px' in '256px, 1K, 2K, 4K'"),
        (f"`{FLASH}`", "`Nano Banana`", "'Nano Banana' is not a model id"),
        ("\\$0.055 |", "\\$0.055 \\$0.06 |", "two prices for one key"),
        ("512px, 1K", "512px (\\$0.04), 1K", "money in the column 'Output size', which holds no prices"),
        ("\\$0.055 |", "from \\$0.055 |", "from $0.055"),
    ],
)
def test_odd_cells_leave_their_model_unread(old: str, new: str, words: str) -> None:
    """A cell that is not understood keeps its model back, and no other."""
    reading = changed((old, new))

    assert ["Nano Banana 2"] == [s.title for s in reading.unread]
    assert {True} == {words in p.message for p in reading.problems}
    assert 4 == len(reading.drafts())


def test_units_and_words_of_a_price() -> None:
    """A unit beside the price is the price's own; a model that is not sold has no price."""
    reading = changed(("\\$0.055 |", "\\$0.055 / call |"), ("\\$0.09 |", "\\$0.09 per image |"), ("\\$0.02 |", "- |"))
    units = {r.model: (r.unit, r.availability) for r in reading.rates()}

    assert ("1 request", "priced") == units[FLASH]
    assert ("1 image", "priced") == units["gemini-3-pro-image"]
    assert ("1 request", "not_available") == units["gemini-2.5-flash-image"]


def test_one_model_in_two_columns() -> None:
    """Two prices for one id: neither is read."""
    reading = changed(("`gemini-nano-banana-2.1`", f"`{FLASH}`"))

    assert {"two prices for one key: '$0.045' and '$0.055'"} == said(reading)
    assert [(FLASH,)] == [section.models for section in reading.unread]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("costs \\$0.055", "costs \\$0.05", "money outside any table: Nano Banana 2 costs $0.05 per call."),
        ("costs \\$0.055", "costs \\$0.055k", "money outside any table"),
        (
            "2026.\n",
            "2026. Since then, prices as of March 9, 2026 hold no more.\n",
            "the page dates its prices 2026-03-09, 2026-10-07",
        ),
    ],
)
def test_doubts_about_the_page(old: str, new: str, words: str) -> None:
    """Money in prose that is no price of the table, and dates that differ."""
    reading = changed((old, new))
    assert {True} == {words in said for said in (*reading.suspicions, *(p.message for p in reading.problems))}


def test_amounts_that_are_in_no_text() -> None:
    """An amount in the bytes that no text shows makes the page suspect."""
    reading = changed(("per call. Google's", "per [call](https://laozhang.ai/?p=$5). Google's"))

    assert ["1 amounts stand in the page's bytes and in none of its texts"] == reading.suspicions


def test_page_without_a_date() -> None:
    """The page's own date is kept only where it prints one."""
    assert None is changed(("Public prices as of October 7, 2026.", "Prices may change.")).last_updated


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty page"),
        ("# 404\n\nNot found", "saw '404'"),
        (PAGE.replace("# Nano Banana image models", "# Video"), "saw ['documentation index', 'video'"),
        ("<!doctype html><html>Just a page</html>", "expected Markdown, saw markup"),
        ("<html>window._cf_chl_opt</html>", "challenge page"),
        (PAGE.replace("\\$", ""), "expected 2 models with prices, saw 0"),
        (PAGE[: PAGE.index("| Output size") + 17], "the page is cut here: '| Output size | 1'"),
    ],
)
def test_other_pages_are_refused(body: str, words: str) -> None:
    """What is not the twin of that page is said to be what it is."""
    with pytest.raises(LayoutChanged) as caught:
        source.read(body)

    assert words in str(caught.value)


def test_addresses_renames_and_fingerprint() -> None:
    """The Markdown twin; all of it counts."""
    assert {"md": "https://docs.laozhang.ai/en/api-capabilities/nano-banana-image.md"} == source.urls()
    assert ({}, PAGE) == (source.renames(), source.fingerprint(PAGE))


def test_manual_history_meets_the_page() -> None:
    """The last edition kept by hand says what the page says: the same rates under the same keys."""
    from scraper.pipeline import manual

    kept = [e for e in manual.load(ROOT / "manual") if e.name == "laozhang/laozhang"][-1]

    rates = [rate for card in kept.cards.values() for rate in card.rates]
    assert sorted(rates, key=canonical_order) == source.read(PAGE).rates()
    assert Decimal("0.055") == kept.cards[FLASH].rates[0].price
