"""Reading takes time by the length of a page, and is stopped where it takes too long."""

from __future__ import annotations

import signal
from contextlib import suppress
from threading import Thread
from time import process_time

import pytest

from scraper.errors import LayoutChanged
from scraper.pipeline import evaluate
from scraper.sources import gemini_api, openai_api
from scraper.sources.timelimit import limited, look
from tests.sources.vertex_ai.test_vertex_ai import read as read_vertex
from tests.support.deadline import deadline
from tests.support.gemini_page import KINDS, ROWS, body, edition, read
from tests.support.openai_page import facts as openai_facts
from tests.support.openai_page import html_page
from tests.support.workshop import facts


def many(count: int) -> dict:
    """A page of so many models, each with a footnote and a price that points to none of its own."""
    model = {"name": "Gemini", "rows": [["Input price", "-", "$1.00{**}"], *ROWS], "footnotes": ["[*] Words."]}
    return edition(**{f"gemini_x{n}": model for n in range(count)})


@pytest.mark.parametrize("kind", KINDS)
def test_fault_89_reading_is_linear_in_sections(kind):
    """Ten times the sections take some ten times as long."""
    seconds = []
    for count in (30, 300):
        page, start = body(many(count), kind), process_time()
        read(page, kind)
        seconds.append(process_time() - start)

    assert seconds[1] < 25 * seconds[0]


@pytest.mark.parametrize(("models", "rows"), [(1, 1500), (300, 2)])
def test_fault_89_reading_is_linear_in_rows_and_ids(models, rows):
    """A table of many rows, and a section of many ids."""
    ids = [f"gemini-{n}" for n in range(models)]
    names = [[f"Veo 4 {chr(97 + n % 26)} video price", "-", "$1"] for n in range(rows)]
    page = body(edition(new={"name": "Veo", "ids": ids, "paid": "per second in USD", "rows": names}), "html")
    with deadline(20, "a section of many rows or ids"):
        read(page)


def test_fault_89_a_page_that_takes_too_long_names_its_section(workshop, monkeypatch):
    """NOT_READ, and nothing is published."""
    workshop.refresh(facts())
    data = workshop.data
    monkeypatch.setattr(evaluate, "limited", lambda: limited(-1))
    ran = workshop.refresh(facts("2026-11-02T06:00:00Z", gemini_2={"name": "Gemini 2", "rows": ROWS}))

    assert (4, "NOT_READ", data) == (ran.code, ran.outcome, workshop.data)
    assert "reading took too long and was stopped in the section" in ran.out


@pytest.mark.parametrize(
    "reading",
    [
        lambda: read(edition()),
        lambda: read(edition(), "md"),
        lambda: openai_api.read(html_page(openai_facts("era-2026-04"))),
        lambda: read_vertex("media"),
    ],
    ids=["html", "md", "openai", "vertex"],
)
def test_fault_89_every_page_reader_looks_at_the_time(reading):
    """Between cells, so that no page holds up the others."""
    with limited(-1), pytest.raises(LayoutChanged, match=r"took too long and was stopped in the section .\w"):
        reading()


def test_no_limit_is_left_behind():
    """Outside of it nobody looks."""
    with limited(-1), pytest.raises(LayoutChanged):
        look("x")
    look("x")


def test_fault_89_what_never_looks_is_interrupted(workshop, monkeypatch):
    """Such as a parser: NOT_READ, and the run goes on; what a library catches of it is raised again."""
    workshop.refresh(facts())
    data, tries = workshop.data, []

    def parses(body: str) -> None:
        with suppress(LayoutChanged):
            while True:
                pass
        tries.append(body)
        while True:
            pass

    monkeypatch.setattr(gemini_api, "read", parses)
    monkeypatch.setattr(evaluate, "limited", lambda: limited(0.05))
    ran = workshop.refresh(facts("2026-11-02T06:00:00Z", gemini_2={"name": "Gemini 2", "rows": ROWS}))

    assert (4, "NOT_READ", data) == (ran.code, ran.outcome, workshop.data)
    assert "stopped outside of any section, as its markup was parsed" in ran.out
    assert 2 == len(tries)


def test_the_timer_leaves_nothing_behind():
    """Neither itself nor its handler; where another one runs, or in another thread, there is none."""
    before = signal.getsignal(signal.SIGALRM)
    with limited(60):
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 66
        assert before != signal.getsignal(signal.SIGALRM)
    assert (0, before) == (signal.getitimer(signal.ITIMER_REAL)[0], signal.getsignal(signal.SIGALRM))
    with deadline(60, "x"), limited(1):
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0]
    seen = []

    def elsewhere() -> None:
        with limited(60):
            seen.append(signal.getitimer(signal.ITIMER_REAL)[0])

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert [0] == seen
