"""A run of the drill: all kinds, or one of them, over subjects; what came out, by kind, as a table."""

from __future__ import annotations

import difflib
import gc
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.drill import (  # noqa: F401 - they register their kinds
    gemini_damage,
    gemini_noise,
    gemini_prices,
    gemini_tables,
    gemini_twin,
    lifecycles,
    limits,
    openai,
    plain,
    records,
    vertex,
)
from tests.drill.mutants import Kind, Mutant, kind, mutant
from tests.drill.subjects import Subject
from tests.drill.verdicts import CORRECT, REFUSED, WRONG, Outcome, outcome

# Trees of pages are full of cycles; how often they are collected is a third of the time a small page takes.
_COLLECT_EVERY = 200


@dataclass
class Figures:
    """How many mutants of each kind came to which end, and the wrong ones."""

    by_kind: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> Counter[str]:
        """All kinds together."""
        return sum(self.by_kind.values(), Counter())

    def line(self) -> str:
        """The figure of the README."""
        total = self.total
        words = ", ".join(f"{total[word]:,} {word}" for word in (CORRECT, REFUSED, WRONG))
        return f"{total.total():,} mutants of {len(self.by_kind)} kinds: {words}"

    def table(self) -> str:
        """A line for each kind."""
        rows = [("kind", "mutants", CORRECT, REFUSED, WRONG)]
        for name, counts in self.by_kind.items():
            rows.append((name, *(str(n) for n in (counts.total(), *(counts[w] for w in (CORRECT, REFUSED, WRONG))))))
        return "\n".join(f"{row[0]:<30}" + "".join(f"{cell:>9}" for cell in row[1:]) for row in rows)


def drill(
    subjects: Sequence[Subject], kinds: Iterable[Kind], *, seeds: Sequence[int] | None = None, foreign: bool = False
) -> Figures:
    """Make the mutants of these kinds (of some seeds, or as many as each kind has) and judge them.

    `foreign` pages need not have a place for every kind. Raises `LookupError` where own ones have none.
    """
    figures = Figures()
    collecting = gc.isenabled()
    gc.disable()
    try:
        for chosen in kinds:
            counts = figures.by_kind.setdefault(chosen.name, Counter())
            for at, seed in enumerate(range(chosen.count) if seeds is None else seeds):
                try:
                    subject, made = mutant(chosen, seed, subjects)
                except LookupError:
                    if foreign:
                        continue
                    raise
                found = outcome(subject, made)
                counts[found.word] += 1
                if found.word == WRONG:
                    figures.wrong.append(told(subject, made, found))
                if at % _COLLECT_EVERY == _COLLECT_EVERY - 1:
                    gc.collect()
    finally:
        gc.collect()
        if collecting:
            gc.enable()
    return figures


def kinds(names: Sequence[str] = (), source: str = "") -> list[Kind]:
    """The kinds of these names, or all of a source, or all. Raises `KeyError`."""
    if names:
        return [kind.kinds[name] for name in names]
    return [k for k in kind.kinds.values() if not source or k.source == source]


def told(subject: Subject, made: Mutant, found: Outcome) -> str:
    """A wrong outcome so that it can be replayed: kind, seed, page, mutation, the difference, and what is wrong."""
    head = f"{made.kind} {made.seed}, page {made.page}: {made.what}"
    again = f"  python -m tests.drill --only {made.kind} --seed {made.seed}"
    return "\n".join(
        [head, again, *_difference(subject.bodies, made.bodies), *(f"  ! {why}" for why in found.why[:12])]
    )


def _difference(before: Mapping[str, str], after: Mapping[str, str | bytes | None]) -> list[str]:
    """What the mutant changed, in at most a dozen lines."""
    lines: list[str] = []
    for kind_, body in after.items():
        if body is None:
            lines.append(f"  {kind_} was not fetched")
            continue
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        diff = difflib.unified_diff(before[kind_].splitlines(), text.splitlines(), kind_, kind_, n=0, lineterm="")
        changed = [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        lines += [f"  {kind_} {line[:160]}" for line in changed[:12]]
    return lines
