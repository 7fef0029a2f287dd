"""What a mutant is, and the register of kinds: each makes its Nth mutant of a page, the same one in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tests.drill.said import Said
from tests.drill.subjects import Subject

Bodies = Mapping[str, str | bytes | None]


@dataclass(frozen=True)
class Mutant:
    """A changed page, and the strict rule for it.

    `says` is what the changed page says. `unsaid`: it says nothing that may be read, so what was must stand and the
    verdict must name the place. `place` are words of which a refusal must have one. `may_keep`: the old reading is
    right as well (what was hidden may still be counted as printed).
    """

    bodies: Bodies
    says: Said
    what: str
    unsaid: bool = False
    may_keep: bool = False
    place: tuple[str, ...] = ()
    kind: str = ""
    seed: int = 0
    page: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of mutation: of which source, how many mutants of it a run makes, and the function that makes one."""

    name: str
    source: str
    count: int
    make: Callable[[Subject, Random, int], Mutant | None]
    pages: Sequence[str] = ()


@dataclass
class Register:
    """The kinds in the order they were written."""

    kinds: dict[str, Kind] = field(default_factory=dict)

    def __call__(self, source: str, count: int, pages: Sequence[str] = (), **also: int) -> Callable:
        """Register a function under its own name; `also` are other sources (with underscores) and their counts."""

        def register(make: Callable[[Subject, Random, int], Mutant | None]) -> Callable:
            name = make.__name__.strip("_")
            for other, many in {source: count, **also}.items():
                full = name if other == source else f"{other.split('_')[0]}_{name}"
                assert full not in self.kinds, full
                self.kinds[full] = Kind(full, other.replace("_", "-"), many, make, pages if other == source else ())
            return make

        return register


kind = Register()


def mutant(chosen: Kind, seed: int, subjects: Sequence[Subject]) -> tuple[Subject, Mutant]:
    """The mutant of a kind with this number. A page that has no place for it passes it on to the next page."""
    random = Random(f"{chosen.name} {seed}")
    usable = [s for s in subjects if s.source.source == chosen.source and (not chosen.pages or s.name in chosen.pages)]
    for turn in range(len(usable)):
        subject = usable[(seed + turn) % len(usable)]
        if made := chosen.make(subject, random, seed):
            return subject, replace(made, kind=chosen.name, seed=seed, page=subject.name)
    raise LookupError(f"no page has a place for {chosen.name} {seed}")


def every(subjects: Sequence[Subject], kinds: Sequence[Kind], share: float = 1) -> Iterator[tuple[Subject, Mutant]]:
    """All mutants of these kinds."""
    for chosen in kinds:
        for seed in range(max(1, round(chosen.count * share))):
            yield mutant(chosen, seed, subjects)
