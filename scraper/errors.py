"""The verdicts. Each type says what to do next; each message names source, place, expected and seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class ScrapeError(Exception):
    """Base of every verdict on one source."""


class FetchFailed(ScrapeError):
    """Transport: nothing usable arrived. Try again later; the published card stays."""


class LayoutChanged(ScrapeError):
    """Bytes arrived but they are not the page we know. Fix the source module.

    `reading` is what can be read of them where nothing but unknown words speaks against the page.
    """

    def __init__(self, *words: object, reading: Any = None) -> None:
        super().__init__(*words)
        self.reading = reading


class UnknownTerm(ScrapeError):
    """A label, header, tab or phrase is not in the vocabulary. Fix the vocabulary or the grammar.

    `at` is where in a cell, blanks folded, the first word stands that is not understood; None where it is no such word.
    """

    def __init__(self, *words: object, at: int | None = None) -> None:
        super().__init__(*words)
        self.at = at


class DatasetError(ScrapeError):
    """What stands on disk is not a dataset we may build on (merge markers, truncation, other schema)."""


class UsageError(Exception):
    """The command line names something that there is not."""


@contextmanager
def readable(where: object, what: str, remedy: str = "") -> Iterator[None]:
    """Within it, whatever reading a file and taking its content apart raises is a `DatasetError`.

    It says the place (`where`), `what` was expected, the kind of error seen, and the `remedy`.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{where}: expected {what}, saw {type(error).__name__}{remedy}") from error
