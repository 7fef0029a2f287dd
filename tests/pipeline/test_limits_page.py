"""The limits page in the dataset: new, unchanged, changed, damaged, not read; and what it never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ratecards.storage import limits
from scraper.errors import DatasetError
from scraper.publish.dataset import LIMITS_SOURCE, Dataset
from scraper.sources import rate_limits
from tests.sources.rate_limits.test_rate_limits import page
from tests.support.workshop import Ran, outcomes, tree

CARD = "ratecards/cards/google/rate-limits/limits.yaml"


@dataclass
class Desk:
    """Looks at the limits page over one dataset."""

    root: Path
    run: Callable[..., Ran]

    def look(self, day: str, text: str | bytes) -> Ran:
        folder = self.root / day / LIMITS_SOURCE
        folder.mkdir(parents=True, exist_ok=True)
        body = text.encode() if isinstance(text, str) else text
        (folder / f"{day}T06-00-00Z.md.txt").write_bytes(body)
        found = ("--replay", self.root / day, "--to", self.root / "data", "--now", f"{day}T06:00:00Z")
        return self.run("refresh", LIMITS_SOURCE, *found)

    @property
    def files(self) -> dict[str, bytes]:
        return tree(self.root / "data")

    @property
    def card(self) -> Path:
        return self.root / "data" / CARD

    @property
    def published(self) -> limits.LimitsCard | None:
        return Dataset(self.root / "data").limits()


@pytest.fixture
def desk(run, tmp_path) -> Desk:
    return Desk(tmp_path, run)


def verdict(ran: Ran) -> tuple[str, int]:
    return outcomes(ran.out)[LIMITS_SOURCE], ran.code


def test_the_first_look_is_new(desk):
    """A card of its own, dated and with its capture, in the publication too; no rates and no history."""
    ran = desk.look("2026-11-01", page("era-2026"))
    card = desk.published

    assert ("NEW", 0) == verdict(ran)
    assert card is not None
    assert (date(2026, 11, 1), True) == (card.observed, card.capture.startswith("sha256:"))
    assert json.loads(desk.files["ratecards/v1/limits.json"])
    assert not [path for path in desk.files if "/history/" in path]


def test_the_same_page_is_unchanged(desk):
    """On the same day nothing is written; on the next only that it was looked at."""
    desk.look("2026-11-01", page("era-2026"))
    before = desk.files
    again = desk.look("2026-11-01", page("era-2026"))
    same = desk.files
    later = desk.look("2026-11-02", page("era-2026"))

    assert [("UNCHANGED", 0)] * 2 == [verdict(again), verdict(later)]
    assert before == same
    assert before[CARD] == desk.files[CARD]
    assert "2026-11-02" == json.loads(desk.files[f"state/{LIMITS_SOURCE}.json"])["verified"]


def test_other_words_are_no_change(desk):
    """A page whose limits are the same keeps the card, with the day it was read from."""
    desk.look("2026-11-01", page("era-2026"))
    before = desk.card.read_bytes()
    ran = desk.look("2026-11-02", page("era-2026").replace("They depend on many things.", "They depend."))

    assert ("UNCHANGED", 0) == verdict(ran)
    assert before == desk.card.read_bytes()


def test_another_limit_is_a_change(desk):
    """The card says the new figure, and since when."""
    desk.look("2026-11-01", page("era-2026"))
    ran = desk.look("2026-11-02", page("era-2026").replace("25,000", "26,000"))
    card = desk.published

    assert ("CHANGED", 0) == verdict(ran)
    assert card is not None
    assert (date(2026, 11, 2), True) == (card.observed, 26000 in {limit.tokens for limit in card.batch_limits})


def test_a_lost_card_is_written_again(desk):
    """The page is the one read before, but what it says stands nowhere."""
    desk.look("2026-11-01", page("era-2026"))
    before = desk.card.read_bytes()
    desk.card.unlink()
    ran = desk.look("2026-11-01", page("era-2026"))

    assert ("NEW", 0) == verdict(ran)
    assert before == desk.card.read_bytes()


@pytest.mark.parametrize(
    "text", [b"<<<<<<< HEAD\n", b"schema: 9\n", b"\xff\xfe", b""], ids=["markers", "schema", "bytes", "empty"]
)
def test_a_damaged_card_is_a_verdict(desk, text):
    """Never read half and never written over: git has it."""
    desk.look("2026-11-01", page("era-2026"))
    desk.card.write_bytes(text)
    before = desk.files
    ran = desk.look("2026-11-02", page("era-2026"))

    assert ("DAMAGED", 1) == verdict(ran)
    assert "damaged limits, restore them from git: " in ran.out
    assert "limits.yaml" in ran.out
    assert before == desk.files


def test_a_card_that_is_no_file_is_damage(desk):
    """A folder in its place is named like any damage."""
    desk.card.mkdir(parents=True)

    with pytest.raises(DatasetError, match="restore them from git"):
        _ = desk.published


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("# Another page\n\nNothing here.\n", "NOT_READ"),
        (b"\xff\xfe\xff", "NOT_READ"),
        (page("era-2026").replace("25,000", "many"), "PARTLY_READ"),
    ],
    ids=["page", "bytes", "figure"],
)
def test_what_is_not_the_page_is_not_read(desk, text, outcome):
    """The card stays as it was, and the next good look goes on from it."""
    desk.look("2026-11-01", page("era-2026"))
    before = desk.card.read_bytes()
    ran = desk.look("2026-11-02", text)
    after = desk.card.read_bytes()
    good = desk.look("2026-11-03", page("era-2026"))

    assert (outcome, 4) == verdict(ran)
    assert before == after == desk.card.read_bytes()
    assert ("UNCHANGED", 0) == verdict(good)


NEW_SECTION = "## Spend-based rate limits\n\nSpending is limited, too.\n\n| Usage tier | Spend per 10 minutes |\n|---|---|\n| Tier 1 | $10 |\n| Tier 2 | $100 |\n\n"


def with_section(before: str, more: str = NEW_SECTION, **changed: str) -> str:
    """The page with one more section."""
    text = page("era-2026").replace(f"## {before}", f"{more}## {before}") if before else f"{page('era-2026')}\n{more}"
    assert more in text
    for old, new in changed.values():
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    "before", ["How rate limits work", "Usage tiers", "Batch API rate limits", "Request a rate limit increase", ""]
)
def test_an_unknown_section_is_unread_alone(desk, before):
    """Wherever it stands, the first look at it and the next: usage tiers and batch queues are read, and published."""
    first = desk.look("2026-11-01", with_section(before))
    again = desk.look("2026-11-02", with_section(before).replace("25,000", "26,000"))
    state = json.loads(desk.files[f"state/{LIMITS_SOURCE}.json"])
    card = desk.published

    assert [("PARTLY_READ", 4)] * 2 == [verdict(first), verdict(again)]
    assert (["spend-based rate limits"], date(2026, 11, 2)) == (state["unread"], card.observed)
    assert (3, {26_000, 500_000}) == (len(card.usage_tiers), {limit.tokens for limit in card.batch_limits})
    assert "unknown section 'Spend-based rate limits'" in again.out
    assert ("CHANGED", 0) == verdict(desk.look("2026-11-03", page("era-2026")))


def test_what_is_unread_of_a_known_section_keeps_the_card(desk):
    """The card has one day: it is not made of two."""
    desk.look("2026-11-01", page("era-2026"))
    before = desk.card.read_bytes()
    ran = desk.look("2026-11-02", page("era-2026").replace("25,000", "many").replace("$260", "$270"))

    assert (("PARTLY_READ", 4), before) == (verdict(ran), desk.card.read_bytes())


def test_nothing_is_published_before_the_first():
    """No card, no limits."""
    assert None is Dataset(Path("/nowhere")).limits()


def test_backfill_takes_it_too(desk, run, tmp_path):
    """A kept page becomes the card, dated by its name."""
    path = tmp_path / "2026-10-30.md.txt"
    path.write_text(page("era-2026"), encoding="utf-8")
    ran = run("backfill", LIMITS_SOURCE, path, "--to", tmp_path / "data", "--now", "2026-11-01")
    card = desk.published

    assert ("NEW", 0) == verdict(ran)
    assert card is not None
    assert (date(2026, 10, 30), rate_limits.PARSER) == (card.observed, card.parser)
