"""Our LiteLLM map in LiteLLM itself: loaded from its own address, its calculator gives our cost.

Needs an interpreter that has litellm, named by RATECARDS_PEERS_PYTHON.
"""

from __future__ import annotations

import functools
import http.server
import itertools
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

import ratecards
from ratecards.catalog.catalog import Catalog
from ratecards.costing.plan import price
from ratecards.errors import CostError
from ratecards.formats import litellm_writer as litellm
from ratecards.model import RateCard
from scraper import ROOT
from tests.property.test_litellm_laws import priced
from tests.support.usages import read

PYTHON = os.environ.get("RATECARDS_PEERS_PYTHON", "")
CHILD = ROOT / "tests" / "support" / "litellm_child.py"
pytestmark = pytest.mark.skipif(not PYTHON, reason="RATECARDS_PEERS_PYTHON names no interpreter with litellm")
ON = date(2026, 11, 1)
Job = dict[str, Any]


def _tokens(sent: dict[str, int], made: dict[str, int], cached: int = 0, thoughts: int = 0) -> tuple[Job, Job]:
    """A request by its tokens of each modality: our usage, and LiteLLM's."""
    ours = {"input_tokens": sent, "cached_tokens": cached, "output_tokens": made, "thoughts_tokens": thoughts}
    theirs: Job = {"prompt": sum(sent.values()), "completion": sum(made.values()) + thoughts, "sent": {}, "made": {}}
    if set(sent) != {"text"}:
        theirs["sent"] = {f"{name}_tokens": number for name, number in sent.items()}
    if cached:
        theirs["sent"] = {"cached_tokens": cached}
    if thoughts or set(made) - {"text"}:
        theirs["made"] = {f"{name}_tokens": number for name, number in made.items()} | {"reasoning_tokens": thoughts}
    return {name: value for name, value in ours.items() if value}, theirs


CASES: dict[str, tuple[Job, Job]] = {
    "text": _tokens({"text": 10_000}, {"text": 1_000}),
    "cached": _tokens({"text": 10_000}, {"text": 1_000}, cached=8_000),
    "over 200k": _tokens({"text": 300_000}, {"text": 1_000}),
    "over 200k, cached": _tokens({"text": 300_000}, {"text": 1_000}, cached=250_000),
    "audio": _tokens({"audio": 9_000, "text": 1_000}, {"text": 1_000}),
    "image sent": _tokens({"image": 9_000, "text": 1_000}, {"text": 1_000}),
    "video sent": _tokens({"video": 9_000, "text": 1_000}, {"text": 1_000}),
    "thinking": _tokens({"text": 10_000}, {"text": 400}, thoughts=600),
    "speech": _tokens({"text": 500}, {"audio": 1_000}),
    "picture": _tokens({"text": 500}, {"image": 1_120, "text": 80}),
    "embedding": _tokens({"text": 10_000}, {}),
    "images": ({"images": 3}, {"images": 3}),
    **{
        f"video {size}": ({"seconds": {size: 8}}, {"seconds": 8, "resolution": size})
        for size in ("720p", "1080p", "4k")
    },
}
# What is not said of cards whose tokens are.
_THINGS = ("storage of cached tokens",)
TIERS = ("standard", "batch", "flex", "priority")
PROVIDERS = {"gemini-api": "gemini", "vertex-ai": "vertex_ai"}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The dataset's map in a folder, and what it does not say."""
    files, unsaid = litellm.export(ratecards.load().cards(ON), ON)
    folder = tmp_path_factory.mktemp("map")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder, unsaid


def _asked() -> list[tuple[Job, Decimal]]:
    """Every request that we can price, as LiteLLM is asked for it, and our cost."""
    found = []
    for source, provider in PROVIDERS.items():
        for model in sorted({rate.model for rate in ratecards.find(ON, source=source)}):
            for (case, (usage, theirs)), tier in itertools.product(CASES.items(), TIERS):
                try:
                    bill = ratecards.cost(model, usage, ON, tier=tier, source=source)
                except CostError:
                    continue
                found.append(({"model": f"{provider}/{model}", "tier": tier, "case": case, **theirs}, bill.total))
    return found


def _drawn() -> list[RateCard]:
    """Cards that no page has: what the laws draw, each under a name of its own."""
    drawn: list[RateCard] = []

    @seed(7)
    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(priced())
    def draw(held: RateCard) -> None:
        name = f"gemini-drawn-{len(drawn)}"
        drawn.append(replace(held, model=name, rates=tuple(replace(r, model=name) for r in held.rates)))

    draw()
    return drawn


def _asked_of(cards: list[RateCard]) -> Iterator[tuple[Job, Decimal]]:
    """Every request for tokens that cards which the map says whole can price."""
    for held in cards:
        if any(reason not in _THINGS and " by " not in reason for reason in litellm.export([held], ON)[1]):
            continue
        choice = Catalog([held], ON).choose(held.model)
        for (case, (usage, theirs)), tier in itertools.product(CASES.items(), TIERS):
            try:
                bill = price(choice, read(usage), tier)
            except CostError:
                continue
            if "prompt" in theirs:
                yield {"model": f"gemini/{held.model}", "tier": tier, "case": case, **theirs}, bill.total


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The address of the map in a folder, on a server of our own."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            """Nothing."""

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{litellm.FILE}"
        server.shutdown()


def _answers(address: str, jobs: list[Job]) -> tuple[dict[str, Any], list[float]]:
    """What LiteLLM says of its map, and the cost of each job."""
    kept = {"PATH", "HOME", "LANG", "TMPDIR"}
    env = {name: value for name, value in os.environ.items() if name in kept}
    # a map of one provider is smaller than LiteLLM expects of its own
    env |= {"LITELLM_MODEL_COST_MAP_URL": address, "MODEL_COST_MAP_MAX_SHRINK_RATIO": "0"}
    env["MODEL_COST_MAP_MIN_MODEL_COUNT"] = "1"
    done = subprocess.run(
        [PYTHON, str(CHILD)],
        input="".join(json.dumps(job) + "\n" for job in jobs),
        capture_output=True,
        text=True,
        timeout=120,
        env=env,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    head, *costs = map(json.loads, done.stdout.splitlines())
    return head, costs


def _differ(theirs: float, ours: Decimal) -> bool:
    return abs(Decimal(str(theirs)) - ours) > abs(ours) * Decimal("1e-9")


def test_its_calculator_gives_our_cost_for_every_request_that_we_can_price(
    exported: tuple[Path, dict[str, int]],
) -> None:
    """Tokens of each kind and size, pictures and video, on every tier of both price lists; what it says to lack apart."""
    asked = _asked()
    with _served(exported[0]) as address:
        head, costs = _answers(address, [job for job, _ in asked])

    assert "remote" == head["source"]
    differ = []
    for (job, ours), theirs in zip(asked, costs, strict=True):
        lacks = job["tier"] != "standard" and ("images" in job or "seconds" in job)
        lacks = lacks or (job["tier"] == "flex" and job["case"] == "picture")
        if not lacks and _differ(theirs, ours):
            differ.append(f"{job['model']} {job['tier']} {job['case']}: {theirs}, ours {ours}")
    assert [] == differ
    assert set(CASES) == {job["case"] for job, _ in asked}
    assert len(asked) > 800
    assert {"image output on the flex tier", "prices by image on the batch tier"} < set(exported[1])


def test_its_calculator_gives_our_cost_by_cards_that_no_page_has(tmp_path: Path) -> None:
    """So that what it falls back to is what we think it does."""
    cards = _drawn()
    (tmp_path / litellm.FILE).write_text(litellm.export(cards, ON)[0][litellm.FILE], encoding="utf-8")
    asked = list(_asked_of(cards))
    with _served(tmp_path) as address:
        head, costs = _answers(address, [job for job, _ in asked])

    assert "remote" == head["source"]
    assert [] == [(j, ours, theirs) for (j, ours), theirs in zip(asked, costs, strict=True) if _differ(theirs, ours)]
    assert len(asked) > 200
