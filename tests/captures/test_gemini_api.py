"""Google's pricing page as it was on nine days: every amount read, row by row what a person accepted."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from ratecards.model import row, validate_rate
from scraper.errors import LayoutChanged
from scraper.fetch.copies import readers_copy
from scraper.sources import gemini_api
from tests import accept
from tests.support.captures import captured, needed

pytestmark = needed

RATES = "1000000 tokens"


FIGURES = [
    (
        "2025-11-21.md.txt",
        38,
        397,
        206,
        "amounts on the page: 171 (160 in cells, 11 in footnotes), read: 167, ignored with reason: 4",
    ),
    ("2025-12-21.md.txt", 41, 437, 232, "amounts on the page: 183 (175 in cells, 8 in footnotes), read: 183"),
    ("2026-01-08.md.txt", 41, 437, 232, "amounts on the page: 183 (175 in cells, 8 in footnotes), read: 183"),
    ("2026-03-24.html", 44, 527, 283, "amounts on the page: 217 (204 in cells, 13 in footnotes), read: 217"),
    ("2026-03-24.md.txt", 44, 527, 283, "amounts on the page: 217 (204 in cells, 13 in footnotes), read: 217"),
    ("2026-04-16.md.txt", 65, 843, 479, "amounts on the page: 354 (341 in cells, 13 in footnotes), read: 354"),
    ("2026-04-27.html", 65, 843, 479, "amounts on the page: 354 (341 in cells, 13 in footnotes), read: 354"),
    ("2026-08-27.md.txt", 80, 1040, 618, "amounts on the page: 485 (467 in cells, 18 in footnotes), read: 485"),
    ("2026-10-04.md.txt", 88, 1221, 758, "amounts on the page: 598 (580 in cells, 18 in footnotes), read: 598"),
]


# Editions on which no price differs from another's; one id is that of a preview still.
SAME_PRICES = {"2026-01-08": "2025-12-21", "2026-04-16": "2026-04-27"}


@pytest.mark.parametrize(("name", "tables", "count", "priced", "amounts"), FIGURES)
def test_captures(name, tables, count, priced, amounts):
    """Counts of a real page: every amount read, nothing a problem."""
    found = accept.capture(name)
    seen = found.rates()

    assert ([], [], tables, amounts) == (found.problems, found.suspicions, found.tables, str(found.amounts))
    assert (count, priced) == (len(seen), sum(r.availability == "priced" for r in seen))
    assert [] == [problem for rate in seen for problem in validate_rate(rate)]


@pytest.mark.parametrize("name", [name for name, *_ in FIGURES])
def test_captures_row_by_row(name):
    """Every row of a real page, as accepted by a person."""
    day = name.split(".")[0]
    expected = (accept.GOLDEN / f"{SAME_PRICES.get(day, day)}.csv").read_text(encoding="utf-8").splitlines()
    actual = accept.golden_lines(accept.capture(name))
    if day in SAME_PRICES:
        actual = [line.replace("gemini-embedding-2-preview", "gemini-embedding-2") for line in actual]

    assert ([], []) == (sorted(set(expected) - set(actual)), sorted(set(actual) - set(expected)))
    assert expected == actual


def test_capture_of_april():
    """35 models and the tools, 460 list prices and 19 restated ones."""
    found = accept.capture("2026-04-27.html")
    priced = [r for r in found.rates() if r.availability == "priced"]

    assert (36, 35) == (len(found.drafts()), sum(len(s.models) for s in found.sections))
    assert (460, 19) == (sum(r.basis == "list" for r in priced), sum(r.basis == "equivalent" for r in priced))
    assert date(2026, 4, 22) == found.last_updated


def test_captures_of_one_day_agree():
    """HTML and twin of 2026-03-24, quotes included."""
    html, twin = (accept.capture(f"2026-03-24.{kind}") for kind in ("html", "md.txt"))

    assert [row(r) | {"locator": ""} for r in html.rates()] == [row(r) | {"locator": ""} for r in twin.rates()]
    assert {d.model: accept.card(d) for d in html.drafts()} == {d.model: accept.card(d) for d in twin.drafts()}


def test_fault_45_capture_of_a_translated_page():
    """The Japanese excerpt is refused, and says why."""
    with pytest.raises(LayoutChanged, match=r"translated or copied page.*AI 翻訳"):
        accept.capture("2026-10-08.hl-ja.excerpt.html")


def test_the_figures_the_project_began_with():
    """gemini-3.1-flash-image-preview on 2026-03-24: 0.50 in, 3 and 60 out, batch, per image, no free plan, token notes."""
    found = accept.capture("2026-03-24.html")
    draft = next(d for d in found.drafts() if d.model == "gemini-3.1-flash-image-preview")
    said = {
        (r.service_tier, r.meter, r.modality, r.resolution, r.basis): (str(r.price), r.unit)
        for r in draft.rates
        if r.availability == "priced" and r.meter in ("input", "output")
    }
    per_image = {
        ("standard", "output", "image", size, "equivalent"): (price, "1 image")
        for size, price in {"0.5K": "0.045", "1K": "0.067", "2K": "0.101", "4K": "0.151"}.items()
    } | {
        ("batch", "output", "image", size, "equivalent"): (price, "1 image")
        for size, price in {"0.5K": "0.022", "1K": "0.034", "2K": "0.050", "4K": "0.076"}.items()
    }
    tokens = {
        ("standard", "input", "text", "", "list"): ("0.50", RATES),
        ("standard", "input", "image", "", "list"): ("0.50", RATES),
        ("standard", "output", "text", "", "list"): ("3", RATES),
        ("standard", "output", "image", "", "list"): ("60.00", RATES),
        ("batch", "input", "text", "", "list"): ("0.25", RATES),
        ("batch", "input", "image", "", "list"): ("0.25", RATES),
        ("batch", "output", "text", "", "list"): ("1.50", RATES),
        ("batch", "output", "image", "", "list"): ("30.00", RATES),
    }

    assert per_image | tokens == said
    assert {"not_available"} == {r.availability for r in draft.rates if r.plan == "free"}
    assert {"0.5K": 747, "1K": 1120, "2K": 1680, "4K": 2520} == {
        f.resolution: f.tokens for f in draft.formulas if f.tokens
    }


@pytest.mark.parametrize("name", [name for name, *_ in FIGURES])
def test_traps(name):
    """What a careless reader makes of this page, and must not."""
    seen = [r for r in accept.capture(name).rates() if r.price]
    tokens = [r for r in seen if r.unit == RATES and r.basis == "list"]
    keys = {r.row_key: r.price for r in seen}

    # a price per image is far below a price per million image tokens, whose least is a tenth of a dollar
    assert [] == [
        r
        for r in tokens
        if re.search(r"[0-9*)] per (?:[0-9.]+K )?image", r.evidence.quote.split(" (")[0])
        or (r.modality == "image" and r.meter == "output" and r.price < 1)
    ]
    assert [] == [r for r in tokens if r.meter == "input" and r.modality == "image" and r.price < Decimal("0.01")]
    # grounding is per thousand and storage per hour, never a price of tokens
    assert {True} == {("1000 " in r.unit) == (r.meter.endswith("_grounding")) for r in seen}
    assert {True} == {(r.unit == "1000000 token-hours") == (r.meter == "cache_storage") for r in seen}
    assert {Decimal("4.50"), Decimal("1.00")} <= {r.price for r in seen if r.meter == "cache_storage"}
    assert [] == [r for r in seen if r.meter == "cache_read" and r.price > 1]
    # batch is half of standard, and neither stands in the other's place
    for model in ("gemini-2.5-flash", "gemini-2.5-pro"):
        pairs = [
            (r.price, keys[tuple("batch" if v == "standard" else v for v in r.row_key)])
            for r in seen
            if r.model == model and r.service_tier == "standard" and r.meter in ("input", "output")
        ]
        assert {Decimal("0.5")} == {batch / standard for standard, batch in pairs}
    # audio does not overwrite text
    flash = {
        r.modality: r.price
        for r in seen
        if (r.model, r.service_tier, r.meter) == ("gemini-2.5-flash", "standard", "input")
    }
    assert {
        "text": Decimal("0.30"),
        "image": Decimal("0.30"),
        "video": Decimal("0.30"),
        "audio": Decimal("1.00"),
    } == flash


COPIES = ("2026-05-08.reader.md", "2026-06-05.reader.md")


def prices(name: str) -> dict[tuple, tuple]:
    """What a saved page says: by model (under its newest name) and price key, the value."""
    body = captured("google/gemini-api", name)
    copy = readers_copy(body)
    reading = gemini_api.read_copy(copy.content) if copy else gemini_api.read(body)
    assert ([], []) == (reading.problems, reading.suspicions)
    assert reading.amounts.read == reading.amounts.seen
    names = gemini_api.renames()
    return {
        (names.get(r.model, r.model), *r.join_key[1:]): (r.availability, r.price, r.unit, r.effective_from)
        for r in reading.rates()
    }


def test_readers_copies_beside_their_neighbours():
    """From edition to edition no price of tokens moves but Embedding 2's in batches, which were not sold before."""
    days = [prices(name) for name in ("2026-04-27.html", *COPIES, "2026-08-27.md.txt")]
    moved: list[set[str]] = []
    for before, after in pairwise(days):
        both = {key[0] for key in before} & {key[0] for key in after}
        keys = {key for key in before.keys() | after.keys() if key[0] in both}
        moved.append({f"{key[0]} {key[3]}" for key in keys if before.get(key) != after.get(key)})
    grounding = {line for found in moved for line in found if line.endswith("_grounding")}

    assert [set(), {"gemini-embedding-2 input"}, set()] == [found - grounding for found in moved]
    assert {"gemini-3.5-flash"} == {key[0] for key in days[2]} - {key[0] for key in days[1]}
    # with Flash-Lite 3.1 under both of its names 903 rates
    assert [827, 882] == [len(days[1]), len(days[2])]
