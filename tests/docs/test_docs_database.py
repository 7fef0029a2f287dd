"""docs/dataset.md on the database: each question is asked of a release's file of this repository's data."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from ratecards.storage import database
from scraper import ROOT
from scraper.release import sqlitefile

TEXT = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"<!-- question: (\w+) -->\n```sql\n(.*?)```", TEXT, re.DOTALL))


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Iterator[sqlite3.Connection]:
    """The file, opened."""
    v1 = ROOT / "ratecards" / "v1"
    files = {path.relative_to(v1).as_posix(): path.read_bytes() for path in v1.glob("*.json")}
    path = tmp_path_factory.mktemp("release") / "ratecards.sqlite"
    sqlitefile.write(path, ROOT / "ratecards", files)
    with closing(sqlite3.connect(path)) as found:
        yield found


def ask(base: sqlite3.Connection, name: str) -> list[tuple]:
    """The answer to one of the questions."""
    return base.execute(QUESTIONS[name]).fetchall()


def test_every_question_is_asked():
    """There are no others."""
    assert {"day", "between", "cheapest", "history", "discrepancies"} == set(QUESTIONS)


def test_the_price_of_a_day(base):
    """Both, by the size of the prompt."""
    assert [("1.25", "USD", "1000000 tokens", 200000), ("2.5", "USD", "1000000 tokens", None)] == ask(base, "day")


def test_what_moved_between_two_days(base):
    """Among them the film that became cheaper."""
    found = ask(base, "between")
    assert ("2026-04-27", "veo-3.1-fast-generate-preview", "output", "0.35", "0.3") in found
    assert [] == [row for row in found if not "2026-03-24" < row[0] <= "2026-04-27"]


def test_the_cheapest(base):
    """In order of price."""
    prices = [float(price) for _, _, price, _ in ask(base, "cheapest")]
    assert 5 == len(prices)
    assert sorted(prices) == prices


def test_what_a_price_has_been(base):
    """Each from the day on which the one before ended."""
    found = ask(base, "history")
    assert ("2026-04-16", "0.35") in [(until, price) for _, until, price, *_ in found]
    assert [until for _, until, *_ in found[:-1]] == [since for since, *_ in found[1:]]


def test_where_sources_disagree(base):
    """The farthest apart first; as many as are open."""
    count = base.execute("SELECT count(*) FROM discrepancies WHERE state = 'open'").fetchone()[0]
    assert count == len(ask(base, "discrepancies")) > 0


def test_every_table_is_described(base):
    """And its version."""
    tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    section = TEXT.partition("## The database")[2].partition("\n## ")[0]
    described = {
        name for cell in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for name in re.findall(r"\w+", cell)
    }
    assert tables == described
    assert f"`PRAGMA user_version` is {database.VERSION}" in section
    assert database.VERSION == base.execute("PRAGMA user_version").fetchone()[0]
