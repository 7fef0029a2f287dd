"""A packed database answers as the one that it was made of does."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.questions import discrepancies
from ratecards.storage import packed
from ratecards.storage.database_cache import FILE
from scraper import ROOT
from scraper.release import packing
from scraper.storage.discrepancies import STATES
from tests.support.histories import added, card, change, rate, write

OLD, NEW = rate(price="0.5"), rate(price="0.7")
PRO = rate("pro", price="2")
LOG = [
    *added("2026-01-01", card("flash", OLD, aliases=("f",)), card("pro", PRO)),
    change("2026-02-01", "repriced", old=OLD, new=NEW),
]
# rates of which some have no kind, or no price
CUT = [
    f"[[0],{rates}]"
    for rates in ("[[1,1],[0],[]]", "[[1,1],[],[null]]", "[[1,1],[0,0],[null,null]]", "[[1],[0],[null]]")
]


@pytest.fixture
def wheel(tmp_path: Path) -> Dataset:
    """The dataset as a wheel has it."""
    return as_wheel(write(tmp_path / "data", *LOG), tmp_path / "wheel")


def as_wheel(root: Path, folder: Path) -> Dataset:
    """A dataset without histories, of the packed database of another."""
    folder.mkdir()
    if (root / "v1" / "lifecycle.json").exists():
        shutil.copytree(root / "v1", folder / "v1", ignore=shutil.ignore_patterns("discrepancies.json"))
    packing.write(root, folder / FILE)
    return Dataset(folder)


def edited(dataset: Dataset, statement: str, *values: object) -> Dataset:
    """The same after a statement."""
    with closing(sqlite3.connect(dataset.path / FILE)) as base:
        base.execute(statement, values)
        base.commit()
    return Dataset(dataset.path)


@pytest.mark.slow
def test_all_of_this_repository(tmp_path: Path):
    """On every day that is in it: all cards with their evidence, and all changes."""
    whole, wheel = Dataset(ROOT / "ratecards"), as_wheel(ROOT / "ratecards", tmp_path / "wheel")
    days = {s.first for s in whole.database.sources.values()} | {
        day.isoformat() for s in whole.database.sources.values() for day in s.editions_after(date.min)
    }
    assert len(days) > 10
    for day in (None, *(date.fromisoformat(day) for day in days)):
        assert repr(whole.cards(day)) == repr(wheel.cards(day))
    assert whole.sources == wheel.sources
    for source in whole.sources:
        # what stands below a change that was recorded late is packed in the order recorded
        assert repr(whole.changes(source)) == repr(wheel.changes(source)), source
    assert (tmp_path / "wheel" / FILE).stat().st_size < 250_000


def test_discrepancies(tmp_path: Path):
    """Are those of the file, whatever each has; without a file the error says so."""
    root = write(tmp_path / "data", *LOG)
    missing = as_wheel(root, tmp_path / "none")
    with pytest.raises(DatasetError, match=r"ratecards.sqlite: expected version 1, saw None"):
        discrepancies.read(missing, ("open",), None)
    (root / "v1").mkdir()
    for count in (0, 2):
        shutil.copytree(ROOT / "ratecards" / "v1", root / "v1", dirs_exist_ok=True)
        file = root / "v1" / "discrepancies.json"
        known = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(
            json.dumps({**known, "discrepancies": known["discrepancies"][: count or None]}), encoding="utf-8"
        )
        wheel = as_wheel(root, tmp_path / str(count))
        assert not (wheel.path / "v1" / "discrepancies.json").exists()
        found = [discrepancies.read(data, STATES, None) for data in (Dataset(root), wheel)]
        assert found[0] == found[1]
        assert (count or len(known["discrepancies"])) == len(found[0])


def test_the_same_bytes(tmp_path: Path):
    """Of the same histories."""
    root = write(tmp_path / "data", *LOG)
    made = [as_wheel(root, tmp_path / name).path / FILE for name in ("a", "b")]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_one_model_on_a_day(wheel: Dataset):
    """Of any age."""
    assert ["0.5"] == [str(r.price) for r in wheel.find("f", date(2026, 1, 31))[0].rates]
    assert ["0.7"] == [str(r.price) for r in wheel.find("flash")[0].rates]
    assert wheel.find("pro")[0].rates[0] == PRO


def test_words_of_rates_come_back(tmp_path: Path):
    """Whatever stands of the price, the model and its name in a quote and a locator."""
    texts = ("$0.50", "$.5", "0.5", "0.50 or 0.5", "flash Flash", "Flash / flash / 0.5 / flash", "", "5")
    rates = [rate(quote=quote, locator=f"{at} {number}") for number, (quote, at) in enumerate(product(texts, texts))]
    rates = [replace(rate, context=str(number)) for number, rate in enumerate(rates)]
    free = rate(meter="output", price="0", quote="Free", locator="flash")
    none = rate(meter="output", price=None, modality="text", quote="", locator="flash / Flash")
    wheel = as_wheel(write(tmp_path / "data", *added("2026-01-01", card("flash", *rates, free, none))), tmp_path / "w")
    assert {(r, r.evidence) for r in (*rates, free, none)} == {(r, r.evidence) for r in wheel.find("flash")[0].rates}


def test_a_control_character(tmp_path: Path):
    """Is none that a mark could be told from."""
    root = write(tmp_path / "data", *added("2026-01-01", card("flash", rate(locator="a\x03b"))))
    with pytest.raises(ValueError, match="control character"):
        as_wheel(root, tmp_path / "wheel")


def test_what_was_taken_back(tmp_path: Path):
    """Stands in the changes alone: a rate that never held."""
    wrong = rate(price="5")
    log = [*LOG, change("2026-02-01", "repriced", correction=True, old=NEW, new=wrong)]
    log.append(change("2026-02-01", "repriced", correction=True, old=wrong, new=NEW))
    root = write(tmp_path / "data", *log)
    assert repr(Dataset(root).changes("gemini-api")) == repr(as_wheel(root, tmp_path / "w").changes("gemini-api"))


def test_a_card_without_rates(tmp_path: Path):
    """Beside one that has some."""
    wheel = as_wheel(write(tmp_path / "data", *added("2026-01-01", card("a"), card("flash", OLD))), tmp_path / "wheel")
    assert [(), (OLD,)] == [card.rates for card in wheel.cards()]
    assert () == wheel.find("a")[0].rates


@pytest.mark.parametrize(
    ("version", "seen"),
    [(2, "2: another ratecards reads it"), (3, "3, of an older form or damaged"), (5, "5: another ratecards reads it")],
)
def test_another_form(wheel: Dataset, version: int, seen: str):
    """Of an older or a newer package: it had the version of one that is not packed until it had its own."""
    with pytest.raises(DatasetError, match=rf"{FILE}: expected a database of version 3 or 4, saw {seen}"):
        edited(wheel, f"PRAGMA user_version = {version}").cards()


@pytest.mark.parametrize("text", ["", "[", "[[1]]", "[[1],[2,3]]", "{}", "null", *CUT])
def test_damaged_rates(wheel: Dataset, text: str):
    """Are no answer, and no empty one."""
    with pytest.raises(DatasetError, match="damaged"):
        edited(wheel, "UPDATE now SET rates = ?", text).cards()


def test_damaged_models(wheel: Dataset):
    """Neither."""
    damaged = edited(wheel, "UPDATE now SET models = '['")
    for ask in (damaged.cards, lambda: damaged.find("flash")):
        with pytest.raises(DatasetError, match="damaged"):
            ask()


@pytest.mark.parametrize(
    "content", [b"", b"no archive", *map(packing.packed, ([], {}, [[]], [[[]], [0]], [[[[], [], [], [], []]], [0]]))]
)
def test_a_damaged_past(wheel: Dataset, content: bytes):
    """Neither; what holds now is read all the same."""
    damaged = edited(wheel, "UPDATE past SET content = ?", content)
    assert 2 == len(damaged.cards())
    with pytest.raises(DatasetError, match="damaged"):
        damaged.changes("gemini-api")
    with pytest.raises(DatasetError, match="damaged"):
        damaged.cards(date(2026, 1, 31))
    with pytest.raises(DatasetError, match="damaged"):
        damaged.find("unknown")


@pytest.mark.parametrize("found", [[], [{}], [{"a": 1}, {"b": None}, {"a": [1], "b": {}}]])
def test_columns_and_back(found: list[dict]):
    """What a record does not have is not null."""
    assert found == packed.records(packing.columns(found))
