"""The main job: look at each source, judge what came, publish what may be, once for all sources together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from ratecards import codec, history
from ratecards.model import RateCard
from scraper import v1
from scraper.dataset import Dataset, State
from scraper.editions import Clock, Edition, getter, keep, look
from scraper.errors import DatasetError
from scraper.fetch import Validators
from scraper.judge import Verdict, judge
from scraper.publish import Publication
from scraper.sources import Source

Progress = Callable[[Source, str], None]
_CHANGES = 2000


def fetch_all(
    sources: Sequence[Source], dataset: Dataset, clock: Clock, kept: Path | None, progress: Progress
) -> dict[str, Edition | DatasetError]:
    """Look at all sources at once; one's failure is its own."""

    def one(source: Source) -> Edition | DatasetError:
        progress(source, "fetching")
        try:
            state = dataset.state(source.name)
        except DatasetError as error:
            return error
        edition = look(source, getter(source, clock), clock, validators(source, state, clock()))
        if kept:
            keep(kept, source, edition)
        return edition

    with ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        return dict(zip((s.name for s in sources), pool.map(one, sources), strict=True))


def validators(source: Source, state: State, now: datetime) -> dict[str, Validators]:
    """Conditional requests, once a day unconditional; never after a parser change or a bad look."""
    fresh = state.verified == now.date().isoformat() and state.parser == source.module.PARSER
    good = state.outcome == "READ" and not state.holds
    if not (fresh and good):
        return {}
    return {
        kind: Validators(known.get("etag", ""), known.get("last-modified", ""))
        for kind, known in state.validators.items()
        if known and kind in state.hashes
    }


def judge_one(dataset: Dataset, source: Source, edition: Edition, now: datetime, *, hold: bool = True) -> Verdict:
    """The verdict on one source's edition; a damaged baseline is a verdict, too."""
    try:
        state = dataset.state(source.name)
        return judge(source, edition, state, lambda: dataset.cards(source.name, state.models or None), now, hold=hold)
    except (DatasetError, history.HistoryError) as error:
        return Verdict(source, "DAMAGED", edition.at, [str(error)])


def publication(dataset: Dataset, verdicts: Iterable[Verdict], now: datetime) -> Publication:
    """What the verdicts ask to be written: cards, history, state and, when data changed, all of `v1`."""
    result = Publication(dataset.root)
    states: dict[str, State] = {}
    current: dict[str, dict[str, RateCard]] = {}
    fresh: list[history.Change] = []
    for verdict in verdicts:
        if verdict.outcome == "DAMAGED":
            continue
        name = verdict.source.name
        states[name] = verdict.state
        _cards(result, dataset, verdict)
        result.append(dataset.history_path(name), "".join(history.line(c) for c in verdict.changes))
        fresh += verdict.changes
        if verdict.cards is not None:
            current[name] = verdict.cards
        if _worth_writing(dataset.state(name), verdict.state):
            result.write(dataset.state_path(name), verdict.state.text())
    if result.writes.keys() - {dataset.state_path(n) for n in states} or fresh:
        _v1(result, dataset, current, states, fresh, now)
    return result


def _cards(result: Publication, dataset: Dataset, verdict: Verdict) -> None:
    if verdict.cards is None:
        return
    touched = {c.model for c in verdict.changes} | {c.previous_id for c in verdict.changes}
    for model in sorted(touched - {""}):
        path = dataset.card_path(verdict.source.name, model)
        if model in verdict.cards:
            result.write(path, codec.encode(verdict.cards[model]))
        else:
            result.delete(path)


def _worth_writing(before: State, after: State) -> bool:
    """State is committed when a verdict, a hold or the data moved, and otherwise once a day."""
    moved = (
        "outcome",
        "message",
        "holds",
        "models",
        "unread",
        "capture",
        "stepped",
        "verified",
        "parser",
        "last_updated",
    )
    return any(getattr(before, name) != getattr(after, name) for name in moved)


def _v1(
    result: Publication,
    dataset: Dataset,
    current: dict[str, dict[str, RateCard]],
    states: dict[str, State],
    fresh: Sequence[history.Change],
    now: datetime,
) -> None:
    """Rebuild the published files from all cards; sources that were not read this time stand as they are."""
    names = sorted({*dataset.names(), *current})
    for name in names:
        if name not in current:
            current[name] = dataset.cards(name)
        if name not in states:
            states[name] = dataset.state(name)
    past = [c for name in names for c in dataset.changes(name)]
    recent = history.ordered([*past, *fresh])[-_CHANGES:]
    cards = [card for name in names for card in current[name].values()]
    texts = v1.files(cards, recent, states, now.date())
    for path, text in texts.items():
        result.write(f"ratecards/v1/{path}", text)
    tables = dataset.root / "ratecards" / "v1" / "tables"
    for page in tables.glob("*.md"):
        if f"tables/{page.name}" not in texts:
            result.delete(f"ratecards/v1/tables/{page.name}")
