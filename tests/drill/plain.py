"""Sources that are a vocabulary alone: the reseller's table with the models across, and Anthropic's with them down."""

from __future__ import annotations

import re
from random import Random

from tests.drill.amounts import Unique, currency, digits, repriced, unique
from tests.drill.mutants import Mutant, kind
from tests.drill.subjects import Subject

RESELLER = "laozhang"


def _amount(subject: Subject, random: Random) -> Unique:
    return random.choice(unique(subject, "md", r"\\?\$([0-9.]*[0-9])"))


@kind(RESELLER, 40, anthropic_api=80, openai_markdown=60, ai_studio_docs=60)
def _reseller_price_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    return repriced(subject, _amount(subject, random), random, "\\${}")


@kind(RESELLER, 40, anthropic_api=80, openai_markdown=60, ai_studio_docs=60)
def _reseller_digits_lost(subject: Subject, random: Random, seed: int) -> Mutant:
    return digits(subject, _amount(subject, random), random, "\\${}")


@kind(RESELLER, 30, anthropic_api=60, openai_markdown=40)
def _reseller_currency_changed(subject: Subject, random: Random, seed: int) -> Mutant:
    return currency(subject, _amount(subject, random), random)


@kind(RESELLER, 100, anthropic_api=100, openai_markdown=100, ai_studio_docs=100)
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


# ------------------------------------------------------------------------------------------------ models down

ANTHROPIC = "anthropic-api"


def _tables(lines: list[str]) -> list[range]:
    """The rows of each table of prices, header and delimiter before them."""
    starts = [n for n, line in enumerate(lines) if line.startswith("| Model |") and "$" in lines[n + 2]]
    starts = [n for n in starts if "| Training |" not in lines[n]]  # inference there is ignored
    return [range(n, next(m for m in range(n, len(lines)) if not lines[m].startswith("|"))) for n in starts]


@kind(ANTHROPIC, 80, openai_markdown=60)
def _tables_rearranged(subject: Subject, random: Random, seed: int) -> Mutant:
    """Rows and columns in another order say the same, and so do states behind a name, blanks and marks of footnotes."""
    lines = subject.bodies["md"].split("\n")
    table = random.choice(_tables(lines))
    cells = [lines[n].strip("|").split("|") for n in table]
    way = random.choice(["columns moved", "rows moved", "a state", "blanks", "a footnote", "case"])
    says = subject.says
    if way == "columns moved":
        order = random.sample(range(len(cells[0])), len(cells[0]))
        cells = [[row[n] for n in order] for row in cells]
    elif way == "rows moved":
        cells[2:] = random.sample(cells[2:], len(cells) - 2)
    elif way == "blanks":
        cells = [[f"   {cell}\u00a0 " for cell in row] for row in cells[:1]] + cells[1:]
    elif way == "case":
        cells[0] = [cell.upper() for cell in cells[0]]
    else:
        row = random.choice(cells[2:])
        at = random.randrange(1, len(row))
        row[0] = row[0] + "([deprecated](/x)) " if way == "a state" and "(" not in row[0] else row[0]
        row[at] = row[at].rstrip() + "<sup>1</sup> " if way == "a footnote" and "<sup>" not in row[at] else row[at]
    for n, row in zip(table, cells, strict=True):
        lines[n] = "|" + "|".join(row) + "|"
    return Mutant({"md": "\n".join(lines)}, says, way)


@kind(ANTHROPIC, 120, openai_markdown=120)
def _words_that_nobody_knows(subject: Subject, random: Random, seed: int) -> Mutant:
    """In a header, a name, a cell, a heading or a row: what they may be said of stands as it was."""
    lines = subject.bodies["md"].split("\n")
    table = random.choice(_tables(lines))
    at = random.choice(table[2:])
    cells = lines[at].strip("|").split("|")
    column = random.randrange(1, len(cells))
    way = random.choice(
        ["header", "name", "cell", "unit", "heading", "cell gone", "money in a name", "model twice", "prose"]
    )
    if way == "unit" and "MTok" not in cells[column]:
        way = "cell"
    if way == "header":
        heads = lines[table[0]].strip("|").split("|")
        heads[column] = random.choice([" Zebra ", " Input tokens, off-peak ", " ", " Output tokens (EU) "])
        lines[table[0]] = "|" + "|".join(heads) + "|"
    elif way == "name":
        cells[0] = f" {cells[0].strip()}{random.choice([' EU', '+fast', ' (preview)', ' and others'])} "
    elif way == "cell":
        cells[column] = (
            random.choice([" from", " ", " up to"]) + cells[column] + random.choice(["or more ", "before May ", "* 2 "])
        )
    elif way == "unit":
        cells[column] = cells[column].replace("MTok", random.choice(["KTok", "Tok", "credit", "1M pages"]))
    elif way == "heading":
        start = next(n for n in range(table[0], 0, -1) if lines[n].startswith("#"))
        lines[start] = random.choice(["### Off-peak pricing", "## Zebra", "### Pricing in Europe"])
    elif way == "cell gone":
        del cells[column]
    elif way == "money in a name":
        cells[0] = f" {cells[0].strip()} ($1) "
    elif way == "model twice":
        lines.insert(at, "|" + "|".join([cells[0], *(" $777 / MTok " for _ in cells[1:])]) + "|")
        at += 1
    else:
        lines.insert(table[0], "Each request costs $7 more.\n")
        at += 1
    if way not in ("header", "heading", "prose"):
        lines[at] = "|" + "|".join(cells) + "|"
    return Mutant({"md": "\n".join(lines)}, subject.says, f"{way}: {lines[at]}", unsaid=True)
