"""A second official source settles a doubt, if it was read lately and says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scraper.model import State
from scraper.pipeline.corroboration import corroboration, says_the_same
from scraper.publish import state_file
from scraper.publish.dataset import Dataset
from scraper.sources import Source, find
from scraper.sources.vocabulary import Head, VocabularyError
from scraper.storage import card_files
from tests.support.kit import card, cards, change, rate

TODAY = date(2026, 11, 20)
NEW = rate("9")
RISE = change("repriced", old=rate("1"), new=NEW)
STUDIO = {"source": "ai-studio"}


def studio(price: str | None, **more):
    """AI Studio's card of the same model."""
    return card(rate(price, **STUDIO, **more), **STUDIO)


def test_the_same_price_elsewhere():
    """Whatever is said of other things."""
    page = cards(card(NEW, rate("20", meter="output")))

    assert says_the_same(cards(studio("9")), RISE, page["flash"], TODAY)
    assert not says_the_same(cards(studio("8")), RISE, page["flash"], TODAY)
    assert not says_the_same(cards(studio(None)), RISE, page["flash"], TODAY)
    assert not says_the_same({}, RISE, page["flash"], TODAY)


def test_nothing_is_said_of_what_has_no_new_price():
    """A removal, a price withdrawn, a price that is not of the card."""
    page = card(NEW)

    assert not says_the_same(cards(studio("9")), change("model_removed"), page, TODAY)
    assert not says_the_same(cards(studio("9")), change("repriced", new=rate(None)), page, TODAY)
    assert not says_the_same(cards(studio("9")), RISE, card(rate("9")), TODAY)


@pytest.fixture
def dataset(tmp_path) -> Dataset:
    """AI Studio's card as published, read a few days ago."""
    found = Dataset(tmp_path)
    path = tmp_path / found.card_path("google/ai-studio", "flash")
    path.parent.mkdir(parents=True)
    path.write_text(card_files.encode(studio("9")))
    verified(found, "2026-11-10")
    return found


def verified(dataset: Dataset, day: str, parser: str = "") -> None:
    path = dataset.root / dataset.state_path("google/ai-studio")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(state_file.text(State(verified=day, models=["flash"], parser=parser)))


def asked(dataset: Dataset, source: str = "google/gemini-api") -> str:
    page = cards(card(NEW))
    return corroboration(dataset, find(source), TODAY)(RISE, page["flash"]) or ""


def test_the_witness_is_named(dataset):
    """And asked once, however many changes there are."""
    assert "google/ai-studio" == asked(dataset)


@pytest.mark.parametrize("day", ["", "2026-09-01"])
def test_a_source_that_was_not_read_lately_is_no_witness(dataset, day):
    """What it said then proves nothing of today."""
    verified(dataset, day)

    assert "" == asked(dataset)


def test_copies_are_no_witness(dataset):
    """Whatever day they are of: nobody read the page itself."""
    verified(dataset, "2026-11-10", "copy 1")

    assert "" == asked(dataset)


def test_a_damaged_source_is_no_witness(dataset):
    """Its own verdict says that it is damaged."""
    path = dataset.root / dataset.card_path("google/ai-studio", "flash")
    path.write_text("<<<<<<< HEAD\n")

    assert "" == asked(dataset)


def test_who_is_in_no_pair_has_no_witness(dataset):
    """A reseller's price is nobody else's."""
    assert "" == asked(dataset, "laozhang/laozhang")


def test_the_same_publication_is_no_witness(dataset, monkeypatch):
    """The same document at another address says nothing that it does not say already."""
    assert not find("gemini-api").same_publication(find("ai-studio"))
    assert find("gemini-api").same_publication(find("ai-studio-docs"))
    monkeypatch.setattr(Source, "head", Head(publication="gemini docs"))

    assert "" == asked(dataset)


def test_a_damaged_vocabulary_is_no_witness(dataset, monkeypatch):
    """What a source prints is not known then; its own verdict says so."""

    def broken(source: Source) -> Head:
        if source.source == "ai-studio":
            raise VocabularyError("ai_studio.yaml:3: broken")
        return Head(publication="gemini docs")

    monkeypatch.setattr(Source, "head", property(broken))

    assert "" == asked(dataset)


def test_cards_are_read_once(dataset, monkeypatch):
    """When first asked, and not again."""
    reads = []
    original = Dataset.cards
    monkeypatch.setattr(Dataset, "cards", lambda self, *words: reads.append(words) or original(self, *words))
    ask = corroboration(dataset, find("google/gemini-api"), TODAY)
    page = card(NEW)

    assert ["google/ai-studio", None] == [ask(RISE, page), ask(replace(RISE, new=rate("7")), page)]
    assert [("google/ai-studio",)] == reads
