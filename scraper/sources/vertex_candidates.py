"""What unknown words of the Agent Platform's page could mean, as lines of `vertex_ai.yaml`.

A word may stand for another one, wherever it stands (`nouns`); words that say what a known line says may be a line of
their own. Words that could change a price are never left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache, lru_cache
from math import prod
from typing import Any

from ratecards.model import SERVICE_TIERS
from scraper.errors import UnknownTerm
from scraper.model import Problem, Section
from scraper.prices.lexicon import counted, plain, unit_of
from scraper.prices.normalize import label_key
from scraper.prices.skippable import skippable
from scraper.sources import vocabulary
from scraper.sources.candidates import (
    Candidate,
    Reads,
    cells,
    claimed,
    instead,
    key_nouns,
    meters_of,
    modalities_in,
    not_understood,
    problem_cells,
    said_by,
    together,
    unknown_words,
    words_of,
)
from scraper.sources.vertex_rows import read_grounding, read_price
from scraper.sources.vertex_terms import Column, Terms, UnknownWords, load_terms
from scraper.sources.vocabulary import Patch

# So many ways to take the unknown headers of one table, and so many of their words, are tried.
_MOST, _MOST_WORDS = 64, 4
# What a row without amounts can be here; `supported` says nothing of a price.
_AVAILABILITIES = ("not_available", "free", "not_published", "refers")
# By what is unknown of a row's labels, the section of the vocabulary that has such words.
_LABELS = {
    "type": "types",
    "feature": "features",
    "region": "regions",
    "request type": "cell_labels",
    "row label": "grounding",
}
_STORED = "1000000 token-hours"
# What a column without prices may hold.
_ROLES = ("model", "type", "feature", "resolution", "region", "request")
# What one "count" is of what a feature makes.
_COUNTS = {"image": {"count": "image"}, "video": {"count": "second"}}
# Words of headers and sentences that stand in no line of the vocabulary by themselves.
_IN_HEADERS = ("price", "per", "1M", "1K", "million", "token", "tokens", "cached", "up to", "over", "USD", "prompts")
_IN_SENTENCES = (
    *("grounded", "grounding", "prompts", "requests", "queries", "search", "free", "charge", "cost", "day", "month"),
    *("per", "includes", "billed", "exceeding", "starting", "aggregated", "across", "models"),
)
# Words that say whose tokens or characters a unit counts.
_WHOSE = re.compile(r"\b(?:input|output|generated|training|text|grounded|grounding|search|prompt(?= tokens?))\b\s*")
_WITH = re.compile(r"\bwith (?P<tier>[^()<>=≤]+)\Z")
_OF_TOKENS = re.compile(r"([0-9,]+m?) (.+) tok(?:en)?s?")
_IN_DOLLARS = re.compile(r"\(\$ ?/ ?(?:per )?([^()]+)\)")


def patched(patch: Patch) -> Terms:
    """The vocabulary with further lines."""
    return vocabulary.patched(load_terms, patch)


def candidates(problems: Sequence[Problem], section: Section) -> list[Candidate]:  # noqa: ARG001 - as of every source
    """What the words of problems at one place, all of one kind, may mean; problems of headers are taken together."""
    problem = problems[0]
    if not problem.term:
        return []
    return list(_found(problem.kind, tuple(p.term for p in problems), _what(problem), _in_grounding(problem)))


def choices(problems: Sequence[Problem], section: Section) -> list[Candidate]:
    """What a person may choose of: the candidates, else every meaning that lines of the vocabulary can give."""
    problem = problems[0]
    by_hand = {"label": _any_row, "tab": _any_tab, "header": _any_column, "cell": _any_words}.get(problem.kind)
    if not problem.term or by_hand is None:
        return []
    return list(_distinct((*candidates(problems, section), *by_hand(problems))))


@lru_cache(maxsize=1024)  # of a page's texts, which have no end
def _found(kind: str, terms: tuple[str, ...], what: str, grounding: bool) -> tuple[Candidate, ...]:
    if kind == "header":
        found = _headers(terms)
    elif kind == "tab":
        found = _tabs(terms[0])
    elif kind == "label":
        found = _labels(terms[0], what)
    elif kind == "cell":
        found = _sentences(problem_cells_of(terms[0])) if grounding else _cells(terms[0])
    else:
        found = iter(())
    return tuple(_distinct(found))


def _distinct(found: Iterable[Candidate]) -> Iterator[Candidate]:
    seen = set[str]()
    for candidate in found:
        said = json.dumps(candidate.patch)
        if said not in seen:
            seen.add(said)
            yield candidate


def _what(problem: Problem) -> str:
    """What is unknown of a label, as its message says."""
    return next((what for what in _LABELS if problem.message.startswith(f"unknown {what} ")), "")


def _in_grounding(problem: Problem) -> bool:
    """Whether a cell is one of prose, beside the label of a kind of grounding."""
    terms = load_terms()
    return label_key(terms.in_known_nouns(problem.place.rpartition(" / ")[2])) in terms.grounding


def problem_cells_of(term: str) -> list[str]:
    """The lines of a problem's cells."""
    return problem_cells(Problem("cell", "", "", term))


# ------------------------------------------------------------------------------------------------ words for words


def _strange(texts: Iterable[str]) -> list[str]:
    """The words of texts that have no meaning in any price, each once."""
    return list(dict.fromkeys(word for text in texts for word in words_of(text) if skippable(word)))


def _noun(word: str, meant: str) -> Candidate:
    return Candidate({"nouns": {word: meant}}, f"{word!r} is {meant}", (word,))


@cache
def _words_of(*names: str) -> tuple[str, ...]:
    """The words in the keys of these sections of the vocabulary, as they stand there."""
    data = vocabulary.data_of(load_terms)
    keys = (str(key) for name in names for key in data[name])
    return tuple(dict.fromkeys(word for key in keys for word in words_of(key) if not word.isdigit()))


# ------------------------------------------------------------------------------------------------ headers


def _headers(headers: Sequence[str]) -> Iterator[Candidate]:
    """What the unknown headers of one table may be: a word of theirs another one, or each a column by itself."""
    strange, terms = _strange(headers), load_terms()
    if len(strange) <= _MOST_WORDS * len(headers):
        for word in strange:
            for meant in dict.fromkeys((*_IN_HEADERS, *_words_of("headers", "storage_headers", "units"))):
                said = [instead(header, [word], meant) for header in headers]
                if meant != word and said != list(headers) and all(_column(each, terms) for each in said):
                    yield _noun(word, meant)
    each = [list(_columns(header, terms)) for header in headers]
    # each by its own words alone where there are too many ways to take them together
    yield from together(each if prod(map(len, each)) <= _MOST else [found[:1] for found in each])


def _columns(header: str, terms: Terms) -> Iterator[Candidate]:
    """What one header may be, by its words without the unknown ones, by a tier or a unit that it names, by a role."""
    folded, strange = label_key(header), _strange([header])
    for left_out in ([word] for word in strange) if len(strange) < 2 else ([*strange], *([w] for w in strange)):
        if (column := _column(instead(folded, left_out), terms)) is not None:
            yield Candidate(_line(folded, column), f"{header!r} is {_said(column)}")
    if found := _WITH.search(folded):
        tiers = [tier for tier in SERVICE_TIERS if tier in words_of(found["tier"])]
        patch = {"header_tiers": {label_key(found["tier"]): tiers}}
        if tiers and claimed(found["tier"], *tiers) and _column(header, patched(patch)):
            yield Candidate(patch, f"'with {found['tier']}' is {' and '.join(tiers)}")
    yield from _units(_read(header, terms))
    for unit in dict.fromkeys((_STORED, *terms.storage_headers.values())) if "storage" in words_of(folded) else ():
        if claimed(header, "storage", "hour", *(["m", "token", "tok"] if unit else [])):
            said = f"{header!r} is storage per {unit or 'hour of what the row counts'}"
            yield Candidate({"storage_headers": {folded: unit}}, said)
    for role in dict.fromkeys(_roles(folded, terms)):
        if role != "ignored":
            yield Candidate({"headers": {folded: role}}, f"{header!r} is the column of the {role}")


def _roles(header: str, terms: Terms) -> Iterator[str]:
    """What columns without prices hold that a header may be of: one that it names or shares a word with, or any."""
    words = words_of(header)
    for known, role in (*((role, role) for role in _ROLES), *terms.headers.items()):
        if {*words} & {*words_of(known)} and claimed(header, known):
            yield role
    if words and claimed(header):
        yield from _ROLES


def _column(header: str, terms: Terms) -> Column | None:
    """What a header is; None where it is not understood, and where its column is one that nobody reads."""
    column = _read(header, terms)
    return column if isinstance(column, Column) and column.role != "ignored" else None


def _read(header: str, terms: Terms) -> Column | UnknownTerm:
    try:
        return terms.column(header)
    except UnknownTerm as error:
        return error


def _line(header: str, column: Column) -> dict[str, Any]:
    """The line of the vocabulary by which a header is this column."""
    if not column.priced:
        return {"headers": {header: column.role}}
    entry = {name: value for name, value in asdict(column).items() if name != "header" and value != _PLAIN[name]}
    return {"columns": {header: {name: list(v) if isinstance(v, tuple) else v for name, v in entry.items()}}}


_PLAIN = asdict(Column())


def _said(column: Column) -> str:
    bounds = [f"{name} {n}" for name, n in (("over", column.prompt_over), ("up to", column.prompt_up_to)) if n]
    words = ("cached" * column.cached, column.role, column.unit and f"per {column.unit}", *bounds, *column.tiers)
    return " ".join(filter(None, words))


def _units(error: object) -> Iterator[Candidate]:
    """The unit that unknown words say in any English price, whosever tokens they count."""
    if isinstance(error, UnknownWords) and error.what == "unit":
        words = " ".join(plain(error.term).lower().split())
        # "/M tok" is a million tokens
        whole = re.sub(r"\btoks?\b", "tokens", re.sub(r"^m(?= )", "1m", words))
        said = (whole, _WHOSE.sub("", whole).strip())
        if unit := next(filter(None, map(unit_of, said)), None):
            yield Candidate({"units": {words: unit}}, f"{words!r} is {unit}")


# ------------------------------------------------------------------------------------------------ tabs and labels


def _tabs(tab: str) -> Iterator[Candidate]:
    """The tiers that a tab names, all of them this page's, else those of each tab that the vocabulary has."""
    if named := [word for word in words_of(tab) if word in SERVICE_TIERS]:
        found = [named] if {*named} <= _tiers() else []
    else:
        found = list(vocabulary.data_of(load_terms)["tabs"].values())
    yield from (_tab(tab, tiers) for tiers in found if claimed(tab, *tiers))


def _tiers() -> set[str]:
    """The service tiers that the vocabulary knows, wherever the page names them."""
    data = vocabulary.data_of(load_terms)
    listed = (tier for name in ("tabs", "header_tiers") for tiers in data[name].values() for tier in tiers)
    return {*listed, *(rule["tier"] for rule in data["cell_labels"].values() if "tier" in rule)}


def _tab(tab: str, tiers: Sequence[str]) -> Candidate:
    return Candidate({"tabs": {label_key(tab): [*tiers]}}, f"{tab!r} is the tab of {' and '.join(tiers)}")


def _labels(label: str, what: str) -> Iterator[Candidate]:
    """What a row's label may say: a known label with another word, or what known ones of its words say."""
    name, terms, folded = _LABELS.get(what, ""), load_terms(), label_key(label)
    known = vocabulary.data_of(load_terms)[name] if name else {}
    # a word alone is nothing that the numbers could be the only ones to tell
    named = key_nouns(label) or modalities_in(label) if name == "types" else len(words_of(label)) > 1
    for word in _strange([label]) if named else ():
        for meant in _words_of(name) if name else ():
            said = instead(folded, [word], meant)
            if meant != word and (terms.type(said) if name == "types" else said in known):
                yield _noun(word, meant)
    rules = [*(_types(folded, known, terms) if name == "types" else _related(folded, known))]
    if name == "features":
        rules += _made(folded)
    for rule in rules:
        yield Candidate({name: {folded: rule}}, f"the row {label!r} is {_ruled(rule)}")


def _ruled(rule: Any) -> str:
    if isinstance(rule, list):
        return " and ".join(map(_ruled, rule))
    words = (" ".join(value) if isinstance(value, list) else str(value).replace("_", " ") for value in rule.values())
    return " ".join(words) or "plain"


def _related(label: str, known: Mapping[str, Any]) -> Iterator[Any]:
    """What known labels say that share a word with this one, and claim each of its words that could change a price."""
    own = {word for word in words_of(label) if len(word) > 2}
    for other, rule in known.items():
        if own & {*words_of(other)} and claimed(label, other):
            yield rule


def _made(feature: str) -> Iterator[dict[str, Any]]:
    """What a feature makes or takes, by its nouns; nothing that would select a price where none of them does."""
    nouns, said = key_nouns(feature), modalities_in(feature)
    for meter in meters_of(feature) if said and claimed(feature, *nouns, *said) else ():
        yield {"meter": meter, "modalities": [*said], **(_COUNTS.get(said[0], {}) if len(said) == 1 else {})}
    if skippable(feature):
        yield {}


def _types(label: str, known: Mapping[str, Any], terms: Terms) -> Iterator[dict[str, Any]]:
    """The rules of types: the meter of a label's nouns with its modalities and unit, or what one like it says."""
    nouns, said = key_nouns(label), modalities_in(label)
    if not (nouns or said):
        return
    unit, bare = _IN_DOLLARS.search(label), _IN_DOLLARS.sub(" ", label)
    found = (terms.units.get(unit[1]) or unit_of(unit[1])) if unit else None
    if counted_in := _OF_TOKENS.fullmatch(label):
        found, bare = unit_of(f"{counted_in[1]} tokens"), counted_in[2]
    if (unit or counted_in) and not found:
        return  # a unit that nobody knows
    units = {"unit": found} if found else {}
    for meter in meters_of(bare) if claimed(bare, *nouns, *said) else ():
        yield {"meter": meter, **({"modalities": list(said)} if said else {}), **units}
    for other, rule in known.items():
        if (key_nouns(other), modalities_in(other)) == (nouns, said):
            if claimed(label, other, *nouns):
                yield rule
            if "context" in rule and all(map(_plain_word, label.split())):
                yield {**rule, "context": label}


def _plain_word(word: str) -> bool:
    """Whether a word may stand in the name of a condition: letters alone."""
    return bool(re.fullmatch(r"[a-z]+(?:-[a-z]+)*", word))


# ------------------------------------------------------------------------------------------------ cells


def _cells(term: str) -> Iterator[Candidate]:
    """What the unknown words of a row's price cells may mean, all lines together."""
    found = [_in_line(line) for line in problem_cells_of(term)]
    yield from together([choice for choice in found if choice])


@lru_cache(maxsize=1024)
def _in_line(line: str) -> tuple[Candidate, ...]:
    found = [
        c
        for c in cells(line, _reads)
        if c.patch.get("cells", {label_key(line): "free"})[label_key(line)] in _AVAILABILITIES
    ]
    error = _reads(line, {})
    own = list(_units(error))
    if isinstance(error, UnknownWords):
        meanings = _words_of("contexts", "cell_labels", "units")
        own += [_noun(word, meant) for word in _strange([error.term]) for meant in meanings if meant != word]
        own += _beside(error)
    return (*(c for c in own if _reads(line, c.patch) is None), *found)


def _beside(error: UnknownWords) -> Iterator[Candidate]:
    """What words before the colon of a line may say, the meter or the tier that they name, or behind its price."""
    label = label_key(error.term.partition(":")[0])
    if error.what == "words before the colon in":
        rules = [{"meter": meter} for meter in meters_of(label) if claimed(label, *key_nouns(label))]
        rules += [{"tier": tier} for tier in sorted(_tiers()) if claimed(label, tier, "requests")]
        yield from (Candidate({"cell_labels": {label: rule}}, f"{label!r} is {_ruled(rule)}") for rule in rules)
    elif error.what == "words behind a price:" and all(map(_plain_word, label.split())):
        yield Candidate({"contexts": {label: label}}, f"{label!r} is a condition of its own")


def _with(patch: Patch) -> Terms:
    return patched(patch) if patch else load_terms()


# What is not understood of a line of a price cell, and of the lines of a grounding cell, under a patch.
_reads: Reads = not_understood(lambda line, patch: read_price(line, _with(patch)))
_grounds: Callable[[Sequence[str], Patch], UnknownTerm | None] = not_understood(
    lambda lines, patch: read_grounding(lines, _with(patch))
)


def _sentences(lines: Sequence[str]) -> Iterator[Candidate]:
    """What a word of the one unknown sentence of a grounding cell may stand for."""
    error = _grounds(lines, {})
    if not isinstance(error, UnknownWords):
        return
    yield from _units(error)
    for word in _strange([error.term]):
        for meant in _IN_SENTENCES:
            if meant != word and _grounds(lines, {"nouns": {word: meant}}) is None:
                yield _noun(word, meant)


# ------------------------------------------------------------------------------------------------ by hand


def _any_row(problems: Sequence[Problem]) -> Iterator[Candidate]:
    term, what = problems[0].term, _what(problems[0])
    label, data = label_key(term), vocabulary.data_of(load_terms)
    if name := _LABELS.get(what, ""):
        for rule in data[name].values():
            yield Candidate({name: {label: rule}}, f"the row {term!r} is {_ruled(rule)}")
    if what == "row label":
        entry = {"match": f"{re.escape(label)}( \\|.*)?", "reason": "WHY IT GIVES NO RATE"}
        yield Candidate({"ignored_rows": [entry]}, f"the row {term!r} gives no rate", no_prices=True)


def _any_tab(problems: Sequence[Problem]) -> Iterator[Candidate]:
    for tiers in vocabulary.data_of(load_terms)["tabs"].values():
        yield _tab(problems[0].term, tiers)


def _any_column(problems: Sequence[Problem]) -> Iterator[Candidate]:
    for header in (problem.term for problem in problems):
        yield Candidate({"columns": {label_key(header): {}}}, f"{header!r} is a price")
        for role in dict.fromkeys(load_terms().headers.values()):
            yield Candidate({"headers": {label_key(header): role}}, f"{header!r} is the column of the {role}")


def _any_words(problems: Sequence[Problem]) -> Iterator[Candidate]:
    lines = problem_cells_of(problems[0].term)
    if _in_grounding(problems[0]):
        error = _grounds(lines, {})
        if isinstance(error, UnknownWords) and not counted(error.term):
            said = f"the sentence {error.term[:60]!r} selects no price"
            yield Candidate({"grounding_prose": [re.escape(error.term)]}, said)
        return
    for line in lines:
        if not counted(line) and _reads(line, {}):
            yield from said_by(line, _AVAILABILITIES)
    if phrases := [phrase for line in lines for phrase in unknown_words(line, _reads)]:
        said = f"{' and '.join(map(repr, phrases))} selects no price"
        yield Candidate({"cell_asides": list(dict.fromkeys(phrases))}, said, tuple(phrases))
