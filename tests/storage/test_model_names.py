"""Names over a history: renames, what a name stood for, and why there is no card of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.storage import model_names
from ratecards.storage.model_names import ModelNames, Renamed
from tests.support.histories import change

JAN, FEB, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
LORE = ModelNames(
    {"nano": JAN, "nano-1": FEB, "flash": JAN, "old": JAN},
    {"old": [FEB, MARCH]},
    {"nano-latest": ["nano-1"], "x": ["flash"]},
    [
        Renamed(FEB, "2026-02-03T00:00:00Z", "nano", "nano-1"),
        Renamed(MARCH, "2026-03-01T00:00:00Z", "nano-1", "nano-2"),
    ],
)


@pytest.mark.parametrize(
    "name",
    [
        " models/Gemini-2.5-Pro ",
        "publishers/google/models/gemini-2.5-pro",
        "projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro@default",
        "vertex_ai/google/gemini-2.5-pro",
        *(prefix + "gemini-2.5-pro" for prefix in model_names.PREFIXES),
    ],
)
def test_an_id_as_the_table_spells_it(name: str):
    """Without blanks, capitals, and what an API path, a gateway or an SDK writes around it; again it is the same."""
    assert "gemini-2.5-pro" == model_names.model_id(name) == model_names.model_id(model_names.model_id(name))


@given(
    st.lists(st.sampled_from(model_names.PREFIXES), max_size=4), st.sampled_from(["gpt-5", "veo-3.1-generate-preview"])
)
def test_whatever_stands_before_an_id(prefixes: list[str], model: str):
    """One gateway behind another, in any order."""
    assert (
        model
        == model_names.model_id("".join(prefixes) + model)
        == model_names.model_id("".join(prefixes).upper() + model)
    )


def test_an_id_of_anthropics_has_no_point():
    """OpenRouter and people write one; Bedrock's ids are another seller's, and others' points stay."""
    names = ("anthropic/claude-opus-4.5", "Claude-3.7-sonnet-20250219", "anthropic.claude-3.5-v1:0", "gpt-4.1")
    ids = ["claude-opus-4-5", "claude-3-7-sonnet-20250219", "anthropic.claude-3.5-v1:0", "gpt-4.1"]
    assert ids == [model_names.model_id(name) for name in names]


@pytest.mark.parametrize("name", ["meta/llama-4", "publishers/anthropic/models/claude", "azure/gpt-5", "@x", ""])
def test_what_is_not_before_an_id_of_theirs_stays(name: str):
    """Another seller has prices of its own."""
    assert name == model_names.model_id(name)


KNOWN = [
    "gemini-2.5-flash",
    "gemini-2.5-flash-image",
    "gemini-3-flash-preview",
    "gemini-3-pro-preview",
    "gpt-5",
    "veo-2",
]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("gemini-flash-latest", ["gemini-3-flash-preview", "gemini-2.5-flash", "gemini-2.5-flash-image"]),
        ("gemini-2.5-flash-latest", ["gemini-2.5-flash", "gemini-2.5-flash-image", "gemini-3-flash-preview"]),
        ("gemini-pro-latest", ["gemini-3-pro-preview"]),
        ("gemini-3-pro", ["gemini-3-pro-preview"]),
        ("gemini-2.5-flsh", ["gemini-2.5-flash"]),
        ("gpt5", ["gpt-5"]),
        ("2", ["veo-2"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_the_nearest_names(name: str, nearest: list[str]):
    """Of the same kind first, then the same version, the plainest, the newest; what only looks alike comes last."""
    assert nearest == model_names.nearest(KNOWN, name)[: len(nearest)]
    assert bool(nearest) == bool(model_names.nearest(KNOWN, name))


def test_an_alias_that_no_page_explains():
    """What it points to is not guessed. https://github.com/lobehub/lobehub/pull/18647"""
    words = (
        "unknown model 'gemini-pro-latest'; no page that is held says what it points to; nearest: gemini-3-pro-preview"
    )
    assert model_names.unknown_among(KNOWN, "gemini-pro-latest").startswith(words)


def test_the_day_of_a_change():
    """That of its stamp; one without has none that is over."""
    assert JAN == model_names.day_of(change("2026-01-01", "model_added"))
    assert date.max == model_names.day_of(names_less())


def names_less():
    """A change that nobody stamped."""
    from dataclasses import replace

    return replace(change("2026-01-01", "model_added"), stamp=None)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, {"nano": "nano-2", "nano-1": "nano-2"}),
        ({"until": FEB}, {"nano": "nano-1"}),
        ({"since": FEB}, {"nano-1": "nano-2"}),
    ],
)
def test_renames_by_day(bounds: dict, expected: dict):
    """Between two days."""
    assert expected == model_names.renames(LORE.renamed, **bounds)


def test_renames_among_changes():
    """With the day and the instant of each; other changes are none."""
    moved = change("2026-02-01", "model_renamed", "nano-1", previous_id="nano")
    expected = Renamed(FEB, "2026-02-01T12:00:00Z", "nano", "nano-1")
    assert [expected] == model_names.renamed([change("2026-01-01", "model_added"), moved])


def test_what_a_name_stood_for():
    """By id, by alias, and by all names of the same model."""
    assert {"nano", "nano-1", "nano-2"} == model_names.ids(LORE, "nano-latest") == model_names.ids(LORE, "nano")
    assert set() == model_names.ids(LORE, "flsh")


def test_several_sources_as_one():
    """The first day of all, every departure, alias and rename."""
    other = ModelNames({"flash": date(2025, 12, 1), "old": FEB}, {"old": [JAN]}, {"x": ["old"]}, [])
    found = model_names.merged([LORE, other])
    assert (date(2025, 12, 1), JAN) == (found.first["flash"], found.first["old"])
    assert ([FEB, MARCH, JAN], ["flash", "old"]) == (found.gone["old"], found.ids["x"])
    assert LORE.renamed == found.renamed


@pytest.mark.parametrize(
    ("name", "on", "words"),
    [
        ("old", None, "old is gone since 2026-03-01; its last card: --on 2026-02-28"),
        ("old", date(2026, 2, 15), "old is gone since 2026-02-01; its last card: --on 2026-01-31"),
        ("flash", date(2025, 12, 31), "flash was first observed on 2026-01-01; nothing is known of it on 2025-12-31"),
        (
            "nano-1",
            date(2026, 1, 15),
            "nano-1 is what nano is called since 2026-02-01; for 2026-01-15 ask for nano",
        ),
        ("x", None, "x names no card any more; it stood for flash"),
        ("flsh", None, "unknown model 'flsh'; nearest: flash"),
        ("zzz", None, "unknown model 'zzz'; `ratecards models` lists them all"),
        ("", None, "unknown model ''; `ratecards models` lists them all"),
    ],
)
def test_why_there_is_no_card(name: str, on: date | None, words: str):
    """In one line."""
    assert words == model_names.absence(LORE, name, on)
