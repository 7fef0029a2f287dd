"""A model whose page announces its end: said first, marked or left out where models are compared, listed by its day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import ratecards
from ratecards.__main__ import main
from ratecards.dataset import Dataset
from scraper.publish.v1_files import files
from scraper.site import build, gather
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 10, 5)
NOTICE = (
    "Warning: Slow Image (flash-2) is deprecated and will be shut down on October 2, 2026; migrate to Gemini 3.1 Flash "
    "Image or Gemini 3.1 Flash Lite Image to avoid service disruption."
)
GONE = "Warning: Gone is deprecated and will be shut down June 1, 2026. Migrate to a newer model."
SUCCESSOR = "Gemini 3.1 Flash Image or Gemini 3.1 Flash Lite Image"
Run = Callable[..., str]


def sold(model: str, price: str, **values):
    """A card of a model with a price for what goes in and one for what comes out."""
    return card(model, rate(model, price=price), rate(model, "output", price), **values)


def status(root: Path, verified: str, limit: int = 3, source: str = "google/gemini-api") -> None:
    """Say when a source was last looked at."""
    (root / "v1").mkdir(exist_ok=True)
    entry = {"verified": verified, "stale_after_days": limit}
    (root / "v1" / "status.json").write_text(json.dumps({"version": 1, "sources": {source: entry}}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Gone went as announced; flash-2 is still listed after its day; flash-3 is listed without a price; flash-4 goes on."""
    quiet = card(
        "flash-3",
        rate("flash-3", price=None, quote="Not available (shut down)"),
        notices=(NOTICE.replace("(flash-2) ", ""),),
    )
    announced = change("2026-08-27", "card_changed", "flash-2", card=card("flash-2", notices=(NOTICE,)))
    write(
        tmp_path,
        *added("2026-04-01", sold("flash-1", "0.1", notices=(GONE,)), sold("flash-2", "0.2"), sold("flash-4", "1")),
        change("2026-06-05", "model_removed", "flash-1"),
        announced,
        *added("2026-08-27", quiet),
    )
    status(tmp_path, "2026-10-04")
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the dataset and give what it printed."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RATECARDS_DATASET", str(root))

    def command(*argv: str, status: int = 0) -> str:
        assert status == main(argv, today=TODAY)
        return capsys.readouterr().out

    return command


TEXT = ("--input-tokens", "1000000", "--output-tokens", "0")


def test_fault_102_cost_says_it_first(run: Run):
    """As the first line, as the first field, and as data."""
    text, found = run("cost", "flash-2", *TEXT), json.loads(run("cost", "flash-2", *TEXT, "--format", "json"))
    asked = ratecards.cost("flash-2", {"input_tokens": 1}, "2026-10-05")

    first = f"flash-2 is PAST ITS ANNOUNCED SHUTDOWN of 2026-10-02; in its place {SUCCESSOR}: '{NOTICE}'"
    assert first == " ".join(text.partition("\n\n")[0].split())
    assert [("shutdown", "2026-10-02"), ("successor", SUCCESSOR)] == list(found.items())[:2]
    assert (date(2026, 10, 2), SUCCESSOR) == asked.shutdown[:2]
    assert "**flash-2 is PAST ITS ANNOUNCED SHUTDOWN of 2026-10-02" in run(
        "cost", "flash-2", *TEXT, "--format", "markdown"
    )
    assert "shutdown" not in json.loads(run("cost", "flash-4", *TEXT, "--format", "json"))


def test_fault_102_the_day_asked_for_decides(run: Run):
    """Before its day the end is to come; before it was announced nothing is said."""
    assert run("cost", "flash-2", *TEXT, "--on", "2026-10-01").startswith("flash-2 is to be shut down on 2026-10-02")
    assert run("cost", "flash-2", *TEXT, "--on", "2026-08-26").startswith("flash-2, standard tier")
    assert run("savings", "flash-2", *TEXT).startswith("flash-2 is PAST ITS ANNOUNCED SHUTDOWN")
    assert run("budget", "flash-2", *TEXT).startswith("flash-2 is PAST ITS ANNOUNCED SHUTDOWN")


def test_a_cost_that_is_asked_for_again_says_it_too(root: Path):
    """Whatever is remembered of how usages are priced."""
    own = Dataset(root)
    costs = [ratecards.cost("flash-2", {"input_tokens": n}, "2026-10-05", dataset=own) for n in (5, 5, 7)]

    assert costs[0] == costs[1]
    assert [date(2026, 10, 2)] * 3 == [found.shutdown.day for found in costs]


def marks(run: Run, *argv: str) -> dict[str, str]:
    """By model of `compare text`, its mark."""
    rows = json.loads(run("compare", "text", *TEXT, *argv, "--format", "json"))
    return {row["model"]: row["mark"] for row in rows}


def test_fault_102_compare_leaves_out_or_marks(run: Run):
    """What the newest edition no longer prices is left out; what it still lists is marked; `--on` decides."""
    assert {"flash-4": "", "flash-2": "past its announced shutdown, still listed"} == marks(run)
    assert {"flash-4": "", "flash-2": ""} == marks(run, "--on", "2026-10-01")
    assert {"flash-4": "", "flash-2": "", "flash-1": ""} == marks(run, "--on", "2026-05-31")
    assert "past its announced shutdown, still listed" in run("compare", "text", *TEXT)


def test_fault_102_nobody_looked_since(root: Path, run: Run):
    """Then nobody knows whether it is still listed."""
    status(root, "2026-09-30")

    assert "past its announced shutdown, not looked at since" == marks(run)["flash-2"]


def test_fault_102_savings_say_it(run: Run):
    """In return for a cheaper model."""
    rows = json.loads(run("savings", "flash-4", *TEXT, "--format", "json"))

    assert {"flash-2": "another model: compare what it makes; past its announced shutdown, still listed"} == {
        row["model"]: row["in_return"] for row in rows if row["lever"] == "model"
    }


def test_models_have_the_day(run: Run):
    """With what the page names in their place."""
    rows = json.loads(run("models", "--format", "json"))

    ends = {"flash-4": ("", ""), "flash-3": ("2026-10-02", SUCCESSOR), "flash-2": ("2026-10-02", SUCCESSOR)}
    assert ends == {row["model"]: (row["shutdown"], row["successor"]) for row in rows}
    assert "2026-10-02" in next(line for line in run("models").splitlines() if "flash-2" in line)


def test_upcoming_lists_the_day(run: Run):
    """Among the steps, for people and programs; not from the day on."""
    line = "2026-06-01  flash-1  shut down  in 1 day"
    assert line == run("upcoming", "--on", "2026-05-31").splitlines()[0]
    (row,) = json.loads(run("upcoming", "--on", "2026-05-31", "--format", "json"))
    assert ("shutdown", "2026-06-01", "flash-1", 1, GONE, "") == tuple(
        row[name] for name in ("kind", "on", "model", "in_days", "quote", "successor")
    )
    assert f"flash-2  shut down; in its place {SUCCESSOR}  in 1 day" in run("upcoming", "--on", "2026-10-01")
    assert run("upcoming").startswith("Nothing is announced for after 2026-10-05.")


def test_the_published_list(root: Path):
    """After the day of the run; without a successor where none is named."""
    cards = Dataset(root).cards(date(2026, 5, 31))
    listed = json.loads(files(cards, [], {}, date(2026, 5, 31))["upcoming.json"])["shutdowns"]

    end = {"on": "2026-06-01", "provider": "google", "source": "gemini-api", "model": "flash-1", "quote": GONE}
    assert [{**end, "observed": "2026-04-01"}] == listed
    assert [] == json.loads(files(cards, [], {}, date(2026, 6, 1))["upcoming.json"])["shutdowns"]


def test_the_site_and_its_calendar(tmp_path: Path, root: Path):
    """Marked on its pages, an event on its day, recorded when it was first announced; no days are counted."""
    found = build(gather(Dataset(root), tmp_path / "none", date(2026, 9, 1)))
    page, coming = found["models/google/flash-2.html"].decode(), found["coming.html"].decode()
    event = found["feeds/coming.ics"].decode().replace("\r\n ", "")

    assert "shutdown announced for 2026-10-02" in page
    assert "shutdown announced for 2026-10-02" in found["index.html"].decode()
    assert f"shut down; in its place {SUCCESSOR}" in coming
    assert "DTSTART;VALUE=DATE:20261002" in event and "SUMMARY:flash-2 shut down\\; in its place" in event
    assert "DTSTAMP:20260827T120000Z" in event
    assert '"shutdown": "2026-10-02"' in found["data.js"].decode().replace('":"', '": "')
