"""Which card answers for a name, as of which day, and why none does."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from ratecards.catalog.authority import is_witness
from ratecards.catalog.catalog import Catalog, DatedCatalog, as_day
from ratecards.dataset import Dataset
from ratecards.errors import CostError, DatasetError
from tests.support.guide import FLASH_IMAGE, LAOZHANG, MARCH, flash_image, reseller, shelf
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
STUDIO = {"provider": "google", "source": "ai-studio"}
VERTEX = {"provider": "google", "source": "vertex-ai"}


def small(*, day: date = MARCH) -> Catalog:
    """A model that documentation, AI Studio (with an alias) and the Agent Platform have, each with a card."""
    cards = [
        card("flash", rate("flash")),
        card("flash", rate("flash", **STUDIO), aliases=("flash-latest",), **STUDIO),
        card("flash", rate("flash", **VERTEX), **VERTEX),
        card("palm", rate("palm", **VERTEX), **VERTEX),
        card("pro", rate("pro")),
    ]
    return Catalog(cards, day)


def test_the_documentation_answers():
    """And the other publications of the same seller are witnesses, but for a price list of its own."""
    choice = small().choose(" models/Flash ")
    assert "google/gemini-api" == choice.offer.source
    assert ["google/ai-studio"] == [w.source for w in choice.witnesses]
    assert "documented" == choice.policy
    assert () == small().choose("pro").witnesses


def test_an_alias_that_another_source_states():
    """AI Studio says what flash-latest points to; the documentation prices it."""
    assert ("google/gemini-api", "flash") == (
        (offer := small().choose("flash-latest").offer).source,
        offer.card.model,
    )


def test_a_source_asked_for_answers_alone():
    """With or without its provider's name; the day is the shelf's."""
    choice = small().choose("flash", source="vertex-ai")
    assert ("google/vertex-ai", (), MARCH) == (choice.offer.source, choice.witnesses, choice.offer.day)
    assert "google/vertex-ai" == small().choose("flash", source="google/vertex-ai").offer.source


def test_resellers_do_not_answer_for_the_maker():
    """The maker's card is taken; what a reseller alone has must be asked of it by name."""
    assert "google/gemini-api" == shelf().choose(FLASH_IMAGE).offer.source
    with pytest.raises(CostError, match="-flash-image is held by laozhang/laozhang alone: name it as source"):
        shelf().choose("gemini-3.1-flash-image")
    assert "laozhang" == shelf().choose(FLASH_IMAGE, source="laozhang").offer.card.provider


@pytest.mark.parametrize(
    ("name", "how", "message"),
    [
        ("flsh", {}, "unknown model 'flsh'; nearest: flash"),
        ("zzz", {}, "unknown model 'zzz'"),
        ("palm", {}, "palm is held by google/vertex-ai alone: name it as source"),
        ("palm", {"source": "ai-studio"}, "palm is not held by google/ai-studio, but by google/vertex-ai"),
        ("plam", {"source": "ai-studio"}, "unknown model 'plam'; nearest: palm"),
        ("flash", {"source": "aws"}, "expected one source 'aws', saw google/ai-studio, google/gemini-api"),
        ("flash", {"policy": "cheap"}, "no policy 'cheap'; policies: documented, billed, conservative"),
        ("flash", {"policy": "billed", "source": "vertex-ai"}, "a policy chooses among sources: leave out the source"),
    ],
)
def test_why_no_card_answers(name: str, how: dict[str, str], message: str):
    """One line, with what is near or where else it is."""
    with pytest.raises(CostError) as caught:
        small().choose(name, **how)
    assert str(caught.value).startswith(message)


def test_an_alias_of_several_models_means_none():
    """A name must mean one model."""
    both = [card(name, rate(name), aliases=("latest",)) for name in ("flash", "pro")]
    with pytest.raises(CostError, match="latest means several models of google/gemini-api: flash, pro; name one"):
        Catalog(both, MARCH).choose("latest")


def test_two_makers_with_one_id():
    """It must be said whose model is meant."""
    other = {"provider": "openai", "source": "openai-api"}
    both = [card("flash", rate("flash")), card("flash", rate("flash", **other), **other)]
    with pytest.raises(CostError, match="flash is sold by google/gemini-api, openai/openai-api; name one as source"):
        Catalog(both, MARCH).choose("flash")


def test_sellers_offer_each_model_once():
    """Documentation first, then what is only kept by hand; witnesses offer nothing of their own."""
    by_hand = card("flash", rate("flash"), source="guide", facts=(("manual", "why"),))
    assert [("google/gemini-api", "flash")] == [
        (o.source, o.card.model) for o in Catalog([*_cards(), by_hand], MARCH).sellers()
    ]
    alone = Catalog([by_hand], MARCH)
    assert ["google/guide"] == [o.source for o in alone.sellers()]
    assert not is_witness(card("x", provider="acme", source="tiny"))


def _cards() -> list:
    return [offer.card for offer in small() if offer.card.model == "flash"]


# ---------------------------------------------------------------------------------------- with a history


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Google's page with a rename, a model that goes and one that comes; the reseller since March."""
    write(
        tmp_path,
        *added("2026-01-01", card("flash", rate("flash")), card("old", rate("old", price="2", quote="$2"))),
        change("2026-03-01", "model_removed", "old"),
        change("2026-03-24", "model_renamed", "flash-2", previous_id="flash"),
        *added("2026-04-01", flash_image()),
    )
    cheap, dear = reseller("0.03"), reseller("0.05")
    history = [*added("2026-03-02", cheap), change("2026-03-09", "model_removed", cheap.model, **LAOZHANG)]
    write(tmp_path, *history, *added("2026-03-09", dear), provider="laozhang", source="laozhang")
    return Dataset(tmp_path)


def dated(dataset: Dataset, on: str | None = None, **days: str) -> DatedCatalog:
    """The shelf of a dataset on a day."""
    own = {name: date.fromisoformat(day) for name, day in days.items()}
    return dataset.catalog(as_day(on), TODAY, own)


def test_the_newest_cards_are_judged_today(dataset: Dataset):
    """Without a day the cards are the newest, and dated rates those of today."""
    newest = dated(dataset)
    assert TODAY == newest.choose(FLASH_IMAGE).offer.day
    assert "flash-2" == newest.choose("flash").offer.card.model


def test_each_source_as_of_its_own_day(dataset: Dataset):
    """Google's cards of the 1st of April, the reseller's of the 2nd of March."""
    mixed = dated(dataset, "2026-04-01", laozhang="2026-03-02")
    prices = [r.price for r in mixed.choose(FLASH_IMAGE, source="laozhang").offer.card.rates]
    assert ["0.03"] == [str(p) for p in prices]
    assert date(2026, 3, 2) == mixed.choose(FLASH_IMAGE, source="laozhang").offer.day
    assert date(2026, 4, 1) == mixed.choose(FLASH_IMAGE).offer.day


def test_a_model_that_is_gone_says_its_last_price(dataset: Dataset):
    """Marked as gone, with the day and what it cost last."""
    with pytest.raises(CostError) as caught:
        dated(dataset).choose("old")
    expected = (
        "old is gone since 2026-03-01; its last card: --on 2026-02-28; last prices (google/gemini-api, until "
        "2026-02-28): input 2.00 / 1M tokens"
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("name", "on", "message"),
    [
        ("flash", "2025-12-31", "nothing was observed before 2026-01-01; asked for 2025-12-31"),
        (FLASH_IMAGE, "2026-02-01", f"{FLASH_IMAGE} was first observed on 2026-04-01; nothing is known of it on"),
        ("flsh", None, "unknown model 'flsh'; nearest: flash"),
        (
            FLASH_IMAGE,
            "2026-03-10",
            f"{FLASH_IMAGE} was first observed on 2026-04-01; nothing is known of it on 2026-03-10; ",
        ),
    ],
)
def test_why_no_card_answers_on_a_day(dataset: Dataset, name: str, on: str | None, message: str):
    """With the history at hand the reason is known."""
    with pytest.raises(CostError) as caught:
        dated(dataset, on).choose(name)
    assert str(caught.value).startswith(message)


def test_what_somebody_else_still_has(dataset: Dataset):
    """Unknown on its maker's page on that day, but held by a reseller: both are said."""
    with pytest.raises(CostError, match="is held by laozhang/laozhang alone: name it as source"):
        dated(dataset, "2026-03-10").choose(FLASH_IMAGE)


def test_days_of_sources_are_checked(dataset: Dataset):
    """A day before the source's first, and a source that is not there."""
    with pytest.raises(CostError, match="nothing of laozhang/laozhang was observed before 2026-03-02"):
        dated(dataset, laozhang="2026-03-01")
    with pytest.raises(DatasetError, match="expected one source 'aws'"):
        dated(dataset, aws="2026-03-01")


def test_a_history_that_does_not_fold(tmp_path: Path):
    """The message names the dataset and the source."""
    write(tmp_path, change("2026-01-01", "model_removed", "nobody"))
    with pytest.raises(DatasetError, match="history of google/gemini-api: model_removed of nobody"):
        dated(Dataset(tmp_path))


def test_days():
    """A date, an instant, an ISO string, or none."""
    assert [MARCH, MARCH, MARCH, None] == [
        as_day(day) for day in (MARCH, datetime(2026, 3, 24, 12), "2026-03-24", None)
    ]
    for wrong in ("24.3.2026", 3):
        with pytest.raises(CostError, match="expected a date like 2026-03-24, saw"):
            as_day(wrong)  # type: ignore[arg-type]


def test_the_same_catalog_on_other_days(dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
    """Kept for the next who asks; when there are too many, all are forgotten."""
    now = dated(dataset)
    march = now.at(MARCH)
    assert march is now.at(MARCH)
    assert MARCH == march.on
    monkeypatch.setattr("ratecards.catalog.catalog._MOST_OTHERS", 1)
    assert march is not now.at(MARCH.replace(day=25))
    assert march is not now.at(MARCH)
