"""The limits page on its way into the dataset: judged like any page, kept as one card of its own, without rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ratecards.storage import bounded, limits
from ratecards.storage.codec import CodecError
from ratecards.storage.limits import LimitsCard
from scraper.errors import DatasetError
from scraper.fetch.capture import Edition
from scraper.fetch.client import decode
from scraper.pipeline.judge import judge
from scraper.publish.dataset import Dataset
from scraper.sources import Source
from scraper.verdict import GOOD, Verdict

NAME = "google/rate-limits"
PATH = "ratecards/cards/google/rate-limits/limits.yaml"


def published(dataset: Dataset) -> LimitsCard | None:
    """The published card; None before the first. Raises `DatasetError` on damage."""
    path = dataset.root / PATH
    if not path.exists():
        return None
    try:
        return limits.decode(bounded.text(path), str(path))
    except CodecError as error:
        raise DatasetError(f"damaged limits, restore them from git: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"damaged limits, restore them from git: {path}: {error}") from error


def judge_limits(dataset: Dataset, source: Source, edition: Edition, now: datetime) -> Verdict:
    """The verdict on an edition of the limits page; what is to be written stands in `Verdict.files`.

    A section that is not known leaves the others as they are; in one that is, nothing may be unread.
    """
    from scraper.sources.rate_limits import is_known, read_limits

    before = published(dataset)
    state = dataset.state(source.name)
    # without a card a page that was read before is read again: what it says stands nowhere
    verdict = judge(source, edition, state if before else replace(state, hashes={}), dict, now, hold=False)
    verdict.cards = None
    if verdict.outcome not in (*GOOD, "PARTLY_READ") or verdict.reading is None:
        return verdict
    if any(map(is_known, verdict.reading.unread)):
        return verdict  # the card has one day, and what it was read from would no longer be of that day alone
    page = next(iter(edition.pages.values()))
    card, _, _ = read_limits(decode(page))
    same = before is not None and replace(before, observed=None, capture="") == card
    if verdict.outcome in GOOD:
        verdict.outcome = "NEW" if before is None else "UNCHANGED" if same else "CHANGED"
    if not same:
        fresh = replace(card, observed=edition.at.date(), capture=f"sha256:{page.sha256}")
        verdict.files = {PATH: limits.encode(fresh)}
    return verdict
