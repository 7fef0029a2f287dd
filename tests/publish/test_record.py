"""What is added to a history: in which file, and the newest changes of several."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ratecards.storage import history, segments
from ratecards.storage.history import Change
from scraper.errors import DatasetError
from scraper.publish import record as module
from scraper.publish.dataset import Dataset
from scraper.publish.record import newest, record
from scraper.publish.transaction import Publication
from tests.support.kit import card, change, rate, stamp

NAME = "google/gemini-api"
PRICES = [rate(f"0.{n}") for n in range(1, 10)]


def day(number: int) -> date:
    return date(2026, 11, number)


def moved(number: int, at: int, **more: object) -> Change:
    """The price number `number` becomes the next one, on day `at`."""
    return change("repriced", old=PRICES[number], new=PRICES[number + 1], stamp=stamp(day(at), **more))


ADDED = change("model_added", card=card(PRICES[0], capture="sha256:01"))


@pytest.fixture
def dataset(tmp_path, monkeypatch) -> Dataset:
    """Room for one change a file; the history begun."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.setattr(module, "FULL", 10)
    found = Dataset(tmp_path)
    return add(found, ADDED)


def add(dataset: Dataset, *fresh: Change, name: str = NAME) -> Dataset:
    result = Publication(dataset.root)
    record(result, dataset, name, fresh)
    result.commit()
    return dataset


def counts(dataset: Dataset) -> list[int]:
    """The number of changes in each file."""
    with_head = [(dataset.root / p).read_text().count("\n") for p in dataset.history_paths(NAME)]
    return [count - (number > 0) for number, count in enumerate(with_head)]


def test_a_file_takes_what_there_is_room_for(dataset, monkeypatch):
    """What is added at once stays together; the next file begins when one is full, and a full one is not touched."""
    add(dataset, moved(0, 2), moved(1, 2))
    full = {path: (dataset.root / path).read_bytes() for path in dataset.history_paths(NAME)}
    monkeypatch.setattr(module, "FULL", 10**6)
    add(dataset, moved(2, 3))
    monkeypatch.setattr(module, "FULL", 10)
    add(dataset, moved(3, 4))

    assert [1, 3, 1] == counts(dataset)
    first, second = full
    assert full[first] == (dataset.root / first).read_bytes()
    assert (dataset.root / second).read_bytes().startswith(full[second])
    assert [ADDED, *(moved(n, at) for n, at in enumerate((2, 2, 3, 4)))] == dataset.changes(NAME)


def test_the_checkpoint_does_not_fill_a_file(dataset, monkeypatch):
    """However long the cards are, there is room for changes after them."""
    own = len(history.line(moved(1, 3)))
    add(dataset, moved(0, 2))
    monkeypatch.setattr(module, "FULL", own)
    add(dataset, moved(1, 3))
    add(dataset, moved(2, 4))

    assert [1, 2, 1] == counts(dataset)


def test_nothing_new_opens_no_file(dataset):
    """A look that finds nothing leaves a full file the last."""
    assert [1] == counts(add(dataset))


def test_after_a_late_change_a_file_begins(dataset, monkeypatch):
    """What came late is added where there is room; the next change in time has a checkpoint that knows of it."""
    add(dataset, moved(0, 2))
    add(dataset, moved(1, 3))
    monkeypatch.setattr(module, "FULL", 10**6)
    added = change("model_added", model="pro", card=card(rate("2"), model="pro", capture="sha256:01"))
    late = [change("reworded", old=PRICES[0], new=rate("0.1", quote="x"), stamp=stamp(day(1))), added]
    for one in late:
        add(dataset, one)
    assert [1, 1, 3] == counts(dataset)
    add(dataset, moved(2, 3))
    add(dataset, moved(3, 4))

    assert [1, 1, 3, 2] == counts(dataset)
    (dataset.root / dataset.history_path(NAME)).write_text("not read any more")
    assert {"flash": "0.5", "pro": "2"} == {m: str(c.rates[0].price) for m, c in dataset.as_of(NAME).items()}


def test_a_late_change_fills_a_file_too(dataset):
    """A backfill of many editions does not make one file grow for ever."""
    add(dataset, moved(0, 3))
    add(dataset, change("model_added", model="pro", card=card(rate("2"), model="pro"), stamp=stamp(day(2))))

    assert [1, 1, 1] == counts(dataset)
    assert history.fold(dataset.changes(NAME)) == dataset.as_of(NAME)
    assert history.fold(dataset.changes(NAME), until=day(2)) == dataset.as_of(NAME, day(2))


def test_damage_is_told_before_anything_is_added(dataset):
    """The last file has to be understood when the next one begins."""
    (dataset.root / dataset.history_path(NAME)).write_text("<<<<<<< ours\n" * 2)
    with pytest.raises(DatasetError, match="damaged history, restore it from git"):
        add(dataset, moved(0, 2))


# ---------------------------------------------------------------------------------------------- the newest

OTHER = "acme/tiny"


def added(model: str, at: int, provider: str = "acme", source: str = "tiny") -> Change:
    own = card(rate("1", provider=provider, source=source), model=model, provider=provider, source=source)
    return change("model_added", model=model, provider=provider, source=source, card=own, stamp=stamp(day(at)))


@pytest.fixture
def two(dataset) -> Dataset:
    """Two sources with a change a day each, in files of one change."""
    for at in (2, 3, 4):
        add(dataset, moved(at - 2, at))
        add(dataset, added(f"m-{at}", at), name=OTHER)
    return dataset


def told(changes: list[Change]) -> list[tuple[str, int]]:
    return [(c.provider, c.stamp.observed.day) for c in changes]


def test_the_newest_by_day_and_source(two):
    """By day; on a day by source, then as recorded. Those about to be recorded are last of their source and day."""
    expected = [("acme", 3), ("google", 3), ("acme", 4), ("google", 4)]

    assert expected == told(newest(two, [NAME, OTHER], {}, 4))
    assert expected[1:] == told(newest(two, [OTHER, NAME], {}, 3))
    assert [("google", 3), ("acme", 4), ("acme", 4), ("google", 4)] == told(
        newest(two, [NAME, OTHER], {OTHER: [added("m-9", 4)]}, 4)
    )


def test_all_there_are(two):
    """Where more are asked for, in the order of the whole; a source without a history has none."""
    found = newest(two, [NAME, OTHER, "acme/none"], {}, 100)

    assert history.ordered([*two.changes(OTHER), *two.changes(NAME)]) == found
    assert [1, 2, 2, 3, 3, 4, 4] == [c.stamp.observed.day for c in found]
    assert [] == newest(two, ["acme/none"], {}, 5)


def test_no_more_is_read_than_can_be_among_the_newest(two):
    """The files before are not even opened."""
    for name in (NAME, OTHER):
        for path in two.history_paths(name)[:-2]:
            (two.root / path).write_text("not a history")

    assert [("acme", 4), ("google", 4)] == told(newest(two, [NAME, OTHER], {}, 2))
    with pytest.raises(DatasetError, match="damaged history"):
        newest(two, [NAME, OTHER], {}, 5)


def test_what_came_late_stands_at_its_own_day(two):
    """A change of an old day is not among the newest for having been recorded last."""
    add(two, added("m-1", 1), name=OTHER)

    assert [("acme", 4), ("google", 4)] == told(newest(two, [NAME, OTHER], {}, 2))
    assert ("acme", 1) == told(newest(two, [NAME, OTHER], {}, 100))[0]
    assert ("google", 1) == told(newest(two, [NAME, OTHER], {}, 100))[1]


def test_a_day_that_goes_on_in_the_file_before(dataset):
    """Ties at the edge: of the last day, all files are looked at, or another source's changes would take their place."""
    for number in range(3):
        add(dataset, moved(number, 5))
    for number in range(3):
        add(dataset, added(f"m-{number}", 5), name=OTHER)
    whole = [*dataset.changes(OTHER), *dataset.changes(NAME)[1:]]

    for count in range(1, 7):
        assert whole[-count:] == newest(dataset, [NAME, OTHER], {}, count)


def test_a_full_file_is_worth_its_name():
    """A refresh rewrites the last file whole: it holds about a megabyte and a checkpoint."""
    assert 500_000 <= module.FULL <= 2_000_000
    assert Path("x/a.0003.jsonl") == segments.numbered(Path("x/a.jsonl"), 3)
