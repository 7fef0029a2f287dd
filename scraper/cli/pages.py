"""The commands on a saved page: read it, say why it is not read, hold it against the cases, make history of it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ratecards.escaping import plain_text
from ratecards.model import Rate, row
from ratecards.wording import exact_name, exact_price
from scraper.checks.proofs import Known
from scraper.cli.doctor import covered, examine, keep_case, strange
from scraper.cli.learn import learned, written
from scraper.cli.run import moment, named_source, say, writing
from scraper.diff import consistency
from scraper.errors import DatasetError, LayoutChanged
from scraper.fetch.all_sources import getter, look
from scraper.fetch.capture import load_any, load_for_history, text
from scraper.fetch.client import Page
from scraper.model import EXIT, page_status
from scraper.pipeline import backfill as history
from scraper.pipeline import second_pass
from scraper.publish import v1_files
from scraper.publish.dataset import Dataset
from scraper.sources import Source


def read(options: argparse.Namespace) -> int:
    """Print what would be published of one page; problems go to stderr, the exit status is the verdict."""
    source = named_source(options.source)
    try:
        page = load_any(options.file, source, datetime.now(UTC))
        reading = source.read(text(page), copy=page.copy)
    except LayoutChanged as error:
        _complain(f"NOT_READ {options.file}: {error}")
        return EXIT["NOT_READ"]
    for problem in reading.problems:
        _complain(str(problem))
    outcome = page_status(reading)
    whole = outcome in ("READ", "PARTLY_READ")
    rates = reading.rates() if whole else []
    held = [*reading.rates(held_back=True), *(() if whole else reading.rates())]
    _print_rates(rates, held if options.all else None, options.format, outcome)
    for words in reading.suspicions:
        _complain(f"SUSPECT: {words}")
    _complain(f"{outcome}: {len(rates)} rates of {len({r.model for r in rates})} models; {reading.accounted}")
    return 0 if outcome == "READ" else EXIT[outcome]


def _complain(words: str) -> None:
    print("\n".join(plain_text(line) for line in words.splitlines()), file=sys.stderr)


def _print_rates(published: Sequence[Rate], unpublished: Sequence[Rate] | None, style: str, outcome: str) -> None:
    """Rates in one of the formats; where the `unpublished` are asked for, each row of them says what holds it."""
    rates = [*published, *(unpublished or ())]
    held = [*("" for _ in published), *(outcome for _ in unpublished or ())]
    if style == "table":
        for rate, mark in zip(rates, held, strict=True):
            name = f"HELD {rate.model:31}" if mark else f"{rate.model:36}"
            print(plain_text(f"{name} {exact_name(rate)}: {exact_price(row(rate))}"))
    elif unpublished is None:
        sys.stdout.write(v1_files.rates_csv(rates) if style == "csv" else v1_files.rate_json(rates))
    elif style == "csv":
        head, *rows = csv.reader(io.StringIO(v1_files.rates_csv(rates)))
        marked = [[*row, mark] for row, mark in zip(rows, held, strict=True)]
        csv.writer(sys.stdout, lineterminator="\n").writerows([[*head, "held"], *marked])
    else:
        records = zip(json.loads(v1_files.rate_json(rates)), held, strict=True)
        lines = (json.dumps({**row, **({"held": mark} if mark else {})}, ensure_ascii=False) for row, mark in records)
        sys.stdout.write("[" + ",".join(f"\n{line}" for line in lines) + "\n]\n")


def doctor(options: argparse.Namespace) -> int:
    """Every place that is not understood, the nearest known terms, and the lines that would settle it."""
    source = named_source(options.source)
    pages, code = _patients(source, options.file)
    known = _known(options.to, source)
    for name, page in pages.items():
        lines, found = examine(source, name, page, known)
        print("\n".join(plain_text(line) for line in lines))
        code = max(code, found)
    if options.keep and pages:
        print(f"kept as {keep_case(source, options.keep, pages)}")
    return code


def _known(root: Path, source: Source) -> Known | None:
    """What is published of a source; None where nothing is, or it cannot be read."""
    try:
        cards = Dataset(root).cards(source.name)
    except DatasetError:
        return None
    published = second_pass.published(cards, source.module.renames())
    factors = consistency.findings(published.values(), datetime.now(UTC).date(), {})[1]
    return Known(published, factors) if published else None


def learn(options: argparse.Namespace) -> int:
    """Write what the numbers of a page prove of its unknown words into the vocabulary, and the page as a case."""
    source = named_source(options.source)
    pages, code = _patients(source, options.file)
    known = _known(options.to, source)
    if known is None:
        raise DatasetError(
            f"{options.to}: expected published cards of {source.name}, by which words are proven; saw none"
        )
    found = {name: learned(source, page, known) for name, page in pages.items()}
    for line in written(source, pages, found, options.case, options.vocabulary):
        print(plain_text(line))
    return code


def canary(options: argparse.Namespace) -> int:
    """Words of prices on a page that no kept case has: exit 1, for then the tests are behind the page."""
    source = named_source(options.source)
    known = covered(source)
    pages, code = _patients(source, options.file)
    try:
        readings = [source.read(text(page), copy=page.copy) for page in pages.values()]
    except LayoutChanged as error:
        _complain(f"NOT_READ: {error}")
        return EXIT["NOT_READ"]
    found = strange(readings, known)
    for place in found.values():
        print(plain_text(f"{source.name}: no case has {place}"))
    if readings and not found:
        print(f"{source.name}: the cases have every shape of price that stands there")
    elif found:
        print(f"keep the page as a case: python -m scraper doctor {source.name} --keep NAME")
    return max(code, 1 if found else 0)


def _patients(source: Source, file: Path | None) -> tuple[Mapping[str, Page], int]:
    """The pages to examine, by name: a saved one, or those of now; and what kept others from coming."""
    if file:
        return {file.name: load_any(file, source, datetime.now(UTC))}, 0
    now = datetime.now(UTC)
    edition = look(source, getter(source, lambda: now), now, {})
    for kind, error in {**edition.failed, **edition.not_read}.items():
        _complain(f"{kind}: {error}")
    missing = "NOT_READ" if edition.not_read else "NOT_FETCHED"
    return edition.pages, EXIT[missing] if edition.not_read or not edition.pages else 0


def backfill(options: argparse.Namespace) -> int:
    """History from saved pages, in date order, without holds; a second reading of an edition gives corrections."""
    source = named_source(options.source)
    pages = [load_for_history(path, source, options.date) for path in options.file]
    with writing(options.to) as dataset:
        worst = 0
        for verdict, paths, at in history.backfill(dataset, source, pages, options.file, moment(options.now)):
            say([verdict], at, paths, dry=False)
            worst = max(worst, verdict.exit)
    return worst
