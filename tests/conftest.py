"""Fixtures of the whole suite, and the markers that a test has by the folder it stands in."""

from __future__ import annotations

import functools
import gc
import itertools
import os
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings
from pytest_httpserver import HTTPServer

import ratecards
from scraper import __main__ as command_line
from scraper.cli import decisions
from scraper.cli import run as commands
from scraper.fetch import all_sources
from scraper.fetch.client import Limits, fetch
from scraper.sources import Source, gemini_api
from tests.support import tiny
from tests.support.forge import Forge
from tests.support.workshop import ACME, KINDS, SMALL, Ran, Site, Workshop, local, read_once

# The same examples every time, here and on a runner; `--hypothesis-profile=search` looks for others, and for more.
settings.register_profile("steady", max_examples=40, deadline=None, derandomize=True, database=None)
settings.register_profile("search", max_examples=400, deadline=None)
settings.load_profile("steady")

# jsonschema would compile the grammar of international addresses 38 times; no schema of ours asks for a format.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
# Compiled once, by whatever the machine does elsewhere: tests start hundreds of processes.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What is collected stays to the end: nobody need look through it for garbage.
gc.disable()

# The folders whose tests take long: `make test` leaves them out, `make test-all` runs them.
SLOW = ("captures", "drill", "end_to_end", "engines")


@pytest.fixture(scope="session", autouse=True)
def made_once() -> None:
    """The database of the repository's own dataset, for the processes that tests start, too."""
    os.environ["RATECARDS_CACHE"] = str(Path(__file__).parents[1] / ".pytest_cache" / "ratecards")
    assert ratecards.load().sources


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of such a folder is marked with its name, and as slow."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in SLOW:
            item.add_marker(folder)
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """From here on there is garbage again."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def run(capsys, monkeypatch) -> Callable[..., Ran]:
    """Calls the command line as a user does. What is written need not outlive a power cut."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)

    def call(*words: object) -> Ran:
        capsys.readouterr()
        code = command_line.main([str(word) for word in words])
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture
def small(monkeypatch) -> None:
    """Pages of a few tables pass for the page."""
    monkeypatch.setattr(gemini_api, "load_terms", lambda: SMALL)
    monkeypatch.setattr(gemini_api, "read", read_once)


@pytest.fixture
def workshop(tmp_path, run, small) -> Workshop:
    """An empty dataset for small pages."""
    return Workshop(tmp_path / "data", run, (tmp_path / f"kept-{n}" for n in itertools.count()))


@pytest.fixture
def site(httpserver: HTTPServer, monkeypatch) -> Site:
    """The pricing page, served on 127.0.0.1; retries do not wait."""
    found = Site()
    dated = BaseHTTPRequestHandler.date_time_string
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *now: found.date or dated(*now))
    for kind in KINDS:
        httpserver.expect_request(f"/{kind}").respond_with_handler(functools.partial(found.answer, kind))
    monkeypatch.setattr(gemini_api, "urls", lambda: {kind: httpserver.url_for(f"/{kind}") for kind in KINDS})
    limits = Limits(total_seconds=10, read_seconds=5, connect_seconds=5, max_bytes=2_000_000, attempts=3)
    monkeypatch.setattr(all_sources, "fetch", functools.partial(fetch, policy=local, limits=limits))
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    return found


@pytest.fixture
def acme(monkeypatch) -> Source:
    """A second source, registered."""
    monkeypatch.setitem(sys.modules, "scraper.sources.tiny", tiny)
    both = (Source("google", "gemini-api"), ACME)
    monkeypatch.setattr("scraper.sources.SOURCES", both)
    monkeypatch.setattr(commands, "SOURCES", both)
    monkeypatch.setattr(decisions, "SOURCES", both)
    return ACME


@pytest.fixture
def forge(httpserver: HTTPServer) -> Forge:
    """A GitHub of our own."""
    return Forge().serve(httpserver)
