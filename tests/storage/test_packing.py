"""Making a pack: what is written, what is not, and when adding will not do. The laws are in property/test_pack_laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import ratecards
from ratecards.errors import DatasetError
from ratecards.storage import packbody, packing, segments
from ratecards.storage.history import Change, HistoryError
from ratecards.storage.pack import FILE, Pack
from ratecards.storage.packbody import Body
from tests.support.histories import added, card, change, rate

NAME, OTHER = "google/gemini-api", "openai/openai-api"
FIRST = added("2026-01-01", card("flash", rate(price="1")), card("pro", rate("pro", price="2")))
ROOT = Path(ratecards.__file__).parent


def price(day: str, old: str, new: str, model: str = "flash") -> Change:
    """A new price."""
    return change(day, "repriced", model, old=rate(model, price=old), new=rate(model, price=new))


def full(data: bytes) -> list[int]:
    """Of each edition of the first source, whether it lists every card."""
    pack = Pack(data, "here")
    source = pack.sources[NAME]
    return [pack.value([at, size], "")[0] for *_, at, size in source.plain("editions")]


def test_a_history_that_does_not_fold():
    """The source is named."""
    with pytest.raises(HistoryError, match="history of google/gemini-api: model_added: flash has a card already"):
        packing.build({NAME: [*FIRST, *FIRST]})


def test_sources_without_changes():
    """They are sources all the same."""
    pack = Pack(packing.build({NAME: [], OTHER: []}), "here")
    assert [NAME, OTHER] == list(pack.sources)
    assert ({}, "", 0) == (pack.sources[NAME].at(), pack.sources[NAME].first, pack.sources[NAME].changes)


def test_every_so_often_an_edition_lists_every_card():
    """When as many cards were listed as there are; so none is ever looked for far back."""
    log = [*FIRST, *(price(f"2026-02-{n:02}", f"{n}", f"{n + 1}") for n in range(1, 6))]
    assert [1, 0, 1, 0, 1, 0] == full(packing.build({NAME: log}))


def test_an_edition_that_changes_no_card_is_not_listed():
    """A dated step that came due changes none; the day counts, and the change is known."""
    stepped = change("2026-02-01", "stepped", old=rate(), new=rate())
    pack = Pack(packing.build({NAME: [*FIRST, stepped]}), "here")
    assert [1] == full(packing.build({NAME: [*FIRST, stepped]}))
    assert ("2026-02-01", 3) == (pack.sources[NAME].last, pack.sources[NAME].changes)


def test_the_repository_s_own_pack():
    """It is what its histories give, to the byte."""
    names = segments.sources(ROOT / "history")
    histories = {name: segments.read(ROOT / "history" / f"{name}.jsonl") for name in names}
    assert packing.files(histories) == {FILE: (ROOT / FILE).read_bytes()}


def test_adding_nothing():
    """The pack as it stands."""
    stands = packing.build({NAME: FIRST})
    assert {FILE: stands} == packing.extend(Pack(stands, "here"), {NAME: []})


def test_adding_to_nothing():
    """The first source of all, and one more."""
    empty = packing.build({})
    first = packing.extend(Pack(empty, "here"), {NAME: FIRST})
    assert packing.files({NAME: FIRST}) == first
    assert first
    own = [replace(c, provider="openai", source="openai-api") for c in added("2026-01-02", card("gpt"))]
    assert packing.files({NAME: FIRST, OTHER: own}) == packing.extend(Pack(first[FILE], "here"), {OTHER: own})


def stamped(of: Change, **values: object) -> Change:
    """The change with another stamp."""
    assert of.stamp
    return replace(of, stamp=replace(of.stamp, **values))


@pytest.mark.parametrize(
    "fresh",
    [
        [price("2025-12-31", "1", "3")],
        [stamped(price("2026-01-01", "1", "3"), recorded="2026-01-01T11:00:00Z")],
        [price("2026-01-01", "1", "3")],
        [price("2026-01-02", "1", "3"), price("2026-01-03", "3", "4")],
        [price("2026-01-02", "1", "3"), stamped(price("2026-01-02", "3", "4"), recorded="2026-01-02T13:00:00Z")],
    ],
    ids=["late", "clock", "same instant", "two days", "two instants"],
)
def test_what_cannot_be_added(fresh: list[Change]):
    """What speaks of the past, or of more than one moment, asks for a pack made anew."""
    assert None is packing.extend(Pack(packing.build({NAME: FIRST}), "here"), {NAME: fresh})


def test_a_change_that_does_not_fit_is_not_added():
    """It is refused as folding refuses it."""
    with pytest.raises(HistoryError, match="rate_removed of a rate flash does not have"):
        packing.extend(
            Pack(packing.build({NAME: FIRST}), "here"),
            {NAME: [change("2026-01-02", "rate_removed", old=rate(meter="tool"))]},
        )


def test_two_corrections_of_one_run():
    """One former list of editions is kept for both: before the run neither was known."""
    corrections = [
        stamped(price(day, "1", "5", model), recorded="2026-03-01T00:00:00Z", correction=True)
        for day, model in (("2026-01-01", "flash"), ("2026-01-02", "ultra"))
    ]
    ultra = added("2026-01-02", card("ultra", rate("ultra", price="1")))
    later = added("2026-01-03", card("nano", rate("nano")))
    source = Pack(packing.build({NAME: [*FIRST, *ultra, *later, *corrections]}), "here").sources[NAME]
    assert 1 == len(source.plain("former editions"))
    prices = {
        known: {m: str(source.card(m, p).rates[0].price) for m, p in source.at(date(2026, 1, 2), known).items()}
        for known in (date(2026, 2, 1), date(2026, 3, 1))
    }
    assert {"flash": "1", "pro": "2", "ultra": "1"} == prices[date(2026, 2, 1)]
    assert {"flash": "5", "pro": "2", "ultra": "5"} == prices[date(2026, 3, 1)]


def test_lines_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch):
    """When there are too many, all are made again; the bytes are the same."""
    log = [*FIRST, *(price(f"2026-02-{n:02}", f"{n}", f"{n + 1}") for n in range(1, 6))]
    expected = packing.build({NAME: log})
    monkeypatch.setattr(packing, "_MOST_LINES", 2)
    assert expected == packing.build({NAME: log})


def test_a_full_file_is_closed(monkeypatch: pytest.MonkeyPatch):
    """It is never written again; the next begins with all cards, so that the present is not looked for in the past."""
    monkeypatch.setattr(packbody, "FULL", 1500)
    log = [*FIRST, *(price(f"2026-02-{n:02}", f"{n}", f"{n + 1}") for n in range(1, 9))]
    before, after = packing.files({NAME: log[:6]}), packing.files({NAME: log})
    assert ["pack.jsonl", "past/0001.jsonl"] == sorted(before)
    assert after["past/0001.jsonl"] == before["past/0001.jsonl"]
    pack = Pack(after[FILE], "here")
    assert {"flash": "9", "pro": "2"} == {
        m: str(pack.sources[NAME].card(m, p).rates[0].price) for m, p in pack.sources[NAME].models.items()
    }
    assert 0 < pack.kept <= len(pack.tail) < 1500
    with pytest.raises(DatasetError, match=r"here: past/0001.jsonl is not at hand"):
        pack.sources[NAME].at(date(2026, 1, 15))


def test_a_file_that_begins_with_much_is_full_later(monkeypatch: pytest.MonkeyPatch):
    """Or every edition would close one."""
    monkeypatch.setattr(packbody, "FULL", 10)
    log = [*FIRST, *(price(f"2026-02-{n:02}", f"{n}", f"{n + 1}") for n in range(1, 9))]
    assert 2 < len(packing.files({NAME: log})) < len(log) - 2


def test_what_is_no_longer_at_hand():
    """A line of a file that was closed before."""
    with pytest.raises(ValueError, match="empty"):
        Body([100]).at([50, 10])
