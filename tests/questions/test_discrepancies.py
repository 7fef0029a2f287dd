"""`ratecards discrepancies`: side by side for people, rows for programs, and nothing hostile on the terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ratecards.__main__ import main
from ratecards.catalog import freshness
from ratecards.questions.discrepancies import COLUMNS
from tests.support.histories import added, card, rate, write

FLASH, LITE = "gemini-3.1-flash-image-preview", "gemini-3.1-flash-lite"
HOSTILE = "\x1b[31mred\x1b]0;title\x07\u202eevil\x9b2J\r\n=HYPERLINK(1)\x00"
Run = Callable[..., str]


def side(source: str, price: str | None, **more: str) -> dict[str, str]:
    """What one side says, as published."""
    money = {"price": price, "currency": "USD", "unit": "1000000 tokens"} if price else {"unit": "1 video"}
    state = "priced" if price else "not_available"
    quote = f"${price}" if price else "Not available"
    head = {"source": source, **money, "availability": state, "quote": quote, "locator": "x"}
    return {**head, "observed": "2026-03-03", **more}


def entry(key: str, state: str = "open", **more: Any) -> dict[str, Any]:
    """One discrepancy, as published."""
    return {
        "id": key,
        "kind": "between",
        "rule": "price",
        "model": FLASH,
        "service_tier": "standard",
        "plan": "paid",
        "meter": "input",
        "modalities": ["image", "text"],
        "left": side("google/gemini-api", "0.25"),
        "right": side("google/ai-studio", "0.5"),
        "first_seen": "2026-03-03",
        "last_seen": "2026-03-09",
        "state": state,
        "recommended": "0.25 USD per 1000000 tokens (google/gemini-api)",
        "conservative": "0.5",
        "ratio": "2",
        **more,
    }


ENTRIES = [
    entry("aaa"),
    entry("bbb", "accepted", model=LITE, because="the picker is early", conditions="prompts up to 200,000"),
    entry("ccc", "explained", because="another list", plan="free", modalities=[]),
    entry("ddd", "closed", closed_on="2026-03-24", moved="google/gemini-api"),
    entry(
        "eee",
        kind="within",
        rule="tokens x rate",
        model=LITE,
        left=side("google/gemini-api", "0.0195", unit="1000 images"),
        right=side("google/gemini-api", "0.01935", unit="1 image"),
        conservative="",
        ratio="",
    ),
    entry("fff", rule="availability", right=side("google/ai-studio", None), ratio="", conservative=""),
]


def publish(root: Path, text: str | bytes | None) -> None:
    path = root / "v1" / "discrepancies.json"
    path.parent.mkdir(exist_ok=True)
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)


def ledger(*entries: dict[str, Any], **head: Any) -> str:
    return json.dumps({"version": 1, "coverage": {}, "discrepancies": list(entries), **head})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset with six discrepancies, one of every state and kind."""
    write(tmp_path, *added("2026-01-01", card("flash", rate())))
    publish(tmp_path, ledger(*ENTRIES))
    return tmp_path


@pytest.fixture
def run(root, capsys, monkeypatch) -> Run:
    """`ratecards discrepancies` on the dataset: what it printed."""
    monkeypatch.setenv("RATECARDS_DATASET", str(root))

    def command(*words: str, status: int = 0) -> str:
        assert status == main(["discrepancies", *words])
        out, err = capsys.readouterr()
        assert "" == (out if status else err)
        return err if status else out

    return command


def test_side_by_side(run):
    """What it is about, its standing, and what each side says, since when, in which words."""
    expected = (
        f"{FLASH}: standard input image, text\n"
        "  aaa  open since 2026-03-03: price, x2\n"
        "  google/gemini-api  0.25 USD per 1M tokens  2026-03-03  $0.25\n"
        "  google/ai-studio   0.50 USD per 1M tokens  2026-03-03  $0.5\n"
        "  for a budget: 0.50; recommended: 0.25 USD per 1000000 tokens (google/gemini-api)\n"
    )
    assert run().startswith(expected)


def test_a_source_against_its_own_rule(run):
    """The second line of an entry within a source is what the rule gives; it has no price for a budget."""
    expected = (
        f"{LITE}: standard input image, text\n"
        "  eee  open since 2026-03-03: tokens x rate\n"
        "  google/gemini-api  0.0195 USD per 1,000 images  2026-03-03  $0.0195\n"
        "  by the rule        0.01935 USD per 1 image      2026-03-03  $0.01935\n"
    )
    assert run(LITE, "--open").startswith(expected)
    assert "for a budget" not in run(LITE, "--open")


def test_what_stands_instead_of_a_price(run):
    """A side without a price says what it says."""
    assert "  google/ai-studio   not available           2026-03-03  Not available\n" in run("--open")


def test_conditions_plans_and_decisions(run):
    """Conditions in brackets, the free plan by name, a person's words, and who moved when."""
    text = run("--all")

    assert f"{LITE}: standard input image, text (prompts up to 200,000)\n" in text
    assert f"{FLASH}: standard input on the free plan\n" in text
    assert "  bbb  accepted since 2026-03-03: price, x2 (the picker is early)\n" in text
    assert "  ddd  closed since 2026-03-03: price, x2; closed 2026-03-24, google/gemini-api\n" in text


@pytest.mark.parametrize(
    ("words", "ids", "total"),
    [
        ((), "aaa bbb eee fff", "4 discrepancies: 3 between sources, 1 within one\n"),
        (("--open",), "aaa eee fff", "3 discrepancies: 2 between sources, 1 within one\n"),
        (("--all",), "aaa bbb ccc ddd eee fff", "6 discrepancies: 5 between sources, 1 within one\n"),
        (("--all", "--open"), "aaa eee fff", "3 discrepancies: 2 between sources, 1 within one\n"),
        ((LITE,), "bbb eee", "2 discrepancies: 1 between sources, 1 within one\n"),
        ((FLASH, "--all"), "aaa ccc ddd fff", "4 discrepancies: 4 between sources, 0 within one\n"),
        (("no-such-model",), "", "0 discrepancies: 0 between sources, 0 within one\n"),
    ],
)
def test_what_is_asked_for(run, words, ids, total):
    """By model and by state; the last line counts."""
    assert ids.split() == [e["id"] for e in json.loads(run(*words, "--format", "json"))]
    assert ids.split() == [row["id"] for row in csv.DictReader(io.StringIO(run(*words, "--format", "csv")))]
    assert total in run(*words)


def test_rows_for_programs(run):
    """Every column is there in CSV and JSON alike, empty where there is nothing to say."""
    rows = json.loads(run("--all", "--format", "json"))
    table = list(csv.DictReader(io.StringIO(run("--all", "--format", "csv"))))

    assert [{*COLUMNS, *freshness.COLUMNS}] * 6 == [set(row) for row in rows]
    spelt = [{**row, "age_days": str(row["age_days"] or ""), "stale": "no"} for row in rows]
    assert spelt == table
    assert ("image, text", "0.25 USD per 1M tokens", "$0.5", "2026-03-03", "2") == tuple(
        rows[0][name] for name in ("modalities", "left_says", "right_quote", "right_since", "ratio")
    )


def test_no_entries_are_a_count(run, root):
    """Nothing differs: one line for people, a header for CSV, a list for JSON."""
    publish(root, ledger())

    assert "0 discrepancies: 0 between sources, 0 within one\n" == run()
    assert ",".join((*COLUMNS, *freshness.COLUMNS)) + "\n" == run("--format", "csv")
    assert [] == json.loads(run("--format", "json"))


@pytest.mark.parametrize("style", ["table", "csv", "json"])
def test_hostile_words_never_reach_the_terminal(run, root, style):
    """No control, no bidirectional mark, no line of its own, no formula, whatever field they stand in."""
    bad = entry("aaa", state="open") | dict.fromkeys(
        ("rule", "model", "service_tier", "meter", "conditions", "because", "recommended", "conservative"), HOSTILE
    )
    bad |= {"modalities": [HOSTILE], "left": side(HOSTILE, HOSTILE, quote=HOSTILE), "right": side(HOSTILE, None)}
    publish(root, ledger(bad))
    text = run("--format", style)

    assert [] == [c for c in text if c in "\x1b\x07\x9b\x00\r\u202e"]
    assert [] == [line for line in text.splitlines() if line.startswith("=")]
    assert "red" in text
    if style == "table":
        assert "Last looked at: " in text
    if style == "csv":
        (row,) = csv.DictReader(io.StringIO(text))
        assert [] == [value for value in row.values() if value.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "expected a file that can be read, saw: "),
        ("<<<<<<< HEAD\n", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (ledger(version=2), "expected version 1, saw 2"),
        ("{}", "expected version 1, saw None"),
        ("[]", "expected version 1, saw 'list'"),
        ('{"version": 1}', "not a ledger of version 1: KeyError"),
        ('{"version": 1, "discrepancies": [5]}', "not a ledger of version 1: TypeError"),
        ('{"version": 1, "discrepancies": {"a": {}}}', "not a ledger of version 1: TypeError"),
        (ledger(entry("aaa", left="x")), "not a ledger of version 1"),
        (ledger({"state": "open", "model": HOSTILE}), "not a ledger of version 1: KeyError"),
    ],
    ids=["missing", "markers", "bytes", "deep", "version", "bare", "list", "none", "number", "dict", "side", "cut"],
)
@pytest.mark.parametrize("style", ["table", "csv", "json"])
def test_a_ledger_that_cannot_be_read_is_named(run, root, text, words, style):
    """The path and what is wrong, exit 2, no stack of calls and nothing hostile."""
    (root / "v1" / "discrepancies.json").unlink()
    publish(root, text)
    said = run("--format", style, status=2)

    assert said.startswith("ratecards: ")
    assert 1 == len(said.splitlines())
    assert "discrepancies.json" in said
    assert words in said


def test_a_dataset_that_is_none_is_named(run, tmp_path):
    """A folder without a history is refused like by every command."""
    (tmp_path / "empty").mkdir()

    assert "is not a dataset" in run("--dataset", str(tmp_path / "empty"), status=2)
