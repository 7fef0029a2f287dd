"""What AI models cost: rate cards read from the official pages, with evidence and history.

`load()` gives the dataset, `find()` rates by column, `cost()` what a usage costs, `total()` its total alone,
`costs()` what each of many rows costs, `cost_column()` the same of a table, `changes()` what changed, `as_of()` the
dataset on a day of the past, `upcoming()` what pages date for later; a `StaleWarning` says that an answer is old, a
`ReportedWarning` that it is only what others report. `update()` fetches newer data; `__version__` is the version of
the package, `data_version()` that of the data.
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
        data_version,
        find,
        load,
        total,
        upcoming,
        update,
    )

    __version__: str

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


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib import metadata

        try:
            return globals().setdefault(name, metadata.version("ratecards"))
        except metadata.PackageNotFoundError:  # a checkout on the path
            return "0+unknown"
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ratecards import api

    # found here from now on: a detour would be a good part of the time that a cost takes
    return globals().setdefault(name, getattr(api, name))
