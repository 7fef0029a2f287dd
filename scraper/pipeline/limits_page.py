"""The limits page on its way into the dataset: evaluated like any page, kept as one card of its own, without rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ratecards.storage import limits
from scraper.fetch.capture import Capture
from scraper.fetch.client import decode
from scraper.model import GOOD, SourceResult
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.publish.dataset import LIMITS_PATH, Dataset
from scraper.sources import Source


def evaluate_limits(dataset: Dataset, source: Source, capture: Capture, now: datetime) -> SourceResult:
    """The result of an attempt at the limits page; what is to be written stands in its `files`.

    A section that is not known leaves the others as they are; in one that is, nothing may be unread.
    """
    from scraper.sources.rate_limits import is_known, read_limits

    before, state = dataset.limits(), dataset.state(source.name)
    # without a card a page that was read before is read again: what it says stands nowhere
    previous = Previous(state if before else replace(state, hashes={}), dict)
    result = replace(evaluate(source, capture, previous, None, now), cards=None)
    if result.outcome not in (*GOOD, "PARTLY_READ") or result.reading is None:
        return result
    if any(map(is_known, result.reading.unread)):
        return result  # the card has one day, and what it was read from would no longer be of that day alone
    page = next(iter(capture.pages.values()))
    card, _, _ = read_limits(decode(page))
    same = before is not None and replace(before, observed=None, capture="") == card
    if result.outcome in GOOD:
        result = replace(result, outcome="NEW" if before is None else "UNCHANGED" if same else "CHANGED")
    if same:
        return result
    dated = replace(card, observed=capture.at.date(), capture=f"sha256:{page.sha256}")
    return replace(result, files={LIMITS_PATH: limits.encode(dated)})
