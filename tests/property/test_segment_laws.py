"""Wherever a history is cut into files, it says the same: all of it, each day of it, its newest end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecards.model import RateCard
from ratecards.storage import segments
from ratecards.storage.history import Change, fold, ordered
from scraper.publish import record as module
from scraper.publish.dataset import Dataset
from scraper.publish.record import newest
from scraper.publish.transaction import Publication
from tests.property.strategies import START, editions
from tests.property.test_laws import Edition, record

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover

NAME = "google/gemini-api"
# day, edition, correction, and whether the file is full by then
looks = st.lists(st.tuples(st.integers(0, 4), editions(), st.booleans(), st.booleans()), min_size=1, max_size=6)


@contextmanager
def published(run: list[tuple[int, Edition, bool, bool]]) -> Iterator[tuple[Dataset, list[Change]]]:
    """A dataset to which these looks were recorded one after the other, and the same as one list."""
    log: list[Change] = []
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr("os.fsync", lambda handle: None)
        dataset = Dataset(Path(folder))
        for day, edition, correction, full in run:
            found = record(log, edition, day, correction=correction)
            patched.setattr(module, "FULL", 0 if full else 10**9)
            result = Publication(dataset.root)
            module.record(result, dataset, NAME, found[len(log) :])
            result.commit()
            log = found
        yield dataset, log


def said(cards: dict[str, RateCard]) -> dict[str, object]:
    """Cards with the evidence of their rates, which is no part of their being equal."""
    return {model: (card, [rate.evidence for rate in card.rates]) for model, card in cards.items()}


@given(looks)
@settings(max_examples=60)
def test_a_history_says_the_same_however_it_is_cut(run: list[tuple[int, Edition, bool, bool]]) -> None:
    """All changes, in order; the cards of each day from the nearest checkpoint, as `fold` gives them from all."""
    with published(run) as (dataset, log):
        found = dataset.changes(NAME)

        assert log == found
        assert said(fold(log)) == said(fold(found)) == said(dataset.as_of(NAME))
        days = [START + timedelta(days=day) for day in range(-1, 6)]
        assert [said(fold(log, until=day)) for day in days] == [said(dataset.as_of(NAME, day)) for day in days]


@given(looks)
@settings(max_examples=40)
def test_every_checkpoint_is_what_came_before_it(run: list[tuple[int, Edition, bool, bool]]) -> None:
    """Evidence included; so a file that is closed need never be read again for the present."""
    with published(run) as (dataset, _):
        proofs = list(segments.proven(dataset.root / dataset.history_path(NAME)))

        assert [said(dict(folded)) for _, _, folded in proofs] == [said(dict(cards)) for _, cards, _ in proofs]
        assert len(proofs) == max(len(dataset.history_paths(NAME)) - 1, 0)


@given(looks, st.integers(1, 30))
@settings(max_examples=40)
def test_the_newest_are_the_end_of_the_whole(run: list[tuple[int, Edition, bool, bool]], count: int) -> None:
    """As many as are asked for, or all, in the order of the whole history; what is about to be recorded included."""
    with published(run[:-1]) as (dataset, log):
        day, edition, correction, _ = run[-1]
        fresh = record(log, edition, day, correction=correction)[len(log) :]

        assert ordered([*log, *fresh])[-count:] == newest(dataset, [NAME], {NAME: fresh}, count)
        assert ordered(log)[-count:] == newest(dataset, [NAME], {}, count)
