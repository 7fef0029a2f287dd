"""The read API behind the names of `ratecards`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from time import time

from ratecards.catalog.authority import name_of
from ratecards.catalog.catalog import as_day
from ratecards.catalog.freshness import policy
from ratecards.costing import calls, snapshot
from ratecards.costing.breakdown import Breakdown
from ratecards.costing.calls import Asked
from ratecards.costing.counts import PLAIN, TOKENS, Usage, usage_of
from ratecards.costing.snapshot import Snapshot
from ratecards.dataset import PACKAGE, VARIABLE, Dataset, directory, unsettled
from ratecards.errors import CostError, ReportedWarning, StaleError, StaleWarning
from ratecards.model import Rate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.catalog.catalog import DatedCatalog
    from ratecards.costing.plan import CostPlan
    from ratecards.storage.history import Change, Step
    from ratecards.storage.update import Updated

__all__ = [
    "ReportedWarning",
    "StaleError",
    "StaleWarning",
    "as_of",
    "changes",
    "cost",
    "cost_column",
    "costs",
    "data_version",
    "find",
    "load",
    "total",
    "upcoming",
    "update",
]

Where = Dataset | str | os.PathLike[str] | None

# the environment as it is kept, where it is: looking there at every cost is ten times as quick
_environ: Any = getattr(os.environ, "_data", os.environ)
_VARIABLE: Any = os.environ.encodekey(VARIABLE) if _environ is not os.environ else VARIABLE
_DAY, _EPOCH = 86400, date(1970, 1, 1).toordinal()
_TOKENS = frozenset(TOKENS)


def load(path: str | os.PathLike[str] | None = None, *, stale: str | None = None, grade: str = "reported") -> Dataset:
    """The dataset at a path; without one the environment's (RATECARDS_DATASET), else the package's own.

    Where an answer is from a source that was not read for longer than its limit, `stale` says what to do: `allow`,
    `warn` (a `StaleWarning` once per source), or `error` (`StaleError`); without a word RATECARDS_STALE, else `warn`.
    What third parties say of a page is used only where no official card has the model, with a `ReportedWarning`;
    `grade="official"` leaves it out.
    A dataset in which a publication was interrupted is read as that publishes it, with a warning.
    """
    if words := unsettled(path):
        import warnings

        warnings.warn(words, stacklevel=2)
    return Dataset(directory(path), policy(stale), grade)


@cache
def _opened(path: str) -> Dataset:
    return load(path or None)


def _dataset(where: Where) -> Dataset:
    return where if isinstance(where, Dataset) else _opened(os.fsdecode(where or os.environ.get(VARIABLE, "")))


def cost(
    model: str | None = None,
    usage: object = None,
    on: date | str | None = None,
    *,
    tier: str | None = None,
    plan: str = "paid",
    source: str | None = None,
    policy: str | None = None,
    as_if: bool = False,
    each: bool | None = None,
    dataset: Where = None,
) -> Breakdown:
    """What a usage of a model costs as of a day (default: newest cards, today), with a line and a quote per rate.

    The usage is plain counts, such as `{"input_tokens": 1200, "cached_tokens": 1000, "output_tokens": 300}` or
    `{"images": {"1K": 3}}`; or an answer of Google's API as it came, or a list of them (`costs.usage`). An answer
    says its model, service tier and day where the caller does not, and must not say another; with `as_if` it is priced
    at what the caller says. A list is told apart into calls, or `each` says: True for a call each, False for the chunks
    of one. Raises `ratecards.errors.CostError`, which says what has no price and what has.
    """
    if usage.__class__ is dict:
        try:
            plans: Mapping[object, CostPlan] = _catalog(dataset or _environ.get(_VARIABLE), on, time() // _DAY).plans
            priced = plans[model, tier, plan, source, policy, (*usage,)].cost_of_tokens([*usage.values(), 0])
        except (KeyError, TypeError):  # not priced before, or no key: what is wrong with it is said below
            priced = None
        if priced is not None:
            return priced
    return _cost(usage, on, Asked(model, tier, plan, source, policy, as_if), each, dataset)


def total(
    model: str | None = None,
    usage: object = None,
    on: date | str | None = None,
    *,
    tier: str | None = None,
    plan: str = "paid",
    source: str | None = None,
    policy: str | None = None,
    as_if: bool = False,
    each: bool | None = None,
    dataset: Where = None,
) -> Decimal:
    """The total of `cost` alone, in the currency of the card, for whoever prices every call: the same amount, sooner.

    Raises what `cost` raises.
    """
    if usage.__class__ is dict:
        try:
            plans: Mapping[object, CostPlan] = _catalog(dataset or _environ.get(_VARIABLE), on, time() // _DAY).plans
            priced = plans[model, tier, plan, source, policy, (*usage,)].total_of_tokens([*usage.values(), 0])
        except (KeyError, TypeError):  # not priced before, or no key: what is wrong with it is said below
            priced = None
        if priced is not None:
            return priced
    return _cost(usage, on, Asked(model, tier, plan, source, policy, as_if), each, dataset).total


def costs(
    rows: Iterable[object],
    on: date | str | None = None,
    *,
    model: str | None = None,
    tier: str | None = None,
    plan: str = "paid",
    source: str | None = None,
    policy: str | None = None,
    lines: bool = False,
    refused: str = "raise",
    dataset: Where = None,
) -> Iterator[Decimal | Breakdown | CostError]:
    """What each of many rows costs, in turn: its total, or with `lines` its breakdown.

    A row is what `cost` takes, an answer or plain counts, with its model, tier and time in columns beside them
    (`model`, `tier`, `time`): it is priced at those, at `model` and `tier` where it names none, and as of `on`, else
    of its own day. Searches are priced as beyond what is free of charge. Raises `CostError` naming the row; with
    `refused="keep"` the error stands in its place.
    """
    from ratecards.bill import rows as priced

    if refused not in ("raise", "keep"):
        raise CostError(f"refused: expected raise or keep, saw {refused!r}")
    asked = Asked(model, tier, plan, source, policy)
    return priced.costs(_catalog_of(dataset, on), rows, asked, lines=lines, keep=refused == "keep")


def cost_column(table: object, on: date | str | None = None, **asked: Any) -> list[Decimal | None]:
    """The total of each row of a table of pandas, Polars or Arrow, or of a dict of columns, as `costs` tells it.

    Columns are named as the fields of a row there; with `refused="keep"` a row that cannot be priced has None.
    """
    from ratecards.bill.rows import rows_of

    found = costs(rows_of(table), on, **asked)
    return [total if isinstance(total, Decimal) else None for total in found]


def _cost(usage: object, on: date | str | None, asked: Asked, each: bool | None, dataset: Where) -> Breakdown:
    """What a usage costs, plain or not, of a shape that was priced before or not."""
    catalog = _catalog_of(dataset, on)
    if not isinstance(usage, Usage) and not (isinstance(usage, Mapping) and PLAIN.issuperset(usage)):
        from ratecards.costing.usage import answers

        return calls.cost(catalog, answers(usage, each=each), asked)
    counts = usage if isinstance(usage, Usage) else usage_of(usage)
    if usage.__class__ is dict and _TOKENS.issuperset(usage):
        plan = calls.plan_of(catalog, asked.model, asked.tier, asked, (*usage,))
        found = plan.cost_of_tokens((*usage.values(), 0))
        if found is not None:
            return found
    return calls.usage_cost(catalog, asked.model, asked.tier, asked, counts)


def _catalog_on(where: Where, on: date | str | None, day: float) -> DatedCatalog:
    """The catalog of a day, else the newest cards, on the day since the epoch that it is."""
    return _dataset(where).catalog(as_day(on), date.fromordinal(_EPOCH + int(day)))


# the same, kept for the next who asks
_catalog: Callable[..., DatedCatalog] = lru_cache(maxsize=64)(_catalog_on)


def _catalog_of(where: Where, on: date | str | None) -> DatedCatalog:
    """The same today, in the environment's dataset where none is named."""
    try:
        return _catalog(where or _environ.get(_VARIABLE), on, time() // _DAY)
    except TypeError:
        as_day(on)  # says what is no day
        raise


def find(on: date | str | None = None, dataset: Where = None, **columns: object) -> list[Rate]:
    """The rates whose columns have these values: `find(model="gemini-2.5-pro", meter="input", price="1.25")`."""
    return snapshot.find(_catalog_of(dataset, on), columns)


def as_of(on: date | str, known_on: date | str | None = None, dataset: Where = None) -> Snapshot:
    """The dataset as of a day, with `find`, `cost`, `cards` and `upcoming` of its own.

    With `known_on` it is as it was known then: what was read later of that day, or read better, was not known yet.
    Raises `CostError` before the first observation, or where nothing was known.
    """
    return _dataset(dataset).as_of(on, known_on)


def changes(
    since: date | str | None = None,
    until: date | str | None = None,
    model: str | None = None,
    *,
    everything: bool = False,
    dataset: Where = None,
) -> list[Change]:
    """What changed, by the day it was observed: on `since` or later, on `until` or earlier, of one model by any name.

    These are changes of prices and of what is offered. With `everything` also those of words, labels and places, and
    corrections: an edition read better is no change of what it says. Raises `DatasetError` on an unknown model.
    """
    from ratecards.questions.changes import changes as found

    own, until = _dataset(dataset), as_day(until)
    listed = found(own, as_day(since), until, model, everything=everything)
    own.tell(own.age(source, until or snapshot.today()) for source in own.holders(model))
    return listed


def upcoming(on: date | str | None = None, dataset: Where = None) -> list[Step]:
    """The price steps that a page dates for after a day (default: today, by the newest cards), soonest first.

    Those that are only reported are among them: `after.source` is `reported/<name>`.
    """
    from ratecards.storage.history import steps

    today = snapshot.today()
    catalog = _catalog_of(dataset, on)
    cards, only = ([offer.card for offer in offers] for offers in (catalog, catalog.reported()))
    found = steps([*cards, *only], as_day(on) or today)
    stepping = {step.after.source for step in found}
    catalog.tell([*map(name_of, cards), *(card.source for card in only if card.source in stepping)])
    return found


def data_version(dataset: Where = None) -> str:
    """The version of the data that is answered from: that of the package, or a newer one that an update brought."""
    return _dataset(dataset).version


def update(releases: str = "") -> Updated:
    """Fetch the data of the newest release; from then on, this process and others answer from it.

    `releases` is the address of the releases, else that of RATECARDS_RELEASES, else the one that the package names.
    Gives the version that is there now and the one before. Raises `DatasetError` where no newer data could be had, with
    the age of those that stay; and in a checkout, which has data of its own.
    """
    from ratecards.storage import update as updating

    found = updating.update(PACKAGE, releases)
    _opened.cache_clear()
    _catalog.cache_clear()  # type: ignore[attr-defined]  # a function to whoever calls it
    return found
