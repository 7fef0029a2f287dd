"""Writes what the readers give of the drill's pages, for a person to read against them before it is committed.

python -m tests.drill.accept [PAGE ...]
"""

from __future__ import annotations

import sys

from tests.drill import said
from tests.drill.subjects import PAGES, all_subjects


def main(names: list[str]) -> None:
    """Write the tables of these pages, or of all."""
    for subject in all_subjects():
        if names and subject.name not in names:
            continue
        says = subject.told(subject.published)
        own = PAGES / subject.name / "says.csv"
        path = own if own.parent.is_dir() else PAGES / f"{subject.name}.csv"
        path.write_text(said.text(says), encoding="utf-8")
        print(f"{subject.name}: {len(says.rates)} rates, {len(says.figures)} figures")


if __name__ == "__main__":
    main(sys.argv[1:])
