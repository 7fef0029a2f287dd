"""What unknown words of the pricing page could mean, as lines of `gemini_api.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from ratecards.model import PLANS, SERVICE_TIERS
from scraper.model import Problem, Section
from scraper.prices.lexicon import counted
from scraper.prices.normalize import label_key
from scraper.prices.toolcells import read_tool
from scraper.sources import vocabulary
from scraper.sources.candidates import (
    AVAILABILITIES,
    Candidate,
    Reads,
    cells,
    claimed,
    columns,
    key_nouns,
    meters_of,
    modalities_in,
    not_understood,
    problem_cells,
    said_by,
    tabs,
    together,
    unknown_words,
    words_of,
)
from scraper.sources.gemini_terms import Terms, load_terms
from scraper.sources.vocabulary import Patch

# "veo 3.1 fast …": a label that names a variant of the section's model
_VARIANT = re.compile(r"(?P<family>[a-z]+) (?P<version>[0-9]+(?:\.[0-9]+)?) (?P<rest>.+)")
_STORED = "1000000 token-hours"


def patched(patch: Patch) -> Terms:
    """The vocabulary with further lines."""
    return vocabulary.patched(load_terms, patch)


def candidates(problems: Sequence[Problem], section: Section) -> list[Candidate]:
    """What the words of problems at one place, all of one kind, may mean; problems of headers are taken together."""
    problem = problems[0]
    if problem.kind == "header":
        return list(columns([p.term for p in problems if p.term])) if problem.term else []
    found = {"label": _label, "tab": _tab, "cell": _cells}.get(problem.kind)
    return list(found(problem, section)) if found and problem.term else []


def choices(problems: Sequence[Problem], section: Section) -> list[Candidate]:
    """What a person may choose of: the candidates, else every meaning that lines of the vocabulary can give."""
    problem = problems[0]
    by_hand = {
        "label": _any_row,
        "tab": _any_tab,
        "header": _any_column,
        "cell": _any_words,
        "layout": _any_section,
        "condition": _aside,
        "unclaimed": _ignored,
    }.get(problem.kind)
    if not problem.term or by_hand is None:
        return []
    found = candidates(problems, section)
    return [*found, *(c for c in by_hand(problem, section) if all(c.patch != other.patch for other in found))]


def _any_row(problem: Problem, section: Section) -> Iterator[Candidate]:
    label, said = label_key(problem.term), modalities_in(problem.term)
    if found := _VARIANT.fullmatch(label):
        yield from _variant(problem.term, found, section)
    modal = {"modality": said[0]} if len(said) == 1 else {"modalities": list(said)} if said else {}
    units = {"cache_storage": {"unit": _STORED}, "search_grounding": {"unit": ""}, "maps_grounding": {"unit": ""}}
    for meter in ("input", "output", "cache_read", *units, "tuning"):
        rule = {"meter": meter, **units.get(meter, modal)}
        yield Candidate({"rows": {label: rule}}, f"the row {problem.term!r} is {meter.replace('_', ' ')}")
    yield Candidate({"metadata_rows": [label]}, f"the row {problem.term!r} gives no price", no_prices=True)


def _any_tab(problem: Problem, _: Section) -> Iterator[Candidate]:
    for tier in SERVICE_TIERS:
        yield Candidate({"tabs": {label_key(problem.term): tier}}, f"{problem.term!r} is the tab of {tier}")


def _any_column(problem: Problem, _: Section) -> Iterator[Candidate]:
    for plan in PLANS:
        entry = {"plan": plan, "unit": "1000000 tokens" if plan == "paid" else ""}
        yield Candidate({"columns": {label_key(problem.term): entry}}, f"{problem.term!r} is the {plan} plan")


def _any_words(problem: Problem, section: Section) -> Iterator[Candidate]:
    for text in (text for text in problem_cells(problem) if not counted(text)):
        yield from said_by(text, AVAILABILITIES)
    found = [unknown_words(text, _reads(section)) for text in problem_cells(problem)]
    if phrases := [phrase for phrases in found for phrase in phrases]:
        said = f"{' and '.join(map(repr, phrases))} selects no price"
        yield Candidate({"cell_asides": list(dict.fromkeys(phrases))}, said, tuple(phrases))


def _any_section(problem: Problem, section: Section) -> Iterator[Candidate]:
    if problem.message.startswith("no model id"):
        yield Candidate({"without_ids": [section.anchor]}, f"the page prints no id of {section.title!r}")
        for kind in ("notes", "agents"):
            yield Candidate(
                {"sections": {label_key(section.title): kind}}, f"{section.title!r} has no prices of a model"
            )


def _aside(problem: Problem, _: Section) -> Iterator[Candidate]:
    yield Candidate({"asides": [re.escape(problem.term)]}, "the sentence selects no price", no_prices=True)


def _ignored(problem: Problem, section: Section) -> Iterator[Candidate]:
    kind = load_terms().sections.get(label_key(section.title), "model" if section.counted else "head")
    entry = {"section": kind, "match": re.escape(" ".join(problem.term.split())), "reason": "WHY IT GIVES NO RATE"}
    yield Candidate({"ignore": [entry]}, "the amounts are no rates", no_prices=True)


def _tab(problem: Problem, _: Section) -> Iterator[Candidate]:
    return tabs(problem.term, _known_tabs())


def _label(problem: Problem, section: Section) -> Iterator[Candidate]:
    label = label_key(problem.term)
    if found := _VARIANT.fullmatch(label):
        yield from (c for c in _variant(problem.term, found, section) if c.claims)
        return
    for rule in _rules(label):
        said = " ".join(filter(None, (rule["meter"].replace("_", " "), *_named(rule), rule.get("context", ""))))
        yield Candidate({"rows": {label: rule}}, f"the row {problem.term!r} is {said}")
    if not modalities_in(label):
        yield Candidate({"metadata_rows": [label]}, f"the row {problem.term!r} gives no price", no_prices=True)


def _rules(label: str) -> Iterator[dict[str, Any]]:
    """The rules of rows that a label may mean: the meter of its nouns with its modalities, or one with its words."""
    said, found = modalities_in(label), list[dict[str, Any]]()
    if claimed(label, *key_nouns(label), *said):
        for meter in meters_of(label):
            rule: dict[str, Any] = {"meter": meter}
            if said:
                rule |= {"modality": said[0]} if len(said) == 1 else {"modalities": list(said)}
            if meter == "cache_storage":
                rule = {"meter": meter, "unit": _STORED}
            elif meter.endswith("_grounding"):
                rule = {"meter": meter, "unit": ""}
            found.append(rule)
    for known, rule in _known_rows().items():
        alike = (key_nouns(known), modalities_in(known)) == (key_nouns(label), said)
        named = set(words_of(str(rule.get("context", "")))) <= {*words_of(label)}
        if alike and named and (key_nouns(label) or said) and claimed(label, known, *key_nouns(label)):
            found += [dict(rule)] if rule not in found else []
    yield from found


def _variant(label: str, found: re.Match[str], section: Section) -> Iterator[Candidate]:
    first, _, more = found["rest"].partition(" ")
    carried = {word for model in section.models for word in re.split(r"[-.]", model)} | {load_terms().plain_variant}
    rest = more if more and first in carried else found["rest"]
    pattern = rf"{found['family']} (?P<version>[0-9.]+)(?: (?P<variant>[a-z]+))? {re.escape(rest)}".replace(r"\ ", " ")
    for target in _targets():
        said, named = modalities_in(rest), modalities_in(target)
        context = {"with", "without"} & {*words_of(rest)} == {"with", "without"} & {*words_of(target)}
        claims = set(said) <= set(named) and context and claimed(rest, target)
        entry = {"label": pattern, "row": target}
        yield Candidate({"variant_rows": [entry]}, f"the row {label!r} is a {target}", claims=claims)


def _cells(problem: Problem, section: Section) -> Iterator[Candidate]:
    found = [_in_cell(text, section.counted) for text in problem_cells(problem)]
    yield from together([choices for choices in found if choices])


@lru_cache(maxsize=1024)  # of a page's texts, which have no end
def _in_cell(text: str, of_model: bool) -> tuple[Candidate, ...]:
    return tuple(cells(text, _reading(of_model)))


def _reads(section: Section) -> Reads:
    """A function that gives what is not understood of a cell of the section under a patch."""
    return _reading(section.counted)


def _reading(of_model: bool) -> Reads:
    def read(text: str, patch: Patch) -> object:
        terms = patched(patch) if patch else load_terms()
        if not of_model and counted(text):
            return read_tool(terms.in_known_nouns(text), terms.phrases, terms.tool_ignored)
        return terms.cell(text)

    return not_understood(read)


def _named(rule: Mapping[str, Any]) -> list[str]:
    return [rule["modality"]] if rule.get("modality") else list(rule.get("modalities", ()))


@cache
def _known_rows() -> dict[str, dict[str, Any]]:
    return dict(vocabulary.data_of(load_terms)["rows"])


@cache
def _known_tabs() -> dict[str, str]:
    return dict(vocabulary.data_of(load_terms)["tabs"])


@cache
def _targets() -> list[str]:
    """The rows that labels of variants may mean: what a model that makes one kind of thing is sold by."""
    data = vocabulary.data_of(load_terms)
    sold = {**data["variant_targets"], **{n: r for n, r in data["rows"].items() if r["meter"] == "output"}}
    return list({repr(rule): name for name, rule in reversed(sold.items()) if rule.get("modality")}.values())
