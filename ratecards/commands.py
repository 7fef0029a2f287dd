"""The commands: what was asked, as the text of a table, CSV or JSON."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ratecards import history, model, news, views
from ratecards.cardtext import card_text
from ratecards.dataset import Dataset, DatasetError, locate
from ratecards.difference import difference
from ratecards.disputes import discrepancies
from ratecards.history import Change
from ratecards.model import RateCard
from ratecards.render import csv_text, json_text

Rows = Sequence[Mapping[str, object]]


def _open(args: Namespace) -> Dataset:
    return Dataset(locate(args.dataset))


def _data(args: Namespace, columns: Sequence[str], rows: Rows) -> str:
    return csv_text(columns, rows) if args.format == "csv" else json_text(rows)


def models(args: Namespace) -> str:
    """Every model of every source."""
    rows = views.models(_open(args), args.on)
    return views.models_text(rows) if args.format == "table" else _data(args, views.MODELS, rows)


def show(args: Namespace) -> str:
    """The rate cards of one model, one per source."""
    _one_of("tier", args.tier, model.SERVICE_TIERS)
    _one_of("plan", args.plan, model.PLANS)
    dataset = _open(args)
    cards = dataset.find(args.model, args.on)
    if args.source:
        source = dataset.source(args.source)
        seen = ", ".join(f"{c.provider}/{c.source}" for c in cards)
        cards = [c for c in cards if f"{c.provider}/{c.source}" == source]
        if not cards:
            raise DatasetError(f"{args.model}: expected a card from {source}, saw one from {seen}")
    cards = [_only(card, args.tier, args.plan) for card in cards]
    if args.format != "table":
        return _data(args, model.COLUMNS, [model.row(rate) for card in cards for rate in card.rates])
    day = args.on or args.today
    return "\n".join(card_text(card, args.model, day, everything=args.all) for card in cards)


def _one_of(what: str, word: str | None, known: Sequence[str]) -> None:
    if word is not None and word not in known:
        raise DatasetError(f"--{what}: expected one of {', '.join(known)}, saw {word!r}")


def _only(card: RateCard, tier: str | None, plan: str | None) -> RateCard:
    rates = (r for r in card.rates if tier in (None, r.service_tier) and plan in (None, r.plan))
    return replace(card, rates=tuple(rates))


def changes(args: Namespace) -> str:
    """What changed, as recorded."""
    dataset, table = _open(args), args.format == "table"
    span = args.since, args.until, args.model
    found = news.changes(dataset, *span, everything=args.all, corrections=True, labels=table)
    if not table:
        return _changes(args, found)
    nothing = "No changes.\n" if args.all else "No price changes; --all also lists changes of wording.\n"
    return (found and news.news_text(dataset, found)) or nothing


def _changes(args: Namespace, found: Sequence[Change]) -> str:
    return _data(args, news.COLUMNS, [news.change_row(change) for change in found])


def diff(args: Namespace) -> str:
    """The net difference between two days."""
    if args.until < args.since:
        raise DatasetError(f"diff: expected the earlier date first, saw {args.since} before {args.until}")
    dataset = _open(args)
    found = difference(dataset, args.since, args.until)
    if args.format != "table":
        return _changes(args, found)
    nothing = f"No difference between {args.since} and {args.until}.\n"
    return (found and news.difference_text(dataset, found, args.since, args.until)) or nothing


def upcoming(args: Namespace) -> str:
    """The price steps that a page dates for after the day."""
    day = args.on or args.today
    cards = _open(args).cards(args.on)
    steps = history.steps(cards, day)
    if args.format == "table":
        return views.upcoming_text(steps, day, history.undated(cards))
    return _data(args, views.UPCOMING, views.upcoming(steps, day))


def _computed(args: Namespace) -> str:
    """A command that computes costs."""
    from ratecards import costcommands

    return costcommands.run(args)


def _exported(args: Namespace) -> str:
    """The cards as a price file of another project."""
    from ratecards import exporting

    return exporting.run(args)


def _audit(args: Namespace) -> str:
    """Somebody's prices against the cards."""
    from ratecards import auditcommand

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
