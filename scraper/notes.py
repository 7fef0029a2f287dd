"""Sentences beside the tables: token formulas and the prices they restate. Whole sentence or error.

A sentence that holds money must be a formula: it says how many tokens one unit takes, or restates a rate per unit.
Formula notes are published beside the rates, never as rates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ratecards.model import Formula
from scraper.errors import UnknownTerm
from scraper.words import AMOUNT, COUNTED, UNIT, money, unit_parts, whole_number

_MARKED = re.compile(r"\[?(\*+)\]?\s*(.*)", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[a-z)])\.\s+(?=[A-Z])|(?<=[a-z)])\.(?=[A-Z])")
_TOKENS = re.compile(r"\b([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+) (?:text |image |audio |video )?tokens?\b", re.IGNORECASE)
_PER = re.compile(r"\s*(?:/|per)\s*")
_FORMULA = re.compile(r"\b(?:priced at|equivalent|approximately)\b")
_SIZE = re.compile(r"\b(0\.5K|[1248]K|[0-9]{3,4}p|4k)\b")


@dataclass(frozen=True, slots=True)
class Footnote:
    """A paragraph of a section; `marks` is its run of asterisks, empty for prose."""

    marks: str
    text: str


def footnote(text: str) -> Footnote:
    """Split `[**] words`, `** words` or plain words into marks and words."""
    match = _MARKED.match(text)
    return Footnote(match[1], match[2]) if match else Footnote("", text)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, each with its own full stop."""
    return [s if s.endswith(".") else f"{s}." for s in _SENTENCE.split(text) if s.strip()]


def formulas(sentence: str) -> list[Formula]:
    """The formula notes of a sentence; several when it names several resolutions or restates in two units.

    A count of tokens per unit, money per unit, or both; prose without either gives none. Raises `UnknownTerm`
    when the sentence holds money and is not such a formula.
    """
    counts = [m for m in _TOKENS.finditer(sentence) if not _is_unit(sentence, m)]
    restated = [_restated(sentence, m) for m in AMOUNT.finditer(sentence)]
    if len(restated) != len(COUNTED.findall(sentence)):
        raise UnknownTerm(f"an amount of unknown shape in: {sentence}")
    if restated and (len(counts) > 1 or not (counts or _FORMULA.search(sentence))):
        raise UnknownTerm(f"money in a sentence that is not a formula: {sentence}")
    if len(counts) != 1:
        return [_formula(sentence, size, None, *pair) for size in _sizes(sentence) for pair in restated]
    tokens, per = whole_number(counts[0][1]), _unit_after(sentence, counts[0].end())
    pairs: list[tuple[Decimal | None, str]] = [*restated]
    if not restated or (per and all(per != unit for _, unit in restated)):
        pairs += [(None, per)] if per else []
    return [
        _formula(sentence, size, None if per and unit != per else tokens, amount, unit)
        for size in _sizes(sentence)
        for amount, unit in pairs
    ]


def _sizes(sentence: str) -> list[str]:
    return list(dict.fromkeys(_SIZE.findall(sentence))) or [""]


def _formula(quote: str, size: str, tokens: int | None, amount: Decimal | None, unit: str) -> Formula:
    return Formula(
        quote=quote,
        meter=_meter(quote),
        modality=_modality(quote),
        resolution=size,
        unit=unit,
        tokens=tokens,
        amount=amount,
        currency="" if amount is None else "USD",
    )


def _is_unit(sentence: str, match: re.Match[str]) -> bool:
    return bool(re.search(r"(?:per|/)\s*\Z", sentence[: match.start()]))


def _restated(sentence: str, match: re.Match[str]) -> tuple[Decimal, str]:
    per = _PER.match(sentence, match.end())
    unit = UNIT.match(sentence, per.end()) if per else None
    if not unit:
        raise UnknownTerm(f"{match.group()} without a unit in: {sentence}")
    return money(match.group()), unit_parts(unit)[0]


def _unit_after(sentence: str, at: int) -> str | None:
    per = _PER.match(sentence, at)
    unit = UNIT.match(sentence, per.end()) if per else None
    return unit_parts(unit)[0] if unit else None


def _meter(sentence: str) -> str:
    return next((m for m in ("input", "output") if re.search(rf"\b{m}\b", sentence, re.IGNORECASE)), "")


def _modality(sentence: str) -> str:
    found = re.search(r"\b(image|audio|video)s?\b", sentence, re.IGNORECASE)
    return found[1].lower() if found else ""
