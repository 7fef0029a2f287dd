"""Faults that a whole run must survive, over a real server; and that every numbered fault has its test."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from scraper import ROOT
from scraper.errors import LayoutChanged
from scraper.sources import ai_studio, cloud_billing, gemini_api
from tests import faults, soak
from tests.support import misbehaving
from tests.support.misbehaving import Answers, Plan
from tests.support.workshop import Ran, Workshop, facts, model, pages

REPOSITORY = ROOT
CHANGED = {"gemini_1": model("Gemini 1", "$1.25")}


def test_every_fault_has_a_test(capsys):
    """Each number from 1 to 103, but for those that are to come; no test has a number that there is not. The table too."""
    found = faults.tests()
    faults.main()
    lines = capsys.readouterr().out.splitlines()

    assert " 17  charset wrong or missing, what is no text" in lines
    assert "      fetch/test_client.py::test_fault_17_charset" in lines
    assert list(range(1, 104)) == list(faults.FAULTS)
    assert set() == set(faults.FAULTS) - found.keys() - {*faults.PENDING}
    assert set() == found.keys() - set(faults.FAULTS)
    assert set() == found.keys() & {*faults.PENDING}


# ---------------------------------------------------------------------------------------------- over a server


class Shop:
    """A dataset with one edition, and a server that can answer anything to the next look."""

    def __init__(self, workshop: Workshop, server: misbehaving.Server) -> None:
        self.workshop, self.server = workshop, server

    def look(self, plan: Plan, day: int = 2) -> Ran:
        self.server.plan, self.server.asked = plan, {}
        return self.workshop.live("--now", f"2026-11-{day:02}T06:00:00Z")

    def serves(self, edition: dict, **bodies: bytes) -> Plan:
        found = {**pages(edition), **bodies}
        return lambda answers, kind, _: answers.page(kind, found[kind])

    def refuses(self, plan: Plan, outcome: str = "NOT_READ", code: int = 4) -> Ran:
        """The look ends so, and nothing of it is published."""
        data = self.workshop.data
        ran = self.look(plan)
        assert (code, outcome, data) == (ran.code, ran.outcome, self.workshop.data)
        return ran


@pytest.fixture
def shop(workshop) -> Shop:
    """After a first good look."""
    with misbehaving.serving() as server, soak.small_pages(server):
        found = Shop(workshop, server)
        assert 0 == found.look(found.serves(facts()), day=1).code
        yield found
        assert [] == server.faults


def html(title: str, body: str = "") -> bytes:
    return f"<!doctype html><html lang=en><head><title>{title}</title></head><body>{body}</body></html>".encode()


INSTEAD = {
    "consent": html("Before you continue to Google", "<form>Accept all</form>"),
    "sign in": html("Sign in - Google Accounts"),
    "captcha": html("Sorry...", "Our systems have detected unusual traffic. $5.00"),
    "error": html("Error 500 (Server Error)!!1"),
    "maintenance": html("Down for maintenance"),
}


@pytest.mark.parametrize("body", INSTEAD.values(), ids=INSTEAD)
def test_fault_07_another_page_with_200(shop, body):
    """NOT_READ, and the message has the title of what came."""
    ran = shop.refuses(lambda answers, kind, _: answers.reply(body, Content_Type="text/html; charset=utf-8"))
    title = body.decode().partition("<title>")[2].partition("</title>")[0]

    assert title in " ".join(ran.out.split())


def test_fault_08_the_home_page_of_the_docs(shop):
    """Another page of the site, in the same frame, under the address of this one."""
    canonical = b'rel="canonical" href="https://ai.google.dev/gemini-api/docs'
    home = {"html": pages(facts(**CHANGED))["html"].replace(canonical + b'/pricing"', canonical + b'"')}
    ran = shop.refuses(shop.serves(facts(**CHANGED), **home))

    assert "soft 404 or another page" in ran.out


def cut_after(bodies: dict[str, bytes], words: bytes) -> Plan:
    """Both bodies end behind these words, and no length tells."""

    def plan(answers: Answers, kind: str, _: int) -> None:
        answers.send_response(200)
        answers.send_header("Content-Type", misbehaving.MIME[kind])
        answers.end_headers()
        answers.wfile.write(bodies[kind][: bodies[kind].index(words) + len(words)])

    return plan


@pytest.mark.parametrize("words", [b"$12", b"$12.", b"$12.3", b"$12.34"])
def test_fault_14_cut_inside_a_number(shop, words):
    """$12.34 must not become $12, nor $12.3; not even where the cut leaves the whole number."""
    edition = facts(gemini_6=model("Gemini 6", "$7.00", "$12.34"))
    ran = shop.look(cut_after(pages(edition), words))

    assert (4, "NOT_READ") == (ran.code, ran.outcome)
    assert "12" not in {price.partition(".")[0] for price in published(shop).values()}


def published(shop: Shop) -> dict[str, str]:
    rates = shop.workshop.published("rates.json")["rates"]
    return {f"{r['model']} {r['meter']}": r["price"] for r in rates if r["plan"] == "paid" and "price" in r}


OTHERS = {
    "JSON": (b'{"models": []}', "application/json"),
    "an image": (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
    "a feed": (b'<?xml version="1.0"?><rss><channel><title>News</title></channel></rss>', "text/xml"),
}


@pytest.mark.parametrize(("body", "mime"), OTHERS.values(), ids=OTHERS)
def test_fault_18_another_kind_of_file(shop, body, mime):
    """In place of one representation or of both."""
    good = pages(facts(**CHANGED))
    shop.refuses(lambda answers, kind, _: answers.reply(body, Content_Type=mime))
    for other in good:
        shop.refuses(
            lambda answers, kind, _, other=other: (
                answers.reply(body, Content_Type=mime) if kind == other else answers.page(kind, good[kind])
            )
        )


def test_fault_18_the_page_itself_in_the_place_of_its_twin(shop):
    """What it is stands in it: it is read as what it is, under whatever name and type."""
    body = pages(facts(**CHANGED))["html"]
    ran = shop.look(lambda answers, kind, _: answers.reply(body, Content_Type="text/plain"))

    assert (0, "CHANGED") == (ran.code, ran.outcome)
    assert "1.25" == published(shop)["gemini-1 input"]


def test_fault_22_no_cache_answers(shop):
    """Of an answer that says nothing of how long it holds, or says for ever: the server is asked each time."""
    for day, price in ((2, "$1.25"), (3, "$1.30")):
        bodies = pages(facts(f"2026-11-0{day}T06:00:00Z", gemini_1=model("Gemini 1", price)))
        headers = {"Cache_Control": "public, max-age=31536000, immutable"} if day == 3 else {}
        ran = shop.look(lambda answers, kind, _, b=bodies, h=headers: answers.reply(b[kind], **h), day)
        assert ("CHANGED", {"html": 1, "md.txt": 1}) == (ran.outcome, shop.server.asked)
        ran = shop.look(lambda answers, kind, _, b=bodies: answers.reply(b[kind]), day)
        assert ("UNCHANGED", {"html": 1, "md.txt": 1}) == (ran.outcome, shop.server.asked)


def test_fault_22_no_cache_is_there():
    """None of the packages that put one in front of the client is even imported by a run."""
    code = "import sys, scraper.cli.run, scraper.fetch.client; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert set() == {"hishel", "requests_cache", "cachecontrol", "anysqlite"} & set(loaded.stdout.split())


def test_fault_45_another_language(shop):
    """NOT_READ, with what was expected; its numbers are not even looked at."""
    edition = facts(**CHANGED)
    ran = shop.refuses(shop.serves(edition | {"lang": "ja"}))

    assert "localised page" in ran.out


def test_fault_45_an_older_edition(shop):
    """SUSPECT: a page with an earlier date than the last one read, however good it looks."""
    ran = shop.refuses(shop.serves(facts(updated="2026-09-01", **CHANGED)), "SUSPECT", 5)

    assert "an older edition" in ran.out


# ---------------------------------------------------------------------------------------------- what was read


def emptied(edition: dict) -> dict[str, bytes]:
    """The page with its frame, and no model in it."""
    return pages(edition | {"models": {}})


def test_fault_28_a_page_without_its_models(shop):
    """Nothing is concluded gone: it is not the page."""
    for bodies in (emptied(facts()), emptied(facts(updated="2026-11-02"))):
        ran = shop.refuses(lambda answers, kind, _, b=bodies: answers.page(kind, b[kind]))
        assert "DAMAGED" != ran.outcome


def test_fault_28_a_page_whose_cells_are_empty(shop):
    """Every price blank: the rates stay, the run does not pass unnoticed."""
    empty = {f"gemini_{n}": model(f"Gemini {n}", "", "") for n in range(1, 7)}
    before = published(shop)
    ran = shop.look(shop.serves(facts(**empty)))

    assert 0 != ran.code
    assert before == published(shop)


NOTHING = {
    "AI Studio, a list of none": (ai_studio.read, "[[]]"),
    "AI Studio, nothing": (ai_studio.read, "[]"),
    "the SKUs, none": (cloud_billing.read, '{"skus": []}'),
    "the SKUs, nothing": (cloud_billing.read, "{}"),
}


@pytest.mark.parametrize(("read", "body"), NOTHING.values(), ids=NOTHING)
def test_fault_28_data_without_records(read: Callable[[str], object], body: str):
    """An interface that answers, and has nothing to say, is not read."""
    with pytest.raises(LayoutChanged):
        read(body)


LARGE = {
    "wide": "<p><i>x</i></p>" * 50_000,
    "deep": "<div>" * 50_000 + "$5" + "</div>" * 50_000,
    "deep inline": "<b>" * 10_000 + "$5",
    "deep list": "<ul><li>" * 5_000,
    "wide table": "<table><tr>" + "<td>$1.00" * 10_000 + "</table>",
    "tall table": "<table>" + "<tr><td>a<td>$1.00" * 5_000 + "</table>",
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">",
}


@pytest.mark.parametrize("kind", ["html", "twin"])
@pytest.mark.parametrize("more", LARGE.values(), ids=LARGE)
def test_fault_31_pages_of_absurd_size(small, more, kind):
    """Refused, or read in full, in seconds: never half."""
    edition = facts()
    whole = gemini_api.read(pages(edition)["html"].decode()).rates()
    if kind == "html":
        body = pages(edition)["html"].decode().replace("</article>", f"{more}</article>", 1)
    else:
        body = pages(edition)["md.txt"].decode() + more
    start = time.process_time()
    try:
        reading = gemini_api.read(body)
    except LayoutChanged:
        found = None
    else:
        found = whole if reading.problems or reading.suspicions else reading.rates()

    assert time.process_time() - start < 20
    assert found in (None, whole)


@pytest.mark.parametrize("day", ["2026-13-45", "2026-02-30", "0000-00-00"])
def test_fault_88_an_impossible_date(shop, day):
    """NOT_READ, with the day that is none; nothing of it is remembered."""
    edition = pages(facts(**CHANGED))
    body = edition["html"].replace(b"Last updated 2026-10-30", f"Last updated {day}".encode())
    ran = shop.refuses(shop.serves(facts(**CHANGED), html=body))

    assert "expected a 'Last updated' date" in " ".join(ran.out.split())
    assert "2026-10-30" == shop.workshop.state["last_updated"]
