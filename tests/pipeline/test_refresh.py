"""The main job as a user runs it: kept editions and a server of our own in, a dataset out."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug import Response

from scraper import ROOT
from scraper.cli import run as commands
from scraper.errors import DatasetError
from scraper.fetch import all_sources
from scraper.fetch.capture import Capture
from scraper.fetch.client import Page, Validators
from scraper.model import State
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import locked
from scraper.sources import Source, gemini_api
from tests.support import tiny
from tests.support.workshop import GEMINI, Ran, Workshop, facts, keep, log, model, outcomes, pages, tree

DEMO = ROOT / "examples" / "demo"
MORNING = ("--now", "2026-11-01T06:00:00Z")
NOON = ("--now", "2026-11-01T12:00:00Z")
NEXT_DAY = ("--now", "2026-11-02T06:00:00Z")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
VERDICT = {"outcome", "message", "failing_since"}


def demo(run, root: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The demo's dataset after its first and after its second edition."""
    found = []
    for stem in ("2026-11-01", "2026-11-15"):
        (root / "kept" / GEMINI).mkdir(parents=True, exist_ok=True)
        for path in (DEMO / "replay" / GEMINI).glob(f"{stem}*"):
            shutil.copy(path, root / "kept" / GEMINI)
        assert 0 == run("refresh", GEMINI, "--replay", root / "kept", "--to", root / "data").code
        found.append(tree(root / "data"))
    return found[0], found[1]


def at(day: str, **models: dict | None) -> dict:
    """The small edition as fetched on a day, at six."""
    return facts(f"{day}T06:00:00Z" if len(day) == 10 else day, **models)


def only_the_verdict_moved(before: dict, after: dict) -> bool:
    """Whether two states differ in nothing but what the last look ended in."""
    return {k: v for k, v in before.items() if k not in VERDICT} == {k: v for k, v in after.items() if k not in VERDICT}


def lines(ran: Ran, start: str) -> list[str]:
    """The printed lines that begin with these words."""
    return [line for line in ran.out.splitlines() if line.startswith(start)]


def rates(workshop: Workshop) -> dict[tuple[str, str, str], str]:
    """Published paid prices by model, meter and first day."""
    text = (workshop.root / "ratecards/v1/rates.csv").read_text()
    rows = csv.DictReader(io.StringIO(text))
    return {(r["model"], r["meter"], r["effective_from"]): r["price"] for r in rows if r["plan"] == "paid"}


# ------------------------------------------------------------------------------------------ good runs


def test_fault_61_the_first_run_is_new(workshop):
    """A first run gives a card per model, and no change is announced."""
    ran = workshop.refresh(facts())
    assert (0, "NEW") == (ran.code, ran.outcome)
    assert [("model_added", f"gemini-{n}") for n in range(1, 7)] == [(c["kind"], c["model"]) for c in workshop.history]
    assert not lines(ran, "  gemini")
    assert {f"gemini-{n}.yaml" for n in range(1, 7)} == {p.name for p in workshop.card("x").parent.iterdir()}
    assert 0 == workshop.check().code


def test_fault_60_the_same_input_twice_writes_nothing(workshop):
    """The second run over the same pages leaves every byte, state included."""
    workshop.refresh(facts())
    before = workshop.files
    ran = workshop.refresh(facts())
    assert (0, "UNCHANGED") == (ran.code, ran.outcome)
    assert "nothing to write" in ran.out
    assert before == workshop.files


def test_a_changed_edition_gives_exactly_its_changes(run, tmp_path):
    """The demo's second edition: these history lines, these cards, and all of v1 that speaks of them."""
    before, after = demo(run, tmp_path)
    name = f"ratecards/history/{GEMINI}.2026.jsonl"
    assert after[name].startswith(before[name])
    added = [json.loads(line) for line in after[name][len(before[name]) :].splitlines()]
    expected = [
        ("model_removed", "gemini-2.5-flash-image"),
        ("reworded", "gemini-3.1-flash-image"),
        ("reworded", "gemini-3.1-flash-image"),
        ("repriced", "gemini-3.1-flash-live-preview"),
        ("card_changed", "gemini-3.1-flash-tts-preview"),
        ("model_added", "gemini-nano-banana-2.1"),
        ("redated", "gemini-robotics-er-1.6-preview"),
        ("rate_added", "gemini-robotics-er-1.6-preview"),
    ]
    assert expected == [(c["kind"], c["model"]) for c in added]
    assert {"2026-11-15"} == {c["observed"] for c in added}
    moved = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    cards = {f"ratecards/cards/{GEMINI}/{name}.yaml" for _, name in expected}
    assert cards == {path for path in moved if path.startswith("ratecards/cards/")}
    v1 = {"rates.json", "rates.csv", "changes.json", "upcoming.json"}
    assert v1 <= {path.removeprefix("ratecards/v1/") for path in moved}


def test_a_changed_edition_is_told_in_words(workshop):
    """A price change is printed with both prices and the ratio."""
    workshop.refresh(at("2026-11-01"))
    ran = workshop.refresh(at("2026-11-02", gemini_2=model("Gemini 2", "$2.00", "$3.00")))
    assert (0, "CHANGED") == (ran.code, ran.outcome)
    line = "  gemini-2 output (standard): 2.50 -> 3.00 USD per 1M tokens (x1.20)"
    assert [line] == lines(ran, "  gemini")
    assert 0 == workshop.check().code


def test_several_kept_editions_are_replayed_in_order(workshop):
    """Two editions in one folder are two runs; again, and only the last is read again."""
    editions = [at("2026-11-02", gemini_2=model("Gemini 2", "$9.00", "$2.60")), at("2026-11-01")]
    ran = workshop.refresh(*editions)
    assert 2 == len(re.findall("wrote", ran.out))
    assert ["2026-11-01"] * 6 + ["2026-11-02"] * 2 == [c["observed"] for c in workshop.history]
    before = workshop.files
    again = workshop.refresh(*editions)
    assert 1 == len(re.findall("nothing to write", again.out))
    assert before == workshop.files


def test_editions_older_than_the_last_one_read_are_passed_over(workshop):
    """Nothing is read, nothing is written, and the run says why."""
    workshop.refresh(at("2026-11-05"))
    before = workshop.files
    ran = workshop.refresh(at("2026-11-01", gemini_2=model("Gemini 2", "$3.00")))
    assert (0, before) == (ran.code, workshop.files)
    assert "older than the last one read" in ran.out


@pytest.mark.parametrize("first", [True, False])
def test_a_dry_run_writes_nothing(workshop, first):
    """Neither into an empty place, which is not even made, nor into a dataset; each edition builds on the one before."""
    if not first:
        workshop.refresh(at("2026-10-31"))
    before = workshop.files
    changed = at("2026-11-02", gemini_2=model("Gemini 2", "$3.00", "$3.00"))
    ran = workshop.refresh(at("2026-11-01"), changed, words=("--dry-run",))
    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert "would write" in ran.out
    assert before == workshop.files
    assert first != workshop.root.exists()


def test_a_dry_run_of_the_live_page_writes_nothing(workshop, site):
    """What is fetched is judged, too."""
    site.shows(facts())
    ran = workshop.live("--dry-run")
    assert (0, "NEW", {}) == (ran.code, ran.outcome, workshop.files)


def test_what_is_kept_replays_to_the_same_dataset(workshop, site, tmp_path):
    """Pages fetched one after the other are one edition, and give the same bytes when replayed."""
    site.shows(facts())
    assert 0 == workshop.live("--keep", tmp_path / "kept").code
    replayed = workshop.run("refresh", GEMINI, "--replay", tmp_path / "kept", "--to", tmp_path / "again")
    assert "NEW" == replayed.outcome
    assert "read alone" not in replayed.out
    assert workshop.files == tree(tmp_path / "again")


def test_a_place_that_pages_cannot_be_kept_in_is_a_finding(workshop, site, tmp_path):
    """The message names the folder; nothing is published."""
    (tmp_path / "file").write_text("")
    site.shows(facts())
    ran = workshop.live("--keep", tmp_path / "file")
    assert (1, "DAMAGED") == (ran.code, ran.outcome)
    assert f"{tmp_path / 'file'}: expected a folder to keep pages in" in ran.out


def test_now_is_the_clock(workshop, site):
    """`--now` is when the page was observed and when that was recorded, whatever zone it is written in."""
    site.shows(facts())
    workshop.live("--now", "2026-11-03T01:30:00+02:00")
    stamps = {(c["observed"], c["recorded"]) for c in workshop.history}
    assert {("2026-11-02", "2026-11-02T23:30:00Z")} == stamps
    assert ("2026-11-02", "2026-11-02T23:30:00Z") == (workshop.state["verified"], workshop.state["observed"])


# ------------------------------------------------------------------------------------- asking politely


def test_a_page_not_modified_is_unchanged(workshop, site):
    """On the same day both representations are asked for by ETag, and nothing is written."""
    site.shows(facts())
    workshop.live(*MORNING)
    before = workshop.files
    ran = workshop.live(*NOON)
    assert (0, "UNCHANGED", before) == (ran.code, ran.outcome, workshop.files)
    assert [("html", ""), ("md.txt", ""), ("html", '"1"'), ("md.txt", '"1"')] == site.asked


def test_fault_21_the_first_look_of_a_day_is_unconditional(workshop, site):
    """A server that says 304 for ever is found out within a day."""
    site.shows(facts())
    workshop.live(*MORNING)
    ran = workshop.live(*NEXT_DAY)
    assert ("UNCHANGED", "2026-11-02") == (ran.outcome, workshop.state["verified"])
    assert [("html", ""), ("md.txt", "")] == site.asked[2:]


def test_fault_19_another_parser_asks_unconditionally(workshop, site, monkeypatch):
    """What another parser made of the page says nothing about this one."""
    site.shows(facts())
    workshop.live(*MORNING)
    monkeypatch.setattr(gemini_api, "PARSER", "next")
    assert "UNCHANGED" == workshop.live(*NOON).outcome
    assert [("html", ""), ("md.txt", "")] == site.asked[2:]
    assert "next" == workshop.state["parser"]


def test_after_a_bad_look_the_page_is_asked_for_in_full(workshop, site):
    """The ETag of a page that was not read is not sent, nor that of the one before it."""
    site.shows(facts())
    workshop.live(*MORNING)
    site.bodies["html"], site.etags["html"] = b"<html>Just a moment...</html>", '"2"'
    assert "NOT_READ" == workshop.live(*NOON).outcome
    site.asked.clear()
    site.shows(facts())
    assert "UNCHANGED" == workshop.live("--now", "2026-11-01T13:00:00Z").outcome
    assert [("html", ""), ("md.txt", "")] == site.asked


@pytest.mark.parametrize("same", ["html", "md.txt"])
def test_where_one_representation_is_modified_both_are_fetched_in_full(workshop, site, same):
    """A 304 beside a 200 is asked again without its ETag; the cards are read from the HTML all the same."""
    site.shows(at("2026-11-01"))
    workshop.live(*MORNING)
    site.asked.clear()
    site.shows(at("2026-11-01", gemini_2=model("Gemini 2", "$2.20", "$2.50")), tag="2")
    site.etags[same] = '"1"'
    ran = workshop.live(*NOON)
    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert [("html", '"1"'), ("md.txt", '"1"'), (same, "")] == site.asked
    assert ["repriced"] == [c["kind"] for c in workshop.history[6:]]
    assert "/html" in workshop.card("gemini-2").read_text()


def unread(body: str) -> None:
    raise AssertionError("the page was parsed")


def test_fault_21_a_new_etag_on_the_same_body_is_unchanged_without_a_parse(workshop, site, monkeypatch):
    """The body decides."""
    site.shows(facts())
    workshop.live(*MORNING)
    before = workshop.files
    site.shows(facts(), tag="2")
    monkeypatch.setattr(gemini_api, "read", unread)
    ran = workshop.live(*NOON)
    assert (0, "UNCHANGED", before) == (ran.code, ran.outcome, workshop.files)


def test_a_new_nonce_is_no_news(workshop, site, monkeypatch):
    """Scripts outside the article change with every fetch; they are not even a reason to parse."""
    site.shows(facts())
    workshop.live(*MORNING)
    before = workshop.files
    site.bodies["html"] = site.bodies["html"].replace(b"</head>", b'<script nonce="xyz">key="AIza"</script></head>')
    site.etags["html"] = '"2"'
    monkeypatch.setattr(gemini_api, "read", unread)
    ran = workshop.live(*NOON)
    assert (0, "UNCHANGED", before) == (ran.code, ran.outcome, workshop.files)


# ---------------------------------------------------------------------------------- two representations

OLD_TWIN = pages(facts(gemini_2=model("Gemini 2", "$7.00", "$2.50")))["md.txt"]


def test_a_disagreement_that_passes_is_looked_over(workshop, site):
    """Both are fetched once more; when they agree then, that is published."""
    site.shows(facts())
    site.answers["md.txt"] = [Response(OLD_TWIN), Response(site.bodies["md.txt"])]
    ran = workshop.live(*MORNING)
    assert (0, "NEW") == (ran.code, ran.outcome)
    assert "the representations disagreed; both were fetched once more" in ran.out
    assert ["html", "md.txt"] * 2 == [kind for kind, _ in site.asked]
    assert "2" == rates(workshop)["gemini-2", "input", ""]


def test_a_disagreement_that_stays_is_suspect(workshop, site):
    """The rows that differ are listed with both quotes; nothing is published; there is no third look."""
    site.shows(facts())
    site.answers["md.txt"] = [Response(OLD_TWIN)]
    ran = workshop.live(*MORNING)
    assert (5, "SUSPECT", {}) == (ran.code, ran.outcome, workshop.data)
    place = "gemini-2 / Standard / Input price / Paid Tier, per 1M tokens in USD"
    assert f"{GEMINI}: html and md.txt disagree at {place}: '$2.00' against '$7.00'" in ran.out.splitlines()
    assert 1 == ran.out.count(" disagree at ")
    assert ["html", "md.txt"] * 2 == [kind for kind, _ in site.asked]


def test_a_row_that_one_representation_lacks_is_a_disagreement(workshop):
    """Replayed pages cannot be fetched again."""
    lacking = facts(gemini_2=None)
    ran = workshop.refresh(facts(), twin=pages(lacking)["md.txt"])
    assert (5, "SUSPECT") == (ran.code, ran.outcome)
    assert "'$2.00' against no such row" in ran.out
    assert "once more" not in ran.out


def test_one_page_alone_does_not_settle_a_disagreement(workshop, site):
    """Where the second look brings less than the first, the doubt stays."""
    site.shows(facts())
    site.answers["md.txt"] = [Response(OLD_TWIN), Response(status=403)]
    ran = workshop.live(*MORNING)
    assert (5, "SUSPECT", {}) == (ran.code, ran.outcome, workshop.data)
    assert re.search("fetched once more, md.txt: .*403: access denied", ran.out)


def test_other_doubts_are_no_reason_to_fetch_again(workshop, site):
    """An older edition stays one."""
    site.shows(facts(updated="2026-10-30"))
    workshop.live(*MORNING)
    site.shows(facts(updated="2026-10-01"), tag="2")
    assert "SUSPECT" == workshop.live(*NOON).outcome
    assert 4 == len(site.asked)


@pytest.mark.parametrize(("lost", "evidence"), [("html", "pricing.md.txt"), ("md.txt", "pricing?hl")])
def test_one_representation_is_read_alone_and_the_run_says_so(workshop, lost, evidence):
    """The one that came is published."""
    gone = {"html": "html", "md.txt": "twin"}[lost]
    ran = workshop.refresh(facts(), **{gone: None})
    assert (0, "NEW") == (ran.code, ran.outcome)
    assert f"{lost} was not fetched (not among the kept pages); the other representation was read alone" in ran.out
    assert evidence in workshop.card("gemini-1").read_text()


def test_one_representation_down_live(workshop, site):
    """After its retries the HTML is given up; the twin is read."""
    site.shows(facts())
    site.answers["html"] = [Response(status=503)]
    ran = workshop.live(*MORNING)
    assert (0, "NEW") == (ran.code, ran.outcome)
    assert re.search(r"html was not fetched \(.*503\); the other representation was read alone", ran.out)
    assert ["html"] * 3 + ["md.txt"] == [kind for kind, _ in site.asked]


def test_the_twin_alone_says_nothing_new(workshop):
    """After an edition read from both, the same from its twin alone changes nothing, places included."""
    named = {"gemini_2": model("Gemini Number 2")}
    workshop.refresh(at("2026-11-01", **named))
    before = workshop.data
    ran = workshop.refresh(at("2026-11-02", **named), html=None)
    assert (0, "UNCHANGED", before) == (ran.code, ran.outcome, workshop.data)


def test_one_representation_not_read_is_the_source_not_read(workshop):
    """The other one, though it could be read, is not published."""
    ran = workshop.refresh(facts(), twin=b"# Something else\n")
    assert (4, "NOT_READ", {}) == (ran.code, ran.outcome, workshop.data)
    assert f"{GEMINI}: md.txt: truncated page" in ran.out


# -------------------------------------------------------------------------------------- not fetched


def bomb() -> Response:
    """Ten megabytes in ten kilobytes."""
    import gzip

    return Response(gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})


TRANSPORT = {
    "refused": ([Response(status=403)], "403: access denied", 1),
    "too many": ([Response(status=429, headers={"Retry-After": "30"})], "429", 3),
    "much too many": ([Response(status=429, headers={"Retry-After": "864000"})], "429 with Retry-After 864000", 1),
    "broken": ([Response(status=500)], "500", 3),
    "elsewhere": ([Response(status=302, headers={"Location": "http://evil.example/x"})], "evil.example", 1),
    "oversized": ([Response(b"x" * 2_000_001)], "at most 2000000 bytes", 1),
    "gzip bomb": ([bomb()], "at most 2000000 bytes", 1),
}


@pytest.mark.parametrize(("answers", "words", "times"), TRANSPORT.values(), ids=TRANSPORT)
def test_what_was_not_fetched_changes_only_the_verdict(workshop, site, answers, words, times):
    """Exit 3; cards, history, v1, ETags, hashes and the day of the last good look stay."""
    site.shows(facts())
    workshop.live(*MORNING)
    data, state = workshop.data, workshop.state
    site.asked.clear()
    site.answers = {kind: list(answers) for kind in site.bodies}
    ran = workshop.live(*NEXT_DAY)
    assert (3, "NOT_FETCHED", data) == (ran.code, ran.outcome, workshop.data)
    assert only_the_verdict_moved(state, workshop.state)
    assert ("NOT_FETCHED", "2026-11-02T06:00:00Z") == (workshop.state["outcome"], workshop.state["failing_since"])
    assert all(words in line for line in lines(ran, f"{GEMINI}: html") + lines(ran, f"{GEMINI}: md.txt"))
    assert {"html": times, "md.txt": times} == {k: [kind for kind, _ in site.asked].count(k) for k in site.bodies}


def test_no_network(workshop, site, monkeypatch):
    """Nobody listens: NOT_FETCHED."""
    monkeypatch.setattr(gemini_api, "urls", lambda: {"html": "http://127.0.0.1:9/html"})
    ran = workshop.live(*MORNING)
    assert (3, "NOT_FETCHED", {}) == (ran.code, ran.outcome, workshop.data)


def test_a_500_that_passes_is_no_news(workshop, site):
    """500, then 200: the page is read."""
    site.shows(facts())
    site.answers["html"] = [Response(status=500), Response(site.bodies["html"])]
    assert (0, "NEW") == ((ran := workshop.live(*MORNING)).code, ran.outcome)


def test_a_page_that_is_gone_needs_a_person(workshop, site):
    """404, confirmed once: NOT_READ."""
    site.shows(facts())
    workshop.live(*MORNING)
    data, state = workshop.data, workshop.state
    site.answers["html"] = [Response(status=404)]
    ran = workshop.live(*NEXT_DAY)
    assert (4, "NOT_READ", data) == (ran.code, ran.outcome, workshop.data)
    assert "404: page moved" in ran.out
    assert only_the_verdict_moved(state, workshop.state)


def test_since_when_it_fails_is_kept(workshop, site):
    """The first failing look counts; a good one ends it."""
    site.shows(facts())
    site.answers = {kind: [Response(status=403)] for kind in site.bodies}
    for day in ("01", "02"):
        workshop.live("--now", f"2026-11-{day}T06:00:00Z")
    assert "2026-11-01T06:00:00Z" == workshop.state["failing_since"]
    site.answers = {}
    workshop.live("--now", "2026-11-03T06:00:00Z")
    assert ("READ", "") == (workshop.state["outcome"], workshop.state["failing_since"])


# ------------------------------------------------------------------------------------------ not read


def inserted_html(body: bytes) -> bytes:
    """A column before the free one, in every table."""
    body = body.replace(b'<th scope="col">Free Tier', b'<th scope="col">Trial Tier</th><th scope="col">Free Tier')
    return re.sub(rb"(<tr>\n\s+<td>.*?</td>)", rb"\1<td>$9.00</td>", body)


def inserted_twin(body: bytes) -> bytes:
    body = body.replace(b"| Free Tier |", b"| Trial Tier | Free Tier |").replace(b"|---|---|---|", b"|---|---|---|---|")
    return re.sub(rb"(?m)^(\| [A-Z][^|]* \|)", rb"\1 $9.00 |", body)


def renamed(body: bytes) -> bytes:
    # words that could change a price, which nothing infers
    return body.replace(b"Free Tier", b"Up to 5 users")


# with a price that must not be published
PAGE_HTML, PAGE_TWIN = pages(facts(gemini_5=model("Gemini 5", "$5.10", "$5.50"))).values()
BY_HTML = {
    "challenge": (b"<!doctype html><html><title>Just a moment...</title></html>", "challenge page"),
    "sign-in": (b'<html><title>Sign in</title><a href="https://accounts.google.com/signin">x</a></html>', "sign-in"),
    "consent": (b"<html><title>Before you continue to Google</title></html>", "consent page"),
    "Japanese": (PAGE_HTML.replace(b'lang="en"', b'lang="ja"'), "localised page"),
    "truncated": (PAGE_HTML[: len(PAGE_HTML) // 2], "truncated page"),
    "cut in a number": (PAGE_HTML[: PAGE_HTML.index(b"$6.50") + 2], "truncated page"),
    "empty": (b"", "empty page"),
    "blank": (b" \n\n ", "empty page"),
    "soft 404": (PAGE_HTML.replace(b"/gemini-api/docs/pricing", b"/gemini-api/docs"), "soft 404"),
    "header renamed": (renamed(PAGE_HTML), "header renamed"),
    "column inserted": (inserted_html(PAGE_HTML), "unknown header 'Trial Tier'"),
    "undecodable": (PAGE_HTML.replace(b"Prices can", b"Prices \xff can"), "text in utf-8"),
}
BY_TWIN = {
    "translated": (PAGE_TWIN.replace(b"What it costs.", "AI 翻訳".encode()), "translated or copied page"),
    "truncated": (PAGE_TWIN[: len(PAGE_TWIN) // 2], "cut"),
    "cut in a number": (PAGE_TWIN[: PAGE_TWIN.index(b"$6.50") + 2], "cut"),
    "cut between sections": (PAGE_TWIN[: PAGE_TWIN.index(b"## Notes")], "truncated page"),
    "header renamed": (renamed(PAGE_TWIN), "header renamed"),
    "column inserted": (inserted_twin(PAGE_TWIN), "unknown header 'Trial Tier'"),
    "HTML instead": (b"<!doctype html><html><title>Gemini</title></html>", "localised page"),
}
UNREAD = [pytest.param("html", *case, id=f"html {name}") for name, case in BY_HTML.items()]
UNREAD += [pytest.param("twin", *case, id=f"twin {name}") for name, case in BY_TWIN.items()]


@pytest.mark.parametrize(("kind", "body", "words"), UNREAD)
def test_what_was_not_read_changes_only_the_verdict(workshop, kind, body, words):
    """Exit 4 with a message that says which page came; everything published stays byte for byte."""
    workshop.refresh(at("2026-11-01"))
    data, state = workshop.data, workshop.state
    ran = workshop.refresh(at("2026-11-02"), **{kind: body})
    assert (4, "NOT_READ", data) == (ran.code, ran.outcome, workshop.data)
    assert words in ran.out
    assert only_the_verdict_moved(state, workshop.state)
    assert "NOT_READ" == workshop.state["outcome"]


def odd(name: str, price: str = "$1.00") -> dict:
    """A model with a row that nobody knows."""
    found = model(name, price)
    found["tabs"]["Standard"].append(["Haptic price", "Free of charge", "$0.10"])
    return found


def test_more_than_a_third_unread_is_a_page_not_read(workshop):
    """Three of six sections."""
    workshop.refresh(at("2026-11-01"))
    data, state = workshop.data, workshop.state
    ran = workshop.refresh(at("2026-11-02", **{f"gemini_{n}": odd(f"Gemini {n}") for n in (1, 2, 3)}))
    assert (4, "NOT_READ", data) == (ran.code, ran.outcome, workshop.data)
    assert 3 == ran.out.count("unknown row label 'Haptic price'")
    assert only_the_verdict_moved(state, workshop.state)


# ---------------------------------------------------------------------------------------- partly read


def test_fault_25_a_section_with_an_unknown_label_keeps_its_card(workshop):
    """The price change of another model goes out, the unread one's card stays byte for byte and is marked."""
    workshop.refresh(at("2026-11-01"))
    card, state = workshop.card("gemini-2").read_bytes(), workshop.state
    ran = workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$1.20"), gemini_2=odd("Gemini 2", "$2.20")))
    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert "gemini-2 / Standard: unknown row label 'Haptic price'" in ran.out
    assert ("1.2", "2") == (rates(workshop)["gemini-1", "input", ""], rates(workshop)["gemini-2", "input", ""])
    assert card == workshop.card("gemini-2").read_bytes()
    assert ["gemini-2"] == workshop.published("rates.json")["sources"][GEMINI]["unread"]
    kept = ("verified", "validators")
    assert [state[k] for k in kept] == [workshop.state[k] for k in kept]
    assert 0 == workshop.check().code


def test_a_gap_without_other_news_is_published_as_a_gap(workshop):
    """Completeness says so, though no rate moved; when the section is read again, it says that."""
    workshop.refresh(at("2026-11-01"))
    cards = {path: text for path, text in workshop.data.items() if "/cards/" in path}
    assert "PARTLY_READ" == workshop.refresh(at("2026-11-02", gemini_2=odd("Gemini 2", "$2.00"))).outcome
    assert ["gemini-2"] == workshop.published("rates.json")["sources"][GEMINI]["unread"]
    assert cards == {path: text for path, text in workshop.data.items() if "/cards/" in path}
    assert "UNCHANGED" == workshop.refresh(at("2026-11-03")).outcome
    assert [] == workshop.published("rates.json")["sources"][GEMINI]["unread"]


def test_a_gap_is_dated_from_its_first_day(workshop):
    """Looking again does not make it younger, and on the same day writes nothing."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", gemini_2=odd("Gemini 2")))
    before = workshop.files
    workshop.refresh(at("2026-11-02T18:00:00Z", gemini_2=odd("Gemini 2")))
    assert before == workshop.files
    workshop.refresh(at("2026-11-03", gemini_2=odd("Gemini 2")))
    assert "2026-11-02T06:00:00Z" == workshop.state["failing_since"]


def test_no_model_is_concluded_gone_from_a_section_that_hides_its_ids(workshop):
    """Whatever is missing may be the one that the section is about."""
    workshop.refresh(at("2026-11-01"))
    ran = workshop.refresh(at("2026-11-02", gemini_2=model("Gemini 2", ids=[])))
    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert [] == workshop.history[6:]
    assert ("gemini-2", True) == (workshop.state["models"][1], workshop.card("gemini-2").exists())


def test_a_new_model_with_a_new_word_holds_up_nobody(workshop):
    """It is not published, and the run does not pass unnoticed."""
    workshop.refresh(at("2026-11-01"))
    ran = workshop.refresh(at("2026-11-02", gemini_7=odd("Gemini 7"), gemini_1=model("Gemini 1", "$1.20", "$1.50")))
    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert ["repriced"] == [c["kind"] for c in workshop.history[6:]]
    assert not workshop.card("gemini-7").exists()


def test_a_confirmed_rename_that_cannot_be_read_keeps_the_old_card(workshop, monkeypatch):
    """The old id is not concluded gone while the section of the new one is unread."""
    workshop.refresh(at("2026-11-01"))
    monkeypatch.setattr(gemini_api, "renames", lambda: {"gemini-2": "gemini-2-ga"})
    ran = workshop.refresh(at("2026-11-02", gemini_2=None, gemini_2_ga=odd("Gemini 2 GA")))
    assert ("PARTLY_READ", [], []) == (ran.outcome, workshop.history[6:], list(workshop.state["holds"]))


# -------------------------------------------------------------------------------------------- suspect


def twice(name: str) -> dict:
    """A model with two prices for one key."""
    found = model(name, "$1.00")
    found["tabs"]["Standard"].append(["Input price", "Free of charge", "$1.10"])
    return found


def unclaimed(edition: dict) -> dict:
    return {**edition, "intro": "From $5 a month."}


SUSPECT = {
    "older edition": (facts("2026-11-02T06:00:00Z", updated="2026-10-01"), "an older edition: last updated 2026-10-01"),
    "money outside": (unclaimed(at("2026-11-02")), "money outside any section"),
}


@pytest.mark.parametrize(("edition", "words"), SUSPECT.values(), ids=SUSPECT)
def test_what_is_suspect_changes_only_the_verdict(workshop, edition, words):
    """Exit 5 with the reason; nothing of the page is published."""
    workshop.refresh(at("2026-11-01"))
    data, state = workshop.data, workshop.state
    ran = workshop.refresh(edition)
    assert (5, "SUSPECT", data) == (ran.code, ran.outcome, workshop.data)
    assert words in ran.out
    assert only_the_verdict_moved(state, workshop.state)


def test_fault_70_two_prices_for_one_key_take_their_section(workshop):
    """It keeps its card, and the rest of the page is published."""
    workshop.refresh(at("2026-11-01"))
    before = workshop.card("gemini-2").read_text()
    ran = workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$1.25"), gemini_2=twice("Gemini 2")))
    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert "two prices for one key: '$1.00' and '$1.10'" in ran.out
    assert before == workshop.card("gemini-2").read_text()
    assert 'price: "1.25"' in workshop.card("gemini-1").read_text()


def test_fault_60_a_clock_that_went_back_is_suspect(workshop, site):
    """Changes dated before those already recorded would not fold."""
    site.shows(facts())
    workshop.live(*NEXT_DAY)
    data = workshop.data
    site.shows(facts(gemini_2=model("Gemini 2", "$3.00")), tag="2")
    ran = workshop.live(*MORNING)
    assert (5, "SUSPECT", data) == (ran.code, ran.outcome, workshop.data)
    assert "is the clock right?" in ran.out


# ---------------------------------------------------------------------------------------- two sources


def put(folder: Path, day: str, body: bytes) -> Path:
    """Keep an edition of the second source."""
    (folder / "acme/tiny").mkdir(parents=True, exist_ok=True)
    for kind in tiny.urls():
        (folder / "acme/tiny" / f"{day}T06-00-00Z.{kind}").write_bytes(body)
    return folder


def both(workshop: Workshop, edition: dict, body: bytes, day: str = "2026-11-01", **bodies: bytes) -> Ran:
    """Replay both sources' editions of a day."""
    folder = put(next(workshop.kept), day, body)
    keep(folder, edition, **bodies)
    return workshop.run("refresh", "--replay", folder, "--to", workshop.root)


def test_the_highest_exit_wins_and_the_others_are_published(workshop, acme):
    """One source NOT_READ: exit 4, the other one's change is published."""
    priced = {"m-1": {"input": "1"}, "m-2": {"input": "2"}}
    both(workshop, at("2026-11-01"), tiny.page(priced))
    priced["m-1"]["input"] = "1.5"
    ran = both(workshop, at("2026-11-02"), tiny.page(priced), "2026-11-02", html=b"")
    assert (4, {GEMINI: "NOT_READ", acme.name: "CHANGED"}) == (ran.code, outcomes(ran.out))
    assert "1.5" == rates(workshop)["m-1", "input", ""]
    assert "1" == rates(workshop)["gemini-1", "input", ""]


def test_exit_five_beats_exit_four(workshop, acme):
    """SUSPECT and PARTLY_READ in one run."""
    suspect = tiny.page({"m-1": {"input": "1"}}, suspicions=["odd"])
    ran = both(workshop, at("2026-11-01", gemini_2=odd("Gemini 2")), suspect)
    assert (5, {GEMINI: "PARTLY_READ", acme.name: "SUSPECT"}) == (ran.code, outcomes(ran.out))


def test_a_damaged_card_of_one_source_does_not_stop_the_other(workshop, acme):
    """It is left alone, and v1 keeps saying what its history says."""
    priced = {"m-1": {"input": "1"}, "m-2": {"input": "2"}}
    both(workshop, at("2026-11-01"), tiny.page(priced))
    card = workshop.root / "ratecards/cards/acme/tiny/m-1.yaml"
    card.write_text("<<<<<<< ours\n" + card.read_text())
    edition = at("2026-11-02", gemini_1=model("Gemini 1", "$1.20", "$1.50"))
    priced["m-1"]["input"] = "1.5"
    ran = both(workshop, edition, tiny.page(priced), "2026-11-02")
    assert (1, {GEMINI: "CHANGED", acme.name: "DAMAGED"}) == (ran.code, outcomes(ran.out))
    assert ("1.2", "1") == (rates(workshop)["gemini-1", "input", ""], rates(workshop)["m-1", "input", ""])
    assert card.read_text().startswith("<<<<<<<")


def test_only_the_named_source_is_looked_at(workshop, acme):
    """The other one stands as it is."""
    folder = put(next(workshop.kept), "2026-11-01", tiny.page({"m-1": {"input": "1"}}))
    keep(folder, at("2026-11-01"))
    ran = workshop.run("refresh", "tiny", "--replay", folder, "--to", workshop.root)
    assert {acme.name: "NEW"} == outcomes(ran.out)
    assert "NEW" == workshop.refresh(at("2026-11-02")).outcome
    assert "1" == rates(workshop)["m-1", "input", ""]


# ---------------------------------------------------------------------------------------------- holds

DEAR = {"gemini_1": model("Gemini 1", "$10.00", "$1.60")}


def test_an_implausible_price_waits_while_the_rest_goes_out(workshop):
    """The card then mixes two editions: the held rate says which capture and day it is of."""
    workshop.refresh(at("2026-11-01"))
    capture = workshop.state["capture"]
    ran = workshop.refresh(at("2026-11-02", **DEAR, gemini_2=model("Gemini 2", "$2.00", "$2.60")))
    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert "moved x10.00, more than 3 times; seen 1 times since 2026-11-02" in ran.out
    assert ("1", "1.6") == (rates(workshop)["gemini-1", "input", ""], rates(workshop)["gemini-1", "output", ""])
    held = [line for line in workshop.card("gemini-1").read_text().splitlines() if f'capture: "{capture}"' in line]
    assert 1 == len(held)
    assert 'price: "1"' in held[0]
    assert 'observed: "2026-11-01"' in held[0]
    assert ["repriced", "repriced", "kept"] == [c["kind"] for c in workshop.history[6:]]
    assert 0 == workshop.check().code


def test_the_evidence_of_a_held_rate_stays_that_of_its_first_edition(workshop):
    """Also when the rest of the card moves on a second time."""
    workshop.refresh(at("2026-11-01"))
    capture = workshop.state["capture"]
    workshop.refresh(at("2026-11-02", **DEAR))
    workshop.refresh(at("2026-11-03T01:00:00Z", gemini_1=model("Gemini 1", "$10.00", "$1.70")))
    held = [line for line in workshop.card("gemini-1").read_text().splitlines() if 'observed: "' in line]
    assert 2 == len(held)
    assert f'price: "1", currency: "USD", unit: "1000000 tokens", quote: "$1.00", capture: "{capture}"' in held[1]
    assert 'observed: "2026-11-01"' in held[1]


def test_fault_50_three_looks_over_a_day_publish_a_held_price(workshop):
    """It is a change, not a correction, although the page's bytes were seen before."""
    workshop.refresh(at("2026-11-01"))
    times = ("2026-11-02T06:00:00Z", "2026-11-02T18:00:00Z", "2026-11-03T06:00:00Z")
    seen = [workshop.refresh(at(time, **DEAR)).outcome for time in times]
    assert ["CHANGED", "UNCHANGED", "CHANGED"] == seen
    assert "10" == rates(workshop)["gemini-1", "input", ""]
    last = workshop.history[-1]
    assert ("repriced", "2026-11-03", None) == (last["kind"], last["observed"], last.get("correction"))
    assert {} == workshop.state["holds"]
    assert 0 == workshop.check().code


def test_the_same_edition_replayed_is_not_another_look(workshop):
    """However often: the same bytes, holds included."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    workshop.refresh(at("2026-11-03", **DEAR))
    before = workshop.files
    for _ in range(3):
        assert "UNCHANGED" == workshop.refresh(at("2026-11-03", **DEAR)).outcome
    assert before == workshop.files


def test_a_hold_whose_change_goes_back_is_forgotten(workshop):
    """When it comes again, it waits anew."""
    for day, more in (("01", {}), ("02", DEAR), ("03", {"gemini_1": model("Gemini 1", "$1.00", "$1.60")})):
        workshop.refresh(at(f"2026-11-{day}", **more))
    assert {} == workshop.state["holds"]
    ran = workshop.refresh(at("2026-11-04", **DEAR))
    assert "seen 1 times since 2026-11-04" in ran.out


def test_a_hold_outlives_a_section_that_could_not_be_read(workshop):
    """What was not read was not seen to have gone back."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    assert "PARTLY_READ" == workshop.refresh(at("2026-11-03", gemini_1=odd("Gemini 1"))).outcome
    assert "seen 2 times since 2026-11-02" in workshop.refresh(at("2026-11-04", **DEAR)).out


def held_file(workshop) -> dict:
    return json.loads((workshop.root / "ratecards" / "held" / f"{GEMINI}.json").read_text())


def test_what_is_held_is_kept_aside_with_its_evidence(workshop):
    """Both quotes, the rule and the capture, as it was first read; gone once nothing waits."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    found = held_file(workshop)
    [record] = found["held"]
    assert (GEMINI, "gemini-1", "repriced") == (found["source"], record["model"], record["kind"])
    assert ("$1.00", "$10.00") == (record["old"]["quote"], record["new"]["quote"])
    assert ("moved x10.00, more than 3 times", workshop.state["capture"]) == (record["reason"], record["capture"])
    assert [record["id"]] == list(workshop.state["holds"])

    before = workshop.files[f"ratecards/held/{GEMINI}.json"]
    workshop.refresh(at("2026-11-02T12:00:00Z", **DEAR))
    assert before == workshop.files[f"ratecards/held/{GEMINI}.json"]
    workshop.refresh(at("2026-11-04", **DEAR))
    assert f"ratecards/held/{GEMINI}.json" not in workshop.files


def test_what_is_held_must_be_known_to_the_state(workshop):
    """A record that nothing will ever release."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$10.00", "$1.60")))
    assert 0 == workshop.check().code
    path = workshop.root / "ratecards" / "held" / f"{GEMINI}.json"
    [key] = workshop.state["holds"]
    path.write_text(path.read_text().replace(key, "0123456789"))
    ran = workshop.check()
    words = f"{GEMINI}: ratecards/held/{GEMINI}.json holds 0123456789, which the state does not know"
    assert (1, True) == (ran.code, words in ran.out.splitlines())


def test_a_look_that_learned_nothing_leaves_what_is_held(workshop):
    """Not the page: the file stays."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    before = workshop.data
    assert "NOT_READ" == workshop.refresh(at("2026-11-03"), html=b"<html>", twin=b"nothing").outcome
    assert before == workshop.data


def test_a_damaged_file_of_what_is_held(workshop):
    """It is named, and nothing is published over it."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    path = workshop.root / "ratecards" / "held" / f"{GEMINI}.json"
    path.write_text("<<<<<<<")
    ran = workshop.refresh(at("2026-11-03", **DEAR))
    assert 1 == ran.code
    assert f"{path}: expected the held changes, saw JSONDecodeError; restore it from git" in ran.err


def test_a_confirmed_hold_is_published_at_the_next_look(workshop):
    """A person says so, and why; the same reading must come back once more."""
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    [key] = workshop.state["holds"]
    ran = workshop.run("confirm", key, "--because", "announced", "--to", workshop.root, "--now", "2026-11-02")
    assert (0, True) == (ran.code, ran.out.startswith(f"confirmed {key}: {GEMINI}: repriced gemini-1: moved x10.00"))
    assert {"on": "2026-11-02", "because": "announced"} == workshop.state["holds"][key]["confirmed"]
    ran = workshop.refresh(at("2026-11-02T07:00:00Z", **DEAR))
    assert f"  released {key}: gemini-1 standard input: 1 → 10 USD per 1M tokens (×10.00)" in ran.out
    assert "10" == rates(workshop)["gemini-1", "input", ""]


def test_what_waits_is_listed(workshop):
    """`confirm` without an id; a confirmed one says that it waits to be read again."""
    listed = ("confirm", "--to", workshop.root)
    assert "nothing is held\n" == workshop.run(*listed).out
    workshop.refresh(at("2026-11-01"))
    workshop.refresh(at("2026-11-02", **DEAR))
    [key] = workshop.state["holds"]
    line = f"{key} {GEMINI}: repriced gemini-1: moved x10.00, more than 3 times; since 2026-11-02T06:00:00+00:00"
    assert f"{line}\n" == workshop.run(*listed).out
    workshop.run("confirm", key, "--because", "seen", "--to", workshop.root)
    assert f"{line}; confirmed, waits to be read again\n" == workshop.run(*listed).out


def test_a_confirmation_of_nothing(workshop):
    """An unknown id, or no reason given: usage."""
    workshop.refresh(at("2026-11-01"))
    unknown = workshop.run("confirm", "0123456789", "--because", "x", "--to", workshop.root)
    assert (2, "confirm: nothing is held as '0123456789'\n") == (unknown.code, unknown.err)
    assert 2 == workshop.run("confirm", "0123456789", "--to", workshop.root).code


def test_fault_46_a_page_that_goes_back_and_forth_is_reported_once(workshop):
    """A, B, A, B: the first return is published at once, B then waits, and the source is called unstable once."""
    other = {"gemini_1": model("Gemini 1", "$1.20", "$1.60")}
    told, prices = [], []
    for hour, more in enumerate(({}, other, {}, other, {}, other)):
        ran = workshop.refresh(at(f"2026-11-01T{hour + 6:02}:17:00Z", **more))
        told.append("unstable source: 2 rates are back at what they were a few days ago" in ran.out)
        prices.append(rates(workshop)["gemini-1", "input", ""])
        assert 0 == ran.code
    assert [False, False, True, False, False, False] == told
    assert ["1", "1.2", "1", "1", "1", "1"] == prices


def test_a_wavering_source_that_settles(workshop):
    """Back for good: published when it is back, and remembered for a week."""
    other = {"gemini_1": model("Gemini 1", "$1.20", "$1.60")}
    for time, more in (("01", {}), ("02", other), ("03", {}), ("04", {}), ("05", {})):
        workshop.refresh(at(f"2026-11-{time}", **more))
    assert "1" == rates(workshop)["gemini-1", "input", ""]
    assert "2026-11-03T06:00:00Z" == workshop.state["unstable"]
    workshop.refresh(at("2026-11-20", gemini_2=model("Gemini 2", "$2.10", "$2.50")))
    assert "" == workshop.state["unstable"]


def test_implausible_figures_of_many_models_are_one_hold(workshop):
    """Three models with output cheaper than input wait with both numbers, the rest of the page does not."""
    workshop.refresh(at("2026-11-01"))
    shifted = {f"gemini_{n}": model(f"Gemini {n}", f"${n}.90", f"${n}.20") for n in (4, 5, 6)}
    ran = workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$1.10", "$1.50"), **shifted))
    assert (0, "CHANGED", "1.1") == (ran.code, ran.outcome, rates(workshop)["gemini-1", "input", ""])
    words = (
        "output not below input: gemini-4 standard output 4.2 per 1000000 tokens against gemini-4 standard input 4.9"
    )
    assert words in ran.out
    [(key, held)] = workshop.state["holds"].items()
    assert held["reason"].startswith("3 models with figures that are hard to believe")
    workshop.run("confirm", key, "--because", "it is so", "--to", workshop.root)
    workshop.refresh(at("2026-11-03", gemini_1=model("Gemini 1", "$1.10", "$1.50"), **shifted))
    assert "4.9" == rates(workshop)["gemini-4", "input", ""]


def test_one_implausible_model_is_held_from_the_first_run_on(workshop):
    """Everything else is published."""
    ran = workshop.refresh(at("2026-11-01", gemini_6=model("Gemini 6", "$5000.00", "$6000.00")))
    assert (0, "NEW") == (ran.code, ran.outcome)
    assert "price in range: gemini-6 standard input 5000 per 1000000 tokens, expected 0.001 to 2500" in ran.out
    assert not workshop.card("gemini-6").exists()
    assert workshop.card("gemini-5").exists()


def test_fault_49_models_gone_in_numbers_wait(workshop):
    """Two of six are held and stay; after three looks over a day they go."""
    workshop.refresh(at("2026-11-01"))
    gone = {"gemini_5": None, "gemini_6": None}
    ran = workshop.refresh(at("2026-11-02", **gone))
    assert (0, 6) == (ran.code, len(workshop.state["models"]))
    assert 2 == ran.out.count("2 of 6 models gone at once")
    workshop.refresh(at("2026-11-03", **gone))
    ran = workshop.refresh(at("2026-11-04", **gone))
    assert ["gemini-5", "gemini-6"] == [c["model"] for c in workshop.history[6:] if c["kind"] == "model_removed"]
    assert not workshop.card("gemini-6").exists()
    assert 0 == workshop.check().code


RENAMED = {"gemini_6": None, "gemini_6_ga": model("Gemini 6 GA", "$6.00", "$6.50")}


def test_fault_41_a_rename_is_proposed(workshop):
    """The same rates under a new id: it is published, and the old one waits for a day or a person."""
    workshop.refresh(at("2026-11-01"))
    ran = workshop.refresh(at("2026-11-02", **RENAMED))
    assert "  looks renamed: gemini-6 -> gemini-6-ga; if so, add it to renames in the vocabulary" in ran.out
    assert (True, True) == (workshop.card("gemini-6").exists(), workshop.card("gemini-6-ga").exists())
    assert 1 == len(workshop.state["holds"])


def test_a_confirmed_rename_keeps_the_history(workshop, monkeypatch):
    """One line, the old card gone; a price held in the same look keeps its old evidence under the new id."""
    workshop.refresh(at("2026-11-01"))
    capture = workshop.state["capture"]
    monkeypatch.setattr(gemini_api, "renames", lambda: {"gemini-6": "gemini-6-ga"})
    ran = workshop.refresh(at("2026-11-02", gemini_6=None, gemini_6_ga=model("Gemini 6 GA", "$60.00", "$6.50")))
    assert "gemini-6-ga: renamed from gemini-6" in ran.out
    assert "model_renamed" == workshop.history[6]["kind"]
    assert (False, "6") == (workshop.card("gemini-6").exists(), rates(workshop)["gemini-6-ga", "input", ""])
    assert f'quote: "$6.00", capture: "{capture}"' in workshop.card("gemini-6-ga").read_text()
    assert 0 == workshop.check().code


# ---------------------------------------------------------------------------------------- dated steps

PROMO = {
    "gemini_1": model("Gemini 1", ["$0.75 through December 31, 2026.", "$1.50 starting January 1, 2027."], "$1.50"),
}


@pytest.mark.parametrize("day", ["2027-01-01", "2027-01-05"])
def test_fault_43_a_dated_step_happens_without_an_edit_of_the_page(workshop, day):
    """Once: a line in the history, gone from upcoming, both halves still in the card; also after missed days."""
    workshop.refresh(at("2026-11-01", **PROMO))
    assert ["2027-01-01"] == [s["on"] for s in workshop.published("upcoming.json")["upcoming"]]
    card = workshop.card("gemini-1").read_bytes()
    ran = workshop.refresh(at(day, **PROMO))
    assert (0, "CHANGED") == (ran.code, ran.outcome)
    (line,) = workshop.history[6:]
    assert ("stepped", day, "2027-01-01") == (line["kind"], line["observed"], line["effective"])
    assert [] == workshop.published("upcoming.json")["upcoming"]
    assert card == workshop.card("gemini-1").read_bytes()
    before = workshop.files
    assert "UNCHANGED" == workshop.refresh(at(f"{day}T18:00:00Z", **PROMO)).outcome
    assert before == workshop.files
    assert 0 == workshop.check(day).code


def test_a_step_beside_an_edit(workshop):
    """On the day another model is repriced: both are in the history, the step once."""
    workshop.refresh(at("2026-11-01", **PROMO))
    workshop.refresh(at("2027-01-01", **PROMO, gemini_2=model("Gemini 2", "$2.20", "$2.50")))
    assert ["repriced", "stepped"] == [c["kind"] for c in workshop.history[6:]]


def test_a_step_on_a_day_without_the_page_is_made_up_for(workshop):
    """A look that failed has learned nothing, not even the day."""
    workshop.refresh(at("2026-11-01", **PROMO))
    data = workshop.data
    workshop.refresh(at("2027-01-01", **PROMO), html=b"", twin=b"")
    assert data == workshop.data
    workshop.refresh(at("2027-01-02", **PROMO))
    assert ["stepped"] == [c["kind"] for c in workshop.history[6:]]


def test_fault_60_a_run_across_midnight_is_of_the_day_it_began(workshop, site, monkeypatch):
    """The step is made by the first run that begins on its day, and upcoming keeps it until then."""
    ticks = itertools.chain(
        [datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)], itertools.repeat(datetime(2027, 1, 1, tzinfo=UTC))
    )

    class Ticking(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return next(ticks)

    site.shows(facts(**PROMO))
    workshop.live(*MORNING)
    monkeypatch.setattr(commands, "datetime", Ticking)
    site.date = "Thu, 31 Dec 2026 23:59:58 GMT"
    site.shows(facts(**PROMO, gemini_2=model("Gemini 2", "$2.20", "$2.50")), tag="2")
    assert "CHANGED" == workshop.live().outcome
    assert ("2026-12-31", 1) == (workshop.state["stepped"], len(workshop.published("upcoming.json")["upcoming"]))
    assert "CHANGED" == workshop.live().outcome
    assert ["repriced", "stepped"] == [c["kind"] for c in workshop.history[6:]]
    assert [] == workshop.published("upcoming.json")["upcoming"]


# -------------------------------------------------------------------------------------------- damage


def card_of(workshop: Workshop) -> Path:
    return workshop.card("gemini-2")


def log_of(workshop: Workshop) -> Path:
    return log(workshop.root)


def state_of(workshop: Workshop) -> Path:
    return workshop.root / "state" / f"{GEMINI}.json"


def without_last_line(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:-1])


DAMAGE = {
    "merge markers": (card_of, lambda text: f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n"),
    "card cut in a line": (card_of, lambda text: text[:-40]),
    "card cut between lines": (card_of, without_last_line),
    "card missing": (card_of, None),
    "card emptied": (card_of, lambda text: ""),
    "card of another schema": (card_of, lambda text: text.replace("schema: 1", "schema: 2")),
    "card of another model": (card_of, lambda text: text.replace("gemini-2", "gemini-3")),
    "history with merge markers": (log_of, lambda text: f"<<<<<<< HEAD\n{text}"),
    "history cut in a line": (log_of, lambda text: text[:-40]),
    "history cut between lines": (log_of, without_last_line),
    "history missing": (log_of, None),
    "history that does not fold": (log_of, lambda text: text.replace('"model_added"', '"model_removed"')),
    "state with merge markers": (state_of, lambda text: f"<<<<<<< HEAD\n{text}"),
    "state cut": (state_of, lambda text: text[:-40]),
    "state of another version": (state_of, lambda text: text.replace('"schema": 1', '"schema": 2')),
}


@pytest.mark.parametrize(("place", "harm"), DAMAGE.values(), ids=DAMAGE)
def test_fault_57_damage_never_looks_like_news(workshop, place, harm):
    """DAMAGED, exit 1, nothing is written, and the message says what to do."""
    workshop.refresh(at("2026-11-01"))
    path = place(workshop)
    path.write_text(harm(path.read_text())) if harm else path.unlink()
    before = workshop.files
    ran = workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$1.20")))
    assert (1, "DAMAGED", before) == (ran.code, ran.outcome, workshop.files)
    assert "restore it from git" in ran.out


def test_fault_57_a_dataset_that_lost_all_but_its_history_is_damaged(workshop):
    """Not a first run: 60 cards must not become 60 new models."""
    workshop.refresh(at("2026-11-01"))
    shutil.rmtree(workshop.root / "ratecards/cards")
    shutil.rmtree(workshop.root / "state")
    before = workshop.files
    ran = workshop.refresh(at("2026-11-02"))
    assert (1, "DAMAGED", before) == (ran.code, ran.outcome, workshop.files)


def test_a_lost_state_file_alone_is_made_anew(workshop):
    """Cards and history prove each other; no change is found."""
    workshop.refresh(at("2026-11-01"))
    data, state = workshop.data, workshop.state
    state_of(workshop).unlink()
    ran = workshop.refresh(at("2026-11-01"))
    assert ("UNCHANGED", data, state) == (ran.outcome, workshop.data, workshop.state)


def test_damage_live(workshop, site):
    """Where the state cannot be read nothing is even fetched."""
    site.shows(facts())
    workshop.live(*MORNING)
    site.asked.clear()
    state_of(workshop).write_text("{")
    before = workshop.files
    ran = workshop.live(*NOON)
    assert (1, "DAMAGED", before, []) == (ran.code, ran.outcome, workshop.files, site.asked)


def test_a_target_that_is_no_folder(workshop, run, tmp_path):
    """Exit 1 with a clear line."""
    (tmp_path / "file").write_text("")
    keep(tmp_path / "kept", facts())
    ran = run("refresh", GEMINI, "--replay", tmp_path / "kept", "--to", tmp_path / "file" / "data")
    assert (1, "") == (ran.code, ran.out)
    assert f"{tmp_path / 'file' / 'data'}: expected a writable dataset, saw" in ran.err


def test_a_read_only_target(workshop):
    """The old set stays; the message says what was expected. A place that cannot be staged in stands for it."""
    workshop.refresh(at("2026-11-01"))
    before = workshop.files
    (workshop.root / ".staging").write_text("in the way")
    ran = workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$1.20")))
    assert (1, before | {".staging": b"in the way"}) == (ran.code, workshop.files)
    assert "expected a writable dataset" in ran.err


def test_fault_59_two_refreshes_at_once(workshop):
    """The second refuses."""
    workshop.refresh(at("2026-11-01"))
    before = workshop.files
    with locked(workshop.root):
        ran = workshop.refresh(at("2026-11-02", gemini_1=model("Gemini 1", "$1.20")))
    assert (1, before) == (ran.code, workshop.files)
    assert "another refresh is writing here" in ran.err


KILLED = """
import dataclasses, itertools, os, sys
from scraper.publish import transaction
from scraper.__main__ import main
from scraper.sources import gemini_api

name, calls = sys.argv[1], int(sys.argv[2])
original, counter = getattr(transaction, name), itertools.count()

def dying(*arguments):
    if next(counter) == calls:
        os._exit(9)
    return original(*arguments)

setattr(transaction, name, dying)
terms = dataclasses.replace(gemini_api.load_terms(), tables_min=1)
gemini_api.load_terms = lambda: terms
main(sys.argv[3:])
"""


@pytest.mark.parametrize(("step", "calls"), [("_put", 3), ("_move", 0), ("_move", 7)])
def test_fault_58_killed_between_two_writes(workshop, tmp_path, step, calls):
    """Before the journal nothing is there but what is staged; after it, the next run finishes. Then all is as ever."""
    editions = at("2026-11-01"), at("2026-11-02", gemini_1=model("Gemini 1", "$1.20"))
    workshop.refresh(*editions)
    words = ["refresh", GEMINI, "--replay", tmp_path / "kept-0", "--to", tmp_path / "killed"]
    command = [str(word) for word in [sys.executable, "-c", KILLED, step, calls, *words]]
    assert 9 == subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode
    staged = {path for path in tree(tmp_path / "killed") if path.startswith(".staging/")}
    assert (step != "_put") == (".staging/journal.json" in staged)
    ran = workshop.run(*words)
    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert workshop.files == tree(tmp_path / "killed")
    assert 0 == workshop.run("check", "--to", tmp_path / "killed", "--now", "2026-11-16").code


# ---------------------------------------------------------------------------------------- corrections


@pytest.mark.parametrize("nonce", ["", "another"])
def test_a_better_parser_gives_corrections_not_changes(workshop, acme, monkeypatch, nonce):
    """The same page, also where bytes beside the prices differ, read anew: flagged in the history and in v1."""
    priced, original = {"m-1": {"input": "1"}, "m-2": {"input": "3"}}, tiny.read
    words = ("refresh", acme.name, "--to", workshop.root, "--replay")
    workshop.run(*words, put(next(workshop.kept), "2026-11-01", tiny.page(priced)))
    monkeypatch.setattr(tiny, "PARSER", "2")
    monkeypatch.setattr(tiny, "read", lambda body: original(body.replace('"input": "1"', '"input": "2"')))
    workshop.run(*words, put(next(workshop.kept), "2026-11-02", tiny.page(priced, nonce=nonce)))
    changes = workshop.published("changes.json")["changes"]
    assert [("repriced", True, "2026-11-02")] == [(c["kind"], c["correction"], c["observed"]) for c in changes[2:]]
    assert 0 == workshop.check().code


def test_what_a_better_vocabulary_reads_for_the_first_time_is_a_change(workshop, acme):
    """The card of a section that was unread is of an older page: what changes about it is news."""
    words = ("refresh", acme.name, "--to", workshop.root, "--replay")
    priced = {f"m-{n}": {"input": f"{n}"} for n in range(1, 5)}
    workshop.run(*words, put(next(workshop.kept), "2026-11-01", tiny.page(priced)))
    rest = {name: prices for name, prices in priced.items() if name != "m-2"}
    folder = put(next(workshop.kept), "2026-11-02", tiny.page(rest, unread={"m-2": "?"}))
    assert "PARTLY_READ" == outcomes(workshop.run(*words, folder).out)[acme.name]
    original, better = tiny.read, {**priced, "m-1": {"input": "1.1"}, "m-2": {"input": "2.2"}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "read", lambda body: original(tiny.page(better).decode()))
        workshop.run(*words, folder)
    changes = workshop.published("changes.json")["changes"][4:]
    assert [("m-1", True), ("m-2", None)] == [(c["model"], c.get("correction")) for c in changes]


# --------------------------------------------------------------------------------------------- pieces


def test_all_sources_are_looked_at_at_once(tmp_path, acme, monkeypatch):
    """One instant, what is known of each, and no source's failure is another's."""
    page = Page("", "", 200, {}, b"{}", NOW)
    monkeypatch.setattr(all_sources, "look", lambda source, get, now, known: Capture(now, {source.source: page}))
    monkeypatch.setattr(all_sources, "save", lambda folder, source, edition: said.append((folder, source.name)))
    said: list[tuple] = []
    (tmp_path / "state/acme").mkdir(parents=True)
    (tmp_path / "state/acme/tiny.json").write_text("{")
    google = Source("google", "gemini-api")

    def progress(source: Source, step: str) -> None:
        said.append((step, source.name))

    words = (Dataset(tmp_path).state, NOW, lambda: NOW, tmp_path / "kept", progress)
    looks = all_sources.fetch_all([google, acme], *words)
    assert Capture(NOW, {"gemini-api": page}) == looks[GEMINI]
    assert isinstance(looks[acme.name], DatasetError)
    expected = [("fetching", GEMINI), ("fetching", acme.name), (tmp_path / "kept", GEMINI)]
    assert sorted(expected, key=str) == sorted(said, key=str)
    said.clear()
    assert [acme.name] == list(all_sources.fetch_all([acme], *words, again=True))
    assert [("fetching again", acme.name), (tmp_path / "kept", acme.name)] == said


GOOD = State(
    outcome="READ", parser="1", verified="2026-11-01", hashes={"json": "x"}, validators={"json": {"etag": "e"}}
)


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({}, {"json": Validators("e", "")}),
        ({"validators": {"json": {"etag": "e", "last-modified": "m"}}}, {"json": Validators("e", "m")}),
        ({"validators": {"json": {}}}, {}),
        ({"validators": {"txt": {"etag": "e"}}}, {}),
        ({"verified": "2026-10-31"}, {}),
        ({"parser": "0"}, {}),
        ({"outcome": "PARTLY_READ"}, {}),
        ({"holds": {"x": {}}}, {}),
    ],
)
def test_what_is_asked_conditionally(acme, change, sent):
    """The same day, the same parser, a good look without holds, and a hash of what was read."""
    assert sent == all_sources.validators(acme, replace(GOOD, **change), NOW)
