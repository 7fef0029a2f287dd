"""An audit: every claim against the card of its day, and since when a wrong one is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratecards.audit.audit import Finding, PastCards, audit, findings, tally
from ratecards.audit.claims import Claim, PriceEntry, Unread
from ratecards.dataset import Dataset
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
JANUARY, MARCH, APRIL = date(2026, 1, 1), date(2026, 3, 24), date(2026, 4, 1)
OLD, NEW = rate(price="0.25"), rate(price="0.5")
PROMO = rate("flash", "output", "0.75", effective_until=date(2026, 5, 31))
FULL = rate("flash", "output", "1.5", effective_from=date(2026, 6, 1))
VERTEX = {"provider": "google", "source": "vertex-ai"}
SOURCE = "google/gemini-api"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Flash is repriced in March; lite goes in April, pro is renamed; the platform has nano alone, and somebody else."""
    flash = card("flash", OLD, PROMO, FULL, aliases=("flash-latest",))
    write(
        tmp_path,
        *added("2026-01-01", flash, card("lite", rate("lite")), card("pro-preview", rate("pro-preview", price="2"))),
        change("2026-03-24", "repriced", old=OLD, new=NEW),
        change("2026-04-01", "model_removed", "lite"),
        change("2026-04-01", "model_renamed", "pro", previous_id="pro-preview"),
    )
    nano = card("nano", rate("nano", **VERTEX), **VERTEX)
    write(tmp_path, *added("2026-02-01", nano), **VERTEX)
    other = {"provider": "acme", "source": "acme"}
    write(tmp_path, *added("2026-02-01", card("flash", rate(**other), **other)), **other)
    return Dataset(tmp_path)


def claim(price: str, model: str = "flash", meter: str = "input", **values: Any) -> Claim:
    """A claim of a price per million tokens."""
    head = {"key": f"gemini/{model}", "field": meter, "stated": price, "model": model, "source": "gemini-api"}
    return Claim(**{**head, **values}, meter=meter, unit="1000000 tokens", price=Decimal(price))


def one(dataset: Dataset, said: Claim, on: date | None = None) -> Finding:
    """The finding on one claim."""
    entry = PriceEntry(said.key, f"{said.provider}/{said.source}", (said,))
    ((found,),) = (account.findings for account in audit([entry], PastCards(dataset, on, TODAY)))
    return found


def test_a_right_claim_names_the_rate_it_was_judged_by(dataset: Dataset) -> None:
    """Under an id, an alias, or an id since renamed."""
    for model, price, ours in (
        ("flash", "0.5", "flash"),
        ("flash-latest", "0.5", "flash"),
        ("pro-preview", "2", "pro"),
    ):
        found = one(dataset, claim(price, model))
        assert ("right", ours) == (found.verdict, found.ours.model if found.ours else "")
        assert (None, None) == (found.since, found.stale_since)


def test_a_wrong_claim_says_since_when_ours_holds(dataset: Dataset) -> None:
    """As far as the editions tell."""
    found = one(dataset, claim("0.6"))

    assert ("wrong", MARCH, None) == (found.verdict, found.since, found.stale_since)
    assert Decimal("0.5") == (found.ours.price if found.ours else None)
    assert ("wrong", JANUARY) == one(dataset, claim("0.6"), date(2026, 2, 1))[::4]
    assert ("wrong", JANUARY) == one(dataset, claim("9", "pro"))[::4]


def test_a_claim_that_was_right_is_stale_since_the_day_it_ceased_to_be(dataset: Dataset) -> None:
    """Also one of a price that the page itself dated."""
    repriced = one(dataset, claim("0.25"))
    stepped = one(dataset, claim("0.75", meter="output"))
    early = one(dataset, claim("1.5", meter="output"), date(2026, 5, 31))

    assert ("wrong", MARCH, MARCH) == (repriced.verdict, repriced.since, repriced.stale_since)
    assert ("wrong", date(2026, 6, 1), date(2026, 6, 1)) == (stepped.verdict, stepped.since, stepped.stale_since)
    assert ("wrong", JANUARY, None) == (early.verdict, early.since, early.stale_since)
    assert "right" == one(dataset, claim("0.25"), date(2026, 3, 23)).verdict


def test_an_unknown_model_says_who_has_it_or_had_it(dataset: Dataset) -> None:
    """Gone, with another source, nowhere, or of a source that there is not."""
    assert ("unknown model", f"gone from gemini-api since {APRIL}") == one(dataset, claim("1", "lite"))[:3:2]
    assert ("unknown model", "not at gemini-api; vertex-ai has it") == one(dataset, claim("1", "nano"))[:3:2]
    assert ("unknown model", "not at gemini-api") == one(dataset, claim("1", "mega"))[:3:2]
    assert ("unknown model", "not at ai-studio; gemini-api has it") == one(dataset, claim("1", source="ai-studio"))[
        :3:2
    ]


def test_an_id_without_its_day_is_of_the_one_model_that_has_one(tmp_path: Path) -> None:
    """Of two it is neither; a card that goes by the very name is meant before."""
    ids = ("small-3-20240307", "big-20250101", "big-20250601", "mid-20250101", "mid")
    repriced = change("2026-03-24", "repriced", ids[0], old=rate(ids[0], price="1"), new=rate(ids[0], price="9"))
    write(tmp_path, *added("2026-01-01", *(card(i, rate(i, price=str(n))) for n, i in enumerate(ids, 1))), repriced)
    cards = Dataset(tmp_path)

    assert ("right", "small-3-20240307") == (
        one(cards, claim("9", "small-3"))[0],
        one(cards, claim("9", "small-3"))[3].model,
    )
    assert ("wrong", MARCH, MARCH) == tuple(one(cards, claim("1", "small-3"))[i] for i in (0, 4, 5))
    assert "unknown model" == one(cards, claim("2", "big")).verdict
    assert "right" == one(cards, claim("5", "mid")).verdict
    assert "unknown model" == one(cards, claim("9", "small-3-2024030")).verdict


def test_a_model_that_came_back_is_judged_by_what_it_was_on_each_day(dataset: Dataset, tmp_path: Path) -> None:
    """Ours holds since it came back; what was right before it went is stale since then."""
    back = write(
        tmp_path / "back",
        *added("2026-01-01", card("flash", OLD)),
        change("2026-02-01", "model_removed", "flash"),
        *added("2026-03-24", card("flash", NEW)),
    )
    found = one(Dataset(back), claim("0.25"))

    assert ("wrong", MARCH, date(2026, 2, 1)) == (found.verdict, found.since, found.stale_since)


def test_a_rate_that_is_not_held_has_no_day(dataset: Dataset) -> None:
    """Nor has one that comes in a later edition been anything before."""
    found = one(dataset, claim("1", meter="cache_read"))
    assert ("not held", None, None, None) == (found.verdict, found.ours, found.since, found.stale_since)


def test_a_claim_of_a_price_that_the_page_first_did_not_have_is_wrong_since_it_has(tmp_path: Path) -> None:
    """Before, there was nothing to judge by."""
    root = write(
        tmp_path,
        *added("2026-01-01", card("flash", OLD)),
        change("2026-03-24", "rate_added", new=rate(meter="output", price="4")),
    )
    found = one(Dataset(root), claim("3", meter="output"))

    assert ("wrong", MARCH, None) == (found.verdict, found.since, found.stale_since)


def test_unread_prices_are_findings_and_all_are_counted(dataset: Dataset) -> None:
    """In the order of the verdicts, each of them named."""
    unread = Unread("gemini/flash", "x", "1", "no such field is known")
    claims = (claim("0.5"), claim("0.6"), claim("1", "mega"))
    entries = [
        PriceEntry("gemini/flash", "google/gemini-api", claims[:1], (unread,)),
        *(PriceEntry("k", SOURCE, (c,)) for c in claims[1:]),
    ]
    found = findings(audit(entries, PastCards(dataset, None, TODAY)))

    assert ("unread", unread, "no such field is known") == found[3][:3]
    assert {
        "wrong": 1,
        "wrong unit": 0,
        "stale": 0,
        "right": 1,
        "not held": 0,
        "unknown model": 1,
        "unread": 1,
        "reported only": 0,
    } == tally(found)


def test_editions_and_names_are_read_once(dataset: Dataset) -> None:
    """Two wrong claims of a model ask for the same, and two unknown models."""
    cards = PastCards(dataset, None, TODAY)

    assert [None, None] == [cards.card(SOURCE, model) for model in ("mega", "giga")]
    assert [None, APRIL] == [cards.last_day(SOURCE, model) for model in ("mega", "lite")]

    assert cards.editions(SOURCE, "flash") is cards.editions(SOURCE, "flash")
    assert [JANUARY, MARCH, date(2026, 6, 1)] == [edition.day for edition in cards.editions(SOURCE, "flash")]
