"""The law of mixed editions, of real pages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import timeline
from tests.property.test_guard_laws import check_mixed
from tests.support.captures import CAPTURES, needed

pytestmark = needed


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_fault_69_a_mixed_edition_of_real_pages(data):
    """The same of the captures: October's page less what went a week later, or with sections of August."""
    names = timeline.EDITIONS["google/gemini-api"]
    old, other = (timeline.edition(CAPTURES, "google/gemini-api", data.draw(st.sampled_from(names))) for _ in "12")
    took = data.draw(st.sets(st.sampled_from(sorted(set(other) - set(old)) or [""]))) - {""}
    left = data.draw(st.sets(st.sampled_from(sorted(old)), max_size=6))

    check_mixed(old, other, took, left)
