"""The drill on the command line; see the package."""

from __future__ import annotations

import argparse
import os
import sys

from tests.drill import drifts, run
from tests.drill.captures import capture_subjects, sampled
from tests.drill.mutants import mutant
from tests.drill.subjects import all_subjects
from tests.drill.verdicts import outcome


def main(arguments: list[str]) -> int:
    """Run it; 1 when any outcome is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="KIND", help="this kind alone; may be repeated")
    parser.add_argument("--source", default="", help="the kinds of this source alone")
    parser.add_argument("--seed", type=int, metavar="N", help="one mutant, with its difference and outcome")
    parser.add_argument("--full", action="store_true", help="over the captures in RATECARDS_CAPTURES instead")
    parser.add_argument("--share", type=float, default=1.0, help="with --full: this share of each kind's mutants")
    parser.add_argument("--drifts", action="store_true", help="instead: rewordings of whole editions, see drifts.py")
    chosen = parser.parse_args(arguments)
    if chosen.drifts:
        return _drifts()
    if chosen.full and not os.environ.get("RATECARDS_CAPTURES"):
        print("RATECARDS_CAPTURES names no folder of captured pages")
        return 2
    subjects = capture_subjects() if chosen.full else all_subjects()
    kinds = run.kinds(chosen.only, chosen.source)
    if chosen.full:
        kinds = sampled(kinds, subjects, chosen.share)
    if chosen.seed is not None:
        for kind in kinds:
            subject, made = mutant(kind, chosen.seed, subjects)
            found = outcome(subject, made)
            print(run.told(subject, made, found))
            print(f"  = {found.word} ({found.judged})")
        return 0
    figures = run.drill(subjects, kinds, foreign=chosen.full)
    print(figures.table())
    for wrong in figures.wrong:
        print(f"\nWRONG {wrong}")
    print(f"\n{figures.line()}")
    return int(bool(figures.wrong))


def _drifts() -> int:
    """Print the exam; 1 when anything is wrong."""
    found = drifts.exam()
    print(found.table())
    for wrong in found.wrong:
        print(f"WRONG {wrong}")
    print(f"\n{found.line()}")
    return int(bool(found.wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
