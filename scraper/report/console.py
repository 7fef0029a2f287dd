"""The words: what a run did, what changed, what is announced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ratecards.escaping import plain_text
from ratecards.model import Rate, RateCard, plain
from ratecards.questions import news_lines
from ratecards.questions.news_lines import Told
from ratecards.storage.history import ANNOUNCED, Change, Step
from ratecards.storage.names import day_of
from ratecards.wording import exact_conditions
from scraper.verdict import Verdict


def what(rate: Rate) -> str:
    """The rate's name in a line: tier, plan if free, meter, conditions."""
    more = exact_conditions(rate)
    plan = " (free plan)" if rate.plan == "free" else ""
    return f"{rate.service_tier}{plan} {rate.meter}" + (f" {more}" if more else "")


def value(rate: Rate) -> str:
    """The rate's price and unit, or what the page says instead of one."""
    if rate.price is None:
        return rate.availability.replace("_", " ")
    dates = f" from {rate.effective_from}" if rate.effective_from else ""
    dates += f" until {rate.effective_until}" if rate.effective_until else ""
    per = f" per {rate.unit}" if rate.unit else ""
    return f"{plain(rate.price)} {rate.currency}{per}{dates}"


def move(old: Rate, new: Rate) -> str:
    """`4.5 -> 3.6 USD per 1000000 tokens (x0.80)`; both sides in full where unit, currency or dates differ.

    A ratio stands only between prices of one unit, and one side alone where both say the same.
    """
    if value(old) == value(new):
        return value(new)
    same = (old.unit, old.currency, old.effective_from, old.effective_until) == (
        new.unit,
        new.currency,
        new.effective_from,
        new.effective_until,
    )
    if not same or not old.price or not new.price:
        return f"{value(old)} -> {value(new)}"
    return f"{plain(old.price)} -> {value(new)} (x{new.price / old.price:.2f})"


def describe(change: Change) -> str:
    """One change as one line."""
    old, new = change.old, change.new
    if change.kind == "model_added" and change.card:
        return f"{change.model}: new model, {len(change.card.rates)} rates"
    if change.kind == "model_removed":
        return f"{change.model}: no longer on the page"
    if change.kind == "model_renamed":
        return f"{change.model}: renamed from {change.previous_id}"
    if change.kind == "card_changed":
        fields = ", ".join(sorted({name.split(".")[0] for name, *_ in change.fields}))
        return f"{change.model}: {fields} changed"
    if old and new:
        return f"{change.model} {what(new)}: {move(old, new)}, {change.kind.replace('_', ' ')}"
    rate = new or old
    if rate:
        return f"{change.model} {what(rate)}: {change.kind.replace('_', ' ')}, {value(rate)}"
    return f"{change.model}: {change.kind}"


def lines(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> list[str]:
    """What a buyer pays differently, what is announced, which models came and went; corrections are marked."""
    news = [line for line in told(changes, cards) if line.kind != "same"]
    return [plain_text(f"{line.text}{' [correction]' if line.correction else ''}") for line in news]


def told(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> list[Told]:
    """The lines of changes of one edition, whose `cards` tell what stands, or of several, one after the other."""
    editions: dict[date, list[Change]] = defaultdict(list)
    for change in changes:
        editions[day_of(change)].append(change)
    known = cards if len(editions) == 1 else None
    return [line for day, own in sorted(editions.items()) for line in news_lines.told(own, day, known)]


def quiet_count(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> int:
    """How many changes are recorded and not told: wording, notes, rates at the same price in other words."""
    listed = list(changes)
    quiet = sum(c.kind not in ANNOUNCED and c.kind != "relabelled" for c in listed)
    return quiet + sum(line.number for line in told(listed, cards) if line.kind == "same")


def step_line(step: Step, today: date) -> str:
    """A dated step: `2027-01-01: gemini-3.7-flash standard input 0.75 -> 1.5, x2.00, in 40 days`."""
    before = f"{_amount(step.before)} ->" if step.before else "new:"
    ratio = Change(kind="stepped", provider="", source="", model="", old=step.before, new=step.after).ratio
    times = "" if ratio is None else f", x{ratio:.2f}"
    days = (step.day - today).days
    words = f"{step.day}: {step.after.model} {what(step.after)} {before} {_amount(step.after)}{times}"
    return plain_text(f"{words}, in {days} day{'' if days == 1 else 's'}")


def _amount(rate: Rate) -> str:
    return value(rate) if rate.price is None else plain(rate.price)


def step_lines(steps: Sequence[Step], today: date) -> list[str]:
    """Dated steps in words; of a model with many, up to four of its first service tier and a count of the rest."""
    groups: dict[tuple[date, str], list[Step]] = defaultdict(list)
    for step in steps:
        groups[step.day, step.after.model].append(step)
    words = []
    for group in groups.values():
        first = [s for s in group if s.after.service_tier == group[0].after.service_tier]
        shown = first[:4] if len(group) > 4 else group
        words += [step_line(s, today) for s in shown]
        if rest := len(group) - len(shown):
            words.append(f"  and {rest} more of {group[0].after.model}")
    return words


def _accounted(amounts: Mapping[str, int]) -> str:
    """`354 of 354`, and how many were ignored with a reason."""
    if not amounts:
        return "-"
    ignored = f", {amounts['ignored']} ignored" if amounts.get("ignored") else ""
    return f"{amounts.get('read', 0)} of {amounts.get('seen', 0)}{ignored}"


def summary_rows(verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
    """The summary table: source, outcome, models, rates, amounts read, changes."""
    return [
        (
            v.source.name,
            v.outcome,
            str(len(v.cards)) if v.cards is not None else str(len(v.state.models) or "-"),
            str(sum(len(c.rates) for c in v.cards.values())) if v.cards is not None else "-",
            _accounted(v.state.amounts),
            str(len(v.changes)) if v.outcome not in ("NOT_READ", "NOT_FETCHED", "SUSPECT", "DAMAGED") else "-",
        )
        for v in verdicts
    ]
