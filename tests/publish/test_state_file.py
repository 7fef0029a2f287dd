"""State files hold what is typed: holds and moves go out and come back, and what is none is refused."""

from __future__ import annotations

import json

import pytest

from scraper.model import Hold, RecentMove, RecentMoves, State
from scraper.publish import state_file
from tests.support.kit import rate

NAME = "google/gemini-api"
SINCE = "2026-11-01T06:17:00+00:00"
HOLD = Hold(SINCE, 2, (SINCE, "sha256:1"), "moved", "repriced flash: moved", ("0123456789",), ("flash",))


def bare(price: str):
    """A rate without evidence, as moves are remembered."""
    return rate(price, quote="", locator="")


MOVES = RecentMoves(
    (RecentMove(SINCE, bare("1"), bare("9"), verified=True), RecentMove(SINCE, None, bare("2"), back=True)),
    {("flash", "standard", "paid", "input"): SINCE},
)


def parsed(**values: object) -> State:
    """The state in a file with these values."""
    return state_file.parse(json.loads(json.dumps({"schema": 1, **values})), NAME)


def test_what_is_written_is_read():
    """Holds with all they may have, and moves of every kind."""
    state = State(holds={"0123456789": HOLD, "x": Hold(SINCE, confirmed={"because": "I saw it"})}, recent=MOVES)

    assert state == state_file.parse(json.loads(state_file.text(state)), NAME)
    assert {"since": SINCE, "looks": 1} == state_file.hold_data(Hold(SINCE))


def test_older_files_are_read():
    """A hold that names its one model, moves as they were kept at first, and fields that came later."""
    assert ("flash",) == parsed(holds={"x": {"since": SINCE, "model": "flash"}}).holds["x"].models
    assert RecentMoves() == parsed(recent={"flash": SINCE}).recent
    assert State() == parsed()


@pytest.mark.parametrize(
    "values",
    [
        {"tables": -1},
        {"amounts": {"words": 1}},
        {"outcome": "WELL"},
        {"unread": [""]},
        {"verified": "1.11.2026"},
        {"models": "flash"},
        {"holds": {"": {"since": SINCE}}},
        {"holds": {"x": {"since": "yesterday"}}},
        {"holds": {"x": {"since": SINCE, "last": [SINCE]}}},
        {"holds": {"x": {"since": SINCE, "looks": "2"}}},
        {"holds": {"x": {"since": SINCE, "members": "0123456789"}}},
        {"holds": {"x": {"since": SINCE, "what": ["repriced"]}}},
        {"holds": {"x": {"since": SINCE, "else": 1}}},
        {"recent": [{"at": SINCE, "model": "flash"}]},
        {"recent": [{"at": "yesterday", "appeared": ["flash", "standard", "paid", "input"]}]},
        {"recent": [{"at": SINCE, "appeared": ["flash"]}]},
    ],
)
def test_what_no_state_holds_is_refused(values):
    """By an error that whoever reads the file takes for damage."""
    with pytest.raises((ValueError, TypeError, KeyError)):
        parsed(**values)
