"""The manual door: what a person keeps is read strictly, marked, and dated by its file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.model import validate_rate
from scraper import ROOT
from scraper.errors import DatasetError
from scraper.pipeline import manual
from scraper.storage import card_files

KEPT = ROOT / "manual"
FLASH = "gemini-3.1-flash-image"
FILE = """schema: 1
url: https://example.org/prices
observed: "2026-03-02"
as_of: "as of March 2, 2026"
reason: "seen, not captured"
cards:
- model: picture-1
  name: Picture 1
  anchor: pictures
  aliases: [picture-1-preview]
  facts: {size: any}
  notices: ["Will be retired."]
  rates:
  - service_tier: standard
    plan: paid
    meter: output
    locator: "prices / Picture 1"
    rates:
    - {modality: image, price: "0.03", currency: USD, unit: 1 request, quote: "0.030 a picture, since 2026-03-02"}
    - {modality: image, resolution: 4K, availability: not_published, unit: 1 request, quote: "4K: ask us"}
"""


def read(text: str = FILE, *changes: tuple[str, str]) -> manual.Edition:
    """The edition in the text, after some words of it were replaced."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return manual.read(text, "shop", "prices", "2026-03-02", "shop/prices/2026-03-02.yaml")


def refused(*changes: tuple[str, str]) -> str:
    with pytest.raises(DatasetError) as caught:
        read(FILE, *changes)
    return str(caught.value)


# ------------------------------------------------------------------------------------- what is kept


def test_every_edition_kept_is_sound() -> None:
    """All files under manual/ are read; every rate is valid and every card survives the codec."""
    editions = manual.load(KEPT)

    assert [
        ("google/enterprise", date(2026, 3, 24)),
        ("laozhang/laozhang", date(2026, 3, 2)),
        ("laozhang/laozhang", date(2026, 3, 8)),
        ("laozhang/laozhang", date(2026, 3, 9)),
        ("laozhang/laozhang", date(2026, 4, 19)),
        ("laozhang/laozhang", date(2026, 10, 7)),
        ("openai/image-guide", date(2025, 12, 19)),
        ("openai/image-tokens", date(2025, 12, 20)),
    ] == [(e.name, e.observed) for e in editions if not e.reported]
    for edition in editions:
        for card in edition.cards.values():
            assert card == card_files.decode(card_files.encode(card), card.model)
            assert [] == [p for rate in card.rates for p in validate_rate(rate)]
            assert dict(card.facts)[manual.MARK]
            assert edition.as_of == dict(card.facts)["as of"]


def test_reseller_price_by_day() -> None:
    """What a picture cost through the reseller, on each day that anybody wrote it down."""
    found = {
        (e.observed.isoformat(), str(rate.price), rate.unit)
        for e in manual.load(KEPT)
        if e.name == "laozhang/laozhang"
        for rate in e.cards[FLASH].rates
    }

    assert {
        ("2026-03-02", "0.03", "1 request"),
        ("2026-03-08", "0.03", "1 request"),
        ("2026-03-09", "0.05", "1 request"),
        ("2026-04-19", "0.055", "1 request"),
        ("2026-10-07", "0.055", "1 request"),
    } == found


def test_sizes_are_only_said_where_they_were_recorded() -> None:
    """One price for all sizes: without a list of them the rate has no resolution."""
    editions = [e.cards[FLASH] for e in manual.load(KEPT) if e.name == "laozhang/laozhang"]

    assert [[""]] * 4 + [["0.5K", "1K", "2K", "4K"]] == [[r.resolution for r in card.rates] for card in editions]
    assert {("gemini-3.1-flash-image-preview",)} == {card.aliases for card in editions}


def test_undated_price_is_no_rate() -> None:
    """Nano Banana Pro cost 0.05 once: nobody knows when, so it is a fact and not a rate."""
    card = next(e for e in manual.load(KEPT) if e.observed == date(2026, 10, 7)).cards["gemini-3-pro-image"]

    assert {Decimal("0.09")} == {rate.price for rate in card.rates}
    assert "Nano Banana Pro 0.05, later 0.09: since when was not recorded" == dict(card.facts)["formerly"]


def test_discounts_that_nobody_publishes() -> None:
    """They are named, and no number is."""
    card = manual.load(KEPT)[0].cards["enterprise"]

    assert {("not_published", None, "")} == {(r.availability, r.price, r.currency) for r in card.rates}
    assert ["input", "output"] == [rate.meter for rate in card.rates]


# ------------------------------------------------------------------------------------ how it is read


def test_card_says_what_the_file_says() -> None:
    """Head and card together: facts are marked, evidence dates from the file, nothing is lost."""
    edition = read()
    card = edition.cards["picture-1"]

    assert ("shop", "prices", "shop/prices") == (edition.provider, edition.source, edition.name)
    assert (("as of", "as of March 2, 2026"), ("manual", "seen, not captured"), ("size", "any")) == card.facts
    assert ("https://example.org/prices", date(2026, 3, 2), "manual-1") == (card.url, card.observed, card.parser)
    assert (("picture-1-preview",), "pictures", ("Will be retired.",)) == (card.aliases, card.anchor, card.notices)
    assert [("", Decimal("0.03")), ("4K", None)] == [(r.resolution, r.price) for r in card.rates]
    assert card.capture.startswith("sha256:")
    assert read(FILE + "# a word more\n").cards["picture-1"].capture != card.capture


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("schema: 1", "schema: 2", "expected schema 1"),
        ("reason:", "why:", "expected schema 1 with url, observed, as_of, reason and cards"),
        ('as_of: "as of March 2, 2026"', 'as_of: " "', "expected words in url, observed, as_of, reason"),
        ('as_of: "as of March 2, 2026"', "as_of: 3", "expected words in url, observed, as_of, reason"),
        ("2026-03-02", "2026-03-03", "expected a file named by its observed day, saw 2026-03-03"),
        ("https://", "http://", "expected an https address"),
        ('"2026-03-02"', "2026-03-02", "must be quoted"),
        ("  name: Picture 1\n", "  name: Picture 1\n  observed: x\n", "observed of a card: the head says this for all"),
        ("{size: any}", "{manual: mine}", "the facts of a card: the head says this for all"),
        ("{size: any}", "[size]", "the facts of a card"),
        ("meter: output", "meter: outpt", "meter 'outpt' is not one of"),
        ("meter: output", "metre: output", "unknown field metre in a group of rates"),
        ('price: "0.03"', 'price: "0.04"', "does not say 0.04"),
        ('price: "0.03"', 'price: "0.3"', "does not say 0.3"),
        ('price: "0.03"', 'price: "3"', "does not say 3"),
        ('price: "0.03"', 'price: "03"', "not an amount in plain notation"),
        ("4K: ask us", " ", "the quote ' ' does not say"),
        ("4K: ask us", "4K: $1", "not_published, but the quote '4K: $1' names an amount"),
        ("resolution: 4K, availability: not_published", 'price: "0.03", currency: USD', "two rates with one key"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(old: str, new: str, words: str) -> None:
    """Strict both ways: unknown fields, loose quotes, days that differ, prices nobody said."""
    if "two rates" in words:
        assert words in refused((old, new), ("4K: ask us", "0.03"))
        return
    assert words in refused((old, new))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- 1", "saw list"),
        ("", "empty"),
        (FILE[: FILE.index("- model")] + "- 1\n", "expected a list of cards"),
        (FILE[: FILE.index("cards")] + "cards: none\n", "expected a list of cards"),
        (FILE[: FILE.index("cards")] + "cards: []\n", "expected one card per model, saw []"),
        (FILE + FILE[FILE.index("- model") :], "expected one card per model, saw ['picture-1', 'picture-1']"),
    ],
)
def test_files_that_are_no_edition(text: str, words: str) -> None:
    """Another shape, no cards, or two of one model."""
    with pytest.raises(DatasetError) as caught:
        read(text)

    assert words in str(caught.value)


@pytest.mark.parametrize(("price", "quote"), [("1250", "$1,250.00 a year"), ("5", "5 (five)"), ("0.05", "= 0.05")])
def test_prices_in_other_decimals(price: str, quote: str) -> None:
    """The same number in the quote's own notation is said by it."""
    edition = read(FILE, ('"0.03"', f'"{price}"'), ("0.030 a picture, since 2026-03-02", quote))

    assert Decimal(price) == edition.cards["picture-1"].rates[0].price


# ------------------------------------------------------------------------------------ where it stands


def write(root: Path, path: str, text: str | bytes = FILE) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode() if isinstance(text, str) else text)


def test_editions_by_source_and_day(tmp_path: Path) -> None:
    """Provider and source come from the folders; a README may stand anywhere."""
    write(tmp_path, "README.md", "words")
    write(tmp_path, "shop/b/2026-03-02.yaml")
    write(tmp_path, "shop/a/2026-03-10.yaml", FILE.replace('observed: "2026-03-02"', 'observed: "2026-03-10"'))
    write(tmp_path, "shop/a/2026-03-02.yaml")

    assert [("shop/a", 2), ("shop/a", 10), ("shop/b", 2)] == [(e.name, e.observed.day) for e in manual.load(tmp_path)]
    assert [] == manual.load(tmp_path / "none")


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("shop/2026-03-02.yaml", FILE, "expected <provider>/<source>/<date>.yaml"),
        ("shop/a/2026-03-02.yml", FILE, "expected <provider>/<source>/<date>.yaml"),
        ("shop/a/march.yaml", FILE, "expected a file named by its observed day"),
        ("Shop/a/2026-03-02.yaml", FILE, "Shop/a is not the name of a source"),
        ("shop/a/2026-03-02.yaml", b"\xff", "expected UTF-8"),
    ],
)
def test_files_in_the_wrong_place(tmp_path: Path, path: str, text: str | bytes, words: str) -> None:
    """A file that would be passed over is an error instead."""
    write(tmp_path, path, text)

    with pytest.raises(DatasetError) as caught:
        manual.load(tmp_path)

    assert words in str(caught.value)
