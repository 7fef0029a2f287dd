"""A model whose days a page of facts tells: which day binds, who says otherwise, and where a reader meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ratecards.__main__ import main
from ratecards.dataset import Dataset
from ratecards.model import lifecycle
from ratecards.model.lifecycle import Lifecycle, Other, Shutdown, earliest_binding, lines, may_end
from scraper.publish.v1_files import files
from scraper.site import build, gather
from scraper.storage.lifecycle import LifecycleCard, attached, data
from tests.support.histories import added, card, rate, write

NOTICE = "flash will be shut down on October 2, 2026; migrate to gemini-3.5-flash."
TODAY = date(2026, 9, 1)
SAID = Lifecycle(
    provider="google",
    source="deprecations",
    offer="google/gemini-api",
    model="flash",
    release=date(2025, 5, 1),
    quote="the row of flash",
    locator="Models / flash",
    observed=date(2026, 8, 1),
    recorded="2026-08-01T06:00:00Z",
)
PAGE = "google/deprecations"


def binding(day: int, **values) -> Lifecycle:
    """The page with a day of October 2026 that binds."""
    return replace(SAID, shutdown=date(2026, 10, day), **values)


def first(day: int) -> Lifecycle:
    """The page with a day of October 2026 from which on it may be."""
    return replace(SAID, earliest=date(2026, 10, day))


def ends(*said: Lifecycle, notice: str = NOTICE) -> Shutdown | None:
    """The end of a model with a notice by its card, and what a page says."""
    (found,) = attached([card("flash", notices=(notice,) if notice else ())], said)
    return found.shutdown


ON_CARD = Shutdown(date(2026, 10, 2), "gemini-3.5-flash", NOTICE)


@pytest.mark.parametrize(
    ("said", "others"),
    [
        ((), ()),
        ((binding(2),), ()),
        ((first(1),), ()),
        ((first(2),), ()),
        ((binding(9),), (Other(PAGE, date(2026, 10, 9), SAID.quote),)),
        ((first(9),), (Other(PAGE, date(2026, 10, 9), SAID.quote),)),
        ((SAID,), (Other(PAGE, None, SAID.quote),)),
    ],
    ids=["nothing", "the same", "the day before", "that day", "later", "later at the earliest", "none"],
)
def test_who_says_otherwise_than_a_notice(said, others):
    """The notice is earlier, or the same; a first day before it contradicts nothing."""
    assert ON_CARD._replace(others=others) == ends(*said)


def test_the_earliest_day_that_binds_counts():
    """Of the page, where it is earlier than the notice; what takes the place is said by either."""
    expected = Shutdown(date(2026, 10, 1), "gemini-3.5-flash", SAID.quote, PAGE)
    assert expected._replace(others=(Other("google/gemini-api", date(2026, 10, 2), NOTICE),)) == ends(binding(1))
    assert expected._replace(successor="gemini-4") == ends(binding(1, successor="gemini-4"), notice="")
    assert None is ends(first(1), notice="") is ends(SAID, notice="")


def test_of_whom_a_page_speaks():
    """A model by its id, else by an alias; of that offer alone; up to a day observed and a day recorded."""
    facts = lifecycle.read(json.loads(json.dumps(data([_card(first(1), replace(first(3), model="flash-001"))]))))
    own = facts["google/gemini-api"]

    assert (first(1),) == lifecycle.of_model(own, ("flash", "flash-001"))
    assert (replace(first(3), model="flash-001"),) == lifecycle.of_model(own, ("flash-latest", "flash-001"))
    assert () == lifecycle.of_model(own, ("pro",)) == lifecycle.of_model(own, ("flash",), on=date(2026, 7, 31))
    assert () == lifecycle.of_model(own, ("flash",), known=date(2026, 7, 31))
    assert (first(1),) == lifecycle.of_model(own, ("flash",), date(2026, 8, 1), date(2026, 8, 1))
    assert () == attached([card("flash", source="vertex-ai")], [SAID])[0].lifecycle


def test_first_days_of_what_has_no_day():
    """Only of a model without a day that binds, and after the day asked for."""
    cards = attached([card("flash"), card("pro", notices=(NOTICE.replace("flash will", "pro will"),))], [first(3)])
    assert [(date(2026, 10, 3), "flash")] == [(day, c.model) for day, _, c in may_end(cards, TODAY)]
    assert [] == may_end(cards, date(2026, 10, 3)) == may_end(attached([card("flash")], [SAID]))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (SAID, "released 2025-05-01, no shutdown announced"),
        (replace(SAID, release=None, successor="gemini-4"), "no shutdown announced; in its place gemini-4"),
        (first(3), "released 2025-05-01, may be shut down from 2026-10-03 on"),
        (binding(3), "released 2025-05-01, to be shut down on 2026-10-03"),
    ],
)
def test_in_words(one, words):
    """With the quote, the page and the day."""
    line = f"{words}: 'the row of flash' (google/deprecations, as observed 2026-08-01)"
    assert [line] == lines(attached([card("flash")], [one])[0])


def test_a_card_without_either():
    """Nothing is announced."""
    assert None is card("flash").shutdown is earliest_binding(card("flash"))


# ----------------------------------------------------------------------------------------- in a dataset


def _card(*models: Lifecycle) -> LifecycleCard:
    bare = tuple(replace(one, provider="", source="") for one in models)
    return LifecycleCard(
        provider="google", source="deprecations", name="D", url="https://x.test", parser="1", models=bare
    )


Run = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """`flash` has a notice; `pro` ends by the page alone; of `lite` there is only a first day; `old` is not spoken of."""
    cards = [
        card(name, rate(name, price="1"), rate(name, "output", "2"), notices=(NOTICE,) if name == "flash" else ())
        for name in ("flash", "pro", "lite", "old")
    ]
    write(tmp_path, *added("2026-04-01", *cards))
    found = [
        binding(9),
        replace(binding(20), model="pro", successor="gemini-4"),
        replace(first(5), model="lite", successor="gemini-4"),
    ]
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "lifecycle.json").write_text(json.dumps(data([_card(*found)])), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(root, capsys, monkeypatch) -> Run:
    monkeypatch.setenv("COLUMNS", "120")  # no cell is wrapped

    def call(*arguments: str) -> str:
        status = main([*arguments, "--dataset", str(root), "--on", "2026-09-01"])
        assert 0 == status, capsys.readouterr().err
        return " ".join(capsys.readouterr().out.split())

    return call


OTHERWISE = f"but {PAGE} says 2026-10-09: 'the row of flash'"


def test_upcoming(run):
    """Days that bind and first days by their day; who says otherwise below, and for programs beside it."""
    text = run("upcoming")
    found = json.loads(run("upcoming", "--format", "json"))

    assert "2026-10-05 lite may be shut down from then on; in its place gemini-4 in 34 days" in text
    assert "2026-10-20 pro shut down; in its place gemini-4 in 49 days" in text
    assert f"flash; {OTHERWISE}" in text
    assert [
        ("shutdown", "flash", "2026-10-02", "", OTHERWISE),
        ("may_end", "lite", "2026-10-05", PAGE, ""),
        ("shutdown", "pro", "2026-10-20", PAGE, ""),
    ] == [tuple(row[key] for key in ("kind", "model", "on", "said_by", "otherwise")) for row in found]


def test_models(run):
    """Day, successor, release day, and the first day where there is no other."""
    found = {row["model"]: row for row in json.loads(run("models", "--format", "json"))}
    keys = ("shutdown", "successor", "released", "may_end")

    assert ("2026-10-02", "gemini-3.5-flash", "2025-05-01", "") == tuple(found["flash"][key] for key in keys)
    assert ("2026-10-20", "gemini-4", "2025-05-01", "") == tuple(found["pro"][key] for key in keys)
    assert ("", "gemini-4", "2025-05-01", "2026-10-05") == tuple(found["lite"][key] for key in keys)
    assert {""} == {found["old"][key] for key in keys}
    text = run("models")
    assert "may be shut down from then on: lite 2026-10-05" in text
    assert f"flash; {OTHERWISE}" in text


def test_cost_and_card_say_it_first(run):
    """The day that binds, whose word it is, and who says otherwise."""
    assert run("cost", "pro", "--input-tokens", "1").startswith(
        f"pro is to be shut down on 2026-10-20; in its place gemini-4: 'the row of flash' ({PAGE})"
    )
    assert f"'{NOTICE}'; {OTHERWISE}" in run("cost", "flash", "--input-tokens", "1")
    data = json.loads(run("cost", "flash", "--input-tokens", "1", "--format", "json"))
    assert ("2026-10-02", OTHERWISE) == (data["shutdown"], data["otherwise"])
    assert "otherwise" not in run("cost", "pro", "--input-tokens", "1", "--format", "json")
    assert "shut down" not in run("cost", "lite", "--input-tokens", "1")
    assert "Lifecycle: released 2025-05-01, may be shut down from 2026-10-05 on" in run("show", "lite")


def test_what_was_not_observed_yet_is_not_known(root):
    """A day before the page's: only the notice."""
    (flash,) = Dataset(root).find("flash", date(2026, 7, 31))
    (pro,) = Dataset(root).find("pro", date(2026, 7, 31))
    assert (ON_CARD, None, ()) == (flash.shutdown, pro.shutdown, pro.lifecycle)


def test_the_published_list(root):
    """Whose words they are, since when they are known, and who says otherwise."""
    found = json.loads(files(Dataset(root).cards(), [], {}, TODAY)["upcoming.json"])["shutdowns"]
    other = [{"said_by": PAGE, "on": "2026-10-09", "quote": SAID.quote}]

    assert [("flash", None, "2026-04-01", other), ("pro", PAGE, "2026-08-01", None)] == [
        (one["model"], one.get("said_by"), one["observed"], one.get("others")) for one in found
    ]


def test_the_site_and_its_calendar(root):
    """An event for each, recorded when the page was read; the model's own page has the day."""
    dataset = Dataset(root)
    found = gather(dataset, root, TODAY)
    titles = {entry.title: entry for entry in found.coming}
    calendar = build(found)["feeds/coming.ics"].decode().replace("\r\n ", "")

    assert [
        "flash shut down; in its place gemini-3.5-flash",
        "lite may be shut down from this day on; in its place gemini-4",
        "pro shut down; in its place gemini-4",
    ] == [entry.title for entry in found.coming]
    assert {"2026-08-01T06:00:00Z"} == {titles[name].recorded for name in list(titles)[1:]}
    assert OTHERWISE in titles["flash shut down; in its place gemini-3.5-flash"].lines
    assert "SUMMARY:lite may be shut down from this day on\\; in its place gemini-4" in calendar
