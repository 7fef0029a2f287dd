"""Price maps of other projects as reports: what no official card has, for the sellers that are held."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ratecards.catalog.reported import read as reader_cards
from ratecards.model import Rate
from ratecards.storage.history import line
from scraper.errors import FetchFailed
from scraper.fetch import all_sources
from scraper.fetch.client import Limits, Validators
from scraper.model import State
from scraper.publish import reported, schemas
from scraper.publish.dataset import Dataset
from scraper.sources import find
from tests.support.histories import added, card, change, rate, write
from tests.support.workshop import Ran, outcomes

MAP = {
    "gemini/argon": {
        "litellm_provider": "gemini",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 1e-05,
        "output_cost_per_reasoning_token": 1e-05,
        "input_cost_per_token_batches": 1e-06,
    },
    "gemini/thinker": {
        "litellm_provider": "gemini",
        "output_cost_per_token": 1e-05,
        "output_cost_per_reasoning_token": 2e-05,
    },
    "vertex_ai/argon": {"litellm_provider": "vertex_ai", "input_cost_per_token": 3e-06},
    "gemini/flash": {"litellm_provider": "gemini", "input_cost_per_token": 9e-06},
    "gemini/flash-001": {"litellm_provider": "gemini", "input_cost_per_token": 9e-06},
    "gemini/experiment": {"litellm_provider": "gemini", "input_cost_per_token": 0.0},
    "gemini/twice": {"litellm_provider": "gemini", "input_cost_per_token": 1e-06},
    "twice": {"litellm_provider": "gemini", "input_cost_per_token": 2e-06},
    "gemini/what:is_this": {"litellm_provider": "gemini", "input_cost_per_token": 2e-06},
    "bedrock/other": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-06},
}


@pytest.fixture
def take(run, tmp_path: Path) -> Callable[..., Ran]:
    """Take the map into a dataset whose documentation has flash."""
    (tmp_path / "map.json").write_text(json.dumps(MAP), encoding="utf-8")
    write(tmp_path / "data" / "ratecards", *added("2026-01-01", card("flash", rate(), aliases=("flash-001",))))
    more = ("--date", "2026-11-30", "--as-of", "LiteLLM 1.0", "--to", tmp_path / "data")
    return lambda name="litellm", file="map.json": run("reported", name, tmp_path / file, *more)


def test_what_nobody_else_has(take: Callable[..., Ran], tmp_path: Path):
    """A card for each page; no price of 0, none that stands twice, none of what is official or of another seller."""
    assert "reported/litellm 2026-11-30: 3 cards, wrote 5 files" in take().out
    found = {(reported.page_of(c), c.model): c for c in reported.cards(Dataset(tmp_path / "data"))}
    assert {("google/gemini-api", "argon"), ("google/gemini-api", "thinker"), ("google/vertex-ai", "argon")} == set(
        found
    )
    argon = found["google/gemini-api", "argon"]
    assert ("google", "reported/litellm", "reported") == (argon.provider, argon.source, argon.grade)
    assert {"as of": "LiteLLM 1.0", "licence": "MIT, Copyright (c) 2023 Berri AI"}.items() <= dict(argon.facts).items()
    assert [("standard", "input", "2"), ("standard", "output", "10"), ("batch", "input", "1")] == [
        (r.service_tier, r.meter, f"{r.price:.0f}") for r in argon.rates
    ]
    assert argon.rates[0].evidence.quote.startswith("input_cost_per_token: ")
    assert ["", "thinking"] == [r.context for r in found["google/gemini-api", "thinker"].rates]


@pytest.mark.parametrize("words", [("litellm",), ("litellm", "x.json", "--date", "2026-11-30"), ()])
def test_what_a_map_needs(run: Callable[..., Ran], words: tuple[str, ...]):
    """File, day and words, unless it is asked how right they were."""
    assert (2, True) == ((ran := run("reported", *words)).code, "--date DAY --as-of WORDS, or --record" in ran.err)


def test_another_projects_file(take: Callable[..., Ran], tmp_path: Path):
    """It is named what was expected; a file that is none is, too."""
    done = take("genai-prices")
    assert done.code
    assert "expected a price file of genai-prices, saw one of litellm" in done.out + done.err
    done = take(file="nothing.json")
    assert done.code
    assert "nothing.json" in done.out + done.err


# ----------------------------------------------------------------------------------------------- fetched


GENAI = [
    {
        "id": "google",
        "models": [
            {"id": "argon", "match": {"equals": "argon"}, "prices": {"input_mtok": 2, "output_mtok": 10}},
            {"id": "flash", "match": {"equals": "flash"}, "prices": {"input_mtok": 9}},
        ],
    }
]
BODIES = {"litellm": MAP, "genai-prices": GENAI}


@pytest.fixture
def look(run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A look at the maps over a dataset whose documentation has flash; gives the outcome of the one that is named."""
    write(tmp_path / "data" / "ratecards", *added("2026-01-01", card("flash", rate(), aliases=("flash-001",))))
    for name in BODIES:
        module: Any = find(f"reported/{name}").module
        terms = replace(module.load_terms(), models_min=2)
        monkeypatch.setattr(module, "load_terms", lambda terms=terms: terms)

    def looks(day: str, body: object = None, name: str = "litellm") -> str:
        source = f"reported/{name}"
        folder = tmp_path / day / source
        folder.mkdir(parents=True, exist_ok=True)
        text = body if isinstance(body, str) else json.dumps(BODIES[name] if body is None else body)
        (folder / f"{day}T06-00-00Z.json").write_text(text, encoding="utf-8")
        ran = run("refresh", source, "--replay", tmp_path / day, "--to", tmp_path / "data")
        looks.out = ran.out
        return outcomes(ran.out)[source]

    return looks


def held(root: Path) -> set[tuple[str, str, str, str]]:
    """Reporter, page, model and day of what is reported."""
    found = reported.cards(Dataset(root / "data"))
    return {(c.source, reported.page_of(c), c.model, str(c.observed)) for c in found}


def test_a_map_that_is_fetched(look: Callable[..., str], tmp_path: Path):
    """Its news are cards; the same again is none, and what says something else is a card of its day."""
    rates = (tmp_path / "data/ratecards/v1/rates.csv",)
    assert ["NEW", "UNCHANGED"] == [look("2026-11-02"), look("2026-11-09")]
    first = {
        (page, model, "2026-11-02")
        for page, model in (
            ("google/gemini-api", "argon"),
            ("google/gemini-api", "thinker"),
            ("google/vertex-ai", "argon"),
        )
    }
    assert {("reported/litellm", *each) for each in first} == held(tmp_path)
    changed = {**MAP, "gemini/argon": {**MAP["gemini/argon"], "input_cost_per_token": 4e-06}}
    assert "CHANGED" == look("2026-11-16", changed)
    assert {("reported/litellm", "google/gemini-api", "argon", "2026-11-16")} == held(tmp_path) - {
        ("reported/litellm", *each) for each in first
    }
    (new,) = [c for c in reported.cards(Dataset(tmp_path / "data")) if str(c.observed) == "2026-11-16"]
    assert {"as of": "litellm, fetched on 2026-11-16", "licence": "MIT, Copyright (c) 2023 Berri AI"}.items() <= dict(
        new.facts
    ).items()
    assert not any("argon" in path.read_text() for path in rates)
    assert [] == reported.findings(Dataset(tmp_path / "data"))


def test_both_projects(look: Callable[..., str], tmp_path: Path):
    """Each by its own reader; one that says the same as another is a report of its own."""
    assert ["NEW", "NEW"] == [look("2026-11-02"), look("2026-11-02", name="genai-prices")]
    assert {"reported/litellm", "reported/genai-prices"} == {reporter for reporter, *_ in held(tmp_path)}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"gemini/argon": MAP["gemini/argon"]}, "expected at least 2 models, saw 1"),
        (GENAI, "expected a price file of litellm, saw one of genai-prices"),
        ("<html>busy</html>", "expected JSON, TOML, YAML or CSV"),
    ],
)
def test_fault_65_a_map_that_is_none(look: Callable[..., str], tmp_path: Path, body: object, words: str):
    """Of another shape, of another project, or with next to nothing in it: not read, and what is reported stands."""
    look("2026-11-02")
    before = held(tmp_path)

    assert "NOT_READ" == look("2026-11-09", body)
    assert words in look.out
    assert before == held(tmp_path)


def test_before_anything_official_stands(run: Callable[..., Ran], look: Callable[..., str], tmp_path: Path):
    """Nobody can say then what of it is news: it is left, and looked at again."""
    shutil.rmtree(tmp_path / "data")

    assert "SKIPPED" == look("2026-11-02")
    assert "nothing official stands here yet" in look.out
    assert State() == Dataset(tmp_path / "data").state("reported/litellm")


def test_fault_92_a_map_over_a_damaged_history(look: Callable[..., str], tmp_path: Path):
    """What is news of it cannot be told then: nothing is written, and the file is named."""
    path = tmp_path / "data" / "ratecards" / "history" / "google" / "gemini-api.jsonl"
    path.write_text("<<<<<<<\n")

    assert "DAMAGED" == look("2026-11-02")
    assert "gemini-api.jsonl" in look.out
    assert set() == held(tmp_path)


def test_backfill_of_a_map(run: Callable[..., Ran], look: Callable[..., str], tmp_path: Path):
    """A kept one is read at its own day."""
    path = tmp_path / "2026-10-01.json"
    path.write_text(json.dumps(MAP), encoding="utf-8")

    assert 0 == run("backfill", "reported/litellm", path, "--to", tmp_path / "data").code
    assert {"2026-10-01"} == {day for *_, day in held(tmp_path)}


WEEKLY = find("reported/litellm")
READ = State(
    outcome="READ",
    verified="2026-11-02",
    parser=WEEKLY.module.PARSER,
    hashes={"json": "x"},
    validators={"json": {"etag": "e"}},
)


@pytest.mark.parametrize(
    ("state", "day", "asked"),
    [
        (State(), 3, ""),
        (READ, 3, None),
        (READ, 8, None),
        (READ, 9, "e"),
        (replace(READ, outcome="NOT_READ"), 3, ""),
        (replace(READ, parser="older"), 9, ""),
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_it_is_fetched_once_a_week(
    monkeypatch: pytest.MonkeyPatch, state: State, day: int, asked: str | None, again: bool
):
    """And conditionally, with a cap of its own; sooner only after a look that failed."""
    seen: list[tuple[str, int]] = []

    def fetch(url: str, *, validators: Validators | None, limits: Limits, **_: object) -> None:
        seen.append((validators.etag if validators else "", limits.max_bytes))
        raise FetchFailed("slow")

    monkeypatch.setattr(all_sources, "fetch", fetch)
    now = datetime(2026, 11, day, 6, tzinfo=UTC)
    found = all_sources.fetch_all([WEEKLY], lambda _: state, now, lambda: now, None, lambda *_: None, again=again)[
        WEEKLY.name
    ]

    assert ([] if asked is None else [("" if again else asked, 16_000_000)]) == seen
    assert ("every 7 days: next on 2026-11-09" in found.skipped) == (asked is None)


# ----------------------------------------------------------------------------------------------- how right it was


def official(root: Path, day: str, *rates: Rate) -> None:
    """The documentation has argon from a day on."""
    path = root / "data" / "ratecards" / "history" / "google" / "gemini-api.jsonl"
    lines = [line(change) for change in added(day, card("argon", *rates))]
    path.write_text(path.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")


def test_how_right_a_reporter_was(run: Callable[..., Ran], look: Callable[..., str], tmp_path: Path):
    """The last report before the page's first day counts, the first one says how early it was."""
    changed = {**MAP, "gemini/argon": {**MAP["gemini/argon"], "input_cost_per_token": 4e-06}}
    look("2026-11-02")
    look("2026-11-09", changed)
    look("2026-11-16", name="genai-prices")
    assert "no page has come to hold" in run("reported", "--record", "--to", tmp_path / "data").out
    official(tmp_path, "2026-11-12", rate("argon", price="4"), rate("argon", "output", "12"))
    dataset = Dataset(tmp_path / "data")
    (entry,) = reported.record(dataset, reported.cards(dataset), {})

    assert ("reported/litellm", "google", "argon", "google/gemini-api") == (
        entry.reporter,
        entry.provider,
        entry.model,
        entry.of,
    )
    assert ("2026-11-02", "2026-11-12", 10) == (entry.reported, entry.official, entry.days_ahead)
    assert (1, 1) == (entry.right, entry.wrong)
    assert [("standard", "output", "10 per 1000000 tokens", "12 per 1000000 tokens")] == [
        (d.service_tier, d.meter, d.said, d.was) for d in entry.differences
    ]
    said = run("reported", "--record", "--to", tmp_path / "data").out
    assert "reported/litellm: 1 models, 10 to 10 days ahead, 1 of 2 prices right" in said
    assert "standard output: reported 10 per 1000000 tokens, was 12 per 1000000 tokens" in said


def test_the_record_is_published(run: Callable[..., Ran], look: Callable[..., str], tmp_path: Path):
    """In `v1/reported.json`, as its schema says, and on the site; the reader reads the cards as before."""
    look("2026-11-02")
    v1 = tmp_path / "data" / "ratecards" / "v1" / "reported.json"
    assert "record" not in json.loads(v1.read_text())
    official(tmp_path, "2026-11-12", rate("argon", price="4"))
    result = Dataset(tmp_path / "data").publication()
    reported.publish(result, Dataset(tmp_path / "data"))
    result.commit()
    found = json.loads(v1.read_text())

    assert [("argon", 10, 0, 1)] == [(e["model"], e["days_ahead"], e["right"], e["wrong"]) for e in found["record"]]
    assert [] == list(Draft202012Validator(json.loads(schemas.files()[schemas.path_of("reported")])).iter_errors(found))
    assert 3 == len(reader_cards(str(tmp_path / "data" / "ratecards")))


def test_what_is_about_to_be_recorded_counts(look: Callable[..., str], tmp_path: Path):
    """A model that its page holds with this very run."""
    look("2026-11-02")
    dataset = Dataset(tmp_path / "data")
    fresh = {"google/gemini-api": added("2026-11-20", card("argon", rate("argon", price="2")))}

    assert [(18, 1, 0)] == [
        (e.days_ahead, e.right, e.wrong) for e in reported.record(dataset, reported.cards(dataset), fresh)
    ]
    late = {"google/gemini-api": added("2026-11-02", card("argon", rate("argon", price="2")))}
    assert [] == reported.record(dataset, reported.cards(dataset), late)


def test_fault_92_a_damaged_history_says_nothing_of_a_reporter(look: Callable[..., str], tmp_path: Path):
    """Its own verdict says that it is damaged; nobody else's publication stops."""
    look("2026-11-02")
    path = tmp_path / "data" / "ratecards" / "history" / "google" / "gemini-api.jsonl"
    path.write_text('<<<<<<< "argon"\n')
    dataset = Dataset(tmp_path / "data")

    assert [] == reported.record(dataset, reported.cards(dataset), {})


def test_a_model_that_had_another_id_before(look: Callable[..., str], tmp_path: Path):
    """Its first day is that of the id that was reported."""
    look("2026-11-02")
    path = tmp_path / "data" / "ratecards" / "history" / "google" / "gemini-api.jsonl"
    renamed = [
        *added("2026-10-01", card("helium", rate("helium", price="2"))),
        change("2026-11-12", "model_renamed", "argon", previous_id="helium"),
    ]
    path.write_text(path.read_text(encoding="utf-8") + "".join(map(line, renamed)), encoding="utf-8")
    dataset = Dataset(tmp_path / "data")
    (entry,) = reported.record(dataset, reported.cards(dataset), {})

    assert ("2026-11-12", 1, 0) == (entry.official, entry.right, entry.wrong)


def test_not_available_is_a_price_that_was_reported_otherwise(look: Callable[..., str], tmp_path: Path):
    """Said in the page's word for it."""
    look("2026-11-02")
    official(tmp_path, "2026-11-12", rate("argon", price=None, availability="not_available"))
    dataset = Dataset(tmp_path / "data")
    (entry,) = reported.record(dataset, reported.cards(dataset), {})

    assert ["not_available"] == [found.was for found in entry.differences]
