"""Calendar versions: how they read, how they are ordered, and that they never go down."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.publish.version import Decision, Version, VersionError, decide, tags

APRIL = date(2026, 4, 27)
FIRST, SECOND = Version(2026, 4, 27), Version(2026, 4, 27, 1)
versions = st.builds(
    lambda day, number: Version(day.year, day.month, day.day, number),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 12),
)


def test_the_first_and_the_second_of_a_day():
    """The number stands only where there is one."""
    assert "2026.4.27" == str(FIRST) == str(Version.of(APRIL))
    assert "2026.4.27.1" == str(SECOND) == str(FIRST.next())


@given(versions)
def test_what_is_written_is_read(version):
    """With and without the letter that tags often have."""
    assert version == Version.parse(str(version)) == Version.parse(f"v{version}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026.4",
        "2026.04.27",
        "2026.13.1",
        "2026.4.32",
        "2026.4.27.0",
        "2026.4.27.1.1",
        "2026.4.27\n",
        "x2026.4.27",
        "1.0.0",
        "٢٠٢٦.4.27",
    ],
)
def test_what_is_no_version(text):
    """One spelling and no other; the message shows what was seen."""
    with pytest.raises(VersionError, match="expected a calendar version like") as raised:
        Version.parse(text)

    assert repr(text) in str(raised.value)


@given(st.lists(versions))
def test_order_is_of_numbers(several):
    """Not of text: the tenth release comes after the ninth, October after April."""
    names = [str(version) for version in several]
    random.Random(1).shuffle(names)

    assert sorted(several) == [tag.version for tag in tags(names)]


def test_tags_that_are_versions():
    """Others are passed over; each keeps its own name."""
    found = tags(["v2026.4.27", " 2026.10.7 ", "demo", "v1", "", "2026.4.27.10", "2026.4.27.9"])

    assert ["v2026.4.27", "2026.4.27.9", "2026.4.27.10", "2026.10.7"] == [tag.name for tag in found]


# -------------------------------------------------------------------------------------------- decisions

CASES = {
    "no release yet": ((APRIL, "b", None, "", ()), ("2026.4.27", True)),
    "the same data": ((APRIL, "a", FIRST, "a", ()), ("2026.4.27", False)),
    "the same data as a second release": ((APRIL, "a", SECOND, "a", ()), ("2026.4.27.1", False)),
    "another day": ((date(2026, 5, 8), "b", FIRST, "a", ()), ("2026.5.8", True)),
    "another day after a second release": ((date(2026, 5, 8), "b", SECOND, "a", ()), ("2026.5.8", True)),
    "the same day again": ((APRIL, "b", FIRST, "a", ()), ("2026.4.27.1", True)),
    "the same day once more": ((APRIL, "b", SECOND, "a", ()), ("2026.4.27.2", True)),
    "a correction of an older day": ((date(2026, 3, 24), "b", FIRST, "a", ()), ("2026.4.27.1", True)),
    "the project says more": ((APRIL, "b", FIRST, "a", (Version(2026, 6, 1),)), ("2026.6.1", True)),
    "written, but not released yet": ((APRIL, "b", FIRST, "a", (SECOND, FIRST)), ("2026.4.27.1", True)),
    "no tags are known": ((APRIL, "b", None, "", (Version(2026, 6, 1),)), ("2026.6.1", True)),
}


@pytest.mark.parametrize(("given_", "expected"), CASES.values(), ids=CASES)
def test_which_version(given_, expected):
    """The day's, or the next of the newest release; due when data differ."""
    found = decide(*given_)

    assert expected == (str(found.version), found.due)


def test_the_reason():
    """In words, with the release that it speaks of."""
    assert "no release yet" == decide(APRIL, "b", None, "").reason
    assert "the data are those of 2026.4.27" == decide(APRIL, "a", FIRST, "a").reason
    assert Decision(SECOND, True, "the data changed since 2026.4.27") == decide(APRIL, "b", FIRST, "a")


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), versions, st.lists(versions, max_size=2), st.booleans())
def test_a_version_never_goes_down(day, newest, floors, same):
    """A due version is above every release and not below what was written anywhere; one not due is the release's."""
    found = decide(day, "a" if same else "b", newest, "a", floors)

    assert found.due is not same
    assert found.version == newest if same else found.version > newest
    assert same or all(found.version >= floor for floor in floors)
