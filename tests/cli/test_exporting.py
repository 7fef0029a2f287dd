"""`ratecards export`: what it prints, where it writes, what it never overwrites, and that its counts add up."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from ratecards import load
from ratecards.__main__ import main
from ratecards.cli.export_command import exported
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 22)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A model with two prices and one that no file says, and one that is added later."""
    flash = card("flash", rate("flash"), rate("flash", "output", "2"), rate("flash", "cache_storage", "1"))
    lite = card("lite", rate("lite", price="0.1"), rate("lite", "output", "0.3"))
    return write(tmp_path / "data", *added("2026-01-01", flash), *added("2026-03-01", lite))


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Export from the dataset; gives status, output and errors."""
    monkeypatch.setenv("RATECARDS_DATASET", str(root))

    def command(*argv: object) -> tuple[int, str, str]:
        status = main(["export", *map(str, argv)], today=TODAY)
        return status, *capsys.readouterr()

    return command


def test_one_file_to_stdout(run):
    """The file alone; what it does not say goes to stderr, with counts."""
    status, out, err = run("genai-prices")
    assert (0, ["flash", "lite"]) == (status, [m["id"] for m in json.loads(out)[0]["models"]])
    assert (
        "genai-prices: 4 of 5 rates of google/gemini-api, without\n      1  storage of cached tokens\n"
        "Last looked at: google/gemini-api 2026-03-01 (266 days old).\n"
    ) == err


def test_nothing_unsaid(run, tmp_path):
    """Where everything is said, there is no list."""
    lite = card("lite", rate("lite", price="0.1"), rate("lite", "output", "0.3"))
    write(tmp_path / "other", *added("2026-01-01", lite))
    assert (
        "genai-prices: 2 of 2 rates of google/gemini-api\n"
        "Last looked at: google/gemini-api 2026-01-01 (325 days old).\n"
        == run("genai-prices", "--dataset", tmp_path / "other")[2]
    )


def test_several_files_need_a_directory(run):
    """Nothing is written to a place that nobody named."""
    status, out, err = run("models.dev")
    assert (2, "") == (status, out)
    assert "ratecards: export models.dev: 4 files; say where: --to DIR\n" == err


def test_to_a_directory(run, tmp_path):
    """The files by path, and a list with their digests and the counts beside them."""
    status, out, _ = run("models.dev", "--to", tmp_path / "new")
    listed = json.loads((tmp_path / "new" / "ratecards-export.models.dev.json").read_text())
    assert (0, f"4 files in {tmp_path / 'new'}\n") == (status, out)
    assert (4, {"storage of cached tokens": 1}, "2026-03-01") == tuple(
        listed[n] for n in ("said", "unsaid", "observed")
    )
    assert sorted(listed["files"]) == sorted(
        p.relative_to(tmp_path / "new").as_posix()
        for p in (tmp_path / "new").rglob("*")
        if p.is_file() and not p.name.startswith("ratecards-export")
    )


def test_again(run, tmp_path):
    """The same data gives the same bytes; a file of a model that is gone is taken away."""
    files = {}
    for day in ("2026-03-01", "2026-03-01", "2026-01-01"):
        assert 0 == run("models.dev", "--to", tmp_path / "new", "--on", day)[0]
        found = {str(p): p.read_bytes() for p in (tmp_path / "new").rglob("*") if p.is_file()}
        assert files.setdefault(day, found) == found
    assert ["lite.toml"] == [Path(p).name for p in files["2026-03-01"] if p not in files["2026-01-01"]]


def test_edited_files_stay(run, tmp_path):
    """One that would be written stops the export before it begins, one that is gone is left and named."""
    run("models.dev", "--to", tmp_path)
    models = tmp_path / "providers" / "google" / "models"
    (models / "lite.toml").write_text("mine")
    status, _, err = run("models.dev", "--to", tmp_path, "--on", "2026-01-01")
    assert (0, "mine") == (status, (models / "lite.toml").read_text())
    assert err.endswith(f"left as it is, because it was edited: {models / 'lite.toml'}\n")
    (models / "flash.toml").write_text("mine")
    before = (tmp_path / "api.json").read_bytes()
    status, _, err = run("models.dev", "--to", tmp_path)
    assert (2, "mine", before) == (status, (models / "flash.toml").read_text(), (tmp_path / "api.json").read_bytes())
    assert "flash.toml is not a file of an earlier export, or was edited since; nothing was written" in err


def test_foreign_files(run, tmp_path):
    """A file that was there before, a directory in its place, or a link out of the directory."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "data.json").write_text("[]")
    (tmp_path / "b" / "data.json").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "data.json").symlink_to(tmp_path / "a" / "data.json")
    for name in "abc":
        assert 2 == run("genai-prices", "--to", tmp_path / name)[0]
    assert "[]" == (tmp_path / "a" / "data.json").read_text()


def test_equal_files_are_no_conflict(run, tmp_path):
    """The very bytes that would be written may stand there already."""
    (tmp_path / "data.json").write_text(run("genai-prices")[1])
    assert 0 == run("genai-prices", "--to", tmp_path)[0]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2, "files": {}}', '{"version": 1, "files": {"a": 1}}', "[" * 10**5]
)
def test_a_list_that_is_not_ours(run, tmp_path, text):
    """Nothing is overwritten on the word of a list that this command did not write."""
    (tmp_path / "ratecards-export.genai-prices.json").write_text(text)
    status, _, err = run("genai-prices", "--to", tmp_path)
    assert (2, True) == (status, "expected the list of an earlier export" in err)


def test_a_list_that_leads_out(run, tmp_path):
    """A list names files of its own directory, whatever it says."""
    run("genai-prices", "--to", tmp_path / "new")
    victim = tmp_path / "victim.txt"
    victim.write_text("x")
    listing = tmp_path / "new" / "ratecards-export.genai-prices.json"
    data = json.loads(listing.read_text())
    digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    listing.write_text(json.dumps({**data, "files": {**data["files"], "../victim.txt": digest, str(victim): digest}}))
    assert 0 == run("genai-prices", "--to", tmp_path / "new")[0]
    assert victim.exists()


def test_sources(run):
    """By name, with or without the provider; an unknown one is refused, and a day before the first is."""
    assert 0 == run("genai-prices", "--source", "gemini-api", "--source", "google/gemini-api")[0]
    assert "expected one source 'vertex'" in run("genai-prices", "--source", "vertex")[2]
    assert 2 == run("genai-prices", "--on", "2025-01-01")[0]


def test_a_source_that_came_later(run, root):
    """It had no cards on the day."""
    write(
        root,
        *added("2026-02-01", card("flash", rate("flash", source="vertex-ai"), source="vertex-ai")),
        source="vertex-ai",
    )
    status, _, err = run("genai-prices", "--source", "vertex-ai", "--on", "2026-01-15")
    assert (2, "ratecards: google/vertex-ai: nothing was observed by 2026-01-15\n") == (status, err)


def test_a_step_of_a_past_day(run, root):
    """As of a day, prices are those that held then."""
    new = rate("flash", price="0.7")
    write(
        root,
        *added("2026-01-01", card("flash", rate("flash"), rate("flash", "output", "2"))),
        change("2026-02-01", "repriced", old=rate("flash"), new=new),
    )
    prices = [
        json.loads(run("genai-prices", *words)[1])[0]["models"][0]["prices"]["input_mtok"]
        for words in ((), ("--on", "2026-01-31"))
    ]
    assert [0.7, 0.5] == prices


def test_formats_are_found_by_name(run, monkeypatch):
    """LiteLLM's module has the same signature as the others."""
    module = ModuleType("litellm")
    module.export = lambda cards, on: ({"map.json": f"{len(cards)} {on}\n"}, {"everything": 5})
    monkeypatch.setitem(sys.modules, "ratecards.formats.litellm_writer", module)
    assert (0, "2 2026-11-22\n") == run("litellm")[:2]


@pytest.mark.parametrize("name", ["litellm", "genai-prices", "models.dev"])
@pytest.mark.parametrize("day", ["2026-01-01", "2026-11-01", "2027-06-01"])
def test_every_priced_rate_is_counted(name, day):
    """Of all sources: those that are said, and those that are not, are all there are."""
    cards = load().cards()
    made = exported(cards, name, date.fromisoformat(day))
    assert made.said + sum(made.unsaid.values()) == sum(r.price is not None for c in cards for r in c.rates)
    assert made.said > 0
    assert min(made.unsaid.values()) > 0
