"""Manual editions on their way into the dataset: by day, once, and in any order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.storage import history
from scraper.publish.dataset import Dataset
from tests.support.workshop import Ran, tree

SHOP = "shop/prices"
NOW = ("--now", "2026-11-01T06:00:00Z")
CARD = """- model: {model}
  name: {model}
  rates:
  - service_tier: standard
    plan: paid
    meter: output
    locator: "prices / {model}"
    rates:
    - {{modality: image, price: "{price}", currency: USD, unit: 1 request, quote: "{price} a picture"}}
"""


def edition(folder: Path, day: str, source: str = SHOP, **prices: str) -> None:
    """A person's file of that day."""
    head = (
        f'schema: 1\nurl: https://example.org/prices\nobserved: "{day}"\nas_of: "as of {day}"\nreason: "seen"\ncards:\n'
    )
    path = folder / source / f"{day}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = head + "".join(CARD.format(model=m.replace("_", "-"), price=p) for m, p in prices.items())
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def take(run, tmp_path) -> Callable[[], Ran]:
    """`manual`, over a folder and a dataset of its own."""
    return lambda: run("manual", "--from", tmp_path / "kept", "--to", tmp_path / "data", *NOW)


@pytest.fixture
def kept(tmp_path) -> Path:
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


def prices(tmp_path: Path, day: str, source: str = SHOP) -> dict[str, str]:
    """What stood on a day, by model, as the history folds to."""
    folded = history.replay(Dataset(tmp_path / "data").changes(source), until=date.fromisoformat(day))
    return {model: str(card.rates[0].price) for model, card in folded.items()}


def kinds(tmp_path: Path, source: str = SHOP) -> list[tuple[str, str]]:
    """Each change with the day it was observed on, in the order recorded."""
    changes = Dataset(tmp_path / "data").changes(source)
    return [(c.stamp.observed.isoformat(), c.kind) for c in changes if c.stamp]


def test_editions_are_taken_in_by_day(take, kept, tmp_path):
    """Each at its own day: what changed between them is history."""
    edition(kept, "2026-04-19", picture="0.055")
    edition(kept, "2026-03-02", picture="0.03")
    ran = take()

    assert 0 == ran.code
    assert [(f"{SHOP} {day}", "changes") for day in ("2026-03-02", "2026-04-19")] == [
        (line.partition(":")[0], line.split()[3].rstrip(",")) for line in ran.out.splitlines()
    ]
    assert ("2026-03-02", "model_added") == kinds(tmp_path)[0]
    assert ("2026-04-19", "repriced") in kinds(tmp_path)
    assert [{}, {"picture": "0.03"}, {"picture": "0.03"}, {"picture": "0.055"}] == [
        prices(tmp_path, day) for day in ("2026-03-01", "2026-03-02", "2026-04-18", "2026-04-19")
    ]


def test_what_was_taken_in_stands_in_cards_and_publication(take, kept, run, tmp_path):
    """Cards, state and `v1` speak of it like of any source, and the dataset's promises hold."""
    edition(kept, "2026-03-02", picture="0.03", other="0.5")
    edition(kept, "2026-04-19", picture="0.055", other="0.5")
    take()
    dataset = Dataset(tmp_path / "data")
    rows = (tmp_path / "data" / "ratecards" / "v1" / "rates.csv").read_text().splitlines()[1:]

    assert Decimal("0.055") == dataset.cards(SHOP)["picture"].rates[0].price
    assert ("READ", "2026-04-19", ["other", "picture"]) == (
        (state := dataset.state(SHOP)).outcome,
        state.verified,
        state.models,
    )
    assert 2 == len(rows)
    assert 0 == run("check", "--to", tmp_path / "data", "--now", "2026-04-20").code


def test_taking_in_twice_is_taking_in_once(take, kept, tmp_path):
    """The second time says nothing and writes nothing."""
    edition(kept, "2026-03-02", picture="0.03")
    first, before = take(), tree(tmp_path / "data")
    second = take()

    assert (0, True) == (first.code, first.out.startswith(f"{SHOP} 2026-03-02: 1 changes, wrote "))
    assert (0, "", before) == (second.code, second.out, tree(tmp_path / "data"))


def test_an_older_edition_found_later_takes_its_place(take, kept, tmp_path):
    """What is known of later days stands; the days between say what the older edition said."""
    edition(kept, "2026-04-19", picture="0.055")
    take()
    edition(kept, "2026-03-02", picture="0.03")
    ran = take()

    assert (0, 1) == (ran.code, len(ran.out.splitlines()))
    assert [{}, {"picture": "0.03"}, {"picture": "0.055"}, {"picture": "0.055"}] == [
        prices(tmp_path, day) for day in ("2026-03-01", "2026-03-02", "2026-04-19", "2026-11-01")
    ]
    assert "2026-04-19" == Dataset(tmp_path / "data").state(SHOP).verified
    assert Decimal("0.055") == Dataset(tmp_path / "data").cards(SHOP)["picture"].rates[0].price


def test_an_edition_between_others_takes_its_place(take, kept, run, tmp_path):
    """Two are known, the one between them comes last: each day says what its own edition said."""
    edition(kept, "2026-03-02", picture="0.03", gone="1")
    edition(kept, "2026-04-19", picture="0.055", late="2")
    take()
    edition(kept, "2026-04-01", picture="0.04", gone="1", between="3")
    take()

    assert [
        {"picture": "0.03", "gone": "1"},
        {"picture": "0.04", "gone": "1", "between": "3"},
        {"picture": "0.055", "late": "2"},
    ] == [prices(tmp_path, day) for day in ("2026-03-02", "2026-04-01", "2026-04-19")]
    assert ["late", "picture"] == sorted(Dataset(tmp_path / "data").cards(SHOP))
    assert 0 == run("check", "--to", tmp_path / "data", "--now", "2026-04-20").code


def test_the_order_of_taking_in_does_not_matter(run, tmp_path):
    """Whatever day comes first, cards and every day's prices end up the same."""
    days = {"2026-03-02": "0.03", "2026-04-01": "0.04", "2026-04-19": "0.055"}
    found = []
    for number, order in enumerate((sorted(days), sorted(days, reverse=True))):
        root = tmp_path / str(number)
        for day in order:
            edition(root / "kept", day, picture=days[day])
            assert 0 == run("manual", "--from", root / "kept", "--to", root / "data", *NOW).code
        found.append([prices(root, day) for day in sorted(days)])

    assert [[{"picture": price} for price in days.values()]] * 2 == found


def test_a_rewritten_edition_is_taken_in_again(take, kept, tmp_path):
    """A person corrects a file: the same day says the new price, and what was recorded stays recorded."""
    edition(kept, "2026-03-02", picture="0.03")
    take()
    edition(kept, "2026-03-02", picture="0.04")
    take()

    assert {"picture": "0.04"} == prices(tmp_path, "2026-03-02")
    assert ["model_added", "repriced"] == [kind for _, kind in kinds(tmp_path) if kind != "card_changed"]


def test_sources_are_kept_apart(take, kept, tmp_path):
    """Each source has its own days and cards."""
    edition(kept, "2026-03-02", picture="0.03")
    edition(kept, "2026-03-02", "other/prices", picture="0.5")
    take()

    assert ({"picture": "0.03"}, {"picture": "0.5"}) == (
        prices(tmp_path, "2026-03-02"),
        prices(tmp_path, "2026-03-02", "other/prices"),
    )


@pytest.mark.parametrize("text", ["schema: 2\n", "<<<<<<< HEAD\n"], ids=["schema", "markers"])
def test_a_bad_file_stops_all_before_anything_is_written(take, kept, tmp_path, text):
    """One file that is not such a card: its name, exit 1, and nothing of the others."""
    edition(kept, "2026-03-02", picture="0.03")
    (kept / SHOP / "2026-04-01.yaml").write_text(text)
    ran = take()

    assert (1, True) == (ran.code, ran.err.startswith("manual: "))
    assert "2026-04-01.yaml" in ran.err
    assert {} == tree(tmp_path / "data")


@pytest.mark.parametrize("part", ["ratecards/history/shop/prices.2026.jsonl", "state/shop/prices.json"])
def test_a_damaged_dataset_is_refused(take, kept, tmp_path, part):
    """Merge markers in what is there already: an error that points at git, and nothing written."""
    edition(kept, "2026-03-02", picture="0.03")
    take()
    (tmp_path / "data" / part).write_text("<<<<<<< HEAD\n")
    before = tree(tmp_path / "data")
    edition(kept, "2026-04-19", picture="0.055")
    ran = take()

    assert (1, True) == (ran.code, "git" in ran.err)
    assert before == tree(tmp_path / "data")


def test_a_history_that_does_not_fold_is_refused(take, kept, tmp_path):
    """Lines that are each sound and together are not: named like any damage, not a stack of calls."""
    edition(kept, "2026-03-02", picture="0.03")
    take()
    log = tmp_path / "data/ratecards/history/shop/prices.2026.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    log.write_text("".join(json.dumps(line | {"number": n}) + "\n" for n, line in enumerate(lines * 2, 1)))
    before = tree(tmp_path / "data")
    edition(kept, "2026-04-19", picture="0.055")
    ran = take()

    assert (1, True) == (ran.code, "restore it from git" in ran.err)
    assert before == tree(tmp_path / "data")
