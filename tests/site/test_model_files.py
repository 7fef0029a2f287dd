"""A model's file and badge: what they say, that the schema describes them, and nothing that `rates.json` does not say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import jsonschema
import pytest

from ratecards.catalog.freshness import Age
from ratecards.catalog.priced_model import PricedModel
from ratecards.dataset import Dataset
from scraper import ROOT
from scraper.site import build, gather, model_files
from scraper.site.figures import figures
from scraper.site.models import ModelPage
from tests.support.histories import added
from tests.support.sitekit import TODAY, history, site, text, whole

SCHEMA = model_files.schema()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return site(tmp_path_factory.mktemp("root"), history())


def badge(files, model: str, provider: str = "google") -> dict[str, object]:
    return json.loads(files[f"badge/{provider}/{model}.json"])


def test_a_model_has_a_file_with_its_age_and_grade(made):
    """And its prices by tier and plan, exact and as strings."""
    found = json.loads(made["v1/models/google/gemini-3-flash-image.json"])

    assert ("google/gemini-api", "official", "2026-11-10") == tuple(found[n] for n in ("source", "grade", "verified"))
    assert [
        ("standard", "paid", "USD", "list"),
        ("standard", "paid", "USD", "equivalent"),
        ("batch", "paid", "USD", "equivalent"),
    ] == [tuple(group.values())[:4] for group in found["prices"]]
    assert {"meter": "input", "modality": "text", "unit": "1000000 tokens", "price": "0.5"} in found["prices"][0][
        "rates"
    ]


def test_dated_prices_are_there_with_their_days(made):
    """A program decides by the day, as with the table of rates."""
    rates = json.loads(made["v1/models/google/gemini-3.7-flash.json"])["prices"][0]["rates"]

    assert [("2026-12-31", None), (None, "2027-01-01")] == [
        (r.get("effective_until"), r.get("effective_from")) for r in rates if r["meter"] == "input"
    ]


def test_a_model_without_a_price_has_an_empty_file_and_says_so(tmp_path):
    """Not available is no price of 0."""
    files = site(tmp_path, added("2026-11-10", whole("m", text("input", None))))

    assert [] == json.loads(files["v1/models/google/m.json"])["prices"]
    assert ("no price (2026-11-10)", "lightgrey") == (badge(files, "m")["message"], badge(files, "m")["color"])


def test_a_badge_says_the_price_and_the_day(made):
    """Per million tokens, or the price of a piece; never without the day of the last look."""
    assert "$0.30 in, $3.00 out per 1M tokens (2026-11-10)" == badge(made, "gemini-2.5-flash")["message"]
    assert "$0.75 in, $4.00 out per 1M tokens (2026-11-10)" == badge(made, "gemini-3.7-flash")["message"]


def test_a_badge_of_a_piece_of_another_tier_or_grade(tmp_path):
    """What is not standard or not official is told."""
    letters = [text("input", "0.25", unit="1000 characters"), text("output", "0.5", unit="1000 characters")]
    batch = text("input", "1", service_tier="batch")
    song = text("output", "0.08", "audio", unit="1 song")
    cards = [whole("letters", *letters), whole("batched", batch), whole("song", song)]
    files = site(tmp_path / "a", added("2026-11-10", *cards))

    assert "$0.25 in, $0.50 out (2026-11-10)" == badge(files, "letters")["message"]
    assert ("batched batch", "$1.00 in per 1M tokens (2026-11-10)") == tuple(
        badge(files, "batched")[name] for name in ("label", "message")
    )
    assert "$0.08 per song (2026-11-10)" == badge(files, "song")["message"]


def test_a_badge_names_who_is_not_official():
    """A reseller's price is no price of the maker's."""
    shop = {"provider": "laozhang", "source": "laozhang"}
    card = replace(whole("m"), **shop, rates=(replace(text("output", "0.08", "audio", unit="1 song"), **shop),))
    model = ModelPage("laozhang", "m", (PricedModel(card, TODAY),))
    ages = {"laozhang/laozhang": Age("laozhang/laozhang", TODAY, 0)}
    files = model_files.files([(model, figures(model, TODAY), "standard")], ages)

    assert ("$0.08 per song (reseller, 2026-11-25)", "orange") == tuple(
        badge(files, "m", "laozhang")[name] for name in ("message", "color")
    )


def test_every_file_of_the_real_dataset_is_as_its_schema_says():
    """And its rates are those of the table, by count and sum."""
    found = gather(Dataset(ROOT / "ratecards"), ROOT, TODAY)
    files = build(found)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)

    assert SCHEMA == json.loads(files[model_files.SCHEMA])
    for model in found.models:
        data = json.loads(files[f"v1/models/{model.provider}/{model.model}.json"])
        validator.validate(data)
        prices = [Decimal(rate["price"]) for group in data["prices"] for rate in group["rates"]]
        own = [rate.price for rate in model.card.rates if rate.price is not None]
        assert (len(own), sum(own)) == (len(prices), sum(prices))
        told = json.loads(files[f"badge/{model.provider}/{model.model}.json"])
        assert {"schemaVersion", "label", "message", "color"} == told.keys()
        assert data["verified"] in told["message"]


@pytest.mark.parametrize(
    "wrong", [{"prices": None}, {"price": "1"}, {"grade": "rumour"}, {"verified": "today"}], ids=lambda v: next(iter(v))
)
def test_the_schema_refuses_what_is_not_described(made, wrong):
    """Strict, as the others are."""
    data = json.loads(made["v1/models/google/gemini-2.5-flash.json"]) | wrong

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


def test_a_site_of_an_earlier_day_says_when_its_cards_were_read(tmp_path):
    """Nobody had looked at the page then; the day of the reading is known all the same."""
    files = site(tmp_path, added("2026-11-10", whole("m", text("input", "1"))), date(2026, 11, 1))

    assert "2026-11-10" == json.loads(files["v1/models/google/m.json"])["verified"]
    assert ">None<" not in files["models/google/m.html"].decode()
