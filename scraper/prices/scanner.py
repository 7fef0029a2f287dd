"""A position in one cell, and the phrases a source's vocabulary adds to the language of cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scraper.errors import UnknownTerm
from scraper.prices.lexicon import FREE, NOT_AVAILABLE, plain


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a cell without an amount may say, and words beside an amount that do not select it."""

    not_available: re.Pattern[str]
    free: re.Pattern[str]
    supported: re.Pattern[str]
    not_published: re.Pattern[str]
    refers: re.Pattern[str]
    ignored: re.Pattern[str]


# How any English price page may say these; "same as" and what is ignored are each page's own business.
_SAID = {
    "not_available": NOT_AVAILABLE,
    "free": FREE,
    "supported": "supported",
    "not_published": "contact (?:sales|us)",
    "refers": r"same as [a-z0-9 .\-]+",
    "ignored": r"\(default\)",
}
_OWN = ("refers", "not_published")


def phrases(own: Mapping[str, str]) -> Phrases:
    """The language's phrases and a vocabulary's own, which replace them where a page decides what it refers to."""
    both = {
        name: own.get(name, said) if name in _OWN or name not in own else f"{own[name]}|{said}"
        for name, said in _SAID.items()
    }
    if unknown := own.keys() - both.keys():
        raise TypeError(f"got an unexpected keyword argument '{min(unknown)}'")
    return Phrases(**{name: re.compile(f"(?:{text})", re.IGNORECASE) for name, text in both.items()})


class Scanner:
    """A position in one cell. `take` takes what it names or leaves the position alone."""

    def __init__(self, text: str, phrases: Phrases) -> None:
        self.source = " ".join(text.split())
        # matched as plain characters, quoted as they were printed: both have the same length
        self.text = plain(self.source)
        self.at = 0
        self.phrases = phrases

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match here, after a blank, and move behind it."""
        start = self.at + (self.text[self.at : self.at + 1] == " ")
        match = pattern.match(self.text, start)
        if match and match.end() > start:
            self.at = match.end()
            return match
        return None

    def quote(self, start: int) -> str:
        """The printed words from `start` to here."""
        return self.source[start : self.at].strip(" ,;")

    def fail(self, expected: str) -> UnknownTerm:
        """The error that shows the cell with a mark under the first word not understood."""
        at = self.at + (self.text[self.at : self.at + 1] == " ")
        return UnknownTerm(f"expected {expected}\n    {self.source}\n    {' ' * at}~~~^ here", at=at)
