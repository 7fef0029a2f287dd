"""Which elements of a list are calls of their own, and which are the chunks of one answer.

The chunks of an answer have one id, or counts that only grow until it ends; a message of the Live API counts a turn.
What could be either is refused: a call that is taken for a chunk would cost nothing, unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ratecards.costs.answers import Part
from ratecards.errors import CostError

_SAY = "say --each (each=True) for calls, or --stream (each=False) for one answer"


def calls(parts: Sequence[Part], each: bool | None) -> list[list[Part]]:
    """The parts of each call, in the order in which they came. Raises `CostError` where that cannot be told."""
    by_id: dict[str, list[Part]] = {}
    loose: list[Part] = []
    for part in parts:
        (by_id.setdefault(part.id, []) if part.id else loose).append(part)
    for id_, own in by_id.items():
        if not _grow(own):
            raise CostError(
                f"the usages of the answer {id_} do not grow: they are no chunks of one; each needs its own id"
            )
    if each is False:
        return [_one(parts, list(by_id))]
    found = [*by_id.values(), *_told_apart(loose, each=bool(each))] or [list(parts)]
    return sorted(found, key=lambda own: own[0].number)


def _one(parts: Sequence[Part], ids: Sequence[str]) -> list[Part]:
    """The parts, if they may be the chunks of one answer. Raises `CostError`."""
    if len(ids) > 1 or not _grow(parts):
        seen = f"those of {len(ids)}: {', '.join(ids)[:80]}" if len(ids) > 1 else "usages that do not grow"
        raise CostError(f"expected the chunks of one answer, saw {seen}")
    return list(parts)


def _told_apart(parts: list[Part], *, each: bool) -> list[list[Part]]:
    """The calls among parts without an id. A part that counts nothing belongs to what stands before it."""
    counted = [part for part in parts if part.usage is not None]
    if each and len(counted) < len(parts):
        bare = next(part for part in parts if part.usage is None)
        raise CostError(f"element {bare.number} counts nothing: expected an answer with its usage in each element")
    if each or all(part.whole for part in counted):
        return list(_runs(parts))
    if any(part.ends for part in parts):
        ended, rest = _ended(parts)
        many = len(ended) > 1 and any(part.later for part in parts)
        if not rest and not many and all(map(_grow, ended)):
            return ended
    elif not any(_may_follow(*pair) for pair in pairwise(counted)):
        return list(_runs(parts))
    raise CostError(f"cannot tell whether {len(counted)} usages are as many calls, or chunks of one answer: {_SAY}")


def _runs(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts in runs, one for each that counts; those before the first belong to it."""
    run: list[Part] = []
    for part in parts:
        if part.usage is not None and any(p.usage is not None for p in run):
            yield run
            run = []
        run.append(part)
    if any(part.usage is not None for part in run):
        yield run


def _ended(parts: Sequence[Part]) -> tuple[list[list[Part]], list[Part]]:
    """The parts of each answer that ends, and those of one that does not. Raises `CostError` on one without a usage."""
    found: list[list[Part]] = []
    run: list[Part] = []
    for part in parts:
        run.append(part)
        if part.ends:
            if all(p.usage is None for p in run):
                raise CostError(f"element {part.number} ends an answer that counts nothing: expected its usage")
            found.append(run)
            run = []
    if any(part.usage is not None for part in run):
        return found, run
    return [*found[:-1], [*found[-1], *run]], []


def _grow(parts: Sequence[Part]) -> bool:
    return all(_may_follow(*pair) for pair in pairwise([part for part in parts if part.usage is not None]))


def _may_follow(before: Part, after: Part) -> bool:
    """Whether two usages may be of one answer: nothing that it says of itself differs, and no count has shrunk."""
    for name in ("modelversion", "createtime"):
        one, other = before.fields.get(name), after.fields.get(name)
        if one and other and one != other:
            return False
    counts = after.counts
    return all(counts.get(name, 0) >= number for name, number in before.counts.items())
