"""Kills a publication at each of its steps, in processes of its own, and tells what the next run finds.

`python -m tests.crash DIR` prints one JSON line per death: before which step, whether the publication was decided by
then, how often the next runs died finishing it, and the files after. A step is each call that opens, makes, renames,
syncs or removes anything below DIR.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from scraper.publish import Publication, recover

EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}
OLD = {"data/a.yaml": "old a", "data/log.jsonl": "one\n", "data/gone.yaml": "old", "data/same.yaml": "same"}


def files(root: Path) -> dict[str, str]:
    """Every file below a root, staging included."""
    found = sorted(p for p in root.rglob("*") if p.is_file())
    return {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in found}


def begin(root: Path) -> None:
    """The old set."""
    for path, text in OLD.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def publication(root: Path) -> Publication:
    """One of everything: a file replaced, a new one in a new folder, a line appended, a new log, a file deleted."""
    result = Publication(root)
    result.write("data/a.yaml", "new a")
    result.write("data/new/deep/b.yaml", "new b")
    result.append("data/log.jsonl", "two\n")
    result.append("data/other.jsonl", "one\n")
    result.delete("data/gone.yaml")
    result.write("data/same.yaml", "same")
    return result


def dying(root: Path, steps: int, work: Callable[[], object]) -> str:
    """Do the work in a child that dies before its step number `steps`; the step, or nothing if it came to its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _die_at(root, steps, writing)
        work()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        step = pipe.read()
    os.waitpid(child, 0)
    return step


def _die_at(root: Path, steps: int, pipe: int) -> None:
    left = steps
    below = os.fspath(root)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in EVENTS or not str(args[0]).startswith(below):
            return
        if left == 0:
            os.write(pipe, f"{event} {os.path.relpath(args[0], below)}".encode())
            os._exit(9)
        left -= 1

    sync = os.fsync

    def fsync(handle: int) -> None:
        hook("open", (f"{below}/(sync)",))
        sync(handle)

    os.fsync = fsync
    sys.addaudithook(hook)


def main(folder: Path) -> None:
    """Every death of a commit, and of each first recovery after it."""
    deaths = 0
    while True:
        root = folder / f"commit-{deaths}"
        begin(root)
        step = dying(root, deaths, publication(root).commit)
        decided = (root / ".staging" / "journal.json").exists()
        again = 0
        while decided and dying(root, again, partial(recover, root)):
            again += 1
        finished = recover(root)
        print(
            json.dumps({"step": step, "decided": decided, "deaths": again, "finished": finished, "files": files(root)})
        )
        if not step:
            return
        deaths += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
