"""What holds of a dated price that a page takes back before its day, in news, feeds and the calendar."""

from __future__ import annotations

import re
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.dataset import Dataset
from ratecards.questions import changes as news
from ratecards.questions import price_news
from ratecards.storage.history import Change, replay
from scraper.diff.editions import changes
from scraper.site import entries, feeds
from tests.support.histories import card, rate, stamp, write
from tests.support.kit import stamped

pytestmark = pytest.mark.no_cover

FIRST = date(2026, 11, 1)
# An edition every ten days, and steps between them.
STEPS = [FIRST + timedelta(days=n) for n in (5, 15, 25, 35, 45)]
# By the number of a step its price; None is an edition without the model.
Page = dict[int, int] | None
PAGES = st.lists(st.one_of(st.dictionaries(st.integers(0, 4), st.integers(2, 3)), st.none()), min_size=1, max_size=5)


def observed(number: int) -> date:
    return FIRST + timedelta(days=10 * number)


def log_of(pages: list[Page]) -> list[Change]:
    """The history of the editions; a step stands on the page until it is dropped, whether or not its day has come."""
    log: list[Change] = []
    for number, page in enumerate(pages):
        day = str(observed(number))
        rates = [
            rate(price="1"),
            *(rate(price=f"{p}", effective_from=STEPS[s]) for s, p in sorted((page or {}).items())),
        ]
        new = {"other": card("other", rate("other", price="1"))} | (
            {} if page is None else {"flash": card("flash", *rates)}
        )
        log += stamped(changes(replay(log), new), stamp(day))
    return log


def last_word(pages: list[Page], step: int) -> list[tuple[int, bool]]:
    """The editions before the day of a step, and whether each announced it."""
    before = [n for n in range(len(pages)) if observed(n) < STEPS[step]]
    return [(n, step in (pages[n] or {})) for n in before]


@given(PAGES)
def test_fault_103_what_is_taken_back_is_cancelled(pages: list[Page]) -> None:
    """Exactly the steps that were announced, that the last edition before their day did not say, and none after it.

    The event has the instant of the edition that no longer said so.

    No two events have one id; a step that stands has the id that it would be cancelled by.
    """
    log = log_of(pages)
    with tempfile.TemporaryDirectory() as folder:
        dataset = Dataset(write(Path(folder), *log))
        coming = entries.coming(dataset.cards(), dataset)
        told = {
            (line.model, line.news.day): line.kind
            for number in range(len(pages))
            for own in [[c for c in log if c.stamp and c.stamp.observed == observed(number)]]
            for line in price_news.told(own, observed(number), news.cards(dataset, own, observed(number)))
            if line.kind == "withdrawn" and line.news
        }
    withdrawn = {entry.day: entry for entry in coming if entry.withdrawn}
    expected = {}
    for step in range(len(STEPS)):
        words = last_word(pages, step)
        after = any(step in (page or {}) for page in pages[len(words) :])
        if any(said for _, said in words) and not words[-1][1] and not after:
            expected[STEPS[step]] = max(
                n for (n, said), (_, before) in zip(words[1:], words, strict=False) if before and not said
            )

    assert expected.keys() == withdrawn.keys()
    for day, number in expected.items():
        assert f"{observed(number)}T12:00:00Z" == withdrawn[day].recorded
        assert f"flash withdrawn: no longer announced since {observed(number)}" in withdrawn[day].title
    assert len({entry.id for entry in coming}) == len(coming)
    assert {entry.id for entry in coming} == {
        entries.lasting_id("step", "google", "gemini-api", e.day, "flash") for e in coming
    }
    # the news of the edition tells no other days as withdrawn than were cancelled, or announced again
    announced_again = {
        STEPS[s]
        for s in range(len(STEPS))
        if last_word(pages, s) and any(s in (page or {}) for page in pages[len(last_word(pages, s)) - 1 :])
    }
    assert {day for _, day in told} <= withdrawn.keys() | announced_again
    events = feeds.calendar(coming).decode().split("BEGIN:VEVENT")[1:]
    assert [entry.withdrawn for entry in coming] == [
        re.search("STATUS:CANCELLED\r\n", event) is not None for event in events
    ]
