"""The day on which a model ends, as a notice announces it; and what is no such day."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model.lifecycle import Shutdown, endings, past, said, shutdown
from ratecards.model.notices import days
from tests.support.histories import card

IDS = ("gemini-2.5-flash-image", "nano-banana")
JUNE = date(2026, 6, 1)
# One day, and what is named in the model's place.
NAMED = {
    "Warning: Gemini 2.0 Flash is deprecated and will be shut down June 1, 2026. Migrate to a newer model to avoid "
    "service disruption.": "",
    "Gemini 2.0 Flash is deprecated and has been shut down June 1, 2026.": "",
    "Warning: Gemini 2.5 Flash Image (gemini-2.5-flash-image) is deprecated and will be shut down on June 1, 2026; "
    "migrate to Gemini 3.1 Flash Image or Gemini 3.1 Flash Lite Image to avoid service disruption.": (
        "Gemini 3.1 Flash Image or Gemini 3.1 Flash Lite Image"
    ),
    "The Gemini API shuts down gemini-2.5-flash-image on June 1, 2026": "",
    "`nano-banana` will be retired on 1 June 2026. Use `gemini-3.5-flash` instead.": "gemini-3.5-flash",
    "It was deprecated on May 1, 2026. It will be turned off on Jun. 1st, 2026.": "",
    "This model will no longer be available after 2026-06-01; it is replaced by Gemini 3.8 Flash "
    "(gemini-3.8-flash).": "gemini-3.8-flash",
    "Gemini 2.5 reaches its end of life on the 1st of June 2026.": "",
    "Gemini 2.5 stops working on June 1, 2026. Migrate to Gemini 3 Flash, Gemini 3 Pro and gemini 3.": (
        "Gemini 3 Flash or Gemini 3 Pro"
    ),
}
NONE = (
    "Shutdown: earliest June 2026.",
    "It will be shut down in June 2026.",
    "It will be shut down on June 1, 2026 at the earliest.",
    "It will be shut down no earlier than June 1, 2026.",
    "It will not be shut down before June 1, 2026.",
    "It will be shut down any time after June 1, 2026.",
    "It will be shut down on June 1, 2026 or later.",
    "It may be shut down on June 1, 2026.",
    "The shutdown of June 1, 2026 is postponed.",
    "It is deprecated since May 1, 2026 and will be shut down June 1, 2026.",
    "It will be shut down on June 1, 2026. The shutdown is on July 1, 2026.",
    "It is deprecated since June 1, 2026.",
    "Prices hold from June 1, 2026. It will be shut down soon.",
    "It will be shut down on June 31, 2026.",
    "The free tier is discontinued on June 1, 2026.",
    "Context caching will be turned off on June 1, 2026.",
    "gemini-3.1-flash-image will be shut down on June 1, 2026.",
    "",
)


@pytest.mark.parametrize(("notice", "successor"), NAMED.items())
def test_fault_102_a_notice_names_the_day_and_the_successor(notice, successor):
    """Among others, whatever stands before and behind it."""
    assert Shutdown(JUNE, successor, notice) == shutdown(("Preview models may change.", notice), IDS)


@pytest.mark.parametrize("notice", NONE)
def test_fault_102_what_names_no_one_day_of_the_model(notice):
    """A month, a bound, a doubt, several days, no such day, a part of the offer, another model."""
    assert None is shutdown((notice,), IDS)


def test_two_notices():
    """With one day they are one, and the successor may stand in either; with two days they name none."""
    first, second = (
        "It will be shut down on June 1, 2026.",
        "It shuts down on 2026-06-01; use gemini-3.5-flash instead.",
    )

    assert Shutdown(JUNE, "gemini-3.5-flash", first) == shutdown((first, second), IDS)
    assert None is shutdown((first, second.replace("06", "07")), IDS)


HOSTILE = ("a-" + "." * 3000, "a-1" * 1300, "use " * 990, "shut down " * 390, "June 1, " * 490, "migrate a to " * 300)


@pytest.mark.parametrize("words", HOSTILE, ids=[words[:12] for words in HOSTILE])
def test_a_hostile_notice_takes_no_time(words):
    """As long as one may be; a longer one is no notice."""
    notice = f"It will be shut down on June 1, 2026; use {words}"
    start = time.process_time()
    shutdown((notice,), IDS)
    shutdown((words,), IDS)

    assert time.process_time() - start < 1
    assert None is shutdown((notice + " " * 4000,), IDS)


FORMS = ("%B %-d, %Y", "%-d %B %Y", "%Y-%m-%d", "%b %-d, %Y")
VERBS = ("will be shut down on {}", "is shut down {}", "will be retired on {}", "stops working on {}")
HEDGES = ("{} at the earliest", "no earlier than {}", "{} or later", "as early as {}")


@given(day=st.dates(date(2024, 1, 1), date(2035, 12, 31)), form=st.sampled_from(FORMS), verb=st.sampled_from(VERBS))
def test_a_day_is_that_day_in_every_form(day, form, verb):
    """As a sentence says it; the same with a hedge is no day, nor is its month alone."""
    printed = day.strftime(form)
    sentence = f"Gemini X {verb.format(printed)}. It had its time."

    assert [day] == days(printed)
    assert day == shutdown((sentence,), IDS).day
    for hedge in HEDGES:
        assert None is shutdown((sentence.replace(printed, hedge.format(printed)),), IDS)
    assert None is shutdown((sentence.replace(printed, day.strftime("%B %Y")),), IDS)


def test_a_card_says_its_end():
    """From its notices, for its own ids; a list of cards says what comes after a day, the soonest first."""
    notices = ("It will be shut down on June 1, 2026.",)
    late = card("late", notices=("late-1 will be shut down on July 1, 2026.",), aliases=("late-1",))
    soon, never = card("soon", notices=notices), card("never")

    assert (JUNE, None) == (soon.shutdown.day, never.shutdown)
    assert ["soon", "late"] == [c.model for _, c in endings([late, never, soon])]
    assert ["late"] == [c.model for _, c in endings([late, never, soon], JUNE)]
    assert None is card("other", notices=late.notices).shutdown


def test_what_is_said_of_an_end():
    """Before its day, on it and after; nothing where there is none."""
    ends = Shutdown(JUNE, "Gemini 4", "It ends.")
    before, after = date(2026, 5, 31), date(2026, 6, 2)

    assert "flash is to be shut down on 2026-06-01; in its place Gemini 4: 'It ends.'" == said("flash", ends, before)
    assert "flash is PAST ITS ANNOUNCED SHUTDOWN of 2026-06-01: 'It ends.'" == said(
        "flash", ends._replace(successor=""), JUNE
    )
    assert "" == said("flash", None, JUNE)
    assert ["", "past its announced shutdown, not looked at since", "past its announced shutdown, still listed"] == [
        past(ends, day, seen) for day, seen in ((before, JUNE), (JUNE, before), (after, JUNE))
    ]
    assert "" == past(None, JUNE, JUNE)
