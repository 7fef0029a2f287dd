"""What is held, how long, and what the page as a whole must show."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model import Rate, RateCard
from scraper.checks import recent as moves
from scraper.checks.holds import Circumstances, HoldResult, hold_changes, hold_id, pinned
from scraper.checks.reasons import Reason, too_few_tables
from scraper.diff.editions import changes
from scraper.model import Held, Hold, RecentMoves, too_little_read
from scraper.publish.state_file import hold_data, hold_from, recent_data, recent_from
from tests.support.kit import card, cards, change, rate

NOW = datetime(2026, 11, 1, 6, 17, tzinfo=UTC)
BIG = cards(*(card(rate(str(n + 1)), model=f"m-{n:02}") for n in range(30)))
Cards = dict[str, RateCard]


def sifted(old: Cards, new: Cards, holds: dict | None = None, now: datetime = NOW, **more: Any) -> HoldResult:
    """An edition beside the published cards; the renames are a person's."""
    found = changes(old, new, more.pop("renames", None))
    return hold_changes(found, old, new, holds or {}, Circumstances(now, **more))


def through_the_file(holds: dict[str, Hold]) -> dict[str, Hold]:
    """Holds as a state file keeps them."""
    return {key: hold_from(key, json.loads(json.dumps(hold_data(hold)))) for key, hold in holds.items()}


def one(*rates: Rate, model: str = "flash") -> Cards:
    """A big edition in which one model has these rates."""
    return {**BIG, model: card(*rates, model=model)}


def reason(old: Rate | Sequence[Rate], new: Rate | Sequence[Rate]) -> str:
    """Why one model's change is held, or nothing; whatever is held is remembered, and all of the change waits together."""
    before, after = ([r] if isinstance(r, Rate) else list(r) for r in (old, new))
    found = sifted(one(*before), one(*after))
    assert not (found.held and found.publish)
    assert {h.id for h in found.held} == set(found.holds)
    return found.held[0].reason if found.held else ""


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
def test_fault_50_prices_that_move_too_far(old, new, expected):
    """More than three times, less than a third, and to or from zero; the bounds themselves pass."""
    assert expected == reason(rate(old), rate(new))


OTHERS = {
    "currency": (rate("1"), rate("1", currency="EUR"), "from USD to EUR, which are never compared as numbers"),
    "withdrawn": (rate("1"), rate(None), ""),
    "offered": (rate(None), rate("100"), ""),
    "added": ([rate("1")], [rate("1"), rate("100", meter="tuning")], ""),
    "words": (rate("1"), rate("1", quote="$1, really"), ""),
}


@pytest.mark.parametrize(("old", "new", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_changes(old, new, expected):
    """A currency is never compared; what comes and goes alone is published."""
    assert expected == reason(old, new)


def test_fault_79_a_price_that_is_only_announced_now_waits():
    """Today's price is gone, and what stands in its place has no day."""
    old, new = one(rate("2"), rate("5", meter="output")), one(rate("5", meter="output"))
    announced = (("announced: standard input", "(coming soon) $2.60"),)
    new["flash"] = replace(new["flash"], facts=announced)

    [held] = sifted(old, new).held
    assert "announced without a day, and no price of today is printed beside it" in held.reason


def test_the_rest_is_published():
    """A held change holds up nothing else, and the order stays."""
    old = one(rate("1"), rate("1", meter="output"), rate("7", meter="tuning"))
    new = one(rate("9"), rate("2", meter="output"), rate("7", meter="tuning"), rate("3", meter="cache_read"))
    found = sifted(old, new)
    [held] = found.held

    assert ["output", "cache_read"] == [c.new.meter for c in found.publish if c.new]
    assert ("moved x9.00, more than 3 times", "input", 1) == (held.reason, held.change.new.meter, held.looks)
    assert {
        held.id: Hold(
            since="2026-11-01T06:17:00+00:00",
            looks=1,
            last=("2026-11-01T06:17:00+00:00", ""),
            reason="moved x9.00, more than 3 times",
            what="repriced flash: moved x9.00, more than 3 times",
            members=(hold_id(held.change),),
        )
    } == found.holds


# ------------------------------------------------------------------------------------ whatever the key does

# Ways in which a price's key may move with it: what stood before, and what stands then at a price.
REKEYED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "a modality named": ({}, {"modality": "text"}),
    "a modality no longer named": ({"modality": "text"}, {}),
    "another modality": ({"modality": "text"}, {"modality": "audio"}),
    "a bound": ({}, {"prompt_up_to": 128_000}),
    "another bound": ({"prompt_up_to": 200_000}, {"prompt_up_to": 128_000}),
    "the other side of a bound": ({"prompt_up_to": 200_000}, {"prompt_over": 200_000}),
    "from today": ({}, {"effective_from": date(2026, 11, 1)}),
    "from a later day": ({}, {"effective_from": date(2027, 1, 1)}),
    "until a day": ({}, {"effective_until": date(2026, 12, 31)}),
    "an allowance": ({}, {"used_over": 5_000, "period": "day"}),
    "another allowance": ({"used_over": 5_000, "period": "day"}, {"used_over": 5_000, "period": "month"}),
    "a context": ({}, {"context": "global"}),
    "another context": ({"context": "global"}, {"context": "non-global"}),
    "a resolution": ({}, {"resolution": "1K"}),
    "a quality": ({"quality": "low"}, {"quality": "high"}),
    "an equivalent": ({}, {"basis": "equivalent"}),
    "modality, bound and context": ({}, {"modality": "text", "prompt_up_to": 200_000, "context": "global"}),
}
UNITS = ["1000000 tokens", "1000 tokens", "1 token"]
NOUNS = [
    ("1000000 tokens", "1000000 characters"),
    ("1 image", "1 second"),
    ("1 second", "1 song"),
    ("1000 prompts", "1000000 tokens"),
    ("1 request", "1 song"),
]
factors = st.one_of(st.decimals("3.01", "5000", places=2), st.decimals("0.001", "0.33", places=3))


@pytest.mark.parametrize("ways", REKEYED.values(), ids=REKEYED)
@given(factor=factors, meter=st.sampled_from(["input", "output", "cache_read", "search_grounding", "tool"]))
def test_fault_74_a_price_that_moves_with_its_key_waits(ways, factor, meter):
    """The guard goes by what calls pay, so that no label, bound, day, allowance or context hides a move."""
    before, after = ways
    price = Decimal("2.5")
    old, new = rate("2.5", meter=meter, **before), rate(str(price * factor), meter=meter, **after)

    assert "more than 3 times" in reason(old, new)


@pytest.mark.parametrize("ways", REKEYED.values(), ids=REKEYED)
@given(factor=st.decimals("0.34", "2.99", places=2))
def test_fault_74_a_new_key_alone_does_not_wait(ways, factor):
    """A relabelled price that moves by less is published, whole."""
    before, after = ways
    new = rate(str(Decimal("2.5") * factor), **after)
    if new.effective_from == NOW.date():
        return  # a step of a day that nobody announced is another rule
    assert "" == reason(rate("2.5", **before), new)


@pytest.mark.parametrize(
    ("gone", "price", "expected"),
    [
        (("0", "2"), "2.5", ""),
        (("2", "0"), "0", ""),
        (("0", "2"), "9", "moved x4.50, more than 3 times, under another label"),
        (("0",), "2.5", "a price from zero, under another label"),
        (("2",), "0", "a price to zero, under another label"),
    ],
)
def test_fault_74_of_several_labels_the_price_nearest_counts(gone, price, expected):
    """What appears is measured against what it can have been; from and to zero is farther than any price."""
    labels = zip(gone, ("text", "image"), strict=False)
    old = [rate(was, modality=label) for was, label in labels]

    held = sifted(one(*old), one(rate(price, modality="audio"))).held
    assert ({expected} - {""}) == {waits.reason for waits in held}


@given(
    price=st.decimals("0.01", "100", places=2),
    units=st.permutations(UNITS),
    factor=st.one_of(st.just(Decimal(1)), factors),
)
def test_fault_71_prices_are_compared_per_one(price, units, factor):
    """Another quantity of the same noun is no move by itself, and hides none."""
    old_unit, new_unit = units[:2]
    count = {u: Decimal(u.split(" ")[0]) for u in UNITS}
    moved = price / count[old_unit] * count[new_unit] * factor
    found = reason(rate(str(price), unit=old_unit), rate(f"{moved:f}", unit=new_unit))

    assert ("" if factor == 1 else f"moved x{factor:.2f}, more than 3 times") == found


@pytest.mark.parametrize(("was", "now"), [pair for both in NOUNS for pair in (both, both[::-1])])
@given(price=st.decimals("0.01", "100", places=2))
def test_fault_72_another_noun_waits(was, now, price):
    """Whatever the number: a token is no character."""
    found = reason(rate(str(price), unit=was, meter="output"), rate(str(price), unit=now, meter="output"))

    assert "the noun of the unit changed" in found


CONVERTED = [
    ("60", "1 minute", "1", "1 second", ""),
    ("1", "1 second", "3600", "1 hour", ""),
    ("1", "1 second", "1", "1 minute", "moved x0.02, more than 3 times"),
    ("0.00225", "10 seconds", "0.0135", "1 minute", ""),
    ("14", "1000 queries", "14", "1000 requests", ""),
    ("35", "1000 prompts", "14", "1000 queries", ""),
    ("35", "1000 prompts", "35", "1 prompt", "moved x1000.00, more than 3 times"),
]


@pytest.mark.parametrize(("old", "was", "new", "now", "expected"), CONVERTED)
def test_fault_72_nouns_that_convert(old, was, new, now, expected):
    """Times are seconds; prompts, queries, requests and calls are one noun."""
    found = reason(rate(old, unit=was, meter="tool"), rate(new, unit=now, meter="tool"))

    assert expected == found


def test_fault_71_the_unit_of_a_column():
    """Three cells of one table that move by one power of ten wait as one, and no number of looks releases them."""
    meters = ("input", "output", "cache_read")
    old = one(*(rate("2", meter=m, locator=f"flash / Standard / {m}") for m in meters), rate("9", meter="tuning"))
    new = one(
        *(rate("2", meter=m, unit="1000 tokens", locator=f"flash / Standard / {m}") for m in meters),
        rate("8", meter="tuning"),
    )
    holds: dict[str, Any] = {}
    for hours in (0, 12, 30, 60):
        found = sifted(old, new, holds, NOW + timedelta(hours=hours))
        holds = through_the_file(found.holds)
        assert 1 == len(holds)
        assert [("the unit of this column changed (flash / Standard): x1e3 in 3 rates", True)] * 3 == [
            (h.reason, h.person) for h in found.held
        ]
        assert ["tuning"] == [c.new.meter for c in found.publish if c.new]
    said = sifted(old, new, holds, corroborated_by=lambda c: "google/other" if c.new and c.new.meter == "input" else "")
    assert (4, "google/other says the same") == (len(said.publish), said.released[0].because)
    [key] = holds
    confirmed = {key: replace(holds[key], confirmed={"because": "I asked"})}
    assert 4 == len(sifted(old, new, confirmed).publish)


def test_fault_72_the_noun_of_a_column():
    """So do three that change their noun together."""
    meters = ("input", "output", "cache_read")
    old = one(*(rate("2", meter=m, locator=f"flash / Batch / {m}") for m in meters))
    new = one(*(rate("2", meter=m, unit="1000000 characters", locator=f"flash / Batch / {m}") for m in meters))
    found = sifted(old, new)

    words = "the unit of this column changed (flash / Batch): per token before, per character now in 3 rates"
    assert {words} == {h.reason for h in found.held}
    assert {True} == {h.person for h in found.held}


def test_two_cells_that_move_alike_are_two_prices():
    """They wait as any price does."""
    old, new = (one(*(rate(p, meter=m) for m in ("input", "output"))) for p in ("2", "20"))

    assert [("moved x10.00, more than 3 times", False)] * 2 == [(h.reason, h.person) for h in sifted(old, new).held]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rate("2"), rate("0", availability="free")),
        (rate("0", availability="free"), rate("2")),
        (rate("2"), rate("0", availability="free", modality="text")),
        (rate("0", availability="free", plan="free"), rate("2", plan="free")),
    ],
)
def test_fault_76_free_that_was_paid_and_paid_that_was_free(old, new):
    """Under whatever label."""
    assert "a price " in reason(old, new)


# ------------------------------------------------------------------------------------------ changed places


def swapped(**ways: tuple[str, str]) -> tuple[Rate, Rate, Rate, Rate]:
    """Two prices that differ in one column, and the same with their prices exchanged."""
    ((name, (left, right)),) = ways.items()
    mine = {"meter": "output", "model": "flash"}
    a, b = ({**mine, name: side} for side in (left, right))
    return rate("2", **a), rate("3", **b), rate("3", **a), rate("2", **b)


SWAPS = {
    "labels": swapped(meter=("input", "output")),
    "tabs": swapped(service_tier=("standard", "batch")),
    "modalities": swapped(modality=("text", "audio")),
    "resolutions": swapped(resolution=("1K", "4K")),
    "contexts": swapped(context=("global", "non-global")),
    "bounds": (
        rate("2", prompt_up_to=200_000),
        rate("3", prompt_over=200_000),
        rate("3", prompt_up_to=200_000),
        rate("2", prompt_over=200_000),
    ),
}


@pytest.mark.parametrize("rates", SWAPS.values(), ids=SWAPS)
def test_fault_75_what_changed_places_waits_as_one(rates):
    """Though no price moves far; both places are named."""
    a, b, c, d = rates
    found = sifted(one(a, b), one(c, d))

    assert [] == found.publish
    assert 1 == len(found.holds)
    assert {True} == {h.reason.startswith("changed places: flash ") for h in found.held}


def test_fault_75_three_in_a_circle():
    """Columns that are turned are no less exchanged."""
    tiers = ("standard", "batch", "flex")
    old, new = (
        one(*(rate(p, service_tier=t) for t, p in zip(tiers, prices, strict=True))) for prices in ("234", "342")
    )

    assert {True} == {h.reason.startswith("changed places") for h in sifted(old, new).held}


def test_fault_75_tables_of_two_models():
    """Each has the other's prices: every one of them waits."""
    left, right = ([rate(p), rate(q, meter="output")] for p, q in (("2", "4"), ("3", "5")))
    old = {**BIG, "a": card(*left, model="a"), "b": card(*right, model="b")}
    new = {**BIG, "a": card(*right, model="a"), "b": card(*left, model="b")}
    found = sifted(old, new)

    assert ([], 4) == (found.publish, len(found.held))
    assert {"changed places: a standard input and b standard input"} >= {
        h.reason for h in found.held if h.change.new.meter == "input"
    }


def test_fault_75_the_tables_of_a_model_that_left():
    """One model's prices under another's heading: the other waits, and so does the removal."""
    mine, theirs = ([rate(p), rate(q, meter="output")] for p, q in (("2", "4"), ("3", "5")))
    old = {**BIG, "a": card(*mine, model="a"), "b": card(*theirs, model="b")}
    found = sifted(old, {**BIG, "a": card(*theirs, model="a")})

    assert [] == found.publish
    assert {"a has the prices of b, which is gone"} == {h.reason for h in found.held}


def test_fault_75_the_plan_that_is_not_sold():
    """Free and paid columns exchanged."""
    old = one(rate("2"), rate(None, plan="free"))
    found = sifted(old, one(rate(None), rate("2", plan="free")))

    assert [] == found.publish
    assert {True} == {h.reason.startswith("changed places") for h in found.held}


def test_a_price_that_is_known_elsewhere_is_an_addition():
    """A new model at another's price, a new tier at another tier's, a preview that goes on under a new name."""
    old = {**one(rate("2"), rate("1", service_tier="batch")), "x-preview": card(rate("7"), model="x-preview")}
    new = {**one(rate("2"), rate("1", service_tier="batch"), rate("1", service_tier="flex"))}
    new |= {"flash-2": card(rate("2"), model="flash-2"), "x": card(rate("7"), model="x")}
    found = sifted(old, new)

    assert {"flash-2", "x", "flash"} == {c.model for c in found.publish}
    assert ["looks renamed to x; record it in the vocabulary or wait"] == [h.reason for h in found.held]


# ------------------------------------------------------------------------------------------ back, and in steps


def remembered(found: HoldResult, recent: RecentMoves, now: datetime) -> RecentMoves:
    """After a publication, through the state file."""
    moved = [c for c in found.publish if c.kind != "card_changed"]
    after = moves.after(recent, moved, now, verified=[r.change for r in found.released], back=found.returned)
    return recent_from(json.loads(json.dumps(recent_data(after))), "google/gemini-api")


def walked(*prices: str, hours: float = 6) -> list[str]:
    """The price that stands after each look at a page that says one price after another."""
    recent, holds, stands, out = RecentMoves(), {}, prices[0], []
    for n, price in enumerate(prices[1:]):
        now = NOW + timedelta(hours=hours * n)
        found = sifted(one(rate(stands)), one(rate(price)), holds, now, recent=recent)
        recent, holds = remembered(found, recent, now), found.holds
        stands = stands if found.held else price
        out.append(stands)
    return out


def test_fault_73_a_price_that_comes_back_is_published_at_once():
    """However far it went meanwhile: no wrong edition keeps a right one out."""
    assert ["3", "1"] == walked("1", "3", "1")
    assert ["3", "3", "1"] == walked("1", "3", "9", "1")
    assert ["1", "1", "9", "1"] == walked("1", "9", "9", "9", "1", hours=12)


def test_fault_46_from_the_second_time_it_waits():
    """A, B, A is one return; B again wavers, and waits until it was seen for a day."""
    assert ["2", "1", "1", "1", "1"] == walked("1", "2", "1", "2", "2", "1")
    assert ["2", "1", "1", "1", "2", "2"] == walked("1", "2", "1", "2", "2", "2", "2", hours=12)


def test_fault_46_after_a_week_it_is_a_price_again():
    """What was said more than seven days ago is no return."""
    recent = moves.after(RecentMoves(), [change("repriced", old=rate("9"), new=rate("1"))], NOW, verified=[], back=[])
    week = NOW + timedelta(days=7)
    soon = sifted(one(rate("1")), one(rate("9")), now=week, recent=recent)
    late = sifted(
        one(rate("1")),
        one(rate("9")),
        now=week,
        recent=moves.after(recent, [], week + timedelta(1), verified=[], back=[]),
    )

    assert (1, 0) == (len(soon.returned), len(soon.held))
    assert (0, 1) == (len(late.returned), len(late.held))


def test_fault_87_a_price_that_walks_away_in_steps():
    """Measured against what stood a week ago, too: the second step waits."""
    assert ["28", "28", "28"] == walked("10", "28", "80", "230")
    found = sifted(
        one(rate("28")),
        one(rate("80")),
        recent=moves.after(
            RecentMoves(), [change("repriced", old=rate("10"), new=rate("28"))], NOW, verified=[], back=[]
        ),
    )
    assert ["moved x8.00 within seven days, more than 3 times"] == [h.reason for h in found.held]


def test_fault_87_under_another_label():
    """So does one that is relabelled with each step."""
    recent = moves.after(
        RecentMoves(),
        [change("rate_removed", old=rate("10")), change("rate_added", new=rate("28", modality="text"))],
        NOW,
        verified=[],
        back=[],
    )
    found = sifted(one(rate("28", modality="text")), one(rate("80", context="global")), recent=recent)

    assert {"moved x8.00 within seven days, more than 3 times"} == {h.reason for h in found.held}


def test_a_move_that_was_verified_is_where_the_next_one_starts():
    """What waited and was released is the price."""
    move = change("repriced", old=rate("1"), new=rate("9"))
    recent = moves.after(RecentMoves(), [move], NOW, verified=[move], back=[])

    assert 1 == len(sifted(one(rate("9")), one(rate("12")), recent=recent).publish)


@pytest.mark.parametrize(
    ("start", "known", "held"),
    [
        (date(2026, 10, 30), None, True),
        (date(2026, 11, 1), None, True),
        (date(2026, 11, 2), None, False),
        (date(2026, 10, 30), {"effective_until": date(2026, 10, 29)}, False),
    ],
)
def test_fault_78_a_step_in_the_past(start, known, held):
    """Of what was published before, a step whose day is past must have stood in the last edition."""
    old = [rate("2", **(known or {}))]
    new = [rate("2", effective_until=start - timedelta(days=1)), rate("2.5", effective_from=start)]

    assert held == ("a day that is past" in reason(old, new))


# ---------------------------------------------------------------------------------------------- release

WILD = change("repriced", old=rate("1"), new=rate("9"))


def wild(price: str = "9", holds: dict | None = None, now: datetime = NOW, **more: Any) -> HoldResult:
    """A look at a price that was 1 and is nine times as much, or another."""
    return sifted(one(rate("1")), one(rate(price)), holds, now, **more)


def looks(*hours: float) -> list[tuple[int, int]]:
    """How many changes are published and held, look by look; state goes through its file."""
    seen, holds = [], {}
    for hour in hours:
        found = wild(holds=holds, now=NOW + timedelta(hours=hour))
        holds = through_the_file(found.holds)
        seen.append((len(found.publish), len(found.held)))
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
    entry = {hold_id(WILD): Hold(NOW.isoformat(), 2)}
    found = wild(holds=entry, now=NOW + timedelta(days=1))

    assert (1, [], {}) == (len(found.publish), found.held, found.holds)
    assert Hold(NOW.isoformat(), 2) == entry[hold_id(WILD)]


def test_a_hold_that_does_not_come_back_is_forgotten():
    """A slip of one look leaves nothing, and a second slip waits from the start."""
    holds = wild().holds
    forgotten = wild("1", holds, NOW + timedelta(hours=12)).holds
    [again] = wild("9", forgotten, NOW + timedelta(hours=24)).held

    assert {} == forgotten
    assert (1, (NOW + timedelta(hours=24)).isoformat()) == (again.looks, again.since)


def test_another_reading_waits_from_the_start():
    """x9 and then x8 are not two looks at one price."""
    found = wild("8", wild().holds)
    [other] = found.held

    assert 1 == other.looks
    assert [other.id] == list(found.holds)


def test_a_person_confirms():
    """`confirmed` in the hold publishes at the next look."""
    holds = {key: replace(hold, confirmed={"because": "I saw it"}) for key, hold in wild().holds.items()}
    found = wild(holds=holds)

    assert (1, [], {}) == (len(found.publish), found.held, found.holds)


def test_what_others_keep_in_an_entry_stays():
    """More is noted in it than counting needs."""
    holds = {key: replace(hold, models=("flash",)) for key, hold in wild().holds.items()}

    assert ("flash",) == wild(holds=holds).holds[hold_id(WILD)].models


def test_one_edition_seen_twice_is_one_look():
    """An earlier or equal instant counts nothing, whatever the bytes."""
    holds = wild(capture="sha256:1").holds
    for capture in ("sha256:1", "sha256:2"):
        found = wild(holds=holds, capture=capture)
        holds = found.holds
    [held] = found.held
    assert (1, (NOW.isoformat(), "sha256:1")) == (held.looks, holds[held.id].last)

    found = wild(holds=holds, now=NOW + timedelta(hours=1), capture="sha256:1")
    [held] = found.held
    assert (2, (NOW + timedelta(hours=1)).isoformat()) == (held.looks, found.holds[held.id].last[0])


SETTLED = {
    "a person": ({"confirmed": {"because": "I saw it"}}, "", "confirmed by a person"),
    "another source": ({}, "google/ai-studio", "google/ai-studio says the same"),
    "time": ({"looks": 2}, "", "seen 3 times since 2026-10-30T06:17:00+00:00"),
}


@pytest.mark.parametrize(("entry", "source", "because"), SETTLED.values(), ids=SETTLED)
def test_what_is_released_says_why(entry, source, because):
    """Whichever of the three came first."""
    before = Hold((NOW - timedelta(days=2)).isoformat(), **entry)
    found = wild(holds={hold_id(WILD): before}, corroborated_by=lambda change: source)

    assert (1, [], {}) == (len(found.publish), found.held, found.holds)
    assert [(hold_id(WILD), because)] == [(r.id, r.because) for r in found.released]


def test_a_second_source_settles_the_first_look():
    """What it says is asked of what is held alone."""
    asked = []
    old, new = (one(rate(p), rate(q, meter="output")) for p, q in (("1", "1"), ("9", "1.1")))
    found = sifted(old, new, corroborated_by=lambda change: asked.append(change.new.meter) or "google/ai-studio")

    assert (2, ["input"]) == (len(found.publish), asked)


# ---------------------------------------------------------------------------------------------- identity


def test_one_change_has_one_id():
    """Ten hexadecimal digits; words, places, dates of reading and the form of numbers do not matter."""
    same = change(
        "repriced",
        old=rate("1.0", quote="x", locator="y"),
        new=rate("9.00", capture="sha256:1", observed=date(2026, 1, 1)),
    )

    assert hold_id(WILD) == hold_id(same) == hold_id(replace(same, stamp=None))
    assert re.fullmatch(r"[0-9a-f]{10}", hold_id(WILD))


DIFFERENT = {
    "price": change("repriced", old=rate("1"), new=rate("8")),
    "old price": change("repriced", old=rate("2"), new=rate("9")),
    "key": change("repriced", old=rate("1"), new=rate("9", context="global")),
    "unit": change("repriced", old=rate("1"), new=rate("9", unit="1 image")),
    "currency": change("repriced", old=rate("1"), new=rate("9", currency="EUR")),
    "no price": change("repriced", old=rate("1"), new=rate(None)),
    "availability": change("repriced", old=rate("1"), new=rate(None, availability="refers")),
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


def small(size: int, without: int = 0) -> Cards:
    """So many models, less the first few."""
    return dict(list(BIG.items())[without:size])


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
def test_fault_49_removals(size, count, expected):
    """Two at once or a tenth of all are held; so in a small set every one is, and the only one most of all."""
    found = sifted(small(size), small(size, count))

    assert [expected] * count == [h.reason for h in found.held] + [""] * len(found.publish)


def test_a_mass_removal_holds_no_price():
    """What else the page says is published."""
    half = {m: card(rate("1.5"), model=m) for m in list(BIG)[:2]}
    found = sifted(BIG, half)

    assert {"model_removed"} == {h.change.kind for h in found.held}
    assert 28 == len(found.held)
    assert ["repriced"] * 2 == [c.kind for c in found.publish]


def test_what_is_left_of_a_mass_removal_waits_on():
    """When one of two lost models is back the other is a single removal, but it was seen on a doubtful page."""
    holds = sifted(BIG, small(30, 2)).holds
    found = sifted(BIG, small(30, 1), holds, NOW + timedelta(hours=1))
    [held] = found.held

    assert ([], 2, "2 of 30 models gone at once") == (found.publish, held.looks, held.reason)


METERS = ("input", "output", "cache_read", "tuning", "tool")
RATES = cards(*(card(*(rate("1", meter=m) for m in METERS), model=f"m-{n:02}") for n in range(10)))


def without(count: int, most: int = 2) -> Cards:
    """Fifty rates less the first so many, at most so many of a model."""
    left, found = count, {}
    for model, held in RATES.items():
        found[model] = replace(held, rates=held.rates[min(left, most) :])
        left -= min(left, most)
    return found


@pytest.mark.parametrize(("count", "held"), [(0, 0), (4, 0), (5, 5), (20, 20)])
def test_rates_gone_in_numbers(count, held):
    """Five rates that are a tenth of all wait, all of them; fewer are an edit of the page."""
    found = sifted(RATES, without(count))

    assert held == len(found.held)
    assert count - held == len(found.publish)
    assert [f"{held} of 50 rates gone at once"] * held == [h.reason for h in found.held]


def test_fault_84_a_tier_or_half_of_a_card_that_is_gone():
    """Of one model alone, and even if it is the only card; each tier waits as one."""
    tiers = one(*(rate("1", meter=m, service_tier=t) for m in ("input", "output") for t in ("standard", "batch")))
    lost = sifted(tiers, one(rate("1"), rate("1", meter="output")))
    half = sifted(cards(card(*(rate("1", meter=m) for m in METERS))), cards(card(rate("1"), rate("1", meter="output"))))

    assert ["all of flash's batch prices gone at once"] * 2 == [h.reason for h in lost.held]
    assert 1 == len(lost.holds)
    assert ["3 of 5 things that flash was sold for gone at once"] * 3 == [h.reason for h in half.held]


def test_fault_74_what_stands_under_another_key_is_not_gone():
    """A threshold that moves takes rates away and adds others; nothing of it is a removal."""
    bounds = [one(rate("1", prompt_up_to=b), rate("2", prompt_over=b)) for b in (128_000, 200_000)]

    assert [] == sifted(*bounds).held


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        ([rate("1"), rate("2", meter="tuning"), rate("3", meter="tool")], [rate("1"), rate("3", meter="tool")], True),
        ([rate("1")], [rate(None)], True),
        ([rate("1")], [rate("1.1")], False),
        ([rate("1")], [rate("1"), rate("2", meter="tuning")], False),
        ([rate("1")], [rate("1", modality="text")], False),
    ],
)
def test_fault_85_one_representation_alone(old, new, held):
    """What is gone or no longer sold may only be lost in it, and waits; what it says does not."""
    found = sifted(one(*old), one(*new), partial="only html was read")

    assert held == bool(found.held)
    assert {"only html was read, and a part of the page may be missing"} >= {h.reason for h in found.held}


def test_fault_85_a_model_that_one_representation_alone_lost():
    """So is a model, though one alone may leave."""
    assert 1 == len(sifted(one(rate("1")), BIG, partial="only md.txt was read").held)


def repriced(count: int, price: str | None = "1.5") -> Cards:
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
    found = sifted(repriced(0), repriced(count, price))

    assert [reason] * count == [h.reason for h in found.held] + [""] * len(found.publish)


# ---------------------------------------------------------------------------------------------- doubts

LOW = rate("2", meter="output")
DOUBT = [Reason("output not below input", new=(LOW, rate("3")))]


def test_a_doubted_rate_waits():
    """Whichever of the two moved, and a new model whole."""
    fell = sifted(one(rate("3"), rate("4", meter="output")), one(rate("3"), LOW), doubts=DOUBT)
    rose = sifted(one(rate("2"), LOW), one(rate("3"), LOW), doubts=DOUBT)
    fresh = sifted(BIG, one(LOW, rate("3")), doubts=DOUBT)

    for found in (fell, rose, fresh):
        assert ["output not below input"] == [h.reason for h in found.held]


def test_a_figure_that_waits_anyway_leaves_no_doubt_in_the_other():
    """With the input at its old price the new output price is as good as any."""
    old, new = one(rate("0.5"), rate("2.5", meter="output")), one(rate("3"), LOW)
    found = sifted(old, new, doubts=DOUBT)

    assert ["output"] == [c.new.meter for c in found.publish]
    assert ["moved x6.00, more than 3 times"] == [h.reason for h in found.held]


# ---------------------------------------------------------------------------------------------- renames

OLD = {**BIG, "pro-preview": card(rate("7"), model="pro-preview")}
NEW = {**BIG, "pro": card(rate("7"), model="pro")}


def test_fault_41_what_looks_renamed():
    """The new id is published, for it is what people ask for; the old one stays until it was seen to be gone."""
    found = sifted(OLD, NEW)

    assert ["model_added"] == [c.kind for c in found.publish]
    assert ["looks renamed to pro; record it in the vocabulary or wait"] == [h.reason for h in found.held]


def test_a_rename_waits_as_long_as_anything():
    """Three looks and a day, then the old id goes."""
    holds, seen = {}, []
    for hour in (0, 12, 24):
        known = {**OLD, "pro": NEW["pro"]} if hour else OLD
        found = sifted(known, NEW, holds, NOW + timedelta(hours=hour))
        holds = found.holds
        seen.append([c.kind for c in found.publish])

    assert [["model_added"], [], ["model_removed"]] == seen


def test_a_confirmed_rename_is_not_held():
    """Recorded in the vocabulary it is published at once."""
    found = sifted(OLD, NEW, sifted(OLD, NEW).holds, renames={"pro-preview": "pro"})

    assert (["model_renamed", "card_changed"], [], {}) == ([c.kind for c in found.publish], found.held, found.holds)


def test_a_renamed_model_is_compared_with_what_it_was():
    """A price that moves with the name is a move."""
    found = sifted(OLD, {**BIG, "pro": card(rate("70"), model="pro")}, renames={"pro-preview": "pro"})

    assert ["moved x10.00, more than 3 times"] == [h.reason for h in found.held]


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
    output = change("repriced", old=rate("2", meter="output"), new=rate("20", meter="output"))
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
