"""What unknown words of a page of tables could mean, as lines of its vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from ratecards.model import MODEL_ID, SERVICE_TIERS
from scraper.model import Problem
from scraper.prices.labels import lost_words
from scraper.prices.lexicon import counted, plain
from scraper.prices.normalize import label_key
from scraper.prices.skippable import skippable
from scraper.sources.candidates import (
    AVAILABILITIES,
    Candidate,
    Reads,
    cells,
    claimed,
    instead,
    not_understood,
    said_by,
    tabs,
    together,
    unknown_words,
    words_of,
)
from scraper.sources.vocabulary import TIERS, Patch, TableTerms, Term, entry_of

# So many ways to take the unknown headers of one table are tried, and so many unknown words of one header.
_MOST, _MOST_WORDS = 64, 4
# So many ways to take several headers together are shown to a person.
_MOST_CHOICES = 9
# What a column without prices may hold.
_ROLES = [{"is": role} for role in ("model", "label", "note")]
_NAME = re.compile(r"[\w .,()\-]+")
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
        # a line of its own may be a title, too
        return [*tabs(problem.term, known, lambda tier: {"service_tier": tier}), *_sections(problem.term, terms)]
    found = {"label": _labels, "section": _sections, "model": _models}.get(problem.kind)
    if found:
        return list(found(problem.term, terms))
    return list(cells(terms.led(problem.term)[2], _reads(terms, patched))) if problem.kind == "cell" else []


def choices(problems: Sequence[Problem], terms: TableTerms, patched: Patched) -> list[Candidate]:
    """What a person may choose of: the candidates, else every meaning that lines of the vocabulary can give."""
    problem, found = problems[0], candidates(problems, terms, patched)
    if not problem.term or (len(problems) > 1 and len(found) > _MOST_CHOICES):
        return []  # a line for each header is less to read
    every = list[Candidate]()
    if problem.kind == "header" and len(problems) == 1:
        every = [_line("headers", problem.term, entry) for entry in ({}, *_entries(terms.headers.values()))]
    elif problem.kind == "label":
        every = [_line("labels", problem.term, entry) for entry in _entries(terms.labels.values())]
    elif problem.kind == "tab":
        every = [_line("tabs", problem.term, {"service_tier": tier}) for tier in SERVICE_TIERS]
    elif problem.kind == "cell" and not counted(problem.term):
        every = list(said_by(problem.term, AVAILABILITIES))
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
    """What each of several headers may be, together: no two the same, and one word the same in all of them."""
    known = [*terms.headers, *terms.words]
    lost = {word for header in headers for word in lost_words(header, terms.words) if skippable(word)}
    ways: Iterable[Sequence[dict[str, Any]]]
    if len(headers) > 1 and len(lost) == 1:
        read = [[terms.header(instead(header, lost, meant)) for header in headers] for meant in ("", *known)]
        ways = [[entry_of(term) for term in way if term] for way in read if all(way)]
    else:
        found = [_read_as(header, terms.header, terms, known) for header in headers]
        ways = islice(product(*map(_with_roles, headers, found)), _MOST)
    for entries in ways:
        once = [entry for entry in entries if entry.get("is") != "note"]
        if all(entry not in once[:at] for at, entry in enumerate(once)):
            lines = [_line("headers", header, entry) for header, entry in zip(headers, entries, strict=True)]
            yield from together([[line] for line in lines])


def _with_roles(header: str, own: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a header may be; one whose words say nothing may be of a column without prices."""
    if own and set(words_of(header)) != set(lost_words(header)):
        return list(own)
    named = [role for role in _ROLES if role["is"] in words_of(header)] or _ROLES
    return [*own, *(role for role in named if role not in own)]


def _labels(label: str, terms: TableTerms) -> Iterator[Candidate]:
    for entry in _read_as(label, terms.label, terms, [*terms.labels, *terms.words]):
        yield _line("labels", label, entry)


def _sections(title: str, terms: TableTerms) -> Iterator[Candidate]:
    """What the prices under a title may be: of the tier that it names, as those of a section with its words, plain."""
    own, found = {*words_of(title)}, list[Term]()
    for tier in TIERS:
        if tier in own and claimed(title, tier):
            found.append(Term(service_tier=tier))
            yield Candidate({"sections": {label_key(title): {"service_tier": tier}}}, f"{title!r} is of {tier}")
    for known, term in terms.sections.items():
        plain_one = term == Term()
        related = plain_one or any(word in own for word in words_of(known) if len(word) > 3)
        if related and not term.ignore and claimed(title, *([] if plain_one else [known])) and term not in found:
            found.append(term)
            yield Candidate({"sections": {label_key(title): entry_of(term)}}, f"{title!r} is as the section {known!r}")


def _models(name: str, terms: TableTerms) -> Iterator[Candidate]:
    """The model whose name says as much, but for words that say nothing; the one whose id the words are.

    The numbers must say so.
    """
    own = {*words_of(name)}
    apart = {text: {*words_of(text)} ^ own for text in terms.models}
    least = min((len(words) for words in apart.values() if all(map(skippable, words))), default=0)
    found = [list(terms.models[text]) for text, words in apart.items() if 0 < len(words) == least]
    for ids in (*found[:_MOST_WORDS], ["-".join(words_of(name))]):
        if all(map(MODEL_ID.match, ids)) and _NAME.fullmatch(name):
            one = ids[0] if len(ids) == 1 else ids
            yield Candidate({"models": {label_key(name): one}}, f"{name!r} is {' and '.join(ids)}")


def _read_as(
    text: str, read: Callable[[str], Term | None], terms: TableTerms, known: Iterable[str]
) -> list[dict[str, Any]]:
    """The entries that a header or a label may have: without its unknown words, or with known ones in their place.

    Words that could change a price are never left out; what stands in their place may be any that is known.
    """
    words, known, alone = " ".join(plain(text).split()), list(known), terms.composed(text)
    own = {*words_of(text)}
    said = [other for other in known if own & (theirs := {*words_of(other)}) and all(map(skippable, own - theirs))]
    lost = lost_words(words, terms.words)
    if lost and len(lost) <= _MOST_WORDS and all(map(skippable, lost)):
        less = instead(words, lost[1:])
        said += [instead(less, lost[:1], meant) for meant in ("", *known)]
    found = [alone] if alone else [term for each in said if each.strip() and (term := read(each))]
    return _entries(found)


def _reads(terms: TableTerms, patched: Patched) -> Reads:
    return not_understood(lambda text, patch: (patched(patch) if patch else terms).cell(text))
