"""The dataset as of a day, as it was known then or later: cards, rates, costs, steps to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import ratecards
from ratecards.costing import calls
from ratecards.errors import CostError
from ratecards.storage.database import SourceCards
from tests.support.histories import added, card, change, rate, write

VERTEX = {"provider": "google", "source": "vertex-ai"}
USAGE = {"input_tokens": 1_000_000}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A price that rose in February, was read wrong in January, which was seen in March; a step to come."""
    soon = rate("pro", price="2", effective_from=date(2027, 1, 1))
    until = rate("pro", price="1", effective_until=date(2026, 12, 31))
    rise = change("2026-02-01", "repriced", old=rate(meter="output", price="2"), new=rate(meter="output", price="3"))
    wrong = change("2026-01-01", "repriced", old=rate(price="0.25"), new=rate(price="0.5"), correction=True)
    assert wrong.stamp
    write(
        tmp_path,
        *added("2026-01-01", card("flash", rate(price="0.25"), rate(meter="output", price="2"), aliases=("f",))),
        rise,
        *added("2026-02-02", card("pro", until, soon)),
        replace(wrong, stamp=replace(wrong.stamp, recorded="2026-03-01T08:00:00Z")),
    )
    other = card("flash", rate("flash", price="9", **VERTEX), **VERTEX)
    return write(tmp_path, *added("2026-02-01", other), source="vertex-ai")


def test_both_axes(root: Path):
    """What held on a day, by what is known now, and by what was known then."""
    now, then = ratecards.as_of("2026-01-15", dataset=root), ratecards.as_of("2026-01-15", "2026-02-28", dataset=root)
    assert Decimal("0.5") == now.cost("flash", USAGE).total
    assert Decimal("0.25") == then.cost("flash", USAGE).total
    assert Decimal("0.5") == ratecards.as_of("2026-01-15", "2026-03-01", dataset=root).cost("f", USAGE).total
    assert (date(2026, 1, 15), None, date(2026, 2, 28)) == (now.on, now.known_on, then.known_on)


def test_as_of_an_open_dataset(root: Path):
    """The same from the dataset itself; a cost on a day is a cost as of it."""
    day = date(2026, 2, 1)
    then = ratecards.load(root).as_of(day)
    assert then.cost("flash", USAGE) == ratecards.cost("flash", USAGE, day, dataset=root)
    assert day == then.cost("flash", USAGE).on


def test_cards_and_rates(root: Path):
    """Of all sources, or the one that answers; by any column."""
    then = ratecards.as_of("2026-02-02", dataset=root)
    assert [("gemini-api", "flash"), ("gemini-api", "pro"), ("vertex-ai", "flash")] == [
        (c.source, c.model) for c in then.cards()
    ]
    assert ["gemini-api", "vertex-ai"] == [then.card("flash", s).source for s in (None, "vertex-ai")]
    assert ["0.5", "9"] == [str(r.price) for r in then.find(model="flash", meter="input")]
    assert ["9"] == [str(r.price) for r in then.find(source="vertex-ai", price="9")]
    assert ["9"] == [str(r.price) for r in then.find(provider="google", source="vertex-ai", model="flash")]
    assert [] == then.find(provider="openai") + then.find(model="flsh") + then.find(source="google/vertex-ai")


def test_only_what_is_asked_for_is_read(root: Path, monkeypatch: pytest.MonkeyPatch):
    """One model's rates touch no other model's card."""
    read: list[str] = []
    card_of = SourceCards._cards
    monkeypatch.setattr(SourceCards, "_cards", lambda self, *model: read.extend(model or "?") or card_of(self, *model))
    then = ratecards.as_of("2026-02-03", dataset=root)
    then.find(model="pro")
    assert ["pro"] == read
    then.cost("flash", {"output_tokens": 1})
    assert {"pro", "flash"} == set(read)


def test_steps_to_come(root: Path):
    """As the pages of that day said."""
    assert [] == ratecards.as_of("2026-02-01", dataset=root).upcoming()
    assert [date(2027, 1, 1)] == [s.day for s in ratecards.as_of("2026-02-02", dataset=root).upcoming()]
    assert [] == ratecards.as_of("2027-01-01", dataset=root).upcoming()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("2025-12-31",), "nothing was observed before 2026-01-01; asked for 2025-12-31"),
        (("2026-01-01", "2025-06-01"), "nothing of 2026-01-01 was known on 2025-06-01"),
        (("2026-02-30",), "expected a date like 2026-03-24, saw '2026-02-30'"),
        ((None,), "expected a date like 2026-03-24, saw None"),
        (("2026-02-01", "then"), "expected a date like 2026-03-24, saw 'then'"),
    ],
)
def test_moments_of_which_nothing_is_known(root: Path, days: tuple, words: str):
    """Before the first observation, before anything was recorded, and what is no day."""
    with pytest.raises(CostError) as caught:
        ratecards.as_of(*days, dataset=root)
    assert words == str(caught.value)


def test_what_is_gone_as_it_was_known(root: Path):
    """Without a rename or a departure that was recorded later."""
    write(
        root,
        *added("2026-01-01", card("old", rate("old", price="7")), card("nano", rate("nano"))),
        change("2026-03-01", "model_removed", "old"),
        change("2026-03-01", "model_renamed", "nano-2", previous_id="nano"),
    )
    then = ratecards.as_of("2026-03-02", "2026-02-28", dataset=ratecards.load(root))
    assert ["nano", "old"] == [then.card(name).model for name in ("nano", "old")]
    with pytest.raises(CostError, match="nano-2"):
        then.card("nano-2")
    now = ratecards.as_of("2026-03-02", dataset=ratecards.load(root))
    assert "nano-2" == now.card("nano").model
    with pytest.raises(CostError, match=r"last prices \(google/gemini-api, until 2026-02-28\): input 7.00 / 1M tokens"):
        now.card("old")


def test_plans_are_remembered_within_bounds(root: Path, monkeypatch: pytest.MonkeyPatch):
    """When there are too many, all are forgotten."""
    monkeypatch.setattr(calls, "_MOST_PLANS", 1)
    then = ratecards.as_of("2026-02-02", dataset=root)
    assert [Decimal("0.5"), Decimal(1)] * 2 == [then.cost(model, USAGE).total for model in ("flash", "pro")] * 2
    assert 1 == len(then._catalog.plans)
