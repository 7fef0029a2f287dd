"""What the project says of its own data, written to a folder: a change of structure must not change a byte of it.

    python -m tests.oracle FOLDER               writes it
    python -m tests.oracle FOLDER --against OLD writes it, names what differs from an older one, and ends with 1

It holds `v1/` as `rebuild` makes it, each `ratecards` command on several days in each format, what is read of each page
of the drill and of each case, and the reports of the demo's two editions. It is made from the files of this checkout:
freeze it, change the structure, compare.
"""

from __future__ import annotations

import argparse
import contextlib
import filecmp
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from ratecards.__main__ import main as reader
from scraper import __main__ as workshop
from scraper.model import Provenance, Reading, cards
from scraper.sources import Source, find
from scraper.storage import card_files
from tests import accept
from tests.drill.subjects import all_subjects

ROOT = Path(__file__).parent.parent
DAYS = ("2025-12-25", "2026-03-24", "2026-05-01", "2026-08-27", "2026-10-06", "2027-01-02")
TODAY = date(2026, 11, 30)
NOW = "2026-11-30T06:17:00Z"
TEXT = ("table", "csv", "json")
ALL = (*TEXT, "markdown")
CALL = ("--input-tokens", "1200", "--output-tokens", "300")
# By name, the words of a command without its day, and its formats.
ON = {
    "models": (("models",), TEXT),
    "show": (("show", "gemini-2.5-flash", "--all"), TEXT),
    "show image": (("show", "gemini-3-pro-image"), TEXT),
    "upcoming": (("upcoming",), TEXT),
    "cost": (("cost", "gemini-2.5-flash", *CALL, "--explain"), ALL),
    "cost batch": (("cost", "gemini-2.5-pro", *CALL, "--cached-tokens", "1000", "--tier", "batch"), ALL),
    "images": (("images", "--per-day", "100"), ALL),
    "budget": (("budget", "gemini-2.5-flash-image", "--per-day", "10,100"), ALL),
    "compare": (("compare", "text", "--to", "gemini-2.5-flash", *CALL), ALL),
    "savings": (("savings", "gemini-2.5-flash", "--per-day", "1000", *CALL), ALL),
    "limits": (("limits",), ALL),
}
STANDING = {
    "changes": (("changes", "--all"), TEXT),
    "changes since": (("changes", "--since", "2026-08-01"), TEXT),
    "discrepancies": (("discrepancies", "--all"), TEXT),
    **{f"diff from {day}": (("diff", day, "2026-10-06"), TEXT) for day in DAYS[:4]},
}
REPORTS = ("summary", "full", "commit", "changelog", "webhook")


def write(folder: Path) -> None:
    """All of it, anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _published(folder / "v1")
    for name, words, kind in _questions():
        (folder / f"{name}.{kind}".replace(" ", "-")).write_text(_said(reader, words, today=TODAY), encoding="utf-8")
    for day in DAYS:
        for form in ("litellm", "models.dev", "genai-prices"):
            out = folder / "export" / day / form
            out.parent.mkdir(parents=True, exist_ok=True)
            (out.parent / f"{form}.txt").write_text(
                _said(reader, ("export", form, "--on", day, "--to", str(out)), today=TODAY).replace(str(folder), ""),
                encoding="utf-8",
            )
    for name, text in _readings():
        (folder / f"reading-{name}.txt").write_text(text, encoding="utf-8")
    _reports(folder)


def _published(to: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for name in ("ratecards", "state", "manual"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        shutil.rmtree(root / "ratecards" / "v1")
        _said(workshop.main, ("rebuild", "--to", place, "--now", NOW))
        shutil.copytree(root / "ratecards" / "v1", to)


def _questions() -> Iterator[tuple[str, tuple[str, ...], str]]:
    for name, (words, kinds) in ON.items():
        for day in DAYS:
            for kind in kinds:
                yield f"{name} on {day}", (*words, "--on", day, "--format", kind), kind
    for name, (words, kinds) in STANDING.items():
        for kind in kinds:
            yield name, (*words, "--format", kind), kind


def _said(command: Callable[..., int], words: Sequence[str], **values: object) -> str:
    """What a command prints, what it complains of, and how it ends."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = command(list(words), **values)
    return f"{out.getvalue()}\n-- stderr\n{err.getvalue()}\n-- status {status}\n"


def _readings() -> Iterator[tuple[str, str]]:
    for subject in all_subjects():
        for kind, body in subject.bodies.items():
            yield f"{subject.name}-{kind}".replace("/", "-"), _read(subject.source, subject.source.module.read(body))
    gemini = find("google/gemini-api")
    for case in accept.cases():
        for kind in accept.bodies(case):
            yield f"case-{case}-{kind}", _read(gemini, accept.reading(case, kind))


def _read(source: Source, reading: Reading) -> str:
    capture = Provenance("https://example.test/", "0" * 64, TODAY, reading.last_updated, "0")
    found = [card_files.encode(card) for card in cards(reading, capture, source.provider, source.source).values()]
    problems = [f"{p.kind} {p}" for p in reading.problems]
    return "\n".join([*found, *problems, *reading.suspicions, repr(reading.amounts)])


def _reports(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        words = ("refresh", "google/gemini-api", "--replay", str(ROOT / "examples/demo/replay"), "--now", NOW)
        said = _said(workshop.main, (*words, "--to", place, "--report", str(report)))
        (folder / "refresh.txt").write_text(said.replace(place, ""), encoding="utf-8")
        facts = json.loads(report.read_text(encoding="utf-8"))
        (folder / "report.json").write_text(json.dumps(facts, indent=1).replace(place, ""), encoding="utf-8")
        for form in REPORTS:
            text = _said(workshop.main, ("report", "--format", form, str(report)))
            (folder / f"report-{form}.txt").write_text(text.replace(place, ""), encoding="utf-8")


def differences(old: Path, new: Path) -> list[str]:
    """The files, by relative path, that one of the two lacks or that differ."""
    names = {str(p.relative_to(f)) for f in (old, new) for p in f.rglob("*") if p.is_file()}
    _, unlike, missing = filecmp.cmpfiles(old, new, sorted(names), shallow=False)
    return sorted([*unlike, *missing])


def main(argv: Sequence[str] | None = None) -> int:
    """Write it, and compare where an older one is named. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", type=Path)
    args = parser.parse_args(argv)
    write(args.folder)
    found = differences(args.against, args.folder) if args.against else []
    files = sum(p.is_file() for p in args.folder.rglob("*"))
    print(f"{files} files", *(f"differs: {name}" for name in found), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
