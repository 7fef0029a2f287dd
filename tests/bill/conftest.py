"""What the tests of bills share."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal on which a line stays a line, and Python's own limit of a field, which other libraries raise."""
    monkeypatch.setenv("COLUMNS", "200")
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)
