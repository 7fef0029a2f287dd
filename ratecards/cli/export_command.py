"""`ratecards export`: cards as price files of other projects, with what these cannot say beside them.

A directory that is written to holds `ratecards-export.<format>.json`: which files are this command's, and how many
rates they say and do not say. A file that is not listed there, or was edited since, is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ratecards import formats, wording
from ratecards.catalog import freshness
from ratecards.catalog.authority import name_of
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.escaping import visible
from ratecards.model import RateCard
from ratecards.storage.codec import dumps


class Exported(NamedTuple):
    """Texts by path; how many priced rates they say, and do not say by reason: together, all of the cards."""

    files: Mapping[str, str]
    said: int
    unsaid: Mapping[str, int]


def exported(cards: Iterable[RateCard], name: str, on: date) -> Exported:
    """The cards in the format of that name, prices as of a day."""
    listed = list(cards)
    files, unsaid = formats.write(name, listed, on)
    priced = sum(rate.price is not None for card in listed for rate in card.rates)
    return Exported(files, priced - sum(unsaid.values()), unsaid)


def run(args: Namespace) -> str:
    """The one file, or a line about those that were written; what they do not say goes to stderr."""
    dataset: Dataset = args.opened
    sources = sorted({dataset.source(name) for name in args.source or ["google/gemini-api"]})
    cards = [card for card in dataset.cards(args.on, tell=False) if name_of(card) in sources]
    if not cards:
        raise DatasetError(f"{', '.join(sources)}: nothing was observed by {args.on}")
    day = args.on or args.today
    ages = [dataset.age(source, day) for source in sources]
    dataset.tell(ages)
    made = exported(cards, args.project, day)
    if args.to is None and len(made.files) > 1:
        raise DatasetError(f"export {args.project}: {len(made.files)} files; say where: --to DIR")
    head = {
        "format": args.project,
        "sources": sources,
        "observed": max(card.observed for card in cards).isoformat(),
        "expires": str(min(filter(None, (age.expires for age in ages)), default="")),
    }
    left = [] if args.to is None else write(Path(args.to), made, head)
    sys.stderr.write(_report(args.project, made, sources) + f"{freshness.note(ages)}\n")
    sys.stderr.writelines(f"left as it is, because it was edited: {visible(str(path))}\n" for path in left)
    if args.to is None:
        return next(iter(made.files.values()))
    return f"{wording.count(len(made.files), 'file')} in {visible(str(args.to))}\n"


def _report(name: str, made: Exported, sources: list[str]) -> str:
    total = made.said + sum(made.unsaid.values())
    lines = [f"{name}: {made.said:,} of {total:,} rates of {', '.join(sources)}" + (", without" * bool(made.unsaid))]
    lines += [f"{count:7,}  {reason}" for reason, count in sorted(made.unsaid.items(), key=lambda i: (-i[1], i[0]))]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------------------------- the directory


def write(root: Path, made: Exported, head: Mapping[str, object]) -> list[Path]:
    """Write the files, and take away what an earlier export left. Returns what was left of it because it was edited.

    Raises `DatasetError` before anything is written where a file is not one of an earlier export.
    """
    listing = root / f"ratecards-export.{head['format']}.json"
    ours = _listed(listing)
    for path, text in made.files.items():
        _check(root, path, {_digest(text.encode()), ours.get(path)})
    files = {path: _digest(text.encode()) for path, text in made.files.items()}
    for path, text in made.files.items():
        _put(root / path, text)
    left = _clear(root, {path: digest for path, digest in ours.items() if path not in files})
    record = {"version": 1, **head, "said": made.said, "unsaid": dict(made.unsaid), "files": files}
    _put(listing, "{" + ",\n".join(f"{dumps(n)}: {dumps(v)}" for n, v in record.items()) + "}\n")
    return left


def _clear(root: Path, stale: Mapping[str, str]) -> list[Path]:
    """Take away files that are as they were written; returns those that are not."""
    found = [path for path in stale if _inside(root, path) and (root / path).is_file()]
    edited = [path for path in found if _digest((root / path).read_bytes()) != stale[path]]
    for path in found:
        if path not in edited:
            (root / path).unlink()
    return [root / path for path in edited]


def _listed(listing: Path) -> dict[str, str]:
    """The digests of the files that an earlier export wrote."""
    if not listing.exists():
        return {}
    try:
        data: Any = json.loads(listing.read_bytes())
        files = data["files"] if data["version"] == 1 else None
    except (ValueError, KeyError, TypeError, RecursionError):
        files = None
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        raise DatasetError(f"{listing}: expected the list of an earlier export; remove it, or choose another --to")
    return files


def _check(root: Path, path: str, known: set[str | None]) -> None:
    target = root / path
    if not _inside(root, path):
        raise DatasetError(f"{target}: leads out of {root}; choose another --to")
    if target.exists() and not (target.is_file() and _digest(target.read_bytes()) in known):
        words = "is not a file of an earlier export, or was edited since"
        raise DatasetError(f"{target} {words}; nothing was written: remove it, or choose another --to")


def _inside(root: Path, path: str) -> bool:
    """Whether a path stays below the directory, links followed, and is no link itself."""
    target = root / path
    return target.resolve().is_relative_to(root.resolve()) and not target.is_symlink()


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _put(target: Path, text: str) -> None:
    """Write a file as a whole, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    new.write_text(text, encoding="utf-8", newline="\n")
    new.replace(target)
