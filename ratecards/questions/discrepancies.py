"""`ratecards discrepancies`: where official sources disagree, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from ratecards import wording
from ratecards.catalog import freshness
from ratecards.catalog.freshness import Age
from ratecards.catalog.reported import page_of
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.escaping import visible
from ratecards.model import Rate, RateCard, cell, plain
from ratecards.model.grade import authority
from ratecards.storage import bounded
from ratecards.storage.codec import AMOUNT
from ratecards.storage.rows import DAMAGE
from ratecards.tables import Table, paragraphs, records_table

_ABOUT = ("id", "state", "kind", "rule", "model", "service_tier", "plan", "meter", "modalities", "conditions")
_SIDES = ("left", "right")
COLUMNS = (
    *_ABOUT,
    *(f"{side}{what}" for side in _SIDES for what in ("", "_says", "_quote", "_since")),
    *("ratio", "recommended", "conservative", "first_seen", "last_seen", "closed_on", "moved", "because"),
)
Record = Mapping[str, Any]


def read(dataset: Dataset, states: Sequence[str], model: str | None, on: date | None = None) -> list[Record]:
    """The entries of `v1/discrepancies.json` in some states, of one model or all; those that stood `on` a day.

    A wheel has them in its database. Raises `DatasetError`.
    """
    packed, path = dataset.database.packed, dataset.path / "v1" / "discrepancies.json"
    try:
        data: Any
        if packed:
            path, data = Path(dataset.database.file), packed.discrepancies()
        else:
            data = json.loads(bounded.content(path))
    except OSError as error:
        raise DatasetError(f"{path}: {error}") from error
    except DAMAGE as error:
        raise DatasetError(f"{path}: not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("version") != 1:
        seen = data.get("version") if isinstance(data, dict) else type(data).__name__
        raise DatasetError(f"{path}: expected version 1, saw {seen!r}")
    try:
        entries = [e for e in data["discrepancies"] if e["state"] in states and (not model or e["model"] == model)]
        entries = [e for e in entries if on is None or e["first_seen"] <= str(on) < e.get("closed_on", "9999")]
        for entry in entries:  # one that lacks something is found here, where the file is known
            _row(entry), _block(entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: not a ledger of version 1: {type(error).__name__} {error}") from error
    return entries


def reported(dataset: Dataset, model: str | None, on: date | None) -> list[Record]:
    """What a third party held beside each other of several pages, in the form of entries whose state is `reported`.

    A price each, agreeing or not: those that no official edition had settled on a day, or has until now. Of those of a
    day it is told what settled them later.
    """
    found: list[Record] = []
    groups: dict[object, list[RateCard]] = {}
    for card in sorted(dataset.reports.known, key=lambda card: authority(page_of(card)) != "documentation"):
        if (on is None or card.observed <= on) and (not model or model in (card.model, *card.aliases)):
            groups.setdefault((card.source, card.observed, card.model), []).append(card)
    for left, *others in groups.values():
        ends = _settling(dataset, left) if others else None
        if ends is None or (on is not None and on < ends[0]):
            found += [entry for right in others for entry in _beside(left, right, ends)]
    return found


_Settled = tuple[date, RateCard]


def _settling(dataset: Dataset, card: RateCard) -> _Settled | None:
    """The first edition after a report in which the page that it is of has the model, with its card."""
    source = dataset.database.sources.get(page_of(card))
    if source is None:
        return None
    after = ((day, source.on(day)) for day in source.editions_after(card.observed))
    return next(((day, cards.card(name)) for day, cards in after for name in cards.called(card.model)), None)


def _beside(left: RateCard, right: RateCard, ends: _Settled | None) -> Iterator[Record]:
    """An entry for each price that is reported of both."""
    theirs = {rate.join_key: rate for rate in right.rates}
    for rate in left.rates:
        other = theirs.get(rate.join_key)
        if other is None or rate.price is None or other.price is None or rate.unit != other.unit:
            continue
        key = (left.source, str(left.observed), rate.join_key, page_of(right))
        says = "they differ" if rate.price != other.price else "they agree"
        after = _settled_rate(rate, ends[1], ends[0]) if ends else None
        yield {
            "id": sha256(repr(key).encode()).hexdigest()[:10],
            "state": "reported",
            "kind": "between",
            "rule": f"{says}, as {left.source} says; not official",
            **{name: getattr(rate, name) for name in ("model", "service_tier", "plan", "meter")},
            "modalities": [rate.modality] if rate.modality else [],
            "left": _side(left, rate),
            "right": _side(right, other),
            **dict.fromkeys(("first_seen", "last_seen"), str(left.observed)),
            "ratio": wording.exact_ratio(other.price / rate.price) if rate.price else "",
            "conservative": plain(max(rate.price, other.price)),
            "recommended": _says(_values(after)) + f" ({page_of(left)} of {ends[0]})"
            if ends and after
            else "none was official then",
            "because": f"settled by {page_of(left)} of {ends[0]}: {after.evidence.quote}" if ends and after else "",
        }


def _side(card: RateCard, rate: Rate) -> Record:
    evidence = {"quote": rate.evidence.quote, "locator": rate.evidence.locator, "observed": str(card.observed)}
    return {"source": page_of(card), **_values(rate), **evidence}


def _values(rate: Rate) -> dict[str, str]:
    return {name: cell(rate, name) for name in ("price", "currency", "unit", "availability")}


def _settled_rate(rate: Rate, card: RateCard, day: date) -> Rate | None:
    """What an official card has on a day in the place of a reported price."""
    for modality in (rate.modality, ""):
        key = replace(rate, modality=modality).join_key
        for other in card.rates:
            if replace(other, model=rate.model).join_key == key and other.price is not None and other.holds_on(day):
                return other
    return None


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


def _told(side: Record) -> str:
    """A side's words for people: the amount with two decimals at least."""
    return _says({**side, "price": _money(side["price"])}) if "price" in side else _says(side)


def _money(text: str) -> str:
    """An amount as published, with two decimals at least; other words, which a damaged file may hold, as they are."""
    return wording.money(Decimal(text)) if AMOUNT.match(text) else text


def discrepancies_text(entries: Sequence[Record], ages: Mapping[str, Age]) -> str:
    """A block for each entry, how many there are, and the ages of their sources."""
    told = sum(e["state"] == "reported" for e in entries)
    between = sum(e["kind"] == "between" for e in entries) - told
    within = len(entries) - told - between
    total = f"{between + within} discrepancies: {between} between sources, {within} within one"
    total += f"; {wording.count(told, 'price')} of two pages, only as reported\n" if told else "\n"
    note = paragraphs([freshness.note(ages.values())] if ages else [])
    return "".join(map(_block, entries)) + total + note


def _block(entry: Record) -> str:
    """One entry: what it is about, what each side says since when, and what to reckon with."""
    what = " ".join(w for w in (entry["service_tier"], entry["meter"], ", ".join(entry["modalities"])) if w)
    more = f" ({entry['conditions']})" if entry.get("conditions") else ""
    plan = " on the free plan" if entry["plan"] == "free" else ""
    lines = [f"{entry['model']}: {what}{more}{plan}", f"  {entry['id']}  {_standing(entry)}"]
    mark = ", reported" if entry["state"] == "reported" else ""
    width = max(len(entry[s]["source"]) for s in _SIDES) + len(mark)
    says = max(len(_told(entry[s])) for s in _SIDES)
    for side in _SIDES:
        said = entry[side]
        place = said["source"] if side == "left" or entry["kind"] == "between" else "by the rule"
        place += mark
        lines.append(f"  {place:<{width}}  {_told(said):<{says}}  {said['observed']}  {said['quote']}")
    if entry.get("conservative"):
        lines.append(f"  for a budget: {_money(entry['conservative'])}; recommended: {entry['recommended']}")
    if mark and entry["because"]:
        lines.append(f"  {entry['because']}")
    return "".join(f"{visible(line)}\n" for line in lines)


def _standing(entry: Record) -> str:
    words = f"{entry['state']} since {entry['first_seen']}: {entry['rule']}"
    if entry.get("ratio", "1") not in ("", "1"):
        words += f", x{entry['ratio']}"
    if entry["state"] == "closed":
        words += f"; closed {entry['closed_on']}, {entry['moved']}"
    return words + (f" ({entry['because']})" if entry.get("because") and entry["state"] != "reported" else "")
