"""Fetching without publishing: what a job saves for another one to publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.all_sources import Captures, fetch_all
from scraper.fetch.capture import Capture, replay, save
from scraper.pipeline.refresh import better, evaluate_all
from scraper.publish.dataset import Dataset
from scraper.sources import SOURCES, Source, find


def fetch_and_save(
    sources: Sequence[Source], dataset: Dataset, folder: Path, given: datetime | None = None
) -> Iterator[tuple[str, str]]:
    """Fetch sources in full and save it in the layout of `refresh --replay`; what came, in words, by source.

    No conditional request is made: what is saved must hold for whatever is published when it is applied. Where the
    representations disagree, they are fetched once more, as a refresh does. `given`: the clock stands still.
    """
    now = given or datetime.now(UTC)

    def clock() -> datetime:
        return given or datetime.now(UTC)

    def fetched(wanted: Sequence[Source]) -> Captures:
        return fetch_all(wanted, dataset.state, now, clock, None, lambda *_: None, again=True)

    first = fetched(sources)
    results = evaluate_all(dataset, sources, first, now, lambda *_: None)
    disagreed = [source for source, result in zip(sources, results, strict=True) if result.disagreed]
    second = fetched(disagreed) if disagreed else {}
    damaged: list[DatasetError] = []
    for source in sources:
        capture = better(first[source.name], second.get(source.name))
        if isinstance(capture, DatasetError):
            damaged.append(capture)
            continue
        save(folder, source, capture)
        yield source.name, _words(capture)
    if damaged:
        raise damaged[0]


def _words(capture: Capture) -> str:
    lost = {**capture.failed, **capture.not_read}
    words = [f"{kind} of {len(page.body)} bytes" for kind, page in capture.pages.items()]
    words += [f"{kind} did not come: {error}" for kind, error in lost.items()]
    return "; ".join(words) or capture.skipped


def _own_folders(folder: Path) -> None:
    """Of what each fetching job handed over (`look-<provider>-<source>`), its own source's folder, and nothing else."""
    for source in SOURCES:
        own = folder / f"look-{source.provider}-{source.source}" / source.name
        if own.is_dir() and not (own.is_symlink() or own.parent.is_symlink() or (folder / source.name).exists()):
            (folder / source.provider).mkdir(exist_ok=True)
            own.replace(folder / source.name)


def _attempted(folder: Path, source: Source) -> bool:
    """Whether there is a look at a source; a damaged one is told when it is applied."""
    try:
        return bool(replay(folder, source))
    except DatasetError:
        return True


def fill_missing(folder: Path, names: Sequence[str], now: datetime) -> list[str]:
    """The sources to publish: those named, else those that there is a look at.

    Of one that is named and that there is no look at, a failed one is put in its place: the job that was to look at
    it broke down, and that must not pass for silence. Raises `DatasetError` where there is nothing at all.
    """
    _own_folders(folder)
    sources = [find(name) for name in names] or [s for s in SOURCES if (folder / s.name).is_dir()]
    if not sources:
        raise DatasetError(f"{folder}: expected looks at sources, saw none")
    for source in sources:
        if not _attempted(folder, source):
            failed = FetchFailed("the job that fetches this source brought nothing; see its log")
            save(folder, source, Capture(now, failed=dict.fromkeys(source.module.urls(), failed)))
    return [s.name for s in sources]
