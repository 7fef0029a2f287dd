"""The query over a table of usage, in the dialect it is written in; the other engines stand in tests/engines."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from ratecards.catalog.choices import DIALECTS
from ratecards.costing.usage_query import COUNTS, USUAL, WORDS, Priced, query, translated
from ratecards.dataset import Dataset
from ratecards.errors import CostError
from scraper import ROOT

sqlglot = pytest.importorskip("sqlglot", reason="SQLGlot is not installed here")
duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed here")
EVERY = (*WORDS, *COUNTS)
CALL = {"model": "gemini-2.5-pro", "day": "2026-03-24"}


@pytest.fixture(scope="module")
def base() -> Any:
    """A connection with the bands of the repository's own dataset."""
    from ratecards.duckdb import BANDS, bands

    made = duckdb.connect()
    bands(made, Dataset(ROOT / "ratecards"))
    made.execute(f"CREATE TABLE bands AS FROM {BANDS}")
    return made


def asked(base: Any, call: dict[str, Any], **more: Any) -> tuple[Decimal, str] | str:
    """The cost of one call and who says so, or why it has none; the table has no other columns than the call's."""
    kinds = {"model": "VARCHAR", "day": "DATE", "tier": "VARCHAR", "plan": "VARCHAR", "source": "VARCHAR"}
    columns = ", ".join(f"CAST(? AS {kinds.get(name, 'DECIMAL(20, 4)')}) AS {name}" for name in call)
    base.execute(f"CREATE OR REPLACE TABLE usage AS SELECT 'mine' AS team, {columns}", [*call.values()])
    found = query([name for name in call if name in EVERY], **more)
    priced = base.execute(f"SELECT cost, priced_by, team FROM ({found.priced})").fetchall()
    unpriced = base.execute(f"SELECT reason FROM ({found.unpriced})").fetchall()
    assert 1 == len(priced) + len(unpriced)
    return priced[0][:2] if priced else unpriced[0][0]


PRICED = {
    "the columns that are there": ({"input_tokens": 1200}, "0.0015"),
    "what is cached is a part": ({"input_tokens": 1200, "cached_tokens": 1000, "output_tokens": 300}, "0.003375"),
    "nulls are nothing": ({"input_tokens": 1200, "cached_tokens": None, "output_tokens": 0}, "0.0015"),
    "a tier": ({"input_tokens": 1200, "tier": "batch"}, "0.00075"),
    "a tier that is not said": ({"input_tokens": 1200, "tier": None}, "0.0015"),
    "a plan": ({"input_tokens": 1200, "plan": "free"}, "0"),
    "the band of a prompt in all modalities": (
        {"input_tokens": 150_000, "input_tokens_audio": 100_000, "output_tokens": 1},
        "0.625015",
    ),
    "the cached ones are of the only modality": (
        {"input_tokens": 0, "input_tokens_video": 1000, "cached_tokens": 500},
        "0.0006875",
    ),
    "and of each that says so": (
        {"input_tokens": 10, "cached_tokens": 5, "cached_tokens_text": 3},
        "0.0000035",
    ),
    "thoughts are text": ({"input_tokens": 1, "thoughts_tokens": 1}, "0.00001125"),
    "parts of an hour": ({"cache_token_hours": Decimal("0.5")}, "0.00000225"),
}


@pytest.mark.parametrize(("call", "cost"), PRICED.values(), ids=PRICED)
def test_what_calls_cost(base, call, cost):
    """Exactly, by the documentation of whoever sells the model."""
    assert (Decimal(cost), "gemini-api") == asked(base, CALL | call)


REASONS = {
    "nothing is counted": ({"input_tokens": None}, "the usage counts nothing"),
    "less than nothing": ({"input_tokens": -1}, "input_tokens: no number that a call can have"),
    "more than there is room for": ({"input_tokens": 10**11}, "input_tokens: no number that a call can have"),
    "a part that would be rounded": ({"cache_token_hours": Decimal("0.0001")}, "cache_token_hours: no number that a call can have"),
    "too long": ({"cache_token_hours": 10**8}, "cache_token_hours: no number that a call can have"),
    "more is cached than sent": ({"input_tokens": 1, "cached_tokens": 2}, "more text tokens were cached than sent"),
    "cached and not sent": ({"cached_tokens": 2, "output_tokens": 1}, "more tokens were cached than sent"),
    "a modality is cached and not sent": ({"input_tokens": 9, "cached_tokens_audio": 2}, "more audio tokens were cached than sent"),
    "which is cached": (
        {"input_tokens": 1, "input_tokens_audio": 1, "cached_tokens": 1},
        "cached_tokens: say of which modality",
    ),
    "nobody's model": ({"model": "gemini-0", "input_tokens": 1}, "unknown model"),
    "before all": ({"day": "2025-01-01", "input_tokens": 1}, "no price of the model is known of that day"),
    "without a day": ({"day": None, "input_tokens": 1}, "no price of the model is known of that day"),
    "no such tier": ({"tier": "ultrafast", "input_tokens": 1}, "the tier is not offered on the plan"),
    "not sold": ({"cache_write_tokens": 1}, "cache_write_tokens: no price"),
    "an allowance": ({"grounded_prompts": 1}, "grounded_prompts: the price depends on more than the table says"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "words"), REASONS.values(), ids=REASONS)
def test_why_calls_have_none(base, call, words):
    """The first reason there is."""
    assert words == asked(base, CALL | call)


def test_a_tier_that_has_ended(base):
    """It was offered, and is not on that day; a prompt may be longer than any that is sold."""
    words = "nothing is sold on that day, or for a prompt of that size"
    base.execute("CREATE OR REPLACE TABLE short AS SELECT * REPLACE (DATE '2026-01-01' AS until) FROM bands")
    assert words == asked(base, CALL | {"input_tokens": 1}, bands="short")


def test_whose_price(base):
    """One source for all calls, or the one that each names."""
    call = CALL | {"day": "2026-06-01", "input_tokens": 1000}
    assert "vertex-ai" == asked(base, call, source="vertex-ai")[1]
    assert "vertex-ai" == asked(base, call | {"source": "vertex-ai"})[1]
    assert "gemini-api" == asked(base, call | {"source": None})[1]
    assert "unknown model" == asked(base, call | {"source": "openai-api"})
    assert "unknown model" == asked(base, call, source="it's")


def test_how_long_it_is_kept(base):
    """What is written to a cache has the price of its lifetime, and counts for the size of the prompt."""
    call = {"model": "claude-sonnet-4-5", "day": "2026-04-20"}
    kept = asked(base, call | {"cache_write_tokens_5_minutes": 100, "cache_write_tokens_1_hour": 10})
    assert (Decimal("0.000435"), "anthropic-api") == kept
    words = "cache_write_tokens: the price depends on more than the table says"
    assert words == asked(base, call | {"cache_write_tokens": 100})
    pro = asked(base, CALL | {"input_tokens": 200_000, "cache_write_tokens": 1, "output_tokens": 1})
    assert "cache_write_tokens: no price" == pro
    text = query(["model", "day", "input_tokens", "cache_write_tokens_1_hour"]).priced
    assert "COALESCE(u.input_tokens, 0) + COALESCE(u.cache_write_tokens_1_hour, 0) > b.prompt_over" in text


def test_every_count_at_once(base):
    """The sum of more than sixteen terms is no narrower."""
    call = CALL | dict.fromkeys(COUNTS)
    assert "the usage counts nothing" == asked(base, call)
    assert (Decimal("0.00001"), "gemini-api") == asked(base, call | {"output_tokens": 1})
    assert "DECIMAL(36, 16)" in query(EVERY).priced
    assert "DECIMAL(36, 16)" not in query().priced


@pytest.mark.parametrize(
    ("columns", "more", "words"),
    [
        (("model", "day", "tokens"), {}, "no column 'tokens' of a usage; there are model, day, tier"),
        (("model", "day"), {}, "missing: a count"),
        (("model", "day", "cached_tokens"), {}, "which the usage does not have"),
        (("day", "input_tokens"), {}, "missing: model"),
        (EVERY, {"source": "vertex-ai"}, "leave out the one source"),
    ],
)
def test_what_is_no_usage(columns, more, words):
    """It is said before anything is asked."""
    with pytest.raises(CostError, match=words):
        query(columns, **more)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_other_dialects(dialect):
    """Each is the same query by SQLGlot's own reading of it, with what that engine needs to be exact."""
    found = Priced(*(translated(text, dialect) for text in query()))
    for text in found:
        body = text.partition("\nSETTINGS")[0]
        assert sqlglot.parse_one(body, read=dialect)
        assert ("\nSETTINGS join_use_nulls = 1" in text) == (dialect == "clickhouse")
        assert ("BIGNUMERIC" in text) == (dialect == "bigquery")
        assert (dialect == "bigquery") == (not re.search(r"(?i)decimal\(\d+, 16\)", text))
    assert USUAL == (
        "model",
        "day",
        "tier",
        "input_tokens",
        "cached_tokens",
        "cache_write_tokens",
        "output_tokens",
        "thoughts_tokens",
    )


def test_without_sqlglot(monkeypatch):
    """The error says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "sqlglot", None)
    with pytest.raises(CostError, match=r"ratecards\[sql\]"):
        translated("SELECT 1", "duckdb")
