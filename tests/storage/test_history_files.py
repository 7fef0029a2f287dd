"""A history in several files: which belong together, in which order, and what a checkpoint of former versions proves."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

import ratecards
from ratecards.storage import codec, history
from ratecards.storage.history import Change, HistoryError, files, read, source_of, sources
from tests.support.kit import card, change, rate, stamp

NAME = "google/gemini-api"
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


def write(folder: Path, name: str, *changes: Change, after: Path | None = None) -> Path:
    """A file of the history; with a checkpoint as former versions wrote it where it comes `after` another."""
    path = folder / "google" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = ""
    if after:
        digest = f"sha256:{hashlib.sha256(after.read_bytes()).hexdigest()}"
        head = codec.dumps({"kind": "checkpoint", "file": 2, "previous": digest, "cards": []}) + "\n"
    path.write_text(head + "".join(map(history.line, changes)), encoding="utf-8")
    return path


@pytest.fixture
def first(tmp_path) -> Path:
    """Two files with numbers and one of a year; the first of them."""
    found = write(tmp_path, "gemini-api", *LOG[:1])
    write(tmp_path, "gemini-api.0002", *LOG[1:3], after=found)
    write(tmp_path, "gemini-api.2026", *LOG[3:])
    return found


def test_names_of_files():
    """A later file is told by its number or year; a source's name may hold dots and figures."""
    names = ("gemini-api.jsonl", "x/gemini-api.0002.jsonl", "x/gemini-api.2026.jsonl", "v1.5.jsonl")
    assert ["gemini-api"] * 3 + ["v1.5"] == [source_of(Path(name)) for name in names]


def test_the_sources_of_a_folder(first, tmp_path):
    """Each once, whatever the number of its files."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme/a.2026.jsonl").write_text("")

    assert ["acme/a", NAME] == sources(tmp_path)


def test_the_files_of_a_history(first, tmp_path):
    """In the order of their numbers and years; those of other sources, and other files, are none of it."""
    for name in ("gemini-api-2.jsonl", "gemini-api.0004.txt", "gemini-api.12.jsonl", "other.0002.jsonl"):
        (first.parent / name).write_text("")
    write(tmp_path, "gemini-api.2029")

    assert ["gemini-api.jsonl", *(f"gemini-api.{n}.jsonl" for n in ("0002", "2026", "2029"))] == [
        path.name for path in files(tmp_path, NAME)
    ]
    assert ([], []) == (files(tmp_path, "google/none"), files(tmp_path / "no", NAME))


@pytest.mark.parametrize(("name", "next_"), [("gemini-api", "0002"), ("gemini-api.0002", "0003")])
def test_a_missing_file(first, tmp_path, name, next_):
    """What follows a gap is not read as if there were none."""
    write(tmp_path, "gemini-api.0003", after=first)
    lost = first.with_name(f"{name}.jsonl")
    lost.unlink()
    with pytest.raises(HistoryError, match=f"{lost}: missing, but gemini-api.{next_}.jsonl follows it"):
        read(tmp_path, NAME)


def test_the_whole_history(first, tmp_path):
    """All changes in order, numbered through; the checkpoint is none."""
    found = read(tmp_path, NAME)

    assert LOG == found
    assert [1, 2, 3, 4] == [c.number for c in found]
    assert [] == read(tmp_path, "google/none")


def test_line_ends_of_a_checkout_change_nothing(first, tmp_path):
    """A digest is of what a file says."""
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))

    assert LOG == read(tmp_path, NAME)


def test_the_reader_takes_all_files(first, tmp_path):
    """`ratecards` over such a dataset: one source, all of its changes, the cards of any day."""
    root = tmp_path / "ratecards"
    (root / "history").mkdir(parents=True)
    first.parent.rename(root / "history/google")
    found = ratecards.load(root)

    assert (NAME,) == found.sources
    assert LOG == found.changes("gemini-api")
    assert ["flash", "pro"] == [c.model for c in found.cards()]
    assert ["flash"] == [c.model for c in found.cards(D2)]


def test_a_full_file_that_was_touched(first, tmp_path):
    """A price in another file than the last: the checkpoint that follows knows better."""
    first.write_text(first.read_text().replace('"0.5"', '"0.9"').replace("$0.5", "$0.9"))
    with pytest.raises(
        HistoryError, match=r"0002.jsonl:1: the file before it has the digest sha256:[0-9a-f]*, not sha"
    ):
        read(tmp_path, NAME)


@pytest.mark.parametrize(
    "text", ["", "<<<<<<< ours\n", "[]\n", "null\n", '{"kind": "kept"}\n', '{"kind": "checkpoint", "kind": 1}\n']
)
def test_a_later_file_without_its_checkpoint(first, tmp_path, text):
    """Emptied, with merge markers, or something else."""
    first.with_name("gemini-api.0002.jsonl").write_text(text)
    with pytest.raises(HistoryError, match=r"0002.jsonl:1: not a change of this version"):
        read(tmp_path, NAME)


def test_a_checkpoint_in_the_first_file(first, tmp_path):
    """Nothing came before it that it could speak of."""
    first.write_text(first.with_name("gemini-api.0002.jsonl").read_text())
    with pytest.raises(HistoryError, match=r"gemini-api.jsonl:1: not a change of this version"):
        read(tmp_path, NAME)


@pytest.mark.parametrize("make", [lambda p: p.write_bytes(b"\xff"), lambda p: p.mkdir()], ids=["bytes", "a folder"])
def test_what_cannot_be_read_is_named(first, tmp_path, make):
    """The file is."""
    first.unlink()
    make(first)
    with pytest.raises(HistoryError, match=f"{first}: expected "):
        read(tmp_path, NAME)
