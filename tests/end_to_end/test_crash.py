"""A real refresh that is killed, or whose disk fills up, at any of its steps: the old dataset or the new one."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.errors import DatasetError
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication, locked, recover
from scraper.publish.verify import findings
from scraper.sources import gemini_api
from tests.support.crash import GEMINI, look, moved, prepared
from tests.support.workshop import SMALL, tree

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

REPOSITORY = ROOT
TODAY = date(2026, 11, 20)


@pytest.fixture
def base(tmp_path, monkeypatch) -> Path:
    """A dataset after two refreshes, its history in two files."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr(gemini_api, "load_terms", gemini_api.load_terms)
    return prepared(tmp_path / "base")


@pytest.fixture
def new(base, tmp_path) -> dict[str, bytes]:
    """What stands after the third."""
    shutil.copytree(base, tmp_path / "new")
    look(tmp_path / "new", 3).commit()
    return tree(tmp_path / "new")


def test_what_is_killed_is_a_whole_refresh(base, new):
    """The third adds to the history, deletes a card and renews proof, state and v1."""
    publication = look(base, 3)

    assert f"ratecards/history/{GEMINI}.2026.jsonl" in publication.writes
    assert {f"ratecards/cards/{GEMINI}/gemini-7.yaml"} <= publication.deletes
    expected = {f"state/{GEMINI}.json", f"state/proofs/{GEMINI}.json", "ratecards/v1/rates.csv"}
    assert expected <= publication.writes.keys()
    assert [] == findings(Dataset(base), TODAY)


def test_fault_58_killed_at_every_step_of_a_refresh(tmp_path):
    """By SIGKILL, in the middle of writes too, and killed again while it recovers: old before the decision, then new."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.crash", tmp_path, "refresh"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    deaths = [json.loads(line) for line in ran.stdout.splitlines()]
    steps = [d["step"] for d in deaths]
    decision = steps.index("os.rename .staging/journal.new")

    assert ["old"] * (decision + 1) + ["new"] * (len(deaths) - decision - 1) == [d["files"] for d in deaths]
    assert {False} == {d["finished"] for d in deaths[: decision + 1]}
    assert [d["decided"] for d in deaths] == [d["finished"] for d in deaths]
    assert "" == steps[-1]
    assert 70 < len(steps)
    assert 10 < sum("(half)" in step for step in steps)
    assert 15 < sum(bool(d["again"]) for d in deaths)


class Disk:
    """A disk on which the so-and-so-manieth step fails. Half of what a failing write should write is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
        self.steps, self.fails_at, self.code = 0, -1, code
        for owner, name in ((Path, "mkdir"), (Path, "replace"), (os, "fsync")):
            monkeypatch.setattr(owner, name, self._failing(getattr(owner, name)))
        monkeypatch.setattr(Path, "open", self._opening(Path.open))

    def step(self, what: object) -> None:
        self.steps += 1
        if self.steps - 1 == self.fails_at:
            raise OSError(self.code, os.strerror(self.code), str(what))

    def _failing(self, call):
        def maybe(*words, **more):
            self.step(words[0])
            return call(*words, **more)

        return maybe

    def _opening(self, call):
        def opening(path: Path, mode: str = "r", *words, **more):
            if "w" not in mode:
                return call(path, mode, *words, **more)
            self.step(path)
            return Filling(call(path, mode, *words, **more), self)

        return opening


class Filling:
    """A file on that disk."""

    def __init__(self, file, disk: Disk) -> None:
        self._file, self._disk = file, disk
        self.flush, self.fileno = file.flush, file.fileno

    def write(self, data: bytes) -> None:
        self._file.write(data[: len(data) // 2])
        self._disk.step(self._file.name)
        self._file.write(data[len(data) // 2 :])

    def __enter__(self):
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT], ids=errno.errorcode.get)
def test_fault_58_no_room_at_any_step_of_a_refresh(base, new, tmp_path, monkeypatch, code):
    """A verdict that names the place; nothing of it is left behind, and with room again the next run is clean."""
    disk = Disk(monkeypatch, code)
    old, whole = tree(base), look(base, 3)
    told = []
    for step in range(1000):
        root = tmp_path / "data"
        shutil.copytree(base, root)
        result, disk.steps, disk.fails_at = moved(whole, root), 0, step
        try:
            result.commit()
        except DatasetError as error:
            assert f"{root}: " in str(error)
            assert os.strerror(code) in str(error)
        else:
            break
        finally:
            disk.fails_at = -1
        decided = (root / ".staging" / "journal.json").exists()
        assert decided or tree(root) in (old, new)
        assert decided is recover(root)
        told.append(tree(root))
        shutil.rmtree(root)

    assert [old] * told.count(old) + [new] * told.count(new) == told
    assert 30 < told.count(old)
    assert 10 < told.count(new)


@pytest.mark.parametrize("fails_at", [0, 3, 20, 45])
def test_fault_58_the_next_run_is_clean(base, new, monkeypatch, fails_at):
    """It finishes or begins anew, and then everything is as if nothing had happened; twice changes nothing."""
    with monkeypatch.context() as patched:
        disk = Disk(patched, errno.ENOSPC)
        disk.fails_at = 10**6
        whole = look(base, 3)
        disk.steps, disk.fails_at = 0, fails_at
        with pytest.raises(DatasetError):
            whole.commit()
    for _ in range(2):
        with locked(base):
            look(base, 3).commit()
        assert new == tree(base)

    assert [] == findings(Dataset(base), TODAY)


def test_fault_58_no_room_for_the_lock(tmp_path, monkeypatch):
    """Not even the lock file can be made: the place is named, and nothing else is."""
    Disk(monkeypatch, errno.EDQUOT).fails_at = 0
    with pytest.raises(DatasetError, match=rf"{tmp_path}: expected a writable dataset, saw .*quota"), locked(tmp_path):
        pass


def test_the_terms_of_the_small_pages(base):
    """The dataset is read with the terms of the other tests."""
    assert SMALL is gemini_api.load_terms()
    assert isinstance(look(base, 3), Publication)
