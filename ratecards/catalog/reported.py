"""What third parties say that a provider's page says: cards kept apart from the database, in `v1/reported.json`.

No official card is read from here and none of these is written to a history: they are used where no official card has
the model, and nowhere else. Each names the page that it is a report of (`of`), who reports it (`source`, as
`reported/<name>`), where and on which day.

`Reports` says which of them answers, who says it, and since when.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property

from ratecards.catalog.authority import RESELLERS, name_of
from ratecards.catalog.freshness import Age
from ratecards.errors import DatasetError
from ratecards.model import Rate, RateCard
from ratecards.model.grade import REPORTED, authority
from ratecards.storage import bounded, model_names
from ratecards.storage.database import Database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = "v1/reported.json"
# The fact of a card that names the source (`provider/source`) whose words it reports.
OF = "report of"
_BOUNDS = ("prompt_over", "prompt_up_to", "used_over", "used_up_to")
_OWNER = ("provider", "source", "model")
_MOST_NAMED = 8


class Reports:
    """What is only reported, beside the database of a dataset. Without a `root` nothing is."""

    def __init__(self, root: str, base: Database) -> None:
        self._root, self._base = root, base

    @cached_property
    def known(self) -> Sequence[RateCard]:
        """All reported cards of all days. Raises `DatasetError`."""
        return read(self._root) if self._root else ()

    def cards(self, on: date) -> list[RateCard]:
        """For each model that no official source has had up to a day the report that answers on it."""
        return self._answering(self.known, on)

    def find(self, name: str, on: date, source: str = "") -> list[RateCard]:
        """Of these those that a name means, as an id or an alias; of one reporter, if `source` names it."""
        model, reporter = model_names.model_id(name), source.removeprefix(REPORTED)
        known = [card for card in self.known if model in (card.model, *card.aliases)]
        return self._answering([c for c in known if reporter in ("", c.source.removeprefix(REPORTED))], on)

    def _answering(self, known: Iterable[RateCard], on: date) -> list[RateCard]:
        found = answering(known, on)
        return [card for card in found if not self.is_official((card.model, *card.aliases), on)]

    def is_official(self, called: Iterable[str], on: date) -> bool:
        """Whether a source that is no reseller has had a model, by any of its names, up to a day."""
        called = tuple(called)
        for source in self._base.sources.values():
            if source.owner[0] not in RESELLERS:
                ids = {known for name in called for known in model_names.ids(source.names, name)}
                if any(source.names.first[model] <= on for model in ids if model in source.names.first):
                    return True
        return False

    def age(self, source: str, on: date) -> Age:
        """How old the newest report of a reporter is on a day. No report ever goes stale."""
        days = [card.observed for card in self.known if card.source == source and card.observed <= on]
        return Age(source, max(days), (on - max(days)).days) if days else Age(source, None, None)


def is_reported(source: str) -> bool:
    """Whether a source (`reported/<name>`) is somebody who says what a page says."""
    return source.startswith(REPORTED)


def said(found: Iterable[RateCard]) -> list[str]:
    """For people, one line on the reported cards: who reports each, since when and of which page; none without any.

    Of many it names the reporters and the first day of all.
    """
    only = [card for card in found if card.grade == "reported"]
    words = [f"{card.model} by {name_of(card)} since {card.observed} (of {page_of(card)})" for card in only]
    if len(only) > _MOST_NAMED:
        reporters = ", ".join(sorted(set(map(name_of, only))))
        words = [f"{len(only)} models, marked, by {reporters} since {min(card.observed for card in only)} or later"]
    return [f"REPORTED, not official: {'; '.join(words)}"] if words else []


# ----------------------------------------------------------------------------- the cards, and which of them answers


def page_of(card: RateCard) -> str:
    """The source (`provider/source`) whose words a card reports."""
    return dict(card.facts).get(OF, "")


def order(card: RateCard) -> tuple[object, ...]:
    """Where a card stands in the file: by provider and model, then by day, reporter and page."""
    return card.provider, card.model, card.observed, card.source, page_of(card)


def data(card: RateCard) -> dict[str, Any]:
    """A card as it stands in the file."""
    from ratecards.storage.history import card_data

    owner = {name: getattr(card, name) for name in _OWNER}
    read = {"observed": str(card.observed), "capture": card.capture, "parser": card.parser}
    said = card_data(card)
    rates = [{n: str(v) if n in _BOUNDS else v for n, v in rate.items()} for rate in said.pop("rates", ())]
    return {**owner, "grade": card.grade, "of": page_of(card), **read, **said, "rates": rates}


def read(root: str) -> list[RateCard]:
    """The cards of the dataset in `root`, in the order of the file; none where there is no file.

    Raises `DatasetError` naming the file on anything that this version does not write.
    """
    path = os.path.join(root, *FILE.split("/"))
    if not os.path.exists(path):
        return []
    try:
        found = json.loads(bounded.content(path))
        if found["version"] != 1:
            raise DatasetError(f"{path}: expected version 1, saw {found['version']!r}")
        return [_card(entry, path) for entry in found["cards"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DatasetError):
            raise
        seen = f"{type(error).__name__}: {error}"
        raise DatasetError(f"{path}: expected the cards that are reported, saw {seen}") from error


def _card(entry: dict[str, Any], where: str) -> RateCard:
    from ratecards.storage.history import card_from

    rest = dict(entry)
    owner = {name: rest.pop(name) for name in _OWNER}
    read = {"observed": date.fromisoformat(rest.pop("observed")), **{n: rest.pop(n) for n in ("capture", "parser")}}
    grade, page = rest.pop("grade"), rest.pop("of")
    rest["rates"] = [{n: int(v) if n in _BOUNDS else v for n, v in rate.items()} for rate in rest["rates"]]
    card = card_from(rest, owner, read, where)
    if not (card.grade == grade == "reported" and page == page_of(card)):
        raise DatasetError(f"{where}: expected a report of a page by reported/<name>, saw {card.source!r} of {page!r}")
    return card


def answering(known: Iterable[RateCard], on: date) -> list[RateCard]:
    """For each provider and model the report that answers on a day, in their order.

    A report that a newer one contradicts is out, and one of another page that a report of the documentation does; of
    those that are left one that dates a price goes before one that dates none, then the one with more rates, then the
    newer.
    """
    groups: dict[tuple[str, str], list[RateCard]] = {}
    for card in sorted((card for card in known if card.observed <= on), key=_weight, reverse=True):
        groups.setdefault((card.provider, card.model), []).append(card)
    return [_answer(groups[key]) for key in sorted(groups)]


def _weight(card: RateCard) -> tuple[object, ...]:
    return card.observed, authority(page_of(card)) == "documentation", len(card.rates), page_of(card), card.source


def _answer(newest_first: Iterable[RateCard]) -> RateCard:
    said: dict[object, object] = {}
    standing: list[RateCard] = []
    for card in newest_first:
        own = {_moment(rate): (rate.price, rate.unit, rate.currency) for rate in card.rates}
        if all(said.get(key, value) == value for key, value in own.items()):
            said |= own
            standing.append(card)
    return max(standing, key=lambda card: (any(map(_dated, card.rates)), len(card.rates), card.observed))


def _dated(rate: Rate) -> bool:
    return bool(rate.effective_from or rate.effective_until)


def _moment(rate: Rate) -> object:
    return rate.join_key, rate.effective_from, rate.effective_until
