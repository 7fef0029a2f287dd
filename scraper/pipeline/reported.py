"""Published price maps of other projects as reports: `reported/litellm`, `reported/genai-prices`.

They are read as `ratecards audit` reads them. A model that an official source has had up to the day is left out, and so
is a price of 0, which stands in such maps for what is not known as often as for what is free.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ratecards import dataset as reader
from ratecards import formats
from ratecards.audit.audit import PastCards, placed
from ratecards.audit.claims import Claim
from ratecards.catalog.reported import OF, page_of
from ratecards.formats import price_file
from ratecards.formats.price_file import PriceFile
from ratecards.model import Evidence, Rate, RateCard, canonical_order, validate_rate
from ratecards.model.grade import REPORTED, grade
from ratecards.storage.bounded_json import FormatError
from scraper.errors import DatasetError
from scraper.fetch.capture import Capture
from scraper.fetch.client import decode
from scraper.model import GOOD, SourceResult
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.publish import reported
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication
from scraper.sources import Source, find
from scraper.storage import card_files


def publish(dataset: Dataset, name: str, file: Path, day: date, as_of: str) -> tuple[Publication, int]:
    """What a project's price file adds to what is reported, as of a day, and how many cards that are.

    Raises `DatasetError` where the file is not one of that project's.
    """
    try:
        prices, data = price_file.load(file), file.read_bytes()
    except (FormatError, OSError) as error:
        raise DatasetError(str(error)) from error
    source = find(f"{REPORTED}{name}")
    if prices.format != name:
        raise DatasetError(f"{file}: expected a price file of {name}, saw one of {prices.format}")
    found = list(cards(dataset, source, prices, hashlib.sha256(data).hexdigest(), day, as_of))
    result = dataset.publication()
    for card in found:
        reported.write(result, card)
    reported.publish(result, dataset)
    return result, len(found)


def evaluate_map(dataset: Dataset, source: Source, capture: Capture, now: datetime) -> SourceResult:
    """The result of an attempt at a project's map: the cards of it that say what its last ones do not, as files.

    Raises `DatasetError` where what is reported so far cannot be read.
    """
    state = dataset.state(source.name)
    result = replace(evaluate(source, capture, Previous(state, dict), None, now), cards=None)
    if result.reading is None or result.outcome not in GOOD:
        return result
    if not dataset.names():
        words = "nothing official stands here yet that would say which of its models are news"
        return replace(result, outcome="SKIPPED", messages=[words], state=state)
    (page,) = capture.pages.values()
    module: Any = source.module
    prices, day = module.prices(decode(page)), capture.at.date()
    as_of = f"{prices.format}, fetched on {day}"
    known = {(c.provider, page_of(c), c.model): c.rates for c in reported.cards(dataset) if c.source == source.name}
    news = [
        card
        for card in cards(dataset, source, prices, page.sha256, day, as_of)
        if known.get((card.provider, page_of(card), card.model)) != card.rates
    ]
    outcome = "UNCHANGED" if not news else "CHANGED" if state.verified else "NEW"
    return replace(result, outcome=outcome, files={reported.path_of(card): card_files.encode(card) for card in news})


def cards(
    dataset: Dataset, source: Source, prices: PriceFile, sha256: str, day: date, as_of: str
) -> Iterator[RateCard]:
    """A card for each page and model of the map that no official source has had up to a day. Raises `DatasetError`."""
    try:
        own = reader.Dataset(reader.locate(dataset.root))
        past = PastCards(own, day, day)
        entries = [placed(entry, past) for entry in formats.read(prices.format, prices.data, day)]
    except (FormatError, reader.DatasetError) as error:
        raise DatasetError(str(error)) from error
    by_model: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in (claim for entry in entries for claim in entry.claims if claim.price):
        by_model[f"{claim.provider}/{claim.source}", claim.model].append(claim)
    module: Any = source.module
    terms = module.load_terms()
    for (page, model), claims in sorted(by_model.items()):
        owner = {"provider": page.partition("/")[0], "source": source.name, "model": model}
        facts = (("as of", as_of), ("licence", terms.licence), (OF, page))
        read = {"observed": day, "capture": f"sha256:{sha256}", "parser": module.PARSER}
        known = grade(page) != "official" or own.reports.is_official([model], day)
        if not known and (rates := _rates(claims, owner)):
            yield RateCard(**owner, name=model, url=terms.page, facts=facts, **read, rates=rates)  # type: ignore[arg-type]


def _rates(claims: Iterable[Claim], owner: dict[str, str]) -> tuple[Rate, ...]:
    """The rates of claims, one for each thing; what is priced twice, unlike, is left out."""
    found: dict[object, set[Rate]] = defaultdict(set)
    for claim in claims:
        rate = _rate(claim, owner)
        if not validate_rate(rate):
            found[rate.row_key].add(rate)
    rates = [rate for same in found.values() if len(same) == 1 for rate in same]
    output = {rate.price for rate in rates if rate.meter == "output" and not rate.context}
    # thinking tokens are output: a price of their own is one where it differs
    return tuple(sorted((r for r in rates if r.context != "thinking" or r.price not in output), key=canonical_order))


def _rate(claim: Claim, owner: dict[str, str]) -> Rate:
    names = ("service_tier", "plan", "meter", "modality", "unit", "resolution", "quality", "prompt_over")
    values = {name: getattr(claim, name) for name in (*names, "prompt_up_to", "context", "price")}
    evidence = Evidence(f"{claim.field}: {claim.stated}", claim.key)
    return Rate(**owner, **values, currency="USD", evidence=evidence)  # type: ignore[arg-type]
