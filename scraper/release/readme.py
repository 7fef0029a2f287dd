"""The tables of docs/cost.md, taken from the published ones: never by hand."""

from __future__ import annotations

import re
from pathlib import Path

from scraper.errors import DatasetError

# marker: published table, and the one section of it that is shown ("" for all of it)
SHOWN = {
    "cost-per-image": ("cost-per-image.md", "gemini-3.1-flash-image"),
    "elsewhere": ("elsewhere.md", ""),
}


def renewed(text: str, tables: Path) -> str:
    """The page's text with each marked table as published. Raises `DatasetError` on a missing marker or table."""
    for name, (file, section) in SHOWN.items():
        begin, end = f"<!-- table: {name} -->\n", f"<!-- end: {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise DatasetError(f"docs/cost.md: expected the markers {begin.strip()} and {end}")
        text = before + begin + _table(tables / file, section) + end + after
    return text


def _table(path: Path, section: str) -> str:
    """The first table of a published page, or that of the section whose heading names a model."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"{path}: expected a published table, saw {type(error).__name__}") from error
    found = re.search(rf"^#+ {re.escape(section)}\b.*?$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    rows = [line for line in (found[1] if found else "").splitlines() if line.startswith("|")]
    if not rows:
        raise DatasetError(f"{path}: expected a table under {section or 'its title'}, saw none")
    return "\n".join(rows) + "\n"
