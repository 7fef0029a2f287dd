"""Real pages, which stay outside the project, in the folder that RATECARDS_CAPTURES names."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

CAPTURES = os.environ.get("RATECARDS_CAPTURES", "")
needed = pytest.mark.skipif(not CAPTURES, reason="RATECARDS_CAPTURES names no folder of captures")


@cache
def captured(source: str, name: str) -> str:
    """The text of a captured page, by its source (`google/gemini-api`) and file name."""
    return (Path(CAPTURES) / source / name).read_text(encoding="utf-8")
