"""A publication whose writer was killed between its decision and its last move: what readers are told meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ratecards
from ratecards import __main__ as reader
from ratecards.errors import DatasetError
from ratecards.storage import unfinished
from ratecards.storage.bounded import JOURNAL, STAGING
from scraper.publish import transaction
from tests.support.workshop import Workshop, facts, model, tree

SAID = "a publication was interrupted and is not finished; this is what it publishes as a whole"
MOVES = 30


class Killed(BaseException):
    """The end of a process, as far as a test can have one."""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Copies that were made are gone with the test."""
    yield
    unfinished._copy.cache_clear()


def killed_after(shop: Workshop, moves: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A second edition, killed before its move number `moves`; whether it was."""
    done = []
    real = transaction._carry_out

    def step(*words: object) -> None:
        if len(done) == moves:
            raise Killed
        done.append(words)
        real(*words)

    monkeypatch.setattr(transaction, "_carry_out", step)
    edition = facts("2026-11-02T06:17:00Z", gemini_1=model("Gemini 1", "$1.20"), gemini_2=None)
    try:
        shop.refresh(edition)
    except Killed:
        return True
    finally:
        monkeypatch.setattr(transaction, "_carry_out", real)
    return False


@pytest.fixture
def shop(workshop: Workshop) -> Workshop:
    workshop.refresh(facts())
    return workshop


QUESTIONS = {
    "cost": ("cost", "gemini-1", "--input-tokens", "1000000", "--explain", "--format", "json"),
    "models": ("models", "--format", "json"),
    "show": ("show", "gemini-1", "--format", "json"),
    "changes": ("changes", "--all", "--format", "json"),
    "discrepancies": ("discrepancies", "--format", "json"),
    "limits": ("limits", "--format", "json"),
    "diff": ("diff", "2026-11-01", "2026-11-02", "--format", "json"),
}


def answers(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, object], set[str]]:
    """By question, what the reader says of a dataset; and what stands on stderr."""
    found, said = {}, set()
    for name, words in QUESTIONS.items():
        code = reader.main([*words, "--dataset", str(root)])
        out, err = capsys.readouterr()
        found[name] = code, out
        said.add(err)
    return found, said


def charged(found: dict[str, object]) -> object:
    """What the cost command says, without when the source was looked at last."""
    code, out = found["cost"]
    return code, {name: value for name, value in json.loads(out).items() if name not in ("verified", "age_days")}


def site(shop: Workshop, root: Path) -> tuple[int, dict[str, bytes], str]:
    folder = next(shop.kept)
    ran = shop.run("site", "--from", root, "--to", folder, "--now", "2026-11-02")
    return ran.code, tree(folder), ran.err


@pytest.mark.slow
def test_fault_95_whatever_was_moved_one_state_is_read(shop, tmp_path, monkeypatch, capsys):
    """Killed before any of its moves: reader, `site` and `check` say so, and give the finished publication, whole."""
    before = tmp_path / "before"
    shutil.copytree(shop.root, before)
    expected = None
    for moves in range(MOVES):
        shutil.rmtree(shop.root)
        shutil.copytree(before, shop.root)
        if not killed_after(shop, moves, monkeypatch):
            break
        finished = next(shop.kept)
        shutil.copytree(shop.root, finished)
        assert transaction.recover(finished)
        expected = expected or answers(finished, capsys)[0]
        stands = tree(shop.root)

        found, said = answers(shop.root, capsys)
        assert (expected, True) == (found, all(SAID in words for words in said)), moves
        code, files, err = site(shop, shop.root)
        assert (0, site(shop, finished)[1], True) == (code, files, SAID in err), moves
        checked = shop.check()
        assert (0, True) == (checked.code, SAID in checked.err), checked
        # who reads changes nothing
        assert stands == tree(shop.root)
    else:
        raise AssertionError("it has more moves")
    assert moves > 10


def test_fault_95_the_next_run_finishes_it(shop, monkeypatch, capsys):
    """After it nobody says anything any more, and what was read before is what stands."""
    assert killed_after(shop, 5, monkeypatch)
    found, _ = answers(shop.root, capsys)
    shop.refresh(facts("2026-11-03T06:17:00Z", gemini_1=model("Gemini 1", "$1.20"), gemini_2=None))

    again, said = answers(shop.root, capsys)
    assert charged(found) == charged(again)
    assert not [words for words in said if "interrupted" in words]


def test_fault_95_in_python(shop, monkeypatch):
    """A warning, once for a dataset, and the same prices; without it there is none."""
    ratecards.load(shop.root)
    assert killed_after(shop, 7, monkeypatch)
    with pytest.warns(UserWarning, match="a publication was interrupted"):
        found = ratecards.load(shop.root)

    assert "1.2" == str(ratecards.cost("gemini-1", {"input_tokens": 1_000_000}, dataset=found).total)
    assert unfinished.settled(shop.root) == unfinished.settled(shop.root) != shop.root


def test_fault_95_the_copy_is_gone_with_the_process(shop, tmp_path, monkeypatch):
    """Nothing is left where temporary files are."""
    assert killed_after(shop, 7, monkeypatch)
    place = tmp_path / "tmp"
    place.mkdir()
    command = [sys.executable, "-m", "ratecards", "models", "--dataset", str(shop.root)]
    ran = subprocess.run(command, env={**os.environ, "TMPDIR": str(place)}, capture_output=True, text=True, check=True)

    assert SAID in ran.stderr
    assert [] == list(place.iterdir())


def test_fault_95_release_and_proof_are_of_the_whole(shop, monkeypatch):
    """What is made of the dataset is made of the finished one."""
    assert killed_after(shop, 7, monkeypatch)

    assert shop.root != transaction.whole(shop.root)
    assert transaction.recover(shop.root)
    assert shop.root == transaction.whole(shop.root)


DAMAGED: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda path: path.write_text("{"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "not a list of steps": lambda path: path.write_text("[5]"),
    "an unknown step": lambda path: path.write_text('[{"do": "x"}]'),
    "a step of numbers": lambda path: path.write_text('[{"do": "delete", "path": 5}]'),
    "a way out": lambda path: path.write_text('[{"do": "delete", "path": "../x"}]'),
    "the root of all": lambda path: path.write_text('[{"do": "delete", "path": "/etc/x"}]'),
    "half a step": lambda path: path.write_text('[{"do": "write", "path": "x", "from": "1"}]'),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_fault_95_a_damaged_journal(shop, damage, capsys):
    """One line that names it, everywhere; nothing is changed, and no writer goes on."""
    path = shop.root / STAGING / JOURNAL
    path.parent.mkdir()
    damage(path)
    before = tree(shop.root)

    assert 2 == reader.main(["models", "--dataset", str(shop.root)])
    words = f"{JOURNAL}: not a journal; restore the dataset from git and remove"
    assert words in capsys.readouterr().err
    for ran in (shop.check(), shop.run("site", "--from", shop.root, "--to", next(shop.kept))):
        assert (1, True) == (ran.code, words in ran.err)
    if "way out" not in str(damage):
        assert 1 == shop.refresh(facts()).code
    assert before == tree(shop.root)


def test_fault_95_a_lost_file(shop, monkeypatch):
    """Neither staged nor moved: what was to be published is not known."""
    assert killed_after(shop, 3, monkeypatch)
    steps = json.loads((shop.root / STAGING / JOURNAL).read_text())
    (shop.root / STAGING / steps[5]["from"]).unlink()

    with pytest.raises(DatasetError, match="an interrupted publication lost a file, restore the dataset from git"):
        unfinished.settled(shop.root)
    assert (1, True) == ((ran := shop.check()).code, "restore the dataset from git" in ran.err)


def test_fault_95_no_room_for_a_copy(shop, monkeypatch):
    """A full disk is a reason that a publication is interrupted."""
    assert killed_after(shop, 3, monkeypatch)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(DatasetError, match=r"no copy of it could be made: .*No space left"):
        unfinished.settled(shop.root)


def test_fault_95_a_writer_at_work(shop, monkeypatch):
    """Where it finishes while the copy is made, the dataset itself is read."""
    assert killed_after(shop, 3, monkeypatch)
    real = shutil.copytree

    def copying(*words: object, **more: object) -> object:
        found = real(*words, **more)
        if words[0] == shop.root / "ratecards":
            transaction.recover(shop.root)
        return found

    monkeypatch.setattr(shutil, "copytree", copying)
    assert shop.root == unfinished.settled(shop.root)


# ---------------------------------------------------------------------------------------------- what it leaves


@pytest.mark.parametrize("mask", [0o077, 0o022, 0o027])
def test_files_stay_readable_for_whom_they_were(shop, mask):
    """Whatever the umask: a file that is replaced keeps its rights, a new one is as open as its folder."""
    rights = {path: (shop.root / path).stat().st_mode for path in tree(shop.root)}
    before = os.umask(mask)
    try:
        shop.refresh(facts("2026-11-02T06:17:00Z", gemini_1=model("Gemini 1", "$1.20"), veo_9=model("Veo 9")))
    finally:
        os.umask(before)
    after = {path: (shop.root / path).stat().st_mode for path in tree(shop.root)}

    assert rights == {path: after[path] for path in rights}
    assert {0o644} == {mode & 0o777 for path, mode in after.items() if path not in rights}
    assert len(after) > len(rights)
    folders = list((shop.root / "ratecards").rglob("*/"))
    assert {0o755} == {path.stat().st_mode & 0o777 for path in folders}


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "folder", "device"]
)
def test_fault_97_a_lock_that_is_no_file(shop, make):
    """Neither waited for nor written into: one line."""
    lock = shop.root / ".lock"
    lock.unlink()
    make(lock)
    ran = shop.refresh(facts("2026-11-02T06:17:00Z"))

    assert (1, 1) == (ran.code, len(ran.err.splitlines()))
    assert "refresh: " in ran.err


def test_fault_97_a_lock_keeps_what_it_leads_to(shop, tmp_path):
    """A link is locked and not emptied."""
    (tmp_path / "own").write_text("mine")
    (shop.root / ".lock").unlink()
    (shop.root / ".lock").symlink_to(tmp_path / "own")

    assert 0 == shop.refresh(facts("2026-11-02T06:17:00Z")).code
    assert "mine" == (tmp_path / "own").read_text()


def test_fault_95_a_writer_that_finishes_while_a_file_is_read(shop, monkeypatch):
    """What was there a moment ago is in its place now."""
    assert killed_after(shop, 3, monkeypatch)
    real = unfinished.bounded.content

    def reading(path: Path, *more: object) -> bytes:
        if STAGING in path.parts and path.name != JOURNAL:
            transaction.recover(shop.root)
        return real(path, *more)

    monkeypatch.setattr(unfinished.bounded, "content", reading)
    assert shop.root == unfinished.settled(shop.root)
