"""Sentences beside the tables: token formulas and the prices they restate. Whole sentence or error.

A sentence that holds money must be a formula: it says how many tokens one unit takes, or restates a rate per unit.
Formula notes are published beside the rates, never as rates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ratecards.model import Formula
from scraper.errors import UnknownTerm
from scraper.prices.lexicon import AMOUNT, DATE, LIKE_A_DAY, UNIT, counted, day, money, plain, unit_parts, whole_number

_MARKED = re.compile(r"\[?(\*+)\]?\s*(.*)", re.DOTALL)
_RUN_TOGETHER = re.compile(r"(?<=[a-z)]\.)\s+(?=\[?\*+\]?\s*[A-Z])")
_SENTENCE = re.compile(r"(?<=[a-z)])\.\s+(?=[A-Z])|(?<=[a-z)])\.(?=[A-Z])")
_TOKENS = re.compile(r"\b([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+) (?:text |image |audio |video )?tokens?\b", re.IGNORECASE)
_PER = re.compile(r"\s*(?:/|per)\s*")
_FORMULA = re.compile(r"\b(?:priced at|set at|equivalent|approximately|roughly|about)\b|[~≈=]")
# Words of a price of its own, which no table shows: such a sentence is a problem, not a note.
_SURCHARGE = re.compile(
    r"\b(?:surcharge|additional(?:ly)?|extra|fees?|minimum|above|over|beyond|exceed\w*|more than|discount\w*)\b",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\b(0\.5K|[1248]K|[0-9]{3,4}p|4k)\b(?! (?:tokens?|requests?|prompts?|queries|characters?)\b)")

# The words of a sentence that says no more than how many tokens something takes; a request takes no fixed number.
_OF_COUNTS = re.compile(
    r"(?:an?|and|approximately|are|as|at|audio|average|based|billed|billing|by|calculated|charges|consumes?|consumed"
    r"|consumption|converted|correspond(?:s|ing)?|costs?|count(?:s|ed)?|each|equals?|estimated|every|for|frames?"
    r"|generated|hour|images?|inputs?|in|is|its?|minute|of|on|one|or|outputs?|pages?|per|pricing|processed|rate|resolution"
    r"|roughly|sample|seconds?|set|song|takes?|text|the|this|to|tokens?|tokenized|total|used?|uses|videos?|which|with"
    r"|without|timestamps?)\Z"
)
_FIXED = re.compile(r"[0-9]+ (?:images?|seconds?|minutes?|hours?|frames?|songs?|videos?)\Z")

# Words that take a day back, or leave it open.
_OPEN = re.compile(
    r"\bnot\b|n't\b|\bno (?:earlier|sooner)\b|\b(?:earliest|expected|planned|tentative\w*|about|around)\b",
    re.IGNORECASE,
)

_Count = tuple[int, str | None]  # tokens, and the unit they are counted per
_Money = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A paragraph of a section; `marks` is its run of asterisks, empty for prose."""

    marks: str
    text: str


def footnotes(text: str) -> list[Footnote]:
    """The notes of a paragraph: `[**] words` or plain words, and further ones that were run together with it."""
    return [footnote(part) for part in _RUN_TOGETHER.split(text)]


def footnote(text: str) -> Footnote:
    """Split `[**] words`, `** words` or plain words into marks and words."""
    match = _MARKED.match(text)
    return Footnote(match[1], match[2]) if match else Footnote("", text)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, each with its own full stop."""
    return [s if s.endswith(".") else f"{s}." for s in _SENTENCE.split(text) if s.strip()]


def only_day(note: str) -> date | None:
    """The day that a note names, if it names exactly one and leaves no doubt of it. Raises `UnknownTerm`.

    "Before January 5 nothing is billed; billing starts on February 7, 2027" names two.
    """
    found = list(DATE.finditer(note))
    if len(found) != 1 or len(LIKE_A_DAY.findall(note)) != 1 or _OPEN.search(note):
        return None
    return day(found[0])


def formulas(sentence: str) -> list[Formula]:
    """The formula notes of a sentence; several when it names several resolutions or restates in two units.

    A count of tokens per unit, money per unit, or both; prose without either gives none, nor does a sentence that says
    more than a count. Raises `UnknownTerm` when the sentence holds money and is not such a formula.
    """
    counts = [(whole_number(m[1]), _unit_after(sentence, m.end())) for m in _counts(sentence)]
    restated = [_restated(sentence, m) for m in AMOUNT.finditer(plain(sentence))]
    if len(restated) != counted(sentence):
        raise UnknownTerm(f"an amount of unknown shape in: {sentence}")
    if restated and not _is_formula(sentence, counts, restated):
        raise UnknownTerm(f"money in a sentence that is not a formula: {sentence}")
    if not restated and not _only_counts(sentence, counts):
        return []
    pairs = _paired(counts, restated)
    meter, modality = _meter(sentence), _modality(sentence)
    return [_formula(sentence, meter, modality, size, *pair) for size in _sizes(sentence) for pair in pairs]


def _counts(sentence: str) -> list[re.Match[str]]:
    """The counts of tokens that are not the unit of an amount ("per 1,000,000 tokens")."""
    found = _TOKENS.finditer(sentence)
    return [m for m in found if not re.search(r"(?:per|/)\s*\Z", sentence[max(0, m.start() - 9) : m.start()])]


def _only_counts(sentence: str, counts: list[_Count]) -> bool:
    """Whether a sentence without money is a formula as a whole: every word of it speaks of counting tokens."""
    words = re.findall(r"(?<![\w.])[^\W\d_]+(?!\w)", sentence.lower())
    return all(map(_OF_COUNTS.match, words)) and all(_FIXED.match(unit) for _, unit in counts if unit)


def _is_formula(sentence: str, counts: list[_Count], restated: list[_Money]) -> bool:
    """Whether money in the sentence restates what the tables say, by a count of tokens or in words for that."""
    if _SURCHARGE.search(sentence):
        return False
    said = bool(_FORMULA.search(sentence))
    per = {unit for _, unit in counts}
    if len(counts) > 1 and (None in per or len(per) < len(counts)):
        return False
    return said or (bool(counts) and any(not _in_tokens(unit) for _, unit in restated))


def _paired(counts: list[_Count], restated: list[_Money]) -> list[tuple[int | None, Decimal | None, str]]:
    """Each amount with the tokens of its unit, and each count of tokens that no amount restates."""
    only = counts[0] if len(counts) == 1 else None
    pairs: list[tuple[int | None, Decimal | None, str]] = []
    for amount, unit in restated:
        tokens = [n for n, per in counts if per == unit]
        if only and only[1] is None and not _in_tokens(unit):
            tokens = [only[0]]
        pairs.append((tokens[0] if tokens else None, amount, unit))
    if len({per for _, per in counts}) == len(counts):
        pairs += [(n, None, per) for n, per in counts if per and all(per != unit for _, unit in restated)]
    return pairs


def _in_tokens(unit: str) -> bool:
    return unit.endswith(" tokens")


def _sizes(sentence: str) -> list[str]:
    return list(dict.fromkeys(_SIZE.findall(sentence))) or [""]


def _formula(
    quote: str, meter: str, modality: str, size: str, tokens: int | None, amount: Decimal | None, unit: str
) -> Formula:
    return Formula(
        quote=quote,
        meter=meter,
        modality=modality,
        resolution=size,
        unit=unit,
        tokens=tokens,
        amount=amount,
        currency="" if amount is None else "USD",
    )


def _restated(sentence: str, match: re.Match[str]) -> _Money:
    unit = _unit_after(sentence, match.end())
    if not unit:
        raise UnknownTerm(f"{match.group()} without a unit in: {sentence}")
    return money(match.group()), unit


def _unit_after(sentence: str, at: int) -> str | None:
    per = _PER.match(sentence, at)
    unit = UNIT.match(sentence, per.end()) if per else None
    return unit_parts(unit)[0] if unit else None


def _meter(sentence: str) -> str:
    return next((m for m in ("input", "output") if re.search(rf"\b{m}\b", sentence, re.IGNORECASE)), "")


def _modality(sentence: str) -> str:
    found = re.search(r"\b(image|audio|video)s?\b", sentence, re.IGNORECASE)
    return found[1].lower() if found else ""
