"""The main job: look at each source, judge what came, publish what may be, once for all sources together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ratecards.model import RateCard
from ratecards.storage import bounded, codec, history, limitsjson
from ratecards.storage import ledger as book
from ratecards.storage import limits as limits_file
from ratecards.storage.codec import dumps
from ratecards.storage.limits import LimitsCard
from scraper.diff.discrepancies import decided
from scraper.errors import DatasetError, FetchFailed
from scraper.fetch.capture import Clock, Edition, getter, keep, look
from scraper.fetch.catalogue import DOORS, Keys
from scraper.fetch.client import Validators, redact
from scraper.pipeline import limitspage
from scraper.pipeline.judge import judge
from scraper.pipeline.second import opinion
from scraper.publish import baseline as proof
from scraper.publish import discrepancies, held, pack
from scraper.publish import v1_files as v1
from scraper.publish.dataset import Dataset
from scraper.publish.package import finalize_package
from scraper.publish.record import newest, record
from scraper.publish.transaction import Publication
from scraper.sources import Source
from scraper.state import State
from scraper.verdict import Verdict

Progress = Callable[[Source, str], None]
Looks = dict[str, Edition | DatasetError]
_CHANGES = 2000


def fetch_all(
    sources: Sequence[Source],
    dataset: Dataset,
    now: datetime,
    clock: Clock,
    kept: Path | None,
    progress: Progress,
    *,
    again: bool = False,
    keys: Keys | None = None,
) -> Looks:
    """Look at all sources at once, as of `now`; one's failure is its own. `again`: in full, whatever is known."""

    def one(source: Source) -> Edition | DatasetError:
        progress(source, "fetching again" if again else "fetching")
        try:
            known = {} if again else validators(source, dataset.state(source.name), now)
            door = DOORS.get(source.name)
            edition = door(source, now, keys or Keys()) if door else look(source, getter(source, clock), now, known)
            if kept:
                keep(kept, source, edition)
        except DatasetError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a fault of one look must not take the other sources with it
            words = redact(f"the look broke down, fix it: {type(error).__name__}: {error}")
            return Edition(now, failed=dict.fromkeys(source.module.urls(), FetchFailed(words)))
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


def judge_all(
    dataset: Dataset,
    sources: Sequence[Source],
    looks: Looks,
    now: datetime,
    progress: Progress,
    again: Callable[[Sequence[Source]], Looks] | None = None,
) -> list[Verdict]:
    """One verdict per source. Where representations disagree, all of them are looked at `again`, once."""
    verdicts = []
    for source in sources:
        progress(source, "reading")
        verdicts.append(_verdict(dataset, source, looks[source.name], now))
    torn = [v.source for v in verdicts if v.disagreed]
    second = again(torn) if again and torn else {}
    return [_settled(dataset, v, looks, second, now) if v.source.name in second else v for v in verdicts]


def _verdict(dataset: Dataset, source: Source, seen: Edition | DatasetError, now: datetime) -> Verdict:
    if isinstance(seen, DatasetError):
        return Verdict(source, "DAMAGED", now, [str(seen)])
    return judge_one(dataset, source, seen, now)


def _settled(dataset: Dataset, first: Verdict, looks: Looks, second: Looks, now: datetime) -> Verdict:
    """The verdict on the second look, if that one brought as much as the first; one page alone settles nothing."""
    name = first.source.name
    before, after = looks[name], second[name]
    if isinstance(before, Edition) and isinstance(after, Edition) and before.pages.keys() != after.pages.keys():
        lost = {**after.failed, **after.not_read}
        first.messages += [f"fetched once more, {kind}: {error}" for kind, error in lost.items()]
        return first
    verdict = _verdict(dataset, first.source, after, now)
    verdict.messages.insert(0, "the representations disagreed; both were fetched once more")
    return verdict


def judge_one(dataset: Dataset, source: Source, edition: Edition, now: datetime, *, hold: bool = True) -> Verdict:
    """The verdict on one source's edition; a damaged baseline is a verdict, too."""
    try:
        if source.name == limitspage.NAME:
            return limitspage.judge_limits(dataset, source, edition, now)
        state = dataset.state(source.name)
        base = Baseline(dataset, source.name, state)
        second = opinion(dataset, source, edition.at.date())
        verdict = judge(source, edition, state, base.cards, now, hold=hold, second=second)
        verdict.proven = base.proven
    except DatasetError as error:
        words = str(error) if "git" in str(error) else f"{error}; restore it from git"
        return Verdict(source, "DAMAGED", edition.at, [words])
    return verdict


class Baseline:
    """The published cards of a source, read when they are asked for, and whether they are `proven` by then."""

    def __init__(self, dataset: Dataset, name: str, state: State) -> None:
        self._dataset, self._name, self._state = dataset, name, state
        self.proven = False

    def cards(self) -> dict[str, RateCard]:
        """Raises `DatasetError` unless the history folds to them."""
        found = baseline(self._dataset, self._name, self._state)
        self.proven = True
        return found


def baseline(dataset: Dataset, name: str, state: State) -> dict[str, RateCard]:
    """The published cards. Raises `DatasetError` unless history folds to them: damage must never look like news.

    Where they stand as they were published together that is known; the history is read only where they do not.
    """
    if proof.holds(dataset, name):
        return dataset.cards(name, state.models or None)
    return folded(dataset, name, state)


def folded(dataset: Dataset, name: str, state: State) -> dict[str, RateCard]:
    """The published cards, held against the whole history. Raises `DatasetError` where it does not fold to them."""
    given = recorded(dataset, name)
    found = dataset.cards(name, state.models or None)
    if differ := sorted(m for m in {*given, *found} if given.get(m) != found.get(m)):
        cards = ", ".join(differ)
        raise DatasetError(f"{name}: damaged baseline, the history does not fold to {cards}; restore it from git")
    return found


def recorded(dataset: Dataset, name: str) -> dict[str, RateCard]:
    """The cards that a source's history folds to. Raises `DatasetError`."""
    try:
        return history.fold(dataset.changes(name))
    except history.HistoryError as error:
        raise DatasetError(f"{name}: damaged history, restore it from git: {error}") from error


def publication(dataset: Dataset, verdicts: Sequence[Verdict], now: datetime) -> Publication:
    """What the verdicts ask to be written: cards, history, state and, when data changed, all of `v1`."""
    result = dataset.publication()
    states: dict[str, State] = {}
    current: dict[str, dict[str, RateCard]] = {}
    fresh: dict[str, list[history.Change]] = {}
    news = False
    for verdict in verdicts:
        if verdict.outcome == "DAMAGED":
            continue
        name = verdict.source.name
        before, states[name] = dataset.state(name), verdict.state
        _cards(result, dataset, verdict)
        _held(result, dataset, verdict)
        for path, text in verdict.files.items():
            result.write(path, text)
        record(result, dataset, name, verdict.changes)
        fresh[name] = verdict.changes
        if verdict.cards is not None:
            current[name] = verdict.cards
        # how complete a reading was is published, too
        news |= (before.unread, before.amounts) != (verdict.state.unread, verdict.state.amounts)
        # a lagging source has some days before it counts as a discrepancy
        news |= before.verified != verdict.state.verified
        if _worth_writing(before, verdict.state):
            result.write(dataset.state_path(name), verdict.state.text())
    if news or result.writes.keys() - {dataset.state_path(n) for n in states} or result.appends:
        today = max(now, *(v.at for v in verdicts)).date()
        build_v1(result, dataset, current, states, fresh, today)
        pack.keep(result, dataset, fresh)
    written = {name: state for name, state in states.items() if dataset.state_path(name) in result.writes}
    finalize_package(result, dataset, written, [change for found in fresh.values() for change in found])
    for verdict in verdicts:
        # the cards of others are not vouched for, and what stood unproven is no better for a change
        name = verdict.source.name
        if verdict.cards is not None and (verdict.proven or proof.holds(dataset, name)):
            proof.renew(result, dataset, name)
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


def _held(result: Publication, dataset: Dataset, verdict: Verdict) -> None:
    """What waits is kept aside; a look that learned nothing leaves it as it is."""
    if verdict.reading is None or verdict.cards is None:
        return
    path, text = held.path_of(verdict.source.name), held.text(dataset, verdict)
    if text:
        result.write(path, text)
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
        "amounts",
        "unstable",
        "said",
    )
    return any(getattr(before, name) != getattr(after, name) for name in moved)


def build_v1(
    result: Publication,
    dataset: Dataset,
    current: dict[str, dict[str, RateCard]],
    states: dict[str, State],
    fresh: Mapping[str, Sequence[history.Change]],
    today: date,
) -> None:
    """Rebuild the published files from all cards; sources that were not read this time stand as they are."""
    names = sorted({*dataset.names(), *current})
    for name in names:
        if name not in current:
            current[name] = _published(dataset, name)
        if name not in states:
            states[name] = said(dataset, name)
    recent = newest(dataset, names, fresh, _CHANGES)
    cards = [card for name in names for card in current[name].values()]
    from scraper.publish.v1_tables import tables

    limits = _limits(result, dataset)
    texts = {**v1.files(cards, recent, states, today), **tables(cards, today, limits)}
    texts["limits.json"] = dumps(limitsjson.data(limits))
    ledgers, entries, coverage = discrepancies.keep(dataset, current, states)
    texts["discrepancies.json"] = discrepancies.published(entries, coverage)
    result.notes.append(discrepancies.summary(dataset, entries))
    for path, text in ledgers.items():
        result.write(path, text)
    for path, text in texts.items():
        result.write(f"ratecards/v1/{path}", text)
    kept = dataset.root / "ratecards" / "v1" / "tables"
    for page in kept.glob("*.*"):
        if f"tables/{page.name}" not in texts:
            result.delete(f"ratecards/v1/tables/{page.name}")


def _limits(result: Publication, dataset: Dataset) -> list[LimitsCard]:
    """The limits card: the one about to be written, or the one that stands."""
    fresh = result.writes.get(limitspage.PATH)
    card = limits_file.decode(fresh.decode(), limitspage.PATH) if fresh else limitspage.published(dataset)
    return [card] if card else []


def decide(dataset: Dataset, key: str, state: str, because: str, today: date) -> Publication:
    """A person's decision on a discrepancy, in its ledger file and in `v1`. Raises `KeyError` when there is none."""
    result = dataset.publication()
    every = []
    found = False
    for stem in discrepancies.stems(dataset):
        entries, factors = discrepancies.known(dataset, stem)
        if any(e.id == key and e.state != "closed" for e in entries):
            found = True
            entries = [replace(e, last_seen=today) if e.id == key else e for e in decided(entries, key, state, because)]
            result.write(discrepancies.path_of(stem), book.encode(entries, factors))
        every += entries
    if not found:
        raise KeyError(f"no open discrepancy {key!r}")
    result.write("ratecards/v1/discrepancies.json", discrepancies.published(every, discrepancies.coverage_of(dataset)))
    finalize_package(result, dataset, {}, [])
    return result


def confirm(
    dataset: Dataset, sources: Iterable[str], key: str, because: str, today: date
) -> tuple[str, str, Publication]:
    """A person says that a held change is right: the next look that reads it again publishes it.

    Returns the source, what is held in words, and what is to be written. Raises `KeyError` when there is none such.
    """
    damaged: list[DatasetError] = []
    for name in sources:
        try:
            state = dataset.state(name)
        except DatasetError as error:
            damaged.append(error)
            continue
        # the id of one of several that wait together is an id of their hold
        key = next((hold for hold, entry in state.holds.items() if key in entry.get("members", ())), key)
        if key in state.holds:
            decided = {"on": today.isoformat(), "because": because}
            entry = {**state.holds[key], "confirmed": decided}
            result = dataset.publication()
            after = replace(state, holds={**state.holds, key: entry})
            result.write(dataset.state_path(name), after.text())
            finalize_package(result, dataset, {name: after}, [])
            return name, str(entry.get("what", "")), result
    if damaged:
        raise damaged[0]
    raise KeyError(f"nothing is held as {key!r}")


def said(dataset: Dataset, name: str) -> State:
    """The state of a source that is not written this time; where it is damaged, what of it is published.

    Raises `DatasetError` where neither can be read.
    """
    try:
        return dataset.state(name)
    except DatasetError as error:
        v1 = dataset.root / "ratecards" / "v1"
        try:
            found = json.loads(bounded.content(v1 / "rates.json"))["sources"][name]
            observed = max(card.observed for card in _published(dataset, name).values())
            known = {n: found[n] for n in ("amounts", "unread", "last_updated", "capture", "parser")}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise error from None
        return State(**known, verified=observed.isoformat())


def _published(dataset: Dataset, name: str) -> dict[str, RateCard]:
    """The cards of a source that is not written this time; its history has them where a card is damaged."""
    try:
        return dataset.cards(name)
    except DatasetError:
        return recorded(dataset, name)
