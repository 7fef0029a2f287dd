"""`v1/bands.csv`: what a look makes of the table that stands is what the histories give; its laws find what breaks them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ratecards.costing.bands import COLUMNS
from ratecards.storage import history
from ratecards.storage.history import stamp_of
from scraper import ROOT
from scraper.publish import bands
from scraper.publish.dataset import Dataset
from tests.support import shelves
from tests.support.kit import DAY, rate
from tests.support.shelves import added, changed, pro
from tests.support.workshop import GEMINI

VERTEX = "google/vertex-ai"
REAL = Dataset(ROOT)


@pytest.fixture
def shelf(tmp_path):
    """A small dataset."""
    return shelves.dataset(tmp_path / "data")


# ------------------------------------------------------------------------------------------- going on


def editions(name: str) -> list[tuple[date, list, list]]:
    """By day after the first: the changes before it, and of those seen on it what moved rates alone."""
    log = REAL.changes(name)
    found = []
    for day in sorted({stamp_of(change).observed for change in log})[1:]:
        fresh = [change for change in log if stamp_of(change).observed == day]
        named = {c.model for c in fresh if c.kind in bands._OF_NAMES} | {c.previous_id for c in fresh}
        moved = [change for change in fresh if change.model not in named]
        if moved:
            found.append((day, [change for change in log if stamp_of(change).observed < day], moved))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in REAL.names() if bands._official([name]) and editions(name)])
def test_a_look_goes_on_as_the_history_does(name):
    """Of each edition of a real page: the table before it and what it changed make the table after it."""
    for day, known, fresh in editions(name):
        before = bands._whole(name, known)
        sold = {model for model, *_ in before}
        found = bands._gone_on(before, history.replay([*known, *fresh]), fresh, str(day))
        assert found is None or bands._whole(name, [*known, *fresh]) == found
        assert (found is None) == bool({change.model for change in fresh} - sold)


def moved(day: date) -> tuple[dict, list]:
    """The page's card with a dearer input, and the change that says so."""
    old, new = (rate(price, model="gemini-2.5-pro", prompt_up_to=200_000) for price in ("1.25", "1.5"))
    before = pro()[0]
    rates = tuple(new if r == old else r for r in before.rates)
    change = changed("repriced", "gemini-2.5-pro", day, f"{day}T12:00:00Z", old=old, new=new)
    return {"gemini-2.5-pro": replace(before, rates=rates)}, [change]


def text(shelf: Dataset, day: date) -> str:
    """The table after the input of the page became dearer."""
    cards, fresh = moved(day)
    return bands.text(shelf, {GEMINI: cards, VERTEX: shelf.cards(VERTEX), "acme/tiny": {}}, {GEMINI: fresh})


def test_a_price_that_moves(shelf, monkeypatch):
    """Its span ends and another begins, and no history is read; the rows of others stay as they are."""
    standing = bands.rows((shelf.root / bands.PATH).read_text(encoding="utf-8"))
    monkeypatch.setattr(bands, "_whole", lambda *_: pytest.fail("the history was read"))
    day = DAY + timedelta(7)
    found = bands.rows(text(shelf, day))
    own = [r for r in found if r["source"] == "gemini-api" and (r["service_tier"], r["plan"]) == ("standard", "paid")]

    assert [(str(DAY), str(day), "0.00000125"), (str(DAY), str(day), "0.0000025")] == [
        (r["since"], r["until"], r["input_text_per_token"]) for r in own[:2]
    ]
    assert [(str(day), "", "0.0000015"), (str(day), "", "0.0000025")] == [
        (r["since"], r["until"], r["input_text_per_token"]) for r in own[2:]
    ]
    assert [r for r in standing if r["source"] == "vertex-ai"] == [r for r in found if r["source"] == "vertex-ai"]


@pytest.mark.parametrize("damage", ["", "provider,source\n", None])
def test_where_it_takes_the_history(shelf, damage):
    """A table that is not there, or of another version: the same comes of it."""
    day = DAY + timedelta(7)
    found = text(shelf, day)
    path = shelf.root / bands.PATH
    path.unlink()
    if damage is not None:
        path.write_text(damage, encoding="utf-8")

    assert bands.anew(shelf, [GEMINI, VERTEX], {GEMINI: moved(day)[1]}) == found == text(shelf, day)


def test_a_late_change_takes_the_history(shelf):
    """What was seen on a day before the last edition is no going on."""
    _, fresh = moved(DAY)
    spans = bands._standing(shelf)[GEMINI]
    assert bands._gone_on(spans, shelf.cards(GEMINI), fresh, str(DAY + timedelta(1))) is None
    assert bands._gone_on(spans, shelf.cards(GEMINI), added(pro()[:1]), str(DAY)) is None


# ---------------------------------------------------------------------------------------- what must hold


def test_the_check_finds_another_table(shelf):
    """It is held against the histories."""
    path = shelf.root / bands.PATH
    assert [] == list(bands.findings(shelf, shelf.names()))
    path.write_text(path.read_text(encoding="utf-8").replace("0.00000125", "0.00000126"), encoding="utf-8")
    assert [f"{path}: does not hold the prices of the histories; python -m scraper rebuild makes it anew"] == list(
        bands.findings(shelf, shelf.names())
    )
    path.unlink()
    assert 1 == len(list(bands.findings(shelf, shelf.names())))


def row(**said: str) -> dict[str, str]:
    """A row of the table."""
    key = {"provider": "p", "source": "s", "authority": "documentation", "model": "m", "card": "m"}
    return dict.fromkeys(COLUMNS, "") | key | {"service_tier": "standard", "plan": "paid", "since": "2026-01-01"} | said


LAWS = {
    "a gap": ([row(prompt_up_to="5"), row(prompt_over="6")], "bands over ['', '6'] and up to ['5', '']"),
    "an overlap": ([row(prompt_up_to="5"), row(prompt_over="4")], "bands over ['', '4'] and up to ['5', '']"),
    "no first band": ([row(prompt_over="5")], "bands over ['5'] and up to ['']"),
    "a band behind an open one": ([row(), row()], "bands over ['', ''] and up to ['', '']"),
    "a band that ends where it begins": (
        [row(prompt_up_to="5"), row(prompt_over="5", prompt_up_to="5")],
        "bands over ['', '5'] and up to ['5', '5']",
    ),
    "days twice": (
        [row(until="2026-03-01"), row(since="2026-02-01")],
        "days from 2026-01-01 until 2026-03-01, and again",
    ),
    "days behind open ones": (
        [row(), row(since="2026-02-01")],
        "days from 2026-01-01 until now, and again from 2026-02-01",
    ),
    "days that end where they begin": ([row(until="2026-01-01")], "from 2026-01-01 until 2026-01-01"),
    "too fine": ([row(output_per_token="0.00000000000000001")], "output_per_token is 0.00000000000000001"),
    "too large": ([row(output_per_token="1000000")], "output_per_token is 1000000"),
    "too fine for a part of a second": ([row(output_per_second="0.00000000000001")], "output_per_second is 0.00"),
    "two pages of one name": (
        [row(), row(source="t", since="2026-05-01")],
        "m: documented by s and by t since 2026-05-01",
    ),
}


@pytest.mark.parametrize(("table", "words"), LAWS.values(), ids=LAWS)
def test_what_no_join_may_meet(table, words):
    """Each is found and named."""
    assert 1 == len([found for found in bands.laws(table) if words in found])


def test_what_is_none():
    """An end that is open, or not sold; a name that one page gives up before the other takes it."""
    ended = row(until="2026-05-01")
    assert [] == list(bands.laws([row(prompt_up_to="5"), row(prompt_over="5", prompt_up_to="9")]))
    assert [] == list(bands.laws([ended, row(source="t", since="2026-05-01")]))
    assert [] == list(bands.laws([ended, row(since="2026-05-01"), row(source="t", authority="separate")]))
