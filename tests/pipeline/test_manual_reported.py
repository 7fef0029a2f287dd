"""What is only reported on its way into the dataset: apart from all that is official, and known to alerts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ratecards.dataset import Dataset as Reader
from ratecards.model.grade import grade
from scraper import ROOT
from scraper.diff.cross_source import rules
from scraper.errors import DatasetError
from scraper.pipeline import manual
from scraper.publish import reported, schemas
from scraper.publish.dataset import Dataset
from scraper.report import alerts
from scraper.sources import SOURCES
from scraper.storage import card_files
from tests.support.runfacts import run as facts
from tests.support.runfacts import source, step
from tests.support.workshop import Ran, tree

NOW = ("--now", "2026-11-20T06:00:00Z")
FILE = """schema: 1
url: https://example.org/notes
observed: "2026-10-13"
as_of: "notes of 2026-10-13"
reason: "a third party's words"
cards:
- of: google/gemini-api
  model: argon
  name: Argon
  rates:
  - service_tier: standard
    plan: paid
    meter: input
    locator: "notes"
    rates:
    - {price: "2", currency: USD, unit: 1000000 tokens, effective_until: "2026-11-30", quote: "$2 through 2026-11-30"}
    - {price: "4", currency: USD, unit: 1000000 tokens, effective_from: "2026-12-01", quote: "$4 from 2026-12-01"}
"""
PATH = "ratecards/reported/somebody/2026-10-13/google.gemini-api/argon.yaml"


@pytest.fixture
def take(run, tmp_path: Path) -> Callable[..., Ran]:
    """`manual`, over a folder with one report beside a price by hand, and a dataset of its own."""
    for place, text in (
        ("reported/somebody/2026-10-13", FILE),
        ("shop/prices/2026-10-13", FILE.replace("- of: google/gemini-api\n  model: argon", "- model: neon")),
    ):
        path = tmp_path / "kept" / f"{place}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return lambda *more: run("manual", "--from", tmp_path / "kept", "--to", tmp_path / "data", *NOW, *more)


def test_it_stands_apart(take: Callable[..., Ran], tmp_path: Path):
    """A card and `v1/reported.json`; in no history, state, rate table or package. Once, and `check` is content."""
    done = take()
    assert "reported/somebody 2026-10-13: 1 changes, wrote 3 files" in done.out
    files = tree(tmp_path / "data")
    holding = {path for path in files if b"somebody" in files[path]}
    assert {PATH, "ratecards/v1/reported.json"} == holding
    card = card_files.decode(files[PATH].decode(), PATH)
    assert ("google", "reported/somebody", "reported") == (card.provider, card.source, card.grade)
    assert [card] == Reader(tmp_path / "data" / "ratecards").reports.cards(date(2026, 11, 20))
    assert 0 == take().code
    assert files == tree(tmp_path / "data")


def test_rebuild_makes_the_same_and_check_is_content(take: Callable[..., Ran], run, tmp_path: Path):
    """The published file follows from the cards; one that does not is found, and so is a card that is damaged."""
    take()
    data = tmp_path / "data"
    path = data / "ratecards" / "v1" / "reported.json"
    text = path.read_text(encoding="utf-8")
    assert [] == list(reported.findings(Dataset(data)))
    path.write_text("{}", encoding="utf-8")
    assert "does not hold the cards" in run("check", "--to", data, *NOW).out
    assert 0 == run("rebuild", "--to", data, *NOW).code
    assert text == path.read_text(encoding="utf-8")
    (data / PATH).rename(data / PATH.replace("argon", "neon"))
    assert "expected the card that its place names, saw another" in run("check", "--to", data, *NOW).out
    (data / PATH.replace("argon", "neon")).write_text("x", encoding="utf-8")
    with pytest.raises(DatasetError, match="damaged card of what is reported"):
        reported.cards(Dataset(data))
    (data / PATH.replace("argon", "neon")).unlink()
    run("rebuild", "--to", data, *NOW)
    assert not path.exists()


def test_its_file_is_as_its_schema_says(take: Callable[..., Ran], tmp_path: Path):
    """What is kept, too."""
    from jsonschema import Draft202012Validator

    take()
    validator = Draft202012Validator(schemas.documents()["reported"])
    for root in (tmp_path / "data", ROOT):
        validator.validate(json.loads((root / "ratecards" / "v1" / "reported.json").read_bytes()))


def test_what_is_kept_is_published():
    """Every report under manual/ stands in the dataset, word for word."""
    kept = {
        reported.path_of(card): card_files.encode(card) for e in manual.load(ROOT / "manual") for card in e.reported
    }
    assert kept
    assert [] == [path for path, text in kept.items() if (ROOT / path).read_text(encoding="utf-8") != text]
    assert [] == reported.findings(Dataset(ROOT))


def test_its_steps(take: Callable[..., Ran], tmp_path: Path):
    """Until an official card has the model."""
    take()
    dataset = Dataset(tmp_path / "data")
    (card,) = reported.cards(dataset)
    steps: Any = reported.upcoming(dataset, [], date(2026, 11, 20))
    assert [(date(2026, 12, 1), "reported/somebody")] == [(s.day, s.after.source) for s in steps]
    assert [] == reported.upcoming(dataset, [replace(card, source="gemini-api")], date(2026, 11, 20))
    sold = replace(card, provider="laozhang", source="laozhang")
    assert steps == reported.upcoming(dataset, [sold], date(2026, 11, 20))
    assert [] == reported.upcoming(dataset, [], date(2026, 12, 1))


def test_an_alert_of_it_is_marked():
    """As one that no official page was read for; it is over when nobody reports it any more."""
    name = "reported/somebody"
    told = step("2026-12-01", "argon", name=name)
    (action,) = alerts.of_run(facts(source("UNCHANGED"), at="2026-11-25T06:17:00Z", upcoming=[told]), [])
    assert f"From 2026-12-01: argon ({name})" == action.title
    assert f"{name} says, and no official page that was read, that it is for 2026-12-01:" in action.body
    issue = alerts.Issue(1, True, action.key, "2026-12-01", "7", action.body)
    (over,) = alerts.of_run(facts(at="2026-11-26T06:17:00Z"), [issue])
    assert "close" == over.do


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "- of: google/gemini-api\n  model",
            "- model",
            "expected `of` in a card that is reported and in no other, saw ''",
        ),
        ("of: google/gemini-api", "of: google/cloud-billing", "expected `of` to name a source that is official"),
        ("of: google/gemini-api", "of: nobody/nothing", "expected `of` to name a source that is official"),
        ("of: google/gemini-api", "of: 1", "expected `of` to name a source that is official"),
    ],
)
def test_of_which_page(old: str, new: str, words: str):
    """Each reported card names it, and no other card does."""
    assert old in FILE
    with pytest.raises(DatasetError) as caught:
        manual.read(FILE.replace(old, new), "reported", "somebody", "2026-10-13", "file")
    assert words in str(caught.value)
    with pytest.raises(DatasetError, match="expected `of` in a card that is reported"):
        manual.read(FILE, "shop", "prices", "2026-10-13", "file")


def test_nothing_official_is_made_of_it(take: Callable[..., Ran], run, tmp_path: Path):
    """All other files of the dataset are, byte for byte, those of one in which nothing is reported."""
    take()
    (tmp_path / "kept" / "reported" / "somebody" / "2026-10-13.yaml").unlink()
    run("manual", "--from", tmp_path / "kept", "--to", tmp_path / "other", *NOW)
    only = {PATH, "ratecards/v1/reported.json"}
    assert tree(tmp_path / "other") == {p: text for p, text in tree(tmp_path / "data").items() if p not in only}
    for name in ("data", "other"):
        run("rebuild", "--to", tmp_path / name, *NOW)
    assert tree(tmp_path / "other") == {p: text for p, text in tree(tmp_path / "data").items() if p not in only}


def test_it_confirms_nothing():
    """Whose word can confirm a held price, and what is compared with what, is asked of official sources alone."""
    names = {name for rule in rules()["pairs"] for name in (rule.left, rule.right)} | set(rules()["authority"])
    assert [] == [name for name in sorted(names) if grade(name) not in ("official", "billed")]
    assert [] == [s.name for s in SOURCES if s.reported and s.name in names]
