"""Amounts that a page prints exactly once: the rates with that price are the ones that come from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from random import Random

from tests.drill.mutants import Mutant
from tests.drill.said import number
from tests.drill.subjects import Subject

READABLE = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?\Z|\.[0-9]+\Z")


@dataclass(frozen=True)
class Unique:
    """One amount of a body, from its sign on; `text` is its number."""

    kind: str
    start: int
    end: int
    text: str

    def put(self, subject: Subject, words: str) -> dict[str, str]:
        """The bodies with other words for it."""
        body = subject.bodies[self.kind]
        return {**subject.bodies, self.kind: body[: self.start] + words + body[self.end :]}


def unique(subject: Subject, kind: str, pattern: str) -> list[Unique]:
    """The amounts whose number stands once in the body, and that some rate says."""
    if kind not in subject.extra:
        found: dict[Decimal, list[Unique]] = {}
        for match in re.finditer(pattern, subject.bodies[kind]):
            try:
                value = Decimal(match[1].replace(",", ""))
            except InvalidOperation:
                continue
            found.setdefault(value, []).append(Unique(kind, match.start(), match.end(), match[1]))
        said = {Decimal(r["price"]) for r in subject.says.rates if r["price"]}
        subject.extra[kind] = [each[0] for value, each in found.items() if len(each) == 1 and value in said and value]
    return subject.extra[kind]


def repriced(subject: Subject, amount: Unique, random: Random, form: str) -> Mutant:
    """Another number."""
    old = Decimal(amount.text.replace(",", ""))
    text = number(str(old * Decimal(random.choice(["0.1", "0.5", "0.9", "1.25", "2", "5"]))))
    return _with(subject, amount, text, form)


def digits(subject: Subject, amount: Unique, random: Random, form: str) -> Mutant:
    """A digit less or more: what remains is what the page says, if it is a number at all."""
    at = random.randrange(len(amount.text))
    text = (
        amount.text[:at] + amount.text[at + 1 :]
        if random.random() < 0.7
        else amount.text[:at] + random.choice("0123456789") + amount.text[at:]
    )
    if not READABLE.match(text):
        return Mutant(amount.put(subject, form.format(text)), subject.says, f"{amount.text} -> {text}", unsaid=True)
    return _with(subject, amount, text, form)


def _with(subject: Subject, amount: Unique, text: str, form: str) -> Mutant:
    value, old = number(text.replace(",", "")), Decimal(amount.text.replace(",", ""))
    says = subject.says.changed(
        lambda r: r["price"] != "" and Decimal(r["price"]) == old,
        lambda r: r | {"price": value, "availability": "free" if value == "0" else "priced"},
    )
    return Mutant(amount.put(subject, form.format(text)), says, f"{amount.text} -> {text}")


def currency(subject: Subject, amount: Unique, random: Random) -> Mutant:
    """Money of another country is never a number of dollars."""
    form = random.choice(
        ["€{}", "{} €", "£{}", "¥{}", "CA${}", "A${}", "R${}", "${} CAD", "EUR {}", "{} EUR", "${}¢", "CHF {}"]
    )
    words = form.format(amount.text)
    return Mutant(amount.put(subject, words), subject.says, f"{amount.text} -> {words}", unsaid=True)
