"""OpenAI's pricing page of 2025, of which there are copies alone: Markdown that others made of it.

It is here for the history of those days: nothing else needs this module, its vocabulary and the cases era-2025-*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from scraper.model import Reading
from scraper.prices.normalize import label_key
from scraper.sources.table_reader import TableSource

_PAGE = re.compile(r"\s*(?:# Pricing\n.*?)?^### Text tokens$", re.DOTALL | re.MULTILINE)
_SOURCE = TableSource(Path(__file__).with_name("openai_2025.yaml"))
_QUALITIES = ("low", "medium", "high", "standard", "hd")
_FREE = re.compile(r"Our `(omni-moderation)` models are made available free of charge")


def is_it(body: str) -> bool:
    """Whether a text is that page."""
    return _PAGE.match(body) is not None


def read(body: str) -> Reading:
    """Read one copy. Raises `LayoutChanged` when it is not whole; unknown terms are in the reading."""
    return _SOURCE.read("\n".join(_as_tables(body.split("\n"))))


def _as_tables(lines: Sequence[str]) -> Iterator[str]:
    """Tables with full rows: a second header starts a second table, a spanned model cell is repeated.

    The sentence that says that a model is free is a table, too.
    """
    first, parted = "", False
    for line in lines:
        cells = line.strip().removeprefix("|").removesuffix("|").split("|")
        if not line.startswith("|"):
            parted = False
            yield f"| Model | Input |\n| --- | --- |\n| {m[1]}-latest | {line} |" if (m := _FREE.match(line)) else line
        elif not line.strip("| \t"):
            parted = True
            yield ""
        elif label_key(cells[0]) in _QUALITIES:
            yield f"|{first}{line}"
        else:
            first = cells[0]
            yield line
            if parted:
                yield "| --- " * len(cells) + "|"
                parted = False
