"""`ratecards discrepancies`: where official sources disagree, side by side."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.storage import bounded
from ratecards.tables.fit import paragraph, safe
from ratecards.tables.render import csv_text, json_text

COLUMNS = (
    "id",
    "state",
    "kind",
    "rule",
    "model",
    "service_tier",
    "plan",
    "meter",
    "modalities",
    "conditions",
    "left",
    "left_says",
    "left_quote",
    "left_since",
    "right",
    "right_says",
    "right_quote",
    "right_since",
    "ratio",
    "recommended",
    "conservative",
    "first_seen",
    "last_seen",
    "closed_on",
    "moved",
    "because",
    *freshness.COLUMNS,  # of the older side
)
_OPEN = ("open",)
_SIDES = ("left", "right")


def discrepancies(args: Namespace) -> str:
    """The entries asked for, as a table, CSV or JSON."""
    dataset: Dataset = args.opened
    path = dataset.path / "v1" / "discrepancies.json"
    try:
        entries = [e for e in _read(path)["discrepancies"] if _wanted(e, args)]
        sources = {entry[side]["source"] for entry in entries for side in _SIDES}
        ages = {source: dataset.age(source, args.today) for source in sources}
        dataset.tell(ages.values())
        return _shown(entries, ages, args.format)
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: not a ledger of version 1: {type(error).__name__} {error}") from error


def _shown(entries: Sequence[Mapping[str, Any]], ages: Mapping[str, Age], style: str) -> str:
    if style in ("json", "csv"):
        rows = [{**_row(e), **freshness.columns(ages[e[side]["source"]] for side in _SIDES)} for e in entries]
        return json_text(rows) if style == "json" else csv_text(COLUMNS, rows)
    note = "".join(line + "\n" for line in paragraph(freshness.note(ages.values()))) if ages else ""
    return "".join(_block(e) for e in entries) + _total(entries) + note


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(bounded.content(path))
    except OSError as error:
        raise DatasetError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("version") != 1:
        seen = data.get("version") if isinstance(data, dict) else type(data).__name__
        raise DatasetError(f"{path}: expected version 1, saw {seen!r}")
    return data


def _wanted(entry: Mapping[str, Any], args: Namespace) -> bool:
    states = _OPEN if args.open else ("open", "accepted", "explained", "closed") if args.all else ("open", "accepted")
    return entry["state"] in states and (not args.model or entry["model"] == args.model)


def _row(entry: Mapping[str, Any]) -> dict[str, object]:
    row: dict[str, object] = {name: entry.get(name, "") for name in COLUMNS}
    row["modalities"] = ", ".join(entry["modalities"])
    for side in _SIDES:
        says = entry[side]
        row |= {side: says["source"], f"{side}_says": _says(says), f"{side}_quote": says["quote"]}
        row[f"{side}_since"] = says["observed"]
    return row


def _says(side: Mapping[str, Any]) -> str:
    if "price" not in side:
        allowed = f" {side['unit']}" if side["availability"] == "free" and side.get("unit") else ""
        return str(side["availability"]).replace("_", " ") + allowed
    unit = str(side["unit"]).replace("1000000 ", "1M ").replace("1000 ", "1,000 ")
    return f"{side['price']} {side.get('currency', '')} per {unit}"


def _block(entry: Mapping[str, Any]) -> str:
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
    return "".join(f"{safe(line)}\n" for line in lines)


def _standing(entry: Mapping[str, Any]) -> str:
    words = f"{entry['state']} since {entry['first_seen']}: {entry['rule']}"
    if entry.get("ratio"):
        words += f", x{entry['ratio']}"
    if entry["state"] == "closed":
        words += f"; closed {entry['closed_on']}, {entry['moved']}"
    return words + (f" ({entry['because']})" if entry.get("because") else "")


def _total(entries: Sequence[Mapping[str, Any]]) -> str:
    between = sum(e["kind"] == "between" for e in entries)
    return f"{len(entries)} discrepancies: {between} between sources, {len(entries) - between} within one\n"
