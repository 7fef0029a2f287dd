"""The commands about the installation itself: newer data, the versions, completion for a shell."""

from __future__ import annotations

import os
from argparse import Namespace

import ratecards
from ratecards import dataset
from ratecards.errors import DatasetError
from ratecards.storage import update as updating


def run(args: Namespace) -> str:
    """The text of the command that `args` names. Raises `DatasetError`."""
    return completion(args) if args.command == "completion" else update(args)


def update(args: Namespace) -> str:
    """Fetch the newest released data, or remove what was fetched."""
    if args.remove:
        count = updating.remove()
        own = updating.version_of(dataset.PACKAGE)
        return f"removed the data of {count} version{'s' * (count != 1)}; those of the package, {own}, are read\n"
    found = ratecards.update(args.releases)
    if found.version == found.previous:
        return f"nothing newer is released; {updating.age(found.version)}\n"
    return f"{found.previous} -> {found.version}, kept in {found.path}\n"


def versions() -> str:
    """The version of the package, and of the data that it answers from. Raises `DatasetError`."""
    where = dataset.directory()
    named = os.environ.get(dataset.VARIABLE)
    whose = f"of {where}" if named else "of the package" if where == dataset.PACKAGE else f"updated, in {where}"
    data = updating.version_of(where) or "no version"
    return f"ratecards {ratecards.__version__}\ndata {data}, {whose}\n"


def completion(args: Namespace) -> str:
    """A script that completes commands and options in a shell. Raises `DatasetError` without shtab."""
    try:
        import shtab
    except ImportError as error:
        raise DatasetError("completion is made by shtab: pip install 'ratecards[completion]'") from error
    return str(shtab.complete(args.whole(), args.shell)) + "\n"
