"""`v1/datapackage.json`: a Data Package (v2) that names the data files with their bytes and hashes. Pure.

https://datapackage.org/standard/data-package/. Beside the standard's properties it has `observed`, the newest day on
which something in it was observed, and `digest`, which is the same as long as the data are: what versions go by.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ratecards.model import COLUMNS, ROW_KEY
from scraper.errors import DatasetError
from scraper.publish import schemas
from scraper.publish.shapes import ALWAYS, FIELDS
from scraper.publish.version import Version, VersionError

PATH = "ratecards/v1/datapackage.json"
RESOURCES = ("rates.csv", "rates.json", "changes.json", "upcoming.json", "discrepancies.json", "limits.json")
# rates.json says how completely each source was read, which is no news of a price; its rows are those of rates.csv
_DIGESTED = ("rates.csv", "changes.json", "upcoming.json", "limits.json")
_MEDIA = {"csv": "text/csv", "json": "application/json"}
_TYPES = {
    **dict.fromkeys(("prompt_over", "prompt_up_to", "used_over", "used_up_to"), "integer"),
    **dict.fromkeys(("effective_from", "effective_until"), "date"),
    "price": "number",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a package says of its data: its version, the newest day observed, and the newest instant recorded."""

    version: Version
    observed: str
    recorded: str


def text(files: Mapping[str, bytes], marks: Marks, origins: Mapping[str, str]) -> str:
    """The package's text, from the bytes of its files and the address of each source."""
    data = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "ratecards",
        "title": "What AI models cost",
        "description": "Rate cards read from the pages of those who sell AI models, with evidence, changes and "
        "discrepancies.",
        "version": str(marks.version),
        "created": marks.recorded,
        "observed": marks.observed,
        "digest": digest(files),
        "licenses": [
            {"name": "MIT", "title": "MIT License", "path": "https://opensource.org/license/mit"},
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0, for the quoted cells",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            },
        ],
        "sources": [{"title": name, "path": url} for name, url in origins.items()],
        "resources": [_resource(path, files[path]) for path in RESOURCES],
    }
    return dumps(data)


def dumps(package: Mapping[str, Any]) -> str:
    """A package's content as its text."""
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _resource(path: str, data: bytes) -> dict[str, Any]:
    stem, _, form = path.partition(".")
    found: dict[str, Any] = {
        "name": f"{stem}-{form}",
        "path": path,
        "format": form,
        "mediatype": _MEDIA[form],
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
    }
    if form == "csv":
        return {**found, "type": "table", "schema": table_schema()}
    return {**found, "jsonSchema": schemas.path_of(stem)}


def table_schema() -> dict[str, Any]:
    """The Table Schema of `rates.csv`."""
    fields = [_field(name) for name in COLUMNS]
    return {"fields": fields, "missingValues": [""], "uniqueKeys": [list(ROW_KEY)]}


def _field(name: str) -> dict[str, Any]:
    kind = _TYPES.get(name, "string")
    constraints: dict[str, Any] = {"required": True} if name in ALWAYS else {}
    if kind == "string":
        constraints |= {n: FIELDS[name][n] for n in ("enum", "pattern") if n in FIELDS[name]}
    elif kind != "date":
        constraints |= {"minimum": 0}
    return {"name": name, "type": kind, **({"constraints": constraints} if constraints else {})}


def digest(files: Mapping[str, bytes]) -> str:
    """A hash that is the same as long as the data are.

    Rates, changes, steps, limits and discrepancies count; how often a discrepancy was looked at does not.
    """
    found = hashlib.sha256()
    for path in _DIGESTED:
        found.update(f"{path} {hashlib.sha256(files[path]).hexdigest()}\n".encode())
    entries = json.loads(files["discrepancies.json"])["discrepancies"]
    said = [{name: value for name, value in entry.items() if name != "last_seen"} for entry in entries]
    found.update(json.dumps(said, sort_keys=True).encode())
    return f"sha256:{found.hexdigest()}"


def parse(data: bytes | str, where: str) -> dict[str, Any]:
    """A package's content. Raises `DatasetError` when it is not one of ours."""
    try:
        found: dict[str, Any] = json.loads(data)
        Version.parse(found["version"])
        wrong = [n for n in ("created", "observed", "digest") if not isinstance(found[n], str)]
        wrong += [] if isinstance(found["resources"], list) else ["resources"]
    except (ValueError, KeyError, TypeError, RecursionError, VersionError) as error:
        raise DatasetError(f"{where}: not the dataset's data package: {type(error).__name__}: {error}") from error
    if wrong:
        raise DatasetError(f"{where}: not the dataset's data package: {', '.join(wrong)} of another type")
    return found
