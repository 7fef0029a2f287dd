"""The assets of a release: what each holds, that they are the same each time, and that half a release is finished."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import ratecards
from ratecards.model import COLUMNS, EXACT
from ratecards.storage import database
from scraper import ROOT
from scraper.errors import DatasetError
from scraper.publish import bands
from scraper.release import assets, parquet, sqlitefile
from scraper.release.assets import build, captures, zipped
from scraper.release.sqlitefile import TABLES
from tests.support import shelves
from tests.support.kit import card, rate
from tests.support.shelves import CAPTURE, HOSTILE, PRO, added, changed, pro
from tests.support.workshop import tree

NAMES = {"SHA256SUMS", "captures.txt", "datapackage.json", "notes.md", "ratecards-v1.zip", "ratecards.sqlite"}
LATER, NOON = date(2026, 11, 8), "2026-11-08T12:00:00Z"


def log():
    """Some of everything: cards, a new price, a renamed model, changed words."""
    old, new = (rate(p, meter="output", model="gemini-2.5-pro") for p in ("10", "9"))
    head = card(**{**PRO, "name": "New"})
    return [
        *added([*pro(), card(rate("0.4", unit="1 second"), model="veo-3", capture=CAPTURE)]),
        changed("repriced", "gemini-2.5-pro", LATER, NOON, old=old, new=new),
        changed("card_changed", "gemini-2.5-pro", LATER, NOON, card=head, fields=(("name", "Gemini 2.5 Pro", "New"),)),
        changed("model_renamed", "veo-3.1", LATER, NOON, previous_id="veo-3", correction=True),
    ]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A dataset with a dated step ahead."""
    return shelves.dataset(tmp_path_factory.mktemp("data"), log(), LATER)


@pytest.fixture(scope="module")
def files(shelf) -> dict[str, bytes]:
    """Its published files."""
    v1 = shelf.root / "ratecards" / "v1"
    return {path.relative_to(v1).as_posix(): path.read_bytes() for path in v1.rglob("*") if path.is_file()}


def test_what_a_release_consists_of(shelf, tmp_path):
    """Each file once, the sums over all of them; a second time nothing is written."""
    fresh = build(shelf, tmp_path / "out", None, assets.OPTIONAL)
    first = tree(tmp_path / "out")

    assert NAMES == set(first) == set(fresh)
    assert [] == build(shelf, tmp_path / "out", None, assets.OPTIONAL)
    assert first == tree(tmp_path / "out")
    sums = dict(reversed(line.split("  ")) for line in first["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(data).hexdigest() for n, data in first.items() if n != "SHA256SUMS"}
    assert first["datapackage.json"] == (shelf.root / "ratecards/v1/datapackage.json").read_bytes()
    assert first["notes.md"].startswith(b"Data as of 2026-11-08: 11 rates on 3 cards from 2 sources.\n\nFirst release.")


def test_the_same_data_elsewhere(tmp_path):
    """Another folder, another run, another day: the same bytes."""
    several = [shelves.dataset(tmp_path / name, log(), LATER) for name in "ab"]
    for one in several:
        build(one, one.root / "out", None, assets.OPTIONAL)

    assert tree(several[0].root / "out") == tree(several[1].root / "out")


def test_fault_64_half_a_release_is_finished(shelf, tmp_path):
    """What is missing or torn is written, and nothing else."""
    build(shelf, tmp_path, None, assets.OPTIONAL)
    whole = tree(tmp_path)
    (tmp_path / "ratecards.sqlite").write_bytes(whole["ratecards.sqlite"][:100])
    (tmp_path / "notes.md").unlink()

    assert {"notes.md", "ratecards.sqlite"} == set(build(shelf, tmp_path, None, assets.OPTIONAL))
    assert whole == tree(tmp_path)


def test_a_folder_of_something_else(shelf, tmp_path):
    """A release is not mixed with other files, nor with another release; nothing is written."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DatasetError, match=r"expected a folder for a release, saw letter\.txt"):
        build(shelf, tmp_path, None, assets.OPTIONAL)

    assert ["letter.txt"] == list(tree(tmp_path))
    (tmp_path / "letter.txt").rename(tmp_path / "ratecards-2026.4.27-py3-none-any.whl")
    with pytest.raises(DatasetError, match=r"expected the assets of 2026\.11\.8 or nothing, saw ratecards-2026\.4\.27"):
        build(shelf, tmp_path, None, assets.OPTIONAL)
    assert 1 == len(tree(tmp_path))


def test_the_zip(files):
    """Everything of v1, in order, readable by everybody; the same bytes whatever order it came in."""
    data = zipped(files)
    archive = zipfile.ZipFile(io.BytesIO(data))

    assert data == zipped(dict(reversed(files.items())))
    assert sorted(f"v1/{path}" for path in files) == archive.namelist()
    assert all(archive.read(f"v1/{path}") == content for path, content in files.items())
    assert {((1980, 1, 1, 0, 0, 0), 0o644)} == {(i.date_time, i.external_attr >> 16) for i in archive.infolist()}


def test_the_zip_holds_data_alone(shelf, tmp_path):
    """What changes with every look is not in it."""
    build(shelf, tmp_path, None, assets.OPTIONAL)
    names = zipfile.ZipFile(tmp_path / "ratecards-v1.zip").namelist()

    assert "v1/rates.csv" in names
    assert "v1/schemas/rates.schema.json" in names
    assert "v1/status.json" not in names


def test_captures(shelf):
    """A line for every page that something was read from, once; the limits page too, where there is one."""
    sha = CAPTURE.removeprefix("sha256:")
    expected = f"{sha}  google/gemini-api  2026-11-01\n{sha}  google/gemini-api  2026-11-08\n{sha}  google/vertex-ai  2026-11-01\n"

    assert expected == captures(shelf)
    assert "  google/rate-limits  2026-04-16\n" in captures(type(shelf)(ROOT))


# ------------------------------------------------------------------------------------------------ SQLite


@pytest.fixture
def base(shelf, files, tmp_path):
    """The SQLite file, opened."""
    sqlitefile.write(tmp_path / "x.sqlite", shelf.root / "ratecards", files)
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as found:
        found.row_factory = sqlite3.Row
        yield found


def rows(base, query: str) -> list[tuple]:
    """What a query gives."""
    return [tuple(row) for row in base.execute(query)]


def test_sqlite_is_sound(base):
    """It opens, names its version and kind, and has every table and index."""
    indices = {name for (name,) in rows(base, "SELECT name FROM sqlite_master WHERE type = 'index'")}

    assert [("ok",)] == rows(base, "PRAGMA integrity_check")
    assert ([(3,)], [(database.APPLICATION,)]) == (
        rows(base, "PRAGMA user_version"),
        rows(base, "PRAGMA application_id"),
    )
    tables = {name for (name,) in rows(base, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {*TABLES, "card", "rate", "source"} - {"rates"} <= tables
    assert [("rates",)] == rows(base, "SELECT name FROM sqlite_master WHERE type = 'view'")
    for table, columns in TABLES.items():
        assert set(columns) <= {name for _, name, *_ in rows(base, f"PRAGMA table_info({table})")}
    assert {"changes_observed", "discrepancies_model"} <= indices


def test_sqlite_holds_the_rates(base, files):
    """Every row as in the JSON, text as text, NULL where it says nothing; the number is of the price."""
    found = [dict(row) for row in base.execute("SELECT * FROM rates ORDER BY row")]
    wanted = json.loads(files["rates.json"])["rates"]

    assert len(wanted) == len(found)
    for seen, rate_ in zip(found, wanted, strict=True):
        assert rate_ == {n: str(seen[n]) for n in COLUMNS if seen[n] not in (None, EXACT)}
        assert seen["price_number"] == (float(rate_["price"]) if "price" in rate_ else None)
    assert HOSTILE in {row["quote"] for row in found}
    assert [("text", "real", "integer")] == rows(
        base, "SELECT DISTINCT typeof(price), typeof(price_number), typeof(prompt_up_to) FROM rates WHERE prompt_up_to"
    )


def test_sqlite_answers(base):
    """What it is for: the dearest input, a sum, what moved, what is coming, who disagrees."""
    dearest = (
        "SELECT price FROM rates WHERE meter = 'input' AND source = 'gemini-api' ORDER BY price_number DESC LIMIT 1"
    )

    assert [("2.5",)] == rows(base, dearest)
    assert [("10", "9", "0.9", 0.9, 1)] == rows(
        base, "SELECT old_price, new_price, ratio, ratio_number, announced FROM changes WHERE kind = 'repriced'"
    )
    assert [("veo-3", 1)] == rows(base, "SELECT previous_id, correction FROM changes WHERE kind = 'model_renamed'")
    assert [([["name", "Gemini 2.5 Pro", "New"]],)] == [
        (json.loads(f),) for (f,) in rows(base, "SELECT fields FROM changes WHERE fields NOT NULL")
    ]
    assert [("2027-01-01", "0.3", "0.6")] == rows(base, 'SELECT "on", before_price, after_price FROM upcoming')
    assert [("google/gemini-api", 10), ("google/vertex-ai", 1)] == rows(
        base, "SELECT name, rates FROM sources ORDER BY name"
    )
    assert [("2026.11.8",)] == rows(base, "SELECT value FROM meta WHERE name = 'version'")
    assert 1 <= rows(base, "SELECT count(*) FROM discrepancies WHERE left_price IS NOT right_price")[0][0]


def test_sqlite_says_how_old_and_what_ends(shelf, files, tmp_path):
    """By source until when it is not stale; the announced shutdowns, NULL where no successor is named."""
    end = {"on": "2027-03-01", "provider": "google", "source": "gemini-api", "model": "flash"}
    ends = [
        {**end, "quote": "It ends.", "observed": "2026-11-08"},
        {**end, "successor": "Pro", "quote": "x", "observed": "y"},
    ]
    data = json.loads(files["upcoming.json"]) | {"shutdowns": ends}
    files = {**files, "upcoming.json": json.dumps(data).encode()}
    sqlitefile.write(tmp_path / "x.sqlite", shelf.root / "ratecards", files)
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as base:
        assert [("2026-11-08", "2026-11-11")] == rows(
            base, "SELECT observed, expires FROM sources WHERE name = 'google/gemini-api'"
        )
        assert [("2027-03-01", None, "It ends."), ("2027-03-01", "Pro", "x")] == rows(
            base, 'SELECT "on", successor, quote FROM shutdowns ORDER BY row'
        )


def test_sqlite_is_a_dataset(shelf, files, tmp_path):
    """The reader takes it as it is."""
    sqlitefile.write(tmp_path / "ratecards.sqlite", shelf.root / "ratecards", files)
    found, whole = ratecards.load(tmp_path), ratecards.load(shelf.root)
    assert whole.cards() == found.cards()
    assert whole.changes("gemini-api") == found.changes("gemini-api")


def test_sqlite_knows_every_field(base):
    """A column for each field of each schema's records."""
    from scraper.publish import schemas

    names = {"changes": "changes", "upcoming": "upcoming", "discrepancies": "discrepancies"}
    for table, stem in names.items():
        columns = {name for _, name, *_ in rows(base, f"PRAGMA table_info({table})")}
        document = schemas.documents()[stem]
        own = document["properties"][stem]["items"]["properties"]
        sides = {"old", "new", "before", "after", "left", "right"}
        assert set(own) - sides <= columns
        inner = document["$defs"]["side" if stem == "discrepancies" else "values"]["properties"]
        # a change of one thing names that thing itself; its sides differ in the rest
        same = set() if stem == "discrepancies" else {"provider", "source", "model"}
        for side in sides & set(own):
            assert {f"{side}_{name}" for name in inner if name not in same} - columns == set() or table == "upcoming"


# ----------------------------------------------------------------------------------------------- Parquet


def test_parquet(files, tmp_path):
    """Decimals, integers and days; rows in order; the hash of the rows is the same each time and stands in the file."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    path = tmp_path / "rates.parquet"
    digest = parquet.write(path, files)
    again = parquet.write(tmp_path / "again.parquet", files)
    found = duckdb.connect().execute(f"SELECT * FROM '{path}'")
    names, table = [column[0] for column in found.description], found.fetchall()
    wanted = json.loads(files["rates.json"])["rates"]
    price = names.index("price")

    assert list(COLUMNS) == names
    assert digest == again == parquet.rows_digest(table)
    assert [Decimal(r["price"]) if "price" in r else None for r in wanted] == [row[price] for row in table]
    assert [r.get("quote") for r in wanted] == [row[names.index("quote")] for row in table]
    assert {200_000, None} == {row[names.index("prompt_up_to")] for row in table}
    assert date(2026, 12, 31) in {row[names.index("effective_until")] for row in table}
    metadata = dict(duckdb.connect().execute(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall())
    assert {b"version": b"2026.11.8", b"rows": digest.encode()} == metadata


def test_the_bands_as_parquet(files, tmp_path):
    """Prices as decimals that are so narrow that a product is exact, bounds as integers, days as days."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    path = tmp_path / "bands.parquet"
    digest = parquet.write_bands(path, files)
    found = duckdb.connect().execute(f"SELECT * FROM '{path}'")
    kinds = {name: str(kind) for name, kind, *_ in found.description}
    table = found.fetchall()
    rows = bands.rows(files["bands.csv"].decode())
    price = [*kinds].index("input_text_per_token")

    assert bands.COLUMNS == tuple(kinds)
    assert digest == parquet.rows_digest(table)
    assert [Decimal(r["input_text_per_token"]) if r["input_text_per_token"] else None for r in rows] == [
        row[price] for row in table
    ]
    assert {200_000, None} == {row[[*kinds].index("prompt_up_to")] for row in table}
    assert ("DECIMAL(22,16)", "DECIMAL(19,13)", "BIGINT", "DATE") == tuple(
        kinds[name] for name in ("output_per_token", "output_per_second", "prompt_over", "since")
    )


@pytest.mark.parametrize("price", ["0.1234567890123456789", "100000000000000000000"])
def test_a_price_that_no_column_holds(files, tmp_path, price):
    """It is not rounded."""
    data = json.loads(files["rates.json"])
    data["rates"][0]["price"] = price
    with pytest.raises(DatasetError, match=rf"gemini-2\.5-pro: the price {price} does not fit DECIMAL"):
        parquet.write(tmp_path / "x.parquet", {**files, "rates.json": json.dumps(data).encode()})


def test_no_duckdb(files, tmp_path, monkeypatch):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DatasetError, match="pip install --group release"):
        parquet.write(tmp_path / "x.parquet", files)


# ------------------------------------------------------------------------------------------- the command


@pytest.fixture
def project(shelf, tmp_path) -> Path:
    """The dataset as a project that can be built, in a repository."""
    import shutil

    root = tmp_path / "project"
    shutil.copytree(shelf.root, root, ignore=shutil.ignore_patterns("out", ".lock"))
    for path in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / path, root / path)
    code = shutil.ignore_patterns("__pycache__", "cards", "discrepancies", "history", "v1", "held")
    for name in ("ratecards", "scraper"):
        shutil.copytree(ROOT / name, root / name, ignore=code, dirs_exist_ok=True)
    subprocess.run(["git", "init", "-q", root], check=True)
    subprocess.run(["git", "-C", root, "add", "--all"], check=True)
    return root


@pytest.mark.slow
def test_the_command(project, run, tmp_path):
    """Version first, then the assets with the wheel, which holds the reader and its data."""
    pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    pytest.importorskip("cyclonedx_py", reason="cyclonedx-bom is not installed here")
    out = tmp_path / "out"
    ran = run("release", "--from", project, "--to", out)
    assert (1, "", False) == (ran.code, ran.out, out.exists())
    assert "the data 2026.11.8; run python -m scraper version --write" in ran.err
    assert 0 == run("version", "--to", project, "--write").code
    ran = run("release", "--from", project, "--to", out)
    wheel = "ratecards-2026.11.8-py3-none-any.whl"
    assert (0, f"wrote 10 files to {out}") == (ran.code, ran.out.splitlines()[-1])
    assert NAMES | {wheel, "rates.parquet", "bands.parquet", "sbom.cdx.json"} == set(tree(out))
    names = zipfile.ZipFile(out / wheel).namelist()
    assert {"ratecards/__init__.py", "ratecards/ratecards.sqlite"} <= set(names)
    assert not [name for name in names if name.startswith(("scraper", "state"))]
    assert f"{out} holds this release already\n" == run("release", "--from", project, "--to", out).out


def test_a_module_that_git_does_not_know_is_not_released(project, run, tmp_path):
    """It is somebody's own; what follows is not written."""
    pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    run("version", "--to", project, "--write")
    (project / "ratecards" / "mine.py").write_text("")
    ran = run("release", "--from", project, "--to", tmp_path / "out", "--without", "parquet", "--without", "sbom")

    assert (1, False) == (ran.code, (tmp_path / "out").exists())
    assert "expected a wheel of what git has, saw ratecards/mine.py in it" in ran.err


def test_notes_are_the_changelog_s(project, run, tmp_path):
    """What people wrote in the version's entry goes out with it."""
    (project / "CHANGELOG.md").write_text("# C\n\n## Unreleased\n\n- A command.\n")
    run("version", "--to", project, "--write")
    run(
        "release",
        "--from",
        project,
        "--to",
        tmp_path / "out",
        *(w for name in assets.OPTIONAL for w in ("--without", name)),
    )

    assert (tmp_path / "out/notes.md").read_text().startswith("- A command.\n\nData as of 2026-11-08")


def test_assets_that_are_ours():
    """Exactly the names that are built."""
    for name in (*NAMES, "rates.parquet", "bands.parquet", "ratecards-2026.11.8.1-py3-none-any.whl"):
        assert assets._OURS.fullmatch(name)
    assert not assets._OURS.fullmatch("notes.md.bak")
