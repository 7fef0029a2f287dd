"""A history in several files: which belong together, what a checkpoint must say, and what is not read over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import ratecards
from ratecards.storage import history, segments
from ratecards.storage.history import Change, HistoryError
from ratecards.storage.segments import Checkpoint, Segment, as_of, files, numbered, read, source_of, sources
from tests.support.kit import card, change, rate, stamp

D1, D2, D3, D4 = (date(2026, 11, day) for day in (1, 2, 3, 4))
OLD, NEW = rate("0.5"), rate("0.6")
CARD = card(OLD, used_to_improve=(("free", "Yes"),), aliases=("f",), capture="sha256:01", last_updated=D1)
PRO = card(rate("2"), model="pro", observed=D3, capture="sha256:03", notices=("A note.",))
LOG = [
    change("model_added", card=CARD, stamp=stamp(D1, last_updated=D1)),
    change("repriced", day=D2, old=OLD, new=NEW),
    change("model_added", day=D3, model="pro", card=PRO),
    change("repriced", day=D4, old=NEW, new=OLD),
]


def write(folder: Path, *parts: list[Change]) -> Path:
    """A history in as many files as there are lists of changes; the first one's path."""
    first = folder / "google/gemini-api.jsonl"
    first.parent.mkdir(parents=True, exist_ok=True)
    before: list[Change] = []
    digest = ""
    for number, part in enumerate(parts, 1):
        path = numbered(first, number)
        day = max([date.min, *(c.stamp.observed for c in before)])
        head = Checkpoint(number, len(before), day, digest, history.fold(before)).line() if number > 1 else ""
        path.write_text(head + "".join(map(history.line, part)), encoding="utf-8")
        digest = Segment(path, number).digest
        before += part
    return first


@pytest.fixture
def first(tmp_path) -> Path:
    """Three files of one, two and one changes."""
    return write(tmp_path, LOG[:1], LOG[1:3], LOG[3:])


def second(first: Path) -> Path:
    return numbered(first, 2)


def edit(path: Path, change: Callable[[dict], object]) -> None:
    """The checkpoint of a file, changed."""
    head, _, rest = path.read_text().partition("\n")
    data = json.loads(head)
    change(data)
    path.write_text(f"{json.dumps(data)}\n{rest}")


# ---------------------------------------------------------------------------------------------- which files


def test_names_of_files(tmp_path):
    """A later file is told by its number; a source's name may hold dots and figures."""
    assert ("gemini-api", "gemini-api", "v1.5") == tuple(
        source_of(Path(name)) for name in ("gemini-api.jsonl", "x/gemini-api.0002.jsonl", "v1.5.jsonl")
    )
    assert ["a.jsonl", "a.0002.jsonl", "a.12345.jsonl"] == [
        numbered(tmp_path / "a.jsonl", n).name for n in (1, 2, 12345)
    ]


def test_the_sources_of_a_folder(first, tmp_path):
    """Each once, whatever the number of its files."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme/a.0002.jsonl").write_text("")

    assert ["acme/a", "google/gemini-api"] == sources(tmp_path)


def test_the_files_of_a_history(first):
    """In the order of their numbers; those of other sources, and other files, are none of it."""
    for name in ("gemini-api-2.jsonl", "gemini-api.0004.txt", "gemini-api.12.jsonl", "other.0002.jsonl"):
        (first.parent / name).write_text("")

    assert [first, second(first), numbered(first, 3)] == files(first)
    assert ([], []) == (files(first.with_name("none.jsonl")), files(first.parent / "no/folder.jsonl"))


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_file(first, number):
    """What follows a gap is not read as if there were none."""
    lost = numbered(first, number)
    lost.unlink()
    with pytest.raises(HistoryError, match=f"{lost}: missing, but gemini-api.0003.jsonl follows it"):
        read(first)


# ---------------------------------------------------------------------------------------------- what they say


def test_the_whole_history(first):
    """All changes in order, numbered through; the checkpoints are none."""
    found = read(first)

    assert LOG == found
    assert [1, 2, 3, 4] == [c.number for c in found]
    assert history.fold(LOG) == history.fold(found)


def test_an_empty_history(tmp_path):
    """None is none."""
    assert ([], {}) == (read(tmp_path / "a/b.jsonl"), as_of(tmp_path / "a/b.jsonl"))


@pytest.mark.parametrize("day", [date(2026, 10, 31), D1, D2, D3, D4, date.max])
def test_the_cards_of_a_day(first, day):
    """As the whole history folds, metadata included."""
    assert history.fold(LOG, until=day) == as_of(first, day)


def test_the_present_is_read_from_the_last_file(first):
    """No other is opened."""
    for path in (first, second(first)):
        path.write_text("not a history")

    assert history.fold(LOG) == as_of(first)


def test_a_late_change_is_read_from_further_back(tmp_path):
    """A correction of the first day that stands in the last file holds until the price moved, and no longer."""
    late = change("repriced", day=D1, old=OLD, new=rate("0.7"), stamp=stamp(D1, correction=True))
    first = write(tmp_path, LOG[:1], LOG[1:3], [*LOG[3:], late])

    assert {D1: "0.7", D2: "0.6", D4: "0.5"} == {
        day: str(as_of(first, day)["flash"].rates[0].price) for day in (D1, D2, D4)
    }


def test_line_ends_of_a_checkout_change_nothing(first):
    """A digest is of what a file says."""
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))

    assert LOG == read(first)


def test_every_checkpoint_beside_what_came_before_it(first):
    """The pairs that `check` compares."""
    found = [(path.name, dict(said), dict(folded)) for path, said, folded in segments.proven(first)]

    assert [
        ("gemini-api.0002.jsonl", history.fold(LOG[:1]), history.fold(LOG[:1])),
        ("gemini-api.0003.jsonl", history.fold(LOG[:3]), history.fold(LOG[:3])),
    ] == found


def test_the_reader_takes_all_files(first, tmp_path):
    """`ratecards` over such a dataset: one source, all of its changes, the cards of any day."""
    root = tmp_path / "ratecards"
    root.mkdir()
    (tmp_path / "google").rename(root / "google")
    (root / "history").mkdir()
    (root / "google").rename(root / "history/google")
    found = ratecards.load(root)

    assert ("google/gemini-api",) == found.sources
    assert LOG == found.changes("gemini-api")
    assert ["flash", "pro"] == [c.model for c in found.cards()]
    assert ["flash"] == [c.model for c in found.cards(D2)]


# ---------------------------------------------------------------------------------------------- what is refused


def test_a_full_file_that_was_touched(first):
    """A line taken out of a file that another one follows."""
    path = second(first)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(
        HistoryError, match=r"0003.jsonl:1: the checkpoint's changes of the files before is 3, but they"
    ):
        read(first)


def test_a_full_file_in_other_words(first):
    """As many changes of the same days, but another price."""
    first.write_text(first.read_text().replace('"0.5"', '"0.9"').replace("$0.5", "$0.9"))
    with pytest.raises(HistoryError, match=r"0002.jsonl:1: the checkpoint's digest of the files before is sha256:"):
        read(first)


HEADS = {
    "count": (lambda d: d.update(changes=7), "the checkpoint's changes of the files before is 7, but they have 1"),
    "day": (lambda d: d.update(observed="2026-11-09"), "last day observed of the files before is 2026-11-09, but they"),
    "digest": (lambda d: d.update(previous="sha256:0"), "digest of the files before is sha256:0, but they have sha256"),
    "other file": (lambda d: d.update(file=3), "expected the checkpoint of file 2"),
    "no checkpoint": (lambda d: d.update(kind="kept"), "expected the checkpoint of file 2"),
    "one field more": (lambda d: d.update(more=1), "expected the checkpoint of file 2"),
    "one field less": (lambda d: d.pop("cards"), "expected the checkpoint of file 2"),
    "count of another type": (lambda d: d.update(changes=True), "changes must be of type int, saw True"),
    "no list": (lambda d: d.update(cards={}), "cards must be of type list, saw {}"),
    "no day": (lambda d: d.update(observed="soon"), "observed must be an ISO date, saw 'soon'"),
    "a card of no kind": (lambda d: d["cards"][0].update(colour="red"), "colour"),
    "a card without a model": (lambda d: d["cards"][0].pop("model"), "'model'"),
    "a card that is none": (lambda d: d["cards"].append(3), "int"),
    "a rate without a price": (lambda d: d["cards"][0]["rates"][0].pop("price"), "price"),
    "a day of a card": (lambda d: d["cards"][0].update(observed="soon"), "observed must be an ISO date"),
}


@pytest.mark.parametrize(("harm", "words"), HEADS.values(), ids=HEADS)
def test_a_damaged_checkpoint(first, harm, words):
    """File and line are named."""
    edit(second(first), harm)
    with pytest.raises(HistoryError) as raised:
        read(first)

    assert str(raised.value).startswith(f"{second(first)}:1: ")
    assert words in str(raised.value)


@pytest.mark.parametrize("text", ["", "<<<<<<< ours\n", "[]\n", "null\n", '{"kind": "checkpoint", "kind": 1}\n'])
def test_a_later_file_without_its_checkpoint(first, text):
    """Emptied, with merge markers, or something else."""
    numbered(first, 3).write_text(text)
    with pytest.raises(HistoryError, match=r"0003.jsonl:1: not a change of this version"):
        read(first)


def test_a_checkpoint_in_the_first_file(first):
    """Nothing came before it that it could speak of."""
    first.write_text(second(first).read_text())
    with pytest.raises(HistoryError, match=r"gemini-api.jsonl:1: not a change of this version"):
        read(first)


def test_a_damaged_line_of_a_later_file(first):
    """Its number is that in its own file."""
    path = second(first)
    path.write_text(path.read_text() + "{}\n")
    with pytest.raises(HistoryError, match=r"0002.jsonl:4: not a change of this version"):
        read(first)
    with pytest.raises(HistoryError, match=r"0002.jsonl:4: not a change of this version: 'observed'"):
        Segment(path, 2).observed(4, "{}")
