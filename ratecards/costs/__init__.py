"""What calls cost: counts from answers, the rate of each, exact amounts.

Called, as `ratecards.costs(rows)`, it is a function of the API.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Costs(type(sys)):  # type: ignore[misc]  # the class of a module
    """This package, whose name a function of the API has, too: an import sets the package in its place."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        """What each of many rows costs: `ratecards.api.costs`."""
        from importlib import import_module

        return import_module("ratecards.api").costs(*args, **named)


sys.modules[__name__].__class__ = _Costs
