"""Published price maps of other projects, read as `ratecards audit` reads them: what third parties report.

A map by itself gives no card: which of its models nobody official has is a matter of a dataset
(`scraper/pipeline/reported.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ratecards import formats
from ratecards.formats import price_file
from ratecards.formats.price_file import FormatError, PriceFile
from scraper.errors import LayoutChanged
from scraper.model import Amounts, Reading, Section
from scraper.sources import vocabulary


@dataclass(frozen=True, slots=True)
class MapTerms:
    """The vocabulary of a map; each field is the entry of the same name in its file, where it is explained."""

    name: str
    urls: Mapping[str, str]
    format: str
    models_min: int
    page: str
    licence: str


class PriceMap:
    """A source that is somebody's map of prices: what `scraper.sources.SourceModule` asks for."""

    PARSER = "reported-1"

    def __init__(self, path: Path) -> None:
        self.load_terms = vocabulary.of(path)(_terms)

    def urls(self) -> Mapping[str, str]:
        """By representation, the address it is fetched from."""
        return self.load_terms().urls

    def renames(self) -> Mapping[str, str]:
        """There is nothing to rename."""
        return {}

    def fingerprint(self, body: str) -> str:
        """The whole map."""
        return body

    def prices(self, body: str) -> PriceFile:
        """The map as a price file. Raises `LayoutChanged` where it is another one, or none."""
        terms = self.load_terms()
        try:
            found = price_file.from_text(terms.name, body)
        except FormatError as error:
            raise LayoutChanged(str(error)) from error
        if found.format != terms.format:
            raise LayoutChanged(f"{terms.name}: expected a price file of {terms.format}, saw one of {found.format}")
        return found

    def read(self, body: str) -> Reading:
        """The map as a reading of one section without cards: how many models and prices it states."""
        terms, prices = self.load_terms(), self.prices(body)
        entries = formats.read(prices.format, prices.data, date.max)
        if len(entries) < terms.models_min:
            raise LayoutChanged(f"{terms.name}: expected at least {terms.models_min} models, saw {len(entries)}")
        stated = sum(len(entry.claims) for entry in entries)
        amounts = Amounts(cells=stated, read=stated)
        return Reading(terms.name, "json", [Section(terms.name, terms.format, amounts=amounts)], amounts)


def _terms(data: Any) -> MapTerms:
    return MapTerms(**data)
