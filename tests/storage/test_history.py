"""The log: lines, folding, and the dated steps. The laws on generated editions are in property/test_laws.py."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import canonical_order
from ratecards.storage import history
from ratecards.storage.history import (
    ANNOUNCED,
    KINDS,
    Change,
    HistoryError,
    Stamp,
    Step,
    apply,
    line,
    ordered,
    parse,
    replay,
    steps,
)
from tests.support.kit import DAY, OWNER, card, cards, change, formula, rate, stamp

LATER, LAST = date(2026, 11, 2), date(2026, 11, 9)
FULL = {
    "kind": "repriced",
    "model": "flash",
    "observed": "2026-11-01",
    "recorded": "2026-11-01T12:00:00Z",
    "effective": "2027-01-01",
    "capture": "sha256:01",
    "parser": "1",
    "last_updated": "2026-10-30",
    "correction": True,
    "old": {
        "service_tier": "standard",
        "plan": "paid",
        "meter": "input",
        "basis": "list",
        "availability": "priced",
        "price": "0.5",
        "currency": "USD",
        "unit": "1000000 tokens",
        "quote": "$0.5",
        "locator": "flash / Standard / Input price",
    },
}
FULL["new"] = {**FULL["old"], "price": "1", "effective_from": "2027-01-01", "quote": "$1"}
CHANGE = Change(
    **OWNER,
    kind="repriced",
    model="flash",
    old=rate(),
    new=rate("1.00", quote="$1", effective_from=date(2027, 1, 1)),
    stamp=stamp(last_updated=date(2026, 10, 30), correction=True),
)


def read(text: str) -> list[Change]:
    """The changes of a file."""
    return list(parse(text, "google", "gemini-api", "log.jsonl"))


def prices(folded: dict) -> dict[str, list[str]]:
    """By model, the prices of the cards."""
    return {m: [str(r.price) for r in c.rates] for m, c in folded.items()}


# ---------------------------------------------------------------------------------------------- one change


def test_announced_kinds_are_those_that_move_money():
    """Wording, notes, labels and what was kept are recorded and not announced."""
    assert {"reworded", "card_changed", "kept", "relabelled"} == set(KINDS) - ANNOUNCED


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (rate("0.5"), rate("1"), Decimal(2)),
        (rate("2"), rate("0"), Decimal(0)),
        (rate("0"), rate("1"), None),
        (rate(None), rate("1"), None),
        (rate("1"), rate(None), None),
        (rate("1"), None, None),
        (None, rate("1"), None),
        (rate("1"), rate("1000", unit="1 image"), None),
        (rate("1"), rate("1", currency="EUR"), None),
    ],
)
def test_a_ratio_stands_between_prices_of_one_unit_only(old, new, expected):
    """A change of unit, currency or from zero has no ratio."""
    assert expected == change("repriced", old=old, new=new).ratio


def test_the_effective_day_is_the_page_s_own():
    """It is the new rate's first day, if the page says one."""
    assert date(2027, 1, 1) == CHANGE.effective
    assert None is change("repriced", old=rate(), new=rate("1")).effective
    assert None is change("rate_removed", old=rate()).effective


# ---------------------------------------------------------------------------------------------- lines


def test_a_change_is_one_line_of_json():
    """Kind, model and dates first; what is empty is left out."""
    text = line(CHANGE)

    assert FULL == json.loads(text)
    assert ["kind", "model", "observed", "recorded"] == list(json.loads(text))[:4]
    assert [text] == text.splitlines(keepends=True)
    assert [CHANGE] == read(text)


def test_a_line_holds_a_whole_card():
    """A new model's card with all it says, words that break lines included."""
    new = card(
        rate(quote="a\u2028b\nc"),
        anchor="flash",
        aliases=("x",),
        used_to_improve=(("free", "Yes"),),
        notices=("a\x85b",),
        formulas=(formula(),),
        facts=(("a", "1"),),
        capture="sha256:01",
    )
    added = change("model_added", card=new)
    text = line(added)

    assert [text] == text.splitlines(keepends=True)
    assert [added] == read(text)
    assert [r.evidence for r in new.rates] == [r.evidence for r in read(text)[0].card.rates]


def test_other_parts_of_a_line():
    """Metadata by name, kept rates, a former id whose rates are named by it."""
    several = [
        change("card_changed", card=replace(card(), capture="sha256:01"), fields=(("name", "a", "b"),)),
        change("kept", kept=(rate(capture="sha256:9", observed=DAY),)),
        change("model_renamed", model="pro", previous_id="flash"),
        change("stepped", model="pro", previous_id="flash", old=rate(), new=rate("1", model="pro")),
    ]

    assert several == read("".join(map(line, several)))
    assert DAY == read(line(several[1]))[0].kept[0].evidence.observed


def test_changes_know_their_lines():
    """A change read from a file knows where it stands; empty lines count and hold nothing."""
    assert [1, 3] == [c.number for c in read(f"{line(CHANGE)}\n{line(CHANGE)}")]
    assert 0 == CHANGE.number


def test_a_change_without_an_edition_is_not_written():
    """What was observed on no day has no place in the log."""
    with pytest.raises(HistoryError, match="repriced of flash without a stamp"):
        line(replace(CHANGE, stamp=None))


def edited(**values: object) -> str:
    """The full line with some fields replaced, or left out if None."""
    return json.dumps({k: v for k, v in {**FULL, **values}.items() if v is not None})


DAMAGED = {
    "truncated": (line(CHANGE)[:-20], "not a change of this version: "),
    "merge markers": (f"<<<<<<< ours\n{line(CHANGE)}", "Expecting value"),
    "list": ("[]", "not a change of this version: "),
    "word": ('"x"', "not a change of this version: "),
    "deep": ("[" * 100_000, "not a change of this version: "),
    "twice": ('{"kind": "kept", "kind": "kept"}', "a field stands twice among kind"),
    "number": (edited(old={**FULL["old"], "price": 0.5}), "a bare number 0.5"),
    "nan": (line(CHANGE).replace('"0.5"', "NaN"), "a bare number NaN"),
    "whole number": (edited(old={**FULL["old"], "price": 5}), "price must be a quoted string, saw 5"),
    "unknown field": (edited(tier="batch"), "unknown field tier"),
    "kind": (edited(kind="vanished"), "'vanished' of 'flash' is not a kind of change of a model"),
    "id": (edited(model="../flash"), "'repriced' of '../flash' is not a kind of change of a model"),
    "former id": (edited(previous_id="../flash"), "'repriced' of 'flash' is not a kind of change of a model"),
    "no model": (edited(model=None), "'model'"),
    "no day": (edited(observed=None), "'observed'"),
    "day": (edited(observed="20261101"), "observed must be an ISO date, saw '20261101'"),
    "instant": (edited(recorded=20261101), "recorded must be a string, saw 20261101"),
    "capture": (edited(capture=["x"]), "capture must be a string, saw ['x']"),
    "former id number": (edited(previous_id=5), "previous_id must be a string, saw 5"),
    "correction": (edited(correction="yes"), "correction 'yes'"),
    "updated": (edited(last_updated="yesterday"), "last_updated must be an ISO date, saw 'yesterday'"),
    "effective": (edited(effective="2028-01-01"), "effective 2028-01-01, but the rate says 2027-01-01"),
    "not effective": (edited(effective=None), "effective None, but the rate says 2027-01-01"),
    "fields": (edited(fields=[["a", "b"]]), "not enough values to unpack"),
    "rate": (edited(old={**FULL["old"], "service_tier": "turbo"}), "service_tier 'turbo' is not one of"),
    "rate field": (edited(old={**FULL["old"], "model": "pro"}), "unknown field model of a rate"),
    "card": (edited(kind="model_added", card={"name": "x"}), "missing 1 required keyword-only argument: 'url'"),
    "card field": (edited(card={"name": "x", "url": "u", "tier": "x"}), "unexpected keyword argument 'tier'"),
    "card day": (edited(card={"name": "x", "url": "u", "observed": "x"}), "multiple values for keyword argument"),
    "card word": (edited(card={"name": 5, "url": "u"}), "name must be a string, saw 5"),
    "card rates": (edited(card={"name": "x", "url": "u", "rates": [FULL["old"]] * 2}), "two rates with one key"),
}


@pytest.mark.parametrize(("text", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_nothing_else_is_read(text, expected):
    """Damage is told with file and line, and is never skipped."""
    with pytest.raises(HistoryError) as raised:
        read(f"\n{text}")

    assert expected in str(raised.value)
    assert str(raised.value).startswith("log.jsonl:2: not a change of this version: ")


def test_what_stands_before_the_damage_is_read():
    """Reading is lazy: the error comes with the line it is about."""
    found = parse(f"{line(CHANGE)}nonsense\n", "google", "gemini-api", "log.jsonl")

    assert CHANGE == next(found)
    with pytest.raises(HistoryError, match=r"log\.jsonl:2"):
        next(found)


# ---------------------------------------------------------------------------------------------- applying


def added(*several: object, day: date = DAY) -> list[Change]:
    """The changes that bring these cards."""
    return [change("model_added", day=day, model=c.model, card=replace(c, observed=day)) for c in several]


FLASH = card(rate("0.5"), rate("2", meter="output"))


def test_a_change_moves_its_card_on():
    """The card takes the edition of the change, and keeps its rates in the table's order."""
    found = cards(FLASH)
    apply(found, change("repriced", day=LATER, old=rate("0.5"), new=rate("9", meter="tuning")))

    assert ["2", "9"] == prices(found)["flash"]
    assert (LATER, "sha256:02") == (found["flash"].observed, found["flash"].capture)


def test_a_second_edition_of_one_day_moves_its_card_on():
    """Two looks on a day are two editions; one of an older day leaves the card's edition as it is."""
    found = cards(FLASH)
    second = stamp(capture="sha256:second", parser="2", last_updated=DAY)
    apply(found, replace(change("rate_removed", old=rate("0.5")), stamp=second))
    assert ("sha256:second", "2", DAY) == tuple(
        getattr(found["flash"], n) for n in ("capture", "parser", "last_updated")
    )

    apply(found, change("rate_added", day=date(2026, 10, 1), new=rate("0.5")))
    assert ("sha256:second", DAY) == (found["flash"].capture, found["flash"].observed)


def test_a_change_without_a_stamp_leaves_the_edition():
    """Where nothing is known of the edition, nothing is said of it."""
    found = cards(FLASH)
    apply(found, replace(change("rate_removed", old=rate("0.5")), stamp=None))

    assert (DAY, "sha256:0", ["2"]) == (found["flash"].observed, found["flash"].capture, prices(found)["flash"])


def test_metadata_comes_with_anchor_and_address():
    """`card_changed` brings all that the card says beside its rates."""
    found = cards(FLASH)
    apply(found, change("card_changed", card=card(name="Flash 2", anchor="f", url="u", notices=("n",))))

    assert ("Flash 2", "f", "u", ("n",)) == tuple(
        getattr(found["flash"], n) for n in ("name", "anchor", "url", "notices")
    )
    assert FLASH.rates == found["flash"].rates


def test_a_rename_takes_the_rates_along():
    """Card and rates go by the new id, the old one is gone."""
    found = cards(FLASH)
    apply(found, change("model_renamed", model="pro", previous_id="flash"))

    assert {"pro": ["0.5", "2"]} == prices(found)
    assert {"pro"} == {found["pro"].model, *(r.model for r in found["pro"].rates)}


def test_kept_rates_say_what_they_were_read_from():
    """A held rate stays, with the evidence of the older edition."""
    found = cards(FLASH)
    held = rate("0.5", capture="sha256:9", observed=date(2026, 10, 1))
    apply(found, change("kept", day=LATER, kept=(held,)))

    assert FLASH.rates == found["flash"].rates
    assert held.evidence == found["flash"].rates[0].evidence


def test_a_step_changes_no_card():
    """The dated halves stand on the card before the day and after it."""
    found = cards(FLASH)
    apply(found, change("stepped", old=rate("0.5"), new=rate("1")))

    assert cards(FLASH) == found


MISFITS = {
    "no card": (change("repriced", model="pro", old=rate(model="pro")), "repriced of pro, which has no card"),
    "no new card": (change("model_added", model="pro"), "model_added of pro, which has no card"),
    "gone already": (change("model_removed", model="pro"), "model_removed of pro, which has no card"),
    "no former card": (change("model_renamed", model="pro", previous_id="ultra"), "model_renamed of ultra, which has"),
    "here already": (change("model_added", card=card()), "model_added: flash has a card already"),
    "id taken": (change("model_renamed", previous_id="pro"), "model_renamed: flash has a card already"),
    "no rate": (change("rate_removed", old=rate(meter="tool")), "rate_removed of a rate flash does not have: flash /"),
    "rate taken": (change("rate_added", new=rate("9")), "rate_added: a rate flash has already: flash / Standard"),
    "key taken": (change("relabelled", old=rate(), new=rate(meter="output")), "relabelled: a rate flash has already"),
}


@pytest.mark.parametrize(("misfit", "expected"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_is_an_error(misfit, expected):
    """A log that was cut, doubled or mixed up does not give cards that look right."""
    found = cards(FLASH)
    with pytest.raises(HistoryError) as raised:
        apply(found, misfit)

    assert expected in str(raised.value)
    assert cards(FLASH) == found


# ---------------------------------------------------------------------------------------------- folding


def test_folding_nothing():
    """No history, no cards."""
    assert {} == replay([])


def test_the_cards_of_a_day_and_of_an_instant():
    """Up to a day observed, up to an instant recorded; both inclusive."""
    log = [*added(FLASH), change("repriced", day=LATER, old=rate("0.5"), new=rate("1"))]

    assert {} == replay(log, until=date(2026, 10, 31))
    assert ["0.5", "2"] == prices(replay(log, until=DAY))["flash"]
    assert ["1", "2"] == prices(replay(log, until=LATER))["flash"]
    assert ["1", "2"] == prices(replay(log))["flash"]
    assert ["0.5", "2"] == prices(replay(log, known="2026-11-02T11:59:59Z"))["flash"]
    assert ["1", "2"] == prices(replay(log, known="2026-11-02T12:00:00Z"))["flash"]


def test_a_history_without_an_edition_does_not_fold():
    """An unstamped change has no day."""
    with pytest.raises(HistoryError, match="model_added of flash without a stamp"):
        replay([replace(c, stamp=None) for c in added(FLASH)])


def test_a_doubled_line_is_noticed():
    """The same addition twice is damage, not the same thing twice."""
    with pytest.raises(HistoryError, match="flash has a card already"):
        replay([*added(FLASH), *added(FLASH)])


def late(kind: str, **values: object) -> Change:
    """A change recorded on the last day for the first."""
    return replace(change(kind, **values), stamp=stamp(recorded=f"{LAST}T12:00:00Z", correction=True))


def test_a_correction_holds_on_later_days():
    """What a later edition left alone was misread there, too; before its instant nobody knew."""
    log = [
        *added(FLASH),
        change("repriced", day=LATER, old=rate("2", meter="output"), new=rate("3", meter="output")),
        late("repriced", old=rate("0.5"), new=rate("5")),
    ]

    assert ["5", "2"] == prices(replay(log, until=DAY))["flash"]
    assert ["5", "3"] == prices(replay(log))["flash"]
    assert LATER == replay(log)["flash"].observed
    assert ["0.5", "3"] == prices(replay(log, known=f"{LATER}T12:00:00Z"))["flash"]


SAID_OTHERWISE = {
    "price": change("repriced", day=LATER, old=rate("0.5"), new=rate("7")),
    "words": change("reworded", day=LATER, old=rate("0.5"), new=rate("0.5", quote="50 cents")),
    "place": change("reworded", day=LATER, old=rate("0.5"), new=rate("0.5", locator="elsewhere")),
    "gone": change("rate_removed", day=LATER, old=rate("0.5")),
    "moved": change("relabelled", day=LATER, old=rate("0.5"), new=rate("0.5", context="global")),
    "taken": change("rate_added", day=LATER, new=rate("1", context="long")),
}


@pytest.mark.parametrize("said", SAID_OTHERWISE.values(), ids=SAID_OTHERWISE)
def test_what_a_later_edition_said_otherwise_stands(said):
    """A correction does not overrule a later page that changed the same rate."""
    corrected = late("relabelled", old=rate("0.5"), new=rate("5", context="long"))
    log = [*added(FLASH), said]

    assert ["5", "2"] == sorted(prices(replay([*log, corrected], until=DAY))["flash"], reverse=True)
    assert replay(log) == replay([*log, corrected])


def test_a_correction_ends_where_something_else_was_said():
    """A price that was another one for a while and came back was read anew: it is not the one corrected."""
    log = [
        *added(FLASH),
        change("repriced", day=LATER, old=rate("0.5"), new=rate("7")),
        change("repriced", day=LAST, old=rate("7"), new=rate("0.5")),
    ]

    assert replay(log) == replay([*log, late("repriced", old=rate("0.5"), new=rate("5"))])


def test_a_correction_of_a_price_and_other_news():
    """New notes on a later day do not end it; a model that is gone does."""
    better = late("repriced", old=rate("0.5"), new=rate("5"))
    noted = change("card_changed", day=LATER, card=card(name="Flash 2"))

    assert ["5", "2"] == prices(replay([*added(FLASH), noted, better]))["flash"]
    assert {} == replay([*added(FLASH), change("model_removed", day=LATER), better])


def test_late_metadata():
    """Notes are corrected on later days that still have them, and left where they were changed."""
    better = late("card_changed", card=card(name="Flash 2"))
    other = change("card_changed", day=LATER, card=card(name="Flash 3"))
    rates_only = change("repriced", day=LATER, old=rate("0.5"), new=rate("1"))

    assert "Flash 2" == replay([*added(FLASH), rates_only, better])["flash"].name
    assert "Flash 3" == replay([*added(FLASH), other, better])["flash"].name


def test_late_models():
    """A model found late is there on later days that do not know it, and not put over one they know."""
    pro, other = card(rate(), model="pro"), card(rate("9"), model="pro")

    assert {"flash": ["0.5", "2"], "pro": ["0.5"]} == prices(
        replay([*added(FLASH), change("stepped", day=LATER), late("model_added", model="pro", card=pro)])
    )
    assert ["9"] == prices(
        replay([*added(FLASH), *added(other, day=LATER), late("model_added", model="pro", card=pro)])
    )["pro"]


def test_what_is_restored_between_takes_nothing_from_a_later_day():
    """The third day is read first, the second late, the first late and again with a rate of the third.

    The second said that it has none, and the third that it has: nothing of that is recorded once more.
    """
    more = card(rate("0.5"), rate("2", meter="output"))
    less = card(rate("0.5"))
    log = [*added(more, day=LAST)]
    log += [replace(c, stamp=stamp(LATER, recorded="2027-01-01T00:00:00Z")) for c in added(less, day=LATER)]
    log += [replace(c, stamp=stamp(DAY, recorded="2027-01-02T00:00:00Z")) for c in added(less)]
    log += [change("rate_added", new=rate("2", meter="output"), stamp=stamp(DAY, recorded="2027-01-03T00:00:00Z"))]
    assert ["0.5", "2"] == prices(replay(log))["flash"]
    assert ["0.5"] == prices(replay(log, until=LATER))["flash"]


def test_what_is_restored_between_brings_nothing_to_a_later_day():
    """A model is taken from the first day and restored on the second; on the third it was read to be gone."""
    log = [*added(FLASH), change("stepped", day=LATER), change("model_removed", day=LAST), late("model_removed")]
    restored = replace(added(FLASH, day=LATER)[0], stamp=stamp(LATER, recorded=f"{LAST}T12:00:00Z"))

    assert {} == replay(log, until=LATER)
    assert {} == replay([*log, restored])
    assert ["flash"] == list(replay([*log, restored], until=LATER))


def test_a_late_change_of_what_a_late_change_did_not_reach():
    """A price gets another label on the first day, late, where the second had said that it is gone; then it goes there."""
    one, other = rate("0.5"), rate("0.5", context="long")
    log = [*added(FLASH), change("rate_removed", day=LATER, old=one)]
    log += [late("relabelled", old=one, new=other), late("rate_removed", old=other)]

    assert ["2"] == prices(replay(log))["flash"] == prices(replay(log, until=DAY))["flash"]


def test_late_removals_and_renames():
    """They hold on later days that still have the same card; a card that moved on is only renamed."""
    same = change("stepped", day=LATER)
    moved = change("repriced", day=LATER, old=rate("0.5"), new=rate("1"))
    gone, renamed = late("model_removed"), late("model_renamed", model="pro", previous_id="flash")

    assert {} == replay([*added(FLASH), same, gone])
    assert {"flash": ["1", "2"]} == prices(replay([*added(FLASH), moved, gone]))
    assert {"pro": ["0.5", "2"]} == prices(replay([*added(FLASH), same, renamed]))
    assert {"pro": ["1", "2"]} == prices(replay([*added(FLASH), moved, renamed]))
    assert {} == replay([*added(FLASH), change("model_removed", day=LATER), renamed])
    assert {"flash", "pro"} == set(replay([*added(FLASH), *added(card(model="pro"), day=LATER), renamed]))


def test_late_evidence_stays_on_its_day():
    """What was kept from an older page says nothing of later editions; neither does a late step."""
    held = rate("0.5", capture="sha256:9")
    log = [*added(FLASH), change("stepped", day=LATER), late("kept", kept=(held,)), late("stepped", model="none")]

    assert "sha256:9" == replay(log, until=DAY)["flash"].rates[0].evidence.capture
    assert "" == replay(log)["flash"].rates[0].evidence.capture


def test_an_older_edition_between_two():
    """A page found late is as it was on its day; what the next edition in the log said for itself stands."""
    log = [
        *added(FLASH),
        change("repriced", day=LAST, old=rate("0.5"), new=rate("4")),
        replace(change("repriced", day=LATER, old=rate("0.5"), new=rate("3")), stamp=stamp(LATER)),
        *[replace(c, stamp=stamp(LATER)) for c in added(card(rate(), model="pro"), day=LATER)],
    ]

    assert ["0.5", "2"] == prices(replay(log, until=DAY))["flash"]
    assert {"flash": ["3", "2"], "pro": ["0.5"]} == prices(replay(log, until=LATER))
    assert {"flash": ["4", "2"], "pro": ["0.5"]} == prices(replay(log))


def test_the_order_of_the_file_decides_not_that_of_the_days():
    """Changes that come sorted by day fold as they stand in their file."""
    log = [
        *added(card(rate("0.5"), capture="sha256:01")),
        change("repriced", day=LATER, old=rate("0.5"), new=rate("1")),
        late("relabelled", old=rate("0.5"), new=rate("0.5", context="global")),
    ]
    found = read("".join(map(line, log)))

    assert ["1"] == prices(replay(log))["flash"]
    assert replay(log) == replay(ordered(found))
    assert [DAY, DAY, LATER] == [c.stamp.observed for c in ordered(found)]


def test_changes_by_day_keep_their_order_within_it():
    """Two looks on one day stay in turn; what has no day comes last."""
    log = [
        change("kept", day=LATER, model="b"),
        replace(change("kept", model="d"), stamp=None),
        change("kept", model="a"),
        change("kept", day=LATER, model="c"),
    ]

    assert ["a", "b", "c", "d"] == [c.model for c in ordered(log)]


# ---------------------------------------------------------------------------------------------- steps

UNTIL = rate("0.75", effective_until=date(2026, 12, 31))
FROM = rate("1.5", effective_from=date(2027, 1, 1))


def test_a_dated_pair_is_a_step():
    """From the day that the page gives, the new price instead of the one that ends before."""
    assert [Step(date(2027, 1, 1), UNTIL, FROM)] == steps([card(UNTIL, FROM)], DAY)


def test_steps_lie_after_a_day_and_up_to_another():
    """On the day itself the step is no longer ahead; the last day counts."""
    both = [card(UNTIL, FROM)]

    assert 1 == len(steps(both, date(2026, 12, 31)))
    assert [] == steps(both, date(2027, 1, 1))
    assert 1 == len(steps(both, DAY, date(2027, 1, 1)))
    assert [] == steps(both, DAY, date(2026, 12, 31))


def test_what_a_step_replaces_is_the_latest_of_the_same_key():
    """Not an earlier half, not another meter's, not an undated one."""
    older = rate("0.5", effective_until=date(2026, 6, 30))
    others = (rate("9", meter="output", effective_until=date(2026, 12, 31)), rate("8"))

    assert UNTIL == steps([card(older, UNTIL, FROM, *others)], DAY)[0].before
    assert None is steps([card(FROM, *others)], DAY)[0].before


def test_steps_come_by_day():
    """The soonest first, within a day in the table's order."""
    soon = rate("3", meter="output", effective_from=date(2026, 12, 1))
    found = steps([card(FROM, model="b"), card(soon, FROM, model="a")], DAY)

    assert [("a", "output"), ("a", "input"), ("b", "input")] == [(s.after.model, s.after.meter) for s in found]


def test_the_module_writes_what_it_reads():
    """Every field of a stamp survives a line."""
    full = Stamp(observed=DAY, recorded="r", capture="c", parser="p", last_updated=date(2026, 10, 30), correction=True)
    [found] = read(history.line(replace(CHANGE, stamp=full)))

    assert full == found.stamp


def test_a_rate_that_keeps_its_place_and_one_that_does_not():
    """The rates of a card stand in one order, however a change came by them."""
    many = [rate(str(n), modality=modality) for n, modality in enumerate(("text", "image", "audio"), 1)]
    base = card(*many)
    for new in (replace(base.rates[0], price=Decimal(9)), replace(base.rates[0], service_tier="priority")):
        found = cards(base)
        apply(found, change("repriced", old=base.rates[0], new=new))
        expected = sorted([new, *base.rates[1:]], key=canonical_order)
        assert tuple(expected) == found["flash"].rates
