"""What AI models cost: rate cards read from the official pages, with evidence and history.

`load()` gives the dataset, `find()` rates by column, `cost()` what a usage costs. Each imports what it needs when it
is called, so that importing the package is quick.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from datetime import date

    from ratecards.api import Where
    from ratecards.breakdown import Breakdown
    from ratecards.dataset import Dataset
    from ratecards.model import Rate

__all__ = ["cost", "find", "load"]


def load(path: str | os.PathLike[str] | None = None) -> Dataset:
    """The dataset at a path; without one the environment's (RATECARDS_DATASET), else the package's own."""
    from ratecards import api

    return api.load(path)


def find(on: date | str | None = None, dataset: Where = None, **columns: object) -> list[Rate]:
    """The rates whose columns have these values: `find(model="gemini-2.5-pro", meter="input")`."""
    from ratecards import api

    return api.find(on, dataset, **columns)


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
    """What a usage of a model costs as of a day (default: newest cards, today), with a line and a quote per rate.

    The usage is a mapping: Google's `usageMetadata`, a whole response with it, or plain counts such as
    `{"input_tokens": 1200, "cached_tokens": 1000, "output_tokens": 300}` or `{"images": {"1K": 3}}`.
    Raises `ratecards.usage.CostError`, which says what has no price and what has.
    """
    from ratecards import api

    return api.cost(model, usage, on, tier=tier, plan=plan, source=source, policy=policy, dataset=dataset)
