"""The verdicts. Each type says what to do next; each message names source, place, expected and seen."""

from __future__ import annotations


class ScrapeError(Exception):
    """Base of every verdict on one source."""


class FetchFailed(ScrapeError):
    """Transport: nothing usable arrived. Try again later; the published card stays."""


class LayoutChanged(ScrapeError):
    """Bytes arrived but they are not the page we know. Fix the source module."""


class UnknownTerm(ScrapeError):
    """A label, header, tab or phrase is not in the vocabulary. Fix the vocabulary or the grammar."""


class DatasetError(ScrapeError):
    """What stands on disk is not a dataset we may build on (merge markers, truncation, other schema)."""
