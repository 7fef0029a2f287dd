"""Unknown words of the pricing page: what numbers prove is published and marked, what they do not stays unread."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ratecards.model import plain
from scraper.checks.proofs import Known
from scraper.errors import LayoutChanged
from scraper.model import Provenance
from scraper.model import cards as found_cards
from scraper.pipeline import second_pass
from scraper.sources import gemini_api, gemini_candidates
from scraper.storage import card_files
from tests.support import workshop
from tests.support.workshop import facts, model

FIRST, NEXT, LATER = "2026-11-01T06:17:00Z", "2026-11-02T06:17:00Z", "2026-11-03T06:17:00Z"


def rows(label: str = "Input price", paid: str = "$2.00", out: str = "$2.50") -> dict:
    """A model with a row of another name."""
    return {
        "name": "Gemini 2",
        "tabs": {"Standard": [[label, "Free of charge", paid], ["Output price", "Free of charge", out]]},
    }


def card(shop, name: str = "gemini-2"):
    return card_files.decode(shop.card(name).read_text(), name)


def readings(shop, name: str = "gemini-2") -> dict[str, str]:
    """By meter of the paid plan, the price and how it was read."""
    return {r.meter: f"{plain(r.price)} {r.reading}" for r in card(shop, name).rates if r.plan == "paid"}


@pytest.fixture
def published(request):
    """A dataset with six models."""
    shop = request.getfixturevalue("workshop")
    shop.refresh(facts(FIRST))
    return shop


def test_a_row_of_another_name(published):
    """The words changed and the prices did not: it is read, and says how; all else is as it was."""
    ran = published.refresh(facts(NEXT, gemini_2=rows("Prompt cost")))

    assert (0, "READ") == (ran.code, published.state["outcome"])
    assert {"input": "2 inferred: continuity", "output": "2.5 exact"} == readings(published)
    rate = next(r for r in card(published).rates if r.meter == "input" and r.plan == "paid")
    assert "the row 'Prompt cost' is input; as published:" in rate.evidence.how
    assert 0 == published.check().code


def test_strict_reading_infers_nothing(published):
    """With `--strict` the section stays as it was published."""
    ran = published.refresh(facts(NEXT, gemini_2=rows("Prompt cost", out="$2.60")), words=("--strict",))

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert {"input": "2 exact", "output": "2.5 exact"} == readings(published)


def test_a_number_that_changed_under_unknown_words(published):
    """Nothing proves it: what was published stands."""
    ran = published.refresh(facts(NEXT, gemini_2=rows("Prompt cost", "$2.20", "$2.60")))

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert {"input": "2 exact", "output": "2.5 exact"} == readings(published)


def test_an_unknown_row_takes_out_what_it_can_touch(published):
    """Its words name the meter: all else of the section is read."""
    more = [["Context caching price", "-", "$0.20"], ["Tuning price", "-", "$3.00"]]
    wide = rows("Prompt cost", "$2.20", "$2.60")
    wide["tabs"]["Standard"] += more
    ran = published.refresh(facts(NEXT, gemini_2=wide))

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    found = readings(published)
    assert {"input": "2 exact", "output": "2.6 exact", "cache_read": "0.2 exact", "tuning": "3 exact"} == found


@pytest.mark.parametrize(
    "label", ["Input price (batch)", "Input price, excluding tax", "Input price above 200k", "Zorble"]
)
def test_words_that_could_change_the_price(published, label):
    """They are never skipped, whatever the numbers say."""
    ran = published.refresh(facts(NEXT, gemini_2=rows(label, out="$2.60")))

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert {"input": "2 exact", "output": "2.5 exact"} == readings(published)


@pytest.mark.parametrize(
    "cell", ["$2.00 off", "$2.00 from", "$2.00 a day", "up to $2.00", "$2.00 (previously)", "$2.00 + VAT"]
)
def test_cells_with_words_that_could_change_the_price(published, cell):
    """The row stands as it was."""
    ran = published.refresh(facts(NEXT, gemini_2=rows(paid=cell, out="$2.60")))

    assert (4, "PARTLY_READ") == (ran.code, ran.outcome)
    assert "2 exact" == readings(published)["input"]


def test_words_in_a_cell(published):
    """An aside beside the same price."""
    published.refresh(facts(NEXT, gemini_2=rows(paid="$2.00 (gloss applies)")))

    assert "2 inferred: continuity" == readings(published)["input"]
    assert "'(gloss applies)' skipped" in card(published).rates[0].evidence.how


def test_a_word_learned_is_exact(published, monkeypatch):
    """As soon as the vocabulary has it the same page is read again, and exactly; that is no news of prices."""
    published.refresh(facts(NEXT, gemini_2=rows("Prompt cost")))
    known = gemini_candidates.patched({"rows": {"prompt cost": {"meter": "input"}}})
    monkeypatch.setattr(gemini_api, "load_terms", lambda: replace(known, tables_min=1))
    monkeypatch.setattr(workshop, "_READINGS", {})
    before = len(published.history)
    published.refresh(facts(NEXT, gemini_2=rows("Prompt cost")))

    assert {"input": "2 exact", "output": "2.5 exact"} == readings(published)
    assert {"reworded"} == {change["kind"] for change in published.history[before:]}


# ------------------------------------------------------------------------------------------------ what waits


def tiers(label: str, *names: str) -> dict:
    """A model whose input row has another name in each of its tabs, at half of the price but in the first."""
    tables = {}
    for name in names:
        price = "$2.00" if name == "Standard" else "$1.00"
        tables[name] = [[label, "Free of charge", price], ["Output price", "Free of charge", "$4.00"]]
    return tables


def both(label: str) -> dict:
    """Six models with two tabs, so that the factor of batch is known."""
    names = {
        f"gemini_{n}": {"name": f"Gemini {n}", "tabs": tiers("Input price", "Standard", "Batch")} for n in range(1, 7)
    }
    names["gemini_2"] = {"name": "Gemini 2", "tabs": tiers(label, "Standard", "Batch")}
    return names


def test_a_new_model_waits_for_one_more_look(workshop):
    """Its prices keep the factors of the page, and its words are proven beside it; it is published when seen again."""
    workshop.refresh(facts(FIRST, **both("Input price")))
    new = {**both("Prompt cost"), "gemini_7": {"name": "Gemini 7", "tabs": tiers("Prompt cost", "Standard", "Batch")}}
    held = workshop.refresh(facts(NEXT, **new))
    assert "inferred: relation, to be seen once more" in held.out
    assert not workshop.card("gemini-7").exists()
    again = workshop.refresh(facts("2026-11-02T12:17:00Z", **new))

    assert "seen 2 times" in again.out
    assert {"inferred: relation", "exact"} == {r.reading for r in card(workshop, "gemini-7").rates}
    assert 0 == workshop.check().code


def test_what_is_inferred_releases_nothing(workshop):
    """A price that waits goes on waiting while words of its row are inferred by what the other representation says."""
    workshop.refresh(facts(FIRST))
    far = model("Gemini 2", "$20.00", "$2.50")
    workshop.refresh(facts(NEXT, gemini_2=far))
    (hold,) = workshop.state["holds"].values()
    for day in (3, 4, 5):
        at = f"2026-11-0{day}T06:17:00Z"
        renamed = workshop_twin(facts(at, gemini_2=far), "Input price", "Prompt cost")
        workshop.refresh(facts(at, gemini_2=far), html=renamed)

    assert "2 exact" == readings(workshop)["input"]
    assert hold["looks"] == next(iter(workshop.state["holds"].values()))["looks"]


def workshop_twin(edition: dict, old: str, new: str) -> bytes:
    """The HTML of an edition with other words in the section of one model."""
    body = workshop_pages(edition)
    at = body.index(b'id="gemini-2"')
    end = body.index(b"</table>", at)
    return body[:at] + body[at:end].replace(old.encode(), new.encode()) + body[end:]


def workshop_pages(edition: dict) -> bytes:
    """The HTML of an edition."""
    return workshop.pages(edition)["html"]


# ------------------------------------------------------------------------------------------------ one word everywhere


def reworded(edition: dict, old: str, new: str) -> bytes:
    """The twin of an edition with another word in the place of one."""
    return workshop.pages(edition)["md.txt"].replace(old.encode(), new.encode())


def read(body: bytes, known: dict, **more) -> tuple:
    """A page by the small page's terms, with what is inferred of it."""
    terms = replace(gemini_api.load_terms(), tables_min=1)
    try:
        strict = gemini_api.read(body.decode(), terms)
    except LayoutChanged as error:
        strict = error.reading
    return second_pass.infer(gemini_api, strict, Known(known, **more))


@pytest.fixture
def cards():
    """The published cards of six models."""
    body = workshop.pages(facts(FIRST))["md.txt"].decode()
    reading = gemini_api.read(body, replace(gemini_api.load_terms(), tables_min=1))
    provenance = Provenance("https://x", "0" * 64, date(2026, 11, 1), None, "0")
    return found_cards(reading, provenance, "google", "gemini-api")


NEWER = {"gemini_8": model("Gemini 8", "$8.00", "$9.00")}


@pytest.mark.parametrize(
    ("old", "new"),
    [("1M tokens", "1M zorble"), ("Paid", "Zorble"), ("USD", "zorble"), ("1M", "zorble"), ("per", "zorble")],
)
def test_one_word_of_every_header(cards, old, new):
    """Continuity proves it in the sections that were known, and these prove it for a new one."""
    reading, inferred = read(reworded(facts(NEXT, **NEWER), old, new), cards)

    said = {rate.reading for rate in reading.rates() if rate.price}
    assert {"inferred: continuity", "inferred: relation"} == said
    assert {"gemini-8"} == {rate.model for rate in reading.rates() if rate.reading == "inferred: relation"}
    assert 1 == len(inferred)


def test_a_price_that_changed_under_a_word_of_every_header(cards):
    """That the word is proven elsewhere proves no price of a model that was known."""
    edition = facts(NEXT, gemini_2=model("Gemini 2", "$2.20", "$2.50"))
    reading, _ = read(reworded(edition, "1M tokens", "1M zorble"), cards)

    assert {"output"} == {rate.meter for rate in reading.rates() if rate.model == "gemini-2"}
    assert 22 == len(reading.rates())


def test_a_word_that_one_other_section_proves(cards):
    """One is not enough without factors."""
    few = {name: card for name, card in cards.items() if name == "gemini-1"}
    names = {f"gemini_{n}": None for n in range(3, 7)}
    reading, _ = read(reworded(facts(NEXT, **names), "1M tokens", "1M zorble"), few)

    assert {"gemini-1"} == {rate.model for rate in reading.rates()}


def test_many_words_are_a_redesign(cards):
    """Nothing is inferred where more than five different ones are unknown; one that stands in many terms is one."""
    names = ("ape", "bee", "cat", "dog", "eel", "fox")
    many = {
        f"gemini_{n}": {**rows(f"Input {word}", f"${n}.00"), "name": f"Gemini {n}"} for n, word in enumerate(names, 1)
    }
    reading, inferred = read(workshop.pages(facts(NEXT, **many))["md.txt"], cards)
    assert [] == inferred
    assert any("6 different unknown terms" in note for note in reading.notes)
    one = {
        f"gemini_{n}": {**rows(paid=f"${n}.00 (zorble {word})", out=f"${n}.50"), "name": f"Gemini {n}"}
        for n, word in enumerate(names, 1)
    }
    _, inferred = read(workshop.pages(facts(NEXT, **one))["md.txt"], cards)

    assert 6 == len(inferred)
