"""What a page says, as plain rows: an accepted table of rates and figures, and the rules that change it by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ratecards.model import COLUMNS, ROW_KEY, RateCard, plain, row

Row = dict[str, str]
Facts = dict[str, dict[tuple, object]]

RATE = [name for name in COLUMNS if name not in ("provider", "source", "quote", "reading")]
FIGURE = ["model", "meter", "modality", "resolution", "unit", "tokens", "amount"]
_KEY = [name for name in ROW_KEY if name not in ("provider", "source", "model")]
_VALUE = ["availability", "price", "currency"]


@dataclass(frozen=True)
class Said:
    """Rates and figures (tokens and amounts of footnotes) as rows of text."""

    rates: tuple[Row, ...]
    figures: tuple[Row, ...] = ()

    def changed(self, where: Callable[[Row], bool], change: Callable[[Row], Row | Iterable[Row]]) -> Said:
        """These rows with the rates that `where` finds changed into one or more others."""
        out: list[Row] = []
        for rate in self.rates:
            new = change(rate) if where(rate) else rate
            out += [new] if isinstance(new, dict) else new
        return Said(tuple(out), self.figures)

    def without(self, where: Callable[[Row], bool]) -> Said:
        """These rows but those rates."""
        return Said(tuple(r for r in self.rates if not where(r)), self.figures)

    def renamed(self, old: str, new: str) -> Said:
        """All rows of a model under another id."""
        return Said(*(tuple(r | {"model": new} if r["model"] == old else r for r in rows) for rows in self))

    def of(self, *models: str) -> Said:
        """The rows of some models."""
        return Said(*(tuple(r for r in rows if r["model"] in models) for rows in self))

    def but(self, *models: str) -> Said:
        """The rows of all other models."""
        return Said(*(tuple(r for r in rows if r["model"] not in models) for rows in self))

    def joined(self, other: Said) -> Said:
        """Both together."""
        return Said(self.rates + other.rates, self.figures + other.figures)

    def __iter__(self):
        return iter((self.rates, self.figures))

    @property
    def facts(self) -> Facts:
        """By model, what is told of each key."""
        found: Facts = {}
        for rate in self.rates:
            found.setdefault(rate["model"], {})[key_of(rate)] = tuple(rate[name] for name in _VALUE)
        figures: dict[tuple, list] = {}
        for each in self.figures:
            key = (each["model"], *(each[name] for name in FIGURE[1:5]))
            figures.setdefault(key, []).append((each["tokens"], number(each["amount"])))
        for (model, *key), values in figures.items():
            found.setdefault(model, {})["figure", *key] = tuple(sorted(set(values)))
        return found


def key_of(rate: Row) -> tuple:
    """What tells a rate from the others of its model."""
    return tuple(rate[name] for name in _KEY)


def number(text: str) -> str:
    """A decimal as the table has it."""
    return plain(Decimal(text)) if text else ""


def of_cards(cards: Iterable[RateCard]) -> Said:
    """What rate cards say."""
    rates, figures = [], []
    for card in cards:
        rates += [{name: value for name, value in row(r).items() if name in RATE} for r in card.rates]
        figures += [
            {
                "model": card.model,
                **{name: getattr(f, name) for name in FIGURE[1:5]},
                "tokens": "" if f.tokens is None else str(f.tokens),
                "amount": "" if f.amount is None else plain(f.amount),
            }
            for f in card.formulas
        ]
    return Said(tuple(rates), tuple(figures))


def load(path: Path) -> Said:
    """The accepted table beside a page's facts: rates, a blank line, figures."""
    parts = path.read_text(encoding="utf-8").split("\n\n")
    rows = [tuple(csv.DictReader(io.StringIO(part))) for part in parts]
    return Said(*rows)


def text(said: Said) -> str:
    """The same as a file's text; columns that no row fills are left out, but read as empty."""
    out = io.StringIO()
    for at, (names, rows) in enumerate(zip((RATE, FIGURE), said, strict=True)):
        out.write("\n" if at else "")
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()
