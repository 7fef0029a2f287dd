"""The net difference between two days: cards joined on what identifies a rate, whatever happened in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from ratecards.dataset import Dataset
from ratecards.model import Rate, RateCard, canonical_order
from ratecards.storage import history, model_names
from ratecards.storage.history import Change

Pair = tuple[Rate | None, Rate | None]


def difference(dataset: Dataset, since: date, until: date) -> list[Change]:
    """What turns the cards as of `since` into those as of `until`, by source and model; nothing is stamped."""
    before, after = dataset.cards(since, tell=False), dataset.cards(until, tell=False)
    found: list[Change] = []
    for source in dataset.sources:
        renames = model_names.renames(dataset.database.sources[source].renamed, since, until)
        old, new = ({c.model: c for c in cards if f"{c.provider}/{c.source}" == source} for cards in (before, after))
        found += _source_difference(old, new, renames, since, until)
    return found


def _source_difference(
    old: Mapping[str, RateCard], new: Mapping[str, RateCard], renames: Mapping[str, str], since: date, until: date
) -> list[Change]:
    found: list[Change] = []
    old = dict(old)
    for former, model in renames.items():
        if former in old and former not in new and model in new and model not in old:
            found.append(_change("model_renamed", new[model], previous_id=former))
            old[model] = _under(old.pop(former), model)
    for model in sorted({*old, *new}):
        if model not in new:
            found.append(_change("model_removed", old[model]))
        elif model not in old:
            found.append(_change("model_added", new[model], card=new[model]))
        else:
            found += _card_difference(old[model], new[model], since, until)
    return found


def _under(card: RateCard, model: str) -> RateCard:
    return replace(card, model=model, rates=tuple(replace(r, model=model) for r in card.rates))


def _change(kind: str, of: RateCard, **values: object) -> Change:
    return Change(kind=kind, provider=of.provider, source=of.source, model=of.model, **values)  # type: ignore[arg-type]


def _card_difference(old: RateCard, new: RateCard, since: date, until: date) -> list[Change]:
    """Differences of one card. A dated step that came due in between is one, although the page did not change."""
    due = {step.after.row_key: step.before for step in history.steps([old], since, until)}
    found: list[Change] = []
    for before, after in _pairs(old.rates, new.rates):
        kind = _kind(before, after)
        if before and after and before.row_key in due and before.price == after.price:
            found.append(_change("stepped", new, old=due[before.row_key], new=after))
        # the half that a step replaced has run out as announced: no news of its own
        elif kind and not (after is None and before in due.values()):
            found.append(_change(kind, new, old=before, new=after))
    return found


def _kind(old: Rate | None, new: Rate | None) -> str:
    """The name of a difference; the first that applies, empty for none."""
    if old is None or new is None:
        return "rate_added" if old is None else "rate_removed"
    tests = (
        ("relabelled", (old.resolution, old.context) != (new.resolution, new.context)),
        ("unit_changed", old.unit != new.unit and None not in (old.price, new.price)),
        ("availability_changed", old.availability != new.availability),
        ("repriced", (old.price, old.currency) != (new.price, new.currency)),
        ("redated", (old.effective_from, old.effective_until) != (new.effective_from, new.effective_until)),
    )
    return next((kind for kind, differs in tests if differs), "")


def _pairs(old: Iterable[Rate], new: Iterable[Rate]) -> list[Pair]:
    """Each rate beside its counterpart: with the same dates, else price, else key, else label."""
    pairs: list[Pair] = []
    left, right = list(old), list(new)
    for key in (_dated, _priced, lambda rate: rate.join_key, _elsewhere):
        more, left, right = _join(left, right, key)
        pairs += more
    pairs += [*((rate, None) for rate in left), *((None, rate) for rate in right)]
    return sorted(pairs, key=lambda pair: canonical_order(pair[1] or pair[0]))  # type: ignore[arg-type]


def _dated(rate: Rate) -> object:
    return rate.join_key, rate.effective_from, rate.effective_until


def _priced(rate: Rate) -> object:
    return rate.join_key, rate.price, rate.availability


def _elsewhere(rate: Rate) -> object:
    # a page that splits or renames a label at the same price takes nothing away
    return replace(rate, resolution="", context="", effective_from=None, effective_until=None)


def _join(
    old: Iterable[Rate], new: Iterable[Rate], key: Callable[[Rate], object]
) -> tuple[list[Pair], list[Rate], list[Rate]]:
    """Pair by key in the table's order; what is left on each side."""
    waiting: dict[object, list[Rate]] = defaultdict(list)
    for rate in sorted(old, key=canonical_order):
        waiting[key(rate)].append(rate)
    pairs: list[Pair] = []
    right: list[Rate] = []
    for rate in sorted(new, key=canonical_order):
        if waiting[key(rate)]:
            pairs.append((waiting[key(rate)].pop(0), rate))
        else:
            right.append(rate)
    return pairs, [rate for rates in waiting.values() for rate in rates], right
