"""What a command does with the streams it was given, and how it ends when somebody stops it: one line, no traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# 128 and the number of the signal, as shells have it
INTERRUPTED = 130


class _Closed(io.TextIOBase):
    """Standard output that was closed before we began."""

    def write(self, text: str, /) -> NoReturn:
        raise OSError(f"standard output is closed, {len(text)} characters could not be written")


def run(command: Callable[[], int], name: str, failed: int) -> int:
    """The exit status of a command; `failed` where its output cannot be written, 130 where it is interrupted."""
    sys.stdout = sys.stdout or _Closed()
    sys.stderr = sys.stderr or io.StringIO()
    try:
        try:
            code = command()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        say(f"{name}: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # who reads us has seen enough
        _drop()
        return 0
    except OSError as error:
        _drop()
        say(f"{name}: {error}")
        return failed
    return code


def say(text: str) -> None:
    """A line on stderr, if that takes it: there is nobody else to tell."""
    try:
        print(text, file=sys.stderr)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _drop() -> None:
    """What is still buffered is for nobody: the interpreter flushes once more at its end and must not complain."""
    with suppress(OSError):  # it has no handle
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
