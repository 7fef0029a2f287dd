"""Writes what the reader gives of the drill's pages, for a person to read against them before it is committed.

    python -m tests.drill.accept [PAGE ...]
"""

from __future__ import annotations

import sys

from tests import pagebuilder
from tests.drill import said
from tests.drill.subjects import PAGES, Subject, drilled, gemini_bodies, small_gemini
from scraper.sources import gemini_api


def main(names: list[str]) -> None:
    """Write the tables of these pages, or of all."""
    source = drilled("google", "gemini-api", gemini_api, read=small_gemini)
    for path in sorted(PAGES.glob("*/facts.yaml")):
        if names and path.parent.name not in names:
            continue
        edition = pagebuilder.load(path)
        subject = Subject(path.parent.name, source, gemini_bodies(edition), said.Said(()))
        says = said.of_cards(subject.baseline.values())
        path.with_name("says.csv").write_text(said.text(says), encoding="utf-8")
        print(f"{path.parent.name}: {len(says.rates)} rates, {len(says.figures)} figures")


if __name__ == "__main__":
    main(sys.argv[1:])
