"""The whole loop, through the commands that the workflows call: six days, with a break, changes, proposals and a job that brings nothing."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug import Response

from scraper import ROOT
from tests.support import pagebuilder
from tests.support.forge import Forge
from tests.support.gitrepo import bare_repository, clone, log, no_settings, shown
from tests.support.workshop import GEMINI, Ran, facts, model, pages

# the commands that publishing starts are processes of their own: they learn there that small pages will do
SMALL = """
from dataclasses import replace
from scraper.sources import gemini_api
terms = replace(gemini_api.load_terms(), tables_min=1)
gemini_api.load_terms = lambda: terms
"""
SIGN_IN = b"<html><head><title>Sign in - Google Accounts</title></head><body>Sign in</body></html>"


class Loop:
    """A repository, a page, a GitHub, and runs of the refresh workflow over them."""

    def __init__(self, run, site, forge: Forge, root: Path) -> None:
        self.run, self.site, self.forge, self.root = run, site, forge, root
        self.bare = bare_repository(root)
        self.numbers = itertools.count(1)

    def words(self, *words: object) -> Ran:
        ran: Ran = self.run(*words)
        assert 0 == ran.code, ran.err
        return ran

    def workflow(self, now: str, *more: str) -> SimpleNamespace:
        """One run of the workflow: fetch, publish, report, alert, as its jobs do; their texts and outputs."""
        base = self.root / f"run-{next(self.numbers)}"
        git = clone(self.bare, base / "clone")
        looks, report, output = base / "looks", base / "report.json", base / "output"
        self.words("fetch", GEMINI, "--keep", looks, "--to", git.root, "--now", now)
        _of_the_real_host(looks)
        publish = ("--replay", looks, "--repo", git.root, "--report", report, "--output", output)
        self.words("publish-git", GEMINI, *publish, *more)
        outputs = _outputs(output)
        published = ["--published"] if outputs["data"] == "true" else []
        alert = self.words("alert", report, *published).out
        texts = {
            name: self.words("report", report, "--format", name, "--source", GEMINI).out
            for name in ("summary", "pull", "issue", "commit", "changelog")
        }
        return SimpleNamespace(**texts, alert=alert, outputs=outputs, report=json.loads(report.read_text()))

    def publish(self, looks: Path, *more: str) -> tuple[int, dict]:
        """Publish from a fresh clone: the exit status, and the report."""
        folder = self.root / f"run-{next(self.numbers)}"
        git, report = clone(self.bare, folder / "clone"), folder / "report.json"
        ran = self.run("publish-git", GEMINI, "--replay", looks, "--repo", git.root, "--report", report, *more)
        return ran.code, json.loads(report.read_text())


def _of_the_real_host(looks: Path) -> None:
    """What was fetched from this machine, as if from Google: a published address is one of https."""
    for headers in looks.rglob("*.headers.json"):
        kept = json.loads(headers.read_text())
        headers.write_text(json.dumps({**kept, "url": pagebuilder.PAGE}))


def _outputs(path: Path) -> dict[str, str]:
    """A step's outputs, as GitHub reads them."""
    found, lines = {}, iter(path.read_text().splitlines())
    for line in lines:
        name, _, end = line.partition("<<")
        found[name] = "\n".join(itertools.takewhile(lambda text, end=end: text != end, lines))
    return found


@pytest.fixture
def loop(run, small, site, httpserver, tmp_path, monkeypatch) -> Loop:
    """Everything on this machine."""
    no_settings(monkeypatch, tmp_path)
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(SMALL)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'start'}:{ROOT}")
    forge = Forge().serve(httpserver)
    forge.environment(monkeypatch)
    monkeypatch.setenv("RATECARDS_WEBHOOK", httpserver.url_for("/hook"))
    return Loop(run, site, forge, tmp_path)


def day(number: int, **models) -> dict:
    """The page of a day, as it was edited the day before."""
    return facts(f"2026-11-{number:02}T06:17:00Z", updated=f"2026-11-{number:02}", **models)


DEARER = {"gemini_2": model("Gemini 2", "$2.20", "$2.50")}
THIRD, FOURTH = model("Gemini 3", "$3.30", "$3.50"), model("Gemini 4", "$4.40", "$4.50")


def broken(site) -> None:
    """The server asks everybody to sign in."""
    site.bodies = dict.fromkeys(site.bodies, SIGN_IN)
    site.etags = dict.fromkeys(site.etags, '"sign-in"')


def test_six_days(loop):
    """What stands in git, what the owner hears, what is proposed and released, day by day."""
    loop.site.shows(day(1))
    ran = loop.workflow("2026-11-01T06:17:00Z", "--dry-run")
    assert (["Begin"], "false") == (log(loop.bare), ran.outputs["changed"])
    assert "first look at google/gemini-api" in ran.summary

    first = loop.workflow("2026-11-01T06:17:00Z")
    assert ["Data: first look at google/gemini-api", "Begin"] == log(loop.bare)
    assert ("true", "") == (first.outputs["data"], first.alert.replace("told the webhook\n", ""))
    assert "first look at google/gemini-api" in loop.forge.hooks.pop()["text"]
    rates = shown(loop.bare, "ratecards/v1/rates.csv")

    broken(loop.site)
    second = loop.workflow("2026-11-02T06:17:00Z")
    assert "State: google/gemini-api NOT_READ" == log(loop.bare)[0]
    assert ("false", "", []) == (second.outputs["data"], second.alert, loop.forge.hooks)
    assert rates == shown(loop.bare, "ratecards/v1/rates.csv")

    again = loop.workflow("2026-11-02T12:17:00Z")
    assert (3, "false") == (len(log(loop.bare)), again.outputs["changed"])
    assert {1: "google/gemini-api: NOT_READ"} == loop.forge.open_issues()
    assert ["open"] == [hook["event"] for hook in loop.forge.hooks]
    assert "Sign in" in loop.forge.issues[1]["body"]
    assert "python -m scraper doctor google/gemini-api" in again.issue

    loop.site.shows(day(3, **DEARER), tag="3")
    third = loop.workflow("2026-11-03T06:17:00Z")
    assert "Data: 1 price changed" == log(loop.bare)[0]
    assert {} == loop.forge.open_issues()
    assert [(1, "Read again: CHANGED, 6 models.")] == loop.forge.comments
    assert ["open", "changes", "close"] == [hook["event"] for hook in loop.forge.hooks]
    words = r"2\.00 -&gt; 2.20 USD per 1M tokens \(x1.10\)"
    assert rf"| input \(standard\) | **{words}** | \$2.20 |" in third.pull.splitlines()
    assert "gemini-2 input (standard): 2.00 -> 2.20 USD per 1M tokens (x1.10)" in third.commit.splitlines()
    assert rf"- gemini-2 input \(standard\)\: {words.replace(chr(92) + '.', '.', 1)}" in third.changelog.splitlines()
    assert "2.2" in shown(loop.bare, "ratecards/v1/rates.csv")

    quiet = loop.workflow("2026-11-03T12:17:00Z")
    assert ("false", "", 4) == (quiet.outputs["changed"], quiet.alert, len(log(loop.bare)))
    assert "## no price changed" == quiet.summary.splitlines()[0]

    with_a_person_in_between(loop)
    where_nothing_was_fetched(loop)


def with_a_person_in_between(loop) -> None:
    """Who has not merged the proposal yet when the page changes again."""
    number = len(loop.forge.issues) + 1
    loop.site.shows(day(4, **DEARER, gemini_3=THIRD), tag="4")
    loop.workflow("2026-11-04T06:17:00Z", "--pull-requests")
    assert ["google/gemini-api: 1 price changed"] == [pull["title"] for pull in loop.forge.pulls.values()]
    assert 4 == len(log(loop.bare))
    loop.site.shows(day(5, **DEARER, gemini_3=THIRD, gemini_4=FOURTH), tag="5")
    fifth = loop.workflow("2026-11-05T06:17:00Z", "--pull-requests")
    assert {number: "google/gemini-api: 2 prices changed"} == {n: p["title"] for n, p in loop.forge.pulls.items()}
    assert fifth.pull == loop.forge.pulls[number]["body"]
    assert ["open", "changes", "close"] == [hook["event"] for hook in loop.forge.hooks]  # a proposal is no news yet

    # where no pull request may be opened there is the branch, and the job fails
    loop.forge.answers["POST /pulls"] = [Response("{}", status=403)]
    loop.forge.pulls.clear()
    looks = loop.root / f"run-{next(loop.numbers) - 1}" / "looks"
    assert (1, 0) == (loop.publish(looks, "--pull-requests")[0], len(loop.forge.pulls))
    assert "Data: 2 prices changed" == log(loop.bare, f"ratecards/{GEMINI}")[0]


def where_nothing_was_fetched(loop) -> None:
    """A job broke down and left no artifact: the publisher knows whom the plan named."""
    (loop.root / "empty").mkdir()
    code, report = loop.publish(loop.root / "empty")
    (source,) = report["sources"]
    assert (0, "NOT_FETCHED") == (code, source["outcome"])
    assert "the job that fetches this source brought nothing" in source["messages"][0]


def test_where_representations_disagree_they_are_fetched_once_more(loop, tmp_path):
    """The publisher cannot look again, so the fetching job does; what it saves is the look that agrees."""
    loop.site.shows(day(1))
    good = loop.site.bodies["html"]
    torn = day(1, **DEARER)
    first = Response(pages(torn)["html"], headers={"Content-Type": "text/html; charset=utf-8"})
    second = Response(good, headers={"Content-Type": "text/html; charset=utf-8"})
    loop.site.answers["html"] = [first, second]
    loop.words(
        "fetch", GEMINI, "--keep", tmp_path / "looks", "--to", tmp_path / "data", "--now", "2026-11-01T06:17:00Z"
    )
    (saved,) = (tmp_path / "looks" / GEMINI).glob("*.html")
    assert good == saved.read_bytes()
    assert ["html", "md.txt"] * 2 == [kind for kind, _ in loop.site.asked]
    assert {""} == {known for _, known in loop.site.asked}
