"""What unknown words of a page of tables could mean, as lines of its vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import Any

from ratecards.model import SERVICE_TIERS
from scraper.errors import UnknownTerm
from scraper.model import Problem
from scraper.prices.labels import lost_words
from scraper.prices.lexicon import plain
from scraper.prices.normalize import label_key
from scraper.prices.skippable import skippable
from scraper.sources.candidates import Candidate, Reads, cells, claimed, tabs, together, unknown_words, words_of
from scraper.sources.vocabulary import Patch, TableTerms, Term, entry_of

# So many ways to take the unknown headers of one table are tried, and so many unknown words of one header.
_MOST, _MOST_WORDS = 64, 4
Patched = Callable[[Patch], TableTerms]


def candidates(problems: Sequence[Problem], terms: TableTerms, patched: Patched) -> list[Candidate]:
    """What the words of problems at one place, all of one kind, may mean; problems of headers are taken together."""
    problem = problems[0]
    if not problem.term:
        return []
    if problem.kind == "header":
        return list(_columns([p.term for p in problems], terms))
    if problem.kind == "tab":
        known = {text: tab.service_tier for text, tab in terms.tabs.items() if tab.service_tier}
        return list(tabs(problem.term, known, lambda tier: {"service_tier": tier}))
    found = {"label": _labels, "section": _sections}.get(problem.kind)
    if found:
        return list(found(problem.term, terms))
    return list(_cell(problem.term, terms, patched)) if problem.kind == "cell" else []


def choices(problems: Sequence[Problem], terms: TableTerms, patched: Patched) -> list[Candidate]:
    """What a person may choose of: the candidates, else every meaning that lines of the vocabulary can give."""
    problem, found = problems[0], candidates(problems, terms, patched)
    if not problem.term:
        return []
    every = list[Candidate]()
    if problem.kind == "header" and len(problems) == 1:
        every = [_line("headers", problem.term, entry) for entry in _entries(terms.headers.values())]
    elif problem.kind == "label":
        every = [_line("labels", problem.term, entry) for entry in _entries(terms.labels.values())]
    elif problem.kind == "tab":
        every = [_line("tabs", problem.term, {"service_tier": tier}) for tier in SERVICE_TIERS]
    elif problem.kind == "cell" and (phrases := unknown_words(terms.led(problem.term)[2], _reads(terms, patched))):
        said = f"{' and '.join(map(repr, phrases))} selects no price"
        every = [Candidate({"cell_asides": phrases}, said, tuple(phrases))]
    return [*found, *(c for c in every if all(c.patch != other.patch for other in found))]


def _line(key: str, text: str, entry: Mapping[str, Any]) -> Candidate:
    said = ", ".join(f"{name.replace('_', ' ').removeprefix('is')} {value}".strip() for name, value in entry.items())
    return Candidate({key: {label_key(text): dict(entry)}}, f"{text!r} is {said or 'plain'}")


def _entries(terms: Iterable[Term]) -> list[dict[str, Any]]:
    """The different entries of a vocabulary that say what prices are of, or what a column without prices holds."""
    found = [entry_of(term) for term in terms if not term.ignore]
    return [entry for at, entry in enumerate(found) if entry not in found[:at]]


def _columns(headers: Sequence[str], terms: TableTerms) -> Iterator[Candidate]:
    """What each of several headers may be, together: no two of them the same."""
    each = [list(_read_as(header, terms.header, terms, [*terms.headers, *terms.words])) for header in headers]
    if prod(map(len, each)) > _MOST:
        each = [[entry for entry in entries if "is" not in entry] for entries in each]
    for entries in islice(product(*each), _MOST):
        prices = [entry for entry in entries if "is" not in entry]
        if all(entry not in prices[:at] for at, entry in enumerate(prices)):
            lines = [_line("headers", header, entry) for header, entry in zip(headers, entries, strict=True)]
            yield from together([[line] for line in lines])


def _labels(label: str, terms: TableTerms) -> Iterator[Candidate]:
    known = terms.labels
    for entry in _read_as(label, terms.label, terms, [*known, *terms.words]):
        yield _line("labels", label, entry)


def _sections(title: str, terms: TableTerms) -> Iterator[Candidate]:
    """The sections whose words a title's prices may stand by: those that it shares a word with, and plain ones."""
    own, found = {*words_of(title)}, list[Term]()
    for known, term in terms.sections.items():
        plain_one = term == Term()
        related = plain_one or any(word in own for word in words_of(known) if len(word) > 3)
        if related and not term.ignore and claimed(title, *([] if plain_one else [known])) and term not in found:
            found.append(term)
            yield Candidate({"sections": {label_key(title): entry_of(term)}}, f"{title!r} is as the section {known!r}")


def _read_as(
    text: str, read: Callable[[str], Term | None], terms: TableTerms, known: Iterable[str]
) -> list[dict[str, Any]]:
    """The entries that a header or a label may have: without its unknown words, or with known ones in their place.

    Words that could change a price are never left out; what stands in their place may be any that is known.
    """
    words, known = " ".join(plain(text).split()), list(known)
    own = {*words_of(text)}
    said = [other for other in known if own & (theirs := {*words_of(other)}) and all(map(skippable, own - theirs))]
    lost = lost_words(words, terms.words)
    if lost and len(lost) <= _MOST_WORDS and all(map(skippable, lost)):
        less = _without(words, lost[1:])
        said += [_without(less, lost[:1], meant) for meant in ("", *known)]
    return _entries(term for each in said if each.strip() and (term := read(each)))


def _without(text: str, lost: Iterable[str], meant: str = "") -> str:
    for word in lost:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: meant, text, flags=re.IGNORECASE)
    return text


def _cell(text: str, terms: TableTerms, patched: Patched) -> Iterator[Candidate]:
    yield from cells(terms.led(text)[2], _reads(terms, patched))


def _reads(terms: TableTerms, patched: Patched) -> Reads:
    """A function that gives what is not understood of a cell under a patch."""

    def reads(text: str, patch: Patch) -> UnknownTerm | None:
        try:
            (patched(patch) if patch else terms).cell(text)
        except UnknownTerm as error:
            return error
        return None

    return reads
