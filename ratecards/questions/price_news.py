"""What a buyer pays differently by an edition: its changes as news, the bookkeeping of keys folded away.

An edition moves keys: a price gets a last day, an allowance another period, a label another word. News is what calls
pay (`effective`): the price in force before and after, until when it holds and what comes then; what is announced for
later; what can be bought for the first time, or no longer. `told` says it in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ratecards import wording
from ratecards.costing import effective
from ratecards.costing.effective import Point, PriceKey, price_key, same_price
from ratecards.model import METERS, MODALITIES, SERVICE_TIERS, Rate, RateCard, canonical_order, plain
from ratecards.storage.history import Change
from ratecards.storage.model_names import day_of

MOVING = ("repriced", "unit_changed", "availability_changed", "redated", "relabelled", "rate_added", "rate_removed")
# What selects a call; of bounds both or none.
_SELECTING = (
    *(("modality",), ("resolution",), ("quality",), ("context",)),
    *(("prompt_over", "prompt_up_to"), ("used_over", "used_up_to", "period")),
)
Days = list[tuple[date, Rate | None, Rate | None]]


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
        """The rate that the news is about: the new one, with what only the old one names of the call."""
        rate, other = self.after or self.before, self.before or self.after
        assert rate is not None and other is not None  # noqa: S101, PT018 - one of them is there
        left = [names for names in _SELECTING if all(getattr(rate, name) in ("", None) for name in names)]
        return replace(rate, **{name: getattr(other, name) for names in left for name in names})

    @property
    def planned(self) -> bool:
        """Whether the old price had only been announced: it never was in force."""
        return self.announced and self.before is not None and not self.before.holds_on(self.day - timedelta(days=1))

    @property
    def withdrawn(self) -> bool:
        """Whether an announced price is announced no more: what is paid the day before goes on, or nothing does."""
        stays = self.after is None or (not self.then and self.after.holds_on(self.day - timedelta(days=1)))
        return self.planned and stays

    @property
    def kind(self) -> str:
        """`moved`, `announced`, `withdrawn`, `new`, `gone` or `allowance`."""
        if self.allowance:
            return "allowance"
        if self.announced:
            return "withdrawn" if self.withdrawn else "announced"
        if self.before is None or self.before.price is None:
            return "new"
        return "gone" if self.after is None or self.after.price is None else "moved"

    @property
    def factor(self) -> Decimal | None:
        """New price over old one, per one of the same noun; None where there is no such ratio."""
        before, after = self.before, self.after
        if before is None or after is None or not before.price or not after.price or before.currency != after.currency:
            return None
        same_noun = effective.noun_of(before.unit) == effective.noun_of(after.unit)
        return effective.per_one(after) / effective.per_one(before) if same_noun else None


class Folded(NamedTuple):
    """What an edition says of one model: the news, and the changes that move no price of anybody's."""

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
        news = _news(calls, old, new, day)
        found += merged(news)
        moving = (days for days in calls.values() if any(differs(was, now) for _, was, now in days))
        moved |= {rate.row_key for days in moving for _, *sides in days for rate in sides if rate}
        if any(one.allowance for one in news):
            moved |= {rate.row_key for rate in (*old, *new) if rate.used_over is not None}
    return Folded(found, [c for c in listed if not moved & keys(c) and _says_something(c)])


def keys(change: Change) -> set[tuple[object, ...]]:
    """The keys of the rates that a change is about."""
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


def _sides(changes: Iterable[Change], rates: Iterable[Rate]) -> list[tuple[list[Rate], list[Rate]]]:
    """The old and the new rates of each lane that changes touch, with those of the card that stand."""
    lanes: dict[PriceKey, tuple[dict[object, Rate], dict[object, Rate]]] = defaultdict(lambda: ({}, {}))
    for change in changes:
        if rate := _old(change):
            old, new = lanes[price_key(rate)]
            # what an earlier look of the same edition brought did not stand before
            if change.old and new.pop(replace(change.old, model=change.model).row_key, None) is None:
                old[rate.row_key] = rate
        if change.new:
            lanes[price_key(change.new)][1][change.new.row_key] = change.new
    for rate in rates:
        if price_key(rate) in lanes and rate.row_key not in lanes[price_key(rate)][1]:
            for side in lanes[price_key(rate)]:
                side.setdefault(rate.row_key, rate)
    return [([*old.values()], [*new.values()]) for _, (old, new) in sorted(lanes.items(), key=_order)]


def _order(item: tuple[PriceKey, object]) -> tuple[object, ...]:
    _, tier, plan, meter = item[0]
    return SERVICE_TIERS.index(tier), plan == "free", METERS.index(meter)


def _calls(old: Sequence[Rate], new: Sequence[Rate], day: date) -> dict[Point, Days]:
    """What each call of a lane pays, by both sides, on the edition's day and on each later one."""
    calls: dict[Point, Days] = defaultdict(list)
    for pair in effective.pairs(old, new, day):
        calls[pair.point._replace(day=date.min)].append((pair.point.day, pair.old, pair.new))
    return {call: sorted(days, key=lambda d: d[0]) for call, days in calls.items()}


def differs(was: Rate | None, now: Rate | None) -> bool:
    """Whether a call pays another price, or is free up to another use or in another period."""
    if was and now and was.availability == now.availability == "free":
        return not same_price(was, now) or (was.used_up_to, was.period) != (now.used_up_to, now.period)
    return not same_price(was, now)


def _news(calls: dict[Point, Days], old: Sequence[Rate], new: Sequence[Rate], day: date) -> list[News]:
    """The news of each call of a lane; one that is counted in another noun now went and came, and is one."""
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
        if differs(was, now):
            then: list[tuple[date, Rate | None]] = []
            price = now
            for later, _, rate in days[at + 1 :]:
                if not same_price(price, rate):
                    then.append((later, price := rate))
            return News(was, now, on, tuple(then), announced=on > day, allowance=same_price(was, now))
    return None


def _unsold(rates: Iterable[Rate], other: Rate | None) -> Rate | None:
    """The row that says that a thing is not sold there, where one does."""
    same = (r for r in rates if r.price is None and other and r.modality in ("", other.modality))
    return next(same, None)


def merged(several: Iterable[News]) -> list[News]:
    """The news of one model, those that differ in nothing but the modality as one, in the table's order."""
    found: dict[tuple[object, ...], tuple[News, set[str]]] = {}
    for one in several:
        key = _bare(one.before), _bare(one.after), one.day, tuple((d, _bare(r)) for d, r in one.then)
        known, names = found.get(key, (one, set[str]()))
        found[key] = (known if one.rate.modality else one, names | {one.rate.modality})
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
    return price_key(figure.rate) == price_key(price.rate) and bool(common)


def _bare(rate: Rate | None) -> tuple[object, ...]:
    """A rate without its modality and place."""
    return () if rate is None else (*replace(rate, modality="").row_key, rate.price, rate.availability)


# --------------------------------------------------------------------------------------------- for programs


def by_change(changes: Sequence[Change], day: date, rates: Iterable[Rate] = ()) -> dict[int, dict[str, object]]:
    """By `id` of a change of one model and edition, what is paid by it: on the one that brings or takes a price.

    `rates` are those of its card by that edition. Prices are strings, days ISO dates: `before` is per unit of the old
    rate of the change where there is one, all else per unit of the rate that the news is of.
    """
    moving = [c for c in changes if c.kind in MOVING]
    of_new = {c.new.row_key: c for c in moving if c.new}
    of_old = {rate.row_key: c for c in moving if (rate := _old(c))}
    found: dict[int, dict[str, object]] = {}
    for news in each(moving, day, rates):
        change = (news.after and of_new.get(news.after.row_key)) or (news.before and of_old.get(news.before.row_key))
        if change and not news.allowance:
            found.setdefault(id(change), _data(news, change.old))
    return found


def each(changes: Iterable[Change], day: date, rates: Iterable[Rate] = ()) -> Iterator[News]:
    """The news in one model's changes of one edition, each modality's by itself."""
    for old, new in _sides([change for change in changes if change.kind in MOVING], rates):
        yield from _news(_calls(old, new, day), old, new, day)


def _data(news: News, old: Rate | None) -> dict[str, object]:
    unit = news.rate.unit
    then = [{"from": day.isoformat(), "price": _price(rate, unit)} for day, rate in news.then]
    return {
        "before": _price(news.before, old.unit if old else unit),
        "after": _price(news.after, unit),
        "from": news.day.isoformat(),
        **({"then": then} if then else {}),
        **({"withdrawn": True} if news.withdrawn else {}),
    }


def _price(rate: Rate | None, unit: str) -> str:
    if rate is None:
        return "not_available"
    if rate.price is None:
        return rate.availability
    if rate.unit == unit or effective.noun_of(rate.unit) != effective.noun_of(unit):
        return plain(rate.price)
    return plain(effective.per_one(rate) / effective.per_one_of(Decimal(1), unit))


# ------------------------------------------------------------------------------------------------- in lines for people


# So many rates of one tier that come or go with it are a line.
_FEW = 3
_COUNTED = {"search_grounding": "searches", "maps_grounding": "maps prompts"}


class Told(NamedTuple):
    """One line of what an edition says anew of a model: what it is about ("" for the model itself) and what happened.

    `kind` is a kind of change of the model itself, `stepped`, or `moved`, `announced`, `withdrawn`, `new`, `gone` or
    `allowance` of `number` prices, with the news behind one; `same` counts the rates that say the same price in other
    words. `correction`: a better reading.
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
        lines = _of_model(model, own, day, card.rates if card else ())
        found += [line._replace(correction=correction) for line in lines]
    return found


def told_by_edition(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> list[Told]:
    """The lines of changes of one edition, whose `cards` tell what stands, or of several, one after the other."""
    editions: dict[date, list[Change]] = defaultdict(list)
    for change in changes:
        editions[day_of(change)].append(change)
    known = cards if len(editions) == 1 else None
    return [line for day, own in sorted(editions.items()) for line in told(own, day, known)]


def _of_model(model: str, changes: Sequence[Change], day: date, rates: Iterable[Rate]) -> Iterator[Told]:
    for change in changes:
        if words := model_words(change):
            yield Told(model, "", words, change.kind)
    folded = of(changes, day, rates)
    yield from _lines(model, folded.news)
    stepped = [News(c.old, c.new, day) for c in changes if c.kind == "stepped" and differs(c.old, c.new)]
    for step in merged(stepped):
        yield Told(model, subject(step), f"{step_words(step)}, took effect", "stepped", news=step)
    if folded.same:
        # a rate that came under one key went under another
        number = max(sum(c.old is not None for c in folded.same), sum(c.new is not None for c in folded.same))
        words_only = f"{wording.count(number, 'rate')} said in other words, no price moved"
        yield Told(model, "", words_only, "same", number)


def model_words(change: Change) -> str:
    """What happened to a whole model; empty where the change is none of that kind."""
    if change.kind == "model_added":
        return "new model" + (f", {wording.count(len(change.card.rates), 'rate')}" if change.card else "")
    if change.kind == "model_renamed":
        return f"renamed from {change.previous_id}"
    return "no longer on the page" if change.kind == "model_removed" else ""


def _lines(model: str, several: Iterable[News]) -> Iterator[Told]:
    """A line for each; a tier that came or went with more than a few prices is one."""
    groups: dict[tuple[object, ...], list[News]] = defaultdict(list)
    for number, news in enumerate(several):
        came, went = news.before is None, news.after is None
        tier = news.rate.service_tier, news.rate.plan, came, news.announced, news.day
        groups[tier if (came or went) and not news.then else (number,)].append(news)
    for group in groups.values():
        if len(group) > _FEW:
            yield _tier(model, group)
        else:
            yield from (Told(model, subject(news), words(news), news.kind, news=news) for news in group)


def _tier(model: str, group: Sequence[News]) -> Told:
    first = group[0]
    plan = "" if first.rate.plan == "paid" else f" ({first.rate.plan} plan)"
    verb = "new" if first.before is None else "no longer sold"
    start = f" from {first.day}" if first.announced else ""
    if first.announced and first.after is None:
        verb, start = "end", f" on {first.day - timedelta(days=1)}"
    change = f"{wording.count(len(group), 'price')} {verb}{start}"
    return Told(model, f"{first.rate.service_tier}{plan}", change, first.kind, len(group))


def subject(news: News) -> str:
    """What the line is about: `input text (standard)`."""
    rate = replace(news.rate, effective_from=None, effective_until=None)
    if news.allowance:
        rate = replace(rate, used_up_to=None, period="")
    return wording.subject(rate, ", ".join(news.modalities) or None)


def words(news: News) -> str:
    """`2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then 2.00`."""
    before, after = news.before, news.after
    start, end = f" from {news.day}" if news.announced else "", _end(news)
    if news.allowance:
        noun = _COUNTED.get(news.rate.meter, news.rate.unit.partition(" ")[2])
        return f"free {noun} {_free(before)} -> {_free(after)}{start}"
    if before is None:
        return f"new, {wording.price(after)}{start}{end}"
    if after is None:
        return _gone(news, before)
    if news.withdrawn:
        return f"withdrawn: was to be {wording.price(before)}{start}, stays {_short(after, before)}"
    if news.planned:
        return f"was to be {_short(before, after)}, now {wording.price(after)}{start}{end}"
    times = f" ({wording.times(news.factor)})" if news.factor is not None else ""
    return f"{_short(before, after)} -> {wording.price(after)}{times}{start}{end}"


def step_words(news: News) -> str:
    """`0.75 -> 1.50 USD per 1M tokens (x2.00)`: of a dated step, which may have had another price that is not known."""
    return words(news) if news.before else wording.price(news.after)


def _gone(news: News, before: Rate) -> str:
    price = wording.price(before)
    if news.planned:
        return f"withdrawn: was to be {price} from {news.day}, then no price"
    if news.announced:
        return f"{price} until {news.day - timedelta(days=1)}, then no price{_end(news)}"
    again = "".join(f"; {_short(rate, before)} from {day}" for day, rate in news.then)
    return f"no longer sold, was {price}{again}"


def _end(news: News) -> str:
    return "".join(f" until {day - timedelta(days=1)}, then {_short(rate, news.after)}" for day, rate in news.then)


def _free(rate: Rate | None) -> str:
    if rate is None or rate.used_up_to is None:
        return "without limit"
    return f"{rate.used_up_to:,}" + (f" a {rate.period}" if rate.period else "")


def _short(rate: Rate | None, beside: Rate | None) -> str:
    """A price as an amount alone where it stands beside one of the same unit and currency."""
    if rate is None:
        return "no price"
    same = beside and beside.availability == "priced" and (rate.unit, rate.currency) == (beside.unit, beside.currency)
    return wording.value(rate) if same else wording.price(rate)
