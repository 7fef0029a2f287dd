"""No answer without its age: when its sources were last looked at, and whether that is too long ago."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ratecards
from ratecards.__main__ import main
from ratecards.catalog.freshness import Age, Look, age, columns, line, looks, note, policy
from ratecards.dataset import Dataset
from ratecards.errors import DatasetError, StaleError, StaleWarning
from tests.support.histories import added, card, change, rate, write

TODAY = date(2026, 11, 25)
STATUS = {
    "google/gemini-api": {"verified": "2026-11-21", "stale_after_days": 3},
    "google/ai-studio": {"verified": "2026-10-26", "stale_after_days": 30},
    "google/enterprise": {"verified": "2025-01-01", "stale_after_days": None},
    "google/vertex-ai": {"verified": "", "stale_after_days": 3},
}
OPENAI = {"provider": "openai", "source": "openai-api"}
OLD, NEW = rate(price="0.25"), rate(price="0.5")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sources: Google's was last looked at four days ago where three are allowed, OpenAI's today."""
    flash = card(
        "flash", OLD, rate("flash", "output", "4"), rate("flash", "output", "0.1", modality="image", unit="1 image")
    )
    write(
        tmp_path,
        *added("2026-10-01", flash, card("lite", rate("lite"))),
        change("2026-11-01", "repriced", old=OLD, new=NEW),
    )
    write(tmp_path, *added("2026-10-02", card("gpt", rate("gpt", **OPENAI), **OPENAI)), **OPENAI)
    put(
        tmp_path,
        {"version": 1, "sources": {**STATUS, "openai/openai-api": {"verified": "2026-11-25", "stale_after_days": 3}}},
    )
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the dataset: status, what it printed, and what on stderr."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RATECARDS_DATASET", str(root))

    def command(*argv: str) -> tuple[int, str, str]:
        return main(argv, today=TODAY), *capsys.readouterr()

    return command


def put(root: Path, data: object) -> None:
    (root / "v1").mkdir(exist_ok=True)
    (root / "v1" / "status.json").write_text(data if isinstance(data, str) else json.dumps(data))


# ------------------------------------------------------------------------------------------------ what an age is


def test_what_is_over_its_limit(root):
    """Four days where three are allowed; thirty where thirty are; by hand and never read have no limit."""
    dataset = Dataset(root)
    assert {"google/gemini-api": date(2026, 11, 21)} == dataset.stale(TODAY)
    assert {} == dataset.stale(date(2026, 11, 24))
    assert {"google/gemini-api", "google/ai-studio"} == dataset.stale(date(2026, 11, 26)).keys()
    assert dataset.stale().keys() >= set()


def test_without_a_status_nothing_is_late(tmp_path):
    """An older dataset: its newest edition is the last look that is known of."""
    dataset = Dataset(write(tmp_path, *added("2026-10-01", card("flash", OLD))))

    assert {} == dataset.stale(TODAY) == looks(str(tmp_path))
    assert Age("google/gemini-api", date(2026, 10, 1), 55) == dataset.age("google/gemini-api", TODAY)
    assert Age("google/gemini-api", None, None) == dataset.age("google/gemini-api", date(2026, 9, 30))
    assert Age("google/other", None, None) == dataset.age("google/other", TODAY)


@pytest.mark.parametrize(
    "text",
    [
        *("<<<<<<<", "[]", '{"sources": {"a/b": {}}}', '{"sources": {"a/b": 1}}', '{"sources": []}'),
        '{"sources": {"a/b": {"verified": "2026-01-01", "stale_after_days": "3"}}}',
    ],
)
def test_a_damaged_status_is_named(root, text):
    """The file, and what is wrong."""
    put(root, text)
    with pytest.raises(DatasetError, match=r"status\.json: expected the status of each source, saw "):
        Dataset(root).age("google/gemini-api", TODAY)


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(seen=DAYS | st.none(), edition=DAYS | st.none(), on=DAYS, limit=st.integers(0, 90) | st.none())
def test_fault_101_an_age_is_counted_from_what_was_seen_until_then(seen, edition, on, limit):
    """Never from what came later; a day before the last look is history and not stale; without a limit nothing is."""
    found = age("a/b", Look(seen, limit), edition, on)
    known = [day for day in (seen, edition) if day and day <= on]

    assert (max(known, default=None), limit) == (found.verified, found.limit)
    assert found.days is None if not known else found.verified + timedelta(found.days) == on
    assert not (found.stale and seen and seen > on)
    assert not (found.stale and (limit is None or not known))
    if known and limit is not None and not (seen and seen > on):
        assert (on > found.expires) == found.stale == (found.days > limit)
    assert found.expires is None or found.verified <= found.expires


def test_words_and_columns():
    """For people, each source; for programs, the oldest of them."""
    late = Age("c/d", date(2026, 1, 1), 9, 3, stale=True)
    ages = [late, Age("a/b", date(2026, 1, 9), 1, 3), Age("e/f", None, None)]

    assert "" == line(ages[1:])
    assert "STALE, not read for longer than its limit: c/d since 2026-01-01" == line(ages)
    assert note(ages) == (
        "Last looked at: a/b 2026-01-09 (1 day old), c/d 2026-01-01 (9 days old, STALE: its limit is 3), e/f never."
    )
    assert {"verified": "2026-01-01", "age_days": 9, "stale": True} == columns(ages[:2])
    assert {"verified": "", "age_days": None, "stale": True} == columns(ages)
    assert {"verified": "", "age_days": None, "stale": False} == columns([])


def test_what_to_do_is_said_or_stands_in_the_environment():
    """In this order; another word is an error that says where it stands."""
    assert ["warn", "allow", "error"] == [
        policy(None, {}),
        policy(None, {"RATECARDS_STALE": "allow"}),
        policy("error", {}),
    ]
    with pytest.raises(DatasetError, match=r"^RATECARDS_STALE: expected one of allow, warn, error, saw 'no'$"):
        policy(None, {"RATECARDS_STALE": "no"})
    with pytest.raises(DatasetError, match=r"^stale: expected one of allow, warn, error, saw 'no'$"):
        ratecards.load(stale="no")


# ------------------------------------------------------------------------------------------------------ in Python


ANSWERS = {
    "cost": lambda dataset: ratecards.cost("flash", {"input_tokens": 1}, dataset=dataset),
    "find": lambda dataset: ratecards.find(dataset=dataset, model="flash"),
    "changes": lambda dataset: ratecards.changes(dataset=dataset, model="flash"),
    "upcoming": lambda dataset: ratecards.upcoming(dataset=dataset),
    "as_of": lambda dataset: ratecards.as_of("2030-01-01", dataset=dataset).cost("flash", {"input_tokens": 1}),
    "card": lambda dataset: ratecards.as_of("2030-01-01", dataset=dataset).card("flash"),
    "cards": lambda dataset: ratecards.as_of("2030-01-01", dataset=dataset).cards(),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_fault_101_python_warns_once_per_source(root, answer):
    """Whatever is asked; not again; not at all where it is allowed; no answer where it is an error."""
    put(root, {"sources": {"google/gemini-api": STATUS["google/gemini-api"]}})
    dataset = ratecards.load(root, stale="warn")
    with pytest.warns(StaleWarning, match="google/gemini-api since 2026-11-21") as told:
        ANSWERS[answer](dataset)
    assert 1 == len(told)
    assert __file__ == told[0].filename
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ANSWERS[answer](dataset)
        ANSWERS[answer](ratecards.load(root, stale="allow"))
    for _ in range(2):
        with pytest.raises(StaleError, match="STALE, not read for longer than its limit: google/gemini-api since"):
            ANSWERS[answer](ratecards.load(root, stale="error"))


def test_fault_101_python_names_the_source_that_was_asked_about(root):
    """A source that was looked at, and a day of the past, want no word."""
    put(root, {"sources": {"google/gemini-api": STATUS["google/gemini-api"]}})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = ratecards.load(root, stale="warn")
        ratecards.cost("gpt", {"input_tokens": 1}, dataset=dataset)
        ratecards.cost("flash", {"input_tokens": 1}, "2026-11-01", dataset=dataset)
        ratecards.changes(until="2026-11-20", dataset=dataset)


# --------------------------------------------------------------------------------------------------- in the shell

COMMANDS = {
    "models": ("models",),
    "show": ("show", "flash"),
    "changes": ("changes", "--model", "flash"),
    "diff": ("diff", "2026-10-01", "2026-11-25"),
    "upcoming": ("upcoming",),
    "cost": ("cost", "flash", "--input-tokens", "1"),
    "images": ("images", "flash"),
    "budget": ("budget", "flash", "--input-tokens", "1"),
    "compare text": ("compare", "text", "--input-tokens", "1", "--output-tokens", "1"),
    "compare images": ("compare", "images"),
    "savings": ("savings", "flash", "--input-tokens", "1"),
    "limits": ("limits", "flash"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_fault_101_every_command_says_its_age(run, command):
    """In JSON and CSV in each record, in the table in words, on stderr where it is too old."""
    argv = COMMANDS[command]
    code, out, err = run(*argv, "--format", "json")
    data = json.loads(out)
    records = data if isinstance(data, list) else [data]
    own = [r for r in records if "google" in f"{r.get('provider', '')}{r.get('source', '')}"]

    assert 0 == code
    assert {("2026-11-21", 4, True)} == {(r["verified"], r["age_days"], r["stale"]) for r in own}
    assert "google/gemini-api since 2026-11-21" in err
    assert ",verified,age_days,stale" in run(*argv, "--format", "csv")[1].splitlines()[0]
    table = run(*argv)[1]
    assert "2026-11-21 (4 days old, STALE: its limit is 3)" in table or "google/gemini-api since 2026-11-21" in table


@pytest.mark.parametrize("command", COMMANDS)
def test_fault_101_the_shell_can_refuse(run, monkeypatch, command):
    """`--stale error` prints no answer and ends with 6; `allow` prints it alone; the environment says either, too."""
    argv = COMMANDS[command]
    code, out, err = run(*argv, "--stale", "error")

    assert (6, "") == (code, out)
    assert err.startswith("ratecards: STALE, not read for longer than its limit: google/gemini-api since 2026-11-21")
    assert (0, "") == run(*argv, "--stale", "allow")[::2]
    monkeypatch.setenv("RATECARDS_STALE", "error")
    assert 6 == run(*argv)[0]
    assert (0, "") == run(*argv, "--stale", "allow")[::2]
    monkeypatch.setenv("RATECARDS_STALE", "never")
    assert (2, "ratecards: RATECARDS_STALE: expected one of allow, warn, error, saw 'never'\n") == run(*argv)[::2]


def test_fault_101_the_line_names_what_was_asked_about(run):
    """Not the six others; nothing of one that was looked at, nor of the past."""
    assert (
        "ratecards: STALE, not read for longer than its limit: google/gemini-api since 2026-11-21\n"
        == run("show", "flash")[2]
    )
    assert "" == run("show", "gpt")[2]
    assert "" == run("cost", "flash", "--input-tokens", "1", "--on", "2026-11-21")[2]
    assert "" == run("cost", "flash", "--input-tokens", "1", "--on", "2026-11-01")[2]
    assert "google/gemini-api" in run("cost", "flash", "--input-tokens", "1", "--on", "2027-01-01")[2]


def test_fault_101_an_unknown_model_may_be_a_new_one(run):
    """Where nobody has looked for too long, that is said with it; not where it is allowed, nor of another error."""
    late = "ratecards: STALE, not read for longer than its limit: google/gemini-api since 2026-11-21\n"
    for argv in (("cost", "flash-9", "--input-tokens", "1"), ("show", "flash-9")):
        code, _, err = run(*argv)
        assert (2, late) == (code, err.splitlines(keepends=True)[-1])
        assert "unknown model 'flash-9'; nearest: flash\n" in err
        assert late not in run(*argv, "--stale", "allow")[2]
    assert late not in run("cost", "flash", "--input-tokens", "1", "--tier", "none")[2]


def test_fault_101_nothing_announced_is_not_said_where_nobody_looked(run, root):
    """But since when; for programs a record of that kind; after a look it is said again."""
    words = "What was announced since then is not known; nobody has looked at google/gemini-api since 2026-11-21.\n"
    assert words == run("upcoming")[1]
    (row,) = json.loads(run("upcoming", "--format", "json")[1])
    assert ("stale", "google", "gemini-api", "2026-11-21", 4, "") == tuple(
        row[name] for name in ("kind", "provider", "source", "verified", "age_days", "model")
    )
    put(root, {"sources": {"google/gemini-api": {"verified": "2026-11-25", "stale_after_days": 3}}})
    assert run("upcoming")[1].startswith("Nothing is announced for after 2026-11-25.\n")
    assert [] == json.loads(run("upcoming", "--format", "json")[1])


MAP = {"gemini/flash": {"litellm_provider": "gemini", "input_cost_per_token": 9e-7, "output_cost_per_token": 4e-6}}


def test_fault_101_a_claim_unlike_a_stale_card_is_not_wrong(run, tmp_path):
    """It is `stale`, counted, and no error unless it is to be one; what is right is right; on a day of the past: wrong."""
    file = tmp_path / "map.json"
    file.write_text(json.dumps(MAP))
    code, out, err = run("audit", str(file), "--format", "json")
    found = json.loads(out)

    assert (0, True) == (code, found["stale"])
    assert "google/gemini-api since 2026-11-21" in err
    assert (1, 1, 0) == tuple(found["counts"][name] for name in ("stale", "right", "wrong"))
    assert ("stale", 4, True) == tuple(found["findings"][0][name] for name in ("verdict", "age_days", "stale"))
    words = " ".join(run("audit", str(file))[1].split())
    assert "2 prices judged, 1 right, 0 wrong, 0 in a wrong unit, 1 unlike a card that is too old to judge by" in words
    assert "stale: 1" in words
    assert [0, 1, 1] == [
        run("audit", str(file), *more)[0] for more in ((), ("--fail-on", "stale"), ("--on", "2026-11-21"))
    ]
    assert 6 == run("audit", str(file), "--stale", "error")[0]


@pytest.mark.parametrize(("more", "level"), [((), "note"), (("--fail-on", "unread,stale"), "error")])
def test_fault_101_sarif_says_it(run, tmp_path, more, level):
    """As a note of a rule of its own, or as an error; the run has the age."""
    file = tmp_path / "map.json"
    file.write_text(json.dumps(MAP))
    (done,) = json.loads(run("audit", str(file), "--format", "sarif", *more)[1])["runs"]
    (result,) = done["results"]

    assert ("stale-card", level) == (result["ruleId"], result["level"])
    assert (4, True) == (done["properties"]["age_days"], done["properties"]["stale"])


def test_an_export_says_until_when(run, tmp_path):
    """In the list beside its files; an export of what is stale can be refused, and then writes nothing."""
    to = tmp_path / "out"
    assert 6 == run("export", "genai-prices", "--to", str(to), "--stale", "error")[0]
    assert not to.exists()
    assert 0 == run("export", "genai-prices", "--to", str(to))[0]
    listed = json.loads((to / "ratecards-export.genai-prices.json").read_text())

    assert ("2026-11-01", "2026-11-24") == (listed["observed"], listed["expires"])


def test_the_first_page_of_the_site_says_the_day_above_the_search(root, tmp_path):
    """Of each page, marked where what it shows is older than its limit. The script counts the days."""
    from scraper.site import build, gather

    fill = {"outcome": "READ", "failing_since": "", "message": "", "models": 1, "rates": 1, "amounts": {}, "unread": []}
    status = {name: {**fill, "holds": [], "last_updated": "", **entry} for name, entry in STATUS.items()}
    put(root, {"version": 1, "sources": status})
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "ratecards").symlink_to(root)
    pages = [
        build(gather(Dataset(root), tmp_path / "site", day))["index.html"].decode()
        for day in (TODAY, date(2026, 11, 24))
    ]

    for page, old in zip(pages, (" old", ""), strict=True):
        head = page.partition("<form")[0]
        assert f'<details class="looks{old}">' in head
        assert '>google/gemini-api</a> official, looked at <time data-stale="3">2026-11-21</time>' in head
        assert "days ago" not in page
