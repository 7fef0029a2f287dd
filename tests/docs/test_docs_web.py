"""docs/web.md: its examples are run on a small dataset, its pages and files are those of the site."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import threading
from datetime import date
from pathlib import Path

import pytest

from ratecards.dataset import Dataset
from scraper import ROOT
from scraper.site import build, gather, wire
from scraper.site.render import write
from tests.docs.test_docs_examples import EXPECTED
from tests.support import shelves

TEXT = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- run: (\w+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL))
BASE = "https://OWNER.github.io/ratecards"
TODAY = date(2026, 10, 7)


def facts(root: Path):
    """The contents of a site of the dataset that examples are run on."""
    shelves.dataset(root)
    return gather(Dataset(root / "ratecards"), root, TODAY)


def needs(*programs: str) -> None:
    """Skip where one of these is not installed."""
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed here")


def test_every_example_is_run():
    """There are no others."""
    assert {"module", "jq"} == set(EXAMPLES)


def test_the_module(tmp_path):
    """As somebody who has installed it writes it; the total is that of the README's own example in Python."""
    needs("node")
    found = gather(Dataset(ROOT / "ratecards"), ROOT, TODAY)
    write(tmp_path / "node_modules" / "ratecards", wire.package(found.models, found.shelf, found.names))
    (tmp_path / "example.mjs").write_text(EXAMPLES["module"])
    done = subprocess.run(["node", "example.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    assert "0.0135 USD by google/gemini-api official\n" in done.stdout
    assert re.search(r"^looked at 20\d\d-\d\d-\d\d", done.stdout, re.MULTILINE)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Say nothing."""


def test_jq(tmp_path):
    """The file of a model, fetched."""
    needs("jq", "curl")
    write(tmp_path / "site", build(facts(tmp_path)))
    handler = functools.partial(Quiet, directory=str(tmp_path / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        code = EXAMPLES["jq"].replace(BASE, f"http://127.0.0.1:{server.server_port}")
        words = ["bash", "-euo", "pipefail", "-c", code]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        server.shutdown()
        thread.join()

    day, *rates = done.stdout.splitlines()
    assert date.fromisoformat(day)
    assert EXPECTED == [line.split() for line in rates]


def test_the_pages_and_files_are_those_of_the_site(tmp_path):
    """Each that the document names is made, and each page that is made is named."""
    made = {re.sub(r"(models|badge)/[^/]+/[^/]+\.", r"\1/<provider>/<model>.", path) for path in build(facts(tmp_path))}
    named = set(re.findall(r"`((?:[\w./-]|<\w+>)+\.(?:html|json))[`#]", TEXT))

    assert set() == named - made - {"v1/rates.json"}
    assert {path for path in made if path.endswith(".html")} == {path for path in named if path.endswith(".html")}
