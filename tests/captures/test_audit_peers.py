"""The audit over real files of other projects, in the folder that RATECARDS_PEERS names."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scraper import ROOT

PEERS = Path(os.environ.get("RATECARDS_PEERS", ""))
pytestmark = pytest.mark.skipif(not os.environ.get("RATECARDS_PEERS"), reason="RATECARDS_PEERS names no folder")
# What LiteLLM's map of 2026-04-26 has wrong of the page of 2026-04-27: entry, field, theirs, ours; read on the page, each.
# fmt: off
WRONG = {
    ("gemini-2.0-flash-lite", "cache_read_input_token_cost", "0.01875", ""),
    ("gemini-2.0-flash-lite", "search_context_cost_per_query", "35", ""),
    ("gemini-3.1-flash-image-preview", "input_cost_per_token", "0.25", "0.5"),
    ("gemini-3.1-flash-image-preview", "input_cost_per_token_batches", "0.125", "0.25"),
    ("gemini-3.1-flash-image-preview", "output_cost_per_token", "1.5", "3"),
    ("gemini-3.1-flash-image-preview", "output_cost_per_token_batches", "0.75", "1.5"),
    ("gemini-2.5-flash-preview-tts", "input_cost_per_token", "0.3", "0.5"),
    ("gemini-2.5-flash-preview-tts", "output_cost_per_token", "2.5", "10"),
    ("gemini-2.5-pro", "input_cost_per_token_priority", "1.25", "2.25"),
    ("gemini-2.5-pro", "input_cost_per_token_above_200k_tokens_priority", "2.5", "4.5"),
    ("gemini-2.5-pro", "output_cost_per_token_priority", "10", "18"),
    ("gemini-2.5-pro", "output_cost_per_token_above_200k_tokens_priority", "15", "27"),
    ("gemini-2.5-pro-preview-tts", "input_cost_per_token", "1.25", "1"),
    ("gemini-2.5-pro-preview-tts", "input_cost_per_token_above_200k_tokens", "2.5", "1"),
    ("gemini-2.5-pro-preview-tts", "output_cost_per_token", "10", "20"),
    ("gemini-2.5-pro-preview-tts", "output_cost_per_token_above_200k_tokens", "15", "20"),
    ("veo-3.1-fast-generate-preview", "output_cost_per_second", "0.15", "0.1"),
    ("gemini-2.5-flash-native-audio-preview-12-2025", "input_cost_per_audio_token", "1", "3"),
    ("gemini-2.5-flash-native-audio-preview-12-2025", "input_cost_per_token", "0.3", "0.5"),
    ("gemini-2.5-flash-native-audio-preview-12-2025", "output_cost_per_token", "2.5", "2"),
}
WRONG_UNIT = {
    ("gemini-embedding-2-preview", "input_cost_per_video_per_second", "0.00079", "0.00079"),
    ("gemini-embedding-2", "input_cost_per_video_per_second", "0.00079", "0.00079"),
    ("lyria-3-clip-preview", "output_cost_per_image", "0.04", "0.04"),
}
# fmt: on


def audit(file: str, *words: str) -> tuple[int, Any]:
    """Exit status and findings of the command on a file."""
    done = subprocess.run(
        [sys.executable, "-m", "ratecards", "audit", str(PEERS / file), "--format", "json", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "RATECARDS_DATASET"},
        check=False,
    )
    # of the dataset itself: which of its sources are behind
    assert {"ratecards: STALE"} >= {line.partition(",")[0] for line in done.stderr.splitlines()}
    return done.returncode, json.loads(done.stdout)


def told(found: Any, verdict: str) -> set[tuple[str, ...]]:
    """The findings with a verdict, of the entries named as the Gemini API's: model, field, theirs, ours."""
    return {
        (said["key"].removeprefix("gemini/"), said["field"], said["price"], finding["ours"]["price"])
        for finding in found["findings"]
        if finding["verdict"] == verdict and (said := finding["claim"])["key"].startswith("gemini/")
    }


def test_the_real_errors_of_the_map_of_april_are_found_and_no_others() -> None:
    """Of 147 prices that it states under `gemini/` for models of the page, 20 are wrong and 3 in a wrong unit."""
    status, found = audit("litellm/2026-04-26.google-only.json", "--on", "2026-04-27", "--source", "gemini-api")
    stale = [f for f in found["findings"] if f["stale_since"]]

    assert 1 == status
    assert WRONG == told(found, "wrong")
    assert WRONG_UNIT == told(found, "wrong unit")
    assert 124 == sum(f["verdict"] == "right" and f["claim"]["key"].startswith("gemini/") for f in found["findings"])
    counts = {"wrong": 25, "wrong unit": 3, "stale": 0, "right": 130, "not held": 17, "unknown model": 161}
    assert {**counts, "reported only": 0, "unread": 0} == found["counts"]
    assert [("veo-3.1-fast-generate-preview", "2026-04-16")] == [(f["claim"]["model"], f["stale_since"]) for f in stale]


def test_the_whole_map_is_audited_in_less_than_a_second_and_a_half() -> None:
    """Its 4,553 entries, as a process: of processor time, that nobody else is in the way."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status, found = audit("litellm/1.109.1.json", "--on", "2026-04-27")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    assert 1 == status
    assert found["counts"]["right"] > 600
    entries = found["entries"]
    assert 4553 == entries["all"] == entries["judged"] + sum(entries["not_judged"].values())
    assert min(spent) < 1.5


# By file: the module that reads its format, and how many prices at least can be judged.
OTHERS = {
    "models.dev/api.2026-07-20.json": 90,
    "models.dev/2026-07-02": 40,
    "genai-prices/data.v2.json": 50,
    "genai-prices/google.2026-08-21.yml": 50,
    "genai-prices/genai-prices-0.2.3_google.json": 50,
    "portkey/google.2026-08-21.json": 200,
}


@pytest.mark.parametrize("file", OTHERS)
def test_files_of_other_formats_are_audited_too(file: str) -> None:
    """Most of what they state for models that we hold is right."""
    least = OTHERS[file]
    _, found = audit(file, "--on", "2026-11-01")
    count = found["counts"]

    assert count["right"] + count["wrong"] + count["wrong unit"] >= least
    assert count["right"] >= least * 3 / 4
