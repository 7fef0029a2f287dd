"""A table of calls, priced in DuckDB. Needs `ratecards[duckdb]`."""

from __future__ import annotations

from ratecards.costing.bands import COLUMNS, types
from ratecards.costing.usage_query import COUNTS, WORDS, Priced, query, translated
from ratecards.dataset import Dataset, directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BANDS = "ratecards_bands"


def price(base: DuckDBPyConnection, usage: str = "usage", source: str = "", dataset: Dataset | None = None) -> Priced:
    """The calls of a table with what they cost, exactly, as DECIMAL; it has the columns of `costs.usage_query`.

    `usage` is a table, a view or a file in quotes. Prices are those of `dataset`, else of the package's own: a
    temporary table of the connection. Raises `CostError` on a column that is missing.
    """
    bands(base, dataset)
    columns = [name for name in base.sql(f"SELECT * FROM {usage} LIMIT 0").columns if name in WORDS or name in COUNTS]
    found = query(columns, usage, BANDS, source)
    return Priced(*(base.sql(translated(text, "duckdb")) for text in found))


def bands(base: DuckDBPyConnection, dataset: Dataset | None = None) -> None:
    """Make the price table that joins, as the temporary table `ratecards_bands`."""
    of, rows = types(), (dataset or Dataset(directory())).bands()
    shape = ", ".join(f"{name} {of.get(name, 'VARCHAR')}" for name in COLUMNS)
    base.execute(f"CREATE OR REPLACE TEMP TABLE {BANDS} ({shape})")
    # a list per column: row by row it takes seconds
    columns = ", ".join("unnest(CAST(? AS VARCHAR[]))" for _ in COLUMNS)
    base.execute(f"INSERT INTO {BANDS} SELECT {columns}", [[row[name] or None for row in rows] for name in COLUMNS])
