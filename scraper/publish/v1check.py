"""Proof that the published files are what their data package and their schemas say. Reads, writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scraper.errors import DatasetError
from scraper.publish import package as datapackage
from scraper.publish import schemas

_FEW = 5


def findings(root: Path) -> Iterator[str]:
    """What does not hold below `root`, one line each."""
    v1 = root / "ratecards" / "v1"
    try:
        package = datapackage.parse((root / datapackage.PATH).read_bytes(), str(root / datapackage.PATH))
    except (OSError, DatasetError) as error:
        yield f"{error}; python -m scraper rebuild makes it anew"
        return
    found = [*_resources(v1, package), *_schema_files(v1)]
    yield from found or [*_digest(v1, package), *_documents(v1)]


def _resources(v1: Path, package: Mapping[str, Any]) -> Iterator[str]:
    """Each file's bytes and hash, and that every data file is named."""
    said = {str(resource.get("path")): resource for resource in package["resources"]}
    if {*said} != {*datapackage.RESOURCES}:
        yield f"{v1}: the data package names {', '.join(sorted(said))}; there are {', '.join(datapackage.RESOURCES)}"
        return
    for path in datapackage.RESOURCES:
        if not (v1 / path).is_file():
            yield f"{v1 / path}: named in the data package, but missing"
            continue
        data = (v1 / path).read_bytes()
        seen = {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        for name, value in seen.items():
            if said[path].get(name) != value:
                yield f"{v1 / path}: {name} {value}, the data package says {said[path].get(name)}"


def _schema_files(v1: Path) -> Iterator[str]:
    for path, text in schemas.files().items():
        if not (v1 / path).is_file() or (v1 / path).read_bytes() != text.encode():
            yield f"{v1 / path}: not the schema of this version; python -m scraper rebuild makes it anew"


def _digest(v1: Path, package: Mapping[str, Any]) -> Iterator[str]:
    seen = datapackage.digest({path: (v1 / path).read_bytes() for path in datapackage.RESOURCES})
    if seen != package["digest"]:
        yield f"{v1}: the data have the digest {seen}, the data package says {package['digest']}"


def _documents(v1: Path) -> Iterator[str]:
    """Each JSON file against its schema; a file that there need not be may be missing."""
    from jsonschema import Draft202012Validator

    for name, schema in schemas.documents().items():
        path = v1 / f"{name}.json"
        if not path.is_file():
            continue
        try:
            data = json.loads(path.read_bytes())
        except ValueError as error:
            yield f"{path}: not JSON: {error}"
            continue
        wrong = list(Draft202012Validator(schema).iter_errors(data))
        yield from (f"{path}: {error.json_path}: {error.message[:300]}" for error in wrong[:_FEW])
        if len(wrong) > _FEW:
            yield f"{path}: and {len(wrong) - _FEW} more"
