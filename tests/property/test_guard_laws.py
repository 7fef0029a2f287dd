"""Laws of the guards: editions that are mixed of others, and what a sequence of wrong and right pages leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ratecards.costing import effective
from ratecards.model import RateCard
from ratecards.storage import history
from scraper.checks import plausibility
from scraper.checks import recent as moves
from scraper.checks.holds import Circumstances, HoldResult, hold_changes
from scraper.checks.reasons import MOVING
from scraper.diff.editions import changes
from scraper.model import Provenance, RecentMoves, cards
from scraper.pipeline import apply_holds
from scraper.publish.state_file import recent_data, recent_from
from tests import accept
from tests.checks.test_holds import NOW, through_the_file
from tests.support.kit import card, facts, rate

Cards = dict[str, RateCard]


class Desk:
    """What is published, held and remembered of one source, look by look; all of it goes through its plain data."""

    def __init__(self, cards: Cards) -> None:
        self.cards, self.holds, self.recent = dict(cards), {}, RecentMoves()

    def look(self, new: Cards, at: datetime, *, confirmed: bool = False) -> HoldResult:
        """Compare, publish what may be, remember."""
        old = self.cards
        found = changes(old, new, places=False)
        doubts = plausibility.findings(plausibility.new_doubts(new, old, at.date()))
        holds = {k: replace(h, confirmed={"on": ""}) for k, h in self.holds.items()} if confirmed else self.holds
        sifted = hold_changes(found, old, new, holds, Circumstances(at, doubts=doubts, recent=self.recent))
        sold = effective.lanes(old.values())
        moved = [c for c in sifted.publish if c.kind in MOVING and effective.price_key(c.new or c.old) in sold]
        added = [c.card.rates if c.kind == "model_added" else [c.new] if c.new else [] for c in sifted.publish]
        fresh = {effective.price_key(r) for rates in added for r in rates} - sold.keys()
        sure = [r.change for r in sifted.released]
        recent = moves.after(self.recent, moved, at, verified=sure, back=sifted.returned, appeared=fresh)
        self.recent = recent_from(json.loads(json.dumps(recent_data(recent))), "google/gemini-api")
        self.holds = through_the_file(sifted.holds)
        seen = Provenance("u", "x", at.date(), None, "1")
        compared = apply_holds.PublishedAndRead(old, new, found, seen, lambda _: False, set())
        current = dict(old)
        for one in (*sifted.publish, *apply_holds._pins(sifted, compared, at)):
            history.apply(current, one)
        self.cards = current
        return sifted


def prices(cards: Cards) -> dict[str, set]:
    """The rates of cards, without where they were read."""
    return {model: set(own.rates) for model, own in cards.items()}


# ------------------------------------------------------------------------------------------ wrong and right pages

METERS = ("cache_read", "input", "output", "tuning")


def right(*more: str) -> Cards:
    """A page of a few models, each in two tiers, and in what tiers more there are."""
    shares = {"standard": Decimal(2), "batch": Decimal(1), **dict.fromkeys(more, Decimal("0.1"))}
    return {
        model: card(
            *(
                rate(f"{base * (n + 1) * share}", meter=meter, service_tier=tier, locator=f"{model} / {tier} / {meter}")
                for n, meter in enumerate(METERS)
                for tier, share in shares.items()
            ),
            model=model,
        )
        for base, model in ((1, "a"), (3, "b"), (7, "c"), (20, "d"))
    }


@st.composite
def wrong(draw: st.DrawFn) -> Cards:
    """The page with something wrong: figures, units, labels, tabs, tables, models."""
    page = right()
    for _ in range(draw(st.integers(1, 3))):
        model = draw(st.sampled_from(sorted(page) or ["a"]))
        if model not in page:
            continue
        rates = list(page[model].rates)
        how = draw(
            st.sampled_from(["figure", "unit", "column", "lost", "tier", "swap", "label", "gone", "new", "free"])
        )
        at = draw(st.integers(0, len(rates) - 1)) if rates else 0
        if how == "gone" or not rates:
            del page[model]
        elif how == "new":
            page["x"] = card(*(rate("4000", meter=m, unit="1000 tokens") for m in METERS), model="x")
        else:
            page[model] = card(*_spoilt(how, rates, at, draw), model=model)
    return page


def _spoilt(how: str, rates: list, at: int, draw: st.DrawFn) -> list:
    one = rates[at]
    if how == "figure":
        factor = draw(st.sampled_from(["0.1", "0.5", "1.5", "2.9", "10", "1000"]))
        return [*rates[:at], replace(one, price=one.price * type(one.price)(factor)), *rates[at + 1 :]]
    if how == "unit":
        return [*rates[:at], replace(one, unit="1000 tokens"), *rates[at + 1 :]]
    if how == "column":
        return [replace(r, unit="1000 tokens") for r in rates]
    if how == "lost":
        return [*rates[:at], *rates[at + 1 :]]
    if how == "tier":
        return [r for r in rates if r.service_tier != one.service_tier]
    if how == "swap":
        other = {"standard": "batch", "batch": "standard"}
        return [replace(r, service_tier=other[r.service_tier]) for r in rates]
    if how == "tab":
        fresh = right("flex")["a"].rates if len(rates) > 2 else ()
        return [*rates, *(replace(r, model=one.model, unit="1000 tokens") for r in fresh if r.service_tier == "flex")]
    if how == "label":
        return [*rates[:at], replace(one, modality="text"), *rates[at + 1 :]]
    return [*rates[:at], replace(one, price=one.price * 0, availability="free"), *rates[at + 1 :]]


@given(
    st.lists(st.tuples(wrong(), st.sampled_from([1, 6, 24, 60])), min_size=1, max_size=6),
    st.sampled_from([(), ("flex",)]),
)
def test_fault_73_a_right_page_mends_whatever_was_wrong_before(wrongs, tiers):
    """After any wrong pages, at any distance, a page that stays right is published whole within its next looks."""
    desk, now = Desk(right()), NOW
    for page, hours in wrongs:
        now += timedelta(hours=hours)
        desk.look(page, now)
    for _ in range(24):
        now += timedelta(hours=12)
        desk.look(right(*tiers), now)

    assert prices(right(*tiers)) == prices(desk.cards)
    assert {} == desk.holds


def test_fault_73_a_tab_that_came_in_a_wrong_unit():
    """What was priced for the first time some days ago may be what was wrong: readings are enough to mend it."""
    desk, page = Desk(right()), right("flex")
    flex = [replace(r, unit="1000 tokens") if r.service_tier == "flex" else r for r in page["a"].rates]
    desk.look({**page, "a": card(*flex, model="a")}, NOW)
    waited = [desk.look(page, NOW + timedelta(hours=hours)) for hours in (6, 18, 31)]

    assert [4, 4, 0] == [len(sifted.held) for sifted in waited]
    assert prices(page) == prices(desk.cards)


@given(st.lists(wrong(), min_size=1, max_size=4))
@settings(max_examples=30)
def test_what_is_held_is_what_the_page_says_once_it_is_confirmed(pages):
    """When the holds are released the cards are the edition."""
    desk, now = Desk(right()), NOW
    for page in pages:
        for _ in range(12):
            now += timedelta(hours=13)
            desk.look(page, now, confirmed=True)
        assert prices(page) == prices(desk.cards)


# ------------------------------------------------------------------------------------------------ mixed editions


def mixed(old: Cards, other: Cards, took: set[str], left: set[str]) -> Cards:
    """An edition with some sections of another, without some of its own."""
    return {m: c for m, c in {**{n: other[n] for n in took}, **old}.items() if m not in left}


def check_mixed(old: Cards, other: Cards, took: set[str], left: set[str]) -> None:
    """Exactly the difference is published or held; released, the cards are the mixed edition."""
    new = mixed(old, other, took, left)
    desk = Desk(old)
    first = desk.look(new, NOW)
    touched = {c.model for c in first.publish} | {h.change.model for h in first.held}
    assert touched == took | left
    assert {"model_added", "model_removed"} >= {c.kind for c in first.publish} | {h.change.kind for h in first.held}
    desk.look(new, NOW + timedelta(hours=13), confirmed=True)
    assert facts(new) == facts(desk.cards)


def editions() -> dict[str, Cards]:
    """The cases as cards, by name."""
    return {
        name: cards(
            accept.reading(name, "md"), Provenance("u", "x", date(2026, 11, 1), None, "1"), "google", "gemini-api"
        )
        for name in accept.cases()
    }


EDITIONS = editions()


@given(data=st.data())
def test_fault_69_a_mixed_edition(data):
    """Sections more, sections less: nothing else moves or is doubted."""
    old, other = (EDITIONS[data.draw(st.sampled_from(sorted(EDITIONS)))] for _ in range(2))
    took = data.draw(st.sets(st.sampled_from(sorted(set(other) - set(old)) or [""]))) - {""}
    left = data.draw(st.sets(st.sampled_from(sorted(old))))

    check_mixed(old, other, took, left)
