"""The Cloud Billing Catalog: descriptions of every style, exact money, pages, bad SKUs, and the capture."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

import pytest

from ratecards.model import Rate, plain
from scraper.errors import LayoutChanged
from scraper.model import Provenance, Reading, cards
from scraper.sources import cloud_billing
from scraper.storage import card_files
from tests.support.billing_page import CASES, PLAIN, SERVICE, load, page, sku, skus


def read(*facts: dict) -> Reading:
    return cloud_billing.read(json.dumps(page([sku(f, number) for number, f in enumerate(facts)])))


def line(rate: Rate) -> str:
    """A rate in one line."""
    used = [f"over {rate.used_over}"] if rate.used_over else []
    used += [f"up to {rate.used_up_to}"] if rate.used_up_to else []
    used += [f"a {rate.period}"] if rate.period else []
    words = [rate.model, rate.service_tier, rate.meter, rate.modality, rate.resolution, rate.context, *used]
    free = "" if rate.availability == "priced" else f" {rate.availability}"
    return f"{' '.join(w for w in words if w)}, per {rate.unit}: {plain(rate.price)} {rate.currency}{free}"


def lines(reading: Reading) -> list[str]:
    return [line(r) for d in reading.drafts() for r in d.rates]


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_unmapped(case):
    """The SKUs of a case that are not mapped, each with its reason, stand beside it."""
    reading = cloud_billing.read(json.dumps(page(skus(case))))

    assert load(case, "unmapped.yaml") == [re.sub(r"\Aunmapped \S+ ", "", note) for note in reading.notes[1:]]


def test_every_amount_is_claimed_or_listed():
    """Seen is read plus unmapped, by reason; a SKU with a problem stays unclaimed."""
    styles, held = (cloud_billing.read(json.dumps(page(skus(case)))) for case in ("styles", "held"))

    assert (40, 23, 0) == (styles.amounts.seen, styles.amounts.read, styles.amounts.unclaimed)
    assert {
        "unmapped: no known model": 2,
        "unmapped: unknown word": 1,
        "unmapped: several readings": 1,
        "unmapped: names no meter": 1,
        "unmapped: names no one unit": 5,
        "unmapped: says two things": 5,
        "unmapped: not the worldwide on-demand price": 2,
    } == dict(styles.amounts.ignored)
    assert "40 SKUs: 23 mapped, 17 unmapped" == styles.notes[0]
    assert (7, 5, 2) == (held.amounts.seen, held.amounts.read, held.amounts.unclaimed)


def test_unmapped_skus_make_nothing_unread():
    """What is unmapped stands in a section of its own that is not counted and has no problems."""
    reading = cloud_billing.read(json.dumps(page(skus("styles"))))

    assert [] == reading.unread
    assert [("unmapped", False, 17)] == [
        (s.anchor, s.counted, s.amounts.cells) for s in reading.sections if not s.models
    ]


def test_a_pair_holds_its_model_back():
    """Two SKUs for one key: neither price is published, nor anything else of that model; its kind is not "conflict"."""
    reading = cloud_billing.read(json.dumps(page(skus("held"))))

    assert {"two-skus", "pricing"} == {p.kind for p in reading.problems}
    assert {"gemini-3.7-flash"} == {r.model for r in reading.rates(held_back=True)}
    assert {"gemini-3.6-flash"} == {r.model for r in reading.rates()}


def test_evidence():
    """The quote is the description as it stands, the locator the SKU's id and name; the query's day dates nothing."""
    (rate,) = read({"description": " Imagen 4 Generation (output)", "nanos": 40_000_000, "quantity": 1}).rates()

    assert " Imagen 4 Generation (output)" == rate.evidence.quote
    assert "A000-0000-0000 / services/AEFD-7695-64FA/skus/A000-0000-0000" == rate.evidence.locator
    assert (None, None) == (rate.effective_from, rate.effective_until)


@pytest.mark.parametrize(
    ("units", "nanos", "quantity", "expected"),
    [
        ("0", 750, 1_000_000, "0.75"),
        ("0", 1, 1_000_000, "0.001"),
        ("0", 1, 1, "0.000000001"),
        ("12", 5, 1_000_000, "12000000.005"),
        ("999999", 999_999_999, 1_000_000_000, "999999999999999"),
        ("0", 333_333_333, 7, "2.333333331"),
    ],
)
def test_money_is_exact(units, nanos, quantity, expected):
    """Units and nanos of one, times the display quantity, to the last digit."""
    facts = {"description": PLAIN, "units": units, "nanos": nanos, "quantity": quantity}
    (rate,) = read(facts).rates()

    assert Decimal(expected) == rate.price
    assert expected == plain(rate.price)
    assert ("1 token" if quantity == 1 else f"{quantity} tokens") == rate.unit


def test_cards_are_publishable():
    """Every card survives its file."""
    found = {}
    for case in ("styles", "allowances"):
        reading = cloud_billing.read(json.dumps(page(skus(case))))
        found |= cards(
            reading, Provenance("https://x.test", "0" * 64, date(2026, 11, 1), None, "1"), "google", "cloud-billing"
        )

    assert list(found.values()) == [card_files.decode(card_files.encode(card), "a card") for card in found.values()]


def test_vocabulary_is_offered():
    """Addresses and renames come from the vocabulary, and no key stands in the address."""
    assert {
        "json": f"https://cloudbilling.googleapis.com/v1/{SERVICE}/skus?currencyCode=USD&pageSize=5000"
    } == cloud_billing.urls()
    assert {} == cloud_billing.renames()


def test_an_allowance_of_its_own_is_no_price():
    """The SKU of what is free, and that of what is beyond it, are parts of one price: neither is published as it."""
    allowed = "Grounding with Google Search query count gemini 3.5 flash"
    reading = read({"description": PLAIN, "nanos": 1}, {"description": f"{allowed} free", "nanos": 0})

    assert "2 SKUs: 1 mapped, 1 unmapped" == reading.notes[0]
    assert reading.notes[1].endswith("a part of an allowance (free)")


@pytest.mark.parametrize("text", ["Gemini 3.7 Flash", "Gemini 3.7", "Gemini 3.7 Flash Flash", "3.7"])
def test_a_model_alone_is_no_reading(text):
    """A description that names a model and nothing else, or half a model, is unmapped."""
    reading = read({"description": PLAIN, "nanos": 1}, {"description": text, "nanos": 1})

    assert "2 SKUs: 1 mapped, 1 unmapped" == reading.notes[0]


# ---------------------------------------------------------------------------------------------- pages


def test_shapes():
    """One page, pages that follow each other, and the bare list of the capture say the same."""
    found = skus("styles")
    expected = lines(cloud_billing.read(json.dumps(page(found))))

    assert expected == lines(cloud_billing.read(json.dumps(found)))
    assert expected == lines(cloud_billing.read("\ufeff" + json.dumps({"skus": found})))
    assert expected == lines(
        cloud_billing.read(json.dumps([page(found[:5], "b"), page(found[5:9], "c"), page(found[9:])]))
    )


def test_a_sku_on_two_pages():
    """The same SKU twice, as when the list moved between two pages, is one rate."""
    found = skus("allowances")

    assert lines(cloud_billing.read(json.dumps(page(found)))) == lines(
        cloud_billing.read(json.dumps([page(found, "b"), page(found[2:])]))
    )


ONE = sku({"description": PLAIN, "nanos": 750})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (page([ONE], "more"), "page 1 of 1: expected no next page, saw a nextPageToken: a page is missing"),
        (
            [page([ONE], "b"), page([ONE], "c")],
            "page 2 of 2: expected no next page, saw a nextPageToken: a page is missing",
        ),
        ([page([ONE]), page([ONE])], "page 1 of 2: expected a nextPageToken, saw none: a page is missing"),
        ([], "expected SKUs, saw an empty list"),
        (page([]), "expected SKUs, saw an empty list"),
        ({}, "page 1: expected a page of skus, saw {}"),
        ({"skus": {}}, 'page 1: expected a page of skus, saw {"skus": {}}'),
        ([page([ONE], "b"), {"error": {"code": 500}}], "page 2: expected a page of skus, saw an error answer: 500"),
        (
            {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "key=secret"}},
            "saw an error answer: 403 PERMISSION_DENIED",
        ),
        ({"error": "x"}, 'page 1: expected a page of skus, saw {"error": "x"}'),
        (7, "page 1: expected a page of skus, saw 7"),
        ([ONE, 7], "page 1: expected a page of skus"),
        (page([7]), "expected a SKU, saw 7"),
        (page([{**ONE, "skuId": "x"}]), "expected a SKU with id and description"),
        (page([{**ONE, "skuId": 3}]), "expected a SKU with id and description"),
        (page([{**ONE, "description": None}]), "expected a SKU with id and description"),
        (
            page([{**ONE, "name": "services/C7E2-9256-1C43/skus/A000-0000-0000"}]),
            "A000-0000-0000: expected a SKU of services/AEFD-7695-64FA, saw 'services/C7E2",
        ),
        (page([{**ONE, "pricingInfo": []}]), "expected SKUs of known models with prices, saw 1 SKUs and none of them"),
        (
            page([{**ONE, "description": "Something else"}]),
            "expected SKUs of known models with prices, saw 1 SKUs and none of them",
        ),
    ],
)
def test_not_the_list(data, expected):
    """What is not the list, or not all of it, is refused; nothing of an answer but its status is repeated."""
    with pytest.raises(LayoutChanged, match=re.escape(expected)) as refused:
        cloud_billing.read(json.dumps(data))

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty body"),
        (" \n", "empty body"),
        ("<!doctype html>", "expected JSON, saw '<!doctype html>'"),
        ('{"skus": [{"skuId": "A0', "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        ('{"skus": [], "skus": []}', "a key that stands twice"),
    ],
)
def test_not_json(text, expected):
    """What is not JSON to its end, or says a key twice, is refused."""
    with pytest.raises(LayoutChanged, match=expected):
        cloud_billing.read(text)


def test_fingerprint():
    """The query's day and the page tokens do not count; a price does."""
    text = json.dumps(page([ONE], "a"))

    assert cloud_billing.fingerprint(text) == cloud_billing.fingerprint(
        text.replace("2026-11-01", "2026-11-02").replace('"a"', '"b"')
    )
    assert cloud_billing.fingerprint(text) != cloud_billing.fingerprint(text.replace("750", "751"))


# ----------------------------------------------------------------------------------------- bad pricing


def broken(path: tuple, value: object) -> list[str]:
    """The problems of a SKU with one value replaced, beside a good SKU of another model."""
    bad = json.loads(
        json.dumps(sku({"description": PLAIN, "tiers": [[0, "0", 0], [1000, "0", 750]], "interval": "DAILY"}))
    )
    target = bad
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    reading = cloud_billing.read(
        json.dumps(page([bad, sku({"description": "Veo 2 generation (output)", "nanos": 1, "quantity": 1}, 1)]))
    )
    assert {"veo-2.0-generate-001"} == {r.model for r in reading.rates()}
    return [p.message for p in reading.problems]


EXPRESSION = ("pricingInfo", 0, "pricingExpression")
TIER = (*EXPRESSION, "tieredRates", 1)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("pricingInfo",), None, "expected one pricing of the SKU, saw null"),
        (("pricingInfo",), [], "expected one pricing of the SKU, saw 0 entries"),
        (("pricingInfo",), [{}, {}], "expected one pricing of the SKU, saw 2 entries"),
        (("pricingInfo",), ["x"], "expected one pricing of the SKU, saw 1 entries"),
        (EXPRESSION, None, "expected a pricing expression, saw null"),
        ((*EXPRESSION, "displayQuantity"), None, "expected a display quantity, saw None"),
        ((*EXPRESSION, "displayQuantity"), 0, "expected a display quantity, saw 0"),
        ((*EXPRESSION, "displayQuantity"), True, "expected a display quantity, saw True"),
        ((*EXPRESSION, "displayQuantity"), 1e6, "expected a display quantity, saw 1000000.0"),
        ((*EXPRESSION, "displayQuantity"), 10**10, "expected a display quantity, saw 10000000000"),
        ((*EXPRESSION, "usageUnit"), "By", "unknown usage unit 'By'"),
        ((*EXPRESSION, "usageUnit"), 3, "unknown usage unit 3"),
        ((*EXPRESSION, "tieredRates"), [], "expected tiers that rise from 0, saw starts []"),
        ((*EXPRESSION, "tieredRates"), "x", "expected tiers that rise from 0, saw starts []"),
        (TIER, 7, "expected a tier with its start and unit price, saw 7"),
        ((*TIER, "unitPrice"), None, "expected a tier with its start and unit price"),
        ((*TIER, "startUsageAmount"), "1000", "expected a tier with its start and unit price"),
        ((*TIER, "startUsageAmount"), True, "expected a tier with its start and unit price"),
        ((*TIER, "startUsageAmount"), 0.5, "expected a tier with its start and unit price"),
        ((*TIER, "startUsageAmount"), float("inf"), "expected a tier with its start and unit price"),
        ((*TIER, "startUsageAmount"), 0, "expected tiers that rise from 0, saw starts [0, 0]"),
        ((*TIER, "startUsageAmount"), -5, "expected tiers that rise from 0, saw starts [0, -5]"),
        (
            (*EXPRESSION, "tieredRates", 0, "startUsageAmount"),
            5,
            "expected tiers that rise from 0, saw starts [5, 1000]",
        ),
        ((*TIER, "unitPrice", "currencyCode"), "EUR", "unknown currency 'EUR', expected USD"),
        ((*TIER, "unitPrice", "currencyCode"), None, "unknown currency None, expected USD"),
        ((*TIER, "unitPrice", "units"), 0, "expected units and nanos"),
        ((*TIER, "unitPrice", "units"), "-1", "expected units and nanos"),
        ((*TIER, "unitPrice", "units"), "1000000", "expected units and nanos"),
        ((*TIER, "unitPrice", "nanos"), "750", "expected units and nanos"),
        ((*TIER, "unitPrice", "nanos"), 0.75, "expected units and nanos"),
        ((*TIER, "unitPrice", "nanos"), None, "expected units and nanos"),
        ((*TIER, "unitPrice", "nanos"), True, "expected nanos from 0 to 999999999, saw True"),
        ((*TIER, "unitPrice", "nanos"), -1, "expected nanos from 0 to 999999999, saw -1"),
        ((*TIER, "unitPrice", "nanos"), 10**9, "expected nanos from 0 to 999999999, saw 1000000000"),
        (("pricingInfo", 0, "aggregationInfo"), None, "expected tiers to say per day or month, saw None"),
        (
            ("pricingInfo", 0, "aggregationInfo", "aggregationInterval"),
            "YEARLY",
            "expected tiers to say per day or month, saw 'YEARLY'",
        ),
    ],
)
def test_bad_pricing(path, value, expected):
    """Pricing that is absent or not as known is a problem of its model; every other model is published."""
    assert [True] == [message.startswith(expected) for message in broken(path, value)]


def test_a_unit_that_is_none():
    """A rate that could not be a row of the table is a problem, not a row."""
    reading = read(
        {"description": "Cached content storage token hours for Gemini 2.5 Pro", "nanos": 1, "quantity": 1},
        {"description": PLAIN, "nanos": 1},
    )

    assert ["unit '1 token-hour' is not a quantity and a noun"] == [p.message for p in reading.problems]


# -------------------------------------------------------------------------------------------- capture
