"""Runs that meet, come twice, not at all, or with a wrong clock."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.cli import run as commands
from scraper.fetch.all_sources import check_clock
from scraper.fetch.capture import Capture
from scraper.fetch.client import Page
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import locked
from scraper.publish.verify import findings
from tests.soak import doubts
from tests.support.workshop import GEMINI, Ran, Site, Workshop, facts, model, tree

REPOSITORY = ROOT
DEMO = REPOSITORY / "examples" / "demo" / "replay"


# ---------------------------------------------------------------------------------------------- at once


def refresh_demo(root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "scraper", "refresh", GEMINI, "--replay", DEMO, "--to", root]
    return subprocess.Popen(command, cwd=REPOSITORY, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_fault_59_processes_at_once(tmp_path):
    """Three begin together over one empty place: one works, the others refuse; it is as if it had been alone."""
    runs = [refresh_demo(tmp_path / "shared") for _ in range(3)]
    said = [(run.communicate()[1], run.returncode) for run in runs]
    alone = refresh_demo(tmp_path / "alone")
    alone.communicate()

    codes = Counter(code for _, code in said)
    assert 0 == alone.returncode
    assert 1 <= codes[0]
    assert {0, 1} >= codes.keys()
    assert {True} == {"another refresh is writing here" in words for words, code in said if code == 1} | {True}
    assert tree(tmp_path / "alone") == tree(tmp_path / "shared")
    assert [] == findings(Dataset(tmp_path / "shared"), datetime(2026, 11, 20, tzinfo=UTC).date())


def test_fault_59_a_lock_outlives_no_process(workshop):
    """A run that is killed while it holds the place leaves the file, not the lock."""
    workshop.refresh(at(1))
    script = f"import os, pathlib\nfrom scraper.publish.transaction import locked\nwith locked(pathlib.Path({str(workshop.root)!r})):\n    os.kill(os.getpid(), 9)"
    killed = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=False)

    assert -9 == killed.returncode
    assert (workshop.root / ".lock").exists()
    assert (0, "CHANGED") == ((ran := workshop.refresh(at(2, "$1.20"))).code, ran.outcome)


def test_fault_59_a_replay_waits_for_no_one(workshop):
    """Several editions in one run are one holder of the place: between two of them nobody gets in."""
    workshop.refresh(at(1))
    with locked(workshop.root):
        ran = workshop.refresh(at(2, "$1.20"), at(3, "$1.30"))

    assert (1, True) == (ran.code, "another refresh is writing here" in ran.err)


# ---------------------------------------------------------------------------------------------- twice, or not at all


def at(day: int, price: str = "$1.00", **more: dict | None) -> dict:
    moment = datetime(2026, 11, 1, 6, tzinfo=UTC) + timedelta(days=day - 1)
    return facts(f"{moment:%Y-%m-%dT%H:%M:%SZ}", gemini_1=model("Gemini 1", price), **more)


def test_fault_60_a_run_that_comes_twice(workshop):
    """Of ten runs over two editions each twice, two write what changed; a second one leaves every byte."""
    workshop.refresh(at(1))
    workshop.refresh(at(2, "$1.20"))
    before = workshop.files
    outcomes = [workshop.refresh(at(2, "$1.20")).outcome for _ in range(3)]

    assert (["UNCHANGED"] * 3, before) == (outcomes, workshop.files)


def test_fault_60_days_without_a_run(workshop):
    """A month missed: what changed is of the day that it was seen on, and nothing is told of the days between."""
    workshop.refresh(at(1))
    ran = workshop.refresh(at(31, "$1.20"))

    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert [("repriced", "2026-12-01")] == [(c["kind"], c["observed"]) for c in workshop.history[6:]]
    assert 0 == workshop.check("2026-12-02").code


# ---------------------------------------------------------------------------------------------- clocks


def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """What this machine takes for now."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return now

    monkeypatch.setattr(commands, "datetime", Clock)


TRUE = datetime(2026, 11, 10, 6, tzinfo=UTC)
OFF = {"a year ahead": timedelta(days=365), "a year behind": timedelta(days=-365), "two days": timedelta(days=2)}


@pytest.mark.parametrize("off", OFF.values(), ids=OFF)
@pytest.mark.parametrize("before", [True, False], ids=["known source", "first run"])
def test_fault_60_a_clock_that_is_wrong(workshop, site, monkeypatch, off, before):
    """NOT_FETCHED, with both times; nothing is dated by it, and when it is right again all goes on."""
    site.date = format_datetime(TRUE, usegmt=True)
    site.shows(at(1))
    if before:
        clock(monkeypatch, TRUE)
        assert "NEW" == workshop.live().outcome
    data = workshop.data
    site.shows(at(2, "$1.20"), tag="2")
    clock(monkeypatch, TRUE + off)
    ran = workshop.live()

    assert (3, "NOT_FETCHED", data) == (ran.code, ran.outcome, workshop.data)
    assert (
        f"fetched at {TRUE + off:%Y-%m-%dT%H:%M:%SZ} by the clock here, 2026-11-10T06:00:00Z by the server's" in ran.out
    )
    clock(monkeypatch, TRUE + timedelta(hours=20))
    assert ("CHANGED" if before else "NEW") == workshop.live().outcome
    assert {"2026-11-10", "2026-11-11"} >= {c["observed"] for c in workshop.history}
    assert [] == doubts(workshop.root, TRUE.date())


@pytest.mark.parametrize("seconds", [0, 1, 86399, 86400])
def test_fault_60_midnight_and_zones(workshop, site, monkeypatch, seconds):
    """Up to a day's difference is no wrong clock: a run just before midnight asks a server just after it."""
    site.date = format_datetime(TRUE.replace(hour=0), usegmt=True)
    site.shows(at(1))
    clock(monkeypatch, TRUE.replace(hour=0) - timedelta(seconds=seconds))

    assert "NEW" == workshop.live().outcome


DATES = {
    "none": "",
    "no date": "soon",
    "without a zone": "Tue, 10 Nov 2026 06:00:00 -0000",
    "right": "Tue, 10 Nov 2026 06:00:00 GMT",
}


@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_fault_60_what_a_server_says_of_the_time(date):
    """Only a date can say that ours is wrong."""
    edition = Capture(TRUE, {"html": Page("https://a.example/", "", 200, {"date": date} if date else {}, b"x", TRUE)})
    check_clock(edition)

    assert (["html"], {}) == (list(edition.pages), edition.failed)


def test_fault_60_given_times_are_not_doubted(workshop, site):
    """`--now` is the clock that a person wants, whatever the server thinks."""
    site.date = format_datetime(TRUE, usegmt=True)
    site.shows(at(1))

    assert "NEW" == workshop.live("--now", "2026-11-04T06:00:00Z").outcome


def test_fault_60_a_last_look_in_the_future(workshop):
    """A dataset that was dated by a wrong clock all the same: SUSPECT, with both times, until a person looks."""
    workshop.refresh(at(366))
    data = workshop.data
    ran: Ran = workshop.refresh(at(2, "$1.20"), words=("--now", "2026-11-02T06:00:00Z"))

    assert data == workshop.data
    assert "older than the last one read" in ran.out


def test_fault_60_the_shop_and_the_site(workshop: Workshop, site: Site, tmp_path):
    """Fetched or replayed, an edition is of the same instant."""
    site.shows(at(1))
    workshop.live("--now", "2026-11-01T06:00:00Z", "--keep", tmp_path / "kept")
    before = workshop.files
    shutil.rmtree(workshop.root)
    workshop.run("refresh", GEMINI, "--replay", tmp_path / "kept", "--to", workshop.root)

    assert before == workshop.files
