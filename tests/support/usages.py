"""The usage of one call, however it is said."""

from __future__ import annotations

from collections.abc import Mapping

from ratecards.costing.counts import PLAIN, Usage, usage_of
from ratecards.costing.usage import answers
from ratecards.errors import CostError


def read(usage: object) -> Usage:
    """The usage that plain counts say, or one answer of Google's API. Raises `CostError`."""
    if isinstance(usage, Usage):
        return usage
    if isinstance(usage, Mapping) and PLAIN.issuperset(usage):
        return usage_of(usage)
    answer, *more = answers(usage)
    if more:
        raise CostError(f"expected the usage of one call, saw those of {len(more) + 1}")
    return usage_of(answer.counts)._replace(notes=answer.notes)
