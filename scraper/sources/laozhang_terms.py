"""The reseller's vocabulary: `laozhang.yaml` as typed look-ups without defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper.errors import UnknownTerm
from scraper.prices.grammar import Phrases
from scraper.prices.normalise import fold
from scraper.sources import vocabulary

VOCABULARY = Path(__file__).with_name("laozhang.yaml")


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    urls: Mapping[str, str]
    currency: str
    plan: str
    unit: str
    first_heading: str
    title: str
    columns_min: int
    not_the_page: Mapping[str, Sequence[str]]
    rows: Mapping[str, str]
    sizes: Mapping[str, str]
    nouns: Mapping[str, str]
    phrases: Phrases
    dated: re.Pattern[str]
    ignore: Sequence[tuple[re.Pattern[str], str]]
    aliases: Mapping[str, Sequence[str]]

    def resolutions(self, cell: str) -> list[str]:
        """The sizes of `512px, 1K, 2K`. Raises `UnknownTerm` on one that is not in the vocabulary."""
        words = [fold(word) for word in re.split(r"\s*[,/、]\s*", cell)]
        if unknown := [word for word in words if word not in self.sizes]:
            raise UnknownTerm(f"unknown size {', '.join(map(repr, unknown))} in {cell!r}")
        return list(dict.fromkeys(self.sizes[word] for word in words))

    def ignored(self, sentence: str) -> str:
        """Why money in a sentence is nobody's price here; empty when it must be."""
        return next((reason for match, reason in self.ignore if match.search(sentence)), "")


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    same = ("urls", "currency", "plan", "unit", "rows", "sizes", "nouns", "aliases")
    return Terms(
        **{name: data[name] for name in same},
        **data["proofs"],
        phrases=Phrases(**{name: _re(text) for name, text in data["phrases"].items()}),
        dated=_re(data["dated"]),
        ignore=[(_re(entry["match"]), entry["reason"]) for entry in data["ignore"]],
    )


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
