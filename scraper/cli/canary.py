"""Whether the kept cases still look like the live pages: words of prices that no case has.

The tests stay offline, so they go on passing on pages that nobody serves any more. This is what notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from scraper.cli.doctor import CASES, case_folder
from scraper.errors import DatasetError
from scraper.reading import Reading
from scraper.sources import Source

_NUMBER = re.compile(r"[0-9][0-9.,]*")


def shape(words: str) -> str:
    """Words of a cell without its numbers: `$0.30 (text)` and `$12 (text)` are of one shape."""
    return " ".join(_NUMBER.sub("0", words).split()).casefold()


def covered(source: Source, cases: Path = CASES) -> str:
    """All that the cases of a source say, in one shape. Raises `DatasetError` where it has none."""
    folder = case_folder(source, cases)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    if not files:
        raise DatasetError(f"{folder}: expected the kept cases of {source.name}, saw none")
    return "\n".join(shape(path.read_text(encoding="utf-8", errors="replace")) for path in files)


def strange(readings: Iterable[Reading], known: str) -> dict[str, str]:
    """By shape, one place of each quoted price whose words no case has."""
    found: dict[str, str] = {}
    for reading in readings:
        for rate in reading.rates():
            words = shape(rate.evidence.quote)
            if rate.price is not None and words not in known:
                found.setdefault(words, f"{rate.evidence.quote!r} at {rate.evidence.locator}")
    return found
