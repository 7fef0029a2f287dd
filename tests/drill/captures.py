"""Captured pages, which stay outside the project: the kinds that need nothing but a page's bytes, a sample of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scraper.sources import ai_studio, cloud_billing, find, gemini_api, openai_api, rate_limits, vertex_ai
from tests.drill.facts_subjects import FactsSubject
from tests.drill.mutants import Kind
from tests.drill.said import Said
from tests.drill.subjects import Subject, drilled

_MODULES: dict[str, tuple[str, Any]] = {
    "gemini-api": ("google", gemini_api),
    "ai-studio": ("google", ai_studio),
    "vertex-ai": ("google", vertex_ai),
    "cloud-billing": ("google", cloud_billing),
    "rate-limits": ("google", rate_limits),
    "openai-api": ("openai", openai_api),
    "laozhang": ("laozhang", find("laozhang/laozhang").module),
}
# Source, name, and the file of each representation.
CAPTURES = [
    ("gemini-api", "2026-03-24", {"html": "2026-03-24.html", "md.txt": "2026-03-24.md.txt"}),
    ("gemini-api", "2026-04-27", {"html": "2026-04-27.html"}),
    ("vertex-ai", "2026-05-08", {"html": "2026-05-08.html"}),
    ("openai-api", "2026-04-27", {"html": "2026-04-27.html"}),
    ("ai-studio", "2026-02-14", {"json": "2026-02-14.listmodels.json"}),
    ("cloud-billing", "2026-08-13", {"json": "2026-08-13.skus.excerpt.json"}),
    ("rate-limits", "2025-12-21", {"md.txt": "2025-12-21.md.txt"}),
    ("rate-limits", "2026-04-16", {"md.txt": "2026-04-16.md.txt"}),
]
# What makes its mutants from a page that was built from facts, or reads the accepted table's places.
_NEED_FACTS = ("gemini_prices", "gemini_tables", "records", "plain")
_ALSO_NEED_FACTS = ("html_hidden", "columns_changed", "editions_apart", "openai_price_changed", "openai_apart")
_ALSO_NEED_FACTS += (
    "openai_cell_changed",
    "openai_words_changed",
    "openai_order",
    "limits_words_changed",
    "limits_number_changed",
)
_BYTES_OF_RECORDS = ("studio_cut", "billing_cut")
# Both representations are looked at side by side.
_NEED_A_TWIN = ("html_chunk_lost", "html_character", "html_proofs")


def capture_subjects() -> list[Subject]:
    """The captures that can be read; what they say is what the readers gave of them, which other tests hold to a table."""
    folder = Path(os.environ["RATECARDS_CAPTURES"])
    found: list[Subject] = []
    for source, name, files in CAPTURES:
        provider, module = _MODULES[source]
        bodies = {kind: (folder / provider / source / file).read_text(encoding="utf-8") for kind, file in files.items()}
        made = FactsSubject if source in ("rate-limits", "deprecations") else Subject
        subject = made(f"{source} {name}", drilled(provider, source, module), bodies, Said(()))
        subject.says = subject.told(subject.published)
        found.append(subject)
    return found


def sampled(kinds: Sequence[Kind], subjects: Sequence[Subject], share: float) -> list[Kind]:
    """The kinds that need no facts, with a share of their mutants, each over the captures that have what it needs."""
    found = []
    for kind in kinds:
        module = kind.make.__module__.rpartition(".")[2]
        if (module in _NEED_FACTS and kind.name not in _BYTES_OF_RECORDS) or kind.name in _ALSO_NEED_FACTS:
            continue
        needed = {"md.txt"} if kind.name.startswith("twin") or kind.name in _NEED_A_TWIN else set()
        needed |= {"html"} if kind.name.startswith("html") else set()
        pages = [s.name for s in subjects if s.source.source == kind.source and needed <= set(s.bodies)]
        found.append(replace(kind, count=max(1, round(kind.count * share)), pages=pages))
    return found
