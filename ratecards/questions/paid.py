"""What a buyer pays differently by an edition: its changes as lines of news, the bookkeeping of keys folded away.

An edition moves keys: a price gets a last day, an allowance another period, a label another word. What is told is what
calls pay (`effective`): the price in force before and after, until when it holds and what comes then; what is announced
for later; what can be bought for the first time, or no longer. Rates at the same price in other words are counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ratecards import phrases
from ratecards.costs import effective
from ratecards.costs.effective import Lane, Point, lane_of, same_price
from ratecards.model import METERS, MODALITIES, SERVICE_TIERS, Rate, RateCard, canonical_order, plain
from ratecards.storage.history import Change

MOVING = ("repriced", "unit_changed", "availability_changed", "redated", "relabelled", "rate_added", "rate_removed")
# So many rates of one tier that come or go with it are a line.
FEW = 3
_COUNTED = {"search_grounding": "searches", "maps_grounding": "maps prompts"}
# What selects a call; of bounds both or none.
_SELECTING = (
    ("modality",),
    ("resolution",),
    ("quality",),
    ("context",),
    ("prompt_over", "prompt_up_to"),
    ("used_over", "used_up_to", "period"),
)


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
        """The rate that the line is about: the new one, with what only the old one names of the call."""
        rate, other = self.after or self.before, self.before or self.after
        assert rate is not None and other is not None  # noqa: S101, PT018 - one of them is there
        left = [names for names in _SELECTING if all(getattr(rate, name) in ("", None) for name in names)]
        return replace(rate, **{name: getattr(other, name) for names in left for name in names})


class Folded(NamedTuple):
    """What an edition says of one model: lines of news, and the changes that move no price of anybody's."""

    news: list[News]
    same: list[Change]


def of(changes: Iterable[Change], day: date, rates: Iterable[Rate] = ()) -> Folded:
    """The news in one model's changes of one edition, in the table's order of tiers.

    `rates` are all of its card by that edition: a call may have paid by a rate that did not change.
    """
    listed = [c for c in changes if c.kind in MOVING]
    found: list[News] = []
    moved: set[tuple[object, ...]] = set()
    for old, new in _sides(listed, rates):
        calls = _calls(old, new, day)
        lines = _lines(calls, old, new, day)
        found += merged(lines)
        moved |= {r.row_key for days in calls.values() for r in _moving(days)}
        if any(news.allowance for news in lines):
            moved |= {r.row_key for r in (*old, *new) if r.used_over is not None}
    return Folded(found, [c for c in listed if not moved & _keys(c) and _says_something(c)])


def _keys(change: Change) -> set[tuple[object, ...]]:
    return {rate.row_key for rate in (_old(change), change.new) if rate}


def _says_something(change: Change) -> bool:
    """Whether it is more than a row without a price that came or went: such a row says of nothing what it costs."""
    sides = [rate for rate in (change.old, change.new) if rate]
    return len(sides) > 1 or any(rate.price is not None for rate in sides)


def _old(change: Change) -> Rate | None:
    """The old rate of a change under its model's present id, and under the label that it has now, if it had another."""
    old, new = change.old, change.new
    if old is None:
        return None
    names = {name: getattr(new, name) for name in ("resolution", "context") if getattr(old, name) and new}
    return replace(old, model=change.model, **{name: value for name, value in names.items() if value})


def _sides(changes: Iterable[Change], rates: Iterable[Rate] = ()) -> list[tuple[list[Rate], list[Rate]]]:
    """The old and the new rates of each lane that changes touch, with those of the card that stand."""
    lanes: dict[Lane, tuple[dict[object, Rate], dict[object, Rate]]] = defaultdict(lambda: ({}, {}))
    for change in changes:
        if rate := _old(change):
            old, new = lanes[lane_of(rate)]
            # what an earlier look of the same edition brought did not stand before
            if change.old and new.pop(replace(change.old, model=change.model).row_key, None) is None:
                old[rate.row_key] = rate
        if change.new:
            lanes[lane_of(change.new)][1][change.new.row_key] = change.new
    for rate in rates:
        if lane_of(rate) in lanes and rate.row_key not in lanes[lane_of(rate)][1]:
            for side in lanes[lane_of(rate)]:
                side.setdefault(rate.row_key, rate)
    return [([*old.values()], [*new.values()]) for _, (old, new) in sorted(lanes.items(), key=_order)]


def _order(item: tuple[Lane, object]) -> tuple[object, ...]:
    _, tier, plan, meter = item[0]
    return SERVICE_TIERS.index(tier), plan == "free", METERS.index(meter)


Days = list[tuple[date, Rate | None, Rate | None]]


def _calls(old: Sequence[Rate], new: Sequence[Rate], day: date) -> dict[Point, Days]:
    """What each call of a lane pays, by both sides, on the edition's day and on each later one."""
    calls: dict[Point, Days] = defaultdict(list)
    for pair in effective.pairs(old, new, day):
        calls[pair.point._replace(day=date.min)].append((pair.point.day, pair.old, pair.new))
    return {call: sorted(days, key=lambda d: d[0]) for call, days in calls.items()}


def _differs(was: Rate | None, now: Rate | None) -> bool:
    return not same_price(was, now) or _allowances_differ(was, now)


def _allowances_differ(was: Rate | None, now: Rate | None) -> bool:
    """Whether both are free, up to another use or in another period."""
    free = was and now and was.availability == now.availability == "free"
    return bool(was and now and free and (was.used_up_to, was.period) != (now.used_up_to, now.period))


def _moving(days: Days) -> set[Rate]:
    """The rates of one call, if there is any news of it."""
    rates = {rate for _, was, now in days for rate in (was, now) if rate}
    return rates if any(_differs(was, now) for _, was, now in days) else set()


def _lines(calls: dict[Point, Days], old: Sequence[Rate], new: Sequence[Rate], day: date) -> list[News]:
    """The news of each call of a lane; one that is counted in another noun now went and came, and is one line."""
    found = {call: news for call, days in calls.items() if (news := _call(days, day))}
    went, came = (
        {(call._replace(noun=""), news.day): call for call, news in found.items() if getattr(news, side) is None}
        for side in ("after", "before")
    )
    for key in came.keys() & went.keys():
        gone = found.pop(went[key])
        found[came[key]] = found[came[key]]._replace(before=gone.before)
    return [
        news._replace(before=news.before or _unsold(old, news.after), after=news.after or _unsold(new, news.before))
        for news in found.values()
    ]


def _call(days: Days, day: date) -> News | None:
    """The news of one call: the first day, from the edition's `day` on, on which it pays differently."""
    for at, (on, was, now) in enumerate(days):
        if _differs(was, now):
            then = _then(now, [(d, n) for d, _, n in days[at + 1 :]])
            return News(was, now, on, then, announced=on > day, allowance=same_price(was, now))
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


def merged(lines: Iterable[News]) -> list[News]:
    """The news of one model, those that differ in nothing but the modality as one, in the table's order."""
    found: dict[tuple[object, ...], tuple[News, set[str]]] = {}
    for line in lines:
        key = _bare(line.before), _bare(line.after), line.day, tuple((d, _bare(r)) for d, r in line.then)
        known, names = found.get(key, (line, set[str]()))
        found[key] = (known if line.rate.modality else line, names | {line.rate.modality})
    # a call of whatever modality is one of all
    named = [
        news._replace(modalities=() if "" in own else tuple(sorted(own, key=MODALITIES.index)))
        for news, own in found.values()
    ]
    listed = [news for news in named if news.rate.basis == "list"]
    return sorted(
        (news for news in named if news in listed or not any(_restates(news, price) for price in listed)),
        key=lambda news: canonical_order(news.rate),
    )


def _restates(figure: News, price: News) -> bool:
    """Whether a figure may restate a price: one of its lane and modality; it moves with it and is no news."""
    common = not figure.modalities or not price.modalities or {*figure.modalities} & {*price.modalities}
    return lane_of(figure.rate) == lane_of(price.rate) and bool(common)


def _bare(rate: Rate | None) -> tuple[object, ...]:
    """A rate without its modality and place."""
    return () if rate is None else (*replace(rate, modality="").row_key, rate.price, rate.availability)


# ------------------------------------------------------------------------------------------------------ in words


def subject(news: News) -> str:
    """What the line is about: `input text (standard)`."""
    rate = replace(news.rate, effective_from=None, effective_until=None)
    if news.allowance:
        rate = replace(rate, used_up_to=None, period="")
    return phrases.subject(rate, ", ".join(news.modalities) or None)


def words(news: News) -> str:
    """`2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then 2.00`."""
    before, after = news.before, news.after
    start, end = f" from {news.day}" if news.announced else "", _end(news)
    if news.allowance:
        noun = _COUNTED.get(news.rate.meter, news.rate.unit.partition(" ")[2])
        return f"free {noun} {_free(before)} -> {_free(after)}{start}"
    if before is None:
        return f"new, {says(after)}{start}{end}"
    planned = _planned(news, before)
    if after is None:
        return _gone(news, before, planned=planned)
    if _withdrawn(news):
        return f"withdrawn: was to be {says(before)}{start}, stays {_short(after, before)}"
    if planned:
        return f"was to be {_short(before, after)}, now {says(after)}{start}{end}"
    ratio = factor(news)
    times = f" ({phrases.times(ratio)})" if ratio is not None else ""
    return f"{_short(before, after)} -> {says(after)}{times}{start}{end}"


def _gone(news: News, before: Rate, *, planned: bool) -> str:
    if planned:
        return f"withdrawn: was to be {says(before)} from {news.day}, then no price"
    if news.announced:
        return f"{says(before)} until {news.day - timedelta(days=1)}, then no price{_end(news)}"
    again = "".join(f"; {_short(rate, before) if rate else 'no price'} from {day}" for day, rate in news.then)
    return f"no longer sold, was {says(before)}{again}"


def _planned(news: News, before: Rate) -> bool:
    """Whether the old price had only been announced: it never was in force."""
    return news.announced and not before.holds_on(news.day - timedelta(days=1))


def _withdrawn(news: News) -> bool:
    """Whether an announced price is announced no more: what is paid the day before goes on, or there is no price."""
    if news.before is None or not _planned(news, news.before):
        return False
    return news.after is None or (not news.then and news.after.holds_on(news.day - timedelta(days=1)))


def step_words(news: News) -> str:
    """`0.75 -> 1.50 USD per 1M tokens (x2.00)`: of a dated step, which may have had another price that is not known."""
    return words(news) if news.before else says(news.after)


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
        price = "no price" if rate is None else _short(rate, news.after)
        out += f" until {day - timedelta(days=1)}, then {price}"
    return out


def _free(rate: Rate | None) -> str:
    if rate is None or rate.used_up_to is None:
        return "without limit"
    return f"{rate.used_up_to:,}" + (f" a {rate.period}" if rate.period else "")


def _short(rate: Rate, beside: Rate | None) -> str:
    """A price as an amount alone where it stands beside one of the same unit and currency."""
    same = beside and beside.availability == "priced" and (rate.unit, rate.currency) == (beside.unit, beside.currency)
    return phrases.value(rate) if same else says(rate)


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
        tier = news.rate.service_tier, news.rate.plan, came, news.announced, news.day
        groups[tier if (came or went) and not news.then else (number,)].append(news)
    out = []
    for group in groups.values():
        if len(group) > FEW:
            out.append(_tier(group))
        else:
            out += [Line(subject(news), words(news), kind_of(news), 1, news) for news in group]
    return out


def _tier(group: Sequence[News]) -> Line:
    first = group[0]
    plan = "" if first.rate.plan == "paid" else f" ({first.rate.plan} plan)"
    verb = "new" if first.before is None else "no longer sold"
    start = f" from {first.day}" if first.announced else ""
    if first.announced and first.after is None:
        verb, start = "end", f" on {first.day - timedelta(days=1)}"
    change = f"{phrases.count(len(group), 'price')} {verb}{start}"
    return Line(f"{first.rate.service_tier}{plan}", change, kind_of(first), len(group))


def kind_of(news: News) -> str:
    """`moved`, `announced`, `withdrawn`, `new`, `gone` or `allowance`."""
    if news.allowance:
        return "allowance"
    if news.announced:
        return "withdrawn" if _withdrawn(news) else "announced"
    if news.before is None or news.before.price is None:
        return "new"
    return "gone" if news.after is None or news.after.price is None else "moved"


def by_change(changes: Sequence[Change], day: date, rates: Iterable[Rate] = ()) -> dict[int, dict[str, object]]:
    """By `id` of a change of one model and edition, what is paid by it: on the one that brings or takes a price.

    `rates` are those of its card by that edition.
    """
    moving = [c for c in changes if c.kind in MOVING]
    of_new = {c.new.row_key: c for c in moving if c.new}
    of_old = {rate.row_key: c for c in moving if (rate := _old(c))}
    found: dict[int, dict[str, object]] = {}
    for old, new in _sides(moving, rates):
        for news in _lines(_calls(old, new, day), old, new, day):
            change = (news.after and of_new.get(news.after.row_key)) or (
                news.before and of_old.get(news.before.row_key)
            )
            if change and not news.allowance:
                found.setdefault(id(change), data(news, change.old))
    return found


def data(news: News, old: Rate | None = None) -> dict[str, object]:
    """The news as plain data: prices as strings, days as ISO dates.

    `before` is per unit of the `old` rate where there is one, all else per unit of the rate that the news is of.
    """
    unit = news.rate.unit
    out: dict[str, object] = {
        "before": _price(news.before, old.unit if old else unit),
        "after": _price(news.after, unit),
        "from": news.day.isoformat(),
    }
    if news.then:
        out["then"] = [{"from": day.isoformat(), "price": _price(rate, unit)} for day, rate in news.then]
    return out


def _price(rate: Rate | None, unit: str) -> str:
    if rate is None:
        return "not_available"
    if rate.price is None:
        return rate.availability
    if rate.unit == unit or effective.noun_of(rate.unit) != effective.noun_of(unit):
        return plain(rate.price)
    return plain(effective.per_one(rate) / effective.per_one_of(Decimal(1), unit))


class Told(NamedTuple):
    """One line of what an edition says anew of a model: what it is about ("" for the model itself) and what happened.

    `kind` is a kind of change of the model itself, `stepped`, or `moved`, `announced`, `withdrawn`, `new`, `gone` or
    `allowance` of `number` prices; `same` counts the rates that say the same price in other words. `correction`: a
    better reading.
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


def told(changes: Iterable[Change], day: date, cards: Mapping[str, RateCard] | None = None) -> list[Told]:
    """The lines of one edition, models in the order of their first change; corrections behind the news.

    `cards` are those of the edition, as far as they are known: prices that stand are compared with, too.
    """
    groups: dict[tuple[bool, str], list[Change]] = defaultdict(list)
    for change in changes:
        groups[bool(change.stamp and change.stamp.correction), change.model].append(change)
    found: list[Told] = []
    for (correction, model), own in sorted(groups.items(), key=lambda item: item[0][0]):
        card = (cards or {}).get(model)
        rates = card.rates if card else ()
        found += [line._replace(correction=correction) for line in _of_model(model, own, day, rates)]
    return found


def _of_model(model: str, changes: Sequence[Change], day: date, rates: Iterable[Rate]) -> Iterator[Told]:
    for change in changes:
        if change.kind == "model_added":
            count = f", {phrases.count(len(change.card.rates), 'rate')}" if change.card else ""
            yield Told(model, "", f"new model{count}", change.kind)
        elif change.kind == "model_removed":
            yield Told(model, "", "no longer on the page", change.kind)
        elif change.kind == "model_renamed":
            yield Told(model, "", f"renamed from {change.previous_id}", change.kind)
    folded = of(changes, day, rates)
    for line in lines(folded):
        yield Told(model, line.what, line.change, line.kind, line.number, line.news)
    stepped = [News(c.old, c.new, day) for c in changes if c.kind == "stepped" and _differs(c.old, c.new)]
    for step in merged(stepped):
        yield Told(model, subject(step), f"{step_words(step)}, took effect", "stepped", news=step)
    if folded.same:
        # a rate that came under one key went under another
        number = max(sum(c.old is not None for c in folded.same), sum(c.new is not None for c in folded.same))
        words_only = f"{phrases.count(number, 'rate')} said in other words, no price moved"
        yield Told(model, "", words_only, "same", number)
