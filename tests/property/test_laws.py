"""What holds for every card, edition and history."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecards.model import Rate, RateCard, plain, validate_rate
from ratecards.storage import codec, history, strict_yaml
from ratecards.storage.history import Change, Stamp, apply, replay
from scraper.diff.editions import changes
from scraper.storage import card_files
from scraper.storage.card_files import decode, encode
from tests.property.strategies import START, cards, editions, prices, rates, read_on, words
from tests.support.kit import facts, stamped

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

Edition = dict[str, RateCard]


def shuffled(card: RateCard, seed: int) -> RateCard:
    """The card with its rates in another order."""
    return replace(card, rates=tuple(random.Random(seed).sample(card.rates, len(card.rates))))


def applied(old: Edition, found: list[Change]) -> Edition:
    """The cards after the changes."""
    result = dict(old)
    for change in found:
        apply(result, change)
    return result


def record(log: list[Change], edition: Edition, day: int, *, correction: bool = False) -> list[Change]:
    """The log with what an edition of that day adds to it, recorded now."""
    observed = START + timedelta(days=day)
    stamp = Stamp(
        observed=observed,
        recorded=f"{len(log) + 1:06}",
        capture=f"sha256:{observed}",
        parser="1",
        correction=correction,
    )
    return [*log, *stamped(changes(replay(log, until=observed), read_on(edition, observed)), stamp)]


def from_file(log: list[Change]) -> list[Change]:
    """The log as read back from its file."""
    return list(history.parse("".join(map(history.line, log)), "google", "gemini-api", "here"))


def as_of(log: list[Change], day: int) -> dict[str, object]:
    """What the log says of a day."""
    return facts(replay(log, until=START + timedelta(days=day)))


@given(rates())
def test_drawn_rates_may_be_published(rate: Rate) -> None:
    """The generator draws nothing that the table refuses, so that the laws are about rates."""
    assert [] == validate_rate(rate)


@given(prices)
def test_an_amount_is_what_its_text_says(price: Decimal) -> None:
    """Plain notation loses nothing and is what a card may hold."""
    assert price == Decimal(plain(price))
    assert codec.AMOUNT.match(plain(price))


@given(words)
def test_every_word_is_one_safe_scalar(text: str) -> None:
    """A word is read back as it was, alone, as a key and as a value, and stands on one visible line."""
    written = card_files.word(text)

    assert text == strict_yaml.load(f"- {written}", "here")[0]
    assert {text or "x": text} == strict_yaml.load(card_files.flow([(text or "x", text)]), "here")
    assert 1 == len(written.splitlines())
    assert not codec.INVISIBLE.search(written)


@given(cards())
def test_a_card_is_read_back_as_it_was(card: RateCard) -> None:
    """`decode(encode(card)) == card`, evidence included, but for the order of the rates."""
    found = decode(encode(card), "here")

    assert replace(card, rates=()) == replace(found, rates=())
    assert {(r, r.evidence) for r in card.rates} == {(r, r.evidence) for r in found.rates}
    assert len(card.rates) == len(found.rates)


@given(cards(), st.integers())
def test_a_card_has_one_text(card: RateCard, seed: int) -> None:
    """The bytes are the same however the rates come, and after being read back."""
    text = encode(card)

    assert text == encode(shuffled(card, seed))
    assert text == encode(decode(text, "here"))


@given(editions())
def test_nothing_changes_between_an_edition_and_itself(edition: Edition) -> None:
    """`changes(a, a)` is empty, whatever the order of rates and notes and however numbers are printed."""
    other = {
        m: replace(shuffled(c, 1), notices=c.notices[::-1], aliases=c.aliases[::-1], facts=c.facts[::-1])
        for m, c in edition.items()
    }

    assert [] == changes(edition, other)


@given(editions(), editions(), st.integers())
def test_applying_what_changed_gives_the_new_edition(old: Edition, new: Edition, seed: int) -> None:
    """`apply(a, changes(a, b))` is b: rates, words, places and metadata; the order of rates does not matter."""
    found = changes(old, new)

    assert facts(new) == facts(applied(old, found))
    assert found == changes(old, {m: shuffled(c, seed) for m, c in new.items()})


@given(editions(), editions())
def test_changed_metadata_are_named(old: Edition, new: Edition) -> None:
    """A change of metadata tells at least one field, and every field that it tells did change."""
    told = [c.fields for c in changes(old, new) if c.kind == "card_changed"]

    assert [True] * len(told) == [bool(fields) for fields in told]
    assert [] == [field for fields in told for field in fields if field[1] == field[2]]
    assert {""}.isdisjoint(field[0].partition(".")[2] for fields in told for field in fields if field[0] != "name")


@given(
    editions(),
    editions(),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("abc")),
    st.sets(st.sampled_from("abc")),
)
def test_kept_models_stay_and_renames_lose_nothing(
    old: Edition, new: Edition, renames: dict[str, str], kept: set[str]
) -> None:
    """With renames and unread models the others are as in the new edition, and the unread ones as in the old."""
    result = applied(old, changes(old, new, renames, kept=kept))
    expected = {m: c for m, c in new.items() if m not in kept} | {m: c for m, c in old.items() if m in kept}

    assert facts(expected) == facts(result)


@given(editions(), editions())
def test_a_change_of_one_line_is_read_back_as_it_was(old: Edition, new: Edition) -> None:
    """`parse(line(change)) == change`, evidence included."""
    day = START + timedelta(days=1)
    stamp = Stamp(observed=day, recorded="2026-01-02T00:00:00Z", capture=f"sha256:{day}", parser="1", last_updated=day)
    current = {m: replace(c, last_updated=day) for m, c in read_on(new, day).items()}
    log = stamped(changes(old, current), stamp)
    found = from_file(log)

    assert log == found
    assert [(c.old and c.old.evidence, c.new and c.new.evidence) for c in log] == [
        (c.old and c.old.evidence, c.new and c.new.evidence) for c in found
    ]


@given(cards())
def test_any_card_survives_its_history_line(card: RateCard) -> None:
    """A new model's whole card is read back from one line, with every word it holds."""
    stamp = Stamp(
        observed=card.observed,
        recorded="2026-01-01T00:00:00Z",
        capture=card.capture,
        parser=card.parser,
        last_updated=card.last_updated,
    )
    owner = {"provider": card.provider, "source": card.source, "model": card.model}
    change = Change(kind="model_added", card=card, stamp=stamp, **owner)
    text = history.line(change)
    found = next(history.parse(text, card.provider, card.source, "here"))

    assert change == found
    assert [r.evidence for r in card.rates] == [r.evidence for r in found.card.rates]
    assert 1 == len(text.splitlines())


@given(st.lists(editions(), min_size=1, max_size=5))
def test_folding_gives_every_edition_in_turn(run: list[Edition]) -> None:
    """A history of editions recorded day by day gives each of them as of its day, and as known at its instant."""
    log: list[Change] = []
    lengths = [0]
    for day, edition in enumerate(run):
        log = record(log, edition, day)
        lengths.append(len(log))

    assert [facts(e) for e in run] == [as_of(log, day) for day in range(len(run))]
    assert [facts(e) for e in run] == [facts(replay(log[:n])) for n in lengths[1:]]
    assert [facts(e) for e, (a, b) in zip(run, pairwise(lengths), strict=True) if b > a] == [
        facts(replay(log, known=f"{b:06}")) for a, b in pairwise(lengths) if b > a
    ]


late = st.lists(st.tuples(st.integers(0, 4), editions(), st.booleans()), min_size=1, max_size=6)


@given(late)
def test_what_is_recorded_late_holds_on_its_day(run: list[tuple[int, Edition, bool]]) -> None:
    """In whatever order days are read, and read again, each is as read last, and the days before it stay."""
    log: list[Change] = []
    for day, edition, correction in run:
        before = [as_of(log, earlier) for earlier in range(day)]
        log = record(log, edition, day, correction=correction)

        assert facts(edition) == as_of(log, day)
        assert before == [as_of(log, earlier) for earlier in range(day)]


@given(late)
def test_the_file_alone_tells_the_order_of_recording(run: list[tuple[int, Edition, bool]]) -> None:
    """A history read from its file folds the same by line and by day observed."""
    log: list[Change] = []
    for day, edition, correction in run:
        log = record(log, edition, day, correction=correction)
    found = from_file(log)

    assert replay(log) == replay(found)
    assert replay(log) == replay(history.ordered(found))


@given(st.lists(editions(), min_size=2, max_size=4), st.lists(editions(), min_size=4, max_size=4))
def test_reading_all_pages_again_corrects_all_days(run: list[Edition], better: list[Edition]) -> None:
    """A better parser run over the same pages in order gives its own reading of every one of them."""
    log: list[Change] = []
    for day, edition in enumerate(run):
        log = record(log, edition, day)
    first, known = as_of(log, len(run)), f"{len(log):06}"
    for day, edition in enumerate(better[: len(run)]):
        log = record(log, edition, day, correction=True)

    assert [facts(e) for e in better[: len(run)]] == [as_of(log, day) for day in range(len(run))]
    assert first == facts(replay(log, known=known))


@given(late)
def test_an_edition_between_others_changes_no_later_day(run: list[tuple[int, Edition, bool]]) -> None:
    """Where the next known edition is recorded once more after it, as backfill does, all later days stay."""
    log: list[Change] = []
    for day, edition, _ in run:
        after = sorted({c.stamp.observed for c in log if c.stamp and c.stamp.observed > START + timedelta(days=day)})
        before = [facts(replay(log, until=observed)) for observed in after]
        found = record(log, edition, day)
        for observed in after[:1]:
            again = Stamp(observed=observed, recorded=f"{len(found) + 1:06}", capture=f"sha256:{observed}", parser="1")
            found += stamped(changes(replay(found, until=observed), replay(log, until=observed)), again)
        log = found

        assert before == [facts(replay(log, until=observed)) for observed in after]


@given(editions(), editions(), editions())
def test_a_correction_holds_until_an_edition_says_otherwise(one: Edition, two: Edition, better: Edition) -> None:
    """After a correction of the first day, what the second edition changed stands as it said; the rest is corrected."""
    log = record(record([], one, 0), two, 1)
    said = {(c.model, c.new) for c in log if c.stamp and c.stamp.observed > START and c.new}
    log = record(log, better, 0, correction=True)
    now = replay(log)

    assert said == {(m, r) for m, r in said if r in now[m].rates}
