"""The pages of facts as subjects: judged by their own judge, and told as rows like any other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ratecards.model import plain
from ratecards.storage.limits import LimitsCard
from scraper.model import SourceResult, State
from scraper.pipeline.facts_page import evaluate_facts
from scraper.publish.dataset import DEPRECATIONS, FACTS, LIMITS, Dataset
from scraper.sources import deprecations, rate_limits
from scraper.storage.lifecycle import LifecycleCard
from tests.drill import said
from tests.drill.said import RATE, Row, Said
from tests.drill.subjects import PAGES, Subject, drilled
from tests.sources.deprecations import test_deprecations

CASES = PAGES.parent.parent / "sources" / "rate_limits" / "cases"


class _Dataset(Dataset):
    """A dataset of one state that stands nowhere."""

    def __init__(self, state: State, card: Any) -> None:
        super().__init__(Path("nowhere"))
        self.known, self.card = state, card

    def state(self, name: str) -> State:
        """The state that the first look left."""
        return self.known

    def facts(self, name: str) -> Any:
        """The card that the first look left."""
        return self.card


class FactsSubject(Subject):
    """Its card is no rate card, and its judge compares it as a whole."""

    def judged(
        self, bodies: Mapping[str, str | bytes | None], *, first: bool = False, hold: bool = True
    ) -> SourceResult:
        """The verdict on a look."""
        edition = self.edition(bodies, first=first)
        state = State() if first else self.published.state
        card = None if first else self._card(self.published)
        return evaluate_facts(_Dataset(state, card), self.source, edition, edition.at)

    def told(self, verdict: SourceResult) -> Said:
        """The facts that stand published after a verdict."""
        card = self._card(verdict if verdict.files else self.published)
        return of_lifecycles(card) if self.source.name == DEPRECATIONS else of_limits(card)

    def _card(self, verdict: SourceResult) -> Any:
        kept = FACTS[self.source.name]
        return kept.form.decode(verdict.files[kept.path], kept.path)


def of_limits(card: LimitsCard) -> Said:
    """A card of limits as rows."""
    rows = [
        {
            "meter": "tier",
            "context": tier.name,
            "price": "" if tier.spent is None else plain(tier.spent),
            "used_up_to": "" if tier.days is None else str(tier.days),
            "unit": " to ".join(map(plain, tier.caps)),
            "currency": tier.currency,
        }
        for tier in card.usage_tiers
    ]
    rows += [
        {"meter": "batch", "context": b.usage_tier, "resolution": b.model, "price": str(b.tokens)}
        for b in card.batch_limits
    ]
    rows += [{"meter": "figure", "context": f.name, "price": plain(f.value), "unit": f.unit} for f in card.figures]
    return _said([{"model": "limits", **row} for row in rows])


def of_lifecycles(card: LifecycleCard) -> Said:
    """A card of lifecycles as rows: of each model when it came, when it ends, and what takes its place."""
    rows = []
    for one in card.models:
        kind = "binding" if one.shutdown else "earliest" if one.earliest else "none"
        rows += [
            {"model": one.model, "meter": "release", "price": str(one.release or "")},
            {
                "model": one.model,
                "meter": "shutdown",
                "availability": kind,
                "price": str(one.shutdown or one.earliest or ""),
            },
            {"model": one.model, "meter": "successor", "price": one.successor},
        ]
    return _said(rows)


def _said(rows: list[dict[str, str]]) -> Said:
    blank: Row = dict.fromkeys(RATE, "")
    return Said(tuple(blank | row for row in rows))


def facts_subjects() -> list[Subject]:
    """Both dialects of the limits page, and the deprecations page with days that bind and without."""
    limits = drilled(*LIMITS.split("/"), rate_limits)
    pages = {f"limits-{case}": (CASES / case / "page.md.txt").read_text("utf-8") for case in ("era-2025", "era-2026")}
    found = [_subject(name, limits, body) for name, body in pages.items()]
    lifecycles = drilled(*DEPRECATIONS.split("/"), deprecations)
    return found + [
        _subject(f"lifecycles-{case}", lifecycles, test_deprecations.page(case)) for case in ("binding", "earliest")
    ]


def _subject(name: str, source: Any, body: str) -> FactsSubject:
    table = PAGES / f"{name}.csv"
    return FactsSubject(name, source, {"md.txt": body}, said.load(table) if table.exists() else Said(()))
