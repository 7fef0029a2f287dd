"""Fifty refreshes against a server that misbehaves; `make soak` does a thousand."""

from __future__ import annotations

import pytest

from tests import soak
from tests.soak import CASES, START, Soak, show
from tests.support import misbehaving
from tests.support.misbehaving import World

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover


def test_fifty_refreshes(tmp_path):
    """Every misbehaviour at least once, every outcome one that it may have; nothing wrong published, nothing left."""
    table, held = soak.soak(tmp_path / "data", 50, seed=7)
    first, last = held[len(held) // 4], held[-1]

    assert 51 == sum(table.values())
    assert set(CASES) == {name for name, _ in table}
    assert (first.files, first.sockets, first.threads) == (last.files, last.sockets, last.threads)
    assert 30_000 > last.memory - first.memory
    lines = list(show(table, held))
    assert len(CASES) + 3 == len(lines)
    assert lines[-1].startswith("51 refreshes; ")


def test_the_same_seed_is_the_same_page():
    """What the page says does not depend on anything but the seed."""
    worlds = [World(3, START) for _ in range(2)]
    for world in worlds:
        for _ in range(5):
            world.later()
            world.moves(world.random.choice((0.5, 2)))
            world.grows()

    assert worlds[0].bodies() == worlds[1].bodies()
    assert worlds[0].bodies() != World(4, START).bodies()


@pytest.fixture
def started(tmp_path):
    """A dataset after its first look at a good page, and what looks at it."""
    with misbehaving.serving() as server, soak.small_pages(server):
        found = Soak(tmp_path / "data", World(1, START), server)
        found.run("as it should be")
        yield found


def test_a_wrong_price_would_be_seen(started, monkeypatch):
    """The soak's own eyes: a page that says something else than it should."""
    wrong = {**started.world.prices, "gemini-4": ("4.44", "4.50")}
    bodies = started.world.bodies(wrong, f"{START.date()}")
    monkeypatch.setitem(
        CASES, "wrong", soak.Case(lambda world: lambda answers, kind, _: answers.page(kind, bodies[kind]), soak.READ)
    )

    with pytest.raises(AssertionError, match=r"4\.44"):
        started.run("wrong")


def test_a_wrong_outcome_would_be_seen(started, monkeypatch):
    """Whatever it is."""
    monkeypatch.setitem(CASES, "503", soak.Case(soak.both(misbehaving.busy), soak.READ))
    with pytest.raises(AssertionError, match="503 came to NOT_FETCHED"):
        started.run("503")


def test_data_moved_by_a_run_that_failed_would_be_seen(started):
    """One byte of a card."""
    data = started.data()
    path = next(iter(data))
    with pytest.raises(AssertionError):
        started.holds_true("NOT_FETCHED", started.published(), {**data, path: data[path] + b"\n"})


def test_a_leap_too_soon_would_be_seen(started):
    """A price that moved tenfold and is published on the day that it is first seen."""
    name, (paid, out) = next(iter(started.world.prices.items()))
    before = started.published() | {name: (f"{float(paid) * 10:.2f}", f"{float(out) * 10:.2f}")}
    with pytest.raises(AssertionError, match="leapt after 0:00:00"):
        started.holds_true("CHANGED", before, started.data())
