"""Looking without judging: what one job saves for another to publish."""

from __future__ import annotations

import pytest
from werkzeug import Response

from scraper.errors import DatasetError
from scraper.fetch.capture import replay
from scraper.pipeline import fetch_only
from scraper.publish.dataset import Dataset
from scraper.sources import find
from tests.support.workshop import GEMINI, at, facts, pages

NOW = at("2026-11-01T06:17:00")
MIME = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def fetch(run, small, site, tmp_path):
    """Calls `fetch` for the pricing page."""

    def call(*words: object):
        return run(
            "fetch", GEMINI, "--keep", tmp_path / "looks", "--to", tmp_path / "data", "--now", NOW.isoformat(), *words
        )

    return call


def saved(tmp_path) -> object:
    """The one look that was saved."""
    (edition,) = replay(tmp_path / "looks", find(GEMINI))
    return edition


def test_a_look_is_saved_and_nothing_is_published(fetch, site, tmp_path):
    """Both representations, at the instant of the look."""
    site.shows(facts())
    ran = fetch()
    assert (0, True) == (ran.code, ran.out.startswith(f"{GEMINI}: html of "))
    assert (NOW, {"html", "md.txt"}) == (saved(tmp_path).at, set(saved(tmp_path).pages))
    assert not (tmp_path / "data" / "ratecards").exists()


def test_what_is_saved_is_whole_whatever_is_known(fetch, workshop, site, tmp_path):
    """No conditional request: it is applied to a state that nobody knows yet."""
    site.shows(facts("2026-11-01T05:00:00Z"))
    workshop.root = tmp_path / "data"
    workshop.live("--now", "2026-11-01T05:00:00Z")
    site.asked.clear()
    fetch()
    assert {""} == {known for _, known in site.asked}
    assert 2 == len(saved(tmp_path).pages)


def test_a_failure_is_saved_as_well_and_is_no_failure_of_the_job(fetch, site, tmp_path):
    """The publisher tells it."""
    site.shows(facts())
    site.answers = {"html": [Response(status=403)], "md.txt": [Response(status=404)]}
    ran = fetch()
    assert 0 == ran.code
    assert "html did not come: " in ran.out
    found = saved(tmp_path)
    assert (["html"], ["md.txt"]) == (list(found.failed), list(found.not_read))
    assert "access denied" in str(found.failed["html"])


def test_one_page_alone_settles_no_disagreement(fetch, site, tmp_path):
    """A second look that brings less than the first is not taken for it."""
    site.shows(facts())
    torn = pages(facts(gemini_2=None))["html"]
    site.answers["html"] = [Response(torn, headers=MIME), Response(status=403)]
    fetch()
    assert torn == saved(tmp_path).pages["html"].body


def test_a_source_without_its_key_is_saved_as_skipped(run, tmp_path, monkeypatch):
    """With the line that says how to enable it."""
    monkeypatch.delenv("RATECARDS_BILLING_KEY", raising=False)
    ran = run("fetch", "cloud-billing", "--keep", tmp_path / "looks", "--to", tmp_path / "data")
    assert "google/cloud-billing: no API key: set RATECARDS_BILLING_KEY" in ran.out
    (edition,) = replay(tmp_path / "looks", find("cloud-billing"))
    assert edition.skipped.startswith("no API key")


def test_a_source_that_there_is_not_is_an_error(run, tmp_path):
    """Of usage."""
    assert 2 == run("fetch", "nobody/nothing", "--keep", tmp_path).code


def test_a_damaged_answer_of_the_pipeline_is_raised(monkeypatch, tmp_path):
    """What cannot be saved must not pass for saved."""
    monkeypatch.setattr(fetch_only, "fetch_all", lambda *_, **__: {GEMINI: DatasetError("no")})
    with pytest.raises(DatasetError, match="no"):
        list(fetch_only.fetch_and_save([find(GEMINI)], Dataset(tmp_path), tmp_path / "looks"))


def test_the_sources_to_publish_are_those_named_or_those_there_are(fetch, site, tmp_path):
    """Without any look and any name there is nothing to do, and that is an error."""
    with pytest.raises(DatasetError, match="expected looks at sources, saw none"):
        fetch_only.fill_missing(tmp_path / "looks", [], NOW)
    site.shows(facts())
    fetch()
    assert [GEMINI] == fetch_only.fill_missing(tmp_path / "looks", [], NOW)
    assert [GEMINI, "google/vertex-ai"] == fetch_only.fill_missing(tmp_path / "looks", [GEMINI, "vertex-ai"], NOW)
    (missing,) = replay(tmp_path / "looks", find("vertex-ai"))
    assert ({"html"}, {"the job that fetches this source brought nothing; see its log"}) == (
        set(missing.failed), {str(e) for e in missing.failed.values()},
    )  # fmt: skip


def test_fault_92_a_source_that_cannot_be_looked_at_stops_no_other(run, small, site, tmp_path, monkeypatch):
    """The others are saved; then it is told, with the status of a failure."""
    from scraper.fetch.all_sources import fetch_all

    def looked(sources, *words, **more):
        found = fetch_all(sources[-1:], *words, **more)
        return {**{s.name: DatasetError("v.yaml:1: unknown key") for s in sources[:-1]}, **found}

    monkeypatch.setattr(fetch_only, "fetch_all", looked)
    site.shows(facts())
    ran = run(
        "fetch", "vertex-ai", GEMINI, "--keep", tmp_path / "looks", "--to", tmp_path / "data", "--now", NOW.isoformat()
    )

    assert (1, "fetch: v.yaml:1: unknown key\n") == (ran.code, ran.err)
    assert {"html", "md.txt"} == set(saved(tmp_path).pages)


def test_fault_92_a_damaged_look_is_there(tmp_path):
    """It is told when it is applied; nothing is put in its place."""
    place = tmp_path / GEMINI
    place.mkdir(parents=True)
    (place / "2026-11-01T06-00-00Z.look.json").write_text("[]")

    assert [GEMINI] == fetch_only.fill_missing(tmp_path, [GEMINI], NOW)
    assert 1 == len(list(place.iterdir()))
