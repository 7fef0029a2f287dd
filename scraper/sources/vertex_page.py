"""The Agent Platform page while it is read: its parts, and the cards they fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ratecards.model import Formula, Rate
from scraper.model import Problem, Section
from scraper.parse.blocks import Text
from scraper.sources.vertex_grid import Grid
from scraper.sources.vertex_terms import Model, Terms


@dataclass(slots=True)
class Part:
    """What stands under one heading: texts and grids, each with the tab it stands in; or why it is ignored."""

    title: str
    anchor: str
    ignored: str
    items: list[tuple[str, Text | Grid]] = field(default_factory=list)


@dataclass(slots=True)
class Card:
    """What the page says of one model, gathered from all its parts."""

    model: Model
    anchor: str
    section: Section
    rates: list[Rate] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    formulas: list[Formula] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """The cards being filled, by first id, with what is said of all of them and what is doubtful as a whole."""

    provider: str
    source: str
    terms: Terms
    cards: dict[str, Card] = field(default_factory=dict)
    unknown: dict[str, Section] = field(default_factory=dict)
    parts: list[Section] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    suspicions: list[str] = field(default_factory=list)
    reads: list[tuple[Section, Sequence[Model], int]] = field(default_factory=list)

    def count(self) -> None:
        """Count the amounts of the rows that were read, where a card that they price is read as a whole."""
        for part, models, amounts in self.reads:
            if not models or any(not self.cards[model.ids[0]].section.problems for model in models):
                part.amounts.read += amounts

    def card(self, model: Model, anchor: str) -> Card:
        """The model's card; its anchor is that of the part that names it first."""
        key = model.ids[0]
        if key not in self.cards:
            self.cards[key] = Card(model, anchor, Section(model.names[0], key, model.ids))
        return self.cards[key]

    def blame(self, models: Sequence[Model], part: Section, problem: Problem) -> None:
        """Lay a problem at the door of every model whose card would miss something; of the part, if there is none."""
        for model in models:
            self.card(model, part.anchor).section.problems.append(problem)
        if not models:
            # whose card it would have been is not known: the part counts as one that hides its models
            part.problems.append(problem)
            part.counted = True


def unique(models: Iterable[Model]) -> list[Model]:
    """The models once each, in the order they come in."""
    return list(dict.fromkeys(models))
