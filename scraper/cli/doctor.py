"""The way out of NOT_READ: every place not understood, its nearest known terms, the lines that would settle it.

And whether the kept cases still look like the live pages: the tests stay offline, so they go on passing on pages that
nobody serves any more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ratecards.model import row
from ratecards.wording import exact_name, exact_price
from scraper import ROOT
from scraper.checks.proofs import Known
from scraper.errors import DatasetError, LayoutChanged
from scraper.fetch.capture import text
from scraper.fetch.client import Page
from scraper.model import EXIT, Problem, Reading, Section, page_status
from scraper.pipeline import second_pass
from scraper.prices.normalize import label_key
from scraper.sources import Source
from scraper.sources.vocabulary import lines, sections

# So many of the rates that a choice would publish are shown.
_SHOWN = 3
CASES = ROOT / "tests" / "sources"
_NUMBER = re.compile(r"[0-9][0-9.,]*")
_CASE = re.compile(r"[a-z0-9][a-z0-9._\-]*\Z")
_SCRIPTS = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_KEY = re.compile(r"AIza[0-9A-Za-z_\-]{20,}")
# Where in a vocabulary the known terms of a kind of problem stand; of other kinds, anywhere.
_PLACES = {
    "label": ("rows", "metadata_rows", "labels"),
    "tab": ("tabs",),
    "header": ("headers", "proofs"),
    "section": ("sections",),
    "model": ("models",),
}
_CONFLICT = "# a condition that tells the two rows apart, or a word to the publisher"
# By source and kind of problem, what can be added at the end of its vocabulary. Words in capitals are to be replaced;
# none of them would be published.
_OF_TABLES = {
    "section": 'sections:\n  {term}: {{ignore: "WHY IT GIVES NO RATE"}}  # or {{}}, where its prices are rates',
    "header": "headers:\n  {term}: {{is: note}}  # or model, or label; {{meter: METER}}, where it holds prices",
    "label": "labels:\n  {term}: {{meter: METER}}",
    "model": "models:\n  {term}: MODEL_ID",
    "unclaimed": 'ignore:\n  - {{match: {match}, reason: "WHY IT GIVES NO RATE"}}',
}
_REMEDIES = {
    "google/gemini-api": {"cell": "# a production in scraper/prices/grammar.py, or a phrase under phrases:"},
    "google/ai-studio": {"label": "labels:\n  {term}: {{modality: MODALITY}}"},
    "google/rate-limits": {"label": "sections:\n  {term}: ignored  # or prose, tiers, batch, figures: what it is"},
    "google/deprecations": {
        "header": "columns:\n  {term}: FIELD  # model, release, shutdown or successor",
        "condition": "asides: [{term}]  # or unbinding, where each day is only the first possible one",
    },
    "google/vertex-ai": {
        "model": "models:\n  MODEL_ID: {{names: [{words}]}}",
        "unclaimed": 'ignored_texts:\n  - {{match: {match}, reason: "WHY IT GIVES NO RATE"}}',
    },
    "google/cloud-billing": {},
    "laozhang/laozhang": {"header": "headers:\n  {term}: {{is: note}}  # or model, sizes; {{}}, where it holds prices"},
}
# How the problems of a kind begin that such a line settles; others of it are settled in code.
_SETTLED = {
    ("google/vertex-ai", "unclaimed"): "money in a text",
}


def examine(source: Source, name: str, page: Page, known: Known | None = None) -> tuple[list[str], int]:
    """The findings on one page as lines, and the exit status that `read` would give.

    `known` is what is published: by it the lines are marked that `learn` would write.
    """
    body = ""
    try:
        body = text(page)
        reading, refused = source.read(body, copy=page.copy), ""
    except LayoutChanged as error:
        if error.reading is None:
            return [f"{name}: NOT_READ: {error}", *_proofs(body)], EXIT["NOT_READ"]
        reading, refused = error.reading, f"{name}: NOT_READ: {error}"
    outcome = "NOT_READ" if refused else page_status(reading)
    words_of = worded(source)
    found = [refused] if refused else []
    found += [f"{name}: {reading.accounted}; {len(reading.problems)} problems in {len(reading.incomplete)} sections"]
    inferred = second_pass.infer(source.module, reading, known)[1] if known else []
    for one in inferred:
        found += [
            f"inferred: {one.words}",
            f"  proof: {one.proof}, in {len(one.places)} rows, the first {one.places[0]}",
        ]
        found += [f"  `learn` would write, into {vocabulary_file(words_of)}:", *(f"    {line}" for line in one.lines)]
    told, asked = set[str](), set[Problem]()
    for number, section in enumerate(reading.sections):
        for problems in _places(section):
            if asked.issuperset(problems):
                continue  # of a table or row that other models share
            asked.update(problems)
            choices = _choices(source.module, reading, number, problems)
            for problem in problems:
                found += _explain(problem, "model" if section.counted else "SECTION", words_of, choices, told)
    found += [f"SUSPECT: {words}" for words in reading.suspicions]
    if outcome == "READ":
        return [*found, "nothing to settle: every amount is read or accounted for"], 0
    return [*found, f"{outcome}: {_standing(reading)}"], EXIT[outcome]


def _choices(module: Any, reading: Reading, number: int, problems: Sequence[Problem]) -> list[list[str]]:
    """What a person may choose of to settle a place: the lines of each choice, and what it would have published."""
    found = []
    section = reading.sections[number]
    for candidate in module.choices(problems, section) if hasattr(module, "choices") else ():
        said = second_pass.would_publish(module, reading, number, candidate, problems)
        if said is None:
            continue
        rates = [f"{exact_name(rate)}: {exact_price(row(rate))}" for rate in said[:_SHOWN]]
        more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
        told = f"would publish {'; '.join(rates)}{more}" if said else "would publish no rate by itself"
        found.append([*lines(candidate.patch), f"# {candidate.words}; {told}"])
    return found


def _standing(reading: Reading) -> str:
    counted = [s for s in reading.sections if s.counted]
    rows = f", and {len(reading.gaps)} rows of others" if reading.gaps else ""
    return f"{sum(bool(s.problems) for s in counted)} of {len(counted)} sections unread{rows}"


def _proofs(body: str) -> list[str]:
    head = " ".join(body[:4000].split())
    if not head:
        return []
    return [
        f"  the page begins: {head[:160]}",
        "  if this is the page after a redesign: the proofs and the frame are in the vocabulary",
    ]


def _explain(
    problem: Problem, section: str, source: Source, choices: Sequence[Sequence[str]] = (), told: set[str] | None = None
) -> Iterator[str]:
    """One place in lines; choices that were `told` already are not repeated."""
    yield f"{problem.kind} at {problem.place}"
    yield from (f"  {line}" for line in problem.message.splitlines())
    term = label_key(problem.term)[:120]
    if near := get_close_matches(term, _known_terms(source, problem.kind), n=3, cutoff=0.5):
        yield f"  nearest known: {', '.join(near)}"
    said = choices or [found for found in [_remedy(problem, term, section, source.name)] if found]
    known = repr([list(choice)[:-1] for choice in choices])
    if choices and told is not None and known in told:
        yield "  to settle it: as above"
        return
    if told is not None:
        told.add(known)
    for number, choice in enumerate(said):
        yield f"  to settle it, in {vocabulary_file(source)}:" if number == 0 else "  or:"
        yield from (f"    {line}" for line in choice)


def _places(section: Section) -> list[list[Problem]]:
    """The problems of a section; those of one table's headers are one place, for one line each settles none."""
    found: dict[object, list[Problem]] = {}
    for problem in (*section.problems, *(gap.problem for gap in section.gaps)):
        key = (problem.kind, problem.place) if problem.kind == "header" else id(problem)
        found.setdefault(key, []).append(problem)
    return list(found.values())


def _remedy(problem: Problem, term: str, section: str, source: str) -> list[str]:
    """Lines for the vocabulary; none where the problem names no term that a line could take in."""
    if problem.kind == "conflict":
        return [_CONFLICT]
    if not problem.term or not problem.message.startswith(_SETTLED.get((source, problem.kind), "")):
        return []
    return (
        _REMEDIES.get(source, _OF_TABLES)
        .get(problem.kind, "")
        .format(
            term=_quoted(term),
            words=_quoted(" ".join(problem.term.split())[:120]),
            match=_quoted(re.escape(" ".join(problem.term.split())[:120])),
            anchor=_quoted(problem.place),
            section=section,
        )
        .splitlines()
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def worded(source: Source) -> Source:
    """The source whose vocabulary has the words of this one's pages: itself, or the one that its module names."""
    return replace(source, source=getattr(source.module, "WORDS_OF", source.source))


def vocabulary_file(source: Source) -> str:
    """Where a source's vocabulary stands in the checkout."""
    return f"scraper/sources/{source.source.replace('-', '_')}.yaml"


def _known_terms(source: Source, kind: str) -> list[str]:
    """Every word of the vocabulary that a term of this kind could have meant."""
    path = ROOT / vocabulary_file(source)
    vocabulary = sections(path.read_text(encoding="utf-8"), path.name) if path.is_file() else {}
    found: list[str] = []
    pending: list[Any] = [vocabulary[name] for name in _PLACES.get(kind, vocabulary) if name in vocabulary]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found += [str(k) for k in item]
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str):
            found.append(item)
    return sorted({label_key(f) for f in found if len(f) < 80})


def case_folder(source: Source, below: Path) -> Path:
    """Where the cases of a source stand: `<its module>/cases`, below `tests/sources` or another folder."""
    return below / source.source.replace("-", "_") / "cases"


def keep_case(source: Source, case: str, pages: Mapping[str, Page], *, whole: bool = False) -> Path:
    """Save a page as a case: `tests/sources/<source>/cases/<case>/`, with url, date and hash in `page.json`.

    Only the part that prices stand in is saved: browser keys and scripts stand outside of it, or are taken out. A
    `whole` page is one that is read as it stands.
    """
    if not _CASE.match(case):
        raise DatasetError(f"{case!r}: expected a name of small letters, digits, dots and hyphens for a case")
    folder = case_folder(source, CASES) / case
    folder.mkdir(parents=True, exist_ok=True)
    about = {}
    for name, page in pages.items():
        body = page.body.decode("utf-8", "replace")
        prices = _KEY.sub("AIza-REDACTED", _SCRIPTS.sub("", body if whole else source.module.fingerprint(body)))
        kinds = [k for k in source.module.urls() if (k == "html") == body.lstrip().startswith("<")]
        kind = kinds[0] if kinds else "txt"
        file = f"page.{'body.json' if kind == 'json' else kind}"
        (folder / file).write_text(prices, encoding="utf-8")
        fetched = page.fetched_at.isoformat()
        about[file] = {"from": name, "url": page.url, "fetched": fetched, "sha256": page.sha256}
    (folder / "page.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return folder


def shape(words: str) -> str:
    """Words of a cell without its numbers: `$0.30 (text)` and `$12 (text)` are of one shape."""
    return " ".join(_NUMBER.sub("0", words).split()).casefold()


def covered(source: Source, cases: Path = CASES) -> str:
    """All that the cases of a source say, in one shape. Raises `DatasetError` where it has none."""
    files = sorted(p for p in case_folder(source, cases).rglob("*") if p.is_file())
    if not files:
        raise DatasetError(f"{case_folder(source, cases)}: expected the kept cases of {source.name}, saw none")
    return "\n".join(shape(path.read_text(encoding="utf-8", errors="replace")) for path in files)


def strange(readings: Iterable[Reading], known: str) -> dict[str, str]:
    """By shape, one place of each quoted price whose words no case has."""
    found: dict[str, str] = {}
    for reading in readings:
        for rate in reading.rates():
            words = shape(rate.evidence.quote)
            if rate.price is not None and words not in known:
                found.setdefault(words, f"{rate.evidence.quote!r} at {rate.evidence.locator}")
    return found
