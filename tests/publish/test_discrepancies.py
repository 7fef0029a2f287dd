"""The ledger's files as refreshes write them: the March story end to end, grace, decisions, damage."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from scraper.diff.cross_source import JoinedSources, PairRule, between
from scraper.errors import DatasetError
from scraper.model import State
from scraper.publish import discrepancies
from scraper.publish.dataset import Dataset
from scraper.storage import discrepancies as book
from tests.support import ai_studio_body as picker
from tests.support.kit import card, cards, rate
from tests.support.workshop import GEMINI, Ran, Workshop, facts, outcomes, pages, prepared

STUDIO = "google/ai-studio"
MODEL = "gemini-3.1-flash-image-preview"
PAIR = "ratecards/discrepancies/google.gemini-api--google.ai-studio.yaml"
OWN = "ratecards/discrepancies/google.gemini-api.yaml"


def documentation(day: str, text_in: str = "$0.25", text_out: str = "$1.50", **more: dict | None) -> dict:
    """The pricing page of a day: the image model at these prices, beside five others."""
    rows = [
        ["Input price", "Not available", f"{text_in} (text / image)"],
        ["Output price", "Not available", [f"{text_out} (text and thinking)", "$60.00 (images)"]],
    ]
    image = {"name": "Gemini 3.1 Flash Image Preview", "tabs": {"Standard": rows}}
    return facts(f"{day}T06:00:00Z", updated=day, gemini_1=None, **{MODEL.replace("-", "_"): None}, **more) | {
        "models": {
            **facts(gemini_1=None)["models"],
            MODEL: image,
        }
    }


def answer(text_in: str = "0.5", text_out: str = "3") -> str:
    """AI Studio's answer about the one model."""
    record = picker.load("march-2026")["models"][0]
    record["input"] = [[None, 1, text_in, None, label] for label in ("Text", "Image")]
    record["output"] = [[None, 1, text_out, None, "Text"], [None, 1, "60", None, "Image"]]
    return picker.body([picker.record(record)])


@dataclass
class Desk:
    """Two sources over one dataset."""

    shop: Workshop
    folder: Path
    names: itertools.count = field(default_factory=itertools.count)

    def page(self, day: str, *prices: str) -> Ran:
        return self.shop.refresh(documentation(day, *prices), words=("--now", f"{day}T06:00:00Z"))

    def studio(self, day: str, *prices: str) -> Ran:
        path = self.folder / f"{day}-{next(self.names)}.json"
        path.write_text(answer(*prices), encoding="utf-8")
        return self.shop.run("refresh", STUDIO, "--from", path, "--to", self.shop.root, "--now", f"{day}T06:00:00Z")

    def backfill(self, day: str, *prices: str) -> Ran:
        path = self.folder / f"{day}.html"
        path.write_bytes(pages(documentation(day, *prices))["html"])
        return self.shop.run("backfill", GEMINI, path, "--to", self.shop.root)

    def forget(self) -> None:
        (self.shop.root / "ratecards/v1/discrepancies.json").unlink()

    @property
    def published(self) -> dict:
        return self.shop.published("discrepancies.json")

    @property
    def entries(self) -> list[dict]:
        return self.published["discrepancies"]

    def states(self) -> list[tuple[str, str]]:
        return sorted((e["meter"], e["state"]) for e in self.entries)

    def decide(self, word: str, key: str, because: str = "the picker is early", day: str = "2026-03-04") -> Ran:
        return self.shop.run(word, key, "--because", because, "--to", self.shop.root, "--now", day)


@pytest.fixture
def desk(workshop, tmp_path) -> Desk:
    return Desk(workshop, tmp_path)


@pytest.fixture
def march(desk, tmp_path_factory) -> Desk:
    """Both sources read on 2026-03-03: two differences."""

    def both() -> None:
        assert 0 == desk.page("2026-03-03").code
        assert 0 == desk.studio("2026-03-03").code

    prepared(desk.shop.root, tmp_path_factory.getbasetemp() / "march", both)
    return desk


# --------------------------------------------------------------------------------------- the March story


def test_the_march_story_opens_two_and_agrees_once(march):
    """Documentation 0.25 / 1.50 / 60 against AI Studio's 0.50 / 3 / 60: two open, and the images agree."""
    coverage = march.published["coverage"]["google.gemini-api--google.ai-studio"]

    assert [("input", "open"), ("output", "open")] == march.states()
    assert {"input": ("0.25", "0.5", "0.5", "2"), "output": ("1.5", "3", "3", "2")} == {
        e["meter"]: (e["left"]["price"], e["right"]["price"], e["conservative"], e["ratio"]) for e in march.entries
    }
    assert [["image", "text"], ["text"]] == sorted(e["modalities"] for e in march.entries)
    # text and image input, text output; image output
    assert (1, 3) == (coverage["agree"], coverage["differ"])
    assert {PAIR, OWN} == {p for p in march.shop.files if p.startswith("ratecards/discrepancies/")}


def test_the_march_story_closes_both_and_names_who_moved(march):
    """Three weeks later the documentation says 0.50 / 3.00: both close on that day."""
    march.studio("2026-03-24")
    ran = march.page("2026-03-24", "$0.50", "$3.00")

    assert 0 == ran.code
    assert "discrepancies: 0 open, 0 accepted, 0 explained; 0 new, 2 closed" in ran.out
    assert [("closed", "2026-03-24", GEMINI)] * 2 == [(e["state"], e["closed_on"], e["moved"]) for e in march.entries]
    assert ["0.5", "3"] == sorted(e["conservative"] for e in march.entries)
    assert ["2026-03-03"] * 2 == [e["first_seen"] for e in march.entries]
    coverage = march.published["coverage"]["google.gemini-api--google.ai-studio"]
    assert (4, 0) == (coverage["agree"], coverage["differ"])


def test_the_summary_counts_what_is_new(desk):
    """The look that brings the second source announces both differences, the next one none."""
    desk.page("2026-03-03")
    first, second = desk.studio("2026-03-03"), desk.studio("2026-03-04")

    assert "discrepancies: 2 open, 0 accepted, 0 explained; 2 new, 0 closed" in first.out
    assert "discrepancies: 2 open, 0 accepted, 0 explained; 0 new, 0 closed" in second.out


def test_a_run_with_nothing_new_writes_nothing(march):
    """The same pages on the same day leave every byte."""
    before = march.shop.files
    page, studio = march.page("2026-03-03"), march.studio("2026-03-03")

    assert [("UNCHANGED", True)] * 2 == [
        (found, "nothing to write" in ran.out) for ran in (page, studio) for found in outcomes(ran.out).values()
    ]
    assert before == march.shop.files


# ------------------------------------------------------------------------------------------ grace


def test_a_difference_by_a_move_waits_three_days(desk):
    """The picker moves first: nothing is published of it until the page has had its three days."""
    desk.page("2026-03-03", "$0.50", "$3.00")
    desk.studio("2026-03-03")
    seen = {"2026-03-03": desk.states()}
    for day in ("2026-03-04", "2026-03-05", "2026-03-06", "2026-03-07"):
        desk.page(day, "$0.50", "$3.00")
        desk.studio(day, "0.75", "3")
        seen[day] = desk.states()

    assert {"2026-03-07": [("input", "open")]} == {day: found for day, found in seen.items() if found}
    assert "2026-03-04" == desk.entries[0]["first_seen"]


def test_a_side_that_catches_up_in_time_was_never_a_discrepancy(desk):
    """The page follows within the window: nothing was ever open, and nothing is left in the file."""
    desk.page("2026-03-03", "$0.50", "$3.00")
    desk.studio("2026-03-03")
    desk.page("2026-03-04", "$0.50", "$3.00")
    desk.studio("2026-03-04", "0.75", "3")
    waiting = book.decode((desk.shop.root / PAIR).read_text(), PAIR)[0]
    desk.studio("2026-03-05", "0.75", "3")
    desk.page("2026-03-05", "$0.75", "$3.00")

    assert [("input", "waiting")] == [(e.meter, e.state) for e in waiting]
    assert [] == desk.entries
    assert ([], {}) == book.decode((desk.shop.root / PAIR).read_text(), PAIR)


# ---------------------------------------------------------------------------------------- decisions


@pytest.mark.parametrize(("word", "state"), [("accept", "accepted"), ("explain", "explained")])
def test_a_decision_stands_on_the_next_refresh(march, word, state):
    """A person's words are kept in the file and in v1, and stay there while the values do."""
    key = next(e["id"] for e in march.entries if e["meter"] == "input")
    ran = march.decide(word, key)
    decided = march.states()
    march.page("2026-03-09")
    after = march.studio("2026-03-09")
    entry = next(e for e in march.entries if e["id"] == key)

    assert (0, f"{state} {key}; wrote 3 files\n") == (ran.code, ran.out)
    assert [("input", state), ("output", "open")] == decided == march.states()
    assert (state, "the picker is early", "2026-03-04") == (entry["state"], entry["because"], entry["last_seen"])
    assert "0 new, 0 closed" in after.out


def test_an_accepted_difference_returns_when_a_value_moves(march):
    """The word held for exactly these values: others are another entry, which waits and then opens."""
    key = next(e["id"] for e in march.entries if e["meter"] == "input")
    march.decide("accept", key)
    for day in ("2026-03-09", "2026-03-12"):
        march.studio(day)
        march.page(day, "$0.30", "$1.50")
    found = {e["left"]["price"]: (e["state"], e.get("moved", "")) for e in march.entries if e["meter"] == "input"}

    assert {"0.25": ("closed", GEMINI), "0.3": ("open", "")} == found


@pytest.mark.parametrize("word", ["accept", "explain"])
def test_deciding_on_nothing_is_a_usage_error(march, word):
    """An id that is not there is named, with exit 2, and nothing is written."""
    before = march.shop.files
    ran = march.decide(word, "nope")

    assert (2, "", f"{word}: no open discrepancy 'nope'\n") == (ran.code, ran.out, ran.err)
    assert before == march.shop.files


def test_a_closed_difference_is_not_decided_on(march):
    """What is over needs no word."""
    key = march.entries[0]["id"]
    march.studio("2026-03-24")
    march.page("2026-03-24", "$0.50", "$3.00")

    assert 2 == march.decide("accept", key, day="2026-03-25").code


# ------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize(
    "text",
    [
        b"<<<<<<< HEAD\nschema: 1\nentries: []\n",
        b"schema: 1\n",
        b"schema: 2\nentries: []\n",
        b"schema: 1\nentries:\n- id: x\n",
        b"\xff\xfe",
        b'schema: 1\nentries:\n- {id: x, state: open, left: {price: "none"}, right: {}}\n',
        b"",
    ],
    ids=["markers", "cut", "version", "entry", "bytes", "price", "empty"],
)
def test_a_damaged_ledger_is_an_error_and_nothing_is_written(march, text):
    """The file is named, git is pointed at, and not one byte moves."""
    (march.shop.root / PAIR).write_bytes(text)
    before = march.shop.files
    ran = march.page("2026-03-24", "$0.50", "$3.00")
    decided = march.decide("accept", "nope")

    assert (1, 1) == (ran.code, decided.code)
    assert ran.err.splitlines()[-1].startswith("refresh: damaged ledger, restore it from git:")
    assert PAIR in ran.err
    assert decided.err.startswith("accept: damaged ledger, restore it from git:")
    assert before == march.shop.files


def test_a_ledger_that_is_no_file_is_damage(tmp_path):
    """A folder in its place is named like any damage."""
    (tmp_path / discrepancies.path_of("a--b")).mkdir(parents=True)

    with pytest.raises(DatasetError, match="restore it from git"):
        discrepancies.known(Dataset(tmp_path), "a--b")


def test_a_damaged_publication_is_rebuilt(march):
    """`v1` follows from the ledger's files: what is damaged there stops nobody."""
    good = march.shop.files["ratecards/v1/discrepancies.json"]
    for day, text in enumerate((b"<<<<<<< HEAD\n", b"[]\n", b'{"discrepancies": [5]}', b"\xff"), 4):
        (march.shop.root / "ratecards/v1/discrepancies.json").write_bytes(text)
        ran = march.page(f"2026-03-0{day}")
        assert (0, True) == (ran.code, "2 open, 0 accepted, 0 explained; 0 new, 0 closed" in ran.out)
        assert len(good.splitlines()) == len(march.shop.files["ratecards/v1/discrepancies.json"].splitlines())


@pytest.mark.parametrize("text", [None, b"<<<<<<< HEAD\n", b"[]", b"{}"], ids=["missing", "markers", "list", "bare"])
def test_a_decision_needs_the_publication(march, text):
    """Coverage stands in `v1` alone: without it a decision is refused and nothing is written."""
    path = march.shop.root / "ratecards/v1/discrepancies.json"
    key = march.entries[0]["id"]
    path.unlink()
    if text:
        path.write_bytes(text)
    before = march.shop.files
    ran = march.decide("accept", key)

    assert (1, "accept: ") == (ran.code, ran.err[:8])
    assert "discrepancies.json" in ran.err
    assert before == march.shop.files


# ---------------------------------------------------------------------------------------- the pieces


def test_a_dataset_without_a_ledger(tmp_path):
    """Nothing is known before the first look."""
    dataset = Dataset(tmp_path)

    assert ([], {}) == discrepancies.known(dataset, "a--b")
    assert [] == discrepancies.stems(dataset)
    assert ({}, [], {}) == discrepancies.keep(dataset, {}, {})
    assert "discrepancies: 0 open, 0 accepted, 0 explained; 0 new, 0 closed" == discrepancies.summary(dataset, [])


def test_a_source_read_in_part_only_has_a_day(tmp_path):
    """No look without gaps yet: the day is that of the last look all the same, not the first of all days."""
    left = cards(card(rate("0.25", modality="text", model=MODEL), model=MODEL))
    right = cards(card(rate("0.5", source="ai-studio", model=MODEL), model=MODEL, source="ai-studio"))
    states = {name: State(observed="2026-03-03T06:00:00Z") for name in (GEMINI, STUDIO)}
    _, entries, _ = discrepancies.keep(Dataset(tmp_path), {GEMINI: left, STUDIO: right}, states)

    assert [date(2026, 3, 3)] == [e.first_seen for e in entries]


def test_sources_are_compared_as_of_the_day_both_were_read(march):
    """The page moved after the picker was last read: the comparison is still that of the earlier day."""
    march.page("2026-03-24", "$0.50", "$3.00")

    assert [("input", "open", "2026-03-03"), ("output", "open", "2026-03-03")] == sorted(
        (e["meter"], e["state"], e["last_seen"]) for e in march.entries
    )


def test_a_source_first_read_later_stands_as_first_read(desk):
    """The picker was read before the page's first day: the page stands as it was first read."""
    desk.studio("2026-03-03")
    desk.page("2026-03-09")

    assert [("input", "open", "2026-03-09"), ("output", "open", "2026-03-09")] == sorted(
        (e["meter"], e["state"], e["first_seen"]) for e in desk.entries
    )


def test_counts_of_a_comparison():
    """Agreements, differences, and what one side alone prices."""
    left, right = rate("0.5"), rate("0.25", source="ai-studio")
    empty = {"agree": 0, "differ": 0, "only_left": 0, "only_right": 0}

    assert empty == discrepancies.counts(JoinedSources())
    assert empty | {"only_left": 1, "only_right": 2} == discrepancies.counts(JoinedSources([], [left], [right, right]))


def test_waiting_entries_are_not_published():
    """`v1` has every entry but those that only wait."""
    left = cards(card(rate("0.25", modality="text")))
    right = cards(card(rate("0.5", source="ai-studio"), source="ai-studio"))
    entries, _ = between(PairRule(GEMINI, STUDIO), left, right, date(2026, 3, 3))

    assert ["waiting"] == [e.state for e in entries]
    assert {"version": 1, "coverage": {}, "discrepancies": []} == json.loads(discrepancies.published(entries, {}))
    opened = [replace(e, state="open") for e in entries]
    assert ["open"] == [e["state"] for e in json.loads(discrepancies.published(opened, {}))["discrepancies"]]


# what the page does next -> whether its history has to be replayed for a picker read long ago
LATER = {
    "moves": (lambda desk: desk.page("2026-03-24", "$0.50", "$3.00"), False),
    "moves, and again": (lambda desk: (desk.page("2026-03-24", "$0.50"), desk.page("2026-03-25", "$0.75")), False),
    "the picker moves": (lambda desk: (desk.page("2026-03-24"), desk.studio("2026-03-24", "0.7")), False),
    "a picker of a day before": (
        lambda desk: (desk.page("2026-03-24", "$0.50"), desk.studio("2026-03-10", "0.5")),
        True,
    ),
    "an edition in between": (
        lambda desk: (desk.page("2026-03-24", "$0.50"), desk.backfill("2026-03-02", "$0.35")),
        True,
    ),
    "an edition of the day of the comparison": (
        lambda desk: (
            desk.page("2026-03-24", "$0.50"),
            desk.studio("2026-03-10", "0.5"),
            desk.backfill("2026-03-10", "$0.35"),
        ),
        True,
    ),
    "coverage lost": (lambda desk: (desk.forget(), desk.page("2026-03-24", "$0.50")), True),
}


@pytest.mark.parametrize(("later", "replays"), LATER.values(), ids=LATER)
def test_what_is_kept_is_what_a_comparison_of_all_gives(march, monkeypatch, later, replays):
    """A pair that nothing has moved on its day is not compared again, and is what comparing it again would give."""
    asked = []
    days = Dataset.days
    monkeypatch.setattr(Dataset, "days", lambda self, name, *more: asked.append(name) or days(self, name, *more))
    later(march)
    kept = march.published, (march.shop.root / PAIR).read_text(encoding="utf-8")

    assert (GEMINI in asked) is replays
    march.shop.run("rebuild", "--to", march.shop.root, "--now", "2026-03-25")
    assert kept == (march.published, (march.shop.root / PAIR).read_text(encoding="utf-8"))


def test_a_page_first_read_after_the_picker_is_compared_each_day(desk):
    """There is no day on which both had been read, so the page's last counts, and moves with each look."""
    desk.studio("2026-03-03")
    desk.page("2026-03-09")
    desk.page("2026-03-10", "$0.30")

    assert "2026-03-10" == next(e["left"]["observed"] for e in desk.entries if e["meter"] == "output")
