"""What the pack says of any day, as known on any other, is what the history folds to; adding gives what making gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model import RateCard
from ratecards.storage import packbody, packing
from ratecards.storage.history import Change, Stamp, fold
from ratecards.storage.pack import FILE, Lines, Pack
from scraper.diff.editions import changes
from scraper.publish.pack import added
from tests.property.strategies import START, editions, read_on
from tests.support.kit import stamped

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

NAME = "google/gemini-api"
OTHER = "google/ai-studio"
# day observed, what the page says, correction, days until it is recorded, what an id becomes
run = st.lists(
    st.tuples(
        st.integers(0, 4), editions(), st.booleans(), st.integers(0, 2), st.dictionaries(*[st.sampled_from("abc")] * 2)
    ),
    min_size=1,
    max_size=6,
)


def recorded(run: Sequence[tuple], *, in_order: bool = False) -> list[list[Change]]:
    """The changes that each look of a run records."""
    log: list[Change] = []
    looks = []
    clock = START + timedelta(days=10)
    for day, edition, correction, later, renames in sorted(run, key=lambda look: look[0]) if in_order else run:
        clock += timedelta(days=later)
        observed = START + timedelta(days=day)
        stamp = Stamp(
            observed=observed,
            recorded=f"{clock}T{len(looks):02}:00:00Z",
            capture=f"sha256:{observed}",
            parser="1",
            correction=correction,
        )
        found = stamped(changes(fold(log, until=observed), read_on(edition, observed), renames), stamp)
        looks.append(found)
        log = [*log, *found]
    return looks


def everything(cards: Mapping[str, RateCard]) -> dict[str, object]:
    """The cards with their evidence."""
    return {model: (card, [rate.evidence for rate in card.rates]) for model, card in cards.items()}


def opened(files: Mapping[str, bytes]) -> Pack:
    """The pack that those files are."""
    return Pack(files[FILE], FILE, lambda name: Lines(files[name], name))


def packed(pack: Pack, on: date | None, known: date | None) -> dict[str, object]:
    """What the pack says of a day as known on another."""
    source = pack.sources[NAME]
    return everything({model: source.card(model, place) for model, place in source.at(on, known).items()})


def assert_same(log: Sequence[Change], pack: Pack) -> None:
    """The pack says what the history folds to, on every day there is and on those around them."""
    days = [None, *(START + timedelta(days=n) for n in range(-1, 6))]
    knowns = [None, *(START + timedelta(days=n) for n in range(9, 24))]
    for known in knowns:
        for on in days:
            expected = everything(fold(log, until=on, known=f"{known}Z" if known else ""))
            assert expected == packed(pack, on, known), (on, known)


def flat(looks: Sequence[Sequence[Change]]) -> list[Change]:
    """All changes, numbered as in a file."""
    return [replace(change, number=n) for n, change in enumerate((c for look in looks for c in look), 1)]


sizes = st.sampled_from((500, 2000, packbody.FULL))


@given(run, sizes)
def test_the_pack_says_what_the_history_folds_to(looks: list[tuple], size: int) -> None:
    """With late editions, corrections and renames; on whichever day, as known on whichever, in however many files."""
    log = flat(recorded(looks))

    with patch.object(packbody, "FULL", size):
        assert_same(log, opened(packing.files({NAME: log})))
        assert_same(log, Pack(packing.build({NAME: log}), "here"))


@given(run, st.data())
def test_a_clock_that_goes_back(looks: list[tuple], data: st.DataObject) -> None:
    """What stands below a line was not known before it."""
    log = flat(recorded(looks))
    clocks = data.draw(st.lists(st.integers(9, 23), min_size=len(log), max_size=len(log)))
    moved = [
        replace(c, stamp=replace(c.stamp, recorded=f"{START + timedelta(days=n)}T00:00:00Z"))
        for c, n in zip(log, clocks, strict=True)
        if c.stamp
    ]

    assert_same(moved, Pack(packing.build({NAME: moved}), "here"))


@given(run, run, sizes)
def test_adding_gives_what_making_gives(looks: list[tuple], others: list[tuple], size: int) -> None:
    """The same bytes, look by look; where a look is late the pack is made anew."""
    sources = {NAME: recorded(looks), OTHER: recorded(others, in_order=True)}
    logs: dict[str, list[Change]] = {}
    stands: dict[str, bytes] = {}
    with patch.object(packbody, "FULL", size):
        for n in range(max(map(len, sources.values()))):
            fresh = {
                name: [replace(c, source=name.split("/")[1]) for c in looks[n]]
                for name, looks in sources.items()
                if n < len(looks)
            }
            counts = {name: len(logs.get(name, ())) for name in {*logs, *(f for f in fresh if fresh[f])}}
            after = {name: flat([logs.get(name, ()), fresh.get(name, ())]) for name in sorted({*logs, *fresh})}
            logs = {name: log for name, log in after.items() if log}
            more = added(stands.get(FILE), fresh, counts)
            stands = packing.files(logs) if more is None else {**stands, **more}

            assert packing.files(logs) == stands


@given(run, sizes)
def test_editions_in_order_are_added(looks: list[tuple], size: int) -> None:
    """Nothing but what is new is needed where nothing is late."""
    first, *rest = [look for look in recorded(looks, in_order=True) if look] or [[]]
    with patch.object(packbody, "FULL", size):
        stands, count = packing.files({NAME: flat([first])}), len(first)
        for look in rest:
            more = added(stands[FILE], {NAME: look}, {NAME: count})
            assert more
            stands, count = {**stands, **more}, count + len(look)

        assert packing.files({NAME: flat([first, *rest])}) == stands
