"""AI Studio's ListModels: own cases, bad bodies, both ways into a HAR, and the capture when there is one."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Iterator
from datetime import date

import pytest

from ratecards.model import Rate, plain, validate_rate
from scraper.errors import LayoutChanged
from scraper.model import Provenance, Reading, cards
from scraper.sources import ai_studio
from scraper.storage import card_files
from tests.support.ai_studio_body import RPC, Printed, body, dump, har, load, records


def line(rate: Rate) -> str:
    """A rate in one line."""
    bounds = [f"up to {rate.prompt_up_to}"] if rate.prompt_up_to else []
    bounds += [f"over {rate.prompt_over}"] if rate.prompt_over else []
    words = [rate.model, rate.meter, rate.modality, rate.unit, *bounds]
    free = "" if rate.availability == "priced" else f" {rate.availability}"
    return f"{' '.join(word for word in words if word)}: {plain(rate.price)} {rate.currency}{free}"


def lines(reading: Reading) -> list[str]:
    return [line(r) for d in reading.drafts() for r in d.rates]


def facts_of(reading: Reading, model: str) -> dict[str, str]:
    return dict(next(d for s in reading.sections for d in s.cards if d.model == model).facts)


@pytest.mark.parametrize("shape", [body, lambda r: dump([r]), dump, lambda r: "\ufeff" + dump(r)])
def test_shapes(shape):
    """The live body with and without its guard, and the bare list of the capture, say the same."""
    assert lines(ai_studio.read(body(records()))) == lines(ai_studio.read(shape(records())))


def test_every_amount_is_claimed():
    """Seen equals read where every label is known; a label that is not leaves its amounts unclaimed."""
    good, bad = ai_studio.read(body(records())).amounts, ai_studio.read(body(records("unknown-label"))).amounts

    assert (15, 15, 0) == (good.seen, good.read, good.unclaimed)
    assert (5, 3, 2) == (bad.seen, bad.read, bad.unclaimed)


def test_a_record_whose_prices_were_cut_out():
    """Everything behind moves by one: what then stands there is nothing, which is not the same as no price."""
    recs = records()
    del recs[1][38]

    with pytest.raises(
        LayoutChanged, match=r"models/gemini-flash-latest\[38\]: expected prices and picker text, saw null"
    ):
        ai_studio.read(body(recs))


def test_a_record_without_a_price_is_listed():
    """No price is not lost: the model has its card, with facts and no rates, and the reading says so."""
    reading = ai_studio.read(body(records()))

    assert [
        "8 records: 7 with a price, 1 without",
        "gemini-robotics-er-2.9-preview is listed without a price",
    ] == reading.notes
    assert [()] == [d.rates for d in reading.drafts() if d.model == "gemini-robotics-er-2.9-preview"]


def test_facts():
    """Limits, badge, cutoff, replaced ids and what an alias points to stand on the card."""
    reading = ai_studio.read(body(records()))

    assert {
        "input token limit": "1048576",
        "output token limit": "65536",
        "paid badge": "no",
        "knowledge cutoff": "2025-01-02",
        "replaces": "gemini-2.9-pro-preview, gemini-exp-0101",
    } == facts_of(reading, "gemini-2.9-pro")
    assert "gemini-2.9-flash-preview-09-2025" == facts_of(reading, "gemini-flash-latest")["points to"]
    assert "yes" == facts_of(reading, "imagen-5.0-generate-001")["paid badge"]
    assert "points to" not in facts_of(reading, "gemini-2.9-flash-image")


def test_aliases():
    """The alias map holds the ids that point to another, and no others."""
    assert {"gemini-flash-latest": "gemini-2.9-flash-preview-09-2025"} == ai_studio.aliases(
        ai_studio.read(body(records()))
    )


def test_evidence():
    """The quote is the price element as the body prints it, the locator its position."""
    rates = [r for d in ai_studio.read(body(records())).drafts() for r in d.rates]

    assert ("[200000,null,1.25]", "models/gemini-2.9-pro / 38 / 0 / input[0]") == (
        rates[0].evidence.quote,
        rates[0].evidence.locator,
    )
    assert '[null,1,0.039,null,"Image (*Output per image)"]' == rates[9].evidence.quote
    assert "[null,1,1.5e-1]" == rates[12].evidence.quote


def test_rates_and_cards_are_publishable():
    """Every rate is a row of the table, and every card survives its file."""
    reading = ai_studio.read(body(records()))
    capture = Provenance(RPC, "0" * 64, date(2026, 2, 14), None, ai_studio.PARSER)

    found = cards(reading, capture, ai_studio.PROVIDER, ai_studio.SOURCE)
    assert [] == [words for card in found.values() for rate in card.rates for words in validate_rate(rate)]
    assert list(found.values()) == [card_files.decode(card_files.encode(card), "a card") for card in found.values()]


def test_vocabulary_is_offered():
    """Addresses and renames come from the vocabulary."""
    assert {"json": RPC} == ai_studio.urls()
    assert {} == ai_studio.renames()


def test_fingerprint():
    """Guard and blanks do not change it; a price does; what is not JSON is itself."""
    recs = records()
    other = copy.deepcopy(recs)
    other[0][38][0][0][0][0][2] = Printed("1.3")

    assert ai_studio.fingerprint(dump([recs])) == ai_studio.fingerprint(
        ")]}'\n\n " + json.dumps(json.loads(dump([recs])), indent=1).replace("1.5e-1", "x").replace("0.15", "1.5e-1")
    )
    assert ai_studio.fingerprint(body(recs)) != ai_studio.fingerprint(body(other))
    assert "<html>" == ai_studio.fingerprint("<html>")


# ------------------------------------------------------------------------------------------- bad bodies


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ("", "empty body"),
        (" \n", "empty body"),
        ("[]", "expected a list of models, saw an empty list"),
        ("[[]]", "expected a list of models, saw an empty list"),
        (")]}'\n[[]]", "expected a list of models, saw an empty list"),
        ("{}", "expected a list of models, saw {}"),
        ('{"models": 3}', 'expected a list of models, saw {"models":3}'),
        ("7", "expected a list of models, saw 7"),
        ('[["models/a-1"', "expected JSON to its end"),
        ("[" * 100_000, "expected JSON to its end"),
        ("<!doctype html><title>Sorry\n 500</title>", "saw a page (title 'Sorry 500')"),
        ("<p>", "saw a page (title '')"),
        ('[[["models/a-1"]],null,"next"]', "is there a next page?"),
        ('["a-1", 2]', "record[0]: expected a list that begins with models/<id>"),
    ],
)
def test_not_the_response(bad, expected):
    """What is not the response is refused, and the message says what arrived."""
    with pytest.raises(LayoutChanged, match=re.escape(expected)):
        ai_studio.read(bad)


@pytest.mark.parametrize(
    "bad",
    [
        '<!doctype html><html><head><title>Sign in - Google Accounts</title></head><a href="https://accounts.google.com/v3/signin">',
        '[,"Request had invalid authentication credentials."]',
        ')]}\'\n[,[16,"Request is missing required authentication credential."]]',
        '[null,"x"]',
        '[16,"UNAUTHENTICATED"]',
        '[401,"x"]',
        '[[7,"The caller does not have permission"]]',
        '{"error": {"code": 401, "message": "x", "status": "UNAUTHENTICATED"}}',
        '{"error": {"code": 403, "message": "x"}}',
    ],
)
def test_expired_sign_in(bad):
    """Every way in which Google asks for a sign-in is told from a change of the layout."""
    with pytest.raises(LayoutChanged, match=r"\Aexpired sign-in"):
        ai_studio.read(bad)


def test_words_of_a_sign_in_inside_records_do_not_matter():
    """A description that speaks of accounts.google.com is no sign-in page."""
    recs = records()
    recs[0][4] = "See accounts.google.com: UNAUTHENTICATED"

    assert lines(ai_studio.read(body(records()))) == lines(ai_studio.read(body(recs)))


PRO, IMAGE = 0, 2  # in the case "live"
ROW = (38, 0, 0, 0, 0)


def changed(at: int, path: tuple[int, ...], value: object) -> str:
    recs = records()
    target = recs[at]
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return body(recs)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ((0,), "gemini-2.9-pro", "record[0]: expected a list that begins with models/<id>"),
        ((0,), "models/../x", "record[0]: expected a list that begins with models/<id>"),
        ((0,), 5, "record[0]: expected a list that begins with models/<id>"),
        ((3,), None, "models/gemini-2.9-pro[3]: expected a display name, saw null"),
        ((4,), 3, "models/gemini-2.9-pro[4]: expected a description, saw 3"),
        ((5,), True, "models/gemini-2.9-pro[5]: expected a token limit, saw true"),
        ((5,), "1048576", 'models/gemini-2.9-pro[5]: expected a token limit, saw "1048576"'),
        ((6,), 0.5, "models/gemini-2.9-pro[6]: expected a token limit, saw 0.5"),
        ((6,), None, "models/gemini-2.9-pro[6]: expected a token limit, saw null"),
        ((7,), None, "models/gemini-2.9-pro[7]: expected methods, saw null"),
        ((7,), [1], "models/gemini-2.9-pro[7]: expected methods, saw [1]"),
        ((37,), [[1]], "models/gemini-2.9-pro[37]: expected nothing, saw [[1]]"),
        ((39,), [[1]], "models/gemini-2.9-pro[39]: expected nothing, saw [[1]]"),
        ((38,), 1.25, "models/gemini-2.9-pro[38]: expected prices and picker text, saw 1.25"),
        ((38, 0), "x", 'models/gemini-2.9-pro[38][0]: expected prices, saw "x"'),
        ((38, 1), [1], "models/gemini-2.9-pro[38][1]: expected nothing, saw [1]"),
        ((38, 8), ["x", 1], ""),
        ((38, 8), "x", 'models/gemini-2.9-pro[38][8]: expected an id with its dates, saw "x"'),
        ((38, 8), [7], "models/gemini-2.9-pro[38][8]: expected an id with its dates, saw [7]"),
        ((38, 0), [], "models/gemini-2.9-pro / 38 / 0: expected input and output, saw []"),
        ((38, 0), [None, None], "models/gemini-2.9-pro / 38 / 0: expected a price, saw [null,null]"),
        ((38, 0), [None, None, None], "expected input and output, saw [null,null,null]"),
        ((38, 0, 0), 1.25, "models/gemini-2.9-pro / 38 / 0 / input: expected rows, saw 1.25"),
        ((38, 0, 0), [], "models/gemini-2.9-pro / 38 / 0 / input: expected rows, saw []"),
        ((38, 0, 0), [[]], "models/gemini-2.9-pro / 38 / 0 / input: expected rows, saw [[]]"),
        ((38, 0, 0), [None], "models/gemini-2.9-pro / 38 / 0 / input: expected rows, saw [null]"),
        ((38, 0, 0), [[[None, 1, 2]], []], "models/gemini-2.9-pro / 38 / 0 / input: expected rows"),
        (ROW, [200000, None], "input[0]: expected [limit, open, price, ?, label], saw [200000,null]"),
        (ROW, [200000, None, 1, None, None, None], "expected [limit, open, price, ?, label]"),
        (ROW, 1.25, "input[0]: expected [limit, open, price, ?, label], saw 1.25"),
        ((*ROW, 0), True, "input[0]: expected a limit, or 1 for none"),
        ((*ROW, 0), 0, "input[0]: expected a limit, or 1 for none"),
        ((*ROW, 0), -200000, "input[0]: expected a limit, or 1 for none"),
        ((*ROW, 0), None, "input[0]: expected a limit, or 1 for none"),
        ((*ROW, 1), 1, "input[0]: expected a limit, or 1 for none, saw [200000,1,1.25]"),
        ((*ROW, 1), True, "input[0]: expected a limit, or 1 for none"),
        ((*ROW, 2), "1.25", 'input[0]: expected a price as a number, saw [200000,null,"1.25"]'),
        ((*ROW, 2), True, "input[0]: expected a price as a number, saw [200000,null,true]"),
        ((*ROW, 2), None, "input[0]: expected [limit, open, price, ?, label], saw [200000,null,null]"),
        ((*ROW, 2), -1.25, "input[0]: expected a price as a number"),
        ((*ROW, 2), float("nan"), "input[0]: expected a price as a number, saw [200000,null,NaN]"),
        ((*ROW, 2), float("inf"), "input[0]: expected a price as a number, saw [200000,null,Infinity]"),
        ((*ROW, 2), 10**6, "input[0]: expected a price as a number"),
        ((*ROW, 2), Printed("1e999"), "input[0]: expected a price as a number"),
        (ROW, [200000, None, 1.25, 2], "input[0]: expected 1 or nothing in the fourth position"),
        (ROW, [200000, None, 1.25, None, 7], "input[0]: expected a label in the fifth position"),
        (ROW, [None, 1, 1.25], "input: expected rising limits and an open end"),
        ((38, 0, 0, 0, 1), [200000, None, 2.5], "input: expected rising limits and an open end"),
        ((38, 0, 0, 0), [[9, None, 1], [8, None, 2], [None, 1, 3]], "input: expected rising limits and an open end"),
        ((56,), [["gemini-old", 1]], "models/gemini-2.9-pro[56]: expected ids that were replaced"),
        ((56,), 3, "models/gemini-2.9-pro[56]: expected ids that were replaced, saw 3"),
    ],
)
def test_positions_are_proved(path, value, expected):
    """A value of the wrong kind, or in the wrong place, refuses the whole response; the message shows the place."""
    if not expected:
        assert lines(ai_studio.read(body(records()))) == lines(ai_studio.read(changed(PRO, path, value)))
        return
    with pytest.raises(LayoutChanged, match=re.escape(expected)):
        ai_studio.read(changed(PRO, path, value))


def test_a_subtitle_is_words():
    """Where aliases stand, anything but words is another position."""
    with pytest.raises(LayoutChanged, match=r"\[38\]\[14\]: expected words, saw 4"):
        ai_studio.read(changed(1, (38, 14), 4))


def test_a_badge_is_a_number():
    """Where the Paid badge stands, anything but a number is another position."""
    with pytest.raises(LayoutChanged, match=r"\[77\]: expected the Paid badge's number, saw \[2\]"):
        ai_studio.read(changed(3, (77,), [2]))


def test_all_wrong_records_are_counted():
    """The message counts the records that do not fit and shows the first of them."""
    recs = [[None, *r] for r in records()]
    with pytest.raises(
        LayoutChanged, match=r"8 of 8 records do not have the known positions: record\[0\]: .*record\[4\]"
    ):
        ai_studio.read(body(recs))


def test_no_price_anywhere():
    """Records of which none has a price are not a price list (they were moved, or taken out)."""
    with pytest.raises(LayoutChanged, match="saw 1 records and none with a price"):
        ai_studio.read(body([records()[5]]))


def test_a_record_may_be_cut_behind_its_methods():
    """Trailing nulls are cut: a record that ends before the prices has none."""
    reading = ai_studio.read(body([records()[PRO], records()[5][:8]]))

    assert "2 records: 1 with a price, 1 without" == reading.notes[0]


def test_an_unreadable_cutoff_is_no_fact():
    """Seconds of another shape give no day rather than a wrong one."""
    reading = ai_studio.read(changed(PRO, (38, 8, 3), ["soon"]))

    assert "knowledge cutoff" not in facts_of(reading, "gemini-2.9-pro")


@pytest.mark.parametrize(
    ("at", "path", "value", "expected"),
    [
        (6, (38, 0), [None, [[[None, 1, 0.15]]]], "prices of one side"),
        (1, (38, 0, 0, 0, 0), [None, 1, 1], "the fourth value stands on some rows only"),
        (2, (38, 0, 0, 0, 0), [None, 1, 0.3], "rows with and without a label on one side"),
        (
            3,
            (38, 0, 1, 0, 0),
            [None, 1, 0.04],
            "a price without a label, of a model that is not counted in tokens (predict)",
        ),
    ],
)
def test_doubts_hold_a_model_back(at, path, value, expected):
    """Rows that have their shape and do not go together are a problem of their model, and give no price."""
    reading = ai_studio.read(changed(at, path, value))
    model = records()[at][0]

    assert [(model, True)] == [(p.place, expected in p.message) for p in reading.problems]
    assert model[7:] not in {d.model for d in reading.drafts()}


def test_one_side_of_a_model_that_generates():
    """Prices of one side are input only for models without output; anywhere else they may be the output, shifted."""
    recs = records()
    del recs[3][38][0][0]
    reading = ai_studio.read(body(recs))

    assert ["models/imagen-5.0-generate-001: prices of one side: input alone, or output shifted into its place?"] == [
        str(p) for p in reading.problems
    ]
    assert not any(text.startswith("imagen") for text in lines(reading))


def test_an_unknown_badge_value():
    """A badge that is not the known number is a problem of its model, not a "no"."""
    reading = ai_studio.read(changed(3, (77,), 3))

    assert ["models/imagen-5.0-generate-001: unknown value 3 of the Paid badge"] == [str(p) for p in reading.problems]


def test_one_key_with_two_prices():
    """Two labels of one meaning with two prices are a conflict; with one price they are one rate."""
    twice = [[[None, 1, 1, None, "Image"], [None, 1, 2, None, "Image (*Output per image)"]]]
    same = [[[None, 1, 1, None, "Image"], [None, 1, 1, None, "Image (*Output per image)"]]]
    bad, good = (ai_studio.read(changed(IMAGE, (38, 0, 0), side)) for side in (twice, same))

    assert [("conflict", "models/gemini-2.9-flash-image / 38 / 0 / input[1]")] == [
        (p.kind, p.place) for p in bad.problems
    ]
    assert [] == good.problems
    assert 1 == sum(text.startswith("gemini-2.9-flash-image input") for text in lines(good))


def test_one_id_in_two_records():
    """An id that stands twice is a conflict in both records, even with the same prices."""
    reading = ai_studio.read(body([*records(), records()[PRO]]))

    assert [["conflict"], ["conflict"]] == [[p.kind for p in section.problems] for section in reading.unread]


# ---- shifted by one: never another price


def shifts(raw: list) -> Iterator[list]:
    """The list with one value too many, or one too few, at every position that has something behind it."""
    for at in range(len(raw)):
        for extra in (None, 0, 1, 2, 0.5, "", "Text", [], [None, 1, 9.5]):
            yield [*raw[:at], extra, *raw[at:]]
    for at in range(len(raw)):
        yield [*raw[:at], *raw[at + 1 :]]


PLACES = {
    "the record": (),
    "the prices": (38,),
    "the sides": (38, 0),
    "a row": ROW,
    "an output row": (38, 0, 1, 0, 0),
    "a second row": (38, 0, 1, 0, 1),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("at", [0, 1, 2, 3, 4, 6], ids=lambda at: load("live")["models"][at]["id"])
def test_shifted_by_one(at, place):
    """Whatever is inserted or lost, at whatever position: the response is refused, or its prices are the same."""
    raw, other, path = records()[at], records()[PRO], PLACES[place]
    right = set(lines(ai_studio.read(body([raw, other]))))
    inner = at_path(raw, path)
    for shifted in [] if inner is None else shifts(inner):
        target = [copy.deepcopy(raw)]
        at_path(target, (0, *path)[:-1])[(0, *path)[-1]] = shifted
        try:
            assert set(lines(ai_studio.read(body([*target, other])))) <= right
        except LayoutChanged:
            continue


def at_path(raw: object, path: tuple[int, ...]) -> object:
    for step in path:
        if raw is None or step >= len(raw):
            return None
        raw = raw[step]
    return raw


# ------------------------------------------------------------------------------------------------ HAR


def entry(text: str | None, *, url: str = RPC, method: str = "POST", status: int = 200, **content: str) -> dict:
    said = {"mimeType": "application/json+protobuf", **({} if text is None else {"text": text}), **content}
    headers = [
        {"name": "cookie", "value": "SID=secret-cookie"},
        {"name": "authorization", "value": "SAPISIDHASH secret"},
    ]
    return {
        "request": {"method": method, "url": url, "headers": headers},
        "response": {"status": status, "content": said},
    }


def test_har():
    """The one response is found among others, and is what was asked for."""
    found = ai_studio.from_har(
        har(entry("no", url="https://x.test/a.js"), entry(body(records())), entry("no", url=RPC + "s"))
    )

    assert body(records()) == found


def test_har_in_base64():
    """A body that the browser saved in base64 is decoded."""
    encoded = base64.b64encode(body(records()).encode()).decode()

    assert body(records()) == ai_studio.from_har("\ufeff" + har(entry(encoded, encoding="base64")))


def test_har_with_several_responses():
    """The last good one counts: not the preflight, not an older one, not a later refusal, not one without a body."""
    entries = [
        entry("x", method="OPTIONS"),
        entry("old"),
        entry("new"),
        entry("no", status=401),
        entry(None),
        entry(""),
    ]

    assert "new" == ai_studio.from_har(har(*entries))
    assert "no" == ai_studio.from_har(har(entries[3]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a HAR"),
        ("{secret", "expected a HAR"),
        ('{"log": []}', "expected a HAR"),
        ("[1]", "expected a HAR"),
        ("[" * 100_000, "expected a HAR"),
        ('{"log": {"entries": 3}}', "expected a ListModels response in the HAR, saw none"),
        (har(), "expected a ListModels response in the HAR, saw none"),
        (
            har(
                3,
                {},
                {"request": 1, "response": 2},
                {"request": {"method": "POST", "url": 3}, "response": {"status": 1, "content": {}}},
            ),
            "saw none",
        ),
        (har(entry("x", url="https://x.test/?u=" + RPC)), "saw none"),
        (har(entry("x", url="https://[x/ListModels")), "saw none"),
        (har({**entry("x"), "response": {"status": 200, "content": "x"}}), "saw none"),
        (har(entry(None)), "save it with content"),
        (har(entry(None, status=401)), "expired sign-in"),
        (har(entry("!!", encoding="base64")), "expected base64 of UTF-8"),
        (har(entry("/w==", encoding="base64")), "expected base64 of UTF-8"),
        (har(entry("x", encoding="br")), "saw encoding 'br'"),
    ],
)
def test_har_without_the_response(text, expected):
    """A HAR without the response is refused, and neither message nor cause tells what else stood in it."""
    with pytest.raises(LayoutChanged, match=expected) as refused:
        ai_studio.from_har(text)

    assert "secret" not in str(refused.value)
    assert None is refused.value.__cause__


def test_har_of_200_megabytes():
    """A file of the limit or more is refused before it is parsed."""
    with pytest.raises(LayoutChanged, match="expected a HAR below 200000000 bytes, saw 200000000"):
        ai_studio.from_har(" " * ai_studio.MAX_HAR_BYTES)


# -------------------------------------------------------------------------------------------- capture
