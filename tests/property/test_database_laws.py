"""What the database says of any day, as known on any other, is what the history folds to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model import RateCard
from ratecards.storage import database
from ratecards.storage.database import Database
from ratecards.storage.history import Change, Stamp, replay
from scraper.diff.editions import changes
from tests.property.strategies import START, editions, read_on
from tests.support.kit import stamped

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

NAME = "google/gemini-api"
# day observed, what the page says, correction, days until it is recorded, what an id becomes
run = st.lists(
    st.tuples(
        st.integers(0, 4), editions(), st.booleans(), st.integers(0, 2), st.dictionaries(*[st.sampled_from("abc")] * 2)
    ),
    min_size=1,
    max_size=6,
)


def recorded(run: Sequence[tuple]) -> list[Change]:
    """The changes that the looks of a run record, numbered as in a file."""
    log: list[Change] = []
    clock = START + timedelta(days=10)
    for number, (day, edition, correction, later, renames) in enumerate(run):
        clock += timedelta(days=later)
        observed = START + timedelta(days=day)
        stamp = Stamp(
            observed=observed,
            recorded=f"{clock}T{number:02}:00:00Z",
            capture=f"sha256:{observed}",
            parser="1",
            correction=correction,
        )
        log += stamped(changes(replay(log, until=observed), read_on(edition, observed), renames), stamp)
    return [replace(change, number=n) for n, change in enumerate(log, 1)]


def everything(cards: Mapping[str, RateCard]) -> dict[str, object]:
    """The cards with their evidence."""
    return {model: (card, [rate.evidence for rate in card.rates]) for model, card in cards.items()}


def assert_same(log: Sequence[Change]) -> None:
    """The database says what the history folds to, on every day there is and on those around them."""
    days = [None, *(START + timedelta(days=n) for n in range(-1, 6))]
    recorded_on = {date.fromisoformat(change.stamp.recorded[:10]) for change in log if change.stamp}
    # between two of them nothing was recorded
    for known in [None, *sorted(day - timedelta(days=n) for day in recorded_on for n in (0, 1))]:
        source = Database(database.build({NAME: database.known_by(log, known)}), "here").sources[NAME]
        for on in days:
            expected = everything(replay(log, until=on, known=f"{known}Z" if known else ""))
            cards = source.on(on)
            assert expected == everything({card.model: card for card in cards.cards()}), (on, known)
            assert sorted(expected) == cards.models
            assert bool(expected) == bool(cards)
            assert expected == everything({model: cards.card(model) for model in cards.models})


@given(run)
def test_the_database_says_what_the_history_folds_to(looks: list[tuple]) -> None:
    """With late editions, corrections and renames; on whichever day, as known on whichever."""
    assert_same(recorded(looks))


@given(run, st.data())
def test_a_clock_that_goes_back(looks: list[tuple], data: st.DataObject) -> None:
    """What stands below a line was not known before it."""
    log = recorded(looks)
    clocks = data.draw(st.lists(st.integers(9, 23), min_size=len(log), max_size=len(log)))
    moved = [
        replace(c, stamp=replace(c.stamp, recorded=f"{START + timedelta(days=n)}T00:00:00Z"))
        for c, n in zip(log, clocks, strict=True)
        if c.stamp
    ]

    assert_same(moved)


@given(run)
def test_the_same_history_gives_the_same_bytes(looks: list[tuple]) -> None:
    """However often it is built."""
    log = recorded(looks)

    assert database.build({NAME: log}).serialize() == database.build({NAME: log[::-1]}).serialize()
