"""The limits page as a subject: judged over a dataset of its own, and told as rows like any other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from ratecards import limits
from ratecards.limits import LimitsCard
from ratecards.model import plain
from scraper.dataset import Dataset
from scraper.judge import GOOD, Verdict
from scraper.limitspage import PATH, judge_limits
from scraper.sources import rate_limits
from tests.drill import said
from tests.drill.said import RATE, Said
from tests.drill.subjects import PAGES, Subject, drilled

CASES = PAGES.parent.parent / "pages" / "google" / "rate-limits"


class LimitsSubject(Subject):
    """Its card stands in a file, and the judge of limits reads that file."""

    @cached_property
    def folder(self) -> TemporaryDirectory:
        """Where the dataset stands until the run ends."""
        return TemporaryDirectory()

    @property
    def dataset(self) -> Dataset:
        """The dataset of this page alone."""
        return Dataset(Path(self.folder.name))

    def judged(self, bodies: Mapping[str, str | bytes | None], *, first: bool = False, hold: bool = True) -> Verdict:
        """The verdict on a look."""
        edition = self.edition(bodies, first=first)
        if not first:
            assert self.published.outcome in GOOD
        return judge_limits(self.dataset, self.source, edition, edition.at)

    @cached_property
    def published(self) -> Verdict:
        """The first verdict, written down."""
        verdict = self.judged(self.bodies, first=True)
        assert verdict.outcome == "NEW", (self.name, verdict.messages)
        for path, text in {**verdict.files, self.dataset.state_path(self.source.name): verdict.state.text()}.items():
            file = self.dataset.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return verdict

    def told(self, verdict: Verdict) -> Said:
        """The limits that stand published after a verdict."""
        text = verdict.files.get(PATH) or self.published.files[PATH]
        return of_limits(limits.decode(text, PATH))


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
