"""What is only reported: it answers where no official card has the model, says so, and changes nothing official."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import ratecards
from ratecards.__main__ import main
from ratecards.catalog import reported
from ratecards.dataset import Dataset
from ratecards.errors import CostError, DatasetError, ReportedWarning
from ratecards.model import RateCard
from scraper.publish.reported import ATTRIBUTION
from scraper.publish.v1_files import document
from tests.support.histories import added, card, rate, write

TODAY = date(2026, 11, 22)
CALL = ("--input-tokens", "1000000", "--output-tokens", "0")
LAOZHANG = {"provider": "laozhang", "source": "laozhang"}
Run = Callable[..., str]


def report(model: str, day: str, *prices: Any, by: str = "somebody", of: str = "google/gemini-api") -> RateCard:
    """A reported card with prices of input: an amount, or an amount with its dates."""
    owner = {"provider": of.partition("/")[0], "source": f"reported/{by}"}
    rates = [
        rate(model, price=price, **owner, **dates)
        for price, dates in (p if isinstance(p, tuple) else (p, {}) for p in prices)
    ]
    facts = (("report of", of),)
    more = {"observed": date.fromisoformat(day), "capture": f"sha256:{'0' * 64}", "facts": facts}
    return card(model, *rates, **owner, **more)


def told(root: Path, *cards: RateCard) -> None:
    """Have a dataset hold these reports."""
    (root / "v1").mkdir(exist_ok=True)
    data = {
        "version": 1,
        "attribution": ATTRIBUTION,
        "cards": [reported.data(c) for c in sorted(cards, key=reported.order)],
    }
    (root / reported.FILE).write_text(document(data), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset with an official flash since January, one that a reseller alone sells, and two reports of argon."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RATECARDS_DATASET", str(tmp_path))
    write(tmp_path, *added("2026-01-01", card("flash", rate(price="0.5"), aliases=("flash-001",))))
    write(tmp_path, *added("2026-02-01", card("nano", rate("nano", price="3", **LAOZHANG), **LAOZHANG)), **LAOZHANG)
    now, then = {"effective_until": date(2026, 11, 30)}, {"effective_from": date(2026, 12, 1)}
    told(
        tmp_path,
        report("argon", "2026-10-13", ("2", now), ("4", then)),
        report("argon", "2026-11-16", ("2", now), by="another"),
        report("nano", "2026-10-07", "1.5"),
    )
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on it."""

    def command(*argv: str, status: int = 0) -> str:
        assert status == main(argv, today=TODAY)
        out, err = capsys.readouterr()
        return err if status else out

    return command


# ------------------------------------------------------------------------------------------------ it answers


def test_a_cost_says_in_its_first_line_who_reports_it(run: Run, root: Path):
    """And since when; for programs there is the grade."""
    first = "REPORTED, not official: argon by reported/somebody since 2026-10-13 (of google/gemini-api)"
    assert first == run("cost", "argon", *CALL).splitlines()[0]
    found = json.loads(run("cost", "argon", *CALL, "--format", "json"))
    assert ("2", "reported", "reported/somebody", 40) == tuple(
        found[n] for n in ("total", "grade", "source", "age_days")
    )
    assert first == run("budget", "argon", *CALL).splitlines()[0] == run("savings", "argon", *CALL).splitlines()[0]
    (root / "v1" / "limits.json").write_text('{"version": 1, "limits": []}', encoding="utf-8")
    assert first == run("limits", "argon").splitlines()[0]


def test_a_dated_step_of_a_report(run: Run):
    """It costs what it will from its day on, and `upcoming` names it, marked."""
    assert "4" == json.loads(run("cost", "argon", *CALL, "--on", "2026-12-01", "--format", "json"))["total"]
    people = run("upcoming")
    assert people.startswith("REPORTED, not official: argon by reported/somebody since 2026-10-13")
    assert "2026-12-01" in people
    row = json.loads(run("upcoming", "--format", "json"))[0]
    assert ("2026-12-01", "argon", "reported/somebody") == (row["on"], row["model"], row["source"])


def test_show_and_compare(run: Run):
    """A reseller's card stands beside the report of its maker's: no reseller is official."""
    shown = run("show", "nano")
    assert shown.startswith("REPORTED, not official: nano by reported/somebody")
    assert "Source: laozhang laozhang" in shown
    grades = [row["grade"] for row in json.loads(run("show", "nano", "--format", "json"))]
    assert ["reported", "reseller"] == grades
    assert "nano" not in run("show", "argon", "--source", "reported/another")
    rows = {(r["model"], r["grade"]): r for r in json.loads(run("compare", "text", *CALL, "--format", "json"))}
    assert {("argon", "reported"), ("nano", "reported"), ("nano", "reseller"), ("flash", "official")} == set(rows)
    assert "reported, 46 days old" == rows["nano", "reported"]["mark"]
    to = json.loads(run("compare", "text", "--to", "argon", *CALL, "--format", "json"))
    assert "1" == next(row["ratio"] for row in to if row["model"] == "argon")


def test_many_are_not_named_one_by_one(run: Run, root: Path):
    """The rows are marked; the first line has who reports them, and since when."""
    told(root, *(report(f"m{n}", f"2026-10-{n:02}", "1", by=f"r{n % 2}") for n in range(1, 12)))
    first = run("compare", "text", *CALL).splitlines()[0]
    assert "REPORTED, not official: 11 models, marked, by reported/r0, reported/r1 since 2026-10-01 or later" == first


def test_compare_images(run: Run, root: Path):
    """A picture that is only reported is compared, too."""
    owner = {"provider": "google", "source": "reported/somebody", "modality": "image", "resolution": "1K"}
    sold = rate("nano", "output", "0.03", unit="1 image", **owner)
    base = report("nano", "2026-10-07")
    told(root, base.__class__(**{n: getattr(base, n) for n in base.__slots__ if n != "rates"}, rates=(sold,)))
    assert "reported" in run("compare", "images")


def test_one_reporter_is_asked_for(run: Run):
    """By the name of its source."""
    asked = json.loads(run("cost", "argon", *CALL, "--source", "reported/another", "--format", "json"))
    assert "reported/another" == asked["source"]
    assert "flash is not reported by reported/another" in run(
        "cost", "flash", *CALL, "--source", "reported/another", status=2
    )


def test_python_warns_once_and_says_the_grade(root: Path):
    """With a `ReportedWarning`; an official answer has none."""
    dataset = ratecards.load(root)
    with pytest.warns(ReportedWarning, match="only reported, by reported/somebody"):
        found = ratecards.cost("argon", {"input_tokens": 1_000_000}, on="2026-11-22", dataset=dataset)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = ratecards.cost("argon", {"input_tokens": 2_000_000}, on="2026-11-22", dataset=dataset)
        official = ratecards.cost("flash", {"input_tokens": 1}, on="2026-11-22", dataset=dataset)
    assert ("reported", "reported", "official") == (found.grade, again.grade, official.grade)
    fresh = ratecards.load(root)
    with pytest.warns(ReportedWarning):
        steps = ratecards.upcoming("2026-11-22", dataset=fresh)
    assert [("argon", "reported/somebody")] == [(step.after.model, step.after.source) for step in steps]


def test_the_grade_official_leaves_it_out(run: Run, root: Path):
    """In the command and in Python."""
    asked = ("--grade", "official")
    assert "unknown model 'argon'" in run("cost", "argon", *CALL, *asked, status=2)
    assert "argon" in run("show", "argon", *asked, status=2)
    assert "argon" not in run("upcoming", *asked) + run("compare", "text", *CALL, *asked)
    with pytest.raises(CostError, match="unknown model"):
        ratecards.cost("argon", {"input_tokens": 1}, dataset=ratecards.load(root, grade="official"))
    with pytest.raises(DatasetError, match="grade: expected one of official, reported, saw 'all'"):
        ratecards.load(root, grade="all")


def test_by_day(run: Run, root: Path):
    """Not before it was reported; and what was known on another day leaves it out."""
    assert "unknown model 'argon'" in run("cost", "argon", *CALL, "--on", "2026-10-12", status=2)
    with pytest.raises(CostError, match="unknown model"):
        ratecards.load(root).as_of("2026-11-22", "2026-11-22").cost("argon", {"input_tokens": 1})


# ------------------------------------------------------------------------------------------------ which report


def test_a_contradicted_report_is_out(root: Path):
    """The richest of those that no newer one contradicts answers; of pages the documentation before another."""
    dated = {"effective_until": date(2026, 12, 31)}
    told(
        root,
        report("a", "2026-10-01", "2", ("9", dated), by="old"),
        report("a", "2026-10-02", "3", by="new"),
        report("b", "2026-10-01", "5", of="google/ai-studio"),
        report("b", "2026-10-01", "4"),
        report("c", "2026-10-01", "5", by="first"),
        report("c", "2026-10-02", "5", by="later"),
    )
    found = {c.model: c for c in Dataset(root).reports.cards(TODAY)}
    assert {"a": "reported/new", "b": "reported/somebody", "c": "reported/later"} == {
        m: c.source for m, c in found.items()
    }
    assert "google/gemini-api" == reported.page_of(found["b"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "JSONDecodeError"),
        ('{"version": 2}', "expected version 1, saw 2"),
        ('{"version": 1, "cards": [{"provider": "google"}]}', "KeyError"),
        ("[]", "TypeError"),
    ],
)
def test_a_damaged_file(root: Path, text: str, words: str):
    """It is named; what is official does not need it."""
    (root / reported.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=words):
        _ = Dataset(root).reports.known
    assert "0.5" == str(
        ratecards.cost("flash", {"input_tokens": 1_000_000}, on="2026-11-22", dataset=ratecards.load(root)).total
    )


def test_an_official_name_is_no_reporter(root: Path):
    """A card that says to be of an official source is refused whole."""
    text = (root / reported.FILE).read_text(encoding="utf-8").replace("reported/another", "gemini-api")
    (root / reported.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match="expected a report of a page by reported/<name>, saw 'gemini-api'"):
        _ = Dataset(root).reports.known


# ------------------------------------------------------------------------------------------------ the law

_OFFICIAL = (
    ("cost", "flash", *CALL),
    ("cost", "flash-001", *CALL, "--policy", "conservative"),
    ("show", "flash"),
    ("models",),
    ("changes", "--all"),
    ("diff", "2026-01-01", "2026-11-22"),
    ("upcoming",),
    ("compare", "text", *CALL),
    ("budget", "flash", *CALL),
    ("savings", "flash", *CALL),
    ("limits", "flash"),
    ("export", "litellm"),
)


def test_nothing_official_is_changed_by_a_report(run: Run, root: Path):
    """Whatever is reported of a model that an official card has, by any of its names, no answer is another."""
    (root / reported.FILE).unlink()
    (root / "v1" / "limits.json").write_text('{"version": 1, "limits": []}', encoding="utf-8")
    before = [run(*words) for words in _OFFICIAL]
    other = {"effective_until": date(2026, 11, 30)}
    told(root, report("flash", "2026-01-01", "9"), report("flash-001", "2026-11-01", ("8", other), by="b"))
    assert before == [run(*words) for words in _OFFICIAL]
    assert "reported" not in "".join(before)


def test_a_report_does_not_bring_back_what_is_gone(run: Run, root: Path):
    """A model that its page has no longer is gone, whoever reported it once."""
    from tests.support.histories import change

    gone = change("2026-05-01", "model_removed", "old")
    write(root, *added("2026-01-01", card("flash", rate()), card("old", rate("old"))), gone)
    told(root, report("old", "2026-02-01", "1"))
    assert "old" in run("cost", "old", *CALL, status=2)


# ------------------------------------------------------------------------------------------------ beside each other


def beside(root: Path) -> None:
    """Two pages as a guide held them beside each other, before the documentation was read."""
    told(
        root,
        report("image", "2026-02-02", "0.25", ("60", {"meter": "output"}), by="guide"),
        report("image", "2026-02-02", "0.5", ("60", {"meter": "output"}), by="guide", of="google/ai-studio"),
    )


def test_discrepancies_of_a_day(run: Run, root: Path):
    """As reported, with the edition that settled it; and marked as nothing official."""
    (root / "v1" / "discrepancies.json").write_text('{"version": 1, "discrepancies": []}', encoding="utf-8")
    beside(root)
    asked = ("discrepancies", "image", "--format", "json")
    assert ["none was official then"] * 2 == [row["recommended"] for row in json.loads(run(*asked))]
    write(
        root,
        *added("2026-01-01", card("flash", rate())),
        *added("2026-03-24", card("image", rate("image", price="0.5"))),
    )
    rows = json.loads(run(*asked, "--on", "2026-02-02"))
    assert {"reported"} == {row["state"] for row in rows}
    assert [("2", "0.5"), ("1", "60")] == [(row["ratio"], row["conservative"]) for row in rows]
    assert "settled by google/gemini-api of 2026-03-24: $0.5" == rows[0]["because"]
    people = run("discrepancies", "image", "--on", "2026-02-02")
    assert "google/ai-studio, reported" in people
    assert "0 discrepancies: 0 between sources, 0 within one; 2 prices of two pages, only as reported" in people
    assert [] == json.loads(run(*asked)) == json.loads(run(*asked, "--on", "2026-03-24"))
    assert [] == json.loads(run(*asked, "--on", "2026-02-02", "--grade", "official"))
    assert [] == json.loads(run(*asked, "--on", "2026-02-01"))


def test_what_is_not_beside_is_not_compared(run: Run, root: Path):
    """A price of one page alone, or in another unit; and of a page that is not held nothing settles it."""
    (root / "v1" / "discrepancies.json").write_text('{"version": 1, "discrepancies": []}', encoding="utf-8")
    told(
        root,
        report("image", "2026-02-02", "0.25", ("1", {"meter": "output"}), by="guide", of="google/vertex-ai"),
        report(
            "image",
            "2026-02-02",
            ("5", {"unit": "1 image"}),
            ("0", {"meter": "output"}),
            by="guide",
            of="google/ai-studio",
        ),
    )
    rows = json.loads(run("discrepancies", "--format", "json"))
    assert [("output", "google/ai-studio", "")] == [(row["meter"], row["left"], row["ratio"]) for row in rows]


# ------------------------------------------------------------------------------------------------ audit


def test_an_audit_judges_nothing_by_it(run: Run, root: Path):
    """A claim of a model that is only reported says so, by whom and since when; `--fail-on unknown` fails on it, too."""
    file = root / "prices.json"
    price = {"litellm_provider": "gemini", "input_cost_per_token": 5e-07}
    file.write_text(json.dumps({"gemini/argon": price, "gemini/flash": price, "gemini/none": price}), encoding="utf-8")
    found = json.loads(run("audit", str(file), "--format", "json"))
    assert {"right": 1, "unknown model": 1, "reported only": 1} == {k: n for k, n in found["counts"].items() if n}
    only = next(f for f in found["findings"] if f["verdict"] == "reported only")
    assert ("by reported/somebody since 2026-10-13", None) == (only["why"], only["ours"])
    assert {"of an unknown model": 1, "of a model that is only reported": 1} == found["entries"]["not_judged"]
    text = run("audit", str(file))
    assert "1 of unknown models, 1 of models that are only reported, 0 unread" in text
    assert "reported only: gemini/argon by reported/somebody since 2026-10-13 (1)" in text
    official = json.loads(run("audit", str(file), "--grade", "official", "--format", "json"))["counts"]
    assert (2, 0) == (official["unknown model"], official["reported only"])
    assert 1 == main(["audit", str(file), "--fail-on", "unknown", "--format", "sarif"], today=TODAY)
