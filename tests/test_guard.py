"""What is held, how long, and what the page as a whole must show."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ratecards.history import Change
from ratecards.model import Rate, RateCard
from scraper.compare import changes
from scraper.guard import (
    Held,
    hold_id,
    lane,
    pinned,
    remember,
    said,
    split,
    too_few_tables,
    too_little_read,
    wavering,
)
from tests.kit import card, cards, change, rate

NOW = datetime(2026, 11, 1, 6, 17, tzinfo=UTC)
BIG = cards(*(card(rate(str(n + 1)), model=f"m-{n:02}") for n in range(30)))


def sift(
    found: list[Change],
    baseline: dict[str, RateCard] = BIG,
    holds: dict[str, dict[str, Any]] | None = None,
    now: datetime = NOW,
    **more: Any,
) -> tuple[list[Change], list[Held], dict[str, dict[str, Any]]]:
    """What is published, held and remembered."""
    found = split(found, baseline, holds or {}, now, **more)
    return found.publish, found.held, found.holds


def moved(old: Rate, new: Rate) -> Change:
    """A change of one rate."""
    return change("repriced", old=old, new=new)


def reason(found: Change, baseline: dict[str, RateCard] = BIG) -> str:
    """Why a change is held, or nothing."""
    published, held, remembered = sift([found], baseline)
    assert len(published) + len(held) == 1
    assert len(held) == len(remembered)
    return held[0].reason if held else ""


PRICES = {
    "three times": ("1", "3", ""),
    "a third": ("3", "1", ""),
    "a third of cents": ("0.075", "0.025", ""),
    "more than three times": ("1", "3.01", "moved x3.01, more than 3 times"),
    "less than a third": ("3", "0.99", "moved x0.33, more than 3 times"),
    "a lost digit": ("10.00", "1", "moved x0.10, more than 3 times"),
    "half": ("1", "0.5", ""),
    "to zero": ("1", "0", "a price to zero"),
    "from zero": ("0", "1", "a price from zero"),
    "zero still": ("0", "0", ""),
}


@pytest.mark.parametrize(("old", "new", "expected"), PRICES.values(), ids=PRICES)
def test_prices_that_move_too_far(old, new, expected):
    """More than three times, less than a third, and to or from zero; the bounds themselves pass."""
    assert expected == reason(moved(rate(old), rate(new)))


OTHERS = {
    "unit": (moved(rate("1"), rate("1000", unit="1 image")), ""),
    "unit to zero": (moved(rate("1"), rate("0", unit="")), "a price to zero"),
    "currency": (moved(rate("1"), rate("1", currency="EUR")), "from USD to EUR, which are never compared as numbers"),
    "withdrawn": (moved(rate("1"), rate(None)), ""),
    "offered": (moved(rate(None), rate("100")), ""),
    "added": (change("rate_added", new=rate("100")), ""),
    "removed": (change("rate_removed", old=rate("100")), ""),
    "new model": (change("model_added", model="new", card=card(rate("100"), model="new")), ""),
    "words": (change("card_changed", card=card()), ""),
}


@pytest.mark.parametrize(("found", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_changes(found, expected):
    """A currency is never compared, a unit has no ratio; what comes and goes alone is published."""
    assert expected == reason(found)


def test_the_rest_is_published():
    """A held change holds up nothing else, and the order stays."""
    first, wild, last = (
        moved(rate("1"), rate("2")),
        moved(rate("1"), rate("9")),
        change("rate_added", new=rate("2", meter="tuning")),
    )
    published, held, remembered = sift([first, wild, last])

    assert [first, last] == published
    assert [Held(hold_id(wild), "moved x9.00, more than 3 times", wild, NOW.isoformat(), 1)] == held
    assert {
        hold_id(wild): {
            "since": "2026-11-01T06:17:00+00:00",
            "looks": 1,
            "last": ["2026-11-01T06:17:00+00:00", ""],
            "reason": "moved x9.00, more than 3 times",
            "what": "repriced flash: moved x9.00, more than 3 times",
        }
    } == remembered


# ---------------------------------------------------------------------------------------------- release

WILD = moved(rate("1"), rate("9"))


def looks(*hours: float, found: Change = WILD, holds: dict | None = None) -> list[tuple[int, int]]:
    """How many changes are published and held, look by look; state goes through its file."""
    seen = []
    for hour in hours:
        published, held, holds = sift([found], holds=holds, now=NOW + timedelta(hours=hour))
        holds = json.loads(json.dumps(holds))
        seen.append((len(published), len(held)))
    return seen


HELD, OUT = (0, 1), (1, 0)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((0, 12, 24), [HELD, HELD, OUT]),
        ((0, 12, 23.99), [HELD, HELD, HELD]),
        ((0, 6, 12, 18, 24), [HELD, HELD, HELD, HELD, OUT]),
        ((0, 48), [HELD, HELD]),
        ((0, 48, 49), [HELD, HELD, OUT]),
        ((0, 1, -30), [HELD, HELD, HELD]),
        ((0, 12, 24, 25), [HELD, HELD, OUT, HELD]),
    ],
    ids=["three in a day", "too soon", "many looks", "two looks", "third is late", "clock back", "once only"],
)
def test_released_after_three_looks_and_a_day(hours, expected):
    """Both must be: three equal readings, and 24 hours from the first to the last."""
    assert expected == looks(*hours)


def test_what_is_released_is_not_remembered():
    """Its hold is over; a later one starts anew."""
    entry = {hold_id(WILD): {"since": NOW.isoformat(), "looks": 2}}
    published, held, remembered = sift([WILD], holds=entry, now=NOW + timedelta(days=1))

    assert ([WILD], [], {}) == (published, held, remembered)
    assert {"since": NOW.isoformat(), "looks": 2} == entry[hold_id(WILD)]


def test_a_hold_that_does_not_come_back_is_forgotten():
    """A slip of one look leaves nothing, and a second slip waits from the start."""
    _, _, remembered = sift([WILD])
    _, _, forgotten = sift([], holds=remembered, now=NOW + timedelta(hours=12))
    _, [again], _ = sift([WILD], holds=forgotten, now=NOW + timedelta(hours=24))

    assert {} == forgotten
    assert (1, (NOW + timedelta(hours=24)).isoformat()) == (again.looks, again.since)


def test_another_reading_waits_from_the_start():
    """x9 and then x8 are not two looks at one price."""
    _, _, remembered = sift([WILD])
    _, [other], now_remembered = sift([moved(rate("1"), rate("8"))], holds=remembered)

    assert 1 == other.looks
    assert [other.id] == list(now_remembered)


def test_a_person_confirms():
    """`confirmed` in the entry publishes at the next look."""
    _, _, remembered = sift([WILD])
    remembered[hold_id(WILD)]["confirmed"] = True

    assert ([WILD], [], {}) == sift([WILD], holds=remembered)


def test_what_others_keep_in_an_entry_stays():
    """The judge notes more in it than the guard knows."""
    _, _, remembered = sift([WILD])
    remembered[hold_id(WILD)]["model"] = "flash"
    _, _, remembered = sift([WILD], holds=remembered)

    assert "flash" == remembered[hold_id(WILD)]["model"]


def test_one_edition_seen_twice_is_one_look():
    """An earlier or equal instant counts nothing, whatever the bytes."""
    _, _, holds = sift([WILD], capture="sha256:1")
    for capture in ("sha256:1", "sha256:2"):
        _, [held], holds = sift([WILD], holds=holds, capture=capture)
    assert (1, [NOW.isoformat(), "sha256:1"]) == (held.looks, holds[held.id]["last"])

    _, [held], holds = sift([WILD], holds=holds, now=NOW + timedelta(hours=1), capture="sha256:1")
    assert (2, (NOW + timedelta(hours=1)).isoformat()) == (held.looks, holds[held.id]["last"][0])


SETTLED = {
    "a person": ({"confirmed": {"because": "I saw it"}}, "", "confirmed by a person"),
    "another source": ({}, "google/ai-studio", "google/ai-studio says the same"),
    "time": ({"looks": 2}, "", "seen 3 times since 2026-10-30T06:17:00+00:00"),
}


@pytest.mark.parametrize(("entry", "source", "because"), SETTLED.values(), ids=SETTLED)
def test_what_is_released_says_why(entry, source, because):
    """Whichever of the three came first."""
    before = {"since": (NOW - timedelta(days=2)).isoformat(), "looks": 1, **entry}
    found = split([WILD], BIG, {hold_id(WILD): before}, NOW, second=lambda change: source)

    assert ([WILD], [], {}) == (found.publish, found.held, found.holds)
    assert [(hold_id(WILD), WILD, because)] == [(r.id, r.change, r.because) for r in found.released]


def test_a_second_source_settles_the_first_look():
    """What it says is asked of what is held alone."""
    asked = []
    calm = moved(rate("1"), rate("1.1"))
    found = split([calm, WILD], BIG, {}, NOW, second=lambda change: asked.append(change) or "google/ai-studio")

    assert ([calm, WILD], [WILD]) == (found.publish, asked)


# ---------------------------------------------------------------------------------------------- identity


def test_one_change_has_one_id():
    """Ten hexadecimal digits; words, places, dates of reading and the form of numbers do not matter."""
    same = moved(rate("1.0", quote="x", locator="y"), rate("9.00", capture="sha256:1", observed=date(2026, 1, 1)))

    assert hold_id(WILD) == hold_id(same) == hold_id(replace(same, stamp=None))
    assert re.fullmatch(r"[0-9a-f]{10}", hold_id(WILD))


DIFFERENT = {
    "price": moved(rate("1"), rate("8")),
    "old price": moved(rate("2"), rate("9")),
    "key": moved(rate("1"), rate("9", context="global")),
    "unit": moved(rate("1"), rate("9", unit="1 image")),
    "currency": moved(rate("1"), rate("9", currency="EUR")),
    "no price": moved(rate("1"), rate(None)),
    "availability": moved(rate("1"), rate(None, availability="refers")),
    "kind": replace(WILD, kind="redated"),
    "model": replace(WILD, model="pro"),
    "source": replace(WILD, source="vertex-ai"),
    "provider": replace(WILD, provider="openai"),
    "only new": replace(WILD, old=None),
    "only old": replace(WILD, new=None),
    "card": change("model_added", card=card(rate("1"))),
    "other card": change("model_added", card=card(rate("2"))),
    "empty card": change("model_added", card=card()),
}


def test_other_changes_have_other_ids():
    """Each of these is another reading."""
    assert len(DIFFERENT) + 1 == len({hold_id(c) for c in (WILD, *DIFFERENT.values())})


def test_a_card_s_order_is_not_in_its_id():
    """A new model held is the same one however its rates are listed."""
    new = card(rate("1"), rate("2", meter="output"))

    assert hold_id(change("model_added", card=new)) == hold_id(
        change("model_added", card=replace(new, rates=new.rates[::-1]))
    )


# ---------------------------------------------------------------------------------------------- removals


def gone(baseline: dict[str, RateCard], count: int) -> list[Change]:
    """What is found when the first models of a baseline are not on the page."""
    return changes(baseline, dict(list(baseline.items())[count:]))


def small(size: int) -> dict[str, RateCard]:
    """A baseline of so many models."""
    return dict(list(BIG.items())[:size])


@pytest.mark.parametrize(
    ("size", "count", "expected"),
    [
        (20, 1, ""),
        (11, 1, ""),
        (30, 2, "2 of 30 models gone at once"),
        (20, 2, "2 of 20 models gone at once"),
        (20, 20, "20 of 20 models gone at once"),
        (10, 1, "1 of 10 models gone at once"),
        (9, 1, "1 of 9 models gone at once"),
        (5, 1, "1 of 5 models gone at once"),
        (2, 1, "1 of 2 models gone at once"),
        (1, 1, "1 of 1 models gone at once"),
    ],
)
def test_removals(size, count, expected):
    """Two at once or a tenth of all are held; so in a small set every one is, and the only one most of all."""
    published, held, _ = sift(gone(small(size), count), small(size))

    assert [expected] * count == [h.reason for h in held] + [""] * len(published)


def test_a_mass_removal_holds_no_price():
    """What else the page says is published."""
    half = {m: card(rate("1.5"), model=m) for m in list(BIG)[:2]}
    published, held, _ = sift(changes(BIG, half))

    assert {"model_removed"} == {h.change.kind for h in held}
    assert 28 == len(held)
    assert {"repriced": 2} == {c.kind: len(published) for c in published}


def test_what_is_left_of_a_mass_removal_waits_on():
    """When one of two lost models is back the other is a single removal, but it was seen on a doubtful page."""
    _, _, remembered = sift(gone(BIG, 2))
    published, [held], _ = sift(gone(BIG, 1), holds=remembered, now=NOW + timedelta(hours=1))

    assert ([], 2, "2 of 30 models gone at once") == (published, held.looks, held.reason)


RATES = cards(*(card(*(rate("1", context=f"c{k}") for k in range(5)), model=f"m-{n:02}") for n in range(10)))


def without(count: int) -> dict[str, RateCard]:
    """Fifty rates less the first so many."""
    left, found = count, {}
    for model, held in RATES.items():
        found[model] = replace(held, rates=held.rates[min(left, 4) :])
        left -= min(left, 4)
    return found


@pytest.mark.parametrize(("count", "held"), [(0, 0), (4, 0), (5, 5), (20, 20)])
def test_rates_gone_in_numbers(count, held):
    """Five rates that are a tenth of all wait, all of them; fewer are an edit of the page."""
    published, waiting, _ = sift(changes(RATES, without(count)), RATES)

    assert held == len(waiting)
    assert count - held == len(published)
    assert [f"{held} of 50 rates gone at once"] * held == [h.reason for h in waiting]


def repriced(count: int, price: str | None = "1.5") -> dict[str, RateCard]:
    """The first so many of a dozen models at another price."""
    return {m: card(rate(price if n < count else "1"), model=m) for n, m in enumerate(list(BIG)[:12])}


@pytest.mark.parametrize(
    ("count", "price", "reason"),
    [
        (4, "1.5", ""),
        (5, "1.5", "5 of 12 models repriced at once"),
        (12, "1.5", "12 of 12 models repriced at once"),
        (4, None, ""),
        (5, None, "5 of 12 models of another availability at once"),
    ],
)
def test_many_models_repriced_or_withdrawn_at_once(count, price, reason):
    """A new discount for all is news that can wait a day; a slip of the reader must not go out at all."""
    before = repriced(0)
    published, held, _ = sift(changes(before, repriced(count, price)), before)

    assert [reason] * count == [h.reason for h in held] + [""] * len(published)


# ---------------------------------------------------------------------------------------------- doubts

LOW = rate("2", meter="output")
DOUBT = [((LOW, rate("3")), "output not below input")]


def test_a_doubted_rate_waits():
    """Whichever of the two moved, and a new model whole."""
    fell = moved(rate("4", meter="output"), LOW)
    rose = moved(rate("2"), rate("3"))
    fresh = change("model_added", model="flash", card=card(LOW, rate("3")))
    other = moved(rate("1", model="pro"), rate("3", model="pro"))
    calm = change("rate_removed", old=rate("7", meter="tuning"))

    for found in (fell, rose, fresh):
        [held] = split([found], {}, {}, NOW, doubts=DOUBT).held
        assert ("output not below input", found) == (held.reason, held.change)
    assert [other, calm] == split([other, calm], {}, {}, NOW, doubts=DOUBT).publish


def test_a_figure_that_waits_anyway_leaves_no_doubt_in_the_other():
    """With the input at its old price the new output price is as good as any."""
    wild, fell = moved(rate("0.5"), rate("3")), moved(rate("2.5", meter="output"), LOW)
    found = split([wild, fell], BIG, {}, NOW, doubts=DOUBT)

    assert ([fell], ["moved x6.00, more than 3 times"]) == (found.publish, [h.reason for h in found.held])


# ---------------------------------------------------------------------------------------------- wavering

A_TO_B, B_TO_A = moved(rate("1"), rate("1.5")), moved(rate("1.5"), rate("1"))


def test_a_price_that_comes_back_wavers():
    """A, B, A: what was said until a few days ago is no news yet."""
    recent = remember([A_TO_B], {}, NOW)

    assert {lane(B_TO_A): f"the source wavers: it said the same until {NOW.isoformat()}"} == wavering(
        [B_TO_A], recent, NOW + timedelta(days=7)
    )
    assert {} == wavering([B_TO_A], recent, NOW + timedelta(days=7, seconds=1))
    assert {} == wavering([moved(rate("1.5"), rate("2"))], recent, NOW)
    assert {} == wavering([moved(rate("1.5", meter="output"), rate("1", meter="output"))], recent, NOW)


def test_a_wavering_price_is_held():
    """Like anything that is hard to believe; the kinds that move no price are not."""
    recent = remember([A_TO_B], {}, NOW)
    words = wavering([B_TO_A], recent, NOW)
    [held] = split([B_TO_A], BIG, {}, NOW, wavering=words).held

    assert words[lane(B_TO_A)] == held.reason
    assert [] == split([replace(B_TO_A, kind="reworded")], BIG, {}, NOW, wavering=words).held


def test_what_is_remembered_and_for_how_long():
    """The old value of each price that moved, for a week."""
    recent = remember([A_TO_B, change("reworded", old=rate("1"), new=rate("1")), change("model_removed")], {}, NOW)

    assert {lane(A_TO_B): {said(rate("1")): NOW.isoformat()}} == recent
    assert recent == remember([], recent, NOW + timedelta(days=7))
    assert {} == remember([], recent, NOW + timedelta(days=8))
    assert "" == said(None)


# ---------------------------------------------------------------------------------------------- renames

OLD = {**BIG, "pro-preview": card(rate("7"), model="pro-preview")}
NEW = {**BIG, "pro": card(rate("7"), model="pro")}


def test_what_looks_renamed_is_held_whole():
    """The old id stays and the new one waits, so that a confirmed rename is one and not a removal and an addition."""
    published, held, _ = sift(changes(OLD, NEW), OLD)

    assert [] == published
    assert {
        "model_added": "looks renamed from pro-preview; record it in the vocabulary or wait",
        "model_removed": "looks renamed to pro; record it in the vocabulary or wait",
    } == {h.change.kind: h.reason for h in held}


def test_a_rename_waits_as_long_as_anything():
    """Three looks and a day, then it is a removal and an addition."""
    found, holds, seen = changes(OLD, NEW), {}, []
    for hour in (0, 12, 24):
        published, _, holds = sift(found, OLD, holds, NOW + timedelta(hours=hour))
        seen.append(sorted(c.kind for c in published))

    assert [[], [], ["model_added", "model_removed"]] == seen


def test_a_held_id_waits_even_if_the_new_one_is_published():
    """A person confirmed the new model alone: that it is known now does not release the removal of the old one."""
    _, held, remembered = sift(changes(OLD, NEW), OLD)
    known = {**OLD, "pro": NEW["pro"]}
    published, [waiting], _ = sift(changes(known, NEW), known, remembered, NOW + timedelta(hours=1))

    assert [] == published
    assert ("model_removed", 2) == (waiting.change.kind, waiting.looks)
    assert 2 == len(held)


def test_a_confirmed_rename_is_not_held():
    """Recorded in the vocabulary it is published at once."""
    _, _, remembered = sift(changes(OLD, NEW), OLD)
    published, held, remembered = sift(changes(OLD, NEW, {"pro-preview": "pro"}), OLD, remembered)

    assert (["model_renamed", "card_changed"], [], {}) == ([c.kind for c in published], held, remembered)


# ---------------------------------------------------------------------------------------------- the page


@pytest.mark.parametrize(
    ("unread", "sections", "expected"),
    [(0, 0, False), (0, 3, False), (1, 3, False), (1, 2, True), (33, 99, False), (34, 99, True), (1, 1, True)],
)
def test_too_little_read(unread, sections, expected):
    """More than a third of the sections; exactly a third is a part."""
    assert expected is too_little_read(unread, sections)


@pytest.mark.parametrize(
    ("tables", "before", "expected"),
    [(0, 0, False), (9, 0, False), (2, 3, False), (66, 99, False), (65, 99, True), (1, 3, True), (0, 1, True)],
)
def test_too_few_tables(tables, before, expected):
    """More than a third of the tables gone is another page."""
    assert expected is too_few_tables(tables, before)


def test_rates_that_held_changes_keep():
    """By model, the old side of each; what has none, or no card, keeps nothing."""
    output = moved(rate("2", meter="output"), rate("20", meter="output"))
    several = [
        WILD,
        output,
        change("model_removed"),
        replace(WILD, model="pro"),
    ]
    held = [Held(str(n), "why", c, NOW.isoformat(), 1) for n, c in enumerate(several)]

    assert {"flash": [rate("1"), rate("2", meter="output")]} == pinned(held, cards(card(rate("1"))))


def test_kept_rates_are_the_baseline_s():
    """Nothing of the new reading is in what stays."""
    [kept] = pinned([Held("x", "why", WILD, NOW.isoformat(), 1)], cards(card()))["flash"]

    assert (Decimal(1), "$1") == (kept.price, kept.evidence.quote)
