"""The body of a pack in the making: the file that is open, and those that are full and are never touched again."""

from __future__ import annotations

from collections.abc import Sequence

from ratecards.storage.pack import FILE, part
from ratecards.storage.packrow import Place

# So many bytes fill a file: more, where it begins with more than half of that.
FULL = 4_000_000


class Body:
    """Lines by their place, which counts through all files.

    `past` are the sizes of the full files, which are not at hand; `tail` is what stands in the open one, of which
    the first `kept` bytes are the cards that it began with. Without a limit no file is ever full.
    """

    def __init__(self, past: Sequence[int] = (), tail: bytes = b"", kept: int = 0, *, limited: bool = True) -> None:
        self.past, self.kept, self._limited = list(past), kept, limited
        self._start = sum(past)
        self._old, self._new = tail, bytearray()
        self._closed: dict[int, bytes] = {}

    def put(self, line: bytes) -> Place:
        """Add a line; where it stands."""
        at = self._start + self.size
        self._new += line
        return [at, len(line)]

    def at(self, place: Place) -> bytes:
        """What stands there. Raises `ValueError` where that is not at hand."""
        first, size = place[0] - self._start, place[1]
        if first >= len(self._old):
            first -= len(self._old)
            return bytes(self._new[first : first + size])
        if first >= 0:
            return self._old[first : first + size]
        start = max(start for start in self._closed if start <= place[0])
        return self._closed[start][place[0] - start : place[0] - start + size]

    @property
    def size(self) -> int:
        """The bytes of the open file."""
        return len(self._old) + len(self._new)

    @property
    def full(self) -> bool:
        """Whether the open file is."""
        return self._limited and self.size >= max(FULL, 2 * self.kept)

    def close(self) -> None:
        """Begin a new file."""
        self._closed[self._start] = b"".join((self._old, self._new))
        self.past.append(self.size)
        self._start += self.size
        self._old, self._new = b"", bytearray()

    def files(self, front: bytes) -> dict[str, bytes]:
        """The open file behind a front, and those that were filled, by name."""
        first = len(self.past) - len(self._closed) + 1
        full = {part(number): data for number, data in enumerate(self._closed.values(), first)}
        return {FILE: b"".join((front, self._old, self._new)), **full}
