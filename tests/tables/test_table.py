"""A sheet in four forms: what is rounded for people, what programs get, and what a page may not smuggle in."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ratecards.costing.breakdown import Line
from ratecards.tables import Cell, Column, Row, Table, data, money, printed, shown, used

NASTY = "=a|b <b> @x `c` ![d](http://e) www.f\u202e\n"
FIELDS = (
    Column("model", "model", "id"),
    Column("hidden"),
    Column("price", "price", "exact"),
    Column("share", "off", "percent"),
    Column("day", "day", "day", optional=True),
)


def line(rate: str = "0.05", quote: str = "$0.050 per 2K image", **values: Any) -> Line:
    """A line with that rate."""
    words: dict[str, Any] = {"what": "output image", "quantity": Decimal(1), "unit": "1 image", "currency": "USD"}
    origin = {"source": "google/gemini-api", "model": "m", "observed": date(2026, 3, 24), "locator": "m / Output"}
    amount = Decimal(rate)
    return Line(**{**words, "rate": amount, "amount": amount, "quote": quote, **origin, **values})


def table(*rows: Row, notes: tuple[str, ...] = ()) -> Table:
    """A sheet of those rows."""
    return Table("A title", FIELDS, rows, notes)


ROW = Row(
    {"model": "m", "hidden": 1, "price": Decimal("0.0672"), "share": Decimal(100) / 3, "day": "2026-03-24"},
    (line(), line(), line("60", "$60.00 (images)", how="1,120 tokens an image")),
)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("exact", None, "-"),
        ("listed", "", "-"),
        ("text", None, ""),
        ("text", True, "yes"),
        ("text", False, "no"),
        ("text", ("a", "b"), "a b"),
        ("listed", "0.050", "0.050"),
        ("count", 1120, "1,120"),
        ("count", Decimal(2500), "2,500"),
        ("count", Decimal("1.50"), "1.5"),
        ("exact", Decimal("0.0672"), "0.0672"),
        ("percent", Decimal("49.253731"), "49.3 %"),
        ("percent", Decimal("33.65"), "33.7 %"),
        ("ratio", Decimal("0.4477"), "x0.45"),
        ("money", Decimal(1350), "1,350"),
    ],
)
def test_a_cell_for_people(kind: str, value: Cell, expected: str):
    """Halves are rounded up, and what is missing is a dash where a figure would be."""
    assert expected == shown(kind, value)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("2010", "2,010"), ("1015.505", "1,015.51"), ("0.000165", "0.000165"), ("0.12345", "0.123"), ("-0.5", "-0.5")],
)
def test_money_to_read(amount: str, expected: str):
    """Whole, to the cent, or three digits of what is less than one."""
    assert expected == money(Decimal(amount))


def test_a_cell_for_programs():
    """Every digit; what has no end has four decimals."""
    assert ["0.0672", "33.3333", "x", 3, None] == [
        data("exact", Decimal("0.06720")),
        data("percent", Decimal(100) / 3),
        data("text", "x"),
        data("count", 3),
        data("money", None),
    ]


@pytest.mark.parametrize(
    ("rate", "quote", "least", "expected"),
    [
        ("0.05", "$0.050 per 2K image", 0, "0.050"),
        ("60", "$60.00 (images)", 0, "60.00"),
        ("0.75", "$.75", 0, ".75"),
        ("1250", "$1,250.00", 0, "1250.00"),
        ("0.02", "$0.02", 3, "0.020"),
        ("0.0195", "$0.0195 per image", 3, "0.0195"),
        ("0.03", "no figure", 0, "0.03"),
        ("2", "Gemini 2.5: $2", 0, "2"),
    ],
)
def test_the_pages_own_decimals(rate: str, quote: str, least: int, expected: str):
    """As the quote prints the amount; a column may ask for more."""
    assert expected == printed(line(rate, quote), least)


def test_rates_are_used_once():
    """The same rate behind several figures is one."""
    assert ["0.05", "60"] == [str(found.rate) for found in used([ROW, ROW])]


def test_a_table_for_a_terminal():
    """Title, rows, notes, and what is for programs alone left out."""
    rows = (ROW._replace(group="First"), ROW._replace(group="Second"))
    expected = """\
A title

  model   price     off  day
First
  m      0.0672  33.3 %  2026-03-24
Second
  m      0.0672  33.3 %  2026-03-24

A note.
"""
    assert expected == table(*rows, notes=("A note.",)).text(width=60)


def test_an_explained_table():
    """Each rate with its words, by card and day; where a quantity is from stands below."""
    expected = """\
rates used    price  per      quote
m: google/gemini-api, observed 2026-03-24
  output image   0.050  1 image  $0.050 per 2K image
  output image  60.00   1 image  $60.00 (images)
  1,120 tokens an image
"""
    actual = table(ROW).text(explain=True, width=80)
    assert expected.split() == actual.partition("2026-03-24\n\n")[2].split()


def test_csv():
    """Hidden fields too; explained, the rates stand in the last field."""
    assert "model,hidden,price,share,day\nm,1,0.0672,33.3333,2026-03-24\n" == table(ROW).csv()
    row = next(csv.DictReader(io.StringIO(table(ROW).csv(explain=True))))
    first = "output image | 0.050 | 1 image | USD | google/gemini-api | m | 2026-03-24 | $0.050 per 2K image"
    assert first == row["rates"].split("; ")[0]


def test_json():
    """Amounts are strings; explained, each row has its rates."""
    plain = json.loads(table(ROW).json())
    assert [{"model": "m", "hidden": 1, "price": "0.0672", "share": "33.3333", "day": "2026-03-24"}] == plain
    rates = json.loads(table(ROW).json(explain=True))[0]["rates"]
    assert ["0.050", "60.00"] == [rate["rate"] for rate in rates]
    assert "2026-03-24" == rates[0]["observed"]


def test_markdown():
    """A heading per group, figures aligned right; explained, a table of the rates."""
    expected = """\
# A title

## First

| model | price | off | day |
| --- | ---: | ---: | --- |
| m | 0.0672 | 33.3 % | 2026-03-24 |

A note.

| what | rate | unit | currency | source | model | observed | quote | how |
| --- | ---: | --- | --- | --- | --- | --- | --- | --- |
| output image | 0.050 | 1 image | USD | google/gemini-api | m | 2026-03-24 | \\$0.050 per 2K image |  |
| output image | 60.00 | 1 image | USD | google/gemini-api | m | 2026-03-24 | \\$60.00 (images) | 1,120 tokens an image |
"""
    made = table(ROW._replace(group="First"), notes=("A note.",))
    assert expected == made.markdown(explain=True)
    assert expected.partition("| what")[0].rstrip() + "\n" == made.markdown()


def test_nothing_a_page_printed_acts():
    """No markup, mention, link or second line in Markdown, no formula in CSV, no control character anywhere."""
    nasty = table(Row({**ROW.cells, "model": NASTY}, (line(quote=NASTY),), NASTY))
    page = nasty.markdown(explain=True)
    assert "=a\\|b &lt;b&gt; @\u2060x \\`c\\` !\\[d\\](h\u2060ttp://e) www\u2060.f" in page
    for sign in ("<b>", "@x", "http:", "www.", "\u202e", " `c` "):
        assert sign not in page
    assert "'=a|b" in nasty.csv()
    for form in ("table", "csv", "markdown"):
        assert "\u202e" not in nasty.form(form, explain=True)
    assert "\u202e" not in nasty.form("json")


def test_a_sheet_without_rows():
    """Its title and notes stand alone."""
    assert "A title\n\nA note.\n" == table(notes=("A note.",)).text(width=60)
