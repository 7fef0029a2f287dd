"""`load`, `find` and `cost`: what a program that installed the package calls."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import ratecards
from ratecards import api
from ratecards.costing import calls, snapshot
from ratecards.dataset import Dataset
from ratecards.errors import CostError, DatasetError
from tests.support.histories import added, card, change, rate, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One model, whose input price doubles on 2026-03-24."""
    old, new = rate(price="0.25", modality="text"), rate(price="0.5", modality="text")
    both = card("flash", old, rate(meter="output", price="2"), aliases=("flash-latest",))
    return write(tmp_path, *added("2026-01-01", both), change("2026-03-24", "repriced", old=old, new=new))


def test_cost_as_of_a_day(root: Path):
    """By date or ISO string, a path, an open dataset; the newest by default; aliases are names too."""
    usage = {"input_tokens": 1_000_000}
    assert Decimal("0.25") == ratecards.cost("flash", usage, "2026-03-23", dataset=root).total
    assert Decimal("0.5") == ratecards.cost("flash-latest", usage, date(2026, 3, 24), dataset=str(root)).total
    assert Decimal("0.5") == ratecards.cost("flash", usage, dataset=ratecards.load(root)).total


def test_the_environments_dataset(root: Path, monkeypatch: pytest.MonkeyPatch):
    """The same place the commands read from."""
    monkeypatch.setenv("RATECARDS_DATASET", str(root))
    assert Decimal("0.5") == ratecards.cost("flash", {"input_tokens": 1_000_000}).total
    assert isinstance(ratecards.load(), Dataset)


def test_cost_says_what_is_wrong(root: Path):
    """One error for whatever has no one answer."""
    for model, usage in (("flsh", {"input_tokens": 1}), ("flash", {"images": 1}), ("flash", {"input_tokens": -1})):
        with pytest.raises(CostError):
            ratecards.cost(model, usage, dataset=root)
    with pytest.raises(CostError, match="expected a date like 2026-03-24"):
        ratecards.cost("flash", {"input_tokens": 1}, "yesterday", dataset=root)


def test_find_by_column(root: Path):
    """Values as the table prints them, or as they are; none is empty; an unknown column is an error."""
    assert ["input", "output"] == [r.meter for r in ratecards.find(model="flash", dataset=root)]
    assert ["input"] == [r.meter for r in ratecards.find(price=Decimal("0.50"), dataset=root)]
    assert ["output"] == [r.meter for r in ratecards.find(price="2", resolution=None, dataset=root)]
    assert ["0.25"] == [str(r.price) for r in ratecards.find("2026-01-01", root, meter="input")]
    with pytest.raises(CostError, match="no column 'colour'; columns: provider, source"):
        ratecards.find(colour="red", dataset=root)


def test_a_dataset_is_opened_once(root: Path, monkeypatch: pytest.MonkeyPatch):
    """A second cost reads nothing again, whatever is used."""
    ratecards.cost("flash", {"input_tokens": 1}, dataset=str(root))
    monkeypatch.setattr(api, "load", lambda *_: pytest.fail("opened again"))
    ratecards.cost("flash", {"input_tokens": 1}, dataset=str(root))
    ratecards.cost("flash", {"output_tokens": 1}, dataset=str(root))


def test_the_same_cost_again_is_the_same(root: Path):
    """With other numbers another, and what is no number is refused as ever."""
    usage = {"input_tokens": 1000, "output_tokens": 10}
    ratecards.cost("flash", usage, dataset=root)
    first = ratecards.cost("flash", usage, dataset=root)
    assert first == ratecards.cost("flash", dict(usage), dataset=root)
    assert Decimal("0.00052") == first.total
    assert Decimal("0.00102") == ratecards.cost("flash", {**usage, "input_tokens": 2000}, dataset=root).total
    for wrong in (True, 1000.0, -1, "1000"):
        with pytest.raises(CostError, match="input_tokens"):
            ratecards.cost("flash", {**usage, "input_tokens": wrong}, dataset=root)
    for usage in (7, None, [("input_tokens", 1)], {}):
        with pytest.raises(CostError):
            ratecards.cost("flash", usage, dataset=root)


def test_usages_of_other_kinds(root: Path):
    """By modality, or as Google's API says it, once and again."""
    for usage in ({"input_tokens": {"text": 1000}}, {"promptTokenCount": 1000, "totalTokenCount": 1000}):
        assert [Decimal("0.0005")] * 2 == [ratecards.cost("flash", usage, dataset=root).total for _ in range(2)]


def test_another_dataset_of_the_environment(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It counts at once, as does there being none."""
    other = write(tmp_path / "other", *added("2026-01-01", card("flash", rate(price="9"))))
    usage = {"input_tokens": 1_000_000}
    for place, total in ((root, "0.5"), (other, "9"), (root, "0.5")):
        monkeypatch.setenv("RATECARDS_DATASET", str(place))
        assert [Decimal(total)] * 2 == [ratecards.cost("flash", usage).total for _ in range(2)]
    monkeypatch.delenv("RATECARDS_DATASET")
    with pytest.raises(CostError, match="unknown model 'flash'"):
        ratecards.cost("flash", usage)


def test_a_new_day_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A dated price ends at midnight, UTC, in a program that runs on; and a clock may go back."""
    now, then = rate(price="1", effective_until=date(2026, 12, 31)), rate(price="2", effective_from=date(2027, 1, 1))
    root = write(tmp_path, *added("2026-01-01", card("flash", now, then)))
    midnight = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    for clock, total in ((midnight - 1, 1), (midnight, 2), (midnight - 1, 1)):
        monkeypatch.setattr(api, "time", lambda clock=clock: clock)
        costs = [ratecards.cost("flash", {"input_tokens": 1_000_000}, dataset=root) for _ in range(2)]
        assert [(total, date(2026 + total - 1, 12 if total == 1 else 1, 31 if total == 1 else 1))] * 2 == [
            (c.total, c.on) for c in costs
        ]


def test_what_was_asked_is_not_remembered_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch):
    """When there is too much of it, all is forgotten."""
    monkeypatch.setattr(calls, "_MOST_PLANS", 3)
    own = ratecards.load(root)
    for tokens in ("input_tokens", "output_tokens", "input_tokens"):
        for tier in (None, "standard"):
            assert ratecards.cost("flash", {tokens: 1}, tier=tier, dataset=own).total
            assert ratecards.total("flash", {tokens: 1}, tier=tier, dataset=own)
    assert len(api._catalog_of(own, None).plans) <= 3


def test_many_threads(root: Path):
    """Each gets its own answer."""

    def total(n: int) -> Decimal:
        return ratecards.cost("flash", {"input_tokens": n, "output_tokens": n % 3}, dataset=root).total

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(total, range(2000)))
    assert [(Decimal(n) / 2 + n % 3 * 2) / 1_000_000 for n in range(2000)] == found


def kinds(**named: object) -> list[str]:
    """The kinds of the changes found."""
    return [change.kind for change in ratecards.changes(**named)]  # type: ignore[arg-type]


def test_changes(root: Path):
    """From a day, to a day, of a model by any name; the oldest first."""
    assert ["model_added", "repriced"] == kinds(dataset=root)
    assert ["repriced"] == kinds(since="2026-03-24", dataset=root) == kinds(since=date(2026, 1, 2), dataset=root)
    assert ["model_added"] == kinds(until="2026-03-23", model="flash-latest", dataset=ratecards.load(root))
    assert [] == kinds(since="2026-03-25", dataset=root)
    with pytest.raises(DatasetError, match="unknown model 'flsh'; nearest: flash"):
        ratecards.changes(model="flsh", dataset=root)
    with pytest.raises(CostError, match="expected a date like"):
        ratecards.changes("yesterday", dataset=root)


def test_what_is_no_news(root: Path):
    """Words, and what was read better later: only with everything."""
    old = rate(meter="output", price="2")
    write(
        root,
        *added("2026-01-01", card("flash", old)),
        change("2026-02-01", "reworded", old=old, new=rate(meter="output", price="2", quote="two")),
        change("2026-01-01", "rate_added", new=rate(price="1"), correction=True),
    )
    assert ["model_added"] == kinds(dataset=ratecards.load(root))
    assert ["model_added", "rate_added", "reworded"] == kinds(everything=True, dataset=ratecards.load(root))


def test_upcoming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a page dates for after today, or after a day."""
    step = rate(price="2", effective_from=date(2027, 1, 1))
    before = rate(price="1", effective_until=date(2026, 12, 31))
    root = write(tmp_path, *added("2026-01-01", card("flash", before, step)))
    monkeypatch.setattr(snapshot, "time", lambda: datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp())
    assert [(date(2027, 1, 1), before, step)] == [(s.day, s.before, s.after) for s in ratecards.upcoming(dataset=root)]
    assert [] == ratecards.upcoming("2027-01-01", root)


def test_the_names_of_the_package():
    """Each is there, and no other."""
    functions = [
        "as_of",
        "changes",
        "cost",
        "cost_column",
        "costs",
        "data_version",
        "find",
        "load",
        "total",
        "upcoming",
    ]
    functions.append("update")
    assert ["ReportedWarning", "StaleError", "StaleWarning", *functions] == ratecards.__all__
    assert all(callable(getattr(ratecards, name)) and getattr(ratecards, name).__doc__ for name in ratecards.__all__)
    with pytest.raises(AttributeError, match="module 'ratecards' has no attribute 'prices'"):
        _ = ratecards.prices  # type: ignore[attr-defined]


def test_no_module_hides_a_name_of_the_package():
    """A module is set on its package when it is first imported: one called `cost` would replace the function."""
    beside = {path.stem for path in Path(ratecards.__file__).parent.iterdir()}
    assert not beside & {*ratecards.__all__}


def test_import_is_quick():
    """Importing the package imports none of its modules, and nothing slow."""
    code = "import sys, ratecards; print([m for m in sys.modules if m.startswith('ratecards.') or m == 'dataclasses'])"
    root = Path(ratecards.__file__).parents[1]
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
