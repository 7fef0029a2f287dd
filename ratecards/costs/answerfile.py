"""Answers saved to a file: JSON as an API sends it, or the events of a stream."""

from __future__ import annotations

import json
import re

from ratecards.errors import CostError
from ratecards.storage import bounded, safejson
from ratecards.storage.safejson import FormatError

# The answers of a day of calls have a few MB.
_MOST = 50_000_000
_EVENT = re.compile(r"data:\s*(?P<data>.*)")
_JSONL = "; several values, one a line? `jq -s . FILE` makes them the list that is read here"
_REPR = "; Python's own words for an object? save what its model_dump_json() gives"


def read(file: str) -> tuple[object, bool]:
    """What stands in a file, or for `-` on standard input, and whether it is one stream. Raises `CostError`."""
    where = "standard input" if file == "-" else file
    try:
        content = bounded.given(file, _MOST)
    except OSError as error:
        words = "; a pipe is read as standard input: --usage -" if "a pipe" in str(error) else ""
        raise CostError(f"{where}: {error}{words}") from error
    try:
        return parsed(content.decode("utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise CostError(f"{where}: not JSON: expected UTF-8, saw {error}") from error


def parsed(text: str, where: str) -> tuple[object, bool]:
    """The value of a JSON text, or the list of a stream's events; and which of these it was."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and lines[0].startswith(("data:", "event:", "id:", ":")):
        events = [found["data"] for line in lines if (found := _EVENT.match(line))]
        return [_loads(event, where) for event in events if event not in ("", "[DONE]")], True
    try:
        return _loads(text, where), False
    except CostError as error:
        hint = _JSONL if len(lines) > 1 and all(map(_is_object, lines[:2])) else ""
        raise CostError(f"{error}{hint or _REPR * bool(re.match(r'[A-Za-z_.]+[=(]', text.strip()))}") from error


def _loads(text: str, where: str) -> object:
    try:
        return safejson.loads(text, where)
    except FormatError as error:
        raise CostError(str(error)) from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
