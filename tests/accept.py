"""The cases of the pricing pages: read them, and write down what they gave.

    python -m tests.accept [CASE ...]       cases: tests/sources/gemini_api/cases/CASE, both representations
    python -m tests.accept PROVIDER/SOURCE  of a source that is a vocabulary alone: tests/sources/SOURCE/cases/CASE/page.*
    RATECARDS_CAPTURES=FOLDER python -m tests.accept --golden       captures, which stay outside the project

writes `expected.yaml` beside the facts of each case (all of them without names), `expected.csv` beside each page, or the
facts of each capture to tests/sources/gemini_api/golden. Nothing is accepted by running it: the difference it makes is
read against the contract before it is
committed.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from ratecards.model import COLUMNS, Formula, Rate, plain, row
from ratecards.storage import strictyaml
from scraper.cli.doctor import case_folder
from scraper.reading import Draft, Reading
from scraper.sources import SOURCES, Source, find, gemini_api
from scraper.sources.gemini_terms import load_terms
from scraper.sources.table_reader import TableSource
from tests.support import pagebuilder
from tests.support.captures import captured

CASES = Path(__file__).parent / "sources" / "gemini_api" / "cases"
GOLDEN = Path(__file__).parent / "sources" / "gemini_api" / "golden"
PAGES = Path(__file__).parent / "sources"
# The columns of the rate table that are facts: what a price is, not where it was read.
GOLDEN_COLUMNS = [name for name in COLUMNS if name not in ("quote", "locator")]
# The proofs of the vocabulary, but for a page of a few tables.
SMALL = replace(load_terms(), tables_min=1)
# The same on every row of this source, or no part of what was read.
_LEFT_OUT = ("provider", "source", "locator")


def cases() -> list[str]:
    """The cases whose pages are read."""
    return sorted(path.parent.name for path in CASES.glob("*/expected.yaml"))


@cache
def bodies(case: str) -> dict[str, str]:
    """Both representations of a case, by kind."""
    edition = pagebuilder.load(CASES / case / "facts.yaml")
    return {"html": pagebuilder.html_page(edition).decode(), "md": pagebuilder.twin_page(edition).decode()}


@cache
def reading(case: str, kind: str) -> Reading:
    """A case as read."""
    return gemini_api.read(bodies(case)[kind], SMALL)


@cache
def expected(case: str) -> dict:
    """What a person has accepted."""
    return strictyaml.load((CASES / case / "expected.yaml").read_text(encoding="utf-8"), f"{case}/expected.yaml")


def facts(rate: Rate) -> dict[str, str]:
    """A row of the rate table without its empty fields."""
    return {name: value for name, value in row(rate).items() if value and name not in _LEFT_OUT}


def key(found: dict[str, str]) -> str:
    """What tells a row from the others of its page; the rest is its value."""
    return ", ".join(v for k, v in found.items() if k not in ("availability", "price", "currency", "quote"))


def card(draft: Draft) -> dict[str, object]:
    """What a card says beside its rates."""
    out: dict[str, object] = {
        "name": draft.name,
        "improve": ", ".join(" ".join(pair) for pair in draft.used_to_improve),
    }
    if draft.notices:
        out["notices"] = list(draft.notices)
    if draft.facts:
        out["facts"] = [": ".join(pair) for pair in draft.facts]
    if draft.formulas:
        out["formulas"] = [_formula(f) for f in draft.formulas]
    return out


def _formula(f: Formula) -> str:
    amount = "" if f.amount is None else f"{plain(f.amount)} {f.currency}"
    words = (f.meter, f.modality, f.resolution, f"{f.tokens} tokens" if f.tokens else "", amount, f"per {f.unit}")
    return " ".join(word for word in words if word)


def summary(found: Reading) -> dict[str, object]:
    """The whole case: counts, cards, rates."""
    return {
        "tables": str(found.tables),
        "amounts": str(found.amounts),
        "cards": {d.model: card(d) for d in sorted(found.drafts(), key=lambda d: d.model)},
        "rates": [facts(rate) for rate in found.rates()],
    }


def text(found: dict[str, object]) -> str:
    """One line per card and rate, so that a difference shows what changed."""
    lines = [f"tables: {_flow(found['tables'])}", f"amounts: {_flow(found['amounts'])}", "cards:"]
    lines += [f"  {model}: {_flow(of)}" for model, of in found["cards"].items()]
    lines += ["rates:", *(f"  - {_flow(rate)}" for rate in found["rates"])]
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@cache
def capture(name: str) -> Reading:
    """A capture as read."""
    return gemini_api.read(captured("google/gemini-api", name))


def golden_lines(found: Reading) -> list[str]:
    """The facts of every row, as lines of a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, GOLDEN_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row(rate) for rate in found.rates())
    return out.getvalue().splitlines()


def write_golden() -> None:
    """Write the facts of the captures."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    editions = "2025-11-21.md.txt", "2025-12-21.md.txt", "2026-03-24.html", "2026-04-27.html"
    for name in (*editions, "2026-08-27.md.txt", "2026-10-04.md.txt"):
        lines = golden_lines(capture(name))
        (GOLDEN / f"{name.split('.')[0]}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}: {len(lines) - 1} rates")


# -------------------------------------------------------------------------- sources that are a vocabulary alone


def table_pages() -> list[tuple[Source, Path]]:
    """The pages of all cases of such sources."""
    # OpenAI's page is one since it is plain Markdown
    found = [
        source for source in SOURCES if isinstance(source.module, TableSource) or source == find("openai/openai-api")
    ]
    pages = [(s, page) for s in found for page in sorted(case_folder(s, PAGES).glob("*/page.*"))]
    pages = [(s, page) for s, page in pages if s.name != "openai/openai-api" or page.parent.name == "era-2026-10"]
    return [(source, page) for source, page in pages if page.suffix != ".json"]


def table_lines(source: Source, page: Path) -> list[str]:
    """The rates of a page as lines of a CSV file, places and quotes included. Nothing of it may be left unread."""
    found = source.module.read(page.read_text(encoding="utf-8"))
    assert ([], [], 0) == (found.problems, found.suspicions, found.amounts.unclaimed), (page, found)
    return lines_of(found)


def lines_of(found: Reading) -> list[str]:
    """The rates as lines of a CSV file, places and quotes included."""
    out = io.StringIO()
    columns = [name for name in COLUMNS if name not in ("provider", "source")]
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row(rate) for rate in found.rates())
    return out.getvalue().splitlines()


def write_tables(name: str) -> None:
    """Write what was read of each case of one source."""
    for source, page in table_pages():
        if source == find(name):
            lines = table_lines(source, page)
            page.with_name("expected.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"{name} {page.parent.name}: {len(lines) - 1} rates")


def main(names: list[str]) -> None:
    """Write what was read, when both representations say the same and leave nothing over."""
    if names == ["--golden"]:
        write_golden()
        return
    if len(names) == 1 and "/" in names[0]:
        write_tables(names[0])
        return
    for case in names or cases():
        html, twin = (summary(reading(case, kind)) for kind in ("html", "md"))
        problems = [str(p) for kind in ("html", "md") for p in reading(case, kind).problems]
        if html != twin or problems:
            sys.exit(f"{case}: the representations differ, or {problems}")
        (CASES / case / "expected.yaml").write_text(text(html), encoding="utf-8")
        print(f"{case}: {len(html['rates'])} rates of {len(html['cards'])} models; {html['amounts']}")


if __name__ == "__main__":
    main(sys.argv[1:])
