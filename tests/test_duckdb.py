"""A table of calls in DuckDB, priced by the prices of a dataset; Spark's stands in tests/engines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ratecards.dataset import Dataset
from ratecards.errors import CostError
from scraper import ROOT

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed here")
pytest.importorskip("sqlglot", reason="SQLGlot is not installed here")
DATASET = Dataset(ROOT / "ratecards")


@pytest.fixture
def base():
    """A connection with two calls, of which one has no price."""
    made = duckdb.connect()
    made.execute(
        "CREATE TABLE usage AS SELECT 'a' AS team, 'gemini-2.5-pro' AS model, DATE '2026-06-01' AS day, 1200 AS input_tokens "
        "UNION ALL SELECT 'b', 'gemini-0', DATE '2026-06-01', 1"
    )
    return made


def test_a_table(base):
    """By the columns that it has; the others come through."""
    from ratecards.duckdb import price

    priced, unpriced = price(base, dataset=DATASET)
    assert [("a", Decimal("0.0015"), "USD", "gemini-api")] == priced.select(
        "team, cost, currency, priced_by"
    ).fetchall()
    assert [("b", "unknown model")] == unpriced.select("team, reason").fetchall()


def test_a_file(base, tmp_path):
    """A name in quotes is one, and one source may be asked for."""
    from ratecards.duckdb import price

    path = tmp_path / "usage.parquet"
    base.execute(f"COPY usage TO '{path}' (FORMAT parquet)")
    found = price(duckdb.connect(), f"'{path}'", source="vertex-ai", dataset=DATASET)
    assert [("vertex-ai",)] == found.priced.select("priced_by").fetchall()


def test_no_usage(base):
    """A table without counts is none."""
    from ratecards.duckdb import price

    base.execute("CREATE TABLE other AS SELECT 1 AS model")
    with pytest.raises(CostError, match="missing: day, a count"):
        price(base, "other", dataset=DATASET)
