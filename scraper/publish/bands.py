"""`v1/bands.csv`, the price table that joins, and what must hold of it.

A look that finds a price changed goes on from the table as it stands, so that no history is read for it: `continued`
gives what the whole history would. `check` proves that it did.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ratecards.costing import bands
from ratecards.costing.bands import COLUMNS, KEY, LARGEST, PRICES, Spans
from ratecards.model import RateCard, grade
from ratecards.storage import database
from ratecards.storage.bounded import content
from ratecards.storage.history import Change, stamp_of
from ratecards.tables import csv_text
from scraper.publish.dataset import Dataset, whole_history

PATH = "ratecards/v1/bands.csv"
Row = Mapping[str, str]
# What a change of one of these kinds does to a name stands in the history alone.
_OF_NAMES = ("model_added", "model_removed", "model_renamed", "card_changed")


def anew(dataset: Dataset, names: Iterable[str], fresh: Mapping[str, Sequence[Change]] | None = None) -> str:
    """The table, from the whole history of each official source and what is about to be recorded there."""
    logs = {name: [*dataset.changes(name), *(fresh or {}).get(name, ())] for name in _official(names)}
    return _text({name: _whole(name, log) for name, log in logs.items()})


def text(dataset: Dataset, current: Mapping[str, Mapping[str, RateCard]], fresh: Mapping[str, Sequence[Change]]) -> str:
    """The table after a look: `current` are the cards that will stand, `fresh` the changes about to be recorded."""
    standing = _standing(dataset)
    found: dict[str, Spans] = {}
    for name in _official(current):
        spans, changes = standing.get(name), fresh.get(name, ())
        if spans is not None and changes:
            spans = _gone_on(spans, current[name], changes, dataset.state(name).observed[:10])
        found[name] = _whole(name, [*dataset.changes(name), *changes]) if spans is None else spans
    return _text(found)


def _official(names: Iterable[str]) -> list[str]:
    return [name for name in sorted(names, key=lambda name: name.split("/")) if grade.grade(name) == "official"]


def _whole(name: str, log: Sequence[Change]) -> Spans:
    with whole_history():
        return bands.of_source(database.Database(database.build({name: log}), "").sources[name])


def _text(found: Mapping[str, Spans]) -> str:
    return csv_text(COLUMNS, (row for name, spans in found.items() for row in bands.rows(name, spans)))


def _standing(dataset: Dataset) -> dict[str, Spans]:
    """The spans of each source as they stand; nothing where the table is of another version, or is damaged."""
    try:
        table = rows(content(dataset.root / PATH).decode())
        return {name: spans_of(own) for name, own in _by(table, lambda r: f"{r['provider']}/{r['source']}")}
    except (OSError, ValueError, ArithmeticError):
        return {}


def spans_of(found: Sequence[Mapping[str, str]]) -> Spans:
    """The spans of the rows of one source, as `rows` gave them."""
    spans: Spans = {}
    for row in found:
        over, up_to = (int(b) if (b := row[n]) else None for n in ("prompt_over", "prompt_up_to"))
        prices = tuple(Decimal(row[n]) if row[n] else None for n in PRICES)
        band = bands.Band(over, up_to, row["currency"], prices, tuple(row["depends"].split()))
        until = date.fromisoformat(row["until"]) if row["until"] else None
        span = bands.Span(date.fromisoformat(row["since"]), until, row["card"], ())
        own = spans.setdefault((row["model"], row["service_tier"], row["plan"]), [])
        if own and own[-1].since == span.since:
            span = own.pop()
        own.append(span._replace(bands=(*span.bands, band)))
    return spans


def rows(table: str) -> list[dict[str, str]]:
    """The rows of the table's text. Raises `ValueError` where it is not one of this version."""
    head, *lines = csv.reader(io.StringIO(table))
    if tuple(head) != COLUMNS:
        raise ValueError(f"expected the columns {', '.join(COLUMNS[:8])}, …; saw {', '.join(head[:8])}, …")
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


def _gone_on(spans: Spans, cards: Mapping[str, RateCard], changes: Sequence[Change], last: str) -> Spans | None:
    """The spans after changes of rates that were all seen on one day, the last one; None where it takes the history."""
    days = {stamp_of(change).observed for change in changes}
    touched = {change.model for change in changes}
    called = {name: own[-1].card for (name, *_), own in spans.items()}
    by_name = any(change.kind in _OF_NAMES for change in changes) or touched - called.keys()
    if by_name or len(days) > 1 or str(min(days)) < last:
        return None
    own = {name: cards[card] for name, card in called.items() if card in touched and card in cards}
    moved = bands.continued({key: span for key, span in spans.items() if key[0] in own}, min(days), own)
    return {key: span for key, span in spans.items() if key[0] not in own} | moved


# ------------------------------------------------------------------------------------------------ what must hold


def findings(dataset: Dataset, names: Iterable[str]) -> Iterator[str]:
    """What does not hold of the table that stands, one line each."""
    path = dataset.root / PATH
    table = path.read_text(encoding="utf-8") if path.is_file() else ""
    if table != anew(dataset, names):
        yield f"{path}: does not hold the prices of the histories; python -m scraper rebuild makes it anew"
    else:
        yield from (f"{path}: {words}" for words in laws(rows(table)))


def laws(table: Sequence[Row]) -> Iterator[str]:
    """What no join may meet: two rows for one call, a gap between two bands, a price that is not exact."""
    for key, own in _by(table, lambda row: tuple(row[name] for name in KEY if name != "card")):
        name = " ".join(key)
        spans = _by(own, lambda row: (row["since"], row["until"]))
        for ((since, until), _), ((later, _), _) in pairwise(spans):
            if not since < until <= later:
                yield f"{name}: days from {since} until {until or 'now'}, and again from {later}"
        for (since, until), band in spans:
            if until and until <= since:
                yield f"{name}: from {since} until {until}"
            over, up_to = ([row[bound] for row in band] for bound in ("prompt_over", "prompt_up_to"))
            sizes = [int(end) for end in ("-1", *up_to) if end]
            if over != ["", *up_to[:-1]] or "" in up_to[:-1] or any(end <= start for start, end in pairwise(sizes)):
                yield f"{name} since {since}: bands over {over} and up to {up_to}"
    for row in table:
        for column, price in PRICES.items():
            if row[column] and not _fits(Decimal(row[column]), price.places):
                yield f"{row['source']} {row['model']}: {column} is {row[column]}"
    yield from _twice(table)


def _fits(price: Decimal, places: int) -> bool:
    return 0 <= price < LARGEST and price == round(price, places)


def _twice(table: Iterable[Row]) -> Iterator[str]:
    """Names that two providers document on one day: a call that names no source would have two prices."""
    documented = (row for row in table if row["authority"] == "documentation")
    for model, own in _by(documented, lambda row: row["model"]):
        days = sorted({(row["since"], row["until"] or "9999", row["source"]) for row in own})
        for before, after in pairwise(days):
            if before[2] != after[2] and after[0] < before[1]:
                yield f"{model}: documented by {before[2]} and by {after[2]} since {after[0]}"


def _by(found: Iterable[Row], key: Callable[[Row], Any]) -> list[tuple[Any, list[Row]]]:
    """The rows by a key, in their order."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in found:
        groups[key(row)].append(row)
    return list(groups.items())
