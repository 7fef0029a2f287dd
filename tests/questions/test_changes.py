"""The news is what a buyer pays: prices in force before and after, and what is folded away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecards.costing import effective
from ratecards.dataset import Dataset
from ratecards.questions import changes as news
from ratecards.questions import price_news
from ratecards.storage.model_names import day_of
from tests.support import histories
from tests.support.kit import DAY, card, change, rate, stamp

NEW_YEAR, LATER = date(2027, 1, 1), date(2027, 3, 1)
LAST = date(2026, 12, 31)
FREE = {"availability": "free", "meter": "search_grounding", "unit": "1000 queries"}
BEYOND = {"meter": "search_grounding", "unit": "1000 queries"}


def became(old, new, standing=()):
    """The lines by which one set of rates became another, those that stand in both aside."""
    gone, came = [change("rate_removed", old=r) for r in old], [change("rate_added", new=r) for r in new]
    cards = {"flash": card(*new, *standing)}
    return [line.text.removeprefix("flash ") for line in price_news.told([*gone, *came], DAY, cards)]


def until(price, last=LAST, **values):
    return rate(price, effective_until=last, **values)


def since(price, first=NEW_YEAR, **values):
    return rate(price, effective_from=first, **values)


SAME = ["flash: 1 rate said in other words, no price moved"]
EACH = "input (standard): "
BECAME = {
    "a price": ([rate("2")], [rate("1")], [EACH + "2.00 -> 1.00 USD per 1M tokens (x0.50)"]),
    "for a while": (
        [rate("2")],
        [until("1"), since("2")],
        [EACH + "2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then 2.00"],
    ),
    "in steps": (
        [rate("2")],
        [until("1"), since("3", effective_until=date(2027, 2, 28)), since("4", LATER)],
        [EACH + "2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then 3.00 until 2027-02-28, then 4.00"],
    ),
    "for a while and no price after": (
        [rate("2")],
        [until("1")],
        [EACH + "2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then no price"],
    ),
    "announced": (
        [rate("2")],
        [until("2"), since("3")],
        [EACH + "2.00 -> 3.00 USD per 1M tokens (x1.50) from 2027-01-01"],
    ),
    "announced for the first time": ([], [since("3")], [EACH + "new, 3.00 USD per 1M tokens from 2027-01-01"]),
    "announced otherwise": (
        [until("2"), since("3")],
        [until("2"), since("4")],
        [EACH + "was to be 3.00, now 4.00 USD per 1M tokens from 2027-01-01"],
    ),
    "put off": (
        [until("2"), since("3")],
        [until("2", date(2027, 2, 28)), since("3", LATER)],
        [EACH + "was to be 3.00, now 2.00 USD per 1M tokens from 2027-01-01 until 2027-02-28, then 3.00"],
    ),
    "no longer announced": (
        [until("2"), since("3")],
        [until("2")],
        [EACH + "withdrawn: was to be 3.00 USD per 1M tokens from 2027-01-01, then no price"],
    ),
    "announced and taken back": (
        [until("2"), since("3")],
        [rate("2")],
        [EACH + "withdrawn: was to be 3.00 USD per 1M tokens from 2027-01-01, stays 2.00"],
    ),
    "a last day": ([rate("2")], [until("2")], [EACH + "2.00 USD per 1M tokens until 2026-12-31, then no price"]),
    "new": ([], [rate("2")], [EACH + "new, 2.00 USD per 1M tokens"]),
    "new for a while": (
        [],
        [until("2"), since("3")],
        [EACH + "new, 2.00 USD per 1M tokens until 2026-12-31, then 3.00"],
    ),
    "gone": ([rate("2")], [], [EACH + "no longer sold, was 2.00 USD per 1M tokens"]),
    "gone and back": (
        [rate("2")],
        [since("3", effective_until=date(2027, 2, 28))],
        [EACH + "no longer sold, was 2.00 USD per 1M tokens; 3.00 from 2027-01-01; no price from 2027-03-01"],
    ),
    "not available": ([rate("2")], [rate(None)], [EACH + "2.00 USD per 1M tokens -> not available"]),
    "available": ([rate(None)], [rate("2")], [EACH + "not available -> 2.00 USD per 1M tokens"]),
    "free": ([rate("2")], [rate("0", availability="free")], [EACH + "2.00 USD per 1M tokens -> free"]),
    "in another unit": ([rate("2")], [rate("0.002", unit="1000 tokens")], SAME),
    "a unit and a price": (
        [rate("2")],
        [rate("0.001", unit="1000 tokens")],
        [EACH + "2.00 USD per 1M tokens -> 0.001 USD per 1,000 tokens (x0.50)"],
    ),
    "counted otherwise": (
        [rate("2")],
        [rate("2", unit="1 image")],
        [EACH + "2.00 USD per 1M tokens -> 2.00 USD per image"],
    ),
    "in another currency": (
        [rate("2")],
        [rate("2", currency="EUR")],
        [EACH + "2.00 USD per 1M tokens -> 2.00 EUR per 1M tokens"],
    ),
    "in a currency of its own": (
        [rate("2", currency="EUR")],
        [rate("1", currency="EUR")],
        [EACH + "2.00 EUR -> 1.00 EUR per 1M tokens (x0.50)"],
    ),
    "split at one price": (
        [rate("2")],
        [rate("2", modality="text"), rate("2", modality="audio")],
        ["flash: 2 rates said in other words, no price moved"],
    ),
    "split at two prices": (
        [rate("2")],
        [rate("2", modality="text"), rate("5", modality="audio")],
        ["input audio (standard): 2.00 -> 5.00 USD per 1M tokens (x2.50)", *SAME],
    ),
    "joined": (
        [rate("2", modality="text"), rate("5", modality="audio")],
        [rate("2")],
        ["input audio (standard): 5.00 -> 2.00 USD per 1M tokens (x0.40)", *SAME],
    ),
    "with a bound": (
        [rate("2")],
        [rate("2", prompt_up_to=200_000), rate("4", prompt_over=200_000)],
        ["input (standard, prompt > 200k): 2.00 -> 4.00 USD per 1M tokens (x2.00)", *SAME],
    ),
    "without its bound": (
        [rate("2", prompt_up_to=200_000), rate("4", prompt_over=200_000)],
        [rate("2")],
        ["input (standard, prompt > 200k): 4.00 -> 2.00 USD per 1M tokens (x0.50)", *SAME],
    ),
    "one that came and one that went": (
        [rate("2", modality="text")],
        [rate("2", modality="image")],
        [
            "input text (standard): no longer sold, was 2.00 USD per 1M tokens",
            "input image (standard): new, 2.00 USD per 1M tokens",
        ],
    ),
    "a row without a price": ([], [rate(None)], []),
    "a figure beside its price": (
        [rate("2", modality="audio"), rate("0.002", modality="audio", basis="equivalent", unit="1 minute")],
        [rate("4", modality="audio"), rate("0.004", modality="audio", basis="equivalent", unit="1 minute")],
        ["input audio (standard): 2.00 -> 4.00 USD per 1M tokens (x2.00)"],
    ),
    "a figure beside another price": (
        [rate("2", modality="text"), rate("0.002", modality="audio", basis="equivalent", unit="1 minute")],
        [rate("4", modality="text"), rate("0.004", modality="audio", basis="equivalent", unit="1 minute")],
        [
            "input text (standard): 2.00 -> 4.00 USD per 1M tokens (x2.00)",
            "input audio (standard, equivalent): 0.002 -> 0.004 USD per minute (x2.00)",
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), BECAME.values(), ids=BECAME)
def test_what_is_told_of_each_way_a_price_moves(old, new, lines):
    """Whatever the keys are called: removed and added, it is one price that became another."""
    assert lines == became(old, new)


def allowance(number, period="day", **values):
    return rate("0", used_up_to=number, period=period, **{**FREE, **values})


def beyond(price, number, period="day"):
    return rate(price, used_over=number, period=period, **BEYOND)


def test_an_allowance_is_told_as_one():
    """Another period, another number, no limit; the price beyond it moves its key along and is no news."""
    search = "search_grounding (standard): free searches "
    day, month = [allowance(5000), beyond("14", 5000)], [allowance(5000, "month"), beyond("14", 5000, "month")]

    assert [search + "5,000 a day -> 5,000 a month"] == became(day, month)
    assert [
        "search_grounding (standard, over 5,000/day): 14.00 USD per 1,000 queries -> free",
        search + "5,000 a day -> without limit",
    ] == sorted(became(day, [rate("0", **FREE)]), reverse=True)
    assert [search + "5,000 -> 6,000"] == became([allowance(5000, "")], [allowance(6000, "")])
    maps = {"meter": "maps_grounding"}
    (line,) = became([allowance(5, **maps)], [allowance(6, **maps)])
    assert line.endswith("free maps prompts 5 a day -> 6 a day")
    (line,) = became([allowance(5, meter="tool")], [allowance(6, meter="tool")])
    assert line.endswith("free queries 5 a day -> 6 a day")


def test_an_allowance_for_later_has_its_day():
    """The price is the same on both days."""
    old, new = (
        allowance(5),
        [replace(allowance(5), effective_until=LAST), replace(allowance(9), effective_from=NEW_YEAR)],
    )

    assert ["search_grounding (standard): free searches 5 a day -> 9 a day from 2027-01-01"] == became([old], new)


def test_an_allowance_that_goes_says_what_was_free():
    """And the price beyond it, where that moved, has a line of its own."""
    assert [
        "search_grounding (standard): 14.00 -> 35.00 USD per 1,000 queries (x2.50)",
        "search_grounding (standard, up to 100/day): free -> 35.00 USD per 1,000 queries",
    ] == sorted(
        line.replace(", over 100/day", "")
        for line in became([allowance(100), beyond("14", 100)], [rate("35", **BEYOND)])
    )


def test_what_stands_is_paid_before_and_after():
    """A row that comes or goes beside one for everything."""
    every, audio = rate("1"), rate("3", modality="audio")

    assert ["input audio (standard): 1.00 -> 3.00 USD per 1M tokens (x3.00)"] == became([], [audio], [every])
    assert ["input audio (standard): 3.00 -> 1.00 USD per 1M tokens (x0.33)"] == became([audio], [], [every])
    assert ["flash: 1 rate said in other words, no price moved"] == became(
        [], [replace(audio, price=Decimal(1))], [every]
    )


def test_a_general_price_that_moves_is_told_beside_one_that_stands():
    """Nothing that stands hides it."""
    assert [EACH + "1.00 -> 2.00 USD per 1M tokens (x2.00)"] == became(
        [rate("1")], [rate("2")], [rate("3", modality="audio")]
    )
    assert [EACH + "1.00 -> 2.00 USD per 1M tokens (x2.00)"] == became(
        [rate("1")], [rate("2"), rate("2", modality="audio")]
    )


def test_a_label_that_moved_is_the_same_call():
    """One that a price gets for the first time divides it."""
    old, new = rate("35", context="flash and flash-lite"), rate("35", context="gemini 2.5 models")
    labels = price_news.told([change("relabelled", old=old, new=new)], DAY)
    dearer = price_news.told([change("repriced", old=old, new=replace(new, price=Decimal(40)))], DAY)
    more = rate("9", resolution="4K")
    split = [change("relabelled", old=rate("1"), new=rate("1", resolution="1K")), change("rate_added", new=more)]

    assert SAME == [line.text for line in labels]
    assert ["input (standard, gemini 2.5 models): 35.00 -> 40.00 USD per 1M tokens (x1.14)"] == [
        line.text.removeprefix("flash ") for line in dearer
    ]
    assert ["flash input (standard, 4K): 1.00 -> 9.00 USD per 1M tokens (x9.00)"] == [
        line.text for line in price_news.told(split, DAY)
    ]


def test_several_looks_on_a_day_are_one_edition():
    """What stood before the first and after the last; there and back is nobody's news."""
    one, two, three = rate("1"), rate("2"), rate("3")
    up, on, back = (change("repriced", old=a, new=b) for a, b in ((one, two), (two, three), (two, one)))

    assert [EACH + "1.00 -> 3.00 USD per 1M tokens (x3.00)"] == [
        line.text.removeprefix("flash ") for line in price_news.told([up, on], DAY)
    ]
    assert ["same"] == [line.kind for line in price_news.told([up, back], DAY)]


def test_a_renamed_model_is_compared_with_itself():
    """Under its present id, whichever id its old rates have."""
    old, new = rate("1", model="preview"), rate("2", model="flash")
    lines = price_news.told([change("model_renamed", previous_id="preview"), change("repriced", old=old, new=new)], DAY)

    assert [
        "flash: renamed from preview",
        "flash input (standard): 1.00 -> 2.00 USD per 1M tokens (x2.00)",
    ] == [line.text for line in lines]


def test_a_step_that_came_due_is_one_line_for_its_modalities():
    """Without a day, which is today; and with no ratio where the old price is not known."""
    steps = [
        change("stepped", old=until("1", modality=m), new=since("2", modality=m)) for m in ("text", "image", "audio")
    ]
    (line,) = price_news.told(steps, NEW_YEAR)
    (unknown,) = price_news.told([change("stepped", new=since("2"))], NEW_YEAR)

    assert "flash input text, image, audio (standard): 1.00 -> 2.00 USD per 1M tokens (x2.00), took effect" == line.text
    assert "flash input (standard): 2.00 USD per 1M tokens, took effect" == unknown.text
    assert [] == price_news.told([change("stepped", old=until("2"), new=since("2"))], NEW_YEAR)


def test_figures_of_other_tiers_restate_nothing():
    """A step of the standard list price says nothing of a figure of another tier."""
    figure = {"basis": "equivalent", "service_tier": "batch", "unit": "1 image"}
    steps = [
        change("stepped", old=until("1"), new=since("2")),
        change("stepped", old=until("3", **figure), new=since("4", **figure)),
    ]

    assert 2 == len(price_news.told(steps, NEW_YEAR))


def test_corrections_stand_behind_the_news():
    """And are compared among themselves."""
    better = change(
        "repriced", old=rate("5", meter="output"), new=rate("6", meter="output"), stamp=stamp(correction=True)
    )
    found = price_news.told([better, change("repriced", old=rate("1"), new=rate("2"))], DAY)

    assert [("input (standard)", False), ("output (standard)", True)] == [
        (line.what, line.correction) for line in found
    ]


def test_models_that_came_and_went():
    """With how many rates."""
    came, went = change("model_added", card=card(rate(), rate(meter="output"))), change("model_removed", model="pro")

    assert ["flash: new model, 2 rates", "pro: no longer on the page"] == [
        line.text for line in price_news.told([came, went], DAY)
    ]
    assert ["flash: new model"] == [line.text for line in price_news.told([change("model_added")], DAY)]


@pytest.mark.parametrize(
    ("side", "values", "words", "kind"),
    [
        ("new", {}, "standard: 4 prices new", "new"),
        ("old", {}, "standard: 4 prices no longer sold", "gone"),
        ("new", {"effective_from": NEW_YEAR}, "standard: 4 prices new from 2027-01-01", "announced"),
        ("new", {"plan": "free", "availability": "free"}, "standard (free plan): 4 prices new", "new"),
    ],
)
def test_many_prices_of_a_tier_are_one_line(side, values, words, kind):
    """Three have a line each; what is announced is no price of today."""
    meters = ("input", "output", "cache_read", "cache_storage")
    rates = [rate("1", meter=meter, **values) for meter in meters]
    many = [change("rate_added" if side == "new" else "rate_removed", **{side: r}) for r in rates]
    (line,) = price_news.told(many, DAY)

    assert (f"flash {words}", kind, 4) == (line.text, line.kind, line.number)
    assert 3 == len(price_news.told(many[1:], DAY))


def test_many_prices_of_a_tier_that_end_are_one_line():
    """On the last day that they have now."""
    meters = ("input", "output", "cache_read", "cache_storage")
    ended = [change("redated", old=rate("1", meter=m), new=until("1", meter=m)) for m in meters]
    (line,) = price_news.told(ended, DAY)

    assert ("flash standard: 4 prices end on 2026-12-31", "announced") == (line.text, line.kind)


def test_what_is_paid_stands_on_the_change_that_brings_it():
    """For each modality; a redated half, a row without a price and an allowance have none."""
    news_of = [change("rate_added", new=until("1", modality=m)) for m in ("text", "audio")]
    dated = [change("redated", old=rate("2", modality=m), new=since("2", modality=m)) for m in ("text", "audio")]
    silent = change("rate_added", new=rate(None, meter="tuning"))
    moved = [change("rate_removed", old=allowance(5)), change("rate_added", new=allowance(6))]
    found = price_news.by_change([*news_of, *dated, silent, *moved], DAY)

    expected = {"before": "2", "after": "1", "from": "2026-11-01", "then": [{"from": "2027-01-01", "price": "2"}]}
    assert {id(c): expected for c in news_of} == found


def test_what_was_paid_is_per_unit_of_what_stands_beside_it():
    """Of the old side; of the new one where there is none."""
    every = rate("2")
    audio = change("rate_added", new=rate("0.003", modality="audio", unit="1000 tokens"))
    unit = change("unit_changed", old=rate("2"), new=rate("0.001", unit="1000 tokens"))
    gone = change("rate_removed", old=every)
    closed = change("availability_changed", old=every, new=rate(None))

    assert {"before": "0.002", "after": "0.003", "from": "2026-11-01"} == price_news.by_change([audio], DAY, [every])[
        id(audio)
    ]
    assert ("2", "0.001") == tuple(price_news.by_change([unit], DAY)[id(unit)][n] for n in ("before", "after"))
    assert "not_available" == price_news.by_change([gone], DAY)[id(gone)]["after"]
    assert "not_available" == price_news.by_change([closed], DAY)[id(closed)]["after"]


def test_fault_103_a_price_that_is_announced_no_more_says_so():
    """On the change that keeps the price of before, or on the one that takes the step away."""
    stays, gone = change("rate_added", new=rate("2")), change("rate_removed", old=since("3"))
    taken_back = [change("rate_removed", old=until("2")), gone, stays]

    expected = {"before": "3", "after": "2", "from": "2027-01-01", "withdrawn": True}
    assert {id(stays): expected} == price_news.by_change(taken_back, DAY)
    assert price_news.by_change([gone], DAY, [until("2")])[id(gone)]["withdrawn"] is True
    assert not any(
        "withdrawn" in paid for paid in price_news.by_change([change("rate_added", new=since("3"))], DAY).values()
    )


PRICES = st.sampled_from(["1", "2", "3"])
NAMES = st.sampled_from(["", "text", "image"])
SIDES = st.dictionaries(st.tuples(NAMES, st.sampled_from(["", "1K"])), PRICES, max_size=4)


@settings(max_examples=100)
@given(SIDES, SIDES)
def test_no_line_has_one_price_before_and_after_and_nothing_that_moved_is_lost(before, after):
    """The law: a line for what a call pays differently, none where every call pays the same."""
    old, new = ([rate(p, modality=m, resolution=r) for (m, r), p in side.items()] for side in (before, after))
    stand = {r.row_key: r for r in old if r in new}
    changes = [change("rate_removed", old=r) for r in old if r.row_key not in stand]
    changes += [change("rate_added", new=r) for r in new if r.row_key not in stand]
    found = price_news.of(changes, DAY, new).news
    moved = effective.moves(effective.lanes([card(*old)]), effective.lanes([card(*new)]), DAY)

    assert not [line for line in found if effective.same_price(line.before, line.after)]
    assert bool(moved) == bool(found)
    assert {(m.old and m.old.price, m.new and m.new.price) for m in moved} == {
        (line.before and line.before.price, line.after and line.after.price) for line in found
    }


# ------------------------------------------------------------------------------------------- told first


def test_what_an_earlier_edition_says_is_told_once():
    """One taken in later had it first; what it alone says stays, and so does what happens a second time."""
    early, late = date(2026, 4, 16), date(2026, 4, 27)
    first = {"day": early, "stamp": stamp(early, recorded="2026-11-30T00:00:00Z")}
    again = {"day": late, "stamp": stamp(late, recorded="2026-11-22T00:00:00Z")}
    up, down = {"old": rate("1"), "new": rate("2")}, {"old": rate("2"), "new": rate("1")}
    told = [
        change("repriced", **up, **again),
        change("model_removed", model="pro", **again),
        change("repriced", **up, **first),
        change("repriced", old=rate("3", meter="output"), new=rate("4", meter="output"), **first),
        change(
            "repriced", **down, day=date(2026, 5, 1), stamp=stamp(date(2026, 5, 1), recorded="2026-12-01T00:00:00Z")
        ),
        change("repriced", **up, day=date(2026, 6, 1), stamp=stamp(date(2026, 6, 1), recorded="2026-12-02T00:00:00Z")),
    ]

    assert told[1:] == news.first_told(told)
    assert told[:2] == news.first_told(told[:2])


def test_two_late_editions_tell_it_once():
    """Each taken in later than the one after it: the earliest day has it."""
    days = [date(2026, 4, d) for d in (1, 2, 3)]
    thrice = [
        change("model_removed", day=day, stamp=stamp(day, recorded=f"2026-11-{30 - n}T00:00:00Z"))
        for n, day in enumerate(days)
    ]

    assert thrice[:1] == news.first_told(thrice)


def test_a_model_that_an_edition_in_between_has_was_not_renamed_after_it():
    """A later edition was read as a rename before it was known that both names stood on the page at once."""
    early, late = date(2026, 5, 8), date(2026, 8, 27)
    came = change("model_added", day=early, stamp=stamp(early, recorded="2026-11-30T00:00:00Z"))
    renamed = change("model_renamed", day=late, previous_id="flash-preview", stamp=stamp(late))

    assert [came] == news.first_told([renamed, came])
    assert [renamed] == news.first_told([renamed])


# -------------------------------------------------------------------------------------- a buyer reads it

BUYS = {"moved", "announced", "new", "gone", "allowance"}
MODELS = {"model_added", "model_removed", "model_renamed"}


@pytest.fixture(scope="module")
def editions():
    """The news of all editions of Google's page from 2025-11-21 to 2026-10-04, by day."""
    dataset = Dataset(str(resources.files("ratecards")))
    days: dict[date, list] = {}
    for one in news.first_told(dataset.changes("google/gemini-api")):
        if date(2025, 11, 21) <= day_of(one) <= date(2026, 10, 4):
            days.setdefault(day_of(one), []).append(one)
    return {day: price_news.told(own, day, news.cards(dataset, own, day)) for day, own in sorted(days.items())}


def test_each_line_of_the_real_editions_is_news_to_a_buyer(editions):
    """A price that somebody pays differently, or is to; a model that came, went or was renamed; the rest is folded."""
    lines = [line for told in editions.values() for line in told]

    assert {date(2025, 11, 21), date(2026, 8, 27), date(2026, 10, 4)} <= set(editions)
    assert {"same"} >= {line.kind for line in lines} - BUYS - MODELS
    for line in lines:
        assert (line.kind in MODELS or line.kind == "same") == (not line.what), line
        if line.news and line.kind != "allowance":
            assert not effective.same_price(line.news.before, line.news.after), line.text
        elif line.news:
            before, after = line.news.before, line.news.after
            assert (before.used_up_to, before.period) != (after.used_up_to, after.period), line.text
        else:
            assert line.kind in MODELS or line.number >= 1
            assert line.kind in MODELS | {"same"} or line.change.endswith((" new", " no longer sold")), line.text


def test_what_was_halved_for_a_while_reads_so(editions):
    """Robotics ER 2, until the end of the year."""
    lines = [f"{x.what}: {x.change}" for x in editions[date(2026, 10, 4)] if x.model == "gemini-robotics-er-2-preview"]

    assert lines[:2] == [
        "input text, image, video, audio (standard): 2.00 -> 1.00 USD per 1M tokens (x0.50) until 2026-12-31, then 2.00",
        "output (standard): 10.00 -> 5.00 USD per 1M tokens (x0.50) until 2026-12-31, then 10.00",
    ]
    assert (8, True) == (len(lines), all("until 2026-12-31, then " in line for line in lines))


def test_an_allowance_of_another_period_reads_so(editions):
    """5,000 a day became 5,000 a month, in the summer of 2026."""
    lines = {line.text for day, told in editions.items() if day > date(2026, 4, 27) for line in told}

    assert "gemini-3-flash-preview search_grounding (batch): free searches 5,000 a day -> 5,000 a month" in lines
    assert "gemini-3.1-pro-preview maps_grounding (flex): free maps prompts 5,000 a day -> 5,000 a month" in lines


def test_nothing_of_one_edition_is_told_once_more_by_the_next(editions):
    """The edition of 2026-04-16 was taken in after that of 2026-04-27."""
    earlier, later = ({line.text for line in editions[date(2026, 4, d)]} for d in (16, 27))

    assert {"gemini-embedding-2: renamed from gemini-embedding-2-preview"} == later
    assert not earlier & later
    texts = [line.text for told in editions.values() for line in told if line.kind != "same"]
    assert [] == sorted({text for text in texts if texts.count(text) > 1})


@given(st.integers(1, 400), st.integers(1, 900), st.integers(1, 900), st.booleans())
def test_fault_103_an_announced_step_that_disappears(days, now, then, open_ended):
    """It is told as an event of its own, whatever was announced and whether the last day of today's price goes too."""
    if now == then:
        then += 1
    first = DAY + timedelta(days=days)
    last = first - timedelta(days=1)
    today, step = until(f"{now}", last), since(f"{then}", first)
    stays = rate(f"{now}") if open_ended else today
    changes = [change("rate_removed", old=step)]
    changes += [change("rate_removed", old=today), change("rate_added", new=stays)] if open_ended else []
    [line] = price_news.told(changes, DAY, {"flash": card(stays)})

    assert ("withdrawn", True) == (line.kind, line.change.startswith(f"withdrawn: was to be {then}.00 USD"))
    assert f"from {first}" in line.change
    assert ("stays" in line.change) == open_ended


def test_an_edition_that_says_nothing_has_no_lines(tmp_path):
    """A row without a price that came is no news, and so the edition has no title."""
    first = histories.rate(price="1")
    silent = histories.change("2026-02-01", "rate_added", new=histories.rate(meter="tuning", price=None))
    dataset = Dataset(histories.write(tmp_path, *histories.added("2026-01-01", histories.card("flash", first)), silent))

    assert "" == news.changes_text(dataset, [silent])


def test_a_price_is_moved_by_what_is_paid_not_by_how_it_is_kept(tmp_path):
    """A dated price in place of another, for every modality; what has no share is more than any."""
    old = [histories.rate(price="2", modality=kind) for kind in ("text", "audio")]
    new = [histories.rate(price="1", modality=kind, effective_until=LAST) for kind in ("text", "audio")]
    unit = histories.rate(meter="output", price="1"), histories.rate(meter="output", price="1", unit="1 image")
    histories.write(
        tmp_path,
        *histories.added("2026-01-01", histories.card("flash", *old, unit[0])),
        *(histories.change("2026-03-24", "rate_removed", old=one) for one in old),
        *(histories.change("2026-03-24", "rate_added", new=one) for one in new),
        histories.change("2026-03-25", "unit_changed", old=unit[0], new=unit[1]),
    )
    found = Dataset(tmp_path)
    listed = news.changes(found)
    kinds = [[c.kind for c in news.moved(found, listed, Decimal(percent))] for percent in (50, 51)]

    assert [["rate_removed"] * 2 + ["rate_added"] * 2 + ["unit_changed"], ["unit_changed"]] == kinds
