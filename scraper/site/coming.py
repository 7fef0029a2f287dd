"""What a page has dated ahead, steps of prices and ends of models, in words: one entry per day and model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from ratecards.catalog.sellers import name_of
from ratecards.dataset import Dataset
from ratecards.lifecycle import Shutdown, endings
from ratecards.model import Rate, RateCard
from ratecards.questions import news_lines, price_news
from ratecards.storage import history, names
from ratecards.storage.history import Change, Step
from scraper.site.entries import Entry, lasting_id, title_of


def coming(cards: Iterable[RateCard], dataset: Dataset) -> list[Entry]:
    """An entry per day and model of what a page dated ahead, the soonest first; what is past is among them."""
    cards = list(cards)
    groups: dict[tuple[str, str, str, date], list[Step]] = defaultdict(list)
    for found in history.steps(cards, date.min):
        rate = found.after
        groups[rate.provider, rate.source, rate.model, found.day].append(found)
    known = {source: _announced(dataset.changes(source)) for source in dataset.sources}
    entries = []
    for (provider, source, _, day), group in groups.items():
        told = [known[f"{provider}/{source}"].get(_dated(step.after)) for step in group]
        ahead = [(at[1], step) for at, step in zip(told, group, strict=True) if at and at[0] < day]
        if ahead:
            entries.append(_step_entry([step for _, step in ahead], min(recorded for recorded, _ in ahead)))
    entries += [_end_entry(ends, card, dataset) for ends, card in endings(cards)]
    return sorted(entries, key=lambda e: (e.day, e.provider, e.source, e.model))


def _end_entry(ends: Shutdown, card: RateCard, dataset: Dataset) -> Entry:
    """The end of a model; it was recorded when a card of it first announced that day."""
    facts = "shutdown", card.provider, card.source, ends.day, card.model
    all_changes = dataset.changes(name_of(card))
    now = names.renames(names.renamed(all_changes))
    said = [c for c in all_changes if c.card and c.card.shutdown and c.card.shutdown.day == ends.day]
    recorded = min(c.stamp.recorded for c in said if c.stamp and now.get(c.model, c.model) == card.model)
    lines = (f"shut down; in its place {ends.successor}" if ends.successor else "shut down", ends.quote)
    head = lasting_id(*facts), card.provider, card.source, card.model, ends.day
    return Entry(*head, f"{card.model} {lines[0]}", lines, recorded)


def _dated(rate: Rate) -> tuple[object, ...]:
    return *rate.join_key, rate.effective_from


def _announced(all_changes: Sequence[Change]) -> dict[tuple[object, ...], tuple[date, str]]:
    """By dated rate, under its model's present name, the day a page first said so and the instant that was recorded."""
    found: dict[tuple[object, ...], tuple[date, str]] = {}
    now = names.renames(names.renamed(all_changes))
    for change in all_changes:
        fresh = change.card.rates if change.card and change.kind == "model_added" else ()
        for rate in (*fresh, *((change.new,) if change.new else ())):
            if rate.effective_from and change.stamp:
                present = replace(rate, model=now.get(rate.model, rate.model))
                found.setdefault(_dated(present), (change.stamp.observed, change.stamp.recorded))
    return found


def _step_entry(group: Sequence[Step], recorded: str) -> Entry:
    rate, day = group[0].after, group[0].day
    lines = tuple(_step_lines(group))
    facts = "step", rate.provider, rate.source, day, rate.model
    head = lasting_id(*facts), rate.provider, rate.source, rate.model, day
    return Entry(*head, title_of(rate.model, lines), lines, recorded)


def _step_lines(group: Iterable[Step]) -> list[str]:
    """The steps in words, those that differ in nothing but the modality together."""
    merged = price_news.merged(price_news.News(found.before, found.after, found.day) for found in group)
    return [f"{news_lines.subject(news).replace('_', ' ')}: {news_lines.step_words(news)}" for news in merged]
