"""The wheel: the reader alone with its data, installed by itself, used without a network and without the workshop."""

from __future__ import annotations

import email
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import venv
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scraper import ROOT
from scraper.errors import DatasetError
from scraper.release import released
from scraper.release.wheel import build, compare

DATA = {"ratecards.sqlite", "py.typed", "v1"}
SITE = """
import socket
def refused(*args, **named):
    raise RuntimeError("no network here")
socket.socket = socket.create_connection = socket.getaddrinfo = refused
"""
USE = """
import importlib.util, json, socket, sys
import ratecards
try:
    socket.create_connection(("127.0.0.1", 9))
except RuntimeError as error:
    blocked = str(error)
usage = {"input_tokens": 10_000, "cached_tokens": 8_000, "output_tokens": 1_000}
bill = ratecards.cost("gemini-2.5-pro", usage)
data = ratecards.load()
print(json.dumps({
    "blocked": blocked,
    "workshop": importlib.util.find_spec("scraper") is None,
    "others": sorted(n for n in ("yaml", "httpx", "bs4") if importlib.util.find_spec(n)),
    "sources": list(data.sources),
    "found": [str(r.price) for r in ratecards.find(model="gemini-2.5-pro", source="gemini-api", meter="input",
              service_tier="standard", plan="paid")],
    "total": str(bill.total), "lines": len(bill.lines), "quoted": all(line.quote for line in bill.lines),
    "changes": len(ratecards.changes(since="2026-03-24", until="2026-04-27")),
    "then": str(ratecards.as_of("2026-03-24").cost("gemini-2.5-pro", usage).total),
    "known": str(ratecards.as_of("2026-03-24", known_on="2026-12-31").cost("gemini-2.5-pro", usage).total),
    "upcoming": [step.day.isoformat() for step in ratecards.upcoming("2026-04-27")],
    "where": ratecards.__file__,
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built."""
    return built(ROOT, tmp_path_factory.mktemp("dist"))


def built(root: Path, folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a clean environment with nothing in it but the wheel, and no network."""
    home = tmp_path_factory.mktemp("clean")
    venv.create(home, with_pip=False)
    found = home / "bin" / "python"
    install = ["-m", "pip", "--python", str(found), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    site = next((home / "lib").glob("python3.*/site-packages"))
    (site / "sitecustomize.py").write_text(SITE)
    return found


def test_what_is_in_the_wheel(wheel: Path):
    """One package, of the data what is read, and nothing that must be installed with it."""
    head = _metadata(wheel)
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    info = next(n.partition("/")[0] for n in names if n.endswith("/METADATA"))
    assert {"ratecards", info} == {name.partition("/")[0] for name in names}
    own = {name.split("/")[1] for name in names if name.startswith("ratecards/") and not name.endswith(".py")}
    assert own >= DATA
    assert own.isdisjoint({"cards", "discrepancies", "__pycache__"})
    assert not [name for name in names if "/v1/tables/" in name or "/v1/rates." in name]
    assert [] == [need for need in head.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert ">=3.11" == head["Requires-Python"]
    assert wheel.stat().st_size < 400_000


STRAY = [
    *("notes.txt", ".env", "ratecards.sqlite.orig", "data.json", ".DS_Store", "formats/x.yaml", "history/x.jsonl"),
    *(
        "v1/rates.old.json",
        "v1/status.json~",
        "history/google/x.jsonl.bak",
        "past/x.txt",
        "held/google/x.json",
        "more/x.py",
    ),
]


def test_no_stray_file_is_in_the_wheel(wheel: Path, tmp_path: Path):
    """Whatever lies about below the package's folder."""
    root = tmp_path / "root"
    for name in ("ratecards", "scraper"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, root / name)
    for name in STRAY:
        path = root / "ratecards" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")

    with zipfile.ZipFile(wheel) as clean, zipfile.ZipFile(built(root, tmp_path / "dist")) as other:
        assert sorted(clean.namelist()) == sorted(other.namelist())


def test_an_invoice_is_reconciled_alone(python: Path, tmp_path: Path):
    """The words of SKUs are in the wheel."""
    export = ROOT / "examples" / "billing.csv"
    done = subprocess.run(
        [python, "-I", "-m", "ratecards", "reconcile", str(export), "--stale", "allow"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1224.603766 USD billed, 12.7 not explained (1.04 %)" in done.stdout


def test_it_is_used_alone(python: Path, tmp_path: Path):
    """Every function of the package, by an interpreter that has no other package and no network."""
    done = subprocess.run([python, "-I", "-c", USE], cwd=tmp_path, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert str(python.parents[1]) in said["where"]
    assert ("no network here", True, []) == (said["blocked"], said["workshop"], said["others"])
    assert {"google/gemini-api", "google/vertex-ai", "openai/openai-api"} <= set(said["sources"])
    assert (["1.25", "2.5"], 3, True) == (said["found"], said["lines"], said["quoted"])
    assert said["total"] == said["then"] == said["known"] == "0.0135"
    assert said["changes"] > 100
    assert all(day > "2026-04-27" for day in said["upcoming"])


def test_its_command(python: Path, tmp_path: Path):
    """The command line comes with it."""
    for args in (
        ["cost", "gemini-2.5-pro", "--input-tokens", "1000"],
        ["show", "gemini-2.5-pro"],
        ["models"],
        ["limits"],
        ["changes", "--since", "2026-01-01", "--all"],
    ):
        command = [python.with_name("ratecards"), *args]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "gemini-2.5-pro" in done.stdout
        assert {"ratecards: STALE"} >= {line.partition(",")[0] for line in done.stderr.splitlines()}


def test_a_second_build_is_compared(wheel: Path, tmp_path: Path):
    """The same bytes; and where they are not, the message names the file."""
    other = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as opened, zipfile.ZipFile(other, "w") as made:
        for entry in opened.infolist():
            made.writestr(entry, opened.read(entry) + b"#" * entry.filename.endswith("/api.py"))
    assert wheel.read_bytes() == build(ROOT, tmp_path / "built", released.project_version(ROOT)).read_bytes()
    compare(wheel, wheel)
    with pytest.raises(DatasetError, match=r"saw others in ratecards/api\.py$"):
        compare(wheel, other)
    other.write_bytes(wheel.read_bytes() + b"more")
    with pytest.raises(DatasetError, match=r"saw others in the same files, packed otherwise$"):
        compare(wheel, other)


def test_a_wheel_names_the_repository_that_built_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its releases are where newer data are looked for; built elsewhere it names none."""
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/rates")
    named = _metadata(built(ROOT, tmp_path / "named"))
    assert "Releases, https://github.example/somebody/rates/releases" in named.get_all("Project-URL", [])
    monkeypatch.delenv("GITHUB_REPOSITORY")
    assert [] == _metadata(built(ROOT, tmp_path / "plain")).get_all("Project-URL", [])


def _metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as opened:
        return email.message_from_bytes(opened.read(next(n for n in opened.namelist() if n.endswith("/METADATA"))))


# ------------------------------------------------------------------------------------- from an index, as people do


@pytest.fixture(scope="module")
def index(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an index on 127.0.0.1 that has the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("index") / "simple" / "ratecards"
    folder.mkdir(parents=True)
    shutil.copy(wheel, folder / wheel.name)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "index.html").write_text(f'<!doctype html><a href="{wheel.name}#sha256={digest}">{wheel.name}</a>')
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder.parents[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `uvx` and `pipx`, installed for these tests; skipped where they cannot be had."""
    home = tmp_path_factory.mktemp("tools")
    venv.create(home, with_pip=True)
    command = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "uv", "pipx"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"uv and pipx cannot be installed here: {done.stderr.splitlines()[-1:]}")
    return home / "bin"


@pytest.mark.parametrize("words", [["uvx"], ["pipx", "run"]], ids=lambda words: words[0])
def test_without_installing_it(words: list[str], index: str, tools: Path, tmp_path: Path):
    """One command answers, from nothing but the index."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SSL_CERT_FILE")}
    environment = {
        **kept,
        "HOME": str(tmp_path),
        "UV_DEFAULT_INDEX": index,
        "UV_NO_CONFIG": "1",
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": index,
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "PATH": f"{tools}{os.pathsep}{kept.get('PATH', '')}",
    }
    command = [tools / words[0], *words[1:], "ratecards", "cost", "gemini-2.5-pro", "--input-tokens", "1000"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    assert "0.00125 USD" in done.stdout
