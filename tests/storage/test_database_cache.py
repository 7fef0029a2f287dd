"""Where the database of a dataset is found, and that none which is stale or damaged is believed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import ratecards
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.storage import database, database_cache
from ratecards.storage.database_cache import FILE, folder
from tests.support.histories import added, card, change, rate, write

OLD, NEW = rate(price="0.5"), rate(price="0.7")
LOG = added("2026-01-01", card("flash", OLD, aliases=("f",)), card("pro", rate("pro", price="2")))
MORE = change("2026-02-01", "repriced", old=OLD, new=NEW)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which everything is kept, however small."""
    monkeypatch.setenv("RATECARDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(database_cache, "SMALL", 0)
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path, cache: Path) -> Path:
    """A dataset without a database."""
    return write(tmp_path / "data", *LOG)


def price(root: Path) -> str:
    """What the dataset says of flash."""
    return str(Dataset(root).find("flash")[0].rates[0].price)


def kept(cache: Path) -> list[Path]:
    """The files in the cache."""
    return sorted(cache.iterdir())


def test_it_is_made_once(root: Path, cache: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """The first who reads makes it and says so in one line; the next find it."""
    assert "0.5" == price(root)
    (file,) = kept(cache)
    said = capsys.readouterr().err
    assert said.startswith(f"{root}: made a database of the histories in ")
    assert said.endswith(f" s, kept in {file}\n")
    monkeypatch.setattr(database, "build", lambda *_: pytest.fail("it was made again"))
    assert "0.5" == price(root)
    assert "" == capsys.readouterr().err


def test_another_history_makes_another(root: Path, cache: Path):
    """The one before is cleared away; that of another dataset stays."""
    price(root)
    other = write(root.parent / "other", *LOG)
    price(other)
    before = kept(cache)
    write(root, *LOG, MORE)
    assert "0.7" == price(root)
    after = kept(cache)
    assert 2 == len(after)
    assert 1 == len(set(before) & set(after))
    assert "0.5" == price(other)


def test_an_edit_of_the_same_length_is_seen(root: Path):
    """What is kept is known by what it was made of."""
    price(root)
    file = root / "history/google/gemini-api.jsonl"
    file.write_text(file.read_text().replace("0.5", "0.9"))
    assert "0.9" == price(root)


DAMAGE = {
    "emptied": lambda data: b"",
    "cut": lambda data: data[:-4096],
    "another price": lambda data: data.replace(b"$0.5", b"$0.6").replace(b"0.5", b"0.6"),
    "one bit": lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
    "something else": lambda data: b"not a database at all" * 1000,
}


@pytest.mark.parametrize("harm", DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_is_made_again(root: Path, cache: Path, harm, capsys: pytest.CaptureFixture):
    """Its name tells its content."""
    price(root)
    (file,) = kept(cache)
    data = file.read_bytes()
    file.write_bytes(harm(data))
    capsys.readouterr()
    assert "0.5" == price(root)
    assert "made a database" in capsys.readouterr().err
    assert data == file.read_bytes()


def test_a_cache_that_cannot_be_written(root: Path, cache: Path, capsys: pytest.CaptureFixture):
    """It is read from memory, with a word."""
    cache.write_text("a file")
    assert "0.5" == price(root)
    assert "; it is not kept for the next time: " in capsys.readouterr().err


def test_a_full_disk(root: Path, cache: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """Nothing half written stays."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert "0.5" == price(root)
    assert "not kept for the next time: [Errno 28] No space left on device" in capsys.readouterr().err
    assert [] == kept(cache)


def test_a_small_history_is_read_as_quickly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Nothing is kept of it, and nothing said."""
    monkeypatch.setenv("RATECARDS_CACHE", str(tmp_path / "cache"))
    assert "0.5" == price(write(tmp_path / "data", *LOG))
    assert not (tmp_path / "cache").exists()
    assert "" == capsys.readouterr().err


def test_several_at_once(root: Path, cache: Path):
    """Each gets the right one, and one stays."""
    code = (
        "from ratecards.storage import database_cache; database_cache.SMALL = 0\n"
        f"from ratecards.dataset import Dataset; print(Dataset({str(root)!r}).find('flash')[0].rates[0].price)"
    )
    command = [sys.executable, "-c", code]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: subprocess.run(command, capture_output=True, text=True, check=True), range(4)))
    assert ["0.5\n"] * 4 == [one.stdout for one in done]
    assert 1 == len(kept(cache))


# ---------------------------------------------------------------------------------------------- in the dataset


def shipped(root: Path) -> Path:
    """The dataset with its database beside the histories."""
    Dataset(root).write_database(root / FILE)
    return root


def test_the_dataset_s_own(root: Path, cache: Path):
    """As a wheel has it: the histories are not needed, for they stand in it, too."""
    log = Dataset(shipped(root)).changes("gemini-api")
    (root / "history/google/gemini-api.jsonl").unlink()
    found = Dataset(root)
    assert "0.5" == price(root)
    assert log == found.changes("gemini-api")
    assert ["flash", "pro"] == [c.model for c in found.as_of("2026-01-01", "2026-01-01").cards()]
    assert not cache.exists()
    found.write_database(root / "again.sqlite")
    assert Dataset(root).database.sources.keys() == {"google/gemini-api"}


def test_one_that_is_stale_is_not_believed(root: Path):
    """A history that goes on, or that was edited since."""
    shipped(root)
    write(root, *LOG, MORE)
    assert "0.7" == price(root)


def test_one_that_was_edited_is_not_believed(root: Path):
    """Even where it is as long."""
    shipped(root)
    file = root / "history/google/gemini-api.jsonl"
    later = file.stat().st_mtime + 60
    os.utime(file, (later, later))
    assert "0.5" == price(root)
    file.write_text(file.read_text().replace("0.5", "0.9"))
    os.utime(file, (later, later))
    assert "0.9" == price(root)


HARMS = {
    "emptied": (lambda data: b"", "saw none"),
    "something else": (lambda data: b"x" * 9000, "saw none"),
    "cut": (lambda data: data[:2000], "saw 3, of an older form or damaged"),
}


@pytest.mark.parametrize(("harm", "seen"), HARMS.values(), ids=HARMS)
def test_one_that_is_damaged(root: Path, harm, seen):
    """Where there are histories they are read; else the file is named."""
    file = shipped(root) / FILE
    file.write_bytes(harm(file.read_bytes()))
    assert "0.5" == price(root)
    (root / "history/google/gemini-api.jsonl").unlink()
    with pytest.raises(DatasetError, match=f"{file}: expected a database of version 3 or 4, {seen}"):
        price(root)


def test_one_that_is_no_file(root: Path):
    """Nor is a folder of its name."""
    file = root / FILE
    file.mkdir()
    assert "0.5" == price(root)
    (root / "history/google/gemini-api.jsonl").unlink()
    with pytest.raises(DatasetError, match="expected a file, saw a folder"):
        database_cache.opened(str(root), dict)


@pytest.mark.parametrize("version", [0, 2, 5])
def test_one_of_another_version(root: Path, version: int):
    """Older or newer, it is not read: where there are histories they are, else the error says which it is."""
    base = sqlite3.connect(shipped(root) / FILE)
    base.execute(f"PRAGMA user_version = {version}")
    base.execute("UPDATE rate SET price = '9'")
    base.commit()
    base.close()
    assert "0.5" == price(root)
    (root / "history/google/gemini-api.jsonl").unlink()
    with pytest.raises(DatasetError, match=f"expected a database of version 3 or 4, saw {version}: another ratecards"):
        price(root)


def test_damage_that_is_met_names_the_file(root: Path):
    """A value that is none, a table that is gone, lines that cannot be read."""
    file = shipped(root) / FILE
    (root / "history/google/gemini-api.jsonl").unlink()
    base = sqlite3.connect(file)
    base.execute("UPDATE rate SET price = 'x'")
    base.execute("UPDATE history SET lines = x'00'")
    base.execute("DROP TABLE alias")
    base.commit()
    base.close()
    found = Dataset(root)
    for ask, words in (
        (found.cards, "google/gemini-api: [<class 'decimal.ConversionSyntax'>]"),
        (lambda: found.find("f"), "no such table: alias"),
        (lambda: found.changes("gemini-api"), "Invalid data stream"),
    ):
        with pytest.raises(DatasetError) as caught:
            ask()
        assert str(caught.value).startswith(f"{root}: the database ({file}) is damaged: ")
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("prompt_over", 1.5, "the bound 1.5"), ("effective_from", "soon", "Invalid isoformat"), ("price", b"1", "amount")],
)
def test_values_of_another_kind(root: Path, column: str, value: object, words: str):
    """Nothing is guessed."""
    base = database.build({"google/gemini-api": LOG})
    base.execute(f"UPDATE rate SET {column} = ?", (value,))
    with pytest.raises(DatasetError, match=words):
        database.Database(base, "here").sources["google/gemini-api"].on().card("flash")


def test_the_same_bytes(root: Path):
    """However often it is written."""
    shipped(root)
    Dataset(root).write_database(root / "again.sqlite")
    assert (root / FILE).read_bytes() == (root / "again.sqlite").read_bytes()


def test_where_it_is_kept():
    """As the system has it, and as the environment says."""
    assert "/x" == folder({"RATECARDS_CACHE": "/x", "XDG_CACHE_HOME": "/y"})
    assert "/y/ratecards" == folder({"XDG_CACHE_HOME": "/y"}, "linux")
    home = str(Path.home())
    assert f"{home}/.cache/ratecards" == folder({}, "linux")
    assert f"{home}/Library/Caches/ratecards" == folder({}, "darwin")
    assert "C:/x/ratecards" == folder({"LOCALAPPDATA": "C:/x"}, "win32")
    assert f"{home}/AppData/Local/ratecards" == folder({}, "win32")


def test_the_real_one(cache: Path):
    """The repository's own dataset, from the cache and from what a wheel would bring."""
    data = Dataset(Path(ratecards.__file__).parent)
    assert data.first < date(2026, 1, 1)
    again = Dataset(Path(ratecards.__file__).parent)
    assert 1 == len(list(cache.glob("*.sqlite")))
    assert again.cards() == data.cards()


def test_a_history_that_cannot_be_read(root: Path):
    """The file is named."""
    (root / "history/google/gemini-api.2026.jsonl").mkdir()
    with pytest.raises(DatasetError, match=r"gemini-api.2026.jsonl: expected a file, saw a folder"):
        price(root)


def test_other_files_beside_the_histories(root: Path):
    """They are none of it, and change nothing."""
    for name in ("readme.md", "google/notes.txt"):
        (root / "history" / name).write_text("mine")
    assert "0.5" == price(root)


# ---------------------------------------------------------------------------------------------- at a glance


@pytest.fixture
def settled(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset that was written long ago, read twice, and no longer hashed."""
    age(root, 1000)
    monkeypatch.setattr(database_cache, "_CODE", ())
    price(root)
    price(root)
    monkeypatch.setattr(database_cache, "_digest", lambda *_: pytest.fail("the histories were hashed"))
    assert "0.5" == price(root)
    monkeypatch.undo()
    monkeypatch.setenv("RATECARDS_CACHE", str(root.parent / "cache"))
    monkeypatch.setattr(database_cache, "SMALL", 0)
    monkeypatch.setattr(database_cache, "_CODE", ())
    return root


def age(root: Path, seconds: float) -> None:
    """Have its history be that old."""
    file = root / "history/google/gemini-api.jsonl"
    then = time.time() - seconds
    os.utime(file, (then, then))


def test_an_edit_is_seen_at_a_glance(settled: Path):
    """By its time, where it is as long."""
    file = settled / "history/google/gemini-api.jsonl"
    file.write_text(file.read_text().replace("0.5", "0.9"))
    assert "0.9" == price(settled)
    age(settled, 500)
    assert "0.9" == price(settled)
    assert "0.9" == price(settled)


@pytest.mark.parametrize("text", ["", "x", "a b c\nd", "../../else 1 2\n"])
def test_a_glance_that_is_damaged(settled: Path, cache: Path, text: str):
    """Is none."""
    (seen,) = cache.glob("*.seen")
    seen.write_text(text)
    assert "0.5" == price(settled)


@pytest.mark.parametrize("harm", DAMAGE.values(), ids=DAMAGE)
def test_a_kept_one_that_is_damaged(settled: Path, cache: Path, harm):
    """It no longer looks as it did."""
    (file,) = cache.glob("*.sqlite")
    file.write_bytes(harm(file.read_bytes()))
    assert "0.5" == price(settled)


def test_what_was_written_just_now_is_hashed(root: Path, cache: Path):
    """It could be written again within the same tick."""
    price(root)
    price(root)
    assert [] == list(cache.glob("*.seen"))
