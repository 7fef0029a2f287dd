"""Tables that are written by a command and never by hand: of docs/cost.md, and whose word each source is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ratecards.bill.sku import Vocabulary
from ratecards.model.grade import REPORTED
from scraper import ROOT
from scraper.errors import DatasetError
from scraper.sources import SOURCES, cloud_billing, vocabulary

# marker: published table, and the one section of it that is shown ("" for all of it)
SHOWN = {
    "cost-per-image": ("cost-per-image.md", "gemini-3.1-flash-image"),
    "elsewhere": ("elsewhere.md", ""),
}


def renewed(text: str, tables: Path) -> str:
    """The page's text with each marked table as published. Raises `DatasetError` on a missing marker or table."""
    for name, (file, section) in SHOWN.items():
        text = _between(text, name, _table(tables / file, section), "docs/cost.md")
    return text


def authorities() -> dict[str, str]:
    """By source, whose word it is: as its vocabulary says, and what is kept below `manual/` alone is by hand."""
    kept = {f"{path.parent.parent.name}/{path.parent.name}" for path in (ROOT / "manual").glob("*/*/*.yaml")}
    found = {source.name: source.head.authority for source in SOURCES if not source.reported}
    by_hand = (name for name in sorted(kept - found.keys()) if not name.startswith(REPORTED))
    return {**{name: word for name, word in found.items() if word}, **dict.fromkeys(by_hand, "by hand")}


def with_authorities(text: str) -> str:
    """The text of `ratecards/model/grade.py` with the table of authorities as the vocabularies have it."""
    rows = "".join(f'    "{name}": "{word}",\n' for name, word in authorities().items())
    return re.sub(r"^(AUTHORITY = \{\n)[^}]*", rf"\g<1>{rows}", text, count=1, flags=re.MULTILINE)


def skus() -> str:
    """The text of `ratecards/bill/skus.json`: the words of the Cloud Billing Catalog, by which bills are read too."""
    path = cloud_billing.VOCABULARY
    data = vocabulary.sections(path.read_text(encoding="utf-8"), path.name)
    return json.dumps({name: data[name] for name in Vocabulary._fields}, separators=(",", ":")) + "\n"


def with_scorecard(text: str, scorecard: str) -> str:
    """The text of docs/sources.md with its two tables (`scorecard.tables`). Raises `DatasetError` without a marker."""
    return _between(text, "scorecard", scorecard, "docs/sources.md")


def _between(text: str, name: str, made: str, where: str) -> str:
    begin, end = f"<!-- table: {name} -->\n", f"<!-- end: {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise DatasetError(f"{where}: expected the markers {begin.strip()} and {end}")
    return before + begin + made + end + after


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
