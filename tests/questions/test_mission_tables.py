"""The guide's tables T1, T3, T4 and T5, computed from cards: every figure that the guide prints."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from ratecards.costing.image_sizes import Size
from ratecards.questions.alternatives import Workload, compare_images
from ratecards.questions.budget import Work, budget, matrix
from ratecards.questions.image_cost import images
from ratecards.questions.savings import Volume, savings
from ratecards.tables import Row, shown
from tests.support.guide import FLASH_IMAGE, MARCH, SIZES, shelf

T1 = """
0.5K |   747 | 0.045 | 0.022 | 1,350
1K   | 1,120 | 0.067 | 0.034 | 2,010
2K   | 1,680 | 0.101 | 0.050 | 3,030
4K   | 2,520 | 0.151 | 0.076 | 4,530
"""
T3 = """
100    |    135 |    201 |    303 |    453
500    |    675 |  1,005 |  1,515 |  2,265
1,000  |  1,350 |  2,010 |  3,030 |  4,530
5,000  |  6,750 | 10,050 | 15,150 | 22,650
10,000 | 13,500 | 20,100 | 30,300 | 45,300
"""
T4 = """
gpt-image-1, 1024x1024, low        | openai   | 0.011 |   330
imagen-4.0-fast-generate-001       | google   | 0.020 |   600
gemini-3.1-flash-image             | laozhang | 0.030 |   900
gpt-image-1-mini, 1024x1024, high  | openai   | 0.036 | 1,080
dall-e-3, 1024x1024, standard      | openai   | 0.040 | 1,200
imagen-4.0-generate-001            | google   | 0.040 | 1,200
gpt-image-1, 1024x1024, medium     | openai   | 0.042 | 1,260
imagen-4.0-ultra-generate-001      | google   | 0.060 | 1,800
gemini-3.1-flash-image-preview, 1K | google   | 0.067 | 2,010
dall-e-3, 1024x1024, hd            | openai   | 0.080 | 2,400
gpt-image-1, 1024x1024, high       | openai   | 0.167 | 5,010
"""


def cells(table: str) -> list[list[str]]:
    """The cells of a table printed above."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().split("\n")]


def texts(rows: Iterable[Row], **kinds: str) -> list[list[str]]:
    """The same columns of rows, as shown."""
    return [[shown(kind, row.cells[key]) for key, kind in kinds.items()] for row in rows]


def test_t1_cost_per_image():
    """Tokens, listed prices with the page's own decimals (0.050), and the month from the listed ones."""
    sheet = images([shelf().choose(FLASH_IMAGE).offer], per_day=1000, days=30)
    assert cells(T1) == texts(
        sheet.rows,
        resolution="text",
        tokens="count",
        standard_listed="listed",
        batch_listed="listed",
        per_month="money",
    )


def test_t1_metered_twins():
    """Tokens times $60 and $30 a million, exactly."""
    sheet = images([shelf().choose(FLASH_IMAGE).offer])
    standard = [Decimal("0.04482"), Decimal("0.0672"), Decimal("0.1008"), Decimal("0.1512")]
    assert standard == [row.cells["standard_metered"] for row in sheet.rows]
    assert [price / 2 for price in standard] == [row.cells["batch_metered"] for row in sheet.rows]


def test_t3_monthly_budget():
    """Five volumes by four resolutions, at the listed price."""
    sheet = matrix(budget(shelf().choose(FLASH_IMAGE), Work({}, images=True)), "images")
    assert cells(T3) == texts(sheet.rows, line="count", **dict.fromkeys(SIZES, "money"))


def test_t3_of_a_batch_uses_the_listed_batch_price():
    """1,000 images a day at 0.022, 0.034, 0.050 and 0.076."""
    sheet = matrix(budget(shelf().choose(FLASH_IMAGE), Work({}, images=True), [1000], "batch"), "images")
    assert [["660", "1,020", "1,500", "2,280"]] == texts(sheet.rows, **dict.fromkeys(SIZES, "money"))


def test_t4_the_same_picture_elsewhere():
    """Every row in the guide's order; the reseller's is marked, with its age, and ratios are to the model chosen."""
    offers = shelf()
    terms = Workload(per_day=1000, days=30, to=offers.choose(FLASH_IMAGE).offer, day=MARCH)
    sheet = compare_images(offers.sellers(), terms)
    assert cells(T4) == texts(sheet.rows, what="text", provider="text", per_image="listed", per_month="money")
    assert {"gemini-3.1-flash-image": "reseller, by hand, 22 days old"} == {
        row.cells["model"]: row.cells["mark"] for row in sheet.rows if row.cells["mark"]
    }
    assert "x0.45" == shown("ratio", sheet.rows[2].cells["ratio"])
    assert "2025-12-19" == sheet.rows[0].cells["observed"]


def levers(resolution: str) -> dict[tuple[Any, Any], list[str]]:
    """T5 at 1,000 images a day: what is saved, and its percent, by lever and change."""
    offers = shelf()
    work = Work({}, images=True, size=Size(resolution))
    sheet = savings(offers.choose(FLASH_IMAGE), work, offers.sellers(), Volume(1000, 30))
    rows = texts(sheet.rows, lever="text", change="text", per_request="listed", saves="money", percent="percent")
    return {(lever, change): rest for lever, change, *rest in rows}


@pytest.mark.parametrize(
    ("resolution", "lever", "change", "figures"),
    [
        ("1K", "batch", "batch instead of standard", ["0.034", "990", "49.3 %"]),
        ("2K", "size", "1K instead of 2K", ["0.067", "1,020", "33.7 %"]),
        ("1K", "reseller", "through laozhang", ["0.03", "1,110", "55.2 %"]),
        ("1K", "best together", "0.5K instead of 1K, batch instead of standard", ["0.022", "1,350", "67.2 %"]),
    ],
)
def test_t5_savings(resolution: str, lever: str, change: str, figures: list[str]):
    """What the guide says each lever is worth, and the best combination that can be bought together."""
    assert figures == levers(resolution)[lever, change]


def test_t5_says_what_is_not_published():
    """Enterprise discounts exist; no figure is guessed."""
    offers = shelf()
    sheet = savings(offers.choose(FLASH_IMAGE), Work({}, images=True, size=Size("1K")), offers.sellers())
    assert "Volume discounts for enterprises exist and are not published: none is counted." in sheet.notes
