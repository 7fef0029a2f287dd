"""The commands: what was asked, as the text of a table, CSV or JSON."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ratecards import lifecycle, model
from ratecards.catalog import freshness
from ratecards.catalog.authority import name_of
from ratecards.catalog.freshness import Age
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.model import Rate, RateCard
from ratecards.questions import news, views
from ratecards.questions.cardtext import card_text
from ratecards.questions.difference import difference
from ratecards.questions.disputes import discrepancies
from ratecards.storage import history
from ratecards.storage.history import Change
from ratecards.tables.fit import paragraph
from ratecards.tables.render import csv_text, json_text

Rows = Sequence[Mapping[str, object]]


def _ages(dataset: Dataset, sources: Iterable[str], day: date) -> dict[str, Age]:
    """How old on a day what the sources say is; the dataset takes note that it was answered from them."""
    ages = {source: dataset.age(source, day) for source in sorted(set(sources))}
    dataset.tell(ages.values())
    return ages


def _data(args: Namespace, columns: Sequence[str], rows: Rows) -> str:
    return csv_text(columns, rows) if args.format == "csv" else json_text(rows)


def models(args: Namespace) -> str:
    """Every model of every source."""
    dataset: Dataset = args.opened
    ages = _ages(dataset, dataset.sources, args.on or args.today)
    rows = views.models(dataset, args.on, ages)
    held = {f"{row['provider']}/{row['source']}" for row in rows}
    if args.format == "table":
        return views.models_text(rows, {source: ages[source] for source in ages if source in held})
    return _data(args, views.MODELS, rows)


def show(args: Namespace) -> str:
    """The rate cards of one model, one per source."""
    _one_of("tier", args.tier, model.SERVICE_TIERS)
    _one_of("plan", args.plan, model.PLANS)
    dataset: Dataset = args.opened
    cards, day = dataset.find(args.model, args.on), args.on or args.today
    if args.source:
        source = dataset.source(args.source)
        seen = ", ".join(f"{c.provider}/{c.source}" for c in cards)
        cards = [c for c in cards if f"{c.provider}/{c.source}" == source]
        if not cards:
            raise DatasetError(f"{args.model}: expected a card from {source}, saw one from {seen}")
    cards = [_only(card, args.tier, args.plan) for card in cards]
    ages = _ages(dataset, map(name_of, cards), day)
    if args.format != "table":
        rows = [_shown(rate, card, ages[name_of(card)]) for card in cards for rate in card.rates]
        return _data(args, (*model.COLUMNS, "observed", *freshness.COLUMNS), rows)
    return "\n".join(card_text(c, args.model, ages[name_of(c)], day, everything=args.all) for c in cards)


def _shown(rate: Rate, card: RateCard, age: Age) -> Mapping[str, object]:
    """A rate as a row, with the day it was read on and its age."""
    return {
        **model.row(rate),
        "observed": str(rate.evidence.observed or card.observed),
        **freshness.columns([age]),
    }


def _one_of(what: str, word: str | None, known: Sequence[str]) -> None:
    if word is not None and word not in known:
        raise DatasetError(f"--{what}: expected one of {', '.join(known)}, saw {word!r}")


def _only(card: RateCard, tier: str | None, plan: str | None) -> RateCard:
    rates = (r for r in card.rates if tier in (None, r.service_tier) and plan in (None, r.plan))
    return replace(card, rates=tuple(rates))


def changes(args: Namespace) -> str:
    """What changed, as recorded."""
    dataset: Dataset = args.opened
    table, span = args.format == "table", (args.since, args.until, args.model)
    found = news.changes(dataset, *span, everything=args.all, corrections=True, labels=table)
    ages = _ages(dataset, dataset.holders(args.model), args.until or args.today)
    if not table:
        return _changes(args, found, ages)
    nothing = "No changes.\n" if args.all else "No price changes; --all also lists changes of wording.\n"
    return ((found and news.news_text(dataset, found)) or nothing) + _aged(ages)


def _changes(args: Namespace, found: Sequence[Change], ages: Mapping[str, Age]) -> str:
    rows = [{**news.change_row(c), **freshness.columns([ages[f"{c.provider}/{c.source}"]])} for c in found]
    return _data(args, (*news.COLUMNS, *freshness.COLUMNS), rows)


def _aged(ages: Mapping[str, Age]) -> str:
    return "".join(line + "\n" for line in paragraph(freshness.note(ages.values())))


def diff(args: Namespace) -> str:
    """The net difference between two days."""
    if args.until < args.since:
        raise DatasetError(f"diff: expected the earlier date first, saw {args.since} before {args.until}")
    dataset: Dataset = args.opened
    found = difference(dataset, args.since, args.until)
    ages = _ages(dataset, dataset.sources, args.until)
    if args.format != "table":
        return _changes(args, found, ages)
    nothing = f"No difference between {args.since} and {args.until}.\n"
    return ((found and news.difference_text(dataset, found, args.since, args.until)) or nothing) + _aged(ages)


def upcoming(args: Namespace) -> str:
    """The price steps and shutdowns that a page dates for after the day, and what is announced without one."""
    dataset: Dataset = args.opened
    day, cards = args.on or args.today, dataset.cards(args.on)
    ages = _ages(dataset, map(name_of, cards), day)
    undated = history.undated(cards)
    coming = views.Coming(day, history.steps(cards, day), lifecycle.endings(cards, day), ages, undated)
    return (
        views.upcoming_text(coming) if args.format == "table" else _data(args, views.UPCOMING, views.upcoming(coming))
    )


def _computed(args: Namespace) -> str:
    """A command that computes costs."""
    from ratecards.cli import costcommands

    return costcommands.run(args)


def _exported(args: Namespace) -> str:
    """The cards as a price file of another project."""
    from ratecards.cli import exporting

    return exporting.run(args)


def _audit(args: Namespace) -> str:
    """Somebody's prices against the cards."""
    from ratecards.cli import auditcommand

    return auditcommand.run(args)


COMMANDS: Mapping[str, Callable[[Namespace], str]] = {
    "models": models,
    "show": show,
    "changes": changes,
    "diff": diff,
    "upcoming": upcoming,
    "discrepancies": discrepancies,
    "export": _exported,
    "audit": _audit,
    **dict.fromkeys(("cost", "images", "budget", "compare", "savings", "limits"), _computed),
}
