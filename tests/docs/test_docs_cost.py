"""docs/cost.md: its examples give what it says, and it names every count, option and prefix that it should."""

from __future__ import annotations

import doctest

import pytest

from ratecards.__main__ import main
from ratecards.costing.counts import COUNTS
from scraper import ROOT

FILE = ROOT / "docs" / "cost.md"


def test_the_examples():
    """As they are printed."""
    found = doctest.testfile(str(FILE), module_relative=False)
    assert found.attempted > 6
    assert 0 == found.failed


def test_the_options(capsys: pytest.CaptureFixture[str]):
    """Every one that it names is an option of the command, and every count of the command has one or is no option."""
    with pytest.raises(SystemExit):
        main(["cost", "--help"])
    text = capsys.readouterr().out
    for option in ("--usage", "--each", "--stream", "--as-if", "--reading", "--input-minutes", "--output-minutes"):
        assert option in text
        assert option in FILE.read_text(encoding="utf-8") or option.endswith("minutes")
    assert {"maps_requests"} == {name for name in COUNTS if f"--{name.replace('_', '-')}" not in text}
