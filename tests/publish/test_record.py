"""What is added to a history: in which file, and the newest changes of several."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ratecards.storage import history
from ratecards.storage.history import Change, Stamp, stamp_of
from scraper.errors import DatasetError
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
    """The history begun."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return add(Dataset(tmp_path), ADDED)


def add(dataset: Dataset, *fresh: Change, name: str = NAME, year: int = 2026) -> Dataset:
    """The dataset after changes of a year."""
    result = Publication(dataset.root)
    record(result, dataset, name, [replace(c, stamp=_dated(stamp_of(c), year)) for c in fresh])
    result.commit()
    return dataset


def _dated(stamp: Stamp, year: int) -> Stamp:
    return replace(stamp, observed=stamp.observed.replace(year=year), recorded=f"{year}{stamp.recorded[4:]}")


def names(dataset: Dataset, name: str = NAME) -> list[str]:
    """The files of a history."""
    return [Path(path).name for path in dataset.history_paths(name)]


def test_a_file_for_each_year(dataset):
    """Of recording, whichever day a page is of; what stands in the file of another year is not touched."""
    before = (dataset.root / dataset.history_path(NAME, 2026)).read_bytes()
    add(dataset, moved(0, 2), year=2027)
    add(dataset, moved(1, 3), moved(2, 3), year=2027)

    assert ["gemini-api.2026.jsonl", "gemini-api.2027.jsonl"] == names(dataset)
    assert before == (dataset.root / dataset.history_path(NAME, 2026)).read_bytes()
    assert ["model_added", *["repriced"] * 3] == [c.kind for c in dataset.changes(NAME)]


def test_a_clock_that_goes_back(dataset):
    """What is recorded last stands last."""
    add(dataset, moved(0, 2), year=2027)
    add(dataset, moved(1, 3))

    assert ["gemini-api.2026.jsonl", "gemini-api.2027.jsonl"] == names(dataset)
    assert [0, 1, 2] == [PRICES.index(c.new) if c.new else 0 for c in dataset.changes(NAME)]


def test_after_files_with_numbers_come_years(dataset):
    """As former versions cut a history."""
    (dataset.root / dataset.history_path(NAME, 2026)).rename(dataset.root / dataset.history_path(NAME))
    add(dataset, moved(0, 2))

    assert ["gemini-api.jsonl", "gemini-api.2026.jsonl"] == names(dataset)
    assert {"flash": "0.2"} == {m: str(c.rates[0].price) for m, c in dataset.as_of(NAME).items()}


def test_nothing_new_opens_no_file(dataset):
    """A look that finds nothing."""
    assert ["gemini-api.2026.jsonl"] == names(add(dataset, year=2027))


def test_a_late_change(dataset):
    """Of a day before others: each day is as folding all of them gives it."""
    add(dataset, moved(0, 3))
    add(dataset, change("model_added", model="pro", card=card(rate("2"), model="pro"), stamp=stamp(day(2))))

    assert history.replay(dataset.changes(NAME)) == dataset.as_of(NAME)
    assert history.replay(dataset.changes(NAME), until=day(2)) == dataset.as_of(NAME, day(2))


# ---------------------------------------------------------------------------------------------- the newest

OTHER = "acme/tiny"


def added(model: str, at: int, provider: str = "acme", source: str = "tiny") -> Change:
    own = card(rate("1", provider=provider, source=source), model=model, provider=provider, source=source)
    return change("model_added", model=model, provider=provider, source=source, card=own, stamp=stamp(day(at)))


@pytest.fixture
def two(dataset) -> Dataset:
    """Two sources with a change a day each, in files of one change."""
    for at in (2, 3, 4):
        add(dataset, moved(at - 2, at), year=2026 + at)
        add(dataset, added(f"m-{at}", at), name=OTHER, year=2026 + at)
    return dataset


def told(changes: list[Change]) -> list[tuple[str, int]]:
    return [(c.provider, c.stamp.observed.day) for c in changes]


def test_the_newest_by_day_and_source(two):
    """By day; on a day by source, then as recorded. Those about to be recorded are last of their source and day."""
    expected = [("acme", 3), ("google", 3), ("acme", 4), ("google", 4)]

    assert expected == told(newest(two, [NAME, OTHER], {}, 4))
    assert expected[1:] == told(newest(two, [OTHER, NAME], {}, 3))
    fresh = added("m-9", 4)
    fresh = replace(fresh, stamp=_dated(stamp_of(fresh), 2030))
    assert [("google", 3), ("acme", 4), ("acme", 4), ("google", 4)] == told(
        newest(two, [NAME, OTHER], {OTHER: [fresh]}, 4)
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
