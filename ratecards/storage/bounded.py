"""Files are read whole and bounded: a pipe, a device or something huge is an error, and nothing is waited for."""

from __future__ import annotations

import os
import stat
import sys

# Beside a dataset's data: what is about to be moved into place, and the list of it, which is the decision.
STAGING, JOURNAL = ".staging", "journal.json"
# Far beyond the largest file of a dataset, and far from what a machine cannot hold.
MOST = 100_000_000
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}


def opened(path: str | os.PathLike[str], most: int = MOST) -> int:
    """The handle of a regular file of at most so many bytes, open for reading. Raises `OSError`, and never waits."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise OSError(f"expected a file that can be read, saw: {error}") from error
    found = os.fstat(handle)
    regular = stat.S_ISREG(found.st_mode)
    if regular and found.st_size <= most:
        return handle
    os.close(handle)
    if not regular:
        raise OSError(f"expected a file, saw {_KINDS.get(stat.S_IFMT(found.st_mode), 'a device')}")
    raise OSError(f"expected at most {most:,} bytes, saw {found.st_size:,}")


def content(path: str | os.PathLike[str], most: int = MOST) -> bytes:
    """All of a regular file of at most so many bytes. Raises `OSError` on a larger one, a pipe, a device, a folder."""
    with os.fdopen(opened(path, most), "rb") as file:
        found = file.read(most + 1)  # some files are longer than they say
    if len(found) > most:
        raise OSError(f"expected at most {most:,} bytes, saw more")
    return found


def given(name: str, most: int = MOST) -> bytes:
    """The content of a file, or of standard input for `-`. Raises `OSError`."""
    if name != "-":
        return content(name, most)
    if sys.stdin is None:
        raise OSError("expected standard input, saw it closed")
    found = sys.stdin.buffer.read(most + 1)
    if len(found) > most:
        raise OSError(f"expected at most {most:,} bytes, saw more")
    return found


def text(path: str | os.PathLike[str], most: int = MOST) -> str:
    """The same as UTF-8, with plain line ends. Raises `UnicodeDecodeError`, too."""
    return content(path, most).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
