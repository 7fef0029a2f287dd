"""The captures of Google's page, each as the next look: what an edition tells of the next is no doubt."""

from __future__ import annotations

from pathlib import Path

from scraper.fetch.capture import Capture, load
from scraper.model import State
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.sources import find
from tests.support.captures import CAPTURES, needed

pytestmark = needed


EDITIONS = {
    "2025-11-21.md.txt": 397,
    "2025-12-21.md.txt": 437,
    "2026-01-08.md.txt": 437,
    "2026-03-24.html": 527,
    "2026-04-16.md.txt": 843,
    "2026-04-27.html": 843,
    "2026-08-27.md.txt": 1040,
    "2026-10-04.md.txt": 1221,
}


def test_no_real_edition_is_doubted():
    """All of them in the order of their days: nothing is unread, no sentence alarms, no rate is lost."""
    source, cards, state = find("google/gemini-api"), {}, State()
    for name, rates in EDITIONS.items():
        page = load(Path(CAPTURES, "google", "gemini-api", name), source)
        edition = Capture(page.fetched_at, {"html" if name.endswith("html") else "md.txt": page})
        previous = Previous(state, lambda known=cards: known)
        verdict = evaluate(source, edition, previous, None, page.fetched_at)
        assert (name, [], rates) == (name, verdict.messages, sum(len(c.rates) for c in verdict.cards.values()))
        cards, state = verdict.cards, verdict.state
