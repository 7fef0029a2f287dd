"""The cases of all sources: a page or the facts of one, and beside it what a person has accepted of it.

`tests/sources/<source>/cases/<case>/` holds `page.*`, or `facts.yaml`, from which a page is built, and
`expected.csv`, the rates (of `COLUMNS` those that say something), with `problems.yaml`, the places that are not
understood, where there are any; or `expected_error.txt`, words of the refusal of a page that is none.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ratecards.storage import strict_yaml
from scraper import ROOT
from scraper.cli import learn
from scraper.fetch.copies import readers_copy
from scraper.model import Reading
from scraper.sources import SOURCES, Source, ai_studio_docs, gemini_api
from tests.support import agent_platform_page, ai_studio_body, billing_page, openai_page, pagebuilder
from tests.support.workshop import SMALL

FOLDER = ROOT / "tests" / "sources"
BUILD: dict[str, Callable[[dict], dict[str, str]]] = {
    "gemini_api": lambda facts: {
        "html": pagebuilder.html_page(facts).decode(),
        "md": pagebuilder.twin_page(facts).decode(),
        "copy": pagebuilder.readers_copy(facts).decode(),
    },
    "vertex_ai": lambda facts: {"html": agent_platform_page.html_page(facts)},
    "openai_api": lambda facts: {"html": openai_page.html_page(facts)},
    "ai_studio": lambda facts: {"json": ai_studio_body.body([ai_studio_body.record(of) for of in facts["models"]])},
    "cloud_billing": lambda facts: {
        "json": json.dumps(billing_page.page([billing_page.sku(of, number) for number, of in enumerate(facts["skus"])]))
    },
}
# The proofs of a page of many tables, but for a few.
DOCS = ai_studio_docs.load_terms()
READ = {
    "gemini_api": lambda body: gemini_api.read(body, SMALL),
    "ai_studio_docs": lambda body: ai_studio_docs.read(body, replace(DOCS, prices=replace(DOCS.prices, tables_min=1))),
}
# Of a source whose copies are not read as its Markdown is.
COPIES = {"gemini_api": lambda content: gemini_api.read_copy(content, SMALL)}


@dataclass(frozen=True)
class Case:
    """One case of a source; printed as `<source>/<case>`."""

    folder: Path

    def __str__(self) -> str:
        return f"{self.source}/{self.folder.name}"

    @property
    def source(self) -> str:
        """The module of the source."""
        return self.folder.parent.parent.name

    @property
    def bodies(self) -> dict[str, str]:
        """By representation, the page."""
        facts = self.folder / "facts.yaml"
        if facts.is_file():
            return BUILD[self.source](strict_yaml.load(facts.read_text(encoding="utf-8"), f"{self}/facts.yaml"))
        pages = [path for path in self.folder.glob("page.*") if path.name != "page.json"]  # that is about a kept one
        return {path.name.removeprefix("page."): path.read_text(encoding="utf-8") for path in pages}

    def reading(self, kind: str) -> Reading:
        """What the source reads of one representation. Raises `LayoutChanged`."""
        return _reading(self.source, self.bodies[kind])

    def file(self, name: str) -> str | None:
        """A file beside the page; None where there is none."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else None


def cases(*files: str) -> list[Case]:
    """The cases that have one of these files, or the one that is named `<source>/<case>`; all without a name."""
    found = [Case(folder) for folder in sorted(FOLDER.glob("*/cases/*")) if folder.is_dir()]
    return [case for case in found if not files or any((case.folder / name).is_file() for name in files)]


@functools.cache
def _source(module: str) -> Source:
    return next(source for source in SOURCES if source.source.replace("-", "_") == module)


@functools.cache
def _reading(source: str, body: str) -> Reading:
    if copy := readers_copy(body):
        return COPIES[source](copy.content)
    return READ.get(source, _source(source).module.read)(body)


def table(reading: Reading) -> str:
    """The rates as `expected.csv` has them: a line each, of the columns those that say something."""
    return learn.table(reading.rates())


def problems(reading: Reading) -> str:
    """The places that are not understood, as `problems.yaml` has them."""
    return "".join(f"- {json.dumps(str(problem), ensure_ascii=False)}\n" for problem in reading.problems)
