"""`costs` and `cost_column`: many rows, each as `cost` prices it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ratecards
from ratecards.bill import rows as priced
from ratecards.errors import CostError
from tests.bill.calls import CALLS, TIMES

PLAIN = st.fixed_dictionaries(
    {"model": st.sampled_from(["gemini-2.5-pro", "gpt-5.6-sol", "gemini-3-pro-image-preview"])},
    optional={
        "time": st.one_of(TIMES, st.just(""), st.sampled_from([1785654000, "soon"])),
        "tier": st.sampled_from(["batch", "", "gold"]),
        "input_tokens": st.integers(0, 400_000),
        "cached_tokens": st.integers(0, 1000),
        "cache_write_tokens": st.integers(0, 1000),
        "output_tokens": st.one_of(st.integers(-1, 900), st.just({"image": 1120})),
        "thoughts_tokens": st.integers(0, 900),
        "customer": st.just("c"),
    },
)


def alone(row: Any) -> Any:
    """What a row costs alone, or why it cannot be priced."""
    try:
        return ratecards.cost(usage=row).total
    except CostError:
        return CostError


@given(st.lists(st.one_of(PLAIN, CALLS), max_size=8))
def test_each_row_costs_what_it_costs_alone(rows: list[Any]):
    """Its total, and that of its lines."""
    right = [alone(row) for row in rows if "model" in row or "response" in row or "usageMetadata" in row]
    own = [row for row in rows if "model" in row or "response" in row or "usageMetadata" in row]
    found = list(ratecards.costs(own, refused="keep"))
    assert right == [CostError if isinstance(one, CostError) else one for one in found]
    broken = list(ratecards.costs(own, refused="keep", lines=True))
    assert right == [CostError if isinstance(one, CostError) else one.total for one in broken]
    for one in broken:
        if not isinstance(one, CostError):
            assert one.total == sum(line.amount for line in one.lines)


def test_a_row_that_cannot_be_priced_is_named():
    """Or stands in its place."""
    rows = [{"model": "gpt-5", "input_tokens": 1}, {"model": "nobody", "input_tokens": 1}, {"error": {"code": 8}}]
    with pytest.raises(CostError, match="row 2: unknown model 'nobody'"):
        list(ratecards.costs(rows))
    _, unknown, nothing = ratecards.costs(rows, refused="keep")
    assert ["unknown model", "holds no call"] == [str(one)[:13] for one in (unknown, nothing)]
    with pytest.raises(CostError, match="refused: expected raise or keep, saw 'x'"):
        ratecards.costs(rows, refused="x")


def test_what_rows_do_not_say():
    """Is what is asked for, and the day one for all."""
    found = list(ratecards.costs([{"input_tokens": 1000}] * 2, "2026-04-27", model="gemini-2.5-pro", tier="batch"))
    assert [Decimal("0.000625")] * 2 == found
    twice = {"steps": [{"model": "gpt-5", "usage": {"inputTokens": 1000, "outputTokens": 0}}] * 2, "usage": {}}
    (both,) = ratecards.costs([twice], lines=True)
    assert 2 == len(both.calls)


def test_heads_are_bounded(monkeypatch: pytest.MonkeyPatch):
    """A log in which each row has a time of its own needs no more memory than another."""
    monkeypatch.setattr(priced, "_MOST_HEADS", 2)
    rows = [{"model": "gpt-5", "time": f"2026-08-01T10:00:0{n}Z", "input_tokens": 1000} for n in range(9)]
    assert [Decimal("0.00125")] * 9 == list(ratecards.costs(rows))
    odd = {"model": ["gpt-5"], "time": "2026-08-01", "input_tokens": 1}
    (found,) = ratecards.costs([odd], refused="keep")
    assert isinstance(found, CostError)


class Column(list):
    """A column that gives its values as Arrow's do."""

    def to_pylist(self) -> list[Any]:
        return list(self)


class Arrow:
    """A table as Arrow has it."""

    column_names = ("model", "input_tokens")

    def __getitem__(self, name: str) -> Column:
        return Column({"model": ["gpt-5", "gpt-5"], "input_tokens": [1000, None]}[name])


def test_the_columns_of_a_table():
    """Of pandas, of Arrow, or a dict of lists; a cell that is null says nothing."""
    data = {"model": ["gpt-5", "gpt-5", "nobody"], "input_tokens": [1000, None, 3], "output_tokens": [None, 10, 1]}
    right = [Decimal("0.00125"), Decimal("0.0001"), None]
    assert right == ratecards.cost_column(data, "2026-08-01", refused="keep")
    assert right == ratecards.cost_column(pd.DataFrame(data), "2026-08-01", refused="keep")
    typed = pd.DataFrame(data).astype({"input_tokens": "Int64"})
    assert right == ratecards.cost_column(typed, "2026-08-01", refused="keep")
    assert right[:1] == ratecards.cost_column(Arrow(), "2026-08-01", refused="keep")[:1]
    with pytest.raises(CostError, match="expected a table of pandas, Polars or Arrow, or a dict of columns; saw int"):
        ratecards.cost_column(3)
