"""What follows from the other files of a publication: status, schemas, and the data package `v1/datapackage.json`.

The package (v2, https://datapackage.org/standard/data-package/) names the data files with their bytes and hashes.
Beside the standard's properties it has `observed`, the newest day on which something in it was observed, and `digest`,
which is the same as long as the data are: what versions go by.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ratecards.costing import bands
from ratecards.model import COLUMNS, ROW_KEY
from ratecards.storage import bounded
from ratecards.storage.history import Change
from scraper.errors import DatasetError
from scraper.model import State
from scraper.publish import schemas, v1_files
from scraper.publish.dataset import Dataset
from scraper.publish.schemas import ALWAYS, FIELDS
from scraper.publish.transaction import Publication
from scraper.publish.version import Version, VersionError

_V1 = "ratecards/v1/"
PATH = f"{_V1}datapackage.json"
RESOURCES = (
    *("rates.csv", "rates.json", "changes.json", "upcoming.json", "discrepancies.json", "limits.json"),
    "lifecycle.json",
    "bands.csv",
)
# bands.csv says the same again;
# rates.json says how completely each source was read, which is no news of a price; its rows are those of rates.csv
_DIGESTED = ("rates.csv", "changes.json", "upcoming.json", "limits.json", "lifecycle.json")
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
        return {**found, "type": "table", "schema": _TABLES[path]()}
    return {**found, "jsonSchema": schemas.path_of(stem)}


def table_schema() -> dict[str, Any]:
    """The Table Schema of `rates.csv`."""
    fields = [_field(name) for name in COLUMNS]
    return {"fields": fields, "missingValues": [""], "uniqueKeys": [list(ROW_KEY)]}


def bands_schema() -> dict[str, Any]:
    """The Table Schema of `bands.csv`."""
    key = [name for name in bands.KEY if name not in ("card", "authority")]
    return {
        "fields": [_band_field(name) for name in bands.COLUMNS],
        "missingValues": [""],
        "uniqueKeys": [[*key, "prompt_over", "since"]],
    }


def _band_field(name: str) -> dict[str, Any]:
    if name in bands.PRICES:
        return {"name": name, "type": "number", "constraints": {"minimum": 0}}
    if name in ("since", "until"):
        return {"name": name, "type": "date", **({"constraints": {"required": True}} if name == "since" else {})}
    if name in ("authority", "card", "depends"):
        return {"name": name, "type": "string", **({} if name == "depends" else {"constraints": {"required": True}})}
    return _field(name)


_TABLES = {"rates.csv": table_schema, "bands.csv": bands_schema}


def _field(name: str) -> dict[str, Any]:
    kind = _TYPES.get(name, "string")
    constraints: dict[str, Any] = {"required": True} if name in ALWAYS else {}
    if kind == "string":
        constraints |= {n: FIELDS[name][n] for n in ("enum", "pattern") if n in FIELDS[name]}
    elif kind != "date":
        constraints |= {"minimum": 0}
    return {"name": name, "type": kind, **({"constraints": constraints} if constraints else {})}


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the data: it changes when they do, and at no other time.

    Rates, changes, steps, limits, lifecycles and discrepancies count; how often a discrepancy was looked at does not.
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


def current(dataset: Dataset) -> dict[str, Any]:
    """The package in the dataset. Raises `DatasetError` where there is none, or it cannot be read."""
    path = dataset.root / PATH
    try:
        data = bounded.content(path)
    except OSError as error:
        raise DatasetError(f"{path}: {error}; python -m scraper rebuild makes it anew") from error
    return parse(data, str(path))


def finalize_package(
    result: Publication,
    dataset: Dataset,
    states: Mapping[str, State],
    new_changes: Iterable[Change],
    *,
    full_rebuild: bool = False,
) -> None:
    """Add status, schemas and package to a publication whose other files are complete.

    `states` are those it writes, `new_changes` the changes it adds. A `full_rebuild` goes by the whole history,
    whatever package stands. Raises `DatasetError` when a data file is missing.
    """
    data_written = full_rebuild or {_V1 + path for path in RESOURCES} & {*result.writes, *result.deletes}
    if data_written or any(path.startswith("state/") for path in result.writes):
        counts = v1_files.rates_by_source(result.after(f"{_V1}rates.csv"))
        result.write(v1_files.STATUS, v1_files.status(_all_states(dataset, states), counts))
    if not data_written:
        return
    for path, content in schemas.files().items():
        result.write(_V1 + path, content)
    files = {path: result.after(_V1 + path) for path in RESOURCES}
    if missing := [path for path, data in files.items() if not data]:
        raise DatasetError(f"{dataset.root / _V1 / missing[0]}: missing; python -m scraper rebuild makes it anew")
    if marks := _marks(dataset, files, new_changes, full_rebuild=full_rebuild):
        origins = {name: source["url"] for name, source in json.loads(files["rates.json"])["sources"].items()}
        result.write(PATH, text(files, marks, origins))


def _all_states(dataset: Dataset, written: Mapping[str, State]) -> dict[str, State]:
    """The state of every source that has one, after this publication."""
    found = {}
    for path in (dataset.root / "state").glob("*/*.json"):
        name = f"{path.parent.name}/{path.stem}"
        try:
            found[name] = written.get(name) or dataset.state(name)
        except DatasetError:
            found[name] = v1_files.DAMAGED
    return {**found, **written}


def _marks(
    dataset: Dataset, files: Mapping[str, bytes], new_changes: Iterable[Change], *, full_rebuild: bool
) -> Marks | None:
    """Newest day and instant: of the current package and the new changes, or of the whole history without one.

    None for a dataset in which nothing was observed yet.
    """
    try:
        package = current(dataset)
    except DatasetError:
        package = {}  # it follows from the data
    days, instants = [], []
    if package and not full_rebuild:
        days, instants = [package["observed"]], [package["created"]]
    else:
        new_changes = [*new_changes, *(c for name in dataset.names() for c in dataset.changes(name))]
    stamps = [c.stamp for c in new_changes if c.stamp]
    days += [stamp.observed.isoformat() for stamp in stamps]
    entries = json.loads(files["lifecycle.json"])["lifecycle"]
    days += [one["observed"] for one in (*json.loads(files["limits.json"])["limits"], *entries)]
    instants += [*(stamp.recorded for stamp in stamps), *(one["recorded"] for one in entries)]
    if not days:
        return None
    version = Version.of(date.fromisoformat(max(days)))
    floor = Version.parse(package["version"]) if package else version
    # limits have a day and no instant of recording
    return Marks(max(version, floor), max(days), max(instants, default=f"{max(days)}T00:00:00Z"))
