"""A wall-clock limit on a block, also inside of the regular-expression engine, which looks for signals as it runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deadline(seconds: float, words: str) -> Iterator[None]:
    """Raise `AssertionError` with the words where the block takes longer than so many seconds."""

    def late(*_: object) -> None:
        raise AssertionError(f"longer than {seconds} s: {words}")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
