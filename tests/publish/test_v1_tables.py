"""The published tables: T1 and T3 to T6 as Markdown, CSV and JSON, the same for the same cards on any day."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

from ratecards.model import RateCard
from scraper.publish.v1_tables import tables
from tests.questions.test_limits import LIMITS
from tests.support.guide import FLASH_IMAGE, MARCH, flash_image, imagen, openai, picture, reseller
from tests.support.histories import card, rate

CARDS = [flash_image(), *imagen(), *openai(), reseller()]
NAMES = ("cost-per-image", "monthly-budget", "elsewhere", "savings", "limits")


def made(*more: RateCard, day: date = MARCH) -> dict[str, str]:
    """The tables of the guide's cards and more."""
    return tables([*CARDS, *more], day, [LIMITS])


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def test_five_tables_in_three_forms():
    """By path below v1."""
    assert {f"tables/{name}.{form}" for name in NAMES for form in ("md", "csv", "json")} == set(made())


def test_forms_hold_the_same_rows():
    """CSV and JSON for programs: the same fields; an empty one is null in JSON."""
    files = made()
    for name in NAMES:
        records = json.loads(files[f"tables/{name}.json"])
        assert [list(r) for r in records] == [list(r) for r in rows(files[f"tables/{name}.csv"])]
        assert len(records) > 0
    assert "0.050" == rows(files["tables/cost-per-image.csv"])[2]["batch_listed"]


def test_pages_for_people():
    """The guide's figures, as Markdown; the budget as the matrix."""
    files = made()
    assert "| 2K |  | 1,680 | 0.101 | 0.1008 | 0.050 | 0.0504 | 3,030 |" in files["tables/cost-per-image.md"]
    assert "| 10,000 | 13,500 | 20,100 | 30,300 | 45,300 |" in files["tables/monthly-budget.md"]
    assert (
        "| gemini-3.1-flash-image | laozhang | 0.030 | 900 | reseller, by hand | 2026-03-02 |"
        in files["tables/elsewhere.md"]
    )
    assert "| 0.022 | 660 | 1,350 | 67.2 % |" in files["tables/savings.md"]
    assert "# Usage tiers" in files["tables/limits.md"]


def test_no_age_stands_in_a_file():
    """The same cards give the same bytes on any day, until a dated price comes."""
    assert made() == made(day=date(2026, 12, 24))
    later = card("later", picture("later", "0.5", effective_from=date(2027, 1, 1)))
    assert made(later, day=date(2026, 12, 31)) != made(later, day=date(2027, 1, 1))


def test_what_a_page_printed_is_escaped():
    """A name, a quote or a limit of the page cannot act in Markdown or in a spreadsheet."""
    nasty = rate("nasty", "search_grounding", "0", availability="free", used_up_to=5, period="day", quote="=cmd|' /C")
    evil = card("enterprise", rate("enterprise", price=None, availability="not_published", quote="<b>@x</b> |"))
    files = made(card("nasty", rate("nasty"), nasty), evil)
    assert "'=cmd" in files["tables/limits.csv"]
    assert "<b>" not in files["tables/savings.md"]
    assert "@x" not in files["tables/savings.md"]


def test_savings_are_of_the_usual_size():
    """About a megapixel, in the best quality; a model that sells none of it has no savings here."""
    big = card("big", picture("big", "0.5", resolution="4K"))
    found = {r["model"]: r["change"] for r in rows(made(big)["tables/savings.csv"]) if r["lever"] == "now"}
    assert ("1024x1024, high, standard", "1K, standard") == (found["gpt-image-1"], found[FLASH_IMAGE])
    assert "big" not in found


def test_what_a_table_cannot_say_is_left_out_of_it():
    """Two prices by a condition, or another currency: the other models are published all the same."""
    two = card("two", picture("two", "0.5", context="upscaling"), picture("two", "0.6", context="x"))
    files = made(two, card("yuan", picture("yuan", "0.5", currency="CNY")))
    assert ["yuan"] == sorted({r["model"] for r in rows(files["tables/monthly-budget.csv"])} & {"two", "yuan"})
    assert not {r["model"] for r in rows(files["tables/elsewhere.csv"])} & {"two", "yuan"}
    assert not {r["model"] for r in rows(files["tables/savings.csv"])} & {"two"}


def test_no_cards_make_empty_tables():
    """A first run has nothing to compare; every file is there all the same."""
    files = tables([], MARCH)
    assert 15 == len(files)
    assert [] == json.loads(files["tables/savings.json"])
