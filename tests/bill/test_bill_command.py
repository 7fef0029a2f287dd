"""`ratecards bill`: a table, data for programs, FOCUS and Parquet, one row explained, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

import ratecards
from ratecards.__main__ import main
from ratecards.bill import focus
from ratecards.cli import bill_command

USAGE = Path(__file__).parent.parent / "costing/usage"
ROWS: list[dict[str, Any]] = [
    {
        "model": "gemini-2.5-pro",
        "time": "2026-08-01T10:00:00Z",
        "customer": "a",
        "input_tokens": 1000,
        "output_tokens": 20,
    },
    {"model": "gemini-2.5-pro", "time": "2026-08-02T10:00:00Z", "customer": "b", "input_tokens": 3000},
    {"model": "gpt-5-mini", "time": "2026-08-01T10:00:00Z", "team": {"id": 7}, "input_tokens": 500, "tier": "flex"},
]
RIGHT = [Decimal("0.00145"), Decimal("0.00375"), Decimal("0.0000625")]
Bill = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log of three calls."""
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def bill(capsys: pytest.CaptureFixture[str]) -> Bill:
    """Runs the command: its status and what it said."""

    def run(*args: object) -> tuple[int, str, str]:
        status = main(["bill", *map(str, args), "--stale", "allow"])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_each_call_at_its_own_model_tier_and_day(bill: Bill, file: Path):
    """The sum is to the last digit."""
    status, out, _ = bill(file, "--format", "json")
    found = json.loads(out)
    assert (0, "0.0052625", "USD") == (status, found["total"], found["currency"])
    assert [("gemini-2.5-pro", "standard", "0.0052"), ("gpt-5-mini", "flex", "0.0000625")] == [
        (one["model"], one["tier"], one["amount"]) for one in found["sums"]
    ]
    assert {"seen": 3, "priced": 3, "refused": 0} == found["calls"]
    assert {"seen": 4520, "priced": 4520, "refused": 0} == found["tokens"]
    assert Decimal(found["total"]) == sum(Decimal(line["amount"]) for one in found["sums"] for line in one["lines"])


def test_a_table_ends_with_the_total(bill: Bill, file: Path):
    """And with what balances."""
    _, out, _ = bill(file, "--by", "customer,team/id,day")
    assert "3 calls: 0.0052625 USD" in out
    assert ["total", "3", "4,520", "0.0052625", "USD"] == next(
        line for line in out.splitlines() if "total" in line
    ).split()
    assert "Calls: 3 = 3 priced + 0 refused. Tokens: 4,520 = 4,520 priced + 0 refused." in out


def test_sums_by_fields_of_rows(bill: Bill, file: Path):
    """As CSV: what balances goes to standard error."""
    _, out, err = bill(file, "--by", "customer,team/id,month,provider,source", "--format", "csv")
    rows = [tuple(row.values()) for row in csv.DictReader(io.StringIO(out))]
    assert ("", "7", "2026-08", "openai", "openai/openai-api", "1", "500", "0.0000625", "USD") == rows[0][:9]
    assert [("a", "0.00145"), ("b", "0.00375")] == [(row[0], row[7]) for row in rows[1:]]
    assert "ratecards: Calls: 3 = 3 priced" in err


def test_what_is_refused_is_counted_by_its_reason(bill: Bill, file: Path):
    """With the first places, and the status says so."""
    with file.open("a") as log:
        for row in (
            {"model": "nobody", "time": "2026-08-01", "input_tokens": 7},
            {"model": "gpt-5", "input_tokens": 1},
        ):
            log.write(json.dumps(row) + "\n")
        log.write('{"model": "gpt-5", "ti\n')
        for number in range(4):
            log.write(
                json.dumps({"time": f"2026-08-01T10:00:0{number}Z", "usage": {"promptTokenCount": number}}) + "\n"
            )
    status, out, _ = bill(file)
    assert 1 == status
    assert "Calls: 10 = 3 priced + 7 refused. Tokens: 4,534 = 4,520 priced + 14 refused." in out
    assert "Refused: 4 rows, no model is named; say one, or give an answer that does (" in " ".join(out.split())
    found = json.loads(bill(file, "--format", "json")[1])["refused"]
    assert [
        ("no model is named; say one, or give an answer that does", 4, [f"{file}:{n}" for n in (7, 8, 9)]),
        ("no word on when it was: say the day for all (--on DATE)", 1, [f"{file}:5"]),
        ("not JSON: expected a JSON value on the line", 1, [f"{file}:6"]),
    ] == [(one["reason"], one["rows"], one["places"]) for one in found[:3]]
    assert found[3]["reason"].startswith("unknown model 'nobody'")
    status, out, _ = bill(file, "--on", "2026-08-01", "--model", "gemini-2.5-flash", "--format", "json")
    assert 8 == json.loads(out)["calls"]["priced"]
    status, out, _ = bill(file, "--tier", "batch", "--format", "json", "--model", "gemini-2.5-flash")
    assert "batch" in {one["tier"] for one in json.loads(out)["sums"]}


def test_more_reasons_than_fit(bill: Bill, tmp_path: Path):
    """They stand in the data."""
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(
            json.dumps({"model": f"no{'x' * n}", "time": "2026-08-01", "input_tokens": 1}) + "\n" for n in range(12)
        )
    )
    _, out, _ = bill(path)
    assert "Refused for 2 more reasons: --format json has all." in out
    assert 12 == len(json.loads(bill(path, "--format", "json")[1])["refused"])


def test_the_reasons_of_a_log_of_rubbish_are_bounded(bill: Bill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Memory is, too."""
    monkeypatch.setattr("ratecards.bill.tally._MOST_REASONS", 2)
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({"model": f"no{'x' * n}", "time": "2026-08-01", "input_tokens": 1}) + "\n" for n in range(5))
    )
    found = json.loads(bill(path, "--format", "json")[1])["refused"]
    assert ["other reasons", 3] == [found[0]["reason"], found[0]["rows"]]


def test_allowances_are_lines_of_their_own(bill: Bill, tmp_path: Path):
    """Rows are priced without them; a pool that models share is used up once a month."""
    path = tmp_path / "log.csv"
    path.write_text(
        "model,time,input_tokens,search_queries,maps_prompts\n"
        "gemini-3-flash-preview,2026-08-03T10:00:00Z,1000,3000,\n"
        "gemini-3.1-pro-preview,2026-08-04T10:00:00Z,1000,4000,\n"
        "gemini-3-flash-preview,2026-07-04T10:00:00Z,1000,10,\n"
        "gemini-2.5-flash,2026-09-04T10:00:00Z,1000,,2000\n"
    )
    status, out, _ = bill(path, "--format", "json")
    found = json.loads(out)
    assert 0 == status
    assert [
        ("gemini-2.5-flash", "2026-09-04", "2000", "1500", "-37.5"),
        ("shared", "2026-07", "10", "10", "-0.14"),
        ("shared", "2026-08", "7000", "5000", "-70"),
    ] == [(a["pool"], a["period"], a["used"], a["covered"], a["amount"]) for a in found["allowances"]]
    assert Decimal(found["total"]) - Decimal("107.64") == Decimal(found["after_allowances"])
    assert "After allowances: " in bill(path)[1]
    charges = [*csv.DictReader(io.StringIO(bill(path, "--format", "focus")[1]))]
    assert Decimal(found["after_allowances"]) == sum(Decimal(row["BilledCost"]) for row in charges)
    assert [("Credit", "2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z")] == [
        (row["ChargeCategory"], row["ChargePeriodStart"], row["ChargePeriodEnd"])
        for row in charges
        if row["BilledCost"] == "-70"
    ]


def test_focus(bill: Bill, file: Path):
    """All columns of the dataset, in their order; quantity times price is cost."""
    _, out, _ = bill(file, "--by", "customer", "--format", "focus")
    rows = [*csv.DictReader(io.StringIO(out))]
    assert [*focus.COLUMNS, *focus.OWN] == list(rows[0])
    assert sum(RIGHT) == sum(Decimal(row["BilledCost"]) for row in rows)
    for row in rows:
        assert Decimal(row["PricingQuantity"]) * Decimal(row["ListUnitPrice"]) == Decimal(row["ListCost"])
        assert row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= row["BillingPeriodEnd"]
        assert ("Usage", "USD", "Generative AI") == (
            row["ChargeCategory"],
            row["BillingCurrency"],
            row["ServiceSubcategory"],
        )
    assert {"a", "b", ""} == {json.loads(row["Tags"])["customer"] for row in rows}


def test_a_file_is_whole_or_not_there(bill: Bill, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With `--to`."""
    to = tmp_path / "bill.json"
    assert (0, f"{to}: written\n") == bill(file, "--format", "json", "--to", to)[:2]
    before = to.read_bytes()
    assert "0.0052625" == json.loads(before)["total"]

    def stopped(self: Path, other: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    assert 130 == bill(file, "--format", "json", "--to", to)[0]
    assert before == to.read_bytes()
    assert {"bill.json", "log.jsonl"} == {path.name for path in tmp_path.iterdir()}


def test_parquet(bill: Bill, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Amounts are decimals."""
    to = tmp_path / "bill.parquet"
    assert (0, f"{to}: written\n") == bill(file, "--by", "customer", "--format", "parquet", "--to", to)[:2]
    with duckdb.connect() as base:
        rows = base.execute("SELECT customer, calls, amount FROM read_parquet(?) ORDER BY 1", [str(to)]).fetchall()
    assert [("", 1, RIGHT[2]), ("a", 1, RIGHT[0]), ("b", 1, RIGHT[1])] == rows
    status, _, err = bill(file, "--format", "parquet")
    assert (2, "ratecards: --format parquet: say the file to write (--to FILE)\n") == (status, err)
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    assert 0 == bill(empty, "--format", "parquet", "--to", to)[0]
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    assert 2 == bill(file, "--format", "parquet", "--to", to)[0]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("log.jsonl:1", "gemini-2.5-pro, standard tier, paid plan, by google/gemini-api as of 2026-08-01: 0.00145 USD"),
        ("codex/input.jsonl:7", "gpt-5.3-codex, standard tier, paid plan, by openai/openai-api as of 2026-10-06: "),
        ("gemini-unary/input.json:1", "no word on when it was"),
        ("openai-responses-stream/input.jsonl:1", "holds no call: an event of a stream, without a usage"),
        ("list.json:2", "gpt-5-mini, standard tier, paid plan"),
        ("stream.txt:1", "gpt-5-mini, standard tier, paid plan"),
        ("broken.jsonl:1", "broken.jsonl:1: not JSON"),
        ("broken.jsonl:9", "broken.jsonl: has no row 9"),
        ("vercel-steps/input.json:1", "2 calls, gemini-2.5-flash"),
        ("log.jsonl", "--explain: expected a row as `log.jsonl:17`, saw "),
    ],
)
def test_one_row_explained(bill: Bill, file: Path, tmp_path: Path, row: str, words: str):
    """With each rate that its cost is made of, in the words of its page."""
    chat = json.loads((USAGE / "openai-chat-stream/input.jsonl").read_text().splitlines()[1])
    (tmp_path / "list.json").write_text(json.dumps([ROWS[0], chat]))
    (tmp_path / "stream.txt").write_text(f"data: {json.dumps(chat)}\n")
    (tmp_path / "broken.jsonl").write_text('{"a\n[1]\n{"b": 1}\n')
    where = tmp_path if (tmp_path / row.partition(":")[0]).exists() else USAGE
    status, out, err = bill(file, "--explain", where / row)
    assert words in out + err
    assert status == (0 if words in out else 2)


def test_an_old_bill_again(bill: Bill, file: Path):
    """By what was known on a day; before anything was, nothing can be priced."""
    status, out, _ = bill(file, "--known-on", "2099-01-01", "--format", "json")
    assert (0, "0.0052625") == (status, json.loads(out)["total"])
    status, out, _ = bill(file, "--known-on", "2026-01-01")
    assert (2, "") == (status, out)


def test_files_that_are_no_logs_are_named(bill: Bill, file: Path):
    """In a folder; and a file that is not there."""
    for name in ("a.md", "b.md", "c.md", "d.md"):
        (file.parent / name).write_text("x")
    _, _, err = bill(file.parent)
    assert "ratecards: 4 files are no logs by their names, and are not read: " in err
    assert (2, "") == bill("nowhere")[:2]


@pytest.mark.parametrize(
    ("name", "content", "calls", "refused"),
    [
        # chunks of one answer, as a JSON list
        (
            "stream.json",
            [{"promptTokenCount": 11}, {"promptTokenCount": 11, "candidatesTokenCount": 9, "ends": 1}],
            1,
            0,
        ),
        ("two.json", [{"promptTokenCount": 11}, {"promptTokenCount": 5}], 2, 0),
        ("unsaid.json", [{"promptTokenCount": 5}, {"promptTokenCount": 9}, {"promptTokenCount": 3}], 0, 1),
        ("broken.json", [{"promptTokenCount": 5}, {"x": 1}, {"promptTokenCount": 3}], 2, 1),
        ("empty.json", [], 0, 0),
        ("rubbish.json", [1], 0, 1),
    ],
)
def test_a_list_is_of_calls_or_of_chunks(
    bill: Bill, tmp_path: Path, name: str, content: list[dict[str, Any]], calls: int, refused: int
):
    """As `cost` tells them apart; what it cannot is refused."""
    usages = [
        {"usageMetadata": one, "modelVersion": "gemini-2.5-pro"} if isinstance(one, dict) and "x" not in one else one
        for one in content
    ]
    path = tmp_path / name
    for one in usages:
        if isinstance(one, dict) and one.get("usageMetadata", {}).pop("ends", 0):
            one["candidates"] = [{"finishReason": "STOP"}]
    path.write_text(json.dumps(usages))
    found = json.loads(bill(path, "--on", "2026-08-01", "--format", "json")[1])
    assert (calls, refused) == (found["calls"]["priced"], found["calls"]["refused"])


def test_writes_to_a_cache_of_no_said_lifetime(bill: Bill, tmp_path: Path):
    """It decides between two prices, so that somebody must say it; where there is one price it changes nothing."""
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 1_000_000,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
    }
    own = {"type": "message", "model": "claude-sonnet-4-5-20250929", "ts": "2026-08-01", "usage": usage}
    said = {**own, "usage": {**usage, "cache_creation": {"ephemeral_1h_input_tokens": 1_000_000}}}
    plain = {"model": "gpt-5.6-sol", "time": "2026-10-05", "input_tokens": 1, "cache_write_tokens": 5}
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in (own, said, plain)))
    status, out, _ = bill(path)
    assert (1, True) == (status, "say which: 6.00 (1 hour), 3.75 (5 minutes)" in " ".join(out.split()))
    found = json.loads(bill(path, "--cache-lifetime", "5 minutes", "--format", "json")[1])
    assert {"9.75009", True} == {found["sums"][0]["amount"], found["calls"]["refused"] == 0}
    assert "3.7500" in bill(path, "--cache-lifetime", "5 minutes", "--explain", f"{path}:1")[1]


def test_a_list_of_records_that_have_a_form(bill: Bill, tmp_path: Path):
    """Each is read for itself, and named by its place in the list."""
    chat = {"model": "gpt-5", "created": 1785654000, "usage": {"prompt_tokens": 21, "completion_tokens": 6}}
    path = tmp_path / "list.json"
    path.write_text(json.dumps([chat, {"error": {"code": 8}}, {**chat, "usage": {"prompt_tokens": -1}}]))
    found = json.loads(bill(path, "--format", "json")[1])
    assert (1, 1) == (found["calls"]["priced"], found["no_call"][0]["records"])
    assert [f"{path}:3"] == found["refused"][0]["places"]


def test_pictures_by_the_piece_are_not_added_up_before_they_are_priced(bill: Bill, tmp_path: Path):
    """1,290 tokens are a picture, and 2,580 two; 1,000 are none, and neither are three times as many."""
    row = {"model": "gemini-2.5-flash-image", "time": "2026-04-27"}
    rows = [{**row, "output_tokens": {"image": n}} for n in (1290, 2580, 1000, 290, 1290)]
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    found = json.loads(bill(path, "--format", "json", "--by", "")[1])
    assert Decimal(found["total"]) == sum(ratecards.cost(usage=one).total for one in rows)
    assert "5 calls: " in bill(path, "--by", "")[1]


def test_a_chunk_in_a_log_is_no_call(bill: Bill, tmp_path: Path):
    """The last one counts all of an answer; where each is a call, it must be said."""
    chunk = {
        "candidates": [{"content": {}}],
        "usageMetadata": {"promptTokenCount": 5},
        "responseId": "r",
        "modelVersion": "gemini-2.5-pro",
        "createTime": "2026-08-01T10:00:00Z",
    }
    last = {**chunk, "candidates": [{"content": {}, "finishReason": "STOP"}]}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(chunk) + "\n" + json.dumps({"response": chunk}) + "\n" + json.dumps(last) + "\n")
    status, out, _ = bill(path)
    assert (1, True) == (status, "a chunk of a streamed answer" in out)
    assert "3 calls: " in bill(path, "--each")[1]


def test_a_session_counts_each_answer_once(bill: Bill):
    """Also where another file repeats it."""
    session = USAGE / "claude-code/input.jsonl"
    once, twice = (
        json.loads(bill(*paths, "--format", "json")[1])
        for paths in ([session], [session, USAGE / "../usage/claude-code/input.jsonl"])
    )
    assert 2 == once["calls"]["seen"]
    assert once["total"] == twice["total"]


def test_progress_is_told_on_a_terminal(bill: Bill, file: Path, monkeypatch: pytest.MonkeyPatch):
    """And nowhere else."""
    shown = io.StringIO()
    monkeypatch.setattr(bill_command, "sys", SimpleNamespace(stderr=shown))
    shown.isatty = lambda: True  # type: ignore[method-assign]
    bill(file)
    assert "\rratecards: 0 of 0 MB\n" == shown.getvalue()


def test_the_bill_is_what_the_calls_cost_in_python(file: Path):
    """One by one, in turn, and as a column."""
    assert RIGHT == [*ratecards.costs(ROWS)]
    assert sum(RIGHT) == sum(ratecards.cost(usage=row).total for row in ROWS)
