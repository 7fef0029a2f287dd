"""The limits page: usage tiers, batch queues and figures, which are no rates and are published as a card of their own."""

from __future__ import annotations

import re
from random import Random

from tests.drill.mutants import Mutant, kind
from tests.drill.said import Row
from tests.drill.subjects import Subject

LIMITS = "rate-limits"


def _put(subject: Subject, old: str, new: str, at: int = 0) -> dict[str, str]:
    body = subject.bodies["md.txt"]
    start = [m.start() for m in re.finditer(re.escape(old), body)][at]
    return {"md.txt": body[:start] + new + body[start + len(old) :]}


def _row(subject: Subject, random: Random, meter: str) -> Row:
    return random.choice([r for r in subject.says.rates if r["meter"] == meter])


@kind(LIMITS, 60)
def _limits_number_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A batch limit is another number, or none that can be read."""
    row = _row(subject, random, "batch")
    old = f"{int(row['price']):,}"
    if subject.bodies["md.txt"].count(old) != 1:
        return None
    at = random.randrange(len(old))
    new = random.choice(
        [
            old[:at] + old[at + 1 :],
            "1,000",
            "75000",
            "2,500,000",
            "1.5M",
            "many",
            "-",
            "1,00",
            "10k",
            "0,500",
            f"{old}+",
        ]
    )
    bodies = _put(subject, old, new)
    what = f"{row['resolution']}: {old} -> {new}"
    if not re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+", new):
        return Mutant(bodies, subject.says, what, unsaid=True)
    value = new.replace(",", "")
    return Mutant(bodies, subject.says.changed(lambda r: r == row, lambda r: r | {"price": str(int(value))}), what)


@kind(LIMITS, 40)
def _limits_money_changed(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """What must have been spent, or a cap, in other money or other words."""
    body = subject.bodies["md.txt"]
    spot = random.choice(list(re.finditer(r"\$[0-9,]+[0-9]\+?", body)))
    new = random.choice(
        ["€250", "about $300", "$250 or more", "250 EUR", "$1,00", "$", "TBD $", "$5 - $6 - $7", "up to $9"]
    )
    changed = body[: spot.start()] + new + body[spot.end() :]
    return Mutant({"md.txt": changed}, subject.says, f"{spot[0]} -> {new}", unsaid=True)


@kind(LIMITS, 40)
def _limits_words_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    """Headings, headers and sentences that nobody knows; figures without a meaning."""
    body = subject.bodies["md.txt"]
    ways: list[tuple[str, str]] = [
        (r"(?m)^## (?=Usage tiers|Batch API)", "## New "),
        (r"Batch enqueued tokens(?= \|)", "Zebra tokens"),
        (r"Qualifications?(?= *\|)", "Condition"),
        (r"(?m)^### Tier 1", "### Tier 9"),
        (r"(?m)(?<=^- )\*\*Concurrent", "**Parallel"),
        (r"(?m)^\| Model ", "| Zebra "),
        (r"(?m)\n## Request a rate limit increase[^$]*\Z", "\n"),
        (r"1,100|[0-9]+ concurrent", "1,100 to 2,200"),
    ]
    pattern, new = ways[seed % len(ways)]
    spot = re.search(pattern, body)
    changed = body[: spot.start()] + new + body[spot.end() :] if spot else "not found"
    return Mutant({"md.txt": changed}, subject.says, f"{spot[0] if spot else body[:9]!r} -> {new!r}", unsaid=True)


@kind(LIMITS, 100)
def _limits_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    body = subject.bodies["md.txt"]
    at = len(body) * (seed % 100) // 100
    return Mutant({"md.txt": body[:at]}, subject.says, f"cut at {at} of {len(body)}")


@kind(LIMITS, 30)
def _limits_rows_moved(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """A row goes or comes again with another number."""
    row = _row(subject, random, "batch")
    body = subject.bodies["md.txt"]
    lines = [m for m in re.finditer(r"(?m)^\|.*\|\n", body) if f" {row['resolution']} " in m[0]]
    if len(lines) != 1:
        return None  # the model has a limit in several tiers
    line = lines[0]
    if seed % 2:
        changed = body[: line.start()] + body[line.end() :]
        return Mutant({"md.txt": changed}, subject.says.without(lambda r: r == row), f"lost {line[0]!r}")
    changed = body[: line.end()] + re.sub(r"[0-9,]+(?= *\|\n)", "77", line[0]) + body[line.end() :]
    return Mutant({"md.txt": changed}, subject.says, f"twice {line[0]!r}", unsaid=True)
