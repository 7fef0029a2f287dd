"""`python -m bench.warehouse [ROWS]`: how fast a table of usage is priced by the bands, in DuckDB and in Spark.

Needs the engines (`make engines`). The calls are of every documented model and tier on many days; their sum by currency
is asked for, so that nothing is measured but reading, joining, multiplying and adding. Rows a second are of the wall
clock and, on a machine that does more than this, of the processor's time on two cores.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 50_000_000
MEMORY = "400MB"


def usage(path: Path, rows: int) -> None:
    """A file of so many calls, in an order of their own."""
    import duckdb

    from ratecards.duckdb import bands

    with duckdb.connect() as base:
        base.execute(f"SET threads = 2; SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
        bands(base)
        base.execute(
            "CREATE TEMP TABLE place AS SELECT row_number() OVER () - 1 AS n, model, service_tier AS tier, since FROM "
            "(SELECT DISTINCT model, service_tier, since FROM ratecards_bands WHERE authority = 'documentation' "
            "AND plan = 'paid' AND input_text_per_token IS NOT NULL AND output_per_token IS NOT NULL "
            "AND cache_read_text_per_token IS NOT NULL)"
        )
        ((places,),) = base.execute("SELECT count(*) FROM place").fetchall()
        base.execute(
            "COPY (SELECT p.model, p.since + CAST(hash(c.i, 1) % 40 AS INTEGER) AS day, p.tier, c.input_tokens, "
            "CAST(c.input_tokens * (hash(c.i, 2) % 100) / 100 AS INTEGER) AS cached_tokens, "
            "CAST(hash(c.i, 3) % 8192 AS INTEGER) AS output_tokens, "
            "CAST(hash(c.i, 4) % 4096 AS INTEGER) AS thoughts_tokens "
            "FROM (SELECT range AS i, CAST(hash(range, 5) % 400000 AS INTEGER) AS input_tokens, "
            f"CAST(hash(range, 6) % {places} AS BIGINT) AS n FROM range({rows})) AS c JOIN place AS p ON p.n = c.n) "
            f"TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 122880)"
        )


_DUCKDB = f"""
import resource, sys, time, duckdb, ratecards.duckdb as ours
base = duckdb.connect()
base.execute("SET threads = 2; SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
found = ours.price(base, f"'{{sys.argv[1]}}'").priced
wall, cpu = time.perf_counter(), time.process_time()
print(found.aggregate("currency, count(*) AS calls, sum(cost) AS cost", "currency").fetchall())
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
_SPARK = """
import os, sys, time, ratecards.spark as ours
from pyspark.sql import SparkSession, functions as f
spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "2g")
         .config("spark.ui.showConsoleProgress", "false").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
found = ours.price(spark.read.parquet(sys.argv[1])).priced
java = f"/proc/{spark.sparkContext._gateway.proc.pid}"
spent = lambda: sum(map(int, open(f"{java}/stat").read().rpartition(") ")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
wall, cpu = time.perf_counter(), spent()
print(found.groupBy("currency").agg(f.count("*"), f.sum("cost")).collect())
wall, cpu = time.perf_counter() - wall, spent() - cpu
status = open(f"{java}/status").read()
print(wall, cpu, int(status.partition("VmHWM:")[2].split()[0]) // 1024)
spark.stop()
"""


def measured(name: str, code: str, path: Path, rows: int) -> None:
    """One row of the result, of a process of its own; what it takes to start is not counted."""
    done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
    *found, figures = done.stdout.splitlines()
    wall, cpu, peak = map(float, figures.split())
    print(
        f"{name:8} {rows / 1e6:.0f} million rows: {wall:.1f} s, {rows / wall / 1e6:.1f} million a second; "
        f"{cpu:.1f} s of processor, {2 * rows / cpu / 1e6:.1f} million a second on two idle cores; peak {peak:.0f} MB"
    )
    print(f"         {found[-1]}")


def main() -> None:
    """Both engines on one file."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "usage.parquet"
        usage(path, rows)
        print(f"{path.stat().st_size / 1e6:.0f} MB of Parquet")
        measured("DuckDB", _DUCKDB, path, rows)
        measured("Spark", _SPARK, path, rows)


if __name__ == "__main__":
    main()
