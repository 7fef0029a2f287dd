"""`ratecards discrepancies`: where official sources disagree, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ratecards import wording
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.errors import DatasetError
from ratecards.escaping import visible
from ratecards.storage import bounded
from ratecards.tables.table import Table, records_table
from ratecards.tables.terminal import paragraphs

_ABOUT = ("id", "state", "kind", "rule", "model", "service_tier", "plan", "meter", "modalities", "conditions")
_SIDES = ("left", "right")
COLUMNS = (
    *_ABOUT,
    *(f"{side}{what}" for side in _SIDES for what in ("", "_says", "_quote", "_since")),
    *("ratio", "recommended", "conservative", "first_seen", "last_seen", "closed_on", "moved", "because"),
)
Record = Mapping[str, Any]


def read(path: Path, states: Sequence[str], model: str | None) -> list[Record]:
    """The entries of `v1/discrepancies.json` in some states, of one model or all. Raises `DatasetError`."""
    try:
        data = json.loads(bounded.content(path))
    except OSError as error:
        raise DatasetError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("version") != 1:
        seen = data.get("version") if isinstance(data, dict) else type(data).__name__
        raise DatasetError(f"{path}: expected version 1, saw {seen!r}")
    try:
        entries = [e for e in data["discrepancies"] if e["state"] in states and (not model or e["model"] == model)]
        for entry in entries:  # one that lacks something is found here, where the file is known
            _row(entry), _block(entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: not a ledger of version 1: {type(error).__name__} {error}") from error
    return entries


def sources(entries: Iterable[Record]) -> set[str]:
    """The sources that disagree."""
    return {entry[side]["source"] for entry in entries for side in _SIDES}


def discrepancies(entries: Iterable[Record], ages: Mapping[str, Age]) -> Table:
    """A row per entry, with the age of its older side."""

    def age(entry: Record) -> dict[str, Any]:
        return {**freshness.columns(ages[entry[side]["source"]] for side in _SIDES)}

    return records_table((*COLUMNS, *freshness.COLUMNS), ({**_row(e), **age(e)} for e in entries))


def _row(entry: Record) -> dict[str, Any]:
    row = {name: entry.get(name, "") for name in COLUMNS} | {"modalities": ", ".join(entry["modalities"])}
    for side in _SIDES:
        says = entry[side]
        row |= {side: says["source"], f"{side}_says": _says(says), f"{side}_quote": says["quote"]}
        row[f"{side}_since"] = says["observed"]
    return row


def _says(side: Record) -> str:
    if "price" not in side:
        allowed = f" {side['unit']}" if side["availability"] == "free" and side.get("unit") else ""
        return wording.exact_amount(side) + allowed
    return f"{side['price']} {side.get('currency', '')} per {wording.unit(side['unit'])}"


def discrepancies_text(entries: Sequence[Record], ages: Mapping[str, Age]) -> str:
    """A block for each entry, how many there are, and the ages of their sources."""
    between = sum(e["kind"] == "between" for e in entries)
    total = f"{len(entries)} discrepancies: {between} between sources, {len(entries) - between} within one\n"
    note = paragraphs([freshness.note(ages.values())] if ages else [])
    return "".join(map(_block, entries)) + total + note


def _block(entry: Record) -> str:
    """One entry: what it is about, what each side says since when, and what to reckon with."""
    what = " ".join(w for w in (entry["service_tier"], entry["meter"], ", ".join(entry["modalities"])) if w)
    more = f" ({entry['conditions']})" if entry.get("conditions") else ""
    plan = " on the free plan" if entry["plan"] == "free" else ""
    lines = [f"{entry['model']}: {what}{more}{plan}", f"  {entry['id']}  {_standing(entry)}"]
    width = max(len(entry[s]["source"]) for s in _SIDES)
    says = max(len(_says(entry[s])) for s in _SIDES)
    for side in _SIDES:
        said = entry[side]
        place = said["source"] if side == "left" or entry["kind"] == "between" else "by the rule"
        lines.append(f"  {place:<{width}}  {_says(said):<{says}}  {said['observed']}  {said['quote']}")
    if entry.get("conservative"):
        lines.append(f"  for a budget: {entry['conservative']}; recommended: {entry['recommended']}")
    return "".join(f"{visible(line)}\n" for line in lines)


def _standing(entry: Record) -> str:
    words = f"{entry['state']} since {entry['first_seen']}: {entry['rule']}"
    if entry.get("ratio"):
        words += f", x{entry['ratio']}"
    if entry["state"] == "closed":
        words += f"; closed {entry['closed_on']}, {entry['moved']}"
    return words + (f" ({entry['because']})" if entry.get("because") else "")
