"""Whatever stands in a log, a row is priced, refused, or holds no call: nothing else happens."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ratecards
from ratecards.bill.tally import Counting
from ratecards.costing import usage_forms
from ratecards.costing.calls import Asked
from ratecards.costing.counts import FIELDS
from ratecards.costing.usage import TIMES

CATALOG = ratecards.load(stale="allow").catalog(None, date(2026, 10, 7))
NAMES = sorted(
    {
        *FIELDS,
        *TIMES,
        *("model", "modelVersion", "usageMetadata", "promptTokenCount", "totalTokenCount", "candidates", "createTime"),
        *("promptTokensDetails", "modality", "tokenCount", "key", "value", "service_tier", "tier", "finishReason"),
        *chain.from_iterable(
            (*place,)
            for form in usage_forms.forms()
            for place in (
                *form.has,
                *form.any,
                *form.says,
                *form.counts,
                *form.model,
                *form.time,
                form.inside,
                form.each,
            )
        ),
    }
    - {"@"}
)
WORDS = sorted(
    {"gpt-5", "gemini-2.5-flash", "2026-08-01", "2026-08-01T10:00:00Z", "x", "7", '{"a": 1}', "{", "True"}
    | {str(value) for form in usage_forms.forms() for values in form.says.values() for value in values}
)
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**20),
    st.floats(),
    st.sampled_from(WORDS),
    st.just("STOP"),
    st.just("TEXT"),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    LEAF,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)),
    max_leaves=14,
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
def test_a_row_of_rubbish(record: Any):
    """Its calls and its refusals are counted."""
    counting = Counting(CATALOG, Asked(model="gpt-5"), ("model", "usage/model"))
    counting.add(record, (0, 0, 1), {})
    tally = counting.done()
    rows = sum(one.rows for one in (*tally.sums.values(), *tally.refused.values()))
    assert rows or tally.nothing or not record or "each" in str(usage_forms.recognised(record))


@pytest.mark.parametrize("form", usage_forms.forms(), ids=lambda form: form.name)
@given(data=st.data())
@settings(max_examples=20)
def test_a_form_full_of_rubbish(form: usage_forms.Form, data: Any):
    """Each place of a form with anything in it."""
    record: dict[str, Any] = {}
    for usage in form.usage[:1] or ((),):
        places = [(*usage, *place[1:]) if place[0] == "@" else place for place in (*form.has, *form.any[:1])]
        for place in [*places, *form.says, *((*usage, *place) for place in form.counts), *form.model, *form.time]:
            holder: Any = record
            for name in place[:-1]:
                holder = holder.setdefault(name, {}) if isinstance(holder, dict) else {}
            if isinstance(holder, dict):
                known = st.sampled_from(form.says.get(place, (5,)))
                holder[place[-1]] = data.draw(st.one_of(known, known, LEAF, JSON))
    counting = Counting(CATALOG, Asked())
    counting.add(record, (0, 0, 1), {})
    counting.done()


@pytest.mark.parametrize("record", [None, 5, "x", [], [1], {}, {"a": 1}, float("nan")])
def test_what_is_no_record_is_refused(record: Any):
    """One row."""
    counting = Counting(CATALOG, Asked())
    counting.add(record, (0, 0, 1), {})
    assert [1] == [one.rows for one in counting.done().refused.values()]
