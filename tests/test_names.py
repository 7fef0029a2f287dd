"""Names over a history: renames, what a name stood for, and why there is no card of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ratecards import names
from ratecards.names import Lore, Renamed
from tests.histories import change

JAN, FEB, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
LORE = Lore(
    {"nano": JAN, "nano-1": FEB, "flash": JAN, "old": JAN},
    {"old": [FEB, MARCH]},
    {"nano-latest": ["nano-1"], "x": ["flash"]},
    [
        Renamed(FEB, "2026-02-03T00:00:00Z", "nano", "nano-1"),
        Renamed(MARCH, "2026-03-01T00:00:00Z", "nano-1", "nano-2"),
    ],
)


def test_an_id_as_the_table_spells_it():
    """Without blanks, capitals and the prefix of an API path."""
    assert "gemini-2.5-pro" == names.model_id(" models/Gemini-2.5-Pro ")


def test_the_day_of_a_change():
    """That of its stamp; one without has none that is over."""
    assert JAN == names.day_of(change("2026-01-01", "model_added"))
    assert date.max == names.day_of(names_less())


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
        ({"known": FEB}, {}),
        ({"known": FEB + timedelta(days=2)}, {"nano": "nano-1"}),
    ],
)
def test_renames_by_day(bounds: dict, expected: dict):
    """Between two days, and as far as they were known."""
    assert expected == names.renames(LORE.renamed, **bounds)


def test_renames_among_changes():
    """With the day and the instant of each; other changes are none."""
    moved = change("2026-02-01", "model_renamed", "nano-1", previous_id="nano")
    expected = Renamed(FEB, "2026-02-01T12:00:00Z", "nano", "nano-1")
    assert [expected] == names.renamed([change("2026-01-01", "model_added"), moved])


def test_what_a_name_stood_for():
    """By id, by alias, and by all names of the same model."""
    assert {"nano", "nano-1", "nano-2"} == names.ids(LORE, "nano-latest") == names.ids(LORE, "nano")
    assert set() == names.ids(LORE, "flsh")


def test_several_sources_as_one():
    """The first day of all, every departure, alias and rename."""
    other = Lore({"flash": date(2025, 12, 1), "old": FEB}, {"old": [JAN]}, {"x": ["old"]}, [])
    found = names.merged([LORE, other])
    assert (date(2025, 12, 1), JAN) == (found.first["flash"], found.first["old"])
    assert ([FEB, MARCH, JAN], ["flash", "old"]) == (found.gone["old"], found.ids["x"])
    assert LORE.renamed == found.renamed


@pytest.mark.parametrize(
    ("name", "on", "words"),
    [
        ("old", None, "old is gone since 2026-03-01; its last card: --on 2026-02-28"),
        ("old", date(2026, 2, 15), "old is gone since 2026-02-01; its last card: --on 2026-01-31"),
        ("flash", date(2025, 12, 31), "flash was first observed on 2026-01-01; nothing is known of it on 2025-12-31"),
        ("x", None, "x names no card any more; it stood for flash"),
        ("flsh", None, "unknown model 'flsh'; nearest: flash"),
        ("zzz", None, "unknown model 'zzz'; `ratecards models` lists them all"),
        ("", None, "unknown model ''; `ratecards models` lists them all"),
    ],
)
def test_why_there_is_no_card(name: str, on: date | None, words: str):
    """In one line."""
    assert words == names.absence(LORE, name, on)
