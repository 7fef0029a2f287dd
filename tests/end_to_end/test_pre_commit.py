"""The hook for pre-commit, installed and run by pre-commit itself from this checkout."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scraper import ROOT
from tests.automation.test_action import CONFIG, RIGHT


def git(folder: Path, *words: str) -> str:
    """A git command in a folder."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed")
def test_the_hook_fails_a_commit_with_a_wrong_price(tmp_path: Path) -> None:
    """Of files whose names speak of prices, all of them in one run; others are not looked at."""
    hooks, mine = tmp_path / "hooks", tmp_path / "mine"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(hooks))
    for name in (".pre-commit-hooks.yaml", "pyproject.toml"):
        (hooks / name).write_bytes((ROOT / name).read_bytes())
    git(hooks, "add", "--all")
    git(hooks, "commit", "--quiet", "--allow-empty", "--message", "as it stands")
    mine.mkdir()
    git(mine, "init", "--quiet")
    (mine / "prices.json").write_text(RIGHT)
    (mine / "my-prices.yaml").write_text(CONFIG)
    (mine / "other.json").write_text("{")
    hook = "{id: audit-prices, args: [--on, '2026-10-07']}"
    (mine / ".pre-commit-config.yaml").write_text(
        f"repos: [{{repo: '{hooks}', rev: {git(hooks, 'rev-parse', 'HEAD')}, hooks: [{hook}]}}]\n"
    )
    git(mine, "add", "--all")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    home = {**kept, "PRE_COMMIT_HOME": str(tmp_path / "home"), "RATECARDS_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "pre_commit"]

    ready = subprocess.run([*command, "install-hooks"], cwd=mine, env=home, capture_output=True, text=True, check=False)
    if ready.returncode and re.search(r"No matching distribution|Failed to establish|Temporary failure", ready.stdout):
        pytest.skip("pip could not install what building the package needs: there may be no network")
    ran = subprocess.run([*command, "run"], cwd=mine, env=home, capture_output=True, text=True, check=False)

    assert 1 == ran.returncode, ready.stdout + ran.stdout
    assert "my-prices.yaml (litellm-proxy)" in ran.stdout
    assert "prices.json (litellm)" in ran.stdout
    assert "wrong: 1" in ran.stdout

    (mine / "my-prices.yaml").write_text(CONFIG.replace("0.00000015", "0.0000003"))
    ran = subprocess.run(
        [*command, "run", "--all-files"], cwd=mine, env=home, capture_output=True, text=True, check=False
    )
    assert 0 == ran.returncode, ran.stdout
