"""Which version the data have, asked of a real git repository, and where it is written."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.publish import package as datapackage
from scraper.publish.dataset import Dataset
from scraper.publish.version import Version
from scraper.release import released
from tests.support import shelves
from tests.support.kit import rate
from tests.support.shelves import added, changed, pro
from tests.support.workshop import Ran, tree

PYPROJECT = '[project]\nname = "ratecards"\nversion = "2026.4.27"\n\n[tool.x]\n# version = "0"\n'
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- A command.\n"
NOON = "2026-11-08T12:00:00Z"


class Repository:
    """A dataset in a git repository of its own, with a project around it."""

    def __init__(self, root: Path, run) -> None:
        self.root, self._run = root, run
        self.log = added(pro())
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "CHANGELOG.md").write_text(CHANGELOG)
        self.publish()

    def git(self, *words: str) -> str:
        """Git, without the machine's own settings."""
        who = ("-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    def publish(self, *changes, today: date = date(2026, 11, 8)) -> None:
        """The dataset with these changes more."""
        self.log += changes
        shelves.dataset(self.root, self.log, today)

    def reprice(self, price: str, was: str, day: date, recorded: str = NOON, **more) -> None:
        """The output price moves."""
        old, new = (rate(p, meter="output", model="gemini-2.5-pro") for p in (was, price))
        self.publish(changed("repriced", "gemini-2.5-pro", day, recorded, old=old, new=new, **more))

    def release(self, tag: str) -> None:
        """Commit and tag, as the release workflow does."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", tag)
        self.git("tag", tag)

    def version(self, *words: object) -> Ran:
        """The command."""
        return self._run("version", "--to", self.root, *words)

    def said(self, *words: object) -> dict[str, str]:
        """What the command says."""
        ran = self.version(*words)
        assert (0, "") == (ran.code, ran.err)
        return dict(line.split("=", 1) for line in ran.out.splitlines())

    @property
    def package(self) -> dict:
        return json.loads((self.root / datapackage.PATH).read_text())


@pytest.fixture
def repository(tmp_path, run) -> Repository:
    """Two sources, nothing released."""
    return Repository(tmp_path / "repository", run)


def test_before_the_first_release(repository):
    """The day of the newest observation; a release is due."""
    expected = {"version": "2026.11.1", "due": "true", "reason": "no release yet"}

    assert expected == repository.said()


def test_write(repository):
    """Into the project, the package and the changelog; again is nothing."""
    said = repository.said("--write")

    assert "CHANGELOG.md pyproject.toml" == said["wrote"]
    assert PYPROJECT.replace("2026.4.27", "2026.11.1") == (repository.root / "pyproject.toml").read_text()
    assert "2026.11.1" == repository.package["version"]
    assert (
        "## Unreleased\n\n## 2026.11.1\n\n- A command.\n\nData as of 2026-11-01: 10 rates"
        in (repository.root / "CHANGELOG.md").read_text()
    )
    assert "" == repository.said("--write")["wrote"]


def test_only_looking_writes_nothing(repository):
    """Without the word."""
    before = tree(repository.root)
    repository.said()

    assert before == tree(repository.root)


def test_three_releases(repository):
    """The loop of the release workflow: due, written, tagged, not due; the same day again gets a number."""
    repository.said("--write")
    repository.release("2026.11.1")
    assert {"version": "2026.11.1", "due": "false", "reason": "the data are those of 2026.11.1"} == repository.said()

    repository.reprice("9", "10", date(2026, 11, 8))
    assert ("2026.11.8", "true") == tuple(repository.said("--write")[n] for n in ("version", "due"))
    repository.release("v2026.11.8")

    repository.reprice("8", "9", date(2026, 11, 8), "2026-11-08T18:00:00Z")
    said = repository.said("--write")
    assert ("2026.11.8.1", "true", "the data changed since 2026.11.8") == tuple(
        said[n] for n in ("version", "due", "reason")
    )
    assert "2026.11.8.1" == repository.package["version"] == released.project_version(repository.root)
    log = (repository.root / "CHANGELOG.md").read_text()
    assert ["Unreleased", "2026.11.8.1", "2026.11.8", "2026.11.1"] == re.findall("^## (.*)", log, re.MULTILINE)
    # each entry speaks of what was recorded since the release before it
    assert (1, 1) == (log.count("10.00 -&gt; 9.00 USD"), log.count("9.00 -&gt; 8.00 USD"))
    assert log.index("Since 2026.11.8:") < log.index("9.00 -&gt; 8.00 USD") < log.index("Since 2026.11.1:")
    repository.release("2026.11.8.1")
    assert "false" == repository.said()["due"]


def test_a_correction_of_an_older_day(repository):
    """The newest observation is as old as before; the data are not."""
    repository.reprice("9", "10", date(2026, 11, 8))
    repository.said("--write")
    repository.release("2026.11.8")
    repository.reprice("8", "10", date(2026, 11, 4), "2026-11-09T12:00:00Z", correction=True)

    assert ("2026.11.8.1", "true") == tuple(repository.said("--write")[n] for n in ("version", "due"))
    assert "- 1 correction of earlier readings\n" in (repository.root / "CHANGELOG.md").read_text()


def test_a_look_without_news(repository):
    """Another day verified, in state and status: no release."""
    repository.said("--write")
    repository.release("2026.11.1")
    path = repository.root / "state/google/gemini-api.json"
    path.write_text(path.read_text().replace('"verified": "2026-11-01"', '"verified": "2026-11-05"'))
    repository.version()
    repository._run("rebuild", "--to", repository.root, "--now", "2026-11-08")

    assert "false" == repository.said()["due"]
    assert '"verified": "2026-11-05"' in (repository.root / "ratecards/v1/status.json").read_text()


def test_fault_64_a_version_never_goes_down(repository):
    """A tag of a later day than the data stands: the next number of it, not an older day."""
    repository.release("2027.1.1")
    repository.reprice("9", "10", date(2026, 11, 8))

    assert "2027.1.1.1" == repository.said("--write")["version"]
    assert "2027.1.1.1" == released.project_version(repository.root)


def test_a_run_that_died_between_writing_and_tagging(repository):
    """The same version again."""
    repository.said("--write")
    repository.release("2026.11.1")
    repository.reprice("9", "10", date(2026, 11, 1))
    first = repository.said("--write")

    assert "2026.11.1.1" == first["version"]
    assert ("2026.11.1.1", "") == tuple(repository.said("--write")[n] for n in ("version", "wrote"))


def test_tags_and_package_from_files(repository, tmp_path):
    """For a clone without history: the newest of the names counts, other names do not."""
    (tmp_path / "tags").write_text("demo\n2026.11.1\n2026.4.27\n")
    (tmp_path / "package.json").write_text(json.dumps(repository.package))
    words = ("--tags", tmp_path / "tags", "--released", tmp_path / "package.json")

    assert ("2026.11.1", "false") == tuple(repository.said(*words)[n] for n in ("version", "due"))
    repository.reprice("9", "10", date(2026, 11, 1))
    assert ("2026.11.1.1", "true") == tuple(repository.said(*words)[n] for n in ("version", "due"))


def test_a_dataset_below_the_repository_s_root(tmp_path, run):
    """The package is found in the tag wherever the dataset stands."""
    repository = Repository(tmp_path / "repository", run)
    repository.release("2026.11.1")
    inner = repository.root / "inner"
    shelves.dataset(inner)
    repository.release("2026.11.2")

    assert "2026.11.2" == str(released.released(inner).version)
    assert repository.package["digest"] == released.released(inner).package["digest"]


# ---------------------------------------------------------------------------------------------- refusals


def refused(ran: Ran, *words: str) -> None:
    """Exit 1 with these words, and nothing printed."""
    assert (1, "") == (ran.code, ran.out)
    for word in words:
        assert word in ran.err


def test_no_repository(tmp_path, run):
    """It says what may be named instead."""
    shelves.dataset(tmp_path / "data")
    refused(
        run("version", "--to", tmp_path / "data"), "git tag --list", "not a git repository", "--tags and --released"
    )


def test_no_git(repository, monkeypatch):
    """The program is missing."""
    monkeypatch.setenv("PATH", "")
    refused(repository.version(), "git tag")


def test_a_shallow_clone(repository, tmp_path, run):
    """Without tags it does not know what was released, and says how to get them."""
    repository.release("2026.11.1")
    place = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", "--no-tags", f"file://{repository.root}", place], check=True)
    refused(run("version", "--to", place), "a shallow clone without tags", "git fetch --tags")


def test_a_tag_without_a_package(repository):
    """A tag that is a version and no release of ours is an error, not news."""
    repository.git("commit", "-q", "--allow-empty", "-m", "empty")
    repository.git("tag", "2026.12.1")
    refused(repository.version(), "git show 2026.12.1:./ratecards/v1/datapackage.json")


def test_files_that_are_not_there(repository, tmp_path):
    """Each is named."""
    refused(repository.version("--tags", tmp_path / "none"), f"{tmp_path / 'none'}: expected a text file")
    (tmp_path / "tags").write_text("2026.4.27")
    refused(
        repository.version("--tags", tmp_path / "tags", "--released", tmp_path / "none"),
        f"{tmp_path / 'none'}: expected a text file",
    )
    (tmp_path / "package.json").write_text("{}")
    refused(
        repository.version("--tags", tmp_path / "tags", "--released", tmp_path / "package.json"),
        "not the dataset's data package",
    )


def test_no_package(repository):
    """It is made by a rebuild."""
    (repository.root / datapackage.PATH).unlink()
    refused(repository.version(), "datapackage.json", "rebuild makes it anew")


def test_a_project_of_two_versions(repository):
    """Which is it? Nothing is written."""
    (repository.root / "pyproject.toml").write_text(PYPROJECT + 'version = "2"\n')
    refused(repository.version("--write"), 'expected one line version = "…", saw 2')
    (repository.root / "pyproject.toml").write_text('version = "1.0"\n')
    refused(repository.version(), "expected a calendar version", "'1.0'")


def test_a_dataset_without_a_project(tmp_path, run):
    """It has a version; there is nowhere to write it."""
    shelves.dataset(tmp_path / "data")
    (tmp_path / "tags").write_text("")
    ran = run("version", "--to", tmp_path / "data", "--tags", tmp_path / "tags")
    assert (0, "version=2026.11.1") == (ran.code, ran.out.splitlines()[0])
    assert 1 == run("version", "--to", tmp_path / "data", "--tags", tmp_path / "tags", "--write").code


def test_a_project_without_a_changelog(repository):
    """The version is written all the same."""
    (repository.root / "CHANGELOG.md").unlink()

    assert "pyproject.toml" == repository.said("--write")["wrote"]
    assert not (repository.root / "CHANGELOG.md").exists()


def test_the_project_s_own_version():
    """A calendar version, not above that of the data it goes out with."""
    own = Version.parse(released.project_version(ROOT))

    assert own <= Version.parse(datapackage.current(Dataset(ROOT))["version"])
