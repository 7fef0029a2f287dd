"""A packed database answers as the one that it was made of does."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.storage import packed
from ratecards.storage.database_cache import FILE
from scraper import ROOT
from tests.support.histories import added, card, change, rate, write

OLD, NEW = rate(price="0.5"), rate(price="0.7")
PRO = rate("pro", price="2")
LOG = [
    *added("2026-01-01", card("flash", OLD, aliases=("f",)), card("pro", PRO)),
    change("2026-02-01", "repriced", old=OLD, new=NEW),
]


@pytest.fixture
def wheel(tmp_path: Path) -> Dataset:
    """The dataset as a wheel has it."""
    return as_wheel(write(tmp_path / "data", *LOG), tmp_path / "wheel")


def as_wheel(root: Path, folder: Path) -> Dataset:
    """A dataset without histories, of the packed database of another."""
    folder.mkdir()
    if (root / "v1" / "lifecycle.json").exists():
        shutil.copytree(root / "v1", folder / "v1")
    Dataset(root).write_database(folder / FILE, packed=True)
    return Dataset(folder)


def edited(dataset: Dataset, statement: str, *values: object) -> Dataset:
    """The same after a statement."""
    with closing(sqlite3.connect(dataset.path / FILE)) as base:
        base.execute(statement, values)
        base.commit()
    return Dataset(dataset.path)


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
    assert (tmp_path / "wheel" / FILE).stat().st_size < 3_000_000


def test_the_same_bytes(tmp_path: Path):
    """Of the same histories."""
    root = write(tmp_path / "data", *LOG)
    made = [as_wheel(root, tmp_path / name).path / FILE for name in ("a", "b")]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_one_model_on_a_day(wheel: Dataset):
    """Of any age; a model of another part is not read for it."""
    assert ["0.5"] == [str(r.price) for r in wheel.find("f", date(2026, 1, 31))[0].rates]
    assert ["0.7"] == [str(r.price) for r in wheel.find("flash")[0].rates]
    assert wheel.find("pro")[0].rates[0] == PRO


def test_parts_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """However few models stand in one."""
    monkeypatch.setattr(packed, "TOGETHER", 1)
    wheel = as_wheel(write(tmp_path / "data", *LOG), tmp_path / "wheel")
    assert ["0.7"] == [str(r.price) for r in wheel.find("flash")[0].rates]
    assert ["flash", "pro"] == [card.model for card in wheel.cards() if card.rates]
    assert 3 == len(wheel.changes("gemini-api"))


def test_a_card_without_rates(tmp_path: Path):
    """Before the first part, too."""
    wheel = as_wheel(write(tmp_path / "data", *added("2026-01-01", card("a"), card("flash", OLD))), tmp_path / "wheel")
    assert [(), (OLD,)] == [card.rates for card in wheel.cards()]
    assert () == wheel.find("a")[0].rates


@pytest.mark.parametrize("text", ["", "[", "[[1]]", "[[1],[2,3]]", "{}", "null"])
def test_a_damaged_part(wheel: Dataset, text: str):
    """Is no answer, and no empty one."""
    with pytest.raises(DatasetError, match="damaged"):
        edited(wheel, "UPDATE part SET rates = ?", text).cards()


@pytest.mark.parametrize("lines", [b"", b"no archive", packed._packed([1, ["kind", "1", []]]), packed._packed({})])
def test_a_damaged_history(wheel: Dataset, lines: bytes):
    """Neither."""
    with pytest.raises(DatasetError, match="damaged"):
        edited(wheel, "UPDATE history SET lines = ?", lines).changes("gemini-api")


@pytest.mark.parametrize("found", [[], [{}], [{"a": 1}, {"b": None}, {"a": [1], "b": {}}]])
def test_columns_and_back(found: list[dict]):
    """What a record does not have is not null."""
    assert found == packed.records(packed.columns(found))
