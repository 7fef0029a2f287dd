"""The Action at the root, its script run as a runner runs it: in somebody's repository, with the files that GitHub gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from scraper import ROOT

ACTION: dict[str, Any] = yaml.load((ROOT / "action.yml").read_text("utf-8"), Loader=yaml.BaseLoader)
CONFIG = """model_list:
  - model_name: flash
    litellm_params:
      model: gemini/gemini-2.5-flash
      input_cost_per_token: 0.00000015
      output_cost_per_token: 0.0000025
"""
RIGHT = '{"gemini/gemini-2.5-flash": {"input_cost_per_token": 3e-07}}'


class Ran(NamedTuple):
    """What a use of the Action left: its status, its log, and the files of the runner."""

    status: int
    log: str
    summary: str
    outputs: dict[str, str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Somebody's repository, with a module by the name of one that the Action needs."""
    root = tmp_path / "a repository"
    (root / "prices").mkdir(parents=True)
    (root / "litellm.yaml").write_text(CONFIG)
    (root / "prices" / "right.json").write_text(RIGHT)
    (root / "broken.json").write_text("{")
    (root / "json.py").write_text("raise SystemExit('not this one')")
    return root


def used(repository: Path, **inputs: str) -> Ran:
    """The Action used with inputs: those of its steps that are scripts, one after the other."""
    runner = repository.parent / "runner"
    runner.mkdir(exist_ok=True)
    values = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in {"python": sys.executable, **inputs}.items()}
    given = {"GITHUB_ACTION_PATH": ROOT, "RUNNER_TEMP": runner, "GITHUB_WORKSPACE": repository}
    files = {name: runner / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    base = {"PATH": os.environ["PATH"], "HOME": str(runner), **{n: str(p) for n, p in {**given, **files}.items()}}
    for step in ACTION["runs"]["steps"]:
        own = {n: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: values[m[1]], v) for n, v in step["env"].items()}
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=repository,
            env={**base, **own},
            capture_output=True,
            text=True,
            check=False,
        )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Ran(ran.returncode, ran.stdout + ran.stderr, files["GITHUB_STEP_SUMMARY"].read_text(), outputs)


def test_a_wrong_price_fails_at_its_line(repository: Path) -> None:
    """As an annotation, in the summary, and as SARIF."""
    ran = used(repository, file="litellm.yaml\nprices/right.json\n", on="2026-10-07", sarif="audit.sarif")

    assert (1, {"status": "1"}) == (ran.status, ran.outputs), ran.log
    (error,) = (line for line in ran.log.splitlines() if line.startswith("::error"))
    assert error.startswith("::error file=litellm.yaml,line=5,title=wrong-price::gemini/gemini-2.5-flash input_cost")
    assert "0.30 per 1M tokens" in error
    assert ["**litellm.yaml", "**prices/right.json"] == re.findall(r"\*\*[\w./]+", ran.summary)
    log = json.loads((repository / "audit.sarif").read_text())
    assert [1, 0] == [len(run["results"]) for run in log["runs"]]


def test_a_right_file_passes(repository: Path) -> None:
    """And of one source alone, where that is asked for."""
    ran = used(repository, file="prices", on="2026-10-07", source="gemini-api", fail_on="unknown,unread")

    assert (0, {"status": "0"}) == (ran.status, ran.outputs), ran.log
    assert "::error" not in ran.log
    assert "1 prices judged, 1 right" in ran.summary


def test_what_is_not_judged_is_no_pass(repository: Path) -> None:
    """A file that cannot be read, one that is not there, an option that is none, and cards that are too old."""
    for inputs, status, words in (
        ({"file": "broken.json"}, 2, "broken.json:1:2: not JSON"),
        ({"file": "--help"}, 2, "--help: expected a file that can be read"),
        ({"file": "\n"}, 2, "file"),
        ({"file": "prices", "fail_on": "weather"}, 2, "weather"),
        ({"file": "prices", "on": "2036-10-07", "stale": "error"}, 6, "STALE"),
    ):
        ran = used(repository, **inputs)
        assert (status, str(status), True) == (ran.status, ran.outputs["status"], words in ran.log), ran.log
        assert "::error::the price file was not judged" in ran.log
        assert not ran.summary


def test_its_words_are_those_of_the_program() -> None:
    """No expression stands in a script, and each input is used."""
    scripts = "".join(step["run"] for step in ACTION["runs"]["steps"])
    uses = re.findall(r"inputs\.([\w-]+)", str(ACTION["runs"]))

    assert "${{" not in scripts
    assert sorted(ACTION["inputs"]) == sorted(uses)


def test_the_document_uses_what_there_is() -> None:
    """The inputs of the Action and the hook by their names."""
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "audit.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (workflow, config), hooks = (
        map(yaml.safe_load, blocks),
        yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()),
    )

    assert set() < set(workflow["steps"][1]["with"]) <= set(ACTION["inputs"])
    assert [hook["id"] for hook in hooks] == [hook["id"] for repo in config["repos"] for hook in repo["hooks"]]
