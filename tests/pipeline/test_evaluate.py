"""One edition against its baseline, on a source made for tests: outcome, changes, state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ratecards.model import RateCard
from ratecards.storage import history
from scraper.errors import FetchFailed, LayoutChanged
from scraper.fetch.capture import Capture
from scraper.fetch.client import Page
from scraper.model import EXIT, GOOD, SourceResult, State, page_status
from scraper.pipeline.evaluate import Previous, evaluate
from tests.support import tiny
from tests.support.workshop import ACME, at

DAY = at("2026-11-01T06:00:00")
MODELS = {f"m-{n}": {"input": f"{n}", "output": f"{n + 100}.5"} for n in range(1, 13)}


@pytest.fixture(autouse=True)
def registered(acme) -> None:
    """The test source can be imported."""


def page(body: bytes, kind: str = "json", when=DAY, **headers: str) -> Page:
    return Page(tiny.urls()[kind], "", 200, headers, body, when)


def edition(body: bytes, when=DAY, **headers: str) -> Capture:
    """Both representations, saying the same."""
    return Capture(when, {kind: page(body, kind, when, **headers) for kind in tiny.urls()})


def nobody(change, card) -> None:
    """There is no other official source."""


class Desk:
    """The cards and the state that one verdict leaves to the next."""

    def __init__(self) -> None:
        self.cards: Mapping[str, RateCard] = {}
        self.state = State()
        self.asked = 0

    def baseline(self) -> Mapping[str, RateCard]:
        self.asked += 1
        return self.cards

    def sees(self, found: Capture | bytes, when=DAY, *, hold: bool = True) -> SourceResult:
        """Evaluate a capture and take over what it leaves."""
        found = edition(found, when) if isinstance(found, bytes) else found
        verdict = evaluate(ACME, found, Previous(self.state, self.baseline), nobody if hold else None, found.at)
        self.cards = self.cards if verdict.cards is None else verdict.cards
        self.state = verdict.state
        return verdict

    def price(self, model: str, meter: str = "input") -> str:
        return " ".join(f"{r.price}" for r in self.cards[model].rates if r.meter == meter)


@pytest.fixture
def desk() -> Desk:
    """A source that was read once."""
    found = Desk()
    assert "NEW" == found.sees(tiny.page(MODELS, updated="2026-10-30")).outcome
    return found


def with_price(model: str, price: str | list, **more) -> bytes:
    """The page with one other input price."""
    changed = {**MODELS, model: {**MODELS.get(model, {"output": "1"}), "input": price}}
    return tiny.page(changed, updated="2026-10-30", **more)


def kinds(verdict: SourceResult) -> list[tuple[str, str]]:
    return [(c.kind, c.model) for c in verdict.changes]


# ------------------------------------------------------------------------------------------- outcomes


def test_each_outcome_has_its_exit():
    """The table of outcomes; DAMAGED is a finding."""
    expected = {
        0: {*GOOD, "SKIPPED"},
        1: {"DAMAGED"},
        3: {"NOT_FETCHED"},
        4: {"PARTLY_READ", "NOT_READ"},
        5: {"SUSPECT"},
    }
    assert expected == {code: {o for o, c in EXIT.items() if c == code} for code in set(EXIT.values())}
    assert 5 == SourceResult(ACME, "SUSPECT", DAY).exit


def test_a_source_that_is_not_configured_is_skipped(desk):
    """With a line that says how to enable it; nothing is remembered."""
    before = asdict(desk.state)
    verdict = desk.sees(Capture(DAY, skipped="set ACME_KEY"))
    assert ("SKIPPED", ["set ACME_KEY"], before) == (verdict.outcome, verdict.messages, asdict(verdict.state))


def test_a_page_that_moved_within_its_source_is_told(desk):
    """It is read, and whoever keeps the addresses learns of it."""
    moved = replace(page(tiny.page(MODELS, updated="2026-10-30")), final_url="https://acme.example/new.json")
    verdict = desk.sees(Capture(DAY, {"json": moved, "txt": page(moved.body, "txt")}))

    words = "json moved: https://acme.example/prices.json leads to https://acme.example/new.json; if that stays"
    assert ("UNCHANGED", [f"{words}, it belongs into the vocabulary"]) == (verdict.outcome, verdict.messages)


def test_the_baseline_is_asked_for_only_when_a_page_is_read(desk):
    """Nothing new: the cards are not even loaded."""
    assert 1 == desk.asked
    desk.sees(tiny.page(MODELS, updated="2026-10-30"))
    assert 1 == desk.asked
    desk.sees(with_price("m-1", "1.2"))
    assert 2 == desk.asked


def test_every_failure_is_told():
    """One page gone, the other not fetched: NOT_READ, with both reasons."""
    found = Capture(DAY, failed={"json": FetchFailed("slow")}, not_read={"txt": LayoutChanged("moved")})
    verdict = Desk().sees(found)
    assert ("NOT_READ", ["txt: moved", "json: slow"]) == (verdict.outcome, verdict.messages)
    assert ("NOT_READ", "txt: moved; json: slow") == (verdict.state.outcome, verdict.state.message)


def test_nothing_came(desk):
    """NOT_FETCHED, whether anything was known or not."""
    nothing = Capture(DAY, failed={"json": FetchFailed("slow"), "txt": FetchFailed("slower")})
    for found in (Desk(), desk):
        verdict = found.sees(nothing)
        assert ("NOT_FETCHED", ["json: slow", "txt: slower"]) == (verdict.outcome, verdict.messages)


def test_not_modified_counts_only_on_what_is_known(desk):
    """304 after a good look is UNCHANGED; after a bad one it says nothing."""
    silent = Capture(DAY, not_modified={"json", "txt"})
    assert "UNCHANGED" == desk.sees(silent).outcome
    desk.state = replace(desk.state, outcome="SUSPECT")
    verdict = desk.sees(silent)
    assert "NOT_FETCHED" == verdict.outcome
    assert "not known well enough" in verdict.messages[0]


def test_bytes_that_are_no_text_are_not_read(desk):
    """The message names the representation."""
    found = edition(b'{"models": {}, "nonce": "\xff"}')
    verdict = desk.sees(found)
    assert "NOT_READ" == verdict.outcome
    assert verdict.messages[0].startswith("json: ")


def test_each_representation_that_is_not_the_page_is_named(desk):
    """Both messages, one outcome."""
    verdict = desk.sees(tiny.page(broken="a wall"))
    assert ("NOT_READ", ["json: a wall", "txt: a wall"]) == (verdict.outcome, verdict.messages)


def test_one_broken_representation_is_enough(desk):
    """The other one is not published."""
    found = edition(with_price("m-1", "1.2"))
    found.pages["txt"] = page(tiny.page(broken="a wall"), "txt")
    verdict = desk.sees(found)
    assert ("NOT_READ", ["txt: a wall"], None) == (verdict.outcome, verdict.messages, verdict.cards)


def test_the_representation_named_first_gives_the_evidence(desk):
    """In whatever order the pages came."""
    found = edition(with_price("m-1", "1.2"))
    found.pages = dict(reversed(found.pages.items()))
    desk.sees(found)
    assert tiny.urls()["json"] == desk.cards["m-1"].url


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (tiny.page(MODELS), "READ"),
        (tiny.page(MODELS, unread={"m-20": "?"}), "PARTLY_READ"),
        (tiny.page({"m-1": {"input": "1"}}, unread={"m-20": "?"}), "NOT_READ"),
        (tiny.page(MODELS, suspicions=["odd"]), "SUSPECT"),
        (tiny.page(MODELS, torn="m-1"), "PARTLY_READ"),
        (tiny.page({"m-1": {"input": "1"}}, unread={"m-20": "?"}, suspicions=["odd"]), "NOT_READ"),
        (tiny.page(MODELS, notes=["$5?"]), "PARTLY_READ"),
    ],
)
def test_what_a_page_is_worth_by_itself(desk, body, expected):
    """The same for `read`, `doctor` and the main job."""
    assert expected == page_status(tiny.read(body.decode()))
    assert {"READ": "CHANGED"}.get(expected, expected) == desk.sees(body.replace(b'"101.5"', b'"100.6"')).outcome


# ------------------------------------------------------------------------------------------- suspect


def test_money_outside_sections_names_its_representation(desk):
    """Each representation's doubts are told."""
    found = edition(with_price("m-1", "1.2"))
    found.pages["txt"] = page(with_price("m-1", "1.2", suspicions=["$5 in the head"]), "txt")
    verdict = desk.sees(found)
    assert ("SUSPECT", ["txt: $5 in the head"]) == (verdict.outcome, verdict.messages)


def test_fault_45_an_older_edition_is_suspect(desk):
    """By the page's own date, where it has one."""
    body = with_price("m-1", "1.2").replace(b"2026-10-30", b"2026-10-29")
    verdict = desk.sees(body)
    assert ["an older edition: last updated 2026-10-29, read before: 2026-10-30"] == verdict.messages
    assert "CHANGED" == desk.sees(tiny.page({**MODELS, "m-1": {"input": "1", "output": "100.6"}})).outcome
    assert "2026-10-30" == desk.state.last_updated


@pytest.mark.parametrize("kind", ["json", "txt"])
@pytest.mark.parametrize("ahead", [-400, -1, 0, 1, 2, 3, 30, 3650, 2_000_000])
def test_fault_88_a_page_of_the_future(desk, ahead, kind):
    """Two days ahead are zones and editors; what is dated further is SUSPECT, in either representation, and forgotten."""
    day = (DAY + timedelta(days=ahead)).date()
    found = edition(with_price("m-1", "1.2"))
    found.pages["txt"] = page(with_price("m-1", "1.2"), "txt")
    found.pages[kind] = page(found.pages[kind].body.replace(b"2026-10-30", str(day).encode()), kind)
    desk.state = replace(desk.state, last_updated="")
    verdict = desk.sees(found)

    assert ("SUSPECT" if ahead > 2 else "CHANGED") == verdict.outcome
    words = f"{kind}: a page of the future: last updated {day}, looked at on {DAY.date()}"
    assert ([words] if ahead > 2 else []) == [m for m in verdict.messages if "future" in m]
    assert desk.state.last_updated <= (DAY + timedelta(days=2)).date().isoformat()
    # a true edition goes through, whatever came before
    assert "CHANGED" == desk.sees(with_price("m-1", "1.1").replace(b"2026-10-30", b"2026-11-03")).outcome


@pytest.mark.parametrize("remembered", ["2026-11-04", "2036-11-13", "9998-12-31"])
def test_fault_88_a_day_that_should_not_have_been_remembered(desk, remembered):
    """It makes no true edition an older one."""
    desk.state = replace(desk.state, last_updated=remembered)

    assert ("CHANGED", "2026-10-30") == (desk.sees(with_price("m-1", "1.2")).outcome, desk.state.last_updated)


@pytest.mark.parametrize(("tables", "held"), [(8, []), (7, ["7 tables were read, 12 on the last edition"])])
def test_a_third_of_the_tables_gone(desk, tables, held):
    """Of twelve, eight will do; below that what the page no longer says waits, and what it says is published."""
    gone = {m: p for m, p in MODELS.items() if m != "m-2"}
    verdict = desk.sees(
        tiny.page({**gone, "m-1": {"input": "1.2", "output": "2"}}, updated="2026-10-30", tables=tables)
    )

    assert ("CHANGED", "1.2") == (verdict.outcome, desk.price("m-1"))
    assert held == [h.reason.partition(", and")[0] for h in verdict.held if h.change.model == "m-2"]


def test_fault_85_what_one_representation_alone_no_longer_says_waits(desk):
    """While the other could not be fetched; what it says is published, and three readings release the rest."""
    gone = {m: p for m, p in MODELS.items() if m != "m-2"}
    body = tiny.page({**gone, "m-1": {"input": "1.2", "output": "2"}}, updated="2026-10-30")
    for hours, left in ((0, True), (12, True), (25, False)):
        when = DAY + timedelta(hours=hours)
        one = Capture(when, {"json": page(body, when=when)}, failed={"txt": "503"})
        verdict = desk.sees(one)
        assert (left, "1.2") == ("m-2" in desk.cards, desk.price("m-1"))
        assert left == any("only json was read" in h.reason for h in verdict.held)


def test_fault_73_an_excursion_is_marked_withdrawn(desk):
    """The change that takes a price back names the day from which on another was said."""
    desk.sees(with_price("m-1", "2.4"), DAY + timedelta(days=1))
    verdict = desk.sees(tiny.page(MODELS, updated="2026-10-30"), DAY + timedelta(days=2))
    [back] = [c for c in verdict.changes if c.kind == "repriced" and c.new.meter == "input"]

    assert DAY.date() + timedelta(days=1) == back.stamp.withdraws
    [read] = history.parse(history.line(back), back.provider, back.source, "x")
    assert back.stamp == read.stamp


def test_the_clock_may_not_go_back(desk):
    """A look dated before the last one read."""
    verdict = desk.sees(with_price("m-1", "1.2"), DAY - timedelta(seconds=1))
    assert "SUSPECT" == verdict.outcome
    expected = (
        "looked at 2026-11-01T05:59:59Z, but the last edition read is of 2026-11-01T06:00:00Z: is the clock right?"
    )
    assert [expected] == verdict.messages


def test_only_a_disagreement_asks_for_another_look(desk):
    """It is marked apart from other doubts."""
    found = edition(with_price("m-1", "1.2"))
    found.pages["txt"] = page(tiny.page(MODELS), "txt")
    assert desk.sees(found).disagreed
    assert not desk.sees(with_price("m-1", "1.2", suspicions=["odd"])).disagreed


def test_words_may_differ_between_representations(desk):
    """They must agree on rates, not on names."""
    found = edition(with_price("m-1", "1.2"))
    found.pages["txt"] = page(with_price("m-1", "1.20"), "txt")
    assert "CHANGED" == desk.sees(found).outcome


# ---------------------------------------------------------------------------------------- partly read


def test_what_one_representation_cannot_read_is_unread_in_both(desk):
    """The other one's reading of it is not compared, nor published."""
    found = edition(with_price("m-1", "1.2"))
    rest = {name: prices for name, prices in MODELS.items() if name != "m-1"}
    found.pages["txt"] = page(tiny.page(rest, unread={"m-1": "?"}, updated="2026-10-30"), "txt")
    verdict = desk.sees(found)
    assert ("PARTLY_READ", ["m-1: ?"], ["m-1"]) == (verdict.outcome, verdict.messages, verdict.state.unread)
    assert "1" == desk.price("m-1")


def test_an_unread_section_takes_no_model_away(desk):
    """Neither its own nor, where it has no id, any other."""
    rest = {name: prices for name, prices in MODELS.items() if name not in ("m-1", "m-2")}
    assert [] == kinds(desk.sees(tiny.page(rest, unread={"m-1": "?", "m-2": "?"})))
    assert [] == kinds(desk.sees(tiny.page(rest, unread={"": "?"})))
    gone = desk.sees(tiny.page({**rest, "m-2": MODELS["m-2"]}))
    assert [("model_removed", "m-1")] == kinds(gone)


def test_no_model_is_gone_beside_a_section_that_was_not_understood(desk):
    """That section may have swallowed it with its heading; once all is read again, it is gone."""
    fewer = {model: prices for model, prices in MODELS.items() if model != "m-2"}
    lost = {model: prices for model, prices in fewer.items() if model != "m-1"}

    verdict = desk.sees(tiny.page(lost, updated="2026-10-30", unread={"m-1": "two tables"}))
    assert ("PARTLY_READ", [], []) == (verdict.outcome, verdict.changes, verdict.held)
    verdict = desk.sees(tiny.page(fewer, updated="2026-10-30"))
    assert ("CHANGED", [("model_removed", "m-2")]) == (verdict.outcome, kinds(verdict))


def test_a_section_that_hides_its_ids_may_have_a_rate_that_is_missing(desk):
    """A model that lost one keeps its whole card; one that only has other prices does not."""
    fewer = {**MODELS, "m-1": {"input": "1.1"}, "m-2": {"input": "2.2", "output": "102.5"}}
    verdict = desk.sees(tiny.page(fewer, updated="2026-10-30", unread={"": "who is it?"}))

    assert "PARTLY_READ" == verdict.outcome
    assert [("repriced", "m-2")] == kinds(verdict)
    assert ("1", "101.5") == (desk.price("m-1"), desk.price("m-1", "output"))


def test_unread_notes_keep_the_tools(desk):
    """A section that is no model may be the one of the tools."""
    desk.sees(tiny.page({**MODELS, "tools": {"tool": "1"}}))
    verdict = desk.sees(tiny.page(MODELS, notes=["$5?"]))
    assert ("PARTLY_READ", []) == (verdict.outcome, kinds(verdict))


def test_a_partly_read_page_is_read_again(desk):
    """Equal bytes, but the vocabulary may have learned."""
    body = tiny.page(MODELS, unread={"m-20": "?"})
    assert "PARTLY_READ" == desk.sees(body).outcome
    assert "PARTLY_READ" == desk.sees(body, DAY + timedelta(hours=1)).outcome
    assert ("2026-11-01T06:00:00Z", "m-20: ?") == (desk.state.failing_since, desk.state.message)


def test_a_gap_ends_with_a_good_look(desk):
    """Since when and why are forgotten then."""
    desk.sees(tiny.page(MODELS, unread={"m-20": "?"}))
    desk.sees(tiny.page(MODELS))
    assert ("READ", "", "", []) == tuple(
        getattr(desk.state, n) for n in ("outcome", "message", "failing_since", "unread")
    )


# ------------------------------------------------------------------------------------- state and hashes


def test_what_is_remembered_of_a_good_look(desk):
    """Verdict, times, amounts, hashes, ETags and the models."""
    state = desk.sees(edition(with_price("m-1", "1.2"), DAY + timedelta(days=1), etag='"x"', date="today")).state
    expected = {"seen": 24, "cells": 24, "notes": 0, "read": 24, "ignored": 0}
    assert expected == state.amounts
    assert {"json": {"etag": '"x"'}, "txt": {"etag": '"x"'}} == state.validators
    assert {"json", "txt"} == state.hashes.keys()
    assert ("READ", "2026-11-02", "2026-11-02T06:00:00Z") == (state.outcome, state.verified, state.observed)
    assert (sorted(MODELS), 12, "1", "2026-10-30") == (state.models, state.tables, state.parser, state.last_updated)


def test_the_hash_is_of_the_part_that_prices_stand_in(desk):
    """A nonce is nothing new; the capture stays that of the page that was read."""
    capture = desk.state.capture
    assert "UNCHANGED" == desk.sees(tiny.page(MODELS, updated="2026-10-30", nonce="7")).outcome
    assert (1, capture) == (desk.asked, desk.state.capture)


def test_another_parser_reads_again(desk, monkeypatch):
    """Equal bytes mean nothing to it."""
    monkeypatch.setattr(tiny, "PARSER", "2")
    assert ("UNCHANGED", 2, "2") == (desk.sees(tiny.page(MODELS)).outcome, desk.asked, desk.state.parser)


def test_a_message_is_kept_short(desk):
    """However much a page has to say."""
    desk.sees(tiny.page(broken="x" * 3000))
    assert 2000 == len(desk.state.message)


def test_one_page_alone_may_be_nothing_new(desk):
    """The run says that the other one was not fetched."""
    found = Capture(
        DAY, {"txt": page(tiny.page(MODELS, updated="2026-10-30"), "txt")}, failed={"json": FetchFailed("slow")}
    )
    verdict = desk.sees(found)
    assert ("UNCHANGED", ["json was not fetched (slow); the other representation was read alone"]) == (
        verdict.outcome,
        verdict.messages,
    )
    assert {"json", "txt"} == verdict.state.hashes.keys()


# ---------------------------------------------------------------------------------------------- steps

PROMO = [["1", "", "2026-12-31"], ["2", "2027-01-01", ""]]
NEW_YEAR = at("2027-01-01T00:00:00")


def test_a_step_is_made_once(desk):
    """By the first look on or after its day; the stamp is that look's, the capture the card's."""
    desk.sees(with_price("m-1", PROMO))
    capture = desk.state.capture
    verdict = desk.sees(with_price("m-1", PROMO), NEW_YEAR)
    assert ("CHANGED", [("stepped", "m-1")]) == (verdict.outcome, kinds(verdict))
    (step,) = verdict.changes
    assert (capture, "2027-01-01") == (step.stamp.capture, step.stamp.observed.isoformat())
    assert (Decimal(1), Decimal(2)) == (step.old.price, step.new.price)
    assert [] == kinds(desk.sees(with_price("m-1", PROMO), NEW_YEAR + timedelta(hours=1)))


def test_a_step_beside_a_gap_stays_partly_read(desk):
    """The outcome is that of the reading."""
    desk.sees(with_price("m-1", PROMO))
    verdict = desk.sees(with_price("m-1", PROMO, unread={"m-20": "?"}), NEW_YEAR)
    assert ("PARTLY_READ", [("stepped", "m-1")]) == (verdict.outcome, kinds(verdict))


def test_a_quiet_day_loads_the_cards_and_finds_no_step(desk):
    """UNCHANGED, and nothing to publish."""
    verdict = desk.sees(tiny.page(MODELS, updated="2026-10-30"), NEW_YEAR)
    assert ("UNCHANGED", None, "2027-01-01") == (verdict.outcome, verdict.cards, desk.state.stepped)


def test_a_step_that_the_page_already_dropped_is_its_edit(desk):
    """On the day the page prints the new price alone: that is told, and no step."""
    desk.sees(with_price("m-1", PROMO))
    verdict = desk.sees(with_price("m-1", "2"), NEW_YEAR)
    assert [("rate_removed", "m-1"), ("redated", "m-1")] == sorted(kinds(verdict))


# ---------------------------------------------------------------------------------------------- holds


def test_holds_are_for_refreshes_of_known_sources_only(desk):
    """On a first run only what is hard to believe by itself waits, in a backfill nothing."""
    assert [] == Desk().sees(with_price("m-1", "100")).held
    assert 1 == len(Desk().sees(with_price("m-1", "5000")).held)
    assert 1 == len(desk.sees(with_price("m-1", "100")).held)
    verdict = desk.sees(with_price("m-1", "100"), hold=False)
    assert ([], "100") == (verdict.held, desk.price("m-1"))


def test_a_held_price_is_looked_at_until_it_is_settled(desk):
    """The same bytes are read again while something waits; the third look over a day publishes."""
    looks = [desk.sees(with_price("m-1", "100"), DAY + timedelta(hours=h)) for h in (1, 13, 24, 25)]
    assert ["UNCHANGED", "UNCHANGED", "UNCHANGED", "CHANGED"] == [v.outcome for v in looks]
    assert [1, 2, 3] == [v.held[0].looks for v in looks[:3]]
    assert [False] == [c.stamp.correction for c in looks[3].changes]


def test_a_correction_that_was_held_stays_one(desk, monkeypatch):
    """What a better parser found on a known page is no news two looks later."""
    original = tiny.read
    monkeypatch.setattr(tiny, "PARSER", "2")
    monkeypatch.setattr(tiny, "read", lambda body: original(body.replace('"input": "1"', '"input": "100"')))
    body = tiny.page(MODELS, updated="2026-10-30")
    last = [desk.sees(body, DAY + timedelta(hours=h)) for h in (1, 13, 25)][-1]
    assert [("repriced", True)] == [(c.kind, c.stamp.correction) for c in last.changes]


def test_a_new_card_is_no_correction_on_a_first_run():
    """There was nothing to correct."""
    found = Desk()
    found.state = State(capture=f"sha256:{page(tiny.page(MODELS)).sha256}")
    assert {False} == {c.stamp.correction for c in found.sees(tiny.page(MODELS)).changes}


def test_a_held_rate_beside_a_published_one_keeps_its_evidence(desk):
    """The `kept` line pins it, with the capture and the day it is of."""
    first = desk.state.capture
    changed = {**MODELS, "m-1": {"input": "100", "output": "100.6"}}
    verdict = desk.sees(tiny.page(changed), DAY + timedelta(days=1))
    assert [("repriced", "m-1"), ("kept", "m-1")] == kinds(verdict)
    held = next(r for r in desk.cards["m-1"].rates if r.meter == "input")
    assert (Decimal(1), first, DAY.date()) == (held.price, held.evidence.capture, held.evidence.observed)


def test_a_removal_that_waits_pins_nothing(desk):
    """The card stays as it is, without a line."""
    rest = {name: prices for name, prices in MODELS.items() if name not in ("m-1", "m-2")}
    verdict = desk.sees(tiny.page({**rest, "m-3": {"input": "3", "output": "103.6"}}))
    assert ([("repriced", "m-3")], 2) == (kinds(verdict), len(verdict.held))
    assert "m-1" in desk.cards


def test_a_readers_own_fault_is_not_the_runs(desk, monkeypatch):
    """An exception nobody thought of leaves the source unread, says what it was, and stops no other source."""
    monkeypatch.setattr(tiny, "read", lambda body: {}["nobody thought of it"])
    verdict = desk.sees(tiny.page(MODELS, updated="2026-10-31"))

    assert ("NOT_READ", 4) == (verdict.outcome, verdict.exit)
    assert "the reader failed, fix it: KeyError: 'nobody thought of it'" in verdict.messages[0]
