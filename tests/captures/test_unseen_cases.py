"""Unknown words of the project's own editions: a few that are taken out, and one day of the time machine."""

from __future__ import annotations

import pytest

from ratecards.storage import strict_yaml
from scraper.sources import gemini_terms, vocabulary
from tests import ablation, timemachine
from tests.support import cases, pagebuilder, vocabularies

EDITIONS = ("2026-08-27.md.txt", "2026-10-04.md.txt")
WORDS = ("tokens", "1M", "Paid", "requests", "queries", "through", "audio", "free")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of captures with two editions, the second with the models of a later case; few tables make a page."""
    found = tmp_path_factory.mktemp("captures")
    target = found / "google" / "gemini-api"
    target.mkdir(parents=True)
    old, new = (_facts(case) for case in ("era-2026-08", "era-2026-10"))
    both = {**old, "models": {**new["models"], **old["models"]}}
    for name, edition in zip(EDITIONS, (old, both), strict=True):
        (target / name).write_bytes(pagebuilder.twin_page(edition))
    timemachine.page.cache_clear()
    data = vocabulary.data_of(gemini_terms.load_terms)
    data["proofs"]["tables_min"] = 1
    with vocabularies.speaking(data):
        yield str(found)
    timemachine.page.cache_clear()


def _facts(case: str) -> dict:
    path = cases.FOLDER / "gemini_api" / "cases" / case / "facts.yaml"
    return strict_yaml.load(path.read_text(encoding="utf-8"), case)


def test_a_few_words_that_are_not_known(folder):
    """Nothing is wrong, and most of what is lost is read all the same, of new models less."""
    found = list(ablation.losses(folder, every=23, editions=[EDITIONS], words=WORDS))
    reached = ablation.goals(found)

    assert {"lexicon: tokens", "lexicon: 1M", "lexicon: Paid"} <= {loss.term for loss in found}
    assert 0 == reached["wrong"], ablation.table(found)
    assert reached["known"] >= 0.8, ablation.table(found, each=True)
    assert reached["new"] >= 0.6, ablation.table(found, each=True)


@pytest.mark.parametrize("case", ["gemini-3", "media"])
def test_a_term_of_the_agent_platform_that_is_not_known(case, tmp_path):
    """Nothing is wrong; what a word of a label, header, tab or unit said is read all the same."""
    of = ablation.PAGES["google/vertex-ai"]
    ((name, _),) = of.editions
    (tmp_path / of.source).mkdir(parents=True)
    (tmp_path / of.source / name).write_text(
        (cases.FOLDER / "vertex_ai" / "cases" / case / "page.html").read_text(encoding="utf-8"), encoding="utf-8"
    )
    found = list(ablation.losses(str(tmp_path), every=2, words=("tokens", "image", "second"), of=of))
    words = [
        loss for loss in found if loss.term.split(":")[0] in ("tabs", "types", "units", "header_tiers", "contexts")
    ]

    assert [] == [wrong for loss in found for wrong in loss.wrong]
    assert ablation.goals(words)["known"] >= 0.9, ablation.table(found, each=True)


def test_a_day_of_the_time_machine(folder):
    """By the words of the edition before nothing is wrong, and after doctor's lines all of it is read."""
    (day,) = timemachine.days(folder, EDITIONS)

    assert {} == {how: wrong for how, wrong in day.wrong.items() if wrong}
    assert day.read["strict"] <= day.read["second pass"] <= day.read["doctor"] == day.priced
