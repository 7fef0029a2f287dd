"""The tables of docs/cost.md are the published ones."""

from __future__ import annotations

import pytest

from scraper import ROOT
from scraper.errors import DatasetError
from scraper.release.readme import renewed

TABLES = ROOT / "ratecards" / "v1" / "tables"


def test_the_tables_are_not_stale():
    """`python -m scraper readme` would change nothing."""
    text = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")

    assert text == renewed(text, TABLES)


def test_a_missing_marker_is_named():
    """A page without its markers is refused, not rewritten."""
    with pytest.raises(DatasetError, match="<!-- table: cost-per-image -->"):
        renewed("no markers", TABLES)


@pytest.mark.parametrize(("content", "words"), [(None, "FileNotFoundError"), ("# other\n", "expected a table")])
def test_a_missing_table_is_named(tmp_path, content, words):
    """No table, no page."""
    if content:
        (tmp_path / "cost-per-image.md").write_text(content)

    with pytest.raises(DatasetError, match=words):
        renewed("<!-- table: cost-per-image -->\n<!-- end: cost-per-image -->", tmp_path)
