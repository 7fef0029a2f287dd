"""docs/dataset.md: each example is run against a dataset of our own, each record is one that the schemas take.

What an example needs and this machine has not (jq, curl, DuckDB, pandas, LibreOffice) skips that example and says so.
"""

from __future__ import annotations

import csv
import functools
import http.server
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ratecards.model import COLUMNS
from scraper import ROOT
from scraper.publish import schemas
from scraper.release import parquet
from tests.support import shelves

TEXT = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
BASE = "https://raw.githubusercontent.com/OWNER/ratecards/TAG/ratecards/v1"
_BLOCK = r"<!-- {kind}: ([\w.]+) -->\n```\w+\n(.*?)```"
EXAMPLES = dict(re.findall(_BLOCK.format(kind="run"), TEXT, re.DOTALL))
RECORDS = dict(re.findall(_BLOCK.format(kind="record"), TEXT, re.DOTALL))
EXPECTED = [["1.25", "USD", "1000000", "tokens", "200000"], ["2.5", "USD", "1000000", "tokens"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A dataset's root, as a checkout has it."""
    root = tmp_path_factory.mktemp("checkout")
    shelves.dataset(root)
    return root


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def base(place) -> Iterator[str]:
    """The address that stands for the published one."""
    handler = functools.partial(_Quiet, directory=str(place / "ratecards" / "v1"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def ran(place, base, tmp_path) -> Callable[..., str]:
    """Runs a command with an example as its last word; gives what it printed."""

    def run(name: str, *command: str, where: Path = tmp_path, **more: str) -> str:
        code = EXAMPLES[name].replace(BASE, base)
        assert "OWNER" not in code
        env = {**os.environ, "PYTHONPATH": str(ROOT), "RATECARDS_DATASET": str(place), "HOME": str(tmp_path), **more}
        done = subprocess.run(
            [*command, code], cwd=where, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    return run


def needs(*programs: str) -> None:
    """Skip where one of these is not installed."""
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed here")


def words(text: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in text.splitlines()]


def test_every_example_is_run():
    """There are no others, and none is longer than five lines, imports aside."""
    assert {"curl", "jq", "python", "package", "duckdb", "pandas", "libreoffice"} == set(EXAMPLES)
    for code in EXAMPLES.values():
        assert 5 >= sum(bool(line) and not line.startswith("import ") for line in code.splitlines())
    assert len(EXAMPLES) == TEXT.count("<!-- run: ")


def test_python(ran):
    """Nothing but the standard library."""
    assert EXPECTED == words(ran("python", sys.executable, "-I", "-c"))


def test_package(ran):
    """The reader finds the same rows."""
    assert EXPECTED == words(ran("package", sys.executable, "-c"))


def test_jq(ran):
    """Strings come out as they went in."""
    needs("jq", "curl")
    assert EXPECTED == words(ran("jq", "bash", "-euo", "pipefail", "-c"))


def test_curl(ran, place, tmp_path):
    """The file arrives as published, and its hash says so; another file would be found out."""
    needs("jq", "curl", "sha256sum")
    assert "rates.csv: OK\n" == ran("curl", "bash", "-euo", "pipefail", "-c")
    assert (place / "ratecards/v1/rates.csv").read_bytes() == (tmp_path / "rates.csv").read_bytes()
    proof = EXAMPLES["curl"].splitlines()[-1]
    (tmp_path / "rates.csv").write_text("other")
    assert 0 != subprocess.run(["bash", "-c", proof], cwd=tmp_path, capture_output=True, check=False).returncode


def test_duckdb(place, tmp_path, monkeypatch):
    """Prices are decimals, from the CSV as from Parquet."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    monkeypatch.chdir(place)
    query = EXAMPLES["duckdb"]
    rows = duckdb.connect().execute(query).fetchall()
    files = {path.name: path.read_bytes() for path in (place / "ratecards/v1").glob("*.*")}
    parquet.write(tmp_path / "rates.parquet", files)
    other, count = re.subn(r"read_csv\(.*\)", f"'{tmp_path}/rates.parquet'", query)
    assert 1 == count
    assert [("1.25", 200_000), ("2.5", None)] == [(f"{row[0].normalize()}", row[3]) for row in rows]
    assert rows == duckdb.connect().execute(other).fetchall()


def test_pandas(ran):
    """Text stays text: nothing is rounded, nothing becomes NaN."""
    if not importlib.util.find_spec("pandas"):
        pytest.skip("pandas is not installed here")
    assert EXPECTED == words(ran("pandas", sys.executable, "-c"))


# ------------------------------------------------------------------------------------- spreadsheets


def rows(place: Path) -> list[dict[str, str]]:
    """The published table as a CSV reader has it."""
    return list(csv.DictReader(io.StringIO((place / "ratecards/v1/rates.csv").read_text(encoding="utf-8"))))


def test_libreoffice(ran, place, tmp_path):
    """With the options of the page, prices come in as numbers and no cell as a formula."""
    needs("soffice")
    # a program that starts a desktop's services says so on stderr
    code = f"{EXAMPLES['libreoffice'].strip()} --outdir {tmp_path} >/dev/null 2>&1"
    env = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", code], cwd=place, env=env, timeout=120, check=False)
    content = zipfile.ZipFile(tmp_path / "rates.ods").read("content.xml").decode()
    prices = [row["price"] for row in rows(place) if row["price"] not in ("", "0")]
    seen = re.findall(r'office:value-type="float" office:value="([0-9.]+)"', content)
    assert 0 == done.returncode
    assert sorted(prices) == sorted(value for value in seen if value != "0" and float(value) < 1000)
    assert "table:formula" not in content
    assert "HYPERLINK" in content
    assert 'office:date-value="2026-12-31"' in content


@pytest.mark.parametrize("which", ["ours", "published"])
def test_what_any_spreadsheet_needs(which, place):
    """Plain numbers with a point, one line a row, cells that fit, no formula: what the three of the page rely on."""
    file = (place if which == "ours" else ROOT) / "ratecards/v1/rates.csv"
    text = file.read_bytes().decode("utf-8")
    table = list(csv.reader(io.StringIO(text)))
    number = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    assert len(text.splitlines()) == len(table)
    assert {len(COLUMNS)} == {len(row) for row in table}
    assert list(COLUMNS) == table[0]
    for row in (dict(zip(COLUMNS, cells, strict=True)) for cells in table[1:]):
        numbers = [row[n] for n in ("price", "prompt_over", "prompt_up_to", "used_over", "used_up_to") if row[n]]
        assert all(number.match(value) for value in numbers)
        assert not [cell for cell in row.values() if cell.lstrip().startswith(("=", "+", "@"))]
        assert not [cell for name, cell in row.items() if cell.startswith("-")]
        assert all(len(cell) <= 32_767 for cell in row.values())


# ------------------------------------------------------------------------------------- the specification


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_of_the_page_is_one(name):
    """What the page shows is what the schema takes."""
    stem, part = name.split(".")
    document = schemas.documents()[stem]
    whole = document["properties"][part]
    schema = whole.get("items", whole)
    Draft202012Validator({"$defs": document.get("$defs", {}), **schema}).validate(json.loads(RECORDS[name]))


def test_every_file_has_a_record():
    """Each list of each file, and both objects by source."""
    parts = {f"{stem}.{part}" for stem, doc in schemas.documents().items() for part in doc["properties"]}
    assert parts - {f"{stem}.version" for stem in schemas.documents()} - {
        "rates.attribution",
        "reported.attribution",
        "discrepancies.coverage",
    } == set(RECORDS)


def properties(schema: object) -> Iterator[str]:
    """The names of all fields in a schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


@pytest.mark.parametrize("stem", schemas.documents())
def test_every_field_is_specified(stem):
    """Each stands on this page or on that of the rate table."""
    pages = TEXT + (ROOT / "docs" / "rates.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", pages))
    assert set() == set(properties(schemas.documents()[stem])) - named


def test_every_word_of_an_enumeration_is_specified():
    """The kinds of changes and the outcomes stand on the page."""
    for words_ in (schemas.KINDS, schemas.OUTCOMES, ["between", "within"]):
        assert [] == [word for word in words_ if f"`{word}`" not in TEXT]
