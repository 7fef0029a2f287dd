"""Nothing that a page says can act: in files, on a terminal, in a log, in a path."""

from __future__ import annotations

import ast
import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ratecards import __main__ as reader
from ratecards.model import Evidence
from scraper import ROOT
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.publish.assemble import publication
from scraper.publish.dataset import Dataset
from scraper.storage import card_files
from tests.support import tiny
from tests.support.workshop import ACME, put_editions, tree

# One string for every reader of a file there is: shell, terminal, workflow log, Markdown, HTML, CSV, YAML, JSON, git.
HOSTILE = (
    '=HYPERLINK("http://x.example") <script>alert(1)</script> ]]> --> <!-- @everyone #1 [x](javascript:alert(1)) '
    "`$(rm -rf /)` ${{ secrets.TOKEN }} | \u202eevil\u2066 \x1b[31m \x07 \u2028 %0a::set-output name=a::b\r\n"
    "::error::planted\n- !!python/object/apply:os.system [true]\n\U000e0041\ufeff"
)
INVISIBLE = ("\x1b", "\x07", "\u202e", "\u2066", "\u2028", "\U000e0041", "\ufeff", "\r")
PRICES = {"m-1": {"name": HOSTILE, "input": "1", "output": "2"}}


@pytest.fixture
def hostile(monkeypatch, acme) -> None:
    """The test source quotes what it read, and that is hostile wherever words can stand."""
    original = tiny._section

    def section(model: str, prices: dict):
        found = original(model, prices)
        [draft] = found.cards
        rates = tuple(replace(r, evidence=Evidence(f"${r.price} {HOSTILE}", HOSTILE)) for r in draft.rates)
        words = {"used_to_improve": ((HOSTILE, HOSTILE),), "notices": (HOSTILE,), "facts": ((HOSTILE, HOSTILE),)}
        found.cards = [replace(draft, rates=rates, anchor=HOSTILE, aliases=(), **words)]
        return found

    monkeypatch.setattr(tiny, "_section", section)


@pytest.fixture
def root(tmp_path, hostile, run) -> Path:
    """Two editions published, so that there are changes."""
    folder = put_editions(tmp_path / "kept", {"2026-11-01": PRICES, "2026-11-02": _dearer(PRICES)})
    ran = run("refresh", ACME.name, "--replay", folder, "--to", tmp_path / "data")
    assert 0 == ran.code
    (tmp_path / "out.txt").write_text(ran.out + ran.err)
    return tmp_path / "data"


def _dearer(prices: dict) -> dict:
    return {"m-1": {**prices["m-1"], "name": f"{HOSTILE} ", "output": "2.5"}, "m-2": {"name": HOSTILE, "input": "3"}}


def test_cards_say_it_and_do_not_do_it(root):
    """YAML: read back as it was, nothing invisible in the bytes, one document without tags."""
    for path in root.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not [mark for mark in INVISIBLE if mark in text]
        if "/cards/" in path.as_posix():
            assert HOSTILE.strip() in card_files.decode(text, str(path)).name.strip()


def test_json_says_it_and_can_stand_in_a_page(root):
    """Every published JSON parses; nothing invisible in the bytes."""
    files = [*root.rglob("*.json"), *root.rglob("*.jsonl")]
    assert len(files) > 4
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not [mark for mark in INVISIBLE if mark in text], path
        for line in text.splitlines() if path.suffix == ".jsonl" else [text]:
            json.loads(line)


def test_csv_computes_nothing(root):
    """No field begins with a formula sign, none breaks a line."""
    for path in root.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
        assert not [cell for row in rows for cell in row if any(mark in cell for mark in (*INVISIBLE, "\n"))]


def test_markdown_is_words(root):
    """No tag, no link, no mention, no table cell more than there are columns."""
    for path in root.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        for sign in ("<script", "<!--", "](javascript", "@everyone", "](http://x", "]]>"):
            assert sign not in text, (path, sign)
        assert not [mark for mark in INVISIBLE if mark in text], path


def acts(text: str) -> list[str]:
    """The lines that a terminal or a workflow's log would obey."""
    return [line for line in text.split("\n") if line.lstrip().startswith("::") or any(m in line for m in INVISIBLE)]


def test_a_run_prints_words(root):
    """No workflow command, no escape sequence."""
    text = (root.parent / "out.txt").read_text()
    assert "m-1" in text
    assert [] == acts(text)


@pytest.mark.parametrize("style", ["table", "csv", "json"])
@pytest.mark.parametrize("command", [("show", "m-1", "--all"), ("models",), ("changes", "--all"), ("upcoming",)])
def test_a_reader_prints_words(root, capsys, command, style):
    """Each command in each format."""
    assert 0 == reader.main([*command, "--dataset", str(root), "--format", style])
    assert [] == acts(capsys.readouterr().out)


IDS = ["../../../etc/passwd", "..", "a/b", "a\\b", "A", "-rf", "m\n1", "m-1.yaml/..", "con\x00", "é", "m" * 65, ""]


@pytest.mark.parametrize("name", IDS)
def test_a_model_id_is_no_path(tmp_path, acme, name):
    """An id that is none is refused, and nothing is written anywhere."""
    dataset = Dataset(tmp_path / "data")
    found = put_editions(tmp_path / "kept", {"2026-11-01": {name: {"input": "1"}}})
    from scraper.fetch.capture import replay

    [edition] = replay(found, ACME)
    verdict = evaluate(ACME, edition, Previous(dataset.state(ACME.name), dict), None, edition.at)
    publication(dataset, [verdict], edition.at).commit()

    assert "NOT_READ" == verdict.outcome
    assert f"expected a model id, capture and parser, saw {name!r}" in " ".join(verdict.messages)
    looked = {f"data/state/{ACME.name}.json", "data/ratecards/v1/status.json"}
    assert looked == {p for p in tree(tmp_path) if not p.startswith("kept/")}


def sources() -> list[Path]:
    return sorted(p for folder in ("ratecards", "scraper") for p in (ROOT / folder).rglob("*.py"))


# Modules that run what they read, or resolve what it names.
BANNED = {"pickle", "marshal", "shelve", "dill", "xml.sax", "xml.dom", "lxml.etree", "xmlrpc", "telnetlib"}
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen"}


@pytest.mark.parametrize("path", sources(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_code_runs_what_it_reads(path):
    """No pickle, no eval, no shell, no XML parser: not even by accident."""
    tree_ = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree_):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not BANNED & set(names), (path, names)
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            qualified = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re"
            assert called not in CALLS or qualified, (path, node.lineno, called)
            assert not [k for k in node.keywords if k.arg == "shell"], (path, node.lineno)
