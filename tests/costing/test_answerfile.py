"""Answers saved to a file: JSON, or the events of a stream; anything else is refused with its place and a way out."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.cli import cost_commands
from ratecards.errors import CostError


def test_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """From a file or standard input, with or without a byte order mark; decimals stay decimals."""
    file = tmp_path / "usage.json"
    file.write_bytes(b'\xef\xbb\xbf{"seconds": 1.5}')
    assert ({"seconds": Decimal("1.5")}, False) == cost_commands.read_file(str(file))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"[1]")))
    assert ([1], False) == cost_commands.read_file("-")


def test_the_events_of_a_stream():
    """As a server sends them, with the words that are no data; they are one stream."""
    text = ': ping\n\nevent: message\nid: 1\ndata: {"a": 1}\n\ndata:{"b": 2}\r\n\r\ndata: [DONE]\n\ndata:\n'
    assert ([{"a": 1}, {"b": 2}], True) == cost_commands.parsed(text, "stream.txt")


def test_fault_98_a_log_of_lines_is_no_one_call(tmp_path: Path):
    """Neither its first nor its last line stands for all: it is a list of them, and a line that is none is named."""
    file = tmp_path / "log.jsonl"
    file.write_text('{"promptTokenCount": 5}\n\n{"promptTokenCount": 3}\n', encoding="utf-8")
    assert ([{"promptTokenCount": 5}, {"promptTokenCount": 3}], False) == cost_commands.read_file(str(file))
    file.write_text('{"promptTokenCount": 5}\n{"promptTokenCount": 3}\n{"promptTok', encoding="utf-8")
    with pytest.raises(CostError, match=r"log.jsonl, line 3:1:2: not JSON"):
        cost_commands.read_file(str(file))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "usage.json:1:2: not JSON: "),
        (b'{"seconds": NaN}', "usage.json:1:13: expected a number, saw NaN"),
        (b'{"a": 1, "a": 2}', "usage.json:1:10: the key 'a' stands twice in one object"),
        (b"[" * 100, "usage.json:1:41: expected at most 40 levels, saw one more"),
        (b"\xff\xfe", "usage.json: not JSON: expected UTF-8, saw "),
        (
            b"prompt_token_count=20 traffic_type=None",
            "Python's own words for an object? save what its model_dump_json()",
        ),
        (b"data: {", "usage.json:1:2: not JSON: "),
        (b'"a"\n"b"', "usage.json:2:1: not JSON: Extra data, saw '\"b\"'"),
        (b"{\n", "usage.json:2:1: not JSON"),
        (b'{"a":\n{"b" 1}}', "usage.json:2:6: not JSON"),
    ],
    ids=str,
)
def test_text_that_is_no_json_is_refused(tmp_path: Path, content: bytes, words: str):
    """The message names the file and the place."""
    file = tmp_path / "usage.json"
    file.write_bytes(content)
    with pytest.raises(CostError) as caught:
        cost_commands.read_file(str(file))
    assert words in str(caught.value)
