"""Hostile files, as the command meets them: one line, exit 2, within seconds and a bounded memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MEMORY = 600 * 1024 * 1024
SECONDS = 10
ENTRY = '"gemini/x%d": {"litellm_provider": "gemini", "input_cost_per_token": 1e-07}'
MEGA = 1_000_000


def limit() -> None:
    """Address space and processor time of the process to come."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def audit(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command on a file, within the limits."""
    return subprocess.run(
        [sys.executable, "-m", "ratecards", "audit", str(path), *words],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        check=False,
    )


def hole(path: Path) -> None:
    """A gigabyte that takes no room."""
    with path.open("wb") as file:
        file.truncate(1_073_741_824)


def text(words: str) -> Callable[[Path], None]:
    """A file with a text."""
    return lambda path: path.write_text(words, encoding="utf-8") and None


def loop(path: Path) -> None:
    """A folder that stands inside itself."""
    path.mkdir()
    (path / "inside").symlink_to(path)


def farm(path: Path) -> None:
    """Folders that show one another many times over, without a loop."""
    path.mkdir()
    for level in range(9):
        folder = path / f"level-{level}"
        folder.mkdir()
        for n in range(10):
            (folder / f"{n}").symlink_to(path / f"level-{level + 1}")
    (path / "level-9").mkdir()


LAUGHS = "k0: &k0 [x, x]\n" + "".join(f"k{n}: &k{n} [*k{n - 1}, *k{n - 1}]\n" for n in range(1, 30))
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a gigabyte": (hole, "expected at most 16,000,000 bytes, saw 1,073,741,824"),
    "open brackets": (text("[" * 15 * MEGA), ":1:41: expected at most 40 levels"),
    "open objects": (text('{"a":' * 3 * MEGA), "expected at most 40 levels"),
    "brackets in a row": (text("[" + "[]" * 7 * MEGA + "]"), "not JSON"),
    "many lists": (text("[" + "[]," * 5 * MEGA + "[]]"), "expected at most 1,000,000 values"),
    "many numbers": (text("[" + "1.5," * 900_000 + "1]"), "saw a list of 900001"),
    "a string without end": (text('["' + '\\"' * 7 * MEGA), "Unterminated string"),
    "quotes in a row": (text("[" + '"' * 15 * MEGA), "not JSON"),
    "wide characters": (text('["' + "\U0001f600" * 3 * MEGA + '"]'), "saw a list of 1"),
    "a long number": (text('{"a": ' + "9" * 15 * MEGA + "}"), "expected a number of at most 40 digits"),
    "a large exponent": (text('{"a": 1e999999999}'), "expected an amount from 1e-30 to 1e30"),
    "not a number": (text('{"a": NaN}'), "expected a number, saw NaN"),
    "equal keys": (text('{"a": 1, "a": 2}'), "the key 'a' stands twice"),
    "equal keys, many": (text("{" + '"a": 1,' * MEGA + '"a": 2}'), "the key 'a' stands twice"),
    "laughs": (text(LAUGHS), "1,000,000 values"),
    "deep YAML": (text("a: " + "[" * MEGA), "nested deeper than 40"),
    "wide YAML": (text("a:\n" + "- {b: 1}\n" * 200_000), "saw an object with 'a'"),
    "deep TOML": (text("a = " + "[" * 100_000), "nested without end"),
    "long keys of TOML": (text("a." * 4_000 + "a = 1\n" + "b = {" * 900), "TOML"),
    "commas": (text("provider,source,model," + "," * 15 * MEGA), "expected at most 1,000,000 values"),
    "UTF-16": (lambda path: path.write_bytes("{}".encode("utf-16")) and None, "the mark of UTF-16"),
    "not UTF-8": (lambda path: path.write_bytes(b'{"a": "\xff"}') and None, "expected UTF-8, saw the byte 0xff"),
    "a pipe": (os.mkfifo, "expected a file, saw a pipe"),
    "a loop": (loop, "this folder stands inside itself"),
    "a farm of links": (farm, "expected at most 20,000 files and folders, saw more"),
    "escapes": (text('{"\\u001b[31m": \x1b}'), "not JSON"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_one_harmless_line(name: str, tmp_path: Path) -> None:
    """Which names the file; exit 2, no traceback, no control character."""
    make, words = HOSTILE[name]
    path = tmp_path / "prices"
    make(path)

    done = audit(path)

    # within the limits, or a signal ended it
    assert (2, "") == (done.returncode, done.stdout), done.stderr[-500:]
    assert done.stderr.startswith(f"ratecards: {path}")
    assert words in done.stderr
    assert 1 == done.stderr.count("\n")
    assert len(done.stderr) < 1_000
    assert "\x1b" not in done.stderr


def test_names_without_end_are_cut(tmp_path: Path) -> None:
    """Of an entry, and of a field."""
    path = tmp_path / "prices"
    entry = '"gemini/%s": {"litellm_provider": "gemini", "input_cost_per_token": 1e-07, "cost%s": 1}'
    path.write_text("{" + entry % ("x" * 7 * MEGA, "y" * 7 * MEGA) + "}", encoding="utf-8")

    for words in ((), ("--format", "markdown", "--all")):
        done = audit(path, *words)
        assert 0 == done.returncode
        assert {"ratecards: STALE"} >= {line.partition(",")[0] for line in done.stderr.splitlines()}
        assert len(done.stdout) < 3_000


def test_a_large_file_is_judged_within_the_same_bounds(tmp_path: Path) -> None:
    """A map of 100,000 entries."""
    path = tmp_path / "prices"
    path.write_text("{" + ",\n".join(ENTRY % n for n in range(100_000)) + "}", encoding="utf-8")

    done = audit(path)

    assert 0 == done.returncode, done.stderr
    assert "100,000 of unknown models" in " ".join(done.stdout.split())
