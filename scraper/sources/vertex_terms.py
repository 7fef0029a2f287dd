"""The Agent Platform page's vocabulary: `vertex_ai.yaml` as typed look-ups without defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from scraper.errors import UnknownTerm
from scraper.prices.labels import Label, Listed, Tabs, take_apart, why_unknown
from scraper.prices.lexicon import DATE, FROM, UNTIL, first_day, last_day, modalities, whole_number
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Phrases, phrases
from scraper.sources import vocabulary

VOCABULARY = Path(__file__).with_name("vertex_ai.yaml")
_LISTED = re.compile(r"(.*\S)\s*\(([^()]*)\)\Z")
_PRICE_HEADER = re.compile(
    r"(?P<token>token )?(?:price|pricing)(?: ?\(?/ ?(?P<unit>[^()/<>=≤]+?)\)?)?(?: (?P<one>[a-z]+/hr))?"
    r"(?: ?\(? ?(?P<cmp><=|=<|≤|>) ?(?P<bound>[0-9,]+)k (?P<cached>cached )?(?:input )?tokens\)?)?"
    r"(?: with (?P<tier>.+?))?(?: per (?P<per>.+))?"
)
_USD = re.compile(r"\s*\( ?usd\)\Z")
_CACHED = re.compile(r"\bch?ached input ")
_UNTIL = re.compile(rf"(?P<name>.*?[^\s*])[\s*]+{UNTIL.pattern}")
_FROM = re.compile(rf"(?P<name>.*?[^\s*])[\s*]+{FROM.pattern}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a row's words mean; an empty meter or unit is left to another cell of the row.

    `count` is what one "count" of the row is: `token`, `image`, or a time with its number, `30 seconds`.
    """

    meter: str = ""
    modalities: tuple[str, ...] = ("",)
    unit: str = ""
    count: str = ""
    context: str = ""
    quality: str = ""
    basis: str = "list"
    model: str = ""

    def joined(self, other: Rule) -> Rule:
        """This rule with what `other` says and this one leaves open."""
        return Rule(
            meter=self.meter or other.meter,
            modalities=self.modalities if any(self.modalities) else other.modalities,
            unit=self.unit or other.unit,
            count=other.count or self.count,
            basis=other.basis,
            context=self.context or other.context,
            quality=self.quality or other.quality,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column holds: `model`, `type`, `feature` … or a `price` or `storage` price and its conditions.

    Prices under a `scale` are those of one, where `unit` is so many of them. A `meter` is that of the prices.
    """

    role: str
    header: str
    unit: str = ""
    scale: int = 1
    meter: str = ""
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    cached: bool = False
    tiers: tuple[str, ...] = ()


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
class CellLabel:
    """The words before a colon in a price cell: a service tier, or what the price is of."""

    tier: str = ""
    meter: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A region's cell: its word of `context`, the tier where it names one, the stars behind it."""

    context: str = ""
    tier: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """What stands in a cell of names: the name, and the first and the last day of its prices."""

    name: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Each field is the entry of the same name in the vocabulary file, where it is explained."""

    urls: Mapping[str, str]
    currency: str
    proofs: Mapping[str, Any]
    tabs: Mapping[str, Sequence[str]]
    roles: Mapping[str, str]
    header_tiers: Mapping[str, Sequence[str]]
    storage_headers: Mapping[str, str]
    hourly_headers: Mapping[str, str]
    token_price: str
    hourly: Mapping[str, str]
    units: Mapping[str, str]
    types: Listed[Rule]
    features: Mapping[str, Rule]
    products: Sequence[str]
    cell_labels: Mapping[str, CellLabel]
    contexts: Mapping[str, str]
    regions: Mapping[str, Region]
    phrases: Phrases
    grounding: Mapping[str, Sequence[Rule]]
    grounding_features: Sequence[str]
    grounding_prose: re.Pattern[str]
    ignored_rows: Sequence[tuple[re.Pattern[str], str]]
    ignored_tables: Sequence[tuple[re.Pattern[str], str]]
    ignored_headings: Mapping[str, str]
    ignored_models: Sequence[tuple[re.Pattern[str], str]]
    ignored_texts: Sequence[tuple[re.Pattern[str], str]]
    facts: Mapping[str, re.Pattern[str]]
    asides: Sequence[re.Pattern[str]]
    starts: re.Pattern[str]
    models: Mapping[str, Model]
    short_names: Mapping[str, Mapping[str, str]]
    renames: Mapping[str, str]

    def unit(self, words: str) -> str:
        """The canonical unit of the page's words. Raises `UnknownTerm`."""
        found = self.units.get(label_key(words))
        if found is None:
            raise UnknownTerm(f"unknown unit {words!r}")
        return found

    def column(self, header: str) -> Column:
        """What a column header means. Raises `UnknownTerm`."""
        folded = label_key(header)
        if role := self.roles.get(folded):
            return Column(role=role, header=header)
        if (unit := self.storage_headers.get(folded)) is not None:
            return Column(role="storage", header=header, unit=unit)
        words, cached = _CACHED.subn("cached input ", _USD.sub("", folded))
        match = _PRICE_HEADER.fullmatch(words)
        known = match and (match["tier"] or "") in ("", *self.header_tiers)
        if not match or not known or (match["one"] or "") not in ("", *self.hourly_headers):
            return self._composed(header)
        bound = whole_number(match["bound"]) * 1000 if match["bound"] else None
        hourly = self.hourly_headers.get(match["one"] or "", "")
        return Column(
            role="price",
            header=header,
            unit=hourly or self._header_unit(match),
            scale=int(hourly.split()[0]) if hourly else 1,
            meter="cache_storage" if hourly else "",
            prompt_over=bound if match["cmp"] == ">" else None,
            prompt_up_to=None if match["cmp"] == ">" else bound,
            cached=bool(cached),
            tiers=tuple(self.header_tiers[match["tier"]]) if match["tier"] else (),
        )

    def _composed(self, header: str) -> Column:
        """A price header in other words than the page's: unit, bound, currency, tier. Raises `UnknownTerm`."""
        tiers = {f"with {words}": tuple(tiers) for words, tiers in self.header_tiers.items()}
        try:
            said = take_apart(header, tiers)
        except UnknownTerm:
            said = Label()
        known = said.unit and said.meter in ("", "cache_read") and len(said.own) < 2
        if not known or said.plan or said.modalities or said.lifetime or said.currency not in ("", self.currency):
            raise UnknownTerm(f"unknown header {header!r}{why_unknown(header, tiers)}")
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
            unit = self.unit(f"{words} tokens") if words else self.token_price
        else:
            unit = self.unit(words) if words else ""
        return unit

    def region(self, words: str) -> Region:
        """What a cell of regions says; an empty one says nothing. Raises `UnknownTerm`."""
        found = self.regions.get(label_key(words)) if words else Region()
        if found is None:
            raise UnknownTerm(f"unknown region {words!r}")
        return replace(found, marks=words[len(words.rstrip("*")) :])

    def type(self, label: str) -> Rule | None:
        """What a row label means; None when it is unknown."""
        folded = label_key(label)
        if rule := self.types.find(folded):
            return rule
        listed = _LISTED.fullmatch(folded)
        try:
            if listed and (rule := self.types.get(listed[1])) and not any(rule.modalities):
                return replace(rule, modalities=modalities(listed[2]))
            said = take_apart(folded)
        except UnknownTerm:
            return None
        known = said.meter in ("input", "output") and said.only("meter", "modalities", "unit")
        return Rule(meter=said.meter, modalities=said.modalities or ("",), unit=said.unit) if known else None

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

    def of_id(self, model_id: str) -> Model:
        """The model that prices an id of the vocabulary."""
        return next(model for model in self.models.values() if model_id in model.ids)


def dated(words: str) -> Dated:
    """A name, and the days behind it: "Gemini 3.8 Flash* through December 31, 2026". Raises `UnknownTerm`."""
    name, since, until = words, None, None
    if match := _UNTIL.fullmatch(name):
        name, until = match["name"], last_day(match)
    if match := _FROM.fullmatch(name):
        name, since = match["name"], first_day(match)
    return Dated(name, since, until)


def name_key(name: str) -> str:
    """A model's name as it is compared: folded, hyphens read as blanks."""
    return " ".join(label_key(name).replace("-", " ").split())


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    return Terms(
        urls=data["urls"],
        currency=data["currency"],
        proofs=data["proofs"],
        tabs=Tabs(data["tabs"]),
        roles=data["headers"],
        header_tiers=data["header_tiers"],
        storage_headers=data["storage_headers"],
        hourly=data["hourly"],
        hourly_headers=data["hourly_headers"],
        token_price=data["token_price"],
        units=data["units"],
        types=Listed({label: _rule(entry) for label, entry in data["types"].items()}),
        features={label: _rule(entry) for label, entry in data["features"].items()},
        products=data["products"],
        cell_labels={label: CellLabel(**entry) for label, entry in data["cell_labels"].items()},
        contexts=data["contexts"],
        regions={words: Region(**entry) for words, entry in data["regions"].items()},
        phrases=phrases(data["phrases"]),
        grounding={label: [_rule(e) for e in entries] for label, entries in data["grounding"].items()},
        grounding_features=data["grounding_features"],
        grounding_prose=_re("|".join(f"(?:{text})" for text in data["grounding_prose"])),
        ignored_headings=data["ignored_headings"],
        ignored_rows=_reasons(data["ignored_rows"]),
        ignored_tables=_reasons(data["ignored_tables"]),
        ignored_models=_reasons(data["ignored_models"]),
        ignored_texts=_reasons(data["ignored_texts"]),
        facts={name: _re(text) for name, text in data["facts"].items()},
        asides=[_re(text) for text in data["asides"]],
        starts=_re(data["starts"].replace("$DATE", DATE.pattern)),
        models={name_key(name): model for model in _models(data["models"]) for name in model.names},
        short_names=data["short_names"],
        renames=data["renames"],
    )


def _models(entries: Mapping[str, Mapping[str, Any]]) -> list[Model]:
    return [
        Model(
            ids=tuple(entry.get("ids", [key])),
            names=tuple(entry["names"]),
            aliases=tuple(entry.get("aliases", ())),
            count=entry.get("count", ""),
            silent=entry.get("silent", False),
            short=entry.get("short", False),
        )
        for key, entry in entries.items()
    ]


def _reasons(entries: Sequence[Mapping[str, str]]) -> list[tuple[re.Pattern[str], str]]:
    return [(_re(entry["match"]), entry["reason"]) for entry in entries]


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(**{**entry, "modalities": tuple(entry.get("modalities", ("",)))})
