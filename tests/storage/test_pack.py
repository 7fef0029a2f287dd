"""Reading a pack: what it says of any day, and what is said of one that is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import ratecards
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError
from ratecards.model import Formula
from ratecards.storage import history, packbody, packing
from ratecards.storage.pack import FILE, Pack, part
from tests.support.histories import added, card, change, rate, write

NAME = "google/gemini-api"
FULL = card(
    "flash",
    rate(price="0.5"),
    rate(meter="output", price=None),
    aliases=("flash-latest",),
    used_to_improve=(("free", "Yes"),),
    notices=("a\u2028b",),
    formulas=(Formula(quote="q", unit="1 image", tokens=1290), Formula(quote="r", unit="1 image", amount=Decimal(2))),
    facts=(("a", "1"),),
    anchor="flash",
)
SAID = [
    *added("2026-01-01", FULL, card("pro", rate("pro", price="1"))),
    change("2026-02-01", "repriced", old=rate(price="0.5"), new=rate(price="0.75")),
    change("2026-03-01", "model_removed", "pro"),
]
LOG = list(history.parse("".join(map(history.line, SAID)), "google", "gemini-api", "log"))


def pack(*log: history.Change) -> Pack:
    """A pack of one source with that history."""
    return Pack(packing.build({NAME: log or LOG}), "pack.jsonl")


def prices(pack: Pack, on: date | None = None, known: date | None = None) -> dict[str, list[str]]:
    """The prices by model."""
    source = pack.sources[NAME]
    return {m: [str(r.price) for r in source.card(m, p).rates] for m, p in source.at(on, known).items()}


def test_the_cards_of_a_day():
    """As they were observed up to it; nothing before the first."""
    packed = pack()
    assert {"flash": ["0.5", "None"], "pro": ["1"]} == prices(packed, date(2026, 1, 31))
    assert {"flash": ["0.75", "None"], "pro": ["1"]} == prices(packed, date(2026, 2, 1))
    assert {"flash": ["0.75", "None"]} == prices(packed)
    assert {} == prices(packed, date(2025, 12, 31))
    assert {} == prices(packed, None, date(2025, 12, 31))


def test_a_card_is_read_back_whole():
    """All that it says, evidence included."""
    source = pack().sources[NAME]
    found = source.card("flash", source.at(date(2026, 1, 1))["flash"])
    expected = history.fold(LOG, until=date(2026, 1, 1))["flash"]
    assert expected == found
    assert [r.evidence for r in expected.rates] == [r.evidence for r in found.rates]


def test_what_was_known():
    """A correction recorded in March belongs to January; until then nobody knew."""
    better = change("2026-01-01", "repriced", "pro", old=rate("pro", price="1"), new=rate("pro", price="2"))
    stamp = replace(better.stamp, recorded="2026-03-05T00:00:00Z", correction=True)
    packed = pack(*LOG[:-1], replace(better, stamp=stamp))
    assert ["2"] == prices(packed, date(2026, 1, 1))["pro"]
    assert ["2"] == prices(packed)["pro"]
    assert ["1"] == prices(packed, date(2026, 1, 1), date(2026, 3, 4))["pro"]
    assert ["2"] == prices(packed, date(2026, 1, 1), date(2026, 3, 5))["pro"]


def test_little_is_written_again():
    """A new price is a rate, a card and an edition; the rates that stay are those that stand."""
    before, after = (packing.build({NAME: LOG[:n]}) for n in (2, 3))
    tails = [Pack(data, "x").tail for data in (before, after)]
    assert tails[1].startswith(tails[0])
    rates, cards, editions = tails[1].removeprefix(tails[0]).splitlines()
    assert "0.75" == json.loads(rates)[15]
    assert "flash" == json.loads(cards)[0]
    assert [0, ["flash"]] == [json.loads(editions)[0], list(json.loads(editions)[1])]


def test_the_repository_s_own_pack_is_what_its_histories_say():
    """On every day on which anything was observed."""
    data = Dataset(Path(ratecards.__file__).parent)
    for name, source in data.pack.sources.items():
        changes = data.changes(name)
        for day in {c.stamp.observed for c in changes if c.stamp}:
            found = {model: source.card(model, place) for model, place in source.at(day).items()}
            assert history.fold(changes, until=day) == found
            assert {} == source.at(day, date(2020, 1, 1))


# ------------------------------------------------------------------------------------------------ damage


def refused(ask, *args: object) -> str:
    """The words of a refusal."""
    with pytest.raises(DatasetError) as caught:
        ask(*args)
    return str(caught.value)


DATA = packing.build({NAME: LOG})
LINES = DATA.count(b"\n")


def line_of(word: bytes) -> int:
    """The number of the first line with a word."""
    return next(n for n, line in enumerate(DATA.splitlines(), 1) if word in line)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "p:1: expected the head of a pack, saw b''"),
        (b"{}", "p:1: expected the head of a pack, saw b'{}'"),
        (b"{}\n", "p:1: expected the head of a pack, saw 'pack'"),
        (b"[]\n", "p:1: expected the head of a pack, saw list indices"),
        (b"[" * 100_000 + b"\n", "p:1: expected the head of a pack, saw maximum recursion depth"),
        (b"\xff\n", "p:1: expected the head of a pack, saw 'utf-8' codec"),
        (DATA.replace(b'"pack":1', b'"pack":2', 1), "p:1: expected the head of a pack, saw version 2, not 1"),
        (DATA.replace(b'"body":', b'"body":1.', 1), "a bare number 1."),
        (DATA[:-1], f"p:{LINES}: expected {len(DATA)} bytes, as the pack says, saw {len(DATA) - 1}"),
        (DATA + b"{}\n", f"p:{LINES + 1}: expected {len(DATA)} bytes"),
    ],
)
def test_what_is_no_pack(data: bytes, expected: str):
    """The file, its line, what was expected and what is there."""
    words = refused(Pack, data, "p")
    assert expected in words
    assert words.endswith("the file is damaged")


@pytest.mark.parametrize(
    ("before", "after", "place", "expected"),
    [
        (b'"models":{"flash":', b'"models":{"flash"?', b'"models"', "the index of google/gemini-api, saw Expecting"),
        (b'"names":{', b'"nomes":{', b'"names"', "the index of google/gemini-api, saw 'names'"),
        (b'"0.75"', b"000.75", b'"0.75"', "rates of flash, saw Expecting ',' delimiter"),
        (b'"0.75"', b" 1.75 ", b'"0.75"', "rates of flash, saw a bare number 1.75"),
        (b'"0.75"', b"   175", b'"0.75"', "rates of flash, saw the amount 175; amounts are quoted strings"),
        (b'"0.75"', b'"x.75"', b'"0.75"', "rates of flash, saw [<class 'decimal.ConversionSyntax'>]"),
        (b'"$0.75",', b'"$0.75"]', b'"0.75"', "rates of flash, saw Expecting"),
        (
            b'\n["flash","2026-02-01"',
            b'\n["flush","2026-02-01"',
            b'"flash","2026-02',
            "flash at google/gemini-api, saw",
        ),
        (b'\n["flash","2026-02-01"', b'\n["flash","2026-02-31"', b'"flash","2026-02', "saw day is out of range"),
    ],
)
def test_damage_is_met_where_it_is_read(before: bytes, after: bytes, place: bytes, expected: str):
    """Each with its own line; the rest of the file is read all the same."""
    broken = DATA.replace(before, after)
    assert broken != DATA
    words = refused(lambda: prices(Pack(broken, "p")))
    assert words.startswith(f"p:{line_of(place)}: expected ")
    assert expected in words


def test_damage_among_other_rates_is_named_by_its_own_line():
    """A run of rates is read at once; the line that is wrong is found."""
    broken = DATA.replace(b'"not_available",null', b'"not_available",1000')
    words = refused(lambda: prices(Pack(broken, "p"), date(2026, 1, 1)))
    assert words.startswith(f"p:{line_of(b'not_available')}: expected rates of flash, saw the amount 1000")


def test_a_place_outside_the_body():
    """An index that leads nowhere, or before the file."""
    for place in ("[99999,10]", "[-9999,10]"):
        source = Pack(DATA, "p").sources[NAME]
        assert "expected the card of flash" in refused(source.card, "flash", json.loads(place))


def test_a_dataset_with_a_damaged_pack(tmp_path: Path):
    """It is not read from its histories instead: what stands there is not what was published."""
    root = write(tmp_path, *LOG)
    (root / FILE).write_bytes(b"")
    assert refused(Dataset(root).cards).startswith(f"{root / FILE}:1: expected the head of a pack, saw b''")
    (root / FILE).unlink()
    (root / FILE).mkdir()
    assert f"{root / FILE}: expected a part of the pack, saw" in refused(Dataset(root).cards)


def test_a_dataset_without_a_pack_gives_the_same(tmp_path: Path):
    """As older versions wrote it; and one that has a pack alone."""
    old = Dataset(write(tmp_path / "old", *LOG))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / FILE).write_bytes(DATA)
    new = ratecards.load(tmp_path / "new")
    assert old.cards(date(2026, 2, 1)) == new.cards(date(2026, 2, 1))
    assert old.sources == new.sources
    assert (old.first, old.find("flash-latest"), old.ids("pro")) == (
        new.first,
        new.find("flash-latest"),
        new.ids("pro"),
    )


def test_a_day_of_a_full_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is opened when it is asked for; one that is lost or cut is named."""
    monkeypatch.setattr(packbody, "FULL", 1000)
    for name, data in packing.files({NAME: LOG}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    past = tmp_path / part(1)
    assert history.fold(LOG, until=date(2026, 1, 1)) == {c.model: c for c in Dataset(tmp_path).cards(date(2026, 1, 1))}
    cut = past.read_bytes()[:-1]
    past.write_bytes(cut)
    words = refused(Dataset(tmp_path).cards, date(2026, 1, 1))
    assert words.startswith(f"{past}:{len(cut.splitlines())}: expected {len(cut) + 1} bytes")
    past.unlink()
    assert f"{past}: expected a part of the pack, saw" in refused(Dataset(tmp_path).cards, date(2026, 1, 1))
    assert ["flash"] == [c.model for c in Dataset(tmp_path).cards()]
