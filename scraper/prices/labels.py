"""The words around a cell: column headers, row labels and tabs, taken apart into what each of them says.

A header is a plan, a unit and a currency, a label is what is counted with its modalities, a tab is a service tier: in
any order and punctuation, with the nouns of price that say nothing more ("Paid, per million tokens (USD)", "Price of
input tokens", "Output (thinking included)", "Batch API"). A word that has no place is an error, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from scraper.errors import UnknownTerm
from scraper.prices.lexicon import LIST, OVER, PER, SCALED, UNIT, UP_TO, modalities, plain, scaled, unit_of

_T = TypeVar("_T")
# What is counted, by the nouns for it.
_METERS = {
    "cache_storage": r"(?:context |prompt |input )?cach(?:e|ed|ing)[ ,(]+storage"
    r"|storage of cached (?:tokens|input|content)",
    "cache_write": r"cach(?:e|ing) (?:writes?|writing|creation)",
    "cache_read": r"cached (?:inputs?|prompts?|context|content|tokens)|inputs?(?: tokens?)?[ ,(]+cached"
    r"|(?:input|context) cach(?:e|ing)(?: (?:hits?|reads?))?|cache (?:hits?|reads?)",
    "search_grounding": r"grounding[ (:]+(?:(?:with|using|via) )?google search|google search[ (]+grounding",
    "maps_grounding": r"grounding[ (:]+(?:(?:with|using|via) )?google maps|google maps[ (]+grounding",
    "tuning": r"(?:fine[- ]?)?tuning|training",
    "input": r"inputs?|prompt tokens?",
    "output": r"outputs?|(?:completion|response) tokens?",
}
_PLANS = {"free": "free(?:-tier)?", "paid": "paid(?:-tier)?|pay[- ]as[- ]you[- ]go"}
# How long a cache lives, in the words of `context`.
_LIFETIMES = {
    "5 minutes": r"5[- ]?m(?:in(?:ute)?s?)?",
    "30 minutes": r"30[- ]?m(?:in(?:ute)?s?)?",
    "1 hour": r"1[- ]?h(?:(?:ou)?r)?",
}
_CURRENCY = r"(?:in )?(?:usd|us ?\$|(?:us|u\.s\.) dollars?|dollars?|\$)"
_BOUND = rf"(?:{UP_TO}|(?P<over>{OVER})) ?{SCALED}(?: (?:input )?tokens?)?"
_THINKING = r"(?:thinking|reasoning)(?: tokens?)?"
_ASIDE = (
    rf"(?:incl(?:uding|udes|usive of|\.)|with|(?:responses? )?(?:and|&)) {_THINKING}|{_THINKING} (?:is |are )?included"
)
_NOUNS = r"prices?|pricing|priced|costs?|rates?|charges?|fees?|tokens?|tier|plan|usage|the|of|for|all|an?|and|default"
_PUNCTUATION = r"[\s()\[\]:;·|,&/–—.]|-(?=\s)"
# A piece ends where a word does: "A$" is no article, and "non-input" no input.
_END = r"(?![\w$€£¥₩₹%]|-\w)"


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words}){_END}", re.IGNORECASE)


@cache
def _own(words: frozenset[str]) -> re.Pattern[str]:
    """The words of a vocabulary, the longer ones first, with blanks or hyphens in them."""
    longest = sorted(words, key=lambda each: (-len(each), each))
    return _pattern("|".join(re.escape(each).replace(r"\ ", "[ -]") for each in longest))


_PIECES: list[tuple[str, str, re.Pattern[str]]] = [
    ("aside", "", _pattern(_ASIDE)),
    ("bound", "", _pattern(_BOUND)),
    ("currency", "USD", _pattern(_CURRENCY)),
    *(("meter", meter, _pattern(words)) for meter, words in _METERS.items()),
    *(("plan", plan, _pattern(words)) for plan, words in _PLANS.items()),
    *(("lifetime", context, _pattern(words)) for context, words in _LIFETIMES.items()),
    ("modalities", "", _pattern(LIST)),
    ("aside", "", _pattern(_NOUNS)),
]
_SKIP = re.compile(_PUNCTUATION)
_WORD = re.compile(r"[^\s()\[\]:;·|,&/–—]+")


@dataclass(frozen=True, slots=True)
class Label:
    """What the words around a cell say; a field that they do not speak of is empty.

    `lifetime` is how long a cache lives, and `own` are the words of a vocabulary among them.
    """

    meter: str = ""
    plan: str = ""
    unit: str = ""
    currency: str = ""
    modalities: tuple[str, ...] = ()
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    lifetime: str = ""
    own: tuple[str, ...] = ()

    def only(self, *names: str) -> bool:
        """Whether it says nothing but these."""
        return all(name in names or not getattr(self, name) for name in self.__slots__)


@dataclass(slots=True)
class _Found:
    said: dict[str, Any] = field(default_factory=dict)
    own: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)

    def add(self, name: str, value: Any, words: str) -> None:
        """Note what words say; another value of the same, or modalities in two places, have no place."""
        if name in self.said and (name == "modalities" or self.said[name] != value):
            self.lost.append(words)
        self.said[name] = value


def take_apart(text: str, own: Iterable[str] = ()) -> Label:
    """What the words say, those of a vocabulary (`own`, folded) first.

    Raises `UnknownTerm` with the words that have no place.
    """
    found = _found(text, own)
    if found.lost:
        raise UnknownTerm(_lost(found))
    return Label(**found.said, own=tuple(found.own))


def why_unknown(text: str, own: Iterable[str] = ()) -> str:
    """The words of an unknown label that have no place, in brackets behind a message; empty where that is all of it."""
    found = _found(text, own)
    return f" ({_lost(found)})" if found.lost and (found.said or found.own) else ""


def lost_words(text: str, own: Iterable[str] = ()) -> list[str]:
    """The words of a label that have no place, in lower case."""
    return _found(text, own).lost


def _lost(found: _Found) -> str:
    return f"not understood: {', '.join(map(repr, found.lost))}"


def _found(text: str, own: Iterable[str]) -> _Found:
    words, found = re.sub(r"\s*\[?\*+\]?\Z", "", plain(" ".join(text.split()))).lower(), _Found()
    mine = _own(frozenset(own)) if own else None
    at = 0
    while at < len(words):
        if mine and (match := mine.match(words, at)):
            found.own.append(match.group().replace("-", " "))
        else:
            match = _unit(words, at, found) or _piece(words, at, found) or _SKIP.match(words, at)
        if match:
            at = match.end()
            continue
        word = _SKIP.split(words[at:], maxsplit=1)[0]
        found.lost.append(word)
        at += len(word)
    found.lost += found.bare if "plan" not in found.said else []
    return found


def _unit(words: str, at: int, found: _Found) -> re.Match[str] | None:
    per = PER.match(words, at)
    match = UNIT.match(words, per.end() if per else at)
    unit = unit_of(match.group()) if match else None
    if not unit or not match or not (per or (match["token"] and (match["qty"] or match["scale"]))):
        return None
    found.add("unit", unit, match.group())
    if not per:  # "1M tokens" alone may be a length, where nothing beside it is of a column of prices
        found.bare.append(match.group())
    return match


def _piece(words: str, at: int, found: _Found) -> re.Match[str] | None:
    for name, value, pattern in _PIECES:
        match = pattern.match(words, at)
        if not match:
            continue
        if name == "bound":
            bound = scaled(match["n"], match["scale"])
            found.add("prompt_over" if match["over"] else "prompt_up_to", bound, match.group())
        elif name == "modalities":
            if "thinking" in match.group() and "text" not in match.group():
                continue  # of thinking alone no price is known
            found.add(name, modalities(match.group()), match.group())
        elif name != "aside":
            found.add(name, value, match.group())
        return match
    return None


# ------------------------------------------------------------------------------------------------------ listed labels

_PRICE = re.compile(r"(?:prices?|pricing|costs?|rates?|charges?|fees?)\Z")
_JOINING = frozenset(("the", "of", "for", "a", "an", "and"))
_OF_TABS = frozenset(
    ("the", "api", "mode", "processing", "pricing", "price", "prices", "rates", "tier", "inference", "requests")
)


class Listed(dict[str, _T]):
    """What the labels of a vocabulary mean, found by the same words in another order, with another noun for "price"."""

    def __init__(self, entries: Mapping[str, _T]) -> None:
        super().__init__(entries)
        self._by_words: dict[tuple[str, ...], _T | None] = {}
        for label, meaning in entries.items():
            before = self._by_words.setdefault(_words(label), meaning)
            if before != meaning:  # words that the vocabulary tells apart by their order alone
                self._by_words[_words(label)] = None

    def find(self, folded: str) -> _T | None:
        """What a folded label means; None where no label has its words."""
        return self[folded] if folded in self else self._by_words.get(_words(folded))


def _words(folded: str) -> tuple[str, ...]:
    words = ("price" if _PRICE.match(word) else word for word in _WORD.findall(folded))
    return tuple(sorted(word for word in words if word not in _JOINING))


class Tabs(Mapping[str, _T]):
    """What the tabs of a vocabulary mean, by the folded words of one, perhaps with a noun ("Batch API")."""

    def __init__(self, entries: Mapping[str, _T]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, folded: str) -> _T:
        if folded in self._entries:
            return self._entries[folded]
        words = re.findall(r"[^\s()\[\]:;·|]+", folded)
        return self._entries[" ".join(word for word in words if word not in _OF_TABS)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
