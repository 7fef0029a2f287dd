"""Editions that the vocabulary had not seen: by what was learned before them, and with each term taken out in turn."""

from __future__ import annotations

import pytest

from tests import ablation, timemachine
from tests.support.captures import CAPTURES, needed


@needed
def test_each_edition_by_the_vocabulary_of_those_before_it():
    """Nothing is wrong on any day, 97 % of the priced rates are read on it, and all of them after doctor's lines."""
    found = timemachine.days(CAPTURES)

    assert [] == [words for day in found for said in day.wrong.values() for words in said]
    assert [] == [day.name for day in found if day.read["second pass"] < 0.97 * day.priced]
    assert [] == [day.name for day in found if day.read["doctor"] < day.priced]
    assert all(day.name in "\n".join(timemachine.table(found)) for day in found)


@needed
def test_a_term_that_is_not_known():
    """Of a sample: nothing is wrong, and most of what the strict reader loses is read all the same."""
    found = list(ablation.losses(CAPTURES, every=9, editions=[("2026-08-27.md.txt", "2026-10-04.md.txt")]))
    reached = ablation.goals(found)

    assert 0 == reached["wrong"], ablation.table(found)
    assert reached["known"] > 0.5
    assert "by proof: continuity" in "\n".join(ablation.table(found, each=True))


@pytest.mark.parametrize("of", [ablation, timemachine])
def test_without_captures(of, monkeypatch, capsys):
    """It says what it lacks."""
    monkeypatch.delenv("RATECARDS_CAPTURES", raising=False)

    assert 2 == (of.main([]) if of is ablation else of.main())
    assert "RATECARDS_CAPTURES names no folder" in capsys.readouterr().out
