"""The dataset on disk: state, cards, history; damage is a verdict and never looks like news."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from ratecards.storage import history
from scraper.errors import DatasetError
from scraper.model import Hold, State
from scraper.publish import state_file
from scraper.publish.baseline import current_cards
from scraper.publish.dataset import Dataset
from scraper.storage import card_files
from tests.support.kit import card, cards, change, rate

NAME = "google/gemini-api"
FLASH, PRO = card(rate("0.5"), rate("2", meter="output"), capture="sha256:01"), card(model="pro", capture="sha256:01")
LOG = [change("model_added", model=c.model, card=c) for c in (FLASH, PRO)]
STATE = State(
    parser="1",
    outcome="READ",
    verified="2026-11-01",
    observed="2026-11-01T06:17:00Z",
    models=["flash", "pro"],
    amounts={"seen": 2, "read": 2},
    holds={"0123456789": Hold("2026-11-01T06:17:00+00:00")},
    tables=3,
)


def write(root: Path, path: str, text: str) -> Path:
    """A file below a root."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


@pytest.fixture
def dataset(tmp_path) -> Dataset:
    """Two cards, their history, and state."""
    found = Dataset(tmp_path)
    for model in (FLASH, PRO):
        write(tmp_path, found.card_path(NAME, model.model), card_files.encode(model))
    write(tmp_path, found.history_path(NAME), "".join(map(history.line, LOG)))
    write(tmp_path, found.state_path(NAME), state_file.text(STATE))
    return found


# ---------------------------------------------------------------------------------------------- places


def test_where_things_stand():
    """Relative paths, the same on every system."""
    found = Dataset(Path("root"))

    assert "state/google/gemini-api.json" == found.state_path(NAME)
    assert "ratecards/cards/google/gemini-api/flash.yaml" == found.card_path(NAME, "flash")
    assert "ratecards/history/google/gemini-api.jsonl" == found.history_path(NAME)
    assert "ratecards/history/google/gemini-api.2026.jsonl" == found.history_path(NAME, 2026)


def test_a_whole_dataset(dataset):
    """What was written is read."""
    assert [NAME] == dataset.names()
    assert STATE == dataset.state(NAME)
    assert cards(FLASH, PRO) == dataset.cards(NAME) == dataset.cards(NAME, ["pro", "flash"])
    assert LOG == dataset.changes(NAME)
    assert cards(FLASH, PRO) == current_cards(dataset, NAME, STATE)


def test_a_dataset_before_its_first_run(tmp_path):
    """Nothing is there and nothing is wrong."""
    empty = Dataset(tmp_path)

    assert ([], State(), {}, []) == (empty.names(), empty.state(NAME), empty.cards(NAME), empty.changes(NAME))
    assert {} == empty.cards(NAME, [])
    assert {} == current_cards(empty, NAME, State())


def test_sources_that_have_a_history(dataset):
    """Each once, sorted; a file that is not below its provider, or is no history, is none."""
    for name in ("acme/b.jsonl", "acme/a.jsonl", "acme/readme.md", "readme.jsonl"):
        write(dataset.root, f"ratecards/history/{name}", "")

    assert ["acme/a", "acme/b", NAME] == dataset.names()


# ---------------------------------------------------------------------------------------------- state


def test_state_is_sorted_json():
    """One indented field a line, whatever order it was filled in; the same state has the same bytes."""
    text = state_file.text(STATE)
    other = replace(STATE, amounts={"read": 2, "seen": 2})

    assert text == state_file.text(other)
    assert sorted(json.loads(text)) == list(json.loads(text))
    assert {"schema", *(f.name for f in fields(State))} == set(json.loads(text))
    assert "}\n" == text[-2:]
    assert '\n "message": "é",\n' in state_file.text(replace(STATE, message="é"))


def test_the_day_of_the_last_good_look():
    """None before the first."""
    assert date(2026, 11, 1) == STATE.verified_on
    assert None is State().verified_on


def test_a_state_that_lacks_a_field(dataset):
    """A field this version added is as before the first run."""
    data = json.loads(state_file.text(STATE))
    del data["tables"]
    write(dataset.root, dataset.state_path(NAME), json.dumps(data))

    assert replace(STATE, tables=0) == dataset.state(NAME)


STATES = {
    "merge markers": (f"<<<<<<< ours\n{state_file.text(STATE)}", "Expecting value"),
    "truncated": (state_file.text(STATE)[:100], "not a state file"),
    "empty": ("", "Expecting value"),
    "list": ("[]", "not a state file"),
    "null": ("null", "not a state file"),
    "deep": ("[" * 100_000, "not a state file"),
    "no schema": ("{}", "'schema'"),
    "newer": (state_file.text(STATE).replace('"schema": 1', '"schema": 2'), "expected state schema 1, saw 2"),
    "unknown field": (state_file.text(STATE).replace('"parser"', '"parse"'), "unexpected keyword argument 'parse'"),
    "models": (state_file.text(STATE).replace('"tables": 3', '"tables": "3"'), "tables of another type"),
    "null field": (state_file.text(STATE).replace('"tables": 3', '"tables": null'), "tables of another type"),
    "bytes": ("\udcff", "not a state file"),
}


@pytest.mark.parametrize(("text", "expected"), STATES.values(), ids=STATES)
def test_damaged_state(dataset, text, expected):
    """It names the file and says where a good one is."""
    path = dataset.root / dataset.state_path(NAME)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DatasetError) as raised:
        dataset.state(NAME)

    assert expected in str(raised.value)
    assert str(raised.value).startswith(f"{path}: ")
    assert state_file.SCHEMA == 1


def test_state_that_is_a_folder(dataset):
    """What the system refuses is a verdict, too."""
    (dataset.root / dataset.state_path("google/other")).mkdir()
    with pytest.raises(DatasetError, match="not a state file, restore it from git"):
        dataset.state("google/other")


# ---------------------------------------------------------------------------------------------- cards

TEXT = card_files.encode(FLASH)
FILE = "ratecards/cards/google/gemini-api/flash.yaml"
DAMAGED = {
    "merge markers": TEXT.replace("rates:\n- ", "<<<<<<< ours\nrates:\n- "),
    "truncated": TEXT[: len(TEXT) // 2],
    "truncated number": TEXT[: TEXT.index('price: "0.5') + len('price: "0')],
    "empty": "",
    "other schema": TEXT.replace("schema: 1", "schema: 2"),
    "other bytes": "\udcff",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_card(dataset, text):
    """The whole baseline is refused, by a message that names the file."""
    (dataset.root / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DatasetError, match="damaged baseline, restore it from git: ") as raised:
        dataset.cards(NAME)

    assert ("flash.yaml" in str(raised.value)) is (text != "\udcff")
    with pytest.raises(DatasetError):
        current_cards(dataset, NAME, STATE)


def test_a_card_cut_at_a_line(dataset):
    """Valid YAML with fewer rates: the history knows of more, so that the rest is not news."""
    write(dataset.root, FILE, TEXT[: TEXT.rindex("- service_tier")])

    assert 1 == len(dataset.cards(NAME)["flash"].rates)
    with pytest.raises(DatasetError, match="damaged baseline, the history does not fold to flash; restore it from git"):
        current_cards(dataset, NAME, STATE)


def test_a_missing_card(dataset):
    """The state knows which there must be, and where that is lost, the history does."""
    (dataset.root / FILE).unlink()
    with pytest.raises(
        DatasetError, match=r"damaged baseline: missing \['flash'\], unexpected \[\]; restore it from git"
    ):
        dataset.cards(NAME, STATE.models)
    with pytest.raises(DatasetError, match=r"damaged baseline.*flash; restore it from git"):
        current_cards(dataset, NAME, State())


def test_all_cards_missing(dataset):
    """An empty folder is not a first run."""
    for path in (dataset.root / FILE).parent.iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match=r"missing \['flash', 'pro'\]"):
        dataset.cards(NAME, STATE.models)
    with pytest.raises(DatasetError, match=r"damaged baseline.*flash, pro; restore it from git"):
        current_cards(dataset, NAME, State())


def test_a_card_too_many(dataset):
    """A card that nobody published."""
    write(dataset.root, FILE.replace("flash", "extra"), card_files.encode(card(model="extra")))
    with pytest.raises(DatasetError, match=r"missing \[\], unexpected \['extra'\]"):
        dataset.cards(NAME, STATE.models)


@pytest.mark.parametrize(
    "other",
    [card(model="ultra"), card(source="vertex-ai"), card(provider="openai")],
    ids=["model", "source", "provider"],
)
def test_a_card_under_a_wrong_name(dataset, other):
    """A card that was copied or renamed by hand."""
    write(dataset.root, FILE, card_files.encode(other))
    with pytest.raises(DatasetError, match=f"holds the card of {other.provider}/{other.source} {other.model}"):
        dataset.cards(NAME)


def test_a_card_that_is_a_folder(dataset):
    """What the system refuses is a verdict, too."""
    (dataset.root / FILE).unlink()
    (dataset.root / FILE).mkdir()
    with pytest.raises(DatasetError, match="damaged baseline, restore it from git"):
        dataset.cards(NAME)


def test_windows_line_ends(dataset):
    """A checkout that turned them is the same baseline."""
    (dataset.root / FILE).write_bytes(TEXT.replace("\n", "\r\n").encode())

    assert FLASH == dataset.cards(NAME)["flash"]


# ---------------------------------------------------------------------------------------------- history

LINES = "".join(map(history.line, LOG))
HISTORIES = {
    "merge markers": f"<<<<<<< ours\n{LINES}=======\n{LINES}>>>>>>> theirs\n",
    "truncated": LINES[:-30],
    "other bytes": "\udcff",
    "other": "[]\n",
}


@pytest.mark.parametrize("text", HISTORIES.values(), ids=HISTORIES)
def test_a_damaged_history(dataset, text):
    """It is refused, and so is the baseline that it should give."""
    path = dataset.root / dataset.history_path(NAME)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DatasetError, match="damaged history, restore it from git: "):
        dataset.changes(NAME)
    with pytest.raises(DatasetError):
        current_cards(dataset, NAME, STATE)


def test_a_history_cut_at_a_line(dataset):
    """It reads, and does not fold to the cards."""
    write(dataset.root, dataset.history_path(NAME), history.line(LOG[0]))

    assert LOG[:1] == dataset.changes(NAME)
    with pytest.raises(DatasetError, match="the history does not fold to pro"):
        current_cards(dataset, NAME, STATE)


def test_a_history_that_is_a_folder(dataset):
    """What the system refuses is a verdict, too."""
    (dataset.root / dataset.history_path("google/other")).mkdir()
    with pytest.raises(DatasetError, match="damaged history, restore it from git"):
        dataset.changes("google/other")
