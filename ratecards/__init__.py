"""What AI models cost: rate cards read from the official pages, with evidence and history.

`load()` gives the dataset, `find()` rates by column, `cost()` what a usage costs, `total()` its total alone,
`costs()` what each of many rows costs, `cost_column()` the same of a table, `changes()` what changed, `as_of()` the
dataset on a day of the past, `upcoming()` what pages date for later; a `StaleWarning` says that an answer is old, a
`ReportedWarning` that it is only what others report.
They are imported when they are first asked for, so that importing the package is quick.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.api import (
        ReportedWarning,
        StaleError,
        StaleWarning,
        as_of,
        changes,
        cost,
        cost_column,
        costs,
        find,
        load,
        total,
        upcoming,
    )

__all__ = [
    "ReportedWarning",
    "StaleError",
    "StaleWarning",
    "as_of",
    "changes",
    "cost",
    "cost_column",
    "costs",
    "find",
    "load",
    "total",
    "upcoming",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ratecards import api

    # found here from now on: a detour would be a good part of the time that a cost takes
    return globals().setdefault(name, getattr(api, name))
