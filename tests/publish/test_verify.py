"""What a dataset promises of itself: each kind of finding, and none on a sound one."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards.model import Evidence, Rate
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.publish import verify as module
from scraper.publish.assemble import publication
from scraper.publish.dataset import Dataset
from scraper.publish.verify import findings
from tests.pipeline.test_evaluate import edition, nobody
from tests.support import tiny
from tests.support.workshop import ACME, at

TODAY = date(2026, 11, 20)
PRICES = {"m-1": {"input": "1", "output": "2.5"}, "m-2": {"input": "2"}}


@pytest.fixture
def dataset(tmp_path, acme) -> Dataset:
    """A sound dataset of the test source."""
    return published(Dataset(tmp_path / "data"), PRICES)


def published(dataset: Dataset, prices: dict, **more: object) -> Dataset:
    found = edition(tiny.page(prices, **more))
    previous = Previous(dataset.state(ACME.name), lambda: dataset.cards(ACME.name))
    verdict = evaluate(ACME, found, previous, nobody, found.at)
    publication(dataset, [verdict], found.at).commit()
    return dataset


def card(dataset: Dataset, model: str = "m-1") -> Path:
    return dataset.root / dataset.card_path(ACME.name, model)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_sound_dataset_has_no_findings(dataset):
    """Whatever the day, as long as no price lapses."""
    assert [] == findings(dataset, TODAY)
    assert [] == findings(dataset, date(2036, 1, 1))


def test_nothing_is_no_dataset(tmp_path):
    """An empty folder promises nothing."""
    assert [f"{tmp_path}: expected cards under ratecards/cards, saw none"] == findings(Dataset(tmp_path), TODAY)


def test_a_card_that_the_history_does_not_give(dataset):
    """A price edited by hand, quote and all."""
    edit(card(dataset), 'price: "1"', 'price: "3"')
    edit(card(dataset), 'quote: "$1"', 'quote: "$3"')
    assert ["acme/tiny: the history does not fold to the cards of m-1"] == findings(dataset, TODAY)


def test_a_history_that_cannot_be_folded(dataset):
    """The message names what it speaks of."""
    edit(
        dataset.root / dataset.history_path(ACME.name, 2026),
        '"model_added", "model": "m-2"',
        '"model_removed", "model": "m-2"',
    )
    assert ["acme/tiny: model_removed of m-2, which has no card"] == findings(dataset, TODAY)


def test_a_missing_card(dataset):
    """The state knows how many there are."""
    card(dataset).unlink()
    (found,) = findings(dataset, TODAY)
    assert "missing ['m-1']" in found


def test_a_history_without_any_card(dataset):
    """All cards gone is not nothing to check."""
    for model in PRICES:
        card(dataset, model).unlink()
    (found,) = findings(dataset, TODAY)
    assert "missing ['m-1', 'm-2']" in found


@pytest.mark.parametrize(
    ("path", "words"),
    [("ratecards/history/acme/tiny.2026.jsonl", "damaged history"), ("state/acme/tiny.json", "not a state file")],
)
def test_a_file_that_cannot_be_read(dataset, path, words):
    """History and state; a card is like a missing one."""
    (dataset.root / path).write_text("<<<<<<<\n")
    (found,) = findings(dataset, TODAY)
    assert words in found


def test_a_quote_without_its_amount(dataset):
    """The evidence must hold the price; 1 is not in $11, nor in $1.5."""
    for quote in ("$11", "$1.5", "Free of charge"):
        edit(card(dataset), 'quote: "$1"', f'quote: "{quote}"')
        assert [f"tiny/m-1: m-1 / input: the quote '{quote}' does not contain 1"] == findings(dataset, TODAY)
        edit(card(dataset), f'quote: "{quote}"', 'quote: "$1"')


def test_a_file_that_is_not_canonical(dataset):
    """A comment will do."""
    card(dataset).write_text(card(dataset).read_text() + "# seen\n")
    assert ["acme/tiny/m-1: the file is not in canonical form"] == findings(dataset, TODAY)


PROMO = {"m-1": {"input": [["1", "", "2026-12-31"], ["2", "2027-01-01", ""]], "output": [["3", "", "2026-12-31"]]}}


def test_fault_44_a_price_that_ended_and_nothing_follows(tmp_path, acme):
    """From the day after its last; the one that another follows has not lapsed."""
    dataset = published(Dataset(tmp_path), PROMO)
    assert [] == findings(dataset, date(2026, 12, 31))
    assert ["tiny/m-1: m-1 / output: the price ended 2026-12-31"] == findings(dataset, date(2027, 1, 1))


def test_a_price_that_ended_before_the_next_begins(tmp_path, acme):
    """What follows must hold today."""
    dataset = published(Dataset(tmp_path), {"m-1": {"input": [["1", "", "2026-12-31"], ["2", "2027-02-01", ""]]}})
    assert ["tiny/m-1: m-1 / input: the price ended 2026-12-31"] == findings(dataset, date(2027, 1, 31))
    assert [] == findings(dataset, date(2027, 2, 1))


def test_counts_that_do_not_balance(dataset):
    """An amount on the page that no rate, note or reason accounts for; in an unread section it may."""
    published(dataset, {**PRICES, "m-2": {"input": "2.2"}})
    path = dataset.root / dataset.state_path(ACME.name)
    edit(path, '"seen": 3', '"seen": 5')
    assert ["acme/tiny: 5 amounts on the page and 3 accounted for"] == findings(dataset, TODAY)
    edit(path, '"ignored": 0', '"ignored": 2')
    assert [] == findings(dataset, TODAY)
    edit(path, '"ignored": 2', '"ignored": 1')
    path.write_text(json.dumps({**json.loads(path.read_text()), "unread": ["m-3"]}))
    assert [] == findings(dataset, TODAY)


def test_published_rates_that_are_not_those_of_the_cards(dataset):
    """What programs read is checked once the cards are sound."""
    path = dataset.root / "ratecards/v1/rates.csv"
    edit(path, ",2.5,", ",2.6,")
    assert [f"{path}: does not hold the rates of the cards"] == findings(dataset, TODAY)
    path.unlink()
    assert [f"{path}: does not hold the rates of the cards"] == findings(dataset, TODAY)


# ------------------------------------------------------------------------------------------- evidence


def rate(quote: str, price: str | None = "1", availability: str = "priced") -> Rate:
    amount = None if price is None else Decimal(price)
    return Rate(
        provider="acme",
        source="tiny",
        model="m-1",
        meter="input",
        unit="1000000 tokens",
        price=amount,
        currency="" if amount is None else "USD",
        availability=availability,
        evidence=Evidence(quote, "place"),
    )


SOUND = [
    rate("$1.00 (text)"),
    rate("$0.50, then $ 1"),
    rate("$1,250.00", "1250"),
    rate("$.75", "0.75"),
    rate("$0.0000045", "4.5"),
    rate("1.00"),
    rate("input 0.50, output 1"),
    rate("1,250", "1250"),
    rate("[0.1,[2,1]]"),
    rate("Free of charge", "0", "free"),
    rate("", None, "refers"),
    rate("Not available", None, "not_available"),
    rate("See $5 elsewhere", None, "refers"),
]
UNSOUND = [
    (rate("$12.00, prompts <= 200k", "200"), "does not contain 200"),
    (rate("0.1", "1"), "does not contain 1"),
    (rate("$0.000045", "4.5"), "does not contain 4.5"),
    (rate("[0.1,11]", "1"), "does not contain 1"),
    (rate("1.05", "1"), "does not contain 1"),
    (rate("11", "1"), "does not contain 1"),
    (rate("", "1"), "does not contain 1"),
    (rate("$0.10", "0.1000000001"), "does not contain 0.1000000001"),
    (rate(" ", "0", "free"), "free without words that say so"),
    (rate("Not available, $5 later", None, "not_available"), "names an amount"),
]


@pytest.mark.parametrize("sound", SOUND, ids=lambda r: r.evidence.quote)
def test_evidence_that_says_the_price(sound):
    """With a sign or, where nothing has one, without."""
    assert [] == list(module._evidence(sound))


@pytest.mark.parametrize(("unsound", "words"), UNSOUND, ids=[r.evidence.quote for r, _ in UNSOUND])
def test_evidence_that_does_not(unsound, words):
    """One finding each, with the place."""
    (found,) = module._evidence(unsound)
    assert found.startswith("tiny/m-1: place: ")
    assert words in found


# ------------------------------------------------------------------------------------------- command


def test_the_command(workshop, dataset, run):
    """Findings one a line and their number, exit 1; else a good word and 0."""
    ran = run("check", "--to", dataset.root)
    assert (0, "history, cards, evidence and counts fit together\n") == (ran.code, ran.out)
    card(dataset).write_text(card(dataset).read_text() + "# \u202e::error\n")
    ran = run("check", "--to", dataset.root, "--now", at("2026-11-20T00:00:00").isoformat())
    assert (1, "acme/tiny/m-1: the file is not in canonical form\n1 findings\n") == (ran.code, ran.out)


@pytest.mark.slow
def test_the_committed_dataset_is_sound():
    """The project's own, as of the day of its last look."""
    root = Path(module.__file__).parents[2]
    dataset = Dataset(root)
    days = [dataset.state(name).verified_on or date.min for name in dataset.names()]
    assert [] == findings(dataset, max(days))
