"""Keeping discrepancies: what two sources, or one source's own figures, say differently; since when, and until when.

Pure: entries, cards and a day in, entries out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ratecards.model import plain
from scraper.diff.consistency import Inconsistency, findings
from scraper.diff.cross_source import Cards, Now, by_id, new_entry, rules, side_of
from scraper.storage.discrepancies import Discrepancy, Side


def within(
    source: str, cards: Cards, on: date, factors: Mapping[str, Mapping[str, str]]
) -> tuple[list[Discrepancy], dict[str, dict[str, str]]]:
    """A source against its own arithmetic; and the factors as learned, each with the day since when."""
    found, learned = findings(cards.values(), on, {n: f["value"] for n, f in factors.items()})
    dated = {}
    for name, value in learned.items():
        before = factors.get(name, {})
        was = {"was": before["value"]} if before else {}
        same = before.get("value") == value
        dated[name] = dict(before) if same else {"value": value, "since": on.isoformat(), **was}
    return by_id((_entry(source, finding, cards, on), finding.rate.modality) for finding in found), dated


def _entry(source: str, finding: Inconsistency, cards: Cards, on: date) -> Discrepancy:
    rate = finding.rate
    printed = side_of(source, rate, cards)
    gives = replace(printed, price=finding.expected, quote=finding.against, locator=f"by the rule: {finding.rule}")
    if finding.period:  # so many prompts, which are no money
        printed = _allowance(printed, finding.printed, rate.period)
        gives = _allowance(gives, finding.expected, finding.period)
    return new_entry("within", finding.rule, rate, (printed, gives), on)


def _allowance(side: Side, count: Decimal, period: str) -> Side:
    """What is free, as a side says it: `5000 a day`."""
    return replace(side, price=None, currency="", availability="free", unit=f"{plain(count)} a {period}")


def update(
    known: Iterable[Discrepancy],
    found: Iterable[Discrepancy],
    on: date,
    current: Now,
    *,
    grace: bool,
    explained: str = "",
) -> list[Discrepancy]:
    """The entries after a comparison on day `on`.

    `grace`: a disagreement that came up because a side moved waits before it counts. `current` gives both sides as
    they stand now, to tell which of them moved when an entry closes.
    """
    before = {e.id: e for e in known}
    new = {e.id: e for e in found}
    wait = timedelta(days=int(rules()["grace_days"]) if grace else 0)
    after = [_seen(before.get(i), entry, on, wait, explained) for i, entry in new.items()]
    for entry in before.values():
        if entry.id in new or entry.state == "waiting":
            continue
        after.append(entry if entry.state == "closed" else _closed(entry, on, current(entry)))
    return after


def unless_only_seen(before: Sequence[Discrepancy], after: list[Discrepancy]) -> list[Discrepancy]:
    """`after`; or `before`, where a look has moved nothing but the day they were last seen: that is no news."""
    was, now = ({replace(e, last_seen=date.min) for e in entries} for entries in (before, after))
    return list(before) if was == now else after


def _seen(before: Discrepancy | None, now: Discrepancy, on: date, wait: timedelta, explained: str) -> Discrepancy:
    if before is None or before.state == "closed":
        state = "explained" if explained else "open" if not wait else "waiting"
        return replace(now, state=state, because=explained)
    state = before.state
    if state == "waiting" and on - before.first_seen >= wait:
        state = "open"
    return replace(now, state=state, because=before.because, first_seen=before.first_seen, last_seen=on)


def _closed(entry: Discrepancy, on: date, now: tuple[Side, Side] | None) -> Discrepancy:
    moved = "no longer priced by both" if entry.kind == "between" else "no longer found on the page"
    if now:
        sides = [
            was.source
            for was, new in zip((entry.left, entry.right), now, strict=True)
            if (was.price, was.unit) != (new.price, new.unit)
        ]
        moved = " and ".join(sides) or "neither"
    return replace(entry, state="closed", closed_on=on, moved=moved)


def decided(entries: Iterable[Discrepancy], key: str, state: str, because: str) -> list[Discrepancy]:
    """The entries with one of them accepted or explained by a person. Raises `KeyError` when there is none such."""
    held = list(entries)
    if not any(e.id == key and e.state != "closed" for e in held):
        raise KeyError(f"no open discrepancy {key!r}")
    return [replace(e, state=state, because=because) if e.id == key else e for e in held]
