"""What a run says in a terminal: what changed, what is announced, how each source stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ratecards.escaping import plain_text
from ratecards.model import Rate, RateCard, plain, row
from ratecards.questions.news_lines import model_words, told_by_edition
from ratecards.storage.history import ANNOUNCED, Change, Step
from ratecards.wording import count, exact_amount, exact_name, exact_price
from scraper.report.messages import accounted, shortened
from scraper.verdict import Verdict


def move(old: Rate, new: Rate) -> str:
    """`4.5 -> 3.6 USD per 1M tokens (x0.80)`; both sides in full where unit, currency or dates differ.

    A ratio stands only between prices of one unit, and one side alone where both say the same.
    """
    was, now = exact_price(row(old)), exact_price(row(new))
    if was == now:
        return now
    same = all(getattr(old, n) == getattr(new, n) for n in ("unit", "currency", "effective_from", "effective_until"))
    if not same or not old.price or not new.price:
        return f"{was} -> {now}"
    return f"{plain(old.price)} -> {now} (x{new.price / old.price:.2f})"


def describe(change: Change) -> str:
    """One change as one line."""
    old, new, kind = change.old, change.new, change.kind.replace("_", " ")
    if words := model_words(change):
        return f"{change.model}: {words}"
    if change.kind == "card_changed":
        return f"{change.model}: {', '.join(sorted({name.split('.')[0] for name, *_ in change.fields}))} changed"
    if old and new:
        return f"{change.model} {exact_name(new)}: {move(old, new)}, {kind}"
    rate = new or old
    return f"{change.model} {exact_name(rate)}: {kind}, {exact_price(row(rate))}" if rate else f"{change.model}: {kind}"


def lines(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> list[str]:
    """What a buyer pays differently, what is announced, which models came and went; corrections are marked."""
    news = [line for line in told_by_edition(changes, cards) if line.kind != "same"]
    return [plain_text(f"{line.text}{' [correction]' if line.correction else ''}") for line in news]


def quiet_count(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> int:
    """How many changes are recorded and not told: wording, notes, rates at the same price in other words."""
    listed = list(changes)
    quiet = sum(c.kind not in ANNOUNCED and c.kind != "relabelled" for c in listed)
    return quiet + sum(line.number for line in told_by_edition(listed, cards) if line.kind == "same")


def step_line(step: Step, today: date) -> str:
    """A dated step: `2027-01-01: gemini-3.7-flash standard input 0.75 -> 1.5, x2.00, in 40 days`."""
    before = f"{exact_amount(row(step.before))} ->" if step.before else "new:"
    ratio = Change(kind="stepped", provider="", source="", model="", old=step.before, new=step.after).ratio
    times = "" if ratio is None else f", x{ratio:.2f}"
    words = f"{step.day}: {step.after.model} {exact_name(step.after)} {before} {exact_amount(row(step.after))}{times}"
    return plain_text(f"{words}, in {count((step.day - today).days, 'day')}")


def step_lines(steps: Sequence[Step], today: date) -> list[str]:
    """Dated steps in words; of a model with many on one day, up to four and a count of the rest."""
    words = []
    for shown, rest in shortened(steps, lambda s: (s.day, s.after.model), lambda s: s.after.service_tier):
        words += [step_line(step, today) for step in shown]
        words += [f"  and {rest} more of {shown[0].after.model}"] if rest else []
    return words


def summary_rows(verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
    """The summary table: source, outcome, models, rates, amounts read, changes."""
    return [
        (
            v.source.name,
            v.outcome,
            str(len(v.cards)) if v.cards is not None else str(len(v.state.models) or "-"),
            str(sum(len(c.rates) for c in v.cards.values())) if v.cards is not None else "-",
            accounted(v.state.amounts),
            str(len(v.changes)) if v.outcome not in ("NOT_READ", "NOT_FETCHED", "SUSPECT", "DAMAGED") else "-",
        )
        for v in verdicts
    ]
