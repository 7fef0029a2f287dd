"""The commands around a release: derived files, versions, assets, and the proof of the data package."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from ratecards.escaping import plain_text
from scraper.errors import DatasetError
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import locked, whole
from scraper.publish.watch import Watch
from scraper.release import releases


def rebuild(options: argparse.Namespace) -> int:
    """Make every derived file anew from cards, histories and states."""
    from scraper.pipeline.rebuild import rebuilt

    with locked(options.to):
        paths = rebuilt(Dataset(options.to, Watch(options.to)), (options.now or datetime.now(UTC)).date()).commit()
    for path in paths:
        print(path)
    print(f"wrote {len(paths)} files" if paths else "nothing to write")
    return 0


def version(options: argparse.Namespace) -> int:
    """The data's version and whether a release is due, as lines `name=value`; `--write` puts it where it belongs."""
    dataset = Dataset(options.to, Watch(options.to))
    last = releases.released(options.to, options.tags, options.released)
    decided = releases.decision(dataset, last)
    print(f"version={decided.version}")
    print(f"due={str(decided.due).lower()}")
    print(f"reason={decided.reason}")
    if options.write:
        with locked(options.to):
            paths = releases.written(dataset, decided, last).commit()
        print(f"wrote={' '.join(paths)}")
    return 0


def release(options: argparse.Namespace) -> int:
    """Build the assets of a release into a folder."""
    from scraper.release.assets import build

    last = releases.released(options.dataset, options.tags, options.released)
    fresh = build(Dataset(whole(options.dataset)), options.to, last, options.without)
    for name in fresh:
        print(name)
    print(f"wrote {len(fresh)} files to {options.to}" if fresh else f"{options.to} holds this release already")
    return 0


def validate(options: argparse.Namespace) -> int:
    """What frictionless says of the data package; exit 1 when it is not valid."""
    try:
        from frictionless import Package
    except ImportError as error:
        raise DatasetError("frictionless is not installed: pip install --group release") from error
    path = whole(options.to) / "ratecards" / "v1" / "datapackage.json"
    found = Package(str(path)).validate()
    for row in found.flatten(["name", "rowNumber", "fieldName", "message"]):
        print(plain_text(" ".join(str(word) for word in row if word is not None)))
    print(f"{path}: {'valid' if found.valid else 'not valid'}, {len(found.tasks)} files")
    return 0 if found.valid else 1
