"""What the tests of bills share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which a line stays a line."""
    monkeypatch.setenv("COLUMNS", "200")
