"""Another hand in the dataset while a run reads it: nothing is published, whatever the moment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ratecards.storage import bounded
from scraper.errors import DatasetError
from scraper.publish.transaction import ConcurrentEditGuard, Publication
from tests.support.crash import begin
from tests.support.workshop import Ran, Workshop, facts, model

# ---------------------------------------------------------------------------------------------- the watch


@pytest.fixture
def root(tmp_path) -> Path:
    """A dataset of two files, and code beside them."""
    for name in ("ratecards/cards/a/b.yaml", "state/a/b.json", "ratecards/news.py", "ratecards/__pycache__/news.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was")
    return tmp_path


MOVES: dict[str, Callable[[Path], object]] = {
    "edited": lambda p: p.write_text("as it is now"),
    "of the same length": lambda p: (p.write_text("as it is!"), os.utime(p, ns=(1, 1))),
    "replaced by a copy": lambda p: (p.with_name("x").write_bytes(p.read_bytes()), p.with_name("x").replace(p)),
    "gone": lambda p: p.unlink(),
    "new": lambda p: p.with_name("new").write_text(""),
}


@pytest.mark.parametrize("place", ["ratecards/cards/a/b.yaml", "state/a/b.json"])
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_what_moves_is_named(root, place, move):
    """Content, time, another file under the name, one less, one more."""
    watch = ConcurrentEditGuard(root)
    move(root / place)
    with pytest.raises(
        DatasetError, match=r"expected no other hand in the dataset while it is read, saw .* change; run"
    ):
        watch.check()
    watch.renew()
    watch.check()


def test_many_that_move_are_counted(root):
    """Three are named."""
    watch = ConcurrentEditGuard(root)
    for number in range(5):
        (root / f"state/{number}").write_text("")
    with pytest.raises(DatasetError, match="saw state/0, state/1, state/2 and 2 more change"):
        watch.check()


def test_what_is_no_data_may_move(root):
    """The interpreter writes beside its code; what lies elsewhere is nobody's business here."""
    watch = ConcurrentEditGuard(root)
    for name in ("ratecards/news.py", "ratecards/__pycache__/news.pyc", "README.md", "ratecards/__pycache__/x.pyc.12"):
        (root / name).write_text("new")

    watch.check()


def test_a_file_that_goes_while_it_is_listed(root, monkeypatch):
    """It is not there, whichever call notices."""
    walk = os.walk
    monkeypatch.setattr(os, "walk", lambda top: [*walk(top), (os.fspath(top), [], ["ghost"])])

    ConcurrentEditGuard(root).check()


def test_git_at_work(root):
    """While git holds its index no publication is decided."""
    (root / ".git").mkdir()
    watch = ConcurrentEditGuard(root)
    (root / ".git/index.lock").write_text("")
    with pytest.raises(DatasetError, match="git is at work here"):
        watch.check()


def test_a_publication_watches_what_it_was_compared_with(tmp_path):
    """Two in a row: its own writes are no other hand's."""
    begin(tmp_path / "ratecards")
    watch = ConcurrentEditGuard(tmp_path)
    for text in ("one", "two"):
        result = Publication(tmp_path, watch)
        result.write("ratecards/data/a.yaml", text)
        result.commit()
    result = Publication(tmp_path, watch)
    result.write("ratecards/data/a.yaml", "three")
    (tmp_path / "ratecards/data/same.yaml").write_text("moved")
    with pytest.raises(DatasetError, match=r"saw ratecards/data/same\.yaml change"):
        result.commit()

    assert "two" == (tmp_path / "ratecards/data/a.yaml").read_text()
    watch.renew()
    assert ["ratecards/data/a.yaml"] == result.commit()


# ---------------------------------------------------------------------------------------------- a pull


def at(day: int, **models: dict | None) -> dict:
    return facts(f"2026-11-{day:02}T06:00:00Z", **models)


OURS = {"gemini_1": model("Gemini 1", "$1.20")}
THEIRS = {"gemini_2": model("Gemini 2", "$2.20"), "gemini_7": model("Gemini 7")}


@pytest.fixture
def pulled(workshop) -> dict[str, bytes]:
    """A dataset after its first edition; what a pull brings to it: the files of the edition that another run read."""
    workshop.refresh(at(1))
    before = workshop.files
    assert "CHANGED" == workshop.refresh(at(2, **THEIRS)).outcome
    theirs = {path: content for path, content in workshop.files.items() if before.get(path) != content}
    restore(workshop, before)
    return theirs


def restore(workshop: Workshop, files: dict[str, bytes]) -> None:
    for path in workshop.files:
        if path not in files:
            (workshop.root / path).unlink()
    put(workshop, files)


def put(workshop: Workshop, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        target = workshop.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.unlink(missing_ok=True)  # as git does: a new file under the name
            target.write_bytes(content)


def pulling(monkeypatch, root: Path, at_open: int, pull: Callable[[], object]) -> list[int]:
    """Have the pull happen when a file of the dataset is opened for the so-and-so-manieth time; counts the opens."""
    opened, pulls = [0], [0]

    def counting(plain: Callable) -> Callable:
        def opening(path: Path, *words, **more):
            path = Path(path)
            if not pulls[0] and root in path.parents and path.name != ".lock" and ".staging" not in path.parts:
                opened[0] += 1
                if opened[0] == at_open:
                    pulls[0] = 1
                    pull()
                    pulls[0] = 0
            return plain(path, *words, **more)

        return opening

    monkeypatch.setattr(Path, "open", counting(Path.open))
    monkeypatch.setattr(bounded, "opened", counting(bounded.opened))
    return opened


def test_fault_59_a_pull_at_any_moment_of_a_refresh(workshop, pulled, monkeypatch):
    """Whichever read it comes before, in part or whole: the run writes nothing and says why."""
    before = workshop.files
    parts = [dict(sorted(pulled.items())[::2]), pulled]
    reads = 0
    for step in range(1, 1000):
        part = parts[step % 2]
        with monkeypatch.context() as patched:
            opened = pulling(patched, workshop.root, step, lambda part=part: put(workshop, part))
            ran = workshop.refresh(at(3, **OURS))
        if opened[0] < step:
            break
        reads += 1
        assert (1, before | part) == (ran.code, workshop.files)
        assert "expected no other hand in the dataset while it is read" in ran.err or ran.outcome == "DAMAGED"
        restore(workshop, before)

    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert 20 < reads


def test_fault_59_a_pull_that_was_half_done_before_the_refresh(workshop, pulled):
    """However much of it had come: DAMAGED and nothing written, or a dataset that is sound in itself."""
    before = workshop.files
    seen = set()
    for count in range(len(pulled) + 1):
        part = dict(sorted(pulled.items())[:count])
        put(workshop, part)
        ran = workshop.refresh(at(3, **OURS))
        seen.add(ran.outcome)
        if ran.code:
            assert (1, "DAMAGED", before | part) == (ran.code, ran.outcome, workshop.files)
        else:
            assert ("CHANGED", 0) == (ran.outcome, workshop.check().code)
        restore(workshop, before)

    assert {"DAMAGED", "CHANGED"} == seen


def git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        **{f"GIT_{who}_{what}": "x@example.test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    return subprocess.run(["git", "-C", root, *words], env=environment, capture_output=True, text=True, check=True)


def test_fault_59_a_real_pull_before_the_decision(workshop, tmp_path, monkeypatch):
    """With git itself: the run steps back, and the next one builds on what came."""
    workshop.refresh(at(1))
    git(workshop.root, "init", "--quiet", "--initial-branch=main")
    (workshop.root / ".gitignore").write_text(".lock\n.staging\n")
    git(workshop.root, "add", ".")
    git(workshop.root, "commit", "--quiet", "--message=first")
    git(tmp_path, "clone", "--quiet", os.fspath(workshop.root), "theirs")
    theirs = Workshop(tmp_path / "theirs", workshop.run, workshop.kept)
    theirs.refresh(at(2, **THEIRS))
    git(theirs.root, "commit", "--quiet", "--all", "--message=second")
    git(theirs.root, "add", ".")
    git(theirs.root, "commit", "--quiet", "--amend", "--no-edit")
    git(workshop.root, "remote", "add", "origin", os.fspath(theirs.root))

    def pull() -> Ran | None:
        git(workshop.root, "pull", "--quiet", "--ff-only", "origin", "main")

    with monkeypatch.context() as patched:
        pulling(patched, workshop.root, 15, pull)
        ran = workshop.refresh(at(3, **THEIRS, **OURS))
    assert 1 == ran.code
    assert "" == git(workshop.root, "status", "--porcelain").stdout
    assert (0, "CHANGED") == ((again := workshop.refresh(at(3, **THEIRS, **OURS))).code, again.outcome)
    assert 0 == workshop.check().code
