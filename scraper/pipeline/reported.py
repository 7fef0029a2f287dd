"""Published price maps of other projects as reports: `reported/litellm`, `reported/genai-prices`.

They are read as `ratecards audit` reads them. A model that an official source has had up to the day is left out, and so
is a price of 0, which stands in such maps for what is not known as often as for what is free.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from ratecards import dataset as reader
from ratecards import formats
from ratecards.audit import price_file
from ratecards.audit.audit import placed
from ratecards.audit.claims import Claim
from ratecards.audit.past_cards import PastCards
from ratecards.model import Evidence, Rate, RateCard, canonical_order, validate_rate
from ratecards.model.grade import REPORTED, grade
from ratecards.storage.bounded_json import FormatError
from ratecards.storage.reported import OF
from scraper.errors import DatasetError
from scraper.publish import reported
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication

PARSER = "reported-1"
# By name, where the project publishes its map, and the licence it is under.
PROJECTS = {
    "litellm": (
        "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
        "MIT, Copyright (c) 2023 Berri AI",
    ),
    "genai-prices": ("https://github.com/pydantic/genai-prices", "MIT, Copyright (c) Pydantic Services Inc."),
}


def publish(dataset: Dataset, name: str, file: Path, day: date, as_of: str) -> tuple[Publication, int]:
    """What a project's price file adds to what is reported, as of a day, and how many cards that are.

    Raises `DatasetError` where the file is not one of that project's.
    """
    found = list(cards(dataset, name, file, day, as_of))
    result = dataset.publication()
    for card in found:
        reported.write(result, card)
    reported.publish(result, dataset)
    return result, len(found)


def cards(dataset: Dataset, name: str, file: Path, day: date, as_of: str) -> Iterator[RateCard]:
    """A card for each page and model of the file that no official source has had up to the day."""
    try:
        prices = price_file.load(file)
        data = file.read_bytes()
        own = reader.Dataset(reader.locate(dataset.root))
        past = PastCards(own, day, day)
        entries = [placed(entry, past) for entry in formats.read(prices.format, prices.data, day)]
    except (FormatError, OSError, reader.DatasetError) as error:
        raise DatasetError(str(error)) from error
    if prices.format != name:
        raise DatasetError(f"{file}: expected a price file of {name}, saw one of {prices.format}")
    by_model: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in (claim for entry in entries for claim in entry.claims if claim.price):
        by_model[f"{claim.provider}/{claim.source}", claim.model].append(claim)
    url, licence = PROJECTS[name]
    for (page, model), claims in sorted(by_model.items()):
        owner = {"provider": page.partition("/")[0], "source": f"{REPORTED}{name}", "model": model}
        facts = (("as of", as_of), ("licence", licence), (OF, page))
        read = {"observed": day, "capture": f"sha256:{hashlib.sha256(data).hexdigest()}", "parser": PARSER}
        known = grade(page) != "official" or own.reports.is_official([model], day)
        if not known and (rates := _rates(claims, owner)):
            yield RateCard(**owner, name=model, url=url, facts=facts, **read, rates=rates)  # type: ignore[arg-type]


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
