"""A publication that was decided and not finished: its writer was killed among its moves, or is moving right now.

The files of such a dataset are partly of the old set and partly of the new one, and a journal says which belong
together. What is read is then a copy in which the publication is finished; the dataset itself is the next writer's to
finish, who may have rights to it that a reader has not.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ratecards.errors import DatasetError
from ratecards.storage import bounded
from ratecards.storage.bounded import JOURNAL, STAGING

# What a dataset consists of; code beside it is none of it.
_PARTS = ("ratecards", "state")
_ATTEMPTS = 5
_NEEDED = {"write": ("path", "from", "sha256"), "delete": ("path",)}


class _MovedError(Exception):
    """A file is not where the journal says: its writer is at work this moment, or it is lost."""


def line(root: Path) -> str:
    """One line for people; empty where nothing is unfinished. `root` holds `ratecards/`."""
    if not (root / STAGING / JOURNAL).exists():
        return ""
    words = "a publication was interrupted and is not finished; this is what it publishes as a whole"
    return f"{root}: {words}, and the next refresh finishes it"


def settled(root: Path) -> Path:
    """The root itself; of one with an unfinished publication, a copy in which it is finished, gone with the process.

    Raises `DatasetError` where the journal, or what it speaks of, is damaged, or there is no room for a copy.
    """
    reason = ""
    for _ in range(_ATTEMPTS):
        try:
            stat = (root / STAGING / JOURNAL).stat()
        except (FileNotFoundError, NotADirectoryError):
            return root
        try:
            return _copy(root, stat.st_ino, stat.st_mtime_ns)
        except _MovedError as error:
            reason = str(error)
    raise DatasetError(f"{root}: an interrupted publication lost a file, restore the dataset from git: {reason}")


@cache
def _copy(root: Path, *_journal: int) -> Path:
    """A finished copy of a dataset; the same for the same journal."""
    target = Path(tempfile.mkdtemp(prefix="ratecards-"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    try:
        steps = _steps(root / STAGING / JOURNAL)
        for part in _PARTS:
            if (root / part).is_dir():
                shutil.copytree(root / part, target / part, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for step in steps:
            _carry_out(step, root, target)
    except (FileNotFoundError, shutil.Error) as error:
        raise _MovedError(str(error)[:200]) from error
    except OSError as error:
        if not (root / STAGING / JOURNAL).exists():
            raise _MovedError(str(error)[:200]) from error  # it is finished this moment
        words = "an interrupted publication stands here, and no copy of it could be made"
        raise DatasetError(f"{root}: {words}: {error}") from error
    return target


def _steps(path: Path) -> list[dict[str, Any]]:
    """The journal. Raises `DatasetError` where it is none."""
    try:
        found: list[dict[str, Any]] = json.loads(bounded.content(path))
        good = all(map(_is_step, found))
    except (ValueError, TypeError, KeyError, RecursionError):
        good = False
    if not good:
        raise DatasetError(f"{path}: not a journal; restore the dataset from git and remove {STAGING}")
    return found


def _is_step(step: dict[str, Any]) -> bool:
    """Whether a step is one, and leads to a place in the dataset."""
    inside = Path(step["path"])
    return (
        all(isinstance(step[n], str) for n in _NEEDED[step["do"]])
        and not inside.is_absolute()
        and ".." not in inside.parts
    )


def _carry_out(step: dict[str, Any], root: Path, target: Path) -> None:
    """One step, in the copy: of the staged file, or of the one that was moved already."""
    path, staged = target / step["path"], root / STAGING / Path(step.get("from", "")).name
    if step["do"] == "delete":
        path.unlink(missing_ok=True)
        return
    found = next((place for place in (staged, path) if place.exists()), None)
    data = bounded.content(found) if found else b""
    if sha256(data).hexdigest() != step["sha256"]:
        raise _MovedError(step["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
