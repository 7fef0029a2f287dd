"""The way out of NOT_READ: every place not understood, its nearest known terms, the lines that would settle it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from scraper.errors import LayoutChanged
from scraper.fetch import Page
from scraper.normalise import fold
from scraper.reading import Problem
from scraper.sources import Source

CASES = Path("tests") / "pages"
_REMEDIES = {
    "label": "rows:\n    {term}: {{meter: METER}}",
    "tab": "tabs: {{{term}: SERVICE_TIER}}",
    "header": "headers:\n    plans: {{{term}: PLAN}}",
    "unclaimed": 'ignore:\n    - {{section: SECTION, match: "{term}", reason: "WHY IT GIVES NO RATE"}}',
    "layout": 'without_ids: ["{term}"]',
    "cell": "a production in scraper/grammar.py, or a phrase under phrases: in the vocabulary",
    "conflict": "a condition in the vocabulary that tells the two rows apart",
}


def examine(source: Source, name: str, body: str) -> tuple[list[str], int]:
    """The findings on one page as lines, and the exit status that `read` would give."""
    try:
        reading = source.module.read(body)
    except LayoutChanged as error:
        return [f"{name}: NOT_READ: {error}", *_proofs(body)], 4
    lines = [f"{name}: {reading.amounts}; {len(reading.problems)} problems in {len(reading.unread)} sections"]
    known = _known_terms(source)
    for problem in reading.problems:
        lines += _explain(problem, known, source)
    lines += [f"SUSPECT: {words}" for words in reading.suspicions]
    if not reading.problems and not reading.suspicions:
        return [*lines, "nothing to settle: every amount is read or accounted for"], 0
    return lines, 5 if reading.suspicions and not reading.problems else 4


def _proofs(body: str) -> list[str]:
    head = " ".join(body[:400].split())
    return [
        f"  the page begins: {head[:160]}",
        "  if this is the page after a redesign: the proofs and the frame are in the vocabulary",
    ]


def _explain(problem: Problem, known: Sequence[str], source: Source) -> Iterator[str]:
    yield f"{problem.kind} at {problem.place}"
    yield from (f"  {line}" for line in problem.message.splitlines())
    term = fold(problem.term)[:120]
    if near := get_close_matches(term, known, n=3, cutoff=0.5):
        yield f"  nearest known: {', '.join(near)}"
    if remedy := _REMEDIES.get(problem.kind):
        yield f"  to settle it, in scraper/sources/{source.source.replace('-', '_')}.yaml:"
        yield f"    {remedy.format(term=term)}"


def _known_terms(source: Source) -> list[str]:
    """Every word of the vocabulary that a label, header or tab could have meant."""
    from ratecards import strictyaml

    path = Path(__file__).parent / "sources" / f"{source.source.replace('-', '_')}.yaml"
    found: list[str] = []
    pending = [strictyaml.load(path.read_text(encoding="utf-8"), path.name)]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found += [str(k) for k in item]
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str):
            found.append(item)
    return sorted({fold(f) for f in found if len(f) < 80})


def keep_case(source: Source, case: str, name: str, body: str, page: Page) -> Path:
    """Save a page as a case: `tests/pages/<provider>/<source>/<case>/`, with url, date and hash beside it."""
    folder = CASES / source.name / case
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"page.{'html' if body.lstrip().startswith('<') else 'md.txt'}"
    # browser keys and scripts stand outside the part that prices stand in
    path.write_text(source.module.fingerprint(body), encoding="utf-8")
    about = {"from": name, "url": page.url, "fetched": page.fetched_at.isoformat(), "sha256": page.sha256}
    (folder / "page.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return path
