"""What a run says in a terminal."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ratecards.model import Rate
from ratecards.storage.history import Change, Step
from scraper.model import SourceResult, State
from scraper.report.console import describe, lines, quiet_count, step_line, step_lines, summary_rows
from scraper.sources import Source
from tests.support.kit import DAY, card, change, rate, stamp

# ---------------------------------------------------------------------------------------------- changes

DESCRIBED = {
    "new model": (change("model_added", card=card(rate(), rate(meter="output"))), "flash: new model, 2 rates"),
    "lost model": (change("model_removed"), "flash: no longer on the page"),
    "renamed": (change("model_renamed", previous_id="old"), "flash: renamed from old"),
    "metadata": (
        change(
            "card_changed", card=card(), fields=(("notices.b", "", "x"), ("name", "a", "b"), ("notices.a", "", "x"))
        ),
        "flash: name, notices changed",
    ),
    "price": (
        change("repriced", old=rate("1"), new=rate("2")),
        "flash standard input: 1 → 2 USD per 1M tokens (×2.00)",
    ),
    "words": (
        change("reworded", old=rate("1"), new=rate("1", quote="x")),
        "flash standard input: 1 → 1 USD per 1M tokens",
    ),
    "unit": (
        change("unit_changed", old=rate("1"), new=rate("1", unit="1 image")),
        "flash standard input: 1 USD per 1M tokens → 1 USD per 1 image",
    ),
    "more": (change("rate_added", new=rate("1")), "flash standard input: new, 1 USD per 1M tokens"),
    "less": (change("rate_removed", old=rate(None)), "flash standard input: gone, not available"),
    "kept": (change("kept", kept=(rate(),)), "flash: kept"),
    "no card": (change("model_added"), "flash: new model, 0 rates"),
}


@pytest.mark.parametrize(("found", "expected"), DESCRIBED.values(), ids=DESCRIBED)
def test_one_change_in_one_line(found, expected):
    """Model, rate, values and kind."""
    assert expected == describe(found)


def many(kind: str, count: int, **values: object) -> list[Change]:
    """Several rates of one kind, each for other prompts."""
    side = "new" if kind == "rate_added" else "old"
    several = [rate(str(n + 1), prompt_over=n, prompt_up_to=n + 1, **values) for n in range(count)]
    return [change(kind, **{side: r, "model": r.model}) for r in several]


PRICE = "flash input (standard): 1.00 -> 2.00 USD per 1M tokens (x2.00)"


def test_only_news_is_told():
    """Words, notes, labels and kept rates are counted."""
    quiet = [
        change("reworded", old=rate(), new=rate()),
        change("card_changed"),
        change("kept"),
        change("relabelled", old=rate(meter="output"), new=rate(meter="output", context="global")),
    ]
    price = change("repriced", old=rate("1"), new=rate("2"))

    assert [PRICE] == lines([*quiet, price])
    assert 4 == quiet_count([*quiet, price])


def test_up_to_three_rates_are_told_one_by_one():
    """Four of one model, tier and kind are one line."""
    assert 3 == len(lines(many("rate_added", 3)))
    assert ["flash standard: 4 prices new"] == lines(many("rate_added", 4))
    assert ["flash standard: 5 prices no longer sold"] == lines(many("rate_removed", 5))
    assert [] == lines([change("rate_added")])


def test_lines_are_grouped_by_model_kind_and_tier():
    """Models in the order of their first change, the table's order within; groups do not mix."""
    found = [
        *many("rate_removed", 4, meter="output"),
        *many("rate_added", 4, service_tier="batch"),
        *many("rate_added", 2),
        *many("rate_added", 4, model="a"),
        change("model_removed", model="z"),
    ]

    assert [
        "flash input (standard, 0 < prompt <= 1): new, 1.00 USD per 1M tokens",
        "flash input (standard, 1 < prompt <= 2): new, 2.00 USD per 1M tokens",
        "flash standard: 4 prices no longer sold",
        "flash batch: 4 prices new",
        "a standard: 4 prices new",
        "z: no longer on the page",
    ] == lines(found)


def test_editions_are_told_one_after_the_other():
    """Each by what stood on its day: a price that moved twice is told twice, whatever order the changes came in."""
    first = change("repriced", old=rate("1"), new=rate("2"))
    second = change("repriced", old=rate("2"), new=rate("3"), stamp=stamp(date(2026, 11, 2)))

    assert [PRICE, "flash input (standard): 2.00 -> 3.00 USD per 1M tokens (x1.50)"] == lines([second, first])


def test_what_stands_is_compared_with():
    """A price of audio beside one of everything is another price of audio; without the card it is a new one."""
    more = change("rate_added", new=rate("3", modality="audio"))
    cards = {"flash": card(rate("1"), rate("3", modality="audio"))}

    assert ["flash input audio (standard): new, 3.00 USD per 1M tokens"] == lines([more])
    assert ["flash input audio (standard): 1.00 -> 3.00 USD per 1M tokens (x3.00)"] == lines([more], cards)
    same = change("rate_added", new=rate("1", modality="audio"))
    assert (1, []) == (quiet_count([same], cards), lines([same], cards))


def test_a_correction_is_marked():
    """A better reading of the same page is no new price."""
    better = stamp(correction=True)

    assert [f"{PRICE} [correction]"] == lines([change("repriced", old=rate("1"), new=rate("2"), stamp=better)])


def test_lines_are_harmless():
    """What a page printed as a condition is words."""
    [line] = lines(
        [change("repriced", old=rate("1", context="\x1b[31m\u202e"), new=rate("2", context="\x1b[31m\u202e"))]
    )

    assert "flash input (standard, \ufffd[31m): 1.00 -> 2.00 USD per 1M tokens (x2.00)" == line


# ---------------------------------------------------------------------------------------------- steps

TODAY, NEW_YEAR = date(2026, 11, 22), date(2027, 1, 1)


def step(before: Rate | None, after: Rate | None = None, day: date = NEW_YEAR) -> Step:
    """A step to 1.5."""
    return Step(day, before, after or rate("1.50", effective_from=day))


STEPS = {
    "price": (step(rate("0.75")), "0.75 -> 1.5, x2.00, in 40 days"),
    "tomorrow": (step(rate("0.75"), day=date(2026, 11, 23)), "0.75 -> 1.5, x2.00, in 1 day"),
    "today": (step(rate("0.75"), day=TODAY), "0.75 -> 1.5, x2.00, in 0 days"),
    "new": (step(None), "new: 1.5, in 40 days"),
    "not available": (step(rate(None)), "not available -> 1.5, in 40 days"),
    "free": (step(rate("0")), "0 -> 1.5, in 40 days"),
    "unit": (step(rate("0.75", unit="1 image")), "0.75 -> 1.5, in 40 days"),
    "currency": (step(rate("0.75", currency="EUR")), "0.75 -> 1.5, in 40 days"),
    "withdrawn": (step(rate("0.75"), rate(None)), "0.75 -> not available, in 40 days"),
    "to free": (step(rate("0.75"), rate("0")), "0.75 -> 0, x0.00, in 40 days"),
}


@pytest.mark.parametrize(("found", "expected"), STEPS.values(), ids=STEPS)
def test_a_step_in_a_line(found, expected):
    """Day, rate, both prices, how many times, and how long it is until then."""
    assert f"{found.day}: flash standard input {expected}" == step_line(found, TODAY)


def test_few_steps_are_told_one_by_one():
    """Up to four of a model and a day."""
    few = [step(rate("0.75"), rate("1.5", service_tier=t)) for t in ("standard", "batch", "flex", "priority")]

    assert 4 == len(step_lines(few, TODAY))
    assert [] == step_lines([], TODAY)


def test_many_steps_are_told_for_the_first_tier():
    """The others are counted."""
    tiers = ("standard", "standard", "batch", "flex", "priority")
    many_steps = [step(rate("0.75"), rate("1.5", service_tier=t, prompt_over=n)) for n, t in enumerate(tiers)]
    found = step_lines([*many_steps, step(rate("1"), rate("2", model="pro"))], TODAY)

    assert [
        "2027-01-01: flash standard input prompt > 0 0.75 -> 1.5, x2.00, in 40 days",
        "2027-01-01: flash standard input prompt > 1 0.75 -> 1.5, x2.00, in 40 days",
        "  and 3 more of flash",
        "2027-01-01: pro standard input 1 -> 2, x2.00, in 40 days",
    ] == found


def test_many_steps_of_one_tier_are_capped():
    """Four, and the number of the others."""
    same = [step(rate("0.75"), rate("1.5", prompt_over=n)) for n in range(6)]

    assert [*step_lines(same[:4], TODAY), "  and 2 more of flash"] == step_lines(same, TODAY)


# ---------------------------------------------------------------------------------------------- the summary


def verdict(outcome: str, **values: object) -> SourceResult:
    """What became of a look."""
    return SourceResult(Source("google", "gemini-api"), outcome, datetime(DAY.year, 11, 1, tzinfo=UTC), **values)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"read": 5, "seen": 6}, "5 of 6"),
        ({"read": 5, "seen": 6, "ignored": 0}, "5 of 6"),
        ({"read": 5, "seen": 6, "ignored": 1}, "5 of 6, 1 ignored"),
        ({"seen": 6}, "0 of 6"),
        ({"read": 5}, "5 of 0"),
        ({}, "-"),
    ],
)
def test_a_look_that_was_read(amounts, expected):
    """Models, rates, amounts and changes of this look."""
    read = verdict(
        "CHANGED",
        cards={"flash": card(rate(), rate(meter="output")), "pro": card(rate(), model="pro")},
        changes=many("rate_added", 2),
        state=State(amounts=amounts),
    )

    assert [("google/gemini-api", "CHANGED", "2", "3", expected, "2")] == summary_rows([read])


def test_a_look_that_had_nothing_to_read():
    """Not modified: the models are those of the last look."""
    unchanged = verdict("UNCHANGED", state=State(models=["a", "b"]))

    assert [("google/gemini-api", "UNCHANGED", "2", "-", "-", "0")] == summary_rows([unchanged])


@pytest.mark.parametrize("outcome", ["NOT_FETCHED", "NOT_READ", "SUSPECT", "DAMAGED"])
def test_a_look_that_failed(outcome):
    """No number of changes where none was looked for."""
    assert [("google/gemini-api", outcome, "-", "-", "-", "-")] == summary_rows([verdict(outcome)])


def test_no_look():
    """No source, no row."""
    assert [] == summary_rows([])
