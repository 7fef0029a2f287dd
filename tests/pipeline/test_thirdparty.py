"""A source that is somebody's JSON and no page: the same guards, the same verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import tiny
from tests.support.workshop import outcomes

MANY = {f"m-{n}": {"input": str(n + 1)} for n in range(60)}


@pytest.fixture
def look(workshop, acme, tmp_path, monkeypatch):
    """Replays an answer of the source, and gives the report."""
    monkeypatch.setattr(tiny, "fingerprint", lambda body: body)

    def call(day: int, body: bytes) -> dict:
        folder = tmp_path / f"look-{day}"
        (folder / "acme" / "tiny").mkdir(parents=True)
        for kind in tiny.urls():
            (folder / "acme" / "tiny" / f"2026-11-{day:02}T06-17-00Z.{kind}").write_bytes(body)
        report = tmp_path / "report.json"
        ran = workshop.run("refresh", "--replay", folder, "--at-once", "--report", report, "--to", workshop.root)
        found = json.loads(report.read_text())
        assert outcomes(ran.out)["acme/tiny"] == found["sources"][0]["outcome"]
        return found["sources"][0]

    return call


def cards(root: Path) -> int:
    """How many cards are published."""
    return len(list((root / "ratecards" / "cards" / "acme" / "tiny").glob("*.yaml")))


def test_fault_65_models_that_vanish_at_once_are_held(look, workshop):
    """All but one: none is removed, each waits with the reason."""
    look(1, tiny.page(MANY))
    found = look(2, tiny.page({"m-0": MANY["m-0"]}, tables=60))
    assert (60, 59, []) == (cards(workshop.root), len(found["held"]), found["changes"])
    assert {"59 of 60 models gone at once"} == {h["reason"] for h in found["held"]}


@pytest.mark.parametrize(
    "body",
    [
        b'{"models": {}}',
        b'{"data": [{"id": "m-0", "price": 1}]}',
        b'[{"id": "m-0"}]',
        b'{"models": {"m-0": {"input": {"amount": 1}}}}',
        b'{"models": {"m-0": {"input": 1.5}}}',
        b"null",
        b"<html>maintenance</html>",
        b"[" * 100_000,
    ],
    ids=["empty", "another key", "a list", "a price in parts", "a float", "null", "a page", "nested"],
)
def test_fault_65_another_shape_is_not_read(look, workshop, body):
    """Whatever it is, nothing that is published changes, and the source is said to be broken."""
    look(1, tiny.page(MANY))
    before = workshop.data
    found = look(2, body)
    assert found["outcome"] in ("NOT_READ", "SUSPECT")
    assert ([], [], True) == (found["changes"], found["held"], bool(found["failing_since"]))
    kept = [path for path in before if "status.json" not in path and "datapackage.json" not in path]
    assert {path: before[path] for path in kept} == {path: workshop.data[path] for path in kept}
