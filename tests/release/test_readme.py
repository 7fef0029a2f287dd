"""The README's tables are the published ones, and its commands exist."""

from __future__ import annotations

import re

import pytest

from scraper import ROOT
from scraper import __main__ as workshop
from scraper.errors import DatasetError
from scraper.release.readme import renewed

TABLES = ROOT / "ratecards" / "v1" / "tables"


def test_the_tables_are_not_stale():
    """`python -m scraper readme` would change nothing."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert text == renewed(text, TABLES)


def test_every_command_of_the_workshop_stands_in_the_readme():
    """A command that nobody is told of is not there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    choices = workshop.parser()._subparsers._group_actions[0].choices

    assert [] == [name for name in choices if f"`{name}" not in text]


def test_every_target_of_the_first_screen_exists():
    """The three commands that a newcomer sees are targets of the Makefile."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make (\w+)", text, re.MULTILINE))

    assert named >= {"demo", "test", "refresh"}
    assert [] == [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


def test_a_missing_marker_is_named():
    """A README without its markers is refused, not rewritten."""
    with pytest.raises(DatasetError, match="<!-- table: cost-per-image -->"):
        renewed("no markers", TABLES)


@pytest.mark.parametrize(("content", "words"), [(None, "FileNotFoundError"), ("# other\n", "expected a table")])
def test_a_missing_table_is_named(tmp_path, content, words):
    """No table, no README."""
    if content:
        (tmp_path / "cost-per-image.md").write_text(content)

    with pytest.raises(DatasetError, match=words):
        renewed("<!-- table: cost-per-image -->\n<!-- end: cost-per-image -->", tmp_path)
