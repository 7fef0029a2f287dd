"""The reseller's Markdown: a table with models across."""

from __future__ import annotations

import re
from random import Random

from tests.drill.amounts import Unique, currency, digits, repriced, unique
from tests.drill.mutants import Mutant, kind
from tests.drill.subjects import Subject

RESELLER = "laozhang"


def _amount(subject: Subject, random: Random) -> Unique:
    return random.choice(unique(subject, "md", r"\\\$([0-9.]*[0-9])"))


@kind(RESELLER, 40)
def _reseller_price_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    return repriced(subject, _amount(subject, random), random, "\\${}")


@kind(RESELLER, 40)
def _reseller_digits_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    return digits(subject, _amount(subject, random), random, "\\${}")


@kind(RESELLER, 30)
def _reseller_currency_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    return currency(subject, _amount(subject, random), random)


@kind(RESELLER, 100)
def _reseller_cut(subject: Subject, random: Random, seed: int) -> Mutant:
    body = subject.bodies["md"]
    at = len(body) * (seed % 100) // 100
    return Mutant({"md": body[:at]}, subject.says, f"cut at {at} of {len(body)}")


@kind(RESELLER, 60)
def _reseller_table(subject: Subject, random: Random, seed: int) -> Mutant | None:
    """Rows and columns move, go, or are called something else."""
    lines = subject.bodies["md"].split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("| |"))
    table = [line.strip("|").split("|") for line in lines[at : at + 5]]
    way = random.choice(
        ["columns moved", "rows moved", "label", "column gone", "column twice", "row gone", "cell gone", "size", "id"]
    )
    says, rule = subject.says, {}
    column = random.randrange(1, 6)
    model = re.sub(r"[` ]", "", table[2][column])
    if way == "columns moved":
        order = [0, *random.sample(range(1, 6), 5)]
        table = [[row[n] for n in order] for row in table]
    elif way == "rows moved":
        table[2:] = random.sample(table[2:], 3)
    elif way == "label":
        table[random.randrange(2, 5)][0] = random.choice([" Zebra ", " 価格 ", " Price per image pair "])
        rule = {"unsaid": True}
    elif way == "column gone":
        for row in table:
            del row[column]
        says = says.but(model)
    elif way == "column twice":
        for row in table:
            row.append(row[column])
        table[3][-1] = " \\$0.5 "
        rule = {"unsaid": True}
    elif way == "row gone":
        del table[random.randrange(2, 4)]
        rule = {"unsaid": True}
    elif way == "cell gone":
        del table[random.randrange(2, 5)][column]
        rule = {"unsaid": True}
    elif way == "size":
        table[4][column] = random.choice([" 3 sizes ", " 8K-ish ", ""])
        rule = {"unsaid": True}
    else:
        table[2][column] = random.choice([" `Nano!` ", "", " `gemini-x`, `gemini-y` "])
        rule = {"unsaid": True, "may_keep": True}
    lines[at : at + 5] = ["|" + "|".join(row) + "|" for row in table]
    return Mutant({"md": "\n".join(lines)}, says, f"{way} {column}", **rule)
