"""What `check` proves of a dataset: history folds to cards, each quote holds its amount, files are as described.

Every check yields a line for what does not hold. Reads, writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratecards.catalog.priced_model import measure
from ratecards.model import Rate, RateCard, canonical_order, plain
from ratecards.storage import history
from scraper.errors import DatasetError
from scraper.prices.lexicon import AMOUNT, COUNTED, money
from scraper.publish import bands, held, package, reported, schemas, v1_files
from scraper.publish.dataset import Dataset
from scraper.storage import card_files

_JSON_NUMBER = re.compile(r"(?<=[\[,])[0-9]+(?:\.[0-9]+)?(?=[,\]])")
_FEW = 5  # errors of one file that are told
_NUMBER = re.compile(r"(?<![0-9.,])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?![0-9]|[.,][0-9])")


def findings(dataset: Dataset, today: date) -> list[str]:
    """What does not hold, one line each; empty when the dataset is sound."""
    found: list[str] = []
    names = dataset.names()
    if not names:
        return [f"{dataset.root}: expected cards under ratecards/cards, saw none"]
    for name in names:
        try:
            found += _source(dataset, name, today)
        except (DatasetError, history.HistoryError) as error:
            found.append(f"{name}: {error}")
    return found or [*_published(dataset, names)] or [*files_as_described(dataset.root)]


def _source(dataset: Dataset, name: str, today: date) -> Iterator[str]:
    state = dataset.state(name)
    cards = dataset.cards(name, state.models or None)
    folded = history.replay(dataset.changes(name))
    if folded != cards:
        differ = sorted(m for m in {*folded, *cards} if folded.get(m) != cards.get(m))
        yield f"{name}: the history does not fold to the cards of {', '.join(differ)}"
    for model, card in sorted(cards.items()):
        if card_files.encode(card) != (dataset.root / dataset.card_path(name, model)).read_text(encoding="utf-8"):
            yield f"{name}/{model}: the file is not in canonical form"
        for rate in card.rates:
            yield from _evidence(rate)
        yield from _lapsed(card, today)
    for key in sorted(held.kept(dataset, name).keys() - state.holds.keys()):
        yield f"{name}: {held.path_of(name)} holds {key}, which the state does not know"
    seen, read = state.amounts.get("seen", 0), state.amounts.get("read", 0) + state.amounts.get("ignored", 0)
    if seen != read and not state.unread:
        yield f"{name}: {seen} amounts on the page and {read} accounted for"


def _published(dataset: Dataset, names: Iterable[str]) -> Iterator[str]:
    """What programs read is what the cards say."""
    rates = [rate for name in names for card in dataset.cards(name).values() for rate in card.rates]
    path = dataset.root / "ratecards" / "v1" / "rates.csv"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text != v1_files.rates_csv(sorted(rates, key=canonical_order)):
        yield f"{path}: does not hold the rates of the cards"
    try:
        yield from bands.findings(dataset, names)
        yield from reported.findings(dataset)
    except DatasetError as error:
        yield str(error)


def _evidence(rate: Rate) -> Iterator[str]:
    """A price must stand in its quote; a price of zero needs words for it, a missing price must not hide one."""
    place = f"{rate.source}/{rate.model}: {rate.evidence.locator}"
    quote = rate.evidence.quote
    # a SKU says its price in units and nanos of one token; its quote is its description, its id the evidence
    # a page may say per one what is kept per million ("Price Tok/hr $0.0000045")
    said = _amounts(quote) if "/skus/" not in rate.evidence.locator else [rate.price]
    if rate.price and not {rate.price, rate.price / measure(rate.unit)[0]} & {*said}:
        yield f"{place}: the quote {quote!r} does not contain {plain(rate.price)}"
    if rate.availability == "free" and not quote.strip():
        yield f"{place}: free without words that say so"
    if rate.availability == "not_available" and COUNTED.search(quote):
        yield f"{place}: not available, but the quote {quote!r} names an amount"


def _amounts(quote: str) -> set[Decimal]:
    """The amounts of a quote; the bare numbers only where it prints none with a sign."""
    if quote.startswith("["):
        return {Decimal(found) for found in _JSON_NUMBER.findall(quote)}
    return {money(found) for found in AMOUNT.findall(quote) or _NUMBER.findall(quote)}


def _lapsed(card: RateCard, today: date) -> Iterator[str]:
    """A price whose last day is over and that nothing follows is no longer what the thing costs."""
    for rate in card.rates:
        if rate.effective_until and rate.effective_until < today:
            follows = [r for r in card.rates if r.join_key == rate.join_key and r is not rate]
            if not any(r.holds_on(today) for r in follows):
                yield f"{card.source}/{card.model}: {rate.evidence.locator}: the price ended {rate.effective_until}"


def files_as_described(root: Path) -> Iterator[str]:
    """What of `v1` is not as its data package and its schemas say."""
    v1 = root / "ratecards" / "v1"
    try:
        described = package.parse((root / package.PATH).read_bytes(), str(root / package.PATH))
    except (OSError, DatasetError) as error:
        yield f"{error}; python -m scraper rebuild makes it anew"
        return
    found = [*_resources(v1, described), *_schema_files(v1)]
    yield from found or [*_digest(v1, described), *_documents(v1)]


def _resources(v1: Path, described: Mapping[str, Any]) -> Iterator[str]:
    """Each file's bytes and hash, and that every data file is named."""
    said = {str(resource.get("path")): resource for resource in described["resources"]}
    if {*said} != {*package.RESOURCES}:
        yield f"{v1}: the data package names {', '.join(sorted(said))}; there are {', '.join(package.RESOURCES)}"
        return
    for path in package.RESOURCES:
        if not (v1 / path).is_file():
            yield f"{v1 / path}: named in the data package, but missing"
            continue
        data = (v1 / path).read_bytes()
        seen = {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        for name, value in seen.items():
            if said[path].get(name) != value:
                yield f"{v1 / path}: {name} {value}, the data package says {said[path].get(name)}"


def _schema_files(v1: Path) -> Iterator[str]:
    for path, text in schemas.files().items():
        if not (v1 / path).is_file() or (v1 / path).read_bytes() != text.encode():
            yield f"{v1 / path}: not the schema of this version; python -m scraper rebuild makes it anew"


def _digest(v1: Path, described: Mapping[str, Any]) -> Iterator[str]:
    seen = package.digest({path: (v1 / path).read_bytes() for path in package.RESOURCES})
    if seen != described["digest"]:
        yield f"{v1}: the data have the digest {seen}, the data package says {described['digest']}"


def _documents(v1: Path) -> Iterator[str]:
    """Each JSON file against its schema; a file that there need not be may be missing."""
    from jsonschema import Draft202012Validator

    for name, schema in schemas.documents().items():
        path = v1 / f"{name}.json"
        if not path.is_file():
            continue
        try:
            data = json.loads(path.read_bytes())
        except ValueError as error:
            yield f"{path}: not JSON: {error}"
            continue
        wrong = list(Draft202012Validator(schema).iter_errors(data))
        yield from (f"{path}: {error.json_path}: {error.message[:300]}" for error in wrong[:_FEW])
        if len(wrong) > _FEW:
            yield f"{path}: and {len(wrong) - _FEW} more"
