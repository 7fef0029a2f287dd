"""The ledger: the March story, units, grace, decisions, and a source against its own arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model import UNIT, Evidence, Formula, Rate, RateCard
from ratecards.storage import codec
from scraper.diff.cross_source import PairRule, between, rules, sides_now
from scraper.diff.discrepancies import decided, unless_only_seen, update, within
from scraper.storage import discrepancies as book

PAGE, STUDIO = "gemini-api", "ai-studio"
RULE = PairRule("google/gemini-api", "google/ai-studio")
MODEL = "gemini-3.1-flash-image-preview"
MARCH_3, MARCH_4, MARCH_7, MARCH_24 = (date(2026, 3, d) for d in (3, 4, 7, 24))


def rate(source, price, meter="input", unit="1000000 tokens", **more):
    amount = None if price is None else Decimal(price)
    return Rate(
        provider="google",
        source=source,
        model=more.pop("model", MODEL),
        meter=meter,
        unit=unit,
        price=amount,
        currency="" if amount is None else "USD",
        availability="not_available" if amount is None else more.pop("availability", "priced"),
        evidence=Evidence(f"${price}" if price else "Not available", f"{source} / {meter}"),
        **more,
    )


def card(source, *rates, observed=MARCH_3, **more):
    return {
        more.get("model", MODEL): RateCard(
            provider="google",
            source=source,
            model=more.pop("model", MODEL),
            name="Flash Image",
            url="https://example.invalid/",
            observed=observed,
            capture="sha256:0",
            parser="1",
            rates=rates,
            **more,
        )
    }


def page(text_in, text_out, image_out="60", **more):
    return card(
        PAGE,
        rate(PAGE, text_in, modality="text"),
        rate(PAGE, text_in, modality="image"),
        rate(PAGE, text_out, "output", modality="text"),
        rate(PAGE, image_out, "output", modality="image"),
        **more,
    )


def studio(**more):
    return card(
        STUDIO,
        rate(STUDIO, "0.50"),
        rate(STUDIO, "3.00", "output", modality="text"),
        rate(STUDIO, "60", "output", modality="image"),
        **more,
    )


def look(known, left, right, on, *, grace=True, rule=RULE):
    found, comparison = between(rule, left, right, on)
    return update(known, found, on, sides_now(rule, comparison, left, right), grace=grace), comparison


def test_the_march_story_opens_two_and_agrees_once():
    """0.25 / 1.50 / 60 against 0.50 / 3.00 / 60: two open discrepancies, one agreement."""
    entries, comparison = look([], page("0.25", "1.50"), studio(), MARCH_3, grace=False)

    assert [("input", "open", "0.5"), ("output", "open", "3")] == [
        (e.meter, e.state, e.conservative) for e in sorted(entries, key=lambda e: e.meter)
    ]
    assert 1 == sum(p.agrees for p in comparison.pairs)


def test_the_march_story_closes_when_the_documentation_moves():
    """Three weeks later the page says 0.50 / 3.00: both close on that day, and it was the page that moved."""
    entries, _ = look([], page("0.25", "1.50"), studio(), MARCH_3, grace=False)
    after, comparison = look(entries, page("0.50", "3.00", observed=MARCH_24), studio(), MARCH_24)

    assert [("closed", MARCH_24, "google/gemini-api")] * 2 == [(e.state, e.closed_on, e.moved) for e in after]
    assert ["0.5", "3"] == sorted(e.conservative for e in after)
    assert all(p.agrees for p in comparison.pairs)


def test_a_unit_is_a_discrepancy_whatever_the_number():
    """0.40 per video is not 0.40 per second."""
    veo = {"meter": "output", "modality": "video", "model": "veo-3.1-generate-preview"}
    left = card(PAGE, rate(PAGE, "0.40", unit="1 second", resolution="720p", **veo), model=veo["model"])
    right = card(STUDIO, rate(STUDIO, "0.40", unit="1 video", **veo), model=veo["model"])
    entries, _ = look([], left, right, MARCH_3, grace=False)

    assert [("unit", "")] == [(e.rule, e.conservative) for e in entries]


def test_units_are_compared_by_cross_multiplying():
    """0.5 per million tokens and 0.0000005 per token are one price."""
    left = card(PAGE, rate(PAGE, "0.5"))
    right = card(STUDIO, rate(STUDIO, "0.0000005", unit="1 token"))

    assert [] == between(RULE, left, right, MARCH_3)[0]


def test_what_one_side_alone_prices_is_coverage():
    """A meter that only the page has is not a disagreement."""
    left = card(PAGE, rate(PAGE, "0.5", modality="text"), rate(PAGE, "0.05", "cache_read", modality="text"))
    entries, comparison = look([], left, card(STUDIO, rate(STUDIO, "0.5")), MARCH_3)

    assert ([], ["cache_read"]) == (entries, [r.meter for r in comparison.only_left])


def test_an_unsplit_picker_row_stands_for_text_only():
    """What else the page splits is coverage: the picker's one price says nothing of audio."""
    left = card(PAGE, rate(PAGE, "0.5", modality="text"), rate(PAGE, "1", modality="audio"))
    entries, comparison = look([], left, card(STUDIO, rate(STUDIO, "0.5")), MARCH_3)

    assert ([], ["audio"]) == (entries, [r.modality for r in comparison.only_left])


def test_an_unsplit_page_row_stands_for_every_modality():
    """A page that prints one price means it for all that the other side lists."""
    billing = PairRule("google/gemini-api", "google/cloud-billing")
    left = card(PAGE, rate(PAGE, "0.5"))
    right = card("cloud-billing", *(rate("cloud-billing", "0.5", modality=m) for m in ("text", "image")))

    assert 2 == len(between(billing, left, right, MARCH_3)[1].pairs)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [([{}], 2), ([{"prompt_up_to": 200000}, {"prompt_over": 200000}], 2)],
    ids=["unbounded", "bounded"],
)
def test_short_and_long_meet_the_prompt_bounds(bounds, expected):
    """A SKU's short and long meet the page's two rows, or both its only one."""
    billing = PairRule("google/gemini-api", "google/cloud-billing")
    left = card(PAGE, *(rate(PAGE, "1", **b) for b in bounds))
    right = card("cloud-billing", *(rate("cloud-billing", "1", context=c) for c in ("short", "long")))
    entries, comparison = between(billing, left, right, MARCH_3)

    assert ([], expected) == (entries, len(comparison.pairs))


def test_an_unsplit_row_does_not_stand_for_what_its_own_side_splits():
    """Beside its own audio row a page's plain row says nothing of audio."""
    billing = PairRule("google/gemini-api", "google/cloud-billing")
    left = card(PAGE, rate(PAGE, "1"), rate(PAGE, "3", modality="audio"))
    right = card("cloud-billing", *(rate("cloud-billing", p, modality=m) for p, m in (("1", "text"), ("3", "audio"))))
    entries, comparison = between(billing, left, right, MARCH_3)

    assert ([], 2) == (entries, len(comparison.pairs))


def test_two_prompt_columns_meet_a_row_without_bounds():
    """A page that prints one price in both columns agrees with one that does not bound the prompt."""
    vertex = PairRule("google/gemini-api", "google/vertex-ai")
    bounds = ({"prompt_up_to": 200000}, {"prompt_over": 200000})
    right = card("vertex-ai", *(rate("vertex-ai", "1", **b) for b in bounds))

    assert 2 == len(between(vertex, card(PAGE, rate(PAGE, "1")), right, MARCH_3)[1].pairs)


def test_short_does_not_meet_long():
    """Two SKUs of one side's words never meet the other's opposite."""
    billing = PairRule("google/ai-studio", "google/cloud-billing")
    left = card(STUDIO, rate(STUDIO, "1", context="long"))

    assert (
        []
        == between(billing, left, card("cloud-billing", rate("cloud-billing", "1", context="short")), MARCH_3)[1].pairs
    )


def test_thinking_and_non_thinking_meet_the_plain_row():
    """The words of older SKUs do not make another thing of it."""
    billing = PairRule("google/gemini-api", "google/cloud-billing")
    right = card("cloud-billing", *(rate("cloud-billing", "2", context=c) for c in ("thinking", "non-thinking")))

    assert 2 == len(between(billing, card(PAGE, rate(PAGE, "2")), right, MARCH_3)[1].pairs)


def test_aliases_come_first():
    """A card's alias is compared under the id that the other side uses."""
    left = card(PAGE, rate(PAGE, "1"), aliases=("flash-latest",))
    right = card(STUDIO, rate(STUDIO, "2", model="flash-latest"), model="flash-latest")

    assert [(MODEL, "1", "2")] == [
        (e.model, str(e.left.price), str(e.right.price)) for e in between(RULE, left, right, MARCH_3)[0]
    ]


def test_an_alias_that_is_a_card_of_the_other_side_is_itself():
    """Where both have the very name, it is not taken for another model."""
    left = card(PAGE, rate(PAGE, "1", model="old"), model="old")
    right = card(STUDIO, rate(STUDIO, "2"), aliases=("old",)) | card(
        STUDIO, rate(STUDIO, "1", model="old"), model="old"
    )

    assert [] == between(RULE, left, right, MARCH_3)[0]


def test_modalities_of_one_pair_of_values_share_an_entry():
    """Input text and image at one price are one entry with both modalities."""
    left = card(PAGE, *(rate(PAGE, "1", modality=m) for m in ("text", "image")))
    right = card("cloud-billing", *(rate("cloud-billing", "2", modality=m) for m in ("text", "image")))
    entries, _ = between(PairRule("google/gemini-api", "google/cloud-billing"), left, right, MARCH_3)

    assert [("image", "text")] == [e.modalities for e in entries]
    assert ["2 USD per 1000000 tokens (google/cloud-billing)"] == [e.recommended for e in entries]


def test_availability_is_a_value():
    """A price against "Not available" is a discrepancy of its own kind."""
    left, right = card(PAGE, rate(PAGE, None, modality="text")), card(STUDIO, rate(STUDIO, "2"))

    assert ["availability"] == [e.rule for e in between(RULE, left, right, MARCH_3)[0]]


def test_fault_55_a_lagging_source_has_three_days():
    """What came up because a side moved waits, then opens if it is still there."""
    first, _ = look([], page("0.25", "3.00"), studio(), MARCH_3)
    second, _ = look(first, page("0.25", "3.00"), studio(), MARCH_4)
    third, _ = look(second, page("0.25", "3.00"), studio(), MARCH_7)

    assert ["waiting", "waiting", "open"] == [e[0].state for e in (first, second, third)]
    assert (MARCH_3, MARCH_7) == (third[0].first_seen, third[0].last_seen)


def test_fault_55_what_the_other_side_catches_up_with_is_forgotten():
    """A waiting entry that is gone at the next look was never a discrepancy."""
    first, _ = look([], page("0.25", "3.00"), studio(), MARCH_3)
    second, _ = look(first, page("0.50", "3.00"), studio(), MARCH_4)

    assert [] == second


def test_fault_54_an_accepted_entry_stays_accepted_until_a_value_moves():
    """A person's word holds for exactly these values."""
    first, _ = look([], page("0.25", "3.00"), studio(), MARCH_3, grace=False)
    accepted = decided(first, first[0].id, "accepted", "the picker is early")
    same, _ = look(accepted, page("0.25", "3.00"), studio(), MARCH_7)
    moved, _ = look(same, page("0.30", "3.00"), studio(), MARCH_24)

    assert [("accepted", "the picker is early")] == [(e.state, e.because) for e in same]
    assert {"closed", "waiting"} == {e.state for e in moved}


def test_deciding_on_nothing_is_an_error():
    """An id that is not open is named."""
    with pytest.raises(KeyError, match="no open discrepancy 'nope'"):
        decided([], "nope", "accepted", "because")


NOUNS = {
    **{
        f"1 {noun}": f"1000 {noun}s"
        for noun in ("token", "image", "second", "minute", "prompt", "request", "character")
    },
    "1 query": "1000 queries",
}


@pytest.mark.parametrize("one", NOUNS)
@given(price=st.integers(1, 10**9), other=st.integers(1, 10**9))
def test_one_noun_whatever_the_quantity(one, price, other):
    """A unit is a quantity and a noun: prices meet per single thing, and none differs in its unit for being many."""
    assert UNIT.match(one)
    assert UNIT.match(NOUNS[one])
    left = card(PAGE, rate(PAGE, str(price), unit=one))
    for amount in (price * 1000, other):
        found, comparison = between(RULE, left, card(STUDIO, rate(STUDIO, str(amount), unit=NOUNS[one])), MARCH_3)
        assert 1 == len(comparison.pairs)
        assert ([] if amount == price * 1000 else ["price"]) == [e.rule for e in found]


def test_a_standing_explanation_does_not_alarm():
    """The Agent Platform is a price list of its own."""
    vertex = next(r for r in rules()["pairs"] if r.right == "google/vertex-ai")
    left, right = card(PAGE, rate(PAGE, "1")), card("vertex-ai", rate("vertex-ai", "2", context="global"))
    found, comparison = between(vertex, left, right, MARCH_3)
    now = sides_now(vertex, comparison, left, right)
    entries = update([], found, MARCH_3, now, grace=True, explained=vertex.explained)

    assert ["explained"] == [e.state for e in entries]


def test_a_thing_no_longer_priced_closes_its_entry():
    """When one side drops the model, neither side moved: it is no longer priced by both."""
    first, _ = look([], page("0.25", "3.00"), studio(), MARCH_3, grace=False)
    after, _ = look(first, {}, studio(), MARCH_24)

    assert [("closed", "no longer priced by both")] == [(e.state, e.moved) for e in after]
    assert after == look(after, {}, studio(), MARCH_24)[0]


def test_the_file_holds_what_was_found():
    """Encode and decode are inverse, factors included."""
    entries, _ = look([], page("0.25", "1.50"), studio(), MARCH_3, grace=False)
    factors = {"batch input": {"value": "0.5", "since": "2026-03-03"}}
    text = book.encode(entries, factors)

    assert (sorted(entries, key=lambda e: e.meter), factors) == book.decode(text, "ledger")
    assert "0.5" == book.data(entries[0])["conservative"]
    assert ([], {}) == book.decode(book.encode([]), "empty")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema: 2\nentries: []\n", "schema 1"),
        ("schema: 1\n", "entries"),
        ("schema: 1\nentries: []\nmore: x\n", "unknown more"),
        ("<<<<<<< HEAD\n", "not a ledger"),
        ("schema: 1\nentries:\n- {id: 5, left: {}, right: {}}\n", "quoted string"),
    ],
    ids=["schema", "entries", "unknown", "markers", "type"],
)
def test_a_damaged_file_is_refused(text, words):
    """Never read half."""
    with pytest.raises(codec.CodecError, match=words):
        book.decode(text, "ledger")


def test_a_state_that_does_not_exist_is_refused():
    """States are a closed list."""
    entries, _ = look([], page("0.25", "1.50"), studio(), MARCH_3, grace=False)

    with pytest.raises(codec.CodecError, match="'odd' is not one of"):
        book.decode(book.encode(entries).replace("state: open", "state: odd"), "ledger")


def test_words_of_a_side():
    """A side without a price says what stands instead."""
    side = book.Side(source="s", quote="-", locator="l", observed=MARCH_3, availability="not_available")

    assert "not available" == side.words


# ------------------------------------------------------------------------------------ a source against itself


def image_card(batch, token="60", tokens=747, printed="0.045", note="60"):
    formulas = (
        Formula(
            quote=f"${note} per 1,000,000 tokens",
            meter="output",
            modality="image",
            unit="1000000 tokens",
            amount=Decimal(note),
        ),
        Formula(quote="747 tokens", meter="output", modality="image", resolution="0.5K", unit="1 image", tokens=tokens),
    )
    rates = [
        rate(PAGE, token, "output", modality="image"),
        rate(PAGE, printed, "output", "1 image", modality="image", resolution="0.5K", basis="equivalent"),
    ]
    if batch:
        rates.append(rate(PAGE, batch, "output", "1 image", modality="image", resolution="0.5K", service_tier="batch"))
    return card(PAGE, *rates, formulas=formulas)


def test_tokens_times_rate_within_its_rounding_holds():
    """747 x 60 / 1M is 0.04482, which 0.045 is."""
    assert [] == within("google/gemini-api", image_card(None), MARCH_3, {})[0]


def test_tokens_times_rate_beyond_its_rounding_is_found():
    """0.046 is not 0.04482."""
    entries, _ = within("google/gemini-api", image_card(None, printed="0.046"), MARCH_3, {})

    assert [("tokens x rate", Decimal("0.04482"))] == [(e.rule, e.right.price) for e in entries]


def test_a_tier_without_a_token_price_takes_its_share_of_the_note():
    """2.5 Flash Image, batch: $0.0195 against 1,290 x $15 per 1M = 0.01935."""
    cards = image_card("0.0195", token="30", tokens=1290, printed="0.039", note="30")
    entries, _ = within("google/gemini-api", cards, MARCH_3, {})

    assert [("batch", Decimal("0.01935"))] == [(e.service_tier, e.right.price) for e in entries]


def test_a_figure_that_rounds_to_its_price_is_not_found():
    """560 x $1 per 1M is 0.00056, which 0.0006 is."""
    note = Formula(
        quote="560 tokens", meter="input", modality="image", unit="1 image", tokens=560, amount=Decimal("0.0011")
    )
    rates = rate(PAGE, "1"), rate(PAGE, "0.0006", unit="1 image", modality="image", service_tier="batch")

    assert [] == within("google/gemini-api", card(PAGE, *rates, formulas=(note,)), MARCH_3, {})[0]


def test_a_note_that_states_another_tiers_price():
    """ "Priced at $60" stands under a batch table at $30."""
    note = Formula(quote="$60", meter="output", modality="image", unit="1000000 tokens", amount=Decimal(60))
    rates = [
        rate(PAGE, price, "output", modality="image", service_tier=tier)
        for price, tier in (("60", "standard"), ("30", "batch"))
    ]
    entries, _ = within("google/gemini-api", card(PAGE, *rates, formulas=(note,)), MARCH_3, {})

    assert [("note states another tier's price", "batch")] == [(e.rule, e.service_tier) for e in entries]


def fleet(share, odd=None):
    cards = {}
    for number in range(6):
        batch = odd if odd and number == 5 else share
        model = f"m{number}"
        rates = rate(PAGE, "1", model=model), rate(PAGE, batch, service_tier="batch", model=model)
        cards |= card(PAGE, *rates, model=model)
    return cards


def test_factors_are_learned_from_what_most_models_do():
    """Five of six at half: the sixth is the finding."""
    entries, factors = within("google/gemini-api", fleet("0.5", "0.6"), MARCH_3, {})

    assert {"batch input": {"value": "0.5", "since": "2026-03-03"}} == factors
    assert [("m5", "batch input", Decimal("0.6"))] == [(e.model, e.rule, e.left.price) for e in entries]


def test_a_change_of_factor_is_no_finding_of_every_model():
    """When all move from half to 0.4 the factor moves, once, with its day."""
    _, before = within("google/gemini-api", fleet("0.5"), MARCH_3, {})
    entries, after = within("google/gemini-api", fleet("0.4"), MARCH_24, before)

    assert {"batch input": {"value": "0.4", "since": "2026-03-24", "was": "0.5"}} == after
    assert [] == entries


def test_a_known_factor_judges_where_too_few_speak():
    """Two models are no majority of their own; what was learned before still holds."""
    few = {k: v for k, v in fleet("0.5", "0.6").items() if k in ("m4", "m5")}
    entries, _ = within("google/gemini-api", few, MARCH_3, {"batch input": {"value": "0.5", "since": "2026-01-01"}})

    assert ["m5"] == [e.model for e in entries]
    assert ([], {}) == within("google/gemini-api", few, MARCH_3, {})


def test_a_look_that_moves_nothing_is_no_news():
    """Only the day of the last look differs: the entries stand as they were; with anything else they all move."""
    before, _ = look([], page("0.25", "1.50"), studio(), MARCH_3, grace=False)
    after, _ = look(before, page("0.25", "1.50"), studio(), MARCH_7)

    assert before
    assert before == unless_only_seen(before, after) != after
    assert [] == unless_only_seen(before, [])
    accepted = [replace(e, state="accepted") for e in after]
    assert accepted == unless_only_seen(before, accepted)


def test_allowances_in_another_period_are_found():
    """5,000 a month in one tab, 5,000 a day in another."""
    rates = [
        rate(PAGE, "14", "search_grounding", "1000 queries", used_over=5000, period=period, service_tier=tier)
        for period, tier in (("month", "standard"), ("day", "batch"))
    ]
    entries, _ = within("google/gemini-api", card(PAGE, *rates), MARCH_3, {})

    [entry] = entries
    assert ("allowance per another period", "batch") == (entry.rule, entry.service_tier)
    assert ["free 5000 a day", "free 5000 a month"] == [side.words for side in (entry.left, entry.right)]
    assert (None, "", "") == (entry.left.price, entry.left.currency, entry.recommended)
