"""The data package: what it names is what there is, frictionless takes it, and its digest is the data's."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pytest

from ratecards.model import COLUMNS
from scraper import ROOT
from scraper.errors import DatasetError
from scraper.pipeline.decide import decide
from scraper.pipeline.rebuild import rebuilt
from scraper.publish import package as datapackage
from scraper.publish.package import PATH, RESOURCES, Marks, current, digest, parse, table_schema, text
from scraper.publish.version import Version
from tests.support import shelves
from tests.support.kit import DAY, rate
from tests.support.shelves import RECORDED, added, changed, pro
from tests.support.workshop import GEMINI, facts, model, tree

FILES = {
    "rates.csv": b"a\n",
    "bands.csv": b"a\n",
    "rates.json": b"{}",
    "changes.json": b"[]",
    "upcoming.json": b"[]",
    "limits.json": b"[]",
    "lifecycle.json": b"[]",
    "discrepancies.json": json.dumps({"discrepancies": [{"id": "1", "last_seen": "2026-11-01"}]}).encode(),
}
MARKS = Marks(Version(2026, 11, 1), "2026-11-01", RECORDED)
LATER, NOW = date(2026, 11, 8), "2026-11-08T12:00:00Z"


@pytest.fixture
def shelf(tmp_path):
    """A small dataset."""
    return shelves.dataset(tmp_path / "data")


def read(root: Path) -> dict:
    """The package that stands."""
    return json.loads((root / PATH).read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------- pure


def test_what_a_package_says():
    """Name, version, days, licences, sources, and each file by its bytes."""
    found = json.loads(text(FILES, MARKS, {GEMINI: "https://example.test/pricing"}))

    assert ("ratecards", "2026.11.1", "2026-11-01", RECORDED) == tuple(
        found[n] for n in ("name", "version", "observed", "created")
    )
    assert ["MIT", "CC-BY-4.0"] == [licence["name"] for licence in found["licenses"]]
    assert [{"title": GEMINI, "path": "https://example.test/pricing"}] == found["sources"]
    assert list(RESOURCES) == [resource["path"] for resource in found["resources"]]
    for resource in found["resources"]:
        data = FILES[resource["path"]]
        assert (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}") == (resource["bytes"], resource["hash"])
        assert ("schema" in resource) is (resource["format"] == "csv")
        assert resource["format"] == "csv" or (ROOT / "ratecards/v1" / resource["jsonSchema"]).is_file()


def test_the_table_schema():
    """The columns in order, with types and the model's own words."""
    fields = {field["name"]: field for field in table_schema()["fields"]}

    assert list(COLUMNS) == list(fields)
    assert ("number", "integer", "date", "string") == tuple(
        fields[n]["type"] for n in ("price", "prompt_over", "effective_from", "quote")
    )
    assert {"required": True, "enum": ["free", "paid"]} == fields["plan"]["constraints"]
    assert "constraints" not in fields["quote"]


def test_the_digest():
    """It moves with the data, and not with what is no data: completeness, or another look at a discrepancy."""
    base = digest(FILES)
    seen = json.dumps({"discrepancies": [{"id": "1", "last_seen": "2026-11-02"}], "coverage": {}}).encode()
    moved = {name: digest({**FILES, name: b"{}"}) for name in FILES if name not in ("discrepancies.json", "rates.json")}
    closed = json.dumps({"discrepancies": []}).encode()

    assert re.fullmatch("sha256:[0-9a-f]{64}", base)
    assert base == digest({**FILES, "rates.json": b"[]"}) == digest({**FILES, "discrepancies.json": seen})
    assert 7 == len({base, *moved.values(), digest({**FILES, "discrepancies.json": closed})})


GOOD = {"version": "2026.11.1", "created": RECORDED, "observed": "2026-11-01", "digest": "x", "resources": []}
NO_PACKAGES = {
    "markers": "<<<<<<< ours",
    "list": "[]",
    "deep": "[" * 100_000,
    "version": json.dumps({**GOOD, "version": "1.0"}),
    "no version": json.dumps({**GOOD, "version": None}),
    "no digest": json.dumps({name: value for name, value in GOOD.items() if name != "digest"}),
    "digest": json.dumps({**GOOD, "digest": 1}),
    "resources": json.dumps({**GOOD, "resources": {}}),
}


@pytest.mark.parametrize("data", NO_PACKAGES.values(), ids=NO_PACKAGES)
def test_what_is_no_package_of_ours(data):
    """The message names the place."""
    with pytest.raises(DatasetError, match="place: not the dataset's data package: "):
        parse(data, "place")

    assert GOOD == parse(json.dumps(GOOD), "place")


# ---------------------------------------------------------------------------------------- in publications


def test_a_refresh_seals_what_it_writes(workshop):
    """Day and instant are those of the newest change, and stay while nothing changes."""
    workshop.refresh(facts())
    first = workshop.published("datapackage.json")
    workshop.refresh(facts("2026-11-02T06:00:00Z"))
    second = workshop.published("datapackage.json")
    workshop.refresh(facts("2026-11-03T06:00:00Z", gemini_2=model("Gemini 2", "$2.00", "$3.00")))
    third = workshop.published("datapackage.json")

    assert ("2026.11.1", "2026-11-01", "2026-11-01T06:17:00Z") == tuple(
        first[n] for n in ("version", "observed", "created")
    )
    same = ("version", "observed", "created", "digest")
    assert [first[n] for n in same] == [second[n] for n in same]
    assert ("2026.11.3", "2026-11-03") == (third["version"], third["observed"])
    assert first["digest"] != third["digest"]
    assert 0 == workshop.check("2026-11-03").code


def test_a_package_that_is_lost_is_made_from_the_history(workshop):
    """It follows from the data: what stands damaged in its place stops nobody."""
    workshop.refresh(facts())
    before = workshop.published("datapackage.json")
    (workshop.root / PATH).write_text("<<<<<<< ours")
    workshop.refresh(facts("2026-11-02T06:00:00Z", gemini_2=model("Gemini 2", "$2.00", "$3.00")))
    found = workshop.published("datapackage.json")
    (workshop.root / PATH).unlink()
    workshop.run("rebuild", "--to", workshop.root, "--now", "2026-11-02")

    assert found == workshop.published("datapackage.json")
    assert ("2026.11.2", "2026-11-02") == (found["version"], found["observed"])
    assert before["digest"] != found["digest"]


def test_a_decision_seals_too(shelf):
    """A person's word on a discrepancy changes the data's digest."""
    entries = json.loads((shelf.root / "ratecards/v1/discrepancies.json").read_text())["discrepancies"]
    before = read(shelf.root)
    decide(shelf, entries[0]["id"], "accepted", "we know", DAY).commit()
    after = read(shelf.root)

    assert before["digest"] != after["digest"]
    assert before["version"] == after["version"]
    assert [] == rebuilt(shelf, DAY).paths


def test_a_version_does_not_fall(shelf):
    """What was released once stays said, though its data are of an older day."""
    data = read(shelf.root)
    (shelf.root / PATH).write_text(datapackage.dumps({**data, "version": "2026.12.24.2"}))
    rebuilt(shelf, DAY).commit()

    assert "2026.12.24.2" == current(shelf)["version"]


def test_a_missing_file(shelf):
    """The package names every file or is not written."""
    entries = json.loads((shelf.root / "ratecards/v1/discrepancies.json").read_text())["discrepancies"]
    (shelf.root / "ratecards/v1/limits.json").unlink()
    before = tree(shelf.root)
    with pytest.raises(DatasetError, match=r"limits\.json: missing; python -m scraper rebuild makes it anew"):
        decide(shelf, entries[0]["id"], "accepted", "we know", LATER)

    assert before == tree(shelf.root)


def test_an_empty_dataset(tmp_path):
    """Nothing was observed: there are files, and no package that would need a day."""
    found = rebuilt(shelves.dataset(tmp_path, []), LATER)
    found.commit()

    assert not (tmp_path / PATH).exists()
    assert (tmp_path / "ratecards/v1/rates.csv").is_file()


# ------------------------------------------------------------------------------------------- frictionless


@pytest.fixture
def validate(run):
    """The command, where frictionless is installed."""
    pytest.importorskip("frictionless", reason="frictionless is not installed here")
    return lambda root: run("validate", "--to", root)


@pytest.mark.filterwarnings("ignore")
def test_frictionless_takes_it(validate, shelf):
    """A dataset with hostile words, and the published one."""
    for root in (shelf.root, ROOT):
        ran = validate(root)
        assert (0, f"{root / PATH}: valid, 8 files\n") == (ran.code, ran.out)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("rates.csv", b"1.25", b"1.26"),
        ("changes.json", b"model_added", b"model_addee"),
        ("rates.csv", b"paid", b"free"),
    ],
)
def test_frictionless_finds_a_changed_byte(validate, shelf, path, old, new):
    """By hash; exit 1, with what is wrong."""
    file = shelf.root / "ratecards/v1" / path
    file.write_bytes(file.read_bytes().replace(old, new, 1))
    ran = validate(shelf.root)

    assert 1 == ran.code
    assert "hash" in ran.out
    assert "not valid, 8 files" in ran.out


@pytest.mark.filterwarnings("ignore")
def test_frictionless_reads_the_table_schema(validate, shelf):
    """A word that is not in an enumeration is found by the schema, the hash being right."""
    v1 = shelf.root / "ratecards/v1"
    data = (v1 / "rates.csv").read_bytes().replace(b",paid,", b",gift,", 1)
    (v1 / "rates.csv").write_bytes(data)
    resources = read(shelf.root)["resources"]
    resources[0] |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    (shelf.root / PATH).write_text(json.dumps({**read(shelf.root), "resources": resources}))
    ran = validate(shelf.root)

    assert 1 == ran.code
    assert "gift" in ran.out


def test_frictionless_is_not_installed(shelf, run, monkeypatch):
    """The command says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "frictionless", None)
    ran = run("validate", "--to", shelf.root)

    assert (1, "validate: frictionless is not installed: pip install --group release\n") == (ran.code, ran.err)


# ------------------------------------------------------------------------------------------------ rebuild


def test_rebuild_is_the_same_twice(shelf, run):
    """The same dataset on the same day: nothing to write, however it came to be."""
    before = tree(shelf.root)
    ran = run("rebuild", "--to", shelf.root, "--now", "2026-11-01")

    assert (0, "nothing to write\n") == (ran.code, ran.out)
    assert before == tree(shelf.root)


def test_rebuild_makes_what_is_lost(shelf, run):
    """All of `v1` comes back byte for byte; cards, histories and states are not touched."""
    before = tree(shelf.root)
    lost = [path for path in before if path.startswith("ratecards/v1/")]
    for path in lost:
        (shelf.root / path).unlink()
    (shelf.root / "ratecards/v1/tables/old.md").write_text("left over")
    ran = run("rebuild", "--to", shelf.root, "--now", "2026-11-01")

    assert 0 == ran.code
    assert {*lost, "ratecards/v1/tables/old.md"} == set(ran.out.splitlines()[:-1])
    assert before == tree(shelf.root)


def test_rebuild_after_a_refresh(workshop):
    """What a refresh publishes is what is built from what it left."""
    workshop.refresh(facts(), facts("2026-11-03T06:00:00Z", gemini_2=model("Gemini 2", "$2.00", "$3.00")))
    before = workshop.files
    ran = workshop.run("rebuild", "--to", workshop.root, "--now", "2026-11-03")

    assert (0, "nothing to write\n") == (ran.code, ran.out)
    assert before == workshop.files


def test_rebuild_of_cards_that_the_history_does_not_know(shelf, run):
    """Damage is not published: the command names the card and writes nothing."""
    path = shelf.root / shelf.card_path(GEMINI, "gemini-2.5-pro")
    path.write_text(path.read_text().replace('"1.25"', '"1.26"'))
    (shelf.root / "ratecards/v1/rates.csv").unlink()
    before = tree(shelf.root)
    ran = run("rebuild", "--to", shelf.root, "--now", "2026-11-01")

    assert 1 == ran.code
    assert "does not fold to gemini-2.5-pro" in ran.err
    assert before == tree(shelf.root)


def test_changes_of_one_day_stand_in_one_order(tmp_path):
    """By source, whichever was read first."""
    several = added(pro())
    one = shelves.dataset(tmp_path / "a", several)
    other = shelves.dataset(tmp_path / "b", reversed(several))

    assert tree(one.root) == tree(other.root)
    assert "2026-11-08" == read(shelves.dataset(tmp_path / "a", _moved(several)).root)["observed"]


def _moved(several):
    old = next(r for r in several[0].card.rates if r.meter == "output")
    new = rate("9", meter="output", model="gemini-2.5-pro")
    return [*several, changed("repriced", "gemini-2.5-pro", LATER, NOW, old=old, new=new)]
