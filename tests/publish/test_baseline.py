"""That the published cards are what the history gives is known without folding it, and never believed when in doubt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper.errors import DatasetError
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.publish import assemble
from scraper.publish.assemble import publication
from scraper.publish.baseline import current_cards, holds, path_of, renew
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication
from tests.pipeline.test_evaluate import edition, nobody
from tests.support import tiny
from tests.support.workshop import GEMINI, Workshop, facts, keep, model


def at(day: int, price: str = "$1.00") -> dict:
    """The small edition of a day, each of another year, Gemini 1 at that price."""
    at = f"{2020 + day}-11-{day:02}T06:00:00Z"
    return facts(at, gemini_1=model("Gemini 1", price), updated=f"{2020 + day}-10-30")


BUILT: dict[str, bytes] = {}


@pytest.fixture
def shop(workshop) -> Workshop:
    """A dataset after five editions, its history in five files."""
    if not BUILT:
        for day in range(1, 6):
            assert 0 == workshop.refresh(at(day, f"$1.{day}0")).code
        BUILT.update(workshop.files)
    for path, content in BUILT.items():
        (workshop.root / path).parent.mkdir(parents=True, exist_ok=True)
        (workshop.root / path).write_bytes(content)
    assert 5 == len(Dataset(workshop.root).history_paths(GEMINI))
    return workshop


def proof(shop: Workshop) -> Path:
    return shop.root / path_of(GEMINI)


def file(shop: Workshop, number: int) -> Path:
    return shop.root / Dataset(shop.root).history_paths(GEMINI)[number - 1]


@pytest.fixture
def folded(monkeypatch) -> list[str]:
    """The sources whose whole history was read."""
    found: list[str] = []
    read = Dataset.changes

    def changes(dataset: Dataset, name: str) -> list:
        found.append(name)
        return read(dataset, name)

    monkeypatch.setattr(Dataset, "changes", changes)
    return found


# ---------------------------------------------------------------------------------------------- where it holds


def test_a_changed_refresh_reads_only_the_end_of_the_history(shop, folded):
    """Full files are not even looked into: here they cannot be read, and nobody noticed but `check`."""
    for number in (1, 2):
        path = file(shop, number)
        path.write_bytes(b"x" * path.stat().st_size)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(assemble, "_CHANGES", 2)
        ran = shop.refresh(at(6, "$1.60"))

    assert (0, "CHANGED", []) == (ran.code, ran.outcome, folded)
    assert 1 == shop.check().code


def test_a_history_of_many_files_is_sound(shop):
    """Cards and all."""
    assert (0, "history, cards, evidence and counts fit together\n") == (shop.check().code, shop.check().out)
    changes = [json.loads(line) for n in range(1, 6) for line in file(shop, n).read_text().splitlines()]
    kinds = [c["kind"] for c in changes]

    assert [*["model_added"] * 6, *["repriced"] * 4] == kinds
    assert [5, 4, 3, 2, 1, *[1] * 5] == [int(c["observed"][-1]) for c in shop.published("changes.json")["changes"]][
        ::-1
    ]


def test_it_is_part_of_the_publication(shop):
    """And stays as it is while nothing changes."""
    before = proof(shop).read_bytes()
    assert holds(Dataset(shop.root), GEMINI)
    shop.refresh(at(5, "$1.50"))
    assert before == proof(shop).read_bytes()
    shop.refresh(at(6, "$1.60"))
    assert before != proof(shop).read_bytes()
    assert holds(Dataset(shop.root), GEMINI)


def test_before_the_first_run(tmp_path):
    """Where neither cards nor history have begun there is nothing to prove."""
    assert holds(Dataset(tmp_path), GEMINI)


# ---------------------------------------------------------------------------------------------- where it does not


def harmless(shop: Workshop) -> dict[str, Callable[[], object]]:
    """What makes a proof worthless and leaves the dataset sound."""
    path = proof(shop)
    text = path.read_text()
    return {
        "missing": path.unlink,
        "truncated": lambda: path.write_text(text[:-20]),
        "conflict": lambda: path.write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"),
        "newer": lambda: path.write_text(text.replace('"schema": 1', '"schema": 2')),
        "older": lambda: path.write_text(text.replace('"last": "', '"last": "0')),
        "folder": lambda: (path.unlink(), path.mkdir()),
        "line ends": lambda: [
            p.write_bytes(p.read_bytes().replace(b"\n", b"\r\n"))
            for p in (*shop.card("x").parent.iterdir(), *file(shop, 1).parent.iterdir())
        ],
    }


HARMLESS = ("missing", "truncated", "conflict", "newer", "older", "folder", "line ends")


@pytest.mark.parametrize("name", HARMLESS)
def test_without_a_proof_the_history_is_folded(shop, folded, name):
    """A dataset that was put right by hand, or checked out elsewhere, goes on; the proof is made anew."""
    harmless(shop)[name]()
    if name == "folder":
        proof(shop).rmdir()
    ran = shop.refresh(at(6, "$1.60"))

    assert (0, "CHANGED", [GEMINI]) == (ran.code, ran.outcome, folded)
    assert holds(Dataset(shop.root), GEMINI)
    folded.clear()
    assert "CHANGED" == shop.refresh(at(7, "$1.70")).outcome
    assert [] == folded


def test_a_proof_that_cannot_be_read_proves_nothing(shop):
    """A folder in its place is no proof."""
    harmless(shop)["folder"]()

    assert not holds(Dataset(shop.root), GEMINI)


def test_every_harmless_damage_has_its_test(shop):
    """The table above names them all."""
    assert set(HARMLESS) == set(harmless(shop))


DAMAGE = {
    "a price edited": (lambda s: s.card("gemini-2"), lambda t: t.replace('"2"', '"3"').replace("$2.00", "$3.00")),
    "a card gone": (lambda s: s.card("gemini-2"), None),
    "a card too many": (lambda s: s.card("gemini-2"), lambda t: t),
    "the last file cut": (lambda s: file(s, 5), lambda t: "".join(t.splitlines(keepends=True)[:-1])),
    "the last file gone": (lambda s: file(s, 5), None),
    "the last file emptied": (lambda s: file(s, 5), lambda t: ""),
    "the last file in conflict": (lambda s: file(s, 5), lambda t: f"<<<<<<< ours\n{t}=======\n{t}>>>>>>> theirs\n"),
    "a file between gone": (lambda s: file(s, 3), None),
    "a full file cut": (lambda s: file(s, 2), lambda t: t[:-40]),
    "a full file in conflict": (lambda s: file(s, 2), lambda t: f"{t}<<<<<<< ours\n"),
    "the first file gone": (lambda s: file(s, 1), None),
}


@pytest.mark.parametrize("keeps", [True, False], ids=["with the proof", "without"])
@pytest.mark.parametrize(("place", "harm"), DAMAGE.values(), ids=DAMAGE)
def test_fault_57_damage_is_seen_through_the_proof(shop, place, harm, keeps):
    """DAMAGED, exit 1, nothing written, and where to get it back from; whether or not there is a proof."""
    path = place(shop)
    if harm is None:
        path.unlink()
    elif path.name == "gemini-2.yaml" and harm("x") == "x":
        path.with_name("gemini-9.yaml").write_text(path.read_text().replace("gemini-2", "gemini-9"))
    else:
        path.write_text(harm(path.read_text()))
    if not keeps:
        proof(shop).unlink()
    before = shop.files
    ran = shop.refresh(at(6, "$1.60"))

    assert (1, "DAMAGED", before) == (ran.code, ran.outcome, shop.files)
    assert "restore it from git" in ran.out


def test_cards_and_proof_of_another_day(shop, tmp_path):
    """Cards that went back with their proof, but not their history: the digest of its last file tells."""
    kept = tmp_path / "older"
    for path in (shop.card("x").parent, proof(shop).parent):
        shutil.copytree(path, kept / path.relative_to(shop.root))
    shop.refresh(at(6, "$1.60"))
    shutil.copytree(kept, shop.root, dirs_exist_ok=True)
    ran = shop.refresh(at(7, "$1.70"))

    assert (1, "DAMAGED") == (ran.code, ran.outcome)
    assert "the history does not fold to gemini-1" in ran.out


def test_a_card_that_nobody_vouched_for_is_not_vouched_for(tmp_path, acme):
    """What was compared with the history alone, as cards by hand are, must not bless a card damaged before."""
    dataset = Dataset(tmp_path)
    path = tmp_path / dataset.card_path(acme.name, "m-2")
    for price in ("1", "2"):
        found = edition(tiny.page({"m-1": {"input": price}, "m-2": {"input": "5"}}))
        previous = Previous(dataset.state(acme.name), lambda: dataset.as_of(acme.name))
        verdict = evaluate(acme, found, previous, nobody, found.at)
        publication(dataset, [verdict], found.at).commit()
        assert holds(dataset, acme.name) is (price == "1")
        path.write_text(path.read_text().replace('"5"', '"6"'))

    with pytest.raises(DatasetError, match="the history does not fold to m-2"):
        current_cards(dataset, acme.name, dataset.state(acme.name))


def test_files_that_come_and_go_with_a_publication(shop):
    """The proof is of what will stand: a card that is deleted and one that is new, and a file that begins."""
    dataset, result = Dataset(shop.root), Publication(shop.root)
    result.delete(dataset.card_path(GEMINI, "gemini-2"))
    result.write(dataset.card_path(GEMINI, "gemini-9"), shop.card("gemini-3").read_text())
    result.write(dataset.card_path("acme/tiny", "m-1"), "another source's")
    result.append(f"ratecards/history/{GEMINI}.2027.jsonl", "new\n")
    result.append(f"ratecards/history/{GEMINI}-2.jsonl", "another source's\n")
    renew(result, dataset, GEMINI)
    result.commit()

    assert holds(dataset, GEMINI)
    shop.card("gemini-9").unlink()
    assert not holds(dataset, GEMINI)


# ---------------------------------------------------------------------------------------------- many files


def test_a_dry_run_over_many_files(shop):
    """It copies them all, and writes none."""
    before = shop.files
    ran = shop.refresh(at(6, "$1.60"), words=("--dry-run",))

    assert (0, "CHANGED", before) == (ran.code, ran.outcome, shop.files)


def test_a_backfill_between_gives_what_folding_gives(shop, tmp_path):
    """An older edition comes late into a history of several files; the next refresh adds to the last, and all fits."""
    folder = tmp_path / "late"
    keep(
        folder,
        facts(
            "2023-12-03T12:00:00Z",
            gemini_1=model("Gemini 1", "$1.35"),
            gemini_7=model("Gemini 7"),
            updated="2023-10-30",
        ),
    )
    pages = sorted(p for p in (folder / GEMINI).iterdir() if p.suffix != ".json")
    ran = shop.run("backfill", GEMINI, *pages, "--to", shop.root)
    assert 0 == ran.code
    assert 0 == shop.check().code
    assert "CHANGED" == shop.refresh(at(6, "$1.60")).outcome
    assert 0 == shop.check().code
    assert 6 <= len(Dataset(shop.root).history_paths(GEMINI))
