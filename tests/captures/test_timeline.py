"""The guards on the real editions in order of date: they hold nothing that was true, save what a person sees twice."""

from __future__ import annotations

import re

from scraper.sources import find
from tests import timeline
from tests.support.captures import CAPTURES, needed

# By edition: the models that left together, or whose prices stand under another id.
GONE = {
    "2025-12-21": {"gemini-2.5-flash-native-audio-preview-09-2025"},
    "2026-01-08": set(),
    "2026-03-24": {"gemini-2.5-flash-preview-09-2025", "gemini-3-pro-preview", "imagen-3.0-generate-002"},
    "2026-04-16": {"gemma-3", "gemma-3n"},
    "2026-04-27": set(),
    "2026-08-27": {
        *("gemini-2.0-flash", "gemini-2.0-flash-lite", "gemini-2.5-flash-lite-preview-09-2025"),
        *("gemini-robotics-er-1.5-preview", "imagen-4.0-fast-generate-001", "imagen-4.0-generate-001"),
        *("imagen-4.0-ultra-generate-001", "veo-2.0-generate-001", "veo-3.0-fast-generate-001"),
        "veo-3.0-generate-001",
    },
    "2026-10-04": {"gemini-2.5-computer-use-preview-10-2025", "gemini-embedding-001", "gemini-robotics-er-1.6-preview"},
}


@needed
def test_fault_69_real_editions_go_through():
    """Seven steps of Google's page: no price is held or doubted, and of what left only what left in numbers."""
    steps = list(timeline.steps(CAPTURES, find("google/gemini-api")))

    assert GONE == {step.name[:10]: {h.change.model for h in step.sifted.held} for step in steps}
    assert {"model_removed"} == {h.change.kind for step in steps for h in step.sifted.held}
    assert [] == [line for step in steps for line in step.lines]


@needed
def test_the_basket_reaches_every_price():
    """There is a call for each priced rate of each edition, so that no rate needs a guard by its key."""
    for step in timeline.steps(CAPTURES, find("google/gemini-api")):
        assert step.reached[0] == step.reached[1]


@needed
def test_the_report_of_the_timeline(capsys):
    """A line for each step, and one for what is held."""
    assert 0 == timeline.main(["google/gemini-api"])
    out = capsys.readouterr().out

    assert 7 == len(re.findall(r"^== google/gemini-api", out, re.MULTILINE))
    assert "held 3080058cbc gemini-2.5-flash-native-audio-preview-09-2025: no longer on the page: looks renamed" in out


def test_without_captures(monkeypatch, capsys):
    """It says what it lacks."""
    monkeypatch.delenv("RATECARDS_CAPTURES", raising=False)

    assert 2 == timeline.main([])
    assert "RATECARDS_CAPTURES names no folder" in capsys.readouterr().out
