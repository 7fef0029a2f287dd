"""What a job without a token reads, and another one pushes: the same as in one, and nothing but data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.automation import branch, pull_requests
from scraper.automation.git import Git, GitError
from scraper.errors import DatasetError
from scraper.pipeline import fetch_only
from scraper.report import run_report
from scraper.sources import find
from tests.end_to_end.test_gitpublish import DEARER, TARGET, alone, applying, bare, day, quick
from tests.support import runfacts
from tests.support.forge import Forge
from tests.support.gitrepo import clone, log, shown
from tests.support.workshop import GEMINI

__all__ = ["alone", "applying", "bare"]
FACTS = run_report.RunReport()
RATES = "ratecards/v1/rates.csv"


@pytest.fixture
def reading(bare, tmp_path, applying) -> Callable[..., Path]:
    """What the reading job keeps of an edition."""

    def make(edition: dict, *, apart: bool = False) -> Path:
        number = len(list(tmp_path.glob("prepared-*")))
        git, folder = clone(bare, tmp_path / f"r{number}"), tmp_path / f"prepared-{number}"
        branch.prepare(git, TARGET, applying(edition), [GEMINI], folder, apart=apart)
        return folder

    return make


def push(bare: Path, to: Path, folder: Path) -> branch.Published:
    return branch.publish(clone(bare, to), TARGET, branch.prepared(folder), branch.prepared_sources(folder), **quick)


def test_what_is_handed_over_is_what_one_job_publishes(bare, tmp_path, applying, reading):
    """Two editions: the same commits, words and files; nothing is pushed by who reads."""
    folder = reading(day(1))
    assert 1 == len(log(bare))
    done = push(bare, tmp_path / "p1", folder)
    assert (True, True, [GEMINI]) == (done.changed, done.data, branch.prepared_sources(folder))
    push(bare, tmp_path / "p2", reading(day(2, **DEARER)))
    other = tmp_path / "other.git"
    Git(bare)("clone", "--bare", "--quiet", str(bare), str(other))
    Git(other)("update-ref", "refs/heads/main", "main~2")
    for number, edition in enumerate((day(1), day(2, **DEARER))):
        branch.publish(clone(other, tmp_path / f"o{number}"), TARGET, applying(edition), **quick)

    assert log(other) == log(bare)
    assert Git(other)("rev-parse", "main^{tree}") == Git(bare)("rev-parse", "main^{tree}")


def test_nothing_new_is_no_commit(bare, tmp_path, reading):
    """An empty patch is one, too."""
    push(bare, tmp_path / "p1", reading(day(1)))
    before = log(bare)

    assert not push(bare, tmp_path / "p2", reading(day(1))).changed
    assert before == log(bare)


def test_a_pull_request_for_each_source(bare, tmp_path, reading, httpserver):
    """Prepared apart, on what is published of the others; its body is the table."""
    forge = Forge().serve(httpserver)
    push(bare, tmp_path / "p1", reading(day(1)))
    folder = reading(day(2, **DEARER), apart=True)
    _, made = pull_requests.propose(
        clone(bare, tmp_path / "p2"),
        TARGET,
        branch.prepared(folder),
        branch.prepared_sources(folder),
        forge.client,
        **quick,
    )
    assert [("opened", 1)] == [(p.done, p.number) for p in made]
    assert "google/gemini-api: 1 price changed" == forge.pulls[1]["title"]
    assert "2.2," in shown(bare, RATES, f"ratecards/{GEMINI}")
    assert "2.2," not in shown(bare, RATES)


def test_data_that_moved_meanwhile(bare, tmp_path, reading):
    """It is read anew next time; code that moved is no matter."""
    folder = reading(day(1))
    from tests.support.gitrepo import save

    git = clone(bare, tmp_path / "code")
    (git.root / "scraper.txt").write_text("x")
    save(git, "code")
    assert push(bare, tmp_path / "p1", folder).changed
    with pytest.raises(DatasetError, match="the data moved since the pages were read"):
        push(bare, tmp_path / "p2", folder)


def staged(git: Git, path: str, mode: str = "100644", text: str = "x\n") -> None:
    blob = git("hash-object", "-w", "--stdin", stdin=text)
    git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("ratecards/api.py", "100644"),
        ("scraper/fetch/client.py", "100644"),
        (".github/workflows/refresh.yml", "100644"),
        ("ratecards/v1/rates.csv", "100755"),
        ("ratecards/v1/rates.csv", "120000"),
        ("ratecards/v1/x.sh", "100644"),
        ("Makefile", "100644"),
        ("state/x.py", "100644"),
        (".gitattributes", "100644"),
        ("ratecards/held/../../x.json/a.json", "100644"),
    ],
)
def test_whatever_is_no_data_is_refused(bare, tmp_path, reading, path, mode):
    """Code, links, what can be run: who reads pages may be fooled, and must not get it pushed."""
    folder = reading(day(1))
    git = clone(bare, tmp_path / "evil")
    patch = next(folder.glob("*.patch"))
    try:
        staged(git, path, mode)
    except GitError:
        pytest.skip("git itself refuses such a path")
    git("diff", "--cached", "--binary", "--full-index", f"--output={patch}", "HEAD")

    with pytest.raises(DatasetError, match=r"refused: it touches .*, which is no data"):
        push(bare, tmp_path / "p", folder)
    assert 1 == len(log(bare))


@pytest.mark.parametrize(
    ("text", "fine"), [('version = "2026.11.2"', True), ('requires = ["evil"]', False), ("", True)]
)
def test_of_the_project_only_its_version(bare, tmp_path, reading, text, fine):
    """What builds the package is code."""
    from tests.support.gitrepo import save

    git = clone(bare, tmp_path / "c")
    (git.root / "pyproject.toml").write_text('[project]\nversion = "2026.11.1"\nname = "x"\n')
    save(git, "project")
    folder = reading(day(1))
    git = clone(bare, tmp_path / "evil")
    (git.root / "pyproject.toml").write_text(f'[project]\n{text}\nname = "x"\n')
    git("diff", "--binary", "--full-index", f"--output={next(folder.glob('*.patch'))}", "HEAD")
    if fine and text:
        assert push(bare, tmp_path / "p", folder).changed
    elif not fine:
        with pytest.raises(DatasetError, match=r"pyproject\.toml: .* is no version"):
            push(bare, tmp_path / "p", folder)


@pytest.mark.parametrize("text", ["{", "[]", '{"facts": {"version": 99}, "names": []}', '{"facts": {"version": 1}}'])
def test_what_is_not_prepared_is_refused(tmp_path, text):
    """Nothing there, or something else."""
    with pytest.raises(DatasetError, match="expected what was prepared, saw nothing"):
        branch.prepared_sources(tmp_path)
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DatasetError, match="expected what was prepared"):
        branch.prepared_sources(tmp_path)


def test_by_the_command(bare, tmp_path, run, monkeypatch, capsys):
    """`publish-git --prepare`, then `--prepared`: the first pushes nothing, the second reads nothing."""
    from tests.support.workshop import keep

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    seen = []
    monkeypatch.setattr(branch, "replaying", lambda folder, **_: lambda root, names: seen.append(names) or FACTS)
    keep(tmp_path / "looks", day(1))
    one, two = clone(bare, tmp_path / "one"), clone(bare, tmp_path / "two")
    report, kept = tmp_path / "report.json", tmp_path / "kept"
    words = ("--report", report, "--repo")
    first = run("publish-git", "--replay", tmp_path / "looks", "--prepare", kept, *words, one.root)
    second = run("publish-git", "--prepared", kept, *words, two.root)

    assert (0, "prepared 0 files\n") == (first.code, first.out)
    assert (0, "nothing to publish\n") == (second.code, second.out)
    assert [[GEMINI]] == seen
    assert json.loads(report.read_text())["version"] == FACTS.version


def test_fault_92_what_a_job_hands_over_is_of_its_own_source(tmp_path):
    """Of an artifact its own source's folder is taken; what it holds of others is not."""
    for name, other in ((GEMINI, "google/vertex-ai"), ("google/vertex-ai", GEMINI)):
        source = find(name)
        artifact = tmp_path / f"look-{source.provider}-{source.source}"
        for inside in (name, other):
            place = artifact / inside
            place.mkdir(parents=True)
            (place / "2026-11-01T06-00-00Z.look.json").write_text(
                json.dumps({"failed": {}, "not_read": {}, "skipped": name})
            )
    from datetime import UTC, datetime

    from scraper.fetch.capture import replay

    found = fetch_only.fill_missing(tmp_path, [GEMINI, "google/vertex-ai", "openai/openai-api"], datetime.now(UTC))
    assert [GEMINI, "google/vertex-ai", "openai/openai-api"] == found
    assert [GEMINI, "google/vertex-ai"] == [replay(tmp_path, find(name))[0].skipped for name in found[:2]]


def test_who_did_not_change_is_prepared_first(bare, tmp_path):
    """The state of the others on what is published, each change on top of that: as they are pushed."""
    seen = []

    def apply(root: Path, names) -> dict:
        base = (root / "state/a.json").read_text() if (root / "state/a.json").exists() else ""
        seen.append((list(names), base))
        (root / "state").mkdir(exist_ok=True)
        for name in names:
            (root / f"state/{name}.json").write_text("read")
        changes = {"b": [runfacts.change()]}
        return runfacts.run(*(runfacts.source("CHANGED", *changes.get(n, ()), name=n) for n in names))

    branch.prepare(clone(bare, tmp_path / "r"), TARGET, apply, ["a", "b"], tmp_path / "kept", apart=True)

    assert [(["a", "b"], ""), (["a"], ""), (["b"], "read")] == seen
    assert ["a", "b"] == branch.prepared_sources(tmp_path / "kept")
    assert 3 == len(list((tmp_path / "kept").glob("*.patch")))
