"""What waits to be published, kept aside with its evidence: one file a source, for people and for alerts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ratecards.storage import bounded, codec
from scraper.errors import DatasetError
from scraper.model import Held, SourceResult
from scraper.publish.dataset import Dataset


def path_of(name: str) -> str:
    """The file of a source (`provider/source`) below the dataset's root."""
    return f"ratecards/held/{name}.json"


def text(dataset: Dataset, result: SourceResult) -> str:
    """The file after a result, one record a line; empty where nothing waits."""
    name = result.source.name
    fresh: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in result.held:
        fresh[item.id].append(record(item, result))
    # what is held stands as it was first read
    records = {**fresh, **kept(dataset, name)}
    found = [one for key in sorted(result.state.holds) for one in records.get(key, ())]
    if not found:
        return ""
    lines = ",\n".join(map(codec.dumps, found))
    return f'{{"version": 1, "source": {codec.dumps(name)}, "held": [\n{lines}\n]}}\n'


def record(item: Held, result: SourceResult) -> dict[str, Any]:
    """A held change as plain data: the rule, what stands and what was read instead, and where.

    Changes that wait together have one id.
    """
    change = item.change
    data: dict[str, Any] = {
        "id": item.id,
        "reason": item.reason,
        "since": item.since,
        "kind": change.kind,
        "model": change.model,
        "old": codec.rate_data(change.old) if change.old else None,
        "new": codec.rate_data(change.new) if change.new else None,
        "rates": [codec.rate_data(r) for r in change.card.rates] if change.card else None,
        "capture": result.state.capture,
        "urls": list(result.source.module.urls().values()),
    }
    return {name: value for name, value in data.items() if value is not None}


def kept(dataset: Dataset, name: str) -> Mapping[str, list[dict[str, Any]]]:
    """The records of a source's file by the id of their hold; none without a file. Raises `DatasetError` on damage."""
    path = dataset.root / path_of(name)
    if not path.exists():
        return {}
    try:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in json.loads(bounded.content(path))["held"]:
            found[str(item["id"])].append(item)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        words = f"{path}: expected the held changes, saw {type(error).__name__}; restore it from git"
        raise DatasetError(words) from error
    return found
