"""What the description of a SKU of Google's "Gemini API" says: model, meter, service tier and what selects the price.

A description is read whole or not at all: one model phrase, and nothing but known words around it. The words are those
of the Cloud Billing Catalog's vocabulary, by which the catalogue is read too; `skus.json` is made of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Phrase = tuple[str, ...]

FILE = Path(__file__).with_name("skus.json")
GROUNDING = ("search_grounding", "maps_grounding")
_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])")
_BLANKS = re.compile(r"[\s_\-\u2013/(),:]+")
_HOLE = "|"  # where the model stood: no phrase reaches across it


class UnmappedError(Exception):
    """The SKU has no one reading. `args` are the reason it is counted under, and the detail."""

    def __str__(self) -> str:
        reason, detail = self.args
        return f"{reason} ({detail})" if detail else str(reason)


class Vocabulary(NamedTuple):
    """Each field is the entry of the same name in `scraper/sources/cloud_billing.yaml`, where it is explained."""

    service: str
    usage_units: Mapping[str, str]
    nouns: Mapping[str, Mapping[str, Any]]
    counted: Mapping[str, Sequence[str]]
    modalities: Mapping[str, str]
    words: Mapping[Phrase, Mapping[str, str]]
    models: Mapping[Phrase, str]
    families: Mapping[Phrase, str]


class Meaning(NamedTuple):
    """What a description says: the model, the meter, what selects the price, and what is counted if it says so.

    `allowance` is `free` or `paid` where the SKU is that part of what has an allowance.
    """

    model: str
    meter: str
    modality: str
    service_tier: str
    context: str
    resolution: str
    noun: str
    allowance: str


def vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary of its data; phrases are taken apart as descriptions are."""
    phrases = {
        name: {tuple(words_of(phrase)): meaning for phrase, meaning in data[name].items()}
        for name in ("words", "models", "families")
        if name in data
    }
    return Vocabulary(**{**data, **phrases})


@cache
def known() -> Vocabulary:
    """The vocabulary that comes with the package."""
    return vocabulary(json.loads(FILE.read_text(encoding="utf-8")))


def words_of(text: str) -> list[str]:
    """The words of a description or phrase: `ER1.6_short` is er, 1.6, short."""
    return [word for word in _BLANKS.split(_PARTS.sub(" ", text).lower()) if word]


def meaning(description: str, terms: Vocabulary) -> Meaning:
    """The one reading of a description. Raises `UnmappedError` where it has none, or several."""
    return _one(description, terms.models, terms)


def meaning_in_bill(description: str, terms: Vocabulary) -> Meaning:
    """The same of a SKU on a bill, where grounding may be that of a family: its `model` is the family's name then.

    Raises `UnmappedError`.
    """
    try:
        return _one(description, terms.models, terms)
    except UnmappedError as error:
        try:
            found = _one(description, terms.families, terms)
        except UnmappedError:
            raise error from None
        if found.meter not in GROUNDING:
            raise error from None
        return found


def noun_of(said: Meaning, usage_unit: str, terms: Vocabulary, quantity: int | None = None) -> str:
    """What is counted: the description's noun, the usage unit's, or the family's own, in its display quantity if given.

    Raises `UnmappedError` where there is none that the meter may count, and `KeyError` on an unknown usage unit.
    """
    noun, own = said.noun, terms.usage_units[usage_unit]
    if own and noun not in ("", own) and (noun, own) != ("token", "token-hour"):
        raise UnmappedError("names no one unit", f"{noun} and {usage_unit}")
    family = terms.nouns.get(said.model.partition("-")[0], {})
    fits = quantity is None or family.get("quantity") == quantity
    noun = own or noun or (family.get("noun", "") if fits else "")
    if noun not in terms.counted[said.meter]:
        raise UnmappedError(
            "names no one unit", f"{said.meter} per {quantity or ''} {noun or usage_unit}".replace("  ", " ")
        )
    return noun


# ------------------------------------------------------------------------------------------------ word by word


def _one(description: str, models: Mapping[Phrase, str], terms: Vocabulary) -> Meaning:
    words = words_of(description)
    found: dict[Meaning, None] = {}
    failures: list[UnmappedError] = []
    for start, end in _spans(words, models):
        try:
            rest = [*words[:start], _HOLE, *words[end:]]
            found[_meaning(models[tuple(words[start:end])], _fields(rest, terms), terms)] = None
        except UnmappedError as error:
            failures.append(error)
    if len(found) > 1:
        readings = " or ".join(sorted(f"{m.model} {m.meter} {m.modality}".strip() for m in found))
        raise UnmappedError("several readings", readings)
    if found:
        return next(iter(found))
    # the longest model phrase leaves the fewest words: its failure says most
    raise failures[0] if failures else UnmappedError("no known model", "")


def _spans(words: Sequence[str], models: Mapping[Phrase, str]) -> list[tuple[int, int]]:
    """Where model phrases stand, the longest first."""
    return [
        (start, start + size)
        for size in range(max(map(len, models)), 0, -1)
        for start in range(len(words) - size + 1)
        if tuple(words[start : start + size]) in models
    ]


def _phrases(words: Sequence[str], terms: Vocabulary) -> Iterator[Mapping[str, str]]:
    """What each phrase around the model sets, the longest phrases first. Raises on a word that is in none."""
    longest = max(map(len, terms.words))
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        phrase = next((p for size in sizes if (p := tuple(words[at : at + size])) in terms.words), None)
        if phrase is not None:
            yield terms.words[phrase]
        elif words[at] != _HOLE:
            raise UnmappedError("unknown word", words[at])
        at += len(phrase or _HOLE)


def _fields(words: Sequence[str], terms: Vocabulary) -> dict[str, str]:
    """What the words around the model say, one value to each field."""
    fields: dict[str, str] = {}
    for name, value in (pair for sets in _phrases(words, terms) for pair in sets.items()):
        # a modality said twice is one too many: one "image" of the two is part of the model's name
        if name in fields and (fields[name] != value or name == "modality"):
            raise UnmappedError("says two things", f"{fields[name]} and {value}")
        fields[name] = value
    return fields


def _meaning(model: str, fields: Mapping[str, str], terms: Vocabulary) -> Meaning:
    family = model.partition("-")[0]
    modality = fields.get("modality", terms.modalities.get(family, ""))
    context = sorted(fields[name] for name in ("length", "thinking", "sound") if name in fields)
    resolution = fields.get("resolution", "")
    return Meaning(
        model=model,
        meter=_meter(fields),
        modality=modality,
        service_tier=fields.get("tier", "standard"),
        context=", ".join(context),
        resolution=resolution.lower() if modality == "video" else resolution,
        noun=fields.get("noun", ""),
        allowance=fields.get("allowance", ""),
    )


def _meter(fields: Mapping[str, str]) -> str:
    """The meter that direction, caching, storage and grounding name together."""
    # "output token count ... short input": the answers to short prompts
    direction, cached = fields.get("direction") or fields.get("side", ""), "cached" in fields
    if "meter" in fields:
        meter, fits = fields["meter"], not (direction or cached or "storage" in fields)
    elif "storage" in fields:
        meter, fits = "cache_storage", direction != "output"
    elif cached:
        meter, fits = "cache_read", direction != "output"
    else:
        meter, fits = direction, True
    if not fits:
        raise UnmappedError("says two things", f"{meter} and {direction or 'caching'}")
    if not meter:
        raise UnmappedError("names no meter", "")
    return meter
