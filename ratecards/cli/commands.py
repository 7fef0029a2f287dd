"""The commands: what was asked, as the text of a table, CSV or JSON."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ratecards import model
from ratecards.catalog import freshness
from ratecards.catalog.authority import name_of
from ratecards.catalog.freshness import Age
from ratecards.catalog.reported import is_reported, said
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.model import RateCard
from ratecards.questions import card, discrepancies, upcoming
from ratecards.questions import changes as news
from ratecards.questions import models as listing
from ratecards.questions.difference import difference
from ratecards.storage.history import Change
from ratecards.tables import Table, paragraphs


def _ages(dataset: Dataset, sources: Iterable[str], day: date) -> dict[str, Age]:
    """How old on a day what the sources say is; the dataset takes note that it was answered from them."""
    ages = {source: dataset.age(source, day) for source in sorted(set(sources))}
    dataset.tell(ages.values())
    return ages


def _form(args: Namespace, made: Table, ages: Mapping[str, Age], *, graded: bool = False) -> str:
    """A table with the ages, or the grades too, of its rows, in the form asked for."""
    if not made.rows and args.format != "table":  # no record to say it in
        print(f"ratecards: {freshness.note(ages.values())}", file=sys.stderr)
    aged = made.aged(lambda sources: [ages[source] for source in set(sources)])
    return (aged.graded() if graded else aged).form(args.format)


def models(args: Namespace) -> str:
    """Every model of every source."""
    dataset: Dataset = args.opened
    ages = _ages(dataset, dataset.sources, args.on or args.today)
    return _form(args, listing.models(dataset, args.on), ages, graded=True)


def show(args: Namespace) -> str:
    """The rate cards of one model, one per source."""
    _one_of("tier", args.tier, model.SERVICE_TIERS)
    _one_of("plan", args.plan, model.PLANS)
    dataset: Dataset = args.opened
    day = args.on or args.today
    only = dataset.reports.find(args.model, day, args.source if is_reported(args.source or "") else "")
    try:
        cards = [*only, *dataset.find(args.model, args.on, tell=False)]
    except DatasetError:
        if not only:
            raise
        cards = only
    if args.source and is_reported(args.source):
        cards = only
    elif args.source:
        source, seen = dataset.source(args.source), ", ".join(map(name_of, cards))
        cards = [c for c in cards if name_of(c) == source]
        if not cards:
            raise DatasetError(f"{args.model}: expected a card from {source}, saw one from {seen}")
    cards = [_only(c, args.tier, args.plan) for c in cards]
    ages = _ages(dataset, map(name_of, cards), day)
    if args.format != "table":
        return _form(args, card.rates(cards), ages, graded=True)
    return "\n".join(card.card_text(c, args.model, ages[name_of(c)], day, everything=args.all) for c in cards)


def _one_of(what: str, word: str | None, known: Sequence[str]) -> None:
    if word is not None and word not in known:
        raise DatasetError(f"--{what}: expected one of {', '.join(known)}, saw {word!r}")


def _only(card: RateCard, tier: str | None, plan: str | None) -> RateCard:
    rates = (r for r in card.rates if tier in (None, r.service_tier) and plan in (None, r.plan))
    return replace(card, rates=tuple(rates))


def changes(args: Namespace) -> str:
    """What changed, as recorded."""
    dataset: Dataset = args.opened
    span = (args.since, args.until, args.model)
    people = args.format == "table"
    found = news.changes(dataset, *span, everything=args.all, corrections=True, labels=people)
    if args.by is not None:
        found = news.moved(dataset, found, args.by)
    ages = _ages(dataset, dataset.holders(args.model), args.until or args.today)
    nothing = "No changes.\n" if args.all else "No price changes; --all also lists changes of wording.\n"
    nothing = nothing if args.by is None else f"No price moved by {args.by} % or more.\n"
    return _told(args, found, ages, nothing, lambda: news.changes_text(dataset, found))


def diff(args: Namespace) -> str:
    """The net difference between two days."""
    if args.until < args.since:
        raise DatasetError(f"diff: expected the earlier date first, saw {args.since} before {args.until}")
    dataset: Dataset = args.opened
    found = difference(dataset, args.since, args.until)
    ages = _ages(dataset, dataset.sources, args.until)
    nothing = f"No difference between {args.since} and {args.until}.\n"
    return _told(args, found, ages, nothing, lambda: news.changes_text(dataset, found, args.since, args.until))


def _told(
    args: Namespace, found: Sequence[Change], ages: Mapping[str, Age], nothing: str, text: Callable[[], str]
) -> str:
    """Changes in the form asked for; `nothing` where people are told of none."""
    if args.format != "table":
        return _form(args, news.rows(found), ages)
    return ((found and text()) or nothing) + paragraphs([freshness.note(ages.values())])


def coming(args: Namespace) -> str:
    """The price steps and shutdowns that a page dates for after the day, and what is announced without one."""
    dataset: Dataset = args.opened
    day, cards = args.on or args.today, dataset.cards(args.on, tell=False)
    only = upcoming.stepping(dataset.reports.cards(day), day)
    cards = [*cards, *only]
    ages = _ages(dataset, map(name_of, cards), day)
    if args.format == "table":
        return paragraphs(said(only)) + upcoming.upcoming_text(cards, day, ages)
    return _form(args, upcoming.upcoming(cards, day, ages.values()), ages)


def disagreeing(args: Namespace) -> str:
    """Where official sources disagree."""
    dataset: Dataset = args.opened
    more = ("explained", "closed") if args.all else ("closed",) if args.on else ()
    states = ("open",) if args.open else ("open", "accepted", *more)
    entries = discrepancies.read(dataset, states, args.model, args.on)
    entries += [] if args.open else discrepancies.reported(dataset, args.model, args.on)
    ages = _ages(dataset, discrepancies.sources(entries), args.on or args.today)
    if args.format == "table":
        return discrepancies.discrepancies_text(entries, ages)
    return discrepancies.discrepancies(entries, ages).form(args.format)


def sql(args: Namespace) -> str:
    """The query that prices a table of usage, in the SQL of an engine: two statements, each under what it gives."""
    from ratecards.costing.usage_query import USUAL, query, translated

    found = query(args.columns or USUAL, args.usage, args.bands, (args.source or "").rpartition("/")[2])
    priced, unpriced = (translated(statement, args.dialect) for statement in found)
    return f"-- the calls that have a price\n{priced};\n\n-- the calls that have none, and why\n{unpriced};\n"


COMMANDS: Mapping[str, Callable[[Namespace], str]] = {
    "models": models,
    "show": show,
    "changes": changes,
    "diff": diff,
    "upcoming": coming,
    "discrepancies": disagreeing,
    "sql": sql,
}


def run(args: Namespace) -> str:
    """The text of the command that `args` names. Raises `DatasetError` or `CostError`."""
    return COMMANDS[args.command](args)
