"""The read API behind the names of `ratecards`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cache
from time import time

from ratecards.catalog.asof import as_day
from ratecards.catalog.sellers import name_of
from ratecards.catalog.staleness import policy
from ratecards.costs import calls, moment
from ratecards.costs.breakdown import Breakdown
from ratecards.costs.calls import Asked
from ratecards.costs.moment import Moment
from ratecards.costs.plans import Again
from ratecards.costs.usage import PLAIN, Usage, read
from ratecards.dataset import VARIABLE, Dataset, directory, unsettled
from ratecards.errors import StaleError, StaleWarning
from ratecards.model import Rate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ratecards.storage.history import Change, Step

__all__ = ["StaleError", "StaleWarning", "as_of", "changes", "cost", "find", "load", "upcoming"]

Where = Dataset | str | os.PathLike[str] | None

# the environment as it is kept, where it is: looking there at every cost is ten times as quick
_environ: Mapping[Any, Any] = getattr(os.environ, "_data", os.environ)
_VARIABLE: Any = os.environ.encodekey(VARIABLE) if _environ is not os.environ else VARIABLE
_MOST_RECENT = 1024
_DAY = 86400
# what was asked, the seconds between which the answer is of today, and the answer for other numbers
_recent: dict[tuple[object, ...], tuple[int, int, Again]] = {}


def load(path: str | os.PathLike[str] | None = None, *, stale: str | None = None) -> Dataset:
    """The dataset at a path; without one the environment's (RATECARDS_DATASET), else the package's own.

    Where an answer is from a source that was not read for longer than its limit, `stale` says what to do: `allow`,
    `warn` (a `StaleWarning` once per source), or `error` (`StaleError`); without a word RATECARDS_STALE, else `warn`.
    A dataset in which a publication was interrupted is read as that publishes it, with a warning.
    """
    if words := unsettled(path):
        import warnings

        warnings.warn(words, stacklevel=2)
    return Dataset(directory(path), policy(stale))


@cache
def _opened(path: str) -> Dataset:
    return load(path or None)


def _dataset(where: Where) -> Dataset:
    return where if isinstance(where, Dataset) else _opened(os.fspath(where or os.environ.get(VARIABLE, "")))


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
    `{"images": {"1K": 3}}`; or an answer of Google's API as it came, or a list of them (`costs.answers`). An answer
    says its model, service tier and day where the caller does not, and must not say another; with `as_if` it is priced
    at what the caller says. A list is told apart into calls, or `each` says: True for a call each, False for the chunks
    of one. Raises `ratecards.errors.CostError`, which says what has no price and what has.
    """
    now = time()
    said: Any = usage
    try:
        key = (model, on, tier, plan, source, policy, dataset or _environ.get(_VARIABLE), *said)
        start, end, again = _recent[key]
        values = (*said.values(), 0)
    except (KeyError, TypeError, AttributeError):  # not asked before, or not a mapping
        pass
    else:
        if start <= now < end and (found := again.cost(values)):
            return found
    asked = Asked(model, tier, plan, source, policy, as_if)
    shelf = moment.shelf(_dataset(dataset), as_day(on), moment.today(now))
    if not isinstance(usage, Usage) and not (isinstance(usage, Mapping) and PLAIN.issuperset(usage)):
        from ratecards.costs import answers

        return calls.cost(shelf, answers.read(usage, each=each), asked)
    counts = read(usage)
    priced = calls.plan_of(shelf, model, tier, asked)
    found = priced.cost(counts)
    if isinstance(usage, Mapping) and (fresh := priced.again(usage, counts, found)):
        if len(_recent) >= _MOST_RECENT:
            _recent.clear()
        start = int(now) // _DAY * _DAY
        _recent[key] = start, start + _DAY, fresh
    return found


def find(on: date | str | None = None, dataset: Where = None, **columns: object) -> list[Rate]:
    """The rates whose columns have these values: `find(model="gemini-2.5-pro", meter="input", price="1.25")`."""
    return moment.find(moment.shelf(_dataset(dataset), as_day(on), moment.today()), columns)


def as_of(on: date | str, known_on: date | str | None = None, dataset: Where = None) -> Moment:
    """The dataset as of a day, with `find`, `cost`, `cards` and `upcoming` of its own.

    With `known_on` it is as it was known then: what was read later of that day, or read better, was not known yet.
    Raises `CostError` before the first observation, or where nothing was known.
    """
    return moment.moment(_dataset(dataset), on, known_on)


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
    own.tell(own.age(source, until or moment.today()) for source in own.holders(model))
    return listed


def upcoming(on: date | str | None = None, dataset: Where = None) -> list[Step]:
    """The price steps that a page dates for after a day (default: today, by the newest cards), soonest first."""
    from ratecards.storage.history import steps

    today = moment.today()
    shelf = moment.shelf(_dataset(dataset), as_day(on), today)
    cards = [offer.card for offer in shelf]
    shelf.tell(map(name_of, cards))
    return steps(cards, as_day(on) or today)
