"""Two editions of one source: what each kind of difference is called, and what is no difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Rate, RateCard
from ratecards.storage.history import Change, apply
from scraper.diff.editions import changes, field_changes, rename_proposals
from tests.support.kit import card, cards, facts, formula, kinds, rate

YEAR_END, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)


def between(old: list[Rate], new: list[Rate], **options: object) -> list[Change]:
    """What changes on one card."""
    before, after = cards(card(*old)), cards(card(*new))
    found = changes(before, after, **options)
    if options.get("places", True):
        for change in found:
            apply(before, change)
        assert facts(after) == facts(before)
    return found


def one(old: list[Rate], new: list[Rate], **options: object) -> Change:
    """The one change there is."""
    [found] = between(old, new, **options)
    return found


# ---------------------------------------------------------------------------------------------- values


def test_a_price_change_has_a_ratio():
    """Old and new rate, and how many times."""
    change = one([rate("4.5")], [rate("3.60")])

    assert ("repriced", "google", "gemini-api", "flash") == (change.kind, change.provider, change.source, change.model)
    assert (rate("4.5"), rate("3.6"), Decimal("0.8")) == (change.old, change.new, change.ratio)


def test_fault_47_a_currency_is_never_compared_as_a_number():
    """Another currency is a new price without a ratio, whatever the amount."""
    assert ("repriced", None) == (
        (found := one([rate("1")], [rate("1", currency="EUR")])).kind,
        found.ratio,
    )


def test_fault_40_a_unit_change_is_never_a_ratio():
    """Per million to per thousand tokens is not a fall to a thousandth."""
    change = one([rate("0.5")], [rate("0.0005", unit="1000 tokens")])

    assert ("unit_changed", None) == (change.kind, change.ratio)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rate("0.5"), rate(None)),
        (rate(None), rate("0.5")),
        (rate("0.5"), rate(None, availability="not_published", unit="")),
        (rate("0", availability="free"), rate("0")),
        (rate(None), rate(None, availability="refers")),
    ],
    ids=["withdrawn", "offered", "contact sales", "free to zero", "refers"],
)
def test_fault_35_availability_changes(old, new):
    """Free, priced, not available, not published and refers are five different things."""
    assert "availability_changed" == one([old], [new]).kind


def test_a_borrowed_unit_is_no_news():
    """A cell without a price takes the unit of its neighbour; that it takes another is not announced."""
    assert "relabelled" == one([rate(None)], [rate(None, unit="1 image")]).kind


def test_dates_that_change_alone():
    """An end date that appears, moves or goes."""
    ending = rate(effective_until=YEAR_END)

    assert "redated" == one([rate()], [ending]).kind
    assert "redated" == one([ending], [rate(effective_until=NEW_YEAR)]).kind
    assert "redated" == one([ending], [rate()]).kind


def test_a_dated_step_is_added():
    """One row becomes two dated halves: the old price ends, a new one is added."""
    halves = [rate("0.75", effective_until=YEAR_END), rate("1.5", effective_from=NEW_YEAR)]
    found = between([rate("0.75")], halves)

    assert ["rate_added", "redated"] == kinds(found)
    assert halves[1] == next(c.new for c in found if c.kind == "rate_added")


def test_a_dated_step_with_a_new_price_at_once():
    """Where neither half has the old price, the first half is a price change."""
    found = between([rate("1")], [rate("0.75", effective_until=YEAR_END), rate("1.5", effective_from=NEW_YEAR)])

    assert {"repriced": Decimal("0.75"), "rate_added": None} == {c.kind: c.ratio for c in found}


def test_dated_halves_meet_by_date():
    """The half that comes first is compared with the half that came first, whatever their units."""
    old = [rate("1", unit="1 second", effective_until=YEAR_END), rate("2", unit="1 image", effective_from=NEW_YEAR)]
    new = [rate("3", unit="1 image", effective_until=YEAR_END), rate("4", unit="1 second", effective_from=NEW_YEAR)]

    assert [("1", "3"), ("2", "4")] == sorted((str(c.old.price), str(c.new.price)) for c in between(old, new))


def test_fault_43_a_dated_step_is_cancelled():
    """The announced half goes, the other loses its end."""
    later = rate("1.5", effective_from=NEW_YEAR)
    found = between([rate("0.75", effective_until=YEAR_END), later], [rate("0.75")])

    assert ["rate_removed", "redated"] == kinds(found)
    assert later == next(c.old for c in found if c.kind == "rate_removed")


def test_fault_43_a_dated_step_has_come():
    """The page drops the half that is over; the other loses its start and is no new price."""
    found = between([rate("0.75", effective_until=YEAR_END), rate("1.5", effective_from=NEW_YEAR)], [rate("1.5")])

    assert {"redated": Decimal(1), "rate_removed": None} == {c.kind: c.ratio for c in found}


def test_both_halves_move():
    """The end moves with the start: two dates change, no price."""
    old = [rate("0.75", effective_until=YEAR_END), rate("1.5", effective_from=NEW_YEAR)]
    new = [
        rate("0.75", effective_until=date(2027, 1, 31)),
        rate("1.5", effective_from=date(2027, 2, 1)),
    ]

    assert ["redated", "redated"] == kinds(between(old, new))


# ---------------------------------------------------------------------------------------------- keys


def video(price: str, resolution: str = "") -> Rate:
    return rate(price, meter="output", modality="video", unit="1 second", resolution=resolution)


def test_a_split_is_no_rise():
    """`$0.40` becomes three resolutions: the one of that price is relabelled, the others are added."""
    found = between([video("0.4")], [video("0.35", "720p"), video("0.40", "1080p"), video("0.6", "4k")])

    assert ["rate_added", "rate_added", "relabelled"] == kinds(found)
    assert ("", "1080p") == next((c.old.resolution, c.new.resolution) for c in found if c.kind == "relabelled")


def test_a_split_of_one_price():
    """Where all parts cost the same, one is relabelled and the others are added."""
    found = between([video("0.4")], [video("0.4", r) for r in ("720p", "1080p", "4k")])

    assert ["rate_added", "rate_added", "relabelled"] == kinds(found)
    assert [None, None, Decimal(1)] == sorted((c.ratio for c in found), key=str, reverse=True)


def test_a_merge_of_labels():
    """Two resolutions become one row: relabelled and removed."""
    assert ["rate_removed", "relabelled"] == kinds(between([video("0.4", "1K"), video("0.4", "2K")], [video("0.4")]))


def test_a_label_with_another_price_is_another_rate():
    """Without a price in common nothing says that it is the same thing."""
    assert ["rate_added", "rate_removed"] == kinds(between([video("0.4")], [video("0.5", "720p")]))


def test_a_label_with_another_unit_is_another_rate():
    """The same number per another unit is another price."""
    other = rate("0.4", meter="output", modality="video", unit="1 minute", context="global")

    assert ["rate_added", "rate_removed"] == kinds(between([video("0.4")], [other]))


def test_a_label_of_what_has_no_price():
    """A cell that is not available may change label and borrowed unit without news."""
    assert "relabelled" == one([rate(None)], [rate(None, unit="1 image", context="global")]).kind


def test_a_label_and_a_date():
    """Where a relabelled rate also gets an end, the end is what is told."""
    assert "redated" == one([rate()], [rate(context="global", effective_until=YEAR_END)]).kind


def test_fault_39_a_threshold_moves():
    """128k becomes 200k: two bounds are gone and two are new; no number is compared across them."""
    found = between(
        [rate("1", prompt_up_to=128_000), rate("2", prompt_over=128_000)],
        [rate("1", prompt_up_to=200_000), rate("2", prompt_over=200_000)],
    )

    assert ["rate_added", "rate_added", "rate_removed", "rate_removed"] == kinds(found)
    assert {None} == {c.ratio for c in found}


def test_rates_come_and_go():
    """A meter more, a meter less."""
    assert ("rate_added", None) == ((found := one([rate()], [rate(), rate(meter="output")])).kind, found.old)
    assert ("rate_removed", None) == ((found := one([rate(), rate(meter="output")], [rate()])).kind, found.new)


def test_changes_come_in_the_order_of_the_table():
    """By model, within a card by tier, plan and meter, wherever they stood on the page."""
    old = [rate(meter="output"), rate(service_tier="batch"), rate()]
    new = [replace(r, price=Decimal(9)) for r in reversed(old)]
    several = [f"m-{n}" for n in range(9)]
    found = changes(cards(*(card(*old, model=m) for m in several)), cards(*(card(*new, model=m) for m in several)))
    inside = [("standard", "input"), ("standard", "output"), ("batch", "input")]

    assert [(m, *place) for m in several for place in inside] == [
        (c.model, c.new.service_tier, c.new.meter) for c in found
    ]


# ---------------------------------------------------------------------------------------------- words


def test_words_alone():
    """Another quote for the same rate is recorded, and is no price change."""
    change = one([rate("0.5", quote="$0.50")], [rate("0.5", quote="$0.50 per 1M")])

    assert ("reworded", "$0.50 per 1M") == (change.kind, change.new.evidence.quote)


def test_places_are_compared_where_both_have_them():
    """Another locator is recorded, unless the other edition was read from another representation."""
    old, new = [rate(locator="tab 1")], [rate(locator="tab 2")]

    assert "reworded" == one(old, new).kind
    assert [] == between(old, new, places=False)


def test_a_rate_that_was_held_and_is_back():
    """It has its own edition for evidence no longer, even if every word is the same."""
    held = rate(capture="sha256:9", observed=date(2026, 10, 1))
    change = one([held], [rate()])

    assert ("reworded", "") == (change.kind, change.new.evidence.capture)


def test_fault_53_an_order_is_nothing():
    """Rates, notes, aliases and facts in another order are the same card."""
    notes = {"notices": ("a", "b"), "aliases": ("x", "y"), "formulas": (formula(), formula(quote="B."))}
    said = {"facts": (("a", "1"), ("b", "2")), "used_to_improve": (("free", "Yes"), ("paid", "No"))}
    old = card(rate(), rate("2", meter="output"), **notes, **said)
    new = replace(old, rates=old.rates[::-1], **{n: v[::-1] for n, v in {**notes, **said}.items()})

    assert [] == changes(cards(old), cards(new))


def test_fault_52_a_number_s_form_is_nothing():
    """0.30 is 0.3, in rates and in notes."""
    old = card(rate("0.30", quote="$0.3"), formulas=(formula(amount=Decimal("0.30"), currency="USD"),))
    new = card(rate("0.3", quote="$0.3"), formulas=(formula(amount=Decimal("0.3"), currency="USD"),))

    assert [] == changes(cards(old), cards(new))


def test_an_edition_s_own_date_is_nothing():
    """Capture, day and parser move with every look and are no change."""
    new = card(rate(), observed=date(2026, 11, 9), capture="sha256:9", parser="2", last_updated=date(2026, 11, 8))

    assert [] == changes(cards(card(rate())), cards(new))


METADATA = {
    "name": ({"name": "Flash 2"}, ("name", "Flash", "Flash 2")),
    "alias": ({"aliases": ("x",)}, ("aliases.x", "", "alias")),
    "notice": ({"notices": ("Preview.",)}, ("notices.Preview.", "", "printed")),
    "private notice": ({"notices": ("__Preview__",)}, ("notices.__Preview__", "", "printed")),
    "fact": ({"facts": (("a", "not present"),)}, ("facts.a", "", "not present")),
    "used": ({"used_to_improve": (("free", "No"),)}, ("used_to_improve.free", "", "No")),
    "formula": (
        {"formulas": (formula(),)},
        ("formulas.An image takes 1290 tokens. [ 1 image]", "", "1290"),
    ),
    "zero": (
        {"formulas": (formula(tokens=0, amount=Decimal("0.10"), currency="USD", meter="output", modality="image"),)},
        ("formulas.An image takes 1290 tokens. [ 1 image]", "", "output image 0 0.1 USD"),
    ),
    "formula twice": (
        {"formulas": (formula(tokens=5), formula(tokens=None))},
        ("formulas.An image takes 1290 tokens. [ 1 image]", "", "; 5"),
    ),
}


@pytest.mark.parametrize(("said", "expected"), METADATA.values(), ids=METADATA)
def test_metadata_by_field(said, expected):
    """What is new, what is gone and what differs, by name; the new card's metadata come along without rates."""
    plain, new = card(rate()), card(rate(), **said)
    [found] = changes(cards(plain), cards(new))
    [back] = field_changes(new, plain)

    assert ("card_changed", (expected,), ()) == (found.kind, found.fields, found.card.rates)
    assert (expected[0], expected[2], expected[1]) == back


def test_several_fields_are_sorted():
    """A value that differs, one that is gone and one that is new."""
    old = card(facts=(("b", "1"), ("c", "2"), ("e", "5")))
    new = card(facts=(("b", "9"), ("a", "3"), ("d", "4")))
    expected = (
        ("facts.a", "", "3"),
        ("facts.b", "1", "9"),
        ("facts.c", "2", ""),
        ("facts.d", "", "4"),
        ("facts.e", "5", ""),
    )

    assert expected == field_changes(old, new)


# ---------------------------------------------------------------------------------------------- models

PRO = card(rate("2"), model="pro")


def test_models_come_and_go():
    """A new model brings its whole card, its rates in order; a lost one only its name."""
    unsorted = replace(PRO, rates=(rate(model="pro", meter="output"), rate(model="pro")))
    [added] = changes({}, cards(unsorted))
    [removed] = changes(cards(PRO), {})

    assert ("model_added", replace(unsorted, rates=unsorted.rates[::-1])) == (added.kind, added.card)
    assert ("model_removed", "pro", None) == (removed.kind, removed.model, removed.card)


def test_a_confirmed_rename():
    """The card goes on under its new id, and what else changed is told by that id."""
    old, new = cards(card(rate("1"), model="pro-preview")), cards(PRO)
    found = changes(old, new, {"pro-preview": "pro"})

    assert [("model_renamed", "pro", "pro-preview"), ("card_changed", "pro", ""), ("repriced", "pro", "")] == [
        (c.kind, c.model, c.previous_id) for c in found
    ]
    assert "pro" == found[2].old.model


RENAMES = {
    "unconfirmed": ({}, ["a"], ["b"], ["model_added b", "model_removed a"]),
    "confirmed": ({"a": "b"}, ["a"], ["b"], ["model_renamed b"]),
    "not yet": ({"a": "b"}, ["a"], ["a"], []),
    "both on the page": ({"a": "b"}, ["a"], ["a", "b"], ["model_added b"]),
    "both known": ({"a": "b"}, ["a", "b"], ["b"], ["model_removed a"]),
    "long ago": ({"a": "b"}, ["b"], ["b"], []),
    "chain": ({"a": "b", "b": "c"}, ["a"], ["c"], ["model_renamed c"]),
    "half a chain": ({"a": "b", "b": "c"}, ["a"], ["b"], ["model_renamed b"]),
    "circle": ({"a": "b", "b": "a"}, ["a"], ["c"], ["model_added c", "model_removed a"]),
    "to itself": ({"a": "a"}, ["a"], ["b"], ["model_added b", "model_removed a"]),
    "two into one": ({"a": "c", "b": "c"}, ["a", "b"], ["c"], ["model_removed b", "model_renamed c"]),
    "many into one": (
        dict.fromkeys("abdefg", "c"),
        list("gfedba"),
        ["c"],
        [*(f"model_removed {m}" for m in "bdefg"), "model_renamed c"],
    ),
    "swap": ({"a": "b", "b": "a"}, ["a", "b"], ["a", "b"], []),
}


@pytest.mark.parametrize(("renames", "old", "new", "expected"), RENAMES.values(), ids=RENAMES)
def test_which_renames_apply(renames, old, new, expected):
    """Only one that the two editions show: the old id gone, the new one not there before."""

    def edition(ids: list[str]) -> dict[str, RateCard]:
        return cards(*(card(model=i, name="same") for i in ids))

    found = changes(edition(old), edition(new), renames)

    assert expected == sorted(f"{c.kind} {c.model}" for c in found)
    assert {"", min(old)} >= {c.previous_id for c in found}


def test_unread_models_neither_change_nor_go():
    """What was not read is not on the page, and nothing follows from that."""
    old = cards(card(rate("1")), PRO, card(model="ultra"))
    new = cards(card(rate("9")))

    assert ["model_removed"] == kinds(changes(old, new, kept=["flash", "pro"]))
    assert [] == changes(old, new, kept=["flash", "pro", "ultra"])


def test_unread_models_are_not_renamed():
    """Neither an old id that was not read, nor to a new one that was not."""
    old, new = cards(PRO), cards(replace(card(rate("2")), name="Pro"))

    assert ["model_added"] == kinds(changes(old, new, {"pro": "flash"}, kept=["pro"]))
    assert ["model_removed"] == kinds(changes(old, new, {"pro": "flash"}, kept=["flash"]))


def test_the_editions_stay_as_they_were():
    """Comparing changes neither side."""
    old, new = cards(card(rate("1"), model="a")), cards(card(rate("2"), model="b"))
    before = dict(old), dict(new)
    changes(old, new, {"a": "b"})

    assert before == (old, new)


# ---------------------------------------------------------------------------------------------- proposals


def proposals(old: list[RateCard], new: list[RateCard]) -> list[tuple[str, str]]:
    """What looks renamed between two editions."""
    before = cards(*old)
    return rename_proposals(changes(before, cards(*new)), before)


def test_the_same_prices_under_a_new_id():
    """One id gone, one new, all rates equal but for words: a person should say whether it is a rename."""
    old = card(rate("1"), rate(None, meter="output"), model="pro-preview")
    new = card(rate("1.0", quote="$1.00"), rate(None, meter="output"), model="pro")

    assert [("pro-preview", "pro")] == proposals([old], [new])


@pytest.mark.parametrize(
    "new",
    [
        card(rate("2"), model="pro"),
        card(rate("1"), rate("1", meter="output"), model="pro"),
        card(rate("1", unit="1 image"), model="pro"),
        card(rate("1", effective_until=YEAR_END), model="pro"),
    ],
    ids=["price", "more", "unit", "date"],
)
def test_other_prices_are_no_rename(new):
    """Any difference between the rates is one too many."""
    assert [] == proposals([card(rate("1"), model="pro-preview")], [new])


def test_free_models_are_no_rename():
    """Nearly everything that costs nothing has the same rates."""
    free = rate("0", availability="free")

    assert [] == proposals([card(free, model="gemma-3")], [card(free, model="gemma-4")])


def test_a_model_that_stays_is_not_renamed():
    """A new id with an old one's prices is a new model while the old one is there."""
    old = card(rate("1"), model="pro")

    assert [] == proposals([old], [old, card(rate("1"), model="pro-2")])
