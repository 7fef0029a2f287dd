"""The published status: the state files' words, written with them, and no news."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from scraper.model import Hold, State
from scraper.publish import schemas, v1_files
from scraper.sources import Source
from scraper.sources.vocabulary import Head, VocabularyError
from tests.support.shelves import state
from tests.support.workshop import GEMINI, facts, model
from tests.test_escaping import HOSTILE

PATH = "ratecards/v1/status.json"
HELD = Hold("2026-11-01T07:17:00+01:00", 2, what="repriced flash: moved x9.00", models=("flash",))


def entry(found: State, name: str = GEMINI, **counts: int) -> dict:
    """The entry of one source."""
    return json.loads(v1_files.status({name: found}, {GEMINI: 7, **counts}))["sources"][name]


def test_an_entry():
    """All that a watchman needs, in the state's own words."""
    expected = {
        "outcome": "PARTLY_READ",
        "verified": "2026-11-01",
        "failing_since": "2026-11-02T06:00:00Z",
        "message": "label",
        "authority": "documentation",
        "publication": "the Gemini API's documentation",
        "stale_after_days": 3,
        "expires": "2026-11-04",
        "models": 2,
        "rates": 7,
        "amounts": {"cells": 9, "ignored": 0, "notes": 0, "read": 9, "seen": 9},
        "unread": ["veo-2"],
        "holds": [{"id": "0123456789", "since": "2026-11-01T06:17:00Z", "what": "repriced flash: moved x9.00"}],
        "last_updated": "2026-10-30",
    }
    found = state(
        ["flash", "pro"],
        outcome="PARTLY_READ",
        message="label",
        failing_since="2026-11-02T06:00:00Z",
        unread=["veo-2"],
        holds={"0123456789": HELD},
    )

    assert expected == entry(found)


def test_a_source_that_a_person_keeps():
    """It is never stale, and has no rates where the table has none."""
    found = entry(state(["a"]), "google/enterprise")

    assert (None, "", 0) == (found["stale_after_days"], found["expires"], found["rates"])


def test_fault_92_a_damaged_vocabulary(monkeypatch):
    """What its source prints is not known then; the status stands."""

    def broken(source: Source) -> Head:
        raise VocabularyError("gemini_api.yaml:3: broken")

    monkeypatch.setattr(Source, "head", property(broken))
    found = entry(state(["a"]))

    assert ("documentation", "") == (found["authority"], found["publication"])


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_a_page(words):
    """A message is one line without anything invisible, whatever the page said."""
    text = v1_files.status({GEMINI: state(["a"], message=words, holds={"0": replace(HELD, what=words)})}, {})
    found = json.loads(text)["sources"][GEMINI]

    assert 1 == len(found["message"].splitlines() or [""])
    assert text.isprintable() or {"\n", *"\u200b\u2060"} >= {c for c in text if not c.isprintable()}
    assert found["message"] == found["holds"][0]["what"]


def test_sources_by_name():
    """Sorted, one a line; the same states give the same bytes."""
    several = {"b/b": state([]), "a/a": state([])}
    text = v1_files.status(several, {})

    assert ["a/a", "b/b"] == list(json.loads(text)["sources"])
    assert text == v1_files.status(dict(reversed(several.items())), {})
    assert 5 == len(text.splitlines())


def test_rows_of_a_table():
    """Counted by source, whatever stands in their other fields; none before there is a table."""
    table = b'provider,source,model\ngoogle,gemini-api,a\ngoogle,gemini-api,"b,c"\nacme,tiny,x\n'

    assert {GEMINI: 2, "acme/tiny": 1} == v1_files.rates_by_source(table)
    assert {} == v1_files.rates_by_source(b"")


# ---------------------------------------------------------------------------------------------- refresh


def published(workshop) -> dict:
    """The status file, as its schema takes it."""
    found = json.loads(workshop.files[PATH])
    Draft202012Validator(schemas.documents()["status"]).validate(found)
    return found["sources"][GEMINI]


def test_a_good_look(workshop):
    """The first look and each later one leave their day."""
    workshop.refresh(facts())
    first = published(workshop)
    workshop.refresh(facts("2026-11-02T06:00:00Z"))

    assert ("READ", "2026-11-01", 6, 24) == tuple(first[n] for n in ("outcome", "verified", "models", "rates"))
    assert {**first, "verified": "2026-11-02", "expires": "2026-11-05"} == published(workshop)


def test_a_second_look_on_one_day(workshop):
    """Where no state is written, no status is."""
    workshop.refresh(facts())
    before = workshop.files

    assert "nothing to write" in workshop.refresh(facts()).out
    assert before == workshop.files


def test_a_look_that_fails(workshop, site):
    """It is told at once, and nothing else that is published moves, the data package included."""
    site.shows(facts())
    workshop.live("--now", "2026-11-01T06:00:00Z")
    before = workshop.data
    site.bodies = dict.fromkeys(site.bodies, b"<html>login</html>")
    site.etags = dict.fromkeys(site.bodies, '"2"')
    workshop.live("--now", "2026-11-02T06:00:00Z")
    found = published(workshop)

    assert before == workshop.data
    assert "ratecards/v1/datapackage.json" in before
    assert ("NOT_READ", "2026-11-01", "2026-11-02T06:00:00Z") == tuple(
        found[n] for n in ("outcome", "verified", "failing_since")
    )
    assert found["message"]
    assert 24 == found["rates"]


def test_a_first_look_that_fails(workshop):
    """There is no data yet, and a status all the same."""
    workshop.refresh(facts(), html=b"<html>login</html>", twin=b"login")

    assert ("NOT_READ", 0, 0) == tuple(published(workshop)[n] for n in ("outcome", "models", "rates"))
    assert {PATH} == {path for path in workshop.files if path.startswith("ratecards/")}


def test_a_price_that_waits(workshop):
    """What is held stands in the status until it is published."""
    workshop.refresh(facts())
    workshop.refresh(facts("2026-11-02T06:00:00Z", gemini_2=model("Gemini 2", "$200.00", "$2.50")))
    (held,) = published(workshop)["holds"]

    assert "2026-11-02T06:00:00Z" == held["since"]
    assert "gemini-2" in held["what"]


def test_a_source_whose_state_is_damaged(workshop):
    """It says so itself, and the others say what they have to say."""
    other = workshop.root / "state" / "acme" / "tiny.json"
    other.parent.mkdir(parents=True)
    other.write_text("<<<<<<< ours")
    workshop.refresh(facts())
    found = json.loads(workshop.files[PATH])["sources"]

    assert ["DAMAGED", "READ"] == [found[name]["outcome"] for name in ("acme/tiny", GEMINI)]
    assert "restore it from git" in found["acme/tiny"]["message"]
    assert str(workshop.root) not in workshop.files[PATH].decode()
