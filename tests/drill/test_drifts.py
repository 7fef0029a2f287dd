"""The drift exam over the project's own cases: a third of its rewordings."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.drill import drifts
from tests.drill.rewordings import BENIGN, HARMFUL, Rewording

# What only the page that was read before tells, or another amount: the grammar leaves these to whoever compares.
LEFT = ("Content used", "image output", " (up to 200k tokens)", " (> 200K tokens)", "video input)")


@cache
def pages() -> list[drifts.Edition]:
    return drifts.editions()


@pytest.fixture(autouse=True)
def _own_cases(monkeypatch):
    monkeypatch.delenv("RATECARDS_CAPTURES", raising=False)


def test_there_are_enough_rewordings():
    """Of every source, and each once."""
    assert len(BENIGN) >= 60
    assert len(HARMFUL) >= 40
    assert {"gemini", "openai", "anthropic", "vertex"} == {change.source for change in BENIGN}
    assert len({change.name for change in (*BENIGN, *HARMFUL)}) == len(BENIGN) + len(HARMFUL)


@pytest.mark.no_cover
def test_benign_rewordings_are_read_right():
    """All but those that are known to be left, by themselves or with what was published; and nothing is read wrong."""
    chosen = [change for change in BENIGN[::3] if not change.new.endswith(LEFT) and not change.new.startswith(LEFT)]
    found = drifts.exam(chosen, pages())
    print(found.table())

    assert [] == found.wrong
    assert [] == [
        mark.change.name for mark in found.of(harmful=False) if mark.right + mark.inferred < 0.95 * mark.stake
    ]


@pytest.mark.no_cover
def test_harmful_rewordings_are_refused_or_held():
    """Nothing that they say is published at once, and none is read where there is nothing to compare with."""
    found = drifts.exam(HARMFUL[::3], pages())
    print(found.table())

    assert [] == found.wrong


def test_a_wrong_reading_is_seen(monkeypatch):
    """The exam's own test: a reader that takes thousands for millions reads a harmful page, and a benign one wrong."""
    page = next(page for page in pages() if page.source == "anthropic")
    read = page.subject.source.module.read
    monkeypatch.setattr(page.subject.source.module, "read", lambda body: read(body.replace("KTok", "MTok")))
    cell = re.compile("/ MTok")

    harm = drifts.exam([Rewording("anthropic", "cell", cell, "/ KTok", harmful=True)], [page])
    assert "nobody was told" in harm.wrong[0]
    monkeypatch.setattr(page.subject.source.module, "read", lambda body: read(body.replace("$5 per", "$6 /")))
    wrong = drifts.exam([Rewording("anthropic", "cell", cell, "per MTok")], [page])
    assert wrong.wrong
    assert "0 wrong" in wrong.line().partition("; ")[2]
