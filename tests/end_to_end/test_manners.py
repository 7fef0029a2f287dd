"""How commands end: interrupted, with streams that are closed or full, on input that is no file; and odd arguments."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ratecards
from ratecards.cli import console, cost_commands, options
from ratecards.costing.counts import measured
from ratecards.errors import CostError, DatasetError
from ratecards.formats import litellm_reader as litellm
from ratecards.formats.price_file import FormatError
from ratecards.formats.price_file import load as load_prices
from ratecards.storage import bounded
from scraper import ROOT
from scraper import __main__ as scraper
from scraper.errors import DatasetError as ScraperError
from scraper.publish.dataset import Dataset
from tests.support.workshop import GEMINI, facts

REPOSITORY = ROOT
COST = ("-m", "ratecards", "cost", "gemini-2.5-pro", "--input-tokens", "10")
CHECK = ("-m", "scraper", "sources")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A command line under sh, `$P` being this interpreter; it must end within seconds."""
    env = {**os.environ, "P": sys.executable, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        ["sh", "-c", line], check=False, cwd=REPOSITORY, env=env, capture_output=True, text=True, timeout=20
    )


# ---------------------------------------------------------------------------------------------- streams


@pytest.mark.parametrize(
    ("words", "name", "code"), [(COST, "ratecards", 2), (CHECK, "scraper", 1)], ids=["reader", "scraper"]
)
@pytest.mark.parametrize(
    ("stream", "says"), [(">&-", "standard output is closed"), ("> /dev/full", "No space left on device")]
)
def test_output_that_cannot_be_written(words, name, code, stream, says):
    """One line on stderr and the status of a failure, also where the text stood in a buffer until the end."""
    ran = shell(f"$P {' '.join(words)} {stream}")

    said = [line for line in ran.stderr.splitlines() if "STALE" not in line]
    assert (code, 1) == (ran.returncode, len(said)), ran
    assert said[0].startswith(f"{name}: ")
    assert says in said[0]


@pytest.mark.parametrize("words", [COST, CHECK, (*COST, "--help")], ids=" ".join)
@pytest.mark.parametrize(
    "streams", ["2>&-", "2> /dev/full", "<&-", "| true", "> /dev/full 2> /dev/full", ">&- 2>&- <&-"]
)
def test_no_traceback_whatever_stream_is_missing(words, streams):
    """A reader that has gone, nobody to complain to, nothing to read from."""
    ran = shell(f"$P {' '.join(words)} {streams}")

    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr


def test_nothing_to_read():
    """Standard input that is closed, for each command that reads it."""
    for words in ("cost gemini-2.5-pro --usage -", "audit -"):
        ran = shell(f"$P -m ratecards {words} <&-")
        assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), ran
        assert "standard input: expected standard input, saw it closed" in ran.stderr


SLOW = """
import os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests in the background ignores it
from {0} import __main__ as command
def slow(*_):
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    time.sleep(30)
{1}
sys.exit(command.main({2}))
"""


@pytest.mark.parametrize(
    ("package", "patch", "words"),
    [
        ("ratecards", "import ratecards.cli.commands as c; c.COMMANDS = {**c.COMMANDS, 'models': slow}", ["models"]),
        ("scraper", "import scraper.cli.run as c; c.sources = slow", ["sources"]),
    ],
)
def test_interrupted(package, patch, words):
    """130, and one line, as shells expect it."""
    code = SLOW.format(package, patch, words)
    ran = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=REPOSITORY, capture_output=True, text=True, timeout=20
    )

    assert (130, f"{package}: interrupted\n", "") == (ran.returncode, ran.stderr, ran.stdout)


def test_a_refresh_that_is_interrupted(tmp_path):
    """A real signal to a real run."""
    command = [sys.executable, "-m", "scraper", "refresh", GEMINI, "--replay", "examples/demo/replay", "--to", tmp_path]
    run = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.8)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=20)

    assert "Traceback" not in err
    assert run.returncode in (0, 130, -signal.SIGINT)


def test_what_nobody_hears(monkeypatch, tmp_path):
    """A full stderr is no reason to fail."""
    with Path("/dev/full").open("w", buffering=1) as full:
        monkeypatch.setattr(sys, "stderr", full)
        console.say("x")
        monkeypatch.undo()


# ---------------------------------------------------------------------------------------------- files


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def endless(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


def huge(path: Path) -> Path:
    path.touch()
    os.truncate(path, 2 * bounded.MOST)
    return path


NO_FILES = {"pipe": pipe, "endless": endless, "huge": huge, "folder": lambda path: path.mkdir() or path}
READERS: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "bytes": (bounded.content, OSError),
    "price file": (load_prices, FormatError),
    "usage": (lambda path: run_reader("cost", "gemini-2.5-pro", "--usage", path), SystemExit),
    "prices to audit": (lambda path: run_reader("audit", path), SystemExit),
    "saved page": (lambda path: run_scraper("read", "google/gemini-api", path), SystemExit),
    "saved response": (lambda path: run_scraper("doctor", "google/ai-studio", path), SystemExit),
}


def run_reader(*words: object) -> None:
    from ratecards.__main__ import main

    if code := main(list(map(str, words))):
        raise SystemExit(code)


def run_scraper(*words: object) -> None:
    if code := scraper.main(list(map(str, words))):
        raise SystemExit(code)


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
@pytest.mark.parametrize(("read", "error"), READERS.values(), ids=READERS)
def test_fault_97_input_that_is_no_file(tmp_path, capsys, make, read, error):
    """Refused within a second, in one line that says what stands there; nothing of it is read."""
    path = make(tmp_path / "2026-11-01.json")
    start = time.monotonic()
    if make(tmp_path / "other").is_dir() and read is load_prices:
        pytest.skip("a folder of price files is one")
    with pytest.raises(error) as caught:
        read(path)

    assert time.monotonic() - start < 1
    said = f"{caught.value}{capsys.readouterr().err}"
    assert any(words in said for words in ("expected a file, saw", "expected at most", "expected price files")), said
    assert len(said.strip().splitlines()) <= 2


PARTS = {
    "status": "ratecards/v1/status.json",
    "limits": "ratecards/v1/limits.json",
    "ledger": "ratecards/v1/discrepancies.json",
    "history": f"ratecards/history/{GEMINI}.2026.jsonl",
}


@pytest.mark.parametrize("make", [pipe, endless], ids=["pipe", "endless"])
@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_fault_97_a_dataset_with_such_a_part(workshop, capsys, make, part):
    """Whichever command meets it says so, and waits for nobody."""
    workshop.refresh(facts())
    (workshop.root / part).unlink()
    make(workshop.root / part)
    commands = (["models"], ["cost", "gemini-1", "--input-tokens", "1"], ["limits"], ["discrepancies"], ["changes"])
    start = time.monotonic()
    from ratecards.__main__ import main

    codes = {words[0]: main([*words, "--dataset", str(workshop.root)]) for words in commands}
    said = capsys.readouterr().err

    assert time.monotonic() - start < 5
    assert {0, 2} >= set(codes.values())
    assert 2 in codes.values() or part.endswith("limits.json"), codes
    assert "Traceback" not in said


@pytest.mark.parametrize("make", [pipe, endless], ids=["pipe", "endless"])
@pytest.mark.parametrize(
    "part", [f"ratecards/cards/{GEMINI}/gemini-1.yaml", f"state/{GEMINI}.json", f"state/proofs/{GEMINI}.json"]
)
def test_fault_97_a_refresh_over_such_a_part(workshop, make, part):
    """DAMAGED, or made anew where it follows from the rest; not a wait."""
    workshop.refresh(facts())
    (workshop.root / part).unlink()
    make(workshop.root / part)
    start = time.monotonic()
    ran = workshop.refresh(facts("2026-11-02T06:17:00Z"))

    assert time.monotonic() - start < 10
    assert ran.code in (0, 1)
    assert "Traceback" not in ran.err


def test_fault_97_more_than_a_file_says(tmp_path, monkeypatch):
    """Some are longer than they say; standard input has no length."""
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    real = os.fstat
    monkeypatch.setattr(os, "fstat", lambda handle: os.stat_result((*real(handle)[:6], 0, *real(handle)[7:])))
    with pytest.raises(OSError, match="expected at most 4 bytes, saw more"):
        bounded.content(path, 4)
    assert b"12345" == bounded.content(path, 5)
    ran = shell("head -c 60000000 /dev/zero | $P -m ratecards cost gemini-2.5-pro --usage -")
    assert (2, True) == (ran.returncode, "expected at most 50,000,000 bytes, saw more" in ran.stderr)


def test_a_pipe_is_named_with_the_way_to_read_it(tmp_path, capsys):
    """Process substitution makes one."""
    with pytest.raises(SystemExit):
        run_reader("cost", "gemini-2.5-pro", "--usage", pipe(tmp_path / "p"))
    assert "a pipe is read as standard input: --usage -" in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------- arguments

ODD = [
    "1_0",
    "١٠",
    " 10 ",
    "10 ",
    "+10",
    "-10",
    "1e5000",
    "0x10",
    "1,000",
    "１０",
    "NaN",
    "inf",
    "",
    "1__0",
    ".5",
    "5.",
    "1" * 41,
]


@pytest.mark.parametrize("text", ODD)
def test_digits_are_digits(capsys, text):
    """As they are printed: in options, usages and price files alike."""
    for name in ("--seconds", "--images", "--input-tokens", "--cache-token-hours"):
        with pytest.raises(SystemExit) as ended:
            run_reader("cost", "gemini-2.5-pro", f"{name}={text}")
        assert (2, 1) == (ended.value.code, len(capsys.readouterr().err.splitlines()))
    with pytest.raises(CostError, match="expected a number from 0"):
        measured("seconds", text)
    assert None is litellm.amount(text)


@given(st.text(max_size=6))
def test_what_counts_as_a_number(text):
    """Nothing but digits, one point and an exponent; and then it is that number."""
    try:
        found = measured("seconds", text)
    except CostError:
        return
    assert set(text) <= set("0123456789.eE+-")
    assert found == measured("seconds", str(found))
    assert found == options._number(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"promptTokenCount": 1, "promptTokenCount": 2}',
        '{"usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 1, "promptTokenCount": 2}}',
        '{"input_tokens": 1, "input_tokens": 1}',
        '[{"candidates": [], "candidates": [{}], "usageMetadata": {"promptTokenCount": 1}}]',
    ],
)
def test_a_key_that_stands_twice_in_a_usage(tmp_path, capsys, text):
    """Which one counts? Neither is taken; at any depth."""
    path = tmp_path / "usage.json"
    path.write_text(text)
    with pytest.raises(SystemExit):
        run_reader("cost", "gemini-2.5-pro", "--usage", path)
    err = capsys.readouterr().err

    assert "stands twice in one object" in err
    assert "usage.json" in err
    with pytest.raises(CostError, match="stands twice"):
        cost_commands.parsed(text, "x")
    assert json.loads(text)


@pytest.mark.parametrize("model", [None, 5, b"gemini-2.5-pro", ["gemini-2.5-pro"], 1.5, object])
def test_a_model_that_is_no_name(model: Any):
    """An error of ours that says what was expected, wherever a model is named."""
    usage = {"input_tokens": 1}
    for call in (lambda: ratecards.cost(model, usage), lambda: ratecards.as_of("2026-04-27").cost(model, usage)):
        with pytest.raises(CostError, match="no model is named" if model is None else "expected the name of a model"):
            call()
    for call in (lambda: ratecards.load().find(model), lambda: ratecards.load().ids(model)):
        with pytest.raises(DatasetError, match="expected the name of a model, saw "):
            call()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"meter": "inptu"}, "no meter 'inptu'; nearest: input; known: input, output, cache_read"),
        ({"plan": "payed"}, "no plan 'payed'; nearest: paid; known: free, paid"),
        ({"service_tier": "bach"}, "no service tier 'bach'; nearest: batch"),
        ({"modality": "smell"}, "no modality 'smell'; known: text, image"),
        ({"availability": "gratis"}, "no availability 'gratis'"),
        ({"basis": "x"}, "no basis 'x'"),
        ({"period": "week"}, "no period 'week'; known: day, month"),
    ],
)
def test_a_word_that_a_column_cannot_hold(columns, words):
    """Not an empty answer: with the nearest, and those there are; a word that no rate has today is none."""
    for find in (ratecards.find, ratecards.as_of("2026-04-27").find):
        with pytest.raises(CostError) as caught:
            find(model="gemini-2.5-pro", **columns)
        assert words in str(caught.value)
    assert [] == ratecards.find(model="gemini-2.5-pro", meter="tuning", plan="free")


@pytest.mark.parametrize(
    "now", ["9999-12-31T23:59:59-12:00", "9999-12-31", "0001-01-01T00:00:00+14:00", "1969-12-31", "x"]
)
@pytest.mark.parametrize(
    "words", [("check",), ("refresh", GEMINI, "--replay", "x"), ("site", "--to", "x")], ids=" ".join
)
def test_a_day_beyond_all_days(capsys, tmp_path, now, words):
    """Refused as an option, in the usage's own words."""
    with pytest.raises(SystemExit) as ended:
        scraper.main([*words, "--now", now])
    assert 2 == ended.value.code
    assert "Traceback" not in capsys.readouterr().err


def test_the_last_day_of_all(workshop):
    """It is one like others."""
    workshop.refresh(facts())

    assert 0 == workshop.run("check", "--to", workshop.root, "--now", "9000-12-31").code
    assert 0 == workshop.run("site", "--from", workshop.root, "--to", next(workshop.kept), "--now", "9000-12-31").code


def test_fault_97_a_state_that_is_no_file(tmp_path):
    """Named as it is."""
    path = tmp_path / "state" / f"{GEMINI}.json"
    path.parent.mkdir(parents=True)
    pipe(path)
    with pytest.raises(ScraperError, match="expected a file, saw a pipe"):
        Dataset(tmp_path).state(GEMINI)


# ---------------------------------------------------------------------------------------------- in this process


def test_the_end_of_a_command(monkeypatch, capsys):
    """Its own status; else 130, 0 where nobody reads any more, or the status of a failure, each with its line."""

    def raises(error: BaseException) -> Callable[[], int]:
        def command() -> int:
            raise error

        return command

    ends = [console.run(lambda: 7, "x", 2)]
    ends += [console.run(raises(e), "x", 2) for e in (KeyboardInterrupt(), BrokenPipeError(), OSError("no room"))]

    assert [7, 130, 0, 2] == ends
    assert "x: interrupted\nx: no room\n" == capsys.readouterr().err


def test_streams_that_there_are_not(monkeypatch):
    """Closed before we began: output fails, complaints are for nobody, input is an error."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "stdin", None)

    assert 3 == console.run(lambda: print("x") or 0, "x", 3)
    assert 0 == console.run(lambda: 0, "x", 3)
    with pytest.raises(OSError, match="expected standard input, saw it closed"):
        bounded.given("-")


def test_standard_input_is_bounded(monkeypatch):
    """One more byte is too many."""
    for most, fine in ((5, True), (4, False)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"12345")))
        if fine:
            assert b"12345" == bounded.given("-", most)
        else:
            with pytest.raises(OSError, match="expected at most 4 bytes, saw more"):
                bounded.given("-", most)
