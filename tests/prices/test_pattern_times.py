"""No pattern of the price language is made to run for long by words of its own."""

from __future__ import annotations

import itertools
import random
import re
from re import _parser as sre_parse

import pytest

from scraper.prices import amounts, conditions, footnotes, grammar, labels, lexicon, normalize, toolcells
from scraper.sources import gemini_terms, vertex_terms
from tests.prices.test_grammar import REFUSED, SEEN, VARIANTS
from tests.support.deadline import deadline

LENGTH, SECONDS = 10_000, 5.0


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern of the lexicon, and those of the vocabularies."""
    found = {}
    for module in (lexicon, amounts, conditions, grammar, footnotes, toolcells, normalize, labels):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                found[f"{module.__name__.rpartition('.')[2]}.{name}"] = value
    for terms in (gemini_terms.load_terms(), vertex_terms.load_terms()):
        for name in terms.__slots__:
            value = getattr(terms, name)
            if isinstance(value, re.Pattern):
                found[f"{type(terms).__module__.rpartition('.')[2]}.{name}"] = value
    for name in gemini_terms.Phrases.__slots__:
        found[f"phrases.{name}"] = getattr(gemini_terms.load_terms().phrases, name)
    for at, (name, _, pattern) in enumerate(labels._PIECES):
        found[f"labels.{at}.{name}"] = pattern
    for at, (pattern, _) in enumerate(gemini_terms.load_terms().variant_rows):
        found[f"variant_rows.{at}"] = pattern
    return found


PATTERNS = patterns()


def alphabet(pattern: re.Pattern[str]) -> list[str]:
    """The literal words of a pattern, a character of each of its sets, and blanks."""
    found: set[str] = {" ", "  "}

    def walk(tree: sre_parse.SubPattern) -> None:
        word = ""
        for op, value in tree:
            if str(op) == "LITERAL":
                word += chr(value)
                continue
            found.add(word)
            word = ""
            for part in value if isinstance(value, (list, tuple)) else (value,):
                inner = part if isinstance(part, (list, tuple)) else (part,)
                for item in inner:
                    if isinstance(item, sre_parse.SubPattern):
                        walk(item)
            if str(op) == "IN":
                found.update(_members(value))
        found.add(word)

    walk(sre_parse.parse(pattern.pattern, pattern.flags))
    return sorted(found - {""})


def _members(items: list) -> set[str]:
    out = set()
    for op, value in items:
        if str(op) == "LITERAL":
            out.add(chr(value))
        elif str(op) == "RANGE":
            out |= {chr(value[0]), chr(value[1])}
    return out


def texts(pattern: re.Pattern[str]) -> list[str]:
    """Texts of `LENGTH` characters: each word again and again, pairs of words, and words at random."""
    own = alphabet(pattern)
    dice = random.Random(pattern.pattern)
    units = own + [dice.choice(own) + dice.choice(["", " ", ", "]) + dice.choice(own) for _ in range(30)]
    out = [(unit * (LENGTH // len(unit) + 1))[:LENGTH] for unit in units]
    for blank in ("", " "):
        words_ = [dice.choice(own) for _ in range(LENGTH)]
        out.append(blank.join(words_)[:LENGTH])
    return out


@pytest.mark.parametrize("name", PATTERNS)
def test_fault_89_a_pattern_over_ten_thousand_characters_of_its_own_alphabet(name):
    """Whichever way it is asked, it answers in time."""
    pattern = PATTERNS[name]
    for text in texts(pattern):
        for ask in (pattern.match, pattern.fullmatch):
            with deadline(SECONDS, f"{name} on {text[:60]!r} …"):
                ask(text)


def taken(pattern: re.Pattern[str]) -> list[str]:
    """What the pattern takes of the cells and notes that were ever seen, and of lists of their words."""
    cells = [text for cases in [*SEEN.values(), VARIANTS] for text, _ in cases] + [*REFUSED, *MADE]
    found = {m.group() for cell in cells if (m := pattern.search(" ".join(cell.split())))}
    return sorted(found - {""}, key=lambda text: (-len(text), text))[:12]


MADE = [
    "(720p, 1080p and 4k)",
    "720p, 1080p, and 4k: $1",
    "(text, image / video and audio)",
    "text, image, and video: $1",
    "1,000 free search requests per month (free, shared across all Gemini 3.x models, Flash and Pro), then",
    "* Image output is priced at $30 per 1,000,000 tokens. Output images at 1K consume 1120 tokens.",
    "(free of charge, limit shared with Flash-Lite RPD)",
]


@pytest.mark.parametrize("name", PATTERNS)
def test_fault_89_what_a_pattern_takes_pumped_up(name):
    """A part of it repeated up to ten thousand characters and cut before its end: every part, by words."""
    pattern = PATTERNS[name]
    for text in taken(pattern):
        bounds = sorted({0, len(text), *(m.start() for m in re.finditer(r"\b|\B(?=[ (),/])", text))})[:24]
        for start, end in itertools.combinations(bounds, 2):
            part = text[start:end]
            for size in (50, 100, 200, LENGTH):
                pumped = text[:start] + part * (size // len(part) + 1) + "!"
                with deadline(SECONDS, f"{name} on {pumped[:90]!r} …"):
                    pattern.match(pumped)


@pytest.mark.parametrize("name", [name for name in PATTERNS if name.startswith("labels.")])
def test_a_label_of_ten_thousand_characters(name):
    """As a whole: at each of its words every pattern is asked."""
    for text in texts(PATTERNS[name])[::8]:
        with deadline(SECONDS, f"{text[:60]!r} …"):
            labels.why_unknown(text)


def test_the_alphabet_of_a_pattern():
    """Its words and the ends of its sets, from wherever they stand in it."""
    assert {" ", "  ", "ab", "c", "x", "z", "9", "0"} == set(alphabet(re.compile(r"(?:ab|c)+[x-z]*(?<=[0-9])")))


def test_a_pattern_in_which_two_repeats_meet_is_seen():
    """The test's own test: blanks that two repeats share are divided in a million ways."""
    with pytest.raises(AssertionError, match="longer than"), deadline(0.5, "meet"):
        re.fullmatch(r"(?:a\s*,\s*\s*)*b", "a, " * 40)
