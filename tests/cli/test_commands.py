"""The command line: what is printed where, in which form, and with which exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ratecards.model import COLUMNS
from scraper import ROOT
from scraper import __main__ as command_line
from scraper.cli import pages as pagecommands
from scraper.cli import run as commands
from scraper.errors import DatasetError, FetchFailed, LayoutChanged
from scraper.fetch.capture import Capture
from scraper.fetch.client import Page
from scraper.sources import SOURCES, Source
from tests.support import tiny
from tests.support.workshop import ACME, GEMINI, Ran, facts, model, pages

# what is not buffered cannot wait to be flushed
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
DEMO = ROOT / "examples" / "demo" / "replay" / GEMINI / "2026-11-15T06-17-00Z.html"


@pytest.fixture
def read(run, small, tmp_path):
    """Runs `read` on a page saved under some name."""

    def call(body: dict | bytes, *words: str, name: str = "saved page", source: str = GEMINI) -> Ran:
        (tmp_path / name).write_bytes(body if isinstance(body, bytes) else pages(body)["html"])
        return run("read", source, tmp_path / name, *words)

    return call


def with_row(*row: str) -> dict:
    """The small edition, with one more row in the second model."""
    found = model("Gemini 2", "$2.00", "$2.50")
    found["tabs"]["Standard"].append(list(row))
    return facts(gemini_2=found)


UNKNOWN = with_row("Haptic price", "Free of charge", "$0.10")
TWO_PRICES = with_row("Input price", "Free of charge", "$7.00")
OUTSIDE = {**facts(), "intro": "From $5 a month."}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# ----------------------------------------------------------------------------------------------- read


def test_a_page_as_a_table(read):
    """A line per rate on stdout, the sum on stderr."""
    ran = read(facts())
    assert (0, 24) == (ran.code, len(ran.out.splitlines()))
    assert f"{'gemini-1':36} standard input: 1 USD per 1M tokens" in ran.out.splitlines()
    expected = "READ: 24 rates of 6 models; amounts on the page: 12 (12 in cells, 0 in footnotes), read: 12\n"
    assert expected == ran.err


def test_a_page_as_csv(read):
    """Exactly the columns of the rate table, in their order."""
    header = (
        "provider,source,model,service_tier,plan,meter,modality,unit,resolution,quality,prompt_over,prompt_up_to,used_over,"
        "used_up_to,period,context,basis,availability,price,currency,effective_from,effective_until,quote,locator,"
        "reading"
    )
    ran = read(facts(), "--format", "csv")
    assert header == ran.out.splitlines()[0] == ",".join(COLUMNS)
    assert ("gemini-1", "paid", "input", "1", "USD", "$1.00") == tuple(
        rows(ran.out)[0][name] for name in ("model", "plan", "meter", "price", "currency", "quote")
    )


def test_a_page_as_json(read):
    """Amounts are strings; empty fields are left out."""
    found = json.loads(read(facts(), "--format", "json").out)
    assert (24, "1", "1000000 tokens") == (len(found), found[0]["price"], found[0]["unit"])
    assert "modality" not in found[0]


@pytest.mark.parametrize("kind", ["html", "md.txt"])
@pytest.mark.parametrize("name", ["page.bin", "2026-11-01.html", "2026-11-01.md.txt", "x.json"])
def test_a_page_is_recognised_by_its_content(read, kind, name):
    """Whatever its name."""
    ran = read(pages(facts())[kind], "--format", "csv", name=name)
    assert (0, 24) == (ran.code, len(rows(ran.out)))


def test_both_representations_give_the_same_csv(read):
    """Places included, where headings and anchors agree."""
    html, twin = (read(body, "--format", "csv").out for body in pages(facts()).values())
    assert html == twin


@pytest.mark.parametrize(
    ("body", "code", "published", "words"),
    [
        (facts(), 0, 24, "READ: 24 rates of 6 models"),
        (UNKNOWN, 4, 20, "PARTLY_READ: 20 rates of 5 models"),
        (TWO_PRICES, 4, 20, "PARTLY_READ: 20 rates of 5 models"),
        (OUTSIDE, 5, 0, "SUSPECT: 0 rates of 0 models"),
        (
            facts(**{f"gemini_{n}": None for n in range(1, 6)}, gemini_6=model("Gemini 6", ids=[])),
            4,
            0,
            "NOT_READ: 0 rates",
        ),
    ],
    ids=["whole", "unknown label", "two prices", "money outside", "too little"],
)
def test_the_verdict_is_the_exit_status(read, body, code, published, words):
    """Only what would be published is printed on stdout; problems go to stderr."""
    ran = read(body, "--format", "csv")
    assert (code, published) == (ran.code, len(rows(ran.out)))
    assert words in ran.err.splitlines()[-1]


def test_problems_are_told_with_their_place(read):
    """One a line, on stderr."""
    assert "gemini-2 / Standard: unknown row label 'Haptic price'" in read(UNKNOWN).err.splitlines()
    assert any(line.startswith("SUSPECT: money outside any section") for line in read(OUTSIDE).err.splitlines())


def test_what_is_not_the_page_is_not_read(read):
    """Exit 4, nothing on stdout, the reason on stderr."""
    ran = read(b"<!doctype html><html><title>Just a moment...</title></html>")
    assert (4, "") == (ran.code, ran.out)
    assert ran.err.startswith("NOT_READ ")
    assert "challenge page" in ran.err


def test_bytes_that_are_no_text_are_not_read(read):
    """No traceback."""
    ran = read(b"<html>\xff</html>")
    assert (4, "", True) == (ran.code, ran.out, "text in utf-8" in ran.err)


def test_all_marks_held_rows_in_csv(read):
    """One more column, empty for what would be published; also where nothing is held."""
    found = rows(read(UNKNOWN, "--all", "--format", "csv").out)
    assert [*COLUMNS, "held"] == list(found[0])
    assert ({("gemini-2", "PARTLY_READ")}, 20) == (
        {(r["model"], r["held"]) for r in found if r["held"]},
        sum(not r["held"] for r in found),
    )
    assert {""} == {r["held"] for r in rows(read(facts(), "--all", "--format", "csv").out)}


def test_all_marks_held_rows_in_json(read):
    """A field of their own."""
    found = json.loads(read(UNKNOWN, "--all", "--format", "json").out)
    assert {("gemini-2", "PARTLY_READ")} == {(r["model"], r["held"]) for r in found if "held" in r}
    assert 20 == sum("held" not in r for r in found)


def test_all_marks_held_rows_in_the_table(read):
    """With a word in front."""
    out = read(UNKNOWN, "--all").out.splitlines()
    assert {"gemini-2"} == {line.split()[1] for line in out if line.startswith("HELD ")}
    assert 20 == sum(not line.startswith("HELD ") for line in out)


def test_all_of_a_suspect_page_is_held(read):
    """Every row, the ones of its sound sections too."""
    found = rows(read(OUTSIDE, "--all", "--format", "csv").out)
    assert (24, {"SUSPECT"}) == (len(found), {r["held"] for r in found})


def test_words_of_a_page_cannot_command_a_terminal_or_a_workflow(read, acme):
    """Control characters and `::` at a line's start are defused, in every line of a message."""
    evil = tiny.page(
        {"m-1": {"input": "1"}}, notes=["first\n::set-output name=x::y\n\x1b[2J"], suspicions=["::error::"]
    )
    err = read(evil, source="tiny").err
    assert not [line for line in err.splitlines() if line.startswith("::")]
    assert "\x1b" not in err
    assert "set-output" in err


# ---------------------------------------------------------------------------------------------- usage


def test_an_unknown_source_is_a_usage_error(run, tmp_path):
    """Exit 2, naming those there are, for each command that takes one."""
    for words in (["refresh", "nope"], ["read", "nope", tmp_path], ["doctor", "nope"], ["backfill", "nope", tmp_path]):
        ran = run(*words)
        assert (2, "") == (ran.code, ran.out)
        assert f"{words[0]}: no source 'nope'; there are: " in ran.err
        assert all(source.name in ran.err for source in SOURCES)


@pytest.mark.parametrize("command", ["read", "doctor", "backfill"])
def test_a_missing_file_is_a_finding(run, tmp_path, command):
    """Exit 1 with a clear line."""
    ran = run(command, GEMINI, tmp_path / "nothing.html")
    assert (1, "", f"{command}: {tmp_path}/nothing.html: no such file\n") == (ran.code, ran.out, ran.err)


def test_a_folder_is_no_page(run, tmp_path):
    """Said as plainly."""
    assert (1, True) == ((ran := run("read", GEMINI, tmp_path)).code, "expected a file, saw a folder" in ran.err)


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    """What the system says is passed on."""
    path = tmp_path / "page"
    path.write_text("x")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(DatasetError, match=r"page: expected a file that can be read, saw: .*Permission denied"):
        pagecommands.load_any(path, Source("google", "gemini-api"), datetime(2026, 11, 1, tzinfo=UTC))


def test_a_folder_without_editions(run, tmp_path):
    """Exit 1, with the layout that was expected."""
    ran = run("refresh", GEMINI, "--replay", tmp_path, "--to", tmp_path / "data")
    assert (1, f"refresh: {tmp_path}: expected <provider>/<source>/<ISO time>.<ext> of a source, saw none\n") == (
        ran.code,
        ran.err,
    )


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["read", GEMINI],
        ["read", GEMINI, "x", "--format", "xml"],
        ["refresh", "--now", "noon"],
        ["refresh", "--replay", "x", "--keep", "y"],
        ["backfill", GEMINI],
    ],
)
def test_words_that_make_no_command(capsys, words):
    """argparse: exit 2, usage on stderr."""
    with pytest.raises(SystemExit) as caught:
        command_line.main(words)
    assert (2, True) == (caught.value.code, "usage: " in capsys.readouterr().err)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T06:00:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T06:00:00+02:00", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_an_instant_is_utc(text, expected):
    """Days and instants, of whatever zone."""
    now = command_line.parser().parse_args(["check", "--now", text]).now
    assert (expected, UTC) == (now, now.tzinfo)


@pytest.mark.parametrize("command", ["accept", "explain"])
def test_a_decision_on_nothing_is_a_usage_error(run, tmp_path, command):
    """Exit 2, naming the discrepancy that there is not."""
    ran = run(command, "x1", "--because", "it is", "--to", tmp_path)
    assert (2, "", f"{command}: no open discrepancy 'x1'\n") == (ran.code, ran.out, ran.err)


def test_a_crash_is_not_a_usage_error(monkeypatch):
    """A KeyError of our own is no unknown source."""

    def broken(options: object) -> int:
        raise KeyError("a bug")

    monkeypatch.setattr(commands, "sources", broken)
    with pytest.raises(KeyError):
        command_line.main(["sources"])


def test_sources(run, acme):
    """Names and addresses, for people and for programs."""
    assert f"{ACME.name}\n  https://acme.example/prices.json\n  https://acme.example/prices.txt\n" in run("sources").out
    found = json.loads(run("sources", "--json").out)
    expected = {"name": "acme/tiny", "provider": "acme", "source": "tiny", "urls": tiny.urls()}
    assert expected in found


# ------------------------------------------------------------------------------------------ terminals


def test_a_closed_pipe_is_quiet():
    """Whoever reads us has seen enough: no traceback, no complaint, not a failure."""
    words = [sys.executable, "-m", "scraper", "read", GEMINI, str(DEMO), "--format", "json"]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "bufsize": 0, "env": BUFFERED}
    with subprocess.Popen(words, cwd=ROOT, **piped) as process:
        assert b"[\n{" == process.stdout.read(3)
        process.stdout.close()
        assert (b"", 0) == (process.stderr.read(), process.wait())


def test_a_closed_pipe_at_the_very_end_is_quiet():
    """Also where all that was printed still waits to be flushed."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        words = [sys.executable, "-m", "scraper", "sources"]
        ran = subprocess.run(words, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, env=BUFFERED, check=False)
    assert (0, b"") == (ran.returncode, ran.stderr)


def test_what_is_left_unprinted_goes_nowhere(tmp_path, monkeypatch):
    """The interpreter's own last flush finds a place that takes everything."""

    def unheard(options: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(commands, "sources", unheard)
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr("sys.stdout", out)
        assert 0 == command_line.main(["sources"])
        out.write("the rest")
    assert "" == (tmp_path / "out").read_text()


def test_progress_is_a_line_per_step_in_ci(workshop):
    """On stderr; the table and the changes are on stdout."""
    ran = workshop.refresh(facts())
    assert f"{GEMINI}: reading\n" == ran.err


def test_progress_is_a_bar_on_a_terminal(workshop, site, monkeypatch):
    """Which leaves nothing behind, and shows each source and step."""
    site.shows(facts())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    shown = []
    monkeypatch.setattr("rich.progress.Progress.update", lambda bar, task, **words: shown.append(words))
    ran = workshop.live("--now", "2026-11-01T06:00:00Z")
    expected = [{"advance": 1, "description": f"{step} {GEMINI}"} for step in ("fetching", "reading")]
    assert (0, expected) == (ran.code, shown)
    assert f"{GEMINI}: fetching" not in ran.err


def test_a_refresh_says_what_it_counted_and_what_is_announced(workshop):
    """Amounts, then dated prices to come."""
    promo = ["$0.75 through December 31, 2026.", "$1.50 starting January 1, 2027."]
    out = workshop.refresh(facts(gemini_1=model("Gemini 1", promo))).out
    assert f"{GEMINI}: amounts on the page: 13 (13 in cells, 0 in footnotes), read: 13" in out
    assert "  announced 2027-01-01: gemini-1 standard input 0.75 -> 1.5, x2.00, in 61 days" in out


def test_changes_of_wording_are_counted_not_told(workshop):
    """They are in the history."""
    workshop.refresh(facts())
    ran = workshop.refresh(facts("2026-11-02T06:00:00Z", gemini_1=model("Gemini One", "$1.00", "$1.50")))
    assert "  1 changes of wording or notes recorded" in ran.out
    assert ["card_changed"] == [c["kind"] for c in workshop.history[6:]]


def test_a_skipped_source_says_how_to_enable_it(workshop, monkeypatch):
    """Exit 0; nothing is written."""
    looks = {GEMINI: Capture(datetime.now(UTC), skipped="set A_KEY")}
    monkeypatch.setattr(commands, "fetch_all", lambda *_, **__: looks)
    ran = workshop.live()
    assert (0, "SKIPPED", {}) == (ran.code, ran.outcome, workshop.files)
    assert f"{GEMINI}: set A_KEY" in ran.out


def test_the_doctor_asks_for_the_page_of_now(monkeypatch, capsys):
    """What came is examined, what did not is told; the exit says whether that needs a person."""
    source, now = Source("google", "gemini-api"), datetime.now(UTC)
    page = Page("", "", 200, {}, b"x", now)
    looks = iter(
        [
            Capture(now, {"html": page}, failed={"md.txt": FetchFailed("slow")}),
            Capture(now, {"html": page}, not_read={"md.txt": LayoutChanged("moved")}),
            Capture(now, failed={"html": FetchFailed("slow")}),
        ]
    )
    monkeypatch.setattr("scraper.cli.pages.look", lambda *_: next(looks))
    found = [pagecommands._patients(source, None) for _ in range(3)]
    assert [({"html": page}, 0), ({"html": page}, 4), ({}, 3)] == found
    assert "md.txt: slow\nmd.txt: moved\nhtml: slow\n" == capsys.readouterr().err


def test_a_source_not_read_for_long_is_stale(acme, tmp_path, monkeypatch, capsys) -> None:
    """The age of the last good look is told beside whatever the outcome is."""
    from scraper.cli import run as commands
    from scraper.model import SourceResult, State
    from tests.support.workshop import ACME, at

    verdict = SourceResult(ACME, "NOT_FETCHED", at("2026-11-20T06:00:00"), state=State(verified="2026-11-01"))

    assert ["acme/rates: STALE, the last good look was on 2026-11-01"] == [
        line.replace(ACME.name, "acme/rates") for line in commands._story(verdict, at("2026-11-20T06:00:00"))
    ]
