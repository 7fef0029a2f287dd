"""`ratecards sql`: two statements in an engine's SQL, or a line that says what is wrong."""

from __future__ import annotations

import pytest

from ratecards.__main__ import main
from ratecards.catalog.choices import DIALECTS
from ratecards.cli import options
from scraper import ROOT

pytest.importorskip("sqlglot", reason="SQLGlot is not installed here")


def asked(capsys, *words: str, status: int = 0) -> str:
    """What the command prints, on stdout or of an error."""
    assert status == main(["sql", "--dataset", str(ROOT), *words])
    ran = capsys.readouterr()
    return ran.err if status else ran.out


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_statements(capsys, dialect):
    """Each under a line that says what it gives."""
    text = asked(capsys, "--dialect", dialect, "--usage", "a.calls", "--bands", "b.prices")
    priced, _, unpriced = text.partition("\n\n-- the calls that have none, and why\n")
    assert priced.startswith("-- the calls that have a price\nWITH ")
    assert [";", ";"] == [priced[-1], unpriced.rstrip()[-1]]
    assert all("FROM a.calls AS u" in part and "FROM b.prices" in part for part in (priced, unpriced))


def test_the_columns_and_the_source(capsys):
    """Those that the table has, and no others."""
    text = asked(capsys, "--dialect", "duckdb", "--columns", "model,day,songs", "--source", "google/vertex-ai")
    assert "u.songs" in text
    assert "tokens" not in text
    assert "source = 'vertex-ai'" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--usage", "a;b"), "expected the name of a table, as in `project.usage`, saw 'a;b'"),
        (("--columns", "model,day,tokens"), "no column 'tokens' of a usage; there are model, day"),
    ],
)
def test_what_is_wrong(capsys, words, message):
    """One line on stderr."""
    assert message in asked(capsys, "--dialect", "duckdb", *words, status=2)


def test_a_command_alone():
    """It is parsed without the options of the others, whatever those are."""
    args = options.parser("sql").parse_args(["sql", "--dialect", "spark"])
    assert ("usage", "bands", None) == (args.usage, args.bands, args.columns)
