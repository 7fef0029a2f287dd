"""The Agent Platform page's vocabulary: `vertex_ai.yaml` as typed look-ups without defaults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from scraper.errors import UnknownTerm
from scraper.prices.labels import Label, Listed, Tabs, take_apart, why_unknown
from scraper.prices.lexicon import DATE, FROM, UNTIL, counted, first_day, last_day, modalities, plain, whole_number
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Phrases, phrases
from scraper.sources import vocabulary

PROVIDER, SOURCE = "google", "vertex-ai"
VOCABULARY = Path(__file__).with_name("vertex_ai.yaml")
_LISTED = re.compile(r"(.*\S)\s*\(([^()]*)\)\Z")
_PRICE_HEADER = re.compile(
    r"(?P<token>token )?(?:price|pricing)(?: ?\(?/ ?(?P<unit>[^()/<>=≤]+?)\)?)?(?: (?P<one>[a-z]+/hr))?"
    r"(?: ?\(? ?(?P<cmp><=|=<|≤|>) ?(?P<bound>[0-9,]+)k (?P<cached>cached )?(?:input )?tokens\)?)?"
    r"(?: with (?P<tier>.+?))?(?: per (?P<per>.+))?"
)
_USD = re.compile(r"\s*\( ?usd\)\Z")
_CACHED = re.compile(r"\bch?ached input ")
_DATED = [re.compile(rf"(?P<name>.*?[^\s*])[\s*]+{day.pattern}") for day in (UNTIL, FROM)]

# What stands in the place of skipped words, so that every other word stays where it is.
SKIPPED = "\ue000"

Found = TypeVar("Found")
Reasons = Sequence[tuple[re.Pattern[str], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What words of a row or a cell mean; what is empty is left to others.

    `count` is what one "count" of the row is: `token`, `image`, or a time with its number, `30 seconds`.
    """

    tier: str = ""
    meter: str = ""
    modalities: tuple[str, ...] = ()
    unit: str = ""
    count: str = ""
    context: str = ""
    quality: str = ""
    basis: str = ""

    def joined(self, other: Rule) -> Rule:
        """This rule with what `other` says and this one leaves open; of the counts that of `other` is the nearer."""
        said = {field.name: getattr(self, field.name) or getattr(other, field.name) for field in fields(self)}
        return Rule(**{**said, "count": other.count or self.count})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column holds: `model`, `type`, `feature` … or a `price` or `storage` price and its conditions.

    Prices under a `scale` are those of one, where `unit` is so many of them. A `meter` is that of the prices.
    """

    role: str = "price"
    header: str = ""
    unit: str = ""
    scale: int = 1
    meter: str = ""
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    cached: bool = False
    tiers: tuple[str, ...] = ()

    @property
    def priced(self) -> bool:
        """Whether it holds prices."""
        return self.role in ("price", "storage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model the page prices under one name: its ids (the first carries the aliases), and what it counts."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    count: str = ""
    silent: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Dated:
    """What stands in a cell of names: the name, and the first and the last day of its prices."""

    name: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained; `models` is by name.

    What need not be there: `nouns` are words of the page in those of vocabulary and lexicon, `cells` price cells
    that say an availability, `cell_asides` words that select nothing beside an amount, and `columns` headers of prices
    with what they say.
    """

    urls: Mapping[str, str]
    currency: str
    proofs: Mapping[str, Any]
    tabs: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    header_tiers: Mapping[str, Sequence[str]]
    storage_headers: Mapping[str, str]
    hourly_headers: Mapping[str, str]
    token_price: str
    hourly: Mapping[str, str]
    units: Mapping[str, str]
    types: Listed[Rule]
    features: Mapping[str, Rule]
    cell_labels: Mapping[str, Rule]
    contexts: Mapping[str, str]
    regions: Mapping[str, Rule]
    phrases: Phrases
    grounding: Mapping[str, Sequence[Rule]]
    grounding_features: Sequence[str]
    grounding_prose: re.Pattern[str]
    ignored_rows: Reasons
    ignored_tables: Reasons
    ignored_headings: Mapping[str, str]
    ignored_models: Reasons
    ignored_texts: Reasons
    facts: Mapping[str, re.Pattern[str]]
    asides: re.Pattern[str]
    starts: re.Pattern[str]
    models: Mapping[str, Model]
    short_names: Mapping[str, Mapping[str, str]]
    renames: Mapping[str, str]
    nouns: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    cell_asides: Sequence[str] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)

    def in_known_nouns(self, text: str) -> str:
        """The text with the nouns of the page in the words that the vocabulary and the lexicon have."""
        nouns = self.nouns
        return _any_of(tuple(nouns)).sub(lambda match: nouns[match[0].lower()], text) if nouns else text

    def without_asides(self, line: str) -> str:
        """A line of a price cell, other characters in the place of words that select nothing beside its amount."""
        if not self.cell_asides or not counted(line):
            return line
        return _any_of(tuple(self.cell_asides)).sub(lambda match: SKIPPED * len(match[0]), plain(line))

    def unit(self, words: str) -> str:
        """The canonical unit of the page's words. Raises `UnknownTerm`."""
        return known(self.units, words, "unit")

    def column(self, header: str) -> Column:
        """What a column header means. Raises `UnknownTerm`."""
        if column := self.columns.get(label_key(header)):
            return replace(column, header=header)
        folded = self.in_known_nouns(label_key(header))
        if role := self.headers.get(folded):
            return Column(role=role, header=header)
        if (unit := self.storage_headers.get(folded)) is not None:
            return Column(role="storage", header=header, unit=unit)
        words, cached = _CACHED.subn("cached input ", _USD.sub("", folded))
        match = _PRICE_HEADER.fullmatch(words)
        known = match and (match["tier"] or "") in ("", *self.header_tiers)
        if not match or not known or (match["one"] or "") not in ("", *self.hourly_headers):
            return self._composed(header)
        try:
            unit = self._header_unit(match)
        except UnknownWords as error:
            return self._composed(header, error)
        bound = whole_number(match["bound"]) * 1000 if match["bound"] else None
        hourly = self.hourly_headers.get(match["one"] or "", "")
        return Column(
            role="price",
            header=header,
            unit=hourly or unit,
            scale=int(hourly.split()[0]) if hourly else 1,
            meter="cache_storage" if hourly else "",
            prompt_over=bound if match["cmp"] == ">" else None,
            prompt_up_to=None if match["cmp"] == ">" else bound,
            cached=bool(cached),
            tiers=tuple(self.header_tiers[match["tier"]]) if match["tier"] else (),
        )

    def _composed(self, header: str, why: UnknownWords | None = None) -> Column:
        """A price header in other words than the page's: unit, bound, currency, tier. Raises `UnknownTerm`."""
        tiers = {f"with {words}": tuple(tiers) for words, tiers in self.header_tiers.items()}
        try:
            said = take_apart(self.in_known_nouns(header), tiers)
        except UnknownTerm:
            said = Label()
        known = said.unit and said.meter in ("", "cache_read") and len(said.own) < 2
        if not known or said.plan or said.modalities or said.lifetime or said.currency not in ("", self.currency):
            raise why or UnknownTerm(f"unknown header {header!r}{why_unknown(header, tiers)}")
        return Column(
            role="price",
            header=header,
            unit=said.unit,
            prompt_over=said.prompt_over,
            prompt_up_to=said.prompt_up_to,
            cached=bool(said.meter),
            tiers=tiers[said.own[0]] if said.own else (),
        )

    def _header_unit(self, match: re.Match[str]) -> str:
        """The unit that a price header names; "Token Price" without one is the price of the vocabulary's."""
        words = _CACHED.sub("", match["unit"] or match["per"] or "")
        if match["token"] and "token" not in words:
            return self.unit(f"{words} tokens") if words else self.token_price
        return self.unit(words) if words else ""

    def type(self, label: str) -> Rule | None:
        """What a row label means; None when it is unknown."""
        if rule := self.types.get(label_key(label)):
            return rule
        folded = self.in_known_nouns(label_key(label))
        if rule := self.types.find(folded):
            return rule
        listed = _LISTED.fullmatch(folded)
        try:
            if listed and (rule := self.types.get(listed[1])) and not rule.modalities:
                return replace(rule, modalities=modalities(listed[2]))
            said = take_apart(folded)
        except UnknownTerm:
            return None
        known = said.meter in ("input", "output") and said.only("meter", "modalities", "unit")
        return Rule(meter=said.meter, modalities=said.modalities, unit=said.unit) if known else None

    def of_feature(self, name: str, feature: str) -> Model | None:
        """The model that a name and a feature are together, or the feature alone; None where they are none."""
        return self.models.get(name_key(f"{name} {self.in_known_nouns(feature)}")) if feature else None

    def named(self, name: str) -> Model | None:
        """The model a name stands for, with or without its leading "Gemini"; None when it is unknown."""
        key = name_key(name)
        return self.models.get(key) or self.models.get(f"gemini {key}")

    def all_named(self, words: str) -> list[Model]:
        """The models of a name, dated or not, or of a list of names; empty unless every one is known."""
        try:
            name = dated(words).name
        except UnknownTerm:
            return []
        if model := self.models.get(name_key(name)):
            return [model]
        found = [self.models.get(name_key(part)) for part in name.split(",")]
        return [model for model in found if model] if all(found) else []

    def in_prose(self, text: str) -> list[Model]:
        """The models whose names stand in a text, with or without their leading "Gemini"."""
        names = {name: model for key, model in self.models.items() for name in (key, key.removeprefix("gemini "))}
        return [names[found] for found in dict.fromkeys(_any_of(tuple(names)).findall(name_key(text)))]

    def of_id(self, model_id: str) -> Model:
        """The model that prices an id of the vocabulary."""
        return next(model for model in self.models.values() if model_id in model.ids)


class UnknownWords(UnknownTerm):
    """Words that are in no vocabulary: `what` they are (a type, a tab, a unit), and `term`, they themselves."""

    def __init__(self, what: str, term: str, at: int | None = None) -> None:
        super().__init__(f"unknown {what} {term!r}", at=at)
        self.what, self.term = what, term


class UnknownLabel(UnknownWords):
    """A label of a row that is in no vocabulary."""


def known(entries: Mapping[str, Found], words: str, what: str) -> Found:
    """The entry of these words; `what` names its kind. Raises `UnknownWords`."""
    if (found := entries.get(label_key(words))) is None:
        raise UnknownWords(what, words)
    return found


def reason(entries: Reasons, words: str) -> str:
    """Why what these words name gives no rate; empty where nothing says so."""
    return next((why for pattern, why in entries if pattern.fullmatch(words)), "")


def dated(words: str) -> Dated:
    """A name, and the days behind it: "Gemini 3.8 Flash* through December 31, 2026". Raises `UnknownTerm`."""
    days: list[date | None] = []
    for pattern, day in zip(_DATED, (last_day, first_day), strict=True):
        match = pattern.fullmatch(words)
        words = match["name"] if match else words
        days.append(day(match) if match else None)
    return Dated(words, days[1], days[0])


def name_key(name: str) -> str:
    """A model's name as it is compared: folded, hyphens read as blanks."""
    return " ".join(label_key(name).replace("-", " ").split())


# ------------------------------------------------------------------------------------------------ the file


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


@lru_cache(maxsize=64)  # of vocabularies with a line more
def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of these words, the longer ones first."""
    return _re(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?!\w)")


def _any(texts: Sequence[str]) -> re.Pattern[str]:
    return _re("|".join(f"(?:{text})" for text in texts))


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(**{**entry, "modalities": tuple(entry.get("modalities", ()))})


def _rules(entries: Mapping[str, Any]) -> dict[str, Rule]:
    return {words: _rule(entry) for words, entry in entries.items()}


def _reasons(entries: Sequence[Mapping[str, str]]) -> Reasons:
    return [(_re(entry["match"]), entry["reason"]) for entry in entries]


def _models(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for key, entry in entries.items():
        lists = {"ids": tuple(entry.get("ids", [key])), "aliases": tuple(entry.get("aliases", ()))}
        model = Model(**{**entry, **lists, "names": tuple(entry["names"])})
        found |= dict.fromkeys(map(name_key, model.names), model)
    return found


# How the entries are read that do not stay as they stand in the file.
_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("features", "cell_labels", "regions"), _rules),
    "types": lambda data: Listed(_rules(data)),
    "tabs": Tabs,
    "columns": lambda data: {
        header: Column(**{**entry, "tiers": tuple(entry.get("tiers", ()))}) for header, entry in data.items()
    },
    "grounding": lambda data: {label: [_rule(entry) for entry in entries] for label, entries in data.items()},
    **dict.fromkeys(("ignored_rows", "ignored_tables", "ignored_models", "ignored_texts"), _reasons),
    **dict.fromkeys(("grounding_prose", "asides"), _any),
    "facts": lambda data: {name: _re(text) for name, text in data.items()},
    "starts": lambda text: _re(text.replace("$DATE", DATE.pattern)),
    "phrases": phrases,
    "models": _models,
}


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    entries = {name: entry for name, entry in data.items() if name != "name"}
    return Terms(**{name: _READ.get(name, lambda entry: entry)(entry) for name, entry in entries.items()})
