"""What words in no vocabulary could mean: lines of the vocabulary that would make them known. What every source shares.

A candidate comes from what the words name and from the shape of the page, never from a default, and claims every word
that could change a price. Which of several is right is for the numbers to prove (`scraper.checks.proofs`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TypeVar

from ratecards.model import PLANS, SERVICE_TIERS
from scraper.errors import UnknownTerm
from scraper.model import Problem
from scraper.prices.labels import lost_words, take_apart
from scraper.prices.lexicon import BOUND_IN_BRACKETS, COUNTED, counted, plain
from scraper.prices.normalize import label_key
from scraper.prices.skippable import beside_money, selecting, skippable
from scraper.sources.vocabulary import TIERS, Patch, VocabularyError, merged

# What a label or a header counts, by the beginnings of words.
_KEY_NOUNS = {
    "input": r"inputs?|prompts?",
    "output": r"outputs?|responses?|completions?|generat\w*",
    "cache": r"cach\w*",
    "write": r"writ(?:e|es|ing)|creation",
    "storage": r"stor(?:age|ed|ing)",
    "search": r"search",
    "maps": r"maps?",
    "tuning": r"tun(?:ing|ed)|train\w*|fine-tun\w*",
}
_METERS = {
    ("input",): "input",
    ("output",): "output",
    ("cache",): "cache_read",
    ("cache", "input"): "cache_read",
    ("cache", "storage"): "cache_storage",
    ("cache", "write"): "cache_write",
    ("storage",): "cache_storage",
    ("search",): "search_grounding",
    ("maps",): "maps_grounding",
    ("tuning",): "tuning",
}
_MODALITY = re.compile(r"(text|image|audio|video)s?\Z")
# What a word of a header may stand for: a plan, what joins a unit to it, how many of what.
_IN_HEADERS = (
    *("free", "paid", "per", "1M", "1K", "token", "tokens", "request", "requests", "prompts", "queries", "characters"),
    *("image", "images", "second", "minute", "hour", "song", "USD"),
)
# The words of the lexicon that another word may stand for in a cell.
_STANDS_FOR = (
    *(
        "text",
        "image",
        "images",
        "audio",
        "video",
        "thinking",
        "token",
        "tokens",
        "MTok",
        "second",
        "minute",
        "hour",
        "frame",
    ),
    *("song", "request", "requests", "prompt", "prompts", "query", "queries", "character", "characters", "storage"),
    *("search", "grounded", "grounding", "input", "output", "caching", "resolution", "price", "million", "thousand"),
    *("through", "starting", "before", "after", "over", "up to", "per", "then", "month", "day", "RPD", "limit"),
    *("shared", "free", "charge", "not", "available", "supported", "equivalent", "approximately"),
)
AVAILABILITIES = ("not_available", "free", "not_published", "supported", "refers")
# Words of any label: what is counted in tokens says so in its header.
_OF_PRICES = re.compile(r"(?:pric(?:e|es|ing)|costs?|rates?|charges?|fees?|tokens?)\Z")
_NEGATION = re.compile(r"(?:un|not|no|non|none|without|\w+n't)\Z")
# Words that select prices elsewhere, and say whether there is one where no amount stands.
_SAYS = re.compile(r"(?:un|not|no|non|none|without|free|charged?|costs?|fees?|prices?|available|supported|\w+n't)\Z")
_WORDS = re.compile(r"[^\W_]+(?:['’]\w+)?")
_MOST_PHRASES = 4
Said = TypeVar("Said")
# For a cell and a patch, what is not understood.
Reads = Callable[[str, Patch], UnknownTerm | None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines of a vocabulary, what they say of the unknown words, and the phrases that they skip in cells.

    `no_prices`: the row that they are of gives none. `claims`: every word is accounted for; else it is for a person.
    """

    patch: Patch
    words: str
    skipped: tuple[str, ...] = ()
    no_prices: bool = False
    claims: bool = True


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return _WORDS.findall(plain(text).lower())


def key_nouns(text: str) -> tuple[str, ...]:
    """Which of the key nouns stand in a label, sorted."""
    words = words_of(text)
    return tuple(sorted(n for n, form in _KEY_NOUNS.items() if any(re.fullmatch(form, word) for word in words)))


def modalities_in(text: str) -> tuple[str, ...]:
    """The modalities that a text names, each once."""
    return tuple(dict.fromkeys(found[1] for word in words_of(text) if (found := _MODALITY.match(word))))


def meters_of(label: str) -> list[str]:
    """The meters that a label may name: the one of its key nouns, input and output where it names modalities alone."""
    nouns = key_nouns(label)
    if not nouns:
        return ["input", "output"] if modalities_in(label) else []
    return [_METERS[nouns]] if nouns in _METERS else []


def claimed(text: str, *meanings: str) -> bool:
    """Whether every word of a label, header or tab that could change a price is one of `meanings`, or a key noun.

    Numbers are none of these; money is no word.
    """
    known = {word.rstrip("s") for meaning in meanings for word in words_of(meaning)}
    rest = [word for word in words_of(text) if word.rstrip("s") not in known and not _OF_PRICES.match(word)]
    nouns = [form for noun, form in _KEY_NOUNS.items() if noun in meanings]
    nouns += [r"ground(?:ing|ed)"] if {"search", "maps"} & {*meanings} else []
    rest = [word for word in rest if not any(re.fullmatch(form, word) for form in nouns)]
    symbols = re.search(r"[%<>≤≥=~≈×+€£¥₩₹]", plain(text))
    return not symbols and not any(re.search(r"\d", word) or selecting(word) for word in rest)


def tabs(tab: str, known: Mapping[str, str], entry: Callable[[str], object] = str) -> Iterator[Candidate]:
    """The service tiers that a tab may mean: the one that it names, else each that the vocabulary has.

    `entry` gives what a vocabulary has for a tier.
    """
    named = [tier for tier in SERVICE_TIERS if tier in words_of(tab)]
    if {*named} - {*known.values(), *TIERS}:
        return  # a tier of others, which may be any of this page's
    for tier in named if len(named) == 1 else [] if named else dict.fromkeys(known.values()):
        if claimed(tab, tier):
            yield Candidate({"tabs": {label_key(tab): entry(tier)}}, f"{tab!r} is the tab of {tier}")


def columns(headers: Sequence[str]) -> Iterator[Candidate]:
    """The plan and the unit that each of several headers may mean, together."""
    for entries in product(*(_column(header) for header in headers)):
        patch = {"columns": {label_key(h): entry for h, entry in zip(headers, entries, strict=True)}}
        said = [f"{h!r} is the {e['plan']} plan, per {e['unit']}" for h, e in zip(headers, entries, strict=True)]
        yield Candidate(patch, "; ".join(said).replace(", per ;", ";").removesuffix(", per "))


@lru_cache(maxsize=256)  # of a page's headers, which are alike
def _column(header: str) -> list[dict[str, str]]:
    """Plan and unit by the words of a header that have a place: each plan that there is where they name none."""
    found = list[dict[str, str]]()
    for said in _in_known_words(header):
        try:
            label = take_apart(said)
        except UnknownTerm:
            continue
        if label.only("plan", "unit", "currency"):
            found += ({"plan": plan, "unit": label.unit} for plan in ([label.plan] if label.plan else PLANS))
    return [entry for at, entry in enumerate(found) if entry not in found[:at]]


def _in_known_words(header: str) -> Iterator[str]:
    """A header without the words that nobody knows, and with each word that one of them may be in its place."""
    unknown = [word for word in dict.fromkeys(lost_words(header)) if skippable(word)]
    for word in unknown if len(unknown) <= _MOST_PHRASES else ():
        for meant in ("", *_IN_HEADERS):
            others = (other for other in unknown if other != word)
            yield instead(instead(plain(header), others), [word], meant)


def instead(text: str, words: Iterable[str], meant: str = "") -> str:
    """The text with another word, or none, in the place of each of some."""
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: meant, text, flags=re.IGNORECASE)
    return " ".join(text.split())


def not_understood(read: Callable[[Said, Patch], object]) -> Callable[[Said, Patch], UnknownTerm | None]:
    """A function that gives what is not understood of a cell under a patch; `read` reads it, and raises what is not."""

    def reads(text: Said, patch: Patch) -> UnknownTerm | None:
        try:
            read(text, patch)
        except UnknownTerm as error:
            return error
        except VocabularyError as error:  # the vocabulary says another thing of these words
            return UnknownTerm(str(error))
        return None

    return reads


def cells(text: str, reads: Reads, quoted: Callable[[str], str] = label_key) -> Iterator[Candidate]:
    """What the unknown words of a cell may mean. `reads` gives what of it is not understood under a patch.

    One word may stand for a word of the lexicon; words are skipped where they can change no price; a cell without an
    amount may say an availability.
    """
    error = reads(text, {})
    if error is None:
        return
    if not counted(text):
        yield from _availabilities(text, quoted)
    bounds = {found.group().lower(): f"(prompts {found.group()[1:]}" for found in BOUND_IN_BRACKETS.finditer(text)}
    if bounds and reads(text, {"nouns": bounds}) is None:
        yield Candidate({"nouns": bounds}, f"said of the prompt: {' and '.join(bounds)}", (*bounds,))
    if (word := _unknown_word(text, error)) is not None:
        for noun in _STANDS_FOR:
            patch = {"nouns": {word: noun}}
            if reads(text, patch) is None:
                yield Candidate(patch, f"{word!r} is {noun}", (word,))
    yield from _skipping(text, error, reads)


def _availabilities(text: str, quoted: Callable[[str], str]) -> Iterator[Candidate]:
    words = words_of(text)
    denied, free = any(map(_NEGATION.match, words)), any(word in ("free", "gratis") for word in words)
    allowed = {"free"} if free else {"free", "not_available"} if denied else {*AVAILABILITIES}
    moving = any(word[0].isdigit() or (selecting(word) and not _SAYS.match(word)) for word in words)
    if not words or moving or (free and denied):
        return
    yield from said_by(text, [each for each in AVAILABILITIES if each in allowed], quoted)


def said_by(text: str, availabilities: Sequence[str], quoted: Callable[[str], str] = label_key) -> Iterator[Candidate]:
    """What a cell without an amount may say."""
    for availability in availabilities:
        said = f"{label_key(text)!r} is {availability.replace('_', ' ')}"
        yield Candidate({"cells": {quoted(text): availability}}, said, (label_key(text),))


def _skipping(text: str, error: UnknownTerm, reads: Reads) -> Iterator[Candidate]:
    phrases = unknown_words(text, reads, error)
    if phrases and all(map(skippable, phrases)):
        yield Candidate({"cell_asides": phrases}, f"{' and '.join(map(repr, phrases))} skipped", tuple(phrases))


def unknown_words(text: str, reads: Reads, error: UnknownTerm | None = None) -> list[str]:
    """The phrases without which a cell is understood, each once; none where it is, or is not without them either."""
    source, found = " ".join(plain(text).split()), list[tuple[int, int]]()
    error = error or reads(text, {})
    for _ in range(4 * _MOST_PHRASES):
        if error is None or error.at is None or not (span := _phrase(source, error.at)):
            return []
        if found and source[found[-1][1] : span[0]].strip() == "" and source[found[-1][0]] != "(" != source[span[0]]:
            span = (found.pop()[0], span[1])
        if span in found or len(found) == _MOST_PHRASES:
            return []
        found.append(span)
        phrases = list(dict.fromkeys(source[start:end].lower() for start, end in found))
        error = reads(text, {"cell_asides": phrases})
        if error is None:
            return phrases
    return []


def _phrase(text: str, at: int) -> tuple[int, int] | None:
    """The words at a position that are to be skipped as one: those in brackets, or the next word."""
    found = re.compile(r"\s*(\([^()$]*\)|[^\s$€£(),;]+)").match(text, at)
    if found is None or COUNTED.search(found[1]) or beside_money(text, found[1], found.end()):
        return None
    return found.span(1)


def _unknown_word(text: str, error: UnknownTerm) -> str | None:
    """The first word that nobody knows at the place, or behind it."""
    source = " ".join(plain(text).split()).lower()
    for found in re.compile(r"(?<![\w$])[a-z]{2,}(?!\w)").finditer(source, error.at or 0):
        if skippable(found.group()) and not beside_money(source, found.group(), found.end()):
            return found.group()
    return None


def together(choices: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """Each way to take one candidate of every choice, as one."""
    for chosen in product(*choices):
        try:
            patch = merged(candidate.patch for candidate in chosen)
        except VocabularyError:
            continue  # one word cannot mean two things
        if chosen:
            words = "; ".join(dict.fromkeys(c.words for c in chosen))
            yield Candidate(patch, words, tuple(dict.fromkeys(s for c in chosen for s in c.skipped)))


def problem_cells(problem: Problem) -> list[str]:
    """The cells of the row that a problem is of."""
    return problem.term.split(" | ") if problem.term else []
