"""The schemas: sound in themselves, made from the model, and neither looser nor stricter than what is published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ratecards import model
from ratecards.model import COLUMNS
from ratecards.storage.history import KINDS, Step
from ratecards.storage.limits import BatchLimit, Figure, LimitsCard, UsageTier
from scraper import ROOT
from scraper.publish import schemas, v1_files
from scraper.storage import discrepancies as ledger
from scraper.storage.discrepancies import Discrepancy, Side
from scraper.storage.limits import FORM, json_data
from tests.property import strategies
from tests.support import shelves
from tests.support.kit import DAY, card, change, formula, rate

DOCUMENTS = schemas.documents()
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in DOCUMENTS.items()}


def part(name: str, *path: str) -> Draft202012Validator:
    """The validator of a part of a document."""
    schema: Any = DOCUMENTS[name]
    for step in path:
        schema = schema[step]
    return Draft202012Validator({"$defs": DOCUMENTS[name].get("$defs", {}), **schema})


RATE = part("rates", "properties", "rates", "items")
CHANGE = part("changes", "properties", "changes", "items")
STEP = part("upcoming", "properties", "upcoming", "items")
ENTRY = part("discrepancies", "properties", "discrepancies", "items")


def wrong(validator: Draft202012Validator, data: object) -> list[str]:
    """What a validator says against data that have been through a file."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(json.dumps(data)))]


# ------------------------------------------------------------------------------------------- themselves


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_one(name):
    """Of the dialect that it names, under a name of its own."""
    schema = DOCUMENTS[name]
    Draft202012Validator.check_schema(schema)

    assert schemas.DIALECT == schema["$schema"]
    assert (f"urn:ratecards:v1:{name}", f"{name}.json") == (schema["$id"], schema["title"])


def objects(schema: object) -> Iterator[dict[str, Any]]:
    """Every object that a schema describes."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_passes_undescribed(name):
    """Every object has named fields and no others, or names of a shape and values of one kind."""
    for found in objects(DOCUMENTS[name]):
        closed = found.get("additionalProperties") is False
        assert closed or isinstance(found["additionalProperties"], dict)
        assert closed or "propertyNames" in found
        assert set(found.get("required", ())) <= set(found.get("properties", ()))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_published_files(name):
    """What stands in the repository is what its schema says."""
    path = ROOT / "ratecards" / "v1" / f"{name}.json"

    assert [] == wrong(VALIDATORS[name], json.loads(path.read_text(encoding="utf-8")))
    assert schemas.files()[schemas.path_of(name)] == (path.parent / schemas.path_of(name)).read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------- from the model


def test_enumerations_are_the_model_s():
    """A word that the model learns is one that the schema takes."""
    properties = RATE.schema["properties"]
    enums = {name: schema["enum"] for name, schema in properties.items() if "enum" in schema}

    assert {name: [v for v in values if v] for name, values in model.ENUMS.items()} == enums
    assert list(KINDS) == CHANGE.schema["properties"]["kind"]["enum"]
    assert list(COLUMNS) == list(properties)
    assert {"waiting", *ENTRY.schema["properties"]["state"]["enum"]} == set(ledger.STATES)


def test_fields_are_the_model_s():
    """Each field of what is published has its place, and none has one that is not."""
    limits_ = DOCUMENTS["limits"]["properties"]["limits"]["items"]["properties"]

    assert {f.name for f in fields(Discrepancy)} | {"ratio"} == set(ENTRY.schema["properties"])
    assert {f.name for f in fields(Side)} == set(DOCUMENTS["discrepancies"]["$defs"]["side"]["properties"])
    assert {f.name for f in fields(LimitsCard)} == set(limits_)
    for name, kind in {"usage_tiers": UsageTier, "batch_limits": BatchLimit, "figures": Figure}.items():
        assert {f.name for f in fields(kind)} == set(limits_[name]["items"]["properties"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.rates())
def test_every_rate_that_may_be_published(found):
    """Whatever the model allows, the schema takes, in the table as in a change or a step."""
    from dataclasses import replace

    assert [] == model.validate_rate(found)
    assert [] == wrong(RATE, v1_files._row(found))
    new = replace(found, plan="free" if found.plan == "paid" else "paid", context="")
    for kind, old in (("rate_added", None), ("relabelled", new)):
        moved = change(kind, old=old, new=found)
        moved = replace(moved, stamp=replace(moved.stamp, capture=shelves.CAPTURE))
        assert [] == wrong(CHANGE, v1_files.change_data(moved))
    assert [] == wrong(STEP, v1_files.step_data(Step(DAY, new, found)))
    assert [] == wrong(STEP, v1_files.step_data(Step(DAY, None, found)))


BAD_AMOUNTS = ("", "1.50", "01", ".5", "1.", "-1", "+1", "1e3", "1,000", "0.10", " 1", "NaN", "$1", "٣")
BAD_RATES = [
    *({"price": amount} for amount in BAD_AMOUNTS),
    {"price": 1.25},
    {"price": None},
    {"currency": None},
    {"currency": "usd"},
    {"currency": "US"},
    {"availability": "supported"},
    {"availability": "free"},
    {"availability": "unknown"},
    {"availability": None},
    {"service_tier": "express"},
    {"service_tier": ""},
    {"plan": None},
    {"meter": "inputs"},
    {"modality": ""},
    {"modality": "smell"},
    {"unit": "1M tokens"},
    {"unit": "1 tokens"},
    {"unit": "1000000 tokens "},
    {"model": "Gemini 2.5"},
    {"model": "../x"},
    {"model": None},
    {"provider": "Google"},
    {"prompt_up_to": 200_000},
    {"prompt_up_to": "200k"},
    {"prompt_up_to": "-1"},
    {"effective_from": "2026-13-01"},
    {"effective_from": "2026-1-1"},
    {"effective_from": "01.01.2026"},
    {"effective_until": ""},
    {"quote": ""},
    {"basis": "guess"},
    {"tier": "standard"},
]


@pytest.mark.parametrize("bad", BAD_RATES, ids=str)
def test_a_rate_that_may_not_be_published(bad):
    """A field wrong, missing, or unknown: one such row and the file is refused."""
    good = v1_files._row(rate("1.25", prompt_up_to=200_000))
    assert [] == wrong(RATE, good)
    broken = {name: value for name, value in {**good, **bad}.items() if value is not None}

    assert [] != wrong(RATE, broken)
    document = {"version": 1, "attribution": "x", "sources": {}, "rates": [good, broken]}
    assert [] != wrong(VALIDATORS["rates"], document)
    assert [] == wrong(VALIDATORS["rates"], {**document, "rates": [good]})


def test_free_is_zero_and_nothing_else():
    """A free rate with a price, or a row without one that has a currency, is none."""
    free = v1_files._row(rate("0", plan="free", availability="free"))
    gone = v1_files._row(rate(None))

    assert [] == wrong(RATE, free) == wrong(RATE, gone)
    assert [] != wrong(RATE, {**free, "price": "0.1"})
    assert [] != wrong(RATE, {**gone, "currency": "USD"})
    assert [] != wrong(RATE, {**gone, "price": "0"})


BAD_CHANGES = [
    {"kind": "moved"},
    {"observed": "yesterday"},
    {"observed": None},
    {"recorded": "2026-11-01"},
    {"recorded": "2026-11-01T12:00:00+01:00"},
    {"recorded": "2026-11-01T24:00:00Z"},
    {"capture": "sha256:0"},
    {"correction": False},
    {"announced": "yes"},
    {"ratio": 0.8},
    {"new": {"price": "1"}},
    {"fields": [["name", "a"]]},
    {"fields": [["colour", "a", "b"]]},
    {"fields": [["name", "a", "b", "c"]]},
]


@pytest.mark.parametrize("bad", BAD_CHANGES, ids=str)
def test_a_change_that_may_not_be_published(bad):
    """Its kind, its days, its page and its sides are of one shape."""
    one = change("repriced", old=rate("0.5"), new=rate("0.4"))
    good = {**v1_files.change_data(one), "capture": shelves.CAPTURE}

    assert [] == wrong(CHANGE, good)
    assert [] != wrong(CHANGE, {n: v for n, v in {**good, **bad}.items() if v is not None})


def test_the_kinds_of_changes():
    """Every kind, whole cards and their metadata included, in the words that the comparison gives them."""
    from dataclasses import replace

    from scraper.diff.editions import field_changes

    old = card(rate("1"), notices=("__a__", "b.\nc"), formulas=(formula(),), facts=(("as of", "x"),))
    new = card(rate("1"), name="New", aliases=("other",), used_to_improve=(("free", "yes"),))
    found = [
        change("model_added", card=old),
        change("model_removed"),
        change("model_renamed", previous_id="old"),
        change("card_changed", card=new, fields=field_changes(old, new)),
        change("kept", kept=(rate("1"),)),
        change(
            "stepped", old=rate("1", effective_until=date(2026, 12, 31)), new=rate("2", effective_from=date(2027, 1, 1))
        ),
        change("redated", old=rate("1"), new=rate("1", effective_from=DAY)),
    ]
    found = [replace(c, stamp=replace(c.stamp, capture=shelves.CAPTURE, correction=True)) for c in found]
    document = {"version": 1, "changes": [v1_files.change_data(c) for c in found]}

    assert 6 <= len(found[3].fields)
    assert [] == wrong(VALIDATORS["changes"], document)


sides = st.builds(
    Side,
    source=st.sampled_from(("google/gemini-api", "openai/openai-api")),
    price=st.one_of(st.none(), strategies.prices),
    currency=st.sampled_from(("", "USD")),
    unit=st.sampled_from(("", "1 image", "1000 queries per another period")),
    availability=st.sampled_from(model.AVAILABILITIES),
    quote=strategies.words,
    locator=strategies.words,
    observed=strategies.days,
)


@settings(max_examples=30)
@given(
    st.builds(
        Discrepancy,
        id=st.from_regex(r"[0-9a-f]{10}", fullmatch=True),
        kind=st.sampled_from(("between", "within")),
        rule=strategies.names,
        model=strategies.models,
        service_tier=st.sampled_from(model.SERVICE_TIERS),
        plan=st.sampled_from(model.PLANS),
        meter=st.sampled_from(model.METERS),
        modalities=st.lists(st.sampled_from(model.MODALITIES[1:])).map(tuple),
        conditions=strategies.words,
        left=sides,
        right=sides,
        first_seen=strategies.days,
        last_seen=strategies.days,
        state=st.sampled_from([s for s in ledger.STATES if s != "waiting"]),
        because=strategies.words,
        closed_on=st.one_of(st.none(), strategies.days),
        moved=strategies.words,
        recommended=strategies.words,
        conservative=strategies.words,
    )
)
def test_every_discrepancy(entry):
    """Whatever an entry may say, and no entry that only waits."""
    assert [] == wrong(ENTRY, ledger.data(entry))
    assert [] != wrong(ENTRY, {**ledger.data(entry), "state": "waiting"})


def test_limits():
    """A card with and without figures; a day that is missing is an error."""
    text = (ROOT / "ratecards" / "cards" / "google" / "rate-limits" / "limits.yaml").read_text(encoding="utf-8")
    found = json_data([FORM.decode(text, "limits.yaml")])

    assert [] == wrong(VALIDATORS["limits"], found) == wrong(VALIDATORS["limits"], json_data([]))
    del found["limits"][0]["observed"]
    assert 1 == len(wrong(VALIDATORS["limits"], found))


def test_every_outcome_has_its_place_in_the_status():
    """The words of state files, and nothing for a source that was never looked at."""
    for outcome in schemas.OUTCOMES:
        state = shelves.state(["flash"], outcome=outcome)
        assert [] == wrong(VALIDATORS["status"], json.loads(v1_files.status({"google/gemini-api": state}, {})))


def test_patterns_are_closed_at_both_ends():
    """A pattern of Python's becomes one that every dialect reads the same."""
    assert "^(?:[A-Z]{3})$" == schemas.matching(model.CURRENCY)["pattern"]
    assert "^(?:a|b)$" == schemas.matching("a|b")["pattern"]
    assert not [s for doc in DOCUMENTS.values() for s in json.dumps(doc).split('"') if s.endswith("\\\\Z")]
