"""A DataFrame of calls, priced by Spark: the same in local mode and on a cluster. Needs `ratecards[spark]`.

The bands are sent along with the query, broadcast, so that nothing of `ratecards` runs on the executors.
"""

from __future__ import annotations

from decimal import Decimal

from ratecards.costing.bands import COLUMNS, types
from ratecards.costing.counts import PLAIN_RULES
from ratecards.costing.usage_query import COUNTS, WORDS, Priced, query, translated
from ratecards.dataset import Dataset, directory
from ratecards.errors import CostError
from ratecards.storage.rows import day_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pyspark.sql import DataFrame, SparkSession

_USAGE, _BANDS = "ratecards_usage", "ratecards_bands"


def price(calls: DataFrame, source: str = "", dataset: Dataset | None = None) -> Priced:
    """The calls of a DataFrame with what they cost, exactly, as DECIMAL; it has the columns of `costs.usage_query`.

    Prices are those of `dataset`, else of the package's own. Raises `CostError` on a count that is no whole number by
    its type, or a column that is missing.
    """
    from pyspark.sql.functions import broadcast

    columns = [name for name in calls.columns if name in WORDS or name in COUNTS]
    for field in calls.schema.fields:
        kind, rule = field.dataType.simpleString(), PLAIN_RULES.get(COUNTS.get(field.name, ("",))[0])
        if field.name in COUNTS and not (rule and rule.measured) and not _is_whole(kind):
            raise CostError(f"{field.name}: expected whole numbers (bigint, int, decimal(n,0)), saw {kind}")
    own = broadcast(bands(calls.sparkSession, dataset))
    texts = (translated(text, "spark") for text in query(columns, _USAGE, _BANDS, source))
    session: Any = calls.sparkSession
    named = (text.replace(_USAGE, "{usage}").replace(_BANDS, "{bands}") for text in texts)
    return Priced(*(session.sql(text, usage=calls, bands=own) for text in named))


def bands(session: SparkSession, dataset: Dataset | None = None) -> DataFrame:
    """The price table that joins, as a DataFrame."""
    of, rows = types(), (dataset or Dataset(directory())).bands()
    schema = ", ".join(f"{name} {of.get(name, 'STRING')}" for name in COLUMNS)
    return session.createDataFrame(
        [tuple(_value(row[name], of.get(name, "")) for name in COLUMNS) for row in rows], schema
    )


def _is_whole(kind: str) -> bool:
    return kind in ("tinyint", "smallint", "int", "bigint") or (kind.startswith("decimal(") and kind.endswith(",0)"))


def _value(text: str, kind: str) -> object:
    if not text:
        return None
    return {"D": Decimal, "B": int}.get(kind[:1], str)(text) if kind != "DATE" else day_from(text)
