"""Five engines price the same 200,000 calls as `ratecards.cost` does, to the last digit, and refuse the same."""

from __future__ import annotations

import csv
import fcntl
import os
import pickle
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from ratecards.costing.bands import COLUMNS, types
from ratecards.costing.usage_query import COUNTS, WORDS, Priced, query, translated
from ratecards.dataset import Dataset
from ratecards.tables import csv_text
from scraper import ROOT
from scraper.publish import bands as published
from tests.engines import calls

duckdb = pytest.importorskip("duckdb", reason="make test-all installs it")
pytest.importorskip("sqlglot", reason="make test-all installs it")
NUMBER = 200_000
# The largest price and the largest count that the table promises to multiply exactly.
LARGEST = "9" * 6 + "." + "9" * 16, "9" * 15
PRODUCT = Decimal("999999999999998999999.9000000000000001")


class Work(NamedTuple):
    """The calls and the bands as files, and what each call costs."""

    place: Path
    found: Sequence[calls.Call]
    expected: Sequence[Decimal | None]


@pytest.fixture(scope="module")
def work(tmp_path_factory, worker_id) -> Work:
    """Made once, whichever process comes first: CSV and Parquet, and the costs."""
    base = tmp_path_factory.getbasetemp()
    place = (base if worker_id == "master" else base.parent) / "engines"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = place / "work.pickle"
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(made(place)))
        return pickle.loads(kept.read_bytes())


def made(place: Path) -> Work:
    """The calls of the repository's own dataset, priced and written down."""
    dataset = Dataset(ROOT / "ratecards", grade="official")
    found = calls.calls(dataset, NUMBER)
    calls.write(place / "usage.csv", found)
    (place / "bands.csv").write_text(csv_text(COLUMNS, dataset.bands()), encoding="utf-8")
    with duckdb.connect() as base:
        for name, kinds in (("usage", calls.TYPES), ("bands", {**dict.fromkeys(COLUMNS, "VARCHAR"), **types()})):
            columns = ", ".join(f"'{column}': '{kind}'" for column, kind in kinds.items())
            read = f"read_csv('{place}/{name}.csv', header = true, columns = {{{columns}}})"
            base.execute(f"COPY (SELECT * FROM {read}) TO '{place}/{name}.parquet' (FORMAT parquet)")
    return Work(place, found, calls.costs(dataset, found))


def statements(dialect: str, usage: str = "usage", bands: str = "bands") -> Priced:
    """The query for the calls."""
    columns = [name for name in calls.NAMES if name in WORDS or name in COUNTS]
    return Priced(*(translated(text, dialect) for text in query(columns, usage, bands)))


def agree(work: Work, priced: dict[int, Decimal], reasons: dict[int, str] | None) -> None:
    """Fail where an engine says of any call what `ratecards.cost` does not."""
    differing = [
        (call, expected, priced.get(call["id"]))
        for call, expected in zip(work.found, work.expected, strict=True)
        if priced.get(call["id"]) != expected and not (reasons or {}).get(call["id"], "").endswith("the table says")
    ]
    assert [] == differing[:3]
    assert len(priced) > NUMBER * 0.8
    if reasons is not None:
        assert {call["id"] for call in work.found} == priced.keys() | reasons.keys()
        assert not priced.keys() & reasons.keys()
        assert "no price" not in reasons.values()  # each has a reason of its own


def test_every_band_is_called(work):
    """Every name, tier, plan and band of every source, and days on either side of each of its ends."""
    rows = published.rows((work.place / "bands.csv").read_text(encoding="utf-8"))
    called = {(c["model"], c["tier"] or "standard", c["plan"] or "paid", str(c["day"])) for c in work.found}

    assert [] == [r for r in rows if (r["model"], r["service_tier"], r["plan"], r["since"]) not in called]
    assert {True, False} == {expected is None for expected in work.expected}


# ---------------------------------------------------------------------------------------------- DuckDB


def test_duckdb(work):
    """In its own way of being asked, over Parquet."""
    from ratecards import duckdb as ours

    with duckdb.connect() as base:
        found = ours.price(base, f"'{work.place}/usage.parquet'", dataset=Dataset(ROOT / "ratecards"))
        agree(
            work,
            *(dict(rows.fetchall()) for rows in (found.priced.select("id, cost"), found.unpriced.select("id, reason"))),
        )
        price, count = LARGEST
        sql = f"SELECT CAST('{price}' AS DECIMAL(22, 16)) * CAST('{count}' AS DECIMAL(15, 0))"
        assert [(PRODUCT,)] == base.sql(sql).fetchall()


# ---------------------------------------------------------------------------------------------- Spark


@pytest.fixture(scope="module")
def spark() -> Iterator[object]:
    """A session of this process."""
    sql = pytest.importorskip("pyspark.sql", reason="make test-all installs it")
    if not shutil.which("java"):
        pytest.skip("Spark needs a Java: apt-get install openjdk-17-jre-headless")
    options = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "1g"}
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.showConsoleProgress", "false")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore")  # pyspark's own
def test_spark(work, spark):
    """As a DataFrame; the cluster that it runs on is one of two threads."""
    from ratecards import spark as ours

    found = ours.price(spark.read.parquet(f"{work.place}/usage.parquet"), dataset=Dataset(ROOT / "ratecards"))
    read = (found.priced.select("id", "cost"), found.unpriced.select("id", "reason"))
    agree(work, *(dict(zip(*frame.toArrow().to_pydict().values(), strict=True)) for frame in read))

    # why prices are so narrow: a product of the widest decimals keeps six places there; one of the table's keeps all
    price, count = LARGEST
    wide = spark.sql("SELECT CAST('0.0000001' AS DECIMAL(38, 18)) * CAST(3 AS DECIMAL(38, 18))").collect()
    own = spark.sql(f"SELECT CAST('{price}' AS DECIMAL(22, 16)) * CAST('{count}' AS DECIMAL(15, 0))").collect()

    assert Decimal(0) == wide[0][0]
    assert PRODUCT == own[0][0]


# ---------------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="module")
def psql() -> Iterator[Callable[[str], str]]:
    """A server of our own in a folder of its own, reached through a socket there; asked by its own client."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.get_exec_path())]
    home = next((place for place in places if (place / "initdb").is_file()), None)
    if home is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    names = {user.pw_name for user in pwd.getpwall()}
    user = {"user": "postgres" if "postgres" in names else "nobody"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="ratecards-pg-"))
    if user:
        shutil.chown(folder, user["user"])
    own = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
    try:
        subprocess.run(
            [home / "initdb", "-D", folder / "data", "-A", "trust", "-U", "us", "--no-sync"], check=True, **own
        )
        start = [home / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        subprocess.run([*start, "-o", settings, "start"], check=True, **own)
        ask = [home / "psql", "-h", folder, "-U", "us", "-d", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1"]
        yield lambda sql: subprocess.run(ask, input=sql, check=True, capture_output=True, text=True).stdout
        subprocess.run([*start, "-m", "immediate", "stop"], check=True, **own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql(work, psql):
    """Through its own client, from CSV."""
    kinds = {**dict.fromkeys(COLUMNS, "VARCHAR"), **types()}
    for name, own in (("usage", calls.TYPES), ("bands", kinds)):
        psql(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in own.items())});")
        psql(f"\\copy {name} FROM '{work.place}/{name}.csv' CSV HEADER")
    psql("ANALYZE")
    found = statements("postgres")
    read = (
        psql(f"COPY (SELECT id, {what} FROM ({sql}) AS found) TO STDOUT CSV;")
        for sql, what in zip(found, ("cost", "reason"), strict=True)
    )
    priced, reasons = (dict(csv.reader(text.splitlines())) for text in read)
    agree(work, {int(n): Decimal(cost) for n, cost in priced.items()}, {int(n): why for n, why in reasons.items()})
    price, count = LARGEST
    assert (
        str(PRODUCT) == psql(f"SELECT CAST('{price}' AS DECIMAL(22, 16)) * CAST('{count}' AS DECIMAL(15, 0))").strip()
    )


# ---------------------------------------------------------------------------------------------- ClickHouse


def test_clickhouse(work):
    """In this process, by chdb."""
    chdb = pytest.importorskip("chdb", reason="make test-all installs it")
    base = {name: f"file('{work.place}/{name}.parquet', Parquet)" for name in ("usage", "bands")}
    found = statements("clickhouse")
    named = [
        text.replace("FROM usage AS u", f"FROM {base['usage']} AS u").replace("FROM bands", f"FROM {base['bands']}")
        for text in found
    ]

    def ask(sql: str, what: str) -> dict[int, str]:
        body, _, settings = sql.partition("\nSETTINGS ")
        text = str(chdb.query(f"SELECT id, toString({what}) FROM ({body}) SETTINGS {settings}", "CSV"))
        return {int(n): said for n, said in csv.reader(text.splitlines())}

    priced, reasons = (ask(sql, what) for sql, what in zip(named, ("cost", "reason"), strict=True))
    agree(work, {n: Decimal(cost) for n, cost in priced.items()}, reasons)
    price, count = LARGEST
    sql = f"SELECT toString(CAST('{price}' AS Decimal(22, 16)) * CAST('{count}' AS Decimal(15, 0)))"
    assert str(PRODUCT) == str(chdb.query(sql, "TSVRaw")).strip()


# ---------------------------------------------------------------------------------------------- Polars


def test_polars(work):
    """The first statement as it stands; what is missing from its answer has no price."""
    polars = pytest.importorskip("polars", reason="make test-all installs it")
    frames = {name: polars.scan_parquet(f"{work.place}/{name}.parquet") for name in ("usage", "bands")}
    with polars.SQLContext(frames, eager=True) as context:
        found = context.execute(statements("postgres").priced)
    agree(work, dict(found.select("id", "cost").iter_rows()), None)
