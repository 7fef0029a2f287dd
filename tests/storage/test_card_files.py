"""Cards as files: the text, and that nothing but such a text is read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ratecards.storage.codec import CodecError, dumps, formula_data, rate_data
from scraper.storage.card_files import card_from, decode, encode, flow, word
from tests.support.kit import card, formula, rate

TEXT = """\
schema: 1
provider: google
source: gemini-api
model: flash
name: "Flash"
url: "https://example.test/pricing"
anchor: flash
observed: "2026-11-01"
capture: "sha256:0"
last_updated: "2026-10-30"
parser: "1"
aliases:
- flash-latest
used_to_improve: {free: "Yes", paid: "No"}
facts:
  context window: "1M"
  "no": "1.10"
notices:
- "Preview: may change."
formulas:
- {quote: "An image takes 1290 tokens.", unit: "1 image", tokens: 1290}
- {quote: "or $0.039 per image", meter: output, unit: "1 image", amount: "0.039", currency: "USD"}
rates:
- service_tier: standard
  plan: paid
  meter: input
  locator: "flash / Standard / Input price"
  rates:
  - {prompt_up_to: 200000, price: "0.5", currency: "USD", unit: "1000000 tokens", quote: "$0.5"}
  - {prompt_over: 200000, price: "1", currency: "USD", unit: "1000000 tokens", quote: "$1"}
- service_tier: standard
  plan: paid
  meter: output
  locator: there
  rates:
  - {availability: not_available, unit: "", quote: ""}
- service_tier: standard
  plan: free
  meter: input
  locator: "flash / Standard / Input price"
  rates:
  - {used_up_to: 1500, period: day, availability: free, price: "0", currency: "USD", unit: "1000000 tokens", \
quote: "Free", capture: "sha256:9", observed: "2026-10-01"}
""".replace("  context window:", '  "context window":')
CARD = card(
    rate(prompt_up_to=200_000),
    rate("1", prompt_over=200_000),
    rate(None, meter="output", unit="", quote="", locator="there"),
    rate(
        "0",
        plan="free",
        availability="free",
        used_up_to=1500,
        period="day",
        quote="Free",
        capture="sha256:9",
        observed=date(2026, 10, 1),
    ),
    anchor="flash",
    last_updated=date(2026, 10, 30),
    aliases=("flash-latest",),
    used_to_improve=(("free", "Yes"), ("paid", "No")),
    facts=(("context window", "1M"), ("no", "1.10")),
    notices=("Preview: may change.",),
    formulas=(
        formula(),
        formula(quote="or $0.039 per image", meter="output", tokens=None, amount=Decimal("0.0390"), currency="USD"),
    ),
)


def test_a_card_as_people_read_it():
    """A head, then one group per cell of the page and one rate per line; amounts are quoted."""
    assert TEXT == encode(CARD)


def test_a_card_is_read_back():
    """Every field, evidence included."""
    found = decode(TEXT, "flash.yaml")

    assert CARD == found
    assert [r.evidence for r in CARD.rates] == [r.evidence for r in found.rates]


def test_a_card_without_anything_beside_its_head():
    """No rates is said, not left out."""
    bare = encode(card())

    assert "rates: []" == bare.splitlines()[-1]
    assert card() == decode(bare, "flash.yaml")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain-word_1", "plain-word_1"),
        ("no", '"no"'),
        ("null", '"null"'),
        ("1.10", '"1.10"'),
        ("", '""'),
        ("Two words", '"Two words"'),
        ('say "x" \\ y', '"say \\"x\\" \\\\ y"'),
        ("a\nb\tc\0", '"a\\nb\\tc\\u0000"'),
        ("\x7f\x85\u2028\ufeff\uffff", '"\\u007f\\u0085\\u2028\\ufeff\\uffff"'),
        ("\u202e$1\u2066\u200b\xad", '"\\u202e$1\\u2066\\u200b\\u00ad"'),
        ("\U000e0041", '"\\U000e0041"'),
        ("é 𝟙 ＄", '"é 𝟙 ＄"'),
        (Decimal("0.50"), '"0.5"'),
        (200_000, "200000"),
        (True, "true"),
        (None, "null"),
        (date(2026, 1, 2), '"2026-01-02"'),
    ],
)
def test_scalars(value, expected):
    """Plain only where YAML cannot guess; what a reviewer would not see is escaped."""
    assert expected == word(value)


def test_a_mapping_on_one_line():
    """Names are scalars, too."""
    assert '{a: "1", "b: c": "no"}' == flow([("a", "1"), ("b: c", "no")])


def test_json_shows_what_is_invisible():
    """Valid JSON that says the same, on one line, with no character that cannot be seen."""
    hostile = {"q": '\u202e}]\n"\u2028\U000e0041\ud800 é'}
    text = dumps(hostile)

    assert hostile == json.loads(text)
    assert '{"q": "\\u202e}]\\n\\"\\u2028\\udb40\\udc41\\ud800 é"}' == text


def edit(old: str, new: str) -> str:
    """The text with one thing changed."""
    assert 1 == TEXT.count(old), old
    return TEXT.replace(old, new)


LINE = '  - {prompt_up_to: 200000, price: "0.5", currency: "USD", unit: "1000000 tokens", quote: "$0.5"}\n'
DAMAGED = {
    "truncated head": (TEXT[: TEXT.index("capture")], "not a card of schema 1: 'rates'"),
    "truncated rate": (TEXT[: TEXT.index("prompt_over")], "not YAML: "),
    "truncated group": (TEXT[: TEXT.index(LINE)], "'' must be quoted"),
    "merge markers": (edit(LINE, f"<<<<<<< ours\n{LINE}=======\n{LINE}>>>>>>> theirs\n"), "not YAML: "),
    "empty": ("", "empty, expected a mapping"),
    "list": ("- schema: 1\n", "expected a mapping, saw list"),
    "no schema": (edit("schema: 1\n", ""), "expected schema 1, saw None"),
    "newer schema": (edit("schema: 1", "schema: 2"), "expected schema 1, saw 2"),
    "schema in words": (edit("schema: 1", 'schema: "1"'), "expected schema 1, saw '1'"),
    "schema true": (edit("schema: 1", "schema: true"), "expected schema 1, saw True"),
    "unknown field": (edit("anchor: flash", "tier: flash"), "unexpected keyword argument 'tier'"),
    "missing field": (edit('parser: "1"\n', ""), "missing 1 required keyword-only argument: 'parser'"),
    "twice": (edit("anchor: flash\n", "anchor: flash\nanchor: pro\n"), "the key 'anchor' stands twice"),
    "number as name": (edit('name: "Flash"', "name: 5"), "name must be a string, saw 5"),
    "number as anchor": (edit("anchor: flash", "anchor: 5"), "anchor must be a string, saw 5"),
    "number as owner": (edit("provider: google", "provider: 5"), "provider must be a string, saw 5"),
    "number as id": (edit("model: flash", "model: 5"), "not a card of schema 1: expected string"),
    "id": (edit("model: flash", 'model: "../flash"'), "model '../flash' is not an id"),
    "no capture": (edit('"sha256:0"', '""'), "expected a model id, capture and parser, saw 'flash'"),
    "date": (edit('"2026-11-01"', '"2026-11-31"'), "observed must be an ISO date, saw '2026-11-31'"),
    "short date": (edit('"2026-11-01"', '"20261101"'), "observed must be an ISO date, saw '20261101'"),
    "date as number": (edit('"2026-11-01"', "20261101"), "observed must be an ISO date, saw 20261101"),
    "no date": (edit('"2026-10-30"', "null"), "last_updated must be an ISO date, saw None"),
    "alias": (edit("aliases:\n- flash-latest", "aliases: flash"), "aliases must be a list, saw 'flash'"),
    "alias number": (edit("- flash-latest", "- 5"), "aliases must be a string, saw 5"),
    "notice": (edit('- "Preview: may change."', "- {a: b}"), "notices must be a string, saw {'a': 'b'}"),
    "fact": (edit('"1.10"', "5"), "facts must be a string, saw 5"),
    "fact name": (edit('"no": ', "5: "), "facts must be a string, saw 5"),
    "facts": (edit('{free: "Yes", paid: "No"}', "[free]"), "used_to_improve must be a mapping, saw ['free']"),
    "formula": (edit('- {quote: "An image takes 1290 tokens.", unit: "1 image", tokens: 1290}', "- x"), "not a card"),
    "formula unit": (edit('unit: "1 image", tokens', 'unit: "image", tokens'), "a formula note needs a quote, and a"),
    "formula quote": (edit('"An image takes 1290 tokens."', '""'), "a formula note needs a quote"),
    "formula tokens": (edit("tokens: 1290", 'tokens: "1290"'), "tokens must be a whole number, saw '1290'"),
    "formula amount": (edit('amount: "0.039"', 'amount: ".039"'), "'.039' is not an amount in plain notation"),
    "rates as word": (TEXT[: TEXT.index("rates:\n")] + "rates: x\n", "unknown field x in a group"),
    "group field": (edit("  locator: there", "  locator: there\n  context: x"), "unknown field context in a group"),
    "group without": (edit("  locator: there\n", ""), "not a card of schema 1: 'locator'"),
    "line as word": (edit(LINE, "  - x\n"), "not a card of schema 1"),
    "line field": (edit("{prompt_up_to", "{tokens: 5, prompt_up_to"), "unknown field tokens of a rate"),
    "other model": (edit("{prompt_up_to", "{model: pro, prompt_up_to"), "unknown field model of a rate"),
    "other tier": (edit("{prompt_up_to", "{service_tier: batch, prompt_up_to"), "service_tier of a rate that its grou"),
    "no quote": (edit('"1000000 tokens", quote: "$0.5"}', '"1000000 tokens"}'), "missing 1 required positional arg"),
    "bare price": (edit('price: "0.5"', "price: 5"), "price must be a quoted string, saw 5"),
    "float price": (edit('price: "0.5"', "price: 0.5"), "'0.5' must be quoted"),
    "exponent": (edit('price: "0.5"', 'price: "5e-1"'), "'5e-1' is not an amount in plain notation"),
    "comma": (edit('price: "0.5"', 'price: "0,5"'), "'0,5' is not an amount in plain notation"),
    "leading zero": (edit('price: "0.5"', 'price: "00.5"'), "'00.5' is not an amount in plain notation"),
    "negative": (edit('price: "0.5"', 'price: "-0.5"'), "'-0.5' is not an amount in plain notation"),
    "nan": (edit('price: "0.5"', 'price: "NaN"'), "'NaN' is not an amount in plain notation"),
    "price line": (edit('price: "0.5"', 'price: "0.5\\n"'), "'0.5\\n' is not an amount in plain notation"),
    "arabic digits": (edit('price: "0.5"', 'price: "٥"'), "'٥' is not an amount in plain notation"),
    "bound": (edit("prompt_up_to: 200000", 'prompt_up_to: "200000"'), "prompt_up_to must be a whole number"),
    "negative bound": (edit("prompt_up_to: 200000", "prompt_up_to: -1"), "prompt_up_to must be a whole number"),
    "true bound": (edit("prompt_up_to: 200000", "prompt_up_to: true"), "prompt_up_to must be a whole number"),
    "tier": (edit("service_tier: standard\n  plan: free", "service_tier: turbo\n  plan: free"), "service_tier 'turbo'"),
    "currency": (edit('currency: "USD", unit: "1000000 tokens", quote: "$1"', 'quote: "$1"'), "currency '' is not an"),
    "availability": (edit("availability: not_available", "availability: gone"), "availability 'gone' is not one of"),
    "one key twice": (edit("{prompt_over: 200000, ", "{prompt_up_to: 200000, "), "two rates with one key"),
    "half a character": (edit('name: "Flash"', 'name: "\\ud83d"'), "not YAML: "),
}


@pytest.mark.parametrize(("text", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_nothing_else_is_read(text, expected):
    """What this version does not write is refused, in one line that names the file and what was seen."""
    with pytest.raises(CodecError) as raised:
        decode(text, "cards/flash.yaml")

    assert expected in str(raised.value)
    assert str(raised.value).startswith("cards/flash.yaml:")


UNWRITABLE = {
    "rate": (card(rate("-1")), "price -1 is not a non-negative decimal"),
    "tier": (replace(card(), rates=(rate(service_tier="turbo"),)), "service_tier 'turbo' is not one of"),
    "nan": (card(rate("NaN")), "price NaN is not"),
    "two": (card(rate(), rate("2")), "two rates with one key"),
    "other model": (replace(card(), rates=(rate(model="pro"),)), "a rate of google/gemini-api pro"),
    "other source": (card(rate(source="vertex-ai")), "a rate of google/vertex-ai flash"),
    "id": (card(model="../flash"), "expected a model id, capture and parser, saw '../flash'"),
    "capture": (card(capture=""), "expected a model id, capture and parser"),
    "parser": (card(parser=""), "expected a model id, capture and parser"),
    "formula": (card(formulas=(formula(unit=""),)), "a formula note needs a quote, and a unit"),
    "fact": (card(facts=(("a", "1"), ("a", "2"))), "a fact stands twice"),
    "half a character": (card(rate(quote="\ud83d")), "quote holds half a character: '\\ud83d'"),
    "no string": (card(name=5), "name must be a string, saw 5"),
}


@pytest.mark.parametrize(("broken", "expected"), UNWRITABLE.values(), ids=UNWRITABLE)
def test_nothing_is_written_that_could_not_be_read(broken, expected):
    """The check on writing is the check on reading."""
    with pytest.raises(CodecError) as raised:
        encode(broken)

    assert expected in str(raised.value)
    assert str(raised.value).startswith("google/gemini-api/")


def test_a_card_from_plain_data():
    """The mapping of a file without its schema is a card; the caller's mapping stays as it was."""
    data = {"provider": "google", "source": "gemini-api", "model": "flash", "name": "Flash", "url": "u"}
    data |= {"observed": "2026-11-01", "capture": "sha256:0", "parser": "1", "rates": []}
    before = dict(data)

    assert card(url="u") == card_from(data, "here")
    assert before == data


def test_a_rate_as_plain_data():
    """No empty field but unit, quote and locator, which may be empty and mean it."""
    assert {
        "service_tier": "standard",
        "plan": "paid",
        "meter": "input",
        "basis": "list",
        "availability": "not_available",
        "unit": "",
        "quote": "",
        "locator": "here",
    } == rate_data(rate(None, unit="", quote="", locator="here"))
    assert {
        "price": "0.5",
        "prompt_over": 200_000,
        "observed": "2026-10-01",
        "capture": "sha256:9",
    }.items() <= rate_data(rate("0.50", prompt_over=200_000, observed=date(2026, 10, 1), capture="sha256:9")).items()


def test_a_formula_as_plain_data():
    """Amounts are text, counts are numbers."""
    note = formula(tokens=0, amount=Decimal("0.10"), currency="USD")

    assert {"quote": note.quote, "unit": "1 image", "tokens": 0, "amount": "0.1", "currency": "USD"} == formula_data(
        note
    )
