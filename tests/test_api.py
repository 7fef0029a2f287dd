"""`load`, `find` and `cost`: what a program that installed the package calls."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import ratecards
from ratecards import api
from ratecards.dataset import Dataset
from ratecards.usage import CostError
from tests.histories import added, card, change, rate, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One model, whose input price doubles on 2026-03-24."""
    old, new = rate(price="0.25", modality="text"), rate(price="0.5", modality="text")
    both = card("flash", old, rate(meter="output", price="2"), aliases=("flash-latest",))
    return write(tmp_path, *added("2026-01-01", both), change("2026-03-24", "repriced", old=old, new=new))


def test_cost_as_of_a_day(root: Path):
    """By date or ISO string, a path, an open dataset; the newest by default; aliases are names too."""
    usage = {"input_tokens": 1_000_000}
    assert Decimal("0.25") == ratecards.cost("flash", usage, "2026-03-23", dataset=root).total
    assert Decimal("0.5") == ratecards.cost("flash-latest", usage, date(2026, 3, 24), dataset=str(root)).total
    assert Decimal("0.5") == ratecards.cost("flash", usage, dataset=ratecards.load(root)).total


def test_the_environments_dataset(root: Path, monkeypatch: pytest.MonkeyPatch):
    """The same place the commands read from."""
    monkeypatch.setenv("RATECARDS_DATASET", str(root))
    assert Decimal("0.5") == ratecards.cost("flash", {"input_tokens": 1_000_000}).total
    assert isinstance(ratecards.load(), Dataset)


def test_cost_says_what_is_wrong(root: Path):
    """One error for whatever has no one answer."""
    for model, usage in (("flsh", {"input_tokens": 1}), ("flash", {"images": 1}), ("flash", {"input_tokens": -1})):
        with pytest.raises(CostError):
            ratecards.cost(model, usage, dataset=root)
    with pytest.raises(CostError, match="expected a date like 2026-03-24"):
        ratecards.cost("flash", {"input_tokens": 1}, "yesterday", dataset=root)


def test_find_by_column(root: Path):
    """Values as the table prints them, or as they are; none is empty; an unknown column is an error."""
    assert ["input", "output"] == [r.meter for r in ratecards.find(model="flash", dataset=root)]
    assert ["input"] == [r.meter for r in ratecards.find(price=Decimal("0.50"), dataset=root)]
    assert ["output"] == [r.meter for r in ratecards.find(price="2", resolution=None, dataset=root)]
    assert ["0.25"] == [str(r.price) for r in ratecards.find("2026-01-01", root, meter="input")]
    with pytest.raises(CostError, match="no column 'colour'; columns: provider, source"):
        ratecards.find(colour="red", dataset=root)


def test_the_packages_own_dataset_is_opened_once(root: Path):
    """A second cost reads nothing again."""
    ratecards.cost("flash", {"input_tokens": 1}, dataset=str(root))
    before = api._opened.cache_info().hits
    ratecards.cost("flash", {"input_tokens": 1}, dataset=str(root))
    assert before + 1 == api._opened.cache_info().hits


def test_import_is_quick():
    """Importing the package imports none of its modules, and nothing slow."""
    code = "import sys, ratecards; print([m for m in sys.modules if m.startswith('ratecards.') or m == 'dataclasses'])"
    root = Path(ratecards.__file__).parents[1]
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
