"""Kills a publication at each of its steps, in processes of its own, and tells what the next run finds.

`python -m tests.support.crash DIR` prints one JSON line per death: before which step, whether the publication was decided by
then, how often the next runs died finishing it, and the files after. A step is each call that opens, makes, renames,
syncs or removes anything below DIR.
`python -m tests.support.crash DIR refresh` does the same to what a real refresh publishes, a history of several files and all;
there a step is the middle of a write, too, and the files are told as `old`, `new` or what differs from both.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from scraper.publish import transaction
from scraper.publish.transaction import Publication, recover

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
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    sync = os.fsync

    def fsync(handle: int) -> None:
        hook("open", (f"{below}/(sync)",))
        sync(handle)

    def put(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            hook("open", (f"{path} (half)",))
            file.write(data[len(data) // 2 :])
            file.flush()
            os.fsync(file.fileno())

    os.fsync = fsync
    transaction._put = put
    sys.addaudithook(hook)


# -------------------------------------------------------------------------------------------- a real refresh

GEMINI = "google/gemini-api"
PRICING = "https://ai.google.dev/gemini-api/docs/pricing"


def look(root: Path, day: int) -> Publication:
    """What a refresh of that day publishes: a price moves every day, a model comes on even days.

    It goes on odd ones, without waiting for more looks.
    """
    from datetime import UTC, datetime

    from scraper.fetch.capture import Capture
    from scraper.fetch.client import Page
    from scraper.pipeline.refresh import evaluate_one
    from scraper.publish.assemble import publication
    from scraper.publish.dataset import Dataset
    from scraper.sources import find
    from tests.support.workshop import facts, model, pages

    at = datetime(2026, 11, day, 6, tzinfo=UTC)
    more = {"gemini_7": model("Gemini 7")} if day % 2 == 0 else {}
    edition = facts(f"{at:%Y-%m-%dT%H:%M:%SZ}", gemini_1=model("Gemini 1", f"$1.{day}0"), **more)
    seen = Capture(at, {kind: Page(PRICING, "", 200, {}, body, at) for kind, body in pages(edition).items()})
    dataset = Dataset(root)
    verdict = evaluate_one(dataset, find(GEMINI), seen, at, hold=False)
    assert verdict.exit == 0, verdict.messages
    return publication(dataset, [verdict], at)


def prepared(root: Path, days: int = 2) -> Path:
    """A dataset after that many such refreshes."""
    from scraper.sources import gemini_api
    from tests.support.workshop import SMALL

    gemini_api.load_terms = lambda: SMALL
    for day in range(1, days + 1):
        look(root, day).commit()
    return root


def moved(publication: Publication, root: Path) -> Publication:
    """The same publication for a copy of its dataset."""
    result = Publication(root)
    result.writes, result.deletes = dict(publication.writes), set(publication.deletes)
    return result


def refreshes(folder: Path) -> None:
    """Every death of what a refresh publishes."""
    os.fsync = lambda handle: None  # the child counts them all the same
    base = prepared(folder / "base")
    next_one = look(base, 3)
    old = files(base)
    shutil.copytree(base, folder / "whole")
    moved(next_one, folder / "whole").commit()
    new = files(folder / "whole")
    for deaths in range(1000):
        root = folder / "data"
        shutil.copytree(base, root)
        step = dying(root, deaths, moved(next_one, root).commit)
        decided = (root / ".staging" / "journal.json").exists()
        again = dying(root, deaths % 23, partial(recover, root)) if decided else ""
        finished = recover(root)
        found = files(root)
        told = "old" if found == old else "new" if found == new else sorted(found.items() ^ new.items())
        print(json.dumps({"step": step, "decided": decided, "again": again, "finished": finished, "files": told}))
        shutil.rmtree(root)
        if not step:
            return


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
    (refreshes if sys.argv[2:] == ["refresh"] else main)(Path(sys.argv[1]))
