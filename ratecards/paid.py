"""What a buyer pays differently by an edition: its changes as lines of news, the bookkeeping of keys folded away.

An edition moves keys: a price gets a last day, an allowance another period, a label another word. What is told is what
calls pay (`effective`): the price in force before and after, until when it holds and what comes then; what is announced
for later; what can be bought for the first time, or no longer. Rates at the same price in other words are counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ratecards import effective, phrases
from ratecards.effective import Lane, Point, lane_of, same_price
from ratecards.history import Change
from ratecards.model import METERS, MODALITIES, SERVICE_TIERS, Rate, canonical_order, plain

MOVING = ("repriced", "unit_changed", "availability_changed", "redated", "relabelled", "rate_added", "rate_removed")
# So many rates of one tier that come or go with it are a line.
FEW = 3
_COUNTED = {"search_grounding": "searches", "maps_grounding": "maps prompts"}


class News(NamedTuple):
    """A price in force before and after an edition (None: not sold), for the modalities that it is the same for.

    `day` is the first day of the new price; `then` are the prices that follow it on later days. Where only the free
    allowance differs both are allowances.
    """

    before: Rate | None
    after: Rate | None
    day: date
    then: tuple[tuple[date, Rate | None], ...] = ()
    modalities: tuple[str, ...] = ()
    announced: bool = False
    allowance: bool = False

    @property
    def rate(self) -> Rate:
        """The rate that the line is about."""
        rate = self.after or self.before
        assert rate is not None  # noqa: S101 - one of them is there
        return rate


class Folded(NamedTuple):
    """What an edition says of one model: lines of news, and the changes that move no price of anybody's."""

    news: list[News]
    same: list[Change]


def of(changes: Iterable[Change], day: date) -> Folded:
    """The news in one model's changes of one edition, in the table's order of tiers."""
    listed = [c for c in changes if c.kind in MOVING]
    found: list[News] = []
    told: set[tuple[object, ...]] = set()
    for old, new in _sides(listed):
        calls = _calls(old, new, day)
        found += [*_allowances(old, new, day), *_merged(_lane(calls, old, new))]
        for days in calls.values():
            if any(not same_price(was, now) for _, was, now in days):
                told |= {r.row_key for _, was, now in days for r in (was, now) if r}
    same = [c for c in listed if c.old and c.new and not {c.old.row_key, c.new.row_key} & told]
    return Folded(found, same)


def _sides(changes: Iterable[Change]) -> list[tuple[list[Rate], list[Rate]]]:
    """The old and the new rates of each lane that changes touch."""
    lanes: dict[Lane, tuple[list[Rate], list[Rate]]] = defaultdict(lambda: ([], []))
    for change in changes:
        for side, rate in enumerate((change.old, change.new)):
            if rate is not None:
                lanes[lane_of(replace(rate, model=change.model))][side].append(rate)
    return [sides for _, sides in sorted(lanes.items(), key=_order)]


def _order(item: tuple[Lane, object]) -> tuple[object, ...]:
    _, tier, plan, meter = item[0]
    return SERVICE_TIERS.index(tier), plan == "free", METERS.index(meter)


Calls = dict[Point, list[tuple[date, Rate | None, Rate | None]]]


def _calls(old: Sequence[Rate], new: Sequence[Rate], day: date) -> Calls:
    """What each call of a lane pays, by both sides, on the edition's day and on each later one."""
    calls: Calls = defaultdict(list)
    for pair in effective.pairs(old, new, day):
        calls[pair.point._replace(day=date.min)].append((pair.point.day, pair.old, pair.new))
    return calls


def _lane(calls: Calls, old: Sequence[Rate], new: Sequence[Rate]) -> list[News]:
    return [line for days in calls.values() if (line := _call(sorted(days, key=lambda d: d[0]), old, new))]


def _merged(lines: Iterable[News]) -> list[News]:
    """The news of a lane, those that differ in nothing but the modality as one."""
    found: dict[tuple[object, ...], News] = {}
    for line in lines:
        key = (*_bare(line.before), *_bare(line.after), line.day, tuple((d, *_bare(r)) for d, r in line.then))
        known = found.get(key)
        names = {*(known.modalities if known else ()), *([line.rate.modality] if line.rate.modality else [])}
        found[key] = (known or line)._replace(modalities=tuple(sorted(names, key=MODALITIES.index)))
    ordered = sorted(found.values(), key=lambda news: canonical_order(news.rate))
    # a figure that restates another moves with it
    return [news for news in ordered if news.rate.basis == "list"] or ordered


def _bare(rate: Rate | None) -> tuple[object, ...]:
    """A rate without its modality and place."""
    return () if rate is None else (*replace(rate, modality="").row_key, rate.price, rate.availability)


def _call(
    days: Sequence[tuple[date, Rate | None, Rate | None]], old: Sequence[Rate], new: Sequence[Rate]
) -> News | None:
    """The news of one call: today's prices and those of the later days."""
    today, before, after = days[0]
    if not same_price(before, after):
        then = _then(after, [(d, n) for d, _, n in days[1:]])
        return News(before or _unsold(old, after), after or _unsold(new, before), today, then)
    for at, (on, was, now) in enumerate(days[1:], start=1):
        if not same_price(was, now):
            then = _then(now, [(d, n) for d, _, n in days[at + 1 :]])
            return News(after, now, on, then, announced=True)
    return None


def _then(price: Rate | None, days: Iterable[tuple[date, Rate | None]]) -> tuple[tuple[date, Rate | None], ...]:
    found = []
    for day, rate in days:
        if not same_price(price, rate):
            found.append((day, rate))
            price = rate
    return tuple(found)


def _unsold(rates: Iterable[Rate], other: Rate | None) -> Rate | None:
    """The row that says that a thing is not sold there, where one does."""
    same = [r for r in rates if r.price is None and other and r.modality in ("", other.modality)]
    return same[0] if same else None


def _allowances(old: Sequence[Rate], new: Sequence[Rate], day: date) -> list[News]:
    """A free allowance that is another one, beside a price that may be the same."""
    sides = [
        {(r.used_up_to, r.period): r for r in rates if r.availability == "free" and r.used_up_to}
        for rates in (old, new)
    ]
    if all(sides) and sides[0].keys() != sides[1].keys():
        return [News(next(iter(sides[0].values())), next(iter(sides[1].values())), day, allowance=True)]
    return []


# ------------------------------------------------------------------------------------------------------ in words


def subject(news: News) -> str:
    """What the line is about: `input text (standard)`."""
    rate = replace(news.rate, effective_from=None, effective_until=None)
    if news.allowance:
        rate = replace(rate, used_up_to=None, period="")
    return phrases.subject(rate, ", ".join(news.modalities) or None)


def words(news: News) -> str:
    """`2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then 2.00`."""
    if news.allowance:
        noun = _COUNTED.get(news.rate.meter, news.rate.unit.partition(" ")[2])
        return f"free {noun} {_free(news.before)} -> {_free(news.after)}"
    end = _end(news)
    if news.before is None:
        return f"new, {says(news.after)}{end}"
    if news.after is None:
        return f"no longer sold, was {says(news.before)}"
    start = f" from {news.day}" if news.announced else ""
    ratio = factor(news)
    times = f" ({phrases.times(ratio)})" if ratio is not None else ""
    return f"{_before(news.before, news.after)} -> {says(news.after)}{times}{start}{end}"


def factor(news: News) -> Decimal | None:
    """New price over old one, per one of the same noun; None where there is no such ratio."""
    before, after = news.before, news.after
    if before is None or after is None or not before.price or not after.price or before.currency != after.currency:
        return None
    if effective.noun_of(before.unit) != effective.noun_of(after.unit):
        return None
    return effective.per_one(after) / effective.per_one(before)


def _end(news: News) -> str:
    out = ""
    for day, rate in news.then:
        price = "not sold" if rate is None else phrases.value(rate)
        out += f" until {day - timedelta(days=1)}, then {price}"
    return out


def _free(rate: Rate | None) -> str:
    assert rate is not None  # noqa: S101 - an allowance has both
    return f"{rate.used_up_to:,}" + (f" a {rate.period}" if rate.period else "")


def _before(before: Rate, after: Rate) -> str:
    same = before.unit == after.unit and before.currency == after.currency and before.price is not None
    return phrases.value(before) if same else says(before)


def says(rate: Rate | None) -> str:
    """`3.00 USD per 1M tokens`, or what the page says instead of a price."""
    if rate is None or rate.price is None or rate.availability == "free":
        return phrases.value(rate)
    per = f" per {phrases.unit(rate.unit).removeprefix('1 ')}" if rate.unit else ""
    amount = phrases.money(rate.price)
    return f"{amount} {rate.currency}{per}"


class Line(NamedTuple):
    """One line of news: what it is about, what happened, of which kind, and the news behind it (none where several)."""

    what: str
    change: str
    kind: str
    number: int = 1
    news: News | None = None


def lines(folded: Folded) -> list[Line]:
    """The news in lines; a tier that came or went with more than a few prices is one."""
    groups: dict[tuple[object, ...], list[News]] = defaultdict(list)
    for number, news in enumerate(folded.news):
        came, went = news.before is None, news.after is None
        tier = news.rate.service_tier, news.rate.plan
        groups[(*tier, came, went) if (came or went) and not news.then else (number,)].append(news)
    out = []
    for group in groups.values():
        first = group[0]
        if len(group) > FEW:
            plan = "" if first.rate.plan == "paid" else f" ({first.rate.plan} plan)"
            verb = "new" if first.before is None else "no longer sold"
            change = f"{phrases.count(len(group), 'price')} {verb}"
            out.append(Line(f"{first.rate.service_tier}{plan}", change, kind_of(first), len(group)))
        else:
            out += [Line(subject(news), words(news), kind_of(news), 1, news) for news in group]
    return out


def kind_of(news: News) -> str:
    """`moved`, `announced`, `new`, `gone` or `allowance`."""
    if news.allowance or news.announced:
        return "allowance" if news.allowance else "announced"
    if news.before is None or news.before.price is None:
        return "new"
    return "gone" if news.after is None or news.after.price is None else "moved"


def by_change(changes: Sequence[Change], day: date) -> dict[int, dict[str, object]]:
    """By `id` of a change of one model and edition, what is paid by it: on the one that brings or takes a price."""
    moving = [c for c in changes if c.kind in MOVING]
    of_new = {c.new.row_key: c for c in moving if c.new}
    of_old = {c.old.row_key: c for c in moving if c.old}
    found: dict[int, dict[str, object]] = {}
    for old, new in _sides(moving):
        for news in _lane(_calls(old, new, day), old, new):
            change = (news.after and of_new.get(news.after.row_key)) or (
                news.before and of_old.get(news.before.row_key)
            )
            if change:
                found.setdefault(id(change), data(news))
    return found


def data(news: News) -> dict[str, object]:
    """The news as plain data: prices as strings, days as ISO dates."""
    out: dict[str, object] = {"before": _price(news.before), "after": _price(news.after), "from": news.day.isoformat()}
    if news.then:
        out["then"] = [{"from": day.isoformat(), "price": _price(rate)} for day, rate in news.then]
    return out


def _price(rate: Rate | None) -> str:
    if rate is None:
        return "not_available"
    return rate.availability if rate.price is None else plain(rate.price)


class Told(NamedTuple):
    """One line of what an edition says anew of a model: what it is about ("" for the model itself) and what happened.

    `kind` is a kind of change of the model itself, `stepped`, or `moved`, `announced`, `new`, `gone` or `allowance` of
    `number` prices; `same` counts the rates that say the same price in other words. `correction`: a better reading.
    """

    model: str
    what: str
    change: str
    kind: str
    number: int = 1
    news: News | None = None
    correction: bool = False

    @property
    def text(self) -> str:
        """The line with its model."""
        return f"{self.model} {self.what}: {self.change}" if self.what else f"{self.model}: {self.change}"


def told(changes: Iterable[Change], day: date) -> list[Told]:
    """The lines of one edition, models in the order of their first change; corrections behind the news."""
    groups: dict[tuple[bool, str], list[Change]] = defaultdict(list)
    for change in changes:
        groups[bool(change.stamp and change.stamp.correction), change.model].append(change)
    return [
        line._replace(correction=correction)
        for (correction, model), own in sorted(groups.items(), key=lambda item: item[0][0])
        for line in _of_model(model, own, day)
    ]


def _of_model(model: str, changes: Sequence[Change], day: date) -> Iterable[Told]:
    for change in changes:
        if change.kind == "model_added" and change.card:
            yield Told(model, "", f"new model, {phrases.count(len(change.card.rates), 'rate')}", change.kind)
        elif change.kind == "model_removed":
            yield Told(model, "", "no longer on the page", change.kind)
        elif change.kind == "model_renamed":
            yield Told(model, "", f"renamed from {change.previous_id}", change.kind)
    folded = of(changes, day)
    for line in lines(folded):
        yield Told(model, line.what, line.change, line.kind, line.number, line.news)
    for change in changes:
        if change.kind == "stepped" and change.new:
            step = News(change.old, change.new, day)
            yield Told(model, subject(step), f"{words(step)}, took effect", change.kind, news=step)
    if folded.same:
        count = phrases.count(len(folded.same), "rate")
        yield Told(model, "", f"{count} said in other words, at the same price", "same", len(folded.same))
