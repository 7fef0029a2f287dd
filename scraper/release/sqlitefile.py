"""The dataset as one SQLite file, for those who would rather ask than read.

It is the reader's database (`ratecards.storage.database`): every card and rate with the days on which it held, and
`rates`, the rate table of today. Beside it stand the other published files as tables. Prices stand twice: `price` is
the exact decimal as text, `price_number` the nearest double, to sort and compare by. What a file leaves out is NULL;
lists are JSON. `row` counts as the file does; `user_version` is the version of all this, 3.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from ratecards.dataset import Dataset
from ratecards.model import COLUMNS
from scraper.publish.schemas import KEYS, VALUES

_INTEGERS = {
    *("prompt_over", "prompt_up_to", "used_over", "used_up_to", "models", "rates"),
    *("announced", "correction", "copied"),  # 0 or 1
}
_SIDE = ("source", "price", "currency", "unit", "availability", "quote", "locator", "observed")
_ENTRY = ("id", "kind", "rule", "model", "service_tier", "plan", "meter", "modalities", "conditions", "ratio")
_LIFE = ("first_seen", "last_seen", "state", "because", "closed_on", "moved", "recommended", "conservative")
_HEAD = ("kind", "observed", "recorded", "effective", "correction", "announced", "previous_id")


def _sides(names: Iterable[str], *sides: str) -> tuple[str, ...]:
    return tuple(f"{side}_{name}" for side in sides for name in names)


# What is promised; `rates` and `meta` are the reader's own.
TABLES: dict[str, tuple[str, ...]] = {
    "rates": COLUMNS,
    "changes": (
        *_HEAD,
        *KEYS,
        *_sides(COLUMNS[3:], "old", "new"),
        "ratio",
        "fields",
        "rates",
        "capture",
        "withdraws",
        "paid",
        "copied",
    ),
    "upcoming": ("on", *KEYS, *_sides(VALUES, "before", "after")),
    "discrepancies": (*_ENTRY, *_sides(_SIDE, "left", "right"), *_LIFE),
    "shutdowns": ("on", "provider", "source", "model", "successor", "quote", "observed"),
    "sources": ("name", "url", "models", "rates", "last_updated", "capture", "parser", "unread", "observed", "expires"),
    "meta": ("name", "value"),
}
_NEEDED: dict[str, tuple[str, ...]] = {
    "changes": ("kind", "observed", "recorded", "announced", "provider", "source", "model", "capture"),
    "upcoming": ("on", "provider", "source", "model", "service_tier", "plan", "meter", "basis"),
    "discrepancies": ("id", "kind", "rule", "model", "left_source", "right_source", "first_seen", "last_seen", "state"),
    "shutdowns": ("on", "provider", "source", "model", "quote", "observed"),
    "sources": ("name", "models", "rates", "observed"),
}
_INDICES = {
    "changes_observed": "changes (observed)",
    "changes_model": "changes (model)",
    "discrepancies_id": "discrepancies (id)",
    "discrepancies_model": "discrepancies (model)",
    "sources_name": "sources (name)",
}
_UNIQUE = ("discrepancies_id", "sources_name")


def write(path: Path, data: Path, files: Mapping[str, bytes]) -> None:
    """Make the file anew from the dataset in `data` and its published files.

    The same dataset and the same SQLite give the same bytes.
    """
    path.unlink(missing_ok=True)
    with closing(Dataset(data).made()) as base:
        base.execute("BEGIN")
        for table, rows in _rows(files).items():
            _fill(base, table, rows)
        for name, on in _INDICES.items():
            base.execute(f"CREATE {'UNIQUE ' * (name in _UNIQUE)}INDEX {name} ON {on}")
        package = json.loads(files["datapackage.json"])
        known = [(name, package[name]) for name in ("version", "observed", "created", "digest")]
        base.executemany("INSERT INTO meta VALUES (?, ?)", known)
        base.execute("COMMIT")
        base.execute("VACUUM INTO ?", (str(path),))


def _rows(files: Mapping[str, bytes]) -> dict[str, list[dict[str, Any]]]:
    names = ("rates", "changes", "upcoming", "discrepancies")
    content = {name: json.loads(files[f"{name}.json"]) for name in names}
    return {
        "changes": [_flat(change, "old", "new") for change in content["changes"]["changes"]],
        "upcoming": [_flat(step, "before", "after") for step in content["upcoming"]["upcoming"]],
        "shutdowns": content["upcoming"]["shutdowns"],
        "discrepancies": [_flat(entry, "left", "right") for entry in content["discrepancies"]["discrepancies"]],
        "sources": [{"name": name, **source} for name, source in content["rates"]["sources"].items()],
    }


def _flat(record: Mapping[str, Any], *sides: str) -> dict[str, Any]:
    """The record with what its sides say beside what it says itself."""
    flat = {name: value for name, value in record.items() if name not in sides}
    return flat | {f"{side}_{name}": v for side in sides for name, v in (record.get(side) or {}).items()}


def _fill(base: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    columns = [column for name in TABLES[table] for column in _columns(name)]
    shape = ", ".join(f'"{name}" {kind}{" NOT NULL" if name in _NEEDED[table] else ""}' for name, kind in columns)
    base.execute(f'CREATE TABLE "{table}" ("row" INTEGER PRIMARY KEY, {shape})')
    slots = ", ".join("?" * (len(columns) + 1))
    values = ((number, *(_value(row, name) for name, _ in columns)) for number, row in enumerate(rows, 1))
    base.executemany(f'INSERT INTO "{table}" VALUES ({slots})', values)  # noqa: S608 - a name of our own


def _columns(name: str) -> list[tuple[str, str]]:
    """Name and type of a column; behind an amount stands its number."""
    kind = "INTEGER" if name.removeprefix("old_").removeprefix("new_") in _INTEGERS else "TEXT"
    number = [(f"{name}_number", "REAL")] if name == "ratio" or name.endswith("price") else []
    return [(name, kind), *number]


def _value(row: Mapping[str, Any], name: str) -> str | int | float | None:
    if name.endswith("_number"):
        amount = row.get(name.removesuffix("_number"))
        return None if amount is None else float(amount)
    value = row.get(name)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
