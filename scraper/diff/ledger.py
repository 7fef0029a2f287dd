"""Keeping the ledger: what two sources, or one source's own figures, say differently; since when, and until when.

Pure: entries, cards and a day in, entries out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ratecards.model import Rate, RateCard, plain
from ratecards.storage import strictyaml
from ratecards.storage.ledger import Entry, Side
from ratecards.wording import exact_conditions
from scraper.diff.align import Comparison, Pair, compare
from scraper.diff.arithmetic import Finding, findings

RULES = Path(__file__).with_name("ledger.yaml")
Cards = Mapping[str, RateCard]


@dataclass(frozen=True, slots=True)
class PairRule:
    """Two sources to compare; `explained` is the standing reason for their differences, if there is one."""

    left: str
    right: str
    explained: str = ""

    @property
    def name(self) -> str:
        """The ledger file's stem."""
        return f"{self.left}--{self.right}".replace("/", ".")


@cache
def rules() -> dict[str, Any]:
    """The vocabulary of the ledger."""
    data: dict[str, Any] = strictyaml.load(RULES.read_text(encoding="utf-8"), RULES.name)
    data["pairs"] = [PairRule(**p) for p in data["pairs"]]
    return data


def between(rule: PairRule, left: Cards, right: Cards, on: date) -> tuple[list[Entry], Comparison]:
    """The disagreements of two sources as fresh entries, and the whole comparison with its coverage."""
    comparison = compare(left.values(), right.values(), on)
    entries: dict[str, Entry] = {}
    for pair in comparison.pairs:
        if pair.agrees:
            continue
        entry = _entry(rule, pair, left, right, on)
        known = entries.setdefault(entry.id, entry)
        entries[entry.id] = replace(known, modalities=_with(known.modalities, pair.modality))
    return list(entries.values()), comparison


def _with(modalities: tuple[str, ...], modality: str) -> tuple[str, ...]:
    return tuple(sorted({*modalities, modality} - {""}))


def _entry(rule: PairRule, pair: Pair, left: Cards, right: Cards, on: date) -> Entry:
    a, b = pair.left, pair.right
    sides = _side(rule.left, a, left), _side(rule.right, b, right)
    return _new("between", _kind(pair), a, sides, on)


def _kind(pair: Pair) -> str:
    a, b = pair.left, pair.right
    if (a.price is None) != (b.price is None):
        return "availability"
    if a.unit.partition(" ")[2].removesuffix("s") != b.unit.partition(" ")[2].removesuffix("s"):
        return "unit"
    return "price"


def _side(source: str, rate: Rate, cards: Cards) -> Side:
    card = cards.get(rate.model) or next(c for c in cards.values() if rate.model in c.aliases or _same(c, rate))
    return Side(
        source=source,
        price=rate.price,
        currency=rate.currency,
        unit=rate.unit,
        availability=rate.availability,
        quote=rate.evidence.quote,
        locator=rate.evidence.locator,
        observed=rate.evidence.observed or card.observed,
    )


def _same(card: RateCard, rate: Rate) -> bool:
    return any(r.evidence is rate.evidence for r in card.rates)


def _new(kind: str, rule: str, rate: Rate, sides: tuple[Side, Side], on: date) -> Entry:
    more = exact_conditions(replace(rate, modality=""))
    values = [(s.source, s.words, s.availability) for s in sides]
    key = (kind, rule, rate.model, rate.service_tier, rate.plan, rate.meter, more, values)
    left, right = sides
    return Entry(
        id=hashlib.sha256(repr(key).encode()).hexdigest()[:10],
        kind=kind,
        rule=rule,
        model=rate.model,
        service_tier=rate.service_tier,
        plan=rate.plan,
        meter=rate.meter,
        modalities=(rate.modality,) if rate.modality else (),
        conditions=more,
        left=left,
        right=right,
        first_seen=on,
        last_seen=on,
        state="waiting",
        recommended=_recommended(sides),
        # a rule of arithmetic is nobody's price: only two sources make one to be careful about
        conservative=_conservative(sides) if kind == "between" else "",
    )


def _recommended(sides: Sequence[Side]) -> str:
    order = rules()["authority"]
    priced = sorted((s for s in sides if s.price is not None), key=lambda s: order.index(s.source))
    return f"{priced[0].words} ({priced[0].source})" if priced else ""


def _conservative(sides: Sequence[Side]) -> str:
    """The higher price; nothing where units differ and "higher" has no meaning."""
    priced = [s for s in sides if s.price is not None]
    if not priced or len({s.unit for s in priced}) > 1:
        return ""
    return plain(max(s.price for s in priced if s.price is not None))


def within(
    source: str, cards: Cards, on: date, factors: Mapping[str, Mapping[str, str]]
) -> tuple[list[Entry], dict[str, dict[str, str]]]:
    """A source against its own arithmetic; and the factors as learned, each with the day since when."""
    found, learned = findings(cards.values(), on, {n: f["value"] for n, f in factors.items()})
    dated = {
        name: dict(factors[name])
        if name in factors and factors[name]["value"] == value
        else {"value": value, "since": on.isoformat(), **_was(factors.get(name))}
        for name, value in learned.items()
    }
    entries: dict[str, Entry] = {}
    for finding in found:
        entry = _finding(source, finding, cards, on)
        known = entries.setdefault(entry.id, entry)
        entries[entry.id] = replace(known, modalities=_with(known.modalities, finding.rate.modality))
    return list(entries.values()), dated


def _was(before: Mapping[str, str] | None) -> dict[str, str]:
    return {"was": before["value"]} if before else {}


def _finding(source: str, finding: Finding, cards: Cards, on: date) -> Entry:
    rate = finding.rate
    printed = _side(source, rate, cards)
    gives = replace(printed, price=finding.expected, quote=finding.against, locator=f"by the rule: {finding.rule}")
    if finding.period:  # so many prompts, which are no money
        printed = _allowance(printed, finding.printed, rate.period)
        gives = _allowance(gives, finding.expected, finding.period)
    return _new("within", finding.rule, rate, (printed, gives), on)


def _allowance(side: Side, count: Decimal, period: str) -> Side:
    """What is free, as a side says it: `5000 a day`."""
    return replace(side, price=None, currency="", availability="free", unit=f"{plain(count)} a {period}")


Now = Callable[[Entry], tuple[Side, Side] | None]


def update(
    known: Iterable[Entry], found: Iterable[Entry], on: date, current: Now, *, grace: bool, explained: str = ""
) -> list[Entry]:
    """The entries after a look on day `on`.

    `grace`: a disagreement that came up because a side moved waits before it counts. `current` gives both sides as
    they stand now, to tell which of them moved when an entry closes.
    """
    before = {e.id: e for e in known}
    fresh = {e.id: e for e in found}
    wait = timedelta(days=int(rules()["grace_days"]) if grace else 0)
    after = [_seen(before.get(i), entry, on, wait, explained) for i, entry in fresh.items()]
    for entry in before.values():
        if entry.id in fresh or entry.state == "waiting":
            continue
        after.append(entry if entry.state == "closed" else _closed(entry, on, current(entry)))
    return after


def standing(before: Sequence[Entry], after: list[Entry]) -> list[Entry]:
    """The entries as they were, where a look has moved nothing but the day they were last seen: that is no news."""
    was, now = ({replace(e, last_seen=date.min) for e in entries} for entries in (before, after))
    return list(before) if was == now else after


def _seen(before: Entry | None, now: Entry, on: date, wait: timedelta, explained: str) -> Entry:
    if before is None or before.state == "closed":
        state = "explained" if explained else "open" if not wait else "waiting"
        return replace(now, state=state, because=explained)
    state = before.state
    if state == "waiting" and on - before.first_seen >= wait:
        state = "open"
    return replace(now, state=state, because=before.because, first_seen=before.first_seen, last_seen=on)


def _closed(entry: Entry, on: date, now: tuple[Side, Side] | None) -> Entry:
    moved = "no longer priced by both" if entry.kind == "between" else "no longer found on the page"
    if now:
        sides = [
            was.source
            for was, new in zip((entry.left, entry.right), now, strict=True)
            if (was.price, was.unit) != (new.price, new.unit)
        ]
        moved = " and ".join(sides) or "neither"
    return replace(entry, state="closed", closed_on=on, moved=moved)


def sides_now(rule: PairRule, comparison: Comparison, left: Cards, right: Cards) -> Now:
    """Looks up an entry's key in a comparison: the two sides as they stand now, agreeing or not."""

    def look(entry: Entry) -> tuple[Side, Side] | None:
        for pair in comparison.pairs:
            a = pair.left
            key = (a.model, a.service_tier, a.plan, a.meter, exact_conditions(replace(a, modality="")))
            same = key == (entry.model, entry.service_tier, entry.plan, entry.meter, entry.conditions)
            if same and (not entry.modalities or pair.modality in entry.modalities):
                return _side(rule.left, a, left), _side(rule.right, pair.right, right)
        return None

    return look


def decided(entries: Iterable[Entry], key: str, state: str, because: str) -> list[Entry]:
    """The entries with one of them accepted or explained by a person. Raises `KeyError` when there is none such."""
    held = list(entries)
    if not any(e.id == key and e.state != "closed" for e in held):
        raise KeyError(f"no open discrepancy {key!r}")
    return [replace(e, state=state, because=because) if e.id == key else e for e in held]
