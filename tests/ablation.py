"""What becomes of the pricing page's editions when one term of the vocabulary, or one word of the lexicon, is not known.

    RATECARDS_CAPTURES=FOLDER python -m tests.ablation [--every N] [--agent-platform]

Each edition is read with the edition before it as what is published. A term is taken out of the vocabulary; a word of
the lexicon is taken out by writing a word that nobody knows in its place, in cells and headers. Counted are the priced
rates that the strict reader then lost: read right by the second pass, refused, or wrong; by proof, and apart for models
that were published before and for new ones. `--every N` takes every Nth term. Of the Agent Platform's page one edition is
known: it is read with itself as what is published, and only terms are taken out.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

from scraper.checks.proofs import Known
from scraper.errors import LayoutChanged
from scraper.model import Reading, page_status
from scraper.parse.blocks import Block, Table
from scraper.pipeline import second_pass
from scraper.sources import gemini_api, gemini_terms, vertex_ai, vertex_terms, vocabulary
from tests.support import vocabularies
from tests.timemachine import EDITIONS, _said, known, page

PLATFORM = "google/vertex-ai/2026-05-08.html"

# The words of the lexicon as the page can print them; signs and numbers are none.
LEXICON = (
    *("text", "image", "images", "video", "audio", "thinking", "tokens", "token", "second", "minute", "hour", "frame"),
    *(
        "song",
        "request",
        "requests",
        "prompts",
        "prompt",
        "query",
        "queries",
        "search",
        "grounded",
        "grounding",
        "storage",
    ),
    *("free", "charge", "available", "not", "supported", "through", "starting", "before", "over", "up to", "per"),
    *(
        "million",
        "thousand",
        "RPD",
        "day",
        "month",
        "equivalent",
        "approximately",
        "shared",
        "limit",
        "default",
        "then",
    ),
    *(
        "input",
        "output",
        "caching",
        "price",
        "coming soon",
        "generated",
        "resolution",
        "USD",
        "Tier",
        "Paid",
        "Free",
        "1M",
    ),
)
UNKNOWN = "zorble"


@dataclass
class Loss:
    """What the strict reader lost of an edition without a term, and what became of it."""

    term: str
    edition: str
    lost: Counter[str] = field(default_factory=Counter)
    recovered: Counter[str] = field(default_factory=Counter)
    proofs: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def losses(
    folder: str, every: int = 1, editions: Sequence[str] = EDITIONS, words: Sequence[str] = LEXICON
) -> Iterator[Loss]:
    """Each term that matters to an edition, with what became of its rates."""
    truths = {name: gemini_api.read(page(folder, name)) for name in editions}
    data = vocabulary.data_of(gemini_terms.load_terms)
    for before, name in pairwise(editions):
        stood, truth, body = known(truths[before], before), truths[name], page(folder, name)
        for path in vocabularies.terms(data)[::every]:
            less = vocabularies.without(data, path)
            try:
                with vocabularies.speaking(less) as terms:
                    strict = _read(body, terms)
                    yield from _loss(vocabularies.named(data, path), name, strict, truth, stood)
            except KeyError:
                continue  # a row that others point to
        for word in words[::every] if words is LEXICON else words:
            with _unknown(word):
                strict = _read(body, gemini_terms.load_terms())
            yield from _loss(f"lexicon: {word}", name, strict, truth, stood)


def platform_losses(body: str, every: int = 1) -> Iterator[Loss]:
    """Each term that matters to a page of the Agent Platform, with what becomes of its rates where it is published."""
    truth, data = vertex_ai.read(body), vocabulary.data_of(vertex_terms.load_terms)
    stood = known(truth, PLATFORM.rpartition("/")[2], vertex_ai)
    for path in vocabularies.terms(data)[::every]:
        with vocabularies.speaking(vocabularies.without(data, path), vertex_terms):
            try:
                strict = vertex_ai.read(body)
            except LayoutChanged:
                continue
            yield from _loss(vocabularies.named(data, path), PLATFORM, strict, truth, stood, vertex_ai)


def _read(body: str, terms: gemini_terms.Terms) -> Reading | None:
    try:
        return gemini_api.read(body, terms)
    except LayoutChanged as error:
        return error.reading  # type: ignore[no-any-return]


def _unknown(word: str) -> Any:
    """Within it, pages are read as if they had an unknown word in the place of this one, in cells and headers."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    read = gemini_api.read_blocks

    def reworded(blocks: Sequence[Block], terms: gemini_terms.Terms, kind: str) -> Reading:
        return read([_reworded(block, pattern) for block in blocks], terms, kind)

    return mock.patch.object(gemini_api, "read_blocks", reworded)


def _reworded(block: Block, pattern: re.Pattern[str]) -> Block:
    if not isinstance(block, Table):
        return block
    header = tuple(pattern.sub(UNKNOWN, cell) for cell in block.header)
    rows = tuple((row[0], *(pattern.sub(UNKNOWN, cell) for cell in row[1:])) if row else row for row in block.rows)
    return replace(block, header=header, rows=rows)


def _loss(
    term: str, name: str, strict: Reading | None, truth: Reading, stood: Known, module: Any = gemini_api
) -> Iterator[Loss]:
    """What was lost, where anything was; a page that is not taken for the page is not read by anybody."""
    wanted = {_said(rate): rate for rate in truth.rates() if rate.price}
    whole = strict is not None and page_status(strict) != "NOT_READ"
    before = {_said(rate) for rate in strict.rates()} if strict and whole else set()
    lost = wanted.keys() - before
    every = {_said(rate) for rate in truth.rates()}
    found = Loss(term, name)
    if not lost and before <= every:
        return
    reading, _ = second_pass.infer(module, strict, stood) if strict else (None, [])
    read = reading is not None and page_status(reading) != "NOT_READ"
    rates = {_said(rate): rate for rate in reading.rates()} if reading and read else {}
    found.wrong = [f"{r.evidence.locator}: {r.evidence.quote}" for said, r in rates.items() if said not in every]
    if reading and reading.suspicions:
        rates = {}  # nothing of it is published
        found.wrong = []
    for said in lost:
        kind = "known" if wanted[said].model in stood.cards else "new"
        found.lost[kind] += 1
        if said in rates:
            found.recovered[kind] += 1
            found.proofs[rates[said].reading.removeprefix("inferred: ")] += 1
    yield found


def table(found: Sequence[Loss], *, each: bool = False) -> list[str]:
    """The losses by what was taken out, as lines."""
    groups: dict[str, list[Loss]] = {}
    for loss in found:
        groups.setdefault(loss.term.partition(":")[0].partition(".")[0], []).append(loss)
    lines = [
        f"{'taken out':18} {'terms':>6} {'known lost':>11} {'recovered':>15} {'new lost':>9} {'recovered':>15}  wrong"
    ]
    for name, own in [*sorted(groups.items()), ("all", list(found))]:
        lines.append(_line(name, own))
        if each and name != "all":
            terms = dict.fromkeys(loss.term for loss in own)
            lines += [_line(f"  {term[:60]}", [loss for loss in own if loss.term == term]) for term in terms]
    proofs = sum((loss.proofs for loss in found), Counter())
    lines.append("by proof: " + ", ".join(f"{name} {count}" for name, count in proofs.most_common()))
    lines += [f"WRONG {loss.term} in {loss.edition}: {words}" for loss in found for words in loss.wrong[:3]]
    return lines


def _line(name: str, own: Sequence[Loss]) -> str:
    lost, recovered = (sum((getattr(loss, n) for loss in own), Counter()) for n in ("lost", "recovered"))
    shares = " ".join(
        f"{lost[kind]:{width}} {recovered[kind]:7} {100 * recovered[kind] / (lost[kind] or 1):5.1f} %"
        for kind, width in (("known", 11), ("new", 9))
    )
    return f"{name:18} {len({loss.term for loss in own}):6} {shares}  {sum(len(loss.wrong) for loss in own)}"


def goals(found: Sequence[Loss]) -> Mapping[str, float]:
    """The figures that have a goal: how many were wrong, and which shares were recovered."""
    lost, recovered = (sum((getattr(loss, n) for loss in found), Counter()) for n in ("lost", "recovered"))
    shares = {kind: recovered[kind] / (lost[kind] or 1) for kind in ("known", "new")}
    return {"wrong": sum(len(loss.wrong) for loss in found), **shares}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--each", action="store_true", help="a line for each term")
    parser.add_argument("--agent-platform", action="store_true", help="the Agent Platform's page instead")
    options = parser.parse_args(argv)
    folder = os.environ.get("RATECARDS_CAPTURES")
    if not folder:
        print("RATECARDS_CAPTURES names no folder of captured pages")
        return 2
    if options.agent_platform:
        found = list(platform_losses((Path(folder) / PLATFORM).read_text(encoding="utf-8"), options.every))
    else:
        found = list(losses(folder, options.every))
    print("\n".join(table(found, each=options.each)))
    return int(any(loss.wrong for loss in found))


if __name__ == "__main__":
    sys.exit(main())
