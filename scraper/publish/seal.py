"""The last step of a publication: what is derived from its other files. Status, schemas, and the data package."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ratecards.storage import bounded
from ratecards.storage.history import Change
from scraper.errors import DatasetError
from scraper.publish import package as datapackage
from scraper.publish import schemas, status
from scraper.publish.dataset import Dataset
from scraper.publish.package import Marks
from scraper.publish.transaction import Publication
from scraper.publish.version import Version
from scraper.state import State

_V1 = "ratecards/v1/"


def seal(
    result: Publication, dataset: Dataset, states: Mapping[str, State], fresh: Iterable[Change], *, anew: bool = False
) -> None:
    """Add to a publication what follows from it.

    `states` are those it writes, `fresh` the changes it adds. `anew`: from the whole history, whatever package stands.
    Raises `DatasetError` when a data file is missing.
    """
    written = {_V1 + path for path in datapackage.RESOURCES} & {*result.writes, *result.deletes}
    if written or anew or any(path.startswith("state/") for path in result.writes):
        counts = status.counts(result.after(_V1 + "rates.csv"))
        result.write(status.PATH, status.text(_all_states(dataset, states), counts))
    if written or anew:
        for path, text in schemas.files().items():
            result.write(_V1 + path, text)
        _package(result, dataset, fresh, anew=anew)


def _all_states(dataset: Dataset, written: Mapping[str, State]) -> dict[str, State]:
    """The state of every source that has one, after this publication."""
    found = {}
    for path in (dataset.root / "state").glob("*/*.json"):
        name = f"{path.parent.name}/{path.stem}"
        try:
            found[name] = written.get(name) or dataset.state(name)
        except DatasetError:
            found[name] = status.DAMAGED
    return {**found, **written}


def _package(result: Publication, dataset: Dataset, fresh: Iterable[Change], *, anew: bool) -> None:
    """The data package, but of a dataset in which nothing was observed yet."""
    files = {}
    for path in datapackage.RESOURCES:
        data = result.after(_V1 + path)
        if not data:
            raise DatasetError(f"{dataset.root / _V1 / path}: missing; python -m scraper rebuild makes it anew")
        files[path] = data
    if marks := _marks(dataset, files, fresh, anew=anew):
        result.write(datapackage.PATH, datapackage.text(files, marks, _origins(files["rates.json"])))


def _marks(dataset: Dataset, files: Mapping[str, bytes], fresh: Iterable[Change], *, anew: bool) -> Marks | None:
    """Newest day and instant: of the package that stands and what is fresh, or of the whole history without one."""
    standing = package(dataset)
    days, instants = [], []
    if standing and not anew:
        days, instants = [standing["observed"]], [standing["created"]]
    else:
        fresh = [*fresh, *(c for name in dataset.names() for c in dataset.changes(name))]
    stamps = [c.stamp for c in fresh if c.stamp]
    days += [stamp.observed.isoformat() for stamp in stamps]
    days += [card["observed"] for card in json.loads(files["limits.json"])["limits"]]
    instants += [stamp.recorded for stamp in stamps]
    if not days:
        return None
    version = Version.of(date.fromisoformat(max(days)))
    floor = Version.parse(standing["version"]) if standing else version
    # limits have a day and no instant of recording
    return Marks(max(version, floor), max(days), max(instants, default=f"{max(days)}T00:00:00Z"))


def package(dataset: Dataset) -> dict[str, Any] | None:
    """The package that stands; None where there is none, or what stands there is none: it follows from the data."""
    path = dataset.root / datapackage.PATH
    try:
        return datapackage.parse(bounded.content(path), str(path))
    except (OSError, DatasetError):
        return None


def _origins(rates_json: bytes) -> dict[str, str]:
    """By source, the address that its cards were read from."""
    sources = json.loads(rates_json)["sources"]
    return {name: source["url"] for name, source in sources.items()}
