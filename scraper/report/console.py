"""What a run says in a terminal: what changed, what is announced, how each source stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ratecards.escaping import plain_text
from ratecards.model import RateCard, row
from ratecards.questions.price_news import told_by_edition
from ratecards.storage.history import ANNOUNCED, Change, Step
from ratecards.wording import count, exact_amount, exact_name
from scraper.model import SourceResult
from scraper.report.messages import accounted, line, shortened


def describe(change: Change) -> str:
    """One change as one line."""
    rate = change.new or change.old
    values = {
        **{name: getattr(change, name) for name in ("kind", "model", "previous_id", "fields")},
        **{side: row(rate) for side, rate in (("old", change.old), ("new", change.new)) if rate},
        "rates": len(change.card.rates) if change.card else 0,
        "rate": exact_name(rate) if rate else "",
    }
    return line({**values, "ratio": change.ratio} if change.ratio not in (None, 1) else values)


def lines(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> list[str]:
    """What a buyer pays differently, what is announced, which models came and went; corrections are marked."""
    news = [told for told in told_by_edition(changes, cards) if told.kind != "same"]
    return [plain_text(f"{told.text}{' [correction]' if told.correction else ''}") for told in news]


def quiet_count(changes: Iterable[Change], cards: Mapping[str, RateCard] | None = None) -> int:
    """How many changes are recorded and not told: wording, notes, rates at the same price in other words."""
    listed = list(changes)
    quiet = sum(c.kind not in ANNOUNCED and c.kind != "relabelled" for c in listed)
    return quiet + sum(told.number for told in told_by_edition(listed, cards) if told.kind == "same")


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


def summary_rows(verdicts: Sequence[SourceResult]) -> list[tuple[str, ...]]:
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
