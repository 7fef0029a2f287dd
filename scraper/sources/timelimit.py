"""How long one page may be read, its markup included: what is not read by then is no page we know.

Readers look at the time between cells. What does not, such as the parser of a page's markup, is interrupted by a timer,
where there is one: in the main thread, on systems with `SIGALRM`.
"""

from __future__ import annotations

import signal
import threading
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
    """Within it, `LayoutChanged` is raised once so many seconds have passed: by `look`, or by the timer."""
    token = _until.set(monotonic() + seconds)
    try:
        with _timer(seconds):
            yield
    finally:
        _until.reset(token)


def look(section: str) -> None:
    """Raise `LayoutChanged`, naming the section that is being read, when the time is over."""
    if monotonic() > _until.get():
        raise LayoutChanged(f"reading took too long and was stopped in the section {section!r}")


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    """The timer, unless somebody else's runs, or there can be none; readers have some time to look first."""
    able = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if seconds <= 0 or not able or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    # again and again: a library may catch what is raised in it
    signal.setitimer(signal.ITIMER_REAL, seconds * 1.1, 1)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # once more, where it went off in that very line
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(*_: object) -> None:
    raise LayoutChanged("reading took too long and was stopped outside of any section, as its markup was parsed")
