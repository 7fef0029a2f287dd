"""Logs: files, folders, globs and standard input, as records with their places.

JSON lines, one JSON value, a stream of events (SSE), CSV, Parquet (with DuckDB); as they are or compressed by gzip,
bzip2, xz or, with `zstandard`, zstd. JSON lines and CSV are read line by line, in constant memory.
"""

from __future__ import annotations

import csv
import glob
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO

from ratecards.costing import message_stream, usage_forms
from ratecards.costing.counts import PLAIN
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # what a record is, or why it is none; its number in the file
    Record = tuple[int, Any | None, str]

NOT_JSON = "not JSON: expected a JSON value on the line"
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_KINDS = {".jsonl": "lines", ".ndjson": "lines", ".log": "lines", ".json": "json", ".txt": "lines", ".sse": "lines"}
_KINDS |= {".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
# A JSON value that is no line of its own is read whole.
_MOST_WHOLE = 500_000_000
_PART = 32_000_000


class Part(NamedTuple):
    """A file, or of one that can be read in parts the bytes from `start` up to `end`."""

    path: str
    start: int = 0
    end: int = -1


def files(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The files that names mean, sorted within a folder or glob; and those in folders that are no logs by their names.

    Raises `CostError` on a name that means nothing.
    """
    found: list[str] = []
    others: list[str] = []
    for name in names:
        if name == "-" or Path(name).is_file():
            found.append(name)
        elif Path(name).is_dir():
            inside = sorted(str(path) for path in Path(name).rglob("*") if path.is_file())
            logs = [path for path in inside if _kind(path)]
            found += logs
            others += [path for path in inside if path not in set(logs)]
        elif matching := _matching(name):
            found += matching
        else:
            raise CostError(f"{name}: expected a file, a folder or a pattern of them; there is none")
    return list(dict.fromkeys(found)), others


def _matching(pattern: str) -> list[str]:
    found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - a pattern may be anywhere
    return sorted(path for path in found if Path(path).is_file())


def parts(path: str) -> list[Part]:
    """A file in parts that can be read at once: a large one of JSON lines, whose lines do not depend on each other."""
    if path == "-" or _kind(path) != "lines" or path.endswith(_COMPRESSED) or Path(path).stat().st_size <= _PART:
        return [Part(path)]
    with Path(path).open("rb") as file:
        first = file.readline()
        if not first.lstrip().startswith(b"{") or _depends(first):
            return [Part(path)]
        ends = []
        size = os.fstat(file.fileno()).st_size
        for start in range(_PART, size, _PART):
            file.seek(start)
            file.readline()
            ends.append(min(file.tell(), size))
    bounds = sorted({0, *ends, size})
    return [Part(path, start, end) for start, end in pairwise(bounds)]


def _depends(line: bytes) -> bool:
    """Whether the lines of a file that begins so say something for those after them, as in a session of Codex."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    if not isinstance(record, Mapping) or message_stream.is_event(record):
        return isinstance(record, Mapping)
    found = usage_forms.recognised(record)
    return bool(found and (found[0].keeps or "kept" in str(found[0].model)))


def _kind(path: str) -> str:
    """What a file is by its name, without its compression; empty where that is not known."""
    for ending in _COMPRESSED:
        path = path.removesuffix(ending)
    return _KINDS.get(Path(path).suffix.lower(), "")


# ----------------------------------------------------------------------------------------------- what is in one


def read(part: Part, columns: frozenset[str] = PLAIN) -> Iterator[Record]:
    """The records of a file or of a part of one, each with its number; an error for one that cannot be read.

    A file that is no table by its name is one where its first line has any of these columns. Raises `CostError` on a
    file that is none, or `OSError`.
    """
    if _kind(part.path) == "parquet":
        yield from _parquet(part.path)
        return
    with _opened(part.path) as file:
        if part.end >= 0:
            file.seek(part.start)
            yield from _lines(_until(file, part.end - part.start))
            return
        if _kind(part.path) == "csv":
            yield from _csv(file, "\t" if ".tsv" in part.path else ",")
            return
        yield from _told(file, part.path, columns)


def _told(file: IO[bytes], path: str, columns: frozenset[str]) -> Iterator[Record]:
    """JSON lines, one JSON value, a stream or a table, told by how it begins."""
    head: list[bytes] = []
    for line in file:
        head.append(line)
        if sum(bool(own.strip()) for own in head) > 1:
            break
    first = [line.strip().removeprefix(b"\xef\xbb\xbf") for line in head if line.strip()]
    start = first[0] if first else b""
    rest = _chain(head, file)
    if start.startswith((b"data:", b"event:", b"id:", b":")):
        yield from _events(rest)
    elif start.startswith(b"[") or (start.startswith(b"{") and not _are_lines(first, path)):
        yield from _whole(rest, path)
    elif not _kind(path) and (delimiter := _delimiter(start.decode("utf-8", "replace"), columns)):
        yield from _csv(rest, delimiter)
    else:
        yield from _lines(rest)


def _delimiter(head: str, columns: frozenset[str]) -> str:
    """What stands between the names of a table that begins so; empty where it has none of these columns."""
    return next((one for one in ",\t" if not columns.isdisjoint(n.strip('" ') for n in head.split(one))), "")


def _chain(head: list[bytes], file: IO[bytes]) -> Iterator[bytes]:
    yield from head
    yield from file


def _are_lines(first: list[bytes], path: str) -> bool:
    """Whether a file that begins with these lines is of one JSON value a line, of which the first may be broken."""
    return _kind(path) == "lines" or any(map(_is_object, first))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(loads()(line), dict)
    except (ValueError, RecursionError):
        return False


def _until(file: IO[bytes], size: int) -> Iterator[bytes]:
    for line in file:
        size -= len(line)
        yield line
        if size <= 0:
            return


def loads() -> Callable[[bytes], Any]:
    """A reader of JSON: orjson's where that is installed, which is quicker."""
    try:
        import orjson
    except ImportError:
        return _decoder
    return orjson.loads  # type: ignore[no-any-return]


def _no_constant(text: str) -> object:
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _decoder(line: bytes) -> Any:
    return _DECODER.decode(line.decode("utf-8"))


def _lines(lines: Iterable[bytes]) -> Iterator[Record]:
    """JSON values, one a line."""
    load = loads()
    for number, line in enumerate(lines, 1):
        try:
            yield number, load(line), ""
        except (ValueError, RecursionError):
            bare = line.strip()
            if number == 1 and bare.startswith(b"\xef\xbb\xbf"):
                yield from ((number, record, wrong) for _, record, wrong in _lines([bare[3:]]))
            elif bare:
                yield number, None, NOT_JSON


def _events(lines: Iterable[bytes]) -> Iterator[Record]:
    """The events of a stream, as one record: a list of them."""
    load, events = loads(), []
    for number, line in enumerate(lines, 1):
        if line.startswith(b"data:") and (data := line[5:].strip()) not in (b"", b"[DONE]"):
            try:
                events.append(load(data))
            except (ValueError, RecursionError):
                yield number, None, NOT_JSON
    yield 1, Stream(events), ""


class Stream(list[object]):
    """The events of one stream."""


class Listed(list[object]):
    """A JSON list: of calls, or of the chunks of one."""


def _whole(lines: Iterable[bytes], path: str) -> Iterator[Record]:
    """One JSON value: a list is of calls or chunks, anything else is a record."""
    content = io.BytesIO()
    for line in lines:
        content.write(line)
        if content.tell() > _MOST_WHOLE:
            raise CostError(f"{path}: expected at most {_MOST_WHOLE:,} bytes of one JSON value; write a call a line")
    try:
        found = loads()(content.getvalue().removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        yield 1, None, NOT_JSON
        return
    yield 1, Listed(found) if isinstance(found, list) else found, ""


def _csv(lines: Iterable[bytes], delimiter: str) -> Iterator[Record]:
    """The rows of a table by its head; an empty cell says nothing."""
    text = (line.decode("utf-8-sig" if number == 0 else "utf-8", "replace") for number, line in enumerate(lines))
    reader = csv.DictReader(text, delimiter=delimiter)
    number = 1
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, None, f"no row of a table: {error}"
            continue
        if None in row or None in row.values():
            yield number, None, f"expected {len(reader.fieldnames or ())} cells, saw another number"
            continue
        yield number, {name: value for name, value in row.items() if value != ""}, ""


def _parquet(path: str) -> Iterator[Record]:
    """The rows of a Parquet file."""
    try:
        import duckdb
    except ImportError as error:
        raise CostError(f"{path}: Parquet is read with DuckDB: pip install 'ratecards[parquet]'") from error
    try:
        with duckdb.connect() as base:
            found = base.execute("SELECT * FROM read_parquet(?)", [path])
            names = [column[0] for column in found.description]
            number = 0
            while rows := found.fetchmany(10_000):
                for row in rows:
                    number += 1
                    yield number, {n: v for n, v in zip(names, row, strict=True) if v is not None}, ""
    except duckdb.Error as error:
        raise CostError(f"{path}: not Parquet: {str(error).splitlines()[0]}") from error


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """A file to be read, unpacked. Raises `CostError` or `OSError`."""
    if path == "-":
        yield sys.stdin.buffer
        return
    with _open(path) as file:
        yield file


def _open(path: str) -> IO[bytes]:
    if path.endswith(".gz"):
        import gzip

        return gzip.open(path)  # type: ignore[return-value]
    if path.endswith(".bz2"):
        import bz2

        return bz2.open(path)
    if path.endswith(".xz"):
        import lzma

        return lzma.open(path)
    if path.endswith(".zst"):
        try:
            import zstandard
        except ImportError as error:
            raise CostError(f"{path}: zstd is read with zstandard: pip install 'ratecards[zstd]'") from error
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(Path(path).open("rb"), closefd=True))
    return Path(path).open("rb")
