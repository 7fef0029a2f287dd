"""The price files of other projects, in the folder that RATECARDS_PEERS names, as claims."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratecards.formats import genai_prices_reader as genai_prices
from ratecards.formats import modelsdev_reader as modelsdev
from ratecards.formats import portkey
from ratecards.formats.price_file import load
from ratecards.model import UNIT
from tests.support.kit import claimed


def peers() -> Path:
    """Where price files of the projects are; the test is skipped where there are none."""
    place = os.environ.get("RATECARDS_PEERS")
    if not place:
        pytest.skip("RATECARDS_PEERS names no directory with price files of other projects")
    return Path(place)


def data_of(path: Path) -> Any:
    """The data of a file or a folder, as it is given to a reader."""
    return load(path).data


@pytest.mark.parametrize(
    ("module", "path", "claims", "unread"),
    [
        (genai_prices, "genai-prices/data.v2.json", 524, 43),
        (genai_prices, "genai-prices/google.2026-08-21.yml", 128, 6),
        (genai_prices, "genai-prices/genai-prices-0.2.3_google.json", 180, 42),
        (modelsdev, "models.dev/api.2026-07-20.json", 454, 0),
        (modelsdev, "models.dev/2026-07-02", 73, 0),
        (portkey, "portkey/google.2026-08-21.json", 819, 26),
    ],
)
def test_files_of_the_projects(module, path, claims, unread):
    """Every price of a held seller's models is a claim, or is said not to be one; all units are units of the table."""
    data = data_of(peers() / path)
    read = claimed(module.entries(data))
    assert (claims, unread) == tuple(map(len, read))
    assert [] == [c for c in read[0] if not UNIT.match(c.unit)]


def test_prices_of_the_projects():
    """One price of each, as their files print it: $1.25 for a million tokens into Gemini 2.5 Pro."""
    files = {
        genai_prices: "genai-prices/data.v2.json",
        modelsdev: "models.dev/api.2026-07-20.json",
        portkey: "portkey/google.2026-08-21.json",
    }
    for module, path in files.items():
        found = [
            c.price
            for c in claimed(module.entries(data_of(peers() / path)))[0]
            if (c.model, c.source, c.meter, c.service_tier) == ("gemini-2.5-pro", "gemini-api", "input", "standard")
            and c.prompt_over is None
        ]
        assert [Decimal("1.25")] == found, path
