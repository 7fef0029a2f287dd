"""What a page taught: its unknown words that numbers proved, as lines of the vocabulary and as a case of the tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from ratecards.model import COLUMNS, Rate, row
from scraper import ROOT
from scraper.checks.proofs import Known
from scraper.cli.doctor import keep_case, vocabulary_file, worded
from scraper.errors import LayoutChanged
from scraper.fetch.capture import text
from scraper.fetch.client import Page
from scraper.model import Inferred, Reading
from scraper.pipeline import second_pass
from scraper.sources import Source
from scraper.sources.vocabulary import lines, merged, sections

# The same on every row of a source, or no part of what was read.
LEFT_OUT = ("provider", "source", "locator", "reading")


def learned(source: Source, page: Page, known: Known) -> tuple[Reading, Sequence[Inferred]]:
    """The page as the second pass reads it, and the words that it proves. Raises `LayoutChanged`."""
    try:
        reading = source.read(text(page), copy=page.copy)
    except LayoutChanged as error:
        if error.reading is None:
            raise
        reading = error.reading
    return second_pass.infer(source.module, reading, known)


def written(
    source: Source,
    pages: Mapping[str, Page],
    found: Mapping[str, tuple[Reading, Sequence[Inferred]]],
    case: str,
    vocabulary: Path | None,
) -> list[str]:
    """Append the proven words to the vocabulary and keep the pages as a case; what was done, in lines."""
    inferred = {one.words: one for _, own in found.values() for one in own}
    if not inferred:
        return [f"{source.name}: no unknown word is proven; `doctor` lists those that are not"]
    path = vocabulary or ROOT / vocabulary_file(worded(source))
    patch = merged(sections("\n".join(one.lines), "lines") for one in inferred.values())
    before = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text("\n".join([before, "", *lines(patch)]) + "\n", encoding="utf-8")
    out = [f"{source.name}: {one.words} ({one.proof}, {len(one.places)} rows)" for one in inferred.values()]
    day = next(iter(pages.values())).fetched_at.date()
    folder = keep_case(source, case or f"learned-{day}", pages, whole=True)
    reading = next(reading for reading, own in found.values() if own)
    (folder / "expected.csv").write_text(table(reading.rates()), encoding="utf-8")
    return [
        *out,
        f"wrote {len(lines(patch))} lines to {path}",
        f"kept as {folder}",
        "review both before you commit them",
    ]


def table(rates: Sequence[Rate]) -> str:
    """Rates as `expected.csv` of a case has them: a line each, of the columns those that say something."""
    rows = [row(rate) for rate in rates]
    columns = [name for name in COLUMNS if name not in LEFT_OUT and any(rate[name] for rate in rows)]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
