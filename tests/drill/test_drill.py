"""The drill itself: at least five thousand mutants, none of which would publish what its page does not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill import run
from tests.drill.subjects import all_subjects

# `make drill` makes all of them; here so many of each kind that it takes less than two minutes.
SHARE, LEAST, ALTOGETHER = 0.42, 10, 5000
MODULES = (
    "gemini_prices",
    "gemini_tables",
    "gemini_noise",
    "gemini_damage",
    "gemini_twin",
    "vertex",
    "openai",
    "records",
    "limits",
    "lifecycles",
    "plain",
)
KINDS = [replace(kind, count=min(kind.count, max(LEAST, round(kind.count * SHARE)))) for kind in run.kinds()]


def _module(kind: run.Kind) -> str:
    # the kinds that the Agent Platform page borrows stand apart, lest one group takes as long as all others
    name = kind.make.__module__.rpartition(".")[2]
    return "vertex" if kind.source == "vertex-ai" else name


def test_there_are_enough_mutants():
    """Of every source, and most of the one with the most prices."""
    counts: dict[str, int] = {}
    for kind in KINDS:
        counts[kind.source] = counts.get(kind.source, 0) + kind.count
    sources = {"gemini-api", "ai-studio", "vertex-ai", "cloud-billing", "rate-limits", "openai-api", "laozhang"}
    sources |= {"deprecations", "anthropic-api", "openai-markdown", "ai-studio-docs"}

    assert ALTOGETHER <= sum(counts.values())
    assert sources == set(counts)
    assert counts["gemini-api"] > sum(counts.values()) / 2
    assert set(MODULES) == {_module(kind) for kind in KINDS}


@pytest.mark.no_cover
@pytest.mark.parametrize("module", MODULES)
def test_no_wrong_rate_is_published_and_none_lost_unnoticed(module):
    """Every mutant is read as it says, or refused with its place."""
    figures = run.drill(all_subjects(), [kind for kind in KINDS if _module(kind) == module])
    print(figures.table())
    print(figures.line())

    assert [] == figures.wrong
