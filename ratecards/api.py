"""The read API behind `ratecards.load`, `ratecards.find` and `ratecards.cost`."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from ratecards.asof import DatedShelf, as_day
from ratecards.breakdown import Breakdown, price
from ratecards.dataset import VARIABLE, Dataset, locate
from ratecards.model import COLUMNS, Rate, plain, row
from ratecards.usage import CostError, read

Where = Dataset | str | os.PathLike[str] | None


def load(path: str | os.PathLike[str] | None = None) -> Dataset:
    """The dataset at a path; without one the environment's (RATECARDS_DATASET), else the package's own."""
    return Dataset(locate(path))


@cache
def _opened(path: str) -> Dataset:
    return load(path or None)


@lru_cache(maxsize=32)
def _shelf(dataset: Dataset, on: date | None, today: date) -> DatedShelf:
    return DatedShelf(dataset, on, {}, today)


def _dataset(where: Where) -> Dataset:
    return where if isinstance(where, Dataset) else _opened(os.fspath(where or os.environ.get(VARIABLE, "")))


def cost(
    model: str,
    usage: object,
    on: date | str | None = None,
    *,
    tier: str = "standard",
    plan: str = "paid",
    source: str | None = None,
    policy: str | None = None,
    dataset: Where = None,
) -> Breakdown:
    """What a usage of a model costs, by the cards as of a day (default: the newest, today's among dated rates).

    The usage is a mapping: Google's `usageMetadata`, a whole response with it, or plain counts (`ratecards.usage`).
    Raises `CostError` where there is no one answer.
    """
    counts = read(usage)
    shelf = _shelf(_dataset(dataset), as_day(on), datetime.now(UTC).date())
    return price(shelf.choose(model, source, policy), counts, tier, plan)


def find(on: date | str | None = None, dataset: Where = None, **columns: object) -> list[Rate]:
    """The rates whose columns have these values: `find(model="gemini-2.5-pro", meter="input", price="1.25")`."""
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise CostError(f"no column {unknown[0]!r}; columns: {', '.join(COLUMNS)}")
    wanted = {n: "" if v is None else plain(v) if isinstance(v, Decimal) else str(v) for n, v in columns.items()}
    offers = _shelf(_dataset(dataset), as_day(on), datetime.now(UTC).date())
    return [r for offer in offers for r in offer.card.rates if wanted.items() <= row(r).items()]
