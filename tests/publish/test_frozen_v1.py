"""Version 1 is a promise: what it says today, it says for good. This test fails when that is no longer so.

What stands in `golden/v1.json` are the files, columns, fields, types and words of version 1, and the digest of each
schema. Additions are allowed and want a deliberate renewal; nothing that stands there may go, or mean another thing.

    python -m tests.publish.test_frozen_v1      # after adding something: renews the golden file, if nothing is lost by it

Add a line to the changelog and the field to docs/dataset.md, and commit all of it together.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ratecards.model import COLUMNS
from scraper.publish import schemas
from scraper.publish.package import RESOURCES, bands_schema, table_schema
from scraper.release.sqlitefile import TABLES

GOLDEN = Path(__file__).parent / "golden" / "v1.json"
RULE = (
    "version 1 is additive only: no file, column, field or word may be renamed, removed, re-typed or made optional. "
    "If you only added something, run `python -m tests.publish.test_frozen_v1`, add a line to the changelog and to docs/dataset.md"
)


def promise() -> dict[str, Any]:
    """What version 1 says, as plain data."""
    documents = schemas.documents()
    return {
        "files": [*RESOURCES, "status.json", "datapackage.json", *sorted(schemas.files())],
        "rates.csv": [[field["name"], field["type"]] for field in table_schema()["fields"]],
        "bands.csv": [[field["name"], field["type"]] for field in bands_schema()["fields"]],
        "fields": {name: dict(sorted(_fields(schema, "", schema))) for name, schema in documents.items()},
        "sqlite": {table: list(columns) for table, columns in TABLES.items()},
        "digests": {path: hashlib.sha256(text.encode()).hexdigest() for path, text in schemas.files().items()},
    }


def _fields(schema: dict[str, Any], place: str, whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field by its place: whether it is always there, its shape, and its words."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    for name, inner in schema.get("properties", {}).items():
        here = f"{place}.{name}"
        says = {key: inner[key] for key in ("type", "enum", "pattern", "const", "anyOf") if key in inner}
        yield here, {"always": name in schema["required"], **says}
        yield from _fields(inner, here, whole)
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(schema.get(key), dict):
            yield from _fields(schema[key], place + mark, whole)
    for inner in schema.get("anyOf", ()):
        yield from _fields(inner, place, whole)


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What was promised and no longer holds, one line each. Additions are none."""
    found = [f"file {path} is gone" for path in old["files"] if path not in new["files"]]
    found += [
        f"{table}: columns are not those there were, in their order; new ones stand at the end"
        for table in ("rates.csv", "bands.csv")
        if new[table][: len(old[table])] != old[table]
    ]
    for table, columns in old["sqlite"].items():
        found += [f"sqlite: {table}.{name} is gone" for name in columns if name not in new["sqlite"].get(table, ())]
    for stem, fields in old["fields"].items():
        now = new["fields"].get(stem, {})
        found += [
            f"{stem}.json {place}: {words}" for place, was in fields.items() for words in _lost(was, now.get(place))
        ]
    return found


def _lost(was: dict[str, Any], now: dict[str, Any] | None) -> Iterator[str]:
    if now is None:
        yield "is gone"
        return
    if was["always"] and not now["always"]:
        yield "is no longer always there"
    if gone := _words(was) - _words(now):
        yield f"no longer says {', '.join(sorted(gone))}"
    if _shape(was) != _shape(now):
        yield "has another type, pattern or value"


_WORD = re.compile(r"[a-z_-]{3,}")


def _words(says: dict[str, Any]) -> set[str]:
    """The words of an enumeration, or those that a pattern lists: a unit's nouns."""
    return {*says.get("enum", ()), *_WORD.findall(says.get("pattern", ""))}


def _shape(says: dict[str, Any]) -> dict[str, Any]:
    """What is left of a field without its words."""
    pattern = re.sub(r"\|+", "|", _WORD.sub("", says.get("pattern", "")))
    return {**{name: value for name, value in says.items() if name not in ("always", "enum")}, "pattern": pattern}


def golden() -> dict[str, Any]:
    """What was promised."""
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def test_nothing_promised_is_gone():
    """Every file, column, field and word of the golden file is there, and is what it was."""
    assert [] == broken(golden(), promise()), RULE


def test_nothing_is_added_by_accident():
    """The golden file says all that version 1 says: schemas by their digest, so that no word of them moves unseen."""
    assert golden() == promise(), RULE


def test_the_columns():
    """The flat table's, which the reader goes by, are those of the promise."""
    assert list(COLUMNS) == [name for name, _ in golden()["rates.csv"]]


def changed(**at: Any) -> dict[str, Any]:
    """The promise with something else in one place."""
    other = json.loads(json.dumps(promise()))
    for path, value in at.items():
        *places, last = path.split("/")
        inner = other
        for place in places:
            inner = inner[place]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return other


BREAKS = {
    "a field gone": ({"fields/rates/.rates[].price": None}, "rates.json .rates[].price: is gone"),
    "a field made optional": (
        {"fields/rates/.rates[].meter/always": False},
        "rates.json .rates[].meter: is no longer always there",
    ),
    "a word gone": ({"fields/rates/.rates[].plan/enum": ["paid"]}, "rates.json .rates[].plan: no longer says free"),
    "another type": (
        {"fields/status/.sources{}.models/type": "string"},
        "status.json .sources{}.models: has another type, pattern or value",
    ),
    "a wider amount": (
        {"fields/changes/.changes[].old.price/pattern": ".*"},
        "changes.json .changes[].old.price: has another type, pattern or value",
    ),
    "a unit gone": (
        {
            "fields/rates/.rates[].unit/pattern": promise()["fields"]["rates"][".rates[].unit"]["pattern"].replace(
                "image|", ""
            )
        },
        "rates.json .rates[].unit: no longer says image",
    ),
    "a document gone": ({"fields/upcoming": None}, "upcoming.json .upcoming[].on: is gone"),
    "a file gone": ({"files": list(RESOURCES)}, "file status.json is gone"),
    "columns in another order": (
        {"rates.csv": list(reversed(promise()["rates.csv"]))},
        "rates.csv: columns are not those there were, in their order; new ones stand at the end",
    ),
    "a column gone": ({"sqlite/rates": ["provider"]}, "sqlite: rates.price is gone"),
}


@pytest.mark.parametrize(("change", "words"), BREAKS.values(), ids=BREAKS)
def test_what_would_break_the_promise(change, words):
    """Each kind of break is found and named."""
    assert words in broken(promise(), changed(**change))


ADDITIONS = {
    "a field": {"fields/rates/.rates[].grade": {"always": False, "type": "string"}},
    "a word": {"fields/rates/.rates[].meter/enum": [*schemas.METERS, "thought"]},
    "a unit": {
        "fields/rates/.rates[].unit/pattern": promise()["fields"]["rates"][".rates[].unit"]["pattern"].replace(
            "image|", "image|page|"
        )
    },
    "a field always there": {"fields/rates/.rates[].quote/always": True},
    "a column": {"rates.csv": [*promise()["rates.csv"], ["grade", "string"]]},
    "a file": {"files": [*promise()["files"], "more.json"]},
}


@pytest.mark.parametrize("change", ADDITIONS.values(), ids=ADDITIONS)
def test_what_would_not(change):
    """An addition breaks nothing; that it is deliberate is the other test's business."""
    assert [] == broken(promise(), changed(**change))
    assert promise() != changed(**change)


def renew() -> int:
    """Write the golden file, unless something promised would be lost; the exit status."""
    lost = broken(golden(), promise()) if GOLDEN.exists() else []
    if lost:
        print("\n".join([*lost, RULE]), file=sys.stderr)
        return 1
    GOLDEN.write_text(_text(promise()) + "\n", encoding="utf-8")
    return 0


def _text(data: object, depth: int = 0) -> str:
    """JSON with a field a line, so that an addition is a line of the diff."""
    if not isinstance(data, dict) or not any(isinstance(value, dict) for value in data.values()):
        return json.dumps(data) if depth > 1 or not isinstance(data, dict) else json.dumps(data, indent=1)
    inner = ",\n".join(f"{json.dumps(name)}: {_text(value, depth + 1)}" for name, value in data.items())
    return f"{{\n{inner}\n}}"


if __name__ == "__main__":
    sys.exit(renew())
