"""One source never stops another: what is damaged of one is its own verdict, and the others' news is published."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scraper.errors import DatasetError
from scraper.model import Hold, RecentMoves, State
from scraper.publish import schemas, state_file, v1_files
from scraper.publish.dataset import Dataset
from tests.support import tiny
from tests.support.shelves import state
from tests.support.workshop import ACME, GEMINI, Ran, Workshop, facts, keep, model, outcomes, prepared

STAMP = "2026-11-02T06-00-00Z"
PRICED = {"m-1": {"input": "1"}, "m-2": {"input": "2"}}


@pytest.fixture
def shop(workshop: Workshop, acme, tmp_path_factory) -> Workshop:
    """A dataset with a first edition of both sources."""

    def both() -> None:
        folder = next(workshop.kept)
        keep(folder, facts("2026-11-01T06:00:00Z"))
        _put(folder, "2026-11-01T06-00-00Z")
        assert 0 == workshop.run("refresh", "--replay", folder, "--at-once", "--to", workshop.root).code

    prepared(workshop.root, tmp_path_factory.getbasetemp() / "both-sources", both)
    return workshop


def _put(folder: Path, stamp: str = STAMP, models: dict | None = None) -> Path:
    """A good look at the second source; returns its folder."""
    place = folder / ACME.name
    place.mkdir(parents=True, exist_ok=True)
    for kind in tiny.urls():
        (place / f"{stamp}.{kind}").write_bytes(tiny.page(models or PRICED))
    return place


def applied(shop: Workshop, damage: Callable[[Path], object]) -> Ran:
    """Good news of the pricing page beside a damaged look at the other source, as the publishing job applies both."""
    folder = next(shop.kept)
    keep(folder, facts("2026-11-02T06:00:00Z", gemini_1=model("Gemini 1", "$1.20")))
    damage(_put(folder))
    return shop.run("refresh", "--replay", folder, "--at-once", "--to", shop.root, "--now", "2026-11-02T07:00:00Z")


def published(shop: Workshop) -> tuple[str, str]:
    """The input prices of a model of each source."""
    rates = shop.published("rates.json")["rates"]
    found = {r["model"]: r["price"] for r in rates if r["meter"] == "input" and r.get("plan") != "free"}
    return found["gemini-1"], found["m-1"]


LOOKS = {
    "truncated": b'{"failed":',
    "a list": b"[]",
    "without its parts": b"{}",
    "parts of another kind": b'{"failed": [], "not_read": {}, "skipped": ""}',
    "deep": b"[" * 100_000,
    "no text": b"\xff\xfe",
}
HEADERS = {
    "truncated": b"{",
    "a list": b"[]",
    "odd status": b'{"fetched_at": "2026-11-02T06:00:00Z", "url": 5, "status": "x"}',
    "deep": b"[" * 100_000,
}
PAGES: dict[str, Callable[[Path], object]] = {
    "a stamp that is none": lambda place: (place / "2026-99-16T06-17-05Z.json").write_bytes(b"hi"),
    "of no kind": lambda place: (place / f"{STAMP}.exe").write_bytes(b"hi"),
    "a folder": lambda place: (place / "2026-11-02T06-00-05Z.json").mkdir(),
    "a pipe": lambda place: os.mkfifo(place / "2026-11-02T06-00-05Z.json"),
    "a link": lambda place: (place / "2026-11-02T06-00-05Z.json").symlink_to("/etc/passwd"),
    "packed and cut": lambda place: (place / "2026-11-02T06-00-05Z.json").write_bytes(b"\x1f\x8b\x08"),
    "two looks": lambda place: _put(place.parent.parent, "2026-11-02T06-30-00Z"),
}


def check(shop: Workshop, ran: Ran) -> None:
    """The damaged look was in vain, the other source's news is there, and everything holds together."""
    assert (3, {GEMINI: "CHANGED", ACME.name: "NOT_FETCHED"}) == (ran.code, outcomes(ran.out)), ran
    assert ("1.2", "1") == published(shop)
    entry = shop.published("status.json")["sources"][ACME.name]
    assert ("NOT_FETCHED", "2026-11-01") == (entry["outcome"], entry["verified"])
    assert 0 == shop.check("2026-11-03").code


@pytest.mark.parametrize("text", LOOKS.values(), ids=LOOKS)
def test_fault_92_a_damaged_look(shop, text):
    """What did not come cannot be told: nothing came."""
    check(shop, applied(shop, lambda place: (place / f"{STAMP}.look.json").write_bytes(text)))


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS)
def test_fault_92_damaged_headers(shop, text):
    """Of what the page is, and when, nothing is known."""
    check(shop, applied(shop, lambda place: (place / f"{STAMP}.json.headers.json").write_bytes(text)))


@pytest.mark.parametrize("damage", PAGES.values(), ids=PAGES)
def test_fault_92_a_page_that_cannot_be_taken(shop, damage):
    """By its name or by what stands there."""
    check(shop, applied(shop, damage))


@pytest.mark.parametrize("only", [True, False], ids=["damage alone", "beside old editions"])
def test_fault_92_nothing_but_damage(shop, only):
    """It is told, and nothing is changed but that."""
    folder = next(shop.kept)
    place = _put(folder)
    (place / f"{STAMP}.look.json").write_bytes(b"[]")
    if not only:
        keep(folder, facts("2026-10-01T06:00:00Z"))
    before = shop.data
    ran = shop.run("refresh", "--replay", folder, "--at-once", "--to", shop.root, "--now", "2026-11-02T07:00:00Z")

    assert (3, {ACME.name: "NOT_FETCHED"}, before) == (ran.code, outcomes(ran.out), shop.data)
    assert "what was kept of it is damaged" in ran.out


def test_fault_92_a_replay_of_several_days(shop):
    """Damage of one source is told at the end; every edition of the other is read."""
    folder = next(shop.kept)
    for day, price in ((2, "$1.20"), (3, "$1.30")):
        keep(folder, facts(f"2026-11-0{day}T06:00:00Z", gemini_1=model("Gemini 1", price)))
    (_put(folder) / f"{STAMP}.look.json").write_bytes(b"[]")
    ran = shop.run("refresh", "--replay", folder, "--to", shop.root)

    assert (3, {GEMINI: "CHANGED", ACME.name: "NOT_FETCHED"}) == (ran.code, outcomes(ran.out))
    assert ("1.3", "1") == published(shop)


@pytest.mark.parametrize(
    "fault", [KeyError("x"), RuntimeError("https://x.example/?key=SECRET"), UnicodeError("xn--")], ids=repr
)
def test_fault_92_a_look_that_breaks_down(shop, monkeypatch, fault):
    """Whatever it is, it is that source's: the others are looked at."""

    def look(source, *_):
        if source.name == ACME.name:
            raise fault
        return found

    from scraper.fetch.capture import replay
    from scraper.sources import find

    folder = next(shop.kept)
    keep(folder, facts("2026-11-02T06:00:00Z", gemini_1=model("Gemini 1", "$1.20")))
    [found] = replay(folder, find(GEMINI))
    monkeypatch.setattr("scraper.fetch.all_sources.look", look)
    ran = shop.run("refresh", "--to", shop.root, "--now", "2026-11-02T07:00:00Z")

    assert "the look broke down, fix it" in ran.out
    assert "SECRET" not in ran.out
    check(shop, ran)


# ---------------------------------------------------------------------------------------------- states

STATES = {
    "a day that is none": {"verified": "yesterday"},
    "a day written otherwise": {"verified": "20261101"},
    "a hold that is none": {"holds": {"a": 5}},
    "a hold without its day": {"holds": {"a": {"what": "x"}}},
    "an instant without a zone": {"holds": {"a": {"since": "2026-11-01T06:00:00"}}},
    "a step that is none": {"stepped": "x"},
    "a count below zero": {"amounts": {"seen": -1}},
    "an outcome that there is not": {"outcome": "FINE"},
    "a list of something else": {"unread": [5]},
    "a move at no time": {"recent": [{"at": "soon", "appeared": ["m-1", "standard", "paid", "input"]}]},
    "a move of nothing": {"recent": [{"at": "2026-11-01T06:17:00+00:00", "model": "m-1"}]},
    "a price that is none": {
        "recent": [{"at": "2026-11-01T06:17:00+00:00", "model": "m-1", "new": {"meter": "input"}}]
    },
}


@pytest.mark.parametrize(
    ("values", "asked"),
    [*((values, True) for values in STATES.values()), (STATES["a hold that is none"], False)],
    ids=[*STATES, "beside the one that is asked for"],
)
def test_fault_92_a_wrong_value_in_a_state(shop, values, asked):
    """DAMAGED, whether the source is asked for or stands beside: the other one is published, the status is in order."""
    path = shop.root / "state" / f"{ACME.name}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    folder = next(shop.kept)
    keep(folder, facts("2026-11-02T06:00:00Z", gemini_1=model("Gemini 1", "$1.20")))
    _put(folder)
    before = path.read_bytes()
    names = () if asked else (GEMINI,)
    told = shop.published("rates.json")["sources"][ACME.name]
    ran = shop.run(
        "refresh", *names, "--replay", folder, "--at-once", "--to", shop.root, "--now", "2026-11-02T07:00:00Z"
    )

    assert ({GEMINI: "CHANGED"} | ({ACME.name: "DAMAGED"} if asked else {})) == outcomes(ran.out)
    assert (1 if asked else 0, ("1.2", "1"), before) == (ran.code, published(shop), path.read_bytes())
    entry = shop.published("status.json")["sources"][ACME.name]
    assert ("DAMAGED", "") == (entry["outcome"], entry["verified"])
    assert told == shop.published("rates.json")["sources"][ACME.name]
    assert [] == [str(e) for e in SCHEMA.iter_errors(shop.published("status.json"))]
    assert 0 == shop.run("site", "--from", shop.root, "--to", next(shop.kept), "--now", "2026-11-02").code


def test_fault_92_a_damaged_state_and_nothing_published_of_it(shop):
    """Where its share of what is published cannot be told either, nothing is written, and the message says why."""
    (shop.root / "state" / f"{ACME.name}.json").write_text("{")
    rates = shop.root / "ratecards/v1/rates.json"
    rates.write_text("{")
    ran = applied(shop, lambda place: None)

    assert (1, "{", True) == (ran.code, rates.read_text(), "not a state file, restore it from git" in ran.err)


def test_fault_92_what_is_held_beside_a_damaged_state(shop):
    """`confirm` lists and takes what the others hold, and says what it cannot read."""
    path = shop.root / "state" / f"{ACME.name}.json"
    path.write_text("{")
    own = shop.root / "state" / f"{GEMINI}.json"
    held = {"since": "2026-11-01T06:00:00Z", "what": "repriced"}
    own.write_text(json.dumps(json.loads(own.read_text()) | {"holds": {"0123456789": held}}))
    listed = shop.run("confirm", "--to", shop.root)
    missing = shop.run("confirm", "nothing", "--because", "x", "--to", shop.root)
    taken = shop.run("confirm", "0123456789", "--because", "x", "--to", shop.root)

    assert (1, True, True) == (
        listed.code,
        "0123456789 google/gemini-api: repriced" in listed.out,
        "tiny.json" in listed.err,
    )
    assert (1, True) == (missing.code, "tiny.json: not a state file" in missing.err)
    assert 0 == taken.code


SCHEMA = Draft202012Validator(json.loads(schemas.files()["schemas/status.schema.json"]))
GOOD = json.loads(
    state_file.text(
        state(
            ["m-1"],
            unread=["m-2"],
            failing_since="2026-11-02T06:00:00Z",
            holds={"0123456789": Hold("2026-11-01T07:17:00+01:00", 2, what="repriced")},
            recent=RecentMoves((), {("m-1", "standard", "paid", "input"): "2026-11-01T06:17:00+00:00"}),
            hashes={"html": "0"},
            validators={"html": {"etag": "1"}},
        )
    )
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates().map(str)
    | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Every place in a value from JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@given(st.sampled_from(places(GOOD)[1:]), JSON)
def test_fault_92_a_state_is_refused_or_keeps_the_schema(place, value):
    """Whatever stands wherever in a state file: it is damage, or the published status is as its schema says."""
    data = copy.deepcopy(GOOD)
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        found = read(data)
    except DatasetError:
        return
    assert [] == [str(e) for e in SCHEMA.iter_errors(json.loads(v1_files.status({GEMINI: found}, {})))]


def read(data: object) -> State:
    """The state in a file of that content."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder, "state", f"{GEMINI}.json")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(data))
        return Dataset(Path(folder)).state(GEMINI)


def test_a_good_state_is_read():
    """So that the law above is of more than refusals."""
    assert GOOD == json.loads(state_file.text(read(GOOD)))
