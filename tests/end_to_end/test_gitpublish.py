"""Publishing to a real bare repository on disk: races, kills, branches that people touched."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.automation import branch, pull_requests
from scraper.automation.branch import Target
from scraper.automation.git import Git, GitError
from scraper.errors import DatasetError
from scraper.report import run_report
from tests.support.forge import _json as answer
from tests.support.gitrepo import bare_repository, clone, log, no_settings, save, shown
from tests.support.workshop import GEMINI, facts, keep, model

TARGET = Target()
HERE = ROOT


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No setting of this machine's git has a say."""
    no_settings(monkeypatch, tmp_path)


@pytest.fixture
def bare(tmp_path) -> Path:
    """A bare repository."""
    return bare_repository(tmp_path)


@pytest.fixture
def applying(run, small, tmp_path):
    """Applies editions to a checkout as `publish-git` does, in this process; calls `meanwhile` first, if there is one."""

    def make(*editions: dict, meanwhile=None, **bodies: bytes | None):
        folder = tmp_path / f"looks-{len(list(tmp_path.glob('looks-*')))}"
        for edition in editions:
            keep(folder, edition, **bodies)
        script = list(meanwhile or ())

        def apply(tree: Path, names) -> run_report.RunReport:
            if script:
                script.pop(0)()
            report = tmp_path / "applied.json"
            words = ("--replay", folder, "--at-once", "--report", report)
            assert run("refresh", *(names or [GEMINI]), *words, "--to", tree).code in (0, 3, 4, 5)
            assert 0 == run("check", "--to", tree, "--now", "2026-11-20").code
            return run_report.load(report)

        return apply

    return make


def day(number: int, **models) -> dict:
    """The edition of a day in November."""
    return facts(f"2026-11-{number:02}T06:17:00Z", **models)


DEARER = {"gemini_2": model("Gemini 2", "$2.20", "$2.50")}
quick = {"wait": lambda _: None}


def test_the_first_run_is_committed_and_pushed(bare, tmp_path, applying):
    """The commit is on the remote's main, by us, and says what is new."""
    done = branch.publish(clone(bare, tmp_path / "c"), TARGET, applying(day(1)), **quick)
    assert (True, True) == (done.changed, done.data)
    assert ["Data: first look at google/gemini-api", "Begin"] == log(bare)
    assert done.commit == Git(bare)("rev-parse", "main")
    assert "ratecards" == Git(bare)("log", "-1", "--format=%an", "main")
    assert "gemini-1" in shown(bare, "ratecards/v1/rates.csv")


def test_the_clone_itself_is_not_touched(bare, tmp_path, applying):
    """Neither its files nor its branch move, and no worktree is left behind."""
    git = clone(bare, tmp_path / "c")
    (git.root / "own.txt").write_text("unsaved")
    branch.publish(git, TARGET, applying(day(1)), **quick)
    assert [".gitignore", "own.txt"] == sorted(p.name for p in git.root.iterdir() if p.name != ".git")
    assert (1, "Begin") == (len(git("worktree", "list").splitlines()), git("log", "-1", "--format=%s"))


def test_no_change_is_no_commit(bare, tmp_path, applying):
    """The same look twice."""
    for _ in range(2):
        done = branch.publish(clone(bare, tmp_path / f"c{_}"), TARGET, applying(day(1)), **quick)
    assert (False, False, ()) == (done.changed, done.data, done.paths)
    assert 2 == len(log(bare))


def test_a_commit_of_state_alone_is_no_data(bare, tmp_path, applying):
    """A page that is as it was moves the day of the last look, and that is not a release."""
    for number in (1, 2):
        done = branch.publish(clone(bare, tmp_path / f"c{number}"), TARGET, applying(day(number)), **quick)
    assert (True, False) == (done.changed, done.data)
    assert "State: no price changed" == log(bare)[0]


def test_fault_59_a_race_is_applied_anew_and_nothing_is_lost(bare, tmp_path, applying):
    """Another publisher pushes between our reading of main and our push: both results stand, in order."""
    git, other = clone(bare, tmp_path / "c1"), clone(bare, tmp_path / "c2")
    first = applying(day(1))
    race = applying(day(2, **DEARER), meanwhile=[lambda: branch.publish(other, TARGET, first, **quick)])
    done = branch.publish(git, TARGET, race, **quick)
    assert ["Data: 1 price changed", "Data: first look at google/gemini-api", "Begin"] == log(bare)
    assert ["repriced"] == [c["kind"] for c in done.facts.sources[0].changes]


def test_fault_59_a_persons_push_is_kept(bare, tmp_path, applying):
    """A commit that a person pushed meanwhile is below ours, with its file."""
    person = clone(bare, tmp_path / "p")

    def push() -> None:
        (person.root / "NOTES").write_text("mine\n")
        save(person, "A note")

    branch.publish(clone(bare, tmp_path / "c"), TARGET, applying(day(1), meanwhile=[push]), **quick)
    assert ["Data: first look at google/gemini-api", "A note", "Begin"] == log(bare)
    assert "mine" == shown(bare, "NOTES")


def test_fault_59_a_newer_look_of_another_run_is_not_undone(bare, tmp_path, applying):
    """A run that was overtaken applies an older look to newer data: nothing is published of it."""
    branch.publish(clone(bare, tmp_path / "a"), TARGET, applying(day(1)), **quick)
    branch.publish(clone(bare, tmp_path / "b"), TARGET, applying(day(3, **DEARER)), **quick)
    done = branch.publish(clone(bare, tmp_path / "c"), TARGET, applying(day(2)), **quick)
    assert (False, 3) == (done.changed, len(log(bare)))


def test_a_race_that_never_ends_is_given_up(bare, tmp_path, applying):
    """After five times the next run has its turn; main is as the others left it."""
    person = clone(bare, tmp_path / "p")

    def push() -> None:
        (person.root / "NOTES").write_text(f"{len(log(bare))}\n")
        save(person, "A note")

    apply = applying(day(1), meanwhile=[push] * 9)
    with pytest.raises(GitError, match="others pushed 5 times meanwhile"):
        branch.publish(clone(bare, tmp_path / "c"), TARGET, apply, **quick)
    assert [*["A note"] * 5, "Begin"] == log(bare)


class KilledError(BaseException):
    """As SIGKILL, but that this process goes on."""


def test_a_kill_between_commit_and_push_publishes_nothing(bare, tmp_path, applying, monkeypatch):
    """The next run on the same clone does it all anew, as if the first had never been."""
    git = clone(bare, tmp_path / "c")
    with monkeypatch.context() as patch:
        patch.setattr(branch, "pushed", lambda *_: (_ for _ in ()).throw(KilledError))
        with pytest.raises(KilledError):
            branch.publish(git, TARGET, applying(day(1)), **quick)
    assert ["Begin"] == log(bare)
    branch.publish(git, TARGET, applying(day(1)), **quick)
    assert ["Data: first look at google/gemini-api", "Begin"] == log(bare)


def test_a_process_that_is_killed_before_its_push_publishes_nothing(bare, tmp_path):
    """A real SIGKILL, from a hook of the remote's side that runs while the push is under way."""
    git = clone(bare, tmp_path / "c")
    program = (
        "import os, signal, sys; from pathlib import Path; from scraper.automation import branch; from scraper.automation.git import Git\n"
        "from scraper.report.run_report import RunReport\n"
        "def apply(tree, names):\n"
        "    (tree / 'state').mkdir(); (tree / 'state' / 'x.json').write_text('{}')\n"
        "    return RunReport(at='2026-11-01T06:17:00Z')\n"
        "def killed(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "if sys.argv[2] == 'kill': branch.pushed = killed\n"
        "branch.publish(Git(Path(sys.argv[1])), branch.Target(), apply)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(HERE), "TMPDIR": str(tmp_path)}
    for mode, code, commits in (("kill", -9, 1), ("go", 0, 2)):
        ran = subprocess.run([sys.executable, "-c", program, str(git.root), mode], env=environ, check=False)
        assert (code, commits) == (ran.returncode, len(log(bare)))


def test_an_answer_lost_on_the_way_is_no_second_push(bare, tmp_path, applying, monkeypatch):
    """The push arrived although git ended with an error: the remote tells."""
    real = Git.__call__

    def lossy(self, *words, **more):
        answer = real(self, *words, **more)
        if words[0] == "push":
            raise GitError("the remote end hung up")
        return answer

    git = clone(bare, tmp_path / "c")
    monkeypatch.setattr(Git, "__call__", lossy)
    done = branch.publish(git, TARGET, applying(day(1)), **quick)
    monkeypatch.undo()
    assert (done.commit, 2) == (Git(bare)("rev-parse", "main"), len(log(bare)))


def test_a_refused_push_is_an_error_with_the_remotes_words(bare, tmp_path, applying):
    """A protected branch: not tried for ever, never forced, and a colon pair of the remote's is no command."""
    hook = bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho '::error::main is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitError, match="main is protected") as refused:
        branch.publish(clone(bare, tmp_path / "c"), TARGET, applying(day(1)), **quick)
    assert (["Begin"], False) == (log(bare), str(refused.value).startswith("::"))


def test_without_the_branch_there_is_nothing_to_publish_to(bare, tmp_path, applying):
    """A misspelt branch is not created."""
    with pytest.raises(GitError, match="expected a branch trunk, saw none"):
        branch.publish(clone(bare, tmp_path / "c"), Target(branch="trunk"), applying(day(1)), **quick)


def test_a_shallow_clone_is_enough(bare, tmp_path, applying):
    """As the checkout action makes it."""
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", bare.as_uri(), str(shallow)], check=True)
    branch.publish(Git(shallow), TARGET, applying(day(1)), **quick)
    branch.publish(Git(shallow), TARGET, applying(day(2, **DEARER)), **quick)
    assert ["Data: 1 price changed", "Data: first look at google/gemini-api", "Begin"] == log(bare)


def test_hooks_and_signing_of_the_clone_have_no_say(bare, tmp_path, applying):
    """What somebody set up for their own commits does not stop ours."""
    git = clone(bare, tmp_path / "c")
    git("config", "commit.gpgSign", "true")
    hook = git.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert branch.publish(git, TARGET, applying(day(1)), **quick).changed


def test_what_fails_its_check_is_not_published(bare, tmp_path, monkeypatch):
    """The command that applies ends with an error, and main is as it was."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    folder = tmp_path / "looks"
    keep(folder, day(1))
    (folder / GEMINI / "2026-11-01T06-17-00Z.look.json").write_text("[]")
    with pytest.raises(DatasetError, match="`check` ended with 1, nothing was published"):
        branch.publish(clone(bare, tmp_path / "c"), TARGET, branch.replaying(folder), [GEMINI], **quick)
    assert ["Begin"] == log(bare)


# ------------------------------------------------------------------------------------- pull requests


BRANCH = f"ratecards/{GEMINI}"


@pytest.fixture
def proposing(bare, tmp_path, applying, forge):
    """Proposes an edition, each time from a fresh clone, where the first day is published already."""
    branch.publish(clone(bare, tmp_path / "c0"), TARGET, applying(day(1)), **quick)

    def call(edition: dict, client=forge, **bodies):
        git = clone(bare, tmp_path / f"c{len(list(tmp_path.glob('c*')))}")
        return pull_requests.propose(
            git, TARGET, applying(edition, **bodies), [GEMINI], client and forge.client, **quick
        )

    return call


def test_a_change_is_a_pull_request_whose_body_is_the_table(proposing, bare, forge):
    """Main is as it was; the branch holds one commit of ours; the body has both prices, the ratio and the quote."""
    _, made = proposing(day(2, **DEARER))
    assert [("opened", 1)] == [(p.done, p.number) for p in made]
    assert (2, 3) == (len(log(bare)), len(log(bare, BRANCH)))
    pull = forge.pulls[1]
    assert (BRANCH, "main", "google/gemini-api: 1 price changed") == (pull["head"], pull["base"], pull["title"])
    assert (
        r"| input \(standard\) | **2\.00 -&gt; 2.20 USD per 1M tokens \(x1.10\)** | \$2.20 |"
        in pull["body"].splitlines()
    )


def test_an_unmerged_pull_request_is_renewed_and_not_doubled(proposing, bare, forge):
    """Its body tells everything since what is published, its branch is one commit on today's main."""
    proposing(day(2, **DEARER))
    _, made = proposing(day(3, **DEARER, gemini_3=model("Gemini 3", "$3.30", "$3.50")))
    assert ([("renewed", 1)], 1) == ([(p.done, p.number) for p in made], len(forge.pulls))
    assert "google/gemini-api: 2 prices changed" == forge.pulls[1]["title"]
    assert ["Data: 2 prices changed", *log(bare)] == log(bare, BRANCH)


def test_a_pull_request_that_is_merged_makes_room_for_the_next(proposing, bare, forge, tmp_path):
    """After the merge the same page is no change, and the next change is the only one in its body."""
    proposing(day(2, **DEARER))
    Git(bare)("update-ref", "refs/heads/main", BRANCH)
    forge.pulls[1]["state"] = "closed"
    _, made = proposing(day(3, **DEARER, gemini_3=model("Gemini 3", "$3.30", "$3.50")))
    assert [("opened", 2)] == [(p.done, p.number) for p in made]
    assert "google/gemini-api: 1 price changed" == forge.pulls[2]["title"]


def test_what_the_page_takes_back_is_closed(proposing, bare, forge):
    """With a word, and the branch is gone; the state of the look is published."""
    proposing(day(2, **DEARER))
    done, made = proposing(day(3))
    assert ([("closed", 1)], "closed") == ([(p.done, p.number) for p in made], forge.pulls[1]["state"])
    assert [(1, "The page says again what is published. Nothing is left to change.")] == forge.comments
    assert ("main", True) == (Git(bare)("for-each-ref", "--format=%(refname:short)", "refs/heads"), done.changed)


def test_a_page_that_cannot_be_read_closes_nothing(proposing, forge):
    """The pull request stands for as long as nobody knows better."""
    proposing(day(2, **DEARER))
    done, made = proposing(day(3), html=b"<html><title>Sign in</title></html>", twin=None)
    assert ([], "open") == (made, forge.pulls[1]["state"])
    assert "NOT_READ" == done.facts.sources[0].outcome


def test_the_same_look_twice_changes_nothing(proposing, bare, forge):
    """Neither the branch nor the body; GitHub is asked once and told nothing."""
    proposing(day(2, **DEARER))
    before, asked = Git(bare)("rev-parse", BRANCH), len(forge.asked)
    _, made = proposing(day(2, **DEARER))
    assert ([("same", 1)], before) == ([(p.done, p.number) for p in made], Git(bare)("rev-parse", BRANCH))
    assert ["GET /pulls"] == forge.asked[asked:]


def test_a_persons_commit_on_the_branch_is_not_replaced(proposing, bare, tmp_path):
    """The run says whose it is, and leaves it."""
    proposing(day(2, **DEARER))
    person = clone(bare, tmp_path / "p")
    person("checkout", "--quiet", "--detach", f"origin/{BRANCH}")
    (person.root / "NOTES").write_text("mine\n")
    save(person, "A note", branch=BRANCH)
    _, (failed,) = proposing(day(3, **DEARER, gemini_3=model("Gemini 3", "$3.30", "$3.50")))
    words = "the branch ends in a commit by person@example.test: merge or delete it; it was left as it is"
    assert ("failed", words) == (failed.done, failed.problem)
    assert [f"{GEMINI}: {BRANCH} failed: {words}"] == pull_requests.lines([failed])
    assert "A note" == log(bare, BRANCH)[0]


def test_two_publishers_on_one_branch(proposing, bare, tmp_path, applying, forge):
    """The slower one sees that the branch moved, and applies its look anew."""
    proposing(day(2, **DEARER))
    edition = day(3, gemini_2=model("Gemini 2", "$2.40", "$2.50"))
    slow = applying(
        edition, meanwhile=[lambda: None, lambda: proposing(day(2, gemini_2=model("Gemini 2", "$2.30", "$2.50")))]
    )
    pull_requests.propose(clone(bare, tmp_path / "slow"), TARGET, slow, [GEMINI], forge.client, **quick)
    assert (1, "Data: 1 price changed") == (len(forge.pulls), log(bare, BRANCH)[0])
    assert r"**2\.00 -&gt; 2.40 USD per 1M tokens \(x1.20\)**" in forge.pulls[1]["body"]


def test_without_github_there_is_still_a_branch(proposing, bare):
    """On a plain git remote."""
    _, made = proposing(day(2, **DEARER), client=None)
    assert [("renewed", 0)] == [(p.done, p.number) for p in made]
    assert [f"{GEMINI}: {BRANCH} renewed"] == pull_requests.lines(made)
    assert "Data: 1 price changed" == log(bare, BRANCH)[0]


def test_where_actions_may_not_open_pull_requests_the_setting_is_named(proposing, forge):
    """GitHub's own words alone do not help."""
    forge.answers["POST /pulls"] = [answer({"message": "GitHub Actions is not permitted to create pull requests"}, 403)]
    _, (failed,) = proposing(day(2, **DEARER))
    assert (
        "403 GitHub Actions is not permitted to create pull requests; allow it under Settings, Actions"
        in failed.problem
    )


def test_a_body_that_somebody_saved_in_a_browser_is_the_same(proposing, forge):
    """Other line ends, no last one."""
    proposing(day(2, **DEARER))
    forge.pulls[1]["body"] = forge.pulls[1]["body"].strip().replace("\n", "\r\n")
    _, made = proposing(day(2, **DEARER))
    assert [("same", 1)] == [(p.done, p.number) for p in made]


# ------------------------------------------------------------------------------------------ corners


def test_git_that_is_not_there_is_an_error(tmp_path, monkeypatch):
    """Not a traceback."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git status: expected an answer, saw FileNotFoundError"):
        Git(tmp_path)("status")


def test_a_password_in_a_remotes_address_is_not_printed(tmp_path, bare):
    """Git repeats the address in its words."""
    git = clone(bare, tmp_path / "c")
    git("remote", "set-url", "origin", "https://me:secret@127.0.0.1:9/x.git")
    with pytest.raises(GitError) as refused:
        git.tip("origin", "main")
    assert "secret" not in str(refused.value)


def test_waiting_grows_and_is_never_the_same(monkeypatch):
    """Two publishers that wait the same would meet again."""
    waited: list[float] = []
    monkeypatch.setattr(branch.time, "sleep", waited.append)
    for attempt in (0, 1, 9):
        branch.pause(attempt)
    assert [True, True, True] == [low <= w <= low + 2 for low, w in zip((1, 2, 30), waited, strict=True)]


def test_a_damaged_source_does_not_stop_the_others(tmp_path, monkeypatch):
    """Its verdict has exit 1, as a crash has; the report tells them apart."""
    report = tmp_path / "r.json"
    for text, refused in (('{"exit": 1}', False), ('{"exit": 0}', True), ("", True)):
        report.unlink(missing_ok=True)
        if text:
            report.write_text(text)
        monkeypatch.setattr(branch.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1))
        if refused:
            with pytest.raises(DatasetError, match="`refresh` ended with 1"):
                branch._command(tmp_path, (0,), "refresh", report=report)
        else:
            branch._command(tmp_path, (0,), "refresh", report=report)


def test_a_run_that_writes_nothing_at_all_is_no_commit(bare, tmp_path):
    """Not even the folders of data are there."""
    done = branch.publish(clone(bare, tmp_path / "c"), TARGET, lambda *_: run_report.RunReport(), **quick)
    assert (False, ["Begin"]) == (done.changed, log(bare))


PACKAGE = "ratecards/v1/datapackage.json"


@pytest.mark.parametrize(
    ("before", "after", "data"),
    [
        ({"digest": "1", "n": 1}, {"digest": "1", "n": 2}, False),
        ({"digest": "1"}, {"digest": "2"}, True),
        (None, {"digest": "1"}, True),
    ],
    ids=["another day of the same", "other data", "none before"],
)
def test_what_is_data_is_told_by_the_digest_that_versions_go_by(bare, tmp_path, before, after, data):
    """A file below `ratecards` may move with every look; a release is due for other data alone."""

    def apply(tree, _):
        (tree / "ratecards" / "v1").mkdir(parents=True, exist_ok=True)
        if packages[0] is not None:
            (tree / PACKAGE).write_text(json.dumps(packages[0]))
        (tree / "ratecards" / "x.yaml").write_text(str(len(packages)))
        return run_report.RunReport(at="2026-11-01T06:17:00Z")

    packages = [before, after]
    branch.publish(clone(bare, tmp_path / "a"), TARGET, apply, **quick)
    packages.pop(0)
    done = branch.publish(clone(bare, tmp_path / "b"), TARGET, apply, **quick)
    assert (True, data) == (done.changed, done.data)
    assert f"{'Data' if data else 'State'}: no price changed" == log(bare)[0]


def test_a_data_package_without_a_digest_is_an_error(bare, tmp_path):
    """Nobody could tell what to release."""

    def apply(tree, _):
        (tree / "ratecards" / "v1").mkdir(parents=True)
        (tree / PACKAGE).write_text("[]")
        return run_report.RunReport()

    with pytest.raises(DatasetError, match=r"datapackage\.json: expected its digest, saw TypeError"):
        branch.publish(clone(bare, tmp_path / "a"), TARGET, apply, **quick)


def test_the_version_is_written_where_data_changed(tmp_path, monkeypatch):
    """And not for a look that only moved the state."""
    called = []
    monkeypatch.setattr(branch, "_command", lambda tree, fine, name, *words, **_: called.append((name, *words[:1])))
    for files, expected in (
        (["state/a.json"], []),
        (["state/a.json", "ratecards/v1/rates.json"], [("version", "--write")]),
    ):
        called.clear()
        monkeypatch.setattr(branch.run_report, "load", lambda _, files=files: run_report.RunReport(files=files))
        branch.replaying(tmp_path, versioned=True)(tmp_path, [])
        assert ["refresh", *[name for name, _ in expected], "check"] == [name for name, *_ in called]
        assert expected == called[1:-1]


def test_what_reads_pages_has_no_token(tmp_path, monkeypatch):
    """The process that parses does not inherit what publishes."""
    seen = {}
    monkeypatch.setenv("GITHUB_TOKEN", "secret")

    def run(*_, env, **__):
        seen.update(env)
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(branch.subprocess, "run", run)
    branch._command(tmp_path, (0,), "check")
    assert ("GITHUB_TOKEN" in seen, "PATH" in seen) == (False, True)


def test_a_branch_that_others_keep_pushing_to_is_given_up(proposing, bare, tmp_path, applying, forge, monkeypatch):
    """After five times, as for main."""
    monkeypatch.setattr(pull_requests, "pushed", lambda *_: False)
    _, (failed,) = proposing(day(2, **DEARER))
    assert "others pushed 5 times meanwhile" in failed.problem


def test_a_change_that_is_merged_in_this_very_moment_is_no_proposal(proposing, bare, tmp_path, applying, forge):
    """Between the rehearsal and the proposal somebody published the same."""
    plain = applying(day(2, **DEARER))
    other = clone(bare, tmp_path / "other")
    calls = itertools.count(1)

    def apply(tree, names):
        found = plain(tree, names)
        if next(calls) == 1:
            branch.publish(other, TARGET, plain, **quick)
        return found

    _, made = pull_requests.propose(clone(bare, tmp_path / "late"), TARGET, apply, [GEMINI], forge.client, **quick)
    assert ([("same", 0)], {}) == ([(p.done, p.number) for p in made], forge.pulls)


def test_another_refusal_of_a_pull_request_is_told_as_it_is(proposing, forge):
    """Without a word on settings."""
    forge.answers["POST /pulls"] = [answer({"message": "Validation Failed"}, 422)]
    _, (failed,) = proposing(day(2, **DEARER))
    assert failed.problem.endswith("422 Validation Failed")


def test_what_is_taken_back_without_github_is_a_branch_less(proposing, bare):
    """On a plain git remote."""
    proposing(day(2, **DEARER), client=None)
    _, made = proposing(day(3), client=None)
    assert [("closed", 0)] == [(p.done, p.number) for p in made]


def test_an_unchanged_page_without_a_proposal_is_state_alone(proposing, forge):
    """There is nothing to close, and GitHub is not asked."""
    done, made = proposing(day(2))
    assert ([], [], True, False) == (made, forge.asked, done.changed, done.data)
