"""The pages that are mutated: one per layout and source, each with what it says and the baseline it has published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ratecards.model import RateCard
from scraper.errors import FetchFailed
from scraper.fetch.capture import Capture
from scraper.fetch.client import Page
from scraper.model import GOOD, SourceResult, State
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.sources import Source, ai_studio, ai_studio_docs, cloud_billing, find, gemini_api, openai_api, vertex_ai
from tests.drill import said
from tests.drill.said import Said
from tests.sources.laozhang import test_laozhang
from tests.sources.vertex_ai import test_vertex_ai
from tests.support import ai_studio_body, billing_page, openai_page, pagebuilder
from tests.support.cases import FOLDER, READ
from tests.support.workshop import SMALL

PAGES = Path(__file__).parent / "pages"
BEFORE = datetime(2026, 11, 1, 6, 17, tzinfo=UTC)
NOW = BEFORE + timedelta(hours=6)
_TYPES = {"html": "text/html", "md.txt": "text/plain", "md": "text/markdown", "json": "application/json"}


_OPENAI = openai_api.load_terms()
_MARKDOWN = "openai/openai-markdown"
_FEW = {"tables_min": 1, "models_min": 1, "headings": (), "first_headings": ()}
_FEW_TABLES = replace(_OPENAI, proofs=replace(_OPENAI.proofs, **_FEW))


class Drilled(Source):
    """A source whose reader may be another one: for pages of a few tables, or broken on purpose."""

    reader: Any = None

    @property
    def module(self) -> Any:
        return self.reader


def drilled(provider: str, source: str, module: Any, **instead: Any) -> Drilled:
    """The source with some of its functions replaced."""
    names = (
        *("PARSER", "urls", "renames", "fingerprint", "read", "is_known", "read_facts"),
        *("candidates", "choices", "patched"),
    )
    found = Drilled(provider, source)
    reader = SimpleNamespace(**{name: getattr(module, name) for name in names if hasattr(module, name)})
    for name, value in instead.items():
        setattr(reader, name, value)
    object.__setattr__(found, "reader", reader)
    return found


@dataclass
class Subject:
    """One page in all its representations, and what it says."""

    name: str
    source: Drilled
    bodies: Mapping[str, str]
    says: Said
    facts: Any = None
    extra: dict[str, Any] = field(default_factory=dict)

    def judged(
        self, bodies: Mapping[str, str | bytes | None], *, first: bool = False, hold: bool = True
    ) -> SourceResult:
        """The verdict on a look that brought these bodies; None is a representation that was not fetched."""
        edition = self.edition(bodies, first=first)
        if first:
            return evaluate(self.source, edition, Previous(State(), dict), lambda *_: None, edition.at)
        previous = Previous(self.published.state, lambda: self.baseline)
        return evaluate(self.source, edition, previous, (lambda *_: None) if hold else None, edition.at)

    def edition(self, bodies: Mapping[str, str | bytes | None], *, first: bool) -> Capture:
        """What a look brought, some hours after the first one."""
        edition = Capture(BEFORE if first else NOW)
        for kind, body in bodies.items():
            if body is None:
                edition.failed[kind] = FetchFailed("timed out")
            else:
                edition.pages[kind] = self._page(kind, body, edition.at)
        return edition

    def _page(self, kind: str, body: str | bytes, at: datetime) -> Page:
        urls = self.source.module.urls()
        url = urls.get(kind) or next(iter(urls.values()))
        data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
        return Page(url, url, 200, {"content-type": f"{_TYPES[kind]}; charset=utf-8"}, data, at)

    @cached_property
    def published(self) -> SourceResult:
        """The verdict on the page as it was, before anything was published."""
        verdict = self.judged(self.bodies, first=True)
        assert verdict.outcome in GOOD, (self.name, verdict.outcome, verdict.messages)
        return verdict

    @cached_property
    def baseline(self) -> dict[str, RateCard]:
        """What stands published when the mutant comes."""
        return dict(self.published.cards or {})

    def told(self, verdict: SourceResult) -> Said:
        """What stands published after a verdict."""
        return said.of_cards((self.baseline if verdict.cards is None else verdict.cards).values())

    @cached_property
    def before(self) -> said.Facts:
        """What the accepted table tells of each model."""
        return self.says.facts


def gemini_bodies(edition: dict) -> dict[str, str]:
    """Both representations of an edition, keyed as they are fetched."""
    return {
        "html": pagebuilder.html_page(edition).decode(),
        "md.txt": pagebuilder.twin_page(edition).decode(),
    }


def small_gemini(body: str) -> Any:
    """The reader, for pages of a few tables."""
    return gemini_api.read(body, SMALL)


def _accepted(name: str, source: Drilled, bodies: Mapping[str, str], facts: Any = None) -> Subject:
    """A page of another source; its accepted table stands in one file."""
    path = PAGES / f"{name}.csv"
    return Subject(name, source, bodies, said.load(path) if path.exists() else Said(()), facts)


def other_subjects() -> list[Subject]:
    """The cases of the other sources, as their own tests build them."""
    platform = drilled("google", "vertex-ai", vertex_ai)
    studio, billing = drilled("google", "ai-studio", ai_studio), drilled("google", "cloud-billing", cloud_billing)
    reseller, openai = (
        drilled("laozhang", "laozhang", find("laozhang/laozhang").module),
        drilled("openai", "openai-api", openai_api, read=small_openai),
    )
    found = [
        _accepted(f"vertex-{case}", platform, {"html": test_vertex_ai.page(case)}) for case in test_vertex_ai.READABLE
    ]
    found += [
        openai_subject(openai, *half) for half in (("era-2026-08", 0, 9), ("era-2026-04", 0, 6), ("era-2026-04", 5, 99))
    ]
    models = ai_studio_body.load("live")["models"]
    found.append(_accepted("studio-live", studio, {"json": studio_body(models)}, models))
    for case, last in (("styles", 20), ("allowances", 99)):
        skus = billing_page.load(case)["skus"][:last]
        found.append(_accepted(f"billing-{case}", billing, {"json": billing_body(skus)}, skus))
    found.append(_accepted("laozhang-era-2026-10", reseller, {"md": test_laozhang.PAGE}))
    # OpenAI's page as Markdown, by another name than the HTML that other kinds change
    plain = drilled("openai", "openai-markdown", openai_api.PAGE, read=openai_markdown, patched=patched_markdown)
    page = FOLDER / "openai_api" / "cases" / "era-2026-10" / "page.md"
    found.append(_accepted("openai-markdown", plain, {"md": page.read_text(encoding="utf-8")}))
    docs = drilled("google", "ai-studio-docs", ai_studio_docs, read=READ["ai_studio_docs"])
    page = FOLDER / "ai_studio_docs" / "cases" / "era-2026-10" / "page.md"
    found.append(_accepted("ai-studio-docs", docs, {"md": page.read_text(encoding="utf-8")}))
    anthropic = drilled("anthropic", "anthropic-api", find("anthropic/anthropic-api").module)
    for case in ("era-2026-03", "era-2026-10"):
        page = FOLDER / "anthropic_api" / "cases" / case / "page.md"
        found.append(_accepted(f"anthropic-{case}", anthropic, {"md": page.read_text(encoding="utf-8")}))
    return found


def openai_markdown(body: str) -> Any:
    """The reader of OpenAI's Markdown, under the name by which the drill knows it."""
    return openai_api.PAGE.read(body, replace(_OPENAI, source=_MARKDOWN))


def patched_markdown(patch: Any) -> Any:
    """Its vocabulary with further lines."""
    return replace(openai_api.patched(patch), source=_MARKDOWN)


def small_openai(body: str) -> Any:
    """The reader, for pages of a few tables."""
    return openai_api.PAGE.read(body, _FEW_TABLES)


def openai_subject(source: Drilled, case: str, first: int, last: int) -> Subject:
    """Some of a case's sections as a page of their own."""
    facts = openai_page.facts(case)
    # the last one ends the page
    facts["sections"] = [*facts["sections"][first:last][:-1], facts["sections"][-1]]
    return _accepted(f"openai-{case}-{first}", source, {"html": openai_page.html_page(facts)}, facts)


def studio_body(models: list[dict]) -> str:
    """The answer with these models."""
    return ai_studio_body.body([ai_studio_body.record(facts) for facts in models])


def billing_body(skus: list[dict]) -> str:
    """The catalogue with these SKUs."""
    found = [billing_page.sku(facts, number) for number, facts in enumerate(skus)]
    return json.dumps(billing_page.page(found))


def all_subjects() -> list[Subject]:
    """Every page of the drill."""
    from tests.drill.facts_subjects import facts_subjects

    return [*gemini_subjects(), *other_subjects(), *facts_subjects()]


def gemini_subjects() -> list[Subject]:
    """The pricing page in ten small editions that together have every shape of price."""
    source = drilled("google", "gemini-api", gemini_api, read=small_gemini)
    found = []
    for path in sorted(PAGES.glob("*/facts.yaml")):
        edition = pagebuilder.load(path)
        table = path.with_name("says.csv")
        says = said.load(table) if table.exists() else Said(())
        found.append(Subject(path.parent.name, source, gemini_bodies(edition), says, edition))
    return found
