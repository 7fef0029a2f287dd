"""Pages that look back or across: flagships by month, retired models, a comparison, a model's story."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from ratecards.catalog.priced_model import PricedModel
from ratecards.dataset import Dataset
from ratecards.model.lifecycle import Lifecycle
from scraper.publish.dataset import DEPRECATIONS, FACTS
from scraper.site import comparison, flagships
from scraper.site.comparison import compared
from scraper.storage.lifecycle import FORM, LifecycleCard, data
from tests.support.histories import added, card, change, write
from tests.support.sitekit import TODAY, facts, history, of, site, text, whole


def pro(version: str, price: str, **values):
    return whole(f"gemini-{version}", text("input", price), text("output", "10"), **values)


def months(root, changes, day: date = TODAY) -> list[tuple[str, str, str]]:
    """Month, model and prices of Google's line."""
    made = flagships.months(Dataset(write(root, *changes)), day)
    place = [*flagships.LINES].index("google/gemini-api")
    return [
        (month.name, found.model, " ".join(found.prices)) if (found := month.flagships[place]) else (month.name, "", "")
        for month in made
    ]


# --------------------------------------------------------------------------------------------- flagships


def test_the_flagship_of_a_month_is_the_newest_version_at_its_end(tmp_path):
    """By number and not by spelling; a month without a reading has the last one."""
    old, new = (of("gemini-10-pro", text("input", price))[0] for price in ("2", "3"))
    told = [
        *added("2026-08-20", pro("9.9-pro", "1"), pro("10-flash", "0.1")),
        *added("2026-09-02", pro("10-pro", "2")),
        change("2026-11-03", "repriced", "gemini-10-pro", old=old, new=new),
    ]

    assert [
        ("2026-11", "gemini-10-pro", "$3.00 $10.00"),
        ("2026-10", "gemini-10-pro", "$2.00 $10.00"),
        ("2026-09", "gemini-10-pro", "$2.00 $10.00"),
        ("2026-08", "gemini-9.9-pro", "$1.00 $10.00"),
    ] == months(tmp_path, told)


def test_a_version_without_both_prices_is_no_flagship(tmp_path):
    """Nor is a model of another line; months go over the turn of a year."""
    told = added("2025-12-31", pro("3-pro", "1"), pro("4-pro-image", "9"), whole("gemini-5-pro", text("input", "2")))

    assert [("2026-01", "gemini-3-pro"), ("2025-12", "gemini-3-pro")] == [
        row[:2] for row in months(tmp_path, told, date(2026, 1, 5))
    ]


def test_what_was_not_read_yet_has_no_flagship(tmp_path):
    """A line of which no model is priced is empty, and so is a dataset without any."""
    assert [("2026-11", "", "")] == months(tmp_path / "a", added("2026-11-10", whole("m", text("input", "1"))))
    told = [replace(one, provider="acme") for one in added("2026-11-10", whole("m", text("input", "1")))]
    assert [] == flagships.months(Dataset(write(tmp_path / "b")), TODAY), told


def test_flagships_have_charts_where_they_moved(tmp_path):
    """One point a reading, and what never moved is not drawn."""
    told = [*added("2026-09-02", pro("3-pro", "1")), *added("2026-11-02", pro("4-pro", "2"))]
    page = site(tmp_path, told)["flagships.html"].decode()
    charts = flagships.charts(flagships.months(Dataset(tmp_path / "ratecards"), TODAY))

    assert ["Gemini Pro, input"] == [series.label for series, _ in charts]
    assert [(date(2026, 9, 2), 1), (date(2026, 11, 2), 2)] == [point[:2] for point in charts[0][0].points]
    assert "$1.00 from 2026-09-02; $2.00 from 2026-11-02" in page
    assert "as read <time>2026-09-02</time>" in page


# ----------------------------------------------------------------------------------------------- retired

GONE = "models that are gone"


def test_a_retired_model_has_its_last_card_and_successor(tmp_path):
    """The day of the reading that missed it, the prices of the day before, and who follows where that is said."""
    notice = "gemini-2-lite is deprecated and will be shut down on November 12, 2026. Migrate to gemini-2.5-pro."
    lite = whole("gemini-2-lite", text("input", "0.1"), text("output", "0.4"), notices=(notice,))
    told = [*history(), *added("2026-10-01", lite), change("2026-11-12", "model_removed", "gemini-2-lite")]
    (found,) = facts(tmp_path, told).retired

    assert ("gemini-2-lite", date(2026, 11, 12)) == (found.offer.card.model, found.gone)
    assert ["$0.10", "$0.40"] == [figure.text for figure in found.figures.values()]
    page = site(tmp_path, told)["retired.html"].decode()
    assert "gone from google/gemini-api since <time>2026-11-12</time>" in page
    assert ("gemini-2.5-pro", "google/gemini-api", notice, date(2026, 10, 1)) == found.successor[:4]
    assert 'In its place <a class="id" href="models/google/gemini-2.5-pro.html">gemini-2.5-pro</a>, by' in page
    assert f"<q>{notice}</q>" in page


def lifecycles(root, **row) -> None:
    """A page of facts that says one thing of a model."""
    one = Lifecycle(offer="google/gemini-api", quote="a row", locator="a / b", recorded="2026-10-01T06:00:00Z", **row)
    facts = LifecycleCard(
        provider="google",
        source="deprecations",
        name="Deprecations",
        url="https://ai.google.dev/gemini-api/docs/deprecations.md.txt?hl=en",
        parser="1",
        observed=date(2026, 10, 1),
        capture="sha256:0",
        models=(one,),
    )
    path = root / FACTS[DEPRECATIONS].path
    path.parent.mkdir(parents=True)
    path.write_text(FORM.encode(facts), encoding="utf-8")
    (root / "ratecards" / "v1").mkdir()
    (root / "ratecards" / "v1" / "lifecycle.json").write_text(json.dumps(data([facts])), encoding="utf-8")


LITE = "gemini-2-lite"
BY_PAGE = {"model": LITE, "successor": "gemini-2.5-pro or veo-9", "observed": date(2026, 10, 1)}


@pytest.mark.parametrize(
    ("row", "vertex", "expected"),
    [
        (BY_PAGE, [], ("gemini-2.5-pro or veo-9", "google/deprecations", "a row")),
        (BY_PAGE | {"shutdown": date(2026, 11, 12)}, [], ("gemini-2.5-pro or veo-9", "google/deprecations", "a row")),
        (BY_PAGE | {"observed": date(2026, 11, 26)}, [], None),
        (BY_PAGE | {"successor": ""}, [], None),
        (BY_PAGE | {"model": "another"}, ["renamed"], ("gemini-2-lite-001", "google/vertex-ai", "")),
        (BY_PAGE, ["renamed"], ("gemini-2.5-pro or veo-9", "google/deprecations", "a row")),
        (
            BY_PAGE | {"model": "another"},
            ["notice"],
            ("gemini-2.5-pro", "google/vertex-ai", "gemini-2-lite is deprecated"),
        ),
    ],
    ids=["first day", "binding", "later", "names none", "rename", "words before a rename", "another source"],
)
def test_a_successor_is_what_any_official_source_names(tmp_path, row, vertex, expected):
    """Its own last card, a page of facts up to the day, its maker's other sources; else it is said that none is named."""
    notice = f"{LITE} is deprecated and will be shut down on November 12, 2026. Migrate to gemini-2.5-pro."
    told = [*history(), *added("2026-10-01", whole(LITE, text("input", "0.1")))]
    told.append(change("2026-11-12", "model_removed", LITE))
    rates = [replace(r, source="vertex-ai") for r in of(LITE, text("input", "0.1"))]
    other = card(LITE, *rates, source="vertex-ai", notices=(notice,) if "notice" in vertex else ())
    moved = replace(change("2026-10-05", "model_renamed", f"{LITE}-001", previous_id=LITE), source="vertex-ai")
    if vertex:
        renamed = [moved] if "renamed" in vertex else []
        write(tmp_path / "ratecards", *added("2026-10-01", other), *renamed, source="vertex-ai")
    lifecycles(tmp_path, **row)
    (found,) = facts(tmp_path, told).retired
    files = site(tmp_path, told)
    page, twin = files["retired.html"].decode(), files["retired.html.md"].decode()

    if expected is None:
        assert found.successor is None
        assert "no source names a successor" in page
        assert "no source names a successor" in twin
    else:
        successor, said_by, quote = expected
        assert (successor, said_by) == found.successor[:2]
        assert found.successor.quote.startswith(quote)
        assert f"in its place {successor} by {said_by}" in twin
    if expected and expected[1] == "google/deprecations":
        assert 'by <a href="https://ai.google.dev/gemini-api/docs/deprecations?hl=en">google/deprecations</a>' in page


def test_what_came_back_or_was_renamed_is_not_retired(tmp_path):
    """Nor is anything that goes after the day."""
    renamed = change("2026-11-12", "model_renamed", "new", previous_id="gemini-2.5-pro")
    assert [] == facts(tmp_path / "a", [*history(), renamed]).retired
    late = change("2026-11-12", "model_removed", "gemini-2.5-pro")
    back = added("2026-11-14", whole("gemini-2.5-pro", text("input", "1")))
    assert [] == facts(tmp_path / "b", [*history(), late, *back]).retired
    assert ["gemini-2.5-pro"] == [one.offer.card.model for one in facts(tmp_path / "c", [*history(), late]).retired]
    assert "None is known." in site(tmp_path / "d", history())["retired.html"].decode()


# -------------------------------------------------------------------------------------------- comparison


def test_a_comparison_is_of_one_workload_the_cheapest_first():
    """Exact, the month to the cent; what has no price says why and comes last."""
    offers = [
        PricedModel(whole("dear", text("input", "2"), text("output", "4")), TODAY),
        PricedModel(whole("silent", text("input", "2")), TODAY),
        PricedModel(whole("cheap", text("input", "0.1"), text("output", "0.2")), TODAY),
    ]
    found = compared(offers)

    assert ["cheap", "dear", "silent"] == [one.offer.card.model for one in found]
    assert [("$0.0002", "$6.00"), ("$0.004", "$120.00"), ("", "")] == [(one.each, one.together) for one in found]
    assert "no price for output" in found[-1].wrong
    assert comparison.MOST == len(compared(offers * 2))


# ------------------------------------------------------------------------------------------------- story


def test_a_models_story_has_what_was_dated_and_what_was_withdrawn(tmp_path):
    """Beside what the editions said, the newest first, and what is still ahead above the card."""
    dated = of("gemini-2.5-pro", text("cache_read", "9", effective_from=date(2027, 3, 1)))[0]
    told = [
        *history(),
        change("2026-11-12", "rate_added", "gemini-2.5-pro", new=dated),
        change("2026-11-20", "rate_removed", "gemini-2.5-pro", old=dated),
    ]
    page = site(tmp_path, told)["models/google/gemini-2.5-pro.html"].decode()
    ahead = site(tmp_path, told)["models/google/gemini-3.7-flash.html"].decode()
    after = site(tmp_path, told, date(2027, 1, 2))["models/google/gemini-3.7-flash.html"].decode()

    assert "<b>withdrawn</b>" in page
    assert "Dated by the page" in ahead
    assert "as the page had dated" not in ahead
    assert "<b>as the page had dated</b>" in after
    assert "Dated by the page" not in after


@pytest.mark.parametrize("path", ["compare.html", "flagships.html", "retired.html", "embed.html"])
def test_the_pages_stand_without_anything_to_say(tmp_path, path):
    """A dataset that has none of it."""
    assert b"<h1" in site(tmp_path, added("2026-11-10", whole("m", text("input", None))))[path]
