"""The dataset: where it stands, what it holds, which card a name means."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ratecards import dataset
from ratecards.dataset import Dataset, locate
from ratecards.errors import DatasetError, StaleError, StaleWarning
from tests.support.histories import added, card, change, rate, write


def refused(ask, *args, **named) -> str:
    with pytest.raises(DatasetError) as caught:
        ask(*args, **named)
    return str(caught.value)


def prices(cards) -> list[tuple[str, Decimal | None]]:
    return [(r.model, r.price) for c in cards for r in c.rates]


class TestLocate:
    def test_the_data_directory_itself(self, tmp_path: Path) -> None:
        """A directory with histories is the dataset."""
        write(tmp_path, *added("2026-01-01", card()))

        assert tmp_path == locate(tmp_path, {})

    def test_a_root_with_a_package(self, tmp_path: Path) -> None:
        """A checkout holds the dataset in `ratecards/`."""
        write(tmp_path / "ratecards", *added("2026-01-01", card()))

        assert tmp_path / "ratecards" == locate(str(tmp_path), {})

    def test_the_argument_goes_before_the_environment(self, tmp_path: Path) -> None:
        """The environment counts only where nothing was said, and an empty value says nothing."""
        here, there = write(tmp_path / "a", *added("2026-01-01", card())), write(tmp_path / "b", *added("2026-01-01"))

        assert here == locate(here, {"RATECARDS_DATASET": str(there)})
        assert there == locate(None, {"RATECARDS_DATASET": str(there)})

    def test_the_package_comes_last(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without argument and environment the package's own directory is read."""
        monkeypatch.setattr(dataset, "PACKAGE", write(tmp_path, *added("2026-01-01", card())))

        assert tmp_path == locate(None, {})
        assert tmp_path == locate("", {"RATECARDS_DATASET": ""})

    @pytest.mark.parametrize(
        ("names", "seen"),
        [
            (None, "no such directory"),
            ((), "an empty directory"),
            (("b.txt", "a/"), "a/, b.txt"),
            (("1", "2", "3", "4", "5", "6", "7"), "1, 2, 3, 4, 5 and 2 more"),
        ],
    )
    def test_what_is_no_dataset_is_described(self, tmp_path: Path, names, seen: str) -> None:
        """The message names the path, what was expected and what was seen."""
        root = tmp_path / "data"
        if names is not None:
            root.mkdir()
        for name in names or ():
            (root / name).mkdir() if name.endswith("/") else (root / name).touch()

        expected = "history/<provider>/<source>.<year>.jsonl, or ratecards/ with that in it"
        assert f"{root} is not a dataset: expected {expected}, saw {seen}" == refused(locate, root, {})

    def test_a_file_is_no_dataset(self, tmp_path: Path) -> None:
        """A file where a directory is expected is called a file, and the environment is named as the origin."""
        file = tmp_path / "rates.csv"
        file.touch()

        message = refused(locate, None, {"RATECARDS_DATASET": str(file)})

        assert message.startswith(f"{file} (from RATECARDS_DATASET) is not a dataset")
        assert message.endswith("saw a file")

    def test_a_package_without_data_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A wheel without histories is told apart from a wrong argument."""
        monkeypatch.setattr(dataset, "PACKAGE", tmp_path)

        assert f"{tmp_path} (the package's own directory) is not a dataset" in refused(locate, None, {})


class TestSources:
    def test_every_history_is_a_source(self, tmp_path: Path) -> None:
        """Sources are `provider/source`, sorted."""
        write(tmp_path, provider="openai", source="openai-api")
        write(tmp_path, provider="google", source="vertex-ai")

        assert ("google/vertex-ai", "openai/openai-api") == Dataset(tmp_path).sources

    def test_a_source_goes_by_its_short_name(self, tmp_path: Path) -> None:
        """The provider may be left out where only one source has the name."""
        data = Dataset(write(tmp_path, *added("2026-01-01", card())))

        assert "google/gemini-api" == data.source("gemini-api")
        assert "google/gemini-api" == data.source("google/gemini-api")

    def test_an_unknown_source_is_refused(self, tmp_path: Path) -> None:
        """The message lists the sources there are."""
        message = refused(Dataset(write(tmp_path)).source, "gemini")

        assert f"{tmp_path}: expected one source 'gemini', saw only google/gemini-api" == message

    def test_an_ambiguous_source_is_refused(self, tmp_path: Path) -> None:
        """Two providers with one source name need the provider."""
        write(tmp_path, provider="a", source="api")
        write(tmp_path, provider="b", source="api")

        assert "saw several: a/api, b/api" in refused(Dataset(tmp_path).source, "api")


class TestChanges:
    def test_changes_come_in_order_of_observation(self, tmp_path: Path) -> None:
        """A correction appended later takes its place among the changes of its edition."""
        later, earlier = added("2026-03-01", card("pro")), added("2026-01-01", card("flash"))
        data = Dataset(write(tmp_path, *later, *earlier))

        assert ["flash", "pro"] == [c.model for c in data.changes("gemini-api")]

    def test_a_history_is_read_once(self, tmp_path: Path) -> None:
        """Asking again gives the same list, whatever has become of the file."""
        data = Dataset(write(tmp_path, *added("2026-01-01", card())))
        first = data.changes("gemini-api")
        write(tmp_path)

        assert first is data.changes("google/gemini-api")

    def test_a_broken_line_is_named(self, tmp_path: Path) -> None:
        """The message names file and line."""
        file = write(tmp_path, *added("2026-01-01", card())) / "history/google/gemini-api.jsonl"
        file.write_text(file.read_text() + "<<<<<<< HEAD\n")

        assert refused(Dataset(tmp_path).changes, "gemini-api").startswith(f"{file}:2: not a change of this version")

    def test_a_file_that_is_not_text_is_named(self, tmp_path: Path) -> None:
        """Bytes that are not UTF-8 are refused with the path."""
        file = write(tmp_path) / "history/google/gemini-api.jsonl"
        file.write_bytes(b"\xff\xfe")

        assert refused(Dataset(tmp_path).changes, "gemini-api").startswith(f"{file}: expected UTF-8, saw")


class TestCards:
    def test_cards_fold_the_history_up_to_a_day(self, tmp_path: Path) -> None:
        """On the day of an edition its changes count, the day before they do not."""
        old, new = rate(price="0.25"), rate(price="0.5")
        repriced = change("2026-03-24", "repriced", old=old, new=new)
        data = Dataset(write(tmp_path, *added("2026-03-01", card("flash", old)), repriced))

        assert [("flash", Decimal("0.25"))] == prices(data.cards(date(2026, 3, 23)))
        assert [("flash", Decimal("0.5"))] == prices(data.cards(date(2026, 3, 24)))
        assert [("flash", Decimal("0.5"))] == prices(data.cards())

    def test_cards_of_all_sources_are_in_one_order(self, tmp_path: Path) -> None:
        """By provider, source and model; a source not yet observed has none."""
        write(tmp_path, *added("2026-01-01", card("pro"), card("flash")))
        image = card("image", provider="a", source="x")
        write(tmp_path, *added("2026-02-01", image), provider="a", source="x")
        data = Dataset(tmp_path)

        assert ["image", "flash", "pro"] == [c.model for c in data.cards()]
        assert ["flash", "pro"] == [c.model for c in data.cards(date(2026, 1, 31))]

    def test_before_the_first_observation_nothing_is_known(self, tmp_path: Path) -> None:
        """That is an error with the first day, not an empty answer."""
        data = Dataset(write(tmp_path, *added("2026-01-01", card())))

        message = f"{tmp_path}: nothing was observed before 2026-01-01; asked for 2025-12-31"
        assert message == refused(data.cards, date(2025, 12, 31))

    def test_empty_histories_have_no_first_day(self, tmp_path: Path) -> None:
        """Asking such a dataset for a day is refused."""
        data = Dataset(write(tmp_path))

        assert [] == data.cards()
        assert f"{tmp_path}: expected at least one observation, saw empty histories" == refused(
            data.cards, date(2026, 1, 1)
        )

    def test_a_history_that_does_not_fold_is_named(self, tmp_path: Path) -> None:
        """A change of a model that was never added is refused with path and source."""
        data = Dataset(write(tmp_path, change("2026-01-01", "model_removed")))

        message = f"{tmp_path}: history of google/gemini-api: model_removed of flash, which has no card"
        assert message == refused(data.cards)


class TestFind:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Dataset:
        embedding = card("embedding-2", rate("embedding-2"), aliases=("embedding-2-preview",))
        return Dataset(
            write(
                tmp_path,
                *added("2026-01-01", card("flash", rate()), card("nano", rate("nano")), card("old", rate("old"))),
                *added("2026-02-01", embedding),
                change("2026-03-01", "model_renamed", "nano-1", previous_id="nano"),
                change("2026-04-01", "model_renamed", "nano-2", previous_id="nano-1"),
                change("2026-05-01", "model_removed", "old"),
            )
        )

    @pytest.mark.parametrize(
        ("name", "model"),
        [
            ("flash", "flash"),
            (" models/Flash ", "flash"),
            ("embedding-2-preview", "embedding-2"),
            ("nano", "nano-2"),
            ("nano-1", "nano-2"),
        ],
    )
    def test_a_name_finds_its_card(self, data: Dataset, name: str, model: str) -> None:
        """An id in any spelling, an alias, and every id that a model had before."""
        assert [model] == [c.model for c in data.find(name)]

    def test_a_former_id_is_followed_only_to_the_day(self, data: Dataset) -> None:
        """As of a day, renames after it have not happened."""
        assert ["nano"] == [c.model for c in data.find("nano", date(2026, 2, 1))]
        assert ["nano-1"] == [c.model for c in data.find("nano", date(2026, 3, 31))]

    def test_each_source_answers_for_itself(self, tmp_path: Path, data: Dataset) -> None:
        """What is an alias here may be an id there; both cards are found."""
        other = card("embedding-2-preview", provider="google", source="vertex-ai")
        write(tmp_path, *added("2026-02-01", other), source="vertex-ai")

        found = [(c.source, c.model) for c in data.find("embedding-2-preview")]
        assert [("gemini-api", "embedding-2"), ("vertex-ai", "embedding-2-preview")] == found

    def test_a_misspelt_name_gets_the_nearest(self, data: Dataset) -> None:
        """Names that contain it first, then names like it, aliases included."""
        near = "unknown model 'embedding'; nearest: embedding-2, embedding-2-preview"
        assert near == refused(data.find, "embedding")
        assert "unknown model 'falsh'; nearest: flash" == refused(data.find, "falsh")

    @pytest.mark.parametrize("name", ["zzz", ""])
    def test_a_name_like_no_other_gets_the_list(self, data: Dataset, name: str) -> None:
        """Where nothing is near, the message says how to see them all."""
        assert f"unknown model {name!r}; `ratecards models` lists them all" == refused(data.find, name)

    def test_a_model_before_its_first_day(self, data: Dataset) -> None:
        """The message says when it was first observed."""
        message = "embedding-2 was first observed on 2026-02-01; nothing is known of it on 2026-01-15"
        assert message == refused(data.find, "embedding-2", date(2026, 1, 15))

    def test_a_model_that_is_gone(self, data: Dataset) -> None:
        """The message says since when, and how to see its last card."""
        assert "old is gone since 2026-05-01; its last card: --on 2026-04-30" == refused(data.find, "old")
        assert ["old"] == [c.model for c in data.find("old", date(2026, 4, 30))]

    def test_an_alias_that_was_dropped(self, tmp_path: Path) -> None:
        """A name that no card has any more says which model it stood for."""
        changes = added("2026-01-01", card("flash", aliases=("lite",)))
        dropped = change("2026-02-01", "card_changed", card=card("flash"), fields=(("aliases.lite", "alias", ""),))
        data = Dataset(write(tmp_path, *changes, dropped))

        assert ["flash"] == [c.model for c in data.find("lite", date(2026, 1, 1))]
        assert "lite names no card any more; it stood for flash" == refused(data.find, "lite")

    def test_all_ids_of_a_model(self, data: Dataset) -> None:
        """Renames are followed both ways, aliases to their model."""
        assert {"nano", "nano-1", "nano-2"} == data.ids("nano-1")
        assert {"embedding-2"} == data.ids("embedding-2-preview")
        assert "unknown model 'falsh'; nearest: flash" == refused(data.ids, "falsh")


def test_reading_needs_no_yaml(tmp_path: Path) -> None:
    """A dataset is read, and a command run, with the standard library alone."""
    write(tmp_path, *added("2026-01-01", card("flash", rate())))
    root = Path(dataset.__file__).parents[1]
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); sys.modules['yaml'] = None\n"
        "from ratecards.__main__ import main\n"
        f"assert main(['show', 'flash', '--dataset', {str(tmp_path)!r}]) == 0\n"
        "third = {m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names\n"
        "print(sorted(t for t in third if not t.startswith('_') and t not in ('yaml', 'sitecustomize')))"
    )

    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)

    assert "['ratecards']" == run.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "ask",
    [lambda d: d.find("flash"), lambda d: d.cards(), lambda d: d.changes("gemini-api")],
    ids=["find", "cards", "changes"],
)
def test_what_is_asked_directly_tells_its_age(tmp_path: Path, ask):
    """Once, unless the caller does."""
    root = write(tmp_path / "data", *added("2026-01-01", card("flash", rate())))
    (root / "v1").mkdir()
    look = {"sources": {"google/gemini-api": {"stale_after_days": 3, "verified": "2026-01-01"}}}
    (root / "v1" / "status.json").write_text(json.dumps(look))
    dataset = Dataset(root, "warn")
    with pytest.warns(StaleWarning, match="google/gemini-api since 2026-01-01"):
        ask(dataset)
    assert ["google/gemini-api"] == list(dataset.answered)
    with pytest.raises(StaleError):
        ask(Dataset(root, "error"))
    assert dataset.cards(tell=False) == dataset.cards()
