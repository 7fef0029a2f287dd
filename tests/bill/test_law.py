"""The law of a bill: for any split, order and packaging of the same calls it is the same, the sum of `cost` one by one."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ratecards
from ratecards.bill import count, log, report
from ratecards.bill.count import Counted, Wanted, counted
from ratecards.bill.log import Part
from ratecards.bill.tally import Counting, Sum
from ratecards.costing.calls import Asked
from ratecards.errors import CostError
from tests.bill.calls import CALLS, gemini

DATASET = ratecards.load(stale="allow")
TODAY = date(2026, 10, 7)
WANTED = Wanted(str(DATASET.path), TODAY)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".jsonl": bytes,
    ".jsonl.gz": gzip.compress,
    ".jsonl.bz2": bz2.compress,
    ".log.xz": lzma.compress,
}


def lines(records: list[Any]) -> bytes:
    """Records as JSON lines; a text is a broken line."""
    return b"".join((r if isinstance(r, str) else json.dumps(r)).encode() + b"\n" for r in records)


def billed(paths: list[Path], wanted: Wanted = WANTED) -> Counted:
    """The bill of files, by this process."""
    return counted(DATASET, wanted, [str(path) for path in paths], jobs=1)


def outcome(found: Counted, by: tuple[str, ...] = ("model", "tier", "day", "source")) -> Any:
    """What must be the same: sums with their lines, refusals, tokens."""
    sums = {
        group.words: (
            group.sum.rows,
            group.sum.tokens,
            sorted((k, v.quantity, v.amount) for k, v in group.sum.lines.items()),
        )
        for group in report.groups(found, by)
    }
    refused = {key: (one.rows, one.tokens) for key, one in found.tally.refused.items()}
    return sums, refused, found.tally.nothing


def one_by_one(records: list[Any]) -> tuple[Decimal, int]:
    """The sum of what each costs alone, and how many cannot be priced."""
    total, refused = Decimal(0), 0
    for record in records:
        try:
            total += ratecards.cost(usage=record, dataset=DATASET).total
        except CostError:
            refused += 1
    return total, refused


@given(st.lists(CALLS, max_size=12), st.randoms(use_true_random=False), st.data())
def test_the_bill_is_the_sum_of_its_calls(records: list[Any], random: Any, data: Any):
    """In any order, in any files, packed or not, with broken lines among them."""
    total, refused = one_by_one(records)
    rows = [*records, *["{broken"] * data.draw(st.integers(0, 2))]
    with TemporaryDirectory() as folder:
        first = Path(folder, "all.jsonl")
        first.write_bytes(lines(rows))
        whole = billed([first])
        assert total == report.total(whole.tally.sums.values())[0]
        assert refused + len(rows) - len(records) == sum(one.rows for one in whole.tally.refused.values())
        random.shuffle(rows)
        paths = []
        for number in range(data.draw(st.integers(1, 4))):
            ending = data.draw(st.sampled_from(sorted(PACKED)))
            paths.append(Path(folder, f"{number}{ending}"))
            own = rows[number::4] if number < 3 else rows[3::4]
            paths[-1].write_bytes(PACKED[ending](lines(own)))
        rest = [row for number in range(len(paths), 4) for row in rows[number::4]]
        paths.append(Path(folder, "rest.jsonl"))
        paths[-1].write_bytes(lines(rest))
        assert outcome(whole) == outcome(billed(paths))
        assert outcome(whole) == outcome(billed([*reversed(paths)]))


@given(gemini())
def test_a_quick_look_sees_what_a_long_one_sees(record: dict[str, Any]):
    """Answers of text are added up as numbers; that changes no amount."""
    catalog = DATASET.catalog(None, TODAY)
    quick, slow = Counting(catalog, Asked(), ("customer",)), Counting(catalog, Asked(), ("customer",))
    slow._add_quickly = lambda record: False  # type: ignore[method-assign]
    found = []
    for counting in (quick, slow):
        counting.add(record, (0, 0, 1), {})
        counting.add(record, (0, 0, 2), {})
        tally = counting.done()
        sums = {key: (one.rows, one.tokens, one.lines) for key, one in tally.sums.items()}
        found.append((sums, {key: one.rows for key, one in tally.refused.items()}))
    assert found[0] == found[1]


@pytest.mark.parametrize("part", [300, 1000, 10_000])
def test_a_file_in_parts_is_the_same_file(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever their size, each line is read once, and its place is that in the file."""
    rows: list[Any] = [
        {"model": "gemini-2.5-pro", "time": f"2026-08-{1 + n % 28:02}", "input_tokens": n, "output_tokens": 3 * n}
        for n in range(100)
    ]
    rows[41] = "{broken"
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines(rows))
    whole = billed([path])
    monkeypatch.setattr(log, "_PART", part)
    parts = billed([path])
    assert (len(log.parts(str(path))) > 1) == (part < path.stat().st_size)
    assert outcome(whole) == outcome(parts)
    for found in (whole, parts):
        (refused,) = found.tally.refused.values()
        assert [f"{path}:42"] == [found.place(place) for place in refused.places]
        assert 100 == found.records


def test_several_processes_count_as_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file in parts and a session that is not, each by a process."""
    rows = [{"model": "gpt-5-mini", "time": "2026-08-01", "input_tokens": n, "output_tokens": n} for n in range(300)]
    path, session = tmp_path / "log.jsonl", Path(__file__).parent.parent / "costing/usage/codex/input.jsonl"
    path.write_bytes(lines(rows))
    monkeypatch.setattr(log, "_PART", 9000)
    alone = billed([path, session])
    told: list[tuple[int, int]] = []
    together = counted(DATASET, WANTED, [str(path), str(session)], 2, lambda done, size: told.append((done, size)))
    assert outcome(alone) == outcome(together)
    assert told[-1][0] == told[-1][1]


def test_a_step_at_midnight_is_the_sellers(tmp_path: Path):
    """Google's day begins at midnight Pacific time, which is 7 or 8 hours later than that of UTC."""
    rows = [
        {"model": "gemini-2.5-pro", "time": time, "input_tokens": 1}
        for time in (
            "2026-08-02T06:59:59Z",
            "2026-08-02T07:00:00Z",
            "2026-08-02T12:30:00+05:30",
            "2026-08-02T00:00:00-07:00",
            "2026-08-02",
            1785654000,
            "2026-01-02T07:59:59Z",
            "2026-01-02T08:00:00Z",
            "2026-03-08T09:59:59Z",
            "2026-03-09T07:00:00Z",
        )
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines([*rows, {"model": "gpt-5-mini", "time": "2026-08-02T23:59:59Z", "input_tokens": 1}]))
    days = {group.words: group.sum.rows for group in report.groups(billed([path]), ("provider", "day"))}
    assert {
        ("google", "2026-01-01"): 1,
        ("google", "2026-01-02"): 1,
        ("google", "2026-03-08"): 1,
        ("google", "2026-03-09"): 1,
        ("google", "2026-08-01"): 1,
        ("google", "2026-08-02"): 5,
        ("openai", "2026-08-02"): 1,
    } == days


def test_a_process_of_a_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It opens the dataset once, and leaves an interrupt to who started it."""
    signals: list[Any] = []
    monkeypatch.setattr("signal.signal", lambda *words: signals.append(words))
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines([{"model": "gpt-5", "time": "2026-08-01", "input_tokens": 1000}]))
    count._begin(WANTED)
    tally, number = count._count((0, 0, Part(str(path))))
    assert (1, 1) == (number, len(signals))
    assert "0.00125" == str(report.total(tally.sums.values())[0])


def test_amounts_of_several_currencies_do_not_add_up():
    """They are told apart by their sources."""
    found = Sum()
    line = ratecards.cost("gpt-5", {"input_tokens": 1000}, "2026-08-01").lines[0]
    found.add([line, line._replace(currency="EUR", source="x")])
    with pytest.raises(CostError, match="amounts in USD and EUR do not add up: say --by source"):
        report.total([found])


def test_a_log_killed_and_restarted(tmp_path: Path):
    """Its last line is torn, and the next begins on it: one row is lost, and is told."""
    rows = lines([{"model": "gpt-5", "time": "2026-08-01", "input_tokens": n} for n in range(1000)])
    torn = rows[: len(rows) // 2] + rows
    path = tmp_path / "log.jsonl"
    path.write_bytes(torn)
    found = billed([path])
    (refused,) = found.tally.refused.values()
    assert (1, torn.count(b"\n")) == (refused.rows, found.records)
    assert found.records - 1 == sum(one.rows for one in found.tally.sums.values())


ANSWER = {
    "usageMetadata": {"promptTokenCount": 5},
    "modelVersion": "gemini-2.5-pro",
    "createTime": "2026-08-01T10:00:00Z",
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"candidates": 5},
        {"candidates": ["x"]},
        {"candidates": [{"content": {}, "groundingMetadata": {"webSearchQueries": ["a"]}}]},
        {"modelVersion": ["x"]},
        {"modelVersion": "nobody"},
        {"createTime": None, "ts": "2026-08-02T10:00:00Z"},
        {"createTime": "2026-08-02T10:00:00.5x"},
        {"createTime": "2026-08-02T10:99:00Z"},
        {"usageMetadata": {"promptTokenCount": 5, "cachedContentTokenCount": 6}},
        {"usageMetadata": {"promptTokenCount": 0}},
        {"response": {"usageMetadata": {"promptTokenCount": 7}}},
        {"usageMetadata": None, "response": 5},
        {"model": "gpt-5"},
    ],
    ids=str,
)
@pytest.mark.parametrize("on", [None, date(2026, 8, 1)])
@pytest.mark.parametrize("nested", [False, True])
def test_what_a_quick_look_leaves_to_a_long_one(more: dict[str, Any], on: date | None, nested: bool):
    """It never says another thing."""
    record = {**ANSWER, **more}
    catalog = DATASET.catalog(on, TODAY)
    quick, slow = Counting(catalog, Asked()), Counting(catalog, Asked())
    slow._add_quickly = lambda record: False  # type: ignore[method-assign]
    for counting in (quick, slow):
        for _ in range(2):
            counting.add({"response": record, "customer": "c"} if nested else record, (0, 0, 1), {})
    one, other = quick.done(), slow.done()
    assert {k: (s.rows, s.tokens, s.lines) for k, s in one.sums.items()} == {
        k: (s.rows, s.tokens, s.lines) for k, s in other.sums.items()
    }
    assert {k: s.rows for k, s in one.refused.items()} == {k: s.rows for k, s in other.refused.items()}


def test_processors_where_they_cannot_be_told(monkeypatch: pytest.MonkeyPatch):
    """All there are, or one."""
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert 1 == count._processors()
