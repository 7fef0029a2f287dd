"""The rate table and the bands as Parquet, by DuckDB, which only a release needs: prices are DECIMAL, rows in order.

Parquet files of the same rows differ in their bytes from one DuckDB to the next, so it is the rows that are hashed;
the hash stands in the file's own metadata beside the version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ratecards.costing.bands import COLUMNS as BAND_COLUMNS
from ratecards.costing.bands import types
from ratecards.model import COLUMNS
from scraper.errors import DatasetError
from scraper.publish import bands

DIGITS, PLACES = 38, 18
_TYPES = {
    **dict.fromkeys(("prompt_over", "prompt_up_to", "used_over", "used_up_to"), "BIGINT"),
    **dict.fromkeys(("effective_from", "effective_until"), "DATE"),
    "price": f"DECIMAL({DIGITS}, {PLACES})",
}


def write(path: Path, files: Mapping[str, bytes]) -> str:
    """Make `rates.parquet` anew from the published files; returns the hash of its rows.

    Raises `DatasetError` where DuckDB is missing or a price has more decimals than the column.
    """
    rates = json.loads(files["rates.json"])["rates"]
    for rate in rates:
        _fits(rate)
    return _write(path, rates, {name: _TYPES.get(name, "VARCHAR") for name in COLUMNS}, files)


def write_bands(path: Path, files: Mapping[str, bytes]) -> str:
    """Make `bands.parquet` anew from the published files; returns the hash of its rows."""
    rows = [{name: cell for name, cell in row.items() if cell} for row in bands.rows(files["bands.csv"].decode())]
    return _write(path, rows, {name: types().get(name, "VARCHAR") for name in BAND_COLUMNS}, files)


def _write(path: Path, rows: Iterable[Mapping[str, str]], types: Mapping[str, str], files: Mapping[str, bytes]) -> str:
    duckdb = _duckdb()
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
    with TemporaryDirectory() as folder, duckdb.connect() as base:
        lines = Path(folder) / "rows.jsonl"
        lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        base.execute("SET threads = 1")
        kinds = json.dumps(dict.fromkeys(types, "VARCHAR"))
        read = f"read_json('{lines}', format = 'newline_delimited', columns = {kinds})"
        base.execute(f"CREATE TABLE made AS SELECT {columns} FROM {read}")  # noqa: S608 - names of our own
        digest = rows_digest(base.execute("SELECT * FROM made").fetchall())
        version = json.loads(files["datapackage.json"])["version"]
        metadata = f"{{version: '{version}', rows: '{digest}'}}"
        base.execute(f"COPY made TO '{path}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {metadata})")
    return digest


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        words = "Parquet is written by DuckDB, which is not installed: pip install --group release"
        raise DatasetError(words) from error
    return duckdb


def _fits(rate: Mapping[str, str]) -> None:
    price = Decimal(rate.get("price", "0"))
    if -int(price.as_tuple().exponent) > PLACES or price.adjusted() >= DIGITS - PLACES:
        place = f"{rate['provider']}/{rate['source']} {rate['model']}"
        raise DatasetError(f"{place}: the price {price} does not fit DECIMAL({DIGITS}, {PLACES})")


def rows_digest(rows: Iterable[tuple[object, ...]]) -> str:
    """A hash of rows, whatever file they stood in."""
    found = hashlib.sha256()
    for row in rows:
        found.update(json.dumps([None if value is None else str(value) for value in row]).encode() + b"\n")
    return f"sha256:{found.hexdigest()}"
