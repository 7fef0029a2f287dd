"""What a run did, as plain data: one JSON value from which every report is made. No words of ours but each rate's name.

    {"version": 1, "at": "2026-11-15T06:17:00Z", "exit": 0, "files": ["ratecards/v1/rates.json"],
     "sources": [{"name": "google/gemini-api", "url": "https://...", "outcome": "CHANGED", "changes": [...],
                  "held": [...], ...}],
     "upcoming": [{"on": "2027-01-01", ...}],
     "discrepancies": {"open": 3, "accepted": 1, "explained": 9, "opened": [...], "closed": [...]}}

Amounts are strings, instants are UTC, and nothing is told as an age: who shows it knows the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ratecards.model import Rate, row
from ratecards.questions.news_lines import Told, told_by_edition
from ratecards.storage import ledger as book
from ratecards.storage.history import Change, Stamp, Step
from ratecards.storage.ledger import Entry
from ratecards.wording import exact_name
from scraper.checks.holds import hold_id
from scraper.errors import DatasetError
from scraper.model import Held, SourceResult, instant
from scraper.publish import v1_files

Facts = dict[str, Any]
VERSION = 1
_PRICE = ("price", "currency", "unit", "effective_from", "effective_until")
# A run that had nothing to read.
EMPTY: Facts = {
    "version": VERSION,
    "at": "",
    "exit": 0,
    "files": [],
    "sources": [],
    "upcoming": [],
    "discrepancies": {"open": 0, "accepted": 0, "explained": 0, "opened": [], "closed": []},
}


def run(
    verdicts: Sequence[SourceResult],
    now: datetime,
    paths: Iterable[str],
    upcoming: Iterable[Step],
    ledger: tuple[Mapping[str, Entry], Mapping[str, Entry]],
) -> Facts:
    """The facts of one run; `ledger` holds the discrepancies before and after it, by id."""
    return {
        "version": VERSION,
        "at": instant(now),
        "exit": max((v.exit for v in verdicts), default=0),
        "files": sorted(paths),
        "sources": [source(v) for v in verdicts],
        "upcoming": [step(s) for s in upcoming],
        "discrepancies": discrepancies(*ledger),
    }


def source(verdict: SourceResult) -> Facts:
    """One source's part of a run. `rates` is null where the cards were not read this time."""
    state, cards = verdict.state, verdict.cards
    urls = verdict.source.module.urls()
    url = urls.get("html") or next(iter(urls.values()))
    anchors = {m: c.anchor for m, c in (cards or {}).items()}
    released = {hold_id(r.change): r.id for r in verdict.released}
    return {
        "name": verdict.source.name,
        "url": url,
        "outcome": verdict.outcome,
        "messages": list(verdict.messages),
        "models": len(state.models if cards is None else cards),
        "rates": None if cards is None else sum(len(c.rates) for c in cards.values()),
        "amounts": dict(state.amounts),
        "unread": list(state.unread),
        "verified": state.verified,
        "stale_days": verdict.source.stale_days,
        "failing_since": state.failing_since,
        "last_updated": state.last_updated,
        "changes": [_published(c, url, anchors, released) for c in verdict.changes],
        "news": []
        if verdict.outcome == "NEW"
        else [_told(t, url, anchors) for t in told_by_edition(verdict.changes, cards)],
        "held": [held(h, verdict.at, url, anchors) for h in verdict.held],
        "proposals": [list(p) for p in verdict.proposals],
        "files": sorted(verdict.files),
    }


def _told(line: Told, url: str, anchors: Mapping[str, str]) -> Facts:
    """A line of news: what a buyer pays differently, and the words of the page."""
    anchor = anchors.get(line.model, "")
    out: Facts = {**{n: getattr(line, n) for n in ("model", "what", "change", "kind", "number", "correction")}}
    out["link"] = f"{url}#{quote(anchor)}" if anchor else url
    if line.news:
        out["quote"] = line.news.rate.evidence.quote
    return out


def _published(changed: Change, url: str, anchors: Mapping[str, str], released: Mapping[str, str]) -> Facts:
    """A change as published; one that waited has the id of its hold."""
    told = change(changed, url, anchors)
    return {**told, "id": released.get(told["id"], told["id"])}


def change(changed: Change, url: str, anchors: Mapping[str, str]) -> Facts:
    """A change as published, with its hold's id, the rate's name and a link to its place; a new model has prices."""
    rate = changed.new or changed.old
    anchor = anchors.get(changed.model, "")
    more: Facts = {"id": hold_id(changed), "link": f"{url}#{quote(anchor)}" if anchor else url}
    if rate:
        more["rate"] = exact_name(rate)
    if changed.kind == "model_added" and changed.card:
        more["prices"] = [_price(r) for r in changed.card.rates if r.price is not None]
    return {**v1_files.change_data(changed), **more}


def _price(rate: Rate) -> Facts:
    values = row(rate)
    return {"rate": exact_name(rate), **{n: values[n] for n in _PRICE if values[n]}}


def held(item: Held, at: datetime, url: str, anchors: Mapping[str, str]) -> Facts:
    """A change that waits; it has the day it was seen on, and is recorded nowhere yet."""
    seen = Stamp(observed=at.date(), recorded="", capture="", parser="")
    return {
        "id": item.id,
        "reason": item.reason,
        "since": item.since,
        "looks": item.looks,
        "person": item.person,
        "change": change(replace(item.change, stamp=seen), url, anchors),
    }


def step(dated: Step) -> Facts:
    """A dated step as published, with its source and the rate's name."""
    return {**v1_files.step_data(dated), "rate": exact_name(dated.after), "name": source_of(dated.after)}


def source_of(rate: Rate) -> str:
    """`provider/source` of a rate."""
    return f"{rate.provider}/{rate.source}"


def discrepancies(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Facts:
    """How many stand in which state, and which were opened or closed by this run."""
    was = {key: e.state for key, e in before.items()}
    opened = [e for key, e in after.items() if e.state == "open" and was.get(key) != "open"]
    closed = [e for key, e in after.items() if e.state == "closed" and was.get(key, "closed") != "closed"]
    counts = {s: sum(e.state == s for e in after.values()) for s in ("open", "accepted", "explained")}
    return {**counts, "opened": [book.data(e) for e in opened], "closed": [book.data(e) for e in closed]}


def added(first: Facts, then: Facts) -> Facts:
    """The facts of two runs, one after the other, as if they were one."""
    before = {s["name"]: s for s in first["sources"]}
    sources = [_source_added(before.pop(s["name"], {}), s) for s in then["sources"]]
    ledger = dict(then["discrepancies"])
    for name in ("opened", "closed"):
        ledger[name] = first["discrepancies"][name] + ledger[name]
    return {
        **then,
        "exit": max(first["exit"], then["exit"]),
        "files": sorted({*first["files"], *then["files"]}),
        "sources": [*before.values(), *sources],
        "discrepancies": ledger,
    }


def _source_added(first: Facts, then: Facts) -> Facts:
    """Changes add up, but for those of a first look, which are contents; of all else the newest stands."""
    if not first or first["outcome"] == "NEW":
        return then
    return {**then, "changes": first["changes"] + then["changes"], "news": first["news"] + then["news"]}


def save(path: Path, facts: Facts) -> None:
    """Write facts to a file. Raises `DatasetError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"{path}: expected a place to write a report, saw {error}") from error


def load(path: Path) -> Facts:
    """The facts in a file. Raises `DatasetError` on anything else."""
    try:
        facts: Facts = json.loads(path.read_text(encoding="utf-8"))
        if facts["version"] != VERSION:
            raise DatasetError(f"{path}: expected a report of version {VERSION}, saw {facts['version']!r}")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path}: expected the report of a run, saw {type(error).__name__}: {error}") from error
    return facts
