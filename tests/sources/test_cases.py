"""Every case of every source: it gives the rates and the problems that a person has accepted, or the refusal."""

from __future__ import annotations

from datetime import date

import pytest

from ratecards.model import validate_rate as wrong
from scraper.errors import LayoutChanged
from scraper.model import Provenance, cards
from scraper.publish.dataset import FACTS
from scraper.sources import SOURCES
from scraper.storage import card_files
from tests import accept
from tests.support.cases import Case, cases, problems, table

READ = [(case, kind) for case in cases("expected.csv") for kind in case.bodies]
REFUSED = [(case, kind) for case in cases("expected_error.txt") for kind in case.bodies]


def test_every_source_has_a_case():
    """Of pages of facts the own test holds the file against its cases; of what is reported no rate is read by itself."""
    priced = [source for source in SOURCES if source.name not in FACTS and not source.reported]
    assert {source.source.replace("-", "_") for source in priced} == {case.source for case, _ in READ}


@pytest.mark.parametrize(("case", "kind"), READ, ids=str)
def test_what_is_read(case: Case, kind: str, subtests):
    """In each representation: the same rows, the same problems, no doubt, every amount accounted for."""
    found = case.reading(kind)
    expected, actual = case.file("expected.csv").splitlines(), table(found).splitlines()
    for line in sorted({*expected} ^ {*actual}):
        with subtests.test(line=line):
            assert (line in expected) == (line in actual)
    assert expected == actual
    assert (case.file("problems.yaml") or "") == problems(found)
    assert [] == found.suspicions
    assert bool(found.problems) == bool(found.amounts.unclaimed)


@pytest.mark.parametrize(("case", "kind"), READ, ids=str)
def test_what_is_read_may_be_published(case: Case, kind: str):
    """Each rate is one of the table, and each card comes back from its file unchanged."""
    found = case.reading(kind)
    source = next(s for s in SOURCES if s.source.replace("-", "_") == case.source)
    capture = Provenance("https://example.test/", "0" * 64, date(2026, 11, 1), found.last_updated, source.module.PARSER)
    assert [] == [problem for rate in found.rates() for problem in wrong(rate)]
    for card in cards(found, capture, source.provider, source.source).values():
        assert card == card_files.decode(card_files.encode(card), card.model)


@pytest.mark.parametrize(("case", "kind"), REFUSED, ids=str)
def test_what_is_refused(case: Case, kind: str):
    """A page that is not the page: nothing is read of it, and the message says why."""
    with pytest.raises(LayoutChanged) as refused:
        case.reading(kind)
    assert case.file("expected_error.txt").strip() in str(refused.value)


@pytest.mark.parametrize("case", cases("expected.csv", "expected_error.txt"), ids=str)
def test_what_is_expected_is_what_accept_writes(case: Case):
    """No hand has edited it: the helper gives the same bytes."""
    assert {name: case.file(name) for name in accept.files(case)} == accept.files(case)
