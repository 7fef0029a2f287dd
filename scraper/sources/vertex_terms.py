"""The Agent Platform page's vocabulary: `vertex_ai.yaml` as typed look-ups without defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scraper.errors import UnknownTerm
from scraper.prices.lexicon import DATE, modalities, whole_number
from scraper.prices.normalize import label_key
from scraper.prices.scanner import Phrases
from scraper.sources import vocabulary

VOCABULARY = Path(__file__).with_name("vertex_ai.yaml")
_NEVER = re.compile(r"(?!)")
_LISTED = re.compile(r"(.*\S)\s*\(([^()]*)\)\Z")
_PRICE_HEADER = re.compile(
    r"(?:price|pricing)(?: \(/(?P<unit>[^()]+)\))?"
    r"(?: \(? ?(?P<cmp><=|=<|≤|>) ?(?P<bound>[0-9,]+)k (?P<cached>cached )?input tokens\)?)?"
    r"(?: with (?P<tier>.+?))?(?: per (?P<per>.+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a row's words mean; an empty meter or unit is left to another cell of the row."""

    meter: str = ""
    modalities: tuple[str, ...] = ("",)
    unit: str = ""
    context: str = ""
    quality: str = ""
    model: str = ""

    def joined(self, other: Rule) -> Rule:
        """This rule with what `other` says and this one leaves open."""
        return Rule(
            meter=self.meter or other.meter,
            modalities=self.modalities if any(self.modalities) else other.modalities,
            unit=self.unit or other.unit,
            context=self.context or other.context,
            quality=self.quality or other.quality,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column holds: `model`, `type`, `feature` … or a `price` or `storage` price and its conditions."""

    role: str
    header: str
    unit: str = ""
    prompt_over: int | None = None
    prompt_up_to: int | None = None
    cached: bool = False
    tiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model the page prices under one name: its ids (the first carries the aliases)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    silent: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class CellLabel:
    """The words before a colon in a price cell: a service tier, or what the price is of."""

    tier: str = ""
    meter: str = ""


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
    hourly: Mapping[str, str]
    units: Mapping[str, str]
    types: Mapping[str, Rule]
    features: Mapping[str, Rule]
    products: Sequence[str]
    cell_labels: Mapping[str, CellLabel]
    contexts: Mapping[str, str]
    regions: Sequence[str]
    phrases: Phrases
    grounding: Mapping[str, Sequence[Rule]]
    grounding_features: Sequence[str]
    grounding_prose: re.Pattern[str]
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
        match = _PRICE_HEADER.fullmatch(folded)
        if not match or (match["tier"] and match["tier"] not in self.header_tiers):
            raise UnknownTerm(f"unknown header {header!r}")
        bound = whole_number(match["bound"]) * 1000 if match["bound"] else None
        words = match["unit"] or match["per"]
        return Column(
            role="price",
            header=header,
            unit=self.unit(words) if words else "",
            prompt_over=bound if match["cmp"] == ">" else None,
            prompt_up_to=None if match["cmp"] == ">" else bound,
            cached=bool(match["cached"]),
            tiers=tuple(self.header_tiers[match["tier"]]) if match["tier"] else (),
        )

    def type(self, label: str) -> Rule | None:
        """What a row label means; None when it is unknown."""
        folded = label_key(label)
        if rule := self.types.get(folded):
            return rule
        listed = _LISTED.fullmatch(folded)
        if listed and (rule := self.types.get(listed[1])) and not any(rule.modalities):
            try:
                return replace(rule, modalities=modalities(listed[2]))
            except UnknownTerm:
                return None
        return None

    def named(self, name: str) -> Model | None:
        """The model a name stands for, with or without its leading "Gemini"; None when it is unknown."""
        key = name_key(name)
        return self.models.get(key) or self.models.get(f"gemini {key}")

    def all_named(self, name: str) -> list[Model]:
        """The models of a name, or of a list of names; empty unless every one is known."""
        if model := self.models.get(name_key(name)):
            return [model]
        found = [self.models.get(name_key(part)) for part in name.split(",")]
        return [model for model in found if model] if all(found) else []

    def of_id(self, model_id: str) -> Model:
        """The model that prices an id of the vocabulary."""
        return next(model for model in self.models.values() if model_id in model.ids)


def name_key(name: str) -> str:
    """A model's name as it is compared: folded, hyphens read as blanks."""
    return " ".join(label_key(name).replace("-", " ").split())


@vocabulary.of(VOCABULARY)
def load_terms(data: Any) -> Terms:
    """The vocabulary, read and compiled once."""
    phrases = {name: _re(text) for name, text in data["phrases"].items()}
    return Terms(
        urls=data["urls"],
        currency=data["currency"],
        proofs=data["proofs"],
        tabs=data["tabs"],
        roles=data["headers"],
        header_tiers=data["header_tiers"],
        storage_headers=data["storage_headers"],
        hourly=data["hourly"],
        units=data["units"],
        types={label: _rule(entry) for label, entry in data["types"].items()},
        features={label: _rule(entry) for label, entry in data["features"].items()},
        products=data["products"],
        cell_labels={label: CellLabel(**entry) for label, entry in data["cell_labels"].items()},
        contexts=data["contexts"],
        regions=data["regions"],
        phrases=Phrases(supported=_NEVER, ignored=_NEVER, **phrases),
        grounding={label: [_rule(e) for e in entries] for label, entries in data["grounding"].items()},
        grounding_features=data["grounding_features"],
        grounding_prose=_re("|".join(f"(?:{text})" for text in data["grounding_prose"])),
        ignored_headings=data["ignored_headings"],
        ignored_models=[(_re(e["match"]), e["reason"]) for e in data["ignored_models"]],
        ignored_texts=[(_re(e["match"]), e["reason"]) for e in data["ignored_texts"]],
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
            silent=entry.get("silent", False),
            short=entry.get("short", False),
        )
        for key, entry in entries.items()
    ]


def _re(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(**{**entry, "modalities": tuple(entry.get("modalities", ("",)))})
