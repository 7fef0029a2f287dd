"""What was not read for longer than it may be is said wherever today's prices are asked for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ratecards import __main__ as reader
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.staleness import line, stale

TODAY = date(2026, 11, 25)
STATUS = {
    "google/gemini-api": {"verified": "2026-11-21", "stale_after_days": 3},
    "google/ai-studio": {"verified": "2026-10-26", "stale_after_days": 30},
    "google/enterprise": {"verified": "2025-01-01", "stale_after_days": None},
    "google/vertex-ai": {"verified": "", "stale_after_days": 3},
}


@pytest.fixture
def root(tmp_path) -> Path:
    """A data directory of which only the status matters."""
    (tmp_path / "v1").mkdir()
    put(tmp_path, {"version": 1, "sources": STATUS})
    return tmp_path


def put(root: Path, data: object) -> None:
    (root / "v1" / "status.json").write_text(data if isinstance(data, str) else json.dumps(data))


def test_what_is_over_its_limit(root):
    """Four days where three are allowed; thirty where thirty are; by hand and never read have no limit."""
    assert {"google/gemini-api": date(2026, 11, 21)} == stale(str(root), TODAY)
    assert {} == stale(str(root), date(2026, 11, 24))
    assert {"google/gemini-api", "google/ai-studio"} == stale(str(root), date(2026, 11, 26)).keys()


def test_a_dataset_says_it_of_itself(root):
    """As of today, or of a day."""
    assert {"google/gemini-api": date(2026, 11, 21)} == Dataset(root).stale(TODAY)
    assert {"google/gemini-api", "google/ai-studio"} == Dataset(root).stale(date(2030, 1, 1)).keys()
    assert Dataset(root).stale().keys() >= set()


def test_without_a_status_nothing_is_known(tmp_path):
    """An older dataset."""
    assert {} == stale(str(tmp_path), TODAY)


@pytest.mark.parametrize(
    "text", ["<<<<<<<", "[]", '{"sources": {"a/b": {}}}', '{"sources": {"a/b": 1}}', '{"sources": []}']
)
def test_a_damaged_status_is_named(root, text):
    """The file, and what is wrong."""
    put(root, text)
    with pytest.raises(DatasetError, match=r"status\.json: expected the status of each source, saw "):
        stale(str(root), TODAY)


def test_one_line():
    """For people; nothing where nothing is late."""
    assert "" == line({})
    words = "STALE, not read for longer than its limit: a/b since 2026-01-02, c/d since 2026-01-01"
    assert words == line({"c/d": date(2026, 1, 1), "a/b": date(2026, 1, 2)})


def test_the_command_line_says_it_on_the_side(capsys):
    """Where today's prices are asked for, and not of a day of the past; what is printed is the same."""
    late = date(2040, 1, 1)
    assert 0 == reader.main(["images", "gemini-2.5-flash-image"], today=late)
    today = capsys.readouterr()
    assert 0 == reader.main(["images", "gemini-2.5-flash-image", "--on", "2026-04-27"], today=late)
    then = capsys.readouterr()

    assert "" == then.err
    assert today.err.startswith("ratecards: STALE, not read for longer than its limit: google/ai-studio since ")
