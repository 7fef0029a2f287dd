"""Logs as they stand in files: which are read, how, and what of them cannot be."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from ratecards.bill import log
from ratecards.bill.log import Listed, Part, Stream
from ratecards.errors import CostError


def read(path: Path | str) -> list[Any]:
    """The records of a file; of one that cannot be read why."""
    return [wrong or record for _, record, wrong in log.read(Part(str(path)))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some logs, and what is none."""
    (tmp_path / "a").mkdir()
    for name in ("b.jsonl", "a/c.json.gz", "a/d.CSV", "notes.md"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_the_files_that_names_mean(folder: Path):
    """A file, a folder with what is below it, a pattern, standard input; each once."""
    all_of = [str(folder / name) for name in ("a/c.json.gz", "a/d.CSV", "b.jsonl")]
    assert (all_of, [str(folder / "notes.md")]) == log.files([str(folder)])
    assert ([str(folder / "notes.md"), "-"], []) == log.files([str(folder / "notes.md"), "-"])
    assert ([str(folder / "b.jsonl")], []) == log.files([str(folder / "*.jsonl"), str(folder / "b.jsonl")])
    assert (all_of[:1], []) == log.files([str(folder / "**" / "*.gz")])
    with pytest.raises(CostError, match=r"x/\*: expected a file, a folder or a pattern of them; there is none"):
        log.files(["x/*"])


@pytest.mark.parametrize("orjson", [False, True])
@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.jsonl", b'{"a": 1}\n\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ("a.jsonl", b'\xef\xbb\xbf{"a": 1}\r\n{"b"\n\xff\n{"a": NaN}\n[1]\n', [{"a": 1}, *[log.NOT_JSON] * 3, [1]]),
        ("a.jsonl", b'{"a": 1\n{"b": 2}\n', [log.NOT_JSON, {"b": 2}]),
        ("a.log", b"\xef\xbb\xbf{broken\n{}\n", [log.NOT_JSON, {}]),
        ("a.jsonl", b"", []),
        ("a.json", b'{"a":\n 1}\n', [{"a": 1}]),
        ("a.json", b'{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ("a.json", b'{"a": 1\n{"b": 2}\n', [log.NOT_JSON, {"b": 2}]),
        ("a.json", b'[\n{"a": 1},\n2]', [Listed([{"a": 1}, 2])]),
        ("a.json", b'[{"a": 1}]', [Listed([{"a": 1}])]),
        ("a.json", b'{\n"a": {', [log.NOT_JSON]),
        ("a.txt", b'event: x\ndata: {"a": 1}\n\ndata: [DONE]\ndata: {\n', [log.NOT_JSON, Stream([{"a": 1}])]),
        ("a.csv", b"model,a\nm,\nm,2\n", [{"model": "m"}, {"model": "m", "a": "2"}]),
        (
            "a.tsv",
            b"\xef\xbb\xbfmodel\ta\nm\t1\nm\n",
            [{"model": "m", "a": "1"}, "expected 2 cells, saw another number"],
        ),
        ("a.csv", b'a\n"' + b"x" * 140_000 + b'"\n', ["no row of a table: field larger than field limit (131072)"]),
        ("a", b"model,input_tokens\nm,5\n", [{"model": "m", "input_tokens": "5"}]),
        ("a", b"nothing, really\n", [log.NOT_JSON]),
    ],
)
def test_what_is_in_a_file(
    name: str, content: bytes, found: list[Any], orjson: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One value a line, one value, a stream, a table; what is broken is one record that cannot be read."""
    if orjson:
        quick = SimpleNamespace(loads=lambda text: log._decoder(bytes(text)))
        monkeypatch.setitem(sys.modules, "orjson", quick)
    else:
        monkeypatch.setitem(sys.modules, "orjson", None)
    path = tmp_path / name
    path.write_bytes(content)
    assert found == read(path)
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(content))
    assert found == read(packed)


def test_standard_input(monkeypatch: pytest.MonkeyPatch):
    """For what comes through a pipe; it is one part."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}\n')))
    assert [Part("-")] == log.parts("-")
    assert [{"a": 1}] == read("-")


def test_one_value_is_read_whole_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A list of a terabyte is better written a call a line."""
    monkeypatch.setattr(log, "_MOST_WHOLE", 5)
    path = tmp_path / "a.json"
    path.write_bytes(b"[1, 2, 3]")
    with pytest.raises(CostError, match=r"expected at most 5 bytes of one JSON value; write a call a line"):
        read(path)


def test_zstd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read with its package, else it says which."""
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b'{"a": 1}\n')

    class Unpacked(SimpleNamespace):
        def stream_reader(self, file: io.BufferedReader, closefd: bool) -> io.BufferedReader:
            return file

    monkeypatch.setitem(sys.modules, "zstandard", SimpleNamespace(ZstdDecompressor=Unpacked))
    assert [{"a": 1}] == read(path)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(CostError, match=r"pip install 'ratecards\[zstd\]'"):
        read(path)


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A row a record; nulls say nothing."""
    path = tmp_path / "a.parquet"
    with duckdb.connect() as base:
        base.execute(f"COPY (SELECT 'm' AS model, 5 AS input_tokens, NULL::INT AS x) TO '{path}' (FORMAT parquet)")
    assert [{"model": "m", "input_tokens": 5}] == read(path)
    path.write_bytes(b"PAR")
    with pytest.raises(CostError, match=r"a\.parquet: not Parquet: "):
        read(path)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(CostError, match=r"pip install 'ratecards\[parquet\]'"):
        read(path)


@pytest.mark.parametrize(
    ("first", "whole"),
    [
        ({"type": "session_meta", "payload": {"id": "s"}}, True),
        ({"type": "message_start", "message": {"id": "m"}}, True),
        ({"model": "m", "input_tokens": 5}, False),
        ([1], True),
    ],
)
def test_lines_that_depend_on_each_other_stay_together(
    first: Any, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A session says the model once, and other files can be read in parts."""
    monkeypatch.setattr(log, "_PART", 50)
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, [first] * 9)), encoding="utf-8")
    assert whole == (1 == len(log.parts(str(path))))
    path.write_bytes(b"{broken\n" * 20)
    assert 1 < len(log.parts(str(path)))
