"""What each command does, once its words are parsed. Only here is anything printed."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ratecards.escaping import plain_text
from ratecards.storage.bounded import STAGING
from ratecards.storage.history import Change
from scraper.errors import DatasetError, FetchFailed, ScrapeError, UsageError
from scraper.fetch.all_sources import Captures, Progress, check_clock, fetch_all
from scraper.fetch.capture import Capture, replay
from scraper.fetch.catalogue import FETCHERS, Keys
from scraper.model import Held, SourceResult, instant
from scraper.pipeline.refresh import Again, Refreshed, refresh_once
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import ConcurrentEditGuard, locked, whole
from scraper.report import console
from scraper.report.run_report import Recorder
from scraper.sources import SOURCES, Source, find
from scraper.sources.vocabulary import VocabularyError

if TYPE_CHECKING:
    from scraper.site import Contents


def moment(given: datetime | None) -> datetime:
    """The instant given, or now."""
    return given or datetime.now(UTC)


def named_source(name: str) -> Source:
    """The source of that name. Raises `UsageError`."""
    try:
        return find(name)
    except KeyError as error:
        raise UsageError(error.args[0]) from error


def named_sources(names: Sequence[str]) -> list[Source]:
    """The sources of these names; all if none is named. Raises `UsageError`."""
    return [named_source(name) for name in names] or list(SOURCES)


def refresh(options: argparse.Namespace) -> int:
    """Look, judge, publish. Kept editions are replayed one after the other, each at its own time."""
    sources = named_sources(options.source)
    if options.at_once and not options.replay:
        raise UsageError("--at-once is for --replay")
    with _target(options.to, dry=options.dry_run) as dataset, _progress(sources) as progress:
        recorder = Recorder(dataset, options.report)
        if not options.replay:
            captures, now, again = _live(dataset, sources, options, progress)
            done = refresh_once(dataset, sources, captures, now, recorder, progress, again, strict=options.strict)
            return _tell(done, now, dry=options.dry_run)
        worst = 0
        for at, looks in _replayed(options.replay, sources, dataset, moment(options.now), at_once=options.at_once):
            named, now = [s for s in sources if s.name in looks], options.now or at
            done = refresh_once(dataset, named, looks, now, recorder, progress, strict=options.strict)
            worst = max(worst, _tell(done, now, dry=options.dry_run))
        return worst


@contextmanager
def writing(root: Path) -> Iterator[Dataset]:
    """A dataset to write to: locked, and guarded from now on. Raises `DatasetError`."""
    with locked(root):
        yield Dataset(root, ConcurrentEditGuard(root))


@contextmanager
def _target(root: Path, *, dry: bool) -> Iterator[Dataset]:
    """The dataset, locked; for a dry run a copy of it that is thrown away, so that it can be written to."""
    if not dry:
        with writing(root) as dataset:
            yield dataset
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        parts = [p.relative_to(root) for p in root.glob("ratecards/*/") if p.name != "__pycache__"]
        for part in (*parts, Path("state"), Path(STAGING)):
            if (root / part).is_dir():
                shutil.copytree(root / part, copy / part, copy_function=shutil.copyfile)
        for path in copy.rglob("*/"):
            path.chmod(0o755)
        with locked(copy):
            yield Dataset(copy)


def _live(
    dataset: Dataset, sources: Sequence[Source], options: argparse.Namespace, progress: Progress
) -> tuple[Captures, datetime, Again]:
    """One run is one instant, whatever the pages' own: it must not end on another day than it began."""
    now = moment(options.now)
    keys = Keys(options.saved, options.browser, options.state, options.save_state)

    def fetched(wanted: Sequence[Source], *, again: bool = False) -> Captures:
        clock = partial(moment, options.now)
        looks = fetch_all(wanted, dataset.state, now, clock, options.keep, progress, again=again, keys=keys)
        for name, edition in looks.items():
            if isinstance(edition, Capture) and not (options.now or name in FETCHERS):
                check_clock(edition)
        return looks

    return fetched(sources), now, partial(fetched, again=True)


def _replayed(
    folder: Path, sources: Sequence[Source], dataset: Dataset, now: datetime, *, at_once: bool
) -> Iterator[tuple[datetime, Captures]]:
    """The kept editions by time; those older than the last one read were read then.

    `at_once`: they are the looks of one run, which was over when the last of them came. A source whose kept pages
    are damaged was looked at in vain, when the last of the others came or `now`.
    """
    kept, broken = _kept(folder, sources)
    if not (kept or broken):
        raise DatasetError(f"{folder}: expected <provider>/<source>/<ISO time>.<ext> of a source, saw none")
    found = {s: [e for e in kept[s] if instant(e.at) >= _observed(dataset, s)] for s in kept}
    if kept and not any(found.values()):
        count = sum(map(len, kept.values()))
        print(f"nothing to read: the {count} editions in {folder} are older than the last one read")
    for source in [s for s in found if at_once and len(found[s]) > 1]:
        words = f"{folder}: expected one look at {source.name}, which --at-once is for, saw {len(found.pop(source))}"
        broken[source] = FetchFailed(words)
    editions = [(e.at, s.name, e) for s, every in found.items() for e in every]
    end = max((at for at, *_ in editions), default=now)
    lost = {s.name: _in_vain(s, end, error) for s, error in broken.items()}
    for at in [end] if at_once else sorted({at for at, *_ in editions} | ({end} if lost else set())):
        looks: Captures = {name: e for when, name, e in editions if at_once or when == at}
        looks |= lost if at == end else {}
        if looks:
            yield at, looks


def _kept(folder: Path, sources: Sequence[Source]) -> tuple[dict[Source, list[Capture]], dict[Source, ScrapeError]]:
    """By source, the kept editions; and why those of others cannot be taken."""
    kept: dict[Source, list[Capture]] = {}
    broken: dict[Source, ScrapeError] = {}
    for source in sources:
        try:
            if found := replay(folder, source):
                kept[source] = found
        except VocabularyError as error:
            broken[source] = error
        except DatasetError as error:
            broken[source] = FetchFailed(f"what was kept of it is damaged: {error}")
    return kept, broken


def _in_vain(source: Source, at: datetime, error: ScrapeError) -> Capture | DatasetError:
    """A look that brought nothing; of a source whose vocabulary cannot be read, not even that is known."""
    if isinstance(error, DatasetError):
        return error
    return Capture(at, failed=dict.fromkeys(source.module.urls(), FetchFailed(str(error))))


def _observed(dataset: Dataset, source: Source) -> str:
    try:
        return dataset.state(source.name).observed
    except DatasetError:
        return ""  # judged again, where damage is a verdict


def _tell(done: Refreshed, now: datetime, *, dry: bool) -> int:
    say(done.results, now, done.paths, dry=dry)
    for note in done.notes:
        print(note)
    return max((result.exit for result in done.results), default=0)


def say(verdicts: Sequence[SourceResult], now: datetime, paths: Sequence[str], *, dry: bool) -> None:
    """Print what became of each source, and how many files were written."""
    header = ("source", "outcome", "models", "rates", "amounts read", "changes")
    _table(header, console.summary_rows(verdicts), f"{now:%Y-%m-%d %H:%M} UTC")
    for verdict in verdicts:
        for line in _story(verdict, now):
            print(line)
    done = "would write" if dry else "wrote"
    print(f"{done} {len(paths)} files" if paths else "nothing to write")


def _waiting(verdict: SourceResult) -> Iterator[str]:
    """What is held and what was released, a line for each hold: several changes may wait as one."""
    held: dict[str, list[Held]] = {}
    for item in verdict.held:
        held.setdefault(item.id, []).append(item)
    for key, items in held.items():
        words, first = _several([item.change for item in items]), items[0]
        yield f"  held {key}: {words}; {first.reason}; seen {first.looks} times since {first.since}"
    released: dict[tuple[str, str], list[Change]] = {}
    for one in verdict.released:
        released.setdefault((one.id, one.because), []).append(one.change)
    for (key, because), changes in released.items():
        yield f"  released {key}: {_several(changes)}; {because}"


def _several(changes: Sequence[Change]) -> str:
    """The first of changes that go together in words, and how many more there are."""
    words = plain_text(console.describe(changes[0]))
    return words if len(changes) == 1 else f"{words}, and {len(changes) - 1} more"


def _story(verdict: SourceResult, now: datetime) -> Iterator[str]:
    name = verdict.source.name
    if verdict.reading:
        yield f"{name}: {verdict.reading.amounts}"
    for message in verdict.messages:
        yield f"{name}: {plain_text(message)}"
    if (verified := verdict.state.verified_on) and (now.date() - verified).days > verdict.source.stale_days:
        yield f"{name}: STALE, the last good look was on {verified}"
    if verdict.outcome != "NEW":
        for line in console.lines(verdict.changes, verdict.cards):
            yield f"  {line}"
    if quiet := console.quiet_count(verdict.changes, verdict.cards):
        yield f"  {quiet} changes of wording or notes recorded"
    for one in verdict.inferred:
        rows = "1 row" if len(one.places) == 1 else f"{len(one.places)} rows"
        yield f"  inferred: {plain_text(one.words)} ({one.proof}, {rows}); `learn` writes it into the vocabulary"
    yield from _waiting(verdict)
    for old, new in verdict.proposals:
        yield f"  looks renamed: {old} -> {new}; if so, add it to renames in the vocabulary"
    # of an older edition that is taken in the cards are those of today, and so are their steps
    newest = verdict.state.observed[:10] <= f"{now:%Y-%m-%d}"
    if verdict.cards and verdict.changes and newest:
        from ratecards.storage.history import steps

        for line in console.step_lines(steps(verdict.cards.values(), now.date()), now.date()):
            yield f"  announced {line}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def _progress(sources: Sequence[Source]) -> Iterator[Progress]:
    """A bar on a terminal, a line per source and step elsewhere."""
    if not sys.stderr.isatty():
        yield lambda source, step: print(f"{source.name}: {step}", file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=2 * len(sources))
        yield lambda source, step: bar.update(task, advance=1, description=f"{step} {source.name}")


def readme(_: argparse.Namespace) -> int:
    """What is made of data and vocabularies in docs, `ratecards/model/grade.py` and `ratecards/bill/skus.json`."""
    from scraper import ROOT
    from scraper.release import scorecard
    from scraper.release.readme import renewed, skus, with_authorities, with_scorecard

    tables = ROOT / "ratecards" / "v1" / "tables"
    for path, make in (
        (ROOT / "docs" / "cost.md", lambda text: renewed(text, tables)),
        (ROOT / "docs" / "sources.md", lambda text: with_scorecard(text, scorecard.tables(Dataset(ROOT)))),
        (ROOT / "ratecards" / "model" / "grade.py", with_authorities),
        (ROOT / "ratecards" / "bill" / "skus.json", lambda _: skus()),
    ):
        path.write_text(make(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def check(options: argparse.Namespace) -> int:
    """Everything a dataset promises of itself; findings one a line, exit 1 on any."""
    from scraper.publish.verify import findings

    root = whole(options.to)
    found = findings(Dataset(root), moment(options.now).date())
    for line in found:
        print(plain_text(line.replace(str(root), str(options.to))))
    print(f"{len(found)} findings" if found else "history, cards, evidence and counts fit together")
    return 1 if found else 0


def site(options: argparse.Namespace) -> int:
    """The static site of a dataset, in a folder of its own."""
    from scraper.site import address, build

    base = options.base_url or address(os.environ)
    if base and not base.startswith(("https://", "http://")):
        raise UsageError(f"--base-url: expected http:// or https://, saw {base!r}")
    return _made(options, lambda facts: build(facts, base))


def npm(options: argparse.Namespace) -> int:
    """The npm package of a dataset, in a folder of its own."""
    from scraper.site import wire

    return _made(options, lambda facts: wire.package(facts.models, facts.shelf, facts.names))


def _made(options: argparse.Namespace, make: Callable[[Contents], dict[str, bytes]]) -> int:
    """What is made of a dataset's contents, written into a folder that holds nothing else."""
    from ratecards import dataset as product
    from ratecards.errors import CostError
    from scraper.site import gather
    from scraper.site.render import write

    try:
        root = whole(options.root)
        found = product.Dataset(product.locate(root))
        files = make(gather(found, root, moment(options.now).date()))
    except (product.DatasetError, CostError) as error:
        raise DatasetError(str(error)) from error
    touched = write(options.to, files)
    size = sum(map(len, files.values()))
    print(f"{options.to}: {len(files)} files, {size:,} bytes; {len(touched)} written or removed")
    return 0


def sources(options: argparse.Namespace) -> int:
    """The sources and their addresses; or what each is asked with and how good it is, in Markdown."""
    if options.format == "markdown":
        from scraper.release import scorecard

        print(scorecard.tables(Dataset(options.to), named_sources(options.source)), end="")
        return 0
    rows: list[dict[str, Any]] = []
    for source in named_sources(options.source):
        try:
            urls = dict(source.module.urls())
        except VocabularyError as error:
            # the name is good all the same: whoever plans a run by it is told there
            print(f"sources: {error}", file=sys.stderr)
            urls = {}
        rows.append({"name": source.name, "provider": source.provider, "source": source.source, "urls": urls})
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(row["name"], *row["urls"].values(), sep="\n  ")
    return 0 if all(row["urls"] for row in rows) else 1


def rebuild(options: argparse.Namespace) -> int:
    """Make every derived file anew from cards, histories and states."""
    from scraper.pipeline.rebuild import rebuilt

    with locked(options.to):
        paths = rebuilt(
            Dataset(options.to, ConcurrentEditGuard(options.to)), (options.now or datetime.now(UTC)).date()
        ).commit()
    for path in paths:
        print(path)
    print(f"wrote {len(paths)} files" if paths else "nothing to write")
    return 0


def version(options: argparse.Namespace) -> int:
    """The data's version and whether a release is due, as lines `name=value`; `--write` puts it where it belongs."""
    from scraper.release import released

    dataset = Dataset(options.to, ConcurrentEditGuard(options.to))
    last = released.released(options.to, options.tags, options.released)
    decided = released.decision(dataset, last)
    print(f"version={decided.version}")
    print(f"due={str(decided.due).lower()}")
    print(f"reason={decided.reason}")
    if options.write:
        with locked(options.to):
            paths = released.written(dataset, decided, last).commit()
        print(f"wrote={' '.join(paths)}")
    return 0


def release(options: argparse.Namespace) -> int:
    """Build the assets of a release into a folder."""
    from scraper.release import released
    from scraper.release.assets import build

    last = released.released(options.dataset, options.tags, options.released)
    fresh = build(Dataset(whole(options.dataset)), options.to, last, options.without)
    for name in fresh:
        print(name)
    print(f"wrote {len(fresh)} files to {options.to}" if fresh else f"{options.to} holds this release already")
    return 0


def wheel(options: argparse.Namespace) -> int:
    """The reader's wheel, built twice; exit 1 where the builds differ, or one that was released does."""
    from scraper.publish import package
    from scraper.release import wheel as building

    version = package.current(Dataset(whole(options.dataset)))["version"]
    options.to.mkdir(parents=True, exist_ok=True)
    built = building.build(options.dataset, options.to, version)
    if options.released:
        building.compare(built, options.released)
    print(f"{hashlib.sha256(built.read_bytes()).hexdigest()}  {built.name}")
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
