"""What an edition says anew, in lines: what a buyer pays differently, which models came, went or have another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from ratecards import wording
from ratecards.model import Rate, RateCard
from ratecards.questions import price_news
from ratecards.questions.price_news import News, differs
from ratecards.storage.history import Change
from ratecards.storage.model_names import day_of

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
    folded = price_news.of(changes, day, rates)
    yield from _lines(model, folded.news)
    stepped = [News(c.old, c.new, day) for c in changes if c.kind == "stepped" and differs(c.old, c.new)]
    for step in price_news.merged(stepped):
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
