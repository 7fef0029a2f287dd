"""The files of discrepancies: read what is known, compare the sources as they were on one day, write what is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from ratecards.model import RateCard
from ratecards.storage import bounded, codec
from ratecards.storage.history import Change, stamp_of
from scraper.diff.cross_source import JoinedSources, PairRule, between, rules, sides_now
from scraper.diff.discrepancies import unless_only_seen, update, within
from scraper.errors import DatasetError, readable
from scraper.model import State
from scraper.publish.dataset import Dataset
from scraper.storage import discrepancies as book
from scraper.storage.discrepancies import Discrepancy

Cards = Mapping[str, RateCard]
Factors = dict[str, dict[str, str]]
AsOf = Callable[[str, date], Cards]


def path_of(stem: str) -> str:
    """The path of a file of discrepancies below the dataset's root."""
    return f"ratecards/discrepancies/{stem}.yaml"


def known(dataset: Dataset, stem: str) -> tuple[list[Discrepancy], Factors]:
    """The entries and factors of such a file; none where there is no file. Raises `DatasetError` on damage."""
    path = dataset.root / path_of(stem)
    if not path.exists():
        return [], {}
    try:
        return book.decode(bounded.text(path), str(path))
    except codec.CodecError as error:
        raise DatasetError(f"damaged ledger, restore it from git: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"damaged ledger, restore it from git: {path}: {error}") from error


def stems(dataset: Dataset) -> list[str]:
    """The names of the files there are, without their ending."""
    return sorted(p.stem for p in (dataset.root / "ratecards" / "discrepancies").glob("*.yaml"))


@dataclass(frozen=True, slots=True)
class News:
    """What a publication adds: by source its state as it was before, and its new changes."""

    before: Mapping[str, State]
    changes: Mapping[str, Sequence[Change]]


def keep(
    dataset: Dataset, current: Mapping[str, Cards], states: Mapping[str, State], news: News | None = None
) -> tuple[dict[str, str], list[Discrepancy], dict[str, dict[str, int]]]:
    """Compare all sources: the files' texts by path, every entry, and the counts of each pair (`counts`).

    With `news`, a pair of which both sides are, on the day of their comparison, what they were is kept as published:
    a history need not be replayed each day for a partner that was last read long ago.
    """
    texts: dict[str, str] = {}
    entries: list[Discrepancy] = []
    coverage: dict[str, dict[str, int]] = {}
    days = cache(lambda name: dataset.days(name, news.changes.get(name, ()) if news else ()))
    counted = _coverage_if_whole(dataset) if news else {}

    def add(stem: str, before: list[Discrepancy], after: list[Discrepancy], factors: Factors) -> None:
        after = sorted(unless_only_seen(before, after), key=book.order)
        texts[path_of(stem)] = book.encode(after, factors)
        entries.extend(after)

    for rule in rules()["pairs"]:
        if current.get(rule.left) and current.get(rule.right):
            before, _ = known(dataset, rule.name)
            if news and rule.name in counted and _stands(rule, dataset, states, news):
                add(rule.name, before, before, {})
                coverage[rule.name] = counted[rule.name]
                continue
            on, left, right = _one_day(rule, current, states, lambda name, day: days(name)(day))
            found, comparison = between(rule, left, right, on)
            first = not (dataset.root / path_of(rule.name)).exists()
            now = sides_now(rule, comparison, left, right)
            add(rule.name, before, update(before, found, on, now, grace=not first, explained=rule.explained), {})
            coverage[rule.name] = counts(comparison)
    for source in rules()["within"]:
        if current.get(source):
            stem, on = source.replace("/", "."), _verified(states[source])
            before, factors = known(dataset, stem)
            found, learned = within(source, current[source], on, factors)
            after = update(before, found, on, lambda _: None, grace=False)
            add(stem, before if learned == factors else [], after, learned)
    return texts, entries, coverage


def counts(comparison: JoinedSources) -> dict[str, int]:
    """How many keys agree, differ, or are priced on one side only."""
    agree = sum(p.agrees for p in comparison.pairs)
    return {
        "agree": agree,
        "differ": len(comparison.pairs) - agree,
        "only_left": len(comparison.only_left),
        "only_right": len(comparison.only_right),
    }


def _stands(rule: PairRule, dataset: Dataset, states: Mapping[str, State], news: News) -> bool:
    """Whether the pair's sides, as of the day on which they are compared, are those of the last publication."""
    names = rule.left, rule.right
    day = min(_verified(states[n]) for n in names)
    if day != min(_verified(news.before.get(n, states[n])) for n in names):
        return False
    if not (dataset.root / path_of(rule.name)).exists():
        return False
    for name in names:
        later = _verified(states[name]) > day
        if later and dataset.first_day(name) > day:
            return False
        if any(not later or stamp_of(change).observed <= day for change in news.changes.get(name, ())):
            return False
    return True


def _one_day(
    rule: PairRule, current: Mapping[str, Cards], states: Mapping[str, State], as_of: AsOf
) -> tuple[date, Cards, Cards]:
    """Both sources as they stood on one day: the last on which both had been read.

    A source that had not been read by then stands as it was first read; each side's evidence carries its own day.
    """
    names = rule.left, rule.right
    days = [_verified(states[n]) for n in names]
    day = min(days)
    sides = [current[n] if own <= day else as_of(n, day) or current[n] for n, own in zip(names, days, strict=True)]
    if any(side is current[n] and own > day for side, n, own in zip(sides, names, days, strict=True)):
        day = max(days)
    return day, sides[0], sides[1]


def _verified(state: State) -> date:
    """The day of the last look that was read, if only in part: what it published stands in the cards, too."""
    return max(date.fromisoformat(day) for day in ("0001-01-01", state.verified, state.observed[:10]) if day)


def summary(dataset: Dataset, entries: list[Discrepancy]) -> str:
    """All discrepancies in a line: how many are open, which of them newly, and how many closed since the last look."""
    was = {e.id: e.state for stem in stems(dataset) for e in known(dataset, stem)[0]}
    now = {e.id: e.state for e in entries}
    new = sum(state == "open" and was.get(key) != "open" for key, state in now.items())
    closed = sum(state == "closed" and was.get(key, "closed") != "closed" for key, state in now.items())
    total = {s: sum(state == s for state in now.values()) for s in ("open", "accepted", "explained")}
    totals = ", ".join(f"{count} {state}" for state, count in total.items())
    return f"discrepancies: {totals}; {new} new, {closed} closed"


def coverage_of(dataset: Dataset) -> dict[str, dict[str, int]]:
    """The coverage published last: it stands nowhere else. Raises `DatasetError`."""
    path = dataset.root / "ratecards" / "v1" / "discrepancies.json"
    with readable(path, "the published discrepancies", "; restore them from git"):
        found: dict[str, dict[str, int]] = json.loads(bounded.content(path))["coverage"]
    return found


def _coverage_if_whole(dataset: Dataset) -> dict[str, dict[str, int]]:
    """The same; nothing where the file is lacking or damaged, for it is about to be written anew."""
    try:
        return coverage_of(dataset)
    except DatasetError:
        return {}


def published(entries: list[Discrepancy], coverage: Mapping[str, Mapping[str, int]]) -> str:
    """`v1/discrepancies.json`: every entry but those that only wait, one a line."""
    shown = [book.data(e) for e in entries if e.state != "waiting"]
    lines = ",\n".join(json.dumps(e, ensure_ascii=False) for e in shown)
    head = json.dumps({"version": 1, "coverage": coverage}, ensure_ascii=False)
    return f'{head[:-1]}, "discrepancies": [\n{lines}\n]}}\n'
