"""What becomes of a pricing page's editions when one term of the vocabulary, or one word of the lexicon, is not known.

    RATECARDS_CAPTURES=FOLDER python -m tests.ablation [--source NAME] [--every N]

Each edition is read with the edition before it as what is published. A term is taken out of the vocabulary; a word of
the lexicon is taken out by writing a word that nobody knows in its place, in cells and headers. Counted are the priced
rates that the strict reader then lost: read right by the second pass, refused, or wrong; by proof, and apart for models
that were published before and for new ones. `--every N` takes every Nth term.
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
from typing import Any
from unittest import mock

from scraper.checks.proofs import Known
from scraper.errors import LayoutChanged
from scraper.model import Reading, page_status
from scraper.parse.blocks import Block, Table
from scraper.parse.grid import Cell, Grid, Row
from scraper.pipeline import second_pass
from scraper.sources import (
    find,
    gemini_api,
    gemini_terms,
    openai_api,
    table_reader,
    vertex_ai,
    vertex_terms,
    vocabulary,
)
from tests.support import vocabularies
from tests.timemachine import EDITIONS, _said, known, page

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


@dataclass(frozen=True)
class Page:
    """A page whose words are taken out: its reader, its vocabulary's loader, and its editions.

    Each edition stands behind the one that was published before it; one that has none in the same form, behind itself.
    `tables` is the module, and the function of it, that the page's blocks go through.
    """

    source: str
    reader: Any
    load_terms: Any
    editions: Sequence[tuple[str, str]]
    tables: tuple[Any, str]


def _tables(source: str, reader: Any, *editions: tuple[str, str]) -> Page:
    return Page(source, reader, reader.load_terms, editions, (table_reader, "prove"))


PAGES = {
    one.source: one
    for one in (
        Page(
            "google/gemini-api", gemini_api, gemini_terms.load_terms, [*pairwise(EDITIONS)], (gemini_api, "read_blocks")
        ),
        _tables(
            "openai/openai-api",
            openai_api.PAGE,
            ("2026-04-27.html", "2026-08-21.html"),
            ("2026-10-04.md", "2026-10-04.md"),
        ),
        _tables(
            "anthropic/anthropic-api",
            find("anthropic/anthropic-api").module,
            ("2025-12-20.converted.md", "2026-03-24.md"),
            ("2026-03-24.md", "2026-04-16.md"),
        ),
        Page(
            "google/vertex-ai",
            vertex_ai,
            vertex_terms.load_terms,
            [("2026-05-08.html", "2026-05-08.html")],
            (vertex_ai, "page_blocks"),
        ),
    )
}
GEMINI = PAGES["google/gemini-api"]


def losses(
    folder: str,
    every: int = 1,
    editions: Sequence[tuple[str, str]] = (),
    words: Sequence[str] = LEXICON,
    of: Page = GEMINI,
) -> Iterator[Loss]:
    """Each term that matters to an edition, with what became of its rates."""
    editions = editions or of.editions
    bodies = {name: page(folder, name, of.source) for pair in editions for name in pair}
    truths = {name: of.reader.read(body) for name, body in bodies.items()}
    data = vocabulary.data_of(of.load_terms)
    for before, name in editions:
        stood, truth, body = known(truths[before], before, of.reader.renames()), truths[name], bodies[name]
        for path in vocabularies.terms(data)[::every]:
            less = vocabularies.without(data, path)
            try:
                with vocabularies.speaking(less, of.load_terms) as terms:
                    strict = _read(of, body, terms)
                    yield from _loss(of, vocabularies.named(data, path), name, strict, truth, stood)
            except KeyError:
                continue  # a row that others point to
        for word in words[::every] if words is LEXICON else words:
            with _unknown(of, word):
                strict = _read(of, body, of.load_terms())
            yield from _loss(of, f"lexicon: {word}", name, strict, truth, stood)


def _read(of: Page, body: str, terms: Any) -> Reading | None:
    try:
        return of.reader.read(body, terms)  # type: ignore[no-any-return]
    except LayoutChanged as error:
        return error.reading  # type: ignore[no-any-return]


def _unknown(of: Page, word: str) -> Any:
    """Within it, pages are read as if they had an unknown word in the place of this one, in cells and headers."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    module, name = of.tables
    call = getattr(module, name)

    def read_blocks(blocks: Sequence[Block], *rest: Any) -> Any:
        return call([_reworded(block, pattern) for block in blocks], *rest)

    def prove(*asked: Any) -> Any:
        kind, blocks = call(*asked)
        return kind, [_reworded(block, pattern) for block in blocks]

    def page_blocks(*asked: Any) -> Any:
        return [_reworded(block, pattern) for block in call(*asked)]

    return mock.patch.object(module, name, {f.__name__: f for f in (read_blocks, prove, page_blocks)}[name])


def _reworded(block: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(block, Grid):
        first = {id(row.cells[0]) for row in block.rows if row.cells}
        cells = {id(cell): cell for row in block.rows for cell in row.cells if cell and id(cell) not in first}
        new = {name: Cell(tuple(pattern.sub(UNKNOWN, line) for line in cell.lines)) for name, cell in cells.items()}
        rows = [
            Row(
                tuple(new.get(id(cell), cell) for cell in row.cells), tuple(new.get(id(cell), cell) for cell in row.own)
            )
            for row in block.rows
        ]
        return replace(block, header=tuple(pattern.sub(UNKNOWN, words) for words in block.header), rows=tuple(rows))
    if not isinstance(block, Table):
        return block
    header = tuple(pattern.sub(UNKNOWN, cell) for cell in block.header)
    rows = tuple((row[0], *(pattern.sub(UNKNOWN, cell) for cell in row[1:])) if row else row for row in block.rows)
    return replace(block, header=header, rows=rows)


def _loss(of: Page, term: str, name: str, strict: Reading | None, truth: Reading, stood: Known) -> Iterator[Loss]:
    """What was lost, where anything was; a page that is not taken for the page is not read by anybody."""
    wanted = {_said(rate): rate for rate in truth.rates() if rate.price}
    whole = strict is not None and page_status(strict) != "NOT_READ"
    before = {_said(rate) for rate in strict.rates()} if strict and whole else set()
    lost = wanted.keys() - before
    every = {_said(rate) for rate in truth.rates()}
    found = Loss(term, name)
    if not lost and before <= every:
        return
    reading, _ = second_pass.infer(of.reader, strict, stood) if strict else (None, [])
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
    parser.add_argument("--source", choices=PAGES, default=GEMINI.source)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--each", action="store_true", help="a line for each term")
    options = parser.parse_args(argv)
    folder = os.environ.get("RATECARDS_CAPTURES")
    if not folder:
        print("RATECARDS_CAPTURES names no folder of captured pages")
        return 2
    found = list(losses(folder, options.every, of=PAGES[options.source]))
    print("\n".join(table(found, each=options.each)))
    return int(any(loss.wrong for loss in found))


if __name__ == "__main__":
    sys.exit(main())
