"""What is raised where the data is not there or too old, or has no one answer."""

from __future__ import annotations


class CostError(ValueError):
    """What was asked has no one answer in the rate cards; the message says what is missing and what there is."""


class SeveralPricesError(CostError):
    """What was asked for has a price, but which depends on more than was said."""


class DatasetError(ValueError):
    """The dataset, or what was asked of it, is not there; the message names path, expected and seen."""


class StaleError(DatasetError):
    """A source was not read for longer than its limit, and the caller wants no answer from such a one."""


class StaleWarning(UserWarning):
    """A source was not read for longer than its limit: what it says may no longer be so."""


class ReportedWarning(UserWarning):
    """An answer is of prices that somebody else says a provider's page has: none of its own pages was read for it."""
