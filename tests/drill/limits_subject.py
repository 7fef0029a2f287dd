"""The limits page as a subject: judged by its own judge, and told as rows like any other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ratecards.model import plain
from ratecards.storage import limits
from ratecards.storage.limits import LimitsCard
from scraper.model import SourceResult, State
from scraper.pipeline.facts_page import evaluate_facts
from scraper.publish.dataset import FACTS, Dataset
from scraper.sources import rate_limits
from tests.drill import said
from tests.drill.said import RATE, Said
from tests.drill.subjects import PAGES, Subject, drilled

LIMITS_PATH = FACTS["google/rate-limits"].path
CASES = PAGES.parent.parent / "sources" / "rate_limits" / "cases"


class _Dataset(Dataset):
    """A dataset of one state that stands nowhere."""

    def __init__(self, state: State, card: LimitsCard | None) -> None:
        super().__init__(Path("nowhere"))
        self.known, self.card = state, card

    def state(self, name: str) -> State:
        """The state that the first look left."""
        return self.known

    def facts(self, name: str) -> LimitsCard | None:
        """The card that the first look left."""
        return self.card


class LimitsSubject(Subject):
    """Its card is no rate card, and the judge of limits compares it as a whole."""

    def judged(
        self, bodies: Mapping[str, str | bytes | None], *, first: bool = False, hold: bool = True
    ) -> SourceResult:
        """The verdict on a look."""
        edition = self.edition(bodies, first=first)
        state = State() if first else self.published.state
        card = None if first else limits.FORM.decode(self.published.files[LIMITS_PATH], LIMITS_PATH)
        return evaluate_facts(_Dataset(state, card), self.source, edition, edition.at)

    def told(self, verdict: SourceResult) -> Said:
        """The limits that stand published after a verdict."""
        text = verdict.files.get(LIMITS_PATH) or self.published.files[LIMITS_PATH]
        return of_limits(limits.FORM.decode(text, LIMITS_PATH))


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
    return Said(tuple({**dict.fromkeys(RATE, ""), "model": "limits", **row} for row in rows))


def limits_subjects() -> list[Subject]:
    """Both dialects of the page."""
    source = drilled("google", "rate-limits", rate_limits)
    found: list[Subject] = []
    for case in ("era-2025", "era-2026"):
        body = (CASES / case / "page.md.txt").read_text(encoding="utf-8")
        table = PAGES / f"limits-{case}.csv"
        says = said.load(table) if table.exists() else Said(())
        found.append(LimitsSubject(f"limits-{case}", source, {"md.txt": body}, says))
    return found
