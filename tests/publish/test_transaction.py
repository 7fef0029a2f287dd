"""The only writer: the old set or the new one, whatever dies, fills up or refuses on the way."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.errors import DatasetError
from scraper.publish.transaction import Publication, locked, recover
from tests.support.crash import OLD, begin, files, publication

NEW = {
    "data/a.yaml": "new a",
    "data/log.jsonl": "one\ntwo\n",
    "data/new/deep/b.yaml": "new b",
    "data/other.jsonl": "one\n",
    "data/same.yaml": "same",
}
REPOSITORY = ROOT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with the old set."""
    begin(tmp_path / "root")
    return tmp_path / "root"


# ---------------------------------------------------------------------------------------------- what is written


def test_a_publication(root):
    """Files replaced, made, extended and deleted; nothing is left behind, and the paths are told."""
    assert sorted({*NEW, "data/gone.yaml"} - {"data/same.yaml"}) == publication(root).commit()
    assert NEW == files(root)
    assert ["data"] == [p.name for p in root.iterdir()]


def test_nothing_to_do(root):
    """What stands already is not written again, and an empty append is none."""
    result = Publication(root)
    result.write("data/same.yaml", "same")
    result.append("data/log.jsonl", "")
    result.delete("data/never.yaml")

    assert ([], []) == (result.paths, result.commit())
    assert OLD == files(root)


def test_a_commit_is_carried_out_once(root):
    """Committing again appends nothing again."""
    result = publication(root)

    assert 5 == len(result.commit())
    assert [] == result.commit()
    assert NEW == files(root)


def test_appends_add_up(root):
    """Two appends to one file stand one after the other."""
    result = Publication(root)
    result.append("data/log.jsonl", "two\n")
    result.append("data/log.jsonl", "three\n")
    result.commit()

    assert "one\ntwo\nthree\n" == files(root)["data/log.jsonl"]


def test_an_append_begins_a_line(root):
    """A file whose last line end was lost does not glue two records together."""
    (root / "data/log.jsonl").write_text("one")
    publication(root).commit()

    assert "one\ntwo\n" == files(root)["data/log.jsonl"]


LAST_WORDS = {
    "write, delete": ([("write", "x"), ("delete",)], None),
    "delete, write": ([("delete",), ("write", "x")], "x"),
    "delete, write as it was": ([("delete",), ("write", "old a")], "old a"),
    "write, write as it was": ([("write", "x"), ("write", "old a")], "old a"),
    "append, write": ([("append", "x"), ("write", "y")], "y"),
    "write, append": ([("write", "x\n"), ("append", "y\n")], "x\ny\n"),
    "append, delete": ([("append", "x"), ("delete",)], None),
    "delete, append": ([("delete",), ("append", "x\n")], "x\n"),
    "delete, delete": ([("delete",), ("delete",)], None),
}


@pytest.mark.parametrize(("calls", "expected"), LAST_WORDS.values(), ids=LAST_WORDS)
def test_the_last_word_holds(root, calls, expected):
    """Several words about one file: what was said last is done."""
    result = Publication(root)
    for name, *text in calls:
        getattr(result, name)("data/a.yaml", *text)
    result.commit()

    assert expected == files(root).get("data/a.yaml")


def test_text_is_utf_8_and_line_ends_stay(root):
    """Bytes are those of the text on every system."""
    result = Publication(root)
    result.write("data/a.yaml", "é\r\n\u2028")
    result.commit()

    assert "é\r\n\u2028".encode() == (root / "data/a.yaml").read_bytes()


# ---------------------------------------------------------------------------------------------- places

OUTSIDE = ["../x", "data/../../x", "/etc/passwd", "", ".", "data/..", ".staging/x", ".staging", "data/../.staging/0"]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("call", ["write", "append", "delete"])
def test_paths_that_lead_out_are_refused(root, call, path):
    """Neither above the root, nor the root itself, nor the staging place."""
    arguments = (path,) if call == "delete" else (path, "x")

    with pytest.raises(DatasetError, match="refused to write outside the dataset"):
        getattr(Publication(root), call)(*arguments)


def test_links_that_lead_out_are_refused(root, tmp_path):
    """A folder of the dataset that is a link to elsewhere, and a file that is."""
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (root / "data/file").symlink_to(tmp_path / "other")

    for path in ("link/x", "data/file"):
        with pytest.raises(DatasetError, match="refused to write outside the dataset"):
            Publication(root).write(path, "x")


def test_a_dataset_behind_a_link(root, tmp_path):
    """The root itself may be reached by one."""
    (tmp_path / "link").symlink_to(root)
    publication(tmp_path / "link").commit()

    assert NEW == files(root)


@pytest.mark.parametrize("path", ["data", "data/a.yaml/x"])
def test_files_and_folders_are_not_mixed_up(root, path):
    """It is noticed before anything is decided, or no later run could finish it."""
    with pytest.raises(DatasetError, match="expected a file in a folder, saw it the other way round"):
        Publication(root).write(path, "x")


# ---------------------------------------------------------------------------------------------- dying


def test_killed_at_every_step(tmp_path):
    """Before the journal the old set stays, after it the next run makes the new one, however often that dies, too."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.crash", tmp_path],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    deaths = [json.loads(line) for line in ran.stdout.splitlines()]
    steps = [d["step"] for d in deaths]
    decision = steps.index("os.rename .staging/journal.new")

    assert [OLD] * (decision + 1) + [NEW] * (len(deaths) - decision - 1) == [d["files"] for d in deaths]
    assert [False] * (decision + 1) == [d["decided"] for d in deaths[: decision + 1]]
    assert {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"} == {
        s.split()[0] for s in steps if s
    }
    assert "" == steps[-1]
    assert 40 < len(steps)
    assert 10 < min(d["deaths"] for d in deaths if d["decided"])


class Disk:
    """Counts the calls that write to the disk, and lets one of them fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls, self.fails_at, self.code = 0, -1, errno.ENOSPC
        for owner, name in ((Path, "open"), (Path, "mkdir"), (Path, "replace"), (Path, "unlink"), (os, "fsync")):
            monkeypatch.setattr(owner, name, self._failing(getattr(owner, name)))

    def _failing(self, call: Callable) -> Callable:
        def maybe(*arguments, **options):
            self.calls += 1
            if self.calls - 1 == self.fails_at:
                raise OSError(self.code, os.strerror(self.code), str(arguments[0]))
            return call(*arguments, **options)

        return maybe


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_refused_at_every_step(tmp_path, monkeypatch, code):
    """A full or failing disk is a verdict that names the place; the set is the old one or becomes the new one."""
    disk = Disk(monkeypatch)
    disk.code = code
    sets, decided = [], []
    for step in range(100):
        disk.fails_at = -1
        root = tmp_path / f"root-{step}"
        begin(root)
        result = publication(root)
        disk.calls, disk.fails_at = 0, step
        try:
            result.commit()
        except DatasetError as error:
            assert str(error).startswith(f"{root}: ")
            assert os.strerror(code) in str(error)
        else:
            break
        disk.fails_at = -1
        decided.append((root / ".staging/journal.json").exists())
        assert decided[-1] is recover(root)
        sets.append(files(root))

    old, new = sets.count(OLD), sets.count(NEW)
    assert [OLD] * old + [NEW] * new == sets
    assert [True] * (new - 1) == decided[old:-1]
    assert 10 < old
    assert 10 < new


def test_a_failed_commit_can_be_tried_again(root, monkeypatch):
    """Before the decision nothing is lost: the same publication goes through when there is room again."""
    disk = Disk(monkeypatch)
    result = publication(root)
    disk.fails_at = disk.calls + 3
    with pytest.raises(DatasetError, match="No space left on device"):
        result.commit()
    disk.fails_at = -1

    assert 5 == len(result.commit())
    assert NEW == files(root)


def interrupted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a decided publication of which half is carried out."""
    replace = Path.replace

    def once(self: Path, target: Path) -> Path:
        if self.name == "1":
            raise OSError(errno.EIO, "pulled")
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", once)
        with pytest.raises(DatasetError, match="an interrupted publication could not be finished"):
            publication(root).commit()


def test_nothing_is_published_over_an_interrupted_publication(root, monkeypatch):
    """What was compared with half of it would be wrong: the next run finishes it first."""
    interrupted(root, monkeypatch)
    result = Publication(root)
    result.write("data/a.yaml", "newer")
    with pytest.raises(DatasetError, match="an interrupted publication stands here; the next run finishes it"):
        result.commit()
    assert recover(root) is True
    assert NEW == files(root)


def test_recovering_twice_is_recovering_once(root, monkeypatch):
    """The first tells that it finished something, the second finds nothing."""
    interrupted(root, monkeypatch)

    assert (True, False) == (recover(root), recover(root))
    assert NEW == files(root)


def test_a_file_lost_on_the_way_is_told(root, monkeypatch):
    """A staged file that is gone, and does not stand where it belongs, is not passed over."""
    interrupted(root, monkeypatch)
    (root / ".staging/1").unlink()
    with pytest.raises(DatasetError, match=r"log.jsonl: an interrupted publication lost this file; restore it from g"):
        recover(root)

    assert (root / ".staging/journal.json").exists()


def test_a_file_lost_and_missing_is_told(root, monkeypatch):
    """The same where there was no file before."""
    interrupted(root, monkeypatch)
    (root / ".staging/2").unlink()
    with pytest.raises(DatasetError, match=r"b.yaml: an interrupted publication lost this file"):
        recover(root)


@pytest.mark.parametrize(
    "journal",
    ["", "{", '[{"do": "write"}]', '{"do": "write"}', '[{"do": "append", "path": "data/a.yaml", "from": "0"}]'],
    ids=["empty", "cut", "no path", "no list", "older version"],
)
def test_a_damaged_journal_is_told(root, journal):
    """What cannot be understood is neither carried out nor thrown away."""
    (root / ".staging").mkdir()
    (root / ".staging/journal.json").write_text(journal)
    with pytest.raises(DatasetError, match="not a journal; restore the dataset from git and remove"):
        recover(root)

    assert OLD == {path: text for path, text in files(root).items() if not path.startswith(".staging")}


@pytest.mark.parametrize("path", ["../victim", "data/../../victim"])
def test_a_journal_from_elsewhere_cannot_reach_out(root, path, tmp_path):
    """A journal that came with a checkout deletes and writes nothing outside."""
    (tmp_path / "victim").write_text("alive")
    (root / ".staging").mkdir()
    (root / ".staging/journal.json").write_text(json.dumps([{"do": "delete", "path": path}]))
    with pytest.raises(DatasetError, match="refused to write outside the dataset"):
        recover(root)

    assert "alive" == (tmp_path / "victim").read_text()


def test_a_journal_takes_from_the_staging_place_only(root, tmp_path):
    """Its `from` names a file there, whatever else it says."""
    (tmp_path / "secret").write_text("secret")
    step = {"do": "write", "path": "data/a.yaml", "from": "../../secret", "sha256": ""}
    (root / ".staging").mkdir()
    (root / ".staging/journal.json").write_text(json.dumps([step]))
    with pytest.raises(DatasetError, match="lost this file"):
        recover(root)

    assert "secret" == (tmp_path / "secret").read_text()


def test_deleting_where_the_folder_is_gone(root):
    """A deletion that is done already, folder and all, is done."""
    result = Publication(root)
    result.delete("data/gone.yaml")
    step = {"do": "delete", "path": "never/there.yaml"}
    (root / ".staging").mkdir()
    (root / ".staging/journal.json").write_text(json.dumps([step]))

    assert recover(root) is True
    assert OLD == files(root)


# ---------------------------------------------------------------------------------------------- rights and locks


@contextmanager
def nobody() -> Iterator[None]:
    """Without a superuser's rights, if the tests have them."""
    mine = os.geteuid()
    if mine:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(mine)


@pytest.fixture
def readonly() -> Iterator[Path]:
    """A dataset that everyone may read and nobody may write."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "dataset"
        begin(place)
        Path(folder).chmod(0o755)
        for path in (place, place / "data"):
            path.chmod(0o555)
        yield place
        for path in (place, place / "data"):
            path.chmod(0o755)


def test_a_read_only_directory_is_named(readonly):
    """Locking it and publishing to it are refused in words that name it."""
    expected = f"{readonly}: expected a writable dataset, saw "
    with nobody():
        with pytest.raises(DatasetError, match=f"^{expected}"), locked(readonly):
            pass
        with pytest.raises(DatasetError, match=f"^{expected}"):
            publication(readonly).commit()

    assert OLD == files(readonly)


def test_a_read_only_folder_inside_waits(readonly):
    """Decided, but not to be carried out: the next run that may write finishes it."""
    readonly.chmod(0o777)
    with nobody(), pytest.raises(DatasetError, match=f"^{readonly}: an interrupted publication could not be finished"):
        publication(readonly).commit()
    (readonly / "data").chmod(0o777)

    assert recover(readonly) is True
    assert NEW == files(readonly)


def test_a_file_that_may_not_be_read(readonly):
    """What cannot be compared is not overwritten blindly."""
    (readonly / "data/a.yaml").chmod(0)
    with nobody(), pytest.raises(DatasetError, match=f"^{readonly}: expected a readable dataset, saw "):
        publication(readonly)


def test_a_folder_that_may_not_be_entered(readonly):
    """The same for what stands behind a closed door."""
    (readonly / "data").chmod(0)
    with nobody(), pytest.raises(DatasetError, match=f"^{readonly}: expected a readable dataset, saw "):
        publication(readonly)


def test_a_dataset_that_is_a_file(tmp_path):
    """A path that is no directory is named, too."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=f"{tmp_path}/file: expected a writable dataset"), locked(tmp_path / "file"):
        pass


def test_a_second_writer_is_refused(root):
    """It does not wait; when the first is done the place is free."""
    with locked(root):
        with pytest.raises(DatasetError, match=f"^{root}: another refresh is writing here"), locked(root):
            pass
        publication(root).commit()
    with locked(root):
        assert NEW == {path: text for path, text in files(root).items() if path != ".lock"}


def test_a_writer_that_fails_frees_the_place(root):
    """An error inside passes and does not lock the dataset for ever."""
    with pytest.raises(KeyError), locked(root):
        raise KeyError
    with locked(root):
        assert (root / ".lock").exists()


def test_a_place_that_cannot_be_locked(root, monkeypatch):
    """A file system without locks is not taken for another writer."""

    def unsupported(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with (
        pytest.raises(DatasetError, match=r"expected a place that can be locked, saw .*No locks available"),
        locked(root),
    ):
        pass


def test_locking_makes_the_dataset(tmp_path):
    """The first run ever."""
    with locked(tmp_path / "new/dataset"):
        assert (tmp_path / "new/dataset").is_dir()


def test_locking_finishes_what_was_interrupted(root, monkeypatch):
    """Before the work begins the set is whole."""
    interrupted(root, monkeypatch)
    with locked(root):
        assert NEW == {path: text for path, text in files(root).items() if path != ".lock"}


def test_locking_clears_what_was_not_decided(root):
    """Staged files without a journal are nothing."""
    (root / ".staging").mkdir()
    (root / ".staging/0").write_text("half")
    with locked(root):
        assert OLD == {path: text for path, text in files(root).items() if path != ".lock"}
