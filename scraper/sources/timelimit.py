"""How long one source may be read: looked at between cells, for a page that is not read by then is none we know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from scraper.errors import LayoutChanged

# A page of 5,000 models, a hundred times the real one, takes some twenty seconds on a small machine.
SECONDS = 120.0
_until: ContextVar[float] = ContextVar("until", default=float("inf"))


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Within it, `look` raises once so many seconds have passed."""
    token = _until.set(monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def look(section: str) -> None:
    """Raise `LayoutChanged`, naming the section that is being read, when the time is over."""
    if monotonic() > _until.get():
        raise LayoutChanged(f"reading took too long and was stopped in the section {section!r}")
