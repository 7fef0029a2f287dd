"""The pack as the workshop keeps it: in step with every publication, made anew where it must be, proven by check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ratecards.storage import packbody, packing
from ratecards.storage.pack import FILE, Pack, part
from scraper.errors import DatasetError
from scraper.pipeline.evaluate import Previous, evaluate
from scraper.pipeline.rebuild import rebuilt
from scraper.publish import pack
from scraper.publish.assemble import publication
from scraper.publish.dataset import Dataset
from scraper.publish.transaction import Publication
from scraper.publish.verify import findings
from tests.pipeline.test_judge import edition
from tests.support import tiny
from tests.support.workshop import ACME, at

TODAY = date(2026, 11, 20)


@pytest.fixture
def dataset(tmp_path: Path, acme) -> Dataset:
    """A dataset of the test source, with one look published."""
    return looked(Dataset(tmp_path / "data"), 1, {"m-1": {"input": "1"}, "m-2": {"input": "2"}})


def looked(dataset: Dataset, day: int, prices: dict) -> Dataset:
    """The dataset after a page with those prices."""
    found = edition(tiny.page(prices), at(f"2026-11-{day:02}T12:00:00"))
    previous = Previous(dataset.state(ACME.name), lambda: dataset.cards(ACME.name))
    verdict = evaluate(ACME, found, previous, None, found.at)
    publication(dataset, [verdict], found.at).commit()
    return dataset


def file(dataset: Dataset) -> Path:
    """Where the pack stands."""
    return dataset.root / pack.PATH


def made(dataset: Dataset) -> bytes:
    """What the histories give."""
    return packing.files({name: dataset.changes(name) for name in dataset.names()})[FILE]


def test_every_publication_keeps_it(dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
    """The first makes it; the next add to it, without reading the history again."""
    assert made(dataset) == file(dataset).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(pack, "_whole", lambda *_: pytest.fail("the history was read"))
        looked(dataset, 2, {"m-1": {"input": "1.5"}, "m-3": {"input": "3"}})
    assert made(dataset) == file(dataset).read_bytes()
    assert ["m-1", "m-3"] == list(Pack(file(dataset).read_bytes(), "here").sources[ACME.name].models)


def test_nothing_new_leaves_it(dataset: Dataset):
    """The same page on another day; even a pack that is not one, for no card is looked at."""
    file(dataset).write_bytes(before := b"x")
    looked(dataset, 2, {"m-1": {"input": "1"}, "m-2": {"input": "2"}})
    assert before == file(dataset).read_bytes()


@pytest.mark.parametrize("change", ["gone", "damaged", "behind", "misfit"])
def test_what_cannot_be_added_to_is_made_anew(dataset: Dataset, change: str):
    """A pack that is missing, damaged, older than the history, or of another one."""
    behind = file(dataset).read_bytes()
    looked(dataset, 2, {"m-1": {"input": "1.5"}, "m-2": {"input": "2"}})
    data = file(dataset).read_bytes()
    broken = {"gone": b"", "damaged": b"x" + data, "behind": behind, "misfit": data.replace(b'"m-1"', b'"m-9"')}
    file(dataset).write_bytes(broken[change])
    if change == "gone":
        file(dataset).unlink()
    looked(dataset, 3, {"m-1": {"input": "2.5"}, "m-2": {"input": "2"}})
    assert made(dataset) == file(dataset).read_bytes()


def test_check_proves_it(dataset: Dataset):
    """A pack that says something else is a finding, and rebuilding makes it anew; none at all is none."""
    assert [] == findings(dataset, TODAY)
    data = file(dataset).read_bytes()
    file(dataset).write_bytes(data.replace(b'"$1"', b'"$9"'))
    words = f"{file(dataset)}: does not hold what the histories say; python -m scraper rebuild makes it anew"
    assert [words] == findings(dataset, TODAY)
    assert pack.PATH in rebuilt(dataset, TODAY).commit()
    assert data == file(dataset).read_bytes()
    file(dataset).unlink()
    assert [] == findings(dataset, TODAY)


def test_a_history_that_does_not_fold_is_refused(dataset: Dataset):
    """It names the source, and nothing is asked to be written."""
    log = dataset.root / dataset.history_path(ACME.name)
    log.write_text(log.read_text() * 2)
    result = Publication(dataset.root)
    with pytest.raises(DatasetError, match="damaged history, restore it from git: history of acme/tiny: model_added"):
        pack.remake(result, dataset)
    assert [] == result.paths


def test_full_files(dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
    """They are published with it and stay; one too many is a finding, and goes when the pack is made anew."""
    monkeypatch.setattr(packbody, "FULL", 800)
    for day in range(2, 6):
        looked(dataset, day, {"m-1": {"input": f"{day}"}, "m-2": {"input": "2"}})
    parts = sorted((dataset.root / "ratecards" / "past").glob("*"))
    assert [dataset.root / "ratecards" / part(n) for n in range(1, len(parts) + 1)] == parts
    assert len(parts) > 1
    assert [] == findings(dataset, TODAY)
    (dataset.root / "ratecards" / part(len(parts) + 1)).write_bytes(b"{}\n")
    assert 1 == len(findings(dataset, TODAY))
    assert f"ratecards/{part(len(parts) + 1)}" in rebuilt(dataset, TODAY).commit()
    assert [] == findings(dataset, TODAY)
    assert parts == sorted((dataset.root / "ratecards" / "past").glob("*"))
