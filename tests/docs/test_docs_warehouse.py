"""docs/warehouse.md: its Python is run, and it names every count and every reason."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from ratecards.costing.bands import COLUMNS, KEY, PRICES
from ratecards.costing.counts import COUNTS
from ratecards.costing.usage_query import WORDS, query
from scraper import ROOT

TEXT = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
DATASET = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")


def test_duckdb():
    """The block gives the one call its cost."""
    pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    pytest.importorskip("sqlglot", reason="SQLGlot is not installed here")
    (block,) = re.findall(r"<!-- run: duckdb -->\n```python\n(.*?)```", TEXT, re.DOTALL)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", block], env=env, capture_output=True, text=True, check=False)
    assert ("[(Decimal('0.0015000000000000'), 'USD')] []\n", "") == (done.stdout, done.stderr)


def test_every_column_is_described():
    """What a usage table may have, and what the price table has."""
    assert [] == [name for name in (*WORDS, *COUNTS) if f"`{name}`" not in TEXT]
    assert [] == [name for name in COLUMNS if name not in PRICES and f"`{name}`" not in DATASET]
    assert f"| {len(PRICES)} columns like " in DATASET
    assert KEY == COLUMNS[: len(KEY)]


def test_every_reason_is_described():
    """In the words of the query; what differs from call to call is an ellipsis, and text stands for every modality."""
    reasons = set(re.findall(r"THEN '([^']+)'", query(["model", "day", "input_tokens", "cached_tokens"]).unpriced))
    told = {re.sub(r"^[a-z_ +]+: (?=no |the price)", "… : ", reason) for reason in reasons}
    assert [] == [reason for reason in told if f"`{reason}`" not in TEXT]
