"""The tests of the reader alone, without the workshop and what it runs on: `python -m tests.reader`, as pytest.

They are those that import nothing of `scraper`, themselves or by a helper, so that they run wherever the reader does: on
every system and Python, with no more than `requirements-reader.txt` installed.
"""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What `requirements-reader.txt` does not bring.
ELSEWHERE = {"scraper", "duckdb", "pandas", "httpx", "bs4", "lxml", "hatchling", "jsonschema", "rich", "bench"}
# They take long, or run what a document shows with the whole of the project.
LEFT_OUT = ("captures", "docs", "drill", "end_to_end")


def files() -> list[Path]:
    """The files of these tests."""
    found = (path for path in (ROOT / "tests").rglob("test_*.py") if path.parent.name not in LEFT_OUT)
    return sorted(path for path in found if not ELSEWHERE & needs(path))


@cache
def needs(path: Path) -> frozenset[str]:
    """The packages that a file imports, also by the helpers among the tests."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            helper = ROOT / f"{name.replace('.', '/')}.py"
            found |= needs(helper) if name.startswith("tests.") and helper.is_file() else {name.partition(".")[0]}
    return frozenset(found)


class Configured:
    """What `tests/conftest.py` sets up, which imports the workshop."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """The marker that pytest-cov has, the same examples every time, and a cache of our own."""
        from hypothesis import settings  # pytest wants to see it first

        config.addinivalue_line("markers", "no_cover: as pytest-cov has it")
        settings.register_profile("steady", max_examples=40, deadline=None, derandomize=True, database=None)
        settings.load_profile("steady")
        os.environ["RATECARDS_CACHE"] = str(ROOT / ".pytest_cache" / "ratecards")


if __name__ == "__main__":
    sys.exit(pytest.main(["--noconftest", *sys.argv[1:], *map(str, files())], plugins=[Configured()]))
