"""What one source has at a moment: cards by model, and the names that mean one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from ratecards.model import RateCard
from ratecards.storage import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ratecards.storage.pack import Source
    from ratecards.storage.packrow import Places


class Loose:
    """Cards at hand. They have no history: what was called otherwise before is not known."""

    def __init__(self, cards: Iterable[RateCard]) -> None:
        self._cards = {card.model: card for card in cards}

    @property
    def models(self) -> list[str]:
        """The models, sorted."""
        return sorted(self._cards)

    def __contains__(self, model: str) -> bool:
        return model in self._cards

    def card(self, model: str) -> RateCard:
        """The card of one of the models."""
        return self._cards[model]

    def bearing(self, alias: str) -> list[str]:
        """The models whose cards say an alias."""
        return [model for model in self.models if alias in self._cards[model].aliases]

    def renamed(self, name: str) -> str:
        """The present id of a former one."""
        return name


class Packed:
    """The cards of a source in a pack, each read when it is asked for."""

    def __init__(self, source: Source, on: date | None, known: date | None) -> None:
        self._source, self._on, self._known = source, on, known

    @cached_property
    def _places(self) -> Places:
        return self._source.at(self._on, self._known)

    @property
    def models(self) -> list[str]:
        """The models, sorted."""
        return sorted(self._places)

    def __contains__(self, model: str) -> bool:
        return model in self._places

    def card(self, model: str) -> RateCard:
        """The card of one of the models."""
        return self._source.card(model, self._places[model])

    def bearing(self, alias: str) -> list[str]:
        """The models whose cards say an alias."""
        held = sorted(self._source.bearers(alias) & self._places.keys())
        return [model for model in held if alias in self.card(model).aliases]

    def renamed(self, name: str) -> str:
        """The present id of a former one."""
        return names.renames(self._source.renamed, until=self._on or date.max, known=self._known or date.max).get(
            name, name
        )

    def called(self, name: str) -> list[str]:
        """The models that a name means: as an id, else an alias, else an id since renamed."""
        if name in self:
            return [name]
        return self.bearing(name) or [model for model in [self.renamed(name)] if model in self]


Stock = Loose | Packed
