"""What a run did, from which every text is made. No words of ours but each rate's name.

As JSON it is `{"version": 1, "at": "2026-11-15T06:17:00Z", "exit": 0, "files": ["ratecards/v1/rates.json"],
"sources": [...], "upcoming": [...], "discrepancies": {...}}`. Amounts are strings, instants are UTC, and nothing is
told as an age: who shows it knows the time. Changes, steps and discrepancies are as `v1` has them, a change and a step
with its rate's name, a change with a link to its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ratecards.model import Rate, lifecycle, row
from ratecards.model.grade import name_of
from ratecards.model.lifecycle import Lifecycle
from ratecards.questions.price_news import Told, told_by_edition
from ratecards.storage import history
from ratecards.storage.history import Change, Stamp, Step
from ratecards.wording import exact_name, exact_ratio
from scraper.checks.holds import hold_id
from scraper.errors import DatasetError
from scraper.model import Held, SourceResult, instant
from scraper.publish import baseline, reported, v1_files
from scraper.publish import discrepancies as books
from scraper.publish.dataset import Dataset
from scraper.storage import discrepancies as book
from scraper.storage.discrepancies import Discrepancy

# A change, a line of news, what waits, a step or a discrepancy as published.
Plain = dict[str, Any]
VERSION = 1
_PRICE = ("price", "currency", "unit", "effective_from", "effective_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One source's part of a run. `rates` is None where the cards were not read this time.

    `news` is what a buyer pays differently, `inferred` are the unknown words that were proven: their meaning, places,
    proof and vocabulary lines. `files` are further files written, `proposed` tells that a pull request has
    the changes; None where there are none of these.
    """

    name: str
    url: str
    outcome: str
    messages: list[str] = field(default_factory=list)
    models: int = 0
    rates: int | None = None
    amounts: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    verified: str = ""
    stale_days: int = 0
    failing_since: str = ""
    last_updated: str = ""
    changes: list[Plain] = field(default_factory=list)
    news: list[Plain] = field(default_factory=list)
    held: list[Plain] = field(default_factory=list)
    proposals: list[list[str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    inferred: list[Plain] = field(default_factory=list)
    proposed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancies:
    """How many stand in which state, and which were opened or closed by the run."""

    open: int = 0
    accepted: int = 0
    explained: int = 0
    opened: list[Plain] = field(default_factory=list)
    closed: list[Plain] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run, or several one after the other; without arguments one that had nothing to read."""

    version: int = VERSION
    at: str = ""
    exit: int = 0
    files: list[str] = field(default_factory=list)
    sources: list[SourceReport] = field(default_factory=list)
    upcoming: list[Plain] = field(default_factory=list)
    discrepancies: Discrepancies = field(default_factory=Discrepancies)

    def data(self) -> dict[str, Any]:
        """As plain data for a file."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        sources = [{n: v for n, v in asdict(s).items() if n != "proposed" or v is not None} for s in self.sources]
        return {**plain, "sources": sources, "discrepancies": asdict(self.discrepancies)}


def from_data(data: Mapping[str, Any]) -> RunReport:
    """A report from plain data. Raises `ValueError`, `KeyError` or `TypeError` on anything else, as another version."""
    if data["version"] != VERSION:
        raise ValueError(f"expected a report of version {VERSION}, saw {data['version']!r}")
    sources = [SourceReport(**one) for one in data["sources"]]
    return RunReport(**{**data, "sources": sources, "discrepancies": Discrepancies(**data["discrepancies"])})


def save(path: Path, report: RunReport) -> None:
    """Write a report to a file. Raises `DatasetError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report.data(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"{path}: expected a place to write a report, saw {error}") from error


def load(path: Path) -> RunReport:
    """The report in a file. Raises `DatasetError` on anything else."""
    try:
        return from_data(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path}: expected the report of a run, saw {type(error).__name__}: {error}") from error


class Recorder:
    """The report of a command: each publication is added, and the file is written anew. Without a path, nothing is."""

    def __init__(self, dataset: Dataset, path: Path | None) -> None:
        self.dataset, self.path, self.report = dataset, path, RunReport()
        self.entries = self._entries() if path else {}
        if path:
            save(path, self.report)

    def add(self, results: Sequence[SourceResult], now: datetime, paths: Sequence[str]) -> None:
        """One publication, after it was carried out."""
        if not self.path:
            return
        before, self.entries = self.entries, self._entries()
        cards = [card for name in self.dataset.names() for card in baseline.any_cards(self.dataset, name).values()]
        upcoming = [*history.steps(cards, now.date()), *reported.upcoming(self.dataset, cards, now.date())]
        one = run(results, now, paths, upcoming, (before, self.entries))
        self.report = added(self.report, one)
        save(self.path, self.report)

    def _entries(self) -> dict[str, Discrepancy]:
        return {e.id: e for stem in books.stems(self.dataset) for e in books.known(self.dataset, stem)[0]}


def run(
    results: Sequence[SourceResult],
    now: datetime,
    paths: Iterable[str],
    upcoming: Iterable[Step],
    entries: tuple[Mapping[str, Discrepancy], Mapping[str, Discrepancy]],
) -> RunReport:
    """The report of one run; `entries` holds the discrepancies before and after it, by id."""
    return RunReport(
        at=instant(now),
        exit=max((r.exit for r in results), default=0),
        files=sorted(paths),
        sources=[source(r) for r in results],
        upcoming=[step(s) for s in upcoming],
        discrepancies=discrepancies(*entries),
    )


def source(result: SourceResult) -> SourceReport:
    """One source's part of a run."""
    state, cards = result.state, result.cards
    urls = result.source.module.urls()
    url = urls.get("html") or next(iter(urls.values()))
    links = {m: f"{url}#{quote(c.anchor)}" for m, c in (cards or {}).items() if c.anchor}
    released = {hold_id(r.change): r.id for r in result.released}
    changes = [_change(c, links.get(c.model, url)) for c in result.changes]
    news = [] if result.outcome == "NEW" else told_by_edition(result.changes, cards)
    return SourceReport(
        name=result.source.name,
        url=url,
        outcome=result.outcome,
        messages=list(result.messages),
        models=len(state.models if cards is None else cards),
        rates=None if cards is None else sum(len(c.rates) for c in cards.values()),
        amounts=dict(state.amounts),
        unread=list(state.unread),
        verified=state.verified,
        stale_days=result.source.stale_days,
        failing_since=state.failing_since,
        last_updated=state.last_updated,
        # one that waited has the id of its hold
        changes=[{**c, "id": released.get(c["id"], c["id"])} for c in changes],
        news=[*(_news(line, links.get(line.model, url)) for line in news), *(_end(url, *pair) for pair in result.ends)],
        held=[_held(h, result.at, links.get(h.change.model, url)) for h in result.held],
        proposals=[list(p) for p in result.proposals],
        files=sorted(result.files),
        inferred=[
            {"words": one.words, "places": list(one.places), "proof": one.proof, "lines": list(one.lines)}
            for one in result.inferred
        ],
    )


def _end(link: str, before: Lifecycle | None, now: Lifecycle) -> Plain:
    """A line of news: when a model ends, by a page of facts, and what that page said before."""
    was = f", which was: {lifecycle.end(before)}" if before else ""
    day = str(now.shutdown or now.earliest or "")
    line = {"model": now.model, "what": "", "change": f"{lifecycle.end(now)}{was}", "kind": "end", "number": 1}
    return {**line, "correction": False, "link": link, "quote": now.quote, "day": day}


def _news(line: Told, link: str) -> Plain:
    """A line of news: what a buyer pays differently, the words of the page, and new price over old one."""
    said = {n: getattr(line, n) for n in ("model", "what", "change", "kind", "number", "correction")}
    behind = {"quote": line.news.rate.evidence.quote} if line.news else {}
    ratio = exact_ratio(line.news.factor) if line.news else ""
    return {**said, "link": link, **behind, **({"ratio": ratio} if ratio else {})}


def _change(change: Change, link: str) -> Plain:
    """A change as published, with its hold's id, the rate's name and a link to its place; a new model has prices."""
    rate = change.new or change.old
    more: Plain = {"id": hold_id(change), "link": link}
    if rate:
        more["rate"] = exact_name(rate)
    if change.kind == "model_added" and change.card:
        more["prices"] = [_price(r) for r in change.card.rates if r.price is not None]
    return {**v1_files.change_data(change), **more}


def _price(rate: Rate) -> Plain:
    values = row(rate)
    return {"rate": exact_name(rate), **{n: values[n] for n in _PRICE if values[n]}}


def _held(item: Held, at: datetime, link: str) -> Plain:
    """A change that waits; it has the day it was seen on, and is recorded nowhere yet."""
    seen = Stamp(observed=at.date(), recorded="", capture="", parser="")
    said = {n: getattr(item, n) for n in ("id", "reason", "since", "looks", "person")}
    return {**said, "change": _change(replace(item.change, stamp=seen), link)}


def step(dated: Step) -> Plain:
    """A dated step as published, with its source and the rate's name."""
    rate = dated.after
    return {**v1_files.step_data(dated), "rate": exact_name(rate), "name": name_of(rate.provider, rate.source)}


def discrepancies(before: Mapping[str, Discrepancy], after: Mapping[str, Discrepancy]) -> Discrepancies:
    """How many stand in which state, and which were opened or closed between the two."""
    was = {key: e.state for key, e in before.items()}
    opened = [e for key, e in after.items() if e.state == "open" and was.get(key) != "open"]
    closed = [e for key, e in after.items() if e.state == "closed" and was.get(key, "closed") != "closed"]
    counts = {s: sum(e.state == s for e in after.values()) for s in ("open", "accepted", "explained")}
    return Discrepancies(**counts, opened=[book.data(e) for e in opened], closed=[book.data(e) for e in closed])


def added(first: RunReport, then: RunReport) -> RunReport:
    """The report of two runs, one after the other, as if they were one."""
    before = {s.name: s for s in first.sources}
    sources = [_source_added(before.pop(s.name, None), s) for s in then.sources]
    one, two = first.discrepancies, then.discrepancies
    return replace(
        then,
        exit=max(first.exit, then.exit),
        files=sorted({*first.files, *then.files}),
        sources=[*before.values(), *sources],
        discrepancies=replace(two, opened=one.opened + two.opened, closed=one.closed + two.closed),
    )


def _source_added(first: SourceReport | None, then: SourceReport) -> SourceReport:
    """Changes add up, but for those of a first look, which are contents; of all else the newest stands."""
    if first is None or first.outcome == "NEW":
        return then
    return replace(then, changes=first.changes + then.changes, news=first.news + then.news)
