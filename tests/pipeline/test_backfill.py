"""History from kept pages: in order, out of order, twice, with a better parser; folded as of each day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ratecards.__main__ import main
from ratecards.storage import history
from scraper import ROOT
from scraper.publish.dataset import Dataset
from tests.support import tiny
from tests.support.workshop import ACME, GEMINI, Ran, Workshop, facts, model, outcomes, pages, tree

DAYS = ("2026-01-10", "2026-02-10", "2026-03-10")
EDITIONS = {
    "2026-01-10": {"m-1": {"input": "1"}, "m-2": {"input": "2"}, "m-9": {"input": "9"}},
    "2026-02-10": {"m-1": {"input": "1"}, "m-2": {"input": "20"}, "m-3": {"input": "3"}},
    "2026-03-10": {"m-1": {"input": "1.5"}, "m-2": {"input": "20"}, "m-3": {"input": "3"}, "m-4": {"input": "4"}},
}


@pytest.fixture(autouse=True)
def registered(acme) -> None:
    """The test source can be imported."""


def saved(folder: Path, day: str, body: bytes | None = None) -> Path:
    """A page saved under its day."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{day}.json"
    path.write_bytes(tiny.page(EDITIONS[day], updated=day) if body is None else body)
    return path


@pytest.fixture
def fill(workshop, tmp_path):
    """Backfills from the editions of these days (or these files), in this order."""

    def call(*days: str | Path, words: tuple = ()) -> Ran:
        files = [saved(tmp_path / "pages", d) if isinstance(d, str) else d for d in days]
        return workshop.run("backfill", ACME.name, *files, "--to", workshop.root, *words)

    return call


def folded(workshop: Workshop, day: str = "", known: str = "") -> dict[str, dict[str, str]]:
    """Prices by model and meter as the history tells them for a day."""
    log = Dataset(workshop.root).changes(ACME.name)
    cards = history.replay(log, until=date.fromisoformat(day) if day else None, known=known)
    return {m: {r.meter: f"{r.price}" for r in card.rates} for m, card in cards.items()}


def log(workshop: Workshop) -> list[tuple[str, str, str]]:
    """Day, kind and model of each line, in the order of the file."""
    text = "".join((workshop.root / path).read_text() for path in Dataset(workshop.root).history_paths(ACME.name))
    lines = [json.loads(line) for line in text.splitlines()]
    return [(c["observed"], c["kind"] + ("!" if c.get("correction") else ""), c["model"]) for c in lines]


def state(workshop: Workshop) -> dict:
    return json.loads((workshop.root / "state/acme/tiny.json").read_text())


IN_ORDER = [
    *(("2026-01-10", "model_added", name) for name in ("m-1", "m-2", "m-9")),
    ("2026-02-10", "repriced", "m-2"),
    ("2026-02-10", "model_added", "m-3"),
    ("2026-02-10", "model_removed", "m-9"),
    ("2026-03-10", "repriced", "m-1"),
    ("2026-03-10", "model_added", "m-4"),
]


def test_three_editions_in_order(workshop, fill):
    """Each change at the day it was observed, recorded now; no holds; the cards are the last edition's."""
    ran = fill(*DAYS, words=("--now", "2026-04-01T00:00:00Z"))
    assert (0, "CHANGED") == (ran.code, outcomes(ran.out)[ACME.name])
    assert IN_ORDER == log(workshop)
    assert EDITIONS == {day: folded(workshop, day) for day in DAYS}
    recorded = {c.stamp.recorded for c in Dataset(workshop.root).changes(ACME.name)}
    assert {"2026-04-01T00:00:00Z"} == recorded
    assert ("2026-03-10", "2026-03-10T00:00:00Z", {}) == tuple(
        state(workshop)[n] for n in ("verified", "observed", "holds")
    )
    assert 0 == workshop.check("2026-04-01").code


def test_files_are_taken_in_order_of_date(workshop, fill):
    """However they are named on the command line."""
    fill(DAYS[2], DAYS[0], DAYS[1])
    assert IN_ORDER == log(workshop)


def test_twice_is_once(workshop, fill):
    """The second time writes nothing, state included."""
    fill(*DAYS)
    before = workshop.files
    ran = fill(*DAYS)
    assert (0, 3, before) == (ran.code, ran.out.count("nothing to write"), workshop.files)


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 0, 2), (0, 2, 1)])
def test_one_at_a_time_out_of_order(workshop, fill, order):
    """An older edition takes its place before newer ones, which still say what they said, what was gone included."""
    for number, position in enumerate(order):
        fill(DAYS[position], words=("--now", f"2026-04-0{number + 1}T00:00:00Z"))
    assert EDITIONS == {day: folded(workshop, day) for day in DAYS}
    assert EDITIONS[DAYS[2]] == folded(workshop)
    assert {"m-1", "m-2", "m-3", "m-4"} == set(state(workshop)["models"])
    assert "2026-03-10" == state(workshop)["verified"]
    assert 0 == workshop.check("2026-04-09").code
    before = workshop.files
    fill(*DAYS)
    assert before == workshop.files


def test_an_older_edition_does_not_touch_what_the_newest_look_left(workshop, fill):
    """Only the models there are may change in the state."""
    fill(DAYS[2])
    before = state(workshop)
    fill(DAYS[0])
    assert before == state(workshop)


def test_what_an_edition_in_between_changes_for_later_ones_is_recorded_once_more(workshop, fill):
    """A price that was 1 before and after it: there and back, both at their days."""
    middle = {**EDITIONS["2026-02-10"], "m-1": {"input": "1.2"}}
    fill(DAYS[0])
    third = {**EDITIONS["2026-02-10"]}
    fill(saved(workshop.root.parent, "2026-03-10", tiny.page(third)))
    fill(saved(workshop.root.parent, "2026-02-10", tiny.page(middle)))
    assert [("2026-02-10", "repriced", "m-1"), ("2026-03-10", "repriced", "m-1")] == [
        line for line in log(workshop)[6:] if line[2] == "m-1"
    ]
    assert (middle, third) == (folded(workshop, "2026-02-10"), folded(workshop, "2026-03-10"))
    assert 0 == workshop.check("2026-04-01").code


# ---------------------------------------------------------------------------------------- corrections


def better(monkeypatch, old: str, new: str) -> None:
    """From now on the parser reads something else."""
    original = tiny.read
    monkeypatch.setattr(tiny, "PARSER", "2")
    monkeypatch.setattr(tiny, "read", lambda body: original(body.replace(old, new)))


def test_a_better_parser_corrects_each_edition_at_its_own_day(workshop, fill, monkeypatch):
    """What was recorded stays; folding to each day gives the new readings, and to what was known then the old."""
    fill(*DAYS, words=("--now", "2026-04-01T00:00:00Z"))
    before = workshop.files["ratecards/history/acme/tiny.2026.jsonl"]
    better(monkeypatch, '"1"', '"1.1"')
    fill(*DAYS, words=("--now", "2026-05-01T00:00:00Z"))
    assert workshop.files["ratecards/history/acme/tiny.2026.jsonl"].startswith(before)
    assert [("2026-01-10", "repriced!", "m-1")] == log(workshop)[len(IN_ORDER) :]
    assert ["1.1", "1.1", "1.5"] == [folded(workshop, day)["m-1"]["input"] for day in DAYS]
    assert EDITIONS == {day: folded(workshop, day, "2026-04-01T00:00:00Z") for day in DAYS}
    assert 0 == workshop.check("2026-05-01").code


def test_a_correction_may_take_away_what_later_lines_speak_of(workshop, fill, monkeypatch):
    """m-2's input was an output all along: its later line finds nothing, the later editions are corrected, too."""
    fill(*DAYS)
    better(monkeypatch, '"m-2": {"input"', '"m-2": {"output"')
    fill(*DAYS)
    expected = {day: {**prices, "m-2": {"output": prices["m-2"]["input"]}} for day, prices in EDITIONS.items()}
    assert expected == {day: folded(workshop, day) for day in DAYS}
    assert {"!"} == {kind[-1] for _, kind, _ in log(workshop)[len(IN_ORDER) :]}
    assert 0 == workshop.check("2026-05-01").code
    before = workshop.files
    fill(*DAYS)
    assert before == workshop.files


def test_a_correction_may_take_away_a_model(workshop, fill, monkeypatch):
    """m-2 was never on the page: its later lines have no card to change."""
    fill(*DAYS)
    original = tiny.read

    def without(body: str) -> object:
        found = json.loads(body)
        found["models"].pop("m-2")
        return original(json.dumps(found))

    monkeypatch.setattr(tiny, "read", without)
    fill(*DAYS)
    assert not any("m-2" in folded(workshop, day) for day in DAYS)
    assert 0 == workshop.check("2026-05-01").code


def test_an_older_edition_stays_quoted_as_it_was(workshop, fill, monkeypatch):
    """A parser that only calls the places otherwise corrects nothing; the newest edition has the new names."""
    fill(*DAYS)
    original = tiny.read

    def elsewhere(body: str) -> object:
        found = original(body)
        for section in found.sections:
            section.cards = [
                replace(d, rates=tuple(replace(r, evidence=replace(r.evidence, locator="here")) for r in d.rates))
                for d in section.cards
            ]
        return found

    monkeypatch.setattr(tiny, "PARSER", "2")
    monkeypatch.setattr(tiny, "read", elsewhere)
    fill(*DAYS)
    assert {("2026-03-10", "reworded!")} == {(day, kind) for day, kind, _ in log(workshop)[len(IN_ORDER) :]}
    assert 0 == workshop.check("2026-05-01").code


def test_an_edition_that_changed_nothing_is_known_all_the_same(workshop, fill, monkeypatch, tmp_path):
    """What a better parser makes of the newest one is a correction, although the history has no line of it."""
    fill(DAYS[0])
    quiet = saved(tmp_path / "pages", "2026-02-10", tiny.page(EDITIONS[DAYS[0]], updated="2026-02-10"))
    fill(quiet)
    better(monkeypatch, '"m-1": {"input": "1"}', '"m-1": {"input": "1.1"}')
    fill(quiet)
    assert [("2026-02-10", "repriced!", "m-1")] == log(workshop)[3:]


def test_a_corrected_edition_alone_leaves_a_sound_dataset(workshop, fill, monkeypatch):
    """The correction holds on until a later edition said something else."""
    fill(*DAYS)
    better(monkeypatch, '"m-1": {"input": "1"}', '"m-1": {"input": "1.1"}')
    fill(DAYS[0])
    assert ["1.1", "1.1", "1.5"] == [folded(workshop, day)["m-1"]["input"] for day in DAYS]
    assert 0 == workshop.check("2026-05-01").code


# --------------------------------------------------------------------------------------- other outcomes


def test_an_edition_that_cannot_be_read_does_not_stop_the_others(workshop, fill, tmp_path):
    """The highest exit wins."""
    broken = saved(tmp_path / "pages", "2026-02-10", tiny.page(broken="a wall"))
    ran = fill(DAYS[0], broken, DAYS[2])
    assert 4 == ran.code
    assert "acme/tiny: json: a wall" in ran.out
    assert (EDITIONS[DAYS[0]], EDITIONS[DAYS[2]]) == (folded(workshop, "2026-02-20"), folded(workshop))


def test_a_partly_read_newest_edition_is_the_newest_look(workshop, fill, tmp_path):
    """Its gap is in the state."""
    fill(DAYS[0])
    rest = tiny.page(EDITIONS[DAYS[1]], unread={"m-20": "?"})
    assert 4 == fill(saved(tmp_path / "pages", "2026-02-10", rest)).code
    assert ("PARTLY_READ", ["m-20"]) == (state(workshop)["outcome"], state(workshop)["unread"])


def test_both_representations_of_a_day_are_one_edition(workshop, tmp_path):
    """HTML and twin of the pricing page, read together."""
    (tmp_path / "pages").mkdir()
    files = []
    for kind, body in pages(facts()).items():
        files.append(tmp_path / "pages" / f"2026-11-01.{kind}")
        files[-1].write_bytes(body)
    ran = workshop.run("backfill", GEMINI, *files, "--to", workshop.root, "--now", "2026-11-20")
    assert (0, 1) == (ran.code, ran.out.count("wrote"))
    assert {"html", "md.txt"} == workshop.state["hashes"].keys()


def test_representations_that_disagree_are_suspect(workshop, tmp_path):
    """Nothing is written."""
    html, twin = tmp_path / "2026-11-01.html", tmp_path / "2026-11-01.md"
    html.write_bytes(pages(facts())["html"])
    twin.write_bytes(pages(facts(gemini_2=model("Gemini 2", "$7.00")))["md.txt"])
    ran = workshop.run("backfill", GEMINI, html, twin, "--to", workshop.root)
    assert (5, {}) == (ran.code, workshop.files)


def test_a_date_for_names_that_say_none(workshop, tmp_path):
    """`--date` is the day of all of them."""
    path = tmp_path / "saved page.json"
    path.write_bytes(tiny.page(EDITIONS[DAYS[0]]))
    assert 1 == workshop.run("backfill", "tiny", path, "--to", workshop.root).code
    assert 0 == workshop.run("backfill", "tiny", path, "--to", workshop.root, "--date", "2026-01-11").code
    assert {"2026-01-11"} == {day for day, *_ in log(workshop)}


def test_two_pages_of_one_day_are_refused_before_anything_is_written(workshop, fill, tmp_path):
    """Exit 1, naming the second."""
    other = tmp_path / "2026-01-10.json"
    other.write_bytes(tiny.page(EDITIONS[DAYS[1]]))
    ran = fill(DAYS[0], other)
    assert (1, {}) == (ran.code, workshop.files)
    assert f"{other}: a second json page of 2026-01-10" in ran.err


def test_a_damaged_dataset_is_not_built_on(workshop, fill):
    """A card cut between two lines, or a history that does not fold, is refused."""
    fill(DAYS[0])
    path = workshop.root / "ratecards/cards/acme/tiny/m-1.yaml"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    before = workshop.files
    ran = fill(DAYS[1])
    assert (1, before) == (ran.code, workshop.files)
    assert "restore it from git" in ran.err


def test_a_refresh_after_a_backfill_goes_on_from_it(workshop, fill, tmp_path):
    """Only what differs from the last edition is a change, and it may be held."""
    fill(*DAYS)
    later = {**EDITIONS[DAYS[2]], "m-3": {"input": "300"}, "m-4": {"input": "4.4"}}
    folder = tmp_path / "kept" / ACME.name
    folder.mkdir(parents=True)
    for kind in tiny.urls():
        (folder / f"2026-04-10.{kind}").write_bytes(tiny.page(later))
    workshop.run("refresh", ACME.name, "--replay", tmp_path / "kept", "--to", workshop.root)
    assert [("2026-04-10", "repriced", "m-4")] == log(workshop)[len(IN_ORDER) :]
    holds = state(workshop)["holds"]
    fill(*DAYS)
    assert (1, holds) == (len(holds), state(workshop)["holds"])


def test_a_backfilled_newest_edition_keeps_the_holds(workshop, fill):
    """What waits goes on waiting, also where an early file names its one model."""
    fill(DAYS[0])
    path = workshop.root / "state/acme/tiny.json"
    hold = {"since": "2026-01-10T00:00:00+00:00", "looks": 1, "what": "x"}
    path.write_text(json.dumps({**state(workshop), "holds": {"x": {**hold, "model": "m-1"}}}))
    fill(DAYS[1])
    assert {"x": {**hold, "models": ["m-1"]}} == state(workshop)["holds"]


def test_pages_of_the_demo_are_backfilled_as_they_are_refreshed(run, tmp_path):
    """The same editions, from one tool and the other: the same cards and the same changes."""
    demo = ROOT / "examples/demo/replay"
    files = [p for p in sorted((demo / GEMINI).iterdir()) if not p.name.endswith(".json")]
    run("refresh", GEMINI, "--replay", demo, "--to", tmp_path / "refreshed")
    run("backfill", GEMINI, *files, "--to", tmp_path / "filled", "--now", "2026-11-15T06:17:00Z")
    one, other = tree(tmp_path / "refreshed"), tree(tmp_path / "filled")
    assert {p for p in one if "/cards/" in p} == {p for p in other if "/cards/" in p}
    assert {p: b for p, b in one.items() if "/cards/" in p} == {p: b for p, b in other.items() if "/cards/" in p}
    name = f"ratecards/history/{GEMINI}.2026.jsonl"
    assert len(one[name].splitlines()) == len(other[name].splitlines())


# --------------------------------------------------------------------------------------------- copies


def copied(workshop: Workshop, day: str, prices: dict) -> Path:
    """What a mirror made of the page, saved under its day."""
    path = saved(workshop.root.parent, day, tiny.page(prices))
    return path.rename(path.with_name(f"{day}.converted.json"))


BETWEEN = {"m-1": {"input": "1.2"}, "m-2": {"input": "20"}, "m-3": {"input": "3"}, "m-4": {"input": "4"}}


@pytest.fixture
def asked(workshop, capsys):
    """What `ratecards` answers of the workshop's dataset."""

    def call(*words: str) -> str:
        assert 0 == main([*words, "--dataset", str(workshop.root)])
        return capsys.readouterr().out

    return call


def test_a_copy_fills_a_day_and_says_that_it_is_one(workshop, fill, asked):
    """Its day says what it says; the days around it, the cards and the state stay as the page itself has left them."""
    fill(*DAYS)
    before, files = state(workshop), workshop.files
    ran = fill(copied(workshop, "2026-02-20", BETWEEN))
    assert (0, "CHANGED", before) == (ran.code, outcomes(ran.out)[ACME.name], state(workshop))
    assert {**EDITIONS, "2026-02-20": BETWEEN} == {d: folded(workshop, d) for d in (*DAYS, "2026-02-20")}
    marks = [(c.stamp.observed.isoformat(), c.stamp.copied) for c in Dataset(workshop.root).changes(ACME.name)]
    assert {*((day, False) for day in DAYS), ("2026-02-20", True)} == {*marks}
    stamps = {c.stamp.parser for c in Dataset(workshop.root).changes(ACME.name)}
    assert {"1", "copy 1"} == stamps
    cards = {name for name in files if name.startswith("ratecards/cards")}
    assert {name: files[name] for name in cards} == {name: workshop.files[name] for name in cards}
    told = json.loads(workshop.files["ratecards/v1/changes.json"])["changes"]
    assert {"2026-02-20"} == {c["observed"] for c in told if c.get("copied")}
    assert 0 == workshop.check("2026-04-01").code
    assert "2026-02-20  acme tiny, read from a copy of the page" in asked("changes", "--since", "2026-02-20")
    assert "read from a copy of the page" in asked("show", "m-1", "--on", "2026-02-21")
    assert "copy" not in asked("show", "m-1", "--on", "2026-03-11")


@pytest.mark.parametrize("kept", [False, True])
def test_a_day_of_which_the_page_is_known_takes_no_copy(workshop, fill, kept):
    """Known before, or given beside it: it is skipped, and that is said."""
    page = () if kept else ("2026-02-10",)
    if kept:
        fill(*DAYS)
    ran = fill(*page, copied(workshop, "2026-02-10", BETWEEN))
    assert (0, "SKIPPED") == (ran.code, outcomes(ran.out)[ACME.name])
    assert "a copy: what the page itself said on 2026-02-10 is known" in ran.out
    assert EDITIONS["2026-02-10"] == folded(workshop, "2026-02-10")


def test_a_copy_that_was_taken_before_copies_were_marked_can_be_corrected(workshop, fill, monkeypatch):
    """It is the very file that its day was read from."""
    fill(*DAYS)
    page = workshop.root.parent / "pages" / f"{DAYS[1]}.json"
    copy = page.rename(page.with_name(f"{DAYS[1]}.converted.json"))
    before = workshop.files
    assert (0, before) == (fill(copy).code, workshop.files)
    better(monkeypatch, '"20"', '"21"')
    fill(copy)
    assert [(DAYS[1], "repriced!", "m-2")] == log(workshop)[len(IN_ORDER) :]
    assert "21" == folded(workshop, DAYS[1])["m-2"]["input"]


def test_the_day_of_the_last_look_takes_no_copy(workshop, fill):
    """Nothing had changed, so that the history has no line of it; the state knows."""
    fill(DAYS[2], saved(workshop.root.parent, "2026-03-20", tiny.page(EDITIONS[DAYS[2]])))
    ran = fill(copied(workshop, "2026-03-20", BETWEEN))
    assert "a copy: what the page itself said on 2026-03-20 is known" in ran.out


def test_a_copy_is_never_what_is_published(workshop, fill):
    """Newer than the page as it was read itself, it would be."""
    fill(*DAYS)
    before = workshop.files
    ran = fill(copied(workshop, "2026-03-20", BETWEEN))
    assert (5, "SUSPECT", before) == (ran.code, outcomes(ran.out)[ACME.name], workshop.files)
    assert "newer than the page as it was last read itself, on 2026-03-10" in ran.out


def test_a_source_may_begin_with_a_copy(workshop, fill):
    """It vouches for nothing, and the page itself takes its place."""
    fill(copied(workshop, "2026-01-02", BETWEEN))
    assert ("copy 1", {}, {}) == tuple(state(workshop)[name] for name in ("parser", "hashes", "validators"))
    assert Dataset(workshop.root).state(ACME.name).copied
    assert 0 == workshop.check("2026-04-01").code
    fill(copied(workshop, "2026-01-03", EDITIONS[DAYS[0]]))
    assert Dataset(workshop.root).state(ACME.name).copied
    fill(DAYS[0])
    assert ("1", "2026-01-10") == tuple(state(workshop)[name] for name in ("parser", "verified"))
    assert 0 == workshop.check("2026-04-01").code


def test_an_older_edition_announces_nothing_of_today(workshop, tmp_path):
    """The steps of the newest cards are no news of a page that was saved before them."""
    newest, older = tmp_path / "2026-11-20.html", tmp_path / "2026-11-01.html"
    promo = ["$0.75 through December 31, 2026.", "$1.50 starting January 1, 2027."]
    dated = facts("2026-11-20T06:00:00Z", gemini_1=model("Gemini 1", promo))
    newest.write_bytes(pages(dated)["html"])
    older.write_bytes(pages(facts("2026-11-01T06:00:00Z", gemini_2=model("Gemini 2", "$7.00")))["html"])

    assert "announced 2027-01-01" in workshop.run("backfill", GEMINI, newest, "--to", workshop.root).out
    ran = workshop.run("backfill", GEMINI, older, "--to", workshop.root)
    assert (0, 1, 0) == (ran.code, ran.out.count("wrote"), ran.out.count("announced"))
