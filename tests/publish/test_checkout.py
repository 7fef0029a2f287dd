"""Checkouts on other systems: published files keep their bytes, and ids are names that files can have there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model import MODEL_ID
from scraper import ROOT
from scraper.publish import package
from scraper.publish.v1_files import family
from tests.support.kit import card
from tests.support.workshop import GEMINI, facts, model, tree

REPOSITORY = ROOT


def git(root: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def repository(workshop) -> Path:
    """A dataset in a repository with our attributes."""
    workshop.refresh(facts())
    shutil.copy(REPOSITORY / ".gitattributes", workshop.root)
    git(workshop.root, "init", "-q")
    git(workshop.root, "add", "--all")
    git(workshop.root, "commit", "-q", "-m", "data")
    return workshop.root


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf", "core.autocrlf=input"])
def test_fault_96_a_checkout_with_other_line_ends(repository, workshop, tmp_path, setting):
    """Every published file has its bytes, and the proof holds."""
    copy = tmp_path / "copy"
    git(tmp_path, "-c", setting, "clone", "-q", str(repository), str(copy))
    data = {path: text for path, text in tree(repository).items() if path.startswith(("ratecards/", "state/"))}

    assert len(data) > 20
    assert data == {path: text for path, text in tree(copy).items() if path in data}
    workshop.root = copy
    assert 0 == workshop.check("2026-11-02").code


def test_fault_96_every_published_file_is_named(repository):
    """What a data package, or anything else below the data's folders, may hold."""
    paths = [*tree(repository), *(f"ratecards/v1/{path}" for path in package.RESOURCES)]
    paths += ["ratecards/held/google/x.json", "state/proofs/google/x.json"]
    paths += ["ratecards/discrepancies/x.yaml", f"ratecards/history/{GEMINI}.0002.jsonl"]
    wanted = [path for path in paths if path.startswith(("ratecards/", "state/"))]
    told = git(repository, "check-attr", "text", "--", *wanted).splitlines()

    assert len(wanted) == len(told)
    assert [] == [line for line in told if not line.endswith("text: unset")]


DEVICES = ["con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))]


@given(st.sampled_from(DEVICES), st.sampled_from(["", ".", ".1", ".yaml", ".x.y"]))
def test_fault_96_an_id_that_windows_keeps_for_a_device(name, more):
    """Whatever comes behind a dot: the file of that name is the device."""
    assert not MODEL_ID.match(f"{name}{more}")
    assert MODEL_ID.match(f"{name}-1{more}1")
    assert MODEL_ID.match(f"x{name}")


@given(st.from_regex(MODEL_ID, fullmatch=True))
def test_fault_96_what_is_an_id_is_a_file_name(name):
    """And so is the page of its family."""
    for base in (name, family(card(model=name))):
        assert base.partition(".")[0] not in DEVICES
        assert not base.endswith(".")
        assert not set(base) & set('<>:"/\\|?* ')


@pytest.mark.parametrize("name", ["nul", "con.1", "gemini-9."])
def test_fault_96_such_a_model_is_a_problem_of_its_section(workshop, name):
    """It is not published; the rest of the page is."""
    workshop.refresh(facts())
    ran = workshop.refresh(
        facts("2026-11-02T06:17:00Z", gemini_1=model("Gemini 1", "$1.20"), **{name: model("Gemini 9")})
    )

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert not [path for path in tree(workshop.root) if name in path.split("/")[-1].rsplit(".", 1)[0].split("-")]
    assert "1.2" in {r.get("price") for r in workshop.published("rates.json")["rates"]}
