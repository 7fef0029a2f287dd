"""`ratecards sql`: the query that prices a table of usage, in the SQL of an engine."""

from __future__ import annotations

from argparse import Namespace

from ratecards.costing.usage_query import USUAL, query, translated


def run(args: Namespace) -> str:
    """Two statements, each under a line that says what it gives. Raises `CostError`."""
    found = query(args.columns or USUAL, args.usage, args.bands, (args.source or "").rpartition("/")[2])
    priced, unpriced = (translated(statement, args.dialect) for statement in found)
    return f"-- the calls that have a price\n{priced};\n\n-- the calls that have none, and why\n{unpriced};\n"
